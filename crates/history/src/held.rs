//! [`Held`]: bytes in memory that several hold, each a part of them.

use std::{
    fs::File,
    io::{self, Read},
    ops::{Deref, Range},
    path::Path,
    sync::Arc,
};

/// Some bytes that stay as they are for as long as anybody holds a part of them.
#[derive(Clone)]
pub struct Held {
    bytes: Arc<dyn AsRef<[u8]> + Send + Sync>,
    range: Range<usize>,
}

impl Held {
    /// Holds `bytes`.
    pub fn new(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        let range = 0..bytes.as_ref().len();
        Self { bytes: Arc::new(bytes), range }
    }

    /// The bytes of a file, read now: whatever becomes of the file, they stay as they are.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        if let Some(mut memory) = large_pages(length) {
            file.read_exact(&mut memory.as_mut()[..length])?;
            return Ok(Self { bytes: Arc::new(memory), range: 0..length });
        }
        let mut bytes = Vec::with_capacity(length);
        file.read_to_end(&mut bytes)?;
        Ok(Self::new(bytes))
    }

    /// A part of them; none if it is not all there.
    pub fn part(&self, range: Range<usize>) -> Option<Self> {
        self.get(range.clone())?;
        let start = self.range.start;
        Some(Self { bytes: Arc::clone(&self.bytes), range: start + range.start..start + range.end })
    }
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        (*self.bytes).as_ref().get(self.range.clone()).unwrap_or_default()
    }
}

impl From<Vec<u8>> for Held {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

/// Memory for `length` bytes in pages of two megabytes, where the system has them for whoever asks: a file of some megabytes is
/// else read page by page of four kilobytes, which takes longer than to copy it. None for little, or where that cannot be had.
#[cfg(target_os = "linux")]
fn large_pages(length: usize) -> Option<memmap2::MmapMut> {
    const PAGE: usize = 2 << 20;
    let rounded = length.checked_next_multiple_of(PAGE).filter(|_| length >= PAGE / 2)?;
    let memory = memmap2::MmapMut::map_anon(rounded).ok()?;
    memory.advise(memmap2::Advice::HugePage).ok()?;
    Some(memory)
}

#[cfg(not(target_os = "linux"))]
fn large_pages(_: usize) -> Option<Box<[u8]>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_files_are_read_whole() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("file");
        for length in [0, 1, 5_000, (2 << 20) - 1, 2 << 20, (4 << 20) + 17] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            std::fs::write(&path, &bytes).unwrap();
            let held = Held::read(&path).unwrap();
            assert!(*held == *bytes, "{length}");
        }
        assert!(Held::read(folder.path()).is_err() && Held::read(&folder.path().join("none")).is_err());
    }

    #[test]
    fn parts_are_parts_of_parts() {
        let held = Held::from(b"0123456789".to_vec());
        let part = held.part(2..8).unwrap();
        assert_eq!((&*part, &*part.part(1..3).unwrap()), (&b"234567"[..], &b"34"[..]));
        assert!(part.part(5..7).is_none() && part.part(7..7).is_none());
    }
}
