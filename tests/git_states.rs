//! Every state that git can be in: what a run says, and how it ends. The table stands in docs/src/git-states.md, and this
//! is what keeps it true: `UPDATE_PAGES=1 cargo test --test e2e git_states` writes it anew.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use lockstep_testkit::{Plan, Repository};

use crate::{change, program};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/git-states.md");
/// What the table begins with.
const HEAD: &str = "| state | command | exit | what is said, and the way out |\n|---|---|---|---|\n";

/// One state: a folder in it, and what keeps that there. None if this machine cannot make it.
type State = Option<(PathBuf, Vec<Repository>)>;

fn git(folder: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new("git");
    for (name, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")] {
        command.env(name, value);
    }
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "ana").env(format!("GIT_{role}_EMAIL"), "ana@shop.example");
        command.env(format!("GIT_{role}_DATE"), "2025-03-10T12:00:00Z");
    }
    let output = command.arg("-C").arg(folder).args(["-c", "protocol.file.allow=always"]).args(arguments).output();
    output.ok().filter(|output| output.status.success())
}

fn empty() -> Repository {
    Repository::build(&Plan::default()).expect("a repository")
}

fn without_commits() -> State {
    let empty = empty();
    Some((empty.path().to_owned(), vec![empty]))
}

fn cloned(options: &[&str]) -> State {
    let shop = change::shop();
    let clone = shop.cloned(options).expect("a clone");
    Some((clone.path().to_owned(), vec![clone, shop]))
}

/// A copy of the shop's work tree in a repository of another format.
fn of_format(options: &[&str]) -> State {
    let shop = change::shop();
    let place = shop.outside().join("other");
    fs::create_dir(&place).expect("a folder");
    git(&place, &[&["init", "-q", "-b", "main"], options].concat())?;
    fs::copy(shop.path().join("lockstep.toml"), place.join("lockstep.toml")).expect("a file");
    git(&place, &["add", "-A"])?;
    git(&place, &["commit", "-qm", "Start"])?;
    Some((place, vec![shop]))
}

fn linked() -> State {
    let shop = change::shop();
    let tree = shop.outside().join("tree");
    git(shop.path(), &["worktree", "add", "-q", "-b", "side", tree.to_str()?])?;
    Some((tree, vec![shop]))
}

fn detached() -> State {
    let shop = change::shop();
    git(shop.path(), &["checkout", "-q", "--detach"])?;
    Some((shop.path().to_owned(), vec![shop]))
}

/// A repository that holds the shop as a submodule, checked out.
fn around() -> State {
    let (shop, around) = (change::shop(), empty());
    let address = format!("file://{}", shop.path().display());
    git(around.path(), &["submodule", "-q", "add", &address, "shop"])?;
    fs::write(around.path().join("app.py"), "def handler(event, context):\n    return 1\n").ok()?;
    fs::write(around.path().join("lockstep.toml"), "[[function]]\npaths = [\"app.py\"]\n").ok()?;
    git(around.path(), &["add", "-A"])?;
    git(around.path(), &["commit", "-qm", "Start"])?;
    Some((around.path().to_owned(), vec![around, shop]))
}

fn inside() -> State {
    around().map(|(place, kept)| (place.join("shop"), kept))
}

/// Only root can give a folder away.
fn of_somebody_else() -> State {
    let (place, kept) = cloned(&[])?;
    let given = Command::new("chown").args(["-R", "54321"]).arg(&place).output().ok()?;
    given.status.success().then_some((place, kept))
}

fn plain() -> State {
    let shop = change::shop();
    let place = shop.outside().join("plain");
    fs::create_dir(&place).ok()?;
    fs::copy(shop.path().join("lockstep.toml"), place.join("lockstep.toml")).ok()?;
    Some((place, vec![shop]))
}

fn after(arguments: &[&str]) -> State {
    let (place, kept) = cloned(&[])?;
    git(&place, arguments)?;
    Some((place, kept))
}

fn sparse() -> State {
    after(&["sparse-checkout", "set", "--cone", "--sparse-index", "pricing"])
}

