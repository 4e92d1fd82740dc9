//! What the steps of discovery gave, kept one by one with what each was made from: after an edit of a program that declares
//! functions, what other manifests declare is what it was, and so is where the code of most functions starts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lockstep_diagnostics::Partial;
use lockstep_discovery::{Declared, Platform, Resolved, Steps};
use lockstep_model::{BlobId, FileSet, KnownAnswers, Location, Looked, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    codec::{Bytes, Kept, Reader, Writer},
    looked::{Answers, Digest, holds, id_of},
};

/// The steps of one run, as bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptSteps(pub(super) Arc<Bytes>);

/// A file that was read, and the id of what it held.
type ReadFile = (RepoPath, BlobId);
/// A file that was asked: what it held, the questions, and what they answered.
type AskedFile = (RepoPath, BlobId, Answers);
/// The numbers of the files that were read for a step, and of those that were asked.
type Numbers = (Vec<u32>, Vec<u32>);
/// What a step was made from, and what it gave.
type Gave = (Numbers, Bytes);
/// A step: its key, what it was made from, and what it gave.
type Step = (Digest, Numbers, Bytes);

/// What several steps were made from, each once.
#[derive(Default)]
struct Written {
    /// What all of them depend on besides what files hold.
    context: Digest,
    read: Vec<ReadFile>,
    asked: Vec<AskedFile>,
    steps: Vec<Step>,
}

/// Takes the steps of discovery in some files, but for those of which it is known what they give.
pub(super) struct KnownSteps<'f> {
    files: &'f FileSet,
    read: Vec<ReadFile>,
    asked: Vec<AskedFile>,
    /// Per key: what the step gave, newest first.
    known: FxHashMap<Digest, Vec<Gave>>,
    /// The ids of those of these files that hold what they held, so that they need not be read.
    ids: FxHashMap<RepoPath, BlobId>,
    /// By their numbers, whether they do: those that were read, and those that were asked.
    held: [Vec<bool>; 2],
    /// What these answer.
    answers: Arc<KnownAnswers>,
    /// True if what was kept depends on something else than these files do.
    is_of_others: bool,
    /// The keys of those that were known, and which of them it was.
    taken: Mutex<Vec<(Digest, usize)>>,
    /// The numbers of the files, read and asked, that were noted for those.
    noted: Mutex<[FxHashSet<u32>; 2]>,
    made: Mutex<Vec<(Digest, Looked, Bytes)>>,
}

impl<'f> KnownSteps<'f> {
    /// Those of `kept` that depend on the same `context`.
    pub(super) fn of(kept: &KeptSteps, files: &'f FileSet, context: &Digest) -> Self {
        let written = if kept.0.0.is_empty() { None } else { kept.0.value::<Written>() };
        let is_of_others = written.as_ref().is_some_and(|all| all.context != *context);
        let Written { read, asked, steps, .. } = written.filter(|_| !is_of_others).unwrap_or_default();
        let mut known: FxHashMap<Digest, Vec<Gave>> = FxHashMap::default();
        steps.into_iter().for_each(|(key, looked, gave)| known.entry(key).or_default().push((looked, gave)));
        let all = read.iter().map(|(path, id)| (path, *id)).chain(asked.iter().map(|(path, id, _)| (path, *id)));
        let still = all.filter(|(path, id)| holds(files, path, *id));
        let ids: FxHashMap<RepoPath, BlobId> = still.map(|(path, id)| (path.clone(), id)).collect();
        let still = |path: &RepoPath, id: &BlobId| ids.get(path) == Some(id);
        let held = [
            read.iter().map(|(path, id)| still(path, id)).collect(),
            asked.iter().map(|(path, id, _)| still(path, id)).collect(),
        ];
        let mut answers = KnownAnswers::new();
        for (path, _, said) in asked.iter().filter(|(path, id, _)| still(path, id)) {
            answers.entry(path.clone()).or_default().extend(said.iter().cloned());
        }
        Self {
            files,
            read,
            asked,
            known,
            is_of_others,
            ids,
            held,
            answers: Arc::new(answers),
            taken: Mutex::default(),
            noted: Mutex::default(),
            made: Mutex::default(),
        }
    }

