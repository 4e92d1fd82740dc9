//! One function in several stages: the same declaration under names that differ by the word of a stage.

use std::collections::BTreeSet;

use crate::View;

/// Words that stages are called by.
const STAGES: [&str; 14] = [
    "acceptance",
    "beta",
    "build",
    "code",
    "dev",
    "development",
    "integration",
    "prod",
    "production",
    "qa",
    "sandbox",
    "staging",
    "test",
    "uat",
];

/// True if the functions are the stages of one: of one service, under one name but for the word of a stage.
pub(crate) fn are_stages(view: &View<'_>, functions: &[usize]) -> bool {
    let plain = |function: &usize| (view.service(*function), without_stage(&view.functions()[*function].name));
    let names: BTreeSet<(&str, String)> = functions.iter().map(plain).collect();
    names.len() == 1
}

/// The name in small letters, without the word of a stage at either end.
fn without_stage(name: &str) -> String {
    let mut words = words(name);
    if words.len() > 1 && words.first().is_some_and(|word| STAGES.contains(&word.as_str())) {
        words.remove(0);
    } else if words.len() > 1 && words.last().is_some_and(|word| STAGES.contains(&word.as_str())) {
        words.pop();
    }
    words.concat()
}

/// `["code", "catalog", "service"]` of `CODECatalogService` and of `code-catalog-service`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let next_is_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && before.is_some_and(|before| before.is_lowercase() || next_is_small);
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::without_stage;

    #[test]
    fn stages_are_words_at_either_end() {
        let cases = [
            ("CODECatalogServiceLambda", "catalogservicelambda"),
            ("PRODCatalogServiceLambda", "catalogservicelambda"),
            ("catalog-service-dev", "catalogservice"),
            ("Devices", "devices"),
            ("Prod", "prod"),
            ("contestEntry", "contestentry"),
        ];
        for (name, expected) in cases {
            assert_eq!(without_stage(name), expected, "{name}");
        }
    }
}
