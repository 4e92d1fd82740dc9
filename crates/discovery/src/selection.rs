//! [`Selection`]: which manifests count. Build output and vendored copies never do; samples and test data do only in
//! a repository that is made of them.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};

use crate::{Options, platform::Declared};

/// Folders that tools write: what is in them is a copy.
const BUILT: [&str; 6] = ["node_modules", ".aws-sam", ".serverless", "cdk.out", "vendor", ".terraform"];

/// The folder that `cdk synth` writes to.
const SYNTHESIZED: &str = "cdk.out";

/// The platform whose programs are synthesized.
const CDK: &str = "aws-cdk";

/// Folders whose manifests show or test something. A repository may consist of nothing else.
const SAMPLES: [&str; 9] =
    ["test", "tests", "__tests__", "fixtures", "__fixtures__", "e2e", "example", "examples", "templates"];

/// Where people keep real templates of CloudFormation: no sign of a sample there.
const TEMPLATES: &str = "templates";

/// The choice that configuration and folder names make.
pub(crate) struct Selection {
    exclude: GlobSet,
}

/// Manifests that do not count, by reason.
#[derive(Default)]
pub(crate) struct LeftOut {
    excluded: BTreeSet<RepoPath>,
    built: BTreeSet<RepoPath>,
    samples: BTreeSet<RepoPath>,
    /// Written by a tool, and all that is known of the functions in them: they count.
    synthesized: BTreeSet<RepoPath>,
}

impl Selection {
    pub(crate) fn new(options: &Options, problems: &mut Vec<Problem>) -> Self {
        Self { exclude: globs(&options.exclude, None, problems) }
    }

    /// Those that count, and what does not.
    pub(crate) fn select(&self, declared: Vec<Declared>, files: &FileSet) -> (Vec<Declared>, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut count = Vec::with_capacity(declared.len());
        let mut samples = Vec::new();
        let apps: BTreeSet<RepoPath> = declared
            .iter()
            .filter(|function| function.declaration.platform == CDK)
            .map(|function| function.declaration.location.path.clone())
            .collect();
        for function in declared {
            let path = &function.declaration.location.path;
            if function.declaration.platform == crate::platforms::lockstep::NAME {
                // What the user names by hand counts wherever it is; only `exclude` is stronger.
                let subject = crate::platforms::lockstep::subject(&function);
                if !subject.is_some_and(|subject| self.exclude.is_match(subject.as_str())) {
                    count.push(function);
                }
            } else if self.exclude.is_match(path.as_str()) {
                left_out.excluded.insert(path.clone());
            } else if is_synthesized_alone(path, &apps, files) {
                left_out.synthesized.insert(path.clone());
                count.push(function);
            } else if has_part(path, &BUILT) {
                left_out.built.insert(path.clone());
            } else if is_sample(&function) {
                samples.push(function);
            } else {
                count.push(function);
            }
        }
        if count.is_empty() {
            count = samples;
        } else {
            left_out.samples.extend(samples.into_iter().map(|function| function.declaration.location.path));
        }
        (count, left_out)
    }
}

/// `patterns` as one matcher in which `*` stops at a slash; patterns that are none are problems.
pub(crate) fn globs(patterns: &[String], place: Option<&Location>, problems: &mut Vec<Problem>) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        match glob(pattern) {
            Ok(glob) => drop(builder.add(glob)),
            Err(error) => problems.push(Problem {
                kind: ProblemKind::Configuration,
                location: place.cloned(),
                message: format!("`{pattern}` is no glob: {}", error.kind()),
            }),
        }
    }
    builder.build().unwrap_or_else(|_| GlobSet::empty())
}

/// One glob; a bare folder name or a trailing slash stands for all that is in the folder.
fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    let pattern = pattern.trim_start_matches("./");
    let whole = pattern.strip_suffix('/').map_or_else(|| pattern.to_owned(), |folder| format!("{folder}/**"));
    globset::GlobBuilder::new(&whole).literal_separator(true).build()
}

fn has_part(path: &RepoPath, names: &[&str]) -> bool {
    path.parent().is_some_and(|folder| folder.components().any(|part| names.contains(&part)))
}

/// True for a template that the CDK wrote and somebody committed, where no function of the app that it comes from was read:
/// an app in a language that is not read, say. What lies deeper is an asset or a stage.
fn is_synthesized_alone(path: &RepoPath, apps: &BTreeSet<RepoPath>, files: &FileSet) -> bool {
    let Some(out) = path.parent().filter(|folder| folder.file_name() == SYNTHESIZED) else { return false };
    let app = out.parent().unwrap_or_else(RepoPath::root);
    let is_app = app.join("cdk.json").is_ok_and(|path| files.is_file(&path));
    let is_read = apps.iter().any(|path| path.starts_with(&app));
    is_app && !is_read && path.as_str().ends_with(".template.json") && !has_part(&out, &BUILT)
}

fn is_sample(declared: &Declared) -> bool {
    let real_templates = matches!(declared.declaration.platform, "aws-sam" | "cloudformation");
    declared.declaration.location.path.parent().is_some_and(|folder| {
        folder.components().any(|part| SAMPLES.contains(&part) && !(real_templates && part == TEMPLATES))
    })
}

impl LeftOut {
    /// True for a manifest that does not count, or lies where none does.
    pub(crate) fn covers(&self, path: &RepoPath) -> bool {
        (has_part(path, &BUILT) && !self.synthesized.contains(path))
            || self.excluded.contains(path)
            || self.samples.contains(path)
            || (!self.samples.is_empty() && has_part(path, &SAMPLES[..8]))
    }

    /// Says how many were left out, once for each reason. What the user excluded needs no words.
    pub(crate) fn report(&self, problems: &mut Vec<Problem>) {
        let reasons = [
            (&self.built, "folders that tools write (`node_modules`, `.aws-sam`, `cdk.out`, `vendor` and the like)"),
            (&self.samples, "folders for tests and examples, and other manifests lie outside of such folders"),
        ];
        for (paths, reason) in reasons {
            let Some(first) = paths.first() else { continue };
            let lie =
                if paths.len() == 1 { "1 manifest is left out: it lies" } else { "manifests are left out: they lie" };
            let count = if paths.len() == 1 { String::new() } else { format!("{} ", paths.len()) };
            problems.push(Problem::at(
                ProblemKind::Unsupported,
                Location::whole_file(first.clone()),
                format!("{count}{lie} in {reason}"),
            ));
        }
    }
}
