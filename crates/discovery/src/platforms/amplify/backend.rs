//! The first generation: each function has a folder with a template of CloudFormation and its code; what joins it to
//! the rest of the backend stands in `backend-config.json` and `function-parameters.json`.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{Access, ChannelDirection, FileSet, Layer, Location, RepoPath, Strength};

use super::NAME;
use crate::{
    aws::uses::{Use, Uses},
    manifest::{Manifest, folder_name, is_output},
    platform::{CodeSource, Declared},
    platforms::aws_sam,
};

/// What the template of a function calls the function itself.
const LAMBDA: &str = "LambdaFunction";

/// A folder `amplify/backend`.
struct Backend {
    /// It itself.
    folder: RepoPath,
    /// What its functions are called together, for people.
    service: String,
    /// The folder that holds `amplify`.
    project: RepoPath,
    /// `backend-config.json`.
    config: Option<Manifest>,
}

/// The functions of all backends.
pub(super) fn declared(files: &FileSet) -> Partial<Vec<Declared>> {
    let mut all = aws_sam::read(files, is_template);
    let mut backends: BTreeMap<RepoPath, Backend> = BTreeMap::new();
    for path in files.paths().filter(|path| path.file_name() == "backend-config.json" && !is_output(path)) {
        if let Some(folder) = path.parent().filter(is_backend) {
            let config = Manifest::read(files, path, &mut all.problems);
            backends.insert(folder.clone(), Backend { config, ..Backend::new(folder) });
        }
    }
    for one in &mut all.value {
        let Some(folder) = function_folder(&one.declaration.location.path) else { continue };
        let Some(backend) = folder.parent().and_then(|functions| functions.parent()) else { continue };
        let backend = backends.entry(backend.clone()).or_insert_with(|| Backend::new(backend));
        adapt(one, &folder, backend, files, &mut all.problems);
    }
    for backend in backends.values() {
        backend.name_missing(&all.value, &mut all.problems);
        backend.name_generated(files, &mut all.problems);
    }
    all
}

fn is_backend(folder: &RepoPath) -> bool {
    folder.file_name() == "backend" && folder.parent().is_some_and(|amplify| amplify.file_name() == "amplify")
}

/// True for the template of a function; there may be a copy of what is deployed now beside the backend.
fn is_template(path: &RepoPath) -> bool {
    let name = path.file_name();
    name.contains("cloudformation-template") && function_folder(path).is_some()
}

/// The folder of the function whose template is at `path`.
fn function_folder(path: &RepoPath) -> Option<RepoPath> {
    let folder = path.parent()?;
    let functions = folder.parent()?;
    (functions.file_name() == "function" && functions.parent().is_some_and(|backend| is_backend(&backend)))
        .then_some(folder)
}

/// Makes of a function of a template one of Amplify: its name, its code, and what the rest of the backend says.
fn adapt(one: &mut Declared, folder: &RepoPath, backend: &Backend, files: &FileSet, problems: &mut Vec<Problem>) {
    let resource = folder.file_name().to_owned();
    let main = one.name == LAMBDA;
    one.name = if main { resource.clone() } else { format!("{resource}-{}", one.name) };
    one.service.clone_from(&backend.service);
    one.stack_folder.clone_from(&backend.project);
    one.declaration.platform = NAME;
    one.declaration.logical_id.clone_from(&one.name);
    if !main {
        return;
    }
    let has_source = folder.join("src").is_ok_and(|source| files.is_folder(&source));
    if has_source && matches!(one.code, CodeSource::Artifact { .. } | CodeSource::Unknown(_)) {
        one.code = CodeSource::Path { base: folder.clone(), path: "src".to_owned() };
    }
    let mut uses = Uses::default();
    backend.triggers(&resource, &mut uses);
    let parameters = folder.join("function-parameters.json").ok().filter(|path| files.is_file(path));
    if let Some(parameters) = parameters.and_then(|path| Manifest::read(files, &path, problems)) {
        backend.permissions(&parameters.root, &mut uses);
        one.layers = layers(&parameters.root, backend, files, std::mem::take(&mut one.layers));
    }
    if is_scheduled(folder, files) {
        let key = backend.key(&resource);
        uses.add(Use::Channel("schedule", ChannelDirection::Receives), key, Strength::Own);
    }
    one.channels.extend(uses.channels);
    one.stores.extend(uses.stores);
    one.invokes.extend(uses.invokes);
}

/// True if the parameters of a function set a schedule.
fn is_scheduled(folder: &RepoPath, files: &FileSet) -> bool {
    let parameters = folder.join("parameters.json").ok().and_then(|path| Manifest::peek(files, &path));
    let rule = parameters.as_ref().and_then(|parameters| parameters.root.get("CloudWatchRule")?.as_str());
    rule.is_some_and(|rule| rule != "NONE" && !rule.is_empty())
}

