//! What `model` shows: what a model is of, and which Lockstep wrote it.

use std::io;

use serde::Serialize;

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
    prose::{count, date, instant},
};

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelView {
    /// The newest commit that it knows; none before the first.
    pub head: Option<String>,
    /// When that was committed, in seconds since 1970.
    pub as_of: Option<i64>,
    /// How many commits of the main line it knows.
    pub commits: u32,
    /// How many changesets count.
    pub changesets: u32,
    /// The build that wrote it.
    pub written_by: String,
    /// True if this build can use it.
    pub readable: bool,
    /// Its size in bytes.
    pub size: u64,
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    head: Option<&'a str>,
    as_of: Option<String>,
    commits: u32,
    changesets: u32,
    written_by: &'a str,
    readable: bool,
    size: u64,
}

/// Writes the document of `model show --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &ModelView, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        head: view.head.as_deref(),
        as_of: view.as_of.map(instant),
        commits: view.commits,
        changesets: view.changesets,
        written_by: &view.written_by,
        readable: view.readable,
        size: view.size,
    };
    json::write(&document, out)
}

/// Writes it in words.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(view: &ModelView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let head = match (&view.head, view.as_of) {
        (Some(head), Some(time)) => format!("ends at {} of {}", escape::line(head), date(time)),
        _ => "holds no commit".to_owned(),
    };
    let mut text = format!(
        "a model that {head}: {}, {}\nwritten by Lockstep {}\n",
        count(view.commits as usize, "commit"),
        format_args!("{} that change functions", count(view.changesets as usize, "changeset")),
        escape::line(view.written_by.split('-').next().unwrap_or_default()),
    );
    if !view.readable {
        let build = escape::line(&view.written_by);
        text.push_str(&format!("this Lockstep is another build than {build} and cannot use it: write it anew\n"));
    }
    write_safely(text, options, out)
}
