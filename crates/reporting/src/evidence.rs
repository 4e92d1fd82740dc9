//! Evidence in words and in JSON.

use lockstep_diagnostics::{CommitRef, Evidence, Finding, Label};
use lockstep_model::{Contributor, Fragment, Joined, JoinedBy, JoinedCommit, StatedOwners, Timestamp};
use serde::Serialize;

use crate::{
    escape, json,
    prose::{self, count, date},
};

/// Commits shown with a finding unless all are asked for.
const COMMITS_SHOWN: usize = 3;

/// Further commits of a joined changeset that are shown with it.
const JOINED_SHOWN: usize = 3;

/// Characters of a commit's subject that are shown.
const SUBJECT_COLUMNS: usize = 100;

/// Characters of a person's name that are shown.
const NAME_COLUMNS: usize = 60;

/// One piece of evidence in words, harmless, perhaps of several lines.
pub(crate) fn in_words(evidence: &Evidence, all: bool) -> String {
    match evidence {
        Evidence::CoChange { from, to, own, shared, of, strength, lower, specific, between } => {
            let (from, to) = (escape::line(from.as_str()), escape::line(to.as_str()));
            let mut text = format!("`{to}` changed in {} of {of} changes of `{from}`", own + shared);
            text += &match (own, shared) {
                (0, _) => ", through shared code".to_owned(),
                (_, 0) => ", by edits in both".to_owned(),
                (own, shared) => format!(": {own} by edits in both, {shared} through shared code"),
            };
            if let Some((first, last)) = between {
                text += &format!(", {} to {}", date(*first), date(*last));
            }
            text += &format!(" (strength {strength:.2}, at least {lower:.2}");
            text += if *specific { ")" } else { "; not more than busy functions do by chance)" };
            text
        }
        Evidence::Commits(commits) => commit_list("changed together in", commits, all),
        Evidence::ChangedIn(commits) => commit_list("changed in", commits, all),
        Evidence::SharedFile { path, functions } => {
            format!("they share `{}`, which {} reach", escape::line(path.as_str()), count(*functions, "function"))
        }
        Evidence::SharedLayer { name } => format!("they share the layer `{}`", escape::line(name)),
        Evidence::SharedStore { kind, key } => {
            format!("they share the {} `{}`", escape::line(kind), escape::line(key))
        }
        Evidence::SharedChannel { kind, key } => {
            format!("the {} `{}` joins them", escape::line(kind), escape::line(key))
        }
        Evidence::Invocation { from, to } => {
            format!("`{}` calls `{}`", escape::line(from.as_str()), escape::line(to.as_str()))
        }
        Evidence::Import { location, path } => {
            format!("`{}` is imported at {}", escape::line(path.as_str()), prose::place(location))
        }
        Evidence::Clone { lines, copies, longest } => {
            let place = |fragment: &Fragment| format!("{} to {}", prose::place(&fragment.location), fragment.last_line);
            let (a, b) = (place(&longest.a), place(&longest.b));
            match copies {
                1 => format!("{lines} lines of {a} are a copy of {b}"),
                _ => format!("they hold {copies} copies, {lines} lines in all; the longest is {a}, and {b}"),
            }
        }
        Evidence::ContractChanges { path, together, of } => format!(
            "the contract `{}` changed with them in {together} of its {}",
            escape::line(path.as_str()),
            count(*of as usize, "change")
        ),
        Evidence::Churn { path, changesets, functions, deployments } => format!(
            "`{}`, which {} run, changed in {}: {}",
            escape::line(path.as_str()),
            count(*functions, "function"),
            count(*changesets as usize, "changeset"),
            count(*deployments as usize, "deployment")
        ),
        Evidence::Independence { single, of, share, upper } => {
            format!("{single} of {of} changesets edit exactly one of them ({share:.2}, at most {upper:.2})")
        }
        Evidence::Owned { function, by } => {
            let owners: Vec<_> = by.owners.iter().map(|owner| format!("`{}`", escape::line(owner))).collect();
            let section = by.section.as_ref().map(|section| format!(" in section `{}`", escape::line(section)));
            let most = if by.share < 1.0 {
                format!(", with {:.0} % of its own code", by.share * 100.0)
            } else {
                String::new()
            };
            format!(
                "`{}` is owned by {}{}, says {}{most}",
                escape::line(function.as_str()),
                owners.join(" or "),
                section.unwrap_or_default(),
                prose::place(&by.location),
            )
        }
        Evidence::ChangedBy { function, people, of } => {
            let person = |person: &Contributor| {
                format!("{} ({:.0} %)", escape::cut(&person.name, NAME_COLUMNS), person.share * 100.0)
            };
            let most: Vec<_> = people.iter().map(person).collect();
            let by = match of {
                1 => "by one person".to_owned(),
                of => format!("by {of} people"),
            };
            let function = escape::line(function.as_str());
            format!("`{function}` was changed {by}, mostly by {}", most.join(", "))
        }
        Evidence::Hidden => "nothing in code or manifests explains it".to_owned(),
        Evidence::Note(text) => escape::line(text).into_owned(),
    }
}

