//! What a naive scan for `import` and `require` gets wrong, each as a case.

use super::*;

fn read(name: &str, text: &str) -> FileFacts {
    facts(&RepoPath::new(name).unwrap(), text)
}

/// Every import as `KIND specifier names`, in the order of the text.
fn imports(name: &str, text: &str) -> Vec<String> {
    let facts = read(name, text);
    assert_eq!(facts.error, None, "{text}");
    facts.imports.iter().map(shown).collect()
}

fn shown(import: &Import) -> String {
    let names = if import.whole { "*".to_owned() } else { import.names.join(",") };
    format!("{:?} {} {names}", import.kind, import.specifier).trim_end().to_owned()
}

/// The specifiers that a symbol imports, and the symbols that it uses.
fn reach(facts: &FileFacts, name: &str) -> (Vec<String>, Vec<String>) {
    let symbol = facts.symbols.iter().find(|symbol| symbol.name == name).expect(name);
    (
        symbol.imports.iter().map(|index| facts.imports[*index].specifier.clone()).collect(),
        symbol.uses.iter().map(|index| facts.symbols[*index].name.clone()).collect(),
    )
}

fn top_level(facts: &FileFacts) -> Vec<&str> {
    facts.top_level_imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect()
}

/// Every export as `name symbol|specifier`.
fn exports(facts: &FileFacts) -> Vec<String> {
    let behind = |export: &Export| match (export.symbol, export.import) {
        (Some(symbol), _) => facts.symbols[symbol].name.clone(),
        (None, Some(import)) => facts.imports[import].specifier.clone(),
        (None, None) => "?".to_owned(),
    };
    facts.exports.iter().map(|export| format!("{} {}", export.name, behind(export))).collect()
}

#[test]
fn every_way_of_importing() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("a.ts", "import a, { b as c } from './m'; a(); c();", &["Value ./m default", "Value ./m b"]),
        ("a.ts", "import * as m from './m'; m.x();", &["Value ./m *"]),
        ("a.ts", "import './m';", &["Value ./m"]),
        ("a.ts", "import type { T } from './m'; let x: T;", &["Type ./m T"]),
        ("a.ts", "import { type T, f } from './m'; f();", &["Type ./m T", "Value ./m f"]),
        // Elided: only types mention it.
        ("a.ts", "import { T } from './m'; export function f(x: T): T { return x }", &["Type ./m T"]),
        ("a.ts", "import { T } from './m'; export const f = (x: typeof T) => 1;", &["Type ./m T"]),
        // JavaScript elides nothing.
        ("a.js", "import { T } from './m';", &["Value ./m T"]),
        ("a.tsx", "import { Row } from './m'; export const f = () => <Row />;", &["Value ./m Row"]),
        ("a.js", "import { Row } from './m'; export const f = () => <Row />;", &["Value ./m Row"]),
        ("a.ts", "export { a as b } from './m'; export type { T } from './t';", &["ReExport ./m a", "Type ./t T"]),
        ("a.ts", "export * from './m'; export * as n from './n';", &["ReExport ./m *", "ReExport ./n *"]),
        ("a.ts", "import m = require('./m'); m();", &["Value ./m *"]),
        ("a.ts", "type T = import('./m').T; let x: typeof import('./n');", &["Type ./m T", "Type ./n *"]),
        ("a.js", "const m = require('./m'); m();", &["Value ./m *"]),
        ("a.js", "const { a, b: c } = require('./m'); a(c);", &["Value ./m a", "Value ./m b"]),
        ("a.js", "const a = require('./m').a; a();", &["Value ./m a"]),
        ("a.js", "require('./m');", &["Value ./m"]),
        ("a.js", "function f() { const { a } = require('./m'); }", &["Lazy ./m a"]),
        ("a.js", "const f = async () => (await import('./m')).a;", &["Lazy ./m a"]),
        ("a.js", "import('./m').then(({ a }) => a);", &["Lazy ./m *"]),
        ("a.js", "import(`./m`);", &["Lazy ./m"]),
        ("a.js", "import(`./${x}.js`);", &["Pattern ./**/*.js *"]),
        ("a.js", "require('./' + x); require(x);", &["Computed './' + x *", "Computed x *"]),
        (
            "a.js",
            "require('../rules/' + x + '-rule'); import(`./${a}${b}`);",
            &["Pattern ../rules/**/*-rule *", "Computed `./${a}${b}` *"],
        ),
        ("a.js", "import.meta.glob(['./a/*.ts', 'b', '!./c.ts']);", &["Pattern ./a/*.ts *"]),
        (
            "a.js",
            "require.context('./a'); require.context('./b', false, /x/);",
            &["Pattern ./a/**/* *", "Pattern ./b/* *"],
        ),
        (
            "a.js",
            "new URL('./w.js', import.meta.url); new Worker('./v.js'); new URL('./x', base);",
            &["Lazy ./w.js *", "Lazy ./v.js *"],
        ),
        ("a.mjs", "import rows from './rows.json' with { type: 'json' }; rows;", &["Value ./rows.json default"]),
        (
            "a.mjs",
            "import { createRequire } from 'module'; const require = createRequire(import.meta.url); require('./m');",
            &["Value module createRequire", "Value ./m"],
        ),
    ];
    for (name, text, expected) in cases {
        assert_eq!(imports(name, text), *expected, "{text}");
    }
}

