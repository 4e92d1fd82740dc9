//! Modules that a program finds by a name that it makes up, and folders that it looks for them in.

use std::ops::Range;

use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Operator};
use ruff_text_size::Ranged;

use super::bytes;
use crate::language::{Import, ImportKind};

/// How the specifier of an entry starts that tells of a folder in which modules are looked for, relative to that of the
/// file.
pub(in super::super) const SEARCH_PATH: &str = "sys.path:";

/// How deep an expression for a folder may be nested.
const DEPTH: usize = 30;

/// What a call may load.
pub(super) fn imports(call: &ast::ExprCall, text: &str, kind: ImportKind) -> Vec<Import> {
    let (object, name) = match &*call.func {
        Expr::Name(name) => (None, name.id.as_str()),
        Expr::Attribute(attribute) => (Some(&*attribute.value), attribute.attr.as_str()),
        _ => return Vec::new(),
    };
    let first = call.arguments.args.first();
    let whole = |expr: &Expr| computed(text, bytes(expr.range()));
    match (name, first) {
        ("import_module" | "__import__", Some(argument)) => match argument {
            Expr::StringLiteral(literal) => vec![named(literal.value.to_str(), bytes(argument.range()), kind)],
            // Any module of the package may be meant.
            _ => match package_before(argument) {
                Some(package) => vec![whole(argument), named(&format!("{package}.*"), bytes(argument.range()), kind)],
                None => vec![whole(argument)],
            },
        },
        ("iter_modules" | "walk_packages", argument) => {
            let span = bytes(argument.map_or(call.range(), Ranged::range));
            let own = argument.is_some_and(|argument| {
                let said = text.get(bytes(argument.range())).unwrap_or_default();
                said.contains("__path__") || said.contains("__file__")
            });
            if own { vec![named(".*", span, kind)] } else { vec![computed(text, span)] }
        }
        ("entry_points" | "iter_entry_points", _) => vec![computed(text, bytes(call.range()))],
        ("append" | "insert" | "extend", Some(_)) if object.is_some_and(is_search_path) => {
            let folder = call.arguments.args.last();
            let folder = folder.and_then(|folder| path_of(folder, DEPTH));
            folder
                .map(|folder| named_as(format!("{SEARCH_PATH}{folder}"), call, ImportKind::Mention))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The module whose attribute a call takes by a computed name, and where: `getattr(money, name)`.
pub(super) fn taken_by_name(call: &ast::ExprCall) -> Option<(&str, Range<usize>)> {
    let Expr::Name(function) = &*call.func else { return None };
    let [Expr::Name(module), name, ..] = &*call.arguments.args else { return None };
    let is_computed = function.id.as_str() == "getattr" && !matches!(name, Expr::StringLiteral(_));
    is_computed.then(|| (module.id.as_str(), bytes(call.range())))
}

/// An entry for what is computed: it leads nowhere, and is said to.
pub(super) fn computed(text: &str, span: Range<usize>) -> Import {
    let specifier = text.get(span.clone()).unwrap_or_default().chars().take(80).collect();
    entry(specifier, span, ImportKind::Computed)
}

fn named(name: &str, span: Range<usize>, kind: ImportKind) -> Import {
    let level = name.bytes().take_while(|byte| *byte == b'.').count();
    Import { level: u32::try_from(level).unwrap_or(u32::MAX), ..entry(name.to_owned(), span, kind) }
}

fn named_as(specifier: String, call: &ast::ExprCall, kind: ImportKind) -> Import {
    entry(specifier, bytes(call.range()), kind)
}

fn entry(specifier: String, span: Range<usize>, kind: ImportKind) -> Import {
    Import { specifier, span, names: Vec::new(), whole: true, members: None, kind, level: 0 }
}

/// `handlers` of `f"handlers.{name}"`, `"handlers." + name` and `"handlers.%s" % name`.
fn package_before(expr: &Expr) -> Option<String> {
    let start = match expr {
        Expr::FString(text) => match text.value.elements().next()? {
            InterpolatedStringElement::Literal(literal) => literal.value.to_string(),
            InterpolatedStringElement::Interpolation(_) => return None,
        },
        Expr::BinOp(node) if matches!(node.op, Operator::Add | Operator::Mod) => match leftmost(&node.left) {
            Expr::StringLiteral(literal) => literal.value.to_str().to_owned(),
            _ => return None,
        },
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "format" => match &*attribute.value {
                Expr::StringLiteral(literal) => literal.value.to_str().to_owned(),
                _ => return None,
            },
            _ => return None,
        },
        _ => return None,
    };
    let known = start.split(['{', '%']).next()?;
    let package = known.rsplit_once('.')?.0;
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    (!package.is_empty() && package.chars().all(is_name)).then(|| package.to_owned())
}

fn leftmost(mut expr: &Expr) -> &Expr {
    while let Expr::BinOp(node) = expr {
        expr = &node.left;
    }
    expr
}

fn is_search_path(expr: &Expr) -> bool {
    match expr {
        Expr::Attribute(attribute) => {
            attribute.attr.as_str() == "path"
                && matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "sys")
        }
        _ => false,
    }
}

/// The path that an expression means, relative to the folder of the file: `../common`. `.` is that folder, and
/// `./NAME.py` the file itself while it is taken apart.
fn path_of(expr: &Expr, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let relative = |text: &str| (!text.starts_with('/')).then(|| text.to_owned());
    match expr {
        Expr::StringLiteral(literal) => relative(literal.value.to_str()),
        Expr::Name(name) if name.id.as_str() == "__file__" => Some("./__file__".to_owned()),
        Expr::Attribute(attribute) if attribute.attr.as_str() == "parent" => {
            above(&path_of(&attribute.value, depth)?, 1)
        }
        Expr::Subscript(subscript) => match (&*subscript.value, &*subscript.slice) {
            (Expr::Attribute(attribute), Expr::NumberLiteral(number)) if attribute.attr.as_str() == "parents" => {
                let ast::Number::Int(levels) = &number.value else { return None };
                above(&path_of(&attribute.value, depth)?, usize::try_from(levels.as_u64()?).ok()?.checked_add(1)?)
            }
            _ => None,
        },
        Expr::BinOp(node) if matches!(node.op, Operator::Div | Operator::Add) => {
            let (left, right) =
                (path_of(&node.left, depth)?, path_of(&node.right, depth).or_else(|| literal(&node.right))?);
            Some(format!("{left}/{}", right.trim_start_matches('/')))
        }
        Expr::Call(call) => {
            let arguments = &call.arguments.args;
            match (&*call.func, arguments.first()) {
                (Expr::Attribute(method), None)
                    if matches!(method.attr.as_str(), "absolute" | "resolve" | "as_posix") =>
                {
                    path_of(&method.value, depth)
                }
                (Expr::Attribute(method), Some(first)) if method.attr.as_str() == "dirname" => {
                    above(&path_of(first, depth)?, 1)
                }
                (Expr::Attribute(method), Some(_)) if matches!(method.attr.as_str(), "join" | "joinpath") => {
                    let start = (method.attr.as_str() == "joinpath").then_some(&*method.value);
                    let parts: Option<Vec<String>> =
                        start.into_iter().chain(arguments.iter()).map(|part| path_of(part, depth)).collect();
                    Some(parts?.join("/"))
                }
                (Expr::Attribute(method), Some(first))
                    if matches!(method.attr.as_str(), "abspath" | "realpath" | "normpath" | "Path") =>
                {
                    path_of(first, depth)
                }
                (Expr::Name(name), Some(first))
                    if matches!(name.id.as_str(), "str" | "Path" | "abspath" | "realpath" | "dirname") =>
                {
                    let path = path_of(first, depth)?;
                    if name.id.as_str() == "dirname" { above(&path, 1) } else { Some(path) }
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    }
}

/// The folder `levels` above a path.
fn above(path: &str, levels: usize) -> Option<String> {
    let mut path = path.to_owned();
    for _ in 0..levels.min(DEPTH) {
        path = match path.rsplit_once('/') {
            Some((before, last)) if last != ".." && last != "." => before.to_owned(),
            _ => format!("{path}/.."),
        };
    }
    Some(path)
}
