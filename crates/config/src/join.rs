//! The `[[repository]]` tables and the `[join]` table: several repositories that are looked at as one.

use lockstep_model::Location;

use crate::{
    ConfigError,
    keys::{JOIN, REPOSITORY},
    reader::{Fields, Reader},
};

/// A `[[repository]]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryTable {
    /// The folder of the checkout, as it is written.
    pub path: String,
    /// What it is called; none if its folder says it.
    pub name: Option<String>,
    /// Where the table stands.
    pub location: Location,
}

/// The `[join]` table; what is not set is for the run to decide.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct JoinSettings {
    /// Regular expressions of tickets; empty if tickets join nothing.
    pub tickets: Option<Vec<String>>,
    /// Keys of trailers.
    pub trailers: Option<Vec<String>>,
    /// What one author does within so many hours is one change. Above 0.
    pub author_hours: Option<f64>,
    /// What is in more changesets joins nothing. At least 2.
    pub max_changesets: Option<u32>,
    /// What spans more days joins nothing. Above 0.
    pub max_days: Option<f64>,
    /// Whether changesets of one repository are joined as well.
    pub within: Option<bool>,
}

impl JoinSettings {
    /// Lays `over` over these settings.
    #[must_use]
    pub(crate) fn overlaid(self, over: Self) -> Self {
        Self {
            tickets: over.tickets.or(self.tickets),
            trailers: over.trailers.or(self.trailers),
            author_hours: over.author_hours.or(self.author_hours),
            max_changesets: over.max_changesets.or(self.max_changesets),
            max_days: over.max_days.or(self.max_days),
            within: over.within.or(self.within),
        }
    }
}

/// The `[[repository]]` tables of `fields`.
pub(crate) fn repositories(reader: &mut Reader<'_>, fields: &Fields<'_, '_>) -> Vec<RepositoryTable> {
    let mut all: Vec<RepositoryTable> = Vec::new();
    for (table, span) in fields.get("repository").map(|entry| reader.tables(entry)).unwrap_or_default() {
        let location = reader.header(span.clone());
        let fields = reader.fields("`[[repository]]`", table, span, REPOSITORY);
        let path = fields.required("path", "path = \"orders\"", reader).and_then(|entry| reader.text(entry));
        let name = fields.get("name").and_then(|entry| {
            let name = reader.text(entry)?;
            let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(char::is_control);
            if !name.split('/').all(is_part) {
                reader.error(entry.value_span.clone(), format!("`{}` is no name", name.escape_debug()), None);
            }
            Some(name)
        });
        let Some(path) = path else { continue };
        if let Some(name) = name.as_ref().filter(|name| all.iter().any(|other| other.name.as_ref() == Some(*name))) {
            reader.errors.push(ConfigError::at(location.clone(), format!("two repositories are called `{name}`")));
        }
        all.push(RepositoryTable { path, name, location });
    }
    all
}

/// The `[join]` table of `fields`.
pub(crate) fn join(reader: &mut Reader<'_>, fields: &Fields<'_, '_>) -> (JoinSettings, Vec<(String, Location)>) {
    let Some((entry, table)) = fields.get("join").and_then(|entry| Some((entry, reader.table(entry)?))) else {
        return Default::default();
    };
    let fields = reader.fields("`[join]`", table, entry.key_span.clone(), JOIN);
    let texts = |key: &str, reader: &mut Reader<'_>| fields.get(key).map(|entry| reader.texts(entry));
    let tickets = texts("tickets", reader);
    for (text, span) in tickets.iter().flatten() {
        if let Err(why) = regex::Regex::new(text) {
            let why = why.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            reader.error(span.clone(), format!("`{text}` is no regular expression: {why}"), None);
        }
    }
    let words = |texts: Option<Vec<(String, _)>>| texts.map(|texts| texts.into_iter().map(|(text, _)| text).collect());
    let trailers = texts("trailers", reader);
    let settings = JoinSettings {
        tickets: words(tickets),
        trailers: words(trailers),
        author_hours: fields.get("author-hours").and_then(|entry| reader.positive(entry)),
        max_changesets: fields.whole("max-changesets", reader),
        max_days: fields.get("max-days").and_then(|entry| reader.positive(entry)),
        within: fields.get("within").and_then(|entry| reader.flag(entry)),
    };
    let places = fields.places("join.", reader);
    (settings, places)
}

#[cfg(test)]
mod tests {
    use lockstep_model::RepoPath;

    use crate::parse;

    fn read(text: &str) -> Result<crate::Config, String> {
        parse(&RepoPath::new("lockstep.toml").unwrap(), text, &[])
            .map_err(|errors| errors.iter().map(|error| error.message.clone()).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn repositories_and_what_joins_them_are_read() {
        let config = read(
            "[[repository]]\npath = \"../orders\"\n[[repository]]\npath = \"b\"\nname = \"billing\"\n\
             [join]\ntickets = '#(\\d+)'\ntrailers = []\nauthor-hours = 8\nmax-changesets = 4\nwithin = true\n",
        )
        .unwrap();
        let names: Vec<_> = config.repositories.iter().map(|one| (one.path.as_str(), one.name.as_deref())).collect();
        assert_eq!(names, [("../orders", None), ("b", Some("billing"))]);
        assert_eq!(config.join.tickets.as_deref(), Some(&["#(\\d+)".to_owned()][..]));
        assert_eq!((config.join.trailers, config.join.max_changesets), (Some(Vec::new()), Some(4)));
        assert_eq!((config.join.author_hours, config.join.within), (Some(8.0), Some(true)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, words) in [
            ("[[repository]]\nname = \"a\"\n", "needs `path`"),
            ("[[repository]]\npath = \"a\"\nname = \"/a\"\n", "is no name"),
            ("[[repository]]\npath=\"a\"\nname=\"x\"\n[[repository]]\npath=\"b\"\nname=\"x\"\n", "two repositories"),
            ("[join]\ntickets = \"(\"\n", "no regular expression"),
            ("[join]\nauthor-hours = 0\n", "above 0"),
            ("[join]\nticket = \"x\"\n", "ticket"),
        ] {
            let why = read(text).unwrap_err();
            assert!(why.contains(words), "{text}: {why}");
        }
    }
}
