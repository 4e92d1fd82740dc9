//! `unstable-shared-code`: shared implementation that changes often, so that functions of several services are deployed
//! for it again and again. One finding per shared module.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use lockstep_coupling::{Churn, Deployments, SharedFile};
use lockstep_diagnostics::{CommitRef, Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Basis, Location, RepoPath};
use serde::{Deserialize, Serialize};

use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    prose::{self, count, names, percent},
    view::sorted,
};

/// The rule.
pub(crate) struct UnstableSharedCode;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Fewest changesets that changed the module.
    pub min_changes: u32,
    /// Fewest of them that count today: a changeset counts half after the half-life of the history.
    pub min_recent: f64,
    /// Fewest functions that run it.
    pub min_functions: usize,
    /// Fewest services that these are of.
    pub min_services: usize,
    /// The share of all deployments, today's counting most, that it must have forced.
    pub share: f64,
    /// At most so many modules are reported, the worst first.
    pub most: usize,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_changes: 10, min_recent: 3.0, min_functions: 3, min_services: 2, share: 0.05, most: 5, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("min-changes", Range::AtLeast(1)),
        ("min-recent", Range::AtLeast(0)),
        ("min-functions", Range::AtLeast(1)),
        ("min-services", Range::AtLeast(2)),
        ("share", Range::Share),
        ("most", Range::AtLeast(1)),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Files of a folder that are named.
const FILES: usize = 3;
/// Fewest files of a folder that changed for the folder to be the module.
const MANY: usize = 3;
/// Files that make their folder a package of its own.
const PACKAGE: [&str; 7] =
    ["package.json", "pyproject.toml", "setup.py", "Cargo.toml", "go.mod", "pom.xml", "build.gradle"];

/// Shared files that are judged as one, and what their changes did.
struct Module<'a> {
    path: RepoPath,
    files: Vec<&'a SharedFile>,
    functions: Vec<usize>,
    services: Vec<&'a str>,
    churn: Churn,
}

impl Rule for UnstableSharedCode {
    const META: RuleMeta = RuleMeta {
        name: "unstable-shared-code",
        group: Group::Code,
        default_level: Level::Warn,
        summary: "shared code that changes often and forces functions of several services to be deployed each time",
        since: "0.1.0",
        page: include_str!("unstable_shared_code.md"),
    };
    const FROM_HISTORY: bool = true;
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let churned = view.shared_churn();
        let all = view.graph().deployments();
        let share = |churn: &Churn| if all.weight > 0.0 { churn.forced_weight / all.weight } else { 0.0 };
        let is_unstable = |module: &Module<'_>| {
            module.churn.changesets.len() >= options.min_changes as usize
                && module.churn.weight >= options.min_recent
                && module.functions.len() >= options.min_functions
                && module.services.len() >= options.min_services
                && share(&module.churn) >= options.share
        };
        let mut modules = modules(view, &churned, &is_unstable);
        modules.sort_by(|x, y| share(&y.churn).total_cmp(&share(&x.churn)).then_with(|| x.path.cmp(&y.path)));
        let more = modules.len().saturating_sub(options.most);
        let last = options.most.min(modules.len());
        for (number, module) in modules.iter().take(options.most).enumerate() {
            let mut draft = finding(options, view, module, all);
            draft.weight = share(&module.churn).min(1.0);
            if more > 0 && number + 1 == last {
                draft.notes.push(format!("{} like it; raise `most` to see them", count(more as u32, "further module")));
            }
            sink.say(draft);
        }
    }
}

