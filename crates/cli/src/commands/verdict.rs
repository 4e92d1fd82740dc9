//! `lockstep verdict [FUNCTION]`: is it a microservice of its own?

use std::path::{Path, PathBuf};

use lockstep_linter::{analyse, verdicts};
use lockstep_reporting::verdict::{self as render, VerdictView};

use crate::{
    args::{ListFormat, VerdictArgs},
    exit::Exit,
    session::{Session, pick, warn_incomplete},
    terminal, views,
};

/// Shows the checklist of one function, or one line for each.
pub fn verdict(args: &VerdictArgs) -> anyhow::Result<Exit> {
    let (function, paths) = wanted(args);
    let Some(session) = Session::open_all(&paths, &args.common, &[])? else { return Ok(Exit::Failed) };
    let options = session.options(&args.history)?;
    let report = session.pool.install(|| analyse(&session.project, &session.config, &options, &session.bar));
    session.bar.finish();
    let chosen = function.map(|name| pick(&report.found.functions, name)).transpose()?;
    let mut all = session.pool.install(|| verdicts(&report, &session.config));
    if let Some(number) = chosen {
        all = vec![all.swap_remove(number)];
    }
    let view = VerdictView {
        as_of: report.history.state.head.map(|_| report.graph.as_of()),
        changesets: views::changesets(&report),
        verdicts: all,
    };
    let wishes = terminal::options(&args.common);
    terminal::print(|out| match (args.format, chosen) {
        (ListFormat::Text, Some(_)) => render::write_one(&view, &wishes, out),
        (ListFormat::Text, None) => render::write_table(&view, &wishes, out),
        (ListFormat::Json, _) => render::write_json(&view, out),
    })?;
    Ok(warn_incomplete(&report))
}

/// The function and the folders that are meant: the first word may be either, if it is alone or among folders.
fn wanted(args: &VerdictArgs) -> (Option<&str>, Vec<PathBuf>) {
    let here = || vec![PathBuf::from(".")];
    match (&args.function, &args.paths[..]) {
        (Some(word), []) if is_folder(word) => (None, vec![PathBuf::from(word)]),
        (Some(word), paths) if !paths.is_empty() && is_folder(word) && paths.iter().all(|path| path.is_dir()) => {
            (None, std::iter::once(PathBuf::from(word)).chain(paths.iter().cloned()).collect())
        }
        (function, []) => (function.as_deref(), here()),
        (function, paths) => (function.as_deref(), paths.to_vec()),
    }
}

/// True for what can only be a folder: `.`, `..`, an absolute path, or one that is there and is said with a slash.
fn is_folder(word: &str) -> bool {
    let path = Path::new(word);
    path.is_dir() && (path.is_absolute() || word.starts_with('.') || word.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    #[test]
    fn a_word_alone_is_a_function_unless_it_can_only_be_a_folder() {
        let here = std::env::current_dir().unwrap().display().to_string();
        let cases: [(&str, Option<&str>, &str); 6] = [
            ("", None, "."),
            ("orders/Create", Some("orders/Create"), "."),
            ("src", Some("src"), "."),
            ("src/", None, "src/"),
            ("Create ..", Some("Create"), ".."),
            (&here, None, &here),
        ];
        for (words, function, path) in cases {
            let line = ["lockstep", "verdict"].into_iter().chain(words.split_whitespace());
            let Some(Command::Verdict(args)) = Cli::try_parse_from(line).unwrap().command else { panic!("{words}") };
            assert_eq!(wanted(&args), (function, vec![PathBuf::from(path)]), "{words}");
        }
    }
}
