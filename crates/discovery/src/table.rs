//! [`FunctionTable`]: a `[[function]]` table of the configuration, for what no platform declares.

use lockstep_model::Location;

/// One `[[function]]` table: a name and a file, or a glob that stands for many.
#[derive(Clone, Debug)]
pub struct FunctionTable {
    /// The function's name; for a glob with several matches, what goes before the varying part (`api-`). None for
    /// the varying part alone.
    pub name: Option<String>,
    /// Globs relative to the root. One ending in `/` stands for folders, each of which is a function's code root; any
    /// other for files, each of which is an entry.
    pub paths: Vec<String>,
    /// The service; none for the folder in which the fixed part of the glob ends.
    pub service: Option<String>,
    /// The handler, in a folder: `index.handler`, `main.py`. None to look for the usual names.
    pub handler: Option<String>,
    /// The exported symbol, in a file.
    pub symbol: Option<String>,
    /// The code root; none for the folder of the file, or the folder that matched.
    pub code_root: Option<String>,
    /// Where the table stands.
    pub location: Location,
}
