//! Everything there is: modules, and the scopes that calls of modules make of them. Scopes come into being when they
//! are first asked for, because how many there are is itself an expression.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::hcl::{Block, Expr, ExprKind, Step};
use lockstep_model::{FileSet, Location, RepoPath};

use super::{
    leaves,
    modules::{At, Module},
    value::{LARGEST, Reference, Value},
};
use crate::entry::Index;

/// How many steps all evaluations of a run may take together.
const STEPS: usize = 30_000_000;
/// How many scopes there may be.
const SCOPES: usize = 20_000;
/// How deep calls of modules may be nested.
const DEPTH: usize = 16;

/// A module as one call, or one root, has it.
pub(super) struct Scope {
    /// Its module.
    pub(super) module: usize,
    /// The scope at the top.
    pub(super) root: usize,
    /// `module.a.module.b["k"]`; empty for a root.
    pub(super) path: String,
    /// Who calls it; none for a root.
    pub(super) call: Option<Call>,
    /// The scope of the Terragrunt unit that deploys it.
    pub(super) unit: Option<usize>,
    depth: usize,
}

/// A call of a module.
pub(super) struct Call {
    pub(super) scope: usize,
    pub(super) at: At,
    pub(super) instance: Instance,
}

/// One of those that `for_each` or `count` make of a block; the only one, where there is neither.
#[derive(Clone, Debug, Default)]
pub(super) struct Instance {
    pub(super) key: Option<Rc<str>>,
    /// What `each` or `count` is.
    pub(super) bound: Option<(&'static str, Value)>,
    /// True if it stands for as many as only a deployment knows.
    pub(super) unknown: bool,
}

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
pub(super) struct Env<'e> {
    pub(super) scope: usize,
    pub(super) bound: Option<&'e Bound<'e>>,
}

/// A name that `for_each`, `for` or `dynamic` gives to a value.
pub(super) struct Bound<'e> {
    pub(super) name: &'e str,
    pub(super) value: &'e Value,
    pub(super) next: Option<&'e Bound<'e>>,
}

impl Instance {
    /// The instance as the first name of an environment.
    pub(super) fn bound(&self) -> Option<Bound<'_>> {
        self.bound.as_ref().map(|(name, value)| Bound { name, value, next: None })
    }
}

/// The scopes of the instances of a call, by key.
type Children = Rc<[(Option<Rc<str>>, usize)]>;

/// What `for_each` or `count` make of a block.
type Instances = Rc<[Instance]>;

/// All modules, and what is known of them so far.
pub(super) struct World<'f> {
    pub(super) files: &'f FileSet,
    pub(super) modules: Vec<Module>,
    pub(super) by_folder: HashMap<RepoPath, usize>,
    /// The root scopes of Terragrunt units, by folder.
    pub(super) units: RefCell<HashMap<RepoPath, usize>>,
    pub(super) problems: RefCell<Vec<Problem>>,
    scopes: RefCell<Vec<Rc<Scope>>>,
    children: RefCell<HashMap<(usize, At), Option<Children>>>,
    instances: RefCell<HashMap<(usize, At), Option<Instances>>>,
    pub(super) values: RefCell<HashMap<(usize, String), Option<Value>>>,
    detached: RefCell<HashMap<usize, usize>>,
    index: OnceCell<Index>,
    layer_folders: OnceCell<HashMap<String, BTreeSet<RepoPath>>>,
    /// How many steps are left for the question that is being answered, and for all.
    pub(super) steps: Cell<usize>,
    pub(super) all_steps: Cell<usize>,
    pub(super) depth: Cell<usize>,
    /// How deep archives in archives are being looked into.
    pub(super) packing: Cell<usize>,
}

impl<'f> World<'f> {
    /// A scope of a module that nobody calls: its variables are what it says itself.
    pub(super) fn detached(&self, module: usize) -> usize {
        if let Some(known) = self.detached.borrow().get(&module) {
            return *known;
        }
        let scope = self.add_root(module, None);
        self.detached.borrow_mut().insert(module, scope);
        scope
    }

