//! Writing what is kept from run to run: whole or not at all, so that runs at the same time never read half a file.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Puts `bytes` in the place of the file at `path`; the folders above it are made.
///
/// # Errors
/// If the folder cannot be written to; then what was there stays.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
