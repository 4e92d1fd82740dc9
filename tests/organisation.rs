//! Several repositories as one: what joins their changesets is found, what nothing joins is not invented, and one that
//! cannot be read keeps the others from nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lockstep_testkit::{Block, Plan, Repository, Script};
use serde_json::Value;
use tempfile::TempDir;

use crate::program;

/// Repositories in one folder.
struct Organisation {
    place: TempDir,
}

impl Organisation {
    fn new() -> Self {
        Self { place: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    /// A repository of one function in the stack `stack`, whose history is `script`.
    fn with(self, name: &str, function: &str, script: &str) -> Self {
        let text = format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  {function}:\n    Type: AWS::Serverless::Function\n    \
             Properties:\n      Handler: handler.run\n      Runtime: python3.13\n"
        );
        let code = "def run(event, context):\n    return event[\"total\"] + 1\n".to_owned();
        let block = |path: &str, text: String| Block { line: 1, path: path.to_owned(), text };
        let files = [block("service/template.yaml", text), block("service/handler.py", code)];
        let script = Script::parse(script, 1).expect("a script");
        let plan = Plan::new(Some(&script), &files).expect("a plan");
        let repository = Repository::build(&plan).expect("a repository");
        let to = self.path().join(name);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        copy(repository.path(), &to);
        self
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

/// Orders and billing, which change for the same tickets, and search, which does not.
fn shop(subject: &str) -> Organisation {
    let both = format!(
        "d1 ana \"Start\" A README.md\nd2..d61 ana \"{subject}\" M service/handler.py\n\
         d62..d71 ana \"alone\" M service/handler.py\n"
    );
    let search = "d1 ana \"Start\" A README.md\nd2..d60 bob \"FIND-{day}: rank\" M service/handler.py\n";
    Organisation::new().with("orders", "Create", &both).with("billing", "Create", &both).with("search", "Find", search)
}

fn ids(document: &Value) -> Vec<String> {
    let functions = document["functions"].as_array().expect("functions");
    functions.iter().map(|function| function["id"].as_str().expect("an id").to_owned()).collect()
}

const ALL: [&str; 3] = ["orders", "billing", "search"];
const PAIR: [&str; 2] = ["billing/service/Create", "orders/service/Create"];

fn lockstep(folder: &Path, arguments: &[&str]) -> Vec<Vec<String>> {
    let document = program::json(folder, &[&["check"], arguments].concat());
    let findings = document["findings"].as_array().expect("findings").clone();
    let of_rule = findings.iter().filter(|finding| finding["rule"] == "lockstep");
    let names = |finding: &Value| {
        let functions = finding["functions"].as_array().expect("functions").iter();
        functions.map(|id| id.as_str().expect("an id").to_owned()).collect()
    };
    of_rule.map(names).collect()
}

#[test]
fn tickets_join_what_changes_in_two_repositories() {
    let shop = shop("SHOP-{day}: adjust the totals");
    assert_eq!(lockstep(shop.path(), &ALL), [PAIR.map(str::to_owned)]);
    let graph = program::json(shop.path(), &["graph", "orders", "billing", "search"]);
    assert_eq!(ids(&graph), ["billing/service/Create", "orders/service/Create", "search/service/Find"]);
    let couplings = graph["couplings"].as_array().expect("couplings");
    assert_eq!(couplings.len(), 1, "{couplings:?}");
    assert_eq!(couplings[0]["support"], 60);
    // Each is counted once, and said to be joined: the sum is that of the commits.
    let counts = &graph["changesets"];
    let dropped: i64 = counts["dropped"].as_object().expect("reasons").values().filter_map(Value::as_i64).sum();
    assert_eq!(counts["dropped"]["joined"], 60);
    assert_eq!(counts["total"].as_i64(), counts["kept"].as_i64().map(|kept| kept + dropped));
    let why = program::json(shop.path(), &["why", PAIR[0], PAIR[1], "orders", "billing", "search"]);
    let commit = &why["commits"][0];
    assert_eq!((&commit["joined"]["by"], &commit["joined"]["key"]), (&"ticket".into(), &"SHOP-61".into()));
    let repositories: Vec<&str> = commit["joined"]["commits"]
        .as_array()
        .expect("commits")
        .iter()
        .filter_map(|one| one["repository"].as_str())
        .collect();
    assert_eq!(repositories, ["billing", "orders"]);
    let text = program::text(shop.path(), &["why", PAIR[0], PAIR[1], "orders", "billing", "search"]);
    assert!(text.contains("joined by the ticket SHOP-61 with"), "{text}");
}

#[test]
fn without_tickets_nothing_is_invented() {
    // The same commits, the same author, the same minutes: nothing but their times have they in common.
    let shop = shop("adjust the totals in UTF-8");
    assert!(lockstep(shop.path(), &ALL).is_empty());
    let graph = program::json(shop.path(), &["graph", "orders", "billing", "search"]);
    assert_eq!(graph["couplings"].as_array().map(Vec::len), Some(0));
    let hours = ["graph", "orders", "billing", "search", "--config", "join.author-hours = 2"];
    // All of them, and the first commits as well.
    assert_eq!(program::json(shop.path(), &hours)["couplings"][0]["support"], 71);
    let off = ["graph", "orders", "billing", "search", "--config", "join.tickets = []"];
    let shop = self::shop("SHOP-{day}: adjust the totals");
    assert_eq!(program::json(shop.path(), &off)["couplings"].as_array().map(Vec::len), Some(0));
}

#[test]
fn trailers_join() {
    let shop = shop("adjust\\n\\nChange-Id: I{day}");
    let graph = program::json(shop.path(), &["graph", "orders", "billing"]);
    assert_eq!(graph["couplings"][0]["support"], 60);
    let other = self::shop("adjust\\n\\nRefs: {day}");
    let count = |more: &[&str]| {
        let arguments = [&["graph", "orders", "billing"], more].concat();
        program::json(other.path(), &arguments)["couplings"].as_array().map(Vec::len)
    };
    assert_eq!((count(&[]), count(&["--config", "join.trailers = ['refs']"])), (Some(0), Some(1)));
}

#[test]
fn an_epic_joins_nothing() {
    let tickets = "SHOP-1: the rewrite, after SHOP-2 and SHOP-3";
    let shop = shop(tickets);
    let graph = program::json(shop.path(), &["graph", "orders", "billing"]);
    assert_eq!(graph["couplings"].as_array().map(Vec::len), Some(0), "{graph}");
}

#[test]
fn the_order_in_which_repositories_are_given_changes_nothing() {
    let shop = shop("SHOP-{day}: adjust the totals");
    let run =
        |paths: [&str; 3]| program::run(shop.path(), &[&["check", "--format", "json"], &paths[..]].concat()).stdout;
    let first = run(ALL);
    assert!(!first.is_empty());
    for paths in [["search", "billing", "orders"], ["billing", "./orders/", "search"]] {
        assert_eq!(String::from_utf8_lossy(&run(paths)), String::from_utf8_lossy(&first), "{paths:?}");
    }
}

#[test]
fn a_repository_says_of_itself_what_it_says_alone() {
    let shop = shop("SHOP-{day}: adjust the totals");
    let alone = program::json(&shop.path().join("orders"), &["graph"]);
    let all = program::json(shop.path(), &["graph", "orders", "billing", "search"]);
    assert_eq!(ids(&alone), ["service/Create"]);
    let changes = |document: &Value, id: &str| {
        let functions = document["functions"].as_array().expect("functions");
        functions.iter().find(|one| one["id"] == id).map(|one| one["changes"].clone())
    };
    assert_eq!(changes(&alone, "service/Create"), changes(&all, "orders/service/Create"));
}

#[test]
fn one_that_cannot_be_read_is_named_and_the_others_go_on() {
    let shop = shop("SHOP-{day}: adjust the totals");
    fs::remove_dir_all(shop.path().join("search/.git")).expect("a repository");
    let paths = ["orders", "billing", "search", "gone"];
    let output = program::run(shop.path(), &[&["check", "--format", "json"], &paths[..]].concat());
    assert_eq!(output.status.code(), Some(3));
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(document["status"], "incomplete");
    let reasons = document["incomplete"].to_string();
    assert!(reasons.contains("`search`") && reasons.contains("`gone`"), "{reasons}");
    let finding = document["findings"].as_array().expect("findings").iter().find(|one| one["rule"] == "lockstep");
    assert_eq!(finding.expect("a finding")["functions"], serde_json::json!(PAIR));
}

#[test]
fn tables_name_repositories_and_services_that_span_them() {
    let shop = shop("SHOP-{day}: adjust the totals");
    let tables = "[[repository]]\npath = \"orders\"\n[[repository]]\npath = \"billing\"\nname = \"pay\"\n";
    fs::write(shop.path().join("lockstep.toml"), tables).expect("a file");
    assert_eq!(lockstep(shop.path(), &[]), [["orders/service/Create", "pay/service/Create"].map(str::to_owned)]);
    let service = "[[service]]\nname = \"shop\"\nfunctions = [\"orders/service/*\", \"pay/service/*\"]\n";
    fs::write(shop.path().join("lockstep.toml"), format!("{tables}{service}")).expect("a file");
    let graph = program::json(shop.path(), &["graph"]);
    assert_eq!(graph["services"][0]["name"], "shop");
    assert_eq!(graph["services"].as_array().map(Vec::len), Some(1));
    let found = program::json(shop.path(), &["functions"]);
    assert_eq!(found["functions"][1]["declarations"][0]["path"], "billing/service/template.yaml");
}

#[test]
fn what_a_repository_accepts_of_its_own_stays_accepted() {
    let shop = shop("SHOP-{day}: adjust the totals");
    let own = "[[service]]\nname = \"money\"\nfunctions = [\"service/*\"]\n";
    fs::write(shop.path().join("orders/lockstep.toml"), own).expect("a file");
    let graph = program::json(shop.path(), &["graph", "orders", "billing"]);
    let names: Vec<&str> =
        graph["services"].as_array().expect("services").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["billing/service", "orders/money"]);
}

#[test]
fn the_doctor_looks_at_each() {
    let shop = shop("SHOP-{day}: adjust the totals");
    let text = program::text(shop.path(), &["doctor", "orders", "gone"]);
    assert!(text.contains("orders: a checkout of") && text.contains("gone: "), "{text}");
}

#[test]
fn what_cannot_be_meant_is_an_error() {
    let shop = shop("SHOP-{day}: adjust the totals");
    let refused = |arguments: &[&str], words: &str| {
        let output = program::run(shop.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    };
    refused(&["check", "--staged", "orders", "billing"], "of one repository");
    refused(&["check", "--base", "main", "orders", "billing"], "of one repository");
    refused(&["check", "orders", "./orders"], "of one repository");
    refused(&["check", "orders", "orders/service"], "of one repository");
    refused(&["graph", "--as-of", "HEAD", "orders", "billing"], "give a day");
    refused(&["check", "--config", "exclude = ['x']", "orders", "billing"], "one repository");
    fs::write(
        shop.path().join("lockstep.toml"),
        "[[repository]]\npath = \"orders\"\n[[repository]]\npath = \"billing\"\n",
    )
    .expect("a file");
    refused(&["backtest"], "one repository");
    refused(&["check", "--staged"], "of one repository");
    let named: PathBuf = shop.path().join("lockstep.toml");
    refused(&["check", "--config", &named.to_string_lossy(), "orders", "billing"], "give only one of them");
}

#[test]
fn repositories_of_one_name_are_told_apart_by_their_folders() {
    let script = "d1 ana \"Start\" A README.md\nd2..d9 ana \"SHOP-{day}: x\" M service/handler.py\n";
    let shop = Organisation::new().with("a/orders", "Create", script).with("b/orders", "Create", script);
    let found = program::json(shop.path(), &["functions", "a/orders", "b/orders"]);
    assert_eq!(ids(&found), ["a/orders/service/Create", "b/orders/service/Create"]);
}
