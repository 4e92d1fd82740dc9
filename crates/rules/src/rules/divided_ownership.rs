//! `divided-ownership`: functions in lockstep of which one team alone cannot change all, because others own them, or, where
//! no file of code owners says who does, because others change them. One finding per group.

use lockstep_coupling::Coupling;
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Contributor, Ownership, StatedOwners};
use serde::{Deserialize, Serialize};

use super::lockstep::{co_change, deployed_together};
use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    groups::{lower_of_both, pairs_in_lockstep},
    overlap::morisita,
    prose::{count, names, percent},
    view::sorted,
};

/// The rule.
pub(crate) struct DividedOwnership;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Whether people are looked at where no file says who owns a function.
    pub people: bool,
    /// Fewest changes of each function for its people to be compared.
    pub min_changes: u32,
    /// The index of overlap up to which two functions are changed by different people.
    pub overlap: f64,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { people: true, min_changes: 10, overlap: 0.25, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] =
        &[("min-changes", Range::AtLeast(2)), ("overlap", Range::Share), ("commits", Range::AtLeast(0))];
}

/// Who made this share of the changes of a function changed most of it.
pub(crate) const MOST: f64 = 0.5;
/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// People who are named.
const PEOPLE: usize = 3;
/// Pairs of which the figures are told in words.
const PAIRS_TOLD: usize = 3;

/// By what the owners are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// A file of code owners.
    File,
    /// The authors of changes.
    Changes,
}

impl Rule for DividedOwnership {
    const META: RuleMeta = RuleMeta {
        name: "divided-ownership",
        group: Group::Ownership,
        default_level: Level::Warn,
        summary: "functions that must change together have different owners",
        since: "0.1.0",
        page: include_str!("divided_ownership.md"),
    };
    const FROM_HISTORY: bool = true;
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let pairs = pairs_in_lockstep(view.graph());
        for by in [By::File, By::Changes] {
            let is_divided = |(a, b): &(usize, usize)| divided(options, view, *a, *b) == Some(by);
            let divided: Vec<(usize, usize)> = pairs.iter().copied().filter(is_divided).collect();
            for functions in view.graph().groups(&divided) {
                let inside = |function: &usize| functions.contains(function);
                let pairs = divided.iter().filter(|(a, b)| inside(a) && inside(b));
                let mut pairs: Vec<&Coupling> = pairs.filter_map(|(a, b)| view.graph().between(*a, *b)).collect();
                pairs.sort_by(|x, y| {
                    lower_of_both(y).total_cmp(&lower_of_both(x)).then_with(|| (x.a, x.b).cmp(&(y.a, y.b)))
                });
                if !pairs.is_empty() {
                    sink.say(finding(options, view, by, &functions, &pairs));
                }
            }
        }
    }
}

/// By what two functions have different owners; none if they have not, or if it is not known.
fn divided(options: &Options, view: &View<'_>, a: usize, b: usize) -> Option<By> {
    let (a, b) = (view.ownership(a), view.ownership(b));
    if !a.stated.is_empty() && !b.stated.is_empty() {
        return apart(&a.stated, &b.stated).then_some(By::File);
    }
    let enough = |ownership: &Ownership| {
        ownership.people.iter().map(|person| person.changesets.len()).sum::<usize>() >= options.min_changes as usize
    };
    if !options.people || !enough(a) || !enough(b) {
        return None;
    }
    let mostly =
        |ownership: &Ownership| ownership.mostly_by(MOST).iter().map(|person| person.name.clone()).collect::<Vec<_>>();
    let (of_a, of_b) = (mostly(a), mostly(b));
    let others = of_a.iter().all(|name| !of_b.contains(name));
    (others && overlap(view, a, b).is_some_and(|index| index <= options.overlap)).then_some(By::Changes)
}

fn overlap(view: &View<'_>, a: &Ownership, b: &Ownership) -> Option<f64> {
    morisita(&a.people, &b.people, &|changeset| view.graph().weight_at(view.time(changeset)))
}

