//! Nitric: `nitric.yaml`, whose services are all files that a pattern matches.

use globset::GlobBuilder;
use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, RepoPath};

use crate::{
    aws::uses::Uses,
    manifest::{Code, Manifest, Stack, first_in, folder_name, is_output},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "nitric";

/// Lists of patterns, over the versions of the file.
const LISTS: [&str; 4] = ["services", "handlers", "functions", "batch-services"];

/// Where a program in a folder starts.
const STARTS: [&str; 6] = ["main.go", "main.py", "index.ts", "index.js", "main.ts", "main.dart"];

/// The reader of `nitric.yaml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nitric;

impl Platform for Nitric {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("nitric.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let named = |path: &&RepoPath| matches!(path.file_name(), "nitric.yaml" | "nitric.yml") && !is_output(path);
        for path in files.paths().filter(named) {
            if let Some(manifest) = Manifest::read(files, path, &mut all.problems) {
                read(&manifest, files, &mut all);
            }
        }
        all
    }
}

fn read(manifest: &Manifest, files: &FileSet, all: &mut Partial<Vec<Declared>>) {
    let folder = manifest.folder();
    let named = manifest.root.get("name").and_then(Node::as_str);
    let service = named.map_or_else(|| folder_name(&folder, NAME), str::to_owned);
    let stack = Stack { platform: NAME, service, folder };
    let lists = LISTS.iter().filter_map(|list| manifest.root.get(list)).flat_map(Node::items);
    let mut known: Vec<RepoPath> = Vec::new();
    for item in lists {
        // Older files list patterns as plain texts.
        let Some((node, pattern)) = item.get("match").or(Some(item)).and_then(|node| Some((node, node.as_str()?)))
        else {
            continue;
        };
        let base = item.get("basedir").and_then(Node::as_str).unwrap_or(".");
        let programs = programs(files, &stack.folder, base, pattern);
        if programs.is_empty() {
            let message = format!("no program matches `{pattern}`");
            all.problems.push(Problem::at(ProblemKind::Unevaluated, manifest.place(node.span.clone()), message));
        }
        for path in programs {
            if known.contains(&path) {
                continue;
            }
            // The pattern stands for many: what is said there is said of all.
            let place = manifest.declares(node.span.clone(), item.span.end);
            let mut declared = stack.function(&name(&path), place, Code::file(&stack.folder, &path), Uses::default());
            declared.runtime =
                item.get("runtime").and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
            all.value.push(declared);
            known.push(path);
        }
    }
}

/// The files that `pattern` means: those it matches, and the starts of the folders it matches.
fn programs(files: &FileSet, folder: &RepoPath, base: &str, pattern: &str) -> Vec<RepoPath> {
    let Ok(base) = folder.join(base) else { return Vec::new() };
    let Ok(whole) = base.join(pattern) else { return Vec::new() };
    let Ok(glob) = GlobBuilder::new(whole.as_str()).literal_separator(true).build() else { return Vec::new() };
    let matcher = glob.compile_matcher();
    let mut found = Vec::new();
    for path in files.under(&base).filter(|path| !is_output(path)) {
        let is_test = path.file_name().contains(".test.") || path.file_name().ends_with("_test.go");
        if matcher.is_match(path.as_str()) && path.extension().is_some() && !is_test {
            found.push(path.clone());
        } else if let Some(parent) = path.parent().filter(|parent| matcher.is_match(parent.as_str()))
            && let Some(start) = first_in(files, &parent, &STARTS)
        {
            found.push(start);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The file's name; that of its folder where files are called alike.
fn name(path: &RepoPath) -> String {
    match path.file_stem() {
        "main" | "index" => {
            const GENERIC: [&str; 7] = ["", "src", "lib", "services", "functions", "handlers", "batches"];
            let parent = path.parent().filter(|parent| !GENERIC.contains(&parent.file_name()));
            parent.map_or_else(|| path.file_stem().to_owned(), |parent| parent.file_name().to_owned())
        }
        stem => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests;
