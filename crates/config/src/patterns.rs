//! Globs over paths and over function ids.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use lockstep_model::{FunctionId, RepoPath};

/// Globs over paths, relative to the root of the repository. `*` stops at a slash, `**` does not. What matches a
/// folder matches all that is in it.
#[derive(Clone, Debug, Default)]
pub struct PathPatterns {
    texts: Vec<String>,
    set: GlobSet,
}

impl PathPatterns {
    /// The patterns `texts`, relative to the root.
    ///
    /// # Errors
    /// If one of them is no glob; in words.
    pub fn new(texts: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let texts: Vec<String> = texts.into_iter().collect();
        let set = build(texts.iter().map(|text| path_glob(text)))?;
        Ok(Self { texts, set })
    }

    /// True if `path`, or a folder that it is in, matches.
    pub fn contains(&self, path: &RepoPath) -> bool {
        !self.texts.is_empty() && path.ancestors().any(|path| !path.is_root() && self.set.is_match(path.as_str()))
    }

    /// The patterns as globs relative to the root.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// True if nothing can match.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

impl PartialEq for PathPatterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

/// Globs over function ids. `*` does not stop at a slash: `orders/*` is all of `orders`.
#[derive(Clone, Debug, Default)]
pub struct IdPatterns {
    texts: Vec<String>,
    set: GlobSet,
}

impl IdPatterns {
    /// The patterns `texts`.
    ///
    /// # Errors
    /// If one of them is no glob; in words.
    pub fn new(texts: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let texts: Vec<String> = texts.into_iter().collect();
        let set = build(texts.iter().map(|text| GlobBuilder::new(text).build()))?;
        Ok(Self { texts, set })
    }

    /// The patterns `texts`, which match the names of functions as well: `billing` is `shop/billing`, too.
    ///
    /// # Errors
    /// If one of them is no glob; in words.
    pub fn of_names(texts: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let texts: Vec<String> = texts.into_iter().collect();
        let glob = |text: &String| {
            let either = if text.contains('/') { text.clone() } else { format!("{{,*/}}{text}") };
            GlobBuilder::new(&either).empty_alternates(true).build()
        };
        let set = build(texts.iter().map(glob))?;
        Ok(Self { texts, set })
    }

    /// True if `id` matches.
    pub fn contains(&self, id: &FunctionId) -> bool {
        self.set.is_match(id.as_str())
    }

    /// The patterns that match none of `ids`.
    pub fn idle<'a>(&self, ids: impl IntoIterator<Item = &'a FunctionId>) -> Vec<&str> {
        let mut used = vec![false; self.texts.len()];
        for id in ids {
            self.set.matches(id.as_str()).into_iter().for_each(|number| used[number] = true);
        }
        self.texts.iter().zip(used).filter(|(_, used)| !used).map(|(text, _)| text.as_str()).collect()
    }

    /// The patterns.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

impl PartialEq for IdPatterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

fn path_glob(text: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(text.trim_end_matches('/')).literal_separator(true).backslash_escape(true).build()
}

fn build(globs: impl Iterator<Item = Result<Glob, globset::Error>>) -> Result<GlobSet, String> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob.map_err(|error| error.kind().to_string())?);
    }
    builder.build().map_err(|error| error.kind().to_string())
}

/// The path pattern `text` of a configuration whose patterns start at `base`, relative to the root.
///
/// # Errors
/// If it climbs out of `base`, or is no glob; in words.
pub(crate) fn rooted(base: &RepoPath, text: &str) -> Result<String, String> {
    let inside = text.trim_start_matches("./").trim_start_matches('/');
    if inside.split('/').any(|part| part == "..") {
        return Err("a pattern cannot climb with `..`".to_owned());
    }
    if inside.is_empty() {
        return Err("an empty pattern matches nothing".to_owned());
    }
    let rooted =
        if base.is_root() { inside.to_owned() } else { format!("{}/{inside}", globset::escape(base.as_str())) };
    path_glob(&rooted).map_err(|error| error.kind().to_string())?;
    Ok(rooted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(texts: &[&str]) -> PathPatterns {
        PathPatterns::new(texts.iter().map(|text| (*text).to_owned())).unwrap()
    }

    #[test]
    fn a_folder_takes_what_is_in_it() {
        let cases = [
            ("vendor", "vendor/a/b.js", true),
            ("vendor/", "vendor/a.js", true),
            ("vendor", "src/vendor/a.js", false),
            ("**/dist", "a/b/dist/c.js", true),
            ("src/*.ts", "src/a.ts", true),
            ("src/*.ts", "src/a/b.ts", false),
            ("src/**/*.ts", "src/a/b.ts", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(paths(&[pattern]).contains(&RepoPath::new(path).unwrap()), expected, "{pattern} {path}");
        }
        assert!(!PathPatterns::default().contains(&RepoPath::root()));
    }

    #[test]
    fn ids_are_matched_across_slashes() {
        let patterns = IdPatterns::new(["orders/*".to_owned()]).unwrap();
        assert!(patterns.contains(&FunctionId::new("orders/api/Create")));
        assert!(!patterns.contains(&FunctionId::new("billing/Create")));
    }

    #[test]
    fn names_stand_for_the_functions_that_have_them() {
        let texts = ["billing", "mail/*", "gone"].map(str::to_owned);
        let patterns = IdPatterns::of_names(texts).unwrap();
        let ids = ["shop/billing", "mail/Send", "billings"].map(FunctionId::new);
        assert_eq!(ids.iter().map(|id| patterns.contains(id)).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(patterns.idle(&ids), ["gone"]);
    }

    #[test]
    fn patterns_are_rooted_at_their_file() {
        let base = RepoPath::new("shop[1]").unwrap();
        let rooted_text = rooted(&base, "./src/*.ts").unwrap();
        assert!(paths(&[&rooted_text]).contains(&RepoPath::new("shop[1]/src/a.ts").unwrap()));
        assert!(rooted(&base, "../x").is_err());
        assert!(rooted(&base, "a[").is_err());
        assert!(rooted(&base, "/").is_err());
    }
}
