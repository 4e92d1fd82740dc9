//! What the formats share, and what may not happen whatever the text.

use super::*;

fn yaml(text: &str) -> Node {
    parse("yaml", text).unwrap_or_else(|error| panic!("{error} at {:?}\n{text}", error.span)).root
}

fn at<'t>(text: &'t str, node: &Node) -> &'t str {
    &text[node.span.clone()]
}

#[test]
fn three_formats_give_one_tree() {
    let texts = [
        ("yaml", "name: \"ö\"\nlist: [1, true, null]\nmap: {a: x}\n"),
        ("json", "{\"name\": \"ö\", // no\n \"list\": [1, true, null,],\n \"map\": {\"a\": \"x\"}}"),
        ("template", "{\"name\": \"ö\", \"list\": [1, true, null], \"map\": {\"a\": \"x\"}}"),
        ("yml", "{\"name\": \"ö\",\n\t\"list\": [1, true, null], \"map\": {\"a\": \"x\"}}"),
        ("toml", "name = \"ö\"\nlist = [1, true]\n[map]\na = 'x'\n"),
    ];
    for (extension, text) in texts {
        for text in [text.to_owned(), format!("\u{feff}{text}"), text.replace('\n', "\r\n")] {
            let root = parse(extension, &text).unwrap_or_else(|error| panic!("{extension}: {error}")).root;
            let keys: Vec<_> = root.entries().iter().map(|(key, _)| key.text.as_str()).collect();
            assert_eq!(keys, ["name", "list", "map"], "{extension}");
            let name = root.get("name").unwrap();
            assert_eq!((name.as_str(), at(&text, name)), (Some("ö"), "\"ö\""), "{extension}");
            assert_eq!(root.get("list").unwrap().items()[0].value, Value::Number("1".into()));
            assert_eq!(root.get("list").unwrap().items()[1].as_bool(), Some(true));
            let (key, x) = root.get("map").unwrap().get_entry("a").unwrap();
            assert_eq!((x.as_text(), text[key.span.clone()].trim_matches('"')), (Some("x"), "a"), "{extension}");
            assert!(root.path(&["map", "a"]).is_some() && root.path(&["map", "b"]).is_none());
        }
    }
}

#[test]
fn tags_stay_on_their_nodes() {
    let text = "a: !Ref Table\nb: !GetAtt [Fn, Arn]\nc: !Sub\n  - '${X}'\n  - X: !Ref Y\nd: !!str 12\ne: !If [C, 1, !Ref 'AWS::NoValue']\n";
    let root = yaml(text);
    let tag = |key: &str| root.get(key).unwrap().tag.as_deref();
    assert_eq!((tag("a"), tag("b"), tag("c"), tag("d")), (Some("Ref"), Some("GetAtt"), Some("Sub"), None));
    assert_eq!(root.get("a").unwrap().as_str(), Some("Table"));
    assert_eq!(at(text, root.get("b").unwrap()), "[Fn, Arn]");
    assert_eq!(root.get("c").unwrap().items()[1].get("X").unwrap().tag.as_deref(), Some("Ref"));
    assert_eq!(root.get("d").unwrap().as_str(), Some("12"));
    assert_eq!(root.get("e").unwrap().items()[2].tag.as_deref(), Some("Ref"));
}

#[test]
fn plain_scalars_are_what_they_look_like() {
    let cases = [
        ("~", Value::Null),
        ("", Value::Null),
        ("True", Value::Bool(true)),
        ("yes", Value::String("yes".into())),
        ("-1.5e3", Value::Number("-1.5e3".into())),
        ("0x1F", Value::Number("0x1F".into())),
        ("012345678901", Value::Number("012345678901".into())),
        (".inf", Value::Number(".inf".into())),
        ("2012-10-17", Value::String("2012-10-17".into())),
        ("1.2.3", Value::String("1.2.3".into())),
        ("e", Value::String("e".into())),
        ("'1'", Value::String("1".into())),
        ("|\n  1\n", Value::String("1\n".into())),
    ];
    for (text, expected) in cases {
        assert_eq!(yaml(&format!("a: {text}\n")).get("a").unwrap().value, expected, "{text}");
    }
}

