//! One object database for each thread, sharing nothing with those of the others.
//!
//! libgit2 keeps every pack once for the whole process, under the text of its path, with one lock and one cache of
//! delta bases; threads that read one pack mostly wait for each other. Another spelling of the same path (`x/./pack`)
//! is another pack to it, with a lock and a cache of its own. The pages of the file itself are shared by the system.

use std::path::{Path, PathBuf};

use git2::Odb;

/// Bytes of packs above which threads share them after all: every handle maps what it reads into memory.
const LARGEST: u64 = 512 << 20;
/// Alternates of alternates; git stops there too.
const DEEPEST: usize = 5;
/// More alternates than anybody has.
const MOST: usize = 64;

/// Where the objects of a repository are: its own folder first, then its alternates, as deep as they go.
pub(crate) fn folders(common_dir: &Path) -> Vec<PathBuf> {
    let mut folders = vec![common_dir.join("objects")];
    let (mut at, mut level_end) = (0, 1);
    for _ in 0..DEEPEST {
        while at < level_end {
            let listed = std::fs::read_to_string(folders[at].join("info/alternates")).unwrap_or_default();
            for line in listed.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                // An absolute path replaces the folder it is joined to.
                let alternate = folders[at].join(line);
                if folders.len() < MOST && !folders.contains(&alternate) {
                    folders.push(alternate);
                }
            }
            at += 1;
        }
        level_end = folders.len();
    }
    folders
}

/// The objects in `folders` through handles that only thread number `thread` (from 1) uses.
///
/// None if that would cost too much memory or cannot be done; the repository's own handle reads the same then.
pub(crate) fn separate(folders: &[PathBuf], thread: usize) -> Option<Odb<'static>> {
    if folders.iter().map(|folder| bytes_of_packs(folder)).sum::<u64>() > LARGEST {
        return None;
    }
    let odb = Odb::new().ok()?;
    // The deepest first: a folder that is known already is not added again by the one that names it.
    for folder in folders.iter().rev().filter(|folder| folder.is_dir()) {
        let spelling = format!("{}{}", folder.to_str()?, "/.".repeat(thread));
        odb.add_disk_alternate(&spelling).ok()?;
    }
    Some(odb)
}

fn bytes_of_packs(folder: &Path) -> u64 {
    let Ok(files) = std::fs::read_dir(folder.join("pack")) else { return 0 };
    let sizes = files.flatten().filter_map(|file| file.metadata().ok()).map(|data| data.len());
    sizes.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternates_are_followed_and_circles_end() {
        let root = tempfile::TempDir::new().unwrap();
        let objects = |name: &str| root.path().join(name).join("objects");
        let absolute = format!("# a comment\n{}\n\n", objects("c").display());
        for (name, alternates) in [("a", "../../b/objects\n"), ("b", absolute.as_str()), ("c", "../../c/objects\n")] {
            std::fs::create_dir_all(objects(name).join("info")).unwrap();
            std::fs::write(objects(name).join("info/alternates"), alternates).unwrap();
        }
        let found = folders(&root.path().join("a"));
        let real: Vec<_> = found.iter().take(3).map(|folder| folder.canonicalize().unwrap()).collect();
        assert_eq!(real, ["a", "b", "c"].map(|name| objects(name).canonicalize().unwrap()));
        assert!(found.len() <= 3 + DEEPEST);
        assert_eq!(folders(&root.path().join("nowhere")).len(), 1);
    }
}
