//! `lockstep model`: the history of the main branch as a file, for pull requests that are checked without it.

use std::{fs, io, path::Path};

use anyhow::Context;
use lockstep_linter::{Options, Past, PastFacts};
use lockstep_reporting::model::{self as render, ModelView};

use crate::{
    args::{ListFormat, ModelArgs, ModelCommand, ModelShowArgs, ModelWriteArgs},
    exit::Exit,
    session::{Session, fetch_missing, tell_of_what_was_kept, warn},
    terminal,
};

/// Writes a model, or says what one is of.
pub fn model(args: &ModelArgs) -> anyhow::Result<Exit> {
    match &args.command {
        ModelCommand::Write(args) => write(args),
        ModelCommand::Show(args) => show(args),
    }
}

fn write(args: &ModelWriteArgs) -> anyhow::Result<Exit> {
    if args.fetch_history {
        fetch_missing(&args.path, None);
    }
    let Some(mut session) = Session::open(&args.path, &args.common, &[])? else { return Ok(Exit::Failed) };
    let options = Options { as_of: None, allow_shallow: false, jobs: session.pool.current_num_threads() };
    let Session { project, config, pool, bar, .. } = &mut session;
    let made = pool.install(|| lockstep_linter::model(project, config, &options, bar));
    session.bar.finish();
    tell_of_what_was_kept(&session.project, &args.common);
    let model = match made {
        Ok(model) => model,
        Err(reasons) => return Ok(warn(&reasons)),
    };
    replace(&args.file, &model.bytes).with_context(|| format!("cannot write `{}`", args.file.display()))?;
    if args.common.quiet == 0 {
        let (view, wishes) = (view(&model.facts, model.bytes.len()), terminal::options(&args.common));
        terminal::print(|out| render::write_text(&view, &wishes, out))?;
    }
    Ok(Exit::Clean)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    // One that is cut short is known by its hash.
    fs::write(path, bytes)
}

fn show(args: &ModelShowArgs) -> anyhow::Result<Exit> {
    let name = args.file.display();
    let bytes = fs::read(&args.file).with_context(|| format!("cannot read `{name}`"))?;
    let facts = Past::facts_of(&bytes).with_context(|| format!("`{name}` cannot be used"))?;
    let (view, wishes) = (view(&facts, bytes.len()), lockstep_reporting::Options::default());
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&view, &wishes, out),
        ListFormat::Json => render::write_json(&view, out),
    })?;
    Ok(Exit::Clean)
}

fn view(facts: &PastFacts, size: usize) -> ModelView {
    ModelView {
        head: facts.head.as_ref().map(ToString::to_string),
        as_of: facts.head_time,
        commits: facts.commits,
        changesets: facts.changesets,
        written_by: facts.build.clone(),
        readable: facts.build == lockstep_linter::PAST,
        size: size as u64,
    }
}
