//! `lockstep affected`: each kind of reason, and what is none; on one small shop, one edit at a time.

use std::collections::BTreeMap;

use lockstep_testkit::{Page, Repository};

use crate::program;

const PAGE: &str = r#"# Shop

## Shop

```history
d1 ana "Start" A README.md
```

```yaml template.yaml
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Timeout: 3 }
Resources:
  Deps:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: layers/deps }
  Table:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: orders }
  Pay:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ., Handler: src/pay.handler, Runtime: nodejs22.x, MemorySize: 128 }
  Refund:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ., Handler: src/refund.handler, Runtime: nodejs22.x }
  Report:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: report, Handler: app.handler, Runtime: python3.13, Layers: [!Ref Deps] }
```

```ts src/pay.ts
import { total } from "./money";
import { parse } from "left";
export const handler = async (event) => total(parse(event));
```

```ts src/refund.ts
import { refund } from "./money";
export const handler = async (event) => refund(event);
```

```ts src/money.ts
import { rate } from "./rates";
import type { Order } from "./types";
export interface Line { price: number }
export const total = (order: Order) => order.price * rate;
export const refund = (order: Order) => -order.price;
```

```ts src/rates.ts
export const rate = 2;
```

```ts src/types.ts
export interface Order { price: number }
```

```json package.json
{ "name": "shop", "dependencies": { "left": "^1.0.0", "right": "^1.0.0" } }
```

```json package-lock.json
{ "packages": { "node_modules/left": { "version": "1.0.0", "dependencies": { "deep": "1" } }, "node_modules/deep": { "version": "1.0.0" }, "node_modules/right": { "version": "1.0.0" } } }
```

```json tsconfig.json
{ "compilerOptions": { "target": "es2022" } }
```

```python report/app.py
import boto3

def handler(event, context):
    return boto3
```

```text report/requirements.txt
boto3==1.0
```

```python layers/deps/python/help.py
def assist():
    return 1
```
"#;

fn shop() -> Repository {
    let page = Page::parse(PAGE).expect("a sound page");
    Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository")
}

fn text(shop: &Repository, path: &str) -> String {
    std::fs::read_to_string(shop.path().join(path)).expect("a file")
}

/// `Pay: own-code src/pay.ts handler` for every reason.
fn reasons(shop: &Repository) -> Vec<String> {
    let report = program::json(shop.path(), &["affected", "--base", "HEAD"]);
    let mut all = Vec::new();
    for function in report["functions"].as_array().expect("functions") {
        let id = function["id"].as_str().expect("an id").rsplit('/').next().expect("a name");
        for reason in function["reasons"].as_array().expect("reasons") {
            let names: Vec<&str> =
                reason["names"].as_array().expect("names").iter().filter_map(|it| it.as_str()).collect();
            let kind = reason["kind"].as_str().expect("a kind");
            let path = reason["path"].as_str().unwrap_or_default();
            all.push(format!("{id}: {kind} {path} {}", names.join(",")).trim_end().to_owned());
        }
    }
    all
}