#[test]
fn blocks_end_with_their_last_value() {
    let text = "a:\n  b: 1\n  c:\n    - 2\n\n# about d\nd: 3\n";
    let root = yaml(text);
    assert_eq!(at(text, root.get("a").unwrap()), "b: 1\n  c:\n    - 2");
    assert_eq!(at(text, root.path(&["a", "c"]).unwrap()).trim_start_matches(['-', ' ']), "2");
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    let text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none: {<<: *b, x: 9}\ntwo:\n  <<: [*m, *b]\nthree: *b\nfour: {'<<': plain}\n";
    let root = yaml(text);
    let entries = |key: &str| {
        let pairs = root.get(key).unwrap().entries().iter();
        pairs.map(|(key, value)| format!("{}{}", key.text, value.as_text().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(entries("one"), ["y2", "x9"]);
    assert_eq!(entries("two"), ["y3", "z4", "x1"]);
    assert_eq!(entries("three"), ["x1", "y2"]);
    assert_eq!(entries("four"), ["<<plain"]);
}

#[test]
fn a_key_written_twice_is_kept_and_the_last_one_found() {
    for (extension, text) in [("yaml", "a: 1\na: 2\n"), ("json", "{\"a\": 1, \"a\": 2}")] {
        let root = parse(extension, text).unwrap().root;
        assert_eq!(root.entries().len(), 2, "{extension}");
        assert_eq!(root.get("a").unwrap().as_text(), Some("2"), "{extension}");
    }
}

#[test]
fn the_first_document_that_is_not_empty_counts() {
    let document = parse("yml", "---\n# nothing\n---\na: 1\n---\nb: [\n").unwrap();
    assert!(document.root.get("a").is_some() && document.more_documents);
    assert!(!parse("yml", "a: 1\n").unwrap().more_documents);
    assert!(parse("yml", "# nothing\n").unwrap().root.is_null());
    assert!(parse("json", " // nothing\n").unwrap().root.is_null());
}

#[test]
fn collections_as_keys_are_their_source() {
    let root = yaml("? [a, b]\n: 1\n? {c: d}\n: 2\n");
    let keys: Vec<_> = root.entries().iter().map(|(key, _)| key.text.as_str()).collect();
    assert_eq!(keys, ["[a, b]", "{c: d}"]);
}

#[test]
fn errors_have_their_place() {
    let cases = [
        ("yaml", "a: 1\nb: [1, 2\nc: 3\n", 5..21),
        ("yaml", "a: *nobody\n", 3..4),
        ("json", "{\"a\": 1 \"b\": 2}", 7..9),
        ("json", "{'a': 1}", 1..2),
        ("toml", "a = 1\nb = = 2\n", 10..11),
    ];
    for (extension, text, places) in cases {
        let error = parse(extension, text).expect_err(text);
        assert!(places.contains(&error.span.start), "{extension} {text:?}: {error} at {:?}", error.span);
        assert!(error.span.end <= text.len() && !error.message.is_empty());
    }
}

#[test]
fn deep_texts_are_errors_not_crashes() {
    let deep = 10_000;
    let texts = [
        ("yaml", "[".repeat(deep)),
        ("yaml", "{a: ".repeat(deep)),
        ("yaml", (0..deep).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("yaml", "- ".repeat(deep)),
        ("json", "[".repeat(deep) + &"]".repeat(deep)),
        ("json", "{\"a\":".repeat(deep)),
        ("toml", format!("a = {}{}", "[".repeat(deep), "]".repeat(deep))),
        ("toml", format!("{}a = 1", "a.".repeat(deep))),
        ("toml", format!("[{}a]", "a.".repeat(deep))),
    ];
    for (extension, text) in texts {
        assert!(parse(extension, &text).is_err(), "{extension} {}", &text[..8]);
    }
    let fits = MAX_DEPTH - 1;
    for extension in ["yaml", "json"] {
        let text = format!("{}1{}", "[".repeat(fits), "]".repeat(fits));
        assert!(parse(extension, &text).is_ok(), "{extension}");
    }
    let text = format!("{}1{}", "[\"]\", /* ] */".repeat(fits), "]".repeat(fits));
    assert!(parse("json", &text).is_ok(), "brackets in texts and comments do not count");
}

#[test]
fn aliases_cannot_blow_up() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", "));
    }
    assert!(parse("yaml", &bomb).unwrap_err().message.contains("values"));
    let mut chain = "a0: &a0 x\n".to_owned();
    for level in 1..300 {
        chain += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert!(parse("yaml", &chain).unwrap_err().message.contains("deep"));
    assert!(parse("yaml", "a: &a [*a]\n").is_err(), "a circle");
    assert!(parse("yaml", "&a {<<: *a}\n").is_err(), "a circle by merging");
}

#[test]
fn large_texts_are_read_or_refused() {
    let entry = "  Fn00000:\n    Type: AWS::Lambda::Function\n    Properties: {Handler: a.b, Runtime: nodejs22.x}\n";
    let text = format!("Resources:\n{}", entry.repeat((10 << 20) / entry.len()));
    assert!(parse("yaml", &text).unwrap().root.get("Resources").unwrap().entries().len() > 100_000);
    assert!(parse("json", &format!("[{}1]", "1,".repeat(MAX_NODES))).unwrap_err().message.contains("values"));
    assert!(parse("yaml", &" ".repeat(MAX_BYTES + 1)).is_err());
    assert!(parse("toml", &"# x\n".repeat(MAX_BYTES / 5)).is_err());
}
