//! What the messages of changesets say that may join them with changesets of other repositories: the branch that a merge
//! names, and trailers. Read again from the commits, for those who look at several repositories: what is kept of a main
//! line holds subjects only.

use lockstep_model::CommitId;

use crate::{Repository, group};

/// What one message says besides its subject.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Marks {
    /// The branch that was merged, without the name of its owner.
    pub branch: Option<String>,
    /// The trailers that were asked for, as `Key: value`, in their order.
    pub trailers: Vec<String>,
}

impl Repository {
    /// What the message of `commit` says, with the trailers whose key is `wanted`; nothing if the commit is not in this
    /// clone.
    pub fn marks(&self, commit: CommitId, wanted: &dyn Fn(&str) -> bool) -> Marks {
        let Ok(commit) = self.commit(&commit.0) else { return Marks::default() };
        marks(&commit.message, commit.is_merge(), wanted)
    }
}

fn marks(message: &str, merge: bool, wanted: &dyn Fn(&str) -> bool) -> Marks {
    let branch = merge.then(|| group::words(message).branch).flatten().map(str::to_owned);
    // A message that holds what no text does has no trailers.
    let trailers = git2::message_trailers_strs(message).ok().map(|found| {
        let ours = found.iter().filter(|(key, value)| wanted(key) && !value.trim().is_empty());
        ours.map(|(key, value)| format!("{key}: {}", value.trim())).collect()
    });
    Marks { branch, trailers: trailers.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_branch_and_its_trailers() {
        let wanted = |key: &str| key.eq_ignore_ascii_case("change-id");
        let merge = marks("Merge pull request #12 from ana/shop-7-totals\n\nFix totals", true, &wanted);
        assert_eq!(merge.branch.as_deref(), Some("shop-7-totals"));
        let commit = marks("Fix totals\n\nWhy.\n\nChange-Id: I0f3a\nSigned-off-by: Ana <a@x.org>\n", false, &wanted);
        assert_eq!(commit, Marks { branch: None, trailers: vec!["Change-Id: I0f3a".to_owned()] });
        assert_eq!(marks("Fix\0totals\n\nChange-Id: x", false, &wanted).trailers, Vec::<String>::new());
    }
}
