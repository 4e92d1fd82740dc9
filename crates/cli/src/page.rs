//! What the HTML report needs of a run beyond its findings: the strongest couplings with their reasons, the verdicts, the
//! services, and which changesets edit which function.

use std::collections::BTreeMap;

use lockstep_diagnostics::CommitRef;
use lockstep_linter::{
    Options, Report, Step,
    coupling::{Coupling, backtest::Truth},
    verdicts,
};
use lockstep_model::Ownership;
use lockstep_reporting::{
    backtest::BacktestView,
    html::{MOST_CALIBRATED, MOST_COUPLINGS, PageView},
};

use crate::{
    commands,
    session::Session,
    views::{self, TrendWishes},
};

/// The development that a page shows.
const BY_QUARTERS: TrendWishes = TrendWishes { step: Step::Quarter, around: None, with_gone: false };

/// The page of `report`.
pub fn page<'a>(session: &Session, options: &Options, report: &'a Report) -> PageView<'a> {
    let strongest = strongest(report);
    let weaker = report.graph.couplings().len() - strongest.len();
    let (changesets, changes) = changes(report);
    PageView {
        repository: name(session),
        functions: &report.found.functions,
        closures: &report.code.closures,
        graph: views::graph_of(report, &strongest),
        weaker,
        verdicts: verdicts(report, &session.config),
        services: commands::services_view(report, &report.boundaries()),
        changesets,
        changes,
        owners: report.owners.iter().map(owners).collect(),
        trend: Some(views::trend(report, &session.project, &session.config, BY_QUARTERS)),
        calibration: calibration(session, options, report),
    }
}

/// Who owns a function by a file of code owners. Lines that name addresses are left out: addresses are nobody's business.
fn owners(of: &Ownership) -> Vec<String> {
    let told = of.stated.iter().filter(|stated| !stated.holds_address);
    let mut names: Vec<String> = told.flat_map(|stated| stated.owners.iter().cloned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the repository is called: the folder that it is in.
fn name(session: &Session) -> String {
    let root = session.project.root.as_deref().and_then(|root| root.canonicalize().ok());
    let name = root.as_deref().and_then(|root| root.file_name()).map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "repository".to_owned());
    let scope = session.project.scope.as_str();
    if scope.is_empty() { name } else { format!("{name}/{scope}") }
}

/// The strongest couplings: those that the page has room for.
fn strongest(report: &Report) -> Vec<&Coupling> {
    let strength = |coupling: &Coupling| coupling.a_to_b.strength.max(coupling.b_to_a.strength);
    let mut all: Vec<&Coupling> = report.graph.couplings().iter().collect();
    // As the page orders them. Ties are broken by support, then by number: that of a function follows its id.
    all.sort_by(|x, y| strength(y).total_cmp(&strength(x)).then(y.support.cmp(&x.support)));
    all.truncate(MOST_COUPLINGS);
    all
}

/// The changesets that edit a function, oldest first, and per function which of them.
fn changes(report: &Report) -> (Vec<CommitRef>, Vec<Vec<u32>>) {
    let functions = 0..report.graph.functions().len();
    let of: Vec<Vec<usize>> = functions
        .map(|function| report.graph.changes_of(function).iter().map(|change| change.changeset).collect())
        .collect();
    let mut all: Vec<usize> = of.iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    let numbers: BTreeMap<usize, u32> = all.iter().copied().zip(0..).collect();
    let commits = all.iter().map(|number| report.commit(*number)).collect();
    let renumbered = of.iter().map(|changes| {
        let mut numbers: Vec<u32> = changes.iter().filter_map(|change| numbers.get(change)).copied().collect();
        numbers.sort_unstable();
        numbers
    });
    (commits, renumbered.collect())
}

/// How often forecasts would have come true here; none if that cannot be told, or would take too long.
fn calibration(session: &Session, options: &Options, report: &Report) -> Option<BacktestView> {
    if report.found.functions.len() > MOST_CALIBRATED {
        return None;
    }
    let outcome = lockstep_linter::calibration(&session.project, &session.config, options, report)?;
    Some(commands::backtest_view(&outcome, Truth::Behaviour))
}
