//! What maintainers run. `test` runs everything that is tested, with the real clients. `headline` holds the measure against
//! its baselines on public repositories, `placebo` lets it loose on histories in which nothing is coupled, `functions` holds
//! the functions that are found against those that people counted, `closures` the files they reach against what compilers
//! and bundlers say, `pairs` counts those that share code, `affected` what would have been deployed, `clones` lists copies
//! for reading, `account` where each rule spoke; most print Markdown tables. `pictures` opens reports in a browser. `follow` does
//! what is timed beside tools that follow imports. `instructions` guards against getting slower.

mod account;
mod affected;
mod bootstrap;
mod browser;
mod clients;
mod clones;
mod closures;
mod follow;
mod found;
mod functions;
mod headline;
mod instructions;
mod pairs;
mod pictures;
mod placebo;
mod run;
mod selection;
mod test;
mod truth;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use lockstep_linter::{BacktestOptions, SPLIT, coupling::backtest::Truth};

use crate::{closures::By, run::Tested};

/// All tests with the real clients, and tables that show how often Lockstep is right on public repositories.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install the pinned clients, build the wheel, and run all tests, those with clients too
    Test(test::Wanted),
    /// Reports in a headless browser: of repositories, with what is wrong with each, or of the demo for the book
    ///
    /// A row for each: kB, milliseconds until it can be used and those computed, sheets of paper, checks of filters and clicks,
    /// faults, and what axe finds that is less than serious. Each view is a picture.
    Pictures(pictures::Wanted),
    /// How many instructions a `check` takes, against what it took before; fails if that is a fifth more
    Instructions(instructions::Wanted),
    /// Install the pinned clients and say where: the value of LOCKSTEP_CLIENTS
    Clients,
    /// This tool, the formula it started from, code-maat's degree and popularity, per repository and on average
    Headline(Wanted),
    /// What the rules flag in shuffled histories, per repository and pooled
    Placebo {
        /// Shuffled histories per repository
        #[arg(long, default_value_t = 50)]
        shuffles: u32,
        #[command(flatten)]
        wanted: Wanted,
    },
    /// The functions found in public repositories against those that people counted there
    Functions {
        /// Folder of whole clones: OWNER/NAME, OWNER+NAME/repo or NAME below it
        #[arg(long)]
        corpus: PathBuf,
        /// Folder of counted functions, one file per repository
        #[arg(long, default_value = "docs/src/evaluation/functions")]
        truth: PathBuf,
        /// Only repositories whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// On which public repositories each rule spoke, with the commit, the number of findings and one of them
    Account {
        /// Folder of whole clones: OWNER/NAME, OWNER+NAME/repo or NAME below it
        #[arg(long)]
        corpus: PathBuf,
        /// The repositories, and their units where they declare no functions
        #[arg(long, default_value = "docs/src/evaluation/account.toml")]
        selection: PathBuf,
        /// Only repositories whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// What `affected` would have deployed over the last changesets of a clone: a line for each, and one row
    ///
    /// The row: changesets, functions deployed, functions in all, share, changesets that needed none, median, changesets that
    /// needed all.
    Affected {
        /// The clone, bare or not
        clone: PathBuf,
        /// How many changesets of the main line
        #[arg(long, default_value_t = 200)]
        last: usize,
    },
    /// The copies between functions of one repository, all of them: a pair a line, and what the first of the two says
    Clones {
        /// The checkout, or a bare clone
        checkout: PathBuf,
        /// How many lines of each copy are shown
        #[arg(long, default_value_t = 0)]
        show: usize,
    },
    /// The files that the functions of one repository reach against what another tool says: one row, and the differences
    ///
    /// The row: tool, functions, functions that it does not name, files by it, files by us, precision, recall.
    Closures {
        /// The checkout
        checkout: PathBuf,
        /// What the other tool says, as the scripts in xtask/reference write it
        #[arg(long)]
        reference: PathBuf,
        /// Only files with these extensions
        #[arg(long, value_delimiter = ',')]
        extensions: Vec<String>,
        /// What of an imported file counts as reached
        #[arg(long, value_enum, default_value_t = By::Files)]
        by: By,
        /// Count files of which only types are taken
        #[arg(long)]
        types: bool,
        /// Show so many differing files on each side
        #[arg(long, default_value_t = 20)]
        show: usize,
    },
    /// How many pairs of functions share code, by files and by symbols: one row
    ///
    /// The row: repository, functions whose code is followed, pairs, pairs that share a file by the graph of files, a file
    /// by the closure by symbols, a symbol, a symbol that is defined where it is reached.
    Pairs {
        /// The checkout
        checkout: PathBuf,
    },
    /// Find the functions of one repository, follow their code, and say how many files that is
    Follow {
        /// The checkout
        checkout: PathBuf,
    },
}

/// On what, and by what measure.
#[derive(Debug, Args)]
struct Wanted {
    /// Folder of whole clones: OWNER/NAME, OWNER+NAME/repo or NAME below it
    #[arg(long)]
    corpus: PathBuf,
    /// The repositories and their units
    #[arg(long, default_value = "docs/src/evaluation/selection.toml")]
    selection: PathBuf,
    /// What counts as a change
    #[arg(long, value_enum, default_value_t = Counts::Any)]
    truth: Counts,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Counts {
    Any,
    Behaviour,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Test(wanted) => test::run(&wanted)?,
        Task::Pictures(wanted) => pictures::take(&wanted)?,
        Task::Instructions(wanted) => instructions::guard(&wanted)?,
        Task::Clients => writeln!(io::stdout().lock(), "{}", clients::Clients::install()?.folder.display())?,
        Task::Headline(wanted) => {
            let tested = all(&wanted, 0)?;
            headline::write(&tested, &mut io::stdout().lock())?;
        }
        Task::Placebo { shuffles, wanted } => {
            let tested = all(&wanted, shuffles)?;
            placebo::write(&tested, shuffles, &mut io::stdout().lock())?;
        }
        Task::Account { corpus, selection, only } => {
            let mut selection = selection::read(&selection)?;
            selection.retain(|repository| only.as_deref().is_none_or(|part| repository.name.contains(part)));
            account::write(&selection, &corpus, &mut io::stdout().lock())?;
        }
        Task::Affected { clone, last } => affected::replay(&clone, last)?,
        Task::Closures { checkout, reference, extensions, by, types, show } => closures::compare(&closures::Asked {
            checkout: &checkout,
            reference: &reference,
            extensions: &extensions,
            by,
            types,
            show,
        })?,
        Task::Clones { checkout, show } => clones::list(&checkout, show)?,
        Task::Pairs { checkout } => pairs::count(&checkout)?,
        Task::Follow { checkout } => follow::follow(&checkout)?,
        Task::Functions { corpus, truth, only } => counted(&corpus, &truth, only.as_deref())?,
    }
    Ok(())
}

/// Finds the functions of every counted repository; those that have no clone below `corpus` are named and left out.
fn counted(corpus: &Path, folder: &Path, only: Option<&str>) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let mut truths = truth::read_all(folder)?;
    truths.retain(|truth| only.is_none_or(|part| truth.repository.contains(part)));
    let mut compared = Vec::new();
    for truth in &truths {
        match found::functions(truth, corpus, scratch.path()) {
            Ok(functions) => compared.push(found::compare(truth, &functions)),
            Err(why) => writeln!(io::stderr().lock(), "{} is left out: {why:#}", truth.repository)?,
        }
    }
    functions::write(&compared, &mut io::stdout().lock())?;
    Ok(())
}

/// Backtests every repository of the selection, one after the other: each uses all processors.
fn all(wanted: &Wanted, shuffles: u32) -> anyhow::Result<Vec<Tested>> {
    let truth = match wanted.truth {
        Counts::Any => Truth::Any,
        Counts::Behaviour => Truth::Behaviour,
    };
    let options = BacktestOptions { split: SPLIT, truth, shuffles };
    let mut tested = Vec::new();
    for repository in selection::read(&wanted.selection)? {
        match run::backtest(&repository, &wanted.corpus, &options)? {
            Ok(one) => {
                writeln!(io::stderr().lock(), "{}", repository.name)?;
                tested.push(one);
            }
            Err(why) => writeln!(io::stderr().lock(), "{} is left out: {why}", repository.name)?,
        }
    }
    Ok(tested)
}
