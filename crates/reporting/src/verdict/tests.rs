//! Verdicts as people and programs get them.

use lockstep_diagnostics::{Closest, Evidence};

use super::*;

fn verdict(id: &str, answer: Answer, outcomes: [Outcome; 3]) -> Verdict {
    let names = ["change", "contracts", "data"];
    let titles = ["it can be changed alone", "it shares contracts", "its data is its own"];
    let criteria = (0..3).map(|at| Criterion {
        name: names[at],
        title: titles[at],
        rules: vec![("lockstep", true), ("shared-data-store", at < 2)],
        outcome: outcomes[at],
        evidence: vec![Evidence::Note(format!("evidence {at} \u{1b}[31m"))],
    });
    Verdict {
        function: FunctionId::new(id),
        service: id.split('/').next().unwrap_or_default().to_owned(),
        changes: 41,
        alone: 26,
        deployments: 68,
        answer,
        closest: Some(Closest {
            function: FunctionId::new("billing/Invoice"),
            own: 17,
            shared: 27,
            strength: 0.55,
            lower: 0.41,
        }),
        criteria: criteria.collect(),
    }
}

fn view() -> VerdictView {
    use Outcome::{Fails, Holds, NotChecked, Unknown};
    let with = |names: &[&str]| names.iter().map(FunctionId::new).collect();
    let mut alone = verdict("mail/Send", Answer::Independent, [Holds, Holds, NotChecked]);
    alone.closest = None;
    let part =
        Answer::PartOf { service: "orders".into(), declared: false, with: with(&["billing/Invoice", "orders/B"]) };
    VerdictView {
        as_of: Some(1_795_000_000),
        changesets: ChangesetCounts { total: 500, kept: 412, ..ChangesetCounts::default() },
        verdicts: vec![
            alone,
            verdict("orders/Independent", Answer::Independent, [Holds, Fails, NotChecked]),
            verdict("orders/Create", part, [Fails, Holds, NotChecked]),
            verdict(
                "orders/\u{202e}evil\n",
                Answer::NotIndependent { followers: with(&["a", "b", "c", "d", "e"]) },
                [Fails, Fails, NotChecked],
            ),
            verdict(
                "orders/New",
                Answer::Unknown { why: "it changed 2 times; it takes 5".into() },
                [Unknown, Unknown, NotChecked],
            ),
        ],
    }
}

fn written(write: impl Fn(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn all_functions_one_line_each() {
    insta::assert_snapshot!(written(|out| write_table(&view(), &Options::default(), out)));
}

#[test]
fn one_function_with_its_evidence() {
    let one = VerdictView { verdicts: view().verdicts[2..4].to_vec(), ..view() };
    let text = written(|out| write_one(&one, &Options { ascii: true, ..Options::default() }, out));
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn programs_get_all_of_it() {
    let one = VerdictView { verdicts: view().verdicts[2..3].to_vec(), ..view() };
    insta::assert_snapshot!(written(|out| write_json(&one, out)));
}
