//! Maximal repeats in rows of numbers, by windows of a fixed length: each window has a hash, windows of the same hash are
//! places of the same passage, and a passage begins where what stands before differs.
//!
//! Near linear: a window that repeats itself (rows of a table, a sign written a million times) begins nothing, and
//! neither does one that stands in more than [`MOST_PLACES`] places, which is what everybody writes. What is left of
//! the work is bounded by [`MOST_STEPS`].

use std::ops::Range;

use rayon::prelude::*;

use crate::tokens::Token;

/// Tokens of a window: the shortest repeat.
pub(super) const WINDOW: usize = 30;

/// A window that stands in more places is no copy but a custom.
const MOST_PLACES: usize = 400;

/// Pairs of places and tokens looked at, at most: some seconds.
const MOST_STEPS: usize = 400_000_000;

/// Repeats, at most.
const MOST_REPEATS: usize = 2_000_000;

/// The numbers of one row.
pub(super) struct Stretch<'a> {
    /// Repeats are looked for between rows of different owners.
    pub(super) owner: usize,
    pub(super) classes: &'a [u32],
}

/// The same passage twice: the number of the row and the first token, of each, and how many tokens are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    pub(super) a: (usize, usize),
    pub(super) b: (usize, usize),
    pub(super) length: usize,
}

/// The maximal repeats of at least [`WINDOW`] tokens; the row of `a` has the smaller number.
pub(super) fn repeats(rows: &[Stretch<'_>]) -> Vec<Repeat> {
    let hashes: Vec<Vec<Option<u64>>> = rows.par_iter().map(|row| hashes(row.classes)).collect();
    let places = places(&hashes);
    let mut search = Search {
        rows,
        begins: hashes.into_iter().map(|row| row.iter().map(Option::is_some).collect()).collect(),
        steps: 0,
        found: Vec::new(),
    };
    let groups: Vec<&[Place]> = places.chunk_by(|x, y| x.hash == y.hash).filter(|group| group.len() > 1).collect();
    let (customs, groups): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.len() > MOST_PLACES);
    for place in customs.into_iter().flatten() {
        search.begins[place.row as usize][place.at as usize] = false;
    }
    for group in groups {
        if search.steps > MOST_STEPS || search.found.len() > MOST_REPEATS {
            break;
        }
        search.group(group);
    }
    search.found
}

/// A window.
#[derive(Clone, Copy)]
struct Place {
    hash: u64,
    row: u32,
    at: u32,
}

/// All windows that may begin a passage, ordered by hash, then place.
fn places(hashes: &[Vec<Option<u64>>]) -> Vec<Place> {
    let of_row = |(row, hashes): (u32, &Vec<Option<u64>>)| {
        let windows = (0u32..).zip(hashes);
        windows.filter_map(|(at, hash)| Some(Place { hash: (*hash)?, row, at })).collect::<Vec<_>>()
    };
    let mut places: Vec<Place> = (0u32..).zip(hashes).flat_map(of_row).collect();
    places.par_sort_unstable_by_key(|place| (place.hash, place.row, place.at));
    places
}

/// The hash of the window at each token; none for a window that holds a border or repeats itself.
fn hashes(classes: &[u32]) -> Vec<Option<u64>> {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    if classes.len() < WINDOW {
        return Vec::new();
    }
    let highest = (1..WINDOW).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let value = |class: u32| u64::from(class).wrapping_add(1).wrapping_mul(0xFF51_AFD7_ED55_8CCD).rotate_left(31);
    let mut hash =
        classes[..WINDOW - 1].iter().fold(0u64, |hash, class| hash.wrapping_mul(BASE).wrapping_add(value(*class)));
    let mut periods = Periods::new(classes);
    let mut border = classes[..WINDOW - 1].iter().rposition(|class| *class == Token::BORDER);
    (0..=classes.len() - WINDOW)
        .map(|at| {
            let last = at + WINDOW - 1;
            hash = hash.wrapping_mul(BASE).wrapping_add(value(classes[last]));
            if classes[last] == Token::BORDER {
                border = Some(last);
            }
            let sound = border.is_none_or(|border| border < at) && !periods.repeats(at..last + 1);
            let found = sound.then_some(hash);
            hash = hash.wrapping_sub(value(classes[at]).wrapping_mul(highest));
            found
        })
        .collect()
}

/// Tells windows that consist of one short passage, again and again.
struct Periods<'a> {
    classes: &'a [u32],
    /// Per length of the passage: since which token each is as the one that length before it.
    since: [usize; WINDOW / 2 + 1],
    read: usize,
}

impl<'a> Periods<'a> {
    fn new(classes: &'a [u32]) -> Self {
        Self { classes, since: [0; WINDOW / 2 + 1], read: 0 }
    }

    /// True if `window` repeats itself at least once. Windows are asked for in their order.
    fn repeats(&mut self, window: Range<usize>) -> bool {
        while self.read < window.end {
            for length in 1..self.since.len() {
                let same =
                    self.read.checked_sub(length).is_none_or(|before| self.classes[before] == self.classes[self.read]);
                if !same {
                    self.since[length] = self.read + 1;
                }
            }
            self.read += 1;
        }
        (1..self.since.len()).any(|length| self.since[length] <= window.start + length)
    }
}

struct Search<'a> {
    rows: &'a [Stretch<'a>],
    /// Per row and token: whether the window there begins passages.
    begins: Vec<Vec<bool>>,
    steps: usize,
    found: Vec<Repeat>,
}

impl Search<'_> {
    /// The repeats that begin with the windows of `group`, which are alike.
    fn group(&mut self, group: &[Place]) {
        for (number, a) in group.iter().enumerate() {
            self.steps += group.len() - number;
            for b in &group[number + 1..] {
                if let Some(repeat) = self.repeat(a, b) {
                    self.steps += repeat.length;
                    self.found.push(repeat);
                }
            }
        }
    }

    /// The repeat that begins at two places; none if it begins before them, or if one owner has both.
    fn repeat(&self, a: &Place, b: &Place) -> Option<Repeat> {
        let (mine, others) = (&self.rows[a.row as usize], &self.rows[b.row as usize]);
        let (i, j) = (a.at as usize, b.at as usize);
        let goes_back = i > 0
            && j > 0
            && mine.classes[i - 1] == others.classes[j - 1]
            && self.begins[a.row as usize][i - 1]
            && self.begins[b.row as usize][j - 1];
        if goes_back || mine.owner == others.owner {
            return None;
        }
        let pairs = mine.classes[i..].iter().zip(&others.classes[j..]);
        let length = pairs.take_while(|(x, y)| x == y && **x != Token::BORDER).count();
        // Two hashes may agree by chance.
        (length >= WINDOW).then_some(Repeat { a: (a.row as usize, i), b: (b.row as usize, j), length })
    }
}
