//! Every command is told of everywhere: in the help, in the completions, in the manual pages and in the book.

use std::{fs, path::Path};

use crate::program;

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let here = tempfile::tempdir().expect("a temporary folder");
    let help = program::text(here.path(), &["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<String> = listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        // It prints what `--help` of the others prints.
        .filter(|name| name != "help")
        .collect();
    assert!(names.len() >= 15 && names.iter().any(|name| name == "check"), "{help}");
    names
}

#[test]
fn completions_name_every_command() {
    let here = tempfile::tempdir().expect("a temporary folder");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = program::text(here.path(), &["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        assert!(script.contains("max-findings"), "{shell}");
    }
    let refused = program::run(here.path(), &["completions", "sh"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn manual_pages_name_every_command() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let page = program::text(here.path(), &["man"]);
    assert!(page.contains(".TH lockstep 1"), "{page}");
    let output = program::run(here.path(), &["man", "--dir", "pages/man1"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for command in commands() {
        assert!(page.contains(&format!("lockstep\\-{}(1)", command.replace('-', "\\-"))), "{command}");
        let own = here.path().join(format!("pages/man1/lockstep-{command}.1"));
        let own = fs::read_to_string(&own).unwrap_or_else(|error| panic!("{}: {error}", own.display()));
        assert!(own.contains(".SH NAME") && own.contains(".SH OPTIONS"), "{command}");
    }
    assert!(here.path().join("pages/man1/lockstep-config-show.1").is_file());
    fs::write(here.path().join("file"), "").expect("a file");
    let refused = program::run(here.path(), &["man", "--dir", "file"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn the_book_has_a_page_of_every_command() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src");
    let index = fs::read_to_string(book.join("commands/index.md")).expect("the list of commands");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).expect("the summary");
    let mut missing = Vec::new();
    for command in commands() {
        let row = index.lines().find(|line| line.starts_with(&format!("| [{command}](")));
        let link = row.and_then(|row| row.split('(').nth(1)?.split(')').next());
        let page = link.and_then(|link| fs::read_to_string(book.join("commands").join(link)).ok());
        match (link, page) {
            (Some(link), Some(page)) => {
                let told = link.strip_prefix("../").map_or_else(|| format!("commands/{link}"), str::to_owned);
                assert!(summary.contains(&format!("({told})")), "{told} is not in SUMMARY.md");
                assert!(page.contains(&format!("lockstep {command}")), "{told} does not tell of `{command}`");
            }
            _ => missing.push(command),
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "docs/src/commands/index.md: `| [NAME](PAGE.md) | what it answers |`");
}
