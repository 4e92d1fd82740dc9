//! The file system that oxc's resolver sees: the files of the checkout under an absolute root that exists nowhere,
//! with what an installation and a build would add.

use std::{
    collections::BTreeSet,
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use globset::GlobBuilder;
use lockstep_model::{FileEntry, FileSet, ReadError, RepoPath, Source};
use oxc_resolver::{FileMetadata, FileSystem, ResolveError};
use rustc_hash::{FxHashMap, FxHashSet};

use super::manifests::Manifests;

/// The root of the checkout, as the resolver sees it. Nothing is ever read from the disk at this place.
const ROOT: &str = "/repo";

/// A path of the repository, as the resolver sees it.
pub(super) fn virtual_path(path: &RepoPath) -> PathBuf {
    if path.is_root() { PathBuf::from(ROOT) } else { PathBuf::from(format!("{ROOT}/{path}")) }
}

/// What the resolver asks. Cheap to clone.
#[derive(Clone)]
pub(super) struct Overlay(Arc<Inside>);

struct Inside {
    files: FileSet,
    /// The manifests that the resolver reads, as it is to see them.
    texts: FxHashMap<RepoPath, String>,
    /// Manifests that cannot be read: better absent than an error for every import.
    broken: FxHashSet<RepoPath>,
    /// `node_modules/NAME` of a workspace, and the folder of that package.
    links: FxHashMap<RepoPath, RepoPath>,
    /// The folders that hold the links.
    link_folders: FxHashSet<RepoPath>,
    /// Where compiled output goes, and the folders that it may come from.
    outputs: Vec<(RepoPath, Vec<RepoPath>)>,
    /// The places of each folder in that list.
    outputs_at: FxHashMap<RepoPath, Vec<usize>>,
}

/// The endings of files that a pattern may mean.
const FOLLOWED: [&str; 9] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json"];

/// The copied names have no contents: manifests are kept as texts, sources are not the resolver's business.
struct NoContents;

impl Source for NoContents {
    fn read(&self, _: &RepoPath) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::Missing)
    }
}

/// What stands at a place.
enum Place {
    File(RepoPath),
    Folder,
}

impl Overlay {
    pub(super) fn new(files: &FileSet, manifests: &Manifests) -> Self {
        let entries = files.paths().filter_map(|path| {
            let entry = files.entry(path)?;
            Some((path.clone(), FileEntry::of_any_size(entry.file_type.clone())))
        });
        let links = manifests.links();
        let mut link_folders = FxHashSet::default();
        for link in links.keys() {
            let folders = link.ancestors().skip(1).take_while(|folder| folder.as_str().contains("node_modules"));
            link_folders.extend(folders);
        }
        let outputs = manifests.outputs();
        let mut outputs_at: FxHashMap<RepoPath, Vec<usize>> = FxHashMap::default();
        for (number, (output, _)) in outputs.iter().enumerate() {
            outputs_at.entry(output.clone()).or_default().push(number);
        }
        Self(Arc::new(Inside {
            files: FileSet::new(entries, Arc::new(NoContents)),
            texts: manifests.texts(),
            broken: manifests.broken(),
            links,
            link_folders,
            outputs,
            outputs_at,
        }))
    }

    /// The file of the repository that the resolver found at `path`.
    pub(super) fn real_file(&self, path: &Path) -> Option<RepoPath> {
        match self.place(&repo_path(path)?)? {
            Place::File(path) => Some(path),
            Place::Folder => None,
        }
    }

    /// See [`super::TypeScriptResolver::matching`].
    pub(super) fn matching(&self, folder: &RepoPath, pattern: &str) -> Vec<RepoPath> {
        // What stands before the first wildcard is a folder; only what is below it is looked at.
        let wild = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
        let start = pattern[..wild].rfind('/').map_or(0, |slash| slash + 1);
        let Ok(base) = folder.join(pattern[..start].trim_end_matches('/')) else { return Vec::new() };
        let Ok(glob) = GlobBuilder::new(&pattern[start..]).literal_separator(true).build() else { return Vec::new() };
        let glob = glob.compile_matcher();
        let is_match = |path: &&RepoPath| {
            let followed = path.extension().is_some_and(|extension| FOLLOWED.contains(&extension));
            let inside = path.strip_prefix(&base).filter(|_| followed && !path.as_str().contains("node_modules/"));
            inside.is_some_and(|inside| {
                let bare = inside.rsplit_once('.').map_or(inside, |(bare, _)| bare);
                // `./x.js` may be `x.ts`.
                glob.is_match(inside) || glob.is_match(bare) || glob.is_match(format!("{bare}.js"))
            })
        };
        self.0.files.under(&base).filter(is_match).cloned().collect()
    }

