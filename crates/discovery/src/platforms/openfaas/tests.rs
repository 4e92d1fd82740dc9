//! Small made-up stacks, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&OpenFaas, files)
}

const STACK: &str = "provider:\n  name: openfaas\nfunctions:\n  pay:\n    lang: python3-http\n    handler: ./pay\n\
    \x20   image: shop/pay:1\n    environment: { MODE: x }\n    secrets: [token]\n    annotations: { topic: 'paid,cron-function' }\n\
    \x20 tar:\n    lang: dockerfile\n    handler: ./tar\n  echo:\n    skip_build: true\n    image: shop/echo\n\
    \x20 lost:\n    lang: go\n    handler: ./lost\n  out:\n    lang: go\n    handler: ../../x\n  odd: text\n";

#[test]
fn handlers_are_folders_of_which_templates_know_the_file() {
    let files = [
        ("fn/stack.yml", STACK),
        ("fn/pay/handler.py", "def handle(event, context): pass"),
        ("web/stack.yaml", "provider: { name: faas }\nfunctions:\n  site: { lang: node12, handler: ./web/site }\n"),
        ("web/site/handler.js", ""),
        ("fn/tar/Dockerfile", "FROM x\nCMD [\"./tar\"]"),
        ("other/serverless.yml", "provider:\n  name: aws\nfunctions:\n  x: { handler: faas.x }\n"),
        ("fn/compose.yml", "services: {}\n"),
    ];
    let found = read(&files);
    let tell = |one: &Declared| {
        let handler = one.declaration.handler.as_deref().unwrap_or("-");
        format!("{}/{} {handler} {}", one.service, one.name, testing::code(one))
    };
    let told: Vec<String> = found.value.iter().map(tell).collect();
    assert_eq!(
        told,
        [
            "fn/pay handler.py fn/pay:",
            "fn/tar - image ./tar",
            "fn/echo - the image `shop/echo` is built elsewhere",
            "fn/lost - there is no folder `fn/lost/`",
            "fn/out - the handler `../../x` leads out of the repository",
            "web/site handler.js web/site:",
        ]
    );
    assert_eq!(
        testing::uses(&found.value, "pay"),
        [
            "Read secret token Own",
            "Receives http fn /function/pay Own",
            "Receives schedule fn#pay Own",
            "Receives topic paid Own",
        ]
    );
    assert_eq!(found.value[0].environment["MODE"], "x");
    assert_eq!(found.problems.len(), 1);
}
