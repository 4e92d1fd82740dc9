//! What `check` writes, read by those for whom it is written: SARIF by Microsoft's multitool with GitHub's rules, JUnit by a
//! reader of Python's, annotations by the runner's grammar, the others by their schemas.

use std::{
    any::Any,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use libtest_mimic::Failed;
use lockstep_testkit::{Page, Repository, client};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Test,
    fixture::{Clients, MISSING, done, edit, root, said, shop},
};

pub const TESTS: &[(&str, Test)] = &[
    ("formats::the_multitool_finds_no_error_in_sarif", the_multitool_finds_no_error_in_sarif),
    ("formats::sarif_follows_its_schema", sarif_follows_its_schema),
    ("formats::code_quality_follows_what_gitlab_documents", code_quality_follows_what_gitlab_documents),
    ("formats::rdjson_follows_reviewdogs_fields", rdjson_follows_reviewdogs_fields),
    ("formats::junit_is_read_as_tests", junit_is_read_as_tests),
    ("formats::schemas_of_ours_refuse_what_is_wrong", schemas_of_ours_refuse_what_is_wrong),
    ("formats::annotations_are_as_the_runner_reads_them", annotations_are_as_the_runner_reads_them),
];

/// Names that mean something to whoever reads a report: SARIF's links, XML, Markdown, workflow commands.
const HOSTILE: &str = "# Change\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"::error::##[error]]]> <b> `x` | @all %0A\" M \"a %3A,[x](1)/app.py\" M \"b <i>&amp; ]]> |/app.py\"\nd32..d61 bob \"Write mails\" M mail/app.py\n```\n\n```toml lockstep.toml\n[[function]]\npaths = [\"*/app.py\"]\nservice = \"shop\"\n```\n\n```py \"a %3A,[x](1)/app.py\"\ndef handler(event, context):\n    return 1\n```\n\n```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py \"b <i>&amp; ]]> |/app.py\"\ndef handler(event, context):\n    return 1\n```\n";

/// A repository that is looked at, and what of it.
struct Case {
    name: &'static str,
    folder: PathBuf,
    arguments: &'static [&'static str],
    /// How the run ends.
    code: i32,
    /// Keeps the repository where it is.
    _kept: Box<dyn Any + Send + Sync>,
}

/// Repositories in which there is something to say, of each kind.
fn cases() -> Vec<Case> {
    let (place, demo) = demo();
    let broken = shop();
    broken.write("broken/template.yaml", "Resources: [").expect("a file");
    let staged = shop();
    edit(staged.path(), "pricing", 1);
    staged.git(&["add", "-A"]).expect("git");
    let shallow = shop().cloned(&["--depth=1"]).expect("a clone");
    let page = Page::parse(HOSTILE).expect("a sound page");
    let hostile = Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository");
    let of = |name, repository: Repository, arguments, code| Case {
        name,
        folder: repository.path().to_owned(),
        arguments,
        code,
        _kept: Box::new(repository),
    };
    vec![
        Case { name: "demo", folder: demo, arguments: &["-W", "all"], code: 0, _kept: Box::new(place) },
        of("broken", broken, &["-D", "all"], 1),
        of("staged", staged, &["--staged"], 0),
        of("shallow", shallow, &[], 3),
        of("hostile", hostile, &["-D", "all"], 1),
    ]
}

fn demo() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let mut write = std::process::Command::new(env!("CARGO_BIN_EXE_lockstep"));
    said(write.args(["demo", "shop"]).current_dir(place.path()));
    let folder = place.path().join("shop");
    (place, folder)
}

/// What a case came to: a folder of its reports, by their formats, and what it printed as annotations.
struct Reported {
    name: &'static str,
    folder: TempDir,
    /// The repository.
    case: Case,
    printed: String,
}

impl Reported {
    fn report(&self, format: &str) -> PathBuf {
        self.folder.path().join(format)
    }
}

