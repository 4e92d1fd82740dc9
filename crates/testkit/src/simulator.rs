//! Made-up histories of which the truth is known: which functions must change together, and how strongly, amid the noise
//! of real repositories.
//!
//! A [`Simulation`] says how much there is of what. It keeps the text of every file and edits it, so that what reads
//! contents has contents to read. The same seed gives the same commits on every machine.

mod cast;
mod edit;
mod happen;
mod layout;
mod manifest;
mod schedule;
mod source;
#[cfg(test)]
mod tests;
mod truth;
mod world;

use fastrand::Rng;
use lockstep_model::Timestamp;

use crate::{Commit, Plan, PlannedCommit};
use happen::{Done, Stage};
pub use truth::{Pair, Planted, Truth, pair};

/// How much there is of what in a made-up history. All shares are of all changesets and lie between 0 and 1; what they
/// leave is independent work on one function.
///
/// The defaults are taken from real repositories: the medians of eight public repositories of serverless functions
/// (authors, titles and paths of their first-parent commits) where that can be counted, published figures where it
/// cannot.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// Changesets in all: commits of the main line.
    pub changesets: usize,
    /// Functions, five to a service.
    pub functions: usize,
    /// Further files of each function that has a folder of its own.
    pub more_files: usize,
    /// Definitions of as many statements grow no more. (People divide them; here nobody does.)
    pub longest: usize,
    /// Changesets in a year. (46 to 1,217 in real repositories.)
    pub per_year: f64,
    /// Share of changesets that come as merges of pull requests; the rest are squashed.
    pub merges: f64,
    /// Couplings of two functions in both directions.
    pub pairs: usize,
    /// Couplings of three functions in all directions.
    pub triples: usize,
    /// Functions that follow two others, which do not follow them.
    pub hubs: usize,
    /// The range from which strengths are drawn: P(B changes | A changes).
    pub strength: (f64, f64),
    /// The range from which is drawn which share of all changesets changes a coupled function.
    pub coupled: (f64, f64),
    /// Pairs that change together only with their contract.
    pub contract_pairs: usize,
    /// For each of them, changesets that change the contract and both.
    pub contract_joint: f64,
    /// For each of their functions, changesets that change it alone.
    pub contract_alone: f64,
    /// Modules that several functions run.
    pub shared_modules: usize,
    /// Changesets that change such a module and nothing else.
    pub shared_code: f64,
    /// Two unrelated functions in one changeset. (Herzig and Zeller 2013: up to 15 % of bug fixes are tangled.)
    pub tangled: f64,
    /// 5 to 16 functions in one changeset.
    pub sweeps: f64,
    /// A formatter run over most of a service.
    pub formatters: f64,
    /// Edits of comments of several functions of a service.
    pub comments: f64,
    /// Licence headers of a few services.
    pub licences: f64,
    /// Imports of a service put in another order.
    pub imports: f64,
    /// Share of ordinary changesets in which a comment of another function of the service is edited as well.
    pub tidying: f64,
    /// People who raise dependencies of a few services.
    pub dependencies: f64,
    /// Programs that raise a dependency (nine in ten) or format a service.
    pub bots: f64,
    /// The runtime of all functions raised in all manifests.
    pub runtimes: f64,
    /// The memory of one function set in its manifest.
    pub settings: f64,
    /// Renames, of the file of a handler and of the folder of a function in equal parts.
    pub renames: f64,
    /// Documents only.
    pub documentation: f64,
    /// Tests only.
    pub tests: f64,
    /// How unequal the functions without a part are: the share of the one at rank r is as r^-skew.
    pub skew: f64,
}

impl Default for Simulation {
    fn default() -> Self {
        Self {
            changesets: 350,
            functions: 40,
            more_files: 0,
            longest: 30,
            per_year: 350.0,
            merges: 0.58,
            pairs: 2,
            triples: 1,
            hubs: 1,
            strength: (0.3, 0.9),
            coupled: (0.03, 0.06),
            contract_pairs: 3,
            contract_joint: 0.017,
            contract_alone: 0.012,
            shared_modules: 3,
            shared_code: 0.04,
            tangled: 0.03,
            sweeps: 0.015,
            formatters: 0.010,
            comments: 0.010,
            licences: 0.003,
            imports: 0.008,
            tidying: 0.05,
            dependencies: 0.02,
            bots: 0.095,
            runtimes: 0.006,
            settings: 0.01,
            renames: 0.012,
            documentation: 0.025,
            tests: 0.025,
            skew: 0.8,
        }
    }
}

