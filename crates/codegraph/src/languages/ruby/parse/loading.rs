//! What loads files: `require` and its kin, the load path, and loops over folders.

use tree_sitter::Node;

use super::{Context, Reader, names, paths::Place};
use crate::{
    draft::Owner,
    language::{Import, ImportKind},
    syntax,
};

/// Starts the specifier of a folder that is added to the load path.
pub(in super::super) const LOAD_PATH: &str = "$LOAD_PATH/";

impl<'t> Reader<'_, 't> {
    /// Reads a call that loads a file or prepares to. False if it is another.
    pub(super) fn loads(
        &mut self,
        node: Node<'t>,
        method: &str,
        receiver: Option<Node<'t>>,
        arguments: &[Node<'t>],
        context: &Context,
    ) -> bool {
        let subject = receiver.map(|receiver| self.source(receiver));
        let path = arguments.first().copied();
        match (subject, method, path) {
            (
                None | Some("Kernel" | "self"),
                "require" | "load" | "require_relative" | "require_dependency",
                Some(path),
            ) => {
                self.require(path, method == "require_relative", context);
                true
            }
            (None | Some("Object"), "autoload", Some(name)) => {
                self.autoload(name, arguments.get(1).copied(), context);
                true
            }
            (Some("$LOAD_PATH" | "$:"), "unshift" | "push" | "append" | "prepend" | "<<", Some(_)) => {
                for argument in arguments {
                    self.load_path(*argument, context.owner);
                }
                true
            }
            // `Dir["lib/*.rb"].each(&method(:require))`
            (Some(_), "each", Some(block)) if block.kind() == "block_argument" => {
                let text = self.source(block);
                let loading = [":require)", ":load)", ":require_relative)"].iter().any(|end| text.ends_with(end));
                let files = receiver.filter(|_| loading).map(|list| self.places(list, 0)).unwrap_or_default();
                self.import_all(node, &files, false, context);
                !files.is_empty()
            }
            _ => false,
        }
    }

    fn require(&mut self, path: Node<'t>, relative: bool, context: &Context) {
        let places = self.places(path, 0);
        if places.is_empty() {
            self.computed(self.source(path).to_owned(), path.byte_range(), context);
        }
        self.import_all(path, &places, relative, context);
    }

    fn import_all(&mut self, node: Node<'t>, places: &[Place], relative: bool, context: &Context) {
        for place in places {
            let specifier = match place {
                Place::Text(text) if relative && !text.starts_with('/') => {
                    Place::Here(text.trim_start_matches("./").to_owned()).specifier()
                }
                place => place.specifier(),
            };
            let kind = if context.in_method { ImportKind::Lazy } else { ImportKind::Value };
            let import = Import {
                specifier,
                span: node.byte_range(),
                names: Vec::new(),
                whole: true,
                members: None,
                kind,
                level: 0,
            };
            self.draft.import(context.owner, import);
        }
    }

    /// `autoload :Money, "shop/money"`: whoever names the constant loads the file.
    fn autoload(&mut self, name: Node<'t>, path: Option<Node<'t>>, context: &Context) {
        let name = self.literal(name).unwrap_or_default();
        for place in path.map(|path| self.places(path, 0)).unwrap_or_default() {
            let import = Import {
                specifier: place.specifier(),
                span: path.map(|path| path.byte_range()).unwrap_or_default(),
                names: vec![names::full(context.lexical.first(), &name)],
                whole: false,
                members: None,
                kind: ImportKind::Lazy,
                level: 0,
            };
            self.draft.import(context.owner, import);
        }
    }

    /// `$LOAD_PATH << folder`.
    pub(super) fn appended_load_path(&mut self, node: Node<'t>, context: &Context) -> bool {
        let left = syntax::field(node, "left", self.text);
        if !matches!(left, Some("$LOAD_PATH" | "$:")) {
            return true;
        }
        if let Some(folder) = node.child_by_field_name("right") {
            self.load_path(folder, context.owner);
        }
        false
    }

    fn load_path(&mut self, folder: Node<'t>, owner: Owner) {
        for place in self.places(folder, 0) {
            let import = Import {
                specifier: format!("{LOAD_PATH}{}", place.specifier()),
                span: folder.byte_range(),
                names: Vec::new(),
                whole: true,
                members: None,
                kind: ImportKind::Lazy,
                level: 0,
            };
            self.draft.import(owner, import);
        }
    }

    /// Notes what the parameter of a loop stands for: `%w[a b].each do |name|`, `Dir.glob(…).each { |file| … }`.
    pub(super) fn loops(&mut self, call: Node<'t>, receiver: Option<Node<'t>>) {
        let Some(block) = call.child_by_field_name("block") else { return };
        let glob = receiver.is_none_or(|receiver| self.source(receiver) == "Dir");
        let list = if glob { Some(call) } else { receiver };
        let parameters = block.child_by_field_name("parameters").map(syntax::children).unwrap_or_default();
        if let ([parameter], Some(list)) = (&parameters[..], list) {
            let places = self.places(list, 0);
            if places.is_empty() {
                self.known.remove(self.source(*parameter));
            } else {
                self.known.insert(self.source(*parameter).to_owned(), places);
            }
        }
    }
}
