//! Which part of a file a change touches: the definitions whose text changed, and who reaches each of them.
//!
//! For files in which several functions start. Definitions are compared by name, so neither lines that move nor the
//! order of definitions count. Pure, like the facts it is made from.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::RepoPath;

use crate::{FileFacts, language_of};

/// One version of such a file, as far as handlers are concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The text of each definition; all of them together where a name is defined several times.
    definitions: BTreeMap<String, String>,
    /// What each handler reaches; a handler that is not there is not listed.
    reach: BTreeMap<String, BTreeSet<String>>,
    /// The lines outside of definitions that may do something, each with how often it stands there.
    top_level: BTreeMap<String, usize>,
}

impl Version {
    /// Reads `text`, which stood at `path`, for `handlers`, the symbols that functions start with. None if the language
    /// is not followed or the text does not parse.
    pub fn read(path: &RepoPath, text: &str, handlers: &[String]) -> Option<Self> {
        let facts = language_of(path)?.facts(path, text);
        if facts.error.is_some() {
            return None;
        }
        let mut definitions: BTreeMap<String, String> = BTreeMap::new();
        for symbol in &facts.symbols {
            definitions.entry(symbol.name.clone()).or_default().push_str(&squeezed(text.get(symbol.span.clone())?));
        }
        let reach = handlers.iter().filter_map(|handler| Some((handler.clone(), reached(&facts, handler)?))).collect();
        Some(Self { definitions, reach, top_level: top_level(text, &facts) })
    }

    /// True if `handler` is in it.
    pub fn has(&self, handler: &str) -> bool {
        self.reach.contains_key(handler)
    }

    /// The handlers that are in it.
    fn handlers(&self) -> impl Iterator<Item = &String> {
        self.reach.keys()
    }
}

/// The handlers that each changed part of a file belongs to, parts of nobody left out: one set per changed definition,
/// and one of all handlers if code changed that runs when the file is loaded. Without a version, there was no file.
pub fn changed(before: Option<&Version>, after: Option<&Version>) -> BTreeSet<Vec<String>> {
    let nothing = Version::default();
    let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
    let mut parts = BTreeSet::new();
    let names: BTreeSet<&String> = before.definitions.keys().chain(after.definitions.keys()).collect();
    for name in names {
        if before.definitions.get(name) == after.definitions.get(name) {
            continue;
        }
        let reaching = |version: &Version| -> Vec<String> {
            version.reach.iter().filter(|(_, names)| names.contains(name)).map(|(handler, _)| handler.clone()).collect()
        };
        let mut part = [reaching(before), reaching(after)].concat();
        part.sort();
        part.dedup();
        parts.insert(part);
    }
    if before.top_level != after.top_level {
        let all: BTreeSet<&String> = before.handlers().chain(after.handlers()).collect();
        parts.insert(all.into_iter().cloned().collect());
    }
    parts.remove(&Vec::new());
    parts
}

/// The definitions that `handler` uses, by their names; none if there is no such handler.
fn reached(facts: &FileFacts, handler: &str) -> Option<BTreeSet<String>> {
    let exported = facts.exports.iter().filter(|export| export.name == handler);
    let mut open: Vec<usize> = exported.clone().filter_map(|export| export.symbol).collect();
    if open.is_empty() {
        open.extend(facts.symbols.iter().position(|symbol| symbol.name == handler));
    }
    if open.is_empty() && exported.count() == 0 {
        return None;
    }
    let mut seen = BTreeSet::new();
    while let Some(index) = open.pop() {
        if let Some(symbol) = facts.symbols.get(index).filter(|_| seen.insert(index)) {
            open.extend(&symbol.uses);
        }
    }
    Some(seen.into_iter().map(|index| facts.symbols[index].name.clone()).collect())
}

/// True if code of the file that defines nothing may do something when the file is loaded.
pub(crate) fn runs_when_loaded(text: &str, facts: &FileFacts) -> bool {
    !top_level(text, facts).is_empty()
}

