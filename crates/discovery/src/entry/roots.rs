//! The folders in which the code of a function may be, from what the manifest says of its code.

use lockstep_model::{Confidence, Entry, RepoPath};

use super::{Case, artifact, bundle, compiled, probe};

/// A folder to look in, and how it was come by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) folder: RepoPath,
    pub(super) confidence: Confidence,
}

/// Where to look.
#[derive(Clone, Debug, Default)]
pub(super) struct Roots {
    /// Likeliest first.
    pub(super) folders: Vec<Root>,
    /// The folder that is packaged, if it is known before the handler is looked for.
    pub(super) packaged: Option<RepoPath>,
    /// The answer itself, where the manifest names a file.
    pub(super) file: Option<Entry>,
    /// What to say if nothing is found; none if the folders say it.
    pub(super) why: Option<String>,
}

impl Roots {
    /// The manifest does not say: the handler may still be found beside it.
    pub(super) fn unknown(case: &Case) -> Self {
        Self {
            folders: vec![Root { folder: case.base.clone(), confidence: Confidence::Convention }],
            ..Self::default()
        }
    }

    /// A folder or a file as written.
    pub(super) fn of_path(case: &Case, path: &str) -> Self {
        if artifact::is_archive(path) || path.contains("://") {
            return Self::of_artifact(case, path);
        }
        let target = match case.base.join(path) {
            Ok(target) => target,
            Err(_) => {
                let mut roots = Self::default();
                roots.retry_from_parents(case, path);
                roots.why = Some(format!("the code path `{path}` leads out of the repository"));
                return roots;
            }
        };
        if case.files.is_folder(&target) {
            let folder = case.files.resolve(&target).unwrap_or(target);
            return Self {
                folders: vec![Root { folder: folder.clone(), confidence: Confidence::Exact }],
                packaged: Some(folder),
                ..Self::default()
            };
        }
        if let Some(file) = probe::file(case.files, &target) {
            let symbol = case.handler.rsplit_once('.').map(|(_, symbol)| symbol.to_owned());
            return Self {
                packaged: file.parent(),
                file: Some(Entry { path: file, symbol, confidence: Confidence::Exact }),
                ..Self::default()
            };
        }
        Self::of_missing(case, path, &target)
    }

    /// A folder that only a build, or a copy of the manifest to another place, brings into being.
    fn of_missing(case: &Case, path: &str, target: &RepoPath) -> Self {
        let mut roots = Self::default();
        roots.retry_from_parents(case, path);
        // Compiled output is mapped back from where it would be.
        roots.add(target.clone(), Confidence::Compiled);
        let parts: Vec<&str> = target.components().collect();
        if let Some(at) = parts.iter().rposition(|part| compiled::is_output_folder(part))
            && let Ok(package) = RepoPath::new(&parts[..at].join("/"))
        {
            roots.packaged = Some(package.clone()).filter(|package| case.files.is_folder(package));
            roots.add(package, Confidence::Compiled);
        }
        roots.folders.extend(artifact::folders(case, path));
        roots.why = Some(format!(
            "the code path `{path}` does not exist in the checkout, and no build script or folder names it"
        ));
        roots
    }

    /// A path relative to another folder than the manifest's: the one a build copies the manifest to.
    fn retry_from_parents(&mut self, case: &Case, path: &str) {
        let plain = path.trim_start_matches("./").trim_start_matches("../");
        for folder in case.base.ancestors() {
            for path in [path, plain] {
                if let Ok(target) = folder.join(path)
                    && !target.is_root()
                    && case.files.is_folder(&target)
                {
                    self.packaged.get_or_insert_with(|| target.clone());
                    self.add(target, Confidence::Convention);
                }
            }
        }
    }

    /// A zip or jar that is not in the checkout.
    pub(super) fn of_artifact(case: &Case, path: &str) -> Self {
        let folders = artifact::module_folders(case, path);
        let mut roots = Self { packaged: folders.first().map(|root| root.folder.clone()), folders, ..Self::default() };
        roots.folders.extend(artifact::folders(case, path));
        if roots.folders.is_empty() {
            roots.file = bundle::source(case, path).or_else(|| artifact::source_file(case, path));
        }
        if let Some(package) = artifact::package_around(case, path) {
            roots.add(package, Confidence::Convention);
        }
        if let Some(folder) = artifact::folder_of_committed(case, path) {
            roots.add(folder, Confidence::Convention);
        }
        let remote = if path.contains("://") { "remote artefact" } else { "artefact" };
        roots.why = Some(format!("code comes from the {remote} `{path}`, and no build script or folder names it"));
        if roots.folders.first().is_some_and(|root| root.confidence == Confidence::Artifact) {
            roots.why = None;
        }
        roots
    }

    fn add(&mut self, folder: RepoPath, confidence: Confidence) {
        if self.folders.iter().all(|root| root.folder != folder) {
            self.folders.push(Root { folder, confidence });
        }
    }
}
