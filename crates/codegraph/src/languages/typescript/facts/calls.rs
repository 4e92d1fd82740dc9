//! Imports that are expressions: `require()`, `import()`, and `import("…")` among types.

use oxc_ast::{
    AstKind,
    ast::{Argument, BindingPattern, CallExpression, Expression, TSImportTypeQualifier, VariableDeclarator},
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::node::NodeId;

use super::{Reader, Taken, range, span_of};
use crate::ImportKind;

impl<'a> Reader<'_, 'a> {
    /// Collects them all, wherever in the file they stand.
    pub(super) fn calls(&mut self) {
        let semantic = self.semantic;
        for node in semantic.nodes().iter() {
            match node.kind() {
                AstKind::CallExpression(call) if self.is_require(call) => {
                    let lazy = self.inside_function(node.id());
                    let kind = if lazy { ImportKind::Lazy } else { ImportKind::Value };
                    let argument = call.arguments.first().and_then(Argument::as_expression);
                    self.call(node.id(), call.span, argument, kind);
                }
                AstKind::CallExpression(call) => {
                    for (pattern, span) in self.listed(call) {
                        let import = self.import(&pattern, span, Taken::Whole, ImportKind::Pattern);
                        self.loose.push((span_of(call), import));
                    }
                }
                AstKind::NewExpression(new) => {
                    if let Some((file, span)) = self.beside(new) {
                        let import = self.import(&file, span, Taken::Whole, ImportKind::Lazy);
                        self.loose.push((span_of(new), import));
                    }
                }
                AstKind::ImportExpression(call) => {
                    self.call(node.id(), call.span, Some(&call.source), ImportKind::Lazy);
                }
                AstKind::TSImportType(types) => {
                    let taken = types.qualifier.as_ref().map_or(Taken::Whole, |name| Taken::Name(first_name(name)));
                    let import = self.import(&types.source.value, types.source.span, taken, ImportKind::Type);
                    self.loose.push((span_of(types), import));
                }
                _ => {}
            }
        }
    }

    /// True for a call of the `require` that Node gives to every CommonJS module, or of one made by `createRequire`.
    fn is_require(&self, call: &CallExpression<'a>) -> bool {
        let Expression::Identifier(callee) = &call.callee else { return false };
        if callee.name != "require" || call.arguments.len() != 1 {
            return false;
        }
        let Some(local) = self.meant(callee) else { return true };
        let scoping = self.semantic.scoping();
        // A parameter called `require` is the bundler's own, and asks for a module of the same bundle.
        scoping.symbol_scope_id(local) == scoping.root_scope_id() && scoping.symbol_flags(local).is_variable()
    }

    fn inside_function(&self, node: NodeId) -> bool {
        self.semantic
            .nodes()
            .ancestor_kinds(node)
            .any(|kind| matches!(kind, AstKind::Function(_) | AstKind::ArrowFunctionExpression(_)))
    }

    fn call(&mut self, node: NodeId, whole: Span, argument: Option<&Expression<'a>>, kind: ImportKind) {
        let literal = argument.and_then(|argument| match argument.get_inner_expression() {
            Expression::StringLiteral(literal) => Some((literal.value.as_str(), literal.span)),
            Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
                let text = template.quasis.first()?.value.cooked.as_ref()?.as_str();
                Some((text, template.span))
            }
            _ => None,
        });
        let Some((specifier, span)) = literal else {
            let span = argument.map_or(whole, GetSpan::span);
            if let Some(pattern) = argument.and_then(|argument| self.pattern(argument)) {
                let import = self.import(&pattern, span, Taken::Whole, ImportKind::Pattern);
                self.loose.push((range(whole), import));
                return;
            }
            let text: String = self.text.get(range(span)).unwrap_or_default().chars().take(120).collect();
            let import = self.import(&text, span, Taken::Whole, ImportKind::Computed);
            self.loose.push((range(whole), import));
            return;
        };
        for (taken, local) in self.taken(node) {
            let import = self.import(specifier, span, taken, kind);
            match local {
                // A name of the file's top level stands for the import wherever it is used.
                Some(local) => self.bindings.entry(local).or_default().push(import),
                None => self.loose.push((range(whole), import)),
            }
        }
    }

    /// What the code around the call takes of the module, and under which names of the file's top level.
    fn taken(&self, call: NodeId) -> Vec<(Taken, Option<oxc_syntax::symbol::SymbolId>)> {
        let nodes = self.semantic.nodes();
        for kind in nodes.ancestor_kinds(call) {
            match kind {
                AstKind::AwaitExpression(_)
                | AstKind::ParenthesizedExpression(_)
                | AstKind::TSAsExpression(_)
                | AstKind::TSSatisfiesExpression(_)
                | AstKind::TSNonNullExpression(_) => {}
                AstKind::StaticMemberExpression(member) => {
                    let name = member.property.name.as_str();
                    // Methods of the promise, not of the module.
                    if matches!(name, "then" | "catch" | "finally") {
                        break;
                    }
                    let local = self.declared(nodes.parent_kind(member.node_id.get()), &member.span);
                    return vec![(Taken::Name(name.to_owned()), local)];
                }
                AstKind::VariableDeclarator(declarator) => return self.destructured(declarator),
                AstKind::ExpressionStatement(_) => return vec![(Taken::Nothing, None)],
                _ => break,
            }
        }
        vec![(Taken::Whole, None)]
    }

    /// The name of the file's top level that `const NAME = VALUE` gives to the value at `span`.
    fn declared(&self, parent: AstKind<'a>, span: &Span) -> Option<oxc_syntax::symbol::SymbolId> {
        let AstKind::VariableDeclarator(declarator) = parent else { return None };
        let BindingPattern::BindingIdentifier(name) = &declarator.id else { return None };
        let local = name.symbol_id.get()?;
        let scoping = self.semantic.scoping();
        let direct = declarator.init.as_ref().is_some_and(|init| init.span() == *span);
        (direct && scoping.symbol_scope_id(local) == scoping.root_scope_id()).then_some(local)
    }

    fn destructured(&self, declarator: &VariableDeclarator<'a>) -> Vec<(Taken, Option<oxc_syntax::symbol::SymbolId>)> {
        let scoping = self.semantic.scoping();
        let root = |local: Option<oxc_syntax::symbol::SymbolId>| {
            local.filter(|local| scoping.symbol_scope_id(*local) == scoping.root_scope_id())
        };
        match &declarator.id {
            BindingPattern::BindingIdentifier(name) => vec![(Taken::Whole, root(name.symbol_id.get()))],
            BindingPattern::ObjectPattern(pattern) if pattern.rest.is_none() && !pattern.properties.is_empty() => {
                let property = |property: &oxc_ast::ast::BindingProperty<'a>| {
                    let name = property.key.static_name();
                    let local = match &property.value {
                        BindingPattern::BindingIdentifier(local) => root(local.symbol_id.get()),
                        _ => None,
                    };
                    (name.map_or(Taken::Whole, |name| Taken::Name(name.into_owned())), local)
                };
                pattern.properties.iter().map(property).collect()
            }
            _ => vec![(Taken::Whole, None)],
        }
    }
}

/// `A` of `import("./m").A.B`.
fn first_name(qualifier: &TSImportTypeQualifier<'_>) -> String {
    let mut qualifier = qualifier;
    loop {
        match qualifier {
            TSImportTypeQualifier::Identifier(name) => return name.name.to_string(),
            TSImportTypeQualifier::QualifiedName(name) => qualifier = &name.left,
        }
    }
}
