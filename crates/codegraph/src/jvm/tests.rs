//! Tables of what mentions mean among the files of a repository.

use lockstep_model::{FileSet, RepoPath};

use crate::language::{FactsOf, Resolution, SourceFacts};

/// What the mentions of the file `from` mean: `specifier = path:names`, or why nothing.
fn meanings(files: &[(&str, &str)], from: &str) -> Vec<String> {
    let set = FileSet::from_texts(files.iter().copied());
    let facts = FactsOf::all(&set);
    let from = RepoPath::new(from).unwrap();
    let resolver = super::resolver(&set, &facts);
    let mut lines = Vec::new();
    for import in &facts.own(&from).unwrap().imports {
        let found = match resolver.resolve(&from, import, &[]) {
            Resolution::Parts(parts) => {
                parts.iter().map(|(path, names)| format!("{path}:{}", names.join(","))).collect::<Vec<_>>().join(" ")
            }
            Resolution::External(name) => format!("external {name}"),
            Resolution::Unresolved(why) => format!("unresolved: {why}"),
            Resolution::Builtin | Resolution::Files(_) => continue,
        };
        lines.push(format!("{} = {found}", import.specifier));
    }
    lines
}

#[test]
fn names_of_packages_need_no_import() {
    let files = [
        (
            "src/main/java/shop/Handler.java",
            "package shop;\nimport lib.*;\nimport lib.deep.Tax;\nimport static lib.Rates.*;\nimport static lib.Kind.*;\nimport gone.lib.Gone;\nimport lib.Lost;\nimport java.util.List;\n\
             class Handler extends Base { List<Order> x; Money y; int z = ONE + Tax.of(RATE) + limit + Order.twice(1) + other.pack.Full.run(); Gone g; Lost l; Map m; }",
        ),
        ("src/main/java/shop/Order.java", "package shop; class Order extends Base { static int half() { return 1; } }"),
        (
            "src/main/java/shop/Base.java",
            "package shop; class Base { static int limit = 1; static int twice(int x) { return 2; } }",
        ),
        ("src/main/java/lib/Kind.java", "package lib; public enum Kind { ONE, TWO }"),
        ("src/main/java/lib/Money.java", "package lib; public class Money {}"),
        ("src/main/java/lib/Rates.java", "package lib; public class Rates { public static int RATE = 1; }"),
        (
            "src/main/java/lib/deep/Tax.java",
            "package lib.deep; public class Tax { public static int of(int x) { return x; } }",
        ),
        (
            "src/main/java/other/pack/Full.java",
            "package other.pack; public class Full { public static int run() { return 1; } }",
        ),
        ("src/test/java/shop/Order.java", "package shop; class Order {}"),
    ];
    assert_eq!(
        meanings(&files, "src/main/java/shop/Handler.java"),
        [
            "Base = src/main/java/shop/Base.java:Base",
            "Order = src/main/java/shop/Order.java:Order",
            "Money = src/main/java/lib/Money.java:Money",
            "ONE = src/main/java/lib/Kind.java:Kind",
            "lib.deep.Tax = src/main/java/lib/deep/Tax.java:Tax.of",
            "RATE = src/main/java/lib/Rates.java:Rates.RATE",
            "limit = src/main/java/shop/Base.java:Base.limit",
            "Order.twice = src/main/java/shop/Base.java:Base.twice src/main/java/shop/Order.java:Order",
            "other.pack.Full.run = src/main/java/other/pack/Full.java:Full.run",
            "gone.lib.Gone = external gone.lib",
            "lib.Lost = unresolved: no file of the repository defines `Lost` in its package",
        ]
    );
}

