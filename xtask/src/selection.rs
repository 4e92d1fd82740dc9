//! The repositories that an evaluation is about.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::Deserialize;

/// A public repository, and what is taken as its functions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    /// `owner/name` on GitHub.
    pub name: String,
    /// As `--units` takes them; empty for what its manifests declare.
    #[serde(default)]
    pub units: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Selection {
    repository: Vec<Repository>,
}

/// The repositories that the file at `path` lists.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path) -> anyhow::Result<Vec<Repository>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let selection: Selection = toml::from_str(&text).with_context(|| format!("in `{}`", path.display()))?;
    Ok(selection.repository)
}

impl Repository {
    /// Its clone below `corpus`.
    ///
    /// # Errors
    /// If there is none.
    pub fn clone_in(&self, corpus: &Path) -> anyhow::Result<PathBuf> {
        let last = self.name.rsplit('/').next().unwrap_or(&self.name);
        let places = [self.name.clone(), format!("{}/repo", self.name.replace('/', "+")), last.to_owned()];
        match places.iter().map(|place| corpus.join(place)).find(|place| place.is_dir()) {
            Some(place) => Ok(place),
            None => bail!("there is no clone of {} below `{}`", self.name, corpus.display()),
        }
    }
}
