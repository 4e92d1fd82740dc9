//! Values for the tests of this crate: a small shop with two findings.

pub(crate) mod hostile;
pub(crate) mod page;
pub(crate) mod runner;

use std::{collections::BTreeMap, sync::Arc};

use lockstep_diagnostics::{
    BaselineState, CommitRef, Evidence, Finding, Fingerprint, Group, Label, Level, Problem, ProblemKind, RuleMeta,
    Standing,
};
use lockstep_model::{
    Access, Basis, Channel, ChannelDirection, Closure, ClosureFile, CommitId, Confidence, Contributor, Declaration,
    DropReason, Entry, FileKind, Function, FunctionId, Layer, Location, RepoPath, StatedOwners, Store, Strength,
    Symbols, UnresolvedImport, Via,
};

use crate::{
    BaselineCounts, ChangesetCounts, EarlySign, HistoryFacts, Incompleteness, ReportView, SinceModel, Summary,
    backtest::VerdictView,
    graph::{Direction, GraphView, SumsView, Together},
    why::{AloneCommit, JointCommit, Side, WhyView},
};

pub(crate) static LOCKSTEP: RuleMeta = RuleMeta {
    name: "lockstep",
    group: Group::Coupling,
    default_level: Level::Deny,
    summary: "these functions must change together",
    since: "0.1.0",
    page: "# lockstep\n\nFunctions that must change together.\n\n## What it does\n\nFinds them.\n\n## Example\n\n```history\nd1 ana \"x\" A a\n```\n\n## What to do\n\nMerge them.\n",
};

pub(crate) static FOLLOWER: RuleMeta = RuleMeta {
    name: "follower",
    group: Group::Coupling,
    default_level: Level::Warn,
    summary: "when one changes, the other must follow",
    since: "0.1.0",
    page: "# follower\n",
};

pub(crate) const TEMPLATE: &str = "Resources:\n  CreateOrder:\n    Type: AWS::Serverless::Function\n";
pub(crate) const HANDLER: &str = "import { total } from '../../shared/money';\n\nexport const handler = async (event) => {\n\treturn total(event);\n};\n";

pub(crate) fn text_of(path: &RepoPath) -> Option<Arc<str>> {
    match path.as_str() {
        "orders/template.yml" => Some(Arc::from(TEMPLATE)),
        "billing/src/handler.ts" => Some(Arc::from(HANDLER)),
        _ => None,
    }
}

pub(crate) fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

pub(crate) fn at(file: &str, text: &str, needle: &str) -> Location {
    let start = text.find(needle).unwrap();
    Location::of_span(path(file), text, start..start + needle.len())
}

pub(crate) fn commit(byte: u8, day: i64, subject: &str) -> CommitRef {
    let id = CommitId([byte; 20]);
    CommitRef {
        id,
        time: 1_790_000_000 + day * 86_400,
        subject: subject.to_owned(),
        author: "ana".to_owned(),
        repository: None,
        joined: None,
    }
}

/// One `lockstep` finding at `deny`.
pub(crate) fn finding() -> Finding {
    Finding {
        rule: &LOCKSTEP,
        level: Level::Deny,
        level_origin: "`lockstep` is `deny` by default between services".to_owned(),
        message: "`orders/CreateOrder` and `billing/CreateInvoice` are one microservice in 2 pieces".to_owned(),
        functions: vec![FunctionId::new("billing/CreateInvoice"), FunctionId::new("orders/CreateOrder")],
        services: vec!["billing".to_owned(), "orders".to_owned()],
        subjects: Vec::new(),
        primary: Label {
            location: at("orders/template.yml", TEMPLATE, "CreateOrder"),
            message: "changed in 40 changes, 36 of them changed `billing/CreateInvoice` as well".to_owned(),
        },
        related: vec![Label {
            location: at("billing/src/handler.ts", HANDLER, "handler"),
            message: "`billing/CreateInvoice` starts here".to_owned(),
        }],
        evidence: vec![
            Evidence::CoChange {
                from: FunctionId::new("orders/CreateOrder"),
                to: FunctionId::new("billing/CreateInvoice"),
                own: 9,
                shared: 27,
                of: 40,
                strength: 0.832_151_9,
                lower: 0.7512,
                specific: true,
                between: Some((1_760_000_000, 1_790_000_000)),
            },
            Evidence::SharedFile { path: path("shared/money.ts"), functions: 7 },
            Evidence::Commits(
                ["rename invoiceId", "round half to even", "a subject\nwith ::error::a command", "and a fourth"]
                    .iter()
                    .zip(0u8..)
                    .map(|(subject, n)| commit(0xa0 + n, -i64::from(n), subject))
                    .collect(),
            ),
        ],
        notes: vec![
            "deployed together in 36 of 40 changes: 9 by edits in both, 27 through `shared/money.ts`".to_owned(),
        ],
        help: vec![
            "merge them, declare them one `[[service]]`, or put a contract between them".to_owned(),
            "`lockstep why orders/CreateOrder billing/CreateInvoice` lists the commits".to_owned(),
        ],
        fingerprint: Fingerprint::new("lockstep", ["orders/CreateOrder", "billing/CreateInvoice"]),
        baseline: BaselineState::New,
        suppression: None,
        weight: 0.83,
        of_change: false,
        standing: Standing::default(),
    }
}

