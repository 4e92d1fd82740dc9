//! Architect: `app.arc`, whose pragmas list functions that lie in folders of their names.

mod arc;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{Access, ChannelDirection, FileSet, Location, RepoPath, Strength};

use self::arc::{Entry, Manifest};
use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Place, Stack, first_in, is_output, relative},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "architect";

/// Pragmas that list functions, the folders that they lie in, and what starts them.
const PRAGMAS: [(&str, &[&str], &str); 8] = [
    ("http", &["http"], "http"),
    ("events", &["events"], "topic"),
    ("queues", &["queues"], "queue"),
    ("scheduled", &["scheduled"], "schedule"),
    ("ws", &["ws"], "websocket"),
    ("tables-streams", &["tables-streams", "streams", "tables"], "stream"),
    ("streams", &["streams"], "stream"),
    ("customs", &["customs"], "other"),
];

/// Pragmas that say other things.
const OTHERS: [&str; 17] = [
    "app",
    "aws",
    "static",
    "tables",
    "tables-indexes",
    "indexes",
    "plugins",
    "macros",
    "shared",
    "views",
    "proxy",
    "begin",
    "cdn",
    "domain",
    "search",
    "env",
    "sandbox",
];

/// What every application with web sockets has.
const SOCKETS: [&str; 3] = ["connect", "default", "disconnect"];

/// What the runtime starts, in a folder.
const STARTS: [&str; 11] = [
    "index.js",
    "index.mjs",
    "index.cjs",
    "index.ts",
    "index.tsx",
    "index.mts",
    "lambda.py",
    "index.py",
    "lambda.rb",
    "index.rb",
    "main.go",
];

/// The reader of `app.arc`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Architect;

impl Platform for Architect {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("architect.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        for path in files.paths().filter(|path| !is_output(path)) {
            match path.file_name() {
                "app.arc" | ".arc" => match files.text(path) {
                    Ok(text) => {
                        let manifest = Manifest::parse(&text);
                        all.value.extend(Application::new(path, &text, &manifest).functions(files));
                    }
                    Err(error) => {
                        let message = format!("the manifest cannot be read: {error}");
                        let place = Location::whole_file(path.clone());
                        all.problems.push(Problem::at(ProblemKind::UnreadableFile, place, message));
                    }
                },
                "arc.json" | "arc.yaml" | "arc.yml" | "arc.toml" => {
                    let message =
                        "manifests of Architect are read as `app.arc` only: what this one declares is not known";
                    let place = Location::whole_file(path.clone());
                    all.problems.push(Problem::at(ProblemKind::Unsupported, place, message));
                }
                _ => {}
            }
        }
        all
    }
}

/// One manifest.
struct Application<'a> {
    path: &'a RepoPath,
    text: &'a str,
    manifest: &'a Manifest<'a>,
    stack: Stack,
}

impl<'a> Application<'a> {
    fn new(path: &'a RepoPath, text: &'a str, manifest: &'a Manifest<'a>) -> Self {
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        let named =
            manifest.pragma("app").and_then(|pragma| Some(pragma.entries.first()?.words.first()?.text.to_owned()));
        let stack = Stack { platform: NAME, service: named.unwrap_or_else(|| NAME.to_owned()), folder };
        Self { path, text, manifest, stack }
    }

    fn functions(&self, files: &FileSet) -> Vec<Declared> {
        let mut found = Vec::new();
        for pragma in &self.manifest.pragmas {
            let known = PRAGMAS.iter().find(|(name, ..)| *name == pragma.name);
            for entry in &pragma.entries {
                found.extend(match known {
                    Some((name, folders, channel)) => self.function(name, folders, channel, entry, files),
                    // A plugin's pragma: what has a source is a function of it.
                    None if !OTHERS.contains(&pragma.name) && entry.value("src").is_some() => {
                        self.function(pragma.name, &[], "other", entry, files)
                    }
                    None => None,
                });
            }
            if pragma.name == "ws" {
                let written = |name: &str| pragma.entries.iter().any(|entry| entry.words[0].text == name);
                for name in SOCKETS.into_iter().filter(|name| !written(name)) {
                    let code = self.code(&format!("src/ws/{name}"), files);
                    found.push(self.declared(&format!("ws/{name}"), pragma.place.clone(), code, "websocket", name));
                }
            }
        }
        found
    }

