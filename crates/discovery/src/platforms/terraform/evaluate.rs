//! Expressions, evaluated as far as the checkout tells. What only a deployment knows stays a hole or a reference.

use std::{collections::BTreeMap, rc::Rc};

use lockstep_document::hcl::{Expr, ExprKind, For, Part, Step};

use super::{
    builtins,
    value::{Piece, ROOT_MARK, Reference, Value},
    world::{Bound, Env, World},
};

/// How many steps the answer to one question may take.
const STEPS: usize = 300_000;

/// How deep an evaluation may go: values of values, operands of operands.
const DEPTH: usize = 160;

impl World<'_> {
    /// What `expr` comes to.
    pub(super) fn eval(&self, expr: &Expr, env: Env<'_>) -> Value {
        let depth = self.depth.get();
        // What one question takes is not taken from the others.
        if depth == 0 {
            self.steps.set(STEPS.min(self.all_steps.get()));
        }
        let steps = self.steps.get();
        if steps == 0 || depth >= DEPTH {
            return Value::unknown();
        }
        self.steps.set(steps - 1);
        self.all_steps.set(self.all_steps.get().saturating_sub(1));
        self.depth.set(depth + 1);
        let value = self.eval_kind(expr, env);
        self.depth.set(depth);
        value
    }

    fn eval_kind(&self, expr: &Expr, env: Env<'_>) -> Value {
        match &expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Number(number) => number.parse().map_or_else(|_| Value::unknown(), Value::Number),
            ExprKind::Text(text) => Value::text(text),
            ExprKind::Template(parts) => self.template(parts, env),
            ExprKind::List(items) => Value::list(items.iter().map(|item| self.eval(item, env)).collect()),
            ExprKind::Object(entries) => self.object(entries, env),
            ExprKind::Name(name) => self.name(name, &[], env),
            ExprKind::Traversal { of, steps } => self.traversal(of, steps, env),
            ExprKind::Call { name, arguments, expand_last } => self.call(name, arguments, *expand_last, env),
            ExprKind::Conditional { test, then, otherwise } => self.choose(test, then, otherwise, env),
            ExprKind::For(of) => self.repeat(of, env),
            ExprKind::Unary { operator, of } => builtins::unary(operator, &self.eval(of, env)),
            ExprKind::Binary { operator, left, right } => {
                builtins::binary(operator, &self.eval(left, env), &self.eval(right, env))
            }
        }
    }

    /// Text with its holes filled.
    pub(super) fn template(&self, parts: &[Part], env: Env<'_>) -> Value {
        // `"${x}"` is x itself.
        if let [Part::Hole(expr)] = parts {
            return self.eval(expr, env);
        }
        let mut pieces = Vec::new();
        self.fill(parts, env, &mut pieces);
        Value::joined(pieces)
    }

    fn fill(&self, parts: &[Part], env: Env<'_>, pieces: &mut Vec<Piece>) {
        for part in parts {
            match part {
                Part::Text(text) => pieces.push(Piece::Text(Rc::from(text.as_str()))),
                Part::Hole(expr) => pieces.extend(self.eval(expr, env).pieces()),
                Part::If { test, then, otherwise } => match self.eval(test, env) {
                    Value::Bool(false) => self.fill(otherwise, env, pieces),
                    _ => self.fill(then, env, pieces),
                },
                Part::For { collection, .. } => {
                    self.eval(collection, env)
                        .each_reference(&mut |reference| pieces.push(Piece::Ref(reference.clone())));
                    pieces.push(Piece::Hole);
                }
            }
        }
    }

    fn object(&self, entries: &[(Expr, Expr)], env: Env<'_>) -> Value {
        let mut map = BTreeMap::new();
        for (key, value) in entries {
            let (key, value) = (self.eval(key, env), self.eval(value, env));
            // A key with holes is kept as a pattern: the value still says what it is made of.
            map.insert(key.known().unwrap_or_else(|| self.pattern(&key)), value);
        }
        Value::map(map)
    }

    fn traversal(&self, of: &Expr, steps: &[Step], env: Env<'_>) -> Value {
        match &of.kind {
            ExprKind::Name(name) => self.name(name, steps, env),
            _ => self.steps(self.eval(of, env), steps, env),
        }
    }

    /// The value of a name and what is taken of it.
    fn name(&self, name: &str, steps: &[Step], env: Env<'_>) -> Value {
        let mut bound = env.bound;
        while let Some(one) = bound {
            // A bound value without a name is a mapping of names: the variables of a template.
            let value = if one.name.is_empty() { one.value.get(name) } else { (one.name == name).then_some(one.value) };
            if let Some(value) = value {
                return self.steps(value.clone(), steps, env);
            }
            bound = one.next;
        }
        let (first, rest) = match steps {
            [Step::Attribute(first), rest @ ..] => (first.as_str(), rest),
            _ => return Value::unknown(),
        };
        let scope = env.scope;
        match name {
            "var" => self.steps(self.variable(scope, first), rest, env),
            "local" => self.steps(self.local(scope, first), rest, env),
            "path" => self.path(scope, first),
            "dependency" => self.dependency(scope, first, rest, env),
            "module" => self.referenced(scope, &format!("module.{first}"), rest, env),
            "data" => match rest {
                [Step::Attribute(second), rest @ ..] => {
                    self.referenced(scope, &format!("data.{first}.{second}"), rest, env)
                }
                _ => Value::unknown(),
            },
            "each" | "count" | "terraform" | "self" | "include" | "feature" | "values" => Value::unknown(),
            kind => self.referenced(scope, &format!("{kind}.{first}"), rest, env),
        }
    }

    fn referenced(&self, scope: usize, address: &str, steps: &[Step], env: Env<'_>) -> Value {
        let reference = Reference { scope, address: Rc::from(address), key: None, path: Vec::new() };
        self.steps(Value::Ref(Rc::new(reference)), steps, env)
    }

    fn path(&self, scope: usize, which: &str) -> Value {
        let scope = self.scope(scope);
        let module = if which == "module" { scope.module } else { self.scope(scope.root).module };
        let folder = &self.modules[module].folder;
        Value::text(&format!("{ROOT_MARK}{}", if folder.is_root() { "." } else { folder.as_str() }))
    }

    /// Remembers what `make` makes; in a circle, nothing is known.
    pub(super) fn remembered(&self, scope: usize, name: String, make: impl FnOnce() -> Value) -> Value {
        let key = (scope, name);
        if let Some(known) = self.values.borrow().get(&key) {
            return known.clone().unwrap_or_else(Value::unknown);
        }
        self.values.borrow_mut().insert(key.clone(), None);
        let value = make();
        self.values.borrow_mut().insert(key, Some(value.clone()));
        value
    }

    fn local(&self, scope: usize, name: &str) -> Value {
        let Some(expr) = self.module_of(scope).local(name) else { return Value::unknown() };
        self.remembered(scope, format!("local.{name}"), || self.eval(expr, Env { scope, bound: None }))
    }

    /// What a variable is set to: by the call, by Terragrunt, by a file of values, by its default.
    pub(super) fn variable(&self, scope: usize, name: &str) -> Value {
        self.remembered(scope, format!("var.{name}"), || {
            let of = self.scope(scope);
            if let Some(call) = &of.call {
                let block = self.module_of(call.scope).block_at(call.at);
                if let Some(given) = block.body.attribute(name) {
                    let bound = call.instance.bound();
                    let value = self.eval(&given.value, Env { scope: call.scope, bound: bound.as_ref() });
                    // Null stands for the default.
                    if value != Value::Null {
                        return value;
                    }
                }
            } else if let Some(unit) = of.unit {
                if let Some(value) = self.inputs(unit).get(name) {
                    return value.clone();
                }
            } else if let Some(set) = self.modules[of.module].set_value(name) {
                return self.eval(set, Env { scope, bound: None });
            }
            let declared = self.modules[of.module].block(&format!("var.{name}"));
            match declared.and_then(|block| block.body.attribute("default")) {
                Some(default) => self.eval(&default.value, Env { scope, bound: None }),
                None if of.call.is_none() => self.agreed(scope, name),
                None => Value::unknown(),
            }
        })
    }

    /// The value that all files agree on which set a variable of a root, whichever of them is named on the command line.
    fn agreed(&self, scope: usize, name: &str) -> Value {
        let module = self.module_of(scope);
        let mut values = module.other_values(name).map(|value| self.eval(value, Env { scope, bound: None }));
        let Some(first) = values.next() else { return Value::unknown() };
        if values.all(|value| value == first) { first } else { Value::unknown() }
    }

    /// The value of an output of a scope.
    pub(super) fn output(&self, scope: usize, name: &str) -> Value {
        self.remembered(scope, format!("output.{name}"), || {
            let block = self.module_of(scope).block(&format!("output.{name}"));
            match block.and_then(|block| block.body.attribute("value")) {
                Some(value) => self.eval(&value.value, Env { scope, bound: None }),
                None => Value::unknown(),
            }
        })
    }

    /// What `steps` take of `value`.
    pub(super) fn steps(&self, value: Value, steps: &[Step], env: Env<'_>) -> Value {
        let mut value = value;
        for (number, step) in steps.iter().enumerate() {
            value = match step {
                Step::Attribute(name) => self.attribute(&value, name),
                Step::Index(index) => self.item(&value, &self.eval(index, env)),
                Step::Splat => {
                    let rest = &steps[number + 1..];
                    let items = self.all_of(&value);
                    return match items {
                        Some(items) => Value::list(items.into_iter().map(|item| self.steps(item, rest, env)).collect()),
                        None => self.steps(value, rest, env),
                    };
                }
            };
        }
        value
    }

    /// The items of a list, a mapping, or all instances of a resource or a module.
    pub(super) fn all_of(&self, value: &Value) -> Option<Vec<Value>> {
        match value {
            Value::List(items) => Some(items.to_vec()),
            Value::Map(entries) => Some(entries.values().cloned().collect()),
            Value::Ref(reference) if reference.path.is_empty() && reference.key.is_none() => {
                let keys = self.keys_of(reference);
                let of = |key: &Rc<str>| self.step_to_key(reference, key);
                (!keys.is_empty()).then(|| keys.iter().map(of).collect())
            }
            _ => None,
        }
    }

    fn attribute(&self, value: &Value, name: &str) -> Value {
        match value {
            Value::Map(entries) => match entries.get(name) {
                Some(value) => value.clone(),
                None => Value::made_of([value]),
            },
            // `x[0].y` written as `x.0.y`, or a block that stands once.
            Value::List(items) => match name.parse::<usize>() {
                Ok(at) => items.get(at).cloned().unwrap_or_else(Value::unknown),
                Err(_) if items.len() == 1 => self.attribute(&items[0], name),
                Err(_) => Value::made_of([value]),
            },
            Value::Ref(reference) => self.of_reference(reference, name),
            other => Value::made_of([other]),
        }
    }

    /// An attribute of a resource, or an output of a module.
    fn of_reference(&self, reference: &Rc<Reference>, name: &str) -> Value {
        if reference.is_module() && reference.path.is_empty() {
            let module = self.module_of(reference.scope);
            let children = module.at(&reference.address).map(|at| self.children(reference.scope, at));
            let wanted = reference.key.as_deref();
            let child = children
                .iter()
                .flat_map(|all| all.iter())
                .find(|(key, _)| wanted.is_none_or(|wanted| key.as_deref() == Some(wanted)));
            if let Some((_, child)) = child.or_else(|| children.as_ref()?.first()) {
                return self.output(*child, name);
            }
        }
        let mut longer = (**reference).clone();
        if longer.path.len() < 16 {
            longer.path.push(Rc::from(name));
        }
        Value::Ref(Rc::new(longer))
    }

    fn item(&self, value: &Value, index: &Value) -> Value {
        let key = index.known();
        match (value, key) {
            (Value::List(items), Some(key)) => match key.parse::<usize>() {
                Ok(at) => items.get(at).cloned().unwrap_or_else(Value::unknown),
                Err(_) => Value::made_of([value]),
            },
            (Value::List(_), None) => Value::made_of([value]),
            (Value::Map(entries), Some(key)) => {
                // A key with holes that ends like the one that is asked for is that one.
                let found = entries.get(&key);
                found.cloned().unwrap_or_else(|| Value::made_of([value]))
            }
            (Value::Map(entries), None) => {
                let wanted = self.pattern(index);
                entries.get(&wanted).cloned().unwrap_or_else(|| Value::made_of([value]))
            }
            (Value::Ref(reference), Some(key)) if reference.path.is_empty() && reference.key.is_none() => {
                self.step_to_key(reference, &key)
            }
            (other, _) => other.clone(),
        }
    }

    fn choose(&self, test: &Expr, then: &Expr, otherwise: &Expr, env: Env<'_>) -> Value {
        match self.eval(test, env) {
            Value::Bool(true) => return self.eval(then, env),
            Value::Bool(false) => return self.eval(otherwise, env),
            _ => {}
        }
        let (first, second) = (self.eval(then, env), self.eval(otherwise, env));
        match (&first, &second) {
            _ if first == second || second.is_empty() => first,
            _ if first.is_empty() => second,
            // Which of the two is not known; the larger one says more.
            (Value::Map(one), Value::Map(other)) => {
                if one.len() >= other.len() {
                    first
                } else {
                    second
                }
            }
            (Value::List(one), Value::List(other)) => {
                if one.len() >= other.len() {
                    first
                } else {
                    second
                }
            }
            _ => Value::made_of([&first, &second]),
        }
    }

    fn call(&self, name: &str, arguments: &[Expr], expand_last: bool, env: Env<'_>) -> Value {
        match name {
            "try" | "coalesce" if !expand_last => {
                let values = arguments.iter().map(|argument| self.eval(argument, env));
                let mut rest: Vec<Value> = Vec::new();
                for value in values {
                    if !matches!(value, Value::Null | Value::Unknown(_)) && (name == "try" || !value.is_empty()) {
                        return if rest.is_empty() || name == "try" {
                            value
                        } else {
                            Value::made_of(rest.iter().chain([&value]))
                        };
                    }
                    if matches!(value, Value::Unknown(_)) {
                        rest.push(value);
                    }
                }
                return Value::made_of(&rest);
            }
            "can" => return Value::unknown(),
            _ => {}
        }
        let mut values: Vec<Value> = arguments.iter().map(|argument| self.eval(argument, env)).collect();
        if expand_last && let Some(last) = values.pop() {
            match self.all_of(&last) {
                Some(items) => values.extend(items),
                None => values.push(last),
            }
        }
        builtins::call(self, name, &values, env.scope)
    }

    fn repeat(&self, of: &For, env: Env<'_>) -> Value {
        let collection = self.eval(&of.collection, env);
        let Some(entries) = self.entries(&collection) else {
            let unknown = Value::made_of([&collection]);
            return Value::made_of([&self.once(of, &unknown, &unknown, env).1]);
        };
        let mut list = Vec::new();
        let mut map: BTreeMap<String, Value> = BTreeMap::new();
        for (key, value) in &entries {
            let (result_key, result, counts) = {
                let (result_key, result) = self.once(of, key, value, env);
                let counts = of.condition.as_ref().is_none_or(|condition| {
                    self.with(of, key, value, env, |env| self.eval(condition, env)) != Value::Bool(false)
                });
                (result_key, result, counts)
            };
            if !counts {
                continue;
            }
            match result_key {
                None => list.push(result),
                Some(key) => {
                    let key = key.known().unwrap_or_else(|| self.pattern(&key));
                    if of.grouping {
                        let mut grouped = map.remove(&key).map_or_else(Vec::new, |known| known.items().to_vec());
                        grouped.push(result);
                        map.insert(key, Value::list(grouped));
                    } else {
                        map.insert(key, result);
                    }
                }
            }
        }
        if of.result_key.is_some() { Value::map(map) } else { Value::list(list) }
    }

    fn once(&self, of: &For, key: &Value, value: &Value, env: Env<'_>) -> (Option<Value>, Value) {
        self.with(of, key, value, env, |env| {
            (of.result_key.as_ref().map(|key| self.eval(key, env)), self.eval(&of.result, env))
        })
    }

    fn with<T>(&self, of: &For, key: &Value, value: &Value, env: Env<'_>, act: impl FnOnce(Env<'_>) -> T) -> T {
        let outer = Bound { name: &of.value, value, next: env.bound };
        let inner = of.key.as_ref().map(|name| Bound { name, value: key, next: Some(&outer) });
        act(Env { scope: env.scope, bound: Some(inner.as_ref().unwrap_or(&outer)) })
    }

    /// Keys and values of what can be gone through.
    pub(super) fn entries(&self, value: &Value) -> Option<Vec<(Value, Value)>> {
        match value {
            Value::Map(entries) => Some(entries.iter().map(|(key, value)| (Value::text(key), value.clone())).collect()),
            Value::List(items) => {
                let number = |at: usize| Value::Number(at as f64);
                Some(items.iter().enumerate().map(|(at, item)| (number(at), item.clone())).collect())
            }
            Value::Ref(reference) if reference.path.is_empty() && reference.key.is_none() => {
                let keys = self.keys_of(reference);
                let of = |key: &Rc<str>| (Value::text(key), self.step_to_key(reference, key));
                (!keys.is_empty()).then(|| keys.iter().map(of).collect())
            }
            _ => None,
        }
    }
}
