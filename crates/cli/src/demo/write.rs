//! Writes the demo's history into a folder, commit by commit, with fixed names and dates: the ids are the same on
//! every machine.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use git2::{FileMode, Index, IndexEntry, IndexTime, Oid, Repository, Signature, Time};

use super::story;

/// 2025-03-03 09:00 UTC, a Monday.
const FIRST_DAY: i64 = 1_740_992_400;

/// One commit to be.
struct Event {
    day: u32,
    author: &'static str,
    subject: &'static str,
    files: Vec<&'static str>,
}

/// The whole story in the order of its days.
fn events() -> Vec<Event> {
    let mut events: Vec<Event> = story::THREADS
        .iter()
        .flat_map(|thread| {
            (0..thread.times).map(move |turn| Event {
                day: thread.first + turn * thread.every,
                author: thread.author,
                subject: thread.subjects[turn as usize % thread.subjects.len()],
                files: thread.files.to_vec(),
            })
        })
        .collect();
    let sources = || story::FILES.iter().map(|(path, _)| *path).filter(|path| path.contains("/src/")).collect();
    events.extend(story::FORMATTER_DAYS.map(|day| Event {
        day,
        author: "Mei Tanaka",
        subject: "Format everything",
        files: sources(),
    }));
    events.push(Event { day: story::RENAME_DAY, author: "Ana Duarte", subject: "Call it an invoice", files: vec![] });
    events.sort_by_key(|event| event.day);
    events
}

/// The state of the work tree while the story goes on: path to the steps added so far.
struct Shop {
    steps: BTreeMap<&'static str, String>,
    renamed: bool,
}

impl Shop {
    fn path(&self, path: &'static str) -> &'static str {
        if path == story::INVOICE && !self.renamed { story::INVOICE_BEFORE } else { path }
    }

    fn text(&self, path: &'static str, template: &str) -> String {
        let text = template.replace("{steps}", self.steps.get(path).map_or("", String::as_str));
        if self.renamed { text } else { text.replace("billing/src/invoice", "billing/src/send") }
    }

    /// Adds one line to `path`, as an edit of its code would.
    fn edit(&mut self, path: &'static str, event: &Event) {
        let steps = self.steps.entry(path).or_default();
        let line = match path {
            story::LOCK => format!("    {},\n", event.day),
            story::MAIL => format!("    \"{} ({})\",\n", event.subject, event.day),
            _ => format!("  \"{} ({})\",\n", event.subject, event.day),
        };
        steps.push_str(&line);
    }
}

/// Makes a repository in `folder` (which must be empty) and returns the number of commits written.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write(folder: &Path) -> Result<usize> {
    let mut options = git2::RepositoryInitOptions::new();
    options.initial_head("main").external_template(false);
    let repository = Repository::init_opts(folder, &options).context("cannot make the demo's repository")?;
    let mut index = Index::new()?;
    let mut shop = Shop { steps: BTreeMap::new(), renamed: false };
    for (path, template) in story::FILES {
        stage(&repository, &mut index, shop.path(path), &shop.text(path, template))?;
    }
    let mut tip = commit(&repository, &mut index, None, 0, "Ana Duarte", "Open the shop")?;
    let events = events();
    for event in &events {
        if event.day == story::RENAME_DAY && event.files.is_empty() {
            index.remove(Path::new(story::INVOICE_BEFORE), 0)?;
            shop.renamed = true;
        }
        for (path, template) in story::FILES {
            let moved = event.files.is_empty() && [story::INVOICE, story::REVENUE].contains(path);
            if event.files.contains(path) {
                shop.edit(path, event);
            } else if !moved {
                continue;
            }
            stage(&repository, &mut index, shop.path(path), &shop.text(path, template))?;
        }
        tip = commit(&repository, &mut index, Some(tip), event.day, event.author, event.subject)?;
    }
    repository.checkout_head(Some(git2::build::CheckoutBuilder::new().force()))?;
    Ok(events.len() + 1)
}

fn stage(repository: &Repository, index: &mut Index, path: &str, text: &str) -> Result<()> {
    let id = repository.blob(text.as_bytes())?;
    index.add(&IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: u32::from(FileMode::Blob),
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    })?;
    Ok(())
}

fn commit(
    repository: &Repository,
    index: &mut Index,
    parent: Option<Oid>,
    day: u32,
    author: &str,
    subject: &str,
) -> Result<Oid> {
    let tree = repository.find_tree(index.write_tree_to(repository)?)?;
    let parent = parent.map(|id| repository.find_commit(id)).transpose()?;
    let time = Time::new(FIRST_DAY + i64::from(day) * 86_400, 0);
    let mail = format!("{}@example.com", author.to_lowercase().replace([' ', '[', ']'], "."));
    let signature = Signature::new(author, &mail, &time)?;
    let parents: Vec<_> = parent.iter().collect();
    Ok(repository.commit(Some("HEAD"), &signature, &signature, subject, &tree, &parents)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_story_has_the_same_ids() {
        let ids: Vec<Oid> = (0..2)
            .map(|_| {
                let folder = tempfile::tempdir().unwrap();
                let commits = write(folder.path()).unwrap();
                assert!(commits > 150, "{commits}");
                let repository = Repository::open(folder.path()).unwrap();
                let head = repository.head().unwrap().target().unwrap();
                assert!(folder.path().join(story::INVOICE).is_file());
                assert!(!folder.path().join(story::INVOICE_BEFORE).exists());
                head
            })
            .collect();
        assert_eq!(ids[0], ids[1]);
    }
}
