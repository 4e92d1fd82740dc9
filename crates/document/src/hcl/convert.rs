//! From the tree of `hcl-edit` to ours; the only file that knows that crate.
//!
//! Its parser refuses more than 64 levels of nesting and more than 128 operators in a row, which bounds every recursion
//! here and over our tree.

use std::ops::Range;

use hcl_edit::{
    Span,
    expr::{BinaryOperator, Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator, UnaryOperator},
    parser,
    structure::{Block as Written, BlockLabel, Body as WrittenBody, Structure},
    template::{Directive, Element, Template},
};

use super::{Attribute, Block, Body, Expr, ExprKind, For, Part, Step};
use crate::{BOM, Key, ParseError};

/// Reads a file of HCL.
pub(super) fn parse(text: &str) -> Result<Body, ParseError> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let offset = text.len() - body.len();
    let mut repaired = String::new();
    for attempt in 0..=REPAIRS {
        let source = if repaired.is_empty() { body } else { repaired.as_str() };
        match parser::parse_body(source) {
            Ok(parsed) => return Ok(Convert { offset }.body(&parsed)),
            Err(error) => match without_doubled_key(&error, source).filter(|_| attempt < REPAIRS) {
                Some(other) => repaired = other,
                None => return Err(failed(&error, text, offset)),
            },
        }
    }
    Err(ParseError::new("an object has too many keys that are written twice", offset..offset))
}

/// How many keys of objects may be written twice: Terraform allows it, the parser does not. The first is what is read.
const REPAIRS: usize = 16;

/// The text with the key of an object that is written twice under another name of the same length; none if the error is
/// another one.
fn without_doubled_key(error: &parser::Error, text: &str) -> Option<String> {
    if !error.message().contains("redefined object key") {
        return None;
    }
    let at = error.location().offset();
    let start = at + text.get(at..)?.find(|c: char| c.is_ascii_alphanumeric())?;
    let mut bytes = text.as_bytes().to_vec();
    let rest = &mut bytes[start..];
    let letter = rest
        .iter_mut()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .find(|byte| **byte != b'_')?;
    *letter = b'_';
    String::from_utf8(bytes).ok()
}

/// Reads a text that is a template as a whole.
pub(super) fn parse_template(text: &str) -> Result<Vec<Part>, ParseError> {
    let template = parser::parse_template(text).map_err(|error| failed(&error, text, 0))?;
    Ok(Convert { offset: 0 }.parts(&template))
}

fn failed(error: &parser::Error, text: &str, offset: usize) -> ParseError {
    let at = (error.location().offset() + offset).min(text.len());
    ParseError::new(error.message(), at..at)
}

/// Reads the content of a string of Terraform's JSON syntax, which is a template; as it is, if it is none.
pub(super) fn template(text: &str) -> ExprKind {
    if !text.contains("${") && !text.contains("%{") {
        return ExprKind::Text(text.to_owned());
    }
    let convert = Convert { offset: 0 };
    match parser::parse_template(text) {
        Ok(template) => convert.template(&template),
        Err(_) => ExprKind::Text(text.to_owned()),
    }
}

struct Convert {
    /// What stands before the text that was parsed.
    offset: usize,
}

impl Convert {
    fn span(&self, of: &impl Span) -> Range<usize> {
        of.span().map_or(0..0, |span| span.start + self.offset..span.end + self.offset)
    }

