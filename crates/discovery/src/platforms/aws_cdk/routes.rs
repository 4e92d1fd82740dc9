//! Routes of APIs: the function behind each, and its path.

use lockstep_script::evaluate::{Event, Value};

use super::{
    constructs::{camel, inner, property},
    wiring::Wiring,
};

impl Wiring<'_> {
    /// `resource.addMethod("GET", integration)`, `api.addRoutes({ path, methods, integration })`.
    pub(super) fn route(&mut self, receiver: &Value, event: &Event) {
        let integration = property(event, "integration");
        let function = integration
            .and_then(|value| self.behind(value))
            .or_else(|| event.arguments.iter().find_map(|given| self.behind(&given.value)))
            .or_else(|| self.default_handler(receiver));
        let Some(function) = function else { return };
        let api = self.resource(receiver);
        let (kind, label) = match &api {
            Some(api) if api.kind == "websocket" => ("websocket", api.key.clone()),
            Some(api) => ("http", api.key.clone()),
            None => ("http", self.labels.key(function)),
        };
        let text = |value: Option<&Value>| value.and_then(Value::as_text).map(str::to_owned);
        let path = text(property(event, "path")).unwrap_or_else(|| self.path_of(receiver));
        let method = match property(event, "methods").and_then(Value::as_list) {
            Some(methods) => methods.iter().filter_map(method_name).collect::<Vec<_>>(),
            None => event.positional(0).and_then(method_name).into_iter().collect(),
        };
        let methods = if method.is_empty() { vec!["ANY".to_owned()] } else { method };
        for method in methods {
            let key =
                if kind == "websocket" { format!("{label} {method}") } else { format!("{label} {method} {path}") };
            self.receives(function, kind, key);
        }
    }

    /// The function that an API is made around: `new LambdaRestApi(this, id, { handler: fn })`.
    fn default_handler(&self, receiver: &Value) -> Option<usize> {
        let api = self.resource(receiver)?;
        let event = self.evaluation.events.get(api.event)?;
        property(event, "handler").or_else(|| property(event, "defaultIntegration")).and_then(|one| self.behind(one))
    }

    /// The path of a resource of an API: what was added on the way to it.
    fn path_of(&self, value: &Value) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut at = value.clone();
        for _ in 0..24 {
            let Some(event) = at.instance().and_then(|index| self.evaluation.events.get(index)) else { break };
            let Some(receiver) = &event.callee.receiver else { break };
            match &*camel(event.callee.last()) {
                "addResource" | "resourceForPath" | "addProxy" => {
                    let part = event.positional(0).or_else(|| event.named("path_part")).and_then(Value::as_text);
                    parts.insert(0, part.unwrap_or("{proxy+}").trim_matches('/').to_owned());
                }
                _ => {}
            }
            at = receiver.clone();
        }
        format!("/{}", parts.join("/"))
    }

    pub(super) fn default_integration(&mut self, event: &Event, index: usize) {
        let label = self.labels.key(index);
        if let Some(function) = property(event, "defaultIntegration").and_then(|one| self.behind(one)) {
            self.receives(function, "http", format!("{label} ANY /{{proxy+}}"));
        }
        for name in ["connectRouteOptions", "disconnectRouteOptions", "defaultRouteOptions"] {
            let integration = property(event, name).and_then(|options| inner(options, "integration"));
            if let Some(function) = integration.and_then(|one| self.behind(one)) {
                let route = name.trim_end_matches("RouteOptions");
                self.receives(function, "websocket", format!("{label} ${route}"));
            }
        }
    }
}

/// `GET` as a text, or as a constant of the CDK.
fn method_name(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.text.to_ascii_uppercase()),
        Value::External(_, path) => path.rsplit('.').next().map(str::to_owned),
        _ => None,
    }
}
