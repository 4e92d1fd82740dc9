//! What kind of change a change is, judged by the path alone.
//!
//! The path says enough for most files, and it is all that there is in a clone without blobs; where contents are there,
//! a later stage compares them. Whatever is not known to be something else is behaviour: a wrong warning can be looked
//! at, a silence cannot.

mod lists;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use lockstep_model::{ChangeKind, RepoPath, is_contract_file, is_contract_folder};
use memchr::{memchr, memrchr};
use rustc_hash::FxHashMap;

use lists::{Bit, CONFIGURATION, DEPENDENCY, DOCUMENTATION, GENERATED, Lists, TEST, VENDORED};

/// Ends of names of folders that hold tests: `integration-tests`, `Orders.Tests`.
const TEST_FOLDER_ENDS: &[&str] = &["-test", "-tests", "_test", "_tests", ".test", ".tests", "-e2e"];
/// Ends of names of classes that are tests, in the spelling of the languages that name a file as its class.
const TEST_CLASS_ENDS: &[&str] = &["Test", "Tests", "IT", "Spec", "Specs", "TestCase"];
/// The extensions of those languages.
const CLASS_EXTENSIONS: &[&str] = &["java", "kt", "kts", "scala", "cs", "groovy", "fs", "vb", "php", "swift"];

/// First words of the names of files that every repository has for people.
const DOCUMENTS: &[&str] = &[
    "license",
    "licence",
    "copying",
    "notice",
    "changelog",
    "changes",
    "history",
    "readme",
    "contributing",
    "security",
    "code_of_conduct",
    "authors",
    "maintainers",
    "contributors",
    "codeowners",
    "todo",
    "news",
];

/// The judge: lists of words, and the contracts that the user names.
pub(crate) struct Kinds {
    contracts: GlobSet,
    lists: Lists,
}

impl Kinds {
    const VENDORED: Bit = 1;
    const DEPENDENCY: Bit = 1 << 1;
    const TEST: Bit = 1 << 2;
    const GENERATED: Bit = 1 << 3;
    const DOCUMENTATION: Bit = 1 << 4;
    const CONFIGURATION: Bit = 1 << 5;
}

