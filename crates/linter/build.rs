//! Gives what this build makes of a past a name: whatever changes in the sources that it is made by changes it, so that what
//! another build kept is never taken for what this one would have made.

#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = vec![root.join("Cargo.toml")];
    collect(&root.join("src"), &mut files);
    // What reads and compares versions; a package that was published stands alone.
    for other in ["model", "diagnostics", "document", "script", "discovery", "history", "codegraph"] {
        collect(&root.join("..").join(other).join("src"), &mut files);
    }
    // Other versions of parsers may read something else.
    files.extend(Some(root.join("../../Cargo.lock")).filter(|lock| lock.is_file()));
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        println!("cargo:rerun-if-changed={}", file.display());
        file.strip_prefix(&root).unwrap_or(file).hash(&mut hasher);
        fs::read(file).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo:rustc-env=LOCKSTEP_PAST={:016x}", hasher.finish());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
