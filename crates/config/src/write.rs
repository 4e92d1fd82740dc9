//! Adding `[[service]]` tables to a `lockstep.toml`.
//!
//! Text is only ever appended: what stands in the file stays as it is, byte for byte, comments and order included. What
//! comes out is read again before it is handed on, so that nothing is written that would not be understood, and every
//! name and function means what it meant.

use std::fmt::Write as _;

use lockstep_diagnostics::RuleMeta;
use lockstep_model::FunctionId;

use crate::{Config, Place, Within, parse_at};

/// A service to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewService {
    /// Its name.
    pub name: String,
    /// Its functions; never empty.
    pub functions: Vec<FunctionId>,
}

/// What opens a new file.
const HEAD: &str =
    "# Lockstep's configuration. The services below were inferred from the history: rename them, regroup them or take
# them out as you like. Functions of one service may change together.
";

/// The `[[service]]` tables of `services`, as they are appended to a file whose configuration is `within` it.
pub fn service_tables(services: &[NewService], within: Within) -> String {
    let mut text = String::new();
    for service in services {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{}\nname = {}\nfunctions = [\n", within.header_of("service"), quoted(&service.name));
        for function in &service.functions {
            let _ = writeln!(text, "    {},", quoted(&pattern(function.as_str())));
        }
        text.push_str("]\n");
    }
    text
}

/// The configuration `before` at `place` (none if there is no file yet) with `services` added.
///
/// # Errors
/// If `before` cannot be read, if it keeps its services in another form, or already has one of these names or functions;
/// in words.
pub fn add_services(
    place: &Place,
    before: Option<&str>,
    services: &[NewService],
    rules: &[&'static RuleMeta],
) -> Result<String, String> {
    let path = &place.path;
    let read = |text: &str| -> Result<Config, String> {
        parse_at(place, text, rules).map_err(|errors| match errors.first() {
            Some(error) => error.message.clone(),
            None => "it cannot be read".to_owned(),
        })
    };
    let had = read(before.unwrap_or_default()).map_err(|why| format!("`{path}` is left as it is: {why}"))?;
    if let Some(function) = services.iter().flat_map(|new| &new.functions).find(|id| had.service_of(id).is_some()) {
        return Err(format!("`{path}` already says which service `{function}` is of"));
    }
    let mut text = before.unwrap_or(HEAD).to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&service_tables(services, place.within));
    let has = read(&text).map_err(|why| {
        format!("`[[service]]` tables cannot be added to `{path}`: {why}; write them as tables, not as one list")
    })?;
    let means = |new: &NewService, id: &FunctionId| has.service_of(id).is_some_and(|table| table.name == new.name);
    match services.iter().find(|new| !new.functions.iter().all(|id| means(new, id))) {
        Some(new) => Err(format!("the name `{}` or its functions cannot be written down", new.name)),
        None => Ok(text),
    }
}

/// A pattern that matches `id` and nothing else.
fn pattern(id: &str) -> String {
    globset::escape(&id.replace('\\', "\\\\"))
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use lockstep_model::RepoPath;
    use proptest::prelude::*;

    use super::*;

    fn at() -> Place {
        Place::file(RepoPath::new("lockstep.toml").unwrap())
    }

    fn new(name: &str, functions: &[&str]) -> NewService {
        NewService { name: name.into(), functions: functions.iter().map(FunctionId::new).collect() }
    }

    #[test]
    fn what_stands_there_stays() {
        let before = "# ours\nexclude = [ \"x\" ] # why\n\n[[service]]\nname = \"a\"\nfunctions = [\"a/*\"]\n\n[history]\nmin-changesets = 9";
        let after = add_services(&at(), Some(before), &[new("b", &["b/One", "b/Two"])], &[]).unwrap();
        let added = "\n\n[[service]]\nname = \"b\"\nfunctions = [\n    \"b/One\",\n    \"b/Two\",\n]\n";
        assert_eq!(after, format!("{before}{added}"));
    }

    #[test]
    fn a_new_file_says_what_it_is() {
        let text = add_services(&at(), None, &[new("b", &["b/One"])], &[]).unwrap();
        assert!(text.starts_with("# Lockstep's configuration."), "{text}");
    }

    #[test]
    fn a_table_of_another_file_is_added_to_in_its_way() {
        let place = Place { path: RepoPath::new("Cargo.toml").unwrap(), within: Within::Workspace };
        let before = "[workspace]\nmembers = []\n\n[workspace.metadata.lockstep.history]\nmin-changes = 9\n";
        let after = add_services(&place, Some(before), &[new("b", &["b/One"])], &[]).unwrap();
        let added = "\n[[workspace.metadata.lockstep.service]]\nname = \"b\"\nfunctions = [\n    \"b/One\",\n]\n";
        assert_eq!(after, format!("{before}{added}"));
        let inline = "[workspace]\nmetadata = { lockstep = { exclude = [] } }\n";
        let error = add_services(&place, Some(inline), &[new("b", &["b/One"])], &[]).unwrap_err();
        assert!(error.contains("cannot be added to `Cargo.toml`"), "{error}");
    }

    #[test]
    fn refused_rather_than_broken() {
        let table = [new("b", &["b/One"])];
        let cases = [
            ("[[service", "is left as it is"),
            ("service = [{ name = \"a\", functions = [\"a\"] }]", "write them as tables"),
            ("[[service]]\nname = \"b\"\nfunctions = [\"x\"]", "cannot be added"),
            ("[[service]]\nname = \"c\"\nfunctions = [\"b/*\"]", "already says which service `b/One` is of"),
        ];
        for (before, why) in cases {
            let error = add_services(&at(), Some(before), &table, &[]).unwrap_err();
            assert!(error.contains(why), "{before}: {error}");
        }
    }

    /// Ids are a service and a name; neither is empty, blank or `..`.
    const ID: &str = "[a-z][a-z*?\\[\\]{}!,\\\\\"' .\u{e9}-]{0,6}(/[a-z][a-z*?\\[\\]{}!,\\\\\"' .\u{e9}-]{0,6})?";

    proptest! {
        #[test]
        fn names_and_functions_survive(name in "\\PC{1,12}", id in ID, other in "[a-z]{1,4}") {
            let one = NewService { name: name.clone(), functions: vec![FunctionId::new(&id)] };
            let written = add_services(&at(), None, &[one], &[]);
            if name.trim().is_empty() {
                prop_assert!(written.is_err(), "a service without a name is refused");
                return Ok(());
            }
            let text = written.unwrap();
            let config = parse_at(&at(), &text, &[]).unwrap();
            let found = config.service_of(&FunctionId::new(&id));
            prop_assert_eq!(found.map(|table| table.name.as_str()), Some(name.as_str()));
            prop_assert!(id == other || config.service_of(&FunctionId::new(&other)).is_none());
        }
    }
}
