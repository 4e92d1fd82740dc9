//! Classes of the repository: their members, their instances, and what they inherit from packages.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use super::{
    EventKind,
    calls::Arg,
    machine::{Frame, Machine},
    values::{ClassV, Fields, FunctionV, Name, ObjectV, Place, V},
};
use crate::tree::{ArgumentKind, Class, Function, Language, MemberKind};

/// Classes that extend one another.
const LONGEST_LINE: usize = 32;

impl Machine<'_, '_, '_> {
    pub(super) fn class_value(&mut self, class: &Arc<Class>, frame: &Frame) -> V {
        let mut bases = Vec::new();
        for base in class.bases.iter().filter(|base| base.kind == ArgumentKind::Positional) {
            bases.push(self.eval(&base.value, frame));
        }
        let value = Rc::new(ClassV {
            code: class.clone(),
            scope: frame.scope.clone(),
            module: frame.module,
            bases,
            statics: RefCell::new(Fields::default()),
            name: class.name.as_deref().map(Name::from),
        });
        self.fill_statics(&value, frame);
        self.decorated(V::Class(value), &class.decorators, frame)
    }

    pub(super) fn renamed_class(&mut self, class: &Rc<ClassV>, name: &str) -> V {
        let mut statics = Fields::default();
        for (key, value) in class.statics.borrow().iter() {
            statics.set(key.clone(), value.clone());
        }
        V::Class(Rc::new(ClassV {
            code: class.code.clone(),
            scope: class.scope.clone(),
            module: class.module,
            bases: class.bases.clone(),
            statics: RefCell::new(statics),
            name: Some(name.into()),
        }))
    }

    fn fill_statics(&mut self, class: &Rc<ClassV>, frame: &Frame) {
        let inner = Frame { scope: self.scope_with_this(&frame.scope, V::Class(class.clone())), module: frame.module };
        // Python's class body sees its own names.
        let code = class.code.clone();
        for member in code.members.iter().filter(|member| member.is_static) {
            match &member.kind {
                MemberKind::Field(key, value) => {
                    let value = value.as_ref().map_or(V::Undefined, |value| self.eval(value, &inner));
                    if let Some(key) = self.key(key, &inner) {
                        inner.scope.bind(&key, value.clone(), self.below);
                        class.statics.borrow_mut().set(key, value);
                    }
                }
                MemberKind::Statements(body) => {
                    self.block(body, &inner);
                }
                _ => {}
            }
        }
        // Decorated methods say something to those who decorate.
        for member in &code.members {
            if let MemberKind::Method(_, function) = &member.kind
                && !function.decorators.is_empty()
            {
                let value = self.method_value(class, function, None);
                self.decorated(value, &function.decorators, &inner);
            }
        }
    }

    /// The member `name` of the class or of the classes that it extends: as `this` sees it.
    pub(super) fn class_member(&mut self, class: &Rc<ClassV>, name: &str, this: Option<&V>) -> Option<V> {
        self.class_member_within(class, name, this, LONGEST_LINE)
    }

    fn class_member_within(&mut self, class: &Rc<ClassV>, name: &str, this: Option<&V>, left: usize) -> Option<V> {
        let python = self.language(class.module) == Language::Python;
        if this.is_none() || python {
            let found = class.statics.borrow().get(name).cloned();
            if found.is_some() {
                return found;
            }
        }
        let code = class.code.clone();
        for member in &code.members {
            let known =
                |key: &crate::tree::PropertyKey| matches!(&key.kind, crate::tree::KeyKind::Name(key) if key == name);
            match &member.kind {
                MemberKind::Method(key, function) if known(key) => {
                    if member.is_static {
                        let bound = V::Class(class.clone());
                        let bound = if python { is_class_method(function).then_some(bound) } else { Some(bound) };
                        return Some(self.method_value(class, function, bound));
                    }
                    if this.is_some() || python {
                        return Some(self.method_value(class, function, this.cloned()));
                    }
                }
                MemberKind::Getter(key, function) if known(key) && this.is_some() != member.is_static => {
                    let this = this.cloned().unwrap_or_else(|| V::Class(class.clone()));
                    let getter = self.method_value(class, function, Some(this));
                    let V::Function(getter) = getter else { return None };
                    let span = function.name_span.clone();
                    let place = Place { module: class.module, start: span.start, end: span.end };
                    return Some(self.call_function(&getter, Vec::new(), place));
                }
                _ => {}
            }
        }
        for base in &class.bases {
            if let V::Class(base) = base
                && left > 0
                && let Some(found) = self.class_member_within(base, name, this, left - 1)
            {
                return Some(found);
            }
        }
        None
    }

    fn method_value(&mut self, class: &Rc<ClassV>, function: &Arc<Function>, bound: Option<V>) -> V {
        V::Function(Rc::new(FunctionV {
            code: function.clone(),
            scope: class.scope.clone(),
            module: class.module,
            bound,
            home: Some(class.clone()),
            name: None,
        }))
    }

    /// Makes an instance.
    pub(super) fn construct(&mut self, class: &Rc<ClassV>, arguments: Vec<Arg>, place: Place) -> V {
        let object = self.object_of(Some(class.clone()));
        self.initialise(class, &object, arguments, place, LONGEST_LINE);
        V::Object(object)
    }

    /// Runs the constructor of `class` on `object`.
    fn initialise(&mut self, class: &Rc<ClassV>, object: &Rc<ObjectV>, arguments: Vec<Arg>, place: Place, left: usize) {
        if left == 0 {
            return;
        }
        let extends = class.bases.iter().any(|base| !base.is_nothing());
        if !extends {
            self.fill_fields(class, object);
        }
        let code = class.code.clone();
        let constructor = code.members.iter().find_map(|member| match &member.kind {
            MemberKind::Constructor(function) => Some(function.clone()),
            _ => None,
        });
        match constructor {
            Some(function) => {
                let bound = self.method_value(class, &function, Some(V::Object(object.clone())));
                if let V::Function(bound) = bound {
                    self.call_function(&bound, arguments, place);
                }
            }
            None if extends => {
                self.calls.push(place);
                self.base_call(class, object, arguments, place, left);
                self.calls.pop();
            }
            None => {}
        }
    }

    /// The first values of an instance's fields.
    fn fill_fields(&mut self, class: &Rc<ClassV>, object: &Rc<ObjectV>) {
        if self.language(class.module) == Language::Python {
            return;
        }
        let scope = self.scope_with_this(&class.scope, V::Object(object.clone()));
        let frame = Frame { scope, module: class.module };
        frame.scope.bind("%home", V::Class(class.clone()), self.below);
        let code = class.code.clone();
        for member in code.members.iter().filter(|member| !member.is_static) {
            // A field without a value says its type only: what a base set stays.
            if let MemberKind::Field(key, Some(value)) = &member.kind
                && let Some(key) = self.key(key, &frame)
            {
                let value = match &value.kind {
                    crate::tree::ExpressionKind::Function(function) => {
                        self.function_value(function, &frame, Some(&key))
                    }
                    _ => self.eval(value, &frame),
                };
                object.fields.borrow_mut().set(key, value);
            }
        }
    }

    /// Calls the constructor of what `class` extends.
    fn base_call(&mut self, class: &Rc<ClassV>, object: &Rc<ObjectV>, arguments: Vec<Arg>, place: Place, left: usize) {
        for base in &class.bases {
            match base {
                V::Class(base) => {
                    self.initialise(base, object, arguments, place, left - 1);
                    break;
                }
                V::External(external) if !external.library => {
                    let callee = self.callee(base);
                    self.record_base(callee, object, arguments, place);
                    break;
                }
                V::Attribute(..) => {
                    let callee = self.callee(base);
                    self.record_base(callee, object, arguments, place);
                    break;
                }
                V::Unknown(_) => object.open.set(true),
                _ => {}
            }
        }
        self.fill_fields(class, object);
    }

    fn record_base(&mut self, callee: super::Callee, object: &Rc<ObjectV>, arguments: Vec<Arg>, place: Place) {
        if object.instance.get().is_some() {
            return;
        }
        let index = self.events.len();
        // Known before the event is judged: the host may ask for it.
        object.instance.set(Some(index));
        self.objects.insert(index, object.clone());
        self.record(callee, EventKind::New, arguments, place);
        let mut classes = Vec::new();
        let mut class = object.class.clone();
        while let Some(inner) = class.take().filter(|_| classes.len() < LONGEST_LINE) {
            let span = inner.code.span.clone();
            classes.push(self.code(inner.module, span.start, span.end, inner.name.as_ref().map(ToString::to_string)));
            class = inner.bases.iter().find_map(|base| match base {
                V::Class(base) => Some(base.clone()),
                _ => None,
            });
        }
        // The one that extends the package itself comes first.
        classes.reverse();
        match self.events.get_mut(index) {
            Some(event) => event.extended_by = classes,
            None => object.instance.set(None),
        }
    }

    fn home(&self, frame: &Frame) -> Option<Rc<ClassV>> {
        match frame.scope.find("%home") {
            Some(V::Class(class)) => Some(class),
            _ => None,
        }
    }

    /// `super(…)`.
    pub(super) fn super_call(&mut self, frame: &Frame, arguments: Vec<Arg>, place: Place) -> V {
        if let (Some(home), Some(V::Object(object))) = (self.home(frame), frame.scope.find("this")) {
            self.base_call(&home, &object, arguments, place, LONGEST_LINE);
        }
        V::Undefined
    }

    /// `super.method(…)`, `super().method(…)`.
    pub(super) fn super_method(&mut self, frame: &Frame, method: &str, arguments: Vec<Arg>, place: Place) -> V {
        if method == "__init__" {
            return self.super_call(frame, arguments, place);
        }
        let (Some(home), Some(this)) = (self.home(frame), frame.scope.find("this")) else { return V::Undefined };
        for base in &home.bases {
            if let V::Class(base) = base
                && let Some(found) = self.class_member(base, method, Some(&this))
            {
                return self.call(&found, arguments, place, frame);
            }
        }
        match &this {
            V::Object(object) => match object.instance.get() {
                Some(event) => self.call(&V::Attribute(event, method.into()), arguments, place, frame),
                None => V::unknown("a method of a base that is not known"),
            },
            _ => V::Undefined,
        }
    }
}

fn is_class_method(function: &Function) -> bool {
    function.decorators.iter().any(|decorator| decorator.dotted_name().as_deref() == Some("classmethod"))
}