/// The evidence that is shown beside the notes of a finding. The rule's own notes sum the evidence up; commits they
/// cannot.
pub(crate) fn beside_notes(finding: &Finding, all: bool) -> impl Iterator<Item = &Evidence> {
    let every = all || finding.notes.is_empty();
    finding.evidence.iter().filter(move |piece| every || matches!(piece, Evidence::Commits(_) | Evidence::ChangedIn(_)))
}

/// All that is said of a finding beside its one sentence: the related places, the notes, the evidence, what to do, and why
/// the level is what it is. Each is harmless; a list of commits has several lines.
pub(crate) fn details(finding: &Finding, all: bool) -> Vec<String> {
    let place = |label: &Label| format!("{}: {}", prose::place(&label.location), escape::line(&label.message));
    let mut lines: Vec<String> = finding.related.iter().map(place).collect();
    lines.extend(finding.notes.iter().map(|note| escape::line(note).into_owned()));
    lines.extend(beside_notes(finding, all).map(|piece| in_words(piece, all)));
    lines.extend(finding.help.iter().map(|help| format!("help: {}", escape::line(help))));
    lines.push(escape::line(&finding.level_origin).into_owned());
    lines.retain(|line| !line.is_empty());
    lines
}

fn commit_list(head: &str, commits: &[CommitRef], all: bool) -> String {
    let shown = if all { commits.len() } else { COMMITS_SHOWN };
    let mut text = head.to_owned();
    for commit in commits.iter().take(shown) {
        text += "\n  ";
        text += &commit_line(commit);
    }
    if commits.len() > shown {
        text += &format!("\n  and {} more", commits.len() - shown);
    }
    text
}

/// `9f31c2a1b0 2026-10-02 "rename invoiceId"`; of several repositories, followed by which, and by what it is joined with.
pub(crate) fn commit_line(commit: &CommitRef) -> String {
    let subject = escape::cut(&commit.subject, SUBJECT_COLUMNS);
    let line = format!("{} {} \"{subject}\"", commit.id.short(), date(commit.time));
    let place = commit.repository.as_ref().filter(|name| !name.is_empty());
    let place = place.map_or_else(String::new, |name| format!(" in `{}`", escape::line(name)));
    let joined = commit.joined.as_ref().map_or_else(String::new, |joined| joined_with(joined, commit));
    line + &place + &joined
}

