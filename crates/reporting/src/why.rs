//! What `why A B` shows: the case for two functions, as one would put it to the team that owns them. How often they
//! moved together, which commits prove it and with which files, and what speaks against it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use lockstep_diagnostics::{CommitRef, Evidence};
use lockstep_model::{FunctionId, RepoPath, Timestamp};
use serde::Serialize;

use crate::{
    Options, escape,
    evidence::{self, CommitEntry, EvidenceEntry},
    functions::write_safely,
    graph::{Direction, SumsView, Together},
    json::{self, SCHEMA_VERSION},
    prose::{self, count, date},
    style,
};

/// Commits shown unless all are asked for.
const SHOWN: usize = 10;

/// Files that both run shown, as what changed and as what joins, unless all are asked for.
const SHARED_SHOWN: usize = 5;

/// Files of one function shown under a commit unless all are asked for.
const FILES_SHOWN: usize = 3;

/// Counter-examples shown on each side.
const COUNTER_SHOWN: usize = 3;

/// All that is known of two functions.
#[derive(Clone, Debug, PartialEq)]
pub struct WhyView {
    /// One function.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// The time from which the age of changes is measured.
    pub as_of: Option<Timestamp>,
    /// Changesets that changed both.
    pub support: u32,
    /// The same, by what they edited.
    pub together: Together,
    /// The shared files behind [`Together::shared`], each with how many of those changesets changed it, most first.
    pub shared_changes: Vec<(RepoPath, u32)>,
    /// How often B changes when A does.
    pub a_to_b: Direction,
    /// How often A changes when B does.
    pub b_to_a: Direction,
    /// Joint changes that the repository's habits alone would give.
    pub expected: f64,
    /// How surprising the joint changes are, adjusted for the number of pairs.
    pub q: f64,
    /// True if the habits do not explain it.
    pub specific: bool,
    /// True if too little is known of one of them: its history is short, or its code cannot be told apart.
    pub unknown: bool,
    /// False if what joins them in code was not looked for: folders are taken for functions.
    pub followed: bool,
    /// What in code and manifests explains it.
    pub explained_by: Vec<Evidence>,
    /// The commits that changed both, newest first.
    pub commits: Vec<JointCommit>,
}

/// One of the two functions.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The function.
    pub id: FunctionId,
    /// Its service.
    pub service: String,
    /// Changesets that changed it.
    pub changes: u32,
    /// Changesets that touched it in any way, those that do not count included.
    pub touched: u32,
    /// The same by the kind of change that they were for it, in the order in which they are told.
    pub kinds: Vec<(&'static str, u32)>,
    /// The counter-examples: commits that changed it and not the other, newest first.
    pub alone: Vec<AloneCommit>,
}

/// A commit that changed one function and not the other.
#[derive(Clone, Debug, PartialEq)]
pub struct AloneCommit {
    /// The commit.
    pub commit: CommitRef,
    /// The kinds of change that it was for the other, none of which is an edit of its behaviour.
    pub other: Vec<&'static str>,
}

/// A commit that changed both functions.
#[derive(Clone, Debug, PartialEq)]
pub struct JointCommit {
    /// The commit.
    pub commit: CommitRef,
    /// Files of A only that it changed.
    pub a_files: Vec<RepoPath>,
    /// Files of B only that it changed.
    pub b_files: Vec<RepoPath>,
    /// Files of both that it changed.
    pub shared_files: Vec<RepoPath>,
    /// Functions that it changed in all.
    pub functions: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    as_of: Option<String>,
    a: SideEntry<'a>,
    b: SideEntry<'a>,
    support: u32,
    together: Together,
    shared_changes: Vec<SharedEntry<'a>>,
    a_to_b: Direction,
    b_to_a: Direction,
    #[serde(serialize_with = "json::probability")]
    expected: f64,
    #[serde(serialize_with = "json::probability")]
    q: f64,
    specific: bool,
    unknown: bool,
    explained_by: Vec<EvidenceEntry<'a>>,
    commits: Vec<JointEntry<'a>>,
}

#[derive(Serialize)]
struct SideEntry<'a> {
    id: &'a str,
    service: &'a str,
    changes: u32,
    touched: u32,
    kinds: BTreeMap<&'static str, u32>,
    alone: Vec<AloneEntry<'a>>,
}

#[derive(Serialize)]
struct AloneEntry<'a> {
    #[serde(flatten)]
    commit: CommitEntry<'a>,
    other: &'a [&'static str],
}

#[derive(Serialize)]
struct SharedEntry<'a> {
    path: &'a RepoPath,
    changesets: u32,
}

#[derive(Serialize)]
struct JointEntry<'a> {
    #[serde(flatten)]
    commit: CommitEntry<'a>,
    a_files: &'a [RepoPath],
    b_files: &'a [RepoPath],
    shared_files: &'a [RepoPath],
    functions: usize,
}

