//! `lockstep demo`: a made-up shop with a history of seventeen months, linted.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, ensure};

use crate::{
    args::{BaselineFileArg, CheckArgs, DemoArgs, HistoryArgs, LevelArgs},
    demo::write,
    exit::Exit,
};

/// Writes the demo's repository and lints it.
pub fn demo(args: &DemoArgs) -> anyhow::Result<Exit> {
    let temporary = tempfile::Builder::new().prefix("lockstep-demo-").tempdir()?;
    let folder = args.folder.as_deref().unwrap_or(temporary.path());
    make_empty(folder)?;
    let commits = write(folder)?;
    let mut err = std::io::stderr().lock();
    if args.common.quiet == 0 {
        let _ = writeln!(err, "A made-up shop: six stacks, seven functions, {commits} commits in seventeen months.\n");
    }
    let exit = super::check(&check_args(args, folder), &[])?;
    if args.common.quiet == 0 && args.folder.is_none() {
        let _ = writeln!(err, "\nTo look around in it: lockstep demo FOLDER, then there");
        let _ = writeln!(err, "  lockstep why pricing/CalculatePrice billing/SendInvoice");
    }
    Ok(exit)
}

fn make_empty(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let empty = fs::read_dir(folder)?.next().is_none();
    ensure!(empty, "`{}` is not empty: the demo writes into new or empty folders only", folder.display());
    Ok(())
}

fn check_args(args: &DemoArgs, folder: &Path) -> CheckArgs {
    CheckArgs {
        paths: vec![folder.to_owned()],
        base: None,
        staged: false,
        show_inherited: false,
        fetch_history: false,
        model: None,
        levels: LevelArgs::default(),
        output: args.output.clone(),
        max_findings: Some(usize::MAX),
        statistics: false,
        exit_zero: false,
        baseline: BaselineFileArg { baseline: None },
        history: HistoryArgs { as_of: None, allow_shallow: false },
        common: args.common.clone(),
    }
}
