//! What types of resources are to a function: the service they belong to, and the kind of channel or store.

use super::wrapper;

/// Types of resources, and what they are as a channel, a store or something to call.
const KINDS: [(&str, &str); 33] = [
    ("aws_dynamodb_table", "table"),
    ("aws_dynamodb_global_table", "table"),
    ("aws_s3_bucket", "bucket"),
    ("aws_sqs_queue", "queue"),
    ("aws_sns_topic", "topic"),
    ("aws_cloudwatch_event_bus", "bus"),
    ("aws_kinesis_stream", "stream"),
    ("aws_kinesis_firehose_delivery_stream", "stream"),
    ("aws_msk_cluster", "stream"),
    ("aws_lambda_function", "function"),
    ("aws_lambda_alias", "function"),
    ("aws_sfn_state_machine", "state-machine"),
    ("aws_secretsmanager_secret", "secret"),
    ("aws_secretsmanager_secret_version", "secret"),
    ("aws_ssm_parameter", "parameter"),
    ("aws_db_instance", "database"),
    ("aws_rds_cluster", "database"),
    ("aws_db_proxy", "database"),
    ("aws_opensearch_domain", "database"),
    ("aws_efs_file_system", "file-system"),
    ("aws_efs_access_point", "file-system"),
    ("google_pubsub_topic", "topic"),
    ("google_storage_bucket", "bucket"),
    ("google_firestore_database", "database"),
    ("google_sql_database_instance", "database"),
    ("google_secret_manager_secret", "secret"),
    ("google_cloudfunctions_function", "function"),
    ("google_cloudfunctions2_function", "function"),
    ("cloudflare_workers_kv_namespace", "table"),
    ("cloudflare_d1_database", "database"),
    ("cloudflare_r2_bucket", "bucket"),
    ("cloudflare_queue", "queue"),
    ("cloudflare_workers_script", "function"),
];

/// What a resource of type `kind` is; none for anything else.
pub(super) fn of_type(kind: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _)| *known == kind).map(|(_, what)| *what)
}

/// What a module that lies elsewhere makes, by its name.
pub(super) fn of_source(source: &str) -> Option<&'static str> {
    let name = wrapper::source_name(source);
    let words: Vec<&str> = name.split(['-', '_', '.']).collect();
    let kinds = [
        ("sqs", "queue"),
        ("queue", "queue"),
        ("sns", "topic"),
        ("topic", "topic"),
        ("dynamodb", "table"),
        ("s3", "bucket"),
        ("s3bucket", "bucket"),
        ("bucket", "bucket"),
        ("eventbridge", "bus"),
        ("eventpub", "bus"),
        ("kinesis", "stream"),
        ("firehose", "stream"),
        ("secrets", "secret"),
        ("rds", "database"),
        ("aurora", "database"),
        ("efs", "file-system"),
    ];
    kinds.iter().find(|(word, _)| words.contains(word)).map(|(_, kind)| *kind)
}

/// The service whose actions apply to a resource of type `kind`; none where that is not known.
pub(super) fn service(kind: &str) -> Option<&'static str> {
    let services = [
        ("aws_dynamodb_", "dynamodb"),
        ("aws_s3_", "s3"),
        ("aws_sqs_", "sqs"),
        ("aws_sns_", "sns"),
        ("aws_cloudwatch_event_", "events"),
        ("aws_cloudwatch_log_", "logs"),
        ("aws_kinesis_firehose_", "firehose"),
        ("aws_kinesis_", "kinesis"),
        ("aws_lambda_", "lambda"),
        ("aws_sfn_", "states"),
        ("aws_secretsmanager_", "secretsmanager"),
        ("aws_ssm_", "ssm"),
        ("aws_db_", "rds"),
        ("aws_rds_", "rds"),
        ("aws_efs_", "elasticfilesystem"),
        ("aws_kms_", "kms"),
        ("aws_iam_", "iam"),
        ("aws_api_gateway", "execute-api"),
    ];
    services.iter().find(|(prefix, _)| kind.starts_with(prefix)).map(|(_, service)| *service)
}
