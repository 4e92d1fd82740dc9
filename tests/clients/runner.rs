//! A composite action, run as GitHub's runner runs it: steps in order, each in a bash of its own, with inputs, outputs and
//! files by way of the environment. It knows as much of expressions as `action.yml` uses, and panics on any other.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{Clients, Said, done, root, said, text};

/// An action that is about to run on a checkout.
pub struct Runner<'a> {
    clients: &'a Clients,
    place: TempDir,
    workspace: PathBuf,
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Everything that the steps printed.
    pub log: String,
    /// The job's summary.
    pub summary: String,
    /// The outputs of the action.
    pub outputs: BTreeMap<String, String>,
    /// The exit code of the step that failed, else 0.
    pub code: i32,
    /// The other actions that were used.
    pub used: Vec<String>,
    /// The key under which a cache was asked for.
    pub key: Option<String>,
}

impl<'a> Runner<'a> {
    /// The action of this repository, on the checkout `workspace`, with a table of checksums that is empty.
    pub fn new(clients: &'a Clients, workspace: &Path) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        let action = place.path().join("action/action");
        fs::create_dir_all(&action).expect("a folder");
        for script in fs::read_dir(root().join("action")).expect("the action's scripts").flatten() {
            fs::copy(script.path(), action.join(script.file_name())).expect("a copy");
        }
        fs::write(action.join("checksums.txt"), "").expect("a file");
        for name in ["Cargo.toml", "Cargo.lock"] {
            fs::write(place.path().join("action").join(name), text(name)).expect("a file");
        }
        // As much of the source as a sum can be taken of; nothing of it is compiled.
        fs::create_dir(place.path().join("action/crates")).expect("a folder");
        fs::write(place.path().join("action/crates/lib.rs"), "").expect("a file");
        fs::create_dir(place.path().join("temp")).expect("a folder");
        let mut runner = Self {
            clients,
            workspace: workspace.to_owned(),
            inputs: BTreeMap::new(),
            environment: BTreeMap::new(),
            place,
        };
        let os = if env::consts::OS == "macos" { "macOS" } else { "Linux" };
        let arch = if env::consts::ARCH == "aarch64" { "ARM64" } else { "X64" };
        for (name, value) in [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("RUNNER_OS", os), ("RUNNER_ARCH", arch)] {
            runner = runner.with(name, value);
        }
        let (action, temp, tools) = (runner.at("action"), runner.at("temp"), runner.at("tools"));
        runner
            .with("GITHUB_ACTION_PATH", &action)
            .with("RUNNER_TEMP", &temp)
            .with("RUNNER_TOOL_CACHE", &tools)
            .with("GITHUB_WORKSPACE", &workspace.display().to_string())
            .with("GITHUB_SERVER_URL", "https://github.com")
    }

    /// A path below the runner's own folder.
    pub fn at(&self, name: &str) -> String {
        self.place.path().join(name).display().to_string()
    }

