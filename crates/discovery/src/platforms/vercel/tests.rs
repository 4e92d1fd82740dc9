//! Small made-up projects, one for each trap of reading them.

use super::*;
use crate::testing;

const HANDLER: &str = "export default (req, res) => {}";

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Vercel, files)
}

/// `service/name code file`.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let tell = |one: &Declared| {
        let handler = one.declaration.handler.as_deref().unwrap_or("-");
        format!("{}/{} {}{handler}", one.service, one.name, testing::code(one))
    };
    read(files).value.iter().map(tell).collect()
}

fn messages(files: &[(&str, &str)]) -> Vec<String> {
    read(files).problems.into_iter().map(|one| one.message).collect()
}

#[test]
fn a_folder_called_api_alone_says_nothing() {
    let code = [("api/pay.ts", HANDLER)];
    let with = |sign: &[(&'static str, &'static str)]| told(&[sign, &code].concat()).len();
    assert_eq!(with(&[]), 0);
    assert_eq!(with(&[("package.json", r#"{"dependencies": {"express": "4"}}"#)]), 0);
    assert_eq!(with(&[("package.json", r#"{"dependencies": {"@vercel/node": "4"}}"#)]), 1);
    assert_eq!(with(&[("vercel.json", "{}")]), 1);
    assert_eq!(with(&[("now.json", "{}")]), 1);
    assert_eq!(with(&[(".vercel/project.json", "{}")]), 1);
}

#[test]
fn files_in_api_are_functions_if_they_answer() {
    let files = [
        ("web/vercel.json", "{}"),
        ("web/api/index.js", "module.exports = () => {}"),
        ("web/api/users/[id].ts", "export function GET() {}"),
        ("web/api/run.py", "app = Flask(__name__)"),
        ("web/api/go/x.go", "package x\nfunc Handler(w http.ResponseWriter, r *http.Request) {}"),
        ("web/api/go/x_test.go", "package x\nfunc Handler(w http.ResponseWriter, r *http.Request) {}"),
        ("web/api/_lib/db.ts", HANDLER),
        ("web/api/_db.ts", HANDLER),
        ("web/api/.hidden/x.ts", HANDLER),
        ("web/api/types.d.ts", HANDLER),
        ("web/api/users.test.ts", HANDLER),
        ("web/api/utils.ts", "export const x = 1"),
        ("web/api/data.json", "{}"),
        ("web/middleware.ts", HANDLER),
        ("web/api/inner/vercel.json", "{}"),
        ("web/api/inner/x.ts", HANDLER),
    ];
    assert_eq!(
        told(&files),
        [
            "web/go/x web:api/go/x.go",
            "web/index web:api/index.js",
            "web/run web:api/run.py",
            "web/users/[id] web:api/users/[id].ts",
            "web/middleware web:middleware.ts",
        ]
    );
    assert_eq!(messages(&files), ["1 file in `web/api/` is not counted as a function: it exports no handler"]);
}

#[test]
fn the_configuration_adds_languages_and_schedules() {
    let config = r#"{"functions": {"api/*.php": {"runtime": "vercel-php@0.6"}, "api/job.ts": {"maxDuration": 9}},
        "crons": [{"path": "/api/job?x=1", "schedule": "0 0 * * *"}]}"#;
    let files = [("vercel.json", config), ("api/x.php", "<?php"), ("api/job.ts", HANDLER), ("api/y.html", "")];
    let found = read(&files).value;
    let runtimes: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.runtime.as_deref())).collect();
    assert_eq!(runtimes, [("job", Some("nodejs")), ("x", Some("vercel-php@0.6"))]);
    assert_eq!(testing::uses(&found, "job"), ["Receives http vercel /api/job Own", "Receives schedule vercel#job Own"]);
    assert_eq!(found[0].declaration.location.path.as_str(), "vercel.json");
    assert_eq!(found[1].declaration.location.path.as_str(), "api/x.php");
}

#[test]
fn builds_replace_the_folder() {
    let config = r#"{"builds": [{"src": "server/*.js", "use": "@vercel/node@2"}, {"src": "index.html", "use": "@vercel/static"},
        {"src": "package.json", "use": "@vercel/next"}, {"src": "gone.py", "use": "@now/python"}]}"#;
    let files = [("vercel.json", config), ("server/a.js", ""), ("server/lib/b.js", ""), ("api/c.js", HANDLER)];
    assert_eq!(told(&files), ["vercel/server/a :server/a.js"]);
    assert_eq!(
        messages(&files),
        [
            "`@vercel/next` builds `package.json` as a whole: its functions are not known",
            "`gone.py` of `builds` is not in the checkout",
        ]
    );
}

#[test]
fn route_handlers_of_next_count_where_they_are_named() {
    let package = ("package.json", r#"{"dependencies": {"next": "15"}}"#);
    let code = [
        ("src/app/(shop)/api/pay/route.ts", "export function POST() {}"),
        ("app/api/list/route.ts", "export function GET() {}"),
        ("pages/api/old.ts", HANDLER),
        ("app/page.tsx", HANDLER),
    ];
    let plain = [&[package, ("vercel.json", "{}")], &code[..]].concat();
    assert_eq!(told(&plain), Vec::<String>::new());
    assert!(messages(&plain)[0].starts_with("3 route handlers of Next.js are not counted"));
    let config = r#"{"functions": {"src/app/(shop)/api/pay/route.ts": {"maxDuration": 60}, "pages/api/old.ts": {"memory": 1},
        "app/**/*": {"maxDuration": 30}}}"#;
    let named = [&[package, ("vercel.json", config)], &code[..]].concat();
    assert_eq!(told(&named), ["vercel/api/old :pages/api/old.ts", "vercel/api/pay :src/app/(shop)/api/pay/route.ts"]);
    assert!(messages(&named)[0].starts_with("1 route handler of Next.js is not counted"));
}

#[test]
fn a_server_beside_a_site_is_not_its_api() {
    let files = [
        ("vercel.json", r#"{"rewrites": [{"source": "/(.*)", "destination": "/index.html"}]}"#),
        ("api/package.json", r#"{"scripts": {"start": "nest start"}}"#),
        ("api/src/app.ts", HANDLER),
    ];
    assert_eq!(told(&files), Vec::<String>::new());
    assert_eq!(
        messages(&files),
        ["`api/` is a package of its own that `vercel.json` does not name: it is not counted"]
    );
}
