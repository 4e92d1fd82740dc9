//! `package.json` and tsconfig files: workspaces, declared dependencies, aliases, and where compiled output goes.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use lockstep_model::{FileSet, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

/// All of them, read once.
#[derive(Default)]
pub(super) struct Manifests {
    packages: FxHashMap<RepoPath, Package>,
    /// Folder of a workspace, and its packages by name.
    workspaces: FxHashMap<RepoPath, FxHashMap<String, RepoPath>>,
    tsconfigs: FxHashMap<RepoPath, String>,
    outputs: Vec<(RepoPath, Vec<RepoPath>)>,
    broken: FxHashSet<RepoPath>,
}

struct Package {
    text: String,
    name: Option<String>,
    /// Dependencies of every kind, with what is asked of them.
    dependencies: FxHashMap<String, String>,
    /// The patterns of `workspaces`.
    workspaces: Option<Vec<String>>,
    /// The files that do something when they are loaded, as `sideEffects` lists them; none if it does not say.
    side_effects: Option<GlobSet>,
}

/// Folders that hold compiled output by custom, where no tsconfig says so.
const OUTPUT_FOLDERS: [&str; 6] = ["dist", "build", "lib", "out", "compiled", "output"];

impl Manifests {
    pub(super) fn read(files: &FileSet) -> Self {
        let mut manifests = Self::default();
        for path in files.paths() {
            let name = path.file_name();
            if name == "package.json" {
                manifests.read_package(files, path);
            } else if is_tsconfig_name(name) && !path.components().any(|part| part == "node_modules") {
                manifests.read_tsconfig(files, path.clone());
            }
        }
        manifests.find_workspaces(files);
        // `extends` may name a workspace package, so workspaces come first.
        manifests.extend_tsconfigs(files);
        manifests.find_outputs();
        manifests
    }

    pub(super) fn is_tsconfig(&self, path: &RepoPath) -> bool {
        self.tsconfigs.contains_key(path)
    }

    pub(super) fn texts(&self) -> FxHashMap<RepoPath, String> {
        let packages = self.packages.iter().map(|(path, package)| (path.clone(), package.text.clone()));
        packages.chain(self.tsconfigs.iter().map(|(path, text)| (path.clone(), text.clone()))).collect()
    }

    pub(super) fn broken(&self) -> FxHashSet<RepoPath> {
        self.broken.clone()
    }

    pub(super) fn outputs(&self) -> Vec<(RepoPath, Vec<RepoPath>)> {
        self.outputs.clone()
    }

    /// True if a `package.json` above `from` lists the package.
    pub(super) fn declares(&self, from: &RepoPath, name: &str) -> bool {
        from.ancestors().skip(1).any(|folder| {
            let manifest = folder.join("package.json").ok();
            manifest
                .and_then(|path| self.packages.get(&path))
                .is_some_and(|package| package.dependencies.contains_key(name))
        })
    }

    /// False if the nearest `package.json` says that nothing happens when the file is loaded.
    pub(super) fn has_side_effects(&self, path: &RepoPath) -> bool {
        for folder in path.ancestors().skip(1) {
            let manifest = folder.join("package.json").ok().and_then(|manifest| self.packages.get(&manifest));
            if let Some(package) = manifest {
                let Some(listed) = &package.side_effects else { return true };
                return path.strip_prefix(&folder).is_none_or(|inside| listed.is_match(inside));
            }
        }
        true
    }

    /// The folder of the package of that name in a workspace that holds `from`.
    pub(super) fn workspace_package(&self, from: &RepoPath, name: &str) -> Option<&RepoPath> {
        from.ancestors().skip(1).find_map(|folder| self.workspaces.get(&folder)?.get(name))
    }

    /// What an installation would link: `WORKSPACE/node_modules/NAME` and where it leads.
    pub(super) fn links(&self) -> FxHashMap<RepoPath, RepoPath> {
        let mut links = FxHashMap::default();
        for (folder, packages) in &self.workspaces {
            for (name, target) in packages {
                if let Ok(link) = folder.join(&format!("node_modules/{name}")) {
                    links.insert(link, target.clone());
                }
            }
        }
        links
    }

