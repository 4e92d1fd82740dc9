//! What the functions of a checkout reach, kept with what it was made from: as a whole, and per function. What a function
//! reaches is taken from an earlier run if nothing of it changed; what is told of all functions together is then told anew.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_codegraph::{CodeGraph, Known, MadeFrom, Walked};
use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{BlobId, Closure, CodeClone, FileSet, Function, RepoPath, Size};
use rustc_hash::FxHashMap;

use super::{
    Stored,
    codec::{Bytes, Kept, Reader, Writer, constants},
    looked::{Digest, Seen, holds, id_of},
};

/// What the code of all functions was made from.
struct Head {
    /// What was looked at for all functions alike.
    around: Seen,
    /// The source files that were looked into, with the ids of what they held.
    sources: Vec<(RepoPath, BlobId)>,
    /// The numbers of those that were looked into to tell what imports mean, of any function.
    meanings: Vec<u32>,
    /// Per function, the numbers of its sources.
    looked: Vec<Vec<u32>>,
}

/// The code of all functions.
struct Code(Partial<CodeGraph>);

/// What following code depends on besides what the files hold.
pub(super) fn context(names: &Digest, functions: &[Function], options: &lockstep_codegraph::Options<'_>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(names);
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for function in functions {
        part(function.id.as_str());
        part(&format!("{:?} {:?} {:?}", function.entry, function.code_root, function.layers));
    }
    part("manifests");
    options.manifests.iter().for_each(|path| part(path.as_str()));
    part("contracts");
    options.contracts.iter().for_each(|path| part(path.as_str()));
    part(if options.whole_files { "whole" } else { "parts" });
    *hasher.finalize().as_bytes()
}

/// What is known of the code in some files before it is followed.
pub(super) enum Before {
    /// All of it, and what was looked at for all of them.
    Whole(Partial<CodeGraph>, Seen),
    /// What some functions reach.
    Some(Known, Around),
}

/// What was looked at for all functions alike, those among them that are known.
#[derive(Default)]
pub(super) struct Around {
    seen: Seen,
    /// Source files that tell what imports mean.
    meanings: Vec<RepoPath>,
}

/// What of `stored` holds in `files` with what is behind `context`; none if nothing does.
pub(super) fn before(stored: &Stored, files: &FileSet, context: &Digest) -> Option<Before> {
    if stored.context != *context {
        return None;
    }
    let head: Head = stored.head.value()?;
    if !head.around.is_in(files) {
        return None;
    }
    let same: Vec<bool> = head.sources.iter().map(|(path, id)| holds(files, path, *id)).collect();
    let is_whole = same.iter().all(|same| *same);
    // What imports mean may differ for all of them.
    if !head.meanings.iter().all(|number| same[*number as usize]) {
        return None;
    }
    let Code(whole) = stored.body.value()?;
    if is_whole {
        return Some(Before::Whole(whole, head.around));
    }
    if whole.value.closures.len() != head.looked.len() {
        return None;
    }
    let faulty = faulty(&whole.problems);
    let known = |(closure, looked): (Closure, &Vec<u32>)| {
        let same = looked.iter().all(|number| same[*number as usize]);
        same.then(|| Walked { closure, looked: looked.iter().map(|at| head.sources[*at as usize].0.clone()).collect() })
    };
    let walked = whole.value.closures.into_iter().zip(&head.looked).map(known).collect();
    let meanings = head.meanings.iter().map(|number| head.sources[*number as usize].0.clone()).collect();
    Some(Before::Some(Known { walked, faulty }, Around { seen: head.around, meanings }))
}

/// The sources that could not be read, or do not parse.
fn faulty(problems: &[Problem]) -> Vec<RepoPath> {
    let faults = [ProblemKind::UnreadableFile, ProblemKind::UnparsedSource];
    let places = problems.iter().filter(|problem| faults.contains(&problem.kind));
    places.filter_map(|problem| Some(problem.location.as_ref()?.path.clone())).collect()
}

/// What was made of `files`, to be kept, where `known` was looked at for those functions that were not followed; none if it
/// cannot be told from what it was made.
pub(super) fn made(
    files: &FileSet,
    context: Digest,
    made: &Partial<CodeGraph>,
    from: MadeFrom,
    known: Around,
) -> Option<(Stored, Seen)> {
    let names = constants();
    if !made.value.languages.keys().chain(made.value.not_followed.keys()).all(|name| names.contains(name)) {
        return None;
    }
    let mut around = Seen::in_files(files, from.around)?;
    around.extend(&known.seen);
    let (mut numbers, mut sources) = (FxHashMap::default(), Vec::new());
    let mut number = |path: RepoPath| -> Option<u32> {
        if let Some(number) = numbers.get(&path) {
            return Some(*number);
        }
        let number = u32::try_from(sources.len()).ok()?;
        sources.push((path.clone(), id_of(files, &path)?));
        numbers.insert(path, number);
        Some(number)
    };
    let meanings: BTreeSet<RepoPath> = from.meanings.into_iter().chain(known.meanings).collect();
    let meanings = meanings.into_iter().map(&mut number).collect::<Option<Vec<u32>>>()?;
    let looked = from.looked.into_iter().map(|paths| paths.into_iter().map(&mut number).collect::<Option<Vec<u32>>>());
    let looked = looked.collect::<Option<_>>()?;
    let head = Head { around, sources, meanings, looked };
    let stored = Stored { context, head: Bytes::of(&head), body: Bytes::of(&Code(made.clone())) };
    Some((stored, head.around))
}

impl Kept for Head {
    fn write(&self, to: &mut Writer) {
        self.around.write(to);
        self.sources.write(to);
        self.meanings.write(to);
        self.looked.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let (around, sources): (Seen, Vec<(RepoPath, BlobId)>) = (Kept::read(from)?, Kept::read(from)?);
        let (meanings, looked): (Vec<u32>, Vec<Vec<u32>>) = (Kept::read(from)?, Kept::read(from)?);
        let inside = looked.iter().flatten().chain(&meanings).all(|number| (*number as usize) < sources.len());
        inside.then_some(Self { around, sources, meanings, looked })
    }
}

impl Kept for Code {
    fn write(&self, to: &mut Writer) {
        let CodeGraph { closures, clones, sizes, languages, not_followed } = &self.0.value;
        closures.write(to);
        clones.write(to);
        sizes.write(to);
        languages.write(to);
        not_followed.write(to);
        self.0.problems.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let (closures, clones): (Vec<Closure>, Vec<CodeClone>) = (Kept::read(from)?, Kept::read(from)?);
        let sizes: Vec<Size> = Kept::read(from)?;
        let languages: BTreeMap<&'static str, usize> = Kept::read(from)?;
        let not_followed: BTreeMap<&'static str, usize> = Kept::read(from)?;
        let problems = Kept::read(from)?;
        if closures.len() != sizes.len() {
            return None;
        }
        Some(Self(Partial { value: CodeGraph { closures, clones, sizes, languages, not_followed }, problems }))
    }
}
