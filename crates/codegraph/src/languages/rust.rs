//! Rust: what a file says ([`parse`], [`bind`]), what the packages are ([`cargo`]), and which files paths lead to.

mod agree;
mod bind;
mod cargo;
mod parse;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};

use self::cargo::{Dependency, Package};
use crate::Token;
use crate::language::{FileFacts, Import, ImportKind, Language, Resolution, Resolve, SourceFacts};

/// The language Rust, editions 2018 to 2024.
pub struct Rust;

impl Language for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn page(&self) -> &'static str {
        include_str!("rust.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rs"]
    }

    fn facts(&self, path: &RepoPath, text: &str) -> FileFacts {
        parse::facts(text, path.file_name() == "lib.rs")
    }

    fn agree(&self, _: &RepoPath, before: &str, after: &str) -> Option<bool> {
        agree::agree(before, after)
    }

    fn tokens(&self, _: &RepoPath, text: &str) -> Vec<Token> {
        tokens::tokens(text)
    }

    fn resolver<'a>(&self, files: &'a FileSet, _: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        Box::new(Resolver { files, packages: cargo::packages(files) })
    }
}

struct Resolver<'a> {
    files: &'a FileSet,
    packages: BTreeMap<RepoPath, Package>,
}

impl Resolver<'_> {
    fn package(&self, file: &RepoPath) -> Option<&Package> {
        file.ancestors().find_map(|folder| self.packages.get(&folder))
    }

    /// The root file of the crate that `file` belongs to.
    fn root(&self, file: &RepoPath) -> Option<RepoPath> {
        let package = self.package(file)?;
        if package.roots.contains(file) {
            return Some(file.clone());
        }
        let around = |root: &&RepoPath| root.parent().is_some_and(|folder| file.starts_with(&folder));
        let depth = |root: &RepoPath| root.components().count();
        let deepest = package.roots.iter().filter(around).map(depth).max()?;
        let nearest: Vec<&RepoPath> =
            package.roots.iter().filter(around).filter(|root| depth(root) == deepest).collect();
        // `lib.rs` and `main.rs` share a folder: the one that declares the module has it.
        let module = file.strip_prefix(&nearest[0].parent()?)?.split('/').next()?.trim_end_matches(".rs");
        let declaration = format!("mod {module};");
        let declares = |root: &&&RepoPath| self.files.text(root).is_ok_and(|text| text.contains(&declaration));
        nearest.iter().find(declares).or(nearest.first()).map(|root| (*root).clone())
    }

    /// True if modules declared in `file` lie beside it, not in a folder of its name.
    fn is_folder_root(&self, file: &RepoPath) -> bool {
        matches!(file.file_name(), "mod.rs" | "main.rs" | "lib.rs") || self.root(file).is_some_and(|root| root == *file)
    }

    /// Where the modules declared in `file` lie.
    fn children_folder(&self, file: &RepoPath) -> Option<RepoPath> {
        let folder = file.parent()?;
        if self.is_folder_root(file) { Some(folder) } else { folder.join(file.file_stem()).ok() }
    }

    fn declared_module(&self, from: &RepoPath, declaration: &str) -> Resolution {
        let (name, path) = match declaration.split_once(" = ") {
            Some((name, path)) => (name, Some(path.trim_matches('"'))),
            None => (declaration, None),
        };
        let parts: Vec<&str> = name.split("::").collect();
        let found = match path {
            // Beside the file, or in the folder of the inline modules around it.
            Some(path) if parts.len() == 1 => from.parent().and_then(|folder| folder.join(path).ok()),
            Some(path) => {
                let folder = self.children_folder(from);
                folder.and_then(|folder| folder.join(&parts[..parts.len() - 1].join("/")).ok()?.join(path).ok())
            }
            None => self.children_folder(from).and_then(|folder| self.module_file(&folder, &parts)),
        };
        match found.filter(|file| self.files.is_file(file)) {
            Some(file) => Resolution::Files(vec![file]),
            None => Resolution::Unresolved(format!("there is no file for module `{name}`")),
        }
    }

    /// `a/b.rs` or `a/b/mod.rs` below `folder`.
    fn module_file(&self, folder: &RepoPath, parts: &[&str]) -> Option<RepoPath> {
        let path = parts.join("/");
        [format!("{path}.rs"), format!("{path}/mod.rs")]
            .iter()
            .filter_map(|path| folder.join(path).ok())
            .find(|file| self.files.is_file(file))
    }

    /// The innermost module file that `parts` leads to from the crate root `root`.
    fn walk(&self, root: &RepoPath, parts: &[&str]) -> Resolution {
        let folder = root.parent().unwrap_or_else(RepoPath::root);
        // Nobody nests modules deeper; a longer path is only a longer search.
        let inner = (1..=parts.len().min(32)).rev().find_map(|length| self.module_file(&folder, &parts[..length]));
        Resolution::Files(vec![inner.unwrap_or_else(|| root.clone())])
    }

    /// `crate::…`, `self::…`, `super::…`.
    fn inside(&self, from: &RepoPath, parts: &[&str]) -> Resolution {
        let root = self.root(from).unwrap_or_else(|| from.clone());
        if parts[0] == "crate" {
            return self.walk(&root, &parts[1..]);
        }
        let mut module = self.module_path(from, &root);
        let supers = parts.iter().take_while(|part| **part == "super").count();
        let rest = &parts[supers.max(1)..];
        if supers > module.len() {
            return Resolution::Unresolved("it climbs out of the crate".to_owned());
        }
        module.truncate(module.len() - supers);
        let whole: Vec<&str> = module.iter().map(String::as_str).chain(rest.iter().copied()).collect();
        self.walk(&root, &whole)
    }

    /// `[a, b]` for `src/a/b.rs` and `src/a/b/mod.rs`.
    fn module_path(&self, file: &RepoPath, root: &RepoPath) -> Vec<String> {
        if file == root {
            return Vec::new();
        }
        let below = root.parent().and_then(|folder| file.strip_prefix(&folder).map(str::to_owned)).unwrap_or_default();
        let mut parts: Vec<String> = below.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|part| part == "mod") {
            parts.pop();
        }
        parts
    }

    /// A path that begins with a crate.
    fn outside(&self, from: &RepoPath, parts: &[&str]) -> Resolution {
        let name = parts[0];
        if matches!(name, "std" | "core" | "alloc" | "proc_macro" | "test") {
            return Resolution::Builtin;
        }
        let Some(package) = self.package(from) else { return Resolution::External(name.to_owned()) };
        let target = match package.dependencies.get(name) {
            Some(Dependency::Path(folder)) => self.packages.get(folder),
            Some(Dependency::External(name)) => return Resolution::External(name.clone()),
            None if package.library_name == name => Some(package),
            None => return Resolution::External(name.to_owned()),
        };
        match target.and_then(|package| package.library.as_ref()) {
            Some(library) => self.walk(library, &parts[1..]),
            None => Resolution::Unresolved(format!("the package of `{name}` has no library")),
        }
    }

    fn included(&self, from: &RepoPath, specifier: &str) -> Resolution {
        let path = specifier.split_once("!(\"").and_then(|(_, rest)| rest.strip_suffix("\")")).unwrap_or_default();
        let found = match path.strip_prefix("$CARGO_MANIFEST_DIR") {
            Some(rest) => self.package(from).and_then(|package| package.folder.join(rest.trim_start_matches('/')).ok()),
            None => from.parent().and_then(|folder| folder.join(path).ok()),
        };
        match found.filter(|file| self.files.is_file(file)) {
            Some(file) => Resolution::Files(vec![file]),
            None => Resolution::Unresolved("there is no such file".to_owned()),
        }
    }
}

impl Resolve for Resolver<'_> {
    fn resolve(&self, from: &RepoPath, import: &Import, _: &[RepoPath]) -> Resolution {
        let specifier = import.specifier.as_str();
        if import.kind == ImportKind::Computed {
            return Resolution::Unresolved("the file's name is computed".to_owned());
        }
        if let Some(declaration) = specifier.strip_prefix("mod ") {
            return self.declared_module(from, declaration);
        }
        if specifier.contains("!(") {
            return self.included(from, specifier);
        }
        let parts: Vec<&str> = specifier.split("::").filter(|part| *part != "*").collect();
        match parts.first() {
            Some(&("crate" | "self" | "super")) => self.inside(from, &parts),
            Some(_) => self.outside(from, &parts),
            None => Resolution::Unresolved("an empty path".to_owned()),
        }
    }
}
