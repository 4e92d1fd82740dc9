//! Tables of what Scala files say.

use lockstep_model::RepoPath;

use super::Scala;
use crate::language::{FileFacts, Language};

fn facts(text: &str) -> FileFacts {
    Scala.facts(&RepoPath::new("src/main/scala/shop/Order.scala").unwrap(), text)
}

fn shown(facts: &FileFacts, index: usize) -> String {
    let import = &facts.imports[index];
    let members = import.members.iter().flatten().map(|member| format!("#{member}")).collect::<String>();
    format!("{}{members}", import.specifier)
}

/// What each definition uses of the file, and beyond it.
fn uses(text: &str) -> Vec<String> {
    let facts = facts(text);
    assert_eq!(facts.error, None, "{text}");
    let line = |symbol: &crate::Symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(|index| shown(&facts, *index)).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    };
    facts.symbols.iter().map(line).collect()
}

#[test]
fn members_of_objects_stand_apart() {
    assert_eq!(
        uses(
            "package shop\nimport lib.{Money, Rate => R}\n\nobject Totals {\n  val rate: Int = R.current\n\
               def total(money: Money): Int = Money.round(money) * rate\n  def none = 0\n}\n\
             class Order(money: Money) extends Base with Priced { def price = Totals.total(money) }\n\
             object Order { implicit val reads: Reads[Order] = Json.reads\n  def of(x: Int) = new Order(Money(x)) }\n"
        ),
        [
            "Totals -> Totals.rate, Totals.total, Totals.none |",
            "Totals.rate ->  | Int, lib.Rate#current",
            "Totals.total -> Totals.rate | Int, lib.Money, lib.Money#round",
            "Totals.none ->  |",
            "Order -> Totals.total, Order, Order.reads | lib.Money, Base, Priced",
            "Order -> Order |",
            "Order.reads -> Order, Order | Reads, Json.reads",
            "Order.of -> Order, Order | Int, lib.Money",
        ]
    );
}

#[test]
fn imports_bring_in_what_is_not_named() {
    let facts = facts(
        "package a\npackage b\nimport lib.Syntax._\nimport lib.Formats.money\nimport lib.Used\nclass A { Used.go }",
    );
    let outside: Vec<_> = facts.top_level_imports.iter().map(|index| shown(&facts, *index)).collect();
    assert_eq!(outside, ["lib.Syntax.*", "lib.Formats.money", "a.b.*", "a.*"]);
    assert_eq!(facts.package, "a.b");
}

#[test]
fn imports_have_many_forms() {
    let cases = [
        ("import a.b.C\nobject X { C.f }", "a.b.C#f"),
        ("import a.b.{C => D}\nobject X { D.f }", "a.b.C#f"),
        ("import a.b\nimport b.C\nobject X { C.f }", "a.b.C#f"),
        ("import a.b, c.D\nobject X { D.f }", "c.D#f"),
        ("object X { import a.B; B.f }", "a.B#f"),
    ];
    for (text, expected) in cases {
        let facts = facts(text);
        let found: Vec<_> = (0..facts.imports.len()).map(|index| shown(&facts, index)).collect();
        assert!(found.contains(&expected.to_owned()), "{text}: {found:?}");
    }
    let local = uses("object M { val one = B.x; val two = C.y }\nimport M._\nobject X { def f = one }");
    assert_eq!(local.last().map(String::as_str), Some("X.f -> M.one |"));
}

#[test]
fn what_is_no_scala_is_bounded() {
    let deep = format!("object A {{ val x = {}1{} }}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(facts(&deep).symbols.len() <= 3);
    assert!(facts("object A { def f( = }\nclass B").error.is_some());
}
