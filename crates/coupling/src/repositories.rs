//! Which functions are of one repository, where there are several.
//!
//! Two functions of different repositories meet only in changesets that something joins, so such pairs are another sort
//! than those of one repository, and neither may blur the habits of the other. Pairs of one repository are judged by the
//! habits of that repository alone, as if it had been read by itself.

/// The repositories of the functions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repositories {
    /// Per function: the number of its repository.
    of: Vec<u32>,
    /// How many there are; 1 if nobody says otherwise.
    count: usize,
}

/// Which pairs are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of one repository.
    Within,
    /// Those of two.
    Across,
}

impl Repositories {
    /// Those of `functions` functions; `numbers` is empty if all are of one.
    pub(crate) fn new(numbers: &[u32], functions: usize) -> Self {
        let mut of = numbers.to_vec();
        of.resize(functions, 0);
        let count = of.iter().max().map_or(1, |last| *last as usize + 1);
        Self { of, count }
    }

    /// How many repositories there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// How many functions there are.
    pub(crate) fn functions(&self) -> usize {
        self.of.len()
    }

    /// The number of the repository of a function.
    pub(crate) fn of(&self, function: usize) -> usize {
        self.of[function] as usize
    }

    /// The sort of a pair.
    pub(crate) fn scope(&self, a: usize, b: usize) -> Scope {
        if self.of[a] == self.of[b] { Scope::Within } else { Scope::Across }
    }

    /// Per repository: how many of the functions that are `alive` the other side of a pair may be of.
    pub(crate) fn others(&self, alive: &dyn Fn(usize) -> bool, scope: Scope) -> Vec<usize> {
        let mut own = vec![0; self.count];
        (0..self.of.len()).filter(|function| alive(*function)).for_each(|function| own[self.of(function)] += 1);
        let all: usize = own.iter().sum();
        own.into_iter()
            .map(|own| match scope {
                Scope::Within => own.saturating_sub(1),
                Scope::Across => all - own,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_told_apart() {
        let two = Repositories::new(&[0, 0, 1], 3);
        assert_eq!((two.scope(0, 1), two.scope(0, 2), two.count()), (Scope::Within, Scope::Across, 2));
        assert_eq!(two.others(&|_| true, Scope::Within), [1, 0]);
        assert_eq!(two.others(&|_| true, Scope::Across), [1, 2]);
        let one = Repositories::new(&[], 3);
        assert_eq!((one.others(&|_| true, Scope::Within), one.others(&|_| true, Scope::Across)), (vec![2], vec![0]));
    }
}
