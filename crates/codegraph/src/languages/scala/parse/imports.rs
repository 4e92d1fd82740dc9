//! Imports of Scala: several at once, renamed, hidden, relative.

use tree_sitter::Node;

use crate::{
    jvm::shape::Brought,
    syntax::{self, children, field},
};

/// Adds what an import declaration brings in.
pub(super) fn read(node: Node<'_>, text: &str, imports: &mut Vec<Brought>) {
    let mut reader = Reader { text, span: node.start_byte()..node.end_byte(), path: Vec::new(), imports };
    let mut cursor = node.walk();
    for part in node.children(&mut cursor) {
        match part.kind() {
            "," => reader.end(),
            "identifier" | "operator_identifier" => reader.path.push(plain(part, text)),
            "namespace_wildcard" | "given" => reader.star(),
            "namespace_selectors" => reader.selectors(part),
            "as_renamed_identifier" | "arrow_renamed_identifier" => reader.renamed(part),
            _ => {}
        }
    }
    reader.end();
}

struct Reader<'r> {
    text: &'r str,
    span: std::ops::Range<usize>,
    path: Vec<String>,
    imports: &'r mut Vec<Brought>,
}

impl Reader<'_> {
    fn add(&mut self, name: Option<String>, alias: String) {
        let path: Vec<String> = self.path.iter().cloned().chain(name).collect();
        self.imports.push(Brought { path, name: alias, star: false, span: self.span.clone() });
    }

    fn end(&mut self) {
        if self.path.len() > 1 {
            let alias = self.path.last().cloned().unwrap_or_default();
            self.add(None, alias);
        }
        self.path.clear();
    }

    fn star(&mut self) {
        let path = self.path.clone();
        self.imports.push(Brought { path, name: String::new(), star: true, span: self.span.clone() });
        self.path.clear();
    }

    fn renamed(&mut self, node: Node<'_>) {
        let name = field(node, "name", self.text).unwrap_or_default().trim_matches('`').to_owned();
        let alias = field(node, "alias", self.text).unwrap_or_default().trim_matches('`').to_owned();
        // `{a => _}` hides a name.
        if alias != "_" {
            self.add(Some(name), alias);
        }
    }

    fn selectors(&mut self, node: Node<'_>) {
        let mut all = false;
        for part in children(node) {
            match part.kind() {
                "arrow_renamed_identifier" | "as_renamed_identifier" => self.renamed(part),
                "identifier" | "operator_identifier" | "type_identifier" => {
                    let name = plain(part, self.text);
                    self.add(Some(name.clone()), name);
                }
                // A wildcard, or givens by their types.
                _ => all = true,
            }
        }
        all |= syntax::text(node, self.text).contains("given");
        if all {
            self.star();
        }
        self.path.clear();
    }
}

fn plain(node: Node<'_>, text: &str) -> String {
    syntax::text(node, text).trim_matches('`').to_owned()
}
