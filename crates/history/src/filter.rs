//! Which changesets were written by programs.

use lockstep_model::Author;

/// Names of programs that write commits, as they stand in names and addresses of authors. Lower case.
const BOTS: &[&str] = &[
    "[bot]",
    "dependabot",
    "renovate",
    "snyk",
    "greenkeeper",
    "github-actions",
    "github actions",
    "semantic-release",
    "release-please",
    "scala-steward",
    "scala steward",
    "mergify",
    "allcontributors",
    "imgbot",
    "whitesource",
    "mend-bolt",
    "pyup",
    "depfu",
    "pre-commit-ci",
    "autofix-ci",
    "mergequeue",
    "gitlab-bot",
    "continuous integration",
];

/// Beginnings of branches that programs push. Lower case.
const BRANCHES: &[&str] = &[
    "dependabot/",
    "dependabot-",
    "renovate/",
    "renovate-",
    "snyk-",
    "snyk/",
    "greenkeeper/",
    "greenkeeper-",
    "depfu/",
    "pyup/",
    "pyup-",
    "whitesource-remediate/",
    "whitesource/",
    "imgbot",
    "allcontributors/",
    "all-contributors/",
    "release-please--",
    "pre-commit-ci-",
];

/// True if `author` is a program.
pub(crate) fn is_bot(author: &Author) -> bool {
    let name = author.name.to_lowercase();
    let email = author.email.to_lowercase();
    let local = email.split('@').next().unwrap_or("");
    // The domain is left out: people who work at a company that makes such a program are people.
    let known = |text: &str| BOTS.iter().any(|bot| text.contains(bot));
    known(&name) || known(local) || is_called_bot(&name) || is_called_bot(local)
}

/// `deploy bot` and `project_1_bot` are programs; `Jan Bot` is a person of the Netherlands.
fn is_called_bot(name: &str) -> bool {
    const MACHINES: &[&str] = &["deploy", "release", "ci", "build", "merge", "lint", "format", "update", "version"];
    let last_word_before =
        |rest: &str| rest.rsplit([' ', '-', '_']).next().is_some_and(|word| MACHINES.contains(&word));
    name.ends_with("-bot") || name.ends_with("_bot") || name.strip_suffix(" bot").is_some_and(last_word_before)
}

/// True if only programs push to branches of this name.
pub(crate) fn is_bot_branch(branch: &str) -> bool {
    let branch = branch.to_lowercase();
    match branch.strip_prefix("update/") {
        // Scala Steward's `update/circe-core-0.14.2`: people have branches under `update/` too, but seldom ones that end in a version.
        Some(rest) => rest
            .rsplit_once('-')
            .is_some_and(|(_, version)| version.contains('.') && version.starts_with(|c: char| c.is_ascii_digit())),
        None => BRANCHES.iter().any(|start| branch.starts_with(start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_people() {
        let cases = [
            ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", true),
            ("Renovate Bot", "bot@renovateapp.com", true),
            ("renovate", "29139614+renovate@users.noreply.github.com", true),
            ("snyk-bot", "snyk-bot@snyk.io", true),
            ("greenkeeper[bot]", "greenkeeper[bot]@users.noreply.github.com", true),
            ("GitHub Actions", "actions@github.com", true),
            ("github-actions", "41898282+github-actions[bot]@users.noreply.github.com", true),
            ("semantic-release-bot", "semantic-release-bot@martynus.net", true),
            ("Scala Steward", "43047562+scala-steward@users.noreply.github.com", true),
            ("Deploy Bot", "deploy@example.org", true),
            ("project_1_bot", "project_1_bot@noreply.gitlab.com", true),
            ("theguardian.com continuous integration", "guardian-ci@users.noreply.github.com", true),
            ("Ana Talbot", "ana.talbot@example.org", false),
            ("Jan Bot", "jan@example.nl", false),
            ("Ana", "ana@snyk.io", false),
            ("Ana Release", "ana@example.org", false),
            ("", "", false),
        ];
        for (name, email, expected) in cases {
            let author = Author { name: name.into(), email: email.into() };
            assert_eq!(is_bot(&author), expected, "{name} <{email}>");
        }
    }

    #[test]
    fn branches_of_programs_are_told_from_those_of_people() {
        let cases = [
            ("dependabot/npm_and_yarn/handler/lodash-4.17.21", true),
            ("renovate/aws-sdk", true),
            ("snyk-fix-1234", true),
            ("snyk-upgrade-1234", true),
            ("greenkeeper/initial", true),
            ("update/circe-core-0.14.2", true),
            ("update/totals", false),
            ("update/go-live", false),
            ("feature/dependabot/x", false),
            ("fix-renovated-prices", false),
            ("main", false),
        ];
        for (branch, expected) in cases {
            assert_eq!(is_bot_branch(branch), expected, "{branch}");
        }
    }
}
