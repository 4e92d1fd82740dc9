//! `invalid-manifest`: a manifest that cannot be read. One finding per file.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Group, Label, Level, Problem, ProblemKind, RuleMeta};
use lockstep_model::{Location, RepoPath};
use serde_json::{Map, Value};

use crate::{Draft, Rule, Sink, View};

/// The rule.
pub(crate) struct InvalidManifest;

impl Rule for InvalidManifest {
    const META: RuleMeta = RuleMeta {
        name: "invalid-manifest",
        group: Group::Meta,
        default_level: Level::Warn,
        summary: "a manifest that cannot be read: its functions are missing",
        since: "0.1.0",
        page: include_str!("invalid_manifest.md"),
    };
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        let mut by_file: BTreeMap<RepoPath, Vec<Label>> = BTreeMap::new();
        for problem in view.problems().iter().filter(|problem| problem.kind == ProblemKind::InvalidManifest) {
            let label = label(problem);
            by_file.entry(label.location.path.clone()).or_default().push(label);
        }
        for (path, mut labels) in by_file {
            labels.sort_by(|x, y| x.location.cmp(&y.location).then_with(|| x.message.cmp(&y.message)));
            labels.dedup();
            let primary = labels.remove(0);
            let mut draft = Draft::new(format!("the manifest `{path}` cannot be read: {}", primary.message), primary);
            draft.subjects = vec![path.to_string()];
            draft.related = labels;
            draft.notes = vec!["the functions that it declares are missing from this report".to_owned()];
            draft.help =
                vec!["correct it; if it is no manifest, or broken on purpose, allow this rule for it".to_owned()];
            sink.say(draft);
        }
    }
}

fn label(problem: &Problem) -> Label {
    let location = problem.location.clone().unwrap_or_else(|| Location::whole_file(RepoPath::root()));
    Label { location, message: problem.message.clone() }
}
