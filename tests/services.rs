//! `lockstep services --write` adds to the configuration, once, and never where it should not.

use std::{fs, process::Command};

use crate::program;

#[test]
fn what_is_written_is_read_again_and_written_once() {
    let (_place, folder) = program::demo();
    let file = folder.join("lockstep.toml");
    let before = fs::read_to_string(&file).unwrap_or_default();
    let first = program::run(&folder, &["services", "--write"]);
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    let after = fs::read_to_string(&file).expect("a configuration");
    assert!(after.contains("[[service]]") && after.contains(&before), "{after}");
    let document = program::json(&folder, &["services"]);
    let declared = document["services"].as_array().expect("services").iter().filter(|one| one["declared"] == true);
    assert_eq!(declared.count(), after.matches("[[service]]").count());
    let second = program::run(&folder, &["services", "--write"]);
    assert_eq!(second.status.code(), Some(0));
    assert_eq!(fs::read_to_string(&file).expect("a configuration"), after);
    assert!(String::from_utf8_lossy(&second.stdout).contains("nothing to add"), "{second:?}");
}

#[test]
fn refused_where_there_is_no_place_or_nothing_to_read() {
    let (place, folder) = program::demo();
    let bare = place.path().join("bare.git");
    let git = Command::new("git").args(["clone", "-q", "--bare"]).args([&folder, &bare]).status().expect("git runs");
    assert!(git.success());
    let refused = program::run(&bare, &["services", "--write"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("this is a bare repository"), "{refused:?}");
    fs::write(folder.join("lockstep.toml"), "[[service\n").expect("a file");
    let broken = program::run(&folder, &["services", "--write"]);
    assert_eq!(broken.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.join("lockstep.toml")).expect("a file"), "[[service\n");
    // Without a history there is nothing to infer from.
    fs::write(folder.join("lockstep.toml"), "").expect("a file");
    fs::remove_dir_all(folder.join(".git")).expect("a repository");
    let incomplete = program::run(&folder, &["services", "--write"]);
    assert_eq!(incomplete.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.join("lockstep.toml")).expect("a file"), "");
}
