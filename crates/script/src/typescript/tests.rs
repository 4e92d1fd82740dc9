//! What TypeScript becomes in the neutral tree, case by case.

use lockstep_model::RepoPath;

use super::*;
use crate::tree::{
    Argument, ArgumentKind, Element, Export, Expression, ExpressionKind, Imported, KeyKind, MemberKind, Operator, Part,
    PatternKind, Property, Statement, StatementKind,
};

fn parse(text: &str) -> Vec<Statement> {
    let module = parse_typescript(&RepoPath::new("a.ts").unwrap(), text);
    assert_eq!(module.error, None, "{text}");
    module.body
}

/// The only statement of `text`, an expression.
fn value(text: &str) -> Expression {
    let mut body = parse(text);
    assert_eq!(body.len(), 1, "{body:?}");
    match body.remove(0).kind {
        StatementKind::Expression(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn types_are_seen_through() {
    for text in ["(a as B).c;", "a!.c;", "(a satisfies B).c;", "(<B>a).c;", "(a).c;", "a?.c;", "a['c'];"] {
        assert_eq!(value(text).dotted_name().as_deref(), Some("a.c"), "{text}");
    }
    assert!(parse("type A = B; interface C { d: string } declare const e: F; declare module 'x';").is_empty());
    assert!(matches!(&value("f<string>(a);").kind, ExpressionKind::Call(call) if call.arguments.len() == 1));
}

#[test]
fn imports_say_what_they_take() {
    let body = parse(
        "import a, { b as c, type T } from 'm'; import * as d from './n'; import type { E } from 'o'; import 'p';\n\
         import f = require('q'); import { type G } from 'r';",
    );
    let StatementKind::Import(first) = &body[0].kind else { panic!("{body:?}") };
    let taken: Vec<_> = first.bindings.iter().map(|one| (one.imported.clone(), one.local.as_str())).collect();
    assert_eq!(taken, [(Imported::Name("default".into()), "a"), (Imported::Name("b".into()), "c")]);
    let types: Vec<bool> = body
        .iter()
        .filter_map(|one| match &one.kind {
            StatementKind::Import(import) => Some(import.type_only),
            _ => None,
        })
        .collect();
    assert_eq!(types, [false, false, true, false, true]);
    assert!(matches!(&body[4].kind, StatementKind::Variable { value: Some(value), .. }
        if matches!(&value.kind, ExpressionKind::Call(call) if call.callee.dotted_name().as_deref() == Some("require"))));
}

#[test]
fn exports_say_what_they_give() {
    let body = parse(
        "export const a = 1, b = 2; export { c as d }; export { e } from './x'; export * from './y'; export * as z from './z';\n\
         export default class K {}\nexport enum Color { Red, Green = 'g' }",
    );
    let exports: Vec<&Export> = body
        .iter()
        .map(|one| match &one.kind {
            StatementKind::Export(export) => export,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(matches!(exports[0], Export::Declaration(two) if two.len() == 2));
    assert_eq!(exports[1], &Export::Names(vec![("c".into(), "d".into())]));
    assert!(matches!(exports[2], Export::From(module, _, names) if module == "./x" && names.len() == 1));
    assert!(matches!(exports[3], Export::All(_, _, None)));
    assert!(matches!(exports[4], Export::All(_, _, Some(name)) if name == "z"));
    assert!(matches!(exports[5], Export::Default(value) if matches!(&value.kind, ExpressionKind::Class(_))));
    let Export::Declaration(color) = exports[6] else { panic!() };
    let StatementKind::Variable { value: Some(Expression { kind: ExpressionKind::Object(members), .. }), .. } =
        &color[0].kind
    else {
        panic!("{color:?}")
    };
    assert!(matches!(&members[0], Property::Pair(key, value)
        if key.kind == KeyKind::Name("Red".into()) && value.kind == ExpressionKind::Number(0.0)));
}

#[test]
fn places_are_bytes_of_the_text() {
    let text = "const é = 1;\nnew a.Function(this, 'Pay', { entry: './x' });\n";
    let body = parse(text);
    let StatementKind::Expression(value) = &body[1].kind else { panic!() };
    assert_eq!(&text[value.span.clone()], "new a.Function(this, 'Pay', { entry: './x' })");
    let ExpressionKind::New(call) = &value.kind else { panic!() };
    assert_eq!(call.callee.dotted_name().as_deref(), Some("a.Function"));
    assert_eq!(&text[call.arguments[1].span.clone()], "'Pay'");
    assert!(matches!(&call.arguments[0], Argument { kind: ArgumentKind::Positional, value, .. }
        if value.kind == ExpressionKind::This));
}

#[test]
fn classes_keep_fields_constructors_and_methods_apart() {
    let body = parse(
        "class A extends b.C<D> { private x = 1; static y = 2; constructor(readonly z: string, w = 3) { super(); }\n\
         abstract q(): void; m() {} get g() { return 1 } static { f(); } }",
    );
    let StatementKind::Class(class) = &body[0].kind else { panic!("{body:?}") };
    assert_eq!(class.bases[0].value.dotted_name().as_deref(), Some("b.C"));
    let kinds: Vec<&str> = class
        .members
        .iter()
        .map(|member| match (&member.kind, member.is_static) {
            (MemberKind::Field(..), false) => "field",
            (MemberKind::Field(..), true) => "static field",
            (MemberKind::Constructor(_), _) => "constructor",
            (MemberKind::Method(..), _) => "method",
            (MemberKind::Getter(..), _) => "getter",
            (MemberKind::Setter(..), _) => "setter",
            (MemberKind::Statements(_), _) => "statements",
        })
        .collect();
    assert_eq!(kinds, ["field", "static field", "constructor", "method", "getter", "statements"]);
    let MemberKind::Constructor(constructor) = &class.members[2].kind else { panic!() };
    let fields: Vec<bool> = constructor.parameters.iter().map(|one| one.field).collect();
    assert_eq!(fields, [true, false]);
    assert!(matches!(&constructor.parameters[1].pattern.kind, PatternKind::Default(..)));
}

#[test]
fn values_patterns_and_operators() {
    let body = parse("const { a, b: { c = 1 }, ...rest } = f(...x), [d, , e] = [1, ...y];");
    let StatementKind::Variable { targets, .. } = &body[0].kind else { panic!() };
    assert!(matches!(&targets[0].kind, PatternKind::Object { properties, rest: Some(_) } if properties.len() == 2));
    let StatementKind::Variable { targets, value: Some(array) } = &body[1].kind else { panic!() };
    assert!(matches!(&targets[0].kind, PatternKind::Array { elements, rest: None } if elements[1].is_none()));
    assert!(matches!(&array.kind, ExpressionKind::Array(list) if matches!(list[1], Element::Spread(_))));
    let ExpressionKind::Template(parts) = value("`${a}-b${c}`;").kind else { panic!() };
    assert!(matches!(parts.as_slice(), [Part::Value(_), Part::Text(text), Part::Value(_)] if text == "-b"));
    assert!(matches!(value("a ?? b;").kind, ExpressionKind::Binary(Operator::Coalesce, ..)));
    assert!(matches!(value("this.a = 1;").kind, ExpressionKind::Assign(target, None, _)
        if matches!(&target.kind, PatternKind::Place(place) if place.dotted_name().as_deref() == Some("this.a"))));
}

#[test]
fn what_is_broken_or_too_deep_is_said() {
    let path = RepoPath::new("a.ts").unwrap();
    assert!(parse_typescript(&path, "const a = ;").error.is_some());
    let deep = format!("x = {}1{};", "[".repeat(5_000), "]".repeat(5_000));
    assert!(parse_typescript(&path, &deep).error.unwrap().1.contains("too deeply"));
    let fair = format!("x = {}1{};", "[".repeat(400), "]".repeat(400));
    assert_eq!(parse_typescript(&path, &fair).error, None);
}

/// Files are told to be scripts by their names alone, as the parser tells them.
#[test]
fn scripts_are_those_that_the_parser_takes() {
    for name in [
        "a.ts",
        "a.d.ts",
        "a.d.mts",
        "a.tsx",
        "a.mjs",
        "a.cjs",
        "a.jsx",
        "a.js",
        "a.test.ts",
        ".ts",
        "a.json",
        "ts",
        "a.py",
    ] {
        let path = RepoPath::new(name).unwrap();
        let types_only = name.contains(".d.");
        assert_eq!(is_script(&path), source_type(&path).is_some() && !types_only, "{name}");
    }
}
