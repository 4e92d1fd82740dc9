//! [`FactsStore`]: the facts of source files, and their tokens, on disk, from one run to the next, so that a second run parses only what changed.
//!
//! One file per repository, and a small one beside it for what came since: what is read of one edited file is not worth writing
//! all the rest anew. Each is read whole, checked whole, and replaced whole: a run that is killed leaves the old one, two
//! at once leave that of the last. The small one says which large one it follows on, and says nothing beside another. A file that is damaged, cut short, of another build or of another repository is thrown
//! away, never trusted. Losing it costs time and nothing else, so nothing here is an error.

use std::{
    collections::HashMap,
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use lockstep_codegraph::{FACTS, FactsKey, FileFacts, KeptFacts, Token};
use rustc_hash::FxHashMap;
use serde::{Serialize, de::DeserializeOwned};

use crate::keep;

/// What a file begins with.
const MAGIC: &[u8] = b"lockstep facts 1\n";
/// What the file beside it begins with.
const GREW: &[u8] = b"lockstep facts grew 1\n";
/// The length of the hash at its end.
const HASH: usize = 32;
/// How many bytes say how long something is.
const LENGTH: usize = 8;
/// What came since is written into the large file once it is as large as this part of it.
const PART: usize = 8;
/// What is kept at most; what the last run did not need goes first. 256 MiB.
const LARGEST: usize = 256 << 20;

/// Where the facts of one repository are kept.
#[derive(Debug)]
pub struct FactsStore {
    /// The file; none if they are forgotten after the run.
    path: Option<PathBuf>,
    /// What was there, once somebody asked for it.
    old: OnceLock<Old>,
    /// What this run read anew.
    new: Mutex<HashMap<FactsKey, Vec<u8>>>,
    /// What it read on the way, and keeps if somebody asks for it.
    held: Mutex<HashMap<FactsKey, Vec<u8>>>,
    /// Files whose facts were there, and files that were parsed.
    hits: AtomicUsize,
    parsed: AtomicUsize,
}

/// What was there when the run began.
#[derive(Debug, Default)]
struct Old {
    /// What the file held, and the one beside it.
    bytes: [Vec<u8>; 2],
    /// Where the facts stand.
    known: FxHashMap<FactsKey, Place>,
    /// Why the file was thrown away; none if it was not, or there was none.
    discarded: Option<String>,
}

/// Where something stands in the files.
#[derive(Debug)]
struct Place {
    /// True if it is in the one beside the large one.
    is_beside: bool,
    at: Range<usize>,
    /// Whether this run asked for it.
    asked: AtomicBool,
}

impl Old {
    /// The bytes that stand at `place`.
    fn at(&self, place: &Place) -> &[u8] {
        self.bytes[usize::from(place.is_beside)].get(place.at.clone()).unwrap_or_default()
    }

    /// What the file beside the large one says that it follows on.
    fn seal(&self) -> &[u8] {
        self.bytes[0].last_chunk::<HASH>().map_or(&[], |hash| hash)
    }

    fn add(&mut self, is_beside: bool, bytes: Vec<u8>, entries: Vec<(FactsKey, Range<usize>)>) {
        let place = |at| Place { is_beside, at, asked: AtomicBool::new(false) };
        self.known.extend(entries.into_iter().map(|(key, at)| (key, place(at))));
        self.bytes[usize::from(is_beside)] = bytes;
    }
}

impl FactsStore {
    /// The store in `folder` of the repository whose objects lie in `common_dir`. Nothing is read yet.
    pub fn open(folder: &Path, common_dir: &Path) -> Self {
        let name = blake3::hash(common_dir.as_os_str().as_encoded_bytes()).to_hex();
        Self::at(Some(folder.join("facts").join(format!("{}.bin", &name.as_str()[..32]))))
    }

    /// A store of this run alone: several stages read the same files.
    pub(crate) fn of_this_run() -> Self {
        Self::at(None)
    }

    fn at(path: Option<PathBuf>) -> Self {
        Self {
            path,
            old: OnceLock::new(),
            new: Mutex::default(),
            held: Mutex::default(),
            hits: AtomicUsize::new(0),
            parsed: AtomicUsize::new(0),
        }
    }

    /// True if they outlive the run.
    pub fn is_kept(&self) -> bool {
        self.path.is_some()
    }

    /// What was there, read when it is first asked for.
    fn old(&self) -> &Old {
        self.old.get_or_init(|| {
            let mut old = Old::default();
            let Some(path) = &self.path else { return old };
            let read = |path: &Path, begins: &[u8], says: &[u8]| match fs::read(path) {
                Ok(bytes) => entries(&bytes, begins, says).map(|entries| Some((bytes, entries))).map_err(str::to_owned),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error.to_string()),
            };
            match read(path, MAGIC, FACTS.as_bytes()) {
                Ok(Some((bytes, entries))) => old.add(false, bytes, entries),
                Ok(None) => return old,
                Err(why) => old.discarded = Some(why),
            }
            match read(&beside(path), GREW, old.seal()) {
                Ok(Some((bytes, entries))) => old.add(true, bytes, entries),
                Ok(None) => {}
                // Of another large file it says nothing, which is no fault of it.
                Err(why) if why == OTHER_BUILD => {}
                Err(why) => old.discarded = old.discarded.or(Some(why)),
            }
            old
        })
    }

    /// How many files this run took from the store, and how many it had to parse.
    pub fn counts(&self) -> (usize, usize) {
        (self.hits.load(Ordering::Relaxed), self.parsed.load(Ordering::Relaxed))
    }

    /// Why what was there was thrown away, in words; none if it was not, or nobody has looked.
    pub fn discarded(&self) -> Option<&str> {
        self.old.get()?.discarded.as_deref()
    }

    /// Writes what is to be kept, if this run read anything anew.
    ///
    /// # Errors
    /// If the folder cannot be written to. The next run parses again, and that is all.
    pub fn save(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let new = self.new.lock().map_err(|_| io::Error::other("a thread was lost"))?;
        if new.is_empty() {
            return Ok(());
        }
        let was = self.old();
        let of = |wanted: &dyn Fn(&Place) -> bool| {
            let wanted = was.known.iter().filter(|(_, place)| wanted(place));
            sorted(wanted.map(|(key, place)| (*key, was.at(place))).collect())
        };
        let fresh = || new.iter().map(|(key, bytes)| (*key, bytes.as_slice()));
        let since: Vec<_> = fresh().chain(of(&|place| place.is_beside)).collect();
        let size: usize = since.iter().map(|(key, bytes)| key.0.len() + LENGTH + bytes.len()).sum();
        if size < was.bytes[0].len() / PART {
            return keep::replace(&beside(path), &file(GREW, was.seal(), sorted(since)));
        }
        let asked = |place: &Place| place.asked.load(Ordering::Relaxed);
        let first = sorted(fresh().chain(of(&asked)).collect());
        let rest = of(&|place| !asked(place));
        keep::replace(path, &file(MAGIC, FACTS.as_bytes(), first.into_iter().chain(rest)))?;
        // It follows on what was there before, and is in it now.
        let _ = fs::remove_file(beside(path));
        Ok(())
    }
}

