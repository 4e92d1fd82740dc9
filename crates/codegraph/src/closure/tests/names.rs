//! Which part of a module each function reaches.

use lockstep_model::Symbols;

use super::*;

/// The files of one closure with the symbols reached: `lib.ts all`, `lib.ts a,b`.
pub(super) fn symbols(closure: &Closure) -> Vec<String> {
    let names = |file: &ClosureFile| match &file.symbols {
        Symbols::All => "all".to_owned(),
        Symbols::Some(names) => names.join(","),
    };
    closure.files.iter().map(|file| format!("{} {}", file.path, names(file))).collect()
}

fn reached(functions: &[&str], files: &[(&str, &str)]) -> Vec<Vec<String>> {
    graph(functions, files).value.closures.iter().map(symbols).collect()
}

const MONEY: &str = "import { db } from './db'; import { mail } from './mail';
const rate = 2;
export const total = (x) => x * rate;
export const refund = (x) => db(x);
export const remind = (x) => mail(x);";

#[test]
fn names_are_followed_through_modules() {
    let files = [
        ("a.ts", "import { total } from './money'; export const h = total;"),
        ("b.ts", "import * as money from './money'; export const h = (x) => money.refund(x);"),
        ("c.ts", "import * as money from './money'; export const h = money;"),
        ("d.ts", "import { gone } from './money'; export const h = gone;"),
        ("money.ts", MONEY),
        ("db.ts", "connect(); export const db = 1; export const other = 2;"),
        ("mail.ts", "export const mail = 1;"),
    ];
    let found = reached(&["a a.ts", "b b.ts", "c c.ts", "d d.ts"], &files);
    // The module loads `db.ts`, which connects; what sends mail is asked for by nobody here.
    assert_eq!(found[0], ["a.ts all", "db.ts ", "money.ts rate,total"]);
    assert_eq!(found[1], ["b.ts all", "db.ts db", "money.ts refund"]);
    for (whole, name) in [(&found[2], "c.ts all"), (&found[3], "d.ts all")] {
        assert_eq!(*whole, [name, "db.ts db", "mail.ts mail", "money.ts all"]);
    }
}

#[test]
fn what_names_do_not_show_is_taken_whole() {
    let module = |text| [("a.js", "import { one } from './m'; export const h = one;"), ("m.js", text)];
    let cases = [
        ("exports.one = () => exports.two(); exports.two = () => 2;", "all"),
        ("exports.one = () => two(); const two = () => 2; exports.three = 3;", "one,two"),
        ("module.exports = { one() { return this.two() }, two() {} };", "all"),
        ("module.exports = { one() { return 1 }, two() {} };", "one"),
        ("const two = 2; export const one = () => eval('two');", "all"),
        ("export const one = 1; export const = 3;", "all"),
        ("const two = 2; export const one = 1; register(two);", "one,two"),
    ];
    for (text, expected) in cases {
        assert_eq!(reached(&["a a.js"], &module(text))[0][1], format!("m.js {expected}"), "{text}");
    }
}

#[test]
fn types_that_are_mentioned_lead_to_nothing_that_runs() {
    let files = [
        (
            "a.ts",
            "import { load } from './store'; import type { Mail } from './mail';
             export const h = (x: Mail, y: import('./mail').Post) => load(x);",
        ),
        (
            "store.ts",
            "import { db } from './db'; import { log } from './log';
             export class Store { read() { return db } }
             export type Key = typeof table;
             const table = log('x');
             export const load = (store: Store, key: Key) => store.read();
             export const make = () => new Store();",
        ),
        (
            "mail.ts",
            "import { send } from './send'; import type { Line } from './line';
             export class Mail { line: Line; go() { send() } }
             export class Post {}
             export const first = new Post();",
        ),
        ("line.ts", "export type Line = string;"),
        ("b.ts", "import { make } from './store'; export const h = make;"),
        ("db.ts", "export const db = 1;"),
        ("log.ts", "export const log = 1;"),
        ("send.ts", "export const send = 1;"),
    ];
    let graph = graph(&["a a.ts", "b b.ts"], &files).value;
    let expected = ["a.ts all", "line.ts Line", "mail.ts Mail,Post", "store.ts Key,Store,load,table"];
    assert_eq!(symbols(&graph.closures[0]), expected);
    assert_eq!(shown(&graph.closures[0]), ["+a.ts", "+line.ts:type", "+mail.ts:type", "store.ts"]);
    assert_eq!(symbols(&graph.closures[1]), ["b.ts all", "db.ts db", "store.ts Store,make"]);
}

