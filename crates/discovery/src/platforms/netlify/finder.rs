//! What in a folder is a function, as Netlify's own builder finds them: files, folders with a file of their name or an
//! index, programs of Go and Rust, archives.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};

use super::site::{Folder, Kind};
use crate::exports::{Runtime, is_entry};

/// In the builder's order.
const EXTENSIONS: [&str; 7] = ["js", "ts", "mjs", "cjs", "tsx", "mts", "cts"];

/// Something that Netlify would deploy.
pub(super) struct Candidate {
    pub(super) name: String,
    pub(super) source: Source,
    /// Whether it exports what the runtime calls.
    pub(super) is_entry: bool,
}

/// Where its code is.
pub(super) enum Source {
    /// A script.
    File(RepoPath),
    /// A program of Go or Rust.
    Folder(RepoPath),
    /// A zip.
    Archive(RepoPath),
}

impl Candidate {
    /// The file or folder.
    pub(super) fn path(&self) -> &RepoPath {
        match &self.source {
            Source::File(path) | Source::Folder(path) | Source::Archive(path) => path,
        }
    }
}

/// The direct children of `folder` that are functions, by name. A folder goes before a file of its name.
pub(super) fn candidates(files: &FileSet, folder: &Folder) -> Vec<Candidate> {
    let mut found: BTreeMap<String, Source> = BTreeMap::new();
    let mut folders: BTreeMap<&str, RepoPath> = BTreeMap::new();
    for path in files.under(&folder.path) {
        let Some(inside) = path.strip_prefix(&folder.path) else { continue };
        match inside.split_once('/') {
            Some((name, _)) => {
                let child = || folder.path.join(name).unwrap_or_else(|_| folder.path.clone());
                folders.entry(name).or_insert_with(child);
            }
            None => file(path, &mut found),
        }
    }
    // What is bundled file by file has no folders.
    for (name, path) in folders.into_iter().filter(|(name, _)| !folder.flat && *name != "node_modules") {
        if let Some(source) = in_folder(files, name, &path) {
            found.insert(name.to_owned(), source);
        }
    }
    found.into_iter().map(|(name, source)| candidate(files, folder, name, source)).collect()
}

fn file(path: &RepoPath, found: &mut BTreeMap<String, Source>) {
    let Some(extension) = path.extension() else { return };
    let name = path.file_stem().to_owned();
    if extension == "zip" {
        found.entry(name).or_insert_with(|| Source::Archive(path.clone()));
    } else if let Some(rank) = rank(extension)
        && !path.file_name().ends_with(".d.ts")
    {
        let better = match found.get(&name) {
            Some(Source::File(known)) => known.extension().and_then(self::rank) > Some(rank),
            Some(_) => true,
            None => true,
        };
        if better {
            found.insert(name, Source::File(path.clone()));
        }
    }
}

fn rank(extension: &str) -> Option<usize> {
    EXTENSIONS.iter().position(|known| *known == extension)
}

fn in_folder(files: &FileSet, name: &str, path: &RepoPath) -> Option<Source> {
    let at = |file: String| path.join(&file).ok().filter(|path| files.is_file(path));
    let script = [name, "index"]
        .iter()
        .find_map(|stem| EXTENSIONS.iter().find_map(|extension| at(format!("{stem}.{extension}"))));
    if let Some(script) = script {
        return Some(Source::File(script));
    }
    let go = at(format!("{name}.go")).or_else(|| at("main.go".to_owned()));
    (go.is_some() || at("Cargo.toml".to_owned()).is_some()).then(|| Source::Folder(path.clone()))
}

fn candidate(files: &FileSet, folder: &Folder, name: String, source: Source) -> Candidate {
    let runtime = match folder.kind {
        Kind::Function => Runtime::Netlify,
        Kind::Edge => Runtime::Edge,
    };
    let is_entry = match &source {
        Source::File(path) => {
            let extension = path.extension().unwrap_or_default();
            // A file that cannot be read is deployed all the same.
            files.text(path).map_or(true, |text| is_entry(runtime, extension, &text))
        }
        Source::Folder(_) | Source::Archive(_) => true,
    };
    Candidate { name, source, is_entry }
}
