//! A guard against getting slower: how many instructions a fixed piece of work takes, held against what it took before.
//!
//! Time says little on a machine that others use as well; instructions are the same to about a hundredth from run to run.
//! The work is `check`, on one thread, on a made-up history of 1,000 changesets of 50 functions: with nothing kept, with
//! what the first run kept but its answer, and with its answer. `perf` counts where the system lets it and `xtask/instructions.toml` has figures of it, else
//! `valgrind`; each counts a little otherwise, and so has figures of its own.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use clap::Args;

use crate::clients;

/// More than this share above the reference is a loss, in hundredths.
const MOST_MORE: u64 = 20;
/// Changesets and functions of the history.
const SIZE: [&str; 2] = ["1000", "50"];

/// What `instructions` takes.
#[derive(Debug, Args)]
pub struct Wanted {
    /// What it took before, by target and counter
    #[arg(long, default_value = "xtask/instructions.toml")]
    reference: PathBuf,
    /// Write down what it takes now instead of comparing
    #[arg(long)]
    update: bool,
}

/// What is run one after the other, by name, with arguments: who wants to be told more is given no answer that was kept.
const RUNS: [(&str, &[&str]); 3] = [("cold", &[]), ("warm", &["-v"]), ("again", &[])];

/// Instructions by run.
type Counts = BTreeMap<String, u64>;
/// Counts by target and counter.
type Reference = BTreeMap<String, Counts>;

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counter {
    Perf,
    Valgrind,
}

const COUNTERS: [Counter; 2] = [Counter::Perf, Counter::Valgrind];

/// Counts and compares.
///
/// # Errors
/// If a run takes more than a fifth more instructions than before, or something cannot be built, run or read.
pub fn guard(wanted: &Wanted) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let file = clients::root().join(&wanted.reference);
    let mut reference = read(&file)?;
    let usable = |counter: &Counter| wanted.update || reference.contains_key(&counter.key());
    let Some(counter) = COUNTERS.into_iter().filter(usable).find(|counter| counter.works()) else {
        let systems = reference.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        writeln!(out, "no instructions are counted here, so nothing is compared: there are figures of {systems}")?;
        return Ok(());
    };
    let counts = count(counter)?;
    if wanted.update {
        reference.insert(counter.key(), counts);
        fs::write(&file, written(&reference)?)?;
        writeln!(out, "{} is written", file.display())?;
        return Ok(());
    }
    let known = &reference[&counter.key()];
    for line in lines(known, &counts) {
        writeln!(out, "{}: {line}", counter.key())?;
    }
    let lost = lost(known, &counts);
    ensure!(
        lost.is_empty(),
        "more than {MOST_MORE} % more instructions than before: {}; if that is the price of something, `cargo xtask \
         instructions --update` writes them down",
        lost.join(", ")
    );
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Reference> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(toml::from_str(&text)?)
}

fn written(reference: &Reference) -> anyhow::Result<String> {
    let head = "# What `cargo xtask instructions` counted, by target and counter; `--update` writes it.\n\n";
    Ok(head.to_owned() + &toml::to_string(reference)?)
}

/// A line for each run: what it takes, and how much more or less that is.
fn lines(known: &Counts, counts: &Counts) -> Vec<String> {
    let of = |(run, now): (&String, &u64)| {
        let before = known.get(run).copied().unwrap_or(0);
        let change = (*now as f64 / before.max(1) as f64 - 1.0) * 100.0;
        format!("{run} {now} instructions, {before} before ({change:+.1} %)")
    };
    counts.iter().map(of).collect()
}

/// The runs that take too much more than they are known to, or are not known.
fn lost<'a>(known: &Counts, counts: &'a Counts) -> Vec<&'a str> {
    let most = |run: &str| known.get(run).map_or(0, |before| before + before * MOST_MORE / 100);
    counts.iter().filter(|(run, now)| **now > most(run)).map(|(run, _)| run.as_str()).collect()
}

fn count(counter: Counter) -> anyhow::Result<Counts> {
    let scratch = tempfile::tempdir()?;
    let history = scratch.path().join("made-up.git");
    let lockstep = build(&["--package", "cargo-lockstep", "--bin", "lockstep"], "lockstep")?;
    let maker = build(&["--package", "lockstep-testkit", "--example", "made_up_history"], "examples/made_up_history")?;
    clients::call(Command::new(maker).arg(&history).args(SIZE))?;
    let kept = scratch.path().join("kept");
    let run = |(name, more): (&str, &[&str])| {
        anyhow::Ok((name.to_owned(), counter.count(&lockstep, more, (&history, &kept))?))
    };
    RUNS.into_iter().map(run).collect()
}

