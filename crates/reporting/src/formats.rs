//! The formats of `check`, one line each.

mod github;
mod json;
mod sarif;
mod text;

use crate::Format;

/// Every format, in the order of `--help`.
pub static FORMATS: &[&dyn Format] = &[&text::Text, &json::Json, &sarif::Sarif, &github::GitHub];

/// The format that `--format` calls `name`.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_format_is_found_by_its_name() {
        for format in FORMATS {
            assert_eq!(by_name(format.name()).map(Format::name), Some(format.name()));
        }
        assert!(by_name("xml").is_none());
    }
}
