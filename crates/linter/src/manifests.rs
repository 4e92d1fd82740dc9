//! Whose block of a manifest changed: a function's own node of the version before is compared with that of the version
//! after, wherever in the text they stand. What is said for all functions at once, and what is said of other things,
//! belongs to none in particular.

mod outline;
mod program;
mod says;

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use lockstep_coupling::Parts;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{BlobId, Declaration, FileChange, FileStatus, History, PathId, RepoPath};
use rayon::prelude::*;

use self::{
    outline::{Place, outline},
    says::KnownManifests,
};
use crate::{
    Found, Past, Project,
    contents::{Contents, Unread, Wanted, each_file},
    past::{BlocksChanged, KeptBlocks, Known, Pair},
};
pub(crate) use says::Says;

/// The keys that lead to a block, with the functions that it declares.
pub(crate) type Blocks = BTreeMap<Vec<String>, Vec<u32>>;

/// A manifest of today.
pub(crate) struct Manifest {
    /// The blocks of the functions that it declares.
    pub blocks: Blocks,
    /// The texts in it that may name files; none of a program.
    pub texts: Vec<String>,
}

/// What is known of the blocks of one manifest.
struct KnownOfManifest<'k> {
    kept: &'k KeptBlocks,
    /// Their numbers there.
    numbers: Vec<Option<u32>>,
    /// True if they are all that is known there.
    is_all: bool,
}

impl<'k> KnownOfManifest<'k> {
    fn of(kept: &'k KeptBlocks, blocks: &Blocks) -> Self {
        let numbers = kept.numbers(blocks.keys());
        Self { is_all: kept.keys.iter().eq(blocks.keys()), kept, numbers }
    }
}

/// What became of the changes of one manifest.
#[derive(Default)]
struct Told {
    /// The functions whose blocks changed, by change.
    changed: Vec<(Pair, Vec<u32>)>,
    /// What is to be kept: what is known of all blocks, and was not kept.
    kept: BTreeMap<Pair, BlocksChanged>,
    /// What is no text that people wrote.
    unusable: BTreeSet<BlobId>,
    unread: Unread,
    unparsed: usize,
}

/// Adds to `parts` whose blocks of manifests changed. What cannot be had of the past is a problem; such changes count
/// for no function.
pub(crate) fn of_blocks(
    project: &Project,
    manifests: &BTreeMap<RepoPath, Manifest>,
    history: &History,
    jobs: usize,
    parts: &mut Parts,
) -> Vec<Problem> {
    let ids = (0u32..).zip(&history.paths).filter_map(|(id, path)| Some((PathId(id), &manifests.get(path)?.blocks)));
    let blocks: BTreeMap<PathId, &Blocks> = ids.collect();
    let mut changes: BTreeMap<PathId, Vec<&FileChange>> = BTreeMap::new();
    let all = history.changesets.iter().flat_map(|changeset| &changeset.changes);
    for change in all.filter(|change| blocks.contains_key(&change.path) && change.status != FileStatus::Renamed) {
        changes.entry(change.path).or_default().push(change);
    }
    let past = project.past.as_deref();
    let known = Past::known(past);
    let kept: BTreeMap<PathId, KnownOfManifest<'_>> = changes
        .keys()
        .filter_map(|path| Some((*path, KnownOfManifest::of(known.blocks(history.path(*path))?, blocks[path]))))
        .collect();
    let open = |change: &FileChange| {
        let kept = kept.get(&change.path);
        kept.is_none_or(|KnownOfManifest { kept, numbers, .. }| !kept.knows((change.before, change.after), numbers))
    };
    let wanted = Wanted::of(changes.values().flatten().copied(), &open);
    let told = each_file(project, jobs, wanted, &|path, contents| {
        tell((history.path(path), blocks[&path]), &changes[&path], kept.get(&path), &known, contents)
    });
    drop(kept);
    drop(known);
    let mut lost = Told::default();
    for (path, told) in told {
        if let Some(past) = past {
            let kept = KeptBlocks { keys: blocks[&path].keys().cloned().collect(), pairs: told.kept };
            past.add(|known| {
                known.add_blocks(history.path(path), kept);
                known.add_unusable(told.unusable);
            });
        }
        for ((before, after), functions) in told.changed {
            parts.add_block(path, before, after, functions);
        }
        lost.unread += told.unread;
        lost.unparsed += told.unparsed;
    }
    lost.problems()
}

