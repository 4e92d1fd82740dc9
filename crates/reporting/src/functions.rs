//! What `functions` shows: every function found, where it is declared and where its code starts.

use std::io;

use lockstep_diagnostics::Problem;
use lockstep_model::{Channel, Function, FunctionId, Layer, StatedOwners, Store, Strength};
use serde::Serialize;

use crate::{
    Options, escape,
    evidence::OwnersEntry,
    json::{self, ProblemEntry, SCHEMA_VERSION},
    prose::{count, place},
    style,
    table::Table,
};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    functions: Vec<FunctionEntry<'a>>,
    problems: Vec<ProblemEntry<'a>>,
}

#[derive(Serialize)]
struct FunctionEntry<'a> {
    id: &'a str,
    name: &'a str,
    service: &'a str,
    platforms: Vec<&'static str>,
    declarations: Vec<DeclarationEntry<'a>>,
    entry: Option<EntryEntry<'a>>,
    unresolved: Option<&'a str>,
    code_root: Option<&'a str>,
    runtime: Option<&'a str>,
    layers: &'a [Layer],
    channels: &'a [Channel],
    stores: &'a [Store],
    invokes: Vec<InvokeEntry<'a>>,
    owners: Vec<OwnersEntry<'a>>,
}

/// What the manifest lets it call, or a call in its code.
#[derive(Serialize)]
struct InvokeEntry<'a> {
    kind: &'a str,
    key: &'a str,
    function: Option<&'a str>,
    strength: Strength,
    /// Where the code calls; none where only the manifest says so.
    at: Option<At<'a>>,
    /// True if the caller waits for the answer; none where that is not known.
    waits: Option<bool>,
}

#[derive(Serialize)]
struct At<'a> {
    path: &'a str,
    line: u32,
    column: u32,
}

fn invokes(function: &Function) -> Vec<InvokeEntry<'_>> {
    let said = function.invokes.iter().map(|call| InvokeEntry {
        kind: &call.kind,
        key: &call.key,
        function: call.function.as_ref().map(FunctionId::as_str),
        strength: call.strength,
        at: None,
        waits: None,
    });
    let done = function.calls.iter().map(|call| InvokeEntry {
        kind: "function",
        key: &call.by,
        function: Some(call.function.as_str()),
        strength: Strength::Own,
        at: Some(At { path: call.location.path.as_str(), line: call.location.line, column: call.location.column }),
        waits: call.waits,
    });
    said.chain(done).collect()
}

#[derive(Serialize)]
struct DeclarationEntry<'a> {
    platform: &'static str,
    path: &'a str,
    line: u32,
    column: u32,
    logical_id: &'a str,
    handler: Option<&'a str>,
}

#[derive(Serialize)]
struct EntryEntry<'a> {
    path: &'a str,
    symbol: Option<&'a str>,
    confidence: &'static str,
}

fn entry<'a>((function, owners): (&'a Function, &'a [StatedOwners])) -> FunctionEntry<'a> {
    let declarations = function.declarations.iter().map(|declaration| DeclarationEntry {
        platform: declaration.platform,
        path: declaration.location.path.as_str(),
        line: declaration.location.line,
        column: declaration.location.column,
        logical_id: &declaration.logical_id,
        handler: declaration.handler.as_deref(),
    });
    FunctionEntry {
        id: function.id.as_str(),
        name: &function.name,
        service: &function.service,
        platforms: function.platforms(),
        declarations: declarations.collect(),
        entry: function.entry.as_ref().map(|entry| EntryEntry {
            path: entry.path.as_str(),
            symbol: entry.symbol.as_deref(),
            confidence: entry.confidence.as_str(),
        }),
        unresolved: function.unresolved.as_deref(),
        code_root: function.code_root.as_ref().map(|path| path.as_str()),
        runtime: function.runtime.as_deref(),
        layers: &function.layers,
        channels: &function.channels,
        stores: &function.stores,
        invokes: invokes(function),
        owners: owners.iter().map(Into::into).collect(),
    }
}

/// The functions by id, each with its owners; `owners` stand in the order of `functions`, and may be missing.
fn sorted<'a>(functions: &'a [Function], owners: &'a [Vec<StatedOwners>]) -> Vec<(&'a Function, &'a [StatedOwners])> {
    let of = |at: usize| owners.get(at).map(Vec::as_slice).unwrap_or_default();
    let mut sorted: Vec<_> = functions.iter().enumerate().map(|(at, function)| (function, of(at))).collect();
    sorted.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    sorted
}

/// Writes the document of `functions --format json`. `owners` stand in the order of `functions`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(
    functions: &[Function],
    owners: &[Vec<StatedOwners>],
    problems: &[Problem],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        functions: sorted(functions, owners).into_iter().map(entry).collect(),
        problems: json::problems(problems),
    };
    json::write(&document, out)
}

/// Writes the functions as a table, and what could not be found below it. `owners` stand in the order of `functions`; they
/// have a column if there are any.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(
    functions: &[Function],
    owners: &[Vec<StatedOwners>],
    problems: &[Problem],
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let sorted = sorted(functions, owners);
    let owned = sorted.iter().any(|(_, owners)| !owners.is_empty());
    let columns = ["function", "runtime", "code", "declared at", "owners"];
    let mut table = Table::new(if owned { &columns } else { &columns[..4] });
    for (function, owners) in &sorted {
        let code = match &function.entry {
            Some(entry) => match &entry.symbol {
                Some(symbol) => format!("{} ({symbol})", entry.path),
                None => entry.path.to_string(),
            },
            None => "not found".to_owned(),
        };
        let at = function.declarations.first().map(|declaration| place(&declaration.location));
        let runtime = function.runtime.as_deref().unwrap_or("-");
        let names: Vec<&str> = owners.iter().flat_map(|stated| &stated.owners).map(String::as_str).collect();
        let names = if names.is_empty() { "-".to_owned() } else { names.join(" ") };
        let cells = [function.id.as_str(), runtime, &code, at.as_deref().unwrap_or("-"), &names];
        table.row(cells.into_iter().take(if owned { 5 } else { 4 }));
    }
    let mut text = if sorted.is_empty() { String::new() } else { table.render(options.color) + "\n" };
    for (function, _) in &sorted {
        if let Some(why) = &function.unresolved {
            let head = style::paint(options.color, style::WARNING, "no code found for");
            text += &format!("{head} `{}`: {}\n", escape::line(function.id.as_str()), escape::line(why));
        }
    }
    let services: std::collections::BTreeSet<_> = sorted.iter().map(|(function, _)| &function.service).collect();
    text += &format!("{} in {}", count(sorted.len(), "function"), count(services.len(), "service"));
    if !problems.is_empty() {
        text += &format!("; {} read only in part", count(problems.len(), "place"));
    }
    text.push('\n');
    if options.verbose {
        for problem in problems {
            let at = problem.location.as_ref().map(|at| place(at) + ": ").unwrap_or_default();
            text += &format!("{}: {at}{}\n", problem.kind.as_str(), escape::line(&problem.message));
        }
    }
    write_safely(text, options, out)
}

/// Writes `text`; in a log of GitHub Actions without anything that looks like a command.
pub(crate) fn write_safely(text: String, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let text = if options.github_actions { escape::disarm_workflow_commands(&text) } else { text };
    out.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn json_holds_what_others_rely_on() {
        let mut out = Vec::new();
        write_json(&testing::functions(), &testing::owners(), &testing::problems(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn text_says_what_was_not_found() {
        let mut out = Vec::new();
        write_text(&testing::functions(), &testing::owners(), &testing::problems(), &Options::default(), &mut out)
            .unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
