//! Deltas: an object told as pieces of another and what is new.
//!
//! The format stands in git's `Documentation/gitformat-pack.txt`, "Deltified representation".

/// The object that `delta` makes of `base`; none if it makes no sense, or one larger than `largest`.
pub(super) fn applied(base: &[u8], delta: &[u8], largest: u64) -> Option<Vec<u8>> {
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return None;
    }
    let size = usize::try_from(size(&mut rest)?.min(largest + 1)).ok().filter(|size| *size as u64 <= largest)?;
    let mut made = Vec::with_capacity(size);
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        let piece = if command & 0x80 != 0 {
            let start = number(command, 0, 4, &mut rest)?;
            let length = match number(command, 4, 3, &mut rest)? {
                0 => 0x10000,
                length => length,
            };
            base.get(start..start.checked_add(length)?)?
        } else if command != 0 {
            let (piece, after) = rest.split_at_checked(usize::from(command))?;
            rest = after;
            piece
        } else {
            return None;
        };
        // Never more than was said, so that what was reserved is enough.
        if piece.len() > size - made.len() {
            return None;
        }
        made.extend_from_slice(piece);
    }
    (made.len() == size).then_some(made)
}

/// A number of up to `bytes` bytes, smallest first; those that bits of `command`, from `shift` on, say are there.
fn number(command: u8, shift: u32, bytes: u32, rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for byte in 0..bytes {
        if command & (1 << (shift + byte)) != 0 {
            let (&next, after) = rest.split_first()?;
            number |= usize::from(next) << (8 * byte);
            *rest = after;
        }
    }
    Some(number)
}

/// A size at the beginning of a delta: seven bits a byte, smallest first.
fn size(rest: &mut &[u8]) -> Option<u64> {
    let mut size = 0;
    for shift in (0..u64::BITS - 7).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &[u8] = b"abcdefgh";

    #[test]
    fn pieces_and_what_is_new_follow_each_other() {
        // Copies `cdef`, adds `XY`, copies `a`.
        let delta = [8, 7, 0x91, 2, 4, 2, b'X', b'Y', 0x90, 1];
        assert_eq!(applied(BASE, &delta, 100).unwrap(), b"cdefXYa");
        assert_eq!(applied(BASE, &delta, 6), None);
    }

    #[test]
    fn a_piece_without_a_length_is_as_long_as_can_be() {
        let base = vec![7; 0x10000];
        assert_eq!(applied(&base, &[0x80, 0x80, 4, 0x80, 0x80, 4, 0x80], 1 << 20).unwrap(), base);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let deltas: [&[u8]; 9] = [
            &[],
            &[8],
            &[7, 1, 0x90, 1],
            &[8, 1, 0],
            &[8, 1, 0x91, 8, 1],
            &[8, 2, 0x90, 1],
            &[8, 1, 0x90, 2],
            &[8, 3, 3, b'x'],
            &[8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ];
        for delta in deltas {
            assert_eq!(applied(BASE, delta, u64::MAX - 1), None, "{delta:?}");
        }
    }

    proptest! {
        #[test]
        fn no_delta_does_harm(delta in prop::collection::vec(any::<u8>(), 0..64)) {
            let delta = [&[8][..], &delta].concat();
            if let Some(made) = applied(BASE, &delta, 1 << 16) {
                prop_assert!(made.len() <= 1 << 16);
            }
        }
    }
}
