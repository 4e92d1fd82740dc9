//! The formats of `check`, one line each.

mod concise;
mod github;
mod gitlab;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod text;

use crate::Format;

/// Every format, in the order of `--help`.
pub static FORMATS: &[&dyn Format] = &[
    &text::Text,
    &concise::Concise,
    &json::Json,
    &jsonl::JsonLines,
    &sarif::Sarif,
    &github::GitHub,
    &markdown::Markdown,
    &gitlab::GitLab,
    &junit::JUnit,
    &rdjson::RdJson,
];

/// The format that `--format` calls `name`.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use lockstep_diagnostics::{Finding, Standing};

    use super::*;
    use crate::{
        ChangeView, Options, ReportView,
        testing::{self, hostile, runner},
    };

    #[test]
    fn every_file_of_the_folder_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/formats");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".rs")?.to_owned()))
            .collect();
        let mut names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        files.sort();
        names.sort_unstable();
        assert_eq!(files, names, "a format is one file in {folder} and one line in FORMATS");
    }

    /// What was there before a change is shown to nobody, counted for everybody, and left in by formats whose readers
    /// compare branches themselves.
    #[test]
    fn what_was_there_before_a_change_is_counted() {
        let standing = Standing { introduced: Some(false), held_back: true, on_changed_line: false };
        let findings = [Finding { standing, ..testing::finding() }];
        let functions = findings[0].functions.clone();
        let change = ChangeView { staged: false, before: None, files: 1, functions, inherited: 1 };
        for format in FORMATS {
            let text = testing::with_report(&findings, false, |report| {
                let mut out = Vec::new();
                let report = ReportView { change: Some(&change), ..*report };
                format.write(&report, &Options::default(), &mut out).unwrap();
                String::from_utf8(out).unwrap()
            });
            let told = match format.name() {
                "json" | "jsonl" => text.contains("\"inherited\": 1") || text.contains("\"inherited\":1"),
                "gitlab" => text.contains("\"check_name\": \"lockstep\""),
                "sarif" => text.contains("\"baselineState\": \"unchanged\""),
                // Its readers see the lines of the change only.
                "rdjson" => !text.contains("\"value\": \"lockstep\""),
                _ => text.contains("1 finding that the base has already"),
            };
            assert!(told, "{}: {text}", format.name());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// Whatever is printed in a job of GitHub Actions, a runner finds no command in it but our annotations.
        #[test]
        fn no_format_lets_a_command_through(texts in hostile::texts()) {
            let options = Options { github_actions: true, verbose: true, ..Options::default() };
            let findings = hostile::findings(&texts);
            for format in FORMATS {
                let mut out = Vec::new();
                hostile::with_report(&texts, &findings, |report| format.write(report, &options, &mut out).unwrap());
                let text = String::from_utf8(out).unwrap();
                prop_assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{}", format.name());
                for command in runner::commands(&text) {
                    let is_ours = format.name() == "github" && ["error", "warning", "notice"].contains(&&*command.name);
                    prop_assert!(is_ours, "{}: {command:?}", format.name());
                }
            }
        }
    }

    #[test]
    fn a_format_is_found_by_its_name() {
        for format in FORMATS {
            assert_eq!(by_name(format.name()).map(Format::name), Some(format.name()));
        }
        assert!(by_name("xml").is_none());
    }
}
