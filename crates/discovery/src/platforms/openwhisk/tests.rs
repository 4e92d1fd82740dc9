//! Small made-up manifests, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&OpenWhisk, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told_with_code(&read(files).value)
}

#[test]
fn packages_have_actions_in_several_forms() {
    let files = [
        (
            "a/manifest.yaml",
            "packages:\n  shop:\n    actions:\n      pay: { function: src/pay.js, runtime: 'nodejs:20', main: run, web: true }\n\
             \x20     list: { function: src/list }\n      zip: { function: build/x.zip }\n      out: { function: ../../x.js }\n\
             \x20     inline: { code: 'function main() {}' }\n    sequences:\n      both: { actions: 'pay, list' }\n\
             \x20   triggers:\n      clock: { feed: /whisk.system/alarms/alarm }\n      paid: {}\n\
             \x20   rules:\n      one: { trigger: clock, action: list }\n      two: { trigger: paid, action: shop/list }\n",
        ),
        ("a/src/pay.js", ""),
        ("a/src/list/package.json", r#"{"main": "main.js"}"#),
        ("a/src/list/main.js", ""),
        (
            "b/app.config.yaml",
            "application:\n  runtimeManifest:\n    packages:\n      __APP_PACKAGE__:\n        actions:\n          hook: { function: actions/hook.js }\n",
        ),
        ("b/actions/hook.js", ""),
        ("c/workflow.yml", "actions:\n  x: { function: y }\n"),
        ("d/manifest.yml", "package:\n  name: old\n  actions:\n    hello: { location: hello.py }\n# function:\n"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/pay src/pay.js#run a:",
            "shop/list main.js a/src/list:",
            "shop/zip - the archive `build/x.zip` is built elsewhere",
            "shop/out - `../../x.js` leads out of the repository",
            "shop/inline - inline",
            "b/hook actions/hook.js b:",
            "old/hello hello.py d:",
        ]
    );
    let found = read(&files);
    assert_eq!(testing::uses(&found.value, "pay"), ["Receives http shop#pay Own", "Sends other shop#both Own"]);
    assert_eq!(
        testing::uses(&found.value, "list"),
        ["Receives other shop#both Own", "Receives schedule shop#clock Own", "Receives topic shop#paid Own"]
    );
    assert_eq!(found.problems.len(), 1);
}