    fn read_package(&mut self, files: &FileSet, path: &RepoPath) {
        let text = files.text(path).ok();
        let value = text.as_ref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let (Some(text), Some(Value::Object(object))) = (text, value) else {
            self.broken.insert(path.clone());
            return;
        };
        let mut dependencies = FxHashMap::default();
        for key in ["devDependencies", "peerDependencies", "optionalDependencies", "dependencies"] {
            for (name, wanted) in object.get(key).and_then(Value::as_object).into_iter().flatten() {
                dependencies.insert(name.clone(), wanted.as_str().unwrap_or_default().to_owned());
            }
        }
        let patterns = |value: &Value| {
            let list = value.as_array().or_else(|| value.get("packages")?.as_array())?;
            Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let package = Package {
            text: text.to_string(),
            name: object.get("name").and_then(Value::as_str).map(str::to_owned),
            dependencies,
            workspaces: object.get("workspaces").and_then(patterns),
            side_effects: object.get("sideEffects").and_then(side_effects),
        };
        self.packages.insert(path.clone(), package);
    }

    /// Workspaces of npm, yarn, pnpm and lerna, and packages that are asked for by their folder.
    fn find_workspaces(&mut self, files: &FileSet) {
        let mut roots: Vec<(RepoPath, Vec<String>)> = Vec::new();
        for path in files.paths().filter(|path| !path.components().any(|part| part == "node_modules")) {
            let Some(folder) = path.parent() else { continue };
            let patterns = match path.file_name() {
                "package.json" => self.packages.get(path).and_then(|package| package.workspaces.clone()),
                "pnpm-workspace.yaml" => files.text(path).ok().map(|text| pnpm_patterns(&text)),
                "lerna.json" => files.text(path).ok().and_then(|text| {
                    let value = serde_json::from_str::<Value>(&text).ok()?;
                    Some(
                        value
                            .get("packages")?
                            .as_array()?
                            .iter()
                            .filter_map(Value::as_str)
                            .map(str::to_owned)
                            .collect(),
                    )
                }),
                _ => None,
            };
            roots.extend(patterns.map(|patterns| (folder, patterns)));
        }
        let mut folders: Vec<(&RepoPath, &Package)> = self.packages.iter().collect();
        folders.sort_by_key(|(path, _)| (path.components().count(), (*path).clone()));
        for (root, patterns) in roots {
            let globs = globs(&patterns);
            let members = self.workspaces.entry(root.clone()).or_default();
            for (path, package) in &folders {
                let (Some(name), Some(folder)) = (&package.name, path.parent()) else { continue };
                let Some(inside) = folder.strip_prefix(&root).filter(|inside| !inside.is_empty()) else { continue };
                if globs.0.is_match(inside) && !globs.1.is_match(inside) && !inside.contains("node_modules") {
                    members.entry(name.clone()).or_insert(folder);
                }
            }
        }
        self.find_linked(files);
    }

    /// Dependencies such as `file:../shared` and `link:../shared`.
    fn find_linked(&mut self, files: &FileSet) {
        for (path, package) in &self.packages {
            let Some(folder) = path.parent() else { continue };
            for (name, wanted) in &package.dependencies {
                let place = ["file:", "link:", "portal:"].iter().find_map(|scheme| wanted.strip_prefix(scheme));
                let target = place.and_then(|place| folder.join(place).ok());
                if let Some(target) = target.filter(|target| files.is_folder(target)) {
                    self.workspaces.entry(folder.clone()).or_default().entry(name.clone()).or_insert(target);
                }
            }
        }
    }

    fn read_tsconfig(&mut self, files: &FileSet, path: RepoPath) {
        let text = files.text(&path).ok();
        let value = text.and_then(|text| jsonc_parser::parse_to_serde_value::<Value>(&text, &Default::default()).ok());
        match value {
            Some(Value::Object(object)) => {
                self.tsconfigs.insert(path, Value::Object(object).to_string());
            }
            _ => {
                self.broken.insert(path);
            }
        }
    }

    /// Points every `extends` and every reference at a file that is there, and drops the others: a base that is only
    /// installed must not hide the aliases of the repository itself.
    fn extend_tsconfigs(&mut self, files: &FileSet) {
        let mut open: Vec<RepoPath> = self.tsconfigs.keys().cloned().collect();
        open.sort();
        let mut done = FxHashSet::default();
        while let Some(path) = open.pop() {
            if !done.insert(path.clone()) {
                continue;
            }
            let Some(mut value) = self.tsconfigs.get(&path).and_then(|text| serde_json::from_str::<Value>(text).ok())
            else {
                continue;
            };
            let bases: Vec<RepoPath> =
                strings(value.get("extends")).iter().filter_map(|base| self.base(files, &path, base)).collect();
            for base in &bases {
                if !self.tsconfigs.contains_key(base) {
                    self.read_tsconfig(files, base.clone());
                }
            }
            let sound = bases.iter().filter(|base| self.tsconfigs.contains_key(*base));
            let extends: Vec<Value> =
                sound.map(|base| Value::String(super::virtual_path(base).to_string_lossy().into_owned())).collect();
            let folder = path.parent().unwrap_or_else(RepoPath::root);
            if let Some(object) = value.as_object_mut() {
                object.insert("extends".to_owned(), Value::Array(extends));
                if let Some(references) = object.get_mut("references").and_then(Value::as_array_mut) {
                    references.retain(|reference| {
                        let place = reference.get("path").and_then(Value::as_str);
                        place.and_then(|place| folder.join(place).ok()).is_some_and(|place| {
                            let inner = place.join("tsconfig.json").ok();
                            [Some(place), inner]
                                .into_iter()
                                .flatten()
                                .any(|place| place != path && (self.tsconfigs.contains_key(&place)))
                        })
                    });
                }
            }
            self.tsconfigs.insert(path, value.to_string());
            open.extend(bases);
        }
    }

    /// The file that `extends` means.
    fn base(&self, files: &FileSet, path: &RepoPath, base: &str) -> Option<RepoPath> {
        let folder = path.parent()?;
        let place = if base.starts_with('.') {
            folder.join(base).ok()?
        } else {
            let parts = base.splitn(3, '/').collect::<Vec<_>>();
            let (name, rest) = match parts.as_slice() {
                [scope, name, rest] if scope.starts_with('@') => (format!("{scope}/{name}"), (*rest).to_owned()),
                [scope, name] if scope.starts_with('@') => (format!("{scope}/{name}"), String::new()),
                [name, rest @ ..] => ((*name).to_owned(), rest.join("/")),
                [] => return None,
            };
            self.workspace_package(path, &name)?.join(&rest).ok()?
        };
        let with_json = RepoPath::new(&format!("{place}.json")).ok();
        let inner = place.join("tsconfig.json").ok();
        [Some(place), with_json, inner]
            .into_iter()
            .flatten()
            .find(|place| files.is_file(place) && place.extension() == Some("json"))
    }

    /// `outDir` → `rootDir` of every tsconfig, then the customs.
    fn find_outputs(&mut self) {
        let mut outputs: Vec<(RepoPath, Vec<RepoPath>)> = Vec::new();
        let mut paths: Vec<&RepoPath> = self.tsconfigs.keys().collect();
        paths.sort();
        for path in paths {
            let Some(value) = self.tsconfigs.get(path).and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
                continue;
            };
            let folder = path.parent().unwrap_or_else(RepoPath::root);
            let option = |name: &str| {
                let text = value.get("compilerOptions")?.get(name)?.as_str()?.replace("${configDir}", ".");
                folder.join(&text).ok()
            };
            let sources = sources(option("rootDir"), &folder);
            for output in [option("outDir"), option("declarationDir")].into_iter().flatten() {
                if output != folder {
                    outputs.push((output, sources.clone()));
                }
            }
        }
        let mut packages: Vec<RepoPath> = self.packages.keys().filter_map(RepoPath::parent).collect();
        packages.sort();
        for folder in packages.iter().filter(|folder| !folder.components().any(|part| part == "node_modules")) {
            for name in OUTPUT_FOLDERS {
                outputs.extend(folder.join(name).ok().map(|output| (output, sources(None, folder))));
            }
        }
        self.outputs = outputs;
    }
}

