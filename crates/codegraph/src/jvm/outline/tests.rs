//! Held against the parsers: no name may be missed, and the package has to be the same.

use proptest::prelude::*;

use super::*;
use crate::language_of;

fn of(name: &str, text: &str) -> Option<Outline> {
    outline(&RepoPath::new(name).unwrap(), text)
}

fn names(name: &str, text: &str) -> String {
    of(name, text).map_or_else(|| "not plain".to_owned(), |it| format!("{}: {}", it.package, it.names.join(" ")))
}

/// The package, and the names at the top, that a parser finds; none if it does not understand all of the text.
fn parsed(name: &str, text: &str) -> Option<(String, Vec<String>)> {
    let path = RepoPath::new(name).unwrap();
    let facts = language_of(&path).unwrap().facts(&path, text);
    let symbols = facts.symbols.iter().map(|symbol| symbol.name.clone());
    let whole = facts.exports.iter().filter(|export| export.symbol.is_none() && export.import.is_none());
    let names = symbols.chain(whole.map(|export| export.name.clone()));
    facts.error.is_none().then(|| (facts.package.clone(), names.filter(|name| !name.contains('.')).collect()))
}

/// Why the outline of a text is wrong, if it is.
fn wrong(name: &str, text: &str) -> Option<String> {
    let (outline, (package, names)) = (of(name, text)?, parsed(name, text)?);
    // The grammars take words of the languages for names in places where compilers do not.
    let is_word = |name: &str| WORDS.iter().any(|word| word.trim() == name);
    if outline.package.split('.').any(is_word) || outline.names.iter().chain(&names).any(|name| is_word(name)) {
        return None;
    }
    let missed: Vec<&String> = names.iter().filter(|name| !outline.names.contains(name)).collect();
    (outline.package != package || !missed.is_empty())
        .then(|| format!("{text:?}: {outline:?}, but package {package:?}, and {missed:?} is missed"))
}

#[test]
fn names_stand_at_the_top() {
    let java = "/* class Not */ package a. b; import x.enum_.Y; @A(B.class) public final class Money<T> { class Inner {} }\n\
                enum Kind { ONE }\n@interface Mark {}\nrecord Pair(int a) {} // class No\ninterface I { String s = \"}\\\"{\"; char c = '\\''; }";
    assert_eq!(names("a/M.java", java), "a.b: I Kind Mark Money Pair");
    let kotlin = "package a.b\nimport c.d\nval one by two()\nfun <T> List<T>.total(): Int = \"${ f(\"}\") { 1 } }\".length\n\
                  object Here { fun inner() = 1 }\nfun interface Call { fun run() }\ntypealias Name = String\nval `odd one` = 1";
    let found = of("a/prices.kt", kotlin).unwrap();
    for name in ["one", "total", "Here", "Call", "Name", "odd one", "PricesKt"] {
        assert!(found.names.iter().any(|found| found == name), "{name}: {found:?}");
    }
    assert!(!found.names.iter().any(|name| name == "inner") && found.implicit, "{found:?}");
    let scala = "package a\npackage b\nimport x.{class_, y}\nsealed trait Order extends Product\ncase class Line(val x: Int, c: Char = '{')\n\
                 object Order { def f = s\"${x}}\" + \"\"\"\" } \"\"\"\"; val s = 'sym }\nclass `Odd`\ndef top(x: Int) = { val no = x; no }";
    assert_eq!(names("a/O.scala", scala), "a.b: Line Odd Order top");
    assert_eq!(names("a/package.scala", "package a\npackage object b { val x = 1 }"), "a: b");
}

#[test]
fn what_is_not_plain_is_left_to_a_parser() {
    for (name, text) in [
        ("a.scala", "package a { class B }"),
        ("a.scala", "package a:\n  class B"),
        ("a.scala", "package `a.b`\nclass B"),
        ("a.scala", "given x: Order = Order(1)"),
        ("a.scala", "extension (x: Int) { def twice = x }"),
        ("a.scala", "class A { val x = <a>it's \"</a>\n }"),
        ("a.kt", "@file:JvmName(\"Prices\")\npackage a\nfun b() = 1"),
        ("A.java", "class A { "),
        ("A.java", "class A { } }"),
        ("A.java", "class A { /* }"),
        ("A.java", "class A { String s = \"a\n\"; }"),
        ("a.kt", "@A package a"),
        ("a.kt", "val x = \"${ { \""),
        ("a.kt", "fun (() -> Int).twice() = 2"),
        ("a.scala", "val (a, b) = pair"),
        ("a.scala", "class A\npackage b"),
        ("a.scala", "def ==(x: A) = true"),
        ("a.scala", "val =: = 1"),
        ("a.scala", "val a, =: = 1"),
    ] {
        assert_eq!(of(name, text), None, "{text}");
    }
}

#[test]
fn every_name_of_the_pages_is_found() {
    for (language, page) in [
        ("scala", include_str!("../../languages/scala.md")),
        ("java", include_str!("../../languages/java.md")),
        ("kotlin", include_str!("../../languages/kotlin.md")),
    ] {
        let opening = format!("```{language} ");
        let mut texts = 0;
        for block in page.split(opening.as_str()).skip(1) {
            let (path, rest) = block.split_once('\n').unwrap();
            let text = rest.split("```").next().unwrap();
            assert_eq!(wrong(path, text), None);
            assert!(of(path, text).is_some(), "{path}");
            texts += 1;
        }
        assert!(texts > 2, "{language}: {texts}");
    }
}

/// Words of the languages.
const WORDS: [&str; 20] = [
    "int ",
    "void ",
    "class ",
    "object ",
    "trait ",
    "interface ",
    "enum ",
    "record ",
    "fun ",
    "val ",
    "var ",
    "def ",
    "type ",
    "package ",
    "import ",
    "case ",
    "private ",
    "static ",
    "final ",
    "extends ",
];

/// Other pieces of sources.
const PIECES: [&str; 40] = [
    "A",
    "B",
    "c",
    "d.e",
    "List<A>",
    "List[A]",
    "Int",
    "(",
    ")",
    "()",
    "(a: Int)",
    "(int a)",
    "{",
    "}",
    "{ }",
    "{\n",
    "\n}",
    "=",
    "= 1",
    ": ",
    "; ",
    ";\n",
    "\n",
    "\n\n",
    " ",
    ".",
    ", ",
    "\"",
    "\"}\"",
    "\"${ a }\"",
    "s\"${ { 1 } }\"",
    "\"\"\"",
    "\"\"\" } \"\"\"",
    "'{'",
    "'a",
    "// class X\n",
    "/* { */",
    "@A(B.class) ",
    "@Inject ",
    "`c d`",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_is_missed(
        pieces in prop::collection::vec(prop_oneof![prop::sample::select(&WORDS[..]), prop::sample::select(&PIECES[..])], 1..14),
        language in 0..3usize,
    ) {
        let text: String = pieces.concat();
        let name = ["a.java", "a.kt", "a.scala"][language];
        prop_assert_eq!(wrong(name, &text), None);
    }
}
