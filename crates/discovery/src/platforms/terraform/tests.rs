//! Terraform as people write it, and what may not happen whatever they write.

mod hostile;
mod wires;

use lockstep_diagnostics::Partial;
use lockstep_model::FileSet;

use super::{Terraform, world::Env};
use crate::{
    platform::{Declared, Platform},
    testing::code,
};

fn declared(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    Terraform.declared(&FileSet::from_texts(files.iter().copied()))
}

/// `service/name handler code @file:line`, in order.
fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let found = declared(files);
    assert_eq!(found.problems, [], "{files:?}");
    found.value.iter().map(line).collect()
}

fn line(one: &Declared) -> String {
    let handler = one.declaration.handler.as_deref().unwrap_or("-");
    let place = &one.declaration.location;
    format!("{}/{} {handler} {} @{}:{}", one.service, one.name, code(one), place.path, place.line)
}

#[test]
fn expressions_come_to_what_terraform_makes_of_them() {
    let cases = [
        ("\"a-${local.b}\"", "a-bee"),
        ("format(\"%s/%d\", local.b, 3)", "bee/3"),
        ("join(\"-\", [for x in [\"a\", \"b\", \"c\"] : upper(x) if x != \"b\"])", "A-C"),
        ("merge({ a = 1 }, { b = \"x\" })[\"b\"]", "x"),
        ("lookup({ a = \"x\" }, \"z\", \"default\")", "default"),
        ("replace(\"a/b\", \"/\", \"--\")", "a--b"),
        ("trimprefix(trimsuffix(\"xay\", \"y\"), \"x\")", "a"),
        ("element(concat([\"a\"], [\"b\", \"c\"]), 4)", "b"),
        ("coalesce(null, \"\", \"c\")", "c"),
        ("try(local.missing.x, \"fallback\")", "fallback"),
        ("keys({ b = 1, a = 2 })[0]", "a"),
        ("{ for k, v in { x = \"y\" } : v => k }.y", "x"),
        ("jsondecode(\"{\\\"a\\\": [1, \\\"z\\\"]}\").a[1]", "z"),
        ("basename(dirname(\"a/b/c.zip\"))", "b"),
        ("substr(\"lambda\", 0, 3)", "lam"),
        ("true && 2 > 1 ? \"yes\" : \"no\"", "yes"),
        ("\"%{ if local.b == \"bee\" }in%{ else }out%{ endif }\"", "in"),
        ("[for i in range(3) : \"n${i}\"][2]", "n2"),
        ("\"${var.unset}-jobs\"", "*-jobs"),
        ("\"${aws_sqs_queue.jobs.name}\"", "*-queue"),
        ("aws_sqs_queue.jobs.url", "*-queue"),
        ("\"${path.module}/x\"", "infra/x"),
        ("flatten([[\"a\"], [[\"b\"]]])[1]", "b"),
        ("one([\"only\"])", "only"),
        ("zipmap([\"k\"], [\"v\"]).k", "v"),
        ("split(\",\", \"a,b\")[1]", "b"),
        ("(local.map[*].name)[1]", "two"),
        ("fileset(\"${path.module}/code\", \"*.py\")[0]", "a.py"),
        ("file(\"code/a.py\")", "pass"),
    ];
    for (expression, expected) in cases {
        let text = format!(
            "variable \"unset\" {{}}\nresource \"aws_sqs_queue\" \"jobs\" {{ name = \"${{var.unset}}-queue\" }}\n\
             locals {{\n  b = \"bee\"\n  map = [{{ name = \"one\" }}, {{ name = \"two\" }}]\n  x = {expression}\n}}\n"
        );
        let files = FileSet::from_texts([("infra/main.tf", text.as_str()), ("infra/code/a.py", "pass")]);
        let mut problems = Vec::new();
        let modules = super::modules::find(&files, &mut problems);
        let world = super::world::World::new(&files, modules, 1);
        let root = world.add_root(0, None);
        let parsed = lockstep_document::hcl::parse("tf", "x = local.x\n").unwrap();
        let value = world.eval(&parsed.attributes[0].value, Env { scope: root, bound: None });
        assert_eq!(world.pattern(&value), expected, "{expression}");
    }
}

