//! What Composer loads: the `composer.json` files of a checkout, and what they ask for from outside.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};
use serde_json::Value;

/// One folder with a `composer.json`.
#[derive(Debug, Default)]
pub(super) struct Project {
    /// Starts of class names, with the folders below which those classes lie.
    prefixes: Vec<(String, RepoPath)>,
    /// Folders whose classes are found by reading all that is in them.
    pub(super) class_folders: Vec<RepoPath>,
    /// Files that are loaded before all others.
    pub(super) files: Vec<RepoPath>,
    /// Folders of packages that lie in the repository.
    pub(super) packages: Vec<RepoPath>,
    /// Names of packages from outside.
    required: Vec<String>,
    /// Starts of class names, with the package from outside that defines them.
    installed: Vec<(String, String)>,
}

impl Project {
    /// The files in which Composer looks for the class `name`, by its name; the last start that fits best comes first.
    pub(super) fn looked_for<'a>(&'a self, name: &'a str) -> impl Iterator<Item = RepoPath> + 'a {
        let mut fitting: Vec<_> =
            self.prefixes.iter().filter(|(prefix, _)| name.starts_with(prefix.as_str())).collect();
        fitting.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        fitting.into_iter().filter_map(|(prefix, folder)| {
            folder.join(&format!("{}.php", name[prefix.len()..].replace('\\', "/"))).ok()
        })
    }

    /// True if the class `name` is one of this project's, by the start of its name.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.prefixes.iter().any(|(prefix, _)| !prefix.is_empty() && name.starts_with(prefix.as_str()))
    }

    /// The package from outside that defines `name`, which has a namespace.
    pub(super) fn package_of(&self, name: &str) -> String {
        let installed =
            self.installed.iter().filter(|(prefix, _)| !prefix.is_empty() && name.starts_with(prefix.as_str()));
        if let Some((_, package)) = installed.max_by_key(|(prefix, _)| prefix.len()) {
            return package.clone();
        }
        let parts: Vec<String> = name.split('\\').map(squeezed).collect();
        let of_vendor =
            |package: &&String| package.split('/').next().is_some_and(|vendor| squeezed(vendor) == parts[0]);
        let mut candidates: Vec<&String> = self.required.iter().filter(of_vendor).collect();
        // `Symfony\Component\Console` is `symfony/console`; of a vendor's only package nothing more has to fit.
        candidates.sort_by_key(|package| {
            let own = package.split('/').nth(1).map(squeezed).unwrap_or_default();
            !parts[1..].contains(&own)
        });
        let guessed = || name.split('\\').next().unwrap_or_default().to_ascii_lowercase();
        candidates.first().map_or_else(guessed, |package| (*package).clone())
    }
}

/// A name without what tells `aws-sdk` and `AwsSdk` apart.
fn squeezed(name: &str) -> String {
    name.chars().filter(|sign| sign.is_alphanumeric()).map(|sign| sign.to_ascii_lowercase()).collect()
}

/// All projects, by their folders.
pub(super) fn projects(files: &FileSet) -> BTreeMap<RepoPath, Project> {
    let manifests = files.paths().filter(|path| path.file_name() == "composer.json" && !crate::kinds::is_foreign(path));
    let mut projects: BTreeMap<RepoPath, Project> = manifests
        .filter_map(|path| {
            let folder = path.parent()?;
            let manifest: Value = serde_json::from_str(&files.text(path).ok()?).ok()?;
            Some((folder.clone(), project(files, &folder, &manifest)))
        })
        .collect();
    add_packages(&mut projects);
    projects
}

fn project(files: &FileSet, folder: &RepoPath, manifest: &Value) -> Project {
    let mut project = Project::default();
    for name in ["autoload", "autoload-dev"] {
        let section = &manifest[name];
        for standard in ["psr-4", "psr-0"] {
            for (prefix, paths) in section[standard].as_object().into_iter().flatten() {
                let below = if standard == "psr-0" { prefix.replace(['\\', '_'], "/") } else { String::new() };
                for path in texts(paths) {
                    let root = folder.join(path).and_then(|root| root.join(&below));
                    project.prefixes.extend(root.ok().map(|root| (prefix.clone(), root)));
                }
            }
        }
        project.class_folders.extend(texts(&section["classmap"]).into_iter().filter_map(|path| folder.join(path).ok()));
        // What only tests need is not deployed.
        let always = if name == "autoload" { texts(&section["files"]) } else { Vec::new() };
        let always = always.into_iter().filter_map(|path| folder.join(path).ok());
        project.files.extend(always.filter(|path| files.is_file(path)));
    }
    project.required = manifest["require"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    for repository in manifest["repositories"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(manifest["repositories"].as_object().into_iter().flat_map(|all| all.values()))
    {
        if repository["type"] == "path" {
            project
                .packages
                .extend(repository["url"].as_str().and_then(|path| folder.join(path.trim_end_matches("/*")).ok()));
        }
    }
    project.installed = folder.join("composer.lock").ok().map(|lock| installed(files, &lock)).unwrap_or_default();
    project
}

/// What a lock file says of the packages from outside.
fn installed(files: &FileSet, lock: &RepoPath) -> Vec<(String, String)> {
    let Some(lock) = files.text(lock).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
        return Vec::new();
    };
    let packages =
        ["packages", "packages-dev"].into_iter().flat_map(|list| lock[list].as_array().into_iter().flatten());
    let prefixes = packages.flat_map(|package| {
        let name = package["name"].as_str().unwrap_or_default();
        let all = ["psr-4", "psr-0"]
            .into_iter()
            .flat_map(|standard| package["autoload"][standard].as_object().into_iter().flatten());
        all.map(move |(prefix, _)| (prefix.clone(), name.to_owned()))
    });
    prefixes.collect()
}

/// A text, or a list of texts.
fn texts(value: &Value) -> Vec<&str> {
    value.as_str().into_iter().chain(value.as_array().into_iter().flatten().filter_map(Value::as_str)).collect()
}

/// Gives every project what the packages in the repository say that it uses.
fn add_packages(projects: &mut BTreeMap<RepoPath, Project>) {
    let said: Vec<(RepoPath, Vec<RepoPath>)> =
        projects.iter().map(|(folder, project)| (folder.clone(), project.packages.clone())).collect();
    for (folder, packages) in said {
        let mut prefixes = Vec::new();
        let mut files = Vec::new();
        let mut class_folders = Vec::new();
        // `packages/*` names the folder of all.
        let within = |other: &RepoPath| {
            packages.iter().any(|package| other == package || other.parent().as_ref() == Some(package))
        };
        for (_, package) in projects.iter().filter(|(other, _)| **other != folder && within(other)) {
            prefixes.extend(package.prefixes.iter().cloned());
            files.extend(package.files.iter().cloned());
            class_folders.extend(package.class_folders.iter().cloned());
        }
        if let Some(project) = projects.get_mut(&folder) {
            project.prefixes.extend(prefixes);
            project.files.extend(files);
            project.class_folders.extend(class_folders);
        }
    }
}
