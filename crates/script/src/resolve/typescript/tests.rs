//! What resolution on a bare clone has to know beyond `./x`, each as a case.

use super::*;

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

/// What `specifier` means in `from`: a path, `npm NAME`, `builtin`, or `? why`.
fn resolve(files: &[(&str, &str)], from: &str, specifier: &str, roots: &[&str]) -> String {
    let files = FileSet::from_texts(files.iter().copied());
    let roots: Vec<RepoPath> = roots.iter().map(|root| path(root)).collect();
    match TypeScriptResolver::new(&files).resolve(&path(from), specifier, &roots) {
        Resolution::Files(files) => files.iter().map(RepoPath::as_str).collect::<Vec<_>>().join(" "),
        Resolution::External(name) => format!("npm {name}"),
        Resolution::Builtin => "builtin".to_owned(),
        Resolution::Unresolved(why) => format!("? {why}"),
    }
}

fn check(files: &[(&str, &str)], cases: &[(&str, &str, &str)]) {
    for (from, specifier, expected) in cases {
        let found = resolve(files, from, specifier, &[]);
        // The reason is for people.
        let found = if found.starts_with('?') { "?" } else { &found };
        assert_eq!(found, *expected, "{specifier} in {from}");
    }
}

#[test]
fn relative_paths_as_node_typescript_and_bundlers_read_them() {
    let files = [
        ("src/a.ts", ""),
        ("src/b.ts", ""),
        ("src/c/index.tsx", ""),
        ("src/d.mts", ""),
        ("src/rows.json", "{}"),
        ("src/legacy.js", ""),
        ("src/types.d.ts", ""),
        ("src/e.ts", ""),
        ("src/e.js", ""),
        ("src/c.ts", ""),
    ];
    check(
        &files,
        &[
            ("src/a.ts", "./b", "src/b.ts"),
            ("src/a.ts", "./b.js", "src/b.ts"),
            ("src/a.ts", "./b.ts", "src/b.ts"),
            ("src/a.ts", "./c/", "src/c/index.tsx"),
            ("src/a.ts", "./c", "src/c.ts"),
            ("src/a.ts", "./d.mjs", "src/d.mts"),
            ("src/a.ts", "./rows.json", "src/rows.json"),
            ("src/a.ts", "./rows", "src/rows.json"),
            ("src/a.ts", "./types", "src/types.d.ts"),
            ("src/a.ts", "../src/legacy", "src/legacy.js"),
            ("src/a.ts", "./gone", "?"),
            ("src/a.ts", "../../outside", "?"),
            ("src/a.ts", "../../../../etc/passwd", "?"),
            ("src/a.ts", "/etc/passwd", "?"),
            ("src/a.ts", "", "?"),
            ("src/a.ts", ".", "?"),
        ],
    );
}

#[test]
fn bare_names() {
    let files = [
        ("a.ts", ""),
        ("lodash/index.js", ""),
        ("node_modules/dep/index.js", ""),
        ("node_modules/dep/package.json", "{}"),
    ];
    check(
        &files,
        &[
            ("a.ts", "fs", "builtin"),
            ("a.ts", "node:fs/promises", "builtin"),
            ("a.ts", "lodash", "npm lodash"),
            ("a.ts", "lodash/fp", "npm lodash"),
            ("a.ts", "@aws-sdk/client-s3", "npm @aws-sdk/client-s3"),
            ("a.ts", "@aws-sdk/client-s3/x/y", "npm @aws-sdk/client-s3"),
            ("a.ts", "dep", "npm dep"),
            ("a.ts", "https://deno.land/std/x.ts", "npm https://deno.land/std/x.ts"),
            ("a.ts", "@/components/x", "?"),
            ("a.ts", "~/x", "?"),
            ("a.ts", "#internal", "?"),
        ],
    );
}