    fn body(&self, body: &WrittenBody) -> Body {
        let mut converted = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let key = Key { text: attribute.key.to_string(), span: self.span(&attribute.key) };
                    converted.attributes.push(Attribute { key, value: self.expr(&attribute.value) });
                }
                Structure::Block(block) => converted.blocks.push(self.block(block)),
            }
        }
        converted
    }

    fn block(&self, block: &Written) -> Block {
        let label = |label: &BlockLabel| Key { text: label.as_str().to_owned(), span: self.span(label) };
        Block {
            kind: Key { text: block.ident.as_str().to_owned(), span: self.span(&block.ident) },
            labels: block.labels.iter().map(label).collect(),
            body: self.body(&block.body),
            span: self.span(block),
        }
    }

    fn expr(&self, expr: &Expression) -> Expr {
        let span = self.span(expr);
        let boxed = |expr: &Expression| Box::new(self.expr(expr));
        let kind = match expr {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => ExprKind::Number(number.value().to_string()),
            Expression::String(text) => ExprKind::Text(text.value().clone()),
            Expression::Array(items) => ExprKind::List(items.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => {
                ExprKind::Object(object.iter().map(|(key, value)| (self.key(key), self.expr(value.expr()))).collect())
            }
            Expression::StringTemplate(template) => self.template(template),
            Expression::HeredocTemplate(heredoc) => {
                let mut heredoc = (**heredoc).clone();
                heredoc.dedent();
                self.template(&heredoc.template)
            }
            Expression::Parenthesis(inner) => self.expr(inner.inner()).kind,
            Expression::Variable(name) => ExprKind::Name(name.as_str().to_owned()),
            Expression::Conditional(choice) => ExprKind::Conditional {
                test: boxed(&choice.cond_expr),
                then: boxed(&choice.true_expr),
                otherwise: boxed(&choice.false_expr),
            },
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(operation) => {
                let operator = if *operation.operator.value() == UnaryOperator::Not { "!" } else { "-" };
                ExprKind::Unary { operator, of: boxed(&operation.expr) }
            }
            Expression::BinaryOp(operation) => ExprKind::Binary {
                operator: binary(*operation.operator.value()),
                left: boxed(&operation.lhs_expr),
                right: boxed(&operation.rhs_expr),
            },
            Expression::ForExpr(of) => ExprKind::For(Box::new(self.for_expr(of))),
        };
        Expr { kind, span }
    }

    fn key(&self, key: &ObjectKey) -> Expr {
        match key {
            ObjectKey::Ident(name) => Expr { kind: ExprKind::Text(name.as_str().to_owned()), span: self.span(name) },
            // A bare name is text as a key; only parentheses make a variable of it.
            ObjectKey::Expression(Expression::Variable(name)) => {
                Expr { kind: ExprKind::Text(name.as_str().to_owned()), span: self.span(name) }
            }
            ObjectKey::Expression(expr) => self.expr(expr),
        }
    }

    fn call(&self, call: &FuncCall) -> ExprKind {
        let namespace = call.name.namespace.iter().map(|part| format!("{}::", part.as_str()));
        ExprKind::Call {
            name: namespace.chain([call.name.name.as_str().to_owned()]).collect(),
            arguments: call.args.iter().map(|argument| self.expr(argument)).collect(),
            expand_last: call.args.expand_final(),
        }
    }

    fn traversal(&self, traversal: &Traversal) -> ExprKind {
        let steps = traversal.operators.iter().map(|operator| match operator.value() {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().to_owned()),
            TraversalOperator::Index(index) => Step::Index(self.expr(index)),
            TraversalOperator::LegacyIndex(index) => {
                Step::Index(Expr { kind: ExprKind::Number(index.value().to_string()), span: self.span(index) })
            }
        });
        ExprKind::Traversal { of: Box::new(self.expr(&traversal.expr)), steps: steps.collect() }
    }

    fn for_expr(&self, of: &ForExpr) -> For {
        For {
            key: of.intro.key_var.as_ref().map(|name| name.as_str().to_owned()),
            value: of.intro.value_var.as_str().to_owned(),
            collection: self.expr(&of.intro.collection_expr),
            result_key: of.key_expr.as_ref().map(|key| self.expr(key)),
            result: self.expr(&of.value_expr),
            condition: of.cond.as_ref().map(|condition| self.expr(&condition.expr)),
            grouping: of.grouping,
        }
    }

    /// A template; the text that it is, if it has no holes.
    fn template(&self, template: &Template) -> ExprKind {
        let parts = self.parts(template);
        match parts.as_slice() {
            [] => ExprKind::Text(String::new()),
            [Part::Text(text)] => ExprKind::Text(text.clone()),
            _ => ExprKind::Template(parts),
        }
    }

    fn parts(&self, template: &Template) -> Vec<Part> {
        let part = |element: &Element| match element {
            Element::Literal(text) => Part::Text(text.value().clone()),
            Element::Interpolation(hole) => Part::Hole(self.expr(&hole.expr)),
            Element::Directive(directive) => match &**directive {
                Directive::If(choice) => Part::If {
                    test: self.expr(&choice.if_expr.cond_expr),
                    then: self.parts(&choice.if_expr.template),
                    otherwise: choice.else_expr.iter().flat_map(|other| self.parts(&other.template)).collect(),
                },
                Directive::For(repeated) => Part::For {
                    collection: self.expr(&repeated.for_expr.collection_expr),
                    body: self.parts(&repeated.for_expr.template),
                },
            },
        };
        template.iter().map(part).collect()
    }
}

fn binary(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Eq => "==",
        BinaryOperator::NotEq => "!=",
        BinaryOperator::LessEq => "<=",
        BinaryOperator::GreaterEq => ">=",
        BinaryOperator::Less => "<",
        BinaryOperator::Greater => ">",
        BinaryOperator::Plus => "+",
        BinaryOperator::Minus => "-",
        BinaryOperator::Mul => "*",
        BinaryOperator::Div => "/",
        BinaryOperator::Mod => "%",
        BinaryOperator::And => "&&",
        BinaryOperator::Or => "||",
    }
}
