//! Calls of what runs elsewhere: other functions, state machines, URLs; and what they name, as far as the file says.

use oxc_ast::{
    AstKind,
    ast::{
        Argument, BinaryOperator, BindingPattern, CallExpression, Expression, IdentifierReference, NewExpression,
        ObjectExpression, ObjectPropertyKind, TemplateLiteral,
    },
};
use oxc_span::Span;

use lockstep_model::{
    RemoteCallKind::{self, Function, Helper, Http, StateMachine},
    RemoteTarget::{self, Unknown},
};

use super::{Reader, range};
use crate::remote::{self, RemoteCallSite};

/// How far names are followed to what they stand for.
const DEPTH: usize = 12;

/// Clients of HTTP that are called, or whose methods are.
const CLIENTS: [&str; 8] = ["axios", "fetch", "got", "http", "ky", "nodeFetch", "request", "superagent"];

/// Methods of such clients.
const METHODS: [&str; 8] = ["delete", "fetch", "get", "head", "patch", "post", "put", "request"];

impl<'a> Reader<'_, 'a> {
    /// All of them, in the order of the text.
    pub(super) fn remote_calls(&self) -> Vec<RemoteCallSite> {
        let mut found: Vec<RemoteCallSite> = Vec::new();
        for node in self.semantic.nodes().iter() {
            found.extend(match node.kind() {
                AstKind::NewExpression(new) => self.command(new),
                AstKind::CallExpression(call) => self.remote_call(call),
                _ => None,
            });
        }
        found.sort_by_key(|call| (call.span.start, call.span.end));
        found
    }

    /// `new InvokeCommand({ FunctionName })` and its kin.
    fn command(&self, new: &NewExpression<'a>) -> Option<RemoteCallSite> {
        let name = last_name(&new.callee)?;
        let (_, property, kind, waits) = remote::COMMANDS.iter().find(|(command, ..)| *command == name)?;
        let input = new.arguments.first().and_then(Argument::as_expression).and_then(|input| self.object(input, DEPTH));
        self.input(new.span, input, property, *kind, *waits)
    }

    fn remote_call(&self, call: &CallExpression<'a>) -> Option<RemoteCallSite> {
        let name = last_name(&call.callee)?;
        let first = call.arguments.first().and_then(Argument::as_expression);
        if let Some((_, property, kind, waits)) = remote::METHODS.iter().find(|(method, ..)| *method == name)
            && let Some(input) = first.and_then(|input| self.object(input, DEPTH))
            && property_of(input, property).is_some()
        {
            return self.input(call.span, Some(input), property, *kind, *waits);
        }
        let site = |kind, target, waits| Some(RemoteCallSite { span: range(call.span), kind, target, waits });
        match name {
            "invoke" if owner(&call.callee) == Some("functions") => {
                site(Function, self.value(first?, DEPTH), Some(true))
            }
            "httpsCallable" => {
                let named = call.arguments.get(1).and_then(Argument::as_expression)?;
                site(Function, self.value(named, DEPTH), Some(true))
            }
            _ if is_client(call, name) => match self.value(first?, DEPTH) {
                Unknown => None,
                target => site(Http, target, Some(true)),
            },
            _ if remote::is_helper(name) => {
                let named = call.arguments.iter().filter_map(Argument::as_expression);
                let target = named.map(|argument| self.value(argument, DEPTH)).find(remote::is_plain)?;
                site(Helper, target, None)
            }
            _ => None,
        }
    }

    /// A call whose input says what is called.
    fn input(
        &self,
        span: Span,
        input: Option<&'a ObjectExpression<'a>>,
        property: &str,
        kind: RemoteCallKind,
        waits: Option<bool>,
    ) -> Option<RemoteCallSite> {
        let named = input.and_then(|input| property_of(input, property));
        let target = named.map_or(Unknown, |named| self.value(named, DEPTH));
        let waits = match (kind, input) {
            (StateMachine, _) | (_, None) => waits,
            (_, Some(input)) => match property_of(input, "InvocationType") {
                Some(said) => match last_name(said).map(str::to_owned).or_else(|| self.text(said)).as_deref() {
                    Some("DryRun") => return None,
                    said => remote::waits(said),
                },
                // What is spread into the input may say it.
                None if input.properties.iter().any(ObjectPropertyKind::is_spread) => None,
                None => waits,
            },
        };
        Some(RemoteCallSite { span: range(span), kind, target, waits })
    }

    fn text(&self, expression: &'a Expression<'a>) -> Option<String> {
        match self.value(expression, DEPTH) {
            RemoteTarget::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object that an expression is or stands for.
    fn object(&self, expression: &'a Expression<'a>, depth: usize) -> Option<&'a ObjectExpression<'a>> {
        match expression.get_inner_expression() {
            Expression::ObjectExpression(object) => Some(object),
            Expression::Identifier(name) if depth > 0 => self.object(self.initial(name)?, depth - 1),
            _ => None,
        }
    }

    /// What a name was given when it was declared, if it is given nothing else.
    fn initial(&self, name: &IdentifierReference<'a>) -> Option<&'a Expression<'a>> {
        match self.given(name)? {
            (BindingPattern::BindingIdentifier(_), init) => Some(init),
            _ => None,
        }
    }

    /// The pattern that declares a name which is given nothing else, and what it is given.
    fn given(&self, name: &IdentifierReference<'a>) -> Option<(&'a BindingPattern<'a>, &'a Expression<'a>)> {
        let local = self.meant(name)?;
        let scoping = self.semantic.scoping();
        if scoping.symbol_is_mutated(local) {
            return None;
        }
        let nodes = self.semantic.nodes();
        let at = scoping.symbol_declaration(local);
        let kinds = std::iter::once(nodes.kind(at)).chain(nodes.ancestor_kinds(at).take(4));
        for kind in kinds {
            match kind {
                AstKind::VariableDeclarator(declarator) => return Some((&declarator.id, declarator.init.as_ref()?)),
                AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => return None,
                _ => {}
            }
        }
        None
    }

    /// What an expression comes to: text with `*` for what is computed, or a variable of the environment.
    fn value(&self, expression: &'a Expression<'a>, depth: usize) -> RemoteTarget {
        if depth == 0 {
            return Unknown;
        }
        let expression = expression.get_inner_expression();
        if let Some(variable) = self.variable(expression, depth) {
            return RemoteTarget::Environment(variable, String::new());
        }
        match expression {
            Expression::StringLiteral(literal) => RemoteTarget::Text(literal.value.to_string()),
            Expression::TemplateLiteral(template) => self.template(template, depth),
            Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
                remote::joined([self.value(&sum.left, depth - 1), self.value(&sum.right, depth - 1)])
            }
            Expression::LogicalExpression(either) => match self.value(&either.left, depth - 1) {
                Unknown => self.value(&either.right, depth - 1),
                known => known,
            },
            Expression::StaticMemberExpression(member) => {
                let object = self.object(&member.object, depth - 1);
                let property = object.and_then(|object| property_of(object, &member.property.name));
                property.map_or(Unknown, |value| self.value(value, depth - 1))
            }
            Expression::Identifier(name) => match self.given(name) {
                Some((BindingPattern::BindingIdentifier(_), init)) => self.value(init, depth - 1),
                Some((BindingPattern::ObjectPattern(pattern), init)) if is_environment(init) => {
                    let key = pattern.properties.iter().find_map(|property| {
                        let BindingPattern::BindingIdentifier(local) = &property.value else { return None };
                        (local.name == name.name).then(|| property.key.static_name())?
                    });
                    key.map_or(Unknown, |key| RemoteTarget::Environment(key.into_owned(), String::new()))
                }
                _ => Unknown,
            },
            _ => Unknown,
        }
    }

    fn template(&self, template: &'a TemplateLiteral<'a>, depth: usize) -> RemoteTarget {
        let mut parts = Vec::new();
        for (index, quasi) in template.quasis.iter().enumerate() {
            let text = quasi.value.cooked.as_ref().map_or_else(String::new, ToString::to_string);
            parts.push(RemoteTarget::Text(text));
            parts.extend(template.expressions.get(index).map(|expression| self.value(expression, depth - 1)));
        }
        remote::joined(parts)
    }

    /// `X` of `process.env.X`, `process.env["X"]`, `Deno.env.get("X")` and `requireEnv("X")`.
    fn variable(&self, expression: &Expression<'a>, depth: usize) -> Option<String> {
        match expression {
            Expression::StaticMemberExpression(member) if is_environment(&member.object) => {
                Some(member.property.name.to_string())
            }
            Expression::ComputedMemberExpression(member) if is_environment(&member.object) => {
                match member.expression.get_inner_expression() {
                    Expression::StringLiteral(literal) => Some(literal.value.to_string()),
                    _ => None,
                }
            }
            Expression::CallExpression(call) if depth > 0 => {
                let is_get = last_name(&call.callee) == Some("get") && owner(&call.callee) == Some("env");
                let Some(Expression::StringLiteral(name)) = call.arguments.first().and_then(Argument::as_expression)
                else {
                    return None;
                };
                let reads =
                    || last_name(&call.callee).is_some_and(|callee| remote::reads_environment(callee, &name.value));
                (is_get || reads()).then(|| name.value.to_string())
            }
            _ => None,
        }
    }
}

