//! Cloudflare Workers and Pages: `wrangler.json`, `wrangler.jsonc` and `wrangler.toml`.

mod bindings;
mod config;
mod names;
mod pages;

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};

use self::{
    config::{Config, Kind},
    names::Names,
};
use crate::{
    manifest::{Code, Manifest, Stack, folder_name, is_output},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "cloudflare-workers";

/// The reader of Wrangler's configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct CloudflareWorkers;

impl Platform for CloudflareWorkers {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("cloudflare_workers.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let configs = configs(files, &mut all.problems);
        let names = Names::of(&configs);
        for config in &configs {
            match config.kind(files) {
                Kind::Worker(main) => all.value.push(worker(config, code(config, &main, files), &names)),
                Kind::Built => {
                    let why = "the configuration has no `main`; a build makes it".to_owned();
                    all.value.push(worker(config, Code::Unknown(why), &names));
                }
                Kind::Pages => all.value.extend(pages::declared(config, files, &names, &mut all.problems)),
                Kind::Assets => {}
                Kind::Nothing => {
                    let message =
                        "this file names no `main`, no trigger and no assets: what is deployed from it is not known";
                    let place = config.manifest.place(config.name_span().unwrap_or(0..0));
                    all.problems.push(Problem::at(ProblemKind::Unsupported, place, message));
                }
            }
        }
        all
    }
}

/// What a configuration file is called between `wrangler` and its extension: nothing for `wrangler.toml`, `cron` for
/// `wrangler.cron.toml`. None for other files.
fn variant(path: &RepoPath) -> Option<&str> {
    let rest = path.file_name().strip_prefix("wrangler.")?;
    let (variant, extension) = rest.rsplit_once('.').unwrap_or(("", rest));
    matches!(extension, "toml" | "json" | "jsonc").then_some(variant)
}

/// Every configuration that Wrangler would take, each file once.
fn configs(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Config> {
    let mut folders: BTreeMap<RepoPath, Vec<&RepoPath>> = BTreeMap::new();
    for path in files.paths().filter(|path| variant(path).is_some() && !is_written(path)) {
        folders.entry(path.parent().unwrap_or_else(RepoPath::root)).or_default().push(path);
    }
    folders.values().flat_map(|paths| in_folder(files, paths, problems)).collect()
}

/// What tools write next to their output.
fn is_written(path: &RepoPath) -> bool {
    is_output(path) || path.components().any(|part| matches!(part, ".wrangler" | ".open-next" | ".output"))
}

/// The configurations of one folder: of the plain names the one that has precedence, and all that are named by hand.
fn in_folder(files: &FileSet, paths: &[&RepoPath], problems: &mut Vec<Problem>) -> Vec<Config> {
    let precedence = |path: &RepoPath| match path.extension() {
        Some("json") => 0,
        Some("jsonc") => 1,
        _ => 2,
    };
    let is_plain = |path: &RepoPath| variant(path) == Some("");
    let plain = paths.iter().copied().filter(|path| is_plain(path)).min_by_key(|path| precedence(path));
    let mut found: Vec<Config> = Vec::new();
    for path in plain.into_iter().chain(paths.iter().copied().filter(|path| !is_plain(path))) {
        let Some(manifest) = Manifest::read(files, path, problems) else { continue };
        let mut config = Config::new(manifest);
        if !is_plain(path) {
            if !config.is_one() {
                continue;
            }
            // A copy for one more stage of the same Worker is named by hand on deployment.
            config.take_name_from(found.first().filter(|first| Some(&first.manifest.path) == plain));
        }
        found.push(config);
    }
    for path in paths.iter().filter(|path| is_plain(path) && Some(**path) != plain) {
        let kept = plain.map_or("", RepoPath::file_name);
        let message = format!("this file is not read: Wrangler takes `{kept}` beside it");
        problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file((*path).clone()), message));
    }
    found
}

fn worker(config: &Config, code: Code, names: &Names) -> Declared {
    let place = config.manifest.declares_as_a_whole(config.name_span());
    let mut declared = config.stack().function(&config.name, place, code, bindings::uses(config, names));
    declared.environment = config.variables();
    declared
}

/// The file that `main` means: itself, or what it is built from.
fn code(config: &Config, main: &str, files: &FileSet) -> Code {
    let root = config.manifest.folder();
    let unknown = |why: &str| Code::Unknown(format!("`main` is `{main}`, {why}"));
    let Ok(path) = root.join(main) else { return unknown("which leads out of the repository") };
    if files.is_file(&path) {
        return Code::File { root, file: main.to_owned(), symbol: None };
    }
    // `worker-build` makes the shim from the library of the crate.
    let library = root.join("src/lib.rs").ok().filter(|path| files.is_file(path));
    if library.is_some() && root.join("Cargo.toml").is_ok_and(|path| files.is_file(&path)) {
        return Code::File { root, file: "src/lib.rs".to_owned(), symbol: None };
    }
    let first = main.trim_start_matches("./").split('/').next().unwrap_or_default();
    if first == "node_modules" || (first.starts_with('@') && !main.starts_with('.')) {
        return unknown("a module of a package");
    }
    if first.starts_with('.') && first != ".." {
        return unknown("which the build of a framework writes");
    }
    Code::File { root, file: main.to_owned(), symbol: None }
}

impl Config {
    /// A Worker is deployed alone: it is a stack of its own, called by its folder.
    fn stack(&self) -> Stack {
        let folder = self.manifest.folder();
        Stack { platform: NAME, service: folder_name(&folder, &self.name), folder }
    }
}

#[cfg(test)]
mod tests;
