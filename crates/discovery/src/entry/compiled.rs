//! Compiled output back to its sources: `dist/orders/index` is made from `src/orders/index.ts`.

use std::sync::LazyLock;

use globset::{GlobBuilder, GlobMatcher};
use lockstep_document::Node;
use lockstep_model::{FileSet, RepoPath};
use regex::Regex;

use super::{node, probe};

/// Names of folders that builds write to.
const OUTPUT_FOLDERS: &[&str] = &[
    "dist",
    "build",
    "lib",
    "out",
    "target",
    ".build",
    "compiled",
    "output",
    ".webpack",
    ".esbuild",
    "cdk.out",
    "bin",
    ".dist",
    "deploy",
    "bundle",
    "bundles",
    ".serverless",
    "js",
];

/// Folders that sources are usually in.
const SOURCE_FOLDERS: &[&str] = &["src", "", "source", "lib", "app", "lambda", "functions", "handlers"];

/// A source file as a build script writes it, perhaps as a pattern.
static SOURCE_WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[@\w./*\-\[\]{},]+\.(?:tsx?|mts|cts|jsx?|mjs|cjs)\b").expect("a constant"));

/// Build scripts that stand beside a package.
const SCRIPTS: &[&str] = &["package.json", "build.sh", "Makefile", "makefile", "build.js", "build.mjs", "build.ts"];

/// A pattern is asked about few files, so that to compile it takes longer than to look at it each time. That tries alternatives one
/// by one, so it is for patterns that are no longer than this, in bytes, and have no more of them.
const SHORT_PATTERN: usize = 200;
/// See there.
const FEW_BRACES: usize = 2;

/// True for the name of a folder that builds write to.
pub(super) fn is_output_folder(name: &str) -> bool {
    OUTPUT_FOLDERS.contains(&name)
}

/// The sources that the module `missing` (without extension) can be made from, likeliest first, each once.
pub(super) fn sources(files: &FileSet, root: &RepoPath, missing: &RepoPath) -> Vec<RepoPath> {
    let mut found = Vec::new();
    let mut add = |path: Option<RepoPath>| {
        if let Some(path) = path
            && !found.contains(&path)
        {
            found.push(path);
        }
    };
    let parts: Vec<&str> = missing.components().collect();
    for at in (0..parts.len().saturating_sub(1)).rev().filter(|at| is_output_folder(parts[*at])) {
        let (package, rest) = (folder_of(&parts[..at]), parts[at + 1..].join("/"));
        let output = folder_of(&parts[..=at]);
        for stem in by_tsconfig(files, &output, &rest) {
            add(node::module_at(files, &stem));
        }
        for rest in spellings(&rest) {
            for path in by_scripts(files, &package, rest) {
                add(Some(path));
            }
            for source in SOURCE_FOLDERS {
                let stem = package.join(source).and_then(|folder| folder.join(rest)).ok();
                add(stem.and_then(|stem| node::module_at(files, &stem)));
            }
        }
    }
    if let Some(rest) = missing.strip_prefix(root) {
        // What is zipped flat from `src/`, or bundled to the top of the package.
        for rest in spellings(rest) {
            for source in ["src", "lib", "source"] {
                let stem = root.join(source).and_then(|folder| folder.join(rest)).ok();
                add(stem.and_then(|stem| node::module_at(files, &stem)));
            }
            for path in by_scripts(files, root, rest) {
                add(Some(path));
            }
        }
    }
    found
}

/// `orders/index` may be made from `orders.ts`; `orders/main` may be bundled from it too.
fn spellings(rest: &str) -> Vec<&str> {
    let folder = rest.strip_suffix("/index").or_else(|| rest.strip_suffix("/main"));
    std::iter::once(rest).chain(folder).collect()
}

fn folder_of(parts: &[&str]) -> RepoPath {
    RepoPath::new(&parts.join("/")).unwrap_or_else(|_| RepoPath::root())
}

/// Through `outDir` and `rootDir` of the nearest `tsconfig.json` that writes to `output`.
fn by_tsconfig(files: &FileSet, output: &RepoPath, rest: &str) -> Vec<RepoPath> {
    let mut stems = Vec::new();
    for folder in output.ancestors().skip(1) {
        for name in ["tsconfig.json", "tsconfig.build.json", "tsconfig.prod.json"] {
            let Some((out, root)) = folder.join(name).ok().and_then(|path| compiler_folders(files, &path, 0)) else {
                continue;
            };
            let Some(inside) = output.strip_prefix(&out) else { continue };
            let roots = root.map_or_else(|| vec![folder.clone()], |root| vec![root]);
            for root in roots {
                stems.extend(root.join(inside).and_then(|folder| folder.join(rest)).ok());
            }
        }
        if !stems.is_empty() {
            break;
        }
    }
    stems
}

/// `outDir` and `rootDir` of a `tsconfig.json`, `extends` followed inside the repository.
fn compiler_folders(files: &FileSet, path: &RepoPath, depth: usize) -> Option<(RepoPath, Option<RepoPath>)> {
    let text = files.text(path).ok()?;
    let document = lockstep_document::parse("jsonc", &text).ok()?;
    let folder = path.parent()?;
    let option = |name: &str| {
        let text = document.root.path(&["compilerOptions", name])?.as_str()?;
        folder.join(text).ok()
    };
    if let Some(out) = option("outDir") {
        return Some((out, option("rootDir").or_else(|| included_folder(&document.root, &folder))));
    }
    let base = document.root.get("extends").and_then(Node::as_str).filter(|base| base.starts_with('.'))?;
    let base = folder.join(base).ok()?;
    let base = if base.extension() == Some("json") { base } else { RepoPath::new(&format!("{base}.json")).ok()? };
    if depth < 5 { compiler_folders(files, &base, depth + 1) } else { None }
}

/// The one folder that `include` names: without a `rootDir`, the compiler takes what all sources have in common.
fn included_folder(config: &Node, folder: &RepoPath) -> Option<RepoPath> {
    let [only] = config.get("include")?.items() else { return None };
    let plain = only.as_str()?.split('*').next()?.trim_end_matches('/');
    folder.join(plain).ok().filter(|path| !plain.is_empty() && path.extension().is_none())
}

/// Source files that the build scripts of `package` name and that can become the module `rest`.
fn by_scripts(files: &FileSet, package: &RepoPath, rest: &str) -> Vec<RepoPath> {
    let Some(folder) = package.ancestors().find(|folder| has_script(files, folder)) else { return Vec::new() };
    let base = rest.rsplit('/').next().unwrap_or(rest);
    let parent = rest.rsplit('/').nth(1);
    let mut found = Vec::new();
    let configs = probe::directly_in(files, &folder).filter(|path| is_script(path.file_name()));
    for text in configs.filter_map(|path| files.text(path).ok()).filter(|text| text.len() < 200_000) {
        for word in SOURCE_WORD.find_iter(&text) {
            let named_here = is_key_before(&text[..word.start()], rest) || is_key_before(&text[..word.start()], base);
            let is_called_so = |path: &RepoPath| {
                let same = path.file_stem() == base || parent.is_some_and(|parent| path.file_stem() == parent);
                let around = || {
                    path.parent().is_some_and(|folder| folder.file_name() == base || Some(folder.file_name()) == parent)
                };
                same || (path.file_stem() == "index" && around())
            };
            // Patterns are dear, and most mean other files.
            if is_pattern(word.as_str()) && !named_here && !files.under(&folder).any(is_called_so) {
                continue;
            }
            for path in expand(files, &folder, word.as_str(), &|path| named_here || is_called_so(path)) {
                if !found.contains(&path) {
                    found.push(path);
                }
            }
        }
    }
    found
}

/// True if `before` ends with `name: '` as the entries of a bundler's configuration do.
fn is_key_before(before: &str, name: &str) -> bool {
    let key = before.trim_end_matches(['\'', '"', '`', ' ', '[', '(', '.', '/']);
    let Some(key) = key.strip_suffix(':') else { return false };
    let key = key.trim_end().trim_end_matches(['\'', '"']);
    key.ends_with(name) && !key[..key.len() - name.len()].ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn is_script(name: &str) -> bool {
    SCRIPTS.contains(&name)
        || ["esbuild.", "webpack.", "tsup.", "rollup.", "vite."].iter().any(|prefix| name.starts_with(prefix))
}

fn has_script(files: &FileSet, folder: &RepoPath) -> bool {
    folder.join("package.json").is_ok_and(|path| files.is_file(&path))
}

fn is_pattern(word: &str) -> bool {
    word.contains(['*', '{'])
}

/// The files that a word of a script means and that are `wanted`: one file, or all that match a pattern.
fn expand(files: &FileSet, folder: &RepoPath, word: &str, wanted: &dyn Fn(&RepoPath) -> bool) -> Vec<RepoPath> {
    let Ok(path) = folder.join(word) else { return Vec::new() };
    if !is_pattern(word) {
        return probe::file(files, &path).into_iter().filter(wanted).collect();
    }
    let Some(pattern) = Matcher::of(path.as_str()) else { return Vec::new() };
    let matches = |path: &RepoPath| pattern.is_match(path.as_str()) && !probe::is_side_folder(path);
    // Few of them are wanted, and a pattern takes longer to look at.
    files.under(folder).filter(|path| wanted(path) && matches(path)).cloned().collect()
}

/// Tells whether paths match a pattern.
enum Matcher<'p> {
    AtSight(&'p str),
    Compiled(GlobMatcher),
}

impl<'p> Matcher<'p> {
    /// None if it is no pattern.
    fn of(pattern: &'p str) -> Option<Self> {
        if pattern.len() <= SHORT_PATTERN && pattern.matches('{').count() <= FEW_BRACES {
            return fast_glob::validate(pattern).is_ok().then_some(Self::AtSight(pattern));
        }
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        Some(Self::Compiled(glob.ok()?.compile_matcher()))
    }

    fn is_match(&self, path: &str) -> bool {
        match self {
            Self::AtSight(pattern) => fast_glob::glob_match(pattern, path),
            Self::Compiled(matcher) => matcher.is_match(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_compiled_matches_the_same() {
        let paths = ["src/a.ts", "src/b/a.ts", "src/b/c/a.ts", "src/b/a.js", "a.ts", "src/index.tsx", "src/.a.ts"];
        for pattern in [
            "src/*.ts",
            "src/**/*.ts",
            "**/*.ts",
            "src/*/*.ts",
            "src/{a,index}.{ts,tsx}",
            "src/b*/a.ts",
            "src/[ab].ts",
            "src/**/{a,b/c/a}.ts",
            "src/{a.ts",
        ] {
            let compiled =
                GlobBuilder::new(pattern).literal_separator(true).build().ok().map(|glob| glob.compile_matcher());
            let at_sight = Matcher::of(pattern);
            assert_eq!(at_sight.is_some(), compiled.is_some(), "{pattern}");
            for path in paths {
                let expected = compiled.as_ref().is_some_and(|glob| glob.is_match(path));
                assert_eq!(
                    at_sight.as_ref().is_some_and(|at_sight| at_sight.is_match(path)),
                    expected,
                    "{pattern} {path}"
                );
            }
        }
    }

    /// Alternatives that are tried one by one would take for ever.
    #[test]
    fn many_alternatives_take_no_time() {
        let pattern = "{a,a,a,a,a,a,a,a,a,a,a,a}".repeat(10) + "b.ts";
        let matcher = Matcher::of(&pattern).unwrap();
        assert!(!matcher.is_match(&("a".repeat(10) + "c.ts")) && matcher.is_match(&("a".repeat(10) + "b.ts")));
    }
}
