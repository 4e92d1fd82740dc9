//! Small made-up services, one for each trap of reading them.

use lockstep_diagnostics::{Partial, ProblemKind};
use lockstep_model::FileSet;

use super::*;
use crate::{
    platform::{CodeSource, HandlerStyle},
    testing,
};

mod code;
mod variables;
mod wiring;

type Files<'a> = &'a [(&'a str, &'a str)];

fn read(files: Files<'_>) -> Partial<Vec<Declared>> {
    ServerlessFramework.declared(&FileSet::from_texts(files.iter().copied()))
}

/// `service/name handler runtime code`, sorted.
fn told(files: Files<'_>) -> Vec<String> {
    let mut all: Vec<String> = read(files).value.iter().map(tell).collect();
    all.sort();
    all
}

fn tell(one: &Declared) -> String {
    let code = testing::code(one);
    let handler = one.declaration.handler.as_deref().unwrap_or("-");
    format!("{}/{} {handler} {} {code}", one.service, one.name, one.runtime.as_deref().unwrap_or("-"))
}

fn problems(files: Files<'_>) -> Vec<(ProblemKind, String)> {
    read(files).problems.into_iter().map(|problem| (problem.kind, problem.message)).collect()
}

/// What the function `name` uses, as `word kind key strength`, sorted.
fn uses(files: Files<'_>, name: &str) -> Vec<String> {
    testing::uses(&read(files).value, name)
}

const HEAD: &str = "service: shop\nprovider: { name: aws, runtime: nodejs22.x }\n";

