//! Whose change it is where no code and no contract changes: dependencies, tests, documentation, settings.
//!
//! These count for nothing in the measure; they say what else happened to a function. A list of dependencies belongs
//! to the functions whose code lies below it, up to the next list of its kind; a test to the function in whose folder
//! it lies or after whose file it is named; anything else to the function in whose folder it lies.

use std::{borrow::Cow, sync::OnceLock};

use lockstep_model::{ChangeKind, Closure, Function, History, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

/// The lists of dependencies of one family of languages.
struct Family {
    /// Extensions of the languages.
    languages: &'static [&'static str],
    /// Names of files in which people say what they want.
    lists: &'static [&'static str],
    /// Names of files in which tools write what they found.
    locks: &'static [&'static str],
}

const FAMILIES: [Family; 8] = [
    Family {
        languages: &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"],
        lists: &["package.json"],
        locks: &[
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "bun.lockb",
            "deno.lock",
        ],
    },
    Family {
        languages: &["py"],
        lists: &["pyproject.toml", "setup.py", "requirements", "pipfile", "environment.yml"],
        locks: &["poetry.lock", "uv.lock", "pdm.lock", "pixi.lock", "pipfile.lock"],
    },
    Family { languages: &["rs"], lists: &["cargo.toml"], locks: &["cargo.lock"] },
    Family { languages: &["go"], lists: &["go.mod"], locks: &["go.sum"] },
    Family {
        languages: &["java", "kt", "kts", "scala", "groovy", "clj"],
        lists: &["pom.xml", "build.gradle", "build.gradle.kts", "build.sbt", "project.clj", "deps.edn"],
        locks: &["gradle.lockfile"],
    },
    Family { languages: &["rb"], lists: &["gemfile"], locks: &["gemfile.lock"] },
    Family { languages: &["php"], lists: &["composer.json"], locks: &["composer.lock"] },
    Family {
        languages: &["cs", "fs", "vb"],
        lists: &["csproj", "packages.config", "directory.packages.props", "directory.build.props"],
        locks: &["packages.lock.json"],
    },
];

/// What kind of list a file is: its family, and whether a tool wrote it.
type ListKind = (usize, bool);

/// The kind of list that `path` is, and the folder that it is about.
fn list_of(path: &RepoPath) -> Option<(ListKind, &str)> {
    // Most files are source files, which are no lists whatever they are called.
    let extension = path.extension().unwrap_or_default();
    let is_lower = !extension.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_lower && !matches!(extension, "txt" | "in" | "fsproj" | "vbproj") && !kinds().1.contains(extension) {
        return None;
    }
    let name = path.file_name();
    let mut folder = path.folders().next().unwrap_or_default();
    let name = match path.extension() {
        Some("csproj" | "fsproj" | "vbproj") => "csproj".into(),
        Some("txt" | "in") => {
            let name = name.to_ascii_lowercase();
            if folder.rsplit('/').next() == Some("requirements") {
                folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
                "requirements".into()
            } else if name.contains("requirements") || name.starts_with("constraints") {
                "requirements".into()
            } else {
                Cow::Owned(name)
            }
        }
        _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Owned(name.to_ascii_lowercase()),
        _ => Cow::Borrowed(name),
    };
    kinds().0.get(&*name).map(|kind| (*kind, folder))
}

/// The kinds of lists, by their names; and what follows the last dot of these.
fn kinds() -> &'static (FxHashMap<&'static str, ListKind>, FxHashSet<&'static str>) {
    static KINDS: OnceLock<(FxHashMap<&str, ListKind>, FxHashSet<&str>)> = OnceLock::new();
    KINDS.get_or_init(|| {
        let mut kinds = FxHashMap::default();
        for (family, known) in FAMILIES.iter().enumerate() {
            for (names, written) in [(known.lists, false), (known.locks, true)] {
                names.iter().for_each(|name| _ = kinds.entry(*name).or_insert((family, written)));
            }
        }
        // A kind is called after the extension of its files.
        let extensions = kinds.keys().map(|name| name.rsplit_once('.').map_or("", |(_, extension)| extension));
        let extensions = extensions.chain(["csproj"]).collect();
        (kinds, extensions)
    })
}

