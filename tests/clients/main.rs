//! Tests with the programs that read what Lockstep writes, and with those that run it: the real ones, in the versions that
//! `xtask/clients` pins. `cargo xtask test` installs them and names their folder in `LOCKSTEP_CLIENTS`; without that every
//! test here is ignored, and says so.

mod action;
mod browser;
mod configuration;
mod fixture;
mod formats;
mod hooks;
mod runner;
mod snippets;
mod wheel;
mod workflows;

use fixture::Clients;
use libtest_mimic::{Arguments, Failed, Trial};

/// A test: it takes the clients, and panics or returns why it failed.
type Test = fn(&'static Clients) -> Result<(), Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let clients: Option<&'static Clients> = Clients::from_environment().map(|clients| &*Box::leak(Box::new(clients)));
    let tests = [
        wheel::TESTS,
        hooks::TESTS,
        action::TESTS,
        workflows::TESTS,
        snippets::TESTS,
        formats::TESTS,
        browser::TESTS,
        configuration::TESTS,
    ]
    .concat();
    if clients.is_none() && !arguments.list {
        say(&format!(
            "{} tests with real clients are IGNORED: LOCKSTEP_CLIENTS is not set; `cargo xtask test` runs them",
            tests.len()
        ));
    }
    let trials = tests
        .into_iter()
        .map(|(name, test)| match clients {
            Some(clients) => Trial::test(name, move || test(clients)),
            None => Trial::test(name, || Ok(())).with_ignored_flag(true),
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn say(line: &str) {
    use std::io::Write;
    // Nobody reads it any more: then there is nothing to be done.
    let _ = writeln!(std::io::stderr(), "\n{line}");
}
