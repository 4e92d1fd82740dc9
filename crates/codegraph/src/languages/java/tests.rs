//! Tables of what Java files say.

use lockstep_model::RepoPath;

use super::Java;
use crate::language::{FileFacts, Language, RoleKind};

fn facts(text: &str) -> FileFacts {
    Java.facts(&RepoPath::new("src/main/java/shop/Order.java").unwrap(), text)
}

/// `Order.total -> Order.RATE | shop.Money.round`: what each definition uses of the file, and beyond it.
fn uses(text: &str) -> Vec<String> {
    let facts = facts(text);
    assert_eq!(facts.error, None, "{text}");
    let names = |import: &usize| {
        let import = &facts.imports[*import];
        let members = import.members.iter().flatten().map(|member| format!("#{member}"));
        let injected = if import.whole { "!" } else { "" };
        format!("{injected}{}{}", import.specifier, members.collect::<String>())
    };
    let line = |symbol: &crate::Symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(names).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    };
    facts.symbols.iter().map(line).collect()
}

#[test]
fn static_members_stand_apart_from_their_class() {
    assert_eq!(
        uses(
            "package shop;\nimport java.util.List;\nimport lib.Money;\nimport static lib.Rates.RATE;\nimport lib.Unused;\n\
             public class Order extends Base implements Priced<Tax> {\n\
               private static final Logger LOG = null;\n  private final Money money;\n\
               static int total(Money m, int LOG) { return Money.round(m) * RATE + other(LOG); }\n\
               static int other(int x) { LOG.info(); return x; }\n  static int other(Coin x) { return 1; }\n\
               int price() { return this.money.value + total(money, 1) + Helper.twice(2); }\n\
               static class Line { Order order; }\n}\n"
        ),
        [
            "Order -> Order.total | Base, Priced, Tax, lib.Money, Helper.twice",
            "Order.LOG ->  | Logger",
            "Order.total -> Order.other, Order.other | lib.Money, lib.Money#round, lib.Rates.RATE",
            "Order.other -> Order.LOG, Order.other |",
            "Order.other -> Order.other | Coin",
            "Order.Line -> Order |",
        ]
    );
}

#[test]
fn what_is_initialised_together_belongs_together() {
    assert_eq!(
        uses("class A { static { Driver.load(); } static int one() { return 1; } class Inner {} int x; }"),
        ["A -> A.static |", "A.static ->  | Driver.load", "A.one -> A.static |", "A.Inner -> A |"]
    );
    assert_eq!(
        uses("interface Limits { int MOST = Sizes.LARGE; void go(); }\nenum Kind { ONE(Sizes.ONE); Kind(int x) {} }"),
        ["Limits ->  |", "Limits.MOST ->  | Sizes.LARGE", "Kind ->  | Sizes.ONE"]
    );
}

#[test]
fn classes_are_named_in_many_ways() {
    let cases = [
        ("@JsonDeserialize(using = MoneyReader.class) class A {}", "JsonDeserialize, MoneyReader"),
        ("class A { Object x = Class.forName(\"lib.Driver\"); }", "Object, lib.Driver, Class.forName"),
        ("class A { void f() { lib.deep.Money.round(1); } }", "lib.deep.Money.round"),
        ("class A { Object f() { return list.stream().map(Money::of); } }", "Object, Money.of"),
        ("class A { void f(Object o) { if (o instanceof Money money) money.add(); } }", "Object, Money"),
        ("class A { void f() { for (Money money : all()) { money.add(); } } }", "Money"),
        ("record A(Money money) { A { Check.that(money); } }", "Money, Check.that"),
        ("class A<T extends Money> { Map<String, List<Coin>> x; }", "T, Money, Map, String, List, Coin"),
        ("class A { void f() { var x = ServiceLoader.load(Store.class); } }", "ServiceLoader.load, !Store"),
    ];
    for (text, expected) in cases {
        assert_eq!(uses(text)[0], format!("A ->  | {expected}"), "{text}");
    }
}

#[test]
fn what_a_container_injects_is_marked() {
    let text = "import lib.Store;\n@Singleton class A { @Inject Clock clock; Plain plain; A(Store store) {} }";
    assert_eq!(uses(text)[0], "A ->  | Singleton, Inject, !Clock, Plain, !lib.Store");
    assert_eq!(uses("class A { A(Store store) {} }")[0], "A ->  | Store");
    let facts = facts("@Configuration class C { @Bean Store store(Disk disk) { return disk; } }\nclass D extends C {}");
    let roles: Vec<_> = facts.roles.iter().map(|role| (role.symbol, role.kind)).collect();
    assert_eq!(roles, [(0, RoleKind::Provides), (1, RoleKind::Inherits), (0, RoleKind::Managed)]);
}

#[test]
fn handlers_are_known_by_their_methods() {
    let facts =
        facts("package shop;\nclass A extends Base { void go() {} static void run() {} private static class B {} }");
    let exports: Vec<_> = facts.exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(exports, ["A::go", "A::handleRequest", "A::run"]);
    assert_eq!(facts.package, "shop");
}

#[test]
fn what_is_no_java_is_bounded() {
    let deep = format!("class A {{ int x = {}1{}; }}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(facts(&deep).symbols.len(), 1);
    let nested = format!("{}{}", "class A { ".repeat(3_000), "}".repeat(3_000));
    assert!(facts(&nested).symbols.len() < 30);
    let broken = facts("class A { void f() { lib.Money.of(1; } }\nclass B { C c; }");
    assert!(broken.error.is_some());
    assert!(broken.imports.iter().any(|import| import.specifier == "C"));
    let line = format!("class A {{ {} }}", "static int a() { return b(); } int b; ".repeat(5_000));
    assert_eq!(facts(&line).symbols.len(), 5_001);
}

#[test]
fn a_method_is_compared_alone() {
    let path = RepoPath::new("A.java").unwrap();
    let agree = |before, after| Java.agree(&path, before, after);
    assert_eq!(agree("static int a() { return 1; }", "static int a()\n{ /* one */ return 1; }"), Some(true));
    assert_eq!(agree("A(int x) { this.x = x; }", "A(int x) { this.x = x; } // set"), Some(true));
    assert_eq!(agree("A(int x) { this.x = x; }", "A(int x) { this.x = 1; }"), Some(false));
}
