//! What the functions of Terraform are joined by.

use super::declared;
use crate::testing::uses;

const FUNCTION: &str = "resource \"aws_lambda_function\" \"NAME\" {\n  function_name = \"NAME\"\n  handler = \"NAME.handler\"\n  filename = \"NAME.zip\"\n  role = aws_iam_role.NAME.arn\n}\nresource \"aws_iam_role\" \"NAME\" {\n  name = \"NAME\"\n}\n";

fn of(name: &str, more: &str) -> Vec<String> {
    let text = format!("{}{}{more}", FUNCTION.replace("NAME", "pay"), FUNCTION.replace("NAME", "other"));
    let found = declared(&[
        ("shop/main.tf", &text),
        (
            "shop/policy.json",
            "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"dynamodb:PutItem\"], \"Resource\": \"arn:aws:dynamodb:*:*:table/${table}\"}]}",
        ),
    ]);
    assert_eq!(found.problems, [], "{text}");
    uses(&found.value, name)
}

#[test]
fn events_come_from_what_resources_join() {
    let cases: [(&str, &[&str]); 11] = [
        (
            "resource \"aws_sqs_queue\" \"q\" {}\nresource \"aws_lambda_event_source_mapping\" \"m\" {\n  event_source_arn = aws_sqs_queue.q.arn\n  function_name = aws_lambda_function.pay.arn\n}\n",
            &["Receives queue shop#aws_sqs_queue.q Own"],
        ),
        (
            "resource \"aws_dynamodb_table\" \"t\" {}\nresource \"aws_lambda_event_source_mapping\" \"m\" {\n  event_source_arn = aws_dynamodb_table.t.stream_arn\n  function_name = aws_lambda_function.pay.function_name\n}\n",
            &["Receives stream shop#aws_dynamodb_table.t Own"],
        ),
        (
            "resource \"aws_sns_topic\" \"t\" { name = \"news\" }\nresource \"aws_sns_topic_subscription\" \"s\" {\n  topic_arn = \"arn:aws:sns:eu-west-1:1:news\"\n  protocol = \"lambda\"\n  endpoint = aws_lambda_function.pay.arn\n}\n",
            &["Receives topic shop#aws_sns_topic.t Own"],
        ),
        (
            "resource \"aws_cloudwatch_event_rule\" \"r\" {\n  event_bus_name = aws_cloudwatch_event_bus.b.name\n  event_pattern = jsonencode({ source = [\"orders\"], \"detail-type\" = [\"Created\"] })\n}\nresource \"aws_cloudwatch_event_bus\" \"b\" { name = \"main\" }\nresource \"aws_cloudwatch_event_target\" \"t\" {\n  rule = aws_cloudwatch_event_rule.r.name\n  arn = aws_lambda_alias.live.arn\n}\nresource \"aws_lambda_alias\" \"live\" { function_name = aws_lambda_function.pay.function_name }\n",
            &["Receives bus shop#aws_cloudwatch_event_bus.b orders/Created Own"],
        ),
        (
            "resource \"aws_cloudwatch_event_rule\" \"r\" { schedule_expression = \"rate(1 day)\" }\nresource \"aws_cloudwatch_event_target\" \"t\" {\n  rule = aws_cloudwatch_event_rule.r.name\n  arn = aws_lambda_function.pay.arn\n}\nresource \"aws_lambda_permission\" \"p\" {\n  function_name = aws_lambda_function.pay.function_name\n  principal = \"events.amazonaws.com\"\n  source_arn = aws_cloudwatch_event_rule.r.arn\n}\n",
            &["Receives schedule shop#aws_cloudwatch_event_rule.r Own"],
        ),
        (
            "resource \"aws_s3_bucket\" \"b\" {}\nresource \"aws_s3_bucket_notification\" \"n\" {\n  bucket = aws_s3_bucket.b.id\n  lambda_function {\n    lambda_function_arn = aws_lambda_function.pay.arn\n  }\n}\n",
            &["Receives bucket shop#aws_s3_bucket.b Own"],
        ),
        (
            "resource \"aws_apigatewayv2_api\" \"a\" {}\nresource \"aws_apigatewayv2_integration\" \"i\" {\n  api_id = aws_apigatewayv2_api.a.id\n  integration_uri = aws_lambda_function.pay.invoke_arn\n}\nresource \"aws_apigatewayv2_route\" \"r\" {\n  api_id = aws_apigatewayv2_api.a.id\n  route_key = \"POST /pay\"\n  target = \"integrations/${aws_apigatewayv2_integration.i.id}\"\n}\n",
            &["Receives http shop#aws_apigatewayv2_api.a POST /pay Own"],
        ),
        (
            "resource \"aws_api_gateway_rest_api\" \"a\" {}\nresource \"aws_api_gateway_resource\" \"orders\" {\n  parent_id = aws_api_gateway_rest_api.a.root_resource_id\n  path_part = \"orders\"\n}\nresource \"aws_api_gateway_resource\" \"id\" {\n  parent_id = aws_api_gateway_resource.orders.id\n  path_part = \"{id}\"\n}\nresource \"aws_api_gateway_method\" \"m\" { http_method = \"GET\" }\nresource \"aws_api_gateway_integration\" \"i\" {\n  rest_api_id = aws_api_gateway_rest_api.a.id\n  resource_id = aws_api_gateway_resource.id.id\n  http_method = aws_api_gateway_method.m.http_method\n  uri = aws_lambda_function.pay.invoke_arn\n}\n",
            &["Receives http shop#aws_api_gateway_rest_api.a GET /orders/{id} Own"],
        ),
        (
            "resource \"aws_api_gateway_rest_api\" \"a\" {\n  body = jsonencode({ paths = { \"/pay\" = { post = { x-amazon-apigateway-integration = { uri = \"arn:aws:apigateway:eu:lambda:path/functions/${aws_lambda_function.pay.arn}/invocations\" } } } } })\n}\n",
            &["Receives http shop#aws_api_gateway_rest_api.a POST /pay Own"],
        ),
        (
            "resource \"aws_lambda_permission\" \"p\" {\n  function_name = aws_lambda_function.pay.function_name\n  principal = \"apigateway.amazonaws.com\"\n  source_arn = \"${aws_api_gateway_rest_api.a.execution_arn}/*/GET/pay/{id}\"\n}\nresource \"aws_api_gateway_rest_api\" \"a\" {}\n",
            &["Receives http shop#aws_api_gateway_rest_api.a GET /pay/{id} Own"],
        ),
        (
            "resource \"aws_sfn_state_machine\" \"s\" {\n  definition = jsonencode({ States = { One = { Resource = aws_lambda_function.pay.arn } } })\n}\n",
            &["Receives state-machine shop#aws_sfn_state_machine.s Own"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(of("pay", text), expected, "{text}");
        assert_eq!(of("other", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn policies_say_what_a_function_may_use() {
    let table = "resource \"aws_dynamodb_table\" \"t\" { name = \"orders\" }\n";
    let cases: [(&str, &[&str]); 6] = [
        (
            "resource \"aws_iam_role_policy\" \"p\" {\n  role = aws_iam_role.pay.id\n  policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = [\"dynamodb:GetItem\"], Resource = [aws_dynamodb_table.t.arn, \"${aws_dynamodb_table.t.arn}/index/*\"] }] })\n}\n",
            &["Read table shop#aws_dynamodb_table.t Own"],
        ),
        (
            "resource \"aws_iam_role_policy_attachment\" \"p\" {\n  role = aws_iam_role.pay.name\n  policy_arn = aws_iam_policy.p.arn\n}\nresource \"aws_iam_policy\" \"p\" { policy = data.aws_iam_policy_document.d.json }\ndata \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [\"lambda:InvokeFunction\"]\n    resources = [aws_lambda_function.other.arn]\n  }\n  statement {\n    effect = \"Deny\"\n    actions = [\"dynamodb:*\"]\n    resources = [aws_dynamodb_table.t.arn]\n  }\n}\n",
            &["Calls function shop#aws_lambda_function.other Own"],
        ),
        (
            "resource \"aws_iam_role_policy\" \"p\" {\n  role = aws_iam_role.pay.id\n  policy = templatefile(\"${path.module}/policy.json\", { table = aws_dynamodb_table.t.name })\n}\n",
            &["Write table shop#aws_dynamodb_table.t Own"],
        ),
        (
            "resource \"aws_iam_role_policy\" \"p\" {\n  role = aws_iam_role.pay.id\n  policy = <<EOT\n{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"arn:aws:dynamodb:*:*:table/orders\"}}\nEOT\n}\n",
            &["Write table shop#aws_dynamodb_table.t Own"],
        ),
        // Nobody can send a message to a table.
        (
            "resource \"aws_iam_role_policy\" \"p\" {\n  role = aws_iam_role.pay.id\n  policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"sqs:SendMessage\", Resource = aws_dynamodb_table.t.arn }] })\n}\n",
            &[],
        ),
        // The account in an ARN is not what the ARN names.
        (
            "data \"aws_caller_identity\" \"me\" {}\nresource \"aws_iam_role_policy\" \"p\" {\n  role = aws_iam_role.pay.id\n  policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"sqs:SendMessage\", Resource = \"arn:aws:sqs:eu-west-1:${data.aws_caller_identity.me.account_id}:jobs\" }] })\n}\n",
            &["Sends queue jobs Own"],
        ),
    ];
    for (text, expected) in cases {
        let text = format!("{table}{text}");
        assert_eq!(of("pay", &text), expected, "{text}");
        assert_eq!(of("other", &text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_environment_names_stores_and_calls() {
    let text = "resource \"aws_dynamodb_table\" \"t\" {}\nlocals {\n  shared = { TABLE = aws_dynamodb_table.t.name }\n}\nmodule \"caller\" {\n  source = \"terraform-aws-modules/lambda/aws\"\n  handler = \"caller.handler\"\n  source_path = \"${path.module}/caller\"\n  environment_variables = merge({ NEXT = module.called.lambda_function_name, MODE = \"fast\" }, local.shared)\n  attach_policy_statements = true\n  policy_statements = {\n    put = { effect = \"Allow\", actions = [\"sqs:SendMessage\"], resources = [module.queue.queue_arn] }\n  }\n}\nmodule \"called\" {\n  source = \"terraform-aws-modules/lambda/aws\"\n  function_name = \"called\"\n  handler = \"called.handler\"\n  source_path = \"${path.module}/called\"\n  layers = [aws_lambda_layer_version.l.arn]\n}\nmodule \"queue\" {\n  source = \"terraform-aws-modules/sqs/aws\"\n}\nresource \"aws_lambda_layer_version\" \"l\" {\n  filename = data.archive_file.l.output_path\n}\ndata \"archive_file\" \"l\" {\n  source_dir = \"${path.module}/common\"\n}\n";
    let found = declared(&[
        ("shop/main.tf", text),
        ("shop/caller/caller.js", ""),
        ("shop/called/called.js", ""),
        ("shop/common/x.js", ""),
    ]);
    assert_eq!(found.problems, []);
    assert_eq!(
        uses(&found.value, "caller"),
        [
            "Calls function shop#module.called Own",
            "Sends queue shop#module.queue Own",
            "Unknown table shop#aws_dynamodb_table.t Inherited",
        ]
    );
    let caller = found.value.iter().find(|one| one.name == "caller").unwrap();
    assert_eq!(caller.environment.get("MODE").map(String::as_str), Some("fast"));
    let called = found.value.iter().find(|one| one.name == "called").unwrap();
    let layers: Vec<String> = called.layers.iter().map(|layer| format!("{} {:?}", layer.name, layer.path)).collect();
    assert_eq!(layers, ["shop#aws_lambda_layer_version.l Some(\"shop/common\")"]);
}
