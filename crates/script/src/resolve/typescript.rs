//! From the specifier of an import to a file, with oxc's resolver over the files of the checkout.
//!
//! The resolver answers as Node, TypeScript and the bundlers do. What they find on a developer's machine and a bare
//! clone lacks is laid over the files (`overlay`): installed workspace packages and compiled output. What only the
//! platform knows, layers above all, is added here.

mod manifests;
mod overlay;
mod resolved;

use std::{path::PathBuf, sync::OnceLock};

use lockstep_model::{FileSet, RepoPath};
use oxc_resolver::{ResolveError, ResolveOptions, ResolverGeneric, TsconfigDiscovery};

pub use self::resolved::ResolvedImports;
use self::{
    manifests::Manifests,
    overlay::{Overlay, virtual_path},
    resolved::Known,
};
use super::Resolution;

const NO_FILE: &str = "no file of the repository is there; it may be generated, or kept out of git";
const ALIAS_ONLY: &str = "no package has such a name; only the build tool knows this alias";
const ALIAS_MISSED: &str =
    "a path alias of the tsconfig matches, but no file is there; it may be generated, or kept out of git";
const NO_ENTRY: &str = "it names a package of this workspace, whose entry file is not in the repository";
const NO_LAYER: &str = "it names a file of a layer, and no layer of the function has it in the repository";

/// Resolves the imports of one checkout. Shared by threads; what it found it keeps.
pub struct TypeScriptResolver<'f> {
    files: &'f FileSet,
    search: OnceLock<Search>,
    imports: Known<(RepoPath, String), Resolution>,
    in_roots: Known<(RepoPath, String, bool), Option<RepoPath>>,
    declared: Known<(RepoPath, String), bool>,
    side_effects: Known<RepoPath, bool>,
}

/// What answers are found with, once one is not known.
struct Search {
    overlay: Overlay,
    manifests: Manifests,
    /// Finds the tsconfig that owns a file, and follows its aliases.
    aliased: ResolverGeneric<Overlay>,
    /// Knows no tsconfig.
    plain: ResolverGeneric<Overlay>,
}

impl Search {
    /// Reads workspace manifests and tsconfig files.
    fn new(files: &FileSet) -> Self {
        let manifests = Manifests::read(files);
        let overlay = Overlay::new(files, &manifests);
        let plain = options();
        let aliased = ResolveOptions { tsconfig: Some(TsconfigDiscovery::Auto), ..options() };
        Self {
            aliased: ResolverGeneric::new_with_file_system(overlay.clone(), aliased),
            plain: ResolverGeneric::new_with_file_system(overlay.clone(), plain),
            overlay,
            manifests,
        }
    }
}

impl<'f> TypeScriptResolver<'f> {
    /// Resolves in `files`. Manifests and settings are read when something is asked that is not known.
    pub fn new(files: &'f FileSet) -> Self {
        Self::knowing(files, ResolvedImports::default())
    }

    /// As [`Self::new`], with answers of a checkout with files of the same names, and the same manifests and settings.
    pub fn knowing(files: &'f FileSet, known: ResolvedImports) -> Self {
        let ResolvedImports { imports, in_roots, declared, side_effects } = known;
        Self {
            files,
            search: OnceLock::new(),
            imports: Known::new(imports),
            in_roots: Known::new(in_roots),
            declared: Known::new(declared),
            side_effects: Known::new(side_effects),
        }
    }

    /// The answers that it found, besides those that it knew.
    pub fn found(&self) -> ResolvedImports {
        ResolvedImports {
            imports: self.imports.all_found(),
            in_roots: self.in_roots.all_found(),
            declared: self.declared.all_found(),
            side_effects: self.side_effects.all_found(),
        }
    }

    fn search(&self) -> &Search {
        self.search.get_or_init(|| Search::new(self.files))
    }

    /// What `specifier` in `from` means, for a function whose code is packaged from `roots` (its code root first, then
    /// its layers; may be empty).
    pub fn resolve(&self, from: &RepoPath, specifier: &str, roots: &[RepoPath]) -> Resolution {
        if specifier.is_empty() || specifier.contains('\0') {
            return Resolution::Unresolved(NO_FILE.to_owned());
        }
        // `https://…`, `npm:…`, `data:…`; `node:…` is the resolver's.
        let scheme = specifier.split_once(':').map(|(scheme, _)| scheme);
        if scheme
            .is_some_and(|scheme| matches!(scheme, "http" | "https" | "npm" | "jsr" | "data" | "cloudflare" | "bun"))
        {
            return Resolution::External(specifier.to_owned());
        }
        let common = self.common(from, specifier);
        match &common {
            Resolution::Files(_) | Resolution::Builtin => common,
            _ => match self.in_roots(from, specifier, roots) {
                Some(path) => Resolution::Files(vec![path]),
                None if specifier.starts_with("/opt/") => Resolution::Unresolved(NO_LAYER.to_owned()),
                None => common,
            },
        }
    }

