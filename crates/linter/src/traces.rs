//! [`Traces`]: results of whole stages on disk, from one run to the next, each with what it was made from (a *verifying
//! trace*: Mokhov, Mitchell and Peyton Jones, *Build systems à la carte*, ICFP 2018). A result is taken if all that it was made
//! from is still so, and made anew otherwise; so what is kept never decides what is found. Finding functions is made anew step by
//! step ([`steps`]).
//!
//! One file per repository, as for the facts of source files ([`crate::FactsStore`]): read whole, checked whole, replaced
//! whole. What is damaged, cut short, of another build or of another repository is thrown away.

mod answers;
mod code;
mod codec;
mod declared;
mod earlier;
mod found;
mod looked;
mod own;
mod steps;
mod told;
mod words;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use lockstep_codegraph::CodeGraph;
use lockstep_diagnostics::Partial;
use lockstep_discovery::Discovered;
use lockstep_model::{BlobId, FileSet, Function};

use self::{
    answers::KeptAnswers,
    code::Compared,
    codec::{Bytes, Kept, Reader, Writer},
    found::Made,
    looked::Digest,
    own::KeptOwn,
    steps::KeptSteps,
};
pub(crate) use self::{
    declared::{KeptManifests, ManifestId, Places},
    found::{Discovery, Origin},
    looked::{Before, Seen},
    told::{KeptTold, TellKey, Told},
    words::{KeptWords, WordsOfFiles},
};
use crate::{
    PAST, Project,
    earlier::Earlier,
    keep::{self, HASH, hash},
};

/// What a file begins with.
const MAGIC: &[u8] = b"lockstep traces 9\n";
/// How many results of a stage are kept: of the state before a change and after it, and of as many on another branch.
const MOST: usize = 4;
/// Of fewer files it costs less to look into them again than to write all results anew.
const WORTH_WRITING: usize = 8;
/// A larger file is not kept: reading it would take longer than what it saves. 64 MiB.
const LARGEST: usize = 64 << 20;

/// The results of earlier runs on one repository.
#[derive(Debug)]
pub struct Traces {
    /// Where they are kept; none if they are forgotten after the run.
    path: Option<PathBuf>,
    repository: String,
    /// What was there, once it was looked for; and what this run adds.
    state: OnceLock<State>,
    taken: AtomicUsize,
    made: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    kept: Mutex<Results>,
    /// Why what was there was thrown away.
    discarded: Option<String>,
}

/// One result as it is kept: its parts are read when they are asked for.
#[derive(Debug)]
struct Stored {
    /// A hash of what it was made from besides what files hold.
    context: Digest,
    /// What was looked at in files.
    head: Bytes,
    /// The result.
    body: Bytes,
}

/// Results; of the functions those first that were asked for last, of the others the newest.
#[derive(Debug, Default)]
struct Results {
    functions: Vec<Arc<Stored>>,
    code: Vec<Arc<Stored>>,
    earlier: Vec<Arc<Stored>>,
    own: KeptOwn,
    answers: KeptAnswers,
    steps: KeptSteps,
    /// True if this run took steps: those that are kept are its own.
    stepped: bool,
    words: KeptWords,
    told: KeptTold,
    manifests: KeptManifests,
    /// What holds no comment that accepts findings.
    silent: Vec<BlobId>,
    /// True if this run added some.
    grown: bool,
}

impl Traces {
    /// Those in `folder` of the repository whose objects lie in `common_dir`. Nothing is read yet.
    pub fn new(folder: &Path, common_dir: &Path) -> Self {
        let name = blake3::hash(common_dir.as_os_str().as_encoded_bytes()).to_hex();
        Self {
            path: Some(folder.join("traces").join(format!("{}.bin", &name.as_str()[..32]))),
            repository: common_dir.to_string_lossy().into_owned(),
            state: OnceLock::new(),
            taken: AtomicUsize::new(0),
            made: AtomicUsize::new(0),
        }
    }

