//! Keys: what identifies a function, a channel or a store in the output, whichever way an expression names it.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use super::{
    functions::Functions,
    kinds,
    leaves::Leaf,
    roots,
    value::{Reference, Value},
    world::World,
};
use crate::aws::arn;

/// What an expression names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// A block of the checkout.
    Block(Rc<Reference>),
    /// A name or an ARN, holes as `*`.
    Name(String),
}

/// The keys of everything that the scopes of a run hold.
pub(super) struct Keys<'w, 'f> {
    pub(super) world: &'w World<'f>,
    /// All scopes below the roots that count.
    pub(super) scopes: Vec<usize>,
    /// The function of each block that is one, by scope, address and key.
    functions: HashMap<(usize, String, Option<Rc<str>>), usize>,
    /// The key of each function.
    function_keys: Vec<String>,
    /// The functions that have a name, and the keys of other things that have one.
    by_name: HashMap<(&'static str, String), Option<String>>,
    function_by_name: HashMap<String, Option<usize>>,
}

impl<'w, 'f> Keys<'w, 'f> {
    pub(super) fn new(world: &'w World<'f>, leaves: &[Leaf], functions: &Functions) -> Self {
        let keys = functions.all.iter().map(|one| format!("{}#{}", one.service, one.declaration.logical_id));
        let mut all = Self {
            world,
            scopes: scopes(world, leaves, functions),
            functions: HashMap::new(),
            function_keys: keys.collect(),
            by_name: HashMap::new(),
            function_by_name: HashMap::new(),
        };
        for (leaf, function) in leaves.iter().zip(&functions.of_leaf) {
            let block = world.module_of(leaf.scope).block_at(leaf.at);
            let address = match block.kind.text.as_str() {
                "module" => format!("module.{}", block.label(0)),
                _ => format!("{}.{}", block.label(0), block.label(1)),
            };
            all.functions.insert((leaf.scope, address, leaf.instance.key.clone()), *function);
        }
        for (number, function) in functions.all.iter().enumerate() {
            if let Some(name) = function.code.name.as_deref().and_then(plain_name) {
                let known = all.function_by_name.entry(name).or_insert(Some(number));
                if *known != Some(number) {
                    *known = None;
                }
            }
        }
        all.name_things();
        all
    }

    /// Notes the physical names of channels and stores.
    fn name_things(&mut self) {
        for scope in self.scopes.clone() {
            let module = self.world.module_of(scope);
            for (address, at) in module.addresses() {
                let block = module.block_at(at);
                let Some(kind) = kinds::of_type(block.label(0)).filter(|_| block.kind.text == "resource") else {
                    continue;
                };
                for instance in self.world.instances(scope, at).iter() {
                    let address = Rc::from(address);
                    let reference = Reference { scope, address, key: instance.key.clone(), path: Vec::new() };
                    let Some(name) = self.world.physical_name(&reference).as_deref().and_then(plain_name) else {
                        continue;
                    };
                    let key = self.block_key(&reference);
                    let known = self.by_name.entry((kind, name)).or_insert_with(|| Some(key.clone()));
                    if known.as_ref() != Some(&key) {
                        *known = None;
                    }
                }
            }
        }
    }

    /// `orders#module.api.aws_sqs_queue.jobs`.
    pub(super) fn block_key(&self, reference: &Reference) -> String {
        let root = self.world.scope(reference.scope).root;
        let (label, _) = roots::label(&self.world.module_of(root).folder);
        let address = self.world.full_address(reference.scope, &reference.address, reference.key.as_deref());
        format!("{label}#{address}")
    }

    /// The function that a reference means: its block, or an alias of it.
    fn function_at(&self, reference: &Reference, depth: usize) -> Option<usize> {
        let key = (reference.scope, reference.address.to_string(), reference.key.clone());
        if let Some(function) = self.functions.get(&key) {
            return Some(*function);
        }
        // One of several, with the key left out or only known on deployment.
        if reference.key.is_none() {
            let mut of_all =
                self.world.keys_of(reference).into_iter().map(|key| {
                    self.functions.get(&(reference.scope, reference.address.to_string(), Some(key))).copied()
                });
            let first = of_all.next().flatten();
            if first.is_some() && of_all.all(|other| other == first) {
                return first;
            }
        }
        match reference.kind() {
            "aws_lambda_alias"
            | "aws_lambda_function"
            | "aws_lambda_function_url"
            | "aws_lambda_provisioned_concurrency_config"
                if depth > 0 =>
            {
                let named = self.world.attribute_of(reference, "function_name")?;
                self.function_of_depth(&named, depth - 1)
            }
            _ => None,
        }
    }

    /// The function that a value names, by a reference, its name or its ARN.
    pub(super) fn function_of(&self, value: &Value) -> Option<usize> {
        self.function_of_depth(value, 3)
    }

    fn function_of_depth(&self, value: &Value, depth: usize) -> Option<usize> {
        let mut found = None;
        value.each_reference(&mut |reference| {
            if found.is_none() {
                found = self.function_at(reference, depth);
            }
        });
        found.or_else(|| self.function_called(&self.world.pattern(value)))
    }

    /// The function whose name, or ARN, `text` is.
    pub(super) fn function_called(&self, text: &str) -> Option<usize> {
        // `…/functions/arn:aws:lambda:…:function:name/invocations`, as gateways want it.
        let inner = text.split("/functions/").nth(1).map_or(text, |arn| arn.trim_end_matches("/invocations"));
        let name = plain_name(arn::name(inner, "function"))?;
        self.function_by_name.get(&name).copied().flatten()
    }