/// What is left of a text without its definitions, as far as it may do something when the file is loaded.
fn top_level(text: &str, facts: &FileFacts) -> BTreeMap<String, usize> {
    let mut spans: Vec<_> = facts.symbols.iter().map(|symbol| symbol.span.clone()).collect();
    spans.sort_by_key(|span| span.start);
    let mut rest = String::new();
    let mut at = 0;
    for span in spans {
        if span.start > at {
            rest.push_str(text.get(at..span.start).unwrap_or_default());
            rest.push('\n');
        }
        at = at.max(span.end);
    }
    rest.push_str(text.get(at..).unwrap_or_default());
    let mut lines = BTreeMap::new();
    for line in rest.lines().map(squeezed).filter(|line| does_something(line)) {
        *lines.entry(line).or_insert(0) += 1;
    }
    lines
}

/// False for what only names things (imports, exports, lists of names) and for comments: what uses an import changes
/// with it, and that is seen.
fn does_something(line: &str) -> bool {
    let starts =
        ["import ", "from ", "export {", "export *", "export type", "use ", "pub use ", "mod ", "//", "#", "*", "/*"];
    if starts.iter().any(|start| line.starts_with(start)) || line.contains("require(") {
        return false;
    }
    // Rests of definitions (`export`, `;`, `}`) and names on lines of their own.
    let mut words =
        line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).filter(|word| !word.is_empty());
    let calls = line.contains('(') || line.contains('=');
    calls && words.next().is_some()
}

/// A text without the white space that says nothing: at the ends of lines, and empty lines.
fn squeezed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.join("\n").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "import { a } from './a';\n\nconst price = (x) => x * 2;\n\nexport const create = async (e) => price(e);\n\nexport const cancel = async (e) => price(e) + a(e);\n\nexport const list = async () => [];\n";

    fn parts(before: &str, after: &str) -> Vec<String> {
        let path = RepoPath::new("handler.js").unwrap();
        let handlers = ["create", "cancel", "list"].map(str::to_owned);
        let read = |text: &str| Version::read(&path, text, &handlers);
        let (before, after) = (read(before).unwrap(), read(after).unwrap());
        changed(Some(&before), Some(&after)).into_iter().map(|part| part.join("+")).collect()
    }

    #[test]
    fn a_change_belongs_to_those_who_reach_what_changed() {
        let cases: [(&str, &str, &[&str]); 8] = [
            ("[]", "[1]", &["list"]),
            ("x * 2", "x * 3", &["cancel+create"]),
            ("price(e) + a(e)", "a(e)", &["cancel"]),
            ("import { a } from './a';", "import { a } from './b';\n// words", &[]),
            ("export const list", "const unused = 1;\n\nexport const list", &[]),
            ("export const list", "connect();\n\nexport const list", &["cancel+create+list"]),
            ("export const list = async () => [];\n", "", &["list"]),
            ("\n\nconst price", "\n\n\n\n   const price", &[]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(parts(BASE, &BASE.replacen(old, new, 1)), expected, "{old} -> {new}");
        }
        let both = BASE.replace("[]", "[1]").replace("price(e) + a(e)", "1");
        assert_eq!(parts(BASE, &both), ["cancel", "list"]);
    }

    #[test]
    fn files_come_and_go() {
        let path = RepoPath::new("app/handlers.py").unwrap();
        let text = "import os\n\n\ndef create(event, context):\n    return os.name\n\n\ndef cancel(event, context):\n    return 1\n";
        let version =
            Version::read(&path, text, &["create".to_owned(), "cancel".to_owned(), "gone".to_owned()]).unwrap();
        let expected = BTreeSet::from([vec!["create".to_owned()], vec!["cancel".to_owned()]]);
        assert_eq!(changed(None, Some(&version)), expected);
        assert_eq!(changed(Some(&version), None), expected);
        assert_eq!(changed(Some(&version), Some(&version)), BTreeSet::new());
        assert_eq!(Version::read(&path, "def (", &[]), None);
        assert_eq!(Version::read(&RepoPath::new("a.txt").unwrap(), "", &[]), None);
    }
}
