//! Files of code owners: which of them counts, what its lines say, and who owns a path by them.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};

use super::{github, gitlab, pattern::Pattern};

/// Where GitHub looks, the first that is there counts.
const OF_GITHUB: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
/// Where GitLab looks, likewise.
const OF_GITLAB: [&str; 3] = ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];
/// Files of hosts whose rules are not known here.
const UNKNOWN: [&str; 4] =
    [".bitbucket/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS", ".azuredevops/CODEOWNERS"];
/// Bytes from which GitHub does not read the file.
const LARGEST: usize = 3 << 20;
/// Lines that are read: each is asked of each file.
const MOST_LINES: usize = 20_000;
/// Lines with an error that are told one by one.
const TOLD: usize = 20;

/// What one line says.
pub(super) enum Line {
    /// Who owns what the pattern means; or, if it `excludes`, that nobody of the section does.
    Entry { pattern: Pattern, owners: Vec<Owner>, excludes: bool },
    /// A section begins; lines without owners have these.
    Section { name: String, defaults: Vec<Owner> },
}

/// An owner as a file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// How it is shown.
    pub name: String,
    /// True if it is written as an address.
    pub is_address: bool,
}

impl Owner {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), is_address: false }
    }

    /// The owner behind an address, if it is one. Addresses are not handed on: they are nobody's business.
    pub(super) fn address(text: &str) -> Option<Self> {
        let (local, domain) = text.split_once('@')?;
        let sound = !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.ends_with('.');
        sound.then(|| Self { name: format!("{local}@…"), is_address: true })
    }
}

/// The words of a line: what stands between blanks that no backslash stands before.
pub(super) fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut escaped) = (Vec::new(), String::new(), false);
    for letter in text.chars() {
        if letter.is_whitespace() && !escaped {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(letter);
        }
        escaped = letter == '\\' && !escaped;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// One line that says who owns what.
struct Entry {
    pattern: Pattern,
    /// Its number among the sections.
    section: usize,
    owners: Vec<Owner>,
    excludes: bool,
    location: Location,
}

/// What a file of code owners says.
#[derive(Default)]
pub(super) struct CodeOwners {
    /// The names of the sections; the first has none.
    sections: Vec<Option<String>>,
    entries: Vec<Entry>,
}

/// What it says of one path in one section.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub section: Option<&'a str>,
    pub owners: &'a [Owner],
    pub location: &'a Location,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    GitHub,
    GitLab,
}

/// The files of code owners of all repositories, each with the folder of its repository.
pub(super) struct AllOwners(Vec<(RepoPath, CodeOwners)>);

impl AllOwners {
    /// Reads the file of each of the repositories in the folders `roots` of `files`.
    pub(super) fn read(files: &FileSet, roots: &[RepoPath], problems: &mut Vec<Problem>) -> Self {
        let mut all: Vec<_> = roots.iter().map(|root| (root.clone(), read(files, root, problems))).collect();
        // Where one lies in another, the inner one is asked.
        all.sort_by_key(|(root, _)| std::cmp::Reverse(root.as_str().len()));
        Self(all)
    }

    /// True if no line of any says anything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, owners)| owners.entries.is_empty())
    }

    /// As [`CodeOwners::of`], by the file of the repository in which `path` lies.
    pub(super) fn of(&self, path: &RepoPath) -> Vec<Said<'_>> {
        let found = self.0.iter().find_map(|(root, owners)| Some((owners, path.strip_prefix(root)?)));
        found.map_or_else(Vec::new, |(owners, inside)| owners.of(&RepoPath::from_git(inside.as_bytes())))
    }
}

/// Reads the file of code owners that counts below `root`; nothing if there is none.
fn read(files: &FileSet, root: &RepoPath, problems: &mut Vec<Problem>) -> CodeOwners {
    for path in UNKNOWN.iter().filter_map(|path| existing(files, root, path)) {
        let why = "this file of code owners is not read: only those of GitHub and GitLab are";
        problems.push(Problem::at(ProblemKind::Owners, Location::whole_file(path), why));
    }
    let Some((path, host)) = which(files, root) else { return CodeOwners::default() };
    let whole = || Location::whole_file(path.clone());
    match files.text(&path) {
        Ok(text) if text.len() >= LARGEST => {
            let why = "this file of code owners is not read: it has 3 MB or more, and no host reads it then";
            problems.push(Problem::at(ProblemKind::Owners, whole(), why));
            CodeOwners::default()
        }
        Ok(text) => parse(&path, &text, host, problems),
        Err(why) => {
            let why = format!("this file of code owners cannot be read: {why}");
            problems.push(Problem::at(ProblemKind::Owners, whole(), why));
            CodeOwners::default()
        }
    }
}

