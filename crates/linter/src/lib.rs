//! The pipeline on one screen: from a checkout and its configuration to a report.
//!
//! [`Project`] reads the checkout; [`find`] lists its functions, [`follow`] their code, [`mine`] its history;
//! [`judge`] says what changed, [`tell_apart`] whose parts of files changed, [`measure`] couples them and [`lint`]
//! judges. Each stage can be asked for by itself, which is what the smaller
//! commands do.

mod affected;
mod answers;
mod backtest;
mod beside;
mod boundaries;
mod calls;
mod case;
mod change;
mod ci;
mod contents;
mod contracts;
mod earlier;
mod facts_store;
mod gather;
mod incomplete;
mod inherited;
mod keep;
mod kinds;
mod known;
mod likeness;
mod manifests;
mod model_file;
mod neutral;
mod organisation;
mod owners;
mod parts;
mod past;
mod project;
mod services;
mod settings;
mod suppress;
mod traces;
mod trend;
mod units;
mod verdict;
mod verify_mining;
mod whose;
mod work_tree;

use std::collections::BTreeSet;

use lockstep_baseline::{Held, Key};
use lockstep_codegraph::CodeGraph;
use lockstep_config::{Config, Levels, Reach};
use lockstep_coupling::{CouplingGraph, Input, Parts, backtest::Verdict};
use lockstep_diagnostics::{Finding, Level, Partial, Problem, ProblemKind, RuleMeta};
use lockstep_discovery::{Callees, Discovered};
use lockstep_history::Scope;
use lockstep_model::{Closure, Function, History, Ownership, RepoPath, Service, Timestamp};
use lockstep_rules::{Asked, Facts, Outcome, StaleEntry, View};

use gather::Gathered;

pub use affected::{AffectedReport, Snapshot, affected, between};
pub use answers::{Answer, Answers, Question};
pub use backtest::{BacktestOptions, Backtested, SPLIT, backtest, calibration};
pub use boundaries::NamedBoundaries;
pub use calls::link_calls;
pub use case::{Alone, Case, Joint};
pub use change::ChangeAsked;
pub use ci::Ci;
pub use facts_store::FactsStore;
pub use incomplete::Incomplete;
pub use kinds::{Judged, compare_versions};
pub use known::{Known, baseline_file, ratchet};
pub use likeness::likeness;
pub use lockstep_baseline as baseline;
pub use lockstep_coupling as coupling;
pub use lockstep_history::{Against, Repository, RepositoryState};
pub use model_file::{Model, model};
pub use organisation::Member;
pub use owners::stated_owners;
pub use past::{PAST, Past, PastError, PastFacts, PastStore};
pub use project::{Project, ProjectError};
pub use settings::{
    RuleSettings, config_schema, history_defaults, history_settings, option_errors, rule_schemas, rule_settings, rules,
};
pub use traces::Traces;
use trend::since_model;
pub use trend::{SinceModel, Step, lockstep_thresholds};
pub use verdict::verdicts;
pub use verify_mining::verify_mining;
pub use whose::tell_apart;

/// What one run wants, beyond the configuration.
pub struct Options {
    /// The moment from which ages are counted; the time of HEAD's commit if none.
    pub as_of: Option<Timestamp>,
    /// Go on with a shallow clone, at `warn` at most.
    pub allow_shallow: bool,
    /// How many threads.
    pub jobs: usize,
}

/// What a run tells while it goes on. Called from any thread.
pub trait Progress: Sync {
    /// A stage began: its name for people.
    fn stage(&self, name: &'static str);
    /// So many of so many steps of a stage are done.
    fn step(&self, done: usize, of: usize);
}

/// Progress that nobody is told of.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str) {}
    fn step(&self, _: usize, _: usize) {}
}

/// The functions of a project.
#[derive(Default)]
pub struct Found {
    /// The functions within the scope, sorted by id.
    pub functions: Vec<Function>,
    /// Who claims to belong together.
    pub services: Vec<Service>,
    /// The manifests that declare functions.
    pub manifests: Vec<RepoPath>,
    /// What the functions are called by.
    pub callees: Callees,
    /// What was left out.
    pub problems: Vec<Problem>,
    /// Where they come from; none if nobody is to ask.
    pub(crate) origin: Option<traces::Origin>,
}