impl Kinds {
    /// A judge to whom the files that match `contract_globs` are contracts, whatever else they look like; and what is
    /// wrong with the globs that cannot be read.
    pub(crate) fn new(contract_globs: &[String]) -> (Self, Vec<String>) {
        let mut builder = GlobSetBuilder::new();
        let mut wrong = Vec::new();
        for glob in contract_globs {
            match GlobBuilder::new(glob).literal_separator(true).build() {
                Ok(glob) => drop(builder.add(glob)),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        let contracts = builder.build().unwrap_or_else(|error| {
            wrong.push(error.to_string());
            GlobSet::empty()
        });
        let kinds = Self {
            contracts,
            lists: Lists::of(&[
                (&VENDORED, Self::VENDORED),
                (&DEPENDENCY, Self::DEPENDENCY),
                (&TEST, Self::TEST),
                (&GENERATED, Self::GENERATED),
                (&DOCUMENTATION, Self::DOCUMENTATION),
                (&CONFIGURATION, Self::CONFIGURATION),
            ]),
        };
        (kinds, wrong)
    }

    /// The kind of a change to the content of each of `paths`, of some of which is known what their names tell.
    pub(crate) fn all(&self, paths: &[RepoPath], by_name: Vec<Option<ChangeKind>>) -> Vec<ChangeKind> {
        let kind = |(path, by_name): (&RepoPath, Option<ChangeKind>)| match by_name {
            Some(_) if !self.contracts.is_empty() && self.contracts.is_match(path.as_str()) => ChangeKind::Contract,
            Some(kind) => kind,
            None => self.of(std::iter::once(path.as_str()))[0],
        };
        paths.iter().zip(by_name).map(kind).collect()
    }

    /// The kind of a change to the content of each of `paths`.
    pub(crate) fn of<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Vec<ChangeKind> {
        let mut judge = Judge { kinds: self, folders: FxHashMap::default(), lower: String::new() };
        paths.map(|path| judge.kind(path)).collect()
    }
}

/// Judges paths in turn. Most lie in a folder of which something was said already.
struct Judge<'k, 'p> {
    kinds: &'k Kinds,
    folders: FxHashMap<&'p str, Folder>,
    /// Where names are written in lower case.
    lower: String,
}

impl<'p> Judge<'_, 'p> {
    fn kind(&mut self, path: &'p str) -> ChangeKind {
        let contracts = &self.kinds.contracts;
        if !contracts.is_empty() && contracts.is_match(path) {
            return ChangeKind::Contract;
        }
        let (folder, written) = match memrchr(b'/', path.as_bytes()) {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => ("", path),
        };
        let lists = &self.kinds.lists;
        let folder = *self.folders.entry(folder).or_insert_with(|| Folder::of(folder, lists));
        self.lower.clear();
        self.lower.push_str(written);
        self.lower.make_ascii_lowercase();
        let ascii = Name::of(written, &self.lower);
        let is_contract = is_contract_file(ascii.lower, ascii.extension, folder.holds_contracts);
        if written.is_ascii() {
            return kind(lists, folder, &ascii, is_contract);
        }
        kind(lists, folder, &Name::of(written, &written.to_lowercase()), is_contract)
    }
}

/// The kind of a file that is called `file`.
fn kind(lists: &Lists, folder: Folder, file: &Name<'_>, is_contract: bool) -> ChangeKind {
    let holding = folder.holding | lists.holding_file(file.lower, file.extension);
    let holds = |list: Bit| holding & list != 0;
    // The order matters: a lock file in a test folder is a lock file, an OpenAPI file there is a test's.
    if holds(Kinds::VENDORED) {
        ChangeKind::Cosmetic
    } else if holds(Kinds::DEPENDENCY) || file.is_requirements(folder) {
        ChangeKind::Dependency
    } else if holds(Kinds::TEST) || folder.is_named_as_test || file.is_named_as_test() {
        ChangeKind::Test
    } else if is_contract || file.declares_types() {
        ChangeKind::Contract
    } else if holds(Kinds::GENERATED) || file.is_called_generated() {
        ChangeKind::Cosmetic
    } else if holds(Kinds::DOCUMENTATION) || file.is_document() {
        ChangeKind::Documentation
    } else if holds(Kinds::CONFIGURATION) && !file.is_state_machine() {
        ChangeKind::Configuration
    } else {
        ChangeKind::Behaviour
    }
}

/// What the folders around a file say of it.
#[derive(Clone, Copy)]
struct Folder {
    /// The lists that hold one of them.
    holding: Bit,
    is_named_as_test: bool,
    /// True if documents in it are contracts.
    holds_contracts: bool,
    /// True if the innermost is called `requirements`, or `project`.
    is_requirements: bool,
    is_project: bool,
}

impl Folder {
    fn of(folder: &str, lists: &Lists) -> Self {
        let lower = folder.to_lowercase();
        let inside = lower.rsplit('/').next().unwrap_or("");
        Self {
            holding: lists.holding_folder(&lower),
            is_named_as_test: lower.split('/').any(|name| TEST_FOLDER_ENDS.iter().any(|end| name.ends_with(end))),
            holds_contracts: is_contract_folder(folder),
            is_requirements: inside == "requirements",
            is_project: inside == "project",
        }
    }
}

/// The name of a file, in lower case where nothing else is said.
struct Name<'a> {
    /// As written: `OrderTest.java` is a test, `latest.java` is none.
    written: &'a str,
    lower: &'a str,
    /// What follows the last dot; empty if there is none.
    extension: &'a str,
    /// What comes before the first dot; empty if there is none.
    start: &'a str,
    /// What is between the first dot and the last.
    inner: Option<&'a str>,
}

