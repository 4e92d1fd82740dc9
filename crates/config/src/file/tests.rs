//! Tests of reading `lockstep.toml`.

use lockstep_diagnostics::{BaselineState, Finding, Fingerprint, Group, Label, Level, Standing};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::BaselineFile;

static LOCKSTEP: RuleMeta = RuleMeta {
    name: "lockstep",
    group: Group::Coupling,
    default_level: Level::Deny,
    summary: "",
    since: "0.1.0",
    page: "",
};
const RULES: [&RuleMeta; 1] = [&LOCKSTEP];

fn read_at(path: &str, text: &str) -> Result<Config, Vec<String>> {
    parse(&RepoPath::new(path).unwrap(), text, &RULES)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn read(text: &str) -> Result<Config, Vec<String>> {
    read_at("lockstep.toml", text)
}

const WHOLE: &str = r#"
"$schema" = "https://example.org/lockstep.schema.json"
exclude = ["vendor", "**/generated"]

[rules]
coupling = "warn"
lockstep = { level = "deny", min_strength = 0.4, ignore = ["a"] }

[history]
max-functions = 12
half_life_days = 180
min-changesets = 40
min-changes = 4
min_support = 2
follow-renames = false
change-kinds = true
since = 2024-01-01

[contracts]
paths = "schemas/**"

[[function]]
paths = ["functions/*/index.ts", "workers/*/"]
service = "api"

[[function]]
name = "nightly"
paths = "jobs/nightly.py"
symbol = "run"
code-root = "jobs"

[[service]]
name = "billing"
functions = ["billing/*", "orders/CreateInvoice"]

[[allow]]
rule = "lockstep"
functions = ["orders/*", "billing/*"]
reason = "one team, one pipeline"
expires = 2027-03-01
"#;

#[test]
fn everything_is_read_with_its_place() {
    let config = read(WHOLE).unwrap();
    assert!(config.exclude.contains(&RepoPath::new("vendor/x/y.js").unwrap()));
    assert!(config.contracts.contains(&RepoPath::new("schemas/a/b.json").unwrap()));
    let setting = config.rule("lockstep").unwrap();
    assert_eq!((setting.level, setting.location.line), (Some(Level::Deny), 7));
    assert_eq!(json!(setting.options), json!({ "min-strength": 0.4, "ignore": ["a"] }));
    assert_eq!(setting.places["min-strength"].column, 30);
    assert_eq!(
        config.history,
        HistorySettings {
            max_functions: Some(12),
            half_life_days: Some(180.0),
            min_changesets: Some(40),
            min_changes: Some(4),
            min_support: Some(2),
            follow_renames: Some(false),
            change_kinds: Some(true),
            since: Some(1_704_067_200),
        }
    );
    assert_eq!(config.functions[0].paths, ["functions/*/index.ts", "workers/*/"]);
    assert_eq!(config.functions[1].location.line, 26);
    assert_eq!(config.functions[1].code_root.as_deref(), Some("jobs"));
    assert_eq!(config.service_of(&FunctionId::new("orders/CreateInvoice")).unwrap().name, "billing");
    assert!(config.service_of(&FunctionId::new("orders/Create")).is_none());
    assert_eq!(config.allows[0].location.line, 36);
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let text = "exclude = \"gen\"\n[[function]]\npaths = \"*.ts\"\ncode_root = \".\"\n";
    let config = read_at("shop/.config/lockstep.toml", text).unwrap();
    assert_eq!(config.functions[0].paths, ["shop/*.ts"]);
    assert_eq!(config.functions[0].code_root.as_deref(), Some("shop"));
    assert!(config.exclude.contains(&RepoPath::new("shop/gen/a.ts").unwrap()));
    assert!(!config.exclude.contains(&RepoPath::new("gen/a.ts").unwrap()));
}

#[test]
fn an_empty_file_changes_nothing() {
    let config = read("# nothing\n").unwrap();
    assert_eq!(config, Config { path: config.path.clone(), ..Config::default() });
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        ("[rule]\n", "1:2: the configuration has no key `rule` (did you mean `rules`?)"),
        ("[rules]\nlokstep = \"warn\"", "2:1: there is no rule or group `lokstep` (did you mean `lockstep`?)"),
        ("[rules]\nlockstep = \"wrn\"", "2:12: `wrn` is no level (did you mean `warn`?)"),
        ("[rules]\nlockstep = 3", "2:12: `lockstep` must be a string, not a whole number"),
        (
            "[rules]\nmeta = { level = \"warn\", x = 1 }",
            "2:26: `meta` is no rule: only levels can be set for it (there is `level`, `between` and `inside`)",
        ),
        ("[history]\nhalf-life = 3", "2:1: `[history]` has no key `half-life` (did you mean `half-life-days`?)"),
        ("[history]\nmax-functions = 1", "2:17: `max-functions` must be at least 2"),
        ("[history]\nhalf-life-days = -1.5", "2:18: `half-life-days` must be a number above 0"),
        ("[history]\nsince = \"last week\"", "2:9: `since` must be a day such as 2027-03-01, not `last week`"),
        (
            "[history]\nsince = 1\nmin_changesets = 1\nmin-changesets = 2",
            "2:9: `since` must be a day such as 2027-03-01, not a whole number\n4:1: `min-changesets` is set twice",
        ),
        ("exclude = [\"a[\"]", "1:12: `a[` is no pattern: unclosed character class; missing ']'"),
        (
            "exclude = [\"../a\", \"\"]",
            "1:12: `../a` is no pattern: a pattern cannot climb with `..`\n1:20: `exclude` is empty",
        ),
        ("[[function]]\nname = \"a\"", "1:1: `[[function]]` needs `paths` (paths = [\"functions/*/index.ts\"])"),
        ("[[function]]\npaths = []", "2:9: `paths` names nothing"),
        ("[function]\npaths = \"a\"", "1:2: `function` is a list of tables: write `[[function]]`"),
        ("[[service]]\nname = \"a\"\nfunctions = [1]", "3:14: `functions` must be a string, not a whole number"),
        (
            "[[service]]\nname=\"a\"\nfunctions=\"a\"\n[[service]]\nname=\"a\"\nfunctions=\"b\"",
            "4:1: the service `a` is declared twice",
        ),
        (
            "[[allow]]\nrule = \"lockstep\"\nfunctions = \"a\"",
            "1:1: `[[allow]]` needs `reason` (say why the finding is accepted: the next reader will ask)",
        ),
        (
            "[[allow]]\nrule = \"x\"\nfunctions = \"a\"\nreason = \" \"",
            "2:8: there is no rule or group `x` (there is `lockstep`, `coupling`, `code`, `channels`, `deployment`, `ownership`, `meta` and `all`)\n4:10: `reason` is empty",
        ),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> = expected.lines().map(|line| format!("lockstep.toml:{line}")).collect();
        let mut errors = read(text).unwrap_err();
        errors.sort();
        let mut sorted = expected.clone();
        sorted.sort();
        assert_eq!(errors, sorted, "{text}");
    }
}

