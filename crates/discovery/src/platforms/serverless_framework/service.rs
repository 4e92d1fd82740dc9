//! One service: its name, its variables, its resources, and what the plugins it uses change.

use std::collections::BTreeMap;

use lockstep_model::RepoPath;

use super::{
    cloudformation::{self, Names, Target},
    library::{At, Library, Source},
    variables::{Mode, Variables},
};
use crate::aws::resource_types::{name_property, type_kind};

/// A service and all that its functions share.
pub(super) struct Service<'a> {
    pub(super) source: &'a Source,
    pub(super) folder: RepoPath,
    pub(super) name: String,
    /// What keys begin with: the name, or the folder where services of several folders have one name.
    pub(super) label: String,
    pub(super) provider: String,
    pub(super) plugins: Vec<String>,
    pub(super) variables: Variables<'a>,
    /// Resources by logical id.
    pub(super) resources: BTreeMap<String, At<'a>>,
    outputs: BTreeMap<String, At<'a>>,
    /// Functions by every name that they are called by: the key, the logical id.
    pub(super) functions: BTreeMap<String, String>,
}

impl<'a> Service<'a> {
    /// Reads what functions share from the manifest `source`.
    pub(super) fn new(library: &'a Library<'a>, source: &'a Source, params: BTreeMap<String, String>) -> Self {
        let root = source.root();
        let variables = Variables::new(library, root, params);
        let folder = source.path.parent().unwrap_or_else(RepoPath::root);
        let name = variables
            .text_at(root, &["service"], Mode::Key)
            .or_else(|| variables.text_at(root, &["service", "name"], Mode::Key))
            .filter(|name| name.contains(char::is_alphanumeric))
            .unwrap_or_else(|| if folder.is_root() { source.path.file_stem() } else { folder.file_name() }.to_owned());
        let provider = variables
            .text_at(root, &["provider", "name"], Mode::Deploy)
            .or_else(|| variables.text_at(root, &["provider"], Mode::Deploy))
            .unwrap_or_else(|| "aws".to_owned());
        let plugins = variables.path(root, &["plugins"]).into_iter().flat_map(|at| {
            let listed = at.get("modules").unwrap_or(at);
            listed.items()
        });
        let plugins = plugins.filter_map(|at| variables.text(at, Mode::Deploy)).collect();
        let mut service = Self {
            source,
            folder,
            label: name.clone(),
            name,
            provider,
            plugins,
            variables,
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
            functions: BTreeMap::new(),
        };
        service.read_resources();
        service
    }

    /// The root of the manifest.
    pub(super) fn root(&self) -> At<'a> {
        self.source.root()
    }

    /// True if a plugin whose name contains `part` is used.
    pub(super) fn has_plugin(&self, part: &str) -> bool {
        self.plugins.iter().any(|plugin| plugin.contains(part))
    }

    /// `resources` is a map, or a list of maps; each is CloudFormation or a file of it.
    fn read_resources(&mut self) {
        let tops: Vec<At<'a>> = self
            .variables
            .path(self.root(), &["resources"])
            .into_iter()
            .flat_map(At::items)
            .flat_map(|at| self.variables.nodes(at))
            .collect();
        for top in tops {
            for (section, is_output) in [("Resources", false), ("Outputs", true)] {
                for part in self.variables.path(top, &[section]).into_iter().flat_map(At::items) {
                    for (key, value) in self.variables.nodes(part).into_iter().flat_map(At::entries) {
                        let Some(value) = self.variables.nodes(value).into_iter().next() else { continue };
                        let known = if is_output { &mut self.outputs } else { &mut self.resources };
                        known.entry(key.text.clone()).or_insert(value);
                    }
                }
            }
        }
    }

    /// Tells `names` what this service calls its resources and outputs.
    pub(super) fn declare_names(&self, names: &mut Names) {
        for (id, resource) in &self.resources {
            let kind = resource.get("Type").and_then(|at| at.node.as_str()).unwrap_or_default();
            let Some((kind, property)) = type_kind(kind).zip(name_property(kind)) else { continue };
            let named = self.variables.reach(*resource, &["Properties", property]);
            if let Some(Target::Name(name)) = named.and_then(|at| cloudformation::target(&self.variables, at)) {
                if kind == "parameter" {
                    self.declare_parameter(&name, *resource, names);
                }
                names.add_name(kind, name, self.key_of(id));
            }
        }
        for (output, value) in &self.outputs {
            let target = value.get("Value").and_then(|at| cloudformation::target(&self.variables, at));
            let Some(Target::Resource(id)) = target else { continue };
            let key = self.key_of(&id);
            names.add_alias(format!("cf:{}-*.{output}", self.name), key.clone());
            names.add_alias(compose_alias(&self.folder, output), key.clone());
            let export = self.variables.reach(*value, &["Export", "Name"]);
            if let Some(Target::Name(name)) = export.and_then(|at| cloudformation::target(&self.variables, at)) {
                names.add_alias(format!("import:{name}"), key);
            }
        }
    }

    /// What is stored in a parameter is what those mean who read it.
    fn declare_parameter(&self, name: &str, resource: At<'a>, names: &mut Names) {
        let value = self.variables.reach(resource, &["Properties", "Value"]);
        if let Some(Target::Resource(id)) = value.and_then(|at| cloudformation::target(&self.variables, at)) {
            names.add_alias(format!("ssm:{name}"), self.key_of(&id));
        }
    }

    /// The key of a resource of this service: `orders#Table`; functions are called as they are declared.
    pub(super) fn key_of(&self, id: &str) -> String {
        let id = self.functions.get(id).map_or(id, String::as_str);
        format!("{}#{id}", self.label)
    }

    /// The key of what `at` names, as a `kind` of thing.
    pub(super) fn key(&self, at: At<'a>, kind: &'static str, names: &Names) -> Option<String> {
        match cloudformation::target(&self.variables, at)? {
            Target::Resource(id) => Some(self.key_of(&id)),
            Target::Name(text) => names.key(kind, &text, &self.label),
        }
    }

    /// What the resource `id` is.
    pub(super) fn kind_of(&self, id: &str) -> Option<&'static str> {
        if self.functions.contains_key(id) {
            return Some("function");
        }
        let kind = self.resources.get(id)?.get("Type")?;
        type_kind(kind.node.as_str()?)
    }
}

/// What compose calls an output of the service in `folder`.
pub(super) fn compose_alias(folder: &RepoPath, output: &str) -> String {
    format!("compose:{folder}.{output}")
}

/// The logical id that the framework gives to a function.
pub(super) fn logical_id(key: &str) -> String {
    let spelled = key.replace('-', "Dash").replace('_', "Underscore");
    let mut chars = spelled.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    format!("{}LambdaFunction", first.chain(chars).collect::<String>())
}
