//! Who plays which part: the functions that are coupled, that have a contract, that share code, and all others.

use fastrand::Rng;

use super::{
    Simulation, layout,
    source::Language,
    truth::{Planted, Truth, pair},
    world::{Notation, Platform, World},
};

/// How many functions a sweep edits.
pub(crate) const SWEEP: std::ops::RangeInclusive<usize> = 5..=16;

/// Functions that must change together.
#[derive(Clone, Debug)]
pub(crate) enum Coupling {
    /// Each may be the first to change; every other one joins it with the chance `join`.
    Mutual { members: Vec<usize>, join: f64 },
    /// When a leader changes, the follower joins it with the leader's strength; it often changes alone as well.
    Following { leaders: Vec<(usize, f64)>, follower: usize },
}

/// The parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cast {
    /// Each coupling with the changes that each of its functions (each of its leaders) is to have.
    pub couplings: Vec<(Coupling, f64)>,
    /// Functions that change for themselves, the liveliest first.
    pub others: Vec<usize>,
    /// All functions of couplings.
    pub coupled: Vec<usize>,
}

/// Gives the functions of `world` their parts, and joins those that share something.
pub(crate) fn cast(simulation: &Simulation, world: &mut World, rng: &mut Rng) -> (Cast, Truth) {
    let mut free: Vec<usize> = (0..world.functions.len()).collect();
    rng.shuffle(&mut free);
    let mut truth =
        Truth { functions: world.functions.iter().map(|function| function.id.clone()).collect(), ..Truth::default() };
    for number in 0..simulation.contract_pairs {
        contract(number, world, &mut free, &mut truth);
    }
    let mut cast = Cast::default();
    for _ in 0..simulation.pairs {
        mutual(2, simulation, world, &mut free, &mut cast, &mut truth, rng);
    }
    for _ in 0..simulation.triples {
        mutual(3, simulation, world, &mut free, &mut cast, &mut truth, rng);
    }
    for _ in 0..simulation.hubs {
        following(simulation, world, &mut free, &mut cast, &mut truth, rng);
    }
    cast.others = free;
    settle(simulation, &cast, &mut truth);
    shared(simulation, world, &mut truth, rng);
    (cast, truth)
}

/// Takes the first function out of `free` that fits, and the first behind it that fits beside it.
fn two(
    free: &mut Vec<usize>,
    fits: impl Fn(usize) -> bool,
    beside: impl Fn(usize, usize) -> bool,
) -> Option<[usize; 2]> {
    for first in (0..free.len()).filter(|first| fits(free[*first])) {
        for second in first + 1..free.len() {
            let found = [free[first], free[second]];
            if fits(found[1]) && beside(found[0], found[1]) {
                free.remove(second);
                free.remove(first);
                return Some(found);
            }
        }
    }
    None
}

fn contract(number: usize, world: &mut World, free: &mut Vec<usize>, truth: &mut Truth) {
    let notation = [Notation::OpenApi, Notation::JsonSchema, Notation::Protobuf][number % 3];
    let service = |function: usize| &world.services[world.functions[function].service];
    let fits = |function: usize| match notation {
        Notation::OpenApi => service(function).platform == Platform::Sam && !service(function).openapi,
        Notation::JsonSchema => service(function).language == Language::TypeScript,
        Notation::Protobuf => true,
    };
    let beside = |a: usize, b: usize| {
        (world.functions[a].service == world.functions[b].service) == (notation == Notation::OpenApi)
    };
    if let Some(between) = two(free, fits, beside) {
        layout::agree(world, number, notation, between);
        truth.contract_only.insert(pair(&world.functions[between[0]].id, &world.functions[between[1]].id));
    }
}

/// Takes `count` functions out of `free`: half of the time of one service, as far as it has them.
fn take(count: usize, world: &World, free: &mut Vec<usize>, rng: &mut Rng) -> Vec<usize> {
    let service = |function: usize| world.functions[function].service;
    let near = rng.bool();
    let Some(first) = free.first().copied() else { return Vec::new() };
    let (mut same, mut rest): (Vec<usize>, Vec<usize>) =
        free.iter().copied().partition(|function| !near || service(*function) == service(first));
    if same.len() < count {
        same.append(&mut rest);
    }
    let taken: Vec<usize> = same.into_iter().take(count).collect();
    free.retain(|function| !taken.contains(function));
    taken
}

fn between(range: (f64, f64), rng: &mut Rng) -> f64 {
    range.0 + (range.1 - range.0) * rng.f64()
}

/// The chance to join that gives each pair of `members` functions the strength `strength`: of the solutions of
/// `strength = (2q + (m−2)q²) / (1 + (m−1)q)` the one between 0 and 1.
fn join_of(strength: f64, members: usize) -> f64 {
    let of = |join: f64| (2.0 * join + (members as f64 - 2.0) * join * join) / (1.0 + (members as f64 - 1.0) * join);
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if of(middle) < strength { low = middle } else { high = middle }
    }
    low
}

