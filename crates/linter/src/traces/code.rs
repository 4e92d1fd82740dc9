//! What the functions of a checkout reach, kept with what it was made from: as a whole, and per function. What a function
//! reaches is taken from an earlier run if nothing of it changed; what is told of all functions together is then told anew.

use std::collections::BTreeMap;

use lockstep_codegraph::{CodeGraph, KeptFacts, Known, MadeFrom, Moved, Outline, Outlines, Walked, Way, may_mean};
use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{BlobId, Closure, CodeClone, FileSet, Function, RepoPath, Size};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Stored, WORTH_WRITING,
    answers::{AnswerIds, Before as Answered, KeptAnswers},
    codec::{Bytes, Kept, Reader, Writer, constants},
    looked::{Digest, Seen, holds, id_of},
};

/// What the code of all functions was made from.
struct Head {
    /// What was looked at for all functions alike.
    around: Seen,
    /// The source files that were looked into, or at, with the ids of what they held.
    sources: Vec<(RepoPath, BlobId)>,
    /// The numbers of those that were looked at to tell what imports mean, of any function, and what they showed.
    surfaces: Vec<(u32, Digest)>,
    /// The same of those of which no more than the outline was of interest.
    outlines: Vec<(u32, Option<Outline>)>,
    /// Per function, the numbers of its sources.
    looked: Vec<Vec<u32>>,
    /// How those lead on that parse.
    ways: Vec<(u32, Way)>,
    /// Those of the files that were looked into which could not be read, or do not parse.
    faulty: Vec<RepoPath>,
    /// What imports mean.
    answers: AnswerIds,
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

/// What was looked at for all functions alike, those among them that are known.
#[derive(Default)]
pub(super) struct Around {
    seen: Seen,
    /// What source files show that tell what imports mean.
    surfaces: Vec<(RepoPath, Digest)>,
    outlines: Outlines,
    /// The ids of what source files hold that hold the same as before.
    ids: FxHashMap<RepoPath, BlobId>,
    /// How those lead on.
    ways: Vec<(RepoPath, Way)>,
    /// What imports mean.
    answers: Answered,
}

/// Code that was followed before, compared with some files.
pub(super) struct Compared {
    head: Head,
    /// Per source, whether it holds the same.
    same: Vec<bool>,
    /// Those that do not, but lead the same way.
    moved: FxHashSet<u32>,
    meanings: Meanings,
    /// Per function, whether it reaches the same.
    known: Vec<bool>,
    is_whole: bool,
}

/// What of `stored` holds in `files` for these functions with what is behind `context`; none if nothing does. What is `facts` is
/// not parsed.
pub(super) fn compared(
    stored: &Stored,
    files: &FileSet,
    functions: &[Function],
    context: &Digest,
    facts: Option<&dyn KeptFacts>,
) -> Option<Compared> {
    if stored.context != *context {
        return None;
    }
    let head: Head = stored.head.value()?;
    if !head.around.is_in(files) || head.looked.len() != functions.len() {
        return None;
    }
    let same: Vec<bool> = head.sources.iter().map(|(path, id)| holds(files, path, *id)).collect();
    let mut meanings = Meanings::of(&head, files, &same, facts);
    let is_edited = |(number, _): &&(u32, Digest)| !same[*number as usize];
    let edited = head.surfaces.iter().filter(is_edited).map(|(number, _)| head.path(*number));
    let is_same = |looked: &Vec<u32>| looked.iter().all(|number| same[*number as usize]);
    let is_whole = meanings.changed.is_empty()
        && !edited.into_iter().any(|path| head.faulty.contains(path))
        && head.looked.iter().all(is_same);
    let moved = head.moved(files, &same, facts);
    let leads_on = |looked: &Vec<u32>| looked.iter().all(|number| same[*number as usize] || moved.contains(number));
    if !is_whole {
        meanings.forget(&head.faulty);
    }
    let start = |function: &Function| files.resolve(&function.entry.as_ref()?.path);
    let told = |function: &Function| start(function).is_none_or(|start| hold_from(&start, &meanings.changed));
    let is_known = |(function, looked): (&Function, &Vec<u32>)| told(function) && leads_on(looked);
    let known = functions.iter().zip(&head.looked).map(is_known).collect();
    Some(Compared { head, same, moved, meanings, known, is_whole })
}

impl Compared {
    /// True if all is as it was.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// How many functions reach the same.
    pub(super) fn known(&self) -> usize {
        self.known.iter().filter(|known| **known).count()
    }

