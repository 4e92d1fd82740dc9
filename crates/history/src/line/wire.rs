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

/// A line, written.
#[derive(Serialize, Deserialize)]
struct Wire {
    objects: Vec<ObjectId>,
    authors: Vec<(String, String)>,
    paths: Vec<Vec<u8>>,
    end: WireEnd,
    steps: Vec<WireStep>,
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
struct WireStep {
    id: ObjectId,
    tree: ObjectId,
    merged: Option<ObjectId>,
    merge: bool,
    author: u32,
    time: Timestamp,
    subject: String,
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
        Writer::default().line(self).serialize(to)
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
    authors: Vec<(String, String)>,
    people: FxHashMap<Author, u32>,
}

impl Writer {
    fn line(mut self, line: &Line) -> Wire {
        let batch = joined(&line.batches, line.len());
        let steps = line.main.steps.iter().zip(&batch.deeds).map(|(step, deed)| self.step(step, deed)).collect();
        Wire {
            steps,
            objects: self.objects,
            authors: self.authors,
            paths: batch.paths.into_iter().map(Vec::from).collect(),
            end: match &line.main.end {
                End::Root => WireEnd::Root,
                End::Shallow => WireEnd::Shallow,
                End::Broken(error) => WireEnd::Broken(error.into()),
            },
        }
    }

    fn step(&mut self, step: &Step, deed: &Deed) -> WireStep {
        WireStep {
            id: step.id,
            tree: step.tree,
            merged: step.merged,
            merge: step.kind == ChangesetKind::Merge,
            author: self.author(&step.author),
            time: step.time,
            subject: step.subject.clone(),
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
            self.authors.push((author.name.clone(), author.email.clone()));
            (self.authors.len() - 1) as u32
        })
    }
}

/// None if a number leads nowhere.
fn read(wire: Wire) -> Option<Line> {
    let mut steps: Vec<Step> = Vec::with_capacity(wire.steps.len());
    let mut batch = Batch { paths: wire.paths.into_iter().map(Vec::into_boxed_slice).collect(), deeds: Vec::new() };
    for step in wire.steps {
        let author = |number: u32| {
            let (name, email) = wire.authors.get(number as usize)?;
            Some(Arc::new(Author { name: name.clone(), email: email.clone() }))
        };
        let written_by = match step.writer {
            Some(number) => Some(author(number)?),
            None => None,
        };
        steps.push(Step {
            id: step.id,
            tree: step.tree,
            before: steps.last().map(|before| before.tree),
            merged: step.merged,
            kind: if step.merge { ChangesetKind::Merge } else { ChangesetKind::Commit },
            author: author(step.author)?,
            time: step.time,
            subject: step.subject,
            bot_branch: step.bot_branch,
        });
        let fact = |fact: WireFact| {
            let side = |(mode, id): (u32, u32)| Some(Side { mode, id: *wire.objects.get(id as usize)? });
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
    Some(Line { main: MainLine { steps, end }, batches: vec![batch] })
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

    fn wire() -> Wire {
        let fact = WireFact(0, 0, (0, 0), (0o100_644, 1));
        let step = WireStep {
            id: [1; 20],
            tree: [2; 20],
            merged: None,
            merge: false,
            author: 0,
            time: 5,
            subject: "Start".to_owned(),
            bot_branch: false,
            bot: false,
            writer: Some(0),
            facts: Ok(vec![fact]),
        };
        Wire {
            objects: vec![[0; 20], [3; 20]],
            authors: vec![("Ana".to_owned(), "ana@shop.example".to_owned())],
            paths: vec![b"a.py".to_vec()],
            end: WireEnd::Root,
            steps: vec![step],
        }
    }

    #[test]
    fn a_line_comes_back_as_it_was() {
        let line = read(wire()).unwrap();
        assert!(line.is_whole() && line.has(lockstep_model::CommitId([1; 20])));
        let again = read(Writer::default().line(&line)).unwrap();
        assert_eq!(
            (again.main.steps, again.batches[0].deeds.clone()),
            (line.main.steps, line.batches[0].deeds.clone())
        );
    }

    #[test]
    fn numbers_that_lead_nowhere_are_an_error() {
        let spoil: [fn(&mut Wire); 6] = [
            |wire| wire.steps[0].author = 1,
            |wire| wire.steps[0].writer = Some(1),
            |wire| wire.steps[0].facts = Ok(vec![WireFact(1, 0, (0, 0), (0, 1))]),
            |wire| wire.steps[0].facts = Ok(vec![WireFact(0, 4, (0, 0), (0, 1))]),
            |wire| wire.steps[0].facts = Ok(vec![WireFact(0, 0, (0, 2), (0, 1))]),
            |wire| wire.objects.clear(),
        ];
        for spoil in spoil {
            let mut bad = wire();
            spoil(&mut bad);
            assert!(read(bad).is_none());
        }
    }
}
