//! What the tests with clients stand on: where the clients are, commands in a bare environment, and a made-up shop.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use lockstep_testkit::{Page, Repository};
use tempfile::TempDir;

/// The installed clients, and a folder for what they keep between tests.
pub struct Clients {
    folder: PathBuf,
    kept: TempDir,
}

impl Clients {
    /// Those that `LOCKSTEP_CLIENTS` names.
    pub fn from_environment() -> Option<Self> {
        let folder = PathBuf::from(env::var_os("LOCKSTEP_CLIENTS").filter(|value| !value.is_empty())?);
        assert!(folder.join("installed").is_file(), "LOCKSTEP_CLIENTS names {}: no clients there", folder.display());
        let clients = Self { folder, kept: tempfile::tempdir().expect("a temporary folder") };
        clients.configure_uv();
        Some(clients)
    }

    /// prek hides uv's variables from the uv that it runs, so it is told in a file where wheels are.
    fn configure_uv(&self) {
        let folder = self.kept().join(".config/uv");
        fs::create_dir_all(&folder).expect("a folder");
        let wheels = self.wheels().display().to_string();
        let text = format!("no-index = true\nfind-links = [{wheels:?}]\n");
        fs::write(folder.join("uv.toml"), text).expect("a file");
    }

    /// The folder of all of them.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program from PyPI.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("venv/bin").join(name)
    }

    /// A program from npm.
    pub fn node_program(&self, name: &str) -> PathBuf {
        self.folder.join("npm/node_modules/.bin").join(name)
    }

    /// Microsoft's multitool itself: the script around it takes apart what is in `Sarif;Ghas`.
    pub fn multitool(&self) -> PathBuf {
        self.microsoft().join("Sarif.Multitool")
    }

    /// The schema of SARIF that comes with it.
    pub fn sarif_schema(&self) -> PathBuf {
        self.microsoft().join("sarif-2.1.0.json")
    }

    fn microsoft(&self) -> PathBuf {
        let platform = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
        self.folder.join(format!("npm/node_modules/@microsoft/sarif-multitool-{platform}"))
    }

    /// The folder of wheels: Lockstep's own, and what builds packages.
    pub fn wheels(&self) -> PathBuf {
        self.folder.join("wheels")
    }

    /// A folder that all tests of this run share, for caches that are costly to fill.
    pub fn kept(&self) -> &Path {
        self.kept.path()
    }

    /// `program`, in `folder`, in an environment that holds nothing but the clients on the path, a home of its own, and
    /// wheels instead of a registry.
    pub fn command(&self, program: impl AsRef<Path>, folder: &Path) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .current_dir(folder)
            .env_clear()
            .env("PATH", self.path())
            .env("HOME", self.kept())
            .env("LC_ALL", "C.UTF-8");
        for (name, value) in GIT {
            command.env(name, value);
        }
        command.env("PIP_FIND_LINKS", self.wheels()).env("PIP_NO_INDEX", "1");
        command.env("PRE_COMMIT_HOME", self.kept().join("pre-commit")).env("PREK_HOME", self.kept().join("prek"));
        command.env("LOCKSTEP_CACHE_DIR", "").env("NO_COLOR", "1").env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        command
    }

    /// The clients, node's programs among them, before what the machine has.
    fn path(&self) -> OsString {
        let own = [self.folder.join("venv/bin"), self.folder.join("npm/node_modules/.bin")];
        let of_machine = env::var_os("PATH").unwrap_or_default();
        env::join_paths(own.into_iter().chain(env::split_paths(&of_machine))).expect("a path")
    }
}

/// Git without this machine's configuration, and somebody who commits.
const GIT: [(&str, &str); 7] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_AUTHOR_NAME", "ana"),
    ("GIT_AUTHOR_EMAIL", "ana@example.com"),
    ("GIT_COMMITTER_NAME", "ana"),
    ("GIT_COMMITTER_EMAIL", "ana@example.com"),
];

/// What a command said, both streams in one text, and whether it succeeded.
#[derive(Debug)]
pub struct Said {
    /// Standard output, then standard error.
    pub text: String,
    /// The exit code.
    pub code: Option<i32>,
}

/// Runs `command` to its end.
#[track_caller]
pub fn said(command: &mut Command) -> Said {
    let output: Output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
    Said { text, code: output.status.code() }
}

/// Runs `command`, which has to succeed, and returns what it said.
#[track_caller]
pub fn done(command: &mut Command) -> String {
    let said = said(command);
    let arguments: Vec<_> = command.get_args().collect();
    assert_eq!(said.code, Some(0), "{:?} {arguments:?}\n{}", command.get_program(), said.text);
    said.text
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the workspace.
#[track_caller]
pub fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `pricing` and `billing` change together thirty times, `mail` alone, and `pricing` alone five times.
const SHOP: &str = "# Change\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"Round anew\" M pricing/app.py M billing/app.py\nd32..d61 bob \"Write mails\" M mail/app.py\nd62..d66 bob \"Cache\" M pricing/app.py\n```\n\n```toml lockstep.toml\n[[function]]\npaths = [\"pricing/app.py\", \"billing/app.py\", \"mail/app.py\"]\nservice = \"shop\"\n```\n\n```py pricing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py billing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n";

/// What `missing-co-change` says where `pricing` is edited without `billing`.
pub const MISSING: &str = "`shop/pricing` changed without `shop/billing`";

/// The made-up shop, as a repository.
pub fn shop() -> Repository {
    let page = Page::parse(SHOP).expect("a sound page");
    Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository")
}

/// Gives `function` another body, in the work tree at `folder`.
pub fn edit(folder: &Path, function: &str, number: u32) {
    let text = format!("def handler(event, context):\n    return 1 + {number}\n");
    fs::write(folder.join(function).join("app.py"), text).expect("a file of the shop");
}

/// A repository of its own with what frameworks of hooks read of this one, and its commit.
pub fn hooks_repository(clients: &Clients) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in [".pre-commit-hooks.yaml", "pyproject.toml"] {
        fs::write(folder.path().join(file), text(file)).expect("a file");
    }
    let git = |arguments: &[&str]| done(clients.command("git", folder.path()).args(arguments));
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "Hooks"]);
    let rev = git(&["rev-parse", "HEAD"]).trim().to_owned();
    (folder, rev)
}
