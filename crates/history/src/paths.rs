//! [`Paths`]: every path that a history names, each once, by a number.

use lockstep_model::{PathId, RepoPath};
use rustc_hash::FxHashMap;

use crate::line::Part;

/// Every path ever named, each once.
#[derive(Default)]
pub(crate) struct Paths {
    list: Vec<RepoPath>,
    /// The numbers of the first of them in the order of their texts.
    order: Vec<PathId>,
    /// The numbers of the others.
    others: FxHashMap<RepoPath, PathId>,
    respelled: bool,
}

impl Paths {
    /// Takes the paths of `part`, and gives their numbers; none if they are those that they have there.
    pub(crate) fn number(&mut self, part: &Part) -> Option<Vec<PathId>> {
        let paths = (0..part.paths() as u32).map(|number| part.path(number));
        // Most repositories name files in ASCII only, which is seen at once.
        let respelled = !part.names().is_ascii() && paths.clone().any(|path| std::str::from_utf8(path).is_err());
        self.respelled |= respelled;
        if self.list.is_empty() && !respelled {
            self.list = paths.map(RepoPath::from_git).collect();
            self.order = part.order().iter().map(|number| PathId(number.get())).collect();
            if !self.are_in_order() {
                self.order = (0..self.list.len() as u32).map(PathId).collect();
                self.order.sort_unstable_by(|a, b| self.list[a.0 as usize].cmp(&self.list[b.0 as usize]));
            }
            return None;
        }
        Some(paths.map(|path| self.id(RepoPath::from_git(path))).collect())
    }

    /// True if `order` has each path once, and is their order.
    fn are_in_order(&self) -> bool {
        let texts = self.order.iter().map(|id| self.list.get(id.0 as usize).map(RepoPath::as_str));
        self.order.len() == self.list.len()
            && texts.clone().all(|text| text.is_some())
            && texts.clone().zip(texts.skip(1)).all(|(a, b)| a < b)
    }

    /// True if a path is spelled otherwise here than in git.
    pub(crate) fn are_respelled(&self) -> bool {
        self.respelled
    }

    /// The number of `path`, if it has one.
    pub(crate) fn find(&self, path: &str) -> Option<PathId> {
        match self.order.binary_search_by(|id| self.text(*id).cmp(path)) {
            Ok(at) => Some(self.order[at]),
            Err(_) if self.others.is_empty() => None,
            Err(_) => self.others.get(&RepoPath::from_git(path.as_bytes())).copied(),
        }
    }

    /// The number of `path`, a new one if it has none yet.
    pub(crate) fn id(&mut self, path: RepoPath) -> PathId {
        if let Some(id) = self.find(path.as_str()) {
            return id;
        }
        let id = PathId(self.list.len() as u32);
        self.list.push(path.clone());
        self.others.insert(path, id);
        id
    }

    pub(crate) fn get(&self, id: PathId) -> &RepoPath {
        &self.list[id.0 as usize]
    }

    pub(crate) fn text(&self, id: PathId) -> &str {
        self.get(id).as_str()
    }

    pub(crate) fn list(&self) -> &[RepoPath] {
        &self.list
    }

    pub(crate) fn into_list(self) -> Vec<RepoPath> {
        self.list
    }

    /// The place of each path in the order of their texts.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut order = self.order.clone();
        order.extend((order.len() as u32..self.list.len() as u32).map(PathId));
        if !self.others.is_empty() {
            // To sort what is in order but for its end takes little longer than to look at it.
            order.sort_by(|a, b| self.get(*a).cmp(self.get(*b)));
        }
        let mut ranks = vec![0; order.len()];
        (0..).zip(order).for_each(|(rank, id)| ranks[id.0 as usize] = rank);
        ranks
    }
}
