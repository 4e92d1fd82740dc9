//! What happens, in which order.

use fastrand::Rng;

use super::{
    Simulation,
    cast::{ALONE, Cast, Coupling},
    world::World,
};

/// What one changeset is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// A service comes into being.
    Birth(usize),
    /// Members of the coupling of this number change.
    Together(usize),
    /// A leader of the coupling of this number changes.
    Lead(usize, usize),
    /// This function changes for itself.
    Alone(usize),
    /// Some function of those without a part changes for itself.
    Other,
    /// Two functions that have nothing to do with each other.
    Tangle,
    /// Many functions.
    Sweep,
    /// Part of a shared module.
    Shared(usize),
    /// A contract, and both functions behind it.
    Contract(usize),
    Format,
    Comments,
    Licence,
    Imports,
    Dependencies,
    Bot,
    Runtime,
    Memory,
    RenameFile,
    RenameFolder,
    Documentation,
    Tests,
}

/// The happenings of a history, in order: services are born first, the rest comes as chance will have it. Each kind
/// comes as often as its share says; what is left is independent work.
pub(crate) fn schedule(simulation: &Simulation, world: &World, cast: &Cast, rng: &mut Rng) -> Vec<Happening> {
    use Happening as H;
    let births: Vec<H> = (0..world.services.len()).map(H::Birth).collect();
    let mut rest = Vec::new();
    let mut add = |happening: H, times: f64| {
        rest.extend(std::iter::repeat_n(happening, times.round() as usize));
    };
    let count = simulation.changesets as f64;
    for (number, (coupling, changes)) in cast.couplings.iter().enumerate() {
        match coupling {
            Coupling::Mutual { members, join } => {
                let members = members.len() as f64;
                add(H::Together(number), changes * members / (1.0 + (members - 1.0) * join));
            }
            Coupling::Following { leaders, follower } => {
                (0..leaders.len()).for_each(|leader| add(H::Lead(number, leader), *changes));
                let followed: f64 = leaders.iter().map(|(_, strength)| strength * changes).sum();
                add(H::Alone(*follower), followed * ALONE);
            }
        }
    }
    for (number, contract) in world.contracts.iter().enumerate() {
        add(H::Contract(number), count * simulation.contract_joint);
        contract.between.iter().for_each(|function| add(H::Alone(*function), count * simulation.contract_alone));
    }
    for number in 0..world.modules.len() {
        add(H::Shared(number), count * simulation.shared_code / world.modules.len() as f64);
    }
    for (happening, share) in [
        (H::Tangle, simulation.tangled),
        (H::Sweep, simulation.sweeps),
        (H::Format, simulation.formatters),
        (H::Comments, simulation.comments),
        (H::Licence, simulation.licences),
        (H::Imports, simulation.imports),
        (H::Dependencies, simulation.dependencies),
        (H::Bot, simulation.bots),
        (H::Runtime, simulation.runtimes),
        (H::Memory, simulation.settings),
        (H::RenameFile, simulation.renames / 2.0),
        (H::RenameFolder, simulation.renames / 2.0),
        (H::Documentation, simulation.documentation),
        (H::Tests, simulation.tests),
    ] {
        add(happening, count * share);
    }
    let left = simulation.changesets.saturating_sub(births.len() + rest.len());
    rest.extend(std::iter::repeat_n(H::Other, left));
    rng.shuffle(&mut rest);
    rest.truncate(simulation.changesets.saturating_sub(births.len()));
    [births, rest].concat()
}
