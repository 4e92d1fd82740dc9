//! YAML; the only file that knows `granit-parser`. Its events become a tree without recursion; aliases are expanded,
//! merge keys applied, both within the budget of the whole tree.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag};

use crate::{Document, Key, MAX_DEPTH, MAX_NODES, Node, ParseError, Syntax, Value};

pub(crate) fn parse(text: &str) -> Result<Document, ParseError> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH + 1,
        block_nesting_limit: MAX_DEPTH + 1,
    };
    let mut builder = Builder::new(text);
    let mut root = None;
    for event in Parser::new_from_str_with_options(text, options) {
        if root.is_some() {
            // The first document is whole. Whatever else is in the text, sound or not, is not this document.
            let more = matches!(event, Ok((Event::DocumentStart(..), _)) | Err(_));
            return Ok(document(root, more));
        }
        let (event, span) = event.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
            ParseError::new(error.info(), at..at)
        })?;
        if let Event::DocumentEnd = event {
            root = builder.root.take().filter(|node| !node.is_null());
            builder.anchors.clear();
        } else {
            builder.event(event, &span)?;
        }
    }
    Ok(document(root, false))
}

fn document(root: Option<Node>, more_documents: bool) -> Document {
    let root = root.unwrap_or_else(|| Node::new(Value::Null, 0..0));
    Document { root, syntax: Syntax::Yaml, more_documents }
}

/// A collection whose end has not come yet.
struct Open {
    node: Node,
    /// The key whose value comes next.
    key: Option<Key>,
    /// True for a mapping whose next node is a key.
    wants_key: bool,
    flow: bool,
    anchor: usize,
    /// Levels below this one, itself included.
    height: usize,
    /// What merge keys bring, first come first.
    merged: Vec<(Key, Node)>,
}

/// What an anchor stands for, and what it costs to repeat it.
struct Anchored {
    node: Node,
    height: usize,
    nodes: usize,
}

struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    root: Option<Node>,
    nodes: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, open: Vec::new(), anchors: HashMap::new(), root: None, nodes: 0 }
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), ParseError> {
        let span = span.byte_range().unwrap_or(0..0);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, span.start)?;
                let node = scalar(text.into_owned(), style, tag.as_deref(), span);
                self.finish(node, 1, anchor)
            }
            Event::SequenceStart(style, anchor, tag) => self.start(Value::List(Vec::new()), style, anchor, tag, span),
            Event::MappingStart(style, anchor, tag) => self.start(Value::Map(Vec::new()), style, anchor, tag, span),
            Event::SequenceEnd | Event::MappingEnd => self.end(&span),
            Event::Alias(id) => self.alias(id, &span),
            _ => Ok(()),
        }
    }

    fn count(&mut self, nodes: usize, at: usize) -> Result<(), ParseError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES { Err(ParseError::too_many(at)) } else { Ok(()) }
    }

    fn start(
        &mut self,
        value: Value,
        style: StructureStyle,
        anchor: usize,
        tag: Option<std::borrow::Cow<'_, Tag>>,
        span: Range<usize>,
    ) -> Result<(), ParseError> {
        self.count(1, span.start)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(ParseError::too_deep(span.start));
        }
        let wants_key = matches!(value, Value::Map(_));
        let node = Node { value, span, tag: tag.as_deref().and_then(tag_name) };
        let flow = style == StructureStyle::Flow;
        self.open.push(Open { node, key: None, wants_key, flow, anchor, height: 1, merged: Vec::new() });
        Ok(())
    }

    fn end(&mut self, span: &Range<usize>) -> Result<(), ParseError> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        let children_end = match &open.node.value {
            Value::List(items) => items.last().map(|item| item.span.end),
            Value::Map(entries) => entries.last().map(|(key, value)| value.span.end.max(key.span.end)),
            _ => None,
        };
        // The end of a block is only known at the next token, lines later; its last child ends where a reader would say.
        let end = if open.flow { span.end } else { children_end.unwrap_or(open.node.span.end) };
        // What an alias repeats stands elsewhere, perhaps further down: never trust it to lie inside.
        open.node.span.end = end.clamp(open.node.span.start, span.end.max(open.node.span.start));
        if !open.merged.is_empty() {
            apply_merged(&mut open.node, open.merged);
        }
        self.finish(open.node, open.height, open.anchor)
    }

    fn alias(&mut self, id: usize, span: &Range<usize>) -> Result<(), ParseError> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(ParseError::new("an alias to a value that contains it", span.clone()));
        };
        let (height, nodes) = (anchored.height, anchored.nodes);
        self.count(nodes, span.start)?;
        if self.open.len() + height > MAX_DEPTH {
            return Err(ParseError::too_deep(span.start));
        }
        let node = self.anchors[&id].node.clone();
        self.place(node, height);
        Ok(())
    }

    fn finish(&mut self, node: Node, height: usize, anchor: usize) -> Result<(), ParseError> {
        if anchor != 0 {
            // Keeping a copy costs as much as repeating it does.
            let nodes = count_nodes(&node);
            self.count(nodes, node.span.start)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), height, nodes });
        }
        self.place(node, height);
        Ok(())
    }

    /// Puts a whole node where it belongs.
    fn place(&mut self, node: Node, height: usize) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.height = open.height.max(height + 1);
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(_) if open.wants_key => {
                open.key = Some(key(node, self.text));
                open.wants_key = false;
            }
            Value::Map(entries) => {
                open.wants_key = true;
                match open.key.take() {
                    Some(key) if key.text == "<<" && merges(&node) => collect_merged(node, &mut open.merged),
                    Some(key) => entries.push((key, node)),
                    None => {}
                }
            }
            _ => {}
        }
    }
}

