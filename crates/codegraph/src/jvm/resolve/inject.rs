//! What a container may hand out for a type: the definitions that implement it, and those that tell how to make it.
//!
//! Where a constructor, a field or a loader of services asks for a type, nobody names the class that comes. It is one of
//! those that implement the type in the code that is deployed with it.

use std::{collections::BTreeSet, sync::OnceLock};

use lockstep_model::RepoPath;
use rustc_hash::FxHashMap;

use super::{
    super::index::{FileNumber, Hit},
    find::Finder,
};
use crate::language::{Import, RoleKind};

/// The subtypes and makers of all types, once somebody asks.
#[derive(Default)]
pub(super) struct Injector(OnceLock<Makers>);

#[derive(Default)]
struct Makers {
    /// Types, to those that extend or implement them, and to what tells how to make them.
    of: FxHashMap<Hit, Vec<Hit>>,
    /// Types from outside, to what tells how to make them.
    of_outside: FxHashMap<String, Vec<Hit>>,
    managed: Vec<Hit>,
}

impl Injector {
    /// Adds what a container may choose for `hits`, or, for a look through a package, all that it makes there.
    pub(super) fn add(
        &self,
        finder: &Finder<'_>,
        file: FileNumber,
        import: &Import,
        roots: &[RepoPath],
        hits: &mut Vec<Hit>,
    ) {
        if self.0.get().is_none() {
            // Any file may say how to make something: all are read, by all threads, before one of them looks.
            finder.read_all();
        }
        let makers = self.0.get_or_init(|| makers(finder));
        let index = &finder.index;
        let from = index.module(file);
        let root = roots.first().filter(|root| !root.is_root()).map(|root| index.modules.of(root));
        let deployed = |hit: &Hit| {
            let module = index.module(hit.file);
            let packaged = root.map_or_else(
                || index.modules.distance(from, module).is_some(),
                |root| root == module || index.modules.depends(root, module),
            );
            module == from || index.modules.depends(from, module) || packaged
        };
        if let Some(package) = import.specifier.strip_suffix("**") {
            let inside = |hit: &&Hit| format!("{}.", index.source(hit.file).surface.package()).starts_with(package);
            hits.extend(makers.managed.iter().filter(inside).filter(|hit| deployed(hit)));
            return;
        }
        let outside = makers.of_outside.get(&import.specifier).filter(|_| hits.is_empty());
        hits.extend(outside.into_iter().flatten().filter(|hit| deployed(hit)));
        let mut chosen: BTreeSet<Hit> = hits.iter().copied().collect();
        let mut open = hits.clone();
        while let Some(hit) = open.pop() {
            for maker in makers.of.get(&hit).into_iter().flatten().filter(|hit| deployed(hit)) {
                if chosen.insert(*maker) {
                    open.push(*maker);
                }
            }
        }
        *hits = chosen.into_iter().collect();
    }
}

fn makers(finder: &Finder<'_>) -> Makers {
    let mut makers = Makers::default();
    for file in finder.index.numbers() {
        let source = finder.index.source(file);
        let provided = finder.related(file, RoleKind::Provides);
        for (symbol, of) in finder.supertypes(file).iter().copied().chain(provided) {
            makers.of.entry(of).or_default().push(Hit { file, symbol: Some(symbol) });
        }
        for role in source.surface.roles() {
            let hit = Hit { file, symbol: Some(role.symbol) };
            match (role.kind, source.surface.import_of(role)) {
                (RoleKind::Managed, _) => makers.managed.push(hit),
                (RoleKind::Provides, Some(import)) if import.specifier.contains('.') => {
                    makers.of_outside.entry(import.specifier.clone()).or_default().push(hit);
                }
                _ => {}
            }
        }
    }
    makers
}
