//! What imports mean, kept beside the code that was followed by it: most results of that stage share it, so it is kept once, and
//! meant by its hash.

use std::sync::Arc;

use lockstep_codegraph::{
    Answers, KnownAnswers, Meaning, Meanings, Resolution, ResolvedImports, ScriptResolution, add_meanings,
};
use lockstep_model::RepoPath;

use super::{
    code::hold_from,
    codec::{Bytes, Kept, Reader, Writer, parts},
    looked::Digest,
};

/// How many are kept: those of scripts and of names, of as many states as results are kept of.
const MOST: usize = 2 * super::MOST;

/// Values as bytes, by their hashes; those that were asked for last come first.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptAnswers(Vec<(Digest, Arc<Bytes>)>);

/// The hashes of what imports mean in one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct AnswerIds {
    scripts: Option<Digest>,
    meanings: Option<Digest>,
}

/// What imports mean in one state, as far as it is known.
#[derive(Clone, Default)]
pub(super) struct Before {
    ids: AnswerIds,
    scripts: Option<Arc<Bytes>>,
    meanings: Option<Arc<Bytes>>,
    /// Source files that show something else than in that state.
    changed: Arc<Vec<RepoPath>>,
}

impl KeptAnswers {
    /// What is behind `ids`, of which what `changed` may mean another thing is left out.
    pub(super) fn before(&self, ids: AnswerIds, changed: Vec<RepoPath>) -> Before {
        let bytes =
            |id: Option<Digest>| self.0.iter().find(|(known, _)| Some(*known) == id).map(|(_, bytes)| bytes.clone());
        Before { ids, scripts: bytes(ids.scripts), meanings: bytes(ids.meanings), changed: Arc::new(changed) }
    }

    /// Keeps what was known and what was `found`.
    pub(super) fn add(&mut self, before: &Before, found: Answers) -> AnswerIds {
        let mut ids = before.ids;
        let Answers { scripts, meanings } = found;
        if !scripts.is_empty() || before.scripts.is_none() {
            let mut all = before.scripts();
            all.extend(scripts);
            ids.scripts = self.put(Bytes::of(&all));
        } else {
            self.bring_forward(ids.scripts);
        }
        if !meanings.is_empty() || before.meanings.is_none() || !before.changed.is_empty() {
            let mut all = before.meanings();
            add_meanings(&mut all, meanings);
            ids.meanings = self.put(Bytes::of(&all));
        } else {
            self.bring_forward(ids.meanings);
        }
        ids
    }

    fn put(&mut self, bytes: Bytes) -> Option<Digest> {
        let id = bytes.hash();
        self.0.retain(|(known, _)| *known != id);
        self.0.insert(0, (id, Arc::new(bytes)));
        self.0.truncate(MOST);
        Some(id)
    }

    fn bring_forward(&mut self, id: Option<Digest>) {
        if let Some(at) = self.0.iter().position(|(known, _)| Some(*known) == id) {
            self.0[..=at].rotate_right(1);
        }
    }
}

impl Before {
    fn scripts(&self) -> ResolvedImports {
        self.scripts.as_ref().and_then(|bytes| bytes.value()).unwrap_or_default()
    }

    fn meanings(&self) -> Meanings {
        let mut meanings: Meanings = self.meanings.as_ref().and_then(|bytes| bytes.value()).unwrap_or_default();
        if !self.changed.is_empty() {
            meanings.retain(|path, _| hold_from(path, &self.changed));
        }
        meanings
    }

    /// What is known, read as soon as somebody asks.
    pub(super) fn known(&self) -> KnownAnswers {
        let (scripts, meanings) = (self.clone(), self.clone());
        KnownAnswers::new(move || scripts.scripts(), move || meanings.meanings())
    }
}

impl Kept for KeptAnswers {
    fn write(&self, to: &mut Writer) {
        self.0.len().write(to);
        for (id, bytes) in &self.0 {
            id.write(to);
            bytes.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let all: Vec<(Digest, Bytes)> = Kept::read(from)?;
        Some(Self(all.into_iter().map(|(id, bytes)| (id, Arc::new(bytes))).collect()))
    }
}

parts! {
    AnswerIds { scripts, meanings }
    Meaning { specifier, member, resolution }
    ResolvedImports { imports, in_roots, declared, side_effects }
}

impl Kept for ScriptResolution {
    fn write(&self, to: &mut Writer) {
        Resolution::from(self.clone()).write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(match Resolution::read(from)? {
            Resolution::Files(files) => Self::Files(files),
            Resolution::External(name) => Self::External(name),
            Resolution::Builtin => Self::Builtin,
            Resolution::Unresolved(why) => Self::Unresolved(why),
            Resolution::Parts(_) => return None,
        })
    }
}

impl Kept for Resolution {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Parts(parts) => {
                to.byte(0);
                parts.write(to);
            }
            Self::Files(files) => {
                to.byte(1);
                files.write(to);
            }
            Self::External(name) => {
                to.byte(2);
                name.write(to);
            }
            Self::Builtin => to.byte(3),
            Self::Unresolved(why) => {
                to.byte(4);
                why.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(Self::Parts(Kept::read(from)?)),
            1 => Some(Self::Files(Kept::read(from)?)),
            2 => Some(Self::External(Kept::read(from)?)),
            3 => Some(Self::Builtin),
            4 => Some(Self::Unresolved(Kept::read(from)?)),
            _ => None,
        }
    }
}
