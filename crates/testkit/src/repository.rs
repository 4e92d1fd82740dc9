//! [`Repository`]: a plan made real by `git fast-import`, with the same commit ids on every machine.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::{Edit, Plan, PlannedCommit};

/// A git repository in a temporary folder, which goes with this value.
#[derive(Debug)]
pub struct Repository {
    folder: TempDir,
    work_tree: PathBuf,
}

impl Repository {
    /// Makes the repository of `plan`: branch `main`, checked out, nothing configured, no remote.
    ///
    /// # Errors
    /// If there is no git, or the disk refuses.
    pub fn build(plan: &Plan) -> io::Result<Self> {
        let repository = Self::empty()?;
        repository.make("", plan)?;
        Ok(repository)
    }

    /// Makes the repository of another plan in `folder` of the work tree.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub fn nest(&self, folder: &str, plan: &Plan) -> io::Result<()> {
        fs::create_dir_all(self.work_tree.join(folder))?;
        self.make(folder, plan)
    }

    fn make(&self, folder: &str, plan: &Plan) -> io::Result<()> {
        let place = self.work_tree.join(folder);
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            isolate(&mut command);
            command.current_dir(&place).args(arguments).stdin(Stdio::null());
            command
        };
        finished(git(&["init", "-q", "-b", "main", "--object-format=sha1"]).output()?)?;
        if !plan.commits.is_empty() {
            let feed = git(&["fast-import", "--quiet", "--date-format=raw"]);
            import(feed, |stream| plan.commits.iter().try_for_each(|commit| stream.add(commit)))?;
            finished(git(&["reset", "-q", "--hard", "main"]).output()?)?;
        }
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        plan.uncommitted.iter().try_for_each(|(path, text)| self.write(&format!("{below}{path}"), text))
    }

    /// A bare repository at `place`, which must not exist, of the commits that `play` hands out one by one: nothing of
    /// them is kept, so that a history may be larger than memory.
    ///
    /// # Errors
    /// If there is no git, or the disk refuses.
    pub fn grow(place: &Path, play: impl FnOnce(&mut dyn FnMut(PlannedCommit))) -> io::Result<()> {
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            isolate(&mut command);
            command.arg("-C").arg(place).args(arguments);
            command
        };
        fs::create_dir_all(place)?;
        finished(git(&["init", "-q", "--bare", "-b", "main", "--object-format=sha1"]).output()?)?;
        import(git(&["fast-import", "--quiet", "--date-format=raw"]), |stream| {
            let mut result = Ok(());
            play(&mut |commit| {
                if result.is_ok() {
                    result = stream.add(&commit);
                }
            });
            result
        })
    }

    /// A clone made with `options` (`--depth=1`, `--filter=blob:none`, `--bare`), by way of a `file://` address, so
    /// that git treats it as one from afar.
    ///
    /// # Errors
    /// If git refuses.
    pub fn cloned(&self, options: &[&str]) -> io::Result<Self> {
        self.git(&["config", "uploadpack.allowFilter", "true"])?;
        let clone = Self::empty()?;
        let address = format!("file://{}", self.path().display());
        let arguments: Vec<&str> = ["clone", "-q"].into_iter().chain(options.iter().copied()).collect();
        clone.git(&[&arguments[..], &[&address, "."]].concat())?;
        Ok(clone)
    }

    fn empty() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("lockstep-test-").tempdir()?;
        let work_tree = folder.path().join("repository");
        fs::create_dir(&work_tree)?;
        Ok(Self { folder, work_tree })
    }

    /// The work tree.
    pub fn path(&self) -> &Path {
        &self.work_tree
    }

    /// The temporary folder around it: for a home directory, caches and reports.
    pub fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the work tree, with its folders.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let file = self.work_tree.join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)
    }

    /// Runs git in the work tree and returns what it prints, its last line end taken off.
    ///
    /// # Errors
    /// If git fails; its error output is the message.
    pub fn git(&self, arguments: &[&str]) -> io::Result<String> {
        let output = self.command().args(arguments).stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let message = format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
            return Err(io::Error::other(message));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
    }

    /// git, in the work tree, without the configuration of this machine.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.work_tree);
        isolate(&mut command);
        command
    }
}

