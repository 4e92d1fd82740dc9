//! The `cargo-lockstep` binary.
fn main() {}
