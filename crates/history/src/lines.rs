//! Which lines differ between two versions of a file.

use std::ops::Range;

use git2::{DiffOptions, Patch};

/// The lines of `after` that are not in `before`, from 1, in stretches that follow each other. Where lines only went, the
/// stretch is empty: it stands where they were.
pub fn changed_lines(before: &str, after: &str) -> Vec<Range<u32>> {
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).force_text(true);
    let patch = Patch::from_buffers(before.as_bytes(), None, after.as_bytes(), None, Some(&mut options));
    let Ok(patch) = patch else { return Vec::new() };
    let stretch = |number| {
        let (hunk, _) = patch.hunk(number).ok()?;
        // Git names the line before the gap where nothing is left.
        let start = if hunk.new_lines() == 0 { hunk.new_start() + 1 } else { hunk.new_start() };
        Some(start..start + hunk.new_lines())
    };
    (0..patch.num_hunks()).filter_map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_by_what_stands_around_them() {
        let before = "a\nb\nc\nd\n";
        let cases = [
            (before, before, ""),
            (before, "x\na\nb\nc\nd\n", "1..2"),
            (before, "a\nx\nc\ny\n", "2..3 4..5"),
            (before, "a\nd\n", "2..2"),
            (before, "a\nb\nc\nd", "4..5"),
            (before, "", "1..1"),
            ("", "a\nb\n", "1..3"),
        ];
        for (before, after, expected) in cases {
            let found: Vec<_> = changed_lines(before, after).iter().map(|lines| format!("{lines:?}")).collect();
            assert_eq!(found.join(" "), expected, "{after:?}");
        }
    }
}