#[test]
fn patterns_mean_any_file_that_they_match() {
    let files = [
        ("a.ts", "export const h = async (x) => (await import(`./rules/${x}.js`)).check();"),
        ("b.js", "exports.h = (x) => require('./rules/' + x); new Worker(new URL('./work.js', import.meta.url));"),
        ("c.js", "exports.h = (x) => require('./gone/' + x);"),
        ("rules/one.ts", "export const check = 1;"),
        ("rules/deep/two.ts", "export const check = 1;"),
        ("rules/one.test.ts", "export const check = 1;"),
        ("rules/README.md", ""),
        ("work.js", "const { parentPort } = require('worker_threads');"),
    ];
    let closures = graph(&["a a.ts", "b b.js", "c c.js"], &files).value.closures;
    assert_eq!(shown(&closures[0]), ["+a.ts", "rules/deep/two.ts", "rules/one.ts"]);
    assert_eq!(shown(&closures[1]), ["+b.js", "rules/deep/two.ts", "rules/one.ts", "+work.js"]);
    assert_eq!(closures[2].unresolved[0].reason, "no file of the repository matches");
}

#[test]
fn names_are_followed_through_python() {
    let files = [
        ("a.py", "from lib.money import total\n\ndef h(e, c):\n    return total(e)\n"),
        ("b.py", "from lib import money\n\ndef h(e, c):\n    return money.refund(e)\n"),
        ("c.py", "import lib.money\n\ndef h(e, c):\n    return lib.money.refund(e)\n"),
        ("d.py", "from lib.money import *\n\ndef h(e, c):\n    return total(e)\n"),
        ("e.py", "from lib import money\n\ndef h(e, c):\n    return run(money)\n"),
        ("lib/__init__.py", ""),
        (
            "lib/money.py",
            "from lib.db import read\n\nRATES = {}\nRATES['x'] = 2\n\ndef total(x):\n    return RATE * x\n\nRATE = 2\n\ndef refund(x):\n    return read(x)\n",
        ),
        ("lib/db.py", "def read(x):\n    return x\n\ndef write(x):\n    return x\n"),
    ];
    let found = reached(&["a a.py", "b b.py", "c c.py", "d d.py", "e e.py"], &files);
    assert_eq!(found[0], ["a.py all", "lib/money.py RATE,RATES,total"]);
    assert_eq!(found[1], ["b.py all", "lib/db.py read", "lib/money.py RATES,refund"]);
    assert_eq!(found[3][1..], found[0][1..]);
    for whole in [&found[2], &found[4]] {
        assert_eq!(whole[1..], ["lib/db.py read", "lib/money.py all"]);
    }
}

#[test]
fn packages_of_python_are_loaded_with_all_that_they_import() {
    let files = [
        ("a.py", "from lib import total\n\ndef h(e, c):\n    return total(e)\n"),
        (
            "lib/__init__.py",
            "\"\"\"All (of it).\"\"\"\nfrom .money import total, refund\nfrom .mail import send\n\n__all__ = ['send', 'total']\n",
        ),
        ("lib/money.py", "def total(x):\n    return x\n\ndef refund(x):\n    return x\n"),
        ("lib/mail.py", "from .setup import client\n\ndef send(x):\n    return client\n"),
        ("lib/setup.py", "client = 1\nconfigure(client)\n"),
    ];
    let found = reached(&["a a.py"], &files);
    assert_eq!(found[0], ["a.py all", "lib/__init__.py total", "lib/money.py total", "lib/setup.py client"]);
}

#[test]
fn a_name_in_a_module_of_that_name_is_not_the_module() {
    let files = [
        ("a.py", "from lib.log import log\n\ndef h(e, c):\n    return log(e)\n"),
        ("b.py", "from lib import log\n\ndef h(e, c):\n    return log.other(e)\n"),
        (
            "c.py",
            "from log.log import log\nfrom log import log as module\n\ndef h(e, c):\n    return log(e), module.other\n",
        ),
        ("lib/log.py", "def log(x):\n    return x\n\ndef other(x):\n    return x\n"),
        ("log/log.py", "def log(x):\n    return x\n\ndef other(x):\n    return x\n"),
    ];
    let found = reached(&["a a.py", "b b.py", "c c.py"], &files);
    assert_eq!(found[0][1], "lib/log.py log");
    assert_eq!(found[1][1], "lib/log.py other");
    // Where the folder is called so too, both may be meant.
    assert_eq!(found[2][1], "log/log.py all");
}

#[test]
fn what_python_makes_up_is_followed_and_said() {
    let files = [
        ("a.py", "import importlib\n\ndef h(e, c):\n    return importlib.import_module(f'kinds.{e}').run()\n"),
        ("b.py", "import kinds\n\ndef h(e, c):\n    return kinds\n"),
        ("c.py", "from kinds.base import *\n\ndef h(e, c):\n    item = fill(e)\n    return item\n"),
        ("kinds/__init__.py", ""),
        ("kinds/base.py", "def fill(x):\n    return x\n\ndef item(x):\n    return x\n"),
        ("kinds/one.py", "from .base import fill\n\ndef run():\n    return fill(1)\n"),
        ("kinds/two.py", "def run():\n    return 2\n"),
    ];
    let graph = graph(&["a a.py", "b b.py", "c c.py"], &files).value;
    let found: Vec<_> = graph.closures.iter().map(symbols).collect();
    assert_eq!(found[0], ["a.py all", "kinds/base.py fill,item", "kinds/one.py run", "kinds/two.py run"]);
    assert_eq!(graph.closures[0].unresolved[0].specifier, "f'kinds.{e}'");
    assert_eq!(found[1], ["b.py all", "kinds/__init__.py all"]);
    assert_eq!(found[2], ["c.py all", "kinds/base.py fill"]);
}

