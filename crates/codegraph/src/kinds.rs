//! What a file is, by its path: code, data, a contract, a test, a manifest.

use lockstep_model::{FileKind, RepoPath, is_contract_by_name};

use crate::FileFacts;

/// The programming languages that files are known to be written in, by extension.
const SOURCES: [(&str, &str); 32] = [
    ("go", "Go"),
    ("java", "Java"),
    ("kt", "Kotlin"),
    ("kts", "Kotlin"),
    ("scala", "Scala"),
    ("groovy", "Groovy"),
    ("clj", "Clojure"),
    ("cs", "C#"),
    ("fs", "F#"),
    ("vb", "Visual Basic"),
    ("rb", "Ruby"),
    ("php", "PHP"),
    ("swift", "Swift"),
    ("ex", "Elixir"),
    ("exs", "Elixir"),
    ("sh", "Shell"),
    ("bash", "Shell"),
    ("ps1", "PowerShell"),
    ("pl", "Perl"),
    ("r", "R"),
    ("c", "C"),
    ("h", "C"),
    ("cc", "C++"),
    ("cpp", "C++"),
    ("hpp", "C++"),
    ("hs", "Haskell"),
    ("dart", "Dart"),
    ("lua", "Lua"),
    ("nim", "Nim"),
    ("zig", "Zig"),
    ("cr", "Crystal"),
    ("jl", "Julia"),
];

/// Extensions of data that programs read when they run.
const DATA: [&str; 37] = [
    "json",
    "json5",
    "jsonc",
    "yaml",
    "yml",
    "toml",
    "ini",
    "properties",
    "xml",
    "xsl",
    "xslt",
    "xsd",
    "wsdl",
    "csv",
    "tsv",
    "txt",
    "sql",
    "html",
    "htm",
    "hbs",
    "ejs",
    "pug",
    "mustache",
    "njk",
    "liquid",
    "j2",
    "jinja",
    "jinja2",
    "tpl",
    "tmpl",
    "vtl",
    "graphql",
    "graphqls",
    "gql",
    "proto",
    "avsc",
    "pem",
];

/// Lists of dependencies, lock files, and the settings of tools: they deploy or build code, and are none.
const TOOLING: [&str; 46] = [
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "bun.lockb",
    "lerna.json",
    "nx.json",
    "turbo.json",
    "project.json",
    "deno.json",
    "deno.lock",
    "jest.config.json",
    "babel.config.json",
    "pyproject.toml",
    "poetry.lock",
    "pipfile",
    "pipfile.lock",
    "uv.lock",
    "requirements.txt",
    "requirements-dev.txt",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "mypy.ini",
    "cargo.toml",
    "cargo.lock",
    "go.mod",
    "go.sum",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "gradle.properties",
    "packages.lock.json",
    "gemfile",
    "gemfile.lock",
    "composer.json",
    "composer.lock",
    "dockerfile",
    "makefile",
    "samconfig.toml",
    "samconfig.yaml",
    "renovate.json",
];

/// Folders that hold what others wrote, what tools made, or what tools are told.
const FOREIGN_FOLDERS: [&str; 6] = ["node_modules", "vendor", "__pycache__", "bower_components", "target", "coverage"];

/// Folders of a code root that hold the program which deploys the code.
const DEPLOYMENT_FOLDERS: [&str; 6] = ["cdk", "cdk.out", "infra", "infrastructure", "terraform", "pulumi"];

/// All that a source file may be said to be written in.
pub fn language_names() -> impl Iterator<Item = &'static str> {
    crate::all().iter().map(|language| language.name()).chain(SOURCES.iter().map(|(_, name)| *name)).chain([OTHER])
}

/// What is said of a source file in none of these.
pub(crate) const OTHER: &str = "Another language";

/// The language of a source file, as people call it; none for data.
pub(crate) fn source_language(path: &RepoPath) -> Option<&'static str> {
    if let Some(language) = crate::language_of(path) {
        return Some(language.name());
    }
    let extension = path.extension()?;
    SOURCES.iter().find(|(known, _)| *known == extension).map(|(_, name)| *name)
}

