//! C#: attributes of methods, their parameters and of properties, constants, and the preprocessor's conditions.

use tree_sitter::Node;

use super::{
    Annotation, Argument, Call, Constant, Method, Parameter, Piece, Property, Source, Value,
    walk::{DEEPEST, below, children, last_name, of_kind, parse, text},
};

/// Reads a source file.
pub fn read(source: &str) -> Source {
    let Some(tree) = parse(&tree_sitter_c_sharp::LANGUAGE.into(), source) else { return Source::default() };
    let mut reader = Reader { source, found: Source::default(), scopes: vec![Scope::default()] };
    reader.walk(tree.root_node());
    reader.found.complete = !tree.root_node().has_error();
    reader.found.methods.sort_by_key(|method| method.span.start);
    reader.found
}

/// What is around a node.
#[derive(Clone, Default)]
struct Scope {
    class: String,
    conditions: Vec<(String, bool)>,
}

struct Reader<'a> {
    source: &'a str,
    found: Source,
    scopes: Vec<Scope>,
}

impl Reader<'_> {
    fn walk(&mut self, root: Node<'_>) {
        let mut open = vec![(root, 0)];
        while let Some((node, scope)) = open.pop() {
            let scope = self.visit(node, scope);
            let alternative = node.child_by_field_name("alternative");
            for child in children(node).into_iter().rev() {
                let scope = if Some(child) == alternative { self.otherwise(scope) } else { scope };
                open.push((child, scope));
            }
        }
    }

    /// Takes what `node` says; the scope of what is below it.
    fn visit(&mut self, node: Node<'_>, scope: usize) -> usize {
        match node.kind() {
            "class_declaration" | "record_declaration" | "struct_declaration" | "interface_declaration" => {
                let name = node.child_by_field_name("name").map_or("", |name| text(name, self.source));
                self.scope(Scope { class: name.to_owned(), conditions: self.scopes[scope].conditions.clone() })
            }
            "preproc_if" | "preproc_elif" => {
                let condition = node.child_by_field_name("condition").map_or("", |node| text(node, self.source));
                let mut inner = self.scopes[scope].clone();
                inner.conditions.push((condition.to_owned(), true));
                self.scope(inner)
            }
            "method_declaration" => {
                self.method(node, scope);
                scope
            }
            "property_declaration" => {
                let annotations = self.attributes(node);
                if !annotations.is_empty() {
                    let class = self.scopes[scope].class.clone();
                    self.found.properties.push(Property { class, annotations });
                }
                scope
            }
            "field_declaration" | "local_declaration_statement" => {
                self.constants(node, scope);
                scope
            }
            _ => scope,
        }
    }

    fn scope(&mut self, scope: Scope) -> usize {
        self.scopes.push(scope);
        self.scopes.len() - 1
    }

    /// The scope of `#else`: the last condition does not hold.
    fn otherwise(&mut self, scope: usize) -> usize {
        let mut inner = self.scopes[scope].clone();
        if let Some(last) = inner.conditions.last_mut() {
            last.1 = false;
        }
        self.scope(inner)
    }

    fn method(&mut self, node: Node<'_>, scope: usize) {
        let annotations = self.attributes(node);
        if annotations.is_empty() {
            return;
        }
        let field = |name| node.child_by_field_name(name).map_or("", |node| text(node, self.source));
        let parameters = node.child_by_field_name("parameters").map(children).unwrap_or_default();
        let parameters = parameters.into_iter().filter(|node| node.kind() == "parameter").map(|node| {
            let field = |name| node.child_by_field_name(name).map_or("", |node| text(node, self.source)).to_owned();
            Parameter { name: field("name"), kind: field("type"), annotations: self.attributes(node) }
        });
        let parameters = parameters.collect();
        let calls = node.child_by_field_name("body").map(|body| self.calls(body)).unwrap_or_default();
        let around = &self.scopes[scope];
        let method = Method {
            class: around.class.clone(),
            name: field("name").to_owned(),
            span: node.byte_range(),
            annotations,
            parameters,
            returns: field("returns").to_owned(),
            conditions: around.conditions.clone(),
            calls,
        };
        self.found.methods.push(method);
    }

    fn attributes(&self, node: Node<'_>) -> Vec<Annotation> {
        let lists = children(node).into_iter().filter(|child| child.kind() == "attribute_list");
        lists.flat_map(|list| of_kind(list, "attribute").collect::<Vec<_>>()).map(|one| self.attribute(one)).collect()
    }

    fn attribute(&self, node: Node<'_>) -> Annotation {
        let name = node.child_by_field_name("name").map_or("", |name| last_name(text(name, self.source)));
        let lists = of_kind(node, "attribute_argument_list");
        let arguments = lists.flat_map(|list| of_kind(list, "attribute_argument").collect::<Vec<_>>());
        Annotation {
            name: name.strip_suffix("Attribute").filter(|name| !name.is_empty()).unwrap_or(name).to_owned(),
            span: node.byte_range(),
            arguments: arguments.filter_map(|argument| self.argument(argument)).collect(),
        }
    }

    /// `value`, `Name = value` or `name: value`.
    fn argument(&self, node: Node<'_>) -> Option<Argument> {
        let named = node.child_by_field_name("name");
        let value = children(node).into_iter().rfind(|child| Some(*child) != named && child.kind() != "comment")?;
        if value.kind() == "assignment_expression" {
            let name = value.child_by_field_name("left")?;
            let right = value.child_by_field_name("right")?;
            return Some(Argument { name: Some(text(name, self.source).to_owned()), value: self.value(right) });
        }
        let name = named.map(|name| text(name, self.source).to_owned());
        Some(Argument { name, value: self.value(value) })
    }

    /// `const string X = "…"`, and what is `static readonly`, which is as good as constant.
    fn constants(&mut self, node: Node<'_>, scope: usize) {
        let said = |word: &str| of_kind(node, "modifier").any(|modifier| text(modifier, self.source) == word);
        if !(said("const") || (said("static") && said("readonly"))) {
            return;
        }
        for declarator in below(node, "variable_declarator") {
            let Some(name) = declarator.child_by_field_name("name") else { continue };
            let Some(value) = children(declarator).into_iter().rfind(|child| *child != name) else { continue };
            if let value @ Value::Text(_) = self.value(value) {
                let (class, name) = (self.scopes[scope].class.clone(), text(name, self.source).to_owned());
                self.found.constants.push(Constant { class, name, value });
            }
        }
    }

    fn calls(&self, body: Node<'_>) -> Vec<Call> {
        let call = |node: Node<'_>| {
            let name = last_name(text(node.child_by_field_name("function")?, self.source)).to_owned();
            let arguments = node.child_by_field_name("arguments").map(children).unwrap_or_default();
            let arguments = arguments.into_iter().filter(|node| node.kind() == "argument");
            let values = arguments.filter_map(|node| children(node).into_iter().next_back());
            Some(Call { name, arguments: values.map(|node| self.value(node)).collect() })
        };
        below(body, "invocation_expression").into_iter().filter_map(call).collect()
    }

    fn value(&self, node: Node<'_>) -> Value {
        match self.pieces(node, 0) {
            Some(pieces) => Value::Text(pieces),
            None => Value::Other(text(node, self.source).to_owned()),
        }
    }

    fn pieces(&self, node: Node<'_>, depth: usize) -> Option<Vec<Piece>> {
        let written = text(node, self.source);
        let one = |piece| Some(vec![piece]);
        match node.kind() {
            "string_literal" => one(Piece::Literal(unescaped(written.trim_end_matches("u8").trim_matches('"')))),
            "verbatim_string_literal" => {
                one(Piece::Literal(written.trim_start_matches("@\"").trim_end_matches('"').replace("\"\"", "\"")))
            }
            "raw_string_literal" => one(Piece::Literal(written.trim_matches('"').trim().to_owned())),
            "interpolated_string_expression" => Some(self.interpolated(node, depth)),
            "identifier" | "member_access_expression" => one(Piece::Name(written.to_owned())),
            "parenthesized_expression" if depth < DEEPEST => self.pieces(children(node).into_iter().next()?, depth + 1),
            "invocation_expression" if written.starts_with("nameof") => {
                let inner = written.split_once('(')?.1.trim_end_matches(')').trim();
                one(Piece::Literal(last_name(inner).to_owned()))
            }
            "binary_expression" if depth < DEEPEST => {
                let operator = node.child_by_field_name("operator")?;
                if text(operator, self.source) != "+" {
                    return None;
                }
                let mut pieces = self.pieces(node.child_by_field_name("left")?, depth + 1)?;
                pieces.extend(self.pieces(node.child_by_field_name("right")?, depth + 1)?);
                Some(pieces)
            }
            _ => None,
        }
    }

    fn interpolated(&self, node: Node<'_>, depth: usize) -> Vec<Piece> {
        let part = |child: Node<'_>| match child.kind() {
            "string_content" => vec![Piece::Literal(text(child, self.source).to_owned())],
            "escape_sequence" => vec![Piece::Literal(unescaped(text(child, self.source)))],
            "interpolation" if depth < DEEPEST => {
                let inner = children(child).into_iter().find(|node| node.kind() != "interpolation_brace");
                inner.and_then(|inner| self.pieces(inner, depth + 1)).unwrap_or_else(|| vec![Piece::Unknown])
            }
            _ => Vec::new(),
        };
        children(node).into_iter().flat_map(part).collect()
    }
}

