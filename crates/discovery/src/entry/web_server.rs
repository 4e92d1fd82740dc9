//! Handlers that are scripts or programs of their own: `run.sh` behind the Lambda Web Adapter, a literal file, the
//! command of a container.

use lockstep_model::{Confidence, Entry, RepoPath};

use super::{Case, command, compiled, node, probe, python};

/// The entry behind a handler that is itself a file: a start script is read for the program it starts.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    let name = case.handler.as_str();
    if name.is_empty() {
        return None;
    }
    let path = probe::file(case.files, &root.join(name).ok()?)?;
    let is_script = path.extension() == Some("sh") || path.extension().is_none();
    if is_script && let Ok(text) = case.files.text(&path) {
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        let started = text.lines().find_map(|line| {
            let words = command::words(line.trim());
            [root, &folder].into_iter().find_map(|folder| of_command(case, folder, &words))
        });
        if started.is_some() {
            return started;
        }
    }
    Some(Entry { path, symbol: None, confidence: Confidence::Exact })
}

/// The file that a command starts: `node dist/server.js`, `uvicorn app.main:app`, `python -m orders`.
pub(super) fn of_command(case: &Case, root: &RepoPath, words: &[String]) -> Option<Entry> {
    let program = words.iter().find(|word| !matches!(word.as_str(), "exec" | "env" | "sudo") && !word.contains('='))?;
    let program = program.rsplit('/').next()?;
    let entry = |path, symbol: Option<&str>, confidence| Entry { path, symbol: symbol.map(str::to_owned), confidence };
    if program == "npm" || program == "yarn" || program == "pnpm" {
        return npm_script(case, root, words);
    }
    if let Some(module) = command::option(words, &["-m"]) {
        let module = module.replace('.', "/");
        let stem = root.join(&module).ok()?;
        let path = probe::with_extension(case.files, &stem, &["py"])
            .or_else(|| probe::with_extension(case.files, &stem.join("__main__").ok()?, &["py"]));
        if let Some(path) = path {
            return Some(entry(path, None, Confidence::Exact));
        }
    }
    words.iter().skip(1).filter(|word| !word.starts_with('-')).find_map(|word| {
        // Web servers for Python name a module and its application.
        if let Some((module, symbol)) = word.split_once(':').filter(|(_, symbol)| !symbol.contains([':', '/'])) {
            let stem = root.join(&python::module_of(&format!("{module}.x"))).ok()?;
            return Some(entry(probe::with_extension(case.files, &stem, &["py"])?, Some(symbol), Confidence::Exact));
        }
        let path = root.join(word.trim_start_matches("/var/task/").trim_start_matches("/app/")).ok()?;
        if let Some(path) = probe::file(case.files, &path).filter(is_source) {
            return Some(entry(path, None, Confidence::Exact));
        }
        if !matches!(path.extension(), Some("js" | "mjs" | "cjs")) {
            return None;
        }
        let sources = compiled::sources(case.files, root, &node::without_extension(&path));
        Some(entry(sources.into_iter().next()?, None, Confidence::Compiled))
    })
}

fn is_source(path: &RepoPath) -> bool {
    path.extension().is_some_and(|extension| {
        node::EXTENSIONS.contains(&extension) || matches!(extension, "py" | "rb" | "php" | "go" | "rs" | "sh")
    })
}

/// What `npm start` runs.
fn npm_script(case: &Case, root: &RepoPath, words: &[String]) -> Option<Entry> {
    let name = words.iter().skip(1).find(|word| !word.starts_with('-') && *word != "run")?;
    let text = case.files.text(&root.join("package.json").ok()?).ok()?;
    let document = lockstep_document::parse("json", &text).ok()?;
    let script = document.root.path(&["scripts", name])?.as_str()?;
    let words = command::words(script);
    // A script that calls itself must end.
    if matches!(words.first()?.as_str(), "npm" | "yarn" | "pnpm") { None } else { of_command(case, root, &words) }
}
