//! The JSON Schema of `lockstep.toml`: it is the published one, it takes what the program takes, and refuses what it refuses.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lockstep_testkit::Page;
use serde_json::{Map, Value};

use crate::program;

fn published() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/schema/lockstep.json")
}

/// What `config schema` prints.
fn printed() -> String {
    program::text(Path::new(env!("CARGO_MANIFEST_DIR")), &["config", "schema"])
}

pub fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(&printed()).expect("JSON")).expect("a sound schema")
}

/// The TOML document `text` as editors hold it against a schema: days are strings.
pub fn instance(text: &str) -> Option<Value> {
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(day) => Value::String(day.to_string()),
            toml::Value::Array(items) => items.into_iter().map(plain).collect(),
            toml::Value::Table(table) => {
                Value::Object(table.into_iter().map(|(key, value)| (key, plain(value))).collect::<Map<_, _>>())
            }
            other => serde_json::to_value(other).expect("a plain value"),
        }
    }
    text.parse::<toml::Table>().ok().map(|table| plain(toml::Value::Table(table)))
}

/// True if the program takes the configuration `text`; else what it says.
fn is_taken(folder: &Path, text: &str) -> Result<(), String> {
    let file = folder.join("held.toml");
    fs::write(&file, text).expect("a file");
    let output = program::run(folder, &["config", "show", "--config", "held.toml"]);
    match output.status.code() {
        Some(0) => Ok(()),
        _ => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

#[test]
fn the_published_schema_is_the_one_that_is_printed() {
    let printed = printed();
    if std::env::var_os("UPDATE_PAGES").is_some_and(|value| value == "1") {
        fs::write(published(), &printed).expect("a file");
    }
    let published = fs::read_to_string(published()).unwrap_or_default();
    assert_eq!(published, printed, "UPDATE_PAGES=1 writes docs/src/schema/lockstep.json anew");
    assert!(printed.contains("\"http://json-schema.org/draft-07/schema#\""), "the draft that editors read");
}

/// Every configuration that a page shows as a file.
fn of_the_pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["docs/src", "docs/src/commands", "crates/rules/src/rules", "crates/discovery/src/platforms"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let page = Page::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let files = page.cases.iter().flat_map(|case| &case.files);
            let configurations = files.filter(|file| {
                ["lockstep.toml", ".lockstep.toml"].iter().any(|name| file.path.rsplit('/').next() == Some(name))
            });
            found.extend(configurations.map(|file| (format!("{}:{}", path.display(), file.line), file.text.clone())));
        }
    }
    found
}

#[test]
fn every_example_is_taken_by_both() {
    let (schema, place) = (validator(), tempfile::tempdir().expect("a temporary folder"));
    let pages = of_the_pages();
    assert!(pages.len() >= 4, "{}: the pages show configurations", pages.len());
    let more = [
        "\"$schema\" = \"https://example.org/x.json\"\nexclude = []\n",
        "exclude = \"vendor\"\nunits = [\"a/*\", \"!a/b\", \"re:^a/([^/]+)/\"]\n",
        "[history]\nmax_functions = 2\nhalf_life_days = 0.5\nmin_changesets = 0\nmin_changes = 1\nsince = \"2024-01-01\"\nas_of = 2026-01-01\n",
        "[history]\nas-of = \"v1.0~3\"\n",
        "[rules]\nall = \"warn\"\nwarnings = \"deny\"\nmeta = { level = \"allow\" }\ncoupling = { between = \"deny\", inside = \"warn\" }\n",
        "[rules.missing_co_change]\nmin_support = 1\nprobability = 1\nlevel = \"forbid\"\n",
        "[rules]\nlockstep = { lower = 0, deny-lower = 1.0, commits = 0 }\n",
        "[[allow]]\nrule = \"missing_co_change\"\nfunctions = \"*\"\nreason = \"x\"\nexpires = \"2027-03-01\"\n",
        "[[function]]\npaths = \"a/*\"\ncode_root = \".\"\n",
    ];
    let more = more.iter().map(|text| ("one of this test".to_owned(), (*text).to_owned()));
    for (name, text) in pages.into_iter().chain(more) {
        assert_eq!(is_taken(place.path(), &text), Ok(()), "{name}");
        let document = instance(&text).expect("TOML");
        let faults: Vec<String> =
            schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new(), "{name}:\n{text}");
    }
}

#[test]
fn what_is_wrong_is_refused_by_both() {
    let (schema, place) = (validator(), tempfile::tempdir().expect("a temporary folder"));
    for text in [
        "exlude = []\n",
        "exclude = [1]\n",
        "exclude = [\"\"]\n",
        "units = []\n",
        "[rule]\n",
        "[rules]\nlokstep = \"warn\"\n",
        "[rules]\nlockstep = \"wrn\"\n",
        "[rules]\nlockstep = 3\n",
        "[rules]\nwarnings = { level = \"deny\" }\n",
        "[rules]\nmeta = { lower = 0.2 }\n",
        "[rules]\nlockstep = { min_strength = 0.2 }\n",
        "[rules]\nlockstep = { lower = 20 }\n",
        "[rules]\nlockstep = { min-support = 0 }\n",
        "[rules]\nlockstep = { min-support = 2.5 }\n",
        "[rules]\nlockstep = { between = \"always\" }\n",
        "[rules]\nshared-implementation = { min-services = 1 }\n",
        "[history]\nhalf-life = 3\n",
        "[history]\nmax-functions = 1\n",
        "[history]\nmin-changes = 0\n",
        "[history]\nhalf-life-days = 0\n",
        "[history]\nfollow-renames = \"yes\"\n",
        "[history]\nsince = \"last week\"\n",
        "[history]\nas-of = 3\n",
        "[contracts]\npath = \"a\"\n",
        "[contracts]\npaths = []\n",
        "[function]\npaths = \"a\"\n",
        "[[function]]\nname = \"a\"\n",
        "[[function]]\npaths = \"a\"\nroot = \"b\"\n",
        "[[service]]\nname = \"a\"\n",
        "[[service]]\nname = \"a\"\nfunctions = []\n",
        "[[allow]]\nrule = \"lockstep\"\nfunctions = \"a\"\n",
        "[[allow]]\nrule = \"lokstep\"\nfunctions = \"a\"\nreason = \"x\"\n",
        "[[allow]]\nrule = \"lockstep\"\nfunctions = \"a\"\nreason = \" \"\n",
        "[[allow]]\nrule = \"lockstep\"\nfunctions = \"a\"\nreason = \"x\"\nexpires = \"soon\"\n",
    ] {
        let said = is_taken(place.path(), text).expect_err(text);
        assert!(said.contains("held.toml:") && !said.contains("panicked"), "{text}: {said}");
        assert!(!schema.is_valid(&instance(text).expect("TOML")), "the schema takes {text}");
    }
}
