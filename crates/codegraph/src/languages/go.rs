//! Go: what a file says ([`parse`], [`facts`]), which files make a package ([`packages`]), and what import paths
//! ([`modules`]) and names mean.

mod constraints;
mod effects;
mod embed;
mod facts;
mod modules;
mod names;
mod packages;
mod parse;
mod remote;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use lockstep_model::{FileSet, RepoPath};
use rustc_hash::FxHashMap;

use self::{
    modules::{Modules, Place},
    packages::{Package, Packages},
};
use crate::{
    change,
    language::{FileFacts, Import, ImportKind, Language, Resolution, Resolve, RoleKind, SourceFacts},
};

/// The language Go.
pub struct Go;

impl Language for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn page(&self) -> &'static str {
        include_str!("go.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["go"]
    }

    fn facts(&self, path: &RepoPath, text: &str) -> FileFacts {
        FileFacts {
            generated: change::is_generated(text),
            left_out: !constraints::is_built(path, text),
            ..facts::facts(&parse::source(text))
        }
    }

    fn agree(&self, path: &RepoPath, before: &str, after: &str) -> Option<bool> {
        // A definition of a group, as `parts` compares it, is none without the word that stands before the group.
        let agree = |before: &str, after: &str| change::agree_by_grammar(path, before, after);
        agree(before, after).or_else(|| {
            let within = |word: &str, text: &str| format!("{word} (\n{text}\n)\n");
            ["type", "var", "const"].iter().find_map(|word| agree(&within(word, before), &within(word, after)))
        })
    }

    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        let (modules, packages) = (Modules::new(files), Packages::new(files, sources));
        Box::new(Resolver { files, sources, modules, packages, imported: RwLock::default() })
    }
}

struct Resolver<'a> {
    files: &'a FileSet,
    sources: &'a dyn SourceFacts,
    modules: Modules,
    packages: Packages<'a>,
    /// What is known by now of files that were asked for, as parts of the module that is built.
    imported: RwLock<FxHashMap<FileOfModule, Arc<Imported>>>,
}

/// A file, and the folder of the module that is built.
type FileOfModule = (RepoPath, Option<RepoPath>);

/// The packages of the repository that a file imports, by their folders.
#[derive(Default)]
struct Imported {
    /// By the names that they have in the file.
    named: BTreeMap<String, (String, RepoPath)>,
    /// Those of which all names can be used as they are.
    dotted: Vec<RepoPath>,
}

/// One import as it is resolved.
#[derive(Clone, Copy)]
struct Asking<'q> {
    from: &'q RepoPath,
    roots: &'q [RepoPath],
}

