//! What the tree of HCL says, where, and what may not happen whatever the text.

use super::*;
use crate::{Node, Value};

fn body(text: &str) -> Body {
    parse("tf", text).unwrap_or_else(|error| panic!("{error} at {:?}\n{text}", error.span))
}

#[test]
fn places_are_those_of_the_text() {
    for text in [
        "# ö\nmodule \"orders\" {\n  source = \"./x\"\n}\n",
        "\u{feff}# ö\r\nmodule \"orders\" {\r\n  source = \"./x\"\r\n}\r\n",
    ] {
        let body = body(text);
        let block = &body.blocks[0];
        assert_eq!(&text[block.span.clone()], text[text.find("module").unwrap()..].trim_end());
        assert_eq!((&text[block.name().span.clone()], block.name().text.as_str()), ("\"orders\"", "orders"));
        let source = block.body.attribute("source").unwrap();
        assert_eq!((&text[source.key.span.clone()], &text[source.value.span.clone()]), ("source", "\"./x\""));
    }
}

#[test]
fn every_kind_of_expression_has_one_normal_form() {
    let cases = [
        ("null", "null"),
        ("-1.5", "-1.5"),
        ("\"a\\n${ var.b }c\"", "\"a\\n${var.b}c\""),
        ("\"a %{ if x }b%{ else }c%{ endif }\"", "\"a %{if x}b%{else}c%{endif}\""),
        ("<<-EOT\n  a ${b}\n  EOT\n", "\"a ${b}\\n\""),
        ("[1, # one\n 2,\n]", "[1, 2]"),
        ("{ a = 1, \"b\" : 2, (c) = 3 }", "{\"a\" = 1, \"b\" = 2, c = 3}"),
        ("a.b[0][\"c\"].*.d", "a.b[0][\"c\"][*].d"),
        ("merge( {}, x... )", "merge({}, x...)"),
        ("a ? b : c ? d : e", "a ? b : (c ? d : e)"),
        ("{ for k, v in x : k => v... if v != 1 }", "{for k, v in x : k => v... if v != 1}"),
        ("[for v in x : upper(v)]", "[for v in x : upper(v)]"),
        ("!(a && b) || 1 + 2 * 3 > 4", "(!(a && b)) || ((1 + (2 * 3)) > 4)"),
        ("provider::aws::arn_parse(x)", "provider::aws::arn_parse(x)"),
    ];
    for (written, expected) in cases {
        let body = body(&format!("x = {written}\n"));
        assert_eq!(print::text(&body.attributes[0].value), expected, "{written}");
    }
}

#[test]
fn blocks_become_nested_mappings() {
    let text = "resource \"a\" \"x\" {\n  n = 1\n  s { k = true }\n  s { k = var.z }\n}\nresource \"a\" \"y\" {}\nlocals { p = 1 }\nlocals { q = [\"r\"] }\n";
    let root = crate::parse("tofu", text).unwrap().root;
    let (key, x) = root.path(&["resource", "a"]).unwrap().get_entry("x").unwrap();
    assert_eq!(&text[key.span.clone()], "\"x\"");
    let sections = x.get("s").unwrap();
    assert_eq!(sections.items()[0].get("k").and_then(Node::as_bool), Some(true));
    assert_eq!(sections.items()[1].get("k").and_then(Node::as_str), Some("var.z"));
    assert_eq!(root.path(&["resource", "a", "y"]).unwrap().value, Value::Map(Vec::new()));
    assert_eq!(root.get("locals").unwrap().items().len(), 2);
}

#[test]
fn the_json_syntax_gives_the_same_tree() {
    let text = "{\"resource\": {\"a\": {\"x\": {\"n\": \"${var.p}-q\", \"s\": [{\"k\": true}]}}}, \"locals\": {\"p\": 1}, \"module\": [{\"m\": {\"source\": \"./m\"}}]}";
    let body = parse("json", text).unwrap();
    let shape: Vec<String> = body
        .blocks
        .iter()
        .map(|block| {
            let values =
                block.body.attributes.iter().map(|one| format!("{}={}", one.key.text, print::text(&one.value)));
            format!(
                "{} {:?} {}",
                block.kind.text,
                block.labels.iter().map(|key| &*key.text).collect::<Vec<_>>(),
                values.collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    assert_eq!(
        shape,
        [
            "resource [\"a\", \"x\"] n=\"${var.p}-q\" s=[{\"k\" = true}]",
            "locals [] p=1",
            "module [\"m\"] source=\"./m\"",
        ]
    );
    assert_eq!(&text[body.blocks[0].name().span.clone()], "\"x\"");
}

#[test]
fn hostile_texts_are_errors_with_a_place() {
    let deep = |open: &str, close: &str| format!("x = {}1{}\n", open.repeat(10_000), close.repeat(10_000));
    let texts = [
        deep("[", "]"),
        deep("(", ")"),
        deep("{a=", "}"),
        deep("f(", ")"),
        deep("\"${", "}\""),
        deep("a[", "]"),
        deep("-", ""),
        deep("!", ""),
        deep("1 + ", ""),
        deep("a ? b : ", ""),
        format!("x = {}", "[".repeat(100_000)),
        "b {\n".repeat(10_000),
        "b { ".repeat(10_000),
        "x = <<E\n${<<E\n".repeat(5_000),
        format!("x = \"{}\"", "%{if a}".repeat(10_000)),
        "x = <<EOT\nno end".to_owned(),
        "x = \"\u{0}".to_owned(),
        " ".repeat(MAX_HCL_BYTES + 1),
    ];
    for text in &texts {
        let error = parse("tf", text).map(|_| ()).expect_err(&text[..text.len().min(40)]);
        assert!(error.span.start <= text.len() && text.is_char_boundary(error.span.start), "{error}");
        assert!(crate::parse("tf", text).is_err());
    }
    let long = format!("x = a{}\n", ".b".repeat(100_000));
    assert!(parse("tf", &long).is_ok());
}

#[test]
fn blocks_that_are_written_twice_are_kept_and_attributes_are_an_error() {
    assert_eq!(body("b \"l\" {}\nb \"l\" {}\n").blocks.len(), 2);
    assert_eq!(parse("tf", "x = 1\nx = 2\n").unwrap_err().span, 6..6);
    let json = parse("json", "{\"x\": 1, \"x\": 2}").unwrap();
    assert_eq!(json.attribute("x").unwrap().value.kind, ExprKind::Number("2".into()));
}

#[test]
fn a_key_of_an_object_may_be_written_twice() {
    let text = "x = {\n  kept = 1\n  again = 2\n  again = 3\n  \"again\" = 4\n}\ny = \"ö\"\n";
    let body = body(text);
    let ExprKind::Object(entries) = &body.attributes[0].value.kind else { panic!("no object") };
    let keys: Vec<&str> = entries.iter().map(|(key, _)| &text[key.span.clone()]).collect();
    assert_eq!(keys, ["kept", "again", "again", "\"again\""]);
    assert_eq!(&text[body.attributes[1].value.span.clone()], "\"ö\"");
    let many = format!("x = {{\n{}}}\n", "  a = 1\n".repeat(100));
    assert!(parse("tf", &many).is_err());
}
