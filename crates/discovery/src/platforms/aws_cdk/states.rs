//! Step functions: which functions one state machine calls. The machine's definition is a graph of states, put together
//! by methods; what hangs together is one machine's.

use std::collections::BTreeMap;

use lockstep_model::{ChannelDirection::Receives, Strength};
use lockstep_script::evaluate::{Evaluation, Value};

use super::{
    constructs::{kind, property},
    functions::Labels,
    wiring::Wiring,
};
use crate::aws::uses::Use::Channel;

/// Wires the functions of every state machine of the app.
pub(super) fn read(evaluation: &Evaluation, labels: &Labels<'_>, wiring: &mut Wiring<'_>) {
    let mut groups = Groups { parent: (0..evaluation.events.len()).collect() };
    let mut machines = Vec::new();
    let mut tasks = Vec::new();
    for (index, event) in evaluation.events.iter().enumerate() {
        let found = kind(&event.callee);
        let (module, name) = found.as_ref().map_or(("", ""), |found| (&*found.module, &*found.name));
        match (module, name) {
            ("aws-stepfunctions", "StateMachine") => machines.push(index),
            ("aws-stepfunctions-tasks", "LambdaInvoke" | "InvokeFunction" | "RunLambdaTask") => {
                let function = property(event, "lambdaFunction").or_else(|| event.positional(0));
                if let Some(function) = function.and_then(|function| wiring.function(function)) {
                    tasks.push((index, function));
                }
            }
            _ => {}
        }
        let states = module.starts_with("aws-stepfunctions");
        let method = event.callee.receiver.as_ref().and_then(Value::instance);
        if let Some(receiver) = method.filter(|receiver| is_state(evaluation, *receiver)) {
            groups.join(index, receiver);
        }
        if states || method.is_some_and(|receiver| is_state(evaluation, receiver)) {
            let mut inner = Vec::new();
            event.arguments.iter().for_each(|given| instances(&given.value, 4, &mut inner));
            for one in inner.into_iter().filter(|one| is_state(evaluation, *one)) {
                groups.join(index, one);
            }
        }
    }
    let mut keys: BTreeMap<usize, String> = BTreeMap::new();
    for machine in machines {
        keys.insert(groups.root(machine), labels.key(machine));
    }
    for (task, function) in tasks {
        if let Some(key) = keys.get(&groups.root(task)) {
            wiring.add(function, Channel("state-machine", Receives), key.clone(), Strength::Own);
        }
    }
}

fn instances(value: &Value, depth: usize, into: &mut Vec<usize>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Instance(index) => into.push(*index),
        Value::List(list) => list.iter().for_each(|one| instances(one, depth - 1, into)),
        Value::Object(object) => object.entries.iter().for_each(|(_, one)| instances(one, depth - 1, into)),
        _ => {}
    }
}

/// Events that hang together.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent[one.max(other)] = one.min(other);
    }
}

/// True for states, chains of states and conditions: what definitions are made of.
fn is_state(evaluation: &Evaluation, index: usize) -> bool {
    let mut at = index;
    for _ in 0..64 {
        let Some(event) = evaluation.events.get(at) else { return false };
        if let Some(found) = kind(&event.callee) {
            return found.module.starts_with("aws-stepfunctions") && !found.name.starts_with("StateMachine.");
        }
        match event.callee.receiver.as_ref().and_then(Value::instance) {
            Some(receiver) if receiver != at => at = receiver,
            _ => return false,
        }
    }
    false
}