/// `, joined by the ticket SHOP-12 with 8e74ab7889 in `billing``.
fn joined_with(joined: &Joined, commit: &CommitRef) -> String {
    let others: Vec<&JoinedCommit> = joined
        .commits
        .iter()
        .rev()
        .filter(|other| other.id != commit.id || commit.repository.as_ref() != Some(&other.repository))
        .collect();
    let name = |other: &&JoinedCommit| match other.repository.is_empty() {
        true => other.id.short(),
        false => format!("{} in `{}`", other.id.short(), escape::line(&other.repository)),
    };
    let mut named: Vec<String> = others.iter().take(JOINED_SHOWN).map(name).collect();
    if others.len() > JOINED_SHOWN {
        named.push(format!("{} more", others.len() - JOINED_SHOWN));
    }
    format!(", joined by the {} {} with {}", joined.by, escape::cut(&joined.key, SUBJECT_COLUMNS), named.join(", "))
}

/// A commit in JSON.
#[derive(Serialize)]
pub(crate) struct CommitEntry<'a> {
    id: String,
    time: String,
    subject: &'a str,
    author: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined: Option<JoinedEntry<'a>>,
}

/// What a changeset of several repositories is joined of.
#[derive(Serialize)]
struct JoinedEntry<'a> {
    by: JoinedBy,
    key: &'a str,
    commits: Vec<JoinedCommitEntry<'a>>,
}

#[derive(Serialize)]
struct JoinedCommitEntry<'a> {
    repository: &'a str,
    id: String,
    time: String,
    subject: &'a str,
    author: &'a str,
}

impl<'a> From<&'a Joined> for JoinedEntry<'a> {
    fn from(joined: &'a Joined) -> Self {
        let commit = |commit: &'a JoinedCommit| JoinedCommitEntry {
            repository: &commit.repository,
            id: commit.id.to_string(),
            time: prose::instant(commit.time),
            subject: &commit.subject,
            author: &commit.author,
        };
        Self { by: joined.by, key: &joined.key, commits: joined.commits.iter().map(commit).collect() }
    }
}

impl<'a> From<&'a CommitRef> for CommitEntry<'a> {
    fn from(commit: &'a CommitRef) -> Self {
        Self {
            id: commit.id.to_string(),
            time: prose::instant(commit.time),
            subject: &commit.subject,
            author: &commit.author,
            repository: commit.repository.as_deref().filter(|name| !name.is_empty()),
            joined: commit.joined.as_ref().map(Into::into),
        }
    }
}

/// A passage in JSON.
#[derive(Serialize)]
pub(crate) struct FragmentEntry<'a> {
    function: &'a str,
    #[serde(flatten)]
    place: json::Place<'a>,
    last_line: u32,
}

impl<'a> From<&'a Fragment> for FragmentEntry<'a> {
    fn from(fragment: &'a Fragment) -> Self {
        Self { function: fragment.function.as_str(), place: (&fragment.location).into(), last_line: fragment.last_line }
    }
}

/// What a line of a file of code owners says, in JSON.
#[derive(Serialize)]
pub(crate) struct OwnersEntry<'a> {
    owners: &'a [String],
    section: Option<&'a str>,
    #[serde(flatten)]
    place: json::Place<'a>,
    #[serde(serialize_with = "json::share")]
    share: f64,
}

impl<'a> From<&'a StatedOwners> for OwnersEntry<'a> {
    fn from(stated: &'a StatedOwners) -> Self {
        Self {
            owners: &stated.owners,
            section: stated.section.as_deref(),
            place: (&stated.location).into(),
            share: stated.share,
        }
    }
}

/// A person who changes a function, in JSON.
#[derive(Serialize)]
pub(crate) struct PersonEntry<'a> {
    name: &'a str,
    changes: usize,
    #[serde(serialize_with = "json::share")]
    share: f64,
}

impl<'a> From<&'a Contributor> for PersonEntry<'a> {
    fn from(person: &'a Contributor) -> Self {
        Self { name: &person.name, changes: person.changesets.len(), share: person.share }
    }
}

