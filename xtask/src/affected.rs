//! What would have been deployed: `affected` over the last changesets of a repository, beside deploying everything.

use std::{
    io::{self, Write},
    path::Path,
    process::Command,
};

use anyhow::{Context, bail};
use lockstep_config::Config;
use lockstep_linter::{Project, Silent, Snapshot, between};
use lockstep_model::{Affected, CommitId};

/// Replays the last `last` changesets of the main line of `clone`, and writes a row for each and one for all.
///
/// # Errors
/// If the clone or its history cannot be read, or standard output refuses.
pub fn replay(clone: &Path, last: usize) -> anyhow::Result<()> {
    let commits = main_line(clone, last + 1)?;
    let mut project = Project::open(clone)?;
    let scratch = tempfile::tempdir()?;
    project.keep_facts_in(scratch.path());
    let config = Config::default();
    let out = &mut io::stdout().lock();
    let mut rows = Vec::new();
    let mut before: Option<Snapshot> = None;
    for commit in commits.iter().rev() {
        let after = Snapshot::of(project.at(*commit), &config, &Silent);
        if let Some(before) = &before {
            let affected = between(before, &after);
            let kinds = affected.functions.iter().flat_map(|function| &function.reasons).map(|reason| reason.kind);
            let mut kinds: Vec<_> = kinds.collect();
            kinds.sort();
            kinds.dedup();
            let (files, functions, all) = (affected.files, affected.functions.len(), after.functions().len());
            writeln!(out, "{} {files} files, {functions} of {all}: {kinds:?}", commit.short())?;
            out.flush()?;
            rows.push((affected, all));
        }
        before = Some(after);
    }
    summary(&rows, out)?;
    Ok(())
}

fn summary(rows: &[(Affected, usize)], out: &mut dyn Write) -> io::Result<()> {
    let deployed: usize = rows.iter().map(|(affected, _)| affected.functions.len()).sum();
    let all: usize = rows.iter().map(|(_, all)| all).sum();
    let none = rows.iter().filter(|(affected, _)| affected.functions.is_empty()).count();
    let every = rows.iter().filter(|(affected, all)| *all > 0 && affected.functions.len() == *all).count();
    let mut counts: Vec<usize> = rows.iter().map(|(affected, _)| affected.functions.len()).collect();
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).copied().unwrap_or(0);
    writeln!(
        out,
        "| {} | {deployed} | {all} | {:.1} % | {none} | {median} | {every} |",
        rows.len(),
        100.0 * deployed as f64 / all.max(1) as f64
    )
}

/// The newest commits of the main line, newest first.
fn main_line(clone: &Path, number: usize) -> anyhow::Result<Vec<CommitId>> {
    let number = number.to_string();
    let output = Command::new("git")
        .args(["rev-list", "--first-parent", "-n", &number, "HEAD"])
        .current_dir(clone)
        .output()
        .context("git is needed to list the commits")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| commit_id(line).with_context(|| format!("`{line}` is no commit"))).collect()
}

fn commit_id(hex: &str) -> Option<CommitId> {
    let mut id = [0; 20];
    for (at, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(CommitId(id))
}
