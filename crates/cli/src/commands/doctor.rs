//! `lockstep doctor`: what can be read here, and how to mend what cannot.

use lockstep_linter::{Project, Report, analyse, constants};
use lockstep_reporting::doctor::{self as render, Check, DoctorView, Outcome};

use crate::{
    args::{HistoryArgs, ListArgs, ListFormat},
    exit::Exit,
    session::Session,
    terminal,
    views::unknown,
};

/// Checks the repository, its history, its configuration and its functions.
pub fn doctor(args: &ListArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open_all(&args.paths, &args.common, &[])? else { return Ok(Exit::Failed) };
    let options = session.options(&HistoryArgs { as_of: None, allow_shallow: false })?;
    let report = session.pool.install(|| analyse(&session.project, &session.config, &options, &session.bar));
    session.bar.finish();
    let mut checks = repositories(&session);
    checks.extend(history(&report, constants(&session.config).min_changesets));
    checks.push(configuration(&session));
    checks.extend(functions(&report));
    let view = DoctorView { checks };
    let wishes = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&view, &wishes, out),
        ListFormat::Json => render::write_json(&view, out),
    })?;
    Ok(if report.incomplete.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

fn check(name: &str, outcome: Outcome, detail: String, mend: Option<String>) -> Check {
    Check { name: name.to_owned(), outcome, detail, mend }
}

/// The repository, or each of several by its name.
fn repositories(session: &Session) -> Vec<Check> {
    if session.project.members.is_empty() {
        return vec![repository(&session.project)];
    }
    let of_member = |member: &std::sync::Arc<lockstep_linter::Member>| {
        let found = match &member.project {
            Ok(project) => repository(project),
            Err(why) => check("repository", Outcome::Fail, why.clone(), None),
        };
        Check { detail: format!("{}: {}", member.name, found.detail), ..found }
    };
    session.project.members.iter().map(of_member).collect()
}

fn repository(project: &Project) -> Check {
    let files = project.files.len();
    match (&project.no_repository, &project.root) {
        (Some(why), _) => check("repository", Outcome::Fail, why.to_string(), None),
        (None, Some(_)) => check("repository", Outcome::Ok, format!("a checkout of {files} files"), None),
        (None, None) => check("repository", Outcome::Ok, format!("bare; {files} files in the tree of HEAD"), None),
    }
}

/// What there is of history; with fewer than `needed` changesets that change behaviour nothing can be said.
fn history(report: &Report, needed: u32) -> Vec<Check> {
    let incomplete = report
        .incomplete
        .iter()
        .map(|reason| check("history", Outcome::Fail, reason.reason.clone(), reason.help.first().cloned()));
    let mut checks: Vec<Check> = incomplete.collect();
    let counts = report.graph.changesets();
    let dropped: Vec<String> =
        counts.dropped.iter().map(|(reason, number)| format!("{} {number}", reason.as_str())).collect();
    let clone = report.history.state.partial.as_deref().map_or(String::new(), |filter| format!(", partial ({filter})"));
    let detail = format!(
        "{} changesets on the main line, {} count{}{clone}",
        counts.total,
        counts.kept,
        if dropped.is_empty() { String::new() } else { format!("; set aside: {}", dropped.join(", ")) },
    );
    let outcome = if counts.of_behaviour() < needed { Outcome::Warn } else { Outcome::Ok };
    checks.push(check("changesets", outcome, detail, None));
    checks.extend(changes(report));
    checks
}

/// What the contents of files changed in what their paths say; nothing if none were compared.
fn changes(report: &Report) -> Option<Check> {
    let judged = &report.judged;
    let moved: Vec<String> =
        judged.moved.iter().map(|((from, to), number)| format!("{from} to {to} {number}")).collect();
    let unread = match judged.unread {
        0 => String::new(),
        number => format!("; {number} keep the kind of their path: a version does not parse, or is too large"),
    };
    let moved = if moved.is_empty() { "none".to_owned() } else { moved.join(", ") };
    let detail =
        format!("{} changes of files compared before and after; judged anew: {moved}{unread}", judged.compared);
    (judged.compared > 0).then(|| check("changes", Outcome::Ok, detail, None))
}

fn configuration(session: &Session) -> Check {
    let mut detail = match &session.lookup.taken {
        Some(place) => place.to_string(),
        None => "none: the defaults hold".to_owned(),
    };
    for place in &session.lookup.passed_over {
        detail += &format!("; not taken: {place}");
    }
    check("configuration", Outcome::Ok, detail, None)
}

fn functions(report: &Report) -> Vec<Check> {
    let functions = &report.found.functions;
    let services = report.found.services.len();
    let outcome = if functions.is_empty() { Outcome::Warn } else { Outcome::Ok };
    let mut checks = vec![check("functions", outcome, format!("{} in {services} services", functions.len()), None)];
    let unresolved = functions.iter().filter(|function| function.entry.is_none()).count();
    if unresolved > 0 {
        let mend = "lockstep functions says why; a [[function]] table names the code".to_owned();
        checks.push(check("code", Outcome::Warn, format!("{unresolved} functions without code"), Some(mend)));
    }
    let reasons: Vec<_> = unknown(report).iter().map(|(why, number)| format!("{number} {why}")).collect();
    if !reasons.is_empty() {
        let detail = format!("functions of which nothing can be said: {}", reasons.join(", "));
        checks.push(check("knowledge", Outcome::Warn, detail, None));
    }
    checks.extend(report.problems.iter().map(|problem| {
        let place = problem.location.as_ref().map_or(String::new(), |at| format!("{}:{}: ", at.path, at.line));
        check(problem.kind.as_str(), Outcome::Warn, format!("{place}{}", problem.message), None)
    }));
    checks
}
