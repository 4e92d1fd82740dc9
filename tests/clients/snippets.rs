//! What the pages on continuous integration and hooks tell people to write down, read by those for whom it is meant, and
//! the recipes for hooks tried on commits.

use std::{env, fs, path::Path};

use libtest_mimic::Failed;
use lockstep_testkit::Repository;

use crate::{
    Test,
    fixture::{Clients, MISSING, Said, done, edit, said, shop, text},
};

pub const TESTS: &[(&str, Test)] = &[
    ("snippets::each_is_read_by_its_client", each_is_read_by_its_client),
    ("snippets::lefthook_runs_the_recipe", lefthook_runs_the_recipe),
    ("snippets::husky_runs_the_recipe", husky_runs_the_recipe),
    ("snippets::git_runs_the_recipe", git_runs_the_recipe),
];

const PAGES: [&str; 5] =
    ["docs/src/ci.md", "docs/src/ci/github.md", "docs/src/ci/gitlab.md", "docs/src/ci/others.md", "docs/src/hooks.md"];

/// Names of files, and the schema of check-jsonschema for them.
const SCHEMAS: [(&str, &str); 8] = [
    (".github/workflows/", "vendor.github-workflows"),
    (".gitlab-ci.yml", "vendor.gitlab-ci"),
    ("bitbucket-pipelines.yml", "vendor.bitbucket-pipelines"),
    ("azure-pipelines.yml", "vendor.azure-pipelines"),
    (".circleci/config.yml", "vendor.circle-ci"),
    (".drone.yml", "vendor.drone-ci"),
    (".woodpecker.yml", "vendor.woodpecker-ci"),
    (".pre-commit-config.yaml", ""),
];

/// The blocks of a page that name their file in a comment at their top: the name, and the text.
fn snippets(page: &str) -> Vec<(String, String)> {
    let text = text(page);
    text.split("\n```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| {
            let (_, block) = block.split_once('\n')?;
            let name = block.lines().take(2).find_map(|line| line.strip_prefix("# "))?;
            Some((name.to_owned(), format!("{block}\n")))
        })
        .collect()
}

fn snippet(page: &str, name: &str) -> String {
    let found = snippets(page).into_iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("{page} has no block for {name}")).1
}

fn each_is_read_by_its_client(clients: &'static Clients) -> Result<(), Failed> {
    let mut seen = 0;
    for (name, block) in PAGES.into_iter().flat_map(snippets) {
        let place = tempfile::tempdir()?;
        let file = place.path().join(&name);
        fs::create_dir_all(file.parent().expect("a folder"))?;
        fs::write(&file, block)?;
        read(clients, place.path(), &name);
        seen += 1;
    }
    assert!(seen > 10, "{seen} blocks");
    Ok(())
}

/// Has the clients of the file `name` in `folder` read it.
pub fn read(clients: &Clients, folder: &Path, name: &str) {
    let run = |program: &str, arguments: &[&str]| {
        done(clients.command(clients.program(program), folder).args(arguments));
    };
    if let Some((_, schema)) = SCHEMAS.iter().find(|(part, schema)| name.starts_with(part) && !schema.is_empty()) {
        run("check-jsonschema", &["--builtin-schema", schema, name]);
    }
    if name.starts_with(".github/workflows/") {
        run("actionlint", &[name]);
        // A moving tag of our own is what the page says and warns of; all others are pinned by their commit.
        let policy = "rules:\n  unpinned-uses:\n    config:\n      policies:\n        lockstep-lint/*: ref-pin\n        \"*\": hash-pin\n";
        fs::write(folder.join("zizmor.yml"), policy).expect("a file");
        run("zizmor", &["--offline", "--no-progress", "--config", "zizmor.yml", name]);
    } else if name == ".pre-commit-config.yaml" {
        run("pre-commit", &["validate-config", name]);
        run("prek", &["validate-config", name]);
    } else if name == "lefthook.yml" {
        done(clients.command("git", folder).args(["init", "-q"]));
        run("lefthook", &["validate"]);
    } else if !SCHEMAS.iter().any(|(part, _)| name.starts_with(part)) {
        assert!(name.ends_with("hooks/pre-commit") || name == ".husky/pre-commit", "nobody reads {name}");
    }
}

/// A shop whose hooks find the program under test on the path, as if it had been installed.
struct Recipe<'a> {
    clients: &'a Clients,
    shop: Repository,
}

impl<'a> Recipe<'a> {
    /// The shop, with the file `name` as the page on hooks has it.
    fn new(clients: &'a Clients, name: &str) -> Self {
        let recipe = Self { clients, shop: shop() };
        recipe.shop.write(name, &snippet("docs/src/hooks.md", name)).expect("a file");
        recipe
    }

    fn run(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Said {
        let binaries = Path::new(env!("CARGO_BIN_EXE_lockstep")).parent().expect("a folder").to_owned();
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([binaries].into_iter().chain(env::split_paths(&path))).expect("a path");
        let mut command = self.clients.command(program, self.shop.path());
        said(command.args(arguments).env("PATH", path).env("CI", "true"))
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        let said = self.run("git", arguments);
        assert_eq!(said.code, Some(0), "git {arguments:?}\n{}", said.text);
        said.text
    }

    /// Commits half of a change, and the rest.
    #[track_caller]
    fn speaks_where_something_is_missing(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "Add hooks", "--allow-empty"]);
        self.git(&["checkout", "-q", "-b", "topic"]);
        edit(self.shop.path(), "pricing", 1);
        let told = self.git(&["commit", "-am", "Half of it"]);
        assert!(told.contains(MISSING), "{told}");
        edit(self.shop.path(), "billing", 1);
        let told = self.git(&["commit", "-am", "The rest"]);
        assert!(!told.contains("changed without"), "{told}");
    }
}

fn lefthook_runs_the_recipe(clients: &'static Clients) -> Result<(), Failed> {
    let recipe = Recipe::new(clients, "lefthook.yml");
    let installed = recipe.run(clients.program("lefthook"), &["install"]);
    assert_eq!(installed.code, Some(0), "{}", installed.text);
    recipe.speaks_where_something_is_missing();
    Ok(())
}

fn husky_runs_the_recipe(clients: &'static Clients) -> Result<(), Failed> {
    let recipe = Recipe::new(clients, ".husky/pre-commit");
    let installed = recipe.run(clients.node_program("husky"), &[]);
    assert_eq!(installed.code, Some(0), "{}", installed.text);
    recipe.speaks_where_something_is_missing();
    Ok(())
}

fn git_runs_the_recipe(clients: &'static Clients) -> Result<(), Failed> {
    let recipe = Recipe::new(clients, ".git/hooks/pre-commit");
    done(clients.command("chmod", recipe.shop.path()).args(["+x", ".git/hooks/pre-commit"]));
    recipe.speaks_where_something_is_missing();
    Ok(())
}
