//! How a source file leads on: all that its facts say, but not where it stands in the text.
//!
//! What a function reaches depends on no more of a file than that. Where two versions lead the same way, it reaches the same by
//! both, and only the places in the file have moved.

use std::collections::BTreeSet;

use lockstep_model::RepoPath;

use crate::{
    FileFacts, Import, KeptFacts, Opaque, RemoteCallSite, Symbol, kept, language_of, parts::runs_when_loaded,
    surface::Hash,
};

/// How a file leads on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// A hash of all that its facts say but where it stands: that of another version is the same if it leads the same way.
    pub id: [u8; 16],
    /// Where its imports start, in bytes, each place once, ascending. Two versions that lead the same way have as many, for
    /// the same imports.
    pub starts: Vec<u32>,
}

/// How a file leads on that holds `text`; none if its language is not followed, or if it does not parse. What is `kept` is not
/// parsed.
pub fn way(path: &RepoPath, text: &str, kept: Option<&dyn KeptFacts>) -> Option<Way> {
    let language = language_of(path)?;
    Way::of(text, &kept::facts(kept, language, path, text))
}

impl Way {
    /// That of a file with this text and these facts; none if it does not parse.
    pub(crate) fn of(text: &str, facts: &FileFacts) -> Option<Self> {
        let starts: BTreeSet<u32> = facts.imports.iter().map(start).collect();
        let starts: Vec<u32> = starts.into_iter().collect();
        let mut hash = Hash::default();
        hash.facts(facts, &starts)?;
        hash.number(usize::from(runs_when_loaded(text, facts)));
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finish().as_bytes()[..16]);
        Some(Self { id, starts })
    }
}

fn start(import: &Import) -> u32 {
    u32::try_from(import.span.start).unwrap_or(u32::MAX)
}

impl Hash {
    /// All of `facts`; none if the file does not parse. Nothing is passed over by oversight: every field is named.
    fn facts(&mut self, facts: &FileFacts, starts: &[u32]) -> Option<()> {
        let FileFacts {
            package,
            imports,
            symbols,
            exports,
            roles,
            top_level_imports,
            top_level_symbols,
            type_uses,
            remote_calls,
            opaque,
            type_only,
            generated,
            left_out,
            error,
        } = facts;
        if error.is_some() {
            return None;
        }
        self.text(package);
        self.number(usize::from(*type_only) | usize::from(*generated) << 1 | usize::from(*left_out) << 2);
        self.number(imports.len());
        for import in imports {
            self.import(import);
            // Which of the places it is, and how long it is there.
            self.index(starts.binary_search(&start(import)).ok());
            self.number(import.span.len());
        }
        self.number(symbols.len());
        for Symbol { name, span: _, uses, imports } in symbols {
            self.text(name);
            self.numbers(uses);
            self.numbers(imports);
        }
        self.number(exports.len());
        for export in exports {
            self.text(&export.name);
            self.index(export.symbol);
            self.index(export.import);
        }
        self.number(roles.len());
        for role in roles {
            self.number(role.kind as usize);
            self.number(role.symbol);
            self.index(role.other);
            self.index(role.import);
        }
        self.numbers(top_level_imports);
        self.numbers(top_level_symbols);
        self.number(type_uses.len());
        type_uses.iter().for_each(|(one, other)| self.numbers(&[*one, *other]));
        // What they name is told anew, with their places.
        let calls = remote_calls.iter().map(|RemoteCallSite { span: _, kind: _, target: _, waits: _ }| ());
        self.number(calls.count());
        let reason = opaque.as_ref().map(|Opaque { span: _, reason }| reason.as_str());
        self.number(usize::from(reason.is_some()));
        self.text(reason.unwrap_or_default());
        Some(())
    }

    fn numbers(&mut self, numbers: &[usize]) {
        self.number(numbers.len());
        numbers.iter().for_each(|number| self.number(*number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_lead_the_same_way_where_they_name_the_same() {
        let scala = "package shop\nimport lib.Tax\nobject Order { def total = Tax.of(1) + rate }\nobject Other\n";
        let ts = "import { of } from './tax';\nexport const total = () => of(1);\nexport const rate = 2;\n";
        let cases = [
            ("Order.scala", scala, "package shop", "// words\npackage shop", true),
            ("Order.scala", scala, "of(1)", "of(20 + 1)", true),
            ("Order.scala", scala, "object Other", "object Other { /* words */ }", true),
            ("Order.scala", scala, "object Other", "object Other { val name = \"other\" }", false),
            ("Order.scala", scala, "+ rate", "+ price", false),
            ("Order.scala", scala, "object Other", "object More\nobject Other", false),
            ("Order.scala", scala, "import lib.Tax", "import other.Tax", false),
            ("order.ts", ts, "of(1)", "of(1) + 1", true),
            ("order.ts", ts, "= 2", "= 2 * 3", true),
            ("order.ts", ts, "= 2", "= of(2)", false),
            ("order.ts", ts, "'./tax'", "'./rates'", false),
            ("order.ts", ts, "export const rate", "run();\nexport const rate", false),
            ("order.ts", ts, "export const rate", "const rate", false),
        ];
        for (name, before, old, new, same) in cases {
            let path = RepoPath::new(name).unwrap();
            let after = before.replacen(old, new, 1);
            assert_ne!(before, after, "{name}: {old}");
            let [one, other] = [before, &after].map(|text| way(&path, text, None).unwrap());
            assert_eq!(one.id == other.id, same, "{name}: {old} -> {new}");
            assert!(!same || one.starts.len() == other.starts.len(), "{name}: {old} -> {new}");
        }
    }

    #[test]
    fn what_does_not_parse_leads_no_way() {
        assert_eq!(way(&RepoPath::new("a.ts").unwrap(), "export const = ;", None), None);
        assert_eq!(way(&RepoPath::new("a.txt").unwrap(), "", None), None);
    }
}
