//! What policies let a function do: those of its role, and those that its block is given.

use std::collections::{BTreeMap, HashMap};

use lockstep_model::Strength;

use super::{
    keys::{Keys, Target},
    kinds, render,
    value::{Reference, Value},
};
use crate::aws::{actions::action_uses, arn, uses::Use, uses::Uses};

/// How deep policies may name policies.
const DEPTH: usize = 8;

/// Who has a role: a role of the checkout, or the function whose module makes its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Block(String),
    Function(usize),
    Name(String),
}

/// The policies that are attached to roles by resources of their own.
pub(super) struct Attached {
    by_role: BTreeMap<Role, Vec<Value>>,
}

impl Attached {
    pub(super) fn new(keys: &Keys<'_, '_>) -> Self {
        let mut by_role: BTreeMap<Role, Vec<Value>> = BTreeMap::new();
        for scope in &keys.scopes {
            let module = keys.world.module_of(*scope);
            for (_, at) in module.addresses() {
                let block = module.block_at(at);
                let (role, policy) = match block.label(0) {
                    "aws_iam_role_policy" => ("role", "policy"),
                    "aws_iam_role_policy_attachment" => ("role", "policy_arn"),
                    "aws_iam_policy_attachment" => ("roles", "policy_arn"),
                    _ => continue,
                };
                for instance in keys.world.instances(*scope, at).iter() {
                    let config = keys.world.config(*scope, at, instance);
                    let (Some(roles), Some(policy)) = (config.get(role), config.get(policy)) else { continue };
                    for role in roles.items() {
                        if let Some(role) = role_of(keys, role) {
                            by_role.entry(role).or_default().push(policy.clone());
                        }
                    }
                }
            }
        }
        Self { by_role }
    }

    /// Adds what a role lets its function do.
    pub(super) fn of_role(&self, keys: &Keys<'_, '_>, role: &Role, value: &Value, strength: Strength, uses: &mut Uses) {
        for policy in self.by_role.get(role).into_iter().flatten() {
            document(keys, policy, strength, DEPTH, uses);
        }
        if let Some(reference) = value.reference().filter(|one| one.kind() == "aws_iam_role")
            && let Some(config) = keys.world.config_of(&reference)
        {
            let inline = config.get("inline_policy").into_iter().flat_map(Value::items);
            for policy in inline.filter_map(|one| one.get("policy")).chain(config.get("managed_policy_arns")) {
                document(keys, policy, strength, DEPTH, uses);
            }
        }
    }
}

/// The role that a value names.
pub(super) fn role_of(keys: &Keys<'_, '_>, value: &Value) -> Option<Role> {
    match keys.target(value)? {
        Target::Block(reference) if reference.is_module() => keys.function_of(value).map(Role::Function),
        Target::Block(reference) => Some(match keys.world.physical_name(&reference) {
            Some(name) if reference.address.starts_with("data.") => Role::Name(name),
            _ => Role::Block(keys.block_key(&Reference { path: Vec::new(), ..(*reference).clone() })),
        }),
        Target::Name(name) => Some(Role::Name(name.rsplit('/').next().unwrap_or(&name).to_owned())),
    }
}

/// How many functions have each role.
pub(super) fn count(roles: impl Iterator<Item = Role>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for role in roles {
        *counts.entry(format!("{role:?}")).or_default() += 1;
    }
    counts
}

/// Adds what the policies in `value` let a function do: documents, statements, lists of them, references to them.
pub(super) fn document(keys: &Keys<'_, '_>, value: &Value, strength: Strength, depth: usize, uses: &mut Uses) {
    if depth == 0 {
        return;
    }
    match value {
        Value::List(items) => items.iter().for_each(|item| document(keys, item, strength, depth - 1, uses)),
        Value::Map(entries) => {
            let get = |names: [&str; 2]| names.iter().find_map(|name| entries.get(*name));
            if let (Some(actions), Some(resources)) = (get(["Action", "actions"]), get(["Resource", "resources"])) {
                let denied = get(["Effect", "effect"]).and_then(Value::known).is_some_and(|effect| effect == "Deny");
                if !denied {
                    statement(keys, actions, resources, strength, uses);
                }
                return;
            }
            for inner in entries.values() {
                document(keys, inner, strength, depth - 1, uses);
            }
        }
        Value::Ref(reference) => referenced(keys, reference, strength, depth, uses),
        Value::Unknown(made_of) => {
            made_of.iter().for_each(|reference| referenced(keys, reference, strength, depth, uses));
        }
        Value::Text(_) => {
            if let Some(inner) = render::structured(value) {
                document(keys, &inner, strength, depth - 1, uses);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn referenced(keys: &Keys<'_, '_>, reference: &Reference, strength: Strength, depth: usize, uses: &mut Uses) {
    let Some(config) = keys.world.config_of(reference) else { return };
    let names: &[&str] = match reference.kind() {
        "aws_iam_policy_document" => &["statement", "source_policy_documents", "override_policy_documents"],
        "aws_iam_policy" | "aws_iam_role_policy" => &["policy"],
        _ => return,
    };
    for inner in names.iter().filter_map(|name| config.get(name)) {
        document(keys, inner, strength, depth - 1, uses);
    }
}

fn statement(keys: &Keys<'_, '_>, actions: &Value, resources: &Value, strength: Strength, uses: &mut Uses) {
    let mut said: Vec<(String, Use)> = Vec::new();
    let mut all = false;
    for action in actions.items().iter().filter_map(Value::known) {
        all |= action == "*";
        let Some((service, action)) = action.split_once(':') else { continue };
        let service = service.to_ascii_lowercase();
        for what in action_uses(&service, action) {
            if !said.iter().any(|known| known == &(service.clone(), what)) {
                said.push((service.clone(), what));
            }
        }
    }
    for resource in resources.items() {
        let Some(target) = keys.target(resource) else { continue };
        // Everything is what can be done with a thing of that service.
        let service = service_of(&target).filter(|_| all);
        let any = service
            .iter()
            .flat_map(|service| action_uses(service, "*").into_iter().map(|what| (service.clone(), what)));
        for (service, what) in &said.iter().cloned().chain(any).collect::<Vec<_>>() {
            if applies(service, &target)
                && let Some(key) = keys.key(&target, what.kind()).filter(|key| key.contains(char::is_alphanumeric))
            {
                uses.add(*what, key, strength);
            }
        }
    }
}

/// The service that a target belongs to, if that is known.
fn service_of(target: &Target) -> Option<String> {
    match target {
        Target::Name(text) => arn::service(text).map(str::to_owned),
        Target::Block(reference) => kinds::service(reference.kind()).map(str::to_owned),
    }
}

/// False for an action on a thing of another service: such statements exist, and let nobody do anything.
fn applies(service: &str, target: &Target) -> bool {
    match target {
        Target::Name(text) => arn::service(text).is_none_or(|of| of == service || service.starts_with(of)),
        // The changes of a table are a stream, not the table.
        Target::Block(reference) if reference.attribute().starts_with("stream_") => service != "dynamodb",
        Target::Block(reference) => {
            kinds::service(reference.kind()).is_none_or(|of| of == service || service.starts_with(of))
        }
    }
}
