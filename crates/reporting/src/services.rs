//! What `services` shows: the services that the history suggests, against those that are claimed, as text and as JSON.

use std::{collections::BTreeMap, io};

use lockstep_model::{FunctionId, Service};
use serde::Serialize;

use crate::{
    Options,
    bars::bar,
    escape,
    json::{self, SCHEMA_VERSION},
    prose::{count, wrap},
    style,
    table::Table,
};

/// The comparison as plain values.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ServicesView {
    /// The services as they are claimed.
    pub services: Vec<Service>,
    /// Those that the history suggests, the largest first.
    pub inferred: Vec<InferredView>,
    /// How alike the two are: 1 the same, 0 as by chance; none if less than two functions are known.
    pub adjusted_rand_index: Option<f64>,
    /// Services to merge.
    pub merge: Vec<MergeView>,
    /// Services to split.
    pub split: Vec<SplitView>,
    /// Functions to move.
    pub moves: Vec<MoveView>,
    /// Functions that are left where they are, and why.
    pub unknown: Vec<UnknownView>,
}

/// An inferred service.
#[derive(Clone, Debug, PartialEq)]
pub struct InferredView {
    /// Its name.
    pub name: String,
    /// Its functions, sorted.
    pub functions: Vec<FunctionId>,
    /// The claimed services of these, with the number of functions each; most first.
    pub services: Vec<(String, usize)>,
    /// Changesets that edit one of its functions.
    pub changesets: u32,
    /// Those of them that edit no function outside.
    pub alone: u32,
    /// The mean strength of its pairs; none for one function.
    pub cohesion: Option<f64>,
    /// The mean strength of pairs with functions outside; none if there are none.
    pub outward: Option<f64>,
}

/// A pair that speaks for a suggestion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BondView {
    /// The one.
    pub a: FunctionId,
    /// The other.
    pub b: FunctionId,
    /// The mean strength of both directions.
    #[serde(serialize_with = "json::share")]
    pub strength: f64,
    /// The lower bound of the weaker one.
    #[serde(serialize_with = "json::share")]
    pub lower: f64,
    /// Changesets that edit both.
    pub support: u32,
}

/// Services to merge.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MergeView {
    /// Their names.
    pub services: Vec<String>,
    /// What speaks for it.
    pub bonds: Vec<BondView>,
}

/// A service to split.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SplitView {
    /// Its name.
    pub service: String,
    /// The functions that belong together.
    pub parts: Vec<Vec<FunctionId>>,
    /// The mean strength within the parts.
    #[serde(serialize_with = "json::share")]
    pub inside: f64,
    /// The mean strength across them.
    #[serde(serialize_with = "json::share")]
    pub across: f64,
}

/// A function to move.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MoveView {
    /// The function.
    pub function: FunctionId,
    /// Its service.
    pub from: String,
    /// Where it belongs.
    pub to: String,
    /// The mean strength with the others of its service.
    #[serde(serialize_with = "json::share")]
    pub strength_from: f64,
    /// The mean strength with the functions of the other.
    #[serde(serialize_with = "json::share")]
    pub strength_to: f64,
    /// What speaks for it.
    pub bonds: Vec<BondView>,
}

/// A function of which too little is known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnknownView {
    /// The function.
    pub function: FunctionId,
    /// Its service.
    pub service: String,
    /// Why, in a few words for all that are alike: `changed too seldom`.
    #[serde(skip)]
    pub kind: &'static str,
    /// Why.
    pub reason: String,
}

/// Functions named in one line before "and 3 more".
const NAMES: usize = 6;
/// Columns of a bar.
const BAR: usize = 10;

/// Writes the comparison for people.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(view: &ServicesView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", wrap(&head(view), options.width, 0))?;
    let (groups, alone): (Vec<_>, Vec<_>) = view.inferred.iter().partition(|inferred| inferred.functions.len() > 1);
    if !groups.is_empty() {
        // Columns are not to be broken.
        write!(out, "\n{}", table(&groups, options))?;
    }
    let alone: Vec<&FunctionId> = alone.iter().flat_map(|inferred| &inferred.functions).collect();
    let alone = match alone.len() {
        0 => None,
        number => Some(format!("{} in no group: {}", count(number, "function"), listed(&alone))),
    };
    for text in alone.into_iter().chain(suggestions(view, options.color)).chain(unknown(view)) {
        writeln!(out, "\n{}", wrap(&text, options.width, 4))?;
    }
    Ok(())
}