fn sources(root: Option<RepoPath>, folder: &RepoPath) -> Vec<RepoPath> {
    let mut sources: Vec<RepoPath> = root.into_iter().chain(folder.join("src").ok()).collect();
    sources.push(folder.clone());
    sources.dedup();
    sources
}

fn is_tsconfig_name(name: &str) -> bool {
    name.ends_with(".json")
        && (name.starts_with("tsconfig") || name.starts_with("jsconfig") || name.ends_with("tsconfig.json"))
}

/// `false`: no file; a list: those that its patterns name; none for `true`.
fn side_effects(value: &Value) -> Option<GlobSet> {
    let patterns: Vec<String> = match value {
        Value::Bool(false) => Vec::new(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(anywhere).collect(),
        _ => return None,
    };
    Some(globs(&patterns).0)
}

/// A pattern without a folder means files of that name anywhere, as bundlers have it.
fn anywhere(pattern: &str) -> String {
    let pattern = pattern.trim_start_matches("./");
    if pattern.contains('/') { pattern.to_owned() } else { format!("**/{pattern}") }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The folders that the patterns name, and those that `!` patterns take out again.
fn globs(patterns: &[String]) -> (GlobSet, GlobSet) {
    let (mut yes, mut no) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    for pattern in patterns {
        let (builder, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (&mut no, pattern),
            None => (&mut yes, pattern.as_str()),
        };
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() {
            builder.add(glob);
        }
    }
    let built = |builder: GlobSetBuilder| builder.build().unwrap_or_default();
    (built(yes), built(no))
}

/// `packages:` of a `pnpm-workspace.yaml`: a list of strings, read line by line.
fn pnpm_patterns(text: &str) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(item) = trimmed.strip_prefix("- ").filter(|_| inside) {
            let item = item.split(" #").next().unwrap_or_default().trim();
            patterns.push(item.trim_matches(['"', '\'']).to_owned());
        } else if !trimmed.is_empty() && !trimmed.starts_with('#') {
            inside = trimmed == "packages:";
        }
    }
    patterns
}
