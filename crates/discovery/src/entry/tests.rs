//! Tables of small made-up checkouts: what is declared, and which file that means.

use std::collections::BTreeMap;

use lockstep_model::{Declaration, FileSet, Location, RepoPath};

use super::*;
use crate::platform::Build;

mod containers;
mod paths;
mod scripts;

fn repo_path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn from_folder(base: &str, path: &str) -> CodeSource {
    CodeSource::Path { base: repo_path(base), path: path.to_owned() }
}

fn artefact(base: &str, path: &str) -> CodeSource {
    CodeSource::Artifact { base: repo_path(base), path: path.to_owned() }
}

fn declared(runtime: &str, handler: &str, code: CodeSource) -> Declared {
    let location = Location::whole_file(repo_path("template.yaml"));
    Declared {
        name: "Function".to_owned(),
        service: "service".to_owned(),
        stack_folder: RepoPath::root(),
        declaration: Declaration {
            platform: "aws-sam",
            location,
            block_end: 0,
            logical_id: "Function".to_owned(),
            handler: (!handler.is_empty()).then(|| handler.to_owned()),
        },
        runtime: (!runtime.is_empty()).then(|| runtime.to_owned()),
        code,
        build: Build::default(),
        style: HandlerStyle::Runtime,
        environment: BTreeMap::new(),
        layers: Vec::new(),
        channels: Vec::new(),
        stores: Vec::new(),
        invokes: Vec::new(),
    }
}

/// `path symbol confidence`, or `? why`.
fn shown(declared: &Declared, texts: &[(&str, &str)]) -> String {
    let files = FileSet::from_texts(texts.iter().copied());
    let resolved = resolve(declared, &files, &Index::new(&files));
    match (&resolved.entry, &resolved.why) {
        (Some(entry), None) => {
            assert!(files.is_file(&entry.path), "{} is not in the checkout", entry.path);
            format!("{} {} {}", entry.path, entry.symbol.as_deref().unwrap_or("-"), entry.confidence.as_str())
        }
        (None, Some(why)) => format!("? {why}"),
        both => panic!("an answer is an entry or a reason, not {both:?}"),
    }
}

/// Files, each with its text.
type Texts<'a> = &'a [(&'a str, &'a str)];

