//! Build commands in Makefiles, shell scripts and Dockerfiles: what they build, and from which folder.
//!
//! Nothing is executed. A line is split into words as a shell would, as far as that can be told from the text.

use lockstep_model::RepoPath;

/// One command with the folder it runs in, relative to the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) folder: RepoPath,
    pub(crate) words: Vec<String>,
}

/// The commands of `text`, `folder` being where it runs. Lines that end with a backslash go on; `cd` is followed within
/// a line, and within the whole text if it is a script (`keeps_folder`).
pub(crate) fn commands(text: &str, folder: &RepoPath, keeps_folder: bool) -> Vec<Command> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut commands = Vec::new();
    let mut here = folder.clone();
    for line in joined.lines() {
        if !keeps_folder {
            here = folder.clone();
        }
        let line = line.trim_start().trim_start_matches(['@', '-']);
        for part in line.split(';').flat_map(|part| part.split("&&")) {
            let before = here.clone();
            let opened = part.trim_start().starts_with('(');
            let words = words(part.trim().trim_start_matches('(').trim_end_matches(')'));
            if words.first().is_some_and(|word| word == "cd" || word == "pushd") {
                if let Some(to) = words.get(1).and_then(|to| here.join(strip_variables(to)).ok()) {
                    here = to;
                }
                continue;
            }
            commands.push(Command { folder: here.clone(), words });
            if opened && keeps_folder {
                here = before;
            }
        }
    }
    commands
}

/// `$(CURDIR)/x`, `$PWD/x` and `${SCRIPT_DIR}/x` are taken to start where the script is.
pub(super) fn strip_variables(word: &str) -> &str {
    for (open, close) in [("$(", ')'), ("${", '}')] {
        if let Some(rest) = word.strip_prefix(open)
            && let Some(at) = rest.find(close)
        {
            let after = &rest[at + 1..];
            return if after.is_empty() { "." } else { after.strip_prefix('/').unwrap_or(word) };
        }
    }
    match word.strip_prefix("$PWD") {
        Some(rest) => rest.strip_prefix('/').unwrap_or("."),
        None => word,
    }
}

/// The words of a command, quotes taken off.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut inside = false;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.push(c),
            None if c == '\'' || c == '"' => (quote, inside) = (Some(c), true),
            None if c.is_whitespace() => {
                if inside {
                    words.push(std::mem::take(&mut word));
                }
                inside = false;
            }
            None => {
                word.push(c);
                inside = true;
            }
        }
    }
    if inside {
        words.push(word);
    }
    words
}

/// The value of an option: `-o x`, `-o=x`, `--bin x`.
pub(crate) fn option<'a>(words: &'a [String], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| {
        names.iter().find_map(|name| {
            if word == name {
                return words.get(at + 1).map(String::as_str);
            }
            word.strip_prefix(name)?.strip_prefix('=')
        })
    })
}

/// The recipe of `target` in a Makefile, as one text; patterns (`build-%`) match too, `$*` and `$@` replaced.
pub(super) fn recipe(makefile: &str, target: &str) -> Option<String> {
    let mut exact = None;
    let mut pattern = None;
    let lines: Vec<&str> = makefile.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with(['\t', ' ', '#']) {
            continue;
        }
        let Some((names, _)) = line.split_once(':').filter(|(_, rest)| !rest.starts_with('=')) else { continue };
        for name in names.split_whitespace() {
            let body = || {
                let body = lines[at + 1..].iter().take_while(|line| line.starts_with(['\t', ' ']) || line.is_empty());
                body.map(|line| line.trim()).collect::<Vec<_>>().join("\n")
            };
            if name == target {
                exact = exact.or_else(|| Some((body(), String::new())));
            } else if let Some((prefix, suffix)) = name.split_once('%')
                && let Some(stem) = target.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix))
            {
                pattern = pattern.or_else(|| Some((body(), stem.to_owned())));
            }
        }
    }
    let (body, stem) = exact.or(pattern)?;
    Some(body.replace("$@", target).replace("$*", &stem))
}
