//! What is staged is not held against a state of before that is judged anew where that would find the same. What is said is
//! the same, whether it was judged or not, and whether anything was kept or not.

use std::{fs, path::Path};

use lockstep_testkit::{Page, Repository};
use serde_json::Value;

use crate::program;

/// `pricing` and `billing` change together thirty times, and are of two services.
const SHOP: &str = "# Change\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"Round anew\" M pricing/app.py M billing/app.py\nd32..d61 bob \"Write mails\" M mail/app.py\nd62 bob \"Share\" M pricing/rates.py\n```\n\n```toml lockstep.toml\n[[function]]\npaths = [\"pricing/app.py\"]\nservice = \"pricing\"\n\n[[function]]\npaths = [\"billing/app.py\", \"mail/app.py\"]\nservice = \"billing\"\n```\n\n```py pricing/app.py\nimport rates\n\ndef handler(event, context):\n    return rates.of(event)\n```\n\n```py pricing/rates.py\ndef of(event):\n    return 1\n```\n\n```py billing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n";

/// The same of two functions that hold a copy.
const COPIES: &str = "# Change\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"Round anew\" M pricing/app.py M billing/app.py\nd32..d61 bob \"Write mails\" M mail/app.py\n```\n\n```toml lockstep.toml\n[[function]]\npaths = [\"pricing/app.py\"]\nservice = \"pricing\"\n\n[[function]]\npaths = [\"billing/app.py\", \"mail/app.py\"]\nservice = \"billing\"\n```\n\nCOPY(pricing)COPY(billing)```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n";

/// A function that is long enough for a copy of it to be one.
const COPY: &str = "```py NAME/app.py\ndef handler(event, context):\n    lines = [line for line in event[\"lines\"] if not line.cancelled]\n    total = 0\n    for line in lines:\n        discount = line.customer.discount or 0\n        total += line.price * line.quantity * (1 - discount)\n    if total > event[\"limit\"]:\n        raise ValueError(\"over its limit: \" + str(total))\n    tax = round(total * line.country.rate * 100) / 100\n    if tax < 0:\n        tax = context.lowest\n    parts = {\"total\": total, \"tax\": tax}\n    parts[\"due\"] = total + tax\n    return parts\n```\n\n";

fn repository(page: &str) -> Repository {
    let page = Page::parse(page).expect("a sound page");
    Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository")
}

fn git(shop: &Repository, arguments: &[&str]) {
    shop.git(arguments).expect("git");
}

fn edit(shop: &Repository, path: &str, old: &str, new: &str) {
    let text = fs::read_to_string(shop.path().join(path)).expect("a file");
    let edited = text.replacen(old, new, 1);
    assert_ne!(text, edited, "{path}: {old}");
    shop.write(path, &edited).expect("a file");
}

/// The findings of what is staged, and how many results of stages it took, kept ones among them.
fn staged(shop: &Repository, cache: &Path, more: &[&str]) -> (Value, usize) {
    let arguments = [&["check", "--staged", "--format", "json", "-v"], more].concat();
    let output =
        program::command(shop.path(), &arguments).env("LOCKSTEP_CACHE_DIR", cache).output().expect("lockstep runs");
    let notes = String::from_utf8(output.stderr).expect("UTF-8");
    let results = notes.lines().find_map(|line| line.strip_prefix("note: of ")?.split(' ').next()).expect("a note");
    (serde_json::from_slice(&output.stdout).expect("a document"), results.parse().expect("a number"))
}

/// Whether the state before was judged in a run that found nothing kept. The functions and their code are two results, the
/// functions of the state before a third; where it is judged, its functions, its code and what was found in it are three more.
fn judged_anew(shop: &Repository, more: &[&str]) -> (Value, bool) {
    let cache = tempfile::tempdir().expect("a folder");
    let (said, results) = staged(shop, cache.path(), more);
    assert!(matches!(results, 2 | 3 | 5 | 6), "{results}");
    assert_eq!(staged(shop, cache.path(), more).0, said, "with what was kept");
    (said, results >= 5)
}

