//! Several repositories in one run: those of the command line, or those that `[[repository]]` tables name.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use lockstep_config::{BaselineFile, Config, base_of, told};
use lockstep_diagnostics::Level;
use lockstep_linter::{Member, Project};
use lockstep_model::RepoPath;
use lockstep_reporting::{address_of, escape};

use crate::{
    args::Common,
    configuration::{self, Configuration},
};

/// A repository that is asked for.
struct Asked {
    given: PathBuf,
    name: Option<String>,
}

/// A repository that was looked at, or could not be.
struct Opened {
    asked: Asked,
    project: Result<Project, String>,
    /// The folder of the repository, or what was given; the last words of it make the name.
    place: PathBuf,
}

/// The project of the repositories at `paths`, which lie anywhere. What holds for all is what `--config` says: none of the
/// repositories speaks for the others, and their order must not matter.
///
/// # Errors
/// As for one repository; also if two are the same.
pub fn of_paths(
    paths: &[PathBuf],
    common: &Common,
    flags: &[(Level, String)],
    ready: &dyn Fn(&mut Project),
) -> anyhow::Result<Option<(Project, Configuration)>> {
    let root = fs::canonicalize(".").context("cannot read the folder of the run")?;
    let Some(mut configuration) = configuration::of_flags(&root, common, flags)? else { return Ok(None) };
    if let Some(table) = configuration.config.repositories.first() {
        bail!("{}: there are `[[repository]]` tables, and several PATHs: give only one of them", told(&table.location));
    }
    if configuration.config.baseline.file == BaselineFile::Usual {
        // The one that lies here is of this repository, not of several.
        configuration.config.baseline.file = BaselineFile::None;
    }
    let asked = paths.iter().map(|path| Asked { given: path.clone(), name: None }).collect();
    put_together(root, asked, configuration, common, ready)
}

/// The project of the repositories that the tables of `configuration` name, which was found in `around`.
///
/// # Errors
/// As [`of_paths`].
pub fn of_tables(
    around: &Project,
    configuration: Configuration,
    common: &Common,
    ready: &dyn Fn(&mut Project),
) -> anyhow::Result<Option<(Project, Configuration)>> {
    let root = base(around, &configuration)?;
    let tables = configuration.config.repositories.iter();
    let asked = tables.map(|table| Asked { given: root.join(&table.path), name: table.name.clone() }).collect();
    put_together(root, asked, configuration, common, ready)
}

/// The folder of the configuration: the paths of its tables start there.
fn base(around: &Project, configuration: &Configuration) -> anyhow::Result<PathBuf> {
    let folder = match (&configuration.named, &configuration.lookup.taken, &around.root) {
        (Some(named), ..) => named.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned),
        (None, Some(place), Some(root)) => Some(root.join(base_of(&place.path).as_str())),
        (None, Some(_), None) => bail!("`[[repository]]` tables in a bare repository name no folders: use a checkout"),
        (None, None, _) => None,
    };
    let folder = folder.unwrap_or_else(|| PathBuf::from("."));
    fs::canonicalize(&folder).with_context(|| format!("cannot read `{}`", folder.display()))
}

fn put_together(
    root: PathBuf,
    asked: Vec<Asked>,
    mut configuration: Configuration,
    common: &Common,
    ready: &dyn Fn(&mut Project),
) -> anyhow::Result<Option<(Project, Configuration)>> {
    of_one_only(&configuration.config)?;
    configuration.config.units.clear();
    let mut opened: Vec<Opened> = asked.into_iter().map(|asked| open(asked, ready)).collect();
    // Whoever is asked first is read first, and named first; so the order is that of the places.
    opened.sort_by(|a, b| a.place.cmp(&b.place));
    opened.dedup_by(|a, b| a.place == b.place && a.project.is_err() && b.project.is_err());
    each_once(&opened)?;
    let names = names(&opened)?;
    let folders = folders(&root, &opened, &names)?;
    let own = Common { config: Vec::new(), ..common.clone() };
    let mut members = Vec::new();
    for ((opened, name), folder) in opened.into_iter().zip(names).zip(folders) {
        let Opened { asked, project, .. } = opened;
        let config = match &project {
            Ok(project) => match configuration::of_project(project, &own, &[])? {
                Some(configuration) => configuration.config,
                None => {
                    let _ = writeln!(io::stderr().lock(), "note: that is in the repository `{}`", escape::line(&name));
                    return Ok(None);
                }
            },
            Err(_) => Config::default(),
        };
        if !config.repositories.is_empty() {
            bail!("the repository `{name}` names repositories itself: those are looked at where it is looked at alone");
        }
        members.push(Member { name, folder, given: asked.given, project, config });
    }
    let project = Project::of_members(root, members, &mut configuration.config);
    Ok(Some((project, configuration)))
}

/// What is relative to the root of one repository has no place in the configuration of all.
fn of_one_only(config: &Config) -> anyhow::Result<()> {
    let set = ["exclude", "contracts.paths", "units"].into_iter().find_map(|key| Some((key, config.places.get(key)?)));
    let table = config.functions.first().map(|table| ("[[function]]", &table.location));
    match set.or(table) {
        Some((key, place)) => bail!(
            "{}: `{key}` is about the files of one repository: write it into the configuration of that repository",
            told(place)
        ),
        None => Ok(()),
    }
}