    /// All of the code, and what was looked at for all functions alike; none if `stored` is damaged.
    pub(super) fn whole(self, stored: &Stored) -> Option<(Partial<CodeGraph>, Seen)> {
        let Code(whole) = stored.body.value()?;
        Some((whole, self.head.around))
    }

    /// What is known of those functions that reach the same; none if `stored` is damaged.
    pub(super) fn some(self, stored: &Stored, answers: &KeptAnswers) -> Option<(Known, Around)> {
        let Self { head, same, moved, meanings, known, .. } = self;
        let Code(whole) = stored.body.value::<Code>().filter(|code| code.0.value.closures.len() == known.len())?;
        let walked = |((closure, looked), known): ((Closure, &Vec<u32>), &bool)| {
            known.then(|| Walked { closure, looked: looked.iter().map(|number| head.path(*number).clone()).collect() })
        };
        let walked: Vec<_> = whole.value.closures.into_iter().zip(&head.looked).zip(&known).map(walked).collect();
        let Meanings { surfaces, outlines, changed } = meanings;
        let answers = answers.before(head.answers, changed);
        let looked = walked.iter().flatten().flat_map(|walked| &walked.looked);
        let looked: FxHashSet<&RepoPath> = looked.chain(surfaces.iter().map(|(path, _)| path)).collect();
        let faulty = head.faulty.iter().filter(|path| looked.contains(path)).cloned().collect();
        let (mut ways, mut led) = (Vec::new(), Moved::new());
        for (number, way) in head.ways {
            let path = head.sources[number as usize].0.clone();
            match same[number as usize] {
                true => ways.push((path, way)),
                false if moved.contains(&number) => drop(led.insert(path, way.starts)),
                false => {}
            }
        }
        let (outlines_now, answers_now) = (outlines.clone(), answers.known());
        let known =
            Known { faulty, walked, moved: led, outlines: outlines_now, answers: answers_now, ..Known::default() };
        let ids = head.sources.into_iter().zip(same).filter(|(_, same)| *same).map(|(source, _)| source).collect();
        Some((known, Around { seen: head.around, surfaces, outlines, ids, ways, answers }))
    }
}

/// What source files say now that were looked at to tell what imports mean.
struct Meanings {
    /// Those that say something else than before, or of which that is not known.
    changed: Vec<RepoPath>,
    /// What the others show.
    surfaces: Vec<(RepoPath, Digest)>,
    /// The outlines of all of which one was looked at, as they are now.
    outlines: Outlines,
}

impl Meanings {
    fn of(head: &Head, files: &FileSet, same: &[bool], facts: Option<&dyn KeptFacts>) -> Self {
        let mut meanings = Self { changed: Vec::new(), surfaces: Vec::new(), outlines: Outlines::new() };
        let text = |path: &RepoPath| files.text(path).ok();
        for (number, shown) in &head.surfaces {
            let path = head.path(*number);
            let now = || lockstep_codegraph::surface_id(path, &text(path)?, facts);
            if same[*number as usize] || now().is_some_and(|now| now.0 == *shown) {
                meanings.surfaces.push((path.clone(), *shown));
            } else {
                meanings.changed.push(path.clone());
            }
        }
        for (number, outline) in &head.outlines {
            let path = head.path(*number);
            let now = || text(path).and_then(|text| lockstep_codegraph::outline(path, &text));
            let now = if same[*number as usize] { outline.clone() } else { now() };
            if now != *outline {
                meanings.changed.push(path.clone());
            }
            meanings.outlines.insert(path.clone(), now);
        }
        meanings
    }

