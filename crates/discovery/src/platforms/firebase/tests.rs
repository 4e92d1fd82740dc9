//! Small made-up codebases, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Firebase, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told(&read(files))
}

fn uses(files: &[(&str, &str)], name: &str) -> Vec<String> {
    testing::uses(&read(files).value, name)
}

const MANIFEST: (&str, &str) = ("shop/firebase.json", "{\"functions\": {\"source\": \"functions\"}}");
const PACKAGE: (&str, &str) = ("shop/functions/package.json", "{\"main\": \"lib/index.js\"}");

#[test]
fn exports_are_followed_through_barrels_to_where_they_are_defined() {
    let index = r#"
export { pay, refund as giveBack, Money, LIMIT } from "./pay";
export * from "./orders";
export * as admin from "./admin";
export type { Name } from "./types";
const db = getFirestore();
export { db };
export const plain = async () => 1;
export class Thing {}
"#;
    let pay = r#"
import * as functions from "firebase-functions/v1";
import { handler } from "./handler";
export const LIMIT = 3;
export interface Money { amount: number }
export const pay = functions.region("x").runWith({ memory: "1GB" }).https.onCall(async (data) => data);
export const refund = functions.firestore.document("users/{id}").onCreate(handler);
"#;
    let files = [
        MANIFEST,
        PACKAGE,
        ("shop/functions/src/index.ts", index),
        ("shop/functions/src/pay.ts", pay),
        ("shop/functions/src/handler.ts", "export const handler = () => 1;"),
        ("shop/functions/src/orders/index.ts", "export * from './create'; export { create as again } from './create';"),
        (
            "shop/functions/src/orders/create.ts",
            "import { onMessagePublished } from 'firebase-functions/v2/pubsub';\nimport { getFunctions } from 'firebase-admin/functions';\nexport const create = onMessagePublished({ topic: 'orders' }, async () => { getFunctions().taskQueue('work').enqueue({}); });",
        ),
        (
            "shop/functions/src/admin.ts",
            "import { onSchedule } from 'firebase-functions/v2/scheduler';\nexport const nightly = onSchedule('0 0 * * *', () => 1);",
        ),
        ("shop/functions/src/types.ts", "export type Name = string;"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/admin-nightly src/admin.ts#nightly",
            "shop/again src/orders/create.ts#create",
            "shop/create src/orders/create.ts#create",
            "shop/giveBack src/handler.ts#handler",
            "shop/pay src/pay.ts#pay",
        ]
    );
    assert_eq!(uses(&files, "pay"), ["Receives http shop#http POST /pay Own"]);
    assert_eq!(uses(&files, "giveBack"), ["Receives stream users/{id} Own"]);
    assert_eq!(uses(&files, "create"), ["Receives topic orders Own", "Sends queue work Own"]);
    assert_eq!(uses(&files, "admin-nightly"), ["Receives schedule shop#admin-nightly/schedule Own"]);
    let found = read(&files).value;
    let said = &found.iter().find(|one| one.name == "giveBack").unwrap().declaration.location;
    assert_eq!(said.path.as_str(), "shop/functions/src/pay.ts");
}

#[test]
fn commonjs_and_groups_join_names() {
    let index = r#"
const functions = require("firebase-functions");
const { onRequest } = require("firebase-functions/v2/https");
exports.one = functions.https.onRequest((req, res) => res.end());
exports.group = { two: onRequest(app), deeper: { three: onRequest(app) } };
exports.more = require("./more");
exports.picked = require("./more").five;
Object.assign(exports, require("./more"));
exports.key = functions.config().key;
exports.log = functions.logger;
module.exports.six = onRequest(require("./six").run);
"#;
    let files = [
        MANIFEST,
        ("shop/functions/index.js", index),
        (
            "shop/functions/more.js",
            "const { onObjectFinalized } = require('firebase-functions/v2/storage');\nexports.five = onObjectFinalized({ bucket: 'pictures' }, () => 1);\nexports.helper = () => 1;",
        ),
        ("shop/functions/six.js", "exports.run = (req, res) => res.end();"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/five more.js#five",
            "shop/group-deeper-three index.js#three",
            "shop/group-two index.js#two",
            "shop/more-five more.js#five",
            "shop/one index.js#one",
            "shop/picked more.js#five",
            "shop/six six.js#run",
        ]
    );
    assert_eq!(uses(&files, "five"), ["Receives bucket pictures Own"]);
}

#[test]
fn factories_and_classes_make_functions() {
    let index = r#"
import { make, text, both } from "./make";
import { Scraper, Base } from "./scraper";
export const made = make("a");
export const words = text("a");
export const { start: startAll, stop } = both();
export const { fetch: fetchAll, other } = both();
export const scrape = new Scraper().function;
export const limit = new Scraper().limit;
export const processed = Base.for(Scraper);
"#;
    let make = r#"
import { onRequest } from "firebase-functions/v2/https";
export const make = name => onRequest(() => name);
export function text(name) { return `${name}`; }
export function both() {
    const start = onRequest(() => 1);
    function fetch() {}
    if (x) { return { start, fetch: onRequest(fetch), other: 3 }; }
}
"#;
    let scraper = r#"
import { runWith } from "firebase-functions";
export class Base {
    limit = 3;
    constructor() { this.function = runWith({}).pubsub.schedule("x").onRun(() => 1); }
    static for(kind) { return runWith({}).https.onCall(() => kind); }
}
export class Scraper extends Base {}
"#;
    let files = [
        MANIFEST,
        PACKAGE,
        ("shop/functions/src/index.ts", index),
        ("shop/functions/src/make.ts", make),
        ("shop/functions/src/scraper.ts", scraper),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/fetchAll src/index.ts#fetchAll",
            "shop/made src/index.ts#made",
            "shop/processed src/index.ts#processed",
            "shop/scrape src/index.ts#scrape",
            "shop/startAll src/index.ts#startAll",
        ]
    );
}

