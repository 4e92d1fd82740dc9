//! Maximal repeats in rows of numbers, by windows of a fixed length: each window has a hash, windows of the same hash are
//! places of the same passage, and a passage begins where what stands before differs.
//!
//! Near linear: a window that repeats itself (rows of a table, a sign written a million times) begins nothing, and
//! neither does one that stands in more than [`MOST_PLACES`] places, which is what everybody writes. What is left of
//! the work is bounded by [`MOST_STEPS`].
//!
//! Where all but a few rows were searched before, only pairs with one of those few are searched ([`repeats_of`]): by the windows
//! that these have, which are looked for in all rows.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

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

/// What a search took, and how much it found: beyond a bound it stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Pairs of places and tokens that were looked at.
    pub steps: usize,
    /// Repeats.
    pub found: usize,
}

impl Effort {
    fn is_too_much(self) -> bool {
        self.steps > MOST_STEPS || self.found > MOST_REPEATS
    }
}

/// The maximal repeats of at least [`WINDOW`] tokens; the row of `a` has the smaller number.
pub(super) fn repeats(rows: &[Stretch<'_>]) -> (Vec<Repeat>, Effort) {
    let hashes: Vec<Vec<Option<u64>>> = rows.par_iter().map(|row| hashes(row.classes)).collect();
    let places = places(&hashes);
    let begins = hashes.into_iter().map(|row| row.iter().map(Option::is_some).collect()).collect();
    let mut search = Search { rows, among: None, begins, effort: Effort::default(), found: Vec::new() };
    search.all(&places);
    (search.found, search.effort)
}

/// Those of them of which one row is `fresh`, if all others were searched before for that `effort`, then with the rows that are
/// `gone`; and what both took. None if that says less than a search of all rows would: where a passage becomes a custom, or is
/// none any more, and where the search would have stopped.
pub(super) fn repeats_of(
    fresh: &[bool],
    rows: &[Stretch<'_>],
    gone: &[&[u32]],
    effort: Effort,
) -> Option<(Vec<Repeat>, Effort)> {
    let of_fresh = |(row, fresh): (&Stretch<'_>, &bool)| if *fresh { hashes(row.classes) } else { Vec::new() };
    let hashes_of: Vec<Vec<Option<u64>>> = rows.par_iter().zip(fresh).map(of_fresh).collect();
    let mut windows = Windows::default();
    gone.iter().flat_map(|row| hashes(row)).flatten().for_each(|hash| windows.add(hash).before += 1);
    hashes_of.iter().flatten().flatten().for_each(|hash| windows.add(*hash).after += 1);
    let mut places = places(&hashes_of);
    let kept: Vec<(u32, &Stretch<'_>)> =
        (0u32..).zip(rows).zip(fresh).filter(|(_, fresh)| !**fresh).map(|(row, _)| row).collect();
    let found: Vec<Place> = kept.par_iter().flat_map_iter(|(row, stretch)| windows.places(*row, stretch)).collect();
    for place in &found {
        let counts = windows.add(place.hash);
        (counts.before, counts.after) = (counts.before + 1, counts.after + 1);
    }
    if windows.counts.values().any(|counts| (counts.before > MOST_PLACES) != (counts.after > MOST_PLACES)) {
        return None;
    }
    places.extend(found);
    places.par_sort_unstable_by_key(|place| (place.hash, place.row, place.at));
    // What else a row has begins nothing that stands in a fresh one.
    let mut begins: Vec<Vec<bool>> = rows.iter().map(|row| vec![false; row.classes.len()]).collect();
    places.iter().for_each(|place| begins[place.row as usize][place.at as usize] = true);
    let mut search = Search { rows, among: Some(fresh), begins, effort, found: Vec::new() };
    search.all(&places);
    (!search.effort.is_too_much()).then_some((search.found, search.effort))
}

/// How often a window stands in all rows.
#[derive(Default)]
struct Counts {
    before: usize,
    after: usize,
}

/// Windows that are looked for, by their hashes.
struct Windows {
    counts: FxHashMap<u64, Counts>,
    /// A bit for each of the first sixteen bits that a hash of one of them may begin with: most others are passed over by it.
    filter: Vec<u64>,
}

impl Default for Windows {
    fn default() -> Self {
        Self { counts: FxHashMap::default(), filter: vec![0; 1 << 10] }
    }
}

impl Windows {
    fn add(&mut self, hash: u64) -> &mut Counts {
        let (word, bit) = Self::place(hash);
        self.filter[word] |= bit;
        self.counts.entry(hash).or_default()
    }

    /// Where the bit of a hash stands in the filter.
    fn place(hash: u64) -> (usize, u64) {
        // The first bits of such a product depend on all of the window.
        let bits = (hash >> 48) as usize;
        (bits >> 6, 1 << (bits & 63))
    }

    /// Where they stand in a row.
    fn places(&self, row: u32, stretch: &Stretch<'_>) -> Vec<Place> {
        let mut places = Vec::new();
        each_window(stretch.classes, |at, hash| {
            let (word, bit) = Self::place(hash);
            let wanted = self.filter[word] & bit != 0 && self.counts.contains_key(&hash);
            if wanted && is_sound(&stretch.classes[at..at + WINDOW]) {
                places.push(Place { hash, row, at: at as u32 });
            }
        });
        places
    }
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

/// Tells the place and the hash of each window.
fn each_window(classes: &[u32], mut tell: impl FnMut(usize, u64)) {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    if classes.len() < WINDOW {
        return;
    }
    let highest = (1..WINDOW).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let value = |class: u32| u64::from(class).wrapping_add(1).wrapping_mul(0xFF51_AFD7_ED55_8CCD).rotate_left(31);
    let mut hash =
        classes[..WINDOW - 1].iter().fold(0u64, |hash, class| hash.wrapping_mul(BASE).wrapping_add(value(*class)));
    for at in 0..=classes.len() - WINDOW {
        hash = hash.wrapping_mul(BASE).wrapping_add(value(classes[at + WINDOW - 1]));
        tell(at, hash);
        hash = hash.wrapping_sub(value(classes[at]).wrapping_mul(highest));
    }
}

/// The hash of the window at each token; none for a window that is not sound.
fn hashes(classes: &[u32]) -> Vec<Option<u64>> {
    let mut hashes = Vec::with_capacity(classes.len());
    let mut periods = Periods::new(classes);
    let mut border = classes.iter().take(WINDOW - 1).rposition(|class| *class == Token::BORDER);
    each_window(classes, |at, hash| {
        let last = at + WINDOW - 1;
        if classes[last] == Token::BORDER {
            border = Some(last);
        }
        let sound = border.is_none_or(|border| border < at) && !periods.repeats(at..last + 1);
        hashes.push(sound.then_some(hash));
    });
    hashes
}

/// False for a window that holds a border or repeats itself; by itself, as [`Periods`] tells it of all in their order.
fn is_sound(window: &[u32]) -> bool {
    let repeats = |length: &usize| window[*length..].iter().zip(window).all(|(class, before)| class == before);
    !window.contains(&Token::BORDER) && !(1..=WINDOW / 2).any(|length| repeats(&length))
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
    /// The rows of which each pair has one; none if all pairs are looked at.
    among: Option<&'a [bool]>,
    /// Per row and token: whether the window there begins passages.
    begins: Vec<Vec<bool>>,
    effort: Effort,
    found: Vec<Repeat>,
}

impl Search<'_> {
    /// The repeats of all `places`, which are in order.
    fn all(&mut self, places: &[Place]) {
        let groups: Vec<&[Place]> = places.chunk_by(|x, y| x.hash == y.hash).filter(|group| group.len() > 1).collect();
        let (customs, groups): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.len() > MOST_PLACES);
        for place in customs.into_iter().flatten() {
            self.begins[place.row as usize][place.at as usize] = false;
        }
        for group in groups {
            if self.effort.is_too_much() {
                break;
            }
            self.group(group);
        }
    }

    /// The repeats that begin with the windows of `group`, which are alike.
    fn group(&mut self, group: &[Place]) {
        for (number, a) in group.iter().enumerate() {
            self.effort.steps += group.len() - number;
            for b in &group[number + 1..] {
                let wanted = |among: &[bool]| among[a.row as usize] || among[b.row as usize];
                if let Some(repeat) = self.among.is_none_or(wanted).then(|| self.repeat(a, b)).flatten() {
                    self.effort.steps += repeat.length;
                    self.effort.found += 1;
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
