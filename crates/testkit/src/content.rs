//! Made-up text for files that a page does not show, and the marks that tell versions of a file apart.

/// How a version is marked in a language.
enum Mark {
    /// Around a number: a statement where the language has a harmless one, so that the syntax tree changes too and
    /// the change is no mere matter of form; else a comment.
    Line(&'static str, &'static str),
    /// Neither statements nor comments are allowed: empty lines at the end.
    Space,
}

fn mark(path: &str) -> Mark {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map_or(name, |(_, extension)| extension) {
        "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" => Mark::Line("void ", ";"),
        "py" => Mark::Line("assert ", ""),
        "rs" => Mark::Line("const _: u32 = ", ";"),
        "go" => Mark::Line("var _ = ", ""),
        "java" | "kt" | "cs" | "scala" => Mark::Line("class V", " {}"),
        "proto" => Mark::Line("message V", " {}"),
        "graphql" => Mark::Line("scalar V", ""),
        "yml" | "yaml" => Mark::Line("x-version: ", ""),
        "swift" | "jsonc" => Mark::Line("// ", ""),
        "toml" | "tf" | "hcl" | "rb" | "sh" | "gitignore" | "Dockerfile" | "Makefile" | "CODEOWNERS" => {
            Mark::Line("# ", "")
        }
        "md" | "html" | "xml" => Mark::Line("<!-- ", " -->"),
        "sql" => Mark::Line("-- ", ""),
        "css" => Mark::Line("/* ", " */"),
        _ => Mark::Space,
    }
}

/// Version `version` (from 1) of `versions` of the file at `path`: the last is `text` itself, the others carry a mark
/// at their end, so that no line moves.
pub(crate) fn version(path: &str, text: &str, version: usize, versions: usize) -> String {
    if version >= versions {
        return text.to_owned();
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    match mark(path) {
        Mark::Line(before, after) => format!("{text}{gap}{before}{version}{after}\n"),
        Mark::Space => format!("{text}{gap}{}", "\n".repeat(versions - version)),
    }
}

/// `text` with a comment at its end that tells how often it was formatted so far, unless that is `all` it ever is.
pub(crate) fn formatted(path: &str, text: String, so_far: usize, all: usize) -> String {
    if so_far >= all {
        return text;
    }
    let sign = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "py" | "rb" | "yml" | "yaml" | "toml" | "graphql" | "sh" | "tf" => "#",
        _ => "//",
    };
    format!("{text}{sign} {so_far}\n")
}

/// Text for a file that no page shows: unlike that of any other path, so that git takes none for a copy of another.
pub(crate) fn made_up(path: &str) -> String {
    let words = words(path);
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" => {
            let lines: String = words.iter().map(|word| format!("  {word},\n")).collect();
            format!("export const handler = async () => [\n{lines}];\n")
        }
        "cjs" => format!("exports.handler = async () => [{}];\n", words.join(",\n  ")),
        "py" => {
            let lines: String = words.iter().map(|word| format!("        {word},\n")).collect();
            format!("def handler(event, context):\n    return [\n{lines}    ]\n")
        }
        "rs" => format!(
            "pub fn handler() -> [u64; {}] {{\n    [\n        {}\n    ]\n}}\n",
            words.len(),
            words.join(",\n        ")
        ),
        "json" => format!("[\n  {}\n]\n", words.join(",\n  ")),
        "yml" | "yaml" | "toml" | "tf" | "hcl" | "rb" | "sh" => {
            words.iter().map(|word| format!("# {word}\n")).collect()
        }
        _ => words.iter().map(|word| format!("{word}\n")).collect(),
    }
}

/// Eight numbers that only this path has (FNV-1a, then a linear congruence).
fn words(path: &str) -> Vec<String> {
    let seed = path
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let next =
        |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(Some(seed), next).skip(1).take(8).map(|state| (state >> 16).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_version_is_the_text_and_no_two_neighbours_are_alike() {
        for path in ["a.ts", "a.py", "a.rs", "a.json", "a.yml", "Dockerfile", "x.unknown", "LICENSE"] {
            for text in ["", "no newline", "lines\n"] {
                let texts: Vec<_> = (1..=4).map(|number| version(path, text, number, 4)).collect();
                assert_eq!(texts[3], text);
                assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{path} {texts:?}");
                assert!(texts.iter().all(|version| version.starts_with(text)), "{path}");
            }
        }
    }

    #[test]
    fn made_up_files_are_not_copies_of_each_other() {
        assert_ne!(words("a.ts"), words("b.ts"));
        assert_eq!(made_up("a.json"), made_up("a.json"));
    }
}
