//! `text`: findings as a compiler shows them, for people at a terminal or reading a log.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    io,
};

use codespan_reporting::{
    diagnostic::{Diagnostic, Label, LabelStyle, Severity as Shade},
    term::{Chars, Config, emit_to_write_style},
};
use lockstep_diagnostics::{Finding, Group, Label as Place, Problem, ProblemKind, Severity, SuppressedBy};
use lockstep_model::DropReason;

use crate::{
    ChangeView, EarlySign, Format, Options, ReportView, escape, evidence, links,
    prose::{count, date, place, wrap},
    snippet::Snippets,
    style::{self, Painter},
};

/// Places beside the first that are drawn with their source; the others are listed on request.
const RELATED_SHOWN: usize = 6;

/// The format for people.
pub struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn summary(&self) -> &'static str {
        "for people: source excerpts, evidence, what to do"
    }

    /// Each takes half a screen.
    fn usual_findings(&self) -> Option<usize> {
        Some(20)
    }

    fn write(&self, report: &ReportView<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page { report, options, painter: Painter::new(options.color), origins: BTreeSet::new() };
        if options.statistics {
            page.statistics()
        } else {
            page.findings()?
        }
        page.incomplete()?;
        if !options.quiet {
            page.problems();
            page.early();
            page.change();
            page.summary();
            page.next();
        }
        let text = String::from_utf8_lossy(&page.painter.text).into_owned();
        let text =
            options.links.as_ref().map_or(text.clone(), |root| links::link_places(&text, root, &options.links_of));
        let text = if options.github_actions { escape::disarm_workflow_commands(&text) } else { text };
        out.write_all(text.as_bytes())
    }
}

/// One report on its way.
struct Page<'a> {
    report: &'a ReportView<'a>,
    options: &'a Options,
    painter: Painter,
    /// Origins of levels that were told already: each is told once.
    origins: BTreeSet<String>,
}

