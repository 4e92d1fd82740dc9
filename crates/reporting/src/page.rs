//! The page of a rule, cut down to what helps beside a finding: what it does, why it matters, what to do. Examples that
//! are run, with their histories and outputs, are left to the page itself.

/// A section of a page.
struct Section<'a> {
    title: &'a str,
    lines: Vec<&'a str>,
}

impl Section<'_> {
    /// True if it holds a block that is part of a test: one that names a file, a history or a session.
    fn is_tested(&self) -> bool {
        let mut inside = false;
        self.lines.iter().any(|line| {
            let Some(info) = line.trim_start().strip_prefix("```") else { return false };
            inside = !inside;
            let mut words = info.split_whitespace();
            let language = words.next();
            inside && (matches!(language, Some("history" | "console")) || words.next().is_some())
        })
    }
}

/// The lead of a page, and its sections.
fn read(page: &str) -> (Vec<&str>, Vec<Section<'_>>) {
    let (mut lead, mut sections): (Vec<&str>, Vec<Section<'_>>) = (Vec::new(), Vec::new());
    let mut inside = false;
    for line in page.lines() {
        inside ^= line.trim_start().starts_with("```");
        match (line.strip_prefix("## "), sections.last_mut()) {
            (Some(title), _) if !inside => sections.push(Section { title: title.trim(), lines: Vec::new() }),
            (_, Some(section)) => section.lines.push(line),
            (_, None) if line.starts_with("# ") => {}
            (_, None) => lead.push(line),
        }
    }
    sections.retain(|section| !section.is_tested());
    (lead, sections)
}

/// The paragraph under the title, as one line.
pub(crate) fn lead(page: &str) -> String {
    let (lead, _) = read(page);
    let paragraph = lead.iter().skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty());
    paragraph.map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// The page in Markdown without its tests; `address` is where the whole of it stands.
pub(crate) fn markdown(page: &str, address: &str) -> String {
    let (lead, sections) = read(page);
    let mut text = lead.join("\n").trim().to_owned();
    for section in &sections {
        text += &format!("\n\n## {}\n\n{}", section.title, section.lines.join("\n").trim());
    }
    text += &format!("\n\n[The whole page, with examples]({address})\n");
    text.trim_start().to_owned()
}

/// What it does and what to do, for readers that show no Markdown.
pub(crate) fn text(page: &str, address: &str) -> String {
    let (lead, sections) = read(page);
    let mut text = lead.join("\n").trim().to_owned();
    for section in sections.iter().filter(|section| ["What it does", "What to do"].contains(&section.title)) {
        text += &format!("\n\n{}:\n{}", section.title, section.lines.join("\n").trim());
    }
    text += &format!("\n\n{address}\n");
    text.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# rule\n\nWhat it is,\nin short.\n\n## What it does\n\nFinds `x`.\n\n```sh\n## no title\n```\n\n\
                        ## Example\n\n```history\nd1 ana \"a\" A x\n```\n\n## Another\n\n```yaml a/b.yml\nx: 1\n```\n\n\
                        ## What to do\n\n- Mend it.\n\n## Options\n\n| a |\n|---|\n";

    #[test]
    fn tests_are_left_out() {
        assert_eq!(lead(PAGE), "What it is, in short.");
        assert_eq!(
            markdown(PAGE, "https://x"),
            "What it is,\nin short.\n\n## What it does\n\nFinds `x`.\n\n```sh\n## no title\n```\n\n\
             ## What to do\n\n- Mend it.\n\n## Options\n\n| a |\n|---|\n\n[The whole page, with examples](https://x)\n"
        );
    }

    #[test]
    fn plain_text_says_what_and_what_to_do() {
        assert_eq!(
            text(PAGE, "https://x"),
            "What it is,\nin short.\n\nWhat it does:\nFinds `x`.\n\n```sh\n## no title\n```\n\n\
             What to do:\n- Mend it.\n\nhttps://x\n"
        );
    }

    #[test]
    fn a_page_of_a_title_only_is_its_address() {
        assert_eq!(markdown("# rule\n", "https://x"), "[The whole page, with examples](https://x)\n");
        assert_eq!(lead("# rule\n"), "");
    }
}
