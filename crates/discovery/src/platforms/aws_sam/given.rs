//! Values that files beside a template give to its parameters: those of `sam deploy`, of CloudFormation, and of scripts.
//! Only names of SSM parameters are taken from there: they lead to what other stacks store, whatever the stage.

use lockstep_document::Node;
use lockstep_model::{FileSet, RepoPath};

/// How deep such a file may be for being one.
const DEPTH: usize = 12;

/// What the files of `folder` say, each a tree of its own.
pub(super) fn documents(folder: &RepoPath, files: &FileSet) -> Vec<Node> {
    let here = files.under(folder).filter(|path| path.parent().as_ref() == Some(folder) && gives(path));
    let read = |path: &RepoPath| lockstep_document::parse(path.extension()?, &files.text(path).ok()?).ok();
    here.filter_map(read).map(|document| document.root).collect()
}

/// True for files that are called after parameters or deployments.
fn gives(path: &RepoPath) -> bool {
    let stem = path.file_stem();
    let named = stem == "metadata" || stem.starts_with("param") || stem.starts_with("samconfig");
    named && matches!(path.extension(), Some("json" | "yaml" | "yml" | "toml"))
}

/// The SSM parameter that `documents` name as the value of the parameter `name`, stages as `*`; none if they name none,
/// or several.
pub(super) fn stored_name(documents: &[Node], name: &str) -> Option<String> {
    let mut found = Vec::new();
    documents.iter().for_each(|document| collect(document, name, DEPTH, &mut found));
    found.sort_unstable();
    found.dedup();
    match &found[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn collect(node: &Node, name: &str, depth: usize, found: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    // `parameter_overrides = "Url=/orders/url Stage=dev"`
    let overrides = |text: &str| -> Vec<String> {
        let pairs = text.split([' ', '\n', ',', '"']).filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pairs.filter_map(path_of).collect()
    };
    for (key, value) in node.entries() {
        if let Some(text) = value.as_str() {
            found.extend(if key.text == name { path_of(text).into_iter().collect() } else { overrides(text) });
        }
        collect(value, name, depth - 1, found);
    }
    if node.get("ParameterKey").and_then(Node::as_str) == Some(name) {
        found.extend(node.get("ParameterValue").and_then(Node::as_str).and_then(path_of));
    }
    for item in node.items() {
        found.extend(item.as_str().map(overrides).unwrap_or_default());
        collect(item, name, depth - 1, found);
    }
}

/// `/orders/*/url` of `/orders/{Stage}/url` and of `/orders/${Stage}/url`.
fn path_of(value: &str) -> Option<String> {
    let mut path = String::new();
    let mut rest = value.trim().strip_prefix('/')?;
    path.push('/');
    while let Some(at) = rest.find('{') {
        path += rest[..at].trim_end_matches(['$', '{']);
        path.push('*');
        rest = rest[at..].split_once('}').map_or("", |(_, rest)| rest.trim_start_matches('}'));
    }
    path += rest;
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_whatever_the_format() {
        let cases = [
            ("yaml", "parameters:\n  Url: /shop/{Environment}/orders/url\n", Some("/shop/*/orders/url")),
            (
                "toml",
                "[default.deploy.parameters]\nparameter_overrides = \"Stage=dev Url=/orders/url\"\n",
                Some("/orders/url"),
            ),
            (
                "toml",
                "[default.deploy.parameters]\nparameter_overrides = [\"Url=/orders/${Stage}\"]\n",
                Some("/orders/*"),
            ),
            ("json", r#"[{"ParameterKey": "Url", "ParameterValue": "/orders/url"}]"#, Some("/orders/url")),
            ("json", r#"{"Url": "https://example.com"}"#, None),
            ("yaml", "dev: { Url: /dev/url }\nprod: { Url: /prod/url }\n", None),
        ];
        for (extension, text, expected) in cases {
            let document = lockstep_document::parse(extension, text).unwrap().root;
            assert_eq!(stored_name(&[document], "Url").as_deref(), expected, "{text}");
        }
    }
}