/// The manifests of today with the blocks of the functions that they declare.
pub(crate) fn declared(project: &Project, found: &Found) -> BTreeMap<RepoPath, Manifest> {
    let manifests: BTreeSet<&RepoPath> = found.manifests.iter().collect();
    let mut places: BTreeMap<&RepoPath, Vec<(u32, &Declaration)>> = BTreeMap::new();
    for (number, function) in (0u32..).zip(&found.functions) {
        let declarations = function.declarations.iter();
        for declaration in declarations.filter(|declaration| manifests.contains(&declaration.location.path)) {
            places.entry(&declaration.location.path).or_default().push((number, declaration));
        }
    }
    let mut known = KnownManifests::of(project);
    let mut all = BTreeMap::new();
    for (path, declarations) in places {
        let (numbers, declarations): (Vec<u32>, Vec<&Declaration>) = declarations.into_iter().unzip();
        let Some(Says { blocks, texts }) = known.says(path, &declarations) else { continue };
        let of = |(keys, which): (Vec<String>, Vec<u32>)| {
            (keys, which.into_iter().filter_map(|which| numbers.get(which as usize).copied()).collect())
        };
        let blocks: Blocks = blocks.into_iter().map(of).collect();
        if !blocks.is_empty() {
            all.insert(path.clone(), Manifest { blocks, texts });
        }
    }
    known.keep();
    all
}

/// True if two versions of a manifest, with the declarations in each, say the same of these: the same names lead to them.
pub(crate) fn lead_to_the_same(
    path: &RepoPath,
    (before, then): (&str, &[&Declaration]),
    (after, now): (&str, &[&Declaration]),
) -> bool {
    Says::read(path, before, then) == Says::read(path, after, now)
}

/// The tree of a manifest; none if it does not parse, or is a program.
pub(crate) fn parse(path: &RepoPath, text: &str) -> Option<Node> {
    let parse = || lockstep_document::parse(path.extension().unwrap_or_default(), text);
    lockstep_discovery::is_data(path).then(parse)?.ok().map(|document| document.root)
}

/// The names that lead to the block of a program around the byte `at`.
pub(crate) fn keys_in_program(path: &RepoPath, text: &str, at: usize) -> Option<Vec<String>> {
    program::around(&program::blocks(path, text)?, at).map(<[String]>::to_vec)
}

/// A program without the blocks that `keys` lead to.
pub(crate) fn without_blocks(path: &RepoPath, text: &str, keys: &BTreeSet<Vec<String>>) -> String {
    let blocks = program::blocks(path, text).unwrap_or_default();
    let mut gone: Vec<_> =
        blocks.into_iter().filter(|block| keys.contains(&block.keys)).map(|block| block.bytes).collect();
    gone.sort_by_key(|bytes| bytes.start);
    let (mut rest, mut at) = (String::new(), 0);
    for bytes in gone {
        rest.push_str(text.get(at..bytes.start).unwrap_or_default());
        at = at.max(bytes.end);
    }
    rest.push_str(text.get(at..).unwrap_or_default());
    rest
}

/// What `keys` lead to.
pub(crate) fn block<'n>(node: &'n Node, keys: &[String]) -> Option<&'n Node> {
    let [first, rest @ ..] = keys else { return Some(node) };
    if node.is_list() {
        return node.items().iter().find_map(|item| block(item, keys));
    }
    block(node.get(first)?, rest)
}

