//! Mined from the packs, however git packed them, a history says what libgit2 says, and what git says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lockstep_history::{BlobOptions, ObjectError, Options, Repository, Scope, VerifyError, mine, read_blobs, verify};
use lockstep_model::BlobId;
use proptest::prelude::*;

use crate::{
    equality::{a_commit, assert_equal, script_of},
    throwaway::{Op, Script, Throwaway, delete, git, write},
};

/// Compares both ways, along the main line and over every commit; gives how many facts there are in all commits.
fn agree(dir: &Path) -> usize {
    let repository = Repository::discover(dir).expect("a repository");
    let [_, every] = [Scope::Behaviour, Scope::EveryCommit].map(|scope| {
        let [one, two] = [1, 3]
            .map(|jobs| verify(&repository, &Options { scope, jobs, ..Options::default() }).expect("both ways agree"));
        assert_eq!(one, two, "the number of threads changes nothing");
        one
    });
    every.facts
}

/// Folders of files that grow and move, with branches that are merged: enough that git packs most trees as deltas.
fn a_history() -> Script {
    let mut script = Script::new();
    let text = |n: usize| format!("line {n}\n").repeat(20 + n % 7);
    let all: Vec<Op> = (0..40).map(|n| write(&format!("src/part{}/file{n}.ts", n % 4), &text(n))).collect();
    let mut tips = [script.commit("main", "Start", &all); 2];
    script.branch("side", tips[0]);
    for n in 0..120 {
        let path = format!("src/part{}/file{}.ts", n % 4, n % 40);
        let ops = match n % 11 {
            0 => vec![write(&format!("src/new{}/deep/er/{n}.ts", n % 3), &text(n))],
            7 => {
                vec![delete(&format!("src/part{}/file{}.ts", (n / 2) % 4, (n / 2) % 40)), write("README.md", &text(n))]
            }
            _ => vec![write(&path, &text(n + 1000))],
        };
        let side = usize::from(n % 3 == 0);
        let others = if n % 9 == 8 { vec![tips[1 - side]] } else { Vec::new() };
        tips[side] = script.merge(["main", "side"][side], &format!("Change {n}"), &others, &ops);
    }
    script.merge("main", "Merge branch 'side'", &[tips[1]], &[]);
    script
}

/// Packs the objects in several packs, some of them in two, and nothing loose.
fn many_packs(repository: &Throwaway) {
    let by_fast_import = packs(&repository.path);
    let list = repository.git(&["rev-list", "--objects", "--all"]);
    let names: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    for names in names.chunks(names.len() / 6 + 1) {
        git(&repository.path, &["pack-objects", "-q", ".git/objects/pack/pack"], names.join("\n").as_bytes());
    }
    git(&repository.path, &["pack-objects", "-q", ".git/objects/pack/pack"], names[5..50].join("\n").as_bytes());
    // What fast-import packed is there a second time now.
    by_fast_import.iter().for_each(|pack| remove(pack));
    repository.git(&["prune-packed", "-q"]);
}

fn files(dir: &Path, folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = if dir.join(".git").is_dir() { dir.join(".git").join(folder) } else { dir.join(folder) };
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == ending))
        .collect();
    found.sort();
    found
}

fn packs(dir: &Path) -> Vec<PathBuf> {
    files(dir, "objects/pack", "pack")
}

