//! Java, Kotlin, Scala and Groovy: `package.Class::method`, looked for by class; framework handlers by their variables.

use std::{borrow::Cow, sync::LazyLock};

use lockstep_model::{Confidence, Entry, Question, RepoPath};
use regex::Regex;

use super::{Case, index, probe};

/// Handlers of frameworks, and the variables that name the function behind them.
const FRAMEWORKS: &[(&str, &[&str])] = &[
    ("io.quarkus.", &["QUARKUS_LAMBDA_HANDLER"]),
    ("org.springframework.cloud.function.", &["SPRING_CLOUD_FUNCTION_DEFINITION", "FUNCTION_NAME", "MAIN_CLASS"]),
    ("io.micronaut.function.", &["MICRONAUT_FUNCTION_NAME"]),
    ("com.amazonaws.serverless.", &["MAIN_CLASS"]),
];

/// What marks the class that a framework starts from, where no variable names one.
static APPLICATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"@SpringBootApplication|@QuarkusMain|implements\s+RequestHandler|implements\s+RequestStreamHandler")
        .expect("a constant")
});

/// The parts of a handler: package, outermost class, method.
struct Handler<'a> {
    package: &'a str,
    class: &'a str,
    method: &'a str,
}

fn parse(handler: &str) -> Option<Handler<'_>> {
    // OpenWhisk and jar files: `target/demo.jar:com.example.App`.
    let handler = match handler.rsplit_once(".jar:") {
        Some((_, class)) => class,
        None => handler,
    };
    let (name, method) = handler.split_once("::").unwrap_or((handler, "handleRequest"));
    let name = name.split('$').next().unwrap_or(name);
    let (package, class) = name.rsplit_once('.').unwrap_or(("", name));
    let sound = !class.is_empty() && !name.contains(['/', '*', ' ']);
    sound.then_some(Handler { package, class, method })
}

/// What is looked for, for people.
pub(super) fn expected(case: &Case) -> String {
    if let Some(variables) = framework(&case.handler) {
        return match definition(case, variables) {
            Some(name) => format!("definition of `{name}`"),
            None => "application class".to_owned(),
        };
    }
    let name = case.handler.split("::").next().unwrap_or(&case.handler);
    format!("class `{name}`")
}

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    if let Some(variables) = framework(&case.handler) {
        return by_framework(case, root, variables);
    }
    let handler = parse(&case.handler)?;
    let found: Vec<_> = files_of(case, &handler).into_iter().filter(|path| path.starts_with(root)).collect();
    let path = match found.as_slice() {
        [only] => only,
        several => several.iter().find(|path| !probe::is_side_folder(path))?,
    };
    Some(entry(path, &handler, Confidence::Exact))
}

/// The only class of that name in the repository; of several, the nearest to the manifest.
pub(super) fn search(case: &Case) -> Option<Entry> {
    let handler = parse(&case.handler)?;
    if handler.package.is_empty() || framework(&case.handler).is_some() {
        return None;
    }
    let found = files_of(case, &handler);
    let path = probe::nearest(found.iter().filter(|path| !probe::is_side_folder(path)), &case.base)?;
    Some(entry(path, &handler, Confidence::ClassSearch))
}

fn entry(path: &RepoPath, handler: &Handler, confidence: Confidence) -> Entry {
    Entry { path: path.clone(), symbol: Some(format!("{}::{}", handler.class, handler.method)), confidence }
}

/// The files that declare the class, by their names if those say so, else by their texts.
fn files_of(case: &Case, handler: &Handler) -> Vec<RepoPath> {
    // Many classes are called alike. No more of a file is looked at than whether it is of the package, so that another edit of it
    // has nothing to do with this function; and of one that cannot be, no more than that.
    let last = handler.package.rsplit('.').next().unwrap_or_default().to_owned();
    let may_be = Question::Holds(vec![Cow::Owned(last)]);
    let is = Question::IsOfPackage(handler.package.to_owned());
    let declares = |path: &&RepoPath| [&may_be, &is].into_iter().all(|asked| case.files.ask(path, asked) == Ok(true));
    let mut found: Vec<_> = case.index.jvm_files(handler.class).iter().filter(declares).cloned().collect();
    if found.is_empty() {
        // Kotlin's functions outside of classes are in a class named after the file.
        let file = handler.class.strip_suffix("Kt").unwrap_or("");
        let kotlin = case.index.jvm_files(file).iter().filter(|path| path.extension() == Some("kt"));
        found = kotlin.filter(declares).cloned().collect();
    }
    if found.is_empty() {
        let classes = case.index.classes(case.files, handler.class).iter();
        found = classes.filter(|class| class.package == handler.package).map(|class| class.path.clone()).collect();
    }
    if found.is_empty() {
        found = by_full_name(case, handler);
    }
    found
}

/// Other languages name the class in full (`:gen-class :name com.acme.Handler`), or after the namespace (`ns hello`).
fn by_full_name(case: &Case, handler: &Handler) -> Vec<RepoPath> {
    let name = match handler.package {
        "" => format!("ns {}", handler.class),
        package => format!("{package}.{}", handler.class),
    };
    let names = |path: &&RepoPath| probe::mentions(case.files, path, &name);
    case.index.clojure().iter().filter(names).cloned().collect()
}

fn framework(handler: &str) -> Option<&'static [&'static str]> {
    FRAMEWORKS.iter().find(|(prefix, _)| handler.starts_with(prefix)).map(|(_, variables)| *variables)
}

fn definition<'a>(case: &'a Case, variables: &[&str]) -> Option<&'a str> {
    let named = variables.iter().find_map(|variable| case.declared.environment.get(*variable))?;
    // Spring composes functions with `|` and `,`; the first one starts.
    let first = named.split(['|', ',', ';']).next()?.trim();
    (!first.is_empty() && !first.contains('*')).then_some(first)
}

/// The bean or class that a framework calls.
fn by_framework(case: &Case, root: &RepoPath, variables: &[&str]) -> Option<Entry> {
    let sources: Vec<_> = case
        .files
        .under(root)
        .filter(|path| path.extension().is_some_and(|extension| index::JVM.contains(&extension)))
        .filter(|path| !probe::is_side_folder(path))
        .collect();
    let Some(name) = definition(case, variables) else {
        let starts = |path: &&&RepoPath| case.files.text(path).is_ok_and(|text| APPLICATION.is_match(&text));
        let mut found = sources.iter().filter(starts);
        let path = found.next()?;
        let alone = found.next().is_none();
        return alone.then(|| Entry {
            path: (*path).clone(),
            symbol: Some(path.file_stem().to_owned()),
            confidence: Confidence::ClassSearch,
        });
    };
    let simple = name.rsplit('.').next().unwrap_or(name);
    let class = capitalised(simple);
    let patterns = [
        format!(
            r#"@Named\(\s*(?:value\s*=\s*)?"{0}"\s*\)|@(?:Component|Bean)\(\s*(?:\w+\s*=\s*)?"{0}""#,
            regex::escape(name)
        ),
        format!(r"\bclass\s+{}\b", regex::escape(&class)),
        format!(r"(?s)@Bean\b.{{0,200}}\b{}\s*\(", regex::escape(simple)),
    ];
    let path = patterns.iter().find_map(|pattern| {
        let pattern = Regex::new(pattern).ok()?;
        sources.iter().find(|path| case.files.text(path).is_ok_and(|text| pattern.is_match(&text)))
    })?;
    Some(Entry { path: (*path).clone(), symbol: Some(name.to_owned()), confidence: Confidence::ClassSearch })
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
