//! [`Format`]: a way to write a report, and the wishes it takes into account.

use std::io;

use crate::ReportView;

/// A way to write the report of `check`.
pub trait Format: Sync {
    /// What `--format` calls it.
    fn name(&self) -> &'static str;

    /// One line for `--help`.
    fn summary(&self) -> &'static str;

    /// How many findings are shown on standard output if nobody says; none for all of them.
    fn usual_findings(&self) -> Option<usize> {
        None
    }

    /// Writes `report` to `out`.
    ///
    /// # Errors
    /// If `out` refuses: a closed pipe, a full disk.
    fn write(&self, report: &ReportView<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()>;
}

/// What the reader of a report wishes. The default is plain text for a file: no colour, no wrapping, every finding.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// Colour is wanted. Meaning never hangs on it.
    pub color: bool,
    /// Prose is wrapped to this many columns; none if the output is no terminal.
    pub width: Option<usize>,
    /// Only ASCII in the drawing; names from the repository stay as they are.
    pub ascii: bool,
    /// Places become links that a terminal can open: the address of the root of the checkout, `file://host/path/`.
    pub links: Option<String>,
    /// The same for places that begin with what stands first: other folders than the root's, the longest beginning counts.
    pub links_of: Vec<(String, String)>,
    /// The next command to run is said: for people at a terminal.
    pub hints: bool,
    /// How many findings each rule has, instead of the findings.
    pub statistics: bool,
    /// Findings only: no summary, no problems.
    pub quiet: bool,
    /// All evidence, all problems, all places.
    pub verbose: bool,
    /// At most this many findings; the rest is counted.
    pub max_findings: Option<usize>,
    /// The output is read by a runner of GitHub Actions: nothing may look like a command to it.
    pub github_actions: bool,
}
