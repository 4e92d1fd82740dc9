//! The statements of a file: its imports, its definitions and its exports, ES modules and CommonJS alike.

use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, BindingIdentifier, Declaration, ExportAllDeclaration,
    ExportDefaultDeclaration, ExportDefaultDeclarationKind, ExportFromDeclaration, ExportNamedDeclaration, Expression,
    ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind, ModuleExportName, ObjectExpression,
    ObjectPropertyKind, Program, Statement, TSModuleReference, VariableDeclaration,
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;

use super::{Reader, Taken, range, span_of};
use crate::{ImportKind, Opaque};

impl<'a> Reader<'_, 'a> {
    /// Reads them all. True if none of them runs.
    pub(super) fn statements(&mut self, program: &Program<'a>) -> bool {
        let mut runs = program.body.is_empty() || !program.directives.is_empty() || !self.typescript;
        for statement in &program.body {
            runs |= self.statement(statement);
        }
        !runs
    }

    /// True if the statement leaves something to run.
    fn statement(&mut self, statement: &Statement<'a>) -> bool {
        match statement {
            Statement::ImportDeclaration(import) => self.import_declaration(import),
            Statement::ExportDeclaration(export) => self.declaration(&export.declaration, export.span, true),
            Statement::ExportNamedDeclaration(export) => self.export_named(export),
            Statement::ExportFromDeclaration(export) => self.export_from(export),
            Statement::ExportAllDeclaration(export) => self.export_all(export),
            Statement::ExportDefaultDeclaration(export) => self.export_default(export),
            Statement::TSExportAssignment(export) => {
                self.default(&export.expression, export.span);
                true
            }
            Statement::ExpressionStatement(statement) => {
                if let Expression::AssignmentExpression(assignment) = &statement.expression {
                    self.assignment(assignment, statement.span);
                }
                true
            }
            Statement::EmptyStatement(_) | Statement::TSNamespaceExportDeclaration(_) => false,
            statement => match statement.as_declaration() {
                Some(declaration) => self.declaration(declaration, statement.span(), false),
                None => true,
            },
        }
    }

    fn import_declaration(&mut self, import: &ImportDeclaration<'a>) -> bool {
        let (specifier, span) = (import.source.value.as_str(), import.source.span);
        let specifiers = import.specifiers.as_ref().filter(|specifiers| !specifiers.is_empty());
        let Some(specifiers) = specifiers else {
            let types = import.import_kind.is_type();
            let kind = if types { ImportKind::Type } else { ImportKind::Value };
            let index = self.import(specifier, span, Taken::Nothing, kind);
            self.loose.push((span_of(import), index));
            return !types;
        };
        let mut runs = false;
        for each in specifiers {
            let (taken, local, types) = match each {
                ImportDeclarationSpecifier::ImportSpecifier(each) => {
                    (Taken::Name(each.imported.name().to_string()), &each.local, each.import_kind.is_type())
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(each) => {
                    (Taken::Name("default".to_owned()), &each.local, false)
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(each) => (Taken::Whole, &each.local, false),
            };
            runs |= self.bound(specifier, span, taken, local, types || import.import_kind.is_type());
        }
        runs
    }

    /// An import under a local name. True if it is there when the code runs: TypeScript leaves out what only types use.
    fn bound(&mut self, specifier: &str, span: Span, taken: Taken, local: &BindingIdentifier<'a>, types: bool) -> bool {
        let local = local.symbol_id.get();
        let elided = self.typescript && local.is_some_and(|local| !self.used_as_value(local));
        let kind = if types || elided { ImportKind::Type } else { ImportKind::Value };
        let index = self.import(specifier, span, taken, kind);
        if let Some(local) = local {
            self.bindings.entry(local).or_default().push(index);
        }
        kind == ImportKind::Value
    }

    /// `export { a, b as c }`
    fn export_named(&mut self, export: &ExportNamedDeclaration<'a>) -> bool {
        self.quiet.push(span_of(export));
        let mut runs = false;
        for each in &export.specifiers {
            runs |= !export.export_kind.is_type() && !each.export_kind.is_type();
            let local = match &each.local {
                ModuleExportName::IdentifierReference(reference) => self.meant(reference),
                _ => None,
            };
            self.export(&each.exported.name(), local, None, None);
        }
        runs
    }

    /// `export { a, b as c } from "…"`
    fn export_from(&mut self, export: &ExportFromDeclaration<'a>) -> bool {
        let (specifier, span) = (export.source.value.as_str(), export.source.span);
        let mut runs = export.specifiers.is_empty() && !export.export_kind.is_type();
        if runs {
            let import = self.import(specifier, span, Taken::Nothing, ImportKind::Value);
            self.loose.push((span_of(export), import));
        }
        for each in &export.specifiers {
            let types = export.export_kind.is_type() || each.export_kind.is_type();
            runs |= !types;
            let import = self.import(specifier, span, Taken::Name(each.local.name().to_string()), re_export(types));
            self.export(&each.exported.name(), None, None, Some(import));
        }
        runs
    }

    fn export_all(&mut self, export: &ExportAllDeclaration<'a>) -> bool {
        let types = export.export_kind.is_type();
        let import = self.import(&export.source.value, export.source.span, Taken::Whole, re_export(types));
        let name = export.exported.as_ref().map_or("*".to_owned(), |name| name.name().to_string());
        self.export(&name, None, None, Some(import));
        !types
    }

    fn export_default(&mut self, export: &ExportDefaultDeclaration<'a>) -> bool {
        let named = |id: &Option<BindingIdentifier<'a>>| {
            id.as_ref().map(|id| (id.name.to_string(), id.symbol_id.get())).unwrap_or(("default".to_owned(), None))
        };
        let (name, local) = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => named(&function.id),
            ExportDefaultDeclarationKind::ClassDeclaration(class) => named(&class.id),
            ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                let id = &interface.id;
                let symbol = self.definition(&id.name, export.span, id.symbol_id.get());
                self.export("default", None, Some(symbol), None);
                return false;
            }
            declaration => {
                if let Some(expression) = declaration.as_expression() {
                    self.default(expression, export.span);
                }
                return true;
            }
        };
        let symbol = self.definition(&name, export.span, local);
        self.export("default", None, Some(symbol), None);
        true
    }

    /// `export default EXPRESSION`, `export = EXPRESSION`, `module.exports = EXPRESSION`.
    fn default(&mut self, expression: &Expression<'a>, span: Span) {
        match expression.get_inner_expression() {
            Expression::Identifier(name) => {
                self.quiet.push(range(span));
                let local = self.meant(name);
                self.export("default", local, None, None);
            }
            Expression::ObjectExpression(object) => {
                self.quiet.push(range(span));
                self.export_object(object);
            }
            expression => {
                if let Some(import) = self.direct_import(expression) {
                    self.quiet.push(range(span));
                    self.imports[import].kind = ImportKind::ReExport;
                    let name = if self.imports[import].whole { "*" } else { "default" };
                    self.export(name, None, None, Some(import));
                } else {
                    let symbol = self.definition("default", span, None);
                    self.export("default", None, Some(symbol), None);
                }
            }
        }
    }

    /// The properties of `module.exports = { … }` are exports.
    fn export_object(&mut self, object: &ObjectExpression<'a>) {
        // Its methods may call each other by `this`.
        let span = span_of(object);
        if self.opaque.is_none() && self.text.get(span.clone()).is_some_and(|text| text.contains("this")) {
            self.opaque = Some(Opaque { span, reason: "what is exported calls itself by `this`".to_owned() });
        }
        for property in &object.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Some(name) = property.key.static_name() else { continue };
                    self.export_value(&name, property.value.get_inner_expression(), property.span);
                }
                ObjectPropertyKind::SpreadProperty(spread) => match spread.argument.get_inner_expression() {
                    Expression::Identifier(name) => {
                        let local = self.meant(name);
                        self.export("*", local, None, None);
                    }
                    argument => {
                        if let Some(import) = self.direct_import(argument) {
                            self.export("*", None, None, Some(import));
                        }
                    }
                },
            }
        }
    }

    /// `exports.NAME = VALUE`, or a property of an object that is exported.
    fn export_value(&mut self, name: &str, value: &Expression<'a>, span: Span) {
        let local = match value {
            Expression::Identifier(value) => self.meant(value).filter(|local| self.is_known(*local)),
            _ => None,
        };
        if let Some(import) = self.direct_import(value) {
            self.quiet.push(range(span));
            self.export(name, None, None, Some(import));
        } else if local.is_some() {
            self.quiet.push(range(span));
            self.export(name, local, None, None);
        } else {
            let symbol = self.definition(name, span, None);
            self.export(name, None, Some(symbol), None);
        }
    }

    /// True for a name of the file's top level.
    fn is_known(&self, local: SymbolId) -> bool {
        let scoping = self.semantic.scoping();
        scoping.symbol_scope_id(local) == scoping.root_scope_id()
    }

    /// The import that the expression is, if it is `require("…")` or `require("…").name`.
    fn direct_import(&self, expression: &Expression<'a>) -> Option<usize> {
        let span = match expression {
            Expression::CallExpression(call) => call.span,
            Expression::StaticMemberExpression(member) => match &member.object {
                Expression::CallExpression(call) => call.span,
                _ => return None,
            },
            _ => return None,
        };
        let place = range(span);
        self.loose.iter().find(|(at, _)| *at == place).map(|(_, import)| *import)
    }

    fn assignment(&mut self, assignment: &AssignmentExpression<'a>, span: Span) {
        let AssignmentTarget::StaticMemberExpression(target) = &assignment.left else { return };
        let (object, name) = (&target.object, target.property.name.as_str());
        let value = assignment.right.get_inner_expression();
        // `module.exports = exports = …`
        let value = match value {
            Expression::AssignmentExpression(inner) if inner.left.is_exports() => inner.right.get_inner_expression(),
            value => value,
        };
        if object.is_specific_id("module") && name == "exports" {
            self.default(value, span);
        } else if is_exports(object) {
            self.export_value(name, value, span);
        }
    }

    fn definition(&mut self, name: &str, span: Span, local: Option<SymbolId>) -> usize {
        // The overloads of a function are one definition.
        let last = local.and_then(|local| self.locals.get(&local)).and_then(|known| known.last().copied());
        if let Some(last) = last.filter(|last| *last + 1 == self.symbols.len()) {
            self.symbols[last].span.end = span.end as usize;
            return last;
        }
        self.symbol(name, span, local.as_slice())
    }

    /// True if the declaration leaves something to run.
    fn declaration(&mut self, declaration: &Declaration<'a>, span: Span, exported: bool) -> bool {
        let (id, runs) = match declaration {
            Declaration::VariableDeclaration(variables) => return self.variables(variables, span, exported),
            Declaration::FunctionDeclaration(function) => (function.id.as_ref(), !function.declare),
            Declaration::ClassDeclaration(class) => (class.id.as_ref(), !class.declare),
            Declaration::TSTypeAliasDeclaration(alias) => (Some(&alias.id), false),
            Declaration::TSInterfaceDeclaration(interface) => (Some(&interface.id), false),
            Declaration::TSEnumDeclaration(enumeration) => (Some(&enumeration.id), !enumeration.declare),
            Declaration::TSNamespaceDeclaration(_) => {
                let id = declaration.id();
                (id, !declaration.declare())
            }
            Declaration::TSImportEqualsDeclaration(import) => {
                if let TSModuleReference::ExternalModuleReference(reference) = &import.module_reference {
                    let source = &reference.expression;
                    let types = import.import_kind == ImportOrExportKind::Type;
                    let runs = self.bound(&source.value, source.span, Taken::Whole, &import.id, types);
                    if exported {
                        self.export(&import.id.name, import.id.symbol_id.get(), None, None);
                    }
                    return runs;
                }
                (Some(&import.id), true)
            }
            Declaration::TSExternalModuleDeclaration(_) | Declaration::TSGlobalDeclaration(_) => return false,
        };
        if let Some(id) = id {
            let symbol = self.definition(&id.name, span, id.symbol_id.get());
            if exported {
                self.export(&id.name, None, Some(symbol), None);
            }
        }
        runs
    }

    fn variables(&mut self, variables: &VariableDeclaration<'a>, span: Span, exported: bool) -> bool {
        let single = variables.declarations.len() == 1;
        for declarator in &variables.declarations {
            let span = if single { span } else { declarator.span };
            for id in declarator.id.get_binding_identifiers() {
                let local = id.symbol_id.get();
                let imported = local.is_some_and(|local| self.bindings.contains_key(&local));
                if !imported {
                    self.symbol(&id.name, span, local.as_slice());
                }
                if exported {
                    self.export(&id.name, local, None, None);
                }
            }
        }
        !variables.declare
    }
}

fn re_export(types: bool) -> ImportKind {
    if types { ImportKind::Type } else { ImportKind::ReExport }
}

/// `exports` or `module.exports`.
fn is_exports(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::Identifier(name) => name.name == "exports",
        Expression::StaticMemberExpression(member) => {
            member.object.is_specific_id("module") && member.property.name == "exports"
        }
        _ => false,
    }
}

/// The same for the left side of an assignment.
trait IsExports {
    fn is_exports(&self) -> bool;
}

impl IsExports for AssignmentTarget<'_> {
    fn is_exports(&self) -> bool {
        match self {
            AssignmentTarget::AssignmentTargetIdentifier(name) => name.name == "exports",
            AssignmentTarget::StaticMemberExpression(member) => {
                member.object.is_specific_id("module") && member.property.name == "exports"
            }
            _ => false,
        }
    }
}
