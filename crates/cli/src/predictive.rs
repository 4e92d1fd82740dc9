//! What it means that history predicts change here, or does not, in words.

use lockstep_linter::coupling::backtest::{FEWEST_QUERIES, LARGEST_ECE, Outcome, Verdict};
use lockstep_reporting::{backtest::VerdictView, count};

/// The closing sentence of a backtest.
pub fn of_backtest(outcome: &Outcome) -> VerdictView {
    let sentence = match outcome.verdict {
        Verdict::Predicts => in_favour(outcome),
        against => format!("History does not predict change here: {}.", why_not(against)),
    };
    VerdictView { predicts: outcome.verdict == Verdict::Predicts, word: outcome.verdict.as_str(), sentence }
}

/// What a check says of it.
pub fn of_check(verdict: Verdict) -> VerdictView {
    let predicts = verdict == Verdict::Predicts;
    let sentence = if predicts {
        "history predicts change here: `lockstep backtest` shows how well".to_owned()
    } else {
        format!(
            "history does not predict change here, so take strengths as counts and not as forecasts (`lockstep \
             backtest`): {}",
            why_not(verdict)
        )
    };
    VerdictView { predicts, word: verdict.as_str(), sentence }
}

fn in_favour(outcome: &Outcome) -> String {
    let percent = |share: Option<f64>| format!("{:.0} %", share.unwrap_or(0.0) * 100.0);
    let mut sentence = format!(
        "History predicts change here: among the first three that lockstep names is one that did change in {} of the \
         cases, among the three that change most in {}",
        percent(outcome.model.top3),
        percent(outcome.popularity.top3)
    );
    if let Some((said, came_true)) = outcome.model.calibration.at_30.shares() {
        sentence += &format!(
            "; where it said 30 % or more ({} on average), {} came true",
            percent(Some(said)),
            percent(Some(came_true))
        );
    }
    sentence + "."
}

/// Why `verdict` is one against history, as what follows a colon.
fn why_not(verdict: Verdict) -> String {
    match verdict {
        Verdict::Predicts => "it does".to_owned(),
        Verdict::FewQueries { queries } => format!(
            "of the later changesets too few touch several functions to tell ({}, and it takes {FEWEST_QUERIES})",
            count(queries as usize, "question")
        ),
        Verdict::NoBetterThanPopularity { map, popularity } => format!(
            "who changed with whom foretells no more than who changes often (mean average precision {map:.3} against \
             {popularity:.3})"
        ),
        Verdict::Miscalibrated { ece } => format!(
            "its probabilities are off by {:.0} points on average, and {:.0} is the most that can be trusted",
            ece * 100.0,
            LARGEST_ECE * 100.0
        ),
    }
}
