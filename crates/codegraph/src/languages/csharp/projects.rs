//! The projects of a checkout: which files each compiles, which others it references, which packages and namespaces it
//! brings in. Conditions are not evaluated: what stands under one counts.

use std::collections::BTreeSet;

use lockstep_model::{FileSet, RepoPath};
use roxmltree::{Document, Node};
use rustc_hash::{FxHashMap, FxHashSet};

use super::scope::Usings;

/// Larger project files are not made by people. 1 MiB.
const LARGEST: usize = 1 << 20;

/// How many patterns of one project are compared with its files.
const MOST_PATTERNS: usize = 100;

/// How many files a project file brings in, one through the other.
const MOST_IMPORTS: usize = 50;

/// One project.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) folder: RepoPath,
    references: Vec<RepoPath>,
    pub(super) packages: BTreeSet<String>,
    /// What is brought in for all of its files.
    pub(super) usings: Usings,
    /// True if the web framework is part of it.
    pub(super) is_web: bool,
    /// True if a reference could not be read: then it may see any project.
    sees_all: bool,
    default_items: bool,
    included: Vec<RepoPath>,
    patterns: Vec<String>,
    removed: Vec<String>,
}

/// All of them.
pub(super) struct Projects {
    pub(super) list: Vec<Project>,
    of_file: FxHashMap<RepoPath, Vec<usize>>,
    /// What each sees: itself, and what it references, directly or not.
    seen: Vec<FxHashSet<usize>>,
}

impl Projects {
    /// Reads the projects of `files`.
    pub(super) fn read(files: &FileSet) -> Self {
        let manifests: Vec<&RepoPath> = files.paths().filter(|path| path.extension() == Some("csproj")).collect();
        let list: Vec<Project> = manifests.iter().map(|path| project(files, path)).collect();
        let mut by_folder: FxHashMap<RepoPath, Vec<usize>> = FxHashMap::default();
        for (index, project) in list.iter().enumerate() {
            by_folder.entry(project.folder.clone()).or_default().push(index);
        }
        let of_file = files_of(files, &list, &by_folder);
        let seen = seen(&list, &manifests);
        Self { list, of_file, seen }
    }

    /// The projects that compile a file; none for a file outside of all.
    pub(super) fn of(&self, file: &RepoPath) -> &[usize] {
        self.of_file.get(file).map_or(&[], Vec::as_slice)
    }

    /// True if code of one of the projects `from` may use what a file defines that `to` compile.
    pub(super) fn sees(&self, from: &[usize], to: &[usize]) -> bool {
        if from.is_empty() {
            return to.is_empty();
        }
        from.iter().any(|from| self.list[*from].sees_all || to.iter().any(|to| self.seen[*from].contains(to)))
    }

    /// The projects that are deployed as the code root `root`, with all that they reference.
    pub(super) fn deployed(&self, root: &RepoPath) -> FxHashSet<usize> {
        let those = |is_meant: &dyn Fn(&Project) -> bool| -> Vec<usize> {
            (0..self.list.len()).filter(|index| is_meant(&self.list[*index])).collect()
        };
        let inside = those(&|project| project.folder.starts_with(root));
        let above = || {
            let around = root.ancestors().find(|above| self.list.iter().any(|project| project.folder == *above));
            around.map_or_else(Vec::new, |around| those(&|project| project.folder == around))
        };
        let own = if inside.is_empty() { above() } else { inside };
        own.iter().flat_map(|index| &self.seen[*index]).copied().collect()
    }
}

