//! The state of an evaluation: what is bounded, what was loaded, what happened.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{Location, RepoPath};
use rustc_hash::FxHashMap;

use super::{
    Evaluation, Event, EventKind, Options, Site, Value,
    modules::LoadedModule,
    values::{Fields, HOLE, ObjectV, Place, Scope, V},
};
use crate::{
    Sources,
    tree::{Language, MemberKind, Span},
};

/// Calls of the repository's functions inside one another.
const DEEPEST_CALL: usize = 120;
/// Levels of the tree inside one another, over all calls.
const DEEPEST: usize = 12_000;
/// Events that are kept.
const MOST_EVENTS: usize = 60_000;

/// Where the machine stands: the names in reach, and the module.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) scope: Rc<Scope>,
    pub(super) module: usize,
}

impl Frame {
    pub(super) fn inner(&self) -> Self {
        Self { scope: Scope::new(Some(self.scope.clone())), module: self.module }
    }
}

pub(super) struct Machine<'s, 'f, 'o> {
    pub(super) sources: &'s Sources<'f>,
    pub(super) options: &'o Options<'o>,
    pub(super) modules: Vec<Rc<LoadedModule>>,
    pub(super) by_path: FxHashMap<RepoPath, usize>,
    pub(super) events: Vec<Event>,
    /// Objects of the repository's classes, by the event of their base's constructor.
    pub(super) objects: FxHashMap<usize, Rc<ObjectV>>,
    /// Fields that the program sets on instances.
    pub(super) extra: FxHashMap<usize, Fields>,
    /// The calls of the repository's functions that are open.
    pub(super) calls: Vec<Place>,
    /// What functions may have returned below conditions that are not known, for every open call.
    pub(super) maybe_returned: Vec<Vec<V>>,
    /// How many conditions that are not known are open.
    pub(super) below: u32,
    pub(super) problems: Vec<Problem>,
    steps: usize,
    depth: usize,
    exhausted: Cell<bool>,
}

impl<'s, 'f, 'o> Machine<'s, 'f, 'o> {
    pub(super) fn new(sources: &'s Sources<'f>, options: &'o Options<'o>) -> Self {
        Self {
            sources,
            options,
            modules: Vec::new(),
            by_path: FxHashMap::default(),
            events: Vec::new(),
            objects: FxHashMap::default(),
            extra: FxHashMap::default(),
            calls: Vec::new(),
            maybe_returned: vec![Vec::new()],
            below: 0,
            problems: Vec::new(),
            steps: options.steps,
            depth: 0,
            exhausted: Cell::new(false),
        }
    }

    /// Evaluates the module `path` and gives what it says.
    pub(super) fn entry(mut self, path: &RepoPath) -> Evaluation {
        let Some(module) = self.load(path) else { return self.finish(None) };
        for place in self.options.host.called_exports() {
            self.call_export(module, place);
        }
        self.finish(Some(module))
    }

    /// Loads `path`, and makes an instance of the class `name` with nothing known.
    pub(super) fn class_of(mut self, path: &RepoPath, name: &str) -> Evaluation {
        let Some(module) = self.load(path) else { return self.finish(None) };
        let scope = self.modules[module].scope.clone();
        if let Some(V::Class(class)) = scope.find(name) {
            let span = class.code.name_span.clone();
            let place = Place { module, start: span.start, end: span.end };
            let unknown = |why: &str| super::calls::Arg { name: None, value: V::unknown(why), span: span.clone() };
            let arguments = vec![unknown("the scope"), unknown("the id"), unknown("the properties")];
            let made = self.construct(&class, arguments, place);
            if class.bases.is_empty() {
                self.call_methods(&class, &made, place);
            }
        }
        self.finish(Some(module))
    }

    /// Calls every method of an instance with nothing known: what a class without a base is there for.
    fn call_methods(&mut self, class: &Rc<super::values::ClassV>, made: &V, place: Place) {
        let code = class.code.clone();
        for member in code.members.iter().filter(|member| !member.is_static) {
            let MemberKind::Method(_, function) = &member.kind else { continue };
            let found = function.name.as_deref().and_then(|name| self.class_member(class, name, Some(made)));
            if let Some(V::Function(method)) = found {
                let unknown = |_| super::calls::Arg {
                    name: None,
                    value: V::unknown("an argument"),
                    span: place.start..place.end,
                };
                let count = function.parameters.len();
                self.call_function(&method, (0..count).map(unknown).collect(), place);
            }
        }
    }

