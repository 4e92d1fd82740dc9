//! `--fetch-history`: the one thing that may reach a network, and only when it is asked for. Git brings what is missing,
//! once; if it cannot, the run goes on as if it had not been asked, and says what is missing.

use std::{
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use lockstep_linter::Against;

/// How long git may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Lines of what git says that are passed on.
const LINES: usize = 5;

/// Variables that make git look elsewhere than where it is told to.
const ELSEWHERE: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
];

/// Brings the history of the clone around `path`, and the base of `change`, as far as they are missing.
///
/// # Errors
/// What git says, in words. Nothing else is lost by it.
pub fn missing(path: &Path, change: Option<&Against>) -> Result<(), String> {
    let remote = remote(path)?;
    let is_shallow = || told(path, &["rev-parse", "--is-shallow-repository"]).as_deref() == Some("true");
    if is_shallow() {
        fetch(path, &["--unshallow", "--filter=blob:none", &remote])?;
    }
    // What is checked out may be on no branch: the merge of a pull request.
    if let Some(head) = told(path, &["rev-parse", "--verify", "--quiet", "HEAD"]).filter(|_| is_shallow()) {
        fetch(path, &["--unshallow", "--filter=blob:none", &remote, &head])?;
    }
    let Some(Against::Base(revs)) = change else { return Ok(()) };
    let is_there =
        |rev: &String| told(path, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit(rev)]).is_some();
    if revs.iter().any(is_there) {
        return Ok(());
    }
    match revs.first().and_then(|rev| what_brings(rev, &remote)) {
        Some(what) => fetch(path, &["--filter=blob:none", &remote, &what]),
        None => Ok(()),
    }
}

fn commit(rev: &str) -> String {
    format!("{rev}^{{commit}}")
}

/// The remote that the clone comes from: `origin`, else the only one.
fn remote(path: &Path) -> Result<String, String> {
    let all = told(path, &["remote"]).ok_or("git does not read this repository")?;
    let names: Vec<&str> = all.lines().filter(|name| !name.starts_with('-')).collect();
    match names[..] {
        _ if names.contains(&"origin") => Ok("origin".to_owned()),
        [only] => Ok(only.to_owned()),
        [] => Err("there is no remote to fetch from".to_owned()),
        _ => Err("there are several remotes, and none is called `origin`".to_owned()),
    }
}

/// What is asked of the remote to have `rev`; none if it is no name that a remote could know.
fn what_brings(rev: &str, remote: &str) -> Option<String> {
    let branch = ["refs/remotes/origin/", "origin/"].iter().find_map(|start| rev.strip_prefix(start)).unwrap_or(rev);
    let is_commit = branch.len() == 40 && branch.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_name = !branch.starts_with('-') && !branch.contains(['~', '^', ':', '@', ' ', '*', '?', '[', '\\']);
    match (is_commit, is_name) {
        (true, _) => Some(branch.to_owned()),
        (false, true) => Some(format!("+refs/heads/{branch}:refs/remotes/{remote}/{branch}")),
        (false, false) => None,
    }
}

/// Git, without hooks, without questions, and without what the environment says of other places.
fn git(path: &Path) -> Command {
    let mut command = Command::new("git");
    for variable in ELSEWHERE {
        command.env_remove(variable);
    }
    command
        .arg("-C")
        .arg(path)
        .args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"])
        .args(["-c", "maintenance.auto=false", "-c", "protocol.ext.allow=never", "-c", "credential.interactive=false"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .env("GCM_INTERACTIVE", "never")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    command
}

/// True if somebody says how ssh is called; else it is called so that it asks nothing.
fn has_ssh_of_its_own(path: &Path) -> bool {
    ["GIT_SSH_COMMAND", "GIT_SSH"].iter().any(|variable| std::env::var_os(variable).is_some())
        || told(path, &["config", "--get", "core.sshCommand"]).is_some()
}

/// What git prints; none if it fails.
fn told(path: &Path, arguments: &[&str]) -> Option<String> {
    let output = git(path).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn fetch(path: &Path, arguments: &[&str]) -> Result<(), String> {
    let fixed = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
    let mut command = git(path);
    if !has_ssh_of_its_own(path) {
        command.env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
    }
    let mut child = command
        .args(fixed)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    let words = child.stderr.take().map(|mut stderr| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    });
    let ended = wait(&mut child, PATIENCE)?;
    if ended {
        return Ok(());
    }
    let words = words.and_then(|words| words.join().ok()).unwrap_or_default();
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).collect();
    Err(if lines.is_empty() { "git fetch failed".to_owned() } else { lines.join("; ") })
}

/// Waits for `child`, but no longer than `patience`: true if it succeeded.
fn wait(child: &mut Child, patience: Duration) -> Result<bool, String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if start.elapsed() < patience => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("git fetch took longer than {} seconds", patience.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_asked_for_by_name_or_by_commit() {
        let commit = "02e06db3f5e9b6f2a5c1d4f6a7b8c9d0e1f2a3b4";
        let main = Some("+refs/heads/main:refs/remotes/origin/main".to_owned());
        for rev in ["main", "origin/main", "refs/remotes/origin/main"] {
            assert_eq!(what_brings(rev, "origin"), main);
        }
        assert_eq!(what_brings(commit, "origin").as_deref(), Some(commit));
        for rev in ["HEAD~3", "--upload-pack=x", "a:b", "abc^1"] {
            assert_eq!(what_brings(rev, "origin"), None, "{rev}");
        }
    }

    #[test]
    fn patience_ends() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        assert_eq!(wait(&mut child, Duration::ZERO), Err("git fetch took longer than 0 seconds".to_owned()));
    }
}
