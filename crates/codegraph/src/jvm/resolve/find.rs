//! From a chain of names to definitions.

use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::super::{
    bind::BETWEEN,
    index::{FileNumber, Hit, Index, Source},
};
use crate::language::{Import, RoleKind};

/// How many types are looked through for what a type inherits.
const MOST_SUPERTYPES: usize = 200;

/// What the types of a file extend or implement: of which symbol, and what.
type Supertypes = Vec<(usize, Hit)>;

/// Finds definitions.
pub(super) struct Finder<'a> {
    pub(super) index: Index<'a>,
    /// By the numbers of files, in two rounds. What a type extends may be the member of a type that inherits it: what the
    /// first round finds is there in the second. Asking while it is looked for could ask for itself.
    rounds: [Vec<OnceLock<Supertypes>>; ROUNDS],
}

/// See [`Finder::rounds`].
const ROUNDS: usize = 2;

impl<'a> Finder<'a> {
    pub(super) fn new(index: Index<'a>) -> Self {
        let rounds = std::array::from_fn(|_| index.numbers().map(|_| OnceLock::new()).collect());
        Self { index, rounds }
    }

    /// Reads all files, and what their types extend.
    pub(super) fn read_all(&self) {
        self.index.numbers().into_par_iter().for_each(|file| _ = self.index.source(file));
        self.index.numbers().into_par_iter().for_each(|file| _ = self.supertypes(file));
    }

    /// What a mention in `file` means; nothing if nothing of the repository.
    pub(super) fn find(&self, file: FileNumber, import: &Import) -> Vec<Hit> {
        let mut hits = self.after(ROUNDS).look_up(file, import, true);
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    /// What the types of a file extend or implement.
    pub(super) fn supertypes(&self, file: FileNumber) -> &[(usize, Hit)] {
        self.after(ROUNDS).supertypes(file)
    }

    /// The types that definitions of a file are about.
    pub(super) fn related(&self, file: FileNumber, kind: RoleKind) -> Vec<(usize, Hit)> {
        self.after(ROUNDS).related(file, kind)
    }

    fn after(&self, round: usize) -> Lookup<'_, 'a> {
        Lookup { finder: self, index: &self.index, round }
    }
}

/// What can be found with the supertypes that are known after so many rounds.
#[derive(Clone, Copy)]
struct Lookup<'f, 'a> {
    finder: &'f Finder<'a>,
    index: &'f Index<'a>,
    round: usize,
}

impl<'f, 'a> Lookup<'f, 'a> {
    fn look_up(&self, file: FileNumber, import: &Import, inherited: bool) -> Vec<Hit> {
        let specifier = import.specifier.as_str();
        if let Some(name) = specifier.strip_prefix('.') {
            return self.extension(file, name);
        }
        if specifier.ends_with(".**") {
            return Vec::new();
        }
        if let Some(all) = specifier.strip_suffix(".*") {
            return self.unnamed(file, all);
        }
        let members = import.members.iter().flatten().flat_map(|members| members.split('.'));
        let names: Vec<&str> = specifier.split('.').chain(members).collect();
        // An import says in full what it means; what else is so long begins with a package, too.
        let source = self.index.source(file);
        if import.members.is_some() {
            let found = self.at("", &names, source);
            if !found.is_empty() {
                return found;
            }
        }
        self.in_scope(file, &names, inherited)
    }

    fn in_scope(&self, file: FileNumber, names: &[&str], inherited: bool) -> Vec<Hit> {
        let source = self.index.source(file);
        if inherited {
            let mut seen = FxHashSet::default();
            let types: Vec<usize> = self.supertypes(file).iter().map(|(symbol, _)| *symbol).collect();
            let mut found = Vec::new();
            for symbol in types {
                self.inherit(Hit { file, symbol: Some(symbol) }, names[0], &mut seen, &mut found);
            }
            if !found.is_empty() {
                return self.descend(found, &names[1..]);
            }
        }
        for package in &source.packages {
            let found = self.at(package, names, source);
            if !found.is_empty() {
                return found;
            }
        }
        let mut found = Vec::new();
        for star in &source.stars {
            found.extend(self.at(star, names, source));
            found.extend(self.member_of(star, names, source));
        }
        if found.is_empty() { self.at("", names, source) } else { found }
    }

    /// What `names` mean seen from inside of `package`.
    fn at(&self, package: &str, names: &[&str], source: &Source<'a>) -> Vec<Hit> {
        let mut full = package.to_owned();
        for (length, name) in (1..).zip(names) {
            if !full.is_empty() {
                full.push('.');
            }
            full.push_str(name);
            let found = self.index.top(&full, source.module);
            if !found.is_empty() {
                return self.descend(found, &names[length..]);
            }
        }
        // A package object holds members of the package.
        if package.is_empty() { Vec::new() } else { self.member(package, names, source) }
    }

    /// What `names` mean among the members of the type or object `of`, which may be named from a package around.
    fn member_of(&self, of: &str, names: &[&str], source: &Source<'a>) -> Vec<Hit> {
        let found = self.member(of, names, source);
        if !found.is_empty() || source.packages[0].is_empty() {
            return found;
        }
        self.member(&format!("{}.{of}", source.packages[0]), names, source)
    }