/// Tells whose blocks of one manifest changed, by what is known of its versions and by their contents.
fn tell(
    (path, blocks): (&RepoPath, &Blocks),
    changes: &[&FileChange],
    kept: Option<&KnownOfManifest<'_>>,
    known: &Known,
    contents: &Contents,
) -> Told {
    // What was no use when more was asked for with it is none now: what is said does not depend on what was kept.
    let text = |id| if known.is_unusable(id) { None } else { contents.get(id) };
    // What a change did, and whether that is all that can be known, and is to be kept.
    let compared: Vec<Option<(BlocksChanged, bool)>> = changes
        .par_iter()
        .map(|change| {
            let pair = (change.before, change.after);
            let known = |some| kept.and_then(|known| known.kept.changed(pair, &known.numbers, some));
            if let Some(changed) = known(false) {
                return Some((changed, kept.is_some_and(|kept| !kept.is_all)));
            }
            let version = |id| Some(Version { path, id, text: text(id)?, root: OnceCell::new() });
            match (version(change.before), version(change.after)) {
                (Some(before), Some(after)) => Some((changed(blocks, &before, &after), true)),
                _ => known(true).map(|changed| (changed, false)),
            }
        })
        .collect();
    let mut told = Told { unusable: contents.unusable().clone(), ..Told::default() };
    let (mut unparsed, mut settled) = (BTreeSet::<BlobId>::new(), BTreeSet::from([BlobId::default()]));
    let functions: Vec<&Vec<u32>> = blocks.values().collect();
    for (change, compared) in changes.iter().zip(compared) {
        let pair = (change.before, change.after);
        // A version that cannot be read says nothing of any block.
        let Some((changed, is_new)) = compared else {
            told.changed.push((pair, Vec::new()));
            continue;
        };
        settled.extend([pair.0, pair.1]);
        unparsed.extend(&changed.broken);
        let of = |number: &u32| functions.get(*number as usize).copied();
        told.changed.push((pair, changed.blocks.iter().filter_map(of).flatten().copied().collect()));
        if is_new {
            told.kept.insert(pair, changed);
        }
    }
    told.unparsed = unparsed.len();
    let all: BTreeSet<BlobId> = changes.iter().flat_map(|change| [change.before, change.after]).collect();
    for id in all.into_iter().filter(|id| text(*id).is_none() && !settled.contains(id)) {
        if known.is_unusable(id) || contents.unusable().contains(&id) {
            told.unread.unusable += 1;
        } else {
            told.unread.missing += 1;
        }
    }
    told
}

/// One version of a manifest, parsed when that is needed.
struct Version<'v> {
    path: &'v RepoPath,
    id: BlobId,
    /// Empty where there was no file.
    text: &'v str,
    root: OnceCell<Option<Node>>,
}

impl Version<'_> {
    /// None if it does not parse.
    fn root(&self) -> Option<&Node> {
        self.root.get_or_init(|| parse(self.path, self.text)).as_ref()
    }

    /// What `keys` lead to, if it is there; none if the version does not parse.
    fn block(&self, keys: &[String]) -> Option<Option<&Node>> {
        if self.text.is_empty() { Some(None) } else { self.root().map(|root| block(root, keys)) }
    }

    /// Where the blocks of a program stand; unclear if it does not parse.
    fn places_in_program(&self, blocks: &Blocks) -> Vec<Place> {
        let Some(all) = program::blocks(self.path, self.text) else {
            let _ = self.root.set(None);
            return vec![Place::Unclear; blocks.len()];
        };
        let place = |keys: &Vec<String>| {
            let found = all.iter().find(|block| block.keys == *keys);
            found.map_or(Place::Absent, |block| Place::At(block.bytes.clone()))
        };
        blocks.keys().map(place).collect()
    }

    /// Whether two texts of one block differ in what they say; none if they alone do not tell.
    fn block_differs(&self, old: &str, new: &str) -> Option<bool> {
        if program::is_program(self.path) { Some(!program::says_the_same(old, new)) } else { text_differs(old, new) }
    }

    fn is_yaml(&self) -> bool {
        !matches!(self.path.extension(), Some("json" | "jsonc" | "toml" | "tf" | "tofu" | "hcl"))
    }
}

