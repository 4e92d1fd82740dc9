//! A line as it is written: names of objects and people once each, everything else by number. Numbers that lead nowhere
//! are an error, whatever wrote them.

use std::sync::Arc;

use lockstep_model::{Author, ChangesetKind, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{Line, joined};
use crate::{
    diff::{RawStatus, Side},
    objects::{ObjectError, ObjectId},
    walk::{Batch, Deed, End, Fact, MainLine, Step, WrittenBy},
};

/// A line, written. Texts are read where they stand.
#[derive(Serialize, Deserialize)]
struct Wire<'w> {
    /// The ids of objects, one after the other.
    objects: &'w [u8],
    authors: Vec<(&'w str, &'w str)>,
    paths: Vec<&'w [u8]>,
    end: WireEnd,
    #[serde(borrow)]
    steps: Vec<WireStep<'w>>,
}

#[derive(Serialize, Deserialize)]
enum WireEnd {
    Root,
    Shallow,
    Broken(WireError),
}

#[derive(Serialize, Deserialize)]
enum WireError {
    Missing { id: String },
    Broken { id: String, why: String },
    TooLarge { id: String, why: String },
}

#[derive(Serialize, Deserialize)]
struct WireStep<'w> {
    /// Objects by their numbers: the commit, its tree, and what it merges.
    id: u32,
    tree: u32,
    merged: Option<u32>,
    merge: bool,
    author: u32,
    time: Timestamp,
    subject: &'w str,
    bot_branch: bool,
    bot: bool,
    /// Who wrote the branch that it merges.
    writer: Option<u32>,
    facts: Result<Vec<WireFact>, WireError>,
}

/// A path, what happened to it, and both of its sides: mode, and number of the object.
#[derive(Serialize, Deserialize)]
struct WireFact(u32, u8, (u32, u32), (u32, u32));

/// What can happen to a path, in the order of its numbers.
const STATUSES: [RawStatus; 4] = [RawStatus::Added, RawStatus::Deleted, RawStatus::Modified, RawStatus::TypeChanged];

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let batch = joined(&self.batches, self.len());
        let mut writer = Writer::default();
        let steps = self.main.steps.iter().zip(&batch.deeds).map(|(step, deed)| writer.step(step, deed)).collect();
        let wire = Wire {
            steps,
            objects: writer.objects.as_flattened(),
            authors: writer.authors.iter().map(|author| (author.name.as_str(), author.email.as_str())).collect(),
            paths: batch.paths.iter().map(AsRef::as_ref).collect(),
            end: match &self.main.end {
                End::Root => WireEnd::Root,
                End::Shallow => WireEnd::Shallow,
                End::Broken(error) => WireEnd::Broken(error.into()),
            },
        };
        wire.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(from)?;
        read(wire).ok_or_else(|| D::Error::custom("a number in it leads nowhere"))
    }
}

#[derive(Default)]
struct Writer {
    objects: Vec<ObjectId>,
    ids: FxHashMap<ObjectId, u32>,
    authors: Vec<Author>,
    people: FxHashMap<Author, u32>,
}

impl Writer {
    fn step<'w>(&mut self, step: &'w Step, deed: &Deed) -> WireStep<'w> {
        WireStep {
            id: self.object(step.id),
            tree: self.object(step.tree),
            merged: step.merged.map(|id| self.object(id)),
            merge: step.kind == ChangesetKind::Merge,
            author: self.author(&step.author),
            time: step.time,
            subject: &step.subject,
            bot_branch: step.bot_branch,
            bot: deed.writer.bot,
            writer: deed.writer.author.as_ref().map(|author| self.author(author)),
            facts: match &deed.facts {
                Ok(facts) => Ok(facts.iter().map(|fact| self.fact(fact)).collect()),
                Err(error) => Err(error.into()),
            },
        }
    }

    fn fact(&mut self, fact: &Fact) -> WireFact {
        let status = STATUSES.iter().position(|status| *status == fact.status).unwrap_or_default();
        let mut side = |side: &Side| (side.mode, self.object(side.id));
        WireFact(fact.path, status as u8, side(&fact.before), side(&fact.after))
    }

    fn object(&mut self, id: ObjectId) -> u32 {
        *self.ids.entry(id).or_insert_with(|| {
            self.objects.push(id);
            (self.objects.len() - 1) as u32
        })
    }

    fn author(&mut self, author: &Author) -> u32 {
        *self.people.entry(author.clone()).or_insert_with(|| {
            self.authors.push(author.clone());
            (self.authors.len() - 1) as u32
        })
    }
}

