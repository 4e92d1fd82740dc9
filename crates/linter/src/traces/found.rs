//! The functions of a checkout, kept with what they were found from.

use std::sync::Arc;

use lockstep_diagnostics::{Partial, Problem};
use lockstep_discovery::{Callees, Discovered, Options};
use lockstep_model::{FileSet, Function};

use super::{
    Stored,
    codec::{Bytes, Kept, Reader, Writer, constants},
    looked::{Before, Digest, Seen},
    steps::{KeptSteps, KnownSteps},
};

/// What the functions depend on besides what the files hold.
pub(super) fn context(names: &Digest, options: &Options) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(names);
    hasher.update(format!("{options:?}").as_bytes());
    *hasher.finalize().as_bytes()
}

/// Where a result comes from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// What it was found from.
    pub(crate) seen: Seen,
    /// All of it.
    pub(crate) result: Discovery,
}

/// What was found, as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Discovery(Arc<Stored>);

impl Discovery {
    /// True if the same was found, at the same places.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.body == other.0.body
    }

    /// What it is; none if it is damaged.
    pub(crate) fn value(&self) -> Option<Partial<Discovered>> {
        self.0.body.value::<Found>().map(|found| found.0)
    }
}

/// What was found, and what of it is to be kept.
pub(super) struct Made {
    pub(super) found: Partial<Discovered>,
    /// The whole, with what it was found from; none if that cannot be told.
    pub(super) whole: Option<(Arc<Stored>, Origin)>,
    pub(super) steps: KeptSteps,
}

/// Finds them, by the steps that are kept as far as these are what they were. With `and_those`, the steps that are kept are of
/// another state of the files that this run looked at, and stay.
pub(super) fn find(files: &FileSet, options: &Options, context: Digest, kept: &KeptSteps, and_those: bool) -> Made {
    let noting = files.noting();
    let mut steps = KnownSteps::of(kept, files, &context);
    let found = Found(lockstep_discovery::discover_by(&steps, &noting, options));
    let names = constants();
    let mut declarations = found.0.value.functions.iter().flat_map(|function| &function.declarations);
    let readable = declarations.all(|declaration| names.contains(&declaration.platform));
    let settled = steps.are_settled();
    let seen = Seen::by_ids(noting.looked(), |path| steps.id(path)).filter(|_| readable && settled);
    let whole = seen.map(|seen| {
        let stored = Arc::new(Stored { context, head: Bytes::of(&seen), body: Bytes::of(&found) });
        let result = Discovery(Arc::clone(&stored));
        (stored, Origin { seen, result })
    });
    let steps = match settled {
        true if and_those && steps.are_of_others() => kept.clone(),
        true => steps.kept(context, and_those),
        false => KeptSteps::default(),
    };
    Made { found: found.0, whole, steps }
}

/// What was found, if in `files`, and with the options behind `context`, the same would be found; and from what.
pub(super) fn kept(stored: &Arc<Stored>, files: &FileSet, context: &Digest) -> Option<(Partial<Discovered>, Origin)> {
    if stored.context != *context {
        return None;
    }
    let seen = stored.head.value::<Seen>()?;
    if !seen.is_in(files) {
        return None;
    }
    let result = Discovery(Arc::clone(stored));
    Some((result.value()?, Origin { seen, result }))
}

/// What was found, if the same would be found in `files` as they were `before` some were edited.
pub(super) fn before(stored: &Arc<Stored>, files: &FileSet, context: &Digest, before: &Before) -> Option<Discovery> {
    let same = stored.context == *context && stored.head.value::<Seen>()?.was_in(files, before);
    same.then(|| Discovery(Arc::clone(stored)))
}

struct Found(Partial<Discovered>);

impl Kept for Found {
    fn write(&self, to: &mut Writer) {
        let Partial { value: Discovered { functions, manifests, callees }, problems } = &self.0;
        functions.write(to);
        manifests.write(to);
        let (keys, names, routes) = callees.parts();
        keys.write(to);
        names.write(to);
        routes.write(to);
        problems.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let functions: Vec<Function> = Kept::read(from)?;
        // Whoever asks where a function is declared takes the first place.
        if functions.iter().any(|function| function.declarations.is_empty()) {
            return None;
        }
        let manifests = Kept::read(from)?;
        let callees = Callees::of_parts(Kept::read(from)?, Kept::read(from)?, Kept::read(from)?);
        let problems: Vec<Problem> = Kept::read(from)?;
        Some(Self(Partial { value: Discovered { functions, manifests, callees }, problems }))
    }
}
