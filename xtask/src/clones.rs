//! The copies between functions of one repository, for reading: are they copies, and would their maintainers say so?

use std::{
    io::{self, Write},
    path::Path,
    time::Instant,
};

use lockstep_config::Config;
use lockstep_linter::{Project, Silent, find, follow};
use lockstep_model::Fragment;

/// Writes each copy, the longest first, with the first `show` lines of it, and how long all of it took.
///
/// # Errors
/// If the checkout cannot be read, or standard output refuses.
pub fn list(checkout: &Path, show: usize) -> anyhow::Result<()> {
    let project = Project::open(checkout)?;
    let config = Config::default();
    let found = find(&project, &config);
    let before = Instant::now();
    let mut code = follow(&project, &config, &found, &Silent).code;
    let followed = before.elapsed();
    code.clones.sort_by_key(|clone| std::cmp::Reverse((clone.lines, clone.tokens)));
    let mut out = io::stdout().lock();
    for clone in &code.clones {
        let place = |fragment: &Fragment| {
            let at = &fragment.location;
            format!("{} {}:{}-{}", fragment.function, at.path, at.line, fragment.last_line)
        };
        let (a, b) = (place(&clone.a), place(&clone.b));
        writeln!(out, "{} lines, {} tokens, {}: {a} | {b}", clone.lines, clone.tokens, clone.kind.as_str())?;
        for fragment in [&clone.a, &clone.b] {
            let text = project.files.text(&fragment.location.path).map_err(|error| anyhow::anyhow!("{error}"))?;
            let (first, last) = (fragment.location.line as usize - 1, fragment.last_line as usize);
            let shown = text.lines().take(last).skip(first).take(show);
            shown.into_iter().try_for_each(|line| writeln!(out, "    {line}"))?;
            if show > 0 {
                writeln!(out, "    ----")?;
            }
        }
    }
    writeln!(out, "{} functions, {} copies, {followed:?}", found.functions.len(), code.clones.len())?;
    Ok(())
}
