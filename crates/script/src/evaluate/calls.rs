//! Calls: functions of the repository are followed, those of the language are known, those of packages are events.

use std::rc::Rc;

use super::{
    Callee, EventKind, Value, builtins,
    machine::{Frame, Machine},
    patterns::Bind,
    statements::Flow,
    values::{ExternalV, FunctionV, Name, Place, Scope, V},
};
use crate::tree::{
    Argument, ArgumentKind, Call, Expression, ExpressionKind, Language, ParameterKind, PatternKind, Span,
};

/// An argument, evaluated.
#[derive(Clone)]
pub(super) struct Arg {
    pub(super) name: Option<Name>,
    pub(super) value: V,
    pub(super) span: Span,
}

impl Machine<'_, '_, '_> {
    pub(super) fn call_expression(&mut self, call: &Call, place: Place, frame: &Frame) -> V {
        if let ExpressionKind::Super = &call.callee.kind {
            let arguments = self.arguments(&call.arguments, frame);
            return self.super_call(frame, arguments, place);
        }
        if let ExpressionKind::Member(object, method) = &call.callee.kind {
            let receiver = self.eval(object, frame);
            let arguments = self.arguments(&call.arguments, frame);
            return self.call_method(&receiver, method, arguments, place, frame);
        }
        let callee = self.eval(&call.callee, frame);
        if let (V::External(external), [argument]) = (&callee, call.arguments.as_slice())
            && external.module.is_empty()
            && external.path == "require"
        {
            return self.require_call(argument, frame);
        }
        let arguments = self.arguments(&call.arguments, frame);
        if let V::External(external) = &callee
            && external.module.is_empty()
            && external.path == "super"
        {
            return V::native("super", frame.scope.find("this").unwrap_or(V::Undefined));
        }
        self.call(&callee, arguments, place, frame)
    }

    fn require_call(&mut self, argument: &Argument, frame: &Frame) -> V {
        let value = self.eval(&argument.value, frame);
        match value.known_str() {
            Some(text) => self.require(text, frame, &argument.span),
            None => V::unknown("a module whose name is computed"),
        }
    }

    pub(super) fn new_expression(&mut self, call: &Call, place: Place, frame: &Frame) -> V {
        let callee = self.eval(&call.callee, frame);
        let arguments = self.arguments(&call.arguments, frame);
        match &callee {
            V::Class(class) => self.construct(class, arguments, place),
            V::External(external) if external.library => builtins::construct(self, external, &arguments),
            V::External(_) | V::Attribute(..) => {
                let callee = self.callee(&callee);
                self.record(callee, EventKind::New, arguments, place)
            }
            V::Function(function) => {
                self.call_function(function, arguments, place);
                V::unknown("an instance of a function")
            }
            V::Unknown(why) => V::Unknown(why.clone()),
            _ => V::unknown("an instance of what is no class"),
        }
    }

    pub(super) fn arguments(&mut self, list: &[Argument], frame: &Frame) -> Vec<Arg> {
        let mut found = Vec::new();
        for argument in list {
            let value = self.eval(&argument.value, frame);
            let span = argument.span.clone();
            match &argument.kind {
                ArgumentKind::Positional => found.push(Arg { name: None, value, span }),
                ArgumentKind::Named(name) => found.push(Arg { name: Some(name.as_str().into()), value, span }),
                ArgumentKind::Spread => {
                    for value in self.elements(&value).unwrap_or_default() {
                        found.push(Arg { name: None, value, span: span.clone() });
                    }
                }
                ArgumentKind::SpreadNamed => {
                    if let V::Object(object) = &value {
                        for (key, value) in object.fields.borrow().iter() {
                            found.push(Arg { name: Some(key.clone()), value: value.clone(), span: span.clone() });
                        }
                    }
                }
            }
        }
        found
    }

    /// What is called, for an event.
    pub(super) fn callee(&self, value: &V) -> Callee {
        match value {
            V::External(external) => {
                Callee { module: external.module.clone(), name: external.path.clone(), receiver: None }
            }
            V::Attribute(event, path) => {
                let (before, last) =
                    path.rsplit_once('.').map_or((None, &**path), |(before, last)| (Some(before), last));
                let receiver = match before {
                    Some(before) => Value::Attribute(*event, before.to_owned()),
                    None => Value::Instance(*event),
                };
                Callee { module: String::new(), name: last.to_owned(), receiver: Some(receiver) }
            }
            V::Instance(event) => {
                Callee { module: String::new(), name: String::new(), receiver: Some(Value::Instance(*event)) }
            }
            _ => Callee { module: String::new(), name: String::new(), receiver: None },
        }
    }

    /// Calls a value.
    pub(super) fn call(&mut self, callee: &V, arguments: Vec<Arg>, place: Place, frame: &Frame) -> V {
        match callee {
            V::Function(function) => self.call_function(function, arguments, place),
            V::Class(class) => self.construct(class, arguments, place),
            V::Native(native) => {
                builtins::method(self, &native.of.clone(), &native.name.clone(), &arguments, place, frame)
            }
            V::External(external) if external.library => {
                builtins::function(self, &external.clone(), &arguments, place, frame)
            }
            V::External(_) => {
                let callee = self.callee(callee);
                self.record(callee, EventKind::Call, arguments, place)
            }
            V::Attribute(..) => {
                let callee = self.callee(callee);
                self.record(callee, EventKind::Method, arguments, place)
            }
            V::Instance(_) => {
                let callee = self.callee(callee);
                self.record(callee, EventKind::Call, arguments, place)
            }
            V::Module(module) => {
                let default = self.export(*module, "default");
                match default {
                    V::Undefined | V::Module(_) => V::unknown("a module that is called"),
                    default => self.call(&default, arguments, place, frame),
                }
            }
            V::Object(object) => match object.instance.get() {
                Some(event) => {
                    let callee = self.callee(&V::Instance(event));
                    self.record(callee, EventKind::Call, arguments, place)
                }
                None => V::unknown("an object that is called"),
            },
            V::Unknown(why) => V::Unknown(why.clone()),
            _ => V::unknown("what is called is no function"),
        }
    }

    pub(super) fn call_method(
        &mut self,
        receiver: &V,
        method: &str,
        arguments: Vec<Arg>,
        place: Place,
        frame: &Frame,
    ) -> V {
        if let V::Native(native) = receiver
            && &*native.name == "super"
        {
            return self.super_method(frame, method, arguments, place);
        }
        // What goes through the elements of something, and what is told what comes of a promise, calls what it is given.
        let opaque = matches!(receiver, V::Unknown(_) | V::Instance(_) | V::Attribute(..));
        if opaque && let Some(value) = self.iterated(receiver, method, &arguments, place, frame) {
            return value;
        }
        match receiver {
            V::Text(_) | V::Path(_) | V::List(_) | V::Number(_) | V::Native(_) => {
                builtins::method(self, receiver, method, &arguments, place, frame)
            }
            V::Object(object) if object.class.is_none() && object.fields.borrow().get(method).is_none() => {
                builtins::method(self, receiver, method, &arguments, place, frame)
            }
            V::Function(function) => match method {
                "call" => {
                    let mut arguments = arguments.into_iter();
                    let this = arguments.next().map_or(V::Undefined, |this| this.value);
                    let bound = self.rebound(function, this);
                    self.call(&bound, arguments.collect(), place, frame)
                }
                "bind" => {
                    let this = arguments.into_iter().next().map_or(V::Undefined, |this| this.value);
                    self.rebound(function, this)
                }
                _ => V::unknown("a method of a function"),
            },
            V::Unknown(why) => V::Unknown(why.clone()),
            // The properties of a package are functions and classes too.
            V::External(external) => {
                let inner = Rc::new(ExternalV {
                    module: external.module.clone(),
                    path: dotted(&external.path, method),
                    library: external.library,
                });
                self.call(&V::External(inner), arguments, place, frame)
            }
            _ => {
                let callee = self.member(receiver, method);
                match callee {
                    V::Undefined => V::unknown("a method that is not there"),
                    callee => self.call(&callee, arguments, place, frame),
                }
            }
        }
    }

    /// `map`, `forEach`, `then`, `apply` on something that is not known: the function is followed once.
    fn iterated(&mut self, receiver: &V, method: &str, arguments: &[Arg], place: Place, frame: &Frame) -> Option<V> {
        const EACH: [&str; 8] = ["map", "forEach", "flatMap", "filter", "then", "apply", "some", "find"];
        if !EACH.contains(&method) {
            return None;
        }
        let V::Function(function) = &arguments.first()?.value else { return None };
        let given = Arg { name: None, value: self.element_of(receiver), span: place.start..place.end };
        let one = self.unsure(|machine| machine.call_function(function, vec![given], place));
        let _ = frame;
        Some(match method {
            "map" | "flatMap" => V::open_list(vec![one]),
            "then" | "apply" => one,
            "filter" => receiver.clone(),
            _ => V::unknown("an element of what is not known"),
        })
    }

    pub(super) fn rebound(&mut self, function: &Rc<FunctionV>, this: V) -> V {
        V::Function(Rc::new(FunctionV {
            code: function.code.clone(),
            scope: function.scope.clone(),
            module: function.module,
            bound: Some(this),
            home: function.home.clone(),
            name: function.name.clone(),
        }))
    }

    /// Calls a function of the repository.
    pub(super) fn call_function(&mut self, function: &Rc<FunctionV>, arguments: Vec<Arg>, place: Place) -> V {
        if self.too_many_calls() || !self.step() {
            return V::unknown("calls inside one another, too deep to be followed");
        }
        if function.code.generator {
            return V::unknown("a generator");
        }
        let frame = Frame { scope: Self::fresh(&function.scope), module: function.module };
        let python = self.language(function.module) == Language::Python;
        let mut arguments = arguments;
        if let Some(home) = &function.home {
            frame.scope.bind("%home", V::Class(home.clone()), self.below);
        }
        if let Some(this) = &function.bound {
            frame.scope.bind("this", this.clone(), self.below);
            if python {
                arguments.insert(0, Arg { name: None, value: this.clone(), span: place.start..place.end });
            }
        } else if !function.code.arrow && !python {
            frame.scope.bind("this", V::Undefined, self.below);
        }
        self.calls.push(place);
        self.maybe_returned.push(Vec::new());
        self.bind_parameters(function, arguments, &frame);
        let left = self.deeper(|machine| machine.block(&function.code.body, &frame));
        let maybe = self.maybe_returned.pop().unwrap_or_default();
        self.calls.pop();
        let last = match left {
            Flow::Return(value) => Some(value),
            _ if maybe.is_empty() => Some(V::Undefined),
            _ => None,
        };
        let mut values = maybe.into_iter().chain(last);
        let first = values.next().unwrap_or(V::Undefined);
        let rest: Vec<V> = values.collect();
        rest.into_iter().fold(first, |one, other| self.either(one, other))
    }

    fn bind_parameters(&mut self, function: &FunctionV, arguments: Vec<Arg>, frame: &Frame) {
        let mut positional: std::collections::VecDeque<Arg> = std::collections::VecDeque::new();
        let mut named: Vec<Arg> = Vec::new();
        for argument in arguments {
            if argument.name.is_some() { named.push(argument) } else { positional.push_back(argument) }
        }
        for parameter in &function.code.parameters {
            let name = match &parameter.pattern.kind {
                PatternKind::Name(name) => Some(name.as_str()),
                PatternKind::Default(inner, _) => match &inner.kind {
                    PatternKind::Name(name) => Some(name.as_str()),
                    _ => None,
                },
                _ => None,
            };
            let mut by_name = || {
                let at = named.iter().position(|argument| argument.name.as_deref() == name)?;
                Some(named.remove(at).value)
            };
            let value = match parameter.kind {
                ParameterKind::Ordinary => {
                    by_name().or_else(|| positional.pop_front().map(|one| one.value)).unwrap_or(V::Undefined)
                }
                ParameterKind::NamedOnly => by_name().unwrap_or(V::Undefined),
                ParameterKind::Rest => V::list(positional.drain(..).map(|one| one.value).collect()),
                ParameterKind::RestNamed => {
                    let mut fields = super::values::Fields::default();
                    for argument in named.drain(..) {
                        if let Some(name) = argument.name {
                            fields.set(name, argument.value);
                        }
                    }
                    self.new_object(fields, false)
                }
            };
            self.bind(&parameter.pattern, value, frame, Bind::New);
            if parameter.field
                && let (Some(name), Some(this)) = (name, frame.scope.find("this"))
            {
                let value = frame.scope.find(name).unwrap_or(V::Undefined);
                self.set_member(&this, name, value);
            }
        }
    }

    /// What decorators make of a function or class: those of packages are events, those of the repository are called.
    pub(super) fn decorated(&mut self, value: V, decorators: &[Expression], frame: &Frame) -> V {
        let mut value = value;
        for decorator in decorators.iter().rev() {
            let place = self.place(frame, &decorator.span);
            let callee = self.eval(decorator, frame);
            let argument = Arg { name: None, value: value.clone(), span: decorator.span.clone() };
            match &callee {
                V::External(external) if external.library => {}
                V::External(_) | V::Attribute(..) | V::Instance(_) => {
                    let callee = self.callee(&callee);
                    self.record(callee, EventKind::Decorator, vec![argument], place);
                }
                V::Function(_) => {
                    if let made @ (V::Function(_) | V::Class(_)) = self.call(&callee, vec![argument], place, frame) {
                        value = made;
                    }
                }
                _ => {}
            }
        }
        value
    }

    /// A scope is for names; this one is for `this` alone.
    pub(super) fn scope_with_this(&self, outer: &Rc<Scope>, this: V) -> Rc<Scope> {
        let scope = Scope::new(Some(outer.clone()));
        scope.bind("this", this, self.below);
        scope
    }
}

/// `a.b`, or `b` alone.
pub(super) fn dotted(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
