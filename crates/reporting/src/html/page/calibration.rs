//! The calibration plot: whether forecasts mean what they say.

use super::{
    super::markup::{Markup, Prose},
    share,
};
use crate::backtest::{BacktestView, calibration_plot};

/// The section.
pub(in crate::html) struct Calibration {
    pub(super) sentence: Prose,
    pub(super) picture: Markup,
    pub(super) train: u32,
    pub(super) test: u32,
    pub(super) error: String,
    pub(super) bins: Vec<Bin>,
}

/// Forecasts of one tenth.
pub(in crate::html) struct Bin {
    pub(super) number: u64,
    pub(super) predicted: String,
    pub(super) observed: String,
}

impl Calibration {
    pub(super) fn new(view: &BacktestView) -> Self {
        let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), share);
        let bins = view.model.bins.iter().filter(|bin| bin.n > 0);
        Self {
            sentence: Prose::new(&super::head::capital(&view.verdict.sentence)),
            picture: Markup(calibration_plot(view)),
            train: view.train,
            test: view.test,
            error: share(view.model.ece),
            bins: bins
                .map(|bin| Bin { number: bin.n, predicted: shown(bin.predicted), observed: shown(bin.observed) })
                .collect(),
        }
    }
}
