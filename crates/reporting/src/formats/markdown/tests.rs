//! Tests of Markdown, read back by a parser of CommonMark with GitHub's additions.

use lockstep_diagnostics::{BaselineState, Level};
use lockstep_model::FunctionId;
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options as Extensions, Parser, Tag, TagEnd};

use super::*;
use crate::{
    ChangeView,
    testing::{self, hostile, runner},
};

fn written(report: &ReportView<'_>) -> String {
    let mut out = Vec::new();
    Markdown.write(report, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
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
