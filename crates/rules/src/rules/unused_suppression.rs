//! `unused-suppression`: a table, a comment or a trailer that was meant to silence findings, and silences none. One finding
//! for each.

use lockstep_diagnostics::{Group, Label, Level, RuleMeta};
use lockstep_model::{Location, RepoPath};
use serde_json::{Map, Value};

use crate::{Draft, Idle, IdleBecause, Rule, Sink, View, prose::count};

/// The rule.
pub(crate) struct UnusedSuppression;

impl Rule for UnusedSuppression {
    const META: RuleMeta = RuleMeta {
        name: "unused-suppression",
        group: Group::Meta,
        default_level: Level::Warn,
        summary: "an `[[allow]]` table, a comment or a trailer that silences nothing",
        since: "0.1.0",
        page: include_str!("unused_suppression.md"),
    };
    const LAST: bool = true;
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        for idle in view.outcome().into_iter().flat_map(|outcome| &outcome.idle) {
            sink.say(finding(idle));
        }
    }
}

fn finding(idle: &Idle) -> Draft {
    let what = &idle.what;
    let (message, label, help) = match &idle.why {
        IdleBecause::Nothing { target } => (
            format!("{what} silences nothing: there is no finding of `{target}` that it is about"),
            "no finding is silenced by this".to_owned(),
            "remove it".to_owned(),
        ),
        IdleBecause::Expired { last, speak: 0 } => (
            format!("{what} expired on {last}, and there is nothing left to silence"),
            format!("its last day was {last}"),
            "remove it".to_owned(),
        ),
        IdleBecause::Expired { last, speak } => (
            format!("{what} expired on {last}: {} again", speaks(*speak)),
            format!("its last day was {last}"),
            "mend what was accepted for a while, or look at it again and set a later day".to_owned(),
        ),
        IdleBecause::NoFunction { name, near } => (
            format!("{what} is about `{name}`, and there is no such function"),
            "no function is called like this".to_owned(),
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`lockstep functions` lists them; remove what is gone".to_owned(),
            },
        ),
        IdleBecause::Stray => (
            format!("{what} stands beside no function"),
            "neither a declaration nor a handler follows".to_owned(),
            "put it on the line above the function's declaration or handler".to_owned(),
        ),
        IdleBecause::Fault { message, help } => (
            format!("{what} silences nothing: {message}"),
            message.clone(),
            help.clone().unwrap_or_else(|| "`lockstep rules` lists the rules".to_owned()),
        ),
    };
    let location = idle.location.clone().unwrap_or_else(|| Location::whole_file(RepoPath::root()));
    let mut draft = Draft::new(message, Label { location, message: label });
    draft.subjects = idle.about.clone();
    draft.help = vec![help];
    draft
}

/// "1 finding speaks".
fn speaks(number: usize) -> String {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let verb = if number == 1 { "speaks" } else { "speak" };
    format!("{} {verb}", count(number, "finding"))
}
