//! One file per rule, and beside it its page.

pub(crate) mod divided_ownership;
pub(crate) mod duplicated_code;
pub(crate) mod follower;
pub(crate) mod function_imports_function;
pub(crate) mod invalid_manifest;
pub(crate) mod invocation_cycle;
pub(crate) mod lockstep;
pub(crate) mod missing_co_change;
pub(crate) mod nanoservice;
pub(crate) mod oversized_function;
pub(crate) mod shared_artifact;
pub(crate) mod shared_data_store;
pub(crate) mod shared_entry_file;
pub(crate) mod shared_implementation;
pub(crate) mod shotgun_surgery;
pub(crate) mod stale_baseline;
pub(crate) mod synchronous_invocation;
pub(crate) mod unresolved_handler;
pub(crate) mod unstable_contract;
pub(crate) mod unstable_shared_code;
pub(crate) mod unused_suppression;
