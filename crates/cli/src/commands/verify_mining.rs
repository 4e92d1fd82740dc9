//! `lockstep verify-mining`, which the help does not list: reads a history from the packs and again by libgit2, and compares.

use lockstep_linter::verify_mining as verify;
use lockstep_reporting::escape;

use crate::{args::VerifyMiningArgs, exit::Exit, terminal};

/// Says how much was compared; the first difference is an error.
pub fn verify_mining(args: &VerifyMiningArgs) -> anyhow::Result<Exit> {
    let mining = verify(&args.path, args.every_commit, args.jobs)
        .map_err(|error| anyhow::anyhow!("{}", escape::line(&error)))?;
    let (commits, facts, digest) = (mining.commits, mining.facts, mining.digest);
    terminal::print(|out| writeln!(out, "{commits} commits, {facts} facts, digest {digest:016x}: the same both ways"))?;
    Ok(Exit::Clean)
}
