//! What `check` printed is said again where nothing changed since, and nowhere else: whatever becomes of the files, the
//! history, the configuration or the question in between, it is what a run says that knows nothing.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use crate::program;

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

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program::command(&self.folder, arguments);
        command.env("LOCKSTEP_CACHE_DIR", self.cache.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("a run")
    }

    /// Runs, and says the same as a run that keeps nothing; true if nothing was analysed.
    #[track_caller]
    fn answered(&self, arguments: &[&str], why: &str) -> bool {
        // Whoever analyses keeps the history.
        let _ = fs::remove_dir_all(self.cache.path().join("past"));
        let with = self.run(arguments);
        let without = program::run(&self.folder, arguments);
        let all = |output: &Output| (text(&output.stdout), text(&output.stderr), output.status.code());
        assert_eq!(all(&with), all(&without), "{why}");
        !self.cache.path().join("past").exists()
    }

    /// The first run analyses, the second one says it again.
    #[track_caller]
    fn asked_anew(&self, arguments: &[&str], why: &str) {
        assert!(!self.answered(arguments, why), "{why}: said what was said of something else");
        assert!(self.answered(arguments, why), "{why}: analysed again");
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args(["-c", "user.name=Ana", "-c", "user.email=ana@shop.example"]);
        let output = command.args(arguments).output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("a file");
    }

    /// A source file of the repository, and what it holds.
    fn source(&self) -> (String, String) {
        let output = Command::new("git").arg("-C").arg(&self.folder).args(["ls-files", "*.js", "*.ts"]).output();
        let names = text(&output.expect("git").stdout);
        let name = names.lines().next().expect("a source").to_owned();
        let held = fs::read_to_string(self.folder.join(&name)).expect("a source");
        (name, held)
    }
}

#[test]
fn the_same_question_is_answered_at_once() {
    let shop = Shop::new();
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--statistics"],
        &["check", "-q"],
        &["check", "-A", "lockstep"],
        &["check", "--exit-zero"],
        &["check", "--as-of", "2026-01-01"],
        &["check", "--base", "HEAD~9"],
        &["check", "--staged"],
        &["check", "--config", "history.min-changes = 3"],
        &["check", "--isolated"],
    ] {
        shop.asked_anew(arguments, &arguments.join(" "));
    }
    // More than eight were asked since.
    assert!(!shop.answered(&["check"], "the oldest is let go"));
    assert!(shop.answered(&["check"], "and is kept again"));
}

#[test]
fn whatever_changes_is_looked_at() {
    let shop = Shop::new();
    let check = |why: &str| shop.asked_anew(&["check"], why);
    check("the first time");
    let (name, held) = shop.source();
    shop.write(&name, &format!("{held}\n// words\n"));
    check("a file was edited");
    let same_length =
        if held.contains("const") { held.replacen("const", "conts", 1) } else { held.replacen(' ', "\n", 1) };
    shop.write(&name, &same_length);
    check("a file has other bytes, and as many");
    shop.write("more.js", "export const more = 1;\n");
    check("a file came that git does not know");
    shop.write("more.js", "export const more = 2;\n");
    check("it was edited");
    fs::remove_file(shop.folder.join("more.js")).expect("a file");
    assert!(shop.answered(&["check"], "it went"), "this state was looked at before");
    shop.write(&name, &held);
    assert!(shop.answered(&["check"], "the edit was undone"), "this state was looked at before");
    fs::remove_file(shop.folder.join(&name)).expect("a file");
    check("a file was deleted");
    shop.git(&["commit", "-qam", "Delete"]);
    check("a commit");
    shop.git(&["commit", "-q", "--amend", "-m", "Another word"]);
    check("an amended one");
    shop.write("lockstep.toml", "[rules]\nlockstep = \"warn\"\n");
    check("a configuration");
    shop.write(".gitignore", "lockstep-baseline.jsonl\n");
    check("a file with what is ignored");
    shop.run(&["baseline", "write"]);
    check("a baseline that git ignores");
    let baseline = fs::read_to_string(shop.folder.join("lockstep-baseline.jsonl")).expect("a baseline");
    let lines: Vec<&str> = baseline.lines().collect();
    assert!(lines.len() > 2, "a head and findings: {baseline}");
    shop.write("lockstep-baseline.jsonl", &format!("{}\n", lines[..lines.len() - 1].join("\n")));
    check("another baseline");
}

#[test]
fn whatever_is_staged_is_looked_at() {
    let shop = Shop::new();
    let check = |why: &str| shop.asked_anew(&["check", "--staged"], why);
    check("nothing is staged");
    let (name, held) = shop.source();
    shop.write(&name, &format!("{held}\nexport const more = 1;\n"));
    assert!(shop.answered(&["check", "--staged"], "an edit is not staged"));
    shop.git(&["add", "-A"]);
    check("an edit is staged");
    shop.write(&name, &held);
    assert!(shop.answered(&["check", "--staged"], "the work tree goes on"));
    shop.git(&["commit", "-qm", "More"]);
    check("a commit");
}

#[test]
fn what_is_more_than_an_answer_is_done_every_time() {
    let shop = Shop::new();
    let report = shop.folder.join("report.sarif");
    for _ in 0..2 {
        shop.run(&["check", "--report", "sarif=report.sarif"]);
        assert!(report.is_file());
        fs::remove_file(&report).expect("a file");
    }
    // Whoever wants to know how much was kept is told.
    for _ in 0..2 {
        assert!(text(&shop.run(&["check", "-v"]).stderr).contains("note: "));
    }
    // What is printed for one terminal is not printed for another.
    let colours = |when: &str| text(&shop.run(&["check", "--color", when]).stdout);
    let (always, never) = (colours("always"), colours("never"));
    assert!(always.contains('\u{1b}') && !never.contains('\u{1b}'));
    assert_eq!((colours("always"), colours("never")), (always, never));
    // A folder below asks of less.
    let below = fs::read_dir(&shop.folder)
        .expect("a folder")
        .flatten()
        .find(|entry| entry.path().is_dir() && !entry.file_name().to_string_lossy().starts_with('.'));
    let below = below.expect("a folder").file_name();
    shop.asked_anew(&["check", &below.to_string_lossy()], "a folder");
    shop.asked_anew(&["check"], "all of it");
    // Where too much had to be read to know that nothing changed, the work is done.
    let data = shop.folder.join("data");
    fs::create_dir(&data).expect("a folder");
    for (number, kept) in [(0, true), (1, true), (2, false)] {
        fs::write(data.join(format!("{number}.bin")), vec![number; 15 << 20]).expect("a file");
        assert!(!shop.answered(&["check"], "data came"));
        assert_eq!(shop.answered(&["check"], "nothing came"), kept, "{number}");
    }
    fs::remove_dir_all(&data).expect("a folder");
    // An answer that is not whole is none.
    fs::write(shop.folder.join(".git/shallow"), "").expect("a file");
    let head = Command::new("git").arg("-C").arg(&shop.folder).args(["rev-parse", "HEAD~20"]).output().expect("git");
    fs::write(shop.folder.join(".git/shallow"), head.stdout).expect("a file");
    for _ in 0..2 {
        assert_eq!(shop.run(&["check"]).status.code(), Some(3));
    }
}
