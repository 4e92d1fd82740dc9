//! From the handler that a manifest names to the file where the function's code starts.
//!
//! One file per runtime family under `entry/`; this one finds the folders to look in and puts the answers together.
//! An answer is never guessed in silence: it carries how it was found, and where there is none it says why.

mod artifact;
mod bundle;
mod command;
mod compiled;
mod container;
mod dockerfile;
mod dotnet;
mod go;
mod image;
mod index;
mod jvm;
mod node;
mod php;
mod probe;
mod python;
mod roots;
mod ruby;
mod rust;
mod script;
mod web_server;
mod wrapper;

use lockstep_model::{Confidence, Entry, FileSet, RepoPath};

use self::roots::{Root, Roots};
pub(crate) use self::{
    command::{Command, commands, option},
    image::has_image,
    index::Index,
    rust::bins as cargo_bins,
};
use crate::platform::{CodeSource, Declared, HandlerStyle};

/// What became of one declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Where the code starts.
    pub entry: Option<Entry>,
    /// The folder that is packaged, if it is one of the checkout.
    pub code_root: Option<RepoPath>,
    /// Why `entry` is none, in words for people.
    pub why: Option<String>,
    /// The handler after wrappers were replaced, where there is one.
    pub handler: Option<String>,
}

/// A kind of runtime, by how it finds its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Node,
    Python,
    Jvm,
    Dotnet,
    Go,
    Rust,
    Ruby,
    Php,
    Swift,
}

/// One question: which file does this handler mean?
struct Case<'a> {
    declared: &'a Declared,
    files: &'a FileSet,
    index: &'a Index,
    /// The effective handler, surrounding noise (`./`, `/var/task/`) taken off; may be empty.
    handler: String,
    /// The folder of the manifest.
    base: RepoPath,
}

/// Finds where the code of `declared` starts.
pub(crate) fn resolve(declared: &Declared, files: &FileSet, index: &Index) -> Resolved {
    let handler = wrapper::effective_handler(declared);
    let mut resolved = resolve_handler(declared, files, index, handler.as_deref());
    resolved.handler = handler;
    if resolved.entry.is_some() {
        resolved.why = None;
    } else if resolved.why.is_none() {
        resolved.why = Some("the manifest does not say where the code is".to_owned());
    }
    resolved
}

fn resolve_handler(declared: &Declared, files: &FileSet, index: &Index, handler: Option<&str>) -> Resolved {
    let case = Case { declared, files, index, handler: tidy(handler.unwrap_or("")), base: base_of(declared) };
    match &declared.code {
        CodeSource::Inline => inline(&case),
        CodeSource::Image { .. } => container::resolve(&case),
        CodeSource::Unknown(why) => {
            let found = find(&case, Roots::unknown(&case));
            Resolved { why: Some(why.clone()), ..found }
        }
        CodeSource::Path { path, .. } => find(&case, Roots::of_path(&case, path)),
        CodeSource::Artifact { path, .. } => find(&case, Roots::of_artifact(&case, path)),
    }
}

/// The code stands in the manifest: the manifest is the file.
fn inline(case: &Case) -> Resolved {
    let symbol = case.handler.rsplit_once('.').map(|(_, symbol)| symbol.to_owned());
    let path = case.declared.declaration.location.path.clone();
    Resolved { entry: Some(Entry { path, symbol, confidence: Confidence::Exact }), ..Resolved::default() }
}

fn base_of(declared: &Declared) -> RepoPath {
    match &declared.code {
        CodeSource::Path { base, .. } | CodeSource::Artifact { base, .. } | CodeSource::Image { base, .. } => {
            base.clone()
        }
        CodeSource::Inline | CodeSource::Unknown(_) => declared.stack_folder.clone(),
    }
}

/// The handler without what means "here": `./`, and the folder that code is unpacked to.
fn tidy(handler: &str) -> String {
    let handler = handler.trim();
    let handler = handler.strip_prefix("/var/task/").unwrap_or(handler);
    handler.strip_prefix("./").unwrap_or(handler).to_owned()
}

/// Looks for the handler in every folder of `roots`, best first, and in the whole repository where a name is unique.
fn find(case: &Case, roots: Roots) -> Resolved {
    let code_root = roots.packaged.clone();
    if case.handler.starts_with("/opt/") {
        let why =
            format!("the handler `{}` comes from a layer, and no variable names the code behind it", case.handler);
        return Resolved { code_root, why: Some(why), ..Resolved::default() };
    }
    if let Some(entry) = roots.file.clone() {
        return Resolved { entry: Some(entry), code_root, ..Resolved::default() };
    }
    let families = Family::candidates(case);
    let found = in_roots(case, &roots.folders, &families).or_else(|| {
        let entry = families.iter().find_map(|family| family.search(case))?;
        Some((entry, None))
    });
    match found {
        Some((entry, root)) => Resolved { entry: Some(entry), code_root: code_root.or(root), ..Resolved::default() },
        None => Resolved { code_root, why: Some(why_not(case, &roots, &families)), ..Resolved::default() },
    }
}

