//! Files that a platform looked into for declarations and that are no text, named so that nobody takes what they may
//! declare for checked.

use std::collections::BTreeSet;

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};

/// Names of manifests, without their endings. Other files of data are read only to see whether they are manifests, and
/// data that is no text is none.
const MANIFESTS: [&str; 17] = [
    "Pulumi",
    "Pulumi.template",
    "app",
    "config",
    "firebase",
    "func",
    "function",
    "host",
    "manifest",
    "netlify",
    "nitric",
    "project",
    "serverless",
    "spin",
    "stack",
    "template",
    "wrangler",
];

/// Endings of programs and of files that are never anything but manifests.
const SOURCES: [&str; 13] = ["cjs", "cs", "cts", "go", "java", "js", "jsx", "mjs", "mts", "py", "tf", "tofu", "ts"];

/// One problem for each file that `counts`, was asked for and could not be had, and of which nothing is said yet.
pub(crate) fn report(files: &FileSet, counts: impl Fn(&RepoPath) -> bool, problems: &mut Vec<Problem>) {
    let named: BTreeSet<RepoPath> =
        problems.iter().filter_map(|problem| Some(problem.location.as_ref()?.path.clone())).collect();
    let unread = files.unreadable().filter(|(path, _)| may_declare(path) && counts(path) && !named.contains(*path));
    problems.extend(unread.map(|(path, error)| {
        let message = format!("functions that this file declares are not known: {error}");
        Problem::at(ProblemKind::UnreadableFile, Location::whole_file(path.clone()), message)
    }));
}

fn may_declare(path: &RepoPath) -> bool {
    let source = path.extension().is_some_and(|extension| SOURCES.contains(&extension));
    source
        || path.as_str().ends_with(".tf.json")
        || MANIFESTS.contains(&path.file_stem())
        || path.file_stem() == "zappa_settings"
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lockstep_model::{FileEntry, FileType, ReadError, Source};

    use super::*;

    struct Binary;

    impl Source for Binary {
        fn read(&self, _: &RepoPath) -> Result<Vec<u8>, ReadError> {
            Ok(vec![0])
        }
    }

    #[test]
    fn what_was_asked_for_and_may_declare_is_named_once() {
        let path = |name: &str| RepoPath::new(name).unwrap();
        let names = ["a/wrangler.toml", "b/data.json", "c/app.ts", "d/never-asked.ts", "e/said.py", "vendor/f.ts"];
        let entries = names.map(|name| (path(name), FileEntry::new(FileType::File, 1)));
        let files = FileSet::new(entries, Arc::new(Binary));
        for name in names.iter().filter(|name| !name.contains("never")) {
            assert!(files.text(&path(name)).is_err());
        }
        let said = Problem::at(ProblemKind::UnreadableFile, Location::whole_file(path("e/said.py")), "said".to_owned());
        let mut problems = vec![said];
        report(&files, |path| !path.as_str().starts_with("vendor"), &mut problems);
        let found: Vec<&str> = problems[1..].iter().map(|one| one.location.as_ref().unwrap().path.as_str()).collect();
        assert_eq!(found, ["a/wrangler.toml", "c/app.ts"]);
        assert!(problems[1].message.ends_with("the file is binary"), "{}", problems[1].message);
    }
}
