//! Which repeats of two texts are copies: joined where little lies between them, cut to whole lines, and long enough; not
//! where the names have nothing to do with each other, and not where nothing is done.

use std::ops::Range;

use lockstep_model::{CloneKind, CodeClone, Fragment, FunctionId, Location};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    own::Row,
    repeats::{Repeat, WINDOW},
};
use crate::tokens::{Token, class_of};

/// Lines of code that a copy has at least.
pub(super) const LINES: usize = 10;
/// Tokens that a copy has at least.
const TOKENS: usize = 70;
/// Tokens that may have been put in, taken out or replaced between two passages of one copy, on either side.
const GAP: usize = 24;
/// Lines that are left off the end so that it is not in the middle of a call.
const BALANCED: usize = 8;
/// The share of the names that a copy has kept, where others were changed.
const SAME_NAMES: f64 = 0.6;
/// The share of the names that were changed to the same name everywhere, or not at all.
const CONSISTENT: f64 = 0.9;
/// The share of the lines in which something is done.
const ACTING: f64 = 0.3;
/// Repeats of two texts that are looked at: the longest.
const MOST: usize = 5_000;

/// Passages of one copy, in their order.
type Chain = Vec<Repeat>;

/// False if there is no copy among the repeats of two rows: nothing makes a repeat longer, and most pairs of functions only share
/// a custom or two.
pub(super) fn may_be_copies(repeats: &[Repeat]) -> bool {
    tokens_of(repeats) >= TOKENS
}

/// The copies among `repeats` of the rows `a` and `b`.
pub(super) fn clones(ids: (&FunctionId, &FunctionId), a: &Row, b: &Row, repeats: &[Repeat]) -> Vec<CodeClone> {
    let apart = apart(a, b, repeats);
    let near = apart.chunk_by(|x, y| y.a.1 <= x.a.1 + x.length + GAP).filter(|near| tokens_of(near) >= TOKENS);
    let cut: Chain = near.flatten().filter_map(|repeat| whole_lines(a, b, repeat)).collect();
    chains(cut).iter().filter_map(|chain| clone(ids, a, b, chain)).collect()
}

fn tokens_of(repeats: &[Repeat]) -> usize {
    repeats.iter().map(|repeat| repeat.length).sum()
}

/// The longest repeats, cut where longer ones have a token already, in the order of the first text.
fn apart(a: &Row, b: &Row, repeats: &[Repeat]) -> Vec<Repeat> {
    if let [one] = repeats {
        return vec![*one];
    }
    let mut longest = repeats.to_vec();
    longest.sort_by_key(|repeat| (std::cmp::Reverse(repeat.length), repeat.a.1, repeat.b.1));
    longest.truncate(MOST);
    let (mut taken_a, mut taken_b) = (vec![false; a.tokens.len()], vec![false; b.tokens.len()]);
    let mut kept = Vec::new();
    for mut repeat in longest {
        let taken = |at: usize| taken_a[repeat.a.1 + at] || taken_b[repeat.b.1 + at];
        let Some(start) = (0..repeat.length).find(|at| !taken(*at)) else { continue };
        let length = (start..repeat.length).find(|at| taken(*at)).unwrap_or(repeat.length) - start;
        if length < WINDOW {
            continue;
        }
        repeat = Repeat { a: (repeat.a.0, repeat.a.1 + start), b: (repeat.b.0, repeat.b.1 + start), length };
        taken_a[repeat.a.1..][..length].fill(true);
        taken_b[repeat.b.1..][..length].fill(true);
        kept.push(repeat);
    }
    kept.sort_by_key(|repeat| (repeat.a.1, repeat.b.1));
    kept
}

