//! [`Compared`]: which files of two states differ, and in what.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use lockstep_codegraph::{Differences, differences};
use lockstep_document::Node;
use lockstep_model::{FileSet, RepoPath, Symbols};

use crate::kinds;

/// The files of two states of a project that differ in what they hold.
pub(super) struct Compared<'a> {
    before: &'a FileSet,
    after: &'a FileSet,
    /// The files that differ, with what they differ in once that was asked.
    files: BTreeMap<RepoPath, OnceLock<Option<Differences>>>,
}

impl<'a> Compared<'a> {
    pub(super) fn new(before: &'a FileSet, after: &'a FileSet) -> Self {
        let mut paths: Vec<&RepoPath> = before.paths().chain(after.paths()).collect();
        paths.sort_unstable();
        paths.dedup();
        let differs = |path: &&RepoPath| before.differs_at(path, after);
        let files = paths.into_iter().filter(differs).map(|path| (path.clone(), OnceLock::new())).collect();
        Self { before, after, files }
    }

    /// The files that differ, by path.
    pub(super) fn differing(&self) -> Vec<&RepoPath> {
        self.files.keys().collect()
    }

    /// Those of them in `folder`.
    pub(super) fn differing_under<'s>(&'s self, folder: &'s RepoPath) -> impl Iterator<Item = &'s RepoPath> {
        self.files.keys().filter(move |path| path.starts_with(folder))
    }

    pub(super) fn differs(&self, path: &RepoPath) -> bool {
        self.files.contains_key(path)
    }

    /// The texts of a file before and after; none where there is no such file, or it is no text.
    pub(super) fn texts(&self, path: &RepoPath) -> (Option<Arc<str>>, Option<Arc<str>>) {
        (self.before.text(path).ok(), self.after.text(path).ok())
    }

    /// What of a change of the file concerns somebody who reaches these `symbols`; none if nothing does, no names if all
    /// of it does.
    pub(super) fn reached(&self, path: &RepoPath, symbols: &[&Symbols]) -> Option<Vec<String>> {
        let differences = self.files.get(path)?.get_or_init(|| self.compare(path)).as_ref()?;
        let mut found: Option<Vec<String>> = None;
        for reached in symbols.iter().filter_map(|symbols| differences.reached(symbols)) {
            if reached.is_empty() {
                return Some(reached);
            }
            found.get_or_insert_default().extend(reached);
        }
        found
    }

    fn compare(&self, path: &RepoPath) -> Option<Differences> {
        match self.texts(path) {
            (Some(before), Some(after)) if kinds::says_the_same(path, &before, &after) => None,
            (Some(before), Some(after)) => differences(path, &before, &after),
            _ => Some(Differences::whole()),
        }
    }

    /// True if a file of settings says something else: its tree if it has one, else its lines without comments.
    pub(super) fn says_something_else(&self, path: &RepoPath) -> bool {
        self.differs(path)
            && match self.texts(path) {
                (Some(before), Some(after)) => {
                    !kinds::says_the_same(path, &before, &after) && lines(&before) != lines(&after)
                }
                (before, after) => before.is_some() || after.is_some(),
            }
    }

    /// Both versions of a file as trees of data; none where there is no such file or it does not parse.
    pub(super) fn trees(&self, path: &RepoPath) -> (Option<Node>, Option<Node>) {
        let extension = path.extension().unwrap_or_default();
        let extension = if extension == "lock" { "toml" } else { extension };
        let tree = |text: Option<Arc<str>>| Some(lockstep_document::parse(extension, &text?).ok()?.root);
        let (before, after) = self.texts(path);
        (tree(before), tree(after))
    }

    /// True if the file is there in one of the states.
    pub(super) fn exists(&self, path: &RepoPath) -> bool {
        self.before.is_file(path) || self.after.is_file(path)
    }

    /// The files before and after.
    pub(super) fn sides(&self) -> [&'a FileSet; 2] {
        [self.before, self.after]
    }
}

/// The lines that say something, in their order.
fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("//"))
        .collect()
}
