//! What one function uses: its environment, its role and policies, its layers, and what its block says of events.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lockstep_document::hcl::{Body, Expr, ExprKind};
use lockstep_model::{Access, ChannelDirection::Receives, Layer, RepoPath, Strength};

use super::{
    code,
    functions::{self, Functions},
    keys::{Keys, Target},
    leaves::{self, Kind, Leaf},
    policies::{self, Attached, Role},
    value::Value,
    wiring, wrapper,
};
use crate::{
    aws::{resource_types::is_store, uses::Use, uses::Uses},
    platform::CodeSource,
};

/// What a function uses, and the literal values of its environment.
pub(super) struct Used {
    pub(super) uses: Uses,
    pub(super) environment: BTreeMap<String, String>,
}

/// The uses of all functions, in their order.
pub(super) fn read(keys: &Keys<'_, '_>, leaves: &[Leaf], functions: &Functions) -> Vec<Used> {
    let wires = wiring::read(keys, functions.all.len());
    let attached = Attached::new(keys);
    let roles: Vec<Option<Role>> = functions.all.iter().map(|one| role(keys, &leaves[one.leaves[0]])).collect();
    let users = policies::count(roles.iter().flatten().cloned());
    let mut all: Vec<Used> = wires.into_iter().map(|uses| Used { uses, environment: BTreeMap::new() }).collect();
    for (number, function) in functions.all.iter().enumerate() {
        let reader = Reader { keys, attached: &attached, users: &users, function: number };
        reader.leaf(&leaves[function.leaves[0]], roles[number].as_ref(), &mut all[number]);
    }
    all
}

fn role_value(config: &Value) -> Option<&Value> {
    ["role", "lambda_role", "role_arn", "lambda_role_arn"].iter().find_map(|name| wiring::at(config, &[name]))
}

fn role(keys: &Keys<'_, '_>, leaf: &Leaf) -> Option<Role> {
    policies::role_of(keys, role_value(&functions::config(keys.world, leaf))?)
}

struct Reader<'r, 'w, 'f> {
    keys: &'r Keys<'w, 'f>,
    attached: &'r Attached,
    users: &'r HashMap<String, usize>,
    function: usize,
}

