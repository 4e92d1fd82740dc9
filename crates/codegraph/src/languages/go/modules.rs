//! What the `go.mod` and `go.work` files of a checkout say, and what import paths mean by them.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};

/// A module of the repository.
#[derive(Debug, Default)]
struct Module {
    /// The path that its packages begin with.
    path: String,
    /// Modules that it needs, by path.
    requires: Vec<String>,
    replaces: Vec<Replace>,
}

/// A `replace` line: another module stands for the one of this path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Replace {
    path: String,
    with: Target,
}

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// A folder of the repository.
    Folder(RepoPath),
    /// Elsewhere, by this path.
    External(String),
}

/// A `go.work` file.
#[derive(Debug, Default)]
struct Workspace {
    uses: Vec<RepoPath>,
    replaces: Vec<Replace>,
}

/// All modules and workspaces, by their folders.
#[derive(Debug)]
pub(super) struct Modules {
    modules: BTreeMap<RepoPath, Module>,
    workspaces: BTreeMap<RepoPath, Workspace>,
}

/// What an import path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A folder with a package in it.
    Folder(RepoPath),
    /// A module from outside, by its path.
    External(String),
    /// A package of the standard library.
    Standard,
    /// It belongs to a module of the repository, but no folder there has it.
    Missing(RepoPath),
}

impl Modules {
    pub(super) fn new(files: &FileSet) -> Self {
        let named = |name: &'static str| {
            files.paths().filter(move |path| path.file_name() == name).filter_map(|path| {
                let folder = path.parent()?;
                let text = files.text(path).ok()?;
                Some((folder, text))
            })
        };
        let modules = named("go.mod").map(|(folder, text)| (folder.clone(), Module::read(&folder, &text))).collect();
        let workspaces =
            named("go.work").map(|(folder, text)| (folder.clone(), Workspace::read(&folder, &text))).collect();
        Self { modules, workspaces }
    }

    /// The folder of the module that a file or folder belongs to.
    pub(super) fn module_of(&self, path: &RepoPath) -> Option<RepoPath> {
        path.ancestors().find(|folder| self.modules.contains_key(folder))
    }

    /// What `path` means in a file of the module in `module`, of which `main` is built; `has_package` knows the folders
    /// with packages.
    pub(super) fn place(
        &self,
        module: &RepoPath,
        main: Option<&RepoPath>,
        path: &str,
        has_package: &dyn Fn(&RepoPath) -> bool,
    ) -> Place {
        let mut missing = None;
        for (_, target) in self.candidates(module, main, path) {
            let (folder, inside) = match target {
                Candidate::Inside(folder, inside) => (folder, inside),
                Candidate::External(name) => return Place::External(name),
            };
            let Ok(found) = folder.join(&inside) else { continue };
            // What has a `go.mod` of its own is another module.
            if self.module_of(&found).is_none_or(|owner| owner == folder) && has_package(&found) {
                return Place::Folder(found);
            }
            missing.get_or_insert(found);
        }
        match missing {
            Some(folder) => Place::Missing(folder),
            None if is_standard(path) => Place::Standard,
            None => Place::External(guessed_module(path)),
        }
    }

    /// What the path may belong to, the longest module path first.
    fn candidates(&self, module: &RepoPath, main: Option<&RepoPath>, path: &str) -> Vec<(usize, Candidate)> {
        let mut found = Vec::new();
        let mut add = |prefix: &str, target: &Target| {
            let Some(rest) = path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
                return;
            };
            let inside = rest.trim_start_matches('/').to_owned();
            found.push((
                prefix.len(),
                match target {
                    Target::Folder(folder) => Candidate::Inside(folder.clone(), inside),
                    Target::External(name) => Candidate::External(name.clone()),
                },
            ));
        };
        let workspace = module.ancestors().find_map(|folder| self.workspaces.get(&folder));
        let workspace = workspace.filter(|workspace| workspace.uses.contains(module));
        let together = workspace.map(|workspace| workspace.uses.as_slice()).unwrap_or_default();
        let mut seen: Vec<&RepoPath> = Vec::new();
        for folder in std::iter::once(module).chain(together).chain(main) {
            let Some(module) = self.modules.get(folder).filter(|_| !seen.contains(&folder)) else { continue };
            seen.push(folder);
            add(&module.path, &Target::Folder(folder.clone()));
            for replace in &module.replaces {
                add(&replace.path, &replace.with);
            }
        }
        for replace in workspace.map(|workspace| workspace.replaces.as_slice()).unwrap_or_default() {
            add(&replace.path, &replace.with);
        }
        for folder in seen {
            for required in &self.modules[folder].requires {
                add(required, &Target::External(required.clone()));
            }
        }
        // Those that are replaced, or part of the repository, come before what is only needed.
        found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        found
    }
}

enum Candidate {
    /// The folder of a module, and the folder inside of it.
    Inside(RepoPath, String),
    External(String),
}

impl Module {
    fn read(folder: &RepoPath, text: &str) -> Self {
        let mut module = Self::default();
        for (word, arguments) in lines(text) {
            match (word.as_str(), arguments.as_slice()) {
                ("module", [path, ..]) => module.path.clone_from(path),
                ("require", [path, ..]) => module.requires.push(path.clone()),
                ("replace", arguments) => module.replaces.extend(replace(folder, arguments)),
                _ => {}
            }
        }
        module
    }
}

