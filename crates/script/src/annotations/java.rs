//! Java: annotations of methods and their parameters, and constants.

use tree_sitter::Node;

use super::{
    Annotation, Argument, Call, Constant, Method, Parameter, Piece, Property, Source, Value,
    csharp::unescaped,
    walk::{DEEPEST, below, children, last_name, of_kind, parse, text},
};

/// Reads a source file.
pub fn read(source: &str) -> Source {
    let Some(tree) = parse(&tree_sitter_java::LANGUAGE.into(), source) else { return Source::default() };
    let mut reader = Reader { source, found: Source::default() };
    reader.walk(tree.root_node());
    reader.found.complete = !tree.root_node().has_error();
    reader.found
}

struct Reader<'a> {
    source: &'a str,
    found: Source,
}

impl<'a> Reader<'a> {
    fn walk(&mut self, root: Node<'a>) {
        let mut open = vec![(root, "")];
        while let Some((node, class)) = open.pop() {
            let mut inner = class;
            match node.kind() {
                "class_declaration" | "interface_declaration" | "record_declaration" | "enum_declaration" => {
                    inner = node.child_by_field_name("name").map_or("", |name| text(name, self.source));
                }
                "method_declaration" => self.method(node, class),
                "field_declaration" | "constant_declaration" => self.field(node, class),
                _ => {}
            }
            open.extend(children(node).into_iter().rev().map(|child| (child, inner)));
        }
    }

    fn method(&mut self, node: Node<'a>, class: &str) {
        let annotations = self.annotations(node);
        if annotations.is_empty() {
            return;
        }
        let field =
            |node: Node<'a>, name| node.child_by_field_name(name).map_or("", |node| text(node, self.source)).to_owned();
        let parameters = node.child_by_field_name("parameters").map(children).unwrap_or_default();
        let parameters = parameters.into_iter().filter(|node| node.kind() == "formal_parameter").map(|node| {
            Parameter { name: field(node, "name"), kind: field(node, "type"), annotations: self.annotations(node) }
        });
        let method = Method {
            class: class.to_owned(),
            name: field(node, "name"),
            span: node.byte_range(),
            annotations,
            parameters: parameters.collect(),
            returns: field(node, "type"),
            conditions: Vec::new(),
            calls: node.child_by_field_name("body").map(|body| self.calls(body)).unwrap_or_default(),
        };
        self.found.methods.push(method);
    }

    /// A field: what is annotated on it, and its value if it is constant.
    fn field(&mut self, node: Node<'a>, class: &str) {
        let annotations = self.annotations(node);
        if !annotations.is_empty() {
            self.found.properties.push(Property { class: class.to_owned(), annotations });
        }
        let is_final = of_kind(node, "modifiers").any(|modifiers| text(modifiers, self.source).contains("final"));
        if !is_final && node.kind() == "field_declaration" {
            return;
        }
        for declarator in of_kind(node, "variable_declarator") {
            let part = |name| declarator.child_by_field_name(name);
            let Some((name, value)) = part("name").zip(part("value")) else { continue };
            if let value @ Value::Text(_) = self.value(value, 0) {
                let name = text(name, self.source).to_owned();
                self.found.constants.push(Constant { class: class.to_owned(), name, value });
            }
        }
    }

    fn annotations(&self, node: Node<'a>) -> Vec<Annotation> {
        let modifiers = of_kind(node, "modifiers").flat_map(children);
        let all = modifiers.filter(|node| matches!(node.kind(), "annotation" | "marker_annotation"));
        all.map(|node| self.annotation(node)).collect()
    }

