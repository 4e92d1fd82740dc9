//! `lockstep init`: a commented `lockstep.toml` for this repository, and what to do next.

mod detect;
mod steps;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use lockstep_config::{FirstConfig, NewService};
use lockstep_linter::{Found, find, history_defaults, rule_schemas};
use lockstep_reporting::escape;

use crate::{args::InitArgs, exit::Exit, session::Session, terminal};
use detect::Detected;

/// The file that is written.
const FILE: &str = "lockstep.toml";
/// The findings that are known and held back.
const BASELINE: &str = "lockstep-baseline.jsonl";
/// What makes git keep the lines of both sides of a merge.
const MERGE: &str = "lockstep-baseline.jsonl merge=union";

/// Writes the file at the root of the checkout, or prints it.
pub fn init(args: &InitArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open(&args.path, &args.common, &[])? else { return Ok(Exit::Failed) };
    let place = place(&session, args)?;
    let found = session.pool.install(|| find(&session.project, &session.config));
    session.bar.finish();
    let detected = Detected::of(&session.project, &found);
    let text = first_config(&found, &detected);
    let Some(place) = place else {
        terminal::print(|out| out.write_all(text.as_bytes()))?;
        return Ok(Exit::Clean);
    };
    let mut file = fs::File::create_new(&place).with_context(|| format!("cannot write `{}`", place.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write `{}`", place.display()))?;
    let root = place.parent().unwrap_or(Path::new("."));
    let merged = attributes(root, args.gitattributes || root.join(BASELINE).exists())?;
    terminal::print(|out| {
        writeln!(out, "wrote `{FILE}`: {}", escape::line(&detected.lines().join("; ")))?;
        if merged {
            writeln!(out, "added to `.gitattributes`: {MERGE}")?;
        }
        write!(out, "\n{}", steps::text(&detected))
    })?;
    Ok(Exit::Clean)
}

/// Where the file is to be written; none to print it.
///
/// # Errors
/// If there is a configuration already, or no place for one.
fn place(session: &Session, args: &InitArgs) -> anyhow::Result<Option<PathBuf>> {
    if args.print {
        return Ok(None);
    }
    if let Some(taken) = &session.lookup.taken {
        bail!(
            "there is a configuration already, `{taken}`, and it is left as it is; `lockstep init --print` prints what would \
             be written, `lockstep config show` what is in force"
        );
    }
    let Some(root) = &session.project.root else {
        bail!("this is a bare repository: there is no place for a `{FILE}`; run it in a checkout, or with --print");
    };
    let place = root.join(FILE);
    if fs::symlink_metadata(&place).is_ok() {
        bail!(
            "there is a `{FILE}` already, and it is left as it is; `lockstep init --print` prints what would be written"
        );
    }
    Ok(Some(place))
}

fn first_config(found: &Found, detected: &Detected) -> String {
    let services: Vec<NewService> = found
        .services
        .iter()
        // A service of one function says nothing.
        .filter(|service| !service.declared && service.functions.len() > 1)
        .map(|service| NewService { name: service.name.clone(), functions: service.functions.clone() })
        .collect();
    let (rules, defaults) = (rule_schemas(), history_defaults());
    FirstConfig { found: &detected.lines(), services: &services, rules: &rules, defaults: &defaults }.text()
}

/// Adds the line to `.gitattributes` in `root`, if it is wanted and not there yet; whether it was added.
fn attributes(root: &Path, wanted: bool) -> anyhow::Result<bool> {
    let file = root.join(".gitattributes");
    if !wanted {
        return Ok(false);
    }
    let mut text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
    };
    if text.lines().any(|line| line.split_whitespace().next() == Some(BASELINE)) {
        return Ok(false);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text += MERGE;
    text.push('\n');
    fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    Ok(true)
}
