//! Where the code behind a handler expression is: the function that it names, makes or wraps.

use std::cell::Cell;

use lockstep_model::RepoPath;
use lockstep_script::tree::{Call, Expression, ExpressionKind, Statement, StatementKind};

use super::{At, Meaning, Script, Scripts};

/// How far wrappers and factories are followed.
const DEEPEST: usize = 8;

/// How many expressions are looked at.
const STEPS: usize = 500;

/// The file and the name of the function behind `at`, for the function that is deployed as `name`; a function written
/// in place has no name. None if nothing is known of it.
pub(crate) fn code_of<'s>(scripts: &'s Scripts<'_>, at: At<'s>, name: &str) -> Option<(RepoPath, Option<String>)> {
    Search { scripts, plain: plain(name), steps: Cell::new(STEPS) }
        .of(at, DEEPEST)
        .map(|home| (home.0.path.clone(), home.1))
}

/// A file and a name in it.
type Home<'s> = (&'s Script, Option<String>);

struct Search<'s, 'f> {
    scripts: &'s Scripts<'f>,
    /// The function's name, plain.
    plain: String,
    /// Steps left: wrappers may have many arguments, each made by another.
    steps: Cell<usize>,
}

impl<'s> Search<'s, '_> {
    fn of(&self, at: At<'s>, left: usize) -> Option<Home<'s>> {
        let left = left.checked_sub(1)?;
        self.steps.set(self.steps.get().checked_sub(1)?);
        match &at.expression.kind {
            // What merely hands over to a function of another file is no code of its own.
            ExpressionKind::Function(function) => {
                let target = only_call(&function.body).and_then(|call| self.of(at.inside(function, call), left));
                target.filter(|(script, _)| script.path != at.script.path).or(Some((at.script, None)))
            }
            ExpressionKind::Call(call) => self.of_call(at, call, left),
            ExpressionKind::New(call) => self.of(at.with(&call.callee), left),
            ExpressionKind::Await(inner) => self.of(at.with(inner), left),
            // `handler.bind(thing)`, and methods of things.
            ExpressionKind::Member(object, method) if matches!(method.as_str(), "bind" | "call" | "apply") => {
                self.of(at.with(object), left)
            }
            _ => {
                let found = self.scripts.find(at);
                let home = found.home.map(|(script, name)| (script, Some(name.to_owned())));
                match found.meaning {
                    Meaning::Function(script, function, _) => home.or_else(|| Some((script, function.name.clone()))),
                    Meaning::Value(value, rest)
                        if rest.is_empty() && !std::ptr::eq(value.expression, at.expression) =>
                    {
                        match &value.expression.kind {
                            ExpressionKind::Function(_) => home,
                            // Made by a call: its maker's file, if that is another one, is where the code is.
                            ExpressionKind::Call(_) | ExpressionKind::New(_) => {
                                self.of(value, left).filter(|(script, _)| script.path != value.script.path).or(home)
                            }
                            _ => home,
                        }
                    }
                    Meaning::Class(script, class) => home.or_else(|| Some((script, class.name.clone()))),
                    Meaning::Value(..) => home,
                    Meaning::Module(_) | Meaning::Package(..) | Meaning::Unknown => None,
                }
            }
        }
    }

    /// A function that is made by a factory of the repository, or wrapped by something. What is named like the function
    /// wins, then a function among the arguments, then the factory.
    fn of_call(&self, at: At<'s>, call: &'s Call, left: usize) -> Option<Home<'s>> {
        let made = self.of(at.with(&call.callee), left);
        if made.as_ref().is_some_and(|home| self.is_named_alike(home)) {
            return made;
        }
        let arguments: Vec<At<'s>> = call.arguments.iter().map(|argument| at.with(&argument.value)).collect();
        let mut wrapped = Vec::new();
        for argument in arguments {
            let is_function = match &argument.expression.kind {
                ExpressionKind::Function(_) => true,
                ExpressionKind::Call(_) => made.is_none(),
                ExpressionKind::Name(_) | ExpressionKind::Member(..) => match self.scripts.find(argument).meaning {
                    Meaning::Function(..) => true,
                    Meaning::Value(value, rest) => match &value.expression.kind {
                        ExpressionKind::Function(_) => rest.is_empty(),
                        ExpressionKind::Call(_) => made.is_none(),
                        _ => false,
                    },
                    _ => false,
                },
                _ => false,
            };
            if is_function {
                wrapped.extend(self.of(argument, left));
            }
        }
        let alike = wrapped.iter().position(|home| self.is_named_alike(home));
        let chosen = alike.or_else(|| wrapped.len().checked_sub(1)).map(|at| wrapped.swap_remove(at));
        chosen.or(made)
    }

    /// True if the file, its folder or the name in it is called like the function.
    fn is_named_alike(&self, (script, symbol): &Home<'s>) -> bool {
        let mut parts: Vec<String> =
            script.path.components().map(|part| plain(part.split('.').next().unwrap_or(part))).collect();
        parts.extend(symbol.as_deref().map(plain));
        parts.iter().any(|part| {
            part.len() > 2
                && (*part == self.plain || self.plain.starts_with(part.as_str()) && part.len() * 2 > self.plain.len())
        })
    }
}

/// The call that is all that a function does.
fn only_call(body: &[Statement]) -> Option<&Expression> {
    let [Statement { kind: StatementKind::Return(Some(value)) | StatementKind::Expression(value), .. }] = body else {
        return None;
    };
    let value = match &value.kind {
        ExpressionKind::Await(inner) => inner,
        _ => value,
    };
    matches!(value.kind, ExpressionKind::Call(_)).then_some(value)
}

fn plain(text: &str) -> String {
    let small: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    small.strip_suffix("handler").filter(|rest| !rest.is_empty()).unwrap_or(&small).to_owned()
}
