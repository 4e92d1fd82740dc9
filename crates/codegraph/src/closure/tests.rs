//! Closures of small checkouts: what is followed, what is not, and whose it is.

use lockstep_model::{Confidence, Declaration, Entry, FileKind, FunctionId, Layer, Location};

use super::*;

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// `ID ENTRY[#SYMBOL] [CODE_ROOT [LAYER]]`
fn function(text: &str) -> Function {
    let parts: Vec<&str> = text.split(' ').collect();
    let entry = parts.get(1).filter(|entry| **entry != "-").map(|entry| {
        let (file, symbol) = entry.split_once('#').unwrap_or((entry, ""));
        let symbol = Some(symbol.to_owned()).filter(|symbol| !symbol.is_empty());
        Entry { path: path(file), symbol, confidence: Confidence::Exact }
    });
    Function {
        id: FunctionId::new(parts[0]),
        name: parts[0].to_owned(),
        service: "s".to_owned(),
        declarations: vec![Declaration {
            platform: "test",
            location: Location::whole_file(path("template.yaml")),
            block_end: 0,
            logical_id: parts[0].to_owned(),
            handler: None,
        }],
        entry,
        unresolved: None,
        code_root: parts.get(2).filter(|root| **root != "-").map(|root| path(root)),
        runtime: None,
        layers: parts.get(3).map(|layer| Layer { name: "l".to_owned(), path: Some(path(layer)) }).into_iter().collect(),
        channels: Vec::new(),
        stores: Vec::new(),
        invokes: Vec::new(),
        calls: Vec::new(),
        artifact: None,
        environment: Default::default(),
    }
}

fn graph(functions: &[&str], files: &[(&str, &str)]) -> Partial<CodeGraph> {
    let functions: Vec<Function> = functions.iter().map(|text| function(text)).collect();
    let files = FileSet::from_texts(files.iter().copied());
    let manifests = [path("template.yaml")];
    closures(&functions, &files, &Options { manifests: &manifests, ..Options::default() }, &|_, _| {})
}

/// The files of one closure: `path`, with `+` if own, and `:type`, `:contract`.
fn shown(closure: &Closure) -> Vec<String> {
    let kind = |file: &ClosureFile| match file.kind {
        FileKind::Implementation => "",
        FileKind::Contract => ":contract",
        FileKind::TypeOnly => ":type",
        FileKind::Generated => ":generated",
        FileKind::Vendored => ":vendored",
        FileKind::Test => ":test",
    };
    let own = |file: &ClosureFile| if file.own { "+" } else { "" };
    closure.files.iter().map(|file| format!("{}{}{}", own(file), file.path, kind(file))).collect()
}

#[test]
fn values_types_and_lazy_imports() {
    let files = [
        (
            "a.ts",
            "import { b } from './b'; import type { T } from './t'; import { C } from './c'; export const h = async (x: C) => { b(); await import('./lazy') };",
        ),
        ("b.ts", "import { T } from './t'; import { X } from './only-types'; export const b = (x: X) => 1;"),
        ("t.ts", "import { u } from './under'; export type T = string; export const t = u;"),
        ("only-types.ts", "import { Y } from './more-types'; export interface X { y: Y }"),
        ("more-types.ts", "export interface Y {}"),
        ("c.ts", "import './under'; export class C {}"),
        ("lazy.ts", "import d from './rows.json'; import { b } from './b'; b(d);"),
        ("rows.json", "{}"),
        ("under.ts", "export const u = 1;"),
        ("not.ts", "import './a';"),
    ];
    let graph = graph(&["f a.ts#h"], &files);
    assert_eq!(graph.problems, []);
    let closure = &graph.value.closures[0];
    let expected = [
        "+a.ts",
        "+b.ts",
        "+c.ts:type",
        "+lazy.ts",
        "+more-types.ts:type",
        "+only-types.ts:type",
        "+rows.json",
        "+t.ts:type",
    ];
    assert_eq!(shown(closure), expected);
    let via = |name: &str| {
        let via = closure.files.iter().find(|file| file.path.as_str() == name).unwrap().via.as_ref();
        via.map(|via| format!("{}:{} {}", via.location.path, via.location.line, via.specifier))
    };
    assert_eq!(via("a.ts"), None);
    assert_eq!(via("rows.json"), Some("lazy.ts:1 ./rows.json".to_owned()));
}

