//! Functions as they are deployed, what they are wired to, and the services they claim to form.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::Serialize;

use crate::{Location, RepoPath};

/// The stable name of a function: `SERVICE/NAME`. It contains neither the platform nor a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(Arc<str>);

impl FunctionId {
    /// The function called `name`.
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(Arc::from(name.as_ref()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for FunctionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// One runtime unit of code. Several declarations may declare one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its stable id, unique in a run.
    pub id: FunctionId,
    /// Its name in its manifest: the logical id or the key.
    pub name: String,
    /// The service it claims to belong to.
    pub service: String,
    /// What the manifests say, in the order of their places; never empty.
    pub declarations: Vec<Declaration>,
    /// Where its code starts; none where that could not be found.
    pub entry: Option<Entry>,
    /// Why `entry` is missing, in words for people; none where it is there.
    pub unresolved: Option<String>,
    /// The folder that is packaged; none where the manifest points at something else (an image, a remote artefact).
    pub code_root: Option<RepoPath>,
    /// What is deployed: the folder, archive or image that the manifest names. None where each function gets a package of
    /// its own (a bundler makes it, or the code stands in the manifest), and where it is not known.
    pub artifact: Option<Artifact>,
    /// The runtime as declared: `python3.12`, `nodejs22.x`, `provided.al2023`, `image`.
    pub runtime: Option<String>,
    /// Its environment variables: literal values, and for those that name a resource, its key. What a runtime sets by
    /// itself may be among them: [`DEPLOYED_NAME`]. What is known on deployment only is `*`. Never printed.
    pub environment: BTreeMap<String, String>,
    /// Layers whose code is in the repository, and others by name.
    pub layers: Vec<Layer>,
    /// Channels it listens to or sends on.
    pub channels: Vec<Channel>,
    /// Stores it reads or writes.
    pub stores: Vec<Store>,
    /// Functions and state machines that its manifest lets it call.
    pub invokes: Vec<Invocation>,
    /// Calls of other functions in its code, in the order of their places.
    pub calls: Vec<Call>,
}

/// The variable in which Lambda tells a function its deployed name.
pub const DEPLOYED_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// What is uploaded as one: several functions of one artefact are deployed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// The folder in the repository, the archive's name, or the image's context or name; tells artefacts of a kind apart.
    pub name: String,
}

/// What a function is packaged as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// A folder that is packaged as it stands.
    Folder,
    /// An archive that something else builds.
    Archive,
    /// A container image.
    Image,
}

impl ArtifactKind {
    /// The word printed for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Archive => "archive",
            Self::Image => "image",
        }
    }
}

impl Function {
    /// Where the function is declared first.
    pub fn declared_at(&self) -> &Location {
        &self.declarations[0].location
    }

    /// The platforms that declare it, sorted, each once.
    pub fn platforms(&self) -> Vec<&'static str> {
        let mut platforms: Vec<_> = self.declarations.iter().map(|declaration| declaration.platform).collect();
        platforms.sort_unstable();
        platforms.dedup();
        platforms
    }
}

/// One mention of a function in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// `aws-sam`, `cloudformation`, `serverless-framework`, `lockstep`.
    pub platform: &'static str,
    /// Where it stands: the key that names the function.
    pub location: Location,
    /// Last byte of the whole block, for attributing changes of the manifest.
    pub block_end: u32,
    /// The logical id or key.
    pub logical_id: String,
    /// The handler as written, after wrappers were replaced.
    pub handler: Option<String>,
}

/// Where the code of a function starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// An existing file of the checkout.
    pub path: RepoPath,
    /// The exported symbol, the class or the bin target; none where the file itself is the program.
    pub symbol: Option<String>,
    /// How sure the answer is.
    pub confidence: Confidence,
}

/// How the entry file was found, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The file exists at the literal path.
    Exact,
    /// Compiled output mapped back to its source.
    Compiled,
    /// An artefact name matched to a build script, a build target or a module.
    Artifact,
    /// The function's name equals a folder's.
    Convention,
    /// The only class or definition of that name in the repository.
    ClassSearch,
}

impl Confidence {
    /// The word printed for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Compiled => "compiled",
            Self::Artifact => "artifact",
            Self::Convention => "convention",
            Self::ClassSearch => "class-search",
        }
    }
}

/// A layer: code shared by those who name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Layer {
    /// Logical id, key or ARN.
    pub name: String,
    /// The folder with its content, if it is in the repository.
    pub path: Option<RepoPath>,
}

/// Which way a function uses a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelDirection {
    /// It is triggered by the channel.
    Receives,
    /// It sends on the channel.
    Sends,
}

/// How strong a statement of the manifest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Said for this function: an event, a policy of its own.
    Own,
    /// Said for all functions at once: global environment, a shared role.
    Inherited,
}

/// A queue, topic, bus rule, route, stream or schedule that a function uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Channel {
    /// `http`, `queue`, `topic`, `bus`, `stream`, `schedule`, `bucket`, `log`, `identity`, `websocket`, `other`.
    pub kind: String,
    /// What identifies it: a logical id with its stack (`orders#Queue`), a literal name, a route (`GET /orders`).
    pub key: String,
    /// Which way.
    pub direction: ChannelDirection,
    /// For whom it is said.
    pub strength: Strength,
}

/// What a function may do with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// It reads only.
    Read,
    /// It writes, and perhaps reads.
    Write,
    /// The manifest does not say.
    Unknown,
}

/// A table, bucket, namespace or database that a function uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Store {
    /// `table`, `bucket`, `database`, `namespace` (keys and values), `secret`, `parameter`, `file-system`.
    pub kind: String,
    /// What identifies it, as for [`Channel::key`].
    pub key: String,
    /// What it may do.
    pub access: Access,
    /// For whom it is said.
    pub strength: Strength,
}

/// A call of a function, or of a state machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Invocation {
    /// `function`; `authorizer` for one that the gateway calls before this one, `destination` for one that gets what this
    /// one returns; `state-machine`.
    pub kind: String,
    /// What is called: a logical id with its stack (`orders#CreateOrder`), or a literal name.
    pub key: String,
    /// The function called, where it is known.
    pub function: Option<FunctionId>,
    /// For whom it is said.
    pub strength: Strength,
}

/// A call of a function in the code of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Where it stands.
    pub location: Location,
    /// The function called.
    pub function: FunctionId,
    /// By what it is called: a name, a variable of the environment, a route.
    pub by: String,
    /// True if the caller waits for the answer, false if it goes on at once; none where the code does not say.
    pub waits: Option<bool>,
}

/// Functions that claim to be one microservice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name.
    pub name: String,
    /// True if a `[[service]]` of the configuration says so; false if it is a stack.
    pub declared: bool,
    /// Its functions, sorted.
    pub functions: Vec<FunctionId>,
}
