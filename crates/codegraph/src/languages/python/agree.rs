//! Whether two versions of a Python file say the same, by ruff's comparable trees.
//!
//! Comments, layout, quotes, parentheses and trailing commas are not in the trees. Docstrings, superfluous `pass` and
//! the order of neighbouring imports are made alike first.

use ruff_python_ast::{
    self as ast, Expr, Stmt, Suite,
    comparable::ComparableStmt,
    visitor::transformer::{self, Transformer},
};

use lockstep_script::nesting::{self, Lexis};

/// See [`crate::Language::agree`].
pub(super) fn agree(before: &str, after: &str) -> Option<bool> {
    let read = || {
        let (before, after) = (canonical(before)?, canonical(after)?);
        Some(
            before.len() == after.len()
                && before
                    .iter()
                    .zip(&after)
                    .all(|(one, other)| ComparableStmt::from(one) == ComparableStmt::from(other)),
        )
    };
    nesting::with_room(before, Lexis::Python, || nesting::with_room(after, Lexis::Python, read)).ok()?.ok()?
}

fn canonical(text: &str) -> Option<Suite> {
    let parsed = ruff_python_parser::parse_unchecked_source(text, ast::PySourceType::Python);
    if !parsed.errors().is_empty() {
        return None;
    }
    let mut suite = parsed.into_suite();
    drop_documentation(&mut suite);
    sort_imports(&mut suite);
    Canonical.visit_body(&mut suite);
    Some(suite)
}

struct Canonical;

impl Transformer for Canonical {
    fn visit_stmt(&self, statement: &mut Stmt) {
        match statement {
            Stmt::FunctionDef(function) => drop_documentation(&mut function.body),
            Stmt::ClassDef(class) => drop_documentation(&mut class.body),
            _ => {}
        }
        transformer::walk_stmt(self, statement);
    }
}

/// Takes the docstring of a body away, and what stands there only because a body may not be empty.
fn drop_documentation(body: &mut Suite) {
    let documented =
        |statement: &Stmt| matches!(statement, Stmt::Expr(expr) if matches!(*expr.value, Expr::StringLiteral(_)));
    if body.first().is_some_and(documented) {
        body.remove(0);
    }
    body.retain(|statement| !statement.is_pass_stmt());
}

/// Sorts the names of each import, and the imports of each unbroken run.
fn sort_imports(body: &mut Suite) {
    let is_import = |statement: &Stmt| matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_));
    for run in body.chunk_by_mut(|one, other| is_import(one) && is_import(other)).filter(|run| is_import(&run[0])) {
        for statement in run.iter_mut() {
            match statement {
                Stmt::Import(import) => import.names.sort_by_cached_key(name),
                Stmt::ImportFrom(import) => import.names.sort_by_cached_key(name),
                _ => {}
            }
        }
        run.sort_by_cached_key(|statement| match statement {
            Stmt::ImportFrom(import) => {
                let names: Vec<String> = import.names.iter().map(name).collect();
                (import.level, import.module.as_ref().map(ToString::to_string).unwrap_or_default(), names)
            }
            Stmt::Import(import) => (0, String::new(), import.names.iter().map(name).collect()),
            _ => (0, String::new(), Vec::new()),
        });
    }
}

fn name(alias: &ast::Alias) -> String {
    format!("{} {}", alias.name, alias.asname.as_ref().map_or("", |name| name.as_str()))
}
