//! [`Runner`]: runs the commands of a page in the repositories that it describes.

use std::{
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Case, Invocation, Page, PageError, Repository, Scrub, diff, expect::matches, repository::isolate};

/// Runs pages with one binary.
///
/// Commands are `lockstep …`, `cargo lockstep …` (both the binary), `git …` and `cat FILE`; `NAME=value` may stand
/// before them, `2>&1` after them: without it, only standard output is compared. The environment of the tests is not
/// handed on, nor is this machine's git configuration.
#[derive(Clone, Debug)]
pub struct Runner {
    binary: PathBuf,
    update: bool,
    version: Option<String>,
}

/// A page that is not what its commands print, or cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// What a command printed.
struct Outcome {
    lines: Vec<String>,
    code: i32,
}

/// New lines for a part of a page.
struct Replacement {
    range: std::ops::Range<usize>,
    lines: Vec<String>,
}

impl Runner {
    /// Runs `binary` as `lockstep`. With `UPDATE_PAGES=1` in the environment, pages are rewritten.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        let update = std::env::var_os("UPDATE_PAGES").is_some_and(|value| !value.is_empty() && value != "0");
        Self { binary: binary.into(), update, version: None }
    }

    /// Hides this version in output: see [`Scrub::version`].
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// Rewrites pages, or does not, whatever the environment says.
    #[must_use]
    pub fn update(mut self, update: bool) -> Self {
        self.update = update;
        self
    }

    /// Runs all cases of the page at `path`, and returns how many commands were run.
    ///
    /// # Errors
    /// If the page cannot be understood, or a command prints something else. When updating, what is printed replaces
    /// what was expected, and is no error.
    pub fn check_page(&self, path: &Path) -> Result<usize, Failure> {
        let name = path.display();
        let at = |error: PageError| Failure(format!("{name}: {error}"));
        let mut page = Page::read(path).map_err(at)?;
        let (mut failures, mut replacements, mut runs) = (Vec::new(), Vec::new(), 0);
        for case in &page.cases {
            runs += case.invocations.len();
            match self.check_case(case) {
                Ok(found) => {
                    for (replacement, message) in found {
                        replacements.push(replacement);
                        failures.push(format!("{name}:{message}"));
                    }
                }
                Err(error) => return Err(at(error)),
            }
        }
        if failures.is_empty() {
            return Ok(runs);
        }
        if !self.update {
            let hint = "UPDATE_PAGES=1 writes into the page what is printed.";
            return Err(Failure(format!("{}\n{hint}", failures.join("\n"))));
        }
        // From the end, so that the places before stay what they are.
        replacements.sort_by_key(|replacement| std::cmp::Reverse(replacement.range.start));
        for replacement in replacements {
            page.lines.splice(replacement.range, replacement.lines);
        }
        let text = page.lines.join("\n") + "\n";
        fs::write(path, text).map_err(|error| Failure(format!("{name}: {error}")))?;
        Ok(runs)
    }

    /// Runs the commands of one case, in a repository of its own; for each that prints something else, the lines to
    /// put into the page and what to say of it.
    fn check_case(&self, case: &Case) -> Result<Vec<(Replacement, String)>, PageError> {
        let plan = case.plan()?;
        if case.invocations.is_empty() {
            return Ok(Vec::new());
        }
        let on_disk = |error: io::Error| PageError::new(case.line, error.to_string());
        let repository = Repository::build(&plan).map_err(on_disk)?;
        for (folder, plan) in case.nested_plans()? {
            repository.nest(&folder, &plan).map_err(on_disk)?;
        }
        let mut scrub = Scrub::new().path(repository.path(), "[REPO]").path(repository.outside(), "[TEMP]");
        if let Some(version) = &self.version {
            scrub = scrub.version(version);
        }
        let mut found = Vec::new();
        for invocation in &case.invocations {
            let outcome = self.run(invocation, &repository, &scrub)?;
            if outcome.code != invocation.code || !matches(&invocation.expected, &outcome.lines) {
                let message = describe(case, invocation, &outcome);
                let mut lines = outcome.lines;
                lines.push(format!("? {}", outcome.code));
                found.push((Replacement { range: invocation.range.clone(), lines }, message));
            }
        }
        Ok(found)
    }

    fn run(&self, invocation: &Invocation, repository: &Repository, scrub: &Scrub) -> Result<Outcome, PageError> {
        let error = |message: String| PageError::new(invocation.line, message);
        let mut words = words(&invocation.command).ok_or_else(|| error("a quote is not closed".to_owned()))?;
        let both = words.last().is_some_and(|word| word == "2>&1");
        if both {
            words.pop();
        }
        let variables = words.iter().take_while(|word| is_variable(word)).count();
        let arguments = words.split_off(variables);
        let mut command = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["lockstep", ref rest @ ..] | ["cargo", "lockstep", ref rest @ ..] => program(&self.binary, rest),
            ["git", ref rest @ ..] => program(Path::new("git"), rest),
            ["cat", path] => return cat(repository, path, scrub).map_err(|why| error(format!("{path}: {why}"))),
            _ => return Err(error(format!("`{}`: only lockstep, git and cat are run", invocation.command))),
        };
        prepare(&mut command, repository);
        command.envs(words.iter().filter_map(|word| word.split_once('=')));
        let (text, code) = capture(command, both).map_err(|why| error(format!("`{}`: {why}", invocation.command)))?;
        Ok(Outcome { lines: lines(&scrub.apply(&text)), code })
    }
}