fn head(view: &ServicesView) -> String {
    let known: usize = view.inferred.iter().map(|inferred| inferred.functions.len()).sum();
    let functions = count(known + view.unknown.len(), "function");
    let services = count(view.services.len(), "service");
    let agree = match view.adjusted_rand_index {
        Some(index) => format!(
            "\nthe history agrees with the services as they are claimed to {index:.2} (adjusted Rand index: 1 is the same, \
             0 is chance)"
        ),
        None => "; there is too little history to say where services begin and end".to_owned(),
    };
    format!("{functions} in {services}, {known} with enough history to be placed{agree}")
}

/// What is left where it is, by kind of reason.
fn unknown(view: &ServicesView) -> Option<String> {
    let mut reasons: BTreeMap<&str, Vec<&FunctionId>> = BTreeMap::new();
    view.unknown.iter().for_each(|one| reasons.entry(one.kind).or_default().push(&one.function));
    let lines: Vec<String> =
        reasons.iter().map(|(reason, names)| format!("\n  {}: {}", escape::line(reason), listed(names))).collect();
    let head = format!("left where they are, for want of history: {}", count(view.unknown.len(), "function"));
    (!lines.is_empty()).then(|| head + &lines.concat())
}

fn table(groups: &[&InferredView], options: &Options) -> String {
    let mut table = Table::new(&["inferred", ">functions", "inside", "outside", "alone", "claimed as"]);
    let drawn = |share: Option<f64>| {
        let figure = |share: f64| format!("{} {share:.2}", bar(share, BAR, options.ascii));
        share.map_or_else(|| "-".to_owned(), figure)
    };
    for group in groups {
        let claimed: Vec<String> =
            group.services.iter().map(|(name, functions)| format!("{name} ({functions})")).collect();
        table.row([
            group.name.clone(),
            group.functions.len().to_string(),
            drawn(group.cohesion),
            drawn(group.outward),
            drawn((group.changesets > 0).then(|| f64::from(group.alone) / f64::from(group.changesets))),
            claimed.join(", "),
        ]);
    }
    table.render(options.color)
}

/// What should change, each with what speaks for it.
fn suggestions(view: &ServicesView, color: bool) -> Vec<String> {
    let head = |word: &str, rest: String| format!("{} {rest}", style::paint(color, style::BOLD, word));
    let merges = view.merge.iter().map(|merge| {
        let names: Vec<String> = merge.services.iter().map(|name| format!("`{}`", escape::line(name))).collect();
        head("merge", format!("{}{}", names.join(", "), bonds(&merge.bonds)))
    });
    let moves = view.moves.iter().map(|one| {
        let text = format!(
            "`{}` from `{}` to `{}`: strength {:.2} there, {:.2} where it is{}",
            escape::line(one.function.as_str()),
            escape::line(&one.from),
            escape::line(&one.to),
            one.strength_to,
            one.strength_from,
            bonds(&one.bonds)
        );
        head("move", text)
    });
    let splits = view.split.iter().map(|split| {
        let parts: Vec<String> =
            split.parts.iter().map(|part| format!("\n  {}", listed(&part.iter().collect::<Vec<_>>()))).collect();
        let text = format!(
            "`{}` in {}: strength {:.2} inside the parts, {:.2} across them{}",
            escape::line(&split.service),
            split.parts.len(),
            split.inside,
            split.across,
            parts.concat()
        );
        head("split", text)
    });
    merges.chain(moves).chain(splits).collect()
}

fn bonds(bonds: &[BondView]) -> String {
    let line = |bond: &BondView| {
        format!(
            "\n  `{}` and `{}`: strength {:.2} (at least {:.2}), {} of both",
            escape::line(bond.a.as_str()),
            escape::line(bond.b.as_str()),
            bond.strength,
            bond.lower,
            count(bond.support as usize, "edit")
        )
    };
    bonds.iter().map(line).collect()
}

fn listed(names: &[&FunctionId]) -> String {
    let shown: Vec<String> =
        names.iter().take(NAMES).map(|name| format!("`{}`", escape::line(name.as_str()))).collect();
    match names.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    services: Vec<ServiceEntry<'a>>,
    inferred: Vec<InferredEntry<'a>>,
    adjusted_rand_index: Option<Rounded>,
    merge: &'a [MergeView],
    split: &'a [SplitView],
    #[serde(rename = "move")]
    moves: &'a [MoveView],
    unknown: &'a [UnknownView],
}

