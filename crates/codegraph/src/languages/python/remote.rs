//! Calls of what runs elsewhere: other functions, state machines, URLs; and what they name, as far as the module says.

use std::collections::BTreeMap;

use lockstep_model::{
    RemoteCallKind::{Function, Helper, Http, StateMachine},
    RemoteTarget::{self, Unknown},
};
use ruff_python_ast::{
    self as ast, Expr, Stmt,
    visitor::{self, Visitor},
};
use ruff_text_size::Ranged;

use crate::remote::{self, RemoteCallSite};

/// How far names are followed to what they stand for.
const DEPTH: usize = 12;

/// Clients of HTTP.
const CLIENTS: [&str; 4] = ["client", "httpx", "requests", "session"];

/// Methods of such clients.
const VERBS: [&str; 7] = ["delete", "get", "head", "patch", "post", "put", "request"];

/// All of them in a module, in the order of the text.
pub(super) fn calls(suite: &[Stmt]) -> Vec<RemoteCallSite> {
    let mut reader = Reader::default();
    reader.visit_body(suite);
    let mut found: Vec<RemoteCallSite> = reader.calls.iter().filter_map(|call| reader.call(call)).collect();
    found.sort_by_key(|call| (call.span.start, call.span.end));
    found
}

#[derive(Default)]
struct Reader<'a> {
    calls: Vec<&'a ast::ExprCall>,
    /// What names are given, anywhere in the module; none for those that are given several things.
    given: BTreeMap<&'a str, Option<&'a Expr>>,
}

impl<'a> Reader<'a> {
    fn give(&mut self, name: &'a str, value: Option<&'a Expr>) {
        self.given.entry(name).and_modify(|known| *known = None).or_insert(value);
    }

    fn call(&self, call: &'a ast::ExprCall) -> Option<RemoteCallSite> {
        let name = last_name(&call.func)?;
        let span = call.range().start().to_usize()..call.range().end().to_usize();
        let site = |kind, target, waits| Some(RemoteCallSite { span: span.clone(), kind, target, waits });
        if let Some((_, field, kind, waits)) = remote::METHODS.iter().find(|(method, ..)| *method == name)
            && let Some(named) = keyword(call, field)
        {
            let waits = match keyword(call, "InvocationType").filter(|_| *kind != StateMachine) {
                None if is_spread(call) => None,
                None => *waits,
                Some(said) => match self.value(said, DEPTH) {
                    RemoteTarget::Text(text) if text == "DryRun" => return None,
                    RemoteTarget::Text(text) => remote::waits(Some(&text)),
                    _ => None,
                },
            };
            return site(*kind, self.value(named, DEPTH), waits);
        }
        // `client.invoke(**arguments)`: of a client, not of a chain of prompts.
        let of_client = || owner(&call.func).is_some_and(|owner| owner.contains("client") || owner.contains("lambda"));
        if name == "invoke" && call.arguments.args.is_empty() && is_spread(call) && of_client() {
            return site(Function, Unknown, None);
        }
        if VERBS.contains(&name) && owner(&call.func).is_some_and(|owner| CLIENTS.contains(&owner)) {
            let url = keyword(call, "url").or_else(|| call.arguments.args.get(usize::from(name == "request")))?;
            return match self.value(url, DEPTH) {
                Unknown => None,
                target => site(Http, target, Some(true)),
            };
        }
        if remote::is_helper(name) {
            let named = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
            let target = named.map(|argument| self.value(argument, DEPTH)).find(remote::is_plain)?;
            // `functions.invoke("name")` is Supabase's own interface.
            let is_own = name == "invoke" && owner(&call.func) == Some("functions");
            return if is_own { site(Function, target, Some(true)) } else { site(Helper, target, None) };
        }
        None
    }

    /// What an expression comes to: text with `*` for what is computed, or a variable of the environment.
    fn value(&self, expr: &'a Expr, depth: usize) -> RemoteTarget {
        if depth == 0 {
            return Unknown;
        }
        if let Some(variable) = variable(expr) {
            return RemoteTarget::Environment(variable, String::new());
        }
        match expr {
            Expr::StringLiteral(literal) => RemoteTarget::Text(literal.value.to_str().to_owned()),
            Expr::FString(text) => self.f_string(text, depth),
            Expr::BinOp(sum) if sum.op == ast::Operator::Add => {
                remote::joined([self.value(&sum.left, depth - 1), self.value(&sum.right, depth - 1)])
            }
            Expr::BoolOp(either) if either.op == ast::BoolOp::Or => either
                .values
                .iter()
                .map(|value| self.value(value, depth - 1))
                .find(|known| *known != Unknown)
                .unwrap_or(Unknown),
            Expr::Name(name) => match self.given.get(name.id.as_str()).copied().flatten() {
                Some(value) => self.value(value, depth - 1),
                None => Unknown,
            },
            _ => Unknown,
        }
    }

