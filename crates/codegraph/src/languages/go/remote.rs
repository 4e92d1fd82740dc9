//! Calls of what runs elsewhere: other functions, state machines, URLs; and what they name, as far as the file says.

use std::collections::BTreeMap;

use lockstep_model::{
    RemoteCallKind::{self, Function, Helper, Http, StateMachine},
    RemoteTarget::{self, Unknown},
};
use tree_sitter::Node;

use crate::{
    remote::{self, RemoteCallSite},
    syntax,
};

/// How far names are followed to what they stand for.
const DEPTH: usize = 8;

/// Inputs of AWS's clients: the type, the field that says what is called, the kind, and whether it waits if nothing else
/// is said.
const INPUTS: [(&str, &str, RemoteCallKind, bool); 5] = [
    ("InvokeAsyncInput", "FunctionName", Function, false),
    ("InvokeInput", "FunctionName", Function, true),
    ("InvokeWithResponseStreamInput", "FunctionName", Function, true),
    ("StartExecutionInput", "StateMachineArn", StateMachine, false),
    ("StartSyncExecutionInput", "StateMachineArn", StateMachine, true),
];

/// Functions of `net/http` that send a request, or make one, with the place of the URL among their arguments.
const REQUESTS: [(&str, usize); 6] =
    [("Get", 0), ("Head", 0), ("NewRequest", 1), ("NewRequestWithContext", 2), ("Post", 0), ("PostForm", 0)];

/// All of them in a file, in the order of the text.
pub(super) fn calls(root: Node<'_>, text: &str) -> Vec<RemoteCallSite> {
    let mut reader = Reader { text, given: BTreeMap::new() };
    let mut found = Vec::new();
    syntax::walk(root, &mut |node| {
        reader.note(node);
        if matches!(node.kind(), "call_expression" | "composite_literal") {
            found.push(node);
        }
        true
    });
    let site = |node: Node<'_>| match node.kind() {
        "composite_literal" => reader.input(node),
        _ => reader.call(node),
    };
    found.into_iter().filter_map(site).collect()
}

struct Reader<'t, 's> {
    text: &'s str,
    /// What names are given, anywhere in the file; none for those that are given several things.
    given: BTreeMap<&'s str, Option<Node<'t>>>,
}

impl<'t, 's> Reader<'t, 's> {
    fn of(&self, node: Node<'_>) -> &'s str {
        syntax::text(node, self.text)
    }

    /// Notes what `node` gives to names.
    fn note(&mut self, node: Node<'t>) {
        match node.kind() {
            "short_var_declaration" | "assignment_statement" => {
                let side = |field| node.child_by_field_name(field).map(syntax::children).unwrap_or_default();
                self.give_all(side("left"), side("right"));
            }
            "var_spec" | "const_spec" => {
                // `var name string` is given its value later.
                if let Some(values) = node.child_by_field_name("value") {
                    self.give_all(names(node), syntax::children(values));
                }
            }
            "parameter_declaration" => self.give_all(names(node), Vec::new()),
            "range_clause" => {
                let left = node.child_by_field_name("left").map(syntax::children).unwrap_or_default();
                self.give_all(left, Vec::new());
            }
            _ => {}
        }
    }

    fn give_all(&mut self, names: Vec<Node<'t>>, values: Vec<Node<'t>>) {
        for (index, name) in names.iter().enumerate().filter(|(_, name)| name.kind() == "identifier") {
            let value = values.get(index).copied().filter(|_| values.len() == names.len());
            self.given.entry(self.of(*name)).and_modify(|known| *known = None).or_insert(value);
        }
    }

    /// `lambda.InvokeInput{FunctionName: …}`.
    fn input(&self, literal: Node<'t>) -> Option<RemoteCallSite> {
        let ty = literal.child_by_field_name("type").filter(|ty| ty.kind() == "qualified_type")?;
        let name = syntax::field(ty, "name", self.text)?;
        let (_, field, kind, waits) = INPUTS.iter().find(|(input, ..)| *input == name)?;
        let fields = self.fields(literal);
        let target = fields.get(field).map_or(Unknown, |value| self.value(*value, DEPTH));
        let waits = match fields.get("InvocationType").filter(|_| *kind == Function) {
            None => Some(*waits),
            Some(said) => match self.invocation(*said).as_deref() {
                Some("DryRun") => return None,
                said => remote::waits(said),
            },
        };
        Some(RemoteCallSite { span: literal.byte_range(), kind: *kind, target, waits })
    }

    fn fields(&self, literal: Node<'t>) -> BTreeMap<&'s str, Node<'t>> {
        let elements = literal.child_by_field_name("body").map(syntax::children).unwrap_or_default();
        let pair = |element: Node<'t>| {
            let key = element.child_by_field_name("key")?;
            Some((self.of(key), element.child_by_field_name("value")?.named_child(0)?))
        };
        elements.into_iter().filter_map(pair).collect()
    }

