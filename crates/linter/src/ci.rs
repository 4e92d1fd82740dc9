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
    /// Drone, and Woodpecker.
    Drone,
    /// Travis CI.
    Travis,
}

/// Each system with a variable that it sets and no other does, and what brings it a whole history.
const SYSTEMS: [(Ci, &str, &str); 10] = [
    (Ci::GitHub, "GITHUB_ACTIONS", "GitHub Actions: on actions/checkout set `fetch-depth: 0` and `filter: blob:none`"),
    (Ci::GitLab, "GITLAB_CI", "GitLab: set `GIT_DEPTH: 0` among the variables of the job"),
    (Ci::Bitbucket, "BITBUCKET_BUILD_NUMBER", "Bitbucket: set `clone: { depth: full }` on the step"),
    (Ci::Azure, "TF_BUILD", "Azure Pipelines: set `fetchDepth: 0` on the `checkout` step"),
    (Ci::Circle, "CIRCLECI", "CircleCI: use `- checkout: { method: full }`"),
    (Ci::Buildkite, "BUILDKITE", "Buildkite: take `--depth` out of `BUILDKITE_GIT_CLONE_FLAGS`"),
    (Ci::CodeBuild, "CODEBUILD_BUILD_ID", "CodeBuild: set `gitCloneDepth` of the source to 0"),
    (Ci::Drone, "DRONE", "Drone: take `depth` out of the `clone` section"),
    (Ci::Travis, "TRAVIS", "Travis: set `git: { depth: false }`"),
    (Ci::Jenkins, "JENKINS_URL", "Jenkins: in the job's Git settings, take out `Shallow clone` (`CloneOption`)"),
];

impl Ci {
    /// The system that the variables of `environment` tell of, if one does.
    pub fn of(is_set: &dyn Fn(&str) -> bool) -> Option<Self> {
        SYSTEMS.iter().find(|(_, variable, _)| is_set(variable)).map(|(system, ..)| *system)
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
        for (system, variable, line) in SYSTEMS {
            assert_eq!(Ci::of(&|name| name == variable), Some(system));
            assert_eq!(system.whole_history(), line);
        }
        assert_eq!(Ci::of(&|_| false), None);
    }
}
