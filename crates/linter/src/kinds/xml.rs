//! Manifests in XML: Maven's `pom.xml` and the projects of .NET.

use lockstep_model::ChangeKind;
use roxmltree::{Document, Node};

/// How deep a manifest may be; deeper ones are not read.
const DEEPEST: usize = 100;

/// Where dependencies stand in a manifest.
pub(super) struct Places {
    /// Elements that are about what is installed.
    elements: &'static [&'static str],
    /// Ends of the names of elements that hold a version, in small letters.
    version_ends: &'static [&'static str],
}

/// A build plugin's version is a dependency; what it is told to do is configuration.
pub(super) const MAVEN: &Places = &Places {
    elements: &["dependencies", "dependencyManagement", "repositories", "pluginRepositories"],
    version_ends: &["version", "maven.compiler.source", "maven.compiler.target", "maven.compiler.release"],
};

/// References to packages; one to another project is how the thing is built.
pub(super) const MSBUILD: &Places = &Places {
    elements: &["PackageReference", "PackageVersion", "DotNetCliToolReference", "GlobalPackageReference"],
    version_ends: &["version", "targetframework", "targetframeworks", "versionprefix"],
};

/// The kind of a change of such a manifest; none if one of the versions is not well formed.
pub(super) fn kind(places: &Places, before: &str, after: &str) -> Option<ChangeKind> {
    let read = |text: &str, leave_out: bool| {
        let document = Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
        let mut written = Vec::new();
        write(document.root_element(), leave_out.then_some(places), 0, &mut written).then_some(written)
    };
    if read(before, false)? == read(after, false)? {
        return Some(ChangeKind::Cosmetic);
    }
    let same = read(before, true)? == read(after, true)?;
    Some(if same { ChangeKind::Dependency } else { ChangeKind::Configuration })
}

/// Writes an element without comments and layout, and without the dependencies of `places`. False if it is too deep.
fn write(element: Node<'_, '_>, places: Option<&Places>, depth: usize, into: &mut Vec<String>) -> bool {
    let name = element.tag_name().name();
    if places.is_some_and(|places| places.leave_out(name)) {
        return true;
    }
    into.push(format!("<{name}"));
    let mut attributes: Vec<String> = element.attributes().map(|it| format!("{}={}", it.name(), it.value())).collect();
    attributes.sort();
    into.extend(attributes);
    for child in element.children() {
        if child.is_element() {
            if depth > DEEPEST || !write(child, places, depth + 1, into) {
                return false;
            }
        } else if child.is_text() {
            let text = child.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            into.extend((!text.is_empty()).then_some(text));
        }
    }
    // An item group of which nothing is left says nothing.
    if places.is_some() && into.last() == Some(&format!("<{name}")) {
        into.pop();
    } else {
        into.push(">".to_owned());
    }
    true
}

impl Places {
    fn leave_out(&self, name: &str) -> bool {
        let small = name.to_ascii_lowercase();
        self.elements.contains(&name) || self.version_ends.iter().any(|end| small.ends_with(end))
    }
}
