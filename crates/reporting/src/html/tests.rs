//! What the page holds, and what it never does: markup of strangers, a way out, a figure that is not in its data.

use std::collections::{BTreeMap, BTreeSet};

use html5ever::{ParseOpts, parse_document, tendril::TendrilSink};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::testing::{self, hostile, page::with_page};

/// Elements that the templates use, and their attributes; those of drawings among them.
const ELEMENTS: &[&str] = &[
    "a",
    "aside",
    "b",
    "body",
    "br",
    "button",
    "caption",
    "circle",
    "code",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "input",
    "label",
    "legend",
    "li",
    "main",
    "meta",
    "nav",
    "noscript",
    "option",
    "output",
    "p",
    "path",
    "polyline",
    "rect",
    "script",
    "section",
    "select",
    "small",
    "span",
    "strong",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];
const ATTRIBUTES: &[&str] = &[
    "charset",
    "checked",
    "class",
    "content",
    "cx",
    "cy",
    "d",
    "data-count",
    "data-function",
    "data-with",
    "for",
    "height",
    "hidden",
    "href",
    "http-equiv",
    "id",
    "lang",
    "max",
    "min",
    "name",
    "open",
    "points",
    "preserveAspectRatio",
    "r",
    "rel",
    "role",
    "scope",
    "spellcheck",
    "step",
    "tabindex",
    "text-anchor",
    "transform",
    "type",
    "value",
    "viewBox",
    "width",
    "x",
    "y",
    "autocomplete",
];

/// A page, read as browsers read it.
struct Read {
    /// Element names with their attributes, in the order of the document.
    elements: Vec<(String, BTreeMap<String, String>)>,
    /// The texts of its scripts and styles.
    scripts: Vec<String>,
    comments: usize,
}

fn read(text: &str) -> Read {
    let options = ParseOpts::default();
    let dom = parse_document(RcDom::default(), options).one(text);
    let mut read = Read { elements: Vec::new(), scripts: Vec::new(), comments: 0 };
    let mut open: Vec<Handle> = vec![dom.document.clone()];
    while let Some(node) = open.pop() {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes = attributes.iter().map(|one| (one.name.local.to_string(), one.value.to_string()));
                read.elements.push((name.local.to_string(), attributes.collect()));
                if matches!(&*name.local, "script" | "style") {
                    let children = node.children.borrow();
                    let text = children.iter().map(|child| match &child.data {
                        NodeData::Text { contents } => contents.borrow().to_string(),
                        _ => panic!("no text in a script"),
                    });
                    read.scripts.push(text.collect());
                }
            }
            NodeData::Comment { .. } => read.comments += 1,
            _ => {}
        }
        open.extend(node.children.borrow().iter().rev().cloned());
    }
    read
}