/// The unstable modules: a package, a folder in which many files are unstable by themselves, else such a file.
fn modules<'a>(
    view: &View<'a>,
    churned: &'a [SharedFile],
    is_unstable: &dyn Fn(&Module<'_>) -> bool,
) -> Vec<Module<'a>> {
    let homes = Homes::new(view);
    let mut packages: BTreeMap<RepoPath, Vec<&SharedFile>> = BTreeMap::new();
    let mut folders: BTreeMap<RepoPath, Vec<Module<'a>>> = BTreeMap::new();
    for file in churned.iter().filter(|file| crosses(view, file)) {
        match homes.package_of(&file.path) {
            Some(package) => packages.entry(package).or_default().push(file),
            None => {
                let folder = file.path.parent().unwrap_or_else(RepoPath::root);
                let module = module(view, file.path.clone(), vec![file]);
                folders.entry(folder).or_default().extend(is_unstable(&module).then_some(module));
            }
        }
    }
    let mut all: Vec<Module<'a>> = Vec::new();
    for (package, files) in packages {
        // A package of one file is better known by that file.
        let path = if let [file] = files[..] { file.path.clone() } else { package };
        all.extend(Some(module(view, path, files)).filter(|module| is_unstable(module)));
    }
    for (folder, files) in folders {
        if files.len() >= MANY && !folder.is_root() {
            all.push(module(view, folder, files.into_iter().flat_map(|module| module.files).collect()));
        } else {
            all.extend(files);
        }
    }
    all
}

/// Only code that was followed by its imports: a folder that is packaged as a whole says nothing about use.
fn is_followed(view: &View<'_>, function: usize) -> bool {
    view.closure(function).is_some_and(|closure| closure.basis == Basis::Imports)
}

fn services<'a>(view: &View<'a>, functions: &[usize]) -> Vec<&'a str> {
    sorted(functions.iter().map(|function| view.service(*function)).collect())
}

fn followed(view: &View<'_>, file: &SharedFile) -> Vec<usize> {
    file.functions.iter().copied().filter(|function| is_followed(view, *function)).collect()
}

/// True if functions of several services run the file.
fn crosses(view: &View<'_>, file: &SharedFile) -> bool {
    services(view, &followed(view, file)).len() > 1
}

fn module<'a>(view: &View<'a>, path: RepoPath, files: Vec<&'a SharedFile>) -> Module<'a> {
    let functions = sorted(files.iter().flat_map(|file| followed(view, file)).collect());
    let churn = view.graph().churn(&files, &|function| is_followed(view, function));
    Module { path, services: services(view, &functions), functions, files, churn }
}

/// Where shared files are at home.
struct Homes<'a> {
    /// Folders that are packages of their own, each with whether it is a library: if functions start there, or if it holds
    /// other packages, it is a place where libraries are.
    packages: BTreeMap<&'a str, bool>,
}

impl<'a> Homes<'a> {
    fn new(view: &View<'a>) -> Self {
        let is_manifest = |path: &&RepoPath| PACKAGE.contains(&path.file_name());
        let entries = view.functions().iter().filter_map(|function| function.entry.as_ref()).map(|entry| &entry.path);
        // The root is none.
        let around = |entry: &'a RepoPath| std::iter::once(entry.as_str()).chain(entry.folders());
        let mut holding: BTreeSet<&str> = entries.flat_map(around).chain([""]).collect();
        let mut packages = BTreeSet::new();
        for manifest in view.paths().iter().filter(is_manifest) {
            let mut folders = manifest.folders();
            packages.extend(folders.next());
            holding.extend(folders);
        }
        Self { packages: packages.into_iter().map(|package| (package, !holding.contains(package))).collect() }
    }

    /// The library that a file is in; none if the innermost package around it is none.
    fn package_of(&self, path: &RepoPath) -> Option<RepoPath> {
        let (package, is_library) = path.folders().find_map(|folder| self.packages.get_key_value(folder))?;
        is_library.then(|| RepoPath::from_git(package.as_bytes()))
    }
}

