//! The files that a `//go:embed` line means.

use lockstep_model::{FileSet, RepoPath};

/// Those of `patterns` (as written, several with spaces between, quoted or not) in the package's folder, sorted.
pub(super) fn embedded(files: &FileSet, folder: &RepoPath, patterns: &str) -> Vec<RepoPath> {
    let patterns = split(patterns);
    let mut found: Vec<RepoPath> = files
        .under(folder)
        .filter(|path| path.strip_prefix(folder).is_some_and(|inside| patterns.iter().any(|one| one.fits(inside))))
        .cloned()
        .collect();
    found.sort();
    found
}

struct Pattern {
    parts: Vec<String>,
    /// True if hidden files in folders count.
    all: bool,
}

fn split(text: &str) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let (word, after) = if matches!(first, '"' | '`') {
            rest[1..].split_once(first).unwrap_or((&rest[1..], ""))
        } else {
            rest.split_once(char::is_whitespace).unwrap_or((rest, ""))
        };
        let (all, word) = match word.strip_prefix("all:") {
            Some(word) => (true, word),
            None => (false, word),
        };
        patterns.push(Pattern { parts: word.split('/').map(str::to_owned).collect(), all });
        rest = after.trim_start();
    }
    patterns
}

impl Pattern {
    /// True if the pattern means the file `inside` the folder, or a folder that holds it.
    fn fits(&self, inside: &str) -> bool {
        let parts: Vec<&str> = inside.split('/').collect();
        let own: Vec<&String> = self.parts.iter().filter(|part| *part != ".").collect();
        if own.len() > parts.len() || !own.iter().zip(&parts).all(|(pattern, part)| matches(pattern, part)) {
            return false;
        }
        self.all || parts[own.len()..].iter().all(|part| !part.starts_with(['.', '_']))
    }
}

/// `*`, `?` and `[a-z]` in one part of a path.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut here) = (0, 0);
    // Where to go on if what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while here < name.len() {
        let next = pattern.get(at).and_then(|sign| match sign {
            '*' => None,
            '?' => Some(at + 1),
            '[' => class(&pattern, at, name[here]),
            '\\' => pattern.get(at + 1).filter(|sign| **sign == name[here]).map(|_| at + 2),
            sign => (*sign == name[here]).then_some(at + 1),
        });
        if pattern.get(at) == Some(&'*') {
            star = Some((at + 1, here));
            at += 1;
        } else if let Some(next) = next {
            at = next;
            here += 1;
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            (at, here) = (after, from + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|sign| *sign == '*')
}

/// Where the pattern goes on after the `[…]` at `at`, if `letter` is in it.
fn class(pattern: &[char], at: usize, letter: char) -> Option<usize> {
    let end = at + pattern[at..].iter().position(|sign| *sign == ']')?;
    let (not, inside) = match pattern.get(at + 1) {
        Some('^') => (true, &pattern[at + 2..end]),
        _ => (false, &pattern[at + 1..end]),
    };
    let mut found = false;
    let mut index = 0;
    while index < inside.len() {
        if inside.get(index + 1) == Some(&'-') && index + 2 < inside.len() {
            found |= inside[index] <= letter && letter <= inside[index + 2];
            index += 3;
        } else {
            found |= inside[index] == letter;
            index += 1;
        }
    }
    (found != not).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_files_and_folders() {
        let files = FileSet::from_texts(
            ["p/a.sql", "p/b.sql", "p/t/x.html", "p/t/.h", "p/t/_u.html", "p/t/deep/y.html", "q/a.sql", "p/c d.txt"]
                .map(|path| (path, "")),
        );
        let cases: [(&str, &[&str]); 8] = [
            ("a.sql", &["p/a.sql"]),
            ("*.sql", &["p/a.sql", "p/b.sql"]),
            ("[^a].sql a.sql", &["p/a.sql", "p/b.sql"]),
            ("t", &["p/t/deep/y.html", "p/t/x.html"]),
            ("all:t", &["p/t/.h", "p/t/_u.html", "p/t/deep/y.html", "p/t/x.html"]),
            ("t/*.html", &["p/t/_u.html", "p/t/x.html"]),
            ("\"c d.txt\" `b.sql`", &["p/b.sql", "p/c d.txt"]),
            ("gone ?.txt", &[]),
        ];
        for (pattern, expected) in cases {
            let found = embedded(&files, &RepoPath::new("p").unwrap(), pattern);
            assert_eq!(found.iter().map(RepoPath::as_str).collect::<Vec<_>>(), expected, "{pattern}");
        }
        assert!(!matches(&"*a".repeat(50), &"a".repeat(40)));
    }
}
