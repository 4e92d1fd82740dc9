//! What two versions of a source file differ in, for those who reach some of its names. Unlike [`crate::parts`], which
//! asks who has to change, this asks what is another program afterwards: an import that means something else counts for
//! every definition that uses it.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{RepoPath, Symbols};

use crate::{
    FileFacts, Import, ImportKind,
    change::agree,
    language_of,
    parts::{own_texts, top_level},
};

/// What two versions of a file differ in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Definitions, and names that are passed on, that mean something else or are in one version only.
    names: BTreeSet<String>,
    /// True if something else runs when the file is loaded.
    running: bool,
    /// True if they differ in nothing that can be told apart by names: all who reach the file are concerned.
    whole: bool,
}

impl Differences {
    /// A difference that concerns all who reach the file.
    pub fn whole() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// What of it concerns somebody who reaches these `symbols`: none if nothing does, no names if the whole file does.
    pub fn reached(&self, symbols: &Symbols) -> Option<Vec<String>> {
        if self.whole || self.running {
            return Some(Vec::new());
        }
        let names: Vec<String> = match symbols {
            Symbols::All => self.names.iter().cloned().collect(),
            Symbols::Some(reached) => {
                self.names.iter().filter(|name| reached.binary_search(name).is_ok()).cloned().collect()
            }
        };
        (!names.is_empty()).then_some(names)
    }
}

/// What `before` and `after`, two texts of the file `path`, differ in; none if they say the same. Comments and layout say
/// nothing. Pure.
pub fn differences(path: &RepoPath, before: &str, after: &str) -> Option<Differences> {
    if agree(path, before, after) == Some(true) {
        return None;
    }
    let Some(language) = language_of(path) else { return Some(Differences::whole()) };
    let (old, new) = (language.facts(path, before), language.facts(path, after));
    if old.error.is_some() || new.error.is_some() {
        return Some(Differences::whole());
    }
    let typescript = language.name() == "typescript";
    let (old_names, new_names) = (meanings(before, &old, typescript), meanings(after, &new, typescript));
    let all: BTreeSet<&String> = old_names.keys().chain(new_names.keys()).collect();
    let differs = |name: &&&String| !same(path, old_names.get(**name), new_names.get(**name));
    let names: BTreeSet<String> = all.iter().filter(differs).map(|name| (**name).clone()).collect();
    let running = loaded(before, &old) != loaded(after, &new);
    Some(Differences { names, running, whole: false })
}

/// What a name stands for: the text of its definitions, and what they import.
#[derive(Default, PartialEq, Eq)]
struct Meaning {
    text: String,
    imports: BTreeSet<String>,
}

fn same(path: &RepoPath, old: Option<&Meaning>, new: Option<&Meaning>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return false };
    old.imports == new.imports && (old.text == new.text || agree(path, &old.text, &new.text) == Some(true))
}

fn meanings(text: &str, facts: &FileFacts, typescript: bool) -> BTreeMap<String, Meaning> {
    let mut all: BTreeMap<String, Meaning> = BTreeMap::new();
    for (symbol, (name, text)) in facts.symbols.iter().zip(own_texts(text, facts)) {
        if typescript && vanishes(&text) {
            continue;
        }
        let meaning = all.entry(name.to_owned()).or_default();
        meaning.text += &text;
        meaning.imports.extend(symbol.imports.iter().filter_map(|index| facts.imports.get(*index)).map(said));
    }
    for export in &facts.exports {
        if let Some(import) = export.import.and_then(|index| facts.imports.get(index)) {
            all.entry(export.name.clone()).or_default().imports.insert(said(import));
        } else if let Some(symbol) = export.symbol.and_then(|index| facts.symbols.get(index)) {
            // Another definition under the same name outside.
            if symbol.name != export.name {
                all.entry(export.name.clone()).or_default().imports.insert(format!("= {}", symbol.name));
            }
        }
    }
    all
}

/// True for a definition of a type, which is gone before the code runs (TypeScript).
fn vanishes(definition: &str) -> bool {
    let words = definition.split_whitespace().skip_while(|word| matches!(*word, "export" | "default" | "declare"));
    let mut words = words.take(2);
    let kind = words.next();
    // `type` and `interface` are names elsewhere: a definition of a type goes on with a name.
    matches!(kind, Some("interface" | "type")) && words.next().is_some_and(|next| next.starts_with(char::is_alphabetic))
}

/// What an import says, wherever it stands.
fn said(import: &Import) -> String {
    let members = import.members.as_deref().unwrap_or_default();
    format!("{} {} {:?} {}", import.level, import.specifier, import.names, members.join(","))
}

/// What happens when the file is loaded: what it runs, and what it brings in for that.
fn loaded(text: &str, facts: &FileFacts) -> (BTreeMap<String, usize>, BTreeSet<String>) {
    let running = top_level(text, facts).running;
    let runs = !running.is_empty();
    let effects = facts.imports.iter().enumerate().filter(|(index, import)| {
        let bare = import.names.is_empty() && !import.whole && import.kind == ImportKind::Value;
        bare || (runs && facts.top_level_imports.contains(index))
    });
    let effects = effects.map(|(_, import)| said(import)).collect();
    (running, effects)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concerned(before: &str, after: &str, symbols: &Symbols) -> Option<Vec<String>> {
        differences(&RepoPath::new("money.ts").unwrap(), before, after)?.reached(symbols)
    }

    #[test]
    fn a_difference_concerns_those_who_reach_it() {
        let base = "import { rate } from './rate';\nimport './log';\nexport const total = (x) => x * rate;\nexport const refund = (x) => -x;\nexport { cents } from './cents';\nstart();\n";
        let some = |names: &[&str]| Symbols::Some(names.iter().map(|name| (*name).to_owned()).collect());
        let (total, refund, cents) = (some(&["total"]), some(&["refund"]), some(&["cents"]));
        let cases: [(&str, &str, [bool; 3]); 8] = [
            ("-x", "-x - 1", [false, true, false]),
            ("x * rate", "x + rate", [true, false, false]),
            // What an import means is part of what uses it.
            ("'./rate'", "'./rates'", [true, false, false]),
            ("{ rate }", "{ tax as rate }", [true, false, false]),
            ("'./cents'", "'./money/cents'", [false, false, true]),
            ("start()", "start(1)", [true, true, true]),
            ("'./log'", "'./logger'", [true, true, true]),
            ("export const refund", "// words\nexport const refund", [false, false, false]),
        ];
        for (old, new, expected) in cases {
            let edited = base.replacen(old, new, 1);
            let found = [&total, &refund, &cents].map(|symbols| concerned(base, &edited, symbols).is_some());
            assert_eq!(found, expected, "{old} -> {new}");
        }
        assert_eq!(concerned(base, &base.replacen("-x", "x", 1), &Symbols::All), Some(vec!["refund".to_owned()]));
        // What does not parse, and what is no source, is told apart by nobody.
        assert_eq!(concerned(base, "export const (", &refund), Some(Vec::new()));
        let data = differences(&RepoPath::new("a.json").unwrap(), "1", "2").unwrap();
        assert_eq!(data.reached(&some(&["x"])), Some(Vec::new()));
    }
}
