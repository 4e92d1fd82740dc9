//! Whose a change is: halves of a shared module, blocks of a manifest, lists of dependencies.

use lockstep_testkit::{Page, Repository};
use serde_json::{Value, json};

use crate::program;

const PAGE: &str = "# Whose\n\n## A shop\n\n```history\nd1 ana \"Start\" A README.md\n```\n\n```yaml serverless.yml\nservice: shop\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions:\n  create:\n    handler: create/handler.run\n    timeout: 0\n  cancel:\n    handler: cancel/handler.run\n    timeout: 0\n  report:\n    handler: report/handler.run\n    runtime: python3.13\n  audit:\n    handler: audit/handler.run\n    runtime: python3.13\n```\n\n```ts create/handler.ts\nimport { total } from '../shared/money';\nexport const run = () => total();\n```\n\n```ts cancel/handler.ts\nimport * as money from '../shared/money';\nexport const run = () => money.refund();\n```\n\n```ts shared/money.ts\nconst rate = 0;\n\nexport const total = () => rate + 0;\n\nexport const refund = () => rate - 0;\n\nexport const unused = 1;\n```\n\n```python report/handler.py\nfrom shared.rows import read\n\n\ndef run(event, context):\n    return read()\n```\n\n```python audit/handler.py\nfrom shared import rows\n\n\ndef run(event, context):\n    return rows.check()\n```\n\n```python shared/rows.py\ndef read():\n    return 0\n\n\ndef check():\n    return 0\n```\n\n```json package.json\n{ \"dependencies\": { \"left-pad\": \"0\" } }\n```\n";

fn commit(shop: &Repository, path: &str, text: &str) {
    shop.write(path, text).expect("a file");
    shop.git(&["add", "-A"]).expect("an index");
    shop.git(&["commit", "-qm", "Change it"]).expect("a commit");
}

fn money(total: u32, refund: u32, both: u32) -> String {
    format!(
        "const rate = {both};\n\nexport const total = () => rate + {total};\n\nexport const refund = () => rate - {refund};\n\nexport const unused = 1;\n"
    )
}

fn rows(read: u32, check: u32) -> String {
    format!("def read():\n    return {read}\n\n\ndef check():\n    return {check}\n")
}

/// A history of modules in two halves: 5 changes of the one, 3 of the other, 2 of what both use, 4 of what nobody uses.
pub fn shop() -> Repository {
    let page = Page::parse(PAGE).expect("a sound page");
    let shop = Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository");
    for number in 1..=5 {
        commit(&shop, "shared/money.ts", &money(number, 0, 0));
    }
    for number in 1..=3 {
        commit(&shop, "shared/money.ts", &money(5, number, 0));
        commit(&shop, "shared/rows.py", &rows(0, number));
    }
    for number in 1..=2 {
        commit(&shop, "shared/money.ts", &money(5, 3, number));
    }
    for number in 2..=5 {
        commit(&shop, "shared/money.ts", &money(5, 3, 2).replace("unused = 1", &format!("unused = {number}")));
    }
    shop
}

fn functions(graph: &Value) -> Vec<(&str, &Value, &Value)> {
    let functions = graph["functions"].as_array().expect("functions").iter();
    functions.map(|one| (one["id"].as_str().expect("an id"), &one["changes"], &one["kinds"])).collect()
}

#[test]
fn halves_of_a_shared_module_belong_to_those_who_use_them() {
    let shop = shop();
    let graph = program::json(shop.path(), &["graph"]);
    let found = functions(&graph);
    let kinds = |function: usize| {
        let of = |kind: &str| found[function].2[kind].as_u64().unwrap_or(0);
        (found[function].0, found[function].1.as_u64().unwrap_or(0), of("behaviour"), of("shared-behaviour"))
    };
    // The first commit is one change of each. `rate`, which both halves of the module use, came with it as well.
    assert_eq!(kinds(0), ("shop/audit", 4, 4, 0), "{graph}");
    assert_eq!(kinds(1), ("shop/cancel", 4, 4, 3), "{graph}");
    assert_eq!(kinds(2), ("shop/create", 6, 6, 3), "{graph}");
    assert_eq!(kinds(3), ("shop/report", 1, 1, 0), "{graph}");
    let pair = graph["couplings"].as_array().expect("couplings").iter().find(|pair| pair["a"] == "shop/cancel");
    assert_eq!(pair.expect("a pair")["together"], json!({ "own": 1, "shared": 2 }), "{graph}");
}

#[test]
fn parts_that_two_functions_reach_are_told() {
    let shop = shop();
    let code = |function: &str| {
        let code = program::json(shop.path(), &["code", function]);
        let files = code["files"].as_array().expect("files").iter();
        files
            .map(|file| (file["path"].as_str().expect("a path").to_owned(), file["symbols"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(code("shop/create")[1], ("shared/money.ts".to_owned(), json!(["rate", "total"])));
    assert_eq!(code("shop/cancel")[1], ("shared/money.ts".to_owned(), json!(["rate", "refund"])));
    assert_eq!(code("shop/audit")[1], ("shared/rows.py".to_owned(), json!(["check"])));
}

#[test]
fn blocks_of_a_manifest_and_lists_of_dependencies_belong_to_functions() {
    let shop = shop();
    let manifest = std::fs::read_to_string(shop.path().join("serverless.yml")).expect("the manifest");
    let bumped = manifest.replacen("timeout: 0", "timeout: 9", 1);
    commit(&shop, "serverless.yml", &bumped);
    commit(&shop, "serverless.yml", &bumped.replace("nodejs22.x", "nodejs24.x"));
    commit(&shop, "serverless.yml", &format!("# words\n{}", bumped.replace("nodejs22.x", "nodejs24.x")));
    shop.write("package.json", "{ \"dependencies\": { \"left-pad\": \"1\" } }\n").expect("a file");
    commit(
        &shop,
        "cancel/handler.ts",
        "import * as money from '../shared/money';\nexport const run = () => money.refund() + 1;\n",
    );
    let graph = program::json(shop.path(), &["graph"]);
    let found = functions(&graph);
    let of = |function: usize, kind: &str| found[function].2[kind].as_u64().unwrap_or(0);
    // The first commit counts for all blocks; a manifest's other words for nobody.
    let configuration: Vec<u64> = (0..4).map(|function| of(function, "configuration")).collect();
    assert_eq!(configuration, [1, 1, 2, 1], "{graph}");
    let dependency: Vec<u64> = (0..4).map(|function| of(function, "dependency")).collect();
    assert_eq!(dependency, [0, 2, 2, 0], "only JavaScript asks for packages there: {graph}");
    let why = program::json(shop.path(), &["why", "shop/create", "shop/cancel"]);
    // Commits of one second have no order, so the changeset may stand anywhere.
    let mut alone = why["b"]["alone"].as_array().expect("changesets").iter();
    assert!(alone.any(|one| one["other"] == json!(["dependency"])), "{why}");
}