/// The name of each state, how it is made, and what is run in it.
type Row = (&'static str, fn() -> State, &'static [&'static str]);

const ROWS: [Row; 22] = [
    ("a whole clone", || cloned(&[]), &["check"]),
    ("depth 1", || cloned(&["--depth=1"]), &["check"]),
    ("depth 50", || cloned(&["--depth=50"]), &["check"]),
    ("depth 50", || cloned(&["--depth=50"]), &["check", "--allow-shallow"]),
    ("without contents (`--filter=blob:none`)", || cloned(&["--filter=blob:none"]), &["check"]),
    ("without trees (`--filter=tree:0`)", || cloned(&["--filter=tree:0"]), &["check"]),
    ("bare", || cloned(&["--bare"]), &["check"]),
    ("a linked work tree", linked, &["check"]),
    ("a detached `HEAD`", detached, &["check"]),
    ("no commits", without_commits, &["check"]),
    ("no repository", plain, &["check"]),
    ("of another user", of_somebody_else, &["check"]),
    ("inside a submodule", inside, &["check"]),
    ("with a submodule", around, &["check"]),
    ("objects named by SHA-256", || of_format(&["--object-format=sha256"]), &["check"]),
    ("references as reftable", || of_format(&["--ref-format=reftable"]), &["check"]),
    ("a base that is not there", || cloned(&[]), &["check", "--base", "release"]),
    ("a split index", || after(&["update-index", "--split-index"]), &["check"]),
    ("a split index", || after(&["update-index", "--split-index"]), &["check", "--staged"]),
    ("a sparse checkout", sparse, &["check", "-v"]),
    ("a sparse index", sparse, &["check", "--staged"]),
    ("a bare one", || cloned(&["--bare"]), &["check", "--staged"]),
];

/// What a run says of its end: what is missing with the ways out, else its last line.
fn said(place: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = program::command(place, arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // With `-v`, how much memory it took, and nothing else.
    let notes = String::from_utf8_lossy(&output.stderr);
    let silent = notes.lines().all(|line| line.starts_with("note: at most "));
    assert!(!text.contains("panicked") && silent, "{output:?}");
    let incomplete = text.lines().skip_while(|line| !line.contains("the analysis is incomplete: "));
    let wanted = |line: &&str| line.contains("the analysis is incomplete: ") || line.starts_with(" = help: ");
    let mut lines: Vec<String> = incomplete.filter(wanted).map(str::to_owned).collect();
    if lines.is_empty() {
        let summary = text.lines().find(|line| line.contains(" function") && line.contains(" service"));
        lines.extend(summary.map(str::to_owned));
        lines.extend(text.lines().filter(|line| line.contains("sparse")).map(|line| line.trim().to_owned()));
    }
    let full = fs::canonicalize(place).unwrap_or_default();
    let plain = |line: String| {
        let line = line.replace(full.to_str().unwrap_or_default(), "/PATH").replace("/PATH/.git/", "/PATH/");
        line.replace(" = help: ", "").replace("the analysis is incomplete: ", "").replace('|', "\\|")
    };
    (output.status.code(), lines.into_iter().map(plain).collect::<Vec<_>>().join("<br>"))
}

/// The row of a state; none if this machine cannot make it.
fn row((name, make, arguments): &Row) -> Option<String> {
    let (place, _kept) = make()?;
    let (code, words) = said(&place, arguments);
    let code = code.expect("it was not killed");
    assert!(matches!(code, 0 | 1 | 3), "{name}: {code}");
    Some(format!("| {name} | `lockstep {}` | {code} | {words} |\n", arguments.join(" ")))
}

#[test]
fn every_state_is_as_the_page_says() {
    let page = fs::read_to_string(PAGE).expect("the page");
    let (before, rest) = page.split_once(HEAD).expect("the table");
    let end = rest.find("\n\n").map_or(rest.len(), |end| end + 1);
    let (table, after) = rest.split_at(end);
    let old: Vec<&str> = table.split_inclusive('\n').collect();
    // What cannot be made here is taken from the page.
    let new: Vec<String> = ROWS
        .iter()
        .enumerate()
        .map(|(number, one)| row(one).unwrap_or_else(|| old.get(number).copied().unwrap_or_default().to_owned()))
        .collect();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(PAGE, format!("{before}{HEAD}{}{after}", new.concat())).expect("the page");
    } else {
        assert_eq!(new.concat(), table);
    }
}
