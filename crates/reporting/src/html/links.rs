//! The lines of the map beside co-change: from each hub's functions, pair by pair, as long as that tells something.

use std::collections::BTreeMap;

use super::wiring::{Hub, Kind};

/// A hub of more functions is listed and not drawn: lines between all of them would hide the rest of the map.
pub(super) const MOST_FUNCTIONS: usize = 12;
/// Lines of one kind.
const MOST_LINES: usize = 1_500;
/// Things named on one line.
const MOST_NAMES: usize = 6;

/// A line between two functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Of what kind.
    pub(super) kind: Kind,
    /// From here, or the first of the two.
    pub(super) a: usize,
    /// To here.
    pub(super) b: usize,
    /// True if it has a direction.
    pub(super) is_directed: bool,
    /// What joins them, some names.
    pub(super) names: Vec<String>,
    /// How many things join them in all.
    pub(super) number: usize,
}

/// The lines, and what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Links {
    /// The lines, kind by kind, those with the most behind them first.
    pub(super) lines: Vec<Link>,
    /// Lines left out, by kind.
    pub(super) left_out: BTreeMap<Kind, usize>,
    /// Hubs that are listed only, by kind.
    pub(super) listed_only: BTreeMap<Kind, usize>,
}

/// The lines of `hubs`.
pub(super) fn links(hubs: &[Hub]) -> Links {
    let mut links = Links::default();
    for kind in Kind::ALL {
        let mut pairs: BTreeMap<(usize, usize, bool), Vec<&str>> = BTreeMap::new();
        for hub in hubs.iter().filter(|hub| hub.kind == kind) {
            // Whom a function calls is said by itself, however many they are.
            if kind != Kind::Call && hub.functions().len() > MOST_FUNCTIONS {
                *links.listed_only.entry(kind).or_default() += 1;
                continue;
            }
            pairs_of(hub).into_iter().for_each(|pair| pairs.entry(pair).or_default().push(&hub.what));
        }
        let mut lines: Vec<_> = pairs.into_iter().collect();
        lines.sort_by(|x, y| y.1.len().cmp(&x.1.len()).then_with(|| x.0.cmp(&y.0)));
        if lines.len() > MOST_LINES {
            links.left_out.insert(kind, lines.len() - MOST_LINES);
            lines.truncate(MOST_LINES);
        }
        links.lines.extend(lines.into_iter().map(|((a, b, is_directed), names)| Link {
            kind,
            a,
            b,
            is_directed,
            number: names.len(),
            names: names.into_iter().take(MOST_NAMES).map(str::to_owned).collect(),
        }));
    }
    links
}

/// Pairs that a hub joins, and whether the first is the one that sends, writes or calls. Who only read the same store, or
/// listen to the same channel, are not joined by it.
fn pairs_of(hub: &Hub) -> Vec<(usize, usize, bool)> {
    let mut pairs = Vec::new();
    match hub.kind {
        Kind::Code => {
            for (number, a) in hub.to.iter().enumerate() {
                pairs.extend(hub.to[number + 1..].iter().map(|b| (*a, *b, false)));
            }
        }
        Kind::Channel | Kind::Call | Kind::Store => {
            for a in &hub.from {
                pairs.extend(hub.to.iter().filter(|b| *b != a).map(|b| (*a, *b, true)));
            }
        }
    }
    if hub.kind == Kind::Store {
        for (number, a) in hub.from.iter().enumerate() {
            pairs.extend(hub.from[number + 1..].iter().map(|b| (*a, *b, false)));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(kind: Kind, what: &str, from: &[usize], to: &[usize]) -> Hub {
        Hub { kind, what: what.to_owned(), from: from.to_vec(), to: to.to_vec() }
    }

    fn drawn(hubs: &[Hub]) -> Vec<(usize, usize, bool, usize)> {
        links(hubs).lines.iter().map(|line| (line.a, line.b, line.is_directed, line.number)).collect()
    }

    #[test]
    fn writers_are_joined_with_readers_and_with_each_other() {
        assert_eq!(
            drawn(&[hub(Kind::Store, "t", &[0, 1], &[2])]),
            [(0, 1, false, 1), (0, 2, true, 1), (1, 2, true, 1)]
        );
        assert_eq!(drawn(&[hub(Kind::Store, "t", &[], &[1, 2])]), []);
        assert_eq!(drawn(&[hub(Kind::Channel, "q", &[3], &[1, 3])]), [(3, 1, true, 1)]);
    }

    #[test]
    fn files_of_a_pair_are_one_line() {
        let hubs = [hub(Kind::Code, "a", &[], &[0, 1]), hub(Kind::Code, "b", &[], &[0, 1, 2])];
        assert_eq!(drawn(&hubs), [(0, 1, false, 2), (0, 2, false, 1), (1, 2, false, 1)]);
    }

    #[test]
    fn what_is_not_drawn_is_counted() {
        let many: Vec<usize> = (0..=MOST_FUNCTIONS).collect();
        let found = links(&[hub(Kind::Code, "a", &[], &many)]);
        assert_eq!((found.lines.len(), found.listed_only.get(&Kind::Code)), (0, Some(&1)));
        let pairs: Vec<Hub> =
            (0..MOST_LINES + 7).map(|n| hub(Kind::Code, &n.to_string(), &[], &[2 * n, 2 * n + 1])).collect();
        assert_eq!(links(&pairs).left_out.get(&Kind::Code), Some(&7));
    }
}
