//! Who reaches which definitions in one version of a file.

use rustc_hash::FxHashMap;

use super::{Asked, Outline};

/// What one who asks reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    Nothing,
    /// Per definition, whether it is reached.
    Some(Vec<bool>),
    /// Anything, or nothing.
    Unknown,
    Whole,
}

/// Who reaches what in one version, for those who ask something of the file.
#[derive(Clone, Debug, Default)]
pub struct Reached<'o> {
    symbols: Numbers<'o>,
    of: Vec<Reach>,
}

/// Where names stand in a list.
#[derive(Clone, Debug, Default)]
struct Numbers<'o> {
    first: FxHashMap<&'o str, u32>,
    /// Per place, the next one with the same name; that place itself at the last.
    next: Vec<u32>,
}

impl<'o> Numbers<'o> {
    fn of(names: impl DoubleEndedIterator<Item = &'o str> + ExactSizeIterator) -> Self {
        let mut numbers = Self { first: FxHashMap::default(), next: (0..names.len() as u32).collect() };
        numbers.first.reserve(names.len());
        for (number, name) in names.enumerate().rev() {
            if let Some(next) = numbers.first.insert(name, number as u32) {
                numbers.next[number] = next;
            }
        }
        numbers
    }

    /// Where `name` stands, ascending.
    fn named(&self, name: &str) -> impl Iterator<Item = u32> + '_ {
        let next = |number: &u32| self.next.get(*number as usize).copied().filter(|next| next != number);
        std::iter::successors(self.first.get(name).copied(), next)
    }
}

/// The definitions of an outline by the names under which they may be asked for.
struct Named<'o> {
    outline: &'o Outline,
    symbols: Numbers<'o>,
    exports: Numbers<'o>,
}

impl Outline {
    /// What each of those who ask reaches. Numbers that lead nowhere are passed over.
    pub fn reached(&self, asked: &[Asked]) -> Reached<'_> {
        let symbols = Numbers::of(self.symbols.iter().map(|(name, _)| &**name));
        let exports = Numbers::of(self.exports.iter().map(|(name, _)| &**name));
        let named = Named { outline: self, symbols, exports };
        let of = asked.iter().map(|asked| named.reach(asked)).collect();
        Reached { symbols: named.symbols, of }
    }
}

impl Named<'_> {
    fn reach(&self, asked: &Asked) -> Reach {
        let outline = self.outline;
        let mut open = outline.loaded.clone();
        match asked {
            Asked::Whole => return Reach::Whole,
            Asked::Start(name) => {
                if !self.add(name, &mut open) {
                    return Reach::Nothing;
                }
            }
            Asked::Names(names) => {
                let found = names.iter().fold(false, |found, name| self.add(name, &mut open) | found);
                if !found && !names.is_empty() {
                    return Reach::Unknown;
                }
            }
        }
        if outline.opaque {
            return Reach::Whole;
        }
        let mut reached = vec![false; outline.symbols.len()];
        while let Some(number) = open.pop() {
            let seen = reached.get_mut(number as usize).is_none_or(|seen| std::mem::replace(seen, true));
            if let Some((_, uses)) = outline.symbols.get(number as usize).filter(|_| !seen) {
                open.extend(uses);
            }
        }
        Reach::Some(reached)
    }

    /// Adds the definitions behind a name: those that are exported as that, else those that are called so; none if it is passed
    /// on from another file. False if there is no such name.
    fn add(&self, name: &str, to: &mut Vec<u32>) -> bool {
        let (before, mut exported) = (to.len(), false);
        for export in self.exports.named(name) {
            exported = true;
            to.extend(self.outline.exports[export as usize].1);
        }
        if to.len() == before {
            to.extend(self.symbols.named(name));
        }
        exported || to.len() > before
    }
}

impl Reached<'_> {
    /// Of how many it is told what they reach.
    pub(super) fn asked(&self) -> usize {
        self.of.len()
    }

    /// True if whoever asks as number `asked` reaches anything in it, or loads it at least.
    pub fn is_reached(&self, asked: usize) -> bool {
        self.of.get(asked).is_some_and(|reach| *reach != Reach::Nothing)
    }

    /// True if whoever asks as number `asked` reaches all definitions.
    pub fn is_reached_whole(&self, asked: usize) -> bool {
        self.of.get(asked).is_some_and(|reach| match reach {
            Reach::Some(reached) => {
                let is_reached = |name: &&str| self.symbols.named(name).any(|number| reached[number as usize]);
                self.symbols.first.keys().all(is_reached)
            }
            Reach::Whole => true,
            Reach::Nothing | Reach::Unknown => self.symbols.first.is_empty(),
        })
    }

    /// True if whoever asks as number `asked` takes it whole.
    pub(super) fn is_whole(&self, asked: usize) -> bool {
        self.of.get(asked) == Some(&Reach::Whole)
    }

    /// True if somebody asks something of it, and it does not tell what.
    pub(super) fn is_unknown(&self) -> bool {
        self.of.contains(&Reach::Unknown)
    }

    /// Who reaches the definition `name`, as numbers.
    pub(super) fn reaching(&self, name: &str) -> impl Iterator<Item = usize> + '_ {
        let numbers: Vec<u32> = self.symbols.named(name).collect();
        let has = move |reach: &Reach| match reach {
            Reach::Nothing | Reach::Unknown => false,
            Reach::Some(reached) => numbers.iter().any(|number| reached[*number as usize]),
            Reach::Whole => true,
        };
        (0..).zip(&self.of).filter(move |(_, reach)| has(reach)).map(|(asked, _)| asked)
    }
}