fn mutual(
    count: usize,
    simulation: &Simulation,
    world: &World,
    free: &mut Vec<usize>,
    cast: &mut Cast,
    truth: &mut Truth,
    rng: &mut Rng,
) {
    let members = take(count, world, free, rng);
    let strength = between(simulation.strength, rng);
    let changes = between(simulation.coupled, rng) * simulation.changesets as f64;
    for from in &members {
        for to in members.iter().filter(|to| *to != from) {
            plant(world, truth, *from, *to, strength, changes);
        }
    }
    cast.coupled.extend(&members);
    cast.couplings.push((Coupling::Mutual { join: join_of(strength, members.len()), members }, changes));
}

/// How many changes of a follower are not a leader's, for each that is.
pub(crate) const ALONE: f64 = 1.0;

fn following(
    simulation: &Simulation,
    world: &World,
    free: &mut Vec<usize>,
    cast: &mut Cast,
    truth: &mut Truth,
    rng: &mut Rng,
) {
    let mut leaders = take(3, world, free, rng);
    let Some(follower) = leaders.pop() else { return };
    let leaders: Vec<(usize, f64)> =
        leaders.into_iter().map(|leader| (leader, between(simulation.strength, rng))).collect();
    let changes = between(simulation.coupled, rng) * simulation.changesets as f64;
    let followed: f64 = leaders.iter().map(|(_, strength)| strength * changes).sum();
    let all = followed * (1.0 + ALONE);
    for (leader, strength) in &leaders {
        plant(world, truth, *leader, follower, *strength, changes);
        plant(world, truth, follower, *leader, strength * changes / all, all);
        cast.coupled.push(*leader);
    }
    cast.coupled.push(follower);
    cast.couplings.push((Coupling::Following { leaders, follower }, changes));
}

fn plant(world: &World, truth: &mut Truth, from: usize, to: usize, strength: f64, changes: f64) {
    let id = |function: usize| world.functions[function].id.clone();
    truth.planted.push(Planted { from: id(from), to: id(to), strength, changes });
}

/// Adds to what was planted the other changes that a coupled function is to be expected to have: tangled ones, its
/// share of sweeps, its birth. They are real changes of it, and weaken the coupling. Then tells which can be found.
fn settle(simulation: &Simulation, cast: &Cast, truth: &mut Truth) {
    let count = simulation.changesets as f64;
    // A tangle is two draws, each of them a coupled function half of the time.
    let tangled = count * simulation.tangled / cast.coupled.len().max(1) as f64;
    let (share, size) = small_sweeps();
    let swept = count * simulation.sweeps * share * size / simulation.functions as f64;
    let other = 1.0 + tangled + swept;
    for planted in &mut truth.planted {
        planted.strength *= planted.changes / (planted.changes + other);
        planted.changes += other;
        let pair = pair(&planted.from, &planted.to);
        if planted.is_recallable() {
            truth.recallable.insert(pair.clone());
        }
        truth.coupled.insert(pair);
    }
}

/// The share of sweeps that are small enough to say anything (ten functions), and their mean size.
fn small_sweeps() -> (f64, f64) {
    let sizes: Vec<usize> = SWEEP.filter(|size| *size <= 10).collect();
    let count = sizes.len() as f64;
    (count / SWEEP.count() as f64, sizes.iter().sum::<usize>() as f64 / count)
}

/// Shared modules: two of TypeScript that any service may use, one of each service of Python, and one of which every
/// user has its own part.
fn shared(simulation: &Simulation, world: &mut World, truth: &mut Truth, rng: &mut Rng) {
    let has_contract = |function: &usize| world.contracts.iter().any(|contract| contract.between.contains(function));
    let mut users: Vec<usize> = (0..world.functions.len()).filter(|function| !has_contract(function)).collect();
    rng.shuffle(&mut users);
    let (mut typescript, python): (Vec<usize>, Vec<usize>) = users
        .into_iter()
        .partition(|function| world.services[world.functions[*function].service].language == Language::TypeScript);
    for number in 0..simulation.shared_modules {
        if number % 3 == 2 {
            let Some(first) = python.get(number) else { continue };
            let service = world.functions[*first].service;
            let mine: Vec<usize> =
                python.iter().copied().filter(|function| world.functions[*function].service == service).collect();
            if mine.len() > 1 && !world.modules.iter().any(|module| module.users[0] == mine) {
                layout::share(world, &format!("common_{number}"), vec![mine], rng);
            }
        } else if typescript.len() >= 4 {
            let mine: Vec<usize> = typescript.drain(..4).collect();
            let parts = if number % 3 == 1 {
                mine.iter().map(|user| vec![*user]).collect()
            } else {
                vec![mine.clone(), mine[..2].to_vec()]
            };
            layout::share(world, &format!("library_{number}"), parts, rng);
        }
    }
    for users in world.modules.iter().flat_map(|module| &module.users) {
        for (at, a) in users.iter().enumerate() {
            for b in &users[at + 1..] {
                let both = pair(&world.functions[*a].id, &world.functions[*b].id);
                if !truth.coupled.contains(&both) {
                    truth.shared_only.insert(both);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_to_join_gives_the_strength() {
        for strength in [0.3, 0.5, 0.9] {
            assert!((join_of(strength, 2) - strength / (2.0 - strength)).abs() < 1e-9);
            let join = join_of(strength, 3);
            assert!(((2.0 * join + join * join) / (1.0 + 2.0 * join) - strength).abs() < 1e-9);
        }
    }
}
