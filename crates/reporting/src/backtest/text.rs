//! The table that a team lead reads.

use std::io;

use crate::{
    Options,
    backtest::{BacktestView, ScoresView},
    escape,
    prose::{count, date},
    style,
    table::Table,
};

/// Writes the backtest for people.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(view: &BacktestView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let bold = |text: &str| style::paint(options.color, style::BOLD, text);
    let counted = match view.truth {
        "any" => "code, contracts, configuration and tests",
        _ => "behaviour (`--truth any` counts contracts, configuration and tests as well)",
    };
    writeln!(
        out,
        "{} up to {} were learned from, the {} after it put to the test; {} existed then.",
        count(view.train as usize, "changeset"),
        date(view.at),
        view.test,
        count(view.functions as usize, "function"),
    )?;
    writeln!(out, "What counts as a change: {counted}.\n")?;
    writeln!(
        out,
        "{}",
        bold(&format!(
            "A later changeset touched a function together with others {}. Who?",
            count(view.queries as usize, "time")
        ))
    )?;
    out.write_all(estimators(view).render(options.color).as_bytes())?;
    writeln!(
        out,
        "MAP, AP: 1 is perfect. ECE: how far off the probabilities are on average. ≥ 30 %: what was said, and what came \
         true.\n"
    )?;
    writeln!(out, "{}", bold(&format!("What became of the pairs that were flagged up to {}:", date(view.at))))?;
    out.write_all(rules(view).render(options.color).as_bytes())?;
    writeln!(
        out,
        "again: of those whose functions both changed later. foreseen: of the pairs that were strongly coupled later. \
         shuffled: per history\nin which nothing is coupled, for each in the real one{}.\n",
        match view.shuffles {
            0 => " (none was shuffled)".to_owned(),
            shuffles => format!(" ({shuffles} of them)"),
        }
    )?;
    for problem in view.problems.iter().filter(|_| options.verbose) {
        writeln!(out, "{} {}", bold(&format!("{}:", problem.kind.as_str())), escape::line(&problem.message))?;
    }
    let colour = if view.verdict.predicts { style::GOOD } else { style::WARNING };
    writeln!(out, "{}", style::paint(options.color, colour, &escape::line(&view.verdict.sentence)))
}

fn estimators(view: &BacktestView) -> Table {
    let mut table = Table::new(&[
        "",
        ">first right",
        ">in first 3",
        ">MAP",
        ">AP",
        ">Brier",
        ">ECE",
        ">≥ 30 %: said",
        ">true",
        ">n",
    ]);
    let degree = view.degree.as_ref().map(|degree| ("code-maat's degree", degree));
    let rows = [("lockstep", &view.model), ("popularity", &view.popularity)].into_iter().chain(degree);
    for (name, scores) in rows.chain([("one prior for all pairs", &view.frozen)]) {
        table.row(estimator(name, scores));
    }
    table
}

fn estimator(name: &str, scores: &ScoresView) -> [String; 10] {
    [
        name.to_owned(),
        percent(scores.top1),
        percent(scores.top3),
        decimals(scores.map),
        decimals(scores.e_ap),
        decimals(Some(scores.brier)),
        decimals(Some(scores.ece)),
        percent(scores.at_30.predicted),
        percent(scores.at_30.observed),
        scores.at_30.n.to_string(),
    ]
}

fn rules(view: &BacktestView) -> Table {
    let mut table = Table::new(&["", ">flagged", ">again", ">foreseen", ">shuffled"]);
    for rule in &view.rules {
        let again = match rule.opportunities {
            0 => "–".to_owned(),
            opportunities => format!("{} of {opportunities}", rule.recurred),
        };
        table.row([
            rule.rule.to_owned(),
            rule.flagged.to_string(),
            again,
            percent(rule.recall),
            decimals(rule.null_over_real),
        ]);
    }
    table
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

fn decimals(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}
