//! The keys that a configuration may have: the one list from which they are read, suggested, and told in the JSON Schema.

/// One key of a table.
pub(crate) struct Key {
    /// As it is written. Dashes may be underscores.
    pub(crate) name: &'static str,
    /// What stands behind it.
    pub(crate) kind: Kind,
    /// True if the table means nothing without it.
    pub(crate) required: bool,
    /// One sentence for people.
    pub(crate) meaning: &'static str,
}

/// What stands behind a key.
pub(crate) enum Kind {
    /// A string that is not empty.
    Text,
    /// A string or a list of strings.
    Texts {
        /// Whether the list may be empty.
        may_be_empty: bool,
    },
    /// `true` or `false`.
    Flag,
    /// A whole number of at least so much.
    Whole(u32),
    /// A number above 0.
    Positive,
    /// A number from 0 to 1.
    Share,
    /// A day.
    Day,
    /// A day or a revision.
    Moment,
    /// The name of a rule, of a group, or `all`.
    RuleName,
    /// A table.
    Table(&'static [Key]),
    /// A string, or a table.
    TextOr(&'static [Key]),
    /// A list of tables.
    Tables(&'static [Key]),
    /// The table of rules.
    Rules,
    /// A string that is left alone.
    Ignored,
}

const fn key(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, required: false, meaning }
}

const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, required: true, meaning }
}

/// A string, or a list of at least one.
const SOME: Kind = Kind::Texts { may_be_empty: false };

/// The keys of the configuration as a whole.
pub(crate) const TOP: &[Key] = &[
    key("rules", Kind::Rules, "Levels and options of rules and groups of rules."),
    key("function", Kind::Tables(FUNCTION), "Functions that no manifest declares."),
    key("service", Kind::Tables(SERVICE), "Functions that are meant to be one microservice."),
    key("allow", Kind::Tables(ALLOW), "Findings that are accepted, and why."),
    key("exclude", Kind::Texts { may_be_empty: true }, "Globs of files that are not looked at."),
    key("history", Kind::Table(HISTORY), "Which changes count, and how much."),
    key("contracts", Kind::Table(CONTRACTS), "Files that are contracts, whatever their names say."),
    key(
        "units",
        SOME,
        "Folders or files that are taken as functions instead of what manifests declare: globs, `!` before what is left out, \
         `re:` before a regular expression.",
    ),
    key(
        "baseline",
        Kind::TextOr(BASELINE),
        "The file of the findings that are known, or `none`; by default `lockstep-baseline.jsonl` beside this file or at the root.",
    ),
    key(
        "repository",
        Kind::Tables(REPOSITORY),
        "Repositories that are looked at as one, instead of the one around this file.",
    ),
    key("join", Kind::Table(JOIN), "What makes changesets of several repositories one change."),
    key("$schema", Kind::Ignored, "The schema of this file, for editors."),
];

/// The keys of a `[[function]]` table.
pub(crate) const FUNCTION: &[Key] = &[
    key("name", Kind::Text, "Its name; that of the file or folder if none is given."),
    required("paths", SOME, "Globs of files; one that ends in a slash stands for folders."),
    key("service", Kind::Text, "The service that it is of."),
    key("handler", Kind::Text, "The handler, in a folder."),
    key("symbol", Kind::Text, "The exported symbol, in a file."),
    key("code-root", Kind::Text, "The folder that its code is built from."),
];

/// The keys of a `[[service]]` table.
pub(crate) const SERVICE: &[Key] = &[
    required("name", Kind::Text, "The name of the service."),
    required("functions", SOME, "Globs of function ids: `orders/*`."),
];

/// The keys of a `[[repository]]` table.
pub(crate) const REPOSITORY: &[Key] = &[
    required("path", Kind::Text, "The folder of the checkout, relative to the folder of this file."),
    key("name", Kind::Text, "What it is called in ids of functions; the name of its folder if none is given."),
];

/// The keys of the `[join]` table.
pub(crate) const JOIN: &[Key] = &[
    key(
        "tickets",
        Kind::Texts { may_be_empty: true },
        "Regular expressions of tickets in subjects and branches, of which the first group is the ticket; by default what \
         looks like one of Jira's (`SHOP-12`). An empty list joins by none.",
    ),
    key(
        "trailers",
        Kind::Texts { may_be_empty: true },
        "Keys of trailers that join changesets in which they have the same value; by default `Change-Id`.",
    ),
    key(
        "author-hours",
        Kind::Positive,
        "Changesets of one author within so many hours are one change; by default they are not.",
    ),
    key("max-changesets", Kind::Whole(2), "A ticket or a trailer that is in more changesets joins nothing."),
    key("max-days", Kind::Positive, "A ticket or a trailer that spans more days joins nothing."),
    key("within", Kind::Flag, "Whether changesets of one repository are joined as well, with no other's."),
];

/// The keys of an `[[allow]]` table.
pub(crate) const ALLOW: &[Key] = &[
    required("rule", Kind::RuleName, "The rule or the group of rules, or `all`."),
    required("functions", SOME, "Globs of function ids; every function of the finding must match one."),
    required("reason", Kind::Text, "Why it is accepted."),
    key("expires", Kind::Day, "The last day on which it is."),
];

/// The keys of the `[history]` table.
pub(crate) const HISTORY: &[Key] = &[
    key("max-functions", Kind::Whole(2), "Changesets that edit more functions are set aside."),
    key("half-life-days", Kind::Positive, "After so many days a change counts half."),
    key("min-changesets", Kind::Whole(0), "With fewer changesets that change behaviour, everything is unknown."),
    key("min-changes", Kind::Whole(1), "A function that changed less often is unknown."),
    key(
        "min-support",
        Kind::Whole(1),
        "Fewest joint changes for a pair to be held against chance, and to pull in `services`; rules have options of their own.",
    ),
    key("follow-renames", Kind::Flag, "Whether renames of files are followed."),
    key("since", Kind::Day, "Older changesets are set aside."),
    key("as-of", Kind::Moment, "The moment from which ages are counted: a day or a revision."),
    key("change-kinds", Kind::Flag, "Whether versions are compared, to tell formatter runs from changes of behaviour."),
];

/// The keys of the `[contracts]` table.
pub(crate) const CONTRACTS: &[Key] = &[key("paths", SOME, "Globs of files that are contracts.")];

/// The keys of the `[baseline]` table.
pub(crate) const BASELINE: &[Key] = &[
    key("file", Kind::Text, "The file, or `none`."),
    key("tolerance", Kind::Share, "By how much the strength of a known finding may grow before it is reported again."),
];

/// Levels, in words.
pub(crate) const LEVELS: [&str; 4] = ["allow", "warn", "deny", "forbid"];