/// Answers whose such a change is.
pub(crate) struct Beside<'a> {
    /// Of each function with code: a path in it, the families of its language (all where that is not known), and its number;
    /// by path.
    places: Vec<(&'a RepoPath, Option<usize>, u32)>,
    /// Folders that have a list of a kind today.
    lists: FxHashSet<(ListKind, &'a str)>,
    /// Per name of a code file of one function alone: that function; none if several have such a file.
    named: FxHashMap<&'a str, Option<u32>>,
}

impl<'a> Beside<'a> {
    /// For the functions and their closures, in the order of the functions.
    pub(crate) fn new(
        functions: &'a [Function],
        closures: &[Option<&'a Closure>],
        history: &'a History,
        exists: &dyn Fn(&RepoPath) -> bool,
    ) -> Self {
        let place = |(number, function): (u32, &'a Function)| {
            let entry = function.entry.as_ref().map(|entry| &entry.path);
            let family = entry
                .and_then(|path| path.extension())
                .and_then(|extension| FAMILIES.iter().position(|family| family.languages.contains(&extension)));
            entry.or(function.code_root.as_ref()).map(|path| (path, family, number))
        };
        let mut places: Vec<_> = (0u32..).zip(functions).filter_map(place).collect();
        places.sort_unstable_by_key(|(path, _, number)| (path.as_str(), *number));
        let mut named: FxHashMap<&str, Option<u32>> = FxHashMap::default();
        for (number, closure) in (0u32..).zip(closures) {
            for file in closure.iter().flat_map(|closure| &closure.files).filter(|file| file.own) {
                let known = named.entry(file.path.file_stem()).or_insert(Some(number));
                *known = known.filter(|function| *function == number);
            }
        }
        let list = |path: &'a RepoPath| list_of(path).filter(|_| exists(path));
        let lists = history.paths.iter().filter_map(list).collect();
        Self { places, lists, named }
    }

    /// The functions that a change of `kind` to `path` belongs to, ascending; `inside` is the one in whose folder it lies.
    pub(crate) fn functions(&self, path: &RepoPath, inside: Option<u32>, kind: ChangeKind) -> Vec<u32> {
        let list = if kind == ChangeKind::Dependency { list_of(path) } else { None };
        match (kind, list) {
            (ChangeKind::Dependency, Some((list, folder))) => self.below(list, folder),
            (ChangeKind::Test, _) => inside.or_else(|| self.tested_by(path)).into_iter().collect(),
            _ => inside.into_iter().collect(),
        }
    }

    /// The functions below `folder`, up to the next list of the kind.
    fn below(&self, list: ListKind, folder: &str) -> Vec<u32> {
        let is_below = |(path, family, _): &&(&RepoPath, Option<usize>, u32)| {
            let speaks = family.is_none_or(|family| family == list.0);
            let nearest = path.folders().find(|above| *above == folder || self.lists.contains(&(list, *above)));
            speaks && nearest == Some(folder)
        };
        let first = self.places.partition_point(|(path, ..)| path.as_str() < folder);
        // What lies below a folder is in one piece, among files whose names begin as that of the folder does.
        let near = self.places[first..].iter().take_while(|(path, ..)| path.as_str().starts_with(folder));
        let mut below: Vec<u32> = near.filter(is_below).map(|(.., number)| *number).collect();
        below.sort_unstable();
        below
    }

    /// The function after whose file the test is named.
    fn tested_by(&self, path: &RepoPath) -> Option<u32> {
        let stem = path.file_stem();
        let stem = [".test", ".spec", "_test", "_spec", "-test", "Tests", "Test", "Spec"]
            .iter()
            .find_map(|end| stem.strip_suffix(end))
            .or_else(|| stem.strip_prefix("test_"))
            .unwrap_or(stem);
        self.named.get(stem).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_known_with_their_folders() {
        let kind = |text: &str| {
            let path = RepoPath::new(text).unwrap();
            list_of(&path).map(|((family, lock), folder)| (FAMILIES[family].languages[0], lock, folder.to_owned()))
        };
        let folder = |text: &str| text.to_owned();
        assert_eq!(kind("a/package.json"), Some(("js", false, folder("a"))));
        assert_eq!(kind("yarn.lock"), Some(("js", true, folder(""))));
        assert_eq!(kind("a/requirements-dev.txt"), Some(("py", false, folder("a"))));
        assert_eq!(kind("a/requirements/base.txt"), Some(("py", false, folder("a"))));
        assert_eq!(kind("Orders/Orders.csproj"), Some(("cs", false, folder("Orders"))));
        assert_eq!(kind("a/notes.txt"), None);
    }
}
