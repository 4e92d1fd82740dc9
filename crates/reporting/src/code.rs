//! What `code FUNCTION` shows: every file that a function reaches, and what brought it in.

use std::io;

use lockstep_model::{Basis, Closure, ClosureFile, FileKind, Size, Symbols};
use serde::{Serialize, Serializer};

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, Place, SCHEMA_VERSION},
    prose::{count, place},
    style,
    table::Table,
};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    function: &'a str,
    basis: Basis,
    lines: Size,
    files: Vec<FileEntry<'a>>,
    external: &'a [String],
    unresolved: Vec<UnresolvedEntry<'a>>,
    dynamic: Vec<DynamicEntry<'a>>,
}

#[derive(Serialize)]
struct DynamicEntry<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    reason: &'a str,
}

#[derive(Serialize)]
struct FileEntry<'a> {
    path: &'a str,
    #[serde(serialize_with = "symbols")]
    symbols: &'a Symbols,
    own: bool,
    kind: FileKind,
    lines: usize,
    via: Option<UnresolvedPlace<'a>>,
}

#[derive(Serialize)]
struct UnresolvedPlace<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    specifier: &'a str,
}

#[derive(Serialize)]
struct UnresolvedEntry<'a> {
    #[serde(flatten)]
    import: UnresolvedPlace<'a>,
    reason: &'a str,
}

fn symbols<S: Serializer>(symbols: &&Symbols, serializer: S) -> Result<S::Ok, S::Error> {
    match symbols {
        Symbols::All => serializer.serialize_str("all"),
        Symbols::Some(names) => names.serialize(serializer),
    }
}

/// Writes the document of `code FUNCTION --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(closure: &Closure, size: Size, out: &mut dyn io::Write) -> io::Result<()> {
    let files = closure.files.iter().map(|file| FileEntry {
        path: file.path.as_str(),
        symbols: &file.symbols,
        own: file.own,
        kind: file.kind,
        lines: file.lines,
        via: file
            .via
            .as_ref()
            .map(|via| UnresolvedPlace { place: Place::from(&via.location), specifier: &via.specifier }),
    });
    let unresolved = closure.unresolved.iter().map(|import| UnresolvedEntry {
        import: UnresolvedPlace { place: Place::from(&import.location), specifier: &import.specifier },
        reason: &import.reason,
    });
    let dynamic =
        closure.dynamic.iter().map(|found| DynamicEntry { place: Place::from(&found.location), reason: &found.reason });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        function: closure.function.as_str(),
        basis: closure.basis,
        lines: size,
        files: files.collect(),
        external: &closure.external,
        unresolved: unresolved.collect(),
        dynamic: dynamic.collect(),
    };
    json::write(&document, out)
}

/// Writes the closure as a table.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(closure: &Closure, size: Size, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let how = match closure.basis {
        Basis::Imports => "by following its imports",
        Basis::CodeRoot => "its whole code root: imports of its language are not followed yet",
        Basis::Nothing => "nothing: its entry file is not known",
    };
    let function = format!("`{}`", escape::line(closure.function.as_str()));
    let own = closure.files.iter().filter(|file| file.own).count();
    let mut text = format!(
        "{} reaches {} ({own} own, {} shared), {how}\n{} of code: {} own, {} shared\n",
        style::paint(options.color, style::BOLD, &function),
        count(closure.files.len(), "file"),
        closure.files.len() - own,
        count(size.own + size.shared, "line"),
        size.own,
        size.shared,
    );
    if !closure.files.is_empty() {
        let mut table = Table::new(&["file", "whose", "kind", "lines", "symbols", "through"]);
        for file in &closure.files {
            table.row([
                file.path.as_str(),
                if file.own { "own" } else { "shared" },
                file.kind.as_str(),
                &if file.lines > 0 { file.lines.to_string() } else { String::new() },
                &symbols_in_words(file, options.verbose),
                &file.via.as_ref().map(|via| place(&via.location)).unwrap_or_default(),
            ]);
        }
        text += &format!("\n{}", table.render(options.color));
    }
    if !closure.external.is_empty() {
        let names: Vec<_> = closure.external.iter().map(|name| escape::line(name)).collect();
        text += &format!("\nfrom outside the repository: {}\n", names.join(", "));
    }
    for import in &closure.unresolved {
        let head = style::paint(options.color, style::WARNING, "leads nowhere");
        let (specifier, reason) = (escape::line(&import.specifier), escape::line(&import.reason));
        text += &format!("{head}: {}: `{specifier}`: {reason}\n", place(&import.location));
    }
    for found in &closure.dynamic {
        text += &format!("reached whole: {}: {}\n", place(&found.location), escape::line(&found.reason));
    }
    write_safely(text, options, out)
}

/// Symbols of one file that are named in a table.
const SYMBOLS_SHOWN: usize = 4;

fn symbols_in_words(file: &ClosureFile, all: bool) -> String {
    match &file.symbols {
        Symbols::All => "all".to_owned(),
        Symbols::Some(names) if all || names.len() <= SYMBOLS_SHOWN => names.join(", "),
        Symbols::Some(names) => {
            format!("{} and {} more", names[..SYMBOLS_SHOWN].join(", "), names.len() - SYMBOLS_SHOWN)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const SIZE: Size = Size { own: 12, shared: 30 };

    #[test]
    fn json_holds_what_others_rely_on() {
        let mut out = Vec::new();
        write_json(&testing::closure(), SIZE, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn text_names_what_brought_each_file_in() {
        let mut out = Vec::new();
        write_text(&testing::closure(), SIZE, &Options::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
