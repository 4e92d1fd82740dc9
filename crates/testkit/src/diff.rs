//! A line diff for messages of failed tests: small, and aware of the wildcards of a page.

use crate::expect::line_matches;

/// Beyond this many lines a side, the two texts are shown one after the other.
const LARGEST: usize = 2_000;

/// What differs: lines that were expected and not seen with `-`, lines seen and not expected with `+`.
pub(crate) fn lines(expected: &[String], actual: &[String]) -> String {
    if expected.len() > LARGEST || actual.len() > LARGEST {
        let minus = expected.iter().map(|line| format!("- {line}\n"));
        return minus.chain(actual.iter().map(|line| format!("+ {line}\n"))).collect();
    }
    // The length of the longest common part of what remains, for every pair of places.
    let width = actual.len() + 1;
    let mut common = vec![0_u32; (expected.len() + 1) * width];
    for row in (0..expected.len()).rev() {
        for column in (0..actual.len()).rev() {
            common[row * width + column] = if line_matches(&expected[row], &actual[column]) {
                common[(row + 1) * width + column + 1] + 1
            } else {
                common[(row + 1) * width + column].max(common[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut text = String::new();
    while row < expected.len() || column < actual.len() {
        let both = row < expected.len() && column < actual.len();
        if both && line_matches(&expected[row], &actual[column]) {
            text.push_str(&format!("  {}\n", actual[column]));
            row += 1;
            column += 1;
        } else if row < expected.len()
            && (column == actual.len() || common[(row + 1) * width + column] >= common[row * width + column + 1])
        {
            text.push_str(&format!("- {}\n", expected[row]));
            row += 1;
        } else {
            text.push_str(&format!("+ {}\n", actual[column]));
            column += 1;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_is_missing_and_what_is_new() {
        let split = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&split("a b c"), &split("a x c d")), "  a\n- b\n+ x\n  c\n+ d\n");
        assert_eq!(lines(&split("a [..] c"), &split("a b c")), "  a\n  b\n  c\n");
    }
}
