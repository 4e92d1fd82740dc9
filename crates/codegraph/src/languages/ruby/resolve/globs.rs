//! Patterns of files, as Ruby's `Dir.glob` reads them: `**/*.rb`, `{a,b}/*`.

/// Nobody writes more alternatives, or longer patterns.
const MOST: usize = 32;

/// True for a path that holds a pattern.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '{'])
}

/// What stands before the first folder that is a pattern, with the separator behind it left out.
pub(super) fn fixed(pattern: &str) -> &str {
    let first = pattern.find(['*', '?', '{']).unwrap_or(pattern.len());
    let start = pattern[..first].rfind('/').unwrap_or(0);
    if start == 0 && !pattern.starts_with('/') { "." } else { &pattern[..start] }
}

/// True if `path` is called like `pattern`.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let path: Vec<&str> = path.split('/').collect();
    alternatives(pattern).iter().any(|pattern| {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).take(MOST).collect();
        folders(&parts, &path)
    })
}

/// The patterns that `{a,b}` stands for.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(next) = open.pop() {
        let braces = next.find('{').and_then(|start| Some((start, start + next[start..].find('}')?)));
        match braces.filter(|_| done.len() + open.len() < MOST) {
            Some((start, end)) => {
                let inside = next[start + 1..end].split(',').take(MOST);
                open.extend(inside.map(|part| format!("{}{part}{}", &next[..start], &next[end + 1..])));
            }
            None => done.push(next),
        }
    }
    done
}

/// Folder by folder; `**` stands for any number of them. Keeps for every place in the path whether it can be reached.
fn folders(pattern: &[&str], path: &[&str]) -> bool {
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            if *part == "**" {
                next[at] = reached[at] || (at > 0 && next[at - 1]);
            } else if at > 0 {
                next[at] = reached[at - 1] && name(part.as_bytes(), path[at - 1].as_bytes());
            }
        }
        reached = next;
    }
    reached[path.len()]
}

/// One name; `*` stands for any letters, `?` for one.
fn name(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star = None;
    while place < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(sign) if *sign == b'?' || *sign == text[place] => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((before, from)) => {
                    at = before + 1;
                    place = from + 1;
                    star = Some((before, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|sign| *sign == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_as_ruby_reads_them() {
        let cases = [
            ("*.rb", "a.rb", true),
            ("*.rb", "a/b.rb", false),
            ("**/*.rb", "a.rb", true),
            ("**/*.rb", "a/b/c.rb", true),
            ("{models,lib}/*.rb", "lib/a.rb", true),
            ("{models,lib}/*.rb", "app/a.rb", false),
            ("a?_*.rb", "ab_c.rb", true),
            ("**/**/**/x", &"a/".repeat(2000), false),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
        assert_eq!((fixed("./lib/**/*.rb"), fixed("*.rb"), fixed("/var/task/x/*.rb")), ("./lib", ".", "/var/task/x"));
    }
}
