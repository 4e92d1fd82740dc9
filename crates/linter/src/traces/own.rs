//! What was told of the own code of functions, and the copies that were found in it, kept for the next run that follows code of
//! the same functions: that need not look again at what is still the same. The latest is kept, whatever the files held; as it takes part in no decision but by what it was made from, it is
//! read when code is followed, and not before.

use std::{collections::BTreeMap, sync::Arc};

use lockstep_codegraph::{Effort, OwnCode, OwnFile};
use rustc_hash::FxHashMap;

use super::{
    codec::{Bytes, Kept, Reader, Writer},
    looked::Digest,
};

/// The latest, with what is behind it: see [`super::code::context`].
#[derive(Clone, Debug, Default)]
pub(super) struct KeptOwn(Option<Arc<(Digest, Bytes)>>);

/// One as it is kept. There are a few hundred classes of tokens, and hundreds of thousands of tokens.
struct OwnFiles(OwnCode);

impl KeptOwn {
    pub(super) fn of(context: Digest, code: OwnCode) -> Self {
        Self(Some(Arc::new((context, Bytes::of(&OwnFiles(code))))))
    }

    /// What was told with `context`; nothing if it was another one.
    pub(super) fn code(&self, context: &Digest) -> OwnCode {
        let kept = self.0.as_ref().filter(|kept| kept.0 == *context);
        kept.and_then(|kept| kept.1.value::<OwnFiles>()).map(|own| own.0).unwrap_or_default()
    }
}

impl Kept for KeptOwn {
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

/// A file, with numbers instead of classes.
type Numbered = (Digest, Vec<(u32, Vec<u32>)>, Vec<(u32, u32)>);

impl Kept for OwnFiles {
    fn write(&self, to: &mut Writer) {
        let OwnCode { files, clones, effort: Effort { steps, found } } = &self.0;
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
        let numbered: BTreeMap<_, Numbered> = files
            .iter()
            .map(|(path, file)| {
                (path.clone(), (file.made_from, file.rows.iter().map(&mut row).collect(), file.alone.clone()))
            })
            .collect();
        classes.write(to);
        numbered.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let clones = Kept::read(from)?;
        let effort = Effort { steps: Kept::read(from)?, found: Kept::read(from)? };
        let classes: Vec<u32> = Kept::read(from)?;
        let numbered: BTreeMap<_, Numbered> = Kept::read(from)?;
        let mut files = BTreeMap::new();
        for (path, (made_from, mut rows, alone)) in numbered {
            for class in rows.iter_mut().flat_map(|(_, row)| row) {
                *class = *classes.get(*class as usize)?;
            }
            files.insert(path, OwnFile { made_from, rows, alone });
        }
        Some(Self(OwnCode { files, clones, effort }))
    }
}
