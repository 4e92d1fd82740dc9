//! Files that are written whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Writes `text` to `path`: what is there stays until the new text is on the disk beside it, and keeps its rights. A link is
/// followed. The folder must be there.
///
/// # Errors
/// If it cannot be written; then nothing has changed.
pub fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lockstep-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file of this user's; temporary files are for their owner alone.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(text)?;
    beside.as_file().sync_all()?;
    if let Ok(metadata) = fs::metadata(&target) {
        beside.as_file().set_permissions(metadata.permissions())?;
    }
    beside.persist(&target).map(drop).map_err(|error| error.error)
}
