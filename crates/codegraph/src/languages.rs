//! The list of languages. To add one: write `languages/NAME.rs` and `languages/NAME.md`, and add one line to each
//! of the two lists below.

use std::sync::LazyLock;

use lockstep_model::RepoPath;
use rustc_hash::FxHashMap;

use crate::Language;

pub mod csharp;
pub mod go;
pub mod java;
pub mod kotlin;
pub mod php;
pub mod python;
pub mod ruby;
pub mod rust;
pub mod scala;
pub mod typescript;

/// Every language whose imports are followed, in the order of their names.
pub fn all() -> &'static [&'static dyn Language] {
    &[
        &csharp::CSharp,
        &go::Go,
        &java::Java,
        &kotlin::Kotlin,
        &php::Php,
        &python::Python,
        &ruby::Ruby,
        &rust::Rust,
        &scala::Scala,
        &typescript::TypeScript,
    ]
}

/// The language of a file, by its extension; its place in [`all`].
pub(crate) fn index_of(path: &RepoPath) -> Option<usize> {
    static PLACES: LazyLock<FxHashMap<&str, usize>> = LazyLock::new(|| {
        let of_one = |(place, language): (usize, &&'static dyn Language)| {
            language.extensions().iter().map(move |extension| (*extension, place))
        };
        all().iter().enumerate().flat_map(of_one).collect()
    });
    PLACES.get(path.extension()?).copied()
}

/// The language of a file, by its extension; none for data and for languages that are not followed yet.
pub fn language_of(path: &RepoPath) -> Option<&'static dyn Language> {
    index_of(path).map(|index| all()[index])
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// The folder is the list: a language that lacks its line, or its page, is named here.
    #[test]
    fn every_language_has_its_line_and_its_page() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/languages");
        let names = |extension: &str| -> BTreeSet<String> {
            fs::read_dir(&folder)
                .expect("the folder of languages")
                .map(|entry| entry.expect("an entry of the folder").path())
                .filter(|path| path.extension().is_some_and(|found| found == extension))
                .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
                .collect()
        };
        let listed: BTreeSet<String> = all().iter().map(|language| language.name().to_owned()).collect();
        for name in names("rs") {
            assert!(listed.contains(&name), "languages/{name}.rs has no line in `languages::all`");
            assert!(names("md").contains(&name), "languages/{name}.md, the page of {name}, is missing");
        }
        for name in &listed {
            assert!(names("rs").contains(name), "`languages::all` names {name}, but languages/{name}.rs is missing");
        }
    }

    #[test]
    fn pages_and_extensions_belong_to_one_language() {
        let mut seen = BTreeSet::new();
        for language in all() {
            assert!(language.page().starts_with("# "), "the page of {} has no title", language.name());
            for extension in language.extensions() {
                assert!(seen.insert(extension), "`.{extension}` belongs to two languages");
            }
        }
        let ordered: Vec<_> = all().iter().map(|language| language.name()).collect();
        assert!(ordered.is_sorted(), "{ordered:?}");
    }
}
