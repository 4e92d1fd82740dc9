//! Apps in small: what is found in them, and what is not.

use lockstep_model::FileSet;

use super::*;
use crate::{
    assemble::assemble,
    testing::{code, uses},
};

fn read(files: &[(&str, &str)]) -> Vec<Declared> {
    let set = FileSet::from_texts(files.iter().copied());
    let found = AwsCdk.declared(&set);
    let problems: Vec<&str> = found.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(problems, Vec::<&str>::new());
    found.value
}

/// `service/name code handler`, a line each.
fn lines(found: &[Declared]) -> Vec<String> {
    found
        .iter()
        .map(|one| {
            let handler = one.declaration.handler.as_deref().unwrap_or("-");
            format!("{}/{} {} {handler}", one.service, one.name, code(one))
        })
        .collect()
}

const JSON: &str = "{ \"app\": \"npx ts-node --prefer-ts-exts bin/app.ts\" }";

#[test]
fn every_kind_of_construct_says_where_its_code_is() {
    let stack = "import * as lambda from 'aws-cdk-lib/aws-lambda'; import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';\n\
        import { App, Stack, aws_lambda, aws_events_targets as targets } from 'aws-cdk-lib'; import * as path from 'path';\n\
        import { PythonFunction } from '@aws-cdk/aws-lambda-python-alpha'; import { GoFunction } from '@aws-cdk/aws-lambda-go-alpha';\n\
        import { RustFunction } from 'cargo-lambda-cdk';\n\
        const stack = new Stack(new App(), 'Pay');\n\
        new lambda.Function(stack, 'Zip', { code: lambda.Code.fromAsset(path.join(__dirname, '../src')), handler: 'zip.main', runtime: lambda.Runtime.NODEJS_22_X });\n\
        new NodejsFunction(stack, 'Node', { entry: 'src/node.ts' });\n\
        new NodejsFunction(stack, 'beside');\n\
        new PythonFunction(stack, 'Py', { entry: './py', index: 'm.py', handler: 'go', runtime: aws_lambda.Runtime.PYTHON_3_12 });\n\
        new GoFunction(stack, 'Go', { entry: 'go/cmd' });\n\
        new RustFunction(stack, 'Rust', { manifestPath: 'rust/Cargo.toml', binaryName: 'pay' });\n\
        new lambda.DockerImageFunction(stack, 'Image', { code: lambda.DockerImageCode.fromImageAsset('image', { cmd: ['a.b'] }) });\n\
        new lambda.Function(stack, 'Inline', { code: lambda.Code.fromInline('exports.x = 1'), handler: 'index.x', runtime: lambda.Runtime.NODEJS_22_X });\n\
        new lambda.Function(stack, 'Bucket', { code: lambda.Code.fromBucket(b, `${process.env.STAGE}/pay.zip`), handler: 'x.y', runtime: lambda.Runtime.JAVA_21 });\n\
        new targets.LambdaFunction(lambda.Function.fromFunctionName(stack, 'Other', 'other'));\n";
    let found = read(&[
        ("pay/cdk.json", JSON),
        ("pay/bin/app.ts", stack),
        ("pay/bin/app.beside.ts", "export const handler = 1"),
        ("pay/src/node.ts", "export const handler = 1"),
    ]);
    assert_eq!(
        lines(&found),
        [
            "Pay/Bucket artifact */pay.zip x.y",
            "Pay/Go pay:go/cmd -",
            "Pay/Image image image -",
            "Pay/Inline inline index.x",
            "Pay/Node pay:. src/node.ts#handler",
            "Pay/Py pay:py m.go",
            "Pay/Rust pay:rust -",
            "Pay/Zip pay:src zip.main",
            "Pay/beside pay:. bin/app.beside.ts#handler",
        ]
    );
    let runtime = |name: &str| found.iter().find(|one| one.name == name).unwrap().runtime.clone().unwrap_or_default();
    assert_eq!([runtime("Zip"), runtime("Py"), runtime("Bucket")], ["nodejs22.x", "python3.12", "java21"]);
    assert_eq!(found.iter().find(|one| one.name == "Rust").unwrap().build.binary.as_deref(), Some("pay"));
}