/// True if nobody is asked about both: left are the sections that have no owner of both, on either side. A section that has
/// (of those who look at everything, say) tells nobody apart, and one that only one function has adds an owner, no more.
fn apart(a: &[StatedOwners], b: &[StatedOwners]) -> bool {
    let rest = |mine: &[StatedOwners], others: &[StatedOwners]| -> Vec<String> {
        let agreed = |stated: &StatedOwners| {
            let same = others.iter().filter(|other| section(other) == section(stated));
            same.flat_map(known_by).any(|owner| known_by(stated).contains(&owner))
        };
        mine.iter().filter(|stated| !agreed(stated)).flat_map(known_by).collect()
    };
    let (of_a, of_b) = (rest(a, b), rest(b, a));
    !of_a.is_empty() && !of_b.is_empty() && of_a.iter().all(|owner| !of_b.contains(owner))
}

fn section(stated: &StatedOwners) -> Option<String> {
    stated.section.as_ref().map(|section| section.to_lowercase())
}

/// The owners as they are compared: hosts do not look at case.
fn known_by(stated: &StatedOwners) -> Vec<String> {
    stated.owners.iter().map(|owner| owner.to_lowercase()).collect()
}

fn finding(options: &Options, view: &View<'_>, by: By, functions: &[usize], pairs: &[&Coupling]) -> Draft {
    let ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
    let message = match by {
        By::File => {
            let parties = sorted(functions.iter().map(|function| party(view, functions, *function)).collect());
            format!("{} change in lockstep, and have different owners: {}", names(&ids, NAMES), names(&parties, NAMES))
        }
        By::Changes => {
            format!("{} change in lockstep, and are mostly changed by different people", names(&ids, NAMES))
        }
    };
    let mut labels: Vec<Label> = functions.iter().map(|function| label(view, by, functions, *function)).collect();
    let primary = labels.remove(0);
    let mut draft = Draft::new(message, primary).about(view, functions.iter().copied());
    draft.related = labels;
    draft.weight = lower_of_both(pairs[0]);
    draft.evidence = pairs.iter().map(|pair| co_change(view, pair, pair.a)).collect();
    if by == By::File {
        lines(view, functions, &mut draft);
    }
    for function in functions {
        draft.evidence.extend(whose(view, by, *function));
    }
    for pair in pairs.iter().take(PAIRS_TOLD) {
        tell(view, by, pair, &mut draft);
    }
    let both = [pairs[0].a, pairs[0].b];
    let commits = view.telling(&both, &view.together(&both), options.commits);
    draft.evidence.push(Evidence::Commits(commits));
    draft.help = help(view, by, both);
    draft
}

/// The owners of a function as one: who may approve a change of it, but for those who look at all `functions`.
fn party(view: &View<'_>, functions: &[usize], function: usize) -> String {
    let of_all = |owner: &&str| functions.iter().all(|other| view.ownership(*other).owners().contains(owner));
    let own: Vec<&str> = view.ownership(function).owners().into_iter().filter(|owner| !of_all(owner)).collect();
    own.join(" or ")
}

fn label(view: &View<'_>, by: By, functions: &[usize], function: usize) -> Label {
    let ownership = view.ownership(function);
    let message = match by {
        By::File => format!("`{}` owns it", party(view, functions, function)),
        By::Changes => format!("mostly changed by {}", people(ownership.mostly_by(MOST))),
    };
    Label { location: view.functions()[function].declared_at().clone(), message }
}

