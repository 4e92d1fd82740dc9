//! How alike the code of two functions is, before their history is looked at.
//!
//! Code that speaks of the same things changes for the same reasons: the same tables, the same helpers, the same copied
//! passages. Each function is the set of words (identifiers) in its own code; a word weighs `(1 + ln f) · ln((n + 1) /
//! (d + ½))`, where `f` of the function's files and `d` of the `n` functions have it, so that what everybody writes
//! (`return`, `export`) says next to nothing. The likeness of two functions is the cosine of their weights.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Shorter words are mostly syntax.
const SHORTEST: usize = 4;
/// Larger files are generated, or data; in bytes.
const LARGEST: usize = 200_000;

/// How alike the code of any two functions is, 0 to 1; 0 where nothing is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Likeness {
    /// Per function: its words, ascending, with weights whose squares sum to 1.
    words: Arc<[Vec<(u32, f64)>]>,
}

impl Likeness {
    /// The likeness of functions whose own code is `texts`: per function, in the order in which the graph numbers
    /// them, the texts of its files in any order.
    pub fn of<T: AsRef<str> + Sync>(texts: &[Vec<T>]) -> Self {
        let words: Vec<Vec<Vec<&str>>> =
            texts.par_iter().map(|files| files.iter().map(|text| words_of(text.as_ref())).collect()).collect();
        Self::of_words(&words)
    }

    /// The same, where it is known what [`words_of`] says of each file.
    pub fn of_words<'w, W: AsRef<[&'w str]>>(files: &[Vec<W>]) -> Self {
        let mut words = Words::default();
        let counted: Vec<Vec<(u32, u32)>> = files.iter().map(|files| words.count(files)).collect();
        let functions = counted.iter().filter(|words| !words.is_empty()).count() as f64;
        let mut having = vec![0u32; words.all.len()];
        counted.iter().flatten().for_each(|(word, _)| having[*word as usize] += 1);
        let rarity = |having: &u32| ((functions + 1.0) / (f64::from(*having) + 0.5)).ln();
        let rarities: Vec<f64> = having.iter().map(rarity).collect();
        // A word of one function joins no two, but it makes that function less like the others.
        let places = words.places();
        let weigh = |words: &Vec<(u32, u32)>| {
            let weight = |(word, files): &(u32, u32)| {
                (places[*word as usize], (1.0 + f64::from(*files).ln()) * rarities[*word as usize])
            };
            let mut weights: Vec<(u32, f64)> = words.iter().map(weight).collect();
            weights.sort_unstable_by_key(|(word, _)| *word);
            let length = weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            if length > 0.0 {
                weights.iter_mut().for_each(|(_, weight)| *weight /= length);
            }
            weights
        };
        Self { words: counted.par_iter().map(weigh).collect() }
    }

    /// How alike the functions numbered `a` and `b` are.
    pub fn between(&self, a: usize, b: usize) -> f64 {
        let (Some(mine), Some(others)) = (self.words.get(a), self.words.get(b)) else { return 0.0 };
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while let (Some((word, weight)), Some((other, others_weight))) = (mine.get(i), others.get(j)) {
            if word == other {
                sum += weight * others_weight;
            }
            i += usize::from(word <= other);
            j += usize::from(other <= word);
        }
        sum.clamp(0.0, 1.0)
    }
}

impl Likeness {
    /// True if anything is known.
    pub(crate) fn is_known(&self) -> bool {
        self.words.iter().any(|words| !words.is_empty())
    }

    /// How alike function `a` is to each of `others`: the same to the last bit as asking of each pair, and much quicker.
    /// `weights` is all zeros, however many, and is again afterwards.
    pub(crate) fn to_each(
        &self,
        a: usize,
        others: impl Iterator<Item = u32>,
        weights: &mut Vec<f64>,
    ) -> Vec<(u32, f64)> {
        let mine = self.words.get(a).map(Vec::as_slice).unwrap_or_default();
        let many = mine.last().map_or(0, |(word, _)| *word as usize + 1);
        weights.resize(many.max(weights.len()), 0.0);
        for (word, weight) in mine {
            weights[*word as usize] = *weight;
        }
        let with = |others: &Vec<(u32, f64)>| {
            let shared = others.iter().take_while(|(word, _)| (*word as usize) < many);
            // What only one of them has adds nothing.
            let sum = shared.fold(0.0, |sum, (word, weight)| sum + weights[*word as usize] * weight);
            sum.clamp(0.0, 1.0)
        };
        let alike = others.map(|b| (b, self.words.get(b as usize).map_or(0.0, with))).collect();
        mine.iter().for_each(|(word, _)| weights[*word as usize] = 0.0);
        alike
    }
}

