//! The package that a source file of the JVM says it is of.

/// The package that a text in Java, Kotlin, Scala or Groovy declares, on a line of its own; Scala's stacked clauses are joined. Empty
/// if it declares none.
pub fn jvm_package(text: &str) -> String {
    let clause = |line: &str| {
        let said = line.trim().strip_prefix("package").filter(|said| said.starts_with(char::is_whitespace))?;
        let name = said.trim().trim_end_matches(';').trim_end().replace('`', "");
        let named = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        (!name.is_empty() && name.chars().all(named)).then_some(name)
    };
    text.lines().filter_map(clause).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_stand_on_lines_of_their_own() {
        let cases = [
            ("package com.acme;\nclass A {}", "com.acme"),
            ("// words\n  package com.acme ;\r\n", "com.acme"),
            ("package com.`type`\n", "com.type"),
            ("package com\npackage acme\n\nobject A", "com.acme"),
            ("package object acme { }", ""),
            ("package com.acme { class A }", ""),
            ("packaged com.acme", ""),
            ("class A", ""),
            ("", ""),
        ];
        for (text, package) in cases {
            assert_eq!(jvm_package(text), package, "{text}");
        }
    }
}
