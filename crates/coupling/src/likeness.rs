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
    /// Per function: those of its words that others have as well, ascending, with weights; the squares of the weights of all
    /// its words sum to 1.
    words: Arc<[Vec<(u32, f64)>]>,
    having: Arc<Having>,
    is_known: bool,
}

/// The functions that have each word.
#[derive(Debug, Default, PartialEq)]
struct Having {
    /// Where those of each word begin, and where the last ends.
    starts: Vec<u32>,
    /// Functions, with what the word weighs in each.
    functions: Vec<(u32, f64)>,
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
    fn of_words(files: &[Vec<Vec<&str>>]) -> Self {
        let mut all: Vec<&str> =
            files.iter().flatten().flatten().copied().collect::<FxHashSet<_>>().into_iter().collect();
        all.sort_unstable();
        let numbers: FxHashMap<&str, u32> = all.iter().copied().zip(0..).collect();
        let numbered = |words: &Vec<&str>| words.iter().map(|word| numbers[word]).collect();
        let files: Vec<Vec<Vec<u32>>> = files.par_iter().map(|files| files.iter().map(numbered).collect()).collect();
        Self::of_numbers(all.len(), &files)
    }

    /// The same, where words are numbers: those of `words` words, in the order of their texts. Each file has each of its words
    /// once, in any order.
    ///
    /// # Panics
    /// If a number is not below `words`.
    pub fn of_numbers<W: AsRef<[u32]> + Sync>(words: usize, files: &[Vec<W>]) -> Self {
        let mut times = vec![0; words];
        let counted: Vec<Vec<(u32, u32)>> = files.iter().map(|files| count(files, &mut times)).collect();
        let functions = counted.iter().filter(|words| !words.is_empty()).count() as f64;
        let mut having = vec![0u32; words];
        counted.iter().flatten().for_each(|(word, _)| having[*word as usize] += 1);
        let rarity = |having: &u32| ((functions + 1.0) / (f64::from(*having) + 0.5)).ln();
        let rarities: Vec<f64> = having.iter().map(rarity).collect();
        let weigh = |words: &Vec<(u32, u32)>| {
            let weight =
                |(word, files): &(u32, u32)| (*word, (1.0 + f64::from(*files).ln()) * rarities[*word as usize]);
            let mut weights: Vec<(u32, f64)> = words.iter().map(weight).collect();
            weights.sort_unstable_by_key(|(word, _)| *word);
            let length = weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            // A word of one function joins no two, but it makes that function less like the others.
            weights.retain(|(word, _)| having[*word as usize] > 1);
            if length > 0.0 {
                weights.iter_mut().for_each(|(_, weight)| *weight /= length);
            }
            weights
        };
        let of_each: Arc<[Vec<(u32, f64)>]> = counted.par_iter().map(weigh).collect();
        Self { having: Arc::new(Having::of(&of_each, words)), words: of_each, is_known: functions > 0.0 }
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
        self.is_known
    }

    /// How alike function `a` is to each of `others`: the same to the last bit as asking of each pair, and much quicker.
    /// `sums` is all zeros, however many, and is again afterwards.
    pub(crate) fn to_each(
        &self,
        a: usize,
        others: impl Iterator<Item = u32> + Clone,
        sums: &mut Vec<f64>,
    ) -> Vec<(u32, f64)> {
        let mine = self.words.get(a).map(Vec::as_slice).unwrap_or_default();
        // How many words are looked at, pair by pair, and word by word.
        let words = |b: u32| mine.len() + self.words.get(b as usize).map_or(0, Vec::len);
        let by_pairs: usize = others.clone().map(words).sum();
        let by_words: usize = mine.iter().map(|(word, _)| self.having.functions(*word).len()).sum();
        if by_pairs < by_words {
            return others.map(|b| (b, self.between(a, b as usize))).collect();
        }
        sums.resize(self.words.len().max(sums.len()), 0.0);
        // Of each function word after word, as they are sorted.
        for (word, weight) in mine {
            for (b, others_weight) in self.having.functions(*word) {
                sums[*b as usize] += weight * others_weight;
            }
        }
        let alike = |b: u32| sums.get(b as usize).map_or(0.0, |sum: &f64| sum.clamp(0.0, 1.0));
        let all = others.map(|b| (b, alike(b))).collect();
        sums.fill(0.0);
        all
    }
}

