//! What a value of a template comes to without deploying it: text with holes, and the resources it names.

use std::{cell::Cell, collections::HashMap};

use lockstep_document::{Node, Value};
use lockstep_model::{FileSet, RepoPath};

use super::{
    given, intrinsic,
    intrinsic::{Part, attribute, substitution},
    stacks::{self, Stack},
    template::{Resource, Template},
};
use crate::aws::{
    arn,
    resource_types::{name_property, type_kind},
};

/// How many steps one value may take. Templates can nest each other in circles, and names can stand for names.
const STEPS: usize = 2_000;

/// How deep values may refer to values.
const DEPTH: usize = 40;

/// All that values can refer to.
pub(super) struct World<'a> {
    pub(super) files: &'a FileSet,
    pub(super) templates: &'a [Template],
    pub(super) stacks: Vec<Stack<'a>>,
    /// Stacks by the path of their root template.
    roots: HashMap<&'a RepoPath, usize>,
    /// Stacks by their labels.
    labels: HashMap<String, usize>,
    /// Values that the templates store as parameters of SSM, by name; none where two do.
    parameters: HashMap<String, Option<(usize, &'a Node)>>,
    /// Values that the templates export, by name; none where two do.
    exports: HashMap<String, Option<(usize, &'a Node)>>,
    /// Names of SSM parameters that files beside the templates give to parameters without a default.
    given: HashMap<(usize, &'a str), String>,
    /// Resources by kind and name, with their stacks: copies of one template give the same names to things of their own.
    names: HashMap<(&'static str, String), Vec<(usize, String)>>,
}

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text.
    Text(String),
    /// Something that is known on deployment only.
    Hole,
    /// A parameter of a stack.
    Parameter { stack: usize, id: String },
    /// A resource of a stack, or an attribute of one.
    Resource { stack: usize, id: String, attribute: Option<String> },
}

/// What a value names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A resource of a template.
    Resource { stack: usize, id: String, attribute: Option<String> },
    /// Text; what is known on deployment only is `*`.
    Name(String),
}

impl<'a> World<'a> {
    pub(super) fn new(files: &'a FileSet, templates: &'a [Template], stacks: Vec<Stack<'a>>) -> Self {
        let roots =
            stacks.iter().enumerate().map(|(number, stack)| (&templates[stack.members[0]].path, number)).collect();
        let labels = stacks.iter().enumerate().map(|(number, stack)| (stack.label.clone(), number)).collect();
        let mut world = Self {
            files,
            templates,
            stacks,
            roots,
            labels,
            parameters: HashMap::new(),
            exports: HashMap::new(),
            given: HashMap::new(),
            names: HashMap::new(),
        };
        world.read_given();
        world.index();
        world
    }

    fn read_given(&mut self) {
        for (number, stack) in self.stacks.iter().enumerate() {
            let open = stack.parameters.iter().filter(|(_, node)| is_stored(node) && node.get("Default").is_none());
            let open: Vec<&'a str> = open.map(|(id, _)| *id).collect();
            if !open.is_empty() {
                let documents = given::documents(&stack.folder, self.files);
                let named = open.into_iter().filter_map(|id| Some(((number, id), given::stored_name(&documents, id)?)));
                self.given.extend(named);
            }
        }
    }

    fn index(&mut self) {
        let (mut parameters, mut exports) = (HashMap::new(), HashMap::new());
        let mut names: HashMap<(&'static str, String), Vec<(usize, String)>> = HashMap::new();
        for (number, stack) in self.stacks.iter().enumerate() {
            for output in stack.outputs.values() {
                let Some(value) = output.get("Value") else { continue };
                if let Some(name) = output.path(&["Export", "Name"]).and_then(|name| self.name(number, name)) {
                    once(&mut exports, name, (number, value));
                }
            }
            for (id, (_, resource)) in &stack.resources {
                let Some(property) = name_property(resource.kind) else { continue };
                let Some(name) = resource.property(property).and_then(|name| self.name(number, name)) else { continue };
                if resource.kind == "AWS::SSM::Parameter"
                    && let Some(value) = resource.property("Value")
                {
                    once(&mut parameters, name.clone(), (number, value));
                }
                if let Some(kind) = type_kind(resource.kind) {
                    names.entry((kind, name)).or_default().push((number, format!("{}#{id}", stack.label)));
                }
            }
        }
        (self.parameters, self.exports, self.names) = (parameters, exports, names);
    }

    /// The text of a name, if it says enough to know it again.
    fn name(&self, stack: usize, node: &Node) -> Option<String> {
        let name = self.pattern(&self.evaluate(stack, node));
        (name.chars().filter(|c| c.is_alphanumeric()).count() >= 3).then_some(name)
    }

    /// The resource called `id` in `stack`.
    pub(super) fn resource(&self, stack: usize, id: &str) -> Option<&Resource<'a>> {
        self.stacks[stack].resources.get(id).map(|(_, resource)| resource)
    }

    /// The function, or other resource, that a key names.
    pub(super) fn keyed<'k>(&self, key: &'k str) -> Option<(usize, &'k str)> {
        let (label, id) = key.split_once('#')?;
        Some((*self.labels.get(label)?, id))
    }

    /// What `node` comes to in `stack`.
    pub(super) fn evaluate(&self, stack: usize, node: &Node) -> Vec<Piece> {
        Evaluation { world: self, steps: Cell::new(STEPS) }.node(stack, node, DEPTH)
    }

    /// What `node` names, if it names anything.
    pub(super) fn target(&self, stack: usize, node: &Node) -> Option<Target> {
        let pieces = self.evaluate(stack, node);
        self.target_of(&pieces, DEPTH)
    }

    fn target_of(&self, pieces: &[Piece], depth: usize) -> Option<Target> {
        let named = pieces.iter().find_map(|piece| match piece {
            Piece::Resource { stack, id, attribute } => {
                Some(Target::Resource { stack: *stack, id: id.clone(), attribute: attribute.clone() })
            }
            _ => None,
        });
        if named.is_some() {
            return named;
        }
        if let [Piece::Parameter { stack, id }] = pieces {
            let parameter = self.stacks[*stack].parameters.get(id.as_str());
            let default = parameter.and_then(|node| node.get("Default")).and_then(Node::as_text);
            return match default.filter(|default| !default.trim().is_empty()) {
                Some(path) if parameter.is_some_and(|node| is_stored(node)) => Some(self.stored(path, depth)),
                Some(default) => Some(Target::Name(default.to_owned())),
                None => match self.given.get(&(*stack, id.as_str())) {
                    Some(path) => Some(self.stored(path, depth)),
                    None => Some(Target::Name(format!("{}#{id}", self.stacks[*stack].label))),
                },
            };
        }
        let text = self.pattern(pieces);
        let path = text.strip_prefix("{{resolve:ssm:").or_else(|| text.strip_prefix("{{resolve:ssm-secure:"));
        if let Some(path) = path.and_then(|path| path.strip_suffix("}}")) {
            return Some(self.stored(path.split(':').next().unwrap_or(path), depth));
        }
        text.contains(char::is_alphanumeric).then_some(Target::Name(text))
    }

    /// What is stored under the name `path`, or the name.
    fn stored(&self, path: &str, depth: usize) -> Target {
        let found = self.parameters.get(path).copied().flatten().filter(|_| depth > 0);
        let value = found.and_then(|(stack, value)| self.target_of(&self.evaluate(stack, value), depth / 2));
        value.unwrap_or_else(|| Target::Name(format!("ssm:{path}")))
    }

    /// What is called by the value of `node`, and the path of a URL behind it: `${Api}/orders`.
    pub(super) fn called(&self, stack: usize, node: &Node) -> Option<(Target, String)> {
        let mut pieces = self.evaluate(stack, node);
        let mut path = String::new();
        if let [_, Piece::Text(text)] = pieces.as_slice()
            && text.starts_with('/')
        {
            path.clone_from(text);
            pieces.pop();
        }
        Some((self.target_of(&pieces, DEPTH)?, path))
    }

    /// Text in which what is not known is `*`.
    pub(super) fn pattern(&self, pieces: &[Piece]) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                _ if text.ends_with('*') => {}
                _ => text.push('*'),
            }
        }
        text
    }

    /// The text of `node` if all of it is known; the default of a parameter counts as known if it is the whole value.
    pub(super) fn literal(&self, stack: usize, node: &Node) -> Option<String> {
        let pieces = self.evaluate(stack, node);
        if let [Piece::Parameter { stack, id }] = pieces.as_slice() {
            let parameter = self.stacks[*stack].parameters.get(id.as_str())?;
            let stored = parameter.get("Type")?.as_str()?.starts_with("AWS::SSM::");
            return parameter.get("Default")?.as_text().filter(|_| !stored).map(str::to_owned);
        }
        let known = pieces.iter().all(|piece| matches!(piece, Piece::Text(_)));
        known.then(|| self.pattern(&pieces))
    }

    /// The key of what `node` names: `stack#LogicalId`, or the name of a `kind` of thing.
    pub(super) fn key(&self, stack: usize, node: &Node, kind: &'static str) -> Option<String> {
        self.key_of(stack, &self.target(stack, node)?, kind)
    }

    /// As [`Self::key`], of a target.
    pub(super) fn key_of(&self, stack: usize, target: &Target, kind: &'static str) -> Option<String> {
        match target {
            Target::Resource { stack, id, .. } => Some(format!("{}#{id}", self.stacks[*stack].label)),
            Target::Name(text) => {
                let name = arn::name(text, kind);
                if !name.contains(char::is_alphanumeric) {
                    return None;
                }
                let known = self.names.get(&(kind, name.to_owned())).map(Vec::as_slice).unwrap_or_default();
                // A stack that has a thing of that name means its own.
                let own = known.iter().find(|(of, _)| *of == stack);
                let only = || known.first().filter(|_| known.len() == 1);
                Some(own.or_else(only).map_or_else(|| name.to_owned(), |(_, key)| key.clone()))
            }
        }
    }
}

