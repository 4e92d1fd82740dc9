//! Histories written as words: each word a changeset, each letter the function whose own code it edits.
//!
//! `ab` edits `a` and `b`; `ab*30` does it thirty times; `1` is a shared file (see [`World::shared`]); `!a` is a
//! contract that `a` reaches; `#` documentation; `$a` a file that was in the folder of `a` and is gone; `+a` and `%a` two
//! pairs of further files of `a` (see [`World::in_parts`]).
#![allow(dead_code)]

use lockstep_coupling::{CouplingGraph, Input, Likeness, Options, Parts, couple};
use lockstep_model::{
    Author, Basis, BlobId, ChangeKind, Changeset, ChangesetKind, CloneKind, Closure, ClosureFile, CodeClone, CommitId,
    Confidence, Declaration, Entry, FileChange, FileKind, FileStatus, Fragment, Function, FunctionId, History,
    Location, PathId, RepoPath, Service, Size, Symbols, Timestamp,
};

pub const AS_OF: Timestamp = 1_790_000_000;
const DAY: Timestamp = 86_400;

/// A made-up repository.
pub struct World {
    pub functions: Vec<Function>,
    pub services: Vec<Service>,
    pub closures: Vec<Closure>,
    pub clones: Vec<CodeClone>,
    pub sizes: Vec<Size>,
    pub history: History,
    pub parts: Parts,
    pub likeness: Likeness,
    pub options: Options,
    /// Per function: the number of its repository; empty if all are of one.
    pub repositories: Vec<u32>,
}

pub fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// The function of a letter.
pub fn function(letter: char) -> Function {
    let manifest = path("template.yaml");
    Function {
        id: FunctionId::new(format!("shop/{letter}")),
        name: letter.to_string(),
        service: "shop".into(),
        declarations: vec![Declaration {
            platform: "aws-sam",
            location: Location { path: manifest, line: letter as u32, column: 3, start: 0, end: 1 },
            block_end: 10,
            logical_id: letter.to_string(),
            handler: None,
        }],
        entry: Some(Entry { path: path(&format!("{letter}/handler.ts")), symbol: None, confidence: Confidence::Exact }),
        unresolved: None,
        code_root: None,
        runtime: None,
        layers: Vec::new(),
        channels: Vec::new(),
        stores: Vec::new(),
        invokes: Vec::new(),
        calls: Vec::new(),
        artifact: None,
        environment: Default::default(),
    }
}

pub fn file(at: &str, kind: FileKind) -> ClosureFile {
    ClosureFile { path: path(at), symbols: Symbols::All, own: false, kind, via: None, lines: 0 }
}

impl World {
    /// A repository of the functions `letters`, without a history.
    pub fn of(letters: &str) -> Self {
        let functions: Vec<Function> = letters.chars().map(function).collect();
        let closures: Vec<Closure> = functions
            .iter()
            .map(|function| Closure {
                function: function.id.clone(),
                basis: Basis::Imports,
                files: vec![
                    file(&format!("{}/contract.json", function.name), FileKind::Contract),
                    file(&format!("{}/handler.ts", function.name), FileKind::Implementation),
                ],
                start: None,
                own_folders: vec![path(&function.name)],
                external: Vec::new(),
                unresolved: Vec::new(),
                dynamic: Vec::new(),
                remote_calls: Vec::new(),
            })
            .collect();
        let ids = functions.iter().map(|function| function.id.clone()).collect();
        let services = vec![Service { name: "shop".into(), declared: false, functions: ids }];
        Self {
            functions,
            services,
            clones: Vec::new(),
            sizes: vec![Size { own: 120, shared: 0 }; closures.len()],
            closures,
            history: History::default(),
            parts: Parts::default(),
            likeness: Likeness::default(),
            options: Options::default(),
            repositories: Vec::new(),
        }
    }

    /// Puts functions into services: `orders:ab billing:c`. A `!` before the colon means declared.
    pub fn services(mut self, text: &str) -> Self {
        self.services = text
            .split_whitespace()
            .map(|part| {
                let (name, letters) = part.split_once(':').unwrap();
                let functions = letters.chars().map(|letter| function(letter).id).collect();
                Service { name: name.trim_end_matches('!').into(), declared: name.ends_with('!'), functions }
            })
            .collect();
        self
    }

    /// Lets the functions `letters` reach `shared/DIGIT.ts`.
    pub fn shared(mut self, digit: char, letters: &str) -> Self {
        for letter in letters.chars() {
            let id = function(letter).id;
            let closure = self.closures.iter_mut().find(|closure| closure.function == id).unwrap();
            closure.files.push(file(&format!("shared/{digit}.ts"), FileKind::Implementation));
        }
        self
    }

