//! Files that a program reads while it declares: those of the repository, read only, and never anything else.

use lockstep_model::RepoPath;

use super::{
    super::{
        machine::{Frame, Machine},
        repository_path,
        values::V,
    },
    data,
};

/// `fs.readFileSync`, `open`, `json.load` …; none for what is no file's business.
pub(super) fn function(
    machine: &mut Machine<'_, '_, '_>,
    module: &str,
    path: &str,
    values: &[V],
    _frame: &Frame,
) -> Option<V> {
    let first = values.first().cloned().unwrap_or(V::Undefined);
    let place = |machine: &Machine<'_, '_, '_>| repository_path(first.known_str()?, &machine.options.folder);
    Some(match (module, path) {
        ("fs", "existsSync") | ("os", "path.exists" | "path.isfile" | "path.isdir") => match place(machine) {
            Some(path) => {
                V::Boolean(machine.sources.files().is_file(&path) || machine.sources.files().is_folder(&path))
            }
            None => V::unknown("whether a file is there"),
        },
        ("fs", "readdirSync") | ("os", "listdir") => match place(machine).and_then(|path| names(machine, &path)) {
            Some(names) => V::list(names.into_iter().map(V::text).collect()),
            None => V::unknown("a folder that is not in the repository"),
        },
        ("fs", "readFileSync" | "readFile") => read(machine, &first),
        ("", "open") => first,
        ("json", "load") => read_json(machine, &first),
        ("", "JSON.parse") | ("json", "loads") => match first.known_str() {
            Some(text) => data::json(text, machine).unwrap_or_else(|| V::unknown("JSON that cannot be read")),
            None => V::unknown("JSON that is not known"),
        },
        ("", "JSON.stringify") | ("json", "dumps") => match data::text(machine, &first, 40) {
            Some(value) => V::text(value.to_string()),
            None => Machine::hole(),
        },
        _ => return None,
    })
}

fn names(machine: &Machine<'_, '_, '_>, folder: &RepoPath) -> Option<Vec<String>> {
    let files = machine.sources.files();
    if !files.is_folder(folder) {
        return None;
    }
    let mut names: Vec<String> = files
        .under(folder)
        .filter_map(|path| path.strip_prefix(folder)?.split('/').next().map(str::to_owned))
        .collect();
    names.dedup();
    names.sort();
    names.dedup();
    Some(names)
}

/// The text of a file of the repository.
pub(super) fn read(machine: &Machine<'_, '_, '_>, path: &V) -> V {
    let place = path.known_str().and_then(|text| repository_path(text, &machine.options.folder));
    let text = place.and_then(|path| machine.sources.files().text(&path).ok());
    text.filter(|text| text.len() < 1 << 20)
        .map_or_else(|| V::unknown("a file that is not in the repository"), |text| V::text(&*text))
}

fn read_json(machine: &Machine<'_, '_, '_>, path: &V) -> V {
    match read(machine, path).known_str() {
        Some(text) => data::json(text, machine).unwrap_or_else(|| V::unknown("JSON that cannot be read")),
        None => V::unknown("a file that is not in the repository"),
    }
}