/// A stack whose functions come from a wrapper, in two stages.
const WRAPPED: [(&str, &str); 6] = [
    ("src/create.ts", "export const handler = 1"),
    ("src/get.ts", "export const handler = 1"),
    ("cdk.json", JSON),
    (
        "bin/app.ts",
        "import { App } from 'aws-cdk-lib'; import { OrdersStack } from '../lib/orders';\nconst app = new App();\n\
         for (const stage of ['CODE', 'PROD']) new OrdersStack(app, `orders-${stage}`, { stage });\n",
    ),
    (
        "lib/orders.ts",
        "import { Stack } from 'aws-cdk-lib'; import { Table } from 'aws-cdk-lib/aws-dynamodb'; import { Api } from './api';\n\
         export class OrdersStack extends Stack { constructor(scope: any, id: string, props: any) { super(scope, id, props);\n\
         const table = new Table(this, 'Orders'); const common = { table, memorySize: 256 };\n\
         new Api(this, 'create', { entry: 'src/create.ts', method: 'POST', ...common });\n\
         new Api(this, 'get', { entry: 'src/get.ts', method: 'GET', ...common });\n} }\n",
    ),
    (
        "lib/api.ts",
        "import { Construct } from 'constructs'; import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';\n\
         import { RestApi, LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';\n\
         export class Api extends Construct { constructor(scope: any, id: string, props: any) { super(scope, id);\n\
         const { table, method, ...rest } = props;\n\
         const fn = new NodejsFunction(this, 'Function', { functionName: `${id}-${process.env.STAGE}`, environment: { TABLE: table.tableName, MODE: 'x' }, ...rest });\n\
         table.grantReadWriteData(fn);\n\
         new RestApi(this, 'Rest').root.addResource('orders').addResource('{id}').addMethod(method, new LambdaIntegration(fn)); } }\n",
    ),
];

#[test]
fn wrappers_are_judged_at_their_calls_and_stages_are_one_function() {
    let found = read(&WRAPPED);
    assert_eq!(lines(&found), ["OrdersStack/create :. src/create.ts#handler", "OrdersStack/get :. src/get.ts#handler"]);
    let places: Vec<String> = found
        .iter()
        .map(|one| format!("{}:{}", one.declaration.location.path, one.declaration.location.line))
        .collect();
    assert_eq!(places, ["lib/orders.ts:4", "lib/orders.ts:5"]);
    let text = WRAPPED[4].1;
    let declared = &found[0].declaration;
    assert_eq!(&text[declared.location.span()], "new Api(this, 'create'");
    assert!(text[..declared.block_end as usize].ends_with("...common })"));
    assert_eq!(
        uses(&found, "create"),
        [
            "Receives http OrdersStack#create/Rest POST /orders/{id} Own",
            "Unknown table OrdersStack#Orders Own",
            "Write table OrdersStack#Orders Own",
        ]
    );
    assert_eq!(found[0].environment.get("MODE").map(String::as_str), Some("x"));
    assert_eq!(found[0].environment.get("AWS_LAMBDA_FUNCTION_NAME").map(String::as_str), Some("create-*"));
}

#[test]
fn stacks_of_one_class_for_different_things_are_told_apart() {
    let app = "import { App, Stack } from 'aws-cdk-lib'; import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';\n\
        class Service extends Stack { constructor(scope: any, id: string, entry: string) { super(scope, id); new NodejsFunction(this, 'Main', { entry }); } }\n\
        const app = new App(); new Service(app, 'orders-prod', 'orders/x.ts'); new Service(app, 'billing-prod', 'billing/x.ts');\n";
    assert_eq!(
        lines(&read(&[("cdk.json", JSON), ("bin/app.ts", app), ("orders/x.ts", ""), ("billing/x.ts", "")])),
        ["billing/Main :. billing/x.ts#handler", "orders/Main :. orders/x.ts#handler"]
    );
}

