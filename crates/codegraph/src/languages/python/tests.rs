//! Tables of what Python modules say, and of what their imports mean.

use lockstep_model::{FileSet, RepoPath};

use super::Python;
use crate::language::{FactsOf, FileFacts, ImportKind, Language, Resolution};

fn facts(text: &str) -> FileFacts {
    Python.facts(&RepoPath::new("m.py").unwrap(), text)
}

/// `a -> other symbols | specifiers of imports` for every symbol.
fn uses(facts: &FileFacts) -> Vec<String> {
    let import =
        |index: &usize| format!("{} {}", facts.imports[*index].specifier, facts.imports[*index].names.join(","));
    facts
        .symbols
        .iter()
        .map(|symbol| {
            let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
            let imports: Vec<_> = symbol.imports.iter().map(import).collect();
            format!("{} -> {} | {}", symbol.name, used.join(" "), imports.join("; ").trim_end())
        })
        .collect()
}

#[test]
fn imports_are_read_as_they_are_said() {
    let text = "import os, a.b as c\nfrom ..models import User as U, Role\nfrom . import x\nfrom .y import *\n\
        from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from t import T\nelse:\n    from r import R\n\
        def f():\n    import late\n    importlib.import_module('by.name')\n    __import__(name + '.x')\n";
    let seen: Vec<_> = facts(text)
        .imports
        .iter()
        .map(|import| {
            assert!(!text[import.span.clone()].is_empty());
            (import.specifier.clone(), import.names.join(","), import.level, import.kind)
        })
        .collect();
    let expected = [
        ("os", "", 0, ImportKind::Value),
        ("a.b", "", 0, ImportKind::Value),
        ("..models", "User", 2, ImportKind::Value),
        ("..models", "Role", 2, ImportKind::Value),
        (".", "x", 1, ImportKind::Value),
        (".y", "", 1, ImportKind::Value),
        ("typing", "TYPE_CHECKING", 0, ImportKind::Value),
        ("t", "T", 0, ImportKind::Type),
        ("r", "R", 0, ImportKind::Value),
        ("late", "", 0, ImportKind::Lazy),
        ("by.name", "", 0, ImportKind::Lazy),
        ("name + '.x'", "", 0, ImportKind::Computed),
    ];
    assert_eq!(seen, expected.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c, d)));
}

#[test]
fn symbols_use_what_their_definitions_mention() {
    let facts = facts(
        "import boto3\nfrom money import add, sub\nTABLE = boto3.resource('x')\ndef total(items):\n    return add(items)\n\
         class Order(Base):\n    def cost(self):\n        return total(self.items)\ntry:\n    import orjson as json\nexcept ImportError:\n    import json\n\
         def dump(x): return json.dumps(x)\na, (b, *c) = sub(), 1\n",
    );
    assert_eq!(
        uses(&facts),
        [
            "TABLE ->  | boto3",
            "total ->  | money add",
            "Order -> total | ",
            "dump ->  | orjson ; json",
            "a ->  | money sub",
            "b -> a | ",
            "c -> a | ",
        ]
        .map(|line| line.trim_end().to_owned())
        .map(|line| if line.ends_with('|') { format!("{line} ") } else { line })
    );
    let exported: Vec<_> = facts.exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(exported, ["boto3", "add", "sub", "TABLE", "total", "Order", "json", "json", "dump", "a", "b", "c"]);
}

#[test]
fn what_registers_a_function_brings_it_in() {
    let facts =
        facts("from api import App\nfrom db import load\napp = App()\n@app.get('/x')\ndef x(): return load()\n");
    assert_eq!(uses(&facts), ["app -> x | api App", "x -> app | db load"]);
}

/// `name -> other symbols` for every symbol, then what whoever loads the module runs.
fn registered(text: &str) -> String {
    let facts = facts(text);
    assert_eq!(facts.error, None, "{text}");
    let name = |index: &usize| facts.symbols[*index].name.as_str();
    let used = facts
        .symbols
        .iter()
        .filter(|symbol| !symbol.uses.is_empty())
        .map(|symbol| format!("{} -> {}", symbol.name, symbol.uses.iter().map(name).collect::<Vec<_>>().join(" ")));
    let loaded: Vec<_> = facts.top_level_symbols.iter().map(name).collect();
    format!("{} | {}", used.collect::<Vec<_>>().join("; "), loaded.join(" "))
}