    /// Those of this run alone, for the two states that it looks at where there is a change.
    pub(crate) fn of_this_run() -> Self {
        Self {
            path: None,
            repository: String::new(),
            state: OnceLock::new(),
            taken: AtomicUsize::new(0),
            made: AtomicUsize::new(0),
        }
    }

    /// How many results of stages this run took from an earlier one, and how many it made itself.
    pub fn counts(&self) -> (usize, usize) {
        (self.taken.load(Ordering::Relaxed), self.made.load(Ordering::Relaxed))
    }

    /// Why what was there was thrown away, in words; none if it was not, or nobody has looked.
    pub fn discarded(&self) -> Option<&str> {
        self.state.get()?.discarded.as_deref()
    }

    /// The functions that the manifests among `files` declare, found only if they are not kept; and where that comes from, if
    /// it can be told.
    pub(crate) fn discover(
        &self,
        files: &FileSet,
        options: &lockstep_discovery::Options,
    ) -> (Partial<Discovered>, Option<Origin>) {
        let context = found::context(&looked::names(files), options);
        let kept = self.results(|results| results.functions.clone());
        let take = |kept| found::kept(kept, files, &context).map(|found| (kept, found));
        if let Some((kept, (found, origin))) = kept.iter().find_map(take) {
            self.results(|results| bring_forward(&mut results.functions, kept));
            self.taken.fetch_add(1, Ordering::Relaxed);
            return (found, Some(origin));
        }
        self.made.fetch_add(1, Ordering::Relaxed);
        let (steps, again) = self.results(|results| (results.steps.clone(), results.stepped));
        let Made { found, whole, steps } = found::find(files, options, context, &steps, again);
        let (kept, origin) = whole.unzip();
        self.results(|results| {
            kept.into_iter().for_each(|kept| add(&mut results.functions, kept));
            (results.steps, results.stepped, results.grown) = (steps, true, true);
        });
        (found, origin)
    }

    /// What discovery found in `files` as they were `before` some were edited, if that is kept.
    pub(crate) fn discovered_before(
        &self,
        files: &FileSet,
        options: &lockstep_discovery::Options,
        before: &Before,
    ) -> Option<Discovery> {
        let context = found::context(&looked::names(files), options);
        let kept = self.results(|results| results.functions.clone());
        let take = |kept| found::before(kept, files, &context, before).map(|found| (kept, found));
        let (kept, found) = kept.iter().find_map(take)?;
        self.results(|results| bring_forward(&mut results.functions, kept));
        Some(found)
    }

    /// The code of `functions`, followed only as far as it is not kept; and what was looked at for all of them, besides the
    /// sources that they reach, if that can be told.
    pub(crate) fn follow(
        &self,
        functions: &[Function],
        files: &FileSet,
        options: &lockstep_codegraph::Options<'_>,
        progress: lockstep_codegraph::Progress<'_>,
    ) -> (Partial<CodeGraph>, Option<Seen>) {
        let context = code::context(&looked::names(files), functions, options);
        let mut best: Option<(Arc<Stored>, Compared)> = None;
        for kept in self.results(|results| results.code.clone()) {
            let Some(compared) = code::compared(&kept, files, functions, &context, options.kept) else { continue };
            if compared.is_whole() {
                let Some((whole, seen)) = compared.whole(&kept) else { continue };
                self.taken.fetch_add(1, Ordering::Relaxed);
                progress(functions.len(), functions.len());
                return (whole, Some(seen));
            }
            if best.as_ref().is_none_or(|(_, best)| best.known() < compared.known()) {
                best = Some((kept, compared));
            }
        }
        self.made.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.results(|results| results.answers.clone());
        let (mut known, around) = best.and_then(|(kept, compared)| compared.some(&kept, &answers)).unwrap_or_default();
        known.own_code = self.results(|results| results.own.code(&context));
        let is_little = code::is_little(&known);
        let (made, mut from) = lockstep_codegraph::closures_knowing(functions, files, options, known, progress);
        if is_little {
            return (made, code::seen(files, from, &around));
        }
        let own = std::mem::take(&mut from.own_code);
        let seen = code::made(files, context, &made, from, around, &mut answers).map(|(kept, seen)| {
            let own = KeptOwn::of(context, own);
            self.results(|results| {
                add(&mut results.code, kept);
                (results.own, results.answers, results.grown) = (own, answers, true);
            });
            seen
        });
        (made, seen)
    }

