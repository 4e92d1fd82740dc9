//! What a name or a member stands for, followed through imports, barrels, constants and object literals.

use lockstep_script::tree::{
    Call, Class, ClassMember, Element, Expression, ExpressionKind, Function, Imported, KeyKind, Language, MemberKind,
    PatternKind, Property, PropertyKey, Statement, StatementKind,
};

use super::{
    At, Exported, FARTHEST, STEPS, Script, Scripts,
    top::{Bound, Step, bound_by, element, property, spreads, taken},
};

/// What an expression means, and under which name it is defined.
#[derive(Clone)]
pub(crate) struct Found<'s> {
    pub(crate) meaning: Meaning<'s>,
    /// The module and the name in it that hold the value; none for a value that has no name.
    pub(crate) home: Option<(&'s Script, &'s str)>,
}

/// What an expression means.
#[derive(Clone)]
pub(crate) enum Meaning<'s> {
    /// A value, and the steps into it that its own text does not answer.
    Value(At<'s>, Vec<Step<'s>>),
    /// A function with a name, or a method.
    Function(&'s Script, &'s Function, Option<&'s Class>),
    /// A class.
    Class(&'s Script, &'s Class),
    /// A module of the repository, as one object.
    Module(&'s Script),
    /// Something of a package from outside: its module, and the dotted name in it.
    Package(String, String),
    /// Nobody knows.
    Unknown,
}

impl<'s> From<Meaning<'s>> for Found<'s> {
    fn from(meaning: Meaning<'s>) -> Self {
        Self { meaning, home: None }
    }
}

const UNKNOWN: Found<'static> = Found { meaning: Meaning::Unknown, home: None };

