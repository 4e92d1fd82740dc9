//! Manifests that nobody means well with, one of every platform: nested ten thousand levels deep, binary, in another
//! encoding, a hundred megabytes, repeated, leading out of the repository. Each costs bounded time and memory and is
//! named with its place, and the functions beside it are found all the same.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::program;

/// A file that a platform reads, with what makes it one of that platform's.
struct Manifest {
    path: &'static str,
    /// Stands before what is hostile.
    opens: &'static str,
    /// Further files without which nobody looks at it.
    beside: &'static [(&'static str, &'static str)],
}

const fn of(path: &'static str, opens: &'static str) -> Manifest {
    Manifest { path, opens, beside: &[] }
}

const MANIFESTS: &[Manifest] = &[
    of("sam/template.yaml", "# AWS::Serverless::Function\nResources: "),
    of("sls/serverless.yml", "service: x\nprovider: { name: aws }\nfunctions: "),
    of("tf/main.tf", "resource \"aws_lambda_function\" \"x\" {\n  handler = "),
    of("tfjson/main.tf.json", "{\"resource\": {\"aws_lambda_function\": "),
    of("workers/wrangler.toml", "name = \"x\"\nmain = "),
    of("workersjson/wrangler.jsonc", "{\"name\": \"x\", \"main\": "),
    Manifest {
        path: "azure/Pay/function.json",
        opens: "{\"bindings\": ",
        beside: &[("azure/host.json", "{\"version\": \"2.0\"}")],
    },
    Manifest {
        path: "azure4/main.ts",
        opens: "import { app } from \"@azure/functions\";\napp.http(\"pay\", ",
        beside: &[
            ("azure4/host.json", "{\"version\": \"2.0\"}"),
            ("azure4/package.json", "{\"main\": \"main.ts\", \"dependencies\": {\"@azure/functions\": \"4\"}}"),
        ],
    },
    Manifest {
        path: "azurepy/function_app.py",
        opens: "import azure.functions as func\napp = func.FunctionApp()\nx = ",
        beside: &[("azurepy/host.json", "{\"version\": \"2.0\"}")],
    },
    of("netlify/netlify.toml", "[functions]\ndirectory = "),
    of("supabase/config.toml", "[functions.pay]\nentrypoint = "),
    of("firebase/firebase.json", "{\"functions\": "),
    Manifest {
        path: "chalice/app.py",
        opens: "from chalice import Chalice\napp = Chalice(app_name=\"x\")\ny = ",
        beside: &[("chalice/.chalice/config.json", "{\"version\": \"2.0\", \"app_name\": \"x\"}")],
    },
    Manifest {
        path: "cdk/bin/app.ts",
        opens: "import { App } from \"aws-cdk-lib\";\nnew App(",
        beside: &[("cdk/cdk.json", "{\"app\": \"npx ts-node bin/app.ts\"}")],
    },
    Manifest {
        path: "cdkpy/app.py",
        opens: "import aws_cdk as cdk\ncdk.App(",
        beside: &[("cdkpy/cdk.json", "{\"app\": \"python3 app.py\"}")],
    },
    of("slsts/serverless.ts", "module.exports = { service: \"x\", provider: { name: \"aws\" }, functions: "),
    of("sst/sst.config.ts", "export default $config({ async run() { new sst.aws.Function(\"x\", "),
    of("openfaas/stack.yml", "provider: { name: openfaas }\nfunctions: "),
    of("knative/func.yaml", "specVersion: 0.36.0\nname: x\nruntime: go\nbuild: "),
    of("spin/spin.toml", "spin_manifest_version = 2\n[component.x]\nsource = "),
    of("zappa/zappa_settings.json", "{\"dev\": "),
    of("digitalocean/project.yml", "packages: "),
];