/// Runs `command`, a `git fast-import`, on what `write` writes.
fn import(mut command: Command, write: impl FnOnce(&mut Stream<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    // A write to a git that gave up fails as well: what it says is the better message.
    let written = match child.stdin.take() {
        Some(pipe) => {
            let mut pipe = BufWriter::new(pipe);
            write(&mut Stream { to: &mut pipe, marks: 0, head: None }).and_then(|()| pipe.flush())
        }
        None => Ok(()),
    };
    finished(child.wait_with_output()?)?;
    written
}

fn finished(output: Output) -> io::Result<()> {
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("git: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

/// Takes this machine's git configuration, and any repository that the tests themselves run in, out of the way.
pub(crate) fn isolate(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command.env("GIT_CONFIG_GLOBAL", nowhere).env("GIT_CONFIG_SYSTEM", nowhere).env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_AUTHOR_NAME", "ana").env("GIT_AUTHOR_EMAIL", "ana@example.com");
    command.env("GIT_COMMITTER_NAME", "ana").env("GIT_COMMITTER_EMAIL", "ana@example.com");
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
}

/// Commits in the language of `git fast-import`.
struct Stream<'a> {
    to: &'a mut dyn Write,
    marks: usize,
    /// The newest commit of the main line.
    head: Option<usize>,
}

impl Stream<'_> {
    /// The next commit of the main line.
    fn add(&mut self, planned: &PlannedCommit) -> io::Result<()> {
        let head = self.head;
        let mark = if planned.commit.merge { self.merge(planned, head)? } else { self.plain(planned, head)? };
        self.head = Some(mark);
        Ok(())
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())?;
        self.to.write_all(b"\n")
    }

    fn data(&mut self, text: &str) -> io::Result<()> {
        self.line(&format!("data {}", text.len()))?;
        self.line(text)
    }

    fn plain(&mut self, planned: &PlannedCommit, parent: Option<usize>) -> io::Result<usize> {
        let mark = self.commit("refs/heads/main", planned, &planned.commit.title, planned.time, &[parent])?;
        planned.edits.iter().try_for_each(|edit| self.edit(edit))?;
        Ok(mark)
    }

    /// A branch with one commit a change, and the merge that brings it in. The branch has no name afterwards.
    fn merge(&mut self, planned: &PlannedCommit, main: Option<usize>) -> io::Result<usize> {
        let mut branch = main;
        let count = i64::try_from(planned.edits.len()).unwrap_or(0);
        for (step, edit) in (0..).zip(&planned.edits) {
            let time = planned.time - 60 * (count - step);
            let title = format!("{} (step {})", planned.commit.subject(), step + 1);
            branch = Some(self.commit("refs/heads/work", planned, &title, time, &[branch])?);
            self.edit(edit)?;
        }
        let merged = if branch == main { None } else { branch };
        let mark = self.commit("refs/heads/main", planned, &planned.commit.title, planned.time, &[main, merged])?;
        // A merge starts from the tree of its first parent: the branch's changes are said again.
        planned.edits.iter().try_for_each(|edit| self.edit(edit))?;
        if merged.is_some() {
            self.line("reset refs/heads/work")?;
            self.line("from 0000000000000000000000000000000000000000")?;
            self.line("")?;
        }
        Ok(mark)
    }

    fn commit(
        &mut self,
        branch: &str,
        planned: &PlannedCommit,
        title: &str,
        time: i64,
        parents: &[Option<usize>],
    ) -> io::Result<usize> {
        self.marks += 1;
        let name = planned.commit.author.replace(['<', '>', '\n'], " ");
        let person = format!("{name} <{}> {time} +0000", planned.commit.email().replace(['<', '>'], ""));
        self.line(&format!("commit {branch}"))?;
        self.line(&format!("mark :{}", self.marks))?;
        self.line(&format!("author {person}"))?;
        self.line(&format!("committer {person}"))?;
        self.data(title)?;
        for (word, parent) in ["from", "merge"].iter().zip(parents) {
            if let Some(parent) = parent {
                self.line(&format!("{word} :{parent}"))?;
            }
        }
        Ok(self.marks)
    }

    fn edit(&mut self, edit: &Edit) -> io::Result<()> {
        match edit {
            Edit::Write { path, text } => {
                self.line(&format!("M 100644 inline {}", quote(path)))?;
                self.data(text)
            }
            Edit::Delete(path) => self.line(&format!("D {}", quote(path))),
            Edit::Rename(from, to) => self.line(&format!("R {} {}", quote(from), quote(to))),
        }
    }
}

