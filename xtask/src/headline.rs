//! The table of the measure against its baselines.

use std::io::{self, Write};

use lockstep_linter::coupling::backtest::{Calibration, Scores};

use crate::{bootstrap, run::Tested};

/// An estimator: its name, and its scores in an outcome.
type Estimator = (&'static str, fn(&Tested) -> Option<&Scores>);

const ESTIMATORS: [Estimator; 4] = [
    ("lockstep", |tested| Some(&tested.outcome.model)),
    ("frozen", |tested| Some(&tested.outcome.frozen)),
    ("degree", |tested| tested.outcome.degree.as_ref()),
    ("popularity", |tested| Some(&tested.outcome.popularity)),
];

/// A figure: its name, and how it is had.
type Figure = (&'static str, fn(&Scores) -> Option<f64>);

const FIGURES: [Figure; 5] = [
    ("MAP", |scores| scores.map),
    ("E-AP", |scores| scores.e_ap),
    ("top-3", |scores| scores.top3),
    ("Brier", |scores| Some(scores.calibration.brier())),
    ("ECE", |scores| Some(scores.calibration.ece())),
];

/// Writes the table, the means, the pooled calibration and the contrasts.
///
/// # Errors
/// If `out` refuses.
pub fn write(tested: &[Tested], out: &mut dyn Write) -> io::Result<()> {
    for (name, figure) in FIGURES {
        one_figure(name, figure, tested, out)?;
    }
    pooled(tested, out)?;
    contrasts(tested, out)
}

/// The figure `of` the estimator, for every repository that has it.
fn values(of: Estimator, figure: Figure, tested: &[Tested]) -> Vec<Option<f64>> {
    tested.iter().map(|tested| (of.1)(tested).and_then(figure.1)).collect()
}

fn mean(values: &[Option<f64>]) -> Option<f64> {
    let there: Vec<f64> = values.iter().copied().flatten().collect();
    (!there.is_empty()).then(|| there.iter().sum::<f64>() / there.len() as f64)
}

fn decimals(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

fn one_figure(
    name: &str,
    figure: fn(&Scores) -> Option<f64>,
    tested: &[Tested],
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns: Vec<Vec<Option<f64>>> =
        ESTIMATORS.iter().map(|estimator| values(*estimator, ("", figure), tested)).collect();
    let names: Vec<&str> = ESTIMATORS.iter().map(|(name, _)| *name).collect();
    writeln!(out, "| {name} | train/test | queries | {} |", names.join(" | "))?;
    writeln!(out, "|---|---|---|{}", "---|".repeat(names.len()))?;
    for (number, tested) in tested.iter().enumerate() {
        let (train, test) = tested.outcome.changesets;
        let cells: Vec<String> = columns.iter().map(|column| decimals(column[number])).collect();
        writeln!(out, "| {} | {train}/{test} | {} | {} |", tested.name, tested.outcome.queries, cells.join(" | "))?;
    }
    let means: Vec<String> = columns.iter().map(|column| decimals(mean(column))).collect();
    writeln!(out, "| **mean** | | | {} |\n", means.join(" | "))
}

/// Calibration over the events of all repositories together.
fn pooled(tested: &[Tested], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| pooled | events | base rate | Brier | ECE | ≥ .30: n | predicted | observed |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (name, of) in ESTIMATORS {
        let mut all = Calibration::default();
        tested.iter().filter_map(of).for_each(|scores| all.join(&scores.calibration));
        let (predicted, observed) = all.at_30.shares().unzip();
        writeln!(
            out,
            "| {name} | {} | {:.3} | {:.4} | {:.4} | {} | {} | {} |",
            all.n(),
            all.base_rate(),
            all.brier(),
            all.ece(),
            all.at_30.n,
            decimals(predicted),
            decimals(observed),
        )?;
    }
    writeln!(out)
}

/// Differences, paired over repositories, with 95 % bootstrap intervals.
fn contrasts(tested: &[Tested], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| difference | figure | mean | 95 % interval | better |\n|---|---|---|---|---|")?;
    let [tool, frozen, degree, popularity] = ESTIMATORS;
    for (one, other) in [(tool, frozen), (tool, degree), (frozen, degree), (tool, popularity)] {
        for figure in &FIGURES[..3] {
            let pairs = values(one, *figure, tested).into_iter().zip(values(other, *figure, tested));
            let differences: Vec<f64> = pairs.filter_map(|(one, other)| Some(one? - other?)).collect();
            let contrast = bootstrap::contrast(&differences);
            writeln!(
                out,
                "| {} − {} | {} | {:+.3} | {:+.3} to {:+.3} | {} of {} |",
                one.0,
                other.0,
                figure.0,
                contrast.mean,
                contrast.interval.0,
                contrast.interval.1,
                contrast.better,
                differences.len(),
            )?;
        }
    }
    Ok(())
}
