//! Everything that is tested, with the real clients.

use std::{env, process::Command};

use clap::Args;

use crate::clients::{self, Clients};

/// What `test` takes.
#[derive(Debug, Args)]
pub struct Wanted {
    /// Only the tests with clients, and not the whole workspace
    #[arg(long)]
    only_clients: bool,
    /// The profile of the wheel; `dev` is sooner there
    #[arg(long, default_value = "release")]
    profile: String,
    /// For the test programs: a part of a test's name, `--nocapture`
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Installs the clients, builds the wheel, and runs the tests.
///
/// # Errors
/// If anything of it fails.
pub fn run(wanted: &Wanted) -> anyhow::Result<()> {
    let clients = Clients::install()?;
    clients.build_wheel(&wanted.profile)?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["test", "--locked"]).current_dir(clients::root()).env("LOCKSTEP_CLIENTS", &clients.folder);
    // What the wheel was made of: reports of thousands of functions take minutes without optimizations.
    let folder = if wanted.profile == "dev" { "debug" } else { &wanted.profile };
    let program = clients::target().join(folder).join("lockstep");
    if program.is_file() {
        command.env("LOCKSTEP_PROGRAM", program);
    }
    if wanted.only_clients {
        command.args(["--package", "cargo-lockstep", "--test", "clients"]);
    } else {
        command.arg("--workspace");
    }
    command.arg("--").args(&wanted.arguments);
    clients::call(&mut command)
}
