//! How large each function is: the lines of code that it reaches, its own and those that it shares.

use std::collections::BTreeMap;

use lockstep_model::{Closure, ClosureFile, FileKind, RepoPath, Size, Symbols};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{closure::sources::Sources, parts::own_texts};

/// The size of each function, in the order of `closures`, whose files know their lines.
pub(crate) fn sizes(sources: &Sources<'_>, closures: &[Closure]) -> Vec<Size> {
    let mut reaching: BTreeMap<&RepoPath, Vec<(usize, &ClosureFile)>> = BTreeMap::new();
    for (function, closure) in closures.iter().enumerate() {
        for file in closure.files.iter().filter(|file| file.kind == FileKind::Implementation) {
            reaching.entry(&file.path).or_default().push((function, file));
        }
    }
    let reaching: Vec<_> = reaching.into_iter().collect();
    let parts: Vec<(usize, Size)> =
        reaching.par_iter().flat_map_iter(|(path, reaching)| of_file(sources, path, reaching)).collect();
    let mut sizes = vec![Size::default(); closures.len()];
    for (function, part) in parts {
        sizes[function].own += part.own;
        sizes[function].shared += part.shared;
    }
    sizes
}

/// What a file adds to the size of each function that reaches it.
fn of_file(sources: &Sources<'_>, path: &RepoPath, reaching: &[(usize, &ClosureFile)]) -> Vec<(usize, Size)> {
    let alone = alone(sources, path, reaching);
    let size = |(function, file): &(usize, &ClosureFile)| {
        let own = if file.own { file.lines } else { alone.get(function).copied().unwrap_or_default().min(file.lines) };
        (*function, Size { own, shared: file.lines - own })
    };
    reaching.iter().map(size).collect()
}

/// In a file that several functions reach in parts: the lines that one alone reaches, by function.
fn alone(sources: &Sources<'_>, path: &RepoPath, reaching: &[(usize, &ClosureFile)]) -> FxHashMap<usize, usize> {
    let mut alone = FxHashMap::default();
    if reaching.len() < 2 || reaching.iter().any(|(_, file)| file.symbols == Symbols::All) {
        return alone;
    }
    let Some(loaded) = sources.get(path) else { return alone };
    let mut by_name: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (function, file) in reaching {
        if let Symbols::Some(names) = &file.symbols {
            names.iter().for_each(|name| by_name.entry(name).or_default().push(*function));
        }
    }
    if by_name.values().all(|functions| functions.len() > 1) {
        return alone;
    }
    for (name, text) in own_texts(&loaded.text, &loaded.facts) {
        if let Some([function]) = by_name.get(name).map(Vec::as_slice) {
            *alone.entry(*function).or_default() += text.lines().filter(|line| !line.trim().is_empty()).count();
        }
    }
    alone
}
