//! [`Site`]: what is deployed as one, with the folders of its functions, from `netlify.toml` or by convention.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::{Key, Node};
use lockstep_model::{FileSet, RepoPath};

use super::{NAME, text_at};
use crate::manifest::{Manifest, Stack, folder_name, is_output};

/// A site.
pub(super) struct Site {
    pub(super) stack: Stack,
    pub(super) folders: Vec<Folder>,
    config: Option<Manifest>,
}

/// A folder of functions.
pub(super) struct Folder {
    pub(super) path: RepoPath,
    pub(super) kind: Kind,
    /// True where only files are bundled, folders are not.
    pub(super) flat: bool,
}

/// What runs the functions of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Edge,
}

/// Where functions are if nothing else is said.
const DEFAULTS: [(&str, Kind); 2] = [("netlify/functions", Kind::Function), ("netlify/edge-functions", Kind::Edge)];

impl Site {
    /// What the configuration says of the function `name` alone.
    pub(super) fn said(&self, name: &str, kind: Kind) -> Option<(&Manifest, &Key, &Node)> {
        let config = self.config.as_ref().filter(|_| kind == Kind::Function)?;
        let (key, table) = config.root.get("functions")?.get_entry(name)?;
        table.is_map().then_some((config, key, table))
    }

    /// The paths that the configuration binds the edge function `name` to.
    pub(super) fn edge_paths(&self, name: &str, kind: Kind) -> Vec<String> {
        let all =
            self.config.as_ref().filter(|_| kind == Kind::Edge).and_then(|config| config.root.get("edge_functions"));
        let all = all.map(Node::items).unwrap_or_default().iter();
        let own = all.filter(|one| text_at(one, &["function"]) == Some(name));
        own.filter_map(|one| text_at(one, &["path"]).map(str::to_owned)).collect()
    }
}

/// The sites of the checkout, by folder.
pub(super) fn sites(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Site> {
    let mut configs: BTreeMap<RepoPath, RepoPath> = BTreeMap::new();
    let mut conventional: BTreeSet<RepoPath> = BTreeSet::new();
    for path in files.paths().filter(|path| !is_output(path)) {
        if path.file_name() == "netlify.toml" {
            configs.insert(path.parent().unwrap_or_else(RepoPath::root), path.clone());
        }
        for (default, _) in DEFAULTS {
            let found = path.as_str().split_once(&format!("{default}/"));
            let above = found.filter(|(above, _)| above.is_empty() || above.ends_with('/'));
            conventional.extend(above.and_then(|(above, _)| RepoPath::new(above).ok()));
        }
    }
    let mut sites: Vec<Site> = Vec::new();
    for (folder, path) in configs {
        let Some(config) = Manifest::read(files, &path, problems) else { continue };
        sites.push(configured(files, folder, config, problems));
    }
    for folder in conventional {
        let folders = by_convention(files, &folder);
        let known = |one: &Folder| sites.iter().flat_map(|site| &site.folders).any(|known| known.path == one.path);
        let folders: Vec<Folder> = folders.into_iter().filter(|one| !known(one)).collect();
        if !folders.is_empty() {
            sites.push(Site { stack: stack(&folder), folders, config: None });
        }
    }
    sites
}

fn stack(folder: &RepoPath) -> Stack {
    Stack { platform: NAME, service: folder_name(folder, NAME), folder: folder.clone() }
}

fn by_convention(files: &FileSet, folder: &RepoPath) -> Vec<Folder> {
    let found = DEFAULTS.iter().filter_map(|(default, kind)| {
        let path = folder.join(default).ok().filter(|path| files.is_folder(path))?;
        Some(Folder { path, kind: *kind, flat: false })
    });
    found.collect()
}

/// The site that `config` in `folder` describes. Paths start at `base`, which itself starts at the repository.
fn configured(files: &FileSet, folder: RepoPath, config: Manifest, problems: &mut Vec<Problem>) -> Site {
    let base = text_at(&config.root, &["build", "base"]).map(|base| base.trim_matches('/'));
    let inside = |from: &RepoPath| from.join(base?).ok().filter(|path| files.is_folder(path));
    let base = inside(&folder).or_else(|| inside(&RepoPath::root())).unwrap_or_else(|| folder.clone());
    let mut folders = Vec::new();
    let keys: [&[&str]; 2] = [&["functions", "directory"], &["build", "functions"]];
    let named = keys.iter().find_map(|keys| Some((config.root.path(keys)?, text_at(&config.root, keys)?)));
    match named {
        Some((node, written)) => match folder_of(files, &base, written) {
            Some(found) => folders.push(found),
            None => {
                let message = format!(
                    "`{written}` with the functions is not in the checkout, and no script of `package.json` says what it is made from"
                );
                problems.push(Problem::at(ProblemKind::Unevaluated, config.place(node.span.clone()), message));
            }
        },
        None => folders.extend(by_convention(files, &base).into_iter().filter(|one| one.kind == Kind::Function)),
    }
    let edge = text_at(&config.root, &["build", "edge_functions"]).unwrap_or(DEFAULTS[1].0);
    let edge = base.join(edge.trim_start_matches('/')).ok().filter(|path| files.is_folder(path));
    folders.extend(edge.map(|path| Folder { path, kind: Kind::Edge, flat: false }));
    let speaks = config.root.get("functions").is_some() || config.text.contains("/.netlify/functions/");
    if folders.is_empty() && named.is_none() && speaks {
        let message = format!(
            "functions are configured, but there is no folder `{}`: where they are is set elsewhere",
            DEFAULTS[0].0
        );
        problems.push(Problem::at(ProblemKind::Unevaluated, config.place(0..0), message));
    }
    Site { stack: stack(&base), folders, config: Some(config) }
}

/// The folder that `written` means: itself, or what a script of the package makes it from.
fn folder_of(files: &FileSet, base: &RepoPath, written: &str) -> Option<Folder> {
    let path = base.join(written.trim_start_matches('/')).ok()?;
    if files.is_folder(&path) {
        return Some(Folder { path: files.resolve(&path)?, kind: Kind::Function, flat: false });
    }
    let package = Manifest::peek(files, &base.join("package.json").ok()?)?;
    let scripts = package.root.get("scripts")?.entries().iter().filter_map(|(_, script)| script.as_str());
    let commands: Vec<&str> = scripts.flat_map(|script| script.split(['&', ';', '|'])).collect();
    let folder = |word: &str| {
        let word = word.trim_matches(['"', '\'']).trim_end_matches("/**/*.ts").trim_end_matches("/*.ts");
        base.join(word.trim_end_matches("/*.js")).ok().filter(|path| !path.is_root() && files.is_folder(path))
    };
    let bundled = commands.iter().find_map(|command| {
        let mut words = command.split_whitespace().skip_while(|word| *word != "netlify-lambda").skip(1);
        words.next().filter(|word| matches!(*word, "build" | "serve"))?;
        words.find_map(folder)
    });
    if let Some(path) = bundled {
        return Some(Folder { path, kind: Kind::Function, flat: true });
    }
    let output = written.trim_matches(['.', '/']);
    let made = commands
        .iter()
        .filter(|command| command.contains(output))
        .find_map(|command| command.split_whitespace().filter(|word| !word.contains(output)).find_map(folder));
    made.map(|path| Folder { path, kind: Kind::Function, flat: false })
}
