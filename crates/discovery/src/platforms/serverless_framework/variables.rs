//! Variables: `${self:custom.x}`, `${file(stages/${opt:stage, 'dev'}.yml):name}` and the rest, without running anything.
//!
//! What only a deployment knows becomes a hole, written `*`. Recursion, steps and lengths are bounded; a variable that
//! refers to itself is named.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use globset::GlobBuilder;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::RepoPath;

use super::library::{At, Library, is_data};

/// How deep variables may lead to variables.
const DEPTH: usize = 40;

/// How many variables one service may evaluate.
const STEPS: usize = 200_000;

/// How long a text that is put together may be, in bytes.
const LONGEST: usize = 16 << 10;

/// How many files one reference may mean, where the stage is not known.
const MOST_FILES: usize = 64;

/// What a text is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// To find files: the stage is the default one.
    Deploy,
    /// To know a thing again from elsewhere: the stage, the account and the region are holes.
    Key,
}

/// What a value leads to.
#[derive(Clone, Debug)]
pub(super) enum Found<'a> {
    /// Values of files; several where a file is chosen by a stage that is not known.
    Nodes(Vec<At<'a>>),
    /// Text put together from parts, holes in it.
    Text(String),
    /// Nothing; why, in words.
    Missing(String),
}

/// The variables of one service.
pub(super) struct Variables<'a> {
    library: &'a Library<'a>,
    service: At<'a>,
    folder: RepoPath,
    params: BTreeMap<String, String>,
    steps: Cell<usize>,
    active: RefCell<Vec<String>>,
    /// While the default stage is looked up: how many variables were active when that began.
    in_stage: Cell<Option<usize>>,
    pub(super) problems: RefCell<Vec<Problem>>,
}

impl<'a> Variables<'a> {
    /// The variables of the service whose manifest is `service`; `params` are those that compose hands it.
    pub(super) fn new(library: &'a Library<'a>, service: At<'a>, params: BTreeMap<String, String>) -> Self {
        let folder = service.source.path.parent().unwrap_or_else(RepoPath::root);
        Self {
            library,
            service,
            folder,
            params,
            steps: Cell::new(STEPS),
            active: RefCell::default(),
            in_stage: Cell::new(None),
            problems: RefCell::default(),
        }
    }

