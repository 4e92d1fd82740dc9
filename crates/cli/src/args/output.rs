//! How the findings of `check` and `demo` are written, and where to.

use std::{fmt, path::PathBuf};

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use lockstep_reporting::{Format, formats};

use crate::session::closest;

/// How findings are written.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// How findings are written
    #[arg(
        long,
        value_parser = format_names(),
        default_value = "text",
        value_name = "FORMAT",
        aliases = ["output-format", "message-format"]
    )]
    pub format: FormatArg,
    /// Write a report into a file as well, in any of these formats; several times for several; `-` is standard output
    #[arg(long, value_parser = report_to, value_name = "FORMAT=PATH")]
    pub report: Vec<ReportTo>,
}

/// A format, by its name.
#[derive(Clone, Copy)]
pub struct FormatArg(pub &'static dyn Format);

impl fmt::Debug for FormatArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// One value of `--report`.
#[derive(Debug, Clone)]
pub struct ReportTo {
    /// How it is written.
    pub format: FormatArg,
    /// Where to.
    pub path: PathBuf,
}

/// The names of all formats, each with its line of help.
fn format_names() -> impl TypedValueParser<Value = FormatArg> {
    let values = formats::FORMATS.iter().map(|format| PossibleValue::new(format.name()).help(format.summary()));
    PossibleValuesParser::new(values).try_map(|name| format_called(&name))
}

fn format_called(name: &str) -> Result<FormatArg, String> {
    formats::by_name(name).map(FormatArg).ok_or_else(|| {
        let names: Vec<_> = formats::FORMATS.iter().map(|format| format.name()).collect();
        let near = closest(name, names.iter().copied());
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("there is no format `{}`{hint} ({})", name.escape_debug(), names.join(", "))
    })
}

fn report_to(value: &str) -> Result<ReportTo, String> {
    let (name, path) = value.split_once('=').ok_or("a format and a path belong here: `sarif=lockstep.sarif`")?;
    if path.is_empty() {
        return Err(format!("the path is missing: `{name}=PATH`"));
    }
    Ok(ReportTo { format: format_called(name)?, path: PathBuf::from(path) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_format_and_a_path() {
        let report = report_to("sarif=out/a=b.sarif").unwrap();
        assert_eq!((report.format.0.name(), report.path), ("sarif", PathBuf::from("out/a=b.sarif")));
        let wrong = |value| report_to(value).unwrap_err();
        assert!(wrong("sraif=x").starts_with("there is no format `sraif`; did you mean `sarif`? (text, "));
        assert!(wrong("nothing=x").starts_with("there is no format `nothing` (text, "));
        assert_eq!(wrong("sarif"), "a format and a path belong here: `sarif=lockstep.sarif`");
        assert_eq!(wrong("sarif="), "the path is missing: `sarif=PATH`");
    }
}