#[test]
fn what_only_looks_like_an_import() {
    let cases = [
        "// import './m'\n/* require('./m') */\nconst s = \"require('./m')\";",
        "const s = `import x from './m'`;",
        "define(function (require) { const m = require('./m'); });",
        "const r = /require\\('x'\\)/; r.require('./m');",
        "require.resolve; import.meta.url;",
    ];
    for text in cases {
        assert_eq!(imports("a.js", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn decorators_keep_the_types_of_parameters() {
    let text = "import { Db } from './db'; import { Log } from './log';
        @Injectable() class A { constructor(private db: Db) { const l: Log = null } }";
    assert_eq!(imports("a.ts", text), ["Value ./db Db", "Type ./log Log"]);
}

#[test]
fn each_handler_reaches_its_own_imports() {
    let facts = read(
        "a.ts",
        "import { db } from './db'; import { mail } from './mail'; import './setup';
         const table = db('x');
         function load() { return table.get() }
         export const create = async () => { load(); const { pdf } = await import('./pdf') };
         export async function remind() { mail() }
         export default class Api { run() { remind() } }",
    );
    assert_eq!(reach(&facts, "create"), (vec!["./pdf".into()], vec!["load".into()]));
    assert_eq!(reach(&facts, "load"), (vec![], vec!["table".into()]));
    assert_eq!(reach(&facts, "table"), (vec!["./db".into()], vec![]));
    assert_eq!(reach(&facts, "remind"), (vec!["./mail".into()], vec![]));
    assert_eq!(top_level(&facts), ["./setup"]);
    assert_eq!(exports(&facts), ["create create", "remind remind", "default Api"]);
}

#[test]
fn code_at_the_top_runs_for_everyone() {
    let facts = read(
        "a.js",
        "const express = require('express'); const routes = require('./routes'); const lone = require('./lone');
         const app = express(); const helper = () => lone();
         app.use(routes); helper();
         exports.handler = wrap(app);",
    );
    assert_eq!(top_level(&facts), ["express", "./routes", "./lone"]);
    assert_eq!(reach(&facts, "handler"), (vec![], vec!["app".into()]));
}

#[test]
fn every_way_of_exporting() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("a.js", "exports.x = () => 1; module.exports.y = function () {};", &["x x", "y y"]),
        ("a.js", "const a = 1; function b() {} module.exports = { a, c: b, d() {} };", &["a a", "c b", "d d"]),
        ("a.js", "const a = 1; module.exports = exports = a;", &["default a"]),
        ("a.js", "module.exports = class {};", &["default default"]),
        ("a.js", "module.exports = require('./m');", &["* ./m"]),
        ("a.js", "module.exports = { ...require('./m'), a: require('./a').a };", &["* ./m", "a ./a"]),
        ("a.js", "exports.a = require('./a').handler;", &["a ./a"]),
        ("a.js", "const a = require('./a'); exports.a = a; exports.b = a.b;", &["a ./a", "b b"]),
        ("a.ts", "import { a } from './a'; export { a as z };", &["z ./a"]),
        ("a.ts", "export * from './m'; export { q as r } from './n';", &["* ./m", "r ./n"]),
        ("a.ts", "export const { a, b: [c] } = f();", &["a a", "c c"]),
        ("a.ts", "function f() {} export { f as handler, f as default };", &["handler f", "default f"]),
        ("a.ts", "export default () => 1;", &["default default"]),
        ("a.ts", "export function f(a: string): void; export function f(a: any) {}", &["f f", "f f"]),
        ("a.ts", "class A {} export = A;", &["default A"]),
    ];
    for (name, text, expected) in cases {
        assert_eq!(exports(&read(name, text)), *expected, "{text}");
    }
    let facts = read("a.js", "module.exports = { ...require('./m'), a: require('./a').a };");
    assert_eq!(top_level(&facts), Vec::<&str>::new(), "a barrel runs nothing of its own");
}

#[test]
fn types_alone_are_told_apart() {
    let types = [
        "export interface A { a: string }",
        "import { B } from './b'; export type A = B; export type { B };",
        "declare module 'x' { }\nexport {};",
    ];
    for text in types {
        assert!(read("a.ts", text).type_only, "{text}");
    }
    let values =
        ["export const a = 1;", "export enum E { A }", "import './b';", "export * from './b';", "", "'use strict';"];
    for text in values {
        assert!(!read("a.ts", text).type_only, "{text}");
    }
    assert!(read("a.d.ts", "export declare const a: string;").type_only);
    assert!(!read("a.js", "export {};").type_only);
}

#[test]
fn heads_say_who_wrote_the_file() {
    for text in
        ["// @generated by protoc", "/*\n * Code generated by x. DO NOT EDIT.\n */", "// This file is auto-generated"]
    {
        assert!(read("a.ts", text).generated, "{text}");
    }
    for text in ["export const note = 'generated by hand';", "const generated = true;"] {
        assert!(!read("a.ts", text).generated, "{text}");
    }
}

#[test]
fn spans_are_bytes_of_the_text() {
    let text = "const é = '💥';\nexport const handler = require('./m');\nexport function f() {}\n";
    let facts = read("a.js", text);
    assert_eq!(&text[facts.imports[0].span.clone()], "'./m'");
    let symbol = facts.symbols.iter().find(|symbol| symbol.name == "f").unwrap();
    assert_eq!(&text[symbol.span.clone()], "export function f() {}");
}

#[test]
fn a_text_that_does_not_parse_says_where() {
    let facts = read("a.ts", "import { a } from './a';\na(;\n");
    let (span, message) = facts.error.expect("an error");
    assert!(span.start >= 25 && !message.is_empty(), "{span:?} {message}");
    assert!(read("a.js", "return 1;").error.is_none(), "CommonJS may return at its top");
}

#[test]
fn nesting_that_would_overflow_the_stack_is_refused_or_survived() {
    for (part, end) in
        [("[", "]"), ("(", ")"), ("!", ""), ("a=>", ""), ("a+\n", ""), ("if(a)\n", ""), ("{", "}"), ("`${", "}`")]
    {
        for deep in [1_000, 10_000, 200_000] {
            let text = format!("{}1{}", part.repeat(deep), end.repeat(deep));
            let facts = read("a.js", &text);
            assert!(facts.error.is_some() || deep < 200_000, "{part:?}");
        }
    }
}