impl<'a> Name<'a> {
    fn of(written: &'a str, lower: &'a str) -> Self {
        let bytes = lower.as_bytes();
        let (Some(first), Some(last)) = (memchr(b'.', bytes), memrchr(b'.', bytes)) else {
            return Self { written, lower, extension: "", start: "", inner: None };
        };
        let inner = (first < last).then(|| &lower[first + 1..last]);
        Self { written, lower, extension: &lower[last + 1..], start: &lower[..first], inner }
    }

    /// The parts between dots, without the first and the last.
    fn inner_parts(&self) -> impl Iterator<Item = &'a str> {
        self.inner.into_iter().flat_map(|inner| inner.split('.'))
    }

    /// `requirements-dev.txt`, `requirements/base.txt`, and sbt's `project/build.properties`.
    fn is_requirements(&self, folder: Folder) -> bool {
        let pip =
            || folder.is_requirements || self.lower.contains("requirements") || self.lower.starts_with("constraints");
        (matches!(self.extension, "txt" | "in") && pip()) || (folder.is_project && self.lower == "build.properties")
    }

    fn is_named_as_test(&self) -> bool {
        let dotted = || self.inner_parts().any(|part| matches!(part, "test" | "tests" | "spec" | "specs" | "e2e"));
        let script = || self.extension == "py" && self.lower.starts_with("test_");
        let class = || {
            CLASS_EXTENSIONS.contains(&self.extension) && {
                let stem = self.written.rsplit_once('.').map_or("", |(stem, _)| stem);
                TEST_CLASS_ENDS.iter().any(|end| stem.ends_with(end))
            }
        };
        dotted() || script() || class()
    }

    /// Types without code: what TypeScript says of a module to others.
    fn declares_types(&self) -> bool {
        matches!(self.extension, "ts" | "mts" | "cts")
            && [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| self.lower.ends_with(end))
    }

    /// `api.generated.ts`, `api_generated.go`.
    fn is_called_generated(&self) -> bool {
        self.start.ends_with("_generated")
            || self.inner_parts().any(|part| part == "generated" || part.ends_with("_generated"))
    }

    /// `LICENSE`, `LICENSE-MIT`, `CHANGES.txt`; but `security.py` is code.
    fn is_document(&self) -> bool {
        matches!(self.extension, "" | "txt" | "html") && {
            let stem = self.lower.split(['.', '-']).next().unwrap_or("");
            DOCUMENTS.contains(&stem)
        }
    }

    /// A state machine is code that runs, in whichever spelling.
    fn is_state_machine(&self) -> bool {
        matches!(self.extension, "yaml" | "yml" | "json")
            && self.inner.is_some_and(|inner| inner.rsplit('.').next() == Some("asl"))
    }
}

#[cfg(test)]
mod tests {
    use ChangeKind::{Behaviour, Configuration, Contract, Cosmetic, Dependency, Documentation, Test};

    use super::*;