    /// The findings that depend on what is behind `context`, told by `find` only if they are not kept.
    pub(crate) fn earlier(&self, context: Digest, find: impl FnOnce() -> Vec<Earlier>) -> Vec<Earlier> {
        let kept = self.results(|results| results.earlier.clone());
        if let Some(findings) = kept.iter().find_map(|kept| earlier::kept(kept, &context)) {
            self.taken.fetch_add(1, Ordering::Relaxed);
            return findings;
        }
        self.made.fetch_add(1, Ordering::Relaxed);
        let findings = find();
        self.results(|results| {
            add(&mut results.earlier, earlier::stored(context, &findings));
            results.grown = true;
        });
        findings
    }

    /// The words of files.
    pub(crate) fn words(&self) -> KeptWords {
        self.results(|results| results.words.clone())
    }

    /// Keeps these words instead.
    pub(crate) fn keep_words(&self, words: KeptWords) {
        self.results(|results| (results.words, results.grown) = (words, true));
    }

    /// Whose parts of files changed.
    pub(crate) fn told(&self) -> KeptTold {
        self.results(|results| results.told.clone())
    }

    /// Keeps that this was told instead.
    pub(crate) fn keep_told(&self, told: KeptTold) {
        self.results(|results| (results.told, results.grown) = (told, true));
    }

    /// What manifests say.
    pub(crate) fn manifests(&self) -> KeptManifests {
        self.results(|results| results.manifests.clone())
    }

    /// Keeps what these say instead.
    pub(crate) fn keep_manifests(&self, manifests: KeptManifests) {
        self.results(|results| (results.manifests, results.grown) = (manifests, true));
    }

    /// What is known to hold no comment that accepts findings.
    pub(crate) fn silent(&self) -> Vec<BlobId> {
        self.results(|results| results.silent.clone())
    }

    /// Keeps that these do not, and no others.
    pub(crate) fn keep_silent(&self, silent: Vec<BlobId>) {
        self.results(|results| (results.silent, results.grown) = (silent, true));
    }

    /// Writes what is to be kept, if this run made anything.
    ///
    /// # Errors
    /// If the folder cannot be written to. The next run makes it again, and that is all.
    pub fn save(&self) -> io::Result<()> {
        let Some((path, state)) = self.path.as_ref().zip(self.state.get()) else { return Ok(()) };
        let mut results = state.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::take(&mut results.grown) {
            return Ok(());
        }
        let bytes = self.bytes(&results);
        if bytes.len() > LARGEST { Ok(()) } else { keep::replace(path, &bytes) }
    }

