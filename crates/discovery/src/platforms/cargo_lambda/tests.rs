//! Made-up packages, one for each trap of taking them for functions.

use super::*;
use crate::{Options, discover, testing};

fn told(files: &[(&str, &str)]) -> Vec<String> {
    let found = CargoLambda.declared(&FileSet::from_texts(files.iter().copied()));
    let tell = |one: &Declared| {
        format!(
            "{}/{} {} {}",
            one.service,
            one.name,
            one.declaration.handler.as_deref().unwrap_or("-"),
            testing::code(one)
        )
    };
    let problems = found.problems.iter().map(|problem| problem.message.clone());
    found.value.iter().map(tell).chain(problems).collect()
}

const MAIN: &str = "async fn main() { lambda_runtime::run(service_fn(f)).await }";

#[test]
fn a_library_with_the_runtime_is_no_function() {
    let manifest = "[package]\nname = \"shared\"\n[dependencies]\nlambda_runtime = \"1\"\n";
    assert_eq!(told(&[("shared/Cargo.toml", manifest), ("shared/src/lib.rs", "")]), [""; 0]);
}

#[test]
fn programs_of_a_workspace_are_one_service() {
    let pay = "[package]\nname = \"pay\"\n[dependencies]\nlambda_runtime.workspace = true\n";
    let cli = "[package]\nname = \"cli\"\n[dev-dependencies]\nlambda_runtime = \"1\"\n";
    let renamed = "[package]\nname = \"web\"\n[dependencies]\nhttp = { package = \"lambda_http\", version = \"1\" }\n";
    let files = [
        ("shop/Cargo.toml", "[workspace]\nmembers = [\"*\"]\n[workspace.dependencies]\nlambda_runtime = \"1\"\n"),
        ("shop/pay/Cargo.toml", pay),
        ("shop/pay/src/main.rs", MAIN),
        ("shop/cli/Cargo.toml", cli),
        ("shop/cli/src/main.rs", "fn main() {}"),
        ("shop/web/Cargo.toml", renamed),
        ("shop/web/src/main.rs", "fn main() { http::run(f) }"),
    ];
    assert_eq!(told(&files), ["shop/pay src/main.rs#pay shop/pay:.", "shop/web src/main.rs#web shop/web:."]);
}

#[test]
fn of_several_programs_those_that_start_the_runtime_count() {
    let manifest = "[package]\nname = \"pay\"\n[dependencies]\nlambda_http = \"1\"\n\n[[bin]]\nname = \"charge\"\npath = \"src/charge.rs\"\n\n[[bin]]\nname = \"import\"\npath = \"src/import.rs\"\n";
    let files = [
        ("pay/Cargo.toml", manifest),
        ("pay/src/charge.rs", "use lambda_http::run;"),
        ("pay/src/import.rs", "fn main() {}"),
    ];
    assert_eq!(
        told(&files),
        [
            "pay/charge src/charge.rs#charge pay:.",
            "the program `import` does not start the Lambda runtime itself; it is not counted",
        ]
    );
    let found = CargoLambda.declared(&FileSet::from_texts(files)).value;
    let said = &found[0].declaration;
    assert_eq!(&manifest[said.location.span()], "\"charge\"");
    assert!(manifest[..said.block_end as usize].trim_end().ends_with("charge.rs\""));
}

#[test]
fn metadata_says_environment_and_layers() {
    let manifest = "[package]\nname = \"pay\"\n[dependencies]\nlambda_http = \"1\"\n[package.metadata.lambda.env]\nA = \"1\"\n[package.metadata.lambda.deploy]\nlayers = [\"arn:x\"]\nenv = { B = \"2\" }\n[package.metadata.lambda.bin.pay.env]\nA = \"3\"\n";
    let files = FileSet::from_texts([("Cargo.toml", manifest), ("src/main.rs", MAIN)]);
    let found = CargoLambda.declared(&files).value;
    let pairs: Vec<String> = found[0].environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!((pairs, found[0].layers[0].name.as_str()), (vec!["A=3".to_owned(), "B=2".to_owned()], "arn:x"));
}

#[test]
fn a_manifest_that_declares_the_code_is_believed_alone() {
    let manifest = "[package]\nname = \"create-user\"\n[dependencies]\nlambda_runtime = \"1\"\n";
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Register:\n    Type: AWS::Serverless::Function\n    Metadata: { BuildMethod: rust-cargolambda }\n    Properties: { CodeUri: create, Handler: bootstrap, Runtime: provided.al2023 }\n";
    let files = FileSet::from_texts([
        ("users/template.yaml", template),
        ("users/create/Cargo.toml", manifest),
        ("users/create/src/main.rs", MAIN),
        ("users/login/Cargo.toml", &manifest.replace("create-user", "login")),
        ("users/login/src/main.rs", MAIN),
    ]);
    let found = discover(&files, &Options::default()).value.functions;
    let ids: Vec<&str> = found.iter().map(|function| function.id.as_str()).collect();
    assert_eq!(ids, ["login/login", "users/Register"]);
}
