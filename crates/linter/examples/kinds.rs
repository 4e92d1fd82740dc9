//! Lists the kinds of the changes of a repository's files, or a sample of them by a fixed rule, to be read by eye:
//!
//! ```console
//! $ cargo run --release -p lockstep-linter --example kinds -- REPOSITORY [CLASS [COUNT [ROUND]]]
//! ```
//!
//! Each line: commit, kind by the path, kind by the contents, path. Without a class all changes that were compared are
//! listed. `moved` takes those that the tool calls cosmetic, dependency or contract, `behaviour` those that it calls
//! behaviour: of the changesets that hold one, oldest first, every n-th is taken so that COUNT (10) are, beginning with
//! the ROUND-th (0) of them, and of each its first such change.

use std::{
    error::Error,
    io::{self, Write},
    path::Path,
};

use lockstep_config::Config;
use lockstep_linter::{Options, Project, Silent, compare_versions, find, follow, mine};
use lockstep_model::{ChangeKind, Changeset, FileChange, History};

/// A change with the kind that its path says.
type Line<'a> = (&'a Changeset, ChangeKind, &'a FileChange);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which repository?")?;
    let class = arguments.next();
    let count: usize = arguments.next().map_or(Ok(10), |count| count.parse())?;
    let round: usize = arguments.next().map_or(Ok(0), |round| round.parse())?;
    let project = Project::open(Path::new(&path))?;
    let config = Config::default();
    let options = Options { as_of: None, allow_shallow: true, jobs: 0 };
    let found = find(&project, &config);
    let code = follow(&project, &config, &found, &Silent).code;
    let by_path = mine(&project, &config, &options, &Silent).history;
    let mut history = by_path.clone();
    let judged = compare_versions(&project, &code.closures, &mut history, options.jobs);
    let mut lines = lines(&by_path, &history);
    lines.retain(|(_, _, change)| judged.has_compared(change));
    let mut out = io::stdout().lock();
    if let Some(class) = &class {
        lines.retain(|(_, _, change)| is_in(class, change.kind));
        lines.dedup_by_key(|(changeset, ..)| changeset.id);
        let step = (lines.len() / count.max(1)).max(1);
        lines = lines.into_iter().skip(round % step).step_by(step).take(count).collect();
    }
    for (changeset, by_path, change) in lines {
        let path = history.path(change.then);
        writeln!(out, "{:.10} {by_path:?} {:?} {path}", changeset.id.to_string(), change.kind)?;
    }
    Ok(())
}

fn is_in(class: &str, kind: ChangeKind) -> bool {
    match class {
        "moved" => matches!(kind, ChangeKind::Cosmetic | ChangeKind::Dependency | ChangeKind::Contract),
        _ => kind == ChangeKind::Behaviour,
    }
}

fn lines<'a>(by_path: &History, history: &'a History) -> Vec<Line<'a>> {
    let pairs = by_path.changesets.iter().zip(&history.changesets);
    pairs
        .flat_map(|(before, after)| {
            before.changes.iter().zip(&after.changes).map(move |(before, change)| (after, before.kind, change))
        })
        .collect()
}