impl Page<'_> {
    fn push(&mut self, text: &str) {
        self.painter.text.extend_from_slice(text.as_bytes());
    }

    fn findings(&mut self) -> io::Result<()> {
        let ranked = self.report.ranked();
        let shown = self.options.max_findings.unwrap_or(usize::MAX).min(ranked.len());
        for finding in &ranked[..shown] {
            self.finding(finding)?;
        }
        let rest = &ranked[shown..];
        if !rest.is_empty() {
            let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
            for finding in rest {
                *by_rule.entry(finding.rule.name).or_default() += 1;
            }
            let rules: Vec<_> = by_rule.iter().map(|(rule, number)| format!("{rule} {number}")).collect();
            let verb = if rest.len() == 1 { "is" } else { "are" };
            let text = format!("{} {verb} not shown: {}", more(rest.len(), "finding"), rules.join(", "));
            self.push(&format!("{text}\n\n"));
        }
        Ok(())
    }

    /// How many findings each rule has, the rule with most of them first.
    fn statistics(&mut self) {
        let mut by_rule: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for finding in self.report.ranked() {
            *by_rule.entry((finding.rule.name, finding.severity().as_str())).or_default() += 1;
        }
        let mut rows: Vec<_> = by_rule.into_iter().collect();
        rows.sort_by_key(|(rule, number)| (Reverse(*number), *rule));
        let digits = rows.iter().map(|(_, number)| number.to_string().len()).max().unwrap_or_default();
        let widest = rows.iter().map(|((rule, _), _)| rule.len()).max().unwrap_or_default();
        for ((rule, severity), number) in &rows {
            self.push(&format!("{number:>digits$}  {rule:widest$}  {severity}\n"));
        }
        if !rows.is_empty() {
            self.push("\n");
        }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let (related, listed) = finding.related.split_at(finding.related.len().min(RELATED_SHOWN));
        let places: Vec<&Place> = std::iter::once(&finding.primary).chain(related).collect();
        let locations = places.iter().map(|place| &place.location);
        let (snippets, marks) = Snippets::new(locations, self.report.text_of, self.options.width);
        let mut diagnostic = Diagnostic::new(shade(finding.severity()))
            .with_code(finding.rule.name)
            .with_message(escape::line(&finding.message));
        let mut outside = Vec::new();
        for (number, (label, mark)) in places.into_iter().zip(marks).enumerate() {
            let style = if number == 0 { LabelStyle::Primary } else { LabelStyle::Secondary };
            match mark {
                Some((file, range)) => {
                    diagnostic.labels.push(Label::new(style, file, range).with_message(escape::line(&label.message)))
                }
                None => outside.push(label),
            }
        }
        diagnostic.notes = self.notes(finding, outside, listed);
        self.emit(&diagnostic, &snippets)
    }

    /// What follows the excerpts, each line harmless.
    fn notes(&mut self, finding: &Finding, outside: Vec<&Place>, listed: &[Place]) -> Vec<String> {
        let mut notes = Vec::new();
        let mut add = |kind: &str, text: &str| notes.push(self.wrapped(&format!("{kind}: {text}")));
        for label in outside {
            add("note", &format!("{}: {}", place(&label.location), escape::line(&label.message)));
        }
        if self.options.verbose {
            for label in listed {
                add("note", &format!("{}: {}", place(&label.location), escape::line(&label.message)));
            }
        } else if !listed.is_empty() {
            add("note", &format!("and {} (-v lists them)", more(listed.len(), "place")));
        }
        for note in &finding.notes {
            add("note", &escape::line(note));
        }
        for piece in evidence::beside_notes(finding, self.options.verbose) {
            add("note", &evidence::in_words(piece, self.options.verbose));
        }
        for help in &finding.help {
            add("help", &escape::line(help));
        }
        if !finding.level_origin.is_empty() && self.origins.insert(finding.level_origin.clone()) {
            notes.push(self.wrapped(&format!("note: {}", escape::line(&finding.level_origin))));
        }
        notes
    }

    fn wrapped(&self, text: &str) -> String {
        wrap(text, self.options.width.map(|width| width.saturating_sub(8)), 6)
    }

    fn emit(&mut self, diagnostic: &Diagnostic<usize>, snippets: &Snippets) -> io::Result<()> {
        let chars = if self.options.ascii { Chars::ascii() } else { Chars::box_drawing() };
        let config = Config { chars, tab_width: 2, ..Config::default() };
        emit_to_write_style(&mut self.painter, &config, snippets, diagnostic).map_err(io::Error::other)
    }

    fn incomplete(&mut self) -> io::Result<()> {
        let report = self.report;
        for reason in report.incomplete {
            let severity = if reason.accepted { Shade::Warning } else { Shade::Error };
            let mut diagnostic = Diagnostic::new(severity)
                .with_message(format!("the analysis is incomplete: {}", escape::line(&reason.reason)));
            for note in &reason.notes {
                diagnostic.notes.push(self.wrapped(&format!("note: {}", escape::line(note))));
            }
            for help in &reason.help {
                diagnostic.notes.push(self.wrapped(&format!("help: {}", escape::line(help))));
            }
            self.emit(&diagnostic, &Snippets::new([], report.text_of, None).0)?;
        }
        Ok(())
    }

    fn problems(&mut self) {
        let mut by_kind: BTreeMap<ProblemKind, BTreeSet<&Problem>> = BTreeMap::new();
        // What a finding of `invalid-manifest` says already is not said again.
        let told: Vec<_> = self
            .report
            .reported()
            .filter(|finding| finding.rule.name == ProblemKind::InvalidManifest.as_str())
            .map(|finding| &finding.primary.location.path)
            .collect();
        let is_told = |problem: &Problem| {
            problem.kind == ProblemKind::InvalidManifest
                && problem.location.as_ref().is_some_and(|location| told.contains(&&location.path))
        };
        for problem in self.report.problems.iter().filter(|problem| !is_told(problem)) {
            by_kind.entry(problem.kind).or_default().insert(problem);
        }
        if by_kind.is_empty() {
            return;
        }
        for (kind, problems) in by_kind {
            let head = style::paint(self.options.color, style::BOLD, &format!("{}:", kind.as_str()));
            if self.options.verbose {
                for problem in problems {
                    self.push(&format!("{head} {}\n", problem_in_words(problem)));
                }
            } else if let Some(first) = problems.first() {
                let words = problem_in_words(first);
                let line = match problems.len() {
                    1 => format!("{head} {words}\n"),
                    number => format!("{head} {number} places (-v lists them), first {words}\n"),
                };
                self.push(&line);
            }
        }
        self.push("\n");
    }

    fn early(&mut self) {
        let signs = self.report.early;
        let Some(first) = signs.first() else { return };
        let shown = if self.options.verbose { signs.len() } else { signs.len().min(EARLY_SHOWN) };
        self.push("too little history to judge, but together so far (no findings):\n");
        for sign in &signs[..shown] {
            self.push(&format!("  {}\n", early_in_words(sign, self.options.verbose)));
        }
        if signs.len() > shown {
            self.push(&format!("  and {} (-v lists them)\n", more(signs.len() - shown, "group")));
        }
        if let [a, b, ..] = &first.functions[..] {
            self.push(&format!(
                "  `lockstep why {} {}` shows the commits\n\n",
                escape::line(a.as_str()),
                escape::line(b.as_str())
            ));
        }
    }

    fn change(&mut self) {
        if let Some(change) = self.report.change {
            self.push(&format!("{}\n", change_in_words(change)));
            if change.inherited > 0 {
                self.push(&format!("{}\n", inherited_in_words(change)));
            }
        }
    }

    fn summary(&mut self) {
        let line = summary_line(self.report);
        self.push(&format!("{line}\n"));
        self.predictive();
        let dropped = &self.report.summary.changesets.dropped;
        if self.options.verbose && !dropped.is_empty() {
            let reasons: Vec<_> = dropped.iter().map(|(why, n)| format!("{n} {}", left_out(*why))).collect();
            self.push(&format!("changesets left out: {}\n", reasons.join(", ")));
        }
        let suppressed = self.report.suppressed_by();
        if !suppressed.is_empty() {
            let by: Vec<_> = suppressed.into_iter().map(|(by, number)| suppressed_in_words(by, number)).collect();
            self.push(&format!("suppressed: {}\n", by.join(", ")));
        }
        if let Some(baseline) = self.report.baseline {
            let line =
                format!("baseline: {} known, {} stale, {} worse\n", baseline.known, baseline.stale, baseline.worse);
            self.push(&line);
        }
        for line in trend_in_words(self.report) {
            self.push(&format!("{line}\n"));
        }
    }

    /// The one command that helps most now: for people at a terminal.
    fn next(&mut self) {
        if !self.options.hints {
            return;
        }
        if let Some(next) = next_command(self.report, self.options) {
            let head = style::paint(self.options.color, style::GOOD, "next:");
            self.push(&format!("{head} {next}\n"));
        }
    }

    /// Says so where history does not predict change. That too few changesets touch several functions to tell is no
    /// fault where functions are independent, so it is said on request.
    fn predictive(&mut self) {
        let verdict = self.report.summary.predictive.as_ref();
        let Some(verdict) = verdict.filter(|verdict| !verdict.predicts && self.report.incomplete.is_empty()) else {
            return;
        };
        if self.options.verbose || verdict.word != FEW_QUERIES {
            let note = style::paint(self.options.color, style::WARNING, "note:");
            self.push(&format!("{note} {}\n", escape::line(&verdict.sentence)));
        }
    }
}