#[test]
fn however_a_history_is_packed_it_is_the_same() {
    let ways: [(&str, &[&[&str]]); 9] = [
        ("as fast-import left it", &[]),
        ("gc", &[&["gc", "-q"]]),
        ("long chains", &[&["repack", "-adfq", "--depth=200", "--window=50"]]),
        ("no deltas", &[&["repack", "-adfq", "--depth=0"]]),
        ("deltas that name their base", &[&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]]),
        ("old index", &[&["-c", "pack.indexVersion=1", "repack", "-adfq"]]),
        ("commit-graph", &[&["gc", "-q"], &["commit-graph", "write", "--reachable", "--changed-paths"]]),
        ("several packs and their index", &[&["multi-pack-index", "write"]]),
        ("loose", &[]),
    ];
    let script = a_history();
    let mut facts = Vec::new();
    for (way, commands) in ways {
        let repository = script.repository();
        match way {
            "several packs and their index" => many_packs(&repository),
            "loose" => unpack(&repository),
            _ => {}
        }
        commands.iter().for_each(|command| drop(repository.git(command)));
        assert_equal(&repository.path);
        facts.push((way, agree(&repository.path)));
    }
    assert!(facts[0].1 > 150, "{facts:?}");
    assert!(facts.iter().all(|(_, number)| *number == facts[0].1), "{facts:?}");
}

fn remove(pack: &Path) {
    for ending in ["pack", "idx", "rev"] {
        let _ = fs::remove_file(pack.with_extension(ending));
    }
}

/// Makes every object loose.
fn unpack(repository: &Throwaway) {
    for pack in packs(&repository.path) {
        let bytes = fs::read(&pack).unwrap();
        remove(&pack);
        git(&repository.path, &["unpack-objects", "-q"], &bytes);
    }
    assert_eq!(packs(&repository.path), Vec::<PathBuf>::new());
}

#[test]
fn chains_of_commit_graphs_are_followed_and_not_believed() {
    let repository = a_history().repository();
    repository.git(&["-c", "gc.writeCommitGraph=false", "gc", "-q"]);
    let half = repository.git(&["rev-parse", "main~20"]);
    let write_graph = ["commit-graph", "write", "--split=no-merge", "--stdin-commits"];
    git(&repository.path, &write_graph, half.as_bytes());
    repository.git(&["commit-graph", "write", "--reachable", "--split=no-merge"]);
    let graphs = files(&repository.path, "objects/info/commit-graphs", "graph");
    assert_eq!(graphs.len(), 2);
    let facts = agree(&repository.path);
    for graph in &graphs {
        let sound = fs::read(graph).unwrap();
        for at in (8..sound.len()).step_by(sound.len() / 40) {
            let mut spoiled = sound.clone();
            spoiled[at] ^= 0x15;
            overwrite(graph, &spoiled);
            let repository = Repository::discover(&repository.path).unwrap();
            let found = verify(&repository, &Options::default()).expect("what the graph says of a commit is checked");
            assert!(found.facts > 0);
        }
        overwrite(graph, &sound);
    }
    assert_eq!(agree(&repository.path), facts);
}

/// Git makes what it will not write again read-only.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn objects_of_others_are_found() {
    let repository = a_history().repository();
    repository.git(&["repack", "-adq"]);
    repository.git(&["commit-graph", "write", "--reachable"]);
    let facts = agree(&repository.path);
    let folder = repository.folder.path();
    git(folder, &["clone", "-q", "--shared", "--no-checkout", "repository", "second"], b"");
    let second = folder.join("second");
    git(&second, &["read-tree", "HEAD"], b"");
    git(&second, &["commit", "-q", "--allow-empty", "-m", "One more"], b"");
    git(folder, &["clone", "-q", "--shared", "--bare", "second", "third"], b"");
    assert_eq!(agree(&folder.join("third")), facts);
    git(&second, &["repack", "-dlq"], b"");
    assert_eq!(agree(&folder.join("third")), facts);
    git(folder, &["--git-dir=third", "worktree", "add", "-q", "--no-checkout", "tree"], b"");
    assert_eq!(agree(&folder.join("tree")), facts);
}

#[test]
fn part_of_a_history_is_the_same_part() {
    let repository = a_history().repository();
    repository.git(&["gc", "-q"]);
    for options in [&["--bare", "--depth=7"][..], &["--bare", "--filter=blob:none"], &["--bare", "--filter=tree:0"]] {
        let clone = repository.cloned(options);
        agree(&clone);
        fs::remove_dir_all(&clone).unwrap();
    }
}

