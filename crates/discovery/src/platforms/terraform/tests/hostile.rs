//! Nothing that a repository holds may stop the run, or make it long.

use std::{sync::Arc, time::Instant};

use lockstep_model::{FileEntry, FileSet, FileType, ReadError, RepoPath, Source};

use super::{Terraform, declared, line};
use crate::platform::Platform;

const FUNCTION: &str = "resource \"aws_lambda_function\" \"f\" {\n  handler = \"a.b\"\n  filename = \"f.zip\"\n}\n";

/// Reads in bounded time, in a thread with as little stack as workers have, and finds the one sound function.
fn survives(what: &str, files: Vec<(String, String)>) -> Vec<String> {
    let what = what.to_owned();
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        all.push(("sound/main.tf", FUNCTION));
        let start = Instant::now();
        let found = declared(&all);
        assert!(start.elapsed().as_secs() < 60, "{what} took {:?}", start.elapsed());
        let sound = found.value.iter().filter(|one| one.service == "sound").map(line).collect::<Vec<_>>();
        assert_eq!(sound, ["sound/f a.b artifact f.zip @sound/main.tf:1"], "{what}");
        found.problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>()
    });
    thread.unwrap().join().unwrap()
}

fn one(text: impl Into<String>) -> Vec<(String, String)> {
    vec![("app/main.tf".to_owned(), text.into())]
}

#[test]
fn circles_end() {
    let call = |source: &str| format!("module \"next\" {{\n  source = \"{source}\"\n}}\n{FUNCTION}");
    let modules = vec![
        ("app/main.tf".to_owned(), call("./a")),
        ("app/a/main.tf".to_owned(), call("../b")),
        ("app/b/main.tf".to_owned(), call("../a")),
        ("own/main.tf".to_owned(), call("./.")),
    ];
    let problems = survives("modules that call each other", modules);
    assert!(problems.iter().any(|problem| problem.contains("calls itself")), "{problems:?}");
    survives(
        "locals",
        one(
            "locals {\n  a = local.b\n  b = \"${local.a}x\"\n}\nresource \"aws_lambda_function\" \"x\" { handler = local.a }\n",
        ),
    );
    survives(
        "names of resources",
        one(
            "resource \"aws_sqs_queue\" \"a\" { name = aws_sqs_queue.b.name }\nresource \"aws_sqs_queue\" \"b\" { name = \"${aws_sqs_queue.a.name}-x\" }\n",
        ),
    );
    survives(
        "calls that count themselves",
        one(format!("module \"m\" {{\n  source = \"./m\"\n  for_each = module.m\n}}\n{FUNCTION}"))
            .into_iter()
            .chain([("app/m/main.tf".to_owned(), "output \"x\" { value = 1 }\n".to_owned())])
            .collect(),
    );
    survives(
        "archives that pack themselves",
        one(
            "data \"archive_file\" \"a\" {\n  source_dir = data.archive_file.a.output_path\n  output_path = \"a.zip\"\n}\nresource \"aws_lambda_function\" \"x\" {\n  filename = data.archive_file.a.output_path\n}\ndata \"aws_s3_object\" \"o\" {\n  key = \"o.zip\"\n}\nresource \"aws_lambda_function\" \"y\" {\n  s3_key = data.aws_s3_object.o.key\n}\nresource \"aws_s3_object\" \"p\" {\n  key = \"p.zip\"\n  source = aws_s3_object.p.source\n}\nresource \"aws_lambda_function\" \"z\" {\n  s3_key = \"p.zip\"\n}\nmodule \"m\" {\n  source = \"terraform-aws-modules/lambda/aws\"\n  handler = \"a.b\"\n  source_path = module.m.local_filename\n}\n",
        ),
    );
    survives(
        "policies that name themselves",
        one(
            "data \"aws_iam_policy_document\" \"d\" { source_policy_documents = [data.aws_iam_policy_document.d.json] }\nmodule \"x\" {\n  source = \"terraform-aws-modules/lambda/aws\"\n  handler = \"a.b\"\n  source_path = \"x\"\n  policy_json = data.aws_iam_policy_document.d.json\n}\n",
        ),
    );
}