/// What is wrong with the patterns of units in `config`, in words.
pub fn unit_error(config: &Config) -> Option<String> {
    units::Units::of(config).err()
}

/// The functions that the manifests of `project` declare, or the units that the configuration takes for functions.
pub fn find(project: &Project, config: &Config) -> Found {
    if !project.members.is_empty() {
        return organisation::find(project, config, &Silent).0;
    }
    match units::Units::of(config) {
        Ok(Some(units)) => {
            let mut problems = project.problems.clone();
            let paths = project.files.paths();
            let (functions, services) = gather::found_units(project, config, &units, paths, &mut problems);
            return Found { functions, services, problems, ..Found::default() };
        }
        Ok(None) => {}
        Err(why) => {
            let problems = vec![Problem::general(ProblemKind::Configuration, why)];
            return Found { problems, ..Found::default() };
        }
    }
    let mut problems = project.problems.clone();
    let (found, origin) = discover(project, config);
    let found = found.collect(&mut problems);
    let mut functions = found.functions;
    functions.retain(|function| {
        function.declarations.iter().any(|declaration| declaration.location.path.starts_with(&project.scope))
    });
    let services = services::services(&mut functions, config);
    Found { functions, services, manifests: found.manifests, callees: found.callees, problems, origin }
}

/// What discovery finds in the files of `project`, whatever its scope; and where that comes from, if it can be told.
fn discover(project: &Project, config: &Config) -> (Partial<Discovered>, Option<traces::Origin>) {
    let options = discovery_options(config);
    match &project.traces {
        Some(traces) => traces.discover(&project.files, &options),
        None => (lockstep_discovery::discover(&project.files, &options), None),
    }
}

/// What the configuration says about discovery.
fn discovery_options(config: &Config) -> lockstep_discovery::Options {
    lockstep_discovery::Options { exclude: config.exclude.texts().to_vec(), declared: services::tables(config) }
}

/// The code that every function of `found` reaches.
pub fn follow(project: &Project, config: &Config, found: &Found, progress: &dyn Progress) -> Followed {
    follow_with(project, config, found, false, progress)
}

/// As [`follow`]; with `whole_files`, every file counts whole that an import leads to, as for a compiler.
pub fn follow_with(
    project: &Project,
    config: &Config,
    found: &Found,
    whole_files: bool,
    progress: &dyn Progress,
) -> Followed {
    let followed = followed(project, config, found, whole_files, progress);
    project.keep_traces();
    followed
}

/// As [`follow_with`], for those who keep what was made when more was.
fn followed(project: &Project, config: &Config, found: &Found, whole_files: bool, progress: &dyn Progress) -> Followed {
    if !project.members.is_empty() {
        return organisation::find(project, config, progress).1;
    }
    if let Ok(Some(units)) = units::Units::of(config) {
        return Followed { code: units.closures(&found.functions, project.files.paths()), ..Followed::default() };
    }
    let contracts: Vec<RepoPath> =
        project.files.paths().filter(|path| config.contracts.contains(path)).cloned().collect();
    let options = lockstep_codegraph::Options {
        manifests: &found.manifests,
        contracts: &contracts,
        kept: project.kept(),
        whole_files,
    };
    let mut problems = Vec::new();
    progress.stage("following code");
    let told = |done, of| progress.step(done, of);
    let (code, seen) = match &project.traces {
        Some(traces) => traces.follow(&found.functions, &project.files, &options, &told),
        None => (lockstep_codegraph::closures(&found.functions, &project.files, &options, &told), None),
    };
    let code = code.collect(&mut problems);
    project.keep();
    Followed { code, problems, seen }
}

/// What the functions of a project reach.
#[derive(Default)]
pub struct Followed {
    /// The closures, in the order of the functions.
    pub code: CodeGraph,
    /// What was left out.
    pub problems: Vec<Problem>,
    /// What was looked at for all of them, besides their sources; none if nobody is to ask.
    pub(crate) seen: Option<traces::Seen>,
}

/// The history of a project.
#[derive(Default)]
pub struct Mined {
    /// The changesets; empty where there is no history.
    pub history: History,
    /// Why it is less than the whole history.
    pub incomplete: Vec<Incomplete>,
    /// What was left out.
    pub problems: Vec<Problem>,
}

