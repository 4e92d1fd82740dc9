//! The calls of what runs elsewhere in the parts of files that a function reaches.

use lockstep_model::{ClosureFile, Location, RemoteCall, Symbols};

use super::sources::{Loaded, Sources};
use crate::RemoteCallSite;

/// Those of all `files`, in the order of their places.
pub(super) fn of<'f>(files: impl Iterator<Item = &'f ClosureFile>, sources: &Sources<'_>) -> Vec<RemoteCall> {
    let mut calls = Vec::new();
    for file in files.filter(|file| file.kind.runs()) {
        let Some(loaded) = sources.get(&file.path) else { continue };
        for call in loaded.facts.remote_calls.iter().filter(|call| is_reached(call, file, loaded)) {
            calls.push(RemoteCall {
                location: Location::of_span(file.path.clone(), &loaded.text, first_line(call, loaded)),
                kind: call.kind,
                target: call.target.clone(),
                waits: call.waits,
            });
        }
    }
    calls.sort();
    calls
}

/// True if the call stands in a definition that is reached, or in none: then loading the file makes it.
fn is_reached(call: &RemoteCallSite, file: &ClosureFile, loaded: &Loaded) -> bool {
    let Symbols::Some(names) = &file.symbols else { return true };
    let mut around = loaded
        .facts
        .symbols
        .iter()
        .filter(|symbol| symbol.span.start <= call.span.start && call.span.end <= symbol.span.end);
    let Some(first) = around.next() else { return true };
    std::iter::once(first).chain(around).any(|symbol| names.binary_search(&symbol.name).is_ok())
}

/// The first line of the call: where it ends says nothing.
fn first_line(call: &RemoteCallSite, loaded: &Loaded) -> std::ops::Range<usize> {
    let length = loaded.text.get(call.span.clone()).and_then(|text| text.lines().next()).map_or(0, str::len);
    call.span.start..call.span.start + length
}
