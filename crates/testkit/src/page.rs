//! [`Page`]: a Markdown page that is a test as well.
//!
//! A case is a section whose level is that of the first section with a block of its own. It may hold
//! - a `history` block: a [`Script`]. `history +` takes the history and the files of the case before, and adds to them;
//! - `history in FOLDER` blocks: the histories of repositories of their own in folders of the case's; the files below such
//!   a folder are those of its repository;
//! - blocks with a language and a path (`` ```yaml serverless.yml ``): the files as they are at the end;
//! - `console` blocks: `$ lockstep …` lines, each with what it prints and a last line `? CODE`.
//!
//! Blocks without a path are prose, and so is a console block whose case has neither history nor files.

use std::path::{Path, PathBuf};

use crate::{PageError, Plan, Script};

/// A page and its cases.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it lies; empty if it was read from a text.
    pub path: PathBuf,
    /// Its lines, without their ends.
    pub lines: Vec<String>,
    /// Its cases, in order. Sections that are prose only are none.
    pub cases: Vec<Case>,
}

/// A repository, and what is run in it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The heading.
    pub title: String,
    /// The line of the heading, from 1.
    pub line: usize,
    /// The history; none if the page gives none.
    pub script: Option<Script>,
    /// The histories of repositories in folders of this one, by the folder.
    pub nested: Vec<(String, Script)>,
    /// The files at the end.
    pub files: Vec<Block>,
    /// What is run, in order.
    pub invocations: Vec<Invocation>,
}

/// A file shown in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence, from 1.
    pub line: usize,
    /// Its path in the repository.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// One command with its expected output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The line of the command, from 1.
    pub line: usize,
    /// The command as written, after `$ `.
    pub command: String,
    /// The expected output, line by line.
    pub expected: Vec<String>,
    /// The expected exit code: 0 if none is written.
    pub code: i32,
    /// The lines of expectation and code in [`Page::lines`], counted from 0.
    pub range: std::ops::Range<usize>,
}

impl Case {
    /// The repository as a plan.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn plan(&self) -> Result<Plan, PageError> {
        if self.nested.is_empty() {
            return Plan::new(self.script.as_ref(), &self.files);
        }
        let own: Vec<Block> = self.files.iter().filter(|file| self.nested_in(file).is_none()).cloned().collect();
        Plan::new(Some(&self.script.clone().unwrap_or_default()), &own)
    }

    /// The repositories in folders of this one as plans, by the folder.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn nested_plans(&self) -> Result<Vec<(String, Plan)>, PageError> {
        let plan = |(folder, script): &(String, Script)| {
            let inside = |file: &Block| {
                let path = self.nested_in(file).filter(|found| found.0 == folder)?.1.to_owned();
                Some(Block { path, ..file.clone() })
            };
            let files: Vec<Block> = self.files.iter().filter_map(inside).collect();
            Ok((folder.clone(), Plan::new(Some(script), &files)?))
        };
        self.nested.iter().map(plan).collect()
    }

    /// The folder of the nested repository that a file is of, and its path there.
    fn nested_in<'a>(&'a self, file: &'a Block) -> Option<(&'a str, &'a str)> {
        self.nested.iter().find_map(|(folder, _)| {
            Some((folder.as_str(), file.path.strip_prefix(folder.as_str())?.strip_prefix('/')?))
        })
    }
}

impl Page {
    /// Reads the page at `path`.
    ///
    /// # Errors
    /// If it cannot be read (line 0), or a block cannot be understood.
    pub fn read(path: &Path) -> Result<Self, PageError> {
        let text = std::fs::read_to_string(path).map_err(|error| PageError::new(0, error.to_string()))?;
        Ok(Self { path: path.to_owned(), ..Self::parse(&text)? })
    }

    /// Reads a page from its text.
    ///
    /// # Errors
    /// If a block cannot be understood.
    pub fn parse(text: &str) -> Result<Self, PageError> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let sections = sections(&lines)?;
        let level =
            sections.iter().find(|section| section.fences.iter().any(Fence::matters)).map(|section| section.level);
        let mut cases: Vec<Case> = Vec::new();
        let mut open = false;
        for section in &sections {
            // A deeper section goes on with the case; one above it ends it.
            if !open || level.is_some_and(|level| section.level <= level) {
                cases.push(Case { title: section.title.clone(), line: section.line, ..Case::default() });
                open = true;
            }
            let earlier = cases.split_last().map_or(&[][..], |(_, earlier)| earlier);
            let before = earlier.iter().rev().find(|case| case.is_test()).cloned();
            if let Some(case) = cases.last_mut() {
                for fence in &section.fences {
                    case.take(fence, &lines, before.as_ref())?;
                }
            }
        }
        // Prose keeps no case, but a case without commands may be built upon.
        cases.retain(Case::is_test);
        Ok(Self { path: PathBuf::new(), lines, cases })
    }
}

