//! The browser that opens pages in tests: a headless Chromium out of a package of npm, with the libraries and fonts that it
//! needs. On systems for which the package has none, the scripts in `tests/clients/browser` look for one that is installed.

use std::{path::Path, process::Command};

use anyhow::Context;

use crate::clients;

/// What unpacks it, beside the pins.
pub const SCRIPT: &str = "unpack-browser.mjs";

/// Unpacks the browser into `browser` below `clients`, where npm's packages are installed already.
///
/// # Errors
/// If node is missing, or the disk is full.
pub fn unpack(clients: &Path, pins: &Path) -> anyhow::Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    let modules = clients.join("npm/node_modules");
    clients::call(Command::new("node").arg(pins.join(SCRIPT)).args([&modules, &clients.join("browser")]))
        .context("the browser cannot be unpacked")
}
