//! The wheel, in a virtual environment of its own, and the package at the root that asks for it.

use libtest_mimic::Failed;

use crate::{
    Test,
    fixture::{Clients, done, hooks_repository, said, shop},
};

pub const TESTS: &[(&str, Test)] = &[("wheel::installs_and_runs", installs_and_runs)];

fn installs_and_runs(clients: &'static Clients) -> Result<(), Failed> {
    let place = tempfile::tempdir()?;
    let venv = place.path().join("venv");
    done(clients.command(clients.program("python"), place.path()).args(["-m", "venv"]).arg(&venv));
    done(clients.command(venv.join("bin/pip"), place.path()).args(["install", "--quiet", "cargo-lockstep"]));
    let shop = shop();
    for name in ["lockstep", "cargo-lockstep"] {
        let version = done(clients.command(venv.join("bin").join(name), shop.path()).arg("--version"));
        assert_eq!(version.trim(), format!("{name} {}", env!("CARGO_PKG_VERSION")));
        let found = said(clients.command(venv.join("bin").join(name), shop.path()).args(["check", "--format", "json"]));
        assert_eq!(found.code, Some(0), "{}", found.text);
        assert!(found.text.contains("\"functions\": 3"), "{}", found.text);
    }
    // The package at the root brings the same program, and is nothing itself.
    let (source, _) = hooks_repository(clients);
    done(clients.command(venv.join("bin/pip"), source.path()).args(["install", "--quiet", "."]));
    let files = done(clients.command(venv.join("bin/pip"), place.path()).args(["show", "--files", "lockstep-hooks"]));
    let own = files.lines().filter(|line| line.starts_with("  ") && !line.contains(".dist-info/")).count();
    assert_eq!(own, 0, "{files}");
    Ok(())
}
