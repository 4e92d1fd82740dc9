//! The clients that read Lockstep's output in tests: pre-commit, zizmor, Microsoft's multitool and others. What is pinned in
//! `xtask/clients` is installed below the target folder, once; a second run finds it there and does nothing.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, bail, ensure};

use crate::browser;

/// The files that pin what is installed. Their texts, put together, are what tells one set of clients from another.
const PINS: [&str; 5] = ["requirements.txt", "backend.txt", "package.json", "package-lock.json", browser::SCRIPT];

/// How often a registry is asked before it is given up.
const TRIES: u32 = 3;

/// The clients, installed.
pub struct Clients {
    /// The folder that `LOCKSTEP_CLIENTS` names: `venv`, `npm/node_modules`, `wheels`, `browser`.
    pub folder: PathBuf,
}

impl Clients {
    /// Installs what is pinned, unless it is there.
    ///
    /// # Errors
    /// If Python or npm is missing, or a registry does not answer.
    pub fn install() -> anyhow::Result<Self> {
        let clients = Self { folder: target().join("clients") };
        let pins = root().join("xtask/clients");
        let wanted = pinned(&pins)?;
        let stamp = clients.folder.join("installed");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(clients);
        }
        if clients.folder.exists() {
            fs::remove_dir_all(&clients.folder)
                .with_context(|| format!("old clients in {} cannot be removed", clients.folder.display()))?;
        }
        fs::create_dir_all(clients.folder.join("npm"))?;
        clients.install_from_pypi(&pins)?;
        clients.install_from_npm(&pins)?;
        browser::unpack(&clients.folder, &pins)?;
        fs::write(stamp, wanted)?;
        Ok(clients)
    }

    fn install_from_pypi(&self, pins: &Path) -> anyhow::Result<()> {
        let venv = self.folder.join("venv");
        call(Command::new(python()?).args(["-m", "venv"]).arg(&venv))?;
        let pip = |verb: &[&str], pinned: &str| {
            let mut command = Command::new(self.program("python"));
            command.args(["-m", "pip", "--disable-pip-version-check", "--quiet"]).args(verb);
            command.args(["--require-hashes", "--only-binary", ":all:", "--requirement"]).arg(pins.join(pinned));
            command
        };
        retry(|| pip(&["install"], "requirements.txt"))?;
        retry(|| {
            let mut command = pip(&["download"], "backend.txt");
            command.arg("--dest").arg(self.folder.join("wheels"));
            command
        })
    }

    fn install_from_npm(&self, pins: &Path) -> anyhow::Result<()> {
        let folder = self.folder.join("npm");
        for file in ["package.json", "package-lock.json"] {
            fs::copy(pins.join(file), folder.join(file))?;
        }
        retry(|| {
            let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
            // No script of a package is run: the one that matters makes the multitool executable, and so do we.
            command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            command.current_dir(&folder).stdout(Stdio::null());
            command
        })
        .context("npm is needed (Node 20 or later)")?;
        for platform in ["linux", "darwin"] {
            make_executable(
                &folder.join(format!("node_modules/@microsoft/sarif-multitool-{platform}/Sarif.Multitool")),
            )?;
        }
        Ok(())
    }

    /// A program of the virtual environment.
    pub fn program(&self, name: &str) -> PathBuf {
        let venv = self.folder.join("venv");
        if cfg!(windows) { venv.join("Scripts").join(format!("{name}.exe")) } else { venv.join("bin").join(name) }
    }

    /// Builds the wheel that people install, into `wheels`. Of what `cargo build` made in this profile nothing is compiled
    /// again.
    ///
    /// # Errors
    /// If the build fails.
    pub fn build_wheel(&self, profile: &str) -> anyhow::Result<()> {
        let wheels = self.folder.join("wheels");
        for old in fs::read_dir(&wheels)?.flatten() {
            if old.file_name().to_string_lossy().starts_with("cargo_lockstep-") {
                fs::remove_file(old.path())?;
            }
        }
        call(
            Command::new(self.program("maturin"))
                .args(["build", "--quiet", "--locked", "--profile", profile])
                .args(["--manifest-path", "crates/cli/Cargo.toml", "--out"])
                .arg(&wheels)
                .current_dir(root()),
        )
    }
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The target folder, where this program lies as well: `target/debug/lockstep-xtask`.
pub fn target() -> PathBuf {
    let own = env::current_exe().ok();
    let target = own.as_deref().and_then(|path| path.ancestors().nth(2));
    target.map_or_else(|| root().join("target"), Path::to_owned)
}

fn pinned(pins: &Path) -> anyhow::Result<String> {
    PINS.iter()
        .map(|name| fs::read_to_string(pins.join(name)).with_context(|| format!("xtask/clients/{name} is missing")))
        .collect()
}

/// A Python that can run the clients.
fn python() -> anyhow::Result<&'static str> {
    let able = |name: &&str| {
        let mut command = Command::new(name);
        command.args(["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    ["python3", "python"].into_iter().find(able).context("Python 3.11 or later with venv is needed for the clients")
}

/// Runs a command; an error that names it if it fails.
///
/// # Errors
/// If it cannot be started, or fails.
pub fn call(command: &mut Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    let status = command.status().with_context(|| format!("{shown} cannot be started"))?;
    ensure!(status.success(), "{shown} failed ({status})");
    Ok(())
}

/// Runs what `make` makes until it succeeds, with a pause that grows: registries have bad moments.
fn retry(make: impl Fn() -> Command) -> anyhow::Result<()> {
    for attempt in 1..=TRIES {
        match call(&mut make()) {
            Ok(()) => return Ok(()),
            Err(error) if attempt == TRIES => return Err(error.context(format!("given up after {TRIES} tries"))),
            Err(_) => thread::sleep(Duration::from_secs(u64::from(attempt) * 5)),
        }
    }
    bail!("no try was made")
}

#[cfg(unix)]
fn make_executable(file: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if file.is_file() {
        fs::set_permissions(file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> anyhow::Result<()> {
    Ok(())
}
