//! The history that is kept from run to run: a run with it says, byte for byte, what one without it says, whatever happened
//! to the history or to what was kept in between.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use crate::program;

/// A repository, and the folder in which its runs keep what they read.
struct Shop {
    _place: tempfile::TempDir,
    folder: PathBuf,
    cache: tempfile::TempDir,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Shop {
    fn new() -> Self {
        let (place, folder) = program::demo();
        Self { _place: place, folder, cache: tempfile::tempdir().expect("a folder") }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program::command(&self.folder, arguments).env("LOCKSTEP_CACHE_DIR", self.cache.path()).output().expect("a run")
    }

    /// What a run says that knows of earlier ones is what one says that does not. Its notes.
    #[track_caller]
    fn assert_the_same(&self, arguments: &[&str]) -> String {
        let arguments = [arguments, &["--format", "json"]].concat();
        let (with, without) = (self.run(&[&arguments[..], &["-v"]].concat()), program::run(&self.folder, &arguments));
        assert!(without.status.code() < Some(2), "{}", text(&without.stderr));
        assert_eq!((text(&with.stdout), with.status.code()), (text(&without.stdout), without.status.code()));
        text(&with.stderr)
    }

    /// How many commits were known, as the notes say.
    #[track_caller]
    fn known(&self, arguments: &[&str]) -> usize {
        let notes = self.assert_the_same(arguments);
        let line = notes.lines().find_map(|line| line.strip_prefix("note: what ")).expect("a note of commits");
        line.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = std::process::Command::new("git");
        command.arg("-C").arg(&self.folder).args(["-c", "user.name=Ana", "-c", "user.email=ana@shop.example"]);
        let output = command.args(arguments).env("GIT_EDITOR", "true").output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    fn commits(&self) -> usize {
        self.git(&["rev-list", "--count", "--first-parent", "HEAD"]).trim().parse().expect("a number")
    }

    /// Appends a line of code to the source files whose numbers are given.
    fn edit(&self, numbers: &[usize]) {
        let files = self.git(&["ls-files", "*.js", "*.ts", "*.py", "*.yml", "*.yaml"]);
        let files: Vec<&str> = files.lines().collect();
        for number in numbers {
            let path = self.folder.join(files[number % files.len()]);
            let old = fs::read_to_string(&path).expect("a source");
            let line = if path.extension().is_some_and(|it| it == "js" || it == "ts") { "export const" } else { "" };
            let more = if line.is_empty() { format!("# {number}") } else { format!("{line} more{number} = {number};") };
            fs::write(&path, format!("{}\n{more}\n", old.trim_end())).expect("a source");
        }
    }

    fn kept(&self) -> PathBuf {
        let folder = fs::read_dir(self.cache.path().join("past")).expect("a folder");
        let files: Vec<PathBuf> = folder.map(|file| file.expect("a file").path()).collect();
        let whole: Vec<&PathBuf> = files.iter().filter(|file| file.extension().is_some_and(|it| it == "bin")).collect();
        assert_eq!(whole.len(), 1, "{files:?}");
        let others = files.iter().filter(|file| **file != *whole[0] && **file != Self::grown(whole[0]));
        assert_eq!(others.count(), 0, "no half-written file stays behind: {files:?}");
        whole[0].clone()
    }

    /// Where the commits are kept that came since.
    fn grown(kept: &Path) -> PathBuf {
        kept.with_extension("new")
    }
}

#[test]
fn commits_on_top_are_added_and_rewritten_ones_forgotten() {
    let shop = Shop::new();
    let all = shop.commits();
    assert_eq!((shop.known(&["check"]), shop.known(&["check"])), (0, all));
    // On top.
    shop.edit(&[0, 3]);
    shop.git(&["commit", "-qam", "One more"]);
    assert_eq!((shop.known(&["check"]), shop.known(&["check"])), (all, all + 1));
    // Staged, and against a base, of which what was kept is not cut short.
    shop.edit(&[1]);
    shop.git(&["add", "-A"]);
    assert_eq!(shop.known(&["check", "--staged"]), all + 1);
    assert_eq!((shop.known(&["check", "--base", "HEAD~9"]), shop.known(&["check"])), (all + 1, all + 1));
    // Amended.
    shop.git(&["commit", "-q", "--amend", "-m", "Another one"]);
    shop.known(&["check"]);
    assert_eq!(shop.known(&["check"]), all + 1);
    // Rewritten further down, and longer than it was.
    shop.git(&["reset", "-q", "--hard", "HEAD~5"]);
    for number in 0..7 {
        shop.edit(&[number, number + 2]);
        shop.git(&["commit", "-qam", &format!("Rewrite {number}")]);
    }
    shop.known(&["check"]);
    assert_eq!(shop.known(&["check"]), all + 3);
    // A merge, a branch, a renamed folder.
    shop.git(&["checkout", "-qb", "side", "HEAD~3"]);
    shop.edit(&[4, 5]);
    shop.git(&["commit", "-qam", "Beside"]);
    shop.known(&["check", "--base", "HEAD~1"]);
    shop.git(&["checkout", "-q", "-"]);
    shop.git(&["merge", "-q", "--no-edit", "-X", "ours", "side"]);
    for arguments in [&["check"][..], &["verdict"], &["services"], &["graph"], &["check", "--as-of", "2026-01-01"]] {
        shop.assert_the_same(arguments);
    }
}

#[test]
fn commits_that_touch_no_function_are_kept_beside_the_others() {
    let shop = Shop::new();
    let all = shop.commits();
    shop.assert_the_same(&["check"]);
    let (kept, grown) = (shop.kept(), Shop::grown(&shop.kept()));
    let first = fs::read(&kept).expect("a file");
    for number in 1..=3 {
        fs::write(shop.folder.join("NOTES.md"), format!("{number}\n")).expect("a file");
        shop.git(&["add", "NOTES.md"]);
        shop.git(&["commit", "-qm", &format!("Note {number}")]);
        assert_eq!((shop.known(&["check"]), shop.known(&["check"])), (all + number - 1, all + number));
        assert!(fs::read(&kept).expect("a file") == first && fs::read(&grown).expect("a file").len() < first.len() / 8);
    }
    let good = fs::read(&grown).expect("a file");
    for at in (0..good.len()).step_by(good.len() / 7) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&grown, if at % 2 == 0 { &bad[..] } else { &good[..at] }).expect("a file");
        let notes = shop.assert_the_same(&["check"]);
        assert!(notes.contains(", where the newest commits are"), "byte {at}: {notes}");
        assert_eq!(fs::read(&grown).expect("a file"), good, "the same commits give the same bytes");
    }
    // What little is said by the versions that a few commits brought is read again; what many brought is kept.
    let touch = |number: usize| {
        shop.edit(&[0, 3, number]);
        shop.git(&["commit", "-qam", "One more"]);
        shop.assert_the_same(&["check"]);
        grown.exists()
    };
    let few = (1..20).take_while(|number| touch(*number)).count();
    assert!(few > 0 && fs::read(&kept).expect("a file") != first, "{few}");
    // An older one, cut off from what it followed on.
    fs::write(&grown, &good).expect("a file");
    assert_eq!(shop.known(&["check"]), all + 4 + few);
}

