//! Lock files: the packages that are installed, in which versions, and what each needs. One function per format.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_document::{Node, parse};
use lockstep_model::RepoPath;

/// What a lock file says of one package, all of its versions together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Package {
    /// Versions, with what tells one build of a version from another.
    versions: BTreeSet<String>,
    /// The names of the packages that it needs.
    needs: BTreeSet<String>,
}

/// The packages of a lock file, by name.
pub(super) type Lock = BTreeMap<String, Package>;

/// Reads the lock file `path`; none if its format is not read or it is not well formed.
pub(super) fn read(path: &RepoPath, text: &str) -> Option<Lock> {
    match path.file_name() {
        "package-lock.json" | "npm-shrinkwrap.json" => npm(&parse("json", text).ok()?.root),
        "yarn.lock" => Some(yarn(text)),
        "pnpm-lock.yaml" => Some(pnpm(&parse("yaml", text).ok()?.root)),
        "Cargo.lock" | "poetry.lock" | "uv.lock" => Some(tables(&parse("toml", text).ok()?.root)),
        "composer.lock" => Some(composer(&parse("json", text).ok()?.root)),
        "Gemfile.lock" => Some(gemfile(text)),
        _ => None,
    }
}

/// The packages that are in another version, in one of the two only, or need others.
pub(super) fn changed(before: &Lock, after: &Lock) -> BTreeSet<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// What `names` need, through all that they need, themselves included.
pub(super) fn needed<'a>(lock: &Lock, names: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut open: Vec<String> = names.map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(package) = lock.get(&name) {
            open.extend(package.needs.iter().filter(|needed| !seen.contains(*needed)).cloned());
        }
        seen.insert(name);
    }
    seen
}

fn keys<'a>(node: &'a Node, fields: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    let maps = fields.iter().filter_map(|field| node.get(field));
    maps.flat_map(Node::entries).map(|(key, _)| key.text.clone())
}

fn text(node: &Node, field: &str) -> String {
    node.get(field).and_then(Node::as_text).unwrap_or_default().to_owned()
}

fn npm(root: &Node) -> Option<Lock> {
    const NEEDS: [&str; 3] = ["dependencies", "optionalDependencies", "peerDependencies"];
    let mut lock = Lock::new();
    if let Some(packages) = root.get("packages") {
        for (key, package) in packages.entries() {
            let name = match key.text.rsplit_once("node_modules/") {
                Some((_, name)) => name.to_owned(),
                // A workspace package, by its own name.
                None => text(package, "name"),
            };
            let known = lock.entry(name).or_default();
            known.versions.insert(format!("{} {}", text(package, "version"), text(package, "integrity")));
            known.needs.extend(keys(package, &NEEDS));
        }
        return Some(lock);
    }
    // The first format: packages inside of those that need another version of them.
    let mut open = vec![root.get("dependencies")?];
    while let Some(packages) = open.pop() {
        for (key, package) in packages.entries() {
            let known = lock.entry(key.text.clone()).or_default();
            known.versions.insert(format!("{} {}", text(package, "version"), text(package, "integrity")));
            known.needs.extend(keys(package, &["requires"]));
            open.extend(package.get("dependencies"));
        }
    }
    Some(lock)
}

/// `@a/b` of `@a/b@npm:^1.0`, `/@a/b@1.0`, `a@1.0(c@2)`.
fn name_of(said: &str) -> &str {
    let said = said.trim_start_matches('/');
    let said = said.split('(').next().unwrap_or(said);
    match said.get(1..).and_then(|rest| rest.find('@')) {
        Some(at) => &said[..=at],
        None => said,
    }
}

/// Both of Yarn's formats: its own, and the YAML that looks like it.
fn yarn(text: &str) -> Lock {
    let mut lock = Lock::new();
    let mut name = String::new();
    let mut in_needs = false;
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        match indent {
            0 => {
                let first = line.trim_end_matches(':').split(',').next().unwrap_or_default();
                name = name_of(first.trim().trim_matches('"')).to_owned();
                in_needs = false;
            }
            2 => {
                let (field, value) = line.split_once([' ', ':']).unwrap_or((line, ""));
                in_needs = matches!(field, "dependencies" | "optionalDependencies" | "peerDependencies");
                if matches!(field, "version" | "resolution" | "integrity" | "checksum") {
                    lock.entry(name.clone()).or_default().versions.insert(format!("{field} {}", value.trim()));
                }
            }
            _ if in_needs => {
                let needed = match line.strip_prefix('"') {
                    Some(quoted) => quoted.split('"').next(),
                    None => line.split([' ', ':']).next(),
                };
                lock.entry(name.clone()).or_default().needs.extend(needed.map(str::to_owned));
            }
            _ => {}
        }
    }
    lock
}

fn pnpm(root: &Node) -> Lock {
    let mut lock = Lock::new();
    for part in ["packages", "snapshots"] {
        for (key, package) in root.get(part).into_iter().flat_map(Node::entries) {
            // `/name/1.0.0` was how the fifth format said it.
            let said = key.text.trim_start_matches('/');
            let old = !said.get(1..).unwrap_or_default().contains('@');
            let name = if old { said.rsplit_once('/').map_or(said, |(name, _)| name) } else { name_of(said) };
            let known = lock.entry(name.to_owned()).or_default();
            let integrity = package.path(&["resolution", "integrity"]).and_then(Node::as_text).unwrap_or_default();
            known.versions.insert(format!("{said} {integrity}"));
            known.needs.extend(keys(package, &["dependencies", "optionalDependencies"]));
        }
    }
    lock
}

