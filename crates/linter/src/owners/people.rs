//! Who changes the functions: the authors of the changesets that count, each weighed by its age as the measure does.
//!
//! One person may go by several names and addresses: `.mailmap` says which, and who has the same address or the same name
//! is the same person. Taking two people for one is the lesser error here: one person who is taken for two would be told
//! to be two teams.

use std::collections::BTreeMap;

use lockstep_coupling::CouplingGraph;
use lockstep_history::Mailmap;
use lockstep_model::{Author, Contributor, FileSet, History, RepoPath};

use super::file::Owner;

/// How somebody is called who has no name.
const NAMELESS: &str = "somebody without a name";

/// Who changed the own code of each function of `graph`, which was made of `history`: whoever changed most comes first.
pub(super) fn people(
    files: &FileSet,
    roots: &[RepoPath],
    history: &History,
    graph: &CouplingGraph,
) -> Vec<Vec<Contributor>> {
    let known = People::of(&mailmap(files, roots), history);
    let of = |function| {
        let mut shares: BTreeMap<&str, (Vec<usize>, f64)> = BTreeMap::new();
        for change in graph.changes_of(function) {
            let share = shares.entry(known.name(change.changeset)).or_default();
            share.0.push(change.changeset);
            share.1 += graph.weight_at(history.changesets[change.changeset].time);
        }
        let total: f64 = shares.values().map(|(_, weight)| weight).sum();
        shares.values_mut().for_each(|(changesets, _)| changesets.sort_unstable());
        let person = |(name, (changesets, weight)): (&str, (Vec<usize>, f64))| Contributor {
            name: name.to_owned(),
            changesets,
            share: if total > 0.0 { weight / total } else { 0.0 },
        };
        let mut people: Vec<Contributor> = shares.into_iter().map(person).collect();
        people.sort_by(|x, y| y.share.total_cmp(&x.share).then_with(|| x.name.cmp(&y.name)));
        people
    };
    (0..graph.functions().len()).map(of).collect()
}

/// What the `.mailmap` of each repository says, together: a person is the same in all of them.
fn mailmap(files: &FileSet, roots: &[RepoPath]) -> Mailmap {
    let of = |root: &RepoPath| files.text(&root.join(".mailmap").ok()?).ok();
    let texts: Vec<_> = roots.iter().filter_map(of).collect();
    if texts.is_empty() {
        return Mailmap::empty();
    }
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    Mailmap::parse(&texts.join("\n"))
}

/// The people behind the authors of a history.
struct People {
    /// Per changeset: the number of its author.
    by_changeset: Vec<usize>,
    /// Per author: the name of the person.
    names: Vec<String>,
}

impl People {
    fn of(mailmap: &Mailmap, history: &History) -> Self {
        let mut numbers: BTreeMap<&Author, usize> = BTreeMap::new();
        let mut authors: Vec<(Author, u32)> = Vec::new();
        let mut by_changeset = Vec::with_capacity(history.changesets.len());
        for changeset in &history.changesets {
            let number = *numbers.entry(&*changeset.author).or_insert_with(|| {
                authors.push((mailmap.resolve(&changeset.author), 0));
                authors.len() - 1
            });
            authors[number].1 += 1;
            by_changeset.push(number);
        }
        Self { by_changeset, names: names(&authors) }
    }

    fn name(&self, changeset: usize) -> &str {
        &self.names[self.by_changeset[changeset]]
    }
}

/// Per author: the name that the person uses most. Each comes with the number of changesets.
fn names(authors: &[(Author, u32)]) -> Vec<String> {
    let mut same: Vec<usize> = (0..authors.len()).collect();
    let mut first: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for (number, (author, _)) in authors.iter().enumerate() {
        for (is_name, text) in [(true, author.name.trim()), (false, author.email.trim())] {
            if !text.is_empty() {
                let other = *first.entry((is_name, text.to_lowercase())).or_insert(number);
                let (a, b) = (root(&mut same, number), root(&mut same, other));
                same[a.max(b)] = a.min(b);
            }
        }
    }
    let mut used: BTreeMap<(usize, &str), u32> = BTreeMap::new();
    for (number, (author, changesets)) in authors.iter().enumerate() {
        *used.entry((root(&mut same, number), author.name.trim())).or_default() += changesets;
    }
    let mut best: BTreeMap<usize, (u32, &str)> = BTreeMap::new();
    for ((person, name), changesets) in used {
        let name = if name.is_empty() { NAMELESS } else { name };
        let known = best.entry(person).or_insert((changesets, name));
        if changesets > known.0 {
            *known = (changesets, name);
        }
    }
    // Some give an address where a name belongs.
    let shown = |name: &str| Owner::address(name).map_or_else(|| name.to_owned(), |owner| owner.name);
    (0..authors.len()).map(|number| shown(best[&root(&mut same, number)].1)).collect()
}

/// The author that stands for the person behind `number`.
fn root(same: &mut [usize], mut number: usize) -> usize {
    while same[number] != number {
        same[number] = same[same[number]];
        number = same[number];
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(authors: &[(&str, &str, u32)]) -> Vec<String> {
        let author = |(name, email, changesets): &(&str, &str, u32)| {
            (Author { name: (*name).to_owned(), email: (*email).to_owned() }, *changesets)
        };
        names(&authors.iter().map(author).collect::<Vec<_>>())
    }

    #[test]
    fn one_person_with_several_names_and_addresses_is_one() {
        let authors = [
            ("ana", "ana@shop.example", 2),
            ("Ana Lopez", "ANA@shop.example", 5),
            ("Ana Lopez", "ana@home.example", 1),
            ("Bob", "bob@shop.example", 9),
        ];
        assert_eq!(called(&authors), ["Ana Lopez", "Ana Lopez", "Ana Lopez", "Bob"]);
    }

    #[test]
    fn who_has_neither_in_common_is_another() {
        assert_eq!(called(&[("Ana", "a@x.example", 1), ("Eve", "e@x.example", 1)]), ["Ana", "Eve"]);
        assert_eq!(called(&[("", "", 1), ("", "x@y.example", 1)]), [NAMELESS, NAMELESS]);
        assert_eq!(called(&[("eve@x.example", "", 1)]), ["eve@…"]);
    }
}
