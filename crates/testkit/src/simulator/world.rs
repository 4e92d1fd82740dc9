//! The made-up repository while it is being written: services, functions, and the text that every file has just now.

use std::collections::BTreeMap;

use super::{
    manifest,
    source::{Language, Source},
};
use crate::Edit;

/// How functions are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Sam,
    Serverless,
}

/// Some functions of one manifest.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub name: String,
    /// Where all of it is: `services/orders`.
    pub folder: String,
    pub platform: Platform,
    pub language: Language,
    /// All its handlers stand in one file.
    pub one_file: bool,
    /// The manifest names an OpenAPI document.
    pub openapi: bool,
    /// How often the runtime was raised.
    pub runtime: u32,
    /// How often a dependency was.
    pub dependencies: u32,
    pub functions: Vec<usize>,
    /// How often its tests, its documents changed.
    pub tests: u32,
    pub documents: u32,
    pub born: bool,
}

/// A function, and the definitions that are its own.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub id: String,
    pub service: usize,
    /// In the spelling of the language: `create`.
    pub name: String,
    pub folder: String,
    pub stem: String,
    pub symbol: String,
    pub memory: u32,
    /// Files with the numbers of definitions.
    pub own: Vec<(usize, Vec<usize>)>,
}

/// A file of program text.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub path: String,
    /// None: shared by services.
    pub service: Option<usize>,
    pub source: Source,
}

/// A module that several functions run. Each definition with the functions that use it.
#[derive(Clone, Debug)]
pub(crate) struct SharedModule {
    pub file: usize,
    pub users: Vec<Vec<usize>>,
}

/// What a contract is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    OpenApi,
    JsonSchema,
    Protobuf,
}

/// A contract of two functions.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub path: String,
    pub name: String,
    pub notation: Notation,
    pub between: [usize; 2],
    /// How many fields it has.
    pub fields: u32,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub services: Vec<Service>,
    pub functions: Vec<Function>,
    pub files: Vec<File>,
    pub modules: Vec<SharedModule>,
    pub contracts: Vec<Contract>,
    /// What is written, by path.
    texts: BTreeMap<String, String>,
    moves: Vec<Edit>,
    pending: BTreeMap<String, String>,
}

impl World {
    /// Writes a file; nothing happens if that is what it holds.
    pub(crate) fn write(&mut self, path: String, text: String) {
        if self.texts.get(&path) != Some(&text) {
            self.pending.insert(path.clone(), text.clone());
            self.texts.insert(path, text);
        }
    }

    /// Writes the file numbered `file` as it is now.
    pub(crate) fn save(&mut self, file: usize) {
        let File { path, source, .. } = &self.files[file];
        let (path, text) = (path.clone(), source.render());
        self.write(path, text);
    }

    /// Writes the manifest of a service as it is now.
    pub(crate) fn save_manifest(&mut self, service: usize) {
        let (path, text) = manifest::manifest(&self.services[service], &self.functions);
        self.write(path, text);
    }

    /// Writes what a service depends on.
    pub(crate) fn save_dependencies(&mut self, service: usize) {
        for (path, text) in manifest::dependencies(&self.services[service]) {
            self.write(path, text);
        }
    }

    /// Writes a contract as it is now.
    pub(crate) fn save_contract(&mut self, contract: usize) {
        let contract = &self.contracts[contract];
        let (path, text) = (contract.path.clone(), manifest::contract(contract));
        self.write(path, text);
    }

    /// Moves the files whose paths begin with `from`.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        self.moves.push(Edit::Rename(from.trim_end_matches('/').to_owned(), to.trim_end_matches('/').to_owned()));
        for file in self.files.iter_mut().filter(|file| file.path.starts_with(from)) {
            file.path = file.path.replacen(from, to, 1);
        }
        let inside = self.texts.range(from.to_owned()..).map(|(path, _)| path);
        let moved: Vec<String> = inside.take_while(|path| path.starts_with(from)).cloned().collect();
        for path in moved {
            if let Some(text) = self.texts.remove(&path) {
                self.texts.insert(path.replacen(from, to, 1), text);
            }
        }
    }

    /// What was done since this was last asked: moves first.
    pub(crate) fn take(&mut self) -> Vec<Edit> {
        let writes = std::mem::take(&mut self.pending).into_iter().map(|(path, text)| Edit::Write { path, text });
        std::mem::take(&mut self.moves).into_iter().chain(writes).collect()
    }

    /// The files of program text that belong to a service.
    pub(crate) fn files_of(&self, service: usize) -> Vec<usize> {
        (0..self.files.len()).filter(|file| self.files[*file].service == Some(service)).collect()
    }

    /// Where the code of a service is, ending in a slash.
    pub(crate) fn sources(&self, service: usize) -> String {
        format!("{}/src/", self.services[service].folder)
    }

    /// The file in which a function starts.
    pub(crate) fn entry(&self, function: usize) -> usize {
        self.functions[function].own[0].0
    }
}

/// The ending of files in a language.
pub(crate) fn extension(language: Language) -> &'static str {
    match language {
        Language::TypeScript => "ts",
        Language::Python => "py",
    }
}
