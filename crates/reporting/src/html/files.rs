//! What the page is made of beside its text: scripts and styles, embedded, each with the hash by which the page's
//! Content-Security-Policy knows it.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// The styles of the page, in the order in which they apply.
const STYLES: &[&str] =
    &[include_str!("assets/base.css"), include_str!("assets/sections.css"), include_str!("assets/map.css")];

/// The library that draws the map: cytoscape.js, MIT, from the npm registry; its licence stands beside it.
const LIBRARY: &str = include_str!("vendor/cytoscape-3.34.4.min.js");

/// Our own script, in the order in which its parts build on each other.
const SCRIPTS: &[&str] = &[
    include_str!("assets/theme.js"),
    include_str!("assets/data.js"),
    include_str!("assets/dom.js"),
    include_str!("assets/map.js"),
    include_str!("assets/panel.js"),
    include_str!("assets/filters.js"),
    include_str!("assets/list.js"),
    include_str!("assets/start.js"),
];

/// The styles as one text.
pub(super) fn style() -> String {
    STYLES.concat()
}

/// The library.
pub(super) fn library() -> &'static str {
    LIBRARY
}

/// Our script as one text: a function of its own, so that nothing of it is global.
pub(super) fn script() -> String {
    format!("(() => {{\n\"use strict\";\n{}}})();\n", SCRIPTS.concat())
}

/// The policy: nothing is loaded, nothing is sent, and only these run or style the page.
pub(super) fn policy(scripts: &[&str], style: &str) -> String {
    let scripts: Vec<String> = scripts.iter().map(|script| hash(script)).collect();
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        scripts.join(" "),
        hash(style)
    )
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_that_browsers_compute() {
        // The example of the Content Security Policy Level 3 specification.
        let known = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert_eq!(hash("alert('Hello, world.');"), known);
    }

    #[test]
    fn nothing_embedded_ends_its_element() {
        for text in [library().to_owned(), script()] {
            assert!(!text.to_ascii_lowercase().contains("</script") && !text.contains("<!--"));
        }
        assert!(!style().contains("</"));
    }

    #[test]
    fn the_script_writes_text_and_no_markup() {
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "http"] {
            let allowed = if word == "http" { script().matches("http://www.w3.org/2000/svg").count() } else { 0 };
            assert_eq!(script().matches(word).count(), allowed, "{word}");
        }
    }
}
