//! Pairs of versions per language: those that say the same, and those that do not.

use proptest::prelude::*;

use super::*;

fn judge(name: &str, before: &str, after: &str) -> Option<bool> {
    agree(&RepoPath::new(name).unwrap(), before, after)
}

#[track_caller]
fn check(name: &str, same: &[(&str, &str)], different: &[(&str, &str)]) {
    for (before, after) in same {
        assert_eq!(judge(name, before, after), Some(true), "{name}:\n{before}\n---\n{after}");
        assert_eq!(judge(name, after, before), Some(true), "{name}:\n{after}\n---\n{before}");
    }
    for (before, after) in different {
        assert_eq!(judge(name, before, after), Some(false), "{name}:\n{before}\n---\n{after}");
    }
}

#[test]
fn typescript() {
    check(
        "a.ts",
        &[
            ("const a = 'x'", "// why\nconst a = \"x\";\n"),
            ("f(a, b)", "f(\n  a,\n  b,\n);"),
            ("const x = (a * b) + c", "const x = a * b + c"),
            ("const f = x => x", "const f = (x) => /* it */ x"),
            (
                "import { b, a } from './m';\nimport x from 'x';\nf(a, b, x)",
                "import x from 'x'\nimport { a, b } from './m'\nf(a, b, x)",
            ),
            ("import { a, gone } from './m';\nf(a)", "import { a } from './m';\nf(a)"),
            ("import { gone } from './m';\nf()", "f()"),
            ("const o = { 'a': 1, b: b }", "const o = { a: 1, b }"),
            ("if (a) return b(); else c()", "if (a) {\n  return b();\n} else {\n  c();\n}"),
            ("interface A { a: string; b: number }", "interface A {\n  a: string,\n  b: number,\n}"),
            ("type T = | 'a' | 'b'", "type T =\n  | 'a'\n  | 'b';"),
            ("const n = 0xff + .5", "const n = 255 + 0.50"),
            ("/** Licence */\nexport function f() {}", "export function f() {}"),
        ],
        &[
            ("const a = 1", "const a = 2"),
            ("f(a, b)", "f(b, a)"),
            ("a > b", "a >= b"),
            ("(a + b) * c", "a + b * c"),
            ("import { a } from './m';\na()", "import { a } from './n';\na()"),
            ("import './effects';\nf()", "f()"),
            ("const a: string = x", "const a: number = x"),
            ("const s = `a b`", "const s = `a  b`"),
            ("async function f() { await g() }", "async function f() { g() }"),
            ("if (a) { const b = 1 }", "if (a) { let b = 1 }"),
            ("f()", "f(); g()"),
        ],
    );
    check(
        "a.jsx",
        &[("const p = <p>a <b>c</b></p>", "const p = (\n  <p>\n    a <b>c</b>\n  </p>\n);")],
        &[("const p = <p>a</p>", "const p = <p>b</p>"), ("import x from 'x';\nf()", "f()")],
    );
    assert_eq!(judge("a.ts", "const a = ;", "const a = 1"), None);
    assert_eq!(judge("a.ts", "f()", "f("), None);
}

#[test]
fn python() {
    check(
        "a.py",
        &[
            ("x = 'a'  # why\n", "\nx = \"a\"\n"),
            ("def f(a):\n    return a\n", "def f(\n    a,\n):\n    \"\"\"Says it.\"\"\"\n    return (a)\n"),
            ("class A:\n    \"\"\"Doc.\"\"\"\n", "class A:\n    pass\n"),
            ("\"\"\"Module.\"\"\"\nimport os\nimport re\n", "import re\nimport os\n"),
            ("from a import c, b\n", "from a import (\n    b,\n    c,\n)\n"),
            ("x = {'a': 1}\n", "x = {\n    'a': 1,\n}\n"),
            ("x = 'a' 'b'\n", "x = (\n    'a'\n    'b'\n)\n"),
        ],
        &[
            ("x = 1\n", "x = 2\n"),
            ("def f(a):\n    return a\n", "def f(a, b):\n    return a\n"),
            ("from a import b\n", "from c import b\n"),
            ("if a:\n    f()\n    g()\n", "if a:\n    f()\ng()\n"),
            ("x = 'a b'\n", "x = 'a  b'\n"),
            ("f(a)\n", "await_(a)\n"),
        ],
    );
    assert_eq!(judge("a.py", "def f(:\n", "def f():\n    pass\n"), None);
}