/// Runs a table of (runtime, handler, code root, files, expected).
fn table(cases: &[(&str, &str, &str, Texts<'_>, &str)]) {
    for (runtime, handler, root, texts, expected) in cases {
        let declared = declared(runtime, handler, from_folder("", root));
        assert_eq!(&shown(&declared, texts), expected, "{runtime} {handler} in `{root}`");
    }
}

const NODE: &str = "nodejs22.x";

#[test]
fn node_modules_end_at_a_dot_and_symbols_follow() {
    table(&[
        (NODE, "src/app.handler", "orders", &[("orders/src/app.js", "")], "orders/src/app.js handler exact"),
        (NODE, "app.handler", "", &[("app.js", ""), ("app.ts", "")], "app.ts handler exact"),
        (NODE, "worker", "w", &[("w/worker.js", "")], "w/worker.js - convention"),
        (
            NODE,
            "http",
            "g",
            &[("g/package.json", "{\"main\": \"/src/a.ts\"}"), ("g/src/a.ts", "export let http")],
            "g/src/a.ts http exact",
        ),
        (NODE, "./app.handler", "orders/", &[("orders/app.mjs", "")], "orders/app.mjs handler exact"),
        (NODE, "orders.handler", ".", &[("orders/index.ts", "")], "orders/index.ts handler exact"),
        // A folder with a package, beside what only looks like its source.
        (
            NODE,
            "services/rates.handler",
            "",
            &[
                ("services/rates/package.json", r#"{"main": "run.js"}"#),
                ("services/rates/run.js", "exports.handler = 1"),
                ("services/mail/src/main/kotlin/Handler.kt", "package mail.handler"),
            ],
            "services/rates/run.js handler exact",
        ),
        (NODE, "app.api.get", "", &[("app.js", "")], "app.js api.get exact"),
        (NODE, "items.get/index.get", "", &[("items.get/index.js", "")], "items.get/index.js get exact"),
        (NODE, "app.v2.get", "", &[("app.v2.js", "")], "app.v2.js get exact"),
        // Both splits exist: the one whose symbol is there.
        (NODE, "app.v2.get", "", &[("app.js", "x"), ("app.v2.js", "exports.get = 1")], "app.v2.js get exact"),
        (NODE, "src/x.run", "orders", &[("orders/y.js", "")], "? no file `src/x.{ts,js,…}` under `orders/`"),
        (
            NODE,
            "../../x.run",
            "orders",
            &[("orders/y.js", "")],
            "? the handler `../../x.run` leads out of the repository",
        ),
        (NODE, "../lib/x.run", "orders", &[("orders/y.js", ""), ("lib/x.js", "")], "lib/x.js run exact"),
        (NODE, "/var/task/app.run", "", &[("app.js", "")], "app.js run exact"),
        (
            NODE,
            "run",
            "",
            &[("main.js", "exports.run = 1"), ("package.json", r#"{"main": "main.js"}"#)],
            "main.js run exact",
        ),
    ]);
}

#[test]
fn a_bundler_takes_the_last_dot_first() {
    let mut declared = declared(NODE, "foo.bar.handler", from_folder("", "."));
    let texts = [("foo.js", ""), ("foo.bar.ts", "")];
    assert_eq!(shown(&declared, &texts), "foo.js bar.handler exact");
    declared.style = HandlerStyle::Bundler;
    assert_eq!(shown(&declared, &texts), "foo.bar.ts handler exact");
}

#[test]
fn compiled_output_leads_to_its_source() {
    let tsconfig = r#"{ /* note */ "compilerOptions": { "outDir": "./lib", "rootDir": "./code", } }"#;
    let script = r#"{"scripts": {"build": "esbuild --bundle --outdir=target/ code/jobs/*.ts"}}"#;
    let keyed = "module.exports = { entry: { daily: './code/jobs/nightly.ts' } }";
    table(&[
        (NODE, "dist/a/x.run", "svc", &[("svc/src/a/x.ts", "")], "svc/src/a/x.ts run compiled"),
        (NODE, "x.run", "svc/dist/a", &[("svc/a/x.ts", "")], "svc/a/x.ts run compiled"),
        (NODE, "lib/x.run", "", &[("tsconfig.json", tsconfig), ("code/x.ts", "")], "code/x.ts run compiled"),
        (NODE, "x.run", "svc", &[("svc/src/x.ts", "")], "svc/src/x.ts run compiled"),
        (NODE, "dist/x/index.run", "svc", &[("svc/src/x.ts", "")], "svc/src/x.ts run compiled"),
        (
            NODE,
            "daily.run",
            "svc/target",
            &[("svc/package.json", script), ("svc/code/jobs/daily.ts", "")],
            "svc/code/jobs/daily.ts run compiled",
        ),
        (
            NODE,
            "dist/daily.run",
            "svc",
            &[("svc/package.json", "{}"), ("svc/webpack.config.js", keyed), ("svc/code/jobs/nightly.ts", "")],
            "svc/code/jobs/nightly.ts run compiled",
        ),
        (
            NODE,
            "build/js/app.run",
            "",
            &[("src/main/kotlin/App.kt", "fun run() {}")],
            "src/main/kotlin/App.kt run compiled",
        ),
    ]);
}

#[test]
fn the_bundlers_entry_points_are_the_entry() {
    let mut declared = declared(NODE, "app.run", from_folder("", "svc"));
    declared.build.entry_points = vec!["code/app.ts".to_owned(), "code/other.ts".to_owned()];
    let texts = [("svc/code/app.ts", ""), ("svc/code/other.ts", "")];
    assert_eq!(shown(&declared, &texts), "svc/code/app.ts run exact");
}

#[test]
fn python_modules_are_paths_and_packages() {
    let py = "python3.12";
    table(&[
        (py, "main.handler", "src/on_events/", &[("src/on_events/main.py", "")], "src/on_events/main.py handler exact"),
        (py, "pkg/mod.fn", "", &[("pkg/mod.py", "")], "pkg/mod.py fn exact"),
        (py, "pkg.mod.fn", "", &[("pkg/mod.py", "")], "pkg/mod.py fn exact"),
        (py, "pkg.fn", "", &[("pkg/__init__.py", "")], "pkg/__init__.py fn exact"),
        (py, "mod.fn", "svc", &[("svc/src/mod.py", "")], "svc/src/mod.py fn exact"),
        (py, "mod.fn", "svc", &[("svc/python/mod.py", "")], "svc/python/mod.py fn exact"),
        (py, "svc.mod.fn", "svc", &[("svc/mod.py", "")], "svc/mod.py fn exact"),
        (py, "a.b.fn", "svc", &[("svc/x.py", "")], "? no file `a/b.py` under `svc/`"),
        (py, "fn", "", &[("main.py", "def fn(): pass")], "main.py fn exact"),
    ]);
}

#[test]
fn classes_are_found_by_package_and_name() {
    let java = "java21";
    let class = |package: &str, name: &str| format!("package {package};\n\npublic class {name} {{ }}\n");
    let (here, there) = (class("com.acme", "Pay"), class("com.other", "Pay"));
    table(&[
        (
            java,
            "com.acme.Pay::handle",
            "pay",
            &[("pay/src/main/java/com/acme/Pay.java", &here), ("x/Pay.java", &there)],
            "pay/src/main/java/com/acme/Pay.java Pay::handle exact",
        ),
        (
            java,
            "com.acme.Pay",
            "pay/build/distributions/pay.zip",
            &[("pay/src/com/acme/Pay.java", &here)],
            "pay/src/com/acme/Pay.java Pay::handleRequest artifact",
        ),
        (
            java,
            "com.acme.Pay",
            "pay",
            &[("pay/build.gradle", ""), ("lib/Pay.java", &here), ("lib/other/Pay.java", &there)],
            "lib/Pay.java Pay::handleRequest class-search",
        ),
        (java, "com.acme.Pay$Inner::go", "", &[("Pay.java", &here)], "Pay.java Pay::go exact"),
        (java, "com.acme.None::go", "pay", &[("pay/Pay.java", &here)], "? no class `com.acme.None` under `pay/`"),
        (
            java,
            "com.acme.jobs.Daily::apply",
            "job",
            &[("job/x.txt", ""), ("lib/All.scala", "package com.acme\npackage jobs\n\nobject Daily extends App\n")],
            "lib/All.scala Daily::apply class-search",
        ),
        (
            java,
            "com.acme.MainKt::run",
            "",
            &[("Main.kt", "package com.acme\nfun run() {}")],
            "Main.kt MainKt::run exact",
        ),
    ]);
}

#[test]
fn framework_handlers_are_named_by_variables() {
    let quarkus = "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest";
    let mut declared = declared("java21", quarkus, from_folder("", "inv"));
    declared.environment.insert("QUARKUS_LAMBDA_HANDLER".into(), "created".into());
    let texts = [
        ("inv/src/A.java", "package a;\n@Named(\"created\")\npublic class A implements RequestHandler<X, Y> {}"),
        ("inv/src/B.java", "package a;\n@Named(\"deleted\")\npublic class B implements RequestHandler<X, Y> {}"),
    ];
    assert_eq!(shown(&declared, &texts), "inv/src/A.java created class-search");
    declared.environment.clear();
    assert_eq!(shown(&declared, &texts), "? no application class under `inv/`");
}

#[test]
fn dotnet_names_assembly_class_and_method() {
    let net = "dotnet8";
    let project = "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>";
    let functions = "namespace Shop.Jobs;\npublic class Functions { [LambdaFunction] public void Handle() {} }";
    table(&[
        (
            net,
            "Shop::Shop.Jobs.Functions::Handle",
            "src/Shop",
            &[("src/Shop/Shop.csproj", project), ("src/Shop/Jobs/All.cs", functions)],
            "src/Shop/Jobs/All.cs Functions::Handle exact",
        ),
        (
            net,
            "Shop::Shop.Jobs.Functions_Handle_Generated::Handle",
            "src/Shop",
            &[("src/Shop/Shop.csproj", project), ("src/Shop/Functions.cs", functions)],
            "src/Shop/Functions.cs Functions::Handle exact",
        ),
        (
            net,
            "Shop::Shop.Jobs.Functions::Handle",
            "missing.zip",
            &[("src/Shop/Shop.csproj", project), ("src/Shop/Functions.cs", functions)],
            "src/Shop/Functions.cs Functions::Handle artifact",
        ),
        (net, "Shop", "src", &[("src/Shop.csproj", project), ("src/Program.cs", "")], "src/Program.cs - exact"),
        (
            net,
            "Shop::Shop.Gone::Handle",
            "src/Shop",
            &[("src/Shop/Shop.csproj", project), ("src/Shop/Functions.cs", functions)],
            "? no class `Gone` of the project `Shop` under `src/Shop/`",
        ),
    ]);
}

const GO_MAIN: &str = "package main\n\nfunc main() { lambda.Start(handle) }\n";

#[test]
fn go_programs_are_found_by_folder_or_build_command() {
    let makefile = "build:\n\tenv GOOS=linux go build -ldflags=\"-s -w\" -o bin/sign-in auth/main.go\n";
    let pattern = "bin/%: functions/%/main.go\n\tgo build -o $@ $<\nall:\n\tfor f in $(ALL); do go build -o bin/$$f ./fns/$$f; done\n";
    table(&[
        (
            "go1.x",
            "main",
            "internal/users/main",
            &[("internal/users/main/lambda.go", GO_MAIN)],
            "internal/users/main/lambda.go - exact",
        ),
        ("go1.x", "bin/sign-in", "", &[("Makefile", makefile), ("auth/main.go", GO_MAIN)], "auth/main.go - artifact"),
        (
            "go1.x",
            "bin/hello",
            "",
            &[("Makefile", pattern), ("fns/hello/main.go", GO_MAIN), ("fns/x/main.go", GO_MAIN)],
            "fns/hello/main.go - artifact",
        ),
        (
            "go1.x",
            "bin/hello",
            "",
            &[("cmd/hello/main.go", GO_MAIN), ("cmd/bye/main.go", GO_MAIN)],
            "cmd/hello/main.go - convention",
        ),
        (
            "go1.x",
            "bin/hello",
            "",
            &[("deep/down/hello/x.go", GO_MAIN), ("bye/main.go", GO_MAIN)],
            "deep/down/hello/x.go - convention",
        ),
        ("provided.al2023", "bootstrap", "svc", &[("svc/only/main.go", GO_MAIN)], "svc/only/main.go - class-search"),
        ("go1.x", "cmd/foo/main.go", "", &[("cmd/foo/main.go", GO_MAIN)], "cmd/foo/main.go - exact"),
        ("go111", "Hello", "", &[("fn.go", "package hello\nfunc Hello(w W) {}\n")], "fn.go - class-search"),
        (
            "go1.x",
            "bin/none",
            "",
            &[("a/main.go", GO_MAIN), ("b/main.go", GO_MAIN)],
            "? no Go program for `bin/none` in the repository",
        ),
    ]);
}

#[test]
fn rust_bins_are_named_or_alone() {
    let package = |name: &str| format!("[package]\nname = \"{name}\"\n");
    let (oxbow, two) =
        (package("oxbow-lambda"), format!("{}[[bin]]\nname = \"b\"\npath = \"code/b.rs\"\n", package("a")));
    let texts: &[(&str, &str)] = &[
        ("Cargo.toml", "[workspace]\nmembers = [\"lambdas/*\"]\n"),
        ("lambdas/oxbow/Cargo.toml", &oxbow),
        ("lambdas/oxbow/src/main.rs", ""),
        ("lambdas/two/Cargo.toml", &two),
        ("lambdas/two/src/main.rs", ""),
        ("lambdas/two/code/b.rs", ""),
        ("lambdas/two/src/bin/c.rs", ""),
    ];
    let rust = "provided.al2023";
    let missing = "? code comes from the artefact `x/none.zip`, and no build script or folder names it";
    table(&[
        (rust, "bootstrap", "lambdas/oxbow", texts, "lambdas/oxbow/src/main.rs oxbow-lambda exact"),
        (
            rust,
            "bootstrap",
            "target/lambda/oxbow-lambda/bootstrap.zip",
            texts,
            "lambdas/oxbow/src/main.rs oxbow-lambda artifact",
        ),
        ("rust", "a.b", "lambdas/two", texts, "lambdas/two/code/b.rs b exact"),
        (rust, "bootstrap", "x/none.zip", texts, missing),
    ]);
    let mut declared = declared(rust, "bootstrap", from_folder("", "."));
    declared.build = Build { method: Some("rust-cargolambda".into()), binary: Some("c".into()), ..Build::default() };
    assert_eq!(shown(&declared, texts), "lambdas/two/src/bin/c.rs c exact");
    declared.build.binary = None;
    assert_eq!(shown(&declared, texts), "? no single Cargo bin target in the repository");
}

#[test]
fn make_targets_say_what_is_built() {
    let rust = "build-Create:\n\tcargo lambda build --release --bin create\n\tcp ./target/lambda/create/bootstrap $(ARTIFACTS_DIR)\n";
    let go = "build-%:\n\tcd cmd/$* && GOOS=linux go build -o $(ARTIFACTS_DIR)/bootstrap .\n";
    let manifest = "[package]\nname = \"shop\"\n[[bin]]\nname = \"create\"\npath = \"src/c.rs\"\n[[bin]]\nname = \"d\"\npath = \"src/d.rs\"\n";
    let mut declared = declared("provided.al2", "bootstrap", from_folder("", "."));
    declared.build =
        Build { method: Some("makefile".into()), make_target: Some("build-Create".into()), ..Build::default() };
    let texts = [("Makefile", rust), ("Cargo.toml", manifest), ("src/c.rs", ""), ("src/d.rs", "")];
    assert_eq!(shown(&declared, &texts), "src/c.rs create artifact");
    let texts = [("Makefile", go), ("cmd/Create/main.go", GO_MAIN), ("cmd/Drop/main.go", GO_MAIN)];
    assert_eq!(shown(&declared, &texts), "cmd/Create/main.go - artifact");
}

#[test]
fn ruby_php_and_start_scripts() {
    let script = "#!/bin/bash\nexec node dist/server.js\n";
    table(&[
        ("ruby3.3", "app/todo.Todos::Create.run", "", &[("app/todo.rb", "")], "app/todo.rb Todos::Create.run exact"),
        ("ruby3.3", "todo.run", "", &[("x.rb", "")], "? no file `todo.rb` in the repository"),
        ("provided.al2", "public/index.php", "", &[("public/index.php", "")], "public/index.php - exact"),
        (
            "php-83",
            "App\\Jobs\\Pay",
            "",
            &[("src/Jobs/Pay.php", "<?php\nnamespace App\\Jobs;\n"), ("src/Pay.php", "<?php namespace App;")],
            "src/Jobs/Pay.php App\\Jobs\\Pay class-search",
        ),
        (NODE, "run.sh", "", &[("run.sh", script), ("src/server.ts", "")], "src/server.ts - compiled"),
        ("swift", "hello", "", &[("Sources/hello/main.swift", "")], "Sources/hello/main.swift - convention"),
    ]);
}

#[test]
fn wrappers_are_looked_behind() {
    let cases = [
        ("/opt/nodejs/node_modules/datadog-lambda-js/handler.handler", "DD_LAMBDA_HANDLER"),
        ("node_modules/datadog-lambda-js/dist/handler.handler", "DD_LAMBDA_HANDLER"),
        ("newrelic-lambda-wrapper.handler", "NEW_RELIC_LAMBDA_HANDLER"),
        ("lumigo-auto-instrument.handler", "LUMIGO_ORIGINAL_HANDLER"),
        ("/opt/nodejs/some-tool/handler.handler", "SOME_TOOL_ORIGINAL_HANDLER"),
    ];
    for (handler, variable) in cases {
        let mut declared = declared(NODE, handler, from_folder("", "."));
        let texts = [("app.js", "")];
        assert!(shown(&declared, &texts).starts_with('?'), "{handler} without its variable");
        declared.environment.insert(variable.to_owned(), "app.run".to_owned());
        assert_eq!(shown(&declared, &texts), "app.js run exact", "{handler}");
        let files = FileSet::from_texts(texts);
        assert_eq!(resolve(&declared, &files, &Index::new(&files)).handler.as_deref(), Some("app.run"));
    }
}

#[test]
fn remote_artefacts_are_traced_by_name_and_by_script() {
    let texts: &[(&str, &str)] = &[
        ("src/handlers/articles/recent/handler.py", ""),
        ("src/handlers/articles/show/handler.py", ""),
        ("src/handlers/show/handler.py", ""),
        ("src/handlers/users/recent/handler.py", ""),
        ("script/readme.txt", ""),
    ];
    let cases = [
        ("./deploy/articles_recent.zip", "src/handlers/articles/recent/handler.py run artifact"),
        ("s3://bucket/articles-show.zip", "src/handlers/articles/show/handler.py run artifact"),
        // Of two folders that end with `show`, the other is called `articles_show`.
        ("out/show.zip", "src/handlers/show/handler.py run artifact"),
        // Two folders end with `recent`, and neither is called so: none is the answer.
        ("out/recent.zip", "? code comes from the artefact `out/recent.zip`, and no build script or folder names it"),
        (
            "s3://b/none.zip",
            "? code comes from the remote artefact `s3://b/none.zip`, and no build script or folder names it",
        ),
    ];
    for (path, expected) in cases {
        let declared = declared("python3.12", "handler.run", artefact("deployment", path));
        assert_eq!(shown(&declared, texts), expected, "{path}");
    }
    let script =
        "cd \"$source_dir/operators/check\" || exit\nmkdir -p dist\nzip -q -g ./dist/all_checks.zip ./handler.py\n";
    let texts =
        [("deployment/build.sh", script), ("source/operators/check/handler.py", ""), ("source/other/handler.py", "")];
    let checks = declared("python3.12", "handler.run", artefact("deployment", "s3://b/all_checks.zip"));
    assert_eq!(shown(&checks, &texts), "source/operators/check/handler.py run artifact");
    let script = "deploy() {\n  mkdir out\n\n  cargo lambda build --manifest-path code/make_user/Cargo.toml\n  zip -j out/signUp.zip target/lambda/make-user/bootstrap\n\n}\n";
    let package = "[package]\nname = \"make-user\"\n";
    let texts = [("package.sh", script), ("code/make_user/Cargo.toml", package), ("code/make_user/src/main.rs", "")];
    let declared = declared("provided.al2023", "bootstrap", from_folder("", "./out/signUp.zip"));
    assert_eq!(shown(&declared, &texts), "code/make_user/src/main.rs make-user artifact");
}

#[test]
fn missing_code_roots_are_looked_for_above() {
    let texts: &[(&str, &str)] = &[("orders/src/get/main.py", ""), ("x/y/template.yaml", "")];
    let py = "python3.12";
    let cases = [
        (from_folder("orders/build", "src/get"), "orders/src/get/main.py run convention"),
        (from_folder("orders/build", "../../src/get"), "orders/src/get/main.py run convention"),
        (from_folder("", "../secret"), "? the code path `../secret` leads out of the repository"),
        (
            from_folder("", "nowhere"),
            "? the code path `nowhere` does not exist in the checkout, and no build script or folder names it",
        ),
        (CodeSource::Unknown("only the deployment knows".into()), "? only the deployment knows"),
    ];
    for (code, expected) in cases {
        assert_eq!(shown(&declared(py, "main.run", code.clone()), texts), expected, "{code:?}");
    }
}

#[test]
fn code_in_the_manifest_is_the_manifest() {
    let declared = declared("python3.12", "index.run", CodeSource::Inline);
    assert_eq!(shown(&declared, &[("template.yaml", "")]), "template.yaml run exact");
}
