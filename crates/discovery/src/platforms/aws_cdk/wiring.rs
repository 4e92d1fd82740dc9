//! What constructs say of functions: event sources, rules, routes, subscriptions, grants, policies, environment.

use std::collections::{BTreeMap, HashMap};

use lockstep_model::{
    Access,
    ChannelDirection::{Receives, Sends},
    Layer, Strength,
};
use lockstep_script::evaluate::{Evaluation, Event, EventKind, Value};

use super::{
    constructs::{Kind, camel, inner, kind, property},
    functions::Labels,
    places::Part,
    uses::{self, Resource},
};
use crate::aws::{
    resource_types::is_store,
    uses::{
        Use::{Call, Channel, Store},
        Uses,
    },
};

/// Steps from a value to the function behind it.
const HOPS: usize = 10;

/// What is said of the functions of one app.
pub(super) struct Wiring<'e> {
    pub(super) evaluation: &'e Evaluation,
    pub(super) labels: &'e Labels<'e>,
    uses: HashMap<usize, Uses>,
    environment: HashMap<usize, BTreeMap<String, String>>,
    /// Functions by the role that they are given.
    roles: HashMap<usize, Vec<usize>>,
    logical_ids: HashMap<usize, Part>,
}

impl<'e> Wiring<'e> {
    /// Reads what the events say of `functions`.
    pub(super) fn read(
        evaluation: &'e Evaluation,
        labels: &'e Labels<'e>,
        functions: impl Iterator<Item = usize>,
    ) -> Self {
        let mut wiring = Self {
            evaluation,
            labels,
            uses: HashMap::new(),
            environment: HashMap::new(),
            roles: HashMap::new(),
            logical_ids: HashMap::new(),
        };
        let functions: Vec<usize> = functions.collect();
        for function in &functions {
            wiring.uses.insert(*function, Uses::default());
            let role = property(&evaluation.events[*function], "role").and_then(Value::instance);
            if let Some(role) = role {
                wiring.roles.entry(role).or_default().push(*function);
            }
        }
        wiring.read_logical_ids();
        for function in functions {
            wiring.of_function(function);
        }
        for event in &evaluation.events {
            match event.kind {
                EventKind::Method => wiring.method(event),
                _ => wiring.construct(event),
            }
        }
        super::states::read(evaluation, labels, &mut wiring);
        wiring
    }

    /// What is said of one function.
    pub(super) fn of(&self, function: usize) -> (Uses, BTreeMap<String, String>) {
        let uses = self.uses.get(&function).cloned().unwrap_or_default();
        (uses, self.environment.get(&function).cloned().unwrap_or_default())
    }

    /// The logical id that the program gives a function in place of its own.
    pub(super) fn logical_id(&self, function: usize) -> Option<Part> {
        self.logical_ids.get(&function).cloned()
    }

    /// The first logical id that the program gives each function in place of its own.
    fn read_logical_ids(&mut self) {
        let methods = self.evaluation.events.iter().filter(|event| event.kind == EventKind::Method);
        for event in methods.filter(|event| camel(event.callee.last()) == "overrideLogicalId") {
            if let Some((function, id)) = self.renamed(event) {
                self.logical_ids.entry(function).or_insert(id);
            }
        }
    }

    /// The function to which a call gives a logical id, and that id.
    fn renamed(&self, event: &Event) -> Option<(usize, Part)> {
        let (of, id) = match event.positional(0)? {
            // `cfnFunction.overrideLogicalId("Id")`; the Guardian's stacks do it for a construct.
            id @ Value::Text(_) => (event.callee.receiver.as_ref()?, id),
            construct => (construct, inner(event.positional(1)?, "logicalId")?),
        };
        match id {
            Value::Text(text) if !text.holes => {
                Some((self.function(of)?, Part { text: text.text.clone(), origin: text.origin.clone() }))
            }
            _ => None,
        }
    }

    /// The function that a value is, an alias of, or an attribute of.
    pub(super) fn function(&self, value: &Value) -> Option<usize> {
        let mut value = value.clone();
        for _ in 0..HOPS {
            let index = value.instance()?;
            if self.uses.contains_key(&index) {
                return Some(index);
            }
            let event = self.evaluation.events.get(index)?;
            let next = match kind(&event.callee) {
                Some(Kind { module, name }) if module == "aws-lambda" && matches!(&*name, "Alias" | "Version") => {
                    property(event, "version").or_else(|| property(event, "lambda"))?
                }
                Some(_) => return None,
                None => event.callee.receiver.as_ref()?,
            };
            value = next.clone();
        }
        None
    }

