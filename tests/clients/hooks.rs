//! The hooks of `.pre-commit-hooks.yaml`, run by pre-commit and by prek on real commits and pushes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use libtest_mimic::Failed;
use lockstep_testkit::Repository;
use tempfile::TempDir;

use crate::{
    Test,
    fixture::{Clients, MISSING, Said, done, edit, hooks_repository, root, said, shop},
};

pub const TESTS: &[(&str, Test)] = &[
    ("hooks::pre_commit_runs_each_hook", |clients| each_hook(clients, "pre-commit")),
    ("hooks::prek_runs_each_hook", |clients| each_hook(clients, "prek")),
    ("hooks::the_manifest_is_sound", the_manifest_is_sound),
];

fn the_manifest_is_sound(clients: &'static Clients) -> Result<(), Failed> {
    for program in ["pre-commit", "prek"] {
        done(clients.command(clients.program(program), &root()).args(["validate-manifest", ".pre-commit-hooks.yaml"]));
    }
    Ok(())
}

/// A repository as people's: the shop, with hooks that a framework installed.
struct Hooked<'a> {
    clients: &'a Clients,
    framework: &'static str,
    shop: Repository,
    /// What `repo:` of the configuration names: the files of this repository that a framework reads.
    _source: TempDir,
}

impl<'a> Hooked<'a> {
    fn new(clients: &'a Clients, framework: &'static str) -> Self {
        let shop = shop();
        let (source, rev) = hooks_repository(clients);
        let hooks = ["lockstep", "lockstep-push", "lockstep-full"].map(|id| format!("      - id: {id}\n")).concat();
        let address = source.path().display();
        let config = format!("repos:\n  - repo: {address}\n    rev: {rev}\n    hooks:\n{hooks}");
        shop.write(".pre-commit-config.yaml", &config).expect("a file");
        let hooked = Self { clients, framework, shop, _source: source };
        hooked.git(&["add", "-A"]);
        hooked.git(&["commit", "-qm", "Add hooks"]);
        let mut install = hooked.run(framework);
        done(install.args(["install", "--hook-type", "pre-commit", "--hook-type", "pre-push"]));
        hooked
    }

    fn run(&self, program: &str) -> std::process::Command {
        self.clients.command(self.clients.program(program), self.shop.path())
    }

    fn git_in(&self, folder: &Path, arguments: &[&str]) -> Said {
        said(self.clients.command("git", folder).args(arguments))
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        let said = self.git_in(self.shop.path(), arguments);
        assert_eq!(said.code, Some(0), "{}: git {arguments:?}\n{}", self.framework, said.text);
        said.text
    }

    fn edit(&self, function: &str, number: u32) {
        edit(self.shop.path(), function, number);
    }
}

#[track_caller]
fn assert_missing(text: &str) {
    assert!(text.contains(MISSING), "{text}");
}

#[track_caller]
fn assert_silent(text: &str) {
    assert!(text.contains("Passed"), "{text}");
    assert!(!text.contains("changed without"), "{text}");
}

fn each_hook(clients: &'static Clients, framework: &'static str) -> Result<(), Failed> {
    let hooked = Hooked::new(clients, framework);
    hooked.git(&["checkout", "-q", "-b", "topic"]);
    commits(&hooked);
    linked_work_tree(&hooked)?;
    pushes(&hooked)?;
    let all = done(hooked.run(framework).args(["run", "--hook-stage", "manual", "lockstep-full"]));
    assert!(all.contains("3 functions in 1 service"), "{all}");
    Ok(())
}

/// `git commit` in its three forms.
fn commits(hooked: &Hooked<'_>) {
    hooked.edit("mail", 1);
    hooked.git(&["add", "-A"]);
    assert_silent(&hooked.git(&["commit", "-m", "Mail alone"]));
    hooked.edit("pricing", 1);
    assert_missing(&hooked.git(&["commit", "-am", "All of it"]));
    hooked.edit("pricing", 2);
    hooked.edit("billing", 2);
    hooked.git(&["add", "-A"]);
    assert_missing(&hooked.git(&["commit", "-m", "Half of it", "pricing/app.py"]));
    assert_silent(&hooked.git(&["commit", "-m", "The rest"]));
}

/// A linked work tree has an index of its own.
fn linked_work_tree(hooked: &Hooked<'_>) -> Result<(), Failed> {
    let tree: PathBuf = hooked.shop.outside().join("tree");
    hooked.git(&["worktree", "add", "-q", "-b", "side", &tree.display().to_string(), "main"]);
    edit(&tree, "pricing", 7);
    let told = hooked.git_in(&tree, &["commit", "-am", "Here"]);
    assert_eq!(told.code, Some(0), "{}", told.text);
    assert_missing(&told.text);
    Ok(())
}

/// A push of a branch that leaves something out, which this shop denies, and of one that does not.
fn pushes(hooked: &Hooked<'_>) -> Result<(), Failed> {
    let remote = hooked.shop.outside().join("remote.git");
    hooked.git(&["init", "-q", "--bare", &remote.display().to_string()]);
    hooked.git(&["remote", "add", "origin", &remote.display().to_string()]);
    hooked.git(&["checkout", "-q", "main"]);
    hooked.git(&["push", "-q", "-u", "origin", "main"]);
    hooked.git(&["checkout", "-q", "-b", "pushed"]);
    let strict = text_of(&hooked.shop, "lockstep.toml") + "\n[rules]\nmissing-co-change = \"deny\"\n";
    hooked.shop.write("lockstep.toml", &strict)?;
    hooked.edit("pricing", 3);
    hooked.git(&["commit", "-qam", "Half of it"]);
    let refused = hooked.git_in(hooked.shop.path(), &["push", "origin", "pushed"]);
    assert_eq!(refused.code, Some(1), "{}", refused.text);
    assert_missing(&refused.text);
    hooked.edit("billing", 3);
    hooked.git(&["commit", "-qam", "The rest"]);
    assert_silent(&hooked.git(&["push", "origin", "pushed"]));
    Ok(())
}

fn text_of(shop: &Repository, path: &str) -> String {
    fs::read_to_string(shop.path().join(path)).expect("a file of the shop")
}
