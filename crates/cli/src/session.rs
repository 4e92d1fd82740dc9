//! [`Session`]: what every command that reads a repository begins with: the project, its configuration, its levels,
//! and a pool of threads.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use clap::CommandFactory;
use lockstep_config::{Config, Levels, Lookup, told};
use lockstep_diagnostics::Level;
use lockstep_linter::{Against, Ci, Incomplete, Options, Project, ProjectError, Report};
use lockstep_model::{Function, Timestamp};
use lockstep_reporting::escape;

use crate::{
    args::{Cli, Common, HistoryArgs},
    cache,
    configuration::{self, Configuration},
    exit::Exit,
    fetch, memory, organisation,
    terminal::Bar,
};

/// A project, ready to be looked at.
pub struct Session {
    /// The checkout.
    pub project: Project,
    /// Its configuration; the defaults if it has none.
    pub config: Config,
    /// The levels that the configuration and the command line ask for.
    pub levels: Levels,
    /// Which configuration was taken, and which were not.
    pub lookup: Lookup,
    /// The file that `--config` names.
    pub named: Option<PathBuf>,
    /// The threads that the stages run on.
    pub pool: rayon::ThreadPool,
    /// The progress line.
    pub bar: Bar,
}

impl Session {
    /// Opens the project around `path`, which must be one repository. Errors of the configuration are printed, all of them;
    /// then there is no session.
    ///
    /// # Errors
    /// If the path or the configuration file cannot be read, or names several repositories.
    pub fn open(path: &Path, common: &Common, flags: &[(Level, String)]) -> anyhow::Result<Option<Self>> {
        Self::open_with(path, common, flags, None)
    }

    /// As [`Self::open`], to look at a change.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(
        path: &Path,
        common: &Common,
        flags: &[(Level, String)],
        change: Option<Against>,
    ) -> anyhow::Result<Option<Self>> {
        let session = Self::open_all_with(&[path.to_owned()], common, flags, change)?;
        match session.as_ref().map_or(0, |session| session.project.members.len()) {
            0 => Ok(session),
            many => bail!(
                "this looks at one repository, and `[[repository]]` tables name {many}: give the folder of one of them"
            ),
        }
    }

    /// Opens the project around the only one of `paths`, or all the repositories that they or its configuration name.
    ///
    /// # Errors
    /// As [`Self::open`]; also if repositories are given that cannot be looked at as one.
    pub fn open_all(paths: &[PathBuf], common: &Common, flags: &[(Level, String)]) -> anyhow::Result<Option<Self>> {
        Self::open_all_with(paths, common, flags, None)
    }

    /// As [`Self::open_all`], to look at a change, which is of one repository.
    ///
    /// # Errors
    /// As [`Self::open_all`].
    pub fn open_all_with(
        paths: &[PathBuf],
        common: &Common,
        flags: &[(Level, String)],
        change: Option<Against>,
    ) -> anyhow::Result<Option<Self>> {
        let bar = Bar::new(common);
        let threads = common.jobs.map_or(0, usize::from);
        // Parsers recurse: a thread has room for what a person could have written.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(16 << 20).build()?;
        let looks_at_change = change.is_some();
        let ready = |project: &mut Project| make_ready(project, common);
        let opened = match paths {
            [path] => {
                let opened = pool.install(|| Project::open_with(path, change));
                let mut project = opened.map_err(|error| not_opened(path, error))?;
                ready(&mut project);
                let Some(configuration) = configuration::of_project(&project, common, flags)? else { return Ok(None) };
                match configuration.config.repositories.is_empty() {
                    true => Some((project, configuration)),
                    false if looks_at_change => bail!(OF_ONE),
                    false => {
                        let around = project;
                        pool.install(|| organisation::of_tables(&around, configuration, common, &ready))?
                    }
                }
            }
            _ if looks_at_change => bail!(OF_ONE),
            _ => pool.install(|| organisation::of_paths(paths, common, flags, &ready))?,
        };
        let Some((project, configuration)) = opened else { return Ok(None) };
        let Configuration { config, levels, named, lookup } = configuration;
        Ok(Some(Self { project, config, levels, lookup, named, pool, bar }))
    }

    /// How history is to be read.
    ///
    /// # Errors
    /// If `--as-of` is neither a date nor a revision.
    pub fn options(&self, history: &HistoryArgs) -> anyhow::Result<Options> {
        Ok(Options {
            as_of: self.as_of(history.as_of.as_deref())?,
            allow_shallow: history.allow_shallow,
            jobs: self.pool.current_num_threads(),
        })
    }

    /// The moment that the flag names, else the one that the configuration does.
    fn as_of(&self, flag: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
        let configured =
            self.config.as_of.as_ref().map(|(text, place)| (text.as_str(), format!("{}: as-of", told(place))));
        let Some((text, by)) = flag.map(|text| (text, "--as-of".to_owned())).or(configured) else { return Ok(None) };
        self.moment(text, &by).map(Some)
    }

    /// The end of the day, or the time of the commit, that `by` names with `text`.
    ///
    /// # Errors
    /// If it is neither a date nor a revision.
    pub fn moment(&self, text: &str, by: &str) -> anyhow::Result<Timestamp> {
        self.told_moment(text).with_context(|| format!("{by} `{text}` is neither a date nor a revision"))
    }

    fn told_moment(&self, text: &str) -> anyhow::Result<Timestamp> {
        if let Ok(date) = text.parse::<jiff::civil::Date>() {
            let next = date.tomorrow().context("the calendar ends before that date")?;
            return Ok(next.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second() - 1);
        }
        let repository = self.project.repository.as_ref().and_then(|repository| repository.lock().ok());
        let repository = repository.ok_or_else(|| match self.project.members.is_empty() {
            true => anyhow!("there is no repository to look in"),
            false => anyhow!("a revision is of one repository: give a day"),
        })?;
        repository.commit_time(text).map_err(|error| anyhow!("{error}"))
    }
}

