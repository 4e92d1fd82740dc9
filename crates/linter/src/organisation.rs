//! Several repositories as one project: each is read by itself, by its own configuration and with what is kept of it; then
//! its names are put after the name of the repository, its functions and its history beside those of the others, and
//! changesets that are one change are joined ([`join`]).
//!
//! The repositories stand in the order of their names, so it changes nothing in which order they are given. One that cannot
//! be read makes the answer incomplete, and the others go on.

pub(crate) mod join;
mod prefix;
mod tickets;

use std::{path::PathBuf, sync::Arc};

use lockstep_config::{Allow, Config, IdPatterns, ServiceTable};
use lockstep_history::Marks;
use lockstep_model::{FileEntry, FileSet, FileType, History, Origin, PathId, ReadError, RepoPath, Source};

pub(crate) use self::prefix::Prefix;
use crate::{
    Found, Incomplete, Options, Progress, Project,
    gather::{self, Gathered, Wanted},
    services,
};

/// One repository of several.
pub struct Member {
    /// What it is called: before the ids of its functions.
    pub name: String,
    /// What its paths lie below: where it is from the folder of the run, else its name.
    pub folder: RepoPath,
    /// Where it is, as given.
    pub given: PathBuf,
    /// The repository, or why it cannot be looked at.
    pub project: Result<Project, String>,
    /// Its own configuration.
    pub config: Config,
}

impl Member {
    pub(crate) fn prefix(&self) -> Prefix {
        Prefix { name: self.name.clone(), folder: self.folder.clone() }
    }

    /// True if all of it is looked at.
    fn is_whole(&self) -> bool {
        self.project.as_ref().is_ok_and(|project| project.scope.is_root())
    }
}

impl Project {
    /// The repositories `members` as one project, whose names are relative to the folder `root`. What the configurations
    /// of the members say of services and of accepted findings is added to `config`, which is that of all.
    pub fn of_members(root: PathBuf, mut members: Vec<Member>, config: &mut Config) -> Self {
        // Ids are sorted, so this is the order of the functions as well.
        members.sort_by_key(|member| format!("{}/", member.name));
        for member in &members {
            take_over(member, config);
        }
        let members: Vec<Arc<Member>> = members.into_iter().map(Arc::new).collect();
        let files = files(&members);
        Self::of_files(root, files, members)
    }

    /// The folders of the repositories: that of the project itself if there is only one.
    pub(crate) fn roots(&self) -> Vec<RepoPath> {
        match self.members.is_empty() {
            true => vec![RepoPath::root()],
            false => self.members.iter().map(|member| member.folder.clone()).collect(),
        }
    }

    /// True if all of the repository, or of each, is looked at.
    pub(crate) fn is_whole(&self) -> bool {
        self.scope.is_root() && self.members.iter().all(|member| member.is_whole())
    }
}

/// Adds to the configuration of all what that of a member says of its own functions.
fn take_over(member: &Member, config: &mut Config) {
    let prefix = member.prefix();
    let escaped = globset::escape(&member.name);
    // The patterns were read once already, and a name in front of them breaks none.
    let patterns = |own: &IdPatterns| {
        IdPatterns::new(own.texts().iter().map(|text| format!("{escaped}/{text}"))).unwrap_or_default()
    };
    config.services.extend(member.config.services.iter().map(|table| ServiceTable {
        name: prefix.name(&table.name),
        functions: patterns(&table.functions),
        location: prefix.location(&table.location),
    }));
    config.allows.extend(member.config.allows.iter().map(|allow| Allow {
        functions: patterns(&allow.functions),
        location: prefix.location(&allow.location),
        ..allow.clone()
    }));
}

/// The files of all members, below their folders.
fn files(members: &[Arc<Member>]) -> FileSet {
    let mut entries = Vec::new();
    for member in members {
        let (Ok(project), prefix) = (&member.project, member.prefix()) else { continue };
        for path in project.files.paths() {
            let Some(entry) = project.files.entry(path) else { continue };
            let kind = match &entry.file_type {
                FileType::Link(target) => FileType::Link(prefix.path(target)),
                other => other.clone(),
            };
            let entry = match entry.size() {
                Some(size) => FileEntry::new(kind, size),
                None => FileEntry::of_any_size(kind),
            };
            entries.push((prefix.path(path), entry));
        }
    }
    FileSet::new(entries, Arc::new(Contents(members.to_vec())))
}

/// Contents of the members' files.
struct Contents(Vec<Arc<Member>>);

impl Source for Contents {
    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, ReadError> {
        let of = self.0.iter().filter_map(|member| Some((member, member.prefix().inside(path)?)));
        let all: Vec<_> = of.collect();
        let (member, inside) =
            all.iter().max_by_key(|(member, _)| member.folder.as_str().len()).ok_or(ReadError::Missing)?;
        let project = member.project.as_ref().map_err(|why| ReadError::Io(why.clone()))?;
        project.files.text(inside).map(|text| text.as_bytes().to_vec())
    }
}

