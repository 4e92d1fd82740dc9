//! What was searched for copies, kept for the next search of code of the same functions: that need not look again at what is
//! still the same. The latest is kept, whatever the files held; as it takes part in no decision but by what it was made from, it is
//! read when code is followed, and not before.

use std::{collections::BTreeMap, sync::Arc};

use lockstep_codegraph::{Effort, Searched, SearchedFile};
use rustc_hash::FxHashMap;

use super::{
    codec::{Bytes, Kept, Reader, Writer},
    looked::Digest,
};

/// The latest search, with what is behind it: see [`super::code::context`].
#[derive(Clone, Debug, Default)]
pub(super) struct KeptCopies(Option<Arc<(Digest, Bytes)>>);

/// One search as it is kept. There are a few hundred classes of tokens, and hundreds of thousands of tokens.
struct Copies(Searched);

impl KeptCopies {
    pub(super) fn of(context: Digest, searched: Searched) -> Self {
        Self(Some(Arc::new((context, Bytes::of(&Copies(searched))))))
    }

    /// What was searched with `context`; nothing if it was another one.
    pub(super) fn searched(&self, context: &Digest) -> Searched {
        let kept = self.0.as_ref().filter(|kept| kept.0 == *context);
        kept.and_then(|kept| kept.1.value::<Copies>()).map(|copies| copies.0).unwrap_or_default()
    }
}

impl Kept for KeptCopies {
    fn write(&self, to: &mut Writer) {
        let kept: Vec<&(Digest, Bytes)> = self.0.iter().map(Arc::as_ref).collect();
        kept.len().write(to);
        for (context, bytes) in kept {
            context.write(to);
            bytes.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let kept: Vec<(Digest, Bytes)> = Kept::read(from)?;
        Some(Self(kept.into_iter().next().map(Arc::new)))
    }
}

impl Kept for Copies {
    fn write(&self, to: &mut Writer) {
        let Searched { files, clones, effort: Effort { steps, found } } = &self.0;
        clones.write(to);
        steps.write(to);
        found.write(to);
        let (mut classes, mut numbers) = (Vec::new(), FxHashMap::default());
        let mut number = |class: &u32| {
            *numbers.entry(*class).or_insert_with(|| {
                classes.push(*class);
                classes.len() as u32 - 1
            })
        };
        let mut row = |(function, row): &(u32, Vec<u32>)| (*function, row.iter().map(&mut number).collect());
        let numbered: BTreeMap<_, (Digest, Vec<(u32, Vec<u32>)>)> = files
            .iter()
            .map(|(path, file)| (path.clone(), (file.made_from, file.rows.iter().map(&mut row).collect())))
            .collect();
        classes.write(to);
        numbered.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let clones = Kept::read(from)?;
        let effort = Effort { steps: Kept::read(from)?, found: Kept::read(from)? };
        let classes: Vec<u32> = Kept::read(from)?;
        let numbered: BTreeMap<_, (Digest, Vec<(u32, Vec<u32>)>)> = Kept::read(from)?;
        let mut files = BTreeMap::new();
        for (path, (made_from, mut rows)) in numbered {
            for class in rows.iter_mut().flat_map(|(_, row)| row) {
                *class = *classes.get(*class as usize)?;
            }
            files.insert(path, SearchedFile { made_from, rows });
        }
        Some(Self(Searched { files, clones, effort }))
    }
}
