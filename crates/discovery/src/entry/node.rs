//! Node.js: `folder/module.symbol`, split as the Lambda runtime does or as bundlers do, sources behind compiled output.

use lockstep_model::{Confidence, Entry, FileSet, RepoPath};

use super::{Case, compiled, probe};
use crate::platform::HandlerStyle;

/// In the order in which they are tried: sources before what is compiled from them.
pub(super) const EXTENSIONS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "mjs", "cjs", "jsx"];

/// Languages that compile to JavaScript and whose output is deployed.
const COMPILED_FROM: &[&str] = &["coffee", "ls", "re", "res", "purs", "elm", "cljs", "cljc", "kt", "fs"];

/// The ways to split a handler, likeliest first.
fn splits(case: &Case) -> Vec<(String, String)> {
    let handler = case.handler.as_str();
    let (folder, base) = match handler.rfind('/') {
        Some(at) => handler.split_at(at + 1),
        None => ("", handler),
    };
    let with = |at: Option<usize>| {
        let at = at.filter(|at| *at > 0)?;
        Some((format!("{folder}{}", &base[..at]), base[at + 1..].to_owned()))
    };
    let (first, last) = (with(base.find('.')), with(base.rfind('.')));
    let mut splits: Vec<_> = match case.declared.style {
        HandlerStyle::Runtime => [first, last],
        HandlerStyle::Bundler | HandlerStyle::Path => [last, first],
    }
    .into_iter()
    .flatten()
    .collect();
    splits.dedup();
    splits
}

/// The module part of the handler, for people.
pub(super) fn module_of(case: &Case) -> String {
    splits(case).into_iter().next().map_or_else(|| case.handler.clone(), |(module, _)| module)
}

/// A module as Node finds it: the file, or the `index` of a folder.
pub(super) fn module_at(files: &FileSet, stem: &RepoPath) -> Option<RepoPath> {
    probe::with_extension(files, stem, EXTENSIONS)
        .or_else(|| probe::file(files, stem).filter(|path| path.extension().is_none_or(|e| EXTENSIONS.contains(&e))))
        .or_else(|| probe::with_extension(files, &stem.join("index").ok()?, EXTENSIONS))
}

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    bundled(case, root)
        .or_else(|| literal(case, root))
        .or_else(|| built(case, root))
        .or_else(|| package_main(case, root))
        .or_else(|| other_language(case, root))
        .or_else(|| module_alone(case, root))
}

/// A handler that is a module and no symbol: platforms that run the file (Cloudflare's scripts, Twilio).
fn module_alone(case: &Case, root: &RepoPath) -> Option<Entry> {
    let handler = case.handler.as_str();
    if handler.is_empty() || handler.contains(['.', ':']) {
        return None;
    }
    let path = module_at(case.files, &root.join(handler).ok()?)?;
    Some(Entry { path, symbol: None, confidence: Confidence::Convention })
}

/// The files that the manifest tells the bundler to start from.
fn bundled(case: &Case, root: &RepoPath) -> Option<Entry> {
    let points = &case.declared.build.entry_points;
    let (module, symbol) = splits(case).into_iter().next()?;
    let base = module.rsplit('/').next().unwrap_or(&module);
    let stem_of = |point: &str| {
        let path = root.join(point).ok()?;
        Some(path.file_stem().to_owned())
    };
    let point = match points.as_slice() {
        [only] => only,
        several => several.iter().find(|point| stem_of(point).as_deref() == Some(base))?,
    };
    let path = root.join(point).ok()?;
    let found = probe::file(case.files, &path).or_else(|| module_at(case.files, &path))?;
    Some(Entry { path: found, symbol: Some(symbol), confidence: Confidence::Exact })
}

fn literal(case: &Case, root: &RepoPath) -> Option<Entry> {
    let found: Vec<_> = splits(case)
        .into_iter()
        .filter_map(|(module, symbol)| {
            let place = root.join(&module).ok()?;
            // A folder with a package in it is a module, too.
            let path = module_at(case.files, &place).or_else(|| main_of(case, &place).filter(|_| place != *root))?;
            Some((path, symbol))
        })
        .collect();
    let best = found.iter().find(|(path, symbol)| probe::may_define(case.files, path, symbol)).or(found.first())?;
    Some(Entry { path: best.0.clone(), symbol: Some(best.1.clone()), confidence: Confidence::Exact })
}