    /// The files that a relative glob in `from` matches, in the order of their paths: sources and JSON, with their endings
    /// or without.
    pub fn matching(&self, from: &RepoPath, pattern: &str) -> Vec<RepoPath> {
        self.search().overlay.matching(&from.parent().unwrap_or_else(RepoPath::root), pattern)
    }

    /// False if the `package.json` above the file says in `sideEffects` that nothing happens when the file is loaded.
    pub fn has_side_effects(&self, path: &RepoPath) -> bool {
        self.side_effects.or_find(path.clone(), |path| self.search().manifests.has_side_effects(path))
    }

    /// What the import means for every function alike.
    fn common(&self, from: &RepoPath, specifier: &str) -> Resolution {
        let folder = from.parent().unwrap_or_else(RepoPath::root);
        let look_up = |(folder, specifier): &(RepoPath, String)| self.search().look_up(from, folder, specifier);
        self.imports.or_find((folder, specifier.to_owned()), look_up)
    }

    /// What the platform adds: the layers under `/opt`, and the folders in which Lambda looks for packages.
    fn in_roots(&self, from: &RepoPath, specifier: &str, roots: &[RepoPath]) -> Option<RepoPath> {
        if !specifier.starts_with("/opt/") && specifier.starts_with(['.', '/', '#']) {
            return None;
        }
        roots.iter().enumerate().find_map(|(index, root)| {
            // `NODE_PATH` of the runtime ends with the code root itself.
            let itself = index == 0 && !self.declares(from, specifier);
            let find =
                |(root, specifier, itself): &(RepoPath, String, bool)| self.search().in_root(root, specifier, *itself);
            self.in_roots.or_find((root.clone(), specifier.to_owned(), itself), find)
        })
    }

    /// True if a manifest above `from` lists the package that the specifier begins with.
    fn declares(&self, from: &RepoPath, specifier: &str) -> bool {
        let Some(name) = package_name(specifier) else { return false };
        let folder = from.parent().unwrap_or_else(RepoPath::root);
        let find = |(_, name): &(RepoPath, String)| self.search().manifests.declares(from, name);
        self.declared.or_find((folder, name.to_owned()), find)
    }
}

impl Search {
    fn look_up(&self, from: &RepoPath, folder: &RepoPath, specifier: &str) -> Resolution {
        let answer = match self.aliased.resolve_file(virtual_path(from), specifier) {
            // A broken tsconfig must not hide what is plain.
            Err(error) if !is_final(&error) => self.plain.resolve(virtual_path(folder), specifier).map_err(|_| error),
            answer => answer,
        };
        match answer {
            Ok(found) => {
                if let Some(path) = self.overlay.real_file(found.path()) {
                    return self.of_file(path, specifier);
                }
            }
            Err(ResolveError::Builtin { .. }) => return Resolution::Builtin,
            Err(_) => {}
        }
        let aliases = self.aliases(from, specifier);
        for path in &aliases.paths {
            let found = path.to_str().and_then(|path| self.plain.resolve(virtual_path(folder), path).ok());
            if let Some(path) = found.and_then(|found| self.overlay.real_file(found.path())) {
                return self.of_file(path, specifier);
            }
        }
        self.not_found(from, specifier, aliases.matched)
    }

    fn of_file(&self, path: RepoPath, specifier: &str) -> Resolution {
        // Packages that somebody committed are still packages from outside.
        if path.components().any(|part| part == "node_modules") {
            return Resolution::External(package_name(specifier).unwrap_or(specifier).to_owned());
        }
        Resolution::Files(vec![path])
    }

    fn not_found(&self, from: &RepoPath, specifier: &str, alias: bool) -> Resolution {
        let unresolved = |why: &str| Resolution::Unresolved(why.to_owned());
        if specifier.starts_with('.') || specifier.starts_with('/') || specifier.starts_with('#') {
            return unresolved(NO_FILE);
        }
        match package_name(specifier) {
            _ if alias => unresolved(ALIAS_MISSED),
            None => unresolved(ALIAS_ONLY),
            Some(name) if self.manifests.workspace_package(from, name).is_some() => unresolved(NO_ENTRY),
            Some(name) => Resolution::External(name.to_owned()),
        }
    }