    /// `Event` of `types.InvocationTypeEvent` and of `aws.String("Event")`.
    fn invocation(&self, said: Node<'t>) -> Option<String> {
        let constant = self.of(said).rsplit(['.', '(']).find_map(|part| part.strip_prefix("InvocationType"));
        if let Some(name) = constant {
            return Some(name.trim_end_matches(')').to_owned());
        }
        match self.value(said, DEPTH) {
            RemoteTarget::Text(text) => Some(text),
            _ => None,
        }
    }

    fn call(&self, call: Node<'t>) -> Option<RemoteCallSite> {
        let callee = call.child_by_field_name("function")?;
        let name = self.last_name(callee)?;
        let site = |kind, target, waits| Some(RemoteCallSite { span: call.byte_range(), kind, target, waits });
        if let Some((_, place)) = REQUESTS.iter().find(|(request, _)| *request == name)
            && self.owner(callee) == Some("http")
        {
            return match self.value(*arguments(call).get(*place)?, DEPTH) {
                Unknown => None,
                target => site(Http, target, Some(true)),
            };
        }
        if remote::is_helper(name) {
            let values = arguments(call).into_iter().map(|argument| self.value(argument, DEPTH));
            return site(Helper, values.into_iter().find(remote::is_plain)?, None);
        }
        None
    }

