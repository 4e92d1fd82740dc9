//! The GitHub Action, run step by step on a checkout as `actions/checkout` makes it: of depth one, of the merge that GitHub
//! makes for a pull request.

use std::{env, fs, path::Path};

use libtest_mimic::Failed;
use lockstep_testkit::{Repository, client};

use crate::{
    Test,
    fixture::{Clients, MISSING, done, edit, root, shop},
    runner::{Outcome, Runner},
};

pub const TESTS: &[(&str, Test)] = &[
    ("action::a_released_binary_is_verified_and_kept", a_released_binary_is_verified_and_kept),
    ("action::a_wrong_checksum_is_refused", a_wrong_checksum_is_refused),
    ("action::without_a_binary_it_is_compiled", without_a_binary_it_is_compiled),
    ("action::a_version_that_is_nowhere_is_refused", a_version_that_is_nowhere_is_refused),
    ("action::what_is_denied_fails_after_the_upload", what_is_denied_fails_after_the_upload),
    ("action::without_history_it_is_incomplete", without_history_it_is_incomplete),
    ("action::a_model_stands_for_the_history", a_model_stands_for_the_history),
    ("action::on_a_push_the_whole_repository_is_looked_at", on_a_push_the_whole_repository_is_looked_at),
];

/// The program under test.
const LOCKSTEP: &str = env!("CARGO_BIN_EXE_lockstep");

/// A pull request that edits `pricing` alone: what is upstream, and the checkout.
struct PullRequest {
    upstream: Repository,
}

impl PullRequest {
    fn new() -> Self {
        let upstream = shop();
        let git = |arguments: &[&str]| upstream.git(arguments).expect("git");
        git(&["checkout", "-q", "-b", "topic"]);
        edit(upstream.path(), "pricing", 1);
        git(&["commit", "-qam", "Round to cents"]);
        git(&["checkout", "-q", "--detach", "main"]);
        git(&["merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic"]);
        git(&["update-ref", "refs/pull/1/merge", "HEAD"]);
        git(&["checkout", "-q", "main"]);
        Self { upstream }
    }

    /// What `actions/checkout` does in a new folder.
    fn checkout(&self) -> Repository {
        self.checkout_of_depth(1)
    }

    fn checkout_of_depth(&self, depth: usize) -> Repository {
        let address = format!("file://{}", self.upstream.path().display());
        let checkout = Repository::build(&lockstep_testkit::Plan::default()).expect("a repository");
        let git = |arguments: &[&str]| checkout.git(arguments).expect("git");
        git(&["remote", "add", "origin", &address]);
        let depth = format!("--depth={depth}");
        git(&["fetch", "-q", "--no-tags", &depth, "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge"]);
        git(&["checkout", "-q", "--force", "refs/remotes/pull/1/merge"]);
        checkout
    }
}

/// The runner of a job for that pull request.
fn job<'a>(clients: &'a Clients, checkout: &Repository) -> Runner<'a> {
    Runner::new(clients, checkout.path())
        .with("GITHUB_EVENT_NAME", "pull_request")
        .with("GITHUB_BASE_REF", "main")
        .with("GITHUB_REF", "refs/pull/1/merge")
}

/// A release of the program under test, as `.github/release/archive.sh` packs it: its address, and the line of the table.
fn release(clients: &Clients, folder: &Path) -> (String, String) {
    let version = env!("CARGO_PKG_VERSION");
    let out = folder.join(format!("v{version}"));
    let binaries = Path::new(LOCKSTEP).parent().expect("a folder");
    let mut pack = clients.command("bash", &root());
    pack.arg(".github/release/archive.sh").args(["pack", target()]).arg(binaries).arg(&out);
    let name = done(&mut pack).trim().to_owned();
    let sum = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let sum = done(clients.command(clients.program("python"), &out).args(["-c", sum, &name]));
    (format!("file://{}", folder.display()), format!("{}  {name}\n", sum.trim()))
}