    /// Where the tsconfig files above `from` say that the specifier leads, nearest first.
    ///
    /// The resolver asks only the tsconfig that owns the file, and judges `include` patterns inherited from another
    /// folder wrongly (its issue 1357); tests and scripts outside of `include` use the same aliases.
    fn aliases(&self, from: &RepoPath, specifier: &str) -> Aliases {
        let mut aliases = Aliases { paths: Vec::new(), matched: false };
        if specifier.starts_with('.') {
            return aliases;
        }
        for folder in from.ancestors().skip(1) {
            for name in ["tsconfig.json", "jsconfig.json"] {
                let Ok(path) = folder.join(name) else { continue };
                if !self.manifests.is_tsconfig(&path) {
                    continue;
                }
                let Ok(tsconfig) = self.aliased.resolve_tsconfig(virtual_path(&path)) else { continue };
                aliases.paths.extend(tsconfig.resolve_path_alias_or_base_url(specifier));
                let patterns = tsconfig.compiler_options.paths.as_ref();
                aliases.matched |= patterns.is_some_and(|patterns| patterns.keys().any(|key| matches(key, specifier)));
            }
        }
        aliases
    }

    /// The file that a specifier means in a layer, or in the code root.
    fn in_root(&self, root: &RepoPath, specifier: &str, itself: bool) -> Option<RepoPath> {
        let candidates: Vec<String> = match specifier.strip_prefix("/opt/") {
            Some(rest) => {
                // The build puts what a layer of Node packages holds under `nodejs/`.
                let bare = rest.strip_prefix("nodejs/").unwrap_or(rest);
                vec![rest.to_owned(), bare.to_owned()]
            }
            None => {
                let places = ["nodejs/node_modules/", "node_modules/"].map(|place| format!("{place}{specifier}"));
                places.into_iter().chain(itself.then(|| specifier.to_owned())).collect()
            }
        };
        candidates.iter().find_map(|candidate| {
            let found = self.plain.resolve(virtual_path(root), &format!("./{candidate}")).ok()?;
            self.overlay.real_file(found.path()).filter(|path| path.starts_with(root))
        })
    }
}

/// What the tsconfig files say of a specifier.
struct Aliases {
    paths: Vec<PathBuf>,
    /// True if a pattern of `paths` names it: it is no package then.
    matched: bool,
}

/// True if a pattern of `compilerOptions.paths` speaks of the specifier, and not of everything.
fn matches(pattern: &str, specifier: &str) -> bool {
    match pattern.split_once('*') {
        Some(("", "")) => false,
        Some((before, after)) => {
            specifier.len() >= before.len() + after.len() && specifier.starts_with(before) && specifier.ends_with(after)
        }
        None => pattern == specifier,
    }
}

/// True for answers that another look would not change.
fn is_final(error: &ResolveError) -> bool {
    matches!(error, ResolveError::Builtin { .. } | ResolveError::NotFound(_))
}

/// The package that a bare specifier names; none if no package may be called so.
fn package_name(specifier: &str) -> Option<&str> {
    let mut parts = specifier.splitn(3, '/');
    let first = parts.next()?;
    let name = if first.starts_with('@') { &specifier[..first.len() + 1 + parts.next()?.len()] } else { first };
    let sound = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '~'])
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '!'))
    };
    name.strip_prefix('@').unwrap_or(name).split('/').all(sound).then_some(name)
}

fn options() -> ResolveOptions {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let alias = |from: &str, to: &[&str]| (from.to_owned(), texts(to));
    ResolveOptions {
        extensions: texts(&[
            ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".d.ts", ".d.mts", ".d.cts", ".node",
        ]),
        extension_alias: vec![
            alias(".js", &[".ts", ".tsx", ".js", ".jsx", ".d.ts"]),
            alias(".jsx", &[".tsx", ".jsx"]),
            alias(".mjs", &[".mts", ".mjs", ".d.mts"]),
            alias(".cjs", &[".cts", ".cjs", ".d.cts"]),
        ],
        condition_names: texts(&["source", "development", "node", "import", "require"]),
        main_fields: texts(&["module", "main", "types"]),
        builtin_modules: true,
        // The overlay follows links itself; the environment of whoever runs the linter is not the project's.
        symlinks: false,
        node_path: false,
        ..ResolveOptions::default()
    }
}

#[cfg(test)]
mod tests;
