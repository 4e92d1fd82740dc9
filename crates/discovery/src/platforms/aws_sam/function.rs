//! From one resource to what it declares.

use std::collections::{BTreeMap, HashMap};

use lockstep_document::Node;
use lockstep_model::{
    Access,
    ChannelDirection::{Receives, Sends},
    DEPLOYED_NAME, Declaration, Layer, Strength,
};

use super::{
    evaluate::{Target, World},
    events,
    globals::Properties,
    intrinsic,
    policies::Policies,
    stacks::local,
    template::Resource,
    uses::{Use, Uses},
    wiring::{Wires, connect},
};
use crate::aws::resource_types::{is_called, type_kind};
use crate::platform::{Build, CodeSource, Declared, HandlerStyle};

/// Printed for functions of SAM.
pub(super) const SAM: &str = "aws-sam";
/// Printed for functions of plain CloudFormation.
pub(crate) const PLAIN: &str = "cloudformation";

/// Reads the functions of one stack.
pub(super) struct Reader<'w, 'a> {
    world: &'w World<'a>,
    wires: &'w mut Wires,
    stack: usize,
    /// How many functions have each role.
    users: HashMap<String, usize>,
    /// Policies of the stack that name the roles they belong to, by the logical id of the role.
    attached: HashMap<String, Vec<Resource<'a>>>,
}

impl<'w, 'a> Reader<'w, 'a> {
    pub(super) fn new(world: &'w World<'a>, wires: &'w mut Wires, stack: usize) -> Self {
        let mut users = HashMap::new();
        for (_, resource) in world.stacks[stack].resources.values().filter(|(_, resource)| resource.is_function()) {
            if let Some(role) = resource.property("Role").and_then(|role| world.key(stack, role, "role")) {
                *users.entry(role).or_default() += 1;
            }
        }
        Self { world, wires, stack, users, attached: attached(world, stack) }
    }

    /// What `resource`, in template number `template`, declares.
    pub(super) fn read(&mut self, template: usize, resource: &Resource<'a>) -> Declared {
        let of = &self.world.stacks[self.stack];
        let file = &self.world.templates[template];
        let sam = resource.kind == super::template::FUNCTIONS[0];
        let properties = Properties::new(resource.node, of.globals.filter(|_| sam));
        let id = &resource.key.text;
        let text = |name: &str| properties.get(name).and_then(|node| self.world.literal(self.stack, node));
        let code = self.code(template, resource, &properties, sam);
        let build = self.build(id, resource);
        let style =
            if build.method.as_deref() == Some("esbuild") { HandlerStyle::Bundler } else { HandlerStyle::Runtime };
        let runtime = match code {
            CodeSource::Image { .. } => Some("image".to_owned()),
            _ => text("Runtime"),
        };
        let handler = text("Handler");
        let (mut environment, uses) = self.uses(template, resource, &properties);
        if let Some(name) = properties.get("FunctionName").map(|node| self.pattern(node)) {
            environment.insert(DEPLOYED_NAME.to_owned(), name);
        }
        Declared {
            name: id.clone(),
            service: of.label.clone(),
            stack_folder: of.folder.clone(),
            declaration: Declaration {
                platform: if sam { SAM } else { PLAIN },
                location: file.place(resource.key.span.clone()),
                block_end: u32::try_from(resource.node.span.end).unwrap_or(u32::MAX),
                logical_id: id.clone(),
                handler,
            },
            runtime,
            code,
            build,
            style,
            environment,
            layers: uses.layers,
            channels: uses.channels,
            stores: uses.stores,
            invokes: uses.invokes,
        }
    }

    fn code(&self, template: usize, resource: &Resource<'_>, properties: &Properties<'_>, sam: bool) -> CodeSource {
        let base = self.world.templates[template].folder();
        let metadata = |name: &str| {
            let node = resource.node.path(&["Metadata", name])?;
            self.world.literal(self.stack, node)
        };
        let code = if sam { None } else { properties.get("Code") };
        let image = properties.get("ImageUri").or_else(|| code.and_then(|code| code.get("ImageUri")));
        let packaged = properties.get("PackageType").and_then(Node::as_str) == Some("Image");
        if packaged || image.is_some() {
            let command = properties.get("ImageConfig").and_then(|config| config.get("Command"));
            let words = |node: &Node| node.items().iter().filter_map(Node::as_text).map(str::to_owned).collect();
            let arguments = resource.node.path(&["Metadata", "DockerBuildArgs"]).into_iter().flat_map(Node::entries);
            return CodeSource::Image {
                base,
                context: metadata("DockerContext"),
                dockerfile: metadata("Dockerfile"),
                command: command.map(words),
                name: image.map(|image| self.pattern(image)).filter(|name| name.contains(char::is_alphanumeric)),
                arguments: arguments
                    .filter_map(|(name, value)| Some((name.text.clone(), self.world.literal(self.stack, value)?)))
                    .collect(),
            };
        }
        if properties.get("InlineCode").is_some() || code.is_some_and(|code| code.get("ZipFile").is_some()) {
            return CodeSource::Inline;
        }
        let said = if sam { properties.get("CodeUri") } else { code };
        match said {
            Some(node) => self.code_at(base, node),
            None if sam => CodeSource::Path { base, path: ".".to_owned() },
            None => CodeSource::Unknown("the function has no `Code`".to_owned()),
        }
    }

