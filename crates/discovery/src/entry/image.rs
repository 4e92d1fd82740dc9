//! Which Dockerfile builds an image of which only the name is known: the one in the folder of that name, or one for
//! many images whose argument picks a folder.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{Confidence, FileSet, RepoPath};

use super::{
    Case, Index, artifact,
    dockerfile::{self, Stage},
    probe,
};

/// Names of Dockerfiles that are tried where the manifest names none.
pub(super) const NAMES: &[&str] = &["Dockerfile", "dockerfile", "Containerfile"];

/// Folders of a program in which its Dockerfile may lie.
const FOLDERS: [&str; 3] = ["", "docker/", "build/"];

/// A Dockerfile that was found, and the folder its `COPY`s start from.
pub(super) struct Image {
    pub(super) path: RepoPath,
    pub(super) context: RepoPath,
    pub(super) confidence: Confidence,
    /// Build arguments that picked it.
    pub(super) arguments: BTreeMap<String, String>,
}

/// True if an image called `name` is built from a Dockerfile of the checkout.
pub(crate) fn has_image(files: &FileSet, index: &Index, name: &str, near: &RepoPath) -> bool {
    in_folder(files, index, name, near).is_some()
        || by_argument(files, index, name, near).is_some()
        || by_workflow(files, index, name).is_some()
}

/// The Dockerfile of the image that the manifest calls `name`.
pub(super) fn by_name(case: &Case, name: Option<&str>) -> Result<Image, String> {
    let Some(name) = name else { return Err("the manifest does not say how the image is built".to_owned()) };
    let plain = name.split(['@', ':']).next().unwrap_or(name);
    in_folder(case.files, case.index, plain, &case.base)
        .or_else(|| by_argument(case.files, case.index, plain, &case.base))
        .or_else(|| by_workflow(case.files, case.index, plain))
        .ok_or_else(|| format!("code comes from the image `{name}`, and no folder with a Dockerfile has its name"))
}

/// The Dockerfile in the folder that is called like the image.
fn in_folder(files: &FileSet, index: &Index, name: &str, near: &RepoPath) -> Option<Image> {
    let in_it = |folder: &RepoPath| {
        let paths = FOLDERS.iter().flat_map(|inner| NAMES.iter().map(move |name| format!("{inner}{name}")));
        paths.into_iter().find_map(|path| probe::file(files, &folder.join(&path).ok()?))
    };
    let folders = artifact::folders_named_like(files, index, name, |folder| in_it(folder).is_some());
    let images: Vec<RepoPath> = folders.iter().filter_map(in_it).collect();
    let path = probe::nearest(&images, near)?.clone();
    let context = context(files, &path, &BTreeMap::new());
    Some(Image { path, context, confidence: Confidence::Artifact, arguments: BTreeMap::new() })
}

/// The folder that the `COPY`s of a Dockerfile start from: its own, or the folder above it in which more of what is
/// copied exists.
fn context(files: &FileSet, path: &RepoPath, arguments: &BTreeMap<String, String>) -> RepoPath {
    let own = path.parent().unwrap_or_else(RepoPath::root);
    let Ok(text) = files.text(path) else { return own };
    let stages = dockerfile::stages(&text, arguments);
    let sources: Vec<&str> = sources(&stages).collect();
    let found = |folder: &RepoPath| {
        let exists = |source: &&&str| {
            let source = source.trim_end_matches('*').trim_start_matches('/');
            folder.join(source).is_ok_and(|path| files.is_folder(&path) || files.is_file(&path))
        };
        sources.iter().filter(exists).count()
    };
    let mut best = (found(&own), own.clone());
    for folder in own.ancestors().skip(1) {
        let number = found(&folder);
        if number > best.0 {
            best = (number, folder);
        }
    }
    best.1
}

fn sources(stages: &[Stage]) -> impl Iterator<Item = &str> {
    let copies = stages.iter().flat_map(|stage| &stage.copies).filter(|copy| copy.stage.is_none());
    copies.flat_map(|copy| copy.sources.iter().map(String::as_str))
}

