//! Bindings, routes and triggers: what a Worker uses in any of its environments.

use lockstep_document::Node;
use lockstep_model::{Access, ChannelDirection, Strength};

use super::{config::Config, names::Names};
use crate::aws::uses::{Use, Uses};

const READS: Use = Use::Store("secret", Access::Read);
const LISTENS_TO_QUEUE: Use = Use::Channel("queue", ChannelDirection::Receives);
const SENDS_TO_QUEUE: Use = Use::Channel("queue", ChannelDirection::Sends);
const LISTENS_TO_HTTP: Use = Use::Channel("http", ChannelDirection::Receives);
const LISTENS_TO_SCHEDULE: Use = Use::Channel("schedule", ChannelDirection::Receives);
const SENDS_LOGS: Use = Use::Channel("log", ChannelDirection::Sends);
const LISTENS_TO_LOGS: Use = Use::Channel("log", ChannelDirection::Receives);

/// Bindings whose resource is called by a name that is unique in the account: where, the key of the name, what it is.
const NAMED: [(&[&str], &[&str], Use); 7] = [
    (&["r2_buckets"], &["bucket_name"], Use::Store("bucket", Access::Unknown)),
    (&["vectorize"], &["index_name"], Use::Store("database", Access::Unknown)),
    (&["queues", "producers"], &["queue"], SENDS_TO_QUEUE),
    (&["queues", "consumers"], &["queue"], LISTENS_TO_QUEUE),
    (&["queues", "consumers"], &["dead_letter_queue"], SENDS_TO_QUEUE),
    (&["analytics_engine_datasets"], &["dataset", "binding"], SENDS_LOGS),
    (&["pipelines"], &["pipeline", "stream"], Use::Channel("stream", ChannelDirection::Sends)),
];

/// Bindings whose resource is known by an id that the platform gave it.
const BY_ID: [(&str, Use); 3] = [
    ("kv_namespaces", Use::Store("namespace", Access::Unknown)),
    ("kv-namespaces", Use::Store("namespace", Access::Unknown)),
    ("hyperdrive", Use::Store("database", Access::Unknown)),
];

/// What the Worker of `config` uses: the union over the top and all environments.
pub(super) fn uses(config: &Config, names: &Names) -> Uses {
    let levels = config.levels();
    let called = levels.iter().map(|(name, _)| name.as_str()).collect();
    let mut reader = Reader { names, own: config.stack().key_of(&config.name), called, uses: Uses::default() };
    for (_, level) in &levels {
        reader.resources(level);
        reader.workers(level);
        reader.triggers(level);
    }
    if names.is_tail(&reader.own) {
        reader.add(LISTENS_TO_LOGS, reader.own.clone());
    }
    reader.uses
}

struct Reader<'a> {
    names: &'a Names,
    /// The key of the Worker itself.
    own: String,
    /// What it is called in any environment.
    called: Vec<&'a str>,
    uses: Uses,
}

/// The items of the list that `keys` lead to.
fn items<'n>(level: &'n Node, keys: &[&str]) -> &'n [Node] {
    level.path(keys).map(Node::items).unwrap_or_default()
}

fn text<'n>(item: &'n Node, keys: &[&str]) -> Option<&'n str> {
    keys.iter().find_map(|key| item.get(key)?.as_str()).filter(|text| !text.is_empty())
}

/// True for an id as the platform gives them; others are for local development, or are yet to be filled in.
fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Reader<'_> {
    fn add(&mut self, what: Use, key: String) {
        self.uses.add(what, key, Strength::Own);
    }

    /// The key of something that only this Worker can name.
    fn local(&self, name: &str) -> String {
        format!("{} {name}", self.own)
    }

    fn resources(&mut self, level: &Node) {
        for (list, keys, what) in NAMED {
            for key in items(level, list).iter().filter_map(|item| text(item, keys)) {
                self.add(what, key.to_owned());
            }
        }
        for (list, what) in BY_ID {
            for item in items(level, &[list]) {
                let id = text(item, &["id"]).filter(|id| is_id(id)).map(str::to_owned);
                let key = id.or_else(|| Some(self.local(text(item, &["binding"])?)));
                key.into_iter().for_each(|key| self.add(what, key));
            }
        }
        for item in items(level, &["d1_databases"]) {
            let key = self.names.database(text(item, &["database_id"]), text(item, &["database_name"]));
            let key = key.or_else(|| Some(self.local(text(item, &["binding"])?)));
            key.into_iter().for_each(|key| self.add(Use::Store("database", Access::Unknown), key));
        }
        for item in items(level, &["secrets_store_secrets"]) {
            if let (Some(store), Some(name)) = (text(item, &["store_id"]), text(item, &["secret_name"])) {
                self.add(READS, format!("{store}/{name}"));
            }
        }
    }

    /// Bindings to other Workers. Those to itself (to another entry point, say) are no calls between functions.
    fn workers(&mut self, level: &Node) {
        let objects = level.get("durable_objects").filter(|node| node.is_map()).and_then(|node| node.get("bindings"));
        let objects = objects.map(Node::items).unwrap_or_default();
        let services = items(level, &["services"]).iter().filter_map(|item| text(item, &["service"]));
        let scripts = objects.iter().filter_map(|item| text(item, &["script_name"]));
        for name in services.chain(scripts).filter(|name| !self.called.contains(name)) {
            self.uses.add(Use::Call("function"), self.names.worker(name), Strength::Own);
        }
        for item in items(level, &["workflows"]) {
            let elsewhere = text(item, &["script_name"]).is_some_and(|name| !self.called.contains(&name));
            if let Some(name) = text(item, &["name"]).filter(|_| elsewhere) {
                self.add(Use::Call("state-machine"), name.to_owned());
            }
        }
        for list in ["tail_consumers", "streaming_tail_consumers"] {
            for name in items(level, &[list]).iter().filter_map(|item| text(item, &["service"])) {
                self.add(SENDS_LOGS, self.names.worker(name));
            }
        }
    }

    fn triggers(&mut self, level: &Node) {
        let routes = level.get("route").into_iter().chain(items(level, &["routes"]));
        for route in routes.filter_map(|route| route.as_str().or_else(|| text(route, &["pattern"]))) {
            self.add(LISTENS_TO_HTTP, route.to_owned());
        }
        let crons = items(level, &["triggers", "crons"]).iter().filter_map(Node::as_str);
        for cron in crons {
            // A schedule is nobody else's.
            self.add(LISTENS_TO_SCHEDULE, self.local(cron));
        }
    }
}