/// The numbers of the blocks that differ, and the versions that had to be parsed and do not.
fn changed(blocks: &Blocks, before: &Version<'_>, after: &Version<'_>) -> BlocksChanged {
    let places = |version: &Version<'_>| match version.text.is_empty() {
        true => vec![Place::Absent; blocks.len()],
        false if program::is_program(version.path) => version.places_in_program(blocks),
        false if version.is_yaml() => outline(version.text, blocks.keys().map(Vec::as_slice)),
        false => vec![Place::Unclear; blocks.len()],
    };
    let mut numbers = Vec::new();
    for (((number, keys), old), new) in (0..).zip(blocks.keys()).zip(places(before)).zip(places(after)) {
        let differs = match (old, new) {
            (Place::Absent, Place::Absent) => false,
            (Place::At(_), Place::Absent) | (Place::Absent, Place::At(_)) => true,
            (Place::At(old), Place::At(new)) => {
                let (old, new) = (&before.text[old], &after.text[new]);
                old != new && before.block_differs(old, new).unwrap_or_else(|| node_differs(keys, before, after))
            }
            (Place::Unclear, _) | (_, Place::Unclear) => {
                // A program is no tree of data: where it does not parse, nothing else tells.
                !program::is_program(before.path) && node_differs(keys, before, after)
            }
        };
        if differs {
            numbers.push(number);
        }
    }
    let broken = [before, after].into_iter().filter(|version| matches!(version.root.get(), Some(None)));
    BlocksChanged { blocks: numbers, broken: broken.map(|version| version.id).collect() }
}

/// Whether two blocks differ as trees; none if one does not parse by itself (it names an anchor that stands elsewhere).
fn text_differs(old: &str, new: &str) -> Option<bool> {
    let parse = |text| lockstep_document::parse("yaml", text).ok().map(|document| document.root);
    Some(!parse(old)?.says_the_same(&parse(new)?))
}

/// Whether the nodes that `keys` lead to differ; a version that does not parse says nothing of any block.
fn node_differs(keys: &[String], before: &Version<'_>, after: &Version<'_>) -> bool {
    match (before.block(keys), after.block(keys)) {
        (Some(Some(old)), Some(Some(new))) => !old.says_the_same(new),
        (Some(old), Some(new)) => old.is_some() != new.is_some(),
        _ => false,
    }
}

impl Told {
    fn problems(&self) -> Vec<Problem> {
        let lost = [
            (self.unread.missing, ProblemKind::History, "are not in this clone"),
            (self.unread.unusable, ProblemKind::UnreadableFile, "are no text that people wrote"),
            (self.unparsed, ProblemKind::InvalidManifest, "do not parse"),
        ];
        let tell = |(number, kind, why): (usize, ProblemKind, &str)| {
            let what = if number == 1 { "1 past version".to_owned() } else { format!("{number} past versions") };
            let message = format!("{what} of manifests {why}: what changed in them counts for no function");
            Problem::general(kind, message)
        };
        lost.into_iter().filter(|(number, ..)| *number > 0).map(tell).collect()
    }
}

#[cfg(test)]
mod tests {
    use lockstep_model::{ChangeKind, Location};

    use super::*;

    #[test]
    fn what_was_no_use_once_is_none_later() {
        let path = RepoPath::new("template.yaml").unwrap();
        let ids = [1, 2, 3].map(|number| BlobId([number; 20]));
        let text = |number| Ok(format!("Resources:\n  Pay:\n    Handler: a{number}\n").into_bytes());
        // All of them can be read, where few are asked for.
        let contents = Contents::of(&ids, (0..3).map(text).collect());
        let blocks = Blocks::from([(["Resources", "Pay"].map(str::to_owned).to_vec(), vec![7])]);
        let change = |before, after| FileChange {
            path: PathId(0),
            then: PathId(0),
            status: FileStatus::Modified,
            kind: ChangeKind::Configuration,
            before,
            after,
        };
        let changes = [change(ids[0], ids[1]), change(ids[1], ids[2])];
        let told = |known: &Known| {
            let kept = known.blocks(&path).map(|kept| KnownOfManifest::of(kept, &blocks));
            let told = tell((&path, &blocks), &[&changes[0], &changes[1]], kept.as_ref(), known, &contents);
            (told.changed.into_iter().map(|(_, functions)| functions).collect::<Vec<_>>(), told.unread.unusable)
        };
        assert_eq!(told(&Known::default()), (vec![vec![7], vec![7]], 0));
        let mut known = Known::default();
        known.add_unusable([ids[0]]);
        assert_eq!(told(&known), (vec![vec![], vec![7]], 1));
    }

