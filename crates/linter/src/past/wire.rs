//! A past as bytes: a head that says what wrote it and of what, the past itself, and a hash over both. What is read back
//! is checked before it is used and while it is: cut short, damaged, of another kind or of another build, it is an error
//! with a word for people, and never a wrong answer.

use std::{
    borrow::Cow,
    sync::{Arc, PoisonError},
};

use lockstep_codegraph::parts::{Changed, Loading, Outline};
use lockstep_history::{Held, Line};
use lockstep_model::{BlobId, ChangeKind, CommitId, RepoPath, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{
    BlocksChanged, KeptBlocks, Known, Past,
    code::{Code, LazyCode},
};
use crate::keep::{HASH, hash};

/// What such bytes begin with.
const MAGIC: &[u8] = b"lockstep past 1\n";
/// The length of the numbers that say how long the head is, and how long the line.
const LENGTH: usize = 8;

/// The build that wrote it. Another build may make something else of the same history.
pub const PAST: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("LOCKSTEP_PAST"));

/// What stands for no kind of change.
const NO_KIND: u8 = ChangeKind::ALL.len() as u8;
/// What differs outside of definitions, in the order of the numbers.
const LOADINGS: [Loading; 3] = [Loading::Same, Loading::Naming, Loading::Running];

/// What a past says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastFacts {
    /// What wrote it: see [`PAST`].
    pub build: String,
    /// The newest commit; none before the first.
    pub head: Option<CommitId>,
    /// When that was committed.
    pub head_time: Option<Timestamp>,
    /// How many commits its main line has.
    pub commits: u32,
    /// How many of them count.
    pub changesets: u32,
    /// The settings that decide which versions were compared, by their names, as texts.
    pub settings: Vec<(String, String)>,
}

/// Why bytes are no past that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PastError {
    /// They begin with something else.
    #[error("it is no model of Lockstep's")]
    Foreign,
    /// They end too early.
    #[error("it is cut short")]
    Short,
    /// They are not what was written.
    #[error("it is damaged")]
    Damaged,
    /// Another build wrote them.
    #[error("another build of Lockstep wrote it: {}, and this is {PAST}", .0.escape_debug())]
    OtherBuild(String),
}

#[derive(Serialize, Deserialize)]
struct WireFacts {
    build: String,
    head: Option<[u8; 20]>,
    head_time: Option<Timestamp>,
    commits: u32,
    changesets: u32,
    settings: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct WireKnown<'w> {
    unusable: Vec<u32>,
    #[serde(borrow)]
    kinds: Vec<(&'w str, Vec<WireKind>)>,
    code: Vec<WirePlace<'w>>,
    blocks: Vec<WireBlocks<'w>>,
}

/// The kind that the path says, both versions, and the kind that they say.
type WireKind = (u8, u32, u32, u8);

/// The name of source files, how much is known of them, and how many bytes say what: they lie one after the other.
type WirePlace<'w> = (&'w str, u32, u32);

#[derive(Serialize, Deserialize)]
struct WireCode<'w> {
    #[serde(borrow)]
    names: Vec<&'w str>,
    outlines: Vec<WireOutline>,
    versions: Vec<(u32, Option<u32>)>,
    changed: Vec<(u32, u32, u8, Vec<u32>)>,
}

#[derive(Serialize, Deserialize)]
struct WireOutline {
    symbols: Vec<(u32, Vec<u32>)>,
    exports: Vec<(u32, Option<u32>)>,
    loaded: Vec<u32>,
    opaque: bool,
}

#[derive(Serialize, Deserialize)]
struct WireBlocks<'w> {
    path: &'w str,
    keys: Vec<Vec<String>>,
    changed: Vec<(u32, u32, Vec<u32>, Vec<u32>)>,
}