#[test]
fn a_value_path_beats_a_type_path_whichever_comes_first() {
    let files = [
        ("a.ts", "import type { B } from './b'; import { c } from './c'; export const h = c;"),
        ("b.ts", "import { d } from './d'; export class B { x = d }"),
        ("c.ts", "import { B } from './b'; export const c = new B();"),
        ("d.ts", "export const d = 1;"),
    ];
    assert_eq!(shown(&graph(&["f a.ts#h"], &files).value.closures[0]), ["+a.ts", "+b.ts", "+c.ts", "+d.ts"]);
}

#[test]
fn circles_end() {
    let files = [("a.js", "require('./b')"), ("b.js", "require('./a'); require('./b')")];
    assert_eq!(shown(&graph(&["f a.js"], &files).value.closures[0]), ["+a.js", "+b.js"]);
}

#[test]
fn handlers_of_one_file_reach_their_own_imports_only() {
    let files = [
        (
            "h.js",
            "import { mail } from './mail'; import { db } from './db'; import './setup';
             const load = () => db.load();
             export const remind = () => mail(load());
             export const list = () => load();",
        ),
        ("mail.js", "export const mail = 1;"),
        ("db.js", "export const db = 1;"),
        ("setup.js", "process.env.X = 1;"),
    ];
    let shared = graph(&["remind h.js#remind", "list h.js#list"], &files).value;
    assert_eq!(shown(&shared.closures[0]), ["db.js", "h.js", "+mail.js", "setup.js"]);
    assert_eq!(shown(&shared.closures[1]), ["db.js", "h.js", "setup.js"]);
    let symbols = |index: usize| {
        let closure: &Closure = &shared.closures[index];
        closure.files.iter().find(|file| file.path.as_str() == "h.js").unwrap().symbols.clone()
    };
    assert_eq!(symbols(0), Symbols::Some(vec!["load".into(), "remind".into()]));
    assert_eq!(symbols(1), Symbols::Some(vec!["list".into(), "load".into()]));
    // A symbol that is not there: the file as a whole.
    let unknown = graph(&["a h.js#gone", "b h.js#list"], &files).value;
    assert_eq!(unknown.closures[0].files.len(), 4);
    // Alone in its file, a handler owns all of it.
    let alone = graph(&["list h.js#list"], &files).value;
    assert_eq!(shown(&alone.closures[0]), ["+db.js", "+h.js", "+mail.js", "+setup.js"]);
    assert_eq!(alone.closures[0].files[1].symbols, Symbols::All);
}

#[test]
fn barrels_pass_on_what_is_asked_for() {
    let files = [
        ("a.ts", "import { money } from './lib'; export const h = money;"),
        ("b.ts", "import * as lib from './lib'; export const h = lib;"),
        ("c.ts", "import { nobody } from './lib'; export const h = nobody;"),
        ("d.js", "const { mail } = require('./cjs'); exports.h = mail;"),
        ("lib/index.ts", "export * from './money'; export * from './mail'; export { user as person } from './user';"),
        ("lib/money.ts", "export const money = 1;"),
        ("lib/mail.ts", "export { mail } from './smtp';"),
        ("lib/smtp.ts", "export const mail = 1;"),
        ("lib/user.ts", "export const user = 1;"),
        ("e.ts", "import { books } from './model'; export const h = books;"),
        ("model/index.ts", "export * from './connection'; export * from './inner'; export * from './books';"),
        (
            "model/connection.ts",
            "import mongo from 'mongoose'; import './settings'; mongo.connect(); export const db = 1;",
        ),
        ("model/settings.ts", "export const port = 1;"),
        ("model/inner/index.ts", "export { circle } from '..'; export { a } from './a';"),
        ("model/inner/a.ts", "export const a = 1;"),
        ("model/books.ts", "export const books = 1;"),
        ("cjs/index.js", "module.exports = { mail: require('./mail'), user: require('./user') };"),
        ("cjs/mail.js", "module.exports = 1;"),
        ("cjs/user.js", "module.exports = 1;"),
    ];
    let closures = graph(&["a a.ts", "b b.ts", "c c.ts", "d d.js", "e e.ts"], &files).value.closures;
    assert_eq!(shown(&closures[0]), ["+a.ts", "lib/index.ts", "lib/money.ts"]);
    let all = ["+b.ts", "lib/index.ts", "lib/mail.ts", "lib/money.ts", "lib/smtp.ts", "+lib/user.ts"];
    assert_eq!(shown(&closures[1]), all);
    // Nobody is known to have the name: all that might bring it in, but not the names that are spelt out.
    assert_eq!(shown(&closures[2]), ["+c.ts", "lib/index.ts", "lib/mail.ts", "lib/money.ts", "lib/smtp.ts"]);
    // What connects when it is loaded is loaded by whoever takes anything from the barrel.
    let books = ["+e.ts", "+model/books.ts", "+model/connection.ts", "+model/index.ts", "+model/settings.ts"];
    assert_eq!(shown(&closures[4]), books);
    assert_eq!(shown(&closures[3]), ["+cjs/index.js", "+cjs/mail.js", "+d.js"]);
}

