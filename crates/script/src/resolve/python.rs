//! From an import of Python to files, as the runtime, a build or a test run would look for them.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};

use super::{Resolution, python_projects, python_stdlib};

/// What is imported.
struct Import<'i> {
    /// The dotted name.
    module: &'i str,
    /// What is taken from it.
    names: &'i [String],
    /// How many dots stand before it.
    level: u32,
}

/// What a dotted name means below one folder.
enum Found {
    /// The packages on the way, then the module itself.
    Module(Vec<RepoPath>),
    /// The package is there, the module is not: the part that is missing.
    Missing(String),
    /// Folders without `__init__.py`, and no module: a namespace that holds the name.
    Namespace,
    /// Nothing of that name.
    Nothing,
}

/// Resolves the imports of Python in one checkout. Shared by threads.
pub struct PythonResolver<'a> {
    files: &'a FileSet,
    /// Packages and modules that lie in no package, by name: in which folders.
    packages: BTreeMap<String, Vec<RepoPath>>,
    /// Folders of the projects that can be installed, by the letters of their names.
    projects: BTreeMap<String, Vec<RepoPath>>,
    /// Folders that projects take code from, by the folder of the project.
    local_roots: BTreeMap<RepoPath, Vec<RepoPath>>,
}

impl<'a> PythonResolver<'a> {
    /// Makes ready for resolving in `files`: reads what requirements files ask for, and where packages lie.
    pub fn new(files: &'a FileSet) -> Self {
        let projects = python_projects::named(files);
        let mut installed = python_projects::installed(files);
        installed.retain(|name| !projects.contains_key(&python_projects::letters(name)));
        let mut packages: BTreeMap<String, Vec<RepoPath>> = BTreeMap::new();
        for path in files.paths() {
            let Some(folder) = path.parent() else { continue };
            let (name, root) = match path.file_name() {
                "__init__.py" => (folder.file_name(), folder.parent()),
                _ if path.extension() == Some("py") => (path.file_stem(), Some(folder.clone())),
                _ => continue,
            };
            let Some(root) = root else { continue };
            // Tests bring stand-ins for the packages of others.
            let stand_in = root.components().any(|part| matches!(part, "test" | "tests" | "node_modules"));
            if !stand_in && !installed.contains(&python_projects::normal(name)) && !is_package(files, &root) {
                packages.entry(name.to_owned()).or_default().push(root);
            }
        }
        for roots in packages.values_mut() {
            roots.sort();
            roots.dedup();
        }
        Self { files, packages, projects, local_roots: python_projects::local_roots(files) }
    }

    /// What importing `names` from `module` means in `from`, for a function whose code is packaged from `roots` (its code
    /// root first, then its layers; may be empty). `level` dots stand before the module; dots in `module` itself count
    /// for nothing. One import may mean several files: a package's `__init__.py` and its module.
    pub fn resolve(
        &self,
        from: &RepoPath,
        module: &str,
        level: u32,
        names: &[String],
        roots: &[RepoPath],
    ) -> Resolution {
        let import = Import { module, names, level };
        if level > 0 { self.relative(from, &import, roots) } else { self.absolute(from, &import, roots) }
    }

    /// What `parts` means below `root`, taking `names` from it.
    fn find(&self, root: &RepoPath, parts: &[&str], names: &[String]) -> Found {
        let mut folder = root.clone();
        let mut files = Vec::new();
        let mut regular = false;
        for (index, part) in parts.iter().enumerate() {
            let Ok(inner) = folder.join(part) else { return Found::Nothing };
            let module = module_file(&inner);
            if let Some(init) = self.init(&inner) {
                files.push(init);
                regular = true;
                folder = inner;
            } else if let Some(file) = module.filter(|file| self.files.is_file(file)) {
                // `import a.b` of a module `a` can only mean an attribute.
                if index + 1 < parts.len() {
                    return Found::Missing(parts[index + 1].to_owned());
                }
                files.push(file);
                return Found::Module(files);
            } else if self.files.is_folder(&inner) {
                folder = inner;
            } else {
                return if regular { Found::Missing((*part).to_owned()) } else { Found::Nothing };
            }
        }
        let has_init = self.init(&folder).is_some() && !parts.is_empty();
        let mut submodules = 0;
        for name in names {
            if let Some(file) = self.submodule(&folder, name) {
                files.push(file);
                submodules += 1;
            }
        }
        if has_init || submodules > 0 { Found::Module(files) } else { Found::Namespace }
    }

