//! Whether the value of a package's variable does something when the package is loaded.

use std::collections::BTreeSet;

use tree_sitter::Node;

use crate::syntax;

/// Functions of the language, and its types, which are called to convert values.
const BUILTINS: [&str; 30] = [
    "any",
    "append",
    "bool",
    "byte",
    "cap",
    "complex",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "imag",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "len",
    "make",
    "max",
    "min",
    "new",
    "real",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
];

/// Functions, and whole packages, that only make a value out of what they are given.
const MAKERS: [&str; 28] = [
    "aws.Bool",
    "aws.Int",
    "aws.Int64",
    "aws.String",
    "bytes",
    "errors",
    "filepath.Join",
    "fmt.Errorf",
    "fmt.Sprint",
    "fmt.Sprintf",
    "json.RawMessage",
    "math",
    "os.Getenv",
    "os.LookupEnv",
    "path.Join",
    "reflect.TypeFor",
    "reflect.TypeOf",
    "regexp.MustCompile",
    "regexp.MustCompilePOSIX",
    "strconv",
    "strings",
    "sync.NewCond",
    "sync.OnceFunc",
    "sync.OnceValue",
    "time.Date",
    "time.Duration",
    "unicode",
    "utf8",
];

/// True if making the value calls what may do something; `types` are those of the file, which are called to convert.
/// The bodies of functions that are only written down do not run.
pub(super) fn does_something(value: Node<'_>, text: &str, types: &BTreeSet<&str>) -> bool {
    let mut found = false;
    syntax::walk(value, &mut |node| {
        match node.kind() {
            "func_literal" => return false,
            "call_expression" => found |= !only_makes(node, text, types),
            "unary_expression" => found |= syntax::field(node, "operator", text) == Some("<-"),
            _ => {}
        }
        !found
    });
    found
}

fn only_makes(call: Node<'_>, text: &str, types: &BTreeSet<&str>) -> bool {
    let Some(callee) = call.child_by_field_name("function") else { return false };
    match callee.kind() {
        "identifier" => {
            let name = syntax::text(callee, text);
            BUILTINS.binary_search(&name).is_ok() || types.contains(name)
        }
        "selector_expression" => {
            let name = syntax::text(callee, text);
            let package = name.split('.').next().unwrap_or_default();
            MAKERS.binary_search(&name).is_ok() || (MAKERS.binary_search(&package).is_ok() && !name.contains('('))
        }
        // `(*Store)(nil)`
        "parenthesized_expression" => {
            let inner = callee.named_child(0);
            inner.is_some_and(|inner| syntax::field(inner, "operator", text) == Some("*"))
        }
        _ => false,
    }
}