/// Text without its escapes, as far as names of channels have any.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some(other) => plain.push(other),
                None => {}
            },
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
namespace Shop;
#if DEBUG
public class Hooks { [Function("Hook")] public void Run() {} }
#else
public class Real { [Function("Real")] public void Run() {} }
#endif
static class Queues { public const string Orders = "orders" + Suffix; const string Suffix = "-v1"; const int N = 3; }
public class Pay {
    const string Route = "pay/{id}";
    [Function(nameof(Pay.Charge))]
    [QueueOutput(Queues.Orders, Connection = "C")]
    public async Task<string> Charge([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = Route)] HttpRequestData request) {
        // [Function("Comment")]
        await context.CallActivityAsync<string>("Refund", request);
        return $"a/{Route}";
    }
}
public class Output { [BlobOutput("x/{name}")] public string Blob { get; set; } }
"#;

    #[test]
    fn attributes_are_read_with_their_conditions() {
        let found = read(SOURCE);
        assert!(found.complete);
        let said: Vec<String> = found
            .methods
            .iter()
            .map(|method| {
                format!(
                    "{}.{} {:?} {:?}",
                    method.class, method.name, method.conditions, method.annotations[0].arguments
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                r#"Hooks.Run [("DEBUG", true)] [Argument { name: None, value: Text([Literal("Hook")]) }]"#,
                r#"Real.Run [("DEBUG", false)] [Argument { name: None, value: Text([Literal("Real")]) }]"#,
                r#"Pay.Charge [] [Argument { name: None, value: Text([Literal("Charge")]) }]"#,
            ]
        );
        let names: Vec<&str> = found.constants.iter().map(|constant| constant.name.as_str()).collect();
        assert_eq!(names, ["Orders", "Suffix", "Route"]);
        assert_eq!(found.properties[0].class, "Output");
    }

    #[test]
    fn parameters_and_calls_are_read() {
        let found = read(SOURCE);
        let method = &found.methods[2];
        let trigger = &method.parameters[0].annotations[0];
        assert_eq!((trigger.name.as_str(), trigger.positional().count()), ("HttpTrigger", 3));
        assert_eq!(trigger.named("Route"), Some(&Value::Text(vec![Piece::Name("Route".into())])));
        assert_eq!(
            method.annotations[1].positional().next(),
            Some(&Value::Text(vec![Piece::Name("Queues.Orders".into())]))
        );
        assert_eq!(method.calls[0].name, "CallActivityAsync");
        assert_eq!(method.calls[0].arguments[0], Value::literal("Refund"));
        assert_eq!((method.returns.as_str(), method.parameters[0].kind.as_str()), ("Task<string>", "HttpRequestData"));
    }

    #[test]
    fn what_is_not_csharp_is_not_complete() {
        assert!(!read("class { [Function(").complete);
        assert!(!read(&"(".repeat(4 << 20)).complete);
    }
}