impl Case {
    /// True if it describes a repository; else it is prose.
    fn is_test(&self) -> bool {
        self.script.is_some() || !self.files.is_empty() || !self.nested.is_empty()
    }

    fn take(&mut self, fence: &Fence, lines: &[String], before: Option<&Self>) -> Result<(), PageError> {
        let body = &lines[fence.body.clone()];
        match (fence.language.as_str(), fence.rest.as_str()) {
            ("history", rest) => self.take_history(fence, body, rest, before)?,
            ("console", _) => self.invocations.extend(invocations(body, fence.body.start)),
            (_, "") => {}
            (_, path) => {
                let sound = !path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git"));
                if !sound {
                    return Err(PageError::new(fence.line, format!("`{path}` is no path inside a repository")));
                }
                let text: String = body.iter().map(|line| format!("{line}\n")).collect();
                let block = Block { line: fence.line, path: path.to_owned(), text };
                match self.files.iter_mut().find(|file| file.path == path) {
                    // One that came with `history +` is replaced.
                    Some(file) if file.line < self.line => *file = block,
                    Some(file) => {
                        let message = format!("`{path}` is shown already, in line {}", file.line);
                        return Err(PageError::new(fence.line, message));
                    }
                    None => self.files.push(block),
                }
            }
        }
        Ok(())
    }

    fn take_history(
        &mut self,
        fence: &Fence,
        body: &[String],
        rest: &str,
        before: Option<&Self>,
    ) -> Result<(), PageError> {
        if let Some(folder) = rest.strip_prefix("in ") {
            let script = Script::parse(&body.join("\n"), fence.body.start + 1)?;
            self.nested.push((folder.trim().to_owned(), script));
            return Ok(());
        }
        if self.script.is_some() {
            return Err(PageError::new(fence.line, "a second `history` in one case"));
        }
        let script = Script::parse(&body.join("\n"), fence.body.start + 1)?;
        self.script = Some(match rest {
            "" => script,
            "+" => {
                let before = before.ok_or_else(|| PageError::new(fence.line, "there is no case before this one"))?;
                let inherited = before.files.iter().filter(|file| self.files.iter().all(|own| own.path != file.path));
                let inherited: Vec<Block> = inherited.cloned().collect();
                self.files.extend(inherited);
                before.script.as_ref().map_or_else(|| script.clone(), |first| first.followed_by(&script))
            }
            other => {
                return Err(PageError::new(
                    fence.line,
                    format!("`history {other}`: only `history`, `history +` and `history in FOLDER`"),
                ));
            }
        });
        Ok(())
    }
}

struct Section {
    title: String,
    line: usize,
    level: usize,
    fences: Vec<Fence>,
}

struct Fence {
    line: usize,
    language: String,
    /// What follows the language: a path, mostly.
    rest: String,
    body: std::ops::Range<usize>,
}

impl Fence {
    /// True if it is more than prose, wherever it stands.
    fn matters(&self) -> bool {
        self.language == "history" || (self.language != "console" && !self.rest.is_empty())
    }
}

fn sections(lines: &[String]) -> Result<Vec<Section>, PageError> {
    let mut sections = vec![Section { title: String::new(), line: 1, level: 0, fences: Vec::new() }];
    let mut index = 0;
    while index < lines.len() {
        let line = &lines[index];
        if let Some((mark, info)) = opening(line) {
            let end = lines[index + 1..].iter().position(|line| closes(line, mark));
            let end = end.ok_or_else(|| PageError::new(index + 1, "a fenced block is not closed"))? + index + 1;
            let (language, rest) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
            // `rust,ignore` and the like are rustdoc's.
            let rest = if language.contains([',', '{']) { "" } else { rest.trim().trim_matches('"') };
            let fence =
                Fence { line: index + 1, language: language.to_owned(), rest: rest.to_owned(), body: index + 1..end };
            if let Some(section) = sections.last_mut() {
                section.fences.push(fence);
            }
            index = end + 1;
            continue;
        }
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && line[level..].starts_with(' ') {
            let title = line[level..].trim().to_owned();
            sections.push(Section { title, line: index + 1, level, fences: Vec::new() });
        }
        index += 1;
    }
    Ok(sections)
}