    /// A local path, a built file, or a place in S3.
    fn code_at(&self, base: lockstep_model::RepoPath, node: &Node) -> CodeSource {
        let key = node.get("S3Key").or_else(|| node.get("Key"));
        if let Some(key) = key.filter(|_| intrinsic::call(node).is_none()) {
            return CodeSource::Artifact { base, path: self.pattern(key) };
        }
        let path = self.world.literal(self.stack, node).unwrap_or_else(|| self.pattern(node));
        let built = [".zip", ".jar", ".war"].iter().any(|end| path.to_ascii_lowercase().ends_with(end));
        let exists = || base.join(&path).is_ok_and(|path| self.world.files.is_file(&path));
        if path.starts_with("s3://") || (built && !exists()) {
            CodeSource::Artifact { base, path }
        } else if path.contains('*') {
            CodeSource::Unknown(format!("only a deployment tells where the code is: `{path}`"))
        } else {
            CodeSource::Path { base, path }
        }
    }

    fn pattern(&self, node: &Node) -> String {
        let literal = self.world.literal(self.stack, node);
        literal.unwrap_or_else(|| self.world.pattern(&self.world.evaluate(self.stack, node)))
    }

    fn build(&self, id: &str, resource: &Resource<'_>) -> Build {
        let Some(metadata) = resource.node.get("Metadata") else { return Build::default() };
        let text = |node: &Node| self.world.literal(self.stack, node);
        let method = metadata.get("BuildMethod").and_then(text);
        let properties = metadata.get("BuildProperties");
        let points = properties.and_then(|all| all.get("EntryPoints"));
        Build {
            make_target: (method.as_deref() == Some("makefile")).then(|| format!("build-{id}")),
            entry_points: points.into_iter().flat_map(Node::items).filter_map(text).collect(),
            binary: properties.and_then(|all| all.get("Binary")).and_then(text),
            method,
        }
    }

    fn uses(
        &mut self,
        template: usize,
        resource: &Resource<'_>,
        properties: &Properties<'_>,
    ) -> (BTreeMap<String, String>, Uses) {
        let id = &resource.key.text;
        let mut uses = self.wires.remove(&(self.stack, id.clone())).unwrap_or_default();
        if let Some(events) = properties.get("Events") {
            events::read(self.world, self.stack, id, events, &mut uses);
        }
        let policies = Policies { world: self.world, stack: self.stack, strength: Strength::Own };
        if let Some(own) = properties.get("Policies") {
            policies.of_function(own, &mut uses);
        }
        self.role(id, properties, &mut uses);
        self.destinations(properties, &mut uses);
        for (_, connector) in resource.node.get("Connectors").into_iter().flat_map(Node::entries) {
            connect(self.world, self.stack, id, connector.get("Properties"), &mut uses);
        }
        if properties.get("FunctionUrlConfig").is_some() {
            let key = format!("{}#{id}Url", self.world.stacks[self.stack].label);
            uses.add(Use::Channel("http", Receives), key, Strength::Own);
        }
        let environment = self.environment(properties, &mut uses);
        self.layers(template, properties, &mut uses);
        (environment, uses)
    }

    /// The policies of the role. A role that several functions have says nothing of each.
    fn role(&self, id: &str, properties: &Properties<'_>, uses: &mut Uses) {
        let (world, stack) = (self.world, self.stack);
        let node = properties.get("Role");
        let named = node.and_then(|node| world.target(stack, node));
        let shared = node
            .and_then(|node| world.key(stack, node, "role"))
            .is_some_and(|role| self.users.get(&role).is_some_and(|users| *users > 1));
        let strength = if shared { Strength::Inherited } else { Strength::Own };
        let (stack, role_id) = match named {
            Some(Target::Resource { stack, id, .. }) => (stack, id),
            Some(Target::Name(_)) => return,
            // The role that SAM makes if none is named.
            None => (stack, format!("{id}Role")),
        };
        let policies = Policies { world, stack, strength };
        if let Some(role) = world.resource(stack, &role_id) {
            policies.of_role(role, uses);
        }
        let here = if stack == self.stack { self.attached.get(&role_id) } else { None };
        for policy in here.into_iter().flatten() {
            policies.of_policy(policy, uses);
        }
    }