    /// All functions that a value names by reference.
    pub(super) fn functions_in(&self, value: &Value) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        value.each_reference(&mut |reference| found.extend(self.function_at(reference, 3)));
        let mut stack = vec![value];
        while let Some(value) = stack.pop() {
            match value {
                Value::List(items) => stack.extend(items.iter()),
                Value::Map(entries) => stack.extend(entries.values()),
                Value::Text(_) => {
                    let text = self.world.pattern(value);
                    if text.contains(":function:") && text.len() < 500 {
                        found.extend(self.function_called(&text));
                    }
                }
                _ => {}
            }
        }
        found
    }

    pub(super) fn function_key(&self, function: usize) -> &str {
        &self.function_keys[function]
    }

    /// What a value names, if it names anything.
    pub(super) fn target(&self, value: &Value) -> Option<Target> {
        let mut found = None;
        value.each_reference(&mut |reference| {
            let module = self.world.module_of(reference.scope);
            if found.is_none() && !is_incidental(reference.kind()) && module.at(&reference.address).is_some() {
                found = Some(reference.clone());
            }
        });
        if let Some(reference) = found {
            return Some(Target::Block(reference));
        }
        let text = self.world.pattern(value);
        text.contains(char::is_alphanumeric).then_some(Target::Name(text))
    }

    /// What kind of thing a target is; none if that is not known.
    pub(super) fn kind(&self, target: &Target) -> Option<&'static str> {
        match target {
            Target::Block(reference) if reference.is_module() => {
                if self.function_at(reference, 0).is_some() {
                    return Some("function");
                }
                let source = self.world.attribute_of(reference, "source")?;
                kinds::of_source(&self.world.pattern(&source))
            }
            Target::Block(reference) => kinds::of_type(reference.kind()),
            Target::Name(text) => {
                let service = arn::service(text)?;
                let kinds = [
                    ("dynamodb", "table"),
                    ("s3", "bucket"),
                    ("sqs", "queue"),
                    ("sns", "topic"),
                    ("events", "bus"),
                    ("kinesis", "stream"),
                    ("firehose", "stream"),
                    ("lambda", "function"),
                    ("states", "state-machine"),
                    ("secretsmanager", "secret"),
                    ("ssm", "parameter"),
                    ("rds", "database"),
                ];
                kinds.iter().find(|(known, _)| *known == service).map(|(_, kind)| *kind)
            }
        }
    }

    /// The key of what a target names, as a `kind` of thing.
    pub(super) fn key(&self, target: &Target, kind: &'static str) -> Option<String> {
        match target {
            Target::Block(reference) => {
                if let Some(function) = self.function_at(reference, 3).filter(|_| kind == "function") {
                    return Some(self.function_keys[function].clone());
                }
                // The state of another stack: what it is there is not followed, but the same output is the same thing.
                if reference.kind() == "terraform_remote_state" {
                    let path = reference.path.iter().filter(|step| &***step != "outputs");
                    let output: Vec<&str> = path.map(|step| &**step).collect();
                    return (!output.is_empty()).then(|| format!("remote-state {}", output.join(".")));
                }
                if reference.address.starts_with("data.")
                    && let Some(name) = self.world.physical_name(reference)
                {
                    return self.named(&name, kind);
                }
                Some(self.block_key(reference))
            }
            Target::Name(text) => self.named(text, kind),
        }
    }

    fn named(&self, text: &str, kind: &'static str) -> Option<String> {
        let name = arn::name(text, kind);
        let plain = plain_name(name)?;
        if kind == "function"
            && let Some(function) = self.function_called(text)
        {
            return Some(self.function_keys[function].clone());
        }
        let known = self.by_name.get(&(kind, plain)).cloned().flatten();
        Some(known.unwrap_or_else(|| name.to_owned()))
    }

    /// The key of what `value` names as a `kind` of thing.
    pub(super) fn key_of(&self, value: &Value, kind: &'static str) -> Option<String> {
        self.key(&self.target(value)?, kind)
    }
}

/// True for what stands inside names of other things: accounts, regions, random endings.
fn is_incidental(kind: &str) -> bool {
    matches!(kind, "aws_caller_identity" | "aws_region" | "aws_partition" | "google_project" | "google_client_config")
        || ["random_", "time_", "null_", "aws_availability_zone"].iter().any(|prefix| kind.starts_with(prefix))
}

/// A name without the parts that stages put around it; none if too little is left to know it again.
fn plain_name(name: &str) -> Option<String> {
    let plain = name.trim_matches(|c| matches!(c, '*' | '-' | '_' | '.' | '/'));
    (plain.chars().filter(|c| c.is_alphanumeric()).count() >= 3).then(|| plain.to_owned())
}

/// The scopes of the roots that speak for the functions: of several stages, the first.
fn scopes(world: &World<'_>, leaves: &[Leaf], functions: &Functions) -> Vec<usize> {
    let speaking = functions.all.iter().map(|function| &leaves[function.leaves[0]]);
    let roots: BTreeSet<usize> = speaking.map(|leaf| world.scope(leaf.scope).root).collect();
    let mut all = Vec::new();
    let mut open: Vec<usize> = roots.into_iter().rev().collect();
    while let Some(scope) = open.pop() {
        all.push(scope);
        let module = world.module_of(scope);
        for (_, at) in module.addresses().filter(|(address, _)| address.starts_with("module.")) {
            if world.local_source(scope, module.block_at(at)).is_some() {
                open.extend(world.children(scope, at).iter().map(|(_, child)| *child));
            }
        }
    }
    all
}