/// True for a parameter whose value is the name of a parameter of SSM.
fn is_stored(parameter: &Node) -> bool {
    parameter.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.starts_with("AWS::SSM::Parameter"))
}

/// Remembers `value`, unless something else has the key already.
fn once<K: std::hash::Hash + Eq, V>(map: &mut HashMap<K, Option<V>>, key: K, value: V) {
    map.entry(key).and_modify(|known| *known = None).or_insert(Some(value));
}

struct Evaluation<'w, 'a> {
    world: &'w World<'a>,
    steps: Cell<usize>,
}

impl Evaluation<'_, '_> {
    fn node(&self, stack: usize, node: &Node, depth: usize) -> Vec<Piece> {
        let steps = self.steps.get();
        if depth == 0 || steps == 0 {
            return vec![Piece::Hole];
        }
        self.steps.set(steps - 1);
        let depth = depth - 1;
        match &node.tag {
            Some(name) => self.call(stack, name, node, depth),
            None => self.plain(stack, node, depth),
        }
    }

    /// The value of a node, its tag not looked at.
    fn plain(&self, stack: usize, node: &Node, depth: usize) -> Vec<Piece> {
        if let Some(call) = intrinsic::plain(node) {
            return self.call(stack, call.name, call.argument, depth);
        }
        match (&node.value, node.as_text()) {
            (_, Some(text)) => vec![Piece::Text(text.to_owned())],
            (Value::List(items), _) if items.len() == 1 => self.node(stack, &items[0], depth),
            _ => vec![Piece::Hole],
        }
    }

