//! How rules put things: lists of names, shares, dates.

use jiff::{Timestamp, tz::TimeZone};

/// "`a`", "`a` and `b`", "`a`, `b` and 3 more".
pub(crate) fn names<T: AsRef<str>>(all: &[T], most: usize) -> String {
    let quoted: Vec<String> = all.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.len() {
        0 => "nothing".to_owned(),
        1 => quoted[0].clone(),
        len if len <= most => format!("{} and {}", quoted[..len - 1].join(", "), quoted[len - 1]),
        len => {
            // "and 1 more" would take the place of the one name.
            let shown = most.max(2) - 1;
            format!("{} and {} more", quoted[..shown].join(", "), len - shown)
        }
    }
}

/// "1 change", "2 changes".
pub(crate) fn count(number: u32, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// "both functions", "all 7 functions".
pub(crate) fn all_of(number: usize, noun: &str) -> String {
    if number == 2 { format!("both {noun}s") } else { format!("all {number} {noun}s") }
}

/// "once", "twice", "7 times".
pub(crate) fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        number => format!("{number} times"),
    }
}

/// A share as a whole percentage: "62 %".
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// "between 2024-03 and 2026-10", or "in 2024-03".
pub(crate) fn window(first: i64, last: i64) -> String {
    let (first, last) = (format(first, "%Y-%m"), format(last, "%Y-%m"));
    if first == last { format!("in {first}") } else { format!("between {first} and {last}") }
}

fn format(seconds: i64, how: &str) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time.to_zoned(TimeZone::UTC).strftime(how).to_string(),
        // A commit may claim any time; what no calendar has is shown as it stands.
        Err(_) => seconds.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_well() {
        let all = ["a", "b", "c", "d", "e"];
        let cases = [(1, "`a`"), (2, "`a` and `b`"), (4, "`a`, `b`, `c` and `d`"), (5, "`a`, `b`, `c` and 2 more")];
        for (len, expected) in cases {
            assert_eq!(names(&all[..len], 4), expected);
        }
    }

    #[test]
    fn dates_are_months_and_never_panic() {
        assert_eq!(window(1_709_251_200, 1_790_000_000), "between 2024-03 and 2026-09");
        assert_eq!(window(0, 86_400), "in 1970-01");
        assert_eq!(window(i64::MAX, i64::MAX), format!("in {}", i64::MAX));
    }
}
