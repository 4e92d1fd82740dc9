//! Writes a history in which every name means harm into a new bare repository, for looking at what is made of it:
//! `cargo run -p lockstep-testkit --example hostile_names -- PLACE FUNCTIONS`.

use std::{env, path::Path, process::ExitCode};

use lockstep_testkit::{Repository, hostile};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let functions = arguments.get(1).and_then(|text| text.parse().ok());
    let (Some(place), Some(functions)) = (arguments.first(), functions) else {
        return ExitCode::from(2);
    };
    match Repository::grow(Path::new(place), |each| hostile::play(functions, each)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
