//! Pairs of texts that differ in their layout alone, as formatters write them, and pairs that nearly do.

use lockstep_model::RepoPath;
use proptest::prelude::*;

use super::*;
use crate::change::agree_by_trees;

/// What is said by the tokens of a text that is understood.
fn all(text: &str) -> Vec<Said<'_>> {
    let mut reader = Reader::new(text);
    let mut all = vec![reader.next().unwrap()];
    while !all.last().unwrap().text.is_empty() {
        all.push(reader.next().unwrap());
    }
    all
}

/// What a formatter makes of `one` is `other`.
#[track_caller]
fn same(one: &str, other: &str) {
    assert_eq!(all(one), all(other), "{one}\n---\n{other}");
    assert!(is_all_that_differs(one, other) && is_all_that_differs(other, one));
}

#[track_caller]
fn different(one: &str, other: &str) {
    assert!(!is_all_that_differs(one, other), "{one}\n---\n{other}");
    assert!(!is_all_that_differs(other, one), "{other}\n---\n{one}");
}

#[test]
fn what_formatters_do() {
    same("case class A(a: Int, b: Int)\n", "// why\ncase class A(\n    a: Int,\n    b: Int,\n)");
    same(
        "object A { def f(a: Int) = g(a, 1) }",
        "// why\nobject A {\n  def f(a: Int) =\n    g(\n      a,\n      1,\n    )\n}\n",
    );
    same("object A { def f = g(1) }", "object A {\n\n  /** Says it. */\n  def f =\n    g(1)\n}\n");
    same("val a = b.map(x => f(x)).c\n", "val a = b\n  .map(x =>\n    f(x),\n  )\n  .c\n");
    same("class A extends B with C {\n  f()\n}", "class A\n    extends B\n    with C {\n\n    f()\n}");
    same("a match {\ncase 1 => f()\ncase 2 =>\n g()\n}", "a match {\n  case 1 =>\n    f()\n  case 2 => g()\n}");
    same("for {\n  a <- b\n  c <-\n   d\n} yield e", "for {\n    a <- b\n    c <- d\n} yield e");
    same("def f = {\n if (a) b\n else c\n}", "def f = {\n  if (a)\n    b\n  else c\n}");
    same("class A :\n  def f =\n    a\n    b\n", "class A:\n    def f =\n        a\n        b");
    same("val a = s\"x ${f( b )} y\"", "val a =\n  s\"x ${f(b)} y\"");
    same("f { x => g(x)\n}", "f { x =>\n  g(x)\n}");
}

#[test]
fn what_says_something_else() {
    different("val a = 1", "val a = 2");
    different("val a = b\n-c", "val a = b - c");
    different("val a = b\n(c)", "val a = b(c)");
    different("f(a, b)", "f(b, a)");
    different("(a + b) * c", "a + b * c");
    different("val a = \"b  c\"", "val a = \"b c\"");
    different("val a = s\"${b}  c\"", "val a = s\"${b} c\"");
    different("val a = s\"${\"b  c\"}\"", "val a = s\"${\"b c\"}\"");
    different("val a = 'b'", "val a = 'c'");
    different("f(1.0)", "f(1 .0)");
    different("a ++ b", "a + + b");
    different("a_= b", "a_ = b");
    different("class A\n{ f() }", "class A\n\n{ f() }");
    different("a +\n  b", "a +\n\n  b");
    different("def f =\n  a\n  b\n", "def f =\n  a\nb\n");
    different("a\n// b\n|| c", "a // b\n\n|| c");
    different("a\n- b", "a\n-b");
    different("val a = <b>c  d</b>", "val a = <b>c d</b>");
    different("f(x =>\n  a\n  b\n)", "f(x =>\n  a b\n)");
    different("object A {", "object A {\n");
}

#[test]
fn lines_of_blocks_without_braces_stand_where_they_belong() {
    let outer = "x match\n  case 1 => y match\n    case 2 => a\n  case 3 => b\n";
    different(outer, &outer.replace("  case 3", "    case 3"));
    same(outer, &outer.replace("  ", "   "));
    let nested = "if a then\n  if b then c\nelse d\n";
    different(nested, &nested.replace("else", "  else"));
    let block = "val a = b.map: x =>\n    x + 1\n  .c\n";
    different(block, &block.replace("  .c", "      .c"));
}

/// Parts of a text without blocks that lines alone begin: of those the parser tells more than there is.
const PARTS: [&str; 17] = [
    "object A {",
    "}",
    "val b: B",
    "g(",
    ")",
    "a",
    "|| b",
    ":: c",
    ".d",
    ", e",
    "{",
    "(",
    "\"s  t\"",
    "s\"u ${v} w\"",
    "/* y */",
    "1.0",
    ";",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn what_parses_otherwise_is_not_layout(
        parts in proptest::collection::vec((0..PARTS.len(), 0..4_usize, 0..4_usize), 1..14),
    ) {
        let gaps = [" ", "\n", "\n  ", "\n    "];
        let text = |choose: fn(&(usize, usize, usize)) -> usize| -> String {
            parts.iter().map(|part| format!("{}{}", gaps[choose(part)], PARTS[part.0])).collect()
        };
        let (one, other) = (text(|part| part.1), text(|part| part.2));
        if is_all_that_differs(&one, &other) {
            let path = RepoPath::new("a.scala").unwrap();
            prop_assert_ne!(agree_by_trees(&path, &one, &other), Some(false), "{}\n---\n{}", one, other);
        }
    }
}
