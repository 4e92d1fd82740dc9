//! What the evaluation is told of SST: which functions of a program its packages call.

use lockstep_script::evaluate::{Callback, Event, EventKind, Host, Value};

pub(super) struct SstHost;

impl Host for SstHost {
    fn callbacks(&self, event: &Event) -> Vec<Callback> {
        let call = |property| vec![Callback { argument: 0, property }];
        match event.callee.name.as_str() {
            // Version 3: `$config({ app() {}, run() {} })`.
            "$config" => ["app", "run"].map(|property| Callback { argument: 0, property: Some(property) }).to_vec(),
            // Version 2: `app.stack(Stack)`, `app.stack(Stack, { … })`.
            "stack" if event.kind == EventKind::Method => call(None),
            _ => Vec::new(),
        }
    }

    fn result(&self, event: &Event, _events: &[Event]) -> Option<Value> {
        // `$interpolate` and outputs are texts that only a deployment knows.
        (event.callee.name == "$interpolate").then(|| Value::Unknown("an output".to_owned()))
    }

    fn called_exports(&self) -> &'static [&'static str] {
        &["default.stacks", "default"]
    }
}
