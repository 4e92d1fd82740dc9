//! The baseline of a run: where it is, reading it, and what became of its entries.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use lockstep_baseline::{Baseline, Entry, FILE, Fault, Held, Key, Ratchet, Stale, Strength};
use lockstep_config::{BaselineFile, Config, base_of, day};
use lockstep_coupling::Knowledge;
use lockstep_diagnostics::{Finding, RuleMeta};
use lockstep_model::{Location, RepoPath};
use lockstep_rules::StaleEntry;

use crate::{Incomplete, Project, Report};

/// A baseline that was read.
#[derive(Clone, Debug)]
pub struct Known {
    /// What it is called in the repository.
    pub shown: RepoPath,
    /// What it knows.
    pub baseline: Baseline,
    text: String,
    /// Findings that it holds back.
    pub known: usize,
    /// Findings that it knows, and that have become worse.
    pub worse: usize,
    /// Entries that have no purpose any more.
    pub stale: BTreeSet<Key>,
}

/// The baseline that `config` means; none if none is asked for, and none lies where it is looked for.
///
/// # Errors
/// If one is named and not there, or it cannot be understood: the run is incomplete then.
pub(crate) fn read(project: &Project, config: &Config) -> Result<Option<Known>, Incomplete> {
    let Some((shown, text)) = find(project, config)? else { return Ok(None) };
    match Baseline::parse(&text) {
        Ok(baseline) => Ok(Some(Known { shown, baseline, text, known: 0, worse: 0, stale: BTreeSet::new() })),
        Err(fault) => Err(broken(&shown, &fault)),
    }
}

fn broken(shown: &RepoPath, fault: &Fault) -> Incomplete {
    let reason = format!("the baseline cannot be read: {shown}:{}:{}: {}", fault.line, fault.column, fault.message);
    Incomplete::without_baseline(reason, fault.help.clone())
}

fn find(project: &Project, config: &Config) -> Result<Option<(RepoPath, String)>, Incomplete> {
    let missing = |shown: &RepoPath, why: &str| {
        let help = "`lockstep baseline write` writes it; `--baseline none` goes on without";
        Incomplete::without_baseline(format!("the baseline `{shown}` cannot be read: {why}"), help.to_owned())
    };
    match &config.baseline.file {
        BaselineFile::None => Ok(None),
        BaselineFile::Usual => {
            let place = usual(config).into_iter().find(|path| project.files.is_file(path));
            let read = |path: RepoPath| match project.files.text(&path) {
                Ok(text) => Ok((path, text.to_string())),
                Err(error) => Err(missing(&path, &error.to_string())),
            };
            place.map(read).transpose()
        }
        BaselineFile::Named(path) => {
            let from_disk = || fs::read_to_string(project.root.as_ref()?.join(path.as_str())).ok();
            match project.files.text(path) {
                Ok(text) => Ok(Some((path.clone(), text.to_string()))),
                // Git may ignore it: it is read all the same.
                Err(error) => match from_disk() {
                    Some(text) => Ok(Some((path.clone(), text))),
                    None => Err(missing(path, &error.to_string())),
                },
            }
        }
        BaselineFile::OnDisk(path) => {
            let shown = shown(project, path);
            match fs::read_to_string(path) {
                Ok(text) => Ok(Some((shown, text))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(&shown, "there is no such file")),
                Err(error) => Err(missing(&shown, &error.to_string())),
            }
        }
    }
}

/// Where it is looked for unasked: beside the configuration, then at the root.
fn usual(config: &Config) -> Vec<RepoPath> {
    let beside = config.path.as_ref().map(base_of);
    let folders = beside.into_iter().chain([RepoPath::root()]);
    folders.filter_map(|folder| folder.join(FILE).ok()).collect()
}

/// What a file on the disk is called in the repository; its name, if it lies outside.
fn shown(project: &Project, path: &Path) -> RepoPath {
    let full = fs::canonicalize(path).ok();
    let inside = full.as_deref().zip(project.root.as_deref()).and_then(|(full, root)| full.strip_prefix(root).ok());
    let shown = inside.unwrap_or_else(|| path.file_name().map_or(path, Path::new));
    RepoPath::from_git(shown.to_string_lossy().as_bytes())
}

