//! Whom a call means: functions by the keys of their resources, by their deployed names, and by the routes that they
//! answer.

use std::{collections::BTreeMap, sync::OnceLock};

use globset::{Glob, GlobMatcher};
use lockstep_model::{ChannelDirection, DEPLOYED_NAME, FunctionId};

use crate::{
    aws::arn,
    platform::{Declared, HandlerStyle},
};

/// Letters and digits that the fixed part of a name needs for telling anything, where the rest is not known.
const TELLING: usize = 6;

/// Functions by one thing that each is called by; none where several are.
pub type Named = BTreeMap<String, Option<FunctionId>>;

/// Per API: method, path and function.
pub type Routes = BTreeMap<String, Vec<(String, String, FunctionId)>>;

/// The functions of a checkout by all that they are called by. What several answer to leads to none.
#[derive(Clone, Debug, Default)]
pub struct Callees {
    keys: Named,
    names: Named,
    /// Names with holes, and what may stand in them; made when it is first asked for.
    patterns: OnceLock<Vec<(GlobMatcher, FunctionId)>>,
    routes: Routes,
}

impl PartialEq for Callees {
    fn eq(&self, other: &Self) -> bool {
        // Patterns are made from the names.
        (&self.keys, &self.names, &self.routes) == (&other.keys, &other.names, &other.routes)
    }
}

impl Eq for Callees {}

impl Callees {
    pub(crate) fn add(&mut self, declared: &Declared, id: &FunctionId) {
        self.patterns.take();
        // Stacks of one name are known by their folders.
        for stack in [declared.service.as_str(), declared.stack_folder.as_str()] {
            once(&mut self.keys, format!("{stack}#{}", declared.declaration.logical_id), id);
        }
        // Where the handler is a path, the name in the manifest is the one that is deployed.
        let plain = (declared.style == HandlerStyle::Path).then_some(&declared.name);
        if let Some(name) = declared.environment.get(DEPLOYED_NAME).or(plain) {
            once(&mut self.names, name.clone(), id);
        }
        let received = declared.channels.iter().filter(|one| one.direction == ChannelDirection::Receives);
        for route in received.filter(|channel| channel.kind == "http") {
            let mut words = route.key.rsplitn(3, ' ');
            if let (Some(path), Some(method), Some(api)) = (words.next(), words.next(), words.next()) {
                let routes = self.routes.entry(api.to_owned()).or_default();
                routes.push((method.to_owned(), path.to_owned(), id.clone()));
            }
        }
    }

    /// Names with holes.
    fn patterns(&self) -> &[(GlobMatcher, FunctionId)] {
        self.patterns.get_or_init(|| {
            let holes = self.names.iter().filter(|(name, id)| name.contains('*') && id.is_some() && tells(name));
            let pattern = |(name, id): (&String, &Option<FunctionId>)| Some((matcher(name)?, id.clone()?));
            holes.filter_map(pattern).collect()
        })
    }

    /// What they are called by: the keys of their resources, their names, and per API its routes (method, path, function).
    pub fn parts(&self) -> (&Named, &Named, &Routes) {
        (&self.keys, &self.names, &self.routes)
    }

    /// The callees of which [`Self::parts`] says this.
    pub fn of_parts(keys: Named, names: Named, routes: Routes) -> Self {
        Self { keys, names, patterns: OnceLock::new(), routes }
    }

    /// The function that `text` means: the key of its resource, its name or its ARN.
    pub fn named(&self, text: &str) -> Option<&FunctionId> {
        if let Some(found) = self.keys.get(text) {
            return found.as_ref();
        }
        let name = arn::name(text, "function");
        if let Some(found) = self.names.get(name) {
            return found.as_ref();
        }
        if name.contains('*') {
            let glob = matcher(name).filter(|_| tells(name))?;
            let full = |candidate: &str| !candidate.contains('*') && glob.is_match(candidate);
            return only(self.names.iter().filter(|(name, _)| full(name)).filter_map(|(_, id)| id.as_ref()));
        }
        only(self.patterns().iter().filter(|(glob, _)| glob.is_match(name)).map(|(_, id)| id))
    }

