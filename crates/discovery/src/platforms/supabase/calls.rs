//! Who calls a function by its address: the database, on a change or by the clock, and the code of other functions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use lockstep_model::{ChannelDirection, FileSet, RepoPath, Strength};
use regex::Regex;

use crate::{
    aws::uses::{Use, Uses},
    manifest::Stack,
};

/// The address of a function, from the part that all have.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"/functions/v1/([A-Za-z0-9][A-Za-z0-9_-]*)").expect("a constant"));

/// The client's own way to call one by its name.
static INVOKE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\bfunctions\s*\.\s*invoke\s*(?:<[^<>()]*>)?\(\s*["'`]([A-Za-z0-9][A-Za-z0-9_-]*)["'`]"#)
        .expect("a constant")
});

/// How far before an address the call of `cron.schedule` that holds it may begin, in bytes.
const LONGEST_STATEMENT: usize = 600;

/// What the migrations of a project say: functions that the database calls, by slug.
pub(super) fn from_migrations<'s>(
    stack: &Stack,
    slugs: &BTreeSet<&'s str>,
    files: &FileSet,
) -> BTreeMap<&'s str, Uses> {
    let mut wired: BTreeMap<&'s str, Uses> = BTreeMap::new();
    let Ok(folder) = stack.folder.join("migrations") else { return wired };
    for path in files.under(&folder).filter(|path| path.extension() == Some("sql")) {
        let Ok(text) = files.text(path) else { continue };
        for (at, slug) in named(&ADDRESS, &text, "--") {
            let Some(slug) = slugs.get(slug) else { continue };
            let kind = if is_scheduled(&text[..at]) { "schedule" } else { "other" };
            let from = if kind == "schedule" { "pg_cron" } else { "database" };
            let key = format!("{} {from}", stack.key_of(slug));
            let what = Use::Channel(kind, ChannelDirection::Receives);
            wired.entry(slug).or_default().add(what, key, Strength::Own);
        }
    }
    wired
}

/// True if the statement that `before` breaks off in is one of the scheduler.
fn is_scheduled(before: &str) -> bool {
    let mut start = before.len().saturating_sub(LONGEST_STATEMENT);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    let recent = &before[start..];
    recent.rfind("cron.schedule").is_some_and(|call| !recent[call..].contains(");"))
}

/// Adds what the function `slug`, which starts in `entry`, calls: what its own folder says, else the file alone.
pub(super) fn from_code(
    stack: &Stack,
    (slug, entry): (&str, &RepoPath),
    slugs: &BTreeSet<&str>,
    files: &FileSet,
    uses: &mut Uses,
) {
    let is_code = |extension: &str| matches!(extension, "ts" | "tsx" | "js" | "jsx" | "mjs");
    let folder = entry.parent().filter(|folder| folder.file_name() == slug);
    let inside = folder.iter().flat_map(|folder| files.under(folder));
    let alone = Some(entry).filter(|_| folder.is_none());
    for path in inside.chain(alone).filter(|path| path.extension().is_some_and(is_code)) {
        let is_test = path.file_name().contains(".test.") || path.file_name().contains("_test.");
        let Ok(text) = files.text(path) else { continue };
        if is_test {
            continue;
        }
        for (_, called) in named(&ADDRESS, &text, "//").chain(named(&INVOKE, &text, "//")) {
            if called != slug && slugs.contains(called) {
                uses.add(Use::Call("function"), stack.key_of(called), Strength::Own);
            }
        }
    }
}

/// The names that `pattern` finds, with their places; not those in lines that are comments.
fn named<'t>(pattern: &'static Regex, text: &'t str, comment: &'static str) -> impl Iterator<Item = (usize, &'t str)> {
    pattern.captures_iter(text).filter_map(move |found| {
        let (whole, name) = (found.get(0)?, found.get(1)?);
        let line = &text[text[..whole.start()].rfind('\n').map_or(0, |at| at + 1)..whole.start()];
        let line = line.trim_start();
        let counts = !line.contains(comment) || line.contains("://");
        (counts && !line.starts_with('*') && !line.starts_with(comment)).then_some((whole.start(), name.as_str()))
    })
}