impl Past {
    /// The past as bytes, the same for the same past. Of the facts, those are taken that the past does not know itself.
    ///
    /// # Errors
    /// If it cannot be written at all.
    pub fn to_bytes(&self, changesets: u32, settings: Vec<(String, String)>) -> Result<Vec<u8>, String> {
        let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let facts = WireFacts {
            build: PAST.to_owned(),
            head: line.as_ref().and_then(Line::head).map(|head| head.0),
            head_time: line.as_ref().and_then(Line::head_time),
            commits: line.as_ref().map_or(0, |line| u32::try_from(line.len()).unwrap_or(u32::MAX)),
            changesets,
            settings,
        };
        let head = postcard::to_stdvec(&facts).map_err(|error| error.to_string())?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend((head.len() as u64).to_le_bytes());
        bytes.extend(head);
        let mut writer = Writer::default();
        let known = writer.known(&known).and_then(|known| postcard::to_stdvec(&known));
        let known = known.map_err(|error| error.to_string())?;
        // A line has a length that is not 0.
        let line = line.as_ref().map_or(Cow::Borrowed(&[][..]), Line::to_bytes);
        for part in [&*line, &known, &writer.code] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes.extend_from_slice(writer.blobs.as_flattened());
        let hash = hash(&bytes);
        bytes.extend(hash);
        Ok(bytes)
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<(PastFacts, Self), PastError> {
        let (facts, past) = Self::from_held(&bytes.to_vec().into())?;
        let is_sound = past.known.read().unwrap_or_else(PoisonError::into_inner).is_sound();
        if is_sound { Ok((facts, past)) } else { Err(PastError::Damaged) }
    }

    /// The same; the line is used where it lies, and what is known of source files is read when it is asked for: of what makes no
    /// sense in it, nothing is known.
    pub(super) fn from_held(bytes: &Held) -> Result<(PastFacts, Self), PastError> {
        let (facts, body) = parts(bytes)?;
        if facts.build != PAST {
            return Err(PastError::OtherBuild(facts.build));
        }
        let body = bytes.part(bytes.len() - HASH - body.len()..bytes.len() - HASH).ok_or(PastError::Damaged)?;
        let held = Parts::of(&body).ok_or(PastError::Damaged)?;
        let line = match held.line {
            line if line.is_empty() => None,
            line => Some(Line::from_bytes(line).map_err(|_| PastError::Damaged)?),
        };
        let known = postcard::from_bytes(&held.known).ok();
        let known = known.and_then(|known| read(known, &held.code, &held.blobs)).ok_or(PastError::Damaged)?;
        Ok((facts, Self { line: line.into(), known: known.into(), store: None }))
    }

    /// What bytes say of themselves, whichever build wrote them.
    ///
    /// # Errors
    /// If they are no past, or damaged.
    pub fn facts_of(bytes: &[u8]) -> Result<PastFacts, PastError> {
        parts(bytes).map(|(facts, _)| facts)
    }
}

/// The head, and the bytes of the past itself.
fn parts(bytes: &[u8]) -> Result<(PastFacts, &[u8]), PastError> {
    if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
        return Err(PastError::Foreign);
    }
    let end = bytes.len().checked_sub(HASH).filter(|end| *end >= MAGIC.len() + LENGTH).ok_or(PastError::Short)?;
    if hash(&bytes[..end]) != bytes[end..] {
        return Err(PastError::Damaged);
    }
    let (head, body) = told(&bytes[MAGIC.len()..end]).ok_or(PastError::Short)?;
    let facts: WireFacts = postcard::from_bytes(head).map_err(|_| PastError::Damaged)?;
    let facts = PastFacts {
        build: facts.build,
        head: facts.head.map(CommitId),
        head_time: facts.head_time,
        commits: facts.commits,
        changesets: facts.changesets,
        settings: facts.settings,
    };
    Ok((facts, body))
}

