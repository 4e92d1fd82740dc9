//! Tables of what Kotlin files say.

use lockstep_model::RepoPath;

use super::Kotlin;
use crate::language::{FileFacts, Language, RoleKind};

fn facts(text: &str) -> FileFacts {
    Kotlin.facts(&RepoPath::new("src/main/kotlin/shop/order.kt").unwrap(), text)
}

/// What each definition uses of the file, and beyond it; names of members, which may be those of extensions, left out.
fn uses(text: &str) -> Vec<String> {
    let facts = facts(text);
    assert_eq!(facts.error, None, "{text}");
    let name = |import: &usize| {
        let import = &facts.imports[*import];
        let members = import.members.iter().flatten().map(|member| format!("#{member}")).collect::<String>();
        format!("{}{}{members}", if import.whole { "!" } else { "" }, import.specifier)
    };
    let line = |symbol: &crate::Symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(name).filter(|name| !name.starts_with('.')).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    };
    facts.symbols.iter().map(line).collect()
}

#[test]
fn functions_of_packages_and_companions_stand_apart() {
    assert_eq!(
        uses(
            "package shop\nimport lib.Money\nimport lib.sum as add\n\nval rate = Rates.current\n\
             fun total(money: Money): Int = add(money) * rate\nfun Order.twice() = total(money) * 2\n\
             class Order(val money: Money) : Base(), Priced {\n  fun price() = total(money)\n\
               companion object {\n    const val MOST = 3\n    fun of(text: String) = Order(Money.parse(text))\n  }\n}\n\
             object Log { fun info(x: String) = Sink.write(x)\n fun error() = 1 }\n"
        ),
        [
            "rate ->  | Rates.current",
            "total -> rate | lib.Money, Int, lib.sum",
            "twice -> total, Order | total, money",
            "Order -> total | lib.Money, total, Base, Priced",
            "Order.Companion -> Order.MOST, Order.of |",
            "Order.MOST ->  |",
            "Order.of -> Order | String, lib.Money#parse",
            "Log -> Log.info, Log.error |",
            "Log.info ->  | String, Sink.write",
            "Log.error ->  |",
        ]
    );
}

#[test]
fn a_function_hides_no_other_function_and_no_type() {
    assert_eq!(
        uses(
            "package shop\nimport lib.check\nimport lib.events\n\n\
             class Handler(val service: Service = Service(1), private val events: Events) {\n\
               fun run(cart: Cart) = check(cart).also(events::send)\n\
               private fun check(cart: Cart) = check(cart, 3)\n\
               companion object { private fun Service(most: Int) = Service(most, Clock) }\n}\n"
        ),
        [
            "Handler -> Handler.Service | Service, Events, Cart, lib.check",
            "Handler.Companion -> Handler.Service |",
            "Handler.Service ->  | Service, Int, Clock",
        ]
    );
}

#[test]
fn a_class_comes_with_the_companion_that_implements_something() {
    assert_eq!(
        uses(
            "class Id(text: String) : Value(text) {\n  companion object : Factory<Id>(::Id, Pattern.ID) {\n\
             \u{20}   fun of(text: String) = Parser.parse(text)\n  }\n}\n\
             class Log {\n  companion object : KLogging() {\n    fun all() = Sink.all()\n  }\n}\n"
        ),
        [
            "Id -> Id.Companion | String, Value",
            "Id.Companion -> Id | String, Factory, Pattern.ID, Parser.parse",
            "Log ->  |",
            "Log.Companion -> Log.all | KLogging",
            "Log.all ->  | Sink.all",
        ]
    );
}

#[test]
fn functions_are_referred_to_by_name() {
    assert_eq!(
        uses(
            "import lib.plain\n\nclass Id {\n  val all = Factory(::Id, ::plain, first = ::near, last = Rules::far)\n  fun b(x: X?) = x.y()::done\n}\n\n\
             fun near() = 1\n"
        ),
        ["Id -> near | Factory, lib.plain, near, Rules.far, X", "near ->  |"]
    );
}

#[test]
fn an_annotation_is_a_class() {
    let text = "package shop\n\n@Target(AnnotationTarget.CLASS)\n@Retention(AnnotationRetention.SOURCE)\nannotation class Schema";
    for text in [text.to_owned(), format!("{text}\n"), format!("{text}(val name: String)\n\nfun total() = 1\n")] {
        assert!(uses(&text)[0].starts_with("Schema -> "), "{:?}", uses(&text));
    }
}

#[test]
fn a_serialised_sealed_class_knows_what_it_may_be() {
    assert_eq!(
        uses(
            "@Serializable\nsealed class Message {\n  @Serializable\n  data class Page(val key: Key) : Message()\n\n\
             \u{20} class Other(val name: Name)\n}\n\nclass Post(val type: Type) : Message()\n\n\
             sealed class State {\n  object On : State()\n}\n"
        ),
        [
            "Message -> Message.Page, Post | Serializable",
            "Message.Page -> Message | Serializable, Key",
            "Message.Other ->  | Name",
            "Post -> Message | Type",
            "State ->  |",
            "State.On -> State |",
        ]
    );
}

#[test]
fn an_object_that_others_call_is_taken_whole() {
    assert_eq!(uses("object A : Shape { fun one() = B.x\n fun two() = C.y }"), ["A ->  | Shape, B.x, C.y"]);
    assert_eq!(uses("object A : KLogging() { fun one() = B.x }"), ["A -> A.one | KLogging", "A.one ->  | B.x"]);
}

#[test]
fn other_languages_see_a_class_of_the_file() {
    let exports = |text: &str| -> Vec<String> { facts(text).exports.into_iter().map(|export| export.name).collect() };
    assert_eq!(exports("fun total() = 1"), ["OrderKt::total", "OrderKt"]);
    assert_eq!(exports("@file:JvmName(\"Totals\")\nfun total() = 1"), ["Totals::total", "Totals"]);
    assert_eq!(exports("class A { fun go() {} }"), ["A::go"]);
}

#[test]
fn extensions_are_known_as_such() {
    let facts = facts(
        "fun Order.total() = 1\nfun <T> List<T>.first2() = 2\nfun plain() = order.total().more\nval Order.tax get() = 3",
    );
    let implicit: Vec<_> = facts
        .roles
        .iter()
        .filter(|role| role.kind == RoleKind::Implicit)
        .map(|role| facts.symbols[role.symbol].name.as_str())
        .collect();
    assert_eq!(implicit, ["total", "first2", "tax"]);
    let plain = &facts.symbols[2];
    assert_eq!(plain.uses, [0]);
    assert!(plain.imports.iter().any(|index| facts.imports[*index].specifier == ".more"));
}

#[test]
fn what_is_no_kotlin_is_bounded() {
    let deep = format!("val x = {}1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(facts(&deep).symbols.len() <= 1);
    assert!(facts("class A { fun f( { }\nclass B").error.is_some());
}