#[test]
fn names_are_followed_through_rust() {
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"money\"]\n"),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nmoney = { path = \"../money\" }\n"),
        ("a/src/main.rs", "use money::sums::total;\nfn main() { total(1); }\n"),
        ("money/Cargo.toml", "[package]\nname = \"money\"\n"),
        ("money/src/lib.rs", "pub mod sums;\n"),
        ("money/src/sums.rs", "pub fn total(x: u8) -> u8 { rate() * x }\nfn rate() -> u8 { 2 }\npub fn refund() {}\n"),
    ];
    assert_eq!(reached(&["a a/src/main.rs"], &files)[0], ["a/src/main.rs all", "money/src/sums.rs rate,total"]);
}

#[test]
fn data_is_reached_whole_or_not_at_all() {
    let files = [
        ("a.ts", "import { rows } from './m'; export const h = rows;"),
        ("b.ts", "import { none } from './m'; export const h = none;"),
        ("m.ts", "import data from './rows.json'; export const rows = data; export const none = 1;"),
        ("rows.json", "{}"),
    ];
    let found = reached(&["a a.ts", "b b.ts"], &files);
    assert_eq!(found[0], ["a.ts all", "m.ts rows", "rows.json all"]);
    assert_eq!(found[1], ["b.ts all", "m.ts none"]);
}

#[test]
fn names_are_followed_through_ruby() {
    let money = "require_relative 'db'\nclass Money\n  RATE = 2\n  def self.total(x) = x * RATE\n  def self.refund(x) = Db.read(x)\nend\n";
    let files = [
        ("a.rb", "require_relative 'lib/money'\ndef h(event:, context:) = Money.total(event)\n"),
        ("b.rb", "require_relative 'lib/money'\ndef h(event:, context:) = Money.refund(event)\n"),
        ("c.rb", "require_relative 'lib/money'\ndef h(event:, context:) = run(Money)\n"),
        ("lib/money.rb", money),
        ("lib/db.rb", "module Db\n  def self.read(x) = x\n  def self.write(x) = x\nend\n"),
    ];
    let found = reached(&["a a.rb", "b b.rb", "c c.rb"], &files);
    assert_eq!(found[0], ["a.rb all", "lib/money.rb Money.total,Money::RATE"]);
    assert_eq!(found[1], ["b.rb all", "lib/db.rb Db.read", "lib/money.rb Money.refund"]);
    assert_eq!(found[2], ["c.rb all", "lib/db.rb Db.read", "lib/money.rb Money,Money.refund,Money.total,Money::RATE"]);
}

#[test]
fn names_are_followed_through_php() {
    let files = [
        ("composer.json", r#"{"autoload": {"psr-4": {"App\\": "src/"}, "files": ["src/boot.php"]}}"#),
        ("a.php", "<?php\nuse App\\Money;\nreturn fn ($x) => Money::total($x);\n"),
        ("b.php", "<?php\nreturn fn ($x) => \\App\\Money::refund($x);\n"),
        (
            "src/Money.php",
            "<?php\nnamespace App;\nclass Money {\n  const RATE = 2;\n  static function total($x) { return $x * self::RATE; }\n  static function refund($x) { return (new Db)->read($x); }\n}\n",
        ),
        ("src/Db.php", "<?php\nnamespace App;\nclass Db { function read($x) {} }\nclass Other {}\n"),
        ("src/boot.php", "<?php\nset_error_handler(null);\nfunction unused() {}\n"),
    ];
    let found = reached(&["a a.php -", "b b.php -"], &files);
    assert_eq!(found[0], ["a.php all", "src/Money.php App\\Money.RATE,App\\Money.total", "src/boot.php "]);
    assert_eq!(found[1], ["b.php all", "src/Db.php App\\Db", "src/Money.php App\\Money.refund", "src/boot.php "]);
}

#[test]
fn types_that_inherit_from_each_other_end_the_search() {
    let files = [
        ("src/main/scala/shop/Orders.scala", "package shop\nobject Orders extends Shop.Base\n"),
        ("src/main/scala/shop/Shop.scala", "package shop\nobject Shop extends Orders.Base\n"),
        ("src/main/scala/shop/Pay.scala", "package shop\nclass Pay extends Orders.Base { def handle() = 1 }\n"),
    ];
    let graph = graph(&["pay src/main/scala/shop/Pay.scala"], &files);
    let all: Vec<_> = shown(&graph.value.closures[0]);
    assert_eq!(
        all,
        ["+src/main/scala/shop/Orders.scala", "+src/main/scala/shop/Pay.scala", "+src/main/scala/shop/Shop.scala"]
    );
}