    /// All steps that were taken, to be kept, if they [are settled](Self::are_settled); of each also what it gave before in
    /// another state of the files, for nobody knows to which of them the next run comes back. One for which a file could not be
    /// read is not: what is to be said of such a file is not what the step gives. With `all`, steps that were not taken stay.
    pub(super) fn kept(&mut self, context: Digest, all: bool) -> KeptSteps {
        let mut writing = Writing { written: Written { context, ..Written::default() }, ..Writing::default() };
        let mut now: FxHashMap<Digest, Option<usize>> = FxHashMap::default();
        for (key, which) in sorted(&mut self.taken, |(key, _)| *key) {
            self.write_known(&mut writing, key, which);
            now.insert(key, Some(which));
        }
        for (key, looked, gave) in sorted(&mut self.made, |(key, ..)| *key) {
            now.insert(key, None);
            if let Some((read, asked)) = self.ids(looked) {
                writing.step(key, read, asked, gave);
            }
        }
        let mut known: Vec<Digest> = self.known.keys().copied().collect();
        known.sort_unstable();
        for key in known {
            match now.get(&key) {
                Some(Some(0)) => self.write_known(&mut writing, key, 1),
                Some(_) => self.write_known(&mut writing, key, 0),
                None if all => self.write_known(&mut writing, key, 0),
                None => {}
            }
        }
        KeptSteps(Arc::new(Bytes::of(&writing.written)))
    }

    /// Writes down again what a step gave, if it did.
    fn write_known(&self, writing: &mut Writing, key: Digest, which: usize) {
        let Some(((read, asked), gave)) = self.known.get(&key).and_then(|all| all.get(which)) else { return };
        let read = read.iter().map(|number| self.read[*number as usize].clone()).collect();
        let asked = asked.iter().map(|number| self.asked[*number as usize].clone()).collect();
        writing.step(key, read, asked, gave.clone());
    }

    /// True if what was kept is of no use to these files: others were there, or something else was wanted of them.
    pub(super) fn are_of_others(&self) -> bool {
        self.is_of_others
    }

    /// What was looked at, with the ids of what was there; none if some of it could not be read.
    fn ids(&self, looked: Looked) -> Option<(Vec<ReadFile>, Vec<AskedFile>)> {
        let readable = |path: &RepoPath| self.ids.contains_key(path) || self.files.text(path).is_ok();
        let id = |path: &RepoPath| self.id(path).filter(|_| readable(path));
        let read = looked.read.into_iter().map(|path| Some((path.clone(), id(&path)?)));
        let asked = looked.asked.into_iter().map(|(path, answers)| Some((path.clone(), id(&path)?, answers)));
        Some((read.collect::<Option<_>>()?, asked.collect::<Option<_>>()?))
    }

    /// True if all files still hold what they held when it was asked what is known of them. One that was written to since may
    /// have been read by one step and not by another: nothing of that is to be kept.
    pub(super) fn are_settled(&self) -> bool {
        self.ids.iter().all(|(path, id)| holds(self.files, path, *id))
    }

    /// As [`id_of`] would tell, if they [are settled](Self::are_settled).
    pub(super) fn id(&self, path: &RepoPath) -> Option<BlobId> {
        self.ids.get(path).copied().or_else(|| id_of(self.files, path))
    }

    /// What the step with this key gives, `make` unless it is known; noted in `files`, which are the same for all steps, as if it
    /// had been made.
    fn take<T: Kept>(&self, key: Digest, files: &FileSet, make: impl FnOnce(&FileSet) -> T) -> T {
        if let Some((which, value, numbers)) = self.known(&key) {
            files.note(&self.looked(numbers));
            lock(&self.taken).push((key, which));
            return value;
        }
        let noting = files.noting_with(Some(Arc::clone(&self.answers)));
        let value = make(&noting);
        let looked = noting.looked();
        files.note(&looked);
        lock(&self.made).push((key, looked, Bytes::of(&value)));
        value
    }