/// The layers of a function: those of the project with their folders, others as the template has them.
fn layers(parameters: &Node, backend: &Backend, files: &FileSet, found: Vec<Layer>) -> Vec<Layer> {
    let said = parameters.get("lambdaLayers").map(Node::items).unwrap_or_default().iter();
    let own: Vec<Layer> = said
        .filter_map(|layer| layer.get("resourceName")?.as_str())
        .map(|name| {
            let folder = backend.folder.join(&format!("function/{name}")).ok();
            let path = folder.filter(|folder| files.is_folder(folder));
            let code = path.as_ref().and_then(|path| path.join("lib").ok()).filter(|path| files.is_folder(path));
            Layer { name: name.to_owned(), path: code.or(path) }
        })
        .collect();
    // The template has the same layers as parameters.
    let others = found.into_iter().filter(|layer| own.is_empty() || !layer.name.contains("Arn"));
    own.iter().cloned().chain(others).collect()
}

impl Backend {
    fn new(folder: RepoPath) -> Self {
        let project = folder.parent().and_then(|amplify| amplify.parent()).unwrap_or_else(RepoPath::root);
        Self { service: folder_name(&project, NAME), folder, project, config: None }
    }

    /// What a resource of this backend is called everywhere.
    fn key(&self, resource: &str) -> String {
        format!("{}#{resource}", self.service)
    }

    /// The resources of a category.
    fn resources(&self, category: &str) -> impl Iterator<Item = (&str, &Node)> {
        let entries = self.config.as_ref().and_then(|config| config.root.get(category)).map(Node::entries);
        entries.unwrap_or_default().iter().map(|(key, node)| (key.text.as_str(), node))
    }

    fn service_of(&self, category: &str, resource: &str) -> Option<&str> {
        let (_, node) = self.resources(category).find(|(name, _)| *name == resource)?;
        node.get("service")?.as_str()
    }

    /// What of the backend calls the function: resources that depend on it.
    fn triggers(&self, function: &str, uses: &mut Uses) {
        let kinds = [("api", "http"), ("auth", "identity"), ("storage", "bucket")];
        for (category, kind) in kinds {
            for (resource, node) in self.resources(category) {
                let depends = node.get("dependsOn").map(Node::items).unwrap_or_default().iter().any(|one| {
                    let text = |key: &str| one.get(key).and_then(Node::as_str);
                    text("category") == Some("function") && text("resourceName") == Some(function)
                });
                let is_table = node.get("service").and_then(Node::as_str) == Some("DynamoDB");
                let kind = if is_table { "stream" } else { kind };
                if depends {
                    let what = Use::Channel(kind, ChannelDirection::Receives);
                    uses.add(what, self.key(resource), Strength::Own);
                }
            }
        }
    }

    /// What the function may do with the rest of the backend.
    fn permissions(&self, parameters: &Node, uses: &mut Uses) {
        for (category, resources) in parameters.get("permissions").map(Node::entries).unwrap_or_default() {
            for (resource, actions) in resources.entries() {
                let actions: Vec<String> =
                    actions.items().iter().filter_map(|one| one.as_str().map(str::to_ascii_lowercase)).collect();
                let writes = actions.iter().any(|one| matches!(one.as_str(), "create" | "update" | "delete"));
                let access = if writes { Access::Write } else { Access::Read };
                let what = match category.text.as_str() {
                    "function" => Use::Call("function"),
                    "api" => Use::Channel("http", ChannelDirection::Sends),
                    "storage" if self.service_of("storage", &resource.text) == Some("DynamoDB") => {
                        Use::Store("table", access)
                    }
                    "storage" => Use::Store("bucket", access),
                    _ => continue,
                };
                uses.add(what, self.key(&resource.text), Strength::Own);
            }
        }
    }

    /// Names functions of the configuration whose template is not there.
    fn name_missing(&self, found: &[Declared], problems: &mut Vec<Problem>) {
        let Some(config) = &self.config else { return };
        let known = |name: &str| found.iter().any(|one| one.stack_folder == self.project && one.name == name);
        for (key, node) in config.root.get("function").map(Node::entries).unwrap_or_default() {
            let is_function = node.get("service").and_then(Node::as_str) == Some("Lambda");
            if is_function && !known(&key.text) {
                let message = format!("the function `{}` is configured, but has no template", key.text);
                let place: Location = config.place(key.span.clone());
                problems.push(Problem::at(ProblemKind::Unevaluated, place, message));
            }
        }
    }
    /// Names templates with functions that Amplify writes for its own resources (a pool of users, a map).
    fn name_generated(&self, files: &FileSet, problems: &mut Vec<Problem>) {
        let is_generated = |path: &&RepoPath| {
            let inside = path.strip_prefix(&self.folder).unwrap_or_default();
            let written = inside.starts_with("function/") || inside.starts_with("custom/");
            let template = matches!(path.extension(), Some("json" | "yml" | "yaml"));
            !written && template && crate::says(files, path, &["AWS::Lambda::Function"])
        };
        let generated: Vec<&RepoPath> = files.under(&self.folder).filter(is_generated).collect();
        let Some(first) = generated.first() else { return };
        let number = match generated.len() {
            1 => "1 template".to_owned(),
            many => format!("{many} templates"),
        };
        let message = format!("functions that Amplify writes for its own resources are not counted: {number}");
        problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file((*first).clone()), message));
    }
}
