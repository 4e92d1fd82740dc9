//! Go: the folder of the `package main` behind a binary's name, through build commands or by the folder's name.

use std::sync::LazyLock;

use lockstep_model::{Confidence, Entry, FileSet, RepoPath};
use regex::Regex;

use super::{
    Case,
    command::{self, Command},
    probe,
};

/// The call that hands the function to Lambda's runtime.
static START: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\blambda\w*\.Start\w*\(").expect("a constant"));

/// A variable of a shell or of make.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$\$?\{?\(?[\w@*]+\)?\}?|%").expect("a constant"));

/// Folders that programs are usually in, `NAME` standing for the binary.
const PLACES: &[&str] = &[
    "NAME",
    "cmd/NAME",
    "functions/NAME",
    "src/NAME",
    "src/handlers/NAME",
    "handlers/NAME",
    "lambda/NAME",
    "lambdas/NAME",
    "internal/NAME",
    "src/functions/NAME",
    "src/cmd/NAME",
    "api/NAME",
    "pkg/NAME",
    "endpoints/NAME",
    "app/NAME",
];

/// Options of `go build` that take a value of their own.
const VALUED: &[&str] =
    &["-o", "-ldflags", "-tags", "-mod", "-gcflags", "-asmflags", "-p", "-buildmode", "-C", "-modfile"];

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    let entry = |path, confidence| Some(Entry { path, symbol: None, confidence });
    if let Some(path) = source_path(case, root) {
        return entry(path, Confidence::Exact);
    }
    if let Some(path) = by_makefile_target(case, root).or_else(|| by_scripts(case, root)) {
        return entry(path, Confidence::Artifact);
    }
    let name = case.handler.rsplit('/').next().unwrap_or("");
    let says_nothing = matches!(name, "" | "main" | "bootstrap" | "handler" | "index.handler");
    if says_nothing || is_program(case.files, root) {
        return main_of(case.files, root)
            .map(|path| (path, Confidence::Exact))
            .or_else(|| only_program(case.files, root).map(|path| (path, Confidence::ClassSearch)))
            .or_else(|| exported(case, root).map(|path| (path, Confidence::ClassSearch)))
            .and_then(|(path, confidence)| entry(path, confidence));
    }
    let named = PLACES.iter().find_map(|place| main_of(case.files, &root.join(&place.replace("NAME", name)).ok()?));
    named
        .or_else(|| folder_called(case.files, root, name))
        .and_then(|path| entry(path, Confidence::Convention))
        .or_else(|| entry(exported(case, root)?, Confidence::ClassSearch))
        .or_else(|| entry(only_program(case.files, root)?, Confidence::ClassSearch))
}

/// The handler is a source file or the folder of a program (as the Go plugin for the Serverless Framework has it).
fn source_path(case: &Case, root: &RepoPath) -> Option<RepoPath> {
    if case.handler.is_empty() {
        return None;
    }
    let path = root.join(&case.handler).ok()?;
    if path.extension() == Some("go") {
        return probe::file(case.files, &path);
    }
    if &path == root { None } else { main_of(case.files, &path) }
}

fn is_program(files: &FileSet, folder: &RepoPath) -> bool {
    go_files(files, folder).any(|path| files.text(path).is_ok_and(|text| is_main(&text) && START.is_match(&text)))
}

fn go_files<'a>(files: &'a FileSet, folder: &'a RepoPath) -> impl Iterator<Item = &'a RepoPath> {
    probe::directly_in(files, folder)
        .filter(|path| path.extension() == Some("go") && !path.file_name().ends_with("_test.go"))
}

fn is_main(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "package main")
}

/// The file of the `package main` in `folder` that starts the function.
pub(super) fn main_of(files: &FileSet, folder: &RepoPath) -> Option<RepoPath> {
    let rank = |path: &RepoPath| {
        let text = files.text(path).ok().filter(|text| is_main(text))?;
        let starts = START.is_match(&text);
        (starts || text.contains("func main(")).then_some((!starts, path.file_name() != "main.go", path.clone()))
    };
    go_files(files, folder).filter_map(rank).min().map(|(_, _, path)| path)
}

/// The only program below `root`.
fn only_program(files: &FileSet, root: &RepoPath) -> Option<RepoPath> {
    let mut found = files
        .under(root)
        .filter(|path| path.extension() == Some("go") && !probe::is_side_folder(path))
        .filter(|path| files.text(path).is_ok_and(|text| is_main(&text) && START.is_match(&text)));
    let path = found.next()?;
    found.next().is_none().then(|| path.clone())
}

