//! The GitHub Action, run step by step on a checkout as `actions/checkout` makes it: of depth one, of the merge that GitHub
//! makes for a pull request.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    sync::mpsc,
    thread,
};

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
    ("action::what_failed_is_annotated", what_failed_is_annotated),
    ("action::without_history_it_is_incomplete", without_history_it_is_incomplete),
    ("action::a_base_that_the_workflow_names_is_fetched", a_base_that_the_workflow_names_is_fetched),
    ("action::a_model_stands_for_the_history", a_model_stands_for_the_history),
    ("action::the_token_replaces_what_the_checkout_left", the_token_replaces_what_the_checkout_left),
    ("action::a_workspace_of_another_user_is_made_safe", a_workspace_of_another_user_is_made_safe),
    ("action::so_is_a_repository_below_it", so_is_a_repository_below_it),
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
    // Compiling takes minutes: this cargo writes down where it was asked for what, and installs the program under test.
    let script = format!(
        "#!/bin/sh\npwd -P >>'{0}/places'\necho \"$@\" >'{0}/asked'\nwhile [ $# -gt 1 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
         mkdir -p \"$root/bin\" && cp '{LOCKSTEP}' \"$root/bin/lockstep\"\n",
        place.path().display()
    );
    fs::write(&cargo, script)?;
    done(clients.command("chmod", place.path()).args(["+x", "cargo"]));
    let request = PullRequest::new();
    let checkout = request.checkout();
    let path = env::var("PATH").unwrap_or_default();
    let runner = job(clients, &checkout).with("PATH", &format!("{}:{path}", place.path().display()));
    let outcome = runner.run();
    assert_missing_is_annotated(&outcome);
    let asked = fs::read_to_string(place.path().join("asked"))?;
    assert!(asked.starts_with("install --locked --quiet --path ") && asked.contains("/crates/cli --root "), "{asked}");
    assert_eq!(outcome.used.len(), 1, "what was compiled is kept: {outcome:#?}");
    assert!(outcome.used[0].starts_with("actions/cache@"), "{outcome:#?}");
    // The same source is not compiled again; another one of the same version is, and is kept under another key.
    let again = runner.run();
    assert_eq!(again.key, outcome.key);
    fs::write(runner.at("action/crates/lib.rs"), "// a later commit\n")?;
    let later = runner.run();
    assert_ne!(later.key, outcome.key);
    // A toolchain that the checkout asks for is not the action's.
    let own = Path::new(&runner.at("action")).canonicalize()?;
    let places = fs::read_to_string(place.path().join("places"))?;
    assert_eq!(places.lines().map(Path::new).collect::<Vec<_>>(), [&own, &own]);
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

fn what_failed_is_annotated(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    // One that clap refuses, and one that is refused later, with a place in a file.
    checkout.write("broken.toml", "rules = \n")?;
    for (arguments, said) in
        [("--unheard-of", "'--unheard-of'"), ("--color always --config broken.toml", "broken.toml:1:")]
    {
        let outcome = job(clients, &checkout).input("binary", LOCKSTEP).input("args", arguments).run();
        assert_eq!((outcome.code, outcome.outputs["verdict"].as_str()), (2, "failed"), "{outcome:#?}");
        let annotations = client::annotations(&outcome.log);
        assert_eq!(annotations.len(), 1, "{outcome:#?}");
        assert!(annotations[0].message.starts_with("error: "), "no colours: {annotations:#?}");
        assert!(annotations[0].message.contains(said), "{annotations:#?}");
    }
    Ok(())
}

fn a_base_that_the_workflow_names_is_fetched(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let git = |arguments: &[&str]| request.upstream.git(arguments).expect("git");
    git(&["branch", "release", "main"]);
    git(&["tag", "v1", "main"]);
    let commit = git(&["rev-parse", "main"]);
    for base in ["release", "origin/release", "v1", "HEAD^1", commit.as_str()] {
        let checkout = request.checkout();
        let outcome = job(clients, &checkout).input("binary", LOCKSTEP).input("base", base).run();
        assert_missing_is_annotated(&outcome);
        assert_eq!(outcome.code, 0, "{base}: {outcome:#?}");
    }
    let checkout = request.checkout();
    let outcome = job(clients, &checkout).input("binary", LOCKSTEP).input("base", "nowhere").run();
    assert_eq!((outcome.code, outcome.outputs["verdict"].as_str()), (3, "incomplete"), "{outcome:#?}");
    assert!(outcome.log.contains("::warning title=lockstep%3A the base is not fetched::"), "{outcome:#?}");
    Ok(())
}

