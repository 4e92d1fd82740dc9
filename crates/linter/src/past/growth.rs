//! What a main line grew by since a past was kept, in a file beside it. A commit or ten are some hundred bytes; to write all that
//! came before them anew would take longer than to read them.
//!
//! It says on which past it follows, by the hash that ends that one. On any other it is as if it were not there: what it tells is
//! read of the repository again.

use lockstep_history::{Held, Line};

use super::wire::PastError;
use crate::keep::{HASH, hash};

/// What such bytes begin with.
const MAGIC: &[u8] = b"lockstep past grew 1\n";

/// The hash of a past.
pub(super) type Seal = [u8; HASH];

/// The hash that ends a past that was read, and so is sound.
pub(super) fn seal_of(past: &[u8]) -> Seal {
    past.last_chunk().copied().unwrap_or_default()
}

/// The bytes that say that the line of the past `of` grew by `line`.
pub(super) fn to_bytes(of: &Seal, line: &Line) -> Vec<u8> {
    let mut bytes = [MAGIC, of, &line.to_bytes()].concat();
    let hash = hash(&bytes);
    bytes.extend(hash);
    bytes
}

/// What the line of the past `of` grew by; none if the bytes are of another past.
///
/// # Errors
/// If they are not what was written.
pub(super) fn read(bytes: &Held, of: &Seal) -> Result<Option<Line>, PastError> {
    let start = MAGIC.len() + HASH;
    let end = bytes.len().checked_sub(HASH).filter(|end| *end >= start).ok_or(PastError::Short)?;
    if hash(&bytes[..end]) != bytes[end..] || !bytes.starts_with(MAGIC) {
        return Err(PastError::Damaged);
    }
    if bytes[MAGIC.len()..start] != *of {
        return Ok(None);
    }
    let line = bytes.part(start..end).and_then(|line| Line::from_bytes(line).ok());
    line.map(Some).ok_or(PastError::Damaged)
}

#[cfg(test)]
mod tests {
    use lockstep_history::{Options, Repository, Way, mine};
    use lockstep_testkit::Page;

    use super::*;

    const PAGE: &str = "# Shop\n\n## Shop\n\n```history\nd1 ana \"Start\" A a.md\nd2 ana \"Go on\" M a.md\n```\n";

    fn line() -> Line {
        let page = Page::parse(PAGE).unwrap();
        let shop = lockstep_testkit::Repository::build(&page.cases[0].plan().unwrap()).unwrap();
        mine(&Repository::discover(shop.path()).unwrap(), &Options::default(), Way::Packs, &|_| ()).unwrap()
    }

    #[test]
    fn what_is_written_comes_back_on_the_same_past_only() {
        let (line, of) = (line(), [7; HASH]);
        let bytes = Held::from(to_bytes(&of, &line));
        let again = read(&bytes, &of).unwrap().unwrap();
        assert_eq!((again.len(), again.head()), (2, line.head()));
        assert!(read(&bytes, &[8; HASH]).unwrap().is_none());
    }

    #[test]
    fn what_is_damaged_or_cut_short_is_an_error() {
        let (of, good) = ([7; HASH], to_bytes(&[7; HASH], &line()));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            assert!(read(&bad.into(), &of).is_err(), "byte {at}");
            assert!(read(&good[..at].to_vec().into(), &of).is_err(), "cut at {at}");
        }
    }

    /// Whoever writes a sound hash over nonsense gets an error or a line, and no panic.
    #[test]
    fn what_is_sealed_is_not_trusted_either() {
        let good = to_bytes(&[7; HASH], &line());
        for at in MAGIC.len() + HASH..good.len() - HASH {
            let mut bad = good[..good.len() - HASH].to_vec();
            bad[at] ^= 0xff;
            let hash = hash(&bad);
            bad.extend(hash);
            if let Ok(Some(line)) = read(&bad.into(), &[7; HASH]) {
                assert!(line.facts().count() < 100);
            }
        }
    }
}
