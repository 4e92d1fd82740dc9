//! [`Answers`]: what runs printed, for the next run that is asked the same of the same: nothing is analysed where nothing
//! changed.
//!
//! One file per answer, known by a hash of all that it depends on; a hash at its end says that it is whole. What is damaged,
//! cut short, of another build or of another repository is not taken, and the run does its work. Only the newest are kept.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use lockstep_config::{Config, Levels};
use lockstep_model::{FileSet, FileType};

use crate::{
    Options, PAST, Project, earlier,
    keep::{self, in_blocks},
    known,
};

/// What a file begins with.
const MAGIC: &[u8] = b"lockstep answer 1\n";
/// The length of the hash at its end.
const HASH: usize = 32;
/// How many answers of one repository are kept.
const MOST: usize = 8;
/// A longer answer is not kept. 16 MiB.
const LONGEST: usize = 16 << 20;
/// Where more has to be read to know what files hold, reading it is no way to save time. 32 MiB.
const MOST_READ: u64 = 32 << 20;

/// The answers to what was asked of one repository.
#[derive(Debug)]
pub struct Answers {
    folder: PathBuf,
    repository: String,
}

/// What a run printed, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it wrote to standard output.
    pub text: Vec<u8>,
    /// Its exit code.
    pub code: u8,
}

/// A hash of a question and of all that its answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question([u8; HASH]);

impl Answers {
    /// Those in `folder` of the repository whose objects lie in `common_dir`. Nothing is read yet.
    pub fn new(folder: &Path, common_dir: &Path) -> Self {
        Self { folder: folder.join("answers"), repository: common_dir.to_string_lossy().into_owned() }
    }