/// True for two languages of one program: the same, or two that are compiled to the same machine.
pub(crate) fn run_together(one: &str, other: &str) -> bool {
    const MACHINES: [&[&str]; 3] = [
        &["java", "kotlin", "scala", "groovy", "clojure"],
        &["csharp", "c#", "f#", "visual basic"],
        &["c", "c++", "go", "swift"],
    ];
    let (one, other) = (&*one.to_ascii_lowercase(), &*other.to_ascii_lowercase());
    one.is_empty() || one == other || MACHINES.iter().any(|machine| machine.contains(&one) && machine.contains(&other))
}

/// True for data that programs read when they run.
pub(crate) fn is_data(path: &RepoPath) -> bool {
    path.extension().is_some_and(|extension| DATA.contains(&extension))
}

/// True for what a function's package holds beside its code: tests, documentation, lists of dependencies, settings
/// of tools, and the work of others.
pub(crate) fn is_beside_code(path: &RepoPath) -> bool {
    is_test_or_documentation(path) || is_tooling(path)
}

/// True for what, in the code root `root`, deploys the code and is none of it.
pub(crate) fn is_deployment(root: &RepoPath, path: &RepoPath) -> bool {
    path.strip_prefix(root).is_some_and(|inside| inside.split('/').any(|part| DEPLOYMENT_FOLDERS.contains(&part)))
}

/// True for tests and documentation: nobody deploys them, wherever they lie.
pub fn is_test_or_documentation(path: &RepoPath) -> bool {
    is_test(path) || is_documentation(path)
}

fn is_tooling(path: &RepoPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    name.starts_with('.')
        || TOOLING.contains(&name.as_str())
        || name.starts_with("dockerfile")
        || name.starts_with("tsconfig")
        || name.starts_with("requirements")
        || name.ends_with(".lock")
        || [".config.js", ".config.ts", ".config.mjs", ".config.cjs"].iter().any(|end| name.ends_with(end))
        || path.components().any(|part| part.starts_with('.') || FOREIGN_FOLDERS.contains(&part))
}

fn is_documentation(path: &RepoPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    matches!(path.extension(), Some("md" | "mdx" | "rst" | "adoc"))
        || ["license", "licence", "readme", "changelog", "codeowners", "notice"]
            .iter()
            .any(|word| name.starts_with(word))
        || path.components().any(|part| matches!(part, "docs" | "doc"))
}

/// True for the work of others that lies in the repository, by its folder.
pub(crate) fn is_foreign(path: &RepoPath) -> bool {
    path.components().any(|part| FOREIGN_FOLDERS.contains(&part))
}

/// True for tests and what only they need.
pub(crate) fn is_test(path: &RepoPath) -> bool {
    let name = path.file_name();
    let stem = path.file_stem();
    let inner = stem.rsplit('.').next().filter(|_| stem.contains('.'));
    matches!(inner, Some("test" | "spec" | "stories" | "snap"))
        || stem.starts_with("test_")
        || ["_test", "_spec", "-test"].iter().any(|end| stem.ends_with(end))
        || name == "conftest.py"
        // What `sam local invoke` and `serverless invoke` are fed.
        || name == "event.json"
        || ["Test", "Tests", "IT"].iter().any(|end| {
            stem.strip_suffix(end).is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_lowercase()))
                && matches!(path.extension(), Some("java" | "kt" | "scala" | "cs" | "groovy"))
        })
        || path.parent().is_some_and(|folder| {
            folder.components().any(|part| {
                matches!(
                    part,
                    "test"
                        | "tests"
                        | "__tests__"
                        | "__mocks__"
                        | "__fixtures__"
                        | "spec"
                        | "testdata"
                        | "fixtures"
                        | "events"
                        | "e2e"
                )
            })
        })
}

/// What a file of a closure is: `value` is true if it is reached by code that runs.
pub(crate) fn kind(path: &RepoPath, facts: Option<&FileFacts>, named: bool, value: bool) -> FileKind {
    if named || is_contract(path, facts) {
        FileKind::Contract
    } else if !value || facts.is_some_and(|facts| facts.type_only) {
        FileKind::TypeOnly
    } else if path.components().any(|part| VENDORED_FOLDERS.contains(&part)) {
        FileKind::Vendored
    } else if facts.is_some_and(|facts| facts.generated) {
        FileKind::Generated
    } else if facts.is_some() && is_surely_test(path) {
        FileKind::Test
    } else {
        FileKind::Implementation
    }
}