/// Why a change and several repositories do not go together.
const OF_ONE: &str = "`--staged` and `--base` look at a change, which is of one repository: give one PATH";

fn make_ready(project: &mut Project, common: &Common) {
    project.ci = Ci::of(&|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()));
    if let Some(folder) = cache::folder().filter(|_| !common.no_cache) {
        project.keep_facts_in(&folder);
        project.keep_past_in(&folder);
        project.keep_traces_in(&folder);
    }
}

fn not_opened(path: &Path, error: ProjectError) -> anyhow::Error {
    match command_meant(path) {
        Some(command) if path == Path::new(&command) => {
            anyhow!("there is no folder `{command}`; the command comes first: `lockstep {command} …`")
        }
        Some(command) => anyhow!("there is no folder `{}`; did you mean `lockstep {command}`?", path.display()),
        None => error.into(),
    }
}

/// Lets git bring what is missing around `path`. That it cannot is said, and no more: the run says what is missing.
pub fn fetch_missing(path: &Path, change: Option<&Against>) {
    if let Err(why) = fetch::missing(path, change) {
        let _ = writeln!(io::stderr().lock(), "note: the history could not be fetched: {}", escape::line(&why));
    }
}

/// Prints an error that ends the run.
pub fn complain(error: &anyhow::Error) {
    let _ = writeln!(io::stderr().lock(), "error: {}", escape::line(&format!("{error:#}")));
}

/// Says on standard error, if much is to be said, what was known from earlier runs, what became of the rest, and how much
/// memory it took.
pub fn tell_of_what_was_kept(project: &Project, common: &Common) {
    tell_of_one(project, common);
    if let Some(megabytes) = memory::most().filter(|_| common.verbose > 0) {
        let _ = writeln!(io::stderr().lock(), "note: at most {megabytes} MB of memory were in use");
    }
}

