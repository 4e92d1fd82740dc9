//! The `cargo-lockstep` binary: `cargo lockstep …` and `cargo-lockstep …` are the same as `lockstep …`.

use std::process::ExitCode;

/// Trees of syntax are many small pieces, made and thrown away by the million.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lockstep_cli::run("cargo-lockstep", lockstep_cli::without_subcommand(std::env::args_os().collect()))
}
