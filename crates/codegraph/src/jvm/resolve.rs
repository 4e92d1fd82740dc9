//! What the mentions of a file mean among all files of a repository.
//!
//! In order: what its types inherit, its package, the packages and types that it imports whole, and the name as a
//! qualified one. Each file's mentions are looked up once.

mod find;
mod inject;

use std::sync::OnceLock;

use lockstep_model::{FileSet, RepoPath};
use rustc_hash::FxHashMap;

use self::{find::Finder, inject::Injector};
use super::index::{FileNumber, Hit, Index};
use crate::{
    Answers, Meaning, add_meanings,
    language::{Import, ImportKind, Resolution, Resolve, SourceFacts},
};

/// The resolver of all three languages.
pub(crate) fn resolver<'a>(files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
    Box::new(Resolver { files, sources, search: OnceLock::new() })
}

/// A mention: its name, and what is used through it.
type Key<'i> = (&'i str, Option<&'i str>);

/// What the mentions of a file mean, each once somebody asks.
type Meanings<'a> = FxHashMap<Key<'a>, OnceLock<Vec<Hit>>>;

struct Resolver<'a> {
    files: &'a FileSet,
    sources: &'a dyn SourceFacts,
    search: OnceLock<Search<'a>>,
}

/// What meanings are found with, once one is not known.
struct Search<'a> {
    finder: Finder<'a>,
    injector: Injector,
    /// The mentions of each file that was asked for, by its number, and what those mean that were looked up.
    resolved: Vec<OnceLock<Meanings<'a>>>,
}

fn key(import: &Import) -> Key<'_> {
    let members = import.members.as_ref().map(|members| members.first().map_or("", String::as_str));
    (&import.specifier, members)
}

impl<'a> Search<'a> {
    fn new(files: &'a FileSet, sources: &'a dyn SourceFacts) -> Self {
        let index = Index::new(files, sources);
        let resolved = index.numbers().map(|_| OnceLock::new()).collect();
        Self { finder: Finder::new(index), injector: Injector::default(), resolved }
    }

    fn hits(&self, file: FileNumber, import: &Import) -> Vec<Hit> {
        let all = self.resolved[file as usize].get_or_init(|| {
            let own = self.finder.index.own(file).map_or(&[][..], |facts| &facts.imports);
            let mentions = own.iter().filter(|import| import.kind == ImportKind::Mention);
            mentions.map(|import| (key(import), OnceLock::new())).collect()
        });
        let found = || self.finder.find(file, import);
        all.get(&key(import)).map_or_else(found, |meaning| meaning.get_or_init(found).clone())
    }

    /// What each mention means that was looked up, per file.
    fn meanings(&self) -> impl Iterator<Item = (&'a RepoPath, Vec<Meaning>)> {
        (0..).zip(&self.resolved).filter_map(|(file, meanings)| {
            let meaning = |(key, hits): (&Key<'_>, &OnceLock<Vec<Hit>>)| {
                Some(Meaning {
                    specifier: key.0.to_owned(),
                    member: key.1.map(str::to_owned),
                    resolution: self.resolution(hits.get()?, *key),
                })
            };
            let found: Vec<Meaning> = meanings.get()?.iter().filter_map(meaning).collect();
            (!found.is_empty()).then(|| (self.finder.index.source(file).path, found))
        })
    }

    fn resolution(&self, hits: &[Hit], key: Key<'_>) -> Resolution {
        if hits.is_empty() { self.outside(key) } else { self.parts(hits) }
    }

    fn parts(&self, hits: &[Hit]) -> Resolution {
        let mut parts: Vec<(RepoPath, Vec<String>)> = Vec::new();
        for hit in hits {
            let source = self.finder.index.source(hit.file);
            // Without a name, all of the file is meant: the class of Kotlin's functions.
            let name = match hit.symbol {
                Some(symbol) => source.surface.symbol(symbol).to_owned(),
                None => format!("{}Kt", source.path.file_stem()),
            };
            match parts.iter_mut().find(|(path, _)| path == source.path) {
                Some((_, names)) => names.push(name),
                None => parts.push((source.path.clone(), vec![name])),
            }
        }
        for (_, names) in &mut parts {
            names.sort();
            names.dedup();
        }
        Resolution::Parts(parts)
    }

    /// What a mention means that no file of the repository explains.
    fn outside(&self, (specifier, member): Key<'_>) -> Resolution {
        let names: Vec<&str> = specifier.split('.').collect();
        let package: Vec<&str> =
            names.iter().copied().take_while(|name| name.starts_with(|first: char| first.is_lowercase())).collect();
        // Only imports, and names in full, must mean something.
        if member.is_none() && (package.len() < 2 || package.len() == names.len()) {
            return Resolution::Builtin;
        }
        if package.is_empty() || specifier.ends_with('*') || is_runtime(&names) {
            return Resolution::Builtin;
        }
        if self.finder.index.has_package(&package.join(".")) && package.len() < names.len() {
            let name = names[package.len()];
            return Resolution::Unresolved(format!("no file of the repository defines `{name}` in its package"));
        }
        Resolution::External(self.finder.index.modules.library(&names))
    }
}

impl Resolve for Resolver<'_> {
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        match import.kind {
            ImportKind::Computed => return Resolution::Unresolved("the name of the class is computed".to_owned()),
            ImportKind::Mention => {}
            // An import only says what names mean.
            _ => return Resolution::Builtin,
        }
        let key = key(import);
        let known = self.sources.answers().meaning(from, key.0, key.1);
        if let Some(known) = known.filter(|_| !import.whole) {
            return known.clone();
        }
        let search = self.search.get_or_init(|| Search::new(self.files, self.sources));
        let Some(file) = search.finder.index.number(from) else { return Resolution::Builtin };
        let mut hits = search.hits(file, import);
        if import.whole {
            search.injector.add(&search.finder, file, import, roots, &mut hits);
        }
        search.resolution(&hits, key)
    }

    fn add_answers(&self, to: &mut Answers) {
        let found = self.search.get().into_iter().flat_map(Search::meanings);
        add_meanings(&mut to.meanings, found.map(|(path, meanings)| (path.clone(), meanings)).collect());
    }
}

/// True for what comes with the runtime or the language.
fn is_runtime(names: &[&str]) -> bool {
    const EXTENSIONS: [&str; 7] = ["inject", "ws", "validation", "persistence", "servlet", "mail", "jms"];
    match names {
        ["javax", second, ..] => !EXTENSIONS.contains(second),
        ["java" | "jdk" | "sun" | "kotlin" | "scala", ..] => true,
        ["com", "sun", ..] | ["org", "w3c" | "xml" | "ietf", ..] => true,
        _ => false,
    }
}
