//! Expressions as text: the same whatever comments and spaces stand in the source.

use std::fmt::Write;

use super::{Expr, ExprKind, Part, Step};

/// `expr` in one normal form.
pub(super) fn text(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, &mut out);
    out
}

fn write(expr: &Expr, out: &mut String) {
    match &expr.kind {
        ExprKind::Null => out.push_str("null"),
        ExprKind::Bool(value) => drop(write!(out, "{value}")),
        ExprKind::Number(number) => out.push_str(number),
        ExprKind::Text(text) => drop(write!(out, "{text:?}")),
        ExprKind::Template(template) => {
            out.push('"');
            parts(template, out);
            out.push('"');
        }
        ExprKind::List(items) => list('[', items, ']', out),
        ExprKind::Object(entries) => {
            out.push('{');
            for (number, (key, value)) in entries.iter().enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                write(key, out);
                out.push_str(" = ");
                write(value, out);
            }
            out.push('}');
        }
        ExprKind::Name(name) => out.push_str(name),
        ExprKind::Traversal { of, steps } => {
            inner(of, out);
            steps.iter().for_each(|one| step(one, out));
        }
        ExprKind::Call { name, arguments, expand_last } => {
            out.push_str(name);
            list('(', arguments, ')', out);
            if *expand_last {
                out.insert_str(out.len() - 1, "...");
            }
        }
        ExprKind::Conditional { test, then, otherwise } => {
            inner(test, out);
            out.push_str(" ? ");
            inner(then, out);
            out.push_str(" : ");
            inner(otherwise, out);
        }
        ExprKind::For(of) => {
            out.push_str(if of.result_key.is_some() { "{for " } else { "[for " });
            if let Some(key) = &of.key {
                let _ = write!(out, "{key}, ");
            }
            let _ = write!(out, "{} in ", of.value);
            write(&of.collection, out);
            out.push_str(" : ");
            if let Some(key) = &of.result_key {
                write(key, out);
                out.push_str(" => ");
            }
            write(&of.result, out);
            out.push_str(if of.grouping { "..." } else { "" });
            if let Some(condition) = &of.condition {
                out.push_str(" if ");
                write(condition, out);
            }
            out.push(if of.result_key.is_some() { '}' } else { ']' });
        }
        ExprKind::Unary { operator, of } => {
            out.push_str(operator);
            inner(of, out);
        }
        ExprKind::Binary { operator, left, right } => {
            inner(left, out);
            let _ = write!(out, " {operator} ");
            inner(right, out);
        }
    }
}

/// An operand: in parentheses where it could be read otherwise.
fn inner(expr: &Expr, out: &mut String) {
    let grouped = matches!(expr.kind, ExprKind::Conditional { .. } | ExprKind::Binary { .. } | ExprKind::Unary { .. });
    out.push_str(if grouped { "(" } else { "" });
    write(expr, out);
    out.push_str(if grouped { ")" } else { "" });
}

fn list(open: char, items: &[Expr], close: char, out: &mut String) {
    out.push(open);
    for (number, item) in items.iter().enumerate() {
        out.push_str(if number > 0 { ", " } else { "" });
        write(item, out);
    }
    out.push(close);
}

fn step(step: &Step, out: &mut String) {
    match step {
        Step::Attribute(name) => drop(write!(out, ".{name}")),
        Step::Index(index) => {
            out.push('[');
            write(index, out);
            out.push(']');
        }
        Step::Splat => out.push_str("[*]"),
    }
}

fn parts(template: &[Part], out: &mut String) {
    for part in template {
        match part {
            Part::Text(text) => drop(write!(out, "{}", text.escape_debug())),
            Part::Hole(expr) => {
                out.push_str("${");
                write(expr, out);
                out.push('}');
            }
            Part::If { test, then, otherwise } => {
                out.push_str("%{if ");
                write(test, out);
                out.push('}');
                parts(then, out);
                out.push_str("%{else}");
                parts(otherwise, out);
                out.push_str("%{endif}");
            }
            Part::For { collection, body } => {
                out.push_str("%{for ");
                write(collection, out);
                out.push('}');
                parts(body, out);
                out.push_str("%{endfor}");
            }
        }
    }
}
