//! Scripts that a runtime of the repository's own, or of a layer, reads: `handler.hello` is the function `hello` of
//! `handler.sh`, `handler.ps1::hello` that of `handler.ps1`.

use lockstep_model::{Confidence, Entry, RepoPath};

use super::{Case, probe};

/// The entry file of `case` in the folder `root`, if its runtime is none of Lambda's.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    if !case.runtime().starts_with("provided") {
        return None;
    }
    let (path, symbol) = powershell(case, root).or_else(|| shell(case, root))?;
    Some(Entry { path, symbol: Some(symbol), confidence: Confidence::Exact })
}

fn powershell(case: &Case, root: &RepoPath) -> Option<(RepoPath, String)> {
    let (script, function) = case.handler.split_once("::")?;
    let path = probe::file(case.files, &root.join(script).ok()?)?;
    (path.extension() == Some("ps1")).then(|| (path, function.to_owned()))
}

/// A program may lie beside a script of its name: the script must have the function.
fn shell(case: &Case, root: &RepoPath) -> Option<(RepoPath, String)> {
    let (module, function) = case.handler.rsplit_once('.')?;
    let path = probe::with_extension(case.files, &root.join(module).ok()?, &["sh", "bash"])?;
    probe::mentions(case.files, &path, function).then(|| (path, function.to_owned()))
}
