//! What Amazon's names mean, whichever tool writes them: actions, resource names, types of resources.

pub(crate) mod actions;
pub(crate) mod arn;
pub(crate) mod resource_types;
pub(crate) mod uses;