    fn call_export(&mut self, module: usize, place: &str) {
        let mut parts = place.split('.');
        let Some(first) = parts.next() else { return };
        let mut value = self.export(module, first);
        for part in parts {
            value = self.member(&value, part);
        }
        if let V::Function(function) = value {
            let span = function.code.name_span.clone();
            let site = Place { module: function.module, start: span.start, end: span.end };
            let arguments: Vec<super::calls::Arg> = (0..function.code.parameters.len())
                .map(|_| {
                    let value = self.given(site, place);
                    super::calls::Arg { name: None, value, span: span.clone() }
                })
                .collect();
            self.call_function(&function, arguments, site);
        }
    }

    /// Something that a package hands to a function of the repository.
    pub(super) fn given(&mut self, site: Place, to: &str) -> V {
        let callee = super::Callee { module: String::new(), name: format!("argument of {to}"), receiver: None };
        self.record(callee, EventKind::Call, Vec::new(), site)
    }

    fn finish(mut self, entry: Option<usize>) -> Evaluation {
        if self.options.eager_imports {
            self.load_pending();
        }
        let exports = entry.map(|module| self.all_exports(module)).unwrap_or_default();
        let mut snapped: Vec<(usize, Vec<(String, Value)>)> = Vec::new();
        let mut owners: Vec<usize> = self.objects.keys().chain(self.extra.keys()).copied().collect();
        owners.sort_unstable();
        owners.dedup();
        for owner in owners {
            let mut fields = Vec::new();
            if let Some(object) = self.objects.get(&owner) {
                fields.extend(self.snap_fields(&object.fields.borrow()));
            }
            if let Some(extra) = self.extra.get(&owner) {
                fields.extend(self.snap_fields(extra));
            }
            snapped.push((owner, fields));
        }
        for (owner, fields) in snapped {
            if let Some(event) = self.events.get_mut(owner) {
                event.fields = fields;
            }
        }
        let evaluated = self.modules.iter().filter(|module| module.is_evaluated());
        let mut files: Vec<RepoPath> = evaluated.map(|module| module.path.clone()).collect();
        files.sort();
        // Scopes and closures hold each other: emptied, they go.
        for module in &self.modules {
            module.scope.names.borrow_mut().clear();
        }
        let steps = self.options.steps.saturating_sub(self.steps);
        Evaluation { exports, events: self.events, files, steps, problems: self.problems }
    }

    /// Counts a step; false if there are none left, or the stack is deep enough.
    pub(super) fn step(&mut self) -> bool {
        if self.steps == 0 || self.depth > DEEPEST {
            if !self.exhausted.replace(true) {
                let path = self.modules.last().map(|module| module.path.clone());
                self.problem(path, None, "the program does too much to be followed to its end".to_owned());
            }
            return false;
        }
        self.steps -= 1;
        true
    }

