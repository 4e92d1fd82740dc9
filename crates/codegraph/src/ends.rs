//! How much two texts have in common at their ends: most versions of a file are the one before with a few lines changed.

/// Bytes that are compared at once.
const AT_ONCE: usize = 32;

/// How many bytes are the same before the first that are not.
pub(crate) fn same_start(one: &[u8], other: &[u8]) -> usize {
    let pieces = one.chunks_exact(AT_ONCE).zip(other.chunks_exact(AT_ONCE));
    let start = pieces.take_while(|(one, other)| one == other).count() * AT_ONCE;
    start + one[start..].iter().zip(&other[start..]).take_while(|(one, other)| one == other).count()
}

/// How many bytes are the same behind the last that are not.
pub(crate) fn same_end(one: &[u8], other: &[u8]) -> usize {
    let pieces = one.rchunks_exact(AT_ONCE).zip(other.rchunks_exact(AT_ONCE));
    let end = pieces.take_while(|(one, other)| one == other).count() * AT_ONCE;
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    end + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_those_that_one_byte_after_the_other_tells(
            start in "[ab]{0,80}", middles in ("[ab]{0,3}", "[ab]{0,3}"), end in "[ab]{0,80}",
        ) {
            let (one, other) = (format!("{start}{}{end}", middles.0), format!("{start}{}{end}", middles.1));
            let (one, other) = (one.as_bytes(), other.as_bytes());
            let first = (0..one.len().min(other.len())).find(|at| one[*at] != other[*at]);
            prop_assert_eq!(same_start(one, other), first.unwrap_or(one.len().min(other.len())));
            let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<u8>>();
            prop_assert_eq!(same_end(one, other), same_start(&reversed(one), &reversed(other)));
        }
    }
}