impl Workspace {
    fn read(folder: &RepoPath, text: &str) -> Self {
        let mut workspace = Self::default();
        for (word, arguments) in lines(text) {
            match (word.as_str(), arguments.as_slice()) {
                ("use", [path, ..]) => workspace.uses.extend(folder.join(path)),
                ("replace", arguments) => workspace.replaces.extend(replace(folder, arguments)),
                _ => {}
            }
        }
        workspace
    }
}

/// `a v1 => ../b` and its kin. None if the folder lies outside of the repository.
fn replace(folder: &RepoPath, arguments: &[String]) -> Option<Replace> {
    let arrow = arguments.iter().position(|word| word == "=>")?;
    let (path, with) = (arguments.first()?, arguments.get(arrow + 1)?);
    let with = if with.starts_with("./") || with.starts_with("../") || matches!(with.as_str(), "." | "..") {
        match folder.join(with) {
            Ok(folder) => Target::Folder(folder),
            Err(_) => Target::External(path.clone()),
        }
    } else {
        Target::External(with.clone())
    };
    Some(Replace { path: path.clone(), with })
}

/// The lines of a `go.mod` or `go.work`, those in parentheses too: the word that says what each is about, and the rest.
fn lines(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        let mut words: Vec<String> =
            line.split_whitespace().map(|word| word.trim_matches(['"', '`']).to_owned()).collect();
        if words.is_empty() {
            continue;
        }
        if let Some(word) = &block {
            if words[0] == ")" {
                block = None;
            } else {
                found.push((word.clone(), words));
            }
        } else if words.len() > 1 && words[1] == "(" {
            block = Some(words.swap_remove(0));
        } else if let Some(word) = words[0].strip_suffix('(') {
            block = Some(word.to_owned());
        } else {
            let word = words.remove(0);
            found.push((word, words));
        }
    }
    found
}

/// True for the packages of the standard library: their paths do not begin with the name of a host.
pub(super) fn is_standard(path: &str) -> bool {
    !path.split('/').next().unwrap_or_default().contains('.')
}

/// The module that a path from outside most likely belongs to, where no `go.mod` says it.
pub(super) fn guessed_module(path: &str) -> String {
    const THREE: [&str; 5] = ["bitbucket.org", "github.com", "gitlab.com", "golang.org", "codeberg.org"];
    let host = path.split('/').next().unwrap_or_default();
    let length = if THREE.contains(&host) { 3 } else { 2 };
    path.split('/').take(length).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn paths_mean_what_the_modules_say() {
        let files = FileSet::from_texts([
            ("go.work", "go 1.24\nuse (\n\t./api\n\t./lib/money // words\n)\nreplace example.com/old => ./lib/old\n"),
            (
                "api/go.mod",
                "module \"example.com/shop/api\"\n\ngo 1.24\n\nrequire example.com/kit/v2 v2.0.1\nrequire (\n\tgithub.com/a/b v1.0.0 // indirect\n\tmycorp/log v1.0.0\n)\n\
                 replace example.com/kit/v2 v2.0.1 => ../lib/kit\nreplace github.com/a/b => github.com/c/b v1.2.0\nreplace example.com/away => ../../away\n",
            ),
            ("lib/money/go.mod", "module example.com/shop/money\n"),
            ("lib/kit/go.mod", "module example.com/kit/v2\nrequire example.com/shop/money v0.0.0\n"),
            ("lib/old/go.mod", "module example.com/old\n"),
            ("api/nested/go.mod", "module example.com/shop/api/nested\n"),
        ]);
        let modules = Modules::new(&files);
        let folders =
            ["api", "api/db", "api/nested/x", "lib/money", "lib/money/sums", "lib/kit", "lib/kit/log", "lib/old"]
                .map(path);
        let known = |folder: &RepoPath| folders.contains(folder);
        let place = |module: &str, name: &str| match modules.place(&path(module), Some(&path("api")), name, &known) {
            Place::Folder(folder) => folder.to_string(),
            Place::External(name) => format!("external {name}"),
            Place::Standard => "standard".to_owned(),
            Place::Missing(folder) => format!("missing {folder}"),
        };
        let cases = [
            ("example.com/shop/api", "api"),
            ("example.com/shop/api/db", "api/db"),
            ("example.com/shop/api/gone", "missing api/gone"),
            ("example.com/shop/api/nested/x", "missing api/nested/x"),
            ("example.com/shop/money", "lib/money"),
            ("example.com/shop/money/sums", "lib/money/sums"),
            ("example.com/kit/v2/log", "lib/kit/log"),
            ("example.com/old", "lib/old"),
            ("example.com/away/x", "external example.com/away"),
            ("github.com/a/b/deep", "external github.com/c/b"),
            ("github.com/x/y/z", "external github.com/x/y"),
            ("gopkg.in/yaml.v3", "external gopkg.in/yaml.v3"),
            ("mycorp/log/sub", "external mycorp/log"),
            ("net/http", "standard"),
        ];
        for (name, expected) in cases {
            assert_eq!(place("api", name), expected, "{name}");
        }
        // The module of the kit is not in the workspace: what is built says where money is.
        assert_eq!(place("lib/kit", "example.com/shop/api/db"), "api/db");
        assert_eq!(modules.module_of(&path("api/nested/x/y.go")), Some(path("api/nested")));
    }

    #[test]
    fn lines_are_read_as_written() {
        assert_eq!(lines("module x // y\nrequire(\n a v1\n)\nuse ( \n b\n)\n\n// z\n").len(), 3);
        assert_eq!(lines("require (\n").len(), 0);
    }
}