#[test]
fn wrappers_do_not_register_and_registries_do() {
    let cases = [
        // Wrappers keep nothing.
        ("tracer = T()\n@tracer.capture_method\ndef f(): pass\ndef g(): tracer.put()\n", "f -> tracer; g -> tracer | "),
        ("def timed(f): return f\n@timed\ndef f(): pass\n@timed\ndef g(): pass\n", "f -> timed; g -> timed | "),
        ("from d import cached\n@cached\ndef f(): pass\n", " | "),
        // A decorator that puts what it decorates into a collection: whoever reads that reaches it.
        (
            "KINDS = {}\ndef kind(name):\n    def wrap(f):\n        KINDS[name] = f\n        return f\n    return wrap\n@kind('x')\ndef f(): pass\n\
             def get(name): return KINDS[name]\n",
            "KINDS -> f; kind -> KINDS; f -> kind; get -> KINDS | ",
        ),
        ("def kind(f):\n    found = []\n    found.append(f)\n    return f\n@kind\ndef f(): pass\n", "f -> kind | "),
        ("from r import ALL\ndef kind(f):\n    ALL.append(f)\n@kind\ndef f(): pass\n", "f -> kind | f"),
        // What another module registers is there for whoever loads this one.
        ("from app import app\n@app.route('/x')\ndef f(): pass\n", " | f"),
        ("import plugins\n@plugins.register\nclass F: pass\ndef g(): pass\n", " | F"),
        // Classes that keep their subclasses.
        ("class B:\n    def __init_subclass__(cls): pass\nclass C(B): pass\nclass D(A): pass\n", "B -> C; C -> B | "),
        ("class B: pass\nclass C(B): pass\ndef f(): return B.__subclasses__()\n", "B -> C; C -> B; f -> B | "),
        ("class B: pass\nclass C(B): pass\nclass D(metaclass=ABCMeta): pass\n", "C -> B | "),
        ("class C(metaclass=Registry): pass\n", " | C"),
        ("def f(): pass\ndef g(): pass\nregister(f)\n", " | f"),
    ];
    for (text, expected) in cases {
        assert_eq!(registered(text), expected, "{text}");
    }
}

#[test]
fn what_a_function_binds_for_itself_means_nothing_else() {
    let module = "from a import table\ndef item(): pass\ndef rows(): pass\n";
    let cases = [
        ("def f(table, *item, **rows):\n    return table + item + rows\n", "f ->  | "),
        ("def f():\n    for item in rows():\n        table = item\n    return table\n", "f -> rows | "),
        ("def f():\n    global rows\n    rows = item\n", "f -> item rows | "),
        ("def f():\n    def g(item): return item + table\n    return g\n", "f ->  | a table"),
        ("def f(): return [item for item in rows() if table]\n", "f -> rows | a table"),
        ("def f(): return lambda item: item + rows\n", "f -> rows | "),
        ("def f(x=item):\n    item = x\n    return item\n", "f -> item | "),
        ("def f():\n    match x:\n        case {'a': item, **rows}: return item\n", "f ->  | "),
        (
            "def f():\n    with x as item: pass\n    try: pass\n    except E as rows: pass\n    return (table := 1)\n",
            "f ->  | ",
        ),
        ("class C:\n    item = 1\n    def g(self): return item()\n", "C -> item | "),
    ];
    for (text, expected) in cases {
        assert_eq!(uses(&facts(&format!("{module}{text}"))).last().unwrap(), expected, "{text}");
    }
}

