//! The `baseline` key: where the findings are that are known, and by how much one may grow.

use std::{collections::BTreeMap, path::PathBuf};

use lockstep_model::{Location, RepoPath};
use toml::de::DeValue;

use crate::{
    keys::BASELINE,
    reader::{Entry, Reader},
};

/// Where the baseline is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum BaselineFile {
    /// Where it is looked for unasked: beside the configuration, then at the root. That there is none is no error.
    #[default]
    Usual,
    /// There is none, whatever lies about.
    None,
    /// This file of the repository.
    Named(RepoPath),
    /// A file named on the command line, as the operating system knows it.
    OnDisk(PathBuf),
}

/// The `baseline` key.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineSetting {
    /// The file.
    pub file: BaselineFile,
    /// By how much the strength of a known finding may grow before it is reported again, 0 to 1.
    pub tolerance: f64,
}

impl Default for BaselineSetting {
    fn default() -> Self {
        Self { file: BaselineFile::Usual, tolerance: 0.10 }
    }
}

/// Reads the key: the name of a file, or a table. What of it is set is written down in `places`.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    entry: &Entry<'_, '_>,
    base: &RepoPath,
    places: &mut BTreeMap<String, Location>,
) -> BaselineSetting {
    let mut setting = BaselineSetting::default();
    places.insert("baseline".to_owned(), reader.at(entry.key_span.clone()));
    if let DeValue::String(_) = entry.value {
        places.insert("baseline.file".to_owned(), reader.at(entry.key_span.clone()));
        setting.file = file(reader, entry, base).unwrap_or_default();
        return setting;
    }
    let DeValue::Table(table) = entry.value else {
        let message = "`baseline` is the name of a file, `none`, or a table with `file` and `tolerance`";
        reader.error(entry.value_span.clone(), message, None);
        return setting;
    };
    let fields = reader.fields("`baseline`", table, entry.key_span.clone(), BASELINE);
    places.extend(fields.places("baseline.", reader));
    setting.file = fields.get("file").and_then(|entry| file(reader, entry, base)).unwrap_or_default();
    if let Some(entry) = fields.get("tolerance") {
        setting.tolerance = reader.share(entry).unwrap_or(setting.tolerance);
    }
    setting
}

fn file(reader: &mut Reader<'_>, entry: &Entry<'_, '_>, base: &RepoPath) -> Option<BaselineFile> {
    let name = reader.text(entry)?;
    if name == "none" {
        return Some(BaselineFile::None);
    }
    let joined = base.join(&name);
    if joined.is_err() {
        reader.error(entry.value_span.clone(), format!("`{name}` lies outside the repository"), None);
    }
    joined.ok().map(BaselineFile::Named)
}
