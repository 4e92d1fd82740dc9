//! What the evaluation is told of the CDK.

use lockstep_script::evaluate::{Event, EventKind, Host, Text, Value};

/// The CDK.
pub(super) struct Cdk;

impl Host for Cdk {
    fn attribute(&self, event: &Event, path: &str, events: &[Event]) -> Option<Value> {
        match path {
            "node.id" if event.kind == EventKind::New || event.callee.receiver.is_none() => id(event).cloned(),
            // A construct knows the stack it is in; a stack knows itself.
            "node.scope" => scope(event).cloned(),
            "stackName" | "stack_name" | "artifactId" => {
                super::constructs::is_stack(event, events).then(|| id(event).cloned()).flatten()
            }
            _ => None,
        }
    }

    fn result(&self, event: &Event, _events: &[Event]) -> Option<Value> {
        match event.callee.last() {
            // What a context holds is said when the CDK is started.
            "tryGetContext" | "try_get_context" | "getContext" | "get_context" => {
                Some(Value::Text(Text { text: "*".to_owned(), holes: true, origin: None }))
            }
            _ => None,
        }
    }
}

/// The id that a construct is given.
pub(super) fn id(event: &Event) -> Option<&Value> {
    event.named("id").or_else(|| event.named("construct_id")).or_else(|| event.positional(1))
}

/// The scope that a construct is given.
pub(super) fn scope(event: &Event) -> Option<&Value> {
    event.named("scope").or_else(|| event.positional(0))
}
