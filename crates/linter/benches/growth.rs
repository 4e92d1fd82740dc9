//! How time and memory grow with changesets and functions, on made-up histories.
//!
//! `cargo bench -p lockstep-linter --bench growth` makes histories of 1,000 and 10,000 changesets, of 50 and 500 functions;
//! `LOCKSTEP_BENCH_LARGE=1` also 100,000 and a million changesets, and 5,000 functions. Each is run in a process of its own, so
//! that its memory can be told. Prints the time of each stage, the most memory, and the exponents: of 1, what is twice as
//! large takes twice as long.

#![expect(clippy::print_stdout, reason = "a benchmark is there to print")]

mod laps;

use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use laps::Clock;
use lockstep_testkit::{Repository, simulator::Simulation};

/// Says to the process that runs one history where it is.
const PLACE: &str = "LOCKSTEP_BENCH_GROWTH_PLACE";
/// The most memory of the whole run.
const MEMORY: &str = "MB";
const USUAL: &[(usize, usize)] = &[(1_000, 50), (10_000, 50), (1_000, 500), (10_000, 500)];
const LARGE: &[(usize, usize)] =
    &[(100_000, 50), (100_000, 500), (10_000, 5_000), (100_000, 5_000), (1_000_000, 5_000)];

/// Seconds of each stage, and the memory, by name.
type Figures = BTreeMap<String, f64>;

fn main() {
    if let Some(place) = env::var_os(PLACE) {
        return run(Path::new(&place));
    }
    let mut sizes = USUAL.to_vec();
    if env::var_os("LOCKSTEP_BENCH_LARGE").is_some() {
        sizes.extend(LARGE);
    }
    let mut all: BTreeMap<(usize, usize), Figures> = BTreeMap::new();
    for (changesets, functions) in sizes {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("made-up.git");
        let simulation = Simulation::large(changesets, functions);
        Repository::grow(&place, |each| drop(simulation.play(1, each))).expect("a history");
        println!("{changesets} changesets, {functions} functions");
        let figures = measured(&place);
        figures.iter().for_each(|(name, figure)| println!("    {name:<34} {figure:>10.3}"));
        all.insert((changesets, functions), figures);
    }
    exponents(&all);
}

/// Runs the history at `place`, and says what that took: a line for each figure.
fn run(place: &Path) {
    let mut clock = Clock::start();
    laps::whole(place, &mut clock);
    if let Some(memory) = most_memory() {
        println!("{MEMORY}\t{memory}");
    }
    clock.lap("8 (free memory)");
    laps::stages(place, &mut clock);
    for (name, time) in clock.laps() {
        println!("{name}\t{}", time.as_secs_f64());
    }
}

/// What was the most memory of this process so far, in MB, the pages of packs that it mapped among it; none where the system
/// does not say.
fn most_memory() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024.0 / 1e6)
}

/// What a run of the history at `place` in a process of its own takes.
fn measured(place: &Path) -> Figures {
    let program = env::current_exe().expect("a program");
    let output = Command::new(program).env(PLACE, place).stderr(Stdio::inherit()).output().expect("a process");
    assert!(output.status.success(), "the run of {} fails", place.display());
    let text = String::from_utf8(output.stdout).expect("text");
    let figure =
        |line: &str| line.split_once('\t').map(|(name, value)| (name.to_owned(), value.parse().expect("a number")));
    text.lines().filter_map(figure).collect()
}

/// Prints, for each figure, how it grows with changesets where functions stay, and with functions where changesets do.
fn exponents(all: &BTreeMap<(usize, usize), Figures>) {
    for (name, with, other) in [("changesets", 0, 1), ("functions", 1, 0)] {
        let part = |size: &(usize, usize), at: usize| if at == 0 { size.0 } else { size.1 };
        let mut series: BTreeMap<usize, Vec<(f64, &Figures)>> = BTreeMap::new();
        for (size, figures) in all {
            series.entry(part(size, other)).or_default().push((part(size, with) as f64, figures));
        }
        for (fixed, points) in series.into_iter().filter(|(_, points)| points.len() > 1) {
            println!("exponents over {name}, the other being {fixed}");
            for figure in points[0].1.keys() {
                let of = |(x, figures): &(f64, &Figures)| Some((*x, *figures.get(figure)?));
                println!("    {figure:<34} {:>10.2}", exponent(&points.iter().filter_map(of).collect::<Vec<_>>()));
            }
        }
    }
}

/// The slope of the least squares through the logarithms of `points`.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.max(1e-9).ln())).collect();
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / logs.len() as f64;
    let (x, y) = (mean(&|point| point.0), mean(&|point| point.1));
    let up: f64 = logs.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    up / logs.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>()
}