#[test]
fn what_runs_as_a_program_and_what_documents_is_not_loaded() {
    let facts = facts(
        "\"\"\"Does (things) = x.\"\"\"\nfrom a import b\ndef f(): pass\nif __name__ == '__main__':\n    import cli\n    cli.run(f, b)\n",
    );
    let names: Vec<_> = facts.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(names, ["__doc__", "f", "__main__"]);
    assert_eq!((facts.top_level_symbols, facts.top_level_imports), (vec![], vec![]));
    assert_eq!(facts.imports[1].kind, ImportKind::Lazy);
    let exported: Vec<_> = facts.exports.iter().map(|export| export.name.as_str()).collect();
    assert_eq!(exported, ["b", "f"]);
}

#[test]
fn names_that_are_made_up_are_followed_as_far_as_they_are_known_and_said() {
    let of = |text: &str| -> Vec<String> {
        let shown = |import: &crate::language::Import| format!("{:?} {}", import.kind, import.specifier);
        facts(text).imports.iter().map(shown).collect()
    };
    let cases: [(&str, &[&str]); 12] = [
        ("def f(n): import_module(f'app.kinds.{n}')\n", &["Computed f'app.kinds.{n}'", "Lazy app.kinds.*"]),
        ("import_module('kinds.' + n + '.x')\n", &["Computed 'kinds.' + n + '.x'", "Value kinds.*"]),
        ("import_module('kinds.%s' % n)\n", &["Computed 'kinds.%s' % n", "Value kinds.*"]),
        ("import_module('.kinds.{}'.format(n))\n", &["Computed '.kinds.{}'.format(n)", "Value .kinds.*"]),
        ("import_module(f'{n}.x')\n", &["Computed f'{n}.x'"]),
        ("for m in pkgutil.iter_modules(__path__): pass\n", &["Value .*"]),
        ("for m in pkgutil.iter_modules(x): pass\n", &["Computed x"]),
        ("entry_points(group='x')\n", &["Computed entry_points(group='x')"]),
        ("import money\ngetattr(money, name)()\n", &["Value money", "Computed getattr(money, name)"]),
        ("import money\ndef f(money): getattr(money, name)\n", &["Value money"]),
        ("from m import Money\ngetattr(Money, name)\ngetattr(event, name)\n", &["Value m"]),
        ("import money\ngetattr(money, 'total')()\n", &["Value money"]),
    ];
    for (text, expected) in cases {
        assert_eq!(of(text), expected, "{text}");
    }
}

#[test]
fn folders_that_are_added_to_the_search_path_are_read() {
    let of = |folder: &str| -> Vec<String> {
        let imports = facts(&format!("sys.path.append({folder})\n")).imports;
        imports.iter().filter_map(|import| import.specifier.strip_prefix("sys.path:").map(str::to_owned)).collect()
    };
    let cases = [
        ("os.path.dirname(__file__)", "."),
        ("os.path.join(os.path.dirname(__file__), '..', 'common')", "./../common"),
        ("os.path.dirname(os.path.dirname(os.path.abspath(__file__)))", "./.."),
        ("str(Path(__file__).resolve().parent.parent / 'lib')", "./../lib"),
        ("str(Path(__file__).parents[1])", "./.."),
        ("os.path.dirname(__file__) + '/vendor'", "./vendor"),
        ("'./lib'", "./lib"),
    ];
    for (folder, expected) in cases {
        assert_eq!(of(folder), [expected], "{folder}");
    }
    for folder in ["'/opt/lib'", "os.environ['X']", "x"] {
        assert!(of(folder).is_empty(), "{folder}");
    }
}

#[test]
fn the_modules_own_code_reaches_its_imports() {
    let facts = facts(
        "import patch_all\nimport log\nfrom a import a\nfrom b import b\nfrom c import c\ndef setup(): b()\ndef other(): c()\n\
         log.start()\nsetup()\n",
    );
    let reached: Vec<_> =
        facts.top_level_imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect();
    assert_eq!(reached, ["patch_all", "log", "b"]);
}

