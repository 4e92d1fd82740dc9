//! `lockstep baseline diff`: two files, or the baseline of a commit and the one that is here.

use std::{fs, path::Path};

use anyhow::Context;
use lockstep_config::BaselineFile;
use lockstep_linter::{
    Incomplete, Project,
    baseline::{Baseline, Changed, Entry, Fault, compare},
    baseline_file,
};
use lockstep_model::{CommitId, RepoPath};
use lockstep_reporting::{
    baseline::{self as render, DiffView, EntryView},
    errors::{self, ErrorView},
};

use super::take;
use crate::{
    args::{DiffArgs, DiffFormat},
    base,
    exit::Exit,
    session::{Session, complain, warn},
    terminal,
};

/// A text, and what it is called.
struct Side {
    name: String,
    text: String,
}

/// Shows what differs.
pub fn diff(args: &DiffArgs) -> anyhow::Result<Exit> {
    let sides = match (&args.old, &args.new) {
        (Some(old), Some(new)) => [of_file(old)?, of_file(new)?],
        _ => match of_repository(args)? {
            Ok(sides) => sides,
            Err(exit) => return Ok(exit),
        },
    };
    let mut read = Vec::new();
    for side in &sides {
        match Baseline::parse(&side.text) {
            Ok(baseline) => read.push(baseline),
            Err(fault) => {
                show(side, &fault)?;
                return Ok(Exit::Incomplete);
            }
        }
    }
    let found = compare(&read[0], &read[1]);
    let changed = |changed: &Changed| (entry(&changed.old), entry(&changed.new));
    let [old, new] = sides.map(|side| side.name);
    let view = DiffView {
        old,
        new,
        added: found.added.iter().map(entry).collect(),
        removed: found.removed.iter().map(entry).collect(),
        changed: found.changed.iter().map(changed).collect(),
        before: found.before,
        after: found.after,
    };
    let options = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        DiffFormat::Text => render::write_diff(&view, &options, out),
        DiffFormat::Json => render::write_diff_json(&view, out),
        DiffFormat::Markdown => render::write_diff_markdown(&view, &options, out),
    })?;
    Ok(Exit::Clean)
}

fn of_file(path: &Path) -> anyhow::Result<Side> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{name}`"))?;
    Ok(Side { name, text })
}

/// The baseline where HEAD left the base, and the one that is here. One that is not there knows nothing.
fn of_repository(args: &DiffArgs) -> anyhow::Result<Result<[Side; 2], Exit>> {
    let change = base::against(args.base.as_deref(), false, &|name| std::env::var_os(name));
    let Some(mut session) = Session::open_with(Path::new("."), &args.common, &[], change)? else {
        return Ok(Err(Exit::Failed));
    };
    take(&mut session.config, &args.file);
    if session.config.baseline.file == BaselineFile::None {
        anyhow::bail!("the baseline is `none`: name a file with --baseline FILE, or two files");
    }
    let Some((file, shown)) = baseline_file(&session.project, &session.config) else {
        anyhow::bail!("this is a bare repository: name two files");
    };
    let before = match commit(&session.project) {
        Ok(before) => before,
        Err(exit) => return Ok(Err(exit)),
    };
    let then = session.project.at(before).files.text(&shown).ok();
    let now = fs::read_to_string(&file).ok();
    if then.is_none() && now.is_none() {
        complain(&anyhow::anyhow!("there is no `{shown}`, here or there: `lockstep baseline write` writes it"));
        return Ok(Err(Exit::Incomplete));
    }
    let nothing = Baseline::default().render();
    let text = |text: Option<String>| text.unwrap_or_else(|| nothing.clone());
    Ok(Ok([
        Side { name: format!("{shown} at {}", before.short()), text: text(then.map(|text| text.to_string())) },
        Side { name: shown.to_string(), text: text(now) },
    ]))
}

/// The commit to compare with.
fn commit(project: &Project) -> Result<CommitId, Exit> {
    if let Some(change) = &project.change {
        let why = || change.incomplete(project.ci).map(Incomplete::nothing_to_compare);
        return change.before().ok_or_else(|| warn(why().as_slice()));
    }
    let repository = project.repository.as_ref().and_then(|repository| repository.lock().ok());
    let head = repository.map(|repository| repository.commit_id(None).map_err(anyhow::Error::from));
    head.unwrap_or_else(|| Err(anyhow::anyhow!("there is no git repository here: name two files"))).map_err(|error| {
        complain(&error);
        Exit::Incomplete
    })
}

fn show(side: &Side, fault: &Fault) -> anyhow::Result<()> {
    let view = ErrorView {
        message: format!("{}:{}:{}: {}", side.name, fault.line, fault.column, fault.message),
        help: vec![fault.help.clone()],
        ..ErrorView::default()
    };
    let none = |_: &RepoPath| None;
    let options = lockstep_reporting::Options::default();
    Ok(errors::write(&[view], &none, &options, &mut std::io::stderr().lock())?)
}

fn entry(entry: &Entry) -> EntryView {
    EntryView {
        rule: entry.key.rule.clone(),
        functions: entry.key.functions.clone(),
        subjects: entry.key.subjects.clone(),
        at: entry.at.share(),
        since: entry.since.to_string(),
        reason: entry.reason.clone(),
        expires: entry.expires.map(|day| day.to_string()),
    }
}
