//! Discovery as a whole: ids, twins, calls, what is left out.

use lockstep_diagnostics::ProblemKind;
use lockstep_model::{Location, RepoPath};

use super::*;

fn template(functions: &[(&str, &str)]) -> String {
    let mut text = "Transform: AWS::Serverless-2016-10-31\nResources:\n".to_owned();
    for (name, code) in functions {
        text += &format!(
            "  {name}: {{Type: AWS::Serverless::Function, Properties: {{Runtime: python3.12, Handler: main.run, CodeUri: {code}}}}}\n"
        );
    }
    text
}

fn find(files: &[(&str, &str)], options: &Options) -> Partial<Discovered> {
    discover(&FileSet::from_texts(files.iter().copied()), options)
}

fn ids(found: &Partial<Discovered>) -> Vec<String> {
    found.value.functions.iter().map(|function| function.id.to_string()).collect()
}

const CODE: &str = "def run(event, context):\n    pass\n";

#[test]
fn nothing_is_found_in_nothing() {
    let found = find(&[("README.md", "")], &Options::default());
    assert_eq!(found, Partial::default());
}

#[test]
fn twins_are_one_function_and_namesakes_are_two() {
    let dev = template(&[("Pay", "src/pay"), ("Ship", "src/ship-dev")]);
    let prod = template(&[("Pay", "src/pay"), ("Ship", "src/ship-prod")]);
    let files = [
        ("shop/dev.yaml", dev.as_str()),
        ("shop/prod.yaml", &prod),
        ("shop/src/pay/main.py", CODE),
        ("shop/src/ship-dev/main.py", CODE),
        ("shop/src/ship-prod/main.py", CODE),
    ];
    let found = find(&files, &Options::default());
    assert_eq!(ids(&found), ["dev/Pay", "dev/Ship", "prod/Ship"]);
    assert_eq!(found.value.functions[0].declarations.len(), 2);
    assert_eq!(found.value.manifests.len(), 2);
    // Two names for one handler in one template are deployed apart.
    let both = template(&[("A", "src/pay"), ("B", "src/pay")]);
    assert_eq!(ids(&find(&[("s/t.yaml", &both), ("s/src/pay/main.py", CODE)], &Options::default())), ["s/A", "s/B"]);
}

#[test]
fn synthesized_templates_count_where_nothing_else_tells() {
    let template = |name: &str| {
        format!(
            "{{\"Resources\": {{\"{name}1A2B3C4D\": {{\"Type\": \"AWS::Lambda::Function\", \"Properties\": {{\"Handler\": \"main.run\", \"Runtime\": \"python3.12\", \"Code\": {{\"S3Bucket\": \"b\", \"S3Key\": \"k\"}}}}}}}}}}"
        )
    };
    let app = "from aws_cdk import App, Stack, aws_lambda\nstack = Stack(App(), \"Py\")\naws_lambda.Function(stack, \"Pay\", handler=\"main.run\", code=aws_lambda.Code.from_asset(\"src\"))\n";
    let (java, python) = (template("Java"), template("Python"));
    let files = [
        ("java/cdk.json", "{\"app\": \"mvn exec:java\"}"),
        ("java/cdk.out/Shop.template.json", java.as_str()),
        ("java/cdk.out/asset.1/node_modules/x/cdk.out/Other.template.json", &java),
        ("python/cdk.json", "{\"app\": \"python3 app.py\"}"),
        ("python/app.py", app),
        ("python/src/main.py", CODE),
        ("python/cdk.out/Py.template.json", &python),
    ];
    let found = find(&files, &Options::default());
    let declared: Vec<&str> =
        found.value.functions.iter().map(|one| one.declarations[0].location.path.as_str()).collect();
    assert_eq!(declared, ["python/app.py", "java/cdk.out/Shop.template.json"], "{:?}", found.problems);
}

#[test]
fn a_declaration_that_is_the_code_is_no_manifest() {
    let inline = "Resources:\n  A:\n    Type: AWS::Lambda::Function\n    Properties: {Runtime: python3.12, Handler: index.run, Code: {ZipFile: 'def run(): pass'}}\n";
    let mut functions = find(&[("s/t.yaml", inline)], &Options::default()).value.functions;
    assert_eq!(functions[0].entry.as_ref().unwrap().path.as_str(), "s/t.yaml");
    assert_eq!(manifests(&functions).len(), 1);
    let code = RepoPath::new("s/function_app.py").unwrap();
    functions[0].entry.as_mut().unwrap().path = code.clone();
    functions[0].declarations[0].location.path = code;
    assert_eq!(manifests(&functions), []);
}

