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
    fs::write(folder.join("billing/template.yaml"), "Resources: [").expect("a file");
    let (document, faults) = faults(&folder, "check.json", &["check"]);
    assert_eq!(faults, Vec::<String>::new(), "{document}");
    assert_eq!(document["problems"][0]["kind"], "invalid-manifest");
}
