//! OpenWhisk: manifests with packages of actions, also as Adobe's App Builder has them.

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::{Key, Node};
use lockstep_model::{ChannelDirection, FileSet, RepoPath, Strength};

use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Manifest, Stack, first_in, folder_name, is_output},
    platform::{CodeSource, Declared, Platform},
    says,
};

/// As printed.
const NAME: &str = "openwhisk";

/// The reader of OpenWhisk's manifests.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenWhisk;

impl Platform for OpenWhisk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("openwhisk.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let is_yaml = |path: &&RepoPath| matches!(path.extension(), Some("yml" | "yaml")) && !is_output(path);
        for path in files.paths().filter(is_yaml) {
            if !(says(files, path, &["actions:"]) && says(files, path, &["function:"])) {
                continue;
            }
            let Some(manifest) = Manifest::peek(files, path) else { continue };
            for package in packages(&manifest) {
                package.read(files, &mut all);
            }
        }
        all
    }
}

/// A package of actions.
struct Package<'a> {
    manifest: &'a Manifest,
    stack: Stack,
    node: &'a Node,
}

/// The packages of a manifest, in whichever of its forms; none if it is something else.
fn packages(manifest: &Manifest) -> Vec<Package<'_>> {
    let folder = manifest.folder();
    let package = |name: &str, node| {
        // A name that a deployment sets says nothing.
        let unknown = name.contains("__") || name.contains('$');
        let service = if unknown { folder_name(&folder, NAME) } else { name.to_owned() };
        Package { manifest, stack: Stack { platform: NAME, service, folder: folder.clone() }, node }
    };
    const PACKAGES: [&[&str]; 4] = [
        &["packages"],
        &["project", "packages"],
        &["runtimeManifest", "packages"],
        &["application", "runtimeManifest", "packages"],
    ];
    let maps = PACKAGES.iter().filter_map(|keys| manifest.root.path(keys)).flat_map(Node::entries);
    let mut found: Vec<Package<'_>> = maps.map(|(key, node)| package(&key.text, node)).collect();
    if let Some(node) = manifest.root.get("package") {
        let name = node.get("name").and_then(Node::as_str);
        found.push(package(name.unwrap_or(folder.file_name()), node));
    }
    let has_code =
        |(_, action): &(Key, Node)| ["function", "code", "location"].iter().any(|key| action.get(key).is_some());
    found.retain(|package| package.node.get("actions").is_some_and(|actions| actions.entries().iter().any(has_code)));
    found
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.as_text().filter(|text| !text.is_empty())
}

impl Package<'_> {
    fn entries(&self, key: &str) -> &[(Key, Node)] {
        self.node.get(key).map(Node::entries).unwrap_or_default()
    }

    fn read(&self, files: &FileSet, all: &mut Partial<Vec<Declared>>) {
        for (key, node) in self.entries("actions") {
            all.value.push(self.action(key, node, files));
        }
        for (key, _) in self.entries("sequences") {
            let message = format!("`{}` is a sequence of other actions and has no code of its own", key.text);
            let place = self.manifest.place(key.span.clone());
            all.problems.push(Problem::at(ProblemKind::Unsupported, place, message));
        }
    }

    fn action(&self, key: &Key, node: &Node, files: &FileSet) -> Declared {
        let place = self.manifest.declares(key.span.clone(), node.span.end);
        let code = self.code(node, files);
        let mut declared = self.stack.function(&key.text, place, code, self.uses(&key.text, node));
        if node.get("code").is_some() {
            declared.code = CodeSource::Inline;
        }
        declared.runtime = text(node, "runtime").map(str::to_owned);
        declared
    }

    /// A file, the package in a folder, or an archive.
    fn code(&self, node: &Node, files: &FileSet) -> Code {
        let folder = &self.stack.folder;
        let Some(written) = text(node, "function").or_else(|| text(node, "location")) else {
            return Code::Unknown("the action names no file".to_owned());
        };
        let symbol = text(node, "main").map(str::to_owned);
        let Ok(path) = folder.join(written) else {
            return Code::Unknown(format!("`{written}` leads out of the repository"));
        };
        if files.is_folder(&path) {
            let package = path.join("package.json").ok().and_then(|path| Manifest::peek(files, &path));
            let main = package.and_then(|package| package.root.get("main")?.as_str().map(str::to_owned));
            let main = main.and_then(|main| path.join(&main).ok()).filter(|main| files.is_file(main));
            let found = main.or_else(|| first_in(files, &path, &["index.js", "__main__.py", "index.php", "main.go"]));
            return match found {
                Some(found) => Code::File { file: crate::manifest::relative(&path, &found), root: path, symbol },
                None => Code::Unknown(format!("no file in `{path}/` that the runtime would start")),
            };
        }
        if matches!(path.extension(), Some("zip" | "jar")) {
            return Code::Unknown(format!("the archive `{written}` is built elsewhere"));
        }
        Code::File { root: folder.clone(), file: written.to_owned(), symbol }
    }

    fn uses(&self, action: &str, node: &Node) -> Uses {
        let mut uses = Uses::default();
        let mut add = |kind, direction, key| uses.add(Use::Channel(kind, direction), key, Strength::Own);
        let annotated = node.path(&["annotations", "web-export"]).or_else(|| node.get("web-export"));
        let web = annotated.or_else(|| node.get("web")).and_then(Node::as_text);
        if web.is_some_and(|web| !matches!(web, "false" | "no")) {
            add("http", ChannelDirection::Receives, self.stack.key_of(action));
        }
        let is_this = |name: &str| name.rsplit('/').next() == Some(action);
        for (_, rule) in self.entries("rules") {
            if let (Some(trigger), Some(name)) = (text(rule, "trigger"), text(rule, "action"))
                && is_this(name)
            {
                let said = self.entries("triggers").iter().find(|(key, _)| key.text == trigger).map(|(_, node)| node);
                let feed = said.and_then(|node| text(node, "feed").or_else(|| text(node, "source")));
                let kind = if feed.is_some_and(|feed| feed.contains("alarm")) { "schedule" } else { "topic" };
                add(kind, ChannelDirection::Receives, self.stack.key_of(trigger));
            }
        }
        // In a sequence, each hands its result to the next.
        for (key, sequence) in self.entries("sequences") {
            let actions: Vec<&str> = text(sequence, "actions").unwrap_or_default().split(',').map(str::trim).collect();
            let channel = self.stack.key_of(&key.text);
            if let Some(at) = actions.iter().position(|name| is_this(name)) {
                if at > 0 {
                    add("other", ChannelDirection::Receives, channel.clone());
                }
                if at + 1 < actions.len() {
                    add("other", ChannelDirection::Sends, channel);
                }
            }
        }
        uses
    }
}

#[cfg(test)]
mod tests;
