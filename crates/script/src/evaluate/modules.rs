//! Modules: loaded once each, when something of them is used; their exports and imports.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use lockstep_model::RepoPath;

use super::{
    ROOT, Value,
    builtins::data,
    machine::{Frame, Machine},
    values::{ExternalV, Fields, Name, ObjectV, Scope, V},
};
use crate::{
    resolve::Resolution,
    tree::{Export, Expression, ExpressionKind, Import, Imported, Language, Module, Span},
};

/// A module of the repository.
pub(super) struct LoadedModule {
    pub(super) path: RepoPath,
    pub(super) tree: Arc<Module>,
    pub(super) scope: Rc<Scope>,
    /// What ES modules export.
    exports: RefCell<Vec<(Name, Exported)>>,
    /// Modules of which everything is exported.
    stars: RefCell<Vec<Source>>,
    /// `module` of CommonJS.
    commonjs: Rc<ObjectV>,
    state: Cell<State>,
    /// Imports of which nothing was used yet.
    pending: RefCell<Vec<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Registered,
    Running,
    Done,
}

#[derive(Clone)]
enum Exported {
    /// The name of the module's scope.
    Local(Name),
    Value(V),
    From(Source, Name),
    Whole(Source),
}

/// Where an import leads.
#[derive(Clone)]
pub(super) enum Source {
    Module(usize),
    Package(Rc<ExternalV>),
    Value(V),
    Nowhere(Name),
}

impl LoadedModule {
    /// True once anything of it was used.
    pub(super) fn is_evaluated(&self) -> bool {
        self.state.get() != State::Registered
    }
}

