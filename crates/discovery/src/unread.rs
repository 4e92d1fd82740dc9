//! Manifests of platforms that are not read yet, named so that nobody takes their functions for checked.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};

use crate::says;

/// A platform, and how its manifests are known.
struct Unread {
    platform: &'static str,
    /// By its path.
    named: fn(&RepoPath) -> bool,
    /// Any one of these stands in its text; none asked for if empty.
    says: &'static [&'static str],
}

const UNREAD: &[Unread] = &[
    Unread { platform: "Encore", named: |path| path.file_name() == "encore.app", says: &[] },
    Unread {
        platform: "Appwrite",
        named: |path| is_named(path, "appwrite", &["json"]) || is_named(path, "appwrite.config", &["json"]),
        says: &["\"functions\""],
    },
];

fn has_extension(path: &RepoPath, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.contains(&extension))
}

fn is_named(path: &RepoPath, stem: &str, extensions: &[&str]) -> bool {
    path.file_stem() == stem && has_extension(path, extensions)
}

/// One problem for each platform that has manifests among the files that count.
pub(crate) fn report(files: &FileSet, counts: impl Fn(&RepoPath) -> bool, problems: &mut Vec<Problem>) {
    report_all(UNREAD, files, counts, problems);
}

fn report_all(platforms: &[Unread], files: &FileSet, counts: impl Fn(&RepoPath) -> bool, problems: &mut Vec<Problem>) {
    for unread in platforms {
        let found: Vec<&RepoPath> = files
            .paths()
            .filter(|path| (unread.named)(path) && counts(path))
            .filter(|path| unread.says.is_empty() || says(files, path, unread.says))
            .collect();
        let Some(first) = found.first() else { continue };
        let files = if found.len() == 1 { "1 file".to_owned() } else { format!("{} files", found.len()) };
        problems.push(Problem::at(
            ProblemKind::Unsupported,
            Location::whole_file((*first).clone()),
            format!(
                "{} is not read yet: functions declared in {files} are not checked; name them in `[[function]]` tables of \
                 lockstep.toml",
                unread.platform,
            ),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_is_named_once() {
        let platforms = [
            Unread { platform: "One", named: |path| has_extension(path, &["one"]), says: &["function\"", "handler"] },
            Unread { platform: "Two", named: |path| is_named(path, "two", &["json"]), says: &[] },
        ];
        let files = FileSet::from_texts([
            ("a/main.one", "resource \"function\" {}"),
            ("b/main.one", "handler = 1"),
            ("c/main.one", "function_url"),
            ("d/two.json", ""),
            ("e/two.json", ""),
            ("two.toml", ""),
        ]);
        let mut problems = Vec::new();
        report_all(&platforms, &files, |path| path.as_str() != "d/two.json", &mut problems);
        let said: Vec<String> = problems
            .iter()
            .map(|problem| {
                let (told, _) = problem.message.split_once(';').unwrap();
                format!("{} {told}", problem.location.as_ref().unwrap().path)
            })
            .collect();
        assert_eq!(
            said,
            [
                "a/main.one One is not read yet: functions declared in 2 files are not checked",
                "e/two.json Two is not read yet: functions declared in 1 file are not checked",
            ]
        );
    }
}
