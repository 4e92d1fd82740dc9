//! Which part of a file a change touches: the definitions whose text changed, and who reaches each of them.
//!
//! For files of which functions reach parts: those in which several start, and modules of which each uses some names.
//! Definitions are compared by name, so neither lines that move nor the order of definitions count. Pure, like the
//! facts it is made from.

mod reached;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use lockstep_model::RepoPath;

pub use self::reached::Reached;
use crate::{FileFacts, KeptFacts, Symbol, change::agree, kept, language_of};

/// What a function asks of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// It starts with this symbol. In a version without it, the function was not there.
    Start(String),
    /// It uses these definitions. In a version that has none of them, it is not known which it used, if any: what nobody
    /// is known to use there counts for all who ask something of the file.
    Names(Vec<String>),
    /// It uses all of it.
    Whole,
}

/// One version of such a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The text of each definition; all of them together where a name is defined several times.
    definitions: BTreeMap<String, String>,
    /// What the definitions are called, and what each uses.
    outline: Outline,
    /// What stands outside of definitions.
    top_level: TopLevel,
}

/// The lines outside of definitions, each with how often it stands there; comments are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TopLevel {
    /// Those that may do something when the file is loaded.
    pub(crate) running: BTreeMap<String, usize>,
    /// Those that only name things: imports, exports.
    naming: BTreeMap<String, usize>,
}

/// The definitions of one version by their names, with what each uses: enough to tell who reaches which, and small enough
/// to be kept. Most versions of a file have the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outline {
    /// The names of the definitions, in the order of the text, and the numbers of those that each uses.
    pub symbols: Vec<(Arc<str>, Vec<u32>)>,
    /// The exported names, each with the number of the definition behind it; none if that is of another file.
    pub exports: Vec<(Arc<str>, Option<u32>)>,
    /// The numbers of the definitions that are used when the file is loaded.
    pub loaded: Vec<u32>,
    /// True if it can only be taken whole.
    pub opaque: bool,
}

/// What differs between two versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The definitions that differ in more than comments and layout, by name, sorted.
    pub names: Vec<Arc<str>>,
    /// What differs outside of definitions.
    pub loading: Loading,
}

/// What differs outside of definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loading {
    /// Nothing.
    #[default]
    Same,
    /// Imports or exports.
    Naming,
    /// Code that runs when the file is loaded.
    Running,
}

impl Version {
    /// Reads `text`, which stood at `path`; what is `kept` is not parsed. None if the language is not followed or the text does
    /// not parse.
    pub fn read(path: &RepoPath, text: &str, kept: Option<&dyn KeptFacts>) -> Option<Self> {
        let facts = kept::facts_once(kept, language_of(path)?, path, text);
        if facts.error.is_some() {
            return None;
        }
        let mut definitions: BTreeMap<String, String> = BTreeMap::new();
        for (name, text) in own_texts(text, &facts) {
            definitions.entry(name.to_owned()).or_default().push_str(&squeezed(&text));
        }
        Some(Self { definitions, outline: Outline::of(&facts), top_level: top_level(text, &facts) })
    }

    /// What the definitions are called, and what each uses.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }
}

impl Changed {
    /// Compares two versions of the file at `path`; without a version, there was no file.
    ///
    /// A definition of which only comments and layout changed did not change.
    pub fn between(path: &RepoPath, before: Option<&Version>, after: Option<&Version>) -> Self {
        let nothing = Version::default();
        let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        let names: BTreeSet<&String> = before.definitions.keys().chain(after.definitions.keys()).collect();
        let differs =
            |name: &&String| !says_the_same(path, before.definitions.get(*name), after.definitions.get(*name));
        let loading = match (&before.top_level, &after.top_level) {
            (before, after) if before.running != after.running => Loading::Running,
            (before, after) if before.naming != after.naming => Loading::Naming,
            _ => Loading::Same,
        };
        Self { names: names.into_iter().filter(differs).map(|name| name.as_str().into()).collect(), loading }
    }

