//! What counts as a token, in each kind of parser.

use super::*;

/// The classes of the tokens of `text` as words: `n` for a name, `l` for a literal, else the text.
fn shown(path: &str, text: &str) -> String {
    let path = RepoPath::new(path).unwrap();
    let word = |token: &Token| match token.class {
        Token::NAME => "n".to_owned(),
        Token::LITERAL => "l".to_owned(),
        _ => token.text(text).trim().to_owned(),
    };
    of(&path, text).iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_and_literals_are_alike_and_layout_is_nothing() {
    let cases = [
        ("a.ts", "import a from 'a'; // words\nconst x = f(a, 'b',);", "const n = n ( n , l )"),
        ("a.ts", "interface A { b: string }\nexport type B = A;\nexport { x };\nreturn `a${b}c`;", "return l n l"),
        ("a.js", "const a = require('a');\nclass A { #b = 1; }", "class n { n = l }"),
        ("a.jsx", "x = <a b=\"c\">text</a>", "n = < n n = l > l < / n >"),
        (
            "a.py",
            "'''About.'''\nimport os\ndef f(x):\n    '''About.'''\n    return g(x, 1,)\n",
            "def n ( n ) :  return n ( n , l )",
        ),
        ("a.py", "f()\nif __name__ == \"__main__\":\n    f(1)\n", "n ( )"),
        ("a.rs", "use a::b;\n//! x\n#[test]\npub fn f(x: u8) -> u8 { x + 1 }", "pub fn n ( n : n ) - > n { n + l }"),
        ("a.go", "package a\n\nimport \"b\"\n\nfunc f() { return b.C(1) }\n", "func n ( ) { return n . n ( l ) }"),
        ("A.java", "package a; import b.C; class A { int x = f(\"b\"); }", "class n { int n = n ( \" l \" ) }"),
        ("a.rb", "def f(x)\n  x + 1 # words\nend\n", "def n ( n ) n + l end"),
        ("a.txt", "a b c", ""),
    ];
    for (path, text, expected) in cases {
        assert_eq!(shown(path, text), expected, "{path}: {text}");
    }
}

#[test]
fn a_text_with_an_error_has_tokens() {
    assert!(!shown("a.py", "def f(:\n    return 1\n").is_empty());
    assert!(!shown("A.java", "class A { void f( { g(1); } }").is_empty());
}

#[test]
fn what_no_person_wrote_is_bounded() {
    assert_eq!(shown("a.ts", &"a;".repeat(1 << 20)), "");
    for (path, open, close) in [("a.ts", "(", ")"), ("a.py", "(", ")"), ("a.rs", "(", ")"), ("a.go", "(", ")")] {
        let text = format!("{}{}", open.repeat(10_000), close.repeat(10_000));
        of(&RepoPath::new(path).unwrap(), &text);
    }
}

#[test]
fn classes_are_the_same_everywhere() {
    assert_eq!(class_of("return"), 2_246_981_567);
}
