//! What joins two functions, as far as code and manifests show: shared files, layers and stores, channels, calls, copies.

use lockstep_model::{
    Channel, ChannelDirection, Closure, CodeClone, FileKind, Function, FunctionId, Layer, Location, RepoPath, Strength,
    Symbols,
};
use rustc_hash::FxHashMap;

/// One thing that joins two functions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Explanation {
    /// One reaches the other's entry file.
    Import {
        /// Whose code holds the import.
        from: FunctionId,
        /// Whose entry file is imported.
        to: FunctionId,
        /// Where the import stands; none if the file came with a folder.
        location: Option<Location>,
        /// The entry file.
        path: RepoPath,
    },
    /// Both start in this file.
    SharedEntry {
        /// The file.
        path: RepoPath,
        /// How many functions reach it in all.
        functions: usize,
    },
    /// One calls the other.
    Invocation {
        /// The caller.
        from: FunctionId,
        /// The called.
        to: FunctionId,
    },
    /// One sends what the other receives.
    SharedChannel {
        /// `queue`, `topic` …
        kind: String,
        /// Its key.
        key: String,
    },
    /// Both use this store.
    SharedStore {
        /// `table`, `bucket` …
        kind: String,
        /// Its key.
        key: String,
    },
    /// Both use this layer.
    SharedLayer {
        /// Its name.
        name: String,
    },
    /// The same code stands in both.
    Clone {
        /// How many lines are the same, in all copies together.
        lines: u32,
        /// How many copies there are.
        copies: u32,
        /// The longest.
        longest: CodeClone,
    },
    /// Both run this file, or one part of it.
    SharedFile {
        /// How many functions reach it in all: the fewer, the more it says.
        functions: usize,
        /// The file.
        path: RepoPath,
    },
}

impl Explanation {
    /// The word used in machine output.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Import { .. } => "import",
            Self::SharedEntry { .. } => "shared-entry-file",
            Self::Invocation { .. } => "invocation",
            Self::SharedChannel { .. } => "shared-channel",
            Self::SharedStore { .. } => "shared-store",
            Self::SharedLayer { .. } => "shared-layer",
            Self::Clone { .. } => "clone",
            Self::SharedFile { .. } => "shared-file",
        }
    }
}

/// Answers what joins two functions; made once, as it numbers all files.
pub struct Explainer<'a> {
    functions: &'a [Function],
    closures: Vec<Option<&'a Closure>>,
    /// Per function: the files it runs, as numbers, ascending, and what of each.
    files: Vec<Vec<(u32, &'a Symbols)>>,
    paths: Vec<&'a RepoPath>,
    numbers: FxHashMap<&'a RepoPath, u32>,
    /// Per file: how many functions run it.
    reach: Vec<u32>,
    /// Per pair of functions, the smaller number first: the copies between them.
    clones: FxHashMap<(usize, usize), Vec<&'a CodeClone>>,
}

impl<'a> Explainer<'a> {
    /// An explainer for these functions, their closures, and the copies between them.
    pub fn new(functions: &'a [Function], closures: &'a [Closure], clones: &'a [CodeClone]) -> Self {
        let clones = clones_of_pairs(functions, clones);
        let by_id: FxHashMap<_, _> = closures.iter().map(|closure| (&closure.function, closure)).collect();
        let closures: Vec<_> = functions.iter().map(|function| by_id.get(&function.id).copied()).collect();
        let mut numbers: FxHashMap<&RepoPath, u32> = FxHashMap::default();
        let (mut paths, mut reach) = (Vec::new(), Vec::new());
        let files = closures
            .iter()
            .map(|closure| {
                let run = closure.iter().flat_map(|closure| &closure.files);
                let mut files: Vec<(u32, &Symbols)> = run
                    .filter(|file| file.kind == FileKind::Implementation)
                    .map(|file| {
                        let number = *numbers.entry(&file.path).or_insert_with(|| {
                            paths.push(&file.path);
                            reach.push(0);
                            paths.len() as u32 - 1
                        });
                        (number, &file.symbols)
                    })
                    .collect();
                files.sort_unstable_by_key(|(file, _)| *file);
                files.dedup_by_key(|(file, _)| *file);
                files.iter().for_each(|(file, _)| reach[*file as usize] += 1);
                files
            })
            .collect();
        Self { functions, closures, files, paths, numbers, reach, clones }
    }

    /// What joins the functions numbered `a` and `b`: direct links first, then shared files, those that the fewest
    /// functions reach first. Empty if nothing does.
    pub fn explain(&self, a: usize, b: usize) -> Vec<Explanation> {
        let mut all = Vec::new();
        for (from, to) in [(a, b), (b, a)] {
            all.extend(self.import(from, to));
            all.extend(self.invocation(from, to));
            all.extend(self.channels(from, to));
        }
        all.extend(self.stores(a, b));
        all.extend(self.layers(a, b));
        all.extend(self.copied(a, b));
        let imported: Vec<RepoPath> = all
            .iter()
            .filter_map(|explanation| match explanation {
                Explanation::Import { path, .. } => Some(path.clone()),
                _ => None,
            })
            .collect();
        all.extend(self.shared_files(a, b).filter(|shared| match shared {
            Explanation::SharedFile { path, .. } => !imported.contains(path),
            _ => true,
        }));
        all.sort();
        all.dedup();
        all
    }

    /// How many functions run the file; 0 if none does.
    pub fn reach(&self, path: &RepoPath) -> usize {
        self.numbers.get(path).map_or(0, |number| self.reach[*number as usize] as usize)
    }

    /// The copies between two functions, the longest first.
    pub fn clones(&self, a: usize, b: usize) -> &[&'a CodeClone] {
        self.clones.get(&(a.min(b), a.max(b))).map(Vec::as_slice).unwrap_or_default()
    }