    /// The answer to `question`, if it is kept.
    pub fn to(&self, question: &Question) -> Option<Answer> {
        let bytes = fs::read(self.place(question)).ok()?;
        let (told, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
        if blake3::hash(told).as_bytes() != hash {
            return None;
        }
        let (code, text) = told.strip_prefix(self.head(question).as_slice())?.split_first()?;
        Some(Answer { text: text.to_vec(), code: *code })
    }

    /// Keeps an answer, and lets go of the oldest.
    ///
    /// # Errors
    /// If the folder cannot be written to. The next run does its work, and that is all.
    pub fn keep(&self, question: &Question, answer: &Answer) -> io::Result<()> {
        if answer.text.len() > LONGEST {
            return Ok(());
        }
        let mut bytes = self.head(question);
        bytes.push(answer.code);
        bytes.extend(&answer.text);
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        keep::replace(&self.place(question), &bytes)?;
        self.let_go()
    }

    fn let_go(&self) -> io::Result<()> {
        let prefix = self.prefix();
        let mut kept: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                kept.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        kept.sort_unstable();
        kept.iter().rev().skip(MOST).try_for_each(|(_, path)| fs::remove_file(path))
    }

    /// What tells the answers about one repository from others.
    fn prefix(&self) -> String {
        format!("{}-", &blake3::hash(self.repository.as_bytes()).to_hex().as_str()[..32])
    }

    fn place(&self, question: &Question) -> PathBuf {
        let name = blake3::Hash::from_bytes(question.0).to_hex();
        self.folder.join(format!("{}{}.bin", self.prefix(), &name.as_str()[..32]))
    }

    fn head(&self, question: &Question) -> Vec<u8> {
        let mut head = MAGIC.to_vec();
        for part in [PAST.as_bytes(), self.repository.as_bytes(), &question.0] {
            head.extend((part.len() as u64).to_le_bytes());
            head.extend(part);
        }
        head
    }
}

impl Question {
    /// What `asked` says, asked of `project` as it is now. None if the answer depends on what has no name: a model, or
    /// objects that the clone may get later; or if too much had to be read to know what the files hold.
    ///
    /// Asked again after the work was done, it is the same question only if nothing changed under the work.
    pub fn of(project: &Project, config: &Config, levels: &Levels, options: &Options, asked: &str) -> Option<Self> {
        let is_one = project.members.is_empty() && project.at.is_none() && project.without_model.is_none();
        if !is_one || !earlier::is_whole(project) || project.to_read > MOST_READ {
            return None;
        }
        let state = project.repository.as_ref()?.lock().ok()?.state();
        let change = match &project.change {
            Some(change) => Some((format!("{:?}", change.against), change.found.as_ref().ok()?.told())),
            None => None,
        };
        let Options { as_of, allow_shallow, jobs: _ } = options;
        let Project { root, scope, ci, problems, .. } = project;
        let mut hasher = blake3::Hasher::new();
        let said = format!("{asked}\0{config:?}\0{levels:?}\0{as_of:?} {allow_shallow}\0{state:?}\0{change:?}");
        hasher.update(said.as_bytes());
        hasher.update(format!("\0{root:?} {scope:?} {ci:?} {problems:?}\0").as_bytes());
        files(project, &mut hasher)?;
        // The baseline may lie outside of what git knows.
        let baseline = known::find(project, config).ok()?;
        hasher.update(format!("\0{baseline:?}").as_bytes());
        Some(Self(*hasher.finalize().as_bytes()))
    }
}

/// Adds what the files are called, and what they hold.
fn files(project: &Project, hasher: &mut blake3::Hasher) -> Option<()> {
    let mut lines = in_blocks(hasher);
    let mut add = |bytes: &[u8]| lines.write_all(bytes).ok();
    for (path, entry) in project.files.entries() {
        add(path.as_str().as_bytes())?;
        add(b"\0")?;
        match &entry.file_type {
            FileType::File => match entry.size().filter(|size| *size > FileSet::LARGEST) {
                // What is in it is read by nobody.
                Some(size) => add(&size.to_le_bytes())?,
                // It is read if nobody has, and the index does not know.
                None => add(&project.files.id(path)?.0)?,
            },
            FileType::Link(target) => add(target.as_str().as_bytes())?,
            FileType::LinkOutside(target) => add(target.as_bytes())?,
        }
        add(b"\0")?;
    }
    lines.flush().ok()
}

impl Project {
    /// What was answered of it, in `folder`; none of a plain folder.
    pub fn answers_in(&self, folder: &Path) -> Option<Answers> {
        let common_dir = self.repository.as_ref()?.lock().ok()?.common_dir().to_owned();
        Some(Answers::new(folder, &common_dir))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::new(folder.path(), Path::new("/repository"));
        let (question, other) = (Question([1; HASH]), Question([2; HASH]));
        let answer = Answer { text: b"all is well\n".to_vec(), code: 1 };
        assert_eq!(answers.to(&question), None);
        answers.keep(&question, &answer).unwrap();
        assert_eq!(answers.to(&question), Some(answer.clone()));
        assert_eq!(answers.to(&other), None);
        assert_eq!(Answers::new(folder.path(), Path::new("/other")).to(&question), None);
        let place = answers.place(&question);
        let bytes = fs::read(&place).unwrap();
        for at in 0..bytes.len() {
            fs::write(&place, &bytes[..at]).unwrap();
            assert_eq!(answers.to(&question), None, "cut after {at} bytes");
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            fs::write(&place, damaged).unwrap();
            assert_eq!(answers.to(&question), None, "another byte at {at}");
        }
        // What lies in the place of another question does not answer it.
        fs::write(answers.place(&other), &bytes).unwrap();
        assert_eq!(answers.to(&other), None);
    }

    #[test]
    fn the_newest_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::new(folder.path(), Path::new("/repository"));
        let beside = Answers::new(folder.path(), Path::new("/other"));
        let answer = Answer { text: Vec::new(), code: 0 };
        beside.keep(&Question([99; HASH]), &answer).unwrap();
        for number in 0..=MOST as u8 {
            answers.keep(&Question([number; HASH]), &answer).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let kept: Vec<bool> = (0..=MOST as u8).map(|number| answers.to(&Question([number; HASH])).is_some()).collect();
        assert_eq!(kept, [vec![false], vec![true; MOST]].concat());
        assert!(beside.to(&Question([99; HASH])).is_some());
    }
}
