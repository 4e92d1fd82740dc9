//! Names of one repository as they are called among several: paths below its folder, ids and services after its name.

use lockstep_codegraph::CodeGraph;
use lockstep_diagnostics::Problem;
use lockstep_model::{
    Artifact, ArtifactKind, Call, Closure, CodeClone, Fragment, Function, FunctionId, Layer, Location, RepoPath,
};

use crate::Incomplete;

/// What distinguishes the names of one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    /// The name of the repository.
    pub(crate) name: String,
    /// What its paths lie below.
    pub(crate) folder: RepoPath,
}

/// Kinds of channels that literal names tell within one repository only: routes, timers, and what is known by no name.
const LOCAL_CHANNELS: [&str; 6] = ["http", "schedule", "websocket", "identity", "log", "other"];

impl Prefix {
    pub(crate) fn path(&self, path: &RepoPath) -> RepoPath {
        match path.is_root() {
            true => self.folder.clone(),
            false => RepoPath::from_git(format!("{}/{path}", self.folder).as_bytes()),
        }
    }

    /// The path inside the repository; none if it is of another one.
    pub(crate) fn inside(&self, path: &RepoPath) -> Option<RepoPath> {
        path.strip_prefix(&self.folder).map(|inside| RepoPath::from_git(inside.as_bytes()))
    }

    pub(crate) fn name(&self, text: &str) -> String {
        format!("{}/{text}", self.name)
    }

    fn id(&self, id: &FunctionId) -> FunctionId {
        FunctionId::new(self.name(id.as_str()))
    }

    pub(crate) fn location(&self, location: &Location) -> Location {
        Location { path: self.path(&location.path), ..location.clone() }
    }

    /// A key of a channel, a store or a call: what a stack of the repository calls so is its own; a literal name is the
    /// same for all who say it.
    fn key(&self, key: &str) -> String {
        if key.contains('#') { self.name(key) } else { key.to_owned() }
    }

    pub(crate) fn function(&self, mut function: Function) -> Function {
        function.id = self.id(&function.id);
        function.service = self.name(&function.service);
        for declaration in &mut function.declarations {
            declaration.location = self.location(&declaration.location);
        }
        if let Some(entry) = &mut function.entry {
            entry.path = self.path(&entry.path);
        }
        function.code_root = function.code_root.map(|path| self.path(&path));
        function.artifact = function.artifact.map(|artifact| self.artifact(artifact));
        function.layers = function.layers.into_iter().map(|layer| self.layer(layer)).collect();
        for channel in &mut function.channels {
            let local = LOCAL_CHANNELS.contains(&channel.kind.as_str());
            channel.key = if local { self.name(&channel.key) } else { self.key(&channel.key) };
        }
        function.stores.iter_mut().for_each(|store| store.key = self.key(&store.key));
        for call in &mut function.invokes {
            call.key = self.key(&call.key);
            call.function = call.function.as_ref().map(|id| self.id(id));
        }
        let call =
            |call: Call| Call { location: self.location(&call.location), function: self.id(&call.function), ..call };
        function.calls = function.calls.into_iter().map(call).collect();
        function
    }

    fn artifact(&self, artifact: Artifact) -> Artifact {
        let name = match artifact.kind {
            ArtifactKind::Folder => self.path(&RepoPath::from_git(artifact.name.as_bytes())).to_string(),
            ArtifactKind::Archive | ArtifactKind::Image => self.name(&artifact.name),
        };
        Artifact { name, ..artifact }
    }

    fn layer(&self, layer: Layer) -> Layer {
        let name = if layer.name.starts_with("arn:") { layer.name } else { self.name(&layer.name) };
        Layer { name, path: layer.path.map(|path| self.path(&path)) }
    }

    pub(crate) fn code(&self, code: CodeGraph) -> CodeGraph {
        CodeGraph {
            closures: code.closures.into_iter().map(|closure| self.closure(closure)).collect(),
            clones: code.clones.into_iter().map(|clone| self.copy(clone)).collect(),
            ..code
        }
    }

    fn closure(&self, mut closure: Closure) -> Closure {
        closure.function = self.id(&closure.function);
        closure.start = closure.start.map(|start| self.location(&start));
        for file in &mut closure.files {
            file.path = self.path(&file.path);
            if let Some(via) = &mut file.via {
                via.location = self.location(&via.location);
            }
        }
        closure.own_folders.iter_mut().for_each(|folder| *folder = self.path(folder));
        closure.unresolved.iter_mut().for_each(|import| import.location = self.location(&import.location));
        closure.dynamic.iter_mut().for_each(|place| place.location = self.location(&place.location));
        closure.remote_calls.iter_mut().for_each(|call| call.location = self.location(&call.location));
        closure
    }

    fn copy(&self, clone: CodeClone) -> CodeClone {
        let fragment = |fragment: Fragment| Fragment {
            function: self.id(&fragment.function),
            location: self.location(&fragment.location),
            ..fragment
        };
        CodeClone { a: fragment(clone.a), b: fragment(clone.b), ..clone }
    }

    pub(crate) fn problem(&self, problem: Problem) -> Problem {
        match problem.location {
            Some(location) => Problem { location: Some(self.location(&location)), ..problem },
            None => Problem { message: format!("in `{}`: {}", self.name, problem.message), ..problem },
        }
    }

    pub(crate) fn incomplete(&self, reason: Incomplete) -> Incomplete {
        Incomplete { reason: format!("in the repository `{}`: {}", self.name, reason.reason), ..reason }
    }

    /// That the repository cannot be looked at at all.
    pub(crate) fn lost(&self, why: &str) -> Incomplete {
        Incomplete::without_repository(&self.name, why)
    }
}
