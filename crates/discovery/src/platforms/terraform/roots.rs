//! Which modules are deployed: those that nobody calls, and Terragrunt's units. And what the services are called that
//! they make.

use std::collections::BTreeSet;

use lockstep_document::hcl::ExprKind;
use lockstep_model::RepoPath;

use super::{
    modules::Module,
    world::{World, is_local},
};

/// Folders of calls that show or test a module.
const SAMPLES: [&str; 8] = ["test", "tests", "__tests__", "fixtures", "e2e", "example", "examples", "samples"];

/// Folders that say what kind of files are in them, not what they are about.
const GENERIC: [&str; 28] = [
    "terraform",
    "tf",
    "opentofu",
    "infra",
    "infrastructure",
    "iac",
    "deploy",
    "deployment",
    "deployments",
    "src",
    "aws",
    "gcp",
    "azure",
    "cloud",
    "main",
    "root",
    "stack",
    "stacks",
    "modules",
    "module",
    "components",
    "instance",
    "account",
    "accounts",
    "region",
    "resources",
    "live",
    "terragrunt",
];

/// Folders of one stage of what is deployed several times.
const STAGES: [&str; 23] = [
    "dev",
    "development",
    "test",
    "testing",
    "qa",
    "int",
    "integration",
    "stage",
    "staging",
    "uat",
    "preprod",
    "pre-prod",
    "sandbox",
    "prod",
    "prd",
    "production",
    "env",
    "envs",
    "environment",
    "environments",
    "global",
    "shared",
    "nonprod",
];

/// The modules that are deployed, and those that nothing deploys.
pub(super) struct Roots {
    /// Root scopes, those of samples last.
    pub(super) deployed: Vec<usize>,
    /// Root scopes of modules that nobody calls.
    pub(super) unused: Vec<usize>,
}

/// The roots among the first `modules` modules; `units` are root scopes of modules that Terragrunt deploys.
pub(super) fn find(world: &World<'_>, modules: usize, units: Vec<usize>) -> Roots {
    let by_units: BTreeSet<usize> = units.iter().map(|unit| world.scope(*unit).module).collect();
    let called = called(world, modules);
    let mut deployed = units;
    let mut unused = Vec::new();
    for number in 0..modules {
        let module = &world.modules[number];
        // A backend of a module that others call is not used.
        if by_units.contains(&number) || called.contains(&number) {
            continue;
        }
        let is_library = module.folder.components().any(|part| matches!(part, "modules" | "module"));
        let root = world.add_root(number, None);
        if is_library && !module.has_backend() && !module.has_provider() {
            unused.push(root);
        } else {
            deployed.push(root);
        }
    }
    let folder = |root: &usize| world.module_of(*root).folder.clone();
    deployed.sort_by_cached_key(|root| (is_sample(&folder(root)), folder(root), *root));
    Roots { deployed, unused }
}

fn is_sample(folder: &RepoPath) -> bool {
    folder.components().any(|part| SAMPLES.contains(&part))
}

/// The modules that others call, samples and themselves not counted.
fn called(world: &World<'_>, modules: usize) -> BTreeSet<usize> {
    let mut called = BTreeSet::new();
    for (number, module) in world.modules[..modules].iter().enumerate() {
        if is_sample(&module.folder) {
            continue;
        }
        called.extend(sources(module).filter_map(|source| {
            let folder = module.folder.join(source).ok()?;
            let called = world.files.resolve(&folder).and_then(|folder| world.by_folder.get(&folder).copied());
            called.filter(|called| *called != number)
        }));
    }
    called
}

fn sources(module: &Module) -> impl Iterator<Item = &str> {
    let blocks = module.files.iter().flat_map(|file| file.body.blocks("module"));
    blocks.filter_map(|block| match &block.body.attribute("source")?.value.kind {
        ExprKind::Text(text) if is_local(text) => Some(text.as_str()),
        _ => None,
    })
}

/// What the service of a module is called, and the folder that gave the name.
pub(super) fn label(folder: &RepoPath) -> (String, RepoPath) {
    let is_stage = |name: &str| STAGES.contains(&name) || is_date_or_region(name);
    let named: Vec<RepoPath> = folder.ancestors().filter(|folder| !folder.is_root()).collect();
    let telling = named.iter().find(|folder| !is_stage(folder.file_name()) && !GENERIC.contains(&folder.file_name()));
    let chosen = telling.or_else(|| named.iter().find(|folder| !is_stage(folder.file_name()))).or(named.first());
    match chosen {
        Some(folder) => (folder.file_name().to_owned(), folder.clone()),
        None => ("terraform".to_owned(), RepoPath::root()),
    }
}

/// `2025-10-02`, `20251002`, `eu-west-1`, `us_east_1`.
fn is_date_or_region(name: &str) -> bool {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let only_digits = digits >= 4 && name.chars().all(|c| c.is_ascii_digit() || c == '-' || c == '_');
    let parts: Vec<&str> = name.split(['-', '_']).collect();
    let region = matches!(parts.as_slice(), [area, place, number]
        if matches!(*area, "us" | "eu" | "ap" | "ca" | "sa" | "af" | "me" | "il" | "mx")
            && place.chars().all(|c| c.is_ascii_lowercase())
            && number.len() == 1 && number.chars().all(|c| c.is_ascii_digit()));
    only_digits || region
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_called_after_what_they_are_about() {
        let cases = [
            ("src/orders/infra", "orders"),
            ("terraform/infrastructure", "infrastructure"),
            ("pipeline/terraform/2025-10-02", "pipeline"),
            ("env/prod/orders", "orders"),
            ("orders/environments/prod", "orders"),
            ("live/eu-west-1", "live"),
            ("prod", "prod"),
            ("", "terraform"),
        ];
        for (folder, expected) in cases {
            assert_eq!(label(&RepoPath::new(folder).unwrap()).0, expected, "{folder}");
        }
    }
}
