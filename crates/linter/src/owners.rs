//! Whose the functions are: by a file of code owners of GitHub's or GitLab's, and by who changes them.

mod file;
mod github;
mod gitlab;
mod pattern;
mod people;

use std::collections::BTreeMap;

use lockstep_coupling::CouplingGraph;
use lockstep_diagnostics::{Partial, Problem};
use lockstep_model::{Closure, Function, History, Ownership, RepoPath, StatedOwners};

use file::{AllOwners, Said};

use crate::Project;

/// Whose `functions` are, in their order: who owns them by a file of code owners, and who changed them by `history`, of
/// which `graph` was made. `closures` stand in the order of the functions. What no host takes of the file is a problem.
pub(crate) fn ownership(
    project: &Project,
    functions: &[Function],
    closures: &[Closure],
    history: &History,
    graph: &CouplingGraph,
) -> Partial<Vec<Ownership>> {
    let mut problems = Vec::new();
    let stated = stated_owners(project, functions, closures).collect(&mut problems);
    let people = people::people(&project.files, &project.roots(), history, graph);
    let both = stated.into_iter().zip(people).map(|(stated, people)| Ownership { stated, people });
    Partial { value: both.collect(), problems }
}

/// Who owns each of `functions`, in their order, by the file of code owners of its repository. `closures` stand in the
/// order of the functions.
pub fn stated_owners(
    project: &Project,
    functions: &[Function],
    closures: &[Closure],
) -> Partial<Vec<Vec<StatedOwners>>> {
    let mut problems: Vec<Problem> = Vec::new();
    let owners = AllOwners::read(&project.files, &project.roots(), &mut problems);
    let of = |(at, function)| of_function(&owners, function, closures.get(at));
    let value = functions.iter().enumerate().map(of).collect();
    Partial { value, problems }
}

/// The owners of most of a function's own code, section by section.
fn of_function(owners: &AllOwners, function: &Function, closure: Option<&Closure>) -> Vec<StatedOwners> {
    if owners.is_empty() {
        return Vec::new();
    }
    let own = own_files(function, closure);
    let total: usize = own.iter().map(|(_, lines)| lines).sum();
    // Per section and line of the file: how many lines of code, and what the line says.
    let mut sections: BTreeMap<Option<&str>, BTreeMap<u32, (usize, Said<'_>)>> = BTreeMap::new();
    let mut nobody: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for (path, lines) in &own {
        for said in owners.of(path) {
            sections.entry(said.section).or_default().entry(said.location.line).or_insert((0, said)).0 += lines;
            *nobody.entry(said.section).or_default() += lines;
        }
    }
    let most = sections.into_iter().filter_map(|(section, lines)| {
        // Code of nobody is more than that of anybody.
        let unowned = total - nobody.get(&section).copied().unwrap_or(0);
        let (lines, said) = by_owners(lines.into_values()).into_iter().max_by_key(|(lines, _)| *lines)?;
        (lines >= unowned).then(|| stated(said, lines as f64 / total.max(1) as f64))
    });
    most.collect()
}

/// The lines of code, added up where several lines of the file name the same owners; the first line stands for them.
fn by_owners<'a>(lines: impl Iterator<Item = (usize, Said<'a>)>) -> Vec<(usize, Said<'a>)> {
    let mut groups: Vec<(usize, Said<'a>)> = Vec::new();
    for (number, said) in lines {
        match groups.iter_mut().find(|(_, group)| group.owners == said.owners) {
            Some((sum, _)) => *sum += number,
            None => groups.push((number, said)),
        }
    }
    // Of equals the first counts, and `max_by_key` takes the last.
    groups.reverse();
    groups
}

fn stated(said: Said<'_>, share: f64) -> StatedOwners {
    let mut owners: Vec<String> = Vec::new();
    for owner in said.owners {
        if !owners.contains(&owner.name) {
            owners.push(owner.name.clone());
        }
    }
    StatedOwners {
        section: said.section.map(str::to_owned),
        owners,
        location: said.location.clone(),
        share,
        holds_address: said.owners.iter().any(|owner| owner.is_address),
    }
}

/// The files of a function's own code, with their lines; where none is known, the file it starts in, else the manifest
/// that declares it.
fn own_files<'a>(function: &'a Function, closure: Option<&'a Closure>) -> Vec<(&'a RepoPath, usize)> {
    let files = closure.map(|closure| &closure.files[..]).unwrap_or_default();
    let own = files.iter().filter(|file| file.own && file.kind.runs()).map(|file| (&file.path, file.lines.max(1)));
    let own: Vec<_> = own.collect();
    if !own.is_empty() {
        return own;
    }
    let start = function.entry.as_ref().map_or(&function.declared_at().path, |entry| &entry.path);
    vec![(start, 1)]
}
