//! Errors of the user's own input (configuration, arguments), shown as findings are: with the line they are about.

use std::{io, sync::Arc};

use codespan_reporting::{
    diagnostic::{Diagnostic, Label},
    term::{Chars, Config, emit_to_write_style},
};
use lockstep_model::{Location, RepoPath};

use crate::{Options, escape, prose::wrap, snippet::Snippets, style::Painter};

/// One error.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ErrorView {
    /// What is wrong.
    pub message: String,
    /// Where; none for the command line.
    pub location: Option<Location>,
    /// What stands there, or should; may be empty.
    pub label: String,
    /// What to do.
    pub help: Vec<String>,
}

/// Writes `errors` with the lines they are about.
///
/// # Errors
/// If `out` refuses.
pub fn write(
    errors: &[ErrorView],
    text_of: &dyn Fn(&RepoPath) -> Option<Arc<str>>,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut painter = Painter::new(options.color);
    let chars = if options.ascii { Chars::ascii() } else { Chars::box_drawing() };
    let config = Config { chars, tab_width: 2, ..Config::default() };
    for error in errors {
        let (snippets, marks) = Snippets::new(&error.location, text_of, options.width);
        let width = options.width.map(|width| width.saturating_sub(8));
        let diagnostic = Diagnostic::error()
            .with_message(escape::line(&error.message))
            .with_labels(
                marks
                    .into_iter()
                    .flatten()
                    .map(|(file, range)| Label::primary(file, range).with_message(escape::line(&error.label)))
                    .collect(),
            )
            .with_notes(
                error.help.iter().map(|help| wrap(&format!("help: {}", escape::line(help)), width, 6)).collect(),
            );
        emit_to_write_style(&mut painter, &config, &snippets, &diagnostic).map_err(io::Error::other)?;
    }
    let text = String::from_utf8_lossy(&painter.text).into_owned();
    let text = if options.github_actions { escape::disarm_workflow_commands(&text) } else { text };
    out.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_line() {
        let text = "[rules]\nlokstep = \"warn\"\n";
        let location = Location::of_span(RepoPath::new("lockstep.toml").unwrap(), text, 8..15);
        let error = ErrorView {
            message: "unknown rule `lokstep`".to_owned(),
            location: Some(location),
            label: String::new(),
            help: vec!["did you mean `lockstep`?".to_owned()],
        };
        let mut out = Vec::new();
        let options = Options { ascii: true, ..Options::default() };
        write(&[error], &|_| Some(Arc::from(text)), &options, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