fn side(side: &Side) -> SideEntry<'_> {
    SideEntry {
        id: side.id.as_str(),
        service: &side.service,
        changes: side.changes,
        touched: side.touched,
        kinds: side.kinds.iter().copied().collect(),
        alone: side
            .alone
            .iter()
            .map(|alone| AloneEntry { commit: CommitEntry::from(&alone.commit), other: &alone.other })
            .collect(),
    }
}

/// Writes the document of `why A B --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &WhyView, out: &mut dyn io::Write) -> io::Result<()> {
    let commits = view.commits.iter().map(|joint| JointEntry {
        commit: CommitEntry::from(&joint.commit),
        a_files: &joint.a_files,
        b_files: &joint.b_files,
        shared_files: &joint.shared_files,
        functions: joint.functions,
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        as_of: view.as_of.map(prose::instant),
        a: side(&view.a),
        b: side(&view.b),
        support: view.support,
        together: view.together,
        shared_changes: view
            .shared_changes
            .iter()
            .map(|(path, changesets)| SharedEntry { path, changesets: *changesets })
            .collect(),
        a_to_b: view.a_to_b,
        b_to_a: view.b_to_a,
        expected: view.expected,
        q: view.q,
        specific: view.specific,
        unknown: view.unknown,
        explained_by: view.explained_by.iter().map(Into::into).collect(),
        commits: commits.collect(),
    };
    json::write(&document, out)
}

/// Writes the case in words.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(view: &WhyView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    headline(view, options, &mut text);
    strengths(view, &mut text);
    kinds(view, &mut text);
    let mut text = prose::wrap(&text, options.width, 4);
    explanation(view, options, &mut text);
    commits(view, options, &mut text);
    counter_examples(view, options, &mut text);
    write_safely(text, options, out)
}

fn name(side: &Side) -> String {
    format!("`{}`", escape::line(side.id.as_str()))
}

fn headline(view: &WhyView, options: &Options, text: &mut String) {
    let names = format!("{} and {}", name(&view.a), name(&view.b));
    *text += &style::paint(options.color, style::BOLD, &names);
    let (a, b) = (escape::line(&view.a.service), escape::line(&view.b.service));
    *text += &if a == b { format!(", both in service `{a}`\n") } else { format!(", services `{a}` and `{b}`\n") };
    if view.support == 0 {
        *text += "were never edited together\n";
    } else {
        *text += &format!("edited together {}", times(view.support));
        if let (Some(newest), Some(oldest)) = (view.commits.first(), view.commits.last()) {
            *text += &format!(" from {} to {}", date(oldest.commit.time), date(newest.commit.time));
            let authors: BTreeSet<_> = view.commits.iter().map(|joint| &joint.commit.author).collect();
            *text += &format!(", by {}", count(authors.len(), "author"));
        }
        text.push('\n');
    }
    if view.together.shared > 0 {
        *text += &format!("{} more, code changed that both reach", times(view.together.shared));
        let shown = if options.verbose { view.shared_changes.len() } else { SHARED_SHOWN };
        let files = view.shared_changes.iter().take(shown);
        let files: Vec<String> =
            files.map(|(path, changed)| format!("`{}` {}", escape::line(path.as_str()), times(*changed))).collect();
        *text += &match (files.is_empty(), view.shared_changes.len().saturating_sub(shown)) {
            (true, _) => "\n".to_owned(),
            (false, 0) => format!(": {}\n", files.join(", ")),
            (false, more) => format!(": {} and {more} other files (-v lists them)\n", files.join(", ")),
        };
    }
}

fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        number => format!("{number} times"),
    }
}

fn strengths(view: &WhyView, text: &mut String) {
    if view.unknown {
        *text += "\nToo little is known of them to judge: the figures below are no verdict.\n";
    }
    text.push('\n');
    for (from, to, direction) in [(&view.a, &view.b, view.a_to_b), (&view.b, &view.a, view.b_to_a)] {
        let changes = count(from.changes as usize, "change");
        *text += &format!("  {changes} of {}: {} of them changed {} as well", name(from), view.support, name(to));
        *text += &format!(" (strength {:.2}, at least {:.2}", direction.strength, direction.lower);
        *text += &format!("; contract changes aside {:.2})\n", direction.strength_free);
        *text += &arithmetic(&direction);
    }
    *text += &match (view.support, view.specific) {
        (0, _) => String::new(),
        (_, true) => format!(
            "  By chance alone one would expect {:.1}: this is more than busy functions and large changes explain.\n",
            view.expected
        ),
        (_, false) => format!(
            "  By chance alone one would expect {:.1}: busy functions and large changes may explain it.\n",
            view.expected
        ),
    };
}

