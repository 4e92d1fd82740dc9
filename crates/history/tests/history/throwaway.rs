//! Throw-away repositories: written with `git fast-import`, so that names may be any bytes and dates are fixed.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use lockstep_history::{Options, Repository, read};
use lockstep_model::{Changeset, FileStatus, History};
use tempfile::TempDir;

/// Runs git in `dir`, away from the settings of whoever runs the tests, and gives what it prints.
pub fn git(dir: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("git");
    command.current_dir(dir).args(arguments);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"] {
        command.env_remove(name);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ana").env(format!("GIT_{who}_EMAIL"), "ana@example.org");
        command.env(format!("GIT_{who}_DATE"), "1700000000 +0000");
    }
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("git is installed");
    child.stdin.take().expect("piped").write_all(input).expect("git reads its input");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What a commit does to one path.
#[derive(Clone, Debug)]
pub enum Op {
    Write(Vec<u8>, Vec<u8>),
    Executable(Vec<u8>, Vec<u8>),
    Link(Vec<u8>, Vec<u8>),
    Submodule(Vec<u8>, u8),
    Delete(Vec<u8>),
}

pub fn write(path: &str, text: &str) -> Op {
    Op::Write(path.into(), text.into())
}

pub fn delete(path: &str) -> Op {
    Op::Delete(path.into())
}

/// A history in the making.
pub struct Script {
    stream: Vec<u8>,
    marks: u32,
    /// `Name <address>` of whoever writes the next commits.
    pub author: String,
}

impl Script {
    pub fn new() -> Self {
        Self { stream: Vec::new(), marks: 0, author: "Ana <ana@example.org>".into() }
    }

    /// A commit on `branch`, one day after the one before.
    pub fn commit(&mut self, branch: &str, message: &str, ops: &[Op]) -> u32 {
        self.merge(branch, message, &[], ops)
    }

    /// A commit on `branch` that merges the commits `parents`; `ops` say what that brings to the branch.
    pub fn merge(&mut self, branch: &str, message: &str, parents: &[u32], ops: &[Op]) -> u32 {
        self.marks += 1;
        let (mark, author, time) = (self.marks, self.author.clone(), 1_600_000_000 + 86_400 * self.marks);
        self.line(&format!("commit refs/heads/{branch}\nmark :{mark}\nauthor {author} {time} +0000"));
        self.line(&format!("committer {author} {time} +0000"));
        self.data(message.as_bytes());
        for parent in parents {
            self.line(&format!("merge :{parent}"));
        }
        for op in ops {
            match op {
                Op::Write(path, text) => self.file("100644", path, text),
                Op::Executable(path, text) => self.file("100755", path, text),
                Op::Link(path, target) => self.file("120000", path, target),
                Op::Submodule(path, n) => {
                    let id = format!("{n:02x}").repeat(20);
                    self.line(&format!("M 160000 {id} {}", quoted(path)));
                }
                Op::Delete(path) => self.line(&format!("D {}", quoted(path))),
            }
        }
        mark
    }

    /// Starts `branch` at the commit `from`.
    pub fn branch(&mut self, branch: &str, from: u32) {
        self.line(&format!("reset refs/heads/{branch}\nfrom :{from}\n"));
    }

    fn file(&mut self, mode: &str, path: &[u8], text: &[u8]) {
        self.line(&format!("M {mode} inline {}", quoted(path)));
        self.data(text);
    }

    fn line(&mut self, text: &str) {
        self.stream.extend_from_slice(text.as_bytes());
        self.stream.push(b'\n');
    }

    fn data(&mut self, bytes: &[u8]) {
        self.line(&format!("data {}", bytes.len()));
        self.stream.extend_from_slice(bytes);
        self.stream.push(b'\n');
    }

    /// Writes the history into a new repository, with `main` in the index; nothing is checked out, names may be more than a file system takes.
    pub fn repository(&self) -> Throwaway {
        let folder = TempDir::new().expect("a temporary folder");
        let path = folder.path().join("repository");
        git(folder.path(), &["init", "-q", "-b", "main", "repository"], b"");
        git(&path, &["fast-import", "--quiet"], &self.stream);
        if self.marks > 0 {
            git(&path, &["read-tree", "HEAD"], b"");
        }
        Throwaway { folder, path }
    }
}

fn quoted(path: &[u8]) -> String {
    let escaped: String = path
        .iter()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => char::from(*byte).to_string(),
            byte => format!("\\{byte:03o}"),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// A repository that goes when it is dropped, and room for clones beside it.
pub struct Throwaway {
    pub folder: TempDir,
    pub path: PathBuf,
}

impl Throwaway {
    pub fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&git(&self.path, arguments, b"")).into_owned()
    }

    /// A clone beside it, made with `options`, through the protocol so that git leaves out what it is told to.
    pub fn cloned(&self, options: &[&str]) -> PathBuf {
        self.git(&["config", "uploadpack.allowFilter", "true"]);
        let url = format!("file://{}", self.path.display());
        git(self.folder.path(), &[&["clone", "-q"], options, &[&url, "clone"]].concat(), b"");
        self.folder.path().join("clone")
    }

    pub fn open(&self) -> Repository {
        Repository::discover(&self.path).expect("a repository")
    }

    /// The history, read with the default options, with no problem.
    pub fn history(&self) -> History {
        let read = read(&self.open(), &Options::default(), &|_| ());
        assert_eq!(read.problems, []);
        read.value
    }
}

/// The changes of a changeset as `M path`, or `R then => path of today`.
pub fn shown(history: &History, changeset: &Changeset) -> Vec<String> {
    changeset
        .changes
        .iter()
        .map(|change| {
            let letter = match change.status {
                FileStatus::Added => "A",
                FileStatus::Modified => "M",
                FileStatus::Deleted => "D",
                FileStatus::Renamed => "R",
                FileStatus::RenamedModified => "RM",
            };
            let (then, today) = (history.path(change.then), history.path(change.path));
            if then == today { format!("{letter} {then}") } else { format!("{letter} {then} => {today}") }
        })
        .collect()
}

/// Every changeset as its subject and its changes.
pub fn story(history: &History) -> Vec<(String, Vec<String>)> {
    history.changesets.iter().map(|it| (it.subject.clone(), shown(history, it))).collect()
}
