//! Tables of what Rust files say, and of what their paths mean.

use lockstep_model::{FileSet, RepoPath};

use super::Rust;
use crate::language::{FactsOf, FileFacts, ImportKind, Language, Resolution};

fn facts(text: &str) -> FileFacts {
    Rust.facts(&RepoPath::new("src/m.rs").unwrap(), text)
}

fn uses(facts: &FileFacts) -> Vec<String> {
    let lines = facts.symbols.iter().map(|symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    });
    lines.collect()
}

fn top_level(facts: &FileFacts) -> Vec<&str> {
    facts.top_level_imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect()
}

#[test]
fn paths_become_imports_of_their_full_form() {
    let facts = facts(
        "use crate::db::{self, Table as T, Kind::*};\nuse std::fmt;\nmod money;\n\
         pub fn load() -> T { db::query(1); money::add(2); shared::log::info(); u8::from(3) }\n\
         pub(crate) fn show() { println!(\"{}\", super::name::of(crate::MAX)); }\n",
    );
    assert_eq!(
        uses(&facts),
        [
            "load ->  | crate::db::Table, crate::db::Kind::*, crate::db::query, self::money::add, shared::log::info",
            "show ->  | crate::db::Kind::*, crate::MAX, super::name::of",
        ]
    );
    let of = |specifier: &str| facts.imports.iter().find(|import| import.specifier == specifier).unwrap();
    assert_eq!(of("crate::db::query").names, ["query"]);
    assert_eq!(of("crate::db::Table").names, ["Table"]);
    assert!(of("crate::db::Kind::*").whole);
    assert!(top_level(&facts).is_empty());
    let exported: Vec<_> = facts.exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(exported, ["money", "db", "T", "*", "fmt", "load", "show"]);
}

#[test]
fn an_impl_belongs_to_its_type_or_its_trait() {
    let facts = facts(
        "struct Order;\nimpl Order { fn total(&self) { crate::money::add() } }\ntrait Price {}\n\
         impl Price for crate::Other { }\nimpl From<crate::Bad> for crate::Worse { }\nimpl std::fmt::Display for Order {}\n",
    );
    assert_eq!(
        uses(&facts),
        [
            "Order -> impl Order, impl Order as Display |",
            "impl Order -> Order | crate::money::add",
            "Price -> impl Other as Price |",
            "impl Other as Price -> Price | crate::Other",
            "impl Order as Display -> Order | std::fmt::Display",
        ]
    );
    assert_eq!(top_level(&facts), ["crate::Bad", "crate::Worse"]);
}

#[test]
fn tests_are_left_out_and_inline_modules_are_seen_through() {
    let facts = facts(
        "fn a() {}\nmod inner { use super::a; pub fn b() { a(); super::super::up(); self::c(); } fn c() {} }\n\
         #[cfg(test)] mod tests { use crate::only_in_tests; }\n#[tokio::test] async fn t() { crate::gone() }\n#[cfg(not(test))] fn real() {}\n",
    );
    assert_eq!(uses(&facts), ["a ->  |", "inner -> a | super::up", "real ->  |"]);
}

#[test]
fn modules_nobody_names_are_reached_with_their_file() {
    assert_eq!(top_level(&facts("mod impls;\npub mod api;\nmod used;\nfn f() { used::g() }")), ["mod impls"]);
    let library = Rust.facts(&RepoPath::new("src/lib.rs").unwrap(), "mod db;\n#[macro_use]\nmod macros;\n");
    assert_eq!(top_level(&library), ["mod macros"]);
}

#[test]
fn included_files_are_imports() {
    let facts = facts(
        "const SQL: &str = include_str!(\"q.sql\");\nfn f() { include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/x.bin\")); }\n\
         include!(concat!(env!(\"OUT_DIR\"), \"/gen.rs\"));\n",
    );
    let seen: Vec<_> = facts.imports.iter().map(|import| (import.specifier.as_str(), import.kind)).collect();
    assert_eq!(seen[0], ("include_str!(\"q.sql\")", ImportKind::Value));
    assert_eq!(seen[1], ("include_bytes!(\"$CARGO_MANIFEST_DIR/x.bin\")", ImportKind::Value));
    assert_eq!(seen[2].1, ImportKind::Computed);
    assert_eq!(facts.top_level_imports, [2]);
}

#[test]
fn spans_are_bytes_of_the_text() {
    let text = "#!/usr/bin/env run\n// é\nuse crate::ä::Öl;\nfn f() { Öl::new() }\n";
    let facts = facts(text);
    assert_eq!(&text[facts.imports[0].span.clone()], "Öl");
    assert!(text[facts.symbols[0].span.clone()].starts_with("fn f()"));
}

#[test]
fn broken_and_hostile_text_is_an_error_with_a_place() {
    let (span, _) = facts("fn a() {}\nfn b( {\n").error.unwrap();
    assert!(span.start >= 10, "{span:?}");
    for deep in [format!("const A: u8 = {}1;", "(".repeat(10_000)), format!("const A: u8 = {}1;", "-".repeat(100_000))]
    {
        assert!(facts(&deep).error.unwrap().1.contains("too deeply"));
    }
    let near = format!("const A: u8 = {}1{};", "(".repeat(1_500), ")".repeat(1_500));
    assert_eq!(facts(&near).error, None);
}

