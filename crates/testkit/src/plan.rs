//! [`Plan`]: what each commit of a script writes, so that the last version of every file is what the page shows.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::Timestamp;

use crate::{Block, Change, Commit, PageError, Script, content};

/// A history ready to be made.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Plan {
    /// The commits of the main line, oldest first.
    pub commits: Vec<PlannedCommit>,
    /// Files that only lie in the work tree: all of them, if there are no commits.
    pub uncommitted: Vec<(String, String)>,
}

/// One commit of the main line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCommit {
    /// What the script says of it.
    pub commit: Commit,
    /// Its time: noon of its day, commits of a day a minute after each other. Those of a merged branch come before
    /// their merge.
    pub time: Timestamp,
    /// What it does to the tree; for a merge, each is a commit of the branch.
    pub edits: Vec<Edit>,
}

/// One change of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// The file gets this content.
    Write {
        /// The file.
        path: String,
        /// Its whole text.
        text: String,
    },
    /// The file goes.
    Delete(String),
    /// The file moves.
    Rename(String, String),
}

/// A change before it is known how many versions the file will have.
enum Step {
    Write { path: String, file: usize, version: usize, formatted: usize },
    Delete(String),
    Rename(String, String),
}

#[derive(Default)]
struct Simulation {
    /// The files of the tree, by path.
    tree: BTreeMap<String, usize>,
    /// How many versions each file has had so far.
    versions: Vec<usize>,
    /// How often each file was formatted so far.
    formatted: Vec<usize>,
    /// The path under which each file was born.
    born: Vec<String>,
}

impl Plan {
    /// Plans `script` over the files `blocks`. Files that the script never adds are there from the first commit on.
    /// Without a script there is one commit, `start`, on day 0; with a script without commits there is none.
    ///
    /// # Errors
    /// If the script changes a file that is not there, adds one that is, or a block shows a file that is gone at the
    /// end.
    pub fn new(script: Option<&Script>, blocks: &[Block]) -> Result<Self, PageError> {
        let start;
        let commits = match script {
            Some(script) => &script.commits[..],
            None => {
                let (author, title) = ("ana".to_owned(), "start".to_owned());
                start = [Commit { line: 1, day: 0, author, title, merge: false, changes: Vec::new() }];
                &start[..]
            }
        };
        if commits.is_empty() {
            let uncommitted = blocks.iter().map(|block| (block.path.clone(), block.text.clone())).collect();
            return Ok(Self { commits: Vec::new(), uncommitted });
        }
        let arrivals = arrivals(commits);
        let mut simulation = Simulation::default();
        let mut planned = Vec::with_capacity(commits.len());
        for (index, commit) in commits.iter().enumerate() {
            let mut steps = Vec::new();
            if index == 0 {
                for block in blocks.iter().filter(|block| !arrivals.contains(block.path.as_str())) {
                    steps.push(simulation.add(&block.path, commit.line)?);
                }
            }
            let mut touched = BTreeSet::new();
            for change in &commit.changes {
                simulation.apply(change, commit.line, &mut touched, &mut steps)?;
            }
            planned.push(steps);
        }
        let texts = simulation.texts(blocks)?;
        Ok(Self { commits: schedule(commits, planned, &simulation, &texts), uncommitted: Vec::new() })
    }

    /// The files of the last commit (and those never committed), by path.
    pub fn final_files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for edit in self.commits.iter().flat_map(|commit| &commit.edits) {
            match edit {
                Edit::Write { path, text } => {
                    files.insert(path.clone(), text.clone());
                }
                Edit::Delete(path) => {
                    files.remove(path);
                }
                Edit::Rename(from, to) => {
                    if let Some(text) = files.remove(from) {
                        files.insert(to.clone(), text);
                    }
                }
            }
        }
        files.extend(self.uncommitted.iter().cloned());
        files
    }
}

/// Paths at which the script itself puts a file, at any time.
fn arrivals(commits: &[Commit]) -> BTreeSet<String> {
    let mut paths: BTreeSet<String> = BTreeSet::new();
    for change in commits.iter().flat_map(|commit| &commit.changes) {
        match change {
            Change::Add(path) => {
                paths.insert(path.clone());
            }
            Change::Rename(from, to) if from.ends_with('/') => {
                let to = to.trim_end_matches('/');
                let moved: Vec<String> = paths
                    .iter()
                    .filter_map(|path| Some(format!("{to}/{}", path.strip_prefix(from.as_str())?)))
                    .collect();
                paths.extend(moved);
            }
            Change::Rename(_, to) => {
                paths.insert(to.clone());
            }
            Change::Modify(_) | Change::Format(_) | Change::Delete(_) => {}
        }
    }
    paths
}