/// Every case, looked at once, with all reports of one run.
fn reported(clients: &'static Clients) -> &'static [Reported] {
    static REPORTED: OnceLock<Vec<Reported>> = OnceLock::new();
    REPORTED.get_or_init(|| {
        let report = |case: Case| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut check = clients.command(env!("CARGO_BIN_EXE_lockstep"), &case.folder);
            check.arg("check").args(case.arguments).args(["--format", "github"]).env("GITHUB_ACTIONS", "true");
            for format in ["sarif", "gitlab", "rdjson", "junit"] {
                check.arg("--report").arg(format!("{format}={}", folder.path().join(format).display()));
            }
            let told = said(&mut check);
            assert_eq!(told.code, Some(case.code), "{}: {}", case.name, told.text);
            Reported { name: case.name, folder, case, printed: told.text }
        };
        cases().into_iter().map(report).collect()
    })
}

fn json(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).expect("a report")).expect("JSON")
}

/// Holds the reports in `format` against a schema of ours.
fn follow_schema(clients: &'static Clients, format: &str) -> Vec<(&'static str, Value)> {
    let reports: Vec<_> = reported(clients).iter().map(|case| (case.name, case.report(format))).collect();
    let schema = root().join(format!("tests/clients/schemas/{format}.json"));
    let mut check = clients.command(clients.program("check-jsonschema"), &root());
    check.arg("--schemafile").arg(schema).args(["--force-filetype", "json"]);
    done(check.args(reports.iter().map(|(_, file)| file)));
    reports.into_iter().map(|(name, file)| (name, json(&file))).collect()
}

fn the_multitool_finds_no_error_in_sarif(clients: &'static Clients) -> Result<(), Failed> {
    let place = tempfile::tempdir()?;
    for case in reported(clients) {
        let (name, file) = (case.name, place.path().join("report.sarif"));
        fs::copy(case.report("sarif"), &file)?;
        let judged = place.path().join("judged.sarif");
        let mut validate = clients.command(clients.multitool(), place.path());
        validate.arg("validate").arg(&file).arg("--output").arg(&judged);
        validate.args(["--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite", "--level", "Error;Warning"]);
        // It ends with 0 whatever it found: what it found stands in its own report.
        let told = done(&mut validate);
        let judged = json(&judged);
        let found: Vec<String> = judged["runs"][0]["results"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}: the multitool judged nothing\n{told}"))
            .iter()
            .map(|result| format!("{} {} {}", result["level"], result["ruleId"], result["message"]))
            .collect();
        assert_eq!(found, Vec::<String>::new(), "{name}");
    }
    Ok(())
}

fn sarif_follows_its_schema(clients: &'static Clients) -> Result<(), Failed> {
    // Its patterns are in Python's dialect.
    let mut check = clients.command(clients.program("check-jsonschema"), &root());
    check.args(["--regex-variant", "python", "--force-filetype", "json", "--schemafile"]).arg(clients.sarif_schema());
    done(check.args(reported(clients).iter().map(|case| case.report("sarif"))));
    Ok(())
}

fn code_quality_follows_what_gitlab_documents(clients: &'static Clients) -> Result<(), Failed> {
    for (name, report) in follow_schema(clients, "gitlab") {
        let issues = report.as_array().expect("a list");
        let mut prints: Vec<&Value> = issues.iter().map(|issue| &issue["fingerprint"]).collect();
        prints.sort_by_key(|print| print.to_string());
        prints.dedup();
        // Of two issues with one fingerprint GitLab shows one.
        assert_eq!(prints.len(), issues.len(), "{name}: {report:#}");
        let missing = issues.iter().filter(|issue| issue["description"].to_string().contains(MISSING)).count();
        assert_eq!(missing > 0, name == "staged", "{name}: {report:#}");
    }
    Ok(())
}

