//! What one manifest says of the functions that it declares: their blocks, and what may be names of files. It depends on what it
//! holds and on where in it the functions are declared, and is kept by these.

use std::collections::BTreeMap;

use lockstep_document::Node;
use lockstep_model::{Declaration, RepoPath};
use rustc_hash::FxHashMap;

use super::{Blocks, parse, program};
use crate::{
    Project, contracts,
    traces::{KeptManifests, ManifestId, Places},
};

/// What one manifest says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Says {
    /// The keys that lead to each block, with the numbers of the declarations in it.
    pub blocks: Vec<(Vec<String>, Vec<u32>)>,
    /// The texts that may name files; none of a program.
    pub texts: Vec<String>,
}

impl Says {
    /// What `text` says, which stands at `path` and holds these declarations.
    pub(super) fn read(path: &RepoPath, text: &str, declarations: &[&Declaration]) -> Self {
        let (mut blocks, mut texts) = (Blocks::new(), Vec::new());
        if program::is_program(path) {
            note_in_program(path, text, declarations, &mut blocks);
        } else if let Some(root) = parse(path, text) {
            let mut starts: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
            for (number, declaration) in (0u32..).zip(declarations) {
                if speaks_of_all(&root, declaration, text.len()) {
                    blocks.entry(Vec::new()).or_default().push(number);
                } else {
                    starts.entry(declaration.location.start as usize).or_default().push(number);
                }
            }
            note(&root, &starts, &mut Vec::new(), &mut blocks);
            texts = contracts::possible_names(&root);
        }
        Self { blocks: blocks.into_iter().collect(), texts }
    }
}

/// What is known of manifests from an earlier run, and what this one asked for.
pub(super) struct KnownManifests<'p> {
    project: &'p Project,
    known: FxHashMap<ManifestId, (Places, Says)>,
    asked: Vec<(ManifestId, (Places, Says))>,
    /// True if something was not known.
    grown: bool,
}

impl<'p> KnownManifests<'p> {
    pub(super) fn of(project: &'p Project) -> Self {
        let known = project.traces.as_ref().map(|traces| traces.manifests().all()).unwrap_or_default();
        Self { project, known, asked: Vec::new(), grown: false }
    }

    /// What the manifest `path` says, which holds these declarations; none if it cannot be read.
    pub(super) fn says(&mut self, path: &RepoPath, declarations: &[&Declaration]) -> Option<Says> {
        let files = &self.project.files;
        let id = || files.id(&files.resolve(path)?).map(|id| (path.clone(), id));
        let place = |declaration: &&Declaration| (declaration.location.start as usize, declaration.block_end as usize);
        let places: Places = declarations.iter().map(place).collect();
        if let Some(id) = id()
            && let Some((id, known)) = self.known.remove_entry(&id)
            && known.0 == places
        {
            let says = known.1.clone();
            self.asked.push((id, known));
            return Some(says);
        }
        let says = Says::read(path, &files.text(path).ok()?, declarations);
        if let Some(id) = id() {
            self.asked.push((id, (places, says.clone())));
            self.grown = true;
        }
        Some(says)
    }

    /// Keeps what was asked for, if some of it was not known; and of the rest no more than that.
    pub(super) fn keep(self) {
        let Some(traces) = self.project.traces.as_ref().filter(|_| self.grown) else { return };
        let mut all = self.asked;
        let mut rest: Vec<_> = self.known.into_iter().collect();
        rest.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        rest.truncate(all.len());
        all.extend(rest);
        traces.keep_manifests(KeptManifests::of(&all));
    }
}

/// True for a function that the whole file, of so many bytes, speaks of: its block goes on after the key that names it.
pub(super) fn speaks_of_all(root: &Node, declaration: &Declaration, length: usize) -> bool {
    let (start, end) = (declaration.location.start as usize, declaration.block_end as usize);
    let named = root.entries().iter().find(|(key, _)| key.span.start == start);
    end == length && named.map_or(start == 0, |(_, value)| value.span.end < end)
}

/// Notes the keys that lead to each of `places`, where a key stands that declares functions. Items of lists have no
/// keys: they are passed through.
pub(super) fn note(node: &Node, places: &BTreeMap<usize, Vec<u32>>, keys: &mut Vec<String>, blocks: &mut Blocks) {
    for item in node.items() {
        note(item, places, keys, blocks);
    }
    for (key, value) in node.entries() {
        keys.push(key.text.clone());
        if let Some(functions) = places.get(&key.span.start) {
            blocks.entry(keys.clone()).or_default().extend(functions);
        }
        note(value, places, keys, blocks);
        keys.pop();
    }
}

/// Notes the names that lead to the innermost block around the place of each declaration.
fn note_in_program(path: &RepoPath, text: &str, declarations: &[&Declaration], blocks: &mut Blocks) {
    let all = program::blocks(path, text).unwrap_or_default();
    for (number, declaration) in (0u32..).zip(declarations) {
        if let Some(keys) = program::around(&all, declaration.location.start as usize) {
            blocks.entry(keys.to_vec()).or_default().push(number);
        }
    }
}