fn open(asked: Asked, ready: &dyn Fn(&mut Project)) -> Opened {
    let project = match Project::open(&asked.given) {
        Ok(mut project) => {
            ready(&mut project);
            Ok(project)
        }
        Err(error) => Err(error.to_string()),
    };
    let root = project.as_ref().ok().and_then(|project| project.root.clone());
    let place = root.or_else(|| fs::canonicalize(&asked.given).ok()).unwrap_or_else(|| asked.given.clone());
    Opened { asked, project, place }
}

/// That no repository is given twice: its functions would be found to move in lockstep with themselves.
fn each_once(opened: &[Opened]) -> anyhow::Result<()> {
    let mut seen: Vec<(PathBuf, &Opened)> = Vec::new();
    for one in opened {
        let Ok(project) = &one.project else { continue };
        let objects = project.repository.as_ref().and_then(|all| Some(all.lock().ok()?.common_dir().to_owned()));
        let objects = objects.unwrap_or_else(|| one.place.clone());
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == objects) {
            bail!(
                "`{}` and `{}` are of one repository: give one folder that holds what is meant",
                other.asked.given.display(),
                one.asked.given.display()
            );
        }
        seen.push((objects, one));
    }
    Ok(())
}

/// What the repositories are called: as they were named, else by as many of the last words of their places as it takes to
/// tell them apart.
fn names(opened: &[Opened]) -> anyhow::Result<Vec<String>> {
    let words: Vec<Vec<String>> = opened.iter().map(|one| words(&one.place)).collect();
    let last = |words: &[String], many: usize| words[words.len().saturating_sub(many)..].join("/");
    let mut names = Vec::new();
    for (number, (one, own)) in opened.iter().zip(&words).enumerate() {
        let others = || words.iter().enumerate().filter(|(other, _)| *other != number);
        let is_unique = |many: &usize| others().all(|(_, other)| last(other, *many) != last(own, *many));
        let many = (1..=own.len()).find(is_unique).unwrap_or(own.len());
        names.push(one.asked.name.clone().unwrap_or_else(|| last(own, many)));
    }
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| name.is_empty() || !seen.insert(name.as_str())) {
        Some(name) => {
            bail!("two repositories are called `{name}`: give one another `name` in a `[[repository]]` table")
        }
        None => Ok(names),
    }
}

/// The names of the folders that lead to `place`; a bare repository is called without its ending.
fn words(place: &Path) -> Vec<String> {
    let mut words: Vec<String> = place
        .components()
        .filter(|part| matches!(part, std::path::Component::Normal(_)))
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if let Some(last) = words.last_mut().filter(|last| last.len() > 4 && last.ends_with(".git")) {
        last.truncate(last.len() - 4);
    }
    words
}

/// What the paths of each lie below: where it is from the folder of the run, so that a place can be opened from there;
/// else its name.
fn folders(root: &Path, opened: &[Opened], names: &[String]) -> anyhow::Result<Vec<RepoPath>> {
    let mut folders: Vec<RepoPath> = Vec::new();
    for (one, name) in opened.iter().zip(names) {
        let inside = one.place.strip_prefix(root).ok().filter(|inside| !inside.as_os_str().is_empty());
        let text = inside.map(|inside| inside.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
        let folder = RepoPath::from_git(text.as_ref().unwrap_or(name).as_bytes());
        if folders.contains(&folder) {
            return Err(anyhow!("`{folder}` is both a name and a folder: give a `name` in a `[[repository]]` table"));
        }
        folders.push(folder);
    }
    Ok(folders)
}

/// Where links lead for the members of `project` that lie outside its folder: what their paths begin with, and an address.
pub fn links(project: &Project) -> Vec<(String, String)> {
    let own = |member: &Member| {
        let root = member.project.as_ref().ok()?.root.as_ref()?;
        Some((format!("{}/", member.folder), address_of(&root.to_string_lossy())))
    };
    project.members.iter().filter_map(|member| own(member)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(place: &str) -> Opened {
        let asked = Asked { given: PathBuf::from(place), name: None };
        Opened { asked, project: Err(String::new()), place: PathBuf::from(place) }
    }

    #[test]
    fn names_are_as_long_as_it_takes() {
        let names = |places: &[&str]| names(&places.iter().map(|place| opened(place)).collect::<Vec<_>>()).unwrap();
        assert_eq!(names(&["/a/orders", "/a/billing.git"]), ["orders", "billing"]);
        assert_eq!(names(&["/a/x/orders", "/a/y/orders", "/a/z"]), ["x/orders", "y/orders", "z"]);
        assert_eq!(names(&["/orders", "/a/orders"]), ["orders", "a/orders"]);
    }

    #[test]
    fn paths_lie_below_the_folder_of_the_run_or_the_name() {
        let all = [opened("/run/repos/orders"), opened("/run"), opened("/else/billing")];
        let names = ["orders", "run", "billing"].map(str::to_owned);
        let folders = folders(Path::new("/run"), &all, &names).unwrap();
        assert_eq!(folders.iter().map(RepoPath::as_str).collect::<Vec<_>>(), ["repos/orders", "run", "billing"]);
    }
}