fn rdjson_follows_reviewdogs_fields(clients: &'static Clients) -> Result<(), Failed> {
    for (name, report) in follow_schema(clients, "rdjson") {
        let found = report["diagnostics"].to_string().contains(MISSING);
        assert_eq!(found, name == "staged", "{name}: {report:#}");
    }
    Ok(())
}

/// Reads JUnit with the reader from PyPI and with a schema of ours: what failed, by suite.
const READ: &str = "import json, sys
from junitparser import JUnitXml
from lxml import etree
grammar = etree.RelaxNG(etree.parse(sys.argv[1]))
document = etree.parse(sys.argv[2])
assert grammar.validate(document), grammar.error_log
suites = [suite for suite in JUnitXml.fromfile(sys.argv[2])]
for suite in suites:
    cases = list(suite)
    bad = [[type(result).__name__ for result in case.result] for case in cases]
    count = lambda kind: sum(kind in kinds for kinds in bad)
    assert (suite.tests, suite.failures, suite.errors) == (len(cases), count('Failure'), count('Error')), suite
json.dump({suite.name: [[case.name, [result.message for result in case.result]] for case in suite] for suite in suites}, sys.stdout)";

fn junit_is_read_as_tests(clients: &'static Clients) -> Result<(), Failed> {
    for case in reported(clients) {
        let (name, file) = (case.name, case.report("junit"));
        let schema = root().join("tests/clients/schemas/junit.rng");
        let mut read = clients.command(clients.program("python"), &root());
        let read = done(read.args(["-c", READ]).arg(schema).arg(&file));
        assert_eq!(read.contains(MISSING), name == "staged", "{name}: {read}");
    }
    Ok(())
}

fn schemas_of_ours_refuse_what_is_wrong(clients: &'static Clients) -> Result<(), Failed> {
    let place = tempfile::tempdir()?;
    let staged = reported(clients).iter().find(|case| case.name == "staged").expect("the case");
    for (format, good, bad) in [
        ("gitlab", "\"fingerprint\"", "\"print\""),
        ("gitlab", "\"begin\": ", "\"begin\": -"),
        ("rdjson", "\"WARNING\"", "\"warning\""),
        ("rdjson", "\"path\"", "\"file\""),
        ("junit", "<skipped", "<skipped line=\"1\""),
        ("junit", "tests=\"", "tests=\"x"),
    ] {
        let text = fs::read_to_string(staged.report(format))?;
        assert!(text.contains(good), "{format} has no {good}: {text}");
        let file = place.path().join(format);
        fs::write(&file, text.replace(good, bad))?;
        let schemas = root().join("tests/clients/schemas");
        let told = if format == "junit" {
            let mut read = clients.command(clients.program("python"), &root());
            said(read.args(["-c", READ]).arg(schemas.join("junit.rng")).arg(&file))
        } else {
            let mut check = clients.command(clients.program("check-jsonschema"), &root());
            said(
                check
                    .args(["--force-filetype", "json", "--schemafile"])
                    .arg(schemas.join(format!("{format}.json")))
                    .arg(&file),
            )
        };
        assert_eq!(told.code, Some(1), "{format} with {bad} for {good}: {}", told.text);
    }
    Ok(())
}

fn annotations_are_as_the_runner_reads_them(clients: &'static Clients) -> Result<(), Failed> {
    for reported in reported(clients) {
        let (case, printed) = (&reported.case, &reported.printed);
        let commands: Vec<client::Command> = printed.lines().filter_map(client::parse).collect();
        let shown = client::annotations(printed);
        assert!(!shown.is_empty(), "{}: {printed}", case.name);
        assert_eq!(commands, shown, "{}: every command is an annotation, and every one is shown", case.name);
        for annotation in &shown {
            let file = annotation.properties.get("file");
            let there = file.is_none_or(|file| case.folder.join(file).is_file());
            assert!(there, "{}: {annotation:?}", case.name);
        }
    }
    Ok(())
}