/// A merge key takes a mapping or a list of mappings; anything else is an ordinary key that happens to be called `<<`.
fn merges(node: &Node) -> bool {
    node.tag.is_none() && (node.is_map() || (node.is_list() && node.items().iter().all(Node::is_map)))
}

fn collect_merged(node: Node, merged: &mut Vec<(Key, Node)>) {
    match node.value {
        Value::Map(entries) => merged.extend(entries),
        Value::List(items) => items.into_iter().for_each(|item| collect_merged(item, merged)),
        _ => {}
    }
}

/// A mapping's own keys win over merged ones; of several merged mappings the first wins.
fn apply_merged(node: &mut Node, merged: Vec<(Key, Node)>) {
    let Value::Map(entries) = &mut node.value else { return };
    let mut said: HashSet<String> = entries.iter().map(|(key, _)| key.text.clone()).collect();
    let mut all: Vec<(Key, Node)> = merged.into_iter().filter(|(key, _)| said.insert(key.text.clone())).collect();
    all.append(entries);
    *entries = all;
}

fn count_nodes(node: &Node) -> usize {
    let mut count = 0;
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        count += 1;
        stack.extend(node.items());
        stack.extend(node.entries().iter().map(|(_, value)| value));
    }
    count
}

fn key(node: Node, text: &str) -> Key {
    let written = || text.get(node.span.clone()).unwrap_or_default().to_owned();
    let text = match &node.value {
        Value::List(_) | Value::Map(_) | Value::Null => written(),
        _ => node.as_text().unwrap_or_default().to_owned(),
    };
    Key { text, span: node.span }
}

/// `Ref` of `!Ref`. YAML's own tags are applied by the caller; the empty tag `!` says "not resolved".
fn tag_name(tag: &Tag) -> Option<String> {
    if tag.is_yaml_core_schema() || tag.suffix().is_empty() {
        return None;
    }
    let written = tag.original();
    Some(written.strip_prefix('!').unwrap_or(&written).to_owned())
}

fn scalar(text: String, style: ScalarStyle, tag: Option<&Tag>, span: Range<usize>) -> Node {
    let name = tag.and_then(tag_name);
    let core = tag.and_then(Tag::core_suffix);
    let plain = style == ScalarStyle::Plain && (tag.is_none() || (name.is_some() && text.is_empty()));
    let value = if plain || matches!(core, Some("int" | "float" | "bool" | "null")) {
        plain_value(text)
    } else {
        Value::String(text)
    };
    Node { value, span, tag: name }
}

fn plain_value(text: String) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(&text) => Value::Number(text),
        _ => Value::String(text),
    }
}

/// A number of YAML's core schema.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    }
    matches!(digits, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
        || (digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            && digits.bytes().any(|byte| byte.is_ascii_digit())
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
            && text.parse::<f64>().is_ok())
}
