//! `lockstep services`: the services that the history suggests, and writing them down.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use lockstep_config::{Place, add_services, service_tables};
use lockstep_linter::{NamedBoundaries, Report, analyse, coupling, rules};
use lockstep_model::RepoPath;
use lockstep_reporting::{
    escape, services as render,
    services::{BondView, InferredView, MergeView, MoveView, ServicesView, SplitView, UnknownView},
};

use crate::{
    args::{ListFormat, ServicesArgs},
    exit::Exit,
    session::{Session, warn_incomplete},
    terminal,
};

/// The configuration file that is written if there is none.
const FILE: &str = "lockstep.toml";

/// Compares, and with `--write` adds what was inferred to the configuration.
pub fn services(args: &ServicesArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open_all(&args.paths, &args.common, &[])? else { return Ok(Exit::Failed) };
    // Asked before the history is read: nobody wants to wait for a refusal.
    let target = if args.write { Some(target(&session)?) } else { None };
    let options = session.options(&args.history)?;
    let report = session.pool.install(|| analyse(&session.project, &session.config, &options, &session.bar));
    session.bar.finish();
    let named = report.boundaries();
    let exit = warn_incomplete(&report);
    if let Some((file, shown)) = target {
        if exit != Exit::Clean {
            bail!("nothing is written to `{}`: the history is incomplete", shown.path);
        }
        return write(&session, &report, &named, &file, &shown);
    }
    let view = view(&report, &named);
    let wishes = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&view, &wishes, out),
        ListFormat::Json => render::write_json(&view, out),
    })?;
    Ok(exit)
}

/// The file to write, on the disk and as it is called in the repository.
fn target(session: &Session) -> anyhow::Result<(PathBuf, Place)> {
    let taken = session.lookup.taken.clone();
    if let Some(named) = &session.named {
        let name = || Place::file(RepoPath::from_git(named.to_string_lossy().as_bytes()));
        return Ok((named.clone(), taken.unwrap_or_else(name)));
    }
    if !session.project.members.is_empty() && session.lookup.taken.is_none() {
        bail!("of several repositories none is the one to write to: name a file with --config FILE");
    }
    let root = session.project.root.as_deref().ok_or_else(|| {
        anyhow!("this is a bare repository: there is no place for a `{FILE}`; run it in a checkout, or name a file with --config")
    })?;
    let shown = match taken {
        Some(taken) => taken,
        None => Place::file(RepoPath::new(FILE)?),
    };
    let file = root.join(shown.path.as_str());
    if session.lookup.taken.is_none() && file.exists() {
        bail!("there is a `{FILE}` already, which was not read: leave out `--isolated`");
    }
    Ok((file, shown))
}

fn write(
    session: &Session,
    report: &Report,
    named: &NamedBoundaries,
    file: &Path,
    shown: &Place,
) -> anyhow::Result<Exit> {
    let (new, kept) = report.services_to_write(named, &session.config);
    let say = |text: &str| {
        terminal::print(|out| {
            for line in text.lines() {
                writeln!(out, "{}", escape::line(line))?;
            }
            Ok(())
        })
    };
    for line in &kept {
        say(&format!("left as it is: {line}"))?;
    }
    if new.is_empty() {
        say(&format!(
            "nothing to add to `{}`: the history suggests no service of several functions beyond those in it",
            shown.path
        ))?;
        return Ok(Exit::Clean);
    }
    let before = match fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
    };
    let after = add_services(shown, before.as_deref(), &new, &rules()).map_err(|why| anyhow!(why))?;
    fs::write(file, after).with_context(|| format!("cannot write `{}`", file.display()))?;
    say(&format!("added to `{}`:\n{}", shown.path, service_tables(&new, shown.within)))?;
    Ok(Exit::Clean)
}

/// The comparison, for those who show it.
pub fn view(report: &Report, named: &NamedBoundaries) -> ServicesView {
    let NamedBoundaries { boundaries, names } = named;
    let nodes = report.graph.functions();
    let id = |function: &usize| nodes[*function].id.clone();
    let service = |number: &usize| report.found.services[*number].name.clone();
    let bonds = |bonds: &[coupling::Bond]| {
        let one = |bond: &coupling::Bond| BondView {
            a: id(&bond.a),
            b: id(&bond.b),
            strength: bond.strength,
            lower: bond.lower,
            support: bond.support,
        };
        bonds.iter().map(one).collect()
    };
    ServicesView {
        services: report.found.services.clone(),
        inferred: boundaries
            .inferred
            .iter()
            .zip(names)
            .map(|(inferred, name)| {
                let alone = report.graph.alone(&inferred.functions);
                InferredView {
                    name: name.clone(),
                    functions: inferred.functions.iter().map(id).collect(),
                    services: claimed(inferred.functions.iter().map(|function| nodes[*function].service.as_str())),
                    changesets: alone.changesets,
                    alone: alone.single,
                    cohesion: inferred.cohesion,
                    outward: inferred.outward,
                }
            })
            .collect(),
        adjusted_rand_index: boundaries.adjusted_rand_index,
        merge: boundaries
            .merge
            .iter()
            .map(|merge| MergeView {
                services: merge.services.iter().map(service).collect(),
                bonds: bonds(&merge.bonds),
            })
            .collect(),
        split: boundaries
            .split
            .iter()
            .map(|split| SplitView {
                service: service(&split.service),
                parts: split.parts.iter().map(|part| part.iter().map(id).collect()).collect(),
                inside: split.inside,
                across: split.across,
            })
            .collect(),
        moves: boundaries
            .moves
            .iter()
            .map(|one| MoveView {
                function: id(&one.function),
                from: service(&one.from),
                to: service(&one.to),
                strength_from: one.strength_from,
                strength_to: one.strength_to,
                bonds: bonds(&one.bonds),
            })
            .collect(),
        unknown: boundaries
            .unknown
            .iter()
            .map(|function| {
                let (kind, reason) = match &nodes[*function].knowledge {
                    coupling::Knowledge::Unknown(why) => (why.reason(), why.to_string()),
                    coupling::Knowledge::Known => ("", String::new()),
                };
                UnknownView { function: id(function), service: nodes[*function].service.clone(), kind, reason }
            })
            .collect(),
    }
}

/// How many functions of each service there are, most first.
fn claimed<'a>(services: impl Iterator<Item = &'a str>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    services.for_each(|service| *counts.entry(service).or_default() += 1);
    let mut counts: Vec<(String, usize)> = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    counts.sort_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
    counts
}
