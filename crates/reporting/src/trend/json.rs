//! The document of `trend --format json`.

use std::io;

use serde::Serialize;

use super::{
    AloneView, Direction, EndView, HalvesView, PairView, PeriodView, ServiceEndView, ServiceTrendView, ShareView,
    TrendView,
};
use crate::{
    json::{self, SCHEMA_VERSION},
    prose,
};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    as_of: Option<String>,
    changesets: Changesets,
    by: &'static str,
    functions: usize,
    with_gone: bool,
    fewest_changesets: u32,
    counted: CountedEntry,
    earlier_changesets: u32,
    halves: Option<HalvesEntry>,
    periods: Vec<PeriodEntry<'a>>,
    services: Vec<ServiceEntry<'a>>,
}

#[derive(Serialize)]
struct Changesets {
    total: u32,
    kept: u32,
}

#[derive(Serialize)]
struct CountedEntry {
    #[serde(serialize_with = "json::share")]
    lower: f64,
    min_support: u32,
}

#[derive(Serialize)]
struct HalvesEntry {
    at: String,
    asked: bool,
    before: AloneEntry,
    after: AloneEntry,
    functions: Option<&'static str>,
    services: Option<&'static str>,
}

#[derive(Serialize)]
struct AloneEntry {
    changesets: u32,
    one_function: u32,
    one_service: u32,
    sweeping: u32,
    function_share: Option<ShareEntry>,
    service_share: Option<ShareEntry>,
}

#[derive(Serialize)]
struct ShareEntry {
    #[serde(serialize_with = "json::share")]
    value: f64,
    #[serde(serialize_with = "json::share")]
    lower: f64,
    #[serde(serialize_with = "json::share")]
    upper: f64,
}

#[derive(Serialize)]
struct PeriodEntry<'a> {
    name: &'a str,
    from: String,
    to: String,
    #[serde(flatten)]
    alone: AloneEntry,
    couplings: Option<EndEntry<'a>>,
}

#[derive(Serialize)]
struct EndEntry<'a> {
    known_functions: u32,
    count: usize,
    between_services: usize,
    strength: Option<Rounded>,
    pairs: Vec<PairEntry<'a>>,
    began: Vec<PairEntry<'a>>,
    ceased: Vec<PairEntry<'a>>,
}

#[derive(Serialize)]
struct PairEntry<'a> {
    a: &'a str,
    b: &'a str,
    between_services: bool,
    #[serde(serialize_with = "json::share")]
    strength: f64,
    #[serde(serialize_with = "json::share")]
    lower: f64,
    support: u32,
}

#[derive(Serialize)]
struct ServiceEntry<'a> {
    name: &'a str,
    functions: usize,
    all: AloneEntry,
    periods: Vec<ServicePeriodEntry<'a>>,
}

#[derive(Serialize)]
struct ServicePeriodEntry<'a> {
    name: &'a str,
    #[serde(flatten)]
    alone: AloneEntry,
    couplings: Option<ServiceEndEntry>,
}

#[derive(Serialize)]
struct ServiceEndEntry {
    known_functions: u32,
    inside: u32,
    outward: u32,
    strength: Option<Rounded>,
}

/// A share.
#[derive(Serialize)]
struct Rounded(#[serde(serialize_with = "json::share")] f64);

/// Writes the document of `trend --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &TrendView, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        as_of: view.as_of.map(prose::instant),
        changesets: Changesets { total: view.changesets.total, kept: view.changesets.kept },
        by: view.step.as_str(),
        functions: view.functions,
        with_gone: view.gone,
        fewest_changesets: view.fewest,
        counted: CountedEntry { lower: view.counted.lower, min_support: view.counted.min_support },
        earlier_changesets: view.earlier,
        halves: view.halves.as_ref().map(halves),
        periods: view.periods.iter().map(period).collect(),
        services: view.services.iter().map(|one| service(one, &view.periods)).collect(),
    };
    json::write(&document, out)
}

fn halves(halves: &HalvesView) -> HalvesEntry {
    let word = |direction: Option<Direction>| direction.map(Direction::as_str);
    HalvesEntry {
        at: prose::instant(halves.at),
        asked: halves.asked,
        before: alone(&halves.before),
        after: alone(&halves.after),
        functions: word(Direction::of(halves.before.of_functions, halves.after.of_functions)),
        services: word(Direction::of(halves.before.of_services, halves.after.of_services)),
    }
}

fn alone(alone: &AloneView) -> AloneEntry {
    let share = |share: ShareView| ShareEntry { value: share.value, lower: share.lower, upper: share.upper };
    AloneEntry {
        changesets: alone.changesets,
        one_function: alone.one_function,
        one_service: alone.one_service,
        sweeping: alone.sweeping,
        function_share: alone.of_functions.map(share),
        service_share: alone.of_services.map(share),
    }
}

fn period(period: &PeriodView) -> PeriodEntry<'_> {
    PeriodEntry {
        name: &period.name,
        from: prose::instant(period.from),
        to: prose::instant(period.to),
        alone: alone(&period.alone),
        couplings: period.end.as_ref().map(end),
    }
}

fn end(end: &EndView) -> EndEntry<'_> {
    EndEntry {
        known_functions: end.known,
        count: end.pairs.len(),
        between_services: end.between(),
        strength: end.strength().map(Rounded),
        pairs: end.pairs.iter().map(pair).collect(),
        began: end.began.iter().map(pair).collect(),
        ceased: end.ceased.iter().map(pair).collect(),
    }
}

fn pair(pair: &PairView) -> PairEntry<'_> {
    PairEntry {
        a: pair.a.as_str(),
        b: pair.b.as_str(),
        between_services: pair.between_services,
        strength: pair.strength,
        lower: pair.lower,
        support: pair.support,
    }
}

fn service<'a>(service: &'a ServiceTrendView, periods: &'a [PeriodView]) -> ServiceEntry<'a> {
    let of_period = service.periods.iter().zip(periods).map(|(one, period)| ServicePeriodEntry {
        name: &period.name,
        alone: alone(&one.alone),
        couplings: one.end.as_ref().map(service_end),
    });
    ServiceEntry {
        name: &service.name,
        functions: service.functions,
        all: alone(&service.alone),
        periods: of_period.collect(),
    }
}

fn service_end(end: &ServiceEndView) -> ServiceEndEntry {
    ServiceEndEntry {
        known_functions: end.known,
        inside: end.inside,
        outward: end.outward,
        strength: end.strength.map(Rounded),
    }
}