/// `[[package]]` tables, as Cargo, Poetry and uv write them.
fn tables(root: &Node) -> Lock {
    let mut lock = Lock::new();
    for package in root.get("package").into_iter().flat_map(Node::items) {
        let known = lock.entry(text(package, "name")).or_default();
        let source = package.get("source").and_then(Node::as_text).unwrap_or_default();
        known.versions.insert(format!("{} {source} {}", text(package, "version"), text(package, "checksum")));
        let Some(needs) = package.get("dependencies") else { continue };
        known.needs.extend(needs.entries().iter().map(|(key, _)| key.text.clone()));
        let named = needs.items().iter().filter_map(|item| match item.as_text() {
            // `name`, or `name version` where there are several.
            Some(said) => said.split(' ').next().map(str::to_owned),
            None => Some(text(item, "name")),
        });
        known.needs.extend(named);
    }
    lock
}

fn composer(root: &Node) -> Lock {
    let mut lock = Lock::new();
    for package in root.get("packages").into_iter().flat_map(Node::items) {
        let known = lock.entry(text(package, "name")).or_default();
        let reference = package.path(&["dist", "reference"]).and_then(Node::as_text).unwrap_or_default();
        known.versions.insert(format!("{} {reference}", text(package, "version")));
        known.needs.extend(keys(package, &["require"]));
    }
    lock
}

fn gemfile(text: &str) -> Lock {
    let mut lock = Lock::new();
    let mut name = String::new();
    for line in text.lines() {
        let word = line.trim().split(' ').next().unwrap_or_default().trim_end_matches('!');
        match line.len() - line.trim_start().len() {
            4 => {
                name = word.to_owned();
                lock.entry(name.clone()).or_default().versions.insert(line.trim().to_owned());
            }
            6 => drop(lock.entry(name.clone()).or_default().needs.insert(word.to_owned())),
            _ => {}
        }
    }
    lock
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed_packages(name: &str, before: &str, edit: (&str, &str)) -> Vec<String> {
        let path = RepoPath::new(name).unwrap();
        let after = before.replacen(edit.0, edit.1, 1);
        assert_ne!(before, after, "{name}: the edit does something");
        changed(&read(&path, before).unwrap(), &read(&path, &after).unwrap()).into_iter().collect()
    }

    fn needs(name: &str, text: &str, of: &str) -> Vec<String> {
        needed(&read(&RepoPath::new(name).unwrap(), text).unwrap(), std::iter::once(of)).into_iter().collect()
    }

    #[test]
    fn every_format_tells_versions_and_needs() {
        let npm = r#"{"packages": {"": {"dependencies": {"a": "^1"}}, "node_modules/a": {"version": "1.0.0", "dependencies": {"@s/b": "^2"}}, "node_modules/a/node_modules/@s/b": {"version": "2.0.0"}, "node_modules/c": {"version": "3.0.0"}}}"#;
        let npm_1 = r#"{"dependencies": {"a": {"version": "1.0.0", "requires": {"@s/b": "^2"}, "dependencies": {"@s/b": {"version": "2.0.0"}}}, "c": {"version": "3.0.0"}}}"#;
        let yarn = "# yarn lockfile v1\n\n\n\"@s/b@^2\", \"@s/b@^2.0\":\n  version \"2.0.0\"\n\na@^1:\n  version \"1.0.0\"\n  dependencies:\n    \"@s/b\" \"^2\"\n\nc@3:\n  version \"3.0.0\"\n";
        let berry = "__metadata:\n  version: 8\n\n\"@s/b@npm:^2\":\n  version: 2.0.0\n\n\"a@npm:^1\":\n  version: 1.0.0\n  dependencies:\n    \"@s/b\": \"npm:^2\"\n\n\"c@npm:3\":\n  version: 3.0.0\n";
        let pnpm = "packages:\n  '@s/b@2.0.0':\n    resolution: {integrity: x}\n  a@1.0.0:\n    resolution: {integrity: y}\n  c@3.0.0: {}\nsnapshots:\n  '@s/b@2.0.0': {}\n  a@1.0.0:\n    dependencies:\n      '@s/b': 2.0.0\n";
        let cargo = "[[package]]\nname = \"@s/b\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\"@s/b 2.0.0\"]\n\n[[package]]\nname = \"c\"\nversion = \"3.0.0\"\n";
        let uv = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [{ name = \"@s/b\" }]\n\n[[package]]\nname = \"@s/b\"\nversion = \"2.0.0\"\n";
        let poetry = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[package.dependencies]\n\"@s/b\" = \">=2\"\n\n[[package]]\nname = \"@s/b\"\nversion = \"2.0.0\"\n";
        let composer = r#"{"packages": [{"name": "a", "version": "1.0.0", "require": {"@s/b": "^2"}}, {"name": "@s/b", "version": "2.0.0"}]}"#;
        let gems = "GEM\n  specs:\n    a (1.0.0)\n      @s/b (~> 2)\n    @s/b (2.0.0)\n";
        let cases = [
            ("package-lock.json", npm),
            ("npm-shrinkwrap.json", npm_1),
            ("yarn.lock", yarn),
            ("yarn.lock", berry),
            ("pnpm-lock.yaml", pnpm),
            ("Cargo.lock", cargo),
            ("uv.lock", uv),
            ("poetry.lock", poetry),
            ("composer.lock", composer),
            ("Gemfile.lock", gems),
        ];
        for (name, text) in cases {
            assert_eq!(changed_packages(name, text, ("2.0.0", "2.0.1")), ["@s/b"], "{text}");
            assert_eq!(changed_packages(name, text, ("1.0.0", "1.0.1")), ["a"], "{text}");
            assert_eq!(needs(name, text, "a"), ["@s/b", "a"], "{text}");
            assert_eq!(needs(name, text, "@s/b"), ["@s/b"], "{text}");
        }
        assert_eq!(read(&RepoPath::new("package-lock.json").unwrap(), "{"), None);
    }
}
