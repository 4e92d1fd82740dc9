//! The configuration of a run: which file it stands in, what `--config` lays over it, what the flags make of the levels.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use lockstep_config::{Config, ConfigError, LevelFlag, Levels, Lookup, Place};
use lockstep_diagnostics::Level;
use lockstep_linter::{Project, Repository, option_errors, rules};
use lockstep_model::RepoPath;
use lockstep_reporting::errors::{self, ErrorView};

use crate::{args::Common, terminal::colors};

/// What a run is configured with.
pub struct Configuration {
    /// What the file and the flags say; the defaults if there are none.
    pub config: Config,
    /// The levels that the configuration and the command line ask for.
    pub levels: Levels,
    /// Which configuration was taken, and which were not.
    pub lookup: Lookup,
    /// The file on the disk that `--config` names.
    pub named: Option<PathBuf>,
}

/// Where configurations are looked for.
pub struct Files<'a> {
    /// The folder that the search begins in.
    pub scope: RepoPath,
    /// The root of the checkout, if there is one.
    pub root: Option<PathBuf>,
    /// True for files that are there.
    pub exists: &'a dyn Fn(&RepoPath) -> bool,
    /// The text of a file, or why it cannot be read.
    pub text_of: &'a dyn Fn(&RepoPath) -> Result<String, String>,
}

/// The errors of a configuration, and the texts that they stand in.
#[derive(Default)]
struct Wrong {
    errors: Vec<ConfigError>,
    texts: BTreeMap<RepoPath, String>,
}

/// The configuration for `project`. What is wrong with it is printed, all of it; then there is none.
///
/// # Errors
/// If a file cannot be read, or flags contradict each other.
pub fn of_project(
    project: &Project,
    common: &Common,
    flags: &[(Level, String)],
) -> anyhow::Result<Option<Configuration>> {
    let files = Files {
        scope: project.scope.clone(),
        root: project.root.clone(),
        exists: &|path| project.files.is_file(path),
        text_of: &|path| project.files.text(path).map(|text| text.to_string()).map_err(|error| error.to_string()),
    };
    read(&files, common, flags)
}

/// The configuration of several repositories, of which none speaks for all: what the flags say, in a run in `root`.
///
/// # Errors
/// As [`of_project`].
pub fn of_flags(root: &Path, common: &Common, flags: &[(Level, String)]) -> anyhow::Result<Option<Configuration>> {
    let files = Files {
        scope: RepoPath::root(),
        root: Some(root.to_owned()),
        exists: &|_| false,
        text_of: &|path| fs::read_to_string(root.join(path.as_str())).map_err(|error| error.to_string()),
    };
    read(&files, common, flags)
}

