//! What types of resources are to a function: the service they belong to, the kind of channel or store, their name.

/// The service whose actions apply to a resource of type `kind`; none for types that can hand out anything.
pub(crate) fn service_of(kind: &str) -> Option<String> {
    if kind.starts_with("Custom::") {
        return None;
    }
    let mut parts = kind.split("::").skip(1);
    let service = match (parts.next()?, parts.next()?) {
        ("CloudFormation", _) | ("Serverless", "Application") => return None,
        ("Serverless", "Function") | ("Lambda", _) => "lambda",
        ("Serverless", "StateMachine") | ("StepFunctions", _) => "states",
        ("Serverless", "SimpleTable") => "dynamodb",
        ("Serverless" | "ApiGateway" | "ApiGatewayV2", _) => "execute-api",
        ("KinesisFirehose", _) => "firehose",
        ("EFS", _) => "elasticfilesystem",
        (other, _) => return Some(other.to_ascii_lowercase()),
    };
    Some(service.to_owned())
}

/// What a resource of type `kind` is as a channel, a store or something to call; none for anything else.
pub(crate) fn type_kind(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" | "AWS::Serverless::SimpleTable" => "table",
        "AWS::S3::Bucket" => "bucket",
        "AWS::SQS::Queue" => "queue",
        "AWS::SNS::Topic" => "topic",
        "AWS::Events::EventBus" => "bus",
        "AWS::Kinesis::Stream" | "AWS::KinesisFirehose::DeliveryStream" => "stream",
        "AWS::Lambda::Function" | "AWS::Serverless::Function" => "function",
        "AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine" => "state-machine",
        "AWS::SecretsManager::Secret" => "secret",
        "AWS::SSM::Parameter" => "parameter",
        "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster" => "database",
        "AWS::EFS::FileSystem" | "AWS::EFS::AccessPoint" => "file-system",
        _ => return None,
    })
}

/// True for what is called by its name or its address: functions, state machines, and APIs.
pub(crate) fn is_called(kind: &str) -> bool {
    matches!(type_kind(kind), Some("function" | "state-machine"))
        || matches!(
            kind,
            "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" | "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api"
        )
}

/// The property that holds the physical name of a resource of type `kind`.
pub(crate) fn name_property(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" | "AWS::Serverless::SimpleTable" => "TableName",
        "AWS::S3::Bucket" => "BucketName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::SNS::Topic" => "TopicName",
        "AWS::KinesisFirehose::DeliveryStream" => "DeliveryStreamName",
        "AWS::Lambda::Function" | "AWS::Serverless::Function" => "FunctionName",
        "AWS::StepFunctions::StateMachine" => "StateMachineName",
        "AWS::RDS::DBInstance" => "DBInstanceIdentifier",
        "AWS::RDS::DBCluster" => "DBClusterIdentifier",
        "AWS::Events::EventBus"
        | "AWS::Kinesis::Stream"
        | "AWS::Serverless::StateMachine"
        | "AWS::SecretsManager::Secret"
        | "AWS::SSM::Parameter" => "Name",
        _ => return None,
    })
}

/// The kinds of things that have names.
pub(crate) const KINDS: [&str; 12] = [
    "table",
    "bucket",
    "queue",
    "topic",
    "bus",
    "stream",
    "function",
    "state-machine",
    "secret",
    "parameter",
    "database",
    "file-system",
];

/// Kinds that hold data.
pub(crate) fn is_store(kind: &str) -> bool {
    matches!(kind, "table" | "bucket" | "database" | "secret" | "parameter" | "file-system")
}
