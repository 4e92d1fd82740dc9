//! What code registers with the Functions Framework, in JavaScript, Python, Go and Java.

use std::{ops::Range, sync::LazyLock};

use lockstep_diagnostics::Partial;
use lockstep_model::{FileSet, Question, RepoPath};
use lockstep_script::tree::{ExpressionKind, Language, StatementKind};
use regex::Regex;

use super::NAME;
use crate::{
    in_code::{self, App, Place, receives},
    platform::Declared,
    scripts::{At, Script, Scripts, argument, calls_in, code_of},
};

/// The framework in JavaScript.
const NODE: &str = "@google-cloud/functions-framework";

/// `functions.HTTP("Name", handler)` of Go.
static GO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"functions\.(HTTP|CloudEvent|Typed)\(\s*"([^"]+)"\s*,\s*([A-Za-z_]\w*)?"#).expect("a constant")
});

/// A class of Java that is a function.
static JAVA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"class\s+(\w+)[^{]*\bimplements\s[^{]*\b(HttpFunction|BackgroundFunction|RawBackgroundFunction|CloudEventsFunction|TypedFunction)\b")
        .expect("a constant")
});

/// Reads the code outside of `deployed`, the folders whose functions commands name.
pub(super) fn read(files: &FileSet, deployed: &[RepoPath], all: &mut Partial<Vec<Declared>>) {
    let scripts = Scripts::new(files);
    let is_known = |path: &RepoPath| deployed.iter().any(|folder| path.starts_with(folder));
    for path in files.paths().filter(|path| !in_code::is_output(path) && !is_test(path)) {
        if is_known(path) {
            continue;
        }
        match path.extension() {
            Some("js" | "ts" | "mjs" | "cjs") if says(files, path, NODE) => {
                all.value.extend(scripts.get(path).into_iter().flat_map(|script| node(&scripts, script)));
            }
            Some("py") if path.file_name() == "main.py" && says(files, path, "functions_framework") => {
                all.value.extend(scripts.get(path).into_iter().flat_map(|script| python(&scripts, script)));
            }
            Some("go") if says(files, path, "functions-framework-go") => all.value.extend(go(files, path)),
            Some("java") if says(files, path, "com.google.cloud.functions") => all.value.extend(java(files, path)),
            _ => {}
        }
    }
}

fn is_test(path: &RepoPath) -> bool {
    let name = path.file_name();
    let in_folder = path.components().any(|part| matches!(part, "test" | "tests" | "__tests__"));
    in_folder || name.contains(".test.") || name.ends_with("_test.go") || name.starts_with("test_")
}

fn says(files: &FileSet, path: &RepoPath, words: &str) -> bool {
    files.ask(path, &Question::Holds(vec![words.to_owned().into()])).unwrap_or(false)
}

/// The application that a source file belongs to: the nearest folder with a manifest of its language.
fn app(files: &FileSet, path: &RepoPath, manifests: &[&str], runtime: &str) -> App {
    let holds =
        |folder: &RepoPath| manifests.iter().any(|name| folder.join(name).is_ok_and(|path| files.is_file(&path)));
    let own = path.parent().unwrap_or_else(RepoPath::root);
    let above = own.ancestors().find(holds);
    let folder = above.unwrap_or(own);
    App {
        platform: NAME,
        service: in_code::service_name(&folder, "functions"),
        folder,
        runtime: Some(runtime.to_owned()),
    }
}

fn started(mut function: Declared, kind: &str) -> Declared {
    let key = match kind {
        "http" | "typed" => format!("{}#http ANY /{}", function.service, function.name),
        _ => format!("{}#{}/event", function.service, function.name),
    };
    function.channels.push(receives(if kind == "cloudevent" { "other" } else { "http" }, key));
    function
}

