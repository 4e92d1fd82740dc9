//! The page as its template sees it: section by section, every text harmless, every figure as it is shown.

mod calibration;
mod findings;
mod functions;
mod head;
mod left_out;
mod pairs;
mod services;
mod timelines;
mod trend;
mod wiring;

use askama::Template;

use super::{
    MOST_CALIBRATED, data, files,
    markup::Markup,
    matrix::{self, Matrix},
    model::Model,
};
use crate::tool;

/// The whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    title: String,
    policy: String,
    style: Markup,
    library: Markup,
    script: Markup,
    data: Markup,
    version: &'static str,
    address: &'static str,
    head: head::Head,
    findings: findings::Findings,
    functions: functions::Functions,
    pairs: pairs::Pairs,
    wiring: wiring::Wiring,
    matrix: Option<Matrix>,
    services: services::Services,
    timelines: timelines::Timelines,
    trend: Option<trend::Trend>,
    calibration: Option<calibration::Calibration>,
    /// The number of functions, if they are too many for a calibration.
    not_calibrated: Option<usize>,
    left_out: left_out::LeftOut,
}

impl Page {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let (style, script) = (files::style(), files::script());
        let head = head::Head::new(model);
        Self {
            title: format!("{}: Lockstep report", head.repository),
            policy: files::policy(&[files::library(), &script], &style),
            style: Markup(style),
            library: Markup(files::library().to_owned()),
            script: Markup(script),
            data: Markup(data::block(model)),
            version: tool::VERSION,
            address: tool::ADDRESS,
            head,
            findings: findings::Findings::new(model),
            functions: functions::Functions::new(model),
            pairs: pairs::Pairs::new(model),
            wiring: wiring::Wiring::new(model),
            matrix: matrix::matrix(model),
            services: services::Services::new(model),
            timelines: timelines::Timelines::new(model),
            trend: trend::Trend::new(model),
            calibration: model.view.calibration.as_ref().map(calibration::Calibration::new),
            not_calibrated: Some(model.names.len()).filter(|number| *number > MOST_CALIBRATED),
            left_out: left_out::LeftOut::new(model),
        }
    }
}

/// A share as it is shown: `.42`, `1.00`.
fn share(share: f64) -> String {
    let text = format!("{share:.2}");
    text.strip_prefix('0').map_or_else(|| text.clone(), str::to_owned)
}

/// A share as a bar of a hundred units, to be drawn.
fn bar(share: f64) -> u32 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u32
}