/// The release's name of this machine.
fn target() -> &'static str {
    match (env::consts::OS, env::consts::ARCH) {
        ("macos", "aarch64") => "aarch64-apple-darwin",
        ("macos", _) => "x86_64-apple-darwin",
        (_, "aarch64") => "aarch64-unknown-linux-gnu",
        _ => "x86_64-unknown-linux-gnu",
    }
}

#[track_caller]
fn assert_missing_is_annotated(outcome: &Outcome) {
    let annotations = client::annotations(&outcome.log);
    let missing: Vec<_> = annotations.iter().filter(|annotation| annotation.message.contains(MISSING)).collect();
    assert_eq!(missing.len(), 1, "{outcome:#?}");
    assert_eq!(missing[0].properties["file"], "pricing/app.py");
}

fn a_released_binary_is_verified_and_kept(clients: &'static Clients) -> Result<(), Failed> {
    let place = tempfile::tempdir()?;
    let (address, table) = release(clients, place.path());
    let request = PullRequest::new();
    let checkout = request.checkout();
    let runner = job(clients, &checkout).with("LOCKSTEP_RELEASES", &address).checksums(&table);
    let first = runner.run();
    assert_missing_is_annotated(&first);
    assert_eq!((first.code, first.outputs["verdict"].as_str()), (0, "passed"), "{first:#?}");
    assert!(first.summary.contains("missing-co-change"), "{first:#?}");
    assert!(first.used.is_empty(), "nothing is compiled, nothing uploaded: {first:#?}");
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&first.outputs["report"])?)?;
    assert_eq!(report["status"], "complete");
    let counts = ["errors", "warnings", "notes"].map(|kind| report["summary"][kind].as_u64().expect("a number"));
    assert_eq!(first.outputs["findings"], counts.iter().sum::<u64>().to_string(), "{report:#}");
    assert!(first.outputs["sarif-file"].ends_with(".sarif"), "{first:#?}");
    assert_eq!(checkout.git(&["rev-parse", "--is-shallow-repository"])?, "false");
    // The token is in no file of the checkout.
    let config = fs::read_to_string(checkout.path().join(".git/config"))?;
    assert!(!config.contains("extraheader"), "{config}");
    // On the same machine it is not downloaded again.
    fs::remove_dir_all(place.path())?;
    assert_missing_is_annotated(&runner.run());
    Ok(())
}

fn a_wrong_checksum_is_refused(clients: &'static Clients) -> Result<(), Failed> {
    let place = tempfile::tempdir()?;
    let (address, table) = release(clients, place.path());
    let (_, name) = table.split_once("  ").expect("a sum and a name");
    let wrong = format!("{}  {name}", "0".repeat(64));
    let request = PullRequest::new();
    let checkout = request.checkout();
    let runner = job(clients, &checkout).with("LOCKSTEP_RELEASES", &address).checksums(&wrong);
    let outcome = runner.run();
    assert_eq!(outcome.code, 2, "{outcome:#?}");
    let annotations = client::annotations(&outcome.log);
    assert!(annotations[0].message.contains("is not run"), "{annotations:#?}");
    assert_eq!(outcome.outputs["verdict"], "", "nothing was checked");
    assert!(!Path::new(&runner.at("tools/lockstep")).join(env!("CARGO_PKG_VERSION")).exists(), "nothing was installed");
    Ok(())
}

fn without_a_binary_it_is_compiled(clients: &'static Clients) -> Result<(), Failed> {
    let place = tempfile::tempdir()?;
    let cargo = place.path().join("cargo");
    // Compiling takes minutes: this cargo writes down what it was asked, and installs the program under test.
    let script = format!(
        "#!/bin/sh\necho \"$@\" >'{0}/asked'\nwhile [ $# -gt 1 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
         mkdir -p \"$root/bin\" && cp '{LOCKSTEP}' \"$root/bin/lockstep\"\n",
        place.path().display()
    );
    fs::write(&cargo, script)?;
    done(clients.command("chmod", place.path()).args(["+x", "cargo"]));
    let request = PullRequest::new();
    let checkout = request.checkout();
    let path = env::var("PATH").unwrap_or_default();
    let outcome = job(clients, &checkout).with("PATH", &format!("{}:{path}", place.path().display())).run();
    assert_missing_is_annotated(&outcome);
    let asked = fs::read_to_string(place.path().join("asked"))?;
    assert!(asked.starts_with("install --locked --quiet --path ") && asked.contains("/crates/cli --root "), "{asked}");
    assert_eq!(outcome.used.len(), 1, "what was compiled is kept: {outcome:#?}");
    assert!(outcome.used[0].starts_with("actions/cache@"), "{outcome:#?}");
    Ok(())
}

