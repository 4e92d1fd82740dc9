//! Units: folders or files that are taken as functions, for repositories that declare none, or to ask the question of
//! other pieces than the deployed ones.
//!
//! A unit's code is all that its pattern matches: of a folder, everything below it. What a file was called before it
//! moved does not matter, as everywhere; but a file that left its unit counts for the unit as long as it was there.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use lockstep_codegraph::CodeGraph;
use lockstep_config::{Config, PathPatterns};
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{
    Basis, Closure, ClosureFile, Declaration, FileKind, Function, FunctionId, History, Location, PathId, RepoPath,
    Size, Symbols,
};
use regex::Regex;

/// The word for units where functions say who declares them.
const NAME: &str = "units";

/// The patterns that make units.
pub(crate) struct Units {
    patterns: Vec<Pattern>,
    /// Paths that match, or lie in a folder that does, belong to no unit.
    not_paths: Vec<GlobMatcher>,
    /// Units of such names are none.
    not_names: Vec<Regex>,
    exclude: PathPatterns,
}

struct Pattern {
    text: String,
    how: How,
}

/// How a pattern finds the unit of a path.
enum How {
    /// The outermost folder that matches, or the path itself.
    Glob {
        matcher: GlobMatcher,
        /// True if a file can match: a last part without a dot means folders.
        files: bool,
    },
    /// The groups, joined by slashes, are the name.
    Names(Regex),
}

/// A unit: its name, and a folder or file of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Unit {
    name: String,
    place: RepoPath,
}

impl Units {
    /// The units that the configuration asks for; none if it asks for none.
    ///
    /// # Errors
    /// If a pattern is none; in words.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, String> {
        let mut units = Self {
            patterns: Vec::new(),
            not_paths: Vec::new(),
            not_names: Vec::new(),
            exclude: config.exclude.clone(),
        };
        for text in &config.units {
            units.add(text).map_err(|why| format!("`{text}` is no pattern of units: {why}"))?;
        }
        match (config.units.is_empty(), units.patterns.is_empty()) {
            (true, _) => Ok(None),
            (false, true) => Err("the patterns of units leave something out and name nothing".to_owned()),
            (false, false) => Ok(Some(units)),
        }
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let regex = |text: &str| Regex::new(text).map_err(|error| error.to_string());
        if let Some(names) = text.strip_prefix("!re:") {
            self.not_names.push(regex(names)?);
        } else if let Some(paths) = text.strip_prefix('!') {
            self.not_paths.push(glob(paths)?);
        } else if let Some(names) = text.strip_prefix("re:") {
            let names = regex(names)?;
            if names.captures_len() < 2 {
                return Err("it has no group, and the groups make the names: `re:^handlers/([^/]+)/`".to_owned());
            }
            self.patterns.push(Pattern { text: text.to_owned(), how: How::Names(names) });
        } else {
            let last = text.rsplit('/').next().unwrap_or_default();
            let how = How::Glob { matcher: glob(text)?, files: last.contains('.') };
            self.patterns.push(Pattern { text: text.to_owned(), how });
        }
        Ok(())
    }

    /// The unit that `path` belongs to, and the number of the pattern that says so. The first that matches wins.
    fn unit_of(&self, path: &RepoPath) -> Option<(usize, Unit)> {
        let (number, unit) = self
            .patterns
            .iter()
            .enumerate()
            .find_map(|(number, pattern)| Some((number, pattern.how.unit_of(path)?)))?;
        let left_out = self.exclude.contains(path)
            || self.not_names.iter().any(|names| names.is_match(&unit.name))
            || (!self.not_paths.is_empty()
                && path.ancestors().any(|place| self.not_paths.iter().any(|glob| glob.is_match(place.as_str()))));
        (!left_out).then_some((number, unit))
    }

    /// The units that `paths` belong to, as functions, sorted by id; and the patterns that match nothing.
    pub(crate) fn functions<'a>(&self, paths: impl Iterator<Item = &'a RepoPath>) -> (Vec<Function>, Vec<Problem>) {
        let mut places: BTreeMap<String, RepoPath> = BTreeMap::new();
        let mut idle = vec![true; self.patterns.len()];
        for (number, unit) in paths.filter_map(|path| self.unit_of(path)) {
            idle[number] = false;
            let place = places.entry(unit.name).or_insert_with(|| unit.place.clone());
            if unit.place < *place {
                *place = unit.place;
            }
        }
        let nothing = |(pattern, _): (&Pattern, bool)| {
            let message = format!("no file lies in a unit of the pattern `{}`", pattern.text);
            Problem::general(ProblemKind::Configuration, message)
        };
        let problems = self.patterns.iter().zip(idle).filter(|(_, idle)| *idle).map(nothing).collect();
        (places.into_iter().map(|(name, place)| function(name, place)).collect(), problems)
    }

    /// What each of `functions` consists of, among `paths`: those of today, and of the past.
    pub(crate) fn closures<'a>(&self, functions: &[Function], paths: impl Iterator<Item = &'a RepoPath>) -> CodeGraph {
        let mut files: BTreeMap<String, Vec<RepoPath>> = BTreeMap::new();
        for path in paths {
            if let Some((_, unit)) = self.unit_of(path) {
                files.entry(unit.name).or_default().push(path.clone());
            }
        }
        let closures: Vec<Closure> = functions
            .iter()
            .map(|function| {
                let mut paths = files.remove(function.id.as_str()).unwrap_or_default();
                paths.sort_unstable();
                paths.dedup();
                closure(function, paths)
            })
            .collect();
        CodeGraph { sizes: vec![Size::default(); closures.len()], closures, ..CodeGraph::default() }
    }

    /// Lets files that have left their unit count for it as long as they were there.
    pub(crate) fn keep_in_units(&self, history: &mut History) {
        let inside: Vec<bool> = history.paths.iter().map(|path| self.unit_of(path).is_some()).collect();
        let is_inside = |path: PathId| inside[path.0 as usize];
        for change in history.changesets.iter_mut().flat_map(|changeset| &mut changeset.changes) {
            if !is_inside(change.path) && is_inside(change.then) {
                change.path = change.then;
            }
        }
    }
}