    /// `b` of `b` and of `a.b`.
    fn last_name(&self, callee: Node<'_>) -> Option<&'s str> {
        match callee.kind() {
            "identifier" => Some(self.of(callee)),
            "selector_expression" => syntax::field(callee, "field", self.text),
            _ => None,
        }
    }

    /// `a` of `a.b`.
    fn owner(&self, callee: Node<'_>) -> Option<&'s str> {
        let operand = callee.child_by_field_name("operand").filter(|operand| operand.kind() == "identifier")?;
        Some(self.of(operand))
    }

    /// What an expression comes to: text with `*` for what is computed, or a variable of the environment.
    fn value(&self, node: Node<'t>, depth: usize) -> RemoteTarget {
        if depth == 0 {
            return Unknown;
        }
        let inner = |field: &str| node.child_by_field_name(field).map(|node| self.value(node, depth - 1));
        match node.kind() {
            "interpreted_string_literal" | "raw_string_literal" => {
                RemoteTarget::Text(self.of(node).trim_matches(['"', '`']).to_owned())
            }
            "identifier" => match self.given.get(self.of(node)).copied().flatten() {
                Some(value) => self.value(value, depth - 1),
                None => Unknown,
            },
            "parenthesized_expression" => node.named_child(0).map_or(Unknown, |inner| self.value(inner, depth - 1)),
            "unary_expression" => inner("operand").unwrap_or(Unknown),
            "binary_expression" if syntax::field(node, "operator", self.text) == Some("+") => {
                remote::joined([inner("left").unwrap_or(Unknown), inner("right").unwrap_or(Unknown)])
            }
            "call_expression" => self.called(node, depth),
            _ => Unknown,
        }
    }

    /// The value that a call gives back: of the environment, of a format, or what it is given.
    fn called(&self, call: Node<'t>, depth: usize) -> RemoteTarget {
        let Some(callee) = call.child_by_field_name("function") else { return Unknown };
        let given = arguments(call);
        let (Some(name), Some(first)) = (self.last_name(callee), given.first()) else { return Unknown };
        let first = self.value(*first, depth - 1);
        match (name, &first) {
            ("Getenv" | "LookupEnv" | "MustGetenv", RemoteTarget::Text(variable)) => {
                RemoteTarget::Environment(variable.clone(), String::new())
            }
            (callee, RemoteTarget::Text(variable)) if remote::reads_environment(callee, variable) => {
                RemoteTarget::Environment(variable.clone(), String::new())
            }
            ("Sprintf", RemoteTarget::Text(format)) => {
                let values = given[1..].iter().map(|value| self.value(*value, depth - 1)).collect();
                formatted(format, values)
            }
            ("String" | "string" | "Ptr" | "TrimSuffix" | "TrimRight", _) => first,
            _ => Unknown,
        }
    }
}

/// The names that a node binds by itself.
fn names(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children_by_field_name("name", &mut cursor).filter(Node::is_named).collect()
}

fn arguments(call: Node<'_>) -> Vec<Node<'_>> {
    let arguments = call.child_by_field_name("arguments").map(syntax::children).unwrap_or_default();
    arguments.into_iter().filter(|argument| argument.kind() != "comment").collect()
}

/// `"%s-pay"` with its values in it.
fn formatted(format: &str, values: Vec<RemoteTarget>) -> RemoteTarget {
    let mut values = values.into_iter();
    let mut parts = Vec::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        parts.push(RemoteTarget::Text(before.to_owned()));
        let end = after.find(|letter: char| letter.is_alphabetic() || letter == '%').unwrap_or(after.len());
        let verb = after[end..].chars().next();
        parts.push(match verb {
            Some('%') => RemoteTarget::Text("%".to_owned()),
            _ => values.next().unwrap_or(Unknown),
        });
        rest = &after[end + verb.map_or(0, char::len_utf8)..];
    }
    parts.push(RemoteTarget::Text(rest.to_owned()));
    remote::joined(parts)
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn calls(text: &str) -> Vec<String> {
        let source = parse::source(&format!("package p\n\n{text}\n"));
        source.remote_calls.iter().map(crate::remote::shown).collect()
    }

    #[test]
    fn calls_with_what_they_name() {
        let cases = [
            ("var x = &lambda.InvokeInput{FunctionName: aws.String(\"pay\")}", "function pay waits"),
            (
                "var x = lambda.InvokeInput{FunctionName: aws.String(os.Getenv(\"PAY\")), InvocationType: types.InvocationTypeEvent}",
                "function $PAY goes on",
            ),
            (
                "var pay = os.Getenv(\"PAY\")\nfunc f() { c.Invoke(&lambda.InvokeInput{FunctionName: &pay, InvocationType: aws.String(\"Event\")}) }",
                "function $PAY goes on",
            ),
            (
                "var x = lambda.InvokeInput{FunctionName: aws.String(name), InvocationType: aws.String(lambda.InvocationTypeRequestResponse)}",
                "function ? waits",
            ),
            (
                "func f() { name := fmt.Sprintf(\"shop-%s-pay\", stage); g(lambda.InvokeInput{FunctionName: &name}) }",
                "function shop-*-pay waits",
            ),
            (
                "var x = sfn.StartExecutionInput{StateMachineArn: aws.String(mustEnv(\"FLOW\"))}",
                "state-machine $FLOW goes on",
            ),
            ("func f() { http.Post(os.Getenv(\"API\")+\"/orders\", \"text/plain\", nil) }", "http $API/orders waits"),
            (
                "const api = \"https://a.example\"\nfunc f() { http.NewRequestWithContext(ctx, \"GET\", api, nil) }",
                "http https://a.example waits",
            ),
            ("func f() { genericapi.Invoke(client, \"users-api\", &in, &out) }", "helper users-api ?"),
        ];
        for (text, expected) in cases {
            assert_eq!(calls(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_call() {
        for text in [
            "var x = InvokeInput{FunctionName: \"a\"}",
            "var x = lambda.InvokeInput{FunctionName: &pay, InvocationType: types.InvocationTypeDryRun}",
            "func f() { http.Get(url) }",
            "func f() { cache.Get(\"https://a.example\") }",
            "func f(name string) { client.Invoke(ctx, name) }",
        ] {
            assert_eq!(calls(text), [""; 0], "{text}");
        }
    }
}
