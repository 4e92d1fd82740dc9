//! The trend: did splitting work? Quarter by quarter, the share of changesets that edit exactly one function, and how many
//! couplings there were at its end.

use std::fmt::Write;

use super::{
    super::{
        markup::{self, Markup},
        model::Model,
    },
    share,
};
use crate::{
    prose::date,
    trend::{AloneView, Direction, HalvesView, PeriodView, ShareView, Step, TrendView},
};

/// Periods that are shown, the newest.
const PERIODS: usize = 40;
/// Services that are shown, those with the most changesets.
const SERVICES: usize = 25;
/// Sizes of the picture: what is drawn for one period, and how high its two halves are.
const WIDTH: f64 = 22.0;
const HALF: f64 = 84.0;
const LEFT: f64 = 34.0;

/// The section.
pub(in crate::html) struct Trend {
    pub(super) halves: Option<String>,
    pub(super) fewest: u32,
    pub(super) lower: String,
    pub(super) min_support: u32,
    pub(super) picture: Markup,
    pub(super) periods: Vec<Row>,
    pub(super) before: usize,
    pub(super) services: Vec<ServiceRow>,
    pub(super) more_services: usize,
}

/// One period.
pub(in crate::html) struct Row {
    pub(super) name: String,
    pub(super) changesets: u32,
    pub(super) one_function: String,
    pub(super) one_service: String,
    pub(super) known: String,
    pub(super) coupled: String,
    pub(super) between: String,
    pub(super) strength: String,
    pub(super) began: String,
    pub(super) ceased: String,
}

/// One service, in all periods together and at the end of the last.
pub(in crate::html) struct ServiceRow {
    pub(super) name: String,
    pub(super) functions: usize,
    pub(super) changesets: u32,
    pub(super) alone: String,
    pub(super) inside: String,
    pub(super) outward: String,
}

impl Trend {
    /// None where nothing ever changed a function.
    pub(super) fn new(model: &Model<'_>) -> Option<Self> {
        let view = model.view.trend.as_ref().filter(|view| !view.periods.is_empty())?;
        let before = view.periods.len().saturating_sub(PERIODS);
        let shown = &view.periods[before..];
        let mut services: Vec<_> = view.services.iter().collect();
        services.sort_by(|x, y| y.alone.changesets.cmp(&x.alone.changesets).then_with(|| x.name.cmp(&y.name)));
        Some(Self {
            halves: view.halves.as_ref().map(halves),
            fewest: view.fewest,
            lower: share(view.counted.lower),
            min_support: view.counted.min_support,
            picture: Markup(picture(view, shown)),
            periods: shown.iter().rev().map(row).collect(),
            before,
            more_services: services.len().saturating_sub(SERVICES),
            services: services.into_iter().take(SERVICES).map(service).collect(),
        })
    }
}

fn told(share_view: Option<ShareView>, changesets: u32) -> String {
    match share_view {
        Some(one) => share(one.value),
        None if changesets == 0 => "-".to_owned(),
        None => "too few".to_owned(),
    }
}

fn row(period: &PeriodView) -> Row {
    let alone = &period.alone;
    let end = period.end.as_ref();
    let number = |of: Option<usize>| of.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
    let turned = |of: Option<usize>| of.map_or_else(String::new, |number| number.to_string());
    Row {
        name: period.name.clone(),
        changesets: alone.changesets,
        one_function: told(alone.of_functions, alone.changesets),
        one_service: told(alone.of_services, alone.changesets),
        known: number(end.map(|end| end.known as usize)),
        coupled: number(end.map(|end| end.pairs.len())),
        between: number(end.map(|end| end.between())),
        strength: end.and_then(|end| end.strength()).map_or_else(|| "-".to_owned(), share),
        began: turned(end.map(|end| end.began.len())),
        ceased: turned(end.map(|end| end.ceased.len())),
    }
}

fn service(one: &crate::trend::ServiceTrendView) -> ServiceRow {
    let end = one.periods.last().and_then(|period| period.end);
    let number = |of: Option<u32>| of.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
    ServiceRow {
        name: markup::name(&one.name),
        functions: one.functions,
        changesets: one.alone.changesets,
        alone: told(one.alone.of_functions, one.alone.changesets),
        inside: number(end.map(|end| end.inside)),
        outward: number(end.map(|end| end.outward)),
    }
}

