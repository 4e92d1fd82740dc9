//! `report --html`: the page of a run says what the other commands say, in one file that loads nothing.

use std::{fs, path::Path};

use serde_json::Value;

use crate::program;

/// The block of data of a page.
fn data(page: &str) -> Value {
    let block = page.split_once("<script type=\"application/json\" id=\"data\">").expect("a block of data").1;
    serde_json::from_str(block.split_once("</script>").expect("its end").0).expect("JSON")
}

fn page(folder: &Path, arguments: &[&str]) -> String {
    let output = program::run(folder, &[&["report", "--html", "out/page.html"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty(), "the page is in its file");
    fs::read_to_string(folder.join("out/page.html")).expect("a page")
}

#[test]
fn the_page_says_what_the_graph_says() {
    let (_place, folder) = program::demo();
    let page = page(&folder, &[]);
    let (data, graph) = (data(&page), program::json(&folder, &["graph"]));
    let name = |number: &Value| &data["functions"][number.as_u64().expect("a number") as usize]["name"];
    let couplings = data["couplings"].as_array().expect("couplings");
    assert_eq!(couplings.len(), graph["couplings"].as_array().expect("couplings").len());
    for coupling in couplings {
        let (a, b) = (name(&coupling["a"]), name(&coupling["b"]));
        let all = graph["couplings"].as_array().expect("couplings");
        let same = all.iter().find(|other| (&other["a"], &other["b"]) == (a, b)).expect("the coupling");
        assert_eq!(coupling["support"], same["support"]);
        assert_eq!(coupling["shared"], same["together"]["shared"]);
        for (mine, other) in [("ab", "a_to_b"), ("ba", "b_to_a")] {
            let shares = ["strength", "lower", "strength_free"].map(|share| same[other][share].clone());
            assert_eq!(coupling[mine], Value::from(shares.to_vec()));
        }
        assert_eq!((&coupling["q"], &coupling["specific"]), (&same["q"], &same["specific"]));
    }
    let verdicts = program::json(&folder, &["verdict"]);
    for (mine, verdict) in
        data["functions"].as_array().expect("functions").iter().zip(verdicts["functions"].as_array().expect("verdicts"))
    {
        assert_eq!((&mine["name"], &mine["changes"]), (&verdict["id"], &verdict["changes"]));
        assert_eq!(mine["commits"].as_array().map(Vec::len), verdict["changes"].as_u64().map(|n| n as usize));
        assert_eq!(data["texts"][mine["says"].as_u64().expect("a text") as usize], verdict["summary"]);
    }
    let rules = program::json(&folder, &["check"]);
    let findings = rules["findings"].as_array().expect("findings");
    assert_eq!(data["findings"].as_array().expect("findings").len(), findings.len());
    assert!(page.contains("<span class=\"pill holds\">complete</span>") && page.contains("id=\"matrix-title\""));
}

#[test]
fn the_page_is_the_same_for_any_number_of_threads() {
    let (_place, folder) = program::demo();
    let usual = page(&folder, &[]);
    for arguments in [&["--jobs", "1"][..], &["--jobs", "7"]] {
        assert!(page(&folder, arguments) == usual, "{arguments:?}");
    }
    let printed = program::text(&folder, &["report", "--html", "-"]);
    assert!(printed == usual, "a dash is standard output");
}

#[test]
fn levels_and_baselines_are_those_of_check() {
    let (_place, folder) = program::demo();
    let number = |page: &str| data(page)["findings"].as_array().expect("findings").len();
    assert_eq!(number(&page(&folder, &["-A", "coupling", "-A", "code", "-A", "channels", "-A", "deployment"])), 0);
    program::run(&folder, &["baseline", "write"]);
    assert!(page(&folder, &[]).contains("<span class=\"standing\">known to the baseline</span>"));
}

#[test]
fn half_a_history_is_told_in_the_page_and_by_the_exit_code() {
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::write(place.path().join("x.txt"), "x").expect("a file");
    let output = program::run(place.path(), &["report", "--html", "page.html"]);
    assert_eq!(output.status.code(), Some(3));
    let page = fs::read_to_string(place.path().join("page.html")).expect("a page all the same");
    assert!(page.contains("<span class=\"pill fails\">incomplete</span>") && page.contains("No functions were found."));
    assert_eq!(program::run(place.path(), &["report"]).status.code(), Some(2), "a page needs a file");
}
