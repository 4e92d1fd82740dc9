//! All functions, one line each, service by service: the ticks of the checklist, what is likeliest to change with each and
//! how often it changes alone as small bars, and the answer.

use std::{collections::BTreeMap, io};

use lockstep_diagnostics::{Answer, Closest, Verdict};
use unicode_width::UnicodeWidthStr;

use super::{VerdictView, answer_in_words, painted, percent, shade, sign};
use crate::{
    Options, escape,
    functions::write_safely,
    prose::{count, date, wrap},
    style,
};

/// Columns of a bar.
const BAR: usize = 5;
/// Fewer columns than this are no room for an answer.
const ROOM: usize = 28;
/// Columns of a name; longer ones push the rest of their line.
const NAME: usize = 44;

/// Writes the table.
///
/// # Errors
/// If `out` refuses.
pub fn write_table(view: &VerdictView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    if let Some(first) = view.verdicts.first() {
        legend(first, options, &mut text);
    }
    let mut services: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in &view.verdicts {
        services.entry(&verdict.service).or_default().push(verdict);
    }
    let widest = view.verdicts.iter().map(|verdict| name(verdict).width()).max().unwrap_or(0).min(NAME);
    for (service, mut verdicts) in services {
        verdicts.sort_by(|x, y| (order(&x.answer).cmp(&order(&y.answer))).then_with(|| x.function.cmp(&y.function)));
        let head = style::paint(options.color, style::BOLD, &escape::line(service));
        text += &format!("{head}: {}\n", count(verdicts.len(), "function"));
        for verdict in verdicts {
            text += &line(verdict, widest, options);
        }
        text.push('\n');
    }
    text += &summary(view);
    write_safely(text, options, out)
}

/// What the columns of signs are, above the first letter of each.
fn legend(verdict: &Verdict, options: &Options, text: &mut String) {
    use lockstep_diagnostics::Outcome::{Fails, Holds, NotChecked, Unknown};
    let names: Vec<&str> = verdict.criteria.iter().map(|criterion| criterion.name).collect();
    *text += &format!("signs, from left to right: {}\n", names.join(", "));
    let of = |outcome| sign(outcome, options.ascii);
    *text += &format!(
        "{} holds  {} does not  {} unknown  {} not checked yet\n\
         bars: how often the closest function changes with it; how many of its changes edit no other function\n\n",
        of(Holds),
        of(Fails),
        of(Unknown),
        of(NotChecked)
    );
}

/// What needs attention first.
fn order(answer: &Answer) -> usize {
    match answer {
        Answer::PartOf { declared: false, .. } => 0,
        Answer::NotIndependent { .. } => 1,
        Answer::PartOf { declared: true, .. } => 2,
        Answer::Independent => 3,
        Answer::Unknown { .. } => 4,
    }
}

/// The name below the heading of its service.
fn name(verdict: &Verdict) -> String {
    let id = verdict.function.as_str();
    let inside = id.strip_prefix(verdict.service.as_str()).and_then(|rest| rest.strip_prefix('/'));
    escape::line(inside.unwrap_or(id)).into_owned()
}

fn line(verdict: &Verdict, widest: usize, options: &Options) -> String {
    let name = name(verdict);
    let padding = " ".repeat(widest.saturating_sub(name.width()));
    let signs: String = verdict.criteria.iter().map(|criterion| painted(criterion.outcome, options)).collect();
    let bars =
        format!("{}  {}", bar(strength(verdict.closest.as_ref()), options.ascii), bar(alone(verdict), options.ascii));
    let column = 2 + name.width().max(widest) + 2 + verdict.criteria.len() + 2 + 2 * BAR + 2 + 2;
    let answer = escape::line(&in_words(verdict)).into_owned();
    // Beside the columns there is room for it, or it is not broken.
    let room = options.width.and_then(|width| width.checked_sub(column)).filter(|room| *room >= ROOM);
    let lines: Vec<String> = wrap(&answer, room, 2)
        .split('\n')
        .map(|line| style::paint(options.color, shade(&verdict.answer), line))
        .collect();
    let answer = lines.join(&format!("\n{}", " ".repeat(column)));
    format!("  {name}{padding}  {signs}  {bars}  {answer}\n")
}

/// How often the closest function changes with it; 0 where nothing ever did.
fn strength(closest: Option<&Closest>) -> f64 {
    closest.map_or(0.0, |closest| closest.strength)
}

/// The share of its changes that edit no other function; 0 of none.
fn alone(verdict: &Verdict) -> f64 {
    f64::from(verdict.alone) / f64::from(verdict.changes.max(1))
}

/// The answer, and behind an independent function how close the closest one is.
fn in_words(verdict: &Verdict) -> String {
    let answer = answer_in_words(verdict);
    match (&verdict.answer, &verdict.closest) {
        (Answer::Independent, Some(closest)) => {
            let changes = count(verdict.changes as usize, "change");
            let (id, share) = (&closest.function, percent(closest.strength));
            format!("{answer}; closest is `{id}` with {share} ({} of {changes})", closest.own)
        }
        _ => answer,
    }
}

/// A share as a bar: `██▌  `.
fn bar(share: f64, ascii: bool) -> String {
    let halves = (share.clamp(0.0, 1.0) * 2.0 * BAR as f64).round() as usize;
    let (full, half) = if ascii { ("#", "-") } else { ("█", "▌") };
    let text = full.repeat(halves / 2) + &half.repeat(halves % 2);
    let width = halves.div_ceil(2);
    format!("{text}{}", " ".repeat(BAR.saturating_sub(width)))
}

/// "12 functions by 412 changesets to 2026-11-20: 3 independent, 7 part of a service, 2 unknown".
fn summary(view: &VerdictView) -> String {
    let mut line = count(view.verdicts.len(), "function");
    line += &format!(", {}", count(view.changesets.kept as usize, "changeset"));
    if let Some(as_of) = view.as_of {
        line += &format!(" to {}", date(as_of));
    }
    let number = |wanted: usize| view.verdicts.iter().filter(|verdict| order(&verdict.answer) == wanted).count();
    let words = ["part of a larger one", "not independent", "part of one as declared", "independent", "unknown"];
    let said: Vec<String> = (0..words.len())
        .filter(|wanted| number(*wanted) > 0)
        .map(|wanted| format!("{} {}", number(wanted), words[wanted]))
        .collect();
    line += ": ";
    line += &if said.is_empty() { "no functions found".to_owned() } else { said.join(", ") };
    line + "\n"
}
