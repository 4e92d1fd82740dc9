//! `json`: the report for programs. Fields may be added within a schema version; the order of findings follows their
//! identity, so that two documents can be compared line by line.

use std::{collections::BTreeMap, io};

use lockstep_diagnostics::{Finding, Label};
use lockstep_model::FunctionId;
use serde::Serialize;

use crate::{
    EarlySign, Format, Incompleteness, Options, ReportView, RepositoryFacts,
    backtest::VerdictEntry,
    evidence::EvidenceEntry,
    json::{self, Place, ProblemEntry, SCHEMA_VERSION},
    prose,
    tool::{self, ToolEntry},
};

/// The format for programs.
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn summary(&self) -> &'static str {
        "for programs: one document, schema version 1"
    }

    fn write(&self, report: &ReportView<'_>, _: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        json::write(&document(report), out)
    }
}

#[derive(Serialize)]
pub(super) struct Document<'a> {
    #[serde(flatten)]
    pub(super) header: Header<'a>,
    pub(super) findings: Vec<FindingEntry<'a>>,
    pub(super) suppressed: Vec<FindingEntry<'a>>,
    pub(super) early_signs: Vec<EarlyEntry<'a>>,
    pub(super) summary: SummaryEntry<'a>,
    pub(super) problems: Vec<ProblemEntry<'a>>,
}

/// What has to be known before the rest is read.
#[derive(Serialize)]
pub(super) struct Header<'a> {
    schema_version: u32,
    tool: ToolEntry,
    status: &'static str,
    incomplete: Vec<Reason<'a>>,
    history: HistoryEntry<'a>,
    change: Option<ChangeEntry<'a>>,
}

#[derive(Serialize)]
struct Reason<'a> {
    reason: &'a str,
    help: &'a [String],
    accepted: bool,
}

/// See [`crate::EarlySign`].
#[derive(Serialize)]
pub(super) struct EarlyEntry<'a> {
    functions: Vec<&'a str>,
    together: usize,
    changes: (u32, u32),
}

#[derive(Serialize)]
struct HistoryEntry<'a> {
    head: Option<String>,
    as_of: Option<String>,
    shallow: bool,
    partial: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repositories: Vec<RepositoryEntry<'a>>,
}

/// See [`crate::RepositoryFacts`].
#[derive(Serialize)]
struct RepositoryEntry<'a> {
    name: &'a str,
    folder: &'a str,
    head: Option<String>,
}

/// See [`crate::ChangeView`].
#[derive(Serialize)]
struct ChangeEntry<'a> {
    staged: bool,
    before: Option<String>,
    files: usize,
    functions: Vec<&'a str>,
    inherited: usize,
}

#[derive(Serialize)]
pub(super) struct FindingEntry<'a> {
    rule: &'static str,
    level: &'static str,
    level_origin: &'a str,
    severity: &'static str,
    message: &'a str,
    functions: Vec<&'a str>,
    services: &'a [String],
    primary: LabelEntry<'a>,
    related: Vec<LabelEntry<'a>>,
    evidence: Vec<EvidenceEntry<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fingerprint: &'a str,
    baseline: &'static str,
    introduced: Option<bool>,
    #[serde(serialize_with = "json::share")]
    weight: f64,
    of_change: bool,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<SuppressionEntry<'a>>,
}

/// See [`lockstep_diagnostics::Suppression`].
#[derive(Serialize)]
struct SuppressionEntry<'a> {
    by: &'static str,
    reason: &'a str,
    at: Option<Place<'a>>,
}

#[derive(Serialize)]
struct LabelEntry<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
}

#[derive(Serialize)]
pub(super) struct SummaryEntry<'a> {
    functions: usize,
    services: usize,
    unknown_functions: usize,
    unknown_by_reason: &'a BTreeMap<&'static str, usize>,
    errors: usize,
    warnings: usize,
    notes: usize,
    changesets: ChangesetsEntry,
    predictive: Option<VerdictEntry<'a>>,
    suppressed: BTreeMap<&'static str, usize>,
    baseline: Option<BaselineEntry>,
    since_model: Option<SinceModelEntry>,
}

/// Changesets, as every document has them.
#[derive(Serialize)]
struct ChangesetsEntry {
    total: u32,
    kept: u32,
    dropped: BTreeMap<&'static str, u32>,
}

#[derive(Serialize)]
struct BaselineEntry {
    known: usize,
    stale: usize,
    worse: usize,
    new: usize,
    gone: usize,
    better: usize,
}

#[derive(Serialize)]
struct SinceModelEntry {
    at: String,
    changesets: u32,
    couplings: CouplingsSince,
}

#[derive(Serialize)]
struct CouplingsSince {
    then: usize,
    now: usize,
    began: usize,
    ceased: usize,
}

fn label(label: &Label) -> LabelEntry<'_> {
    LabelEntry { place: Place::from(&label.location), message: &label.message }
}

