//! Small made-up templates, one for each trap of reading them.

use lockstep_diagnostics::{Partial, ProblemKind};
use lockstep_model::FileSet;

use super::*;
use crate::{platform::CodeSource, testing};

/// Paths and texts.
type Files<'a> = &'a [(&'a str, &'a str)];

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    AwsSam.declared(&FileSet::from_texts(files.iter().copied()))
}

/// `service/Name handler code`, sorted.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let mut all: Vec<String> = read(files).value.iter().map(tell).collect();
    all.sort();
    all
}

fn tell(one: &Declared) -> String {
    let code = testing::code(one);
    format!("{}/{} {} {code}", one.service, one.name, one.declaration.handler.as_deref().unwrap_or("-"))
}

/// What the function `name` uses, as `word kind key strength`, sorted.
fn uses(files: &[(&str, &str)], name: &str) -> Vec<String> {
    testing::uses(&read(files).value, name)
}

const SAM: &str = "Transform: AWS::Serverless-2016-10-31\n";

#[test]
fn templates_are_known_by_what_they_hold() {
    let function = "{Type: AWS::Lambda::Function, Properties: {Handler: a.b, Code: src}}";
    let yaml = format!("Resources:\n    F: {function}\n");
    let cases = [
        ("pay/cfn.yaml", yaml.clone(), 1),
        ("pay/any.yml", yaml.replace("AWS::Lambda::Function", "'AWS::Lambda::Function'"), 1),
        ("pay/x.template", yaml.clone(), 1),
        (
            "pay/x.json",
            r#"{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "src"}}}}"#.into(),
            1,
        ),
        ("pay/x.template", r#"{"Resources": {"F": {"Type": "AWS::Serverless::Function"}}}"#.into(), 1),
        ("pay/bom.yaml", format!("\u{feff}{yaml}"), 1),
        ("pay/crlf.yaml", yaml.replace('\n', "\r\n"), 1),
        (
            "pay/list.yaml",
            format!("Transform:\n  - AWS::LanguageExtensions\n  - AWS::Serverless-2016-10-31\n{yaml}"),
            1,
        ),
        ("pay/notes.md", yaml.clone(), 0),
        ("pay/version.yaml", yaml.replace("Function,", "Version,"), 0),
        ("pay/docs.yaml", "text: AWS::Lambda::Function in Resources\n".into(), 0),
        ("pay/list.json", r#"["AWS::Lambda::Function", "Resources"]"#.into(), 0),
    ];
    for (path, text, expected) in cases {
        let found = read(&[(path, &text)]);
        assert_eq!(found.value.len(), expected, "{path} {text}");
        assert_eq!(found.problems, [], "{path}");
    }
}

#[test]
fn places_are_those_of_the_logical_ids() {
    let text = "# ü\nResources:\n  Other: {Type: AWS::SQS::Queue}\n  Fünf:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code: {ZipFile: x}\n\n  Last: {Type: AWS::SQS::Queue}\n";
    let found = read(&[("a/t.yaml", text)]).value;
    let said = &found[0].declaration;
    assert_eq!((said.location.line, said.location.column), (4, 3));
    assert_eq!(&text[said.location.span()], "Fünf");
    assert!(text[..said.block_end as usize].ends_with("ZipFile: x}"), "{}", &text[..said.block_end as usize]);
    assert_eq!((said.platform, &found[0].code), ("cloudformation", &CodeSource::Inline));
}

#[test]
fn globals_are_inherited_as_sam_does() {
    let text = format!(
        "{SAM}Globals:\n  Function: {{Handler: main.go, Runtime: python3.12, CodeUri: shared, Role: x, Layers: [!Ref L1], Environment: {{Variables: {{A: '1', B: '1'}}}}}}\nResources:\n  L1: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: layers/one}}}}\n  One: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: one, Layers: [!Ref L2], Environment: {{Variables: {{B: '2'}}}}}}}}\n  Two: {{Type: AWS::Serverless::Function}}\n  Three: {{Type: AWS::Serverless::Function, IgnoreGlobals: [CodeUri, Layers], Properties: {{Handler: own.x}}}}\n  Raw: {{Type: AWS::Lambda::Function, Properties: {{Code: raw}}}}\n  L2: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: ../layers/two}}}}\n"
    );
    let files = [("pay/template.yaml", text.as_str()), ("pay/layers/one/x.py", ""), ("layers/two/x.py", "")];
    assert_eq!(
        told(&files),
        ["pay/One main.go pay:one", "pay/Raw - pay:raw", "pay/Three own.x pay:.", "pay/Two main.go pay:shared",]
    );
    let found = read(&files).value;
    let one = found.iter().find(|one| one.name == "One").unwrap();
    let layers: Vec<String> = one.layers.iter().map(|layer| format!("{} {:?}", layer.name, layer.path)).collect();
    assert_eq!(layers, ["pay#L1 Some(\"pay/layers/one\")", "pay#L2 Some(\"layers/two\")"]);
    let environment: Vec<_> = one.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!((environment, one.runtime.as_deref()), (vec!["A=1".into(), "B=2".into()], Some("python3.12")));
}

#[test]
fn code_comes_from_many_places() {
    let cases = [
        ("CodeUri: src/", "t:src/"),
        ("CodeUri: s3://bucket/key.zip", "artifact s3://bucket/key.zip"),
        ("CodeUri: {Bucket: b, Key: !Sub 'x/${Stage}/pay.jar'}", "artifact x/*/pay.jar"),
        ("CodeUri: build/pay.zip", "artifact build/pay.zip"),
        ("CodeUri: ready.zip", "t:ready.zip"),
        ("CodeUri: !Ref Folder", "t:given"),
        ("CodeUri: !Ref Stage", "only a deployment tells where the code is: `*`"),
        ("InlineCode: x", "inline"),
        ("PackageType: Image", "image ./app"),
        ("ImageUri: !Sub '${AWS::AccountId}/pay'", "image ./app"),
        ("Timeout: 3", "t:."),
    ];
    for (said, expected) in cases {
        let text = format!(
            "{SAM}Parameters:\n  Stage: {{Type: String}}\n  Folder: {{Type: String, Default: given}}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Metadata: {{DockerContext: ./app}}\n    Properties:\n      {said}\n"
        );
        let told = told(&[("t/a.yaml", &text), ("t/ready.zip", "")]);
        assert_eq!(told, [format!("t/F - {expected}")], "{said}");
    }
}

#[test]
fn builds_are_read_from_metadata() {
    let text = format!(
        "{SAM}Resources:\n  Mk: {{Type: AWS::Serverless::Function, Metadata: {{BuildMethod: makefile}}}}\n  Es: {{Type: AWS::Serverless::Function, Metadata: {{BuildMethod: esbuild, BuildProperties: {{EntryPoints: [a.ts]}}}}}}\n  Rs: {{Type: AWS::Serverless::Function, Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: pay}}}}}}\n"
    );
    let found = read(&[("t/a.yaml", &text)]).value;
    let build = |name: &str| found.iter().find(|one| one.name == name).unwrap();
    assert_eq!(build("Mk").build.make_target.as_deref(), Some("build-Mk"));
    assert_eq!(build("Es").build.entry_points, ["a.ts"]);
    assert_eq!(build("Es").style, crate::platform::HandlerStyle::Bundler);
    assert_eq!(build("Rs").build.binary.as_deref(), Some("pay"));
}

#[test]
fn fragments_belong_to_the_parent_they_are_merged_into() {
    let parent = format!("{SAM}Globals: {{Function: {{Handler: g.h}}}}\nParameters: {{Env: {{Type: String}}}}\n");
    let a = "Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: a, Policies: [!Ref P]}}}\n";
    let b = "Resources: {B: {Type: AWS::Serverless::Function, Properties: {CodeUri: b}}}\n";
    let policies = "Resources:\n  T: {Type: AWS::DynamoDB::Table}\n  P: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt T.Arn}}}}\n";
    let alone = format!("{SAM}Resources: {{A: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: c}}}}}}\n");
    let files = [
        ("ci/auth/parent.yaml", parent.as_str()),
        ("ci/auth/function/a.yaml", a),
        ("ci/auth/function/b.yaml", b),
        ("ci/auth/policies.yaml", policies),
        ("template.yaml", alone.as_str()),
    ];
    assert_eq!(told(&files), ["auth/A g.h ci/auth/function:a", "auth/B g.h ci/auth/function:b", "template/A - :c"]);
    assert_eq!(uses(&files, "A").first().map(String::as_str), Some("Write table auth#T Own"));
    let orphan = [("x/function/a.yaml", a)];
    assert_eq!(told(&orphan), ["function/A - x/function:a"], "a fragment without a parent still declares");
}

#[test]
fn services_are_named_after_stacks() {
    let text = "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: x}}}\n";
    let table = "Resources: {T: {Type: AWS::DynamoDB::Table}}\n";
    let config =
        "version = 0.1\n[prod.deploy.parameters]\nstack_name = 'p'\n[default.deploy.parameters]\nstack_name = 'shop'\n";
    let cases: [(Files<'_>, &[&str]); 6] = [
        (&[("orders/template.yaml", text), ("orders/tables.yaml", table)], &["orders"]),
        (&[("deploy/core.yml", text), ("deploy/logs-template.yml", text)], &["core", "logs"]),
        (&[("orders/infra/template.yaml", text)], &["orders"]),
        (&[("template.yaml", text), ("samconfig.toml", config)], &["shop"]),
        (&[("pay-template.yaml", text)], &["pay"]),
        (&[("a/pay/t.yaml", text), ("b/pay/t.yaml", text)], &["a/pay", "b/pay"]),
    ];
    for (files, expected) in cases {
        let mut services: Vec<String> = read(files).value.into_iter().map(|one| one.service).collect();
        services.sort();
        assert_eq!(services, expected);
    }
}

#[test]
fn copies_are_left_out_only_where_their_source_is() {
    let source = format!(
        "{SAM}Resources: {{F: {{Type: AWS::Serverless::Function, Properties: {{Handler: A::B::C, CodeUri: src}}}}}}\n"
    );
    let packaged = source.replace("CodeUri: src", "CodeUri: s3://b/k");
    let generated = r#"{"Resources": {"Gen": {"Type": "AWS::Serverless::Function", "Metadata": {"Tool": "Amazon.Lambda.Annotations"}, "Properties": {"Handler": "A::B::C"}}}}"#;
    let other = packaged.replace("{F:", "{G:");
    let cases: [(Files<'_>, &[&str]); 4] = [
        (&[("a/template.yaml", &source), ("a/output.yaml", &packaged)], &["a/F A::B::C a:src"]),
        (&[("a/output.yaml", &packaged)], &["a/F A::B::C artifact s3://b/k"]),
        (&[("a/template.yaml", &source), ("a/src/serverless.template", generated)], &["a/F A::B::C a:src"]),
        (
            &[("a/template.yaml", &source), ("a/output.yaml", &other)],
            &["output/G A::B::C artifact s3://b/k", "template/F A::B::C a:src"],
        ),
    ];
    for (files, expected) in cases {
        assert_eq!(told(files), expected);
    }
    // A copy that is older than its source.
    let both = packaged.replace("{F:", "{G: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://b/g}}, F:");
    let files = [("a/template.yaml", source.as_str()), ("a/output.yaml", both.as_str())];
    assert_eq!(told(&files), ["a/F A::B::C a:src"]);
    let problems = read(&files).problems;
    assert!(matches!(&problems[..], [one] if one.message.contains("1 function that it alone has")), "{problems:?}");
}

#[test]
fn what_is_not_read_is_named() {
    let loops = format!(
        "{SAM}Resources:\n  Fn::ForEach::Fns:\n    - Name\n    - [A, B]\n    - F${{Name}}: {{Type: AWS::Serverless::Function}}\n"
    );
    let twice = format!(
        "{SAM}Resources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: a}}}}\n  F: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: b}}}}\n"
    );
    let cases = [
        ("a/x.yaml", loops.as_str(), 0, ProblemKind::Unevaluated, 3),
        ("a/x.yaml", twice.as_str(), 1, ProblemKind::InvalidManifest, 3),
        ("a/template.yml", "a: [1\nb: 2\n", 0, ProblemKind::InvalidManifest, 2),
        ("a/x.yaml", "Resources:\n  F: {Type: AWS::Lambda::Function\n", 0, ProblemKind::InvalidManifest, 2),
        (
            "a/x.json",
            "{\"Resources\": {\"F\": {\"Type\": \"AWS::Lambda::Function\"}}",
            0,
            ProblemKind::InvalidManifest,
            1,
        ),
    ];
    for (path, text, functions, kind, line) in cases {
        let found = read(&[(path, text)]);
        assert_eq!(found.value.len(), functions, "{text}");
        let problems: Vec<_> =
            found.problems.iter().map(|one| (one.kind, one.location.as_ref().unwrap().line)).collect();
        assert_eq!(problems, [(kind, line)], "{text}: {:?}", found.problems);
    }
    assert_eq!(told(&[("a/x.yaml", &twice)]), ["a/F - a:b"]);
}

#[test]
fn policies_say_what_a_function_uses() {
    let cases: [(&str, &[&str]); 13] = [
        ("[DynamoDBCrudPolicy: {TableName: !Ref T}]", &["Write table s#T Own"]),
        ("[DynamoDBReadPolicy: {TableName: !Sub '${Env}-other'}]", &["Read table *-other Own"]),
        ("{SQSSendMessagePolicy: {QueueName: !GetAtt Q.QueueName}}", &["Sends queue s#Q Own"]),
        ("[LambdaInvokePolicy: {FunctionName: !Ref G}]", &["Calls function s#G Own"]),
        ("[LambdaInvokePolicy: {FunctionName: named-g}]", &["Calls function s#G Own"]),
        ("[StepFunctionsExecutionPolicy: {StateMachineName: !GetAtt M.Name}]", &["Calls state-machine s#M Own"]),
        ("[AWSLambdaBasicExecutionRole, 'arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess']", &[]),
        (
            "[Statement: [{Effect: Allow, Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: [!GetAtt T.Arn, !Sub '${T.Arn}/index/*']}]]",
            &["Read table s#T Own", "Write table s#T Own"],
        ),
        ("[Statement: [{Effect: Deny, Action: 'dynamodb:*', Resource: !GetAtt T.Arn}]]", &[]),
        ("[Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]]", &[]),
        (
            "[Statement: {Effect: Allow, Action: ['lambda:InvokeFunction', 'logs:*'], Resource: !Sub 'arn:aws:logs:${AWS::Region}:1:log-group:/aws/lambda/g'}]",
            &[],
        ),
        ("[Statement: {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Q.Arn}]", &[]),
        ("[!If [C, {S3WritePolicy: {BucketName: files}}, !Ref 'AWS::NoValue']]", &["Write bucket files Own"]),
    ];
    for (policies, expected) in cases {
        let text = format!(
            "{SAM}Parameters: {{Env: {{Type: String}}}}\nResources:\n  T: {{Type: AWS::DynamoDB::Table}}\n  Q: {{Type: AWS::SQS::Queue}}\n  M: {{Type: AWS::Serverless::StateMachine}}\n  G: {{Type: AWS::Serverless::Function, Properties: {{FunctionName: named-g}}}}\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Policies: {policies}\n"
        );
        assert_eq!(uses(&[("s/a.yaml", &text)], "F"), expected, "{policies}");
    }
}

#[test]
fn what_all_functions_have_is_said_for_none() {
    let text = format!(
        "{SAM}Globals: {{Function: {{Environment: {{Variables: {{TABLE: !Ref T}}}}}}}}\nResources:\n  T: {{Type: AWS::DynamoDB::Table}}\n  B: {{Type: AWS::S3::Bucket}}\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies: [PolicyDocument: {{Statement: [{{Effect: Allow, Action: 's3:PutObject', Resource: !Sub '${{B.Arn}}/*'}}]}}]\n  F: {{Type: AWS::Serverless::Function, Properties: {{Role: !GetAtt R.Arn}}}}\n  G: {{Type: AWS::Serverless::Function, Properties: {{Role: !GetAtt R.Arn}}}}\n"
    );
    let expected = ["Unknown table s#T Inherited", "Write bucket s#B Inherited"];
    assert_eq!(uses(&[("s/a.yaml", &text)], "F"), expected);
    let single = text.replace("  G: {Type: AWS::Serverless::Function", "  G: {Type: AWS::SQS::Queue");
    assert_eq!(uses(&[("s/a.yaml", &single)], "F"), ["Unknown table s#T Inherited", "Write bucket s#B Own"]);
}

#[test]
fn events_and_wiring_are_channels() {
    let cases: [(&str, &str, &str); 9] = [
        ("Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}}", "", "Receives queue s#Q Own"),
        (
            "Events: {E: {Type: HttpApi, Properties: {Path: /x, Method: get}}}",
            "",
            "Receives http s#ServerlessHttpApi GET /x Own",
        ),
        (
            "Events: {E: {Type: EventBridgeRule, Properties: {EventBusName: main, Pattern: {source: [shop], detail-type: [A, B]}}}}",
            "",
            "Receives bus main shop/A|B Own",
        ),
        ("Events: {E: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}", "", "Receives schedule s#FE Own"),
        ("DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Q.Arn}", "", "Sends queue s#Q Own"),
        (
            "Timeout: 3",
            "W: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !GetAtt F.Arn, EventSourceArn: !GetAtt Q.Arn}}",
            "Receives queue s#Q Own",
        ),
        (
            "Timeout: 3",
            "W: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, Endpoint: !GetAtt F.Arn, TopicArn: !Ref Topic}}",
            "Receives topic s#Topic Own",
        ),
        (
            "FunctionName: pay",
            "W: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Sub '{\"Resource\": \"${F.Arn}\"}'}}",
            "Receives state-machine s#W Own",
        ),
        (
            "Timeout: 3",
            "W: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: {Id: Q}, Permissions: [Write]}}",
            "Sends queue s#Q Own",
        ),
    ];
    for (said, more, expected) in cases {
        let text = format!(
            "{SAM}Resources:\n  Q: {{Type: AWS::SQS::Queue}}\n  Topic: {{Type: AWS::SNS::Topic}}\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      {said}\n{}",
            if more.is_empty() { String::new() } else { format!("  {more}\n") }
        );
        assert_eq!(uses(&[("s/a.yaml", &text)], "F"), [expected], "{said} {more}");
    }
}

#[test]
fn other_files_say_who_calls_whom() {
    let text = format!(
        "{SAM}Resources:\n  F: {{Type: AWS::Serverless::Function}}\n  Flow:\n    Type: AWS::Serverless::StateMachine\n    Properties: {{DefinitionUri: flow.asl.json, DefinitionSubstitutions: {{Fn: !GetAtt F.Arn}}}}\n  Api:\n    Type: AWS::Serverless::Api\n    Properties:\n      DefinitionBody: {{'Fn::Transform': {{Name: 'AWS::Include', Parameters: {{Location: api.yaml}}}}}}\n"
    );
    let api = "paths:\n  /x:\n    post:\n      x-amazon-apigateway-integration:\n        uri: {'Fn::Sub': 'arn:aws:apigateway:eu:lambda:path/2015-03-31/functions/${F.Arn}/invocations'}\n";
    let files = [("s/a.yaml", text.as_str()), ("s/api.yaml", api), ("s/flow.asl.json", "{}")];
    assert_eq!(uses(&files, "F"), ["Receives http s#Api POST /x Own", "Receives state-machine s#Flow Own"]);
}

#[test]
fn names_lead_to_resources_of_other_stacks() {
    let owner = "Parameters: {Env: {Type: String}}\nResources:\n  T: {Type: AWS::DynamoDB::Table}\n  N: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Env}-files'}}\n  P: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub '/shop/${Env}/table', Value: !Ref T}}\nOutputs:\n  O: {Value: !Ref T, Export: {Name: !Sub '${Env}-table'}}\n";
    let cases = [
        ("TableName: !Sub '{{resolve:ssm:/shop/${Env}/table}}'", "owner#T"),
        ("TableName: !ImportValue {'Fn::Sub': '${Env}-table'}", "owner#T"),
        ("TableName: {'Fn::ImportValue': !Sub '${Env}-table'}", "owner#T"),
        ("TableName: !Ref Given", "s#Given"),
        ("TableName: !Ref Defaulted", "plain"),
        ("TableName: !Join ['-', [!Ref Env, orders]]", "*-orders"),
        ("TableName: !FindInMap [Names, !Ref Env, same]", "one"),
        ("TableName: !Select [1, [a, bee]]", "bee"),
        ("TableName: !If [C, !Ref 'AWS::NoValue', one]", "one"),
    ];
    for (said, expected) in cases {
        let text = format!(
            "{SAM}Parameters: {{Env: {{Type: String}}, Given: {{Type: String}}, Defaulted: {{Type: String, Default: plain}}}}\nMappings: {{Names: {{dev: {{same: one}}, prod: {{same: one}}}}}}\nResources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{Policies: [{{DynamoDBReadPolicy: {{{said}}}}}]}}}}\n"
        );
        let files = [("s/a.yaml", text.as_str()), ("owner/a.yaml", owner)];
        assert_eq!(uses(&files, "F"), [format!("Read table {expected} Own")], "{said}");
    }
    let text = format!(
        "{SAM}Parameters: {{Env: {{Type: String}}}}\nResources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{Policies: [S3ReadPolicy: {{BucketName: !Sub '${{Env}}-files'}}]}}}}\n"
    );
    assert_eq!(uses(&[("s/a.yaml", &text), ("owner/a.yaml", owner)], "F"), ["Read bucket owner#N Own"]);
}

#[test]
fn nested_stacks_hand_values_up_and_down() {
    let root = "Resources:\n  T: {Type: AWS::DynamoDB::Table}\n  C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./child.yaml, Parameters: {Table: !Ref T}}}\n  F: {Type: AWS::Lambda::Function, Properties: {Code: f, DeadLetterConfig: {TargetArn: !GetAtt C.Outputs.Queue}}}\n";
    let child = format!(
        "{SAM}Parameters: {{Table: {{Type: String}}}}\nResources:\n  Q: {{Type: AWS::SQS::Queue}}\n  G: {{Type: AWS::Serverless::Function, Properties: {{Policies: [DynamoDBReadPolicy: {{TableName: !Ref Table}}]}}}}\nOutputs: {{Queue: {{Value: !GetAtt Q.Arn}}}}\n"
    );
    let files = [("x/root.yaml", root), ("x/child.yaml", child.as_str())];
    assert_eq!(uses(&files, "G"), ["Read table root#T Own"]);
    assert_eq!(uses(&files, "F"), ["Sends queue child#Q Own"]);
    // Nested twice, it makes two queues: they must not be taken for one.
    let again =
        root.replace("  F:", "  C2: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}\n  F:");
    assert_eq!(uses(&[("x/root.yaml", &again), ("x/child.yaml", &child)], "F"), ["Sends queue root#C Own"]);
    // Circles end.
    let circle = "Parameters: {P: {Type: String}}\nResources:\n  C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: OTHER, Parameters: {P: !Join ['', [!Ref P, !Ref P, !Ref P]]}}}\n  F: {Type: AWS::Lambda::Function, Properties: {Code: !Ref P}}\n";
    let (one, two) = (circle.replace("OTHER", "two.yaml"), circle.replace("OTHER", "one.yaml"));
    assert_eq!(read(&[("x/one.yaml", &one), ("x/two.yaml", &two)]).value.len(), 2);
}

#[test]
fn a_large_template_is_read_to_its_end() {
    let functions = 20_000;
    let mut text = format!("{SAM}Resources:\n");
    for number in 0..functions {
        text +=
            &format!("  F{number}: {{Type: AWS::Serverless::Function, Properties: {{Handler: a.b, Role: !Ref R}}}}\n");
    }
    let found = read(&[("a/template.yaml", &text)]);
    assert_eq!(found.value.len(), functions);
    assert_eq!(found.value.last().unwrap().declaration.location.line as usize, functions + 2);
}
