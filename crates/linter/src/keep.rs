//! Writing what is kept from run to run: whole or not at all, so that runs at the same time never read half a file. And hashing
//! what it is kept by.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use xxhash_rust::xxh3::xxh3_128;

/// Bytes that are hashed at once: of short pieces, one by one takes several times as long.
const BLOCK: usize = 64 << 10;

/// The length of a [`hash`].
pub(crate) const HASH: usize = 16;

/// What tells bytes from those that are damaged, or are others. Against people who mean harm nothing is hashed: what is read is
/// checked.
pub(crate) fn hash(bytes: &[u8]) -> [u8; HASH] {
    xxh3_128(bytes).to_le_bytes()
}

/// Writes to `hasher` what comes in many short pieces.
pub(crate) fn in_blocks(hasher: &mut blake3::Hasher) -> BufWriter<&mut blake3::Hasher> {
    BufWriter::with_capacity(BLOCK, hasher)
}

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
