//! `lockstep trend`: what it says of a period can be recomputed from what `graph` says with its end as the as-of time.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program;

/// Pairs with their figures, as both documents have them.
type Pairs = BTreeSet<(String, String, u64, String)>;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// A strength, as both round it.
fn figure(value: f64) -> String {
    format!("{value:.3}")
}

fn of_trend(pairs: &Value) -> Pairs {
    let all = pairs.as_array().expect("pairs").iter();
    all.map(|one| {
        let support = one["support"].as_u64().expect("a number");
        (text(&one["a"]), text(&one["b"]), support, figure(number(&one["strength"])))
    })
    .collect()
}

/// The pairs of a graph that `trend` counts, by the figures of its document alone; none if the history is too short.
fn of_graph(graph: &Value, counted: &Value) -> Option<Pairs> {
    let changesets = &graph["changesets"];
    let dropped = |reason: &str| changesets["dropped"][reason].as_u64().unwrap_or(0);
    let observed = changesets["kept"].as_u64().expect("a number") + dropped("no-function") + dropped("shared-only");
    if observed < 50 {
        return None;
    }
    let functions = graph["functions"].as_array().expect("functions").iter();
    let known: BTreeSet<&str> =
        functions.filter(|one| one["changes"].as_u64() >= Some(5)).filter_map(|one| one["id"].as_str()).collect();
    let is_counted = |one: &&Value| {
        let lower = |side: &str| number(&one[side]["lower_free"]);
        let (a, b) = (one["a"].as_str().unwrap_or_default(), one["b"].as_str().unwrap_or_default());
        known.contains(a)
            && known.contains(b)
            && one["support_free"].as_u64() >= counted["min_support"].as_u64()
            && lower("a_to_b").min(lower("b_to_a")) >= number(&counted["lower"])
    };
    let couplings = graph["couplings"].as_array().expect("couplings").iter().filter(is_counted);
    Some(
        couplings
            .map(|one| {
                let strength = |side: &str| number(&one[side]["strength_free"]);
                let mean = (strength("a_to_b") + strength("b_to_a")) / 2.0;
                (text(&one["a"]), text(&one["b"]), one["support"].as_u64().expect("a number"), figure(mean))
            })
            .collect(),
    )
}

#[test]
fn the_end_of_a_period_is_what_the_graph_says_as_of_then() {
    let (_place, folder) = program::demo();
    let trend = program::json(&folder, &["trend"]);
    let periods = trend["periods"].as_array().expect("periods");
    let (mut unknown, mut coupled) = (0, 0);
    for period in periods {
        let day = &text(&period["to"])[..10];
        let last = periods.last() == Some(period);
        // The last period ends with HEAD, in the middle of a day.
        let graph =
            if last { program::json(&folder, &["graph"]) } else { program::json(&folder, &["graph", "--as-of", day]) };
        match of_graph(&graph, &trend["counted"]) {
            Some(pairs) => {
                // Figures that are rounded to four decimals may differ in the third when their mean is taken.
                let close = |x: &Pairs, y: &Pairs| {
                    x.iter().zip(y).all(|(x, y)| {
                        let figures = [&x.3, &y.3].map(|text| text.parse::<f64>().expect("a number"));
                        (&x.0, &x.1, x.2) == (&y.0, &y.1, y.2) && (figures[0] - figures[1]).abs() < 0.002
                    })
                };
                let told = of_trend(&period["couplings"]["pairs"]);
                assert!(told.len() == pairs.len() && close(&told, &pairs), "{day}: {told:?} {pairs:?}");
                coupled += pairs.len();
            }
            None => {
                assert_eq!(period["couplings"], Value::Null, "{day}");
                unknown += 1;
            }
        }
    }
    assert!(unknown > 0 && coupled > 3 && periods.len() > 3, "{unknown} {coupled} {}", periods.len());
}

#[test]
fn threads_change_nothing_and_the_moment_can_be_chosen() {
    let (_place, folder) = program::demo();
    let one = program::text(&folder, &["trend", "--format", "json", "--by", "month", "--jobs", "1"]);
    assert_eq!(program::text(&folder, &["trend", "--format", "json", "--by", "month", "--jobs", "4"]), one);
    let document = program::json(&folder, &["trend", "--by", "year", "--around", "HEAD~20"]);
    assert_eq!((&document["by"], &document["halves"]["asked"]), (&"year".into(), &true.into()));
    let sum = |side: &str| document["halves"][side]["changesets"].as_u64().expect("a number");
    let periods = document["periods"].as_array().expect("periods").iter();
    assert_eq!(
        periods.map(|one| one["changesets"].as_u64().expect("a number")).sum::<u64>(),
        sum("before") + sum("after")
    );
    let wrong = program::run(&folder, &["trend", "--around", "never"]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("--around `never` is neither a date nor a revision"), "{said}");
}
