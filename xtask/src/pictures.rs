//! Reports in a real browser, for looking at: of repositories, with what is wrong with each; of the demo, for the book.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::clients::{self, Clients};

/// How each report is looked at: see `tests/clients/browser/views.mjs`.
const VIEWS: [&str; 5] = ["light", "dark", "narrow", "print", "scriptless"];
/// A picture of the book weighs no more, in bytes.
const HEAVIEST: u64 = 150_000;

/// What `pictures` takes.
#[derive(Debug, Args)]
pub struct Wanted {
    /// Checkouts or bare clones
    repositories: Vec<PathBuf>,
    /// Where reports and pictures go
    #[arg(long, default_value = "target/pictures")]
    into: PathBuf,
    /// The program that writes the reports, if not the one that is built for it
    #[arg(long)]
    lockstep: Option<PathBuf>,
    /// The pictures of the book instead, of the demo, into docs/src/pictures
    #[arg(long, conflicts_with = "repositories")]
    book: bool,
}

/// Writes and opens the reports.
///
/// # Errors
/// If the clients cannot be installed, a report cannot be written, or something is wrong with one.
pub fn take(wanted: &Wanted) -> anyhow::Result<()> {
    let clients = Clients::install()?;
    let lockstep = match &wanted.lockstep {
        Some(program) => fs::canonicalize(program).with_context(|| format!("{} is not there", program.display()))?,
        None => build()?,
    };
    if wanted.book {
        return of_the_book(&clients, &lockstep);
    }
    ensure!(!wanted.repositories.is_empty(), "name the repositories to be looked at, or --book");
    fs::create_dir_all(&wanted.into)?;
    let into = fs::canonicalize(&wanted.into)?;
    let mut pages = Vec::new();
    for repository in &wanted.repositories {
        let (name, file) = (name(repository)?, into.join(format!("{}.html", name(repository)?)));
        write_report(&lockstep, repository, &file)?;
        pages.push(json!({
            "name": name, "file": file, "views": VIEWS, "tries": 3, "axe": true, "strict": true, "report": true,
        }));
    }
    let told = node(&clients, "look.mjs", &json!({ "pages": pages, "pictures": into }))?;
    let looked = told["pages"].as_array().context("look.mjs says nothing of pages")?;
    let wrong = print(looked, &mut io::stdout().lock())?;
    ensure!(wrong == 0, "{wrong} things are wrong, see above");
    Ok(())
}

fn build() -> anyhow::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = ["build", "--quiet", "--locked", "--release", "--package", "cargo-lockstep", "--bin", "lockstep"];
    clients::call(Command::new(cargo).args(build).current_dir(clients::root()))?;
    Ok(clients::target().join("release/lockstep"))
}

/// The name of a clone's folder; `OWNER+NAME/repo` is called OWNER+NAME.
fn name(repository: &Path) -> anyhow::Result<String> {
    let whole = fs::canonicalize(repository).with_context(|| format!("{} is not there", repository.display()))?;
    let names: Vec<String> = whole.iter().rev().take(2).map(|part| part.to_string_lossy().into_owned()).collect();
    match &names[..] {
        [last, above] if last == "repo" => Ok(above.clone()),
        [last, ..] => Ok(last.clone()),
        [] => bail!("{} has no name", repository.display()),
    }
}

fn write_report(lockstep: &Path, repository: &Path, file: &Path) -> anyhow::Result<()> {
    // What is incomplete ends with another code, and has a report all the same.
    let mut report = Command::new(lockstep);
    report.args(["report", "--html"]).arg(file).current_dir(repository).stdout(Stdio::null());
    let status = report.status().with_context(|| format!("{} cannot be started", lockstep.display()))?;
    ensure!(matches!(status.code(), Some(0 | 3)), "no report of {}: {status}", repository.display());
    Ok(())
}