/// The place of the file beside the large one.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// The same facts give the same file.
fn sorted(mut facts: Vec<(FactsKey, &[u8])>) -> Vec<(FactsKey, &[u8])> {
    facts.sort_unstable();
    facts
}

/// A file of these facts, as far as there is room.
fn file<'f>(begins: &[u8], says: &[u8], facts: impl IntoIterator<Item = (FactsKey, &'f [u8])>) -> Vec<u8> {
    let mut written = begins.to_vec();
    put(&mut written, says);
    for (key, bytes) in facts {
        if written.len() + bytes.len() + HASH > LARGEST {
            break;
        }
        written.extend(key.0);
        put(&mut written, bytes);
    }
    let hash = blake3::hash(&written);
    written.extend(hash.as_bytes());
    written
}

impl FactsStore {
    /// What is kept under `key`.
    fn read<T: DeserializeOwned>(&self, key: FactsKey) -> Option<T> {
        let old = self.old();
        let Some(place) = old.known.get(&key) else {
            // Another state of the same project may have read it in this run.
            return postcard::from_bytes(self.new.lock().ok()?.get(&key)?).ok();
        };
        let value = postcard::from_bytes(old.at(place)).ok()?;
        place.asked.store(true, Ordering::Relaxed);
        Some(value)
    }

    /// Keeps something under `key`. True if it was not there.
    fn write<T: Serialize + ?Sized>(&self, key: FactsKey, value: &T) -> bool {
        match (postcard::to_stdvec(value), self.new.lock()) {
            (Ok(bytes), Ok(mut new)) => new.insert(key, bytes).is_none(),
            _ => false,
        }
    }
}

impl KeptFacts for FactsStore {
    fn get(&self, key: FactsKey) -> Option<FileFacts> {
        // Several stages may ask for the same file.
        let is_new = self.old().known.get(&key).is_some_and(|place| !place.asked.load(Ordering::Relaxed));
        let facts = self.read(key)?;
        self.hits.fetch_add(usize::from(is_new), Ordering::Relaxed);
        Some(facts)
    }