/// Reads every member as if it were alone, and puts what was found together.
pub(crate) fn gather(
    project: &Project,
    config: &Config,
    options: &Options,
    wanted: Wanted,
    progress: &dyn Progress,
) -> Gathered {
    let mut all = Gathered::default();
    let mut marks: Vec<Marks> = Vec::new();
    let rules = join::Rules::of(&config.join);
    for (number, member) in (0u32..).zip(&project.members) {
        let prefix = member.prefix();
        match &member.project {
            Ok(own) => {
                let read = gather::all(own, &of_member(member, config), options, wanted, progress);
                marks.extend(gather::marks(own, &read.mined.history, &rules));
                // That others have functions does not make up for one of which nothing could be read.
                let unread = Incomplete::nothing_read(&read.found.functions, &read.found.problems);
                all.mined.incomplete.extend(unread.map(|reason| prefix.incomplete(reason)));
                all.add(read, &prefix, number);
            }
            Err(why) => all.mined.incomplete.push(prefix.lost(why)),
        }
    }
    join_all(&mut all.mined.history, marks, &rules);
    all.found.services = services::services(&mut all.found.functions, config);
    all
}

/// Brings the changesets of all into the order of time, and joins those that are one change.
fn join_all(history: &mut History, marks: Vec<Marks>, rules: &join::Rules) {
    let mut order: Vec<usize> = (0..history.changesets.len()).collect();
    order.sort_by_key(|number| (history.changesets[*number].time, *number));
    let take = |number: &usize| history.changesets[*number].clone();
    let changesets = order.iter().map(take).collect();
    let origins = order.iter().map(|number| history.origins[*number].clone()).collect();
    let marks: Vec<Marks> = order.iter().map(|number| marks[*number].clone()).collect();
    (history.changesets, history.origins) = (changesets, origins);
    join::join(history, &marks, rules);
}

/// The configuration by which a member is read: its own, and what is set for all.
fn of_member(member: &Member, config: &Config) -> Config {
    let mut own = member.config.clone();
    own.history.follow_renames = config.history.follow_renames.or(own.history.follow_renames);
    own.history.since = config.history.since.or(own.history.since);
    own.history.change_kinds = config.history.change_kinds.or(own.history.change_kinds);
    own.join = Default::default();
    own
}

/// The functions of all members, with their calls.
pub(crate) fn find(project: &Project, config: &Config, progress: &dyn Progress) -> (Found, crate::Followed) {
    let mut all = Gathered::default();
    for (number, member) in (0u32..).zip(&project.members) {
        let Ok(own) = &member.project else { continue };
        let mut found = crate::find(own, &member.config);
        let followed = crate::follow(own, &member.config, &found, progress);
        crate::link_calls(&mut found, &followed);
        all.add(Gathered { found, followed, ..Gathered::default() }, &member.prefix(), number);
    }
    all.found.services = services::services(&mut all.found.functions, config);
    (all.found, all.followed)
}

impl Gathered {
    /// Adds what was read of the repository of this number.
    fn add(&mut self, read: Self, prefix: &Prefix, number: u32) {
        let problem = |problem| prefix.problem(problem);
        let first = self.found.functions.len() as u32;
        self.repositories.extend(read.found.functions.iter().map(|_| number));
        let Found { functions, manifests, problems, .. } = read.found;
        self.found.functions.extend(functions.into_iter().map(|function| prefix.function(function)));
        self.found.manifests.extend(manifests.iter().map(|path| prefix.path(path)));
        self.found.problems.extend(problems.into_iter().map(problem));
        let code = prefix.code(read.followed.code);
        self.followed.code.closures.extend(code.closures);
        self.followed.code.clones.extend(code.clones);
        self.followed.code.sizes.extend(code.sizes);
        let not_followed = &mut self.followed.code.not_followed;
        code.not_followed
            .into_iter()
            .for_each(|(language, number)| *not_followed.entry(language).or_default() += number);
        self.followed.problems.extend(read.followed.problems.into_iter().map(problem));
        let paths = self.mined.history.paths.len() as u32;
        self.judged.add(read.judged, paths);
        self.parts.add_all(read.parts, paths, first, &|path| prefix.path(path));
        self.of_the_past.extend(read.of_the_past.into_iter().map(problem));
        self.mined.incomplete.extend(read.mined.incomplete.into_iter().map(|reason| prefix.incomplete(reason)));
        self.mined.problems.extend(read.mined.problems.into_iter().map(problem));
        add_history(&mut self.mined.history, read.mined.history, prefix);
    }
}

/// Adds the history of one repository; what is known of the state is that of the newest commit of all.
fn add_history(into: &mut History, from: History, prefix: &Prefix) {
    let first = into.paths.len() as u32;
    into.paths.extend(from.paths.iter().map(|path| prefix.path(path)));
    for mut changeset in from.changesets {
        for change in &mut changeset.changes {
            (change.path, change.then) = (PathId(change.path.0 + first), PathId(change.then.0 + first));
        }
        into.changesets.push(changeset);
        into.origins.push(Origin { repository: prefix.name.clone(), joined: None });
    }
    into.total += from.total;
    from.dropped.into_iter().for_each(|(reason, number)| *into.dropped.entry(reason).or_default() += number);
    let (state, own) = (&mut into.state, from.state);
    if (own.head_time, own.head) > (state.head_time, state.head) {
        (state.head, state.head_time) = (own.head, own.head_time);
    }
    state.shallow |= own.shallow;
    state.partial = state.partial.take().or(own.partial);
    state.missing_objects += own.missing_objects;
}

impl Incomplete {
    fn without_repository(name: &str, why: &str) -> Self {
        Self {
            reason: format!("the repository `{name}` cannot be looked at: {why}"),
            notes: vec!["nothing is said of its functions, nor of what changes with them".to_owned()],
            help: Vec::new(),
            accepted: false,
        }
    }
}
