//! `lockstep completions SHELL`: what a shell has to know to complete the command line.

use crate::{args::CompletionsArgs, commands::man::whole, exit::Exit, terminal};

/// Prints the script.
pub fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut whole(), "lockstep", &mut script);
    terminal::print(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}
