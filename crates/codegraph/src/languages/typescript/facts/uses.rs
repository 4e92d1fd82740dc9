//! Which definition uses which other and which import, from the references that the scope analysis resolved.

use std::ops::Range;

use oxc_ast::AstKind;
use oxc_syntax::{node::NodeId, symbol::SymbolId};
use rustc_hash::FxHashSet;

use super::{Reader, range};
use crate::ImportKind;

impl Reader<'_, '_> {
    /// Fills [`crate::Symbol::uses`] and [`crate::Symbol::imports`]; gives the imports that the file's own top-level
    /// code reaches, and the definitions that it names.
    pub(super) fn uses(&mut self) -> (Vec<usize>, Vec<usize>) {
        let owners = Owners::new(self);
        let mut top_level = FxHashSet::default();
        let mut top_level_symbols = Vec::new();
        let locals: FxHashSet<SymbolId> = self.bindings.keys().chain(self.locals.keys()).copied().collect();
        for local in locals {
            let imports = self.bindings.get(&local).cloned().unwrap_or_default();
            let definitions = self.locals.get(&local).cloned().unwrap_or_default();
            let (mut used, scoping) = (false, self.semantic.scoping());
            for reference in scoping.get_resolved_references(local) {
                used = true;
                let type_only = reference.flags().is_type_only() && !self.is_decorator_metadata(reference.node_id());
                let place = range(self.semantic.nodes().kind(reference.node_id()).span_of());
                let reached = imports
                    .iter()
                    .copied()
                    // A value that is only mentioned as a type here is not reached from here.
                    .filter(|import| !type_only || self.imports[*import].kind == ImportKind::Type);
                match owners.of(&place) {
                    Owner::Symbols(symbols) => {
                        let reached: Vec<usize> = reached.collect();
                        for symbol in symbols {
                            self.symbols[*symbol].imports.extend(&reached);
                            for other in definitions.iter().filter(|definition| *definition != symbol) {
                                self.symbols[*symbol].uses.push(*other);
                                if !type_only {
                                    self.value_uses.insert((*symbol, *other));
                                }
                            }
                        }
                    }
                    Owner::TopLevel => {
                        top_level.extend(reached);
                        top_level_symbols.extend(&definitions);
                    }
                    Owner::Export => {}
                }
            }
            // Nobody names it: it is there for what it does when it is loaded.
            if !used {
                top_level.extend(imports.iter().filter(|import| self.imports[**import].kind != ImportKind::Type));
            }
        }
        for (place, import) in &self.loose {
            match owners.of(place) {
                Owner::Symbols(symbols) => {
                    symbols.iter().for_each(|symbol| self.symbols[*symbol].imports.push(*import))
                }
                Owner::TopLevel => drop(top_level.insert(*import)),
                Owner::Export => {}
            }
        }
        self.through_symbols(top_level_symbols.clone(), &mut top_level);
        (top_level.into_iter().collect(), top_level_symbols)
    }

    /// Adds what the definitions `from`, and those that they use, import.
    fn through_symbols(&self, from: Vec<usize>, imports: &mut FxHashSet<usize>) {
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        let mut open = from;
        while let Some(symbol) = open.pop() {
            if seen.insert(symbol) {
                imports.extend(&self.symbols[symbol].imports);
                open.extend(&self.symbols[symbol].uses);
            }
        }
    }

    /// True for a type that `emitDecoratorMetadata` keeps at run time: of a parameter or a property in a class with
    /// decorators. Frameworks that inject by type rest on it.
    pub(super) fn is_decorator_metadata(&self, node: NodeId) -> bool {
        let mut annotated = false;
        for kind in self.semantic.nodes().ancestor_kinds(node) {
            match kind {
                AstKind::FormalParameter(_) | AstKind::PropertyDefinition(_) => annotated = true,
                AstKind::BlockStatement(_) | AstKind::FunctionBody(_) if !annotated => return false,
                AstKind::Class(class) => return annotated && has_decorators(class),
                _ => {}
            }
        }
        false
    }
}

fn has_decorators(class: &oxc_ast::ast::Class<'_>) -> bool {
    use oxc_ast::ast::ClassElement;
    let member = |element: &ClassElement<'_>| match element {
        ClassElement::MethodDefinition(method) => {
            !method.decorators.is_empty() || method.value.params.items.iter().any(|item| !item.decorators.is_empty())
        }
        ClassElement::PropertyDefinition(property) => !property.decorators.is_empty(),
        _ => false,
    };
    !class.decorators.is_empty() || class.body.body.iter().any(member)
}

/// Whose code a place is.
enum Owner<'o> {
    Symbols(&'o [usize]),
    TopLevel,
    /// A statement that only exports.
    Export,
}

/// The definitions of the file by place. Their spans never overlap, but several may share one
/// (`const { a, b } = f()`).
struct Owners {
    spans: Vec<(Range<usize>, Vec<usize>)>,
    quiet: Vec<Range<usize>>,
}

impl Owners {
    fn new(reader: &Reader<'_, '_>) -> Self {
        let mut order: Vec<usize> = (0..reader.symbols.len()).collect();
        order.sort_by_key(|index| (reader.symbols[*index].span.start, *index));
        let mut spans: Vec<(Range<usize>, Vec<usize>)> = Vec::new();
        for index in order {
            let span = &reader.symbols[index].span;
            match spans.last_mut() {
                Some((last, indices)) if *last == *span => indices.push(index),
                _ => spans.push((span.clone(), vec![index])),
            }
        }
        let mut quiet = reader.quiet.clone();
        quiet.sort_by_key(|span| span.start);
        Self { spans, quiet }
    }

    fn of(&self, place: &Range<usize>) -> Owner<'_> {
        let before = self.spans.partition_point(|(span, _)| span.start <= place.start);
        if let Some((span, symbols)) = before.checked_sub(1).map(|index| &self.spans[index])
            && place.start < span.end
        {
            return Owner::Symbols(symbols);
        }
        let before = self.quiet.partition_point(|span| span.start <= place.start);
        match before.checked_sub(1).map(|index| &self.quiet[index]) {
            Some(span) if place.start < span.end => Owner::Export,
            _ => Owner::TopLevel,
        }
    }
}

/// The span of a node of any kind.
trait SpanOf {
    fn span_of(&self) -> oxc_span::Span;
}

impl SpanOf for AstKind<'_> {
    fn span_of(&self) -> oxc_span::Span {
        oxc_span::GetSpan::span(self)
    }
}