/// The only folder called `name` below `root` that holds a program.
fn folder_called(files: &FileSet, root: &RepoPath, name: &str) -> Option<RepoPath> {
    let inside = files.under(root).filter(|path| path.extension() == Some("go") && !probe::is_side_folder(path));
    let mut folders: Vec<_> = inside.filter_map(RepoPath::parent).filter(|folder| folder.file_name() == name).collect();
    folders.dedup();
    let mut mains = folders.iter().filter_map(|folder| main_of(files, folder));
    let path = mains.next()?;
    mains.next().is_none().then_some(path)
}

/// Google Cloud Functions: an exported function of the package, not a program.
fn exported(case: &Case, root: &RepoPath) -> Option<RepoPath> {
    let name = case.handler.rsplit('.').next().filter(|name| name.starts_with(|c: char| c.is_uppercase()))?;
    let pattern = format!("func {name}(");
    go_files(case.files, root).find(|path| case.files.text(path).is_ok_and(|text| text.contains(&pattern))).cloned()
}

/// SAM's `build-LogicalId`.
fn by_makefile_target(case: &Case, root: &RepoPath) -> Option<RepoPath> {
    let target = case.declared.build.make_target.as_deref()?;
    let text = case.files.text(&root.join("Makefile").ok()?).ok()?;
    let recipe = command::recipe(&text, target)?;
    command::commands(&recipe, root, false).iter().find_map(|command| package(case.files, command, ""))
}

/// The package of the `go build` whose output is the handler.
fn by_scripts(case: &Case, root: &RepoPath) -> Option<RepoPath> {
    if case.handler.is_empty() {
        return None;
    }
    let scripts = |folder: &RepoPath| -> Vec<RepoPath> {
        let is_script = |path: &&RepoPath| {
            matches!(path.file_name(), "Makefile" | "makefile" | "package.json") || path.extension() == Some("sh")
        };
        probe::directly_in(case.files, folder).filter(is_script).cloned().collect()
    };
    let folders = std::iter::once(root.clone()).chain(root.join("scripts").ok()).chain(root.parent());
    for folder in folders {
        for script in scripts(&folder) {
            let Ok(text) = case.files.text(&script) else { continue };
            let keeps = script.extension() == Some("sh");
            // Scripts in `scripts/` are mostly run from the folder above.
            let found = command::commands(&text, root, keeps).iter().find_map(|command| built_as(case, command, root));
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// The main file of the package, if `command` builds the handler of `case`.
fn built_as(case: &Case, command: &Command, root: &RepoPath) -> Option<RepoPath> {
    let output = command::option(&command.words, &["-o"])?;
    let plain = command::strip_variables(output);
    let wanted = root.join(&case.handler).ok()?;
    if command.folder.join(plain).ok().as_ref() == Some(&wanted) || plain.ends_with(&format!("/{}", case.handler)) {
        return package(case.files, command, "");
    }
    // `-o bin/$@ functions/$@/main.go`: what the variable stands for is read off the handler.
    let hole = VARIABLE.find_iter(output).last()?;
    let (before, after) = (&output[..hole.start()], &output[hole.end()..]);
    let before = before.strip_prefix("./").unwrap_or(before);
    let value = case.handler.strip_prefix(before)?.strip_suffix(after)?;
    package(case.files, command, value.rsplit('/').next()?)
}

/// The main file of the package that a `go build` names; variables in it stand for `value`.
pub(super) fn package(files: &FileSet, command: &Command, value: &str) -> Option<RepoPath> {
    let at = command.words.windows(2).position(|pair| pair[0].ends_with("go") && pair[1] == "build")?;
    let mut arguments = command.words[at + 2..].iter();
    let mut packages = Vec::new();
    while let Some(word) = arguments.next() {
        if VALUED.contains(&word.as_str()) {
            arguments.next();
        } else if word == "|" || word == ">" || word == "||" {
            break;
        } else if !word.starts_with('-') {
            packages.push(word.as_str());
        }
    }
    let mains = |text: &str| {
        let path = command.folder.join(text).ok()?;
        if path.extension() == Some("go") { probe::file(files, &path) } else { main_of(files, &path) }
    };
    if packages.is_empty() {
        return main_of(files, &command.folder);
    }
    packages.iter().find_map(|package| {
        let filled = VARIABLE.replace_all(package, value);
        mains(&filled).or_else(|| mains(command::strip_variables(package)))
    })
}
