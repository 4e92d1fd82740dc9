//! What other resources say of functions: event source mappings, subscriptions, rules, routes, state machines,
//! connectors, and the OpenAPI documents of APIs.

use std::collections::HashMap;

use lockstep_document::Node;
use lockstep_model::{
    Access,
    ChannelDirection::{Receives, Sends},
    Strength,
};

use super::{
    evaluate::{Target, World},
    events::{bus_key, route_key},
    machines, openapi,
    template::Resource,
    uses::{Use, Uses},
};
use crate::aws::resource_types::{is_store, type_kind};

/// Uses of functions, by stack and logical id.
pub(super) type Wires = HashMap<(usize, String), Uses>;

/// A wire that one resource makes: the property with the function, and the one with the channel.
struct Wire {
    resource: &'static str,
    function: &'static [&'static str],
    channel: &'static [&'static str],
    kind: &'static str,
}

const WIRES: [Wire; 7] = [
    Wire { resource: "AWS::SNS::Subscription", function: &["Endpoint"], channel: &["TopicArn"], kind: "topic" },
    Wire {
        resource: "AWS::Logs::SubscriptionFilter",
        function: &["DestinationArn"],
        channel: &["LogGroupName"],
        kind: "log",
    },
    Wire { resource: "AWS::Scheduler::Schedule", function: &["Target", "Arn"], channel: &[], kind: "schedule" },
    Wire { resource: "AWS::Lambda::Url", function: &["TargetFunctionArn"], channel: &[], kind: "http" },
    Wire {
        resource: "AWS::AppSync::DataSource",
        function: &["LambdaConfig", "LambdaFunctionArn"],
        channel: &[],
        kind: "http",
    },
    Wire { resource: "AWS::ApiGatewayV2::Integration", function: &["IntegrationUri"], channel: &[], kind: "http" },
    Wire { resource: "AWS::Pipes::Pipe", function: &["Target"], channel: &["Source"], kind: "stream" },
];

/// Everything that resources other than the functions themselves say.
pub(super) fn read(world: &World<'_>) -> Wires {
    let mut wires = Wires::new();
    for (stack, of) in world.stacks.iter().enumerate() {
        let mut resources: Vec<_> = of.resources.iter().collect();
        resources.sort_unstable_by_key(|(id, _)| **id);
        for (id, (template, resource)) in resources {
            let mut reader = Reader { world, stack, id, template: *template, wires: &mut wires };
            reader.resource(resource);
        }
    }
    wires
}

struct Reader<'r, 'w, 'a> {
    world: &'w World<'a>,
    stack: usize,
    /// The logical id of the resource that is read.
    id: &'r str,
    template: usize,
    wires: &'r mut Wires,
}

