//! Repositories of every shape: bare, linked, shallow, partial, empty, and some that are none.

use std::fs;

use lockstep_diagnostics::ProblemKind;
use lockstep_history::{OpenError, Options, Repository, RevisionError, TreeFileKind, read};
use lockstep_model::{BlobId, DropReason, FileStatus, RepoPath};

use crate::throwaway::{Op, Script, Throwaway, git, shown, write};

/// Five commits: the first two and the last two change `a.py`.
fn five() -> Throwaway {
    let mut script = Script::new();
    for n in 1..=5 {
        let path = if n == 3 { "lib/b.py" } else { "a.py" };
        script.commit("main", &format!("Change {n}"), &[write(path, &n.to_string())]);
    }
    script.repository()
}

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

#[test]
fn an_empty_repository_says_so() {
    let repository = Script::new().repository();
    let opened = repository.open();
    let read = read(&opened, &Options::default(), &|_| ());
    assert_eq!((read.value.state.head, read.value.total), (None, 0));
    assert_eq!(read.problems.len(), 1);
    assert!(read.problems[0].message.contains("no commits yet"), "{:?}", read.problems);
    assert_eq!(opened.tree_files(None), Err(RevisionError::NoCommits));
}

#[test]
fn what_is_no_repository_is_said_to_be_none() {
    let folder = tempfile::TempDir::new().unwrap();
    let error = Repository::discover(&folder.path().join("nowhere")).err();
    assert!(matches!(error, Some(OpenError::NotARepository(_))), "{error:?}");
    let error = Repository::discover(folder.path()).err();
    assert!(matches!(error, Some(OpenError::NotARepository(_))), "{error:?}");
}

#[test]
fn formats_that_are_not_read_are_named_with_what_mends_them() {
    for (extension, value, expected) in [
        ("refstorage", "reftable", "git refs migrate"),
        ("partialclone", "origin", "git config --unset extensions.partialClone"),
        ("objectformat", "sha256", "SHA-256"),
        ("newfangled", "true", "newfangled"),
    ] {
        let repository = five();
        repository.git(&["config", "core.repositoryformatversion", "1"]);
        repository.git(&["config", &format!("extensions.{extension}"), value]);
        match Repository::discover(&repository.path) {
            Err(OpenError::UnsupportedFormat { why, way_out }) => {
                let all = format!("{why} {}", way_out.unwrap_or_default());
                assert!(all.contains(expected), "{extension}: {all}");
            }
            other => panic!("{extension}: {:?}", other.err()),
        }
    }
}

#[test]
fn a_revision_that_is_none_is_a_problem() {
    let options = Options { rev: Some("no-such\x1b[31m".into()), ..Options::default() };
    let read = read(&five().open(), &options, &|_| ());
    assert_eq!(read.value.total, 0);
    assert_eq!(read.problems.len(), 1);
    assert_eq!(read.problems[0].kind, ProblemKind::History);
    assert!(!read.problems[0].message.contains('\x1b'), "{:?}", read.problems);
}

#[test]
fn any_revision_can_be_read() {
    let options = Options { rev: Some("HEAD~2".into()), ..Options::default() };
    let history = read(&five().open(), &options, &|_| ()).value;
    assert_eq!(history.total, 3);
    assert_eq!(history.changesets.last().unwrap().subject, "Change 3");
    assert_eq!(history.state.head_time, Some(history.changesets[2].time));
}

#[test]
fn every_shape_of_a_whole_repository_tells_the_same() {
    let repository = five();
    let whole = repository.history();
    assert_eq!((whole.total, whole.changesets.len()), (5, 5));
    assert_eq!(whole.changesets[0].changes[0].status, FileStatus::Added);

    let room = repository.folder.path();
    repository.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    git(room, &["clone", "-q", "--bare", "repository", "bare"], b"");
    git(room, &["clone", "-q", "--shared", "repository", "shared"], b"");
    repository.git(&["repack", "-adq"]);
    repository.git(&["commit-graph", "write", "--reachable"]);
    fs::create_dir(room.join("linked/deep")).unwrap();
    for shape in ["repository", "linked", "linked/deep", "bare", "shared"] {
        let opened = Repository::discover(&room.join(shape)).unwrap();
        let read = read(&opened, &Options::default(), &|_| ());
        assert_eq!(read.problems, [], "{shape}");
        assert_eq!(read.value, whole, "{shape}");
        assert_eq!(opened.is_bare(), shape == "bare", "{shape}");
        assert_eq!(opened.state().linked_worktree, shape.starts_with("linked"), "{shape}");
        let tracked: Vec<_> = opened.tracked().unwrap().paths().map(RepoPath::to_string).collect();
        let expected: &[&str] = if shape == "bare" { &[] } else { &["a.py", "lib/b.py"] };
        assert_eq!(tracked, expected, "{shape}");
    }
}