fn without_history_it_is_incomplete(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    let runner = job(clients, &checkout).input("binary", LOCKSTEP).input("history", "none");
    let outcome = runner.input("upload-sarif", "true").run();
    assert_eq!((outcome.code, outcome.outputs["verdict"].as_str()), (3, "incomplete"), "{outcome:#?}");
    assert!(outcome.used.is_empty(), "what was not found is not fixed: {outcome:#?}");
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

/// A server that refuses the first who asks, and hands over how that was asked.
fn refusing_server() -> std::io::Result<(String, mpsc::Receiver<String>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    let (send, asked) = mpsc::channel();
    thread::spawn(move || -> std::io::Result<()> {
        let (stream, _) = listener.accept()?;
        let lines = BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
        let request = lines.collect::<Vec<_>>().join("\n");
        (&stream).write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
        // Where nobody waits for it any more the test has failed already.
        let _ = send.send(request);
        Ok(())
    });
    Ok((address, asked))
}

fn the_token_replaces_what_the_checkout_left(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    let (server, asked) = refusing_server()?;
    checkout.git(&["remote", "set-url", "origin", &format!("{server}/shop.git")])?;
    checkout.git(&["config", &format!("http.{server}/.extraheader"), "AUTHORIZATION: basic b2xk"])?;
    let outcome = job(clients, &checkout).input("binary", LOCKSTEP).with("GITHUB_SERVER_URL", &server).run();
    let request = asked.try_recv()?.to_lowercase();
    let headers: Vec<&str> = request.lines().filter(|line| line.starts_with("authorization:")).collect();
    // "x-access-token:a-token", encoded; two headers of that name are refused by GitHub.
    assert_eq!(headers, ["authorization: basic eC1hY2Nlc3MtdG9rZW46YS10b2tlbg==".to_lowercase()], "{request}");
    assert!(!outcome.log.contains("eC1hY2Nlc3M") && !outcome.log.contains("a-token"), "{outcome:#?}");
    Ok(())
}

fn a_workspace_of_another_user_is_made_safe(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    made_safe(&request, &checkout, job(clients, &checkout))
}

fn so_is_a_repository_below_it(clients: &'static Clients) -> Result<(), Failed> {
    let request = PullRequest::new();
    let checkout = request.checkout();
    let workspace = checkout.outside().display().to_string();
    let path = checkout.path().strip_prefix(checkout.outside())?.display().to_string();
    made_safe(&request, &checkout, job(clients, &checkout).with("GITHUB_WORKSPACE", &workspace).input("path", &path))
}

/// Where git takes every folder for another user's, the repository of `checkout` is said to be safe, and no other.
fn made_safe(request: &PullRequest, checkout: &Repository, runner: Runner<'_>) -> Result<(), Failed> {
    let config = checkout.outside().join("gitconfig");
    // The one that is fetched from is safe already: on GitHub it is on a server.
    let before = format!("[safe]\n\tdirectory = {}/.git\n", request.upstream.path().display());
    fs::write(&config, &before)?;
    let outcome = runner
        .input("binary", LOCKSTEP)
        .with("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        .with("GIT_CONFIG_GLOBAL", &config.display().to_string())
        .run();
    let annotations = client::annotations(&outcome.log);
    assert!(annotations.iter().any(|annotation| annotation.message.contains(MISSING)), "{outcome:#?}");
    assert_eq!(outcome.code, 0, "{outcome:#?}");
    let repository = checkout.path().canonicalize()?;
    assert_eq!(fs::read_to_string(&config)?, format!("{before}\tdirectory = {}\n", repository.display()));
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
