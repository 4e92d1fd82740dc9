//! Where the configuration is looked for: from the folder in which the run starts up to the root of the repository.

use lockstep_model::RepoPath;
use toml::de::DeTable;

/// The names it may have in a folder, the one that wins first.
pub const NAMES: [&str; 3] = ["lockstep.toml", ".lockstep.toml", ".config/lockstep.toml"];

/// Which part of a file is the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Within {
    /// All of it.
    #[default]
    Whole,
    /// `[workspace.metadata.lockstep]` of a `Cargo.toml`.
    Workspace,
    /// `[package.metadata.lockstep]` of a `Cargo.toml`.
    Package,
    /// `[tool.lockstep]` of a `pyproject.toml`.
    Tool,
}

/// Files of others that may hold the configuration in a table, and the tables, the one that wins first.
const HOSTS: [(&str, &[Within]); 2] =
    [("Cargo.toml", &[Within::Workspace, Within::Package]), ("pyproject.toml", &[Within::Tool])];

impl Within {
    /// The table, with dots between its keys: `workspace.metadata.lockstep`. None for the whole file.
    pub fn table(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Workspace => Some("workspace.metadata.lockstep"),
            Self::Package => Some("package.metadata.lockstep"),
            Self::Tool => Some("tool.lockstep"),
        }
    }

    /// The header of the list of tables `key`: `[[service]]`.
    pub fn header_of(self, key: &str) -> String {
        self.table().map_or_else(|| format!("[[{key}]]"), |table| format!("[[{table}.{key}]]"))
    }

    /// The table in `document`, and where it stands.
    pub(crate) fn find<'a, 'i>(self, document: &'a DeTable<'i>) -> Found<'a, 'i> {
        let mut found = (document, 0..0);
        let mut keys = self.table().into_iter().flat_map(|table| table.split('.')).peekable();
        while let Some(key) = keys.next() {
            let Some((at, value)) = found.0.get_key_value(key) else { return Found::Nothing };
            match value.get_ref().as_table() {
                Some(table) => found = (table, at.span()),
                None if keys.peek().is_none() => return Found::NoTable(at.span()),
                None => return Found::Nothing,
            }
        }
        Found::Table(found.0, found.1)
    }

    /// True if a line of `text` begins as the header of the table does, however it goes on.
    fn is_begun(self, text: &str) -> bool {
        let rest = |line: &str| {
            let header = line.trim_start().trim_start_matches('[').trim_start();
            (header.len() < line.trim_start().len()).then(|| header.strip_prefix(self.table()?).map(str::to_owned))?
        };
        let goes_on = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
        text.lines().filter_map(rest).any(|rest| !rest.starts_with(goes_on))
    }
}

/// What stands where the table is looked for.
pub(crate) enum Found<'a, 'i> {
    /// The table, and the place of its name.
    Table(&'a DeTable<'i>, std::ops::Range<usize>),
    /// A value of that name that is no table.
    NoTable(std::ops::Range<usize>),
    /// Nothing.
    Nothing,
}

/// A place where a configuration stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// The part of it.
    pub within: Within,
}

impl Place {
    /// A file that is a configuration as a whole.
    pub fn file(path: RepoPath) -> Self {
        Self { path, within: Within::Whole }
    }

    /// The place of what a file called `path` holds, if it was named by the user: the table of a `Cargo.toml` or a
    /// `pyproject.toml`, else the whole file.
    pub fn named(path: RepoPath, text: &str) -> Self {
        let host = HOSTS.iter().find(|(name, _)| path.file_name() == *name);
        let tables = host.map_or(&[][..], |(_, tables)| tables);
        let within = held(text, tables).first().or(tables.first()).copied().unwrap_or_default();
        Self { path, within }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.within.table() {
            None => write!(f, "{}", self.path),
            Some(table) => write!(f, "{} [{table}]", self.path),
        }
    }
}

/// Those of `tables` that the file `text` has, or was meant to have: a value of that name that is no table, or a header
/// that cannot be read. The errors are told when the table is read.
fn held(text: &str, tables: &[Within]) -> Vec<Within> {
    if !text.contains("lockstep") {
        return Vec::new();
    }
    let (document, faults) = DeTable::parse_recoverable(text);
    let is_there = |table: &Within| !matches!(table.find(document.get_ref()), Found::Nothing);
    let is_begun = |table: &Within| !faults.is_empty() && table.is_begun(text);
    tables.iter().copied().filter(|table| is_there(table) || is_begun(table)).collect()
}

/// The configurations that there are for a run.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Lookup {
    /// The one in force.
    pub taken: Option<Place>,
    /// Others that were seen and are not in force: configurations are not merged.
    pub passed_over: Vec<Place>,
}

