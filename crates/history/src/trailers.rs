//! What the commits of a change say about it in their trailers, the lines `Key: value` at the end of a message.

use git2::{Oid, Sort};
use lockstep_model::CommitId;

use crate::{ObjectError, Repository, RevisionError};

/// One trailer of one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The commit.
    pub commit: CommitId,
    /// The key, as it is written.
    pub key: String,
    /// What follows the key.
    pub value: String,
}

impl Repository {
    /// The trailers whose key is `wanted`, of the commits that `HEAD` has and `before` does not, oldest first.
    ///
    /// # Errors
    /// If one of the commits cannot be read.
    pub fn trailers(&self, wanted: &dyn Fn(&str) -> bool, before: CommitId) -> Result<Vec<Trailer>, RevisionError> {
        let failed = |error: git2::Error| ObjectError::broken(&before.0, error.message());
        let mut walk = self.git().revwalk().map_err(failed)?;
        walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).map_err(failed)?;
        let oid = |id: &[u8; 20]| Oid::from_bytes(id).map_err(failed);
        walk.push(oid(&self.resolve(None)?)?).map_err(failed)?;
        walk.hide(oid(&before.0)?).map_err(failed)?;
        let mut trailers = Vec::new();
        for id in walk {
            let id: [u8; 20] = id.map_err(failed)?.as_bytes().try_into().unwrap_or_default();
            let message = self.commit(&id)?.message;
            // A message that holds what no text does has no trailers.
            let Ok(found) = git2::message_trailers_strs(&message) else { continue };
            let ours = found.iter().filter(|(key, _)| wanted(key));
            trailers.extend(ours.map(|(key, value)| Trailer {
                commit: CommitId(id),
                key: key.to_owned(),
                value: value.to_owned(),
            }));
        }
        Ok(trailers)
    }
}