/// The fence's mark (three or more of one character) and what follows it.
fn opening(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_start_matches(' ');
    if line.len() - text.len() > 3 {
        return None;
    }
    let letter = text.chars().next().filter(|letter| matches!(letter, '`' | '~'))?;
    let length = text.chars().take_while(|other| *other == letter).count();
    let (mark, info) = text.split_at(length);
    (length >= 3 && !(letter == '`' && info.contains('`'))).then(|| (mark, info.trim()))
}

fn closes(line: &str, mark: &str) -> bool {
    let line = line.trim();
    line.starts_with(mark) && line.bytes().all(|byte| byte == mark.as_bytes()[0])
}

fn invocations(body: &[String], first: usize) -> Vec<Invocation> {
    let mut found: Vec<Invocation> = Vec::new();
    for (offset, line) in body.iter().enumerate() {
        let number = first + offset;
        if let Some(command) = line.strip_prefix("$ ") {
            found.push(Invocation {
                line: number + 1,
                command: command.trim().to_owned(),
                expected: Vec::new(),
                code: 0,
                range: number + 1..number + 1,
            });
        } else if let Some(invocation) = found.last_mut() {
            invocation.range.end = number + 1;
            invocation.expected.push(line.clone());
        }
    }
    for invocation in &mut found {
        while invocation.expected.last().is_some_and(|line| line.trim().is_empty()) {
            invocation.expected.pop();
        }
        let code = invocation.expected.last().and_then(|line| line.strip_prefix("? ")?.trim().parse().ok());
        if let Some(code) = code {
            invocation.code = code;
            invocation.expected.pop();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A rule\n\n```console\n$ cargo install it\n```\n\n## First\nWords.\n\n```history\nd1 ana \"s\" A a.ts\n```\n\n\
        ```yaml serverless.yml\nx: 1\n```\n\n### Deeper\n```console\n$ lockstep check\nout\n\n...\n? 1\n$ lockstep rules\n```\n\n\
        ## Prose\n```yaml\nnot: a file\n```\n\n## Second\n```history +\nd2 ana \"t\" M a.ts\n```\n````yaml serverless.yml\n```\n````\n\
        ```console\n$ lockstep\n? 0\n```\n";

    #[test]
    fn a_page_has_cases() {
        let page = Page::parse(PAGE).unwrap();
        let titles: Vec<_> = page.cases.iter().map(|case| (case.title.as_str(), case.line)).collect();
        assert_eq!(titles, [("First", 7), ("Second", 33)]);
        let first = &page.cases[0];
        assert_eq!(first.files, [Block { line: 14, path: "serverless.yml".into(), text: "x: 1\n".into() }]);
        let seen: Vec<_> =
            first.invocations.iter().map(|run| (run.command.as_str(), run.code, run.expected.len())).collect();
        assert_eq!(seen, [("lockstep check", 1, 3), ("lockstep rules", 0, 0)]);
        assert_eq!(page.lines[first.invocations[0].range.clone()], ["out", "", "...", "? 1"]);
    }

    #[test]
    fn a_case_can_go_on_from_the_one_before() {
        let page = Page::parse(PAGE).unwrap();
        let second = &page.cases[1];
        assert_eq!(second.script.as_ref().unwrap().commits.len(), 2);
        assert_eq!(second.files.len(), 1);
        assert_eq!(second.files[0].text, "```\n");
        assert_eq!(second.plan().unwrap().final_files().len(), 2);
    }

    #[test]
    fn errors_name_the_line_of_the_page() {
        let cases = [
            (
                "# a\n```history\nd1 ana \"t\" A x\nnonsense\n```\n",
                "line 4: `nonsense` is no day: `d1`, `d2..d9`, `d2..d30/7`",
            ),
            ("# a\n```yaml ../x.yml\n```\n", "line 2: `../x.yml` is no path inside a repository"),
            ("# a\n```yaml x.yml\n", "line 2: a fenced block is not closed"),
            ("# a\n```yaml x.yml\n```\n```yaml x.yml\n```\n", "line 4: `x.yml` is shown already, in line 2"),
            ("# a\n```history\n```\n```history\n```\n", "line 4: a second `history` in one case"),
            (
                "# a\n```history twice\n```\n",
                "line 2: `history twice`: only `history`, `history +` and `history in FOLDER`",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(Page::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn prose_is_no_test() {
        assert!(Page::parse("# a\n```console\n$ lockstep check\n```\n```sh\nls\n```\n").unwrap().cases.is_empty());
    }
}