/// A Dockerfile with `COPY ./lambda/$DIR`, where a folder below `lambda` is called like the image.
fn by_argument(files: &FileSet, index: &Index, name: &str, near: &RepoPath) -> Option<Image> {
    let last = name.trim_end_matches('*').rsplit('/').find(|part| part.contains(char::is_alphanumeric))?;
    let words: Vec<&str> = last.split(['-', '_', '.']).filter(|word| !word.is_empty() && *word != "*").collect();
    let mut found: Vec<Image> = Vec::new();
    for path in index.dockerfiles(files) {
        let Ok(text) = files.text(path) else { continue };
        if !text.contains("ARG") {
            continue;
        }
        for source in sources(&dockerfile::stages(&text, &BTreeMap::new())) {
            let Some((before, argument)) = argument_in(source) else { continue };
            for start in 0..words.len() {
                let wanted = words[start..].concat().to_lowercase();
                let arguments = |folder: &RepoPath| {
                    let value = files.under(folder).find_map(|path| {
                        let first = path.strip_prefix(folder)?.split_once('/')?.0;
                        (artifact::normal(first) == wanted).then(|| first.to_owned())
                    });
                    value.map(|value| BTreeMap::from([(argument.to_owned(), value)]))
                };
                let folders = path.ancestors().skip(1).filter_map(|above| above.join(before).ok());
                if let Some(arguments) = folders.into_iter().find_map(|folder| arguments(&folder)) {
                    let context = context(files, path, &arguments);
                    found.push(Image { path: path.clone(), context, confidence: Confidence::Artifact, arguments });
                    break;
                }
            }
        }
    }
    let paths: Vec<RepoPath> = found.iter().map(|image| image.path.clone()).collect();
    let best = probe::nearest(&paths, near)?.clone();
    found.into_iter().find(|image| image.path == best)
}

/// The folder before the variable in the path of a `COPY`, and its name: `./lambda/` and `DIR` of `./lambda/$DIR`.
fn argument_in(source: &str) -> Option<(&str, &str)> {
    let (before, after) = source.split_once('$')?;
    let after = after.trim_start_matches('{');
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
    (end > 0 && before.contains(char::is_alphanumeric)).then(|| (before, &after[..end]))
}

/// The Dockerfile that a workflow names beside the repository of the image: `{ repository: shop/pay, path: docker/x }`.
fn by_workflow(files: &FileSet, index: &Index, name: &str) -> Option<Image> {
    let last = name.rsplit('/').next().filter(|last| last.len() > 2 && !last.contains('*'))?;
    let found = index.images_of_workflows(files).get(last)?;
    let path = found.first().filter(|_| found.len() == 1)?.clone();
    let context = context(files, &path, &BTreeMap::new());
    Some(Image { path, context, confidence: Confidence::Artifact, arguments: BTreeMap::new() })
}

/// The Dockerfiles that `workflows` name, by the last part of every text that stands beside them.
pub(super) fn of_workflows(files: &FileSet, workflows: &[&RepoPath]) -> BTreeMap<String, BTreeSet<RepoPath>> {
    let mut images: BTreeMap<String, BTreeSet<RepoPath>> = BTreeMap::new();
    for workflow in workflows {
        let Ok(text) = files.text(workflow) else { continue };
        if text.len() > LARGEST_WORKFLOW || !text.to_lowercase().contains("docker") {
            continue;
        }
        let Ok(document) = lockstep_document::parse("yaml", &text) else { continue };
        let mut open = vec![&document.root];
        while let Some(node) = open.pop() {
            let texts =
                || node.entries().iter().filter_map(|(_, value)| value.as_str()).filter(|text| text.len() < 200);
            for path in texts().filter_map(|text| dockerfile_at(files, text)) {
                for beside in texts() {
                    let last = beside.rsplit('/').next().unwrap_or(beside).to_owned();
                    images.entry(last).or_default().insert(path.clone());
                }
            }
            open.extend(node.items());
            open.extend(node.entries().iter().map(|(_, value)| value));
        }
    }
    images
}

/// Workflows larger than this are data.
const LARGEST_WORKFLOW: usize = 500_000;

/// The Dockerfile that a text names, itself or by its folder.
fn dockerfile_at(files: &FileSet, text: &str) -> Option<RepoPath> {
    let path = RepoPath::new(text).ok().filter(|path| !path.is_root())?;
    if path.file_name().to_lowercase().contains("dockerfile") {
        return probe::file(files, &path);
    }
    NAMES.iter().find_map(|name| probe::file(files, &path.join(name).ok()?))
}
