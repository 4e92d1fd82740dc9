//! `follower`: a function that must change whenever another one does, and not the other way round. One finding per
//! follower.

use std::collections::BTreeMap;

use lockstep_coupling::Coupling;
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use serde::{Deserialize, Serialize};

use super::lockstep::{self, co_change, deployed_together};
use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    groups::lockstep_groups,
    prose::{names, percent},
};

/// The rule.
pub(crate) struct Follower;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Fewest changesets that edit both functions and no contract of theirs.
    pub min_support: u32,
    /// The lower bound that the one direction must reach, and the other must not.
    pub lower: f64,
    /// The lower bound from which a diffuse coupling is reported as well.
    pub sure_lower: f64,
    /// How many times stronger the one direction must be than the other.
    pub ratio: f64,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_support: 3, lower: 0.20, sure_lower: 0.20, ratio: 1.5, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("min-support", Range::AtLeast(1)),
        ("lower", Range::Share),
        ("sure-lower", Range::Share),
        ("ratio", Range::AtLeast(1)),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Its name.
pub(crate) const NAME: &str = "follower";
/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Leaders whose figures a person wants to read.
const LEADERS_TOLD: usize = 3;

impl Rule for Follower {
    const META: RuleMeta = RuleMeta {
        name: NAME,
        group: Group::Coupling,
        default_level: Level::Warn,
        summary: "a function that must change whenever another one does, but not the other way round",
        since: "0.1.0",
        page: include_str!("follower.md"),
    };
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let usual = lockstep::Options::default();
        let groups = lockstep_groups(view, usual.min_support, usual.lower);
        let in_one_group = |a: usize, b: usize| {
            groups.iter().any(|group| group.functions.contains(&a) && group.functions.contains(&b))
        };
        let mut followers: BTreeMap<usize, Vec<(usize, &Coupling)>> = BTreeMap::new();
        for pair in view.candidates(options.min_support).filter(|pair| !in_one_group(pair.a, pair.b)) {
            for (leader, follower) in [(pair.a, pair.b), (pair.b, pair.a)] {
                if follows(options, pair, leader, follower) {
                    followers.entry(follower).or_default().push((leader, pair));
                }
            }
        }
        for (follower, leaders) in followers {
            sink.say(finding(options, view, follower, leaders));
        }
    }
}

fn follows(options: &Options, pair: &Coupling, leader: usize, follower: usize) -> bool {
    let (there, back) = (pair.towards(follower), pair.towards(leader));
    there.lower_free >= options.lower
        && back.lower_free < options.lower
        && there.strength_free >= options.ratio * back.strength_free
        && (pair.specific || there.lower_free >= options.sure_lower)
}

fn finding(options: &Options, view: &View<'_>, follower: usize, mut leaders: Vec<(usize, &Coupling)>) -> Draft {
    let lower = |(_, pair): &(usize, &Coupling)| pair.towards(follower).lower_free;
    leaders.sort_by(|x, y| lower(y).total_cmp(&lower(x)).then_with(|| view.id(x.0).cmp(view.id(y.0))));
    let ids: Vec<&str> = leaders.iter().map(|(leader, _)| view.id(*leader).as_str()).collect();
    let message = match ids[..] {
        [leader] => {
            format!("when `{leader}` changes, `{}` must follow, and not the other way round", view.id(follower))
        }
        _ => format!(
            "when one of {} changes, `{}` must follow, and not the other way round",
            names(&ids, NAMES),
            view.id(follower)
        ),
    };
    let declared = |function: usize| view.functions()[function].declared_at().clone();
    let primary = Label { location: declared(follower), message: "it follows".to_owned() };
    let all = leaders.iter().map(|(leader, _)| *leader).chain([follower]);
    let mut draft = Draft::new(message, primary).about(view, all);
    // Who leads and who follows is part of what the finding is.
    draft.subjects = vec![format!("follower {}", view.id(follower))];
    draft.weight = leaders.first().map_or(0.0, lower);
    for (number, (leader, pair)) in leaders.iter().enumerate() {
        let (there, back) = (pair.towards(follower), pair.towards(*leader));
        draft.related.push(Label {
            location: declared(*leader),
            message: format!("when this changes, expect it to change in {}", percent(there.strength_free)),
        });
        draft.evidence.push(co_change(view, pair, *leader));
        if number < LEADERS_TOLD {
            draft.notes.push(deployed_together(view, pair));
            draft.notes.push(format!(
                "when `{}` changes, expect `{}` to change in {} (at least {}); the other way round in {}",
                view.id(*leader),
                view.id(follower),
                percent(there.strength_free),
                percent(there.lower_free),
                percent(back.strength_free),
            ));
        }
    }
    tell_strongest(options, view, follower, &leaders, &mut draft);
    draft
}

/// The commits of the strongest leader, what joins it to its follower, and what to do.
fn tell_strongest(
    options: &Options,
    view: &View<'_>,
    follower: usize,
    leaders: &[(usize, &Coupling)],
    draft: &mut Draft,
) {
    let Some((leader, _)) = leaders.first() else { return };
    let both = [*leader, follower];
    let commits = view.telling(&both, &view.together(&both), options.commits);
    draft.evidence.push(Evidence::Commits(commits));
    let joins = view.explain(*leader, follower);
    if joins.is_empty() && !view.are_followed(&both) {
        draft.notes.push(lockstep::NOT_FOLLOWED.to_owned());
    } else if joins.is_empty() {
        draft.evidence.push(Evidence::Hidden);
        draft.notes.push("nothing in the code or the manifests joins them: the coupling is hidden".to_owned());
    } else {
        draft.notes.extend(joins.iter().take(LEADERS_TOLD).map(lockstep::in_words));
        draft.evidence.extend(joins.iter().take(LEADERS_TOLD).map(lockstep::evidence));
    }
    draft.help.push(format!(
        "put a contract between them: what `{}` needs of `{}` should be a schema that changes seldom, not its code",
        view.id(follower),
        view.id(*leader)
    ));
    draft.help.push(format!("`lockstep why {} {}` shows the commits", view.id(*leader), view.id(follower)));
}
