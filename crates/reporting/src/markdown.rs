//! Text from strangers in Markdown: it ends up in code spans, where neither Markdown nor HTML nor GitHub's own marks
//! (`@name`, `#123`, bare addresses, formulas) mean anything.

use crate::escape;

/// Where a text is written: in a table a `|` ends the cell, even in a code span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A paragraph or the item of a list.
    Prose,
    /// A cell of a table.
    Cell,
}

/// Any text as one code span, cut to `columns` characters; nothing if there is none.
pub(crate) fn code(text: &str, columns: usize, place: Place) -> String {
    let mut out = String::new();
    push_code(&mut out, &escape::cut(text, columns), place);
    out
}

/// A sentence in which names stand between backticks. The names become code spans, and so does every other word that
/// could mean something. Whatever backticks a name may hold: each part of the sentence is either code or a harmless word.
pub(crate) fn sentence(text: &str, columns: usize, place: Place) -> String {
    let text = escape::cut(text, columns);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks pairs with nothing: then none does.
    let paired = parts.len() % 2 == 1;
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        if paired && number % 2 == 1 {
            push_code(&mut out, part, place);
        } else {
            push_words(&mut out, part, place);
        }
    }
    out.trim().to_owned()
}

/// `text`, which is one line, as a code span at the end of `out`.
fn push_code(out: &mut String, text: &str, place: Place) {
    if text.trim().is_empty() {
        return;
    }
    if out.ends_with(['`', '$']) {
        // Two spans side by side would be one, and a dollar before a span a formula.
        out.push(' ');
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text = match place {
        Place::Prose => text.to_owned(),
        Place::Cell => text.replace('|', "\\|"),
    };
    out.push_str(&format!("{fence}{pad}{text}{pad}{fence}"));
}

fn push_words(out: &mut String, text: &str, place: Place) {
    for word in text.split_inclusive(' ') {
        let (bare, space) = match word.strip_suffix(' ') {
            Some(bare) => (bare, " "),
            None => (word, ""),
        };
        // What stands before it without a space is of the same word: a backtick between them is gone.
        let start = format!("{}{bare}", out.trim_start());
        let means_nothing = is_plain(bare) && (start.contains(' ') || !opens_block(&start));
        match bare {
            "" => {}
            bare if means_nothing => {
                // A letter right after a code span is fine; what is no letter was looked at above.
                out.push_str(bare);
            }
            bare => push_code(out, bare, place),
        }
        if !out.is_empty() && !out.ends_with(' ') {
            out.push_str(space);
        }
    }
}

/// True if no reader of Markdown makes anything of `word` in the middle of a line.
fn is_plain(word: &str) -> bool {
    let lower = word.to_lowercase();
    !word.contains(['\\', '*', '_', '[', ']', '<', '>', '&', '~', '|', '#', '@', '$', '{', '}'])
        && !["://", "www.", "mailto:", "xmpp:", "gh-"].iter().any(|mark| lower.contains(mark))
}

/// True if a line that begins with `word` is no paragraph: the item of a list, a rule, the underline of a heading.
fn opens_block(word: &str) -> bool {
    let number = word.trim_start_matches(|c: char| c.is_ascii_digit());
    word.starts_with(['-', '+', '=', ':']) || (number.len() < word.len() && (number == "." || number == ")"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    #[test]
    fn what_means_nothing_stays_as_it_is() {
        let cases = [
            ("`a/B` and `c` change in 3 (of 4): 77 %", "`a/B` and `c` change in 3 (of 4): 77 %"),
            ("run_it by @ana, see #12 <b> or [x](y)", "`run_it` by `@ana,` see `#12` `<b>` or `[x](y)`"),
            ("a `b`|`c` d", "a `b` `|` `c` d"),
            ("one ` only: @x", "one only: `@x`"),
            ("- item", "`-` item"),
            ("1. item", "`1.` item"),
            ("  four spaces", "four spaces"),
            ("https://evil.example", "`https://evil.example`"),
        ];
        for (text, expected) in cases {
            assert_eq!(sentence(text, 200, Place::Prose), expected);
        }
        assert_eq!(code("a``|b`", 200, Place::Cell), "``` a``\\|b` ```");
        assert_eq!(code("", 200, Place::Cell), "");
    }

    /// What GitHub makes of Markdown, as far as there is a parser for it.
    fn github() -> Options {
        Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM
            | Options::ENABLE_MATH
    }

    /// What a reader makes of `markdown` beside text and code, and the text and the code.
    fn read(markdown: &str) -> (Vec<String>, String, String) {
        let (mut active, mut plain, mut code) = (Vec::new(), String::new(), String::new());
        for event in Parser::new_ext(markdown, github()) {
            match event {
                Event::Text(text) => plain += &text,
                Event::Code(text) => code += &text,
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell) => code += "\u{1}",
                Event::End(TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell) => {}
                other => active.push(format!("{other:?}")),
            }
        }
        (active, plain, code)
    }

    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            proptest::sample::select(vec![
                "`",
                "``",
                "```",
                "|",
                "\\",
                "*",
                "_",
                "**a**",
                "[x](javascript:y)",
                "![",
                "](",
                "<b>",
                "<!--",
                "&lt;",
                "&",
                "@ana",
                "#1",
                "GH-1",
                "https://e.example",
                "www.e.example",
                "$x$",
                "$",
                "$`",
                "~~",
                "~~~",
                "# ",
                "> ",
                "- ",
                "1. ",
                "1)",
                "===",
                "---",
                ":a",
                "    ",
                " ",
                "\n",
                "\t",
                "\u{1b}",
                "\u{202e}",
                "{",
                "+++",
                "[^1]:",
                "a",
                "é",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(part, 0..9).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn nothing_active_comes_out(text in hostile()) {
            for markdown in [sentence(&text, 500, Place::Prose), code(&text, 500, Place::Prose)] {
                let (active, plain, _) = read(&markdown);
                prop_assert_eq!(&active, &Vec::<String>::new(), "{:?} of {:?}", markdown, text);
                for mark in ["@", "#", "://", "www.", "GH-", "<", "&", "$", "\\", "`"] {
                    prop_assert!(!plain.contains(mark), "{mark} in {:?} of {:?}", markdown, text);
                }
            }
        }

        #[test]
        fn a_cell_stays_a_cell(a in hostile(), b in hostile()) {
            let table = format!("| x | y |\n|---|---|\n| {} | {} |\n", code(&a, 500, Place::Cell), sentence(&b, 500, Place::Cell));
            let (active, _, code) = read(&table);
            prop_assert_eq!(active, Vec::<String>::new(), "{}", table);
            // The table, its head, two cells, a row, two cells.
            prop_assert_eq!(code.matches('\u{1}').count(), 7, "{}", table);
        }

        #[test]
        fn code_survives(text in hostile()) {
            let line = escape::line(&text).into_owned();
            let (_, _, code) = read(&code(&text, 500, Place::Prose));
            prop_assert_eq!(code.trim(), line.trim());
        }
    }
}
