//! Tests of Markdown, read back by a parser of CommonMark with GitHub's additions.

use lockstep_diagnostics::{BaselineState, Level};
use lockstep_model::{FunctionId, Size};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options as Extensions, Parser, Tag, TagEnd};

use super::*;
use crate::{
    ChangeView, graph,
    testing::{self, hostile, runner},
};

fn written(report: &ReportView<'_>) -> String {
    let mut out = Vec::new();
    Markdown.write(report, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn testing_node() -> graph::NodeView {
    graph::NodeView {
        id: FunctionId::new("s/f"),
        service: "s".to_owned(),
        changes: 9,
        weighted_changes: 9.0,
        lines: Size::default(),
        kinds: BTreeMap::new(),
        ownership: lockstep_model::Ownership::default(),
    }
}

fn testing_edge() -> graph::CouplingView {
    let direction = graph::Direction { strength: 0.7, lower: 0.6, ..graph::Direction::default() };
    graph::CouplingView {
        a: FunctionId::new("s/f"),
        b: FunctionId::new("s/g"),
        support: 9,
        support_free: 9,
        together: graph::Together { own: 9, shared: 0 },
        likeness: 0.0,
        a_to_b: direction,
        b_to_a: direction,
        expected: 1.0,
        p: 0.0,
        q: 0.0,
        specific: true,
        explained_by: Vec::new(),
    }
}

#[test]
fn the_verdict_comes_first_and_the_rest_is_folded() {
    let known = Finding { baseline: BaselineState::Known, ..testing::finding() };
    let findings = [testing::hostile_finding(), testing::finding(), known];
    let text = testing::with_report(&findings, true, written);
    insta::with_settings!({ filters => vec![(env!("CARGO_PKG_VERSION"), "[VERSION]")] }, {
        insta::assert_snapshot!(text);
    });
}

#[test]
fn where_there_is_nothing_there_is_one_line() {
    let off = Finding { level: Level::Allow, ..testing::finding() };
    let text = testing::with_report(&[off], false, written);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, MARK));
    assert!(lines[1].starts_with("**Lockstep**: 5 functions in 3 services, 412 changesets"), "{text}");
}

/// The arrows and lines of the map, if there is one.
fn edges(text: &str) -> usize {
    text.lines().filter(|line| line.contains("|\"")).count()
}

#[test]
fn the_map_shows_what_the_findings_are_about_and_no_more() {
    let report = |findings: &[Finding], ids: usize| {
        testing::with_report(findings, false, |report| {
            let graph = || {
                let id = |number: usize| FunctionId::new(format!("s/f{number:02}"));
                let edge = |a, b| graph::CouplingView { a: id(a), b: id(b), ..testing_edge() };
                let node = |number| graph::NodeView { id: id(number), ..testing_node() };
                let mut view = graph::GraphView { functions: (0..ids).map(node).collect(), ..Default::default() };
                view.couplings =
                    (0..ids).flat_map(|a| (a + 1..ids).map(move |b| (a, b))).map(|(a, b)| edge(a, b)).collect();
                view
            };
            written(&ReportView { graph: &graph, ..*report })
        })
    };
    let about = |numbers: &[usize]| Finding {
        functions: numbers.iter().map(|number| FunctionId::new(format!("s/f{number:02}"))).collect(),
        ..testing::finding()
    };
    assert_eq!(edges(&report(&[about(&[1, 2, 3]), about(&[4, 5])], 8)), 4);
    let text = report(&[about(&[1, 2, 3]), about(&[4, 5])], 8);
    assert!(text.contains("[\"s/f05\"]") && !text.contains("[\"s/f06\"]"), "{text}");
    // A finding about one function, or about functions that never changed together, has nothing to draw.
    assert_eq!(edges(&report(&[about(&[1])], 8)) + edges(&report(&[about(&[20, 21])], 8)), 0);
    let all: Vec<usize> = (0..60).collect();
    let text = report(&[about(&all)], 60);
    let (_, map) = text.split_once("```mermaid\n").unwrap();
    let (map, _) = map.split_once("```").unwrap();
    // GitHub's Mermaid gives up at 500 edges and 50,000 characters.
    assert_eq!(edges(map), 40);
    assert!(map.len() < MAP && map.contains("40 of 1770 couplings drawn"), "{map}");
}

