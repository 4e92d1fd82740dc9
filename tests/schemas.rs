//! What is printed as JSON is what the published schemas say.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/schema").join(name);
    let text = fs::read_to_string(path).expect("a schema");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a sound schema")
}

/// What is wrong with what `arguments` print, by the schema `name`.
fn faults(folder: &Path, name: &str, arguments: &[&str]) -> (Value, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .args(arguments)
        .args(["--format", "json"])
        .current_dir(folder)
        .output()
        .expect("lockstep runs");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let faults =
        schema(name).iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    (document, faults)
}

#[test]
fn documents_follow_their_schemas() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("shop");
    let demo = Command::new(env!("CARGO_BIN_EXE_lockstep")).arg("demo").arg(&folder).output();
    assert_eq!(demo.expect("lockstep runs").status.code(), Some(1));
    for (name, arguments) in [
        ("check.json", &["check"][..]),
        ("check.json", &["check", "-W", "all"]),
        ("functions.json", &["functions"]),
        ("graph.json", &["graph"]),
        ("code.json", &["code", "reports/dailyRevenue"]),
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