    /// The parts of the file that changed, each by the numbers of those who reach it, ascending; parts of nobody left out:
    /// one for each changed definition, one of all who load the file if code changed that runs then, and one of those who
    /// ask for the whole file if its imports or exports changed: of others, what uses them changes too. Both sides must
    /// have been asked the same; a side without a version reaches nothing.
    pub fn parts(&self, before: Option<&Reached<'_>>, after: Option<&Reached<'_>>) -> BTreeSet<Vec<usize>> {
        let nothing = Reached::default();
        let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        let count = before.asked().max(after.asked());
        let all = || (0..count).filter(|asked| before.is_reached(*asked) || after.is_reached(*asked));
        let mut parts = BTreeSet::new();
        for name in &self.names {
            let mut part: Vec<usize> = before.reaching(name).chain(after.reaching(name)).collect();
            if part.is_empty() && (before.is_unknown() || after.is_unknown()) {
                part.extend(all());
            }
            part.sort_unstable();
            part.dedup();
            parts.insert(part);
        }
        match self.loading {
            Loading::Same => {}
            Loading::Running => drop(parts.insert(all().collect())),
            Loading::Naming => {
                let whole = |asked: &usize| before.is_whole(*asked) || after.is_whole(*asked);
                parts.insert((0..count).filter(whole).collect());
            }
        }
        parts.remove(&Vec::new());
        parts
    }
}

fn says_the_same(path: &RepoPath, before: Option<&String>, after: Option<&String>) -> bool {
    before == after || before.zip(after).is_some_and(|(before, after)| agree(path, before, after) == Some(true))
}

impl Outline {
    /// The outline of `text`, which stands at `path`; what is `kept` is not parsed. None if the language is not followed or
    /// the text does not parse.
    pub fn read(path: &RepoPath, text: &str, kept: Option<&dyn KeptFacts>) -> Option<Self> {
        let facts = kept::facts(kept, language_of(path)?, path, text);
        facts.error.is_none().then(|| Self::of(&facts))
    }

    fn of(facts: &FileFacts) -> Self {
        let number = |index: &usize| *index as u32;
        let uses = |symbol: &Symbol| (symbol.name.as_str().into(), symbol.uses.iter().map(number).collect());
        Self {
            symbols: facts.symbols.iter().map(uses).collect(),
            exports: facts
                .exports
                .iter()
                .map(|export| (export.name.as_str().into(), export.symbol.as_ref().map(number)))
                .collect(),
            loaded: facts.top_level_symbols.iter().map(number).collect(),
            opaque: facts.opaque.is_some(),
        }
    }
}

/// The text of each definition, without the definitions inside of it, in the order of the definitions.
pub(crate) fn own_texts<'a>(text: &'a str, facts: &'a FileFacts) -> Vec<(&'a str, Cow<'a, str>)> {
    let mut order: Vec<usize> = (0..facts.symbols.len()).collect();
    order.sort_by_key(|index| (facts.symbols[*index].span.start, std::cmp::Reverse(facts.symbols[*index].span.end)));
    // The definitions right inside of each.
    let mut inner: Vec<Vec<usize>> = vec![Vec::new(); facts.symbols.len()];
    let mut around: Vec<usize> = Vec::new();
    for index in order {
        let span = &facts.symbols[index].span;
        while around.last().is_some_and(|outer| facts.symbols[*outer].span.end < span.end) {
            around.pop();
        }
        // Several names of one definition span the same.
        let again = around.last().is_some_and(|last| facts.symbols[*last].span == *span);
        if let Some(outer) = around.iter().rev().nth(usize::from(again)) {
            inner[*outer].push(index);
        }
        if !again {
            around.push(index);
        }
    }
    let text_of = |(symbol, inner): (&'a Symbol, &Vec<usize>)| {
        let whole = text.get(symbol.span.clone()).unwrap_or_default();
        if inner.is_empty() {
            return (symbol.name.as_str(), Cow::Borrowed(whole));
        }
        let mut at = symbol.span.start;
        let mut own = String::new();
        for span in inner.iter().map(|index| &facts.symbols[*index].span) {
            own.push_str(text.get(at..span.start).unwrap_or_default());
            at = at.max(span.end);
        }
        own.push_str(text.get(at..symbol.span.end).unwrap_or_default());
        (symbol.name.as_str(), Cow::Owned(own))
    };
    facts.symbols.iter().zip(&inner).map(text_of).collect()
}

/// True if code of the file that defines nothing may do something when the file is loaded.
pub(crate) fn runs_when_loaded(text: &str, facts: &FileFacts) -> bool {
    !top_level(text, facts).running.is_empty()
}