fn existing(files: &FileSet, root: &RepoPath, path: &str) -> Option<RepoPath> {
    root.join(path).ok().filter(|path| files.is_file(path))
}

/// The file that counts, and whose rules it follows. A file where both look is GitLab's if it has sections, or if there
/// are other files for GitLab and none for GitHub.
fn which(files: &FileSet, root: &RepoPath) -> Option<(RepoPath, Host)> {
    let has = |folder: &str| root.join(folder).is_ok_and(|folder| files.is_folder(&folder));
    let first = |paths: [&str; 3]| paths.iter().find_map(|path| existing(files, root, path));
    let for_gitlab = existing(files, root, ".gitlab-ci.yml").is_some() || has(".gitlab");
    if for_gitlab && !has(".github") {
        return first(OF_GITLAB).map(|path| (path, Host::GitLab));
    }
    let Some(path) = first(OF_GITHUB) else { return first(OF_GITLAB).map(|path| (path, Host::GitLab)) };
    let shared = path.parent().is_none_or(|folder| folder.file_name() != ".github");
    let sections = shared && files.text(&path).is_ok_and(|text| text.lines().any(is_heading));
    Some((path, if sections { Host::GitLab } else { Host::GitHub }))
}

/// True for a line that can only be a heading: a pattern would be followed by nothing but owners.
fn is_heading(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("^[") || (line.starts_with('[') && matches!(gitlab::line(line, &mut Vec::new()), Ok(Some(_))))
}

fn parse(path: &RepoPath, text: &str, host: Host, problems: &mut Vec<Problem>) -> CodeOwners {
    let mut read = Reading::of(path);
    let mut start = 0;
    for (number, line) in text.split('\n').enumerate() {
        if number == MOST_LINES {
            read.wrong.push((read.at(number, start, line), format!("lines from {MOST_LINES} on are not read")));
            break;
        }
        read.line(number, start, line, host);
        start += line.len() + 1;
    }
    let more = read.wrong.len().saturating_sub(TOLD);
    for (location, why) in read.wrong.into_iter().take(TOLD) {
        problems.push(Problem::at(ProblemKind::Owners, location, why));
    }
    if more > 0 {
        let why = format!("{more} more lines of this file of code owners have errors");
        problems.push(Problem::at(ProblemKind::Owners, Location::whole_file(path.clone()), why));
    }
    CodeOwners { sections: read.sections, entries: read.entries }
}

/// A file while it is read.
struct Reading<'a> {
    path: &'a RepoPath,
    sections: Vec<Option<String>>,
    /// The sections that have a name, by that name in small letters.
    known: BTreeMap<String, usize>,
    /// The section that goes on.
    section: usize,
    /// Its owners where a line has none.
    defaults: Vec<Owner>,
    entries: Vec<Entry>,
    wrong: Vec<(Location, String)>,
}