/// `b` of `b` and of `a.b`.
fn last_name<'e>(expression: &'e Expression<'_>) -> Option<&'e str> {
    match expression {
        Expression::Identifier(name) => Some(name.name.as_str()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        _ => None,
    }
}

/// `a` of `a.b` and of `x.a.b`.
fn owner<'e>(expression: &'e Expression<'_>) -> Option<&'e str> {
    match expression {
        Expression::StaticMemberExpression(member) => last_name(&member.object),
        _ => None,
    }
}

/// True for `process.env`.
fn is_environment(expression: &Expression<'_>) -> bool {
    match expression.get_inner_expression() {
        Expression::StaticMemberExpression(member) => {
            member.property.name == "env" && last_name(&member.object) == Some("process")
        }
        _ => false,
    }
}

fn is_client(call: &CallExpression<'_>, name: &str) -> bool {
    match owner(&call.callee) {
        Some(owner) => CLIENTS.contains(&owner) && METHODS.contains(&name),
        None => matches!(&call.callee, Expression::Identifier(_)) && CLIENTS.contains(&name),
    }
}

/// The value of the property `name`, the last of several.
fn property_of<'o, 'a>(object: &'o ObjectExpression<'a>, name: &str) -> Option<&'o Expression<'a>> {
    object.properties.iter().rev().find_map(|property| match property {
        ObjectPropertyKind::ObjectProperty(property) => {
            let named = property.key.static_name().is_some_and(|key| key == name);
            named.then_some(&property.value)
        }
        ObjectPropertyKind::SpreadProperty(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use lockstep_model::RepoPath;

    use super::super::facts;

    /// `KIND TARGET WAITS`, line by line.
    fn calls(text: &str) -> Vec<String> {
        let found = facts(&RepoPath::new("a.ts").unwrap(), text).remote_calls;
        found.iter().map(crate::remote::shown).collect()
    }

    #[test]
    fn commands_and_methods_with_what_they_name() {
        let cases = [
            ("client.send(new InvokeCommand({ FunctionName: 'pay' }))", "function pay waits"),
            ("client.send(new InvokeCommand({ FunctionName: requireEnv('PAY_NAME') }))", "function $PAY_NAME waits"),
            ("client.send(new InvokeCommand({ FunctionName: envelope('pay') }))", "function ? waits"),
            (
                "new L.InvokeCommand({ FunctionName: process.env.PAY, InvocationType: 'Event' })",
                "function $PAY goes on",
            ),
            ("new InvokeCommand({ FunctionName: process.env['PAY']!, InvocationType: kind })", "function $PAY ?"),
            ("new InvokeCommand({ FunctionName: 'p', InvocationType: InvocationType.Event })", "function p goes on"),
            (
                "const PAY = process.env.PAY || 'pay'; lambda.invoke({ FunctionName: PAY }).promise()",
                "function $PAY waits",
            ),
            ("const { PAY } = process.env; lambda.invoke({ FunctionName: PAY })", "function $PAY waits"),
            ("const p = { FunctionName: `shop-${stage}-pay` }; lambda.invoke(p)", "function shop-*-pay waits"),
            (
                "const names = { pay: 'pay-fn' }; lambda.invokeAsync({ FunctionName: names.pay })",
                "function pay-fn goes on",
            ),
            ("lambda.invoke({ FunctionName: 'pay', ...rest })", "function pay ?"),
            ("lambda.invoke({ FunctionName: name })", "function ? waits"),
            (
                "sf.send(new StartExecutionCommand({ stateMachineArn: process.env.FLOW }))",
                "state-machine $FLOW goes on",
            ),
            ("await supabase.functions.invoke('send-mail', { body })", "function send-mail waits"),
            ("const call = httpsCallable(functions, 'addMessage')", "function addMessage waits"),
            ("fetch(`${Deno.env.get('URL')}/functions/v1/mail`)", "http $URL/functions/v1/mail waits"),
            ("axios.post(process.env.API + '/orders', body)", "http $API/orders waits"),
            ("invokeLambda('pay', payload)", "helper pay ?"),
        ];
        for (text, expected) in cases {
            assert_eq!(calls(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_call() {
        for text in [
            "new InvokeCommand({ FunctionName: 'pay', InvocationType: 'DryRun' })",
            "chain.invoke({ question })",
            "const params = { FunctionName: 'pay' }",
            "fetch(url)",
            "map.get('x')",
            "let name = 'a'; name = 'b'; invokeIt(name)",
        ] {
            assert_eq!(calls(text), [""; 0], "{text}");
        }
    }
}
