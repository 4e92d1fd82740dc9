//! Values while a program is evaluated.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use rustc_hash::FxHashMap;

use crate::tree::{Class, Function};

/// Stands for a part of a text that is not known. No program writes it.
pub(super) const HOLE: char = '\u{e0f0}';

/// Longer texts are not kept. Bytes.
pub(super) const LONGEST_TEXT: usize = 1 << 18;

/// Longer lists are cut off, and open.
const LONGEST_LIST: usize = 10_000;

pub(super) type Name = Rc<str>;

/// A value.
#[derive(Clone)]
pub(super) enum V {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    Text(Rc<TextV>),
    /// A path of Python's `pathlib`.
    Path(Rc<TextV>),
    List(Rc<ListV>),
    Object(Rc<ObjectV>),
    Function(Rc<FunctionV>),
    Class(Rc<ClassV>),
    /// A function of the language or its library, with what it belongs to.
    Native(Rc<NativeV>),
    External(Rc<ExternalV>),
    Instance(usize),
    Attribute(usize, Name),
    Module(usize),
    /// A name of another module, looked up when it is used. Only scopes hold it.
    Import(Rc<(usize, Name)>),
    Unknown(Name),
}

/// Where a literal stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) module: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

pub(super) struct TextV {
    /// With [`HOLE`]s.
    pub(super) text: String,
    pub(super) origin: Option<Place>,
}

pub(super) struct ListV {
    pub(super) items: RefCell<Vec<V>>,
    /// It may hold more than is known.
    pub(super) open: Cell<bool>,
}

#[derive(Default)]
pub(super) struct Fields {
    order: Vec<Name>,
    values: FxHashMap<Name, V>,
}

impl Fields {
    pub(super) fn get(&self, key: &str) -> Option<&V> {
        self.values.get(key)
    }

    pub(super) fn set(&mut self, key: Name, value: V) {
        if self.values.insert(key.clone(), value).is_none() {
            self.order.push(key);
        }
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<V> {
        let found = self.values.remove(key)?;
        self.order.retain(|name| &**name != key);
        Some(found)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &V)> {
        self.order.iter().filter_map(|name| Some((name, self.values.get(name)?)))
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}

pub(super) struct ObjectV {
    pub(super) fields: RefCell<Fields>,
    /// It may have more keys than are known.
    pub(super) open: Cell<bool>,
    pub(super) class: Option<Rc<ClassV>>,
    /// The event of its base's constructor, if that comes from a package.
    pub(super) instance: Cell<Option<usize>>,
    /// How many conditions that are not known it was made below.
    pub(super) below: u32,
}

pub(super) struct FunctionV {
    pub(super) code: Arc<Function>,
    pub(super) scope: Rc<Scope>,
    pub(super) module: usize,
    /// `this`, or `self`.
    pub(super) bound: Option<V>,
    /// The class it is a method of.
    pub(super) home: Option<Rc<ClassV>>,
    /// The variable it is the first value of.
    pub(super) name: Option<Name>,
}

pub(super) struct ClassV {
    pub(super) code: Arc<Class>,
    pub(super) scope: Rc<Scope>,
    pub(super) module: usize,
    pub(super) bases: Vec<V>,
    pub(super) statics: RefCell<Fields>,
    pub(super) name: Option<Name>,
}

pub(super) struct NativeV {
    /// `join`; `super` for what Python's `super()` gives.
    pub(super) name: Name,
    /// What it is a method of; undefined for functions.
    pub(super) of: V,
}

pub(super) struct ExternalV {
    pub(super) module: String,
    pub(super) path: String,
    /// It is part of the language's library, not of a package.
    pub(super) library: bool,
}

/// Names in reach.
pub(super) struct Scope {
    pub(super) names: RefCell<FxHashMap<Name, Variable>>,
    pub(super) parent: Option<Rc<Scope>>,
    /// Names that `global` or `nonlocal` take from outside.
    pub(super) outer: RefCell<Vec<String>>,
}

#[derive(Clone)]
pub(super) struct Variable {
    pub(super) value: V,
    /// How many conditions that are not known it was bound below.
    pub(super) below: u32,
}

impl Scope {
    pub(super) fn new(parent: Option<Rc<Self>>) -> Rc<Self> {
        Rc::new(Self { names: RefCell::default(), parent, outer: RefCell::default() })
    }

    pub(super) fn find(&self, name: &str) -> Option<V> {
        let mut scope = self;
        loop {
            if let Some(found) = scope.names.borrow().get(name) {
                return Some(found.value.clone());
            }
            scope = scope.parent.as_deref()?;
        }
    }

    pub(super) fn bind(&self, name: &str, value: V, below: u32) {
        self.names.borrow_mut().insert(Name::from(name), Variable { value, below });
    }
}

impl V {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::written(text, None)
    }

    pub(super) fn written(text: impl Into<String>, origin: Option<Place>) -> Self {
        let mut text = text.into();
        if text.len() > LONGEST_TEXT {
            // A program that doubles a text fifty times must not fill the memory.
            text = HOLE.to_string();
        }
        Self::Text(Rc::new(TextV { text, origin }))
    }

    pub(super) fn unknown(why: &str) -> Self {
        Self::Unknown(Name::from(why))
    }

    pub(super) fn list(items: Vec<V>) -> Self {
        if items.len() > LONGEST_LIST {
            return Self::open_list(items);
        }
        Self::List(Rc::new(ListV { items: RefCell::new(items), open: Cell::new(false) }))
    }

    pub(super) fn open_list(mut items: Vec<V>) -> Self {
        items.truncate(LONGEST_LIST);
        Self::List(Rc::new(ListV { items: RefCell::new(items), open: Cell::new(true) }))
    }

    pub(super) fn object(fields: Fields, below: u32) -> Self {
        Self::Object(Rc::new(ObjectV {
            fields: RefCell::new(fields),
            open: Cell::new(false),
            class: None,
            instance: Cell::new(None),
            below,
        }))
    }

    pub(super) fn native(name: &str, of: V) -> Self {
        Self::Native(Rc::new(NativeV { name: Name::from(name), of }))
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Path(text) => Some(&text.text),
            _ => None,
        }
    }

    /// A text without holes.
    pub(super) fn known_str(&self) -> Option<&str> {
        self.as_str().filter(|text| !text.contains(HOLE))
    }

    pub(super) fn origin(&self) -> Option<Place> {
        match self {
            Self::Text(text) | Self::Path(text) => text.origin,
            _ => None,
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }
}
