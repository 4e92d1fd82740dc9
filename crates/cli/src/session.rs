//! [`Session`]: what every command that reads a repository begins with: the project, its configuration, its levels,
//! and a pool of threads.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::Path,
};

use anyhow::{Context, anyhow};
use clap::CommandFactory;
use lockstep_config::{Config, ConfigError, LevelFlag, Levels};
use lockstep_diagnostics::{Level, RuleMeta};
use lockstep_linter::{Against, Incomplete, Options, Project, Report, option_errors, rules, unit_error};
use lockstep_model::{Function, RepoPath, Timestamp};
use lockstep_reporting::{
    errors::{self, ErrorView},
    escape,
};

use crate::{
    args::{Cli, Common, HistoryArgs},
    cache,
    exit::Exit,
    terminal::{Bar, colors},
};

/// A project, ready to be looked at.
pub struct Session {
    /// The checkout.
    pub project: Project,
    /// Its configuration; the defaults if it has none.
    pub config: Config,
    /// The levels that the configuration and the command line ask for.
    pub levels: Levels,
    /// The threads that the stages run on.
    pub pool: rayon::ThreadPool,
    /// The progress line.
    pub bar: Bar,
}

impl Session {
    /// Opens the project around `path`. Errors of the configuration are printed, all of them; then there is no session.
    ///
    /// # Errors
    /// If the path or the configuration file cannot be read.
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
        let bar = Bar::new(common);
        let threads = common.jobs.map_or(0, usize::from);
        // Parsers recurse: a thread has room for what a person could have written.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(16 << 20).build()?;
        let mut project =
            pool.install(|| Project::open_with(path, change)).map_err(|error| match command_meant(path) {
                Some(command) => anyhow!("there is no folder `{}`; did you mean `lockstep {command}`?", path.display()),
                None => error.into(),
            })?;
        if let Some(folder) = cache::folder().filter(|_| !common.no_cache) {
            project.keep_facts_in(&folder);
        }
        let metas = rules();
        let flags: Vec<LevelFlag> =
            flags.iter().map(|(level, name)| LevelFlag { level: *level, name: name.clone() }).collect();
        let read = configuration(&project, common.config.as_deref())?;
        let parsed = match &read {
            Some((path, text)) => lockstep_config::parse(path, text, &metas),
            None => Ok(Config::default()),
        };
        let ready = parsed.and_then(|config| {
            let wrong = option_errors(&config);
            if wrong.is_empty() { Ok(config) } else { Err(wrong) }
        });
        let ready = ready.and_then(|config| Ok((Levels::new(&config, &flags, &metas)?, config)));
        match ready {
            Ok((levels, mut config)) => {
                if !common.units.is_empty() {
                    config.units.clone_from(&common.units);
                }
                if let Some(why) = unit_error(&config) {
                    return Err(anyhow!(why));
                }
                Ok(Some(Self { project, config, levels, pool, bar }))
            }
            Err(wrong) => {
                show(&wrong, read.as_ref(), common)?;
                Ok(None)
            }
        }
    }

    /// How history is to be read.
    ///
    /// # Errors
    /// If `--as-of` is neither a date nor a revision.
    pub fn options(&self, history: &HistoryArgs) -> anyhow::Result<Options> {
        Ok(Options {
            as_of: history.as_of.as_deref().map(|text| self.as_of(text)).transpose()?,
            allow_shallow: history.allow_shallow,
            jobs: self.pool.current_num_threads(),
        })
    }

    /// The end of a day, or the time of a commit.
    fn as_of(&self, text: &str) -> anyhow::Result<Timestamp> {
        if let Ok(date) = text.parse::<jiff::civil::Date>() {
            let next = date.tomorrow().context("the calendar ends before that date")?;
            return Ok(next.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second() - 1);
        }
        let repository = self.project.repository.as_ref().and_then(|repository| repository.lock().ok());
        let repository = repository.ok_or_else(|| anyhow!("there is no repository to look in"))?;
        repository
            .commit_time(text)
            .map_err(|error| anyhow!("--as-of `{text}` is neither a date nor a revision: {error}"))
    }
}

/// The configuration in force: the file that was named, else the first one found upwards from the scope.
fn configuration(project: &Project, named: Option<&Path>) -> anyhow::Result<Option<(RepoPath, String)>> {
    if let Some(named) = named {
        let text = fs::read_to_string(named).with_context(|| format!("cannot read `{}`", named.display()))?;
        let full = fs::canonicalize(named)?;
        let inside = project.root.as_deref().and_then(|root| full.strip_prefix(root).ok());
        let shown = inside.unwrap_or_else(|| named.file_name().map_or(named, Path::new));
        return Ok(Some((RepoPath::from_git(shown.to_string_lossy().as_bytes()), text)));
    }
    let Some(path) = lockstep_config::discover(&project.scope, |path| project.files.is_file(path)) else {
        return Ok(None);
    };
    let text = project.files.text(&path).map_err(|error| anyhow!("cannot read `{path}`: {error}"))?;
    Ok(Some((path, text.to_string())))
}

fn show(wrong: &[ConfigError], read: Option<&(RepoPath, String)>, common: &Common) -> io::Result<()> {
    let views: Vec<ErrorView> = wrong
        .iter()
        .map(|error| ErrorView {
            message: error.message.clone(),
            location: error.location.clone(),
            label: String::new(),
            help: error.help.iter().cloned().collect(),
        })
        .collect();
    let text_of = |path: &RepoPath| read.filter(|(own, _)| own == path).map(|(_, text)| text.as_str().into());
    let options = lockstep_reporting::Options {
        color: colors(common.color, io::stderr().is_terminal()),
        ..lockstep_reporting::Options::default()
    };
    errors::write(&views, &text_of, &options, &mut io::stderr().lock())
}

/// Prints an error that ends the run.
pub fn complain(error: &anyhow::Error) {
    let _ = writeln!(io::stderr().lock(), "error: {}", escape::line(&format!("{error:#}")));
}

/// Says on standard error, if much is to be said, how many source files were read before, and what became of the rest.
pub fn tell_of_kept_facts(project: &Project, common: &Common) {
    let Some(facts) = project.facts.as_ref().filter(|_| common.verbose > 0) else { return };
    let (kept, parsed) = facts.counts();
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "note: the facts of {kept} source files were kept from an earlier run, {parsed} were parsed");
    if let Some(why) = facts.discarded() {
        let _ = writeln!(err, "note: what was kept was thrown away: {}", escape::line(why));
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

/// The error for a rule that does not exist.
pub fn unknown_rule(name: &str, rules: &[&RuleMeta]) -> anyhow::Error {
    let near = closest(name, rules.iter().map(|rule| rule.name));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    anyhow!("there is no rule `{name}`{hint} (`lockstep rules` lists them)")
}

/// The candidate that looks most like `name`, if one does.
/// The command that a path which does not exist may be a misspelling of.
fn command_meant(path: &Path) -> Option<String> {
    let word = path.to_str().filter(|word| !path.exists() && word.chars().all(char::is_alphanumeric))?;
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    closest(word, names.into_iter()).map(str::to_owned)
}

fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
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
