//! The baseline of a run: where it is, reading it, and what became of its entries.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use lockstep_baseline::{Baseline, Entry, FILE, Fault, Held, Key, Ratchet, Stale, Strength};
use lockstep_config::{BaselineFile, Config, base_of, day};
use lockstep_coupling::Knowledge;
use lockstep_diagnostics::{BaselineState, Finding, Level, RuleMeta};
use lockstep_model::{Location, ReadError, RepoPath};
use lockstep_rules::StaleEntry;

use crate::{ChangeAsked, Incomplete, Project, Report};

/// The way on where a baseline is there and cannot be read.
const WITHOUT: &str = "`--baseline none` goes on without";

/// A baseline that was read.
#[derive(Clone, Debug)]
pub struct Known {
    /// What it is called in the repository.
    pub shown: RepoPath,
    /// What it knows.
    pub baseline: Baseline,
    text: String,
    /// Where each of its lines begins, so that the place of an entry is found without reading what is before it.
    starts: Vec<usize>,
    /// Findings that it holds back.
    pub known: usize,
    /// Findings that it knows, and that have become worse.
    pub worse: usize,
    /// Findings that it holds back, and that have become better.
    pub better: usize,
    /// Entries that have no purpose any more.
    pub stale: BTreeSet<Key>,
    /// How many of these match nothing any more; the others are over.
    pub gone: usize,
}

/// The baseline that `config` means; none if none is asked for, and none lies where it is looked for.
///
/// # Errors
/// If one is named and not there, or it cannot be understood: the run is incomplete then.
pub(crate) fn read(project: &Project, config: &Config) -> Result<Option<Known>, Incomplete> {
    let Some((shown, text)) = find(project, config)? else { return Ok(None) };
    match Baseline::parse(&text) {
        Ok(baseline) => Ok(Some(Known::new(shown, baseline, text))),
        Err(fault) => Err(broken(&shown, &fault)),
    }
}

fn broken(shown: &RepoPath, fault: &Fault) -> Incomplete {
    let reason = format!("the baseline cannot be read: {shown}:{}:{}: {}", fault.line, fault.column, fault.message);
    Incomplete::without_baseline(reason, fault.help.clone())
}

/// The baseline that is to be taken, and what it says; none if there is none.
pub(crate) fn find(project: &Project, config: &Config) -> Result<Option<(RepoPath, String)>, Incomplete> {
    let unreadable = |shown: &RepoPath, why: &str, help: &str| {
        Incomplete::without_baseline(format!("the baseline `{shown}` cannot be read: {why}"), help.to_owned())
    };
    let missing = |shown: &RepoPath, why: &str| {
        unreadable(shown, why, "`lockstep baseline write` writes it; `--baseline none` goes on without")
    };
    let told = |shown: &RepoPath, error: &ReadError| match error {
        ReadError::Missing => missing(shown, &error.to_string()),
        _ => unreadable(shown, &error.to_string(), WITHOUT),
    };
    match &config.baseline.file {
        BaselineFile::None => Ok(None),
        BaselineFile::Usual => {
            let read = |path: RepoPath| match project.files.text(&path) {
                Ok(text) => Some(Ok((path, text.to_string()))),
                // Git may ignore it, or it is a link out of the repository: it is what was written there all the same.
                Err(ReadError::Missing) => on_disk(project, &path).map(|text| Ok((path, text))),
                Err(error) => Some(Err(told(&path, &error))),
            };
            usual(config).into_iter().find_map(read).transpose()
        }
        BaselineFile::Named(path) => {
            match project.files.text(path) {
                Ok(text) => Ok(Some((path.clone(), text.to_string()))),
                // Git may ignore it: it is read all the same.
                Err(error) => match on_disk(project, path) {
                    Some(text) => Ok(Some((path.clone(), text))),
                    None => Err(told(path, &error)),
                },
            }
        }
        BaselineFile::OnDisk(path) => {
            let shown = shown(project, path);
            match fs::read_to_string(path) {
                Ok(text) => Ok(Some((shown, text))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(&shown, "there is no such file")),
                Err(error) => Err(unreadable(&shown, &error.to_string(), WITHOUT)),
            }
        }
    }
}

/// The text of a file in the work tree that is none of the repository; none where what would be committed is looked at.
fn on_disk(project: &Project, path: &RepoPath) -> Option<String> {
    if project.change.as_ref().is_some_and(ChangeAsked::is_staged) {
        return None;
    }
    let file = project.root.as_ref()?.join(path.as_str());
    // Of a device or a pipe there may be no end.
    fs::metadata(&file).ok().filter(fs::Metadata::is_file)?;
    fs::read_to_string(file).ok()
}

/// Where it is looked for unasked: beside the configuration, then at the root.
fn usual(config: &Config) -> Vec<RepoPath> {
    let beside = config.path.as_ref().map(base_of);
    let folders = beside.into_iter().chain([RepoPath::root()]);
    folders.filter_map(|folder| folder.join(FILE).ok()).collect()
}

/// What a file on the disk is called in the repository; its name, if it lies outside.
fn shown(project: &Project, path: &Path) -> RepoPath {
    let in_folder = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    };
    // One that is to be written is not there yet; its folder is.
    let full = fs::canonicalize(path).ok().or_else(in_folder);
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
    /// How many findings there are that a baseline could know, and that it does not; silenced ones left out.
    pub fn unknown_to_baseline(&self) -> usize {
        let speaks = |finding: &&Finding| {
            finding.baseline == BaselineState::New && finding.level != Level::Allow && finding.suppression.is_none()
        };
        self.lasting().iter().filter(speaks).count()
    }

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
    fn new(shown: RepoPath, baseline: Baseline, text: String) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { shown, baseline, text, starts, known: 0, worse: 0, better: 0, stale: BTreeSet::new(), gone: 0 }
    }

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
        let start = (line as usize).checked_sub(1).and_then(|number| self.starts.get(number)).copied();
        let Some((start, text)) = start.and_then(|start| Some((start, self.text.get(start..)?.lines().next()?))) else {
            return Location::whole_file(self.shown.clone());
        };
        let length = text.find(',').unwrap_or_else(|| text.trim_end().len());
        // Counting lines from the beginning for each entry takes long in a long file.
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Location { path: self.shown.clone(), line, column: 1, start: byte(start), end: byte(start + length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_entry_is_its_line_as_far_as_its_rule() {
        let text = "{\"a\":1}\n{\"rule\":\"x\",\"y\":2}\r\n{\"z\":3}";
        let known = Known::new(RepoPath::new("b.jsonl").unwrap(), Baseline::default(), text.to_owned());
        for (line, expected) in [(1, "{\"a\":1}"), (2, "{\"rule\":\"x\""), (3, "{\"z\":3}")] {
            let place = known.place(line);
            assert_eq!((place.line, place.column, &text[place.span()]), (line, 1, expected));
            assert_eq!(place, Location::of_span(known.shown.clone(), text, place.span()));
        }
        assert_eq!(known.place(4), Location::whole_file(known.shown.clone()));
    }
}
