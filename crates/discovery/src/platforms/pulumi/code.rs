//! Where the code of a function is: archives, images, closures.

use lockstep_model::RepoPath;
use lockstep_script::evaluate::{Value, repository_path};

use super::Reader;
use crate::platform::CodeSource;

/// How deep archives lie in archives.
const DEEPEST: usize = 6;

impl Reader<'_> {
    /// The folder or artefact that `code` is.
    pub(super) fn archive(&self, code: &Value) -> CodeSource {
        match self.path_of(code, DEEPEST) {
            Some(path) => self.source(&path),
            None => CodeSource::Unknown("its archive is put together as the program runs".to_owned()),
        }
    }

    fn source(&self, path: &str) -> CodeSource {
        let folder = &self.app.folder;
        if path.contains('*') {
            return CodeSource::Unknown(format!("its code `{path}` is known only when the program runs"));
        }
        match repository_path(path, folder) {
            Some(path) => CodeSource::Path { base: RepoPath::root(), path: path.as_str().to_owned() },
            None => CodeSource::Path { base: folder.clone(), path: path.to_owned() },
        }
    }

    /// The path of the first file or folder in an archive: `FileArchive("./app")`, `AssetArchive({ ".": … })`.
    fn path_of(&self, code: &Value, left: usize) -> Option<String> {
        let left = left.checked_sub(1)?;
        let event = self.event(code)?;
        match event.callee.last() {
            "FileArchive" | "FileAsset" | "RemoteArchive" => {
                let path = event.positional(0).or_else(|| event.named("path"))?;
                path.as_text().map(str::to_owned)
            }
            "AssetArchive" => {
                let assets = event.positional(0).or_else(|| event.named("assets"))?.as_object()?;
                let whole = assets.get(".").into_iter().chain(assets.entries.iter().map(|(_, value)| value));
                whole.filter_map(|value| self.path_of(value, left)).next()
            }
            // An object of a bucket: what it holds.
            "BucketObject" | "BucketObjectv2" | "Blob" => {
                self.path_of(self.argument(event, &["source", "content"])?, left)
            }
            _ => None,
        }
    }

    /// A container image, by the folder that it is built from if the program builds it.
    pub(super) fn image(&self, uri: &Value) -> CodeSource {
        let built = self.event(uri);
        let text = |value: Option<&Value>| value.and_then(Value::as_text).map(str::to_owned);
        let context = built.and_then(|event| {
            let context = self.argument(event, &["context", "path", "build"])?;
            text(Some(context)).or_else(|| text(self.field(context, &["context", "location"])))
        });
        let dockerfile = built.and_then(|event| text(self.argument(event, &["dockerfile"])));
        let context = context.map(|context| {
            let path = repository_path(&context, &self.app.folder);
            path.map_or(context, |path| crate::in_code::relative(&self.app.folder, &path))
        });
        CodeSource::Image {
            base: self.app.folder.clone(),
            context: context.map(|context| if context.is_empty() { ".".to_owned() } else { context }),
            dockerfile,
            command: None,
            name: uri.as_text().map(str::to_owned),
            arguments: Default::default(),
        }
    }
}

/// A runtime: a text, or a constant as `Runtime.NodeJS18dX` and `Runtime.PYTHON3D12`.
pub(super) fn runtime(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if !text.holes => Some(text.text.clone()),
        Value::External(_, name) => {
            let last = name.rsplit('.').next()?.to_ascii_lowercase();
            let number = last.find(|c: char| c.is_ascii_digit())?;
            let (language, version) = last.split_at(number);
            let version = version.replace(['d', '_'], ".");
            match language.strip_prefix("custom") {
                Some(system) => Some(format!("provided.{system}{version}")),
                None => Some(format!("{}{version}", language.trim_end_matches('_'))),
            }
        }
        _ => None,
    }
}
