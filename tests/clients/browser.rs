//! Pages in a real browser: reports of made-up repositories of every size, and of those whose names mean harm. A headless
//! Chromium opens each from disk, light, dark, narrow, printed and without scripts, by the scripts in `browser/`; axe looks for
//! what keeps people out, and filters and clicks are tried. `LOCKSTEP_PICTURES=FOLDER` keeps pages and pictures there.

use std::{env, fs, io::Write, path::PathBuf, process::Stdio, sync::OnceLock};

use libtest_mimic::Failed;
use lockstep_testkit::{PlannedCommit, Repository, hostile, simulator::Simulation};
use serde_json::{Value, json};

use crate::{
    Test,
    fixture::{Clients, done, root, said},
};

pub const TESTS: &[(&str, Test)] = &[
    ("browser::what_is_wrong_with_a_page_is_seen", what_is_wrong_with_a_page_is_seen),
    ("browser::reports_of_every_size_are_sound", reports_of_every_size_are_sound),
    ("browser::names_that_mean_harm_are_names", names_that_mean_harm_are_names),
    ("browser::five_thousand_functions_open_in_time", five_thousand_functions_open_in_time),
    ("browser::reports_are_valid_html", reports_are_valid_html),
];

/// Functions of the made-up repositories, and their changesets.
const SIZES: [(usize, usize); 5] = [(5, 120), (20, 300), (60, 500), (100, 700), (900, 2500)];
const VIEWS: [&str; 5] = ["light", "dark", "narrow", "print", "scriptless"];
/// What a page of five thousand functions may weigh, and compute until it can be used.
const MOST_BYTES: u64 = 10_000_000;
const MOST_MILLISECONDS: u64 = 3_000;

/// A page that does everything wrong.
const WRONG: &str = "<!doctype html><html><head><meta charset=\"utf-8\"><title>Wrong</title>\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-AAAA'; style-src 'unsafe-inline'\"></head>\
<body style=\"color:#bbb;background:#fff\"><p>pale</p><img src=\"https://example.com/a.png\"><a href=\"javascript:alert(1)\">go</a>\
<div style=\"width:3000px\">wide</div><svg onload=\"window.pwned=1\"></svg><button></button><script>alert(1)</script></body></html>";

/// Where somebody wants to have pages and pictures, to look at them.
fn wanted() -> Option<PathBuf> {
    env::var_os("LOCKSTEP_PICTURES").filter(|folder| !folder.is_empty()).map(|folder| root().join(folder))
}

/// The page called `name`.
fn page(clients: &Clients, name: &str) -> PathBuf {
    let folder = wanted().unwrap_or_else(|| clients.kept().join("reports"));
    fs::create_dir_all(&folder).expect("a folder");
    folder.join(format!("{name}.html"))
}

/// Writes the report of the repository that `play` makes.
fn report(clients: &Clients, name: &str, play: impl FnOnce(&mut dyn FnMut(PlannedCommit))) -> (String, PathBuf) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let repository = place.path().join("made-up");
    Repository::grow(&repository, play).expect("a repository");
    let file = page(clients, name);
    // `cargo xtask test` names one that is optimized, if it has made one.
    let program = env::var_os("LOCKSTEP_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_lockstep").into());
    let mut report = clients.command(program, &repository);
    done(report.args(["report", "--html"]).arg(&file));
    (name.to_owned(), file)
}

/// The reports of made-up repositories, written once: name and file.
fn sizes(clients: &Clients) -> &'static [(String, PathBuf)] {
    static MADE: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = |(functions, changesets): (usize, usize)| {
            let simulation = simulation(functions, changesets);
            report(clients, &format!("functions-{functions}"), |each| drop(simulation.play(8, each)))
        };
        SIZES.into_iter().map(made).collect()
    })
}

/// A mixture as in real repositories; in five functions there is room for one pair only.
fn simulation(functions: usize, changesets: usize) -> Simulation {
    let mut simulation = Simulation::large(changesets, functions);
    if functions < 10 {
        simulation = Simulation { pairs: 1, triples: 0, hubs: 0, contract_pairs: 0, coupled: (0.2, 0.3), ..simulation };
    }
    simulation
}

/// The report of a repository of few functions whose names mean harm.
fn harmful(clients: &Clients) -> &'static (String, PathBuf) {
    static MADE: OnceLock<(String, PathBuf)> = OnceLock::new();
    MADE.get_or_init(|| report(clients, "hostile", |each| hostile::play(60, each)))
}

/// Has the browser look at pages: what it says of each.
#[track_caller]
fn look(clients: &Clients, pages: &[Value]) -> Vec<Value> {
    let wanted = json!({ "pages": pages, "pictures": wanted() });
    let mut node = clients.command("node", &root());
    node.arg(root().join("tests/clients/browser/look.mjs")).env("LOCKSTEP_CLIENTS", clients.folder());
    if let Some(browser) = env::var_os("LOCKSTEP_BROWSER") {
        node.env("LOCKSTEP_BROWSER", browser);
    }
    let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(wanted.to_string().as_bytes()).expect("node reads");
    drop(input);
    let output = child.wait_with_output().expect("node ends");
    assert!(output.status.success(), "look.mjs failed; what it says stands above");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    told["pages"].as_array().expect("a list").clone()
}