#[test]
fn the_module_that_is_seen_is_meant() {
    let order = "package shop; class Order {}";
    let handler = "package shop; class Handler { Order order; }";
    let cases: [(&[(&str, &str)], &str); 7] = [
        (
            &[
                ("settings.gradle", "include 'a', 'b', 'c'"),
                ("a/build.gradle", "dependencies { implementation project(':c') }"),
                ("a/src/main/java/shop/Handler.java", handler),
                ("b/build.gradle", ""),
                ("b/src/main/java/shop/Order.java", order),
                ("c/build.gradle", ""),
                ("c/src/main/java/shop/Order.java", order),
            ],
            "Order = c/src/main/java/shop/Order.java:Order",
        ),
        (
            &[
                (
                    "a/pom.xml",
                    "<project><artifactId>a</artifactId><dependencies><dependency><groupId>g</groupId><artifactId>c</artifactId></dependency></dependencies></project>",
                ),
                ("a/src/main/java/shop/Handler.java", handler),
                ("b/pom.xml", "<project><artifactId>b</artifactId></project>"),
                ("b/src/main/java/shop/Order.java", order),
                ("c/pom.xml", "<project><artifactId>c</artifactId></project>"),
                ("c/src/main/java/shop/Order.java", order),
            ],
            "Order = c/src/main/java/shop/Order.java:Order",
        ),
        (
            &[
                (
                    "build.sbt",
                    "lazy val a = (project in file(\"a\")).dependsOn(`c-lib`, b % \"test->test\")\nlazy val b = project\nlazy val `c-lib` = project in file(\"c\")\n",
                ),
                ("a/src/main/scala/shop/Handler.scala", "package shop\nclass Handler(order: Order)"),
                ("b/src/main/scala/shop/Order.scala", "package shop\nclass Order"),
                ("c/src/main/scala/shop/Order.scala", "package shop\nclass Order"),
            ],
            "Order = c/src/main/scala/shop/Order.scala:Order",
        ),
        // Settings in a project of another build count for nothing.
        (
            &[
                ("settings.gradle.kts", "rootProject.name = \"c\"\ninclude(\n  \":a\",\n  \":b\",\n)\n"),
                ("a/settings.gradle.kts", "include(\":b\")"),
                ("a/build.gradle.kts", "dependencies { implementation(project(\":b\")) }"),
                ("a/src/main/java/shop/Handler.java", handler),
                ("b/build.gradle.kts", ""),
                ("b/src/main/java/shop/Order.java", order),
            ],
            "Order = b/src/main/java/shop/Order.java:Order",
        ),
        (
            &[
                ("settings.gradle.kts", "includeBuild(\"a\")\ninclude(\"b\")\n"),
                ("a/settings.gradle.kts", ""),
                ("a/build.gradle.kts", ""),
                ("a/src/main/java/shop/Handler.java", handler),
                ("b/src/main/java/shop/Order.java", order),
            ],
            "",
        ),
        // The jar of another build, from where that puts it.
        (
            &[
                ("a/build.gradle", "dependencies { implementation files('../b/build/libs/b-1.0.jar') }"),
                ("a/src/main/java/shop/Handler.java", handler),
                ("b/build.gradle", ""),
                ("b/src/main/java/shop/Order.java", order),
            ],
            "Order = b/src/main/java/shop/Order.java:Order",
        ),
        // Two examples that have nothing to do with each other.
        (
            &[
                ("a/pom.xml", "<project><artifactId>a</artifactId></project>"),
                ("a/src/main/java/shop/Handler.java", handler),
                ("b/pom.xml", "<project><artifactId>b</artifactId></project>"),
                ("b/src/main/java/shop/Order.java", order),
            ],
            "",
        ),
    ];
    for (files, expected) in cases {
        let from = files.iter().find(|(path, _)| path.contains("Handler")).unwrap().0;
        assert_eq!(meanings(files, from).join("\n"), expected, "{files:?}");
    }
}

