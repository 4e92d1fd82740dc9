//! `lockstep baseline`: writing, pruning and comparing the file of findings that are known. Nothing is written in a run
//! that is incomplete, and a file is written whole or not at all.

mod diff;

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::ArgMatches;
use lockstep_config::{BaselineFile, Config};
use lockstep_diagnostics::Level;
use lockstep_linter::{
    Report,
    baseline::{Baseline, Wanted},
    baseline_file, lint, ratchet,
};
use lockstep_model::RepoPath;
use lockstep_reporting::baseline::{self as render, PrunedView, WrittenView};

use crate::{
    args::{BaselineArgs, BaselineFileArg, BaselineVerb, PruneArgs, WriteArgs, level_flags},
    exit::Exit,
    session::{Session, complain, warn},
    terminal, whole,
};

/// Does what is asked.
pub fn baseline(args: &BaselineArgs, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let flags = |verb: &str| {
        let of = matches.subcommand_matches("baseline").and_then(|matches| matches.subcommand_matches(verb));
        of.map(level_flags).unwrap_or_default()
    };
    match &args.verb {
        BaselineVerb::Write(args) => write(args, &flags("write")),
        BaselineVerb::Prune(args) => prune(args, &flags("prune")),
        BaselineVerb::Diff(args) => diff::diff(args),
    }
}

/// Puts the file that the command line names before that of the configuration.
pub fn take(config: &mut Config, named: &BaselineFileArg) {
    match &named.baseline {
        Some(word) if word.as_os_str() == "none" => config.baseline.file = BaselineFile::None,
        Some(path) => config.baseline.file = BaselineFile::OnDisk(path.clone()),
        None => {}
    }
}

/// A run whose findings are to be known, and the file that is meant.
struct Run {
    session: Session,
    report: Report,
    file: PathBuf,
    shown: RepoPath,
    /// What the file holds now; nothing if there is none.
    old: Baseline,
    is_new: bool,
}

impl Run {
    /// Lints as `check` does; none if the answer is not whole, which is said, with the exit code that follows.
    /// `must_exist` says that there has to be a file.
    fn new(args: &PruneArgs, flags: &[(Level, String)], must_exist: bool) -> anyhow::Result<Result<Self, Exit>> {
        let Some(mut session) = Session::open_all(std::slice::from_ref(&args.path), &args.common, flags)? else {
            return Ok(Err(Exit::Failed));
        };
        take(&mut session.config, &args.file);
        if session.config.baseline.file == BaselineFile::None {
            bail!("the baseline is `none`: name a file with --baseline FILE");
        }
        let (file, shown) = baseline_file(&session.project, &session.config).ok_or_else(|| {
            anyhow!("this is a bare repository: run it in a checkout, or name a file with --baseline FILE")
        })?;
        let is_new = !file.exists();
        if is_new && must_exist {
            complain(&anyhow!("there is no `{shown}`: `lockstep baseline write` writes it"));
            return Ok(Err(Exit::Incomplete));
        }
        // What is on the disk is what is written anew, whatever git makes of the file.
        session.config.baseline.file = if is_new { BaselineFile::None } else { BaselineFile::OnDisk(file.clone()) };
        let options = session.options(&args.history)?;
        let report =
            session.pool.install(|| lint(&session.project, &session.config, &session.levels, &options, &session.bar));
        session.bar.finish();
        if !report.incomplete.is_empty() {
            warn(&report.incomplete);
            complain(&anyhow!(
                "`{shown}` is not written: what an incomplete run does not see would be missing from it"
            ));
            return Ok(Err(Exit::Incomplete));
        }
        let old = report.baseline.as_ref().map(|known| known.baseline.clone()).unwrap_or_default();
        Ok(Ok(Self { session, report, file, shown, old, is_new }))
    }

    fn stale(&self) -> usize {
        self.report.baseline.as_ref().map_or(0, |known| known.stale.len())
    }
}

fn write(args: &WriteArgs, flags: &[(Level, String)]) -> anyhow::Result<Exit> {
    let run = match Run::new(&args.run, flags, false)? {
        Ok(run) => run,
        Err(exit) => return Ok(exit),
    };
    let wanted = Wanted { grow: args.grow || run.is_new, ratchet: ratchet(&run.session.config, &run.report) };
    let done = run.old.refreshed(&run.report.lasting(), wanted);
    let nothing_to_know = run.is_new && done.baseline.is_empty();
    if !nothing_to_know {
        replace(&run.file, &done.baseline.render())?;
    }
    let view = WrittenView {
        file: run.shown.to_string(),
        is_new: run.is_new,
        entries: done.baseline.len(),
        added: done.added,
        raised: done.raised,
        tightened: done.tightened,
        left_new: done.left_new,
        left_worse: done.left_worse,
        stale: run.stale(),
        merges: merges_by_lines(&run),
        here_only: is_here_only(&run),
    };
    let options = terminal::options(&args.run.common);
    terminal::print(|out| render::write_written(&view, &options, out))?;
    Ok(Exit::Clean)
}

fn prune(args: &PruneArgs, flags: &[(Level, String)]) -> anyhow::Result<Exit> {
    let run = match Run::new(args, flags, true)? {
        Ok(run) => run,
        Err(exit) => return Ok(exit),
    };
    let stale = run.report.baseline.as_ref().map(|known| known.stale.clone()).unwrap_or_default();
    let pruned = run.old.without(&stale);
    if !stale.is_empty() {
        replace(&run.file, &pruned.render())?;
    }
    let view = PrunedView { file: run.shown.to_string(), removed: run.stale(), entries: pruned.len() };
    let options = terminal::options(&args.common);
    terminal::print(|out| render::write_pruned(&view, &options, out))?;
    Ok(Exit::Clean)
}

/// True if the file lies in the repository, and is none of its files: git ignores it, or it is a link that leads out.
fn is_here_only(run: &Run) -> bool {
    let project = &run.session.project;
    let Some(Ok(repository)) = project.repository.as_ref().map(|repository| repository.lock()) else { return false };
    let there = project.root.as_ref().map(|root| root.join(run.shown.as_str()));
    let is_inside = there.is_some_and(|there| there.exists());
    is_inside && !project.files.is_file(&run.shown) && (!run.is_new || repository.is_ignored(&run.shown))
}

/// True if git is told to merge the file line by line, or the file lies outside the repository.
fn merges_by_lines(run: &Run) -> bool {
    if run.session.project.root.as_ref().is_none_or(|root| !root.join(run.shown.as_str()).exists()) {
        return true;
    }
    let text = RepoPath::new(".gitattributes").ok().and_then(|path| run.session.project.files.text(&path).ok());
    text.is_some_and(|text| {
        let name = run.shown.file_name();
        text.lines().any(|line| line.contains(name) && line.contains("merge=union"))
    })
}

/// Writes the baseline `text` to `file`, whole or not at all.
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    whole::write(file, text.as_bytes()).with_context(|| format!("cannot write `{}`", file.display()))
}
