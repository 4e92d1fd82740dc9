//! Reports whose every text is chosen by somebody who means harm: the formats' property tests read back what comes out.

use std::{collections::BTreeMap, sync::Arc};

use lockstep_diagnostics::{
    BaselineState, Evidence, Finding, Fingerprint, Label, Level, Problem, ProblemKind, SuppressedBy, Suppression,
};
use lockstep_model::{CommitId, Contributor, FunctionId, Location, Ownership, RepoPath, Size, StatedOwners};
use proptest::prelude::*;

use super::{FOLLOWER, LOCKSTEP, commit, finding, history, summary};
use crate::{
    BaselineCounts, ChangeView, EarlySign, Incompleteness, ReportView,
    graph::{CouplingView, Direction, GraphView, NodeView, Together},
};

/// What one format or another obeys, or breaks on.
const FRAGMENTS: &[&str] = &[
    "\0",
    "\u{1b}[2J",
    "\u{1b}]8;;https://evil.example\u{1b}\\x",
    "\u{9b}31m",
    "\u{7f}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{200b}",
    "\u{e0041}",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\u{b}",
    "::error::",
    "::add-mask::x",
    "\n::stop-commands::t\n",
    "##[",
    "##[add-path]/tmp",
    "%",
    "%0A",
    "%25",
    "%s",
    ":",
    ",",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "</script>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&",
    "&lt;",
    "&#x1b;",
    "javascript:alert(1)",
    "data:text/html,x",
    "[x](javascript:alert(1))",
    "[x](1)",
    "![x](https://evil.example/a.png)",
    "](",
    "[",
    "]",
    "(",
    ")",
    "|",
    "\\|",
    "\\",
    "`",
    "``",
    "```",
    "~~~",
    "*",
    "_",
    "~",
    "#",
    "# ",
    "> ",
    "- ",
    "1. ",
    "    ",
    "@octocat",
    "#123",
    "GH-1",
    "octo/cat#1",
    "https://evil.example",
    "www.evil.example",
    "{0}",
    "{",
    "}",
    "${{ x }}",
    "$x",
    "$$",
    "\"",
    "'",
    "<",
    ">",
    "/",
    "..",
    "é",
    "東京",
    "𝄞",
    "a",
    "orders",
    " ",
    "",
];

/// One text: fragments, letters, and now and then a very long one.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        6 => proptest::sample::select(FRAGMENTS).prop_map(str::to_owned),
        1 => "[a-z]{1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    let short = proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat());
    (short, prop_oneof![30 => Just(1usize), 1 => Just(300)]).prop_map(|(text, times)| text.repeat(times))
}

/// The texts of one report.
#[derive(Clone, Debug)]
pub(crate) struct Texts(Vec<String>);

/// Any texts.
pub(crate) fn texts() -> impl Strategy<Value = Texts> {
    proptest::collection::vec(text(), 8).prop_map(Texts)
}

impl Texts {
    /// The text number `n`; they come round.
    pub(crate) fn get(&self, n: usize) -> &str {
        &self.0[n % self.0.len()]
    }

    fn owned(&self, n: usize) -> String {
        self.get(n).to_owned()
    }

    fn path(&self, n: usize) -> RepoPath {
        // Git knows no empty name and no NUL in one.
        RepoPath::from_git(format!("x{}", self.get(n).replace('\0', "")).as_bytes())
    }

    fn stated(&self, n: usize) -> StatedOwners {
        StatedOwners {
            section: Some(self.owned(n)),
            owners: vec![self.owned(n + 1)],
            location: self.label(n).location,
            share: 0.5,
            holds_address: false,
        }
    }

    fn person(&self, n: usize) -> Contributor {
        Contributor { name: self.owned(n), changesets: vec![1], share: 0.5 }
    }

    fn label(&self, n: usize) -> Label {
        let location = Location { line: 3, column: 2, start: 5, end: 9, path: self.path(n) };
        Label { location, message: format!("`{}` {}", self.get(0), self.get(n + 1)) }
    }