fn build(what: &[&str], program: &str) -> anyhow::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = ["build", "--quiet", "--locked", "--release"];
    clients::call(Command::new(cargo).args(build).args(what).current_dir(clients::root()))?;
    Ok(clients::target().join("release").join(program))
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Self::Perf => "perf",
            Self::Valgrind => "valgrind",
        }
    }

    /// What its figures are filed under.
    fn key(self) -> String {
        format!("{}-{}-{}", env::consts::ARCH, env::consts::OS, self.name())
    }

    /// What goes before a program that is counted; `into` gets the figures.
    fn before(self, into: &Path) -> Command {
        let mut command = Command::new(self.name());
        match self {
            Self::Perf => command.args(["stat", "-x", ",", "-e", "instructions:u", "-o"]).arg(into),
            Self::Valgrind => command
                .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
                .arg(format!("--log-file={}", into.display())),
        };
        command
    }

    /// True if it is installed, and the system lets it count.
    fn works(self) -> bool {
        let Ok(scratch) = tempfile::tempdir() else { return false };
        let into = scratch.path().join("figures");
        let done = self.before(&into).arg("true").stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.is_ok_and(|status| status.success())
            && fs::read_to_string(&into).is_ok_and(|text| self.told(&text).is_some())
    }

    /// The figure in what it wrote.
    fn told(self, text: &str) -> Option<u64> {
        let figure = match self {
            // `123456,,instructions:u,…`
            Self::Perf => text.lines().find(|line| line.contains("instructions"))?.split(',').next()?.to_owned(),
            // `==1== I refs:        123,456`, in newer versions `I  refs`.
            Self::Valgrind => {
                let line = text.lines().find(|line| line.contains("refs:"))?;
                line.rsplit(':').next()?.trim().replace(',', "")
            }
        };
        figure.parse().ok()
    }

    /// The instructions of a `check` of `history` on one thread, with what is in `kept`.
    fn count(self, lockstep: &Path, more: &[&str], (history, kept): (&Path, &Path)) -> anyhow::Result<u64> {
        let into = kept.with_extension(self.name());
        let status = self
            .before(&into)
            .arg(lockstep)
            .args(["check", "--jobs", "1"])
            .args(more)
            .arg(history)
            .env("LOCKSTEP_CACHE_DIR", kept)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        // 1: findings at deny level, 3: incomplete.
        ensure!(matches!(status.code(), Some(0 | 1 | 3)), "`lockstep check` ends with {status}");
        let text = fs::read_to_string(&into)?;
        self.told(&text).with_context(|| format!("{} says no figure: {text}", self.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(cold: u64, warm: u64) -> Counts {
        [("cold".to_owned(), cold), ("warm".to_owned(), warm)].into()
    }

    #[test]
    fn a_fifth_more_passes_and_more_than_that_does_not() {
        let known = counts(1_000, 100);
        assert!(lost(&known, &counts(1_200, 120)).is_empty());
        assert!(lost(&known, &counts(500, 1)).is_empty());
        assert_eq!(lost(&known, &counts(1_201, 120)), ["cold"]);
        assert_eq!(lost(&known, &counts(1_201, 121)), ["cold", "warm"]);
        assert_eq!(lost(&Counts::new(), &counts(1, 0)), ["cold"]);
    }

    #[test]
    fn each_counter_is_understood() {
        let perf = "# started on Mon\n\n1234567,,instructions:u,98765,100.00,,\n";
        assert_eq!(Counter::Perf.told(perf), Some(1_234_567));
        assert_eq!(Counter::Perf.told("<not supported>,,instructions:u,0,100.00,,\n"), None);
        let valgrind = "==7== Cachegrind\n==7== \n==7== I refs:        1,234,567\n";
        assert_eq!(Counter::Valgrind.told(valgrind), Some(1_234_567));
        assert_eq!(Counter::Valgrind.told("==7== I   refs:      89\n"), Some(89));
    }

    #[test]
    fn what_is_written_is_read() {
        let reference: Reference = [("x86_64-linux-valgrind".to_owned(), counts(5, 3))].into();
        assert_eq!(toml::from_str::<Reference>(&written(&reference).unwrap()).unwrap(), reference);
    }
}