impl Reader<'_, '_, '_> {
    fn leaf(&self, leaf: &Leaf, role: Option<&Role>, used: &mut Used) {
        let config = functions::config(self.keys.world, leaf);
        if let Some(role) = role {
            let shared = self.users.get(&format!("{role:?}")).is_some_and(|users| *users > 1);
            let strength = if shared { Strength::Inherited } else { Strength::Own };
            let value = role_value(&config).cloned().unwrap_or(Value::Null);
            self.attached.of_role(self.keys, role, &value, strength, &mut used.uses);
        }
        // What is attached to the role that the function's module makes.
        let own = Role::Function(self.function);
        self.attached.of_role(self.keys, &own, &Value::Null, Strength::Own, &mut used.uses);
        if leaf.kind == Kind::Wrapper {
            self.arguments(&config, &mut used.uses);
        }
        for target in ["dead_letter_config", "dead_letter"] {
            let dead = wiring::at(&config, &[target, "target_arn"])
                .or_else(|| wiring::at(&config, &["dead_letter_target_arn"]));
            dead.into_iter().for_each(|dead| wiring::sends(self.keys, dead, &mut used.uses));
        }
        self.environment(leaf, &config, used);
        let own = self.keys.function_key(self.function);
        used.uses.invokes.retain(|call| call.key != own);
        self.layers(&config, &mut used.uses);
        self.google(&config, &mut used.uses);
    }

    /// Policies and events that a module is given for the function that it makes.
    fn arguments(&self, config: &Value, uses: &mut Uses) {
        let Value::Map(arguments) = config else { return };
        for (name, value) in arguments.iter() {
            if name.contains("polic") || name.contains("statement") {
                policies::document(self.keys, value, Strength::Own, 8, uses);
            }
        }
        let each = |name: &str| -> Vec<Value> {
            match config.get(name) {
                Some(Value::Map(entries)) => entries.values().cloned().collect(),
                Some(Value::List(items)) => items.to_vec(),
                _ => Vec::new(),
            }
        };
        for mapping in each("event_source_mapping") {
            if let Some((kind, key)) =
                mapping.get("event_source_arn").and_then(|source| wiring::source_key(self.keys, source))
            {
                uses.add(Use::Channel(kind, Receives), key, Strength::Own);
            }
        }
        for trigger in each("allowed_triggers") {
            let known = wiring::allowed(self.keys, &trigger);
            let known = known.filter(|(kind, _)| !uses.channels.iter().any(|one| one.kind == *kind));
            if let Some((kind, key)) = known {
                uses.add(Use::Channel(kind, Receives), key, Strength::Own);
            }
        }
    }

    /// Literal values; and what the others name. What the function's own block writes is said for it, what comes from
    /// elsewhere is said for several.
    fn environment(&self, leaf: &Leaf, config: &Value, used: &mut Used) {
        let anchor = self.keys.world.module_of(leaf.anchor.scope).block_at(leaf.anchor.at);
        let own = written_keys(&anchor.body);
        for variables in environments(config) {
            for (name, value) in variables {
                let strength = if own.contains(name.as_str()) { Strength::Own } else { Strength::Inherited };
                let called = self.variable(value, strength, &mut used.uses);
                if let Some(value) = called.or_else(|| self.keys.world.literal(value)) {
                    used.environment.insert(name.clone(), value);
                }
            }
        }
    }

    /// Adds what a variable names. Gives the key of what is called by it.
    fn variable(&self, value: &Value, strength: Strength, uses: &mut Uses) -> Option<String> {
        let target = self.keys.target(value).filter(|target| matches!(target, Target::Block(_)))?;
        let kind = match self.keys.function_of(value) {
            Some(function) if function == self.function => return None,
            Some(_) => "function",
            None => self.keys.kind(&target)?,
        };
        let what = match kind {
            "function" | "state-machine" => Use::Call(kind),
            kind if is_store(kind) && kind != "file-system" => Use::Store(kind, Access::Unknown),
            _ => return None,
        };
        let key = match self.keys.function_of(value).filter(|_| kind == "function") {
            Some(function) => Some(self.keys.function_key(function).to_owned()),
            None => self.keys.key(&target, kind),
        }?;
        let called = matches!(what, Use::Call(_)).then(|| key.clone());
        uses.add(what, key, strength);
        called
    }

    fn layers(&self, config: &Value, uses: &mut Uses) {
        for value in config.get("layers").into_iter().flat_map(Value::items) {
            uses.layers.extend(self.layer(value));
        }
    }

    fn layer(&self, value: &Value) -> Option<Layer> {
        let world = self.keys.world;
        match self.keys.target(value)? {
            Target::Name(name) => Some(Layer { name, path: None }),
            Target::Block(reference) => {
                let config = world.config_of(&reference)?;
                let names = ["filename", "source_path", "source_dir", "s3_key", "local_existing_package"];
                let said = names.iter().find_map(|name| wiring::at(&config, &[name]));
                let path = said.and_then(|said| self.layer_folder(&code::code_at(world, reference.scope, said)));
                Some(Layer { name: self.keys.block_key(&whole(&reference)), path })
            }
        }
    }

    /// The folder with a layer's content: the one that is packed, or the one below `layers` that the archive is called
    /// after.
    fn layer_folder(&self, code: &CodeSource) -> Option<RepoPath> {
        let files = self.keys.world.files;
        match code {
            CodeSource::Path { base, path } => base.join(path).ok().filter(|path| files.is_folder(path)),
            CodeSource::Artifact { path, .. } => {
                let stem = path.rsplit('/').next()?.split('.').next()?;
                let found = self.keys.world.layer_folders(stem)?;
                found.first().filter(|_| found.len() == 1).cloned()
            }
            _ => None,
        }
    }

    /// Triggers that stand in the block of a function of Google's.
    fn google(&self, config: &Value, uses: &mut Uses) {
        let Some(trigger) = wiring::at(config, &["event_trigger"]) else { return };
        let named = [("pubsub_topic", "topic"), ("resource", "topic")]
            .iter()
            .find_map(|(name, kind)| Some((*kind, self.keys.key_of(wiring::at(trigger, &[name])?, kind)?)));
        let filters = trigger.get("event_filters").into_iter().flat_map(Value::items);
        let bucket = filters.into_iter().find_map(|filter| {
            let is_bucket = filter.get("attribute").and_then(Value::known).as_deref() == Some("bucket");
            is_bucket.then(|| self.keys.key_of(filter.get("value")?, "bucket")).flatten()
        });
        if let Some((kind, key)) = named.or(bucket.map(|key| ("bucket", key))) {
            uses.add(Use::Channel(kind, Receives), key, Strength::Own);
        }
    }
}

fn whole(reference: &super::value::Reference) -> super::value::Reference {
    super::value::Reference { path: Vec::new(), ..reference.clone() }
}

/// The environments in what a block says: `environment { variables = { … } }`, or an argument with variables.
fn environments(config: &Value) -> Vec<Vec<(&String, &Value)>> {
    let Value::Map(arguments) = config else { return Vec::new() };
    let service = config.get("service_config").and_then(|service| match service {
        Value::List(items) => items.first(),
        other => Some(other),
    });
    let inner = match service {
        Some(Value::Map(inner)) => inner.iter().collect(),
        _ => Vec::new(),
    };
    let named =
        arguments.iter().chain(inner).filter(|(name, _)| wrapper::is_environment(name) || name.contains("env_vars"));
    let variables = named.filter_map(|(_, value)| match value.get("variables").unwrap_or(value) {
        Value::Map(variables) => Some(variables.iter().collect()),
        _ => None,
    });
    variables.collect()
}

/// The keys of the mappings that a block writes itself.
fn written_keys(body: &Body) -> BTreeSet<&str> {
    let mut keys = BTreeSet::new();
    let mut open: Vec<&Expr> = leaves::all_expressions(body);
    while let Some(expr) = open.pop() {
        if let ExprKind::Object(entries) = &expr.kind {
            keys.extend(entries.iter().filter_map(|(key, _)| match &key.kind {
                ExprKind::Text(text) => Some(text.as_str()),
                _ => None,
            }));
        }
        open.extend(leaves::parts(expr));
    }
    keys
}