/// What became of the findings since the baseline was written, and of the couplings since the model was; a line each.
pub(super) fn trend_in_words(report: &ReportView<'_>) -> Vec<String> {
    let of_baseline = report.baseline.map(|counts| match (counts.new, counts.gone, counts.worse, counts.better) {
        (0, 0, 0, 0) => "since the baseline: nothing new, nothing gone, nothing worse or better".to_owned(),
        (new, gone, worse, better) => {
            format!("since the baseline: {new} new, {gone} gone, {worse} worse, {better} better")
        }
    });
    let of_model = report.since_model.map(|since| {
        let changesets = count(since.changesets as usize, "changeset");
        let head = format!("since the model of {}: {changesets}", date(since.at));
        match (since.began, since.ceased) {
            (0, 0) => format!("{head}; {} as before", count(since.now, "coupling")),
            (began, ceased) => {
                format!(
                    "{head}; {} then, {} now ({began} began, {ceased} ceased)",
                    count(since.then, "coupling"),
                    since.now
                )
            }
        }
    });
    of_baseline.into_iter().chain(of_model).collect()
}

/// Findings from which on a project that has no baseline is told of it.
const MANY: usize = 10;

/// What to run next, and why; nothing where a finding or an error says it already.
fn next_command(report: &ReportView<'_>, options: &Options) -> Option<String> {
    let ranked = report.ranked();
    if !report.incomplete.is_empty() {
        return Some("`lockstep doctor` shows what can be read here".to_owned());
    }
    if report.summary.functions == 0 {
        return Some("`lockstep functions -v` shows which manifests were looked at".to_owned());
    }
    if ranked.len() >= MANY && report.baseline.is_none() {
        return Some(
            "`lockstep baseline write` accepts what is there, so that only what is new is reported".to_owned(),
        );
    }
    let hidden = options.max_findings.is_some_and(|most| ranked.len() > most);
    if hidden && !options.statistics {
        return Some("`lockstep check --statistics` counts all of them by rule".to_owned());
    }
    let Some(first) = ranked.first() else {
        return Some("`lockstep verdict` says of each function whether it is a microservice".to_owned());
    };
    let told = first.help.iter().any(|help| help.contains("lockstep why"));
    match &first.functions[..] {
        [a, b, ..] if first.rule.group == Group::Coupling && !told => {
            let [a, b] = [a, b].map(|id| escape::line(id.as_str()).into_owned());
            Some(format!("`lockstep why {a} {b}` shows the commits behind the first"))
        }
        _ => Some(format!("`lockstep explain {}` says what the first is about", first.rule.name)),
    }
}