    fn results<T>(&self, with: impl FnOnce(&mut Results) -> T) -> T {
        let state = self.state.get_or_init(|| match self.read() {
            Ok(results) => State { kept: Mutex::new(results), discarded: None },
            Err(why) => State { kept: Mutex::default(), discarded: Some(why) },
        });
        with(&mut state.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn bytes(&self, results: &Results) -> Vec<u8> {
        let mut writer = Writer::default();
        PAST.to_owned().write(&mut writer);
        self.repository.write(&mut writer);
        for kept in [&results.functions, &results.code, &results.earlier] {
            kept.len().write(&mut writer);
            kept.iter().for_each(|one| one.write(&mut writer));
        }
        results.own.write(&mut writer);
        results.answers.write(&mut writer);
        results.steps.0.write(&mut writer);
        results.words.0.write(&mut writer);
        results.told.0.write(&mut writer);
        results.manifests.0.write(&mut writer);
        results.silent.write(&mut writer);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(writer.finish());
        let hash = hash(&bytes);
        bytes.extend(hash);
        bytes
    }

    /// What is there; nothing if there is no file.
    fn read(&self) -> Result<Results, String> {
        let Some(path) = &self.path else { return Ok(Results::default()) };
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Results::default()),
            Err(error) => return Err(error.to_string()),
        };
        let end = bytes.len().checked_sub(HASH).filter(|end| *end >= MAGIC.len()).ok_or("it is cut short")?;
        if !bytes.starts_with(MAGIC) {
            return Err("it is of another kind".to_owned());
        }
        if hash(&bytes[..end]) != bytes[end..] {
            return Err("it is damaged".to_owned());
        }
        let mut reader = Reader::new(&bytes[MAGIC.len()..end]).ok_or("it is damaged")?;
        let build = String::read(&mut reader).ok_or("it is damaged")?;
        if build != PAST {
            return Err("another build of Lockstep wrote it".to_owned());
        }
        if String::read(&mut reader).as_ref() != Some(&self.repository) {
            return Err("it is of another repository".to_owned());
        }
        let results = Results::read(&mut reader).filter(|_| reader.is_done());
        results.ok_or_else(|| "it is damaged".to_owned())
    }
}

impl Results {
    /// None if it is damaged.
    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut stored = || Some(Vec::<Stored>::read(from)?.into_iter().map(Arc::new).collect());
        let (functions, code, earlier) = (stored()?, stored()?, stored()?);
        let (own, answers) = (Kept::read(from)?, Kept::read(from)?);
        let steps = KeptSteps(Arc::new(Kept::read(from)?));
        let words = KeptWords(Arc::new(Kept::read(from)?));
        let told = KeptTold(Arc::new(Kept::read(from)?));
        let manifests = KeptManifests(Arc::new(Kept::read(from)?));
        let silent = Kept::read(from)?;
        Some(Self {
            functions,
            code,
            earlier,
            own,
            answers,
            steps,
            stepped: false,
            words,
            told,
            manifests,
            silent,
            grown: false,
        })
    }
}

impl Kept for Stored {
    fn write(&self, to: &mut Writer) {
        self.context.write(to);
        self.head.write(to);
        self.body.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { context: Kept::read(from)?, head: Kept::read(from)?, body: Kept::read(from)? })
    }
}

/// True if what was learnt of so many files that were not known is worth writing; the first of it always is.
pub(crate) fn is_worth_writing(learnt: usize, nothing_known: bool) -> bool {
    learnt >= WORTH_WRITING || learnt > 0 && nothing_known
}

/// Puts a result before the others, of which the last go: those that nobody asked for.
fn add(results: &mut Vec<Arc<Stored>>, result: impl Into<Arc<Stored>>) {
    results.insert(0, result.into());
    results.truncate(MOST);
}

/// Puts one that was asked for before the others. That is no reason to write them.
fn bring_forward(results: &mut [Arc<Stored>], result: &Arc<Stored>) {
    if let Some(at) = results.iter().position(|other| Arc::ptr_eq(other, result)) {
        results[..=at].rotate_right(1);
    }
}

impl Project {
    /// Keeps what its stages make in `folder` from run to run. A plain folder keeps nothing.
    pub fn keep_traces_in(&mut self, folder: &Path) {
        let common_dir =
            self.repository.as_ref().and_then(|repository| Some(repository.lock().ok()?.common_dir().to_owned()));
        self.traces = common_dir.map(|common_dir| Arc::new(Traces::new(folder, &common_dir)));
    }

    /// Writes what the stages made anew. That it cannot be kept is no reason to fail.
    pub(crate) fn keep_traces(&self) {
        if let Some(traces) = &self.traces {
            let _ = traces.save();
        }
        self.members.iter().filter_map(|member| member.project.as_ref().ok()).for_each(Self::keep_traces);
    }
}
