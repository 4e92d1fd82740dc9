//! [`Fingerprint`]: how a finding is known again next week.

use std::fmt;

use serde::{Serialize, Serializer};

/// The identity of a finding: its rule, the functions it is about (and the contract). Neither lines nor commits are
/// part of it, so that it survives edits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The finding of `rule` about `subjects`, in any order, each once: function ids first of all, then what else
    /// tells two findings about the same functions apart (a contract, a file).
    pub fn new<'a>(rule: &str, subjects: impl IntoIterator<Item = &'a str>) -> Self {
        let mut subjects: Vec<&str> = subjects.into_iter().collect();
        subjects.sort_unstable();
        subjects.dedup();
        let mut hasher = blake3::Hasher::new();
        hasher.update(rule.as_bytes());
        for subject in subjects {
            hasher.update(&[0]);
            hasher.update(subject.as_bytes());
        }
        Self(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// Sixteen hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_borders_do() {
        assert_eq!(Fingerprint::new("r", ["a", "b"]), Fingerprint::new("r", ["b", "a", "b"]));
        assert_ne!(Fingerprint::new("r", ["a", "b"]), Fingerprint::new("r", ["ab"]));
        assert_ne!(Fingerprint::new("r", ["a"]), Fingerprint::new("q", ["a"]));
        assert_eq!(Fingerprint::new("r", ["a"]).as_str().len(), 16);
    }
}
