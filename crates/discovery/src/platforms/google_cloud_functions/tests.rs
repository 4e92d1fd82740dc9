//! Small made-up folders, one for each way of declaring functions.

use lockstep_model::FileSet;

use super::*;
use crate::{Options, discover, testing};

/// `service/Name handler code`, and the problems.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let found = GoogleCloudFunctions.declared(&FileSet::from_texts(files.iter().copied()));
    let tell = |one: &Declared| {
        let handler = one.declaration.handler.as_deref().unwrap_or("-");
        format!("{}/{} {handler} {}", one.service, one.name, testing::code(one))
    };
    let problems = found.problems.iter().map(|problem| problem.message.clone());
    found.value.iter().map(tell).chain(problems).collect()
}

#[test]
fn code_registers_with_the_framework() {
    let files = [
        ("hello/package.json", "{}"),
        (
            "hello/index.js",
            "const functions = require('@google-cloud/functions-framework');\nconst { work } = require('./work');\nfunctions.http('hello', (req, res) => res.send('x'));\nfunctions.cloudEvent('work', work);\n// functions.http('no', x);\n",
        ),
        ("hello/work.js", "exports.work = event => {};"),
        ("hello/index.test.js", "require('@google-cloud/functions-framework').http('test', x);"),
        (
            "py/main.py",
            "import functions_framework\n@functions_framework.http\ndef serve(request): ...\n@functions_framework.cloud_event\ndef event(e): ...\ndef other(): ...\n",
        ),
        ("go/go.mod", "module x"),
        (
            "go/fn.go",
            "import \"github.com/GoogleCloudPlatform/functions-framework-go/functions\"\nfunc init() {\n\tfunctions.HTTP(\"Hello\", hello)\n\t// functions.HTTP(\"Old\", old)\n}\n",
        ),
        ("go/hello.go", "func hello(w, r) {}"),
        ("java/pom.xml", ""),
        (
            "java/src/main/java/Pay.java",
            "import com.google.cloud.functions.HttpFunction;\npublic class Pay implements HttpFunction {}\n",
        ),
    ];
    assert_eq!(
        told(&files),
        [
            "go/Hello hello.go#hello go:.",
            "hello/hello index.js hello:.",
            "hello/work work.js#work hello:.",
            "java/Pay src/main/java/Pay.java#Pay java:.",
            "py/serve main.py#serve py:.",
            "py/event main.py#event py:.",
        ]
    );
}

#[test]
fn commands_deploy_what_they_name() {
    let script = "#!/bin/bash\n# gcloud functions deploy commented\ngcloud functions deploy resize \\\n  --runtime=nodejs20 --entry-point resizeImage \\\n  --source ./resize --trigger-bucket=pictures\ngcloud functions deploy $NAME --source x\n";
    let workflow = "jobs:\n  one:\n    steps:\n      - uses: google-github-actions/deploy-cloud-functions@v2\n        with: { name: notify, runtime: python312, entry_point: run, source_dir: notify }\n      - run: gcloud functions deploy resize --source resize --entry-point resizeImage\n";
    let build = "steps:\n  - name: gcr.io/google.com/cloudsdktool/cloud-sdk\n    args: [gcloud, functions, deploy, report, '--source=report', '--trigger-topic=reports', '--runtime=go122']\n";
    let files = [
        ("deploy.sh", script),
        (".github/workflows/deploy.yml", workflow),
        ("cloudbuild.yaml", build),
        ("resize/index.js", "exports.resizeImage = () => 1;"),
        ("notify/main.py", "import functions_framework\n@functions_framework.http\ndef run(r): ...\n"),
        ("report/go.mod", "module x"),
    ];
    assert_eq!(
        told(&files),
        [
            "resize/resize index.resizeImage :resize",
            "notify/notify main.run :notify",
            "report/report index.report :report",
            "this command deploys a function of Google Cloud whose name only a run knows: it is not counted",
        ]
    );
    let found = GoogleCloudFunctions.declared(&FileSet::from_texts(files)).value;
    assert_eq!(testing::uses(&found, "report"), ["Receives topic reports Own"]);
}

#[test]
fn a_manifest_that_declares_the_code_is_believed_alone() {
    let terraform = "resource \"google_cloudfunctions_function\" \"pay\" {\n  name = \"pay\"\n  runtime = \"python312\"\n  entry_point = \"run\"\n  source_archive_object = google_storage_bucket_object.zip.name\n}\nresource \"google_storage_bucket_object\" \"zip\" {\n  name = \"pay.zip\"\n  source = data.archive_file.zip.output_path\n}\ndata \"archive_file\" \"zip\" {\n  type = \"zip\"\n  source_dir = \"${path.module}/pay\"\n  output_path = \"pay.zip\"\n}\n";
    let files = FileSet::from_texts([
        ("main.tf", terraform),
        ("pay/main.py", "import functions_framework\n@functions_framework.http\ndef run(r): ...\n"),
        ("other/main.py", "import functions_framework\n@functions_framework.http\ndef more(r): ...\n"),
    ]);
    let found = discover(&files, &Options::default()).value.functions;
    let mut names: Vec<&str> = found.iter().map(|function| function.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["more", "pay"]);
}
