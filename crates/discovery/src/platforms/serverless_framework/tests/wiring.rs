//! What triggers functions and what they use: events, statements, destinations, environments, state machines.

use super::*;

const RESOURCES: &str = "resources:\n  Resources:\n    \
    Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: 'jobs-${sls:stage}' } }\n    \
    Alarms: { Type: AWS::SNS::Topic }\n    \
    Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: 'orders-${self:provider.stage}' } }\n    \
    Files: { Type: AWS::S3::Bucket }\n    \
    Clicks: { Type: AWS::Kinesis::Stream }\n    \
    Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop-bus } }\n";

/// A service whose function `f` has the lines `rest`, beside `g` and the resources above.
fn with(rest: &str) -> String {
    let indented: String = rest.lines().map(|line| format!("    {line}\n")).collect();
    service(&format!("functions:\n  g: {{ handler: c.d }}\n  f:\n    handler: a.b\n{indented}{RESOURCES}"))
}

fn used(rest: &str) -> Vec<String> {
    uses(&[("serverless.yml", &with(rest))], "f")
}

#[test]
fn each_event_is_a_channel() {
    for (event, expected) in [
        ("http: GET /orders", "http shop#ApiGatewayRestApi GET /orders"),
        ("http: { path: /orders/, method: post }", "http shop#ApiGatewayRestApi POST /orders"),
        ("http: { path: orders }", "http shop#ApiGatewayRestApi ANY /orders"),
        ("httpApi: 'GET /orders/{id}'", "http shop#HttpApi GET /orders/{id}"),
        ("httpApi: '*'", "http shop#HttpApi ANY /{proxy+}"),
        ("httpApi: { method: '*', path: /x }", "http shop#HttpApi ANY /x"),
        ("alb: { conditions: { path: /hello } }", "http shop#LoadBalancer ANY /hello"),
        ("websocket: $connect", "websocket $connect"),
        ("websocket: { route: send }", "websocket send"),
        ("sqs: !GetAtt Jobs.Arn", "queue shop#Jobs"),
        ("sqs: { arn: { Fn::GetAtt: [Jobs, Arn] }, batchSize: 1 }", "queue shop#Jobs"),
        ("sqs: arn:aws:sqs:eu-west-1:1234:other", "queue other"),
        ("sqs: 'arn:aws:sqs:eu-west-1:1234:jobs-${sls:stage}'", "queue shop#Jobs"),
        ("sqs: { arn: !ImportValue jobs-arn }", "queue import:jobs-arn"),
        ("sns: alarms", "topic alarms"),
        ("sns: { arn: !Ref Alarms, topicName: alarms }", "topic shop#Alarms"),
        ("sns: { topicName: alarms }", "topic alarms"),
        ("stream: { type: dynamodb, arn: !GetAtt Orders.StreamArn }", "stream shop#Orders"),
        ("stream: arn:aws:dynamodb:eu-west-1:1234:table/clicks/stream/1970", "stream clicks"),
        ("stream: { type: kinesis, arn: !GetAtt Clicks.Arn }", "stream shop#Clicks"),
        ("stream: arn:aws:kinesis:eu-west-1:1234:stream/clicks", "stream clicks"),
        ("kafka: { topic: paid }", "stream paid"),
        ("s3: uploads", "bucket uploads"),
        ("s3: { bucket: !Ref Files, event: 's3:ObjectCreated:*' }", "bucket shop#Files"),
        ("eventBridge: { pattern: { source: [shop], detail-type: [Paid, Sent] } }", "bus default shop/Paid|Sent"),
        ("eventBridge: { eventBus: !Ref Bus, pattern: { source: [shop] } }", "bus shop#Bus shop"),
        ("eventBridge: { eventBus: shop-bus, pattern: { detail-type: [Paid] } }", "bus shop#Bus /Paid"),
        ("eventBridge: { schedule: rate(1 day) }", "schedule shop#f/schedule"),
        ("schedule: rate(1 hour)", "schedule shop#f/schedule"),
        ("schedule: { rate: [cron(0 1 * * ? *)], enabled: false }", "schedule shop#f/schedule"),
        ("cloudwatchLog: /aws/lambda/x", "log /aws/lambda/x"),
        ("cognitoUserPool: { pool: customers, trigger: PreSignUp }", "identity customers"),
        ("iot: { sql: 'SELECT 1' }", "other shop#f/iot"),
        ("alexaSkill", "other shop#f/alexaSkill"),
    ] {
        assert_eq!(used(&format!("events:\n  - {event}")), [format!("Receives {expected} Own")], "{event}");
    }
}

#[test]
fn events_of_variables_and_several_events() {
    let text = service(
        "custom: { route: GET /orders, all: [{ sns: alarms }] }\nfunctions:\n  f: { handler: a.b, events: [{ httpApi: '${self:custom.route}' }, { sns: alarms }] }\n  g: { handler: a.b, events: '${self:custom.all}' }\n",
    );
    let files = [("serverless.yml", text.as_str())];
    assert_eq!(uses(&files, "f"), ["Receives http shop#HttpApi GET /orders Own", "Receives topic alarms Own"]);
    assert_eq!(uses(&files, "g"), ["Receives topic alarms Own"]);
}

