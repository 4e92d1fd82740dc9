//! Small made-up projects, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&CloudflareWorkers, files)
}

/// `service/name handler code`.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told_with_code(&read(files).value)
}

#[test]
fn json_is_taken_before_jsonc_and_toml() {
    let json = ("w/wrangler.json", r#"{"name": "a", "main": "a.ts"}"#);
    let jsonc = ("w/wrangler.jsonc", "{\"name\": \"b\", // x\n \"main\": \"b.ts\",}");
    let toml = ("w/wrangler.toml", "name = \"c\"\nmain = \"c.ts\"\n");
    let code = [("w/a.ts", ""), ("w/b.ts", ""), ("w/c.ts", "")];
    let with = |configs: &[(&'static str, &'static str)]| told(&[configs, &code].concat());
    assert_eq!(with(&[toml, jsonc, json]), ["w/a a.ts w:"]);
    assert_eq!(with(&[toml, jsonc]), ["w/b b.ts w:"]);
    assert_eq!(with(&[toml]), ["w/c c.ts w:"]);
    let problems = read(&[toml, jsonc, json]).problems;
    let said: Vec<&str> = problems.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(said, ["this file is not read: Wrangler takes `wrangler.json` beside it"; 2]);
}

#[test]
fn environments_are_one_worker_with_all_their_bindings() {
    let toml = r#"
name = "shop"
main = "src/index.ts"
kv_namespaces = [{ binding = "CACHE", id = "TODO" }]
[vars]
MODE = "dev"
[env.prod]
route = "shop.example.com/*"
kv_namespaces = [{ binding = "CACHE", id = "0123456789abcdef0123456789abcdef" }]
vars = { MODE = "prod", REGION = "eu" }
[[env.prod.queues.producers]]
queue = "orders-prod"
binding = "ORDERS"
[env.prod.triggers]
crons = ["0 * * * *"]
"#;
    let files = [("shop/wrangler.toml", toml), ("shop/src/index.ts", "")];
    let found = read(&files).value;
    assert_eq!(found.len(), 1);
    assert_eq!(
        testing::uses(&found, "shop"),
        [
            "Receives http shop.example.com/* Own",
            "Receives schedule shop#shop 0 * * * * Own",
            "Sends queue orders-prod Own",
            "Unknown namespace 0123456789abcdef0123456789abcdef Own",
            "Unknown namespace shop#shop CACHE Own",
        ]
    );
    let variables: Vec<_> = found[0].environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(variables, ["MODE=dev", "REGION=eu"]);
    let said = &found[0].declaration;
    assert_eq!((said.location.line, said.block_end as usize), (2, toml.len()));
}

#[test]
fn bindings_to_workers_are_calls_by_any_of_their_names() {
    let front = r#"{"name": "front", "main": "x.js", "services": [
        {"binding": "A", "service": "auth"}, {"binding": "SELF", "service": "front", "entrypoint": "Admin"},
        {"binding": "B", "service": "elsewhere"}],
        "durable_objects": {"bindings": [{"name": "C", "class_name": "Own"},
            {"name": "R", "class_name": "Room", "script_name": "rooms"}]},
        "workflows": [{"name": "mail", "class_name": "Mail", "script_name": "rooms", "binding": "M"}],
        "tail_consumers": [{"service": "logs"}],
        "env": {"prod": {"services": [{"binding": "A", "service": "auth-prod"}]}}}"#;
    let files = [
        ("front/wrangler.json", front),
        ("auth/wrangler.json", r#"{"name": "auth", "main": "x.js", "env": {"prod": {}}}"#),
        ("chat/wrangler.json", r#"{"name": "rooms", "main": "x.js"}"#),
        ("logs/wrangler.json", r#"{"name": "logs", "main": "x.js"}"#),
    ];
    let found = read(&files).value;
    assert_eq!(
        testing::uses(&found, "front"),
        [
            "Calls function auth#auth Own",
            "Calls function chat#rooms Own",
            "Calls function elsewhere Own",
            "Calls state-machine mail Own",
            "Sends log logs#logs Own",
        ]
    );
    assert_eq!(testing::uses(&found, "logs"), ["Receives log logs#logs Own"]);
}

#[test]
fn a_database_is_called_by_its_name_as_long_as_that_means_one() {
    let worker =
        |name: &str, databases: &str| format!("name = \"{name}\"\nmain = \"x.js\"\nd1_databases = [{databases}]\n");
    let a = worker("a", r#"{ binding = "DB", database_id = "1", database_name = "orders" }"#);
    let b = worker("b", r#"{ binding = "DB", database_id = "1" }, { binding = "N", database_name = "new" }"#);
    let c = worker("c", r#"{ binding = "X", database_id = "2", database_name = "db" }, { binding = "Y" }"#);
    let d = worker("d", r#"{ binding = "X", database_id = "3", database_name = "db" }"#);
    let files = [("a/wrangler.toml", a), ("b/wrangler.toml", b), ("c/wrangler.toml", c), ("d/wrangler.toml", d)];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let found = read(&files).value;
    let stores = |name| testing::uses(&found, name);
    assert_eq!(stores("a"), ["Unknown database orders Own"]);
    assert_eq!(stores("b"), ["Unknown database new Own", "Unknown database orders Own"]);
    assert_eq!(stores("c"), ["Unknown database 2 Own", "Unknown database c#c Y Own"]);
    assert_eq!(stores("d"), ["Unknown database 3 Own"]);
}

#[test]
fn what_has_no_code_is_no_worker() {
    let files = [
        ("site/wrangler.jsonc", r#"{"name": "site", "assets": {"directory": "dist"}}"#),
        ("stub/wrangler.json", r#"{"name": "stub", "vars": {"A": "b"}}"#),
        ("bot/wrangler.json", r#"{"name": "bot", "durable_objects": {"bindings": []}}"#),
        ("node_modules/x/wrangler.toml", "main = \"x.js\""),
        ("out/.wrangler/wrangler.json", r#"{"main": "x.js"}"#),
        ("docs/wrangler.schema.json", r#"{"$defs": {}, "name": "schema"}"#),
        ("bad/wrangler.toml", "name = "),
    ];
    assert_eq!(told(&files), ["bot/bot - the configuration has no `main`; a build makes it"]);
    let places = read(&files).problems.into_iter().map(|one| one.location.unwrap().path.to_string());
    assert_eq!(places.collect::<Vec<_>>(), ["bad/wrangler.toml", "stub/wrangler.json"]);
}

#[test]
fn older_forms_name_the_code_in_other_ways() {
    let files = [
        ("a/wrangler.toml", "name = \"a\"\ntype = \"javascript\"\n"),
        ("a/package.json", r#"{"main": "lib/a.js"}"#),
        ("b/wrangler.toml", "name = \"b\"\n[site]\nbucket = \"x\"\nentry-point = \"workers-site\"\n"),
        ("b/workers-site/index.js", ""),
        ("c/wrangler.toml", "name = \"c\"\n[build.upload]\nmain = \"./src/c.mjs\"\n"),
        ("d/wrangler.toml", "name = \"d\"\nmain = \"build/worker/shim.mjs\"\n"),
        ("d/Cargo.toml", ""),
        ("d/src/lib.rs", ""),
        ("e/wrangler.toml", "name = \"e\"\n"),
        ("e/package.json", r#"{"scripts": {"ship": "tsc && wrangler deploy src/e.ts --minify"}}"#),
        ("e/src/e.ts", ""),
        ("f/wrangler.jsonc", r#"{"name": "f", "main": ".open-next/worker.js"}"#),
        ("g/wrangler.jsonc", r#"{"name": "g", "main": "../../../etc/passwd"}"#),
        ("h/wrangler.jsonc", r#"{"name": "h", "main": "@tanstack/start/entry"}"#),
    ];
    assert_eq!(
        told(&files),
        [
            "a/a lib/a.js a:",
            "b/b workers-site/index.js b:",
            "c/c ./src/c.mjs c:",
            "d/d src/lib.rs d:",
            "e/e src/e.ts e:",
            "f/f - `main` is `.open-next/worker.js`, which the build of a framework writes",
            "g/g - `main` is `../../../etc/passwd`, which leads out of the repository",
            "h/h - `main` is `@tanstack/start/entry`, a module of a package",
        ]
    );
}

#[test]
fn a_file_for_one_more_stage_is_the_same_worker() {
    let files = [
        ("w/wrangler.toml", "name = \"w\"\nmain = \"w.ts\"\n"),
        ("w/wrangler.staging.toml", "name = \"w-staging\"\nmain = \"w.ts\"\n"),
        ("w/wrangler.cron.toml", "name = \"cron\"\nmain = \"cron.ts\"\n"),
    ];
    assert_eq!(told(&files), ["w/w w.ts w:", "w/cron cron.ts w:", "w/w w.ts w:"]);
}

#[test]
fn functions_of_pages_are_one_bundle() {
    let files = [
        ("web/wrangler.toml", "name = \"web\"\npages_build_output_dir = \"dist\"\n"),
        ("web/functions/api/index.ts", ""),
        ("web/functions/api/[id].ts", ""),
        ("web/functions/_middleware.ts", ""),
        ("web/functions/api/index.test.ts", ""),
        ("web/functions/types.d.ts", ""),
        ("docs/wrangler.toml", "name = \"docs\"\npages_build_output_dir = \"dist\"\n"),
    ];
    let found = read(&files);
    assert_eq!(told(&files), ["web/web _middleware.ts web/functions:"]);
    assert_eq!(testing::uses(&found.value, "web"), ["Receives http web /api Own", "Receives http web /api/[id] Own"]);
    assert!(found.problems[0].message.contains("starts in 3 files"), "{:?}", found.problems);
}