impl Having {
    fn of(functions: &[Vec<(u32, f64)>], words: usize) -> Self {
        let mut starts = vec![0; words + 1];
        functions.iter().flatten().for_each(|(word, _)| starts[*word as usize + 1] += 1);
        for word in 0..words {
            starts[word + 1] += starts[word];
        }
        let mut next = starts.clone();
        let mut all = vec![(0, 0.0); functions.iter().map(Vec::len).sum()];
        for (function, words) in (0..).zip(functions) {
            for (word, weight) in words {
                let place = &mut next[*word as usize];
                all[*place as usize] = (function, *weight);
                *place += 1;
            }
        }
        Self { starts, functions: all }
    }

    fn functions(&self, word: u32) -> &[(u32, f64)] {
        let word = word as usize;
        &self.functions[self.starts[word] as usize..self.starts[word + 1] as usize]
    }
}

/// In how many of the files each word is; in the order in which they come. `times` is all zeros, and is again afterwards.
fn count<W: AsRef<[u32]>>(files: &[W], times: &mut [u32]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    for word in files.iter().flat_map(|words| words.as_ref()) {
        let times = &mut times[*word as usize];
        if *times == 0 {
            found.push(*word);
        }
        *times += 1;
    }
    found.into_iter().map(|word| (word, std::mem::take(&mut times[word as usize]))).collect()
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
                let one = likeness.to_each(a, 3..4, &mut weights);
                assert_eq!(one[0].1.to_bits(), alone[3], "{a}");
                assert!(weights.iter().all(|weight| *weight == 0.0), "{a}");
            }
        }
    }

    #[test]
    fn words_that_nobody_has_and_their_order_in_a_file_change_nothing() {
        let alike = |words, files: &[Vec<Vec<u32>>]| {
            let likeness = Likeness::of_numbers(words, files);
            [(0, 1), (0, 2), (1, 2)].map(|(a, b)| likeness.between(a, b).to_bits())
        };
        let few = alike(5, &[vec![vec![0, 1, 4], vec![1]], vec![vec![1, 2, 3]], vec![vec![0, 3, 4]]]);
        let more = alike(9, &[vec![vec![8, 2, 1], vec![2]], vec![vec![4, 2, 5]], vec![vec![5, 8, 1]]]);
        assert_eq!(few, more);
        assert!(few.iter().all(|alike| f64::from_bits(*alike) > 0.0));
    }

    #[test]
    fn a_word_of_one_function_makes_it_less_like_the_others() {
        let likeness = |more: &str| {
            let likeness =
                Likeness::of(&[vec![format!("invoice {more}")], vec!["invoice".to_owned()], vec!["other".to_owned()]]);
            assert!(likeness.is_known());
            likeness.between(0, 1)
        };
        assert!(likeness("") > likeness("total") && likeness("total") > likeness("total price"));
        assert!(Likeness::of(&[vec!["invoice"], vec!["total"]]).is_known());
        assert!(!Likeness::of::<&str>(&[vec![], vec![]]).is_known());
    }

    #[test]
    fn what_is_not_known_is_not_alike() {
        assert_eq!(Likeness::default().between(0, 1), 0.0);
        let likeness = Likeness::of(&[vec!["invoice"], vec![], vec!["invoice"]]);
        assert_eq!(likeness.between(0, 1), 0.0);
        assert!((likeness.between(0, 2) - 1.0).abs() < 1e-12);
    }
}
