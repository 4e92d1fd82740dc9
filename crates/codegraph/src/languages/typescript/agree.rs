//! Whether two versions of a JavaScript or TypeScript file say the same, by oxc's comparison of contents.
//!
//! Comments, layout, semicolons, trailing commas, parentheses and the spelling of literals are not in the trees. What
//! formatters change beyond that is made alike first: the order of imports, quotes around property names, shorthand
//! properties, braces around one statement, white space in JSX; and imports of names that nothing uses.

use lockstep_model::RepoPath;
use lockstep_script::nesting::with_script_room;
use oxc_allocator::{Allocator, ArenaVec};
use oxc_ast::{
    ast::{
        IdentifierReference, IfStatement, ImportDeclaration, ImportDeclarationSpecifier, JSXChild, ObjectProperty,
        Program, PropertyKey, Statement,
    },
    builder::AstBuilder,
};
use oxc_ast_visit::{VisitMut, walk_mut};
use oxc_parser::{ParseOptions, Parser};
use oxc_span::{ContentEq, SourceType};
use oxc_syntax::identifier::is_identifier_name;
use rustc_hash::FxHashSet;

use super::{facts::source_type, glance};

/// See [`crate::Language::agree`].
pub(super) fn agree(path: &RepoPath, before: &str, after: &str) -> Option<bool> {
    if glance::tells_apart(before, after) {
        return Some(false);
    }
    agree_by_trees(path, before, after)
}

/// The same, by the trees alone.
pub(super) fn agree_by_trees(path: &RepoPath, before: &str, after: &str) -> Option<bool> {
    let source_type = source_type(path)?;
    with_script_room(&[before, after], || {
        let allocator = Allocator::default();
        let before = canonical(&allocator, source_type, before)?;
        let after = canonical(&allocator, source_type, after)?;
        Some(
            before.hashbang.content_eq(&after.hashbang)
                && before.directives.content_eq(&after.directives)
                && before.body.content_eq(&after.body),
        )
    })
    .ok()
    .flatten()
}

fn canonical<'a>(allocator: &'a Allocator, source_type: SourceType, text: &'a str) -> Option<Program<'a>> {
    let options = ParseOptions { allow_return_outside_function: true, preserve_parens: false, ..Default::default() };
    let parsed = Parser::new(allocator, text, source_type).with_options(options).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let mut program = parsed.program;
    let elided = source_type.is_typescript();
    Canonical { allocator, elided, names: FxHashSet::default() }.visit_program(&mut program);
    Some(program)
}

struct Canonical<'a> {
    allocator: &'a Allocator,
    /// True for TypeScript, whose compiler leaves out imports that are not used.
    elided: bool,
    /// The names that the file refers to.
    names: FxHashSet<&'a str>,
}

impl<'a> Canonical<'a> {
    /// True for a name that an import brings and something may use. JSX may need `React` without saying so.
    fn is_used(&self, specifier: &ImportDeclarationSpecifier<'a>) -> bool {
        let name = specifier.local().name.as_str();
        name == "React" || self.names.contains(name)
    }

    /// Takes the unused names off an import. Gives false if nothing is left that the compiler would keep.
    fn keep_used(&self, statement: &mut Statement<'a>) -> bool {
        let Statement::ImportDeclaration(import) = statement else {
            return !matches!(statement, Statement::EmptyStatement(_));
        };
        let Some(specifiers) = &mut import.specifiers else { return true };
        specifiers.retain(|specifier| self.is_used(specifier));
        !(self.elided && specifiers.is_empty())
    }
}

impl<'a> VisitMut<'a> for Canonical<'a> {
    fn visit_program(&mut self, program: &mut Program<'a>) {
        walk_mut::walk_program(self, program);
        program.body.retain_mut(|statement| self.keep_used(statement));
        // Imports are hoisted: what they bring is there before the first statement, wherever they stand. Those for
        // their effects keep their order among themselves.
        program.body.sort_by_cached_key(|statement| match statement {
            Statement::ImportDeclaration(import) => (0, key_of(import)),
            _ => (1, String::new()),
        });
    }

    fn visit_identifier_reference(&mut self, reference: &mut IdentifierReference<'a>) {
        self.names.insert(reference.name.as_str());
    }

    fn visit_import_declaration(&mut self, import: &mut ImportDeclaration<'a>) {
        if let Some(specifiers) = &mut import.specifiers {
            specifiers.sort_by_cached_key(key_of_specifier);
        }
    }

    fn visit_property_key(&mut self, key: &mut PropertyKey<'a>) {
        walk_mut::walk_property_key(self, key);
        if let PropertyKey::StringLiteral(literal) = key
            && is_identifier_name(&literal.value)
        {
            let builder = AstBuilder::new(self.allocator);
            *key = PropertyKey::new_static_identifier(literal.span, literal.value, &builder);
        }
    }

    fn visit_object_property(&mut self, property: &mut ObjectProperty<'a>) {
        walk_mut::walk_object_property(self, property);
        property.shorthand = false;
    }

    fn visit_if_statement(&mut self, statement: &mut IfStatement<'a>) {
        walk_mut::walk_if_statement(self, statement);
        unwrap_block(&mut statement.consequent);
        if let Some(alternate) = &mut statement.alternate {
            unwrap_block(alternate);
        }
    }

    fn visit_jsx_children(&mut self, children: &mut ArenaVec<'a, JSXChild<'a>>) {
        for child in children.iter_mut() {
            if let JSXChild::Text(text) = child
                && text.value.contains('\n')
            {
                text.value = self.allocator.alloc_str(&shown(&text.value)).into();
            }
        }
        children.retain(|child| !matches!(child, JSXChild::Text(text) if text.value.is_empty()));
        walk_mut::walk_jsx_children(self, children);
    }
}

/// What an import sorts by: one for its effects before all others.
fn key_of(import: &ImportDeclaration<'_>) -> String {
    match &import.specifiers {
        None => String::new(),
        Some(specifiers) => {
            let names: Vec<String> = specifiers.iter().map(key_of_specifier).collect();
            format!("{} {:?} {}", import.source.value, import.import_kind, names.join(" "))
        }
    }
}

fn key_of_specifier(specifier: &ImportDeclarationSpecifier<'_>) -> String {
    match specifier {
        ImportDeclarationSpecifier::ImportDefaultSpecifier(specifier) => format!("default {}", specifier.local.name),
        ImportDeclarationSpecifier::ImportNamespaceSpecifier(specifier) => format!("* {}", specifier.local.name),
        ImportDeclarationSpecifier::ImportSpecifier(specifier) => {
            format!("{} {}", specifier.imported.name(), specifier.local.name)
        }
    }
}

/// Takes the braces off a block of one statement that declares nothing.
fn unwrap_block(statement: &mut Statement<'_>) {
    let Statement::BlockStatement(block) = statement else { return };
    let declares = block.body.iter().any(|inner| inner.as_declaration().is_some());
    if block.body.len() == 1
        && !declares
        && let Some(inner) = block.body.pop()
    {
        *statement = inner;
    }
}

/// What a browser is given of a text between JSX tags: lines trimmed where they were broken, empty ones gone.
fn shown(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len() - 1;
    let trimmed = lines.iter().enumerate().map(|(number, line)| {
        let line = if number > 0 { line.trim_start() } else { line };
        if number < last { line.trim_end() } else { line }
    });
    trimmed.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