#[test]
fn a_stage_in_an_id_makes_no_other_function_and_another_call_does() {
    let app = "import { App, Stack } from 'aws-cdk-lib'; import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';\n\
        const stack = new Stack(new App(), 'send'); const make = (id: string) => new NodejsFunction(stack, id, { entry: 'x.ts' });\n\
        for (const stage of ['dev', 'prod']) { new NodejsFunction(stack, `mail-${stage}`, { entry: 'x.ts' }); }\n\
        make('android'); make('android-beta');\n";
    assert_eq!(
        lines(&read(&[("cdk.json", JSON), ("bin/app.ts", app), ("x.ts", "")])),
        ["send/android :. x.ts#handler", "send/android-beta :. x.ts#handler", "send/mail :. x.ts#handler"]
    );
}

#[test]
fn what_constructs_say_of_functions() {
    let app = "import { App, Stack, Duration } from 'aws-cdk-lib'; import * as lambda from 'aws-cdk-lib/aws-lambda'; import * as s3 from 'aws-cdk-lib/aws-s3';\n\
        import * as sqs from 'aws-cdk-lib/aws-sqs'; import * as sns from 'aws-cdk-lib/aws-sns'; import * as events from 'aws-cdk-lib/aws-events'; import * as iam from 'aws-cdk-lib/aws-iam';\n\
        import * as targets from 'aws-cdk-lib/aws-events-targets'; import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';\n\
        import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'; import * as n from 'aws-cdk-lib/aws-s3-notifications';\n\
        import * as sfn from 'aws-cdk-lib/aws-stepfunctions'; import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';\n\
        import { Construct } from 'constructs'; class Nested extends Construct { fn: any; constructor(scope: any, id: string) { super(scope, id); this.fn = new lambda.Function(this, 'Fn', { code: lambda.Code.fromAsset('src'), handler: 'e.h' }); } }\n\
        const stack = new Stack(new App(), 's'); const role = new iam.Role(stack, 'Role', {});\n\
        const fn = (id: string, more = {}) => new lambda.Function(stack, id, { code: lambda.Code.fromAsset('src'), handler: `${id}.h`, runtime: lambda.Runtime.NODEJS_22_X, ...more });\n\
        const a = fn('a', { environment: { OTHER: 'x', FN: fn('c').functionName }, deadLetterQueue: new sqs.Queue(stack, 'Dead') }); const b = fn('b', { role }); fn('d', { role });\n\
        const queue = new sqs.Queue(stack, 'Jobs'); a.addEventSource(new SqsEventSource(queue)); queue.grantSendMessages(b.role);\n\
        new events.Rule(stack, 'Nightly', { schedule: events.Schedule.rate(Duration.days(1)), targets: [new targets.LambdaFunction(a)] });\n\
        const rule = new events.Rule(stack, 'Placed', { eventPattern: { source: ['shop'], detailType: ['OrderPlaced'] } }); rule.addTarget(new targets.LambdaFunction(b));\n\
        sns.Topic.fromTopicArn(stack, 'T', 'arn:aws:sns:eu-west-1:1:news').addSubscription(new LambdaSubscription(a));\n\
        new s3.Bucket(stack, 'Files').addEventNotification(s3.EventType.OBJECT_CREATED, new n.LambdaDestination(b.currentVersion));\n\
        a.grantInvoke(b); const nested = new Nested(stack, 'Inner'); nested.fn.grantInvoke(b); role.addToPolicy(new iam.PolicyStatement({ actions: ['dynamodb:GetItem', 'logs:*'], resources: ['arn:aws:dynamodb:*:*:table/prices'] }));\n\
        const one = new tasks.LambdaInvoke(stack, 'One', { lambdaFunction: a }); one.next(new tasks.LambdaInvoke(stack, 'Two', { lambdaFunction: b }));\n\
        new sfn.StateMachine(stack, 'Flow', { definitionBody: sfn.DefinitionBody.fromChainable(one) });\n";
    let found = read(&[("cdk.json", JSON), ("bin/app.ts", app)]);
    assert_eq!(
        uses(&found, "a"),
        [
            "Receives queue s#Jobs Own",
            "Receives schedule s#Nightly Own",
            "Receives state-machine s#Flow Own",
            "Receives topic news Own",
            "Sends queue s#Dead Own",
        ]
    );
    assert_eq!(
        uses(&found, "b"),
        [
            "Calls function s#Inner Own",
            "Calls function s#a Own",
            "Read table prices Inherited",
            "Receives bucket s#Files Own",
            "Receives bus default shop/OrderPlaced Own",
            "Receives state-machine s#Flow Own",
            "Sends queue s#Jobs Own",
        ]
    );
    let a = found.iter().find(|one| one.name == "a").unwrap();
    assert_eq!(a.environment.get("FN").map(String::as_str), Some("s#c"));
    let set =
        FileSet::from_texts([("src/a.ts", ""), ("src/b.ts", ""), ("src/c.ts", ""), ("src/d.ts", ""), ("src/e.ts", "")]);
    let functions = assemble(found, &set, &crate::Anew).0;
    let b = functions.iter().find(|one| one.name == "b").unwrap();
    let called: Vec<String> = b.invokes.iter().filter_map(|call| Some(call.function.as_ref()?.to_string())).collect();
    assert_eq!(called, ["s/Inner", "s/a"]);
}

