//! The inferred services of a report, with names, and which of them are worth writing down.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_config::{Config, NewService};
use lockstep_coupling::Boundaries;
use lockstep_model::{Function, Service};

use crate::Report;

/// Words that say what every function is, not what it is about.
const GENERIC: [&str; 12] =
    ["api", "app", "dev", "fn", "function", "functions", "handler", "handlers", "lambda", "lambdas", "service", "src"];

/// The boundaries of a report, and the names of what was inferred.
pub struct NamedBoundaries {
    /// What the history says.
    pub boundaries: Boundaries,
    /// The names of [`Boundaries::inferred`], in its order; each once.
    pub names: Vec<String>,
}

impl Report {
    /// The service boundaries that the history suggests, against those that are claimed.
    pub fn boundaries(&self) -> NamedBoundaries {
        let boundaries = self.graph.boundaries(&self.found.services);
        let mut taken = BTreeSet::new();
        let names = boundaries
            .inferred
            .iter()
            .map(|inferred| {
                let members: Vec<&Function> =
                    inferred.functions.iter().map(|number| &self.found.functions[*number]).collect();
                let free = |candidate: &str| !is_torn(candidate, &members, &self.found.services);
                unique(&name(&members, &self.found.services), &mut taken, free)
            })
            .collect();
        NamedBoundaries { boundaries, names }
    }

    /// The inferred services of several functions that no `[[service]]` table of `config` names yet, and what keeps others
    /// from being written, in words.
    pub fn services_to_write(&self, named: &NamedBoundaries, config: &Config) -> (Vec<NewService>, Vec<String>) {
        let mut taken: BTreeSet<String> = config.services.iter().map(|table| table.name.clone()).collect();
        let (mut new, mut kept) = (Vec::new(), Vec::new());
        for (inferred, name) in named.boundaries.inferred.iter().zip(&named.names) {
            let functions = inferred.functions.iter().map(|number| &self.found.functions[*number].id);
            let (declared, free): (Vec<_>, Vec<_>) = functions.partition(|id| config.service_of(id).is_some());
            if inferred.functions.len() < 2 {
                continue;
            }
            if !declared.is_empty() {
                let say = |id: &&lockstep_model::FunctionId| format!("`{id}`");
                let list: Vec<String> = declared.iter().map(say).collect();
                kept.push(format!("`{name}`: {} already declared", are(&list)));
            }
            if free.len() > 1 {
                let functions = free.into_iter().cloned().collect();
                new.push(NewService { name: unique(name, &mut taken, |_| true), functions });
            }
        }
        (new, kept)
    }
}

fn are(list: &[String]) -> String {
    format!("{} {}", list.join(", "), if list.len() == 1 { "is" } else { "are" })
}

/// `name`, or `name-2`, `name-3` … if it is taken or not free; takes it.
fn unique(name: &str, taken: &mut BTreeSet<String>, is_free: impl Fn(&str) -> bool) -> String {
    let mut candidates = std::iter::once(name.to_owned()).chain((2..).map(|number: u32| format!("{name}-{number}")));
    let found = candidates.find(|candidate| !taken.contains(candidate) && is_free(candidate));
    let found = found.unwrap_or_else(|| name.to_owned());
    taken.insert(found.clone());
    found
}

/// True if a service of this name has functions besides `members`: two services would be called the same.
fn is_torn(name: &str, members: &[&Function], services: &[Service]) -> bool {
    let of_it = services.iter().filter(|service| service.name == name).flat_map(|service| &service.functions);
    of_it.into_iter().any(|id| members.iter().all(|member| member.id != *id))
}

/// A name for functions that belong together: their service if it is the service of all of them and of no other, else
/// the words that all their names have, else the service of most if it has no others, else a word of most, else the first
/// function's name.
fn name(members: &[&Function], services: &[Service]) -> String {
    let [first, ..] = members else { return "services".to_owned() };
    if members.len() == 1 {
        return first.id.to_string();
    }
    let claimed: BTreeSet<&str> = members.iter().map(|function| function.service.as_str()).collect();
    if claimed.len() == 1 && !is_torn(&first.service, members, services) {
        return first.service.clone();
    }
    let words: Vec<Vec<String>> = members.iter().map(|function| words(&function.name)).collect();
    let common: Vec<&str> = words[0]
        .iter()
        .map(String::as_str)
        .filter(|word| words.iter().all(|others| others.iter().any(|other| other == word)))
        .collect();
    if !common.is_empty() {
        return common.join("-");
    }
    let of_most = |counts: BTreeMap<&str, usize>| {
        // The first in the order of the alphabet among equals.
        let best = counts.into_iter().max_by(|x, y| x.1.cmp(&y.1).then_with(|| y.0.cmp(x.0)))?;
        (2 * best.1 > members.len()).then(|| best.0.to_owned())
    };
    let whole = members.iter().map(|function| function.service.as_str());
    of_most(tally(whole.filter(|service| !is_torn(service, members, services))))
        .or_else(|| {
            let each: Vec<BTreeSet<&str>> =
                words.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
            of_most(tally(each.iter().flatten().copied()))
        })
        .unwrap_or_else(|| words[0].join("-"))
}

fn tally<'a>(all: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    all.for_each(|one| *counts.entry(one).or_default() += 1);
    counts
}

/// The words of a name in camel case, snake case or with dashes, in lower case; generic ones are left out unless there
/// are no others.
fn words(name: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        let starts = c.is_uppercase() && !before.is_uppercase() || !before.is_alphanumeric();
        if c.is_alphanumeric() {
            if starts || all.is_empty() {
                all.push(String::new());
            }
            if let Some(word) = all.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        before = c;
    }
    let mut seen = BTreeSet::new();
    all.retain(|word| seen.insert(word.clone()));
    let telling: Vec<String> = all.iter().filter(|word| !GENERIC.contains(&word.as_str())).cloned().collect();
    let telling = if telling.is_empty() { all } else { telling };
    if telling.is_empty() { vec!["service".to_owned()] } else { telling }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let cases = [
            ("CreateOrderFunction", "create order"),
            ("update_supporter-plus.amount", "update supporter plus amount"),
            ("HTTPServer2", "httpserver2"),
            ("id_sync-id_sync", "id sync"),
            ("Lambda", "lambda"),
            ("---", "service"),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn taken_names_are_numbered() {
        let mut taken = BTreeSet::from(["a".to_owned()]);
        assert_eq!(["a", "b", "a"].map(|name| unique(name, &mut taken, |name| name != "b")), ["a-2", "b-2", "a-3"]);
    }
}
