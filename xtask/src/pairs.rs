//! How many pairs of functions share code: by files, as a graph of imports says it, and by symbols, as Lockstep does.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::Path,
};

use lockstep_config::Config;
use lockstep_linter::{Project, Silent, find, follow_with};
use lockstep_model::{Closure, FileKind, RepoPath, Symbols};

/// What functions reach, by file: which function, and which part.
type Reached<'c> = BTreeMap<&'c RepoPath, Vec<(usize, &'c Symbols)>>;

/// Pairs of functions, the smaller number first.
type Pairs = BTreeSet<(usize, usize)>;

/// Counts the pairs in a checkout, or a bare clone, and writes one row of the table: functions whose code is followed,
/// pairs of them, those that share a file by the graph of files, a file by the closure by symbols, a symbol, and a symbol
/// that is defined where it is reached.
///
/// # Errors
/// If the checkout cannot be read, or standard output refuses.
pub fn count(checkout: &Path) -> anyhow::Result<()> {
    let project = Project::open(checkout)?;
    let config = Config::default();
    let found = find(&project, &config);
    let by_files = follow_with(&project, &config, &found, true, &Silent).code.closures;
    let by_symbols = follow_with(&project, &config, &found, false, &Silent).code.closures;
    let functions = by_symbols.iter().filter(|closure| !closure.files.is_empty()).count();
    let reached = reached(&by_symbols);
    let share_file = pairs(&reached, |_, _, _| true);
    let share_symbol = pairs(&reached, |_, one, other| one.overlap(other));
    let definitions = definitions(&project, reached.keys().copied());
    let share_definition = pairs(&reached, |path, one, other| {
        definitions.get(path).map_or_else(|| one.overlap(other), |names| of(names, one).any(|name| has(other, name)))
    });
    let name = checkout.canonicalize()?;
    writeln!(
        io::stdout().lock(),
        "| {} | {functions} | {} | {} | {} | {} | {} |",
        name.file_name().unwrap_or_default().to_string_lossy(),
        functions * functions.saturating_sub(1) / 2,
        pairs(&self::reached(&by_files), |_, _, _| true).len(),
        share_file.len(),
        share_symbol.len(),
        share_definition.len()
    )?;
    Ok(())
}

/// Contracts and types alone tie nobody to anybody.
fn reached(closures: &[Closure]) -> Reached<'_> {
    let mut reached = Reached::new();
    for (function, closure) in closures.iter().enumerate() {
        for file in closure.files.iter().filter(|file| file.kind == FileKind::Implementation) {
            reached.entry(&file.path).or_default().push((function, &file.symbols));
        }
    }
    reached
}

fn pairs(reached: &Reached<'_>, share: impl Fn(&RepoPath, &Symbols, &Symbols) -> bool) -> Pairs {
    let mut pairs = Pairs::new();
    for (path, functions) in reached {
        for (index, (one, ours)) in functions.iter().enumerate() {
            for (other, theirs) in &functions[index + 1..] {
                let pair = (*one.min(other), *one.max(other));
                if !pairs.contains(&pair) && share(path, ours, theirs) {
                    pairs.insert(pair);
                }
            }
        }
    }
    pairs
}

/// The names that each source file defines itself.
fn definitions<'c>(
    project: &Project,
    paths: impl Iterator<Item = &'c RepoPath>,
) -> BTreeMap<&'c RepoPath, BTreeSet<String>> {
    paths
        .filter_map(|path| {
            let facts = lockstep_codegraph::language_of(path)?.facts(path, &project.files.text(path).ok()?);
            Some((path, facts.symbols.into_iter().map(|symbol| symbol.name).collect()))
        })
        .collect()
}

/// Those of `names` that are reached.
fn of<'n>(names: &'n BTreeSet<String>, reached: &Symbols) -> impl Iterator<Item = &'n String> {
    names.iter().filter(move |name| has(reached, name))
}

fn has(reached: &Symbols, name: &str) -> bool {
    match reached {
        Symbols::All => true,
        Symbols::Some(names) => names.iter().any(|known| known == name),
    }
}
