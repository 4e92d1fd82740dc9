//! Facts that outlive a run. They are pure: the same text under the same name says the same, so what was read once need not
//! be parsed again.

use std::fmt;

use lockstep_model::RepoPath;

use crate::{FileFacts, Language, Token, language_of, tokens};

/// The build that reads facts. Those of another build may say something else of the same text.
pub const FACTS: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("LOCKSTEP_FACTS"));

/// What facts were read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactsKey(pub [u8; 32]);

impl FactsKey {
    /// The key of the facts of `text` under the name `path`. Where the file lies says nothing, what it is called may.
    pub(crate) fn of(language: &dyn Language, path: &RepoPath, text: &str) -> Self {
        Self::named(&[language.name(), path.file_name()], text)
    }

    /// The key of the tokens of `text`, which are known by its language, or by its ending where that is not followed.
    fn of_tokens(path: &RepoPath, text: &str) -> Self {
        let language = language_of(path).map_or("", Language::name);
        Self::named(&[language, path.file_name(), "tokens"], text)
    }

    fn named(names: &[&str], text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in names {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(text.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }
}

/// A place where facts are kept. Shared by threads.
pub trait KeptFacts: Sync + fmt::Debug {
    /// The facts under `key`; none if there are none.
    fn get(&self, key: FactsKey) -> Option<FileFacts>;

    /// Keeps `facts` under `key`.
    fn keep(&self, key: FactsKey, facts: &FileFacts);

    /// The tokens under `key`; none if there are none.
    fn tokens(&self, key: FactsKey) -> Option<Vec<Token>>;

    /// Keeps `tokens` under `key`.
    fn keep_tokens(&self, key: FactsKey, tokens: &[Token]);

    /// Holds `tokens` for the case that somebody asks for them in this run; then they are kept.
    fn hold_tokens(&self, key: FactsKey, tokens: &[Token]);
}

/// The facts of `text` under the name `path`, read only if they are not kept.
pub(crate) fn facts(kept: Option<&dyn KeptFacts>, language: &dyn Language, path: &RepoPath, text: &str) -> FileFacts {
    let Some(kept) = kept else { return language.facts(path, text) };
    let key = FactsKey::of(language, path, text);
    kept.get(key).unwrap_or_else(|| {
        let facts = language.facts(path, text);
        kept.keep(key, &facts);
        // The tree is there, and is gone when copies are looked for, which many files are read for again.
        if facts.error.is_none() && tokens::are_of_the_tree(path) {
            kept.hold_tokens(FactsKey::of_tokens(path, text), &tokens::of(path, text));
        }
        facts
    })
}

/// The same of a text that need not be asked for again: what is read of it is not kept.
pub(crate) fn facts_once(
    kept: Option<&dyn KeptFacts>,
    language: &dyn Language,
    path: &RepoPath,
    text: &str,
) -> FileFacts {
    let known = kept.and_then(|kept| kept.get(FactsKey::of(language, path, text)));
    known.unwrap_or_else(|| language.facts(path, text))
}

/// Its tokens, the same way; see [`tokens::of`].
pub(crate) fn tokens_of(kept: Option<&dyn KeptFacts>, path: &RepoPath, text: &str) -> Vec<Token> {
    let Some(kept) = kept else { return tokens::of(path, text) };
    let key = FactsKey::of_tokens(path, text);
    kept.tokens(key).unwrap_or_else(|| {
        let tokens = tokens::of(path, text);
        kept.keep_tokens(key, &tokens);
        tokens
    })
}