    /// `argument` may carry the tag of the call itself, which is why its own value is read with [`Self::plain`] where
    /// it can be one.
    fn call(&self, stack: usize, name: &str, argument: &Node, depth: usize) -> Vec<Piece> {
        let items = argument.items();
        // A long form's argument may be a call itself; a short form's tag is the call that is being made.
        let value = |node: &Node| {
            if node.tag.as_deref() == Some(name) {
                self.plain(stack, node, depth)
            } else {
                self.node(stack, node, depth)
            }
        };
        match (name, items) {
            ("Ref", _) => argument.as_str().map_or_else(hole, |id| self.reference(stack, id, None, depth)),
            ("GetAtt", _) => match attribute(argument) {
                Some((id, attribute)) => self.reference(stack, id, Some(attribute), depth),
                None => hole(),
            },
            ("Sub", [text, variables]) => self.substitute(stack, text, Some(variables), depth),
            ("Sub", [text]) => self.substitute(stack, text, None, depth),
            ("Sub", _) => self.substitute(stack, argument, None, depth),
            ("Join", [separator, list]) => self.join(stack, separator.as_text().unwrap_or_default(), list, depth),
            ("If", [_, then, otherwise]) => self.either(stack, then, otherwise, depth),
            ("FindInMap", [map, first, second, ..]) => self.lookup(stack, [map, first, second], depth),
            ("Select", [index, list]) => self.select(stack, index, list, depth),
            ("Split", [_, text]) => only_resource(self.node(stack, text, depth)),
            ("ImportValue", _) => self.import(value(argument), depth),
            ("Base64" | "ToJsonString", _) => value(argument),
            _ => hole(),
        }
    }

    fn reference(&self, stack: usize, id: &str, attribute: Option<String>, depth: usize) -> Vec<Piece> {
        let of = &self.world.stacks[stack];
        if let Some((template, resource)) = of.resources.get(id) {
            if let Some(output) = attribute.as_deref().and_then(|name| name.strip_prefix("Outputs."))
                && let Some((child, value)) = self.child_output(*template, resource, output)
            {
                return self.node(child, value, depth);
            }
            return vec![Piece::Resource { stack, id: id.to_owned(), attribute }];
        }
        if of.parameters.contains_key(id) {
            let handed = of.parent.and_then(|(parent, given)| Some((parent, given?.get(id)?)));
            return match handed {
                Some((parent, value)) => self.node(parent, value, depth),
                None => vec![Piece::Parameter { stack, id: id.to_owned() }],
            };
        }
        hole()
    }

