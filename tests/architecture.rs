//! The structure of the workspace, held by tests: who may use whom, how large a file may grow, what opens it, and that
//! every rule, platform, language and format is listed and has its page.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Crate -> the workspace crates that it may use. The table of ARCHITECTURE.md.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("document", &["model"]),
    ("diagnostics", &["model"]),
    ("script", &["model", "diagnostics"]),
    ("discovery", &["model", "document", "diagnostics", "script"]),
    ("history", &["model", "diagnostics"]),
    ("codegraph", &["model", "diagnostics", "script"]),
    ("coupling", &["model"]),
    ("rules", &["model", "diagnostics", "coupling"]),
    ("baseline", &["diagnostics"]),
    ("config", &["model", "document", "diagnostics"]),
    (
        "linter",
        &[
            "model",
            "document",
            "script",
            "diagnostics",
            "discovery",
            "history",
            "codegraph",
            "coupling",
            "rules",
            "baseline",
            "config",
        ],
    ),
    ("reporting", &["model", "diagnostics"]),
    ("cli", &["model", "diagnostics", "linter", "config", "reporting"]),
    ("testkit", &["model"]),
];

/// External crate -> the only workspace crates that may know it.
const FENCED: &[(&str, &[&str])] = &[
    ("git2", &["history", "cli"]),
    ("gix-pack", &["history"]),
    ("gix-commitgraph", &["history"]),
    ("gix-hash", &["history"]),
    ("libdeflater", &["history"]),
    ("petgraph", &["coupling"]),
    ("leiden-rs", &["coupling"]),
    ("statrs", &["coupling"]),
    ("codespan-reporting", &["reporting"]),
    ("askama", &["reporting"]),
    ("oxc_parser", &["codegraph", "script"]),
    ("oxc_resolver", &["script"]),
    ("ruff_python_parser", &["codegraph", "script"]),
    ("syn", &["codegraph"]),
    ("tree-sitter", &["codegraph", "script"]),
    // Project files of .NET say which files are compiled together: `codegraph` reads them to resolve names.
    ("roxmltree", &["codegraph", "linter"]),
    ("granit-parser", &["document"]),
    ("hcl-edit", &["document"]),
    ("jsonc-parser", &["document", "script"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
];

/// The aim is 500 lines; a file past this needs splitting.
const LONGEST_FILE: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn members() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("crates"))
        .expect("crates/ is there")
        .map(|entry| entry.expect("a folder entry"))
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn dependencies(member: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("crates").join(member).join("Cargo.toml")).expect("a manifest");
    let table: toml::Table = text.parse().expect("a sound manifest");
    ["dependencies", "dev-dependencies"]
        .into_iter()
        .map(|section| {
            let names = table.get(section).and_then(toml::Value::as_table).into_iter().flatten();
            (section.to_owned(), names.map(|(name, _)| name.clone()).collect())
        })
        .collect()
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn all_rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    rust_files(&root().join("crates"), &mut files);
    rust_files(&root().join("tests"), &mut files);
    files.sort();
    files
}

#[test]
fn the_table_names_every_crate() {
    let mut listed: Vec<String> = MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect();
    listed.sort();
    assert_eq!(members(), listed);
}

#[test]
fn dependencies_run_only_as_in_the_table() {
    let mut wrong = Vec::new();
    for (member, allowed) in MAY_USE {
        for used in &dependencies(member)["dependencies"] {
            let Some(used) = used.strip_prefix("lockstep-") else { continue };
            if !allowed.contains(&used) {
                wrong.push(format!("crates/{member} uses {used}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_test_kit_is_for_tests_only() {
    for member in members() {
        assert!(!dependencies(&member)["dependencies"].contains("lockstep-testkit"), "crates/{member}");
    }
}

#[test]
fn libraries_stay_behind_their_fence() {
    let mut wrong = Vec::new();
    for (library, allowed) in FENCED {
        for member in members() {
            if dependencies(&member)["dependencies"].contains(*library) && !allowed.contains(&member.as_str()) {
                wrong.push(format!("crates/{member} uses {library}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// External crate -> the only file that may name it: its interface changes often.
const ONE_FILE: &[(&str, &str)] =
    &[("gix_pack", "crates/history/src/packs.rs"), ("gix_commitgraph", "crates/history/src/commit_graph.rs")];

#[test]
fn what_changes_often_is_known_to_one_file() {
    let files = all_rust_files();
    for (library, file) in ONE_FILE {
        let names = |path: &&PathBuf| {
            let text = fs::read_to_string(path).expect("text");
            text.contains(&format!("{library}::")) && !path.ends_with("tests/architecture.rs")
        };
        let known: Vec<_> = files.iter().filter(names).collect();
        assert!(matches!(known.as_slice(), [only] if only.ends_with(file)), "{library}: {known:?}");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = all_rust_files()
        .into_iter()
        .filter(|path| !fs::read_to_string(path).expect("text").starts_with("//!"))
        .collect();
    assert_eq!(silent, Vec::<PathBuf>::new());
}

#[test]
fn files_stay_small() {
    let long: Vec<_> = all_rust_files()
        .into_iter()
        .map(|path| (fs::read_to_string(&path).expect("text").lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .collect();
    assert_eq!(long, Vec::new());
}

/// Folder of one-file members, the file with their list, and whether each needs a page.
const REGISTRIES: &[(&str, &str, bool)] = &[
    ("crates/rules/src/rules", "crates/rules/src/registry.rs", true),
    ("crates/discovery/src/platforms", "crates/discovery/src/platforms.rs", true),
    ("crates/codegraph/src/languages", "crates/codegraph/src/languages.rs", true),
    ("crates/reporting/src/formats", "crates/reporting/src/formats.rs", false),
];

#[test]
fn every_member_is_listed_and_has_its_page() {
    let mut wrong = Vec::new();
    for (folder, list, needs_page) in REGISTRIES {
        let listing = fs::read_to_string(root().join(list)).unwrap_or_default();
        for entry in fs::read_dir(root().join(folder)).unwrap_or_else(|_| panic!("{folder} is there")) {
            let path = entry.expect("a folder entry").path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if name == "mod" {
                continue;
            }
            if !listing.contains(&format!("{name}::")) {
                wrong.push(format!("{list}: no line for `{name}`"));
            }
            if *needs_page && !path.with_extension("md").is_file() {
                wrong.push(format!("{folder}/{name}.md: the page is missing"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_page_is_in_the_book() {
    let mut missing = Vec::new();
    for (folder, _, needs_page) in REGISTRIES.iter().filter(|(_, _, needs_page)| *needs_page) {
        let kind = folder.rsplit('/').next().expect("a name");
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let path = entry.expect("a folder entry").path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                let chapter = root().join("docs/src").join(kind).join(&name);
                let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).expect("the book's summary");
                if !chapter.is_file() || !summary.contains(&format!("({kind}/{name})")) {
                    missing.push(format!("docs/src/{kind}/{name} (needs a page: {needs_page})"));
                }
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn judging_does_no_input_or_output() {
    let mut wrong = Vec::new();
    for member in ["coupling", "rules", "model"] {
        let mut files = Vec::new();
        rust_files(&root().join("crates").join(member).join("src"), &mut files);
        for path in files {
            let text = fs::read_to_string(&path).expect("text");
            for word in ["std::fs", "std::net", "std::process", "std::env", "println!", "eprintln!"] {
                if text.contains(word) {
                    wrong.push(format!("{}: {word}", path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