#[test]
fn a_wrapper_is_declared_where_it_is_called() {
    let module = "variable \"name\" {}\nvariable \"handler\" {}\nresource \"aws_lambda_function\" \"this\" {\n  function_name = \"shop-${var.name}\"\n  handler = var.handler\n  runtime = \"python3.13\"\n  filename = \"${path.module}/../../dist/${var.name}.zip\"\n}\n";
    let outer = "variable \"name\" {}\nvariable \"handler\" {}\nmodule \"function\" {\n  source = \"../lambda\"\n  name = var.name\n  handler = var.handler\n}\n";
    let root = "module \"read_order\" {\n  source = \"../modules/lambda\"\n  name = \"readOrder\"\n  handler = \"read_order.handler\"\n}\n\nmodule \"endpoint\" {\n  source = \"../modules/endpoint\"\n  name = \"pay\"\n  handler = \"pay.handler\"\n}\n";
    assert_eq!(
        lines(&[("orders/main.tf", root), ("modules/lambda/main.tf", module), ("modules/endpoint/main.tf", outer)]),
        [
            "orders/read_order read_order.handler artifact modules/lambda/../../dist/readOrder.zip @orders/main.tf:1",
            "orders/endpoint pay.handler artifact modules/lambda/../../dist/pay.zip @orders/main.tf:7",
        ]
    );
}

#[test]
fn stages_and_regions_deploy_one_function() {
    let module = "variable \"stage\" {}\nresource \"aws_lambda_function\" \"pay\" {\n  function_name = \"pay-${var.stage}\"\n  handler = \"pay.handler\"\n  runtime = \"nodejs22.x\"\n  filename = data.archive_file.pay.output_path\n}\ndata \"archive_file\" \"pay\" {\n  type = \"zip\"\n  source_dir = \"${path.module}/src\"\n  output_path = \"/tmp/pay.zip\"\n}\n";
    let stage =
        "module \"shop\" {\n  source = \"../../shop\"\n  stage = \"x\"\n  for_each = toset([\"eu\", \"us\"])\n}\n";
    assert_eq!(
        lines(&[
            ("env/dev/main.tf", stage),
            ("env/prod/main.tf", stage),
            ("shop/main.tf", module),
            ("shop/src/pay.js", "")
        ]),
        ["shop/pay pay.handler :shop/src @shop/main.tf:2"]
    );
}

#[test]
fn keys_name_the_functions_of_one_block() {
    let root = "locals {\n  functions = toset([\"get\", \"put\"])\n  handlers = [\"a.b\", \"c.d\"]\n}\nmodule \"api\" {\n  source = \"./fn\"\n  for_each = local.functions\n  handler = \"${each.key}.handler\"\n}\nresource \"aws_lambda_function\" \"job\" {\n  count = length(local.handlers)\n  handler = local.handlers[count.index]\n  filename = \"jobs.zip\"\n}\n";
    let module = "variable \"handler\" {}\nresource \"aws_lambda_function\" \"f\" {\n  handler = var.handler\n  filename = \"api.zip\"\n}\n";
    assert_eq!(
        lines(&[("app/main.tf", root), ("app/fn/main.tf", module)]),
        [
            "app/api[get] get.handler artifact api.zip @app/main.tf:5",
            "app/api[put] put.handler artifact api.zip @app/main.tf:5",
            "app/job[0] a.b artifact jobs.zip @app/main.tf:10",
            "app/job[1] c.d artifact jobs.zip @app/main.tf:10",
        ]
    );
}

#[test]
fn conditions_on_the_stage_leave_functions_in_and_certain_ones_leave_them_out() {
    let root = "variable \"stubbed\" { default = true }\nresource \"aws_lambda_function\" \"kept\" {\n  count = var.stubbed ? 0 : 1\n  handler = \"a.b\"\n  filename = \"kept.zip\"\n}\nmodule \"m\" {\n  source = \"./m\"\n  with = false\n}\n";
    let module = "variable \"with\" {}\nresource \"aws_lambda_function\" \"gone\" {\n  count = var.with ? 1 : 0\n  handler = \"a.b\"\n  filename = \"gone.zip\"\n}\n";
    assert_eq!(
        lines(&[("app/main.tf", root), ("app/m/main.tf", module)]),
        ["app/kept a.b artifact kept.zip @app/main.tf:2"]
    );
}

#[test]
fn what_is_called_lambda_is_not_always_a_function() {
    let root = "module \"lambda_role\" {\n  source = \"acme/lambda-role/aws\"\n  name = \"x\"\n}\nmodule \"layer\" {\n  source = \"terraform-aws-modules/lambda/aws\"\n  create_layer = true\n  source_path = \"./layer\"\n}\nmodule \"image\" {\n  source = \"terraform-aws-modules/lambda/aws//modules/docker-build\"\n  source_path = \"./x\"\n}\nmodule \"alarm\" {\n  source = \"git::https://example.org/tf.git//lambda-alarms\"\n  function_name = \"x\"\n}\nresource \"aws_lambda_layer_version\" \"l\" {\n  filename = \"l.zip\"\n}\nmodule \"real\" {\n  source = \"terraform-aws-modules/lambda/aws\"\n  handler = \"index.handler\"\n  source_path = [{ path = \"${path.module}/src\" }]\n}\n";
    assert_eq!(
        lines(&[("app/main.tf", root), ("app/src/index.js", "")]),
        ["app/real index.handler :app/src @app/main.tf:21"]
    );
}

