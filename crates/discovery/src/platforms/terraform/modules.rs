//! The folders of Terraform and OpenTofu files: a folder is a module.

use std::{collections::BTreeMap, ops::Range, rc::Rc, sync::Arc};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::{
    ParseError,
    hcl::{self, Block, Body, Expr},
};
use lockstep_model::{FileSet, Location, ReadError, RepoPath};

/// A file of a module.
pub(super) struct Source {
    pub(super) path: RepoPath,
    pub(super) body: Body,
    text: Arc<str>,
    /// Where each line starts, in bytes.
    lines: Vec<usize>,
}

impl Source {
    pub(super) fn new(path: RepoPath, text: Arc<str>, body: Body) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path, body, text, lines }
    }

    /// A place in the file. Files hold thousands of blocks: lines are not counted anew for each.
    pub(super) fn place(&self, span: Range<usize>) -> Location {
        let line = self.lines.partition_point(|start| *start <= span.start).max(1);
        let before = self.text.get(self.lines[line - 1]..span.start);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Location {
            path: self.path.clone(),
            line: number(line),
            column: number(before.map_or(0, |before| before.chars().count()) + 1),
            start: number(span.start),
            end: number(span.end),
        }
    }
}

/// A folder and what its files say.
pub(super) struct Module {
    pub(super) folder: RepoPath,
    pub(super) files: Vec<Source>,
    /// Values that a file sets for the variables: `terraform.tfvars`, `*.auto.tfvars`.
    pub(super) values: Vec<Body>,
    /// Files of values that somebody names on the command line, perhaps for this module.
    pub(super) others: Vec<Rc<Body>>,
    by_address: BTreeMap<String, (usize, usize)>,
    locals: BTreeMap<String, (usize, usize, usize)>,
}

/// A block of a module, by the number of its file and its own.
pub(super) type At = (usize, usize);

impl Module {
    pub(super) fn new(folder: RepoPath, files: Vec<Source>, values: Vec<Body>) -> Self {
        let mut module =
            Self { folder, files, values, others: Vec::new(), by_address: BTreeMap::new(), locals: BTreeMap::new() };
        for (file, source) in module.files.iter().enumerate() {
            for (number, block) in source.body.blocks.iter().enumerate() {
                if block.kind.text == "locals" {
                    for (at, attribute) in block.body.attributes.iter().enumerate() {
                        module.locals.insert(attribute.key.text.clone(), (file, number, at));
                    }
                } else if let Some(address) = address(block) {
                    module.by_address.insert(address, (file, number));
                }
            }
        }
        module
    }

    /// The block called `aws_x.y`, `data.aws_x.y`, `module.z`, `var.z`, `output.z`.
    pub(super) fn block(&self, address: &str) -> Option<&Block> {
        self.at(address).map(|at| self.block_at(at))
    }

    pub(super) fn at(&self, address: &str) -> Option<At> {
        self.by_address.get(address).copied()
    }

    pub(super) fn block_at(&self, (file, number): At) -> &Block {
        &self.files[file].body.blocks[number]
    }

    /// The addresses and places of all blocks that have one, sorted by address.
    pub(super) fn addresses(&self) -> impl Iterator<Item = (&str, At)> {
        self.by_address.iter().map(|(address, at)| (address.as_str(), *at))
    }

    /// The expression of the local value `name`.
    pub(super) fn local(&self, name: &str) -> Option<&Expr> {
        let (file, block, attribute) = self.locals.get(name)?;
        Some(&self.files[*file].body.blocks[*block].body.attributes[*attribute].value)
    }

    /// The value that a file of the folder sets for a variable; later files win, as for Terraform.
    pub(super) fn set_value(&self, variable: &str) -> Option<&Expr> {
        self.values.iter().rev().find_map(|body| Some(&body.attribute(variable)?.value))
    }

    /// The values that files named on the command line may set a variable to.
    pub(super) fn other_values(&self, variable: &str) -> impl Iterator<Item = &Expr> {
        self.others.iter().filter_map(move |body| Some(&body.attribute(variable)?.value))
    }

    /// True if it says by itself where its state is kept: it is deployed, whoever else calls it.
    pub(super) fn has_backend(&self) -> bool {
        let terraform = self.files.iter().flat_map(|file| file.body.blocks("terraform"));
        terraform
            .into_iter()
            .any(|block| block.body.blocks("backend").chain(block.body.blocks("cloud")).next().is_some())
    }

