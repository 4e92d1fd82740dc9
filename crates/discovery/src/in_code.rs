//! Functions that are declared in source code: what all platforms of that kind say in the same way.
//!
//! The place of a declaration is the call, decorator or attribute that names the function; its entry is the file that
//! holds the code, which is often another one.

use std::ops::Range;

use lockstep_model::{Channel, ChannelDirection, Declaration, Location, RepoPath, Strength};

pub(crate) use crate::manifest::relative;
use crate::platform::{Build, CodeSource, Declared, HandlerStyle};

/// What is deployed as one: the functions of an application share a folder and a name.
#[derive(Clone, Debug)]
pub(crate) struct App {
    /// The platform, as printed.
    pub(crate) platform: &'static str,
    /// What it is called, for people.
    pub(crate) service: String,
    /// Its folder.
    pub(crate) folder: RepoPath,
    /// The runtime of all its functions, if it is said.
    pub(crate) runtime: Option<String>,
}

/// Where a function is declared.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    /// The file.
    pub(crate) path: &'a RepoPath,
    /// Its text.
    pub(crate) text: &'a str,
    /// The bytes that name the function.
    pub(crate) name: Range<usize>,
    /// The end of all that is said of it.
    pub(crate) end: usize,
}

/// Where its code is: a file, and a name in it if it has one.
pub(crate) type Code = (RepoPath, Option<String>);

impl App {
    /// The function `name` of this application.
    pub(crate) fn function(&self, name: &str, place: &Place<'_>, code: Code) -> Declared {
        let (path, symbol) = code;
        let file = relative(&self.folder, &path);
        let handler = symbol.map_or_else(|| file.clone(), |symbol| format!("{file}#{symbol}"));
        Declared {
            name: name.to_owned(),
            service: self.service.clone(),
            stack_folder: self.folder.clone(),
            declaration: Declaration {
                platform: self.platform,
                location: Location::of_span(place.path.clone(), place.text, place.name.clone()),
                block_end: u32::try_from(place.end.max(place.name.end)).unwrap_or(u32::MAX),
                logical_id: name.to_owned(),
                handler: Some(handler),
            },
            runtime: self.runtime.clone(),
            code: CodeSource::Path { base: self.folder.clone(), path: ".".to_owned() },
            build: Build::default(),
            style: HandlerStyle::Path,
            environment: Default::default(),
            layers: Vec::new(),
            channels: Vec::new(),
            stores: Vec::new(),
            invokes: Vec::new(),
        }
    }
}

/// A channel that a function listens to.
pub(crate) fn receives(kind: &str, key: impl Into<String>) -> Channel {
    channel(kind, key, ChannelDirection::Receives)
}

/// A channel that a function sends on.
pub(crate) fn sends(kind: &str, key: impl Into<String>) -> Channel {
    channel(kind, key, ChannelDirection::Sends)
}

fn channel(kind: &str, key: impl Into<String>, direction: ChannelDirection) -> Channel {
    Channel { kind: kind.to_owned(), key: key.into(), direction, strength: Strength::Own }
}

/// What an application in `folder` is called: its folder, or the nearest above whose name says more than `src`; at the
/// root, `otherwise`.
pub(crate) fn service_name(folder: &RepoPath, otherwise: &str) -> String {
    const GENERIC: [&str; 12] = [
        "app",
        "apps",
        "backend",
        "code",
        "infra",
        "infrastructure",
        "lambda",
        "lambdas",
        "runtime",
        "server",
        "source",
        "src",
    ];
    let telling = folder.ancestors().find(|folder| !folder.is_root() && !GENERIC.contains(&folder.file_name()));
    let named = telling.or_else(|| Some(folder.clone()).filter(|folder| !folder.is_root()));
    named.map_or_else(|| otherwise.to_owned(), |folder| folder.file_name().to_owned())
}

/// Folders that hold the code of others.
pub(crate) fn is_vendored(path: &RepoPath) -> bool {
    path.components().any(|part| matches!(part, "node_modules" | ".git" | ".venv" | "venv" | "site-packages"))
}

/// Folders that hold the code of others, or what tools write.
pub(crate) fn is_output(path: &RepoPath) -> bool {
    is_vendored(path) || path.components().any(|part| matches!(part, "bin" | "obj" | "target" | ".chalice" | ".sst"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_called_by_a_folder_that_says_something() {
        let name = |text| service_name(&RepoPath::new(text).unwrap(), "whole");
        assert_eq!([name("pay/src"), name("pay"), name("src"), name("")], ["pay", "pay", "src", "whole"]);
    }
}