#[test]
fn what_leads_out_is_listed() {
    let files = [(
        "a.ts",
        "import fs from 'fs'; import { S3 } from '@aws-sdk/client-s3'; import type { H } from 'aws-lambda'; import _ from 'lodash/fp';
export const h = (name: string) => { fs; S3; _; require(`./${name}`); import('./gone'); require('lodash') };",
    )];
    let closure = &graph(&["f a.ts"], &files).value.closures[0];
    assert_eq!(closure.external, ["@aws-sdk/client-s3", "lodash"]);
    let dead: Vec<_> = closure.unresolved.iter().map(|dead| (dead.specifier.as_str(), dead.location.line)).collect();
    assert_eq!(dead, [("`./${name}`", 2), ("./gone", 2)]);
}

#[test]
fn languages_that_are_not_followed_take_the_code_root() {
    let files = [
        ("api/create/main.swift", ""),
        ("api/create/logic.swift", ""),
        ("api/create/logic_test.swift", ""),
        ("api/create/Makefile", ""),
        ("api/create/query.sql", ""),
        ("api/create/README.md", ""),
        ("api/create/vendor/x/x.swift", ""),
        ("shared/list.swift", ""),
        ("shared/get.swift", ""),
        ("shared/store.swift", ""),
        ("template.yaml", ""),
        ("lone.ex", ""),
    ];
    let functions = [
        "create api/create/main.swift api/create",
        "list shared/list.swift shared",
        "get shared/get.swift shared",
        "elixir lone.ex",
        "lost -",
    ];
    let graph = graph(&functions, &files);
    let closures = &graph.value.closures;
    assert_eq!(shown(&closures[0]), ["+api/create/logic.swift", "+api/create/main.swift", "+api/create/query.sql"]);
    assert_eq!(shown(&closures[1]), ["+shared/list.swift", "shared/store.swift"]);
    assert_eq!(shown(&closures[2]), ["+shared/get.swift", "shared/store.swift"]);
    assert_eq!(shown(&closures[3]), ["+lone.ex"]);
    assert_eq!((closures[0].basis, closures[4].basis), (Basis::CodeRoot, Basis::Nothing));
    assert!(closures[4].files.is_empty() && closures[4].own_folders.is_empty());
    let said: Vec<_> = graph.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "Elixir is not followed yet: for 1 function the code root counts as their own code",
            "Swift is not followed yet: for 3 functions the code root counts as their own code"
        ]
    );
}

#[test]
fn data_in_a_code_root_of_one_function_is_its_own() {
    let files = [
        ("mail/index.js", ""),
        ("mail/welcome.html", ""),
        ("mail/package.json", "{}"),
        ("mail/tests/rows.json", "{}"),
        ("mail/tslint.json", "{}"),
        ("mail/deploy.yaml", ""),
        ("mail/data/rates.json", "{}"),
        ("mail/schemas/order.json", "{}"),
        ("both/a.js", ""),
        ("both/b.js", ""),
        ("both/rows.json", "{}"),
    ];
    let closures = graph(&["mail mail/index.js mail", "a both/a.js both", "b both/b.js both"], &files).value.closures;
    let expected =
        ["+mail/data/rates.json", "+mail/index.js", "+mail/schemas/order.json:contract", "+mail/welcome.html"];
    assert_eq!(shown(&closures[0]), expected);
    assert_eq!(shown(&closures[1]), ["+both/a.js"]);
}

/// Who else is in a code root, or has it in its own.
#[test]
fn data_is_nobodys_own_where_another_function_has_a_part() {
    let has_data = |other: &[&str]| {
        let files = [
            ("mail/in/index.js", ""),
            ("mail/in/rates.html", ""),
            ("mail/in/deep/b.js", ""),
            ("mail/other.js", ""),
            ("mail/inner.js", ""),
        ];
        let graph = graph(&[&["f mail/in/index.js mail/in"], other].concat(), &files).value;
        shown(&graph.closures[0]).iter().any(|file| file.ends_with("rates.html"))
    };
    assert!(has_data(&[]));
    assert!(has_data(&["g mail/other.js", "h mail/inner.js mail/inner"]));
    assert!(!has_data(&["g mail/in/deep/b.js"]));
    assert!(!has_data(&["g - mail/in/deep"]));
    assert!(!has_data(&["g mail/other.js mail"]));
    assert!(!has_data(&["g mail/other.js mail/in"]));
}

