//! Values as text, and calls by what is called.

use lockstep_script::tree::{
    ArgumentKind, Call, ClassMember, Element, Export, Expression, ExpressionKind, Function, MemberKind, Operator, Part,
    Property, Statement, StatementKind,
};

use super::{At, FARTHEST, Meaning, PIECES, Scripts};

/// Longer texts name nothing.
const LONGEST: usize = 4 << 10;

impl Scripts<'_> {
    /// The text that `at` is; what only a deployment knows as `*`. None if nothing of it is known.
    pub(crate) fn text<'s>(&'s self, at: At<'s>) -> Option<String> {
        self.pieces.set(PIECES);
        let text = self.text_within(at, FARTHEST)?;
        (text.chars().any(|c| c != '*') && text.len() <= LONGEST).then_some(text)
    }

    /// As [`Self::text`], if all of it is known.
    pub(crate) fn whole_text<'s>(&'s self, at: At<'s>) -> Option<String> {
        self.text(at).filter(|text| !text.contains('*'))
    }

    fn text_within<'s>(&'s self, at: At<'s>, left: usize) -> Option<String> {
        Self::take(&self.pieces)?;
        let left = left.checked_sub(1)?;
        let inner = |expression: &'s Expression| self.text_within(at.with(expression), left);
        match &at.expression.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            ExpressionKind::Number(number) => Some(number.to_string()),
            ExpressionKind::Template(parts) => {
                let mut all = String::new();
                for part in parts {
                    match part {
                        Part::Text(text) => all.push_str(text),
                        Part::Value(value) => all.push_str(inner(value).as_deref().unwrap_or("*")),
                    }
                    if all.len() > LONGEST {
                        return None;
                    }
                }
                Some(all)
            }
            ExpressionKind::Binary(Operator::Add, left, right) => {
                let parts = [inner(left), inner(right)];
                if parts.iter().all(Option::is_none) {
                    return None;
                }
                let joined: String = parts.iter().map(|part| part.as_deref().unwrap_or("*")).collect();
                (joined.len() <= LONGEST).then_some(joined)
            }
            // What a setting falls back to.
            ExpressionKind::Binary(Operator::Coalesce | Operator::Or, left, right) => {
                inner(left).or_else(|| inner(right))
            }
            ExpressionKind::Conditional(_, then, otherwise) => {
                let (then, otherwise) = (inner(then), inner(otherwise));
                if then == otherwise { then } else { None }
            }
            ExpressionKind::Name(_) | ExpressionKind::Member(..) | ExpressionKind::Index(..) => {
                match self.find(at).meaning {
                    Meaning::Value(found, rest)
                        if rest.is_empty() && !std::ptr::eq(found.expression, at.expression) =>
                    {
                        self.text_within(found, left)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What a call calls, as the module of a package and a dotted name in it: `firebase-functions/v2/https` and `onCall`.
    /// Methods of what was made by calls are joined: `region().https.onCall` is `region.https.onCall`.
    pub(crate) fn package_callee<'s>(&'s self, at: At<'s>) -> Option<(String, String)> {
        self.pieces.set(PIECES);
        self.package_name(at, FARTHEST)
    }

    fn package_name<'s>(&'s self, at: At<'s>, left: usize) -> Option<(String, String)> {
        Self::take(&self.pieces)?;
        let left = left.checked_sub(1)?;
        let below = |object: &'s Expression, key: &str| {
            let (module, name) = self.package_name(at.with(object), left)?;
            Some((module, if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") }))
        };
        match &at.expression.kind {
            ExpressionKind::Call(call) | ExpressionKind::New(call) if !is_module(at.expression) => {
                self.package_name(at.with(&call.callee), left)
            }
            ExpressionKind::Await(inner) => self.package_name(at.with(inner), left),
            ExpressionKind::Member(object, key) => match self.find(at).meaning {
                Meaning::Package(module, name) => Some((module, name)),
                Meaning::Value(found, rest) if rest.is_empty() && !std::ptr::eq(found.expression, at.expression) => {
                    self.package_name(found, left)
                }
                _ => below(object, key),
            },
            _ => match self.find(at).meaning {
                Meaning::Package(module, name) => Some((module, name)),
                Meaning::Value(found, rest) if rest.is_empty() && !std::ptr::eq(found.expression, at.expression) => {
                    self.package_name(found, left)
                }
                _ => None,
            },
        }
    }
}

/// `require("x")` is no call of something that was required.
fn is_module(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Call(call) => matches!(&call.callee.kind, ExpressionKind::Name(name) if name == "require"),
        _ => false,
    }
}

