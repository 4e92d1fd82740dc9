//! Which functions the database calls by their addresses, on a change or by the clock. What code calls is told by the
//! code.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use lockstep_model::{ChannelDirection, FileSet, Strength};
use regex::Regex;

use crate::{
    aws::uses::{Use, Uses},
    manifest::Stack,
};

/// The address of a function, from the part that all have.
static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"/functions/v1/([A-Za-z0-9][A-Za-z0-9_-]*)").expect("a constant"));

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
        for (at, slug) in addressed(&text) {
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

/// The names behind addresses, with their places; not those in lines that are comments.
fn addressed(text: &str) -> impl Iterator<Item = (usize, &str)> {
    ADDRESS.captures_iter(text).filter_map(|found| {
        let (whole, name) = (found.get(0)?, found.get(1)?);
        let line = &text[text[..whole.start()].rfind('\n').map_or(0, |at| at + 1)..whole.start()];
        (!line.contains("--")).then_some((whole.start(), name.as_str()))
    })
}
