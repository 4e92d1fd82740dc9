//! What triggers a function, and where it sends: events, destinations, statements of its role, its environment.

use lockstep_model::{ChannelDirection, Strength};

use super::{
    cloudformation::{self, Names, Target},
    library::At,
    service::Service,
    variables::Mode,
};
use crate::aws::{
    actions::action_uses,
    arn::fits,
    resource_types::is_store,
    uses::{Use, Uses},
};

/// A function while its wiring is read.
pub(super) struct Wiring<'s, 'a> {
    pub(super) service: &'s Service<'a>,
    pub(super) names: &'s Names,
    /// The key that names the function.
    pub(super) function: &'s str,
    pub(super) uses: Uses,
}

impl<'a> Wiring<'_, 'a> {
    fn receives(&mut self, kind: &'static str, key: String) {
        self.uses.add(Use::Channel(kind, ChannelDirection::Receives), key, Strength::Own);
    }

    fn text(&self, at: At<'a>, keys: &[&str]) -> Option<String> {
        if keys.is_empty() {
            return self.service.variables.text(at, Mode::Key);
        }
        self.service.variables.text_at(at, keys, Mode::Key)
    }

    fn first(&self, at: At<'a>, keys: &[&str]) -> Option<At<'a>> {
        self.service.variables.reach(at, keys)
    }

    /// Reads the `events` of a function.
    pub(super) fn events(&mut self, function: At<'a>) {
        for event in self.service.variables.path(function, &["events"]).into_iter().flat_map(At::items) {
            for event in self.service.variables.nodes(event) {
                if let Some(kind) = event.node.as_str() {
                    self.event(kind, event);
                }
                for (key, value) in event.entries() {
                    match self.service.variables.nodes(value).first() {
                        Some(value) => self.event(&key.text, *value),
                        None => self.event(&key.text, value),
                    }
                }
            }
        }
    }

    fn event(&mut self, kind: &str, at: At<'a>) {
        match kind {
            "http" => self.http(at, "ApiGatewayRestApi"),
            "httpApi" => self.http(at, "HttpApi"),
            "alb" => self.http(at, "LoadBalancer"),
            "websocket" => {
                let route =
                    self.text(at, &["route"]).or_else(|| self.text(at, &[])).unwrap_or_else(|| "$default".into());
                self.receives("websocket", route);
                self.authorizer(at);
            }
            "sqs" => self.resource("queue", at, &["arn"]),
            "sns" => self.topic(at),
            "stream" => self.stream(at),
            "kafka" | "msk" | "activemq" | "rabbitmq" => {
                let key = self.text(at, &["topic"]).or_else(|| self.text(at, &["queue"]));
                self.receives("stream", key.unwrap_or_else(|| kind.to_owned()));
            }
            "s3" => self.resource("bucket", at, &["bucket"]),
            "eventBridge" | "cloudwatchEvent" => self.rule(at),
            "cloudwatchLog" => self.resource("log", at, &["logGroup"]),
            "cognitoUserPool" => self.named("identity", at, &["pool"]),
            "schedule" | "timer" | "cron" => {
                self.receives("schedule", format!("{}#{}/schedule", self.service.label, self.function));
            }
            "queue" | "queueTrigger" => self.named("queue", at, &["name"]),
            "serviceBus" => self.named("queue", at, &["queueName"]),
            "event" => self.named("other", at, &["resource"]),
            "trigger" => self.named("other", at, &[]),
            // Settings that stand beside an event in one map.
            key if key.starts_with("x-") => {}
            other => {
                let key = format!("{}#{}/{other}", self.service.label, self.function);
                self.receives("other", key);
            }
        }
    }

    fn named(&mut self, kind: &'static str, at: At<'a>, keys: &[&str]) {
        let key = self.text(at, keys).or_else(|| self.text(at, &[])).filter(|key| key.contains(char::is_alphanumeric));
        if let Some(key) = key {
            self.receives(kind, key);
        }
    }

    /// An event whose value is the thing itself, or a map that names it.
    fn resource(&mut self, kind: &'static str, at: At<'a>, keys: &[&str]) {
        let named = self.first(at, keys).unwrap_or(at);
        if let Some(key) = self.service.key(named, kind, self.names) {
            self.receives(kind, key);
        }
    }

    /// `GET /orders`, a map of path and method, or all routes.
    fn http(&mut self, at: At<'a>, api: &str) {
        let route = match self.text(at, &["path"]) {
            Some(path) => {
                let method = self.text(at, &["method"]).unwrap_or_else(|| "ANY".to_owned());
                Some(format!("{method} {path}"))
            }
            None => self.text(at, &[]).or_else(|| self.text(at, &["conditions", "path"])),
        };
        if let Some(route) = route.filter(|route| route != "true") {
            let (method, path) = route.split_once(' ').unwrap_or(("ANY", &route));
            let method = if method == "*" { "ANY".to_owned() } else { method.to_uppercase() };
            let path = path.trim().trim_start_matches('/').trim_end_matches('/');
            let path = if path == "*" { "{proxy+}" } else { path };
            self.receives("http", format!("{} {method} /{path}", self.api(api)));
        } else {
            self.receives("http", format!("{}#{}/http", self.service.label, self.function));
        }
        self.authorizer(at);
    }

    /// The API that routes belong to: another stack's, if the provider names it, else the service's own.
    fn api(&self, own: &str) -> String {
        let shared = match own {
            "ApiGatewayRestApi" => self.first(self.service.root(), &["provider", "apiGateway", "restApiId"]),
            "HttpApi" => self.first(self.service.root(), &["provider", "httpApi", "id"]),
            _ => None,
        };
        let shared = shared.and_then(|at| self.service.key(at, "http", self.names));
        shared.unwrap_or_else(|| format!("{}#{own}", self.service.label))
    }

    /// An authorizer that is a function of this service is called, and waited for, before this one.
    fn authorizer(&mut self, at: At<'a>) {
        let Some(authorizer) = self.first(at, &["authorizer"]) else { return };
        let direct = self.first(authorizer, &["arn"]).and_then(|arn| self.called(arn));
        let name = self.text(authorizer, &["name"]).or_else(|| self.text(authorizer, &[]));
        let named = name.as_deref().and_then(|name| {
            let listed = ["provider", "httpApi", "authorizers", name, "functionName"];
            let function = self.text(self.service.root(), &listed).unwrap_or_else(|| name.to_owned());
            self.service.functions.get(&function).map(|id| format!("{}#{id}", self.service.label))
        });
        if let Some(key) = direct.or(named) {
            self.uses.add(Use::Call("authorizer"), key, Strength::Own);
        }
    }

    /// The key of a function that `at` names: by its key, its logical id, a reference or an ARN.
    fn called(&self, at: At<'a>) -> Option<String> {
        if let Some(id) = self.text(at, &[]).and_then(|text| self.service.functions.get(&text)) {
            return Some(format!("{}#{id}", self.service.label));
        }
        match cloudformation::target(&self.service.variables, at)? {
            Target::Resource(id) if self.service.kind_of(&id) == Some("function") => Some(self.service.key_of(&id)),
            Target::Resource(_) => None,
            Target::Name(text) if text.contains(":function:") => self.names.key("function", &text, &self.service.label),
            Target::Name(_) => None,
        }
    }

    fn topic(&mut self, at: At<'a>) {
        let named = self.first(at, &["arn"]).or_else(|| self.first(at, &["topicName"])).unwrap_or(at);
        if let Some(key) = self.service.key(named, "topic", self.names) {
            self.receives("topic", key);
        }
    }

    /// A stream of Kinesis, or the stream of a table: their ARNs are cut to names in different ways.
    fn stream(&mut self, at: At<'a>) {
        let named = self.first(at, &["arn"]).unwrap_or(at);
        let kind = match cloudformation::target(&self.service.variables, named) {
            Some(Target::Name(text)) if fits("stream", &text) && !fits("table", &text) => "stream",
            _ => "table",
        };
        if let Some(key) = self.service.key(named, kind, self.names) {
            self.receives("stream", key);
        }
    }

    /// A rule of a bus: what it listens for tells rules apart; one with a schedule is a schedule.
    fn rule(&mut self, at: At<'a>) {
        if self.first(at, &["schedule"]).is_some() {
            self.receives("schedule", format!("{}#{}/schedule", self.service.label, self.function));
        }
        let bus = self.first(at, &["eventBus"]).and_then(|bus| self.service.key(bus, "bus", self.names));
        let pattern = self.first(at, &["pattern"]).or_else(|| self.first(at, &["event"]));
        let Some(pattern) = pattern else { return };
        let bus = bus.unwrap_or_else(|| "default".to_owned());
        let words = |key: &str| {
            let listed = self.first(pattern, &[key]).into_iter().flat_map(At::items);
            listed.filter_map(|at| self.text(at, &[])).collect::<Vec<_>>().join("|")
        };
        let key = match (words("source"), words("detail-type")) {
            (source, detail) if source.is_empty() && detail.is_empty() => bus,
            (source, detail) if detail.is_empty() => format!("{bus} {source}"),
            (source, detail) => format!("{bus} {source}/{detail}"),
        };
        self.receives("bus", key);
    }

    /// Where results go: other functions, queues, topics, buses.
    pub(super) fn destinations(&mut self, function: At<'a>) {
        for keys in
            [&["destinations", "onSuccess"][..], &["destinations", "onFailure"], &["onError"], &["deadLetter", "sqs"]]
        {
            let Some(at) = self.first(function, keys) else { continue };
            let at = self.first(at, &["arn"]).unwrap_or(at);
            if let Some(key) = self.called(at) {
                self.uses.add(Use::Call("destination"), key, Strength::Own);
                continue;
            }
            let kind = match cloudformation::target(&self.service.variables, at) {
                Some(Target::Resource(id)) => self.service.kind_of(&id),
                Some(Target::Name(text)) => {
                    ["queue", "topic", "bus"].into_iter().find(|kind| text.starts_with("arn:") && fits(kind, &text))
                }
                None => None,
            };
            if let Some(kind) = kind
                && let Some(key) = self.service.key(at, kind, self.names)
            {
                self.uses.add(Use::Channel(kind, ChannelDirection::Sends), key, Strength::Own);
            }
        }
    }

    /// Statements of IAM: what may be done with which things.
    pub(super) fn statements(&mut self, statements: Vec<At<'a>>, strength: Strength) {
        let variables = &self.service.variables;
        let each = statements.into_iter().flat_map(|at| variables.nodes(at)).flat_map(At::items);
        for statement in each.flat_map(|at| variables.nodes(at)).collect::<Vec<_>>() {
            if self.text(statement, &["Effect"]).is_some_and(|effect| effect == "Deny") {
                continue;
            }
            let list = |key: &str| -> Vec<At<'a>> {
                let found = variables.reach(statement, &[key]).into_iter().flat_map(At::items);
                found.flat_map(|at| if at.node.tag.is_some() { vec![at] } else { self.nodes_or_self(at) }).collect()
            };
            let actions = list("Action").into_iter().filter_map(|at| self.text(at, &[]));
            let uses: Vec<Use> = actions
                .filter_map(|action| action.split_once(':').map(|(service, action)| action_uses(service, action)))
                .flatten()
                .collect();
            for resource in list("Resource") {
                self.statement(&uses, resource, strength);
            }
        }
    }

    fn nodes_or_self(&self, at: At<'a>) -> Vec<At<'a>> {
        let nodes: Vec<At<'a>> = self.service.variables.nodes(at).into_iter().flat_map(At::items).collect();
        if nodes.is_empty() { vec![at] } else { nodes }
    }

    fn statement(&mut self, uses: &[Use], resource: At<'a>, strength: Strength) {
        let target = cloudformation::target(&self.service.variables, resource);
        for what in uses {
            let key = match &target {
                Some(Target::Resource(id)) if self.service.kind_of(id).is_none_or(|kind| kind == what.kind()) => {
                    Some(self.service.key_of(id))
                }
                Some(Target::Name(text)) if fits(what.kind(), text) => {
                    self.names.key(what.kind(), text, &self.service.label)
                }
                _ => None,
            };
            if let Some(key) = key {
                self.uses.add(*what, key, strength);
            }
        }
    }

    /// What the environment names: resources of the stack, and names that some stack gives to a resource. Gives the key
    /// of a resource that is called.
    pub(super) fn environment(&mut self, value: At<'a>, strength: Strength) -> Option<String> {
        let found = match cloudformation::target(&self.service.variables, value) {
            Some(Target::Resource(id)) => self.service.kind_of(&id).map(|kind| (kind, self.service.key_of(&id))),
            Some(Target::Name(text)) => self.named_thing(&text),
            None => None,
        };
        let (kind, key) = found?;
        let called = matches!(kind, "function" | "state-machine").then(|| key.clone());
        match kind {
            "function" | "state-machine" => self.uses.add(Use::Call(kind), key, strength),
            _ if is_store(kind) => self.uses.add(Use::Store(kind, lockstep_model::Access::Unknown), key, strength),
            _ => self.uses.add(Use::Channel(kind, ChannelDirection::Sends), key, strength),
        }
        called
    }

    fn named_thing(&self, text: &str) -> Option<(&'static str, String)> {
        self.names.known_as_any(text, &self.service.label)
    }
}