fn in_roots(case: &Case, folders: &[Root], families: &[Family]) -> Option<(Entry, Option<RepoPath>)> {
    folders.iter().find_map(|root| {
        let found = match case.declared.style {
            HandlerStyle::Path => {
                probe::path_handler(case, &root.folder).or_else(|| node::source_of(case, &root.folder))
            }
            HandlerStyle::Runtime | HandlerStyle::Bundler => None,
        };
        // A path to a module is not a module and a symbol.
        let by_family = || match case.declared.style {
            HandlerStyle::Path if node::is_module_path(&case.handler) => None,
            _ => families.iter().find_map(|family| family.find(case, &root.folder)),
        };
        let entry = found.or_else(by_family)?;
        let confidence = entry.confidence.max(root.confidence);
        Some((Entry { confidence, ..entry }, Some(root.folder.clone())))
    })
}

/// Why nothing was found, from the most telling reason to the plainest.
fn why_not(case: &Case, roots: &Roots, families: &[Family]) -> String {
    if let Some(why) = &roots.why {
        return why.clone();
    }
    let handler = &case.handler;
    if handler.is_empty() && !families.iter().any(|family| matches!(family, Family::Go | Family::Rust)) {
        return "the manifest names no handler".to_owned();
    }
    let place = probe::place(roots.folders.first().map_or(&RepoPath::root(), |root| &root.folder));
    if handler.contains('*') {
        return format!("the handler `{handler}` is put together from values that only a deployment knows");
    }
    let outside = roots.folders.first().is_some_and(|root| root.folder.join(handler).is_err());
    if outside {
        return format!("the handler `{handler}` leads out of the repository");
    }
    match families.first() {
        Some(family) => format!("no {} {place}", family.expected(case)),
        None => format!("functions with the runtime `{}` are not followed", case.runtime()),
    }
}

impl Case<'_> {
    fn runtime(&self) -> &str {
        self.declared.runtime.as_deref().unwrap_or("")
    }

    /// The parts of the code root or artefact as written, which may name the bin target or the module.
    fn written_path(&self) -> &str {
        match &self.declared.code {
            CodeSource::Path { path, .. } | CodeSource::Artifact { path, .. } => path,
            _ => "",
        }
    }
}

impl Family {
    /// The families that may run the function, likeliest first.
    fn candidates(case: &Case) -> Vec<Self> {
        use Family::{Dotnet, Go, Jvm, Node, Php, Python, Ruby, Rust, Swift};
        let runtime = case.runtime().to_ascii_lowercase();
        let method = case.declared.build.method.as_deref().unwrap_or("").to_ascii_lowercase();
        if method.contains("rust") || method.contains("cargo") || runtime.contains("rust") {
            return vec![Rust];
        }
        if method.starts_with("go1") {
            return vec![Go];
        }
        let named = [
            ("node", Node),
            ("python", Python),
            ("java", Jvm),
            ("dotnet", Dotnet),
            ("go", Go),
            ("ruby", Ruby),
            ("php", Php),
            ("swift", Swift),
        ];
        if let Some((_, family)) = named.iter().find(|(name, _)| runtime.starts_with(name)) {
            // A bundler or a compiler of another language may stand behind a Node or Java runtime, never the reverse.
            return vec![*family];
        }
        match case.handler.matches("::").count() {
            2 => vec![Dotnet],
            1 => vec![Jvm, Rust, Dotnet, Ruby],
            _ if runtime.starts_with("provided") || runtime == "binary" => {
                vec![Rust, Go, Swift, Php, Dotnet, Jvm, Python, Node]
            }
            _ => vec![Node, Python, Ruby, Go, Jvm, Rust, Php, Swift, Dotnet],
        }
    }

    /// The entry file of `case`, if its code is in the folder `root`.
    fn find(self, case: &Case, root: &RepoPath) -> Option<Entry> {
        match self {
            Self::Node => node::find(case, root),
            Self::Python => python::find(case, root),
            Self::Jvm => jvm::find(case, root),
            Self::Dotnet => dotnet::find(case, root),
            Self::Go => go::find(case, root),
            Self::Rust => rust::find(case, root),
            Self::Ruby => ruby::find(case, root),
            Self::Php => php::find(case, root),
            Self::Swift => probe::swift(case, root),
        }
        .or_else(|| web_server::find(case, root))
        .or_else(|| script::find(case, root))
    }

    /// The only thing in the whole repository that the handler can mean.
    fn search(self, case: &Case) -> Option<Entry> {
        match self {
            Self::Jvm => jvm::search(case),
            Self::Dotnet => dotnet::search(case),
            Self::Rust => rust::search(case),
            // A handler of a package says where in it its module is.
            Self::Python => probe::by_module(case, &case.handler),
            _ => None,
        }
    }

    /// What was looked for, for people.
    fn expected(self, case: &Case) -> String {
        let handler = &case.handler;
        match self {
            Self::Node => format!("file `{}.{{ts,js,…}}`", node::module_of(case)),
            Self::Python => format!("file `{}.py`", python::module_of(handler)),
            Self::Jvm => jvm::expected(case),
            Self::Dotnet => dotnet::expected(handler),
            Self::Go => format!("Go program for `{handler}`"),
            Self::Rust => rust::expected(case),
            Self::Ruby => format!("file `{}.rb`", ruby::split(handler).0),
            Self::Php => format!("file `{handler}`"),
            Self::Swift => format!("Swift program for `{handler}`"),
        }
    }
}

#[cfg(test)]
mod tests;
