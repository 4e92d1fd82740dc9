//! Runs every page: the pages of rules, platforms and languages, the examples and the README. What a page shows is what
//! the program does.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use lockstep_testkit::Runner;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = Vec::new();
    for folder in [
        "crates/rules/src/rules",
        "crates/discovery/src/platforms",
        "crates/codegraph/src/languages",
        "examples",
        "docs/src",
    ] {
        collect(&root.join(folder), &mut pages);
    }
    pages.sort();
    let trials = pages
        .into_iter()
        .map(|page| {
            let name = page.strip_prefix(&root).unwrap_or(&page).display().to_string();
            Trial::test(name, move || run(&page))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
}

fn run(page: &Path) -> Result<(), Failed> {
    let runner = Runner::new(env!("CARGO_BIN_EXE_lockstep")).version(env!("CARGO_PKG_VERSION"));
    runner.check_page(page).map(drop).map_err(Failed::from)
}
