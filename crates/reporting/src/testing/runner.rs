//! A log as a runner of GitHub Actions reads it: the rules of actions/runner's `ActionCommand`, written down apart from the
//! code under test.

/// A command that a runner would obey.
#[derive(Debug, PartialEq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) message: String,
}

fn unescape(text: &str, table: &[(&str, &str)]) -> String {
    table.iter().fold(text.to_owned(), |text, (token, plain)| text.replace(token, plain))
}

/// The command on one line, if it is one. Any name is taken for a command: new ones come.
pub(crate) fn parse(line: &str) -> Option<Command> {
    const DATA: [(&str, &str); 3] = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
    const PROPERTY: [(&str, &str); 5] = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    if let Some(at) = line.find("##[") {
        // From older days, anywhere in a line.
        return Some(Command { name: line[at..].to_owned(), properties: Vec::new(), message: String::new() });
    }
    let rest = line.trim_start().strip_prefix("::")?;
    let (info, message) = rest.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let properties = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
    let properties = properties.filter(|(_, value)| !value.is_empty());
    Some(Command {
        name: name.to_owned(),
        properties: properties.map(|(key, value)| (key.to_owned(), unescape(value, &PROPERTY))).collect(),
        message: unescape(message, &DATA),
    })
}

/// All commands of a log. What ends a line differs from reader to reader, so everything that may does.
pub(crate) fn commands(log: &str) -> Vec<Command> {
    log.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']).filter_map(parse).collect()
}