#[test]
fn the_languages_use_each_other() {
    let files = [
        (
            "src/main/kotlin/shop/money.kt",
            "package shop\nfun total() = 1\nfun Order.tax() = 2\nobject Rates { val rate = 1 }\nclass Coin {\n  companion object {\n    fun of() = 1\n  }\n}",
        ),
        (
            "src/main/java/shop/Order.java",
            "package shop; class Order { int x = MoneyKt.total() + Rates.INSTANCE.rate + Coin.Companion.of(); Cart cart; }",
        ),
        ("src/main/scala/shop/Cart.scala", "package shop\nclass Cart\nobject Cart { def empty = new Cart }"),
        (
            "src/main/kotlin/shop/sub/a.kt",
            "package shop.sub\nimport shop.*\nfun f(order: Order) = order.tax() + total()",
        ),
    ];
    assert_eq!(
        meanings(&files, "src/main/java/shop/Order.java"),
        [
            "MoneyKt.total = src/main/kotlin/shop/money.kt:total",
            "Rates.INSTANCE.rate = src/main/kotlin/shop/money.kt:Rates.rate",
            "Coin.Companion.of = src/main/kotlin/shop/money.kt:Coin.of",
            "Cart = src/main/scala/shop/Cart.scala:Cart",
        ]
    );
    assert_eq!(
        meanings(&files, "src/main/kotlin/shop/sub/a.kt"),
        [
            "Order = src/main/java/shop/Order.java:Order",
            ".tax = src/main/kotlin/shop/money.kt:tax",
            "total = src/main/kotlin/shop/money.kt:total",
        ]
    );
}

#[test]
fn scala_brings_in_more_than_is_named() {
    let files = [
        (
            "src/main/scala/shop/Handler.scala",
            "package shop\nimport lib.Syntax._\nimport model.Order\nobject Handler { def go(o: Order) = o.total + rate }",
        ),
        (
            "src/main/scala/shop/package.scala",
            "package object shop { val rate = 1; val other = 2; implicit val ec: Int = 3 }",
        ),
        ("src/main/scala/shop/model/Order.scala", "package shop.model\ncase class Order(x: Int)"),
        (
            "src/main/scala/lib/Syntax.scala",
            "package lib\nobject Syntax { implicit class Rich(o: Any) { def total = 1 }\n def plain = 1 }",
        ),
    ];
    assert_eq!(
        meanings(&files, "src/main/scala/shop/Handler.scala"),
        [
            "model.Order = src/main/scala/shop/model/Order.scala:Order",
            "rate = src/main/scala/shop/package.scala:shop.rate",
            "lib.Syntax.* = src/main/scala/lib/Syntax.scala:Syntax.Rich",
            "shop.* = src/main/scala/shop/package.scala:shop.ec",
        ]
    );
}

#[test]
fn what_is_injected_brings_what_implements_it() {
    let handler = "package shop; class Handler { @Inject Store store; @Inject lib.Client client; }";
    let files = [
        ("src/main/java/shop/Handler.java", handler),
        ("src/main/java/shop/Store.java", "package shop; interface Store {}"),
        ("src/main/java/shop/Disk.java", "package shop; @Singleton class Disk extends Kept {}"),
        ("src/main/java/shop/Kept.java", "package shop; abstract class Kept implements Store {}"),
        (
            "src/main/java/shop/Setup.java",
            "package shop; import lib.Client; class Setup { @Produces Client client() { return null; } }",
        ),
        ("src/main/java/shop/Main.java", "package shop; @SpringBootApplication class Main {}"),
    ];
    assert_eq!(
        meanings(&files, "src/main/java/shop/Handler.java"),
        [
            "Store = src/main/java/shop/Disk.java:Disk src/main/java/shop/Kept.java:Kept src/main/java/shop/Store.java:Store",
            "lib.Client = src/main/java/shop/Setup.java:Setup",
        ]
    );
    assert_eq!(
        meanings(&files, "src/main/java/shop/Main.java"),
        ["shop.** = src/main/java/shop/Disk.java:Disk src/main/java/shop/Main.java:Main"]
    );
}
