//! What `init` finds in a repository: functions, history, the CI system, the framework of hooks.

use std::collections::BTreeMap;

use lockstep_linter::{Found, Project};
use lockstep_model::RepoPath;
use lockstep_reporting::count;

/// What was found.
pub struct Detected {
    /// How many functions there are, in how many services.
    pub functions: (usize, usize),
    /// How many functions each platform declares, most first.
    pub platforms: Vec<(&'static str, usize)>,
    /// What there is of history.
    pub history: Past,
    /// The CI system.
    pub ci: Option<Ci>,
    /// The framework of hooks.
    pub hooks: Option<Hooks>,
}

/// What there is of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// No repository, or no commits.
    None,
    /// A shallow clone.
    Shallow,
    /// All of it.
    Whole,
}

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ci {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
    /// Bitbucket Pipelines.
    Bitbucket,
    /// Azure Pipelines.
    Azure,
    /// AWS CodeBuild.
    CodeBuild,
    /// CircleCI.
    Circle,
    /// Buildkite.
    Buildkite,
    /// Jenkins.
    Jenkins,
    /// Drone.
    Drone,
}

/// A framework of hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    /// pre-commit, or prek.
    PreCommit,
    /// lefthook.
    Lefthook,
    /// husky.
    Husky,
    /// A hook of git's own, written by hand.
    Plain,
}

/// Files, from the root, by which CI systems are known; a name that ends in a slash stands for a folder of YAML files.
const CI: [(&str, Ci); 11] = [
    (".github/workflows/", Ci::GitHub),
    (".gitlab-ci.yml", Ci::GitLab),
    ("bitbucket-pipelines.yml", Ci::Bitbucket),
    ("azure-pipelines.yml", Ci::Azure),
    ("buildspec.yml", Ci::CodeBuild),
    (".circleci/config.yml", Ci::Circle),
    (".buildkite/", Ci::Buildkite),
    ("Jenkinsfile", Ci::Jenkins),
    (".drone.yml", Ci::Drone),
    (".azure-pipelines/", Ci::Azure),
    ("buildspec.yaml", Ci::CodeBuild),
];

/// Files by which frameworks of hooks are known.
const HOOKS: [(&str, Hooks); 9] = [
    (".pre-commit-config.yaml", Hooks::PreCommit),
    (".pre-commit-config.yml", Hooks::PreCommit),
    ("prek.toml", Hooks::PreCommit),
    ("lefthook.yml", Hooks::Lefthook),
    ("lefthook.yaml", Hooks::Lefthook),
    (".lefthook.yml", Hooks::Lefthook),
    ("lefthook.toml", Hooks::Lefthook),
    (".husky/pre-commit", Hooks::Husky),
    (".husky/", Hooks::Husky),
];

impl Ci {
    /// Its name.
    fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions",
            Self::GitLab => "GitLab CI",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Azure => "Azure Pipelines",
            Self::CodeBuild => "AWS CodeBuild",
            Self::Circle => "CircleCI",
            Self::Buildkite => "Buildkite",
            Self::Jenkins => "Jenkins",
            Self::Drone => "Drone",
        }
    }
}

impl Hooks {
    /// Its name.
    fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::Lefthook => "lefthook",
            Self::Husky => "husky",
            Self::Plain => "a pre-commit hook",
        }
    }
}

impl Detected {
    /// Looks at what was read.
    pub fn of(project: &Project, found: &Found) -> Self {
        let mut platforms: BTreeMap<&'static str, usize> = BTreeMap::new();
        for platform in found.functions.iter().flat_map(|function| function.platforms()) {
            *platforms.entry(platform).or_default() += 1;
        }
        let mut platforms: Vec<_> = platforms.into_iter().collect();
        platforms.sort_by_key(|(name, number)| (std::cmp::Reverse(*number), *name));
        Self {
            functions: (found.functions.len(), found.services.len()),
            platforms,
            history: past(project),
            ci: first(project, &CI),
            hooks: first(project, &HOOKS).or_else(|| plain_hook(project)),
        }
    }

    /// What was found, a line each.
    pub fn lines(&self) -> Vec<String> {
        let (functions, services) = self.functions;
        let platforms: Vec<String> = self.platforms.iter().map(|(name, number)| format!("{name} {number}")).collect();
        let declared = if platforms.is_empty() { String::new() } else { format!(" ({})", platforms.join(", ")) };
        let history = match self.history {
            Past::None => "no history: nothing can be said of what changes together",
            Past::Shallow => "a shallow clone: history is missing",
            Past::Whole => "the whole history",
        };
        let ci = self.ci.map_or("no CI system that is known", Ci::name);
        let hooks = self.hooks.map_or("no framework of hooks", Hooks::name);
        vec![
            format!("{} in {}{declared}", count(functions, "function"), count(services, "service")),
            history.to_owned(),
            format!("{ci}; {hooks}"),
        ]
    }
}

fn past(project: &Project) -> Past {
    let repository = project.repository.as_ref().and_then(|repository| repository.lock().ok());
    match repository.map(|repository| repository.state().history) {
        Some(history) if history.head.is_none() => Past::None,
        Some(history) if history.shallow => Past::Shallow,
        Some(_) => Past::Whole,
        None => Past::None,
    }
}

/// The hook that lies in git's own folder.
fn plain_hook(project: &Project) -> Option<Hooks> {
    let repository = project.repository.as_ref()?.lock().ok()?;
    repository.common_dir().join("hooks/pre-commit").is_file().then_some(Hooks::Plain)
}

/// The first of `known` that the project has.
fn first<T: Copy>(project: &Project, known: &[(&str, T)]) -> Option<T> {
    let there = |name: &str| match name.strip_suffix('/') {
        Some(folder) => {
            let folder = RepoPath::from_git(folder.as_bytes());
            project.files.paths().any(|path| path.parent().as_ref() == Some(&folder))
        }
        None => project.files.is_file(&RepoPath::from_git(name.as_bytes())),
    };
    known.iter().find(|(name, _)| there(name)).map(|(_, what)| *what)
}
