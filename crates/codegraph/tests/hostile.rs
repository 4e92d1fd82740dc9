//! Texts that no person wrote: every language reads them on a small stack, and comes to an end.

use std::thread;

use lockstep_codegraph::{FileFacts, Language, all};
use lockstep_model::RepoPath;

/// What threads get where nothing else is said.
const STACK: usize = 2 << 20;
/// How deep what is nested is nested.
const DEEP: usize = 10_000;
/// Larger than any source that people write, in bytes.
const LARGE: usize = 20_000_000;

fn facts(language: &'static dyn Language, name: &str, text: String) -> FileFacts {
    let path = RepoPath::new(&format!("m.{}", language.extensions()[0])).expect("a path");
    let worker = thread::Builder::new().stack_size(STACK);
    let facts = worker.spawn(move || language.facts(&path, &text)).expect("a thread").join();
    facts.unwrap_or_else(|_| panic!("{} panics at {name}", language.name()))
}

/// What a file begins with.
fn head(language: &str) -> &'static str {
    match language {
        "php" => "<?php\n",
        "go" => "package main\n",
        _ => "",
    }
}

#[test]
fn deep_texts_are_read_on_a_small_stack() {
    let pairs =
        [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("!", ""), ("a.", "b"), ("class A { ", "}"), ("/*", "*/")];
    for language in all() {
        for (open, close) in pairs {
            let text = head(language.name()).to_owned() + &open.repeat(DEEP) + "x" + &close.repeat(DEEP);
            facts(*language, open, text);
        }
    }
}

#[test]
fn one_line_of_twenty_megabytes_is_refused_or_read() {
    for language in all() {
        let facts = facts(*language, "one word", head(language.name()).to_owned() + &"x".repeat(LARGE));
        assert!(facts.symbols.is_empty(), "{}", language.name());
    }
}

#[test]
fn noise_is_read() {
    // A linear congruential generator: the same noise on every machine.
    let mut state = 1u32;
    let mut byte = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let bytes: Vec<u8> = (0..50_000).map(|_| byte().max(1)).collect();
    let printable: String = bytes.iter().map(|byte| char::from(byte % 96 + 32)).collect();
    let any = String::from_utf8_lossy(&bytes).into_owned();
    for language in all() {
        for (name, text) in [("printable", &printable), ("any", &any)] {
            facts(*language, name, text.clone());
        }
    }
}