/// True for a path to a file of JavaScript or TypeScript, with or without a symbol behind `#`.
pub(super) fn is_module_path(handler: &str) -> bool {
    let path = handler.split('#').next().unwrap_or(handler);
    path.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

/// The source behind a handler that is a path to compiled output: `../dist/pay/index.js#run`.
pub(super) fn source_of(case: &Case, root: &RepoPath) -> Option<Entry> {
    let (path, symbol) = match case.handler.split_once('#') {
        Some((path, symbol)) => (path, Some(symbol.to_owned())),
        None => (case.handler.as_str(), None),
    };
    if !is_module_path(path) {
        return None;
    }
    let missing = without_extension(&root.join(path).ok()?);
    let path = closest(case, root, &missing)?;
    Some(Entry { path, symbol, confidence: Confidence::Compiled })
}

/// The source of a compiled file whose path agrees with it below the folder that is written to, or by a name that says
/// something: scripts of a build name many a file called `index`. Else the only file whose path ends so.
fn closest(case: &Case, root: &RepoPath, missing: &RepoPath) -> Option<RepoPath> {
    let below = missing.strip_prefix(root).unwrap_or(missing.as_str());
    let parts: Vec<&str> = below.split('/').collect();
    let is_output = |part: &&str| compiled::is_output_folder(part) || part.starts_with('.');
    let inside = parts.iter().rposition(is_output).map_or(0, |at| at + 1);
    let rest = parts.get(inside..).filter(|rest| !rest.is_empty()).unwrap_or(&parts);
    let generic = matches!(missing.file_stem(), "index" | "main");
    let without_name = if generic && rest.len() > 1 { &rest[..rest.len() - 1] } else { rest };
    let agrees = |candidate: &RepoPath, least: usize| {
        let stem = without_extension(candidate);
        let parts: Vec<&str> = stem.components().collect();
        [rest, without_name].iter().any(|rest| rest.len() >= least && parts.ends_with(rest))
    };
    let candidates = compiled::sources(case.files, root, missing);
    let whole = candidates.iter().find(|path| agrees(path, 1));
    let by_name = || candidates.iter().find(|path| !generic && path.file_stem() == missing.file_stem());
    whole.or_else(by_name).cloned().or_else(|| {
        let is_source = |path: &&RepoPath| {
            path.extension().is_some_and(|extension| EXTENSIONS.contains(&extension))
                && !probe::is_side_folder(path)
                && agrees(path, 2)
        };
        let mut all = case.files.under(root).filter(is_source);
        all.next().filter(|_| all.next().is_none()).cloned()
    })
}

/// The source behind a module that only a build makes.
fn built(case: &Case, root: &RepoPath) -> Option<Entry> {
    splits(case).into_iter().find_map(|(module, symbol)| {
        let missing = root.join(&module).ok()?;
        let candidates = compiled::sources(case.files, root, &missing);
        let best =
            candidates.iter().find(|path| probe::may_define(case.files, path, &symbol)).or(candidates.first())?.clone();
        Some(Entry { path: best, symbol: Some(symbol), confidence: Confidence::Compiled })
    })
}

/// A handler without a dot is an export of the package's main file (Google Cloud Functions, OpenWhisk).
fn package_main(case: &Case, root: &RepoPath) -> Option<Entry> {
    let handler = case.handler.as_str();
    if handler.is_empty() || handler.contains(['.', '/', ':']) {
        return None;
    }
    let path = main_of(case, root)
        .or_else(|| ["index", "function"].iter().find_map(|name| module_at(case.files, &root.join(name).ok()?)))?;
    probe::may_define(case.files, &path, handler).then(|| Entry {
        path,
        symbol: Some(handler.to_owned()),
        confidence: Confidence::Exact,
    })
}

/// The main file of the package in `folder`, or its source.
fn main_of(case: &Case, folder: &RepoPath) -> Option<RepoPath> {
    let text = case.files.text(&folder.join("package.json").ok()?).ok()?;
    let document = lockstep_document::parse("json", &text).ok()?;
    // Written from the package, also with a slash in front.
    let path = folder.join(document.root.get("main")?.as_str()?.trim_start_matches('/')).ok()?;
    probe::file(case.files, &path)
        .or_else(|| module_at(case.files, &path))
        .or_else(|| compiled::sources(case.files, folder, &without_extension(&path)).into_iter().next())
}

pub(super) fn without_extension(path: &RepoPath) -> RepoPath {
    let stem = path.file_stem();
    path.parent().and_then(|folder| folder.join(stem).ok()).unwrap_or_else(|| path.clone())
}

/// The only file under `root`, in a language that becomes JavaScript, that can be the module.
fn other_language(case: &Case, root: &RepoPath) -> Option<Entry> {
    let (module, symbol) = splits(case).into_iter().next()?;
    let base = module.rsplit('/').next()?;
    let sources: Vec<_> = case
        .files
        .under(root)
        .filter(|path| path.extension().is_some_and(|extension| COMPILED_FROM.contains(&extension)))
        .filter(|path| !probe::is_side_folder(path))
        .filter(|path| probe::may_define(case.files, path, &symbol))
        .collect();
    let named: Vec<_> = sources.iter().filter(|path| path.file_stem() == base).collect();
    let path = match (named.as_slice(), sources.as_slice()) {
        ([only], _) => **only,
        ([], [only]) => only,
        _ => return None,
    };
    Some(Entry { path: path.clone(), symbol: Some(symbol), confidence: Confidence::Compiled })
}
