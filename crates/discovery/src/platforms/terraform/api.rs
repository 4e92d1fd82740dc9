//! Routes of API gateways: which function answers which.

use super::{
    keys::Keys,
    render,
    value::{Reference, Value},
    wiring::at,
};

/// A function, the kind of channel, and the key of the route.
type Route = (usize, &'static str, String);

/// `orders#aws_apigatewayv2_api.main GET /orders/{id}`.
fn key(api: &str, route: &str) -> String {
    format!("{api} {route}")
}

fn api_key(keys: &Keys<'_, '_>, config: &Value, names: [&str; 2]) -> String {
    let named = names.iter().find_map(|name| at(config, &[name]));
    named.and_then(|api| keys.key_of(api, "http")).unwrap_or_else(|| "api".to_owned())
}

/// The routes of an integration of the second generation: those whose target it is.
pub(super) fn of_integration(keys: &Keys<'_, '_>, integration: &Reference, config: &Value) -> Vec<Route> {
    let Some(function) = at(config, &["integration_uri"]).and_then(|uri| keys.function_of(uri)) else {
        return Vec::new();
    };
    let api = api_key(keys, config, ["api_id", "rest_api_id"]);
    let module = keys.world.module_of(integration.scope);
    let mut routes = Vec::new();
    for (_, place) in module.addresses() {
        if module.block_at(place).label(0) != "aws_apigatewayv2_route" {
            continue;
        }
        for instance in keys.world.instances(integration.scope, place).iter() {
            let route = keys.world.config(integration.scope, place, instance);
            let target = route.get("target").and_then(Value::reference);
            let is_it = target.is_some_and(|target| {
                target.address == integration.address
                    && (target.key == integration.key || target.key.is_none() || integration.key.is_none())
            });
            if is_it && let Some(said) = route.get("route_key") {
                let route = keys.world.pattern(said);
                let kind = if route.contains(' ') || route == "$default" { "http" } else { "websocket" };
                routes.push((function, kind, key(&api, &route)));
            }
        }
    }
    if routes.is_empty() {
        routes.push((function, "http", api));
    }
    routes
}

/// The route of a method of the first generation: its path is a chain of resources.
pub(super) fn of_method(keys: &Keys<'_, '_>, config: &Value) -> Vec<Route> {
    let Some(function) = at(config, &["uri"]).and_then(|uri| keys.function_of(uri)) else { return Vec::new() };
    let api = api_key(keys, config, ["rest_api_id", "api_id"]);
    let method = at(config, &["http_method"]).and_then(|method| match method.reference() {
        // `aws_api_gateway_method.x.http_method`.
        Some(reference) => Some(keys.world.pattern(&keys.world.attribute_of(&reference, "http_method")?)),
        None => method.known(),
    });
    let path = path(keys, at(config, &["resource_id"]), 16);
    vec![(function, "http", key(&api, &format!("{} {path}", method.unwrap_or_else(|| "ANY".to_owned()))))]
}

fn path(keys: &Keys<'_, '_>, resource: Option<&Value>, depth: usize) -> String {
    let found = resource.and_then(Value::reference).filter(|one| one.kind() == "aws_api_gateway_resource" && depth > 0);
    let Some(reference) = found else { return "/".to_owned() };
    let part = keys.world.attribute_of(&reference, "path_part").map(|part| keys.world.pattern(&part));
    let above = path(keys, keys.world.attribute_of(&reference, "parent_id").as_ref(), depth - 1);
    format!("{}/{}", above.trim_end_matches('/'), part.unwrap_or_else(|| "*".to_owned()))
}

/// The routes of a description of the API, which names functions in its extensions.
pub(super) fn of_document(keys: &Keys<'_, '_>, api: &str, body: Option<&Value>) -> Vec<Route> {
    let Some(body) = body else { return Vec::new() };
    let mut routes = Vec::new();
    let document = render::structured(body);
    let paths = document.as_ref().and_then(|document| document.get("paths"));
    if let Some(Value::Map(paths)) = paths {
        for (path, methods) in paths.iter() {
            let Value::Map(methods) = methods else { continue };
            for (method, said) in methods.iter() {
                let method = if method.starts_with("x-") { "ANY".to_owned() } else { method.to_uppercase() };
                let integration = said.get("x-amazon-apigateway-integration").unwrap_or(said);
                let function = integration.get("uri").and_then(|uri| keys.function_of(uri));
                routes.extend(function.map(|function| (function, "http", key(api, &format!("{method} {path}")))));
            }
        }
    }
    // What is only known to be put into the document.
    if routes.is_empty() {
        routes.extend(keys.functions_in(body).into_iter().map(|function| (function, "http", api.to_owned())));
    }
    routes
}

/// The route that a permission names: `arn:aws:execute-api:…:API/STAGE/GET/orders`; else the API.
pub(super) fn of_permission(keys: &Keys<'_, '_>, source: &Value) -> Option<String> {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let api = keys.key_of(source, "http")?;
    let text = keys.world.pattern(source);
    let parts: Vec<&str> = text.split('/').collect();
    let route = parts.iter().rposition(|part| METHODS.contains(part)).map(|at| {
        let path = parts[at + 1..].join("/");
        format!("{} /{path}", parts[at])
    });
    // Without its route, an API that is known by its ARN alone is no name of anything.
    match route {
        Some(route) => Some(key(&api, &route)),
        None => (!api.contains("execute-api")).then_some(api),
    }
}