/// What is wrong with a page that was looked at, view by view; of what axe finds, the serious.
fn faults(page: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for (view, told) in page["views"].as_object().expect("views") {
        let said =
            told["faults"].as_array().expect("a list").iter().map(|fault| fault.as_str().unwrap_or("?").to_owned());
        let axe = told["axe"].as_array().expect("a list").iter();
        let serious = axe.filter(|one| matches!(one["impact"].as_str(), Some("serious" | "critical")));
        let serious = serious.map(|one| format!("axe: {} in {} places: {:#}", one["id"], one["places"], one["first"]));
        all.extend(said.chain(serious).map(|fault| format!("{} {view}: {fault}", page["name"])));
    }
    all
}

fn what_is_wrong_with_a_page_is_seen(clients: &'static Clients) -> Result<(), Failed> {
    let file = page(clients, "wrong");
    fs::write(&file, WRONG)?;
    let page = json!({ "name": "wrong", "file": file, "views": ["light"], "axe": true, "strict": true });
    let seen = faults(&look(clients, &[page])[0]).join("\n");
    for part in [
        "policy: script-src-elem inline",
        "policy: script-src-attr inline",
        "it requested https://example.com/a.png",
        "it links to javascript:alert(1)",
        "a handler in an attribute",
        "src on img",
        "pixels wide",
        "axe: \"color-contrast\"",
        "axe: \"image-alt\"",
        "axe: \"button-name\"",
        "axe: \"html-has-lang\"",
    ] {
        assert!(seen.contains(part), "{part} is not seen:\n{seen}");
    }
    Ok(())
}

fn reports_of_every_size_are_sound(clients: &'static Clients) -> Result<(), Failed> {
    let page = |(name, file): &(String, PathBuf)| {
        // Axe takes minutes for a page of nine hundred functions, and its parts are those of a smaller one.
        let (views, axe) = if name.ends_with("900") { (&["light", "narrow"][..], false) } else { (&VIEWS[..], true) };
        json!({ "name": name, "file": file, "views": views, "axe": axe, "strict": true, "report": true })
    };
    let pages: Vec<Value> = sizes(clients).iter().map(page).collect();
    let told = look(clients, &pages);
    let faults: Vec<String> = told.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for page in &told {
        for view in ["light", "narrow"] {
            let tried = page["views"][view]["tried"].as_u64();
            assert!(tried > Some(90), "{} {view}: {tried:?}", page["name"]);
        }
    }
    Ok(())
}

fn names_that_mean_harm_are_names(clients: &'static Clients) -> Result<(), Failed> {
    let (name, file) = harmful(clients);
    let page = json!({ "name": name, "file": file, "views": VIEWS, "axe": true, "strict": true, "report": true });
    let faults = faults(&look(clients, &[page])[0]);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // They are there, in the page as text.
    let text = fs::read_to_string(file)?;
    for part in ["onerror=window.pwned=1", "javascript:window.pwned=1"] {
        assert!(text.contains(part), "{part} is not in the page");
    }
    assert!(
        !text.contains(['\u{202e}', '\u{2066}', '\u{1b}', '\u{2028}']),
        "a mark that turns text around stands in the page"
    );
    Ok(())
}

fn five_thousand_functions_open_in_time(clients: &'static Clients) -> Result<(), Failed> {
    let (name, file) = report(clients, "hostile-5000", |each| hostile::play(5_000, each));
    let page = json!({ "name": name, "file": file, "views": ["light"], "tries": 3, "strict": true, "report": true });
    let told = look(clients, &[page]).remove(0);
    let faults = faults(&told);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let (bytes, busy) = (told["bytes"].as_u64(), told["milliseconds"]["busy"].as_u64());
    assert!(bytes.is_some_and(|bytes| bytes < MOST_BYTES), "{bytes:?} bytes");
    // By the clock it takes as long as the machine is busy with other tests; what it computes is its own.
    assert!(busy.is_some_and(|busy| busy < MOST_MILLISECONDS), "{}", told["milliseconds"]);
    Ok(())
}

/// By the standard, and with two opinions of the validator's put aside: a form of filters has nothing to submit, and a list of
/// functions that is searched is no `select`.
fn reports_are_valid_html(clients: &'static Clients) -> Result<(), Failed> {
    let files = sizes(clients).iter().chain([harmful(clients)]).map(|(_, file)| file);
    let mut validate = clients.command(clients.node_program("html-validate"), &root());
    validate.arg("--config").arg(root().join("tests/clients/browser/html-validate.json"));
    let told = said(validate.args(["--formatter", "stylish"]).args(files));
    assert_eq!(told.code, Some(0), "{}", told.text);
    Ok(())
}
