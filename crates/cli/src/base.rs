//! What a change is told from: `--base REF`, `--base auto` and `--staged`, and what continuous integration says of
//! itself in its environment. Variables are read, nothing is run.

use std::{ffi::OsString, fs, path::PathBuf};

use lockstep_linter::Against;
use serde_json::Value;

/// The commit that no commit has: what GitHub gives as "before" where a branch is new.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Variables that name the branch a change is meant for, and who sets them.
const BRANCHES: [&str; 8] = [
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "CODEBUILD_WEBHOOK_BASE_REF",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CHANGE_TARGET",
    "DRONE_TARGET_BRANCH",
];

/// What a branch comes from where nobody says so.
const MAIN_BRANCHES: [&str; 5] =
    ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "main", "master"];

/// Where variables come from.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The change that is asked for; none if none is.
pub fn against(base: Option<&str>, staged: bool, environment: Environment<'_>) -> Option<Against> {
    if staged {
        let bases = MAIN_BRANCHES.map(str::to_owned).to_vec();
        return Some(Against::Head { index: index(environment), bases, merged: merged(std::env::vars_os()) });
    }
    match base? {
        "auto" => Some(Against::Base(automatic(environment))),
        named => Some(Against::Base(vec![named.to_owned(), format!("refs/remotes/origin/{named}")])),
    }
}

/// The index that git hands to a hook: of `git commit -a` and `git commit PATH` it is another than the repository's.
/// A relative one is meant from the folder in which the hook runs, which is where this process is.
fn index(environment: Environment<'_>) -> Option<PathBuf> {
    environment("GIT_INDEX_FILE").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// What `git merge` joins to `HEAD`: it tells the hook that runs before the commit by the names of variables
/// (`GITHEAD_` and the commit), and writes it down only afterwards.
fn merged(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<String> {
    let commit = |(name, _): (OsString, OsString)| Some(name.to_str()?.strip_prefix("GITHEAD_")?.to_owned());
    let mut commits: Vec<String> = variables.filter_map(commit).collect();
    commits.sort_unstable();
    commits
}

/// The base that the system which runs this names, else the main branch.
///
/// What is named is all that is tried: a base that was not fetched is an error with a command that mends it, and not
/// another base.
fn automatic(environment: Environment<'_>) -> Vec<String> {
    let set = |name: &str| {
        let value = environment(name)?.into_string().ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    if let Some(commit) = set("CI_MERGE_REQUEST_DIFF_BASE_SHA") {
        return vec![commit];
    }
    if let Some(branch) = BRANCHES.iter().find_map(|name| set(name)) {
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(&branch);
        let named = format!("refs/remotes/origin/{branch}");
        return std::iter::once(named).chain(before_merge(&set)).collect();
    }
    if let Some(commit) = set("PRE_COMMIT_FROM_REF").or_else(|| of_event(&set)) {
        return vec![commit];
    }
    MAIN_BRANCHES.map(str::to_owned).to_vec()
}

/// What GitHub checks out of a pull request is the merge of it into its base: two commits deep, the base is there by this
/// name and by no other.
fn before_merge(set: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let merge = set("GITHUB_REF")?;
    (merge.starts_with("refs/pull/") && merge.ends_with("/merge"))
        .then(|| set("GITHUB_SHA"))
        .flatten()
        .map(|sha| format!("{sha}^1"))
}

/// What GitHub writes about a push or a merge queue.
fn of_event(set: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let place = match set("GITHUB_EVENT_NAME")?.as_str() {
        "push" => "/before",
        "merge_group" => "/merge_group/base_sha",
        _ => return None,
    };
    let event: Value = serde_json::from_str(&fs::read_to_string(set("GITHUB_EVENT_PATH")?).ok()?).ok()?;
    let commit = event.pointer(place)?.as_str()?.to_owned();
    (commit != NO_COMMIT).then_some(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(variables: &[(&str, &str)]) -> Vec<String> {
        let environment =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(*value));
        match against(Some("auto"), false, &environment) {
            Some(Against::Base(revs)) => revs,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_system_names_its_base() {
        let main = "refs/remotes/origin/main";
        let cases: [(&[(&str, &str)], &str); 8] = [
            (&[("GITHUB_BASE_REF", "main")], main),
            (&[("GITHUB_BASE_REF", ""), ("CHANGE_TARGET", "main")], main),
            (&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", "abc"), ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")], "abc"),
            (&[("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")], main),
            (&[("BITBUCKET_PR_DESTINATION_BRANCH", "main")], main),
            (&[("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")], main),
            (&[("CODEBUILD_WEBHOOK_BASE_REF", "refs/heads/main")], main),
            (&[("PRE_COMMIT_FROM_REF", "abc")], "abc"),
        ];
        for (variables, expected) in cases {
            assert_eq!(base(variables), [expected], "{variables:?}");
        }
        assert_eq!(base(&[])[0], "refs/remotes/origin/HEAD");
        let merge = [("GITHUB_BASE_REF", "main"), ("GITHUB_REF", "refs/pull/7/merge"), ("GITHUB_SHA", "abc")];
        assert_eq!(base(&merge), [main, "abc^1"]);
    }

    #[test]
    fn events_of_github_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        let path = path.to_str().unwrap();
        let of = |name: &str, text: &str| {
            fs::write(path, text).unwrap();
            base(&[("GITHUB_EVENT_NAME", name), ("GITHUB_EVENT_PATH", path)])
        };
        assert_eq!(of("push", r#"{"before": "abc"}"#), ["abc"]);
        assert_eq!(of("merge_group", r#"{"merge_group": {"base_sha": "abd"}}"#), ["abd"]);
        for (name, text) in [("push", format!("{{\"before\": \"{NO_COMMIT}\"}}")), ("push", "[".into())] {
            assert_eq!(of(name, &text).len(), 5, "{text}");
        }
    }

    #[test]
    fn a_merge_names_what_it_joins() {
        let variables = ["GITHEAD_abd", "HOME", "GITHEAD_abc"].map(|name| (name.into(), OsString::from("side")));
        assert_eq!(merged(variables.into_iter()), ["abc", "abd"]);
    }

    #[test]
    fn hooks_bring_their_index() {
        let environment = |name: &str| (name == "GIT_INDEX_FILE").then(|| OsString::from(".git/index.lock"));
        let index = Some(PathBuf::from(".git/index.lock"));
        assert!(matches!(against(None, true, &environment), Some(Against::Head { index: own, .. }) if own == index));
        assert_eq!(against(None, false, &environment), None);
    }
}
