//! What is printed as JSON is what the published schemas say.

use std::{fs, path::Path};

use serde_json::Value;

use crate::program;

fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/schema").join(name);
    let text = fs::read_to_string(path).expect("a schema");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a sound schema")
}

/// What is wrong with what `arguments` print, by the schema `name`.
fn faults(folder: &Path, name: &str, arguments: &[&str]) -> (Value, Vec<String>) {
    let document = program::json(folder, arguments);
    let faults =
        schema(name).iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    (document, faults)
}

/// The schema of one line of `--format jsonl`, which refers to that of the whole document.
#[test]
fn lines_follow_their_schema() {
    let (_place, folder) = program::demo();
    let read = |name: &str| -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/schema").join(name);
        serde_json::from_str(&fs::read_to_string(path).expect("a schema")).expect("JSON")
    };
    let whole = read("check.json");
    let registry =
        jsonschema::Registry::new().add("lockstep:///check.json", whole).and_then(|schemas| schemas.prepare());
    let registry = registry.expect("a sound schema");
    let options = jsonschema::options().with_base_uri("lockstep:///check-line.json").with_registry(&registry);
    let schema = options.build(&read("check-line.json")).expect("a sound schema");
    fs::write(folder.join("billing/template.yaml"), "Resources: [").expect("a file");
    let allow = "[[allow]]\nrule = \"follower\"\nfunctions = [\"catalog/*\"]\nreason = \"for now\"\n";
    fs::write(folder.join("lockstep.toml"), allow).expect("a file");
    let text = program::text(&folder, &["check", "--format", "jsonl", "-W", "all"]);
    let mut types = std::collections::BTreeSet::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let faults: Vec<_> =
            schema.iter_errors(&line).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new(), "{line}");
        types.insert(line["type"].as_str().expect("a type").to_owned());
    }
    assert_eq!(types.into_iter().collect::<Vec<_>>(), ["finding", "header", "problem", "summary", "suppressed"]);
}

#[test]
fn documents_follow_their_schemas() {
    let (_place, folder) = program::demo();
    for (name, arguments) in [
        ("check.json", &["check"][..]),
        ("check.json", &["check", "-W", "all"]),
        ("check.json", &["check", "--staged"]),
        ("check.json", &["check", "--base", "HEAD~3"]),
        ("verdict.json", &["verdict"]),
        ("verdict.json", &["verdict", "reports/dailyRevenue"]),
        ("functions.json", &["functions"]),
        ("graph.json", &["graph"]),
        ("backtest.json", &["backtest", "--shuffles", "2"]),
        ("backtest.json", &["backtest", "--truth", "any", "--units", "*"]),
        ("services.json", &["services"]),
        ("trend.json", &["trend"]),
        ("trend.json", &["trend", "--by", "month", "--around", "HEAD~20"]),
        ("trend.json", &["trend", "--units", "*", "--with-gone"]),
        ("code.json", &["code", "reports/dailyRevenue"]),
        ("affected.json", &["affected", "--base", "HEAD~9"]),
        ("affected.json", &["affected", "--base", "gone"]),
        ("rules.json", &["rules", "-D", "warnings"]),
        ("rules.json", &["explain", "coupling"]),
        ("explain.json", &["explain", "lockstep"]),
        ("config.json", &["config", "show", "-A", "all", "--config", "service = [{ name = 'a', functions = 'a/*' }]"]),
    ] {
        let (document, faults) = faults(&folder, name, arguments);
        assert_eq!(faults, Vec::<String>::new(), "{arguments:?}");
        assert_eq!(document["schema_version"], 1);
    }
    assert!(program::run(&folder, &["model", "write", "main.model"]).status.success());
    let (document, wrong) = faults(&folder, "model.json", &["model", "show", "main.model"]);
    assert_eq!(wrong, Vec::<String>::new(), "{document}");
    fs::write(folder.join("billing/template.yaml"), "Resources: [").expect("a file");
    let (document, faults) = faults(&folder, "check.json", &["check"]);
    assert_eq!(faults, Vec::<String>::new(), "{document}");
    assert_eq!(document["problems"][0]["kind"], "invalid-manifest");
}

#[test]
fn baselines_follow_their_schemas() {
    let (_place, folder) = program::demo();
    let written = program::run(&folder, &["baseline", "write"]);
    assert_eq!(written.status.code(), Some(0), "{written:?}");
    let text = fs::read_to_string(folder.join("lockstep-baseline.jsonl")).expect("a baseline");
    assert!(text.lines().count() > 2, "{text}");
    let line_schema = schema("baseline.json");
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert!(line_schema.is_valid(&line), "{line}");
    }
    for (name, arguments) in [("check.json", &["check"][..]), ("baseline-diff.json", &["baseline", "diff"])] {
        let (document, faults) = faults(&folder, name, arguments);
        assert_eq!(faults, Vec::<String>::new(), "{document}");
    }
    let misspelt: Value =
        serde_json::json!({ "rule": "a", "functions": [], "at": 0.5, "since": "2026-01-01", "reson": "" });
    assert!(!line_schema.is_valid(&misspelt));
}
