//! The README shows what the program prints.

use std::{fs, path::Path};

use crate::program;

fn printed(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(program::run(folder, arguments).stdout).expect("text")
}

/// The block that follows the comment `command` in the README.
fn shown(command: &str) -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).expect("a README");
    let (_, after) = readme.split_once(&format!("<!-- {command} -->\n")).expect("the README has the comment");
    let block = after.split("```").nth(1).expect("a block");
    block.split_once('\n').expect("a fence with a language").1.to_owned()
}

#[test]
fn its_excerpt_is_the_first_finding_of_the_demo() {
    let (excerpt, all) = (shown("lockstep demo"), printed(Path::new("."), &["demo"]));
    assert!(all.starts_with(excerpt.trim_end()), "the README says\n{excerpt}\nand the demo\n{all}");
}

#[test]
fn its_picture_is_the_graph_of_the_demo() {
    let (_place, folder) = program::demo();
    assert_eq!(shown("lockstep graph --format mermaid"), printed(&folder, &["graph", "--format", "mermaid"]));
}