fn written(report: &ReportView<'_>, page: &PageView<'_>) -> String {
    let mut out = Vec::new();
    write(report, page, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn small() -> String {
    let names =
        ["orders", "billing", "search", "mail", "orders#Table", "@team", "orders/template.yml", "shared/money.ts"];
    let text = |n: usize| names[n % names.len()].to_owned();
    testing::with_report(&[testing::finding(), testing::hostile_finding()], true, |report| {
        with_page(&text, |page| written(report, page))
    })
}

fn data(page: &Read) -> Value {
    let block = page.scripts.iter().find(|text| text.starts_with("{\"schema_version\":1,"));
    serde_json::from_str(block.expect("a block of data")).unwrap()
}

/// What holds of any page, whatever it is about.
fn assert_safe(text: &str) {
    let page = read(text);
    for (element, attributes) in &page.elements {
        assert!(ELEMENTS.contains(&element.as_str()), "<{element}>");
        for (name, value) in attributes {
            let known = ATTRIBUTES.contains(&name.as_str()) || name.starts_with("aria-");
            assert!(known, "<{element} {name}={value:?}>");
            let leads_out = !value.starts_with('#') && !value.starts_with(crate::tool::ADDRESS);
            assert!(name != "href" || !leads_out, "{value:?}");
        }
    }
    let number = |wanted: &str| page.elements.iter().filter(|(name, _)| name == wanted).count();
    assert_eq!((number("script"), number("style"), number("meta"), page.comments), (3, 1, 6, 0));
    assert!(page.scripts.contains(&files::style()) && page.scripts.contains(&files::script()));
    assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{2028}', '\u{1b}', '\0']));
    let ids: Vec<&String> = page.elements.iter().filter_map(|(_, attributes)| attributes.get("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice");
}

#[test]
fn a_page_says_what_there_is() {
    let text = small();
    for said in [
        "2 of the 3 functions that can be judged cannot be changed alone.",
        "<span class=\"pill fails\">incomplete</span>",
        "this clone is shallow",
        "deployed together in 36 of 40 changes: 9 by edits in both, 27 through <code>shared/money.ts</code>",
        "<td class=\"num\">.71 <small>≥ .50</small></td><td class=\"num\">.40 <small>≥ .25</small></td>",
        "(adjusted Rand index: 1 is the same, 0 is chance)",
        "The map has 0 more",
    ] {
        let expected = !said.starts_with("The map");
        assert_eq!(text.contains(said), expected, "{said}");
    }
    assert_safe(&text);
}

#[test]
fn the_page_is_the_same_twice() {
    assert_eq!(small(), small());
}

#[test]
fn figures_can_be_computed_from_the_data() {
    let page = read(&small());
    let data = data(&page);
    let commits = |function: &Value| -> BTreeSet<u64> {
        data["functions"][function.as_u64().unwrap() as usize]["commits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|commit| commit.as_u64().unwrap())
            .collect()
    };
    let strongest = &data["couplings"][0];
    assert_eq!(strongest["ab"], serde_json::json!([0.7123, 0.5, 0.0]));
    let both = commits(&strongest["a"]).intersection(&commits(&strongest["b"])).count();
    assert_eq!(both as u64, strongest["support"].as_u64().unwrap());
    // Every number of a text leads to one.
    let texts = data["texts"].as_array().unwrap().len() as u64;
    for function in data["functions"].as_array().unwrap() {
        assert!(function["says"].as_u64().unwrap() < texts);
    }
    let on_map = data["maps"][0]["functions"].as_array().unwrap().len();
    assert_eq!((on_map, data["maps"][1]["functions"].as_array().unwrap().len()), (4, 3));
}

#[test]
fn the_policy_lets_only_these_scripts_run() {
    let page = read(&small());
    let policy = page
        .elements
        .iter()
        .find_map(|(_, attributes)| attributes.get("http-equiv").and_then(|_| attributes.get("content")));
    let policy = policy.unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    let style = page.scripts.iter().find(|text| text.contains("--paper")).unwrap();
    assert_eq!(&files::policy(&[files::library(), &files::script()], style), policy);
}

proptest! {
    // The library makes every page half a megabyte long, which takes a while to be read.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn text_of_strangers_stays_in_its_place(texts in hostile::texts()) {
        let findings = hostile::findings(&texts);
        let text = |n: usize| texts.get(n).to_owned();
        let page = hostile::with_report(&texts, &findings, |report| with_page(&text, |page| written(report, page)));
        assert_safe(&page);
        let data = data(&read(&page));
        let names: Vec<&str> =
            data["functions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        let mut expected: Vec<String> = (0..4).map(|n| format!("{}{n}", texts.get(n))).collect();
        expected.sort();
        let expected: Vec<String> = expected.iter().map(|name| markup::name(name)).collect();
        prop_assert_eq!(names, expected);
    }
}

/// A repository at the end of what is reasonable, in which every name is long and hostile.
fn large() -> String {
    const FUNCTIONS: usize = 5_000;
    let hostile = "<script>alert(1)</script> ]]> javascript:alert(1) \u{202e}& \"'` ";
    let id = |number: usize| lockstep_model::FunctionId::new(format!("{:04}/{hostile}{number}", number / 40));
    let mut all: Vec<Function> = (0..FUNCTIONS)
        .map(|number| Function {
            id: id(number),
            service: format!("{:04} {hostile}", number / 40),
            ..testing::functions().remove(0)
        })
        .collect();
    all.sort_by(|x, y| x.id.cmp(&y.id));
    let changesets: Vec<CommitRef> =
        (0..20_000).map(|number| testing::commit(0, number / 40 - 400, &format!("{hostile}{number}"))).collect();
    let changes = |number: usize| (0..8).map(move |step| ((number * 7 + step * 2_311) % 20_000) as u32);
    let names = |n: usize| format!("{hostile}{n}");
    testing::with_report(&[testing::finding()], false, |report| {
        with_page(&names, |small| {
            let coupling = |number: usize| crate::graph::CouplingView {
                a: all[number % FUNCTIONS].id.clone(),
                b: all[(number * 13 + 1) % FUNCTIONS].id.clone(),
                ..small.graph.couplings[0].clone()
            };
            let graph = GraphView { couplings: (0..3_000).map(coupling).collect(), ..GraphView::default() };
            let verdict = |(number, function): (usize, &Function)| Verdict {
                function: function.id.clone(),
                ..small.verdicts[number % small.verdicts.len()].clone()
            };
            let sorted = |mut changes: Vec<u32>| {
                changes.sort_unstable();
                changes
            };
            let page = PageView {
                functions: &all,
                closures: &[],
                graph,
                verdicts: all.iter().enumerate().map(verdict).collect(),
                changesets: changesets.clone(),
                changes: (0..FUNCTIONS).map(|number| sorted(changes(number).collect())).collect(),
                owners: vec![vec![names(1)]; FUNCTIONS],
                ..small.clone()
            };
            written(report, &page)
        })
    })
}

#[test]
fn five_thousand_functions_fit_into_ten_megabytes() {
    let text = large();
    assert!(text.len() < 10_000_000, "{} bytes", text.len());
    assert!(text.contains("4500 more functions are not in this table"));
    let data = data(&read(&text));
    assert_eq!(data["left_out"]["couplings"], 2_005);
    assert_eq!(data["functions"].as_array().unwrap().len(), 5_000);
}