#[test]
fn aliases_of_the_tsconfig() {
    let files = [
        (
            "tsconfig.base.json",
            r#"{ "compilerOptions": { "baseUrl": ".", "paths": { "@shared/*": ["shared/*"], "gen": ["gen/client"] } } }"#,
        ),
        (
            "tsconfig.json",
            "{ // comments and trailing commas are fine\n \"extends\": [\"@tsconfig/node20/tsconfig.json\", \"./tsconfig.base\"],\n }",
        ),
        ("shared/money.ts", ""),
        ("app/a.ts", ""),
        ("app/b.js", ""),
        // Issue 1357 of the resolver: `include` that is inherited from another folder.
        (
            "config/base.json",
            r#"{ "include": ["../svc/src"], "compilerOptions": { "paths": { "~lib/*": ["../lib/*"] } } }"#,
        ),
        ("svc/tsconfig.json", r#"{ "extends": "../config/base.json" }"#),
        ("svc/src/a.ts", ""),
        ("lib/x.ts", ""),
        // References: the aliases stand in the project that owns the file.
        (
            "ref/tsconfig.json",
            r#"{ "files": [], "references": [{ "path": "./tsconfig.app.json" }, { "path": "../gone" }] }"#,
        ),
        (
            "ref/tsconfig.app.json",
            r#"{ "include": ["src"], "compilerOptions": { "paths": { "app/*": ["./src/*"] } } }"#,
        ),
        ("ref/src/a.ts", ""),
        ("ref/src/b.ts", ""),
    ];
    check(
        &files,
        &[
            ("app/a.ts", "@shared/money", "shared/money.ts"),
            ("app/b.js", "@shared/money", "shared/money.ts"),
            ("app/a.ts", "shared/money", "shared/money.ts"),
            ("app/a.ts", "gen", "?"),
            ("app/a.ts", "@shared/gone", "?"),
            ("svc/src/a.ts", "~lib/x", "lib/x.ts"),
            ("ref/src/a.ts", "app/b", "ref/src/b.ts"),
        ],
    );
}

#[test]
fn a_tsconfig_that_is_broken_breaks_nothing_else() {
    let files = [
        ("tsconfig.json", "{ \"extends\": \"./tsconfig.json\", "),
        ("a.ts", ""),
        ("b.ts", ""),
        ("x/tsconfig.json", r#"{ "extends": "./other.json" }"#),
        ("x/other.json", r#"{ "extends": "./tsconfig.json" }"#),
        ("x/a.ts", ""),
        ("x/package.json", "{ nonsense"),
    ];
    check(&files, &[("a.ts", "./b", "b.ts"), ("x/a.ts", "../b", "b.ts"), ("x/a.ts", "lodash", "npm lodash")]);
}

#[test]
fn workspaces_without_an_installation() {
    let shared = r#"{ "name": "@acme/shared", "main": "dist/index.js", "exports": { ".": { "types": "./dist/index.d.ts", "import": "./dist/index.js" }, "./money": "./dist/money.js", "./x/*": "./dist/x/*.js" } }"#;
    for (manifest, text) in [
        ("package.json", r#"{ "workspaces": ["packages/*", "!packages/old"] }"#),
        ("package.json", r#"{ "workspaces": { "packages": ["./packages/**"] } }"#),
        ("pnpm-workspace.yaml", "# all\npackages:\n  - 'packages/*' # here\n  - \"apps/*\"\ncatalog:\n  - x\n"),
        ("lerna.json", r#"{ "packages": ["packages/*"] }"#),
    ] {
        let files = [
            (manifest, text),
            ("packages/shared/package.json", shared),
            ("packages/shared/tsconfig.json", r#"{ "compilerOptions": { "outDir": "dist", "rootDir": "source" } }"#),
            ("packages/shared/source/index.ts", ""),
            ("packages/shared/source/money.ts", ""),
            ("packages/shared/source/x/y.tsx", ""),
            ("packages/plain/package.json", r#"{ "name": "plain", "main": "src/main.ts" }"#),
            ("packages/plain/src/main.ts", ""),
            ("packages/plain/lib.js", ""),
            ("packages/empty/package.json", r#"{ "name": "empty", "main": "dist/index.js" }"#),
            ("packages/app/package.json", r#"{ "name": "app", "dependencies": { "@acme/shared": "workspace:*" } }"#),
            ("packages/app/src/a.ts", ""),
        ];
        check(
            &files,
            &[
                ("packages/app/src/a.ts", "@acme/shared", "packages/shared/source/index.ts"),
                ("packages/app/src/a.ts", "@acme/shared/money", "packages/shared/source/money.ts"),
                ("packages/app/src/a.ts", "@acme/shared/x/y", "packages/shared/source/x/y.tsx"),
                ("packages/app/src/a.ts", "plain", "packages/plain/src/main.ts"),
                ("packages/app/src/a.ts", "plain/lib", "packages/plain/lib.js"),
                ("packages/app/src/a.ts", "empty", "?"),
                ("packages/app/src/a.ts", "elsewhere", "npm elsewhere"),
            ],
        );
    }
}

#[test]
fn a_package_of_another_project_is_not_linked() {
    let files = [
        ("sample-a/package.json", r#"{ "name": "a", "dependencies": { "utils": "1.0.0" } }"#),
        ("sample-a/a.js", ""),
        ("sample-b/package.json", r#"{ "name": "utils" }"#),
        ("sample-b/index.js", ""),
        ("sample-c/package.json", r#"{ "name": "c", "dependencies": { "utils": "file:../sample-b" } }"#),
        ("sample-c/c.js", ""),
    ];
    check(&files, &[("sample-a/a.js", "utils", "npm utils"), ("sample-c/c.js", "utils", "sample-b/index.js")]);
}

#[test]
fn imports_of_the_package_itself() {
    let files = [
        (
            "package.json",
            r##"{ "name": "self", "exports": { "./x": "./x.js" }, "imports": { "#lib/*": "./lib/*.ts" } }"##,
        ),
        ("x.js", ""),
        ("lib/y.ts", ""),
        ("src/a.ts", ""),
    ];
    check(&files, &[("src/a.ts", "#lib/y", "lib/y.ts"), ("src/a.ts", "self/x", "x.js"), ("src/a.ts", "#gone", "?")]);
}

#[test]
fn compiled_output_leads_to_its_source() {
    let files = [("package.json", r#"{ "name": "root" }"#), ("src/util.ts", ""), ("other.js", ""), ("test/a.js", "")];
    check(
        &files,
        &[
            ("test/a.js", "../dist/util", "src/util.ts"),
            ("test/a.js", "../build/util.js", "src/util.ts"),
            ("test/a.js", "../dist/other.js", "other.js"),
            ("test/a.js", "../dist/gone.js", "?"),
        ],
    );
}

#[test]
fn layers_and_the_code_root() {
    let files = [
        ("fn/index.js", ""),
        ("fn/package.json", r#"{ "dependencies": { "config": "1.0.0" } }"#),
        ("fn/config/index.js", ""),
        ("fn/lib/db.js", ""),
        ("layers/common/nodejs/log.js", ""),
        ("layers/common/nodejs/node_modules/house/index.js", ""),
        ("layers/built/mail.js", ""),
    ];
    let roots = ["fn", "layers/common", "layers/built"];
    let cases = [
        ("/opt/nodejs/log", "layers/common/nodejs/log.js"),
        ("/opt/nodejs/log.js", "layers/common/nodejs/log.js"),
        ("/opt/nodejs/mail", "layers/built/mail.js"),
        ("/opt/mail.js", "layers/built/mail.js"),
        ("house", "layers/common/nodejs/node_modules/house/index.js"),
        ("lib/db", "fn/lib/db.js"),
        // It is declared, so it is installed: the folder of that name is not meant.
        ("config", "npm config"),
        ("aws-sdk", "npm aws-sdk"),
    ];
    for (specifier, expected) in cases {
        assert_eq!(resolve(&files, "fn/index.js", specifier, &roots), expected, "{specifier}");
    }
    assert_eq!(resolve(&files, "fn/index.js", "house", &["fn"]), "npm house", "only with the layer");
    assert!(resolve(&files, "fn/index.js", "/opt/nodejs/gone", &roots).starts_with("? it names a file of a layer"));
    assert!(resolve(&files, "fn/index.js", "/opt/../../fn/index.js", &roots).starts_with('?'));
}

#[test]
fn links_are_followed_to_the_real_file() {
    use lockstep_model::{FileEntry, FileType, ReadError, Source};
    struct Empty;
    impl Source for Empty {
        fn read(&self, _: &RepoPath) -> Result<Vec<u8>, ReadError> {
            Ok(Vec::new())
        }
    }
    let entry = |kind| FileEntry::new(kind, 0);
    let files = FileSet::new(
        [
            (path("fn/index.js"), entry(FileType::File)),
            (path("fn/shared"), entry(FileType::Link(path("shared")))),
            (path("fn/loop"), entry(FileType::Link(path("fn/loop")))),
            (path("fn/out"), entry(FileType::LinkOutside("/etc".into()))),
            (path("shared/money.js"), entry(FileType::File)),
        ],
        std::sync::Arc::new(Empty),
    );
    let resolver = TypeScriptResolver::new(&files);
    let resolve = |specifier: &str| resolver.resolve(&path("fn/index.js"), specifier, &[]);
    assert_eq!(resolve("./shared/money"), Resolution::Files(vec![path("shared/money.js")]));
    for specifier in ["./loop/x", "./out/passwd", "./out"] {
        assert!(matches!(resolve(specifier), Resolution::Unresolved(_)), "{specifier}");
    }
}

#[test]
fn packages_say_which_files_do_something_when_they_are_loaded() {
    let files = FileSet::from_texts([
        ("package.json", r#"{"name": "root"}"#),
        ("pure/package.json", r#"{"name": "pure", "sideEffects": false}"#),
        ("some/package.json", r#"{"name": "some", "sideEffects": ["setup.js", "./src/style/*.css"]}"#),
        ("yes/package.json", r#"{"name": "yes", "sideEffects": true}"#),
    ]);
    let resolver = TypeScriptResolver::new(&files);
    let cases = [
        ("a.ts", true),
        ("pure/src/a.ts", false),
        ("some/src/setup.js", true),
        ("some/src/style/a.css", true),
        ("some/src/a.js", false),
        ("yes/a.js", true),
    ];
    for (file, expected) in cases {
        assert_eq!(resolver.has_side_effects(&path(file)), expected, "{file}");
    }
}

#[test]
fn what_is_known_is_not_looked_for() {
    let texts = [
        ("package.json", "{\"dependencies\": {\"zod\": \"4\"}}"),
        ("app/a.ts", ""),
        ("app/b.ts", ""),
        ("layer/nodejs/node_modules/tool/index.js", ""),
    ];
    let files = FileSet::from_texts(texts);
    let roots = [path("app"), path("layer")];
    let ask = |resolver: &TypeScriptResolver<'_>| {
        let answers = ["./b", "zod", "tool", "fs"].map(|name| resolver.resolve(&path("app/a.ts"), name, &roots));
        (answers, resolver.has_side_effects(&path("app/b.ts")))
    };
    let first = TypeScriptResolver::new(&files);
    let answers = ask(&first);
    let mut found = first.found();
    assert!(found.imports.len() == 4 && !found.in_roots.is_empty() && found.side_effects.len() == 1);
    // Nothing is read, and nothing new is found.
    let noting = files.noting();
    let knowing = TypeScriptResolver::knowing(&noting, found.clone());
    assert_eq!(ask(&knowing), answers);
    assert!(knowing.found().is_empty() && noting.looked().read.is_empty());
    // What else is asked is found, and comes to what is known.
    assert_eq!(knowing.resolve(&path("app/b.ts"), "./a", &[]), Resolution::Files(vec![path("app/a.ts")]));
    let more = knowing.found();
    assert_eq!((more.imports.len(), noting.looked().read.len()), (1, 1));
    found.extend(more.clone());
    found.extend(more);
    assert_eq!(found.imports.len(), 5);
    assert!(found.imports.is_sorted_by(|one, other| one.0 < other.0));
}
