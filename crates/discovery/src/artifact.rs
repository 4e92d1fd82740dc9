//! What is deployed as one: which functions come in one folder, archive or image.

use lockstep_model::{Artifact, ArtifactKind, RepoPath};

use crate::{
    entry::Resolved,
    platform::{CodeSource, Declared, HandlerStyle},
};

/// Platforms whose functions are paths to files, and that package the whole application all the same.
const WHOLE: [&str; 4] = ["aws-chalice", "azure-functions", "chalice", "firebase"];

/// What a build makes for each function by itself.
const OF_EACH: [&str; 4] = ["esbuild", "individually", "makefile", "rust-cargolambda"];

/// What `declared` is packaged as; none where it has a package to itself, or where nobody says.
pub(crate) fn artifact(declared: &Declared, code: &Resolved) -> Option<Artifact> {
    if declared.build.method.as_deref().is_some_and(|method| OF_EACH.contains(&method)) {
        return None;
    }
    let whole = declared.style != HandlerStyle::Path || WHOLE.contains(&declared.declaration.platform);
    match &declared.code {
        CodeSource::Path { .. } if whole => {
            let name = code.code_root.as_ref()?.to_string();
            Some(Artifact { kind: ArtifactKind::Folder, name })
        }
        CodeSource::Artifact { base, path } => {
            let file = path.rsplit('/').next().unwrap_or(path);
            let name = match &code.code_root {
                // Fragments of one stack name one archive from different folders: its module is the same.
                Some(module) if !module.is_root() && !path.contains('*') => format!("{module}/{file}"),
                // An object of S3 has the same name wherever it is named.
                _ if path.contains("://") || path.contains('*') => path.clone(),
                _ => below(base, path),
            };
            telling(&name).then_some(Artifact { kind: ArtifactKind::Archive, name })
        }
        CodeSource::Image { base, context, dockerfile, name, arguments, .. } => {
            let built = context.as_ref().or(dockerfile.as_ref()).map(|_| {
                let context = below(base, context.as_deref().unwrap_or("."));
                let file = dockerfile.as_deref().map(|file| format!(" {file}")).unwrap_or_default();
                let arguments: String = arguments.iter().map(|(key, value)| format!(" {key}={value}")).collect();
                format!("{context}{file}{arguments}")
            });
            let name = built.or_else(|| name.clone().filter(|name| telling(name)))?;
            Some(Artifact { kind: ArtifactKind::Image, name })
        }
        CodeSource::Path { .. } | CodeSource::Inline | CodeSource::Unknown(_) => None,
    }
}

/// `path` from the root of the repository, if it stays inside.
fn below(base: &RepoPath, path: &str) -> String {
    base.join(path).map_or_else(|_| path.to_owned(), |path| path.to_string())
}

/// True if the name says enough, besides its extension, for two that are equal to be the same thing.
fn telling(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.chars().filter(|c| c.is_alphanumeric()).count() >= 3
}
