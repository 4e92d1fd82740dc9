//! Whether what is staged can have brought or taken away a finding that is not about the change itself. Where it cannot, what
//! was there before is what is there now, and the state before need not be judged: that is nearly a whole second run, after
//! every commit.
//!
//! It cannot where both states have the same history, the same names of files, and the same to say of everything that a
//! stage looks at. So every staged change must be an edit of a file
//! - that discovery did not read, and that answers what it was asked as before ([`Seen`]), or from which the same was found as
//!   before, wherever it stands ([`found`]): the functions, the services, the channels and stores are the same, and what is
//!   wrong with manifests;
//! - in a language that is followed, of which the same can be said but for places in the text ([`code`]), and which following
//!   did not look at besides: what functions reach is the same, and whose parts of files changed;
//! - that is no contract, no baseline, and changed before in the history: it brings no name that the measure does not know;
//! - without comments that accept findings.
//!
//! Prose that no function reaches and nobody looked at is as good. In doubt nothing is told, and the state before is judged.
//!
//! Why each rule says the same then:
//! - `follower`, `lockstep`, `shotgun-surgery`, `unstable-contract`, `unstable-shared-code`: by the history, which holds no
//!   change that is not made yet, by what functions reach, whose parts changed, and priors. A prior holds how alike the words
//!   of the functions' own code are. It is the one thing that may differ, and is taken as it is now: words that were staged
//!   bring no finding.
//! - `function-imports-function`, `shared-artifact`, `shared-data-store`, `shared-entry-file`, `shared-implementation`,
//!   `unresolved-handler`: by the functions and what they reach.
//! - `invocation-cycle`, `synchronous-invocation`: by these and the calls in the code, which are of what is compared.
//! - `invalid-manifest`: by what discovery read.
//! - `missing-co-change`: about the change, so it is not asked.
//! - `duplicated-code`, by the tokens of the code, and `divided-ownership`, by how many lines of it whose are: these may differ.
//!   Both find groups, so if one of them found anything, and a function reaches an edited file, nothing is told.
//! - `nanoservice`, `oversized-function`: by the lines of one function. If one of them found something of a function that reaches
//!   an edited file, nothing is told.
//! - `stale-baseline`, `unused-suppression`: by what became of the findings of all others, and by whether there is a change. If
//!   one of them found anything, nothing is told.

mod code;
mod found;

use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

use lockstep_codegraph::language_of;
use lockstep_config::{BaselineFile, Config, allow_comments};
use lockstep_history::Edit;
use lockstep_model::{Closure, CommitId, FileSet, FileType, FunctionId, PathId, RepoPath, is_contract_by_name};

use crate::{
    ChangeAsked, Project, Report, change, discover, discovery_options, earlier, rules,
    traces::{Before, Seen},
};

/// More files are not compared one by one.
const MOST: usize = 50;
/// Rules that find groups by what is not compared: see the top of the file.
const OF_GROUPS: [&str; 2] = ["divided-ownership", "duplicated-code"];
/// Rules that look at one function and how large it is.
const OF_ONE: [&str; 2] = ["nanoservice", "oversized-function"];

/// True if what is staged cannot have brought or taken away any finding of `report` that is not about the change itself. The
/// configuration must be that of both states.
pub(crate) fn brings_nothing(project: &Project, config: &Config, report: &Report) -> bool {
    told(project, config, report).is_some()
}

/// What the stages looked at.
struct Looks<'r> {
    found: &'r Seen,
    followed: &'r Seen,
    /// Whether the same was found in the state before.
    finds_the_same: &'r dyn Fn() -> bool,
}

/// True if discovery found before the `edits` what it found now. The configuration must be that of both states.
fn finds_the_same(project: &Project, config: &Config, before: CommitId, edits: &[Edit], report: &Report) -> bool {
    let manifests = edits.iter().filter(|edit| report.found.manifests.contains(&edit.path));
    let edited: Option<Vec<found::Edited<'_>>> = manifests
        .map(|edit| {
            let (before, now) = (text_before(project, edit)?, project.files.text(&edit.path).ok()?);
            Some(found::Edited { path: &edit.path, before, now })
        })
        .collect();
    let then = || {
        let text = |edit: &Edit| Some((edit.path.clone(), (edit.before, text_before(project, edit)?)));
        let held: Before = edits.iter().map(text).collect::<Option<_>>()?;
        project.traces.as_ref()?.discovered_before(&project.files, &discovery_options(config), &held)
    };
    let anew = || {
        let before = project.at(before);
        let (_, then) = discover(&before, config);
        before.problems.is_empty().then_some(then?.result)
    };
    let same = || {
        let now = &report.found.origin.as_ref()?.result;
        Some(found::is_the_same(&then().or_else(anew)?, now, &edited?))
    };
    same() == Some(true)
}