/// `*` stops at a slash, `**` does not.
fn glob(text: &str) -> Result<GlobMatcher, String> {
    let text = text.trim_start_matches("./").trim_end_matches('/');
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

impl How {
    fn unit_of(&self, path: &RepoPath) -> Option<Unit> {
        match self {
            Self::Glob { matcher, files } => {
                let matches = |place: &RepoPath| {
                    (*files || place != path) && !place.is_root() && matcher.is_match(place.as_str())
                };
                let place = path.ancestors().filter(matches).last()?;
                Some(Unit { name: place.as_str().to_owned(), place })
            }
            Self::Names(names) => {
                let found = names.captures(path.as_str())?;
                let groups: Vec<&str> = found.iter().skip(1).flatten().map(|group| group.as_str()).collect();
                let name = groups.into_iter().filter(|group| !group.is_empty()).collect::<Vec<_>>().join("/");
                let end = found.get(0).map_or(0, |all| all.end());
                (!name.is_empty()).then(|| Unit { name, place: place_of(path, end) })
            }
        }
    }
}

/// The file `path` if a match that ends at `end` covers it, else the innermost folder that the match covers.
fn place_of(path: &RepoPath, end: usize) -> RepoPath {
    let covers = |place: &RepoPath| place.as_str().len() <= end;
    path.ancestors().find(covers).unwrap_or_else(RepoPath::root)
}

fn function(name: String, place: RepoPath) -> Function {
    let parent = place.parent().filter(|folder| !folder.is_root());
    let service = match name.rsplit_once('/') {
        Some((service, _)) => service.to_owned(),
        None => parent.map_or_else(|| ".".to_owned(), |folder| folder.as_str().to_owned()),
    };
    let location = Location::whole_file(place.clone());
    Function {
        id: FunctionId::new(&name),
        declarations: vec![Declaration {
            platform: NAME,
            block_end: location.end,
            location,
            logical_id: name.clone(),
            handler: None,
        }],
        name,
        service,
        entry: None,
        unresolved: None,
        code_root: Some(place),
        runtime: None,
        layers: Vec::new(),
        channels: Vec::new(),
        stores: Vec::new(),
        invokes: Vec::new(),
        calls: Vec::new(),
        artifact: None,
        environment: Default::default(),
    }
}

fn closure(function: &Function, paths: Vec<RepoPath>) -> Closure {
    let file = |path| ClosureFile {
        path,
        symbols: Symbols::All,
        own: true,
        kind: FileKind::Implementation,
        via: None,
        lines: 0,
    };
    Closure {
        function: function.id.clone(),
        basis: Basis::CodeRoot,
        start: None,
        files: paths.into_iter().map(file).collect(),
        own_folders: Vec::new(),
        external: Vec::new(),
        unresolved: Vec::new(),
        dynamic: Vec::new(),
        remote_calls: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(patterns: &[&str]) -> Units {
        let texts = patterns.iter().map(|text| (*text).to_owned()).collect();
        Units::of(&Config { units: texts, ..Config::default() }).unwrap().unwrap()
    }

    fn name(units: &Units, path: &str) -> Option<String> {
        units.unit_of(&RepoPath::new(path).unwrap()).map(|(_, unit)| unit.name)
    }

    #[test]
    fn a_path_belongs_to_the_unit_that_a_pattern_finds() {
        let java = "*/src/main/java/**/lambda/*Handler.java";
        let cases: [(&[&str], &str, Option<&str>); 14] = [
            (&["handlers/*"], "handlers/pay/src/a.ts", Some("handlers/pay")),
            (&["handlers/*"], "handlers/README", None),
            (&["handlers/*/"], "handlers/pay/a.ts", Some("handlers/pay")),
            (&["src/{cart,checkout}"], "src/cart/main.go", Some("src/cart")),
            (&["src/{cart,checkout}"], "src/email/main.go", None),
            (&["billing"], "billing/a/b.py", Some("billing")),
            (&["**"], "a/b/c.py", Some("a")),
            (&[java], "api/src/main/java/x/lambda/PayHandler.java", Some("api/src/main/java/x/lambda/PayHandler.java")),
            (&[java], "api/src/main/java/x/lambda/Pay.java", None),
            (&["handlers/*", "!handlers/layers"], "handlers/layers/a.ts", None),
            (&["handlers/*", "!**/*.md"], "handlers/pay/a.md", None),
            (&["re:^handlers/([^/]+)/"], "handlers/pay/a.ts", Some("pay")),
            (&["re:^(api|web)/.*/([A-Z][a-z]+)(?:Test)?\\.java$"], "api/x/PayTest.java", Some("api/Pay")),
            (&["re:^handlers/([^/]+)/", "!re:^lay"], "handlers/layers/a.ts", None),
        ];
        for (patterns, path, expected) in cases {
            assert_eq!(name(&units(patterns), path).as_deref(), expected, "{patterns:?} {path}");
        }
    }

    #[test]
    fn the_first_pattern_wins() {
        assert_eq!(name(&units(&["src/special", "src/*"]), "src/special/a.go").as_deref(), Some("src/special"));
        assert_eq!(name(&units(&["re:^src/(s)", "src/*"]), "src/special/a.go").as_deref(), Some("s"));
    }

    #[test]
    fn patterns_that_are_none_are_errors() {
        let of = |texts: &[&str]| {
            let units = texts.iter().map(|text| (*text).to_owned()).collect();
            Units::of(&Config { units, ..Config::default() }).err().unwrap_or_default()
        };
        for (texts, words) in [
            (&["a["][..], "`a[` is no pattern"),
            (&["re:("][..], "is no pattern"),
            (&["re:^src/"][..], "no group"),
            (&["!src"][..], "name nothing"),
            (&["/"][..], "empty"),
        ] {
            assert!(of(texts).contains(words), "{texts:?}: {}", of(texts));
        }
        assert!(Units::of(&Config::default()).unwrap().is_none());
    }

    #[test]
    fn services_are_the_folders_around() {
        let paths = ["lambdas/a/x.ts", "lambdas/b/y.ts", "top/z.ts"].map(|path| RepoPath::new(path).unwrap());
        let (functions, problems) = units(&["lambdas/*", "top", "gone/*"]).functions(paths.iter());
        let said: Vec<_> = functions.iter().map(|function| format!("{} {}", function.service, function.id)).collect();
        assert_eq!(said, ["lambdas lambdas/a", "lambdas lambdas/b", ". top"]);
        assert!(problems.len() == 1 && problems[0].message.contains("gone/*"), "{problems:?}");
    }
}