#[test]
fn layers_count_by_import_or_whole() {
    let files = [
        ("f/index.js", "const { log } = require('/opt/nodejs/log'); require('house');"),
        ("layer/nodejs/log.js", ""),
        ("layer/nodejs/unused.js", ""),
        ("layer/nodejs/node_modules/house/index.js", ""),
        ("g/index.js", ""),
        ("bin/tool.ex", ""),
        ("bin/rules.yaml", ""),
    ];
    let graph = graph(&["f f/index.js f layer", "g g/index.js g bin"], &files).value;
    let expected = ["+f/index.js", "+layer/nodejs/log.js", "+layer/nodejs/node_modules/house/index.js:vendored"];
    assert_eq!(shown(&graph.closures[0]), expected);
    assert_eq!(graph.closures[0].external, Vec::<String>::new());
    assert_eq!(shown(&graph.closures[1]), ["+bin/rules.yaml", "+bin/tool.ex", "+g/index.js"]);
}

#[test]
fn manifests_are_never_code_and_named_contracts_are_contracts() {
    let functions = [function("f a.ts"), function("g b.ts")];
    let files = FileSet::from_texts([
        ("a.ts", "import './template.yaml'; import './api'; import './infra';"),
        ("b.ts", "import './api';"),
        ("template.yaml", ""),
        ("infra.ts", ""),
        ("api.ts", ""),
    ]);
    let (manifests, contracts) = ([path("template.yaml"), path("infra.ts")], [path("api.ts")]);
    let graph = closures(
        &functions,
        &files,
        &Options { manifests: &manifests, contracts: &contracts, ..Options::default() },
        &|_, _| {},
    )
    .value;
    assert_eq!(shown(&graph.closures[0]), ["+a.ts", "api.ts:contract"]);
}