/// The main line of the project's history.
pub fn mine(project: &Project, config: &Config, options: &Options, progress: &dyn Progress) -> Mined {
    mine_scope(project, config, options, Scope::default(), progress)
}

/// The project's history, as far as `scope` goes.
fn mine_scope(project: &Project, config: &Config, options: &Options, scope: Scope, progress: &dyn Progress) -> Mined {
    let mut problems = Vec::new();
    let Some(Ok(repository)) = project.repository.as_ref().map(|repository| repository.lock()) else {
        let incomplete = vec![Incomplete::no_repository(project.no_repository.as_ref(), project.ci)];
        return Mined { history: History::default(), incomplete, problems };
    };
    let wanted = lockstep_history::Options {
        jobs: options.jobs,
        contract_globs: config.contracts.texts().to_vec(),
        follow_renames: config.history.follow_renames.unwrap_or(true),
        scope,
        rev: project.at.map(|commit| commit.to_string()),
        known_stands_in: project.model().is_some(),
    };
    let told = |at| {
        if let lockstep_history::Progress::Read { done, total } = at {
            progress.step(done as usize, total as usize);
        }
    };
    let change = project.change.as_ref().and_then(|change| change.found.as_ref().ok());
    // Only the main line is kept.
    let past = project.past.as_ref().filter(|_| scope == Scope::default());
    let shallow = repository.state().history.shallow;
    let is_model = project.model().is_some();
    // A model stands for what this clone lacks. What was kept only saves reading: it says nothing that the clone does not.
    let known = past.and_then(|past| past.take_line()).filter(|_| is_model || !shallow);
    let read = lockstep_history::read_on(&repository, &wanted, change, known, &told).collect(&mut problems);
    let mut history = read.history;
    problems
        .extend(read.apart.filter(|_| is_model).map(|apart| past::apart(&repository, apart, history.state.head_time)));
    if let Some(past) = past {
        past.put_line(read.line);
    }
    if let Some(since) = config.history.since {
        leave_out_before(&mut history, since);
    }
    let before_the_first = change.is_some_and(|change| change.before.is_none());
    let mut incomplete = Incomplete::of_history(&history, options.allow_shallow, before_the_first, project.ci);
    incomplete.extend(project.change.as_ref().and_then(|change| change.incomplete(project.ci)));
    incomplete.extend(project.without_model.clone());
    Mined { history, incomplete, problems }
}

/// Leaves out the changesets before `since`, as if the history had begun there.
fn leave_out_before(history: &mut History, since: Timestamp) {
    let before = history.changesets.len();
    history.changesets.retain(|changeset| changeset.time >= since);
    history.total -= u32::try_from(before - history.changesets.len()).unwrap_or(0);
}

/// How the functions of `found` change together; `repositories` has the number of the repository of each, and is empty if
/// there is only one.
pub fn measure(
    project: &Project,
    config: &Config,
    found: &Found,
    closures: &[Closure],
    history: &History,
    (parts, repositories): (&Parts, &[u32]),
    options: &Options,
) -> CouplingGraph {
    let likeness = likeness::of_today(project, &found.functions, closures);
    lockstep_coupling::couple(&Input {
        functions: &found.functions,
        services: &found.services,
        closures,
        history,
        parts,
        repositories,
        likeness: Some(&likeness),
        as_of: options.as_of.or(history.state.head_time).unwrap_or(0),
        exists: &|path| project.files.is_file(path),
        options: constants(config),
    })
}

/// The constants of the measure: its own, unless the configuration sets others.
pub fn constants(config: &Config) -> lockstep_coupling::Options {
    let own = lockstep_coupling::Options::default();
    let set = &config.history;
    lockstep_coupling::Options {
        max_functions: set.max_functions.map_or(own.max_functions, |number| number as usize),
        half_life_days: set.half_life_days.unwrap_or(own.half_life_days),
        min_changesets: set.min_changesets.unwrap_or(own.min_changesets),
        min_changes: set.min_changes.unwrap_or(own.min_changes),
        min_support: set.min_support.unwrap_or(own.min_support),
        ..own
    }
}

