//! Texts for which there is no parser here: compared by their words, without comments.

use lockstep_model::{ChangeKind, RepoPath};

/// How comments look.
struct Comments {
    /// What opens a comment up to the end of the line.
    line: &'static str,
    /// True if `/* */` are comments as well.
    block: bool,
    /// True if texts in triple quotes are for people.
    prose: bool,
}

const C: Comments = Comments { line: "//", block: true, prose: false };

/// The kind of a change of a schema: protobuf, GraphQL and the like. Descriptions in GraphQL are documentation.
pub(super) fn kind_of_schema(path: &RepoPath, before: &str, after: &str) -> ChangeKind {
    let (comments, documented) = match path.extension().unwrap_or_default() {
        "proto" | "thrift" | "smithy" | "avdl" | "fbs" => (C, false),
        "graphql" | "graphqls" | "gql" => (Comments { line: "#", block: false, prose: false }, true),
        _ => return ChangeKind::Contract,
    };
    if words(before, &comments) == words(after, &comments) {
        return ChangeKind::Cosmetic;
    }
    let undocumented = Comments { prose: true, ..comments };
    if documented && words(before, &undocumented) == words(after, &undocumented) {
        return ChangeKind::Documentation;
    }
    ChangeKind::Contract
}

/// The kind of a change of a `go.mod`: all of it but the module's name is about what is installed.
pub(super) fn kind_of_go_mod(before: &str, after: &str) -> ChangeKind {
    let comments = Comments { block: false, ..C };
    let module = |text: &str| text.lines().find(|line| line.starts_with("module ")).map(|line| line.trim().to_owned());
    if words(before, &comments) == words(after, &comments) {
        ChangeKind::Cosmetic
    } else if module(before) == module(after) {
        ChangeKind::Dependency
    } else {
        ChangeKind::Configuration
    }
}

/// The kind of a change of a Gradle build: a program, of which the blocks of dependencies and the numbers of versions
/// can be told.
pub(super) fn kind_of_gradle(before: &str, after: &str) -> ChangeKind {
    let (before, after) = (words(before, &C), words(after, &C));
    if before == after {
        ChangeKind::Cosmetic
    } else if without_dependencies(&before) == without_dependencies(&after) {
        ChangeKind::Dependency
    } else {
        ChangeKind::Configuration
    }
}

/// The kind of a change of an sbt build: a program, of which the lists of dependencies and the numbers of versions can
/// be told.
pub(super) fn kind_of_sbt(before: &str, after: &str) -> ChangeKind {
    let (before, after) = (words(before, &C), words(after, &C));
    if before == after {
        ChangeKind::Cosmetic
    } else if without_libraries(&before) == without_libraries(&after) {
        ChangeKind::Dependency
    } else {
        ChangeKind::Configuration
    }
}

/// The words without what follows `libraryDependencies` and its like, up to the end of its brackets or to the next
/// setting, and without versions.
fn without_libraries<'a>(words: &[&'a str]) -> Vec<&'a str> {
    const SETTINGS: [&str; 4] = ["libraryDependencies", "dependencyOverrides", "excludeDependencies", "resolvers"];
    let mut kept = Vec::new();
    let (mut depth, mut inside) = (0_usize, false);
    for (at, word) in words.iter().enumerate() {
        match *word {
            _ if SETTINGS.contains(word) => (depth, inside) = (0, true),
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if inside && depth == 0 => inside = false,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            // The next setting begins: a name before `:=`, `+=` or `++=`.
            _ if inside && depth == 0 && matches!(words.get(at + 1), Some(&(":" | "+"))) && is_name(word) => {
                inside = false;
            }
            _ => {}
        }
        if !inside && !is_version(word) {
            kept.push(*word);
        }
    }
    kept
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_lowercase()) && word.len() > 2
}

fn is_version(word: &str) -> bool {
    word.starts_with(['"', '\'']) && word[1..].starts_with(|first: char| first.is_ascii_digit())
}

/// The words without the blocks that list dependencies, and without versions: quoted texts that start with a digit.
fn without_dependencies<'a>(words: &[&'a str]) -> Vec<&'a str> {
    const BLOCKS: [&str; 4] = ["dependencies", "dependencyManagement", "constraints", "repositories"];
    let mut kept = Vec::new();
    let (mut depth, mut inside) = (0_usize, None);
    for (at, word) in words.iter().enumerate() {
        match *word {
            "{" => {
                let named = at.checked_sub(1).is_some_and(|before| BLOCKS.contains(&words[before]));
                if inside.is_none() && named {
                    inside = Some(depth);
                }
                depth += 1;
            }
            "}" => {
                depth = depth.saturating_sub(1);
                if inside == Some(depth) {
                    inside = None;
                    continue;
                }
            }
            _ => {}
        }
        if inside.is_none() && !is_version(word) {
            kept.push(*word);
        }
    }
    kept
}

/// The words and signs of a text; a quoted text is one word.
fn words<'a>(text: &'a str, comments: &Comments) -> Vec<&'a str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with(comments.line) {
            rest = rest.split_once('\n').map_or("", |(_, after)| after).trim_start();
            continue;
        } else if comments.block && rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after).trim_start();
            continue;
        } else if let Some(inside) = rest.strip_prefix("\"\"\"") {
            3 + inside.find("\"\"\"").map_or(inside.len(), |end| end + 3)
        } else if matches!(first, '"' | '\'') {
            quoted(rest, first)
        } else if is_word(first) {
            rest.find(|sign| !is_word(sign)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        if !(comments.prose && word.starts_with('"')) {
            words.push(word);
        }
        rest = after.trim_start();
    }
    words
}

/// The length of the quoted text at the start, which ends with its line at the latest.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        match sign {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if sign == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}
