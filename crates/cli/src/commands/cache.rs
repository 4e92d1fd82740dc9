//! `lockstep cache`: where things are kept from run to run, and how to be rid of them.

use std::{fs, io, path::Path};

use anyhow::{Context, anyhow};
use lockstep_reporting::escape;

use crate::{
    args::{CacheArgs, CacheCommand},
    cache,
    exit::Exit,
    terminal,
};

/// Says where it is, or deletes it.
pub fn cache(args: &CacheArgs) -> anyhow::Result<Exit> {
    let folder = cache::folder()
        .ok_or_else(|| anyhow!("nothing is kept: LOCKSTEP_CACHE_DIR is empty, or there is no home folder"))?;
    match args.command {
        CacheCommand::Path => {
            terminal::print(|out| writeln!(out, "{}", escape::line(&folder.to_string_lossy())))?;
        }
        CacheCommand::Clean => {
            let mut bytes = 0;
            for part in cache::PARTS {
                bytes += delete(&folder.join(part))?;
            }
            let size =
                if bytes == 0 { "nothing was kept".to_owned() } else { format!("{} kB deleted", kilobytes(bytes)) };
            terminal::print(|out| writeln!(out, "{}: {size}", escape::line(&folder.to_string_lossy())))?;
        }
    }
    Ok(Exit::Clean)
}

fn kilobytes(bytes: u64) -> u64 {
    bytes.div_ceil(1000)
}

/// Deletes a folder of the cache, of which nothing but its own files is touched; how many bytes they had.
fn delete(folder: &Path) -> anyhow::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", folder.display())),
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        let size = entry.metadata()?.len();
        match fs::remove_file(entry.path()) {
            Ok(()) => bytes += size,
            // Another run was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot delete `{}`", entry.path().display())),
        }
    }
    // A folder that holds something by now stays.
    let _ = fs::remove_dir(folder);
    Ok(bytes)
}
