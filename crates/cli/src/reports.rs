//! Reports that are written into files (`--report`): whole or not at all, each beside the others of the same run.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use lockstep_reporting::{Format, Options, ReportView};

use crate::{
    args::{Common, OutputArgs, ReportTo},
    terminal, whole,
};

/// The path that stands for standard output.
pub const STDOUT: &str = "-";

/// The variable that names the file in which GitHub collects the summaries of a job's steps.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Checks what can be checked before a run of minutes.
///
/// # Errors
/// If two reports go to one path.
pub fn check(reports: &[ReportTo]) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for report in reports {
        ensure!(
            seen.insert(meant_by(&report.path)),
            "two reports would go to `{}`: each needs a path of its own",
            report.path.display()
        );
    }
    Ok(())
}

/// The file that `path` means, however it is spelt and whether it is there or not.
fn meant_by(path: &Path) -> PathBuf {
    let beside = || Some(fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?));
    let found = fs::canonicalize(path).ok().or_else(beside);
    found.or_else(|| std::path::absolute(path).ok()).unwrap_or_else(|| path.to_owned())
}

/// What [`write`] writes to standard output.
///
/// # Errors
/// If the format has no words for it.
pub fn text(view: &ReportView<'_>, output: &OutputArgs, wishes: &Options) -> io::Result<Vec<u8>> {
    let format = output.format.0;
    let max_findings = wishes.max_findings.or(format.usual_findings());
    let mut text = Vec::new();
    format.write(view, &Options { max_findings, ..wishes.clone() }, &mut text)?;
    Ok(text)
}

/// Writes `view` to standard output and to all files that `output` asks for. A file that cannot be written keeps none of
/// the others back.
///
/// # Errors
/// If one of them cannot be written.
pub fn write(view: &ReportView<'_>, output: &OutputArgs, wishes: &Options, common: &Common) -> anyhow::Result<()> {
    // Twice quiet is the exit code alone; files are written all the same.
    if common.quiet < 2 {
        let text = text(view, output, wishes)?;
        terminal::print(|out| out.write_all(&text))?;
    }
    let in_files = Options { verbose: common.verbose > 0, github_actions: wishes.github_actions, ..Options::default() };
    let written = output.report.iter().map(|report| {
        let format = report.format.0;
        if report.path == Path::new(STDOUT) {
            return Ok(terminal::print(|out| format.write(view, wishes, out))?);
        }
        let mut text = Vec::new();
        let result = format.write(view, &in_files, &mut text).and_then(|()| to_file(&report.path, &text));
        result.with_context(|| failure(format, &report.path))
    });
    // All are tried before the first error is told.
    written.collect::<Vec<anyhow::Result<()>>>().into_iter().collect()
}

fn failure(format: &dyn Format, path: &Path) -> String {
    format!("cannot write the {} report to `{}`", format.name(), path.display())
}

/// Writes `text` to the file `path`; folders above it are made. The file that GitHub collects summaries in holds those of
/// other steps, too: what is written there is added to it.
pub fn to_file(path: &Path, text: &[u8]) -> io::Result<()> {
    if env::var_os(STEP_SUMMARY).is_some_and(|summary| !summary.is_empty() && path == Path::new(&summary)) {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
        return file.write_all(text);
    }
    // What is no file (a pipe, `/dev/stderr`) cannot be replaced by one, and a link stays a link.
    if path.starts_with("/dev") || (path.exists() && !path.is_file()) {
        return fs::OpenOptions::new().append(true).open(path)?.write_all(text);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    whole::write(path, text)
}
