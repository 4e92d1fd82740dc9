//! The head: what was looked at, whether the answer is whole, and the answer in figures.

use super::super::{
    data::answer,
    markup::{self, Prose},
    model::Model,
};
use crate::prose::{self, count};

/// The head.
pub(in crate::html) struct Head {
    pub(super) repository: String,
    pub(super) commit: Option<String>,
    pub(super) as_of: Option<String>,
    pub(super) complete: bool,
    pub(super) reasons: Vec<Reason>,
    pub(super) lead: String,
    pub(super) figures: Vec<Figure>,
    pub(super) answers: Vec<Answers>,
    pub(super) predictive: Option<Prose>,
    pub(super) change: Option<String>,
}

/// Why the answer is not whole.
pub(in crate::html) struct Reason {
    pub(super) reason: Prose,
    pub(super) notes: Vec<Prose>,
    pub(super) help: Vec<Prose>,
    pub(super) accepted: bool,
}

/// A figure with its unit, and what it is out of.
pub(in crate::html) struct Figure {
    pub(super) number: String,
    pub(super) unit: &'static str,
    pub(super) note: String,
}

/// How many functions have one answer, and where their part of the bar lies, of a thousand.
pub(in crate::html) struct Answers {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) number: usize,
    pub(super) left: usize,
    pub(super) width: usize,
}

/// The answers in their order, with what they are called.
pub(super) const ANSWERS: [(&str, &str); 5] = [
    ("independent", "independent"),
    ("declared", "part of a declared service"),
    ("part-of", "part of another service"),
    ("not-independent", "not independent"),
    ("unknown", "unknown"),
];

impl Head {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let (report, view) = (model.report, model.view);
        let reasons = report.incomplete.iter().map(|why| Reason {
            reason: Prose::new(&why.reason),
            notes: why.notes.iter().map(|text| Prose::new(text)).collect(),
            help: why.help.iter().map(|text| Prose::new(text)).collect(),
            accepted: why.accepted,
        });
        let answers = answers(model);
        Self {
            repository: markup::name(&view.repository),
            commit: report.history.head.map(|commit| commit.short()),
            as_of: report.history.as_of.map(prose::date),
            complete: !report.is_failed(),
            reasons: reasons.collect(),
            lead: lead(&answers),
            figures: figures(model),
            answers,
            predictive: report.summary.predictive.as_ref().map(|verdict| Prose::new(&capital(&verdict.sentence))),
            change: report.change.map(|change| {
                let what = if change.staged { "what is staged" } else { "what this branch adds" };
                format!("The change that was looked at is {what}: {}.", count(change.files, "file"))
            }),
        }
    }
}

/// The first letter large: a sentence that stands alone.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn answers(model: &Model<'_>) -> Vec<Answers> {
    let all = model.view.verdicts.len().max(1);
    let mut before = 0;
    let of = |(word, label): (&'static str, &'static str)| {
        let number = model.view.verdicts.iter().filter(|verdict| answer(&verdict.answer) == word).count();
        let (left, right) = (before * 1000 / all, (before + number) * 1000 / all);
        before += number;
        Answers { word, label, number, left, width: right - left }
    };
    ANSWERS.into_iter().map(of).collect()
}

/// The answer in one sentence.
fn lead(answers: &[Answers]) -> String {
    let of = |word: &str| answers.iter().find(|one| one.word == word).map_or(0, |one| one.number);
    let all: usize = answers.iter().map(|one| one.number).sum();
    let bound = of("part-of") + of("not-independent");
    let judged = all - of("unknown");
    match (all, judged) {
        (0, _) => "No functions were found.".to_owned(),
        (_, 0) => format!("Of {} nothing can be said yet: too little history.", count(all, "function")),
        (_, 1) if bound == 0 => {
            "The one function that can be judged need not change with one of another service.".to_owned()
        }
        (_, 1) => "The one function that can be judged cannot be changed alone.".to_owned(),
        _ if bound == 0 => {
            format!(
                "None of the {} that can be judged must change with one of another service.",
                count(judged, "function")
            )
        }
        _ => format!("{bound} of the {} that can be judged cannot be changed alone.", count(judged, "function")),
    }
}

fn figures(model: &Model<'_>) -> Vec<Figure> {
    let summary = model.report.summary;
    let tally = model.report.tally();
    let figure = |number: usize, unit, note: String| Figure { number: number.to_string(), unit, note };
    let strong = model.edges.iter().filter(|edge| edge.of.strength() >= 0.30).count();
    let inferred = model.view.services.inferred.iter().filter(|one| one.functions.len() > 1).count();
    let changesets = &summary.changesets;
    vec![
        figure(summary.functions, "functions", format!("{} too little known", summary.unknown_functions())),
        figure(summary.services, "services claimed", format!("{inferred} of several functions inferred")),
        figure(strong, "strong couplings", "strength .30 or more".to_owned()),
        figure(changesets.kept as usize, "changesets count", format!("of {}", changesets.total)),
        figure(
            tally.errors,
            "errors",
            format!("{} and {}", count(tally.warnings, "warning"), count(tally.notes, "note")),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_in_one_sentence() {
        let said = |bound: usize, free: usize, unknown: usize| {
            let of = |word, number| Answers { word, label: "", number, left: 0, width: 0 };
            lead(&[of("not-independent", bound), of("independent", free), of("unknown", unknown)])
        };
        assert_eq!(said(0, 0, 0), "No functions were found.");
        assert_eq!(said(0, 0, 1), "Of 1 function nothing can be said yet: too little history.");
        assert_eq!(said(0, 1, 7), "The one function that can be judged need not change with one of another service.");
        assert_eq!(said(1, 0, 7), "The one function that can be judged cannot be changed alone.");
        assert_eq!(
            said(0, 2, 7),
            "None of the 2 functions that can be judged must change with one of another service."
        );
        assert_eq!(said(1, 2, 7), "1 of the 3 functions that can be judged cannot be changed alone.");
    }
}