/// The argument at a place.
pub(crate) fn argument(call: &Call, at: usize) -> Option<&Expression> {
    let mut positional = call.arguments.iter().take_while(|argument| argument.kind == ArgumentKind::Positional);
    positional.nth(at).map(|argument| &argument.value)
}

/// The argument with a name (Python).
pub(crate) fn named<'c>(call: &'c Call, name: &str) -> Option<&'c Expression> {
    let is = |kind: &ArgumentKind| matches!(kind, ArgumentKind::Named(written) if written == name);
    call.arguments.iter().find(|argument| is(&argument.kind)).map(|argument| &argument.value)
}

/// What a function gives back, those of inner functions not.
pub(crate) fn returns(body: &[Statement]) -> Vec<&Expression> {
    let mut found = Vec::new();
    let mut open: Vec<&Statement> = body.iter().rev().collect();
    while let Some(statement) = open.pop() {
        match &statement.kind {
            StatementKind::Return(Some(value)) => found.push(value),
            StatementKind::If { then, otherwise, .. } => open.extend(then.iter().chain(otherwise).rev()),
            StatementKind::Block(body) | StatementKind::With { body, .. } => open.extend(body.iter().rev()),
            StatementKind::Try { body, handlers, after } => {
                open.extend(body.iter().chain(handlers.iter().flatten()).chain(after).rev());
            }
            StatementKind::Switch { cases, .. } => open.extend(cases.iter().flat_map(|case| &case.body).rev()),
            _ => {}
        }
    }
    found
}

/// A call, and the innermost function around it.
pub(crate) struct Called<'s> {
    /// The call or `new` itself.
    pub(crate) expression: &'s Expression,
    pub(crate) call: &'s Call,
    pub(crate) inside: Option<&'s Function>,
}

/// Every call and `new` in `statements`, those of inner functions too, in the order of the text.
pub(crate) fn calls_in<'s>(statements: impl IntoIterator<Item = &'s Statement>) -> Vec<Called<'s>> {
    let mut walk = Walk { found: Vec::new(), open: Vec::new() };
    for statement in statements {
        walk.open.push((Node::Statement(statement), None));
    }
    while let Some((node, inside)) = walk.open.pop() {
        match node {
            Node::Statement(statement) => walk.statement(statement, inside),
            Node::Expression(expression) => walk.expression(expression, inside),
        }
    }
    walk.found.sort_by_key(|called| (called.expression.span.start, std::cmp::Reverse(called.expression.span.end)));
    walk.found
}

enum Node<'s> {
    Statement(&'s Statement),
    Expression(&'s Expression),
}

struct Walk<'s> {
    found: Vec<Called<'s>>,
    open: Vec<(Node<'s>, Option<&'s Function>)>,
}

impl<'s> Walk<'s> {
    fn body(&mut self, body: &'s [Statement], inside: Option<&'s Function>) {
        self.open.extend(body.iter().map(|statement| (Node::Statement(statement), inside)));
    }

    fn value(&mut self, value: &'s Expression, inside: Option<&'s Function>) {
        self.open.push((Node::Expression(value), inside));
    }

    fn function(&mut self, function: &'s Function) {
        function.decorators.iter().for_each(|decorator| self.value(decorator, None));
        self.body(&function.body, Some(function));
    }

