//! [`Tracked`]: what git's index says of a work tree: which files it tracks, and what those hold that nobody wrote to since.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, Metadata},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use git2::{Config, IndexEntry, IndexTime};
use lockstep_model::{BlobId, RepoPath};

/// What a line of `.gitattributes` names that makes a file other bytes than what git keeps of it.
const CONVERTING: [&str; 6] = ["text", "eol", "crlf", "filter", "ident", "working-tree-encoding"];

/// The files that git tracks.
#[derive(Debug, Default)]
pub struct Tracked {
    files: BTreeMap<RepoPath, Option<Seen>>,
    /// When the index was written. What was written to in that moment, or later, may have changed unseen.
    written: Option<Time>,
}

/// Seconds since 1970, and nanoseconds beyond.
type Time = (i64, u32);

/// A file as it was when git looked at it last.
#[derive(Debug)]
struct Seen {
    id: BlobId,
    size: u32,
    modified: Time,
    is_executable: bool,
    /// What only some systems know of a file: when its name or rights changed, its number, its user and group.
    more: More,
}

#[derive(Debug, PartialEq, Eq)]
struct More {
    changed: Time,
    inode: u32,
    user: u32,
    group: u32,
}

impl Tracked {
    /// What `index` says; `config` is that of its repository, whose own files lie in `git_dir`.
    pub(crate) fn of(index: &git2::Index, config: Option<&Config>, git_dir: &Path) -> Self {
        // Asked for before the entries are looked at: an index that is written meanwhile is younger than it is taken for.
        let written = index.path().and_then(|path| fs::metadata(path).ok()?.modified().ok()).and_then(time_of);
        let written = written.filter(|_| config.is_some_and(|config| !converts(config, git_dir)));
        let entry = |entry: IndexEntry| (RepoPath::from_git(&entry.path), Seen::of(&entry));
        Self { files: index.iter().map(entry).collect(), written }
    }

    /// All paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// True if git tracks `path`.
    pub fn contains(&self, path: &RepoPath) -> bool {
        self.files.contains_key(path)
    }

    /// True if git tracks a file below `folder`.
    pub fn holds_below(&self, folder: &RepoPath) -> bool {
        let after = self.files.range(folder.clone()..).map(|(path, _)| path);
        after.take_while(|path| path.as_str().starts_with(folder.as_str())).any(|path| path.starts_with(folder))
    }

    /// The id of what the file `path` holds, if by all that git itself goes by nobody wrote to it since git looked at it.
    pub fn id(&self, path: &RepoPath, metadata: &Metadata) -> Option<BlobId> {
        let seen = self.files.get(path)?.as_ref()?;
        let is_older = self.written.is_some_and(|written| is_before(seen.modified, written));
        (is_older && seen.is_still(metadata)).then_some(seen.id)
    }
}

/// True if what `.gitattributes` says may make files other bytes than what git keeps of them.
pub fn is_converting(attributes: &str) -> bool {
    let word = |word: &str| CONVERTING.contains(&word.trim_start_matches(['-', '!']).split('=').next().unwrap_or(word));
    attributes.lines().filter(|line| !line.starts_with('#')).any(|line| line.split_whitespace().skip(1).any(word))
}

/// True if files may be other bytes than what git keeps of them, for reasons outside of the work tree.
fn converts(config: &Config, git_dir: &Path) -> bool {
    let line_ends = config.get_string("core.autocrlf").is_ok_and(|value| !value.eq_ignore_ascii_case("false"));
    let places = [
        Some(git_dir.join("info").join("attributes")),
        env::var_os("XDG_CONFIG_HOME").map(|home| PathBuf::from(home).join("git").join("attributes")),
        env::var_os("HOME").map(|home| PathBuf::from(home).join(".config").join("git").join("attributes")),
        Some(PathBuf::from("/etc/gitattributes")),
    ];
    line_ends
        || config.get_path("core.attributesFile").is_ok()
        || places.into_iter().flatten().any(|path| path.exists())
}

/// True if `time` is surely before `other`: where one of them has no fractions of a second, seconds tell.
fn is_before(time: Time, other: Time) -> bool {
    if time.1 == 0 || other.1 == 0 { time.0 < other.0 } else { time < other }
}

fn time_of(time: SystemTime) -> Option<Time> {
    let since: Duration = time.duration_since(UNIX_EPOCH).ok()?;
    Some((i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()))
}

/// True if a file that had the time `kept` has it still; where no fractions of a second were kept, seconds tell.
fn is_time(kept: Time, now: Time) -> bool {
    kept.0 == now.0 && (kept.1 == 0 || kept.1 == now.1)
}

impl Seen {
    fn of(entry: &IndexEntry) -> Option<Self> {
        /// Where the index says that a file is of one side of a merge that goes on.
        const SIDES: u16 = 0x3000;
        let is_executable = match entry.mode {
            0o100_644 => false,
            0o100_755 => true,
            _ => return None,
        };
        if entry.flags & SIDES != 0 {
            return None;
        }
        let time = |time: &IndexTime| (i64::from(time.seconds()), time.nanoseconds());
        let id = BlobId(*entry.id.as_bytes().first_chunk()?);
        let more = More { changed: time(&entry.ctime), inode: entry.ino, user: entry.uid, group: entry.gid };
        Some(Self { id, size: entry.file_size, modified: time(&entry.mtime), is_executable, more })
    }

    fn is_still(&self, metadata: &Metadata) -> bool {
        let modified = metadata.modified().ok().and_then(time_of);
        metadata.is_file()
            && metadata.len() == u64::from(self.size)
            && modified.is_some_and(|modified| is_time(self.modified, modified))
            && self.has_more(metadata)
    }

    #[cfg(unix)]
    fn has_more(&self, metadata: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;
        let changed = (metadata.ctime(), u32::try_from(metadata.ctime_nsec()).unwrap_or_default());
        let low = |number: u64| number as u32;
        let More { changed: kept, inode, user, group } = &self.more;
        is_time(*kept, changed)
            && *inode == low(metadata.ino())
            && (*user, *group) == (metadata.uid(), metadata.gid())
            && self.is_executable == (metadata.mode() & 0o100 != 0)
    }

    #[cfg(not(unix))]
    fn has_more(&self, _: &Metadata) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_that_convert() {
        for text in ["* text=auto", "*.bat eol=crlf", "*.png -text", "a filter=lfs diff=lfs", "x !ident"] {
            assert!(is_converting(text), "{text}");
        }
        for text in ["", "# * text", "*.ts linguist-generated", "text merge=union", "*.png binary"] {
            assert!(!is_converting(text), "{text}");
        }
    }

    #[test]
    fn a_file_of_the_same_moment_may_have_changed() {
        assert!(is_before((1, 5), (1, 6)) && is_before((1, 0), (2, 0)) && is_before((1, 9), (2, 1)));
        assert!(!is_before((1, 5), (1, 5)) && !is_before((1, 0), (1, 6)) && !is_before((1, 5), (1, 0)));
        assert!(
            is_time((1, 0), (1, 7)) && is_time((1, 7), (1, 7)) && !is_time((1, 6), (1, 7)) && !is_time((2, 0), (1, 0))
        );
    }
}
