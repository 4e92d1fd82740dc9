//! What names are made of, in the languages of the C family that allow `$` in them.

/// True for bytes of names; all of a character beyond ASCII are.
pub(crate) fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}
