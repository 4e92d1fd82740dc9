//! [`Reader`]: one thread's way to the objects in packs.

use std::rc::Rc;

use git2::ObjectType;
use libdeflater::Decompressor;

use super::{Content, Generations, Kept, Packs, Place, delta, head};
use crate::objects::ObjectId;

/// An object's type and bytes.
#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) kind: ObjectType,
    pub(crate) bytes: Rc<Vec<u8>>,
}

/// Larger objects are left to libgit2, in bytes. Trees and commits are far smaller.
const LARGEST: u64 = 64 << 20;
/// More deltas than any packer chains: git's limit is 4095.
const LONGEST_CHAIN: usize = 4096;
/// Bytes in one of the two generations of the cache: 2.75 MiB. On the history of Ansible, 6 MiB take a twentieth less time of the
/// processors, and 20 MB more memory for both threads.
const GENERATION: usize = 11 << 18;
/// Names whose place is remembered: those of trees come again soon, as what was before and what is after.
const REMEMBERED: usize = 1 << 13;

/// Reads objects from packs. Whatever was made on the way, from the whole object at the end of a chain of deltas to the one
/// that is wanted, is kept: the next commit's tree is most often made of it, and is compared with it.
pub(crate) struct Reader<'p> {
    packs: &'p Packs,
    made: Generations<Place>,
    places: Box<[Option<(ObjectId, Place)>]>,
    /// The pack that had what was looked for last.
    last: usize,
    inflater: Decompressor,
    /// Room for what is unpacked and used at once.
    room: Vec<u8>,
    chain: Vec<(Place, Kept<'p>)>,
}

impl<'p> Reader<'p> {
    /// A reader of `packs`.
    pub(crate) fn new(packs: &'p Packs) -> Self {
        Self {
            packs,
            made: Generations::new(GENERATION),
            places: vec![None; REMEMBERED].into(),
            last: 0,
            inflater: Decompressor::new(),
            room: Vec::new(),
            chain: Vec::new(),
        }
    }

    /// The object `id`, kept for when it is needed again; none if it is not in a pack, or anything is unusual about it.
    pub(crate) fn get(&mut self, id: &ObjectId) -> Option<Object> {
        let place = self.place(id)?;
        self.at(place)
    }

    /// Calls `use_it` with the object `id`, which is not kept if it is whole in its pack, as most commits are. None as above.
    pub(crate) fn once<T>(&mut self, id: &ObjectId, use_it: impl FnOnce(ObjectType, &[u8]) -> T) -> Option<T> {
        let place = self.find(id)?;
        let kept = self.packs.kept(place)?;
        match kept.content {
            Content::Whole(kind) => Some(use_it(kind, unpacked(&mut self.inflater, &kept, &mut self.room)?)),
            _ => self.at(place).map(|object| use_it(object.kind, &object.bytes)),
        }
    }

    /// The bytes of the blob `id`; if it has more than `largest`, how many. None as above.
    pub(crate) fn blob(&mut self, id: &ObjectId, largest: u64) -> Option<Result<Vec<u8>, u64>> {
        let place = self.find(id)?;
        let kept = self.packs.kept(place)?;
        if matches!(kept.content, Content::Whole(ObjectType::Blob)) && kept.size > largest {
            return Some(Err(kept.size));
        }
        let blob = self.at(place).filter(|object| object.kind == ObjectType::Blob)?;
        let size = blob.bytes.len() as u64;
        Some(if size > largest { Err(size) } else { Ok(blob.bytes.to_vec()) })
    }

    fn place(&mut self, id: &ObjectId) -> Option<Place> {
        let slot = head(id) as usize % REMEMBERED;
        match &self.places[slot] {
            Some((known, place)) if known == id => Some(*place),
            _ => {
                let place = self.find(id)?;
                self.places[slot] = Some((*id, place));
                Some(place)
            }
        }
    }

    fn find(&mut self, id: &ObjectId) -> Option<Place> {
        let place = self.packs.find(id, self.last)?;
        self.last = place.pack();
        Some(place)
    }

    fn at(&mut self, place: Place) -> Option<Object> {
        let mut chain = std::mem::take(&mut self.chain);
        chain.clear();
        let object = self.base(place, &mut chain).and_then(|base| self.made_of(base, &mut chain));
        self.chain = chain;
        object
    }

    /// What the object at `place` is made of and is there already, or whole in its pack; `chain` gets what lies between.
    fn base(&mut self, mut place: Place, chain: &mut Vec<(Place, Kept<'p>)>) -> Option<Object> {
        loop {
            if let Some(object) = self.made.get(place) {
                return Some(object);
            }
            let kept = self.packs.kept(place)?;
            let next = match &kept.content {
                Content::Whole(kind) => {
                    let bytes = unpacked(&mut self.inflater, &kept, &mut self.room)?.to_vec();
                    let object = Object { kind: *kind, bytes: Rc::new(bytes) };
                    self.made.put(place, &object);
                    return Some(object);
                }
                Content::Delta(base) => *base,
                Content::DeltaOf(id) => self.find(&id.clone())?,
            };
            if chain.len() == LONGEST_CHAIN {
                return None;
            }
            chain.push((place, kept));
            place = next;
        }
    }

    fn made_of(&mut self, mut object: Object, chain: &mut Vec<(Place, Kept<'p>)>) -> Option<Object> {
        while let Some((place, kept)) = chain.pop() {
            let delta = unpacked(&mut self.inflater, &kept, &mut self.room)?;
            let bytes = delta::applied(&object.bytes, delta, LARGEST)?;
            object = Object { kind: object.kind, bytes: Rc::new(bytes) };
            self.made.put(place, &object);
        }
        Some(object)
    }
}

/// What is `kept`, unpacked into `room`.
fn unpacked<'r>(inflater: &mut Decompressor, kept: &Kept<'_>, room: &'r mut Vec<u8>) -> Option<&'r [u8]> {
    let size = usize::try_from(kept.size).ok().filter(|_| kept.size <= LARGEST)?;
    if room.len() < size {
        room.resize(size, 0);
    }
    let room = &mut room[..size];
    (inflater.zlib_decompress(kept.packed, room) == Ok(size)).then_some(&*room)
}