    /// A variable of the job.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// An input of the action.
    pub fn input(mut self, name: &str, value: &str) -> Self {
        self.inputs.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The table of checksums that the action holds.
    pub fn checksums(self, table: &str) -> Self {
        fs::write(self.place.path().join("action/action/checksums.txt"), table).expect("a file");
        self
    }

    /// Runs it.
    pub fn run(&self) -> Outcome {
        let action = self.action();
        let mut known = self.context(&action);
        let mut outcome = Outcome {
            log: String::new(),
            summary: String::new(),
            outputs: BTreeMap::new(),
            code: 0,
            used: Vec::new(),
            key: None,
        };
        let summary = self.place.path().join("summary.md");
        fs::write(&summary, "").expect("a file");
        for step in action["runs"]["steps"].as_array().expect("steps") {
            if !step["if"].as_str().is_none_or(|condition| holds(condition, &known)) {
                continue;
            }
            if let Some(used) = step["uses"].as_str() {
                outcome.used.push(used.to_owned());
                outcome.key = step["with"]["key"].as_str().map(|key| substituted(key, &known)).or(outcome.key);
                continue;
            }
            let said = self.step(step, &summary, &mut known);
            outcome.log += &said.text;
            outcome.code = said.code.unwrap_or(-1);
            if outcome.code != 0 {
                break;
            }
        }
        outcome.summary = fs::read_to_string(summary).expect("a file");
        for (name, output) in action["outputs"].as_object().expect("outputs") {
            outcome.outputs.insert(name.clone(), substituted(output["value"].as_str().expect("a value"), &known));
        }
        outcome
    }

    /// The action's own text, read by a real reader of YAML.
    fn action(&self) -> Value {
        let read = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
        let json = done(self.clients.command(self.clients.program("python"), &root()).args(["-c", read, "action.yml"]));
        serde_json::from_str(&json).expect("JSON")
    }

    /// Values of expressions: inputs, and what the runner knows of itself.
    fn context(&self, action: &Value) -> BTreeMap<String, String> {
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        known.insert("github.token".to_owned(), "a-token".to_owned());
        for (name, variable) in [("runner.os", "RUNNER_OS"), ("runner.arch", "RUNNER_ARCH")] {
            known.insert(name.to_owned(), self.environment[variable].clone());
        }
        known.insert("github.event.pull_request.head.repo.fork".to_owned(), String::new());
        let declared = action["inputs"].as_object().expect("inputs");
        for (name, input) in declared {
            let value = substituted(input["default"].as_str().unwrap_or_default(), &known);
            known.insert(format!("inputs.{name}"), value);
        }
        for (name, value) in &self.inputs {
            assert!(declared.contains_key(name), "the action has no input {name}");
            known.insert(format!("inputs.{name}"), value.clone());
        }
        known
    }

    fn step(&self, step: &Value, summary: &Path, known: &mut BTreeMap<String, String>) -> Said {
        let output = self.place.path().join("output");
        let script = self.place.path().join("step.sh");
        fs::write(&output, "").expect("a file");
        fs::write(&script, step["run"].as_str().expect("a script")).expect("a file");
        assert_eq!(step["shell"], "bash", "a composite action says its shell: {step}");
        let mut command = self.clients.command("bash", &self.workspace);
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(script).envs(&self.environment);
        command.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", summary);
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, substituted(value.as_str().expect("a text"), known));
        }
        let said = said(&mut command);
        if let Some(id) = step["id"].as_str() {
            for line in fs::read_to_string(output).expect("a file").lines() {
                let (name, value) = line.split_once('=').expect("name=value");
                known.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
            }
        }
        said
    }
}

/// `text` with the values of its expressions.
fn substituted(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut rest = text;
    let mut result = String::new();
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").expect("an expression that ends");
        result += before;
        result += &value(expression.trim(), known);
        rest = after;
    }
    result + rest
}

fn value(expression: &str, known: &BTreeMap<String, String>) -> String {
    if let Some(literal) = expression.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return literal.to_owned();
    }
    match known.get(expression) {
        Some(value) => value.clone(),
        // A step that did not run, or said nothing, has empty outputs.
        None if expression.starts_with("steps.") => String::new(),
        None => panic!("an expression that this runner does not know: {expression}"),
    }
}

/// Whether the condition of a step holds.
fn holds(condition: &str, known: &BTreeMap<String, String>) -> bool {
    let inner = condition.trim().trim_start_matches("${{").trim_end_matches("}}");
    inner.split("&&").map(str::trim).all(|term| {
        if let Some((left, right)) = term.split_once("==") {
            value(left.trim(), known) == value(right.trim(), known)
        } else if let Some((left, right)) = term.split_once("!=") {
            value(left.trim(), known) != value(right.trim(), known)
        } else if let Some(negated) = term.strip_prefix('!') {
            value(negated.trim(), known).is_empty()
        } else {
            !value(term, known).is_empty()
        }
    })
}