    fn function(
        &self,
        pragma: &str,
        folders: &[&str],
        channel: &'static str,
        entry: &Entry<'_>,
        files: &FileSet,
    ) -> Option<Declared> {
        let words: Vec<&str> = entry.words.iter().map(|word| word.text).collect();
        let (name, key) = match (pragma, words.as_slice()) {
            ("http", [path]) => {
                let method = entry.value("method").unwrap_or("any");
                (folder_of(method, path), format!("{} {path}", method.to_ascii_uppercase()))
            }
            ("http", [method, path, ..]) => {
                (folder_of(method, path), format!("{} {path}", method.to_ascii_uppercase()))
            }
            (_, [name, ..]) => ((*name).to_owned(), entry.value("table").unwrap_or(name).to_owned()),
            (_, []) => return None,
        };
        let code = match entry.value("src") {
            Some(source) => self.code(source, files),
            None => {
                // Dashes of an address may be written as underscores.
                let names = [name.clone(), name.replace('-', "_").replacen('_', "-", 1)];
                let places =
                    folders.iter().flat_map(|folder| names.iter().map(move |name| format!("src/{folder}/{name}")));
                let places: Vec<String> = places.collect();
                let there = |place: &&String| self.stack.folder.join(place).is_ok_and(|path| files.is_folder(&path));
                self.code(places.iter().find(there).or(places.first())?, files)
            }
        };
        Some(self.declared(&format!("{pragma}/{name}"), entry.words[0].span.start..entry.end, code, channel, &key))
    }

    /// The file in a folder, or the file, that the runtime starts.
    fn code(&self, source: &str, files: &FileSet) -> Code {
        let Ok(path) = self.stack.folder.join(source) else {
            return Code::Unknown(format!("`{source}` leads out of the repository"));
        };
        if files.is_file(&path) {
            return Code::file(&path.parent().unwrap_or_else(RepoPath::root), &path);
        }
        match first_in(files, &path, &STARTS) {
            Some(start) => Code::file(&path, &start),
            // What a build writes is traced to its source from the folder of the application.
            None => Code::File {
                root: self.stack.folder.clone(),
                file: format!("{}/index.js", relative(&self.stack.folder, &path)),
                symbol: None,
            },
        }
    }

    fn declared(
        &self,
        name: &str,
        place: std::ops::Range<usize>,
        code: Code,
        channel: &'static str,
        key: &str,
    ) -> Declared {
        let location = Location::of_span(self.path.clone(), self.text, place.clone());
        let end = u32::try_from(place.end).unwrap_or(u32::MAX);
        let mut uses = Uses::default();
        let what = Use::Channel(channel, ChannelDirection::Receives);
        uses.add(what, self.stack.key_of(key), Strength::Own);
        // Every function of an application may use all of its tables.
        for table in self.manifest.pragma("tables").map(|pragma| pragma.entries.as_slice()).unwrap_or_default() {
            let key = self.stack.key_of(table.words[0].text);
            uses.add(Use::Store("table", Access::Unknown), key, Strength::Inherited);
        }
        self.stack.function(name, Place { location, end }, code, uses)
    }
}

/// The folder that Architect makes for a route: `get /users/:id` is `get-users-000id`.
fn folder_of(method: &str, path: &str) -> String {
    let path = path.trim_start_matches('/').trim_end_matches('/');
    let parts: Vec<String> = path
        .split('/')
        .map(|part| match part {
            "" => "index".to_owned(),
            part if part.starts_with('*') => "catchall".to_owned(),
            part => part.replace(':', "000").replace('.', "_"),
        })
        .collect();
    format!("{}-{}", method.to_ascii_lowercase(), parts.join("-"))
}

#[cfg(test)]
mod tests;
