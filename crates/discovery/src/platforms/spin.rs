//! Spin: components of WebAssembly in `spin.toml`, versions 1 and 2 of the manifest.

use std::ops::Range;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{Access, ChannelDirection, FileSet, RepoPath, Strength};

use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Manifest, Stack, first_in, folder_name, is_output, only_in},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "spin";

/// Where components start, by what templates call it.
const STARTS: [&str; 13] = [
    "src/lib.rs",
    "src/main.rs",
    "main.go",
    "src/index.ts",
    "src/index.js",
    "src/spin.ts",
    "src/spin.js",
    "index.ts",
    "index.js",
    "app.py",
    "app.rb",
    "src/main.zig",
    "Program.cs",
];

/// The reader of `spin.toml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spin;

impl Platform for Spin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("spin.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        for path in files.paths().filter(|path| path.file_name() == "spin.toml" && !is_output(path)) {
            let Some(manifest) = Manifest::read(files, path, &mut all.problems) else { continue };
            // Other tools have files of this name.
            if manifest.root.get("component").is_none() {
                if let Some((key, _)) = manifest.root.get_entry("spin_manifest_version") {
                    let message = "this application has no components here: something else puts its manifest together";
                    let place = manifest.place(key.span.clone());
                    all.problems.push(Problem::at(ProblemKind::Unevaluated, place, message));
                }
                continue;
            }
            let application = Application::new(&manifest);
            for component in application.components() {
                match component.elsewhere() {
                    Some(source) => {
                        let message =
                            format!("`{}` is not counted: it comes ready-made from `{source}`", component.name);
                        let place = manifest.place(component.place.clone());
                        all.problems.push(Problem::at(ProblemKind::Unsupported, place, message));
                    }
                    None => all.value.push(application.declared(&component, files)),
                }
            }
        }
        all
    }
}

/// One manifest.
struct Application<'a> {
    manifest: &'a Manifest,
    stack: Stack,
}

/// One component.
struct Component<'a> {
    name: &'a str,
    /// The key that names it.
    place: Range<usize>,
    node: &'a Node,
    /// The trigger of version 1.
    trigger: Option<&'a Node>,
}

fn text<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    node.path(keys)?.as_str().filter(|text| !text.is_empty())
}

impl Component<'_> {
    /// Where it comes from, if that is not this repository.
    fn elsewhere(&self) -> Option<&str> {
        let source = self.node.get("source")?;
        text(source, &["url"]).or_else(|| text(source, &["registry"]))
    }
}

impl<'a> Application<'a> {
    fn new(manifest: &'a Manifest) -> Self {
        let folder = manifest.folder();
        let named = text(&manifest.root, &["application", "name"]).or_else(|| text(&manifest.root, &["name"]));
        let service = named.map_or_else(|| folder_name(&folder, NAME), str::to_owned);
        Self { manifest, stack: Stack { platform: NAME, service, folder } }
    }

