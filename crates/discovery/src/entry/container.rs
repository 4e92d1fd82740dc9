//! Container images: the Dockerfile behind a function, the command it runs, and the folders its code is copied from.

use lockstep_model::{Confidence, Entry, RepoPath};

use super::{
    Case, Family, Resolved, command,
    dockerfile::{self, Stage},
    go,
    image::{self, Image},
    probe, rust, web_server,
};
use crate::platform::CodeSource;

/// Programs that run a Lambda handler named by their argument.
const RUNTIME_CLIENTS: &[&str] =
    &["lambda-entrypoint.sh", "awslambdaric", "aws-lambda-ric", "lambda_entrypoint.sh", "entry.sh", "client.AWSLambda"];

/// The entry file behind an image.
pub(super) fn resolve(case: &Case) -> Resolved {
    let CodeSource::Image { context, dockerfile, command, name, arguments, .. } = &case.declared.code else {
        return Resolved::default();
    };
    let image = match find_image(case, context.as_deref(), dockerfile.as_deref(), name.as_deref()) {
        Ok(image) => image,
        // The command may name code that is found without its image.
        Err(why) => {
            let entry = command.as_ref().and_then(|words| {
                let by_module = probe::by_module(case, &super::tidy(words.last()?));
                by_module.or_else(|| of_class(case, words))
            });
            return Resolved { entry, why: Some(why), ..Resolved::default() };
        }
    };
    let Ok(text) = case.files.text(&image.path) else {
        let why = format!("the Dockerfile `{}` cannot be read", image.path);
        return Resolved { why: Some(why), ..Resolved::default() };
    };
    let arguments = arguments.iter().chain(&image.arguments).map(|(name, value)| (name.clone(), value.clone()));
    let stages = dockerfile::stages(&text, &arguments.collect());
    let chain = final_chain(&stages);
    let entrypoint = chain.iter().find_map(|stage| stage.entrypoint.clone());
    let words = command.clone().or_else(|| chain.iter().find_map(|stage| stage.command.clone())).unwrap_or_default();
    let roots = roots(case, &image, &stages);
    let entry = entry(case, &image, &stages, &roots, entrypoint.as_deref(), &words);
    // Of several folders that are copied together, the one that the code starts in.
    let around = roots.iter().find(|root| entry.as_ref().is_some_and(|entry| entry.path.starts_with(root)));
    let code_root = around.or(roots.first()).cloned();
    let why = entry.is_none().then(|| match words.first().or(entrypoint.iter().flatten().next()) {
        Some(first) => format!("no file for the command `{first}` of `{}` in the folders that it copies", image.path),
        None => format!("`{}` names no command", image.path),
    });
    let entry = entry.map(|entry| Entry { confidence: entry.confidence.max(image.confidence), ..entry });
    Resolved { entry, code_root, why, handler: None }
}

/// The only class in the repository that a command can mean, where no Dockerfile says how the image is built.
fn of_class(case: &Case, words: &[String]) -> Option<Entry> {
    let handler = super::tidy(words.last()?);
    let case = Case { declared: case.declared, files: case.files, index: case.index, handler, base: case.base.clone() };
    Family::candidates(&case).into_iter().find_map(|family| family.search(&case))
}

fn find_image(case: &Case, context: Option<&str>, file: Option<&str>, name: Option<&str>) -> Result<Image, String> {
    let Some(context) = context.or(file.map(|_| ".")) else {
        return image::by_name(case, name);
    };
    let folder = case.base.join(context).map_err(|outside| outside.to_string())?;
    let names: Vec<&str> = file.map_or_else(|| image::NAMES.to_vec(), |file| vec![file]);
    let beside = names.iter().find_map(|name| probe::file(case.files, &folder.join(name).ok()?));
    let path = beside.or_else(|| probe::file(case.files, &case.base.join(file?).ok()?));
    match path {
        Some(path) => Ok(Image { path, context: folder, confidence: Confidence::Exact, arguments: Default::default() }),
        None => Err(format!("no Dockerfile `{}` {}", names[0], probe::place(&folder))),
    }
}

/// The final stage and the stages it is built on, innermost last.
fn final_chain(stages: &[Stage]) -> Vec<&Stage> {
    let mut chain: Vec<&Stage> = stages.last().into_iter().collect();
    while let Some(below) = chain
        .last()
        .and_then(|stage| stages.iter().find(|other| other.name.as_deref() == Some(stage.from.as_str())))
        .filter(|below| chain.len() < stages.len() && !chain.iter().any(|known| std::ptr::eq(*known, *below)))
    {
        chain.push(below);
    }
    chain
}

