//! Expressions: what their values are, and what happens on the way.

use std::rc::Rc;

use super::{
    ROOT,
    machine::{Frame, Machine},
    patterns::Bind,
    values::{ExternalV, Fields, FunctionV, HOLE, Name, Place, V},
};
use crate::tree::{
    Class, Comprehension, Element, Expression, ExpressionKind, Function, Language, Operator, Part, Pattern,
    PatternKind, Property,
};

impl Machine<'_, '_, '_> {
    pub(super) fn eval(&mut self, expression: &Expression, frame: &Frame) -> V {
        self.eval_named(expression, None, frame)
    }

    /// The value of an expression; a function without a name takes that of the variable it is for.
    pub(super) fn eval_named(&mut self, expression: &Expression, target: Option<&Pattern>, frame: &Frame) -> V {
        if !self.step() {
            return V::unknown("the program does too much");
        }
        let name = target.and_then(|target| match &target.kind {
            PatternKind::Name(name) => Some(name.as_str()),
            _ => None,
        });
        self.deeper(|machine| machine.eval_inside(expression, name, frame))
    }

    fn eval_inside(&mut self, expression: &Expression, name: Option<&str>, frame: &Frame) -> V {
        let place = self.place(frame, &expression.span);
        match &expression.kind {
            ExpressionKind::Null => V::Null,
            ExpressionKind::Boolean(value) => V::Boolean(*value),
            ExpressionKind::Number(value) => V::Number(*value),
            ExpressionKind::String(text) => V::written(text.as_str(), Some(place)),
            ExpressionKind::Template(parts) => self.template(parts, place, frame),
            ExpressionKind::Tagged(tag, parts) => self.tagged(tag, parts, place, frame),
            ExpressionKind::Array(elements) => self.array(elements, frame),
            ExpressionKind::Object(properties) => self.object(properties, frame),
            ExpressionKind::Name(name) => self.name(name, frame),
            ExpressionKind::This => frame.scope.find("this").unwrap_or(V::Undefined),
            ExpressionKind::Super => V::native("super", frame.scope.find("this").unwrap_or(V::Undefined)),
            ExpressionKind::ImportMeta => self.import_meta(frame),
            ExpressionKind::Member(object, name) => self.member_expression(object, name, frame),
            ExpressionKind::Index(object, index) => {
                let object = self.eval(object, frame);
                let index = self.eval(index, frame);
                self.index(&object, &index, frame)
            }
            ExpressionKind::Slice(object, from, to) => {
                let object = self.eval(object, frame);
                let from = from.as_ref().map_or(V::Undefined, |from| self.eval(from, frame));
                let to = to.as_ref().map_or(V::Undefined, |to| self.eval(to, frame));
                super::builtins::slice(&object, &from, &to)
            }
            ExpressionKind::Call(call) => self.call_expression(call, place, frame),
            ExpressionKind::New(call) => self.new_expression(call, place, frame),
            ExpressionKind::Import(specifier) => {
                let value = self.eval(specifier, frame);
                match value.known_str() {
                    Some(text) => self.require(text, frame, &specifier.span),
                    None => V::unknown("a module whose name is computed"),
                }
            }
            ExpressionKind::Function(function) => self.function_value(function, frame, name),
            ExpressionKind::Class(class) => self.class_named(class, frame, name),
            ExpressionKind::Conditional(test, then, otherwise) => self.conditional(test, then, otherwise, frame),
            ExpressionKind::Binary(operator, left, right) => self.binary_expression(*operator, left, right, frame),
            ExpressionKind::Unary(operator, value) => {
                let value = self.eval(value, frame);
                self.unary(*operator, &value, self.language(frame.module))
            }
            ExpressionKind::Assign(target, operator, value) => self.assignment(target, *operator, value, frame),
            ExpressionKind::Await(value) => self.eval_named(value, None, frame),
            ExpressionKind::Sequence(values) => values.iter().fold(V::Undefined, |_, value| self.eval(value, frame)),
            ExpressionKind::Comprehension(inner) => self.comprehension(inner, frame),
            ExpressionKind::Opaque(what) => V::unknown(what),
        }
    }

    pub(super) fn function_value(
        &mut self,
        function: &std::sync::Arc<Function>,
        frame: &Frame,
        name: Option<&str>,
    ) -> V {
        V::Function(Rc::new(FunctionV {
            code: function.clone(),
            scope: frame.scope.clone(),
            module: frame.module,
            bound: None,
            home: None,
            name: name.map(Name::from),
        }))
    }

    fn class_named(&mut self, class: &std::sync::Arc<Class>, frame: &Frame, name: Option<&str>) -> V {
        let value = self.class_value(class, frame);
        match (value, name) {
            (V::Class(inner), Some(name)) if inner.name.is_none() => self.renamed_class(&inner, name),
            (value, _) => value,
        }
    }

    fn template(&mut self, parts: &[Part], place: Place, frame: &Frame) -> V {
        let mut text = String::new();
        let mut origin = None;
        for part in parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Value(value) => {
                    let value = self.eval(value, frame);
                    origin = origin.or(value.origin());
                    text.push_str(&self.display(&value));
                }
            }
        }
        V::written(text, origin.or(Some(place)))
    }

    /// `` tag`…` ``: the tag is called with the text.
    fn tagged(&mut self, tag: &Expression, parts: &[Part], place: Place, frame: &Frame) -> V {
        let tag_value = self.eval(tag, frame);
        let text = self.template(parts, place, frame);
        match &tag_value {
            V::External(external) if !external.library => {
                let span = place.start..place.end;
                let argument = super::calls::Arg { name: None, value: text.clone(), span };
                let callee = self.callee(&tag_value);
                self.record(callee, super::EventKind::Call, vec![argument], place);
                text
            }
            _ => text,
        }
    }

    fn array(&mut self, elements: &[Element], frame: &Frame) -> V {
        let mut items = Vec::new();
        let mut open = false;
        for element in elements {
            match element {
                Element::Item(value) => items.push(self.eval(value, frame)),
                Element::Hole => items.push(V::Undefined),
                Element::Spread(value) => {
                    let value = self.eval(value, frame);
                    open |= !self.is_closed(&value);
                    items.extend(self.elements(&value).unwrap_or_default());
                }
            }
        }
        if open { V::open_list(items) } else { V::list(items) }
    }

    fn object(&mut self, properties: &[Property], frame: &Frame) -> V {
        let mut fields = Fields::default();
        let mut open = false;
        for property in properties {
            match property {
                Property::Spread(value) => {
                    let value = self.spread_value(value, frame);
                    open |= self.spread_into(&mut fields, &value);
                }
                Property::Pair(key, value) => {
                    let key = self.key(key, frame);
                    let value = match (&value.kind, &key) {
                        (ExpressionKind::Function(function), Some(key)) => {
                            self.function_value(function, frame, Some(key))
                        }
                        _ => self.eval(value, frame),
                    };
                    match key {
                        Some(key) => {
                            open |= key.contains(HOLE);
                            fields.set(key, value);
                        }
                        None => open = true,
                    }
                }
            }
        }
        let object = self.new_object(fields, open);
        if let V::Object(inner) = &object {
            self.bind_methods(inner);
        }
        object
    }

    /// `this` inside of an object's methods is the object.
    fn bind_methods(&mut self, object: &Rc<super::values::ObjectV>) {
        let methods: Vec<(Name, Rc<FunctionV>)> = object
            .fields
            .borrow()
            .iter()
            .filter_map(|(key, value)| match value {
                V::Function(function) if !function.code.arrow && function.bound.is_none() => {
                    Some((key.clone(), function.clone()))
                }
                _ => None,
            })
            .collect();
        for (key, function) in methods {
            // Only functions written right here: others keep what they have.
            if function.name.as_deref() == Some(&*key) {
                let bound = self.rebound(&function, V::Object(object.clone()));
                object.fields.borrow_mut().set(key, bound);
            }
        }
    }

    /// `...(condition && { … })`: what is spread if the condition may hold.
    fn spread_value(&mut self, value: &Expression, frame: &Frame) -> V {
        if let ExpressionKind::Binary(Operator::And, test, then) = &value.kind {
            let condition = self.eval(test, frame);
            return match self.truth(&condition, self.language(frame.module)) {
                Some(true) => self.eval(then, frame),
                Some(false) => V::Undefined,
                None => self.unsure(|machine| machine.eval(then, frame)),
            };
        }
        self.eval(value, frame)
    }

    fn name(&mut self, name: &str, frame: &Frame) -> V {
        if let Some(value) = frame.scope.find(name) {
            return self.settled(value);
        }
        let path = &self.modules[frame.module].path;
        let python = self.language(frame.module) == Language::Python;
        match name {
            "undefined" => V::Undefined,
            "__dirname" => V::text(folder_text(path)),
            "__filename" | "__file__" => V::text(format!("{ROOT}/{path}")),
            "__name__" if python => {
                V::text(if frame.module == 0 { "__main__".to_owned() } else { path.file_stem().to_owned() })
            }
            "NaN" | "Infinity" => V::unknown("a number"),
            _ => V::External(Rc::new(ExternalV {
                module: String::new(),
                path: name.to_owned(),
                library: super::builtins::is_library_global(name, python),
            })),
        }
    }

    fn import_meta(&mut self, frame: &Frame) -> V {
        let path = self.modules[frame.module].path.clone();
        let mut fields = Fields::default();
        fields.set("url".into(), V::text(format!("file://{ROOT}/{path}")));
        fields.set("dirname".into(), V::text(folder_text(&path)));
        fields.set("filename".into(), V::text(format!("{ROOT}/{path}")));
        self.new_object(fields, true)
    }

    fn conditional(&mut self, test: &Expression, then: &Expression, otherwise: &Expression, frame: &Frame) -> V {
        let condition = self.eval(test, frame);
        match self.truth(&condition, self.language(frame.module)) {
            Some(true) => self.eval(then, frame),
            Some(false) => self.eval(otherwise, frame),
            None => {
                let one = self.unsure(|machine| machine.eval(then, frame));
                let other = self.unsure(|machine| machine.eval(otherwise, frame));
                self.either(one, other)
            }
        }
    }

    fn binary_expression(&mut self, operator: Operator, left: &Expression, right: &Expression, frame: &Frame) -> V {
        let one = self.eval(left, frame);
        let known = match operator {
            Operator::And => self.truth(&one, self.language(frame.module)).map(|truth| !truth),
            Operator::Or => self.truth(&one, self.language(frame.module)),
            Operator::Coalesce => match &one {
                V::Undefined | V::Null => Some(false),
                V::Unknown(_) | V::Attribute(..) => None,
                V::Instance(event) => self.is_made(*event).then_some(true),
                _ => Some(true),
            },
            _ => {
                let other = self.eval(right, frame);
                return self.binary(operator, &one, &other);
            }
        };
        match known {
            // The left one decides.
            Some(true) => one,
            Some(false) => self.eval(right, frame),
            None => {
                let other = self.unsure(|machine| machine.eval(right, frame));
                match (&one, operator) {
                    (_, Operator::And) => V::unknown("a condition that is not known"),
                    // A default stands in for what is not known, if it has a shape; a text stays open.
                    (V::Unknown(_), _) => self.either(one, other),
                    (V::Text(_), _) => Self::hole(),
                    _ => one,
                }
            }
        }
    }

    fn assignment(&mut self, target: &Pattern, operator: Option<Operator>, value: &Expression, frame: &Frame) -> V {
        let Some(operator) = operator else {
            let found = self.eval_named(value, Some(target), frame);
            self.bind(target, found.clone(), frame, Bind::Existing);
            return found;
        };
        let old = match &target.kind {
            PatternKind::Name(name) => self.name(name, frame),
            PatternKind::Place(place) => self.eval(place, frame),
            _ => V::Undefined,
        };
        let found = match operator {
            Operator::Or | Operator::And | Operator::Coalesce => {
                let new = self.eval(value, frame);
                match (self.truth(&old, self.language(frame.module)), operator) {
                    (Some(true), Operator::Or | Operator::Coalesce) | (Some(false), Operator::And) => old,
                    (Some(_), _) => new,
                    (None, _) => self.either(old, new),
                }
            }
            _ => {
                let new = self.eval(value, frame);
                // Python's `list += more` changes the list.
                match (&old, &new) {
                    (V::List(list), V::List(more)) if !Rc::ptr_eq(list, more) => {
                        let more: Vec<V> = more.items.borrow().clone();
                        list.items.borrow_mut().extend(more);
                        old
                    }
                    _ => self.binary(operator, &old, &new),
                }
            }
        };
        self.bind(target, found.clone(), frame, Bind::Existing);
        found
    }

    fn comprehension(&mut self, inner: &Comprehension, frame: &Frame) -> V {
        let frame = frame.inner();
        let mut items = Vec::new();
        let mut open = false;
        self.clauses(inner, 0, &frame, &mut items, &mut open);
        if inner.value.is_some() {
            let mut fields = Fields::default();
            for (key, value) in items {
                match &key {
                    V::Text(text) => fields.set(text.text.as_str().into(), value),
                    _ => open = true,
                }
            }
            return self.new_object(fields, open);
        }
        let items = items.into_iter().map(|(item, _)| item).collect();
        if open { V::open_list(items) } else { V::list(items) }
    }

    fn clauses(&mut self, inner: &Comprehension, at: usize, frame: &Frame, items: &mut Vec<(V, V)>, open: &mut bool) {
        let Some(clause) = inner.clauses.get(at) else {
            let element = self.eval(&inner.element, frame);
            let value = inner.value.as_ref().map_or(V::Undefined, |value| self.eval(value, frame));
            return items.push((element, value));
        };
        let whole = self.eval(&clause.each, frame);
        *open |= !self.is_closed(&whole);
        let each = self.elements(&whole).unwrap_or_else(|| vec![self.element_of(&whole)]);
        for item in each {
            if !self.step() {
                return;
            }
            self.bind(&clause.pattern, item, frame, Bind::New);
            let mut holds = Some(true);
            for condition in &clause.conditions {
                let value = self.eval(condition, frame);
                match self.truth(&value, Language::Python) {
                    Some(true) => {}
                    Some(false) => holds = Some(false),
                    None => holds = holds.filter(|holds| !holds),
                }
            }
            match holds {
                Some(false) => {}
                Some(true) => self.clauses(inner, at + 1, frame, items, open),
                None => {
                    *open = true;
                    self.unsure(|machine| machine.clauses(inner, at + 1, frame, items, open));
                }
            }
        }
    }
}

/// The folder of a file, as programs see it.
fn folder_text(path: &lockstep_model::RepoPath) -> String {
    match path.parent() {
        Some(folder) if !folder.is_root() => format!("{ROOT}/{folder}"),
        _ => ROOT.to_owned(),
    }
}
