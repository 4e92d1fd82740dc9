//! .NET: `Assembly::Namespace.Class::Method`; generated wrappers; assemblies that are programs themselves; Azure's
//! functions, which an attribute names.

use std::sync::LazyLock;

use lockstep_model::{Confidence, Entry, FileSet, RepoPath};
use regex::Regex;

use super::{Case, probe};

/// A project file and the assembly it builds.
pub(super) struct Project {
    folder: RepoPath,
    assembly: String,
}

static ASSEMBLY_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<AssemblyName>\s*([^<$]+?)\s*</AssemblyName>").expect("a constant"));

/// A class that Lambda Annotations generate: `Class_Method_Generated`.
static GENERATED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(.+)_(\w+?)_Generated$").expect("a constant"));

static CLASS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bclass\s+(\w+)").expect("a constant"));

/// The first method behind an attribute, other attributes passed over.
static METHOD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:public|internal|static|async)\b[^;{}()]*?\b(\w+)\s*\(").expect("a constant"));

/// What marks the file that a program starts in.
const PROGRAM_MARKS: &[&str] = &[
    "LambdaBootstrapBuilder",
    "AddAWSLambdaHosting",
    "static async Task Main",
    "static void Main",
    "APIGatewayProxyFunction",
];

/// The projects of the checkout.
pub(super) fn projects(files: &FileSet) -> Vec<Project> {
    let is_project = |path: &&RepoPath| matches!(path.extension(), Some("csproj" | "fsproj" | "vbproj"));
    let project = |path: &RepoPath| {
        let text = files.text(path).ok()?;
        let assembly =
            ASSEMBLY_NAME.captures(&text).map_or_else(|| path.file_stem().to_owned(), |found| found[1].to_owned());
        Some(Project { folder: path.parent()?, assembly })
    };
    files.paths().filter(is_project).filter_map(project).collect()
}

/// The parts of a handler: assembly, class without its namespace, method.
fn parse(handler: &str) -> Option<(&str, String, String)> {
    let mut parts = handler.splitn(3, "::");
    let (assembly, class, method) = (parts.next()?, parts.next()?, parts.next()?);
    let class = class.rsplit('.').next().unwrap_or(class);
    let class = class.split(['+', '`']).next().unwrap_or(class);
    let real = match GENERATED.captures(class) {
        // The method is said twice: in the class's name and behind it. The latter tells where the former starts.
        Some(found) => class.strip_suffix(&format!("_{method}_Generated")).unwrap_or(found.get(1)?.as_str()).to_owned(),
        None => class.to_owned(),
    };
    Some((assembly, real, method.to_owned()))
}

/// What is looked for, for people.
pub(super) fn expected(handler: &str) -> String {
    match parse(handler) {
        Some((assembly, class, _)) => format!("class `{class}` of the project `{assembly}`"),
        None => format!("program of the project `{handler}`"),
    }
}

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    let projects = case.index.projects(case.files);
    let named = |assembly: &str| {
        let mut own =
            projects.iter().filter(|project| project.assembly == assembly && project.folder.starts_with(root));
        own.next().map_or_else(|| root.clone(), |project| project.folder.clone())
    };
    match parse(&case.handler) {
        Some((assembly, class, method)) => in_project(case, &named(assembly), &class, &method, Confidence::Exact),
        None => attributed(case, root).or_else(|| program(case, root)),
    }
}

/// The project of that assembly, anywhere.
pub(super) fn search(case: &Case) -> Option<Entry> {
    let assembly = case.handler.split("::").next().filter(|name| !name.is_empty())?;
    let projects = case.index.projects(case.files).iter().filter(|project| project.assembly == assembly);
    let folders: Vec<_> = projects.map(|project| &project.folder).collect();
    let folder = probe::nearest(folders, &case.base)?;
    match parse(&case.handler) {
        Some((_, class, method)) => in_project(case, folder, &class, &method, Confidence::Artifact),
        None => main_file(case, folder).map(|path| Entry { path, symbol: None, confidence: Confidence::Artifact }),
    }
}

fn sources<'a>(files: &'a FileSet, folder: &'a RepoPath) -> impl Iterator<Item = &'a RepoPath> {
    files.under(folder).filter(|path| {
        matches!(path.extension(), Some("cs" | "fs" | "vb")) && !path.components().any(|part| part == "obj")
    })
}

fn in_project(case: &Case, folder: &RepoPath, class: &str, method: &str, confidence: Confidence) -> Option<Entry> {
    let declares = Regex::new(&format!(
        r"(?i:\b(?:class|struct|record|module|type|namespace)\s+)(?:[\w.]+\.)?{}\b",
        regex::escape(class)
    ))
    .ok()?;
    let mut found: Vec<_> = sources(case.files, folder)
        .filter_map(|path| Some((path, case.files.text(path).ok()?)))
        .filter(|(_, text)| declares.is_match(text))
        .collect();
    // Partial classes stand in several files: the one with the method is meant.
    found.sort_by_key(|(path, _)| {
        (!probe::mentions(case.files, path, method), path.file_stem() != class, (*path).clone())
    });
    let (path, _) = found.first()?;
    Some(Entry { path: (*path).clone(), symbol: Some(format!("{class}::{method}")), confidence })
}

/// Azure: the method under `[FunctionName("name")]`, whatever the manifest says of its handler.
fn attributed(case: &Case, root: &RepoPath) -> Option<Entry> {
    let name = regex::escape(&case.declared.name);
    let attribute = Regex::new(&format!(r#"\[Function(?:Name)?\("{name}"\)\]"#)).ok()?;
    sources(case.files, root).find_map(|path| {
        let text = case.files.text(path).ok()?;
        let found = attribute.find(&text)?;
        let class = CLASS.captures_iter(&text[..found.start()]).last()?;
        let method = METHOD.captures(&text[found.end()..])?;
        let symbol = Some(format!("{}::{}", &class[1], &method[1]));
        Some(Entry { path: path.clone(), symbol, confidence: Confidence::ClassSearch })
    })
}

/// A handler that is an assembly, or `bootstrap`: the program that `root` builds.
fn program(case: &Case, root: &RepoPath) -> Option<Entry> {
    let projects: Vec<_> =
        case.index.projects(case.files).iter().filter(|project| project.folder.starts_with(root)).collect();
    let named = projects.iter().find(|project| project.assembly == case.handler);
    let project = match (named, projects.as_slice()) {
        (Some(project), _) => project,
        (None, [only]) => only,
        _ => return None,
    };
    let path = main_file(case, &project.folder)?;
    Some(Entry { path, symbol: None, confidence: Confidence::Exact })
}

fn main_file(case: &Case, folder: &RepoPath) -> Option<RepoPath> {
    let files: Vec<_> = sources(case.files, folder).collect();
    let program = files.iter().find(|path| path.file_stem() == "Program");
    let marked = || {
        let marks = |text: &str| PROGRAM_MARKS.iter().any(|mark| text.contains(mark));
        files.iter().find(|path| case.files.text(path).is_ok_and(|text| marks(&text)))
    };
    program.or_else(marked).map(|path| (*path).clone())
}
