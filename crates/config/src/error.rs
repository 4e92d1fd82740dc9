//! [`ConfigError`]: what is wrong in the configuration, where, and what was probably meant.

use std::fmt;

use lockstep_model::Location;

/// Something that is wrong in the configuration or in a flag that sets a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong. Words of the user stand in it as they are: formats escape them.
    pub message: String,
    /// Where; none for the command line.
    pub location: Option<Location>,
    /// What to do.
    pub help: Option<String>,
}

impl ConfigError {
    /// An error with no place: of a flag, or of the file as a whole.
    pub fn general(message: impl Into<String>) -> Self {
        Self { message: message.into(), location: None, help: None }
    }

    /// An error at a place.
    pub fn at(location: Location, message: impl Into<String>) -> Self {
        Self { message: message.into(), location: Some(location), help: None }
    }

    /// The same error, with advice.
    #[must_use]
    pub fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.location {
            write!(f, "{}:{}:{}: ", visible(at.path.as_str()), at.line, at.column)?;
        }
        f.write_str(&visible(&self.message))?;
        match &self.help {
            Some(help) => write!(f, " ({})", visible(help)),
            None => Ok(()),
        }
    }
}

/// The text without control characters, for logs. Reports have an escape of their own.
fn visible(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

impl std::error::Error for ConfigError {}

/// ``did you mean `lockstep`?``, if one of the names is near; else all of them, if they are few.
pub(crate) fn suggestion<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = names.into_iter().collect();
    match nearest(word, names.iter().copied()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if !names.is_empty() && names.len() <= 12 => Some(format!("there is {}", list(&names))),
        None => None,
    }
}

/// The name that `word` is most like, if it is like one.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, name)| {
            let begun = word.len() >= 4 && name.starts_with(word);
            begun || *distance <= 1 + name.len().max(word.len()) / 4
        })
        .min();
    near.map(|(_, name)| name)
}

/// `` `a`, `b` and `c` ``.
fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near() {
        let names = ["lockstep", "follower", "meta"];
        assert_eq!(suggestion("lokstep", names).unwrap(), "did you mean `lockstep`?");
        assert_eq!(suggestion("folower", names).unwrap(), "did you mean `follower`?");
        assert_eq!(suggestion("x", names).unwrap(), "there is `lockstep`, `follower` and `meta`");
        assert_eq!(suggestion("x", []), None);
    }
}
