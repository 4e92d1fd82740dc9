//! The findings of a commit, as far as later states are held against them, kept with what they depend on.

use super::{
    Stored,
    codec::{Bytes, Kept, Reader, Writer},
    looked::Digest,
};
use crate::earlier::Earlier;

/// Findings to be kept.
pub(super) fn stored(context: Digest, findings: &Vec<Earlier>) -> Stored {
    Stored { context, head: Bytes::default(), body: Bytes::of(findings) }
}

/// Those that are kept, if they depend on the same.
pub(super) fn kept(stored: &Stored, context: &Digest) -> Option<Vec<Earlier>> {
    if stored.context == *context { stored.body.value() } else { None }
}

impl Kept for Earlier {
    fn write(&self, to: &mut Writer) {
        let Self { rule, functions, fingerprint, weight, silent, known } = self;
        rule.write(to);
        functions.write(to);
        fingerprint.write(to);
        weight.to_le_bytes().write(to);
        silent.write(to);
        known.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            rule: Kept::read(from)?,
            functions: Kept::read(from)?,
            fingerprint: Kept::read(from)?,
            weight: f64::from_le_bytes(Kept::read(from)?),
            silent: Kept::read(from)?,
            known: Kept::read(from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use lockstep_model::FunctionId;

    use super::*;

    #[test]
    fn what_is_written_is_read_where_it_depends_on_the_same() {
        let earlier = Earlier {
            rule: "lockstep".to_owned(),
            functions: vec![FunctionId::new("shop/a"), FunctionId::new("shop/b")],
            fingerprint: "0123456789abcdef".to_owned(),
            weight: 0.625,
            silent: false,
            known: true,
        };
        let stored = stored([7; 32], &vec![earlier.clone()]);
        assert_eq!(kept(&stored, &[7; 32]), Some(vec![earlier]));
        assert_eq!(kept(&stored, &[8; 32]), None);
    }
}