/// `functions.http("name", handler)`.
fn node(scripts: &Scripts<'_>, script: &Script) -> Vec<Declared> {
    let app = app(scripts.files, &script.path, &["package.json"], "nodejs");
    let mut found = Vec::new();
    for called in calls_in(script.tops.iter().map(|top| &top.statement)) {
        let at = |expression| At { script, expression, inside: called.inside, class: None };
        let Some((module, method)) = scripts.package_callee(at(&called.call.callee)) else { continue };
        let method = method.trim_start_matches("default.");
        if module != NODE || !matches!(method, "http" | "cloudEvent" | "typed") {
            continue;
        }
        let Some(written) = argument(called.call, 0) else { continue };
        let Some(name) = scripts.whole_text(at(written)) else { continue };
        let code = argument(called.call, 1).and_then(|handler| code_of(scripts, at(handler), &name));
        let code = code.unwrap_or_else(|| (script.path.clone(), None));
        let end = called.expression.span.end;
        let place = Place { path: &script.path, text: &script.text, name: written.span.clone(), end };
        found.push(started(app.function(&name, &place, code), &method.to_ascii_lowercase()));
    }
    found
}

/// `@functions_framework.http`.
fn python(scripts: &Scripts<'_>, script: &Script) -> Vec<Declared> {
    if script.language != Language::Python {
        return Vec::new();
    }
    let app = app(scripts.files, &script.path, &["requirements.txt", "main.py"], "python");
    let mut found = Vec::new();
    for top in &script.tops {
        let StatementKind::Function(function) = &top.statement.kind else { continue };
        let method = function.decorators.iter().find_map(|decorator| {
            let callee = match &decorator.kind {
                ExpressionKind::Call(call) => &call.callee,
                _ => decorator,
            };
            let (module, name) = scripts.package_callee(script.at(callee))?;
            (module == "functions_framework").then(|| name.replace('_', ""))
        });
        let (Some(method), Some(name)) = (method, function.name.as_deref()) else { continue };
        if !matches!(method.as_str(), "http" | "cloudevent" | "typed") {
            continue;
        }
        let place = Place {
            path: &script.path,
            text: &script.text,
            name: function.name_span.clone(),
            end: top.statement.span.end,
        };
        found.push(started(app.function(name, &place, (script.path.clone(), Some(name.to_owned()))), &method));
    }
    found
}

fn go(files: &FileSet, path: &RepoPath) -> Vec<Declared> {
    let Ok(text) = files.text(path) else { return Vec::new() };
    let app = app(files, path, &["go.mod"], "go");
    let one = |found: regex::Captures<'_>| {
        let span: Range<usize> = found.get(2)?.range();
        let line = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        if text[line..span.start].trim_start().starts_with("//") {
            return None;
        }
        let symbol = found.get(3).map(|symbol| symbol.as_str()).filter(|symbol| *symbol != "func");
        let home = symbol.and_then(|symbol| defined(files, path, symbol)).unwrap_or_else(|| path.clone());
        let place = Place { path, text: &text, name: span.start - 1..span.end + 1, end: found.get(0)?.end() };
        let function = app.function(&found[2], &place, (home, symbol.map(str::to_owned)));
        Some(started(function, &found[1].to_ascii_lowercase()))
    };
    GO.captures_iter(&text).filter_map(one).collect()
}

/// The file of the package that defines `symbol`.
fn defined(files: &FileSet, path: &RepoPath, symbol: &str) -> Option<RepoPath> {
    let folder = path.parent()?;
    let beside =
        files.under(&folder).filter(|file| file.extension() == Some("go") && file.parent().as_ref() == Some(&folder));
    let start = format!("func {symbol}(");
    beside.filter(|file| !is_test(file)).find(|file| says(files, file, &start)).cloned()
}

fn java(files: &FileSet, path: &RepoPath) -> Vec<Declared> {
    let Ok(text) = files.text(path) else { return Vec::new() };
    let app = app(files, path, &["pom.xml", "build.gradle", "build.gradle.kts"], "java");
    let one = |found: regex::Captures<'_>| {
        let name = found.get(1)?;
        let place = Place { path, text: &text, name: name.range(), end: text.len() };
        let function = app.function(name.as_str(), &place, (path.clone(), Some(name.as_str().to_owned())));
        Some(started(function, if &found[2] == "HttpFunction" { "http" } else { "cloudevent" }))
    };
    JAVA.captures_iter(&text).filter_map(one).collect()
}