    /// What the value `at` leads to: itself, unless it is a variable.
    pub(super) fn follow(&self, at: At<'a>, mode: Mode) -> Found<'a> {
        match at.node.as_str() {
            Some(text) if text.contains("${") => self.evaluate(text, at, mode),
            _ => Found::Nodes(vec![at]),
        }
    }

    /// The values behind `at`; none if it leads to text or nowhere.
    pub(super) fn nodes(&self, at: At<'a>) -> Vec<At<'a>> {
        match self.follow(at, Mode::Deploy) {
            Found::Nodes(nodes) => nodes,
            Found::Text(_) | Found::Missing(_) => Vec::new(),
        }
    }

    /// The values that `keys` lead to from `at`, variables followed on the way and at the end.
    pub(super) fn path(&self, at: At<'a>, keys: &[&str]) -> Vec<At<'a>> {
        let mut here = self.nodes(at);
        for key in keys {
            here = here.into_iter().filter_map(|at| step(at, key)).flat_map(|at| self.nodes(at)).collect();
        }
        here
    }

    /// The value that `keys` lead to from `at`: what a variable there leads to, and the value as written where that is
    /// text with variables in it, which may name something all the same.
    pub(super) fn reach(&self, at: At<'a>, keys: &[&str]) -> Option<At<'a>> {
        let (last, before) = keys.split_last()?;
        let written = self.path(at, before).into_iter().find_map(|at| step(at, last))?;
        Some(self.nodes(written).into_iter().next().unwrap_or(written))
    }

    /// The text of `at`, holes in it; none for collections, and where nothing is said.
    pub(super) fn text(&self, at: At<'a>, mode: Mode) -> Option<String> {
        match self.follow(at, mode) {
            Found::Text(text) => Some(text),
            Found::Missing(_) => Some("*".to_owned()),
            Found::Nodes(nodes) => {
                let mut texts = nodes.iter().map(|at| at.node.as_text());
                let first = texts.next()??.to_owned();
                let same = texts.all(|text| text == Some(first.as_str()));
                Some(if same { first } else { "*".to_owned() })
            }
        }
    }

    /// The text that `keys` lead to from `at`.
    pub(super) fn text_at(&self, at: At<'a>, keys: &[&str], mode: Mode) -> Option<String> {
        let (last, before) = keys.split_last()?;
        let values: Vec<At<'a>> = self.path(at, before).into_iter().filter_map(|at| step(at, last)).collect();
        self.text(*values.first()?, mode)
    }

    /// Puts the variables of `text` in.
    pub(super) fn evaluate(&self, text: &str, at: At<'a>, mode: Mode) -> Found<'a> {
        let parts = parts(text);
        if let [Part::Variable(inner)] = parts.as_slice() {
            return self.variable(inner, at, mode);
        }
        let mut whole = String::new();
        for part in parts {
            match part {
                Part::Text(text) => whole.push_str(text),
                Part::Variable(inner) => whole.push_str(&self.as_text(self.variable(inner, at, mode))),
            }
            if whole.len() > LONGEST {
                return Found::Text("*".to_owned());
            }
        }
        Found::Text(whole)
    }

    /// The text with its variables put in, holes for those that lead to no text.
    pub(super) fn filled(&self, text: &str, at: At<'a>, mode: Mode) -> String {
        self.as_text(self.evaluate(text, at, mode))
    }

    fn as_text(&self, found: Found<'a>) -> String {
        let hole = || "*".to_owned();
        match found {
            Found::Text(text) => text,
            Found::Missing(_) => hole(),
            Found::Nodes(nodes) => {
                let mut texts = nodes.iter().map(|at| at.node.as_text());
                let first = texts.next().flatten().map(str::to_owned);
                if texts.all(|text| text == first.as_deref()) { first.unwrap_or_else(hole) } else { hole() }
            }
        }
    }

    /// The value of `${inner}`.
    fn variable(&self, inner: &str, at: At<'a>, mode: Mode) -> Found<'a> {
        // The same words may mean another file in an included file, and that is no circle.
        let place = if inner.contains("file(") { at.source.path.as_str() } else { "" };
        let name = format!("{mode:?} {place} {inner}");
        let first = self.active.borrow().iter().position(|active| *active == name);
        if let Some(first) = first {
            if self.asks_for_stage(first) {
                return Found::Missing("the stage is chosen when deploying".to_owned());
            }
            self.report(at, ProblemKind::InvalidManifest, format!("the variable `${{{inner}}}` refers to itself"));
            return Found::Missing("it refers to itself".to_owned());
        }
        let steps = self.steps.get();
        if steps == 0 || self.active.borrow().len() >= DEPTH {
            let message = format!("the variable `${{{inner}}}` leads through more variables than are followed");
            self.report(at, ProblemKind::Unevaluated, message);
            return Found::Missing("it leads too far".to_owned());
        }
        self.steps.set(steps - 1);
        self.active.borrow_mut().push(name);
        let found = self.alternatives(inner, at, mode);
        self.active.borrow_mut().pop();
        found
    }

    /// True if the circle that starts at the active variable `first` is one only as long as nobody names a stage: it leads
    /// through the lookup of the default stage, or stands behind `opt:stage`.
    fn asks_for_stage(&self, first: usize) -> bool {
        self.in_stage.get().is_some_and(|start| first < start)
            || self.active.borrow()[first..].iter().any(|name| name.contains("opt:stage"))
    }

    fn report(&self, at: At<'a>, kind: ProblemKind, message: String) {
        let problem = Problem::at(kind, at.place(), message);
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// The first of the comma-separated sources that has a value; where the file of the default stage does not exist,
    /// the files of all stages.
    fn alternatives(&self, inner: &str, at: At<'a>, mode: Mode) -> Found<'a> {
        let found = self.first_of(&self.filled(inner, at, mode), at, mode);
        let by_stage = mode == Mode::Deploy && inner.contains("file(") && inner.contains("${");
        match found {
            Found::Missing(why) if by_stage => match self.first_of(&self.filled(inner, at, Mode::Key), at, mode) {
                Found::Nodes(nodes) => Found::Nodes(nodes),
                _ => Found::Missing(why),
            },
            found => found,
        }
    }

    fn first_of(&self, flat: &str, at: At<'a>, mode: Mode) -> Found<'a> {
        let mut why = String::from("it has no value");
        for source in split_commas(flat) {
            match self.source(source.trim(), at, mode) {
                Found::Missing(reason) => why = reason,
                Found::Text(text) => return Found::Text(text),
                Found::Nodes(nodes) => {
                    let followed: Vec<Found<'a>> = nodes.into_iter().map(|at| self.follow(at, mode)).collect();
                    let mut all = Vec::new();
                    let mut other = None;
                    for found in followed {
                        match found {
                            Found::Nodes(nodes) => all.extend(nodes),
                            found => other = other.or(Some(found)),
                        }
                    }
                    all.retain(|at| !at.node.is_null());
                    match (all.is_empty(), other) {
                        (false, _) => return Found::Nodes(all),
                        (true, Some(Found::Text(text))) => return Found::Text(text),
                        (true, Some(Found::Missing(reason))) => why = reason,
                        (true, _) => {}
                    }
                }
            }
        }
        Found::Missing(why)
    }

    /// The value of one source: `self:a.b`, `'text'`, `file(x.yml):a`.
    fn source(&self, source: &str, at: At<'a>, mode: Mode) -> Found<'a> {
        let hole = || Found::Text("*".to_owned());
        let missing = || Found::Missing("only a deployment knows its value".to_owned());
        if let Some(text) = literal(source) {
            return Found::Text(text);
        }
        if let Some(rest) = source.strip_prefix("file(") {
            return match rest.find(')') {
                Some(end) => self.file(&rest[..end], rest[end + 1..].strip_prefix(':'), at),
                None => Found::Missing("it is not closed".to_owned()),
            };
        }
        if let Some(rest) = source.strip_prefix("strToBool(") {
            return Found::Text(rest.trim_end_matches(')').to_owned());
        }
        let Some((kind, address)) = source.split_once(':') else {
            // `${Table}` and the like belong to `Fn::Sub`.
            return hole();
        };
        match (kind, address) {
            (_, address) if address.starts_with(':') => hole(),
            ("self", "provider.stage") | ("sls" | "opt", "stage") if mode == Mode::Key => hole(),
            ("opt" | "env" | "sls" | "aws", _) if mode == Mode::Key => hole(),
            ("self", "") => Found::Nodes(vec![self.service]),
            ("self", address) => self.navigate(vec![self.service], address),
            ("opt" | "sls", "stage") => self.stage(kind == "opt"),
            ("param", name) => self.param(name, mode),
            // Names of other stacks' values are names all the same.
            ("cf" | "ssm" | "s3" | "output" | "state", _) if mode == Mode::Key => Found::Text(source.to_owned()),
            _ => missing(),
        }
    }

    /// The stage that is deployed if nobody says anything.
    fn stage(&self, may_be_missing: bool) -> Found<'a> {
        let own = if self.in_stage.get().is_some() {
            None
        } else {
            self.in_stage.set(Some(self.active.borrow().len()));
            let own = self.text_at(self.service, &["provider", "stage"], Mode::Deploy);
            self.in_stage.set(None);
            own
        };
        match own.filter(|stage| !stage.contains('*')) {
            Some(stage) => Found::Text(stage),
            // Only what stands behind the comma can tell.
            None if may_be_missing => Found::Missing("the stage is chosen when deploying".to_owned()),
            None => Found::Text("dev".to_owned()),
        }
    }

    fn param(&self, name: &str, mode: Mode) -> Found<'a> {
        if let Some(value) = self.params.get(name) {
            return Found::Text(value.clone());
        }
        let stage = self.as_text(self.stage(false));
        let stages = if mode == Mode::Key { vec!["default"] } else { vec![stage.as_str(), "default"] };
        for stage in stages {
            for keys in [["params", stage, name].as_slice(), &["stages", stage, "params", name]] {
                if let Some(value) = self.path(self.service, keys).first() {
                    return Found::Nodes(vec![*value]);
                }
            }
        }
        Found::Missing("only a deployment knows its value".to_owned())
    }

    fn navigate(&self, from: Vec<At<'a>>, address: &str) -> Found<'a> {
        let mut here = from;
        let mut parts = address.split('.').peekable();
        while let Some(part) = parts.next() {
            here = here.into_iter().filter_map(|at| step(at, part)).collect();
            if parts.peek().is_some() {
                here = here.into_iter().flat_map(|at| self.nodes(at)).collect();
            }
        }
        if here.is_empty() { Found::Missing(format!("there is no `{address}`")) } else { Found::Nodes(here) }
    }

    /// `file(path):address`.
    fn file(&self, path: &str, address: Option<&str>, at: At<'a>) -> Found<'a> {
        let path = path.trim().trim_matches(['\'', '"']);
        let included_from = at.source.path.parent().unwrap_or_else(RepoPath::root);
        // Paths start at the service, also those in included files; some plugins start them at the include.
        let targets: Vec<RepoPath> =
            [&self.folder, &included_from].into_iter().filter_map(|folder| folder.join(path).ok()).collect();
        if targets.is_empty() {
            return Found::Missing(format!("`{path}` lies outside the repository"));
        }
        let mut found = Vec::new();
        for target in &targets {
            found = self.existing(target);
            if !found.is_empty() {
                break;
            }
        }
        let Some(first) = found.first() else { return Found::Missing(format!("there is no file `{path}`")) };
        if !is_data(first) {
            let script =
                matches!(first.extension(), Some("js" | "cjs" | "mjs" | "ts" | "cts" | "mts" | "py" | "rb" | "sh"));
            return match self.library.files.text(first) {
                _ if script => Found::Missing(format!("`{first}` is a script, which is never run")),
                Ok(text) if address.is_none() && text.len() <= LONGEST => Found::Text(text.to_string()),
                _ => Found::Missing(format!("`{first}` is no YAML or JSON")),
            };
        }
        let mut roots = Vec::new();
        for path in &found {
            match self.library.get(path) {
                Some(Ok(source)) => roots.push(source.root()),
                Some(Err(problem)) => self.problems.borrow_mut().push(problem.clone()),
                None => {}
            }
        }
        if roots.is_empty() {
            return Found::Missing(format!("`{path}` cannot be read"));
        }
        match address.filter(|address| !address.is_empty()) {
            Some(address) => {
                let roots = roots.into_iter().flat_map(|at| self.nodes(at)).collect();
                self.navigate(roots, address)
            }
            None => Found::Nodes(roots),
        }
    }

    /// The file `target`; where its name has holes, every file that can be meant.
    fn existing(&self, target: &RepoPath) -> Vec<RepoPath> {
        if !target.as_str().contains('*') {
            return if self.library.files.is_file(target) { vec![target.clone()] } else { Vec::new() };
        }
        // A name that is all hole could be any file.
        let below = target.strip_prefix(&self.folder).unwrap_or(target.as_str());
        let said = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
        if said.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
            return Vec::new();
        }
        let Ok(glob) = GlobBuilder::new(target.as_str()).literal_separator(true).build() else { return Vec::new() };
        let matcher = glob.compile_matcher();
        self.library.paths().filter(|path| matcher.is_match(path.as_str())).take(MOST_FILES).cloned().collect()
    }
}

/// One step of an address.
fn step<'a>(at: At<'a>, key: &str) -> Option<At<'a>> {
    if at.node.is_list() {
        let node = at.node.items().get(key.parse::<usize>().ok()?)?;
        return Some(At { source: at.source, node });
    }
    at.get(key)
}

enum Part<'t> {
    Text(&'t str),
    Variable(&'t str),
}

/// The text between variables and the insides of the variables, outermost ones only.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(end) = closing(&rest[start..]) else { break };
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        parts.push(Part::Variable(&rest[start + 2..start + end]));
        rest = &rest[start + end + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// Where the `${` that `text` starts with is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Splits at commas that are in no quotes and no brackets.
fn split_commas(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth, mut quote) = (Vec::new(), 0, 0usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

/// A text in quotes, a number or a truth value; holes that were put in before are texts too.
fn literal(source: &str) -> Option<String> {
    for quote in ['\'', '"'] {
        if let Some(text) = source.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Some(text.to_owned());
        }
    }
    let plain = matches!(source, "true" | "false" | "null") || source.parse::<f64>().is_ok() || source == "*";
    plain.then(|| source.to_owned())
}