#[test]
fn a_module_that_nobody_calls_deploys_nothing() {
    let function = "resource \"aws_lambda_function\" \"f\" {\n  handler = \"a.b\"\n  filename = \"f.zip\"\n}\n";
    let found = declared(&[("app/main.tf", function), ("modules/old/main.tf", function)]);
    assert_eq!(found.value.iter().map(line).collect::<Vec<_>>(), ["app/f a.b artifact f.zip @app/main.tf:1"]);
    assert_eq!(
        found.problems[0].message,
        "nothing in the checkout calls the module `modules/old`: its function is left out"
    );
    // A repository of modules is read for what they are.
    assert_eq!(lines(&[("modules/old/main.tf", function)]), ["old/f a.b artifact f.zip @modules/old/main.tf:1"]);
}

#[test]
fn a_module_elsewhere_that_may_hold_a_function_is_named() {
    let root = "module \"jobs\" {\n  source = \"git::https://example.org/notify-lambda.git\"\n  webhook = \"x\"\n}\n";
    let found = declared(&[("app/main.tf", root)]);
    assert_eq!(found.value.len(), 0);
    assert_eq!(
        found.problems[0].message,
        "the module `git::https://example.org/notify-lambda.git` is not in the checkout: whether `jobs` is a function is not known"
    );
}

#[test]
fn terragrunt_calls_modules_with_inputs() {
    let unit = "terraform {\n  source = \"../../modules//orders\"\n}\ndependency \"shared\" {\n  config_path = \"../shared\"\n}\ninclude \"root\" {\n  path = find_in_parent_folders(\"root.hcl\")\n}\ninputs = {\n  image = dependency.shared.outputs.image\n}\n";
    let shared = "terraform {\n  source = \"../../modules//shared\"\n}\n";
    let module = "variable \"image\" {}\nvariable \"handler\" {}\nresource \"aws_lambda_function\" \"orders\" {\n  package_type = \"Image\"\n  image_uri = \"${var.image}:latest\"\n  image_config {\n    command = [var.handler]\n  }\n}\n";
    let found = declared(&[
        ("live/orders/terragrunt.hcl", unit),
        ("live/shared/terragrunt.hcl", shared),
        ("live/root.hcl", "inputs = { handler = \"app.handler\" }\n"),
        ("modules/orders/main.tf", module),
        (
            "modules/shared/main.tf",
            "resource \"aws_ecr_repository\" \"r\" { name = \"shop/orders\" }\noutput \"image\" { value = aws_ecr_repository.r.repository_url }\n",
        ),
    ]);
    assert_eq!(found.problems, []);
    let crate::platform::CodeSource::Image { name, command, .. } = &found.value[0].code else { panic!("no image") };
    assert_eq!(name.as_deref(), Some("shop/orders"));
    assert_eq!(command.as_deref(), Some(&["app.handler".to_owned()][..]));
}

#[test]
fn units_of_one_wrapper_are_functions_of_their_own() {
    let unit = |name: &str| {
        format!(
            "terraform {{\n  source = \"${{get_repo_root()}}/modules/lambda\"\n}}\ninputs = {{\n  handler = \"{name}.handler\"\n}}\n"
        )
    };
    let (pay, list) = (unit("pay"), unit("list"));
    let module = "variable \"handler\" {}\nresource \"aws_lambda_function\" \"this\" {\n  handler = var.handler\n  filename = \"shop.zip\"\n}\n";
    assert_eq!(
        lines(&[
            ("live/prod/shop/pay/terragrunt.hcl", &pay),
            ("live/prod/shop/list/terragrunt.hcl", &list),
            ("modules/lambda/main.tf", module)
        ]),
        [
            "shop/list list.handler artifact shop.zip @live/prod/shop/list/terragrunt.hcl:4",
            "shop/pay pay.handler artifact shop.zip @live/prod/shop/pay/terragrunt.hcl:4",
        ]
    );
}

