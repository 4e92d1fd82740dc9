//! The laws of the simulator: it is the same on every machine, it plants what it says, and each source of noise is there
//! because it was asked for.

use std::collections::BTreeMap;

use super::*;
use crate::{Edit, Repository};

fn small() -> Simulation {
    Simulation { changesets: 60, functions: 10, ..Simulation::default() }
}

#[test]
fn the_same_seed_makes_the_same_commits() {
    let head = |seed: u64| {
        let repository = Repository::build(&small().run(seed).plan).unwrap();
        assert_eq!(repository.git(&["rev-list", "--first-parent", "--count", "HEAD"]).unwrap(), "60");
        repository.git(&["rev-parse", "HEAD"]).unwrap()
    };
    assert_eq!(head(1), head(1));
    assert_ne!(head(1), head(2));
    // Written down, so that a machine on which it is not the same is seen.
    assert_eq!(head(1), "1ab83706f8d3612a2cae28cb566afb486464cafa");
}

#[test]
fn a_large_history_is_streamed() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path().join("bare");
    let mut truth = None;
    Repository::grow(&at, |each| truth = Some(Simulation::large(300, 80).play(3, each))).unwrap();
    let planned = Simulation::large(300, 80).run(3);
    assert_eq!(truth.unwrap(), planned.truth);
    let count = std::process::Command::new("git")
        .arg("-C")
        .arg(&at)
        .args(["rev-list", "--first-parent", "--count", "main"])
        .output();
    assert_eq!(String::from_utf8(count.unwrap().stdout).unwrap().trim(), "300");
    assert_eq!(planned.truth.coupled.len(), 14);
}

/// What was planted is what is there: over sixty histories, the changes of coupled functions, and the joint ones.
#[test]
fn planted_strengths_come_true() {
    let (mut changes, mut joint) = ([0.0; 2], [0.0; 2]);
    for seed in 0..60 {
        let truth = Simulation::default().run(seed).truth;
        for Planted { from, to, strength, changes: planned } in &truth.planted {
            changes[0] += planned;
            changes[1] += truth.changes(from, 10) as f64;
            joint[0] += strength * planned;
            joint[1] += truth.together(from, to, 10) as f64;
        }
    }
    assert!((changes[1] / changes[0] - 1.0).abs() < 0.02, "{changes:?}");
    // Births and sweeps bring in a few more, which nobody planted.
    assert!((0.97..1.10).contains(&(joint[1] / joint[0])), "{joint:?}");
}

/// Real repositories: 56 % to 75 % of the changesets that change a function change exactly one (10 % and 75 % quantile).
#[test]
fn most_changesets_change_one_function() {
    let (mut one, mut any) = (0, 0);
    for seed in 0..50 {
        let truth = Simulation::default().run(seed).truth;
        one += truth.changed.iter().filter(|changed| changed.len() == 1).count();
        any += truth.changed.iter().filter(|changed| !changed.is_empty()).count();
    }
    let share = one as f64 / any as f64;
    assert!((0.60..0.72).contains(&share), "{share}");
}

