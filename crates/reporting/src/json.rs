//! What the JSON documents have in common: their version, how numbers are rounded, how places are written.

use std::io;

use lockstep_diagnostics::Problem;
use lockstep_model::Location;
use serde::{Serialize, Serializer};

use crate::escape;

/// The version of every document: raised when a field changes its meaning or goes; new fields do not raise it.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// Writes one document: fields in the order of their declaration, so that the version comes first.
pub(crate) fn write(document: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(document).map_err(io::Error::other)?;
    out.write_all(escape::json(&text).as_bytes())?;
    out.write_all(b"\n")
}

/// A share: four decimals are more than the data hold, and the same on every machine.
pub(crate) fn share<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(rounded(*value))
}

fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e4).round() / 1e4;
    // No negative zero.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// A probability: small ones matter, so four significant digits.
pub(crate) fn probability<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let short = format!("{value:.3e}").parse().unwrap_or(*value);
    serializer.serialize_f64(short)
}

/// A place: `{path, line, column}`.
#[derive(Serialize)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl<'a> From<&'a Location> for Place<'a> {
    fn from(location: &'a Location) -> Self {
        Self { path: location.path.as_str(), line: location.line, column: location.column }
    }
}

/// A problem: `{kind, path, line, column, message}`, the place null for the run as a whole.
#[derive(Serialize)]
pub(crate) struct ProblemEntry<'a> {
    kind: &'static str,
    path: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
}

/// All problems, sorted, each once.
pub(crate) fn problems(problems: &[Problem]) -> Vec<ProblemEntry<'_>> {
    let mut sorted: Vec<_> = problems.iter().collect();
    sorted.sort();
    sorted.dedup();
    sorted
        .into_iter()
        .map(|problem| {
            let place = problem.location.as_ref();
            ProblemEntry {
                kind: problem.kind.as_str(),
                path: place.map(|at| at.path.as_str()),
                line: place.map(|at| at.line),
                column: place.map(|at| at.column),
                message: &problem.message,
            }
        })
        .collect()
}