/// Runs a script of the browser's tests on `input`, and returns what it says.
fn node(clients: &Clients, script: &str, input: &Value) -> anyhow::Result<Value> {
    let mut node = Command::new("node");
    node.arg(clients::root().join("tests/clients/browser").join(script)).env("LOCKSTEP_CLIENTS", &clients.folder);
    let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("node cannot be started")?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input.to_string().as_bytes())?;
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{script} failed ({})", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// A table of what was seen, and below it what is wrong: how many things.
fn print(pages: &[Value], to: &mut impl Write) -> anyhow::Result<usize> {
    writeln!(
        to,
        "| repository | kB | opens in ms | computes ms | sheets of paper | tried | wrong | axe, less than serious |"
    )?;
    writeln!(to, "|---|---|---|---|---|---|---|---|")?;
    let mut all = Vec::new();
    for page in pages {
        let views = page["views"].as_object().context("no views")?;
        let tried: u64 = views.values().filter_map(|view| view["tried"].as_u64()).sum();
        let found: Vec<(String, bool)> = views.iter().flat_map(|(view, told)| findings(view, told)).collect();
        let wrong: Vec<String> = found.iter().filter(|(_, serious)| *serious).map(|(text, _)| text.clone()).collect();
        let mut mild: Vec<&str> = found.iter().filter(|(_, serious)| !serious).map(|(text, _)| text.as_str()).collect();
        mild.sort_unstable();
        mild.dedup();
        writeln!(
            to,
            "| {} | {} | {} | {} | {} | {tried} | {} | {} |",
            page["name"].as_str().unwrap_or("?"),
            page["bytes"].as_u64().unwrap_or(0) / 1000,
            page["milliseconds"]["open"],
            page["milliseconds"]["busy"],
            views["print"]["sheets"],
            wrong.len(),
            mild.join(", "),
        )?;
        all.extend(wrong.into_iter().map(|text| format!("{}: {text}", page["name"].as_str().unwrap_or("?"))));
    }
    all.iter().try_for_each(|text| writeln!(to, "\n{text}"))?;
    Ok(all.len())
}

/// What is wrong with a view, and whether it is serious: all that the page does, and of axe's findings the grave ones.
fn findings(view: &str, told: &Value) -> Vec<(String, bool)> {
    let faults = told["faults"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut all: Vec<(String, bool)> = faults.map(|fault| (format!("{view}: {fault}"), true)).collect();
    for one in told["axe"].as_array().into_iter().flatten() {
        let (id, serious) = (&one["id"], matches!(one["impact"].as_str(), Some("serious" | "critical")));
        let id = id.as_str().unwrap_or("?");
        all.push(if serious {
            (format!("{view}: axe: {id}: {:#}", one["first"]), true)
        } else {
            (id.to_owned(), false)
        });
    }
    all
}

/// The pictures of the book: the demo's report, scene by scene.
fn of_the_book(clients: &Clients, lockstep: &Path) -> anyhow::Result<()> {
    let place = tempfile::tempdir()?;
    // The demo has findings at deny: it ends with 1.
    let demo =
        Command::new(lockstep).args(["demo", "shop"]).current_dir(place.path()).stdout(Stdio::null()).status()?;
    ensure!(demo.code() == Some(1), "the demo failed ({demo})");
    let file = place.path().join("report.html");
    write_report(lockstep, &place.path().join("shop"), &file)?;
    let pictures = clients::root().join("docs/src/pictures");
    fs::create_dir_all(&pictures)?;
    let told = node(clients, "scenes.mjs", &json!({ "file": file, "pictures": pictures }))?;
    for picture in told["pictures"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let bytes = fs::metadata(pictures.join(picture))?.len();
        writeln!(io::stdout().lock(), "docs/src/pictures/{picture}: {bytes} bytes")?;
        ensure!(bytes <= HEAVIEST, "{picture} weighs {bytes} bytes, more than {HEAVIEST}");
    }
    Ok(())
}
