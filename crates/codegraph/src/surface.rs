//! What a source file shows of itself to those who find out what imports of other files mean: names, and what they are, but not
//! where they stand, nor what they use.
//!
//! A function that does not reach a file may still depend on it: on that it defines a name, or does not. As long as the file
//! shows the same, that is so as before, whatever else is edited in it.

use std::sync::LazyLock;

use crate::{Export, FileFacts, Import, ImportKind, Language, Role, all};

/// A hash of what a file shows: that of another version is the same if it shows the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SurfaceId(pub [u8; 32]);

/// See the file's head.
#[derive(Clone, Copy)]
pub struct Surface<'a> {
    language: &'static dyn Language,
    facts: &'a FileFacts,
}

impl<'a> Surface<'a> {
    /// What a file of `language` shows that says these `facts`.
    pub fn new(language: &'static dyn Language, facts: &'a FileFacts) -> Self {
        Self { language, facts }
    }

    /// See [`FileFacts::package`].
    pub fn package(self) -> &'a str {
        &self.facts.package
    }

    /// The names of its definitions, in their order.
    pub fn symbols(self) -> impl ExactSizeIterator<Item = &'a str> + DoubleEndedIterator + use<'a> {
        self.facts.symbols.iter().map(|symbol| symbol.name.as_str())
    }

    /// The name of a definition.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn symbol(self, index: usize) -> &'a str {
        &self.facts.symbols[index].name
    }

    /// See [`FileFacts::exports`]. Of an import behind one, no more is shown than that there is one.
    pub fn exports(self) -> &'a [Export] {
        &self.facts.exports
    }

    /// See [`FileFacts::roles`].
    pub fn roles(self) -> &'a [Role] {
        &self.facts.roles
    }

    /// The import that a role is about.
    pub fn import_of(self, role: &Role) -> Option<&'a Import> {
        self.facts.imports.get(role.import?)
    }

    /// Those of its imports that matter to other files ([`Language::shows`]), in their order; not where they stand.
    pub fn imports(self) -> impl Iterator<Item = &'a Import> + use<'a> {
        self.facts.imports.iter().filter(move |import| self.language.shows(import))
    }

    /// See [`FileFacts::left_out`].
    pub fn is_left_out(self) -> bool {
        self.facts.left_out
    }

    /// The hash of all that can be asked of it, and of whether it parses.
    pub fn id(self) -> SurfaceId {
        let mut hash = Hash::default();
        hash.text(self.package());
        hash.number(usize::from(self.facts.left_out) | usize::from(self.facts.error.is_some()) << 1);
        hash.number(self.symbols().len());
        self.symbols().for_each(|name| hash.text(name));
        hash.number(self.exports().len());
        for export in self.exports() {
            hash.text(&export.name);
            hash.index(export.symbol);
            hash.number(usize::from(export.import.is_some()));
        }
        hash.number(self.roles().len());
        for role in self.roles() {
            hash.number(role.kind as usize);
            hash.number(role.symbol);
            hash.index(role.other);
            hash.number(usize::from(role.import.is_some()));
            self.import_of(role).into_iter().for_each(|import| hash.import(import));
        }
        self.imports().for_each(|import| hash.import(import));
        SurfaceId(*hash.finish().as_bytes())
    }
}

/// What a file shows that is not there: nothing.
impl Default for Surface<'_> {
    fn default() -> Self {
        static NOTHING: LazyLock<FileFacts> = LazyLock::new(FileFacts::default);
        Self { language: all()[0], facts: &NOTHING }
    }
}

/// What is hashed.
#[derive(Default)]
pub(crate) struct Hash(Vec<u8>);

impl Hash {
    pub(crate) fn finish(&self) -> blake3::Hash {
        blake3::hash(&self.0)
    }

    pub(crate) fn number(&mut self, number: usize) {
        self.0.extend((number as u64).to_le_bytes());
    }

    pub(crate) fn index(&mut self, index: Option<usize>) {
        self.number(index.map_or(0, |index| index + 1));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend(text.as_bytes());
    }

    pub(crate) fn texts(&mut self, texts: &[String]) {
        self.number(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    /// All of an import but where it stands.
    pub(crate) fn import(&mut self, import: &Import) {
        let Import { specifier, span: _, names, whole, members, kind, level } = import;
        self.text(specifier);
        self.texts(names);
        self.number(usize::from(*whole) | usize::from(members.is_some()) << 1 | (*level as usize) << 2);
        self.texts(members.as_deref().unwrap_or_default());
        self.number(*kind as usize);
    }
}

/// What a language shows of imports that says nothing else.
pub(crate) fn is_no_mention(import: &Import) -> bool {
    import.kind != ImportKind::Mention
}

#[cfg(test)]
mod tests {
    use lockstep_model::RepoPath;

    use crate::surface_id;

    #[test]
    fn what_is_shown_stays_the_same_where_names_and_what_they_are_do() {
        let java =
            "package shop;\nimport lib.*;\nclass Order extends Base {\n  static int total() { return Tax.of(1); }\n}\n";
        let go = "package money\n\nimport \"fmt\"\n\ntype Order struct{}\n\nfunc Total() int { return 1 }\n";
        let csharp = "using Lib;\nnamespace Shop;\nclass Order : Base { public static int Total() => 1; }\n";
        let cases = [
            // What is done inside of a definition, and where it stands, shows nowhere.
            ("Order.java", java, "Tax.of(1)", "Money.of(2) + Tax.of(1)", true),
            ("Order.java", java, "package shop;", "// words\npackage shop;", true),
            ("Order.java", java, "import lib.*;", "import lib.*;\nimport other.Tax;", true),
            ("Order.java", java, "import lib.*;", "import other.*;", false),
            ("Order.java", java, "package shop;", "package store;", false),
            ("Order.java", java, "extends Base", "extends Other", false),
            ("Order.java", java, "int total", "int sum", false),
            ("Order.java", java, "class Order", "class Extra {}\nclass Order", false),
            ("Order.java", java, "1); }", "1); ", false),
            ("money.go", go, "return 1", "return rate() + 2", true),
            ("money.go", go, "package money", "//go:build windows\n\npackage money", false),
            ("money.go", go, "\"fmt\"", "\"C\"", false),
            ("money.go", go, "struct{}", "int", false),
            ("Order.cs", csharp, "=> 1", "=> Tax.Of(1)", true),
            ("Order.cs", csharp, "using Lib;", "using Other;", false),
            ("Order.cs", csharp, ": Base", ": Other", false),
            ("tax.rb", "class Tax\n  def of\n    1\n  end\nend\n", "1", "Rate.of(1)", true),
            ("tax.rb", "class Tax\n  def of\n    1\n  end\nend\n", "class", "require 'rate'\nclass", false),
            ("tax.py", "def of(x):\n    return x\n", "return x", "return rate(x)", true),
            ("tax.py", "def of(x):\n    return x\n", "def of", "def to", false),
        ];
        for (name, before, old, new, same) in cases {
            let path = RepoPath::new(name).unwrap();
            let after = before.replacen(old, new, 1);
            assert_ne!(before, after, "{name}: {old}");
            let [one, other] = [before, &after].map(|text| surface_id(&path, text, None).unwrap());
            assert_eq!(one == other, same, "{name}: {old} -> {new}");
        }
        assert_eq!(surface_id(&RepoPath::new("a.txt").unwrap(), "", None), None);
    }
}
