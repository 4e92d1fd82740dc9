//! Names and places: how a function is called, and which of the calls that led to it declares it.

use lockstep_script::evaluate::{Evaluation, Event, Site, Value};

use super::{constructs::is_stack, host};

/// Ids that say what a construct is, not whose it is.
const GENERIC: [&str; 16] = [
    "default",
    "fn",
    "func",
    "function",
    "handler",
    "lambda",
    "lambdafunction",
    "lambdahandler",
    "nodefunction",
    "nodejsfunction",
    "pythonfunction",
    "resource",
    "rustfunction",
    "this",
    "lambdafn",
    "functionhandler",
];

/// Words in names that say where something is deployed.
const STAGES: [&str; 18] = [
    "alpha",
    "beta",
    "code",
    "dev",
    "develop",
    "development",
    "gamma",
    "int",
    "local",
    "prd",
    "preprod",
    "prod",
    "production",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "uat",
];

/// An id on the way from the stack to a construct.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) origin: Option<Site>,
}

/// Where a construct is.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    /// The event of its stack.
    pub(super) stack: Option<usize>,
    /// The ids below the stack, its own last; those that are not known are left out.
    pub(super) parts: Vec<Part>,
}

/// The way to the construct of an event.
pub(super) fn way(evaluation: &Evaluation, index: usize) -> Way {
    let mut way = Way::default();
    let mut at = Some(index);
    for _ in 0..40 {
        let Some(event) = at.and_then(|at| evaluation.events.get(at)) else { break };
        if at != Some(index) && is_stack(event, &evaluation.events) {
            way.stack = at;
            break;
        }
        if let Some(part) = host::id(event).and_then(part) {
            way.parts.insert(0, part);
        }
        let scope = host::scope(event).and_then(Value::instance);
        at = scope.filter(|scope| Some(*scope) != at);
    }
    way
}

fn part(value: &Value) -> Option<Part> {
    match value {
        Value::Text(text) if text.text.chars().any(char::is_alphanumeric) => {
            Some(Part { text: text.text.clone(), origin: text.origin.clone() })
        }
        _ => None,
    }
}

/// True for ids that need the one above to say anything.
pub(super) fn is_generic(id: &str) -> bool {
    let plain: String = id.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    GENERIC.contains(&plain.as_str())
}

/// A name without what only a deployment knows at its ends.
pub(super) fn without_holes(name: &str) -> String {
    trimmed(name, |word| word.chars().all(|c| c == '*'))
}

/// A name without what only a deployment knows, and without words of stages, at its ends.
pub(super) fn without_stage(name: &str) -> String {
    trimmed(name, |word| word.chars().all(|c| c == '*') || STAGES.contains(&word.to_ascii_lowercase().as_str()))
}

fn trimmed(name: &str, says_nothing: impl Fn(&str) -> bool) -> String {
    let mut words: Vec<&str> = name.split(['-', '_', '/', '.']).collect();
    while words.len() > 1 && words.last().is_some_and(|word| says_nothing(word)) {
        words.pop();
    }
    while words.len() > 1 && words.first().is_some_and(|word| says_nothing(word)) {
        words.remove(0);
    }
    // The separators in between stay as they are.
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return name.to_owned() };
    let start = first.as_ptr() as usize - name.as_ptr() as usize;
    let end = last.as_ptr() as usize - name.as_ptr() as usize + last.len();
    name.get(start..end).unwrap_or(name).to_owned()
}

/// The calls through which a function is made, innermost first, without those that make its stack.
pub(super) fn calls(event: &Event, stack: Option<&Event>) -> Vec<Site> {
    let outside = stack.map(|stack| stack.chain.as_slice()).unwrap_or_default();
    let inner = event.chain.iter().take_while(|site| !outside.contains(site));
    std::iter::once(&event.site).chain(inner).cloned().collect()
}

/// The call that declares the function: the innermost one that holds the literal of its name, else the innermost one in
/// the literal's file, else the one that makes the construct.
pub(super) fn declaring<'s>(calls: &'s [Site], origin: Option<&Site>) -> Option<&'s Site> {
    let held = origin.and_then(|origin| {
        calls.iter().find(|site| site.holds(origin)).or_else(|| calls.iter().find(|site| site.path == origin.path))
    });
    held.or(calls.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_no_part_of_a_name() {
        let cases = [
            ("discount-api-CODE", "discount-api"),
            ("*-orders-*", "orders"),
            ("prod", "prod"),
            ("devices", "devices"),
            ("pay_prod", "pay"),
            ("a.b-c", "a.b-c"),
        ];
        for (name, expected) in cases {
            assert_eq!(without_stage(name), expected, "{name}");
        }
        assert_eq!(without_holes("*-android-beta-*"), "android-beta");
        assert!(is_generic("LambdaFunction") && is_generic("Default") && !is_generic("PayLambda"));
    }
}
