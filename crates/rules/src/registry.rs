//! The list of rules: one line each, sorted by name. A test reads the folder and names the line or page that is missing.

use crate::{
    RuleEntry,
    rules::{
        divided_ownership::DividedOwnership, duplicated_code::DuplicatedCode, follower::Follower,
        function_imports_function::FunctionImportsFunction, invalid_manifest::InvalidManifest,
        invocation_cycle::InvocationCycle, lockstep::Lockstep, missing_co_change::MissingCoChange,
        nanoservice::Nanoservice, oversized_function::OversizedFunction, shared_artifact::SharedArtifact,
        shared_data_store::SharedDataStore, shared_entry_file::SharedEntryFile,
        shared_implementation::SharedImplementation, shotgun_surgery::ShotgunSurgery, stale_baseline::StaleBaseline,
        synchronous_invocation::SynchronousInvocation, unresolved_handler::UnresolvedHandler,
        unstable_contract::UnstableContract, unstable_shared_code::UnstableSharedCode,
        unused_suppression::UnusedSuppression,
    },
};

/// All rules. A static, so that the program holds their pages once: a constant is made anew wherever it is used.
pub static RULES: &[RuleEntry] = &[
    RuleEntry::of::<DividedOwnership>(),
    RuleEntry::of::<DuplicatedCode>(),
    RuleEntry::of::<Follower>(),
    RuleEntry::of::<FunctionImportsFunction>(),
    RuleEntry::of::<InvalidManifest>(),
    RuleEntry::of::<InvocationCycle>(),
    RuleEntry::of::<Lockstep>(),
    RuleEntry::of::<MissingCoChange>(),
    RuleEntry::of::<Nanoservice>(),
    RuleEntry::of::<OversizedFunction>(),
    RuleEntry::of::<SharedArtifact>(),
    RuleEntry::of::<SharedDataStore>(),
    RuleEntry::of::<SharedEntryFile>(),
    RuleEntry::of::<SharedImplementation>(),
    RuleEntry::of::<ShotgunSurgery>(),
    RuleEntry::of::<StaleBaseline>(),
    RuleEntry::of::<SynchronousInvocation>(),
    RuleEntry::of::<UnresolvedHandler>(),
    RuleEntry::of::<UnstableContract>(),
    RuleEntry::of::<UnstableSharedCode>(),
    RuleEntry::of::<UnusedSuppression>(),
];

/// The rule called `name`.
pub fn find(name: &str) -> Option<&'static RuleEntry> {
    RULES.iter().find(|rule| rule.meta.name == name)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules")
    }

    /// Names of the files with this extension, as rules are called.
    fn files(extension: &str) -> BTreeSet<String> {
        let files = fs::read_dir(folder()).expect("the folder of the rules").map(|file| file.expect("a file").path());
        files
            .filter(|file| file.extension().is_some_and(|found| found == extension))
            .map(|file| file.file_stem().expect("a name").to_string_lossy().replace('_', "-"))
            .filter(|name| name != "mod")
            .collect()
    }

    #[test]
    fn every_rule_has_its_line_and_its_page() {
        let listed: BTreeSet<String> = RULES.iter().map(|rule| rule.meta.name.to_owned()).collect();
        for name in files("rs") {
            assert!(listed.contains(&name), "add `RuleEntry::of::<…>()` for `{name}` to RULES in registry.rs");
        }
        for name in &listed {
            let file = name.replace('-', "_");
            assert!(files("rs").contains(name), "the code of `{name}` belongs into rules/{file}.rs");
            assert!(files("md").contains(name), "write the page rules/{file}.md for `{name}`");
        }
        assert_eq!(files("md"), listed, "a page without a rule");
    }

    #[test]
    fn sorted_each_once() {
        let names: Vec<&str> = RULES.iter().map(|rule| rule.meta.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted, "put the lines of RULES in alphabetical order");
    }

    #[test]
    fn pages_say_everything_in_order() {
        const SECTIONS: [&str; 6] = [
            "## What it does",
            "## Why it matters",
            "## Evidence and blind spots",
            "## What to do",
            "## Options",
            "## When to allow it",
        ];
        for rule in RULES {
            let (name, page) = (rule.meta.name, rule.meta.page);
            let title = format!("# {name}\n");
            assert!(page.starts_with(&title), "the page of `{name}` begins with `{}`", title.trim());
            let mut rest = page;
            for section in SECTIONS {
                let at = rest.find(section).unwrap_or_else(|| panic!("`{name}`: `{section}` is missing or misplaced"));
                rest = &rest[at..];
            }
        }
    }
}