    fn components(&self) -> Vec<Component<'a>> {
        let Some(components) = self.manifest.root.get("component") else { return Vec::new() };
        if components.is_list() {
            let named = components.items().iter().filter_map(|node| {
                let (key, id) = node.get_entry("id")?;
                Some(Component { name: id.as_str()?, place: key.span.clone(), node, trigger: node.get("trigger") })
            });
            return named.collect();
        }
        let entries = components.entries().iter().filter(|(_, node)| node.is_map());
        entries.map(|(key, node)| Component { name: &key.text, place: key.span.clone(), node, trigger: None }).collect()
    }

    fn declared(&self, component: &Component<'_>, files: &FileSet) -> Declared {
        let place = self.manifest.declares(component.place.clone(), component.node.span.end);
        let code = self.code(component, files);
        let mut declared = self.stack.function(component.name, place, code, self.uses(component));
        for (key, value) in component.node.get("environment").map(Node::entries).unwrap_or_default() {
            if let Some(value) = value.as_text() {
                declared.environment.insert(key.text.clone(), value.to_owned());
            }
        }
        declared
    }

    /// The file that the folder of the build starts in.
    fn code(&self, component: &Component<'_>, files: &FileSet) -> Code {
        let folder = &self.stack.folder;
        let workdir = text(component.node, &["build", "workdir"]).unwrap_or(".");
        let Ok(mut root) = folder.join(workdir) else {
            return Code::Unknown(format!("`{workdir}` leads out of the repository"));
        };
        // Without a build, what is built lies in the folder of its source.
        if component.node.get("build").is_none()
            && let Some(above) = text(component.node, &["source"]).and_then(|source| source_folder(folder, source))
        {
            root = above;
        }
        let package = text(component.node, &["build", "command"]).and_then(|command| cargo_package(command));
        let root = package.and_then(|name| workspace_member(files, &root, name)).unwrap_or(root);
        let found = first_in(files, &root, &STARTS).or_else(|| only_in(files, &root, &["go", "py", "js", "ts", "rs"]));
        match found {
            Some(path) => Code::file(&root, &path),
            None => Code::Unknown(format!("no file in `{root}/` is called as templates have it")),
        }
    }

    fn uses(&self, component: &Component<'_>) -> Uses {
        let mut uses = Uses::default();
        let mut add = |what, key| uses.add(what, key, Strength::Own);
        for (kind, trigger) in self.triggers(component) {
            let receives = |kind| Use::Channel(kind, ChannelDirection::Receives);
            let key = |keys: &[&str]| keys.iter().find_map(|key| text(trigger, &[key]));
            match kind {
                "http" => {
                    let route = key(&["route"]).unwrap_or("private");
                    add(receives("http"), format!("{} {route}", self.stack.service));
                }
                "cron" => add(receives("schedule"), self.stack.key_of(component.name)),
                "sqs" => add(receives("queue"), key(&["queue_url"]).unwrap_or(component.name).to_owned()),
                _ => add(receives("topic"), key(&["channel", "topic"]).unwrap_or(component.name).to_owned()),
            }
        }
        let list = |key: &str| component.node.get(key).map(Node::items).unwrap_or_default().iter();
        for store in list("key_value_stores").filter_map(Node::as_str) {
            add(Use::Store("namespace", Access::Unknown), format!("{} {store}", self.stack.service));
        }
        for store in list("sqlite_databases").filter_map(Node::as_str) {
            add(Use::Store("database", Access::Unknown), format!("{} {store}", self.stack.service));
        }
        for host in list("allowed_outbound_hosts").chain(list("allowed_http_hosts")).filter_map(Node::as_str) {
            let name = host.split("://").last().and_then(|host| host.strip_suffix(".spin.internal"));
            if let Some(name) = name.filter(|name| *name != "*" && *name != component.name) {
                add(Use::Call("function"), self.stack.key_of(name));
            }
        }
        uses
    }

    /// The triggers of a component, with their kinds.
    fn triggers(&self, component: &Component<'a>) -> Vec<(&'a str, &'a Node)> {
        if let Some(trigger) = component.trigger {
            let kind = if trigger.get("channel").is_some() { "redis" } else { "http" };
            return vec![(kind, trigger)];
        }
        let kinds = self.manifest.root.get("trigger").map(Node::entries).unwrap_or_default();
        let all = kinds.iter().flat_map(|(kind, list)| list.items().iter().map(|one| (kind.text.as_str(), one)));
        all.filter(|(_, one)| one.get("component").and_then(Node::as_str) == Some(component.name)).collect()
    }
}

/// The folder around the output of a compiler: `pay/target/wasm32-wasi/release/pay.wasm` is made in `pay`.
fn source_folder(base: &RepoPath, source: &str) -> Option<RepoPath> {
    let path = base.join(source).ok()?;
    let parts: Vec<&str> = path.components().collect();
    let at = parts.iter().position(|part| matches!(*part, "target" | "dist" | "build")).unwrap_or(parts.len() - 1);
    RepoPath::new(&parts[..at].join("/")).ok()
}

/// The package that a command of Cargo builds: `-p NAME`.
fn cargo_package(command: &str) -> Option<&str> {
    let mut words = command.split_whitespace();
    words.find(|word| matches!(*word, "-p" | "--package"))?;
    words.next()
}

/// The folder of the package `name` below `root`.
fn workspace_member(files: &FileSet, root: &RepoPath, name: &str) -> Option<RepoPath> {
    files.under(root).filter(|path| path.file_name() == "Cargo.toml").find_map(|path| {
        let package = Manifest::peek(files, path)?;
        (text(&package.root, &["package", "name"]) == Some(name)).then(|| path.parent())?
    })
}

#[cfg(test)]
mod tests;
