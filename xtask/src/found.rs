//! What Lockstep finds in a repository, held against what was counted there.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use lockstep_config::Config;
use lockstep_linter::Project;

use crate::{
    selection::Repository,
    truth::{CountedEntry, Truth},
};

/// A function that Lockstep found.
#[derive(Debug, Clone)]
pub struct Function {
    /// `SERVICE/NAME`.
    pub id: String,
    /// Its name in its manifest.
    pub name: String,
    /// File and logical id of every declaration.
    pub declarations: Vec<(String, String)>,
    /// The platforms that declare it.
    pub platforms: Vec<&'static str>,
    /// Where its code starts.
    pub entry: Option<String>,
    /// Why there is no entry.
    pub unresolved: Option<String>,
}

/// How one repository came out.
#[derive(Debug)]
pub struct Compared<'t> {
    /// What was counted.
    pub truth: &'t Truth,
    /// The platforms of the functions found, sorted.
    pub platforms: Vec<&'static str>,
    /// How many were found of those that were counted.
    pub found: usize,
    /// How many of the counted have their code in the repository.
    pub with_code: usize,
    /// Of these, how many were found with an entry, and with the right one.
    pub resolved: usize,
    /// As above.
    pub right: usize,
    /// Counted and not found: file, name, remark.
    pub missed: Vec<[String; 3]>,
    /// Found and not counted: file, id.
    pub invented: Vec<[String; 2]>,
    /// Found without the right entry: name, the counted entry, what Lockstep says.
    pub wrong: Vec<[String; 3]>,
}

/// The functions that Lockstep finds at the commit of `truth` in its clone below `corpus`.
///
/// # Errors
/// If there is no clone, or the commit is not in it.
pub fn functions(truth: &Truth, corpus: &Path, scratch: &Path) -> anyhow::Result<Vec<Function>> {
    let clone = Repository { name: truth.repository.clone(), units: Vec::new() }.clone_in(corpus)?;
    let project = Project::open(&at_commit(&clone, &truth.commit, scratch)?)?;
    let found = lockstep_linter::find(&project, &Config::default());
    let functions = found.functions.into_iter().map(|function| Function {
        id: function.id.to_string(),
        platforms: function.platforms(),
        name: function.name,
        declarations: function
            .declarations
            .into_iter()
            .map(|declared| (declared.location.path.to_string(), declared.logical_id))
            .collect(),
        entry: function.entry.map(|entry| entry.path.to_string()),
        unresolved: function.unresolved,
    });
    Ok(functions.collect())
}

/// A bare clone whose HEAD is `commit`. It borrows the objects of `clone` and is made anew.
fn at_commit(clone: &Path, commit: &str, scratch: &Path) -> anyhow::Result<PathBuf> {
    let place = scratch.join(commit);
    if place.exists() {
        std::fs::remove_dir_all(&place)?;
    }
    git(Command::new("git").args(["clone", "--quiet", "--bare", "--shared", "--"]).arg(clone).arg(&place))?;
    let ref_update = ["update-ref", "--no-deref", "HEAD", commit];
    git(Command::new("git").arg("--git-dir").arg(&place).args(ref_update))?;
    Ok(place)
}

fn git(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().context("git cannot be run")?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Holds `functions` against `truth`.
pub fn compare<'t>(truth: &'t Truth, functions: &[Function]) -> Compared<'t> {
    let mut by_place: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (number, function) in functions.iter().enumerate().rev() {
        for (path, logical_id) in &function.declarations {
            for name in [logical_id.as_str(), function.name.as_str(), short(function)] {
                let at = by_place.entry((path, name)).or_default();
                if at.last() != Some(&number) {
                    at.push(number);
                }
            }
        }
    }
    let mut platforms: Vec<&'static str> = functions.iter().flat_map(|one| one.platforms.clone()).collect();
    platforms.sort_unstable();
    platforms.dedup();
    let mut compared = Compared {
        truth,
        platforms,
        found: 0,
        with_code: 0,
        resolved: 0,
        right: 0,
        missed: Vec::new(),
        invented: Vec::new(),
        wrong: Vec::new(),
    };
    let mut taken = vec![false; functions.len()];
    for counted in &truth.functions {
        let here = counted.entry != CountedEntry::Elsewhere;
        compared.with_code += usize::from(here);
        let candidates = by_place.get(&(counted.declared_in.as_str(), counted.name.as_str()));
        let left = || candidates.into_iter().flatten().rev().copied().filter(|number| !taken[*number]);
        // Of several functions of one name, the one whose code starts there is the one that is meant.
        let meant = left().find(|number| starts_in(&functions[*number], &counted.entry)).or_else(|| left().next());
        let Some(number) = meant else {
            compared.missed.push([counted.declared_in.clone(), counted.name.clone(), counted.remark.clone()]);
            continue;
        };
        taken[number] = true;
        compared.found += 1;
        if here {
            judge_entry(&mut compared, &functions[number], &counted.entry);
        }
    }
    compared.invented = functions
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| !**taken)
        .map(|(function, _)| [function.declarations[0].0.clone(), function.id.clone()])
        .collect();
    compared
}

