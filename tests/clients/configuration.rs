//! `lockstep.toml` as an editor's tools see it, and what `init` tells people to write down, read by those for whom it is
//! meant.

use std::{fs, path::Path};

use libtest_mimic::Failed;

use crate::{
    Test,
    fixture::{Clients, Said, done, root, said, shop},
    snippets,
};

pub const TESTS: &[(&str, Test)] = &[
    ("configuration::schemas_are_sound", schemas_are_sound),
    ("configuration::taplo_and_check_jsonschema_read_the_schema", editors_read_the_schema),
    ("configuration::the_steps_of_init_are_read_by_their_clients", the_steps_of_init_are_read_by_their_clients),
];

fn schemas_are_sound(clients: &'static Clients) -> Result<(), Failed> {
    let mut schemas: Vec<_> =
        fs::read_dir(root().join("docs/src/schema"))?.flatten().map(|entry| entry.path()).collect();
    schemas.sort();
    assert!(schemas.len() > 8, "{schemas:?}");
    done(clients.command(clients.program("check-jsonschema"), &root()).arg("--check-metaschema").args(schemas));
    Ok(())
}

/// What taplo and check-jsonschema say of a configuration in `folder`, beside the schema.
fn judged(clients: &Clients, folder: &Path, text: &str) -> [Said; 2] {
    fs::write(folder.join("lockstep.toml"), format!("#:schema ./lockstep.schema.json\n{text}")).expect("a file");
    let run = |program: &str, arguments: &[&str]| {
        said(clients.command(clients.program(program), folder).args(arguments).arg("lockstep.toml"))
    };
    [run("taplo", &["lint"]), run("check-jsonschema", &["--schemafile", "lockstep.schema.json"])]
}

fn editors_read_the_schema(clients: &'static Clients) -> Result<(), Failed> {
    let shop = shop();
    fs::remove_file(shop.path().join("lockstep.toml"))?;
    let lockstep =
        |arguments: &[&str]| done(clients.command(env!("CARGO_BIN_EXE_lockstep"), shop.path()).args(arguments));
    let schema = lockstep(&["config", "schema"]);
    fs::write(shop.path().join("lockstep.schema.json"), schema)?;
    lockstep(&["init"]);
    let first = fs::read_to_string(shop.path().join("lockstep.toml"))?;
    let (_, commented) = first.split_once('\n').expect("the line of the schema");
    let full =
        "[rules]\nlockstep = { level = \"deny\", lower = 0.25 }\ncode = \"warn\"\n[history]\nhalf-life-days = 180\n";
    for text in [commented, full] {
        for said in judged(clients, shop.path(), text) {
            assert_eq!(said.code, Some(0), "{text}\n{}", said.text);
        }
    }
    for (wrong, named) in [
        ("[rules]\nlokstep = \"deny\"\n", "lokstep"),
        ("[histroy]\n", "histroy"),
        ("[[allow]]\nrule = \"follower\"\nfunctions = [\"a\", \"b\"]\n", "reason"),
    ] {
        for said in judged(clients, shop.path(), wrong) {
            assert_eq!(said.code, Some(1), "{wrong}\n{}", said.text);
            assert!(said.text.contains(named), "{wrong}\n{}", said.text);
        }
    }
    Ok(())
}

/// The snippet of the step `number` of what `init` prints in a repository that has the file `name`, or one beside it.
fn step(clients: &Clients, number: usize, name: &str) -> String {
    let shop = shop();
    fs::remove_file(shop.path().join("lockstep.toml")).expect("the shop has a configuration");
    let file = if name.ends_with("lockstep.yml") { ".github/workflows/other.yml" } else { name };
    shop.write(file, "{}\n").expect("a file");
    shop.git(&["add", "-A"]).expect("git");
    let told = done(clients.command(env!("CARGO_BIN_EXE_lockstep"), shop.path()).arg("init"));
    let (_, step) = told.split_once(&format!("\n{number}. ")).unwrap_or_else(|| panic!("no step {number}: {told}"));
    let (title, lines) = step.split_once("\n\n").expect("a title and a snippet");
    let expected = name.rsplit('/').next().expect("a name");
    assert!(title.contains(expected), "{title}");
    // "below `repos:`": what is there already stands around it.
    let below = title.split('`').nth(1).filter(|part| part.ends_with(':'));
    let inside = if below.is_some() { "  " } else { "" };
    let lines = lines.lines().take_while(|line| line.is_empty() || line.starts_with("    "));
    lines.fold(below.map(|key| format!("{key}\n")).unwrap_or_default(), |text, line| {
        text + inside + line.strip_prefix("    ").unwrap_or_default() + "\n"
    })
}

fn the_steps_of_init_are_read_by_their_clients(clients: &'static Clients) -> Result<(), Failed> {
    for (number, name) in [
        (2, ".pre-commit-config.yaml"),
        (2, "lefthook.yml"),
        (3, ".github/workflows/lockstep.yml"),
        (3, ".gitlab-ci.yml"),
        (3, "bitbucket-pipelines.yml"),
    ] {
        let place = tempfile::tempdir()?;
        let file = place.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder"))?;
        fs::write(&file, step(clients, number, name))?;
        snippets::read(clients, place.path(), name);
    }
    Ok(())
}