/// The file that `config` means, to be written: on the disk, and as it is called in the repository. None in a bare
/// repository, where there is no place for one.
pub fn baseline_file(project: &Project, config: &Config) -> Option<(PathBuf, RepoPath)> {
    let path = match &config.baseline.file {
        BaselineFile::OnDisk(path) => return Some((path.clone(), shown(project, path))),
        BaselineFile::Named(path) => path.clone(),
        BaselineFile::Usual | BaselineFile::None => {
            let usual = usual(config);
            usual.iter().find(|path| project.files.is_file(path)).or(usual.first())?.clone()
        }
    };
    Some((project.root.as_ref()?.join(path.as_str()), path))
}

/// When a finding is worse than the baseline says, on the day of `report`.
pub fn ratchet(config: &Config, report: &Report) -> Ratchet {
    Ratchet { tolerance: Strength::of(config.baseline.tolerance), today: day(report.graph.as_of()) }
}

impl Report {
    /// The findings that a baseline can know: what is said of suppressions and of the baseline itself is not among them.
    pub fn lasting(&self) -> Vec<Finding> {
        let lasts = |finding: &&Finding| lockstep_rules::find(finding.rule.name).is_some_and(|rule| !rule.last);
        self.findings.iter().filter(lasts).cloned().collect()
    }
}

/// The functions about which the history says too little.
fn unknown(report: &Report) -> BTreeSet<&str> {
    let nodes = report.graph.functions().iter();
    nodes.filter(|node| node.knowledge != Knowledge::Known).map(|node| node.id.as_str()).collect()
}

impl Known {
    /// Marks what is known among `findings`; the entries that have no purpose any more, if that can be told.
    pub(crate) fn hold(
        &self,
        findings: &mut [Finding],
        config: &Config,
        report: &Report,
        ran: &dyn Fn(&RuleMeta) -> bool,
        whole: bool,
    ) -> (Held, Vec<StaleEntry>) {
        let ratchet = ratchet(config, report);
        let held = self.baseline.hold(findings, &ratchet);
        if !report.incomplete.is_empty() {
            return (held, Vec::new());
        }
        let there: BTreeSet<&str> = report.found.functions.iter().map(|function| function.id.as_str()).collect();
        let unknown = unknown(report);
        let assessed = |entry: &Entry| {
            let ids = &entry.key.functions;
            let all_there = ids.iter().all(|id| there.contains(id.as_str()));
            let judged = match lockstep_rules::find(&entry.key.rule) {
                // Of functions that changed too seldom it says nothing yet.
                Some(rule) if rule.from_history && all_there => {
                    ran(rule.meta) && !ids.iter().any(|id| unknown.contains(id.as_str()))
                }
                Some(rule) => ran(rule.meta),
                None => true,
            };
            judged && (whole || all_there)
        };
        let stale = self.baseline.stale(&held, ratchet.today, &assessed);
        let told = |(entry, why): (&Entry, Stale)| StaleEntry {
            rule: entry.key.rule.clone(),
            functions: entry.key.functions.clone(),
            subjects: entry.key.subjects.clone(),
            location: self.place(entry.line),
            expired: match why {
                Stale::Expired(last) => Some(last.to_string()),
                Stale::Gone => None,
            },
            gone: entry.key.functions.iter().filter(|id| !there.contains(id.as_str())).cloned().collect(),
            known_rule: lockstep_rules::find(&entry.key.rule).is_some(),
        };
        let stale = stale.into_iter().map(told).collect();
        (held, stale)
    }

    /// The place of an entry: the beginning of its line, as far as its rule. Lines are long.
    fn place(&self, line: u32) -> Location {
        let mut start = 0;
        for (number, text) in (1u32..).zip(self.text.split_inclusive('\n')) {
            if number == line {
                let length = text.find(',').unwrap_or_else(|| text.trim_end().len());
                return Location::of_span(self.shown.clone(), &self.text, start..start + length);
            }
            start += text.len();
        }
        Location::whole_file(self.shown.clone())
    }
}