/// A history and its truth.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// The commits, ready for [`crate::Repository::build`].
    pub plan: Plan,
    /// What was planted.
    pub truth: Truth,
}

/// 2024-01-01 00:00 UTC.
const START: Timestamp = 1_704_067_200;
const YEAR: f64 = 365.0 * 86_400.0;
/// No large history takes more years.
const LONGEST: f64 = 30.0;
const PEOPLE: &[&str] = &["Ana Duarte", "Jonas Weber", "Mei Tanaka", "Ravi Menon", "Lena Novak", "Tom Okafor"];
/// A merge with more edits than this would be a branch of too many commits: it is squashed.
const LONGEST_BRANCH: usize = 12;

impl Simulation {
    /// A large history of the same mixture: each function is as lively as in the default, whatever the numbers, unless the
    /// history would take longer than thirty years: then all are livelier. Runtimes are raised as often in a year.
    pub fn large(changesets: usize, functions: usize) -> Self {
        let usual = Self::default();
        let times = |count: usize| (count * functions).div_ceil(usual.functions);
        let share = |share: f64| share * usual.functions as f64 / functions as f64;
        Self {
            changesets,
            functions,
            per_year: (usual.per_year * functions as f64 / usual.functions as f64).max(changesets as f64 / LONGEST),
            pairs: times(usual.pairs),
            triples: times(usual.triples),
            hubs: times(usual.hubs),
            coupled: (share(usual.coupled.0), share(usual.coupled.1)),
            contract_pairs: times(usual.contract_pairs),
            contract_joint: share(usual.contract_joint),
            contract_alone: share(usual.contract_alone),
            shared_modules: times(usual.shared_modules),
            runtimes: share(usual.runtimes),
            // About as many as they begin with, so that files are as long in a long history as in a short one.
            longest: 8,
            ..usual
        }
    }

    /// The history of this seed, whole.
    pub fn run(&self, seed: u64) -> Simulated {
        let mut plan = Plan::default();
        let truth = self.play(seed, |commit| plan.commits.push(commit));
        Simulated { plan, truth }
    }

    /// The history of this seed, commit by commit, so that a large one need not be held.
    pub fn play(&self, seed: u64, mut each: impl FnMut(PlannedCommit)) -> Truth {
        let mut rng = Rng::with_seed(seed);
        let mut world = layout::lay_out(self.functions, self.more_files, &mut rng);
        let (cast, mut truth) = cast::cast(self, &mut world, &mut rng);
        let happenings = schedule::schedule(self, &world, &cast, &mut rng);
        let mut dates = rng.fork();
        let mut stage = Stage::new(self, world, &cast, rng);
        for (number, happening) in happenings.into_iter().enumerate() {
            let done = stage.perform(happening);
            truth.changed.push(done.changed.iter().map(|function| *function as u32).collect());
            each(self.commit(number, done, &mut dates));
        }
        truth
    }

    /// The commit numbered `number`: when it came, who made it, and whether it is a merge.
    fn commit(&self, number: usize, done: Done, rng: &mut Rng) -> PlannedCommit {
        let time = START + ((number as f64 + 0.9 * rng.f64()) * YEAR / self.per_year) as Timestamp;
        let person = PEOPLE[rng.usize(..PEOPLE.len())];
        let merge = rng.f64() < self.merges && (1..=LONGEST_BRANCH).contains(&done.edits.len());
        let request = number + 1;
        let (author, branch) = match (done.bot, merge) {
            (false, _) => (person, format!("example/change-{request}")),
            // A person merges what the program proposed: only the branch tells.
            (true, true) => (person, format!("example/dependabot/npm_and_yarn/change-{request}")),
            (true, false) => ("dependabot[bot]", String::new()),
        };
        let title = if merge {
            format!("Merge pull request #{request} from {branch}\n\n{}", done.title)
        } else {
            format!("{} (#{request})", done.title)
        };
        let commit = Commit { line: 0, day: 0, author: author.to_owned(), title, merge, changes: Vec::new() };
        PlannedCommit { commit, time, edits: done.edits }
    }
}