/// What is left of a text without its definitions.
pub(crate) fn top_level(text: &str, facts: &FileFacts) -> TopLevel {
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
    let mut lines = TopLevel::default();
    let mut inside_comment = false;
    for line in rest.lines().map(squeezed) {
        inside_comment |= line.starts_with("/*");
        if inside_comment {
            inside_comment = !line.contains("*/");
            continue;
        }
        if !says_something(&line) {
            continue;
        }
        let kind = if does_something(&line) { &mut lines.running } else { &mut lines.naming };
        *kind.entry(line).or_insert(0) += 1;
    }
    lines
}

/// False for comments, and for rests of definitions (`;`, `}`).
fn says_something(line: &str) -> bool {
    let comment = ["//", "#", "*", "/*"].iter().any(|start| line.starts_with(start));
    !comment && line.contains(|c: char| c.is_alphanumeric())
}

/// False for what only names things (imports, exports, lists of names): what uses an import changes with it, and that
/// is seen.
fn does_something(line: &str) -> bool {
    let naming = [
        "import ",
        "from ",
        "export {",
        "export *",
        "export type",
        "use ",
        "pub use ",
        "mod ",
        "package ",
        "namespace ",
        "using ",
        "global using ",
        // Go's groups, of which the definitions are taken out.
        "import (",
        "const (",
        "type (",
        "var (",
    ];
    if naming.iter().any(|start| line.starts_with(start)) || line.contains("require(") || line.starts_with("declare(") {
        return false;
    }
    let statements = [
        "void ", "assert ", "throw ", "raise ", "del ", "await ", "return ", "echo ", "puts ", "include ", "extend ",
        "prepend ", "load ",
    ];
    line.contains('(')
        || line.contains('=')
        || statements.iter().any(|start| line.starts_with(start))
        || calls_without_parentheses(line)
}

