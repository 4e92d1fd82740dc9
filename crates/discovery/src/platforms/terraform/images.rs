//! Container images: which one a function runs. Where the address is only known on deployment, the names of what holds
//! it tell: `var.orders_image_uri`.

use std::collections::BTreeSet;

use lockstep_document::hcl::Expr;

use super::{
    leaves::{Leaf, each_name},
    paths,
    value::Value,
    world::World,
};
use crate::{entry, platform::CodeSource};

/// Words around the name of an image in the name of a variable.
const NO_NAMES: [&str; 16] = [
    "image",
    "uri",
    "url",
    "urls",
    "ecr",
    "repository",
    "repositories",
    "repo",
    "docker",
    "tag",
    "arn",
    "name",
    "container",
    "registry",
    "version",
    "id",
];

/// The image of `leaf`.
pub(super) fn source(
    world: &World<'_>,
    leaf: &Leaf,
    uri: Option<&Value>,
    command: Option<&Value>,
    name: Option<&str>,
) -> CodeSource {
    let words = |value: &Value| -> Vec<String> {
        value.items().iter().filter(|item| !item.is_empty()).map(|item| world.pattern(item)).collect()
    };
    let command = command.map(words).filter(|words| words.iter().any(|word| word.contains(char::is_alphanumeric)));
    let candidates = candidates(world, leaf, uri, name);
    let folder = world.module_of(leaf.anchor.scope).folder.clone();
    let known = |name: &&String| entry::has_image(world.files, world.index(), name, &folder);
    let name = candidates.iter().find(known).or(candidates.first()).cloned();
    CodeSource::Image { base: folder, context: None, dockerfile: None, command, name, arguments: Default::default() }
}

/// The names that the image may have, surest first.
fn candidates(world: &World<'_>, leaf: &Leaf, uri: Option<&Value>, name: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |name: String| {
        if name.chars().filter(|c| c.is_alphanumeric()).count() > 1 && !names.contains(&name) {
            names.push(name);
        }
    };
    if let Some(uri) = uri {
        let uri = world.pattern(uri);
        add(repository(&uri));
        // One repository for many images: the tag tells them apart.
        if let Some((_, tag)) = uri.rsplit('/').next().and_then(|last| last.split_once(':')) {
            add(tag.split('@').next().unwrap_or(tag).to_owned());
        }
    }
    for variable in variables(world, leaf) {
        add(telling(&variable));
    }
    name.into_iter().for_each(|name| add(name.to_owned()));
    let block = world.module_of(leaf.anchor.scope).block_at(leaf.anchor.at);
    add(block.name().text.clone());
    names
}

/// The repository of an image: `orders/create` of `123.dkr.ecr.eu-west-1.amazonaws.com/orders/create:v1`.
fn repository(uri: &str) -> String {
    let uri = paths::plain(uri);
    let uri = uri.split('@').next().unwrap_or("");
    let (head, tail) = uri.rsplit_once('/').unwrap_or(("", uri));
    let tail = tail.split(':').next().unwrap_or(tail);
    let path: Vec<&str> = head.split('/').chain([tail]).collect();
    let named = |part: &&&str| {
        !part.is_empty() && !part.contains(".amazonaws.com") && !part.contains(".pkg.dev") && **part != "*"
    };
    path.iter().filter(named).copied().collect::<Vec<_>>().join("/")
}

/// `orders` of `orders_image_uri`.
fn telling(variable: &str) -> String {
    let words = variable.split(['_', '-']).filter(|word| !NO_NAMES.contains(word));
    words.collect::<Vec<_>>().join("_")
}

/// The names of the variables and outputs that the address of the image comes from, from the function's block up to
/// the call that sets it.
fn variables(world: &World<'_>, leaf: &Leaf) -> Vec<String> {
    let mut names = Vec::new();
    let mut scope = leaf.scope;
    let block = world.module_of(scope).block_at(leaf.at);
    let mut open: Vec<&Expr> =
        block.body.attribute("image_uri").map(|attribute| &attribute.value).into_iter().collect();
    for _ in 0..8 {
        let module = world.module_of(scope);
        let mut asked = BTreeSet::new();
        for expr in &open {
            each_name(expr, &mut |name, steps| {
                if let Some(lockstep_document::hcl::Step::Attribute(last)) = steps.last() {
                    names.insert(0, last.clone());
                    if name == "var" {
                        asked.insert(last.clone());
                    }
                }
            });
        }
        open = open
            .iter()
            .flat_map(|expr| {
                let mut locals = Vec::new();
                each_name(expr, &mut |name, steps| {
                    if let (true, Some(lockstep_document::hcl::Step::Attribute(first))) =
                        (name == "local", steps.first())
                    {
                        locals.extend(module.local(first));
                    }
                });
                locals
            })
            .collect();
        if open.is_empty() {
            let of = world.scope(scope);
            let Some(call) = &of.call else { break };
            scope = call.scope;
            let given = &world.module_of(scope).block_at(call.at).body.attributes;
            open = given.iter().filter(|one| asked.contains(&one.key.text)).map(|one| &one.value).collect();
            if open.is_empty() {
                break;
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_repository() {
        let cases = [
            ("*:latest", ""),
            ("123.dkr.ecr.eu-west-1.amazonaws.com/orders/create:*", "orders/create"),
            ("orders-lambda:latest", "orders-lambda"),
            ("*.dkr.ecr.*.amazonaws.com/*-pay@sha256:0", "*-pay"),
        ];
        for (uri, expected) in cases {
            assert_eq!(repository(uri), expected, "{uri}");
        }
        assert_eq!(telling("ecr_repository_url_pay_lambda"), "pay_lambda");
    }
}
