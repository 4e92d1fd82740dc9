//! Which changesets are one change: those of several repositories that carry the same trailer, name the same ticket, or
//! were made by one author within a short time, if that is asked for.
//!
//! A key that is in too many changesets, or over too long a time, joins nothing: it is an epic, a release or a habit.
//! The bounds come from three organisations whose main lines were read (`docs/src/organisation.md` has the figures): of
//! the tickets that are in several of their repositories, nine of ten are in at most ten changesets and span at most thirty
//! days.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_config::JoinSettings;
use lockstep_history::Marks;
use lockstep_model::{Changeset, DropReason, FileChange, History, Joined, JoinedBy, JoinedCommit, Origin, Timestamp};
use regex::Regex;

use super::tickets::Tickets;

/// Most changesets of one joined changeset, unless configured.
pub(crate) const MAX_CHANGESETS: u32 = 10;
/// Most days between its first and its last, unless configured.
pub(crate) const MAX_DAYS: f64 = 30.0;
/// Trailers that join, unless configured: Gerrit's.
pub(crate) const TRAILERS: [&str; 1] = ["Change-Id"];

const SECONDS_PER_DAY: f64 = 86_400.0;
const SECONDS_PER_HOUR: f64 = 3_600.0;

/// How changesets are joined.
pub(crate) struct Rules {
    /// Patterns of tickets; none for the usual ones.
    patterns: Option<Vec<Regex>>,
    trailers: Vec<String>,
    author_seconds: Option<Timestamp>,
    max_changesets: usize,
    max_seconds: Timestamp,
    within: bool,
}

impl Rules {
    /// Those of the configuration, else the usual ones. Patterns that are none were told when it was read.
    pub(crate) fn of(settings: &JoinSettings) -> Self {
        let trailers = settings.trailers.clone().unwrap_or_else(|| TRAILERS.map(str::to_owned).to_vec());
        let patterns = settings.tickets.as_ref();
        Self {
            patterns: patterns.map(|texts| texts.iter().filter_map(|text| Regex::new(text).ok()).collect()),
            trailers,
            author_seconds: settings.author_hours.map(|hours| (hours * SECONDS_PER_HOUR) as Timestamp),
            max_changesets: settings.max_changesets.unwrap_or(MAX_CHANGESETS) as usize,
            max_seconds: (settings.max_days.unwrap_or(MAX_DAYS) * SECONDS_PER_DAY) as Timestamp,
            within: settings.within.unwrap_or(false),
        }
    }

    /// True for the key of a trailer that joins.
    pub(crate) fn is_trailer(&self, key: &str) -> bool {
        self.trailers.iter().any(|own| own.eq_ignore_ascii_case(key))
    }

    /// True if changesets of one repository are joined as well.
    pub(crate) fn joins_within(&self) -> bool {
        self.within
    }
}

/// Joins what is one change in `history`, whose origins are filled, each without a join; `marks` says what the message of
/// each changeset says. The order of the changesets changes nothing but ties.
pub(crate) fn join(history: &mut History, marks: &[Marks], rules: &Rules) {
    let mut groups = Groups { rules, history, taken: vec![false; history.changesets.len()], found: Vec::new() };
    groups.by_keys(JoinedBy::Trailer, marks.iter().map(|marks| marks.trailers.iter().cloned().collect()));
    let subject = |number: usize| history.changesets[number].subject.as_str();
    let texts =
        |number: usize| std::iter::once(subject(number)).chain(marks.get(number).and_then(|one| one.branch.as_deref()));
    let all = 0..history.changesets.len();
    let tickets = match &rules.patterns {
        Some(patterns) => Tickets::Patterns(patterns.clone()),
        None => Tickets::usual(all.clone().flat_map(texts)),
    };
    let named = all.map(|number| {
        let mut found = BTreeSet::new();
        texts(number).for_each(|text| tickets.add(text, &mut found));
        found
    });
    groups.by_keys(JoinedBy::Ticket, named);
    groups.by_authors();
    let found = groups.found;
    put_together(history, found);
}

/// A joined changeset: what joins it, and the numbers of its changesets, oldest first.
type Group = (JoinedBy, String, Vec<usize>);

struct Groups<'a> {
    rules: &'a Rules,
    history: &'a History,
    /// Whether a changeset is joined already.
    taken: Vec<bool>,
    found: Vec<Group>,
}