    /// True if it sets up providers by itself, as roots do.
    pub(super) fn has_provider(&self) -> bool {
        self.files.iter().any(|file| file.body.blocks("provider").next().is_some())
    }
}

/// How a block is called by others.
fn address(block: &Block) -> Option<String> {
    let (first, second) = (block.label(0), block.label(1));
    if first.is_empty() {
        return None;
    }
    Some(match block.kind.text.as_str() {
        "resource" => format!("{first}.{second}"),
        "data" => format!("data.{first}.{second}"),
        "module" => format!("module.{first}"),
        "variable" => format!("var.{first}"),
        "output" => format!("output.{first}"),
        "dependency" => format!("dependency.{first}"),
        _ => return None,
    })
}

/// All modules of the checkout, sorted by folder. What cannot be read is a problem.
pub(super) fn find(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Module> {
    let mut folders: BTreeMap<RepoPath, (Vec<Source>, Vec<Body>)> = BTreeMap::new();
    for path in files.paths().filter(|path| !is_cache(path)) {
        let Some(kind) = kind(path.file_name()) else { continue };
        // A link is found under its own name.
        if files.resolve(path).as_ref() != Some(path) {
            continue;
        }
        let Some((text, body)) = read(files, path, problems) else { continue };
        let Some(folder) = path.parent() else { continue };
        let (sources, values) = folders.entry(folder).or_default();
        match kind {
            Kind::Source => sources.push(Source::new(path.clone(), text, body)),
            Kind::Values => values.push(body),
        }
    }
    let with_sources = folders.into_iter().filter(|(_, (sources, _))| !sources.is_empty());
    let mut modules: Vec<Module> =
        with_sources.map(|(folder, (sources, values))| Module::new(folder, sources, values)).collect();
    add_others(files, &mut modules);
    modules
}

/// Gives each module the files of values that lie in it or in a folder above it. Those called after a module are for
/// that module.
fn add_others(files: &FileSet, modules: &mut [Module]) {
    let is_named = |path: &&RepoPath| path.extension() == Some("tfvars") && kind(path.file_name()).is_none();
    let names: Vec<String> = modules.iter().map(|module| module.folder.file_name().to_owned()).collect();
    for path in files.paths().filter(is_named).filter(|path| !is_cache(path)) {
        let Some(body) = files.text(path).ok().and_then(|text| hcl::parse("tfvars", &text).ok()) else { continue };
        let body = Rc::new(body);
        let Some(folder) = path.parent() else { continue };
        let of_one = names.iter().any(|name| name == path.file_stem());
        for (module, name) in modules.iter_mut().zip(&names) {
            let near = folder.starts_with(&module.folder) || module.folder.starts_with(&folder);
            if near && (!of_one || name == path.file_stem()) && module.others.len() < LARGEST_NUMBER_OF_VALUES {
                module.others.push(body.clone());
            }
        }
    }
}

/// More files of values than this are data.
const LARGEST_NUMBER_OF_VALUES: usize = 100;

enum Kind {
    Source,
    Values,
}

fn kind(name: &str) -> Option<Kind> {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if name == "terraform.tfvars" || ends(&[".auto.tfvars"]) {
        return Some(Kind::Values);
    }
    ends(&[".tf", ".tofu", ".tf.json", ".tofu.json"]).then_some(Kind::Source)
}

/// Where Terraform and Terragrunt keep copies of modules.
pub(super) fn is_cache(path: &RepoPath) -> bool {
    path.components().any(|part| matches!(part, ".terraform" | ".terragrunt-cache"))
}

/// The text and the body of a file.
pub(super) fn read(files: &FileSet, path: &RepoPath, problems: &mut Vec<Problem>) -> Option<(Arc<str>, Body)> {
    let text = match files.text(path) {
        Ok(text) => text,
        Err(ReadError::Missing) => return None,
        Err(error) => {
            let place = Location::whole_file(path.clone());
            problems.push(Problem::at(ProblemKind::UnreadableFile, place, error.to_string()));
            return None;
        }
    };
    match hcl::parse(path.extension().unwrap_or("tf"), &text) {
        Ok(body) => Some((text, body)),
        Err(ParseError { message, span }) => {
            let place = Location::of_span(path.clone(), &text, span);
            problems.push(Problem::at(ProblemKind::InvalidManifest, place, message));
            None
        }
    }
}
