//! Lines of `CODEOWNERS` as GitLab reads them: sections that each have a say, with owners of their own, and paths that are
//! exempt.
//!
//! Source: "Syntax of CODEOWNERS file" in GitLab's documentation. A pattern means files, never what lies below a folder,
//! unless it ends in `/`; without a slash at its beginning it begins anywhere. That is how Ruby's `File.fnmatch` reads them,
//! with a `**` that is a whole name and not the last one for any number of names.

use super::{
    file::{Line, Owner, words},
    pattern::{Builder, Pattern, Signs},
};

/// What a line says; none if it is empty or a comment. What is odd about it is added to `odd`, in words: GitLab takes the
/// rest.
///
/// # Errors
/// Why GitLab makes nothing of the line, in words.
pub(super) fn line(text: &str, odd: &mut Vec<String>) -> Result<Option<Line>, String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let (optional, heading) = text.strip_prefix('^').map_or((false, text), |heading| (true, heading));
    if heading.starts_with('[') || optional {
        return section(heading, odd).map(Some);
    }
    let all = words(text);
    let Some((first, owners)) = all.split_first() else { return Ok(None) };
    let (excludes, pattern_text) = first.strip_prefix('!').map_or((false, first.as_str()), |rest| (true, rest));
    let pattern = pattern(pattern_text)?;
    Ok(Some(Line::Entry { pattern, owners: if excludes { Vec::new() } else { people(owners, odd) }, excludes }))
}

/// `[Name][2] @default @owners`, the first bracket included.
fn section(heading: &str, odd: &mut Vec<String>) -> Result<Line, String> {
    let broken = || format!("`{heading}` is no heading of a section");
    let (name, rest) = heading.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or_else(broken)?;
    let rest = match rest.strip_prefix('[') {
        Some(approvals) => {
            let (number, rest) = approvals.split_once(']').ok_or_else(broken)?;
            if !number.chars().all(|digit| digit.is_ascii_digit()) {
                return Err(broken());
            }
            rest
        }
        None => rest,
    };
    if name.trim().is_empty() || !(rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        return Err(broken());
    }
    Ok(Line::Section { name: name.trim().to_owned(), defaults: people(&words(rest), odd) })
}

/// The owners among `words`. There are no comments at the end of a line: what looks like an owner there is one.
fn people(words: &[String], odd: &mut Vec<String>) -> Vec<Owner> {
    let (mut owners, mut comment) = (Vec::new(), false);
    for word in words {
        comment |= word.starts_with('#');
        match owner(word) {
            Some(owner) => owners.push(owner),
            None if comment => {}
            None => odd.push(format!("`{word}` is no owner")),
        }
    }
    owners
}

fn owner(word: &str) -> Option<Owner> {
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    match word.strip_prefix('@') {
        // `@@developer` is a role.
        Some(name) => name.strip_prefix('@').unwrap_or(name).split('/').all(is_name).then(|| Owner::named(word)),
        None => Owner::address(word),
    }
}

fn pattern(text: &str) -> Result<Pattern, String> {
    let unescaped = text.strip_prefix("\\#").map(|rest| format!("#{rest}"));
    let text = unescaped.as_deref().unwrap_or(text);
    let (rooted, rest) = text.strip_prefix('/').map_or((false, text), |rest| (true, rest));
    let (inside, body) = rest.strip_suffix('/').map_or((false, rest), |body| (true, body));
    if body.is_empty() && !inside {
        return Err(format!("the pattern `{text}` means no file"));
    }
    let mut builder = if rooted { Builder::default() } else { Builder::default().names() };
    let names: Vec<&str> = if body.is_empty() { Vec::new() } else { body.split('/').collect() };
    for (at, name) in names.iter().enumerate() {
        let last = at + 1 == names.len() && !inside;
        builder = match *name {
            "**" if !last => builder.names(),
            name => builder.name(name, Signs::Ranges),
        };
    }
    Ok(if inside { builder.names().any_name() } else { builder }.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Line {
        line(text, &mut Vec::new()).expect("a sound line").expect("a line that says something")
    }

    #[test]
    fn patterns_mean_what_gitlabs_page_says() {
        let cases: [(&str, &[&str], &[&str]); 15] = [
            ("*", &["a", "a/b/c.rb"], &[]),
            ("*.rb", &["a.rb", "a/b.rb"], &["a.rbx"]),
            ("/README.md", &["README.md"], &["docs/README.md"]),
            ("README.md", &["README.md", "internal/README.md", "app/lib/README.md"], &["README.mdx"]),
            ("internal/README.md", &["internal/README.md", "docs/internal/README.md"], &["README.md"]),
            ("/docs/", &["docs/a", "docs/a/b"], &["a/docs/b"]),
            ("lib/", &["lib/a", "a/lib/b/c"], &["lib"]),
            // Not what lies below: GitHub reads the same line otherwise.
            ("/docs", &["docs"], &["docs/a"]),
            ("/docs/*.md", &["docs/a.md"], &["docs/a/b.md"]),
            ("/docs/*/README.md", &["docs/api/README.md"], &["docs/README.md", "docs/a/b/README.md"]),
            ("/docs/**/index.md", &["docs/index.md", "docs/api/graphql/index.md"], &["index.md"]),
            ("/docs/**", &["docs/a"], &["docs/a/b"]),
            (r"\#file_with_pound.rb", &["#file_with_pound.rb"], &["file_with_pound.rb"]),
            (r"path\ with\ spaces/", &["path with spaces/a"], &["spaces/a"]),
            ("/[ab].rb", &["a.rb"], &["c.rb"]),
        ];
        for (text, yes, no) in cases {
            let pattern = pattern(text).expect("a pattern");
            let means = |path: &str| pattern.matches(&path.split('/').collect::<Vec<_>>());
            for path in yes {
                assert!(means(path), "{text} means {path}");
            }
            for path in no {
                assert!(!means(path), "{text} does not mean {path}");
            }
        }
    }

    #[test]
    fn headings_have_a_name_perhaps_a_number_and_defaults() {
        let heading = |text: &str| match read(text) {
            Line::Section { name, defaults } => {
                format!("{name}: {}", defaults.iter().map(|owner| owner.name.as_str()).collect::<Vec<_>>().join(" "))
            }
            Line::Entry { .. } => panic!("{text} is a heading"),
        };
        assert_eq!(heading("[Data Base]"), "Data Base: ");
        assert_eq!(heading("^[Docs] @docs"), "Docs: @docs");
        assert_eq!(heading("[Docs][2] @docs @group/sub-group x@y.example"), "Docs: @docs @group/sub-group x@…");
        for broken in ["[Docs", "[] @a", "[Docs][two]", "[Docs]x", "^Docs"] {
            assert!(line(broken, &mut Vec::new()).is_err(), "{broken}");
        }
    }

    #[test]
    fn owners_are_also_roles_and_those_of_comments() {
        let mut odd = Vec::new();
        let Ok(Some(Line::Entry { owners, .. })) = line("*.rb @@developer bob @ruby # ask @ana or bob", &mut odd)
        else {
            panic!("an entry")
        };
        assert_eq!(
            owners.iter().map(|owner| owner.name.as_str()).collect::<Vec<_>>(),
            ["@@developer", "@ruby", "@ana"]
        );
        assert_eq!(odd, ["`bob` is no owner"]);
        assert!(matches!(read("!pom.xml"), Line::Entry { excludes: true, .. }));
    }
}
