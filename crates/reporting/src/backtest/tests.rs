//! A backtest in each of its formats.

use super::*;
use crate::Options;

fn scores(map: Option<f64>) -> ScoresView {
    let bin = |n, predicted, observed| BinView { n, predicted, observed };
    let mut bins = vec![bin(0, None, None); 10];
    bins[0] = bin(1200, Some(0.012), Some(0.01));
    bins[4] = bin(40, Some(0.447), Some(0.475));
    ScoresView {
        e_auc: Some(0.81),
        e_ap: Some(0.342),
        map,
        top1: Some(0.6),
        top3: map,
        brier: 0.0181,
        ece: 0.0042,
        at_30: bin(40, Some(0.447), Some(0.475)),
        bins,
    }
}

fn view() -> BacktestView {
    BacktestView {
        split: 0.7,
        at: 1_740_000_000,
        truth: "behaviour",
        train: 700,
        test: 300,
        functions: 12,
        base_rate: 0.031,
        queries: 185,
        model: scores(Some(0.644)),
        popularity: scores(Some(0.5)),
        degree: None,
        frozen: scores(None),
        shuffles: 20,
        rules: vec![
            RuleView {
                rule: "specific",
                flagged: 9,
                opportunities: 8,
                recurred: 7,
                strong: 20,
                recall: Some(0.3),
                null: Some(0.05),
                null_over_real: Some(0.0056),
            },
            RuleView {
                rule: "reported by lockstep",
                flagged: 0,
                opportunities: 0,
                recurred: 0,
                strong: 20,
                recall: Some(0.0),
                null: Some(0.0),
                null_over_real: None,
            },
        ],
        verdict: VerdictView { predicts: true, word: "predicts", sentence: "History predicts here.".into() },
        problems: Vec::new(),
    }
}

fn written(write: impl FnOnce(&BacktestView, &mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&view(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text() {
    insta::assert_snapshot!(written(|view, out| write_text(view, &Options::default(), out)));
}

#[test]
fn json() {
    let text = written(|view, out| write_json(view, out));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["model"]["at_30"]["observed"], 0.475);
    assert_eq!(document["baselines"]["degree"], serde_json::Value::Null);
    assert_eq!(document["rules"][1]["null_over_real"], serde_json::Value::Null);
}

/// The plot is one well-formed element with a dot for each bin that holds something, and a bar for each bin.
#[test]
fn svg() {
    let plot = written(|view, out| write_svg(view, out));
    assert!(plot.starts_with("<svg xmlns=") && plot.trim_end().ends_with("</svg>"), "{plot}");
    assert_eq!((plot.matches("<circle").count(), plot.matches("class=\"bar\"").count()), (2, 10));
    assert!(plot.contains("prefers-color-scheme:dark"));
}
