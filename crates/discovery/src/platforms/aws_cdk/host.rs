//! What the evaluation is told of the CDK.

use std::collections::BTreeMap;

use lockstep_document::{Node, Value as Said};
use lockstep_model::{FileSet, RepoPath};
use lockstep_script::evaluate::{Event, EventKind, Host, Object, Text, Value};

/// The CDK, as one app sees it.
pub(super) struct Cdk {
    /// What `cdk.json` and `cdk.context.json` say of the context.
    context: BTreeMap<String, Value>,
}

impl Cdk {
    /// What is said for the app that is started in `folder`.
    pub(super) fn of(files: &FileSet, folder: &RepoPath) -> Self {
        let mut context = BTreeMap::new();
        let mut add = |node: &Node| {
            for (key, node) in node.entries() {
                // A single word is often another one on deployment (`-c stage=prod`); a table is what it is.
                if node.is_map() || node.is_list() {
                    context.insert(key.text.clone(), value(node, 12));
                }
            }
        };
        let document = |name: &str| {
            let text = files.text(&folder.join(name).ok()?).ok()?;
            lockstep_document::parse("json", &text).ok()
        };
        if let Some(said) = document("cdk.json")
            && let Some(context) = said.root.get("context")
        {
            add(context);
        }
        if let Some(said) = document("cdk.context.json") {
            add(&said.root);
        }
        Self { context }
    }
}

fn value(node: &Node, depth: usize) -> Value {
    if depth == 0 {
        return Value::Unknown("nested too deeply".to_owned());
    }
    match &node.value {
        Said::List(items) => Value::List(items.iter().map(|item| value(item, depth - 1)).collect()),
        Said::Map(entries) => {
            let entries = entries.iter().map(|(key, node)| (key.text.clone(), value(node, depth - 1))).collect();
            Value::Object(Object { entries, ..Object::default() })
        }
        Said::Bool(value) => Value::Boolean(*value),
        Said::Null => Value::Nothing,
        _ => match node.as_text() {
            Some(text) if node.as_str().is_none() => text.parse().map_or(Value::Nothing, Value::Number),
            Some(text) => Value::Text(Text { text: text.to_owned(), holes: false, origin: None }),
            None => Value::Unknown("a value of the context".to_owned()),
        },
    }
}

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
                let key = event.positional(0).and_then(Value::as_text).unwrap_or_default();
                let known = self.context.get(key).cloned();
                Some(known.unwrap_or(Value::Text(Text { text: "*".to_owned(), holes: true, origin: None })))
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