    /// Says that the handlers of the functions `a` and `b` hold copies of the same `lines` lines.
    pub fn copied(mut self, a: char, b: char, lines: u32) -> Self {
        let fragment = |letter: char| Fragment {
            function: function(letter).id,
            location: Location { line: 7, ..Location::whole_file(path(&format!("{letter}/handler.ts"))) },
            last_line: 6 + lines,
        };
        let tokens = 8 * lines;
        self.clones.push(CodeClone { a: fragment(a), b: fragment(b), lines, tokens, kind: CloneKind::Renamed });
        self
    }

    /// Gives the function `letter` two pairs of further files of its own, of `lines` lines each.
    pub fn in_parts(mut self, letter: char, lines: usize) -> Self {
        let id = function(letter).id;
        let closure = self.closures.iter_mut().find(|closure| closure.function == id).unwrap();
        for name in ["more", "more_too", "other", "other_too"] {
            let file = file(&format!("{letter}/{name}.ts"), FileKind::Implementation);
            closure.files.push(ClosureFile { own: true, lines, ..file });
        }
        self
    }

    /// Says that the function `letter` has `own` lines of its own.
    pub fn sized(mut self, letter: char, own: usize) -> Self {
        let at = self.functions.iter().position(|known| known.id == function(letter).id).unwrap();
        self.sizes[at].own = own;
        self
    }

    /// The history `words`, one changeset a day, the last on the as-of day.
    pub fn history(self, words: &str) -> Self {
        self.history_every(words, DAY)
    }

    /// The history `words`, `apart` seconds between two changesets, the last at the as-of time.
    pub fn history_every(mut self, words: &str, apart: Timestamp) -> Self {
        let words: Vec<&str> = words
            .split_whitespace()
            .flat_map(|word| {
                let (word, times) = word.split_once('*').unwrap_or((word, "1"));
                std::iter::repeat_n(word, times.parse().unwrap())
            })
            .collect();
        let mut history = History { total: words.len() as u32, ..History::default() };
        for (number, word) in words.iter().enumerate() {
            let age = (words.len() - 1 - number) as Timestamp * apart;
            let changeset = changeset(&mut history, number as u32, word, AS_OF - age);
            history.changesets.push(changeset);
        }
        self.history = history;
        self
    }

    pub fn graph(&self) -> CouplingGraph {
        let gone = |path: &RepoPath| !path.as_str().ends_with("gone.ts");
        couple(&Input {
            functions: &self.functions,
            services: &self.services,
            closures: &self.closures,
            history: &self.history,
            parts: &self.parts,
            repositories: &self.repositories,
            likeness: Some(&self.likeness),
            as_of: AS_OF,
            exists: &gone,
            options: self.options.clone(),
        })
    }
}

fn changeset(history: &mut History, number: u32, word: &str, time: Timestamp) -> Changeset {
    let mut changes = Vec::new();
    let mut letters = word.chars();
    while let Some(letter) = letters.next() {
        if let '+' | '%' = letter {
            let (folder, half) = (letters.next().unwrap(), if letter == '+' { "more" } else { "other" });
            changes.extend(["", "_too"].map(|end| edit(history, &format!("{folder}/{half}{end}.ts"))));
            continue;
        }
        let (text, kind) = match letter {
            '!' => (format!("{}/contract.json", letters.next().unwrap()), ChangeKind::Contract),
            '$' => (format!("{}/gone.ts", letters.next().unwrap()), ChangeKind::Behaviour),
            '#' => ("README.md".into(), ChangeKind::Documentation),
            '0'..='9' => (format!("shared/{letter}.ts"), ChangeKind::Behaviour),
            letter => (format!("{letter}/handler.ts"), ChangeKind::Behaviour),
        };
        changes.push(FileChange { kind, ..edit(history, &text) });
    }
    let mut id = [0; 20];
    id[..4].copy_from_slice(&number.to_be_bytes());
    Changeset {
        id: CommitId(id),
        time,
        author: Author { name: "ana".into(), email: "ana@example.org".into() }.into(),
        subject: format!("change {word}"),
        kind: ChangesetKind::Merge,
        changes,
    }
}

fn edit(history: &mut History, text: &str) -> FileChange {
    let id = path_id(history, &path(text));
    FileChange {
        path: id,
        then: id,
        status: FileStatus::Modified,
        kind: ChangeKind::Behaviour,
        before: BlobId([1; 20]),
        after: BlobId([2; 20]),
    }
}

fn path_id(history: &mut History, path: &RepoPath) -> PathId {
    let known = history.paths.iter().position(|known| known == path);
    PathId(known.unwrap_or_else(|| {
        history.paths.push(path.clone());
        history.paths.len() - 1
    }) as u32)
}
