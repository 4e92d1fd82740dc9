//! Languages that are compared by their tree-sitter trees. Nothing of tree-sitter's trees leaves this file.
//!
//! Two versions agree if their trees do, node by node and leaf by leaf, without comments, semicolons, trailing commas
//! and parentheses around expressions, and with sorted imports.

use std::{collections::BTreeSet, sync::LazyLock};

use lockstep_model::RepoPath;
use tree_sitter::{Language, Node};

use super::words::Order;
use crate::{
    languages::scala::layout,
    syntax::{self, ByKind},
};

/// What has to be known of a language, beside its grammar.
pub(super) struct Grammar {
    pub(super) language: Language,
    /// True if an import whose name is not used says nothing.
    unused_imports_say_nothing: bool,
    /// True if single and double quotes around a text without escapes are the same.
    quotes_alike: bool,
    /// True if a sign at the start of a line may begin a new statement, which these grammars do not all see.
    lines_matter: bool,
    /// Starts of comments that tell the compiler, or the program as it runs, something.
    directives: &'static [&'static str],
    /// What is in its order, if strings and comments look as they do in C.
    pub(super) order: Option<Order>,
    /// True for two texts of which, without parsing them, it is sure that they differ in their layout alone.
    pub(super) is_layout: fn(&str, &str) -> bool,
    /// What becomes of nodes, by the number of their kind.
    sorts: ByKind<Sort>,
}

/// Larger texts are not parsed: these parsers read some 10 MB/s. 512 KiB.
const LARGEST: usize = 512 << 10;

static GO: LazyLock<Grammar> = LazyLock::new(|| Grammar {
    directives: &["//go:", "// +build"],
    ..Grammar::new(tree_sitter_go::LANGUAGE.into(), &["import_spec"])
});
static JAVA: LazyLock<Grammar> = LazyLock::new(|| Grammar {
    unused_imports_say_nothing: true,
    ..Grammar::new(tree_sitter_java::LANGUAGE.into(), &["import_declaration"])
});
static KOTLIN: LazyLock<Grammar> = LazyLock::new(|| Grammar {
    lines_matter: true,
    ..Grammar::new(tree_sitter_kotlin_ng::LANGUAGE.into(), &["import"])
});
static CSHARP: LazyLock<Grammar> = LazyLock::new(|| Grammar {
    order: Some(Order::OfWords),
    ..Grammar::new(tree_sitter_c_sharp::LANGUAGE.into(), &["using_directive"])
});
static SCALA: LazyLock<Grammar> = LazyLock::new(|| Grammar {
    lines_matter: true,
    order: Some(Order::Fixed),
    is_layout: layout::is_all_that_differs,
    ..Grammar::new(tree_sitter_scala::LANGUAGE.into(), &[])
});
static RUBY: LazyLock<Grammar> = LazyLock::new(|| Grammar {
    directives: &["# frozen_string_literal"],
    quotes_alike: true,
    lines_matter: true,
    order: None,
    ..Grammar::new(tree_sitter_ruby::LANGUAGE.into(), &[])
});
static PHP: LazyLock<Grammar> = LazyLock::new(|| Grammar {
    // Frameworks read annotations from these comments.
    directives: &["/**"],
    quotes_alike: true,
    order: None,
    ..Grammar::new(tree_sitter_php::LANGUAGE_PHP.into(), &["namespace_use_declaration"])
});

/// The grammar of a file, by its extension.
pub(super) fn grammar_of(path: &RepoPath) -> Option<&'static Grammar> {
    Some(match path.extension()? {
        "go" => &GO,
        "java" => &JAVA,
        "kt" | "kts" => &KOTLIN,
        "cs" => &CSHARP,
        "scala" | "sc" => &SCALA,
        "rb" => &RUBY,
        "php" => &PHP,
        _ => return None,
    })
}

impl Grammar {
    /// `imports`: the kinds of nodes that bring names in.
    fn new(language: Language, imports: &[&str]) -> Self {
        Self {
            sorts: ByKind::of(&language, |kind, named| Sort::of(kind, named, imports)),
            language,
            unused_imports_say_nothing: false,
            quotes_alike: false,
            lines_matter: false,
            directives: &[],
            order: Some(Order::OfImports),
            is_layout: |_, _| false,
        }
    }
}

/// What the kind of a node says of it.
#[derive(Clone, Copy, Default)]
enum Sort {
    Comment,
    Import,
    Through,
    Nothing,
    Text,
    #[default]
    Named,
    /// A sign, which has no name.
    Sign,
}

impl Sort {
    fn of(kind: &str, named: bool, imports: &[&str]) -> Self {
        match kind {
            _ if kind.contains("comment") => Self::Comment,
            _ if imports.contains(&kind) => Self::Import,
            // Go writes its imports in these, or without them.
            "import_declaration" | "import_spec_list" if !imports.is_empty() => Self::Through,
            "parenthesized_expression" => Self::Through,
            _ if !named && (kind == ";" || kind.trim().is_empty()) => Self::Nothing,
            _ if !named => Self::Sign,
            _ if kind.contains("string") || kind.contains("heredoc") => Self::Text,
            _ => Self::Named,
        }
    }
}

/// True if the trees agree; none if one of them has an error.
pub(super) fn agree(grammar: &Grammar, before: &str, after: &str) -> Option<bool> {
    if before.len().max(after.len()) > LARGEST {
        return None;
    }
    let canonical = |text: &str| {
        let tree = syntax::parse(&grammar.language, text).ok()?;
        let root = tree.root_node();
        (!root.has_error()).then(|| Writer::new(grammar, text).write(root))
    };
    Some(canonical(before)? == canonical(after)?)
}

