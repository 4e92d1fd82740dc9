//! The packages of a checkout: which files each folder's are made of, and what each file defines.

use std::{collections::BTreeMap, sync::OnceLock};

use lockstep_model::{FileSet, RepoPath};
use rustc_hash::FxHashMap;

use super::constraints;
use crate::{ImportKind, SourceFacts, Surface};

/// The folders with Go files. What a folder says is read when it is first asked for.
pub(super) struct Packages<'a> {
    files: &'a FileSet,
    sources: &'a dyn SourceFacts,
    folders: FxHashMap<RepoPath, Folder>,
}

#[derive(Default)]
struct Folder {
    /// Its files but those of tests, sorted.
    files: Vec<RepoPath>,
    /// Files of assembly.
    assembly: Vec<RepoPath>,
    packages: OnceLock<BTreeMap<String, Package>>,
}

/// One package.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// The files that are built, sorted; of several programs in one folder, what they have in common.
    pub(super) files: Vec<RepoPath>,
    /// Files of assembly that are built with it.
    pub(super) assembly: Vec<RepoPath>,
    /// Who defines a name, in files that are built.
    defined: FxHashMap<String, Vec<RepoPath>>,
    /// Who defines a name in files that are not: for other systems, with tags, or other programs of the folder.
    elsewhere: FxHashMap<String, Vec<RepoPath>>,
}

impl Package {
    /// The files that define `name`; those that are not built only if no other does.
    pub(super) fn defining(&self, name: &str) -> &[RepoPath] {
        self.defined.get(name).or_else(|| self.elsewhere.get(name)).map(Vec::as_slice).unwrap_or_default()
    }

    /// As [`Package::defining`], for `from`, a file of the package: what it defines itself, it does not take from files
    /// that are not built with it.
    pub(super) fn defining_for(&self, from: &RepoPath, name: &str) -> &[RepoPath] {
        let files = self.defining(name);
        if files.contains(from) && !self.defined.contains_key(name) { &[] } else { files }
    }
}

impl<'a> Packages<'a> {
    pub(super) fn new(files: &'a FileSet, sources: &'a dyn SourceFacts) -> Self {
        let mut folders: FxHashMap<RepoPath, Folder> = FxHashMap::default();
        for path in files.paths() {
            let Some(folder) = path.parent() else { continue };
            match path.extension() {
                Some("go") if !constraints::is_test(path) => {
                    folders.entry(folder).or_default().files.push(path.clone())
                }
                Some("s") => folders.entry(folder).or_default().assembly.push(path.clone()),
                _ => {}
            }
        }
        folders.retain(|_, folder| !folder.files.is_empty());
        Self { files, sources, folders }
    }

    /// True if Go files lie in `folder`.
    pub(super) fn has(&self, folder: &RepoPath) -> bool {
        self.folders.contains_key(folder)
    }

    /// What can be imported from `folder`: the package that is no program, if there is one.
    pub(super) fn imported(&self, folder: &RepoPath) -> Option<(&str, &Package)> {
        let packages = self.read(folder)?;
        let named = packages.iter().filter(|(_, package)| !package.files.is_empty());
        let (name, package) =
            named.min_by_key(|(name, package)| (*name == "main", std::cmp::Reverse(package.files.len())))?;
        Some((name, package))
    }

    /// The package that a file of the name `package` in `folder` belongs to.
    pub(super) fn own(&self, folder: &RepoPath, package: &str) -> Option<&Package> {
        self.read(folder)?.get(package)
    }

    fn read(&self, path: &RepoPath) -> Option<&BTreeMap<String, Package>> {
        let folder = self.folders.get(path)?;
        Some(folder.packages.get_or_init(|| {
            let mut packages: BTreeMap<&str, Vec<(&RepoPath, Surface<'_>)>> = BTreeMap::new();
            for file in &folder.files {
                if let Some(surface) = self.sources.surface(file) {
                    packages.entry(surface.package()).or_default().push((file, surface));
                }
            }
            packages
                .into_iter()
                .map(|(name, files)| (name.to_owned(), self.package(&files, &folder.assembly)))
                .collect()
        }))
    }

    fn package(&self, files: &[(&RepoPath, Surface<'_>)], assembly: &[RepoPath]) -> Package {
        let built = |surface: Surface<'_>| !surface.is_left_out() && !uses_cgo(surface);
        let starts = |surface: Surface<'_>| surface.package() == "main" && surface.symbols().any(|name| name == "main");
        let programs = files.iter().filter(|(_, surface)| starts(*surface) && built(*surface)).count();
        let mut package = Package::default();
        for (path, surface) in files {
            let is_part = built(*surface) && (programs < 2 || !starts(*surface));
            if is_part {
                package.files.push((*path).clone());
            }
            let names = if is_part { &mut package.defined } else { &mut package.elsewhere };
            for export in surface.exports() {
                let places = names.entry(export.name.clone()).or_default();
                if places.last() != Some(*path) {
                    places.push((*path).clone());
                }
            }
        }
        let text = |path: &RepoPath| self.files.text(path).unwrap_or_default();
        package.assembly = assembly.iter().filter(|path| constraints::is_built(path, &text(path))).cloned().collect();
        package
    }
}

/// True for files that are built by a C compiler as well.
fn uses_cgo(surface: Surface<'_>) -> bool {
    surface.imports().any(|import| import.kind == ImportKind::Value && import.specifier == "C")
}
