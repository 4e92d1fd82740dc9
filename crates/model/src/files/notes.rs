//! What was looked at in a set of files: of some the whole text, of others no more than what it answers to questions of yes
//! or no. Files that hold the same where it was looked at are as good as those that were looked at.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::jvm_package;
use crate::RepoPath;

/// A question of yes or no that a text answers by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Question {
    /// Does any of these stand in it?
    Holds(Vec<Cow<'static, str>>),
    /// Does this stand in it as a word of its own?
    Mentions(String),
    /// Does it say, as source code for the JVM, that it is of this package?
    IsOfPackage(String),
}

impl Question {
    /// Whether any of `words` stands in the text.
    pub fn holds(words: &[&'static str]) -> Self {
        Self::Holds(words.iter().map(|word| Cow::Borrowed(*word)).collect())
    }

    /// What `text` answers.
    pub fn of(&self, text: &str) -> bool {
        match self {
            Self::Holds(words) => words.iter().any(|word| text.contains(word.as_ref())),
            Self::Mentions(name) => mentions(text, name),
            Self::IsOfPackage(package) => jvm_package(text) == *package,
        }
    }
}

/// True if `name` stands in `text` with no letter, digit, `_` or `$` around it.
fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            !text[..at].chars().next_back().is_some_and(word)
                && !text[at + name.len()..].chars().next().is_some_and(word)
        })
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Files whose text was read, or could not be.
    pub read: BTreeSet<RepoPath>,
    /// Files that were asked, and not read: the questions, and what they answered.
    pub asked: BTreeMap<RepoPath, Vec<(Question, bool)>>,
}

/// The notes of a set of files. Shared by threads.
#[derive(Default)]
pub(super) struct Notes(Mutex<Looked>);

impl Notes {
    pub(super) fn read(&self, path: &RepoPath) {
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !looked.read.contains(path) {
            looked.read.insert(path.clone());
        }
    }

    pub(super) fn asked(&self, path: &RepoPath, question: &Question, answer: bool) {
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match looked.asked.get_mut(path) {
            Some(known) if known.iter().any(|(known, _)| known == question) => {}
            Some(known) => known.push((question.clone(), answer)),
            None => drop(looked.asked.insert(path.clone(), vec![(question.clone(), answer)])),
        }
    }

    pub(super) fn extend(&self, other: &Looked) {
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for path in other.read.iter().filter(|path| !looked.read.contains(*path)).cloned().collect::<Vec<_>>() {
            looked.read.insert(path);
        }
        for (path, questions) in &other.asked {
            let known = looked.asked.entry(path.clone()).or_default();
            let new = questions.iter().filter(|question| !known.contains(question)).cloned().collect::<Vec<_>>();
            known.extend(new);
        }
    }

    pub(super) fn looked(&self) -> Looked {
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // What was read says more than what was asked. Threads ask in any order.
        looked.asked.retain(|path, _| !looked.read.contains(path));
        looked.asked.values_mut().for_each(|questions| questions.sort_unstable());
        looked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileSet;

    #[test]
    fn words_stand_alone() {
        let main = Question::Mentions("main".to_owned());
        for (text, answer) in
            [("def main():", true), ("domain", false), ("$main", false), ("main_2", false), ("", false)]
        {
            assert_eq!(main.of(text), answer, "{text}");
        }
        assert!(!Question::Mentions(String::new()).of("x"));
        let holds = Question::holds(&["aws-cdk", "App("]);
        assert!(holds.of("new App()") && !holds.of("new Stack()"));
        let package = Question::IsOfPackage("com.acme".to_owned());
        assert!(package.of("package com.acme;") && !package.of("package com.acme.shop;") && !package.of("class A"));
    }

    #[test]
    fn what_another_looked_at_is_noted_as_if_it_had_been_looked_at_here() {
        let files = FileSet::from_texts([("a", "one"), ("b", "two"), ("c", "three")]);
        let path = |name: &str| RepoPath::new(name).unwrap();
        let look = |files: &FileSet, texts: &[&str], asked: &[&str]| {
            texts.iter().for_each(|name| drop(files.text(&path(name))));
            asked.iter().for_each(|name| drop(files.ask(&path(name), &Question::holds(&["t"]))));
        };
        let (one, other, both) = (files.noting(), files.noting(), files.noting());
        look(&one, &["a"], &["b"]);
        look(&other, &["b"], &["b", "c"]);
        look(&both, &["a", "b"], &["b", "c"]);
        one.note(&other.looked());
        one.note(&other.looked());
        assert_eq!(one.looked(), both.looked());
    }

    #[test]
    fn what_is_looked_at_is_noted_and_no_more() {
        let files = FileSet::from_texts([("a", "one"), ("b", "two"), ("c", "three"), ("d", "four")]);
        let path = |name: &str| RepoPath::new(name).unwrap();
        let noting = files.noting();
        let question = Question::holds(&["t"]);
        assert_eq!([noting.ask(&path("a"), &question), noting.ask(&path("b"), &question)], [Ok(false), Ok(true)]);
        noting.ask(&path("b"), &question).unwrap();
        noting.ask(&path("c"), &question).unwrap();
        noting.text(&path("c")).unwrap();
        files.text(&path("d")).unwrap();
        assert!(noting.text(&path("e")).is_err());
        let looked = noting.looked();
        assert_eq!(looked.read.iter().map(RepoPath::as_str).collect::<Vec<_>>(), ["c"]);
        let asked = BTreeMap::from([(path("a"), vec![(question.clone(), false)]), (path("b"), vec![(question, true)])]);
        assert_eq!((looked.asked, files.looked()), (asked, Looked::default()));
    }
}
