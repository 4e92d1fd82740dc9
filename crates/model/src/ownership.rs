//! Whose a function is: what a file of code owners says, and who changes the function.

use crate::Location;

/// Whose one function is, as far as the repository tells.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Ownership {
    /// Who owns it, by a file of code owners: at most one for each section of the file. Empty if there is no such file, if no
    /// line of it is about the function, or if the line says that nobody does.
    pub stated: Vec<StatedOwners>,
    /// Who changes its own code, whoever changes most first. Empty if nobody did, or if the history was not asked.
    pub people: Vec<Contributor>,
}

/// What one line of a file of code owners says of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedOwners {
    /// The section that the line stands in; none for lines of no section. Only GitLab has sections.
    pub section: Option<String>,
    /// Its owners as they are written, each once, in their order: `@team`, `@org/team`, `@@role`. Of an address stands here
    /// what is before the `@`, and an ellipsis: `docs@…`.
    pub owners: Vec<String>,
    /// The line.
    pub location: Location,
    /// The share of the function's own code that these owners own, by its lines, 0 to 1.
    pub share: f64,
    /// True if an address stands on the line: then it is not to be shown.
    pub holds_address: bool,
}

/// A person who changes a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributor {
    /// The name; may hold anything.
    pub name: String,
    /// The changesets that count, by their numbers in the history, ascending.
    pub changesets: Vec<usize>,
    /// The share of the function's changes, each weighed by its age as the measure does, 0 to 1.
    pub share: f64,
}

impl Ownership {
    /// The names of its owners by the file, sorted, each once.
    pub fn owners(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.stated.iter().flat_map(|stated| &stated.owners).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The fewest people who made at least `share` (0 to 1) of its changes, whoever changes most first; none if nobody
    /// changed it.
    pub fn mostly_by(&self, share: f64) -> &[Contributor] {
        /// Shares are sums of fractions.
        const EPSILON: f64 = 1e-9;
        let mut sum = 0.0;
        let enough = self.people.iter().position(|person| {
            sum += person.share;
            sum + EPSILON >= share
        });
        &self.people[..enough.map_or(self.people.len(), |last| last + 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_that_made_most() {
        let person = |name: &str, share| Contributor { name: name.to_owned(), changesets: vec![0], share };
        let people = vec![person("ana", 0.4), person("bob", 0.3), person("eve", 0.3)];
        let ownership = Ownership { people, ..Ownership::default() };
        let names = |share| ownership.mostly_by(share).iter().map(|person| person.name.as_str()).collect::<Vec<_>>();
        assert_eq!(names(0.4), ["ana"]);
        assert_eq!(names(0.5), ["ana", "bob"]);
        assert_eq!(names(1.0), ["ana", "bob", "eve"]);
        assert!(Ownership::default().mostly_by(0.5).is_empty());
    }
}