    fn differing(file: &str, keys: &[&[&str]], before: &str, after: &str) -> Vec<u32> {
        let path = RepoPath::new(file).unwrap();
        let keys = keys.iter().map(|keys| keys.iter().map(|key| (*key).to_owned()).collect());
        let blocks: Blocks = keys.zip((0..).map(|number| vec![number])).collect();
        let version = |text| Version { path: &path, id: BlobId::default(), text, root: OnceCell::new() };
        let found = changed(&blocks, &version(before), &version(after));
        assert_eq!(found.broken, []);
        let all: Vec<&Vec<u32>> = blocks.values().collect();
        let by_text: Vec<u32> = found.blocks.iter().flat_map(|number| all[*number as usize].clone()).collect();
        let by_tree = blocks.iter().filter(|(keys, _)| node_differs(keys, &version(before), &version(after)));
        assert_eq!(by_text, by_tree.flat_map(|(_, functions)| functions.clone()).collect::<Vec<_>>());
        by_text
    }

    #[test]
    fn a_block_is_compared_wherever_it_stands() {
        let base = "service: shop\nfunctions:\n  create: { handler: a.h, timeout: 3 }\n  list:\n    handler: b.h\n    events: [{ httpApi: GET /orders }]\n";
        let keys: &[&[&str]] = &[&["functions", "create"], &["functions", "list"]];
        let cases: [(&str, &str, &[u32]); 6] = [
            ("timeout: 3", "timeout: 4", &[0]),
            ("timeout: 3", "memorySize: 3", &[0]),
            ("GET /orders", "GET /list", &[1]),
            ("service: shop", "# words\nservice: store", &[]),
            ("{ handler: a.h, timeout: 3 }", "\n    # words\n    timeout: 3\n    handler: a.h", &[]),
            ("list:", "all:", &[1]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(
                differing("serverless.yml", keys, base, &base.replacen(old, new, 1)),
                expected,
                "{old} -> {new}"
            );
        }
    }

    #[test]
    fn blocks_of_programs_are_compared_too() {
        let base = "class Shop { constructor() {\n  new Function(this, 'Pay', { memorySize: 1 });\n  new Function(this, 'List', {});\n} }\n";
        let keys: &[&[&str]] = &[&["Shop", "Pay"], &["Shop", "List"]];
        let path = RepoPath::new("stack.ts").unwrap();
        let blocks: Blocks = keys
            .iter()
            .map(|keys| keys.iter().map(|key| (*key).to_owned()).collect())
            .zip((0..).map(|n| vec![n]))
            .collect();
        let version = |text| Version { path: &path, id: BlobId::default(), text, root: OnceCell::new() };
        let cases: [(&str, &str, &[u32]); 4] = [
            ("memorySize: 1", "memorySize: 2", &[1]),
            ("{ memorySize: 1 }", "{\n    memorySize: 1\n  }", &[]),
            ("  new Function(this, 'List', {});\n", "", &[0]),
            ("class Shop {", "const x = 1;\nclass Shop {", &[]),
        ];
        let edits = cases.map(|(old, new, _)| base.replacen(old, new, 1));
        for ((old, new, expected), edited) in cases.into_iter().zip(&edits) {
            let found = changed(&blocks, &version(base), &version(edited));
            assert_eq!((found.blocks.as_slice(), found.broken.len()), (expected, 0), "{old} -> {new}");
        }
        let found = changed(&blocks, &version(base), &version("class Shop {"));
        assert_eq!((found.blocks, found.broken.len()), (vec![], 1));
    }

    #[test]
    fn lists_of_functions_and_tags_are_seen_through() {
        let list = "functions:\n  - create: { handler: a.h }\n  - list: { handler: b.h }\n";
        let keys: &[&[&str]] = &[&["functions", "create"], &["functions", "list"]];
        assert_eq!(differing("serverless.yml", keys, list, &list.replace("b.h", "c.h")), [1]);
        let template = "Resources:\n  A: { Role: !Ref One }\n";
        let keys: &[&[&str]] = &[&["Resources", "A"]];
        assert_eq!(differing("template.yaml", keys, template, &template.replace("!Ref", "!GetAtt")), [0]);
        let json = "{\"Resources\": {\"A\": {\"b\": 1}, \"C\": 2}}";
        assert_eq!(differing("template.json", keys, json, &json.replace('2', "3")), Vec::<u32>::new());
        assert_eq!(differing("template.json", keys, json, "{}"), [0]);
    }

    #[test]
    fn blocks_of_terraform_are_told_apart_by_their_labels() {
        let base = "resource \"aws_lambda_function\" \"create\" {\n  timeout = 3 # s\n}\n\nmodule \"list\" {\n  source   = \"./l\"\n  for_each = toset([\"a\", \"b\"])\n  env { x = var.x }\n  env { y = 1 }\n}\n";
        let keys: &[&[&str]] = &[&["module", "list"], &["resource", "aws_lambda_function", "create"]];
        let cases: [(&str, &str, &[u32]); 6] = [
            ("timeout = 3", "timeout = 4", &[1]),
            ("# s", "// seconds", &[]),
            ("\n\nmodule", "\n\nlocals { z = 1 }\n\nmodule", &[]),
            ("\"b\"]", "\"c\"]", &[0]),
            ("x = var.x", "x = var.z", &[0]),
            ("\"create\"", "\"make\"", &[1]),
        ];
        for (old, new, expected) in cases {
            assert_eq!(differing("main.tf", keys, base, &base.replacen(old, new, 1)), expected, "{old} -> {new}");
        }
    }

    #[test]
    fn all_functions_of_one_block_share_its_changes() {
        let text = "module \"list\" {\n  for_each = toset([\"a\", \"b\"])\n}\n";
        let root = parse(&RepoPath::new("main.tf").unwrap(), text).unwrap();
        let places = BTreeMap::from([(text.find("\"list\"").unwrap(), vec![0, 1])]);
        let mut blocks = Blocks::new();
        says::note(&root, &places, &mut Vec::new(), &mut blocks);
        assert_eq!(blocks, Blocks::from([(vec!["module".to_owned(), "list".to_owned()], vec![0, 1])]));
    }

    #[test]
    fn a_file_that_speaks_of_one_function_is_its_block() {
        let yaml = "name: pay\nruntime: go\n";
        assert_eq!(differing("func.yaml", &[&[]], yaml, &yaml.replace("go", "node")), [0]);
        assert_eq!(differing("func.yaml", &[&[]], yaml, &format!("# words\n{yaml}")), Vec::<u32>::new());
        let toml = "name = \"pay\"\nmain = \"a.ts\"\n";
        assert_eq!(differing("wrangler.toml", &[&[]], toml, &toml.replace("a.ts", "b.ts")), [0]);
        let root = parse(&RepoPath::new("wrangler.toml").unwrap(), toml).unwrap();
        let said = |start: usize, end: usize| Declaration {
            platform: "test",
            location: Location::of_span(RepoPath::root(), toml, start..start + 4),
            block_end: u32::try_from(end).unwrap(),
            logical_id: String::new(),
            handler: None,
        };
        let whole = |declaration: &Declaration| says::speaks_of_all(&root, declaration, toml.len());
        assert_eq!(
            [whole(&said(0, toml.len())), whole(&said(0, 12)), whole(&said(13, toml.len() - 1))],
            [true, false, false]
        );
    }
}
