//! Small made-up functions, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Knative, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    let tell = |one: &Declared| {
        let handler = one.declaration.handler.as_deref().unwrap_or("-");
        format!("{} {}/{} {handler} {}", one.declaration.platform, one.service, one.name, testing::code(one))
    };
    read(files).value.iter().map(tell).collect()
}

#[test]
fn one_name_of_a_file_and_two_platforms() {
    let files = [
        (
            "pay/func.yaml",
            "specVersion: 0.36.0\nname: pay\nruntime: go\ncreated: 2024-01-01\nrun:\n  envs:\n  - { name: MODE, value: x }\ndeploy:\n  subscriptions:\n  - source: shop\n    filters: { type: paid }\n",
        ),
        ("pay/function.go", "package function"),
        ("list/func.yaml", "name: list\nruntime: quarkus\ncreated: 2021-01-01\n"),
        ("list/src/main/java/org/shop/List.java", "@Funq public String list() {}"),
        ("oci/app.yaml", "name: shop\n"),
        (
            "oci/mail/func.yaml",
            "schema_version: 20180708\nname: mail\nversion: 0.0.1\nruntime: python\nentrypoint: /python/bin/fdk /function/func.py handler\nconfig: { TO: ana }\ntriggers:\n- { name: t, type: http, source: /mail }\n",
        ),
        ("oci/mail/func.py", "def handler(ctx, data=None): pass"),
        ("oci/go/func.yaml", "schema_version: 20180708\nname: run\nruntime: go\nentrypoint: ./func\n"),
        ("oci/go/func.go", "package main"),
        ("oci/jvm/func.yaml", "schema_version: 20180708\nname: jvm\nruntime: java\ncmd: com.shop.Hello::handle\n"),
        ("oci/box/func.yaml", "schema_version: 20180708\nname: box\nruntime: docker\n"),
        ("oci/box/Dockerfile", "FROM x"),
        ("odd/func.yaml", "hello: 1\n"),
        ("lost/func.yaml", "specVersion: 1\nruntime: rust\n"),
    ];
    assert_eq!(
        told(&files),
        [
            "knative list/list src/main/java/org/shop/List.java list:",
            "knative lost/lost - no file under `lost/` is called as templates of `rust` have it",
            "fn shop/box - image .",
            "fn shop/run func.go oci/go:",
            "fn shop/jvm com.shop.Hello::handle oci/jvm:",
            "fn shop/mail func.py#handler oci/mail:",
            "knative pay/pay function.go pay:",
        ]
    );
    let found = read(&files);
    assert_eq!(testing::uses(&found.value, "pay"), ["Receives bus shop paid Own"]);
    assert_eq!(testing::uses(&found.value, "mail"), ["Receives http shop /mail Own"]);
    let environment = |name: &str| found.value.iter().find(|one| one.name == name).unwrap().environment.clone();
    assert_eq!((environment("pay")["MODE"].as_str(), environment("mail")["TO"].as_str()), ("x", "ana"));
    assert_eq!(found.problems.len(), 1);
}
