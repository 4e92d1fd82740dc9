//! Facts that are kept from run to run: a second run parses only what changed, and says the same.

use std::{fs, path::Path, process::Output};

use crate::program;

fn run(folder: &Path, cache: &Path, arguments: &[&str]) -> Output {
    program::command(folder, arguments).env("LOCKSTEP_CACHE_DIR", cache).output().expect("lockstep runs")
}

/// What was printed, and what was said of kept facts.
fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let notes = text(&output.stderr);
    (
        text(&output.stdout),
        notes
            .lines()
            .filter(|line| line.starts_with("note: the facts") || line.contains("thrown away"))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn counts(kept: usize, parsed: usize) -> String {
    format!("note: the facts of {kept} source files were kept from an earlier run, {parsed} were parsed")
}

#[test]
fn a_second_run_parses_only_what_changed() {
    let (_place, folder) = program::demo();
    let cache = tempfile::tempdir().expect("a folder");
    // The facts alone: of what functions reach nothing is kept.
    let ask = || {
        let _ = fs::remove_dir_all(cache.path().join("traces"));
        said(&run(&folder, cache.path(), &["code", "reports/dailyRevenue", "-v"]))
    };
    let (first, notes) = ask();
    let all: usize =
        notes.split(", ").nth(1).and_then(|it| it.split(' ').next()).and_then(|it| it.parse().ok()).expect("a number");
    assert!(all > 5, "{notes}");
    assert_eq!(notes, counts(0, all));
    assert_eq!(ask(), (first.clone(), counts(all, 0)));
    let words = first.lines().filter_map(|line| line.split_whitespace().next());
    let entry = words.into_iter().find(|word| word.starts_with("reports/")).expect("a file of the function");
    let text = fs::read_to_string(folder.join(entry)).expect("a source");
    fs::write(folder.join(entry), format!("{} // words\n", text.trim_end())).expect("a source");
    assert_eq!(ask(), (first.clone(), counts(all - 1, 1)));
    let without = program::run(&folder, &["code", "reports/dailyRevenue", "--no-cache"]);
    assert_eq!(said(&without), (first, String::new()));
}

#[test]
fn what_is_damaged_is_thrown_away_and_said() {
    let (_place, folder) = program::demo();
    let cache = tempfile::tempdir().expect("a folder");
    let ask = || said(&run(&folder, cache.path(), &["code", "reports/dailyRevenue", "-v"]));
    let (first, _) = ask();
    let kept =
        fs::read_dir(cache.path().join("facts")).expect("a folder").next().expect("a file").expect("a file").path();
    fs::write(&kept, "lockstep facts 1\n").expect("a file");
    let traces = cache.path().join("traces");
    let list = fs::read_dir(&traces).expect("a folder").next().expect("a file").expect("a file").path();
    fs::write(list, "lockstep traces 1\n").expect("a file");
    let (second, notes) = ask();
    let thrown_away = "note: what was kept of functions and their code was thrown away: it is cut short";
    assert!(notes.contains(thrown_away), "{notes}");
    assert_eq!(second, first);
    assert!(notes.contains("note: what was kept was thrown away: it is cut short"), "{notes}");
    // A folder that cannot be made is no reason to fail.
    let file = cache.path().join("file");
    fs::write(&file, "").expect("a file");
    assert_eq!(run(&folder, &file, &["code", "reports/dailyRevenue"]).status.code(), Some(0));
}

#[test]
fn eight_runs_at_once_say_the_same() {
    let (_place, folder) = program::demo();
    let cache = tempfile::tempdir().expect("a folder");
    let alone = said(&program::run(&folder, &["check"])).0;
    let all: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| said(&run(&folder, cache.path(), &["check"])).0)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a run")).collect()
    });
    assert!(all.iter().all(|text| *text == alone));
    let files = fs::read_dir(cache.path().join("facts")).expect("a folder").count();
    assert_eq!(files, 1, "no half-written file stays behind");
}