/// The same for the folder `path`, without listing its files: for commands that look at nothing else.
///
/// # Errors
/// As [`of_project`].
pub fn of_folder(path: &Path, common: &Common, flags: &[(Level, String)]) -> anyhow::Result<Option<Configuration>> {
    let given = fs::canonicalize(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let repository = Repository::discover(&given).ok();
    let root = match repository.as_ref().map(Repository::work_tree) {
        Some(Some(root)) => fs::canonicalize(root)?,
        // A bare repository: its files are those of HEAD, and listing them is cheap.
        Some(None) => return of_project(&Project::open(path)?, common, flags),
        None => given.clone(),
    };
    let inside = given.strip_prefix(&root).unwrap_or(Path::new(""));
    let ignored = |path: &RepoPath| repository.as_ref().is_some_and(|repository| repository.is_ignored(path));
    let files = Files {
        scope: RepoPath::from_git(inside.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/").as_bytes()),
        root: Some(root.clone()),
        exists: &|path| is_within(&root, &root.join(path.as_str())) && !ignored(path),
        text_of: &|path| fs::read_to_string(root.join(path.as_str())).map_err(|error| error.to_string()),
    };
    read(&files, common, flags)
}

/// True for a file in `root`; a link that leads out of it is none, as when all files are listed.
fn is_within(root: &Path, path: &Path) -> bool {
    path.is_file() && fs::canonicalize(path).is_ok_and(|full| full.starts_with(root))
}

fn read(files: &Files<'_>, common: &Common, flags: &[(Level, String)]) -> anyhow::Result<Option<Configuration>> {
    let (inline, named): (Vec<&String>, Vec<&String>) =
        common.config.iter().partition(|value| lockstep_config::is_inline(value));
    let named = match named[..] {
        [] => None,
        [_] if common.isolated => bail!("--isolated leaves out every file: leave out `--config FILE` as well"),
        [only] => Some(PathBuf::from(only)),
        [first, second, ..] => bail!("`--config` names two files, `{first}` and `{second}`; they are not merged"),
    };
    let lookup = if common.isolated { Lookup::default() } else { looked_up(files) };
    let (lookup, text) = taken(files, lookup, named.as_deref())?;
    let mut wrong = Wrong::default();
    let mut config = match (&lookup.taken, text) {
        (Some(place), Some(text)) => {
            wrong.parse(&place.path, text, |text, metas| lockstep_config::parse_at(place, text, metas))
        }
        _ => Config::default(),
    };
    for value in inline {
        let path = lockstep_config::inline_path(value);
        let over = wrong.parse(&path, value.clone(), lockstep_config::parse_inline);
        config = config.overlaid(over);
    }
    wrong.errors.extend(option_errors(&config));
    let flags: Vec<LevelFlag> =
        flags.iter().map(|(level, name)| LevelFlag { level: *level, name: name.clone() }).collect();
    let levels = Levels::new(&config, &flags, &rules()).unwrap_or_else(|errors| {
        wrong.errors.extend(errors);
        Levels::default()
    });
    if !wrong.errors.is_empty() {
        wrong.show(common)?;
        return Ok(None);
    }
    if !common.units.is_empty() {
        config.units.clone_from(&common.units);
    }
    if let Some(why) = lockstep_linter::unit_error(&config) {
        bail!(why);
    }
    Ok(Some(Configuration { config, levels, lookup, named }))
}

fn looked_up(files: &Files<'_>) -> Lookup {
    lockstep_config::look(&files.scope, files.exists, &|path| (files.text_of)(path).ok())
}

/// What is taken, with its text: the file that was named, else the first that was found.
fn taken(files: &Files<'_>, mut lookup: Lookup, named: Option<&Path>) -> anyhow::Result<(Lookup, Option<String>)> {
    if let Some(named) = named {
        let text = fs::read_to_string(named).with_context(|| format!("cannot read `{}`", named.display()))?;
        let full = fs::canonicalize(named)?;
        let root = files.root.as_deref().and_then(|root| fs::canonicalize(root).ok());
        let inside = root.and_then(|root| full.strip_prefix(root).ok().map(Path::to_owned));
        let shown = inside.unwrap_or_else(|| named.file_name().map_or(named, Path::new).to_owned());
        let place = Place::named(RepoPath::from_git(shown.to_string_lossy().as_bytes()), &text);
        let mut others: Vec<Place> = lookup.taken.take().into_iter().chain(lookup.passed_over).collect();
        others.retain(|other| *other != place);
        return Ok((Lookup { taken: Some(place), passed_over: others }, Some(text)));
    }
    let Some(place) = &lookup.taken else { return Ok((lookup, None)) };
    let text = (files.text_of)(&place.path).map_err(|error| anyhow!("cannot read `{}`: {error}", place.path))?;
    Ok((lookup, Some(text)))
}

impl Wrong {
    /// Reads `text`; if it cannot be read, its errors are kept, and the defaults go on.
    fn parse(
        &mut self,
        path: &RepoPath,
        text: String,
        parse: impl Fn(&str, &[&'static lockstep_diagnostics::RuleMeta]) -> Result<Config, Vec<ConfigError>>,
    ) -> Config {
        let parsed = parse(&text, &rules());
        self.texts.insert(path.clone(), text);
        parsed.unwrap_or_else(|errors| {
            self.errors.extend(errors);
            Config::default()
        })
    }

    fn show(&self, common: &Common) -> io::Result<()> {
        let views: Vec<ErrorView> = self
            .errors
            .iter()
            .map(|error| ErrorView {
                message: error.message.clone(),
                location: error.location.clone(),
                label: String::new(),
                help: error.help.iter().cloned().collect(),
            })
            .collect();
        let options = lockstep_reporting::Options {
            color: colors(common.color, io::stderr().is_terminal()),
            ..lockstep_reporting::Options::default()
        };
        let text_of = |path: &RepoPath| self.texts.get(path).map(|text| text.as_str().into());
        errors::write(&views, &text_of, &options, &mut io::stderr().lock())
    }
}