/// Folders whose code others wrote.
const VENDORED_FOLDERS: [&str; 7] =
    ["vendor", "vendored", "_vendor", "third_party", "third-party", "node_modules", "site-packages"];

/// True for files that can be nothing but tests, even where something deployed imports them. Folders of events and the
/// like hold production code as well.
fn is_surely_test(path: &RepoPath) -> bool {
    let stem = path.file_stem();
    let inner = stem.rsplit('.').next().filter(|_| stem.contains('.'));
    matches!(inner, Some("test" | "spec" | "stories"))
        || stem.ends_with("_test")
        || path.file_name() == "conftest.py"
        || path.parent().is_some_and(|folder| {
            folder.components().any(|part| matches!(part, "test" | "tests" | "__tests__" | "__mocks__" | "testdata"))
        })
}

/// Folders whose generated code is made from contracts.
const STUB_FOLDERS: [&str; 9] =
    ["generated", "__generated__", "gen", "openapi", "graphql", "proto", "client", "contracts", "schemas"];

/// True for what a communication channel is made of: descriptions of interfaces, schemas, and stubs made from them.
fn is_contract(path: &RepoPath, facts: Option<&FileFacts>) -> bool {
    let in_folder = || {
        let stubs = |part: &str| STUB_FOLDERS.contains(&part.to_ascii_lowercase().as_str());
        path.parent().is_some_and(|folder| folder.components().any(stubs))
    };
    is_contract_by_name(path.as_str()) || (facts.is_some_and(|facts| facts.generated) && in_folder())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn contracts_are_known_by_name() {
        for name in
            ["api/openapi.yaml", "x/orders.proto", "schemas/order.json", "gen/orders_pb2.py", "a/schema.graphql"]
        {
            assert_eq!(kind(&path(name), None, false, true), FileKind::Contract, "{name}");
        }
        for name in ["src/schemas/order.ts", "data/rows.json", "openapi/client.ts"] {
            assert_eq!(kind(&path(name), None, false, true), FileKind::Implementation, "{name}");
        }
        let generated = FileFacts { generated: true, ..FileFacts::default() };
        let code = FileFacts::default();
        let cases = [
            ("src/a.ts", &generated, FileKind::Generated),
            ("src/vendor/a.py", &code, FileKind::Vendored),
            ("src/tests/helper.ts", &code, FileKind::Test),
            ("src/events/order.ts", &code, FileKind::Implementation),
        ];
        for (name, facts, expected) in cases {
            assert_eq!(kind(&path(name), Some(facts), false, true), expected, "{name}");
        }
        assert_eq!(kind(&path("openapi/client.ts"), Some(&generated), false, true), FileKind::Contract);
        assert_eq!(kind(&path("src/a.ts"), None, true, true), FileKind::Contract);
    }

    #[test]
    fn what_deploys_a_code_root_is_judged_from_there() {
        assert!(is_deployment(&path("shop"), &path("shop/cdk/main.go")));
        assert!(!is_deployment(&path("infra/orders"), &path("infra/orders/main.go")));
        assert!(run_together("Java", "Kotlin") && !run_together("Go", "python") && run_together("", "Go"));
    }

    #[test]
    fn what_is_packaged_is_not_all_code() {
        let beside = [
            "a/handler.test.ts",
            "tests/a.py",
            "a/test_x.py",
            "a/x_test.go",
            "a/OrderTest.java",
            "README.md",
            "package.json",
            "tsconfig.build.json",
            "Dockerfile",
            "a/.eslintrc.json",
            "a/vendor/x.go",
            "poetry.lock",
            "jest.config.js",
            "requirements.txt",
            "a/__tests__/b.js",
        ];
        for name in beside {
            assert!(is_beside_code(&path(name)), "{name}");
        }
        for name in ["a/latest.py", "a/contest.go", "src/index.ts", "a/Audit.java", "templates/mail.html", "attest.rb"]
        {
            assert!(!is_beside_code(&path(name)), "{name}");
        }
    }
}