/// Looks for the configuration of a run that starts in `start`: there, then in each folder above, the root last. In each
/// folder the [`NAMES`] come first, then tables in a `Cargo.toml` and a `pyproject.toml`; without such a table these are
/// files like others. `text_of` reads a file, if there is one.
pub fn look(
    start: &RepoPath,
    exists: &dyn Fn(&RepoPath) -> bool,
    text_of: &dyn Fn(&RepoPath) -> Option<String>,
) -> Lookup {
    let mut places = Vec::new();
    for folder in start.ancestors() {
        let below = |name: &str| folder.join(name).ok().filter(|path| exists(path));
        places.extend(NAMES.iter().filter_map(|name| below(name)).map(Place::file));
        for (path, tables) in HOSTS.iter().filter_map(|(name, tables)| Some((below(name)?, *tables))) {
            let text = text_of(&path).unwrap_or_default();
            places.extend(held(&text, tables).into_iter().map(|within| Place { path: path.clone(), within }));
        }
    }
    let mut places = places.into_iter();
    Lookup { taken: places.next(), passed_over: places.collect() }
}

/// The folder that the patterns of the configuration at `path` start from: the one it stands in, `.config` left out.
pub fn base_of(path: &RepoPath) -> RepoPath {
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    if folder.file_name() == ".config" { folder.parent().unwrap_or_else(RepoPath::root) } else { folder }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    /// The places found from `start`, as they are shown.
    fn found(start: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files: BTreeMap<RepoPath, &str> = files.iter().map(|(name, text)| (path(name), *text)).collect();
        let lookup =
            look(&path(start), &|path| files.contains_key(path), &|path| files.get(path).map(|text| (*text).into()));
        lookup.taken.iter().chain(&lookup.passed_over).map(ToString::to_string).collect()
    }

    #[test]
    fn the_nearest_wins_and_plain_beats_hidden() {
        let there = [("lockstep.toml", ""), ("shop/.config/lockstep.toml", ""), ("shop/.lockstep.toml", "")];
        let shop = ["shop/.lockstep.toml", "shop/.config/lockstep.toml", "lockstep.toml"];
        assert_eq!(found("shop/orders/src", &there), shop);
        assert_eq!(found("other", &there), ["lockstep.toml"]);
        assert_eq!(found("", &there), ["lockstep.toml"]);
        assert_eq!(found("a/b", &[]), Vec::<String>::new());
    }

    #[test]
    fn tables_of_others_count_if_they_are_there() {
        let cargo = "[workspace]\nmembers = []\n[workspace.metadata.lockstep]\n[package.metadata.lockstep.rules]\n";
        let files = [
            ("Cargo.toml", cargo),
            ("a/Cargo.toml", "[package]\nname = \"lockstep\"\n"),
            ("a/pyproject.toml", "[tool.lockstep]\n"),
            ("a/b/pyproject.toml", "[tool.ruff]\n"),
        ];
        let all = [
            "a/pyproject.toml [tool.lockstep]",
            "Cargo.toml [workspace.metadata.lockstep]",
            "Cargo.toml [package.metadata.lockstep]",
        ];
        assert_eq!(found("a/b", &files), all);
        // A file that is broken elsewhere is still ours, so that the error is told.
        assert_eq!(
            found("", &[("Cargo.toml", "[package.metadata.lockstep]\nx = [\n")])[0],
            "Cargo.toml [package.metadata.lockstep]"
        );
        assert_eq!(found("", &[("Cargo.toml", "lockstep = [[[")]), Vec::<String>::new());
        for text in ["[tool]\nlockstep = 3\n", "[tool.lockstep\nunits = 3\n", "[[tool.lockstep]]\n"] {
            assert_eq!(found("", &[("pyproject.toml", text)]), ["pyproject.toml [tool.lockstep]"], "{text}");
        }
        assert_eq!(found("", &[("pyproject.toml", "[tool.lockstep-other\n")]), Vec::<String>::new());
    }

    #[test]
    fn a_named_file_is_read_as_what_it_is() {
        assert_eq!(Place::named(path("x/ours.toml"), "").within, Within::Whole);
        assert_eq!(Place::named(path("Cargo.toml"), "[package.metadata.lockstep]\n").within, Within::Package);
        assert_eq!(Place::named(path("Cargo.toml"), "").within, Within::Workspace);
    }

    #[test]
    fn patterns_start_beside_the_file() {
        assert_eq!(base_of(&path("shop/lockstep.toml")), path("shop"));
        assert_eq!(base_of(&path(".config/lockstep.toml")), RepoPath::root());
    }
}
