//! How long each stage takes, next to `git log` on the same repository in the same run.
//!
//! `cargo bench -p lockstep-linter` measures a made-up repository of sixty functions and three thousand changesets;
//! `LOCKSTEP_BENCH=/path/to/a/repository` measures that one. Every round runs all of it once, so that a busy machine
//! slows everything alike; the table shows medians, and their ratio to `git log --first-parent -m --raw --no-renames`.

#![expect(clippy::print_stdout, reason = "a benchmark is there to print")]

mod laps;

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use laps::Clock;
use lockstep_testkit::{Page, Repository};

/// Rounds, the first of which only warms up.
const ROUNDS: usize = 8;
const FUNCTIONS: usize = 60;
const CHANGESETS: usize = 3_000;

fn main() {
    let made;
    let folder = match env::var_os("LOCKSTEP_BENCH") {
        Some(given) => PathBuf::from(given),
        None => {
            made = made_up();
            made.path().to_owned()
        }
    };
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let mut size = String::new();
    for round in 0..ROUNDS {
        let (measured, what) = once(&folder);
        size = what;
        if round > 0 {
            measured.into_iter().for_each(|(name, time)| times.entry(name).or_default().push(time));
        }
    }
    report(&size, &times);
}

/// A repository in which every function changes in turn, and every fifth changeset edits two.
fn made_up() -> Repository {
    let mut page = String::from("# Bench\n\n## Case\n\n```history\nd1 ana \"Start\" A README.md\n");
    for number in 0..CHANGESETS {
        let (a, b) = (number % FUNCTIONS, (number * 7 + 3) % FUNCTIONS);
        let second = if number % 5 == 0 && a != b { format!(" M fn{b}/handler.py") } else { String::new() };
        let _ = writeln!(page, "d{} ana \"Change {number}\" M fn{a}/handler.py{second}", number + 2);
    }
    page += "```\n";
    for number in 0..FUNCTIONS {
        let _ = write!(
            page,
            "\n```yaml fn{number}/template.yaml\nTransform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {{ Handler: handler.run, Runtime: python3.13 }}\n```\n\n```python fn{number}/handler.py\ndef run(event, context):\n    return {number}\n```\n"
        );
    }
    let page = Page::parse(&page).expect("a sound page");
    Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository")
}

fn once(folder: &Path) -> (Vec<(&'static str, Duration)>, String) {
    let mut clock = Clock::start();
    let log = Command::new("git")
        .args(["log", "--first-parent", "-m", "--raw", "--no-renames"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .status();
    assert!(log.is_ok_and(|status| status.success()), "git log runs in {}", folder.display());
    clock.lap("0 git log");
    let size = laps::stages(folder, &mut clock);
    clock.lap("8 (free memory)");
    laps::whole(folder, &mut clock);
    (clock.laps(), size)
}

fn report(size: &str, times: &BTreeMap<&str, Vec<Duration>>) {
    println!("{size}; medians of {} rounds", ROUNDS - 1);
    println!("{:<34} {:>10} {:>10} {:>8}", "stage", "median ms", "min ms", "git log");
    let median = |all: &[Duration]| {
        let mut all = all.to_vec();
        all.sort();
        all[all.len() / 2].as_secs_f64()
    };
    let base = times.values().next().map_or(1.0, |all| median(all));
    for (name, all) in times {
        let (middle, least) = (median(all), all.iter().min().map_or(0.0, Duration::as_secs_f64));
        println!("{name:<34} {:>10.1} {:>10.1} {:>7.2}x", middle * 1e3, least * 1e3, middle / base);
    }
}