fn files_of(
    files: &FileSet,
    list: &[Project],
    by_folder: &FxHashMap<RepoPath, Vec<usize>>,
) -> FxHashMap<RepoPath, Vec<usize>> {
    let mut of_file: FxHashMap<RepoPath, Vec<usize>> = FxHashMap::default();
    for path in files.paths().filter(|path| is_source(path)) {
        let nearest = path.ancestors().skip(1).find_map(|folder| by_folder.get(&folder));
        for index in nearest.into_iter().flatten() {
            let project = &list[*index];
            let inside = path.strip_prefix(&project.folder).unwrap_or_default();
            if project.default_items && !project.removed.iter().any(|pattern| matches(pattern, inside)) {
                of_file.entry(path.clone()).or_default().push(*index);
            }
        }
    }
    let mut add = |path: &RepoPath, index: usize| {
        let projects = of_file.entry(path.clone()).or_default();
        if !projects.contains(&index) {
            projects.push(index);
        }
    };
    for (index, project) in list.iter().enumerate() {
        for path in &project.included {
            if let Some(path) = files.resolve(path).filter(is_source) {
                add(&path, index);
            }
        }
        for pattern in project.patterns.iter().take(MOST_PATTERNS) {
            // The folder before the first wild card, and the pattern behind it.
            let at = pattern.find('*').unwrap_or(pattern.len());
            let folder = pattern[..at].rfind('/').map_or("", |end| &pattern[..end]);
            let Ok(folder) = RepoPath::new(folder) else { continue };
            let rest = pattern[folder.as_str().len()..].trim_start_matches('/');
            let inside = files.under(&folder).filter(|path| is_source(path));
            for path in inside.filter(|path| path.strip_prefix(&folder).is_some_and(|inside| matches(rest, inside))) {
                add(path, index);
            }
        }
    }
    of_file
}

/// True for a source file that is not made by a build.
pub(super) fn is_source(path: &RepoPath) -> bool {
    path.extension() == Some("cs") && !path.components().any(|part| matches!(part, "obj" | "bin"))
}

fn seen(list: &[Project], manifests: &[&RepoPath]) -> Vec<FxHashSet<usize>> {
    let known: FxHashMap<&RepoPath, usize> = manifests.iter().enumerate().map(|(index, path)| (*path, index)).collect();
    let all_of = |index: usize| {
        let mut seen = FxHashSet::default();
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            if seen.insert(index) {
                open.extend(list[index].references.iter().filter_map(|path| known.get(path)));
            }
        }
        seen
    };
    (0..list.len()).map(all_of).collect()
}

