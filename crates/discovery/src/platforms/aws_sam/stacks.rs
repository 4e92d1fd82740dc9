//! Stacks: a template of its own, or fragments that a script merges; with their names, and who nests whom.

use std::collections::{BTreeMap, HashMap};

use lockstep_document::Node;
use lockstep_model::{FileSet, RepoPath};

use super::template::{Resource, Template};

/// Folders named after what is in them, not after whom it belongs to.
const GENERIC: [&str; 15] = [
    "aws",
    "ci",
    "cfn",
    "cloudformation",
    "deploy",
    "deployment",
    "deployments",
    "iac",
    "infra",
    "infrastructure",
    "sam",
    "src",
    "stacks",
    "template",
    "templates",
];

/// Templates that are deployed as one.
pub(super) struct Stack<'a> {
    /// Its name for people, unique among the stacks of this platform.
    pub(super) label: String,
    /// The folder of its root template.
    pub(super) folder: RepoPath,
    /// Its templates, the root first, by number.
    pub(super) members: Vec<usize>,
    /// Its resources by logical id, with the number of their template.
    pub(super) resources: HashMap<&'a str, (usize, Resource<'a>)>,
    /// Its parameters.
    pub(super) parameters: HashMap<&'a str, &'a Node>,
    /// Its mappings.
    pub(super) mappings: HashMap<&'a str, &'a Node>,
    /// Its outputs.
    pub(super) outputs: HashMap<&'a str, &'a Node>,
    /// What all its functions inherit.
    pub(super) globals: Option<&'a Node>,
    /// The stack that nests this one, and the parameters it hands down; none if nobody does, or several do.
    pub(super) parent: Option<(usize, Option<&'a Node>)>,
}

/// The stacks that `templates` make, in the order of their roots.
pub(super) fn find<'a>(templates: &'a [Template], files: &FileSet) -> Vec<Stack<'a>> {
    let roots = roots(templates);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (template, root) in roots.iter().enumerate() {
        let of_root = members.entry(*root).or_insert_with(|| vec![*root]);
        if template != *root {
            of_root.push(template);
        }
    }
    let labels = labels(templates, members.keys().copied(), files);
    let mut stacks: Vec<Stack<'a>> =
        members.into_iter().map(|(root, members)| stack(templates, root, members, labels[&root].clone())).collect();
    nest(templates, &mut stacks);
    stacks
}

/// For each template, the one that it is a part of; itself for most.
///
/// A template with functions of SAM that does not ask for SAM cannot be deployed as it is. If a folder above it (or
/// its own) holds one template that does ask and declares no function itself, a script merges them, and all that lies
/// below and asks for nothing belongs to it.
fn roots(templates: &[Template]) -> Vec<usize> {
    let mut heads: HashMap<RepoPath, Vec<usize>> = HashMap::new();
    let merges = |template: &Template| {
        template.is_sam() && (is_parent(template) || !template.resources().any(|resource| resource.is_function()))
    };
    for (number, template) in templates.iter().enumerate().filter(|(_, template)| merges(template)) {
        heads.entry(template.folder()).or_default().push(number);
    }
    let head = |template: &Template| {
        template.folder().ancestors().find_map(|folder| {
            let in_folder = heads.get(&folder)?;
            let called_parent = in_folder.iter().find(|head| is_parent(&templates[**head]));
            called_parent.or(in_folder.first().filter(|_| in_folder.len() == 1)).copied()
        })
    };
    let needs_head = |template: &Template| {
        !template.is_sam() && template.resources().any(|resource| resource.kind == super::template::FUNCTIONS[0])
    };
    let merging: Vec<usize> = templates.iter().filter(|template| needs_head(template)).filter_map(head).collect();
    let root = |(number, template): (usize, &Template)| {
        let below = (!template.is_sam()).then(|| head(template)).flatten();
        below.filter(|head| merging.contains(head)).unwrap_or(number)
    };
    templates.iter().enumerate().map(root).collect()
}

/// True for the name under which scripts look for what fragments are merged into.
fn is_parent(template: &Template) -> bool {
    template.path.file_stem() == "parent"
}

/// The name of each root: its folder's, its own where a folder holds several, or what samconfig says at the top.
fn labels(templates: &[Template], roots: impl Iterator<Item = usize>, files: &FileSet) -> HashMap<usize, String> {
    let roots: Vec<usize> = roots.collect();
    let declares = |root: usize| templates[root].resources().any(|resource| resource.is_function());
    let mut in_folder: HashMap<RepoPath, (usize, usize)> = HashMap::new();
    for root in &roots {
        let (all, declaring) = in_folder.entry(templates[*root].folder()).or_default();
        *all += 1;
        *declaring += usize::from(declares(*root));
    }
    let name = |root: usize| {
        let template = &templates[root];
        let folder = template.folder();
        // Templates of tables or alarms beside the one with the functions do not take the folder's name from it.
        let (all, declaring) = in_folder[&folder];
        let alone = if declares(root) { declaring == 1 } else { all == 1 };
        let telling = folder.ancestors().find(|folder| !GENERIC.contains(&folder.file_name()) && !folder.is_root());
        match telling {
            _ if !alone => stem(&template.path),
            Some(folder) => folder.file_name().to_owned(),
            None => stack_name(&folder, files)
                .unwrap_or_else(|| if folder.is_root() { stem(&template.path) } else { folder.file_name().to_owned() }),
        }
    };
    let mut taken: HashMap<String, Vec<usize>> = HashMap::new();
    for root in &roots {
        taken.entry(name(*root)).or_default().push(*root);
    }
    let mut labels = HashMap::new();
    for (name, roots) in taken {
        for root in &roots {
            let template = &templates[*root];
            let only = roots.iter().filter(|other| templates[**other].folder() == template.folder()).count() == 1;
            let label = match roots.len() {
                1 => name.clone(),
                _ if only && !template.folder().is_root() => template.folder().as_str().to_owned(),
                _ => template.path.as_str().to_owned(),
            };
            labels.insert(*root, label);
        }
    }
    labels
}