impl Scripts<'_> {
    /// What an expression means.
    pub(crate) fn find<'s>(&'s self, at: At<'s>) -> Found<'s> {
        self.steps.set(STEPS);
        self.follow(at, FARTHEST)
    }

    /// What a module exports as `name`.
    pub(crate) fn exported<'s>(&'s self, script: &'s Script, name: &'s str) -> Found<'s> {
        self.steps.set(STEPS);
        self.export(script, name, FARTHEST)
    }

    /// What the module's own `name` means.
    pub(crate) fn named<'s>(&'s self, script: &'s Script, name: &'s str) -> Found<'s> {
        self.steps.set(STEPS);
        self.top_name(script, name, FARTHEST)
    }

    /// The value of `key` in what `at` means.
    pub(crate) fn member<'s>(&'s self, at: At<'s>, key: &'s str) -> Found<'s> {
        self.steps.set(STEPS);
        let whole = self.follow(at, FARTHEST);
        self.step(whole, Step::Key(key), FARTHEST)
    }

    /// As [`Self::member`], if it is a value.
    pub(crate) fn property<'s>(&'s self, at: At<'s>, key: &'s str) -> Option<At<'s>> {
        match self.member(at, key).meaning {
            Meaning::Value(at, rest) if rest.is_empty() => Some(at),
            _ => None,
        }
    }

    /// The module that an export, an import or a `require` names.
    pub(crate) fn module<'s>(&'s self, from: &Script, specifier: &str) -> Option<&'s Script> {
        self.imported(from, specifier, 0, &[]).into_iter().next_back()
    }

    fn follow<'s>(&'s self, at: At<'s>, left: usize) -> Found<'s> {
        let Some(left) = self.less(left) else { return UNKNOWN };
        match &at.expression.kind {
            ExpressionKind::Name(name) => self.name(at, name, left),
            ExpressionKind::Member(object, key) => {
                let whole = self.follow(at.with(object), left);
                self.step(whole, Step::Key(key), left)
            }
            ExpressionKind::Index(object, key) => match &key.kind {
                ExpressionKind::String(key) => {
                    let whole = self.follow(at.with(object), left);
                    self.step(whole, Step::Key(key), left)
                }
                _ => Meaning::Value(at, Vec::new()).into(),
            },
            ExpressionKind::This => match at.class {
                Some(class) => Meaning::Class(at.script, class).into(),
                None => UNKNOWN,
            },
            ExpressionKind::Await(inner) => self.follow(at.with(inner), left),
            ExpressionKind::Import(module) => self.required(at, module),
            ExpressionKind::Call(call) if is_require(call) => self.required(at, &call.arguments[0].value),
            ExpressionKind::Class(class) => Meaning::Class(at.script, class).into(),
            _ => Meaning::Value(at, Vec::new()).into(),
        }
    }

    /// One less; none if this goes too far, or the question has taken enough steps.
    fn less(&self, left: usize) -> Option<usize> {
        Self::take(&self.steps)?;
        left.checked_sub(1)
    }

    fn required<'s>(&'s self, at: At<'s>, module: &'s Expression) -> Found<'s> {
        let Some(specifier) = module.as_text() else { return UNKNOWN };
        match self.module(at.script, &specifier) {
            Some(script) => Meaning::Module(script).into(),
            None => Meaning::Package(specifier, String::new()).into(),
        }
    }

    fn name<'s>(&'s self, at: At<'s>, name: &'s str, left: usize) -> Found<'s> {
        if let Some(function) = at.inside {
            if let Some(bound) = local(&function.body, name) {
                return self.bound(at, name, bound, None, left);
            }
            let is_parameter = function.parameters.iter().any(|one| binds(&one.pattern.kind, name));
            if is_parameter {
                return UNKNOWN;
            }
        }
        self.top_name(at.script, name, left)
    }

    fn top_name<'s>(&'s self, script: &'s Script, name: &'s str, left: usize) -> Found<'s> {
        let Some(left) = self.less(left) else { return UNKNOWN };
        if let Some(top) = script.names.get(name).and_then(|at| script.tops.get(*at))
            && let Some(bound) = top.bound(name)
        {
            let at = At { script, expression: &NOTHING, inside: None, class: None };
            return self.bound(at, name, bound, Some((script, name)), left);
        }
        // `from m import *`.
        let imports = script.tops.iter().rev().filter_map(|top| match &top.statement.kind {
            StatementKind::Import(import) if import.bindings.iter().any(|one| one.imported == Imported::All) => {
                Some(import)
            }
            _ => None,
        });
        for import in imports {
            let modules = self.imported(script, &import.module, import.level, &[name.to_owned()]);
            let found = modules.into_iter().rev().map(|module| self.export(module, name, left));
            if let Some(found) = found.into_iter().find(|found| !matches!(found.meaning, Meaning::Unknown)) {
                return found;
            }
        }
        UNKNOWN
    }

    fn bound<'s>(
        &'s self,
        at: At<'s>,
        name: &'s str,
        bound: Bound<'s>,
        home: Option<(&'s Script, &'s str)>,
        left: usize,
    ) -> Found<'s> {
        let _ = name;
        match bound {
            Bound::Function(function) => Found { meaning: Meaning::Function(at.script, function, at.class), home },
            Bound::Class(class) => Found { meaning: Meaning::Class(at.script, class), home },
            Bound::Value(value, steps) => {
                let mut found = self.follow(at.with(value), left);
                for step in steps {
                    found = self.step(found, step, left);
                }
                // A value that is written here has its home here; one that was followed further has another.
                Found { home: found.home.or(home), ..found }
            }
            Bound::Import(import, binding) => {
                let taken = taken(binding);
                let names: Vec<String> = taken.into_iter().map(str::to_owned).collect();
                let modules = self.imported(at.script, &import.module, import.level, &names);
                let Some(module) = modules.last().copied() else {
                    return Meaning::Package(import.module.clone(), taken.unwrap_or_default().to_owned()).into();
                };
                let Some(taken) = taken else { return Meaning::Module(module).into() };
                // Of a package and a module of it, Python's import may mean the module itself.
                if module.language == Language::Python
                    && module.path.file_stem() == taken
                    && !module.names.contains_key(taken)
                {
                    return Meaning::Module(module).into();
                }
                self.export(module, taken, left)
            }
        }
    }

    fn export<'s>(&'s self, script: &'s Script, name: &'s str, left: usize) -> Found<'s> {
        let Some(left) = self.less(left) else { return UNKNOWN };
        if script.language == Language::Python {
            return self.top_name(script, name, left);
        }
        let exports: Vec<_> = script.tops.iter().flat_map(|top| top.exports()).collect();
        let home = Some((script, name));
        for export in exports.iter().filter(|export| export.name == name) {
            let found = match export.what {
                Exported::Name(here) => self.top_name(script, here, left),
                Exported::From(module, there) => match self.module(script, module) {
                    Some(module) => self.export(module, there, left),
                    None => Meaning::Package(module.to_owned(), there.to_owned()).into(),
                },
                Exported::Module(module) => match self.module(script, module) {
                    Some(module) => Meaning::Module(module).into(),
                    None => Meaning::Package(module.to_owned(), String::new()).into(),
                },
                Exported::Value(value) => {
                    let found = self.follow(script.at(value), left);
                    Found { home: found.home.or(home), ..found }
                }
                Exported::All(_) | Exported::Properties(_) => continue,
            };
            return found;
        }
        for export in &exports {
            let found = match export.what {
                Exported::All(module) => {
                    self.module(script, module).map_or(UNKNOWN, |module| self.export(module, name, left))
                }
                Exported::Properties(value) => {
                    let whole = self.follow(script.at(value), left);
                    let found = self.step(whole, Step::Key(name), left);
                    Found { home: found.home.or(home), ..found }
                }
                _ => continue,
            };
            if !matches!(found.meaning, Meaning::Unknown) {
                return found;
            }
        }
        // A CommonJS module that is imported as a whole.
        if name == "default"
            && exports.iter().any(|export| matches!(export.what, Exported::Properties(_) | Exported::Value(_)))
        {
            return Meaning::Module(script).into();
        }
        UNKNOWN
    }

    /// One step into what is found.
    fn step<'s>(&'s self, whole: Found<'s>, step: Step<'s>, left: usize) -> Found<'s> {
        let Some(left) = self.less(left) else { return UNKNOWN };
        match (whole.meaning, step) {
            (Meaning::Module(script), Step::Key(key)) => self.export(script, key, left),
            (Meaning::Package(module, name), Step::Key(key)) => {
                let dotted = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
                Meaning::Package(module, dotted).into()
            }
            (Meaning::Class(script, class), Step::Key(key)) => self.in_class(script, class, key, left),
            (Meaning::Value(at, rest), step) if rest.is_empty() => match self.into(at, step, left) {
                Some(found) => found,
                None => Found { meaning: Meaning::Value(at, vec![step]), home: None },
            },
            (Meaning::Value(at, mut rest), step) if rest.len() < FARTHEST => {
                rest.push(step);
                Meaning::Value(at, rest).into()
            }
            _ => UNKNOWN,
        }
    }

    /// A step into a literal; none if `at` is none.
    fn into<'s>(&'s self, at: At<'s>, step: Step<'s>, left: usize) -> Option<Found<'s>> {
        match (&at.expression.kind, step) {
            (ExpressionKind::Object(properties), Step::Key(key)) => {
                if let Some(value) = property(properties, key) {
                    return Some(self.follow(at.with(value), left));
                }
                let mut found = spreads(properties).map(|value| {
                    let whole = self.follow(at.with(value), left);
                    self.step(whole, step, left)
                });
                let found = found.find(|found| match &found.meaning {
                    Meaning::Unknown => false,
                    Meaning::Value(_, rest) => rest.is_empty(),
                    _ => true,
                });
                Some(found.unwrap_or(UNKNOWN))
            }
            (ExpressionKind::Array(elements), Step::Index(index)) => {
                Some(element(elements, index).map_or(UNKNOWN, |value| self.follow(at.with(value), left)))
            }
            // `new Thing().run`: what the class of the repository has under that name.
            (ExpressionKind::New(call), Step::Key(key)) => match self.follow(at.with(&call.callee), left).meaning {
                Meaning::Class(script, class) => Some(self.in_class(script, class, key, left)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A field or method of a class, or of one that it extends. A field that is a name is followed.
    fn in_class<'s>(&'s self, script: &'s Script, class: &'s Class, key: &'s str, left: usize) -> Found<'s> {
        let Some(left) = self.less(left) else { return UNKNOWN };
        match own_member(script, class, key) {
            Some(Meaning::Value(at, _)) => return self.follow(at, left),
            Some(meaning) => return meaning.into(),
            None => {}
        }
        for base in &class.bases {
            if let Meaning::Class(script, class) = self.follow(script.at(&base.value), left).meaning {
                let found = self.in_class(script, class, key, left);
                if !matches!(found.meaning, Meaning::Unknown) {
                    return found;
                }
            }
        }
        UNKNOWN
    }

    /// The properties of what `at` means, those of spreads too, in the order in which they are written.
    pub(crate) fn properties<'s>(&'s self, at: At<'s>) -> Vec<(&'s PropertyKey, At<'s>)> {
        let mut found = Vec::new();
        self.steps.set(STEPS);
        self.add_properties(at, FARTHEST, &mut found);
        found
    }

    fn add_properties<'s>(&'s self, at: At<'s>, left: usize, found: &mut Vec<(&'s PropertyKey, At<'s>)>) {
        let Some(left) = self.less(left) else { return };
        let Meaning::Value(at, rest) = self.follow(at, left).meaning else { return };
        let ExpressionKind::Object(properties) = &at.expression.kind else { return };
        if !rest.is_empty() {
            return;
        }
        for property in properties {
            match property {
                Property::Pair(key, value) => found.push((key, at.with(value))),
                Property::Spread(value) => self.add_properties(at.with(value), left, found),
            }
        }
    }

    /// The elements of what `at` means, if it is an array literal.
    pub(crate) fn items<'s>(&'s self, at: At<'s>) -> Vec<At<'s>> {
        match self.find(at).meaning {
            Meaning::Value(at, rest) if rest.is_empty() => match &at.expression.kind {
                ExpressionKind::Array(elements) => elements
                    .iter()
                    .filter_map(|element| match element {
                        Element::Item(value) => Some(at.with(value)),
                        Element::Spread(_) | Element::Hole => None,
                    })
                    .collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// Stands where an expression is asked for and none is looked at.
static NOTHING: Expression = Expression { span: 0..0, kind: ExpressionKind::Null };

fn is_require(call: &Call) -> bool {
    matches!(&call.callee.kind, ExpressionKind::Name(name) if name == "require") && call.arguments.len() == 1
}

/// What binds `name` among the statements of a function, those of its blocks too, those of inner functions not.
fn local<'s>(body: &'s [Statement], name: &str) -> Option<Bound<'s>> {
    let mut open: Vec<&'s Statement> = body.iter().collect();
    while let Some(statement) = open.pop() {
        if let Some(bound) = bound_by(statement, name) {
            return Some(bound);
        }
        match &statement.kind {
            StatementKind::If { then, otherwise, .. } => open.extend(then.iter().chain(otherwise)),
            StatementKind::Block(body) | StatementKind::With { body, .. } | StatementKind::For { body, .. } => {
                open.extend(body);
            }
            StatementKind::Try { body, after, .. } => open.extend(body.iter().chain(after)),
            _ => {}
        }
    }
    None
}

fn binds(pattern: &PatternKind, name: &str) -> bool {
    match pattern {
        PatternKind::Name(bound) => bound == name,
        PatternKind::Default(inner, _) => binds(&inner.kind, name),
        PatternKind::Object { properties, rest } => {
            properties.iter().any(|(_, inner)| binds(&inner.kind, name))
                || rest.as_ref().is_some_and(|inner| binds(&inner.kind, name))
        }
        PatternKind::Array { elements, .. } => elements.iter().flatten().any(|inner| binds(&inner.kind, name)),
        PatternKind::Place(_) => false,
    }
}

/// A field or method of a class itself.
fn own_member<'s>(script: &'s Script, class: &'s Class, key: &str) -> Option<Meaning<'s>> {
    let named = |written: &PropertyKey| matches!(&written.kind, KeyKind::Name(name) if name == key);
    let member = |member: &'s ClassMember| match &member.kind {
        MemberKind::Field(name, Some(value)) if named(name) => {
            Some(Meaning::Value(At { script, expression: value, inside: None, class: Some(class) }, Vec::new()))
        }
        MemberKind::Method(name, function) | MemberKind::Getter(name, function) if named(name) => {
            Some(Meaning::Function(script, function, Some(class)))
        }
        MemberKind::Constructor(function) => {
            let value = function.body.iter().find_map(|statement| assigned_to_this(statement, key))?;
            Some(Meaning::Value(
                At { script, expression: value, inside: Some(function), class: Some(class) },
                Vec::new(),
            ))
        }
        _ => None,
    };
    class.members.iter().find_map(member)
}

/// The value in `this.key = value`, `self.key = value`.
fn assigned_to_this<'s>(statement: &'s Statement, key: &str) -> Option<&'s Expression> {
    let is_own = |place: &Expression| match &place.kind {
        ExpressionKind::Member(object, name) => {
            name == key && matches!(object.dotted_name().as_deref(), Some("this" | "self"))
        }
        _ => false,
    };
    let is_target = |pattern: &PatternKind| matches!(pattern, PatternKind::Place(place) if is_own(place));
    match &statement.kind {
        StatementKind::Expression(Expression { kind: ExpressionKind::Assign(target, None, value), .. }) => {
            is_target(&target.kind).then_some(value)
        }
        StatementKind::Variable { targets, value: Some(value) } => {
            targets.iter().any(|target| is_target(&target.kind)).then_some(value)
        }
        _ => None,
    }
}
