//! The block of JSON from which the page's script makes what it adds. Names, sentences and commits stand in it once and are
//! referred to by their numbers; the checklists of functions stop where they would make the page too large, and say so.

use std::collections::{BTreeMap, HashMap};

use lockstep_diagnostics::{Answer, Evidence, Outcome};
use serde::Serialize;

use super::{
    layout::{Area, Layout},
    markup,
    model::{Edge, LARGE, Model, WEAKEST_DRAWN},
    wiring::Kind,
};
use crate::{
    escape, evidence,
    json::{self, SCHEMA_VERSION},
    prose, verdict,
};

/// Bytes of evidence for checklists: beyond them it is left out, from the least coupled functions first.
const EVIDENCE_BYTES: usize = 2_000_000;
/// Pieces of evidence shown for one line of a checklist.
const EVIDENCE_PIECES: usize = 4;
/// Commits that are told with their subjects, newest first.
const COMMITS_TOLD: usize = 8_000;
/// Characters of a subject, and of an author's name.
const SUBJECT: usize = 100;
const AUTHOR: usize = 40;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    threshold: f64,
    weakest: f64,
    start_coupled: bool,
    quarters: Vec<String>,
    criteria: Vec<&'static str>,
    kinds: Vec<&'static str>,
    rules: Vec<&'static str>,
    services: Vec<String>,
    owners: Vec<String>,
    functions: Vec<FunctionEntry<'a>>,
    couplings: Vec<CouplingEntry>,
    links: Vec<LinkEntry>,
    findings: Vec<FindingEntry>,
    commits: Vec<CommitEntry>,
    maps: [MapEntry; 2],
    left_out: LeftOut,
    texts: Vec<String>,
}

#[derive(Serialize)]
struct FunctionEntry<'a> {
    name: &'a str,
    service: usize,
    answer: &'static str,
    says: usize,
    changes: u32,
    deployments: u32,
    /// One letter for each line of the checklist: `h`olds, `f`ails, `u`nknown, `n`ot checked.
    ticks: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<(usize, usize)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owners: Vec<usize>,
    commits: &'a [u32],
}

#[derive(Serialize)]
struct CouplingEntry {
    a: usize,
    b: usize,
    support: u32,
    shared: u32,
    /// Strength, lower bound, strength without contracts, from A to B and back.
    ab: [Share; 3],
    ba: [Share; 3],
    expected: Share,
    q: Probability,
    specific: bool,
    why: Vec<usize>,
}