fn finding(finding: &Finding) -> FindingEntry<'_> {
    FindingEntry {
        rule: finding.rule.name,
        level: finding.level.as_str(),
        level_origin: &finding.level_origin,
        severity: finding.severity().as_str(),
        message: &finding.message,
        functions: finding.functions.iter().map(|id| id.as_str()).collect(),
        services: &finding.services,
        primary: label(&finding.primary),
        related: finding.related.iter().map(label).collect(),
        evidence: finding.evidence.iter().map(Into::into).collect(),
        notes: &finding.notes,
        help: &finding.help,
        fingerprint: finding.fingerprint.as_str(),
        baseline: finding.baseline.as_str(),
        introduced: finding.standing.introduced,
        weight: finding.weight,
        of_change: finding.of_change,
        url: tool::page(finding.rule),
        suppression: finding.suppression.as_ref().map(|suppression| SuppressionEntry {
            by: suppression.by.as_str(),
            reason: &suppression.reason,
            at: suppression.location.as_ref().map(Place::from),
        }),
    }
}

/// The order of identities: what changed elsewhere does not move a finding.
fn by_identity<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<FindingEntry<'a>> {
    let mut findings: Vec<_> = findings.collect();
    findings.sort_by(|a, b| {
        let identity = |finding: &Finding| (finding.rule.name, finding.primary.location.clone());
        (a.rule.name.cmp(b.rule.name))
            .then_with(|| a.functions.cmp(&b.functions))
            .then_with(|| identity(a).cmp(&identity(b)))
            .then_with(|| a.fingerprint.cmp(&b.fingerprint))
            .then_with(|| a.message.cmp(&b.message))
    });
    findings.into_iter().map(finding).collect()
}

pub(super) fn document<'a>(report: &ReportView<'a>) -> Document<'a> {
    let (summary, history, tally) = (report.summary, report.history, report.tally());
    let changesets = &summary.changesets;
    let header = Header {
        schema_version: SCHEMA_VERSION,
        tool: ToolEntry::THIS,
        status: if report.incomplete.is_empty() { "complete" } else { "incomplete" },
        incomplete: report.incomplete.iter().map(reason).collect(),
        history: HistoryEntry {
            head: history.head.map(|id| id.to_string()),
            as_of: history.as_of.map(prose::instant),
            shallow: history.shallow,
            partial: history.partial.as_deref(),
            repositories: history.repositories.iter().map(repository).collect(),
        },
        change: report.change.map(|change| ChangeEntry {
            staged: change.staged,
            before: change.before.map(|id| id.to_string()),
            files: change.files,
            functions: change.functions.iter().map(FunctionId::as_str).collect(),
            inherited: change.inherited,
        }),
    };
    Document {
        header,
        findings: by_identity(report.reported()),
        suppressed: by_identity(report.silenced().into_iter()),
        early_signs: report.early.iter().map(early).collect(),
        summary: SummaryEntry {
            functions: summary.functions,
            services: summary.services,
            unknown_functions: summary.unknown_functions(),
            unknown_by_reason: &summary.unknown_by_reason,
            errors: tally.errors,
            warnings: tally.warnings,
            notes: tally.notes,
            changesets: ChangesetsEntry {
                total: changesets.total,
                kept: changesets.kept,
                dropped: changesets.dropped.iter().map(|(reason, number)| (reason.as_str(), *number)).collect(),
            },
            predictive: summary.predictive.as_ref().map(VerdictEntry::from),
            suppressed: report.suppressed_by().into_iter().map(|(by, number)| (by.as_str(), number)).collect(),
            baseline: report.baseline.map(|counts| BaselineEntry {
                known: counts.known,
                stale: counts.stale,
                worse: counts.worse,
                new: counts.new,
                gone: counts.gone,
                better: counts.better,
            }),
            since_model: report.since_model.map(|since| SinceModelEntry {
                at: prose::instant(since.at),
                changesets: since.changesets,
                couplings: CouplingsSince {
                    then: since.then,
                    now: since.now,
                    began: since.began,
                    ceased: since.ceased,
                },
            }),
        },
        problems: json::problems(report.problems),
    }
}

fn reason(why: &Incompleteness) -> Reason<'_> {
    Reason { reason: &why.reason, help: &why.help, accepted: why.accepted }
}

fn early(sign: &EarlySign) -> EarlyEntry<'_> {
    let functions = sign.functions.iter().map(FunctionId::as_str).collect();
    EarlyEntry { functions, together: sign.together, changes: sign.changes }
}

fn repository(facts: &RepositoryFacts) -> RepositoryEntry<'_> {
    RepositoryEntry { name: &facts.name, folder: facts.folder.as_str(), head: facts.head.map(|id| id.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn written(findings: &[Finding], incomplete: bool) -> String {
        testing::with_report(findings, incomplete, |report| {
            let mut out = Vec::new();
            Json.write(report, &Options::default(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        })
    }

    #[test]
    fn the_document_holds_what_others_rely_on() {
        let text = written(&[testing::finding(), testing::hostile_finding()], true);
        insta::with_settings!({ filters => vec![(env!("CARGO_PKG_VERSION"), "[VERSION]")] }, {
            insta::assert_snapshot!(text);
        });
    }

    #[test]
    fn the_order_of_findings_does_not_show() {
        let forth = [testing::finding(), testing::hostile_finding()];
        let back = [testing::hostile_finding(), testing::finding()];
        assert_eq!(written(&forth, false), written(&back, false));
        assert!(written(&forth, false).starts_with("{\n  \"schema_version\": 1,\n  \"tool\": {"));
    }

    #[test]
    fn text_from_strangers_comes_through_whole() {
        let text = written(&[testing::hostile_finding()], false);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{2028}']) && !text.contains("##["));
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["findings"][0]["message"], testing::hostile_finding().message);
    }
}
