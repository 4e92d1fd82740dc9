//! `shotgun-surgery`: the system as a whole moves in lockstep. At most one finding per repository.

use lockstep_coupling::{Independence, Share};
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::Location;
use serde::{Deserialize, Serialize};

use crate::{Draft, Range, Rule, RuleOptions, Sink, View, prose::count, view::sorted};

/// The rule.
pub(crate) struct ShotgunSurgery;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// The share of changesets that edit exactly one unit: reported if it is surely below.
    pub below: f64,
    /// Fewest changesets that edit a function.
    pub min_changesets: u32,
    /// Fewest units that ever changed.
    pub min_units: usize,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { below: P10, min_changesets: 50, min_units: 3, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("below", Range::Share),
        ("min-changesets", Range::AtLeast(1)),
        ("min-units", Range::AtLeast(2)),
        ("commits", Range::AtLeast(0)),
    ];
}

/// The share that nine in ten of 18 public repositories reach: see the page of the rule.
const P10: f64 = 0.56;
/// Their median.
const MEDIAN: f64 = 0.67;
/// Units that a person wants to read about.
const TOLD: usize = 5;

/// What changes by itself or does not: a declared service, else a function.
struct Units {
    /// Per function: its unit.
    of: Vec<usize>,
    /// Per unit: how it is called.
    names: Vec<String>,
}

impl Units {
    fn new(view: &View<'_>) -> Self {
        let mut units = Self { of: Vec::new(), names: Vec::new() };
        let mut services: Vec<(&str, usize)> = Vec::new();
        for function in 0..view.functions().len() {
            let service = view.declared_service(function).map(|service| service.name.as_str());
            let known = service.and_then(|service| services.iter().find(|(name, _)| *name == service));
            let unit = known.map_or(units.names.len(), |(_, unit)| *unit);
            if unit == units.names.len() {
                services.extend(service.map(|service| (service, unit)));
                units.names.push(service.unwrap_or_else(|| view.id(function).as_str()).to_owned());
            }
            units.of.push(unit);
        }
        units
    }

    /// "functions", or "services and functions" where some are declared services.
    fn noun(&self) -> &'static str {
        if self.names.len() == self.of.len() { "function" } else { "service or function" }
    }
}

impl Rule for ShotgunSurgery {
    const META: RuleMeta = RuleMeta {
        name: "shotgun-surgery",
        group: Group::Coupling,
        default_level: Level::Warn,
        summary: "few changes touch exactly one function: the system as a whole moves in lockstep",
        since: "0.1.0",
        page: include_str!("shotgun_surgery.md"),
    };
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let units = Units::new(view);
        let found = view.graph().independence(&units.of);
        let changed = view.graph().functions().iter().zip(&units.of).filter(|(node, _)| node.changes > 0);
        let alive = sorted(changed.map(|(_, unit)| *unit).collect()).len();
        let enough = found.all.changesets >= options.min_changesets && alive >= options.min_units;
        let first = view.functions().iter().map(|function| function.declared_at()).min();
        if let Some(first) = first.filter(|_| enough && found.all.upper() < options.below) {
            sink.say(finding(options, view, &units, &found, first));
        }
    }
}

fn finding(options: &Options, view: &View<'_>, units: &Units, found: &Independence, first: &Location) -> Draft {
    let noun = units.noun();
    let all = found.all;
    let message =
        format!("{} of {} changesets touch exactly one {noun}: the system moves as one", all.single, all.changesets);
    let primary = Label {
        location: first.clone(),
        message: format!("{} are declared from here on", count(view.functions().len() as u32, "function")),
    };
    // The finding is about the repository, whichever functions it has today: it names none, and stays the same one.
    let mut draft = Draft::new(message, primary);
    draft.weight = 1.0 - all.value();
    draft.evidence.push(Evidence::Independence {
        single: all.single,
        of: all.changesets,
        share: all.value(),
        upper: all.upper(),
    });
    draft.notes.push(standing(all));
    draft.notes.push(development(found));
    draft.notes.push(sweeping(found));
    draft.notes.extend(by_service(view, units, found));
    draft.notes.push(most_moved(units, found));
    let widest = found.widest.iter().take(options.commits);
    draft.notes.push(format!(
        "the widest touch {}",
        widest.clone().map(|together| together.functions.to_string()).collect::<Vec<_>>().join(", ")
    ));
    draft.evidence.push(Evidence::Commits(widest.map(|together| view.commit(together.changeset)).collect()));
    draft.help = vec![
        "look for what every change has to touch: `lockstep check -W shared-implementation` names shared code, \
         `lockstep services` the services that the history suggests"
            .to_owned(),
        "declare functions that are meant to be one microservice as one `[[service]]` in lockstep.toml: it counts as \
         one then"
            .to_owned(),
    ];
    draft
}

/// Where the repository stands among others.
fn standing(all: Share) -> String {
    format!(
        "a share of {:.2}, at most {:.2}: nine in ten of 18 public repositories have at least {P10:.2}, half of them \
         {MEDIAN:.2}",
        all.value(),
        all.upper()
    )
}

/// How the share developed.
fn development(found: &Independence) -> String {
    let (earlier, later) = (found.earlier.value(), found.later.value());
    let how = match later - earlier {
        difference if difference > 0.05 => "it has risen",
        difference if difference < -0.05 => "it has fallen",
        _ => "it has hardly changed",
    };
    format!("{how}: {earlier:.2} in the first half of the history, {later:.2} in the second")
}

/// How sweeping changesets count, and how much they matter.
fn sweeping(found: &Independence) -> String {
    let all = found.all;
    let without = Share { changesets: all.changesets - found.sweeping, single: all.single };
    match found.sweeping {
        0 => "no sweeping change is among them: none touches more functions than one change can mean".to_owned(),
        sweeping => format!(
            "{} among them, counted since every function touched had to be deployed; without, the share is {:.2}",
            count(sweeping, "sweeping change"),
            without.value()
        ),
    }
}

/// The same for services, stacks included: functions of one may be meant to change together.
fn by_service(view: &View<'_>, units: &Units, found: &Independence) -> Option<String> {
    let names = sorted((0..units.of.len()).map(|function| view.service(function)).collect());
    let of: Vec<usize> =
        (0..units.of.len()).filter_map(|function| names.binary_search(&view.service(function)).ok()).collect();
    let share = view.graph().independence(&of).all;
    (names.len() > 1 && share != found.all).then(|| {
        format!("counted by service, {} of {} touch exactly one: {:.2}", share.single, share.changesets, share.value())
    })
}

fn most_moved(units: &Units, found: &Independence) -> String {
    let told: Vec<String> =
        found.busiest.iter().take(TOLD).map(|(unit, times)| format!("`{}` ({times})", units.names[*unit])).collect();
    let wide = found.widest.len();
    format!("most often part of the {} that touch several: {}", count(wide as u32, "changeset"), told.join(", "))
}