/// Everything that one run found out.
pub struct Report {
    /// The functions.
    pub found: Found,
    /// Their code.
    pub code: CodeGraph,
    /// What was looked at besides sources when it was followed; none if nobody is to ask.
    pub(crate) seen: Option<traces::Seen>,
    /// The history.
    pub history: History,
    /// What the contents of files changed in what their paths say.
    pub judged: Judged,
    /// How they change together.
    pub graph: CouplingGraph,
    /// Whose they are, in their order.
    pub owners: Vec<Ownership>,
    /// Per function: the number of its repository among [`Project::members`]; empty if there is only one.
    pub repositories: Vec<u32>,
    /// What is to be said, worst first.
    pub findings: Vec<Finding>,
    /// What was left out, each once, in the order of its places.
    pub problems: Vec<Problem>,
    /// Why the answer is less than whole; empty if it is.
    pub incomplete: Vec<Incomplete>,
    /// Whether history predicts change here; none if it was not asked, or is too short to tell.
    pub predictive: Option<Verdict>,
    /// The findings that are known; none if there is no baseline, or it cannot be read.
    pub baseline: Option<Known>,
    /// What became of the couplings since the model was written; none without a model, or if it was not asked.
    pub since_model: Option<SinceModel>,
}

impl Report {
    /// The report as rules look at it; `change` is the change that is looked at, if any.
    pub(crate) fn view<'a>(&'a self, change: Option<&'a lockstep_rules::Change>) -> View<'a> {
        View::new(Facts {
            functions: &self.found.functions,
            services: &self.found.services,
            closures: &self.code.closures,
            clones: &self.code.clones,
            sizes: &self.code.sizes,
            graph: &self.graph,
            owners: &self.owners,
            history: &self.history,
            problems: &self.problems,
            change,
            outcome: None,
        })
    }
}

/// All stages but the judgement: the code is followed while the history is read.
pub fn analyse(project: &Project, config: &Config, options: &Options, progress: &dyn Progress) -> Report {
    let report = analyse_wanted(project, config, options, gather::Wanted::default(), progress);
    project.keep_traces();
    report
}

/// As [`analyse`]; units of the past that are gone today count as well.
pub fn analyse_with_gone(project: &Project, config: &Config, options: &Options, progress: &dyn Progress) -> Report {
    let wanted = gather::Wanted { past_units: true, ..gather::Wanted::default() };
    let report = analyse_wanted(project, config, options, wanted, progress);
    project.keep_traces();
    report
}

/// The same, for those who keep what was made when more was.
fn analyse_wanted(
    project: &Project,
    config: &Config,
    options: &Options,
    wanted: gather::Wanted,
    progress: &dyn Progress,
) -> Report {
    progress.stage("reading the repository");
    let read = gather::everything(project, config, options, wanted, progress);
    let Gathered { found, followed, mined, judged, parts, of_the_past, repositories } = read;
    let of = (&parts, &repositories[..]);
    let graph = measure(project, config, &found, &followed.code.closures, &mined.history, of, options);
    let mut incomplete = mined.incomplete;
    if project.members.is_empty() {
        incomplete.extend(Incomplete::nothing_read(&found.functions, &found.problems));
    }
    let mut problems: Vec<Problem> =
        [&found.problems, &followed.problems, &mined.problems, &of_the_past].into_iter().flatten().cloned().collect();
    problems.extend(judged.problem());
    let owners = owners::ownership(project, &found.functions, &followed.code.closures, &mined.history, &graph)
        .collect(&mut problems);
    problems.sort();
    problems.dedup();
    Report {
        found,
        code: followed.code,
        seen: followed.seen,
        history: mined.history,
        judged,
        graph,
        owners,
        repositories,
        findings: Vec::new(),
        problems,
        incomplete,
        predictive: None,
        baseline: None,
        since_model: None,
    }
}

