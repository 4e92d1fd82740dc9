//! Repositories as they really are: empty, shallow, bare, broken, hostile. Each gets a clear message and the documented
//! exit code, and the rest of the run goes on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::program;

/// A throw-away folder with git in it.
struct Repo {
    folder: TempDir,
}

const MANIFEST: &str = "Resources:\n  Create:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: python3.13\n";

impl Repo {
    fn plain() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn empty() -> Self {
        let repo = Self::plain();
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    /// A repository with one function and one commit.
    fn small() -> Self {
        let repo = Self::empty();
        repo.write("orders/template.yaml", MANIFEST);
        repo.write("orders/app.py", "def handler(event, context):\n    return 1\n");
        repo.commit("Start");
        repo
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn git(&self, arguments: &[&str]) {
        git(self.path(), arguments);
    }

    fn commit(&self, subject: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
    }

    fn lockstep(&self, arguments: &[&str]) -> Run {
        lockstep(self.path(), arguments)
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn lockstep(folder: &Path, arguments: &[&str]) -> Run {
    let Output { status, stdout, stderr } = program::run(folder, arguments);
    Run {
        code: status.code().expect("it was not killed"),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

impl Run {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    fn says(self, words: &str) -> Self {
        let all = format!("{}{}", self.out, self.err);
        assert!(all.contains(words), "`{words}` is missing in\n{all}");
        self
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.out))
    }
}

#[test]
fn a_path_that_is_not_there_is_a_usage_error() {
    Repo::plain().lockstep(&["check", "nowhere"]).exits(2).says("nowhere");
}

#[test]
fn a_misspelt_command_is_no_missing_folder() {
    Repo::small().lockstep(&["chekc"]).exits(2).says("did you mean `lockstep check`?");
    Repo::small().lockstep(&["no/such/folder"]).exits(2).says("cannot read `no/such/folder`");
}

#[test]
fn cargo_finds_it_as_a_subcommand() {
    let repo = Repo::small();
    for arguments in [&["lockstep", "check", "--format", "json"][..], &["check", "--format", "json"]] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_cargo-lockstep")).args(arguments).current_dir(repo.path()).output();
        let output = output.expect("cargo-lockstep runs");
        assert!(String::from_utf8_lossy(&output.stdout).contains("\"schema_version\": 1"), "{arguments:?}");
    }
}

#[test]
fn a_plain_folder_is_read_but_incomplete() {
    let repo = Repo::plain();
    repo.write("template.yaml", MANIFEST);
    let run = repo.lockstep(&["check", "--format", "json"]).exits(3);
    assert_eq!(run.json()["status"], "incomplete");
    assert_eq!(run.json()["findings"][0]["rule"], "unresolved-handler");
    repo.lockstep(&["check"]).exits(3).says("no git repository");
}

#[test]
fn a_repository_without_commits_is_incomplete() {
    Repo::empty().lockstep(&["check"]).exits(3).says("no commits");
}

#[test]
fn a_repository_without_functions_says_so() {
    let repo = Repo::empty();
    repo.write("README.md", "nothing here");
    repo.commit("Start");
    repo.lockstep(&["check"]).exits(0).says("no functions found");
}

#[test]
fn manifests_that_are_not_read_yet_are_never_clean() {
    let repo = Repo::empty();
    repo.write("cdk.json", "{\"app\": \"mvn -e -q compile exec:java\"}\n");
    repo.write("src/main/java/App.java", "import software.amazon.awscdk.services.lambda.Function;\nclass App {}\n");
    repo.commit("Start");
    repo.lockstep(&["check"]).exits(3).says("AWS CDK apps in Java are not read");
}

#[test]
fn little_history_is_unknown_not_clean() {
    Repo::small().lockstep(&["check"]).exits(0).says("unknown");
}

#[test]
fn a_shallow_clone_is_refused_with_the_way_out() {
    let origin = Repo::small();
    for turn in 0..60 {
        origin.write("orders/app.py", format!("def handler(event, context):\n    return {turn}\n"));
        origin.commit("Change the answer");
    }
    let clone = Repo::plain();
    let url = format!("file://{}", origin.path().display());
    git(clone.path(), &["clone", "-q", "--depth", "55", &url, "here"]);
    let here = clone.path().join("here");
    let run = lockstep(&here, &["check"]).exits(3).says("git fetch --unshallow --filter=blob:none");
    assert!(run.says("shallow").code == 3);
    lockstep(&here, &["check", "--allow-shallow"]).exits(0).says("incomplete");
    let graph = lockstep(&here, &["graph", "--format", "json", "--allow-shallow"]).exits(0).json();
    assert_eq!(graph["changesets"]["dropped"]["shallow-boundary"], 1, "{graph}");
}

#[test]
fn partial_clones_worktrees_and_bare_repositories_agree_with_the_whole_one() {
    let origin = Repo::small();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    for turn in 0..6 {
        origin.write("orders/app.py", format!("def handler(event, context):\n    return {turn}\n"));
        origin.commit("Change the answer");
    }
    let place = Repo::plain();
    let url = format!("file://{}", origin.path().display());
    git(place.path(), &["clone", "-q", "--filter=blob:none", &url, "partial"]);
    git(place.path(), &["clone", "-q", "--bare", &url, "bare"]);
    let tree = place.path().join("tree");
    origin.git(&["worktree", "add", "-q", "--detach", &tree.display().to_string()]);
    let whole = origin.lockstep(&["graph", "--format", "json"]).exits(0).out;
    assert!(whole.contains("\"changes\": 7"), "{whole}");
    for name in ["partial", "bare", "tree"] {
        let run = lockstep(&place.path().join(name), &["graph", "--format", "json"]).exits(0);
        assert_eq!(run.out, whole, "{name}");
    }
}

#[test]
fn a_template_that_is_no_yaml_is_a_finding_and_the_rest_goes_on() {
    let repo = Repo::small();
    repo.write("broken/template.yaml", "Resources:\n  A: [1, 2\n  B: }{\n");
    repo.commit("Break it");
    let run = repo.lockstep(&["check", "--format", "json"]).exits(0);
    let findings = run.json();
    let finding = &findings["findings"][0];
    assert_eq!(finding["rule"], "invalid-manifest", "{findings}");
    assert_eq!(finding["primary"]["path"], "broken/template.yaml");
    let functions = repo.lockstep(&["functions", "--format", "json"]).exits(0).json();
    assert_eq!(functions["functions"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_manifest_of_ten_megabytes_costs_bounded_time() {
    let repo = Repo::small();
    let mut text = String::from("Resources:\n");
    for number in 0..90_000 {
        text.push_str(&format!("  Bucket{number}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: b{number}-aaaaaaaaaaaaaaaaaaaaaaaa\n"));
    }
    text.push_str(
        "  Big:\n    Type: AWS::Serverless::Function\n    Properties: { Handler: big.handler, Runtime: python3.13 }\n",
    );
    assert!(text.len() > 9_000_000);
    repo.write("big/template.yaml", text);
    repo.commit("Grow");
    let functions = repo.lockstep(&["functions", "--format", "json"]).exits(0).json();
    let names: Vec<_> = functions["functions"].as_array().expect("a list").iter().map(|f| f["name"].clone()).collect();
    assert!(names.contains(&"Big".into()) && names.contains(&"Create".into()), "{names:?}");
}

#[test]
fn calls_in_code_that_cannot_be_read_are_missed_aloud() {
    let repo = Repo::small();
    repo.write("orders/app.py", "def handler(event, context):\n    return (\n");
    repo.commit("Break it");
    let problems = repo.lockstep(&["functions", "--format", "json"]).exits(0).json()["problems"].clone();
    assert_eq!(problems[0]["path"], "orders/app.py", "{problems}");
}

#[test]
fn a_handler_outside_the_repository_is_a_finding() {
    let repo = Repo::small();
    repo.write("out/template.yaml", MANIFEST.replace("app.handler", "../../../etc/app.handler"));
    repo.commit("Reach out");
    let found = repo.lockstep(&["check", "--format", "json"]).exits(0).json();
    assert_eq!(found["findings"][0]["rule"], "unresolved-handler", "{found}");
    repo.lockstep(&["check"]).exits(0).says("leads out of the repository");
}

#[test]
fn hostile_nesting_and_aliases_are_bounded() {
    let repo = Repo::small();
    repo.write(
        "deep/template.yaml",
        format!("Resources: {}{}\n# AWS::Serverless::Function", "[".repeat(10_000), "]".repeat(10_000)),
    );
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let one = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![one; 9].join(", ")));
    }
    bomb.push_str("Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: { Handler: app.handler }\n");
    repo.write("bomb/template.yaml", bomb);
    repo.write(
        "orders/app.py",
        format!("def handler(event, context):\n    return {}1{}\n", "(".repeat(10_000), ")".repeat(10_000)),
    );
    repo.write("js/serverless.yml", "service: js\nprovider: { name: aws }\nfunctions:\n  f: { handler: f.handler }\n");
    repo.write("js/f.js", format!("exports.handler = {}1{};\n", "(".repeat(10_000), ")".repeat(10_000)));
    repo.commit("Be hostile");
    repo.lockstep(&["check"]).exits(0);
}

/// The names that a file system allows and people do not expect.
#[cfg(target_os = "linux")]
#[test]
fn odd_file_names_are_read_and_never_break_the_output() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let repo = Repo::small();
    let odd = ["with space", "quote\"'`", "new\nline", "\u{1b}[31mred", "::error::x", "\u{202e}txt", "100%", "a,b:c"];
    for name in odd {
        repo.write(&format!("{name}/template.yaml"), MANIFEST);
        repo.write(&format!("{name}/app.py"), "def handler(event, context):\n    return 1\n");
    }
    let raw: PathBuf = repo.path().join(OsStr::from_bytes(b"raw\xff"));
    fs::create_dir_all(&raw).expect("a folder");
    fs::write(raw.join("template.yaml"), MANIFEST).expect("a file");
    repo.commit("::warning::Add odd names \u{1b}[2J");
    let functions = repo.lockstep(&["functions", "--format", "json"]).exits(0).json();
    assert_eq!(functions["functions"].as_array().map(Vec::len), Some(odd.len() + 2), "{functions}");
    for format in ["text", "github"] {
        let run = repo.lockstep(&["check", "--format", format]).exits(0);
        let all = format!("{}{}", run.out, run.err);
        assert!(!all.contains('\u{1b}') && !all.contains('\u{202e}'), "{all}");
        let foreign = all.lines().filter(|line| line.trim_start().starts_with("::"));
        assert!(foreign.filter(|line| !line.starts_with("::warning file=")).count() == 0 || format == "text", "{all}");
        if format == "text" {
            assert!(!all.lines().any(|line| line.trim_start().starts_with("::error")), "{all}");
        }
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_repository_are_not_followed() {
    let outside = Repo::plain();
    outside.write("app.py", "SECRET = 'do not read'\n");
    let repo = Repo::small();
    fs::remove_file(repo.path().join("orders/app.py")).expect("the file was there");
    std::os::unix::fs::symlink(outside.path().join("app.py"), repo.path().join("orders/app.py")).expect("a link");
    repo.commit("Link out");
    let found = repo.lockstep(&["check", "--format", "json"]).exits(0);
    assert_eq!(found.json()["findings"][0]["rule"], "unresolved-handler", "{}", found.out);
    assert!(!found.out.contains("SECRET"));
}

#[test]
fn a_broken_configuration_is_a_usage_error_with_its_place() {
    let repo = Repo::small();
    repo.write("lockstep.toml", "[rules]\nlockstpe = \"warn\"\n");
    repo.lockstep(&["check"]).exits(2).says("lockstep.toml").says("did you mean");
}

#[test]
fn two_runs_and_any_number_of_threads_give_the_same_bytes() {
    let repo = Repo::small();
    let first = repo.lockstep(&["check", "--format", "json", "--jobs", "1"]).exits(0).out;
    for jobs in ["1", "2", "7"] {
        assert_eq!(repo.lockstep(&["check", "--format", "json", "--jobs", jobs]).exits(0).out, first);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let repo = Repo::small();
    let line = format!(
        "{} rules --format json | head -c 1 >/dev/null; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_lockstep")
    );
    let output = Command::new("bash").args(["-c", &line]).current_dir(repo.path()).output().expect("bash runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
