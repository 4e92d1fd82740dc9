//! Makes what happens happen: edits the files of the world, one changeset at a time.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::{
    Simulation,
    cast::{Cast, Coupling, SWEEP},
    edit, manifest,
    schedule::Happening,
    source::Language,
    world::{World, extension},
};
use crate::Edit;

/// What became of a happening.
#[derive(Debug)]
pub(crate) struct Done {
    pub title: String,
    pub edits: Vec<Edit>,
    /// The functions whose own behaviour changed.
    pub changed: BTreeSet<usize>,
    pub bot: bool,
}

/// The world in motion.
pub(crate) struct Stage<'a> {
    pub simulation: &'a Simulation,
    pub world: World,
    pub cast: &'a Cast,
    pub rng: Rng,
    /// How lively the functions without a part are: sums of the shares up to each.
    sums: Vec<f64>,
    changed: BTreeSet<usize>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(simulation: &'a Simulation, world: World, cast: &'a Cast, rng: Rng) -> Self {
        let mut sum = 0.0;
        let sums = (0..cast.others.len()).map(|rank| {
            sum += (rank as f64 + 1.0).powf(-simulation.skew);
            sum
        });
        Self { simulation, world, cast, rng, sums: sums.collect(), changed: BTreeSet::new() }
    }

    /// One changeset.
    pub(crate) fn perform(&mut self, happening: Happening) -> Done {
        let title = self.act(happening);
        if matches!(happening, Happening::Together(_) | Happening::Lead(..) | Happening::Alone(_) | Happening::Other)
            && self.rng.f64() < self.simulation.tidying
        {
            self.tidy_a_neighbour();
        }
        let bot = happening == Happening::Bot;
        Done { title, edits: self.world.take(), changed: std::mem::take(&mut self.changed), bot }
    }

    /// Does it and says what it is.
    fn act(&mut self, happening: Happening) -> String {
        match happening {
            Happening::Birth(service) => self.birth(service),
            Happening::Together(number) => self.together(number),
            Happening::Lead(number, leader) => self.lead(number, leader),
            Happening::Alone(function) => self.change_all(&[function]),
            Happening::Other => match self.other() {
                Some(function) => self.change_all(&[function]),
                None => String::new(),
            },
            Happening::Tangle => self.tangle(),
            Happening::Sweep => self.sweep(),
            Happening::Shared(module) => self.shared(module),
            Happening::Contract(number) => self.contract(number),
            Happening::Format => self.format(),
            Happening::Comments => self.comments(),
            Happening::Licence => self.licence(),
            Happening::Imports => self.imports(),
            Happening::Dependencies => self.dependencies(),
            Happening::Bot => self.bot(),
            Happening::Runtime => self.runtime(),
            Happening::Memory => self.memory(),
            Happening::RenameFile => self.rename_file(),
            Happening::RenameFolder => self.rename_folder(),
            Happening::Documentation => self.document(),
            Happening::Tests => self.test(),
        }
    }

    fn birth(&mut self, service: usize) -> String {
        self.world.services[service].born = true;
        self.world.save_manifest(service);
        self.world.save_dependencies(service);
        self.world.files_of(service).into_iter().for_each(|file| self.world.save(file));
        if service == 0 {
            let shared: Vec<usize> =
                (0..self.world.files.len()).filter(|file| self.world.files[*file].service.is_none()).collect();
            shared.into_iter().for_each(|file| self.world.save(file));
            (0..self.world.contracts.len()).for_each(|contract| self.world.save_contract(contract));
            // Code of one function's own, wherever it stands, comes into being with it.
            let parts = self.world.modules.iter().flat_map(|module| &module.users);
            self.changed.extend(parts.filter(|users| users.len() == 1).flatten());
        }
        self.changed.extend(&self.world.services[service].functions);
        format!("Add the service {}", self.world.services[service].name)
    }

    /// Changes one definition of a function's own.
    fn change(&mut self, function: usize) {
        let own = &self.world.functions[function].own;
        let (file, definitions) = &own[self.rng.usize(..own.len())];
        let (file, at) = (*file, definitions[self.rng.usize(..definitions.len())]);
        edit::behaviour(&mut self.world.files[file].source.definitions[at], self.simulation.longest, &mut self.rng);
        self.world.save(file);
        self.changed.insert(function);
    }

    fn change_all(&mut self, functions: &[usize]) -> String {
        functions.iter().for_each(|function| self.change(*function));
        let ids: Vec<&str> = functions.iter().map(|function| self.world.functions[*function].name.as_str()).collect();
        format!("Adjust {}", ids.join(" and "))
    }

    fn together(&mut self, number: usize) -> String {
        let Coupling::Mutual { members, join } = &self.cast.couplings[number].0 else { return String::new() };
        let first = members[self.rng.usize(..members.len())];
        let joined: Vec<usize> =
            members.iter().copied().filter(|member| *member == first || self.rng.f64() < *join).collect();
        self.change_all(&joined)
    }

    fn lead(&mut self, number: usize, leader: usize) -> String {
        let Coupling::Following { leaders, follower } = &self.cast.couplings[number].0 else { return String::new() };
        let (first, strength) = leaders[leader];
        let functions = if self.rng.f64() < strength { vec![first, *follower] } else { vec![first] };
        self.change_all(&functions)
    }

    /// A function without a part; the lively ones more often.
    fn other(&mut self) -> Option<usize> {
        let at = self.rng.f64() * self.sums.last()?;
        self.cast.others.get(self.sums.partition_point(|sum| *sum <= at)).copied()
    }

    /// Any function: one without a part, or one of a coupling, each half of the time.
    fn anybody(&mut self) -> Option<usize> {
        let coupled = &self.cast.coupled;
        if self.rng.bool() && !coupled.is_empty() {
            return Some(coupled[self.rng.usize(..coupled.len())]);
        }
        self.other()
    }

    /// Two pieces of work in one pull request.
    fn tangle(&mut self) -> String {
        for _ in 0..100 {
            let (Some(a), Some(b)) = (self.anybody(), self.anybody()) else { break };
            if a != b && !self.are_coupled(a, b) {
                return self.change_all(&[a, b]);
            }
        }
        String::new()
    }

    fn are_coupled(&self, a: usize, b: usize) -> bool {
        self.cast.couplings.iter().any(|(coupling, _)| match coupling {
            Coupling::Mutual { members, .. } => members.contains(&a) && members.contains(&b),
            Coupling::Following { leaders, follower } => {
                let all: Vec<usize> = leaders.iter().map(|(leader, _)| *leader).chain([*follower]).collect();
                all.contains(&a) && all.contains(&b)
            }
        })
    }

    /// Many functions at once, whichever: a new logger, a new way to fail.
    fn sweep(&mut self) -> String {
        let mut all: Vec<usize> = (0..self.world.functions.len()).collect();
        self.rng.shuffle(&mut all);
        all.truncate(self.rng.usize(SWEEP));
        all.iter().for_each(|function| self.change(*function));
        "Use the new logger".to_owned()
    }

    fn shared(&mut self, number: usize) -> String {
        let module = self.world.modules[number].clone();
        let part = self.rng.usize(..module.users.len());
        edit::behaviour(
            &mut self.world.files[module.file].source.definitions[part],
            self.simulation.longest,
            &mut self.rng,
        );
        self.world.save(module.file);
        if let [only] = module.users[part][..] {
            self.changed.insert(only);
        }
        "Round amounts in one place".to_owned()
    }

    fn contract(&mut self, number: usize) -> String {
        self.world.contracts[number].fields += 1;
        self.world.save_contract(number);
        let between = self.world.contracts[number].between;
        self.change_all(&between);
        format!("Add a field to {}", self.world.contracts[number].name)
    }

    fn some_service(&mut self) -> usize {
        self.rng.usize(..self.world.services.len())
    }

    /// A formatter goes over a service, or over most of it.
    fn format(&mut self) -> String {
        let service = self.some_service();
        let files = self.world.files_of(service);
        let Some(first) = files.first() else { return String::new() };
        let style = edit::restyle(self.world.files[*first].source.style, &mut self.rng);
        for (number, file) in files.into_iter().enumerate() {
            if number == 0 || self.rng.f64() < 0.8 {
                self.world.files[file].source.style = style;
                self.world.save(file);
            }
        }
        format!("Format {}", self.world.services[service].name)
    }

    /// Says something else about several functions of a service.
    fn comments(&mut self) -> String {
        let service = self.some_service();
        for function in self.world.services[service].functions.clone() {
            if self.rng.f64() < 0.7 {
                self.comment_on(function);
            }
        }
        format!("Explain {}", self.world.services[service].name)
    }

    fn comment_on(&mut self, function: usize) {
        let (file, definitions) = self.world.functions[function].own[0].clone();
        let at = definitions[self.rng.usize(..definitions.len())];
        edit::comments(&mut self.world.files[file].source.definitions[at], &mut self.rng);
        self.world.save(file);
    }

    /// A new year, in all files of a few services.
    fn licence(&mut self) -> String {
        for service in self.few_services() {
            for file in self.world.files_of(service) {
                let licence = &mut self.world.files[file].source.licence;
                *licence = Some(licence.map_or(2024, |year| year + 1));
                self.world.save(file);
            }
        }
        "Update the licence headers".to_owned()
    }

    fn few_services(&mut self) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.world.services.len()).collect();
        self.rng.shuffle(&mut all);
        all.truncate(self.rng.usize(2..=4));
        all
    }

    fn imports(&mut self) -> String {
        let service = self.some_service();
        for file in self.world.files_of(service) {
            if edit::reorder(&mut self.world.files[file].source) {
                self.world.save(file);
            }
        }
        format!("Sort the imports of {}", self.world.services[service].name)
    }

    fn raise(&mut self, service: usize) {
        self.world.services[service].dependencies += 1;
        self.world.save_dependencies(service);
    }

    fn dependencies(&mut self) -> String {
        self.few_services().into_iter().for_each(|service| self.raise(service));
        "Upgrade dependencies".to_owned()
    }

    /// Mostly a dependency, at times a formatter.
    fn bot(&mut self) -> String {
        if self.rng.f64() < 0.1 {
            return self.format();
        }
        let service = self.some_service();
        self.raise(service);
        let package = match self.world.services[service].language {
            Language::TypeScript => "zod",
            Language::Python => "pydantic",
        };
        format!("Bump {package} in /{}", self.world.services[service].folder)
    }

    fn runtime(&mut self) -> String {
        for service in 0..self.world.services.len() {
            self.world.services[service].runtime += 1;
            self.world.save_manifest(service);
        }
        "Raise the runtime of all functions".to_owned()
    }

    fn memory(&mut self) -> String {
        let function = self.rng.usize(..self.world.functions.len());
        self.world.functions[function].memory += 64;
        self.world.save_manifest(self.world.functions[function].service);
        format!("Give {} more memory", self.world.functions[function].name)
    }

    /// A function that has a folder of its own, whoever it is.
    fn with_folder(&mut self) -> Option<usize> {
        let services = &self.world.services;
        let has = |function: &usize| !services[self.world.functions[*function].service].one_file;
        let all: Vec<usize> = (0..self.world.functions.len()).filter(has).collect();
        (!all.is_empty()).then(|| all[self.rng.usize(..all.len())])
    }

    /// The file of a handler gets another name; at times its content changes on the way.
    fn rename_file(&mut self) -> String {
        let Some(function) = self.with_folder() else { return String::new() };
        let entry = self.world.entry(function);
        let end = extension(self.world.files[entry].source.language);
        let at = &mut self.world.functions[function];
        let (service, before) = (at.service, at.stem.clone());
        at.stem = if before == "handler" { "entry".to_owned() } else { "handler".to_owned() };
        let after = at.stem.clone();
        let folder = format!("{}{}", self.world.sources(service), self.world.functions[function].folder);
        self.world.rename(&format!("{folder}/{before}.{end}"), &format!("{folder}/{after}.{end}"));
        self.world.save_manifest(service);
        if self.rng.f64() < 0.3 {
            self.change(function);
        }
        format!("Call the file of {} {after}", self.world.functions[function].name)
    }

    fn rename_folder(&mut self) -> String {
        let Some(function) = self.with_folder() else { return String::new() };
        let at = &mut self.world.functions[function];
        let (service, before) = (at.service, at.folder.clone());
        at.folder = if before == at.name { format!("{}_step", at.name) } else { at.name.clone() };
        let after = at.folder.clone();
        let sources = self.world.sources(service);
        self.world.rename(&format!("{sources}{before}/"), &format!("{sources}{after}/"));
        self.world.save_manifest(service);
        format!("Move {before} to {after}")
    }

    fn document(&mut self) -> String {
        let service = self.some_service();
        self.world.services[service].documents += 1;
        let (path, text) = manifest::document(&self.world.services[service], self.world.services[service].documents);
        self.world.write(path, text);
        "Document what it is for".to_owned()
    }

    /// The tests of a few functions of a service.
    fn test(&mut self) -> String {
        let service = self.some_service();
        self.world.services[service].tests += 1;
        for function in self.world.services[service].functions.clone() {
            if self.rng.bool() {
                let owner = &self.world.services[service];
                let (path, text) = manifest::test(owner, &self.world.functions[function], owner.tests);
                self.world.write(path, text);
            }
        }
        "Test the edges".to_owned()
    }

    /// While somebody is at it, a comment of the function beside is put right.
    fn tidy_a_neighbour(&mut self) {
        let Some(function) = self.changed.first().copied() else { return };
        let functions = &self.world.services[self.world.functions[function].service].functions;
        let neighbours: Vec<usize> = functions.iter().copied().filter(|other| !self.changed.contains(other)).collect();
        if !neighbours.is_empty() {
            let neighbour = neighbours[self.rng.usize(..neighbours.len())];
            self.comment_on(neighbour);
        }
    }
}
