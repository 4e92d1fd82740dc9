//! Models: the past of a main branch as a file, for jobs that have the change and not the history.

use std::sync::Arc;

use lockstep_config::Config;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::RepoPath;

use crate::{Incomplete, Options, Past, PastError, PastFacts, Progress, Project, analyse};

/// The name of the folder that was looked at, beside those of settings.
const PATH: &str = "PATH";

/// A model, ready to be written.
pub struct Model {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it says of itself.
    pub facts: PastFacts,
    /// What was left out of it.
    pub problems: Vec<Problem>,
}

/// The model of `project`: its history up to HEAD, and what its versions say to the functions of today.
///
/// # Errors
/// If the history is not whole: a model that is poorer than it looks would mislead all who use it.
pub fn model(
    project: &mut Project,
    config: &Config,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Model, Vec<Incomplete>> {
    // What other runs kept would make a model depend on them.
    let past = project.past.insert(Arc::new(Past::default())).clone();
    let report = analyse(project, config, options, progress);
    if !report.incomplete.is_empty() {
        return Err(report.incomplete);
    }
    let changesets = report.graph.changesets().kept;
    let bytes = past
        .to_bytes(changesets, settings(project, config))
        .map_err(|why| vec![Incomplete::of_model(format!("the model cannot be written: {why}"), "")])?;
    let facts = Past::facts_of(&bytes).map_err(|why| vec![Incomplete::of_model(why.to_string(), "")])?;
    Ok(Model { bytes, facts, problems: report.problems })
}

impl Project {
    /// Takes the history from the model in `bytes`, of the file `name`. What does not fit is told in the problems of the
    /// project; if the model cannot be used, every run on the project is incomplete, and says why.
    pub fn use_model(&mut self, name: &str, bytes: Result<Vec<u8>, String>, config: &Config) {
        let read = bytes.and_then(|bytes| Past::from_bytes(&bytes).map_err(|error: PastError| error.to_string()));
        match read {
            Ok((facts, past)) => {
                let differing = differing(&facts.settings, &settings(self, config));
                self.problems.extend((!differing.is_empty()).then(|| unlike(&differing)));
                self.past = Some(past.into());
                self.model_time = facts.head_time;
            }
            Err(why) => {
                self.without_model =
                    Some(Incomplete::of_model(format!("the model `{name}` cannot be used: {why}"), name))
            }
        }
    }
}

/// What decides which versions of files are compared when a model is written, by the names of the settings.
fn settings(project: &Project, config: &Config) -> Vec<(String, String)> {
    let functions = config.functions.iter().flat_map(|table| &table.paths).cloned().collect::<Vec<_>>();
    let compared = config.history.change_kinds.unwrap_or(true);
    [
        (PATH, project.scope.as_str().to_owned()),
        ("contracts", config.contracts.texts().join("\n")),
        ("exclude", config.exclude.texts().join("\n")),
        ("units", config.units.join("\n")),
        ("[[function]]", functions.join("\n")),
        ("history.change-kinds", compared.to_string()),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}

/// The names of the settings of a model that are not as they are here.
fn differing(one: &[(String, String)], other: &[(String, String)]) -> Vec<String> {
    let value =
        |of: &[(String, String)], name: &str| of.iter().find(|(own, _)| own == name).map(|(_, text)| text.clone());
    let mut names: Vec<&String> = one.iter().chain(other).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    // What was written of the whole repository knows its parts.
    let covers = |name: &str| {
        let [one, other] = [one, other].map(|of| value(of, name).map(|text| RepoPath::from_git(text.as_bytes())));
        name == PATH && one.zip(other).is_some_and(|(one, other)| other.starts_with(&one))
    };
    let differs = |name: &&String| value(one, name) != value(other, name) && !covers(name);
    names.into_iter().filter(differs).cloned().collect()
}

fn unlike(names: &[String]) -> Problem {
    let message = format!(
        "the model was written with other settings ({}): where they lead to files that it does not know, changes count by \
         their paths, and for all that reach the file",
        names.join(", ")
    );
    Problem::general(ProblemKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_differ_are_named() {
        let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let one = of(&[("units", ""), ("exclude", "a"), ("gone", "x")]);
        assert_eq!(differing(&one, &of(&[("units", "b"), ("exclude", "a")])), ["gone", "units"]);
        assert!(differing(&one, &one).is_empty());
        let (all, part) = (of(&[(PATH, "")]), of(&[(PATH, "orders")]));
        assert_eq!((differing(&all, &part).len(), differing(&part, &all).len()), (0, 1));
    }
}