#[test]
fn authorizers_and_destinations_are_called_or_sent_to() {
    for (rest, expected) in [
        ("events: [{ http: { path: x, method: get, authorizer: g } }]", "Calls authorizer shop#GLambdaFunction Own"),
        (
            "events: [{ http: { path: x, method: get, authorizer: { name: g } } }]",
            "Calls authorizer shop#GLambdaFunction Own",
        ),
        (
            "events: [{ http: { path: x, method: get, authorizer: { arn: !GetAtt GLambdaFunction.Arn } } }]",
            "Calls authorizer shop#GLambdaFunction Own",
        ),
        ("destinations: { onSuccess: g }", "Calls destination shop#GLambdaFunction Own"),
        ("destinations: { onFailure: { type: sqs, arn: !GetAtt Jobs.Arn } }", "Sends queue shop#Jobs Own"),
        ("onError: !Ref Alarms", "Sends topic shop#Alarms Own"),
    ] {
        let found = used(rest);
        assert!(found.iter().any(|line| line == expected), "{rest}: {found:?}");
    }
}

#[test]
fn statements_are_stores_channels_and_calls() {
    for (actions, resource, expected) in [
        ("'dynamodb:Query'", "!GetAtt Orders.Arn", "Read table shop#Orders Own"),
        ("['dynamodb:PutItem']", "!Sub '${Orders.Arn}/index/*'", "Write table shop#Orders Own"),
        ("'dynamodb:*'", "'arn:aws:dynamodb:*:*:table/orders-${self:provider.stage}'", "Write table shop#Orders Own"),
        ("'dynamodb:GetItem'", "'arn:aws:dynamodb:${aws:region}:*:table/customers'", "Read table customers Own"),
        ("'s3:GetObject'", "!Join ['', [!GetAtt Files.Arn, '/*']]", "Read bucket shop#Files Own"),
        ("'sqs:SendMessage'", "!GetAtt Jobs.Arn", "Sends queue shop#Jobs Own"),
        ("'sns:Publish'", "!Ref Alarms", "Sends topic shop#Alarms Own"),
        ("'events:PutEvents'", "!GetAtt Bus.Arn", "Sends bus shop#Bus Own"),
        ("'kinesis:PutRecord'", "arn:aws:kinesis:eu-west-1:1234:stream/clicks", "Sends stream clicks Own"),
        ("'lambda:InvokeFunction'", "!GetAtt GLambdaFunction.Arn", "Calls function shop#GLambdaFunction Own"),
        (
            "'lambda:InvokeFunction'",
            "'arn:aws:lambda:*:*:function:shop-${sls:stage}-g'",
            "Calls function shop#GLambdaFunction Own",
        ),
        ("'states:StartExecution'", "arn:aws:states:eu-west-1:1234:stateMachine:pay", "Calls state-machine pay Own"),
        ("'ssm:GetParameter'", "arn:aws:ssm:eu-west-1:1234:parameter/shop/key", "Read parameter /shop/key Own"),
    ] {
        let rest = format!("iamRoleStatements:\n  - {{ Effect: Allow, Action: {actions}, Resource: {resource} }}");
        assert_eq!(used(&rest), [expected], "{actions} {resource}");
    }
}

#[test]
fn statements_that_let_nobody_do_anything_say_nothing() {
    for statement in [
        "{ Effect: Deny, Action: 'dynamodb:PutItem', Resource: !GetAtt Orders.Arn }",
        "{ Effect: Allow, Action: 'dynamodb:PutItem', Resource: '*' }",
        "{ Effect: Allow, Action: 'lambda:InvokeFunction', Resource: 'arn:aws:logs:*:*:log-group:x' }",
        "{ Effect: Allow, Action: 'logs:PutLogEvents', Resource: !GetAtt Orders.Arn }",
    ] {
        let found = used(&format!("iamRoleStatements:\n  - {statement}"));
        assert!(found.is_empty(), "{statement}: {found:?}");
    }
}

#[test]
fn what_the_provider_grants_is_inherited_unless_a_function_has_its_own() {
    let statements = "[{ Effect: Allow, Action: 'dynamodb:GetItem', Resource: 'arn:aws:dynamodb:*:*:table/shared' }]";
    let own = "iamRoleStatements: [{ Effect: Allow, Action: 'sns:Publish', Resource: 'arn:aws:sns:*:*:alarms' }]";
    for place in
        [format!("iamRoleStatements: {statements}"), format!("iam: {{ role: {{ statements: {statements} }} }}")]
    {
        let text = format!(
            "service: shop\nprovider: {{ name: aws, {place} }}\nfunctions:\n  shared: {{ handler: a.b }}\n  alone: {{ handler: a.b, {own} }}\n  both: {{ handler: a.b, iamRoleStatementsInherit: true, {own} }}\n"
        );
        let files = [("serverless.yml", text.as_str())];
        assert_eq!(uses(&files, "shared"), ["Read table shared Inherited"], "{place}");
        assert_eq!(uses(&files, "alone"), ["Sends topic alarms Own"], "{place}");
        assert_eq!(uses(&files, "both"), ["Read table shared Inherited", "Sends topic alarms Own"], "{place}");
    }
}