#[test]
fn what_only_the_emulator_has_is_not_deployed() {
    let index = "import { https } from 'firebase-functions';\nif (process.env.FUNCTIONS_EMULATOR === \"true\") { exports.debug = https.onRequest(() => 1); } else { exports.real = https.onRequest(() => 1); }\nif (isDev) exports.maybe = https.onRequest(() => 1);\nexport * from './gone';\n";
    assert_eq!(
        told(&[MANIFEST, PACKAGE, ("shop/functions/src/index.ts", index)]),
        [
            "shop/maybe src/index.ts#maybe",
            "shop/real src/index.ts#real",
            "`./gone` is not in the checkout: functions that are exported from it are not known",
            "only the emulator has `debug`: not counted",
        ]
    );
}

#[test]
fn several_codebases_and_languages() {
    let manifest = r#"{"functions": [
        {"source": "functions", "codebase": "shop"},
        {"source": "brain", "codebase": "brain", "runtime": "python311"},
        {"source": "gone", "codebase": "gone"}
    ]}"#;
    let main = r#"
from firebase_functions import https_fn, scheduler_fn
from firebase_functions.firestore_fn import on_document_created, Event
from other import later, helper
@https_fn.on_request()
def hello(req): ...
@on_document_created(document="bills/{id}", timeout_sec=300)
def summary(event): ...
def plain(): ...
"#;
    let other = "from firebase_functions import pubsub_fn\n@pubsub_fn.on_message_published(topic='news')\ndef later(event): ...\ndef helper(): ...\n";
    let files = [
        ("firebase.json", manifest),
        ("functions/index.js", "const f = require('firebase-functions'); exports.a = f.auth.user().onCreate(() => 1);"),
        ("brain/main.py", main),
        ("brain/other.py", other),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/a index.js#a",
            "brain/later other.py#later",
            "brain/hello main.py#hello",
            "brain/summary main.py#summary",
            "there is no folder `gone`, whose functions are deployed",
        ]
    );
    assert_eq!(uses(&files, "a"), ["Receives identity shop#users Own"]);
    assert_eq!(uses(&files, "summary"), ["Receives stream bills/{id} Own"]);
    assert_eq!(uses(&files, "later"), ["Receives topic news Own"]);
}

#[test]
fn the_source_of_the_entry_module_is_found() {
    let cases = [
        ("{\"main\": \"lib/index.js\"}", "f/src/index.ts", true),
        ("{\"main\": \"./dist/main.js\"}", "f/main.ts", true),
        ("{\"main\": \"lib/f/src/index.js\"}", "f/src/index.ts", true),
        ("{\"main\": \"lib\"}", "f/lib/index.js", true),
        ("{}", "f/index.js", true),
        ("{\"main\": \"build/app.js\"}", "f/other.ts", false),
    ];
    for (package, source, found) in cases {
        let text = "import * as f from 'firebase-functions'; export const a = f.https.onRequest(() => 1);";
        let files =
            [("firebase.json", "{\"functions\": {\"source\": \"f\"}}"), ("f/package.json", package), (source, text)];
        assert_eq!(read(&files).value.len() == 1, found, "{package} {source}");
        assert_eq!(read(&files).problems.is_empty(), found, "{package} {source}");
    }
}

#[test]
fn circles_of_barrels_come_to_an_end() {
    let barrel = "export * from './a'; export * from './b'; export * from './c'; export * from './index';";
    let files = [
        MANIFEST,
        PACKAGE,
        ("shop/functions/src/index.ts", barrel),
        ("shop/functions/src/a.ts", barrel),
        ("shop/functions/src/b.ts", barrel),
        ("shop/functions/src/c.ts", "export { x } from './a'; export * from './b'; export const y = x;"),
    ];
    assert_eq!(read(&files).value.len(), 0);
}

#[test]
fn factories_that_multiply_come_to_an_end() {
    let mut text =
        String::from("import { onRequest } from 'firebase-functions/v2/https';\nfunction f0() { return 1; }\n");
    for n in 1..12 {
        let calls: String = (0..40).map(|_| format!("if (x) return f{}();", n - 1)).collect();
        text.push_str(&format!("function f{n}() {{ {calls} }}\n"));
    }
    text.push_str(
        "export const a = f11();\nexport const b = onRequest(w(w(w(f11(f11(), f11()), f11()), f11()), f11()));\n",
    );
    let found = told(&[MANIFEST, PACKAGE, ("shop/functions/src/index.ts", &text)]);
    assert!(found.contains(&"shop/b src/index.ts#b".to_owned()), "{found:?}");
}
