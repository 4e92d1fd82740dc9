//! A tree that is made from another one is the tree of its text.

use proptest::prelude::*;
use tree_sitter::Language;

use super::super::{parse, parse_from, walk};

/// A small source per language.
fn sources() -> [(Language, &'static str); 7] {
    [
        (
            tree_sitter_go::LANGUAGE.into(),
            "package a\n\nimport \"b\"\n\n// f says it.\nfunc f(x int) int {\n\tif x > 10 {\n\t\treturn b.G(x, 20)\n\t}\n\treturn 30\n}\n\nvar y = `a\nb`\n",
        ),
        (
            tree_sitter_java::LANGUAGE.into(),
            "package a;\n\nimport b.C;\n\n/** Doc. */\nclass A<T extends C> {\n  int f(int x) {\n    if (x > 10) {\n      return b.<T>g(x, 20);\n    }\n    return (int) -30;\n  }\n}\n",
        ),
        (
            tree_sitter_kotlin_ng::LANGUAGE.into(),
            "package a\n\nimport b.C\n\n@Deprecated\nclass A(val x: Int) {\n  val y = \"${x + 1} and $x\"\n  fun f(): Int? {\n    val z = x\n      ?.let { it + 1 }\n    return z\n  }\n}\n",
        ),
        (
            tree_sitter_c_sharp::LANGUAGE.into(),
            "using B;\n\nnamespace A;\n\n/// <summary>Doc</summary>\nclass C<T> where T : new()\n{\n    int F(int x) => x > 10 ? G<T>(x, 20) : 30;\n    string S = $\"{F(1)} a\";\n}\n",
        ),
        (
            tree_sitter_scala::LANGUAGE.into(),
            "package a\n\nimport b.{C, D => E}\n\nobject A {\n  implicit val x: Int = 1\n  def f(y: Int)(implicit z: C): Int =\n    if (y > 10) g(y, 20)\n    else {\n      val t = s\"${y + 1} and $z\"\n      t.map(_.length) + x\n    }\n\n  case class F[T <: C](a: T, b: Option[Int] = None) extends E with G {\n    def h = a match {\n      case 1 | 2 => \"\"\"x\ny\"\"\"\n      case _ => b\n    }\n  }\n}\n\nenum H:\n  case One, Two\n\n  def i =\n    1\n",
        ),
        (
            tree_sitter_ruby::LANGUAGE.into(),
            "require \"b\"\n\nmodule A\n  class C < D\n    def f(x)\n      return g x, 20 if x > 10\n      \"#{x} and 'a'\"\n    end\n\n    TEXT = <<~END\n      some #{words}\n    END\n  end\nend\n",
        ),
        (
            tree_sitter_php::LANGUAGE_PHP.into(),
            "<?php\nnamespace A;\n\nuse B\\C;\n\n/** Doc. */\nclass D extends C {\n    public function f(int $x): int {\n        return $x > 10 ? $this->g($x, \"a $x\") : 30;\n    }\n}\n",
        ),
    ]
}

/// What can be done to a line.
#[derive(Clone, Debug)]
enum Edit {
    Remove,
    Double,
    Swap,
    Comment,
    Longer,
    Other(char),
}

fn edits() -> impl Strategy<Value = Vec<(usize, Edit)>> {
    let edit = prop_oneof![
        Just(Edit::Remove),
        Just(Edit::Double),
        Just(Edit::Swap),
        Just(Edit::Comment),
        Just(Edit::Longer),
        proptest::char::range('!', '~').prop_map(Edit::Other),
    ];
    proptest::collection::vec((0..40_usize, edit), 1..4)
}

fn edited(text: &str, edits: &[(usize, Edit)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, edit) in edits {
        let at = at % lines.len();
        match edit {
            Edit::Remove if lines.len() > 1 => drop(lines.remove(at)),
            Edit::Double => lines.insert(at, lines[at].clone()),
            Edit::Swap => {
                let last = lines.len() - 1;
                lines.swap(at, last.min(at + 1));
            }
            Edit::Comment => lines[at].push_str(" // äöü"),
            Edit::Longer => lines[at] = lines[at].replace('x', "x1").replace("20", "2 + x").replace('a', "aé"),
            Edit::Other(sign) => lines[at].push(*sign),
            Edit::Remove => {}
        }
    }
    lines.join("\n") + "\n"
}

/// All nodes, with their places.
fn shown(tree: &tree_sitter::Tree) -> Vec<String> {
    let mut nodes = Vec::new();
    walk(tree.root_node(), &mut |node| {
        nodes.push(format!("{} {:?} {}", node.kind(), node.byte_range(), node.child_count()));
        true
    });
    nodes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn begun_from_another_it_is_the_same(number in 0..7_usize, steps in proptest::collection::vec(edits(), 1..5)) {
        let (language, text) = &sources()[number];
        let mut text = (*text).to_owned();
        parse(language, &text).unwrap();
        for edits in steps {
            text = edited(&text, &edits);
            if let (Ok(begun), Ok(fresh)) = (parse(language, &text), parse_from(language, &text, None)) {
                prop_assert_eq!(shown(&begun), shown(&fresh), "{}", text);
            }
        }
    }
}

#[test]
fn the_sources_follow_their_grammars_and_are_begun_from() {
    for (language, text) in sources() {
        assert!(!parse(&language, text).unwrap().root_node().has_error(), "{text}");
        let mut near = None;
        if let super::Known::Near(tree) = super::of(&language, &text.replace("10", "11").replace('1', "12")) {
            near = Some(tree);
        }
        assert!(near.is_some(), "{text}");
        assert!(matches!(super::of(&language, text), super::Known::Whole(_)), "{text}");
        assert!(matches!(super::of(&language, "x"), super::Known::Nothing), "{text}");
    }
}