#[test]
fn rust() {
    check(
        "a.rs",
        &[
            ("use a::{c, b};\nfn f() {}", "// Licence\nuse a::b;\nuse a::c;\n\nfn f() {\n}\n"),
            ("/// Doc.\nfn f(a: u8) -> u8 { a }", "#![doc = \"x\"]\n//! x\nfn f(\n    a: u8,\n) -> u8 {\n    a\n}"),
            ("fn f() { g(1) }", "fn f() {\n    g(\n        1,\n    )\n}"),
            ("const A: [u8; 2] = [1, 2];", "const A: [u8; 2] = [\n    1,\n    2,\n];"),
        ],
        &[
            ("fn f() { g(1) }", "fn f() { g(2) }"),
            ("fn f() -> (u8,) { (1,) }", "fn f() -> (u8,) { (1) }"),
            ("fn f() { a && b }", "fn f() { a; &b }"),
            ("#[derive(A)] struct B;", "#[derive(C)] struct B;"),
            ("use a::b;", "use c::b;"),
            ("fn f() { a & &b }", "fn f() { a && b }"),
        ],
    );
    assert_eq!(judge("a.rs", "fn f( {", "fn f() {}"), None);
}

#[test]
fn go() {
    check(
        "a.go",
        &[
            (
                "package a\n\nimport (\n\t\"b\"\n\t\"c\"\n)\n\nfunc f() { g(1, 2) }\n",
                "// Licence\npackage a\n\nimport \"c\"\nimport \"b\"\n\n// f says it.\nfunc f() {\n\tg(\n\t\t1,\n\t\t2,\n\t)\n}\n",
            ),
            ("package a\n\nvar x = (1)\n", "package a\n\nvar x   = 1 // why\n"),
        ],
        &[
            ("package a\n\nvar x = 1\n", "package a\n\nvar x = 2\n"),
            ("package a\n\nvar x = a - b\n", "package a\n\nvar x = a + b\n"),
            ("package a\n\nimport \"b\"\n", "package a\n\nimport \"c\"\n"),
            ("//go:build linux\n\npackage a\n", "//go:build darwin\n\npackage a\n"),
            ("package a\n\nvar x = `a b`\n", "package a\n\nvar x = `a  b`\n"),
        ],
    );
    assert_eq!(judge("a.go", "package a\n\nfunc f( {\n", "package a\n\nfunc g( {\n"), Some(false));
    assert_eq!(judge("a.go", "package a\n\nfunc f( {\n", "package a\n\nfunc f() {\n"), None);
}

#[test]
fn java_kotlin_csharp_scala() {
    check(
        "A.java",
        &[
            (
                "import a.B;\nimport a.C;\nclass A { B b; C c; int f() { return (1); } }",
                "/* Licence */\nimport a.C;\nimport a.B;\n\n/** Doc. */\nclass A {\n    B b;\n    C c;\n\n    int f() {\n        return 1;\n    }\n}\n",
            ),
            ("import a.Gone;\nclass A {}", "class A {}"),
            ("class A { int[] a = {1, 2}; }", "class A {\n  int[] a = {\n    1,\n    2,\n  };\n}"),
        ],
        &[
            ("class A { int a = 1; }", "class A { int a = 2; }"),
            ("class A { int a = (1 + 2) * 3; }", "class A { int a = 1 + 2 * 3; }"),
            ("import a.B;\nclass A { B b; }", "import c.B;\nclass A { B b; }"),
            ("class A { boolean a = b > c; }", "class A { boolean a = b >= c; }"),
            ("class A { String a = \"// b\"; }", "class A { String a = \"// c\"; }"),
        ],
    );
    check(
        "A.kt",
        &[(
            "import a.B\nimport a.C\nfun f(a: Int): Int = g(a)",
            "import a.C\nimport a.B\n\n// why\nfun f(\n    a: Int,\n): Int = g(a)\n",
        )],
        &[("val a = 1", "val a = 2"), ("val a = 1\n-b", "val a = 1 - b")],
    );
    check(
        "A.cs",
        &[(
            "using B;\nusing A;\nclass C { int F() => (1); }",
            "using A;\nusing B;\n\n/// <summary>Doc</summary>\nclass C\n{\n    int F() => 1;\n}\n",
        )],
        &[("class C { int F() => 1; }", "class C { int F() => 2; }")],
    );
    check(
        "A.scala",
        &[(
            "object A { def f(a: Int) = g(a, 1) }",
            "// why\nobject A {\n  def f(a: Int) =\n    g(\n      a,\n      1,\n    )\n}\n",
        )],
        &[
            ("object A { val a = 1 }", "object A { val a = 2 }"),
            ("object A { val a = (1 + 2) * 3 }", "object A { val a = 1 + 2 * 3 }"),
        ],
    );
}

#[test]
fn ruby_and_php() {
    check(
        "a.rb",
        &[("def f(a)\n  g 'x', a\nend\n", "# why\ndef f(a)\n  g \"x\",\n    a\nend\n")],
        &[("a = 1\n", "a = 2\n"), ("a = 'x y'\n", "a = 'x  y'\n"), ("# frozen_string_literal: true\na\n", "a\n")],
    );
    check(
        "a.php",
        &[("<?php\nuse B;\nuse A;\nf('x', [1, 2]);\n", "<?php\n// why\nuse A;\nuse B;\nf(\"x\", [\n  1,\n  2,\n]);\n")],
        &[
            ("<?php\nf(1);\n", "<?php\nf(2);\n"),
            ("<?php\n/** @Route(\"/a\") */\nfunction f() {}\n", "<?php\n/** @Route(\"/b\") */\nfunction f() {}\n"),
        ],
    );
}