#[test]
fn code_may_stand_in_the_block_or_keep_the_place_for_other_code() {
    let root = "resource \"aws_lambda_function\" \"inline\" {\n  handler = \"index.handler\"\n  filename = data.archive_file.inline.output_path\n}\ndata \"archive_file\" \"inline\" {\n  type = \"zip\"\n  source {\n    filename = \"index.py\"\n    content = <<EOF\ndef handler(): pass\nEOF\n  }\n}\nresource \"aws_lambda_function\" \"later\" {\n  handler = \"app.later.handler\"\n  filename = data.archive_file.later.output_path\n}\ndata \"archive_file\" \"later\" {\n  source_file = \"${path.module}/placeholder.py\"\n}\n";
    assert_eq!(
        lines(&[("app/main.tf", root), ("app/placeholder.py", "")]),
        [
            "app/inline index.handler inline @app/main.tf:1",
            "app/later app.later.handler `placeholder.py` only keeps the place: the code is put there by something else @app/main.tf:14",
        ]
    );
}

#[test]
fn archives_are_known_by_the_names_they_are_written_to() {
    let root = "resource \"aws_lambda_function\" \"a\" {\n  handler = \"a.b\"\n  filename = \"a.zip\"\n}\nresource \"aws_lambda_function\" \"b\" {\n  handler = \"b.b\"\n  s3_key = \"${var.stage}/b.zip\"\n}\nvariable \"stage\" {}\ndata \"archive_file\" \"x\" {\n  source_dir = \"${path.module}/a\"\n  output_path = \"./a.zip\"\n}\nresource \"aws_s3_object\" \"y\" {\n  key = \"${var.stage}/b.zip\"\n  source = data.archive_file.z.output_path\n}\ndata \"archive_file\" \"z\" {\n  source_dir = \"${path.module}/b\"\n  output_path = \"/tmp/z.zip\"\n}\n";
    assert_eq!(
        lines(&[("app/main.tf", root), ("app/a/a.py", ""), ("app/b/b.py", "")]),
        ["app/a a.b :app/a @app/main.tf:1", "app/b b.b :app/b @app/main.tf:5"]
    );
}

#[test]
fn files_of_values_count_where_they_agree() {
    let root = "variable \"handler\" {}\nvariable \"zip\" {}\nresource \"aws_lambda_function\" \"f\" {\n  handler = var.handler\n  filename = \"${var.zip}.zip\"\n}\n";
    assert_eq!(
        lines(&[
            ("app/main.tf", root),
            ("app/env/dev.tfvars", "handler = \"a.b\"\nzip = \"one\"\n"),
            ("app/env/prod.tfvars", "handler = \"a.b\"\nzip = \"two\"\n"),
            ("other.tfvars", "handler = \"c.d\"\n"),
            ("other/main.tf", "variable \"handler\" {}\n"),
        ]),
        ["app/f a.b artifact *.zip @app/main.tf:3"]
    );
}

#[test]
fn a_block_for_values_that_nobody_knows_is_named() {
    let root = "variable \"names\" {}\nmodule \"api\" {\n  source = \"acme/lambda/aws\"\n  for_each = toset(var.names)\n  handler = \"index.handler\"\n  source_path = \"src/${each.key}\"\n}\n";
    let found = declared(&[("app/main.tf", root)]);
    assert_eq!(found.value.len(), 1);
    assert_eq!(
        found.problems[0].message,
        "`api` is made for each of values that only a deployment knows: it counts as one function"
    );
}

#[test]
fn other_clouds_have_functions_too() {
    let root = "resource \"google_cloudfunctions2_function\" \"hello\" {\n  name = \"hello\"\n  build_config {\n    runtime = \"python312\"\n    entry_point = \"say_hello\"\n    source {\n      storage_source {\n        object = google_storage_bucket_object.zip.name\n      }\n    }\n  }\n}\nresource \"google_storage_bucket_object\" \"zip\" {\n  name = \"x.zip\"\n  source = data.archive_file.src.output_path\n}\ndata \"archive_file\" \"src\" {\n  source_dir = \"${path.module}/src\"\n}\nresource \"cloudflare_workers_script\" \"edge\" {\n  script_name = \"edge\"\n  content = file(\"${path.module}/worker.js\")\n}\nresource \"azurerm_linux_function_app\" \"app\" {\n  name = \"app\"\n}\n";
    assert_eq!(
        lines(&[("app/main.tf", root), ("app/src/main.py", ""), ("app/worker.js", "")]),
        ["app/hello main.py#say_hello :app/src @app/main.tf:1", "app/edge app/worker.js :. @app/main.tf:20",]
    );
}

#[test]
fn the_json_syntax_is_read_too() {
    let json = "{\"resource\": {\"aws_lambda_function\": {\"pay\": {\"handler\": \"pay.handler\", \"filename\": \"${local.zip}\"}}}, \"locals\": {\"zip\": \"pay.zip\"}}";
    assert_eq!(lines(&[("app/main.tf.json", json)]), ["app/pay pay.handler artifact pay.zip @app/main.tf.json:1"]);
}