    /// The world of `modules`, of which the first `own` are folders of the checkout that can be called.
    pub(super) fn new(files: &'f FileSet, modules: Vec<Module>, own: usize) -> Self {
        let folders = modules[..own].iter().enumerate();
        let by_folder = folders.map(|(number, module)| (module.folder.clone(), number)).collect();
        Self {
            files,
            modules,
            by_folder,
            units: RefCell::default(),
            problems: RefCell::default(),
            scopes: RefCell::default(),
            children: RefCell::default(),
            instances: RefCell::default(),
            values: RefCell::default(),
            detached: RefCell::default(),
            index: OnceCell::new(),
            layer_folders: OnceCell::new(),
            steps: Cell::new(0),
            all_steps: Cell::new(STEPS),
            depth: Cell::new(0),
            packing: Cell::new(0),
        }
    }

    pub(super) fn scope(&self, scope: usize) -> Rc<Scope> {
        self.scopes.borrow()[scope].clone()
    }

    /// Tables over the files of the checkout.
    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.files))
    }

    /// The folders below a folder of layers, by name.
    pub(super) fn layer_folders(&self, name: &str) -> Option<&BTreeSet<RepoPath>> {
        let folders = self.layer_folders.get_or_init(|| {
            let mut folders: HashMap<String, BTreeSet<RepoPath>> = HashMap::new();
            for file in self.files.paths() {
                let parts: Vec<&str> = file.components().collect();
                let layers = parts.iter().position(|part| matches!(*part, "layer" | "layers"));
                let Some(at) = layers.filter(|at| at + 2 < parts.len()) else { continue };
                if let Ok(folder) = RepoPath::new(&parts[..at + 2].join("/")) {
                    folders.entry(parts[at + 1].to_owned()).or_default().insert(folder);
                }
            }
            folders
        });
        folders.get(name)
    }

    pub(super) fn module_of(&self, scope: usize) -> &Module {
        &self.modules[self.scope(scope).module]
    }

    pub(super) fn add_root(&self, module: usize, unit: Option<usize>) -> usize {
        let mut scopes = self.scopes.borrow_mut();
        let root = scopes.len();
        scopes.push(Rc::new(Scope { module, root, path: String::new(), call: None, unit, depth: 0 }));
        root
    }

    pub(super) fn problem(&self, kind: ProblemKind, location: Location, message: String) {
        self.problems.borrow_mut().push(Problem::at(kind, location, message));
    }

    /// The place of a block: its name.
    pub(super) fn place(&self, module: usize, at: At) -> Location {
        let source = &self.modules[module].files[at.0];
        source.place(self.modules[module].block_at(at).name().span.clone())
    }

    /// The full address of a block of `scope`: `module.a.aws_sqs_queue.jobs["k"]`.
    pub(super) fn full_address(&self, scope: usize, address: &str, key: Option<&str>) -> String {
        let path = &self.scope(scope).path;
        let dot = if path.is_empty() { "" } else { "." };
        let key = key.map_or_else(String::new, |key| format!("[{key}]"));
        format!("{path}{dot}{address}{key}")
    }

    /// The block that a reference means, with the instance.
    pub(super) fn block(&self, reference: &Reference) -> Option<(&Block, Instance)> {
        let module = self.module_of(reference.scope);
        let at = module.at(&reference.address)?;
        let instances = self.instances(reference.scope, at);
        let wanted = reference.key.as_deref();
        let found = instances.iter().find(|instance| wanted.is_none_or(|key| instance.key.as_deref() == Some(key)));
        Some((module.block_at(at), found.or(instances.first()).cloned().unwrap_or_default()))
    }

    /// The folder of a local module that a call names; none if it lies elsewhere.
    pub(super) fn local_source(&self, scope: usize, block: &Block) -> Option<String> {
        let source = block.body.attribute("source")?;
        let text = self.eval(&source.value, Env { scope, bound: None }).known()?;
        is_local(&text).then_some(text)
    }

    /// The scopes that a call of a local module makes; none for modules that lie elsewhere.
    pub(super) fn children(&self, scope: usize, at: At) -> Children {
        let known = self.children.borrow().get(&(scope, at)).cloned();
        match known {
            Some(Some(children)) => return children,
            // The call is asked for while it is evaluated: a circle.
            Some(None) => return Rc::from([]),
            None => {}
        }
        self.children.borrow_mut().insert((scope, at), None);
        let children: Children = self.make_children(scope, at).into();
        self.children.borrow_mut().insert((scope, at), Some(children.clone()));
        children
    }

    fn make_children(&self, scope: usize, at: At) -> Vec<(Option<Rc<str>>, usize)> {
        let of = self.scope(scope);
        let block = self.modules[of.module].block_at(at);
        let Some(source) = self.local_source(scope, block) else { return Vec::new() };
        let module = match self.modules[of.module].folder.join(&source) {
            Ok(folder) => self.files.resolve(&folder).and_then(|folder| self.by_folder.get(&folder).copied()),
            Err(outside) => {
                self.problem(ProblemKind::OutsideRepository, self.place(of.module, at), outside.to_string());
                return Vec::new();
            }
        };
        let Some(module) = module else {
            let message = format!("the module `{source}` is not in the checkout");
            self.problem(ProblemKind::InvalidManifest, self.place(of.module, at), message);
            return Vec::new();
        };
        let message = if self.chain(scope).any(|above| above.module == module) {
            format!("the module `{source}` calls itself")
        } else if of.depth >= DEPTH || self.scopes.borrow().len() >= SCOPES {
            format!("the module `{source}` is not looked into: there are too many calls")
        } else {
            let instances = self.instances(scope, at);
            return instances
                .iter()
                .map(|one| (one.key.clone(), self.add_child(&of, scope, module, at, one)))
                .collect();
        };
        self.problem(ProblemKind::InvalidManifest, self.place(of.module, at), message);
        Vec::new()
    }

    fn add_child(&self, of: &Scope, scope: usize, module: usize, at: At, instance: &Instance) -> usize {
        let label = format!("module.{}", self.modules[of.module].block_at(at).label(0));
        let path = self.full_address(scope, &label, instance.key.as_deref());
        let call = Some(Call { scope, at, instance: instance.clone() });
        let mut scopes = self.scopes.borrow_mut();
        scopes.push(Rc::new(Scope { module, root: of.root, path, call, unit: None, depth: of.depth + 1 }));
        scopes.len() - 1
    }

    /// The scope and those above it.
    pub(super) fn chain(&self, scope: usize) -> impl Iterator<Item = Rc<Scope>> {
        std::iter::successors(Some(self.scope(scope)), |below| Some(self.scope(below.call.as_ref()?.scope)))
    }

    /// What `for_each` or `count` make of a block.
    pub(super) fn instances(&self, scope: usize, at: At) -> Rc<[Instance]> {
        let known = self.instances.borrow().get(&(scope, at)).cloned();
        match known {
            Some(Some(instances)) => return instances,
            Some(None) => return Rc::from([Instance::default()]),
            None => {}
        }
        self.instances.borrow_mut().insert((scope, at), None);
        let block = self.module_of(scope).block_at(at);
        let env = Env { scope, bound: None };
        let each = block.body.attribute("for_each").map(|each| self.each_of(&self.non_empty(&each.value, env)));
        let made = match (each, block.body.attribute("count")) {
            (Some(each), _) => each,
            (None, Some(count)) => self.counted(&self.non_empty(&count.value, env)),
            (None, None) => vec![Instance::default()],
        };
        let made: Rc<[Instance]> = made.into();
        self.instances.borrow_mut().insert((scope, at), Some(made.clone()));
        made
    }

    /// The value of `for_each` or `count`: where a condition would leave nothing, what the other branch says. Functions
    /// that only some environments have are functions.
    fn non_empty(&self, expr: &Expr, env: Env<'_>) -> Value {
        let value = self.eval(expr, env);
        let nothing = |value: &Value| value.is_empty() || *value == Value::Number(0.0) || *value == Value::Bool(false);
        if let ExprKind::Conditional { test, then, otherwise } = &expr.kind
            && nothing(&value)
            && self.depends_on_deployment(test, env.scope, &mut BTreeSet::new())
        {
            let other = [then, otherwise].into_iter().map(|branch| self.non_empty(branch, env));
            return other.into_iter().find(|branch| !nothing(branch)).unwrap_or(value);
        }
        value
    }

    /// True if `expr` hangs on what is set from outside: the variables of a root, whatever their defaults.
    fn depends_on_deployment(&self, expr: &Expr, scope: usize, seen: &mut BTreeSet<(usize, String)>) -> bool {
        let mut depends = false;
        leaves::each_name(expr, &mut |name, steps| {
            let Some(Step::Attribute(first)) = steps.first() else { return };
            if depends || seen.len() > 500 || !seen.insert((scope, format!("{name}.{first}"))) {
                return;
            }
            let of = self.scope(scope);
            let module = &self.modules[of.module];
            depends = match (name, &of.call) {
                ("var", Some(call)) => {
                    let block = self.module_of(call.scope).block_at(call.at);
                    let given = block.body.attribute(first);
                    given.is_some_and(|given| self.depends_on_deployment(&given.value, call.scope, seen))
                }
                ("local", _) => module.local(first).is_some_and(|expr| self.depends_on_deployment(expr, scope, seen)),
                ("each" | "count" | "path", _) => false,
                _ => true,
            };
        });
        depends
    }

    fn each_of(&self, value: &Value) -> Vec<Instance> {
        let instance = |key: &str, value: Value| Instance {
            key: Some(Rc::from(key)),
            bound: Some((
                "each",
                Value::map(BTreeMap::from([("key".into(), Value::text(key)), ("value".into(), value)])),
            )),
            unknown: false,
        };
        let made: Vec<Instance> = match value {
            Value::Map(entries) => entries.iter().map(|(key, value)| instance(key, value.clone())).collect(),
            Value::List(items) => {
                let mut keys: Vec<String> = items.iter().filter_map(Value::known).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.iter().map(|key| instance(key, Value::text(key))).collect()
            }
            // `for_each = module.lambda`, or all of a resource that has a `for_each` itself.
            Value::Ref(reference) if reference.path.is_empty() && reference.key.is_none() => {
                self.keys_of(reference).iter().map(|key| instance(key, self.step_to_key(reference, key))).collect()
            }
            _ => Vec::new(),
        };
        if made.is_empty() {
            let of = BTreeMap::from([("key".into(), Value::unknown()), ("value".into(), Value::made_of([value]))]);
            return vec![Instance { key: None, bound: Some(("each", Value::map(of))), unknown: true }];
        }
        made
    }

    fn counted(&self, value: &Value) -> Vec<Instance> {
        let number = match value {
            // What a condition leaves out for certain, and a literal 0.
            Value::Number(number) if *number == 0.0 => return Vec::new(),
            Value::Bool(false) => return Vec::new(),
            Value::Number(number) if (1.0..=LARGEST as f64).contains(number) => *number as usize,
            _ => 1,
        };
        let index =
            |number: usize| ("count", Value::map(BTreeMap::from([("index".to_owned(), Value::Number(number as f64))])));
        if number == 1 {
            return vec![Instance { key: None, bound: Some(index(0)), unknown: false }];
        }
        (0..number)
            .map(|at| Instance { key: Some(Rc::from(at.to_string())), bound: Some(index(at)), unknown: false })
            .collect()
    }

    /// The keys of the instances of what a reference names.
    pub(super) fn keys_of(&self, reference: &Reference) -> Vec<Rc<str>> {
        let Some(at) = self.module_of(reference.scope).at(&reference.address) else { return Vec::new() };
        self.instances(reference.scope, at).iter().filter_map(|instance| instance.key.clone()).collect()
    }

    pub(super) fn step_to_key(&self, reference: &Reference, key: &str) -> Value {
        Value::Ref(Rc::new(Reference { key: Some(Rc::from(key)), ..reference.clone() }))
    }
}

/// True for sources that are paths of the checkout.
pub(super) fn is_local(source: &str) -> bool {
    source == "." || source == ".." || source.starts_with("./") || source.starts_with("../")
}