    fn place(&self, path: &RepoPath) -> Option<Place> {
        let inside = &*self.0;
        let mut path = path.clone();
        // A link may lead to a package whose own `node_modules` holds another.
        for _ in 0..8 {
            if inside.broken.contains(&path) {
                return None;
            }
            if let Some(real) = inside.files.resolve(&path) {
                let is_file = inside.files.entry(&real).is_some();
                return Some(if is_file { Place::File(real) } else { Place::Folder });
            }
            if inside.link_folders.contains(&path) {
                return Some(Place::Folder);
            }
            let linked =
                std::iter::once(path.as_str()).chain(path.folders()).find_map(|part| inside.links.get_key_value(part));
            let Some((link, target)) = linked else { break };
            path = target.join(path.strip_prefix(link)?).ok()?;
        }
        self.source_of(&path).map(Place::File)
    }

    /// The source of a compiled file that is not in the repository.
    fn source_of(&self, path: &RepoPath) -> Option<RepoPath> {
        let (stem, extensions) = source_name(path.as_str())?;
        let inside = &*self.0;
        // In the order of the list, whichever is the innermost.
        let around: BTreeSet<usize> =
            path.folders().filter_map(|folder| inside.outputs_at.get(folder)).flatten().copied().collect();
        for (output, sources) in around.into_iter().map(|number| &inside.outputs[number]) {
            let rest = path.strip_prefix(output)?;
            let cut = path.as_str().len() - stem.len();
            let rest = &rest[..rest.len() - cut];
            for source in sources {
                for extension in extensions {
                    let candidate = source.join(&format!("{rest}{extension}")).ok()?;
                    if inside.files.is_file(&candidate) {
                        return inside.files.resolve(&candidate);
                    }
                }
            }
        }
        None
    }
}

/// The name of a compiled file without its ending, and the endings that its source may have.
fn source_name(path: &str) -> Option<(&str, &'static [&'static str])> {
    const ENDINGS: [(&str, &[&str]); 7] = [
        (".d.ts", &[".ts", ".tsx"]),
        (".d.mts", &[".mts"]),
        (".d.cts", &[".cts"]),
        (".mjs", &[".mts", ".ts", ".tsx", ".mjs"]),
        (".cjs", &[".cts", ".ts", ".tsx", ".cjs"]),
        (".jsx", &[".tsx", ".jsx"]),
        (".js", &[".ts", ".tsx", ".mts", ".js", ".jsx"]),
    ];
    ENDINGS.iter().find_map(|(ending, sources)| Some((path.strip_suffix(ending)?, *sources)))
}

fn repo_path(path: &Path) -> Option<RepoPath> {
    let rest = path.to_str()?.strip_prefix(ROOT)?;
    match rest.strip_prefix('/') {
        Some(rest) => RepoPath::new(rest).ok(),
        None => rest.is_empty().then(RepoPath::root),
    }
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl FileSystem for Overlay {
    fn new() -> Self {
        Self::new(&FileSet::new([], Arc::new(NoContents)), &Manifests::default())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let real = self.real_file(path).ok_or_else(missing)?;
        self.0.texts.get(&real).cloned().ok_or_else(missing)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        // The root, and what is above it, exist as folders.
        if Path::new(ROOT).starts_with(path) {
            return Ok(FileMetadata::new(false, true, false));
        }
        match repo_path(path).and_then(|path| self.place(&path)).ok_or_else(missing)? {
            Place::File(_) => Ok(FileMetadata::new(true, false, false)),
            Place::Folder => Ok(FileMetadata::new(false, true, false)),
        }
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.metadata(path)
    }

    fn read_link(&self, _: &Path) -> Result<PathBuf, ResolveError> {
        Err(ResolveError::from(missing()))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.metadata(path).map(|_| path.to_path_buf())
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Overlay")
    }
}
