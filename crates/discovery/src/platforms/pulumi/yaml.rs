//! Programs in YAML: `resources` by name, each with a type.

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::{Key, Node};
use lockstep_model::{FileSet, Location, RepoPath};

use crate::{
    in_code::{App, Place},
    platform::{CodeSource, Declared, HandlerStyle},
};

/// Reads the program at `path`; its functions go to `all`.
pub(super) fn read(files: &FileSet, path: &RepoPath, app: &App, all: &mut Partial<Vec<Declared>>) {
    let Ok(text) = files.text(path) else { return };
    let root = match lockstep_document::parse("yaml", &text) {
        Ok(document) => document.root,
        Err(error) => {
            let place = Location::of_span(path.clone(), &text, error.span);
            all.problems.push(Problem::at(ProblemKind::InvalidManifest, place, error.message));
            return;
        }
    };
    for (key, resource) in root.get("resources").map_or(&[][..], Node::entries) {
        let kind = resource.get("type").and_then(Node::as_str).unwrap_or_default();
        let properties = resource.get("properties");
        if let (Some(kind), Some(properties)) = (plain(kind), properties) {
            all.value.push(function(path, &text, app, key, resource, kind, properties));
        }
    }
}

/// What makes a type a function: `aws:lambda:Function`, `aws:lambda/function:Function`.
fn plain(kind: &str) -> Option<&'static str> {
    let mut parts = kind.split(':');
    let package = parts.next()?;
    let module = parts.next()?.split('/').next()?;
    let name = parts.next()?;
    match (package, module, name) {
        ("aws" | "aws-native", "lambda", "Function") => Some("aws"),
        ("gcp", "cloudfunctions" | "cloudfunctionsv2", "Function") => Some("gcp"),
        _ => None,
    }
}

fn function(
    path: &RepoPath,
    text: &str,
    app: &App,
    key: &Key,
    resource: &Node,
    kind: &str,
    properties: &Node,
) -> Declared {
    let place = Place { path, text, name: key.span.clone(), end: resource.span.end };
    let mut declared = app.function(&key.text, &place, (path.clone(), None));
    let said = |key: &str| properties.get(key).and_then(Node::as_str).map(str::to_owned);
    declared.runtime = said("runtime").filter(|runtime| !runtime.contains("${"));
    declared.style = HandlerStyle::Runtime;
    declared.declaration.handler = if kind == "aws" { said("handler") } else { said("entryPoint") };
    let archive = properties.get("code").and_then(archive);
    declared.code = match (archive, said("imageUri"), said("s3Key")) {
        (Some(code), _, _) => CodeSource::Path { base: app.folder.clone(), path: code },
        (None, Some(image), _) => {
            declared.runtime = Some("image".to_owned());
            CodeSource::Image {
                base: app.folder.clone(),
                context: None,
                dockerfile: None,
                command: None,
                name: Some(image).filter(|image| !image.contains("${")),
                arguments: Default::default(),
            }
        }
        (None, None, Some(key)) => CodeSource::Artifact { base: app.folder.clone(), path: key },
        (None, None, None) => CodeSource::Unknown("the program does not say where the code is".to_owned()),
    };
    let variables = properties.path(&["environment", "variables"]).map_or(&[][..], Node::entries);
    let literal = |value: &Node| value.as_text().filter(|text| !text.contains("${")).map(str::to_owned);
    declared.environment =
        variables.iter().filter_map(|(key, value)| Some((key.text.clone(), literal(value)?))).collect();
    declared
}

/// `fn::fileArchive: ./app`, alone or in an `fn::assetArchive`.
fn archive(code: &Node) -> Option<String> {
    let file = |node: &Node| {
        ["fn::fileArchive", "fn::fileAsset", "Fn::FileArchive"]
            .iter()
            .find_map(|key| node.get(key)?.as_str().map(str::to_owned))
    };
    file(code).or_else(|| {
        let inner = code.get("fn::assetArchive").or_else(|| code.get("Fn::AssetArchive"))?;
        inner.get(".").and_then(file).or_else(|| inner.entries().iter().find_map(|(_, value)| file(value)))
    })
}