fn program(path: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments);
    command
}

/// An environment that is the same everywhere: nothing of the machine's but where programs are.
fn prepare(command: &mut Command, repository: &Repository) {
    command.env_clear();
    for name in ["PATH", "SystemRoot", "TMPDIR", "TEMP", "LLVM_PROFILE_FILE", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    isolate(command);
    command.env("HOME", repository.outside().join("home")).env("XDG_CACHE_HOME", repository.outside().join("cache"));
    command.current_dir(repository.path()).stdin(Stdio::null());
}

/// Runs `command` to its end: standard output, with standard error in between if `both`, and the exit code (-1 if a
/// signal ended it).
fn capture(mut command: Command, both: bool) -> io::Result<(String, i32)> {
    let (mut reader, writer) = io::pipe()?;
    command.stderr(if both { Stdio::from(writer.try_clone()?) } else { Stdio::null() });
    command.stdout(writer);
    let mut child = command.spawn()?;
    // The command holds the pipe's other end: as long as it lives, reading does not end.
    drop(command);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let code = child.wait()?.code().unwrap_or(-1);
    Ok((String::from_utf8_lossy(&bytes).into_owned(), code))
}

fn cat(repository: &Repository, path: &str, scrub: &Scrub) -> io::Result<Outcome> {
    let text = fs::read(repository.path().join(path))?;
    Ok(Outcome { lines: lines(&scrub.apply(&String::from_utf8_lossy(&text))), code: 0 })
}

/// Lines without spaces at their ends, and without empty lines at the end.
fn lines(text: &str) -> Vec<String> {
    text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
}

fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
    })
}

/// Words as a shell splits them, with single and double quotes; none if a quote is not closed.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in command.chars() {
        match quote {
            Some(mark) if letter == mark => quote = None,
            Some(_) => word.get_or_insert_default().push(letter),
            None if matches!(letter, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

fn describe(case: &Case, invocation: &Invocation, outcome: &Outcome) -> String {
    let mut text = format!("{}: `{}` in \"{}\"", invocation.line, invocation.command, case.title);
    let same_output = matches(&invocation.expected, &outcome.lines);
    if outcome.code != invocation.code {
        let and = if same_output { ", with the output expected:\n" } else { " and" };
        text.push_str(&format!(" ends with {} instead of {}{and}", outcome.code, invocation.code));
    }
    if !same_output {
        text.push_str(" prints something else:\n");
    }
    text + &diff::lines(&invocation.expected, &outcome.lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    // git stands in for lockstep: what is run does not matter here.
    const PAGE: &str = "# Page\n\n## One\n```history\nd1 ana \"start\" A a.ts\n```\n\n```console\n$ lockstep log --format='%s by %an'\n\
        start by [..]\n$ lockstep rev-parse --show-toplevel\n[REPO]\n$ lockstep nonsense 2>&1\ngit: 'nonsense' is not a git command. See 'git --help'.\n? 1\n```\n\n\
        ## Two\n```yaml a.yml\nx: 1\n```\n```console\n$ cat a.yml\nWRONG\n$ A=b git rev-list --count HEAD\n2\n? 3\n```\nEnd.\n";

    fn page(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn a_failure_shows_where_and_what() {
        let file = page(PAGE);
        let message = Runner::new("git").update(false).check_page(file.path()).unwrap_err().to_string();
        assert!(message.contains(":23: `cat a.yml` in \"Two\" prints something else:\n- WRONG\n+ x: 1\n"), "{message}");
        assert!(message.contains("ends with 0 instead of 3 and prints something else:\n- 2\n+ 1\n"), "{message}");
        assert!(!message.contains("\"One\""), "{message}");
    }

    #[test]
    fn updating_writes_what_is_printed_and_nothing_else() {
        let file = page(PAGE);
        let runner = Runner::new("git").update(true);
        assert_eq!(runner.check_page(file.path()), Ok(5));
        let expected = PAGE.replace("WRONG\n", "x: 1\n? 0\n").replace("2\n? 3\n", "1\n? 0\n");
        assert_eq!(fs::read_to_string(file.path()).unwrap(), expected);
        assert_eq!(runner.update(false).check_page(file.path()), Ok(5));
    }

    #[test]
    fn what_cannot_be_run_is_an_error() {
        let message = |command: &str| {
            let file = page(&format!("# p\n```yaml a.yml\n```\n```console\n$ {command}\n```\n"));
            Runner::new("git").update(true).check_page(file.path()).unwrap_err().to_string()
        };
        assert!(message("rm -rf x").ends_with("line 5: `rm -rf x`: only lockstep, git and cat are run"));
        assert!(message("lockstep 'x").ends_with("line 5: a quote is not closed"));
    }

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(words("a  'b c' d\"e f\"g ''").unwrap(), ["a", "b c", "de fg", ""]);
        assert!(is_variable("GITHUB_ACTIONS=true") && !is_variable("--a=b") && !is_variable("x=y"));
    }
}
