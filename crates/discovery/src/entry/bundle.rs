//! Bundles whose archives are not in the checkout: the script that writes the bundle says what it starts from.
//! `outfile: "out/pay/index.js"` stands beside `entryPoints: ["./src/pay.ts"]`.

use std::{collections::BTreeSet, sync::LazyLock};

use lockstep_model::{Confidence, Entry, Question, RepoPath};
use regex::Regex;

use super::{Case, node, probe};

/// Scripts larger than this are bundles themselves.
const LARGEST: usize = 100_000;

static SOURCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"entryPoints\s*:\s*\[\s*["'`]([^"'`]+)["'`]\s*,?\s*\]"#).expect("a constant"));

/// True for a script that may write bundles, by its name.
pub(super) fn may_bundle(path: &RepoPath) -> bool {
    path.extension().is_some_and(|extension| matches!(extension, "js" | "mjs" | "cjs" | "ts"))
        && path.file_stem().to_lowercase().contains("build")
        && !probe::is_side_folder(path)
}

/// The source of the bundle in the archive `path`, if one script says so, or all that do agree.
pub(super) fn source(case: &Case, path: &str) -> Option<Entry> {
    let (module, symbol) = case.handler.rsplit_once('.')?;
    let folder = path.rsplit_once('/')?.0.trim_start_matches("./").trim_start_matches("../");
    if folder.is_empty() || folder.contains('*') {
        return None;
    }
    let output = format!("{folder}/{module}.");
    let writes = Question::Holds(vec![output.into()]);
    let mut found: BTreeSet<RepoPath> = BTreeSet::new();
    for script in case.index.bundling() {
        // Most scripts are called like one and write something else: what else they say is nothing to this function.
        if case.files.ask(script, &writes) != Ok(true) {
            continue;
        }
        let Some(text) = case.files.text(script).ok().filter(|text| text.len() <= LARGEST) else { continue };
        let mut sources = SOURCE.captures_iter(&text).filter_map(|found| {
            let written = found.get(1)?.as_str();
            script.ancestors().skip(1).find_map(|base| probe::file(case.files, &base.join(written).ok()?))
        });
        found.extend(sources.next().filter(|_| sources.next().is_none()));
    }
    let is_source = |path: &RepoPath| path.extension().is_some_and(|extension| node::EXTENSIONS.contains(&extension));
    let path = found.pop_first().filter(|path| found.is_empty() && is_source(path))?;
    Some(Entry { path, symbol: Some(symbol.to_owned()), confidence: Confidence::Artifact })
}
