//! What C# code mentions, written down as imports and read again.
//!
//! A `using` is an import as any other. A mention has the kind [`ImportKind::Mention`]; `names` holds the name, and
//! `members` how it is mentioned and the type or namespace around it, for that decides what the name means.
//!
//! What a file defines stands in its exports under full names (`Shop.Money`, `Shop.Money.Total`), and under a few that no
//! code can have: see [`abstract_name`] and what follows it.

use std::ops::Range;

use crate::language::{Import, ImportKind};

/// How something is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Form {
    /// By its name: a type, a static member, or a path of names that begins with one.
    Name,
    /// The same, called: where the name means nothing, its end may be an extension method.
    Call,
    /// As a method of a value: it may be an extension method.
    Member,
    /// As an attribute, whose name may lack its end.
    Attribute,
    /// As the base of a type: of a class, its static members come along.
    Base,
    /// As what a container injects: of an abstract type, what implements it comes along.
    Injected,
    /// As a message that a mediator hands to its handler.
    Sent,
    /// The attribute that makes a method a function: what starts the program comes along.
    Entry,
    /// What a container is told to make (the names behind the first) of a type (the first).
    Binding,
}

const WORDS: [(Form, &str); 9] = [
    (Form::Name, "name"),
    (Form::Call, "call"),
    (Form::Member, "member"),
    (Form::Attribute, "attribute"),
    (Form::Base, "base"),
    (Form::Injected, "injected"),
    (Form::Sent, "sent"),
    (Form::Entry, "entry"),
    (Form::Binding, "binding"),
];

/// A mention, read from an import.
pub(super) struct Mention<'a> {
    pub(super) form: Form,
    /// As written, without white space; type arguments only where they tell which of several is meant.
    pub(super) name: &'a str,
    /// For a binding, what is made.
    pub(super) more: &'a [String],
    /// The full name of the type or namespace around it.
    pub(super) scope: &'a str,
}

/// True if an import matters to other files: a `using`, what a type extends, and what a container makes.
pub(super) fn shows(import: &Import) -> bool {
    import.kind != ImportKind::Mention
        || read(import).is_some_and(|mention| matches!(mention.form, Form::Base | Form::Binding))
}

/// The import that stands for a mention.
pub(super) fn import(form: Form, names: Vec<String>, scope: &str, span: Range<usize>) -> Import {
    let word = WORDS.iter().find(|(known, _)| *known == form).map_or("", |(_, word)| word);
    let name = names.first().map_or("", String::as_str);
    let specifier = match form {
        Form::Member => format!(".{name}"),
        Form::Attribute | Form::Entry => format!("[{name}]"),
        _ => name.to_owned(),
    };
    // What starts the program runs whichever function of the file is asked for.
    let kind = if form == Form::Entry { ImportKind::Value } else { ImportKind::Mention };
    let members = Some(vec![word.to_owned(), scope.to_owned()]);
    Import { specifier, span, names, whole: false, members, kind, level: 0 }
}

/// The mention that an import stands for; none for a `using`.
pub(super) fn read(import: &Import) -> Option<Mention<'_>> {
    let [word, scope] = import.members.as_deref()? else { return None };
    let form = WORDS.iter().find(|(_, known)| known == word).map(|(form, _)| *form)?;
    let (name, more) = import.names.split_first()?;
    Some(Mention { form, name, more, scope })
}

/// The export that says that a type is an interface or an abstract class.
pub(super) fn abstract_name(full: &str) -> String {
    format!("abstract {full}")
}

/// The export behind which the static members of a type stand that its heirs may use by their bare names.
pub(super) fn inherited_name(full: &str) -> String {
    format!("inherited {full}")
}

/// The export behind which the extension methods of a name stand that a namespace has.
pub(super) fn extension_name(namespace: &str, method: &str) -> String {
    format!("{namespace}..{method}")
}

/// The export of what runs before any function of its project: `Main`, a startup class.
pub(super) const STARTUP: &str = "startup";

/// The export, of no symbol, of a file with statements outside of types: they are the program.
pub(super) const STATEMENTS: &str = "statements";

/// The last name of a path, without type arguments.
pub(super) fn last(name: &str) -> &str {
    let plain = name.split('<').next().unwrap_or(name);
    plain.rsplit(['.', ':']).next().unwrap_or(plain)
}

/// The type arguments of a name as written, each by its last name; none without any.
pub(super) fn arguments(name: &str) -> Vec<&str> {
    let Some(inner) = name.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>')) else { return Vec::new() };
    let (mut depth, mut start, mut found) = (0i32, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&inner[start..]);
    found.into_iter().map(|argument| last(argument.trim().trim_end_matches('?'))).collect()
}