/// "`Ana` (62 %) and `Bob` (20 %)".
fn people(people: &[Contributor]) -> String {
    let told: Vec<String> =
        people.iter().take(PEOPLE).map(|person| format!("`{}` ({})", person.name, percent(person.share))).collect();
    match people.len() - told.len() {
        0 => told.join(" and "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// The lines of the file that say so, each with its functions. A line with an address is told by its place alone.
fn lines(view: &View<'_>, functions: &[usize], draft: &mut Draft) {
    let mut told: Vec<(&StatedOwners, Vec<&str>)> = Vec::new();
    for function in functions {
        for stated in &view.ownership(*function).stated {
            let id = view.id(*function).as_str();
            match told.iter_mut().find(|(other, _)| other.location == stated.location) {
                Some((_, ids)) => ids.push(id),
                None => told.push((stated, vec![id])),
            }
        }
    }
    told.sort_by(|(x, _), (y, _)| x.location.cmp(&y.location));
    for (stated, ids) in told {
        let message = format!("this line is about {}", names(&ids, NAMES));
        if stated.holds_address {
            let (path, line) = (&stated.location.path, stated.location.line);
            draft.notes.push(format!("line {line} of `{path}` is about {}; it holds an address", names(&ids, NAMES)));
        } else {
            draft.related.push(Label { location: stated.location.clone(), message });
        }
    }
}

/// Whose a function is, as evidence.
fn whose(view: &View<'_>, by: By, function: usize) -> Vec<Evidence> {
    let ownership = view.ownership(function);
    match by {
        By::File => owned(view, function),
        By::Changes => changed_by(view, function, ownership.mostly_by(MOST)).into_iter().collect(),
    }
}

/// What a file of code owners says of a function.
pub(crate) fn owned(view: &View<'_>, function: usize) -> Vec<Evidence> {
    let stated = view.ownership(function).stated.iter();
    stated.map(|stated| Evidence::Owned { function: view.id(function).clone(), by: Box::new(stated.clone()) }).collect()
}

/// Who changed a function; none if nobody did.
pub(crate) fn changed_by(view: &View<'_>, function: usize, most: &[Contributor]) -> Option<Evidence> {
    let of = view.ownership(function).people.len();
    let people = most.iter().take(PEOPLE).cloned().collect();
    (of > 0).then(|| Evidence::ChangedBy { function: view.id(function).clone(), people, of })
}

/// The figures of a pair, in words.
fn tell(view: &View<'_>, by: By, pair: &Coupling, draft: &mut Draft) {
    draft.notes.push(deployed_together(view, pair));
    let index = overlap(view, view.ownership(pair.a), view.ownership(pair.b));
    if let (By::Changes, Some(index)) = (by, index) {
        let people = |function: usize| count(view.ownership(function).people.len() as u32, "author");
        draft.notes.push(format!(
            "a change of `{}` (by {}) and one of `{}` (by {}) are by the same person {index:.2} times as often as two \
             changes of one of them",
            view.id(pair.a),
            people(pair.a),
            view.id(pair.b),
            people(pair.b),
        ));
    }
}

fn help(view: &View<'_>, by: By, both: [usize; 2]) -> Vec<String> {
    let [a, b] = both.map(|function| view.id(function));
    let mut help = match by {
        By::File => vec![
            "let one team own all of them: what must change together is one microservice, and one team develops it"
                .to_owned(),
        ],
        By::Changes => vec![
            "let the same people develop all of them: what must change together is one microservice".to_owned(),
            "or say in a file of code owners who owns them, if that is not who changes them".to_owned(),
        ],
    };
    help.push(
        "or put a contract between them, so that each team can change what is its own without asking the other"
            .to_owned(),
    );
    help.push(format!("`lockstep why {a} {b}` shows the commits"));
    help
}

#[cfg(test)]
mod tests {
    use lockstep_model::{Location, RepoPath};

    use super::*;

    /// "@a @b; Docs: @c": owners of no section, and of one.
    fn stated(words: &str) -> Vec<StatedOwners> {
        let one = |words: &str| {
            let (section, owners) = words.split_once(": ").map_or((None, words), |(name, rest)| (Some(name), rest));
            StatedOwners {
                section: section.map(|name| name.trim().to_owned()),
                owners: owners.split_whitespace().map(str::to_owned).collect(),
                location: Location::whole_file(RepoPath::root()),
                share: 1.0,
                holds_address: false,
            }
        };
        words.split(';').map(one).collect()
    }

    #[test]
    fn owners_are_apart_if_nobody_is_asked_about_both() {
        let cases = [
            ("@a", "@b", true),
            ("@a", "@a", false),
            ("@Org/A", "@org/a", false),
            // One of them can approve both.
            ("@a @b", "@b @c", false),
            ("@a @b", "@c @d", true),
            // Those who look at everything do not make two teams one.
            ("Orders: @o; Security: @s", "Billing: @b; Security: @s", true),
            ("Team: @o; Security: @s", "TEAM: @b; security: @s", true),
            // One more who is asked about one of them.
            ("@a; Docs: @d", "@a", false),
            ("@a; Orders: @o", "@a; Billing: @o", false),
        ];
        for (a, b, expected) in cases {
            assert_eq!(apart(&stated(a), &stated(b)), expected, "{a} | {b}");
            assert_eq!(apart(&stated(b), &stated(a)), expected, "{b} | {a}");
        }
    }
}