impl Machine<'_, '_, '_> {
    /// Loads and evaluates a module; none if it is no script that can be read.
    pub(super) fn load(&mut self, path: &RepoPath) -> Option<usize> {
        let module = self.register(path)?;
        self.evaluate_module(module);
        Some(module)
    }

    fn register(&mut self, path: &RepoPath) -> Option<usize> {
        if let Some(known) = self.by_path.get(path) {
            return Some(*known);
        }
        let tree = self.sources.module(path)?;
        if let Some((span, message)) = &tree.error {
            self.problem(Some(path.clone()), Some(span.clone()), format!("it cannot be read whole: {message}"));
        }
        let index = self.modules.len();
        let commonjs = self.object_of(None);
        let exports = V::Object(self.object_of(None));
        commonjs.fields.borrow_mut().set("exports".into(), exports.clone());
        let scope = Scope::new(None);
        if tree.language == Language::TypeScript {
            scope.bind("module", V::Object(commonjs.clone()), 0);
            scope.bind("exports", exports, 0);
        }
        self.modules.push(Rc::new(LoadedModule {
            path: path.clone(),
            tree,
            scope,
            exports: RefCell::default(),
            stars: RefCell::default(),
            commonjs,
            state: Cell::new(State::Registered),
            pending: RefCell::default(),
        }));
        self.by_path.insert(path.clone(), index);
        Some(index)
    }

    pub(super) fn evaluate_module(&mut self, index: usize) {
        let module = self.modules[index].clone();
        if module.state.replace(if module.state.get() == State::Registered {
            State::Running
        } else {
            module.state.get()
        }) != State::Registered
        {
            return;
        }
        // A module runs for itself, whoever asks for it first.
        let (below, calls) = (std::mem::take(&mut self.below), std::mem::take(&mut self.calls));
        self.maybe_returned.push(Vec::new());
        let frame = Frame { scope: module.scope.clone(), module: index };
        self.deeper(|machine| machine.block(&module.tree.body, &frame));
        self.maybe_returned.pop();
        (self.below, self.calls) = (below, calls);
        module.state.set(State::Done);
    }

    /// Evaluates what was imported and never used, until nothing is left.
    pub(super) fn load_pending(&mut self) {
        let mut index = 0;
        while index < self.modules.len() {
            let module = self.modules[index].clone();
            let pending = module.pending.take();
            for one in pending {
                self.evaluate_module(one);
            }
            index += 1;
        }
    }

    /// Where a specifier leads.
    pub(super) fn source(&mut self, frame: &Frame, specifier: &str, span: &Span) -> Source {
        let from = self.modules[frame.module].path.clone();
        let resolution = self.sources.typescript().resolve(&from, specifier, &[]);
        self.source_of(resolution, specifier, &from, span)
    }

    fn source_of(&mut self, resolution: Resolution, specifier: &str, from: &RepoPath, span: &Span) -> Source {
        let external = |library: bool| {
            let module = specifier.strip_prefix("node:").unwrap_or(specifier).to_owned();
            Source::Package(Rc::new(ExternalV { module, path: String::new(), library }))
        };
        match resolution {
            Resolution::External(_) => external(false),
            Resolution::Builtin => external(true),
            Resolution::Files(files) => {
                let Some(file) = files.last() else { return Source::Nowhere("no file".into()) };
                if file.extension() == Some("json") {
                    let text = self.sources.files().text(file).ok();
                    let value = text.and_then(|text| data::json(&text, self));
                    return value.map_or_else(|| Source::Nowhere("JSON that cannot be read".into()), Source::Value);
                }
                match self.register(file) {
                    Some(module) => Source::Module(module),
                    None => Source::Nowhere(format!("`{file}` is no script").into()),
                }
            }
            // A file that a build writes: what it gives is as unknown as a package, and known by its place.
            Resolution::Unresolved(_) if specifier.starts_with('.') => {
                match from.parent().map(|folder| folder.join(specifier)) {
                    Some(Ok(path)) => Source::Package(Rc::new(ExternalV {
                        module: format!("{ROOT}/{path}"),
                        path: String::new(),
                        library: false,
                    })),
                    _ => Source::Nowhere(format!("`{specifier}` leads out of the repository").into()),
                }
            }
            Resolution::Unresolved(why) => {
                self.problem(Some(from.clone()), Some(span.clone()), format!("`{specifier}` leads nowhere: {why}"));
                Source::Nowhere(format!("`{specifier}` leads nowhere").into())
            }
        }
    }

    /// `import …` of a statement.
    pub(super) fn import(&mut self, import: &Import, frame: &Frame) {
        if import.type_only {
            return;
        }
        if self.language(frame.module) == Language::Python {
            return self.python_import(import, frame);
        }
        let source = self.source(frame, &import.module, &import.span);
        if let Source::Module(module) = &source {
            if import.bindings.is_empty() {
                self.evaluate_module(*module);
            } else {
                self.modules[frame.module].pending.borrow_mut().push(*module);
            }
        }
        for binding in &import.bindings {
            let value = match (&source, &binding.imported) {
                (Source::Module(module), Imported::Name(name)) => V::Import(Rc::new((*module, name.as_str().into()))),
                (source, Imported::Name(name)) if name != "default" => self.named(source, name),
                (source, _) => self.whole(source),
            };
            frame.scope.bind(&binding.local, value, self.below);
        }
    }

    /// The module itself, as a value.
    pub(super) fn whole(&mut self, source: &Source) -> V {
        match source {
            Source::Module(module) => V::Module(*module),
            Source::Package(external) => V::External(external.clone()),
            Source::Value(value) => value.clone(),
            Source::Nowhere(why) => V::Unknown(why.clone()),
        }
    }

    fn named(&mut self, source: &Source, name: &str) -> V {
        match source {
            Source::Module(module) => self.export(*module, name),
            Source::Package(external) => V::External(Rc::new(ExternalV {
                module: external.module.clone(),
                path: if external.path.is_empty() { name.to_owned() } else { format!("{}.{name}", external.path) },
                library: external.library,
            })),
            Source::Value(V::Object(object)) => object.fields.borrow().get(name).cloned().unwrap_or(V::Undefined),
            Source::Value(_) => V::Undefined,
            Source::Nowhere(why) => V::Unknown(why.clone()),
        }
    }

    /// `require("m")`, `await import("m")`.
    pub(super) fn require(&mut self, specifier: &str, frame: &Frame, span: &Span) -> V {
        let source = self.source(frame, specifier, span);
        if let Source::Module(module) = source {
            self.evaluate_module(module);
            let loaded = self.modules[module].clone();
            let has_exports = !loaded.exports.borrow().is_empty() || !loaded.stars.borrow().is_empty();
            if !has_exports && loaded.tree.language == Language::TypeScript {
                return loaded.commonjs.fields.borrow().get("exports").cloned().unwrap_or(V::Undefined);
            }
            return V::Module(module);
        }
        self.whole(&source)
    }

    /// What a module exports under a name.
    pub(super) fn export(&mut self, module: usize, name: &str) -> V {
        self.export_within(module, name, 24).unwrap_or(V::Undefined)
    }

    fn export_within(&mut self, index: usize, name: &str, hops: usize) -> Option<V> {
        if hops == 0 {
            return None;
        }
        self.evaluate_module(index);
        let module = self.modules[index].clone();
        if module.tree.language == Language::Python {
            let found = module.scope.find(name);
            return found.map(|value| self.settled(value)).or_else(|| {
                let stars = module.stars.borrow().clone();
                stars.iter().find_map(|source| match source {
                    Source::Module(inner) => self.export_within(*inner, name, hops - 1),
                    _ => None,
                })
            });
        }
        let exported = module.exports.borrow().iter().rev().find(|(key, _)| &**key == name).map(|(_, one)| one.clone());
        match exported {
            Some(Exported::Value(value)) => return Some(self.settled(value)),
            Some(Exported::Local(local)) => {
                let value = module.scope.find(&local).unwrap_or_else(|| V::unknown("modules import each other"));
                return Some(self.settled(value));
            }
            Some(Exported::From(Source::Module(inner), name)) => return self.export_within(inner, &name, hops - 1),
            Some(Exported::From(source, name)) => return Some(self.named(&source, &name)),
            Some(Exported::Whole(source)) => return Some(self.whole(&source)),
            None => {}
        }
        let stars = module.stars.borrow().clone();
        for source in stars.iter().filter(|_| name != "default") {
            if let Source::Module(inner) = source
                && let Some(found) = self.export_within(*inner, name, hops - 1)
            {
                return Some(found);
            }
        }
        self.commonjs_export(&module, name)
    }

    fn commonjs_export(&mut self, module: &LoadedModule, name: &str) -> Option<V> {
        let exports = module.commonjs.fields.borrow().get("exports").cloned()?;
        let V::Object(object) = &exports else { return (name == "default").then_some(exports) };
        let found = object.fields.borrow().get(name).cloned();
        let empty = object.fields.borrow().len() == 0;
        found.or_else(|| (name == "default" && !empty).then_some(exports))
    }

    /// A value as it is now: names of other modules looked up.
    pub(super) fn settled(&mut self, value: V) -> V {
        match value {
            V::Import(import) => {
                let (module, name) = (import.0, import.1.clone());
                self.export_within(module, &name, 24).unwrap_or(V::Undefined)
            }
            other => other,
        }
    }

    /// Everything that the module exports, as handed out.
    pub(super) fn all_exports(&mut self, index: usize) -> Vec<(String, Value)> {
        let names = self.export_names(index, 8);
        let mut found = Vec::new();
        for name in names {
            let value = self.export(index, &name);
            found.push((name.to_string(), self.snap(&value)));
        }
        found
    }

    /// The names that a module exports, each once.
    pub(super) fn export_names(&mut self, index: usize, hops: usize) -> Vec<Name> {
        self.evaluate_module(index);
        let module = self.modules[index].clone();
        let mut names: Vec<Name> = Vec::new();
        let mut add = |name: Name| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        if module.tree.language == Language::Python {
            let mut bound: Vec<Name> = module.scope.names.borrow().keys().cloned().collect();
            bound.sort();
            bound.into_iter().for_each(&mut add);
        }
        module.exports.borrow().iter().for_each(|(name, _)| add(name.clone()));
        if let Some(V::Object(object)) = module.commonjs.fields.borrow().get("exports") {
            object.fields.borrow().iter().for_each(|(name, _)| add(name.clone()));
        } else if module.tree.language == Language::TypeScript {
            add("default".into());
        }
        let stars = module.stars.borrow().clone();
        for source in stars.iter().filter(|_| hops > 0) {
            if let Source::Module(inner) = source {
                self.export_names(*inner, hops - 1).into_iter().filter(|name| &**name != "default").for_each(&mut add);
            }
        }
        names
    }

    /// `export …`.
    pub(super) fn exported(&mut self, export: &Export, frame: &Frame) {
        let module = self.modules[frame.module].clone();
        let add = |name: &str, exported: Exported| module.exports.borrow_mut().push((name.into(), exported));
        match export {
            Export::Declaration(body) => {
                for statement in body {
                    self.statement(statement, frame);
                    for name in super::hoist::bound_names(statement) {
                        add(&name, Exported::Local(name.as_str().into()));
                    }
                }
            }
            Export::Names(names) => {
                for (local, outside) in names {
                    add(outside, Exported::Local(local.as_str().into()));
                }
            }
            Export::From(specifier, span, names) => {
                let source = self.source(frame, specifier, span);
                for (there, outside) in names {
                    add(outside, Exported::From(source.clone(), there.as_str().into()));
                }
            }
            Export::All(specifier, span, name) => {
                let source = self.source(frame, specifier, span);
                match name {
                    Some(name) => add(name, Exported::Whole(source)),
                    None => module.stars.borrow_mut().push(source),
                }
            }
            Export::Default(value) => {
                let value = self.default_export(value, frame);
                add("default", Exported::Value(value));
            }
            Export::Module(value) => {
                let value = self.eval(value, frame);
                module.commonjs.fields.borrow_mut().set("exports".into(), value);
            }
        }
    }

    fn default_export(&mut self, value: &Expression, frame: &Frame) -> V {
        let name = match &value.kind {
            ExpressionKind::Function(function) => function.name.clone(),
            ExpressionKind::Class(class) => class.name.clone(),
            _ => None,
        };
        let found = self.eval(value, frame);
        if let Some(name) = name {
            frame.scope.bind(&name, found.clone(), self.below);
        }
        found
    }

    fn python_import(&mut self, import: &Import, frame: &Frame) {
        let from = self.modules[frame.module].path.clone();
        let names: Vec<String> = import
            .bindings
            .iter()
            .filter_map(|binding| match &binding.imported {
                Imported::Name(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let mut roots = self.options.roots.clone();
        // The folder of the program that is run comes first.
        roots.splice(0..0, self.modules.first().and_then(|entry| entry.path.parent()));
        let resolution = self.sources.python().resolve(&from, &import.module, import.level, &names, &roots);
        let files = match &resolution {
            Resolution::Files(files) => files.clone(),
            _ => Vec::new(),
        };
        let source = self.source_of(resolution, &import.module, &from, &import.span);
        for binding in &import.bindings {
            let value = match &binding.imported {
                Imported::Name(name) => {
                    let dotted =
                        if import.module.is_empty() { name.clone() } else { format!("{}.{name}", import.module) };
                    let package = self.file_of(&files, &import.module);
                    match (self.file_of(&files, &dotted), package) {
                        (Some(module), _) => V::Module(module),
                        (None, Some(module)) => V::Import(Rc::new((module, name.as_str().into()))),
                        (None, None) => self.named(&source, name),
                    }
                }
                Imported::Module => self.whole(&source),
                Imported::FirstPart => match &source {
                    Source::Package(external) => {
                        let first = external.module.split('.').next().unwrap_or_default().to_owned();
                        V::External(Rc::new(ExternalV {
                            module: first,
                            path: String::new(),
                            library: external.library,
                        }))
                    }
                    Source::Module(_) => self.dotted_module(&import.module, &source),
                    other => self.whole(other),
                },
                Imported::All => {
                    if let Source::Module(module) = &source {
                        self.evaluate_module(*module);
                        self.modules[frame.module].stars.borrow_mut().push(source.clone());
                        for name in self.export_names(*module, 4) {
                            let value = V::Import(Rc::new((*module, name.clone())));
                            frame.scope.bind(&name, value, self.below);
                        }
                    }
                    continue;
                }
            };
            frame.scope.bind(&binding.local, value, self.below);
        }
        if let Source::Module(module) = &source {
            self.modules[frame.module].pending.borrow_mut().push(*module);
        }
    }

    /// `import a.b.c` binds `a`, of which `b.c` is the module.
    fn dotted_module(&mut self, dotted: &str, source: &Source) -> V {
        let mut value = self.whole(source);
        for part in dotted.split('.').skip(1).collect::<Vec<_>>().into_iter().rev() {
            let mut fields = Fields::default();
            fields.set(part.into(), value);
            value = self.new_object(fields, true);
        }
        value
    }

    /// The file of `files` that is the module with this dotted name.
    fn file_of(&mut self, files: &[RepoPath], dotted: &str) -> Option<usize> {
        let wanted = dotted.replace('.', "/");
        let is_it = |file: &&RepoPath| {
            let bare = file.as_str().strip_suffix(".py").unwrap_or(file.as_str());
            let bare = bare.strip_suffix("/__init__").unwrap_or(bare);
            bare.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let file = files.iter().rev().find(is_it)?.clone();
        self.register(&file)
    }
}