#[test]
fn python_apps_are_read_alike() {
    let found = read(&[
        ("infra/cdk.json", "{\"app\": \"python3 app.py\"}"),
        (
            "infra/app.py",
            "from aws_cdk import App\nfrom stacks.replay import ReplayStack\n\napp = App()\nReplayStack(app, 'replay')\napp.synth()\n",
        ),
        (
            "infra/stacks/replay.py",
            "from aws_cdk import Stack, aws_lambda as _lambda, aws_dynamodb as ddb\nSOURCE = '../runtime'\n\n\nclass ReplayStack(Stack):\n    \
             def __init__(self, scope, construct_id, **kwargs):\n        super().__init__(scope, construct_id, **kwargs)\n        \
             self.table = ddb.Table.from_table_name(self, 'T', 'replays')\n        \
             for name in ('Create', 'Delete'):\n            fn = _lambda.Function(self, f'Replay{name}', code=_lambda.Code.from_asset(f'{SOURCE}/'),\n                \
             runtime=_lambda.Runtime.PYTHON_3_11, handler=f'replay.{name}', environment={'TABLE': self.table.table_name})\n            \
             self.table.grant_read_data(fn)\n",
        ),
        ("runtime/replay.py", "def Create(event, context):\n    pass\n"),
    ]);
    assert_eq!(
        lines(&found),
        [
            "ReplayStack/ReplayCreate infra:../runtime replay.Create",
            "ReplayStack/ReplayDelete infra:../runtime replay.Delete"
        ]
    );
    assert_eq!(uses(&found, "ReplayCreate"), ["Read table replays Own", "Unknown table replays Own"]);
    // Two functions of one loop stand at their own words.
    let columns: Vec<u32> = found.iter().map(|one| one.declaration.location.column).collect();
    assert_ne!(columns[0], columns[1]);
}

