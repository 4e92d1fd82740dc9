//! Whether a repository has replacements of objects. libgit2 tells that by a list of all references, of which some repositories have
//! tens of thousands; here only those below `refs/replace` are looked for, where git keeps references as files.

use std::{fs, path::Path};

/// Where replacements are.
const FOLDER: &str = "refs/replace";

/// True if there is a replacement in `common_dir`, the folder of the data that all work trees share.
pub(crate) fn are_in(common_dir: &Path) -> bool {
    let packed = || fs::read(common_dir.join("packed-refs")).is_ok_and(|refs| are_packed(&refs));
    has_file(&common_dir.join(FOLDER)) || packed()
}

/// True if one of `refs`, one a line after its object, is a replacement.
fn are_packed(refs: &[u8]) -> bool {
    memchr::memmem::find(refs, b" refs/replace/").is_some()
}

fn has_file(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => has_file(&entry.path()),
        Ok(_) => true,
        Err(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_seen_in_files_and_packed() {
        let root = tempfile::TempDir::new().unwrap();
        let id = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        assert!(!are_in(root.path()));
        fs::create_dir_all(root.path().join(FOLDER)).unwrap();
        fs::write(root.path().join("packed-refs"), format!("# pack-refs with: peeled\n{id} refs/heads/main\n"))
            .unwrap();
        assert!(!are_in(root.path()));
        fs::write(root.path().join(FOLDER).join(id), format!("{id}\n")).unwrap();
        assert!(are_in(root.path()));
        fs::remove_dir_all(root.path().join(FOLDER)).unwrap();
        fs::write(root.path().join("packed-refs"), format!("{id} refs/replace/{id}\n")).unwrap();
        assert!(are_in(root.path()));
    }
}