fn finding(options: &Options, view: &View<'_>, module: &Module<'_>, all: Deployments) -> Draft {
    let Module { path, churn, functions, services, files } = module;
    let changes = churn.changesets.len() as u32;
    let message = format!(
        "{changes} changes of the shared code `{path}` forced {} deployments of functions of {} services",
        churn.forced,
        services.len(),
    );
    let mut busiest: Vec<(&SharedFile, Churn)> = files
        .iter()
        .map(|file| (*file, view.graph().churn(&[*file], &|function| is_followed(view, function))))
        .collect();
    busiest.sort_by(|x, y| y.1.changesets.len().cmp(&x.1.changesets.len()).then_with(|| x.0.path.cmp(&y.0.path)));
    let primary = Label {
        location: Location::whole_file(busiest.first().map_or_else(|| path.clone(), |(file, _)| file.path.clone())),
        message: format!("{} of {} services run this", count(functions.len() as u32, "function"), services.len()),
    };
    let mut draft = Draft::new(message, primary).about(view, functions.iter().copied());
    draft.subjects = vec![path.to_string()];
    for (file, churn) in &busiest {
        draft.evidence.push(Evidence::Churn {
            path: file.path.clone(),
            changesets: churn.changesets.len() as u32,
            functions: file.functions.len(),
            deployments: churn.deployments,
        });
    }
    tell(view, module, all, &busiest, &mut draft);
    draft.evidence.push(Evidence::ChangedIn(commits(options, view, churn)));
    draft.help = help(module, &busiest);
    draft
}

/// What it amounts to: how many deployments, of whom, how much of it counts today.
fn tell(view: &View<'_>, module: &Module<'_>, all: Deployments, busiest: &[(&SharedFile, Churn)], draft: &mut Draft) {
    let Module { churn, services, .. } = module;
    let changes = churn.changesets.len() as u32;
    let times = churn.changesets.iter().map(|change| view.time(change.changeset));
    let when = match times.clone().min().zip(times.max()) {
        Some((first, last)) => format!(" {}", prose::window(first, last)),
        None => String::new(),
    };
    draft.notes.push(format!(
        "{}{when} reached {:.1} functions on average: {} deployments, {} of them of functions whose own code did not change",
        count(changes, "changeset"),
        f64::from(churn.deployments) / f64::from(changes.max(1)),
        churn.deployments,
        churn.forced,
    ));
    draft.notes.push(format!(
        "these forced deployments are {} of all {} in this history, and {} if recent ones count more",
        percent(f64::from(churn.forced) / f64::from(all.count.max(1))),
        all.count,
        percent(if all.weight > 0.0 { churn.forced_weight / all.weight } else { 0.0 }),
    ));
    draft.notes.push(format!("the services are {}", names(services, 2 * NAMES)));
    if busiest.len() > 1 {
        let told: Vec<String> = busiest
            .iter()
            .take(FILES)
            .map(|(file, churn)| format!("`{}` ({})", file.path, churn.changesets.len()))
            .collect();
        let more = busiest.len().saturating_sub(FILES);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        draft.notes.push(format!("changed most: {}{rest}", told.join(", ")));
    }
}

/// The commits that forced the most deployments, then those that change the fewest files, then the newest: the smaller
/// the change, the clearer the case.
fn commits(options: &Options, view: &View<'_>, churn: &Churn) -> Vec<CommitRef> {
    let mut worst: Vec<_> = churn
        .changesets
        .iter()
        .map(|change| {
            let newest = Reverse(view.time(change.changeset));
            (Reverse(change.forced), view.size(change.changeset), newest, change.changeset)
        })
        .collect();
    worst.sort_unstable();
    worst.iter().take(options.commits).map(|(.., changeset)| view.commit(*changeset)).collect()
}

fn help(module: &Module<'_>, busiest: &[(&SharedFile, Churn)]) -> Vec<String> {
    let path = &module.path;
    let fewer = busiest.iter().any(|(file, _)| file.functions.len() < module.functions.len());
    let split = if fewer {
        format!("split `{path}` along its users: not every function that runs it runs all of it")
    } else {
        format!("split `{path}` along its users, so that a change for one of them does not reach the others")
    };
    vec![
        split,
        "or publish it as a package with versions, or keep only a contract in it, so that each service takes a change \
         when it is ready"
            .to_owned(),
        format!("or make one service of {}, if they are meant to move as one", names(&module.services, NAMES)),
    ]
}
