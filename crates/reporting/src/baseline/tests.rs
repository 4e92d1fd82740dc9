//! What people read of a baseline, and that names cannot break out of it.

use proptest::prelude::*;

use super::*;

fn entry(functions: &[&str], at: f64) -> EntryView {
    EntryView {
        rule: "lockstep".to_owned(),
        functions: functions.iter().map(|id| (*id).to_owned()).collect(),
        subjects: Vec::new(),
        at,
        since: "2026-01-10".to_owned(),
        reason: None,
        expires: None,
    }
}

fn view() -> DiffView {
    let reasoned = EntryView {
        reason: Some("one team".to_owned()),
        expires: Some("2027-03-01".to_owned()),
        ..entry(&["shop/c", "shop/d"], 0.5)
    };
    DiffView {
        old: "lockstep-baseline.jsonl at 0123456789".to_owned(),
        new: "lockstep-baseline.jsonl".to_owned(),
        added: vec![reasoned],
        removed: vec![entry(&["shop/a", "shop/b"], 0.62)],
        changed: vec![(entry(&["shop/e", "shop/f"], 0.62), entry(&["shop/e", "shop/f"], 0.8))],
        before: 2,
        after: 2,
    }
}

fn text(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_difference_is_one_line_an_entry() {
    let text = text(|out| write_diff(&view(), &Options::default(), out));
    assert_eq!(
        text,
        "+ lockstep of `shop/c`, `shop/d` at 0.50, to 2027-03-01: one team\n\
         - lockstep of `shop/a`, `shop/b` at 0.62\n\
         ~ lockstep of `shop/e`, `shop/f`: 0.62 then, 0.80 now\n\
         lockstep-baseline.jsonl against lockstep-baseline.jsonl at 0123456789: 1 added, 1 removed, 1 changed; \
         2 entries then, 2 now\n"
    );
}

#[test]
fn a_comment_holds_a_table_that_is_cut() {
    let mut view = view();
    view.removed = vec![view.removed[0].clone(); 60];
    let text = text(|out| write_diff_markdown(&view, &Options::default(), out));
    assert!(
        text.starts_with("**Baseline**: 1 added, 60 removed, 1 changed; 2 entries then, 2 now\n\n| | rule |"),
        "{text}"
    );
    assert!(text.contains(
        "\n| removed | <code>lockstep</code> | <code>shop&#47;a</code>, <code>shop&#47;b</code> | 0.62 |  |\n"
    ));
    assert!(text.ends_with("\nand 22 more; `lockstep baseline diff` lists them\n"), "{text}");
    assert!(text.lines().count() <= 60);
}

#[test]
fn what_was_not_taken_in_is_said_with_the_way_to_do_so() {
    let view = WrittenView { file: "known.jsonl".to_owned(), entries: 3, ..WrittenView::default() };
    let told = |view: &WrittenView| text(|out| write_written(view, &Options::default(), out));
    assert_eq!(told(&view), "`known.jsonl`: 3 entries; nothing to change\n");
    let left = WrittenView { left_new: 2, left_worse: 1, stale: 1, tightened: 1, ..view.clone() };
    assert_eq!(
        told(&left),
        "`known.jsonl`: 3 entries; 1 tightened\n\
         2 new findings and 1 that became worse are not taken in: --grow does that\n\
         1 entry matches nothing any more: `lockstep baseline prune` removes it\n"
    );
    let here = told(&WrittenView { here_only: true, is_new: true, ..view.clone() });
    assert!(here.contains("`known.jsonl` is on this machine only") && !here.contains("gitattributes"), "{here}");
    let new = WrittenView { is_new: true, ..view };
    assert!(told(&new).ends_with("add to .gitattributes: known.jsonl merge=union\n"), "{}", told(&new));
}

proptest! {
    #[test]
    fn no_name_breaks_out_of_its_cell(name in any::<String>(), marks in "[|`<>&\\[\\]!*_#@\n\r:$~\\\\]{0,20}") {
        let hostile = EntryView { reason: Some(marks.clone() + &name), ..entry(&[&(name + &marks)], 0.5) };
        let view = DiffView { added: vec![hostile], removed: Vec::new(), changed: Vec::new(), ..view() };
        let text = text(|out| write_diff_markdown(&view, &Options::default(), out));
        let row = text.lines().last().unwrap();
        prop_assert_eq!(text.lines().count(), 5, "{}", text);
        prop_assert_eq!(row.matches('|').count(), 6, "{}", row);
        prop_assert!(!row.contains(['`', '@', '[', '*', '\\']), "{}", row);
        prop_assert_eq!(row.matches('<').count(), 4, "{}", row);
    }
}