fn judge_entry(compared: &mut Compared<'_>, function: &Function, counted: &CountedEntry) {
    compared.resolved += usize::from(function.entry.is_some());
    if starts_in(function, counted) {
        compared.right += 1;
        return;
    }
    let expected = match counted {
        CountedEntry::File(file) => file,
        CountedEntry::Somewhere | CountedEntry::Elsewhere => "somewhere",
    };
    let says = function.entry.clone().or_else(|| function.unresolved.clone()).unwrap_or_default();
    compared.wrong.push([function.id.clone(), expected.to_owned(), says]);
}

/// True if the code of `function` starts where it was counted to start.
fn starts_in(function: &Function, counted: &CountedEntry) -> bool {
    match counted {
        CountedEntry::File(file) => function.entry.as_ref() == Some(file),
        CountedEntry::Somewhere => function.entry.is_some(),
        CountedEntry::Elsewhere => function.entry.is_none(),
    }
}

/// The id without its service.
fn short(function: &Function) -> &str {
    function.id.rsplit_once('/').map_or(function.id.as_str(), |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::Counted;

    fn function(id: &str, path: &str, entry: Option<&str>) -> Function {
        let name = id.rsplit('/').next().unwrap().to_owned();
        Function {
            id: id.to_owned(),
            declarations: vec![(path.to_owned(), name.clone())],
            name,
            platforms: vec!["terraform"],
            entry: entry.map(str::to_owned),
            unresolved: entry.is_none().then(|| "no file".to_owned()),
        }
    }

    fn counted(path: &str, name: &str, entry: CountedEntry) -> Counted {
        Counted { declared_in: path.into(), name: name.into(), entry, remark: String::new() }
    }

    #[test]
    fn every_function_is_found_once_missed_or_false() {
        let file = |name: &str| CountedEntry::File(name.to_owned());
        let truth = Truth {
            functions: vec![
                counted("m.tf", "a", file("a.py")),
                counted("m.tf", "b", file("b.py")),
                counted("m.tf", "c", CountedEntry::Elsewhere),
                counted("m.tf", "d", CountedEntry::Somewhere),
                counted("m.tf", "a", file("a.py")),
                counted("n.tf", "f", file("1.py")),
                counted("n.tf", "f", file("2.py")),
            ],
            ..Truth::default()
        };
        let functions = [
            function("s/a", "m.tf", Some("a.py")),
            function("s/b", "m.tf", Some("x.py")),
            function("s/c", "m.tf", None),
            function("s/e", "m.tf", None),
            function("s/f", "n.tf", Some("2.py")),
            function("t/f", "n.tf", Some("1.py")),
        ];
        let compared = compare(&truth, &functions);
        assert_eq!((compared.found, compared.with_code, compared.resolved, compared.right), (5, 6, 4, 3));
        let missed: Vec<&str> = compared.missed.iter().map(|one| one[1].as_str()).collect();
        assert_eq!(missed, ["d", "a"]);
        assert_eq!(compared.invented, [["m.tf".to_owned(), "s/e".to_owned()]]);
        assert_eq!(compared.wrong, [["s/b".to_owned(), "b.py".to_owned(), "x.py".to_owned()]]);
    }
}
