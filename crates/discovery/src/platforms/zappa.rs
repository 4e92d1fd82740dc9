//! Zappa: `zappa_settings`, whose stages all deploy one application of Python as one function.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::{Key, Node};
use lockstep_model::{ChannelDirection, FileSet, Location, RepoPath, Strength};

use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Manifest, Stack, first_in, folder_name, is_output, relative},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "zappa";

/// Settings that name where the application starts.
const STARTS: [&str; 3] = ["app_function", "django_settings", "lambda_handler"];

/// The reader of Zappa's settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zappa;

impl Platform for Zappa {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("zappa.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let named = |path: &&RepoPath| path.file_stem() == "zappa_settings" && !is_output(path);
        for path in files.paths().filter(named) {
            match path.extension() {
                Some("json" | "yml" | "yaml" | "toml") => {
                    if let Some(manifest) = Manifest::read(files, path, &mut all.problems) {
                        all.value.extend(functions(&manifest, files));
                    }
                }
                Some("py") => {
                    let message = "these settings are a script, which is never run: what they declare is not known";
                    let place = Location::whole_file(path.clone());
                    all.problems.push(Problem::at(ProblemKind::Unsupported, place, message));
                }
                _ => {}
            }
        }
        all
    }
}

/// One stage, with those that it extends behind it.
struct Stage<'a> {
    key: &'a Key,
    levels: Vec<&'a Node>,
}

impl<'a> Stage<'a> {
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.levels.iter().find_map(|level| level.get(key))
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// Where the application starts, as written.
    fn start(&self) -> Option<(&'static str, &'a str)> {
        STARTS.iter().find_map(|key| Some((*key, self.text(key)?)))
    }
}

/// How many stages may extend one another.
const LONGEST_CHAIN: usize = 10;

fn stages(root: &Node) -> Vec<Stage<'_>> {
    let stage = |(key, node): &'_ (Key, Node)| -> Option<usize> {
        node.is_map().then(|| root.entries().iter().position(|(other, _)| other.text == key.text))?
    };
    let all = root.entries().iter().filter(|entry| stage(entry).is_some());
    all.map(|(key, node)| {
        let mut levels = vec![node];
        while levels.len() < LONGEST_CHAIN
            && let Some(next) = levels.last().and_then(|last| last.get("extends")?.as_str())
            && let Some(node) = root.get(next)
        {
            levels.push(node);
        }
        Stage { key, levels }
    })
    .collect()
}

/// One function for each place that stages start from.
fn functions(manifest: &Manifest, files: &FileSet) -> Vec<Declared> {
    let folder = manifest.folder();
    let mut starts: BTreeMap<&str, Vec<Stage<'_>>> = BTreeMap::new();
    for stage in stages(&manifest.root) {
        if let Some((_, start)) = stage.start() {
            starts.entry(start).or_default().push(stage);
        }
    }
    let single = starts.len() == 1;
    let mut found = Vec::new();
    for stages in starts.values() {
        let Some(first) = stages.first() else { continue };
        let project = first.text("project_name").map_or_else(|| folder_name(&folder, "application"), str::to_owned);
        let stack = Stack { platform: NAME, service: project.clone(), folder: folder.clone() };
        let name = if single { project } else { format!("{project}-{}", first.key.text) };
        let mut uses = Uses::default();
        stages.iter().for_each(|stage| triggers(&stack, &name, stage, &mut uses));
        let place = if single {
            manifest.declares(first.key.span.clone(), manifest.text.len())
        } else {
            manifest.declares(first.key.span.clone(), first.levels[0].span.end)
        };
        let mut declared = stack.function(&name, place, code(files, &folder, first), uses);
        declared.runtime = Some(first.text("runtime").unwrap_or("python").to_owned());
        for stage in stages {
            for key in ["environment_variables", "aws_environment_variables"] {
                for (key, value) in stage.get(key).map(Node::entries).unwrap_or_default() {
                    let value = value.as_text().unwrap_or_default().to_owned();
                    declared.environment.entry(key.text.clone()).or_insert(value);
                }
            }
        }
        found.push(declared);
    }
    found
}

/// The module that the setting names, with its last part as the symbol; Django's is the `wsgi` beside its settings.
fn code(files: &FileSet, folder: &RepoPath, stage: &Stage<'_>) -> Code {
    let Some((key, start)) = stage.start() else { return Code::Unknown("no application is named".to_owned()) };
    let (module, symbol) = start.rsplit_once('.').unwrap_or((start, ""));
    let path = |module: &str| module.replace('.', "/");
    let (candidates, symbol) = if key == "django_settings" {
        let package = path(module.split_once(".settings").map_or(module, |(package, _)| package));
        // `pay.settings.prod`: the package is above all settings.
        (
            vec![format!("{package}/wsgi.py"), format!("{}.py", path(start)), format!("{}/__init__.py", path(start))],
            None,
        )
    } else {
        let module = path(module);
        (
            vec![format!("{module}.py"), format!("{module}/__init__.py")],
            Some(symbol.to_owned()).filter(|symbol| !symbol.is_empty()),
        )
    };
    let names: Vec<&str> = candidates.iter().map(String::as_str).collect();
    match first_in(files, folder, &names) {
        Some(found) => Code::File { root: folder.clone(), file: relative(folder, &found), symbol },
        None => Code::Unknown(format!("no module of Python for `{start}` in the folder of the settings")),
    }
}

/// What starts the function, besides HTTP.
fn triggers(stack: &Stack, name: &str, stage: &Stage<'_>, uses: &mut Uses) {
    let mut add = |kind, key| uses.add(Use::Channel(kind, ChannelDirection::Receives), key, Strength::Own);
    let disabled = stage.get("apigateway_enabled").and_then(Node::as_bool) == Some(false);
    if !disabled {
        add("http", stack.key_of(name));
    }
    for event in stage.get("events").map(Node::items).unwrap_or_default() {
        if event.get("expression").or_else(|| event.get("expressions")).is_some() {
            let function = event.get("function").and_then(Node::as_str).unwrap_or(name);
            add("schedule", format!("{} {function}", stack.key_of(name)));
        }
        let arn = event.path(&["event_source", "arn"]).and_then(Node::as_str);
        if let Some((service, resource)) = arn.and_then(|arn| {
            let mut parts = arn.splitn(6, ':').skip(2);
            Some((parts.next()?, parts.nth(2)?))
        }) {
            let kind = match service {
                "sqs" => "queue",
                "sns" => "topic",
                "s3" => "bucket",
                "dynamodb" | "kinesis" => "stream",
                _ => "other",
            };
            let resource =
                resource.strip_prefix("table/").map_or(resource, |rest| rest.split('/').next().unwrap_or(rest));
            add(kind, resource.to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