#[derive(Serialize)]
struct Share(#[serde(serialize_with = "json::share")] f64);

#[derive(Serialize)]
struct Probability(#[serde(serialize_with = "json::probability")] f64);

/// The kind, the two functions, whether it has a direction, what joins them (texts), and how many things do.
#[derive(Serialize)]
struct LinkEntry(usize, usize, usize, bool, Vec<usize>, usize);

/// The rule, the severity, the message, the functions.
#[derive(Serialize)]
struct FindingEntry(usize, &'static str, usize, Vec<usize>);

/// The id, the day, the quarter, the subject (none where it is left out), the author.
#[derive(Serialize)]
struct CommitEntry(String, String, usize, Option<usize>, usize);

/// Which functions lie where, and the boxes.
#[derive(Serialize)]
struct MapEntry {
    functions: Vec<(usize, i64, i64)>,
    areas: Vec<AreaEntry>,
}

/// The name, whether it is a stack, and left, top, width and height.
#[derive(Serialize)]
struct AreaEntry(usize, bool, [i64; 4]);

#[derive(Serialize)]
struct LeftOut {
    couplings: usize,
    links: BTreeMap<&'static str, usize>,
    listed_only: BTreeMap<&'static str, usize>,
    subjects: usize,
    evidence: usize,
}

/// Texts, each once.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: String) -> usize {
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        self.all.push(text.clone());
        self.numbers.insert(text, self.all.len() - 1);
        self.all.len() - 1
    }
}

/// Names, sorted.
fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The block for `model`, ready to stand in a script element.
pub(super) fn block(model: &Model<'_>) -> String {
    let mut texts = Texts::default();
    let services = sorted(model.view.functions.iter().map(|function| function.service.as_str()));
    let owners = sorted(model.view.owners.iter().flatten().map(String::as_str));
    let rules = sorted(model.findings.iter().map(|finding| finding.rule.name));
    let (functions, evidence_left_out) = functions(model, &services, &owners, &mut texts);
    let told = model.view.changesets.len().saturating_sub(COMMITS_TOLD);
    let by_kind = |counts: &BTreeMap<Kind, usize>| counts.iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    let shown = |names: &[&str]| names.iter().map(|name| markup::name(name)).collect();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        threshold: model.threshold,
        weakest: WEAKEST_DRAWN,
        start_coupled: model.view.functions.len() > LARGE,
        quarters: model.quarters.labels(),
        criteria: model
            .view
            .verdicts
            .first()
            .map_or_else(Vec::new, |first| first.criteria.iter().map(|criterion| criterion.title).collect()),
        kinds: Kind::ALL.iter().map(|kind| kind.as_str()).collect(),
        couplings: model.edges.iter().map(|edge| coupling(edge, &mut texts)).collect(),
        links: links(model, &mut texts),
        findings: findings(model, &rules, &mut texts),
        commits: commits(model, told, &mut texts),
        maps: [model.map(), model.map_of_coupled()].map(|layout| map(&layout, &mut texts)),
        left_out: LeftOut {
            couplings: model.weaker,
            links: by_kind(&model.links.left_out),
            listed_only: by_kind(&model.links.listed_only),
            subjects: told,
            evidence: evidence_left_out,
        },
        rules,
        services: shown(&services),
        owners: shown(&owners),
        functions,
        texts: texts.all,
    };
    escape::json_in_html(&serde_json::to_string(&document).unwrap_or_default())
}

/// The functions, and how many of them go without evidence.
fn functions<'a>(
    model: &'a Model<'_>,
    services: &[&str],
    owners: &[&str],
    texts: &mut Texts,
) -> (Vec<FunctionEntry<'a>>, usize) {
    let mut evidence = vec![Vec::new(); model.names.len()];
    let (mut left, mut without) = (EVIDENCE_BYTES, 0);
    for number in by_coupling(model) {
        let Some(verdict) = model.view.verdicts.get(number) else { continue };
        let pieces = verdict.criteria.iter().enumerate().flat_map(|(line, criterion)| {
            criterion.evidence.iter().take(EVIDENCE_PIECES).map(move |piece| (line, piece_in_words(piece)))
        });
        let pieces: Vec<(usize, String)> = pieces.collect();
        let bytes: usize = pieces.iter().map(|(_, text)| text.len() + 8).sum();
        if bytes > left {
            without += 1;
            continue;
        }
        left -= bytes;
        evidence[number] = pieces.into_iter().map(|(line, text)| (line, texts.number(text))).collect();
    }
    let at = |names: &[&str], name: &str| names.binary_search(&name).unwrap_or(0);
    let entries = model.names.iter().zip(evidence).enumerate().map(|(number, (name, evidence))| {
        let function = &model.view.functions[number];
        let verdict = model.view.verdicts.get(number);
        let says = verdict.map_or_else(String::new, verdict::answer_in_words);
        let place = function.declarations.first().map(|declaration| prose::place(&declaration.location));
        FunctionEntry {
            name,
            service: at(services, &function.service),
            answer: verdict.map_or("unknown", |verdict| answer(&verdict.answer)),
            says: texts.number(markup::Prose::new(&says).text().to_owned()),
            changes: verdict.map_or(0, |verdict| verdict.changes),
            deployments: verdict.map_or(0, |verdict| verdict.deployments),
            ticks: verdict.map_or_else(String::new, |verdict| {
                verdict.criteria.iter().map(|criterion| tick(criterion.outcome)).collect()
            }),
            evidence,
            place: place.map(|place| texts.number(prose::tail(&place, markup::NAME).into_owned())),
            owners: model.view.owners.get(number).into_iter().flatten().map(|owner| at(owners, owner)).collect(),
            commits: model.changes(number),
        }
    });
    (entries.collect(), without)
}

