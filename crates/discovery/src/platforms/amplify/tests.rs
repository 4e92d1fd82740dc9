//! Small made-up backends, one for each trap of reading them.

use lockstep_model::FileSet;

use super::*;
use crate::{platforms::aws_sam::AwsSam, testing};

const TEMPLATE: &str = r#"{"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {"s3Key": {"Type": "String"}},
  "Resources": {"LambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "index.handler",
    "Runtime": "nodejs20.x", "Layers": [{"Ref": "functionsharedArn"}],
    "Code": {"S3Bucket": {"Ref": "deploymentBucketName"}, "S3Key": {"Ref": "s3Key"}},
    "Environment": {"Variables": {"MODE": "x"}}}}}}"#;

const CONFIG: &str = r#"{"function": {"pay": {"service": "Lambda"}, "mail": {"service": "Lambda"},
    "gone": {"service": "Lambda"}, "shared": {"service": "LambdaLayer"}},
  "storage": {"orders": {"service": "DynamoDB"}, "photos": {"service": "S3",
    "dependsOn": [{"category": "function", "resourceName": "pay"}]}},
  "api": {"shop": {"service": "API Gateway", "dependsOn": [{"category": "function", "resourceName": "pay"}]}}}"#;

const PARAMETERS: &str = r#"{"permissions": {"storage": {"orders": ["create", "read"], "photos": ["read"]},
    "function": {"mail": ["read"]}, "api": {"graph": ["Query"]}},
  "lambdaLayers": [{"type": "ProjectLayer", "resourceName": "shared", "version": "1"}]}"#;

fn files() -> FileSet {
    FileSet::from_texts([
        ("app/amplify/backend/backend-config.json", CONFIG),
        ("app/amplify/backend/function/pay/pay-cloudformation-template.json", TEMPLATE),
        ("app/amplify/backend/function/pay/function-parameters.json", PARAMETERS),
        ("app/amplify/backend/function/pay/parameters.json", r#"{"CloudWatchRule": "rate(1 day)"}"#),
        ("app/amplify/backend/function/pay/src/index.js", ""),
        ("app/amplify/backend/function/mail/mail-cloudformation-template.json", TEMPLATE),
        ("app/amplify/backend/function/mail/parameters.json", r#"{"CloudWatchRule": "NONE"}"#),
        ("app/amplify/backend/function/mail/src/index.js", ""),
        ("app/amplify/backend/function/shared/lib/nodejs/x.js", ""),
        ("app/amplify/#current-cloud-backend/function/pay/pay-cloudformation-template.json", TEMPLATE),
        ("app/amplify/backend/auth/users/users-cloudformation-template.json", TEMPLATE),
        ("app/amplify/backend/custom/own/own-cloudformation-template.json", TEMPLATE),
        ("app/other/template.json", TEMPLATE),
    ])
}

#[test]
fn functions_are_called_and_found_by_their_folders() {
    let found = Amplify.declared(&files());
    let tell = |one: &Declared| {
        let handler = one.declaration.handler.as_deref().unwrap_or("-");
        format!("{}/{} {handler} {} {:?}", one.service, one.name, testing::code(one), one.runtime)
    };
    let mut told: Vec<String> = found.value.iter().map(tell).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "app/mail index.handler app/amplify/backend/function/mail:src Some(\"nodejs20.x\")",
            "app/pay index.handler app/amplify/backend/function/pay:src Some(\"nodejs20.x\")",
        ]
    );
    assert!(found.value.iter().all(|one| one.declaration.platform == NAME && one.environment["MODE"] == "x"));
    let said: Vec<&str> = found.problems.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "the function `gone` is configured, but has no template",
            "functions that Amplify writes for its own resources are not counted: 1 template",
        ]
    );
}

#[test]
fn what_joins_them_to_the_backend_is_read() {
    let found = Amplify.declared(&files()).value;
    assert_eq!(
        testing::uses(&found, "pay"),
        [
            "Calls function app#mail Own",
            "Read bucket app#photos Own",
            "Receives bucket app#photos Own",
            "Receives http app#shop Own",
            "Receives schedule app#pay Own",
            "Sends http app#graph Own",
            "Write table app#orders Own",
        ]
    );
    assert_eq!(testing::uses(&found, "mail"), Vec::<String>::new());
    let pay = found.iter().find(|one| one.name == "pay").unwrap();
    let layers: Vec<_> =
        pay.layers.iter().map(|layer| (layer.name.as_str(), layer.path.as_ref().unwrap().as_str())).collect();
    assert_eq!(layers, [("shared", "app/amplify/backend/function/shared/lib")]);
}

