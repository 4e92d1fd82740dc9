//! Lines of `CODEOWNERS` as GitHub reads them: the last line that means a path counts, and a line with an error counts for
//! nothing.
//!
//! Source: "About code owners" in GitHub's documentation. What it leaves open (a pattern with a slash in its middle begins
//! at the root, a pattern that ends in a name means what lies below it as well, one that ends in `/*` does not) is as in
//! `gitignore`, but for the last.

use super::{
    file::{Line, Owner, words},
    pattern::{Builder, Pattern, Signs},
};

/// What a line says; none if it is empty or a comment.
///
/// # Errors
/// Why GitHub skips the line, in words.
pub(super) fn line(text: &str) -> Result<Option<Line>, String> {
    let all = words(text);
    let mut words = all.iter().map(String::as_str).take_while(|word| !word.starts_with('#'));
    let Some(first) = words.next() else { return Ok(None) };
    let pattern = pattern(first)?;
    let owners = words.map(|word| owner(word).ok_or_else(|| format!("`{word}` is no owner")));
    Ok(Some(Line::Entry { pattern, owners: owners.collect::<Result<_, _>>()?, excludes: false }))
}

fn owner(word: &str) -> Option<Owner> {
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match word.strip_prefix('@') {
        Some(name) => {
            let (organisation, team) = name.split_once('/').map_or((name, None), |(name, team)| (name, Some(team)));
            (is_name(organisation) && team.is_none_or(is_name)).then(|| Owner::named(word))
        }
        None => Owner::address(word),
    }
}

fn pattern(text: &str) -> Result<Pattern, String> {
    let wrong = |why: &str| Err(format!("the pattern `{text}` {why}"));
    if text.starts_with('!') {
        return wrong("begins with `!`, which GitHub does not know");
    }
    if text.contains(['[', ']']) {
        return wrong("has brackets, which GitHub does not know");
    }
    if text.starts_with("\\#") {
        return wrong("begins with `\\#`, which GitHub does not know");
    }
    if text.contains("***") {
        return wrong("has three stars in a row");
    }
    let (rooted, rest) = text.strip_prefix('/').map_or((false, text), |rest| (true, rest));
    let (inside_only, body) = rest.strip_suffix('/').map_or((false, rest), |body| (true, body));
    if body.is_empty() {
        return wrong("means no file");
    }
    let names: Vec<&str> = body.split('/').collect();
    let anywhere = !rooted && names.len() == 1;
    let mut builder = if anywhere { Builder::default().names() } else { Builder::default() };
    for name in &names {
        builder = match *name {
            "**" => builder.names(),
            name => builder.name(name, Signs::Few),
        };
    }
    let builder = match names.last().copied() {
        _ if inside_only => builder.names().any_name(),
        Some("**") => builder.any_name(),
        // `docs/*` is what lies in `docs`, and nothing deeper.
        Some("*") => builder,
        _ => builder.names(),
    };
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(text: &str, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        pattern(text).expect("a pattern").matches(&names)
    }

    #[test]
    fn patterns_mean_what_githubs_page_says() {
        // The pattern, what it means, and what it does not.
        let cases: [(&str, &[&str], &[&str]); 17] = [
            ("*", &["a", "a/b/c.rs", ".env"], &[]),
            ("*.js", &["a.js", "a/b/c.js"], &["a.jsx"]),
            ("/build/logs/", &["build/logs/a", "build/logs/b/c"], &["a/build/logs/a", "build/logs"]),
            ("docs/*", &["docs/getting-started.md"], &["docs/build-app/troubleshooting.md", "a/docs/x.md"]),
            ("apps/", &["apps/a", "b/apps/c/d"], &["apps", "myapps/a"]),
            ("/docs/", &["docs/a", "docs/b/c"], &["b/docs/a"]),
            ("/apps/github", &["apps/github", "apps/github/a/b"], &["apps/githubs", "apps/a"]),
            ("**/logs", &["logs", "build/logs", "deeply/nested/logs/a.txt"], &["logs.txt"]),
            ("apps/github", &["apps/github/a"], &["x/apps/github/a"]),
            ("github", &["github", "a/github/b"], &["githubs"]),
            ("/*", &["README.md"], &["a/b"]),
            ("/services/*/src/", &["services/a/src/x.ts"], &["services/a/b/src/x.ts", "services/src/x.ts"]),
            ("/services/**/src", &["services/src/x", "services/a/b/src/x"], &["a/services/src"]),
            ("src/**", &["src/a", "src/a/b"], &["src", "x/src/a"]),
            ("src/*.ts", &["src/a.ts"], &["src/a/b.ts"]),
            (r"with\ space/", &["with space/a"], &["with/a"]),
            ("**", &["a", "a/b"], &[]),
        ];
        for (text, yes, no) in cases {
            for path in yes {
                assert!(means(text, path), "{text} means {path}");
            }
            for path in no {
                assert!(!means(text, path), "{text} does not mean {path}");
            }
        }
    }

    #[test]
    fn case_counts() {
        assert!(!means("/Docs/", "docs/a"));
    }

    #[test]
    fn lines_with_an_error_are_none() {
        let wrong = [
            "!docs/ @a",
            "[ab].rs @a",
            r"\#x @a",
            "/ @a",
            "a*** @a",
            "docs/ @a nobody",
            "docs/ @",
            "docs/ @a/b/c",
            "docs/ a@",
        ];
        for text in wrong {
            assert!(line(text).is_err(), "{text}");
        }
        for text in ["", "   ", "# docs/ @a", "  # x"] {
            assert!(matches!(line(text), Ok(None)), "{text:?}");
        }
    }

    #[test]
    fn owners_are_names_teams_and_addresses() {
        let owners = |text: &str| match line(text).expect("a line").expect("an entry") {
            Line::Entry { owners, .. } => owners.into_iter().map(|owner| owner.name).collect::<Vec<_>>(),
            Line::Section { .. } => panic!("GitHub has no sections"),
        };
        assert_eq!(owners("*.js @js-owner @org/team docs@example.com # because"), ["@js-owner", "@org/team", "docs@…"]);
        assert_eq!(owners("/apps/github"), Vec::<String>::new());
    }
}