    fn annotation(&self, node: Node<'a>) -> Annotation {
        let name = node.child_by_field_name("name").map_or("", |name| last_name(text(name, self.source)));
        let arguments = node.child_by_field_name("arguments").map(children).unwrap_or_default();
        let argument = |node: Node<'a>| {
            if node.kind() != "element_value_pair" {
                return Some(Argument { name: None, value: self.value(node, 0) });
            }
            let key = text(node.child_by_field_name("key")?, self.source).to_owned();
            Some(Argument { name: Some(key), value: self.value(node.child_by_field_name("value")?, 0) })
        };
        let is_value = |node: &Node<'a>| !node.kind().contains("comment");
        Annotation {
            name: name.to_owned(),
            span: node.byte_range(),
            arguments: arguments.into_iter().filter(is_value).filter_map(argument).collect(),
        }
    }

    fn calls(&self, body: Node<'a>) -> Vec<Call> {
        let call = |node: Node<'a>| {
            let name = text(node.child_by_field_name("name")?, self.source).to_owned();
            let arguments = node.child_by_field_name("arguments").map(children).unwrap_or_default();
            Some(Call { name, arguments: arguments.into_iter().map(|node| self.value(node, 0)).collect() })
        };
        below(body, "method_invocation").into_iter().filter_map(call).collect()
    }

    fn value(&self, node: Node<'a>, depth: usize) -> Value {
        if node.kind() == "element_value_array_initializer" && depth < DEEPEST {
            return Value::List(children(node).into_iter().map(|node| self.value(node, depth + 1)).collect());
        }
        match self.pieces(node, depth) {
            Some(pieces) => Value::Text(pieces),
            None => Value::Other(text(node, self.source).to_owned()),
        }
    }

    fn pieces(&self, node: Node<'a>, depth: usize) -> Option<Vec<Piece>> {
        let written = text(node, self.source);
        match node.kind() {
            "string_literal" => Some(vec![Piece::Literal(unescaped(written.trim_matches('"')))]),
            "identifier" | "field_access" => Some(vec![Piece::Name(written.to_owned())]),
            "parenthesized_expression" if depth < DEEPEST => self.pieces(children(node).into_iter().next()?, depth + 1),
            "binary_expression" if depth < DEEPEST => {
                if text(node.child_by_field_name("operator")?, self.source) != "+" {
                    return None;
                }
                let mut pieces = self.pieces(node.child_by_field_name("left")?, depth + 1)?;
                pieces.extend(self.pieces(node.child_by_field_name("right")?, depth + 1)?);
                Some(pieces)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_are_read() {
        let found = read(
            r#"
package shop;
public class Pay {
    static final String QUEUE = "orders" + "-v1";
    String other = "x";
    // @FunctionName("Comment")
    @FunctionName("Charge")
    @com.example.QueueOutput(name = "out", queueName = Pay.QUEUE)
    public String charge(
        @HttpTrigger(name = "req", methods = {HttpMethod.GET, HttpMethod.POST}, route = "pay/{id}") HttpRequestMessage<String> request) {
        return ctx.callActivity("Refund", request).await();
    }
}
"#,
        );
        assert!(found.complete);
        let method = &found.methods[0];
        assert_eq!((method.class.as_str(), method.name.as_str(), method.annotations.len()), ("Pay", "charge", 2));
        assert_eq!(method.annotations[0].positional().next(), Some(&Value::literal("Charge")));
        assert_eq!(method.annotations[1].name, "QueueOutput");
        assert_eq!(method.annotations[1].named("queueName"), Some(&Value::Text(vec![Piece::Name("Pay.QUEUE".into())])));
        let methods = method.parameters[0].annotations[0].named("methods");
        let names = |name: &str| Value::Text(vec![Piece::Name(name.into())]);
        assert_eq!(methods, Some(&Value::List(vec![names("HttpMethod.GET"), names("HttpMethod.POST")])));
        assert_eq!(
            method.calls.iter().find(|call| call.name == "callActivity").unwrap().arguments[0],
            Value::literal("Refund")
        );
        let names: Vec<&str> = found.constants.iter().map(|constant| constant.name.as_str()).collect();
        assert_eq!(names, ["QUEUE"]);
    }
}
