//! [`Names`]: what all configurations call their Workers and stores, so that one thing has one key everywhere.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_document::Node;

use super::config::Config;

/// Names of the whole checkout.
pub(super) struct Names {
    /// The key of each Worker by its names; none where several have it.
    workers: BTreeMap<String, Option<String>>,
    /// The names of each database by its id.
    databases: BTreeMap<String, BTreeSet<String>>,
    /// The ids of each database by its name.
    ids: BTreeMap<String, BTreeSet<String>>,
    /// The Workers that are sent what others log.
    tails: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(configs: &[Config]) -> Self {
        let mut names =
            Self { workers: BTreeMap::new(), databases: BTreeMap::new(), ids: BTreeMap::new(), tails: BTreeSet::new() };
        for config in configs {
            let key = config.stack().key_of(&config.name);
            for (name, level) in config.levels() {
                let known = names.workers.entry(name).or_insert_with(|| Some(key.clone()));
                if known.as_ref().is_some_and(|known| *known != key) {
                    *known = None;
                }
                names.note_databases(level);
            }
        }
        let levels: Vec<&Node> = configs.iter().flat_map(Config::levels).map(|(_, level)| level).collect();
        for tail in levels.iter().filter_map(|level| level.get("tail_consumers")).flat_map(Node::items) {
            if let Some(name) = tail.get("service").and_then(Node::as_str) {
                let key = names.worker(name);
                names.tails.insert(key);
            }
        }
        names
    }

    fn note_databases(&mut self, level: &Node) {
        for database in level.get("d1_databases").map(Node::items).unwrap_or_default() {
            let text = |key: &str| database.get(key).and_then(Node::as_str);
            if let (Some(id), Some(name)) = (text("database_id"), text("database_name")) {
                self.databases.entry(id.to_owned()).or_default().insert(name.to_owned());
                self.ids.entry(name.to_owned()).or_default().insert(id.to_owned());
            }
        }
    }

    /// The key of the Worker called `name`; the name itself if it is not one of this repository.
    pub(super) fn worker(&self, name: &str) -> String {
        self.workers.get(name).cloned().flatten().unwrap_or_else(|| name.to_owned())
    }

    /// The key of a database: its name, as long as the name means one database.
    pub(super) fn database(&self, id: Option<&str>, name: Option<&str>) -> Option<String> {
        let only = |set: Option<&BTreeSet<String>>| set.filter(|set| set.len() == 1)?.first().cloned();
        match (id, name) {
            (Some(id), name) => {
                let name = only(self.databases.get(id)).or_else(|| name.map(str::to_owned));
                let means_one = |name: &String| self.ids.get(name).is_none_or(|ids| ids.len() == 1);
                Some(name.filter(means_one).unwrap_or_else(|| id.to_owned()))
            }
            (None, Some(name)) => Some(name.to_owned()),
            (None, None) => None,
        }
    }

    /// True if other Workers send their logs to the Worker with this key.
    pub(super) fn is_tail(&self, key: &str) -> bool {
        self.tails.contains(key)
    }
}