/// The folders whose content is copied into the image, those of the final stage first, the context last.
fn roots(case: &Case, image: &Image, stages: &[Stage]) -> Vec<RepoPath> {
    let mut roots = Vec::new();
    let mut add = |folder: RepoPath| {
        if case.files.is_folder(&folder) && !roots.contains(&folder) {
            roots.push(folder);
        }
    };
    let own = image.path.parent().unwrap_or_else(RepoPath::root);
    for stage in stages.iter().rev() {
        for copy in stage.copies.iter().filter(|copy| copy.stage.is_none()) {
            for source in &copy.sources {
                let source = source.trim_end_matches('*').trim_start_matches('/');
                for base in [&image.context, &own] {
                    let Ok(path) = base.join(source) else { continue };
                    if case.files.is_folder(&path) {
                        add(path);
                    } else if case.files.is_file(&path) && !is_list_of_packages(path.file_name()) {
                        add(path.parent().unwrap_or_else(RepoPath::root));
                    }
                }
            }
        }
    }
    add(own);
    add(image.context.clone());
    roots
}

fn is_list_of_packages(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("txt" | "toml" | "json" | "lock" | "mod" | "sum" | "xml" | "csproj"))
}

fn entry(
    case: &Case,
    image: &Image,
    stages: &[Stage],
    roots: &[RepoPath],
    entrypoint: Option<&[String]>,
    words: &[String],
) -> Option<Entry> {
    let client =
        |words: &[String]| words.iter().any(|word| RUNTIME_CLIENTS.iter().any(|client| word.ends_with(client)));
    let own_program = entrypoint.filter(|words| !words.is_empty() && !client(words));
    if let Some(program) = own_program {
        let whole: Vec<String> = program.iter().chain(words).cloned().collect();
        return started(case, roots, &whole).or_else(|| compiled(case, image, stages, roots));
    }
    // A command that itself calls the runtime client names the handler behind it.
    let handler = match words.iter().position(|word| RUNTIME_CLIENTS.iter().any(|client| word.ends_with(client))) {
        Some(at) => words.get(at + 1),
        None => words.first(),
    };
    let by_handler =
        handler.filter(|_| !case.handler.contains('/') || words.len() == 1 || client(words)).and_then(|handler| {
            let case = Case {
                declared: case.declared,
                files: case.files,
                index: case.index,
                handler: super::tidy(handler),
                base: case.base.clone(),
            };
            let families =
                Family::candidates(&case).into_iter().filter(|family| !matches!(family, Family::Go | Family::Rust));
            let families: Vec<_> = families.collect();
            roots.iter().find_map(|root| families.iter().find_map(|family| family.find(&case, root)))
        });
    by_handler.or_else(|| started(case, roots, words)).or_else(|| compiled(case, image, stages, roots))
}

fn started(case: &Case, roots: &[RepoPath], words: &[String]) -> Option<Entry> {
    roots.iter().find_map(|root| web_server::of_command(case, root, words))
}

/// The program that a stage builds: `go build ./cmd/x`, `cargo build --bin x`, `dotnet publish`.
fn compiled(case: &Case, image: &Image, stages: &[Stage], roots: &[RepoPath]) -> Option<Entry> {
    let runs: Vec<_> = stages.iter().flat_map(|stage| &stage.runs).collect();
    let own = image.path.parent().unwrap_or_else(RepoPath::root);
    for folder in [&image.context, &own].into_iter().chain(roots) {
        for run in &runs {
            for command in command::commands(&run.text, folder, true) {
                if let Some(path) = go::package(case.files, &command, "") {
                    return Some(Entry { path, symbol: None, confidence: Confidence::Artifact });
                }
                if let Some(bin) = rust::bin_of(case, &command) {
                    return rust::in_folder(case, folder, Some(&bin));
                }
            }
        }
    }
    let builds = |tool: &str| runs.iter().any(|run| run.text.contains(tool));
    let whole = Case {
        declared: case.declared,
        files: case.files,
        index: case.index,
        handler: String::new(),
        base: case.base.clone(),
    };
    roots.iter().find_map(|root| {
        if builds("go build") {
            Family::Go.find(&whole, root)
        } else if builds("cargo") {
            rust::in_folder(case, root, None)
        } else if builds("dotnet") {
            Family::Dotnet.find(&whole, root)
        } else {
            None
        }
    })
}
