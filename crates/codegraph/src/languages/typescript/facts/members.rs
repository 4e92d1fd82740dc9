//! What the names of a file do not show: which members of a module are used, and whether parts of the file may reach
//! each other unseen.

use oxc_ast::AstKind;
use oxc_span::{GetSpan, Span};
use oxc_syntax::{node::NodeId, symbol::SymbolId};

use super::Reader;
use crate::{Export, Opaque};

impl Reader<'_, '_> {
    /// Fills [`crate::Import::members`].
    pub(super) fn members(&mut self) {
        let whole = |imports: &&Vec<usize>| imports.iter().any(|import| self.imports[*import].whole);
        let bound = self.bindings.iter().filter(|(_, imports)| whole(imports));
        let found: Vec<(Vec<usize>, Option<Vec<String>>)> =
            bound.map(|(local, imports)| (imports.clone(), self.members_of(*local))).collect();
        for (imports, members) in found {
            for import in imports {
                self.imports[import].members.clone_from(&members);
            }
        }
    }

    /// The members that are used of a module bound to `local`; none if it is exported or used as a value.
    fn members_of(&self, local: SymbolId) -> Option<Vec<String>> {
        if self.exports.iter().any(|export| export.local == Some(local)) {
            return None;
        }
        let references = self.semantic.scoping().get_resolved_references(local);
        let mut names = references.map(|reference| self.member(reference.node_id())).collect::<Option<Vec<_>>>()?;
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    /// `b` for the `a` of `a.b`.
    fn member(&self, reference: NodeId) -> Option<String> {
        let nodes = self.semantic.nodes();
        let at = nodes.kind(reference).span();
        match nodes.parent_kind(reference) {
            AstKind::StaticMemberExpression(member) if member.object.span() == at => {
                Some(member.property.name.to_string())
            }
            AstKind::TSQualifiedName(name) if name.left.span() == at => Some(name.right.name.to_string()),
            _ => None,
        }
    }

    /// See [`crate::FileFacts::opaque`]. Besides `eval`, it is CommonJS that hides uses: whatever reads `exports` may
    /// read any of them, and properties of the one value that a module exports go where it goes.
    pub(super) fn is_opaque(&self, exports: &[Export]) -> Option<Opaque> {
        let scoping = self.semantic.scoping();
        let place = |reference: NodeId| self.semantic.nodes().kind(reference).span();
        let mut assigned = None;
        for (name, references) in scoping.root_unresolved_references() {
            let mut nodes = references.iter().map(|id| scoping.get_reference(*id).node_id());
            match name.as_str() {
                "eval" => return nodes.next().map(|node| opaque(place(node), "`eval` may use any name")),
                "exports" | "module" => {
                    for node in nodes {
                        match self.role_of_exports(node) {
                            Role::Assigned => assigned = assigned.or(Some(place(node))),
                            Role::Asked => {}
                            Role::Value => return Some(opaque(place(node), "what is exported is used as a value")),
                        }
                    }
                }
                _ => {}
            }
        }
        let named = |default: bool| exports.iter().any(|export| (export.name == "default") == default);
        let both = named(true) && named(false);
        assigned.filter(|_| both).map(|at| opaque(at, "exports are set on a value that is exported itself"))
    }

    /// What the reference to `exports` or `module` is there for.
    fn role_of_exports(&self, reference: NodeId) -> Role {
        let nodes = self.semantic.nodes();
        let at = nodes.kind(reference).span();
        let mut assigned = false;
        for kind in nodes.ancestor_kinds(reference) {
            match kind {
                AstKind::StaticMemberExpression(_) if !assigned => {}
                AstKind::AssignmentExpression(assignment) => {
                    let left = assignment.left.span();
                    // Outside of it may be another: `module.exports = exports = …`.
                    let inside = left.start <= at.start && at.end <= left.end;
                    if !assigned && !inside {
                        return Role::Value;
                    }
                    assigned = true;
                }
                AstKind::ExpressionStatement(_) if assigned => {}
                AstKind::Program(_) if assigned => return Role::Assigned,
                // `require.main === module`
                AstKind::BinaryExpression(_) if !assigned => return Role::Asked,
                _ => return Role::Value,
            }
        }
        Role::Value
    }
}

fn opaque(at: Span, reason: &str) -> Opaque {
    Opaque { span: at.start as usize..at.end as usize, reason: reason.to_owned() }
}

/// What a mention of `exports` or `module` does.
enum Role {
    /// It gives a value to an export, in a statement of its own.
    Assigned,
    /// It asks whether the file is the program.
    Asked,
    /// Anything else.
    Value,
}