    /// What the step with this key gave where it was made from what is there; with the number of that, and the numbers of what was looked at.
    fn known<T: Kept>(&self, key: &Digest) -> Option<(usize, T, &Numbers)> {
        let known = |(which, gave)| Some((which, self.gave(gave)?));
        let all = self.known.get(key)?;
        let (which, value) = all.iter().enumerate().find_map(known)?;
        Some((which, value, &all[which].0))
    }

    fn gave<T: Kept>(&self, ((read, asked), gave): &Gave) -> Option<T> {
        let [held, held_asked] = &self.held;
        let is_read = |number: &u32| held.get(*number as usize) == Some(&true);
        let says = |number: &u32| {
            let answered = |(path, _, answers): &AskedFile| {
                answers.iter().all(|(question, answer)| self.files.ask(path, question).as_ref() == Ok(answer))
            };
            held_asked.get(*number as usize) == Some(&true) || self.asked.get(*number as usize).is_some_and(answered)
        };
        (read.iter().all(is_read) && asked.iter().all(says)).then(|| gave.value())?
    }

    /// What has these numbers, but for what was noted before. Most steps look at the same.
    fn looked(&self, (read, asked): &Numbers) -> Looked {
        let mut noted = lock(&self.noted);
        let [noted_read, noted_asked] = &mut *noted;
        let read = read.iter().filter(|number| noted_read.insert(**number)).map(|number| &self.read[*number as usize]);
        let asked =
            asked.iter().filter(|number| noted_asked.insert(**number)).map(|number| &self.asked[*number as usize]);
        Looked {
            read: read.map(|(path, _)| path.clone()).collect(),
            asked: asked.map(|(path, _, answers)| (path.clone(), answers.clone())).collect(),
        }
    }
}

/// Writes steps down.
#[derive(Default)]
struct Writing {
    written: Written,
    readers: FxHashMap<ReadFile, u32>,
    askers: FxHashMap<AskedFile, u32>,
}

impl Writing {
    fn step(&mut self, key: Digest, read: Vec<ReadFile>, asked: Vec<AskedFile>, gave: Bytes) {
        let Self { written, readers, askers } = self;
        let read = read.into_iter().map(|file| number(readers, &mut written.read, file)).collect();
        let asked = asked.into_iter().map(|file| number(askers, &mut written.asked, file)).collect();
        written.steps.push((key, (read, asked), gave));
    }
}

/// What threads put there in any order, each once, by its key.
fn sorted<T, K: Ord>(all: &mut Mutex<Vec<T>>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut all = std::mem::take(all.get_mut().unwrap_or_else(PoisonError::into_inner));
    all.sort_unstable_by_key(&key);
    all.dedup_by_key(|one| key(one));
    all
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of `value` in `list`, where it is put if it is not there.
fn number<T: Clone + Eq + std::hash::Hash>(numbers: &mut FxHashMap<T, u32>, list: &mut Vec<T>, value: T) -> u32 {
    *numbers.entry(value).or_insert_with_key(|value| {
        list.push(value.clone());
        (list.len() - 1) as u32
    })
}

impl Steps for KnownSteps<'_> {
    fn declared(&self, platform: &dyn Platform, files: &FileSet) -> Partial<Vec<Declared>> {
        let key = key("declared", platform.name().as_bytes());
        let (value, problems) = self.take(key, files, |files| {
            let Partial { value, problems } = platform.declared(files);
            (value, problems)
        });
        Partial { value, problems }
    }

    fn resolved(&self, declared: &Declared, files: &FileSet, resolve: &dyn Fn(&FileSet) -> Resolved) -> Resolved {
        let mut of = declared.clone();
        // The file is all that it depends on of where the declaration stands.
        of.declaration.location = Location::whole_file(of.declaration.location.path);
        of.declaration.block_end = 0;
        self.take(key("resolved", &Bytes::of(&of).0), files, resolve)
    }
}

fn key(step: &str, of: &[u8]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(step.as_bytes());
    hasher.update(of);
    *hasher.finalize().as_bytes()
}

