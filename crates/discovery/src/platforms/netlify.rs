//! Netlify Functions and Edge Functions: folders that `netlify.toml` names, or that are there by convention.

mod finder;
mod site;

use std::sync::LazyLock;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{ChannelDirection, FileSet, RepoPath, Strength};
use regex::Regex;

use self::{
    finder::{Candidate, Source},
    site::{Folder, Kind, Site},
};
use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Place},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "netlify";

/// The reader of Netlify's folders.
#[derive(Clone, Copy, Debug, Default)]
pub struct Netlify;

impl Platform for Netlify {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("netlify.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        for site in site::sites(files, &mut all.problems) {
            let mut found: Vec<(&Folder, Candidate)> = Vec::new();
            for folder in &site.folders {
                let candidates = finder::candidates(files, folder);
                found.extend(candidates.into_iter().map(|candidate| (folder, candidate)));
            }
            let (functions, helpers): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, one)| one.is_entry);
            name_helpers(&helpers, &mut all.problems);
            all.value.extend(functions.iter().map(|(folder, one)| declared(&site, folder, one, files)));
        }
        all
    }
}

/// Files that Netlify would deploy and that could never answer.
fn name_helpers(helpers: &[(&Folder, Candidate)], problems: &mut Vec<Problem>) {
    let Some((folder, first)) = helpers.first() else { return };
    let (files, export) = match helpers.len() {
        1 => ("1 file".to_owned(), "is not counted as a function: it exports"),
        many => (format!("{many} files"), "are not counted as functions: they export"),
    };
    let message = format!("{files} in `{}/` {export} no handler", folder.path);
    problems.push(Problem::at(ProblemKind::Unsupported, Place::of_file(first.path()).location, message));
}

fn declared(site: &Site, folder: &Folder, one: &Candidate, files: &FileSet) -> Declared {
    let code = match &one.source {
        Source::File(path) => Code::file(&path.parent().unwrap_or_else(RepoPath::root), path),
        Source::Folder(path) => Code::Folder { root: path.clone(), handler: None },
        Source::Archive(_) => Code::Unknown("the function is an archive that was built elsewhere".to_owned()),
    };
    let said = site.said(&one.name, folder.kind);
    let place = said.map_or_else(
        || Place::of_file(one.path()),
        |(config, key, table)| config.declares(key.span.clone(), table.span.end),
    );
    let text = files.text(one.path()).unwrap_or_default();
    let mut uses = Uses::default();
    listens(site, folder, one, &text, &mut uses);
    let mut declared = site.stack.function(&one.name, place, code, uses);
    if let Source::Folder(path) = &one.source {
        declared.runtime = Some(if path.join("Cargo.toml").is_ok_and(|file| files.is_file(&file)) {
            "rust".to_owned()
        } else {
            "go".to_owned()
        });
    }
    declared
}

/// A schedule or a path in the code of the function itself.
static IN_CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^[^/\n*]*\b(?:(schedule)\s*[:(]|(path)\s*:)\s*["'`]([^"'`\n]+)["'`]"#).expect("a constant")
});

/// What starts the function.
fn listens(site: &Site, folder: &Folder, one: &Candidate, text: &str, uses: &mut Uses) {
    let key = site.stack.key_of(&one.name);
    let mut add = |kind, key| uses.add(Use::Channel(kind, ChannelDirection::Receives), key, Strength::Own);
    let configured = site.said(&one.name, folder.kind).map(|(_, _, table)| table);
    let mut schedule = configured.and_then(|table| table.get("schedule")).is_some();
    let mut paths: Vec<String> = site.edge_paths(&one.name, folder.kind);
    for found in IN_CODE.captures_iter(text) {
        match (found.get(1), found.get(3)) {
            (Some(_), _) => schedule = true,
            (None, Some(path)) if path.as_str().starts_with('/') && text.contains("const config") => {
                paths.push(path.as_str().to_owned());
            }
            _ => {}
        }
    }
    if schedule {
        add("schedule", key);
    }
    if folder.kind == Kind::Function {
        add("http", format!("{} /.netlify/functions/{}", site.stack.service, one.name));
    }
    for path in paths {
        add("http", format!("{} {path}", site.stack.service));
    }
}

/// The text at `keys`, if it is there.
fn text_at<'n>(root: &'n Node, keys: &[&str]) -> Option<&'n str> {
    root.path(keys)?.as_str()
}

#[cfg(test)]
mod tests;