#[test]
fn a_broken_file_is_told_once_with_its_place() {
    let errors = read("exclude = [\n[rules]\nlockstep = \"warn\"").unwrap_err();
    assert!(errors[0].starts_with("lockstep.toml:"), "{errors:?}");
    assert!(read("a = 1\na = 2").is_err());
    assert!(read(&format!("a = {}", "[".repeat(10_000))).is_err());
}

proptest! {
    /// Lines of a configuration in any order, cut and repeated: told or taken, in each part of each file.
    #[test]
    fn no_text_ends_the_run(lines in proptest::collection::vec(0..WHOLE.lines().count(), 0..12), rest in ".{0,12}") {
        let all: Vec<&str> = WHOLE.lines().collect();
        let body: Vec<&str> = lines.iter().map(|line| all[*line]).collect();
        let path = RepoPath::new("Cargo.toml").unwrap();
        for within in [Within::Whole, Within::Workspace, Within::Package, Within::Tool] {
            let header = within.table().map_or_else(String::new, |table| format!("[{table}]\n"));
            let text = format!("{header}{}\n{rest}", body.join("\n"));
            match parse_at(&Place { path: path.clone(), within }, &text, &RULES) {
                Ok(config) => prop_assert_eq!(config.within, within),
                Err(errors) => {
                    prop_assert!(!errors.is_empty());
                    for error in errors {
                        let place = error.location.unwrap();
                        prop_assert!(place.end as usize <= text.len() && !error.message.is_empty());
                    }
                }
            }
        }
    }
}

#[test]
fn an_unknown_option_is_shown_where_it_stands() {
    let config = read("[rules.lockstep]\nmin_strenght = 0.4\n").unwrap();
    let setting = config.rule("lockstep").unwrap();
    let error = setting.option_error(Some("min-strenght"), "no such option", &["min-strength".to_owned()]);
    assert_eq!(error.to_string(), "lockstep.toml:2:1: no such option (did you mean `min-strength`?)");
    assert_eq!(setting.option_error(None, "no", &[]).location.unwrap().line, 1);
}