impl<'a> Reading<'a> {
    fn of(path: &'a RepoPath) -> Self {
        Self {
            path,
            sections: vec![None],
            known: BTreeMap::new(),
            section: 0,
            defaults: Vec::new(),
            entries: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// Begins the section `name`, or goes on with it: names differ by more than case.
    fn begin(&mut self, name: String, defaults: Vec<Owner>) {
        self.section = *self.known.entry(name.to_lowercase()).or_insert_with(|| {
            self.sections.push(Some(name));
            self.sections.len() - 1
        });
        self.defaults = defaults;
    }

    /// The place of the line `text` with the number `number`, from 0, that starts at the byte `start`.
    fn at(&self, number: usize, start: usize, text: &str) -> Location {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let blank = text.len() - text.trim_start().len();
        Location {
            path: self.path.clone(),
            line: narrow(number + 1),
            column: narrow(text[..blank].chars().count() + 1),
            start: narrow(start + blank),
            end: narrow(start + text.trim_end().len().max(blank)),
        }
    }

    fn line(&mut self, number: usize, start: usize, text: &str, host: Host) {
        // Some editors begin a file with this mark.
        let text = text.trim_start_matches('\u{feff}');
        let mut odd = Vec::new();
        let said = match host {
            Host::GitHub => github::line(text).map_err(|why| format!("GitHub skips this line: {why}")),
            Host::GitLab => {
                gitlab::line(text, &mut odd).map_err(|why| format!("GitLab makes nothing of this line: {why}"))
            }
        };
        let location = self.at(number, start, text);
        self.wrong.extend(
            odd.into_iter().map(|why| (location.clone(), format!("GitLab leaves out a part of this line: {why}"))),
        );
        match said {
            Ok(None) => {}
            Ok(Some(Line::Section { name, defaults })) => self.begin(name, defaults),
            Ok(Some(Line::Entry { pattern, owners, excludes })) => {
                let owners = if owners.is_empty() && !excludes { self.defaults.clone() } else { owners };
                self.entries.push(Entry { pattern, section: self.section, owners, excludes, location });
            }
            Err(why) => self.wrong.push((location, why)),
        }
    }
}

impl CodeOwners {
    /// Who owns `path`, section by section: by the last line of the section that means it, unless that has no owners or a
    /// line of the section excludes the path.
    fn of(&self, path: &RepoPath) -> Vec<Said<'_>> {
        let names: Vec<&str> = path.as_str().split('/').collect();
        let mut last: Vec<Option<&Entry>> = vec![None; self.sections.len()];
        let mut open = self.sections.len();
        let mut excluded = vec![false; self.sections.len()];
        let any_exclusion = self.entries.iter().any(|entry| entry.excludes);
        for entry in self.entries.iter().rev() {
            let decided = last[entry.section].is_some();
            if (decided && !entry.excludes) || excluded[entry.section] || !entry.pattern.matches(&names) {
                continue;
            }
            if entry.excludes {
                excluded[entry.section] = true;
            } else {
                last[entry.section] = Some(entry);
                open -= 1;
                if open == 0 && !any_exclusion {
                    break;
                }
            }
        }
        let said = last.into_iter().zip(excluded).zip(&self.sections).filter_map(|((entry, excluded), section)| {
            let entry = entry.filter(|entry| !excluded && !entry.owners.is_empty())?;
            Some(Said { section: section.as_deref(), owners: &entry.owners, location: &entry.location })
        });
        said.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who owns `path`: "team" or "Section: team", and how many problems there are.
    fn owners(files: &[(&str, &str)], path: &str) -> (Vec<String>, Vec<String>) {
        let files = FileSet::from_texts(files.iter().copied());
        let mut problems = Vec::new();
        let read = AllOwners::read(&files, &[RepoPath::root()], &mut problems);
        let said = read.of(&RepoPath::new(path).expect("a path"));
        let one = |said: &Said<'_>| {
            let names: Vec<&str> = said.owners.iter().map(|owner| owner.name.as_str()).collect();
            let section = said.section.map(|section| format!("{section}: ")).unwrap_or_default();
            format!("{section}{} (line {})", names.join(" "), said.location.line)
        };
        let told = |problem: &Problem| {
            let at = problem.location.as_ref().map(|at| format!("{}:{}: ", at.path, at.line)).unwrap_or_default();
            at + &problem.message
        };
        (said.iter().map(one).collect(), problems.iter().map(told).collect())
    }

    #[test]
    fn the_last_line_that_means_a_path_counts() {
        let text = "* @all\n/orders/ @orders\n/orders/api/ @api @orders\n/orders/gen/\n";
        let of = |path| owners(&[(".github/CODEOWNERS", text)], path).0;
        assert_eq!(of("README.md"), ["@all (line 1)"]);
        assert_eq!(of("orders/a.ts"), ["@orders (line 2)"]);
        assert_eq!(of("orders/api/a.ts"), ["@api @orders (line 3)"]);
        assert_eq!(of("orders/gen/a.ts"), Vec::<String>::new(), "a line without owners takes them away");
    }

    #[test]
    fn the_first_place_that_has_a_file_counts() {
        let all = [(".github/CODEOWNERS", "* @first"), ("CODEOWNERS", "* @second"), ("docs/CODEOWNERS", "* @third")];
        assert_eq!(owners(&all, "a").0, ["@first (line 1)"]);
        assert_eq!(owners(&all[1..], "a").0, ["@second (line 1)"]);
        assert_eq!(owners(&all[2..], "a").0, ["@third (line 1)"]);
        assert_eq!(owners(&[("src/CODEOWNERS", "* @nobody")], "a").0, Vec::<String>::new());
    }

    #[test]
    fn every_repository_has_a_file_of_its_own() {
        let texts = [
            ("shop/CODEOWNERS", "/src/ @shop"),
            ("shop/bank/.github/CODEOWNERS", "/src/ @bank"),
            ("CODEOWNERS", "* @no"),
        ];
        let files = FileSet::from_texts(texts);
        let roots = ["shop", "shop/bank"].map(|root| RepoPath::new(root).expect("a path"));
        let read = AllOwners::read(&files, &roots, &mut Vec::new());
        let of = |path: &str| {
            let said = read.of(&RepoPath::new(path).expect("a path"));
            said.first().map(|said| format!("{} {}", said.owners[0].name, said.location.path))
        };
        assert_eq!(of("shop/src/a.ts").as_deref(), Some("@shop shop/CODEOWNERS"));
        assert_eq!(of("shop/bank/src/a.ts").as_deref(), Some("@bank shop/bank/.github/CODEOWNERS"));
        assert_eq!(of("src/a.ts"), None);
    }

    #[test]
    fn a_file_where_both_hosts_look_is_told_by_what_is_around_it() {
        let text = "/src @team\n";
        let of = |files: &[(&str, &str)]| owners(files, "src/a.ts").0;
        assert_eq!(of(&[("CODEOWNERS", text)]), ["@team (line 1)"]);
        assert_eq!(of(&[("CODEOWNERS", text), (".gitlab-ci.yml", "")]), Vec::<String>::new(), "a folder is no file");
        assert_eq!(of(&[("CODEOWNERS", text), (".gitlab-ci.yml", ""), (".github/x.yml", "")]), ["@team (line 1)"]);
        assert_eq!(of(&[("CODEOWNERS", "[Code] @team\n/src/\n")]), ["Code: @team (line 2)"]);
        assert_eq!(of(&[(".gitlab/CODEOWNERS", "/src/ @team")]), ["@team (line 1)"]);
    }

    #[test]
    fn every_section_has_its_say() {
        let text = "* @admin\n[Docs]\n*.md @writers\n[Orders][2] @orders\n/orders/\n!/orders/gen/\n\
                    /orders/gen/a.md @late\n[DOCS] @more\n/orders/notes.md\n";
        let of = |path| owners(&[(".gitlab/CODEOWNERS", text)], path).0;
        assert_eq!(of("orders/a.ts"), ["@admin (line 1)", "Orders: @orders (line 5)"]);
        assert_eq!(of("orders/b.md"), ["@admin (line 1)", "Docs: @writers (line 3)", "Orders: @orders (line 5)"]);
        assert_eq!(of("orders/gen/a.md"), ["@admin (line 1)", "Docs: @writers (line 3)"], "excluded stays excluded");
        assert_eq!(
            of("orders/notes.md"),
            ["@admin (line 1)", "Docs: @more (line 9)", "Orders: @orders (line 5)"],
            "sections of one name are one"
        );
    }

    #[test]
    fn what_a_host_skips_is_told_with_its_place() {
        let text = "* @all\n!docs/ @docs\n/orders/ nobody\n";
        let (said, problems) = owners(&[("CODEOWNERS", text)], "orders/a");
        assert_eq!(said, ["@all (line 1)"]);
        assert_eq!(
            problems,
            [
                "CODEOWNERS:2: GitHub skips this line: the pattern `!docs/` begins with `!`, which GitHub does not know",
                "CODEOWNERS:3: GitHub skips this line: `nobody` is no owner",
            ]
        );
        let (_, problems) = owners(&[(".gitea/CODEOWNERS", ".* @all")], "a");
        assert_eq!(problems.len(), 1);
        let many = "!x @a\n".repeat(TOLD + 5);
        let (_, problems) = owners(&[("CODEOWNERS", &many)], "a");
        assert_eq!(problems.len(), TOLD + 1);
        assert!(problems[TOLD].contains("5 more lines"), "{problems:?}");
    }

    #[test]
    fn addresses_do_not_come_out() {
        let (said, problems) = owners(&[("CODEOWNERS", "* ana.lopez@shop.example\n")], "a");
        assert_eq!((said, problems), (vec!["ana.lopez@… (line 1)".to_owned()], Vec::new()));
    }
}
