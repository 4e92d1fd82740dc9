//! [`FactsStore`]: the facts of source files, and their tokens, on disk, from one run to the next, so that a second run parses only what changed.
//!
//! One file per repository. It is read whole, checked whole, and replaced whole: a run that is killed leaves the old one, two
//! at once leave that of the last. A file that is damaged, cut short, of another build or of another repository is thrown
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
/// The length of the hash at its end.
const HASH: usize = 32;
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
    /// What the file held.
    bytes: Vec<u8>,
    /// Where the facts stand in it, and whether this run asked for them.
    known: FxHashMap<FactsKey, (Range<usize>, AtomicBool)>,
    /// Why the file was thrown away; none if it was not, or there was none.
    discarded: Option<String>,
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
            let thrown_away = |why: String| Old { discarded: Some(why), ..Old::default() };
            let Some(path) = &self.path else { return Old::default() };
            match fs::read(path) {
                Ok(bytes) => match entries(&bytes) {
                    Ok(entries) => {
                        let known = entries.into_iter().map(|(key, at)| (key, (at, AtomicBool::new(false)))).collect();
                        Old { bytes, known, discarded: None }
                    }
                    Err(why) => thrown_away(why.to_owned()),
                },
                Err(error) if error.kind() == io::ErrorKind::NotFound => Old::default(),
                Err(error) => thrown_away(error.to_string()),
            }
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
        let mut written = MAGIC.to_vec();
        put(&mut written, FACTS.as_bytes());
        let was = self.old();
        let asked =
            |wanted: bool| was.known.iter().filter(move |(_, (_, asked))| asked.load(Ordering::Relaxed) == wanted);
        let old = |(key, (at, _)): (&FactsKey, &(Range<usize>, AtomicBool))| (*key, was.bytes[at.clone()].to_vec());
        let fresh = new.iter().map(|(key, bytes)| (*key, bytes.clone()));
        let mut all: Vec<(FactsKey, Vec<u8>)> = fresh.chain(asked(true).map(old)).collect();
        // The same facts give the same file.
        all.sort_unstable();
        let mut rest: Vec<_> = asked(false).map(old).collect();
        rest.sort_unstable();
        for (key, bytes) in all.into_iter().chain(rest) {
            if written.len() + bytes.len() + HASH > LARGEST {
                break;
            }
            written.extend(key.0);
            put(&mut written, &bytes);
        }
        let hash = blake3::hash(&written);
        written.extend(hash.as_bytes());
        keep::replace(path, &written)
    }
}

impl FactsStore {
    /// What is kept under `key`.
    fn read<T: DeserializeOwned>(&self, key: FactsKey) -> Option<T> {
        let old = self.old();
        let Some((at, asked)) = old.known.get(&key) else {
            // Another state of the same project may have read it in this run.
            return postcard::from_bytes(self.new.lock().ok()?.get(&key)?).ok();
        };
        let value = postcard::from_bytes(old.bytes.get(at.clone())?).ok()?;
        asked.store(true, Ordering::Relaxed);
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
        let is_new = self.old().known.get(&key).is_some_and(|(_, asked)| !asked.load(Ordering::Relaxed));
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

/// Where the facts stand in a file.
///
/// # Errors
/// Why it cannot be trusted.
fn entries(bytes: &[u8]) -> Result<Vec<(FactsKey, Range<usize>)>, &'static str> {
    let end = bytes.len().checked_sub(HASH).ok_or("it is cut short")?;
    if !bytes.starts_with(MAGIC) {
        return Err("it is of another kind");
    }
    if blake3::hash(&bytes[..end]).as_bytes() != &bytes[end..] {
        return Err("it is damaged");
    }
    let mut at = MAGIC.len();
    let build = part(bytes, &mut at, end).ok_or("it is cut short")?;
    if bytes.get(build) != Some(FACTS.as_bytes()) {
        return Err("another build of Lockstep wrote it");
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
}
