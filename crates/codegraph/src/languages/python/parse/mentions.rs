//! What definitions mention: names, attributes of names, imports inside of them, and what they put into collections.

use std::collections::BTreeSet;

use ruff_python_ast::{
    self as ast, Expr, ExprContext, Stmt,
    visitor::{self, Visitor},
};

use super::{Reader, bytes, dynamic, is_type_checking, registering, scopes};

impl<'a> Reader<'a> {
    /// True for a name that a function around the present place binds for itself.
    fn is_bound(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(name))
    }

    /// A name that stands by itself, or before `.attribute`.
    fn mention(&mut self, name: &ast::ExprName, attribute: Option<&str>) {
        if self.is_bound(name.id.as_str()) {
            return;
        }
        let text = name.id.to_string();
        self.current.names.insert(text.clone());
        self.mentioned.insert(text.clone());
        self.first_mentions.entry(text.clone()).or_insert_with(|| bytes(name.range));
        let known = self.attributes.entry(text).or_insert_with(|| Some(BTreeSet::new()));
        match attribute {
            Some(attribute) => known.iter_mut().for_each(|names| {
                names.insert(attribute.to_owned());
            }),
            None => *known = None,
        }
    }

    /// What a call loads by a computed name, and what it puts into a collection.
    fn read_call(&mut self, call: &'a ast::ExprCall) {
        for import in dynamic::imports(call, self.text, self.kind(false)) {
            self.current.imports.insert(self.imports.len());
            self.imports.push(import);
        }
        if let Some((module, span)) = dynamic::taken_by_name(call)
            && self.is_module(module)
        {
            self.current.imports.insert(self.imports.len());
            self.imports.push(dynamic::computed(self.text, span));
        }
        if let Expr::Attribute(method) = &*call.func
            && registering::puts(method.attr.as_str())
        {
            self.fill(&method.value);
        }
    }

    /// True for a name that is imported and may be that of a module.
    fn is_module(&self, name: &str) -> bool {
        let imports = self.import_names.get(name).into_iter().flatten();
        let lower = !name.contains(char::is_uppercase);
        !self.is_bound(name) && imports.into_iter().any(|index| self.imports[*index].whole || lower)
    }

    /// Something is put into `collection`.
    fn fill(&mut self, collection: &'a Expr) {
        if let Expr::Name(name) = collection
            && !self.is_bound(name.id.as_str())
        {
            self.current.filled.insert(name.id.to_string());
        }
    }

    fn function(&mut self, def: &'a ast::StmtFunctionDef) {
        def.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        def.type_params.iter().for_each(|parameters| self.visit_type_params(parameters));
        self.visit_parameters(&def.parameters);
        def.returns.iter().for_each(|returns| self.visit_annotation(returns));
        self.scopes.push(scopes::bound(Some(&def.parameters), &def.body));
        self.visit_body(&def.body);
        self.scopes.pop();
    }

    fn comprehension(&mut self, generators: &'a [ast::Comprehension], results: &[Option<&'a Expr>]) {
        // The first source is read outside of what the comprehension binds.
        generators.first().into_iter().for_each(|generator| self.visit_expr(&generator.iter));
        self.scopes.push(scopes::targets(generators));
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.visit_expr(&generator.iter);
            }
            generator.ifs.iter().for_each(|test| self.visit_expr(test));
        }
        results.iter().flatten().for_each(|result| self.visit_expr(result));
        self.scopes.pop();
    }
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outside = self.context;
        match stmt {
            // Imports inside a function or class belong to it, used or not: it runs them.
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                for (local, import) in self.read_import(stmt) {
                    self.current.imports.insert(import);
                    self.locals.extend(local.map(|local| (import, local)));
                }
                return;
            }
            Stmt::If(node) if is_type_checking(&node.test) => {
                self.context.type_checking = true;
                self.visit_body(&node.body);
                self.context = outside;
                node.elif_else_clauses.iter().for_each(|clause| self.visit_elif_else_clause(clause));
                return;
            }
            Stmt::FunctionDef(def) => {
                self.context.in_function = true;
                self.function(def);
                self.context = outside;
                return;
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Subscript(subscript) = target {
                        self.fill(&subscript.value);
                    }
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
        self.context = outside;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute) => {
                self.asks_for_subclasses |= attribute.attr.as_str() == "__subclasses__";
                if let Expr::Name(name) = &*attribute.value {
                    return self.mention(name, Some(attribute.attr.as_str()));
                }
            }
            Expr::Name(name) if name.ctx != ExprContext::Store || !self.scopes.is_empty() => self.mention(name, None),
            Expr::Call(call) => self.read_call(call),
            Expr::Lambda(lambda) => {
                let outside = self.context;
                lambda.parameters.iter().for_each(|parameters| self.visit_parameters(parameters));
                self.context.in_function = true;
                self.scopes.push(scopes::bound(lambda.parameters.as_deref(), &[]));
                self.visit_expr(&lambda.body);
                self.scopes.pop();
                self.context = outside;
                return;
            }
            Expr::ListComp(node) => return self.comprehension(&node.generators, &[Some(&*node.elt)]),
            Expr::SetComp(node) => return self.comprehension(&node.generators, &[Some(&*node.elt)]),
            Expr::Generator(node) => return self.comprehension(&node.generators, &[Some(&*node.elt)]),
            Expr::DictComp(node) => {
                return self.comprehension(&node.generators, &[node.key.as_deref(), Some(&*node.value)]);
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
