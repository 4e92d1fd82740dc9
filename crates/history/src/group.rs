//! What a changeset says of itself: the title of the pull request that a merge brought in, and the branch it came from.
//!
//! A changeset is a commit of the main line. A merge stands for all that it brought to its first parent; a squashed
//! pull request is an ordinary commit already. A pull (`Merge branch 'main' of …` pushed to `main`) turns the line
//! round: its first parent is what the puller had done alone, and what everybody else did meanwhile arrives as one
//! merge. Such merges are kept as they are; the size of what they touch sets most of them aside later.

/// What the message of a merge tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words<'a> {
    /// The line to show to people.
    pub(crate) subject: String,
    /// The branch that was merged, without the name of its owner.
    pub(crate) branch: Option<&'a str>,
}

/// Reads the message of a merge.
pub(crate) fn words(message: &str) -> Words<'_> {
    let first = first_line(message);
    github(message, first)
        .or_else(|| bitbucket(message, first))
        .or_else(|| gitlab(message, first))
        .unwrap_or_else(|| Words { subject: first.to_owned(), branch: quoted_branch(first) })
}

fn first_line(message: &str) -> &str {
    message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
}

/// The first line of the body that says something.
fn title(message: &str) -> Option<&str> {
    message.trim_start().lines().skip(1).map(str::trim).find(|line| !line.is_empty())
}

fn titled(message: &str, first: &str, mark: char, number: &str) -> String {
    title(message).map_or_else(|| first.to_owned(), |title| format!("{title} ({mark}{number})"))
}

/// The digits at the beginning of `text`, and what follows them.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `Merge pull request #12 from owner/branch`, the title in the body.
fn github<'a>(message: &str, first: &'a str) -> Option<Words<'a>> {
    let (number, rest) = number(first.strip_prefix("Merge pull request #")?)?;
    let branch = rest.strip_prefix(" from ").map(|from| from.split_once('/').map_or(from, |(_, branch)| branch));
    Some(Words { subject: titled(message, first, '#', number), branch })
}

/// `Merged in branch (pull request #12)`, the title in the body.
fn bitbucket<'a>(message: &str, first: &'a str) -> Option<Words<'a>> {
    let (branch, rest) = first.strip_prefix("Merged in ")?.split_once(" (pull request #")?;
    let (number, _) = number(rest)?;
    Some(Words { subject: titled(message, first, '#', number), branch: Some(branch) })
}

/// `Merge branch 'x' into 'main'`, the title in the body, and `See merge request group/project!12` at its end.
fn gitlab<'a>(message: &str, first: &'a str) -> Option<Words<'a>> {
    let branch = quoted_branch(first)?;
    let request = message.lines().find_map(|line| line.trim().strip_prefix("See merge request "))?;
    let (number, _) = number(request.rsplit_once('!')?.1)?;
    let title = title(message).filter(|title| !title.starts_with("See merge request "))?;
    Some(Words { subject: format!("{title} (!{number})"), branch: Some(branch) })
}

/// The branch of `Merge branch 'x'…` and `Merge remote-tracking branch 'origin/x'…`.
fn quoted_branch(first: &str) -> Option<&str> {
    let rest = first.strip_prefix("Merge remote-tracking branch '").or_else(|| first.strip_prefix("Merge branch '"))?;
    let (branch, _) = rest.split_once('\'')?;
    Some(branch.strip_prefix("origin/").unwrap_or(branch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_are_called_by_the_title_of_what_they_merge() {
        let cases: [(&str, &str, Option<&str>); 10] = [
            (
                "Merge pull request #12 from ana/fix/totals\n\nFix totals\n\nLong.",
                "Fix totals (#12)",
                Some("fix/totals"),
            ),
            ("Merge pull request #12 from ana/fix", "Merge pull request #12 from ana/fix", Some("fix")),
            ("Merge pull request #12 from ana/fix\n\n\n", "Merge pull request #12 from ana/fix", Some("fix")),
            ("Merged in fix (pull request #7)\n\nFix totals\n\n* a", "Fix totals (#7)", Some("fix")),
            ("Merge branch 'fix' into 'main'\n\nFix totals\n\nSee merge request a/b!3", "Fix totals (!3)", Some("fix")),
            (
                "Merge branch 'fix' into 'main'\n\nSee merge request a/b!3",
                "Merge branch 'fix' into 'main'",
                Some("fix"),
            ),
            ("Merge branch 'main' of https://x.org/y", "Merge branch 'main' of https://x.org/y", Some("main")),
            ("Merge remote-tracking branch 'origin/dev'", "Merge remote-tracking branch 'origin/dev'", Some("dev")),
            ("Fix totals (#12)\n\n* one\n* two", "Fix totals (#12)", None),
            ("", "", None),
        ];
        for (message, subject, branch) in cases {
            assert_eq!(words(message), Words { subject: subject.into(), branch }, "{message}");
        }
    }
}