    /// Takes what does not parse as changed: its fault is reported as long as somebody looks at it, and only who looks again
    /// can say whether.
    fn forget(&mut self, faulty: &[RepoPath]) {
        let forgotten = self.surfaces.extract_if(.., |(path, _)| faulty.contains(path));
        self.changed.extend(forgotten.map(|(path, _)| path));
    }
}

/// True if what imports mean is as before in code that starts in a file, where some source files show something else.
pub(super) fn hold_from(start: &RepoPath, changed: &[RepoPath]) -> bool {
    !changed.iter().any(|changed| may_mean(start, changed))
}

/// The sources that could not be read, or do not parse.
fn faulty(problems: &[Problem]) -> Vec<RepoPath> {
    let faults = [ProblemKind::UnreadableFile, ProblemKind::UnparsedSource];
    let places = problems.iter().filter(|problem| faults.contains(&problem.kind));
    places.filter_map(|problem| Some(problem.location.as_ref()?.path.clone())).collect()
}

/// True if following code with what is `known` is so little that the next run can do it again.
pub(super) fn is_little(known: &Known) -> bool {
    !known.walked.is_empty() && known.walked.iter().all(Option::is_some) && known.moved.len() < WORTH_WRITING
}

/// What was looked at in `files` for all functions alike, where `known` was for those functions that were not followed; none if it
/// cannot be told.
pub(super) fn seen(files: &FileSet, from: MadeFrom, known: &Around) -> Option<Seen> {
    let mut around = Seen::in_files(files, from.around)?;
    around.extend(&known.seen);
    Some(around)
}

/// What was made of `files`, to be kept, where `known` was looked at for those functions that were not followed; none if it
/// cannot be told from what it was made.
pub(super) fn made(
    files: &FileSet,
    context: Digest,
    made: &Partial<CodeGraph>,
    from: MadeFrom,
    known: Around,
    answers: &mut KeptAnswers,
) -> Option<(Stored, Seen)> {
    let names = constants();
    if !made.value.not_followed.keys().all(|name| names.contains(name)) {
        return None;
    }
    let mut around = Seen::in_files(files, from.around)?;
    around.extend(&known.seen);
    let mut sources = Numbers { files, ids: known.ids, numbers: FxHashMap::default(), sources: Vec::new() };
    let asked = from.surfaces.into_iter().map(|(path, shown)| (path, shown.0));
    let surfaces: BTreeMap<RepoPath, Digest> = known.surfaces.into_iter().chain(asked).collect();
    let surfaces = surfaces.into_iter().map(|(path, shown)| Some((sources.number(path)?, shown)));
    let surfaces = surfaces.collect::<Option<_>>()?;
    let outlines: Outlines = known.outlines.into_iter().chain(from.outlines).collect();
    let outlines = outlines.into_iter().map(|(path, outline)| Some((sources.number(path)?, outline)));
    let outlines = outlines.collect::<Option<_>>()?;
    let mut numbers = |paths: Vec<RepoPath>| paths.into_iter().map(|path| sources.number(path)).collect::<Option<_>>();
    let looked = from.looked.into_iter().map(&mut numbers).collect::<Option<_>>()?;
    let ways: BTreeMap<RepoPath, Way> = known.ways.into_iter().chain(from.ways).collect();
    let way = |(path, way)| Some((*sources.numbers.get(&path)?, way));
    let ways = ways.into_iter().filter_map(way).collect();
    let (faulty, answers) = (faulty(&made.problems), answers.add(&known.answers, from.found));
    let head = Head { around, sources: sources.sources, surfaces, outlines, looked, ways, faulty, answers };
    let stored = Stored { context, head: Bytes::of(&head), body: Bytes::of(&Code(made.clone())) };
    Some((stored, head.around))
}

/// The source files that were looked into, or at, as numbers.
struct Numbers<'f> {
    files: &'f FileSet,
    /// Those that are known: such files need not be read.
    ids: FxHashMap<RepoPath, BlobId>,
    numbers: FxHashMap<RepoPath, u32>,
    sources: Vec<(RepoPath, BlobId)>,
}