#[test]
fn growth_is_bounded() {
    let doubled: String = (1..60).map(|n| format!("  v{n} = concat(local.v{0}, local.v{0})\n", n - 1)).collect();
    survives(
        "lists that double",
        one(format!(
            "locals {{\n  v0 = [1, 2]\n{doubled}}}\nresource \"aws_lambda_function\" \"x\" {{ handler = join(\",\", local.v59) }}\n"
        )),
    );
    let text: String = (1..60).map(|n| format!("  t{n} = \"${{local.t{0}}}${{local.t{0}}}\"\n", n - 1)).collect();
    survives(
        "texts that double",
        one(format!(
            "locals {{\n  t0 = \"ab\"\n{text}}}\nresource \"aws_lambda_function\" \"x\" {{ handler = local.t59 }}\n"
        )),
    );
    let nested: String = (1..1_000)
        .map(|n| format!("locals {{\n  d{n:05} = [local.d{:05}]\n}}\nresource \"aws_lambda_function\" \"f{n:05}\" {{\n  handler = local.d{n:05}\n}}\n", n - 1))
        .collect();
    survives("lists that grow deeper", one(format!("locals {{\n  d00000 = 1\n}}\n{nested}")));
    survives(
        "ranges",
        one(
            "resource \"aws_lambda_function\" \"x\" {\n  count = 1000000000\n  handler = range(0, 99999999999)[3]\n}\n",
        ),
    );
    survives(
        "loops in loops",
        one(
            "locals {\n  r = range(4000)\n}\nresource \"aws_lambda_function\" \"x\" {\n  handler = [for a in local.r : [for b in local.r : [for c in local.r : \"${a}${b}${c}\"]]]\n}\n",
        ),
    );
    let chain: String = (1..20_000).map(|n| format!("  c{n} = local.c{}\n", n - 1)).collect();
    survives(
        "a long chain",
        one(format!(
            "locals {{\n  c0 = \"x\"\n{chain}}}\nresource \"aws_lambda_function\" \"x\" {{ handler = local.c19999 }}\n"
        )),
    );
    let calls =
        "module \"a\" {\n  source = \"./n\"\n  count = 50\n}\nmodule \"b\" {\n  source = \"./n\"\n  count = 50\n}\n";
    let mut tree: Vec<(String, String)> = Vec::new();
    let mut folder = "tree".to_owned();
    for _ in 0..10 {
        tree.push((format!("{folder}/main.tf"), calls.to_owned()));
        folder.push_str("/n");
    }
    tree.push((format!("{folder}/main.tf"), "locals {\n  x = 1\n}\n".to_owned()));
    let problems = survives("calls that multiply", tree);
    assert!(problems.iter().any(|problem| problem.contains("too many calls")), "{problems:?}");
}

#[test]
fn paths_stay_inside() {
    let problems = survives(
        "a module above the repository",
        one(
            "module \"up\" {\n  source = \"../../../etc\"\n}\nresource \"aws_lambda_function\" \"x\" {\n  handler = file(\"../../../../etc/passwd\")\n  filename = \"../../../../tmp/x.zip\"\n}\n",
        ),
    );
    assert!(problems.iter().any(|problem| problem.contains("outside the repository")), "{problems:?}");
    survives("a folder that is not there", one("module \"x\" {\n  source = \"./nowhere\"\n}\n"));
}

#[test]
fn broken_files_are_named_and_the_others_read() {
    let deep = format!("x = {}1{}\n", "[".repeat(10_000), "]".repeat(10_000));
    for text in [deep.as_str(), "resource {{{", "a = 1\na = 2\n", "x = \"${", "\u{feff}\u{feff}x = 1\n"] {
        let problems = survives("a broken file", vec![("app/bad.tf".to_owned(), text.to_owned())]);
        assert_eq!(problems.len(), 1, "{text:.40} {problems:?}");
    }
    survives(
        "blocks that stand twice",
        one(format!("{FUNCTION}{FUNCTION}locals {{\n  a = 1\n}}\nlocals {{\n  a = 2\n}}\n")),
    );
    survives(
        "odd blocks",
        one(
            "resource {}\nresource \"aws_lambda_function\" {}\nmodule {}\nmodule \"\" { source = 3 }\ndata \"x\" \"y\" \"z\" {}\nlocals { a = local }\nresource \"aws_lambda_function\" \"\" { for_each = null }\n",
        ),
    );
    survives("terragrunt", vec![("u/terragrunt.hcl".to_owned(), "terraform { source = \"${get_env(\"X\")}\" }\ndependency \"u\" { config_path = \".\" }\ninputs = merge(dependency.u.outputs, dependency.u.outputs.x)\n".to_owned())]);
}

/// Contents that are no text.
struct NoText;

impl Source for NoText {
    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, ReadError> {
        match path.file_name() {
            "binary.tf" => Ok(b"resource\0".to_vec()),
            "latin.tf" => Ok(b"# caf\xe9\n".to_vec()),
            _ => Ok(FUNCTION.as_bytes().to_vec()),
        }
    }
}

#[test]
fn what_is_no_text_is_named_and_links_are_not_followed_out() {
    let path = |text: &str| RepoPath::new(text).unwrap();
    let file = |size| FileEntry::new(FileType::File, size);
    let files = FileSet::new(
        [
            (path("app/binary.tf"), file(9)),
            (path("app/latin.tf"), file(9)),
            (path("app/large.tf"), file(100 << 20)),
            (path("app/main.tf"), file(9)),
            (path("app/out.tf"), FileEntry::new(FileType::LinkOutside("/etc/passwd".into()), 0)),
            (path("app/again.tf"), FileEntry::new(FileType::Link(path("app/main.tf")), 0)),
        ],
        Arc::new(NoText),
    );
    let found = Terraform.declared(&files);
    assert_eq!(found.value.len(), 1);
    let mut said: Vec<String> =
        found.problems.iter().map(|problem| problem.location.as_ref().unwrap().path.to_string()).collect();
    said.sort();
    assert_eq!(said, ["app/binary.tf", "app/large.tf", "app/latin.tf"]);
}
