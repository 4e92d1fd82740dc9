//! Where the blocks of a manifest stand that is a program: a CDK stack, a `serverless.ts`, a file that registers handlers.
//!
//! A block is what a name is given to: a call with a name among its first arguments (`new Function(this, "Pay", …)`,
//! `app.http("pay", …)`), a property, a definition. The names around a block lead to it, as the keys of a tree of data do.

use std::ops::Range;

use lockstep_model::RepoPath;
use lockstep_script::{
    is_script,
    nesting::with_script_room,
    parse_python, parse_typescript,
    tree::{
        Argument, ArgumentKind, Call, Class, ClassMember, Element, Export, Expression, ExpressionKind, Function,
        KeyKind, MemberKind, Module, Part, Pattern, PatternKind, Property, PropertyKey, Span, Statement, StatementKind,
    },
};

/// A block of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The names that lead to it, its own last.
    pub(super) keys: Vec<String>,
    /// Its bytes.
    pub(super) bytes: Range<usize>,
}

/// True for files that are programs which can be read.
pub(super) fn is_program(path: &RepoPath) -> bool {
    is_script(path) || path.extension() == Some("py")
}

/// The blocks of a program, outer ones first; none if it does not parse.
pub(super) fn blocks(path: &RepoPath, text: &str) -> Option<Vec<Block>> {
    let read = || {
        let module = parse(path, text);
        let mut found = Finder::default();
        module.error.is_none().then(|| {
            found.statements(&module.body);
            found.blocks
        })
    };
    with_script_room(&[text], read).ok()?
}

fn parse(path: &RepoPath, text: &str) -> Module {
    if is_script(path) { parse_typescript(path, text) } else { parse_python(text) }
}

/// The keys of the innermost of `blocks` around the byte `at`.
pub(super) fn around(blocks: &[Block], at: usize) -> Option<&[String]> {
    let holds = blocks.iter().filter(|block| block.bytes.contains(&at));
    holds.min_by_key(|block| block.bytes.len()).map(|block| &*block.keys)
}

/// True if two texts of a program are the same but for white space.
pub(super) fn says_the_same(old: &str, new: &str) -> bool {
    old.split_whitespace().eq(new.split_whitespace())
}

#[derive(Default)]
struct Finder {
    keys: Vec<String>,
    blocks: Vec<Block>,
}

impl Finder {
    /// Notes a block called `name`, and what `inside` finds in it.
    fn named(&mut self, name: Option<String>, span: &Span, inside: impl FnOnce(&mut Self)) {
        let Some(name) = name else { return inside(self) };
        self.keys.push(name);
        self.blocks.push(Block { keys: self.keys.clone(), bytes: span.clone() });
        inside(self);
        self.keys.pop();
    }

    fn statements(&mut self, all: &[Statement]) {
        all.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Statement) {
        use StatementKind as Kind;
        match &statement.kind {
            Kind::Export(export) => self.export(export),
            Kind::Variable { targets, value: Some(value) } => {
                let name = targets.first().and_then(name_of);
                self.named(name, &statement.span, |finder| finder.expression(value));
            }
            Kind::Function(function) => self.function(function),
            Kind::Class(class) => self.class(class),
            Kind::Expression(value) | Kind::Return(Some(value)) | Kind::Throw(Some(value)) => self.expression(value),
            Kind::If { test, then, otherwise } => {
                self.expression(test);
                self.statements(then);
                self.statements(otherwise);
            }
            Kind::For { each, body, .. } => {
                self.expression(each);
                self.statements(body);
            }
            Kind::Loop { before, body, .. } => {
                self.statements(before);
                self.statements(body);
            }
            Kind::With { items, body } => {
                items.iter().for_each(|(value, _)| self.expression(value));
                self.statements(body);
            }
            Kind::Try { body, handlers, after } => {
                self.statements(body);
                handlers.iter().for_each(|handler| self.statements(handler));
                self.statements(after);
            }
            Kind::Switch { cases, .. } => cases.iter().for_each(|case| self.statements(&case.body)),
            Kind::Block(body) => self.statements(body),
            Kind::Variable { value: None, .. } | Kind::Return(None) | Kind::Throw(None) => {}
            Kind::Import(_) | Kind::Break | Kind::Continue | Kind::Outer(_) | Kind::Opaque(_) => {}
        }
    }

    fn export(&mut self, export: &Export) {
        match export {
            Export::Declaration(statements) => self.statements(statements),
            Export::Default(value) | Export::Module(value) => self.expression(value),
            Export::Names(_) | Export::From(..) | Export::All(..) => {}
        }
    }

    fn function(&mut self, function: &Function) {
        self.named(function.name.clone(), &function.span, |finder| {
            function.decorators.iter().for_each(|decorator| finder.expression(decorator));
            finder.statements(&function.body);
        });
    }

    fn class(&mut self, class: &Class) {
        self.named(class.name.clone(), &class.span, |finder| {
            class.members.iter().for_each(|member| finder.member(member));
        });
    }