    fn init(&self, folder: &RepoPath) -> Option<RepoPath> {
        folder.join("__init__.py").ok().filter(|file| self.files.is_file(file))
    }

    fn submodule(&self, folder: &RepoPath, name: &str) -> Option<RepoPath> {
        let inner = folder.join(name).ok()?;
        self.init(&inner).or_else(|| module_file(&inner).filter(|file| self.files.is_file(file)))
    }

    /// The `__init__.py` files of the packages that `folder` is and lies in, outermost first. A folder in which modules
    /// are looked for is no package to the code in it.
    fn enclosing_inits(&self, folder: &RepoPath, roots: &[RepoPath]) -> Vec<RepoPath> {
        let searched = |folder: &RepoPath| self.local_roots.values().any(|roots| roots.contains(folder));
        let inside = |folder: &RepoPath| roots.first() != Some(folder) && !searched(folder);
        let mut inits: Vec<_> = folder.ancestors().take_while(inside).map_while(|folder| self.init(&folder)).collect();
        inits.reverse();
        inits
    }

    fn relative(&self, from: &RepoPath, import: &Import<'_>, roots: &[RepoPath]) -> Resolution {
        let mut base = from.parent().unwrap_or_else(RepoPath::root);
        for _ in 1..import.level {
            match base.parent() {
                Some(parent) => base = parent,
                None => return Resolution::Unresolved("it climbs out of the repository".to_owned()),
            }
        }
        let parts = parts(import);
        let mut files = self.enclosing_inits(&base, roots);
        match self.find(&base, &parts, import.names) {
            Found::Module(found) => files.extend(found),
            Found::Missing(part) => return Resolution::Unresolved(format!("there is no module `{part}`")),
            // `from . import name`: an attribute of the package itself.
            Found::Namespace if parts.is_empty() && self.init(&base).is_some() => {}
            Found::Namespace | Found::Nothing => {
                let name = parts.last().copied().or(import.names.first().map(String::as_str)).unwrap_or("*");
                return Resolution::Unresolved(format!("there is no module `{name}`"));
            }
        }
        self.files_of(files, from)
    }

    fn absolute(&self, from: &RepoPath, import: &Import<'_>, roots: &[RepoPath]) -> Resolution {
        let parts = parts(import);
        let Some(top) = parts.first().copied() else {
            return Resolution::Unresolved("an import without a name".to_owned());
        };
        let packaged = self.packaged_roots(roots);
        let mut missing = None;
        if let Some(files) = self.search(&packaged, &parts, import, &mut missing) {
            return self.files_of(files, from);
        }
        if python_stdlib::is_standard(top) && missing.is_none() {
            return Resolution::Builtin;
        }
        let nearby = self.nearby_roots(from, &parts, import);
        if let Some(files) = self.search(&nearby, &parts, import, &mut missing) {
            return self.files_of(files, from);
        }
        match missing {
            Some(part) => Resolution::Unresolved(format!("package `{top}` has no module `{part}`")),
            None => Resolution::External(top.to_owned()),
        }
    }

    /// The first root below which the whole name leads to a file. `missing` gets what was not found where the
    /// top-level package was.
    fn search(
        &self,
        roots: &[RepoPath],
        parts: &[&str],
        import: &Import<'_>,
        missing: &mut Option<String>,
    ) -> Option<Vec<RepoPath>> {
        for root in roots {
            match self.find(root, parts, import.names) {
                Found::Module(files) => return Some(files),
                Found::Missing(part) => {
                    missing.get_or_insert(part);
                }
                Found::Namespace | Found::Nothing => {}
            }
        }
        None
    }

