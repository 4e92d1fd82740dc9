//! Links of the pages lead somewhere: to a file that is there, and to a heading that it has; and every page of the book is
//! in its summary.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Folders whose pages people read; and the pages at the root. Pages of rules, platforms and languages are included by
/// those of the book, and read there.
const FOLDERS: [&str; 3] = ["docs/src", "examples", "."];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// The pages of a folder: with those below it, but for the root.
fn pages(folder: &Path, below: bool, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())).flatten() {
        let path = entry.path();
        if path.is_dir() {
            if below {
                pages(&path, below, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            into.push(path);
        }
    }
}

fn all_pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        pages(&root().join(folder), folder != ".", &mut found);
    }
    found.sort();
    found
}

/// Where the links of a page lead, and the names under which its headings are reached.
struct Read {
    links: Vec<String>,
    headings: BTreeSet<String>,
}

fn read(page: &Path) -> Read {
    let text = included(page);
    let mut read = Read { links: Vec::new(), headings: BTreeSet::new() };
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                read.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                read.headings.extend(heading.take().map(|heading| anchor(&heading)));
            }
            _ => {}
        }
    }
    read
}

/// The text of a page, with the pages that it includes as mdbook does.
fn included(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let whole = |line: &str| {
        let path = line.trim().strip_prefix("{{#include ")?.strip_suffix("}}")?;
        Some(included(&plain(&page.parent()?.join(path.trim()))))
    };
    text.lines().map(|line| whole(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

/// The name of a heading, as mdbook and GitHub make it.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// `path` without `..` and `.`, as a reader of the book resolves it: without following links of the file system.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// What is wrong with a link of `page`.
fn fault(page: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let book = root().join("docs/src");
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { page.to_owned() } else { plain(&page.parent()?.join(path)) };
    if !target.exists() {
        return Some(format!("{}: {link} leads nowhere", page.display()));
    }
    if page.starts_with(&book) && !target.starts_with(&book) {
        return Some(format!("{}: {link} leads out of the book", page.display()));
    }
    let known = heading.is_empty() || read(&target).headings.contains(heading);
    (!known).then(|| format!("{}: {link}: no such heading", page.display()))
}

#[test]
fn links_lead_somewhere() {
    let faults: Vec<String> = all_pages()
        .iter()
        .flat_map(|page| read(page).links.into_iter().filter_map(|link| fault(page, &link)).collect::<Vec<_>>())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let book = root().join("docs/src");
    let summary = book.join("SUMMARY.md");
    let listed: BTreeSet<PathBuf> = read(&summary).links.iter().map(|link| plain(&book.join(link))).collect();
    let mut there = Vec::new();
    pages(&book, true, &mut there);
    let lost: Vec<_> = there.iter().filter(|page| **page != summary && !listed.contains(*page)).collect();
    assert_eq!(lost, Vec::<&PathBuf>::new(), "in the book's folder, and not in SUMMARY.md");
}

#[test]
fn links_that_lead_nowhere_are_seen() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let page = place.path().join("page.md");
    fs::write(
        &page,
        "# One `two`, three\n\n[a](#one-two-three) [b](gone.md) [c](page.md#four) `[d](no.md)` [e](https://x)\n",
    )
    .expect("a page");
    let faults: Vec<String> = read(&page).links.iter().filter_map(|link| fault(&page, link)).collect();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].ends_with("gone.md leads nowhere") && faults[1].ends_with("page.md#four: no such heading"));
}
