//! Repositories in which every name wants to be more than a name: markup, ends of scripts, addresses that run, marks that turn
//! text around, line ends. What a page obeys of it sets `window.pwned`.

use crate::{Commit, Edit, PlannedCommit};

/// What names are made of. A slash is the end of a folder where it stands in a path.
const PIECES: &[&str] = &[
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "\"><svg onload=window.pwned=1>",
    "' onmouseover='window.pwned=1",
    "]]><b>",
    "<!--<script>",
    "-->",
    "</style><style>*{display:none}",
    "javascript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>",
    "`${window.pwned=1}`",
    "{{constructor.constructor('window.pwned=1')()}}",
    "\u{202e}gnp.exe\u{2066}",
    "\u{200b}\u{feff}\u{e0041}",
    "line\nend",
    "\u{2028}window.pwned=1\u{2029}",
    "&lt;b&gt;&#60;script&#62;",
    "__proto__",
    "constructor",
    "[x](javascript:window.pwned=1)",
    "a, b; c: #d .e > f [g='h']",
    "\u{1b}[31m",
    "\\u003cscript\\u003e",
];

/// Functions of a service.
const PER_SERVICE: usize = 10;
/// How often each service changes.
const ROUNDS: usize = 8;
/// 2025-01-01 12:00 UTC.
const START: i64 = 1_735_732_800;
const HOUR: i64 = 3_600;

/// A piece, with a number, so that no two are the same.
fn piece(number: usize) -> String {
    format!("{}{number}", PIECES[number % PIECES.len()])
}

/// A folder: no part of it is empty or a name that git refuses.
fn folder(number: usize) -> String {
    piece(number).replace("//", "/").trim_matches('/').to_owned()
}

fn commit(number: usize, edits: Vec<Edit>) -> PlannedCommit {
    let title = format!("{}\n\n{}", piece(number).replace('\n', " "), piece(number + 1));
    let author = piece(number % 7).replace(['\n', '\u{1b}'], " ");
    let time = START + number as i64 * HOUR;
    let commit = Commit { line: 0, day: 0, author, title, merge: false, changes: Vec::new() };
    PlannedCommit { commit, time, edits }
}

fn code(service: usize, function: usize, version: usize) -> Edit {
    Edit::Write {
        path: format!("{}/{}/app.py", folder(service), folder(function)),
        text: format!("def handler(event, context):\n    return {version}\n"),
    }
}

/// A text as YAML takes it, whatever is in it.
fn quoted(text: &str) -> String {
    let escaped = |letter: char| match letter {
        '"' | '\\' => format!("\\{letter}"),
        ' '..='~' => letter.to_string(),
        other => format!("\\U{:08x}", u32::from(other)),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// The manifest of a service: its functions share a table.
fn manifest(service: usize, functions: usize) -> Edit {
    let mut text = "Transform: AWS::Serverless-2016-10-31\nResources:\n".to_owned();
    for function in 0..functions {
        let (id, code, table) = (piece(service + function), format!("{}/", folder(function)), piece(service));
        let [id, code, table] = [id, code, table].map(|text| quoted(&text));
        text += &format!(
            "  {id}:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: python3.13\n      \
             CodeUri: {code}\n      Policies: [{{ DynamoDBCrudPolicy: {{ TableName: {table} }} }}]\n"
        );
    }
    Edit::Write { path: format!("{}/template.yaml", folder(service)), text }
}

/// Hands out the commits of a repository of `count` functions whose names mean harm. Of each service a few move together.
pub fn play(count: usize, each: &mut dyn FnMut(PlannedCommit)) {
    let services = count.div_ceil(PER_SERVICE);
    let size = |service: usize| PER_SERVICE.min(count - service * PER_SERVICE);
    let mut number = 0;
    let mut next = |edits: Vec<Edit>| {
        each(commit(number, edits));
        number += 1;
    };
    for service in 0..services {
        let mut edits = vec![manifest(service, size(service))];
        edits.extend((0..size(service)).map(|function| code(service, function, 0)));
        next(edits);
    }
    // Two to four functions of a service change in each round, and now and then one of the next.
    for round in 1..=ROUNDS {
        for service in 0..services {
            let together = (0..2 + round % 3).filter(|function| *function < size(service));
            let mut edits: Vec<Edit> = together.map(|function| code(service, function, round)).collect();
            if (round + service).is_multiple_of(3) && service + 1 < services {
                edits.push(code(service + 1, 0, round + 100));
            }
            next(edits);
        }
    }
}
