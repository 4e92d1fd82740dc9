//! Statements: what they do, and how they leave.

use super::{
    machine::{Frame, Machine},
    operators::equal,
    patterns::Bind,
    values::{HOLE, Scope, V},
};
use crate::tree::{Case, Expression, Language, Over, Pattern, Statement, StatementKind};

/// How a statement leaves.
pub(super) enum Flow {
    On,
    Return(V),
    Break,
    Continue,
    Throw,
}

/// Turns of a loop whose condition is known.
const MOST_TURNS: usize = 20_000;

impl Machine<'_, '_, '_> {
    /// The statements of a block, in a scope that is theirs already.
    pub(super) fn block(&mut self, body: &[Statement], frame: &Frame) -> Flow {
        self.hoist(body, frame);
        for statement in body {
            match self.statement(statement, frame) {
                Flow::On => {}
                left => return left,
            }
        }
        Flow::On
    }

    /// A block with a scope of its own (JavaScript).
    fn inner_block(&mut self, body: &[Statement], frame: &Frame) -> Flow {
        if self.language(frame.module) == Language::Python {
            return self.block(body, frame);
        }
        self.block(body, &frame.inner())
    }

    pub(super) fn statement(&mut self, statement: &Statement, frame: &Frame) -> Flow {
        if !self.step() {
            return Flow::Throw;
        }
        self.deeper(|machine| machine.statement_inside(statement, frame))
    }

    fn statement_inside(&mut self, statement: &Statement, frame: &Frame) -> Flow {
        match &statement.kind {
            StatementKind::Import(import) => self.import(import, frame),
            StatementKind::Export(export) => self.exported(export, frame),
            StatementKind::Variable { targets, value } => self.variable(targets, value.as_ref(), frame),
            StatementKind::Function(function) => self.define_function(function, frame),
            StatementKind::Class(class) => {
                let value = self.class_value(class, frame);
                if let Some(name) = &class.name {
                    frame.scope.bind(name, value, self.below);
                }
            }
            StatementKind::Expression(value) => {
                self.eval(value, frame);
            }
            StatementKind::Return(value) => {
                return Flow::Return(value.as_ref().map_or(V::Undefined, |value| self.eval(value, frame)));
            }
            StatementKind::If { test, then, otherwise } => return self.branch(test, then, otherwise, frame),
            StatementKind::For { pattern, each, over, body } => return self.each(pattern, each, *over, body, frame),
            StatementKind::Loop { before, test, after, body } => {
                return self.repeat(before, test.as_ref(), after.as_ref(), body, frame);
            }
            StatementKind::With { items, body } => {
                for (value, pattern) in items {
                    let value = self.eval(value, frame);
                    if let Some(pattern) = pattern {
                        self.bind(pattern, value, frame, Bind::New);
                    }
                }
                return self.block(body, frame);
            }
            StatementKind::Try { body, handlers, after } => {
                let mut left = self.inner_block(body, frame);
                if matches!(left, Flow::Throw) {
                    left = handlers.first().map_or(Flow::On, |handler| self.inner_block(handler, frame));
                }
                return match self.inner_block(after, frame) {
                    Flow::On => left,
                    later => later,
                };
            }
            StatementKind::Switch { subject, cases } => return self.switch(subject, cases, frame),
            StatementKind::Block(body) => return self.inner_block(body, frame),
            StatementKind::Throw(value) => {
                if let Some(value) = value {
                    self.eval(value, frame);
                }
                return Flow::Throw;
            }
            StatementKind::Break => return Flow::Break,
            StatementKind::Continue => return Flow::Continue,
            StatementKind::Outer(names) => frame.scope.outer.borrow_mut().extend(names.iter().cloned()),
            StatementKind::Opaque(_) => {}
        }
        Flow::On
    }

    fn variable(&mut self, targets: &[Pattern], value: Option<&Expression>, frame: &Frame) {
        let Some(value) = value else {
            // `let a;` makes a name; Python's `a: T` does not.
            if self.language(frame.module) == Language::TypeScript {
                targets.iter().for_each(|target| self.bind(target, V::Undefined, frame, Bind::New));
            }
            return;
        };
        let found = self.eval_named(value, targets.first(), frame);
        for target in targets {
            self.bind(target, found.clone(), frame, Bind::New);
        }
    }

    fn branch(&mut self, test: &Expression, then: &[Statement], otherwise: &[Statement], frame: &Frame) -> Flow {
        let condition = self.eval(test, frame);
        match self.truth(&condition, self.language(frame.module)) {
            Some(true) => self.inner_block(then, frame),
            Some(false) => self.inner_block(otherwise, frame),
            None => {
                let one = self.unsure(|machine| machine.inner_block(then, frame));
                let other = self.unsure(|machine| machine.inner_block(otherwise, frame));
                self.joined(one, other)
            }
        }
    }

    /// How it goes on after two ways of which one is taken.
    fn joined(&mut self, one: Flow, other: Flow) -> Flow {
        match (one, other) {
            (Flow::Return(one), Flow::Return(other)) => Flow::Return(self.either(one, other)),
            (Flow::Return(value), Flow::Throw) | (Flow::Throw, Flow::Return(value)) => Flow::Return(value),
            (Flow::Throw, Flow::Throw) => Flow::Throw,
            (Flow::Break, Flow::Break) => Flow::Break,
            (Flow::Continue, Flow::Continue) => Flow::Continue,
            (one, other) => {
                for left in [one, other] {
                    if let Flow::Return(value) = left
                        && let Some(list) = self.maybe_returned.last_mut()
                    {
                        list.push(value);
                    }
                }
                Flow::On
            }
        }
    }

    fn each(&mut self, pattern: &Pattern, each: &Expression, over: Over, body: &[Statement], frame: &Frame) -> Flow {
        let whole = self.eval(each, frame);
        let items = match over {
            Over::Values => self.elements(&whole),
            Over::Keys => self.keys(&whole),
        };
        let sure = self.is_closed(&whole);
        let Some(items) = items.filter(|items| sure || !items.is_empty()) else {
            let one = self.element_of(&whole);
            return self.unsure(|machine| {
                let inner = machine.turn_frame(frame);
                machine.bind(pattern, one, &inner, Bind::New);
                let left = machine.block(body, &inner);
                machine.joined(left, Flow::On)
            });
        };
        for item in items {
            if !self.step() {
                return Flow::Throw;
            }
            let inner = self.turn_frame(frame);
            self.bind(pattern, item, &inner, Bind::New);
            match self.block(body, &inner) {
                Flow::Break => break,
                Flow::On | Flow::Continue => {}
                left => return left,
            }
        }
        Flow::On
    }

    /// The scope of one turn: new for JavaScript, the function's for Python.
    fn turn_frame(&self, frame: &Frame) -> Frame {
        if self.language(frame.module) == Language::Python { frame.clone() } else { frame.inner() }
    }

    fn repeat(
        &mut self,
        before: &[Statement],
        test: Option<&Expression>,
        after: Option<&Expression>,
        body: &[Statement],
        frame: &Frame,
    ) -> Flow {
        let frame = self.turn_frame(frame);
        self.block(before, &frame);
        for _ in 0..MOST_TURNS {
            let known = match test {
                None => Some(true),
                Some(test) => {
                    let value = self.eval(test, &frame);
                    self.truth(&value, self.language(frame.module))
                }
            };
            match known {
                Some(false) => return Flow::On,
                Some(true) => match self.inner_block(body, &frame) {
                    Flow::Break => return Flow::On,
                    Flow::On | Flow::Continue => {}
                    left => return left,
                },
                None => {
                    let left = self.unsure(|machine| machine.inner_block(body, &frame));
                    return self.joined(left, Flow::On);
                }
            }
            if let Some(after) = after {
                self.eval(after, &frame);
            }
            if !self.step() {
                return Flow::Throw;
            }
        }
        Flow::On
    }

    fn switch(&mut self, subject: &Expression, cases: &[Case], frame: &Frame) -> Flow {
        let subject = self.eval(subject, frame);
        let fall_through = self.language(frame.module) == Language::TypeScript;
        let frame = &self.turn_frame(frame);
        let mut sure = true;
        let mut chosen = None;
        for (index, case) in cases.iter().enumerate() {
            for value in &case.values {
                let value = self.eval(value, frame);
                match equal(&subject, &value) {
                    Some(true) if sure && chosen.is_none() => chosen = Some(index),
                    Some(_) => {}
                    None => sure = false,
                }
            }
        }
        let chosen = if sure { chosen.or_else(|| cases.iter().position(|case| case.open)) } else { None };
        if sure {
            let Some(first) = chosen else { return Flow::On };
            for case in cases.iter().skip(first).take(if fall_through { cases.len() } else { 1 }) {
                match self.block(&case.body, frame) {
                    Flow::On => {}
                    Flow::Break => return Flow::On,
                    left => return left,
                }
            }
            return Flow::On;
        }
        let complete = cases.iter().any(|case| case.open);
        let mut all: Option<Flow> = if complete { None } else { Some(Flow::On) };
        for case in cases {
            let left = match self.unsure(|machine| machine.block(&case.body, frame)) {
                Flow::Break => Flow::On,
                // It goes on in the next case.
                Flow::On if fall_through && case.body.is_empty() => continue,
                left => left,
            };
            all = Some(match all {
                None => left,
                Some(other) => self.joined(other, left),
            });
        }
        all.unwrap_or(Flow::On)
    }

    fn define_function(&mut self, function: &std::sync::Arc<crate::tree::Function>, frame: &Frame) {
        let Some(name) = &function.name else { return };
        let hoisted = self.language(frame.module) == Language::TypeScript && function.decorators.is_empty();
        if hoisted && frame.scope.names.borrow().contains_key(name.as_str()) {
            return;
        }
        let value = self.function_value(function, frame, None);
        let value = self.decorated(value, &function.decorators, frame);
        frame.scope.bind(name, value, self.below);
    }

    /// A text that is not known.
    pub(super) fn hole() -> V {
        V::text(HOLE.to_string())
    }

    /// Names in reach for a function called from nowhere.
    pub(super) fn fresh(scope: &std::rc::Rc<Scope>) -> std::rc::Rc<Scope> {
        Scope::new(Some(scope.clone()))
    }
}