#[test]
fn what_lies_in_its_place_is_never_trusted() {
    let shop = Shop::new();
    shop.assert_the_same(&["check"]);
    let (kept, good) = (shop.kept(), fs::read(shop.kept()).expect("a file"));
    let without = text(&program::run(&shop.folder, &["check"]).stdout);
    let step = good.len() / 11;
    for at in (0..good.len()).step_by(step) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&kept, if at % 2 == 0 { &bad[..] } else { &good[..at] }).expect("a file");
        let run = shop.run(&["check", "-v", "--format", "text"]);
        assert!(text(&run.stderr).contains("note: what was kept of the history was thrown away: "), "byte {at}");
        assert_eq!(text(&shop.run(&["check"]).stdout), without, "byte {at}");
        assert_eq!(fs::read(&kept).expect("a file"), good, "the same past gives the same bytes");
    }
    // Of another repository.
    let other = Shop::new();
    other.assert_the_same(&["check"]);
    fs::copy(other.kept(), &kept).expect("a file");
    let notes = shop.assert_the_same(&["check"]);
    assert!(notes.contains("thrown away: it is of another repository"), "{notes}");
}

#[test]
fn a_shallow_clone_knows_no_more_than_it_has() {
    let shop = Shop::new();
    shop.assert_the_same(&["check"]);
    let head = shop.git(&["rev-parse", "HEAD~20"]);
    fs::write(shop.folder.join(".git/shallow"), head).expect("a file");
    let with = shop.run(&["check", "--allow-shallow"]);
    let without = program::run(&shop.folder, &["check", "--allow-shallow"]);
    assert_eq!((text(&with.stdout), text(&with.stderr)), (text(&without.stdout), text(&without.stderr)));
    fs::remove_file(shop.folder.join(".git/shallow")).expect("a file");
    assert_eq!(shop.known(&["check"]), shop.commits());
}