/// `Shop.configure do |config|`, `I18n.load_path << "words"`: Ruby needs no parentheses to call.
fn calls_without_parentheses(line: &str) -> bool {
    let receiver = line.split_once('.').is_some_and(|(receiver, method)| {
        receiver.starts_with(|first: char| first.is_ascii_uppercase())
            && receiver.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, ':' | '_'))
            && method.starts_with(|first: char| first.is_ascii_lowercase())
    });
    receiver || line.ends_with(" do") || line.contains(" do |")
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

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    fn starts<const N: usize>(names: [&str; N]) -> Vec<Asked> {
        names.map(|name| Asked::Start(name.to_owned())).to_vec()
    }

    /// The parts that changed between two texts.
    fn changed(path: &RepoPath, asked: &[Asked], before: Option<&str>, after: Option<&str>) -> BTreeSet<Vec<usize>> {
        let [before, after] = [before, after].map(|text| text.map(|text| Version::read(path, text, None).unwrap()));
        let changed = Changed::between(path, before.as_ref(), after.as_ref());
        let [before, after] = [&before, &after].map(|text| text.as_ref().map(|text| text.outline().reached(asked)));
        changed.parts(before.as_ref(), after.as_ref())
    }

    fn parts(before: &str, after: &str) -> Vec<String> {
        let names = ["create", "cancel", "list"];
        let parts = changed(&path("handler.js"), &starts(names), Some(before), Some(after));
        parts.into_iter().map(|part| part.into_iter().map(|asked| names[asked]).collect::<Vec<_>>().join("+")).collect()
    }

    #[test]
    fn a_change_belongs_to_those_who_reach_what_changed() {
        let cases: [(&str, &str, &[&str]); 9] = [
            ("[]", "[1]", &["list"]),
            ("x * 2", "x * 3", &["create+cancel"]),
            ("price(e) + a(e)", "a(e)", &["cancel"]),
            ("import { a } from './a';", "import { a } from './b';\n// words", &[]),
            ("export const list", "const unused = 1;\n\nexport const list", &[]),
            ("export const list", "connect();\n\nexport const list", &["create+cancel+list"]),
            ("export const list = async () => [];\n", "", &["list"]),
            ("\n\nconst price", "\n\n\n\n   const price", &[]),
            ("\n\nconst price", "\n\n/*\n connect();\n*/\nconst price", &[]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(parts(BASE, &BASE.replacen(old, new, 1)), expected, "{old} -> {new}");
        }
        let both = BASE.replace("[]", "[1]").replace("price(e) + a(e)", "1");
        assert_eq!(parts(BASE, &both), ["cancel", "list"]);
    }

    #[test]
    fn ruby_and_php_say_what_runs_without_parentheses() {
        let cases = [
            ("config.rb", "Shop.configure do |config|\n", true),
            ("config.rb", "require \"json\"\nmodule Shop\nend\n", false),
            ("config.rb", "module Shop\n  class Money; end\nend\nI18n.load_path << \"x\"\n", true),
            ("boot.php", "<?php\ndeclare(strict_types=1);\nnamespace App;\nuse App\\Money;\nclass A {}\n", false),
            ("boot.php", "<?php\nreturn $handler;\n", true),
        ];
        for (name, text, expected) in cases {
            let facts = language_of(&path(name)).unwrap().facts(&path(name), text);
            assert_eq!(runs_when_loaded(text, &facts), expected, "{text}");
        }
    }

    #[test]
    fn files_come_and_go() {
        let at = path("app/handlers.py");
        let text = "import os\n\n\ndef create(event, context):\n    return os.name\n\n\ndef cancel(event, context):\n    return 1\n";
        let asked = starts(["create", "cancel", "gone"]);
        let expected = BTreeSet::from([vec![0], vec![1]]);
        assert_eq!(changed(&at, &asked, None, Some(text)), expected);
        assert_eq!(changed(&at, &asked, Some(text), None), expected);
        assert_eq!(changed(&at, &asked, Some(text), Some(text)), BTreeSet::new());
        let version = Version::read(&at, text, None).unwrap();
        let reached = version.outline().reached(&asked);
        assert!(reached.is_reached(1) && !reached.is_reached(2) && !reached.is_reached_whole(1));
        assert_eq!(Version::read(&at, "def (", None), None);
        assert_eq!(Version::read(&path("a.txt"), "", None), None);
    }

    #[test]
    fn a_module_belongs_to_those_who_use_what_changed() {
        let base = "import { db } from './db';\nconst rate = 2;\nexport const total = (x) => x * rate;\nexport const refund = (x) => db(x);\nexport const unused = 1;\nsetUp(rate);\n";
        let names = |names: &[&str]| Asked::Names(names.iter().map(|name| (*name).to_owned()).collect());
        // Who asks for `total`, for `refund`, for nothing but that it is loaded, for all.
        let asked = [names(&["total", "rate"]), names(&["refund"]), names(&[]), Asked::Whole];
        let cases: [(&str, &str, &[&[usize]]); 9] = [
            ("(x) => x * rate", "(x) =>\n    // words\n    x * rate", &[]),
            ("x * rate", "x + rate", &[&[0, 3]]),
            ("db(x)", "db(x, 1)", &[&[1, 3]]),
            ("unused = 1", "unused = 2", &[&[3]]),
            ("rate = 2", "rate = 3", &[&[0, 1, 2, 3]]),
            ("setUp(rate)", "setUp(rate, 1)", &[&[0, 1, 2, 3]]),
            // A version without any of the names does not tell what was used of it, if anything.
            ("refund = (x) => db(x)", "repay = (x) => db(x)", &[&[1, 3], &[3]]),
            ("'./db'", "'./database'", &[&[3]]),
            ("setUp(rate)", "void 1", &[&[0, 1, 2, 3]]),
        ];
        for (old, new, expected) in cases {
            let found = changed(&path("money.js"), &asked, Some(base), Some(&base.replacen(old, new, 1)));
            assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{old} -> {new}");
        }
    }

    #[test]
    fn what_nobody_is_known_to_use_belongs_to_all_where_somebody_is_unknown() {
        let asked = ["total", "later"].map(|name| Asked::Names(vec![name.to_owned()]));
        let parts = |before: &str, after: &str| {
            let parts = changed(&path("money.js"), &asked, Some(before), Some(after));
            parts.into_iter().collect::<Vec<_>>()
        };
        let old = "export const total = 1;\nexport const early = 1;\n";
        assert_eq!(parts(old, &old.replace("total = 1", "total = 2")), [[0]]);
        assert_eq!(parts(old, &old.replace("early = 1", "early = 2")), [[0, 1]]);
        let new = "export const total = 1;\nexport const later = 1;\nexport const early = 1;\n";
        assert_eq!(parts(new, &new.replace("early = 1", "early = 2")), Vec::<Vec<usize>>::new());
        assert_eq!(parts(new, &new.replace("later = 1", "later = 2")), [[1]]);
    }
}
