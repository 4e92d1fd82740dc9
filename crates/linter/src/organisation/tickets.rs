//! The tickets that subjects and branches name: `PYIC-4934`, `[#IP-86]`, `feature/aut-12-totals`.
//!
//! What looks like a ticket need not be one: `UTF-8`, `SHA-256`, `revert-1761`, `part-2`. Two things tell them apart: words
//! that are known to be something else, and that letters are those of a tracker's project only if several tickets of it
//! are named in capitals. Branches and hasty subjects are in lower case, so the rest may be so written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;

/// What a ticket looks like: Jira's keys, which others write alike. Letters, a dash, a number without a zero in front.
static USUAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([A-Za-z][A-Za-z0-9]{1,9})-([1-9][0-9]{0,6})").expect("a constant"));

/// As many tickets of a project must be named in capitals for its letters to be those of a project.
const FEWEST_OF_PROJECT: usize = 3;

/// Letters before a number that are no project: standards, algorithms, versions, parts, and numbers that count within one
/// repository (pull requests, issues). Upper case.
const NO_PROJECTS: [&str; 62] = [
    "AES", "ANSI", "ARM", "BASE", "CENTRAL", "COVID", "CRC", "CVE", "CWE", "DES", "EAST", "ECMA", "ERROR", "ES", "GH",
    "HTTP", "IEC", "IEEE", "ISO", "ISSUE", "JAVA", "JDK", "LOG4J", "MD", "MR", "NODE", "NORTH", "PART", "PHASE", "PHP",
    "PKCS", "PR", "PY", "PYTHON", "RC", "RELEASE", "REVERT", "RFC", "RHEL", "RSA", "RUBY", "SARS", "SHA", "SOUTH",
    "SPRINT", "SSL", "STAGE", "STEP", "TLS", "TOP", "UBUNTU", "UCS", "UTC", "UTF", "V", "VERSION", "WEEK", "WEST",
    "WIN", "WINDOWS", "X", "X86",
];

/// How tickets are found.
pub(crate) enum Tickets {
    /// By what they usually look like.
    Usual {
        /// The letters of the projects, upper case.
        projects: BTreeSet<String>,
    },
    /// By patterns of the configuration: the first group of each, or all of it. What they find is believed.
    Patterns(Vec<Regex>),
}

impl Tickets {
    /// The usual ones; `texts` are all in which they may be named.
    pub(crate) fn usual<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (letters, number) in texts.flat_map(usual_in) {
            if letters.chars().all(|letter| !letter.is_lowercase()) && is_project(letters) {
                named.entry(letters.to_owned()).or_default().insert(number.to_owned());
            }
        }
        let often =
            |(letters, numbers): (String, BTreeSet<String>)| (numbers.len() >= FEWEST_OF_PROJECT).then_some(letters);
        Self::Usual { projects: named.into_iter().filter_map(often).collect() }
    }

    /// Adds the tickets that `text` names to `found`, in capitals.
    pub(crate) fn add(&self, text: &str, found: &mut BTreeSet<String>) {
        match self {
            Self::Usual { projects } => {
                let all = usual_in(text).map(|(letters, number)| (letters.to_uppercase(), number));
                let known = all.filter(|(letters, _)| projects.contains(letters));
                found.extend(known.map(|(letters, number)| format!("{letters}-{number}")));
            }
            Self::Patterns(patterns) => {
                let all = patterns.iter().flat_map(|pattern| pattern.captures_iter(text));
                let key = all.filter_map(|captures| captures.get(1).or_else(|| captures.get(0)));
                found.extend(key.map(|key| key.as_str().to_uppercase()).filter(|key| !key.trim().is_empty()));
            }
        }
    }
}

fn is_project(letters: &str) -> bool {
    NO_PROJECTS.binary_search(&letters.to_uppercase().as_str()).is_err()
}

/// What looks like a ticket in `text`, its letters and its number, with nothing of a word or a version around it.
fn usual_in(text: &str) -> impl Iterator<Item = (&str, &str)> {
    USUAL.captures_iter(text).filter_map(move |captures| {
        let (all, letters, number) = (captures.get(0)?, captures.get(1)?, captures.get(2)?);
        let before = text[..all.start()].chars().next_back();
        let mut after = text[all.end()..].chars();
        let ends = match after.next() {
            Some('.') => !after.next().is_some_and(|next| next.is_ascii_digit()),
            next => !next.is_some_and(|next| next.is_alphanumeric()),
        };
        (ends && !before.is_some_and(char::is_alphanumeric)).then(|| (letters.as_str(), number.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets_in(tickets: &Tickets, text: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        tickets.add(text, &mut found);
        found.into_iter().collect()
    }

    #[test]
    fn words_that_are_no_projects_are_sorted() {
        assert!(NO_PROJECTS.is_sorted());
    }

    #[test]
    fn tickets_are_told_from_what_looks_like_them() {
        let history =
            ["PYIC-1: a", "PYIC-2 b", "pyic-3", "PYIC-4", "IP-1", "IP-2", "IP-3", "UTF-8 SHA-256 UTF-16 UTF-32"];
        let tickets = Tickets::usual(history.into_iter());
        let cases = [
            ("PYIC-4934: remove old KBV", "PYIC-4934"),
            ("[#ip-86] Eslint migration (#114)", "IP-86"),
            ("pyic-8381-update-content", "PYIC-8381"),
            ("revert-1761-revert-pyic-8679", "PYIC-8679"),
            ("feature/PYIC-12_totals and IP-3", "IP-3 PYIC-12"),
            ("Read UTF-8, hash with SHA-256, see CVE-2024-1234 and ISO-8601", ""),
            ("COVID-19, part-2, revert-1761, to-4", ""),
            ("PYIC-01, PYIC-1.2, xPYIC-1, PYIC-1x, PYICS-1", ""),
            ("PYIC-7.", "PYIC-7"),
        ];
        for (text, expected) in cases {
            assert_eq!(tickets_in(&tickets, text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_project_is_one_that_has_several_tickets_in_capitals() {
        let tickets = Tickets::usual(["FOO-1", "FOO-2", "FOO-2", "bar-1", "bar-2", "bar-3"].into_iter());
        assert!(tickets_in(&tickets, "FOO-1 bar-1").is_empty());
    }

    #[test]
    fn patterns_are_believed() {
        let tickets = Tickets::Patterns(vec![Regex::new(r"\[#(\d{7,})\]").unwrap(), Regex::new("UTF-[0-9]+").unwrap()]);
        assert_eq!(tickets_in(&tickets, "[#174855617] utf-8 UTF-8"), ["174855617", "UTF-8"]);
    }
}
