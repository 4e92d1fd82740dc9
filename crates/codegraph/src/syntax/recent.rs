//! The trees of the texts that this thread read last. A version of a file is nearly what the version before it was: what
//! both have in common is taken from the tree of that, and only the rest is parsed.
//!
//! Tree-sitter makes the same tree of a text whether it begins from another one or not, as far as the text follows the
//! grammar; its own tests hold every grammar against that, and `tests.rs` does again. How it repairs what does not
//! follow the grammar may depend on where it begins: such trees are neither begun from nor made from others.

use std::cell::RefCell;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};
use tree_sitter::{InputEdit, Language, Point, Tree};

use crate::ends;

/// So many trees are held: both versions of a change, and of its definitions.
const MOST: usize = 8;

/// Trees of longer texts are not held: a tree takes many times the room of its text. 256 KiB.
const LONGEST: usize = 256 << 10;

/// A text and its tree.
struct Read {
    language: Language,
    text: String,
    tree: Tree,
}

thread_local! {
    /// The one that was used last comes last.
    static LAST: RefCell<Vec<Read>> = const { RefCell::new(Vec::new()) };
}

/// What is known of the tree of a text before it is parsed.
pub(super) enum Known {
    /// It is this.
    Whole(Tree),
    /// It has much in common with this, which says what differs.
    Near(Tree),
    /// Nothing.
    Nothing,
}

/// What the trees that were read last tell of the one of `text`.
pub(super) fn of(language: &Language, text: &str) -> Known {
    LAST.with_borrow_mut(|last| {
        let of_language = last.iter().enumerate().filter(|(_, read)| read.language == *language);
        let like = of_language.map(|(at, read)| (ends_in_common(&read.text, text), at));
        let Some((_, at)) = like.max() else { return Known::Nothing };
        if last[at].text == text {
            let read = last.remove(at);
            let tree = read.tree.clone();
            last.push(read);
            return Known::Whole(tree);
        }
        last[at].towards(text).map_or(Known::Nothing, Known::Near)
    })
}

/// Holds the tree of `text`, which follows the grammar.
pub(super) fn hold(language: &Language, text: &str, tree: &Tree) {
    if text.len() > LONGEST {
        return;
    }
    LAST.with_borrow_mut(|last| {
        if last.len() == MOST {
            last.remove(0);
        }
        last.push(Read { language: language.clone(), text: text.to_owned(), tree: tree.clone() });
    });
}

/// How many bytes two texts have in common at their starts and at their ends: enough to tell which are versions of one file.
fn ends_in_common(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let start = ends::same_start(one, other);
    start + ends::same_end(&one[start..], &other[start..])
}

impl Read {
    /// Its tree, which says what differs in `text`; none if that is most of it: too little is left to be worth looking for.
    fn towards(&self, text: &str) -> Option<Tree> {
        let input = InternedInput::new(self.text.as_str(), text);
        let hunks: Vec<Hunk> = Diff::compute(Algorithm::Histogram, &input).hunks().collect();
        let (before, after) = (Lines::of(&self.text), Lines::of(text));
        let removed: usize =
            hunks.iter().map(|hunk| before.start(hunk.before.end) - before.start(hunk.before.start)).sum();
        if (self.text.len() - removed) * 2 < text.len() {
            return None;
        }
        let mut tree = self.tree.clone();
        // From the last to the first: what comes before one is still where it was.
        for hunk in hunks.iter().rev() {
            tree.edit(&edit(hunk, &before, &after));
        }
        Some(tree)
    }
}

/// The lines of a text.
struct Lines {
    /// Where each starts; what follows the last line break is one.
    starts: Vec<usize>,
    length: usize,
}

impl Lines {
    fn of(text: &str) -> Self {
        let after_breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self { starts: std::iter::once(0).chain(after_breaks).collect(), length: text.len() }
    }

    /// The byte at which a line starts, or the text ends.
    fn start(&self, line: u32) -> usize {
        self.starts.get(line as usize).copied().unwrap_or(self.length)
    }

    /// The same place, as a row and bytes into it.
    fn point(&self, line: u32) -> Point {
        let row = (line as usize).min(self.starts.len() - 1);
        Point::new(row, self.start(line) - self.starts[row])
    }
}

/// The edit of `hunk` by itself.
fn edit(hunk: &Hunk, before: &Lines, after: &Lines) -> InputEdit {
    let start = before.start(hunk.before.start);
    let (from, added) = (before.point(hunk.before.start), after.point(hunk.after.end));
    InputEdit {
        start_byte: start,
        old_end_byte: before.start(hunk.before.end),
        new_end_byte: start + after.start(hunk.after.end) - after.start(hunk.after.start),
        start_position: from,
        old_end_position: before.point(hunk.before.end),
        new_end_position: Point::new(from.row + added.row - hunk.after.start as usize, added.column),
    }
}

#[cfg(test)]
mod tests;
