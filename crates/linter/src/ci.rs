//! [`Ci`]: the system that runs this, as far as its environment tells, and how it is made to bring a whole history.

/// A system that builds and checks.
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
    /// CircleCI.
    Circle,
    /// Jenkins.
    Jenkins,
    /// AWS CodeBuild.
    CodeBuild,
    /// Buildkite.
    Buildkite,
    /// Woodpecker.
    Woodpecker,
    /// Drone.
    Drone,
    /// Travis CI.
    Travis,
}

/// Each system with a variable that it sets and no other does, or with one and the value that it alone gives to it, and what
/// brings it a whole history. Woodpecker comes before Drone: it is a fork, whose older versions set variables of Drone as well.
const SYSTEMS: [(Ci, &str, &str); 11] = [
    (Ci::GitHub, "GITHUB_ACTIONS", "GitHub Actions: on actions/checkout set `fetch-depth: 0` and `filter: blob:none`"),
    (Ci::GitLab, "GITLAB_CI", "GitLab: set `GIT_DEPTH: 0` among the variables of the job"),
    (Ci::Bitbucket, "BITBUCKET_BUILD_NUMBER", "Bitbucket: set `clone: { depth: full }` on the step"),
    (Ci::Azure, "TF_BUILD", "Azure Pipelines: set `fetchDepth: 0` on the `checkout` step"),
    (Ci::Circle, "CIRCLECI", "CircleCI: use `- checkout: { method: full }`"),
    (Ci::Buildkite, "BUILDKITE", "Buildkite: take `--depth` out of `BUILDKITE_GIT_CLONE_FLAGS`"),
    (Ci::CodeBuild, "CODEBUILD_BUILD_ID", "CodeBuild: set `gitCloneDepth` of the source to 0"),
    (
        Ci::Woodpecker,
        "CI=woodpecker",
        "Woodpecker: in the `clone` section set `partial: false` and `depth: 0` among the settings of woodpeckerci/plugin-git",
    ),
    (Ci::Drone, "DRONE", "Drone: take `depth` out of the `clone` section"),
    (Ci::Travis, "TRAVIS", "Travis: set `git: { depth: false }`"),
    (Ci::Jenkins, "JENKINS_URL", "Jenkins: in the job's Git settings, take out `Shallow clone` (`CloneOption`)"),
];

impl Ci {
    /// The system that the variables of an environment tell of, if one does.
    pub fn of(variable: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let tells = |told_by: &str| match told_by.split_once('=') {
            Some((name, value)) => variable(name).is_some_and(|set| set == value),
            None => variable(told_by).is_some_and(|set| !set.is_empty()),
        };
        SYSTEMS.iter().find(|(_, told_by, _)| tells(told_by)).map(|(system, ..)| *system)
    }

    /// What makes it bring a whole history, as a line for people.
    pub(crate) fn whole_history(self) -> &'static str {
        SYSTEMS.iter().find(|(system, ..)| *system == self).map_or("", |(.., line)| line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_told_by_their_variables() {
        for (system, told_by, line) in SYSTEMS {
            let (known, value) = told_by.split_once('=').unwrap_or((told_by, "true"));
            assert_eq!(Ci::of(&|name| (name == known).then(|| value.to_owned())), Some(system));
            assert_eq!(system.whole_history(), line);
        }
        assert_eq!(Ci::of(&|_| None), None);
        assert_eq!(Ci::of(&|_| Some(String::new())), None);
        assert_eq!(Ci::of(&|name| (name == "CI").then(|| "true".to_owned())), None);
    }

    #[test]
    fn a_fork_is_not_taken_for_what_it_comes_from() {
        let old = |name: &str| match name {
            "CI" => Some("woodpecker".to_owned()),
            "DRONE" => Some("true".to_owned()),
            _ => None,
        };
        assert_eq!(Ci::of(&old), Some(Ci::Woodpecker));
    }
}
