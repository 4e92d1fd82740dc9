//! What `backtest` shows: how often the tool would have been right, next to its baselines, as a table for people, as JSON,
//! and as a plot of how far its probabilities mean what they say.

mod svg;
mod text;

use std::io;

use lockstep_diagnostics::Problem;
use lockstep_model::Timestamp;
use serde::Serialize;

use crate::{
    json::{self, ProblemEntry, SCHEMA_VERSION},
    prose,
};

pub(crate) use svg::plot as calibration_plot;
pub use svg::write_svg;
pub use text::write_text;

/// A backtest as plain values.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestView {
    /// The share of the changesets that is the past.
    pub split: f64,
    /// When the past ends.
    pub at: Timestamp,
    /// What counts as a change: `behaviour` or `any`.
    pub truth: &'static str,
    /// Changesets before the split that touch functions.
    pub train: u32,
    /// Changesets after it.
    pub test: u32,
    /// Functions that existed at the split.
    pub functions: u32,
    /// How often a function changes when another one does, over all pairs.
    pub base_rate: f64,
    /// How many times a changeset after the split touched a function and others.
    pub queries: u64,
    /// This tool.
    pub model: ScoresView,
    /// How often B changes at all.
    pub popularity: ScoresView,
    /// code-maat's degree; none if commits could not be read.
    pub degree: Option<ScoresView>,
    /// The formula that the measure started from.
    pub frozen: ScoresView,
    /// How many histories were shuffled.
    pub shuffles: u32,
    /// The rules.
    pub rules: Vec<RuleView>,
    /// What it means.
    pub verdict: VerdictView,
    /// What was left out.
    pub problems: Vec<Problem>,
}

/// How well an estimator did; figures between 0 and 1, none where there was nothing to judge by.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoresView {
    /// Events, as the book explains: area under the curve, and average precision.
    pub e_auc: Option<f64>,
    /// Average precision.
    pub e_ap: Option<f64>,
    /// Queries: mean average precision, and a right answer in the first place, and in the first three.
    pub map: Option<f64>,
    /// In the first place.
    pub top1: Option<f64>,
    /// In the first three.
    pub top3: Option<f64>,
    /// Brier's score, and the expected calibration error; smaller is better.
    pub brier: f64,
    /// Expected calibration error.
    pub ece: f64,
    /// Predictions of at least .30.
    pub at_30: BinView,
    /// Predictions by tenths.
    pub bins: Vec<BinView>,
}

/// Some predictions, and what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BinView {
    /// How many.
    pub n: u64,
    /// Their mean; none if there are none.
    #[serde(serialize_with = "share_or_none")]
    pub predicted: Option<f64>,
    /// The share that came true.
    #[serde(serialize_with = "share_or_none")]
    pub observed: Option<f64>,
}

/// What became of the pairs that a rule flags.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleView {
    /// The rule in a few words.
    pub rule: &'static str,
    /// Pairs flagged before the split.
    pub flagged: u32,
    /// Those both of whose functions changed afterwards.
    pub opportunities: u32,
    /// Those of these that changed together again.
    pub recurred: u32,
    /// Pairs that were strongly coupled after the split.
    pub strong: u32,
    /// The share of those that was flagged.
    pub recall: Option<f64>,
    /// Pairs flagged per shuffled history.
    pub null: Option<f64>,
    /// The same, for each pair flagged in the real one.
    pub null_over_real: Option<f64>,
}

/// Whether history predicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictView {
    /// True if it does.
    pub predicts: bool,
    /// `predicts`, or why it does not: `too-few-queries`, `no-better-than-popularity`, `miscalibrated`.
    pub word: &'static str,
    /// The same in a sentence.
    pub sentence: String,
}

fn share_or_none<S: serde::Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => json::share(value, serializer),
        None => serializer.serialize_none(),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    #[serde(serialize_with = "json::share")]
    split: f64,
    split_at: String,
    truth: &'static str,
    train: u32,
    test: u32,
    functions: u32,
    #[serde(serialize_with = "json::share")]
    base_rate: f64,
    queries: u64,
    model: ScoresEntry<'a>,
    baselines: Baselines<'a>,
    shuffles: u32,
    rules: Vec<RuleEntry>,
    verdict: VerdictEntry<'a>,
    problems: Vec<ProblemEntry<'a>>,
}

#[derive(Serialize)]
struct Baselines<'a> {
    popularity: ScoresEntry<'a>,
    degree: Option<ScoresEntry<'a>>,
    frozen: ScoresEntry<'a>,
}

#[derive(Serialize)]
struct ScoresEntry<'a> {
    #[serde(serialize_with = "share_or_none")]
    e_auc: Option<f64>,
    #[serde(serialize_with = "share_or_none")]
    e_ap: Option<f64>,
    #[serde(serialize_with = "share_or_none")]
    map: Option<f64>,
    #[serde(serialize_with = "share_or_none")]
    top1: Option<f64>,
    #[serde(serialize_with = "share_or_none")]
    top3: Option<f64>,
    #[serde(serialize_with = "json::share")]
    brier: f64,
    #[serde(serialize_with = "json::share")]
    ece: f64,
    at_30: BinView,
    bins: &'a [BinView],
}

#[derive(Serialize)]
struct RuleEntry {
    rule: &'static str,
    flagged: u32,
    opportunities: u32,
    recurred: u32,
    strong: u32,
    #[serde(serialize_with = "share_or_none")]
    recall: Option<f64>,
    #[serde(serialize_with = "share_or_none")]
    null: Option<f64>,
    #[serde(serialize_with = "share_or_none")]
    null_over_real: Option<f64>,
}

/// Whether history predicts, as every document has it.
#[derive(Serialize)]
pub(crate) struct VerdictEntry<'a> {
    predicts: bool,
    word: &'static str,
    sentence: &'a str,
}

impl<'a> From<&'a VerdictView> for VerdictEntry<'a> {
    fn from(view: &'a VerdictView) -> Self {
        Self { predicts: view.predicts, word: view.word, sentence: &view.sentence }
    }
}

fn scores(view: &ScoresView) -> ScoresEntry<'_> {
    let ScoresView { e_auc, e_ap, map, top1, top3, brier, ece, at_30, ref bins } = *view;
    ScoresEntry { e_auc, e_ap, map, top1, top3, brier, ece, at_30, bins }
}

fn rule(view: &RuleView) -> RuleEntry {
    let RuleView { rule, flagged, opportunities, recurred, strong, recall, null, null_over_real } = *view;
    RuleEntry { rule, flagged, opportunities, recurred, strong, recall, null, null_over_real }
}

/// Writes the document of `backtest --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &BacktestView, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        split: view.split,
        split_at: prose::instant(view.at),
        truth: view.truth,
        train: view.train,
        test: view.test,
        functions: view.functions,
        base_rate: view.base_rate,
        queries: view.queries,
        model: scores(&view.model),
        baselines: Baselines {
            popularity: scores(&view.popularity),
            degree: view.degree.as_ref().map(scores),
            frozen: scores(&view.frozen),
        },
        shuffles: view.shuffles,
        rules: view.rules.iter().map(rule).collect(),
        verdict: (&view.verdict).into(),
        problems: json::problems(&view.problems),
    };
    json::write(&document, out)
}

#[cfg(test)]
mod tests;