#[test]
fn a_damaged_pack_says_the_same_and_does_no_harm() {
    let repository = a_history().repository();
    repository.git(&["gc", "-q"]);
    for ending in ["pack", "idx"] {
        let file = packs(&repository.path)[0].with_extension(ending);
        let sound = fs::read(&file).unwrap();
        let mut damage = 0;
        for at in (12..sound.len() - 40).step_by(sound.len() / 60) {
            let mut spoiled = sound.clone();
            spoiled[at] ^= 0x41;
            overwrite(&file, &spoiled);
            let repository = Repository::discover(&repository.path).unwrap();
            match verify(&repository, &Options::default()) {
                Ok(_) => {}
                Err(VerifyError::Unreadable(_)) => damage += 1,
                // Which object an index means, if it is damaged, is anybody's guess.
                Err(VerifyError::Differ(_)) if ending == "idx" => damage += 1,
                Err(error) => panic!("byte {at} of the {ending}: {error}"),
            }
        }
        overwrite(&file, &sound[..sound.len() / 2]);
        let half = Repository::discover(&repository.path)
            .map(|it| mine(&it, &Options::default(), Default::default(), &|_| ()));
        assert!(damage < 40 && half.is_ok(), "{ending}");
        overwrite(&file, &sound);
    }
    agree(&repository.path);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_are_the_same_from_the_packs(
        commits in prop::collection::vec(a_commit(), 1..60),
        depth in 0..60_u32,
        graph in any::<bool>(),
    ) {
        let repository = script_of(commits).repository();
        repository.git(&["repack", "-adfq", &format!("--depth={depth}")]);
        if graph {
            repository.git(&["commit-graph", "write", "--reachable"]);
        }
        agree(&repository.path);
    }
}

/// Every object but commits and trees, with one that is in no pack and one that is nowhere.
fn all_blobs(repository: &Throwaway) -> Vec<BlobId> {
    let path = repository.path.join("loose");
    fs::write(&path, "in no pack\n").unwrap();
    let loose = repository.git(&["hash-object", "-w", "loose"]);
    let listed = repository.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]);
    let blobs = listed.lines().filter_map(|line| line.strip_prefix("blob ")).chain([loose.trim()]);
    let id = |name: &str| {
        let byte = |at: usize| u8::from_str_radix(&name[2 * at..2 * at + 2], 16).unwrap();
        BlobId(std::array::from_fn(byte))
    };
    blobs.map(id).chain([BlobId([7; 20])]).collect()
}

#[test]
fn many_blobs_are_what_each_of_them_is() {
    let repository = a_history().repository();
    many_packs(&repository);
    let opened = repository.open();
    let (blobs, largest) = (all_blobs(&repository), 230);
    // Often enough that the packs are opened for them.
    let groups: Vec<Vec<BlobId>> = (0..4).map(|_| blobs.clone()).collect();
    let options = BlobOptions { jobs: 2, largest, largest_group: u64::MAX };
    let shown = |read: Result<Vec<u8>, ObjectError>| read.map_err(|error| error.to_string());
    let expected: Vec<_> = blobs
        .iter()
        .map(|id| match opened.blob_size(*id) {
            Ok(size) if size > largest => Err(format!("it has {size} bytes, more than {largest}")),
            _ => shown(opened.read_blob(*id)),
        })
        .collect();
    assert!(expected.iter().filter(|read| read.is_ok()).count() > 50 && blobs.len() * groups.len() > 400);
    assert!(expected.iter().filter(|read| read.is_err()).count() > 20, "too large ones, and one that is nowhere");
    let read = read_blobs(&opened, &groups, options, &|_, read| read).expect("they are read");
    for found in read.into_iter().flat_map(|group| group.into_iter().zip(&expected)) {
        match found {
            (Err(found), Err(expected)) => assert!(found.to_string().ends_with(expected), "{found}: {expected}"),
            (found, expected) => assert_eq!(shown(found), *expected),
        }
    }
}