/// A folder with all the manifests, each made worse by `attack`, and one sound function.
fn attacked(attack: &dyn Fn(&Manifest) -> Vec<u8>) -> TempDir {
    let place = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &[u8]| {
        let path: PathBuf = place.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    for manifest in MANIFESTS {
        write(manifest.path, &attack(manifest));
        manifest.beside.iter().for_each(|(path, text)| write(path, text.as_bytes()));
    }
    let sound = "Resources:\n  Sound:\n    Type: AWS::Serverless::Function\n    Properties: { Handler: app.run, Runtime: python3.13 }\n";
    write("sound/template.yaml", sound.as_bytes());
    write("sound/app.py", b"def run(event, context):\n    return 1\n");
    place
}

/// What is printed about the folder, after the sound function was found in it.
#[track_caller]
fn read(place: &Path) -> Value {
    let printed = program::json(place, &["functions"]);
    let names: Vec<&Value> = printed["functions"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert!(names.contains(&&Value::from("Sound")), "{printed}");
    printed
}

/// The files that problems name.
fn named(printed: &Value) -> BTreeSet<String> {
    let problems = printed["problems"].as_array().expect("a list");
    problems.iter().filter_map(|problem| Some(problem["path"].as_str()?.to_owned())).collect()
}

/// Every manifest has to be named, but for those of `silent`, for which there is a reason.
#[track_caller]
fn all_are_named(printed: &Value, silent: &[&str]) {
    let named = named(printed);
    let missing: Vec<&str> = MANIFESTS
        .iter()
        .map(|manifest| manifest.path)
        .filter(|path| !named.contains(*path) && !silent.contains(path))
        .collect();
    assert_eq!(missing, Vec::<&str>::new(), "\n{:#}", printed["problems"]);
}

/// Any tool may call a file so: what looks like no manifest of functions is passed over.
const ANYBODYS: &[&str] = &["digitalocean/project.yml"];

#[test]
fn nesting_of_ten_thousand_levels() {
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        attacked(&|manifest| format!("{}{open}{close}", manifest.opens).into_bytes())
    };
    for (open, close) in [("[", "]"), ("{", "}"), ("{a: ", "}"), ("{\"a\":", "}")] {
        all_are_named(&read(deep(open, close).path()), ANYBODYS);
    }
    // To YAML, parentheses are letters.
    let texts = [ANYBODYS, &["sam/template.yaml", "openfaas/stack.yml", "knative/func.yaml"]].concat();
    all_are_named(&read(deep("(", ")").path()), &texts);
}

#[test]
fn binary_and_other_encodings() {
    let binary = attacked(&|manifest| [manifest.opens.as_bytes(), b"\0\x01\x02"].concat());
    all_are_named(&read(binary.path()), &[]);
    let latin = attacked(&|manifest| [manifest.opens.as_bytes(), b"\"caf\xe9\""].concat());
    all_are_named(&read(latin.path()), &[]);
    let utf16 = attacked(&|manifest| {
        let units: Vec<u8> = manifest.opens.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[0xff, 0xfe][..], &units].concat()
    });
    all_are_named(&read(utf16.path()), &[]);
}

#[test]
fn a_hundred_megabytes() {
    let places = attacked(&|manifest| manifest.opens.as_bytes().to_vec());
    for manifest in MANIFESTS {
        // A sparse file: the size is what counts.
        let file = fs::OpenOptions::new().write(true).open(places.path().join(manifest.path)).expect("the file");
        file.set_len(100 << 20).expect("a file can grow");
    }
    all_are_named(&read(places.path()), &[]);
}

#[test]
fn nothing_but_an_open_bracket() {
    let cut = attacked(&|manifest| format!("{}[", manifest.opens).into_bytes());
    all_are_named(&read(cut.path()), ANYBODYS);
}

/// Leads out of the repository, into itself, and says everything twice.
#[test]
fn paths_that_lead_out_and_in_circles() {
    let place = attacked(&|_| Vec::new());
    let write = |path: &str, text: &str| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    write(
        "tf/main.tf",
        "module \"a\" {\n  source = \"./a\"\n}\nmodule \"out\" {\n  source = \"../../../../etc\"\n}\nlocals {\n  x = local.y\n  y = local.x\n}\nresource \"aws_lambda_function\" \"x\" {\n  handler = local.x\n  handler = \"a.b\"\n  filename = \"../../../../etc/passwd\"\n}\n",
    );
    write("tf/a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n");
    write("tf/b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\n");
    write("workers/wrangler.toml", "name = \"x\"\nmain = \"../../../../etc/passwd\"\nname = \"y\"\n");
    write("workersjson/wrangler.jsonc", "{\"name\": \"x\", \"name\": \"y\", \"main\": \"../../../../etc/passwd\"}");
    write("netlify/netlify.toml", "[functions]\ndirectory = \"../../../../etc\"\n");
    write("firebase/firebase.json", "{\"functions\": {\"source\": \"../../../../etc\"}}");
    write(
        "sls/serverless.yml",
        "service: x\nprovider: { name: aws }\nfunctions: ${file(serverless.yml):functions}\ncustom: ${file(../../../../etc/passwd)}\n",
    );
    write(
        "cdk/bin/app.ts",
        "import { App, Stack } from \"aws-cdk-lib\";\nimport { again } from \"./again\";\nimport { NodejsFunction } from \"aws-cdk-lib/aws-lambda-nodejs\";\nfunction forever() { return forever(); }\nforever();\nwhile (true) { again(); }\nnew NodejsFunction(new Stack(new App(), \"S\"), \"F\", { entry: \"../../../../etc/passwd\" });\n",
    );
    write("cdk/bin/again.ts", "import \"./app\";\nexport const again = () => again();\n");
    write("spin/spin.toml", "spin_manifest_version = 2\n[component.x]\nsource = \"../../../../etc/passwd\"\n");
    let printed = read(place.path());
    let functions = printed["functions"].as_array().expect("a list");
    let outside = functions.iter().filter_map(|one| one["entry"]["path"].as_str()).find(|path| path.contains("etc"));
    assert_eq!(outside, None);
    let named = named(&printed);
    for manifest in ["sls/serverless.yml", "workers/wrangler.toml", "tf/main.tf"] {
        assert!(named.contains(manifest), "{manifest} in {:#}", printed["problems"]);
    }
}
