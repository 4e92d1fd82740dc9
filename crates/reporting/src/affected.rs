//! What `affected` shows: the functions that a change makes it necessary to deploy, with the reasons; as a list for a
//! script, and as a matrix for a workflow.

use std::io;

use lockstep_model::{Affected, DeployReasonKind};
use serde::Serialize;

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
    prose::count,
    style,
    table::Table,
};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    status: &'static str,
    base: Option<String>,
    changed_files: usize,
    functions: Vec<Entry<'a>>,
    unaffected: Vec<&'a str>,
    removed: Vec<&'a str>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    service: &'a str,
    reasons: Vec<ReasonEntry<'a>>,
}

#[derive(Serialize)]
struct ReasonEntry<'a> {
    kind: DeployReasonKind,
    path: Option<&'a str>,
    names: &'a [String],
}

#[derive(Serialize)]
struct Matrix<'a> {
    include: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    function: &'a str,
    service: &'a str,
}

/// Writes the document of `affected --format json`; `complete` is false where the change could not be had.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(affected: &Affected, complete: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let functions = affected.functions.iter().map(|function| Entry {
        id: function.id.as_str(),
        service: &function.service,
        reasons: function
            .reasons
            .iter()
            .map(|reason| ReasonEntry {
                kind: reason.kind,
                path: reason.path.as_ref().map(|path| path.as_str()),
                names: &reason.names,
            })
            .collect(),
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        status: if complete { "complete" } else { "incomplete" },
        base: affected.before.map(|commit| commit.to_string()),
        changed_files: affected.files,
        functions: functions.collect(),
        unaffected: affected.unaffected.iter().map(|id| id.as_str()).collect(),
        removed: affected.removed.iter().map(|id| id.as_str()).collect(),
    };
    json::write(&document, out)
}

/// Writes the ids of the functions to deploy, one a line.
///
/// # Errors
/// If `out` refuses.
pub fn write_list(affected: &Affected, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let lines = affected.functions.iter().map(|function| format!("{}\n", escape::line(function.id.as_str())));
    write_safely(lines.collect(), options, out)
}

/// Writes one line of JSON that a workflow of GitHub's takes as the matrix of a job: `{"include": [{"function", "service"}]}`.
///
/// # Errors
/// If `out` refuses.
pub fn write_matrix(affected: &Affected, out: &mut dyn io::Write) -> io::Result<()> {
    let rows =
        affected.functions.iter().map(|function| Row { function: function.id.as_str(), service: &function.service });
    serde_json::to_writer(&mut *out, &Matrix { include: rows.collect() })?;
    writeln!(out)
}

/// Reasons of one function that are shown unless everything is asked for.
const REASONS_SHOWN: usize = 4;
/// Names of one reason that are shown unless everything is asked for.
const NAMES_SHOWN: usize = 4;

/// Writes the functions to deploy as a table, with the reasons of each.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(affected: &Affected, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let all = affected.functions.len() + affected.unaffected.len();
    let since =
        affected.before.map_or("the first commit".to_owned(), |commit| format!("the change since {}", commit.short()));
    let head = format!(
        "{} of {} to deploy for {since} ({} differ)",
        affected.functions.len(),
        count(all, "function"),
        count(affected.files, "file")
    );
    let mut text = format!("{}\n", style::paint(options.color, style::BOLD, &head));
    if !affected.functions.is_empty() {
        let mut table = Table::new(&["function", "because of", "where", "what"]);
        for function in &affected.functions {
            let shown = if options.verbose { function.reasons.len() } else { REASONS_SHOWN };
            for (index, reason) in function.reasons.iter().take(shown).enumerate() {
                let name = if index == 0 { function.id.as_str() } else { "" };
                let path = reason.path.as_ref().map(|path| path.as_str()).unwrap_or_default();
                table.row([name, kind_in_words(reason.kind), path, &names_in_words(&reason.names, options.verbose)]);
            }
            if function.reasons.len() > shown {
                table.row(["", &format!("and {} more", function.reasons.len() - shown), "", ""]);
            }
        }
        text += &format!("\n{}", table.render(options.color));
    }
    if !affected.removed.is_empty() {
        let ids: Vec<_> = affected.removed.iter().map(|id| escape::line(id.as_str())).collect();
        text += &format!("\nno longer declared: {}\n", ids.join(", "));
    }
    write_safely(text, options, out)
}

fn kind_in_words(kind: DeployReasonKind) -> &'static str {
    match kind {
        DeployReasonKind::New => "new function",
        DeployReasonKind::OwnCode => "own code",
        DeployReasonKind::SharedCode => "shared code",
        DeployReasonKind::Reach => "other code reached",
        DeployReasonKind::Layer => "layer",
        DeployReasonKind::Manifest => "manifest",
        DeployReasonKind::Dependencies => "dependencies",
        DeployReasonKind::Build => "build",
        DeployReasonKind::UnknownCode => "code not known",
    }
}

fn names_in_words(names: &[String], all: bool) -> String {
    if all || names.len() <= NAMES_SHOWN {
        return names.join(", ");
    }
    format!("{} and {} more", names[..NAMES_SHOWN].join(", "), names.len() - NAMES_SHOWN)
}
