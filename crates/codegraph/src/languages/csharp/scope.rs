//! What a name means at a place: the types around it, the namespaces around these, and what `using` brings in.

use rustc_hash::FxHashMap;

/// What is defined, as far as the place can see.
pub(super) trait Names {
    /// True for the full name of a type, or of a static member.
    fn defines(&self, full: &str) -> bool;
    /// True for a namespace.
    fn is_namespace(&self, full: &str) -> bool;
}

/// The `using` directives of a file, or of all files of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Usings {
    pub(super) namespaces: Vec<String>,
    /// Types whose static members need no prefix.
    pub(super) statics: Vec<String>,
    /// Other names of types and namespaces.
    pub(super) aliases: FxHashMap<String, String>,
}

impl Usings {
    /// Adds a directive as written, without `global` and `using`: `Shop`, `static Shop.Money`, `M = Shop.Money`.
    pub(super) fn add(&mut self, directive: &str) {
        if let Some(target) = directive.strip_prefix("static ") {
            self.statics.push(plain(target));
        } else if let Some((alias, target)) = directive.split_once('=') {
            self.aliases.insert(alias.trim().to_owned(), plain(target));
        } else {
            self.namespaces.push(plain(directive));
        }
    }
}

/// A path of names without type arguments, white space and `global::`.
fn plain(path: &str) -> String {
    let path = path.split('<').next().unwrap_or(path);
    let path: String = path.chars().filter(|c| !c.is_whitespace()).collect();
    path.strip_prefix("global::").unwrap_or(&path).to_owned()
}

/// `scope` and what is around it, innermost first, the global namespace last.
pub(super) fn around(scope: &str) -> impl Iterator<Item = &str> {
    fn outer<'a>(scope: &&'a str) -> Option<&'a str> {
        (!scope.is_empty()).then(|| scope.rfind('.').map_or("", |at| &scope[..at]))
    }
    std::iter::successors(Some(scope), outer)
}

/// `name` inside of `scope`.
pub(super) fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

/// The full name of what a path of names means in `scope`: of as many of its names as lead to a definition.
pub(super) fn bind(names: &dyn Names, usings: &[&Usings], scope: &str, path: &str) -> Option<String> {
    let plain = path.split('<').next().unwrap_or(path);
    if let Some(absolute) = plain.strip_prefix("global::") {
        return descend(names, "", absolute);
    }
    let head = plain.split('.').next().unwrap_or(plain);
    around(scope).find_map(|around| descend(names, around, plain)).or_else(|| {
        let alias = usings.iter().find_map(|usings| usings.aliases.get(head));
        let behind = alias.and_then(|target| descend(names, "", &format!("{target}{}", &plain[head.len()..])));
        let mut inside = usings.iter().flat_map(|usings| usings.namespaces.iter().chain(&usings.statics));
        behind.or_else(|| inside.find_map(|namespace| descend_from(names, namespace, plain)))
    })
}

/// Through namespaces, then types, from `scope` on.
fn descend(names: &dyn Names, scope: &str, path: &str) -> Option<String> {
    let mut full = scope.to_owned();
    let mut rest = path.split('.');
    // Nobody nests deeper; a longer path is one of values.
    for name in rest.by_ref().take(24) {
        full = join(&full, name);
        if names.defines(&full) {
            return Some(members(names, full, rest));
        }
        if !names.is_namespace(&full) {
            return None;
        }
    }
    None
}

/// As [`descend`], where a namespace inside of `scope` does not count: `using` brings in types only.
fn descend_from(names: &dyn Names, scope: &str, path: &str) -> Option<String> {
    let mut rest = path.split('.');
    let full = join(scope, rest.next()?);
    names.defines(&full).then(|| members(names, full, rest))
}

/// Nested types and static members, as long as the path goes on with them.
fn members<'a>(names: &dyn Names, mut full: String, rest: impl Iterator<Item = &'a str>) -> String {
    for name in rest.take(24) {
        let inner = join(&full, name);
        if !names.defines(&inner) {
            break;
        }
        full = inner;
    }
    full
}