/// What was known of one project, and of its members.
fn tell_of_one(project: &Project, common: &Common) {
    let members = project.members.iter().filter_map(|member| member.project.as_ref().ok());
    members.for_each(|member| tell_of_one(member, common));
    tell_of_kept_facts(project, common);
    let store = project.past.as_ref().and_then(|past| past.store()).filter(|_| common.verbose > 0);
    let Some((store, commits)) = store.and_then(|store| Some((store, store.commits()?))) else { return };
    let mut err = io::stderr().lock();
    let what = if commits == 1 { "what 1 commit did".to_owned() } else { format!("what {commits} commits did") };
    let _ = writeln!(err, "note: {what} was kept from an earlier run");
    if let Some(why) = store.discarded() {
        let _ = writeln!(err, "note: what was kept of the history was thrown away: {}", escape::line(why));
    }
}

fn tell_of_kept_facts(project: &Project, common: &Common) {
    let Some(facts) = project.facts.as_ref().filter(|facts| facts.is_kept() && common.verbose > 0) else { return };
    let (kept, parsed) = facts.counts();
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "note: the facts of {kept} source files were kept from an earlier run, {parsed} were parsed");
    if let Some(why) = facts.discarded() {
        let _ = writeln!(err, "note: what was kept was thrown away: {}", escape::line(why));
    }
    let Some(traces) = &project.traces else { return };
    let (taken, made) = traces.counts();
    let _ = writeln!(err, "note: of {} results of stages, {taken} were kept from an earlier run", taken + made);
    if let Some(why) = traces.discarded() {
        let _ = writeln!(err, "note: what was kept of functions and their code was thrown away: {}", escape::line(why));
    }
}

/// Says on standard error why an answer is incomplete; the exit code that follows.
pub fn warn_incomplete(report: &Report) -> Exit {
    warn(&report.incomplete)
}

/// The same for `reasons`.
pub fn warn(reasons: &[Incomplete]) -> Exit {
    let mut err = io::stderr().lock();
    for reason in reasons {
        let word = if reason.accepted { "warning" } else { "error" };
        let _ = writeln!(err, "{word}: {}", escape::line(&reason.reason));
        for line in &reason.notes {
            let _ = writeln!(err, "  = note: {}", escape::line(line));
        }
        for line in &reason.help {
            let _ = writeln!(err, "  = help: {}", escape::line(line));
        }
    }
    if reasons.iter().any(|reason| !reason.accepted) { Exit::Incomplete } else { Exit::Clean }
}

/// The number of the function called `name`: by its id, else by the only id that ends like that.
///
/// # Errors
/// If there is none, or more than one.
pub fn pick(functions: &[Function], name: &str) -> anyhow::Result<usize> {
    if let Some(exact) = functions.iter().position(|function| function.id.as_str() == name) {
        return Ok(exact);
    }
    let ends = |id: &str| id.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let alike: Vec<usize> = (0..functions.len()).filter(|number| ends(functions[*number].id.as_str())).collect();
    match alike[..] {
        [only] => Ok(only),
        [] => {
            let near = closest(name, functions.iter().map(|function| function.id.as_str()));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Err(anyhow!("there is no function `{name}`{hint} (`lockstep functions` lists them)"))
        }
        _ => {
            let all: Vec<&str> = alike.iter().map(|number| functions[*number].id.as_str()).collect();
            Err(anyhow!("`{name}` is ambiguous: {}", all.join(", ")))
        }
    }
}

/// The command that a path which does not exist may be a misspelling of.
fn command_meant(path: &Path) -> Option<String> {
    let word = path.to_str().filter(|word| !path.exists() && word.chars().all(char::is_alphanumeric))?;
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    closest(word, names.into_iter()).map(str::to_owned)
}

/// The candidate that looks most like `name`, if one does.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let last = |id: &'a str| id.rsplit('/').next().unwrap_or(id);
    candidates
        .map(|candidate| {
            let whole = strsim::jaro_winkler(name, candidate);
            (whole.max(strsim::jaro_winkler(name, last(candidate))), candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
