//! Colours: which, and how codespan's renderer gets them.

use std::io;

use anstyle::{AnsiColor, Effects, Style};
use codespan_reporting::{
    diagnostic::{LabelStyle, Severity},
    term::WriteStyle,
};

/// Headings, and what must not be overlooked.
pub(crate) const BOLD: Style = Style::new().effects(Effects::BOLD);
/// What is right.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
/// What deserves a look.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
/// What is wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// Borders, numbers, second places.
const FRAME: Style = AnsiColor::Cyan.on_default();

/// `text` in `style`, if colour is wanted.
pub(crate) fn paint(color: bool, style: Style, text: &str) -> String {
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Bug | Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note => GOOD,
        Severity::Help => FRAME.effects(Effects::BOLD),
    }
}

/// A writer for codespan's renderer: ANSI colours, or none.
pub(crate) struct Painter {
    pub(crate) text: Vec<u8>,
    color: bool,
}

impl Painter {
    pub(crate) fn new(color: bool) -> Self {
        Self { text: Vec::new(), color }
    }

    fn set(&mut self, style: Style) -> io::Result<()> {
        if self.color {
            self.text.extend_from_slice(style.render().to_string().as_bytes());
        }
        Ok(())
    }
}

impl io::Write for Painter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl WriteStyle for Painter {
    fn set_header(&mut self, severity: Severity) -> io::Result<()> {
        self.set(of_severity(severity))
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.set(BOLD)
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.set(FRAME)
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.set(FRAME)
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.set(FRAME)
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> io::Result<()> {
        self.set(match style {
            LabelStyle::Primary => of_severity(severity),
            LabelStyle::Secondary => FRAME,
        })
    }

    fn reset(&mut self) -> io::Result<()> {
        if self.color {
            self.text.extend_from_slice(anstyle::Reset.render().to_string().as_bytes());
        }
        Ok(())
    }
}