impl Simulation {
    fn add(&mut self, path: &str, line: usize) -> Result<Step, PageError> {
        sound(path, line)?;
        let file = self.versions.len();
        if self.tree.insert(path.to_owned(), file).is_some() {
            return Err(PageError::new(line, format!("`{path}` is added, but it is there already")));
        }
        self.versions.push(1);
        self.formatted.push(0);
        self.born.push(path.to_owned());
        Ok(self.write(path, file))
    }

    fn write(&self, path: &str, file: usize) -> Step {
        Step::Write { path: path.to_owned(), file, version: self.versions[file], formatted: self.formatted[file] }
    }

    fn there(&self, path: &str, line: usize) -> Result<usize, PageError> {
        let missing = || PageError::new(line, format!("`{path}` is not there at this point of the history"));
        self.tree.get(path).copied().ok_or_else(missing)
    }

    fn apply(
        &mut self,
        change: &Change,
        line: usize,
        touched: &mut BTreeSet<String>,
        steps: &mut Vec<Step>,
    ) -> Result<(), PageError> {
        match change {
            Change::Rename(from, to) if from.ends_with('/') || to.ends_with('/') => {
                let (from, to) = (from.trim_end_matches('/'), to.trim_end_matches('/'));
                let inside = format!("{from}/");
                let files: Vec<String> = self.tree.keys().filter(|path| path.starts_with(&inside)).cloned().collect();
                if files.is_empty() {
                    return Err(PageError::new(line, format!("there is nothing in `{inside}` at this point")));
                }
                for path in files {
                    let target = format!("{to}/{}", &path[inside.len()..]);
                    steps.push(self.rename(&path, &target, line)?);
                }
                return Ok(());
            }
            Change::Rename(from, to) => steps.push(self.rename(from, to, line)?),
            Change::Add(path) => steps.push(self.add(path, line)?),
            Change::Modify(path) => {
                let file = self.there(path, line)?;
                self.versions[file] += 1;
                steps.push(self.write(path, file));
            }
            Change::Format(path) => {
                let file = self.there(path, line)?;
                self.formatted[file] += 1;
                steps.push(self.write(path, file));
            }
            Change::Delete(path) => {
                self.there(path, line)?;
                self.tree.remove(path);
                steps.push(Step::Delete(path.clone()));
            }
        }
        let key = match change {
            Change::Rename(from, _) => format!("R {from}"),
            Change::Add(path) | Change::Modify(path) | Change::Format(path) | Change::Delete(path) => path.clone(),
        };
        if !touched.insert(key.clone()) {
            return Err(PageError::new(line, format!("`{key}` is changed twice in one commit")));
        }
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str, line: usize) -> Result<Step, PageError> {
        sound(to, line)?;
        let file = self.there(from, line)?;
        if self.tree.contains_key(to) {
            return Err(PageError::new(line, format!("`{to}` is there already")));
        }
        self.tree.remove(from);
        self.tree.insert(to.to_owned(), file);
        Ok(Step::Rename(from.to_owned(), to.to_owned()))
    }

    /// The last text of every file: what the page shows, else something made up.
    fn texts(&self, blocks: &[Block]) -> Result<Vec<String>, PageError> {
        let mut texts: Vec<String> = self.born.iter().map(|path| content::made_up(path)).collect();
        for block in blocks {
            let gone = || PageError::new(block.line, format!("`{}` is gone at the end of the history", block.path));
            let file = *self.tree.get(&block.path).ok_or_else(gone)?;
            texts[file].clone_from(&block.text);
        }
        Ok(texts)
    }
}

fn sound(path: &str, line: usize) -> Result<(), PageError> {
    let bad = path.is_empty() || path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git"));
    if bad { Err(PageError::new(line, format!("`{path}` is no path inside a repository"))) } else { Ok(()) }
}

