//! GitHub's side of workflow commands, written from its runner's behaviour and not from our own printer: the judge of
//! what we print. (`ActionCommand.TryParseV2` and the limits of annotations of `actions/runner`.)

use std::collections::BTreeMap;

/// Commands that the runner knows.
const KNOWN: &[&str] = &[
    "error",
    "warning",
    "notice",
    "debug",
    "group",
    "endgroup",
    "add-mask",
    "stop-commands",
    "set-output",
    "save-state",
    "set-env",
    "add-path",
    "add-matcher",
    "remove-matcher",
    "echo",
];

/// How many annotations of one kind a step shows; the rest is only in the log.
const SHOWN: usize = 10;

/// The longest message that is kept, in characters.
const LONGEST: usize = 4_096;

/// A command as the runner understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// `error`, `warning`, `notice` …
    pub name: String,
    /// `file`, `line`, `title` …, in lower case, unescaped.
    pub properties: BTreeMap<String, String>,
    /// The message, unescaped.
    pub message: String,
}

/// The command in `line`; none if the runner would print the line as it is.
pub fn parse(line: &str) -> Option<Command> {
    today(line).or_else(|| legacy(line))
}

/// `::name key=value,key=value::message`, at the beginning of a line.
fn today(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, message) = rest.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    if !KNOWN.contains(&name) {
        return None;
    }
    let mut found = BTreeMap::new();
    for property in properties.trim().split(',') {
        if let Some((key, value)) = property.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty())
        {
            let marks = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
            found.insert(key.to_lowercase(), unescape(value, &marks));
        }
    }
    let message = unescape(message, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]);
    Some(Command { name: name.to_owned(), properties: found, message: message.chars().take(LONGEST).collect() })
}

/// `##[name key=value;key=value]message`, anywhere in a line: how commands were written once, and still are understood.
fn legacy(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (head, message) = rest.split_once(']')?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    if !KNOWN.contains(&name) {
        return None;
    }
    let marks = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")];
    let properties = properties
        .split(';')
        .filter_map(|property| property.trim().split_once('='))
        .map(|(key, value)| (key.to_lowercase(), unescape(value, &marks)))
        .collect();
    Some(Command { name: name.to_owned(), properties, message: unescape(message, &marks) })
}

/// The annotations that people get to see for `output`: the first ten of each kind.
pub fn annotations(output: &str) -> Vec<Command> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    output
        .lines()
        .filter_map(parse)
        .filter(|command| matches!(command.name.as_str(), "error" | "warning" | "notice"))
        .filter(|command| {
            let count = seen.entry(command.name.clone()).or_default();
            *count += 1;
            *count <= SHOWN
        })
        .collect()
}

/// The runner replaces one mark after the other, so the order matters: `%` comes last.
fn unescape(text: &str, marks: &[(&str, &str)]) -> String {
    marks.iter().fold(text.to_owned(), |text, (mark, meaning)| text.replace(mark, meaning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_runner_reads() {
        let command = parse("  ::warning file=a%2Cb.ts,line=3,Title=x%3Ay,empty=::one%0Atwo %250A 100%25").unwrap();
        assert_eq!((command.name.as_str(), command.message.as_str()), ("warning", "one\ntwo %0A 100%"));
        let properties: Vec<_> = command.properties.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(properties, ["file=a,b.ts", "line=3", "title=x:y"]);
    }

    #[test]
    fn reads_how_commands_were_written_once() {
        let command = parse("a log says ##[error file=a.ts;line=3]one%0Atwo").unwrap();
        assert_eq!((command.name.as_str(), command.message.as_str()), ("error", "one\ntwo"));
        assert_eq!((command.properties["file"].as_str(), command.properties["line"].as_str()), ("a.ts", "3"));
        assert_eq!(parse("# #[error]x"), None);
        assert_eq!(parse("##[unknown]x ##[error"), None);
    }

    #[test]
    fn leaves_other_lines_alone() {
        for line in ["", "warning: x", "::unknown::x", "::error", "x ::error::y", ":: error::x"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn shows_ten_of_a_kind() {
        let output = "::error::e\n".repeat(12) + "::notice::n\n::debug::d\n";
        assert_eq!(annotations(&output).len(), 11);
    }
}
