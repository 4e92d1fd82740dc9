//! Functions that a program declares when it is evaluated: places, texts and handlers as all platforms of that kind read
//! them.

use std::collections::BTreeMap;

use lockstep_diagnostics::Problem;
use lockstep_model::{FileSet, Location, RepoPath};
use lockstep_script::evaluate::{Event, Site, Value, repository_path};

use crate::{
    in_code::{App, Place, relative},
    platform::{CodeSource, Declared, HandlerStyle},
};

/// A function as an evaluated program declares it.
pub(crate) struct Made<'a> {
    pub(crate) files: &'a FileSet,
    pub(crate) app: &'a App,
    /// Its name.
    pub(crate) name: String,
    /// The call or the literal that names it.
    pub(crate) site: Site,
    /// The call as a whole.
    pub(crate) whole: Site,
}

impl Made<'_> {
    /// The function, its code unknown.
    pub(crate) fn declared(&self) -> Option<Declared> {
        let text = self.files.text(&self.site.path).ok()?;
        let end = if self.whole.path == self.site.path { self.whole.end } else { self.site.end };
        let place = Place { path: &self.site.path, text: &text, name: self.site.span(), end };
        let mut declared = self.app.function(&self.name, &place, (self.site.path.clone(), None));
        declared.declaration.handler = None;
        declared.code = CodeSource::Unknown("the program does not say where the code is".to_owned());
        Some(declared)
    }
}

/// Where a handler string leads: relative to the folder of the program, as bundlers split it.
pub(crate) fn handled(declared: &mut Declared, folder: &RepoPath, handler: &str, style: HandlerStyle) {
    // Paths that the program made absolute are those of the checkout.
    let path = handler.starts_with('/').then(|| repository_path(handler, folder)).flatten();
    let handler = path.map_or_else(|| handler.to_owned(), |path| relative(folder, &path));
    declared.declaration.handler = Some(handler);
    declared.code = CodeSource::Path { base: folder.clone(), path: ".".to_owned() };
    declared.style = style;
}

/// Where a function is named: the literal of its name, if it has one in the repository, else the call.
pub(crate) fn site_of(event: &Event, name: Option<&Value>) -> Site {
    match name {
        Some(Value::Text(text)) => text.origin.clone().unwrap_or_else(|| event.site.clone()),
        _ => event.site.clone(),
    }
}

/// The literal values of an object.
pub(crate) fn environment(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).map_or(&[][..], |object| &object.entries);
    let text = |value: &Value| match value {
        Value::Text(text) if !text.holes => Some(text.text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Boolean(value) => Some(value.to_string()),
        _ => None,
    };
    entries.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
}

/// A name made of words: `api-GET-notes-id`.
pub(crate) fn plain_name(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// The place of a site.
pub(crate) fn place(files: &FileSet, site: &Site) -> Location {
    match files.text(&site.path) {
        Ok(text) => Location::of_span(site.path.clone(), &text, site.span()),
        Err(_) => Location::whole_file(site.path.clone()),
    }
}

/// The problems of an evaluation; many of them as the first and how many more there are.
pub(crate) fn summarized(mut problems: Vec<Problem>) -> Vec<Problem> {
    const FEW: usize = 3;
    problems.sort();
    problems.dedup();
    if problems.len() > FEW {
        let more = problems.len() - 1;
        problems.truncate(1);
        problems[0].message.push_str(&format!("; {more} more of this kind in what this program loads"));
    }
    problems
}
