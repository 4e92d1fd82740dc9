//! What Python becomes in the neutral tree, case by case.

use super::*;
use crate::tree::{
    ArgumentKind, Export, ExpressionKind, Imported, KeyKind, MemberKind, Operator, ParameterKind, Part, PatternKind,
    Property, Statement, StatementKind,
};

fn parse(text: &str) -> Vec<Statement> {
    let module = parse_python(text);
    assert_eq!(module.error, None, "{text}");
    module.body
}

#[test]
fn imports_say_what_they_take() {
    let body = parse("import aws_cdk.aws_lambda\nimport a.b as c, d\nfrom ..e import f as g, h\nfrom i import *\n");
    let found: Vec<_> = body
        .iter()
        .map(|one| match &one.kind {
            StatementKind::Import(import) => {
                let names =
                    import.bindings.iter().map(|one| (one.imported.clone(), one.local.clone())).collect::<Vec<_>>();
                (import.module.as_str(), import.level, names)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let name = |name: &str| Imported::Name(name.to_owned());
    assert_eq!(
        found,
        [
            ("aws_cdk.aws_lambda", 0, vec![(Imported::FirstPart, "aws_cdk".into())]),
            ("a.b", 0, vec![(Imported::Module, "c".into())]),
            ("d", 0, vec![(Imported::Module, "d".into())]),
            ("e", 2, vec![(name("f"), "g".into()), (name("h"), "h".into())]),
            ("i", 0, vec![(Imported::All, String::new())]),
        ]
    );
    assert!(!body.iter().any(|one| matches!(&one.kind, StatementKind::Export(Export::Default(_)))));
}

#[test]
fn calls_keep_names_and_places() {
    let text = "fn = _lambda.Function(self, 'Pay', *rest, handler=f\"{NAME}.main\", **common)\n";
    let body = parse(text);
    let StatementKind::Variable { targets, value: Some(value) } = &body[0].kind else { panic!("{body:?}") };
    assert_eq!(targets[0].kind, PatternKind::Name("fn".into()));
    assert_eq!(&text[value.span.clone()], &text[5..text.len() - 1]);
    let ExpressionKind::Call(call) = &value.kind else { panic!() };
    assert_eq!(call.callee.dotted_name().as_deref(), Some("_lambda.Function"));
    let kinds: Vec<ArgumentKind> = call.arguments.iter().map(|one| one.kind.clone()).collect();
    let named = ArgumentKind::Named("handler".into());
    let positional = ArgumentKind::Positional;
    assert_eq!(kinds, [positional.clone(), positional, ArgumentKind::Spread, named, ArgumentKind::SpreadNamed]);
    let ExpressionKind::Template(parts) = &call.arguments[3].value.kind else { panic!() };
    assert!(matches!(parts.as_slice(), [Part::Value(_), Part::Text(text)] if text == ".main"));
}

#[test]
fn classes_and_functions() {
    let text = "@decorated\nclass A(b.Stack, metaclass=M):\n    \"\"\"doc\"\"\"\n    x: int = 1\n    \
                def __init__(self, scope, id='a', *args, flag=False, **kwargs):\n        super().__init__(scope, id)\n    \
                @property\n    def y(self): return 1\n    @staticmethod\n    def z(): pass\n";
    let body = parse(text);
    let StatementKind::Class(class) = &body[0].kind else { panic!("{body:?}") };
    assert_eq!((class.decorators.len(), class.bases.len(), class.members.len()), (1, 2, 4));
    let MemberKind::Constructor(init) = &class.members[1].kind else { panic!("{class:?}") };
    let kinds: Vec<ParameterKind> = init.parameters.iter().map(|one| one.kind).collect();
    let ordinary = ParameterKind::Ordinary;
    assert_eq!(
        kinds,
        [ordinary, ordinary, ordinary, ParameterKind::Rest, ParameterKind::NamedOnly, ParameterKind::RestNamed]
    );
    assert!(matches!(&class.members[2].kind, MemberKind::Getter(..)));
    assert!(class.members[3].is_static);
    assert_eq!(&text[class.name_span.clone()], "A");
}

#[test]
fn chains_of_comparisons_and_branches() {
    let body = parse("if 1 < a <= 2 and b:\n    x\nelif c in d:\n    y\nelse:\n    z\n");
    let StatementKind::If { test, otherwise, .. } = &body[0].kind else { panic!() };
    assert!(matches!(&test.kind, ExpressionKind::Binary(Operator::And, left, _)
        if matches!(left.kind, ExpressionKind::Binary(Operator::And, ..))));
    assert!(matches!(&otherwise[0].kind, StatementKind::If { otherwise, .. } if otherwise.len() == 1));
    let body = parse("a, *b, c = {'k': 1, k: 2, **r}\nx = [p for p, q in r.items() if q]\ns = t[1:]\n");
    let StatementKind::Variable { targets, value: Some(value) } = &body[0].kind else { panic!() };
    assert!(matches!(&targets[0].kind, PatternKind::Array { elements, rest: Some((1, _)) } if elements.len() == 2));
    let ExpressionKind::Object(items) = &value.kind else { panic!() };
    assert!(matches!(&items[0], Property::Pair(key, _) if key.kind == KeyKind::Name("k".into())));
    assert!(matches!(&items[1], Property::Pair(key, _) if matches!(key.kind, KeyKind::Computed(_))));
    assert!(matches!(&items[2], Property::Spread(_)));
    let StatementKind::Variable { value: Some(value), .. } = &body[1].kind else { panic!() };
    assert!(matches!(&value.kind, ExpressionKind::Comprehension(one) if one.clauses[0].conditions.len() == 1));
}

#[test]
fn what_is_broken_or_too_deep_is_said() {
    assert!(parse_python("def (:\n").error.is_some());
    let deep = format!("x = {}1{}", "[".repeat(9_000), "]".repeat(9_000));
    assert!(parse_python(&deep).error.unwrap().1.contains("too deeply"));
}
