//! Imports and exports of ES modules.

use std::sync::Arc;

use oxc_ast::ast::{
    ExportDefaultDeclarationKind, ExportSpecifier, ImportDeclaration, ImportDeclarationSpecifier, ModuleDeclaration,
};

use super::{
    expressions::expression,
    functions::{class, function},
    span,
    statements::declaration,
};
use crate::tree::{Export, Expression, ExpressionKind, Import, ImportBinding, Imported, Statement, StatementKind};

/// What an import or export says; none for those of types.
pub(super) fn module_statement(inner: &ModuleDeclaration<'_>) -> Option<Statement> {
    let kind = match inner {
        ModuleDeclaration::ImportDeclaration(import) => StatementKind::Import(imported(import)),
        ModuleDeclaration::ExportDeclaration(export) => {
            let mut body = Vec::new();
            declaration(&export.declaration, span(&**export), &mut body);
            StatementKind::Export(Export::Declaration(body))
        }
        ModuleDeclaration::ExportNamedDeclaration(export) if !export.export_kind.is_type() => {
            StatementKind::Export(Export::Names(names(&export.specifiers)))
        }
        ModuleDeclaration::ExportFromDeclaration(export) if !export.export_kind.is_type() => {
            let module = export.source.value.to_string();
            StatementKind::Export(Export::From(module, span(&export.source), names(&export.specifiers)))
        }
        ModuleDeclaration::ExportAllDeclaration(export) if !export.export_kind.is_type() => {
            let name = export.exported.as_ref().map(|name| name.name().to_string());
            StatementKind::Export(Export::All(export.source.value.to_string(), span(&export.source), name))
        }
        ModuleDeclaration::ExportDefaultDeclaration(export) => {
            StatementKind::Export(Export::Default(default(&export.declaration)?))
        }
        ModuleDeclaration::TSExportAssignment(export) => {
            StatementKind::Export(Export::Module(expression(&export.expression)))
        }
        _ => return None,
    };
    Some(Statement { span: span(inner), kind })
}

fn imported(import: &ImportDeclaration<'_>) -> Import {
    let mut bindings = Vec::new();
    for specifier in import.specifiers.iter().flatten() {
        let (taken, local) = match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(one) if one.import_kind.is_type() => continue,
            ImportDeclarationSpecifier::ImportSpecifier(one) => {
                (Imported::Name(one.imported.name().to_string()), &one.local)
            }
            ImportDeclarationSpecifier::ImportDefaultSpecifier(one) => {
                (Imported::Name("default".to_owned()), &one.local)
            }
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(one) => (Imported::Module, &one.local),
        };
        bindings.push(ImportBinding { imported: taken, local: local.name.to_string(), span: span(local) });
    }
    // `import { type A } from "m"` takes nothing when the code runs.
    let only_types = import.specifiers.as_ref().is_some_and(|list| !list.is_empty()) && bindings.is_empty();
    Import {
        module: import.source.value.to_string(),
        level: 0,
        span: span(&import.source),
        bindings,
        type_only: import.import_kind.is_type() || only_types,
    }
}

fn names(specifiers: &[ExportSpecifier<'_>]) -> Vec<(String, String)> {
    specifiers
        .iter()
        .filter(|specifier| !specifier.export_kind.is_type())
        .map(|specifier| (specifier.local.name().to_string(), specifier.exported.name().to_string()))
        .collect()
}

fn default(inner: &ExportDefaultDeclarationKind<'_>) -> Option<Expression> {
    let kind = match inner {
        ExportDefaultDeclarationKind::FunctionDeclaration(one) if one.body.is_some() => {
            ExpressionKind::Function(Arc::new(function(one)))
        }
        ExportDefaultDeclarationKind::ClassDeclaration(one) => ExpressionKind::Class(Arc::new(class(one))),
        other => return other.as_expression().map(expression),
    };
    Some(Expression { span: span(inner), kind })
}
