//! One run, stage by stage, with the time of each: what the benchmarks share.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use lockstep_config::{Config, Levels};
use lockstep_linter::{Options, Project, Silent, find, follow, lint, measure, mine, rules, tell_apart};

/// Times what happens between its calls.
pub struct Clock {
    since: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    pub fn start() -> Self {
        Self { since: Instant::now(), laps: Vec::new() }
    }

    pub fn lap(&mut self, name: &'static str) {
        self.laps.push((name, self.since.elapsed()));
        self.since = Instant::now();
    }

    pub fn laps(self) -> Vec<(&'static str, Duration)> {
        self.laps
    }
}

fn options() -> Options {
    Options { as_of: None, allow_shallow: true, jobs: std::thread::available_parallelism().map_or(1, usize::from) }
}

/// Each stage by itself; says how large the repository in `folder` is.
pub fn stages(folder: &Path, clock: &mut Clock) -> String {
    let (config, options) = (Config::default(), options());
    let project = Project::open(folder).expect("a project");
    clock.lap("1 list the files");
    let found = find(&project, &config);
    clock.lap("2 find functions");
    let followed = follow(&project, &config, &found, &Silent);
    clock.lap("3 follow their code");
    let mut mined = mine(&project, &config, &options, &Silent);
    clock.lap("4 mine the history");
    drop(lockstep_linter::compare_versions(&project, &followed.code.closures, &mut mined.history, options.jobs));
    clock.lap("5 compare versions");
    let (parts, _) = tell_apart(&project, &found, &followed.code.closures, &mined.history, options.jobs);
    clock.lap("6 tell parts of files apart");
    let graph = measure(&project, &config, &found, &followed.code.closures, &mined.history, (&parts, &[]), &options);
    clock.lap("7 measure");
    format!("{} functions, {} changesets", found.functions.len(), graph.changesets().total)
}

/// All of it, the stages overlapping, as `check` does it.
pub fn whole(folder: &Path, clock: &mut Clock) {
    let config = Config::default();
    let project = Project::open(folder).expect("a project");
    let levels = Levels::new(&config, &[], &rules()).expect("no flags, no errors");
    drop(lint(&project, &config, &levels, &options(), &Silent));
    clock.lap("9 all of it, stages overlapping");
}
