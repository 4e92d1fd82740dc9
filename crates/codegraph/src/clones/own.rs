//! Each function's own code as rows of tokens: the files that no other function reaches, and in files that several
//! reach, the definitions that one alone reaches.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use lockstep_model::{ClosureFile, FileSet, RepoPath, Symbols};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{FileFacts, change, closure::sources::Sources, kinds, own_code::Reached, tokens::Token};

/// Characters per line beyond which a text is no source that a person wrote.
const WIDEST: usize = 200;

/// The own code of one function in one file.
pub(super) struct Row {
    /// Whose, by number.
    pub(super) function: usize,
    pub(super) path: RepoPath,
    pub(super) text: Arc<str>,
    pub(super) tokens: Vec<Token>,
    /// The line of each token, from 1.
    pub(super) lines: Vec<u32>,
}

/// The rows of a file, in the order of the functions.
pub(super) fn rows(files: &FileSet, sources: &Sources<'_>, reached: &Reached<'_>) -> Vec<Row> {
    if is_code(reached.path) { rows_of(files, sources, reached.path, &reached.by) } else { Vec::new() }
}

fn is_code(path: &RepoPath) -> bool {
    kinds::source_language(path).is_some() && !kinds::is_beside_code(path)
}

fn rows_of(files: &FileSet, sources: &Sources<'_>, path: &RepoPath, reaching: &[(usize, &ClosureFile)]) -> Vec<Row> {
    let owner = reaching.iter().find(|(_, file)| file.own).map(|(function, _)| *function);
    let in_parts = || reaching.iter().all(|(_, file)| matches!(file.symbols, Symbols::Some(_)));
    if owner.is_none() && !in_parts() {
        return Vec::new();
    }
    let Ok(text) = files.text(path) else { return Vec::new() };
    if change::is_generated(&text) || text.len() > WIDEST * text.lines().count() {
        return Vec::new();
    }
    let row = |function: usize, tokens: Vec<Token>| {
        let lines = lines(&text, &tokens);
        Row { function, path: path.clone(), text: text.clone(), tokens, lines }
    };
    match (owner, sources.get(path)) {
        (Some(function), _) => vec![row(function, sources.tokens(path, &text))],
        (None, Some(loaded)) => {
            let whose = Whose::new(&loaded.facts, reaching);
            if whose.owners.is_empty() {
                return Vec::new();
            }
            let tokens = sources.tokens(path, &text);
            whose.divide(&tokens).into_iter().map(|(function, tokens)| row(function, tokens)).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// The line of each token, which are in the order of the text.
fn lines(text: &str, tokens: &[Token]) -> Vec<u32> {
    let (mut at, mut line) = (0, 1);
    tokens
        .iter()
        .map(|token| {
            let start = token.start as usize;
            line += text.get(at..start).unwrap_or_default().bytes().filter(|byte| *byte == b'\n').count() as u32;
            at = start.max(at);
            line
        })
        .collect()
}

/// Which definitions of a file one function alone reaches.
struct Whose {
    /// The definitions, outer ones before those inside of them, with the one who reaches each, if it is one.
    spans: Vec<(Range<usize>, Option<usize>)>,
    /// The functions that reach some definition alone.
    owners: FxHashSet<usize>,
}

impl Whose {
    fn new(facts: &FileFacts, reaching: &[(usize, &ClosureFile)]) -> Self {
        let mut by_name: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (function, file) in reaching {
            if let Symbols::Some(names) = &file.symbols {
                names.iter().for_each(|name| by_name.entry(name).or_default().push(*function));
            }
        }
        // Several names may span the same: it is reached by all who reach one of them.
        let mut by_span: BTreeMap<(usize, std::cmp::Reverse<usize>), Vec<usize>> = BTreeMap::new();
        for symbol in &facts.symbols {
            let functions = by_name.get(symbol.name.as_str()).map(Vec::as_slice).unwrap_or_default();
            by_span.entry((symbol.span.start, std::cmp::Reverse(symbol.span.end))).or_default().extend(functions);
        }
        let alone = |mut functions: Vec<usize>| {
            functions.sort_unstable();
            functions.dedup();
            if let [function] = functions[..] { Some(function) } else { None }
        };
        let spans: Vec<_> =
            by_span.into_iter().map(|((start, end), functions)| (start..end.0, alone(functions))).collect();
        let owners = spans.iter().filter_map(|(_, owner)| *owner).collect();
        Self { spans, owners }
    }

    /// The tokens of each owner; a border stands where others lie between them.
    fn divide(&self, tokens: &[Token]) -> BTreeMap<usize, Vec<Token>> {
        let mut divided: BTreeMap<usize, Vec<Token>> = BTreeMap::new();
        let (mut next, mut around, mut last): (usize, Vec<usize>, Option<usize>) = (0, Vec::new(), None);
        for token in tokens {
            let start = token.start as usize;
            while self.spans.get(next).is_some_and(|(span, _)| span.start <= start) {
                around.push(next);
                next += 1;
            }
            while around.last().is_some_and(|span| self.spans[*span].0.end <= start) {
                around.pop();
            }
            // A definition that ended inside of one that goes on is passed over.
            let innermost = around.iter().rev().find(|span| self.spans[**span].0.end > start);
            let owner = innermost.and_then(|span| self.spans[*span].1);
            if let Some(function) = owner {
                let own = divided.entry(function).or_default();
                if last != owner && !own.is_empty() {
                    own.push(Token { class: Token::BORDER, end: token.start, ..*token });
                }
                own.push(*token);
            }
            last = owner;
        }
        divided
    }
}