/// Evidence in JSON: an object whose `type` says what else it holds.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum EvidenceEntry<'a> {
    CoChange {
        from: &'a str,
        to: &'a str,
        own: u32,
        shared: u32,
        of: u32,
        #[serde(serialize_with = "json::share")]
        strength: f64,
        #[serde(serialize_with = "json::share")]
        lower: f64,
        specific: bool,
        between: Option<[String; 2]>,
    },
    Commits {
        commits: Vec<CommitEntry<'a>>,
    },
    SharedFile {
        path: &'a str,
        functions: usize,
    },
    SharedLayer {
        name: &'a str,
    },
    SharedStore {
        kind: &'a str,
        key: &'a str,
    },
    SharedChannel {
        kind: &'a str,
        key: &'a str,
    },
    Invocation {
        from: &'a str,
        to: &'a str,
    },
    Import {
        at: json::Place<'a>,
        path: &'a str,
    },
    Clone {
        lines: u32,
        copies: u32,
        kind: &'static str,
        a: FragmentEntry<'a>,
        b: FragmentEntry<'a>,
    },
    ContractChanges {
        path: &'a str,
        together: u32,
        of: u32,
    },
    Churn {
        path: &'a str,
        changesets: u32,
        functions: usize,
        deployments: u32,
    },
    Independence {
        single: u32,
        of: u32,
        #[serde(serialize_with = "json::share")]
        share: f64,
        #[serde(serialize_with = "json::share")]
        upper: f64,
    },
    Owned {
        function: &'a str,
        #[serde(flatten)]
        by: OwnersEntry<'a>,
    },
    ChangedBy {
        function: &'a str,
        people: Vec<PersonEntry<'a>>,
        of: usize,
    },
    Hidden,
    Note {
        text: &'a str,
    },
}

impl<'a> From<&'a Evidence> for EvidenceEntry<'a> {
    fn from(evidence: &'a Evidence) -> Self {
        let days = |(first, last): (Timestamp, Timestamp)| [prose::instant(first), prose::instant(last)];
        match evidence {
            Evidence::CoChange { from, to, own, shared, of, strength, lower, specific, between } => Self::CoChange {
                from: from.as_str(),
                to: to.as_str(),
                own: *own,
                shared: *shared,
                of: *of,
                strength: *strength,
                lower: *lower,
                specific: *specific,
                between: between.map(days),
            },
            Evidence::Commits(commits) | Evidence::ChangedIn(commits) => {
                Self::Commits { commits: commits.iter().map(Into::into).collect() }
            }
            Evidence::SharedFile { path, functions } => Self::SharedFile { path: path.as_str(), functions: *functions },
            Evidence::SharedLayer { name } => Self::SharedLayer { name },
            Evidence::SharedStore { kind, key } => Self::SharedStore { kind, key },
            Evidence::SharedChannel { kind, key } => Self::SharedChannel { kind, key },
            Evidence::Invocation { from, to } => Self::Invocation { from: from.as_str(), to: to.as_str() },
            Evidence::Import { location, path } => Self::Import { at: location.into(), path: path.as_str() },
            Evidence::Clone { lines, copies, longest } => Self::Clone {
                lines: *lines,
                copies: *copies,
                kind: longest.kind.as_str(),
                a: (&longest.a).into(),
                b: (&longest.b).into(),
            },
            Evidence::ContractChanges { path, together, of } => {
                Self::ContractChanges { path: path.as_str(), together: *together, of: *of }
            }
            Evidence::Churn { path, changesets, functions, deployments } => Self::Churn {
                path: path.as_str(),
                changesets: *changesets,
                functions: *functions,
                deployments: *deployments,
            },
            Evidence::Independence { single, of, share, upper } => {
                Self::Independence { single: *single, of: *of, share: *share, upper: *upper }
            }
            Evidence::Owned { function, by } => Self::Owned { function: function.as_str(), by: (&**by).into() },
            Evidence::ChangedBy { function, people, of } => Self::ChangedBy {
                function: function.as_str(),
                people: people.iter().map(Into::into).collect(),
                of: *of,
            },
            Evidence::Hidden => Self::Hidden,
            Evidence::Note(text) => Self::Note { text },
        }
    }
}