/// Joins repeats between which little lies in both texts.
fn chains(repeats: Vec<Repeat>) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for repeat in repeats {
        let follows = |last: &Repeat| {
            let (end_a, end_b) = (last.a.1 + last.length, last.b.1 + last.length);
            (end_a..=end_a + GAP).contains(&repeat.a.1) && (end_b..=end_b + GAP).contains(&repeat.b.1)
        };
        match chains.last_mut().filter(|chain| chain.last().is_some_and(follows)) {
            Some(chain) => chain.push(repeat),
            None => chains.push(vec![repeat]),
        }
    }
    chains
}

/// The repeat from the first whole line to the last one that have most names and literals in common, and that
/// neither begins nor ends in the middle of a call; none if nothing is left.
fn whole_lines(a: &Row, b: &Row, repeat: &Repeat) -> Option<Repeat> {
    let same = |at: usize| {
        let (mine, others) = (&a.tokens[repeat.a.1 + at], &b.tokens[repeat.b.1 + at]);
        bare(mine.text(&a.text)) == bare(others.text(&b.text))
    };
    let told = |at: &usize| matches!(a.tokens[repeat.a.1 + at].class, Token::NAME | Token::LITERAL);
    let is_alike = |line: &Range<usize>| {
        let told: Vec<usize> = line.clone().filter(told).collect();
        let (kept, changed): (Vec<usize>, Vec<usize>) = told.into_iter().partition(|at| same(*at));
        let other_values = changed.iter().any(|at| a.tokens[repeat.a.1 + at].class == Token::LITERAL);
        // A line of signs says nothing.
        !kept.is_empty() && kept.len() >= changed.len() + usize::from(other_values)
    };
    let lines = lines_of(a, b, repeat);
    let open = open_before(a, repeat);
    let first = lines.iter().position(is_alike)?;
    let last = lines.iter().rposition(is_alike)?;
    // A bracket that closes what the last line opened belongs to it.
    let last =
        (last..lines.len()).take_while(|line| *line == last || !lines[*line].clone().any(|at| told(&at))).last()?;
    let start = lines[first].start;
    let balanced = |line: &usize| lines[*line].end > start && open[lines[*line].end] <= open[start];
    let near = (first..=last).rev().take(BALANCED).find(balanced).unwrap_or(last);
    let end = lines[near].end;
    Some(Repeat { a: (repeat.a.0, repeat.a.1 + start), b: (repeat.b.0, repeat.b.1 + start), length: end - start })
}

/// The tokens of each line of a repeat, where lines begin in both texts; what stands before the first such place is
/// left out, unless there is none.
fn lines_of(a: &Row, b: &Row, repeat: &Repeat) -> Vec<Range<usize>> {
    let begins = |row: &Row, at: usize| at == 0 || at >= row.lines.len() || row.lines[at - 1] < row.lines[at];
    let starts: Vec<usize> =
        (0..=repeat.length).filter(|at| begins(a, repeat.a.1 + at) && begins(b, repeat.b.1 + at)).collect();
    if starts.len() < 2 {
        return std::iter::once(0..repeat.length).collect();
    }
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

/// Before each token of a repeat, and at its end: how many round and square brackets are open, counted from its start.
fn open_before(a: &Row, repeat: &Repeat) -> Vec<i32> {
    let mut open = vec![0];
    for token in &a.tokens[repeat.a.1..repeat.a.1 + repeat.length] {
        let change = match token.text(&a.text) {
            "(" | "[" => 1,
            ")" | "]" => -1,
            _ => 0,
        };
        open.push(open[open.len() - 1] + change);
    }
    open
}

fn clone(ids: (&FunctionId, &FunctionId), a: &Row, b: &Row, chain: &Chain) -> Option<CodeClone> {
    let pairs = || chain.iter().flat_map(|repeat| (0..repeat.length).map(|at| (repeat.a.1 + at, repeat.b.1 + at)));
    let tokens = chain.iter().map(|repeat| repeat.length).sum::<usize>();
    let count = |row: &Row, tokens: &mut dyn Iterator<Item = usize>| {
        tokens.map(|at| row.lines[at]).collect::<FxHashSet<u32>>().len()
    };
    let lines = count(a, &mut pairs().map(|(at, _)| at)).min(count(b, &mut pairs().map(|(_, at)| at)));
    if lines < LINES || tokens < TOKENS || !acts(a, chain, lines) {
        return None;
    }
    let names = Names::of(a, b, pairs());
    if !names.are_of_a_copy() {
        return None;
    }
    let kind = match chain.len() {
        1 if names.changed == 0 && names.literals_changed == 0 => CloneKind::Exact,
        1 => CloneKind::Renamed,
        _ => CloneKind::Edited,
    };
    let (first, last) = (chain.first()?, chain.last()?);
    let (last_a, last_b) = (last.a.1 + last.length - 1, last.b.1 + last.length - 1);
    Some(CodeClone {
        a: fragment(ids.0, a, first.a.1, last_a),
        b: fragment(ids.1, b, first.b.1, last_b),
        lines: lines as u32,
        tokens: tokens as u32,
        kind,
    })
}

fn fragment(function: &FunctionId, row: &Row, first: usize, last: usize) -> Fragment {
    let start = row.tokens[first].start as usize;
    let line = row.text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, |line| line.trim_end().len());
    let inside = row.text.get(row.tokens[last].span()).unwrap_or_default();
    Fragment {
        function: function.clone(),
        last_line: row.lines[last] + inside.matches('\n').count() as u32,
        location: Location::of_span(row.path.clone(), &row.text, start..start + line),
    }
}

