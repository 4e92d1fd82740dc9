//! Durable Functions by name: which activities and orchestrators the code in a folder calls. A name is a text, or a
//! constant of the file or of the file that it is imported from, as orchestrators mostly have it.

use std::{collections::BTreeSet, sync::LazyLock};

use lockstep_model::{FileSet, RepoPath};
use regex::Regex;

/// A call, and the text or the constant that is its first argument.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"\b(?:callActivity(?:WithRetry)?|callSubOrchestrator(?:WithRetry)?|startNew|call_activity(?:_with_retry)?|call_sub_orchestrator(?:_with_retry)?|start_new)\s*(?:<[^<>()]*>)?\(\s*(?:["'`]([^"'`\n]+)["'`]|([A-Za-z_$][\w$]*))"#,
    )
    .expect("a constant")
});

/// An import of names from a file of the repository.
static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"import\s*(?:type\s*)?\{([^}]*)\}\s*from\s*["'](\.[^"']*)["']"#).expect("a constant")
});

/// A constant that is a text.
static CONSTANT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)^\s*(?:export\s+)?(?:const\s+|let\s+|var\s+)?([A-Za-z_$][\w$]*)\s*(?::\s*[\w.<>"' |]+)?\s*=\s*["'`]([^"'`\n$]+)["'`]"#)
        .expect("a constant")
});

/// The names that the code directly in `folder` calls, sorted.
pub(super) fn called(files: &FileSet, folder: &RepoPath) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files.under(folder).filter(|path| is_code(folder, path)) {
        let Ok(text) = files.text(path) else { continue };
        for call in CALL.captures_iter(&text) {
            let literal = call.get(1).map(|name| name.as_str().to_owned());
            let constant = || constant(files, path, &text, call.get(2)?.as_str());
            names.extend(literal.or_else(constant));
        }
    }
    names
}

fn is_code(folder: &RepoPath, path: &RepoPath) -> bool {
    let inside = path.strip_prefix(folder).unwrap_or_default();
    let test = inside.contains("test") || inside.contains("__mocks__");
    !test && matches!(path.extension(), Some("ts" | "js" | "mjs" | "cjs" | "py"))
}

/// The text of the constant `name`, declared in the file or imported by it from another.
fn constant(files: &FileSet, path: &RepoPath, text: &str, name: &str) -> Option<String> {
    if let Some(value) = declared(text, name) {
        return Some(value);
    }
    let (from, exported) = IMPORT.captures_iter(text).find_map(|import| {
        let exported = import[1].split(',').find_map(|one| match one.split_once(" as ") {
            Some((exported, local)) => (local.trim() == name).then(|| exported.trim().to_owned()),
            None => (one.trim() == name).then(|| name.to_owned()),
        })?;
        Some((import[2].to_owned(), exported))
    })?;
    let module = path.parent()?.join(&from).ok()?;
    let file = ["ts", "js", "mjs"]
        .iter()
        .flat_map(|extension| [format!("{module}.{extension}"), format!("{module}/index.{extension}")])
        .find_map(|file| RepoPath::new(&file).ok().filter(|file| files.is_file(file)))?;
    declared(&files.text(&file).ok()?, &exported)
}

fn declared(text: &str, name: &str) -> Option<String> {
    CONSTANT.captures_iter(text).find(|found| &found[1] == name).map(|found| found[2].to_owned())
}