/// One `follower` finding at `warn`, whose message holds what strangers may write, about a file that is gone.
pub(crate) fn hostile_finding() -> Finding {
    Finding {
        rule: &FOLLOWER,
        level: Level::Warn,
        level_origin: "`follower` is `warn` by lockstep.toml:4".to_owned(),
        message: "\u{1b}[2J`mail/Send`\n::error::x ##[add-mask]y \u{202e}follows".to_owned(),
        functions: vec![FunctionId::new("mail/Send"), FunctionId::new("orders/CreateOrder")],
        services: vec!["mail".to_owned(), "orders".to_owned()],
        subjects: Vec::new(),
        primary: Label {
            location: Location { line: 7, column: 3, ..Location::whole_file(path("mail/a,b:c%\nd.yml")) },
            message: "declared\u{2028}here".to_owned(),
        },
        related: Vec::new(),
        evidence: vec![Evidence::Hidden],
        notes: Vec::new(),
        help: Vec::new(),
        fingerprint: Fingerprint::new("follower", ["mail/Send", "orders/CreateOrder"]),
        baseline: BaselineState::New,
        suppression: None,
        weight: 0.4,
        of_change: false,
        standing: Standing::default(),
    }
}

pub(crate) fn problems() -> Vec<Problem> {
    let location = at("orders/template.yml", TEMPLATE, "CreateOrder");
    vec![
        Problem::at(ProblemKind::Unevaluated, location.clone(), "`${ssm:/secret}` is not evaluated"),
        Problem::general(ProblemKind::History, "3 commits lack objects"),
        Problem::at(ProblemKind::Unevaluated, location, "`!ImportValue Bus` is not evaluated"),
    ]
}

pub(crate) fn summary() -> Summary {
    let dropped = [(DropReason::Bot, 30), (DropReason::Bulk, 8)].into_iter().collect();
    Summary {
        functions: 5,
        services: 3,
        unknown_by_reason: BTreeMap::from([("changed too seldom", 1)]),
        changesets: ChangesetCounts { total: 450, kept: 412, dropped },
        predictive: Some(VerdictView {
            predicts: false,
            word: "no-better-than-popularity",
            sentence: "history does not predict change here".to_owned(),
        }),
    }
}

pub(crate) fn history() -> HistoryFacts {
    HistoryFacts {
        head: Some(CommitId([7; 20])),
        as_of: Some(1_795_000_000),
        shallow: false,
        partial: None,
        repositories: Vec::new(),
    }
}