fn repository() -> FileSet {
    FileSet::from_texts([
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"*\"]\n[workspace.dependencies]\nshared = { path = \"libs/shared-kit\", package = \"shared-kit\" }\n",
        ),
        (
            "orders/Cargo.toml",
            "[package]\nname = \"order-service\"\n[[bin]]\nname = \"get\"\npath = \"functions/get/main.rs\"\n\
             [dependencies]\nshared.workspace = true\nmoney = { path = \"../libs/money\", package = \"lib-money\" }\nserde-json = \"1\"\n\
             http1 = { version = \"1\", package = \"http\" }\n",
        ),
        ("orders/src/lib.rs", "mod db;"),
        ("orders/src/main.rs", "mod app;"),
        ("orders/src/app.rs", ""),
        ("orders/src/db.rs", ""),
        ("orders/src/db/rows.rs", ""),
        ("orders/src/bin/put/main.rs", ""),
        ("orders/src/bin/put/own.rs", ""),
        ("orders/functions/get/main.rs", ""),
        ("orders/functions/get/query/mod.rs", ""),
        ("orders/functions/get/q.sql", ""),
        ("libs/shared-kit/Cargo.toml", "[package]\nname = \"shared-kit\"\n"),
        ("libs/shared-kit/src/lib.rs", ""),
        ("libs/shared-kit/src/log.rs", ""),
        ("libs/money/Cargo.toml", "[package]\nname = \"lib-money\"\n[lib]\npath = \"code/root.rs\"\n"),
        ("libs/money/code/root.rs", ""),
        ("libs/money/code/sums/mod.rs", ""),
    ])
}

#[test]
fn hostile_manifests_are_passed_over() {
    let deep = format!("[package]\nname = \"x\"\nkeywords = {}", "[".repeat(100_000));
    let files = FileSet::from_texts([("Cargo.toml", deep.as_str()), ("src/main.rs", ""), ("src/a.rs", "")]);
    let import = facts("use crate::a::b;").imports.remove(0);
    let found =
        Rust.resolver(&files, &FactsOf::default()).resolve(&RepoPath::new("src/main.rs").unwrap(), &import, &[]);
    assert_eq!(found, Resolution::Files(vec![RepoPath::new("src/a.rs").unwrap()]));
}

#[test]
fn paths_lead_where_the_compiler_would_go() {
    let files = repository();
    let sources = FactsOf::default();
    let resolver = Rust.resolver(&files, &sources);
    let cases = [
        ("orders/src/lib.rs", "mod db;", "orders/src/db.rs"),
        ("orders/src/db.rs", "mod rows;", "orders/src/db/rows.rs"),
        ("orders/src/db.rs", "#[path = \"app.rs\"] mod rows;", "orders/src/app.rs"),
        ("orders/functions/get/main.rs", "mod query;", "orders/functions/get/query/mod.rs"),
        ("orders/functions/get/main.rs", "mod gone;", "unresolved: there is no file for module `gone`"),
        ("orders/functions/get/main.rs", "use order_service::db::rows::Row;", "orders/src/db/rows.rs"),
        ("orders/functions/get/main.rs", "use crate::query::run;", "orders/functions/get/query/mod.rs"),
        ("orders/functions/get/main.rs", "const Q: &str = include_str!(\"q.sql\");", "orders/functions/get/q.sql"),
        ("orders/src/bin/put/own.rs", "use crate::Config;", "orders/src/bin/put/main.rs"),
        ("orders/src/db/rows.rs", "use super::Table;", "orders/src/db.rs"),
        ("orders/src/db/rows.rs", "use super::super::Config;", "orders/src/lib.rs"),
        ("orders/src/db/rows.rs", "use super::super::super::Config;", "unresolved: it climbs out of the crate"),
        ("orders/src/app.rs", "use crate::Config;", "orders/src/main.rs"),
        ("orders/src/app.rs", "use shared::log::info;", "libs/shared-kit/src/log.rs"),
        ("orders/src/app.rs", "use shared::*;", "libs/shared-kit/src/lib.rs"),
        ("orders/src/app.rs", "use money::sums::{Sum};", "libs/money/code/sums/mod.rs"),
        ("orders/src/app.rs", "use money::Money;", "libs/money/code/root.rs"),
        ("orders/src/app.rs", "use serde_json::json;", "external serde-json"),
        ("orders/src/app.rs", "use http1::Request;", "external http"),
        ("orders/src/app.rs", "use ::std::fmt;", "builtin"),
        ("orders/src/app.rs", "extern crate core;", "builtin"),
        ("orders/src/app.rs", "extern crate alien;", "external alien"),
    ];
    for (from, text, expected) in cases {
        let from = RepoPath::new(from).unwrap();
        let import = Rust.facts(&from, text).imports.remove(0);
        let found = match resolver.resolve(&from, &import, &[]) {
            Resolution::Files(files) => files.iter().map(RepoPath::as_str).collect::<Vec<_>>().join(" "),
            Resolution::Parts(parts) => format!("{parts:?}"),
            Resolution::External(name) => format!("external {name}"),
            Resolution::Builtin => "builtin".into(),
            Resolution::Unresolved(why) => format!("unresolved: {why}"),
        };
        assert_eq!(found, expected, "{from}: {text}");
    }
}
