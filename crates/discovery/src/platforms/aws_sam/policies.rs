//! What policies let a function do: SAM's policy templates, and statements of IAM.

use lockstep_document::Node;
use lockstep_model::{
    Access::{Read, Unknown, Write},
    ChannelDirection::{Receives, Sends},
    Strength,
};

use super::{
    evaluate::{Target, World},
    intrinsic,
    template::Resource,
    uses::{
        Use::{self, Call, Channel, Store},
        Uses,
    },
};
use crate::aws::{actions::action_uses, arn, resource_types::service_of};

/// SAM's policy templates that say what a function uses, each with the parameter that names it. Those that are not
/// here are about AWS's own services, not about what functions share.
const TEMPLATES: [(&str, &str, Use); 28] = [
    ("DynamoDBCrudPolicy", "TableName", Store("table", Write)),
    ("DynamoDBReadPolicy", "TableName", Store("table", Read)),
    ("DynamoDBWritePolicy", "TableName", Store("table", Write)),
    ("DynamoDBReconfigurePolicy", "TableName", Store("table", Unknown)),
    ("DynamoDBBackupFullAccessPolicy", "TableName", Store("table", Read)),
    ("DynamoDBRestoreFromBackupPolicy", "TableName", Store("table", Write)),
    ("S3ReadPolicy", "BucketName", Store("bucket", Read)),
    ("S3WritePolicy", "BucketName", Store("bucket", Write)),
    ("S3CrudPolicy", "BucketName", Store("bucket", Write)),
    ("S3FullAccessPolicy", "BucketName", Store("bucket", Write)),
    ("AWSSecretsManagerGetSecretValuePolicy", "SecretArn", Store("secret", Read)),
    ("SSMParameterReadPolicy", "ParameterName", Store("parameter", Read)),
    ("SSMParameterWithSlashPrefixReadPolicy", "ParameterName", Store("parameter", Read)),
    ("EFSWriteAccessPolicy", "FileSystem", Store("file-system", Write)),
    ("ElasticsearchHttpPostPolicy", "DomainName", Store("database", Write)),
    ("OpenSearchHttpPostPolicy", "DomainName", Store("database", Write)),
    ("SQSSendMessagePolicy", "QueueName", Channel("queue", Sends)),
    ("SQSPollerPolicy", "QueueName", Channel("queue", Receives)),
    ("SNSPublishMessagePolicy", "TopicName", Channel("topic", Sends)),
    ("SNSCrudPolicy", "TopicName", Channel("topic", Sends)),
    ("EventBridgePutEventsPolicy", "EventBusName", Channel("bus", Sends)),
    ("KinesisCrudPolicy", "StreamName", Channel("stream", Sends)),
    ("KinesisStreamReadPolicy", "StreamName", Channel("stream", Receives)),
    ("FirehoseCrudPolicy", "DeliveryStreamName", Channel("stream", Sends)),
    ("FirehoseWritePolicy", "DeliveryStreamName", Channel("stream", Sends)),
    ("FilterLogEventsPolicy", "LogGroupName", Channel("log", Receives)),
    ("LambdaInvokePolicy", "FunctionName", Call("function")),
    ("StepFunctionsExecutionPolicy", "StateMachineName", Call("state-machine")),
];

/// Reads policies in one stack.
pub(super) struct Policies<'w, 'a> {
    pub(super) world: &'w World<'a>,
    pub(super) stack: usize,
    pub(super) strength: Strength,
}

impl Policies<'_, '_> {
    /// The `Policies` of a function of SAM: one, or a list, of templates, documents, and references to policies.
    pub(super) fn of_function(&self, node: &Node, uses: &mut Uses) {
        self.each(node, 8, &mut |policy| {
            if let Some(call) = intrinsic::call(policy) {
                self.referenced(call, policy, uses);
            } else if policy.get("Statement").is_some() {
                self.document(policy, uses);
            } else {
                for (name, parameters) in policy.entries() {
                    self.template(&name.text, parameters, uses);
                }
            }
        });
    }

