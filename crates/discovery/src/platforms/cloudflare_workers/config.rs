//! [`Config`]: one configuration file of Wrangler, with its environments as so many levels of one Worker.

use std::{collections::BTreeMap, ops::Range};

use lockstep_document::Node;
use lockstep_model::FileSet;

use crate::manifest::{Manifest, folder_name};

/// A configuration file.
pub(super) struct Config {
    pub(super) manifest: Manifest,
    /// What the Worker is called at the top, for whichever environment it is deployed.
    pub(super) name: String,
}

/// What a configuration deploys.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A Worker whose code starts in the file that is written here.
    Worker(String),
    /// A Worker whose code only a build names.
    Built,
    /// A project of Pages.
    Pages,
    /// Files only.
    Assets,
    /// Nothing that can be deployed.
    Nothing,
}

/// What only code can need.
const RUNS: [&str; 7] = ["durable_objects", "containers", "migrations", "queues", "services", "triggers", "workflows"];

impl Config {
    pub(super) fn new(manifest: Manifest) -> Self {
        let named = manifest.root.get("name").and_then(Node::as_str);
        let name = named.map_or_else(|| folder_name(&manifest.folder(), "worker"), str::to_owned);
        Self { manifest, name }
    }

    fn root(&self) -> &Node {
        &self.manifest.root
    }

    /// True if a file that is only called like a configuration is one.
    pub(super) fn is_one(&self) -> bool {
        ["name", "main", "env", "assets"].iter().any(|key| self.root().get(key).is_some())
            && self.root().get("$defs").is_none()
            && self.root().get("definitions").is_none()
    }

    /// A file for one more stage starts from the same code as `plain`: it is the same Worker.
    pub(super) fn take_name_from(&mut self, plain: Option<&Self>) {
        if let Some(plain) = plain
            && self.main().is_some()
            && self.main() == plain.main()
        {
            self.name.clone_from(&plain.name);
        }
    }

    /// The key that names the Worker.
    pub(super) fn name_span(&self) -> Option<Range<usize>> {
        self.root().get_entry("name").map(|(key, _)| key.span.clone())
    }

    /// The top and every environment, with the name that the Worker has there.
    pub(super) fn levels(&self) -> Vec<(String, &Node)> {
        let written = self.root().get("name").and_then(Node::as_str).unwrap_or(&self.name);
        let mut levels = vec![(written.to_owned(), self.root())];
        for (key, level) in self.root().get("env").map(Node::entries).unwrap_or_default() {
            let own = level.get("name").and_then(Node::as_str);
            levels.push((own.map_or_else(|| format!("{written}-{}", key.text), str::to_owned), level));
        }
        levels
    }

    /// The file that the code starts in, as written: at the top, else in the first environment that says so.
    fn main(&self) -> Option<&str> {
        self.levels().into_iter().find_map(|(_, level)| {
            [&["main"][..], &["build", "upload", "main"], &["site", "entry-point"]]
                .iter()
                .find_map(|keys| level.path(keys)?.as_str())
        })
    }

    pub(super) fn kind(&self, files: &FileSet) -> Kind {
        let has = |key: &str| self.levels().iter().any(|(_, level)| level.get(key).is_some());
        if has("pages_build_output_dir") {
            return Kind::Pages;
        }
        if let Some(main) = self.main() {
            return Kind::Worker(self.file_of(main, files));
        }
        if let Some(main) = self.of_script(files).or_else(|| self.of_type(files)) {
            return Kind::Worker(main);
        }
        if RUNS.iter().any(|key| has(key)) {
            Kind::Built
        } else if has("assets") || has("site") {
            Kind::Assets
        } else {
            Kind::Nothing
        }
    }

    /// `main` may be a folder with a package, as sites had it.
    fn file_of(&self, main: &str, files: &FileSet) -> String {
        let folder = self.manifest.folder();
        let package = folder.join(main).ok().filter(|path| files.is_folder(path));
        package.map_or_else(|| main.to_owned(), |_| format!("{main}/{}", self.package_main(main, files)))
    }

    /// The `main` of the package in the folder `inside`, else `index.js`.
    fn package_main(&self, inside: &str, files: &FileSet) -> String {
        let manifest = self.manifest.folder().join(inside).and_then(|folder| folder.join("package.json")).ok();
        let package = manifest.and_then(|path| Manifest::peek(files, &path));
        let main = package.and_then(|package| package.root.get("main")?.as_str().map(str::to_owned));
        main.unwrap_or_else(|| "index.js".to_owned())
    }

    /// The file that a script of the package hands to `wrangler deploy`.
    fn of_script(&self, files: &FileSet) -> Option<String> {
        let folder = self.manifest.folder();
        let package = Manifest::peek(files, &folder.join("package.json").ok()?)?;
        let scripts = package.root.get("scripts")?.entries();
        let scripts = scripts.iter().filter_map(|(_, script)| script.as_str());
        scripts.flat_map(|script| script.split("&&")).find_map(|command| {
            let mut words = command.split_whitespace().skip_while(|word| *word != "wrangler").skip(1);
            if !matches!(words.next()?, "deploy" | "publish") {
                return None;
            }
            let file = words.next().filter(|word| !word.starts_with('-'))?;
            folder.join(file).is_ok_and(|path| files.is_file(&path)).then(|| file.to_owned())
        })
    }

    /// The file of Wrangler 1, which has a type and no `main`.
    fn of_type(&self, files: &FileSet) -> Option<String> {
        match self.root().get("type")?.as_str()? {
            "javascript" | "webpack" => Some(self.package_main(".", files)),
            "rust" => Some("src/lib.rs".to_owned()),
            _ => None,
        }
    }

    /// The literal variables of all levels; what is said first counts.
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for (_, level) in self.levels() {
            for (key, value) in level.get("vars").map(Node::entries).unwrap_or_default() {
                if let Some(text) = value.as_text() {
                    variables.entry(key.text.clone()).or_insert_with(|| text.to_owned());
                }
            }
        }
        variables
    }
}
