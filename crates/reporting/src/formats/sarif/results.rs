//! Findings as results.

use lockstep_diagnostics::{BaselineState, Finding, Label, Level, SuppressedBy, Suppression};

use super::{
    document::{
        Fingerprints, PhysicalLocation, Place, RelatedPlace, ResultEntry, ResultProperties, SuppressionEntry, Text,
        physical,
    },
    message,
    rules::{self, Rules},
};
use crate::{ReportView, escape, snippet};

/// How a finding stands to what is known of it: to the baseline, if there is one, and to the state before the change.
fn baseline_state(finding: &Finding, report: &ReportView<'_>) -> Option<&'static str> {
    match (finding.baseline, finding.standing.introduced) {
        (BaselineState::Worse, _) => Some("updated"),
        (BaselineState::Known, _) | (_, Some(false)) => Some("unchanged"),
        (BaselineState::New, Some(true)) => Some("new"),
        (BaselineState::New, None) => report.baseline.map(|_| "new"),
    }
}

/// Related places of one result: GitHub shows no more.
pub(super) const RELATED: usize = 100;

pub(super) fn result(finding: &Finding, rules: &Rules, report: &ReportView<'_>) -> ResultEntry {
    let related = finding.related.iter().take(RELATED).enumerate();
    ResultEntry {
        rule_id: finding.rule.name,
        rule_index: rules.index(finding.rule),
        level: match finding.level {
            // What is suppressed has lost its level.
            Level::Allow => rules::level(finding.rule),
            level => level.severity().as_str(),
        },
        message: Text::of(message::of(finding)),
        locations: [place(&finding.primary, report)],
        related_locations: related
            .map(|(number, label)| RelatedPlace {
                id: number + 1,
                message: Text::of(message::lines(std::slice::from_ref(&label.message))),
                physical_location: physical_location(label, report),
            })
            .collect(),
        partial_fingerprints: Fingerprints { finding: finding.fingerprint.as_str().to_owned() },
        baseline_state: baseline_state(finding, report),
        suppressions: finding.suppression.iter().map(suppression).collect(),
        // From 0 to 100; one decimal is more than the data hold.
        rank: (finding.weight * 1e3).round().clamp(0.0, 1e3) / 10.0,
        properties: ResultProperties {
            functions: finding.functions.iter().map(ToString::to_string).collect(),
            services: finding.services.clone(),
            level: finding.level.as_str(),
            level_origin: escape::line(&finding.level_origin).into_owned(),
        },
    }
}

fn suppression(suppression: &Suppression) -> SuppressionEntry {
    SuppressionEntry {
        kind: match suppression.by {
            SuppressedBy::Comment => "inSource",
            SuppressedBy::Configuration | SuppressedBy::Trailer => "external",
        },
        status: "accepted",
        justification: escape::line(&suppression.reason).into_owned(),
        location: suppression.location.as_ref().map(|location| physical(location, None)),
    }
}

fn place(label: &Label, report: &ReportView<'_>) -> Place {
    let location = &label.location;
    let end = (report.text_of)(&location.path).and_then(|text| snippet::end_column(&text, location));
    physical(location, end)
}

fn physical_location(label: &Label, report: &ReportView<'_>) -> PhysicalLocation {
    place(label, report).physical_location
}