impl Numbers<'_> {
    /// None if the file could not be read for reasons that are not in it.
    fn number(&mut self, path: RepoPath) -> Option<u32> {
        if let Some(number) = self.numbers.get(&path) {
            return Some(*number);
        }
        let number = u32::try_from(self.sources.len()).ok()?;
        let id = self.ids.get(&path).copied().or_else(|| id_of(self.files, &path))?;
        self.sources.push((path.clone(), id));
        self.numbers.insert(path, number);
        Some(number)
    }
}

impl Head {
    fn path(&self, number: u32) -> &RepoPath {
        &self.sources[number as usize].0
    }

    /// The numbers of the sources that do not hold the same but lead the same way.
    fn moved(&self, files: &FileSet, same: &[bool], facts: Option<&dyn KeptFacts>) -> FxHashSet<u32> {
        let now = |path: &RepoPath| lockstep_codegraph::way(path, &files.text(path).ok()?, facts);
        let edited = self.ways.iter().filter(|(number, _)| !same[*number as usize]);
        let moved = edited.filter(|(number, before)| now(self.path(*number)).is_some_and(|now| now.id == before.id));
        moved.map(|(number, _)| *number).collect()
    }
}

impl Kept for Head {
    fn write(&self, to: &mut Writer) {
        self.around.write(to);
        self.sources.write(to);
        self.surfaces.write(to);
        self.outlines.write(to);
        self.looked.write(to);
        self.ways.write(to);
        self.faulty.write(to);
        self.answers.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let (around, sources): (Seen, Vec<(RepoPath, BlobId)>) = (Kept::read(from)?, Kept::read(from)?);
        let surfaces: Vec<(u32, Digest)> = Kept::read(from)?;
        let outlines: Vec<(u32, Option<Outline>)> = Kept::read(from)?;
        let looked: Vec<Vec<u32>> = Kept::read(from)?;
        let shown = surfaces.iter().map(|(number, _)| number).chain(outlines.iter().map(|(number, _)| number));
        let ways: Vec<(u32, Way)> = Kept::read(from)?;
        let shown = shown.chain(ways.iter().map(|(number, _)| number));
        let inside = looked.iter().flatten().chain(shown).all(|number| (*number as usize) < sources.len());
        let (faulty, answers) = (Kept::read(from)?, Kept::read(from)?);
        inside.then_some(Self { around, sources, surfaces, outlines, looked, ways, faulty, answers })
    }
}

impl Kept for Way {
    fn write(&self, to: &mut Writer) {
        let Self { id, starts } = self;
        id.write(to);
        starts.len().write(to);
        // Each by how far it is from the one before: most take a byte.
        starts.iter().fold(0, |before, start| {
            to.number(u64::from(start - before));
            *start
        });
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let (id, number) = (Kept::read(from)?, from.count()?);
        let mut starts = Vec::new();
        let mut last = 0u32;
        for _ in 0..number {
            last = last.checked_add(u32::read(from)?)?;
            starts.push(last);
        }
        Some(Self { id, starts })
    }
}

impl Kept for Code {
    fn write(&self, to: &mut Writer) {
        let CodeGraph { closures, clones, sizes, not_followed } = &self.0.value;
        closures.write(to);
        clones.write(to);
        sizes.write(to);
        not_followed.write(to);
        self.0.problems.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let (closures, clones): (Vec<Closure>, Vec<CodeClone>) = (Kept::read(from)?, Kept::read(from)?);
        let sizes: Vec<Size> = Kept::read(from)?;
        let not_followed: BTreeMap<&'static str, usize> = Kept::read(from)?;
        let problems = Kept::read(from)?;
        if closures.len() != sizes.len() {
            return None;
        }
        Some(Self(Partial { value: CodeGraph { closures, clones, sizes, not_followed }, problems }))
    }
}
