//! Writes a made-up history of any size into a new bare repository, for measuring time and memory:
//! `cargo run --release -p lockstep-testkit --example made_up_history -- PLACE CHANGESETS FUNCTIONS [SEED [MORE_FILES [MERGES]]]`,
//! where MERGES is how many of a hundred changesets are merges of branches; git takes much longer for these.

use std::{env, path::Path, process::ExitCode};

use lockstep_testkit::{Repository, simulator::Simulation};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<usize>().ok());
    let (Some(place), Some(changesets), Some(functions)) = (arguments.first(), number(1), number(2)) else {
        return ExitCode::from(2);
    };
    let seed = number(3).unwrap_or(1) as u64;
    let mut simulation = Simulation::large(changesets, functions);
    simulation.more_files = number(4).unwrap_or(0);
    if let Some(merges) = number(5) {
        simulation.merges = merges as f64 / 100.0;
    }
    match Repository::grow(Path::new(place), |each| drop(simulation.play(seed, each))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
