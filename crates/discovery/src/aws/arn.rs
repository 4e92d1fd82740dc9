//! Amazon resource names, holes and all: which service they belong to, and the name in them.

/// The service of `text`, if it is an ARN that says: `dynamodb` of `arn:aws:dynamodb:*:*:table/orders`.
pub(crate) fn service(text: &str) -> Option<&str> {
    let mut parts = text.split(':');
    let service = (parts.next() == Some("arn")).then(|| parts.nth(1))??;
    (!service.is_empty() && service != "*").then_some(service)
}

/// True unless `text` is an ARN of another service than that of a `kind` of thing: a statement about that is bogus.
pub(crate) fn fits(kind: &str, text: &str) -> bool {
    let own: &[&str] = match kind {
        "table" => &["dynamodb"],
        "bucket" => &["s3"],
        "secret" => &["secretsmanager"],
        "parameter" => &["ssm"],
        "database" => &["rds"],
        "queue" => &["sqs"],
        "topic" => &["sns"],
        "bus" => &["events"],
        "stream" => &["kinesis", "firehose"],
        "function" => &["lambda"],
        "state-machine" => &["states"],
        _ => return true,
    };
    service(text).is_none_or(|service| own.contains(&service))
}

/// The name of a `kind` of thing in `text`, which is an ARN, a URL of a queue, or the name itself.
pub(crate) fn name<'t>(text: &'t str, kind: &str) -> &'t str {
    let Some(resource) = resource(text) else {
        let url = text.strip_prefix("https://").and_then(|url| url.rsplit('/').next());
        return url.filter(|_| kind == "queue").unwrap_or(text);
    };
    match kind {
        "bucket" => resource.split('/').next().unwrap_or(resource),
        "table" => segment(resource, "table/", '/'),
        "stream" => segment(resource.strip_prefix("deliverystream/").unwrap_or(resource), "stream/", '/'),
        "bus" => segment(resource, "event-bus/", '/'),
        "function" => segment(resource, "function:", ':'),
        "state-machine" => segment(resource, "stateMachine:", ':'),
        "parameter" => resource.strip_prefix("parameter").unwrap_or(resource),
        "secret" => resource.strip_prefix("secret:").unwrap_or(resource),
        "log" => segment(resource, "log-group:", ':'),
        _ => resource,
    }
}

/// What follows the account in an ARN.
fn resource(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?;
    text.splitn(6, ':').nth(5)
}

fn segment<'t>(text: &'t str, prefix: &str, end: char) -> &'t str {
    let rest = text.strip_prefix(prefix).unwrap_or(text);
    rest.split(end).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_what_surrounds_them() {
        let cases = [
            ("arn:aws:dynamodb:*:*:table/orders-*/index/*", "table", Some("dynamodb"), "orders-*"),
            ("arn:*:s3:::files/*", "bucket", Some("s3"), "files"),
            ("arn:aws:lambda:*:*:function:pay:live", "function", Some("lambda"), "pay"),
            ("arn:aws:sqs:*:*:jobs", "queue", Some("sqs"), "jobs"),
            ("https://sqs.*.amazonaws.com/*/jobs", "queue", None, "jobs"),
            ("arn:aws:states:*:*:stateMachine:flow", "state-machine", Some("states"), "flow"),
            ("arn:aws:ssm:*:*:parameter/a/b", "parameter", Some("ssm"), "/a/b"),
            ("arn:aws:events:*:*:event-bus/main", "bus", Some("events"), "main"),
            ("orders", "table", None, "orders"),
            ("*", "table", None, "*"),
        ];
        for (text, kind, expected_service, expected_name) in cases {
            assert_eq!((service(text), name(text, kind)), (expected_service, expected_name), "{text}");
        }
    }
}
