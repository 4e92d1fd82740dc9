//! What the mentions of a file mean, as far as the file itself tells, and the [`FileFacts`] that follow.
//!
//! A mention is a definition of the file, or the name of an import with what is used through it, or a name that only the
//! other files of the repository can explain: that is left to [`super::resolve`].

use std::{collections::BTreeSet, ops::Range};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Dialect, remote,
    shape::{Brought, Definition, Kind, Shape},
    tokens::Path,
};
use crate::{
    change,
    language::{Export, FileFacts, Import, ImportKind, Role, RoleKind, Symbol},
};

/// Words that stand between an object and its members where another language names them.
pub(super) const BETWEEN: [&str; 3] = ["Companion", "INSTANCE", "MODULE$"];

/// The facts of a file with this shape and these mentions.
pub(crate) fn facts(dialect: Dialect, text: &str, mut shape: Shape, paths: &[Path<'_>]) -> FileFacts {
    for spans in [&mut shape.injected, &mut shape.provided] {
        spans.sort_by_key(|span| span.start);
    }
    shape.imports.retain(|import| !import.path.is_empty());
    shape.sort();
    let mut binder = Binder::new(dialect, &shape);
    binder.bind_all(paths);
    binder.link();
    let generated = shape.generated || change::is_generated(text);
    FileFacts { generated, remote_calls: remote::calls(text, paths), ..binder.finish() }
}

/// What a mention means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Symbol(usize),
    Import(usize),
}

/// What one definition uses.
#[derive(Clone, Debug, Default)]
struct Used {
    symbols: BTreeSet<usize>,
    imports: BTreeSet<usize>,
}

impl Used {
    fn add(&mut self, targets: &[Target]) {
        for target in targets {
            match target {
                Target::Symbol(symbol) => self.symbols.insert(*symbol),
                Target::Import(import) => self.imports.insert(*import),
            };
        }
    }
}

struct Binder<'s> {
    dialect: Dialect,
    shape: &'s Shape,
    /// Definitions by their full names.
    names: FxHashMap<String, Vec<usize>>,
    /// What the full names of those that stand in others end with: most names are none of them.
    inner: FxHashSet<&'s str>,
    /// Names that imports bring in, with what they stand for.
    brought: FxHashMap<&'s str, Vec<Vec<String>>>,
    /// Names that imports give to definitions of the file.
    aliases: FxHashMap<&'s str, String>,
    /// Objects of the file of which everything is imported.
    local_stars: Vec<String>,
    /// All that stars bring in: packages and types.
    stars: Vec<(Vec<String>, Range<usize>)>,
    mentioned: FxHashSet<&'s str>,
    imports: Vec<Import>,
    known: FxHashMap<(String, Option<String>, bool), usize>,
    used: Vec<Used>,
    /// What stands outside of all definitions.
    outside: Used,
    roles: Vec<Role>,
    inherits: bool,
}