/// Reads one project, with what stands in files above it for all projects.
fn project(files: &FileSet, path: &RepoPath) -> Project {
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    let mut project = Project {
        folder: folder.clone(),
        references: Vec::new(),
        packages: BTreeSet::new(),
        usings: Usings::default(),
        is_web: false,
        sees_all: false,
        default_items: false,
        included: Vec::new(),
        patterns: Vec::new(),
        removed: Vec::new(),
    };
    let mut open = vec![path.clone()];
    for folder in folder.ancestors() {
        for name in ["Directory.Build.props", "Directory.Build.targets"] {
            open.extend(folder.join(name).ok().filter(|path| files.is_file(path)));
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(file) = open.pop() {
        if seen.len() > MOST_IMPORTS || !seen.insert(file.clone()) {
            continue;
        }
        let Some(text) = files.text(&file).ok().filter(|text| text.len() <= LARGEST) else { continue };
        let Ok(document) = Document::parse(&text) else {
            project.sees_all = true;
            continue;
        };
        if file == *path {
            project.default_items = is_sdk(&document);
        }
        let here = file.parent().unwrap_or_else(RepoPath::root);
        for element in document.root_element().descendants().filter(Node::is_element) {
            open.extend(project.element(element, &folder, &here));
        }
    }
    project
}

/// True for projects that compile all files of their folder unless they say otherwise.
fn is_sdk(document: &Document<'_>) -> bool {
    let root = document.root_element();
    let says_sdk = root.has_attribute("Sdk")
        || root
            .children()
            .any(|child| child.has_tag_name("Sdk") || (child.has_tag_name("Import") && child.has_attribute("Sdk")));
    let off = |node: Node<'_, '_>| {
        matches!(node.tag_name().name(), "EnableDefaultCompileItems" | "EnableDefaultItems")
            && node.text().is_some_and(|text| text.trim().eq_ignore_ascii_case("false"))
    };
    says_sdk && !root.descendants().any(off)
}

impl Project {
    /// Takes what an element of a file in `here` says for the project in `folder`; a file that it brings in.
    fn element(&mut self, element: Node<'_, '_>, folder: &RepoPath, here: &RepoPath) -> Option<RepoPath> {
        let include = element.attribute("Include").unwrap_or_default();
        let paths = |text: &str| -> Vec<Option<RepoPath>> {
            let one = |text: &str| located(text.trim(), folder, here);
            text.split(';').filter(|text| !text.trim().is_empty()).map(one).collect()
        };
        match element.tag_name().name() {
            "ProjectReference" => {
                for path in paths(include) {
                    self.sees_all |= path.is_none();
                    self.references.extend(path);
                }
            }
            "PackageReference" => self.packages.extend((!include.is_empty()).then(|| include.to_owned())),
            "FrameworkReference" => self.is_web |= include.starts_with("Microsoft.AspNetCore"),
            "Project" => self.is_web |= element.attribute("Sdk").is_some_and(|sdk| sdk.ends_with(".Web")),
            "Using" if !include.is_empty() => {
                let is_static = element.attribute("Static").is_some_and(|value| value.eq_ignore_ascii_case("true"));
                match element.attribute("Alias") {
                    Some(alias) => self.usings.add(&format!("{alias} = {include}")),
                    None if is_static => self.usings.add(&format!("static {include}")),
                    None => self.usings.add(include),
                }
            }
            "Compile" => {
                for path in paths(include).into_iter().flatten() {
                    if path.as_str().contains('*') {
                        self.patterns.push(path.as_str().to_owned());
                    } else {
                        self.included.push(path);
                    }
                }
                let removed = element.attribute("Remove").or_else(|| element.attribute("Exclude")).unwrap_or_default();
                self.removed.extend(
                    removed.split(';').map(|text| text.trim().replace('\\', "/")).filter(|text| !text.is_empty()),
                );
            }
            "Import" => return located(element.attribute("Project")?, here, here),
            _ => {}
        }
        None
    }
}

/// Where a path of a project file leads; none where it needs a property that is not known, or leaves the repository.
fn located(text: &str, folder: &RepoPath, here: &RepoPath) -> Option<RepoPath> {
    let text = text.replace('\\', "/");
    for (property, base) in
        [("$(MSBuildThisFileDirectory)", here), ("$(MSBuildProjectDirectory)", folder), ("$(ProjectDir)", folder)]
    {
        if let Some(rest) = text.strip_prefix(property) {
            return base.join(rest.trim_start_matches('/')).ok();
        }
    }
    if text.contains("$(") { None } else { folder.join(&text).ok().filter(|_| !text.starts_with('/')) }
}

/// True if a path fits a pattern of MSBuild's: `*` inside of a name, `**` for any folders.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).take(32).collect();
    let path: Vec<&str> = path.split('/').collect();
    // Which beginnings of the path the pattern so far fits.
    let mut fits = vec![false; path.len() + 1];
    fits[0] = true;
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            if part == "**" {
                next[at] = fits[at] || (at > 0 && next[at - 1]);
            } else if at > 0 {
                next[at] = fits[at - 1] && name_matches(part, path[at - 1]);
            }
        }
        fits = next;
    }
    fits[path.len()]
}

fn name_matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_msbuild() {
        let cases = [
            ("**/*.cs", "a/b/C.cs", true),
            ("**/*.cs", "C.cs", true),
            ("Old/**", "Old/a/B.cs", true),
            ("Old/**", "New/B.cs", false),
            ("*.Designer.cs", "X.Designer.cs", true),
            ("*.Designer.cs", "a/X.Designer.cs", false),
            ("A.cs", "A.cs", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
