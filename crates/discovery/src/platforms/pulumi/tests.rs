//! Small made-up programs, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Pulumi, files)
}

/// `service/Name handler code`, and the problems.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let found = read(files);
    let tell = |one: &Declared| {
        let handler = one.declaration.handler.as_deref().unwrap_or("-");
        format!("{}/{} {handler} {}", one.service, one.name, testing::code(one))
    };
    let problems = found.problems.iter().map(|problem| problem.message.clone());
    let mut said: Vec<String> = found.value.iter().map(tell).collect();
    said.sort();
    said.into_iter().chain(problems).collect()
}

fn uses(files: &[(&str, &str)], name: &str) -> Vec<String> {
    testing::uses(&read(files).value, name)
}

#[test]
fn typescript_makes_functions_of_archives_and_closures() {
    let index = r#"
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as apigateway from "@pulumi/aws-apigateway";
import { work } from "./work";
const table = new aws.dynamodb.Table("orders", {});
const queue = new aws.sqs.Queue("queue");
const raw = new aws.lambda.Function("raw", {
  runtime: aws.lambda.Runtime.NodeJS20dX,
  handler: "index.run",
  code: new pulumi.asset.AssetArchive({ ".": new pulumi.asset.FileArchive("./app") }),
  environment: { variables: { TABLE: table.name, MODE: "x" } },
});
new aws.lambda.EventSourceMapping("map", { eventSourceArn: queue.arn, functionName: raw.arn });
const bucket = new aws.s3.Bucket("pictures");
bucket.onObjectCreated("thumbnail", new aws.lambda.CallbackFunction("thumb", { callback: work }));
queue.onEvent("drain", async (event) => { console.log(event); });
aws.cloudwatch.onSchedule("nightly", "rate(1 day)", () => {});
function make(name: string) { return new aws.lambda.Function(name, { handler: "x.y", s3Bucket: "b", s3Key: `${name}.zip` }); }
["a", "b"].forEach(make);
new apigateway.RestAPI("api", { routes: [
  { path: "orders", method: "GET", eventHandler: raw },
  { path: "/ping", method: "POST", eventHandler: async () => ({ statusCode: 200 }) },
  { path: "static", localPath: "www" },
] });
"#;
    let files = [
        ("shop/Pulumi.yaml", "name: shop\nruntime: nodejs\n"),
        ("shop/index.ts", index),
        ("shop/work.ts", "export const work = async (event) => {};"),
        ("shop/app/index.js", "exports.run = () => 1;"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/a x.y artifact a.zip",
            "shop/api-POST-ping index.ts shop:.",
            "shop/b x.y artifact b.zip",
            "shop/drain index.ts shop:.",
            "shop/nightly index.ts shop:.",
            "shop/raw index.run :shop/app",
            "shop/thumb work.ts#work shop:.",
        ]
    );
    assert_eq!(
        uses(&files, "raw"),
        ["Receives http shop#api GET /orders Own", "Receives queue shop#queue Own", "Unknown table shop#orders Own"]
    );
    assert_eq!(uses(&files, "thumb"), ["Receives bucket shop#pictures Own"]);
    assert_eq!(uses(&files, "drain"), ["Receives queue shop#queue Own"]);
    assert_eq!(uses(&files, "nightly"), ["Receives schedule shop#nightly/schedule Own"]);
    let found = read(&files).value;
    let raw = found.iter().find(|one| one.name == "raw").unwrap();
    assert_eq!(raw.runtime.as_deref(), Some("nodejs20.x"));
    assert_eq!(&index[raw.declaration.location.span()], "\"raw\"");
}

#[test]
fn python_names_its_arguments() {
    let main = r#"
import pulumi
import pulumi_aws as aws
from pulumi_gcp import cloudfunctions, storage
table = aws.dynamodb.Table("orders")
api = aws.lambda_.Function("api", runtime=aws.lambda_.Runtime.PYTHON3D12, handler="hello.handler",
    code=pulumi.AssetArchive({".": pulumi.FileArchive("./hello")}),
    environment=aws.lambda_.FunctionEnvironmentArgs(variables={"TABLE": table.name, "A": "1"}))
archive = storage.BucketObject("zip", bucket="b", source=pulumi.FileArchive("./cloud"))
cloud = cloudfunctions.Function("cloud", runtime="python312", entry_point="run", source_archive_object=archive.name)
"#;
    let files = [
        ("Pulumi.yaml", "name: shop\nruntime:\n  name: python\nmain: infra/\n"),
        ("infra/__main__.py", main),
        ("infra/hello/hello.py", "def handler(e, c): ..."),
        ("infra/cloud/main.py", "def run(r): ..."),
    ];
    assert_eq!(told(&files), ["shop/api hello.handler :infra/hello", "shop/cloud main.run :infra/cloud"]);
    assert_eq!(uses(&files, "api"), ["Unknown table shop#orders Own"]);
    let found = read(&files).value;
    let api = found.iter().find(|one| one.name == "api").unwrap();
    assert_eq!((api.runtime.as_deref(), api.environment.len()), (Some("python3.12"), 1));
}

#[test]
fn yaml_is_read_as_it_stands() {
    let text = "name: shop\nruntime: yaml\nresources:\n  role: { type: aws:iam:Role }\n  pay:\n    type: aws:lambda:Function\n    properties:\n      runtime: nodejs22.x\n      handler: index.handler\n      role: ${role.arn}\n      code:\n        fn::fileArchive: ./app\n  image:\n    type: aws:lambda/function:Function\n    properties: { packageType: Image, imageUri: '${x}' }\n";
    let files = [("shop/Pulumi.yaml", text), ("shop/app/index.js", "")];
    assert_eq!(told(&files), ["shop/image - image -", "shop/pay index.handler shop:./app"]);
    let found = read(&files).value;
    assert_eq!(&text[found[0].declaration.location.span()], "pay");
}

#[test]
fn what_is_not_read_is_said() {
    let cases = [
        (
            vec![("Pulumi.yaml", "name: x\nruntime: go\n"), ("main.go", "lambda.NewFunction(ctx)")],
            "programs of Pulumi in Go",
        ),
        (vec![("Pulumi.yaml", "name: x\nruntime: go\n"), ("main.go", "s3.NewBucket(ctx)")], ""),
        (vec![("Pulumi.yaml", "name: x\nruntime: nodejs\n")], "the program of this project was not found"),
    ];
    for (files, expected) in cases {
        let said = told(&files).join("\n");
        assert!(said.starts_with(expected) && (said.is_empty() == expected.is_empty()), "{said}");
    }
    let broken = read(&[("Pulumi.yaml", "name: [\n")]);
    assert!(matches!(broken.problems.as_slice(), [problem] if problem.kind == ProblemKind::InvalidManifest));
}
