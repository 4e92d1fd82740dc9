//! What a file declares, as the parsers of the three languages say it.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

/// A file.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// The package, as its clause says it; empty for the unnamed one.
    pub(crate) package: String,
    /// Packages around it whose names are visible as well (Scala's `package a; package b`).
    pub(crate) around: Vec<String>,
    pub(crate) imports: Vec<Brought>,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) locals: Locals,
    /// Where names stand that are being declared: these mention nothing.
    pub(crate) declared: FxHashSet<usize>,
    /// What a container is asked to inject: types within these mean what implements them, too.
    pub(crate) injected: Vec<Range<usize>>,
    /// Types that a container is told how to make, each within the definition that tells it.
    pub(crate) provided: Vec<Range<usize>>,
    /// The class that holds Kotlin's functions outside of classes, for other languages: `MoneyKt`.
    pub(crate) facade: Option<String>,
    /// True if an annotation says that a program wrote it.
    pub(crate) generated: bool,
}

impl Shape {
    /// Puts the definitions in the order of the text.
    pub(crate) fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.definitions.len()).collect();
        order.sort_by_key(|index| {
            let span = &self.definitions[*index].span;
            (span.start, std::cmp::Reverse(span.end))
        });
        let mut places = vec![0; order.len()];
        (0..).zip(&order).for_each(|(place, index)| places[*index] = place);
        let mut sorted: Vec<Definition> =
            order.iter().map(|index| std::mem::take(&mut self.definitions[*index])).collect();
        for definition in &mut sorted {
            definition.parent = definition.parent.map(|parent| places[parent]);
        }
        self.definitions = sorted;
    }
}

/// One name that an import brings in, or all of a package or type.
#[derive(Debug)]
pub(crate) struct Brought {
    pub(crate) path: Vec<String>,
    /// What it is called in the file; empty for a star.
    pub(crate) name: String,
    pub(crate) star: bool,
    pub(crate) span: Range<usize>,
}

/// What a definition is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A class, interface, enum, record, trait, alias.
    #[default]
    Type,
    /// An object: the only instance of its type.
    Object,
    /// What can be used without an instance: a static member, a member of an object, a function of a package.
    Member,
    /// What runs when a type or object is first touched.
    Initialiser,
}

/// A definition that becomes a symbol.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    /// `Money.total`.
    pub(crate) name: String,
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// The definition around it.
    pub(crate) parent: Option<usize>,
    /// Where the names of the types start that it extends or implements.
    pub(crate) supertypes: Vec<usize>,
    /// True for what needs an instance of the type around it.
    pub(crate) inner: bool,
    /// True for what is used without being named.
    pub(crate) implicit: bool,
    /// True for a companion that others may call through what it implements, or that its class makes by calling
    /// something: whoever uses the class uses it.
    pub(crate) attached: bool,
    /// True if a container makes it.
    pub(crate) managed: bool,
    /// True if it starts a container that makes all that it finds in its package.
    pub(crate) scans: bool,
    /// True if what makes it from a text knows all its subtypes.
    pub(crate) sealed: bool,
    /// The names of its members that are no definitions.
    pub(crate) members: FxHashSet<String>,
    /// The names of its instances, if it is an enum: static imports bring them in.
    pub(crate) constants: Vec<String>,
    /// The names of its methods: what a manifest may name as a handler.
    pub(crate) methods: Vec<String>,
}

/// Types that are nested deeper are part of those around them.
const DEEPEST: usize = 12;

impl Definition {
    /// True if what is nested in it may be a definition of its own.
    pub(crate) fn may_nest(&self) -> bool {
        self.name.len() < 1000 && self.name.matches('.').count() < DEEPEST
    }

    /// True for a type, or an object.
    pub(crate) fn is_type(&self) -> bool {
        matches!(self.kind, Kind::Type | Kind::Object)
    }
}

/// More places of one name are not told apart: the name counts as no local one then.
const MOST_SCOPES: usize = 500;

/// Names of variables and parameters, and where they are known.
#[derive(Debug, Default)]
pub(crate) struct Locals(FxHashMap<String, Vec<Range<usize>>>);

impl Locals {
    /// Adds a name that is known in `scope`.
    pub(crate) fn add(&mut self, name: &str, scope: Range<usize>) {
        let scopes = self.0.entry(name.to_owned()).or_default();
        if scopes.last() != Some(&scope) {
            scopes.push(scope);
        }
    }

    /// True if `name` is that of a variable anywhere.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// True if `name` is that of a variable at the place `at`.
    pub(crate) fn has(&self, name: &str, at: usize) -> bool {
        let scopes = self.0.get(name).filter(|scopes| scopes.len() <= MOST_SCOPES);
        scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope.contains(&at)))
    }
}

/// Annotations of classes that containers make: Spring, CDI and Jakarta, Guice, Dagger, Micronaut, Quarkus.
const MANAGED: [&str; 24] = [
    "ApplicationScoped",
    "Bean",
    "Component",
    "Configuration",
    "Context",
    "Controller",
    "Dependent",
    "Factory",
    "Introspected",
    "Module",
    "Named",
    "Path",
    "Prototype",
    "Provider",
    "QuarkusMain",
    "Repository",
    "RequestScope",
    "RequestScoped",
    "RestController",
    "Service",
    "SessionScoped",
    "Singleton",
    "SpringBootApplication",
    "MicronautApplication",
];

/// True if a class with this annotation is made by a container.
pub(crate) fn is_managed(annotation: &str) -> bool {
    MANAGED.contains(&annotation)
}

/// True if what has this annotation is filled in by a container.
pub(crate) fn is_injected(annotation: &str) -> bool {
    matches!(annotation, "Inject" | "Autowired" | "Resource" | "EJB" | "Any" | "AssistedInject")
}

/// True if a method with this annotation makes what a container hands out.
pub(crate) fn provides(annotation: &str) -> bool {
    matches!(annotation, "Provides" | "Bean" | "Produces" | "Binds" | "BindsInstance" | "ProvidesIntoSet")
}

/// True if a class with this annotation makes a container look through its package.
pub(crate) fn scans(annotation: &str) -> bool {
    matches!(annotation, "SpringBootApplication" | "ComponentScan")
}

/// True for the annotation of generated code.
pub(crate) fn is_generated(annotation: &str) -> bool {
    annotation == "Generated"
}
