//! Names that want to be obeyed: a repository whose files, functions, authors and subjects are workflow commands, markup
//! and escapes of terminals, through the whole program and every format.
#![cfg(unix)]

use std::{fs, path::Path, process::Command};

use lockstep_reporting::formats::FORMATS;

use crate::program;

const MANIFEST: &str = r#"Resources:
  "x::error::y ##[add-mask]z":
    Type: AWS::Serverless::Function
    Properties: { Handler: "gone\e[2J.run", Runtime: python3.13 }
  "a](javascript:b)`|<script>@ana #1 ]]>{0}":
    Type: AWS::Serverless::Function
    Properties: { Handler: app.run, Runtime: python3.13 }
"#;

const FOLDERS: [&str; 3] = ["::error::d", "li\nne %0A,::warning::x", "`|<b>@bob ##[error]\u{202e}"];

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=ev\u{1b}[31mil ::error::", "-c", "user.email=a@b.c"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// What a runner of GitHub Actions would take for a command: a line that begins with `::` and has another `::`, or
/// `##[` anywhere.
fn commands(log: &str) -> Vec<&str> {
    let is_command = |line: &&str| {
        line.contains("##[") || line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"))
    };
    log.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).filter(is_command).collect()
}

#[test]
fn no_name_is_obeyed() {
    let place = tempfile::tempdir().expect("a temporary folder");
    git(place.path(), &["init", "-q"]);
    for folder in FOLDERS {
        let folder = place.path().join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("template.yaml"), MANIFEST).expect("a file");
        fs::write(folder.join("app.py"), "def run(event, context):\n    return 1\n").expect("a file");
    }
    git(place.path(), &["add", "-A"]);
    git(place.path(), &["commit", "-q", "-m", "::set-env name=x::y ##[group]\n\n::add-path::/tmp"]);
    for format in FORMATS {
        for path in [".", FOLDERS[0]] {
            let arguments = ["check", "--format", format.name(), "-W", "all", "-v", path];
            let output = program::command(place.path(), &arguments).env("GITHUB_ACTIONS", "true").output();
            let output = output.expect("lockstep runs");
            let (out, err) =
                (String::from_utf8(output.stdout).expect("UTF-8"), String::from_utf8_lossy(&output.stderr));
            assert!(out.contains("unresolved-handler"), "{}: {out}{err}", format.name());
            let found = commands(&out);
            match format.name() {
                "github" => assert!(
                    !found.is_empty() && found.iter().all(|line| line.starts_with("::warning file=")),
                    "{found:?}"
                ),
                name => assert_eq!(found, Vec::<&str>::new(), "{name}"),
            }
            assert_eq!(commands(&err), Vec::<&str>::new());
            for text in [&out, &*err] {
                assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{}: {text}", format.name());
            }
        }
    }
}