    /// A finding that holds them everywhere.
    fn finding(&self) -> Finding {
        let id = |n| FunctionId::new(self.get(n));
        let mut functions = vec![id(0), id(1)];
        functions.sort();
        Finding {
            message: format!("`{}` {} `{}`", self.get(0), self.get(2), self.get(1)),
            level_origin: self.owned(3),
            fingerprint: Fingerprint::new("lockstep", functions.iter().map(FunctionId::as_str)),
            functions,
            services: vec![self.owned(4), self.owned(5)],
            primary: self.label(6),
            related: vec![self.label(7), self.label(2)],
            evidence: vec![
                Evidence::SharedLayer { name: self.owned(3) },
                Evidence::SharedFile { path: self.path(4), functions: 2 },
                Evidence::Commits(vec![commit(1, 0, self.get(5))]),
                Evidence::Owned { function: FunctionId::new(self.get(6)), by: Box::new(self.stated(7)) },
                Evidence::ChangedBy { function: FunctionId::new(self.get(8)), people: vec![self.person(9)], of: 2 },
            ],
            notes: vec![self.owned(6)],
            help: vec![self.owned(7)],
            ..finding()
        }
    }
}

/// The findings of a hostile report: one of each state.
pub(crate) fn findings(texts: &Texts) -> Vec<Finding> {
    let one = texts.finding();
    let silent =
        Suppression { by: SuppressedBy::Comment, location: Some(texts.label(1).location), reason: texts.owned(2) };
    vec![
        Finding { rule: &FOLLOWER, level: Level::Warn, ..one.clone() },
        Finding { baseline: BaselineState::Known, ..one.clone() },
        Finding { baseline: BaselineState::Worse, ..one.clone() },
        Finding { level: Level::Allow, suppression: Some(silent), ..one.clone() },
        one,
    ]
}

/// Two functions and how they change together.
pub(crate) fn graph(texts: &Texts) -> GraphView {
    let node = |n: usize| NodeView {
        id: FunctionId::new(texts.get(n)),
        service: texts.owned(n + 2),
        changes: 9,
        weighted_changes: 9.0,
        lines: Size::default(),
        kinds: BTreeMap::new(),
        ownership: Ownership { stated: vec![texts.stated(n)], people: vec![texts.person(n)] },
    };
    let direction = Direction { strength: 0.7, lower: 0.6, ..Direction::default() };
    let coupling = CouplingView {
        a: FunctionId::new(texts.get(0)),
        b: FunctionId::new(texts.get(1)),
        support: 9,
        support_free: 9,
        together: Together { own: 9, shared: 0 },
        likeness: 0.0,
        a_to_b: direction,
        b_to_a: direction,
        expected: 1.0,
        p: 0.0,
        q: 0.0,
        specific: true,
        explained_by: Vec::new(),
    };
    GraphView { functions: vec![node(0), node(1)], couplings: vec![coupling], ..GraphView::default() }
}

/// Calls `see` with a report of `findings` in which all else is hostile, too.
pub(crate) fn with_report<T>(texts: &Texts, findings: &[Finding], see: impl FnOnce(&ReportView<'_>) -> T) -> T {
    let problems = [
        Problem::at(ProblemKind::Unevaluated, texts.label(3).location, texts.get(4)),
        Problem::general(ProblemKind::History, texts.get(5)),
    ];
    let incomplete = [Incompleteness {
        reason: texts.owned(6),
        notes: vec![texts.owned(7)],
        help: vec![texts.owned(0)],
        accepted: false,
    }];
    let functions = vec![FunctionId::new(texts.get(1)), FunctionId::new(texts.get(2))];
    let source: Arc<str> = Arc::from(format!("{}\n{}\n{}", texts.get(3), texts.get(4), texts.get(5)));
    see(&ReportView {
        findings,
        rules: &[&FOLLOWER, &LOCKSTEP],
        problems: &problems,
        incomplete: &incomplete,
        early: &[EarlySign { functions: functions.clone(), together: 2, changes: (2, 3) }],
        change: Some(&ChangeView { staged: false, before: Some(CommitId([1; 20])), files: 2, functions, inherited: 0 }),
        summary: &summary(),
        history: &history(),
        since_model: None,
        baseline: Some(BaselineCounts { known: 1, worse: 1, ..BaselineCounts::default() }),
        graph: &|| graph(texts),
        text_of: &|_| Some(source.clone()),
    })
}