/// What an edited file held before, as the stages would read it.
fn text_before(project: &Project, edit: &Edit) -> Option<Arc<str>> {
    let before = change::text(project, edit.before)?;
    FileSet::from_texts([(edit.path.as_str(), before.as_str())]).text(&edit.path).ok()
}

/// None if it cannot be told.
fn told(project: &Project, config: &Config, report: &Report) -> Option<()> {
    let change = project.change.as_ref().filter(|change| ChangeAsked::is_staged(change))?.found.as_ref().ok()?;
    let before = change.before?;
    let edits = change.edits().filter(|edits| edits.len() <= MOST)?;
    let origin = report.found.origin.as_ref()?;
    let found_before = OnceCell::new();
    let looks = Looks {
        found: &origin.seen,
        followed: report.seen.as_ref()?,
        finds_the_same: &|| *found_before.get_or_init(|| finds_the_same(project, config, before, &edits, report)),
    };
    let plain = config.units.is_empty() && project.members.is_empty() && earlier::is_whole(project);
    let neutral = plain
        && are_in_history(&edits, report)
        && !are_linked(&edits, &project.files)
        && edits.iter().all(|edit| is_neutral(edit, project, config, report, &looks).is_some())
        && !rules_look_at(&edits, report);
    neutral.then_some(())
}

/// None unless both states have the same to say of the file, for all that is compared.
fn is_neutral(edit: &Edit, project: &Project, config: &Config, report: &Report, looks: &Looks<'_>) -> Option<()> {
    let path = &edit.path;
    let named = is_contract_by_name(path.as_str())
        || config.contracts.contains(path)
        || matches!(&config.baseline.file, BaselineFile::Named(baseline) if baseline == path);
    if named {
        return None;
    }
    let is_manifest = report.found.manifests.contains(path);
    let before = text_before(project, edit)?;
    let after = project.files.text(path).ok()?;
    let rules = rules();
    let accepts = |text: &str| !allow_comments(path, text, &rules).is_empty();
    let same = match language_of(path) {
        Some(language) => code::says_the_same(language, path, &before, &after),
        None => path.extension() == Some("md") && !is_manifest && !reach(&report.code.closures, path),
    };
    let passed_over = || {
        looks.followed.passes_over(path, &before)
            && (!is_manifest && looks.found.passes_over(path, &before) || (looks.finds_the_same)())
    };
    (!accepts(&before) && !accepts(&after) && same && passed_over()).then_some(())
}

/// True if all of them are of files that changed before.
fn are_in_history(edits: &[Edit], report: &Report) -> bool {
    let mut open: BTreeSet<PathId> = BTreeSet::new();
    for (_, changeset) in report.history.pending() {
        open.extend(changeset.changes.iter().map(|change| change.path));
    }
    let edited: BTreeSet<&RepoPath> = edits.iter().map(|edit| &edit.path).collect();
    open.retain(|path| edited.contains(report.history.path(*path)));
    let made = report.history.changesets.iter().filter(|changeset| !changeset.kind.is_pending());
    made.flat_map(|changeset| &changeset.changes).for_each(|change| _ = open.remove(&change.path));
    open.is_empty()
}

/// True if a link leads to one of them, or to a folder around it: it may have been looked at by another name.
fn are_linked(edits: &[Edit], files: &FileSet) -> bool {
    let leads = |target: &RepoPath| edits.iter().any(|edit| edit.path.starts_with(target));
    files.entries().any(|(_, entry)| match &entry.file_type {
        FileType::Link(target) => leads(target),
        FileType::File | FileType::LinkOutside(_) => false,
    })
}

/// True if a rule that looks at more than is compared found something that may have to do with the files.
fn rules_look_at(edits: &[Edit], report: &Report) -> bool {
    let reaching = report.code.closures.iter().filter(|closure| edits.iter().any(|edit| reaches(closure, &edit.path)));
    let reaching: BTreeSet<&FunctionId> = reaching.map(|closure| &closure.function).collect();
    report.findings.iter().any(|finding| {
        let name = finding.rule.name;
        let last = lockstep_rules::find(name).is_none_or(|rule| rule.last);
        let of_groups = OF_GROUPS.contains(&name) && !reaching.is_empty();
        let of_one = OF_ONE.contains(&name) && finding.functions.iter().any(|id| reaching.contains(id));
        last || of_groups || of_one
    })
}

fn reach(closures: &[Closure], path: &RepoPath) -> bool {
    closures.iter().any(|closure| reaches(closure, path))
}

fn reaches(closure: &Closure, path: &RepoPath) -> bool {
    closure.files.iter().any(|file| file.path == *path)
}