/// The whole run: analyses `project` and lets the rules judge it.
pub fn lint(project: &Project, config: &Config, levels: &Levels, options: &Options, progress: &dyn Progress) -> Report {
    let mut report = analyse_wanted(project, config, options, gather::Wanted::default(), progress);
    progress.stage("judging");
    let code = (&report.found, &report.code.closures[..]);
    let past = (&report.history, report.graph.parts(), &report.repositories[..]);
    report.predictive = backtest::verdict(project, config, options, code, past, &report.graph);
    match known::read(project, config) {
        Ok(known) => report.baseline = known,
        Err(why) => report.incomplete.push(why),
    }
    let judged = judge(project, config, levels, &report);
    if let Some(known) = &mut report.baseline {
        (known.known, known.worse, known.better) = (judged.known, judged.worse, judged.better);
        (known.stale, known.gone) = (judged.stale, judged.gone);
    }
    report.findings = judged.findings;
    report.since_model = since_model(project, config, &report);
    inherited::tell_apart(project, config, levels, options, &mut report);
    change::lead_to_it(project, &mut report);
    project.keep_traces();
    report
}

/// What the rules say, and what the baseline makes of it.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// The findings, worst first; silenced and known ones among them.
    pub findings: Vec<Finding>,
    /// Those that the baseline holds back.
    pub known: usize,
    /// Those that it knows, and that have become worse.
    pub worse: usize,
    /// Those that it holds back, and that have become better.
    pub better: usize,
    /// Its entries that have no purpose any more.
    pub stale: BTreeSet<Key>,
    /// How many of these match nothing any more.
    pub gone: usize,
}

/// What the rules say of `report`, what silences it, and what the baseline of `report` knows.
pub fn judge(project: &Project, config: &Config, levels: &Levels, report: &Report) -> Judgement {
    let change = change::for_rules(project, &report.history, &report.graph);
    let view = report.view(change.as_ref());
    let asked_of = |rule: &RuleMeta| Asked {
        between: levels.asked(rule.name, Reach::Between),
        inside: levels.asked(rule.name, Reach::Inside),
    };
    let set = |rule: &RuleMeta| config.rule(rule.name).map(|setting| setting.options.clone()).unwrap_or_default();
    let mut findings = put_in_force(lockstep_rules::check(&view, &asked_of, &set), levels, report);
    let ran = |rule: &RuleMeta| {
        // What a change leaves out is asked of a change only.
        let asked = rule.name != "missing-co-change" || change.is_some();
        let last = lockstep_rules::find(rule.name).is_some_and(|rule| rule.last);
        !asked_of(rule).silences(rule) && (asked || last)
    };
    let whole = report.incomplete.is_empty() && project.is_whole();
    // Under `-A warnings` it is not known what is no finding and what is none to be shown.
    let hushed = levels.in_force(Level::Warn, String::new()).0 == Level::Allow;
    let ran = |rule: &RuleMeta| !hushed && ran(rule);
    let assessed = suppress::Assessed { whole, ran: &ran };
    let idle = suppress::collect(project, config, report).apply(&mut findings, report, &assessed);
    let (held, stale) = match &report.baseline {
        Some(known) => known.hold(&mut findings, config, report, &ran, whole),
        None => (Held::default(), Vec::new()),
    };
    let outcome = Outcome { idle, stale };
    let last = lockstep_rules::check_last(&view.after(&outcome), &asked_of, &set);
    findings.extend(put_in_force(last, levels, report));
    findings.sort_by(|a, b| {
        (b.of_change.cmp(&a.of_change)).then(b.level.cmp(&a.level)).then(b.weight.total_cmp(&a.weight))
    });
    let key = |entry: StaleEntry| Key::new(entry.rule, entry.functions, entry.subjects);
    let gone = outcome.stale.iter().filter(|entry| entry.expired.is_none()).count();
    let stale = outcome.stale.into_iter().map(key).collect();
    Judgement { findings, known: held.known, worse: held.worse, better: held.better, stale, gone }
}

/// The findings at the levels in force.
fn put_in_force(mut findings: Vec<Finding>, levels: &Levels, report: &Report) -> Vec<Finding> {
    for finding in &mut findings {
        (finding.level, finding.level_origin) = levels.in_force(finding.level, finding.level_origin.clone());
        if report.incomplete.iter().any(|reason| reason.accepted) && finding.level > Level::Warn {
            finding.level = Level::Warn;
            finding.level_origin.push_str(", and no finding is above `warn` in a shallow clone");
        }
    }
    // `-A warnings` silences what would be a warning.
    findings.retain(|finding| finding.level != Level::Allow);
    findings
}