/// What is as long as the number before it says, and what follows it.
fn told(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

/// What follows the head: the line, what is known, what of it is read when it is asked for, and the ids of contents.
struct Parts {
    line: Held,
    known: Held,
    code: Held,
    blobs: Held,
}

impl Parts {
    fn of(body: &Held) -> Option<Self> {
        let mut rest = body.clone();
        let mut next = || {
            let length = told(&rest)?.0.len();
            let part = rest.part(LENGTH..LENGTH + length)?;
            rest = rest.part(LENGTH + length..rest.len())?;
            Some(part)
        };
        let (line, known, code) = (next()?, next()?, next()?);
        Some(Self { line, known, code, blobs: rest })
    }
}

/// What is known of source files of one name, as it was written.
pub(super) struct WrittenCode {
    code: Held,
    blobs: Held,
    /// How much it is.
    pub(super) size: usize,
}

impl WrittenCode {
    /// None if a number in it leads nowhere.
    pub(super) fn read(&self) -> Option<Code> {
        let (blobs, _) = self.blobs.as_chunks::<20>();
        read_code(postcard::from_bytes(&self.code).ok()?, &|number| Some(BlobId(*blobs.get(number as usize)?)))
    }
}

/// Gives names and contents numbers.
#[derive(Default)]
struct Writer {
    blobs: Vec<[u8; 20]>,
    /// What is known of source files, name by name.
    code: Vec<u8>,
    ids: FxHashMap<BlobId, u32>,
}

/// The number of `value`, a new one if it has none yet.
fn number<T: Clone + Eq + std::hash::Hash>(value: &T, ids: &mut FxHashMap<T, u32>, list: &mut Vec<T>) -> u32 {
    if let Some(number) = ids.get(value) {
        return *number;
    }
    let number = list.len() as u32;
    list.push(value.clone());
    ids.insert(value.clone(), number);
    number
}

fn place<T: PartialEq>(list: &[T], value: &T) -> u8 {
    list.iter().position(|own| own == value).unwrap_or(list.len()) as u8
}

/// The entries of a map, sorted by key.
fn sorted<K: Ord, V>(map: &FxHashMap<K, V>) -> Vec<(&K, &V)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by(|a, b| a.0.cmp(b.0));
    entries
}

impl Writer {
    fn blob(&mut self, id: BlobId) -> u32 {
        *self.ids.entry(id).or_insert_with(|| {
            self.blobs.push(id.0);
            (self.blobs.len() - 1) as u32
        })
    }

    /// What is known, but for the contents that it numbers.
    fn known<'w>(&mut self, known: &'w Known) -> postcard::Result<WireKnown<'w>> {
        let mut unusable: Vec<BlobId> = known.unusable.iter().copied().collect();
        unusable.sort_unstable();
        let unusable = unusable.into_iter().map(|id| self.blob(id)).collect();
        let mut kinds = Vec::new();
        for (path, said) in sorted(&known.kinds) {
            let entry = |((kind, before, after), said): (&(ChangeKind, BlobId, BlobId), &Option<ChangeKind>)| {
                (*kind as u8, self.blob(*before), self.blob(*after), said.map_or(NO_KIND, |said| said as u8))
            };
            kinds.push((path.as_str(), sorted(said).into_iter().map(entry).collect()));
        }
        let mut code = Vec::new();
        for (file_name, lazy) in sorted(&known.code) {
            let bytes = postcard::to_stdvec(&self.code(lazy.get()))?;
            code.push((file_name.as_str(), lazy.size() as u32, bytes.len() as u32));
            self.code.extend(bytes);
        }
        let blocks = sorted(&known.blocks).into_iter().map(|(path, blocks)| self.blocks(path, blocks)).collect();
        Ok(WireKnown { unusable, kinds, code, blocks })
    }

    fn code<'w>(&mut self, code: &'w Code) -> WireCode<'w> {
        let (mut ids, mut names) = (FxHashMap::default(), Vec::new());
        let mut name = |text: &'w Arc<str>| number(&&**text, &mut ids, &mut names);
        // The numbers of outlines tell in what order they were met: here they come in the order of the versions.
        let (mut order, mut outlines) = (FxHashMap::default(), Vec::new());
        let versions = sorted(&code.versions).into_iter().map(|(id, version)| {
            let version = version.map(|own| number(&own, &mut order, &mut outlines));
            (self.blob(*id), version)
        });
        let versions = versions.collect();
        let outlines =
            outlines.into_iter().filter_map(|own| code.outlines.get(own as usize)).map(|outline| WireOutline {
                symbols: outline.symbols.iter().map(|(text, uses)| (name(text), uses.clone())).collect(),
                exports: outline.exports.iter().map(|(text, symbol)| (name(text), *symbol)).collect(),
                loaded: outline.loaded.clone(),
                opaque: outline.opaque,
            });
        let outlines = outlines.collect();
        let changed = sorted(&code.changed).into_iter().map(|((before, after), changed)| {
            let names = changed.names.iter().map(&mut name).collect();
            (self.blob(*before), self.blob(*after), place(&LOADINGS, &changed.loading), names)
        });
        let changed = changed.collect();
        WireCode { outlines, versions, changed, names }
    }

    fn blocks<'w>(&mut self, path: &'w RepoPath, blocks: &KeptBlocks) -> WireBlocks<'w> {
        let changed = blocks.pairs.iter().map(|((before, after), changed)| {
            let broken = changed.broken.iter().map(|id| self.blob(*id)).collect();
            (self.blob(*before), self.blob(*after), changed.blocks.clone(), broken)
        });
        WireBlocks { changed: changed.collect(), path: path.as_str(), keys: blocks.keys.clone() }
    }
}

