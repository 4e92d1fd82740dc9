//! `shared-artifact`: functions that are deployed in one package. One finding per package.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Artifact, ArtifactKind};
use serde_json::{Map, Value};

use crate::{
    Draft, Rule, Sink, View,
    prose::{all_of, count, names},
    stages::are_stages,
    view::sorted,
};

/// The rule.
pub(crate) struct SharedArtifact;

/// Names in one sentence before "and 3 more".
const NAMES: usize = 3;
/// Declarations that are shown.
const SHOWN: usize = 4;

impl Rule for SharedArtifact {
    const META: RuleMeta = RuleMeta {
        name: "shared-artifact",
        group: Group::Deployment,
        default_level: Level::Allow,
        summary: "functions that come in one package and cannot be deployed apart",
        since: "0.1.0",
        page: include_str!("shared_artifact.md"),
    };
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        let mut artifacts: BTreeMap<&Artifact, Vec<usize>> = BTreeMap::new();
        for (number, function) in view.functions().iter().enumerate() {
            if let Some(artifact) = &function.artifact {
                artifacts.entry(artifact).or_default().push(number);
            }
        }
        for (artifact, functions) in artifacts {
            let one = view.all_declared_together(&functions) || are_stages(view, &functions);
            if functions.len() > 1 && !one {
                sink.say(finding(view, artifact, &functions));
            }
        }
    }
}

fn finding(view: &View<'_>, artifact: &Artifact, functions: &[usize]) -> Draft {
    let mut functions = functions.to_vec();
    functions.sort_by_key(|function| view.id(*function));
    let ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
    let what = package(artifact);
    let number = count(functions.len() as u32, "function");
    let message = format!("{} come in one package, {what}", names(&ids, NAMES));
    let label = |function: &usize| Label {
        location: view.functions()[*function].declared_at().clone(),
        message: format!("`{}` is deployed from it", view.id(*function)),
    };
    let mut labels: Vec<Label> = functions.iter().take(SHOWN).map(label).collect();
    let primary = labels.remove(0);
    let mut draft = Draft::new(message, primary).about(view, functions.iter().copied());
    draft.subjects = vec![format!("{} {}", artifact.kind.as_str(), artifact.name)];
    draft.related = labels;
    draft.weight = functions.len() as f64 / view.functions().len().max(1) as f64;
    let services = sorted(functions.iter().map(|function| view.service(*function)).collect());
    draft.evidence = vec![Evidence::Note(format!("{number} are packaged as {what}"))];
    draft.notes = vec![format!(
        "whatever changes in it, {} are deployed anew, and none is rolled back without the others",
        all_of(functions.len(), "function")
    )];
    if services.len() > 1 {
        draft.notes.push(format!("they are of {} services: {}", services.len(), names(&services, NAMES)));
    }
    draft.help = vec![match artifact.kind {
        ArtifactKind::Folder => {
            "give each a folder of its own, or let a bundler package each with what it imports".to_owned()
        }
        ArtifactKind::Archive => "let the build make an archive for each".to_owned(),
        ArtifactKind::Image => "build an image for each, with only its code in it".to_owned(),
    }];
    draft
        .help
        .push("or declare them one `[[service]]` in lockstep.toml if they are meant to be deployed as one".to_owned());
    draft
}

fn package(artifact: &Artifact) -> String {
    match artifact.kind {
        ArtifactKind::Folder if artifact.name.is_empty() || artifact.name == "." => "the whole repository".to_owned(),
        kind => format!("the {} `{}`", kind.as_str(), artifact.name),
    }
}