fn schedule(
    commits: &[Commit],
    planned: Vec<Vec<Step>>,
    simulation: &Simulation,
    texts: &[String],
) -> Vec<PlannedCommit> {
    let mut day = None;
    let mut minute = 0;
    let mut result = Vec::with_capacity(commits.len());
    for (commit, steps) in commits.iter().zip(planned) {
        if day != Some(commit.day) {
            (day, minute) = (Some(commit.day), 0);
        }
        let edits: Vec<Edit> = steps
            .into_iter()
            .map(|step| match step {
                Step::Write { path, file, version, formatted } => {
                    let text = content::version(&path, &texts[file], version, simulation.versions[file]);
                    let text = content::formatted(&path, text, formatted, simulation.formatted[file]);
                    Edit::Write { path, text }
                }
                Step::Delete(path) => Edit::Delete(path),
                Step::Rename(from, to) => Edit::Rename(from, to),
            })
            .collect();
        if commit.merge {
            minute += Timestamp::try_from(edits.len()).unwrap_or(0);
        }
        result.push(PlannedCommit { commit: commit.clone(), time: commit.noon() + 60 * minute, edits });
        minute += 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(path: &str, text: &str) -> Block {
        Block { line: 99, path: path.to_owned(), text: text.to_owned() }
    }

    fn plan(script: &str, blocks: &[Block]) -> Result<Plan, String> {
        Plan::new(Some(&Script::parse(script, 1).unwrap()), blocks).map_err(|error| error.to_string())
    }

    #[test]
    fn every_version_differs_and_the_last_is_the_block() {
        let blocks = [block("a.ts", "export {};\n"), block("serverless.yml", "x: 1\n")];
        let plan = plan("d1 ana \"s\" A a.ts A b.json\nd2..d4 ana \"m\" M a.ts M b.json\n", &blocks).unwrap();
        let written = |wanted: &str| -> Vec<String> {
            let edits = plan.commits.iter().flat_map(|commit| &commit.edits);
            edits
                .filter_map(|edit| match edit {
                    Edit::Write { path, text } if path == wanted => Some(text.clone()),
                    _ => None,
                })
                .collect()
        };
        for path in ["a.ts", "b.json"] {
            assert_eq!(written(path).len(), 4);
            assert!(written(path).windows(2).all(|pair| pair[0] != pair[1]));
        }
        assert_eq!(written("a.ts")[3], "export {};\n");
        assert_eq!(written("serverless.yml"), ["x: 1\n"]);
        assert_eq!(plan.final_files()["a.ts"], "export {};\n");
    }

    #[test]
    fn a_block_follows_its_file_through_renames() {
        let blocks = [block("new/b.py", "x = 1\n")];
        let script = "d1 ana \"s\" A old/a.py\nd2 ana \"r\" R old/a.py -> old/b.py\nd3 ana \"r\" R old/ -> new/";
        let moved = plan(script, &blocks).unwrap();
        assert_eq!(moved.commits[2].edits, [Edit::Rename("old/b.py".into(), "new/b.py".into())]);
        assert_eq!(moved.commits[0].edits, [Edit::Write { path: "old/a.py".into(), text: "x = 1\n".into() }]);
        let blocks = [block("b.py", "x = 1\n")];
        let plan = plan("d1 ana \"s\" A a.py\nd2 ana \"r\" R a.py -> b.py M b.py", &blocks).unwrap();
        let last = &plan.commits[1].edits;
        assert_eq!(last[0], Edit::Rename("a.py".into(), "b.py".into()));
        assert_eq!(last[1], Edit::Write { path: "b.py".into(), text: "x = 1\n".into() });
    }

    #[test]
    fn impossible_changes_are_errors_with_their_line() {
        let cases = [
            ("d1 ana \"s\" M a", "line 1: `a` is not there at this point of the history"),
            ("d1 ana \"s\" A a\nd2 ana \"s\" A a", "line 2: `a` is added, but it is there already"),
            ("d1 ana \"s\" A a\nd2 ana \"s\" M a M a", "line 2: `a` is changed twice in one commit"),
            ("d1 ana \"s\" A a A b\nd2 ana \"s\" R a -> b", "line 2: `b` is there already"),
            ("d1 ana \"s\" A ../a", "line 1: `../a` is no path inside a repository"),
            ("d1 ana \"s\" A shown\nd2 ana \"s\" D shown", "line 99: `shown` is gone at the end of the history"),
        ];
        for (script, expected) in cases {
            let blocks: Vec<Block> = script.contains("shown").then(|| block("shown", "")).into_iter().collect();
            assert_eq!(plan(script, &blocks).unwrap_err(), expected, "{script}");
        }
    }

    #[test]
    fn commits_of_a_day_keep_their_order_in_time() {
        let plan =
            plan("d1 ana \"s\" A a A b\nd1 ana merge \"m\" M a M b\nd1 bob \"n\" M a\nd2 bob \"o\"", &[]).unwrap();
        let times: Vec<_> = plan.commits.iter().map(|planned| (planned.time - 1_735_732_800) / 60).collect();
        assert_eq!(times, [1440, 1440 + 3, 1440 + 4, 2880]);
    }

    #[test]
    fn without_commits_files_lie_in_the_work_tree_only() {
        let blocks = [block("a", "x")];
        assert_eq!(plan("", &blocks).unwrap().uncommitted, [("a".to_owned(), "x".to_owned())]);
        assert_eq!(Plan::new(None, &blocks).unwrap().commits.len(), 1);
    }
}
