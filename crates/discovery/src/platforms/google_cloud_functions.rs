//! Google Cloud Functions without a manifest: what commands of scripts and workflows deploy, and what the code registers
//! with the Functions Framework.

mod code;
mod deploys;

use lockstep_diagnostics::Partial;
use lockstep_model::FileSet;

use crate::platform::{Declared, Platform};

/// As printed.
pub const NAME: &str = "google-cloud-functions";

/// The reader of Google's functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct GoogleCloudFunctions;

impl Platform for GoogleCloudFunctions {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("google_cloud_functions.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all = Partial::default();
        let deployed = deploys::read(files, &mut all);
        code::read(files, &deployed, &mut all);
        all
    }
}

#[cfg(test)]
mod tests;