/// Stages what `change` does, and looks whether the state before it has to be judged.
#[track_caller]
fn assert_is_judged(shop: &Repository, judged: bool, more: &[&str], what: &str, change: impl FnOnce()) {
    git(shop, &["reset", "-q", "--hard"]);
    change();
    git(shop, &["add", "-A"]);
    let (first, was_judged) = judged_anew(shop, more);
    assert_eq!(was_judged, judged, "{what}");
    let arguments = [&["check", "--staged", "--no-cache"], more].concat();
    assert_eq!(program::json(shop.path(), &arguments), first, "{what}: without a cache");
    // A new file is never passed over, and this one is nobody's.
    shop.write("notes.txt", "").expect("a file");
    git(shop, &["add", "-A"]);
    let (whole, was_judged) = judged_anew(shop, more);
    assert!(was_judged, "{what}");
    assert_eq!(whole["findings"], first["findings"], "{what}: judged");
}

#[test]
fn the_state_before_is_judged_only_where_it_may_differ() {
    let shop = repository(SHOP);
    let app = "pricing/app.py";
    let judged = |judged: bool, what: &str, change: &dyn Fn()| assert_is_judged(&shop, judged, &[], what, change);
    judged(false, "a comment", &|| edit(&shop, app, "    return", "    # as agreed\n    return"));
    judged(false, "another body", &|| edit(&shop, app, "    return", "    total = len(event)\n    return total or"));
    judged(false, "prose", &|| shop.write("README.md", "# Our shop\n").expect("a file"));
    judged(false, "shared code", &|| edit(&shop, "pricing/rates.py", "return 1", "return 2"));
    judged(true, "an import", &|| edit(&shop, app, "import rates\n", "import os\nimport rates\n"));
    judged(true, "an import less", &|| edit(&shop, app, "rates.of(event)", "event"));
    judged(true, "a definition", &|| edit(&shop, app, "def handler", "def other():\n    return 2\n\ndef handler"));
    judged(true, "code that runs when it is loaded", &|| {
        edit(&shop, app, "import rates\n", "import rates\nprint(1)\n")
    });
    judged(true, "no code", &|| edit(&shop, app, "def handler(", "def handler"));
    judged(true, "a comment that accepts", &|| {
        edit(&shop, app, "def handler", "# lockstep: allow(lockstep) reason: we know\ndef handler");
    });
    judged(true, "the configuration", &|| edit(&shop, "lockstep.toml", "\"pricing\"\n", "\"prices\"\n"));
    judged(true, "a file that goes", &|| fs::remove_file(shop.path().join("pricing/rates.py")).expect("a file"));
    judged(true, "two edits", &|| {
        edit(&shop, app, "import rates\n", "import os\nimport rates\n");
        edit(&shop, "billing/app.py", "return 1", "return 2");
    });
}

#[test]
fn a_manifest_is_no_neutral_file() {
    let shop = repository(SHOP);
    let template = "Resources:\n  Send:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: python3.13\n      Handler: app.handler\n";
    shop.write("mail/template.yaml", template).expect("a file");
    git(&shop, &["add", "-A"]);
    git(&shop, &["commit", "-qm", "Declare"]);
    assert_is_judged(&shop, true, &[], "a handler that is gone", || {
        edit(&shop, "mail/template.yaml", "app.handler", "gone.handler");
    });
    assert_is_judged(&shop, true, &[], "a comment", || {
        edit(&shop, "mail/template.yaml", "Resources", "# ours\nResources")
    });
}