    /// Those whom a grant is for: a function, or all that have the role.
    fn grantees(&self, value: &Value) -> Vec<(usize, Strength)> {
        if let Some(function) = self.function(value) {
            return vec![(function, Strength::Own)];
        }
        let role = value.instance().and_then(|index| self.roles.get(&index));
        let of_role = role.map(Vec::as_slice).unwrap_or_default();
        let strength = if of_role.len() > 1 { Strength::Inherited } else { Strength::Own };
        of_role.iter().map(|function| (*function, strength)).collect()
    }

    pub(super) fn resource(&self, value: &Value) -> Option<Resource> {
        uses::resource(self.evaluation, self.labels, value)
    }

    pub(super) fn add(&mut self, function: usize, what: crate::aws::uses::Use, key: String, strength: Strength) {
        if let Some(uses) = self.uses.get_mut(&function) {
            uses.add(what, key, strength);
        }
    }

    pub(super) fn receives(&mut self, function: usize, kind: &'static str, key: String) {
        self.add(function, Channel(kind, Receives), key, Strength::Own);
    }

    fn event(&self, value: &Value) -> Option<&'e Event> {
        match value {
            Value::Instance(index) => self.evaluation.events.get(*index),
            _ => None,
        }
    }

    /// What a function construct says of itself.
    fn of_function(&mut self, function: usize) {
        let event = &self.evaluation.events[function];
        let entries = |name: &str| property(event, name).and_then(Value::as_object).map(|all| all.entries.as_slice());
        let environment = entries("environment").or_else(|| {
            // `CfnFunction` puts them one level deeper.
            property(event, "environment")
                .and_then(|all| inner(all, "variables")?.as_object())
                .map(|all| all.entries.as_slice())
        });
        for (name, value) in environment.unwrap_or_default() {
            self.variable(function, name, value);
        }
        for source in property(event, "events").and_then(Value::as_list).unwrap_or_default() {
            self.source(function, source);
        }
        for statement in property(event, "initialPolicy").and_then(Value::as_list).unwrap_or_default() {
            self.allowed(&[(function, Strength::Own)], statement);
        }
        for layer in property(event, "layers").and_then(Value::as_list).unwrap_or_default() {
            if let Some(layer) = self.layer(layer)
                && let Some(uses) = self.uses.get_mut(&function)
            {
                uses.layers.push(layer);
            }
        }
        for name in ["deadLetterQueue", "deadLetterTopic", "onFailure", "onSuccess"] {
            if let Some(value) = property(event, name) {
                self.sends_to(function, value);
            }
        }
        // The Guardian's scheduled functions.
        if property(event, "rules").and_then(Value::as_list).is_some_and(|rules| !rules.is_empty())
            || event.callee.last() == "GuScheduledLambda"
        {
            let key = format!("{} schedule", self.labels.key(function));
            self.receives(function, "schedule", key);
        }
    }

    fn layer(&self, value: &Value) -> Option<Layer> {
        let index = value.instance()?;
        let event = self.evaluation.events.get(index)?;
        let id = super::host::id(event).and_then(Value::as_text).unwrap_or("layer").to_owned();
        let code = property(event, "code").and_then(Value::instance).and_then(|at| self.evaluation.events.get(at));
        let text = code.and_then(|code| code.positional(0).or_else(|| code.named("path"))).and_then(Value::as_text);
        let entry = || property(event, "entry").and_then(Value::as_text);
        let path =
            text.or_else(entry).and_then(|text| lockstep_script::evaluate::repository_path(text, self.labels.folder()));
        Some(Layer { name: id, path })
    }

    /// A variable of the environment.
    fn variable(&mut self, function: usize, name: &str, value: &Value) {
        let named = match value {
            Value::Text(text) => Some(text.text.clone()),
            Value::Number(number) => Some(number.to_string()),
            other => {
                let called = self.function(other).map(|called| self.labels.key(called));
                let resource = self.resource(other);
                if let Some(resource) = resource.as_ref().filter(|one| is_store(one.kind)) {
                    self.add(function, Store(resource.kind, Access::Unknown), resource.key.clone(), Strength::Own);
                }
                called.or(resource.map(|resource| resource.key))
            }
        };
        if let Some(named) = named {
            self.environment.entry(function).or_default().insert(name.to_owned(), named);
        }
    }

    /// `onFailure: new SqsDestination(queue)`, or the queue itself.
    fn sends_to(&mut self, function: usize, value: &Value) {
        let direct = self.resource(value);
        let behind = || self.event(value).and_then(|event| self.resource(event.positional(0)?));
        if let Some(resource) = direct.or_else(behind)
            && matches!(resource.kind, "queue" | "topic" | "bus")
        {
            self.add(function, Channel(resource.kind, Sends), resource.key, Strength::Own);
        }
    }

    /// An event source: `new SqsEventSource(queue)`.
    fn source(&mut self, function: usize, value: &Value) {
        let Some(event) = self.event(value) else { return };
        let found = kind(&event.callee);
        let class = found.as_ref().map_or("", |found| &*found.name);
        let of = event.positional(0).or_else(|| event.arguments.first().map(|given| &given.value));
        let resource = of.and_then(|of| self.resource(of));
        let (channel, key) = match (class, resource) {
            ("ApiEventSource", _) => {
                let word = |at: usize| event.positional(at).and_then(Value::as_text).unwrap_or("*").to_owned();
                ("http", format!("{} {} {}", self.labels.key(function), word(0).to_uppercase(), word(1)))
            }
            (_, Some(resource)) => match resource.kind {
                "table" => ("stream", resource.key),
                "queue" | "topic" | "bucket" | "stream" => (resource.kind, resource.key),
                _ => return,
            },
            (class, None) => {
                let channel = if class.starts_with("Sqs") { "queue" } else { "stream" };
                (channel, format!("{} {class}", self.labels.key(function)))
            }
        };
        self.receives(function, channel, key);
    }

    /// What a statement of a policy lets functions do.
    fn allowed(&mut self, grantees: &[(usize, Strength)], statement: &Value) {
        let mut said = uses::statement(self.evaluation, self.labels, statement);
        // Functions that a statement names by their own constructs.
        let event = statement.instance().and_then(|index| self.evaluation.events.get(index));
        let resources =
            event.and_then(|event| property(event, "resources")).and_then(Value::as_list).unwrap_or_default();
        let actions = event.and_then(|event| property(event, "actions")).and_then(Value::as_list).unwrap_or_default();
        let invokes = actions
            .iter()
            .filter_map(Value::as_text)
            .any(|action| !uses::uses_of(action).is_empty() && action.starts_with("lambda:"));
        for called in resources.iter().filter(|_| invokes).filter_map(|one| self.function(one)) {
            said.push((Call("function"), self.labels.key(called)));
        }
        for (function, strength) in grantees {
            for (what, key) in &said {
                self.add(*function, *what, key.clone(), *strength);
            }
        }
    }

    fn method(&mut self, event: &Event) {
        let Some(receiver) = event.callee.receiver.as_ref() else { return };
        let method = camel(event.callee.last());
        let values: Vec<&Value> = event.arguments.iter().map(|given| &given.value).collect();
        match &*method {
            name if name.starts_with("grant") => self.grant(receiver, name, event, &values),
            "addEventSource" => {
                if let (Some(function), Some(source)) = (self.function(receiver), values.first()) {
                    self.source(function, source);
                }
            }
            "addEventSourceMapping" => {
                if let Some(function) = self.function(receiver) {
                    self.mapping(function, event);
                }
            }
            "addToRolePolicy" | "addToPolicy" | "addToPrincipalPolicy" => {
                let grantees = self.grantees(receiver);
                for statement in &values {
                    self.allowed(&grantees, statement);
                }
            }
            "addEnvironment" => {
                if let (Some(function), [Value::Text(name), value, ..]) = (self.function(receiver), values.as_slice()) {
                    self.variable(function, &name.text, value);
                }
            }
            "addTarget" => self.rule_targets(receiver, &values),
            "addEventNotification"
            | "addObjectCreatedNotification"
            | "addObjectRemovedNotification"
            | "addSubscription" => {
                let resource = self.resource(receiver);
                for value in values {
                    if let (Some(resource), Some(function)) = (&resource, self.behind(value)) {
                        self.receives(function, resource.kind, resource.key.clone());
                    }
                }
            }
            "addMethod" | "addRoutes" | "addRoute" | "addProxy" => self.route(receiver, event),
            "addLambdaDataSource" => {
                let api = self.resource(receiver);
                for value in values {
                    if let (Some(api), Some(function)) = (&api, self.function(value)) {
                        self.receives(function, "http", api.key.clone());
                    }
                }
            }
            "addTrigger" => {
                if let (Some(pool), Some(function)) =
                    (self.resource(receiver), values.iter().find_map(|value| self.function(value)))
                {
                    self.receives(function, "identity", pool.key);
                }
            }
            "addFunctionUrl" => {
                if let Some(function) = self.function(receiver) {
                    let key = format!("{} url", self.labels.key(function));
                    self.receives(function, "http", key);
                }
            }
            _ => {}
        }
    }

    fn grant(&mut self, receiver: &Value, method: &str, event: &Event, values: &[&Value]) {
        let grantees: Vec<_> = values.first().map(|value| self.grantees(value)).unwrap_or_default();
        if let Some(called) = self.function(receiver).filter(|_| method.starts_with("grantInvoke")) {
            let key = self.labels.key(called);
            for (function, strength) in grantees.into_iter().filter(|(function, _)| *function != called) {
                self.add(function, Call("function"), key.clone(), strength);
            }
            return;
        }
        let Some(resource) = self.resource(receiver) else { return };
        for what in uses::granted(resource.kind, method, event) {
            for (function, strength) in &grantees {
                self.add(*function, what, resource.key.clone(), *strength);
            }
        }
    }

    /// The function behind a target, a destination or a subscription that is made around it.
    pub(super) fn behind(&self, value: &Value) -> Option<usize> {
        if let Some(function) = self.function(value) {
            return Some(function);
        }
        let event = self.event(value)?;
        // `targets.LambdaFunction(fn)`: a target, no function.
        let around = kind(&event.callee)?;
        let wraps = [
            "aws-events-targets",
            "aws-s3-notifications",
            "aws-sns-subscriptions",
            "aws-apigateway",
            "aws-scheduler-targets",
        ]
        .contains(&&*around.module)
            || around.module.starts_with("aws-apigatewayv2")
            || around.module.starts_with("aws-lambda-destinations")
            || around.module == "aws-logs-destinations";
        wraps.then(|| event.arguments.iter().find_map(|given| self.function(&given.value)))?
    }

    fn rule_targets(&mut self, receiver: &Value, values: &[&Value]) {
        let Some(index) = receiver.instance() else { return };
        let Some(rule) = self.evaluation.events.get(index) else { return };
        let functions: Vec<usize> = values.iter().filter_map(|value| self.behind(value)).collect();
        for function in functions {
            self.rule(index, rule, function);
        }
    }

    fn rule(&mut self, index: usize, rule: &Event, function: usize) {
        match property(rule, "eventPattern") {
            Some(pattern) => {
                let bus =
                    property(rule, "eventBus").and_then(|bus| uses::named(self.evaluation, self.labels, bus, "bus"));
                let words = |name: &str| -> Vec<String> {
                    let list = inner(pattern, name).and_then(Value::as_list).unwrap_or_default();
                    list.iter().filter_map(Value::as_text).map(str::to_owned).collect()
                };
                let (source, detail) = (words("source").join(","), words("detailType").join(","));
                let bus = bus.unwrap_or_else(|| "default".to_owned());
                let key = format!("{bus} {source}/{detail}");
                self.receives(function, "bus", key);
            }
            None => {
                let key = self.labels.key(index);
                self.receives(function, "schedule", key);
            }
        }
    }

    fn mapping(&mut self, function: usize, event: &Event) {
        let source = property(event, "eventSourceArn").and_then(|source| self.resource(source));
        if let Some(resource) = source {
            let kind = if resource.kind == "queue" { "queue" } else { "stream" };
            self.receives(function, kind, resource.key);
        }
    }

    /// Constructs that are made around functions.
    fn construct(&mut self, event: &Event) {
        let Some(Kind { module, name }) = kind(&event.callee) else { return };
        let index = |wiring: &Self| {
            wiring.evaluation.events.iter().position(|one| std::ptr::eq(one, event)).unwrap_or_default()
        };
        match (&*module, &*name) {
            ("aws-events", "Rule") => {
                let targets: Vec<usize> = property(event, "targets")
                    .and_then(Value::as_list)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|target| self.behind(target))
                    .collect();
                let at = index(self);
                targets.into_iter().for_each(|function| self.rule(at, event, function));
            }
            ("aws-scheduler", "Schedule") => {
                if let Some(function) = property(event, "target").and_then(|target| self.behind(target)) {
                    let key = self.labels.key(index(self));
                    self.receives(function, "schedule", key);
                }
            }
            ("aws-apigateway", "LambdaRestApi") => {
                if let Some(function) = property(event, "handler").and_then(|one| self.function(one)) {
                    let key = self.labels.key(index(self));
                    self.receives(function, "http", format!("{key} ANY /{{proxy+}}"));
                }
            }
            ("aws-apigatewayv2", "HttpApi" | "WebSocketApi") => self.default_integration(event, index(self)),
            ("aws-apigatewayv2", "HttpRoute") => {
                let function = property(event, "integration").and_then(|one| self.behind(one));
                let api = property(event, "httpApi").and_then(|api| self.resource(api));
                if let (Some(function), Some(api)) = (function, api) {
                    self.receives(function, "http", api.key);
                }
            }
            ("aws-lambda", "EventSourceMapping" | "CfnEventSourceMapping") => {
                let target = property(event, "target").or_else(|| property(event, "functionName"));
                if let Some(function) = target.and_then(|target| self.function(target)) {
                    self.mapping(function, event);
                }
            }
            ("aws-lambda", "FunctionUrl" | "CfnUrl") => {
                let target = property(event, "function").or_else(|| property(event, "targetFunctionArn"));
                if let Some(function) = target.and_then(|target| self.function(target)) {
                    let key = format!("{} url", self.labels.key(function));
                    self.receives(function, "http", key);
                }
            }
            ("aws-logs", "SubscriptionFilter") => {
                if let Some(function) = property(event, "destination").and_then(|one| self.behind(one)) {
                    let key = self.labels.key(index(self));
                    self.receives(function, "log", key);
                }
            }
            ("aws-iam", "Role") => {
                let grantees = self.grantees(&Value::Instance(index(self)));
                let inline = property(event, "inlinePolicies").and_then(Value::as_object);
                for (_, document) in inline.map(|all| all.entries.as_slice()).unwrap_or_default() {
                    let made = document.instance().and_then(|at| self.evaluation.events.get(at));
                    let statements = made.and_then(|made| property(made, "statements")).and_then(Value::as_list);
                    for statement in statements.unwrap_or_default() {
                        self.allowed(&grantees, statement);
                    }
                }
            }
            ("aws-iam", "Policy" | "ManagedPolicy") => {
                let roles = property(event, "roles").and_then(Value::as_list).unwrap_or_default();
                let grantees: Vec<_> = roles.iter().flat_map(|role| self.grantees(role)).collect();
                for statement in property(event, "statements").and_then(Value::as_list).unwrap_or_default() {
                    self.allowed(&grantees, statement);
                }
            }
            ("aws-cognito", "UserPool") => {
                let triggers = property(event, "lambdaTriggers").and_then(Value::as_object);
                let functions: Vec<usize> = triggers
                    .map(|all| all.entries.iter().filter_map(|(_, one)| self.function(one)).collect())
                    .unwrap_or_default();
                let key = self.labels.key(index(self));
                functions.into_iter().for_each(|function| self.receives(function, "identity", key.clone()));
            }
            (module, "GuApiGatewayWithLambdaByPath") if module.starts_with("@guardian/cdk") => {
                let label = self.labels.key(index(self));
                for target in property(event, "targets").and_then(Value::as_list).unwrap_or_default() {
                    let word = |name: &str| inner(target, name).and_then(Value::as_text).unwrap_or("*").to_owned();
                    if let Some(function) = inner(target, "lambda").and_then(|one| self.function(one)) {
                        let key = format!("{label} {} /{}", word("httpMethod"), word("path").trim_matches('/'));
                        self.receives(function, "http", key);
                    }
                }
            }
            _ => {}
        }
    }
}