/// A path in quotes, as git's own output has it.
fn quote(path: &str) -> String {
    let inside: String = path
        .chars()
        .map(|letter| match letter {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!("\"{inside}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Block, Script};

    const SCRIPT: &str = "d1 ana \"start\" A a.ts A \"odd \\\"name\\\" ü.py\" A gone.yml\nd2..d3 bob \"tune\" M a.ts\n\
        d3 ana \"move\" R a.ts -> src/a.ts D gone.yml\nd4 ana merge \"Add (#1)\" M src/a.ts A b.json\n";

    fn build() -> Repository {
        let block = Block { line: 1, path: "src/a.ts".into(), text: "export const a = 1;\n".into() };
        Repository::build(&Plan::new(Some(&Script::parse(SCRIPT, 1).unwrap()), &[block]).unwrap()).unwrap()
    }

    #[test]
    fn ids_are_the_same_everywhere() {
        let repository = build();
        assert_eq!(repository.git(&["rev-parse", "HEAD"]).unwrap(), build().git(&["rev-parse", "HEAD"]).unwrap());
        // Written down, so that a change of the kit that moves every id in every page is seen.
        assert_eq!(repository.git(&["rev-parse", "main"]).unwrap(), "5e2aeb1d713a85615f5d63c8ce72756908f287d0");
        assert_eq!(repository.git(&["status", "--porcelain"]).unwrap(), "");
        assert_eq!(repository.git(&["branch", "--format=%(refname:short)"]).unwrap(), "main");
    }

    #[test]
    fn history_is_what_the_script_says() {
        let repository = build();
        let log = repository
            .git(&["log", "--reverse", "--first-parent", "-m", "--name-status", "-M", "--format=%an %aI %s"])
            .unwrap();
        let expected = "ana 2025-01-02T12:00:00Z start\n\nA\ta.ts\nA\tgone.yml\nA\t\"odd \\\"name\\\" \\303\\274.py\"\n\
            bob 2025-01-03T12:00:00Z tune\n\nM\ta.ts\nbob 2025-01-04T12:00:00Z tune\n\nM\ta.ts\n\
            ana 2025-01-04T12:01:00Z move\n\nD\tgone.yml\nR100\ta.ts\tsrc/a.ts\n\
            ana 2025-01-05T12:02:00Z Add (#1)\n\nA\tb.json\nM\tsrc/a.ts";
        assert_eq!(log.replace("+00:00", "Z"), expected);
        assert_eq!(repository.git(&["rev-list", "--count", "HEAD"]).unwrap(), "7");
        assert_eq!(fs::read_to_string(repository.path().join("src/a.ts")).unwrap(), "export const a = 1;\n");
    }

    #[test]
    fn clones_can_lack_history() {
        let shallow = build().cloned(&["--depth=1"]).unwrap();
        assert_eq!(shallow.git(&["rev-parse", "--is-shallow-repository"]).unwrap(), "true");
        assert_eq!(shallow.git(&["rev-list", "--count", "HEAD"]).unwrap(), "1");
    }

    #[test]
    fn a_repository_without_commits_is_one() {
        let repository = Repository::build(&Plan::default()).unwrap();
        assert!(repository.git(&["rev-parse", "HEAD"]).is_err());
        assert_eq!(repository.git(&["symbolic-ref", "HEAD"]).unwrap(), "refs/heads/main");
    }
}