#[test]
fn calls_lead_to_functions() {
    let text = template(&[("A", "a"), ("B", "b")])
        .replace("CodeUri: a}", "CodeUri: a, Policies: [LambdaInvokePolicy: {FunctionName: !Ref B}]}");
    let found = find(&[("s/t.yaml", &text)], &Options::default());
    let call = &found.value.functions[0].invokes[0];
    assert_eq!((call.key.as_str(), call.function.as_ref().map(ToString::to_string)), ("s#B", Some("s/B".into())));
}

#[test]
fn a_function_without_code_is_listed_with_the_reason() {
    let text = template(&[("A", "gone")]);
    let found = find(&[("s/t.yaml", &text)], &Options::default());
    let function = &found.value.functions[0];
    assert!(function.entry.is_none() && function.unresolved.is_some());
    let outside = template(&[("A", "../../../etc")]);
    assert!(find(&[("s/t.yaml", &outside)], &Options::default()).value.functions[0].entry.is_none());
}

#[test]
fn samples_count_only_where_there_is_nothing_else() {
    let text = template(&[("A", "a")]);
    let samples = [("examples/x/t.yaml", text.as_str()), ("tests/t.yaml", text.as_str())];
    let alone = find(&samples, &Options::default());
    assert_eq!(alone.value.functions.len(), 2);
    let beside = find(&[samples[0], samples[1], ("shop/t.yaml", text.as_str())], &Options::default());
    assert_eq!(ids(&beside), ["shop/A"]);
    let words: Vec<_> = beside.problems.iter().map(|one| (one.kind, one.message.as_str())).collect();
    assert_eq!(words.len(), 1);
    assert!(words[0].0 == ProblemKind::Unsupported && words[0].1.starts_with("2 manifests are left out"), "{words:?}");
    let kept = find(&[("templates/t.yaml", text.as_str()), ("shop/t.yaml", text.as_str())], &Options::default());
    assert_eq!(ids(&kept).len(), 2, "CloudFormation's templates are kept in `templates`");
}

#[test]
fn build_output_never_counts_and_exclusion_is_silent() {
    let text = template(&[("A", "a")]);
    let files = [(".aws-sam/build/template.yaml", text.as_str()), ("old/t.yaml", text.as_str())];
    let built = find(&files, &Options::default());
    assert_eq!((ids(&built), built.problems.len()), (vec!["old/A".to_owned()], 1));
    let excluded = find(&files[1..], &Options { exclude: vec!["old/".into()], ..Options::default() });
    assert_eq!(excluded, Partial::default());
    let bad = find(&[], &Options { exclude: vec!["[".into()], ..Options::default() });
    assert_eq!(bad.problems[0].kind, ProblemKind::Configuration);
}

#[test]
fn tables_declare_what_no_platform_does() {
    let table = FunctionTable {
        name: None,
        paths: vec!["fn/*/main.py".into()],
        service: Some("jobs".into()),
        handler: None,
        symbol: None,
        code_root: None,
        location: Location::whole_file(RepoPath::new("lockstep.toml").unwrap()),
    };
    let options = Options { exclude: vec!["fn/old/**".into()], declared: vec![table] };
    let found = find(&[("fn/a/main.py", CODE), ("fn/b/main.py", CODE), ("fn/old/main.py", CODE)], &options);
    assert_eq!(ids(&found), ["jobs/a", "jobs/b"]);
    let entry = found.value.functions[0].entry.as_ref().unwrap();
    assert_eq!((entry.path.as_str(), found.value.functions[0].platforms()), ("fn/a/main.py", vec!["lockstep"]));
}

#[test]
fn the_order_of_files_does_not_matter_and_runs_agree() {
    let text = template(&[("B", "b"), ("A", "a")]);
    let code = [("x/a/main.py", CODE), ("y/x/a/main.py", CODE)];
    let files: Vec<_> = [("x/t.yaml", text.as_str()), ("y/x/t.yaml", text.as_str())].into_iter().chain(code).collect();
    let first = find(&files, &Options::default());
    assert_eq!(ids(&first), ["x/A", "x/B", "y/x/A", "y/x/B"]);
    let reversed: Vec<_> = files.iter().rev().copied().collect();
    assert_eq!(first, find(&reversed, &Options::default()));
}
