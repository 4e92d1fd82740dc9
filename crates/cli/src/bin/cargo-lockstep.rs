//! The `cargo-lockstep` binary: `cargo lockstep …` and `cargo-lockstep …` are the same as `lockstep …`.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_cli::run("cargo-lockstep", lockstep_cli::without_subcommand(std::env::args_os().collect()))
}