/// "2 by comments".
fn suppressed_in_words(by: SuppressedBy, number: usize) -> String {
    let by = match (by, number) {
        (SuppressedBy::Configuration, _) => "the configuration",
        (SuppressedBy::Comment, 1) => "a comment",
        (SuppressedBy::Comment, _) => "comments",
        (SuppressedBy::Trailer, 1) => "a trailer",
        (SuppressedBy::Trailer, _) => "trailers",
    };
    format!("{number} by {by}")
}

/// The verdict that is said on request only.
const FEW_QUERIES: &str = "too-few-queries";

/// Groups of functions that are listed as an early sign without being asked for.
const EARLY_SHOWN: usize = 5;
/// Functions of such a group that are named.
const EARLY_NAMES: usize = 4;

/// "`a`, `b`: edited together in 2 changesets; each changed 2 to 3 times".
fn early_in_words(sign: &EarlySign, all: bool) -> String {
    let names = if all { sign.functions.len() } else { EARLY_NAMES };
    let mut text: Vec<_> =
        sign.functions.iter().take(names).map(|id| format!("`{}`", escape::line(id.as_str()))).collect();
    if sign.functions.len() > names {
        text.push(format!("{} more", sign.functions.len() - names));
    }
    let (least, most) = sign.changes;
    let changed = if least == most { count(most as usize, "time") } else { format!("{least} to {most} times") };
    let together = count(sign.together, "changeset");
    format!("{}: edited together in {together}; each changed {changed}", text.join(", "))
}

/// Functions of a change that are named.
const CHANGED_NAMES: usize = 5;