    /// Calls `visit` with each policy of a list, branches of `!If` included.
    fn each(&self, node: &Node, depth: usize, visit: &mut dyn FnMut(&Node)) {
        if depth == 0 {
            return;
        }
        match intrinsic::call(node) {
            Some(call) if call.name == "If" => {
                call.argument.items().iter().skip(1).for_each(|branch| self.each(branch, depth - 1, visit));
            }
            None if node.is_list() => node.items().iter().for_each(|item| self.each(item, depth - 1, visit)),
            _ => visit(node),
        }
    }

    fn template(&self, name: &str, parameters: &Node, uses: &mut Uses) {
        let Some((_, parameter, what)) = TEMPLATES.iter().find(|(known, ..)| *known == name) else { return };
        if let Some(node) = parameters.get(parameter) {
            uses.add_node(self.world, self.stack, *what, node, self.strength);
        }
    }

    /// `!Ref Policy`: a managed policy of the same stack, said for this function by naming it.
    fn referenced(&self, call: intrinsic::Call<'_>, node: &Node, uses: &mut Uses) {
        if !matches!(call.name, "Ref" | "GetAtt") {
            return;
        }
        if let Some(Target::Resource { stack, id, .. }) = self.world.target(self.stack, node)
            && let Some(policy) = self.world.resource(stack, &id)
        {
            Policies { world: self.world, stack, strength: self.strength }.of_policy(policy, uses);
        }
    }

    /// `AWS::IAM::ManagedPolicy` or `AWS::IAM::Policy`.
    pub(super) fn of_policy(&self, policy: &Resource<'_>, uses: &mut Uses) {
        if let Some(document) = policy.property("PolicyDocument") {
            self.document(document, uses);
        }
    }

    /// `AWS::IAM::Role`: its own policies, and those of the stack that it names.
    pub(super) fn of_role(&self, role: &Resource<'_>, uses: &mut Uses) {
        for policy in role.property("Policies").into_iter().flat_map(Node::items) {
            self.each(policy, 4, &mut |policy| {
                if let Some(document) = policy.get("PolicyDocument") {
                    self.document(document, uses);
                }
            });
        }
        if let Some(managed) = role.property("ManagedPolicyArns") {
            self.of_function(managed, uses);
        }
    }

    /// A policy document.
    pub(super) fn document(&self, document: &Node, uses: &mut Uses) {
        if let Some(statements) = document.get("Statement") {
            self.each(statements, 8, &mut |statement| self.statement(statement, uses));
        }
    }

    fn statement(&self, statement: &Node, uses: &mut Uses) {
        if statement.get("Effect").and_then(Node::as_str).is_some_and(|effect| effect == "Deny") {
            return;
        }
        let (Some(actions), Some(resources)) = (statement.get("Action"), statement.get("Resource")) else { return };
        let mut said: Vec<(String, Use)> = Vec::new();
        self.each(actions, 4, &mut |action| {
            let Some((service, action)) = action.as_str().and_then(|action| action.split_once(':')) else { return };
            for what in action_uses(&service.to_ascii_lowercase(), action) {
                let one = (service.to_ascii_lowercase(), what);
                if !said.contains(&one) {
                    said.push(one);
                }
            }
        });
        if said.is_empty() {
            return;
        }
        self.each(resources, 4, &mut |resource| {
            let Some(target) = self.world.target(self.stack, resource) else { return };
            for (service, what) in &said {
                if self.applies(service, &target)
                    && let Some(key) = self.world.key_of(self.stack, &target, what.kind())
                {
                    uses.add(*what, key, self.strength);
                }
            }
        });
    }

    /// False for an action on a thing of another service: such statements exist, and let nobody do anything.
    fn applies(&self, service: &str, target: &Target) -> bool {
        match target {
            Target::Name(text) => arn::service(text).is_none_or(|of| of == service || service.starts_with(of)),
            // The changes of a table are a stream, not the table.
            Target::Resource { attribute: Some(attribute), .. } if attribute == "StreamArn" => service != "dynamodb",
            Target::Resource { stack, id, .. } => {
                let of = self.world.resource(*stack, id).and_then(|resource| service_of(resource.kind));
                of.is_none_or(|of| of == service || service.starts_with(&of))
            }
        }
    }
}
