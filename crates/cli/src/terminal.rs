//! The terminal: colours, progress on standard error, and readers that go away.

use std::{
    env,
    io::{self, IsTerminal, Write},
    path::Path,
    sync::{Mutex, OnceLock},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lockstep_linter::Progress;

use crate::args::{ColorWhen, Common, LinksWhen};

/// Shorter runs show no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether a stream gets colours: the flag, then NO_COLOR, then CLICOLOR_FORCE and FORCE_COLOR, then whether it is a
/// terminal that can show them.
pub fn colors(when: ColorWhen, is_terminal: bool) -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto if set("NO_COLOR") => false,
        ColorWhen::Auto if set("CLICOLOR_FORCE") || set("FORCE_COLOR") => true,
        ColorWhen::Auto if env::var_os("TERM").is_some_and(|term| term == "dumb") => false,
        // Their logs are no terminals, and show colours.
        ColorWhen::Auto => is_terminal || ["GITHUB_ACTIONS", "GITLAB_CI"].into_iter().any(set),
    }
}

/// What places are linked to, below the `root` of the checkout; none if they are not to be links.
pub fn links(common: &Common, root: Option<&Path>) -> Option<String> {
    let root = root.filter(|_| are_linked(common.hyperlinks, io::stdout().is_terminal()))?;
    Some(lockstep_reporting::address_of(&root.to_string_lossy()))
}

/// Whether places become links.
fn are_linked(when: LinksWhen, is_terminal: bool) -> bool {
    match when {
        LinksWhen::Always => true,
        LinksWhen::Never => false,
        // It heeds FORCE_HYPERLINK, and knows the terminals that open them.
        LinksWhen::Auto => {
            let forced = env::var("FORCE_HYPERLINK").is_ok_and(|value| value == "1" || value == "true");
            forced || (is_terminal && env::var_os("CI").is_none() && supports_hyperlinks::supports_hyperlinks())
        }
    }
}

/// How text for people is written to standard output.
pub fn options(common: &Common) -> lockstep_reporting::Options {
    let is_terminal = io::stdout().is_terminal();
    lockstep_reporting::Options {
        color: colors(common.color, is_terminal),
        width: is_terminal.then(width).flatten(),
        ascii: common.ascii,
        links: None,
        links_of: Vec::new(),
        hints: is_terminal,
        statistics: false,
        quiet: common.quiet > 0,
        verbose: common.verbose > 0,
        max_findings: None,
        github_actions: env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
    }
}

/// The width of the terminal, at most 120 columns: longer lines are hard to read.
fn width() -> Option<usize> {
    let told = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    told.or_else(measured).map(|width: usize| width.min(120))
}

/// Writes to standard output. A reader that goes away (`| head`) ends the output quietly.
///
/// # Errors
/// If standard output cannot be written to for another reason.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is still in the buffer must not be tried again on the way out.
            let _ = out.into_parts();
            Ok(())
        }
        result => result,
    }
}

/// A progress line on standard error, shown only on a terminal and only if the run takes a while.
pub struct Bar {
    bar: Option<ProgressBar>,
    started: Instant,
    shown: OnceLock<()>,
    stages: Option<Mutex<Vec<(&'static str, Duration)>>>,
}

impl Bar {
    /// The progress of a run with these wishes.
    pub fn new(common: &Common) -> Self {
        let wanted = !common.no_progress && common.quiet == 0 && io::stderr().is_terminal();
        let bar = wanted.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar:.dim} {pos}/{len}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let stages = (common.verbose > 1).then(Mutex::default);
        Self { bar, started: Instant::now(), shown: OnceLock::new(), stages }
    }

    /// True if it is shown once the run takes a while.
    pub fn is_wanted(&self) -> bool {
        self.bar.is_some()
    }

    fn show(&self) -> Option<&ProgressBar> {
        let bar = self.bar.as_ref().filter(|_| self.started.elapsed() > PATIENCE)?;
        self.shown.get_or_init(|| bar.set_draw_target(ProgressDrawTarget::stderr()));
        Some(bar)
    }

    /// Takes the line off the screen; with `-vv` says when each stage began.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let Some(stages) = &self.stages else { return };
        let mut err = io::stderr().lock();
        for (name, at) in stages.lock().iter().flat_map(|stages| stages.iter()) {
            let _ = writeln!(err, "{:>8.3} s  {name}", at.as_secs_f64());
        }
        let _ = writeln!(err, "{:>8.3} s  done", self.started.elapsed().as_secs_f64());
    }
}

impl Progress for Bar {
    fn stage(&self, name: &'static str) {
        if let Some(mut stages) = self.stages.as_ref().and_then(|stages| stages.lock().ok()) {
            stages.push((name, self.started.elapsed()));
        }
        if let Some(bar) = &self.bar {
            bar.set_message(name);
        }
        self.show();
    }

    fn step(&self, done: usize, of: usize) {
        if let Some(bar) = self.show() {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_has_the_last_word() {
        assert!(colors(ColorWhen::Always, false));
        assert!(!colors(ColorWhen::Never, true));
    }
}
