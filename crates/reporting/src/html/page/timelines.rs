//! Timelines of pairs: since when two functions move together, and whether it is getting better. One small picture for each
//! of the strongest pairs, with its figures as a table.

use std::fmt::Write;

use super::{
    super::{markup::Markup, model::Model},
    share,
};

/// Pairs that are told.
const PAIRS: usize = 12;
/// Pairs that changed together less often have no course.
const LEAST_JOINT: usize = 3;
/// Changes of either that each half must have to be compared.
const LEAST_TO_COMPARE: usize = 5;
/// A smaller difference of shares is no difference.
const DIFFERENCE: f64 = 0.15;
/// Quarters of the recent half: a year.
const RECENT: usize = 4;
/// Sizes of the picture.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 56.0;

/// The section.
pub(in crate::html) struct Timelines {
    pub(super) told: Vec<Timeline>,
}

/// A pair in time.
pub(in crate::html) struct Timeline {
    pub(super) a: (usize, String),
    pub(super) b: (usize, String),
    pub(super) course: String,
    pub(super) picture: Markup,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) quarters: Vec<Quarter>,
}

/// One quarter.
pub(in crate::html) struct Quarter {
    pub(super) label: String,
    pub(super) joint: usize,
    pub(super) alone: usize,
}

impl Timelines {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let pairs = model.edges.iter().filter_map(|edge| timeline(model, edge.a, edge.b));
        Self { told: pairs.take(PAIRS).collect() }
    }
}

fn timeline(model: &Model<'_>, a: usize, b: usize) -> Option<Timeline> {
    let joint = model.joint(a, b);
    if joint.len() < LEAST_JOINT {
        return None;
    }
    let number = model.quarters.len();
    let (mut together, mut alone) = (vec![0usize; number], vec![0usize; number]);
    let single = model.changes(a).iter().chain(model.changes(b)).filter(|change| joint.binary_search(change).is_err());
    joint.iter().for_each(|change| together[model.quarter_of[*change as usize]] += 1);
    single.for_each(|change| alone[model.quarter_of[*change as usize]] += 1);
    let start = (0..number).find(|quarter| together[*quarter] + alone[*quarter] > 0)?;
    let named = |function: usize| (function, model.names[function].clone());
    let quarter = |at: usize| Quarter { label: model.quarters.label(at), joint: together[at], alone: alone[at] };
    Some(Timeline {
        a: named(a),
        b: named(b),
        course: course(model, &together, &alone),
        picture: picture(&together[start..], &alone[start..]),
        first: model.quarters.label(start),
        last: model.quarters.label(number - 1),
        quarters: (start..number).filter(|at| together[*at] + alone[*at] > 0).map(quarter).collect(),
    })
}

/// When it began, and whether the last year differs from before.
fn course(model: &Model<'_>, together: &[usize], alone: &[usize]) -> String {
    let joint_in = |quarter: &usize| together[*quarter] > 0;
    let (first, last) = ((0..together.len()).find(joint_in), (0..together.len()).rev().find(joint_in));
    let label = |quarter: Option<usize>| quarter.map_or_else(String::new, |quarter| model.quarters.label(quarter));
    let split = together.len().saturating_sub(RECENT);
    let sums = |range: std::ops::Range<usize>| {
        let joint: usize = together[range.clone()].iter().sum();
        (joint, joint + alone[range].iter().sum::<usize>())
    };
    let (before, recent) = (sums(0..split), sums(split..together.len()));
    let began = format!("Together first in {}, last in {}.", label(first), label(last));
    if before.1 < LEAST_TO_COMPARE || recent.1 < LEAST_TO_COMPARE {
        return format!(
            "{began} Too few changes to compare the last year ({} of {} together) with the time before ({} of {}).",
            recent.0, recent.1, before.0, before.1
        );
    }
    let of = |(joint, all): (usize, usize)| joint as f64 / all as f64;
    let word = match of(recent) - of(before) {
        difference if difference <= -DIFFERENCE => "Loosening",
        difference if difference >= DIFFERENCE => "Tightening",
        _ => "As before",
    };
    format!(
        "{began} {word}: in the last year {} of {} changes of either were of both ({}), before that {} of {} ({}).",
        recent.0,
        recent.1,
        share(of(recent)),
        before.0,
        before.1,
        share(of(before))
    )
}

/// Bars by quarter: changes of both from the line upwards, changes of one below it.
fn picture(together: &[usize], alone: &[usize]) -> Markup {
    let most = together.iter().chain(alone).copied().max().unwrap_or(1).max(1) as f64;
    let step = WIDTH / together.len().max(1) as f64;
    let width = (step - 1.5).clamp(1.0, 14.0);
    let middle = HEIGHT / 2.0;
    let mut svg = format!("<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\">");
    for (number, (joint, single)) in together.iter().zip(alone).enumerate() {
        let left = number as f64 * step + (step - width) / 2.0;
        let height = |count: usize| if count == 0 { 0.0 } else { (count as f64 / most * (middle - 2.0)).max(2.0) };
        let (up, down) = (height(*joint), height(*single));
        // Writing to a string cannot fail.
        if up > 0.0 {
            let top = middle - 1.0 - up;
            let _ = write!(
                svg,
                "<rect class=\"joint\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{up:.1}\"/>"
            );
        }
        if down > 0.0 {
            let top = middle + 1.0;
            let _ = write!(
                svg,
                "<rect class=\"alone\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{down:.1}\"/>"
            );
        }
    }
    let _ = write!(svg, "<path class=\"axis\" d=\"M0 {middle}H{WIDTH}\"/></svg>");
    Markup(svg)
}