impl Kept for Written {
    fn write(&self, to: &mut Writer) {
        self.context.write(to);
        self.read.write(to);
        self.asked.write(to);
        self.steps.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            context: Kept::read(from)?,
            read: Kept::read(from)?,
            asked: Kept::read(from)?,
            steps: Kept::read(from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use lockstep_discovery::{Build, CodeSource, HandlerStyle};
    use lockstep_model::{Declaration, FileEntry, FileType, Question, ReadError, Source};

    use super::{
        super::{codec::constants, looked::testing::files},
        *,
    };

    /// A platform that reads `a`, asks `b` and counts how often.
    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Platform for Counted {
        fn name(&self) -> &'static str {
            "counted"
        }

        fn page(&self) -> &'static str {
            ""
        }

        fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let _ = files.text(&RepoPath::new("a").unwrap());
            let _ = files.ask(&RepoPath::new("b").unwrap(), &Question::holds(&["App("]));
            Partial::default()
        }
    }

    /// Takes the step in files of these texts: what is kept then, how often it was taken anew, and what was noted.
    fn take(
        counted: &Counted,
        kept: &KeptSteps,
        texts: &[(&str, &str)],
        context: Digest,
    ) -> (KeptSteps, usize, Looked) {
        let files = files(texts);
        let noting = files.noting();
        let mut steps = KnownSteps::of(kept, &files, &context);
        let _ = steps.declared(counted, &noting);
        (steps.kept(context, false), counted.0.swap(0, Ordering::Relaxed), noting.looked())
    }

    #[test]
    fn a_step_is_taken_anew_where_what_it_looked_at_changed() {
        let counted = Counted::default();
        let first = [("a", "one"), ("b", "new App()"), ("c", "x")];
        let (kept, times, looked) = take(&counted, &KeptSteps::default(), &first, [0; 32]);
        assert_eq!(times, 1);
        for (texts, context, expected) in [
            (first, [0; 32], 0),
            ([("a", "one"), ("b", "new App()"), ("c", "y")], [0; 32], 0),
            ([("a", "one"), ("b", "const app = new App()"), ("c", "x")], [0; 32], 0),
            ([("a", "one"), ("b", "new Stack()"), ("c", "x")], [0; 32], 1),
            ([("a", "two"), ("b", "new App()"), ("c", "x")], [0; 32], 1),
            (first, [1; 32], 1),
        ] {
            let (again, times, noted) = take(&counted, &kept, &texts, context);
            assert_eq!(times, expected, "{texts:?}");
            assert!(expected == 1 || noted == looked, "{noted:?}");
            // What is kept after a run in which nothing was made serves the next one.
            assert_eq!(take(&counted, &again, &texts, context).1, 0, "{texts:?}");
        }
    }

    #[test]
    fn what_a_step_gave_in_the_state_before_is_kept_as_well() {
        let counted = Counted::default();
        let states = ["one", "two", "three"].map(|text| [("a", text), ("b", "new App()")]);
        let mut kept = KeptSteps::default();
        for state in &states {
            kept = take(&counted, &kept, state, [0; 32]).0;
        }
        let anew = states.map(|state| take(&counted, &kept, &state, [0; 32]).1);
        assert_eq!(anew, [1, 0, 0]);
        // Whichever of the two it was, the other one stays.
        for _ in 0..2 {
            kept = take(&counted, &kept, &states[1], [0; 32]).0;
            assert_eq!([1, 2].map(|at| take(&counted, &kept, &states[at], [0; 32]).1), [0, 0]);
        }
    }

    #[test]
    fn steps_that_were_not_taken_stay_if_all_are_wanted() {
        let counted = Counted::default();
        let texts = [("a", "one"), ("b", "new App()")];
        let (first, ..) = take(&counted, &KeptSteps::default(), &texts, [0; 32]);
        let files = files(&texts);
        for (all, times) in [(true, 0), (false, 1)] {
            let kept = KnownSteps::of(&first, &files, &[0; 32]).kept([0; 32], all);
            assert_eq!(take(&counted, &kept, &texts, [0; 32]).1, times);
        }
        assert!(KnownSteps::of(&first, &files, &[1; 32]).are_of_others());
        assert!(!KnownSteps::of(&KeptSteps::default(), &files, &[1; 32]).are_of_others());
    }

    #[test]
    fn what_a_step_looked_at_is_noted_in_the_same_way_whether_it_is_known() {
        let counted = Counted::default();
        let (kept, _, _) = take(&counted, &KeptSteps::default(), &[("a", "one"), ("b", "new App()")], [0; 32]);
        let changed = [("a", "two"), ("b", "new App()")];
        let by_known = take(&counted, &kept, &changed, [0; 32]);
        let anew = take(&counted, &KeptSteps::default(), &changed, [0; 32]);
        assert_eq!(by_known.2, anew.2);
    }

    #[test]
    fn a_step_that_could_not_read_a_file_is_taken_in_each_run() {
        let counted = Counted::default();
        let binary = [("a", "\0"), ("b", "new App()")];
        let (kept, times, _) = take(&counted, &KeptSteps::default(), &binary, [0; 32]);
        assert_eq!((times, take(&counted, &kept, &binary, [0; 32]).1), (1, 1));
    }

    #[test]
    fn a_file_that_is_written_to_meanwhile_is_seen() {
        /// One file, which anybody may write.
        struct Written(Mutex<String>);

        impl Source for Written {
            fn read(&self, _: &RepoPath) -> Result<Vec<u8>, ReadError> {
                Ok(lock(&self.0).clone().into_bytes())
            }

            fn id(&self, _: &RepoPath) -> Option<BlobId> {
                Some(BlobId(*blake3::hash(lock(&self.0).as_bytes()).as_bytes().first_chunk()?))
            }
        }

        let source = Arc::new(Written(Mutex::new("one".to_owned())));
        let files = || {
            let entry = (RepoPath::new("a").unwrap(), FileEntry::of_any_size(FileType::File));
            FileSet::new([entry], Arc::<Written>::clone(&source))
        };
        let counted = Counted::default();
        let first = files();
        let mut steps = KnownSteps::of(&KeptSteps::default(), &first, &[0; 32]);
        let _ = steps.declared(&counted, &first);
        let kept = steps.kept([0; 32], false);
        let second = files();
        let steps = KnownSteps::of(&kept, &second, &[0; 32]);
        assert!(steps.are_settled());
        "two".clone_into(&mut lock(&source.0));
        assert!(!steps.are_settled());
    }

    #[test]
    fn damaged_steps_are_no_steps() {
        let counted = Counted::default();
        let texts = [("a", "one"), ("b", "new App()")];
        let (kept, ..) = take(&counted, &KeptSteps::default(), &texts, [0; 32]);
        for end in 0..kept.0.0.len() {
            let cut = KeptSteps(Arc::new(Bytes(kept.0.0[..end].to_vec())));
            assert_eq!(take(&counted, &cut, &texts, [0; 32]).1, 1, "cut at {end}");
        }
    }

    #[test]
    fn where_code_starts_depends_on_a_declaration_but_not_on_its_place() {
        let files = files(&[("shop.tf", "x")]);
        let declared = |line: u32, handler: &str| Declared {
            name: "pay".to_owned(),
            service: "shop".to_owned(),
            stack_folder: RepoPath::root(),
            declaration: Declaration {
                platform: constants()[0],
                location: Location { line, ..Location::whole_file(RepoPath::new("shop.tf").unwrap()) },
                block_end: line,
                logical_id: "pay".to_owned(),
                handler: Some(handler.to_owned()),
            },
            runtime: None,
            code: CodeSource::Inline,
            build: Build::default(),
            style: HandlerStyle::Runtime,
            environment: BTreeMap::new(),
            layers: Vec::new(),
            channels: Vec::new(),
            stores: Vec::new(),
            invokes: Vec::new(),
        };
        let first = |_: &FileSet| Resolved { why: Some("first".to_owned()), ..Resolved::default() };
        let mut steps = KnownSteps::of(&KeptSteps::default(), &files, &[0; 32]);
        steps.resolved(&declared(1, "a.b"), &files, &first);
        let kept = steps.kept([0; 32], false);
        let again = KnownSteps::of(&kept, &files, &[0; 32]);
        let of = |line, handler| again.resolved(&declared(line, handler), &files, &|_| Resolved::default()).why;
        assert_eq!(of(7, "a.b"), Some("first".to_owned()));
        assert_eq!(of(1, "a.c"), None);
    }
}
