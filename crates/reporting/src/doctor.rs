//! What `doctor` shows: whether this machine and this checkout can answer, and what mends it if not.

use std::io;

use serde::Serialize;

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
    prose::{count, wrap},
    style,
};

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All is well.
    Ok,
    /// Answers will be poorer than they could be.
    Warn,
    /// There can be no answer.
    Fail,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: `history`, `configuration`, `functions`.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
    /// What was seen.
    pub detail: String,
    /// The command or the edit that mends it.
    pub mend: Option<String>,
}

/// All checks, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DoctorView {
    /// The checks.
    pub checks: Vec<Check>,
}

impl DoctorView {
    /// The worst outcome; [`Outcome::Ok`] without any check.
    pub fn worst(&self) -> Outcome {
        self.checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::Ok)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    outcome: Outcome,
    checks: &'a [Check],
}

/// Writes the document of `doctor --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &DoctorView, out: &mut dyn io::Write) -> io::Result<()> {
    json::write(&Document { schema_version: SCHEMA_VERSION, outcome: view.worst(), checks: &view.checks }, out)
}

/// Writes the checks, one a line, each with what mends it.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(view: &DoctorView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let widest = view.checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for check in &view.checks {
        let (style, word) = match check.outcome {
            Outcome::Ok => (style::GOOD, "  ok"),
            Outcome::Warn => (style::WARNING, "warn"),
            Outcome::Fail => (style::ERROR, "fail"),
        };
        let (name, detail) = (escape::line(&check.name), escape::line(&check.detail));
        let line =
            wrap(&format!("{name:widest$}  {detail}"), options.width.map(|width| width.saturating_sub(6)), widest + 8);
        text += &format!("{}  {line}\n", style::paint(options.color, style, word));
        if let Some(mend) = &check.mend {
            text += &format!("{:indent$}mend it: {}\n", "", escape::line(mend), indent = widest + 8);
        }
    }
    let number = |outcome| view.checks.iter().filter(|check| check.outcome == outcome).count();
    let verdict = match (number(Outcome::Fail), number(Outcome::Warn)) {
        (0, 0) => "Lockstep can answer here".to_owned(),
        (0, warnings) => format!("Lockstep can answer here, with {}", count(warnings, "reservation")),
        (failures, _) => format!("Lockstep cannot answer here: {}", count(failures, "check") + " failed"),
    };
    text += &format!("\n{verdict}\n");
    write_safely(text, options, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> DoctorView {
        let check = |name: &str, outcome, detail: &str, mend: Option<&str>| Check {
            name: name.to_owned(),
            outcome,
            detail: detail.to_owned(),
            mend: mend.map(str::to_owned),
        };
        DoctorView {
            checks: vec![
                check("repository", Outcome::Ok, "a checkout of 16 files", None),
                check("history", Outcome::Fail, "shallow clone", Some("git fetch --unshallow --filter=blob:none")),
                check("functions", Outcome::Warn, "2 of 5 without code\u{1b}[2J", None),
            ],
        }
    }

    #[test]
    fn tells_what_mends_it() {
        let (mut text, mut json) = (Vec::new(), Vec::new());
        write_text(&view(), &Options::default(), &mut text).unwrap();
        write_json(&view(), &mut json).unwrap();
        insta::assert_snapshot!(String::from_utf8([text, json].concat()).unwrap());
    }

    #[test]
    fn nothing_to_check_is_well() {
        assert_eq!(DoctorView::default().worst(), Outcome::Ok);
        assert_eq!(view().worst(), Outcome::Fail);
    }
}
