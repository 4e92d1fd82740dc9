//! Whether the same people change two functions: Morisita's index of overlap.

use lockstep_model::Contributor;

/// Morisita's index of overlap of the people behind two functions: how likely a change of the one and a change of the other
/// are by the same person, set against how likely two changes of one of them are. About 1 if the same people change both,
/// 0 if nobody changes both, whatever the number of changes; may be a little above 1. `weight` says what a changeset
/// weighs. None if nobody changed either of them twice: then nobody can be told to be the one who changes it.
///
/// Source: Morisita, Measuring of interspecific association and similarity between communities, 1959; here with weights,
/// and without the pairs of a change with itself.
pub(crate) fn morisita(a: &[Contributor], b: &[Contributor], weight: &dyn Fn(usize) -> f64) -> Option<f64> {
    let (of_a, of_b) = (Sums::of(a, weight), Sums::of(b, weight));
    let (mut same, mut itself) = (0.0, 0.0);
    for person in a {
        let Some(other) = b.iter().find(|other| other.name == person.name) else { continue };
        same += total(person, weight) * total(other, weight);
        let joint = person.changesets.iter().filter(|changeset| other.changesets.binary_search(changeset).is_ok());
        itself += joint.map(|changeset| weight(*changeset).powi(2)).sum::<f64>();
    }
    let within = of_a.repeats()? + of_b.repeats()?;
    let pairs = of_a.weight * of_b.weight - itself;
    (within > 0.0 && pairs > 0.0).then(|| 2.0 * (same - itself) / pairs / within)
}

fn total(person: &Contributor, weight: &dyn Fn(usize) -> f64) -> f64 {
    person.changesets.iter().map(|changeset| weight(*changeset)).sum()
}

/// The changes of one function, weighed.
struct Sums {
    weight: f64,
    /// Each change times itself.
    squares: f64,
    /// What each person changed, times itself.
    of_people: f64,
}

impl Sums {
    fn of(people: &[Contributor], weight: &dyn Fn(usize) -> f64) -> Self {
        let changesets = || people.iter().flat_map(|person| &person.changesets);
        Self {
            weight: changesets().map(|changeset| weight(*changeset)).sum(),
            squares: changesets().map(|changeset| weight(*changeset).powi(2)).sum(),
            of_people: people.iter().map(|person| total(person, weight).powi(2)).sum(),
        }
    }

    /// How likely two of the changes are by one person; none if there are no two.
    fn repeats(&self) -> Option<f64> {
        let pairs = self.weight.powi(2) - self.squares;
        (pairs > 1e-12).then(|| (self.of_people - self.squares) / pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "ana 1 2 3, bob 4": people and the changesets that they made.
    fn people(words: &str) -> Vec<Contributor> {
        let person = |words: &str| {
            let mut words = words.split_whitespace();
            Contributor {
                name: words.next().expect("a name").to_owned(),
                changesets: words.map(|number| number.parse().expect("a number")).collect(),
                share: 0.0,
            }
        };
        words.split(',').map(person).collect()
    }

    fn index(a: &str, b: &str) -> Option<f64> {
        morisita(&people(a), &people(b), &|_| 1.0)
    }

    #[test]
    fn the_index_is_that_of_the_book() {
        // Two changes of each by ana, one by bob; and the other way round: 2·(2+2)/9 / (1/3 + 1/3).
        let found = index("ana 1 2, bob 3", "ana 4, bob 5 6").unwrap();
        assert!((found - 2.0 * 4.0 / 9.0 / (2.0 / 3.0)).abs() < 1e-12, "{found}");
        assert_eq!(index("ana 1 2 3", "ana 4 5"), Some(1.0));
        assert_eq!(index("ana 1 2 3", "bob 4 5"), Some(0.0));
    }

    #[test]
    fn a_change_of_both_is_not_compared_with_itself() {
        assert_eq!(index("ana 1, bob 2 3 4", "ana 1, eve 5 6 7"), Some(0.0));
        assert_eq!(index("ana 1 2 3", "ana 1 2 3"), Some(1.0));
    }

    #[test]
    fn who_changes_once_says_nothing() {
        assert_eq!(index("ana 1, bob 2", "eve 3, joe 4"), None);
        assert_eq!(index("ana 1", "bob 2"), None);
    }

    #[test]
    fn many_people_who_change_everything_are_one_group() {
        // Twenty people, each with two changes of each function.
        let of = |first: usize| {
            let one = |person: usize| format!("p{person} {} {}", first + 2 * person, first + 2 * person + 1);
            (0..20).map(one).collect::<Vec<_>>().join(",")
        };
        let found = index(&of(0), &of(1000)).unwrap();
        assert!(found > 0.9, "{found}");
    }
}