impl Groups<'_> {
    fn time(&self, number: usize) -> Timestamp {
        self.history.changesets[number].time
    }

    fn in_order(&self, numbers: &mut [usize]) {
        numbers.sort_by_key(|number| {
            (self.time(*number), &self.history.origins[*number].repository, self.history.changesets[*number].id)
        });
    }

    /// Joins the changesets that have a key in common; `keys` are those of each, in order.
    fn by_keys(&mut self, by: JoinedBy, keys: impl Iterator<Item = BTreeSet<String>>) {
        let mut of_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, keys) in keys.enumerate() {
            keys.into_iter().for_each(|key| of_key.entry(key).or_default().push(number));
        }
        let mut all: Vec<(String, Vec<usize>)> = of_key.into_iter().filter(|(_, numbers)| numbers.len() > 1).collect();
        all.iter_mut().for_each(|(_, numbers)| self.in_order(numbers));
        // A changeset with several keys goes with the one that began first.
        all.sort_by_key(|(_, numbers)| numbers.first().map(|first| self.time(*first)));
        for (key, numbers) in all {
            // What makes it an epic is all that it is in, whatever else joins some of that.
            if self.is_one_change(&numbers) {
                self.take(by, key, numbers);
            }
        }
    }

    /// Joins what one author did within a short time, and nothing else joins.
    fn by_authors(&mut self) {
        let Some(window) = self.rules.author_seconds else { return };
        let mut of_author: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, changeset) in self.history.changesets.iter().enumerate().filter(|(number, _)| !self.taken[*number])
        {
            let address = changeset.author.email.trim().to_lowercase();
            if !address.is_empty() {
                of_author.entry(address).or_default().push(number);
            }
        }
        for (address, mut numbers) in of_author {
            self.in_order(&mut numbers);
            let mut rest = &numbers[..];
            while let Some(first) = rest.first() {
                let last = self.time(*first).saturating_add(window);
                let (near, later) = rest.split_at(rest.partition_point(|number| self.time(*number) <= last));
                if self.is_one_change(near) {
                    self.take(JoinedBy::Author, address.clone(), near.to_vec());
                }
                rest = later;
            }
        }
    }

    /// True if the changesets, oldest first, are few and near enough.
    fn is_one_change(&self, numbers: &[usize]) -> bool {
        let span = numbers.first().zip(numbers.last()).map_or(0, |(first, last)| self.time(*last) - self.time(*first));
        numbers.len() <= self.rules.max_changesets && span <= self.rules.max_seconds
    }

    /// Takes those that are free, if they are of several repositories, or may be of one.
    fn take(&mut self, by: JoinedBy, key: String, mut numbers: Vec<usize>) {
        numbers.retain(|number| !self.taken[*number]);
        let repositories: BTreeSet<&str> =
            numbers.iter().map(|number| self.history.origins[*number].repository.as_str()).collect();
        if repositories.len() > 1 || (self.rules.within && numbers.len() > 1) {
            numbers.iter().for_each(|number| self.taken[*number] = true);
            self.found.push((by, key, numbers));
        }
    }
}

/// Puts the changesets of each group in the place of its last, and counts the others as joined.
fn put_together(history: &mut History, groups: Vec<Group>) {
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for (by, key, numbers) in groups {
        let Some((last, earlier)) = numbers.split_last() else { continue };
        let commit = |number: &usize| {
            let changeset: &Changeset = &history.changesets[*number];
            JoinedCommit {
                time: changeset.time,
                repository: history.origins[*number].repository.clone(),
                id: changeset.id,
                author: changeset.author.name.clone(),
                subject: changeset.subject.clone(),
            }
        };
        let commits = numbers.iter().map(commit).collect();
        let changes: Vec<FileChange> =
            numbers.iter().flat_map(|number| history.changesets[*number].changes.iter().copied()).collect();
        history.origins[*last].joined = Some(Joined { by, key, commits });
        history.changesets[*last].changes = changes;
        gone.extend(earlier);
    }
    let paths = &history.paths;
    for (changeset, _) in
        history.changesets.iter_mut().zip(&history.origins).filter(|(_, origin)| origin.joined.is_some())
    {
        changeset.changes.sort_by(|a, b| paths[a.path.0 as usize].cmp(&paths[b.path.0 as usize]));
    }
    let mut stays = (0..).map(|number: usize| !gone.contains(&number));
    history.changesets.retain(|_| stays.next().unwrap_or(true));
    let mut stays = (0..).map(|number: usize| !gone.contains(&number));
    history.origins.retain(|_: &Origin| stays.next().unwrap_or(true));
    if !gone.is_empty() {
        *history.dropped.entry(DropReason::Joined).or_default() += gone.len() as u32;
    }
}

#[cfg(test)]
mod tests;
