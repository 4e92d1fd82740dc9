//! Cases of apps.
