//! Manners at the terminal: colours, links, quiet runs, readers that go away, and what a run costs that only counts.

use std::{
    io::Read,
    path::Path,
    process::{Command, Stdio},
};

use crate::program::{command, demo};

/// A variable of the environment.
type Variable = (&'static str, &'static str);
/// Words of a command, variables, and whether something is to be seen.
type Case = (&'static [&'static str], &'static [Variable], bool);

/// What `arguments` print in the demo's repository with these variables, and the exit code.
fn with(folder: &Path, arguments: &[&str], variables: &[Variable]) -> (String, Option<i32>) {
    let mut command = command(folder, arguments);
    command.env_remove("NO_COLOR").env_remove("CI").env_remove("GITLAB_CI");
    command.env_remove("CLICOLOR_FORCE").env_remove("FORCE_COLOR").env_remove("FORCE_HYPERLINK");
    let output = command.envs(variables.iter().copied()).output().expect("lockstep runs");
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.code())
}

#[test]
fn colours_appear_where_they_are_wanted() {
    let (_place, folder) = demo();
    let cases: [Case; 8] = [
        (&["check"], &[], false),
        (&["check", "--color", "always"], &[("NO_COLOR", "1"), ("TERM", "dumb")], true),
        (&["check", "--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&["check"], &[("CLICOLOR_FORCE", "1")], true),
        (&["check"], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], false),
        (&["check"], &[("GITHUB_ACTIONS", "true")], true),
        (&["check"], &[("GITLAB_CI", "true"), ("TERM", "dumb")], false),
        (&["check", "--format", "json"], &[("CLICOLOR_FORCE", "1")], false),
    ];
    for (arguments, variables, coloured) in cases {
        let (text, code) = with(&folder, arguments, variables);
        assert_eq!((text.contains('\u{1b}'), code), (coloured, Some(1)), "{arguments:?} {variables:?}");
    }
}

#[test]
fn places_are_links_where_they_are_wanted() {
    let (_place, folder) = demo();
    let cases: [Case; 4] = [
        (&["check", "--hyperlinks", "always"], &[], true),
        (&["check"], &[("FORCE_HYPERLINK", "1")], true),
        (&["check"], &[("FORCE_HYPERLINK", "false")], false),
        (&["check", "--hyperlinks", "never"], &[("FORCE_HYPERLINK", "1")], false),
    ];
    for (arguments, variables, linked) in cases {
        let (text, _) = with(&folder, arguments, variables);
        assert_eq!(text.contains("\u{1b}]8;;file:///"), linked, "{arguments:?} {variables:?}");
    }
}

#[test]
fn twice_quiet_leaves_the_exit_code() {
    let (_place, folder) = demo();
    assert_eq!(with(&folder, &["check", "-qq"], &[]), (String::new(), Some(1)));
    let (text, code) = with(&folder, &["check", "-q"], &[]);
    assert!(text.contains("error[lockstep]") && !text.contains("7 functions in"), "{text}");
    assert_eq!(code, Some(1));
}

#[test]
fn statistics_count_what_would_be_shown() {
    let (_place, folder) = demo();
    let (text, code) = with(&folder, &["check", "--statistics", "--max-findings", "1"], &[]);
    let expected = "1  follower                   warning\n1  function-imports-function  warning\n1  lockstep                   error\n\n";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(code, Some(1));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (_place, folder) = demo();
    for arguments in [&["check"][..], &["check", "--format", "json"], &["check", "--format", "github"], &["graph"]] {
        let mut child: Command = command(&folder, arguments);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("lockstep runs");
        // Closed before anything was written.
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut told).expect("UTF-8");
        let code = child.wait().expect("it ends").code();
        let expected = if arguments[0] == "check" { 1 } else { 0 };
        assert_eq!((told.as_str(), code), ("", Some(expected)), "{arguments:?}");
    }
}
