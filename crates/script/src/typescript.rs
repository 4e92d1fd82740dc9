//! TypeScript and JavaScript to the neutral tree, with oxc's parser. Nothing of oxc's leaves this module.

mod expressions;
mod functions;
mod modules;
mod patterns;
mod statements;

use lockstep_model::RepoPath;
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::{GetSpan, SourceType, VALID_EXTENSIONS};

use crate::{
    nesting::with_script_room_down_to,
    tree::{Language, Module, Span},
};

/// Trees deeper than this are refused: whoever walks an owned tree, or drops it, recurses. No person writes such code.
const DEEPEST: usize = 1_500;

/// True if the file is TypeScript or JavaScript, by its name. Files of types only are not.
pub fn is_script(path: &RepoPath) -> bool {
    let types_only = || [".d.ts", ".d.mts", ".d.cts"].iter().any(|ending| path.file_name().ends_with(ending));
    path.extension().is_some_and(|extension| VALID_EXTENSIONS.contains(&extension)) && !types_only()
}

/// Reads the TypeScript or JavaScript file `path`, whose text is `text`. Never fails: what cannot be read is said in
/// [`Module::error`].
pub fn parse_typescript(path: &RepoPath, text: &str) -> Module {
    let refused = |why: String| Module { language: Language::TypeScript, body: Vec::new(), error: Some((0..0, why)) };
    let Some(source_type) = source_type(path) else {
        return refused("the file is no script, by its name".to_owned());
    };
    with_script_room_down_to(DEEPEST, &[text], || read(source_type, text)).unwrap_or_else(refused)
}

fn read(source_type: SourceType, text: &str) -> Module {
    let allocator = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, preserve_parens: false, ..Default::default() };
    let parsed = Parser::new(&allocator, text, source_type).with_options(options).parse();
    let error = parsed.diagnostics.iter().next().map(|diagnostic| {
        let label = diagnostic.labels.first();
        let span = label.map_or(0..0, |label| label.offset() as usize..(label.offset() + label.len()) as usize);
        (span, diagnostic.message.to_string())
    });
    Module { language: Language::TypeScript, body: statements::statements(&parsed.program.body), error }
}

/// How oxc is to read the file: JSX everywhere but in TypeScript files that cannot hold it.
fn source_type(path: &RepoPath) -> Option<SourceType> {
    let source_type = SourceType::from_path(path.file_name()).ok()?;
    let source_type = if source_type.is_javascript() { source_type.with_jsx(true) } else { source_type };
    let either = matches!(path.extension(), Some("js" | "jsx"));
    Some(if either { source_type.with_unambiguous(true) } else { source_type })
}

fn span(node: &impl GetSpan) -> Span {
    let span = node.span();
    span.start as usize..span.end as usize
}

#[cfg(test)]
mod tests;