/// A source of noise: its name, how it is turned off, and how one of its changesets is known.
type Source = (&'static str, fn(&mut Simulation), fn(&PlannedCommit) -> bool);

fn titled(commit: &PlannedCommit, words: &str) -> bool {
    commit.commit.title.contains(words)
}

fn by_a_program(commit: &PlannedCommit) -> bool {
    commit.commit.author.ends_with("[bot]") || titled(commit, "/dependabot/")
}

fn writes(commit: &PlannedCommit, end: &str) -> bool {
    commit.edits.iter().any(|edit| matches!(edit, Edit::Write { path, .. } if path.ends_with(end)))
}

#[test]
fn without_a_source_of_noise_there_is_none_of_it() {
    let sources: [Source; 15] = [
        ("bots", |all| all.bots = 0.0, by_a_program),
        ("formatters", |all| all.formatters = 0.0, |commit| titled(commit, "Format ") && !by_a_program(commit)),
        ("comments", |all| all.comments = 0.0, |commit| titled(commit, "Explain ")),
        ("licences", |all| all.licences = 0.0, |commit| titled(commit, "licence headers")),
        ("imports", |all| all.imports = 0.0, |commit| titled(commit, "Sort the imports")),
        ("dependencies", |all| all.dependencies = 0.0, |commit| titled(commit, "Upgrade dependencies")),
        ("runtimes", |all| all.runtimes = 0.0, |commit| titled(commit, "Raise the runtime")),
        ("settings", |all| all.settings = 0.0, |commit| titled(commit, "more memory")),
        ("renames", |all| all.renames = 0.0, |commit| commit.edits.iter().any(|edit| matches!(edit, Edit::Rename(..)))),
        ("documentation", |all| all.documentation = 0.0, |commit| writes(commit, ".md")),
        ("tests", |all| all.tests = 0.0, |commit| writes(commit, ".test.ts")),
        ("sweeps", |all| all.sweeps = 0.0, |commit| titled(commit, "new logger")),
        (
            "tangled",
            |all| (all.tangled, all.pairs, all.triples, all.hubs) = (0.0, 0, 0, 0),
            |commit| titled(commit, " and "),
        ),
        ("shared_code", |all| all.shared_code = 0.0, |commit| titled(commit, "Round amounts")),
        ("merges", |all| all.merges = 0.0, |commit| commit.commit.merge),
    ];
    let usual = Simulation::default().run(7).plan;
    for (name, without, find) in sources {
        assert!(usual.commits.iter().any(find), "{name} is there by default");
        let mut simulation = Simulation::default();
        without(&mut simulation);
        let plan = simulation.run(7).plan;
        assert_eq!(plan.commits.len(), 350, "{name}");
        assert!(!plan.commits.iter().any(find), "{name} is still there");
    }
}

/// The text without what a formatter, a comment, a licence header or the order of imports may change.
fn essence(text: &str) -> Vec<String> {
    let comment = |line: &&str| !["//", "# ", "\"\"\""].iter().any(|mark| line.trim_start().starts_with(mark));
    let (mut imports, rest): (Vec<&str>, Vec<&str>) =
        text.lines().filter(comment).partition(|line| line.starts_with("import ") || line.starts_with("from "));
    imports.sort_unstable();
    let essential = |text: &str| text.replace(['\'', '"', ';', ',', ' ', '\n'], "");
    imports.into_iter().map(essential).chain([essential(&rest.concat())]).collect()
}

/// Noise changes texts and says the same; everything else changes what it says. Replayed from the plan.
#[test]
fn noise_is_noise_and_work_is_work() {
    let (mut noise, mut work) = (0, 0);
    for seed in 0..5 {
        let Simulated { plan, truth } = Simulation::default().run(seed);
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for (commit, changed) in plan.commits.iter().zip(&truth.changed) {
            let quiet = ["Format ", "Explain ", "licence headers", "Sort the imports"];
            let is_noise = quiet.iter().any(|words| titled(commit, words));
            let mut differs = 0;
            for edit in &commit.edits {
                match edit {
                    Edit::Write { path, text } => {
                        let before = texts.insert(path.clone(), text.clone());
                        assert_ne!(before.as_ref(), Some(text), "an edit of {path} that changes nothing");
                        differs += usize::from(before.is_none_or(|before| essence(&before) != essence(text)));
                    }
                    Edit::Rename(from, to) => {
                        let inside = |path: &&String| path.starts_with(from.as_str());
                        let moved: Vec<String> = texts.keys().filter(inside).cloned().collect();
                        assert!(!moved.is_empty(), "{from} is there");
                        for path in moved {
                            let text = texts.remove(&path).unwrap();
                            texts.insert(path.replacen(from, to, 1), text);
                        }
                    }
                    Edit::Delete(path) => drop(texts.remove(path)),
                }
            }
            assert!(!(is_noise && differs > 0), "{}", commit.commit.title);
            assert!(differs > 0 || changed.is_empty(), "{}", commit.commit.title);
            noise += usize::from(is_noise);
            work += usize::from(!changed.is_empty());
        }
    }
    assert!(noise > 30 && work > 1000, "{noise} {work}");
}

/// However long a history is, nothing in it becomes longer with every changeset, and it ends.
#[test]
fn a_long_history_stays_readable() {
    let longest = |changesets: usize| {
        let (mut longest, mut last) = (0, 0);
        Simulation::large(changesets, 10).play(4, |commit| {
            last = commit.time;
            for edit in &commit.edits {
                if let Edit::Write { text, .. } = edit {
                    longest = longest.max(text.lines().count());
                }
            }
        });
        assert!(((last - START) as f64) < 31.0 * YEAR, "{changesets}");
        longest
    };
    // Five functions of one file, each a handler and a helper of at most eight statements of up to three lines.
    let lines = longest(20_000);
    assert!(lines < 5 * 2 * (8 * 3 + 20) && lines < 2 * longest(1_000), "{lines}");
    let simulation = Simulation::large(20_000, 800);
    let raised = |simulation: &Simulation| simulation.runtimes * simulation.per_year;
    assert!((raised(&simulation) / raised(&Simulation::default()) - 1.0).abs() < 1e-9);
}

#[test]
fn further_files_are_run() {
    let mut many: BTreeMap<String, String> = BTreeMap::new();
    Simulation { more_files: 12, renames: 0.0, ..small() }.play(5, |commit| {
        for edit in commit.edits {
            if let Edit::Write { path, text } = edit {
                many.insert(path, text);
            }
        }
    });
    let further: Vec<&String> = many.keys().filter(|path| path.contains("/step_")).collect();
    assert_eq!(further.len(), 10 * 12, "{further:?}");
    for path in further {
        let (folder, file) = path.rsplit_once('/').unwrap();
        let module = file.rsplit_once('.').unwrap().0;
        let imported = [format!("./{module}'"), format!("./{module}\""), format!("from .{module} import")];
        let is_imported = |(other, text): (&String, &String)| {
            other.starts_with(folder) && other != path && imported.iter().any(|import| text.contains(import))
        };
        assert!(many.iter().any(is_imported), "{path}");
    }
}