#[test]
fn stars_may_bind_what_nothing_else_does_and_listed_names_are_submodules() {
    let starred = facts("from .base import *\ndef f(): return helper()\n");
    assert_eq!(uses(&starred), ["f ->  | .base"]);
    let free = facts(
        "from base import *\nimport os\ndef f(x):\n    import late\n    return late, os, helper(len(x)), g\ndef g(): raise Missing\n",
    );
    assert_eq!(free.imports[0].members, Some(vec!["Missing".to_owned(), "helper".to_owned()]));
    assert_eq!(facts("from a import *\nfrom b import *\nhelper()\n").imports[0].members, None);
    let listed = facts("__all__ = ['orders', 'known']\nknown = 1\n");
    assert_eq!(listed.imports.len(), 1);
    assert_eq!((listed.imports[0].names.join(","), listed.imports[0].kind), ("orders".into(), ImportKind::ReExport));
}

#[test]
fn broken_text_gives_what_could_be_had_and_an_error() {
    let broken = facts("import a\ndef f(:\n    pass\nimport b\n");
    assert!(broken.error.is_some());
    assert_eq!(broken.imports.len(), 2);
    for deep in
        ["(".repeat(10_000), "x = ".to_owned() + &"not ".repeat(10_000) + "1", "a.b".to_owned() + &".b()".repeat(9_000)]
    {
        let (_, why) = facts(&deep).error.unwrap();
        assert!(why.contains("too deeply"), "{why}");
    }
    let near = format!("import a\nx = {}1{}\n", "(".repeat(1_900), ")".repeat(1_900));
    assert_eq!(facts(&near).error, None);
}

#[test]
fn programs_say_that_they_wrote_a_file() {
    assert!(facts("# Generated by the protocol buffer compiler.  DO NOT EDIT!\nx = 1\n").generated);
    assert!(!facts("x = 'do not edit'\n").generated);
}

const REPOSITORY: &[&str] = &[
    "orders/src/app.py",
    "orders/src/handlers/__init__.py",
    "orders/src/handlers/create.py",
    "orders/src/handlers/util.py",
    "orders/src/json.py",
    "layers/common/python/shared/__init__.py",
    "layers/common/python/shared/money/__init__.py",
    "layers/common/python/shared/money/sums.py",
    "layers/common/python/flat.py",
    "layers/deps/python/lib/python3.12/site-packages/vendored.py",
    "namespace/part/thing.py",
    "libs/core/src/core/__init__.py",
    "libs/core/src/core/db.py",
    "libs/a/twice/__init__.py",
    "libs/b/twice/__init__.py",
    "tests/stubs/requests/__init__.py",
    "top.py",
    "src/common/db_util.py",
    "src/handlers/me/show.py",
    "other/stranger.py",
    "src/common/jsonschema.py",
    "apps/pay/pyproject.toml",
    "apps/pay/src/pay/app.py",
    "apps/shared/src/__init__.py",
    "apps/shared/src/house/__init__.py",
    "apps/shared/src/house/bricks.py",
    "helper/setup.py",
    "helper/my_helper/__init__.py",
    "apps/one/twin/__init__.py",
    "apps/one/twin/here.py",
    "apps/two/twin/__init__.py",
    "apps/two/twin/there.py",
];

fn resolve(from: &str, statement: &str, roots: &[&str]) -> String {
    let texts = REPOSITORY.iter().map(|path| (*path, ""));
    let files = FileSet::from_texts(texts.chain([
        ("requirements.txt", "jsonschema==4.0\n-r more.txt\n./libs/core\nmy-helper==1.0\n"),
        ("apps/pay/pyproject.toml", "packages = [{ include = \"house\", from = \"../shared/src\" }]\n"),
        ("helper/setup.py", "setup(name=\"My Helper\")\n"),
    ]));
    let roots: Vec<_> = roots.iter().map(|root| RepoPath::new(root).unwrap()).collect();
    let sources = FactsOf::default();
    let resolver = Python.resolver(&files, &sources);
    let import = facts(statement).imports.remove(0);
    match resolver.resolve(&RepoPath::new(from).unwrap(), &import, &roots) {
        Resolution::Files(files) => files.iter().map(RepoPath::as_str).collect::<Vec<_>>().join(" "),
        Resolution::Parts(parts) => format!("{parts:?}"),
        Resolution::External(name) => format!("external {name}"),
        Resolution::Builtin => "builtin".into(),
        Resolution::Unresolved(why) => format!("unresolved: {why}"),
    }
}

