//! Small made-up projects, one for each trap of reading them.

use lockstep_model::FileSet;

use super::*;
use crate::testing;

#[test]
fn whatever_lies_in_the_packages_is_deployed() {
    let project = "packages:\n- name: shop\n  functions:\n  - name: pay\n    runtime: nodejs:18\n    web: false\n    environment: { MODE: x }\n\
        \x20   triggers:\n    - { name: nightly, sourceType: scheduler }\n  - name: gone\n";
    let files = FileSet::from_texts([
        ("fn/project.yml", project),
        ("fn/packages/shop/pay/package.json", r#"{"main": "lib/pay.js"}"#),
        ("fn/packages/shop/pay/lib/pay.js", ""),
        ("fn/packages/shop/hello/hello.js", ""),
        ("fn/packages/shop/mail/__main__.py", ""),
        ("fn/packages/default/ping.go", ""),
        ("fn/packages/shop/notes.md", ""),
        ("fn/packages/shop/.include", ""),
        ("fn/lib/db.js", ""),
        ("docs/project.yml", "packages: [a, b]\ntitle: x\n"),
        ("docs/packages/a/b/index.js", ""),
        ("plain/project.yml", "environment: { A: b }\n"),
        ("plain/packages/p/q/index.js", ""),
    ]);
    let found = DigitalOcean.declared(&files);
    let tell = |one: &Declared| {
        let said = &one.declaration;
        format!(
            "{}/{} {}{} {}",
            one.service,
            one.name,
            testing::code(one),
            said.handler.as_deref().unwrap(),
            said.location.path
        )
    };
    let told: Vec<String> = found.value.iter().map(tell).collect();
    assert_eq!(
        told,
        [
            "default/ping fn/packages/default:ping.go fn/packages/default/ping.go",
            "shop/hello fn/packages/shop/hello:hello.js fn/packages/shop/hello/hello.js",
            "shop/mail fn/packages/shop/mail:__main__.py fn/packages/shop/mail/__main__.py",
            "shop/pay fn/packages/shop/pay:lib/pay.js fn/project.yml",
            "p/q plain/packages/p/q:index.js plain/packages/p/q/index.js",
        ]
    );
    assert_eq!(testing::uses(&found.value, "pay"), ["Receives schedule shop#nightly Own"]);
    assert_eq!(testing::uses(&found.value, "hello"), ["Receives http shop/hello Own"]);
    assert_eq!(found.problems[0].message, "`shop/gone` has no code in `fn/packages/`");
}
