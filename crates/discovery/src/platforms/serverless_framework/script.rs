//! Manifests that are scripts (`serverless.ts`, `serverless.js`): evaluated as data, never run, and handed on as the same
//! tree that a YAML file gives.
//!
//! What the script says comes from the evaluation; where it says it, from its text. What stands in another module keeps
//! the place of the key in the manifest that leads there.

use std::ops::Range;

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::{Key, Node, Value as NodeValue};
use lockstep_model::{FileSet, Location, RepoPath};
use lockstep_script::{
    Sources,
    evaluate::{Object, Options, Value, evaluate, repository_path},
    tree::{ExpressionKind, KeyKind},
};

use crate::scripts::{At, Meaning, Scripts};

/// How deep a manifest may be.
const DEEPEST: usize = 60;

/// What stands for a value that is not known.
pub(super) const HOLE: &str = "*";

/// How many nodes it may have.
const MOST: usize = 200_000;

/// A manifest as a tree, and what of it is not known.
pub(super) struct Read {
    pub(super) root: Node,
    pub(super) problems: Vec<Problem>,
}

/// True for scripts that the framework takes for manifests.
pub(super) fn is_manifest(path: &RepoPath) -> bool {
    path.file_stem() == "serverless" && matches!(path.extension(), Some("ts" | "js" | "cjs" | "mjs"))
}

/// Reads the script at `path`; none if it gives no object.
pub(super) fn read(files: &FileSet, path: &RepoPath) -> Option<Read> {
    let sources = Sources::new(files);
    let scripts = Scripts::new(files);
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    let options = Options { folder: folder.clone(), ..Options::default() };
    let evaluation = evaluate(&sources, path, &options);
    let value = manifest_of(evaluation.exports)?;
    let script = scripts.get(path)?;
    let at = match scripts.exported(script, "default").meaning {
        Meaning::Value(at, rest) if rest.is_empty() => Some(at),
        // `module.exports = { … }` is the module as a whole.
        _ => script.tops.iter().flat_map(|top| top.exports()).find_map(|export| match export.what {
            crate::scripts::Exported::Properties(value) => Some(script.at(value)),
            _ => None,
        }),
    };
    let mut writer = Writer { scripts: &scripts, path, folder: &folder, left: MOST };
    let whole = 0..script.text.len();
    let root = writer.node(&value, at, whole, DEEPEST);
    let mut problems = evaluation.problems;
    if value.get("functions").and_then(Value::as_object).is_some_and(|functions| functions.open) {
        let place = root.get_entry("functions").map_or(0..0, |(key, _)| key.span.clone());
        let message = "this script adds functions that are known only when it runs: they are not counted";
        problems.push(Problem::at(
            ProblemKind::Unevaluated,
            Location::of_span(path.clone(), &script.text, place),
            message,
        ));
    }
    Some(Read { root, problems })
}

/// The default export; the properties of `module.exports` are exports of their own.
fn manifest_of(exports: Vec<(String, Value)>) -> Option<Value> {
    let is_one = |value: &Value| ["functions", "service", "provider"].iter().any(|key| value.get(key).is_some());
    if let Some((_, value)) = exports.iter().find(|(name, value)| name == "default" && is_one(value)) {
        return Some(value.clone());
    }
    let whole = Value::Object(Object { entries: exports, ..Object::default() });
    is_one(&whole).then_some(whole)
}

struct Writer<'s, 'f> {
    scripts: &'s Scripts<'f>,
    path: &'s RepoPath,
    folder: &'s RepoPath,
    left: usize,
}

impl<'s> Writer<'s, '_> {
    /// `value` as a node; `at` is where it is written, if that is known, `span` the place that leads to it.
    fn node(&mut self, value: &Value, at: Option<At<'s>>, span: Range<usize>, depth: usize) -> Node {
        let at = at.and_then(|at| self.written(at));
        let span = match at {
            Some(at) if at.script.path == *self.path => at.expression.span.clone(),
            _ => span,
        };
        let too_much = self.left == 0 || depth == 0;
        self.left = self.left.saturating_sub(1);
        let value = match value {
            _ if too_much => NodeValue::Null,
            Value::Nothing => NodeValue::Null,
            Value::Boolean(value) => NodeValue::Bool(*value),
            Value::Number(number) => NodeValue::Number(number.to_string()),
            Value::Text(text) => NodeValue::String(self.path_text(&text.text)),
            Value::List(items) => {
                let written = at.map(|at| self.scripts.items(at)).unwrap_or_default();
                let same = written.len() == items.len();
                let node = |(index, item): (usize, &Value)| {
                    let at = written.get(index).copied().filter(|_| same);
                    self.node(item, at, span.clone(), depth - 1)
                };
                NodeValue::List(items.iter().enumerate().map(node).collect())
            }
            Value::Object(object) => {
                let written = at.map(|at| self.scripts.properties(at)).unwrap_or_default();
                let mut entries = Vec::with_capacity(object.entries.len());
                for (name, value) in &object.entries {
                    let found =
                        written.iter().rev().find(|(key, _)| matches!(&key.kind, KeyKind::Name(key) if key == name));
                    let here = found.filter(|(_, at)| at.script.path == *self.path);
                    let key_span = here.map_or_else(|| span.clone(), |(key, _)| key.span.clone());
                    let node = self.node(value, found.map(|(_, at)| *at), key_span.clone(), depth - 1);
                    entries.push((Key { text: name.clone(), span: key_span }, node));
                }
                NodeValue::Map(entries)
            }
            // A hole: whoever needs it says that it is not known.
            Value::Unknown(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Instance(_)
            | Value::Attribute(..)
            | Value::External(..) => NodeValue::String(HOLE.to_owned()),
        };
        Node::new(value, span)
    }

    /// Where `at` is written, names followed.
    fn written(&self, at: At<'s>) -> Option<At<'s>> {
        match self.scripts.find(at).meaning {
            Meaning::Value(at, rest) if rest.is_empty() => Some(at),
            _ => matches!(at.expression.kind, ExpressionKind::Object(_)).then_some(at),
        }
    }

    /// Absolute paths, as `__dirname` gives them, from the folder of the manifest.
    fn path_text(&self, text: &str) -> String {
        let absolute = text.starts_with('/').then(|| repository_path(text, self.folder)).flatten();
        match absolute.filter(|path| self.scripts.files.is_folder(&path.parent().unwrap_or_else(RepoPath::root))) {
            Some(path) if !text[1..].is_empty() => crate::in_code::relative(self.folder, &path),
            _ => text.to_owned(),
        }
    }
}