impl Reader<'_, '_, '_> {
    fn own_key(&self) -> String {
        format!("{}#{}", self.world.stacks[self.stack].label, self.id)
    }

    /// The function that `node` names.
    fn function(&self, node: &Node) -> Option<(usize, String)> {
        function(self.world, self.stack, node)
    }

    fn wire(&mut self, function: (usize, String), what: Use, key: String) {
        self.wires.entry(function).or_default().add(what, key, Strength::Own);
    }

    fn resource(&mut self, resource: &Resource<'_>) {
        match resource.kind {
            "AWS::Lambda::EventSourceMapping" => self.mapping(resource),
            "AWS::SNS::Topic" => self.each(resource, "Subscription", "Endpoint", "topic"),
            "AWS::Events::Rule" => self.rule(resource),
            "AWS::S3::Bucket" => self.bucket(resource),
            "AWS::Cognito::UserPool" => self.pool(resource),
            "AWS::ApiGateway::Method" => self.method(resource),
            "AWS::Serverless::WebSocketApi" => self.web_socket(resource),
            "AWS::Serverless::Connector" => self.connector(resource.property("Source"), resource.properties()),
            "AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine" => self.machine(resource),
            "AWS::Serverless::Api"
            | "AWS::Serverless::HttpApi"
            | "AWS::ApiGateway::RestApi"
            | "AWS::ApiGatewayV2::Api" => self.api(resource),
            "AWS::CloudFormation::CustomResource" => self.custom(resource),
            kind if kind.starts_with("Custom::") => self.custom(resource),
            kind => {
                if let Some(wire) = WIRES.iter().find(|wire| wire.resource == kind) {
                    self.simple(resource, wire);
                }
            }
        }
    }

    fn simple(&mut self, resource: &Resource<'_>, wire: &Wire) {
        let Some(properties) = resource.properties() else { return };
        let Some(function) = properties.path(wire.function).and_then(|node| self.function(node)) else { return };
        let named = (!wire.channel.is_empty()).then(|| properties.path(wire.channel)).flatten();
        let key = named.and_then(|node| self.world.key(self.stack, node, wire.kind));
        let key = key.unwrap_or_else(|| self.own_key());
        self.wire(function, Use::Channel(wire.kind, Receives), key);
    }

    /// Custom resources are asked for by templates, however many: to the function they are one channel.
    fn custom(&mut self, resource: &Resource<'_>) {
        if let Some(function) = resource.property("ServiceToken").and_then(|node| self.function(node)) {
            let key = format!("{}#{} custom-resource", self.world.stacks[function.0].label, function.1);
            self.wire(function, Use::Channel("other", Receives), key);
        }
    }

    /// A queue or a stream that is polled for a function.
    fn mapping(&mut self, resource: &Resource<'_>) {
        let Some(function) = resource.property("FunctionName").and_then(|node| self.function(node)) else { return };
        let Some(source) = resource.property("EventSourceArn") else { return };
        let Some(target) = self.world.target(self.stack, source) else { return };
        let kind = match &target {
            Target::Resource { stack, id, .. } => {
                let kind = self.world.resource(*stack, id).and_then(|resource| type_kind(resource.kind));
                if kind == Some("queue") { "queue" } else { "stream" }
            }
            Target::Name(text) if text.contains(":sqs:") => "queue",
            Target::Name(_) => "stream",
        };
        if let Some(key) = self.world.key_of(self.stack, &target, kind) {
            self.wire(function, Use::Channel(kind, Receives), key);
        }
    }

    /// Each item of a list property that names a function: the resource itself is the channel.
    fn each(&mut self, resource: &Resource<'_>, list: &str, name: &str, kind: &'static str) {
        for item in resource.property(list).into_iter().flat_map(Node::items) {
            if let Some(function) = item.get(name).and_then(|node| self.function(node)) {
                let key = self.own_key();
                self.wire(function, Use::Channel(kind, Receives), key);
            }
        }
    }

    fn rule(&mut self, resource: &Resource<'_>) {
        let pattern = resource.property("EventPattern");
        let bus = resource.property("EventBusName").and_then(|bus| self.world.key(self.stack, bus, "bus"));
        let (kind, key) = match pattern {
            Some(pattern) => ("bus", bus_key(&bus.unwrap_or_else(|| "default".into()), Some(pattern))),
            None => ("schedule", self.own_key()),
        };
        for target in resource.property("Targets").into_iter().flat_map(Node::items) {
            if let Some(function) = target.get("Arn").and_then(|node| self.function(node)) {
                self.wire(function, Use::Channel(kind, Receives), key.clone());
            }
        }
    }

    fn bucket(&mut self, resource: &Resource<'_>) {
        let lambdas =
            resource.properties().and_then(|all| all.path(&["NotificationConfiguration", "LambdaConfigurations"]));
        for item in lambdas.into_iter().flat_map(Node::items) {
            if let Some(function) = item.get("Function").and_then(|node| self.function(node)) {
                let key = self.own_key();
                self.wire(function, Use::Channel("bucket", Receives), key);
            }
        }
    }

    fn pool(&mut self, resource: &Resource<'_>) {
        for (_, trigger) in resource.property("LambdaConfig").into_iter().flat_map(Node::entries) {
            let named = trigger.get("LambdaArn").unwrap_or(trigger);
            if let Some(function) = self.function(named) {
                let key = self.own_key();
                self.wire(function, Use::Channel("identity", Receives), key);
            }
        }
    }

    fn method(&mut self, resource: &Resource<'_>) {
        let Some(uri) = resource.properties().and_then(|all| all.path(&["Integration", "Uri"])) else { return };
        if let Some(function) = self.function(uri) {
            let key = self.own_key();
            self.wire(function, Use::Channel("http", Receives), key);
        }
    }

    fn web_socket(&mut self, resource: &Resource<'_>) {
        for (route, said) in resource.property("Routes").into_iter().flat_map(Node::entries) {
            if let Some(function) = said.get("FunctionArn").and_then(|node| self.function(node)) {
                let key = format!("{} {}", self.own_key(), route.text);
                self.wire(function, Use::Channel("websocket", Receives), key);
            }
        }
    }

    /// `Source` may `Read` or `Write` `Destination`.
    fn connector(&mut self, source: Option<&Node>, said: Option<&Node>) {
        let Some(id) = source.and_then(|source| source.get("Id")).and_then(Node::as_str) else { return };
        if self.world.resource(self.stack, id).is_some_and(Resource::is_function) {
            connect(self.world, self.stack, id, said, self.wires.entry((self.stack, id.to_owned())).or_default());
        }
    }

    /// The functions of one state machine hang together by it.
    fn machine(&mut self, resource: &Resource<'_>) {
        let key = self.own_key();
        for function in machines::functions(self.world, self.stack, self.template, resource) {
            self.wire(function, Use::Channel("state-machine", Receives), key.clone());
        }
    }

    fn api(&mut self, resource: &Resource<'_>) {
        for route in openapi::routes(self.world, self.stack, self.template, resource) {
            let key = route_key(&self.own_key(), &route.method, &route.path);
            self.wire(route.function, Use::Channel("http", Receives), key);
        }
    }
}