    pub(super) fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// Runs what stands below a condition that is not known.
    pub(super) fn unsure<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.below += 1;
        let result = inside(self);
        self.below -= 1;
        result
    }

    pub(super) fn too_many_calls(&self) -> bool {
        self.calls.len() >= DEEPEST_CALL
    }

    pub(super) fn language(&self, module: usize) -> Language {
        self.modules.get(module).map_or(Language::TypeScript, |module| module.tree.language)
    }

    pub(super) fn site(&self, place: Place) -> Site {
        let path = self.modules.get(place.module).map_or_else(RepoPath::root, |module| module.path.clone());
        Site { path, start: place.start, end: place.end }
    }

    pub(super) fn place(&self, frame: &Frame, span: &Span) -> Place {
        Place { module: frame.module, start: span.start, end: span.end }
    }

    /// True if the event made something, so that what it gave is no absent value.
    pub(super) fn is_made(&self, event: usize) -> bool {
        self.events.get(event).is_some_and(|event| event.kind == EventKind::New)
    }

    pub(super) fn problem(&mut self, path: Option<RepoPath>, span: Option<Span>, message: String) {
        let problem = match path {
            None => Problem { kind: ProblemKind::Unsupported, location: None, message },
            Some(path) => {
                let text = self.sources.files().text(&path).ok();
                let location = match (text, span) {
                    (Some(text), Some(span)) => Location::of_span(path, &text, span),
                    _ => Location::whole_file(path),
                };
                Problem::at(ProblemKind::Unsupported, location, message)
            }
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(super) fn new_object(&self, fields: Fields, open: bool) -> V {
        let object = V::object(fields, self.below);
        if let V::Object(inner) = &object {
            inner.open.set(open);
        }
        object
    }

    /// Puts what `...value` holds into `fields`; true if there may be more.
    pub(super) fn spread_into(&mut self, fields: &mut Fields, value: &V) -> bool {
        match value {
            V::Object(object) => {
                let entries: Vec<_> =
                    object.fields.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                let open = object.open.get();
                for (key, value) in entries {
                    fields.set(key, value);
                }
                open
            }
            V::Undefined | V::Null | V::Boolean(_) => false,
            V::Module(module) => {
                for name in self.export_names(*module, 8) {
                    let value = self.export(*module, &name);
                    if !matches!(value, V::Undefined) {
                        fields.set(name, value);
                    }
                }
                false
            }
            V::List(list) => {
                for (index, item) in list.items.borrow().iter().enumerate() {
                    fields.set(index.to_string().into(), item.clone());
                }
                list.open.get()
            }
            _ => true,
        }
    }

    /// A value as text, with a hole where it is not known.
    pub(super) fn display(&self, value: &V) -> String {
        match value {
            V::Text(text) | V::Path(text) => text.text.clone(),
            V::Number(number) => number_text(*number),
            V::Boolean(value) => value.to_string(),
            V::Undefined => "undefined".to_owned(),
            V::Null => "null".to_owned(),
            V::List(list) if list.items.borrow().iter().all(|item| matches!(item, V::Text(_) | V::Number(_))) => {
                list.items.borrow().iter().map(|item| self.display(item)).collect::<Vec<_>>().join(",")
            }
            _ => HOLE.to_string(),
        }
    }

    /// Records an event, and gives what is known of its result.
    pub(super) fn record(
        &mut self,
        callee: super::Callee,
        kind: EventKind,
        arguments: Vec<super::calls::Arg>,
        site: Place,
    ) -> V {
        if self.events.len() >= MOST_EVENTS {
            return V::unknown("too much happens");
        }
        let event = Event {
            callee,
            kind,
            arguments: arguments.iter().map(|argument| self.snap_argument(argument)).collect(),
            site: self.site(site),
            chain: self.calls.iter().rev().map(|place| self.site(*place)).collect(),
            uncertain: self.below > 0,
            extended_by: Vec::new(),
            fields: Vec::new(),
        };
        let known = self.options.host.result(&event, &self.events);
        let callbacks = self.options.host.callbacks(&event);
        let index = self.events.len();
        self.events.push(event);
        self.run_callbacks(&callbacks, &arguments, site);
        match known {
            Some(value) => self.known(&value),
            None => V::Instance(index),
        }
    }

    fn run_callbacks(&mut self, callbacks: &[super::Callback], arguments: &[super::calls::Arg], site: Place) {
        for callback in callbacks {
            let Some(argument) = arguments.get(callback.argument) else { continue };
            let value = match callback.property {
                None => argument.value.clone(),
                Some(property) => self.member(&argument.value.clone(), property),
            };
            if let V::Function(function) = &value {
                let given: Vec<super::calls::Arg> = (0..function.code.parameters.len().min(3))
                    .map(|_| {
                        let value = self.given(site, "a callback");
                        super::calls::Arg { name: None, value, span: site.start..site.end }
                    })
                    .collect();
                self.call_function(function, given, site);
            }
        }
    }

    /// What the host knows, as a value of the machine.
    pub(super) fn known(&self, value: &Value) -> V {
        match value {
            Value::Nothing => V::Undefined,
            Value::Boolean(value) => V::Boolean(*value),
            Value::Number(value) => V::Number(*value),
            Value::Text(text) => {
                V::text(if text.holes { text.text.replace('*', &HOLE.to_string()) } else { text.text.clone() })
            }
            Value::List(list) => V::list(list.iter().map(|item| self.known(item)).collect()),
            Value::Object(object) => {
                let mut fields = Fields::default();
                for (key, value) in &object.entries {
                    fields.set(key.as_str().into(), self.known(value));
                }
                self.new_object(fields, object.open)
            }
            Value::Instance(event) => {
                self.objects.get(event).map_or(V::Instance(*event), |object| V::Object(object.clone()))
            }
            Value::Attribute(event, path) => V::Attribute(*event, path.as_str().into()),
            Value::External(module, path) => V::External(Rc::new(super::values::ExternalV {
                module: module.clone(),
                path: path.clone(),
                library: false,
            })),
            Value::Function(_) | Value::Class(_) => V::unknown("code that a package gave"),
            Value::Unknown(why) => V::unknown(why),
        }
    }

    pub(super) fn object_of(&self, class: Option<Rc<super::values::ClassV>>) -> Rc<ObjectV> {
        Rc::new(ObjectV {
            fields: RefCell::default(),
            open: Cell::new(false),
            class,
            instance: Cell::new(None),
            below: self.below,
        })
    }
}

pub(super) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{}", number as i64) } else { number.to_string() }
}