/// None if a number leads nowhere.
fn read(wire: Wire<'_>) -> Option<Line> {
    let (objects, rest) = wire.objects.as_chunks::<20>();
    let object = |number: u32| objects.get(number as usize).copied();
    let author = |(name, email): &(&str, &str)| Author { name: (*name).to_owned(), email: (*email).to_owned() };
    let authors: Vec<Arc<Author>> = wire.authors.iter().map(|named| Arc::new(author(named))).collect();
    let author = |number: u32| authors.get(number as usize).cloned();
    let mut steps: Vec<Step> = Vec::with_capacity(wire.steps.len());
    let mut batch = Batch { paths: wire.paths.into_iter().map(Box::from).collect(), deeds: Vec::new() };
    batch.deeds.reserve_exact(wire.steps.len());
    for step in wire.steps {
        let written_by = match step.writer {
            Some(number) => Some(author(number)?),
            None => None,
        };
        let merged = match step.merged {
            Some(number) => Some(object(number)?),
            None => None,
        };
        steps.push(Step {
            id: object(step.id)?,
            tree: object(step.tree)?,
            before: steps.last().map(|before| before.tree),
            merged,
            kind: if step.merge { ChangesetKind::Merge } else { ChangesetKind::Commit },
            author: author(step.author)?,
            time: step.time,
            subject: step.subject.to_owned(),
            bot_branch: step.bot_branch,
        });
        let fact = |fact: WireFact| {
            let side = |(mode, id): (u32, u32)| Some(Side { mode, id: object(id)? });
            batch.paths.get(fact.0 as usize)?;
            let status = *STATUSES.get(usize::from(fact.1))?;
            Some(Fact { path: fact.0, status, before: side(fact.2)?, after: side(fact.3)? })
        };
        let facts = match step.facts {
            Ok(facts) => Ok(facts.into_iter().map(fact).collect::<Option<Vec<Fact>>>()?),
            Err(error) => Err(error.into()),
        };
        batch.deeds.push(Deed { facts, writer: WrittenBy { bot: step.bot, author: written_by } });
    }
    let end = match wire.end {
        WireEnd::Root => End::Root,
        WireEnd::Shallow => End::Shallow,
        WireEnd::Broken(error) => End::Broken(error.into()),
    };
    rest.is_empty().then_some(Line { main: MainLine { steps, end }, batches: vec![batch] })
}

impl From<&ObjectError> for WireError {
    fn from(error: &ObjectError) -> Self {
        match error.clone() {
            ObjectError::Missing { id } => Self::Missing { id },
            ObjectError::Broken { id, why } => Self::Broken { id, why },
            ObjectError::TooLarge { id, why } => Self::TooLarge { id, why },
        }
    }
}

impl From<WireError> for ObjectError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Missing { id } => Self::Missing { id },
            WireError::Broken { id, why } => Self::Broken { id, why },
            WireError::TooLarge { id, why } => Self::TooLarge { id, why },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECTS: [[u8; 20]; 4] = [[0; 20], [1; 20], [2; 20], [3; 20]];

    fn wire() -> Wire<'static> {
        let fact = WireFact(0, 0, (0, 0), (0o100_644, 3));
        let step = WireStep {
            id: 1,
            tree: 2,
            merged: None,
            merge: false,
            author: 0,
            time: 5,
            subject: "Start",
            bot_branch: false,
            bot: false,
            writer: Some(0),
            facts: Ok(vec![fact]),
        };
        Wire {
            objects: OBJECTS.as_flattened(),
            authors: vec![("Ana", "ana@shop.example")],
            paths: vec![b"a.py"],
            end: WireEnd::Root,
            steps: vec![step],
        }
    }

    #[test]
    fn a_line_comes_back_as_it_was() {
        let line = read(wire()).unwrap();
        assert!(line.is_whole() && line.has(lockstep_model::CommitId([1; 20])));
        let written = postcard::to_stdvec(&line).unwrap();
        let again: Line = postcard::from_bytes(&written).unwrap();
        assert_eq!(
            (again.main.steps, again.batches[0].deeds.clone()),
            (line.main.steps, line.batches[0].deeds.clone())
        );
    }

    #[test]
    fn numbers_that_lead_nowhere_are_an_error() {
        let spoil: [fn(&mut Wire<'_>); 10] = [
            |wire| wire.steps[0].author = 1,
            |wire| wire.steps[0].writer = Some(1),
            |wire| wire.steps[0].facts = Ok(vec![WireFact(1, 0, (0, 0), (0, 1))]),
            |wire| wire.steps[0].facts = Ok(vec![WireFact(0, 4, (0, 0), (0, 1))]),
            |wire| wire.steps[0].facts = Ok(vec![WireFact(0, 0, (0, 4), (0, 1))]),
            |wire| wire.steps[0].id = 4,
            |wire| wire.steps[0].tree = 4,
            |wire| wire.steps[0].merged = Some(4),
            |wire| wire.objects = &[],
            |wire| wire.objects = &wire.objects[..79],
        ];
        for spoil in spoil {
            let mut bad = wire();
            spoil(&mut bad);
            assert!(read(bad).is_none());
        }
    }
}
