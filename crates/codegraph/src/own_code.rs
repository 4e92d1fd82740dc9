//! What is told of the own code of functions file by file, and kept: by that, another run need not look again into files that hold
//! the same, and of which the same functions reach the same.

use std::collections::BTreeMap;

use lockstep_model::{Closure, ClosureFile, CodeClone, FileKind, FileSet, RepoPath, Symbols};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::clones::Effort;

/// The own code of the functions of a checkout, and the copies in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnCode {
    /// The files.
    pub files: BTreeMap<RepoPath, OwnFile>,
    /// The copies.
    pub clones: Vec<CodeClone>,
    /// What it took to find them.
    pub effort: Effort,
}

/// A file as it was looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFile {
    /// A hash of what it held, and of who reached what of it, by the numbers of functions.
    pub made_from: [u8; 32],
    /// Per function of which it holds own code, the classes of the tokens of that.
    pub rows: Vec<(u32, Vec<u32>)>,
    /// Per function that alone reaches some of what several reach in parts, how many lines that is.
    pub alone: Vec<(u32, u32)>,
}

/// A file whose code functions reach.
pub(crate) struct Reached<'c> {
    pub(crate) path: &'c RepoPath,
    /// They, by number, and what each reaches of it.
    pub(crate) by: Vec<(usize, &'c ClosureFile)>,
    /// See [`OwnFile::made_from`]; none if it is not known what the file holds.
    pub(crate) made_from: Option<[u8; 32]>,
}

/// The files whose code functions reach, in the order of their paths.
pub(crate) fn reached<'c>(files: &FileSet, closures: &'c [Closure]) -> Vec<Reached<'c>> {
    let mut by: FxHashMap<&RepoPath, Vec<(usize, &ClosureFile)>> = FxHashMap::default();
    for (function, closure) in closures.iter().enumerate() {
        for file in closure.files.iter().filter(|file| file.kind == FileKind::Implementation) {
            by.entry(&file.path).or_default().push((function, file));
        }
    }
    let mut reached: Vec<Reached<'_>> =
        by.into_iter().map(|(path, by)| Reached { path, by, made_from: None }).collect();
    reached.sort_unstable_by_key(|reached| reached.path);
    reached.par_iter_mut().for_each(|reached| reached.made_from = made_from(files, reached));
    reached
}

fn made_from(files: &FileSet, reached: &Reached<'_>) -> Option<[u8; 32]> {
    let mut bytes = files.id(&files.resolve(reached.path)?)?.0.to_vec();
    let mut number = |number: usize, text: &str| {
        bytes.extend((number as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    };
    for (function, file) in &reached.by {
        number(*function, if file.own { "+" } else { "-" });
        match &file.symbols {
            Symbols::All => number(usize::MAX, ""),
            Symbols::Some(names) => {
                number(names.len(), "");
                names.iter().for_each(|name| number(name.len(), name));
            }
        }
    }
    Some(*blake3::hash(&bytes).as_bytes())
}

impl OwnCode {
    /// Takes out what is known of each file that is reached as it was.
    pub(crate) fn take(&mut self, reached: &[Reached<'_>]) -> Vec<Option<OwnFile>> {
        let take = |reached: &Reached<'_>| {
            let known = self.files.get(reached.path)?;
            (Some(known.made_from) == reached.made_from).then(|| self.files.remove(reached.path)).flatten()
        };
        reached.iter().map(take).collect()
    }
}
