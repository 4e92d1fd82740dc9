//! Which names a function binds for itself: what they mean elsewhere in the module is not meant inside of it.

use std::collections::BTreeSet;

use ruff_python_ast::{
    self as ast, Expr, ExprContext, Pattern, Stmt,
    visitor::{self, Visitor},
};

/// The names that a function binds: its parameters, and what its body assigns. What it imports is left out, for that is
/// known better; and so is what it declares `global`.
pub(super) fn bound<'a>(parameters: Option<&'a ast::Parameters>, body: &'a [Stmt]) -> BTreeSet<&'a str> {
    let mut binder = Binder::default();
    if let Some(parameters) = parameters {
        binder.bound.extend(parameters.iter().map(|parameter| parameter.name().as_str()));
    }
    binder.visit_body(body);
    binder.bound.retain(|name| !binder.global.contains(name));
    binder.bound
}

/// The names that the targets of comprehensions bind.
pub(super) fn targets(generators: &[ast::Comprehension]) -> BTreeSet<&str> {
    let mut binder = Binder::default();
    generators.iter().for_each(|generator| binder.visit_expr(&generator.target));
    binder.bound
}

#[derive(Default)]
struct Binder<'a> {
    bound: BTreeSet<&'a str>,
    global: BTreeSet<&'a str>,
}

impl<'a> Visitor<'a> for Binder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => drop(self.bound.insert(def.name.as_str())),
            Stmt::ClassDef(def) => drop(self.bound.insert(def.name.as_str())),
            Stmt::Global(node) => self.global.extend(node.names.iter().map(ast::Identifier::as_str)),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => drop(self.bound.insert(name.id.as_str())),
            // These have scopes of their own.
            Expr::Lambda(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(named) = handler;
        self.bound.extend(named.name.as_ref().map(ast::Identifier::as_str));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(node) => node.name.as_ref(),
            Pattern::MatchStar(node) => node.name.as_ref(),
            Pattern::MatchMapping(node) => node.rest.as_ref(),
            _ => None,
        };
        self.bound.extend(name.map(ast::Identifier::as_str));
        visitor::walk_pattern(self, pattern);
    }
}

/// The names that Python defines everywhere.
pub(super) fn is_builtin(name: &str) -> bool {
    (name.starts_with("__") && name.ends_with("__")) || BUILTINS.split_ascii_whitespace().any(|known| known == name)
}

const BUILTINS: &str = "ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError \
    BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError \
    ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError \
    Exception ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit \
    IOError ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError \
    KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented \
    NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError \
    PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration \
    StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError \
    UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning \
    UserWarning ValueError Warning ZeroDivisionError abs aiter all anext any ascii bin bool breakpoint bytearray bytes \
    callable chr classmethod compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter \
    float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len license \
    list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round set \
    setattr slice sorted staticmethod str sum super tuple type vars zip";