#[test]
fn the_baseline_is_a_name_or_a_table() {
    let setting = |text: &str| read(text).map(|config| config.baseline).map_err(|errors| errors[0].to_string());
    let named = |name: &str| BaselineFile::Named(RepoPath::new(name).unwrap());
    assert_eq!(setting("").unwrap(), BaselineSetting { file: BaselineFile::Usual, tolerance: 0.1 });
    assert_eq!(setting("baseline = \"none\"").unwrap().file, BaselineFile::None);
    assert_eq!(setting("baseline = \"ci/known.jsonl\"").unwrap().file, named("ci/known.jsonl"));
    let table = setting("baseline = { file = \"known.jsonl\", tolerance = 0 }").unwrap();
    assert_eq!(table, BaselineSetting { file: named("known.jsonl"), tolerance: 0.0 });
    for (text, message) in [
        ("baseline = 3", "lockstep.toml:1:12: `baseline` is the name of a file"),
        ("baseline = \"../x\"", "lockstep.toml:1:12: `../x` lies outside the repository"),
        ("baseline = { tolerance = 10 }", "lockstep.toml:1:26: `tolerance` must be a number from 0 to 1"),
        ("baseline = { tolerence = 0 }", "did you mean `tolerance`?"),
    ] {
        assert!(setting(text).unwrap_err().contains(message), "{text}: {:?}", setting(text));
    }
}

#[test]
fn an_allow_covers_what_it_names_until_its_last_day() {
    let allow = &read(WHOLE).unwrap().allows[0];
    let location = Location::whole_file(RepoPath::new("a.yml").unwrap());
    let finding = |functions: &[&str]| Finding {
        rule: &LOCKSTEP,
        level: Level::Deny,
        level_origin: String::new(),
        message: String::new(),
        functions: functions.iter().map(FunctionId::new).collect(),
        services: Vec::new(),
        subjects: Vec::new(),
        primary: Label { location: location.clone(), message: String::new() },
        related: Vec::new(),
        evidence: Vec::new(),
        notes: Vec::new(),
        help: Vec::new(),
        fingerprint: Fingerprint::new("lockstep", functions.iter().copied()),
        baseline: BaselineState::New,
        suppression: None,
        weight: 0.0,
        of_change: false,
        standing: Standing::default(),
    };
    assert!(allow.covers(&finding(&["orders/Create", "billing/Create"])));
    assert!(!allow.covers(&finding(&["orders/Create", "mail/Send"])));
    assert!(!allow.covers(&finding(&[])));
    assert!(!allow.is_expired(1_803_945_599), "2027-03-01T23:59:59Z is still its day");
    assert!(allow.is_expired(1_803_945_600));
}

#[test]
fn what_lowers_a_forbidden_level_is_an_error() {
    let told = |rules: &str| read(&format!("[rules]\n{rules}")).map(|_| ()).unwrap_err();
    let error = |line: u32, name: &str, by: u32| {
        vec![format!("lockstep.toml:{line}:1: `{name}` is forbidden at line {by}: nothing lowers it")]
    };
    assert_eq!(told("coupling = \"forbid\"\nlockstep = \"allow\"\n"), error(3, "coupling", 2));
    assert_eq!(told("lockstep = \"deny\"\nall = \"forbid\"\n"), error(2, "all", 3));
    assert_eq!(told("[rules.coupling]\nlevel = \"forbid\"\ninside = \"warn\"\n"), error(4, "coupling", 3));
    for fine in [
        "coupling = \"forbid\"\nlockstep = \"forbid\"\n",
        "coupling = \"forbid\"\nlockstep = { lower = 0.4 }\n",
        "coupling = { between = \"forbid\" }\nlockstep = \"allow\"\n",
        "lockstep = \"forbid\"\ncoupling = \"allow\"\n",
    ] {
        assert!(read(&format!("[rules]\n{fine}")).is_ok(), "{fine}");
    }
}

#[test]
fn a_table_of_another_file_must_be_one() {
    let place = Place { path: RepoPath::new("pyproject.toml").unwrap(), within: Within::Tool };
    let error = parse_at(&place, "[tool]\nlockstep = 3\n", &RULES).unwrap_err().remove(0);
    assert_eq!(error.message, "`tool.lockstep` is not a table: write `[tool.lockstep]`");
    assert_eq!(error.location.unwrap().line, 2);
    assert!(parse_at(&place, "[tool.lockstep\nunits = 3\n", &RULES).unwrap_err()[0].location.is_some());
}
