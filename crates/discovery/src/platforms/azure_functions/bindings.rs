//! Bindings: what triggers a function, what it reads and writes. The kinds are those of `function.json`; every model
//! has names of its own for the same things.

use lockstep_model::{Access, Invocation, Store, Strength};

use super::{Host, Values};
use crate::{
    in_code::{receives, sends},
    platform::Declared,
};

/// What a binding is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It starts the function.
    Trigger,
    /// It brings data in.
    Input,
    /// It takes data out.
    Output,
    /// One of the two; the declaration does not say which.
    Either,
}

/// A binding, its kind in lower case without `Trigger`: `queue`, `cosmosdb`.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub(super) kind: String,
    pub(super) role: Role,
    /// Its settings, by their lower-case names.
    pub(super) values: Values,
}

impl Binding {
    /// A binding called as attributes and `function.json` do: `QueueTrigger`, `CosmosDBOutput`, `blob`.
    pub(super) fn called(name: &str, otherwise: Role, values: Values) -> Self {
        let small = name.to_ascii_lowercase();
        let suffixes = [("trigger", Role::Trigger), ("input", Role::Input), ("output", Role::Output)];
        let (kind, role) = suffixes
            .iter()
            .find_map(|(suffix, role)| Some((small.strip_suffix(suffix).filter(|kind| !kind.is_empty())?, *role)))
            .unwrap_or((&small, otherwise));
        Self { kind: kind.to_owned(), role, values }
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        let value = names.iter().find_map(|name| self.values.get(*name)?.first().cloned());
        value.filter(|value| !value.trim().is_empty())
    }

    /// Adds what this binding says to `function`.
    pub(super) fn wire(&self, host: &Host, function: &mut Declared) {
        let own = |what: &str| format!("{}#{}/{what}", host.app.service, function.name);
        let triggers = self.role == Role::Trigger;
        match self.kind.as_str() {
            "http" if triggers => self.http(host, function),
            "timer" => {
                let key = own("schedule");
                function.channels.push(receives("schedule", key));
            }
            "queue" | "rabbitmq" => {
                let name = self.first(&["queuename", "queue"]).unwrap_or_else(|| own("queue"));
                self.channel("queue", name, function);
            }
            "servicebus" | "servicebusqueue" | "servicebustopic" => self.service_bus(own("queue"), function),
            "eventhub" | "eventhubs" | "kafka" => {
                let name = self.first(&["eventhubname", "path", "topic"]).unwrap_or_else(|| own("stream"));
                self.channel("stream", name, function);
            }
            "eventgrid" => {
                let name = self.first(&["topicendpointuri", "topic"]).unwrap_or_else(|| own("event-grid"));
                self.channel("topic", name, function);
            }
            "signalr" | "webpubsub" | "socketio" => {
                let name = self.first(&["hubname", "hub"]).unwrap_or_else(|| own("hub"));
                self.channel("websocket", name, function);
            }
            "blob" | "storageblob" => self.blob(function),
            "cosmosdb" | "documentdb" => self.cosmos(own("container"), function),
            "table" | "sql" | "mysql" => {
                let name = self.first(&["tablename", "commandtext"]).unwrap_or_else(|| own("table"));
                self.store("table", name, function);
            }
            // Who calls orchestrators, activities and entities is said by those who call; HTTP answers go back.
            "http" | "orchestration" | "activity" | "entity" | "durableclient" | "orchestrationclient" | "generic" => {}
            "signalrconnectioninfo" | "webpubsubconnection" => {}
            other if triggers => {
                let key = own(other);
                function.channels.push(receives("other", key));
            }
            other if self.role == Role::Output => {
                let key = own(other);
                function.channels.push(sends("other", key));
            }
            _ => {}
        }
    }

    fn channel(&self, kind: &str, key: String, function: &mut Declared) {
        let channel = if self.role == Role::Trigger { receives(kind, key) } else { sends(kind, key) };
        function.channels.push(channel);
    }

    fn store(&self, kind: &str, key: String, function: &mut Declared) {
        let access = match self.role {
            Role::Trigger | Role::Input => Access::Read,
            Role::Output => Access::Write,
            Role::Either => Access::Unknown,
        };
        function.stores.push(Store { kind: kind.to_owned(), key, access, strength: Strength::Own });
    }

    fn http(&self, host: &Host, function: &mut Declared) {
        let route = self.first(&["route"]).unwrap_or_else(|| function.name.clone());
        let path = [host.route_prefix.as_str(), route.trim_matches('/')];
        let path = path.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
        let any = ["ANY".to_owned()];
        let methods = self.values.get("methods").map_or(&any[..], Vec::as_slice);
        let methods = if methods.is_empty() { &any[..] } else { methods };
        for method in methods {
            let method = method.rsplit('.').next().unwrap_or(method).to_ascii_uppercase();
            function.channels.push(receives("http", format!("{}#http {method} /{path}", host.app.service)));
        }
    }

    fn service_bus(&self, own: String, function: &mut Declared) {
        let is_topic =
            self.kind.ends_with("topic") || self.first(&["entitytype"]).is_some_and(|kind| kind.ends_with("Topic"));
        match self.first(&["topicname"]) {
            Some(topic) => self.channel("topic", topic, function),
            None => {
                let name = self.first(&["queuename", "queueortopicname"]).unwrap_or(own);
                self.channel(if is_topic { "topic" } else { "queue" }, name, function);
            }
        }
    }

    /// The container is the first part of the path.
    fn blob(&self, function: &mut Declared) {
        let Some(path) = self.first(&["path", "blobpath"]) else { return };
        let container = path.split('/').next().unwrap_or(&path).to_owned();
        if self.role == Role::Trigger {
            function.channels.push(receives("bucket", container.clone()));
        }
        self.store("bucket", container, function);
    }

    fn cosmos(&self, own: String, function: &mut Declared) {
        let database = self.first(&["databasename"]);
        let container = self.first(&["containername", "collectionname"]);
        let key = match (database, container) {
            (Some(database), Some(container)) => format!("{database}/{container}"),
            (None, Some(container)) => container,
            (_, None) => own,
        };
        if self.role == Role::Trigger {
            function.channels.push(receives("stream", key.clone()));
        }
        self.store("table", key, function);
    }
}

/// A call of another function of the application, by its name.
pub(super) fn call(host: &Host, name: &str) -> Invocation {
    Invocation {
        kind: "function".to_owned(),
        key: format!("{}#{name}", host.app.service),
        function: None,
        strength: Strength::Own,
    }
}