    /// The function that answers `method` (any, if none) and `path` of the API with the key `api`.
    pub fn answering(&self, api: &str, method: Option<&str>, path: &str) -> Option<&FunctionId> {
        let routes = self.routes.get(api)?;
        let asked: Vec<&str> = segments(path);
        let fits = |route: &&(String, String, FunctionId)| {
            let same_method = method.is_none_or(|method| route.0 == method) || route.0 == "ANY";
            same_method && fits(&segments(&route.1), &asked)
        };
        only(routes.iter().filter(fits).map(|(.., id)| id))
    }
}

fn once(map: &mut BTreeMap<String, Option<FunctionId>>, key: String, id: &FunctionId) {
    let known = map.entry(key).or_insert_with(|| Some(id.clone()));
    if known.as_ref().is_some_and(|known| known != id) {
        *known = None;
    }
}

/// The one function that all are; none if there is none, or several.
fn only<'i>(mut found: impl Iterator<Item = &'i FunctionId>) -> Option<&'i FunctionId> {
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn tells(name: &str) -> bool {
    name.chars().filter(|c| c.is_alphanumeric()).count() >= TELLING
}

/// `*` for what is not known; everything else as it stands.
fn matcher(name: &str) -> Option<GlobMatcher> {
    let parts: Vec<String> = name.split('*').map(globset::escape).collect();
    Glob::new(&parts.join("*")).ok().map(|glob| glob.compile_matcher())
}

fn segments(path: &str) -> Vec<&str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// True if a request for `asked` comes to `route`, in which `{name}` stands for one segment, `{name+}` for the rest.
fn fits(route: &[&str], asked: &[&str]) -> bool {
    match (route, asked) {
        ([], []) => true,
        ([last], _) if last.starts_with('{') && last.ends_with("+}") => !asked.is_empty(),
        ([first, route @ ..], [wanted, asked @ ..]) => {
            let variable = first.starts_with('{') || first.starts_with(':');
            (variable || first == wanted || *wanted == "*") && fits(route, asked)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callees(names: &[&str]) -> Callees {
        let mut callees = Callees::default();
        for name in names {
            once(&mut callees.names, (*name).to_owned(), &FunctionId::new(name));
        }
        callees
    }

    #[test]
    fn names_are_known_with_holes_on_either_side() {
        let all = callees(&["panther-source-api", "shop-*-create-order", "shop-*-cancel-order", "*-x"]);
        let named = |text: &str| all.named(text).map(ToString::to_string);
        assert_eq!(named("panther-source-api").as_deref(), Some("panther-source-api"));
        assert_eq!(named("arn:aws:lambda:*:*:function:panther-source-api").as_deref(), Some("panther-source-api"));
        assert_eq!(named("shop-dev-create-order").as_deref(), Some("shop-*-create-order"));
        assert_eq!(named("shop-*-create-order").as_deref(), Some("shop-*-create-order"));
        assert_eq!(named("*-source-api").as_deref(), Some("panther-source-api"));
        // A hole that could be anything, and text that only resembles a name.
        for text in ["dev-x", "*", "shop-dev-order", "source-api", "*-order"] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn what_two_answer_to_is_nobody() {
        let all = callees(&["shop-*-pay", "shop-dev-*"]);
        assert_eq!(all.named("shop-dev-pay"), None);
    }

    #[test]
    fn routes_are_told_by_their_segments() {
        let cases = [
            ("/orders/{id}", "/orders/7", true),
            ("/orders/{id}", "orders/*?full=1", true),
            ("/orders/{id}", "/orders", false),
            ("/{proxy+}", "/a/b/c", true),
            ("/orders", "/order", false),
        ];
        for (route, asked, expected) in cases {
            assert_eq!(fits(&segments(route), &segments(asked)), expected, "{route} {asked}");
        }
    }
}