    fn member(&mut self, member: &ClassMember) {
        match &member.kind {
            MemberKind::Field(key, Some(value)) => {
                self.named(key_name(key), &member.span, |finder| finder.expression(value));
            }
            MemberKind::Field(_, None) => {}
            MemberKind::Constructor(function) => self.statements(&function.body),
            MemberKind::Method(key, function)
            | MemberKind::Getter(key, function)
            | MemberKind::Setter(key, function) => {
                self.named(key_name(key), &member.span, |finder| finder.statements(&function.body));
            }
            MemberKind::Statements(statements) => self.statements(statements),
        }
    }

    fn expression(&mut self, expression: &Expression) {
        use ExpressionKind as Kind;
        match &expression.kind {
            Kind::Call(call) | Kind::New(call) => {
                self.named(given_name(call), &expression.span, |finder| finder.call(call));
            }
            Kind::Object(properties) => properties.iter().for_each(|property| self.property(property)),
            Kind::Array(elements) => elements.iter().for_each(|element| match element {
                Element::Item(value) | Element::Spread(value) => self.expression(value),
                Element::Hole => {}
            }),
            Kind::Function(function) => self.function(function),
            Kind::Class(class) => self.class(class),
            Kind::Assign(target, _, value) => {
                self.named(name_of(target), &expression.span, |finder| finder.expression(value));
            }
            Kind::Conditional(_, one, other) | Kind::Binary(_, one, other) => {
                self.expression(one);
                self.expression(other);
            }
            Kind::Template(parts) | Kind::Tagged(_, parts) => parts.iter().for_each(|part| match part {
                Part::Value(value) => self.expression(value),
                Part::Text(_) => {}
            }),
            Kind::Member(inner, _) | Kind::Index(inner, _) | Kind::Unary(_, inner) | Kind::Await(inner) => {
                self.expression(inner);
            }
            Kind::Sequence(all) => all.iter().for_each(|one| self.expression(one)),
            Kind::Comprehension(comprehension) => self.expression(&comprehension.element),
            _ => {}
        }
    }

    fn call(&mut self, call: &Call) {
        self.expression(&call.callee);
        call.arguments.iter().for_each(|argument| self.expression(&argument.value));
    }

    fn property(&mut self, property: &Property) {
        match property {
            Property::Pair(key, value) => {
                let span = key.span.start..value.span.end;
                self.named(key_name(key), &span, |finder| finder.expression(value));
            }
            Property::Spread(value) => self.expression(value),
        }
    }
}

/// The name that a call gives to what it makes: a text among its first arguments, or one that is said to be a name.
fn given_name(call: &Call) -> Option<String> {
    /// Constructs take their scope first, then their name.
    const FIRST: usize = 2;
    let is_name = |argument: &&Argument| match &argument.kind {
        ArgumentKind::Named(name) => matches!(name.as_str(), "id" | "construct_id" | "name"),
        _ => false,
    };
    let positional = call.arguments.iter().filter(|argument| argument.kind == ArgumentKind::Positional).take(FIRST);
    let named = call.arguments.iter().filter(is_name);
    positional.chain(named).find_map(|argument| argument.value.as_text())
}

fn name_of(pattern: &Pattern) -> Option<String> {
    match &pattern.kind {
        PatternKind::Name(name) => Some(name.clone()),
        PatternKind::Place(place) => place.dotted_name(),
        _ => None,
    }
}

fn key_name(key: &PropertyKey) -> Option<String> {
    match &key.kind {
        KeyKind::Name(name) => Some(name.clone()),
        KeyKind::Computed(value) => value.as_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_around(file: &str, text: &str, needle: &str) -> String {
        let blocks = blocks(&RepoPath::new(file).unwrap(), text).expect("a program");
        around(&blocks, text.find(needle).expect("the needle")).map(|keys| keys.join("/")).unwrap_or_default()
    }

    #[test]
    fn names_lead_to_blocks() {
        let stack = "export class Shop extends Stack {\n  constructor(scope) {\n    super(scope, 'Shop');\n    const pay = new Function(this, 'Pay', { handler: 'pay.run' });\n    for (const name of ['a']) new Function(this, `List`, {});\n  }\n}\n";
        let cases = [
            ("s.ts", stack, "new Function(this, 'Pay'", "Shop/pay/Pay"),
            ("s.ts", stack, "'pay.run'", "Shop/pay/Pay/handler"),
            ("s.ts", stack, "new Function(this, `List`", "Shop/List"),
            ("s.ts", "export default { functions: { hello: { handler: 'x' } } }", "hello", "functions/hello"),
            ("m.ts", "app.http('Pay', { handler: pay });", "app", "Pay"),
            ("i.js", "exports.pay = onRequest(() => 1);", "onRequest", "exports.pay"),
            (
                "s.py",
                "class S(Stack):\n    def __init__(self):\n        Function(self, \"Pay\", code=x)\n",
                "Function(",
                "S/Pay",
            ),
            ("s.py", "@app.route('/x')\ndef pay():\n    return 1\n", "@app", "pay"),
        ];
        for (file, text, needle, expected) in cases {
            assert_eq!(keys_around(file, text, needle), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_program_has_no_blocks() {
        assert_eq!(blocks(&RepoPath::new("a.ts").unwrap(), "const = ("), None);
        let deep = "[".repeat(20_000);
        assert_eq!(blocks(&RepoPath::new("a.ts").unwrap(), &deep), None);
        assert_eq!(blocks(&RepoPath::new("a.py").unwrap(), &deep), None);
    }
}
