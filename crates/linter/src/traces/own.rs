//! What was told of the own code of functions, and the copies that were found in it, kept for the next run that follows code of
//! the same functions: that need not look again at what is still the same. The latest is kept, whatever the files held; as it takes part in no decision but by what it was made from, it is
//! read when code is followed, and not before.

use std::collections::BTreeMap;

use lockstep_codegraph::{Effort, OwnCode, OwnFile};
use rustc_hash::FxHashMap;

use super::{
    codec::{Bytes, Kept, Reader, Writer},
    looked::Digest,
};

/// The latest, with what is behind it: see [`super::code::context`].
#[derive(Debug, Default)]
pub(super) struct KeptOwn(Option<(Digest, Bytes)>);

/// One as it is kept. There are a few hundred classes of tokens, and hundreds of thousands of tokens.
struct OwnFiles(OwnCode);

impl KeptOwn {
    pub(super) fn of(context: Digest, code: OwnCode) -> Self {
        Self(Some((context, Bytes::of(&OwnFiles(code)))))
    }

    /// What was told with `context`; nothing if it was another one.
    pub(super) fn code(&self, context: &Digest) -> OwnCode {
        let kept = self.0.as_ref().filter(|kept| kept.0 == *context);
        kept.and_then(|kept| kept.1.value::<OwnFiles>()).map(|own| own.0).unwrap_or_default()
    }
}

impl Kept for KeptOwn {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self(Kept::read(from)?))
    }
}

/// A file, with numbers of two bytes instead of classes.
type Numbered = (Digest, Vec<(u32, Bytes)>, Vec<(u32, u32)>);

/// Numbers the classes of tokens. The same few are looked up again and again.
struct Numbers {
    classes: Vec<u32>,
    numbers: FxHashMap<u32, u16>,
    /// By the last bits of a class: it, and its number.
    recent: Vec<(u32, u16)>,
}

impl Numbers {
    fn new() -> Self {
        Self { classes: Vec::new(), numbers: FxHashMap::default(), recent: vec![(u32::MAX, 0); 1 << 10] }
    }

    /// None if there are too many.
    fn of(&mut self, class: u32) -> Option<u16> {
        let place = class as usize % self.recent.len();
        let (known, number) = self.recent[place];
        if known == class && class != u32::MAX {
            return Some(number);
        }
        let number = match self.numbers.get(&class) {
            Some(number) => *number,
            None => {
                let number = u16::try_from(self.classes.len()).ok()?;
                self.classes.push(class);
                self.numbers.insert(class, number);
                number
            }
        };
        self.recent[place] = (class, number);
        Some(number)
    }

    fn row(&mut self, row: &[u32]) -> Option<Bytes> {
        let mut bytes = Vec::with_capacity(2 * row.len());
        for class in row {
            bytes.extend(self.of(*class)?.to_le_bytes());
        }
        Some(Bytes(bytes))
    }
}

impl Kept for OwnFiles {
    fn write(&self, to: &mut Writer) {
        let OwnCode { files, clones, effort: Effort { steps, found } } = &self.0;
        let mut numbers = Numbers::new();
        let mut file = |file: &OwnFile| -> Option<Numbered> {
            let row = |(function, row): &(u32, Vec<u32>)| Some((*function, numbers.row(row)?));
            Some((file.made_from, file.rows.iter().map(row).collect::<Option<_>>()?, file.alone.clone()))
        };
        let numbered: Option<BTreeMap<_, Numbered>> =
            files.iter().map(|(path, own)| Some((path.clone(), file(own)?))).collect();
        // Where there are more classes than any language has words, all is told anew each time.
        let (numbered, clones) = numbered.map(|numbered| (numbered, clones.clone())).unwrap_or_default();
        clones.write(to);
        steps.write(to);
        found.write(to);
        numbers.classes.write(to);
        numbered.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let clones = Kept::read(from)?;
        let effort = Effort { steps: Kept::read(from)?, found: Kept::read(from)? };
        let classes: Vec<u32> = Kept::read(from)?;
        let numbered: BTreeMap<_, Numbered> = Kept::read(from)?;
        let row = |bytes: &Bytes| -> Option<Vec<u32>> {
            let (numbers, []) = bytes.0.as_chunks::<2>() else { return None };
            numbers.iter().map(|number| classes.get(usize::from(u16::from_le_bytes(*number))).copied()).collect()
        };
        let mut files = BTreeMap::new();
        for (path, (made_from, rows, alone)) in numbered {
            let rows = rows.iter().map(|(function, bytes)| Some((*function, row(bytes)?))).collect::<Option<_>>()?;
            files.insert(path, OwnFile { made_from, rows, alone });
        }
        Some(Self(OwnCode { files, clones, effort }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_code_is_read_as_it_was_written() {
        let file = |rows: Vec<(u32, Vec<u32>)>| OwnFile { made_from: [7; 32], rows, alone: vec![(3, 12)] };
        let path = |name: &str| lockstep_model::RepoPath::new(name).unwrap();
        let code = |last: u32| OwnCode {
            files: BTreeMap::from([
                (path("a.ts"), file(vec![(0, vec![0, 1, 99, u32::MAX, 99, u32::MAX]), (2, Vec::new())])),
                (path("b.ts"), file(vec![(1, (0..last).collect())])),
            ]),
            clones: Vec::new(),
            effort: Effort { steps: 5, found: 1 },
        };
        let again = |code: &OwnCode| Bytes::of(&OwnFiles(code.clone())).value::<OwnFiles>().map(|own| own.0);
        assert_eq!(again(&code(2_000)), Some(code(2_000)));
        assert_eq!(again(&code(70_000)).map(|code| code.files.len()), Some(0));
        let context = [1; 32];
        let kept = KeptOwn::of(context, code(5));
        assert_eq!((kept.code(&context), kept.code(&[2; 32])), (code(5), OwnCode::default()));
    }
}
