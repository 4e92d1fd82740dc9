//! The shape of a platform: from the files of a checkout to what its manifests declare.

use std::collections::BTreeMap;

use lockstep_diagnostics::Partial;
use lockstep_model::{Channel, Declaration, FileSet, Invocation, Layer, RepoPath, Store};

/// A way of declaring functions. One file, one page beside it, one line in `platforms.rs`.
pub trait Platform: Sync {
    /// `aws-sam`, as printed.
    fn name(&self) -> &'static str;

    /// The platform's page, in Markdown.
    fn page(&self) -> &'static str;

    /// Everything that the manifests among `files` declare. Manifests that cannot be read are problems.
    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>>;
}

/// A function as one manifest declares it, before its entry file is looked for.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its name in the manifest: logical id or key.
    pub name: String,
    /// The stack or service it belongs to, as a name for people (`orders`).
    pub service: String,
    /// The folder that the stack's paths start from; tells stacks of one name apart.
    pub stack_folder: RepoPath,
    /// Where and by whom it is declared.
    pub declaration: Declaration,
    /// The runtime, if stated: `python3.12`; `image` for containers.
    pub runtime: Option<String>,
    /// Where its code comes from.
    pub code: CodeSource,
    /// How it is built, where the manifest says so.
    pub build: Build,
    /// How handler strings are split: see [`HandlerStyle`].
    pub style: HandlerStyle,
    /// Environment variables with literal values, those that wrappers need (`DD_LAMBDA_HANDLER`) among them; for those
    /// that name a function, a state machine or an API, its key (`orders#Api`, with the path behind it if there is one). [`lockstep_model::DEPLOYED_NAME`] is the deployed name.
    pub environment: BTreeMap<String, String>,
    /// Layers it names.
    pub layers: Vec<Layer>,
    /// Channels it uses.
    pub channels: Vec<Channel>,
    /// Stores it uses.
    pub stores: Vec<Store>,
    /// What it calls.
    pub invokes: Vec<Invocation>,
}

/// Where a manifest says the code comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeSource {
    /// A folder (or a single source file) as written, relative to `base`; may not exist before a build.
    Path {
        /// The folder that `path` is relative to: the manifest's, or the service's.
        base: RepoPath,
        /// As written.
        path: String,
    },
    /// A built or remote artefact: `s3://…`, an object key, a zip or jar that is not in the checkout.
    Artifact {
        /// The folder of the manifest.
        base: RepoPath,
        /// As written, with variables as `*`.
        path: String,
    },
    /// A container image.
    Image {
        /// The folder of the manifest.
        base: RepoPath,
        /// The build context, relative to `base`.
        context: Option<String>,
        /// The Dockerfile, relative to the context.
        dockerfile: Option<String>,
        /// The command that the manifest sets in place of the image's.
        command: Option<Vec<String>>,
        /// The image's name, if that is all that is said.
        name: Option<String>,
        /// Build arguments.
        arguments: BTreeMap<String, String>,
    },
    /// The code stands in the manifest itself.
    Inline,
    /// The manifest does not say, or only its own tools can tell; why, in words.
    Unknown(String),
}

/// What a manifest says of the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// `makefile`, `esbuild`, `rust-cargolambda` …
    pub method: Option<String>,
    /// Files that a bundler starts from, relative to the code root.
    pub entry_points: Vec<String>,
    /// The bin target.
    pub binary: Option<String>,
    /// The make target: `build-LogicalId`.
    pub make_target: Option<String>,
}

/// How a handler string is split into module and symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerStyle {
    /// As the Lambda runtime does: the module ends at the first dot of the base name.
    Runtime,
    /// As bundlers do: the symbol follows the last dot.
    Bundler,
    /// The handler is a path to a source file, with an optional `#symbol` or `.symbol` behind it.
    Path,
}
