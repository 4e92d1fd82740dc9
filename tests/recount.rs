//! A naive recount: the joint changes of every pair of functions, counted again from `git log` alone, must be those of
//! `lockstep graph`.
//!
//! It runs on the demo. `LOCKSTEP_RECOUNT=/path/to/a/repository cargo test --test e2e recount` runs it on another one.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::program;

/// Changesets that touch more functions than this are sweeps.
const LARGEST: usize = 10;

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// One entry of the raw log.
struct Entry {
    status: char,
    before: String,
    after: String,
    old: String,
    new: String,
}

struct Commit {
    author: String,
    entries: Vec<Entry>,
}

/// The first-parent history, newest first, with exact renames.
fn log(folder: &Path) -> Vec<Commit> {
    let output = Command::new("git")
        .args([
            "-c",
            "core.quotePath=false",
            "log",
            "--first-parent",
            "-m",
            "--raw",
            "--no-abbrev",
            "-M100%",
            "-l0",
            "-z",
        ])
        .arg("--format=%x01%an <%ae> %s%x02")
        .current_dir(folder)
        .output()
        .expect("git runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split('\u{1}').skip(1).map(commit).collect()
}

fn commit(text: &str) -> Commit {
    let (author, rest) = text.split_once('\u{2}').expect("the format's separator");
    let mut fields = rest.split('\0').map(|field| field.trim_start_matches('\n')).filter(|field| !field.is_empty());
    let mut entries = Vec::new();
    while let Some(head) = fields.next() {
        let words: Vec<&str> = head.split(' ').collect();
        let status = words[4].chars().next().expect("a status");
        let old = fields.next().expect("a path").to_owned();
        let new = if status == 'R' { fields.next().expect("a path").to_owned() } else { old.clone() };
        entries.push(Entry { status, before: words[2].to_owned(), after: words[3].to_owned(), old, new });
    }
    Commit { author: author.to_owned(), entries }
}

fn is_bot(author: &str) -> bool {
    let author = author.to_lowercase();
    ["[bot]", "dependabot", "renovate", "snyk", "greenkeeper"].iter().any(|word| author.contains(word))
}

/// Own files of every function, as `lockstep code` lists them.
fn own_files(folder: &Path, ids: &[String]) -> BTreeMap<String, usize> {
    let mut owners = BTreeMap::new();
    for (number, id) in ids.iter().enumerate() {
        let code = program::json(folder, &["code", id]);
        for file in code["files"].as_array().into_iter().flatten() {
            if file["own"] == true && file["kind"] == "implementation" {
                owners.insert(file["path"].as_str().expect("a path").to_owned(), number);
            }
        }
    }
    owners
}

#[test]
fn git_log_alone_counts_the_same() {
    let (_place, demo) = program::demo();
    let folder = std::env::var_os("LOCKSTEP_RECOUNT").map_or(demo, PathBuf::from);
    let graph = program::json(&folder, &["graph"]);
    let ids: Vec<String> = graph["functions"]
        .as_array()
        .expect("functions")
        .iter()
        .map(|f| f["id"].as_str().expect("id").into())
        .collect();
    let mut owner: BTreeMap<String, usize> = own_files(&folder, &ids);
    let mut joint: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut kept = 0_u64;
    for commit in log(&folder) {
        let mut touched = BTreeSet::new();
        for entry in &commit.entries {
            let unchanged = entry.before == entry.after;
            if let Some(function) = owner.get(&entry.new).copied() {
                if !unchanged {
                    touched.insert(function);
                }
                if entry.status == 'R' {
                    owner.remove(&entry.new);
                    owner.insert(entry.old.clone(), function);
                }
            }
        }
        if is_bot(&commit.author) || touched.is_empty() || touched.len() > LARGEST {
            continue;
        }
        kept += 1;
        for a in &touched {
            for b in touched.range(a + 1..) {
                *joint.entry((*a, *b)).or_default() += 1;
            }
        }
    }
    let number: BTreeMap<&str, usize> = ids.iter().enumerate().map(|(n, id)| (id.as_str(), n)).collect();
    let mut theirs: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for coupling in graph["couplings"].as_array().expect("couplings") {
        let (a, b) = (number[coupling["a"].as_str().expect("a")], number[coupling["b"].as_str().expect("b")]);
        let own = coupling["together"]["own"].as_u64().expect("a count");
        if own > 0 {
            theirs.insert((a.min(b), a.max(b)), own);
        }
    }
    let names = |(a, b): &(usize, usize)| format!("{} ~ {}", ids[*a], ids[*b]);
    let differing: Vec<String> = joint
        .keys()
        .chain(theirs.keys())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|pair| joint.get(pair) != theirs.get(pair))
        .map(|pair| format!("{}: git log {:?}, lockstep {:?}", names(pair), joint.get(pair), theirs.get(pair)))
        .collect();
    assert_eq!(differing, Vec::<String>::new(), "{} pairs", joint.len());
    assert_eq!(graph["changesets"]["kept"], kept);
    assert!(!joint.is_empty());
    assert!(!strings(&graph["services"][0]["functions"]).is_empty());
}