    fn member(&self, of: &str, names: &[&str], source: &Source<'a>) -> Vec<Hit> {
        let path: Vec<&str> = of.split('.').collect();
        let mut types = Vec::new();
        let mut full = String::new();
        for (length, name) in (1..).zip(&path) {
            if !full.is_empty() {
                full.push('.');
            }
            full.push_str(name);
            types = self.index.top(&full, source.module);
            if !types.is_empty() {
                types = self.descend_all(types, &path[length..]);
                break;
            }
        }
        let mut found = Vec::new();
        for hit in types {
            match self.inner(hit, names[0]) {
                Some(inner) => found.push(inner),
                None => self.inherit(hit, names[0], &mut FxHashSet::default(), &mut found),
            }
        }
        self.descend(found, &names[1..])
    }

    /// The definition called `name` inside of another one.
    fn inner(&self, of: Hit, name: &str) -> Option<Hit> {
        let source = self.index.source(of.file);
        let full = match of.symbol {
            Some(symbol) => format!("{}.{name}", source.surface.symbol(symbol)),
            None => name.to_owned(),
        };
        source.symbols.get(full.as_str()).map(|symbol| Hit { file: of.file, symbol: Some(*symbol) })
    }

    /// Those of `hits` that have all of `names` inside of each other, as the innermost.
    fn descend_all(&self, hits: Vec<Hit>, names: &[&str]) -> Vec<Hit> {
        let down = |hit: Hit| names.iter().try_fold(hit, |hit, name| self.inner(hit, name));
        hits.into_iter().filter_map(down).collect()
    }

    /// The innermost definitions that `names` lead to from `hits`; inherited ones in addition.
    fn descend(&self, hits: Vec<Hit>, names: &[&str]) -> Vec<Hit> {
        let mut found = Vec::new();
        for mut hit in hits {
            for (at, name) in names.iter().enumerate() {
                if BETWEEN.contains(name) && at + 1 < names.len() {
                    continue;
                }
                match self.inner(hit, name) {
                    Some(inner) => hit = inner,
                    None => {
                        self.inherit(hit, name, &mut FxHashSet::default(), &mut found);
                        break;
                    }
                }
            }
            found.push(hit);
        }
        found
    }

    /// Adds the definitions called `name` that a type inherits.
    fn inherit(&self, of: Hit, name: &str, seen: &mut FxHashSet<Hit>, found: &mut Vec<Hit>) {
        let mut open = vec![of];
        while let Some(hit) = open.pop() {
            if seen.len() > MOST_SUPERTYPES || !seen.insert(hit) {
                continue;
            }
            for (_, supertype) in self.supertypes(hit.file).iter().filter(|(of, _)| Some(*of) == hit.symbol) {
                match self.inner(*supertype, name) {
                    Some(inner) => found.push(inner),
                    None => open.push(*supertype),
                }
            }
        }
    }

    /// What the types of a file extend or implement; nothing before the first round.
    fn supertypes(self, file: FileNumber) -> &'f [(usize, Hit)] {
        let Some(before) = self.round.checked_sub(1) else { return &[] };
        self.finder.rounds[before][file as usize]
            .get_or_init(|| self.finder.after(before).related(file, RoleKind::Inherits))
    }

    /// The types that definitions of a file are about.
    fn related(&self, file: FileNumber, kind: RoleKind) -> Vec<(usize, Hit)> {
        let surface = self.index.source(file).surface;
        let mut related = Vec::new();
        for role in surface.roles().iter().filter(|role| role.kind == kind) {
            related.extend(role.other.map(|other| (role.symbol, Hit { file, symbol: Some(other) })));
            let found = surface.import_of(role).map(|import| self.look_up(file, import, false)).unwrap_or_default();
            related.extend(found.into_iter().map(|hit| (role.symbol, hit)));
        }
        related
    }

    /// The extension functions of this name that a file sees.
    fn extension(&self, file: FileNumber, name: &str) -> Vec<Hit> {
        let source = self.index.source(file);
        let packages = source.packages.iter().chain(&source.stars);
        let full =
            packages.map(|package| if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") });
        let found = full.flat_map(|full| self.index.top(&full, source.module));
        found.filter(|hit| self.index.is_implicit(*hit)).collect()
    }

    /// What comes with all of a package or object without being named.
    fn unnamed(&self, file: FileNumber, all: &str) -> Vec<Hit> {
        let source = self.index.source(file);
        let mut found = self.index.implicits(all, source.module);
        let names: Vec<&str> = all.split('.').collect();
        let mut objects = self.at("", &names, source);
        if objects.is_empty() {
            objects = source
                .packages
                .iter()
                .map(|package| self.at(package, &names, source))
                .find(|hits| !hits.is_empty())
                .unwrap_or_default();
        }
        for object in objects {
            let Some(symbol) = object.symbol else { continue };
            let surface = self.index.source(object.file).surface;
            let prefix = format!("{}.", surface.symbol(symbol));
            let below = (0..).zip(surface.symbols()).filter(|(_, name)| name.starts_with(&prefix));
            let inside: Vec<usize> = below.map(|(index, _)| index).collect();
            if inside.is_empty() {
                // It was not taken apart.
                found.push(object);
            }
            let members = inside.into_iter().map(|index| Hit { file: object.file, symbol: Some(index) });
            found.extend(members.filter(|hit| self.index.is_implicit(*hit)));
        }
        found
    }
}
