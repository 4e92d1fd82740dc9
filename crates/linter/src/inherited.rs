//! What was there before a change: the findings of the state that the change begins from, so that those of the state after
//! it can be told apart into what the change brings and what it inherits.
//!
//! Both states are judged whole, with the same history and the same levels, and compared by identity. Comparing
//! lines instead would call a finding new because somebody edited beside it, and old because its other half moved. What was
//! before is not judged where it can be told that it is what is ([`neutral`]).

use lockstep_config::{Config, Levels, Place, look};
use lockstep_diagnostics::{Finding, Level, Problem, ProblemKind};
use lockstep_model::{BlobId, ChangesetKind, CommitId, RepoPath};

use crate::{
    ChangeAsked, Options, Project, Report, Silent, analyse_wanted,
    earlier::{Earlier, digest},
    gather, judge, known, neutral,
};

/// Tells the findings of `report` apart, if a change is looked at; what cannot be told is a problem of the report.
pub(crate) fn tell_apart(project: &Project, config: &Config, levels: &Levels, options: &Options, report: &mut Report) {
    let Some(Ok(change)) = project.change.as_ref().map(|change| &change.found) else { return };
    if report.incomplete.iter().any(|reason| !reason.accepted) {
        return;
    }
    let before = match change.before {
        // Nothing of what is there now can be told if nothing is to be said.
        Some(_) if report.findings.iter().all(|finding| finding.of_change || finding.level == Level::Allow) => None,
        // Nothing is staged: what was before is what is.
        Some(_) if change.is_empty() && project.change.as_ref().is_some_and(ChangeAsked::is_staged) => {
            Some(report.findings.iter().map(Earlier::from).collect())
        }
        // Nothing that findings are made from differs.
        Some(_)
            if as_before(project, project, config) == *config && neutral::brings_nothing(project, config, report) =>
        {
            Some(report.findings.iter().map(Earlier::from).collect())
        }
        Some(commit) => {
            report.problems.extend(unread(project, report));
            Some(earlier(project, config, levels, options, commit))
        }
        None => Some(Vec::new()),
    };
    subtract(&mut report.findings, before.as_deref());
}

/// The findings of `commit`, taken from an earlier run if they are kept.
fn earlier(project: &Project, config: &Config, levels: &Levels, options: &Options, commit: CommitId) -> Vec<Earlier> {
    let find = || {
        let before = project.at(commit);
        let config = &as_before(project, &before, config);
        let mut earlier = analyse_wanted(&before, config, options, gather::Wanted::default(), &Silent);
        // One that cannot be read then held nothing back.
        earlier.baseline = known::read(&before, config).ok().flatten();
        let findings = judge(&before, config, levels, &earlier).findings;
        findings.iter().map(Earlier::from).collect()
    };
    let place = looked_up(project).map(|place| place.path);
    let digest = digest(project, config, levels, options, (commit, place.as_ref()));
    let Some((traces, digest)) = project.traces.as_ref().zip(digest) else { return find() };
    traces.earlier(digest, find)
}

/// The configuration for the state before a change. What it says of levels, rules and history is that of today, so that
/// both states are judged alike; which functions it declares, which services, and which findings it accepts, is what it
/// said then, and nothing if there was none.
fn as_before(project: &Project, before: &Project, config: &Config) -> Config {
    let now = looked_up(project);
    if now.as_ref().map(|place| &place.path) != config.path.as_ref() {
        // The command line names another one, or none: that is the one of both states.
        return config.clone();
    }
    let then = looked_up(before).and_then(|place| {
        let text = before.files.text(&place.path).ok()?;
        lockstep_config::parse_at(&place, &text, &crate::rules()).ok()
    });
    let then = then.unwrap_or_default();
    Config { functions: then.functions, services: then.services, allows: then.allows, ..config.clone() }
}

/// The configuration that `project` has of itself.
fn looked_up(project: &Project) -> Option<Place> {
    let text_of = |path: &RepoPath| Some(project.files.text(path).ok()?.to_string());
    look(&project.scope, &|path| project.files.is_file(path), &text_of).taken
}

/// Holds back those of `findings` that are in `before`, but for those that are forbidden: nothing lowers these. Without it,
/// nothing is said of those that were there before.
fn subtract(findings: &mut [Finding], before: Option<&[Earlier]>) {
    for finding in findings {
        let had = |before: &[Earlier]| !finding.of_change && before.iter().any(|earlier| earlier.covers(finding));
        let had = before.map(had).or(finding.of_change.then_some(false));
        finding.standing.introduced = had.map(|had| !had);
        finding.standing.held_back = had == Some(true) && finding.level != Level::Forbid;
    }
}

