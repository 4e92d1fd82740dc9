//! A page's view of four functions, whose every text is asked for.

use lockstep_diagnostics::{Answer, Closest, Criterion, Evidence, Outcome, Verdict};
use lockstep_model::{Closure, Function, FunctionId, RepoPath, Service};

use super::{closure, commit, functions};
use crate::{
    graph::{CouplingView, Direction, GraphView, Together},
    html::PageView,
    services::{BondView, InferredView, MergeView, MoveView, ServicesView, SplitView},
    trend::{AloneView, EndView, HalvesView, PairView, PeriodView, ServiceTrendView, ShareView, TrendView},
};

/// Functions of the page.
const FUNCTIONS: usize = 4;

/// Calls `see` with a page in which `text(n)` stands for every name.
pub(crate) fn with_page<T>(text: &dyn Fn(usize) -> String, see: impl FnOnce(&PageView<'_>) -> T) -> T {
    let mut functions: Vec<Function> = (0..FUNCTIONS).map(|number| function(text, number)).collect();
    functions.sort_by(|x, y| x.id.cmp(&y.id));
    let closures: Vec<Closure> = functions.iter().map(|function| reached(text, &function.id)).collect();
    let ids: Vec<FunctionId> = functions.iter().map(|function| function.id.clone()).collect();
    let coupling = |a: usize, b: usize| coupling(&ids[a], &ids[b]);
    let graph = GraphView { couplings: vec![coupling(0, 1), coupling(1, 2), coupling(0, 2)], ..GraphView::default() };
    see(&PageView {
        repository: text(0),
        functions: &functions,
        closures: &closures,
        graph,
        weaker: 5,
        verdicts: (0..FUNCTIONS).map(|number| verdict(text, &ids, number)).collect(),
        services: services(text, &ids),
        changesets: (0..12).map(|n| commit(n, i64::from(n) * 60, &text(usize::from(n)))).collect(),
        changes: vec![vec![0, 1, 2, 3, 8, 9, 10, 11], vec![0, 1, 2, 3, 4, 8, 11], vec![2, 3, 11], vec![5]],
        owners: vec![vec![text(5)], Vec::new(), vec![text(5), text(6)], Vec::new()],
        trend: Some(trend(text)),
        calibration: None,
    })
}

fn trend(text: &dyn Fn(usize) -> String) -> TrendView {
    let share = Some(ShareView { value: 0.4, lower: 0.3, upper: 0.5 });
    let alone = AloneView { changesets: 20, one_function: 8, of_functions: share, ..AloneView::default() };
    let pair = PairView {
        a: FunctionId::new(text(0)),
        b: FunctionId::new(text(1)),
        between_services: true,
        strength: 0.5,
        lower: 0.3,
        support: 6,
    };
    let end = EndView { known: 3, pairs: vec![pair.clone()], began: vec![pair], ceased: Vec::new() };
    let period = |name: &str, end| PeriodView { name: name.to_owned(), alone, end, ..PeriodView::default() };
    let service = |n: usize| ServiceTrendView { name: text(n), functions: 2, alone, periods: Vec::new() };
    TrendView {
        fewest: 10,
        periods: vec![period("2026 Q1", None), period("2026 Q2", Some(end))],
        services: vec![service(2), service(3)],
        halves: Some(HalvesView { at: 1_790_000_000, asked: false, before: alone, after: alone }),
        ..TrendView::default()
    }
}

fn function(text: &dyn Fn(usize) -> String, number: usize) -> Function {
    let mut function = functions().remove(0);
    function.id = FunctionId::new(format!("{}{number}", text(number)));
    function.service = format!("{}{}", text(number + 2), number / 2);
    function.channels[0].key = text(3);
    function.stores[0].key = text(4);
    if number == 0 {
        let sends = lockstep_model::ChannelDirection::Sends;
        function.channels[0].direction = sends;
    }
    function.declarations[0].location.path = path(&text(6));
    function
}

/// Git knows no empty name and no NUL in one.
fn path(text: &str) -> RepoPath {
    RepoPath::from_git(format!("x{}", text.replace('\0', "")).as_bytes())
}

fn reached(text: &dyn Fn(usize) -> String, id: &FunctionId) -> Closure {
    let mut closure = closure();
    closure.function = id.clone();
    closure.files[1].path = path(&text(7));
    closure
}

fn coupling(a: &FunctionId, b: &FunctionId) -> CouplingView {
    let direction = |strength, lower| Direction { strength, lower, ..Direction::default() };
    CouplingView {
        a: a.clone(),
        b: b.clone(),
        support: 6,
        support_free: 6,
        together: Together { own: 6, shared: 2 },
        likeness: 0.5,
        a_to_b: direction(0.712_34, 0.5),
        b_to_a: direction(0.4, 0.25),
        expected: 0.8,
        p: 0.001,
        q: 0.004,
        specific: true,
        explained_by: vec![Evidence::SharedStore { kind: "table".to_owned(), key: a.to_string() }],
    }
}

fn verdict(text: &dyn Fn(usize) -> String, ids: &[FunctionId], number: usize) -> Verdict {
    let with = vec![ids[(number + 1) % FUNCTIONS].clone()];
    let criterion = |name, title, outcome| Criterion {
        name,
        title,
        rules: vec![("lockstep", true)],
        outcome,
        evidence: vec![Evidence::Note(text(7))],
    };
    Verdict {
        function: ids[number].clone(),
        service: text(number + 2),
        changes: 8,
        alone: 3,
        deployments: 11,
        answer: match number {
            0 => Answer::NotIndependent { followers: with.clone() },
            1 => Answer::PartOf { service: text(1), declared: false, with: with.clone() },
            2 => Answer::Independent,
            _ => Answer::Unknown { why: text(3) },
        },
        closest: Some(Closest { function: with[0].clone(), own: 6, shared: 2, strength: 0.7, lower: 0.5 }),
        criteria: vec![
            criterion("change", "it can be changed without another function", Outcome::Fails),
            criterion("data", "its data is its own", Outcome::Holds),
        ],
    }
}

fn services(text: &dyn Fn(usize) -> String, ids: &[FunctionId]) -> ServicesView {
    let bond = BondView { a: ids[0].clone(), b: ids[1].clone(), strength: 0.5, lower: 0.3, support: 6 };
    ServicesView {
        services: vec![Service { name: text(1), declared: true, functions: ids.to_vec() }],
        inferred: vec![InferredView {
            name: text(2),
            functions: ids[..3].to_vec(),
            services: vec![(text(3), 2), (text(4), 1)],
            changesets: 12,
            alone: 9,
            cohesion: Some(0.5),
            outward: None,
        }],
        adjusted_rand_index: Some(0.25),
        merge: vec![MergeView { services: vec![text(3), text(4)], bonds: vec![bond.clone()] }],
        split: vec![SplitView {
            service: text(5),
            parts: vec![ids[..2].to_vec(), ids[2..].to_vec()],
            inside: 0.6,
            across: 0.1,
        }],
        moves: vec![MoveView {
            function: ids[3].clone(),
            from: text(1),
            to: text(2),
            strength_from: 0.1,
            strength_to: 0.4,
            bonds: vec![bond],
        }],
        unknown: Vec::new(),
    }
}