/// The function that `node` names in `stack`, by its logical id, its name or its ARN.
pub(super) fn function(world: &World<'_>, stack: usize, node: &Node) -> Option<(usize, String)> {
    let target = world.target(stack, node)?;
    let found = match &target {
        Target::Resource { stack, id, .. } => {
            let resource = world.resource(*stack, id)?;
            match resource.kind {
                // An alias or a version is the function it points to.
                "AWS::Lambda::Alias" | "AWS::Lambda::Version" => {
                    let of = world.target(*stack, resource.property("FunctionName")?)?;
                    let Target::Resource { stack, id, .. } = of else { return None };
                    (stack, id)
                }
                _ => (*stack, id.clone()),
            }
        }
        Target::Name(text) => {
            // `…/functions/arn:aws:lambda:…:function:name/invocations`, as gateways want it.
            let inner = text.split("/functions/").nth(1).map(|arn| arn.trim_end_matches("/invocations"));
            let key = world.key_of(stack, &Target::Name(inner.unwrap_or(text).to_owned()), "function")?;
            let (number, id) = world.keyed(&key)?;
            (number, id.to_owned())
        }
    };
    world.resource(found.0, &found.1).is_some_and(Resource::is_function).then_some(found)
}

/// What a connector lets the function it starts from do.
pub(super) fn connect(world: &World<'_>, stack: usize, function: &str, said: Option<&Node>, uses: &mut Uses) {
    let Some(said) = said else { return };
    let permissions: Vec<&str> =
        said.get("Permissions").into_iter().flat_map(Node::items).filter_map(Node::as_str).collect();
    let writes = permissions.contains(&"Write");
    let destinations = said.get("Destination").into_iter().flat_map(|node| std::iter::once(node).chain(node.items()));
    for id in destinations.filter_map(|node| node.get("Id")).filter_map(Node::as_str).filter(|id| *id != function) {
        let Some(kind) = world.resource(stack, id).and_then(|resource| type_kind(resource.kind)) else { continue };
        let what = match kind {
            "function" | "state-machine" => Use::Call(kind),
            kind if is_store(kind) => Use::Store(kind, if writes { Access::Write } else { Access::Read }),
            kind => Use::Channel(kind, if writes { Sends } else { Receives }),
        };
        uses.add(what, format!("{}#{id}", world.stacks[stack].label), Strength::Own);
    }
}
