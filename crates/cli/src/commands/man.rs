//! `lockstep man`: the manual pages, made of the same definition as `--help`.

use std::fs;

use anyhow::Context;
use clap::{Command, CommandFactory};

use crate::{
    args::{Cli, ManArgs},
    exit::Exit,
    terminal,
};

/// Prints the page of the program, or writes the pages of all commands into a folder.
pub fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    if let Some(dir) = &args.dir {
        let write = || {
            fs::create_dir_all(dir)?;
            clap_mangen::generate_to(whole(), dir)
        };
        write().with_context(|| format!("cannot write manual pages into `{}`", dir.display()))?;
        return Ok(Exit::Clean);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(whole()).render(&mut page)?;
    terminal::print(|out| out.write_all(&page))?;
    Ok(Exit::Clean)
}

/// The definition of the command line under the name that people type.
pub fn whole() -> Command {
    Cli::command().name("lockstep").bin_name("lockstep")
}
