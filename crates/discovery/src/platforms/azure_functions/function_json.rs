//! Functions that have a folder with a `function.json`: Node.js until version 3 of its model, Python until 1,
//! PowerShell, scripts of C#. Those of compiled languages are generated and read from the code instead.

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, Location, RepoPath};

use super::{
    Host, Values, bindings,
    bindings::{Binding, Role},
    durable,
};
use crate::{
    aws::uses::Uses,
    manifest::{Code, Manifest, Stack, relative},
    platform::Declared,
};

/// What the runtime looks for where no `scriptFile` is said, with the symbol that it calls.
const SCRIPTS: [(&str, Option<&str>); 11] = [
    ("run.js", None),
    ("index.js", None),
    ("index.cjs", None),
    ("index.mjs", None),
    ("index.ts", None),
    ("run.ts", None),
    ("__init__.py", Some("main")),
    ("main.py", Some("main")),
    ("run.ps1", None),
    ("run.csx", None),
    ("run.fsx", None),
];

/// Reads the functions of an application that have a `function.json`; what they declare goes to `all`.
pub(super) fn read(host: &Host, files: &FileSet, paths: &[&RepoPath], all: &mut Partial<Vec<Declared>>) {
    let custom = custom_handler(host, files);
    let first = all.value.len();
    for path in paths.iter().copied().filter(|path| path.file_name() == "function.json") {
        let Some(folder) = path.parent() else { continue };
        if folder.parent().as_ref() != Some(&host.app.folder) {
            let message =
                format!("this function is not counted: the runtime only looks directly in `{}/`", host.app.folder);
            let place = Location::whole_file(path.clone());
            all.problems.push(Problem::at(ProblemKind::Unsupported, place, message));
            continue;
        }
        let Some(manifest) = Manifest::read(files, path, &mut all.problems) else { continue };
        if is_generated(&manifest.root) {
            continue;
        }
        let bindings = bindings_of(&manifest.root);
        if bindings.iter().all(|binding| binding.role != Role::Trigger) {
            let message = "this file has no trigger, so it declares no function";
            all.problems.push(Problem::at(ProblemKind::InvalidManifest, manifest.place(0..0), message));
            continue;
        }
        all.value.push(function(host, files, &manifest, &bindings, custom.as_deref()));
    }
    let declared = &mut all.value[first..];
    let names: Vec<String> = declared.iter().map(|one| one.name.clone()).collect();
    for one in declared {
        let Some(folder) = one.declaration.location.path.parent() else { continue };
        let called = durable::called(files, &folder);
        let known = called.into_iter().filter(|name| *name != one.name && names.contains(name));
        one.invokes.extend(known.map(|name| bindings::call(host, &name)));
    }
}

/// The executable that answers for all functions of an application, if it has one.
fn custom_handler(host: &Host, files: &FileSet) -> Option<String> {
    let manifest = Manifest::peek(files, &host.manifest)?;
    let description = manifest.root.path(&["customHandler", "description"])?;
    Some(description.get("defaultExecutablePath")?.as_str()?.to_owned())
}

/// True for what the build of a compiled language writes.
fn is_generated(root: &Node) -> bool {
    let script = root.get("scriptFile").and_then(Node::as_str).unwrap_or_default();
    root.get("generatedBy").is_some() || script.ends_with(".dll") || script.ends_with(".jar")
}

fn bindings_of(root: &Node) -> Vec<Binding> {
    let all = root.get("bindings").map(Node::items).unwrap_or_default().iter();
    all.filter_map(|binding| {
        let kind = binding.get("type")?.as_str()?;
        let otherwise = match binding.get("direction").and_then(Node::as_str) {
            Some("out") => Role::Output,
            Some("inout") => Role::Either,
            _ => Role::Input,
        };
        let mut binding = Binding::called(kind, otherwise, values(binding));
        if binding.role != Role::Trigger {
            binding.role = otherwise;
        }
        Some(binding)
    })
    .collect()
}

fn values(binding: &Node) -> Values {
    let texts = |node: &Node| {
        let items = if node.is_list() { node.items() } else { std::slice::from_ref(node) };
        items.iter().filter_map(|item| item.as_text().map(str::to_owned)).collect::<Vec<_>>()
    };
    binding.entries().iter().map(|(key, value)| (key.text.to_ascii_lowercase(), texts(value))).collect()
}

fn function(host: &Host, files: &FileSet, manifest: &Manifest, bindings: &[Binding], custom: Option<&str>) -> Declared {
    let folder = manifest.folder();
    let code = match custom {
        Some(executable) => Code::Unknown(format!("the program `{executable}` answers for all functions")),
        None => code(host, files, &folder, &manifest.root),
    };
    let runtime = match &code {
        Code::File { file, .. } => language(file),
        Code::Folder { .. } | Code::Unknown(_) => None,
    };
    let app = &host.app;
    let stack = Stack { platform: super::NAME, service: app.service.clone(), folder: app.folder.clone() };
    let mut declared = stack.function(folder.file_name(), manifest.declares_as_a_whole(None), code, Uses::default());
    declared.runtime = runtime.map(str::to_owned);
    bindings.iter().for_each(|binding| binding.wire(host, &mut declared));
    declared
}

/// The file that the runtime loads. It may be written by a compiler.
fn code(host: &Host, files: &FileSet, folder: &RepoPath, root: &Node) -> Code {
    let at = |path: &RepoPath, symbol| {
        let root = host.app.folder.clone();
        Code::File { file: relative(&root, path), root, symbol }
    };
    let text = |key: &str| root.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let entry_point = text("entryPoint").map(str::to_owned);
    if let Some(script) = text("scriptFile") {
        let python = script.ends_with(".py").then(|| "main".to_owned());
        return match folder.join(script) {
            Ok(path) => at(&path, entry_point.or(python)),
            Err(_) => Code::Unknown(format!("`{script}` leads out of the repository")),
        };
    }
    let known = SCRIPTS.iter().find_map(|(name, symbol)| {
        let path = folder.join(name).ok().filter(|path| files.is_file(path))?;
        Some((path, symbol.map(str::to_owned)))
    });
    let known = known.or_else(|| Some((only_script(files, folder)?, None)));
    match known {
        Some((path, symbol)) => at(&path, entry_point.or(symbol)),
        None => Code::Unknown(format!("no script under `{folder}/` that the runtime would load")),
    }
}

/// A file of JavaScript that has no other beside it.
fn only_script(files: &FileSet, folder: &RepoPath) -> Option<RepoPath> {
    let is_script = |path: &&RepoPath| {
        path.parent().as_ref() == Some(folder) && matches!(path.extension(), Some("js" | "mjs" | "cjs" | "ps1"))
    };
    let mut scripts = files.under(folder).filter(is_script);
    let only = scripts.next()?;
    scripts.next().is_none().then(|| only.clone())
}

fn language(file: &str) -> Option<&'static str> {
    Some(match file.rsplit_once('.')?.1 {
        "js" | "mjs" | "cjs" | "ts" => "node",
        "py" => "python",
        "ps1" => "powershell",
        "csx" | "fsx" => "dotnet",
        _ => return None,
    })
}