impl Resolver<'_> {
    fn place(&self, asking: Asking<'_>, path: &str) -> Place {
        let from = asking.from;
        let Some(folder) = from.parent() else { return Place::Standard };
        let found = |folder: &RepoPath| self.packages.has(folder);
        if path.starts_with("./") || path.starts_with("../") {
            return match folder.join(path) {
                Ok(place) if found(&place) => Place::Folder(place),
                place => Place::Missing(place.unwrap_or(folder)),
            };
        }
        match self.modules.module_of(from) {
            Some(module) => {
                let main = asking.roots.first().and_then(|root| self.modules.module_of(root));
                self.modules.place(&module, main.as_ref(), path, &found)
            }
            None => self.place_without_module(&folder, path),
        }
    }

    /// As before there were modules: below a `src` folder, and in the repository by the path under which it is fetched.
    fn place_without_module(&self, folder: &RepoPath, path: &str) -> Place {
        let inside = path.splitn(4, '/').nth(3);
        for above in folder.ancestors() {
            let below_src = above.join("src").and_then(|src| src.join(path)).ok();
            let fetched = inside.and_then(|inside| above.join(inside).ok()).filter(|_| !modules::is_standard(path));
            if let Some(place) = below_src.into_iter().chain(fetched).find(|place| self.packages.has(place)) {
                return Place::Folder(place);
            }
        }
        if modules::is_standard(path) { Place::Standard } else { Place::External(modules::guessed_module(path)) }
    }

    /// The whole package that an import path means, loaded; nothing is asked of it.
    fn load(&self, asking: Asking<'_>, path: &str) -> Resolution {
        if path == "C" {
            return Resolution::External("C, by cgo".to_owned());
        }
        let folder = match self.place(asking, path) {
            Place::Standard => return Resolution::Builtin,
            Place::External(name) => return Resolution::External(name),
            Place::Missing(folder) => {
                return Resolution::Unresolved(format!("there is no package in `{folder}`"));
            }
            Place::Folder(folder) if is_vendored(&folder) => {
                return Resolution::External(modules::guessed_module(path));
            }
            Place::Folder(folder) => folder,
        };
        match self.packages.imported(&folder) {
            Some((_, package)) if !package.files.is_empty() => {
                let code = package.files.iter().map(|file| (file.clone(), Vec::new()));
                let assembly = package.assembly.iter().map(|file| (file.clone(), vec![path.to_owned()]));
                Resolution::Parts(code.chain(assembly).collect())
            }
            _ => Resolution::Unresolved(format!("no file of the package in `{folder}` is built for Linux")),
        }
    }

    /// The package that an import path means, if it is one of the repository.
    fn imported(&self, asking: Asking<'_>, path: &str) -> Option<(&str, &Package)> {
        match self.place(asking, path) {
            Place::Folder(folder) if !is_vendored(&folder) => self.packages.imported(&folder),
            _ => None,
        }
    }

    fn own(&self, from: &RepoPath) -> Option<&Package> {
        self.packages.own(&from.parent()?, self.sources.surface(from)?.package())
    }

    /// The next file of the package that the file belongs to: so all are loaded, whichever of them comes first.
    fn next(&self, from: &RepoPath) -> Resolution {
        let Some(package) = self.own(from) else { return Resolution::Builtin };
        let after = package.files.iter().position(|file| file > from).unwrap_or(0);
        let next = package.files.get(after).filter(|file| *file != from).map(|file| (file.clone(), Vec::new()));
        let assembly = package.assembly.iter().map(|file| (file.clone(), vec!["package".to_owned()]));
        let parts: Vec<_> = next.into_iter().chain(assembly).collect();
        if parts.is_empty() { Resolution::Builtin } else { Resolution::Parts(parts) }
    }

    /// The packages that the file imports.
    fn imports(&self, asking: Asking<'_>) -> Arc<Imported> {
        let main = asking.roots.first().and_then(|root| self.modules.module_of(root));
        let key = (asking.from.clone(), main);
        if let Some(known) = self.imported.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(known);
        }
        let mut imported = Imported::default();
        let imports = self.sources.own(asking.from).map(|facts| facts.imports.as_slice()).unwrap_or_default();
        for import in imports.iter().filter(|import| import.kind == ImportKind::Value) {
            let Place::Folder(folder) = self.place(asking, &import.specifier) else { continue };
            if is_vendored(&folder) {
                continue;
            }
            if import.names == ["*"] {
                imported.dotted.push(folder);
            } else if let Some((name, _)) = self.packages.imported(&folder).filter(|_| import.whole) {
                imported.named.insert(name.to_owned(), (import.specifier.clone(), folder));
            }
        }
        let imported = Arc::new(imported);
        self.imported.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&imported));
        imported
    }

    /// A name without a package before it.
    fn name(&self, asking: Asking<'_>, name: &str) -> Resolution {
        let mut files: Vec<RepoPath> =
            self.own(asking.from).map(|package| package.defining_for(asking.from, name)).unwrap_or_default().to_vec();
        if files.is_empty() {
            for folder in &self.imports(asking).dotted {
                let package = self.packages.imported(folder);
                files.extend_from_slice(package.map_or(&[], |(_, package)| package.defining(name)));
            }
        }
        parts(asking.from, files, name)
    }

    /// `money.Total`: of an import of the file, or of what the package calls `money`.
    fn member(&self, asking: Asking<'_>, of: &str, name: &str) -> Resolution {
        let imported = self.imports(asking);
        let found = imported.named.get(of).and_then(|(path, folder)| Some((path, self.packages.imported(folder)?.1)));
        match found {
            Some((path, package)) => part(asking, package, path, name),
            None => self.name(asking, of),
        }
    }

    /// `"example.com/money".Total`.
    fn member_of_path(&self, asking: Asking<'_>, path: &str, name: &str) -> Resolution {
        match self.imported(asking, path) {
            Some((_, package)) => part(asking, package, path, name),
            None => Resolution::Builtin,
        }
    }

    fn mention(&self, asking: Asking<'_>, specifier: &str) -> Resolution {
        if let Some((of, name)) = specifier.strip_suffix('}').and_then(|specifier| specifier.split_once('{')) {
            let key = self.name(asking, name);
            return if key == Resolution::Builtin || self.is_struct(&self.mention(asking, of)) {
                Resolution::Builtin
            } else {
                key
            };
        }
        if let Some((path, name)) = specifier.strip_prefix('"').and_then(|specifier| specifier.split_once("\".")) {
            return self.member_of_path(asking, path, name);
        }
        match specifier.split_once('.') {
            Some((of, name)) => self.member(asking, of, name),
            None => self.name(asking, specifier),
        }
    }

    /// True if the type that a name led to is a struct: then the keys in its literals are fields.
    fn is_struct(&self, found: &Resolution) -> bool {
        let Resolution::Parts(parts) = found else { return false };
        parts.iter().any(|(path, names)| {
            let Some(surface) = self.sources.surface(path) else { return false };
            let structs = surface.roles().iter().filter(|role| role.kind == RoleKind::Fields);
            structs.map(|role| surface.symbol(role.symbol)).any(|name| names.iter().any(|named| named == name))
        })
    }
}

/// What others wrote, copied into the repository.
fn is_vendored(folder: &RepoPath) -> bool {
    folder.components().any(|part| part == "vendor")
}

fn part(asking: Asking<'_>, package: &Package, path: &str, name: &str) -> Resolution {
    match package.defining(name) {
        [] => Resolution::Unresolved(format!("no file of the package `{path}` defines `{name}`")),
        files => parts(asking.from, files.to_vec(), name),
    }
}

fn parts(from: &RepoPath, files: Vec<RepoPath>, name: &str) -> Resolution {
    let asked: BTreeMap<RepoPath, Vec<String>> =
        files.into_iter().filter(|file| file != from).map(|file| (file, vec![name.to_owned()])).collect();
    if asked.is_empty() { Resolution::Builtin } else { Resolution::Parts(asked.into_iter().collect()) }
}

impl Resolve for Resolver<'_> {
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        let asking = Asking { from, roots };
        let specifier = import.specifier.as_str();
        if import.kind == ImportKind::Computed {
            return Resolution::Unresolved("which plugin is loaded is known when the program runs".to_owned());
        }
        if import.kind == ImportKind::Value {
            return if specifier.starts_with("package ") { self.next(from) } else { self.load(asking, specifier) };
        }
        if let Some(patterns) = specifier.strip_prefix("go:embed ") {
            let folder = from.parent().unwrap_or_else(RepoPath::root);
            let data = embed::embedded(self.files, &folder, patterns);
            return match data.is_empty() {
                true => Resolution::Unresolved("there is no such file".to_owned()),
                false => Resolution::Parts(data.into_iter().map(|path| (path, vec!["go:embed".to_owned()])).collect()),
            };
        }
        self.mention(asking, specifier)
    }
}
