//! OpenFaaS: stack files, whose functions are folders.

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::{Key, Node};
use lockstep_model::{Access, ChannelDirection, FileSet, RepoPath, Strength};

use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Manifest, Stack, first_in, folder_name, is_output, only_in},
    platform::{CodeSource, Declared, Platform},
};

/// As printed.
const NAME: &str = "openfaas";

/// What templates call the file that people write.
const HANDLERS: [&str; 17] = [
    "handler.js",
    "handler.ts",
    "handler.mjs",
    "handler.py",
    "handler.go",
    "handler.rb",
    "handler.rs",
    "handler.php",
    "handler.sh",
    "handler.pl",
    "FunctionHandler.cs",
    "Handler.cs",
    "src/Handler.php",
    "src/lib.rs",
    "src/main/java/com/openfaas/function/Handler.java",
    "index.py",
    "index.js",
];

/// The reader of stack files.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenFaas;

impl Platform for OpenFaas {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("openfaas.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        for manifest in stacks(files, &mut all.problems) {
            let folder = manifest.folder();
            let stack = Stack { platform: NAME, service: folder_name(&folder, NAME), folder };
            for (key, node) in manifest.root.get("functions").map(Node::entries).unwrap_or_default() {
                if node.is_map() {
                    all.value.push(function(&stack, &manifest, key, node, files));
                } else {
                    let message = format!("the function `{}` says nothing of itself", key.text);
                    let place = manifest.place(key.span.clone());
                    all.problems.push(Problem::at(ProblemKind::InvalidManifest, place, message));
                }
            }
        }
        all
    }
}

/// YAML files that name the provider, whatever they are called.
fn stacks(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Manifest> {
    let is_yaml = |path: &&RepoPath| matches!(path.extension(), Some("yml" | "yaml")) && !is_output(path);
    let mut found = Vec::new();
    for path in files.paths().filter(is_yaml) {
        let Ok(text) = files.text(path) else { continue };
        if !(text.contains("provider:") && text.contains("functions:") && text.contains("faas")) {
            continue;
        }
        let manifest = match path.file_stem() {
            "stack" => Manifest::read(files, path, problems),
            _ => Manifest::peek(files, path),
        };
        let provider = |manifest: &Manifest| {
            let name = manifest.root.path(&["provider", "name"]).and_then(Node::as_str);
            matches!(name, Some("openfaas" | "faas"))
        };
        found.extend(manifest.filter(provider));
    }
    found
}

fn function(stack: &Stack, manifest: &Manifest, key: &Key, node: &Node, files: &FileSet) -> Declared {
    let text = |key: &str| node.get(key).and_then(Node::as_str);
    let place = manifest.declares(key.span.clone(), node.span.end);
    let language = text("lang").unwrap_or_default();
    let handler = text("handler").filter(|handler| !handler.is_empty());
    let built_elsewhere = node.get("skip_build").and_then(Node::as_bool) == Some(true) || handler.is_none();
    let code = match handler {
        _ if built_elsewhere => {
            let image = text("image").unwrap_or("of the function");
            Code::Unknown(format!("the image `{image}` is built elsewhere"))
        }
        Some(handler) => code(&stack.folder, handler, files),
        None => Code::Unknown("the function names no handler".to_owned()),
    };
    let mut declared = stack.function(&key.text, place, code, uses(stack, &key.text, node));
    declared.runtime = Some(language.to_owned()).filter(|language| !language.is_empty());
    if language.eq_ignore_ascii_case("dockerfile") && !built_elsewhere {
        declared.code = CodeSource::Image {
            base: stack.folder.clone(),
            context: handler.map(str::to_owned),
            dockerfile: None,
            command: None,
            name: None,
            arguments: Default::default(),
        };
        declared.declaration.handler = None;
        declared.runtime = Some("image".to_owned());
    }
    for (name, value) in node.get("environment").map(Node::entries).unwrap_or_default() {
        if let Some(value) = value.as_text() {
            declared.environment.insert(name.text.clone(), value.to_owned());
        }
    }
    declared
}

/// The file in the folder `handler` that the template of the language wraps.
fn code(base: &RepoPath, handler: &str, files: &FileSet) -> Code {
    let Ok(root) = base.join(handler) else {
        return Code::Unknown(format!("the handler `{handler}` leads out of the repository"));
    };
    // The tool may be called from a folder above the file.
    let above = || base.ancestors().filter_map(|folder| folder.join(handler).ok());
    let root = above().find(|root| files.is_folder(root)).unwrap_or(root);
    let found = first_in(files, &root, &HANDLERS)
        .or_else(|| only_in(files, &root, &["js", "ts", "py", "go", "rb", "php", "cs", "rs", "java"]));
    match found {
        Some(path) => Code::file(&root, &path),
        None if files.is_folder(&root) => Code::Unknown(format!("no file in `{root}/` is called as templates have it")),
        None => Code::Unknown(format!("there is no folder `{root}/`")),
    }
}

fn uses(stack: &Stack, name: &str, node: &Node) -> Uses {
    let mut uses = Uses::default();
    let receives = |kind| Use::Channel(kind, ChannelDirection::Receives);
    uses.add(receives("http"), format!("{} /function/{name}", stack.service), Strength::Own);
    let annotation = |key: &str| node.path(&["annotations", key]).and_then(Node::as_str);
    for topic in annotation("topic").unwrap_or_default().split(',').map(str::trim).filter(|topic| !topic.is_empty()) {
        match topic {
            "cron-function" => uses.add(receives("schedule"), stack.key_of(name), Strength::Own),
            topic => uses.add(receives("topic"), topic.to_owned(), Strength::Own),
        }
    }
    if annotation("schedule").is_some() {
        uses.add(receives("schedule"), stack.key_of(name), Strength::Own);
    }
    for secret in node.get("secrets").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str) {
        uses.add(Use::Store("secret", Access::Read), secret.to_owned(), Strength::Own);
    }
    uses
}

#[cfg(test)]
mod tests;