    /// The value of an output of a nested stack whose template is in the checkout. A template that is nested several
    /// times makes several stacks, each with resources of its own: those are known by the resource that nests them.
    fn child_output(&self, template: usize, resource: &Resource<'_>, output: &str) -> Option<(usize, &Node)> {
        let world = self.world;
        let path = stacks::nested(resource)?.as_str()?;
        let found = stacks::local(&world.templates[template].folder(), path, |path| world.roots.contains_key(path))?;
        let child = world.roots.get(&found).copied().filter(|child| world.stacks[*child].parent.is_some())?;
        Some((child, world.stacks[child].outputs.get(output)?.get("Value")?))
    }

    fn substitute(&self, stack: usize, text: &Node, variables: Option<&Node>, depth: usize) -> Vec<Piece> {
        let Some(text) = text.as_text() else { return hole() };
        let mut pieces = Vec::new();
        for part in substitution(text) {
            match part {
                Part::Text(text) => pieces.push(Piece::Text(text.to_owned())),
                Part::Name(name) => {
                    let given = variables.and_then(|variables| variables.get(name));
                    let (id, attribute) = name.split_once('.').map_or((name, None), |(id, rest)| (id, Some(rest)));
                    pieces.extend(match given {
                        Some(value) => self.node(stack, value, depth),
                        None => self.reference(stack, id, attribute.map(str::to_owned), depth),
                    });
                }
            }
        }
        pieces
    }

    fn join(&self, stack: usize, separator: &str, list: &Node, depth: usize) -> Vec<Piece> {
        if list.items().is_empty() || list.tag.is_some() {
            return self.node(stack, list, depth);
        }
        let mut pieces = Vec::new();
        for (number, item) in list.items().iter().enumerate() {
            if number > 0 {
                pieces.push(Piece::Text(separator.to_owned()));
            }
            pieces.extend(self.node(stack, item, depth));
        }
        pieces
    }

    /// Either branch, if both come to the same, or only one to anything.
    fn either(&self, stack: usize, then: &Node, otherwise: &Node, depth: usize) -> Vec<Piece> {
        let nothing = |node: &Node| {
            intrinsic::call(node)
                .is_some_and(|call| call.name == "Ref" && call.argument.as_str() == Some("AWS::NoValue"))
        };
        if nothing(then) {
            return self.node(stack, otherwise, depth);
        }
        let first = self.node(stack, then, depth);
        if nothing(otherwise) {
            return first;
        }
        let second = self.node(stack, otherwise, depth);
        let names_resource = |pieces: &[Piece]| pieces.iter().any(|piece| matches!(piece, Piece::Resource { .. }));
        match (names_resource(&first), names_resource(&second)) {
            _ if first == second => first,
            (true, _) => first,
            (false, true) => second,
            _ => hole(),
        }
    }

    /// A value of a mapping, if its keys are known or do not matter.
    fn lookup(&self, stack: usize, keys: [&Node; 3], depth: usize) -> Vec<Piece> {
        let known = |node: &Node| match self.node(stack, node, depth).as_slice() {
            [Piece::Text(text)] => Some(text.clone()),
            _ => None,
        };
        let [map, first, second] = keys.map(known);
        let Some(map) = map.and_then(|map| self.world.stacks[stack].mappings.get(map.as_str()).copied()) else {
            return hole();
        };
        let wanted = |name: &Option<String>, key: &str| name.as_deref().is_none_or(|name| name == key);
        let mut values: Vec<&Node> = Vec::new();
        for (_, rest) in map.entries().iter().filter(|(key, _)| wanted(&first, &key.text)) {
            let found = rest.entries().iter().filter(|(key, _)| wanted(&second, &key.text));
            values.extend(found.map(|(_, value)| value));
        }
        match values.split_first() {
            Some((value, rest)) if rest.iter().all(|other| other.value == value.value) => {
                self.node(stack, value, depth)
            }
            _ => hole(),
        }
    }

    fn select(&self, stack: usize, index: &Node, list: &Node, depth: usize) -> Vec<Piece> {
        let number = index.as_text().and_then(|index| index.parse::<usize>().ok());
        let items = list.items();
        match number.and_then(|number| items.get(number)) {
            Some(item) if list.tag.is_none() => self.node(stack, item, depth),
            _ => only_resource(self.node(stack, list, depth)),
        }
    }

    fn import(&self, name: Vec<Piece>, depth: usize) -> Vec<Piece> {
        let pattern = self.world.pattern(&name);
        match self.world.exports.get(&pattern).copied().flatten() {
            Some((stack, value)) => self.node(stack, value, depth),
            None => vec![Piece::Text(pattern)],
        }
    }
}

fn hole() -> Vec<Piece> {
    vec![Piece::Hole]
}

/// What is cut out of a value is not known; which resource it was cut out of is.
fn only_resource(pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.into_iter().find(|piece| matches!(piece, Piece::Resource { .. })).map_or_else(hole, |piece| vec![piece])
}
