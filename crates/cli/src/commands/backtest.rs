//! `lockstep backtest`: how often the tool would have been right here.

use std::{fs, io::BufWriter};

use anyhow::Context;
use lockstep_linter::{
    BacktestOptions,
    coupling::backtest::{Bin, Outcome, RuleOutcome, Scores, Truth},
};
use lockstep_reporting::backtest::{self as render, BacktestView, BinView, RuleView, ScoresView};

use crate::{
    args::{BacktestArgs, BacktestFormat, TruthArg},
    exit::Exit,
    predictive,
    session::{Session, warn},
    terminal,
};

/// Replays the measure. Where history does not predict change that is a result, not a failure.
pub fn backtest(args: &BacktestArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open(&args.path, &args.common, &[])? else { return Ok(Exit::Failed) };
    let options = session.options(&args.history)?;
    let truth = match args.truth {
        TruthArg::Behaviour => Truth::Behaviour,
        TruthArg::Any => Truth::Any,
    };
    let wanted = BacktestOptions { split: args.split, truth, shuffles: args.shuffles };
    let tested = session
        .pool
        .install(|| lockstep_linter::backtest(&session.project, &session.config, &options, &wanted, &session.bar));
    session.bar.finish();
    let exit = warn(&tested.incomplete);
    let Some(outcome) = &tested.outcome else { return Ok(exit) };
    let mut view = view(outcome, truth);
    view.problems.clone_from(&tested.problems);
    if let Some(path) = &args.svg {
        let write = || render::write_svg(&view, &mut BufWriter::new(fs::File::create(path)?));
        write().with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let wishes = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        BacktestFormat::Text => render::write_text(&view, &wishes, out),
        BacktestFormat::Json => render::write_json(&view, out),
        BacktestFormat::Svg => render::write_svg(&view, out),
    })?;
    Ok(exit)
}

/// The outcome, for those who show it.
pub fn view(outcome: &Outcome, truth: Truth) -> BacktestView {
    BacktestView {
        split: outcome.split,
        at: outcome.at,
        truth: truth.as_str(),
        train: outcome.changesets.0,
        test: outcome.changesets.1,
        functions: outcome.functions,
        base_rate: outcome.model.calibration.base_rate(),
        queries: outcome.queries,
        model: scores(&outcome.model),
        popularity: scores(&outcome.popularity),
        degree: outcome.degree.as_ref().map(scores),
        frozen: scores(&outcome.frozen),
        shuffles: outcome.shuffles,
        rules: outcome.rules.iter().map(rule).collect(),
        verdict: predictive::of_backtest(outcome),
        problems: Vec::new(),
    }
}

fn scores(scores: &Scores) -> ScoresView {
    let calibration = &scores.calibration;
    ScoresView {
        e_auc: scores.e_auc,
        e_ap: scores.e_ap,
        map: scores.map,
        top1: scores.top1,
        top3: scores.top3,
        brier: calibration.brier(),
        ece: calibration.ece(),
        at_30: bin(&calibration.at_30),
        bins: calibration.bins.iter().map(bin).collect(),
    }
}

fn bin(bin: &Bin) -> BinView {
    let (predicted, observed) = bin.shares().unzip();
    BinView { n: bin.n, predicted, observed }
}

fn rule(rule: &RuleOutcome) -> RuleView {
    RuleView {
        rule: rule.rule,
        flagged: rule.flagged,
        opportunities: rule.opportunities,
        recurred: rule.recurred,
        strong: rule.strong,
        recall: rule.recall(),
        null: rule.in_shuffled,
        null_over_real: rule.null_over_real(),
    }
}
