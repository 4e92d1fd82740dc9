//! What names mean across small made-up files.

use super::*;

fn set<'a>(files: &[(&'a str, &'a str)]) -> FileSet {
    FileSet::from_texts(files.iter().copied())
}

/// What the export `name` of `path` means: its kind, and where it is defined.
fn told(files: &[(&str, &str)], path: &str, name: &str) -> String {
    let files = set(files);
    let scripts = Scripts::new(&files);
    let script = scripts.get(&RepoPath::new(path).unwrap()).unwrap();
    let found = scripts.exported(script, name);
    let kind = match found.meaning {
        Meaning::Value(at, rest) => format!("value {} {}", at.script.written(at.expression.span.clone()), rest.len()),
        Meaning::Function(..) => "function".into(),
        Meaning::Class(..) => "class".into(),
        Meaning::Module(script) => format!("module {}", script.path),
        Meaning::Package(module, name) => format!("package {module} {name}"),
        Meaning::Unknown => "unknown".into(),
    };
    let home = found.home.map(|(script, name)| format!(" in {} as {name}", script.path)).unwrap_or_default();
    format!("{kind}{home}")
}

#[test]
fn names_are_followed_to_their_homes() {
    let files = [
        (
            "a.ts",
            "export { b as c } from './b'; export * from './d'; export * as e from './d'; export default b; import { b } from './b';",
        ),
        (
            "b.ts",
            "import { x } from 'lib'; const inner = 1; export { inner as b }; export const { y, z: [w] } = make(x); export { x };",
        ),
        ("d.js", "exports.f = function () {}; module.exports.g = require('./b').b; class K { h() {} } exports.K = K;"),
    ];
    let cases = [
        ("c", "value 1 in b.ts as inner"),
        ("default", "value 1 in b.ts as inner"),
        ("f", "value function () {} 0 in d.js as f"),
        ("g", "value 1 0 in b.ts as inner"),
        ("e", "module d.js"),
        ("K", "class in d.js as K"),
        ("nothing", "unknown"),
    ];
    for (name, expected) in cases {
        let said = told(&files, "a.ts", name).replace("value 1 0", "value 1");
        assert_eq!(said, expected.replace("value 1 0", "value 1"), "{name}");
    }
    assert_eq!(told(&files, "b.ts", "y"), "value make(x) 1 in b.ts as y");
    assert_eq!(told(&files, "b.ts", "w"), "value make(x) 2 in b.ts as w");
    assert_eq!(told(&files, "b.ts", "x"), "package lib x");
}

#[test]
fn python_names_are_followed() {
    let files = [
        ("app/main.py", "from .lib import f as g\nfrom lib import *\nimport lib\n"),
        ("app/lib.py", "from pkg.sub import h\ndef f(): ...\nclass C: ...\n"),
        ("app/__init__.py", ""),
        ("lib.py", "def star(): ...\n"),
    ];
    assert_eq!(told(&files, "app/main.py", "g"), "function in app/lib.py as f");
    assert_eq!(told(&files, "app/main.py", "star"), "function in lib.py as star");
    assert_eq!(told(&files, "app/lib.py", "h"), "package pkg.sub h");
}

fn text(files: &[(&str, &str)], name: &str) -> Option<String> {
    let files = set(files);
    let scripts = Scripts::new(&files);
    let script = scripts.get(&RepoPath::new("a.ts").unwrap()).unwrap();
    match scripts.exported(script, name).meaning {
        Meaning::Value(at, rest) if rest.is_empty() => scripts.text(at),
        _ => None,
    }
}

#[test]
fn texts_are_put_together_and_holes_are_seen() {
    let files = [
        (
            "a.ts",
            "import { names, P } from './b'; export const one = `${P}-${names.q}`; export const two = P + process.env.X; export const three = process.env.X ?? 'd'; export const four = process.env.X; export const five = f(); export const six = x ? 'a' : 'b';",
        ),
        ("b.ts", "export const P = 'p'; export const names = { ...more, q: 'orders' }; const more = { r: 1 };"),
    ];
    let cases = [
        ("one", Some("p-orders")),
        ("two", Some("p*")),
        ("three", Some("d")),
        ("four", None),
        ("five", None),
        ("six", None),
    ];
    for (name, expected) in cases {
        assert_eq!(text(&files, name).as_deref(), expected, "{name}");
    }
}

#[test]
fn what_doubles_at_every_step_comes_to_an_end() {
    let mut file = "export const a0 = 'x';".to_owned();
    for n in 1..60 {
        file.push_str(&format!("export const a{n} = a{} + a{};", n - 1, n - 1));
    }
    assert_eq!(text(&[("a.ts", &file)], "a59"), None);
    assert_eq!(text(&[("a.ts", "export const a = b; const b = a;")], "a"), None);
}
