//! Functions as people counted them: one file per repository, one line per function.

use std::{fs, path::Path};

use anyhow::{Context, bail};

/// What somebody counted in one repository.
#[derive(Debug, Default)]
pub struct Truth {
    /// `owner/name` on GitHub.
    pub repository: String,
    /// The commit that was counted, in full.
    pub commit: String,
    /// The platforms, as Lockstep names them, separated by commas.
    pub platforms: String,
    /// How it was counted.
    pub counted: String,
    /// The functions.
    pub functions: Vec<Counted>,
}

/// One function as it was counted.
#[derive(Debug, PartialEq, Eq)]
pub struct Counted {
    /// The file that declares it.
    pub declared_in: String,
    /// Its name or logical id.
    pub name: String,
    /// Where its code starts.
    pub entry: CountedEntry,
    /// What there is to say of it.
    pub remark: String,
}

/// Where the code of a counted function starts.
#[derive(Debug, PartialEq, Eq)]
pub enum CountedEntry {
    /// In this file.
    File(String),
    /// In the repository; which file was not looked up.
    Somewhere,
    /// Not in the repository.
    Elsewhere,
}

/// Every truth of the folder, by name of the file.
///
/// # Errors
/// If one cannot be read or says something else.
pub fn read_all(folder: &Path) -> anyhow::Result<Vec<Truth>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut paths: Vec<_> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tsv"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        parse(&text).with_context(|| format!("in `{}`", path.display()))
    };
    paths.iter().map(read).collect()
}

fn parse(text: &str) -> anyhow::Result<Truth> {
    let mut truth = Truth::default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match line.strip_prefix('#') {
            Some(said) => head(&mut truth, said),
            None => truth.functions.push(counted(line).with_context(|| format!("line {number}"))?),
        }
    }
    if truth.repository.is_empty() || truth.commit.len() != 40 {
        bail!("`# repository: owner/name` and `# commit: SHA` are asked for");
    }
    Ok(truth)
}

fn head(truth: &mut Truth, said: &str) {
    let Some((key, value)) = said.split_once(':') else { return };
    let value = value.trim().to_owned();
    match key.trim() {
        "repository" => truth.repository = value,
        "commit" => truth.commit = value,
        "platforms" | "platform" => truth.platforms = value,
        "counted" => truth.counted = value,
        _ => {}
    }
}

fn counted(line: &str) -> anyhow::Result<Counted> {
    let mut columns = line.split('\t').map(str::trim);
    let mut next = || columns.next().filter(|column| !column.is_empty());
    let (Some(declared_in), Some(name), Some(entry)) = (next(), next(), next()) else {
        bail!("file, name and entry are asked for, separated by tabs");
    };
    let entry = match entry {
        "-" => CountedEntry::Elsewhere,
        "?" => CountedEntry::Somewhere,
        file => CountedEntry::File(file.to_owned()),
    };
    let remark = columns.next().unwrap_or_default().to_owned();
    Ok(Counted { declared_in: declared_in.to_owned(), name: name.to_owned(), entry, remark })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_function() {
        let head = format!("# repository: o/n\n# commit: {}\n# platforms: terraform\n", "a".repeat(40));
        let truth = parse(&format!("{head}\nmain.tf\tgo\t-\tan image\nmain.tf\trun\tsrc/run.py\n")).unwrap();
        assert_eq!((truth.repository.as_str(), truth.platforms.as_str()), ("o/n", "terraform"));
        let [go, run] = &truth.functions[..] else { panic!("two functions: {truth:?}") };
        assert_eq!((&go.entry, go.remark.as_str()), (&CountedEntry::Elsewhere, "an image"));
        assert_eq!(run.entry, CountedEntry::File("src/run.py".into()));
        assert!(parse(&format!("{head}main.tf go -")).is_err(), "no tabs");
        assert!(parse("# repository: o/n\n").is_err(), "no commit");
    }
}