/// "the staged change of 3 files edits `a` and `b`".
pub(super) fn change_in_words(change: &ChangeView) -> String {
    let what = if change.staged { "the staged change" } else { "this change" };
    if change.files == 0 {
        return format!("{what} is empty");
    }
    let files = count(change.files, "file");
    let since = match change.before.filter(|_| !change.staged) {
        Some(before) => format!(" since {}", before.short()),
        None => String::new(),
    };
    let names: Vec<_> =
        change.functions.iter().take(CHANGED_NAMES).map(|id| format!("`{}`", escape::line(id.as_str()))).collect();
    let more = change.functions.len() - names.len();
    let whose = match (names.is_empty(), more) {
        (true, _) => "no function's own behaviour".to_owned(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    };
    format!("{what} of {files}{since} edits {whose}")
}

/// [`summary_line`] for a report that says nowhere else what it holds back: what was there before the change.
pub(super) fn run_in_words(report: &ReportView<'_>) -> String {
    let line = summary_line(report);
    match report.change.filter(|change| change.inherited > 0) {
        Some(change) => {
            let has = if change.staged { "HEAD" } else { "the base" };
            format!("{line}; not shown: {} that {has} has already", count(change.inherited, "finding"))
        }
        None => line,
    }
}

/// "12 findings that the base has already are not shown: `lockstep check` lists them".
fn inherited_in_words(change: &ChangeView) -> String {
    let has = if change.staged { "HEAD" } else { "the base" };
    match change.inherited {
        1 => format!("1 finding that {has} has already is not shown: `lockstep check` lists it"),
        many => format!("{many} findings that {has} has already are not shown: `lockstep check` lists them"),
    }
}

/// Why changesets do not count, in words that follow a number.
pub(super) fn left_out(why: DropReason) -> &'static str {
    match why {
        DropReason::Bot => "by bots",
        DropReason::Bulk => "that touch too many functions to mean one thing",
        DropReason::NoBehaviour => "without behaviour (documentation, lock files, tests, moves)",
        DropReason::NoFunction => "of code that no function runs",
        DropReason::SharedOnly => "of shared code only",
        DropReason::ShallowBoundary => "at the edge of a shallow clone",
        DropReason::MissingObject => "with missing objects",
        DropReason::Empty => "that change nothing",
        DropReason::Joined => "that are part of a change of several repositories",
    }
}

/// `3 more findings`.
fn more(number: usize, noun: &str) -> String {
    count(number, &format!("more {noun}"))
}

fn shade(severity: Severity) -> Shade {
    match severity {
        Severity::Error => Shade::Error,
        Severity::Warning => Shade::Warning,
        Severity::Note => Shade::Note,
    }
}

/// Longest message of a problem that is shown.
const PROBLEM_COLUMNS: usize = 300;

fn problem_in_words(problem: &Problem) -> String {
    let message = escape::cut(&problem.message, PROBLEM_COLUMNS);
    match &problem.location {
        Some(location) => format!("{}: {message}", place(location)),
        None => message.into_owned(),
    }
}

/// The run in one line: `5 functions in 2 services, 412 changesets to 2026-11-20: 1 error, 2 warnings`.
pub(super) fn summary_line(report: &ReportView<'_>) -> String {
    let summary = report.summary;
    let mut line = format!("{} in {}", count(summary.functions, "function"), count(summary.services, "service"));
    line += &format!(", {}", count(summary.changesets.kept as usize, "changeset"));
    if summary.changesets.total > summary.changesets.kept {
        line += &format!(" of {}", summary.changesets.total);
    }
    if let Some(as_of) = report.history.as_of {
        line += &format!(" to {}", date(as_of));
    }
    let tally = report.tally();
    let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")];
    let said: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(*n, noun)).collect();
    line += ": ";
    line += &match (said.is_empty(), report.incomplete.is_empty()) {
        (false, _) => said.join(", "),
        (true, true) if summary.functions == 0 => "no functions found, so nothing to judge".to_owned(),
        (true, true) => "no findings".to_owned(),
        (true, false) => "nothing can be said".to_owned(),
    };
    let by_reason = &summary.unknown_by_reason;
    if !by_reason.is_empty() && report.incomplete.is_empty() {
        let unknown = summary.unknown_functions();
        let verb = if unknown == 1 { "is" } else { "are" };
        let reason = |(why, number): (&&str, &usize)| match by_reason.len() {
            1 => (*why).to_owned(),
            _ => format!("{number} {why}"),
        };
        let reasons: Vec<_> = by_reason.iter().map(reason).collect();
        line += &format!("; {} {verb} unknown: {}", count(unknown, "function"), reasons.join(", "));
    }
    line
}

#[cfg(test)]
mod tests;
