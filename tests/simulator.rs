//! Whether the program finds what was planted: made-up histories of which the truth is known, run through the binary.
//!
//! `cargo test -p cargo-lockstep --test e2e simulator -- --nocapture` prints the tables of
//! `docs/src/evaluation-simulator.md`.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    ops::AddAssign,
    path::Path,
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

/// The pairs that `check` says must change together, in either direction.
fn flagged(folder: &Path) -> BTreeSet<Pair> {
    let report = program::json(folder, &["check"]);
    let about = |finding: &&Value| matches!(text(finding, "rule"), "lockstep" | "follower");
    list(&report, "findings")
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

#[test]
#[expect(clippy::print_stdout, reason = "the table is what one asks this test for")]
fn what_was_planted_is_found() {
    let mut simulation = Simulation::default();
    if std::env::var("QUIET").is_ok() {
        simulation.formatters = 0.0;
        simulation.comments = 0.0;
        simulation.licences = 0.0;
        simulation.imports = 0.0;
        simulation.tidying = 0.0;
    }
    let scores: Vec<(Score, String)> = each_seed(|seed| {
        let simulated = simulation.run(seed);
        let repository = Repository::build(&simulated.plan).expect("a repository");
        let f = flagged(repository.path());
        let truth = &simulated.truth;
        let graph = program::json(repository.path(), &["graph"]);
        let mut out = format!("{seed} prior {}\n", graph["prior"]);
        for p in f.union(&truth.recallable) {
            if f.contains(p) && truth.coupled.contains(p) {
                continue;
            }
            let planted: Vec<String> = truth
                .planted
                .iter()
                .filter(|q| pair(&q.from, &q.to) == *p)
                .map(|q| format!("{:.2} of {:.0}", q.strength, q.changes))
                .collect();
            let c = list(&graph, "couplings").iter().find(|c| pair(text(c, "a"), text(c, "b")) == *p);
            let fig = c.map_or(String::new(), |c| {
                format!(
                    "own {} / {:.2} {:.2} / {:.2} {:.2} specific {} by {}",
                    c["together"]["own"],
                    c["a_to_b"]["strength_free"],
                    c["a_to_b"]["lower_free"],
                    c["b_to_a"]["strength_free"],
                    c["b_to_a"]["lower_free"],
                    c["specific"],
                    c["explained_by"]
                )
            });
            let _ = writeln!(
                out,
                "{seed} {} {} {} {p:?} {planted:?} truth {} of {} {} {fig}",
                if f.contains(p) { "FOUND" } else { "     " },
                if truth.coupled.contains(p) { "coupled" } else { "FALSE  " },
                if truth.recallable.contains(p) { "recallable" } else { "-" },
                truth.together(&p.0, &p.1),
                truth.changes(&p.0),
                truth.changes(&p.1)
            );
        }
        (Score::new(&f, &simulated.truth), out)
    });
    for (_, o) in &scores {
        print!("{o}");
    }
    let scores: Vec<Score> = scores.into_iter().map(|s| s.0).collect();
    println!("{}", table("Contents not read", &scores));
}