    /// Where the runtime looks: the code root and its `src/`, then the layers (`/opt/python` and beside it).
    fn packaged_roots(&self, roots: &[RepoPath]) -> Vec<RepoPath> {
        let mut found = Vec::new();
        for (index, root) in roots.iter().enumerate() {
            found.push(root.clone());
            let inner: &[&str] = if index == 0 { &["src", "python"] } else { &["python", "src"] };
            found.extend(inner.iter().filter_map(|folder| root.join(folder).ok()));
            // A layer's `python/lib/python3.12/site-packages`, whatever the version.
            if let Ok(versions) = root.join("python/lib") {
                let mut packages: Vec<_> = self
                    .files
                    .under(&versions)
                    .filter_map(|file| file.strip_prefix(&versions)?.split('/').next())
                    .filter_map(|version| versions.join(version).ok()?.join("site-packages").ok())
                    .collect();
                packages.dedup();
                found.extend(packages);
            }
        }
        found.retain(|root| self.files.is_folder(root));
        found
    }

    /// Where a build or a test run would look: around the importing file, nearest first, then the one folder of the
    /// repository that is nearest to it and holds a package or module of that name: builds copy such folders together.
    fn nearby_roots(&self, from: &RepoPath, parts: &[&str], import: &Import<'_>) -> Vec<RepoPath> {
        let folder = from.parent().unwrap_or_else(RepoPath::root);
        let mut found = Vec::new();
        let outside_package = folder.ancestors().find(|folder| !is_package(self.files, folder));
        found.extend(outside_package);
        for ancestor in folder.ancestors() {
            for inner in ["src", "python"] {
                found.extend(ancestor.join(inner).ok().filter(|root| self.files.is_folder(root)));
            }
            found.extend(self.local_roots.get(&ancestor).into_iter().flatten().cloned());
            found.push(ancestor);
        }
        found.extend(self.holder(from, parts, import));
        found
    }

    /// The one folder nearest to `from` that holds what is imported; none if two are equally near: to choose would be
    /// to guess.
    fn holder(&self, from: &RepoPath, parts: &[&str], import: &Import<'_>) -> Option<RepoPath> {
        let top = *parts.first()?;
        let projects = self.projects.get(&python_projects::letters(top)).map_or(&[][..], Vec::as_slice);
        let closeness = |root: &RepoPath| root.components().zip(from.components()).take_while(|(a, b)| a == b).count();
        // Two projects side by side in one repository are strangers, unless one of them says that it is for all, or can
        // be installed by the name that is asked for.
        let known = |root: &&RepoPath| {
            closeness(root) > 0
                || root.components().next().is_some_and(is_for_all)
                || projects.iter().any(|project| *project == **root || root.parent().as_ref() == Some(project))
        };
        let holders: Vec<&RepoPath> = self.packages.get(top)?.iter().filter(known).collect();
        let has_all = |root: &&RepoPath| matches!(self.find(root, parts, import.names), Found::Module(_));
        let with_all: Vec<&RepoPath> = holders.iter().copied().filter(has_all).collect();
        let holders = if with_all.is_empty() { holders } else { with_all };
        let best = holders.iter().map(|root| closeness(root)).max()?;
        let mut nearest = holders.into_iter().filter(|root| closeness(root) == best);
        nearest.next().filter(|_| nearest.next().is_none()).cloned()
    }

    fn files_of(&self, files: Vec<RepoPath>, from: &RepoPath) -> Resolution {
        let mut unique: Vec<RepoPath> = Vec::with_capacity(files.len());
        for file in files {
            let file = self.files.resolve(&file).unwrap_or(file);
            if !unique.contains(&file) {
                unique.push(file);
            }
        }
        // A package that imports its own module: the package is running already.
        if unique.len() > 1 {
            unique.retain(|file| file != from);
        }
        Resolution::Files(unique)
    }
}

fn is_for_all(folder: &str) -> bool {
    matches!(folder, "common" | "layer" | "layers" | "lib" | "libs" | "packages" | "python" | "shared" | "src")
}

/// The parts of the dotted name, without the dots that make it relative.
fn parts<'i>(import: &Import<'i>) -> Vec<&'i str> {
    import.module.trim_start_matches('.').split('.').filter(|part| !part.is_empty()).collect()
}

fn module_file(path: &RepoPath) -> Option<RepoPath> {
    path.parent()?.join(&format!("{}.py", path.file_name())).ok()
}

fn is_package(files: &FileSet, folder: &RepoPath) -> bool {
    !folder.is_root() && folder.join("__init__.py").is_ok_and(|init| files.is_file(&init))
}
