//! How many lines a second each language reads: from text to facts.
//!
//! `cargo bench -p lockstep-codegraph` reads sources that it makes up, the same in every run; `LOCKSTEP_BENCH=/path/to/a/folder`
//! reads all sources below that folder, packages from outside and build output left aside. Every round reads all of
//! them once, on one thread and on all; the table shows medians.

#![expect(clippy::print_stdout, reason = "a benchmark is there to print")]

mod made_up;

use std::{
    collections::BTreeMap,
    env, fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use lockstep_codegraph::{Language, language_of};
use lockstep_model::RepoPath;
use rayon::prelude::*;

/// Rounds, the first of which only warms up.
const ROUNDS: usize = 6;

/// Folders that hold the work of others, or what a build made.
const LEFT_ASIDE: [&str; 8] = [".git", "node_modules", "vendor", "target", "build", "dist", "__pycache__", ".venv"];

/// The sources of one language.
struct Sources {
    language: &'static dyn Language,
    files: Vec<(RepoPath, String)>,
}

impl Sources {
    fn lines(&self) -> usize {
        self.files.iter().map(|(_, text)| text.lines().count()).sum()
    }

    fn bytes(&self) -> usize {
        self.files.iter().map(|(_, text)| text.len()).sum()
    }

    fn on_one_thread(&self) -> Duration {
        timed(|| self.files.iter().for_each(|file| self.read(file)))
    }

    fn on_all_threads(&self) -> Duration {
        timed(|| self.files.par_iter().for_each(|file| self.read(file)))
    }

    fn read(&self, (path, text): &(RepoPath, String)) {
        black_box(self.language.facts(path, black_box(text)));
    }
}

fn main() {
    let mut all: BTreeMap<&str, Sources> = BTreeMap::new();
    let mut add = |path: RepoPath, text: String| {
        let Some(language) = language_of(&path) else { return };
        let sources = all.entry(language.name()).or_insert_with(|| Sources { language, files: Vec::new() });
        sources.files.push((path, text));
    };
    match env::var_os("LOCKSTEP_BENCH") {
        Some(folder) => walk(Path::new(&folder), &RepoPath::root(), &mut add),
        None => made_up::sources().into_iter().for_each(|(path, text)| {
            let path = RepoPath::new(&path).expect("a sound path");
            // A text with errors would measure how they are repaired. The first of a language stands for all.
            let first = language_of(&path).filter(|_| path.file_stem() == "m0");
            let error = first.and_then(|language| language.facts(&path, &text).error);
            assert_eq!(error, None, "{path}");
            add(path, text);
        }),
    }
    println!("medians of {} rounds; {} threads", ROUNDS - 1, rayon::current_num_threads());
    println!(
        "{:<12} {:>6} {:>9} {:>8} {:>12} {:>8} {:>14} {:>10}",
        "language", "files", "lines", "MB", "lines/s (1)", "MB/s (1)", "lines/s (all)", "MB/s (all)"
    );
    for (name, sources) in &all {
        report(name, sources);
    }
}

fn report(name: &str, sources: &Sources) {
    let (lines, megabytes) = (sources.lines(), sources.bytes() as f64 / 1e6);
    let one = median(|| sources.on_one_thread()).as_secs_f64();
    let many = median(|| sources.on_all_threads()).as_secs_f64();
    println!(
        "{name:<12} {:>6} {lines:>9} {megabytes:>8.2} {:>12.0} {:>8.1} {:>14.0} {:>10.1}",
        sources.files.len(),
        lines as f64 / one,
        megabytes / one,
        lines as f64 / many,
        megabytes / many
    );
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(round: impl Fn() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| round()).skip(1).collect();
    times.sort();
    times[times.len() / 2]
}

/// Hands on every file below `folder` that is text.
fn walk(folder: &Path, at: &RepoPath, add: &mut impl FnMut(RepoPath, String)) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("a folder").filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (Ok(kind), Ok(path)) = (entry.file_type(), at.join(&name)) else { continue };
        if kind.is_dir() && !LEFT_ASIDE.contains(&name.as_str()) {
            walk(&entry.path(), &path, add);
            continue;
        }
        let is_source = kind.is_file() && language_of(&path).is_some();
        if let Some(text) = is_source.then(|| fs::read_to_string(entry.path()).ok()).flatten() {
            add(path, text);
        }
    }
}
