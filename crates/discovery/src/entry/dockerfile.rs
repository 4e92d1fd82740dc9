//! Dockerfiles, as far as they say what a container runs and which folders its code is copied from.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::{Captures, Regex};

use super::command;

/// One stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) name: Option<String>,
    pub(super) from: String,
    pub(super) copies: Vec<Copy>,
    pub(super) runs: Vec<Run>,
    pub(super) command: Option<Vec<String>>,
    pub(super) entrypoint: Option<Vec<String>>,
}

/// A `COPY` or `ADD`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) stage: Option<String>,
    pub(super) sources: Vec<String>,
    pub(super) target: String,
}

/// A `RUN` and the folder it runs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
}

static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\{(\w+)(?::[-+]([^}]*))?\}|\$(\w+)").expect("a constant"));

/// The stages of a Dockerfile, `arguments` put in for its `ARG`s.
pub(super) fn stages(text: &str, arguments: &BTreeMap<String, String>) -> Vec<Stage> {
    let mut variables = BTreeMap::from([("LAMBDA_TASK_ROOT".to_owned(), "/var/task".to_owned())]);
    let mut stages: Vec<Stage> = Vec::new();
    for line in instructions(text) {
        let Some((word, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = expand(rest.trim(), &variables);
        match word.to_ascii_uppercase().as_str() {
            "ARG" | "ENV" => {
                if let Some((name, value)) = rest.split_once('=').or_else(|| rest.split_once(' ')) {
                    let value = value.trim().trim_matches(['"', '\'']).to_owned();
                    variables.entry(name.trim().to_owned()).or_insert(value);
                }
                let name = rest.split('=').next().unwrap_or(&rest).trim();
                if let Some(value) = arguments.get(name) {
                    variables.insert(name.to_owned(), value.clone());
                }
            }
            "FROM" => stages.push(from(&rest)),
            instruction => {
                if let Some(stage) = stages.last_mut() {
                    apply(stage, instruction, &rest);
                }
            }
        }
    }
    stages
}

/// The lines without comments, continued ones joined.
fn instructions(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (body, goes_on) = match line.strip_suffix('\\') {
            Some(body) => (body.trim_end(), true),
            None => (line, false),
        };
        match lines.last_mut().filter(|_| open) {
            Some(last) => {
                last.push(' ');
                last.push_str(body);
            }
            None => lines.push(body.to_owned()),
        }
        open = goes_on;
    }
    lines
}

fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let value = |found: &Captures| {
        let name = found.get(1).or_else(|| found.get(3)).map_or("", |name| name.as_str());
        let default = found.get(2).map(|default| default.as_str().to_owned());
        variables.get(name).cloned().or(default).unwrap_or_else(|| found[0].to_owned())
    };
    VARIABLE.replace_all(text, value).into_owned()
}

fn from(rest: &str) -> Stage {
    let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
    let name = words.iter().position(|word| word.eq_ignore_ascii_case("as")).and_then(|at| words.get(at + 1));
    Stage {
        from: words.first().copied().unwrap_or("").to_owned(),
        name: name.map(|name| (*name).to_owned()),
        ..Stage::default()
    }
}

fn apply(stage: &mut Stage, instruction: &str, rest: &str) {
    match instruction {
        "CMD" => stage.command = Some(arguments_of(rest)),
        "ENTRYPOINT" => stage.entrypoint = Some(arguments_of(rest)),
        "RUN" => stage.runs.push(Run { text: rest.to_owned() }),
        "COPY" | "ADD" => {
            let mut words = list_of(rest).unwrap_or_else(|| command::words(rest));
            let stage_name = words.iter().find_map(|word| word.strip_prefix("--from=")).map(str::to_owned);
            words.retain(|word| !word.starts_with("--"));
            if let Some(target) = words.pop() {
                stage.copies.push(Copy { stage: stage_name, sources: words, target });
            }
        }
        _ => {}
    }
}

/// `["a", "b"]`, the exec form.
fn list_of(text: &str) -> Option<Vec<String>> {
    let document = text.starts_with('[').then(|| lockstep_document::parse("json", text).ok())??;
    let items = document.root.items();
    (!items.is_empty()).then(|| items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
}

fn arguments_of(text: &str) -> Vec<String> {
    list_of(text).unwrap_or_else(|| command::words(text))
}