    fn keep(&self, key: FactsKey, facts: &FileFacts) {
        let new = self.write(key, facts);
        self.parsed.fetch_add(usize::from(new), Ordering::Relaxed);
    }

    fn tokens(&self, key: FactsKey) -> Option<Vec<Token>> {
        let held = self.held.lock().ok().and_then(|mut held| held.remove(&key));
        if let (Some(held), Ok(mut new)) = (held, self.new.lock()) {
            new.insert(key, held);
        }
        let places: Vec<(u32, u32, u32)> = self.read(key)?;
        let mut last = 0;
        let token = |(class, gap, length): (u32, u32, u32)| {
            let start = last + gap;
            last = start + length;
            Token { class, start, end: last }
        };
        Some(places.into_iter().map(token).collect())
    }

    fn keep_tokens(&self, key: FactsKey, tokens: &[Token]) {
        if let (Some(bytes), Ok(mut new)) = (bytes_of(tokens), self.new.lock()) {
            new.insert(key, bytes);
        }
    }

    fn hold_tokens(&self, key: FactsKey, tokens: &[Token]) {
        if let (Some(bytes), Ok(mut held)) = (bytes_of(tokens), self.held.lock()) {
            held.insert(key, bytes);
        }
    }
}

/// The tokens as they are kept; none of tokens that stand in each other.
fn bytes_of(tokens: &[Token]) -> Option<Vec<u8>> {
    let mut last = 0;
    let place = |token: &Token| {
        let gap = token.start.checked_sub(last)?;
        last = token.end;
        Some((token.class, gap, token.end.checked_sub(token.start)?))
    };
    postcard::to_stdvec(&tokens.iter().map(place).collect::<Option<Vec<_>>>()?).ok()
}

fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend((bytes.len() as u64).to_le_bytes());
    to.extend(bytes);
}

/// Why a file is not used that another build wrote, or that follows on another one.
const OTHER_BUILD: &str = "another build of Lockstep wrote it";

/// Where the facts stand in a file that begins so and says that.
///
/// # Errors
/// Why it cannot be trusted.
fn entries(bytes: &[u8], begins: &[u8], says: &[u8]) -> Result<Vec<(FactsKey, Range<usize>)>, &'static str> {
    let end = bytes.len().checked_sub(HASH).ok_or("it is cut short")?;
    if !bytes.starts_with(begins) {
        return Err("it is of another kind");
    }
    if blake3::hash(&bytes[..end]).as_bytes() != &bytes[end..] {
        return Err("it is damaged");
    }
    let mut at = begins.len();
    let said = part(bytes, &mut at, end).ok_or("it is cut short")?;
    if bytes.get(said) != Some(says) {
        return Err(OTHER_BUILD);
    }
    let mut found = Vec::new();
    while at < end {
        let key = bytes.get(at..at + 32).and_then(|key| key.try_into().ok()).ok_or("it is cut short")?;
        at += 32;
        found.push((FactsKey(key), part(bytes, &mut at, end).ok_or("it is cut short")?));
    }
    Ok(found)
}