#[test]
fn the_environment_names_what_is_used() {
    let rest = "environment: { TABLE: !Ref Orders, QUEUE: 'jobs-${sls:stage}', LEVEL: debug, TOPIC: !Ref Alarms }";
    let expected = ["Sends queue shop#Jobs Own", "Sends topic shop#Alarms Own", "Unknown table shop#Orders Own"];
    assert_eq!(used(rest), expected);
    let found = read(&[("serverless.yml", &with(rest))]).value;
    let f = found.iter().find(|one| one.name == "f").expect("f");
    assert_eq!(f.environment.get("LEVEL").map(String::as_str), Some("debug"));
}

#[test]
fn state_machines_call_functions() {
    let text = service(
        "functions: { first: { handler: a.b }, second: { handler: a.b }, third: { handler: a.b } }\nstepFunctions:\n  stateMachines:\n    pay:\n      definition:\n        StartAt: A\n        States:\n          A: { Type: Task, Resource: !GetAtt first.Arn, Next: B }\n          B: { Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: !GetAtt SecondLambdaFunction.Arn }, End: true }\n",
    );
    let files = [("serverless.yml", text.as_str())];
    assert_eq!(uses(&files, "first"), ["Receives state-machine shop#pay Own"]);
    assert_eq!(uses(&files, "second"), ["Receives state-machine shop#pay Own"]);
    assert!(uses(&files, "third").is_empty());
}

#[test]
fn services_know_each_others_things() {
    let owner = service(&format!(
        "functions: {{ a: {{ handler: a.b }} }}\n{RESOURCES}  Outputs:\n    JobsArn: {{ Value: !GetAtt Jobs.Arn, Export: {{ Name: 'jobs-arn-${{sls:stage}}' }} }}\n"
    ));
    let user = |arn: &str| {
        format!(
            "service: mail\nprovider: {{ name: aws }}\nfunctions: {{ m: {{ handler: a.b, events: [{{ sqs: {{ arn: {arn} }} }}] }} }}\n"
        )
    };
    for arn in [
        "'${cf:shop-${sls:stage}.JobsArn}'",
        "!ImportValue 'jobs-arn-${sls:stage}'",
        "'arn:aws:sqs:eu-west-1:1:jobs-${sls:stage}'",
    ] {
        let text = user(arn);
        let files = [("shop/serverless.yml", owner.as_str()), ("mail/serverless.yml", text.as_str())];
        assert_eq!(uses(&files, "m"), ["Receives queue shop#Jobs Own"], "{arn}");
    }
    let tables = format!("service: tables\nprovider: {{ name: aws }}\n{RESOURCES}");
    let files =
        [("tables/serverless.yml", tables.as_str()), ("mail/serverless.yml", &user("arn:aws:sqs:eu-west-1:1:jobs-*"))];
    assert_eq!(uses(&files, "m"), ["Receives queue tables#Jobs Own"]);
    let compose = "services:\n  shop: { path: shop }\n  mail: { path: mail, params: { jobs: '${shop.JobsArn}' } }\n";
    let text = user("'${param:jobs}'");
    let files = [("serverless-compose.yml", compose), ("shop/serverless.yml", &owner), ("mail/serverless.yml", &text)];
    assert_eq!(uses(&files, "m"), ["Receives queue shop#Jobs Own"]);
}

#[test]
fn layers_are_a_functions_own_or_the_providers() {
    let text = "service: shop\nprovider: { name: aws, layers: ['arn:aws:lambda:eu-west-1:1:layer:tools:3'] }\nlayers: { my-common: { path: layers/common } }\n\
                functions: { f: { handler: a.b }, g: { handler: a.b, layers: [{ Ref: MyDashcommonLambdaLayer }] } }\n";
    let found = read(&[("a/serverless.yml", text), ("a/layers/common/x.js", "")]).value;
    let shown = |name: &str| -> Vec<String> {
        let one = found.iter().find(|one| one.name == name).expect(name);
        let path = |layer: &lockstep_model::Layer| layer.path.as_ref().map_or("-".to_owned(), ToString::to_string);
        one.layers.iter().map(|layer| format!("{} {}", layer.name, path(layer))).collect()
    };
    assert_eq!(shown("f"), ["arn:aws:lambda:eu-west-1:1:layer:tools:3 -"]);
    assert_eq!(shown("g"), ["my-common a/layers/common"]);
}