impl<'s> Binder<'s> {
    fn new(dialect: Dialect, shape: &'s Shape) -> Self {
        let mut names: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, definition) in shape.definitions.iter().enumerate() {
            names.entry(definition.name.clone()).or_default().push(index);
        }
        let ends = |name: &'s str| name.match_indices('.').map(|(at, _)| &name[at + 1..]);
        let inner = shape.definitions.iter().flat_map(|definition| ends(&definition.name)).collect();
        let mut binder = Self {
            dialect,
            shape,
            names,
            inner,
            brought: FxHashMap::default(),
            aliases: FxHashMap::default(),
            local_stars: Vec::new(),
            stars: Vec::new(),
            mentioned: FxHashSet::default(),
            imports: Vec::new(),
            known: FxHashMap::default(),
            used: vec![Used::default(); shape.definitions.len()],
            outside: Used::default(),
            roles: Vec::new(),
            inherits: shape.definitions.iter().any(|definition| !definition.supertypes.is_empty()),
        };
        shape.imports.iter().for_each(|import| binder.bring(import));
        binder
    }

    /// Notes what an import brings in. Those of Scala may begin with what an earlier one brought.
    fn bring(&mut self, import: &'s Brought) {
        let mut path = import.path.clone();
        if self.dialect == Dialect::Scala {
            let of_instances = |definition: &Definition| definition.members.contains(&path[0]);
            if self.shape.locals.knows(&path[0]) || self.shape.definitions.iter().any(of_instances) {
                // The members of a value: they belong to its type.
                return;
            }
            let before = self.brought.get(path[0].as_str()).and_then(|paths| paths.first());
            if let Some(before) = before.filter(|before| before.last() == path.first() && before.len() > 1) {
                path = before.iter().cloned().chain(path[1..].iter().cloned()).collect();
            }
            let full = path.join(".");
            if self.names.contains_key(&full) {
                match import.star {
                    true => self.local_stars.push(full),
                    false => drop(self.aliases.insert(&import.name, full)),
                }
                return;
            }
        }
        if import.star {
            self.stars.push((path, import.span.clone()));
        } else {
            self.brought.entry(&import.name).or_default().push(path);
        }
    }

    fn bind_all(&mut self, paths: &[Path<'_>]) {
        let definitions = &self.shape.definitions;
        let mut order: Vec<usize> = (0..definitions.len()).collect();
        order.sort_by_key(|index| (definitions[*index].span.start, std::cmp::Reverse(definitions[*index].span.end)));
        let supertypes: FxHashMap<usize, usize> = (0..definitions.len())
            .flat_map(|index| definitions[index].supertypes.iter().map(move |start| (*start, index)))
            .collect();
        let mut next = order.into_iter().peekable();
        let mut around: Vec<usize> = Vec::new();
        let mut loads = false;
        for path in paths {
            let at = path.span.start;
            while let Some(index) = next.next_if(|index| definitions[*index].span.start <= at) {
                while around.last().is_some_and(|outer| definitions[*outer].span.end <= definitions[index].span.start) {
                    around.pop();
                }
                around.push(index);
            }
            while around.last().is_some_and(|outer| definitions[*outer].span.end <= at) {
                around.pop();
            }
            let owner = around.last().copied();
            let injected = std::mem::take(&mut loads) || contains(&self.shape.injected, at);
            let targets = self.bind(path, owner, injected);
            loads = path.names.ends_with(&["ServiceLoader", "load"]);
            self.used(owner).add(&targets);
            if let Some(subtype) = supertypes.get(&at) {
                self.role(*subtype, RoleKind::Inherits, &targets);
            }
            if let Some(owner) = owner.filter(|_| contains(&self.shape.provided, at)) {
                self.role(owner, RoleKind::Provides, &targets);
            }
        }
    }

    fn used(&mut self, owner: Option<usize>) -> &mut Used {
        match owner {
            Some(owner) => &mut self.used[owner],
            None => &mut self.outside,
        }
    }

    fn role(&mut self, symbol: usize, kind: RoleKind, targets: &[Target]) {
        for target in targets {
            let (other, import) = match target {
                Target::Symbol(other) => (Some(*other), None),
                Target::Import(import) => (None, Some(*import)),
            };
            self.roles.push(Role { symbol, kind, other, import });
        }
    }

    /// What a mention in `owner` means. `injected` is true where what implements a type may be meant with it.
    fn bind(&mut self, path: &Path<'_>, owner: Option<usize>, injected: bool) -> Vec<Target> {
        let mut targets = self.by_class_name(path);
        targets.extend(self.extensions(path));
        if path.member {
            return targets;
        }
        let head = path.names[0];
        if path.own {
            targets.extend(self.defined(&path.names, owner).unwrap_or_default());
            return targets;
        }
        let alone = path.call && path.names.len() == 1;
        if !alone && self.shape.locals.has(head, path.span.start) {
            return targets;
        }
        let Some(found) = self.defined(&path.names, owner) else {
            self.beyond(path, injected, &mut targets);
            return targets;
        };
        if injected {
            let full = self.qualified(&path.names.join("."));
            targets.push(self.mention(full, None, &path.span, true));
        }
        targets.extend(found);
        if self.hides_nothing(path, owner) {
            self.beyond(path, injected, &mut targets);
        }
        targets
    }

    /// Adds what a mention means beyond the file.
    fn beyond(&mut self, path: &Path<'_>, injected: bool, targets: &mut Vec<Target>) {
        if let Some((name, brought)) = self.brought.get_key_value(path.names[0]).map(|(name, it)| (*name, it.clone())) {
            self.mentioned.insert(name);
            let rest = path.names[1..].join(".");
            for import in brought {
                targets.push(self.mention(import.join("."), Some(rest.clone()), &path.span, injected));
            }
        } else if self.may_be_known(path) {
            targets.push(self.mention(path.names.join("."), None, &path.span, injected));
        }
    }

    /// True if a name that the file defines may mean another definition all the same. Kotlin calls the function that the
    /// arguments fit, be it further out or imported, and a function called like a class leaves its type what it is.
    fn hides_nothing(&self, path: &Path<'_>, owner: Option<usize>) -> bool {
        let capital = path.names[0].starts_with(char::is_uppercase);
        if self.dialect != Dialect::Kotlin || !(capital || path.call && path.names.len() == 1) {
            return false;
        }
        match self.in_scope(path.names[0], owner) {
            Some(Scope::Definition(name)) => {
                self.names[&name].iter().all(|index| self.shape.definitions[*index].kind == Kind::Member)
            }
            Some(Scope::Instance(_)) => true,
            None => false,
        }
    }

    /// `Class.forName("com.acme.Money")`: the class, or that it is computed.
    fn by_class_name(&mut self, path: &Path<'_>) -> Vec<Target> {
        let by_name = path.names.ends_with(&["Class", "forName"]) || path.names.last() == Some(&"loadClass");
        if !path.call || !by_name {
            return Vec::new();
        }
        let Some(name) = path.argument else {
            self.imports.push(Import {
                specifier: path.names.join("."),
                span: path.span.clone(),
                names: Vec::new(),
                whole: false,
                members: None,
                kind: ImportKind::Computed,
                level: 0,
            });
            return vec![Target::Import(self.imports.len() - 1)];
        };
        vec![self.mention(name.replace('$', "."), None, &path.span, false)]
    }

    /// Functions of Kotlin that may extend what the chain goes through.
    fn extensions(&mut self, path: &Path<'_>) -> Vec<Target> {
        if self.dialect != Dialect::Kotlin {
            return Vec::new();
        }
        let first = usize::from(!path.member && !path.own);
        let mut targets = Vec::new();
        for name in &path.names[first.min(path.names.len())..] {
            if let Some(found) = self.names.get(*name) {
                let implicit = found.iter().filter(|index| self.shape.definitions[**index].implicit);
                targets.extend(implicit.map(|index| Target::Symbol(*index)));
            } else if let Some(brought) = self.brought.get(name).cloned() {
                for import in brought {
                    targets.push(self.mention(import.join("."), Some(String::new()), &path.span, false));
                }
            } else {
                targets.push(self.mention(format!(".{name}"), None, &path.span, false));
            }
        }
        targets
    }

    /// The definitions of the file that a chain leads to, and what it may mean beyond them; none if its first name means
    /// nothing in the file.
    fn defined(&mut self, names: &[&str], owner: Option<usize>) -> Option<Vec<Target>> {
        let mut base = match self.in_scope(names[0], owner)? {
            Scope::Definition(name) => name,
            Scope::Instance(of) => return Some(vec![Target::Symbol(of)]),
        };
        let mut rest = &names[1..];
        while let Some((next, after)) = rest.split_first() {
            if let Some(inner) = self.inside(&base, next) {
                base = inner;
            } else if !BETWEEN.contains(next) {
                break;
            }
            rest = after;
        }
        let found = &self.names[&base];
        let mut targets: Vec<Target> = found.iter().map(|index| Target::Symbol(*index)).collect();
        let inherits = found.iter().any(|index| !self.shape.definitions[*index].supertypes.is_empty());
        if inherits && !rest.is_empty() {
            // What is used of it may be inherited.
            let full = self.qualified(&format!("{base}.{}", rest[0]));
            targets.push(self.mention(full, None, &(0..0), false));
        }
        Some(targets)
    }

    fn in_scope(&self, name: &str, owner: Option<usize>) -> Option<Scope> {
        let definitions = &self.shape.definitions;
        let mut around = owner;
        while let Some(index) = around {
            let definition = &definitions[index];
            if definition.is_type() {
                if let Some(full) = self.inside(&definition.name, name) {
                    return Some(Scope::Definition(full));
                }
                if definition.members.contains(name) {
                    return Some(Scope::Instance(index));
                }
            }
            around = definition.parent;
        }
        if self.names.contains_key(name) {
            return Some(Scope::Definition(name.to_owned()));
        }
        if let Some(full) = self.aliases.get(name) {
            return Some(Scope::Definition(full.clone()));
        }
        self.local_stars.iter().find_map(|object| self.inside(object, name)).map(Scope::Definition)
    }

    /// The full name of the definition `name` in `outer`, if there is one.
    fn inside(&self, outer: &str, name: &str) -> Option<String> {
        let full = self.inner.contains(name).then(|| format!("{outer}.{name}"))?;
        self.names.contains_key(&full).then_some(full)
    }

    /// False for names that nothing outside of the file can explain.
    fn may_be_known(&self, path: &Path<'_>) -> bool {
        let lower = path.names[0].starts_with(|first: char| first.is_lowercase() || first == '_');
        self.dialect != Dialect::Java
            || !lower
            || path.names.len() > 2
            || path.names.get(1).is_some_and(|name| name.starts_with(|first: char| first.is_uppercase()))
            || (path.names.len() == 1 && (self.inherits || !self.stars.is_empty()))
    }

    fn qualified(&self, name: &str) -> String {
        if self.shape.package.is_empty() { name.to_owned() } else { format!("{}.{name}", self.shape.package) }
    }

    /// The import of a mention, once per file.
    fn mention(&mut self, specifier: String, members: Option<String>, span: &Range<usize>, injected: bool) -> Target {
        let key = (specifier, members, injected);
        if let Some(index) = self.known.get(&key) {
            return Target::Import(*index);
        }
        let (specifier, members, _) = key.clone();
        self.imports.push(Import {
            names: vec![specifier.clone()],
            specifier,
            span: span.clone(),
            whole: injected,
            members: members.map(|members| if members.is_empty() { Vec::new() } else { vec![members] }),
            kind: ImportKind::Mention,
            level: 0,
        });
        self.known.insert(key, self.imports.len() - 1);
        Target::Import(self.imports.len() - 1)
    }

    /// Joins what belongs together without a mention.
    fn link(&mut self) {
        let shape = self.shape;
        let mut links: Vec<(usize, usize)> = Vec::new();
        for same in self.names.values().filter(|same| same.len() > 1 && same.len() <= MOST_OVERLOADS) {
            links.extend(same.iter().flat_map(|one| same.iter().map(move |other| (*one, *other))));
        }
        let initialised: FxHashMap<usize, usize> = (0..)
            .zip(&shape.definitions)
            .filter(|(_, definition)| definition.kind == Kind::Initialiser)
            .filter_map(|(index, definition)| Some((definition.parent?, index)))
            .collect();
        for (index, definition) in shape.definitions.iter().enumerate() {
            let Some(parent) = definition.parent else { continue };
            let outer = &shape.definitions[parent];
            match definition.kind {
                Kind::Initialiser => {
                    links.push((parent, index));
                    // A class is initialised with its companion.
                    links.extend(outer.parent.filter(|_| outer.kind == Kind::Object).map(|class| (class, index)));
                }
                Kind::Member => links.extend(initialised.get(&parent).map(|initialiser| (index, *initialiser))),
                Kind::Object if definition.attached => links.push((parent, index)),
                Kind::Type | Kind::Object => {}
            }
            if definition.inner {
                links.push((index, parent));
            }
            let class = self.names[&outer.name].iter().find(|same| shape.definitions[**same].kind == Kind::Type);
            match class {
                // What a compiler looks for beside the class.
                Some(class) if definition.implicit || is_maker(&definition.name) => links.push((*class, index)),
                None if definition.kind == Kind::Member && outer.kind == Kind::Object => links.push((parent, index)),
                _ => {}
            }
        }
        for role in self.roles.iter().filter(|role| role.kind == RoleKind::Inherits) {
            links.extend(role.other.filter(|other| shape.definitions[*other].sealed).map(|other| (other, role.symbol)));
        }
        for (from, to) in links.into_iter().filter(|(from, to)| from != to) {
            self.used[from].symbols.insert(to);
        }
        self.share_spans();
        if self.dialect == Dialect::Scala {
            self.bring_unnamed();
        }
        for (index, definition) in shape.definitions.iter().enumerate() {
            self.used[index].symbols.remove(&index);
            if definition.managed {
                self.roles.push(Role { symbol: index, kind: RoleKind::Managed, other: None, import: None });
            }
            if definition.implicit {
                self.roles.push(Role { symbol: index, kind: RoleKind::Implicit, other: None, import: None });
            }
            if definition.scans {
                let all = self.qualified("**");
                let target = self.mention(all, None, &(0..0), true);
                self.used[index].add(&[target]);
            }
        }
    }

    /// Several names of one definition use the same.
    fn share_spans(&mut self) {
        let mut by_span: FxHashMap<(usize, usize), usize> = FxHashMap::default();
        for (index, definition) in self.shape.definitions.iter().enumerate().rev() {
            let span = (definition.span.start, definition.span.end);
            match by_span.get(&span) {
                // The last of them is the one that mentions were given to.
                Some(last) => self.used[index] = self.used[*last].clone(),
                None => drop(by_span.insert(span, index)),
            }
        }
    }

    /// What Scala's imports bring in without its being named: implicits and givens.
    fn bring_unnamed(&mut self) {
        let mut targets: Vec<Target> = Vec::new();
        for (path, span) in self.stars.clone() {
            targets.push(self.mention(format!("{}.*", path.join(".")), None, &span, false));
        }
        for import in self.shape.imports.iter().filter(|import| !import.star) {
            if !self.mentioned.contains(import.name.as_str()) {
                targets.push(self.mention(import.path.join("."), Some(String::new()), &import.span, false));
            }
        }
        let packages: Vec<String> = std::iter::once(&self.shape.package).chain(&self.shape.around).cloned().collect();
        for package in packages.iter().filter(|package| !package.is_empty()) {
            targets.push(self.mention(format!("{package}.*"), None, &(0..0), false));
        }
        // Whatever is used of the file may use them.
        self.outside.add(&targets);
    }

    fn finish(mut self) -> FileFacts {
        for (path, span) in std::mem::take(&mut self.stars) {
            self.imports.push(star(path.join("."), span));
        }
        for package in &self.shape.around {
            self.imports.push(star(package.clone(), 0..0));
        }
        let symbol = |(definition, used): (&Definition, Used)| Symbol {
            name: definition.name.clone(),
            span: definition.span.clone(),
            uses: used.symbols.into_iter().collect(),
            imports: used.imports.into_iter().collect(),
        };
        FileFacts {
            package: self.shape.package.clone(),
            exports: self.handlers(),
            symbols: self.shape.definitions.iter().zip(self.used).map(symbol).collect(),
            imports: self.imports,
            roles: self.roles,
            top_level_imports: self.outside.imports.into_iter().collect(),
            top_level_symbols: self.outside.symbols.into_iter().collect(),
            ..FileFacts::default()
        }
    }

    /// What is known by names that are no definitions: methods by the names that manifests use (`Handler::handleRequest`,
    /// inherited ones too), constants of enums.
    fn handlers(&self) -> Vec<Export> {
        let mut exports = Vec::new();
        let mut export = |name: String, symbol: Option<usize>| exports.push(Export { name, symbol, import: None });
        for (index, definition) in self.shape.definitions.iter().enumerate() {
            for constant in &definition.constants {
                export(format!("{}.{constant}", definition.name), Some(index));
            }
            match (definition.parent, &self.shape.facade) {
                (None, Some(facade)) if definition.kind == Kind::Member => {
                    export(format!("{facade}::{}", definition.name), Some(index));
                }
                (None, _) if definition.is_type() => {
                    let inherited = (!definition.supertypes.is_empty()).then(|| "handleRequest".to_owned());
                    let methods: BTreeSet<&String> = definition.methods.iter().chain(&inherited).collect();
                    methods.iter().for_each(|name| export(format!("{}::{name}", definition.name), Some(index)));
                }
                _ => {}
            }
        }
        if let Some(facade) = &self.shape.facade {
            export(facade.clone(), None);
        }
        exports
    }
}

/// More definitions of one name are not joined with each other: no person writes them.
const MOST_OVERLOADS: usize = 200;

/// What a name means in the scopes around it.
enum Scope {
    /// The definition of this name.
    Definition(String),
    /// A member of the instances of this type.
    Instance(usize),
}

/// True if one of the spans, which are sorted and apart, has the place in it.
fn contains(spans: &[Range<usize>], at: usize) -> bool {
    let after = spans.partition_point(|span| span.start <= at);
    after.checked_sub(1).is_some_and(|index| spans[index].contains(&at))
}

/// True for members that are called by the name of their object alone.
fn is_maker(name: &str) -> bool {
    name.ends_with(".apply") || name.ends_with(".unapply") || name.ends_with(".invoke")
}

/// What a star brings in, for those who look for a name.
fn star(path: String, span: Range<usize>) -> Import {
    let specifier = format!("{path}.*");
    Import { specifier, span, names: Vec::new(), whole: true, members: None, kind: ImportKind::Type, level: 0 }
}