#[test]
fn the_edge_of_a_shallow_clone_is_no_change() {
    let repository = five();
    let clone = repository.cloned(&["--depth", "3"]);
    let read = read(&Repository::discover(&clone).unwrap(), &Options::default(), &|_| ());
    let history = &read.value;
    assert!(history.state.shallow);
    assert_eq!(history.total, 3);
    assert_eq!(history.dropped.get(&DropReason::ShallowBoundary), Some(&1));
    let subjects: Vec<_> = history.changesets.iter().map(|it| it.subject.as_str()).collect();
    assert_eq!(subjects, ["Change 4", "Change 5"]);
    assert_eq!(shown(history, &history.changesets[0]), ["M a.py"]);
    assert!(read.problems[0].message.contains("git fetch --unshallow --filter=blob:none"), "{:?}", read.problems);
}

#[test]
fn a_clone_of_depth_one_has_nothing_to_tell() {
    let repository = five();
    let clone = repository.cloned(&["--depth", "1"]);
    let history = read(&Repository::discover(&clone).unwrap(), &Options::default(), &|_| ()).value;
    assert_eq!((history.total, history.changesets.len()), (1, 0));
    assert!(history.state.shallow);
}

#[test]
fn a_clone_without_blobs_tells_all() {
    let repository = five();
    let whole = repository.history();
    let clone = repository.cloned(&["--filter=blob:none", "--no-checkout"]);
    let opened = Repository::discover(&clone).unwrap();
    let read = read(&opened, &Options::default(), &|_| ());
    assert_eq!(read.problems, []);
    assert_eq!(read.value.state.partial.as_deref(), Some("blob:none"));
    assert_eq!(read.value.changesets, whole.changesets);
    // Its blobs really are missing, and that is an answer.
    assert!(opened.read_blob(whole.changesets[0].changes[0].after).is_err());
    assert_eq!(opened.tree_files(None).unwrap().len(), 2);
}

#[test]
fn a_clone_without_trees_names_the_command_that_brings_them() {
    let repository = five();
    let clone = repository.cloned(&["--filter=tree:0", "--no-checkout"]);
    let read = read(&Repository::discover(&clone).unwrap(), &Options::default(), &|_| ());
    let history = &read.value;
    assert_eq!((history.total, history.changesets.len()), (5, 0));
    assert_eq!(history.dropped.get(&DropReason::MissingObject), Some(&5));
    assert_eq!(history.state.partial.as_deref(), Some("tree:0"));
    assert!(history.state.missing_objects > 0);
    assert_eq!(read.problems.len(), 1, "{:?}", read.problems);
    assert!(read.problems[0].message.contains("git fetch --refetch --filter=blob:none"), "{:?}", read.problems);
}

#[test]
fn a_commit_that_is_gone_ends_the_line_with_a_word() {
    let repository = five();
    let pack = repository.path.join(".git/objects/pack");
    let kept = repository.folder.path().join("kept");
    fs::create_dir(&kept).unwrap();
    for file in fs::read_dir(&pack).unwrap().map(|file| file.unwrap().path()) {
        fs::rename(&file, kept.join(file.file_name().unwrap())).unwrap();
    }
    for file in fs::read_dir(&kept).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|it| it == "pack") {
            git(&repository.path, &["unpack-objects", "-q"], &fs::read(&file).unwrap());
        }
    }
    let id = repository.git(&["rev-parse", "HEAD~3"]);
    let (folder, file) = id.trim().split_at(2);
    fs::remove_file(repository.path.join(".git/objects").join(folder).join(file)).unwrap();
    let read = read(&repository.open(), &Options::default(), &|_| ());
    assert_eq!((read.value.total, read.value.changesets.len()), (3, 2));
    assert_eq!(read.value.dropped.get(&DropReason::MissingObject), Some(&1));
    assert!(read.problems[0].message.contains(id.trim()), "{:?}", read.problems);
}

