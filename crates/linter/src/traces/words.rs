//! The words of files by which their code is compared, kept by the ids of what the files hold. Each word is kept once, and meant by
//! its number in the order of all of them.

use std::sync::Arc;

use lockstep_model::BlobId;
use rustc_hash::FxHashMap;

use super::codec::{Bytes, Kept, Reader, Writer};

/// The words of some files, as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptWords(pub(super) Arc<Bytes>);

/// Words, and which of them files have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WordsOfFiles<'k> {
    /// Ascending.
    pub all: Vec<&'k str>,
    /// By what a file holds, the numbers of its words, ascending.
    pub files: FxHashMap<BlobId, Vec<u32>>,
}

impl KeptWords {
    /// Those of these files, of which each has numbers of words among `all`, which are ascending. Words that none of them has
    /// are left out.
    pub fn of<W: AsRef<[u32]>>(all: &[&str], files: &[(BlobId, W)]) -> Self {
        let mut numbers: Vec<Option<u64>> = vec![None; all.len()];
        files.iter().flat_map(|(_, words)| words.as_ref()).for_each(|word| numbers[*word as usize] = Some(0));
        (0..).zip(numbers.iter_mut().flatten()).for_each(|(number, of_word)| *of_word = number);
        let had: Vec<&str> =
            all.iter().zip(&numbers).filter(|(_, number)| number.is_some()).map(|(word, _)| *word).collect();
        let mut writer = Writer::default();
        Bytes(had.concat().into_bytes()).write(&mut writer);
        writer.number(had.len() as u64);
        had.iter().for_each(|word| writer.number(word.len() as u64));
        writer.number(files.len() as u64);
        for (id, words) in files {
            id.write(&mut writer);
            let mut words: Vec<u64> = words.as_ref().iter().filter_map(|word| numbers[*word as usize]).collect();
            words.sort_unstable();
            writer.number(words.len() as u64);
            // Most are a little more than the one before.
            words.iter().fold(0, |last, word| {
                writer.number(word - last);
                *word
            });
        }
        Self(Arc::new(Bytes(writer.finish())))
    }

    /// All of it; `texts` is where its texts are to lie. Nothing of what is damaged.
    pub fn read<'k>(&self, texts: &'k mut String) -> WordsOfFiles<'k> {
        if self.0.0.is_empty() {
            return WordsOfFiles::default();
        }
        self.parts(texts).unwrap_or_default()
    }

    fn parts<'k>(&self, texts: &'k mut String) -> Option<WordsOfFiles<'k>> {
        let mut reader = Reader::new(&self.0.0)?;
        *texts = String::from_utf8(Bytes::read(&mut reader)?.0).ok()?;
        let mut rest = texts.as_str();
        let count = reader.count()?;
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            let (word, after) = rest.split_at_checked(usize::read(&mut reader)?)?;
            all.push(word);
            rest = after;
        }
        let mut files = FxHashMap::default();
        for _ in 0..reader.count()? {
            let (id, count) = (BlobId::read(&mut reader)?, reader.count()?);
            let mut last = 0u32;
            let next = |_| {
                last = last.checked_add(u32::read(&mut reader)?)?;
                ((last as usize) < all.len()).then_some(last)
            };
            files.insert(id, (0..count).map(next).collect::<Option<_>>()?);
        }
        (reader.is_done() && rest.is_empty() && all.is_sorted()).then_some(WordsOfFiles { all, files })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_nothing() {
        let (one, other) = (BlobId([1; 20]), BlobId([2; 20]));
        let kept = KeptWords::of(&["naught", "price", "total"], &[(one, vec![2, 1]), (other, vec![1])]);
        let expected = [(one, vec![0, 1]), (other, vec![0])];
        let mut texts = String::new();
        let read = kept.read(&mut texts);
        assert_eq!(read, WordsOfFiles { all: vec!["price", "total"], files: expected.into_iter().collect() });
        for at in 0..kept.0.0.len() {
            let mut bytes = kept.0.0.clone();
            bytes[at] ^= 0xff;
            let (mut texts, cut) = (String::new(), bytes[..at].to_vec());
            KeptWords(Arc::new(Bytes(bytes))).read(&mut texts);
            assert_eq!(KeptWords(Arc::new(Bytes(cut))).read(&mut texts), WordsOfFiles::default(), "cut at {at}");
        }
        assert_eq!(KeptWords::default().read(&mut texts), WordsOfFiles::default());
    }
}
