//! Whether the program finds what was planted: made-up histories of which the truth is known, run through the binary.
//!
//! `cargo test -p cargo-lockstep --test e2e simulator -- --nocapture` prints the tables of
//! `docs/src/evaluation-simulator.md`.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    ops::AddAssign,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use lockstep_testkit::{
    Repository,
    simulator::{Pair, Simulation, Truth, pair},
};
use serde_json::Value;

use crate::program;

/// How many histories are made.
const SEEDS: u64 = 20;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("`{name}` in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("`{name}` in {value}"))
}

/// The pairs that a report of `check` says must change together, in either direction.
fn flagged(report: &Value) -> BTreeSet<Pair> {
    let about = |finding: &&Value| matches!(text(finding, "rule"), "lockstep" | "follower");
    list(report, "findings")
        .iter()
        .filter(about)
        .flat_map(|finding| list(finding, "evidence"))
        .filter(|evidence| text(evidence, "type") == "co-change")
        .map(|evidence| pair(text(evidence, "from"), text(evidence, "to")))
        .collect()
}

/// What was said about the histories of one or several seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Score {
    flagged: usize,
    /// Flagged pairs that were planted, however weak.
    right: usize,
    planted: usize,
    /// Planted pairs that can be found at all.
    recallable: usize,
    recalled: usize,
    contract_only: usize,
    shared_only: usize,
}

impl Score {
    fn new(flagged: &BTreeSet<Pair>, truth: &Truth) -> Self {
        let among = |pairs: &BTreeSet<Pair>| flagged.intersection(pairs).count();
        Self {
            flagged: flagged.len(),
            right: among(&truth.coupled),
            planted: truth.coupled.len(),
            recallable: truth.recallable.len(),
            recalled: among(&truth.recallable),
            contract_only: among(&truth.contract_only),
            shared_only: among(&truth.shared_only),
        }
    }

    fn precision(self) -> f64 {
        self.right as f64 / self.flagged.max(1) as f64
    }

    fn recall(self) -> f64 {
        self.recalled as f64 / self.recallable.max(1) as f64
    }

    fn row(self, name: &str) -> String {
        let Self { flagged, right, planted, recallable, recalled, contract_only, shared_only } = self;
        let (precision, recall) = (self.precision(), self.recall());
        format!(
            "| {name} | {flagged} | {right} | {precision:.3} | {planted} | {recallable} | {recalled} | {recall:.3} | {contract_only} | {shared_only} |\n"
        )
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.flagged += other.flagged;
        self.right += other.right;
        self.planted += other.planted;
        self.recallable += other.recallable;
        self.recalled += other.recalled;
        self.contract_only += other.contract_only;
        self.shared_only += other.shared_only;
    }
}

const HEAD: &str = "| seed | flagged | planted of them | precision | planted | recallable | recalled | recall | contract-only flagged | shared-only flagged |\n\
    |---|---|---|---|---|---|---|---|---|---|\n";

/// Calls `of` for each seed, on all processors; the answers come in the order of the seeds.
fn each_seed<T: Send>(of: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(1);
    let work = || {
        let mut done = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed) as u64;
            if seed > SEEDS {
                return done;
            }
            done.push((seed, of(seed)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<(u64, T)> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    all.sort_by_key(|(seed, _)| *seed);
    all.into_iter().map(|(_, answer)| answer).collect()
}

fn total(scores: &[Score]) -> Score {
    let mut sum = Score::default();
    scores.iter().for_each(|score| sum += *score);
    sum
}

fn table(name: &str, scores: &[Score]) -> String {
    let mut text = format!("{name}\n\n{HEAD}");
    for (number, score) in scores.iter().enumerate() {
        text += &score.row(&(number + 1).to_string());
    }
    let _ = writeln!(text, "{}", total(scores).row("all"));
    text
}

/// What must hold of what is flagged.
const PRECISION: f64 = 0.98;
/// What must hold of what can be found.
const RECALL: f64 = 0.95;

/// Runs the program on the histories of `simulation`, configured by `settings`.
fn judge(simulation: &Simulation, settings: &str) -> Vec<Score> {
    each_seed(|seed| {
        let simulated = simulation.run(seed);
        let repository = Repository::build(&simulated.plan).expect("a repository");
        repository.write("lockstep.toml", settings).expect("a file");
        let report = program::json(repository.path(), &["check"]);
        assert_eq!(report["problems"], serde_json::json!([]), "seed {seed}: all of it can be read");
        Score::new(&flagged(&report), &simulated.truth)
    })
}

/// The same mixture without anything that only looks like a change.
fn without_cosmetic_changes() -> Simulation {
    Simulation { formatters: 0.0, comments: 0.0, licences: 0.0, imports: 0.0, tidying: 0.0, ..Simulation::default() }
}

#[test]
#[expect(clippy::print_stdout, reason = "the tables are what one asks this test for")]
fn what_was_planted_is_found() {
    let unread = judge(&Simulation::default(), "[history]\nchange-kinds = false\n");
    println!("{}", table("Contents not read", &unread));
    let read = judge(&Simulation::default(), "");
    println!("{}", table("Contents read", &read));
    let (unread, read) = (total(&unread), total(&read));
    assert_eq!((unread.contract_only, read.contract_only), (0, 0));
    assert!(read.precision() >= PRECISION && read.recall() >= RECALL, "{read:?}");
    assert!(unread.precision() >= 0.75 && unread.recall() >= RECALL, "{unread:?}");
    // Otherwise the noise is none, and there is nothing to win by reading contents.
    assert!(unread.precision() < read.precision(), "{unread:?}");
}

/// Whose change it was: what the program counts for each function is what was done to it.
#[test]
#[expect(clippy::print_stdout, reason = "the share is what one asks this test for")]
fn changes_are_counted_for_those_that_changed() {
    const LARGEST: usize = 10;
    let (mut there, mut differing) = (0, 0);
    for seed in 1..=4 {
        let simulated = without_cosmetic_changes().run(seed);
        let repository = Repository::build(&simulated.plan).expect("a repository");
        let graph = program::json(repository.path(), &["graph"]);
        let functions = list(&graph, "functions");
        assert_eq!(functions.len(), simulated.truth.functions.len());
        for function in functions {
            let (id, counted) = (text(function, "id"), function["changes"].as_u64().expect("a count"));
            let really = simulated.truth.changes(id, LARGEST) as u64;
            there += really;
            differing += counted.abs_diff(really);
        }
    }
    println!("{differing} of {there} changes of functions counted wrongly");
    assert!(there > 1_000 && differing == 0, "{differing} of {there}");
}
