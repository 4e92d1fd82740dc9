//! `[[function]]` tables of `lockstep.toml`: functions that no manifest declares, by name or by glob.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{Declaration, FileSet, RepoPath};

use crate::{
    platform::{Build, CodeSource, Declared, HandlerStyle, Platform},
    selection::globs,
    table::FunctionTable,
};

/// As printed.
pub const NAME: &str = "lockstep";

/// Entry files by convention, likeliest first; each with the usual extensions of its language.
const USUAL: [(&str, &[&str]); 6] = [
    ("index", &["ts", "mts", "js", "mjs", "cjs", "tsx", "jsx"]),
    ("handler", &["ts", "mts", "js", "mjs", "cjs", "py", "rb"]),
    ("main", &["ts", "js", "mjs", "py", "go", "rs", "rb"]),
    ("app", &["ts", "js", "mjs", "py", "rb"]),
    ("lambda_function", &["py", "rb"]),
    ("function", &["ts", "js", "py"]),
];

/// The tables of the configuration.
pub struct Tables(pub Arc<[FunctionTable]>);

impl Platform for Tables {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("lockstep.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let mut taken = BTreeSet::new();
        for table in self.0.iter() {
            let found = matches(table, files, &mut all.problems);
            let single = found.len() == 1;
            for one in found {
                if taken.insert(one.path.clone()) {
                    all.value.push(one.declared(table, single, files));
                }
            }
        }
        all
    }
}

/// A file or folder that a table means.
struct Match {
    path: RepoPath,
    folder: bool,
    /// The part of the path that the glob leaves open.
    varying: String,
    /// The folder in which the fixed part of the glob ends.
    fixed: RepoPath,
}