#[test]
fn what_is_no_source_is_compared_by_its_lines() {
    assert_eq!(judge("a.sql", "select 1", "select  1"), None);
    assert!(!has_syntax(&RepoPath::new("a.sql").unwrap()) && has_syntax(&RepoPath::new("a.kt").unwrap()));
    assert!(same_but_for_line_ends("a\nb\n", "\r\na  \r\nb\r\n\r\n"));
    assert!(!same_but_for_line_ends("a\n\nb", "a\nb"));
    assert!(!same_but_for_line_ends("  a", "a\nb"));
}

#[test]
fn generators_say_that_they_wrote_it() {
    for head in [
        "// Code generated by mockery v2. DO NOT EDIT.\npackage a",
        "/* eslint-disable */\n// @generated by protobuf-ts",
        "# This file was automatically generated by x.\n# Do not edit it.",
        "/**\n * This file is auto-generated by OpenAPI.\n * Do not edit the class manually.\n */",
    ] {
        assert!(is_generated(head), "{head}");
    }
    for head in [
        "const x = 'do not edit, generated by us'",
        "// ids are generated by the database\n",
        "// Do not edit lightly.",
    ] {
        assert!(!is_generated(head), "{head}");
    }
}

#[test]
fn texts_made_to_exhaust_are_survived() {
    for name in ["a.ts", "a.py", "a.rs", "a.go", "A.java", "a.rb", "a.php", "a.kt", "a.cs", "a.scala"] {
        for open in ["(", "[", "{", "a(", "!", "-", "a?b:", "x=>"] {
            let deep = format!("x = {}", open.repeat(10_000));
            assert_ne!(judge(name, &deep, "x = 1\n"), Some(true), "{name} {open}");
        }
        let nested = format!("x = {}1{}\n", "(".repeat(10_000), ")".repeat(10_000));
        assert_ne!(judge(name, &nested, &nested.replace('1', "2")), Some(true), "{name}");
        assert_ne!(judge(name, &"a\n".repeat(100_000), "b\n"), Some(true), "{name}");
    }
}

/// Versions of one small file per language, its lines given so that a line may come between any two.
const LINES: &[(&str, &str, &[&str])] = &[
    (
        "a.ts",
        "//",
        &[
            "import { b } from './b'",
            "export function f(x: number) {",
            "  if (x > 10) {",
            "    return b(x, 20)",
            "  }",
            "  return 'none'",
            "}",
        ],
    ),
    ("a.py", "#", &["import os", "def f(x):", "    if x > 10:", "        return os.name(x, 20)", "    return 'none'"]),
    (
        "a.rs",
        "//",
        &["use a::b;", "fn f(x: u8) -> u8 {", "    if x > 10 {", "        return b(x, 20);", "    }", "    30", "}"],
    ),
    (
        "a.go",
        "//",
        &["package a", "func f(x int) int {", "\tif x > 10 {", "\t\treturn b(x, 20)", "\t}", "\treturn 30", "}"],
    ),
    (
        "A.java",
        "//",
        &[
            "class A {",
            "  int f(int x) {",
            "    if (x > 10) {",
            "      return b(x, 20);",
            "    }",
            "    return 30;",
            "  }",
            "}",
        ],
    ),
    ("a.rb", "#", &["def f(x)", "  if x > 10", "    return b(x, 20)", "  end", "  'none'", "end"]),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn comments_and_empty_lines_say_nothing(
        language in 0..LINES.len(),
        inserted in proptest::collection::vec((0..9_usize, "[ a-z(){}'\"]{0,12}", any::<bool>()), 1..6),
    ) {
        let (name, sign, lines) = LINES[language];
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for (at, words, empty) in inserted {
            let line = if empty { String::new() } else { format!("  {sign} {words}") };
            changed.insert(at % changed.len(), line);
        }
        let before = lines.join("\n");
        prop_assert_eq!(judge(name, &before, &changed.join("\n")), Some(true), "{}", changed.join("\n"));
    }

    #[test]
    fn a_number_or_an_operator_says_something(language in 0..LINES.len(), digit in 3..9_u8, operator in any::<bool>()) {
        let (name, _, lines) = LINES[language];
        let before = lines.join("\n");
        let after = if operator { before.replace("> 10", "< 10") } else { before.replace("20", &format!("2{digit}")) };
        prop_assert_eq!(judge(name, &before, &after), Some(false), "{}", after);
    }
}