/// Calls `see` with a report of these findings; `incomplete` makes it one of a shallow clone.
pub(crate) fn with_report<T>(findings: &[Finding], incomplete: bool, see: impl Fn(&ReportView<'_>) -> T) -> T {
    let reasons = [Incompleteness {
        reason: "this clone is shallow".to_owned(),
        notes: vec!["co-change needs history".to_owned()],
        help: vec!["git fetch --unshallow --filter=blob:none".to_owned()],
        accepted: false,
    }];
    see(&ReportView {
        change: None,
        findings,
        rules: &[&FOLLOWER, &LOCKSTEP],
        problems: &problems(),
        incomplete: if incomplete { &reasons } else { &[] },
        early: &[EarlySign {
            functions: vec![FunctionId::new("orders/CancelOrder"), FunctionId::new("orders/\u{1b}x")],
            together: 2,
            changes: (2, 3),
        }],
        summary: &summary(),
        history: &history(),
        since_model: Some(SinceModel { at: 1_790_000_000, changesets: 14, then: 3, now: 4, began: 2, ceased: 1 }),
        baseline: Some(BaselineCounts { known: 3, stale: 1, worse: 0, new: 2, gone: 1, better: 1 }),
        graph: &GraphView::default,
        text_of: &text_of,
    })
}

fn function(id: &str, logical_id: &str, entry: Option<Entry>) -> Function {
    let declared = at("orders/template.yml", TEMPLATE, "CreateOrder");
    Function {
        id: FunctionId::new(id),
        name: logical_id.to_owned(),
        service: id.split('/').next().unwrap().to_owned(),
        declarations: vec![Declaration {
            platform: "aws-sam",
            location: declared,
            block_end: 60,
            logical_id: logical_id.to_owned(),
            handler: Some("src/handler.handler".to_owned()),
        }],
        unresolved: entry.is_none().then(|| "`src/handler` names no file under `orders`".to_owned()),
        entry,
        code_root: Some(path("orders")),
        runtime: Some("nodejs22.x".to_owned()),
        layers: vec![Layer { name: "Money".to_owned(), path: Some(path("layers/money")) }],
        channels: vec![Channel {
            kind: "http".to_owned(),
            key: "POST /orders".to_owned(),
            direction: ChannelDirection::Receives,
            strength: Strength::Own,
        }],
        stores: vec![Store {
            kind: "table".to_owned(),
            key: "orders#Table".to_owned(),
            access: Access::Write,
            strength: Strength::Own,
        }],
        invokes: Vec::new(),
        calls: Vec::new(),
        artifact: None,
        environment: Default::default(),
    }
}

pub(crate) fn functions() -> Vec<Function> {
    let entry = Entry {
        path: path("orders/src/handler.ts"),
        symbol: Some("handler".to_owned()),
        confidence: Confidence::Compiled,
    };
    vec![function("orders/CreateOrder", "CreateOrder", Some(entry)), function("mail/Send", "Send", None)]
}

/// The owners of [`functions`], in their order.
pub(crate) fn owners() -> Vec<Vec<StatedOwners>> {
    let line = "/orders/ @shop/orders docs@…";
    let stated = StatedOwners {
        section: Some("Shop".to_owned()),
        owners: vec!["@shop/orders".to_owned(), "docs@…".to_owned()],
        location: at(".gitlab/CODEOWNERS", line, line),
        share: 0.75,
        holds_address: true,
    };
    vec![vec![stated], Vec::new()]
}

/// Who changes a function.
pub(crate) fn people() -> Vec<Contributor> {
    let person = |name: &str, changesets, share| Contributor { name: name.to_owned(), changesets, share };
    vec![person("Ana", vec![1, 4, 6], 0.8), person("Bob", vec![2], 0.2)]
}

pub(crate) fn closure() -> Closure {
    let import = at("billing/src/handler.ts", HANDLER, "'../../shared/money'");
    Closure {
        function: FunctionId::new("billing/CreateInvoice"),
        basis: Basis::Imports,
        files: vec![
            ClosureFile {
                path: path("billing/src/handler.ts"),
                symbols: Symbols::All,
                own: true,
                kind: FileKind::Implementation,
                via: None,
                lines: 12,
            },
            ClosureFile {
                path: path("shared/money.ts"),
                symbols: Symbols::Some(["a", "b", "c", "d", "total"].map(str::to_owned).to_vec()),
                own: false,
                kind: FileKind::Implementation,
                via: Some(Via { location: import.clone(), specifier: "../../shared/money".to_owned() }),
                lines: 30,
            },
        ],
        start: None,
        own_folders: vec![path("billing")],
        external: vec!["@aws-sdk/client-s3".to_owned()],
        remote_calls: Vec::new(),
        dynamic: Vec::new(),
        unresolved: vec![UnresolvedImport {
            location: import,
            specifier: "./gone".to_owned(),
            reason: "no such file".to_owned(),
        }],
    }
}

pub(crate) fn why() -> WhyView {
    let side = |id: &str, changes, subject: &str| Side {
        id: FunctionId::new(id),
        service: id.split('/').next().unwrap().to_owned(),
        changes,
        touched: changes + 2,
        kinds: vec![("behaviour", changes), ("shared-behaviour", 2)],
        alone: match subject {
            "" => Vec::new(),
            subject => vec![AloneCommit { commit: commit(0xb0, -5, subject), other: vec!["shared-behaviour", "test"] }],
        },
    };
    let direction = |strength, lower, changes| Direction {
        strength,
        lower,
        strength_free: 0.5,
        lower_free: 0.3,
        from: SumsView { joint: 2.7, changes, a: 3.888, b: 4.112, through: 0.25 },
    };
    WhyView {
        a: side("billing/CreateInvoice", 3, ""),
        b: side("orders/CreateOrder", 4, "retry on timeouts"),
        as_of: Some(1_795_000_000),
        support: 3,
        together: Together { own: 2, shared: 1 },
        shared_changes: vec![(path("shared/money.ts"), 1)],
        a_to_b: direction(0.61, 0.4, 2.8),
        b_to_a: direction(0.52, 0.33, 3.9),
        expected: 0.412_345,
        q: 0.000_123_456,
        specific: true,
        unknown: false,
        followed: true,
        explained_by: vec![Evidence::SharedFile { path: path("shared/money.ts"), functions: 7 }],
        commits: vec![
            JointCommit {
                commit: commit(0xa1, 0, "rename invoiceId"),
                a_files: vec![path("billing/src/handler.ts")],
                b_files: ["a", "b", "c", "d"].map(|name| path(&format!("orders/{name}.ts"))).to_vec(),
                shared_files: Vec::new(),
                functions: 2,
            },
            JointCommit {
                commit: commit(0xa2, -20, "round half to even"),
                a_files: Vec::new(),
                b_files: Vec::new(),
                shared_files: vec![path("shared/money.ts")],
                functions: 7,
            },
        ],
    }
}