fn a_version_that_is_nowhere_is_refused(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    for (version, said) in [("99.0.0", "no binary of version 99.0.0"), ("1.0;rm -rf x", "must be like 1.2.3")] {
        let outcome = job(clients, &checkout).input("version", version).run();
        assert_eq!(outcome.code, 2, "{outcome:#?}");
        assert!(client::annotations(&outcome.log)[0].message.contains(said), "{outcome:#?}");
    }
    Ok(())
}

fn what_is_denied_fails_after_the_upload(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    let outcome = job(clients, &checkout)
        .input("binary", LOCKSTEP)
        .input("args", "-D\nmissing-co-change  --max-findings 5")
        .input("upload-sarif", "true")
        .input("summary", "false")
        .run();
    assert_missing_is_annotated(&outcome);
    assert_eq!((outcome.code, outcome.outputs["verdict"].as_str()), (1, "denied"), "{outcome:#?}");
    assert_eq!(outcome.outputs["exit-code"], "1");
    assert_eq!(outcome.summary, "");
    assert!(
        outcome.used.len() == 1 && outcome.used[0].starts_with("github/codeql-action/upload-sarif@"),
        "{outcome:#?}"
    );
    Ok(())
}

fn without_history_it_is_incomplete(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    let outcome = job(clients, &checkout).input("binary", LOCKSTEP).input("history", "none").run();
    assert_eq!((outcome.code, outcome.outputs["verdict"].as_str()), (3, "incomplete"), "{outcome:#?}");
    // What cannot be fetched is told; the check then says that history is missing.
    let checkout = request.checkout();
    checkout.git(&["remote", "set-url", "origin", "file:///nowhere"])?;
    let outcome = job(clients, &checkout).input("binary", LOCKSTEP).run();
    assert_eq!((outcome.code, outcome.outputs["verdict"].as_str()), (3, "incomplete"), "{outcome:#?}");
    assert!(outcome.log.contains("::warning title=lockstep%3A the history is not fetched::"), "{outcome:#?}");
    Ok(())
}

fn a_model_stands_for_the_history(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let model = request.upstream.outside().join("lockstep.model");
    done(clients.command(LOCKSTEP, request.upstream.path()).args(["model", "write"]).arg(&model));
    let checkout = request.checkout_of_depth(2);
    let runner = job(clients, &checkout)
        .input("binary", LOCKSTEP)
        .input("base", "HEAD^1")
        .input("history", "none")
        .input("args", &format!("--model {}", model.display()));
    let outcome = runner.run();
    assert_missing_is_annotated(&outcome);
    assert_eq!((outcome.code, outcome.outputs["verdict"].as_str()), (0, "passed"), "{outcome:#?}");
    assert_eq!(checkout.git(&["rev-parse", "--is-shallow-repository"])?, "true");
    Ok(())
}

fn on_a_push_the_whole_repository_is_looked_at(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    let runner = Runner::new(clients, checkout.path()).with("GITHUB_EVENT_NAME", "push");
    let runner = runner.input("binary", LOCKSTEP).input("history", "blobless");
    let outcome = runner.run();
    assert_eq!(outcome.code, 0, "{outcome:#?}");
    assert!(!outcome.log.contains(MISSING), "{outcome:#?}");
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&outcome.outputs["report"])?)?;
    assert_eq!(report["change"], serde_json::Value::Null);
    assert_eq!(checkout.git(&["rev-parse", "--is-shallow-repository"])?, "false");
    Ok(())
}
