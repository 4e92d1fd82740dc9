//! Routes that stand in OpenAPI documents only: `x-amazon-apigateway-integration` names the function of each.

use lockstep_document::Node;

use super::{evaluate::World, intrinsic, stacks::local, template::Resource, wiring};

/// A route and the function behind it.
pub(super) struct Route {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) function: (usize, String),
}

/// The routes of the API `resource`: in its definition, or in the local file that it names or includes.
pub(super) fn routes(world: &World<'_>, stack: usize, template: usize, resource: &Resource<'_>) -> Vec<Route> {
    let mut routes = Vec::new();
    for name in ["DefinitionBody", "Body"] {
        let Some(body) = resource.property(name) else { continue };
        of_document(world, stack, body, &mut routes);
        let include = intrinsic::call(body).filter(|call| call.name == "Transform");
        let location = include.and_then(|call| call.argument.path(&["Parameters", "Location"]));
        of_file(world, stack, template, location, &mut routes);
    }
    of_file(world, stack, template, resource.property("DefinitionUri"), &mut routes);
    routes
}

fn of_file(world: &World<'_>, stack: usize, template: usize, location: Option<&Node>, routes: &mut Vec<Route>) {
    let Some(path) = location.and_then(|location| world.literal(stack, location)) else { return };
    let folder = world.templates[template].folder();
    let Some(path) = local(&folder, &path, |path| world.files.is_file(path)) else { return };
    let Ok(text) = world.files.text(&path) else { return };
    if let Ok(document) = lockstep_document::parse(path.extension().unwrap_or_default(), &text) {
        of_document(world, stack, &document.root, routes);
    }
}

fn of_document(world: &World<'_>, stack: usize, document: &Node, routes: &mut Vec<Route>) {
    for (path, methods) in document.get("paths").into_iter().flat_map(Node::entries) {
        for (method, said) in methods.entries() {
            let uri = said.path(&["x-amazon-apigateway-integration", "uri"]);
            if let Some(function) = uri.and_then(|uri| wiring::function(world, stack, uri)) {
                let method = match method.text.as_str() {
                    "x-amazon-apigateway-any-method" => "ANY".to_owned(),
                    method => method.to_ascii_uppercase(),
                };
                routes.push(Route { method, path: path.text.clone(), function });
            }
        }
    }
}