/// The kind of change with this number.
fn kind_of(number: u8) -> Option<ChangeKind> {
    ChangeKind::ALL.get(usize::from(number)).copied()
}

/// None if a number in it leads nowhere.
fn read(wire: WireKnown<'_>, code: &Held, all_blobs: &Held) -> Option<Known> {
    let (blobs, rest) = all_blobs.as_chunks::<20>();
    if !rest.is_empty() {
        return None;
    }
    let blob = |number: u32| blobs.get(number as usize).map(|id| BlobId(*id));
    let mut known = Known::default();
    known.kinds.reserve(wire.kinds.len());
    known.code.reserve(wire.code.len());
    for id in &wire.unusable {
        known.unusable.insert(blob(*id)?);
    }
    for (path, said) in &wire.kinds {
        let of_path = known.kinds.entry(RepoPath::from_git(path.as_bytes())).or_default();
        of_path.reserve(said.len());
        for (kind, before, after, said) in said {
            let said = if *said == NO_KIND { None } else { Some(kind_of(*said)?) };
            of_path.insert((kind_of(*kind)?, blob(*before)?, blob(*after)?), said);
        }
    }
    let mut start = 0usize;
    for (file_name, size, length) in wire.code {
        let end = start.checked_add(length as usize)?;
        let written = WrittenCode { code: code.part(start..end)?, blobs: all_blobs.clone(), size: size as usize };
        known.code.insert(file_name.to_owned(), LazyCode::of(written));
        start = end;
    }
    if start != code.len() {
        return None;
    }
    for blocks in wire.blocks {
        let mut kept = KeptBlocks { keys: blocks.keys, ..KeptBlocks::default() };
        for (before, after, changed, broken) in blocks.changed {
            let broken = broken.into_iter().map(blob).collect::<Option<_>>()?;
            if changed.iter().any(|number| *number as usize >= kept.keys.len()) || !changed.is_sorted() {
                return None;
            }
            kept.pairs.insert((blob(before)?, blob(after)?), BlocksChanged { blocks: changed, broken });
        }
        known.blocks.insert(RepoPath::from_git(blocks.path.as_bytes()), kept);
    }
    Some(known)
}

fn read_code(wire: WireCode<'_>, blob: &dyn Fn(u32) -> Option<BlobId>) -> Option<Code> {
    let names: Vec<Arc<str>> = wire.names.into_iter().map(Arc::from).collect();
    let name = |number: u32| names.get(number as usize).cloned();
    let mut code = Code::default();
    code.outlines.reserve(wire.outlines.len());
    code.versions.reserve(wire.versions.len());
    code.changed.reserve(wire.changed.len());
    for outline in wire.outlines {
        let symbols = outline.symbols.into_iter().map(|(text, uses)| Some((name(text)?, uses)));
        let exports = outline.exports.into_iter().map(|(text, symbol)| Some((name(text)?, symbol)));
        // Numbers of definitions that lead nowhere are passed over by whoever follows them.
        let read = Outline {
            symbols: symbols.collect::<Option<_>>()?,
            exports: exports.collect::<Option<_>>()?,
            loaded: outline.loaded,
            opaque: outline.opaque,
        };
        code.outlines.push(read);
    }
    for (id, version) in wire.versions {
        if version.is_some_and(|number| number as usize >= code.outlines.len()) {
            return None;
        }
        code.versions.insert(blob(id)?, version);
    }
    for (before, after, loading, changed) in wire.changed {
        let names = changed.into_iter().map(name).collect::<Option<_>>()?;
        let changed = Changed { names, loading: *LOADINGS.get(usize::from(loading))? };
        code.changed.insert((blob(before)?, blob(after)?), changed);
    }
    Some(code)
}

#[cfg(test)]
mod tests;