/// All words, each by a number.
#[derive(Default)]
struct Words<'w> {
    all: Vec<&'w str>,
    numbers: FxHashMap<&'w str, u32>,
}

impl<'w> Words<'w> {
    fn number(&mut self, word: &'w str) -> u32 {
        *self.numbers.entry(word).or_insert_with(|| {
            self.all.push(word);
            (self.all.len() - 1) as u32
        })
    }

    /// In how many of the files each word is.
    fn count<W: AsRef<[&'w str]>>(&mut self, files: &[W]) -> Vec<(u32, u32)> {
        let mut numbers: Vec<u32> =
            files.iter().flat_map(|words| words.as_ref()).map(|word| self.number(word)).collect();
        numbers.sort_unstable();
        numbers.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
    }

    /// Per number: the place of its word among all, as they are sorted.
    fn places(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.all.len() as u32).collect();
        order.sort_unstable_by_key(|number| self.all[*number as usize]);
        let mut places = vec![0; order.len()];
        (0u32..).zip(order).for_each(|(place, number)| places[number as usize] = place);
        places
    }
}

/// The words of a text by which code is compared, each once, in the order of the text; none of a text that is too large to be
/// code.
pub fn words_of(text: &str) -> Vec<&str> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let mut seen = FxHashSet::default();
    words(text).filter(|word| seen.insert(*word)).collect()
}

/// The identifiers of a text, numbers and short ones left out.
fn words(text: &str) -> impl Iterator<Item = &str> {
    // Byte by byte: what is beyond ASCII parts words, whatever it is.
    let pieces = text.as_bytes().split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
    let words = pieces.filter(|piece| piece.len() >= SHORTEST).map(|piece| {
        let digits = piece.iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&piece[digits..]).unwrap_or_default()
    });
    words.filter(|word| word.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_identifiers() {
        let text = "const total_sum = 12345 + sum(2024orders, naïveté); // if x";
        assert_eq!(words(text).collect::<Vec<_>>(), ["const", "total_sum", "orders"]);
    }

    /// Against numpy on the same three texts.
    #[test]
    fn agrees_with_the_experiment() {
        let likeness = Likeness::of(&[
            vec!["export invoice total", "import invoice"],
            vec!["export invoice price", "table total"],
            vec!["export image resize"],
        ]);
        let expected = [((0, 1), 0.293_061_67), ((0, 2), 0.009_448_25), ((1, 2), 0.008_287_63)];
        for ((a, b), value) in expected {
            assert!((likeness.between(a, b) - value).abs() < 1e-8, "{a} {b}: {}", likeness.between(a, b));
            assert_eq!(likeness.between(a, b), likeness.between(b, a));
        }
    }

    #[test]
    fn all_pairs_at_once_are_as_alike_as_each_alone() {
        let texts: Vec<Vec<String>> = (0..9usize)
            .map(|n| {
                vec![
                    (0..40)
                        .filter(|word| (word * 7 + n * n) % (n + 2) != 1)
                        .map(|word| format!("word{word} "))
                        .collect(),
                ]
            })
            .collect();
        for likeness in [Likeness::of(&texts), Likeness::default()] {
            let mut weights = Vec::new();
            for a in 0..10 {
                let alone: Vec<u64> = (0..10).map(|b| likeness.between(a, b).to_bits()).collect();
                let at_once = likeness.to_each(a, 0..10, &mut weights);
                assert_eq!(at_once.iter().map(|(_, alike)| alike.to_bits()).collect::<Vec<_>>(), alone, "{a}");
                assert!(weights.iter().all(|weight| *weight == 0.0), "{a}");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_not_alike() {
        assert_eq!(Likeness::default().between(0, 1), 0.0);
        let likeness = Likeness::of(&[vec!["invoice"], vec![], vec!["invoice"]]);
        assert_eq!(likeness.between(0, 1), 0.0);
        assert!((likeness.between(0, 2) - 1.0).abs() < 1e-12);
    }
}
