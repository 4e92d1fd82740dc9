//! Classes of constructs that no app of the checkout makes: libraries of constructs, and what an app hides.

use lockstep_model::RepoPath;
use lockstep_script::{
    Sources,
    tree::{Export, Language, Statement, StatementKind},
};

use super::apps::{App, is_built};
use crate::says;

/// Files that show or test something.
const TESTS: [&str; 8] = ["test", "tests", "__tests__", "__mocks__", "fixtures", "examples", "example", "e2e"];

/// The classes in files that use the CDK and that no app reaches, and that no other code makes or extends.
pub(super) fn unmade(sources: &Sources<'_>, seen: &[RepoPath]) -> Vec<(App, String)> {
    let files = sources.files();
    let uses_cdk = |path: &&RepoPath| says(files, path, &["aws-cdk-lib", "@aws-cdk/", "aws_cdk", "@guardian/cdk"]);
    let scripts: Vec<RepoPath> = files
        .paths()
        .filter(|path| path.extension() == Some("py") || lockstep_script::is_script(path))
        .filter(|path| !is_built(path) && !is_test(path))
        .filter(uses_cdk)
        .cloned()
        .collect();
    let mut found = Vec::new();
    for path in scripts.iter().filter(|path| seen.binary_search(path).is_err()) {
        let Some(module) = sources.module(path) else { continue };
        for class in classes(&module.body) {
            let used =
                scripts.iter().any(|other| files.text(other).is_ok_and(|text| is_used(&text, &class, module.language)));
            if !used {
                let folder = project(sources, path);
                found.push((App { folder, entry: path.clone() }, class));
            }
        }
    }
    found
}

/// True for what shows or tests something.
pub(super) fn is_test(path: &RepoPath) -> bool {
    let name = path.file_name();
    let by_name =
        name.contains(".test.") || name.contains(".spec.") || name.starts_with("test_") || name.contains("integ.");
    by_name || path.components().any(|part| TESTS.contains(&part))
}

/// The classes of a module.
fn classes(body: &[Statement]) -> Vec<String> {
    let mut found = Vec::new();
    for statement in body {
        match &statement.kind {
            StatementKind::Class(class) => found.extend(class.name.clone()),
            StatementKind::Export(Export::Declaration(inner)) => found.extend(classes(inner)),
            _ => {}
        }
    }
    found
}

/// True if a text makes or extends the class.
fn is_used(text: &str, class: &str, language: Language) -> bool {
    text.match_indices(class).any(|(at, _)| {
        let before = &text[..at];
        let after = &text[at + class.len()..];
        let whole = !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$'))
            && !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$'));
        let words = before.trim_end();
        whole
            && match language {
                // `new Name(`, `new lib.Name(`, `extends Name`.
                Language::TypeScript => {
                    let path =
                        words.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_')).trim_end();
                    let dotted = words.ends_with('.');
                    let word = if dotted { path } else { words };
                    // `import { Name as Other }`: it is used by its other name.
                    word.ends_with("new") || word.ends_with("extends") || after.starts_with(" as ")
                }
                Language::Python => {
                    let declares = words.ends_with("class");
                    let called = after.trim_start().starts_with('(');
                    let extended =
                        before.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("class "));
                    !declares && (called || extended)
                }
            }
    })
}

/// The folder of the project that a file belongs to.
pub(super) fn project(sources: &Sources<'_>, path: &RepoPath) -> RepoPath {
    let files = sources.files();
    let manifest = |folder: &RepoPath| {
        ["cdk.json", "package.json", "requirements.txt", "pyproject.toml"]
            .iter()
            .any(|name| folder.join(name).is_ok_and(|path| files.is_file(&path)))
    };
    path.ancestors().skip(1).find(manifest).unwrap_or_else(|| path.parent().unwrap_or_else(RepoPath::root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_code_makes_is_no_root() {
        let used = |text: &str, language| is_used(text, "Pay", language);
        let uses =
            ["new Pay(this)", "new lib.Pay(x)", "class A extends Pay {", "x = new\n  Pay()", "{ Pay as P } from"];
        for text in uses {
            assert!(used(text, Language::TypeScript), "{text}");
        }
        for text in ["class Pay extends Stack {", "new PayStack()", "import { Pay } from './pay'", "type A = Pay"] {
            assert!(!used(text, Language::TypeScript), "{text}");
        }
        assert!(used("Pay(app, 'x')", Language::Python) && used("class A(Pay):", Language::Python));
        assert!(!used("class Pay(Stack):", Language::Python) && !used("from a import Pay\n", Language::Python));
    }
}