#[test]
fn the_weightiest_are_shown_and_the_rest_is_counted() {
    let findings: Vec<_> = (0..60u8)
        .map(|n| Finding { message: format!("number {n}"), weight: f64::from(n), ..testing::finding() })
        .collect();
    let text = testing::with_report(&findings, false, written);
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| ❌ error |")).collect();
    assert_eq!(rows.len(), SHOWN);
    assert!(rows[0].contains("| number 59 |"), "{}", rows[0]);
    assert!(text.contains("\n\nAnd 40 more findings: lockstep 40.\n\n"), "{text}");
    assert_eq!(text.matches("<details>").count(), SHOWN + 1);
}

#[test]
fn the_largest_goes_first_where_room_is_short() {
    let mut findings = vec![testing::finding(); SHOWN];
    for (number, finding) in findings.iter_mut().enumerate() {
        finding.notes = vec!["n".repeat(900); 5 + number];
    }
    let text = testing::with_report(&findings, false, written);
    assert!(text.len() <= BUDGET, "{}", text.len());
    assert!(text.contains("| ❌ error |"), "the table stays");
    let dropped = SHOWN + 1 - text.matches("<details>").count();
    assert!(dropped > 2, "{dropped}");
    let note = format!(
        "\n\n{dropped} parts of this report are left out for want of room: `lockstep check --max-findings 20` prints all.\n"
    );
    assert!(text.ends_with(&note), "{text}");
}

#[test]
fn it_says_how_to_see_it_again() {
    let change = |staged| ChangeView {
        inherited: 0,
        staged,
        before: Some(lockstep_model::CommitId([1; 20])),
        files: 1,
        functions: vec![FunctionId::new("orders/CreateOrder")],
    };
    let last = |change: ChangeView| {
        let text = testing::with_report(&[testing::finding()], false, |report| {
            written(&ReportView { change: Some(&change), ..*report })
        });
        assert!(text.contains("edits `orders/CreateOrder`\n"), "{text}");
        text.lines().last().unwrap().to_owned()
    };
    assert!(last(change(true)).starts_with("<sub>`lockstep check --staged` prints"));
    assert!(last(change(false)).starts_with("<sub>`lockstep check --base 0101010101` prints"));
}

/// The HTML that we write ourselves.
fn is_our_html(html: &str) -> bool {
    let html = html.trim();
    html == MARK
        || ["</details>", "<sub>", "</sub>"].contains(&html)
        || html
            .strip_prefix("<details><summary>")
            .and_then(|rest| rest.strip_suffix("</summary>"))
            .is_some_and(|rest| !rest.replace("<code>", "").replace("</code>", "").contains(['<', '>', '@', '"']))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_active_but_ours_comes_out(texts in hostile::texts()) {
        let findings = hostile::findings(&texts);
        let text = hostile::with_report(&texts, &findings, written);
        prop_assert!(text.starts_with("<!-- lockstep -->\n**Lockstep: the analysis is incomplete, "));
        prop_assert!(!text.chars().any(|c| c != '\n' && c.is_control()));
        prop_assert_eq!(runner::commands(&text), vec![]);
        let extensions = Extensions::ENABLE_TABLES | Extensions::ENABLE_FOOTNOTES | Extensions::ENABLE_STRIKETHROUGH
            | Extensions::ENABLE_TASKLISTS | Extensions::ENABLE_GFM | Extensions::ENABLE_MATH;
        let (mut cells, mut pictures, mut in_code) = (0, 0, false);
        for event in Parser::new_ext(&text, extensions) {
            let harmless = match &event {
                Event::Code(_) | Event::SoftBreak => true,
                Event::Text(_) if in_code => true,
                Event::Text(words) => !["@", "#", "://", "www."].iter().any(|mark| words.contains(mark)),
                Event::Html(html) | Event::InlineHtml(html) => html.lines().all(is_our_html),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    pictures += 1;
                    in_code = true;
                    &**language == "mermaid"
                }
                Event::End(TagEnd::CodeBlock) => { in_code = false; true }
                Event::Start(Tag::TableCell) => { cells += 1; true }
                Event::Start(Tag::Link { dest_url, .. }) => dest_url.starts_with(tool::ADDRESS),
                Event::Start(Tag::Paragraph | Tag::Strong | Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::HtmlBlock
                    | Tag::List(None) | Tag::Item) | Event::End(_) => true,
                _ => false,
            };
            prop_assert!(harmless, "{event:?} in {text}");
        }
        // A head and three rows of four cells: the known finding and the silent one are not shown.
        prop_assert_eq!((cells, pictures), (16, 1), "{}", text);
    }
}