#[test]
fn libraries_of_constructs_and_projen_are_read_without_an_app() {
    let found = read(&[
        ("package.json", "{}"),
        (
            "src/hub.ts",
            "import { Construct } from 'constructs'; import { Stack } from 'aws-cdk-lib'; import { Ingest as Handler } from './ingest'; import { Gone } from './gone';\n\
             export class Hub extends Construct { constructor(scope: any, id: string, props: any = {}) { super(scope, id);\n\
             if (props.ingest) new Handler(new Construct(this, 'Ingestion'), 'Default'); new Gone(this, 'Gone', {}); } }\n",
        ),
        (
            "src/ingest.ts",
            "import * as lambda from 'aws-cdk-lib/aws-lambda'; import * as path from 'path';\n\
             export class Ingest extends lambda.Function { constructor(scope: any, id: string) { super(scope, id, { handler: 'index.handler',\n\
             runtime: lambda.Runtime.NODEJS_22_X, code: lambda.Code.fromAsset(path.join(__dirname, '/ingest.lambda.bundle')) }); } }\n",
        ),
        (
            "src/source.ts",
            "import { Forward } from './forward'; import type { Construct } from 'constructs'; import { Stack } from 'aws-cdk-lib';\n\
             export class Source { constructor(private readonly props: any) {} bind(scope: Construct) { new Forward(scope, `${this.props.id}/Forwarder`, {}); } }\n",
        ),
        ("src/forward.lambda.ts", "export const handler = 1"),
        ("src/ingest.lambda.ts", "export const handler = 1"),
        ("src/gone.lambda.ts", "export const handler = 1"),
    ]);
    assert_eq!(
        lines(&found),
        [
            "hub/Gone :. src/gone.lambda.ts#handler",
            "hub/Ingestion :. src/ingest.lambda.ts#handler",
            "source/Forwarder :. src/forward.lambda.ts#handler"
        ]
    );
}

#[test]
fn apps_that_no_manifest_names_and_code_that_scripts_bundle() {
    let found = read(&[
        ("pay/requirements.txt", "aws-cdk-lib"),
        (
            "pay/app.py",
            "import aws_cdk as cdk\nfrom pay.stack import PayStack\napp = cdk.App()\nPayStack(app, 'PayStack')\napp.synth()\n",
        ),
        (
            "pay/pay/stack.py",
            "import aws_cdk as cdk\nfrom aws_cdk import aws_lambda as lambda_\n\nclass PayStack(cdk.Stack):\n    \
             def __init__(self, scope, construct_id, **kwargs):\n        super().__init__(scope, construct_id, **kwargs)\n        \
             lambda_.Function(self, f'{construct_id}-charge', code=lambda_.Code.from_asset('src'), handler='m.h', runtime=lambda_.Runtime.PYTHON_3_12)\n",
        ),
        ("cdk.json", JSON),
        (
            "bin/app.ts",
            "import { App, Stack } from 'aws-cdk-lib'; import { Code } from 'aws-cdk-lib/aws-lambda'; import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';\n\
             new NodejsFunction(new Stack(new App(), 'Built'), 'Refund', { code: Code.fromCustomCommand('out/refund', ['node', 'build.js']), handler: 'index.main' });\n",
        ),
        (
            "build.js",
            "require('esbuild').build({ entryPoints: ['./src/refund.ts'], outfile: 'out/refund/index.js' }).catch(() => process.exit(1));",
        ),
        ("src/refund.ts", "export const main = 1"),
    ]);
    assert_eq!(lines(&found), ["Built/Refund :. src/refund.ts#main", "PayStack/PayStack-charge pay:src m.h"]);
    // The id holds the stack's own, which is written where the stack is made: the function is declared by its own call.
    assert_eq!(found[1].declaration.location.path.as_str(), "pay/pay/stack.py");
}

#[test]
fn what_cannot_be_followed_is_named() {
    let set = FileSet::from_texts([
        ("java/cdk.json", "{\"app\": \"mvn -e -q compile exec:java\"}"),
        ("lost/cdk.json", "{\"app\": \"npx ts-node bin/lost.ts\"}"),
        ("bad/cdk.json", "{"),
        ("gone/cdk.json", "{\"app\": \"python3 app.py\"}"),
        ("gone/app.py", "from aws_cdk import App\nfrom gone.stack import GoneStack\nGoneStack(App(), 'x')\n"),
    ]);
    let messages: Vec<String> = AwsCdk.declared(&set).problems.into_iter().map(|problem| problem.message).collect();
    assert_eq!(
        messages,
        [
            "`cdk.json` cannot be read",
            "AWS CDK apps in Java are not read: the functions they declare are not checked",
            "the program of this CDK app was not found: the functions it declares are not checked",
            "the stack `GoneStack` comes from `gone.stack`, which is not in the repository: functions it declares are not checked",
        ]
    );
}
