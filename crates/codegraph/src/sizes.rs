//! How large each function is: the lines of code that it reaches, its own and those that it shares.

use lockstep_model::{Size, Symbols};
use rustc_hash::FxHashMap;

use crate::{closure::sources::Sources, own_code::Reached};

/// The sizes of so many functions, whose files know their lines; per file that they reach, with what [`alone`] tells of it.
pub(crate) fn sizes<'a>(
    functions: usize,
    files: impl Iterator<Item = (&'a Reached<'a>, &'a [(u32, u32)])>,
) -> Vec<Size> {
    let mut sizes = vec![Size::default(); functions];
    for (reached, alone) in files {
        for (function, file) in &reached.by {
            let lines =
                || alone.iter().find(|(number, _)| *number as usize == *function).map_or(0, |(_, lines)| *lines);
            let own = if file.own { file.lines } else { file.lines.min(lines() as usize) };
            sizes[*function].own += own;
            sizes[*function].shared += file.lines - own;
        }
    }
    sizes
}

/// In a file that several functions reach in parts: the lines that one alone reaches, by function.
pub(crate) fn alone(sources: &Sources<'_>, reached: &Reached<'_>) -> Vec<(u32, u32)> {
    let mut by_name: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (function, file) in &reached.by {
        match &file.symbols {
            Symbols::Some(names) => names.iter().for_each(|name| by_name.entry(name).or_default().push(*function)),
            Symbols::All => return Vec::new(),
        }
    }
    if reached.by.len() < 2 || by_name.values().all(|functions| functions.len() > 1) {
        return Vec::new();
    }
    let Some(loaded) = sources.get(reached.path) else { return Vec::new() };
    let mut alone: FxHashMap<u32, u32> = FxHashMap::default();
    for (symbol, lines) in loaded.facts.symbols.iter().zip(loaded.own_lines()) {
        if let Some([function]) = by_name.get(symbol.name.as_str()).map(Vec::as_slice) {
            *alone.entry(*function as u32).or_default() += *lines as u32;
        }
    }
    let mut alone: Vec<(u32, u32)> = alone.into_iter().collect();
    alone.sort_unstable();
    alone
}