/// A tree without what says nothing: its imports, sorted, and its nodes and leaves in the order of the text.
#[derive(PartialEq, Eq)]
struct Canonical {
    imports: Vec<String>,
    rest: Vec<u8>,
}

const OPEN: u8 = 1;
const CLOSE: u8 = 2;
const LEAF: u8 = 3;

/// What becomes of a node.
enum Part {
    /// It and all below it are passed over.
    Nothing,
    /// It is passed over, what is below it is not.
    Through,
    /// A leaf, or something that is compared by its text.
    Text,
    /// It is written, and what is below it.
    Node,
}

struct Writer<'a> {
    grammar: &'a Grammar,
    text: &'a str,
    imports: Vec<String>,
    words: BTreeSet<&'a str>,
    rest: Vec<u8>,
    /// A comma that is written unless a bracket closes next.
    comma: bool,
}

impl<'a> Writer<'a> {
    fn new(grammar: &'a Grammar, text: &'a str) -> Self {
        Self { grammar, text, imports: Vec::new(), words: BTreeSet::new(), rest: Vec::new(), comma: false }
    }

    /// Walks without recursion: a tree may be as deep as its text is long.
    fn write(mut self, root: Node<'_>) -> Canonical {
        let mut cursor = root.walk();
        let mut closes = Vec::new();
        'walk: loop {
            let node = cursor.node();
            let bare = closes.last() == Some(&false);
            let (descend, close) = match self.part(&node, bare) {
                Part::Nothing => (false, false),
                Part::Through => (true, false),
                Part::Text => {
                    self.leaf(&node);
                    (false, false)
                }
                Part::Node => {
                    self.open(&node);
                    (true, true)
                }
            };
            if descend && cursor.goto_first_child() {
                closes.push(close);
                continue;
            }
            if close {
                self.close();
            }
            while !cursor.goto_next_sibling() {
                match closes.pop() {
                    Some(true) => self.close(),
                    Some(false) => {}
                    None => break 'walk,
                }
                cursor.goto_parent();
            }
        }
        self.finish()
    }

    /// What becomes of a node; `bare` if the one above it is passed over.
    fn part(&mut self, node: &Node<'_>, bare: bool) -> Part {
        let sort = self.grammar.sorts.get(node);
        match sort {
            Sort::Comment if self.is_directive(self.source(node)) => Part::Text,
            Sort::Import => {
                let words = self.source(node).split_whitespace().collect::<Vec<_>>().join(" ");
                self.imports.push(words.trim_end_matches([';', ' ']).to_owned());
                Part::Nothing
            }
            Sort::Comment | Sort::Nothing => Part::Nothing,
            Sort::Sign if bare => Part::Nothing,
            Sort::Through => Part::Through,
            Sort::Text => Part::Text,
            Sort::Sign | Sort::Named if node.child_count() == 0 => Part::Text,
            Sort::Sign | Sort::Named => Part::Node,
        }
    }

    fn is_directive(&self, comment: &str) -> bool {
        let starts = self.grammar.directives.iter().any(|start| comment.starts_with(start));
        starts && (!comment.starts_with("/**") || has_annotation(comment))
    }

    fn source(&self, node: &Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn starts_line(&self, node: &Node<'_>) -> bool {
        let before = self.text.get(..node.start_byte()).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).ends_with('\n')
    }

    fn open(&mut self, node: &Node<'_>) {
        self.write_comma();
        self.rest.push(OPEN);
        self.rest.extend(node.kind_id().to_le_bytes());
    }

    fn close(&mut self) {
        self.write_comma();
        self.rest.push(CLOSE);
    }

    fn leaf(&mut self, node: &Node<'_>) {
        let text = self.source(node);
        match (text, node.is_named()) {
            (",", false) => {
                self.write_comma();
                self.comma = true;
                return;
            }
            (")" | "]" | "}", false) => self.comma = false,
            _ => self.write_comma(),
        }
        if self.grammar.unused_imports_say_nothing {
            self.words.insert(text);
        }
        if self.grammar.lines_matter && matches!(text, "+" | "-" | "*" | "&") && self.starts_line(node) {
            self.rest.push(b'\n');
        }
        self.rest.push(LEAF);
        let bare = if self.grammar.quotes_alike { unquoted(text) } else { None };
        match bare {
            Some(bare) => self.rest.extend(format!("\"{bare}\"").bytes()),
            None => self.rest.extend(text.bytes()),
        }
    }

    fn write_comma(&mut self) {
        if std::mem::take(&mut self.comma) {
            self.rest.extend([LEAF, b',']);
        }
    }

    fn finish(mut self) -> Canonical {
        if self.grammar.unused_imports_say_nothing {
            let words = &self.words;
            self.imports.retain(|import| {
                let name = import.rsplit(['.', ' ']).next().unwrap_or_default();
                name == "*" || words.contains(name)
            });
        }
        self.imports.sort();
        Canonical { imports: self.imports, rest: self.rest }
    }
}

/// What stands between quotes, if it is the same between quotes of the other kind.
fn unquoted(text: &str) -> Option<&str> {
    let inside = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))?;
    (!inside.contains(['\\', '$', '#', '{', '"', '\''])).then_some(inside)
}

/// True for a comment with an annotation: `@Route`, `@ORM\Column`; documentation has small letters there.
fn has_annotation(comment: &str) -> bool {
    comment.split('@').skip(1).any(|after| after.starts_with(|first: char| first.is_ascii_uppercase()))
}
