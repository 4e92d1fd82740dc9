//! Small made-up sites, one for each trap of reading them.

use super::*;
use crate::testing;

const HANDLER: &str = "exports.handler = async () => {}";
const DEFAULT: &str = "export default async () => {}";

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Netlify, files)
}

/// `service/name code file place`.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let tell = |one: &Declared| {
        let (said, code) = (&one.declaration, testing::code(one));
        let handler = said.handler.as_deref().unwrap_or("-");
        format!("{}/{} {code}{handler} {}", one.service, one.name, said.location.path)
    };
    read(files).value.iter().map(tell).collect()
}

fn messages(files: &[(&str, &str)]) -> Vec<String> {
    read(files).problems.into_iter().map(|one| one.message).collect()
}

#[test]
fn direct_children_are_functions_in_all_their_forms() {
    let files = [
        ("netlify/functions/a.js", HANDLER),
        ("netlify/functions/b.ts", DEFAULT),
        ("netlify/functions/b.js", DEFAULT),
        ("netlify/functions/c/c.ts", HANDLER),
        ("netlify/functions/c.js", HANDLER),
        ("netlify/functions/d/index.mjs", DEFAULT),
        ("netlify/functions/e/src/index.js", HANDLER),
        ("netlify/functions/f/main.go", "package main"),
        ("netlify/functions/g.zip", ""),
        ("netlify/functions/node_modules/index.js", HANDLER),
        ("netlify/functions/h.d.ts", DEFAULT),
        ("netlify/functions/README.md", ""),
        ("netlify/edge-functions/e1.ts", DEFAULT),
        ("src/netlify-x/functions/z.js", HANDLER),
    ];
    assert_eq!(
        told(&files),
        [
            "netlify/a netlify/functions:a.js netlify/functions/a.js",
            "netlify/b netlify/functions:b.js netlify/functions/b.js",
            "netlify/c netlify/functions/c:c.ts netlify/functions/c/c.ts",
            "netlify/d netlify/functions/d:index.mjs netlify/functions/d/index.mjs",
            "netlify/f netlify/functions/f:- netlify/functions/f",
            "netlify/g the function is an archive that was built elsewhere- netlify/functions/g.zip",
            "netlify/e1 netlify/edge-functions:e1.ts netlify/edge-functions/e1.ts",
        ]
    );
}

#[test]
fn helpers_are_named_and_no_functions() {
    let files = [("netlify/functions/a.js", HANDLER), ("netlify/functions/utils.js", "exports.log = () => {}")];
    assert_eq!(told(&files).len(), 1);
    assert_eq!(
        messages(&files),
        ["1 file in `netlify/functions/` is not counted as a function: it exports no handler"]
    );
}

#[test]
fn the_folder_is_where_the_configuration_says() {
    let cases = [
        ("[functions]\ndirectory = \"fn\"\n[build]\nfunctions = \"old\"\n", "fn"),
        ("[build]\nfunctions = \"/old/\"\n", "old"),
        ("[build]\nbase = \"site\"\nfunctions = \"old\"\n", "site/old"),
        ("[build]\nbase = \"/\"\nfunctions = \"old\"\n", "old"),
    ];
    for (toml, folder) in cases {
        let path = format!("{folder}/a.js");
        let files = [("netlify.toml", toml), (path.as_str(), HANDLER), ("site/x", "")];
        let found = told(&files);
        assert_eq!(found.len(), 1, "{toml}");
        assert!(found[0].contains(&format!("{folder}:a.js")), "{toml} {found:?}");
    }
}

#[test]
fn what_a_build_writes_is_found_by_its_script() {
    let toml = ("netlify.toml", "[build]\nfunctions = \"functions-build\"\n");
    let package = |script: &str| format!("{{\"scripts\": {{\"build\": \"{script}\"}}}}");
    let lambda = package("run-p app && netlify-lambda build src/functions");
    let code = [("src/functions/a.js", HANDLER), ("src/functions/libs/index.js", HANDLER)];
    let with = |script: &str| told(&[&[toml, ("package.json", script)], &code[..]].concat());
    assert_eq!(with(&lambda), ["netlify/a src/functions:a.js src/functions/a.js"], "folders are helpers there");
    let bundler = package("esbuild src/functions/*.js --bundle --outdir=functions-build");
    assert_eq!(with(&bundler).len(), 2);
    let lost = [toml, ("package.json", "{}"), code[0]];
    assert_eq!(told(&lost), Vec::<String>::new());
    assert!(messages(&lost)[0].starts_with("`functions-build` with the functions is not in the checkout"));
    let elsewhere = [("netlify.toml", "[functions]\nnode_bundler = \"esbuild\"\n"), ("server/x.js", HANDLER)];
    assert!(messages(&elsewhere)[0].contains("set elsewhere"), "{:?}", messages(&elsewhere));
}

#[test]
fn triggers_stand_in_the_configuration_and_in_code() {
    let toml = "[functions.nightly]\nschedule = \"@daily\"\n[[edge_functions]]\nfunction = \"geo\"\npath = \"/geo\"\n";
    let files = [
        ("netlify.toml", toml),
        ("netlify/functions/mail.ts", "export default () => {}\nexport const config = { path: \"/mail\" }"),
        ("netlify/functions/old.js", "const { schedule } = x\nexports.handler = schedule('@hourly', run)"),
        ("netlify/functions/nightly.js", HANDLER),
        ("netlify/edge-functions/geo.ts", DEFAULT),
    ];
    let found = read(&files).value;
    assert_eq!(
        testing::uses(&found, "mail"),
        ["Receives http netlify /.netlify/functions/mail Own", "Receives http netlify /mail Own"]
    );
    assert!(testing::uses(&found, "old").contains(&"Receives schedule netlify#old Own".to_owned()));
    assert!(testing::uses(&found, "nightly").contains(&"Receives schedule netlify#nightly Own".to_owned()));
    assert_eq!(testing::uses(&found, "geo"), ["Receives http netlify /geo Own"]);
    let nightly = found.iter().find(|one| one.name == "nightly").unwrap();
    assert_eq!((nightly.declaration.location.path.as_str(), nightly.declaration.location.line), ("netlify.toml", 1));
}