#[test]
fn every_kind_of_reason_is_seen_and_no_other() {
    let shop = shop();
    let cases: &[(&str, &str, &str, &[&str])] = &[
        (
            "src/pay.ts",
            "total(parse(event))",
            "total(event)",
            &["Pay: own-code src/pay.ts handler", "Pay: dependencies src/pay.ts left"],
        ),
        ("src/money.ts", "-order.price", "order.price", &["Refund: shared-code src/money.ts refund"]),
        ("src/money.ts", "order.price * rate", "order.price + rate", &["Pay: shared-code src/money.ts total"]),
        // The same text means something else.
        ("src/money.ts", "{ rate }", "{ rate as rate, base }", &[]),
        (
            "src/money.ts",
            "\"./rates\"",
            "\"./types\"",
            &["Pay: shared-code src/money.ts total", "Pay: reach src/rates.ts rate"],
        ),
        ("src/rates.ts", "rate = 2", "rate = 3", &["Pay: own-code src/rates.ts rate"]),
        // Types vanish, comments say nothing, nobody deploys documentation.
        ("src/types.ts", "price: number", "price: bigint", &[]),
        ("src/money.ts", "Line { price: number }", "Line { price: bigint }", &[]),
        ("src/money.ts", "export const refund", "// words\nexport const refund", &[]),
        ("README.md", "", "more", &[]),
        ("template.yaml", "MemorySize: 128", "MemorySize: 256", &["Pay: manifest template.yaml Pay"]),
        (
            "template.yaml",
            "Timeout: 3",
            "Timeout: 4",
            &[
                "Pay: manifest template.yaml Globals",
                "Refund: manifest template.yaml Globals",
                "Report: manifest template.yaml Globals",
            ],
        ),
        ("template.yaml", "TableName: orders", "TableName: carts", &[]),
        ("package-lock.json", "\"deep\": { \"version\": \"1.0.0\" }", "\"deep\": { \"version\": \"1.0.1\" }", &[]),
        (
            "package-lock.json",
            "node_modules/deep\": { \"version\": \"1.0.0\"",
            "node_modules/deep\": { \"version\": \"1.0.1\"",
            &["Pay: dependencies package-lock.json deep"],
        ),
        (
            "package-lock.json",
            "node_modules/right\": { \"version\": \"1.0.0\"",
            "node_modules/right\": { \"version\": \"1.0.1\"",
            &[],
        ),
        ("tsconfig.json", "es2022", "es2017", &["Pay: build tsconfig.json", "Refund: build tsconfig.json"]),
        (
            "package.json",
            "\"name\": \"shop\"",
            "\"name\": \"shop\", \"type\": \"module\"",
            &["Pay: build package.json", "Refund: build package.json"],
        ),
        ("package.json", "\"left\": \"^1.0.0\"", "\"left\": \"^2.0.0\"", &["Pay: dependencies package.json left"]),
        (
            "report/requirements.txt",
            "boto3==1.0",
            "boto3==1.1",
            &["Report: dependencies report/requirements.txt boto3"],
        ),
        ("layers/deps/python/help.py", "return 1", "return 2", &["Report: layer layers/deps/python/help.py"]),
        (
            "src/money.ts",
            "export const refund",
            "start(); export const refund",
            &["Pay: shared-code src/money.ts", "Refund: shared-code src/money.ts"],
        ),
        (
            "src/money.ts",
            "export const refund",
            "export const (",
            &["Pay: shared-code src/money.ts", "Refund: shared-code src/money.ts", "Refund: reach src/rates.ts rate"],
        ),
    ];
    let mut wrong = BTreeMap::new();
    for (path, old, new, expected) in cases {
        let before = text(&shop, path);
        let edited = if old.is_empty() { format!("{before}{new}") } else { before.replacen(old, new, 1) };
        shop.write(path, &edited).expect("a file");
        let found = reasons(&shop);
        if found != *expected {
            wrong.insert(format!("{path}: {old} -> {new}"), found);
        }
        shop.write(path, &before).expect("a file");
    }
    assert_eq!(wrong, BTreeMap::new());
}

#[test]
fn functions_come_and_go() {
    let shop = shop();
    let template = text(&shop, "template.yaml").replace("  Refund:", "  Return:");
    shop.write("template.yaml", &template).expect("a file");
    assert_eq!(reasons(&shop), ["Return: new"]);
    let report = program::json(shop.path(), &["affected", "--base", "HEAD"]);
    assert_eq!(report["removed"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["unaffected"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_is_staged_is_what_counts() {
    let shop = shop();
    shop.write("src/refund.ts", &text(&shop, "src/refund.ts").replace("refund(event)", "refund(event, 1)"))
        .expect("a file");
    let list = |arguments: &[&str]| program::text(shop.path(), arguments);
    assert_eq!(list(&["affected", "--staged", "--format", "list"]), "");
    shop.git(&["add", "-A"]).expect("git");
    assert_eq!(list(&["affected", "--staged", "--format", "list"]).trim().rsplit('/').next(), Some("Refund"));
    let matrix = list(&["affected", "--staged", "--format", "matrix"]);
    let matrix: serde_json::Value = serde_json::from_str(&matrix).expect("JSON");
    assert_eq!(matrix["include"].as_array().map(Vec::len), Some(1));
}

#[test]
fn without_a_base_nothing_is_said() {
    let shop = shop();
    let output = program::run(shop.path(), &["affected", "--base", "gone", "--format", "list"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the base `gone` is not in this clone"));
}