/// A figure between -1 and 1.
#[derive(Serialize)]
struct Rounded(#[serde(serialize_with = "json::share")] f64);

#[derive(Serialize)]
struct ServiceEntry<'a> {
    name: &'a str,
    declared: bool,
    functions: &'a [FunctionId],
}

#[derive(Serialize)]
struct InferredEntry<'a> {
    name: &'a str,
    functions: &'a [FunctionId],
    services: Vec<PartEntry<'a>>,
    changesets: u32,
    alone: u32,
    cohesion: Option<Rounded>,
    outward: Option<Rounded>,
}

#[derive(Serialize)]
struct PartEntry<'a> {
    name: &'a str,
    functions: usize,
}

/// Writes the document of `services --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &ServicesView, out: &mut dyn io::Write) -> io::Result<()> {
    let services = view.services.iter().map(|Service { name, declared, functions }| ServiceEntry {
        name,
        declared: *declared,
        functions,
    });
    let inferred = view.inferred.iter().map(|one| InferredEntry {
        name: &one.name,
        functions: &one.functions,
        services: one.services.iter().map(|(name, functions)| PartEntry { name, functions: *functions }).collect(),
        changesets: one.changesets,
        alone: one.alone,
        cohesion: one.cohesion.map(Rounded),
        outward: one.outward.map(Rounded),
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        services: services.collect(),
        inferred: inferred.collect(),
        adjusted_rand_index: view.adjusted_rand_index.map(Rounded),
        merge: &view.merge,
        split: &view.split,
        moves: &view.moves,
        unknown: &view.unknown,
    };
    json::write(&document, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(all: &[&str]) -> Vec<FunctionId> {
        all.iter().map(FunctionId::new).collect()
    }

    fn view() -> ServicesView {
        let bond = BondView {
            a: FunctionId::new("billing/\u{1b}[2J"),
            b: FunctionId::new("orders/Create"),
            strength: 0.456_78,
            lower: 0.3,
            support: 1,
        };
        ServicesView {
            services: vec![Service { name: "orders".into(), declared: true, functions: ids(&["orders/Create"]) }],
            inferred: vec![
                InferredView {
                    name: "shop".into(),
                    functions: ids(&["billing/\u{1b}[2J", "orders/Create"]),
                    services: vec![("billing".into(), 1), ("orders".into(), 1)],
                    changesets: 40,
                    alone: 30,
                    cohesion: Some(0.456_78),
                    outward: Some(1.5),
                },
                InferredView {
                    name: "mail/Send".into(),
                    functions: ids(&["mail/Send"]),
                    services: vec![("mail".into(), 1)],
                    changesets: 0,
                    alone: 0,
                    cohesion: None,
                    outward: None,
                },
            ],
            adjusted_rand_index: Some(-0.123_45),
            merge: vec![MergeView { services: vec!["billing".into(), "orders".into()], bonds: vec![bond] }],
            split: Vec::new(),
            moves: Vec::new(),
            unknown: vec![UnknownView {
                function: FunctionId::new("mail/Bounce"),
                service: "mail".into(),
                kind: "changed too seldom",
                reason: "it changed 1 times; it takes 5".into(),
            }],
        }
    }

    #[test]
    fn text_is_told_and_harmless() {
        let mut out = Vec::new();
        write_text(&view(), &Options::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{1b}'), "{text}");
        for line in [
            "4 functions in 1 service, 3 with enough history to be placed",
            "shop              2  █████····· 0.46  ██████████ 1.50  ████████·· 0.75  billing (1), orders (1)",
            "1 function in no group: `mail/Send`",
            "merge `billing`, `orders`",
            "and `orders/Create`: strength 0.46 (at least 0.30), 1 edit of both",
            "  changed too seldom: `mail/Bounce`",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    #[test]
    fn json_is_rounded() {
        let mut out = Vec::new();
        write_json(&view(), &mut out).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["adjusted_rand_index"], -0.1235);
        assert_eq!(document["inferred"][1]["cohesion"], serde_json::Value::Null);
        assert_eq!(document["merge"][0]["bonds"][0]["strength"], 0.4568);
        assert_eq!(document["unknown"][0].as_object().unwrap().len(), 3);
    }
}