/// `shared-behaviour` and `test` as people say it: "shared behaviour, test".
fn in_words(kinds: &[&'static str]) -> String {
    kinds.iter().map(|kind| kind.replace('-', " ")).collect::<Vec<_>>().join(", ")
}

/// What all the changesets were that touch each of the two.
fn kinds(view: &WhyView, text: &mut String) {
    for side in [&view.a, &view.b].into_iter().filter(|side| side.touched > 0) {
        let kinds = side.kinds.iter().map(|(kind, number)| format!("{number} {}", kind.replace('-', " ")));
        let kinds: Vec<_> = kinds.collect();
        let changesets = count(side.touched as usize, "changeset");
        *text += &format!("  Of {changesets} that touch {}: {}\n", name(side), kinds.join(", "));
    }
}

/// How a strength comes about, for those who check it.
fn arithmetic(direction: &Direction) -> String {
    let SumsView { joint, changes, a, b, .. } = direction.from;
    let sums = format!("({joint:.2} + {a:.2}) / ({changes:.2} + {a:.2} + {b:.2})");
    format!("    (J + a) / (k + a + b) = {sums} = {:.2}\n", direction.strength)
}

fn explanation(view: &WhyView, options: &Options, text: &mut String) {
    if view.support == 0 && view.explained_by.is_empty() {
        return;
    }
    *text += &format!("\n{}\n", style::paint(options.color, style::BOLD, "What joins them"));
    if view.explained_by.is_empty() {
        *text += match view.followed {
            true => "  nothing in code or manifests: the reason is in people's heads\n",
            false => "  not looked for: folders are taken for functions here\n",
        };
    }
    let is_file = |piece: &&Evidence| matches!(piece, Evidence::SharedFile { .. });
    let shown = if options.verbose { view.explained_by.len() } else { SHARED_SHOWN };
    let files = view.explained_by.iter().filter(is_file).take(shown);
    for piece in view.explained_by.iter().filter(|piece| !is_file(piece)).chain(files) {
        *text += &format!("  {}\n", evidence::in_words(piece, options.verbose).replace('\n', "\n  "));
    }
    let more = view.explained_by.iter().filter(is_file).count().saturating_sub(shown);
    if more > 0 {
        *text += &format!("  and {more} more files (-v lists them)\n");
    }
}

fn commits(view: &WhyView, options: &Options, text: &mut String) {
    if view.commits.is_empty() {
        return;
    }
    *text += &format!("\n{}\n", style::paint(options.color, style::BOLD, "Commits that changed both"));
    let shown = if options.verbose { view.commits.len() } else { SHOWN };
    for joint in view.commits.iter().take(shown) {
        let author = escape::cut(&joint.commit.author, 40);
        *text += &format!("  {} ({author})\n", evidence::commit_line(&joint.commit));
        let groups = [
            (name(&view.a), &joint.a_files),
            (name(&view.b), &joint.b_files),
            ("both".to_owned(), &joint.shared_files),
        ];
        for (whose, files) in groups.iter().filter(|(_, files)| !files.is_empty()) {
            *text += &format!("      {whose}: {}\n", file_list(files, options.verbose));
        }
    }
    if view.commits.len() > shown {
        *text += &format!("  and {} more (-v lists them)\n", view.commits.len() - shown);
    }
}

fn file_list(files: &[RepoPath], all: bool) -> String {
    let shown = if all { files.len() } else { FILES_SHOWN };
    let mut names: Vec<_> = files.iter().take(shown).map(|path| escape::line(path.as_str()).into_owned()).collect();
    if files.len() > shown {
        names.push(format!("and {} more", files.len() - shown));
    }
    names.join(", ")
}

fn counter_examples(view: &WhyView, options: &Options, text: &mut String) {
    for (side, other) in [(&view.a, &view.b), (&view.b, &view.a)] {
        let alone = side.changes.saturating_sub(view.support);
        let heading = format!("{} changed {} without {}", name(side), times(alone), name(other));
        if alone == 0 {
            if side.changes > 0 {
                *text += &format!("\n{} never changed without {}.\n", name(side), name(other));
            }
            continue;
        }
        *text += &format!("\n{}\n", style::paint(options.color, style::BOLD, &heading));
        let shown = if options.verbose { side.alone.len() } else { COUNTER_SHOWN };
        for alone in side.alone.iter().take(shown) {
            *text += &format!("  {}\n", evidence::commit_line(&alone.commit));
            if !alone.other.is_empty() {
                *text += &format!("      of {} only: {}\n", name(other), in_words(&alone.other));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn written(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_case_in_words() {
        insta::assert_snapshot!(written(|out| write_text(&testing::why(), &Options::default(), out)));
    }

    #[test]
    fn the_case_for_programs() {
        insta::assert_snapshot!(written(|out| write_json(&testing::why(), out)));
    }

    #[test]
    fn functions_that_never_met_say_so() {
        let mut view = testing::why();
        (view.support, view.together, view.commits) = (0, Together::default(), Vec::new());
        view.explained_by.clear();
        let text = written(|out| write_text(&view, &Options::default(), out));
        assert!(text.contains("were never edited together"), "{text}");
        assert!(!text.contains("What joins them"), "{text}");
    }
}
