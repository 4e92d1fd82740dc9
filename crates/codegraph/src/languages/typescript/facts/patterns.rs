//! Imports of files by a pattern, and of files that run beside the program: what bundlers look for in expressions.

use oxc_ast::ast::{Argument, BinaryOperator, CallExpression, Expression, NewExpression};
use oxc_span::Span;

use super::Reader;

impl<'a> Reader<'_, 'a> {
    /// The pattern, as a glob, of `` `./rules/${name}.js` `` or `"./rules/" + name`. None if it may be any file, or a
    /// package.
    pub(super) fn pattern(&self, argument: &Expression<'a>) -> Option<String> {
        let mut parts = Vec::new();
        add_parts(argument, &mut parts);
        let mut pattern = String::new();
        for part in parts {
            match part {
                Some(text) => pattern.push_str(&text),
                None if pattern.ends_with('*') => {}
                // As bundlers have it: what follows a slash may hold further ones.
                None if pattern.ends_with('/') => pattern.push_str("**/*"),
                None => pattern.push('*'),
            }
        }
        let says_something = pattern.chars().any(|c| !matches!(c, '.' | '/' | '*'));
        (pattern.starts_with("./") || pattern.starts_with("../")).then_some(pattern).filter(|_| says_something)
    }

    /// The patterns of `import.meta.glob("./rules/*.js")` and `require.context("./rules", true, /…/)`, and where they
    /// stand. What they leave out again is not looked at.
    pub(super) fn listed(&self, call: &CallExpression<'a>) -> Vec<(String, Span)> {
        let Expression::StaticMemberExpression(member) = &call.callee else { return Vec::new() };
        let mut arguments = call.arguments.iter().filter_map(Argument::as_expression);
        let Some(first) = arguments.next() else { return Vec::new() };
        match (&member.object, member.property.name.as_str()) {
            (Expression::ImportMeta(_), "glob" | "globEager") => {
                let patterns = match first {
                    Expression::ArrayExpression(list) => {
                        list.elements.iter().filter_map(|element| literal(element.as_expression()?)).collect()
                    }
                    one => literal(one).into_iter().collect::<Vec<_>>(),
                };
                patterns.into_iter().filter(|(pattern, _)| pattern.starts_with('.')).collect()
            }
            (Expression::Identifier(require), "context") if require.name == "require" => {
                let flat = matches!(arguments.next(), Some(Expression::BooleanLiteral(deep)) if !deep.value);
                let within = if flat { "*" } else { "**/*" };
                let folder = literal(first).filter(|(folder, _)| folder.starts_with('.'));
                folder
                    .map(|(folder, span)| (format!("{}/{within}", folder.trim_end_matches('/')), span))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The file of `new URL("./worker.js", import.meta.url)` and of `new Worker("./worker.js")`.
    pub(super) fn beside(&self, new: &NewExpression<'a>) -> Option<(String, Span)> {
        let Expression::Identifier(class) = &new.callee else { return None };
        let mut arguments = new.arguments.iter().filter_map(Argument::as_expression);
        let file = literal(arguments.next()?).filter(|(file, _)| file.starts_with("./") || file.starts_with("../"))?;
        let wanted = match class.name.as_str() {
            "URL" => matches!(arguments.next(), Some(Expression::StaticMemberExpression(base))
                if matches!(base.object, Expression::ImportMeta(_)) && base.property.name == "url"),
            "Worker" | "SharedWorker" => true,
            _ => false,
        };
        wanted.then_some(file)
    }
}

/// The texts that are put together; none for those that are computed. Long sums are left out: nobody names a file so.
fn add_parts(expression: &Expression<'_>, parts: &mut Vec<Option<String>>) {
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        if parts.len() > 100 {
            return parts.push(None);
        }
        match expression.get_inner_expression() {
            Expression::StringLiteral(text) => parts.push(Some(text.value.to_string())),
            Expression::TemplateLiteral(template) => {
                for (index, quasi) in template.quasis.iter().enumerate() {
                    if index > 0 {
                        parts.push(None);
                    }
                    parts.push(quasi.value.cooked.as_ref().map(ToString::to_string));
                }
            }
            Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
                open.push(&sum.right);
                open.push(&sum.left);
            }
            _ => parts.push(None),
        }
    }
}

fn literal(expression: &Expression<'_>) -> Option<(String, Span)> {
    match expression.get_inner_expression() {
        Expression::StringLiteral(text) => Some((text.value.to_string(), text.span)),
        Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
            Some((template.quasis.first()?.value.cooked.as_ref()?.to_string(), template.span))
        }
        _ => None,
    }
}