    fn f_string(&self, text: &'a ast::ExprFString, depth: usize) -> RemoteTarget {
        let mut parts = Vec::new();
        for part in text.value.iter() {
            match part {
                ast::FStringPart::Literal(literal) => parts.push(RemoteTarget::Text(literal.value.to_string())),
                ast::FStringPart::FString(text) => {
                    parts.extend(text.elements.iter().map(|element| match element {
                        ast::InterpolatedStringElement::Literal(literal) => {
                            RemoteTarget::Text(literal.value.to_string())
                        }
                        ast::InterpolatedStringElement::Interpolation(element) => {
                            self.value(&element.expression, depth - 1)
                        }
                    }));
                }
            }
        }
        remote::joined(parts)
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        self.give(name.id.as_str(), Some(&assign.value));
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.give(name.id.as_str(), assign.value.as_deref());
                }
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.give(name.id.as_str(), None);
                }
            }
            Stmt::For(each) => {
                if let Expr::Name(name) = &*each.target {
                    self.give(name.id.as_str(), None);
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.give(parameter.name.as_str(), None);
        visitor::walk_parameter(self, parameter);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.calls.push(call);
        }
        visitor::walk_expr(self, expr);
    }
}

/// True for `f(**arguments)`.
fn is_spread(call: &ast::ExprCall) -> bool {
    call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none())
}

fn keyword<'a>(call: &'a ast::ExprCall, name: &str) -> Option<&'a Expr> {
    let is_it = |keyword: &&ast::Keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name);
    call.arguments.keywords.iter().find(is_it).map(|keyword| &keyword.value)
}

/// `b` of `b` and of `a.b`.
fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// `a` of `a.b` and of `x.a.b`.
fn owner(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Attribute(attribute) => last_name(&attribute.value),
        _ => None,
    }
}

/// `X` of `os.environ["X"]`, `os.environ.get("X")`, `os.getenv("X")` and `require_env("X")`.
fn variable(expr: &Expr) -> Option<String> {
    let literal = |expr: &Expr| match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    };
    match expr {
        Expr::Subscript(subscript) if last_name(&subscript.value) == Some("environ") => literal(&subscript.slice),
        Expr::Call(call) => {
            let name = call.arguments.args.first().and_then(literal)?;
            let of_environment = match last_name(&call.func)? {
                "getenv" => true,
                "get" => owner(&call.func) == Some("environ"),
                callee => remote::reads_environment(callee, &name),
            };
            of_environment.then_some(name)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn calls(text: &str) -> Vec<String> {
        parse::facts(text).remote_calls.iter().map(crate::remote::shown).collect()
    }

    #[test]
    fn calls_with_what_they_name() {
        let cases = [
            ("client.invoke(FunctionName='pay', Payload=b'')", "function pay waits"),
            ("client.invoke(FunctionName=os.environ['PAY'], InvocationType='Event')", "function $PAY goes on"),
            ("client.invoke(FunctionName=require_env('PAY'))", "function $PAY waits"),
            ("PAY = os.getenv('PAY')\nclient.invoke(FunctionName=PAY, InvocationType=kind)", "function $PAY ?"),
            ("client.invoke(FunctionName=environ.get('PAY', 'x'), **more)", "function $PAY ?"),
            ("client.invoke(FunctionName=f'shop-{stage}-pay')", "function shop-*-pay waits"),
            ("client.invoke(FunctionName=os.environ['STAGE'] + '-pay')", "function $STAGE-pay waits"),
            ("def f(name):\n    client.invoke(FunctionName=name)", "function ? waits"),
            ("sfn.start_execution(stateMachineArn=os.environ['FLOW'])", "state-machine $FLOW goes on"),
            ("API = os.environ['API']\nrequests.post(API + '/orders', json={})", "http $API/orders waits"),
            ("requests.request('GET', f\"{os.environ['API']}/orders\")", "http $API/orders waits"),
            ("self.lambda_client.invoke(**arguments)", "function ? ?"),
            ("invoke_lambda('pay', {})", "helper pay ?"),
        ];
        for (text, expected) in cases {
            assert_eq!(calls(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_call() {
        for text in [
            "chain.invoke({'question': q})",
            "chain.invoke(**arguments)",
            "client.invoke(FunctionName='pay', InvocationType='DryRun')",
            "requests.get(url)",
            "a = 'x'\na = 'y'\ninvoke_it(a)",
            "{}.get('x')",
        ] {
            assert_eq!(calls(text), [""; 0], "{text}");
        }
    }
}
