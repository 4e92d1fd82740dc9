//! The files that functions reach, held against what another tool says of them.
//!
//! The tool's answer is a JSON file, written by one of the scripts in `xtask/reference`:
//! `{"tool": "esbuild 0.25.0", "functions": {"ID": ["path", …]}}`. Functions that it does not name are left out, and counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::Path,
};

use anyhow::Context;
use clap::ValueEnum;
use lockstep_config::Config;
use lockstep_linter::{Project, Silent, find, follow_with};
use lockstep_model::{ClosureFile, FileKind};
use serde::Deserialize;

/// What another tool says.
#[derive(Debug, Deserialize)]
struct Reference {
    tool: String,
    functions: BTreeMap<String, BTreeSet<String>>,
}

/// What of an import's target counts as reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// The whole file, as a compiler reads it
    Files,
    /// The symbols that are used, as a bundler keeps them
    Symbols,
}

/// What is compared.
#[derive(Debug)]
pub struct Asked<'a> {
    /// A checkout, or a bare clone.
    pub checkout: &'a Path,
    /// The other tool's answer.
    pub reference: &'a Path,
    /// Only files with these extensions, on both sides; all if there are none.
    pub extensions: &'a [String],
    /// What counts.
    pub by: By,
    /// True if files of which only types are taken count too.
    pub types: bool,
    /// How many differing files are shown.
    pub show: usize,
}

/// A file on one side only: in how many functions, and one of them.
type Only = BTreeMap<String, (usize, String)>;

/// Compares, and writes a row of the table, then the files on which the two differ, those of the most functions first.
///
/// # Errors
/// If the checkout or the answer cannot be read, or standard output refuses.
pub fn compare(asked: &Asked<'_>) -> anyhow::Result<()> {
    let text = fs::read_to_string(asked.reference).with_context(|| asked.reference.display().to_string())?;
    let reference: Reference = serde_json::from_str(&text)?;
    let project = Project::open(asked.checkout)?;
    let config = Config::default();
    let found = find(&project, &config);
    let followed = follow_with(&project, &config, &found, asked.by == By::Files, &Silent);
    let wanted = |path: &str| {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        asked.extensions.is_empty() || asked.extensions.iter().any(|wanted| wanted == extension)
    };
    let (mut both, mut left_out, mut functions) = (0, 0, 0);
    let (mut ours_only, mut theirs_only) = (Only::new(), Only::new());
    for closure in &followed.code.closures {
        let id = closure.function.as_str();
        let Some(theirs) = reference.functions.get(id) else {
            left_out += 1;
            continue;
        };
        functions += 1;
        // A file of which only types are taken is no mistake on either side: a bundler reads it where a re-export does
        // not say that the name is a type.
        let counts =
            |file: &ClosureFile| asked.types || file.kind != FileKind::TypeOnly || theirs.contains(file.path.as_str());
        let files = closure.files.iter().filter(|file| counts(file)).map(|file| file.path.as_str());
        let ours: BTreeSet<&str> = files.filter(|path| wanted(path)).collect();
        let theirs: BTreeSet<&str> = theirs.iter().map(String::as_str).filter(|path| wanted(path)).collect();
        both += ours.intersection(&theirs).count();
        note(&mut ours_only, ours.difference(&theirs), id);
        note(&mut theirs_only, theirs.difference(&ours), id);
    }
    let out = &mut io::stdout().lock();
    let (more, fewer) = (total(&ours_only), total(&theirs_only));
    writeln!(
        out,
        "| {} | {functions} | {left_out} | {} | {} | {:.4} | {:.4} |",
        reference.tool,
        both + fewer,
        both + more,
        ratio(both, both + more),
        ratio(both, both + fewer)
    )?;
    list("ours only", &ours_only, asked.show, out)?;
    list("theirs only", &theirs_only, asked.show, out)?;
    Ok(())
}

fn note<'a>(only: &mut Only, paths: impl Iterator<Item = &'a &'a str>, id: &str) {
    for path in paths {
        only.entry((*path).to_owned()).or_insert_with(|| (0, id.to_owned())).0 += 1;
    }
}

fn total(only: &Only) -> usize {
    only.values().map(|(count, _)| count).sum()
}

fn ratio(part: usize, of: usize) -> f64 {
    if of == 0 { 1.0 } else { part as f64 / of as f64 }
}

fn list(title: &str, only: &Only, show: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut rows: Vec<_> = only.iter().collect();
    rows.sort_by_key(|(path, (count, _))| (std::cmp::Reverse(*count), path.as_str()));
    for (path, (count, id)) in rows.into_iter().take(show) {
        writeln!(out, "{title}: {path} ({count}, {id})")?;
    }
    Ok(())
}
