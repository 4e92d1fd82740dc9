//! Small made-up applications, one for each trap of reading them.

use super::*;
use crate::testing;

const ARC: &str = "# comment\n@app\nshop # the shop\n\n@http\nget /\nget /users/:id\npost /pay-now\n/*\n  method any\n  src build/server\n\
    @events\npaid\n@scheduled\nnightly rate(1 day)\n@tables\norders\n  id *String\n@tables-streams\norders\n@ws\n\
    @incoming\nmail\n  src lib/mail\n@static\nfolder public\n@plugins\nx\n";

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Architect, files)
}

#[test]
fn pragmas_list_functions_in_folders_of_their_names() {
    let files = [
        ("app.arc", ARC),
        ("src/http/get-index/index.mjs", ""),
        ("src/http/get-users-000id/index.py", ""),
        ("src/http/post-pay_now/index.js", ""),
        ("server.ts", ""),
        ("src/events/paid/index.js", ""),
        ("src/streams/orders/index.ts", ""),
        ("lib/mail/lambda.py", ""),
        ("other/arc.json", "{}"),
    ];
    let found = read(&files);
    let tell = |one: &Declared| {
        let said = &one.declaration;
        format!("{} {}{} {}", one.name, testing::code(one), said.handler.as_deref().unwrap_or("-"), said.location.line)
    };
    let told: Vec<String> = found.value.iter().map(tell).collect();
    assert_eq!(
        told,
        [
            "http/get-index src/http/get-index:index.mjs 6",
            "http/get-users-000id src/http/get-users-000id:index.py 7",
            "http/post-pay-now src/http/post-pay_now:index.js 8",
            "http/any-catchall :build/server/index.js 9",
            "events/paid src/events/paid:index.js 13",
            "scheduled/nightly :src/scheduled/nightly/index.js 15",
            "tables-streams/orders src/streams/orders:index.ts 20",
            "ws/connect :src/ws/connect/index.js 21",
            "ws/default :src/ws/default/index.js 21",
            "ws/disconnect :src/ws/disconnect/index.js 21",
            "incoming/mail lib/mail:lambda.py 23",
        ]
    );
    assert!(found.value.iter().all(|one| one.service == "shop"));
    assert_eq!(
        testing::uses(&found.value, "http/post-pay-now"),
        ["Receives http shop#POST /pay-now Own", "Unknown table shop#orders Inherited"]
    );
    assert_eq!(testing::uses(&found.value, "tables-streams/orders")[0], "Receives stream shop#orders Own");
    assert_eq!(found.problems.len(), 1);
    let catchall = &found.value[3].declaration;
    assert!(ARC[..catchall.block_end as usize].ends_with("src build/server"));
}