fn service(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

#[test]
fn functions_stand_where_they_are_declared() {
    let text = service(
        "functions:\n  # the first\n  create:\n    handler: src/create.handler\n  list: { handler: src/list.handler, runtime: python3.13 }\n",
    );
    let files = [("shop/serverless.yml", text.as_str())];
    assert_eq!(
        told(&files),
        ["shop/create src/create.handler nodejs22.x shop:.", "shop/list src/list.handler python3.13 shop:."]
    );
    let places: Vec<_> =
        read(&files).value.iter().map(|one| (one.declaration.location.line, one.declaration.location.column)).collect();
    assert_eq!(places, [(5, 3), (7, 3)]);
}

#[test]
fn manifests_are_known_by_name_or_by_what_they_hold() {
    let text = service("functions: { f: { handler: a.b } }\n");
    let json = r#"{"service": "shop", "provider": {"name": "aws"}, "functions": {"f": {"handler": "a.b"}}}"#;
    let block = "service: shop\nprovider:\n  name: aws\nfunctions:\n  f:\n    handler: a.b\n";
    let cases = [
        ("serverless.yml", text.as_str(), 1),
        ("serverless.yaml", &text, 1),
        ("a/serverless.json", json, 1),
        ("serverless-admin.yml", block, 1),
        ("compose.yml", "services:\n  a:\n    image: x\n", 0),
        ("node_modules/x/serverless.yml", &text, 0),
        (".serverless/serverless.yml", &text, 0),
    ];
    for (path, text, expected) in cases {
        assert_eq!(read(&[(path, text)]).value.len(), expected, "{path}");
    }
}

#[test]
fn variables_lead_through_files() {
    let text = "service: ${file(common.yml):name}\nprovider: { name: aws, runtime: '${self:custom.runtime}' }\ncustom:\n  runtime: ${file(common.yml):runtimes.${opt:stage, 'dev'}}\nfunctions:\n  - ${file(functions/a.yml)}\n  - ${file(functions/${opt:stage, 'dev'}.yml):more}\n";
    let files = [
        ("shop/serverless.yml", text),
        ("shop/common.yml", "name: orders\nruntimes: { dev: python3.13, prod: python3.12 }\n"),
        ("shop/functions/a.yml", "a:\n  handler: a.run\n"),
        ("shop/functions/dev.yml", "more:\n  b: { handler: '${self:custom.none, \"b\"}.run' }\n"),
    ];
    assert_eq!(told(&files), ["orders/a a.run python3.13 shop:.", "orders/b b.run python3.13 shop:."]);
    assert_eq!(problems(&files), []);
    let place = &read(&files).value[0].declaration.location;
    assert_eq!((place.path.as_str(), place.line), ("shop/functions/a.yml", 1));
}

#[test]
fn a_default_stage_is_no_circle() {
    for stage in ["${opt:stage, 'dev'}", "${opt:stage}", "${opt:stage, self:custom.stage}", "${sls:stage}"] {
        let text = format!(
            "service: shop\nprovider: {{ name: aws, runtime: nodejs22.x, stage: \"{stage}\" }}\ncustom: {{ stage: qa }}\nfunctions:\n  f: {{ handler: \"src/${{self:provider.stage}}/f.run\" }}\n"
        );
        assert_eq!(problems(&[("serverless.yml", &text)]), [], "{stage}");
        assert_eq!(read(&[("serverless.yml", &text)]).value.len(), 1, "{stage}");
    }
    let shared = "provider:\n  name: aws\n  stage: ${opt:stage, 'dev'}\n";
    let text = "service: a\nprovider: { name: aws, stage: '${file(../common.yml):provider.stage}' }\nfunctions: { f: { handler: a.b } }\n";
    assert_eq!(problems(&[("common.yml", shared), ("a/serverless.yml", text)]), []);
}

#[test]
fn what_cannot_be_evaluated_is_named() {
    let circle = service(
        "custom: { a: '${self:custom.b}', b: '${self:custom.a}' }\nfunctions: { f: { handler: '${self:custom.a}' } }\n",
    );
    let script = service("functions: ${file(functions.js)}\n");
    let gone = service("functions: ${file(gone.yml)}\n");
    for (text, kind, words) in [
        (circle.as_str(), ProblemKind::InvalidManifest, "refers to itself"),
        (&script, ProblemKind::Unevaluated, "is a script, which is never run"),
        (&gone, ProblemKind::Unevaluated, "there is no file `gone.yml`"),
    ] {
        let found = problems(&[("serverless.yml", text), ("functions.js", "module.exports = {}")]);
        assert!(found.iter().any(|(k, message)| *k == kind && message.contains(words)), "{text}: {found:?}");
    }
}

#[test]
fn a_broken_manifest_is_a_problem_and_the_others_are_read() {
    let good = service("functions: { f: { handler: a.b } }\n");
    let files = [("bad/serverless.yml", "service: [\n"), ("good/serverless.yml", good.as_str())];
    assert_eq!(told(&files), ["shop/f a.b nodejs22.x good:."]);
    assert!(matches!(&problems(&files)[..], [(ProblemKind::InvalidManifest, _)]), "{:?}", problems(&files));
    let script =
        [("serverless.ts", "export default { functions: { a: { handler: 'x.y' } } }"), ("a/serverless.yml", &good)];
    assert!(matches!(&problems(&script)[..], [(ProblemKind::Unsupported, _)]), "{:?}", problems(&script));
}

#[test]
fn events_are_channels() {
    let text = service(
        "functions:\n  f:\n    handler: a.b\n    events:\n      - httpApi: 'GET /orders'\n      - http: { path: orders, method: post }\n      - sqs: { arn: !GetAtt Orders.Arn }\n      - sns: alarms\n      - schedule: rate(1 hour)\nresources:\n  Resources:\n    Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: 'orders-${sls:stage}' } }\n",
    );
    let found = uses(&[("serverless.yml", &text)], "f");
    for expected in ["http", "queue", "topic", "schedule"] {
        assert!(found.iter().any(|line| line.starts_with(&format!("Receives {expected} "))), "{expected}: {found:?}");
    }
    assert!(found.iter().any(|line| line.contains("GET /orders")), "{found:?}");
}

#[test]
fn statements_name_what_is_used_and_for_whom() {
    let text = service(
        "functions:\n  f:\n    handler: a.b\n    iamRoleStatements:\n      - { Effect: Allow, Action: ['dynamodb:PutItem'], Resource: !GetAtt Orders.Arn }\n  g: { handler: c.d }\nresources:\n  Resources:\n    Orders: { Type: AWS::DynamoDB::Table }\n",
    )
    .replace("runtime: nodejs22.x }", "runtime: nodejs22.x, iamRoleStatements: [{ Effect: Allow, Action: 'lambda:InvokeFunction', Resource: 'arn:aws:lambda:*:*:function:shop-dev-g' }] }");
    let own = uses(&[("serverless.yml", &text)], "f");
    assert!(own.iter().any(|line| line.starts_with("Write table") && line.ends_with("Own")), "{own:?}");
    let inherited = uses(&[("serverless.yml", &text)], "g");
    assert!(inherited.iter().all(|line| line.ends_with("Inherited")), "{inherited:?}");
    assert!(inherited.iter().any(|line| line.starts_with("Calls ")), "{inherited:?}");
}

#[test]
fn images_artefacts_and_layers() {
    let text = service(
        "functions:\n  image: { image: { name: app, command: ['a.b'] } }\n  zip: { handler: a.b, package: { artifact: out/zip.zip } }\n  layered: { handler: a.b, layers: [!Ref CommonLambdaLayer] }\nlayers:\n  common: { path: layers/common }\n",
    )
    .replace("runtime: nodejs22.x }", "runtime: nodejs22.x, ecr: { images: { app: { path: ./app } } } }");
    let found = read(&[("serverless.yml", &text), ("layers/common/nodejs/x.js", ""), ("app/Dockerfile", "")]);
    let one = |name: &str| found.value.iter().find(|one| one.name == name).expect(name);
    assert!(matches!(one("image").code, CodeSource::Image { .. }), "{:?}", one("image").code);
    assert!(matches!(one("zip").code, CodeSource::Artifact { .. }), "{:?}", one("zip").code);
    let layer = one("layered").layers.first().expect("a layer");
    assert_eq!(layer.path.as_ref().map(|path| path.as_str()), Some("layers/common"));
}

#[test]
fn compose_names_services_and_hands_them_values() {
    let compose = "services:\n  api: { path: api, params: { folder: live } }\n  jobs: { path: jobs }\n";
    let api = "service: api\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions: { f: { handler: '${param:folder}/f.run' } }\n";
    let jobs = "service: jobs\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions: { f: { handler: f.run } }\n";
    let files = [("serverless-compose.yml", compose), ("api/serverless.yml", api), ("jobs/serverless.yml", jobs)];
    assert_eq!(told(&files), ["api/f live/f.run nodejs22.x api:.", "jobs/f f.run nodejs22.x jobs:."]);
}

#[test]
fn scripts_are_read_as_data() {
    let script = r#"
import type { AWS } from "@serverless/typescript";
import hello from "@functions/hello";
import * as more from "./src/functions";
import { tables } from "./resources";
const stage = process.env.STAGE ?? "dev";
const config: AWS = {
  service: "shop",
  plugins: ["serverless-esbuild"],
  provider: { name: "aws", runtime: "nodejs22.x", environment: { TABLE: tables.orders } },
  functions: {
    hello,
    ...more,
    inline: { handler: "src/inline.main", events: [{ httpApi: { path: "/inline", method: "get" } }] },
    made: make("x"),
  },
};
function make(name: string) { return { handler: `src/${name}.run`, events: [{ sqs: "arn:aws:sqs:eu-west-1:1:queue-" + stage }] }; }
module.exports = config;
"#;
    let files = [
        ("shop/serverless.ts", script),
        (
            "shop/tsconfig.json",
            "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@functions/*\": [\"src/functions/*\"], \"@libs/*\": [\"src/libs/*\"]}}}",
        ),
        (
            "shop/src/libs/handler-resolver.ts",
            "export const handlerPath = (context: string) => { return `${context.split(process.cwd())[1].substring(1).replace(/\\\\/g, '/')}` };",
        ),
        (
            "shop/src/functions/hello/index.ts",
            "import { handlerPath } from '@libs/handler-resolver'; export default { handler: `${handlerPath(__dirname)}/handler.main`, events: [{ http: { method: 'post', path: 'hello' } }] };",
        ),
        ("shop/src/functions/index.ts", "export { default as bye } from './bye';"),
        (
            "shop/src/functions/bye/index.ts",
            "import { handlerPath } from '@libs/handler-resolver'; export default { handler: `${handlerPath(__dirname)}/handler.main` };",
        ),
        ("shop/resources.ts", "export const tables = { orders: 'orders-table' };"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/bye src/functions/bye/handler.main nodejs22.x shop:.",
            "shop/hello src/functions/hello/handler.main nodejs22.x shop:.",
            "shop/inline src/inline.main nodejs22.x shop:.",
            "shop/made src/x.run nodejs22.x shop:.",
        ]
    );
    assert_eq!(problems(&files), []);
    let found = ServerlessFramework.declared(&FileSet::from_texts(files.iter().copied())).value;
    let place = |name: &str| {
        let said = &found.iter().find(|one| one.name == name).unwrap().declaration;
        (said.location.path.as_str().to_owned(), script[said.location.span()].to_owned())
    };
    assert_eq!(place("inline"), ("shop/serverless.ts".to_owned(), "inline".to_owned()));
    assert_eq!(place("hello"), ("shop/serverless.ts".to_owned(), "hello".to_owned()));
    assert_eq!(testing::uses(&found, "made"), ["Receives queue queue-* Own"]);
}

#[test]
fn scripts_that_cannot_be_followed_are_named() {
    let open = "const { load } = require('./load'); module.exports = { service: 's', provider: { name: 'aws' }, functions: { a: { handler: 'a.b' }, ...load(process.argv), c: require('pkg').c } };";
    let files = [("serverless.js", open), ("load.js", "exports.load = x => JSON.parse(x);")];
    assert_eq!(told(&files).len(), 1);
    let said = problems(&files);
    assert!(said.iter().any(|(_, message)| message.contains("known only when it runs")), "{said:?}");
    assert!(said.iter().any(|(_, message)| message.contains("the function `c` is put together")), "{said:?}");
    let beside = [("serverless.js", open), ("serverless.yml", &service("functions: { f: { handler: a.b } }\n"))];
    assert_eq!((told(&beside).len(), problems(&beside)), (1, vec![]));
}
