//! Tests of the graph as JSON, DOT, Mermaid and SVG.

use lockstep_model::{FunctionId, Ownership, Size};
use proptest::prelude::*;

use super::*;
use crate::testing::{self, hostile};

fn coupling(a: &str, b: &str, strength: f64) -> CouplingView {
    let direction = |strength| Direction {
        strength,
        lower: 0.25,
        strength_free: strength,
        lower_free: 0.2,
        from: SumsView { joint: 2.718_9, changes: 7.123_456, a: 0.4, b: 7.6, through: 0.012_345_6 },
    };
    CouplingView {
        a: FunctionId::new(a),
        b: FunctionId::new(b),
        support: 9,
        support_free: 8,
        together: Together { own: 4, shared: 5 },
        likeness: 0.123_456,
        a_to_b: direction(strength),
        b_to_a: direction(strength / 2.0),
        expected: 0.123_456_789,
        p: 1.234_56e-9,
        q: 0.000_012_345_6,
        specific: strength > 0.5,
        explained_by: vec![Evidence::SharedLayer { name: "Money".to_owned() }],
    }
}

fn node(id: &str, service: &str) -> NodeView {
    let kinds = [("behaviour", 12), ("test", 3)].into();
    NodeView {
        id: FunctionId::new(id),
        service: service.to_owned(),
        changes: 12,
        weighted_changes: 7.123_456,
        lines: Size { own: 40, shared: 7 },
        kinds,
        ownership: Ownership { stated: testing::owners().remove(0), people: testing::people() },
    }
}

fn view() -> GraphView {
    GraphView {
        as_of: Some(1_795_000_000),
        changesets: testing::summary().changesets,
        prior: (0.4, 3.6),
        pair_prior: Some(PairPriorView { weight: 8.0, intercept: -1.5, likeness: 3.25, through: 0.75 }),
        functions: vec![
            node("orders/Create", "orders"),
            node("billing/\"]; evil -> n0 [label=\"", "billing"),
            node("mail/Send\u{1b}\n", "mail"),
        ],
        couplings: vec![
            coupling("mail/Send\u{1b}\n", "orders/Create", 0.3),
            coupling("billing/\"]; evil -> n0 [label=\"", "orders/Create", 0.8),
        ],
        services: vec![Service {
            name: "orders".to_owned(),
            declared: true,
            functions: vec![FunctionId::new("orders/Create")],
        }],
    }
}

fn written(write: impl Fn(&GraphView, &mut dyn io::Write) -> io::Result<()>, view: &GraphView) -> String {
    let mut out = Vec::new();
    write(view, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn json_holds_what_others_rely_on() {
    insta::assert_snapshot!(written(write_json, &view()));
}

#[test]
fn dot_has_a_cluster_per_service() {
    insta::assert_snapshot!(written(write_dot, &view()));
}

#[test]
fn mermaid_escapes_what_is_not_a_word() {
    insta::assert_snapshot!(written(write_mermaid, &view()));
}

#[test]
fn mermaid_draws_the_strongest_forty_and_says_so() {
    let mut view = view();
    view.functions = (0..50).map(|n| node(&format!("s/f{n:02}"), "s")).collect();
    view.couplings = (1..50).map(|n| coupling("s/f00", &format!("s/f{n:02}"), f64::from(n) / 50.0)).collect();
    let text = written(write_mermaid, &view);
    assert_eq!(text.lines().filter(|line| line.contains("|\"")).count(), 40);
    assert!(text.contains("%% the 40 strongest of 49 couplings are drawn"), "{text}");
    assert!(!text.contains("s/f05\"") && text.contains("s/f49\""), "{text}");
}

#[test]
fn an_empty_graph_is_a_graph() {
    assert_eq!(written(write_mermaid, &GraphView::default()), "flowchart LR\n");
    assert!(written(write_dot, &GraphView::default()).ends_with("rankdir=LR;\n}\n"));
    let picture = written(write_svg, &GraphView::default());
    assert!(roxmltree::Document::parse(&picture).is_ok() && picture.contains("there are no functions"), "{picture}");
}

#[test]
fn the_order_of_the_input_does_not_show() {
    let mut turned = view();
    turned.functions.reverse();
    turned.couplings.reverse();
    for write in
        [write_json as fn(&GraphView, &mut dyn io::Write) -> io::Result<()>, write_dot, write_mermaid, write_svg]
    {
        assert_eq!(written(write, &view()), written(write, &turned));
    }
}

/// The texts of an SVG picture, and how many arcs it has. It is XML, or the test fails.
fn read(picture: &str) -> (Vec<String>, usize) {
    let document = roxmltree::Document::parse(picture).unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name((SVG, "text")));
    let is_arc = |node: &roxmltree::Node<'_, '_>| {
        let classes = node.attribute("class").unwrap_or_default();
        // Those of the legend have no title.
        classes.starts_with("arc ") && node.has_children()
    };
    (texts.filter_map(|node| node.text().map(str::to_owned)).collect(), document.descendants().filter(is_arc).count())
}

const SVG: &str = "http://www.w3.org/2000/svg";

#[test]
fn the_picture_names_what_it_draws_and_what_it_does_not() {
    let mut view = view();
    view.functions = (0..50).map(|n| node(&format!("s{}/f{n:02}", n % 3), &format!("s{}", n % 3))).collect();
    let id = |n: i32| format!("s{}/f{n:02}", n % 3);
    view.couplings = (1..50).map(|n| coupling(&id(0), &id(n), f64::from(n) / 50.0)).collect();
    let (texts, arcs) = read(&written(write_svg, &view));
    assert_eq!(arcs, 40);
    for wanted in [
        "40 of 49 couplings drawn, the strongest; 9 left out, at most 0.20 strong",
        "9 functions without a drawn coupling left out: s0/f03, s0/f06, s0/f09, s1/f01 and 5 more",
        "f49",
        "0.98",
    ] {
        assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:?}");
    }
}

#[test]
fn coupled_services_stand_side_by_side() {
    let mut view = view();
    view.functions = ["a/x", "b/x", "c/x", "d/x"].map(|id| node(id, &id[..1])).to_vec();
    view.couplings = vec![coupling("a/x", "d/x", 0.9)];
    let picture = written(write_svg, &view);
    let place = |service: &str| picture.find(&format!(">{service}</text>")).unwrap();
    let mut order = ["a", "b", "c", "d"];
    order.sort_by_key(|service| place(service));
    let at = |wanted: &str| order.iter().position(|service| *service == wanted).unwrap();
    assert_eq!(at("a").abs_diff(at("d")), 1, "{order:?}");
}

proptest! {
    #[test]
    fn nothing_in_a_name_leaves_its_place(texts in hostile::texts()) {
        let picture = written(write_svg, &hostile::graph(&texts));
        let document = roxmltree::Document::parse(&picture).unwrap();
        let known = ["svg", "title", "desc", "style", "defs", "marker", "path", "rect", "text", "g", "circle"];
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            prop_assert!(known.contains(&node.tag_name().name()), "{}", picture);
            let names: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
            prop_assert!(!names.iter().any(|name| name.starts_with("on") || *name == "href"), "{}", picture);
        }
        prop_assert!(!picture.contains(['\u{202e}', '\u{1b}', '\u{2028}']), "{}", picture);
    }
}