/// A program that declares a function by the help of another file.
const CDK: [(&str, &str); 4] = [
    ("cdk.json", "{ \"app\": \"npx ts-node bin/app.ts\" }\n"),
    (
        "bin/app.ts",
        "import * as cdk from 'aws-cdk-lib';\nimport { ShopStack } from '../lib/shop-stack';\n\nconst app = new cdk.App();\nnew ShopStack(app, 'Shop');\n",
    ),
    (
        "lib/shop-stack.ts",
        "import * as cdk from 'aws-cdk-lib';\nimport * as lambda from 'aws-cdk-lib/aws-lambda';\nimport { folder } from './folder';\n\nexport class ShopStack extends cdk.Stack {\n  constructor(scope: cdk.App, id: string) {\n    super(scope, id);\n    new lambda.Function(this, 'Mail', {\n      runtime: lambda.Runtime.PYTHON_3_13,\n      handler: 'app.handler',\n      code: lambda.Code.fromAsset(folder('mail')),\n    });\n  }\n}\n",
    ),
    (
        "lib/folder.ts",
        "export function folder(name: string) {\n  const words = [name];\n  return words.join('/');\n}\n",
    ),
];

#[test]
fn a_program_that_declares_the_same_functions_brings_nothing() {
    let shop = repository(SHOP);
    CDK.iter().for_each(|(path, text)| shop.write(path, text).expect("a file"));
    git(&shop, &["add", "-A"]);
    git(&shop, &["commit", "-qm", "Declare"]);
    let judged = |judged: bool, what: &str, old: &str, new: &str| {
        assert_is_judged(&shop, judged, &[], what, || edit(&shop, "lib/folder.ts", old, new));
    };
    judged(false, "another way to the same", "[name];", "[name].filter((word) => word !== '');");
    judged(false, "a comment", "export", "// Where the code is.\nexport");
    judged(true, "another folder", "[name];", "['billing', name].slice(0, 1);");
    judged(true, "no folder", "[name];", "[name, 'gone'];");
    let stack = |judged: bool, what: &str, old: &str, new: &str| {
        assert_is_judged(&shop, judged, &[], what, || edit(&shop, "lib/shop-stack.ts", old, new));
    };
    stack(false, "where the function is declared", "    new lambda", "    // The one that writes.\n    new lambda");
    stack(false, "what is no part of it", "runtime: lambda", "memorySize: 512,\n      runtime: lambda");
    stack(true, "its handler", "app.handler", "gone.handler");
    // Whose block it was in the past is told by the names around it.
    stack(true, "a name around it", "    new lambda.Function", "    const it = new lambda.Function");
    stack(
        true,
        "another function",
        "    new lambda",
        "    new lambda.Function(this, 'Bill', {\n      runtime: lambda.Runtime.PYTHON_3_13,\n      handler: 'app.handler',\n      code: lambda.Code.fromAsset('billing'),\n    });\n    new lambda",
    );
    let accepts = "    // lockstep: allow(lockstep) reason: we know\n    new lambda";
    stack(true, "a comment that accepts", "    new lambda", accepts);
}

#[test]
fn what_rules_found_that_look_at_more_is_judged() {
    let page = ["pricing", "billing"]
        .iter()
        .fold(COPIES.to_owned(), |page, name| page.replace(&format!("COPY({name})"), &COPY.replace("NAME", name)));
    let shop = repository(&page);
    let found = program::json(shop.path(), &["check"]);
    let findings = found["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| finding["rule"] == "duplicated-code"), "{found}");
    let body = || edit(&shop, "mail/app.py", "return 1", "return 2");
    assert_is_judged(&shop, true, &[], "a copy somewhere", body);
    assert_is_judged(&shop, false, &["-A", "duplicated-code"], "a copy that nobody asks for", body);
    let small = ["-A", "duplicated-code", "-W", "nanoservice"];
    assert_is_judged(&shop, false, &small, "another function", body);
    let own = || edit(&shop, "pricing/app.py", "return parts", "return dict(parts)");
    assert_is_judged(&shop, true, &small, "a small function", own);
    assert_is_judged(&shop, true, &[], "prose, and a suppression that is idle", || {
        let config = fs::read_to_string(shop.path().join("lockstep.toml")).expect("a file");
        let idle = "\n[[allow]]\nrule = \"follower\"\nfunctions = [\"*\"]\nreason = \"We know\"\n";
        shop.write("lockstep.toml", &(config + idle)).expect("a file");
        git(&shop, &["commit", "-qam", "Accept"]);
        shop.write("README.md", "# Our shop\n").expect("a file");
    });
}