#[test]
fn no_template_is_read_twice() {
    let others = AwsSam.declared(&files()).value;
    let mut places: Vec<&str> = others.iter().map(|one| one.declaration.location.path.as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, ["app/amplify/backend/custom/own/own-cloudformation-template.json", "app/other/template.json"]);
}

/// `service/Name handler`, of a backend of the second generation.
fn second(files: &[(&str, &str)]) -> Vec<String> {
    let found = Amplify.declared(&FileSet::from_texts(files.iter().copied()));
    let tell =
        |one: &Declared| format!("{}/{} {}", one.service, one.name, one.declaration.handler.as_deref().unwrap_or("-"));
    let problems = found.problems.iter().map(|problem| problem.message.clone());
    found.value.iter().map(tell).chain(problems).collect()
}

#[test]
fn the_second_generation_names_functions_beside_their_files() {
    let backend = r#"
import { defineBackend } from "@aws-amplify/backend";
import { Function, Runtime, Code } from "aws-cdk-lib/aws-lambda";
import { auth } from "./auth/resource";
import { hello, report } from "./functions/hello/resource";
import { bird } from "./functions/bird/resource";
const backend = defineBackend({ auth, hello, report, bird });
const stack = backend.createStack("more");
new Function(stack, "custom", { runtime: Runtime.PYTHON_3_12, handler: "index.handler", code: Code.fromAsset("amplify/custom") });
"#;
    let hello = r#"
import { defineFunction } from "@aws-amplify/backend";
export const hello = defineFunction();
export const report = defineFunction({ entry: "./report.ts", schedule: "every day", environment: { A: "1" } });
export const unused = 3;
"#;
    let files = [
        ("web/amplify/backend.ts", backend),
        ("web/amplify/functions/hello/resource.ts", hello),
        (
            "web/amplify/functions/bird/resource.ts",
            "import { defineFunction } from '@aws-amplify/backend';\nimport { Function, Runtime, Code } from 'aws-cdk-lib/aws-lambda';\nimport path from 'node:path';\nexport const bird = defineFunction((scope) => new Function(scope, 'bird', { handler: 'main.run', runtime: Runtime.PYTHON_3_12, code: Code.fromAsset(path.join(__dirname, 'src')) }));",
        ),
        (
            "web/amplify/auth/resource.ts",
            "import { defineAuth } from '@aws-amplify/backend';\nimport { check } from './check/resource';\nexport const auth = defineAuth({ triggers: { preSignUp: check } });",
        ),
        (
            "web/amplify/auth/check/resource.ts",
            "import { defineFunction } from '@aws-amplify/backend';\nexport const check = defineFunction({ name: 'pre-sign-up' });",
        ),
        (
            "web/amplify/lost/resource.ts",
            "import { defineFunction } from '@aws-amplify/backend';\nexport const lost = defineFunction({ name: 'lost' });",
        ),
    ];
    let mut said = second(&files);
    said.sort();
    assert_eq!(
        said,
        [
            "web/bird main.run",
            "web/custom index.handler",
            "web/hello amplify/functions/hello/handler.ts#handler",
            "web/pre-sign-up amplify/auth/check/handler.ts#handler",
            "web/report amplify/functions/hello/report.ts#handler",
        ]
    );
    let found = Amplify.declared(&FileSet::from_texts(files.iter().copied())).value;
    assert_eq!(testing::uses(&found, "pre-sign-up"), ["Receives identity web#auth Own"]);
    assert_eq!(testing::uses(&found, "report"), ["Receives schedule web#report/schedule Own"]);
    assert_eq!(testing::code(found.iter().find(|one| one.name == "bird").unwrap()), ":web/amplify/functions/bird/src");
    let runtime = found.iter().find(|one| one.name == "custom").unwrap().runtime.clone();
    assert_eq!(runtime.as_deref(), Some("python3.12"));
}