#[test]
fn imports_lead_where_the_runtime_would_go() {
    let create = "orders/src/handlers/create.py";
    let roots = &["orders/src", "layers/common", "layers/deps"][..];
    let shared = "layers/common/python/shared/__init__.py layers/common/python/shared/money/__init__.py";
    let handlers = "orders/src/handlers/__init__.py";
    let cases: &[(&str, &str, &[&str], String)] = &[
        (create, "from .util import x", roots, format!("{handlers} orders/src/handlers/util.py")),
        (create, "from . import util", roots, format!("{handlers} orders/src/handlers/util.py")),
        (create, "from . import attribute", roots, handlers.into()),
        (create, "from ..app import x", roots, "orders/src/app.py".into()),
        (create, "from .missing import x", roots, "unresolved: there is no module `missing`".into()),
        (create, "from ......x import y", roots, "unresolved: it climbs out of the repository".into()),
        (create, "import app", roots, "orders/src/app.py".into()),
        (create, "from handlers import util", roots, format!("{handlers} orders/src/handlers/util.py")),
        (create, "import json", roots, "orders/src/json.py".into()),
        (create, "import json", &[], "builtin".into()),
        (create, "import logging", roots, "builtin".into()),
        (create, "from shared.money import sums", roots, format!("{shared} layers/common/python/shared/money/sums.py")),
        (
            create,
            "from shared.money.sums import add",
            roots,
            format!("{shared} layers/common/python/shared/money/sums.py"),
        ),
        (create, "from shared.money import add", roots, shared.into()),
        (create, "from shared.gone import add", roots, "unresolved: package `shared` has no module `gone`".into()),
        (create, "import flat", roots, "layers/common/python/flat.py".into()),
        (create, "import flat", &["orders/src"], "layers/common/python/flat.py".into()),
        (create, "import vendored", roots, "layers/deps/python/lib/python3.12/site-packages/vendored.py".into()),
        (create, "from namespace.part import thing", roots, "namespace/part/thing.py".into()),
        (create, "import core.db", &[], "libs/core/src/core/__init__.py libs/core/src/core/db.py".into()),
        (create, "import twice", &[], "external twice".into()),
        ("libs/a/x.py", "import twice", &[], "libs/a/twice/__init__.py".into()),
        ("src/handlers/me/show.py", "from db_util import DBUtil", &[], "src/common/db_util.py".into()),
        (create, "import stranger", &[], "external stranger".into()),
        (create, "import jsonschema", &[], "external jsonschema".into()),
        (create, "import requests", roots, "external requests".into()),
        (create, "from boto3.dynamodb.conditions import Key", roots, "external boto3".into()),
        (create, "import top", &[], "top.py".into()),
        // Projects say where they take code from; a search folder is no package.
        (
            "apps/pay/src/pay/app.py",
            "import house.bricks",
            &[],
            "apps/shared/src/house/__init__.py apps/shared/src/house/bricks.py".into(),
        ),
        ("apps/shared/src/house/bricks.py", "from . import bricks", &[], "apps/shared/src/house/__init__.py".into()),
        (create, "import my_helper", &[], "helper/my_helper/__init__.py".into()),
        // Of two folders of one name, that which holds the module.
        (
            "apps/pay/src/pay/app.py",
            "import twin.there",
            &[],
            "apps/two/twin/__init__.py apps/two/twin/there.py".into(),
        ),
        (create, "importlib.import_module(f'.x.{y}')", roots, "unresolved: the module's name is computed".into()),
        (create, "importlib.import_module(x)", roots, "unresolved: the module's name is computed".into()),
    ];
    for (from, statement, roots, expected) in cases {
        assert_eq!(resolve(from, statement, roots), *expected, "{from}: {statement} {roots:?}");
    }
}