#[test]
fn replacements_are_not_followed_and_that_is_said() {
    let repository = five();
    repository.git(&["replace", "HEAD~1", "HEAD~3"]);
    let read = read(&repository.open(), &Options::default(), &|_| ());
    assert_eq!(read.value.total, 5);
    assert!(repository.open().state().replaced);
    assert!(read.problems[0].message.contains("refs/replace"), "{:?}", read.problems);
}

#[test]
fn the_files_of_a_commit_can_be_had_without_a_checkout() {
    let mut script = Script::new();
    script.commit(
        "main",
        "Start",
        &[
            write("a/x.py", "four"),
            Op::Link("a/link".into(), "x.py".into()),
            Op::Submodule("sub".into(), 1),
            Op::Write(b"bad\xff.py".to_vec(), b"x".to_vec()),
        ],
    );
    let repository = script.repository();
    let opened = Repository::discover(&repository.cloned(&["--bare"])).unwrap();
    let files = opened.tree_files(Some("HEAD")).unwrap();
    let told: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.kind.clone())).collect();
    assert_eq!(
        told,
        [
            ("a/link", TreeFileKind::Link("x.py".into())),
            ("a/x.py", TreeFileKind::File),
            ("bad\\xff.py", TreeFileKind::File),
            ("sub", TreeFileKind::Submodule),
        ]
    );
    assert_eq!(
        (opened.read_blob(files[1].blob).unwrap(), opened.blob_size(files[1].blob).unwrap()),
        (b"four".to_vec(), 4)
    );
    assert!(opened.read_blob(BlobId([7; 20])).is_err());
    assert!(opened.work_tree().is_none());
}

#[test]
fn ignored_files_and_the_index_are_known() {
    let repository = five();
    fs::write(repository.path.join(".gitignore"), "*.log\nbuild/\n").unwrap();
    fs::write(repository.path.join("new.py"), "x").unwrap();
    repository.git(&["add", "new.py"]);
    let opened = repository.open();
    assert!(opened.is_ignored(&path("deep/x.log")));
    assert!(!opened.is_ignored(&path("a.py")) && !opened.is_ignored(&RepoPath::root()));
    assert!(opened.tracked().unwrap().contains(&path("new.py")));
    assert_eq!(opened.work_tree().unwrap().canonicalize().unwrap(), repository.path.canonicalize().unwrap());
}

#[test]
#[cfg(unix)]
fn files_that_nobody_wrote_to_are_known_without_being_read() {
    let (repository, file) = (five(), path("a.py"));
    let place = repository.path.join("a.py");
    let known = |opened: &Repository| opened.tracked().unwrap().id(&file, &fs::symlink_metadata(&place).unwrap());
    let touch = |seconds: u64| {
        let open = fs::File::options().append(true).open(&place).unwrap();
        open.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    };
    repository.git(&["checkout", "-qf", "main"]);
    touch(1_700_000_000);
    repository.git(&["add", "-A"]);
    let text = fs::read(&place).unwrap();
    assert_eq!(known(&repository.open()), Some(lockstep_history::id_of(&text)));
    // As many bytes, and the time of before: that its name or its rights changed now tells.
    fs::write(&place, vec![b'x'; text.len()]).unwrap();
    touch(1_700_000_000);
    assert_eq!(known(&repository.open()), None);
    // Of a later time than the index, nothing can be said.
    repository.git(&["checkout", "-qf", "main"]);
    touch(4_000_000_000);
    repository.git(&["add", "-A"]);
    assert_eq!(known(&repository.open()), None);
    // Where checking out may make other bytes, neither.
    touch(1_700_000_000);
    repository.git(&["add", "-A"]);
    assert!(known(&repository.open()).is_some());
    repository.git(&["config", "core.autocrlf", "input"]);
    assert_eq!(known(&repository.open()), None);
}