    fn copied(&self, a: usize, b: usize) -> Option<Explanation> {
        let clones = self.clones(a, b);
        let longest = (*clones.first()?).clone();
        let lines = clones.iter().map(|clone| clone.lines).sum();
        Some(Explanation::Clone { lines, copies: clones.len() as u32, longest })
    }

    fn entry(&self, function: usize) -> Option<&'a RepoPath> {
        self.functions[function].entry.as_ref().map(|entry| &entry.path)
    }

    fn import(&self, from: usize, to: usize) -> Option<Explanation> {
        let entry = self.entry(to)?;
        if self.entry(from) == Some(entry) {
            return None;
        }
        let files = &self.closures[from]?.files;
        let file = files.iter().find(|file| &file.path == entry && file.kind == FileKind::Implementation)?;
        Some(Explanation::Import {
            from: self.functions[from].id.clone(),
            to: self.functions[to].id.clone(),
            location: file.via.as_ref().map(|via| via.location.clone()),
            path: entry.clone(),
        })
    }

    fn invocation(&self, from: usize, to: usize) -> Option<Explanation> {
        let (from, to) = (&self.functions[from], &self.functions[to]);
        let calls = |invocation: &lockstep_model::Invocation| {
            invocation.function.as_ref() == Some(&to.id) && invocation.strength == Strength::Own
        };
        let in_code = || from.calls.iter().any(|call| call.function == to.id);
        (from.invokes.iter().any(calls) || in_code())
            .then(|| Explanation::Invocation { from: from.id.clone(), to: to.id.clone() })
    }

    fn channels(&self, from: usize, to: usize) -> impl Iterator<Item = Explanation> {
        let (from, to) = (&self.functions[from], &self.functions[to]);
        from.channels.iter().filter(|sent| sent.direction == ChannelDirection::Sends).flat_map(|sent| {
            let joins = |received: &&Channel| {
                received.direction == ChannelDirection::Receives
                    && (&received.kind, &received.key) == (&sent.kind, &sent.key)
                    && said_for_one(sent.strength, received.strength)
            };
            let shared =
                |channel: &Channel| Explanation::SharedChannel { kind: channel.kind.clone(), key: channel.key.clone() };
            to.channels.iter().filter(joins).map(shared)
        })
    }

    fn stores(&self, a: usize, b: usize) -> impl Iterator<Item = Explanation> {
        let (a, b) = (&self.functions[a], &self.functions[b]);
        let shared = |mine: &&lockstep_model::Store| {
            !SETTINGS.contains(&mine.kind.as_str())
                && b.stores.iter().any(|other| {
                    (&other.kind, &other.key) == (&mine.kind, &mine.key) && said_for_one(mine.strength, other.strength)
                })
        };
        a.stores
            .iter()
            .filter(shared)
            .map(|store| Explanation::SharedStore { kind: store.kind.clone(), key: store.key.clone() })
    }

    fn layers(&self, a: usize, b: usize) -> impl Iterator<Item = Explanation> {
        let (a, b) = (&self.functions[a], &self.functions[b]);
        // A bare name means a layer of the same stack: two stacks may each have one of that name. One with an address
        // was published elsewhere, mostly by others (an extension of a monitoring service): it changes with nobody.
        let same_thing =
            |layer: &Layer| layer.path.is_some() || (!layer.name.starts_with("arn:") && a.service == b.service);
        a.layers
            .iter()
            .filter(move |layer| b.layers.contains(layer) && same_thing(layer))
            .map(|layer| Explanation::SharedLayer { name: layer.name.clone() })
    }

    fn shared_files(&self, a: usize, b: usize) -> impl Iterator<Item = Explanation> {
        let (mine, others) = (&self.files[a], &self.files[b]);
        let entry = self.entry(a).filter(|entry| self.entry(b) == Some(entry));
        let both = mine.iter().filter(move |(file, symbols)| {
            let at = others.binary_search_by_key(file, |(file, _)| *file);
            // That both start in one file joins them, whatever each uses there.
            let is_entry = Some(self.paths[*file as usize]) == entry;
            at.is_ok_and(|at| is_entry || symbols.overlap(others[at].1))
        });
        both.map(move |(file, _)| {
            let path = self.paths[*file as usize];
            let functions = self.reach[*file as usize] as usize;
            if Some(path) == entry {
                Explanation::SharedEntry { path: path.clone(), functions }
            } else {
                Explanation::SharedFile { functions, path: path.clone() }
            }
        })
    }
}

fn clones_of_pairs<'a>(
    functions: &[Function],
    clones: &'a [CodeClone],
) -> FxHashMap<(usize, usize), Vec<&'a CodeClone>> {
    let numbers: FxHashMap<_, _> =
        functions.iter().enumerate().map(|(number, function)| (&function.id, number)).collect();
    let mut pairs: FxHashMap<(usize, usize), Vec<&CodeClone>> = FxHashMap::default();
    for clone in clones {
        if let (Some(a), Some(b)) = (numbers.get(&clone.a.function), numbers.get(&clone.b.function)) {
            pairs.entry((*a.min(b), *a.max(b))).or_default().push(clone);
        }
    }
    for clones in pairs.values_mut() {
        clones.sort_by(|x, y| (y.lines, y.tokens).cmp(&(x.lines, x.tokens)).then_with(|| x.cmp(y)));
    }
    pairs
}

/// Stores that hold settings and credentials: many functions read them, and what one writes says nothing to another.
const SETTINGS: [&str; 3] = ["parameter", "secret", "key"];

/// What is said for all functions at once joins no two of them in particular.
fn said_for_one(mine: Strength, other: Strength) -> bool {
    mine == Strength::Own || other == Strength::Own
}
