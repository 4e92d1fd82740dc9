//! Several functions in one file: each has its own history, by the definitions that changed.

use std::process::Command;

use lockstep_testkit::{Page, Repository};

use crate::program;

const PAGE: &str = "# Parts\n\n## One file\n\n```history\nd1 ana \"Start\" A README.md\n```\n\n```yaml serverless.yml\nservice: shop\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions:\n  create: { handler: handler.create }\n  cancel: { handler: handler.cancel }\n```\n\n```js handler.js\nexports.create = () => 0;\nexports.cancel = () => 0;\n```\n";

fn handler(create: u32, cancel: u32, helper: u32) -> String {
    format!(
        "const helper = () => {helper};\n\nexports.create = () => helper() + {create};\n\nexports.cancel = () => helper() - {cancel};\n"
    )
}

/// A history of `create` and `cancel` in one file: 30 changes of the one, 20 of the other, 10 of both, 5 of what both
/// use.
fn shop() -> Repository {
    let page = Page::parse(PAGE).expect("a sound page");
    let shop = Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository");
    let (mut create, mut cancel, mut helper) = (0, 0, 0);
    for number in 0..65 {
        match number {
            0..30 => create += 1,
            30..50 => cancel += 1,
            50..60 => (create, cancel) = (create + 1, cancel + 1),
            _ => helper += 1,
        }
        shop.write("handler.js", &handler(create, cancel, helper)).expect("a file");
        shop.git(&["commit", "-qam", "Change it"]).expect("a commit");
    }
    shop
}

#[test]
fn each_function_of_a_file_has_its_own_history() {
    let shop = shop();
    let graph = program::json(shop.path(), &["graph"]);
    let changes: Vec<_> = graph["functions"].as_array().expect("functions").iter().map(|one| &one["changes"]).collect();
    // The first commit, and the one that brings in the helper, are changes of both.
    assert_eq!(changes, [32, 41], "cancel, create: {graph}");
    assert_eq!(graph["couplings"][0]["together"], serde_json::json!({ "own": 12, "shared": 5 }));
    let why = program::json(shop.path(), &["why", "shop/create", "shop/cancel"]);
    assert_eq!(why["together"], graph["couplings"][0]["together"], "{why}");
}

#[test]
fn a_clone_without_contents_says_what_it_cannot_tell_apart() {
    let shop = shop();
    let place = shop.outside().join("partial");
    let from = format!("file://{}", shop.path().display());
    shop.git(&["config", "uploadpack.allowFilter", "true"]).expect("a setting");
    let clone = Command::new("git").args(["clone", "-q", "--filter=blob:none", &from]).arg(&place).status();
    assert!(clone.expect("git runs").success());
    let report = program::json(&place, &["check"]);
    let told = report["problems"].as_array().expect("problems").iter().any(|problem| {
        problem["kind"] == "history" && problem["message"].as_str().expect("words").contains("are not in this clone")
    });
    assert!(told, "{report}");
}