#[test]
fn eight_runs_at_once_say_the_same() {
    let shop = Shop::new();
    let alone = text(&program::run(&shop.folder, &["check"]).stdout);
    let all: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| text(&shop.run(&["check"]).stdout))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a run")).collect()
    });
    assert!(all.iter().all(|text| *text == alone));
    assert_eq!((shop.known(&["check"]), shop.kept().is_file()), (shop.commits(), true));
}

#[test]
fn what_is_kept_can_be_found_and_deleted() {
    let shop = Shop::new();
    let run = |arguments: &[&str]| text(&shop.run(arguments).stdout);
    assert_eq!(Path::new(run(&["cache", "path"]).trim_end()), shop.cache.path());
    shop.assert_the_same(&["check"]);
    let other = shop.cache.path().join("mine.txt");
    fs::write(&other, "").expect("a file");
    assert!(run(&["cache", "clean"]).ends_with(" kB deleted\n"));
    assert!(run(&["cache", "clean"]).ends_with(": nothing was kept\n"));
    assert!(other.is_file() && !shop.cache.path().join("past").exists() && !shop.cache.path().join("facts").exists());
    let output = program::run(&shop.folder, &["cache", "path"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(shop.run(&["check", "--no-cache"]).stderr.is_empty() && !shop.cache.path().join("past").exists());
}

#[test]
fn the_state_before_a_change_is_judged_once_and_anew_where_anything_else_is_asked() {
    let shop = Shop::new();
    let stages = |notes: &str| {
        let line = notes.lines().find(|line| line.contains("results of stages")).expect("a note of stages");
        let words = line.split(' ').filter_map(|word| word.parse().ok());
        let numbers: Vec<usize> = words.collect();
        (numbers[0], numbers[1])
    };
    let asked = |arguments: &[&str]| {
        let first = shop.assert_the_same(arguments);
        (stages(&first), stages(&shop.assert_the_same(arguments)))
    };
    shop.edit(&[1]);
    shop.git(&["add", "-A"]);
    let (first, second) = asked(&["check", "--staged"]);
    assert!(first.1 < first.0 && second.1 == second.0 && second.0 >= 3, "{first:?}, then {second:?}");
    // Another staged change: the state before it is the same.
    shop.edit(&[2]);
    shop.git(&["add", "-A"]);
    asked(&["check", "--staged"]);
    // Other levels, another time, another configuration, another base.
    for arguments in [
        &["check", "--staged", "-W", "lockstep"][..],
        &["check", "--staged", "-A", "lockstep", "-A", "follower"],
        &["check", "--staged", "--as-of", "2025-06-01"],
        &["check", "--staged", "--config", "history.min-changes = 3"],
        &["check", "--base", "HEAD~9"],
        &["check", "--base", "HEAD~4"],
    ] {
        asked(arguments);
    }
    fs::write(shop.folder.join("lockstep.toml"), "exclude = [\"nothing/**\"]\n\n[rules]\nlockstep = \"warn\"\n")
        .expect("a file");
    shop.git(&["add", "-A"]);
    asked(&["check", "--staged"]);
    shop.git(&["commit", "-qm", "Configure"]);
    shop.edit(&[3]);
    shop.git(&["add", "-A"]);
    asked(&["check", "--staged"]);
}
