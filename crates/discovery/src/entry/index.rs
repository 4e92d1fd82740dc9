//! What is looked up again and again, made once per run: declared classes, Cargo's bin targets, .NET projects, folder
//! names and build scripts. Each part is made when it is first asked for.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{LazyLock, OnceLock},
};

use lockstep_model::{FileSet, Looked, RepoPath, jvm_package};
use regex::Regex;

use super::{artifact, bundle, dotnet, image, probe, rust};

/// Tables over the whole checkout.
pub(crate) struct Index {
    /// Files of the JVM's languages and of .NET's, by stem.
    sources_by_stem: HashMap<String, Vec<RepoPath>>,
    /// Files of Clojure.
    clojure: Vec<RepoPath>,
    /// Scripts that may write bundles, by their names.
    bundling: Vec<RepoPath>,
    classes: Table<HashMap<String, Vec<Class>>>,
    crates: Table<Vec<rust::Package>>,
    projects: Table<Vec<dotnet::Project>>,
    folders: Table<BTreeMap<String, Vec<RepoPath>>>,
    scripts: Table<Vec<RepoPath>>,
    dockerfiles: Table<Vec<RepoPath>>,
    images: Table<BTreeMap<String, BTreeSet<RepoPath>>>,
}

/// A table that is made when it is first asked for. Whoever asks has looked at all that it was made from.
struct Table<T>(OnceLock<(T, Looked)>);

impl<T> Table<T> {
    const fn new() -> Self {
        Self(OnceLock::new())
    }

    fn get(&self, files: &FileSet, make: impl FnOnce(&FileSet) -> T) -> &T {
        let (table, looked) = self.0.get_or_init(|| {
            let noting = files.noting();
            let table = make(&noting);
            let looked = noting.looked();
            (table, looked)
        });
        files.note(looked);
        table
    }
}

/// A class, object or trait of the JVM.
pub(super) struct Class {
    pub(super) path: RepoPath,
    pub(super) package: String,
}

/// Extensions of the JVM's languages.
pub(super) const JVM: &[&str] = &["java", "kt", "scala", "groovy"];

static DECLARATION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)\b(?:class|object|interface|trait|enum|record)\s+(\w+)").expect("a constant"));

impl Index {
    /// The tables over `files`. Only names are read here.
    pub(crate) fn new(files: &FileSet) -> Self {
        let mut sources_by_stem: HashMap<String, Vec<RepoPath>> = HashMap::new();
        let (mut clojure, mut bundling) = (Vec::new(), Vec::new());
        for path in files.paths() {
            match path.extension() {
                Some(extension) if JVM.contains(&extension) => {
                    sources_by_stem.entry(path.file_stem().to_owned()).or_default().push(path.clone());
                }
                Some("clj" | "cljc") => clojure.push(path.clone()),
                _ if bundle::may_bundle(path) => bundling.push(path.clone()),
                _ => {}
            }
        }
        Self {
            sources_by_stem,
            clojure,
            bundling,
            classes: Table::new(),
            crates: Table::new(),
            projects: Table::new(),
            folders: Table::new(),
            scripts: Table::new(),
            dockerfiles: Table::new(),
            images: Table::new(),
        }
    }

    /// The files of the JVM's languages that are called `stem`.
    pub(super) fn jvm_files(&self, stem: &str) -> &[RepoPath] {
        self.sources_by_stem.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The files of Clojure, by path.
    pub(super) fn clojure(&self) -> &[RepoPath] {
        &self.clojure
    }

    /// The scripts that [may write bundles](bundle::may_bundle), by path.
    pub(super) fn bundling(&self) -> &[RepoPath] {
        &self.bundling
    }

    /// The declarations of `name` in any file of the JVM's languages. Reads all of them, once.
    pub(super) fn classes(&self, files: &FileSet, name: &str) -> &[Class] {
        let classes = self.classes.get(files, |files| {
            let mut classes: HashMap<String, Vec<Class>> = HashMap::new();
            let mut paths: Vec<_> = self.sources_by_stem.values().flatten().collect();
            paths.sort();
            for path in paths {
                let Ok(text) = files.text(path) else { continue };
                let package = jvm_package(&text);
                for found in DECLARATION.captures_iter(&text) {
                    let class = Class { path: path.clone(), package: package.clone() };
                    let known = classes.entry(found[1].to_owned()).or_default();
                    if known.last().is_none_or(|last| last.path != *path) {
                        known.push(class);
                    }
                }
            }
            classes
        });
        classes.get(name).map_or(&[], Vec::as_slice)
    }

    /// The Cargo packages.
    pub(super) fn crates(&self, files: &FileSet) -> &[rust::Package] {
        self.crates.get(files, rust::packages)
    }

    /// The .NET projects.
    pub(super) fn projects(&self, files: &FileSet) -> &[dotnet::Project] {
        self.projects.get(files, dotnet::projects)
    }

    /// Folders by each normal form of the last parts of their path.
    pub(super) fn folders(&self, files: &FileSet) -> &BTreeMap<String, Vec<RepoPath>> {
        self.folders.get(files, artifact::folders_by_name)
    }

    /// The Dockerfiles that build images for deployment.
    pub(super) fn dockerfiles(&self, files: &FileSet) -> &[RepoPath] {
        self.dockerfiles.get(files, |files| {
            let is_one = |path: &&RepoPath| image::NAMES.contains(&path.file_name()) && !probe::is_side_folder(path);
            files.paths().filter(is_one).cloned().collect()
        })
    }

    /// The Dockerfiles that workflows name, by what stands beside them.
    pub(super) fn images_of_workflows(&self, files: &FileSet) -> &BTreeMap<String, BTreeSet<RepoPath>> {
        self.images.get(files, |files| {
            let scripts = self.scripts(files).iter();
            let workflows: Vec<&RepoPath> =
                scripts.filter(|path| matches!(path.extension(), Some("yml" | "yaml"))).collect();
            image::of_workflows(files, &workflows)
        })
    }

    /// The files that may say how artefacts are built.
    pub(super) fn scripts(&self, files: &FileSet) -> &[RepoPath] {
        self.scripts.get(files, |files| {
            files
                .paths()
                .filter(|path| artifact::is_build_script(path) && !probe::is_side_folder(path))
                .cloned()
                .collect()
        })
    }
}
