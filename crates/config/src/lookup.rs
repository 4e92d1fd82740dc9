//! Where the configuration is looked for: from the folder in which the run starts up to the root of the repository.

use lockstep_model::RepoPath;

/// The names it may have in a folder, the one that wins first.
pub const NAMES: [&str; 3] = ["lockstep.toml", ".lockstep.toml", ".config/lockstep.toml"];

/// Every place where it may be, the one that wins first: the folder `start`, then each folder above it, the root last.
pub fn candidates(start: &RepoPath) -> impl Iterator<Item = RepoPath> {
    start.ancestors().flat_map(|folder| NAMES.into_iter().filter_map(move |name| folder.join(name).ok()))
}

/// The configuration in force for a run that starts in `start`: the first place that `exists`. The search ends there;
/// configurations are not merged.
pub fn discover(start: &RepoPath, exists: impl Fn(&RepoPath) -> bool) -> Option<RepoPath> {
    candidates(start).find(|path| exists(path))
}

/// The folder that the patterns of the configuration at `path` start from: the one it stands in, `.config` left out.
pub fn base_of(path: &RepoPath) -> RepoPath {
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    if folder.file_name() == ".config" { folder.parent().unwrap_or_else(RepoPath::root) } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn the_nearest_wins_and_plain_beats_hidden() {
        let there = ["lockstep.toml", "shop/.config/lockstep.toml", "shop/.lockstep.toml"].map(path);
        let found = |start: &str| discover(&path(start), |path| there.contains(path));
        assert_eq!(found("shop/orders/src"), Some(path("shop/.lockstep.toml")));
        assert_eq!(found("other"), Some(path("lockstep.toml")));
        assert_eq!(found(""), Some(path("lockstep.toml")));
        assert_eq!(discover(&path("a/b"), |_| false), None);
    }

    #[test]
    fn patterns_start_beside_the_file() {
        assert_eq!(base_of(&path("shop/lockstep.toml")), path("shop"));
        assert_eq!(base_of(&path(".config/lockstep.toml")), RepoPath::root());
    }
}
