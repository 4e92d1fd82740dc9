//! Tables of what Python modules say, and of what their imports mean.

use lockstep_model::{FileSet, RepoPath};

use super::Python;
use crate::language::{FileFacts, ImportKind, Language, NoFacts, Resolution};

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
            "a -> b c | money sub",
            "b -> a c | money sub",
            "c -> a b | money sub",
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
];

fn resolve(from: &str, statement: &str, roots: &[&str]) -> String {
    let texts = REPOSITORY.iter().map(|path| (*path, ""));
    let files = FileSet::from_texts(texts.chain([("requirements.txt", "jsonschema==4.0\n-r more.txt\n./libs/core\n")]));
    let roots: Vec<_> = roots.iter().map(|root| RepoPath::new(root).unwrap()).collect();
    let resolver = Python.resolver(&files, &NoFacts);
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
        (create, "importlib.import_module(x)", roots, "unresolved: the module's name is computed".into()),
    ];
    for (from, statement, roots, expected) in cases {
        assert_eq!(resolve(from, statement, roots), *expected, "{from}: {statement} {roots:?}");
    }
}