/// "Up to 2023-06-30, 41 of 120 changesets edit exactly one function (.34); after that, 88 of 130 (.68): it rose."
fn halves(halves: &HalvesView) -> String {
    let part = |alone: &AloneView| {
        format!("{} of {} ({})", alone.one_function, alone.changesets, told(alone.of_functions, alone.changesets))
    };
    let direction = match Direction::of(halves.before.of_functions, halves.after.of_functions) {
        Some(Direction::Rose) => "it rose",
        Some(Direction::Fell) => "it fell",
        Some(Direction::Uncertain) => "no difference that chance would not make",
        None => "too few changesets to compare",
    };
    format!(
        "Changesets that edit exactly one function: up to {} {}, after that {}: {direction}.",
        date(halves.at),
        part(&halves.before),
        part(&halves.after)
    )
}

/// Two pictures on one axis of time: the share above, couplings below.
fn picture(view: &TrendView, periods: &[PeriodView]) -> String {
    let width = LEFT + periods.len() as f64 * WIDTH + 4.0;
    let height = 2.0 * HALF + 52.0;
    let mut svg = format!(
        "<svg class=\"trend\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\">"
    );
    let top = 12.0;
    for (label, at) in [("1", 0.0), (".5", 0.5), ("0", 1.0)] {
        let y = top + at * HALF;
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {y}H{width}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            LEFT - 6.0,
            y + 3.5
        );
    }
    shares(periods, top, &mut svg);
    couplings(periods, top + HALF + 20.0, width, &mut svg);
    for (number, period) in periods.iter().enumerate().filter(|(number, _)| is_labelled(view, periods, *number)) {
        let x = LEFT + number as f64 * WIDTH;
        let year: String = period.name.chars().take(4).filter(char::is_ascii_digit).collect();
        let _ = write!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\">{year}</text>", height - 4.0);
    }
    svg.push_str("</svg>");
    svg
}

/// True for periods under which their year stands: the first of each year, and the very first unless the next is near.
fn is_labelled(view: &TrendView, periods: &[PeriodView], number: usize) -> bool {
    let begins = |period: &PeriodView| match view.step {
        Step::Quarter => period.name.ends_with("Q1"),
        Step::Month => period.name.ends_with("-01"),
        Step::Year => true,
    };
    begins(&periods[number]) || (number == 0 && !periods.iter().take(3).any(begins))
}

fn middle(number: usize) -> f64 {
    LEFT + (number as f64 + 0.5) * WIDTH
}

/// Each share with what it is at least and at most.
fn shares(periods: &[PeriodView], top: f64, svg: &mut String) {
    let y = |share: f64| top + (1.0 - share.clamp(0.0, 1.0)) * HALF;
    let mut line = Vec::new();
    for (number, period) in periods.iter().enumerate() {
        let Some(one) = period.alone.of_functions else { continue };
        let x = middle(number);
        let _ = write!(svg, "<path class=\"range\" d=\"M{x:.1} {:.1}V{:.1}\"/>", y(one.upper), y(one.lower));
        line.push((x, y(one.value)));
    }
    let points: Vec<String> = line.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = write!(svg, "<polyline class=\"curve\" points=\"{}\"/>", points.join(" "));
    for (x, y) in line {
        let _ = write!(svg, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
    }
}

/// Couplings at the end of each period: those between services dark, those within one light above them.
fn couplings(periods: &[PeriodView], top: f64, width: f64, svg: &mut String) {
    let pairs = |period: &PeriodView| period.end.as_ref().map(|end| (end.between(), end.pairs.len()));
    let most = periods.iter().filter_map(pairs).map(|(_, all)| all).max().unwrap_or(0).max(1);
    let base = top + HALF;
    let _ = write!(
        svg,
        "<path class=\"grid\" d=\"M{LEFT} {base}H{width}M{LEFT} {top}H{width}\"/><text x=\"{at:.1}\" y=\"{:.1}\" \
         text-anchor=\"end\">{most}</text><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"end\">0</text>",
        top + 3.5,
        base + 3.5,
        at = LEFT - 6.0
    );
    let height = |number: usize| number as f64 / most as f64 * HALF;
    for (number, period) in periods.iter().enumerate() {
        let x = middle(number) - 6.0;
        match pairs(period) {
            Some((between, all)) => {
                for (class, from, count) in [("between", 0, between), ("inside", between, all - between)] {
                    if count > 0 {
                        let _ = write!(
                            svg,
                            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"{:.1}\"/>",
                            base - height(from + count),
                            height(count)
                        );
                    }
                }
            }
            None => {
                let _ =
                    write!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">?</text>", x + 6.0, base - 4.0);
            }
        }
    }
}
