//! What the readers of platforms found, as lines that tests compare.

use lockstep_diagnostics::Partial;
use lockstep_model::FileSet;

use crate::platform::{CodeSource, Declared, Platform};

/// What `platform` declares in `files`.
pub(crate) fn read(platform: &dyn Platform, files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    let found = platform.declared(&FileSet::from_texts(files.iter().copied()));
    let names = crate::platforms::names();
    assert!(found.value.iter().all(|one| names.contains(&one.declaration.platform)), "`platforms::names` lacks a name");
    found
}

/// `service/Name handler` of each function, and the problems.
pub(crate) fn told(found: &Partial<Vec<Declared>>) -> Vec<String> {
    let tell =
        |one: &Declared| format!("{}/{} {}", one.service, one.name, one.declaration.handler.as_deref().unwrap_or("-"));
    let problems = found.problems.iter().map(|problem| problem.message.clone());
    found.value.iter().map(tell).chain(problems).collect()
}

/// `service/name handler code` of each function.
pub(crate) fn told_with_code(found: &[Declared]) -> Vec<String> {
    let tell = |one: &Declared| {
        let handler = one.declaration.handler.as_deref().unwrap_or("-");
        format!("{}/{} {handler} {}", one.service, one.name, code(one))
    };
    found.iter().map(tell).collect()
}

/// Where the code of a declaration is.
pub(crate) fn code(one: &Declared) -> String {
    match &one.code {
        CodeSource::Path { base, path } => format!("{base}:{path}"),
        CodeSource::Artifact { path, .. } => format!("artifact {path}"),
        CodeSource::Image { context, .. } => format!("image {}", context.as_deref().unwrap_or("-")),
        CodeSource::Inline => "inline".into(),
        CodeSource::Unknown(why) => why.clone(),
    }
}

/// What the function `name` uses, as `word kind key strength`, sorted.
pub(crate) fn uses(found: &[Declared], name: &str) -> Vec<String> {
    let one = found.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}"));
    let channels =
        one.channels.iter().map(|one| format!("{:?} {} {} {:?}", one.direction, one.kind, one.key, one.strength));
    let stores = one.stores.iter().map(|one| format!("{:?} {} {} {:?}", one.access, one.kind, one.key, one.strength));
    let calls = one.invokes.iter().map(|one| format!("Calls {} {} {:?}", one.kind, one.key, one.strength));
    let mut all: Vec<String> = channels.chain(stores).chain(calls).collect();
    all.sort();
    all.dedup();
    all
}