/// `orders` of `orders-template.yaml`.
fn stem(path: &RepoPath) -> String {
    let stem = path.file_stem();
    let stem = stem.strip_suffix(".template").unwrap_or(stem);
    let short = ["-template", "_template", "-cfn", "-stack"].iter().find_map(|suffix| stem.strip_suffix(suffix));
    short.filter(|short| !short.is_empty()).unwrap_or(stem).to_owned()
}

/// The name that `sam deploy` would use: of the default environment, else of the first that has one.
fn stack_name(folder: &RepoPath, files: &FileSet) -> Option<String> {
    ["samconfig.toml", "samconfig.yaml", "samconfig.yml"].iter().find_map(|name| {
        let path = folder.join(name).ok()?;
        let text = files.text(&path).ok()?;
        let document = lockstep_document::parse(path.extension()?, &text).ok()?;
        let mut environments: Vec<_> = document.root.entries().iter().collect();
        environments.sort_by_key(|(key, _)| key.text != "default");
        let of_command = |environment: &Node, command| {
            let name = environment.path(&[command, "parameters", "stack_name"])?.as_str()?;
            (!name.is_empty()).then(|| name.to_owned())
        };
        environments.iter().find_map(|(_, environment)| {
            ["deploy", "global"].iter().find_map(|command| of_command(environment, command))
        })
    })
}

fn stack<'a>(templates: &'a [Template], root: usize, members: Vec<usize>, label: String) -> Stack<'a> {
    let mut stack = Stack {
        label,
        folder: templates[root].folder(),
        resources: HashMap::new(),
        parameters: HashMap::new(),
        mappings: HashMap::new(),
        outputs: HashMap::new(),
        globals: members.iter().find_map(|member| templates[*member].root().path(&["Globals", "Function"])),
        parent: None,
        members,
    };
    for member in stack.members.clone() {
        let template = &templates[member];
        let names = |section| template.section(section).into_iter().map(|(key, node)| (key.text.as_str(), node));
        stack.resources.extend(template.resources().map(|resource| (resource.key.text.as_str(), (member, resource))));
        stack.parameters.extend(names("Parameters"));
        stack.mappings.extend(names("Mappings"));
        stack.outputs.extend(names("Outputs"));
    }
    stack
}

/// The local template that a nesting resource names, relative to `folder`; a path written for a build folder is looked
/// for from the folders above as well.
pub(super) fn nested<'a>(resource: &Resource<'a>) -> Option<&'a Node> {
    match resource.kind {
        "AWS::CloudFormation::Stack" => resource.property("TemplateURL"),
        "AWS::Serverless::Application" => resource.property("Location"),
        _ => None,
    }
}

/// The path that `text` means from `folder`. Templates that are copied before a build write paths relative to the
/// copy: what is not there is looked for from the folders above, and without its steps upwards.
pub(super) fn local(folder: &RepoPath, text: &str, exists: impl Fn(&RepoPath) -> bool) -> Option<RepoPath> {
    let mut inner = text;
    while let Some(rest) = inner.strip_prefix("../").or_else(|| inner.strip_prefix("./")) {
        inner = rest;
    }
    let from_above = |text: &str| folder.ancestors().find_map(|folder| folder.join(text).ok().filter(&exists));
    from_above(text).or_else(|| from_above(inner))
}

fn nest(templates: &[Template], stacks: &mut [Stack<'_>]) {
    let by_path: HashMap<&RepoPath, usize> =
        stacks.iter().enumerate().map(|(number, stack)| (&templates[stack.members[0]].path, number)).collect();
    let mut parents: HashMap<usize, Vec<(usize, Option<&Node>)>> = HashMap::new();
    for (number, stack) in stacks.iter().enumerate() {
        for (template, resource) in stack.resources.values() {
            let Some(path) = nested(resource).and_then(Node::as_str) else { continue };
            let folder = templates[*template].folder();
            let child = local(&folder, path, |path| by_path.contains_key(path)).and_then(|path| by_path.get(&path));
            if let Some(child) = child.filter(|child| **child != number) {
                parents.entry(*child).or_default().push((number, resource.property("Parameters")));
            }
        }
    }
    for (child, parents) in parents {
        if let [parent] = parents.as_slice() {
            stacks[child].parent = Some(*parent);
        }
    }
}