    const TABLE: &[(ChangeKind, &[&str])] = &[
        (
            Cosmetic,
            &[
                "orders/node_modules/x/index.js",
                "vendor/github.com/x/y.go",
                "dist/index.js",
                "web/app.min.js",
                "src/api.generated.ts",
                "src/__generated__/types.ts",
                "test/__snapshots__/stack.test.ts.snap",
                "cdk.out/a.json",
                "orders/__pycache__/x.pyc",
                ".yarn/releases/yarn-3.cjs",
            ],
        ),
        (
            Dependency,
            &[
                "package.json",
                "orders/package-lock.json",
                "yarn.lock",
                "pnpm-lock.yaml",
                "requirements.txt",
                "orders/requirements-dev.txt",
                "requirements/base.txt",
                "pyproject.toml",
                "poetry.lock",
                "uv.lock",
                "Cargo.toml",
                "crates/x/Cargo.lock",
                "go.mod",
                "go.sum",
                "pom.xml",
                "build.gradle",
                "orders/build.gradle.kts",
                "build.sbt",
                "project/build.properties",
                "Orders/Orders.csproj",
                "Gemfile",
                "Gemfile.lock",
                "composer.json",
                "tests/package.json",
                ".terraform.lock.hcl",
                "gradle/libs.versions.toml",
            ],
        ),
        (
            Test,
            &[
                "orders/handler_test.go",
                "orders/handler.test.ts",
                "orders/handler.spec.js",
                "orders/test_handler.py",
                "orders/handler_test.py",
                "src/__tests__/a.ts",
                "src/test/java/A.java",
                "src/test/resources/openapi.yaml",
                "tests/README.md",
                "Orders.Tests/A.cs",
                "integration-tests/src/A.java",
                "src/main/java/OrderTest.java",
                "src/OrderSpec.scala",
                "conftest.py",
                "jest.config.js",
                "features/login.feature",
                "spec/order_spec.rb",
            ],
        ),
        (
            Contract,
            &[
                "proto/orders.proto",
                "schema.graphql",
                "api/schema.gql",
                "events/Order.avsc",
                "events/order.avdl",
                "openapi.yaml",
                "api/openapi-v2.json",
                "swagger.yml",
                "asyncapi.yaml",
                "docs/openapi.yaml",
                "auth.openapi.yml",
                "events/order.schema.json",
                "gen/orders_pb2.py",
                "gen/orders_pb2_grpc.py",
                "gen/orders.pb.go",
                "gen/orders_pb.js",
                "gen/orders_pb.d.ts",
                "types/index.d.ts",
                "spec/openapi.yaml",
            ],
        ),
        (
            Documentation,
            &[
                "README.md",
                "README",
                "docs/index.html",
                "orders/flow.png",
                "LICENSE",
                "LICENSE.txt",
                "LICENSE-MIT",
                "NOTICE",
                "CHANGELOG",
                "CHANGELOG.rst",
                "orders/diagram.svg",
                ".github/CODEOWNERS",
                ".github/ISSUE_TEMPLATE/bug.yml",
            ],
        ),
        (
            Configuration,
            &[
                "template.yaml",
                "orders/template.yml",
                "ci/main.tf",
                "prod.tfvars",
                "serverless.yml",
                "serverless.ts",
                "cdk.json",
                "samconfig.toml",
                "wrangler.toml",
                "wrangler.jsonc",
                "Dockerfile",
                "Dockerfile.orders",
                "Makefile",
                ".github/workflows/ci.yml",
                ".gitlab-ci.yml",
                "build.sh",
                ".eslintrc.json",
                ".gitignore",
                "tsconfig.json",
                "tsconfig.build.json",
                "webpack.config.js",
                "orders/function.json",
                "stack.template.json",
                "lockstep-baseline.jsonl",
                ".env",
                "Jenkinsfile",
            ],
        ),
        (
            Behaviour,
            &[
                "orders/handler.ts",
                "orders/app.py",
                "src/main/java/Order.java",
                "latest.java",
                "src/contest.py",
                "orders/security.py",
                "orders/changes.ts",
                "flows/pay.asl.json",
                "flows/pay.asl.yaml",
                "migrations/1.sql",
                "data/prices.json",
                "templates/mail.html",
                "bootstrap",
                "distribution/x.py",
                "attestation/handler.ts",
                "resolvers/Query.add.req.vtl",
                "src/testimonials.ts",
                "lib/stack.ts",
            ],
        ),
    ];

    #[test]
    fn paths_tell_the_kind_of_a_change() {
        let (kinds, wrong) = Kinds::new(&[]);
        assert!(wrong.is_empty());
        for (kind, paths) in TABLE {
            for path in *paths {
                assert_eq!(kinds.of([*path].into_iter()), [*kind], "{path}");
            }
        }
    }

    #[test]
    fn the_user_names_further_contracts() {
        let (kinds, wrong) = Kinds::new(&["shared/events/**".into(), "**/api-types.ts".into(), "a[".into()]);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(kinds.of(["shared/events/order.py"].into_iter()), [Contract]);
        assert_eq!(kinds.of(["orders/api-types.ts"].into_iter()), [Contract]);
        assert_eq!(kinds.of(["shared/money.py"].into_iter()), [Behaviour]);
    }
}