/// The bytes after the length at `at`, which moves behind them.
fn part(bytes: &[u8], at: &mut usize, end: usize) -> Option<Range<usize>> {
    let length = bytes.get(*at..at.checked_add(8)?)?;
    let start = *at + 8;
    let stop = start.checked_add(usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?)?;
    if stop > end {
        return None;
    }
    *at = stop;
    Some(start..stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(package: &str) -> FileFacts {
        FileFacts { package: package.to_owned(), generated: true, ..FileFacts::default() }
    }

    fn key(number: u8) -> FactsKey {
        FactsKey([number; 32])
    }

    #[test]
    fn what_is_kept_comes_back_and_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Path::new("shop/.git");
        let first = FactsStore::open(folder.path(), repository);
        assert_eq!(first.get(key(1)), None);
        first.keep(key(1), &facts("a"));
        first.keep(key(2), &facts("b"));
        first.save().unwrap();
        let second = FactsStore::open(folder.path(), repository);
        assert_eq!((second.get(key(1)), second.get(key(3))), (Some(facts("a")), None));
        // However many stages ask for it, it is one file.
        assert_eq!((second.get(key(1)), second.counts()), (Some(facts("a")), (1, 0)));
        let before = fs::read(second.path.as_ref().unwrap()).unwrap();
        second.save().unwrap();
        assert_eq!(fs::read(second.path.as_ref().unwrap()).unwrap(), before);
        second.keep(key(3), &facts("c"));
        second.save().unwrap();
        let third = FactsStore::open(folder.path(), repository);
        assert_eq!([1, 2, 3].map(|number| third.get(key(number)).unwrap().package), ["a", "b", "c"]);
        assert_eq!(FactsStore::open(folder.path(), Path::new("mail/.git")).old().known.len(), 0);
    }

    #[test]
    fn tokens_come_back_and_count_as_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = || FactsStore::open(folder.path(), Path::new("shop/.git"));
        let tokens = [Token::new(Token::NAME, 3..7), Token::word("(", 7..8), Token::new(Token::LITERAL, 10..400_000)];
        let first = store();
        first.keep_tokens(key(1), &tokens);
        first.keep_tokens(key(2), &[tokens[1], tokens[0]]);
        first.save().unwrap();
        let second = store();
        assert_eq!((second.tokens(key(1)), second.tokens(key(2))), (Some(tokens.to_vec()), None));
        assert_eq!((first.counts(), second.counts()), ((0, 0), (0, 0)));
    }

    #[test]
    fn what_is_held_is_kept_once_somebody_asks_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = || FactsStore::open(folder.path(), Path::new("shop/.git"));
        let tokens = [Token::new(Token::NAME, 3..7)];
        let first = store();
        [1, 2].into_iter().for_each(|number| first.hold_tokens(key(number), &tokens));
        assert_eq!(first.tokens(key(1)), Some(tokens.to_vec()));
        first.save().unwrap();
        let second = store();
        assert_eq!((second.tokens(key(1)), second.tokens(key(2))), (Some(tokens.to_vec()), None));
        // One of a run alone gives them back, and writes nothing.
        let of_this_run = FactsStore::of_this_run();
        of_this_run.hold_tokens(key(1), &tokens);
        of_this_run.keep(key(3), &facts("a"));
        assert_eq!(of_this_run.tokens(key(1)), Some(tokens.to_vec()));
        assert_eq!(of_this_run.get(key(3)), Some(facts("a")));
        of_this_run.save().unwrap();
        assert!(!of_this_run.is_kept());
    }

    #[test]
    fn what_cannot_be_trusted_is_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let store = || FactsStore::open(folder.path(), Path::new("shop/.git"));
        let first = store();
        first.keep(key(1), &facts("a"));
        first.save().unwrap();
        let place = first.path.as_ref().unwrap();
        let good = fs::read(place).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            fs::write(place, &bad).unwrap();
            let read = store();
            assert!(read.get(key(1)).is_none() && read.discarded().is_some(), "byte {at}");
            fs::write(place, &good[..at]).unwrap();
            assert!(store().get(key(1)).is_none(), "cut at {at}");
        }
        fs::write(place, &good).unwrap();
        assert_eq!(store().get(key(1)), Some(facts("a")));
        // Another build, whose file is sound.
        let mut other = good[..good.len() - HASH].to_vec();
        other[MAGIC.len() + 8] ^= 1;
        let hash = blake3::hash(&other);
        other.extend(hash.as_bytes());
        fs::write(place, &other).unwrap();
        let other = store();
        assert_eq!((other.get(key(1)), other.discarded()), (None, Some("another build of Lockstep wrote it")));
    }

    #[test]
    fn what_little_came_since_is_written_beside() {
        let folder = tempfile::tempdir().unwrap();
        let store = || FactsStore::open(folder.path(), Path::new("shop/.git"));
        let first = store();
        (0..100).for_each(|number| first.keep(key(number), &facts(&format!("a package of number {number}"))));
        first.save().unwrap();
        let place = first.path.clone().unwrap();
        let large = fs::read(&place).unwrap();
        for number in 100..103 {
            let run = store();
            run.keep(key(number), &facts("b"));
            run.save().unwrap();
        }
        assert_eq!(fs::read(&place).unwrap(), large);
        let there = |store: &FactsStore, number| store.get(key(number)).is_some();
        assert!((0..103).all(|number| there(&store(), number)));
        // What is damaged says nothing, and what it follows on still does.
        let small = fs::read(beside(&place)).unwrap();
        for at in 0..small.len() {
            let mut bad = small.clone();
            bad[at] ^= 0x40;
            fs::write(beside(&place), &bad).unwrap();
            let read = store();
            assert!(there(&read, 1) && (100..103).all(|number| !there(&read, number)), "byte {at}");
            assert!(read.discarded().is_some(), "byte {at}");
        }
        fs::write(beside(&place), &small).unwrap();
        // Much is written into the large one, and what came before it with it.
        let run = store();
        (103..150).for_each(|number| run.keep(key(number), &facts("another package")));
        run.save().unwrap();
        assert!(!beside(&place).exists() && (0..150).all(|number| there(&store(), number)));
        // Beside another large file it is as if it were not there.
        fs::write(beside(&place), &small).unwrap();
        let read = store();
        assert!((0..150).all(|number| there(&read, number)) && read.discarded().is_none());
    }
}
