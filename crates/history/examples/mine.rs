//! Mines every commit of a repository that is no merge, as `git log --no-merges --raw --no-renames` tells them.
//!
//! ```text
//! cargo run --release -p lockstep-history --example mine -- REPOSITORY [--facts] [--main-line] [--jobs N]
//! cargo run --release -p lockstep-history --example mine -- REPOSITORY --kept FILE
//! ```
//!
//! With `--kept`, goes on from the line in FILE to HEAD, as a run of the program does from what it kept, makes changesets of all
//! of it, and writes back what it grew by, if it did, into a file beside it that ends in `.new`. Else prints how many commits and facts there are, and a digest of the facts; with
//! `--facts` the facts themselves, one a line with NULs between, as `xtask/reference/mining.py` compares them with git's.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    io::{BufWriter, Write},
    path::Path,
    process::ExitCode,
};

use lockstep_history::{Held, Line, Mining, Options, Read, Repository, Scope, Way, mine, read_on};
use xxhash_rust::xxh3::xxh3_128;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let jobs = arguments.iter().skip_while(|argument| *argument != "--jobs").nth(1);
    let jobs = jobs.map_or(Ok(0), |jobs| jobs.parse()).map_err(|_| "--jobs takes a number")?;
    let kept = arguments.iter().skip_while(|argument| *argument != "--kept").nth(1);
    let scope = if has("--main-line") { Scope::Behaviour } else { Scope::EveryCommit };
    let path = arguments.first().ok_or("which repository?")?;
    let repository = Repository::discover(Path::new(path)).map_err(|error| error.to_string())?;
    if let Some(kept) = kept {
        return go_on(&repository, Path::new(kept), jobs);
    }
    let way = if has("--libgit2") { Way::Libgit2 } else { Way::Packs };
    let line = mine(&repository, &Options { jobs, scope, ..Options::default() }, way, &|_| ())?;
    if has("--facts") {
        return print(&line).map_err(|error| error.to_string());
    }
    let Mining { commits, facts, digest } = Mining::of(&line);
    println!("{commits} commits, {facts} facts, digest {digest:016x}");
    Ok(())
}

fn go_on(repository: &Repository, kept: &Path, jobs: usize) -> Result<(), String> {
    let grown = kept.with_extension("new");
    let before = Held::read(kept).ok().and_then(|bytes| sealed(&bytes));
    let (known, seal) = before.map_or((None, [0; HASH]), |(line, seal)| (Line::from_bytes(line).ok(), seal));
    let growth = Held::read(&grown).ok().and_then(|bytes| sealed(&bytes)).filter(|(bytes, _)| bytes.starts_with(&seal));
    let growth = growth.and_then(|(bytes, _)| Line::from_bytes(bytes.part(HASH..bytes.len())?).ok());
    let known = known.map(|known| growth.into_iter().fold(known, Line::and));
    let before = known.as_ref().map_or(0, Line::len);
    let options = Options { jobs, follow_renames: true, ..Options::default() };
    let Read { history, line, .. } = read_on(repository, &options, None, known, &|_| ()).value;
    let line = line.ok_or("there is no history")?;
    println!("{before} commits were kept, there are {}: {} changesets", line.len(), history.changesets.len());
    if line.len() != before {
        let written = match line.growth() {
            Some(growth) => replace(&grown, &[&seal, &*growth.to_bytes()].concat()),
            None => replace(kept, &line.to_bytes()),
        };
        written.map_err(|error| error.to_string())?;
    }
    // As the program does: to give back every text takes longer than to end.
    std::mem::forget((history, line));
    Ok(())
}

/// The length of a hash.
const HASH: usize = 16;

/// What a file holds, and the hash at its end; none if that is not its hash.
fn sealed(bytes: &Held) -> Option<(Held, [u8; HASH])> {
    let (said, hash) = bytes.split_last_chunk::<HASH>()?;
    (xxh3_128(said).to_le_bytes() == *hash).then_some((bytes.part(0..said.len())?, *hash))
}

/// Writes a file, its hash at its end, whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_extension("part");
    std::fs::write(&part, [bytes, &xxh3_128(bytes).to_le_bytes()].concat())?;
    std::fs::rename(part, path)
}

fn print(line: &Line) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for fact in line.facts() {
        let (from, to) = (fact.mode_before, fact.mode_after);
        write!(out, "{} {from:06o} {to:06o} {:?} {:?} {}\0", fact.commit, fact.before, fact.after, fact.status)?;
        out.write_all(fact.path)?;
        out.write_all(b"\0\n")?;
    }
    out.flush()
}
