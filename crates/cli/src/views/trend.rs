//! The development of a repository, as `trend` and the report want to see it.

use lockstep_config::Config;
use lockstep_linter::{
    Project, Report, Step,
    coupling::{Alone, AtEnd, FEWEST, Pair, Share, Trend},
    lockstep_thresholds,
};
use lockstep_model::Timestamp;
use lockstep_reporting::trend::{
    self, AloneView, Counted, EndView, HalvesView, PairView, PeriodView, ServiceEndView, ServicePeriodView,
    ServiceTrendView, ShareView, TrendView,
};

/// What of the development is wanted.
#[derive(Clone, Copy, Debug)]
pub struct TrendWishes {
    /// How long a period is.
    pub step: Step,
    /// The moment around which the history is halved.
    pub around: Option<Timestamp>,
    /// True if the functions of the report are units, those that are gone included.
    pub with_gone: bool,
}

/// The development of the functions of `report`, which is about `project`.
pub fn trend(report: &Report, project: &Project, config: &Config, wishes: TrendWishes) -> TrendView {
    let trend = report.trend(project, config, wishes.step);
    let step = match wishes.step {
        Step::Month => trend::Step::Month,
        Step::Quarter => trend::Step::Quarter,
        Step::Year => trend::Step::Year,
    };
    let first = trend.periods.first().map(|one| one.period.from);
    let (lower, min_support) = lockstep_thresholds(config);
    TrendView {
        as_of: report.history.state.head.map(|_| report.graph.as_of()),
        changesets: super::changesets(report),
        step,
        functions: report.found.functions.len(),
        gone: wishes.with_gone,
        fewest: FEWEST,
        counted: Counted { lower, min_support },
        earlier: trend.edits.iter().filter(|edit| first.is_some_and(|first| edit.time < first)).count() as u32,
        periods: trend
            .periods
            .iter()
            .map(|one| PeriodView {
                name: step.name(one.period.from),
                from: one.period.from,
                to: one.period.to,
                alone: alone(one.whole),
                end: one.end.as_ref().map(|at_end| end(report, &trend, at_end)),
            })
            .collect(),
        services: (0..trend.services.len()).map(|service| of_service(&trend, service)).collect(),
        halves: trend.halves(wishes.around).map(|(at, before, after)| HalvesView {
            at,
            asked: wishes.around.is_some(),
            before: alone(before),
            after: alone(after),
        }),
    }
}

fn alone(counts: Alone) -> AloneView {
    let share = |share: Share| ShareView { value: share.value(), lower: share.lower(), upper: share.upper() };
    AloneView {
        changesets: counts.changesets,
        one_function: counts.one_function,
        one_service: counts.one_service,
        sweeping: counts.sweeping,
        of_functions: counts.of_functions().map(share),
        of_services: counts.of_services().map(share),
    }
}

fn end(report: &Report, trend: &Trend, end: &AtEnd) -> EndView {
    let pairs = |pairs: &[Pair]| pairs.iter().map(|one| pair(report, trend, one)).collect();
    EndView {
        known: end.known.iter().sum(),
        pairs: pairs(&end.pairs),
        began: pairs(&end.began),
        ceased: pairs(&end.ceased),
    }
}

fn pair(report: &Report, trend: &Trend, pair: &Pair) -> PairView {
    let id = |number: usize| report.graph.functions()[number].id.clone();
    PairView {
        a: id(pair.a),
        b: id(pair.b),
        between_services: trend.service_of[pair.a] != trend.service_of[pair.b],
        strength: pair.strength,
        lower: pair.lower,
        support: pair.support,
    }
}

fn of_service(trend: &Trend, service: usize) -> ServiceTrendView {
    let period = |one: &lockstep_linter::coupling::PeriodTrend| ServicePeriodView {
        alone: alone(one.services[service]),
        end: one.end.as_ref().and_then(|end| service_end(trend, service, end)),
    };
    ServiceTrendView {
        name: trend.services[service].clone(),
        functions: trend.service_of.iter().filter(|of| **of == service).count(),
        alone: alone(trend.all_of(service)),
        periods: trend.periods.iter().map(period).collect(),
    }
}

/// None where nothing was known of any function of the service.
fn service_end(trend: &Trend, service: usize, end: &AtEnd) -> Option<ServiceEndView> {
    let known = end.known[service];
    let is_in = |function: usize| trend.service_of[function] == service;
    let mine: Vec<&Pair> = end.pairs.iter().filter(|pair| is_in(pair.a) || is_in(pair.b)).collect();
    let inside = mine.iter().filter(|pair| is_in(pair.a) && is_in(pair.b)).count() as u32;
    let sum: f64 = mine.iter().map(|pair| pair.strength).sum();
    (known > 0).then(|| ServiceEndView {
        known,
        inside,
        outward: mine.len() as u32 - inside,
        strength: (!mine.is_empty()).then(|| sum / mine.len() as f64),
    })
}