/// What is to be said of files that cannot be read as they were before the change.
fn unread(project: &Project, report: &Report) -> Option<Problem> {
    let repository = project.repository.as_ref()?.lock().ok()?;
    let (_, change) = report.history.pending().find(|(_, changeset)| changeset.kind == ChangesetKind::Pending)?;
    let missing = |id: BlobId| id != BlobId::default() && repository.read_blob(id).is_err();
    let number = change.changes.iter().filter(|change| missing(change.before)).count();
    (number > 0).then(|| {
        let files = if number == 1 { "1 file".to_owned() } else { format!("{number} files") };
        let message = format!(
            "{files} of the change cannot be read as before it: findings that were there may be shown as new; \
             git fetch --refetch --no-filter brings them"
        );
        Problem::general(ProblemKind::History, message)
    })
}

#[cfg(test)]
mod tests {
    use lockstep_diagnostics::{BaselineState, Fingerprint, Label, Standing};
    use lockstep_model::{FunctionId, Location};

    use super::*;

    fn finding(functions: &[&str], subject: Option<&str>, weight: f64) -> Finding {
        let rule = crate::rules().into_iter().find(|rule| rule.name == "lockstep").unwrap();
        Finding {
            rule,
            level: Level::Warn,
            level_origin: String::new(),
            message: String::new(),
            functions: functions.iter().map(FunctionId::new).collect(),
            services: Vec::new(),
            primary: Label { location: Location::whole_file(RepoPath::root()), message: String::new() },
            related: Vec::new(),
            evidence: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fingerprint: Fingerprint::new("lockstep", functions.iter().copied().chain(subject)),
            baseline: BaselineState::New,
            subjects: subject.into_iter().map(str::to_owned).collect(),
            suppression: None,
            weight,
            of_change: false,
            standing: Standing::default(),
        }
    }

    fn earlier(findings: &[Finding]) -> Vec<Earlier> {
        findings.iter().map(Earlier::from).collect()
    }

    #[test]
    fn what_was_there_is_held_back_unless_it_is_worse() {
        let before = [finding(&["a", "b", "c"], None, 0.5), finding(&["d", "e", "f"], Some("api.yaml"), 0.5)];
        let cases = [
            (finding(&["a", "b", "c"], None, 0.6), true),
            (finding(&["a", "b", "c"], None, 0.61), false),
            (finding(&["a", "c"], None, 0.5), true),
            (finding(&["a", "b", "c", "d"], None, 0.5), false),
            (finding(&["d", "e", "f"], Some("api.yaml"), 0.5), true),
            (finding(&["d", "e"], Some("api.yaml"), 0.5), false),
            (finding(&["d", "e"], None, 0.5), false),
            (Finding { of_change: true, ..finding(&["a", "b", "c"], None, 0.5) }, false),
        ];
        for (mut finding, had) in cases {
            subtract(std::slice::from_mut(&mut finding), Some(&earlier(&before)));
            let standing = finding.standing;
            assert_eq!((standing.introduced, standing.held_back), (Some(!had), had), "{finding:?}");
        }
    }

    #[test]
    fn what_is_forbidden_is_not_held_back() {
        let forbidden = Finding { level: Level::Forbid, ..finding(&["a", "b"], None, 0.5) };
        let mut now = [forbidden.clone()];
        subtract(&mut now, Some(&earlier(&[forbidden])));
        assert_eq!((now[0].standing.introduced, now[0].standing.held_back), (Some(false), false));
    }

    #[test]
    fn what_was_silenced_was_not_there() {
        let silenced = Finding { level: Level::Allow, ..finding(&["a", "b"], None, 0.5) };
        let mut now = [finding(&["a", "b"], None, 0.5)];
        subtract(&mut now, Some(&earlier(&[silenced])));
        assert!(!now[0].standing.held_back);
        let known = Finding { baseline: BaselineState::Known, ..finding(&["a", "b"], None, 0.5) };
        subtract(&mut now, Some(&earlier(std::slice::from_ref(&known))));
        assert!(!now[0].standing.held_back);
        let mut still = [known.clone()];
        subtract(&mut still, Some(&earlier(&[known])));
        assert!(still[0].standing.held_back);
        subtract(&mut now, None);
        assert_eq!(now[0].standing, Standing::default());
    }
}