#[test]
fn folders_of_one_function_alone() {
    let files = [
        ("svc/create/index.js", "require('../lib/db')"),
        ("svc/list/index.js", "require('../lib/db')"),
        ("svc/lib/db.js", ""),
        ("own/index.js", "require('../svc/lib/db')"),
        ("flat/a.js", ""),
        ("flat/b.js", ""),
        ("top.js", ""),
        ("outer/index.js", ""),
        ("outer/inner/index.js", ""),
        ("lent/index.js", ""),
        ("lent/util.js", ""),
        ("borrower/index.js", "require('../lent/util')"),
    ];
    let functions = [
        "create svc/create/index.js svc",
        "list svc/list/index.js svc",
        "own own/index.js own",
        "a flat/a.js flat",
        "b flat/b.js flat",
        "top top.js -",
        "outer outer/index.js outer",
        "inner outer/inner/index.js outer/inner",
        "lent lent/index.js -",
        "borrower borrower/index.js borrower",
    ];
    let closures = graph(&functions, &files).value.closures;
    let folders = |index: usize| closures[index].own_folders.iter().map(RepoPath::as_str).collect::<Vec<_>>();
    let expected: [&[&str]; 10] =
        [&["svc/create"], &["svc/list"], &["own"], &[], &[], &[], &[], &["outer/inner"], &[], &["borrower"]];
    for (index, expected) in expected.iter().enumerate() {
        assert_eq!(folders(index), *expected, "{}", functions[index]);
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let files = [("a.js", "import './b';\nimport './c';\nlet x = ;"), ("b.js", "("), ("c.js", "")];
    let graph = graph(&["f a.js"], &files);
    let places: Vec<_> = graph
        .problems
        .iter()
        .map(|problem| {
            let place = problem.location.as_ref().unwrap();
            (problem.kind, place.path.as_str(), place.line)
        })
        .collect();
    assert_eq!(places, [(ProblemKind::UnparsedSource, "a.js", 3), (ProblemKind::UnparsedSource, "b.js", 1)]);
    assert_eq!(graph.value.closures[0].files[0].path.as_str(), "a.js");
}

#[test]
fn threads_change_nothing() {
    let texts: Vec<(String, String)> = (0..60)
        .map(|n| {
            (
                format!("m{n}.js"),
                format!("require('./m{}'); require('./m{}'); require('p{n}');", (n * 7) % 60, (n * 11) % 60),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let functions: Vec<String> = (0..20).map(|n| format!("f{n} m{n}.js")).collect();
    let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let many = rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap();
    assert_eq!(one.install(|| graph(&functions, &files)), many.install(|| graph(&functions, &files)));
}

mod csharp;
mod names;

#[test]
fn sizes_are_lines_of_code_by_who_reaches_them() {
    let files = [
        (
            "a.ts",
            "import { total } from './money';\n\nexport const one = () => total();\nexport const two = () => 2;\n",
        ),
        ("b.ts", "import { total, rate } from './money';\n// words\nexport const three = () => total() * rate;\n"),
        ("money.ts", "export const total = () => {\n  return 1;\n};\n\nexport const rate = 2;\n"),
    ];
    let size = |functions: &[&str]| -> Vec<(usize, usize)> {
        graph(functions, &files).value.sizes.iter().map(|size| (size.own, size.shared)).collect()
    };
    // Two handlers of one file, and what only the third takes from the module.
    assert_eq!(size(&["one a.ts#one", "two a.ts#two", "three b.ts#three"]), [(1, 3), (1, 0), (4, 3)]);
    assert_eq!(size(&["one a.ts#one"]), [(6, 0)]);
    assert_eq!(size(&["none -"]), [(0, 0)]);
}

/// Comments before and inside of a file that functions reach: of a dead end, of code that is more dynamic than names tell, of a
/// call, and of two definitions of which each function reaches one.
#[test]
fn what_leads_the_same_way_is_not_followed_again() {
    let entry = "import { pay } from './pay';\nimport './gone';\nexport const h = () => pay();\n";
    let pay = "import { tax } from './tax';\nexport const pay = () => {\n  fetch('https://example.com/functions/v1/mail');\n  return tax();\n};\nexport const mail = () => eval('1');\n";
    let tax = "export const tax = () => 1;\n";
    let functions = [function("one a.ts#h"), function("two pay.ts#mail"), function("three tax.ts")];
    let files = |entry: &str, pay: &str| FileSet::from_texts([("a.ts", entry), ("pay.ts", pay), ("tax.ts", tax)]);
    let (options, silent) = (Options::default(), |_, _| {});
    let before = files(entry, pay);
    let (made, from) = closures_knowing(&functions, &before, &options, Known::default(), &silent);
    assert!(!made.value.closures[0].unresolved.is_empty() && !made.value.closures[0].remote_calls.is_empty());
    assert!(made.value.closures.iter().any(|closure| !closure.dynamic.is_empty()));
    let ways: BTreeMap<RepoPath, Way> = from.ways.iter().cloned().collect();
    let edits = [
        (format!("// words\n{entry}"), pay.to_owned(), true),
        (entry.to_owned(), format!("/* more\n words */ {pay}"), true),
        (entry.replace("\nexport", "\n\n\nexport"), pay.replace("return tax", "// words\n  return 1 + tax"), true),
        (entry.to_owned(), pay.replace("return tax()", "return mail()"), false),
        (entry.replace("import './gone'", "import './tax'"), pay.to_owned(), false),
    ];
    for (entry, pay, same) in edits {
        let after = files(&entry, &pay);
        let known = || {
            let walked = made.value.closures.iter().zip(&from.looked);
            let walked = walked.map(|(closure, looked)| Walked { closure: closure.clone(), looked: looked.clone() });
            let texts = [("a.ts", &entry), ("pay.ts", &pay)].map(|(name, text)| (path(name), text));
            let is_edited = |(path, text): &(RepoPath, &String)| before.text(path).unwrap().as_ref() != text.as_str();
            let edited: Vec<_> = texts.into_iter().filter(is_edited).collect();
            let leads = edited.iter().all(|(path, text)| crate::way(path, text, None).unwrap().id == ways[path].id);
            assert_eq!(leads, same, "{entry}{pay}");
            let moved: Moved = edited.into_iter().map(|(path, _)| (path.clone(), ways[&path].starts.clone())).collect();
            Known { walked: walked.map(Some).collect(), moved, ..Known::default() }
        };
        let anew = closures(&functions, &after, &options, &silent);
        let known = known();
        if same {
            assert_ne!(anew, made, "places have moved");
            assert_eq!(closures_knowing(&functions, &after, &options, known, &silent).0, anew, "{entry}{pay}");
        }
    }
    // Where there are not as many imports as there were, the functions are followed.
    let after = files("import './tax';\nexport const h = 1;\n", pay);
    let walked = made.value.closures.iter().zip(&from.looked);
    let walked = walked.map(|(closure, looked)| Some(Walked { closure: closure.clone(), looked: looked.clone() }));
    let moved = Moved::from([(path("a.ts"), ways[&path("a.ts")].starts.clone())]);
    let known = Known { walked: walked.collect(), moved, ..Known::default() };
    let anew = closures(&functions, &after, &options, &silent);
    assert_eq!(closures_knowing(&functions, &after, &options, known, &silent).0.value.closures, anew.value.closures);
}