    /// Where results and failures of asynchronous calls go.
    fn destinations(&self, properties: &Properties<'_>, uses: &mut Uses) {
        let said = ["OnSuccess", "OnFailure"].iter().filter_map(|outcome| {
            properties.get("EventInvokeConfig")?.path(&["DestinationConfig", outcome, "Destination"])
        });
        let dead =
            ["DeadLetterQueue", "DeadLetterConfig"].iter().filter_map(|name| properties.get(name)?.get("TargetArn"));
        for node in said.chain(dead) {
            let Some(target) = self.world.target(self.stack, node) else { continue };
            let kind = match &target {
                Target::Resource { stack, id, .. } => {
                    self.world.resource(*stack, id).and_then(|resource| type_kind(resource.kind)).unwrap_or("queue")
                }
                Target::Name(text) => ["sns", "events", "lambda"]
                    .iter()
                    .zip(["topic", "bus", "function"])
                    .find_map(|(service, kind)| text.contains(&format!(":{service}:")).then_some(kind))
                    .unwrap_or("queue"),
            };
            let what = if kind == "function" { Use::Call("destination") } else { Use::Channel(kind, Sends) };
            if let Some(key) = self.world.key_of(self.stack, &target, kind) {
                uses.add(what, key, Strength::Own);
            }
        }
    }

    /// Literal values, and the keys of what is called; and what the others name.
    fn environment(&self, properties: &Properties<'_>, uses: &mut Uses) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        let both = properties.both("Environment");
        for (said, strength) in [(both.global, Strength::Inherited), (both.own, Strength::Own)] {
            for (name, value) in said.and_then(|said| said.get("Variables")).into_iter().flat_map(Node::entries) {
                if let Some(literal) = self.world.literal(self.stack, value) {
                    values.insert(name.text.clone(), literal);
                }
                let Some((target, path)) = self.world.called(self.stack, value) else { continue };
                let Target::Resource { stack, id, .. } = &target else { continue };
                let Some(kind) = self.world.resource(*stack, id).map(|resource| resource.kind) else { continue };
                if is_called(kind)
                    && let Some(key) = self.world.key_of(self.stack, &target, "function")
                {
                    values.insert(name.text.clone(), key + &path);
                }
                let Some(kind) = type_kind(kind) else { continue };
                let what = match kind {
                    "table" | "bucket" | "database" | "secret" | "parameter" => Use::Store(kind, Access::Unknown),
                    "function" | "state-machine" if strength == Strength::Own => Use::Call(kind),
                    _ => continue,
                };
                if let Some(key) = self.world.key_of(self.stack, &target, kind) {
                    uses.add(what, key, strength);
                }
            }
        }
        values
    }

    fn layers(&self, template: usize, properties: &Properties<'_>, uses: &mut Uses) {
        let both = properties.both("Layers");
        for said in [both.global, both.own].into_iter().flatten() {
            let single = std::slice::from_ref(said);
            for node in if said.is_list() && said.tag.is_none() { said.items() } else { single } {
                uses.layers.extend(self.layer(template, node));
            }
        }
    }

    fn layer(&self, template: usize, node: &Node) -> Option<Layer> {
        let target = self.world.target(self.stack, node)?;
        let (stack, id) = match &target {
            // A parameter that nobody sets here may name any number of layers, or none.
            Target::Name(name) if name.contains('#') => return None,
            Target::Name(arn) => return Some(Layer { name: arn.clone(), path: None }),
            Target::Resource { stack, id, .. } => (stack, id),
        };
        let name = self.world.key_of(self.stack, &target, "layer")?;
        let (of, resource) = self.world.stacks[*stack].resources.get(id.as_str())?;
        let content = ["ContentUri", "Content"].iter().find_map(|name| resource.property(name));
        let text = content.and_then(|content| self.world.literal(*stack, content));
        let folder = self.world.templates[if *stack == self.stack { *of } else { template }].folder();
        let files = self.world.files;
        let path = text.and_then(|text| local(&folder, &text, |path| !path.is_root() && files.is_folder(path)));
        Some(Layer { name, path })
    }
}

/// The policies of `stack` that name roles, by role.
fn attached<'a>(world: &World<'a>, stack: usize) -> HashMap<String, Vec<Resource<'a>>> {
    let mut policies: Vec<Resource<'a>> =
        world.stacks[stack].resources.values().map(|(_, resource)| *resource).collect();
    policies.retain(|one| matches!(one.kind, "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy"));
    policies.sort_unstable_by_key(|policy| policy.key.text.as_str());
    let mut by_role: HashMap<String, Vec<Resource<'a>>> = HashMap::new();
    for policy in policies {
        for role in policy.property("Roles").into_iter().flat_map(Node::items) {
            let named = intrinsic::call(role).filter(|call| call.name == "Ref").and_then(|call| call.argument.as_str());
            if let Some(role) = named {
                by_role.entry(role.to_owned()).or_default().push(policy);
            }
        }
    }
    by_role
}
