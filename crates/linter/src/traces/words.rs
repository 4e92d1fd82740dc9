//! The words of files by which their code is compared, kept by the ids of what the files hold.

use std::sync::Arc;

use lockstep_model::BlobId;
use rustc_hash::FxHashMap;

use super::codec::{Bytes, Reader, Writer};

/// The words of some files, as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptWords(pub(super) Arc<Bytes>);

impl KeptWords {
    /// Those of these files.
    pub fn of<'w, W: AsRef<[&'w str]>>(files: &[(BlobId, W)]) -> Self {
        let mut writer = Writer::default();
        writer.number(files.len() as u64);
        for (id, words) in files {
            id.0.iter().for_each(|byte| writer.byte(*byte));
            writer.number(words.as_ref().len() as u64);
            words.as_ref().iter().for_each(|word| writer.text(word));
        }
        Self(Arc::new(Bytes(writer.finish())))
    }

    /// All of them; nothing of what is damaged.
    pub fn files(&self) -> FxHashMap<BlobId, Vec<&str>> {
        if self.0.0.is_empty() {
            return FxHashMap::default();
        }
        self.read().unwrap_or_default()
    }

    fn read(&self) -> Option<FxHashMap<BlobId, Vec<&str>>> {
        let mut reader = Reader::new(&self.0.0)?;
        let files = reader.count()?;
        let mut all = FxHashMap::default();
        for _ in 0..files {
            let id = reader.array()?;
            let words = reader.count()?;
            all.insert(BlobId(id), (0..words).map(|_| reader.text()).collect::<Option<_>>()?);
        }
        reader.is_done().then_some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_nothing() {
        let (one, other) = (BlobId([1; 20]), BlobId([2; 20]));
        let kept = KeptWords::of(&[(one, vec!["total", "price"]), (other, vec!["price"])]);
        let files = kept.files();
        assert_eq!((files.len(), &files[&one][..], &files[&other][..]), (2, &["total", "price"][..], &["price"][..]));
        let cut = kept.0.0[..kept.0.0.len() - 1].to_vec();
        assert!(KeptWords(Arc::new(Bytes(cut))).files().is_empty());
        assert!(KeptWords::default().files().is_empty());
    }
}