/// Functions in the order in which evidence is worth its bytes: those of the strongest couplings first.
fn by_coupling(model: &Model<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = model.edges.iter().flat_map(|edge| [edge.a, edge.b]).collect();
    order.extend(0..model.names.len());
    let mut seen = vec![false; model.names.len()];
    order.retain(|number| !std::mem::replace(&mut seen[*number], true));
    order
}

fn piece_in_words(piece: &Evidence) -> String {
    markup::harmless(&evidence::in_words(piece, false).replace("\n  ", "; "), 300)
}

/// The word for an answer: of parts of a service, those that are declared so are told apart, because nothing is wrong.
pub(super) fn answer(answer: &Answer) -> &'static str {
    match answer {
        Answer::PartOf { declared: true, .. } => "declared",
        other => other.as_str(),
    }
}

fn tick(outcome: Outcome) -> char {
    match outcome {
        Outcome::Holds => 'h',
        Outcome::Fails => 'f',
        Outcome::Unknown => 'u',
        Outcome::NotChecked => 'n',
    }
}

fn coupling(edge: &Edge<'_>, texts: &mut Texts) -> CouplingEntry {
    let of = edge.of;
    let shares = |from: &crate::graph::Direction| [from.strength, from.lower, from.strength_free].map(Share);
    CouplingEntry {
        a: edge.a,
        b: edge.b,
        support: of.support,
        shared: of.together.shared,
        ab: shares(&of.a_to_b),
        ba: shares(&of.b_to_a),
        expected: Share(of.expected),
        q: Probability(of.q),
        specific: of.specific,
        why: of.explained_by.iter().take(EVIDENCE_PIECES).map(|piece| texts.number(piece_in_words(piece))).collect(),
    }
}

fn links(model: &Model<'_>, texts: &mut Texts) -> Vec<LinkEntry> {
    let entry = |link: &super::links::Link| {
        let names = link.names.iter().map(|name| texts.number(markup::name(name))).collect();
        LinkEntry(link.kind as usize, link.a, link.b, link.is_directed, names, link.number)
    };
    model.links.lines.iter().map(entry).collect()
}

fn findings(model: &Model<'_>, rules: &[&str], texts: &mut Texts) -> Vec<FindingEntry> {
    let entry = |finding: &&lockstep_diagnostics::Finding| {
        let rule = rules.binary_search(&finding.rule.name).unwrap_or(0);
        let message = texts.number(markup::Prose::new(&finding.message).text().to_owned());
        let functions = finding.functions.iter().filter_map(|id| model.number(id)).collect();
        FindingEntry(rule, finding.severity().as_str(), message, functions)
    };
    model.findings.iter().map(entry).collect()
}

fn commits(model: &Model<'_>, told: usize, texts: &mut Texts) -> Vec<CommitEntry> {
    let entry = |(number, commit): (usize, &lockstep_diagnostics::CommitRef)| {
        let subject = (number >= told).then(|| texts.number(markup::harmless(&commit.subject, SUBJECT)));
        let author = texts.number(markup::harmless(&commit.author, AUTHOR));
        CommitEntry(commit.id.short(), prose::date(commit.time), model.quarter_of[number], subject, author)
    };
    model.view.changesets.iter().enumerate().map(entry).collect()
}

fn map(layout: &Layout, texts: &mut Texts) -> MapEntry {
    let area = |area: &Area| {
        AreaEntry(texts.number(area.name.clone()), area.is_stack, area.at.map(|number| number.round() as i64))
    };
    MapEntry {
        areas: layout.areas.iter().map(area).collect(),
        functions: layout
            .functions
            .iter()
            .map(|(function, [x, y])| (*function, x.round() as i64, y.round() as i64))
            .collect(),
    }
}