fn matches(table: &FunctionTable, files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Match> {
    let mut all = Vec::new();
    for pattern in &table.paths {
        let pattern = pattern.trim_start_matches("./");
        let (glob, folder) = pattern.strip_suffix('/').map_or((pattern, false), |glob| (glob, true));
        let matcher = globs(&[glob.to_owned()], Some(&table.location), problems);
        if matcher.is_empty() {
            continue;
        }
        let candidates: BTreeSet<RepoPath> = if folder {
            files.paths().flat_map(|path| path.ancestors().skip(1).collect::<Vec<_>>()).collect()
        } else {
            files.paths().cloned().collect()
        };
        let before = all.len();
        for path in candidates.into_iter().filter(|path| !path.is_root() && matcher.is_match(path.as_str())) {
            let (varying, fixed) = varying(glob, &path);
            all.push(Match { path, folder, varying, fixed });
        }
        if all.len() == before {
            let what = if folder { "folder" } else { "file" };
            problems.push(Problem::at(
                ProblemKind::Configuration,
                table.location.clone(),
                format!("no {what} matches `{pattern}`"),
            ));
        }
    }
    all
}

/// What stands in `path` where `glob` has its first to its last wildcard, and the folder before it. A glob without
/// wildcards is named after its file, or after the folder of a file that is called as all entry files are.
fn varying(glob: &str, path: &RepoPath) -> (String, RepoPath) {
    let wild = |c: char| matches!(c, '*' | '?' | '[' | '{');
    let Some(first) = glob.find(wild) else {
        let usual = USUAL.iter().any(|(stem, _)| *stem == path.file_stem());
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        let name = if usual && !folder.is_root() { folder.file_name() } else { path.file_stem() };
        return (name.to_owned(), folder);
    };
    let start = glob[..first].rfind('/').map_or(0, |at| at + 1);
    let last = glob.rfind(|c: char| wild(c) || matches!(c, ']' | '}')).unwrap_or(first);
    let tail = &glob[last + 1..];
    let open = path.as_str().get(start..).unwrap_or_default();
    let open = open.strip_suffix(tail).unwrap_or(open).trim_matches('/');
    let open = if tail.is_empty() { without_extension(open) } else { open };
    let fixed = RepoPath::new(&glob[..start]).unwrap_or_else(|_| RepoPath::root());
    (open.replace('/', "-"), fixed)
}

fn without_extension(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    path[name..].rfind('.').filter(|at| *at > 0).map_or(path, |at| &path[..name + at])
}

impl Match {
    fn declared(self, table: &FunctionTable, single: bool, files: &FileSet) -> Declared {
        let name = match &table.name {
            Some(name) if single => name.clone(),
            Some(prefix) => format!("{prefix}{}", self.varying),
            None => self.varying.clone(),
        };
        let folder = if self.folder { self.path.clone() } else { self.path.parent().unwrap_or_else(RepoPath::root) };
        let chosen = table.code_root.as_deref().and_then(|root| RepoPath::new(root).ok());
        // A code root that does not hold the file cannot be its code root.
        let root = chosen.filter(|root| self.path.starts_with(root)).unwrap_or_else(|| folder.clone());
        let handler = if self.folder {
            table.handler.clone().or_else(|| usual_entry(&folder, files))
        } else {
            let file = self.path.strip_prefix(&root).unwrap_or(self.path.file_name());
            Some(table.symbol.as_ref().map_or_else(|| file.to_owned(), |symbol| format!("{file}#{symbol}")))
        };
        // An explicit service is one service wherever its functions lie.
        let service = table.service.clone();
        let stack_folder = if service.is_some() { RepoPath::root() } else { self.fixed.clone() };
        let last = if self.fixed.is_root() { NAME } else { self.fixed.file_name() };
        Declared {
            service: service.unwrap_or_else(|| last.to_owned()),
            stack_folder,
            declaration: Declaration {
                platform: NAME,
                location: table.location.clone(),
                block_end: table.location.end,
                logical_id: name.clone(),
                handler,
            },
            name,
            runtime: None,
            code: CodeSource::Path { base: RepoPath::root(), path: root.as_str().to_owned() },
            build: Build::default(),
            style: HandlerStyle::Path,
            environment: BTreeMap::new(),
            layers: Vec::new(),
            channels: Vec::new(),
            stores: Vec::new(),
            invokes: Vec::new(),
        }
    }
}

/// The entry file that a folder has by convention, relative to it.
fn usual_entry(folder: &RepoPath, files: &FileSet) -> Option<String> {
    let mut candidates = ["", "src/"].into_iter().flat_map(|inside| {
        USUAL.iter().flat_map(move |(stem, extensions)| {
            extensions.iter().map(move |extension| format!("{inside}{stem}.{extension}"))
        })
    });
    candidates.find(|file| folder.join(file).is_ok_and(|path| files.is_file(&path)))
}

/// The file or folder that a table means, as far as the declaration tells.
pub(crate) fn subject(declared: &Declared) -> Option<RepoPath> {
    let CodeSource::Path { base, path } = &declared.code else { return None };
    let file = declared.declaration.handler.as_deref().unwrap_or_default();
    base.join(path).ok()?.join(file.split('#').next().unwrap_or_default()).ok()
}

#[cfg(test)]
mod tests {
    use lockstep_model::Location;

    use super::*;

    fn table(paths: &[&str]) -> FunctionTable {
        FunctionTable {
            name: None,
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            service: None,
            handler: None,
            symbol: None,
            code_root: None,
            location: Location::whole_file(RepoPath::new("lockstep.toml").unwrap()),
        }
    }

    fn names(table: FunctionTable, files: &FileSet) -> Vec<String> {
        let found = Tables(Arc::from([table])).declared(files).value;
        found
            .iter()
            .map(|one| format!("{}/{} {}", one.service, one.name, one.declaration.handler.as_deref().unwrap_or("-")))
            .collect()
    }

    #[test]
    fn names_come_from_the_open_part_of_the_glob() {
        let files = FileSet::from_texts([
            ("fn/orders/index.ts", ""),
            ("fn/orders/lib/x.ts", ""),
            ("fn/billing/src/main.py", ""),
            ("fn/deep/down/index.ts", ""),
            ("api/get.js", ""),
            ("api/put.test.js", ""),
        ]);
        let cases: [(&[&str], &[&str]); 6] = [
            (&["fn/*/index.ts"], &["fn/orders index.ts"]),
            (&["fn/**/index.ts"], &["fn/deep-down index.ts", "fn/orders index.ts"]),
            (&["./fn/*/"], &["fn/billing src/main.py", "fn/deep -", "fn/orders index.ts"]),
            (&["api/*.js"], &["api/get get.js", "api/put.test put.test.js"]),
            (&["api/{get,set}.js", "api/get.js"], &["api/get get.js"]),
            (&["fn/orders/index.ts"], &["orders/orders index.ts"]),
        ];
        for (paths, expected) in cases {
            assert_eq!(names(table(paths), &files), expected, "{paths:?}");
        }
    }

    #[test]
    fn tables_say_more_than_globs() {
        let files = FileSet::from_texts([("src/a/run.py", ""), ("src/b/run.py", "")]);
        let said = FunctionTable {
            name: Some("job-".into()),
            service: Some("jobs".into()),
            symbol: Some("main".into()),
            code_root: Some("src".into()),
            ..table(&["src/*/run.py"])
        };
        assert_eq!(names(said, &files), ["jobs/job-a a/run.py#main", "jobs/job-b b/run.py#main"]);
    }

    #[test]
    fn a_glob_that_means_nothing_is_a_problem() {
        let files = FileSet::from_texts([("a.py", "")]);
        for (pattern, words) in [("b/*.py", "no file matches"), ("b/*/", "no folder matches"), ("[", "is no glob")] {
            let problems = Tables(Arc::from([table(&[pattern])])).declared(&files).problems;
            assert!(problems[0].message.contains(words), "{problems:?}");
        }
    }
}