/// True if something is done in enough of the lines: a call, a decision, an assignment. Tables of data do nothing.
fn acts(row: &Row, chain: &Chain, lines: usize) -> bool {
    const WORDS: [&str; 22] = [
        "if", "else", "for", "while", "return", "await", "throw", "raise", "switch", "match", "case", "yield", "try",
        "catch", "except", "finally", "with", "new", "=>", "=", ":=", "+=",
    ];
    let words = WORDS.map(class_of);
    let call = class_of("(");
    let mut acting = FxHashSet::default();
    for repeat in chain {
        let tokens = &row.tokens[repeat.a.1..repeat.a.1 + repeat.length];
        for (at, token) in tokens.iter().enumerate() {
            let calls = token.class == Token::NAME && tokens.get(at + 1).is_some_and(|next| next.class == call);
            if calls || words.contains(&token.class) {
                acting.insert(row.lines[repeat.a.1 + at]);
            }
        }
    }
    acting.len() as f64 >= ACTING * lines as f64
}

/// How the names of two passages compare.
struct Names {
    all: usize,
    changed: usize,
    consistent: usize,
    literals_changed: usize,
}

impl Names {
    fn of(a: &Row, b: &Row, pairs: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut names = Self { all: 0, changed: 0, consistent: 0, literals_changed: 0 };
        let mut counts: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        for (i, j) in pairs {
            let (mine, others) = (a.tokens[i].text(&a.text), b.tokens[j].text(&b.text));
            match a.tokens[i].class {
                Token::NAME => {
                    names.all += 1;
                    names.changed += usize::from(mine != others);
                    *counts.entry((mine, others)).or_default() += 1;
                }
                Token::LITERAL => names.literals_changed += usize::from(bare(mine) != bare(others)),
                _ => {}
            }
        }
        // To what each name was changed most often.
        let mut most: FxHashMap<&str, usize> = FxHashMap::default();
        for ((mine, _), count) in &counts {
            let most = most.entry(mine).or_default();
            *most = (*most).max(*count);
        }
        names.consistent = most.values().sum();
        names
    }

    fn are_of_a_copy(&self) -> bool {
        let share = |part: usize| part as f64 / self.all.max(1) as f64;
        share(self.all - self.changed) >= SAME_NAMES && share(self.consistent) >= CONSISTENT
    }
}

/// A literal without its quotes.
fn bare(literal: &str) -> &str {
    literal.trim_matches(['"', '\'', '`'])
}