    fn class(&mut self, class: &'s lockstep_script::tree::Class, inside: Option<&'s Function>) {
        for ClassMember { kind, .. } in &class.members {
            match kind {
                MemberKind::Field(_, value) => value.iter().for_each(|value| self.value(value, inside)),
                MemberKind::Constructor(function)
                | MemberKind::Method(_, function)
                | MemberKind::Getter(_, function)
                | MemberKind::Setter(_, function) => self.function(function),
                MemberKind::Statements(body) => self.body(body, inside),
            }
        }
    }

    fn statement(&mut self, statement: &'s Statement, inside: Option<&'s Function>) {
        match &statement.kind {
            StatementKind::Export(Export::Declaration(body)) => self.body(body, inside),
            StatementKind::Export(Export::Default(value) | Export::Module(value)) => self.value(value, inside),
            StatementKind::Variable { value, .. } | StatementKind::Return(value) | StatementKind::Throw(value) => {
                value.iter().for_each(|value| self.value(value, inside));
            }
            StatementKind::Function(function) => self.function(function),
            StatementKind::Class(class) => self.class(class, inside),
            StatementKind::Expression(value) => self.value(value, inside),
            StatementKind::If { test, then, otherwise } => {
                self.value(test, inside);
                self.body(then, inside);
                self.body(otherwise, inside);
            }
            StatementKind::For { each, body, .. } => {
                self.value(each, inside);
                self.body(body, inside);
            }
            StatementKind::Loop { before, body, .. } => {
                self.body(before, inside);
                self.body(body, inside);
            }
            StatementKind::With { items, body } => {
                items.iter().for_each(|(value, _)| self.value(value, inside));
                self.body(body, inside);
            }
            StatementKind::Try { body, handlers, after } => {
                self.body(body, inside);
                handlers.iter().for_each(|body| self.body(body, inside));
                self.body(after, inside);
            }
            StatementKind::Switch { subject, cases } => {
                self.value(subject, inside);
                cases.iter().for_each(|case| self.body(&case.body, inside));
            }
            StatementKind::Block(body) => self.body(body, inside),
            _ => {}
        }
    }

    fn expression(&mut self, expression: &'s Expression, inside: Option<&'s Function>) {
        match &expression.kind {
            ExpressionKind::Call(call) | ExpressionKind::New(call) => {
                self.found.push(Called { expression, call, inside });
                self.value(&call.callee, inside);
                call.arguments.iter().for_each(|argument| self.value(&argument.value, inside));
            }
            ExpressionKind::Template(parts) | ExpressionKind::Tagged(_, parts) => {
                for part in parts {
                    if let Part::Value(value) = part {
                        self.value(value, inside);
                    }
                }
            }
            ExpressionKind::Array(elements) => {
                for element in elements {
                    if let Element::Item(value) | Element::Spread(value) = element {
                        self.value(value, inside);
                    }
                }
            }
            ExpressionKind::Object(properties) => {
                for Property::Pair(_, value) | Property::Spread(value) in properties {
                    self.value(value, inside);
                }
            }
            ExpressionKind::Member(value, _) | ExpressionKind::Await(value) | ExpressionKind::Unary(_, value) => {
                self.value(value, inside);
            }
            ExpressionKind::Index(left, right) | ExpressionKind::Binary(_, left, right) => {
                self.value(left, inside);
                self.value(right, inside);
            }
            ExpressionKind::Function(function) => self.function(function),
            ExpressionKind::Class(class) => self.class(class, inside),
            ExpressionKind::Conditional(test, then, otherwise) => {
                for value in [test, then, otherwise] {
                    self.value(value, inside);
                }
            }
            ExpressionKind::Assign(_, _, value) => self.value(value, inside),
            ExpressionKind::Sequence(values) => values.iter().for_each(|value| self.value(value, inside)),
            ExpressionKind::Comprehension(comprehension) => {
                self.value(&comprehension.element, inside);
                comprehension.value.iter().for_each(|value| self.value(value, inside));
            }
            _ => {}
        }
    }
}
