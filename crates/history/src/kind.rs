//! What kind of change a change is, judged by the path alone.
//!
//! The path says enough for most files, and it is all that there is in a clone without blobs; where contents are there,
//! a later stage compares them. Whatever is not known to be something else is behaviour: a wrong warning can be looked
//! at, a silence cannot.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use lockstep_model::{ChangeKind, is_contract_by_name};
use rustc_hash::FxHashMap;

/// What is known by its path. Each text is a list of words in lower case, separated by spaces.
struct Known {
    /// Names of folders; everything below them is meant.
    folders: &'static str,
    /// Whole names of files.
    names: &'static str,
    /// What follows the last dot.
    extensions: &'static str,
    starts: &'static str,
    ends: &'static str,
}

/// Other people's code, and what tools write beside ours.
const VENDORED: Known = Known {
    folders: "node_modules vendor third_party bower_components dist cdk.out .aws-sam .serverless .yarn .pnp __pycache__ \
        site-packages .terraform coverage htmlcov .next .nuxt __snapshots__",
    names: "thumbs.db .ds_store",
    extensions: "snap pyc class orig rej swp log",
    starts: "",
    ends: ".min.js .min.css .min.mjs .bundle.js .js.map .css.map .mjs.map .d.ts.map",
};

/// Lists of dependencies, and the locks of them.
const DEPENDENCY: Known = Known {
    folders: "",
    names: "package.json package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml pnpm-workspace.yaml bun.lock \
        bun.lockb deno.lock .pnp.cjs .pnp.loader.mjs bower.json lerna.json \
        go.mod go.sum go.work go.work.sum gopkg.lock gopkg.toml cargo.toml cargo.lock \
        pyproject.toml poetry.lock uv.lock pdm.lock pixi.lock pipfile pipfile.lock setup.py environment.yml \
        gemfile gemfile.lock composer.json composer.lock \
        pom.xml maven-wrapper.properties build.gradle build.gradle.kts settings.gradle settings.gradle.kts \
        gradle.properties gradle.lockfile buildscript-gradle.lockfile libs.versions.toml gradle-wrapper.properties \
        build.sbt plugins.sbt dependencies.scala build.sc \
        packages.config packages.lock.json directory.packages.props directory.build.props directory.build.targets \
        paket.lock paket.dependencies paket.references global.json nuget.config \
        mix.exs mix.lock package.swift package.resolved pubspec.yaml pubspec.lock project.clj deps.edn \
        .terraform.lock.hcl flake.lock .gitmodules",
    extensions: "csproj fsproj vbproj gemspec jar whl",
    starts: "",
    ends: ".lock.json",
};

const TEST: Known = Known {
    folders: "test tests __tests__ __test__ __mocks__ __fixtures__ testdata test-data test_data fixtures e2e cypress \
        testfixtures integrationtest functionaltest acceptancetest unittest unittests test-utils test-helpers",
    names: "conftest.py pytest.ini tox.ini .coveragerc karma.conf.js cypress.json phpunit.xml codecov.yml",
    extensions: "feature",
    starts: "jest. jest- vitest. playwright.config. cypress.config. setuptests. .nycrc .mocharc",
    ends: "_test.go _test.py _spec.rb _test.rb _test.exs -test.js -test.ts",
};

/// Ends of names of folders that hold tests: `integration-tests`, `Orders.Tests`.
const TEST_FOLDER_ENDS: &[&str] = &["-test", "-tests", "_test", "_tests", ".test", ".tests", "-e2e"];
/// Ends of names of classes that are tests, in the spelling of the languages that name a file as its class.
const TEST_CLASS_ENDS: &[&str] = &["Test", "Tests", "IT", "Spec", "Specs", "TestCase"];
/// The extensions of those languages.
const CLASS_EXTENSIONS: &[&str] = &["java", "kt", "kts", "scala", "cs", "groovy", "fs", "vb", "php", "swift"];

/// Written by a generator that is not one of contracts.
const GENERATED: Known = Known {
    folders: "__generated__",
    names: "",
    extensions: "",
    starts: "",
    ends: ".g.dart .g.cs .designer.cs .gen.go .gen.ts _gen.go",
};

const DOCUMENTATION: Known = Known {
    folders: "docs doc documentation issue_template pull_request_template",
    names: ".all-contributorsrc",
    extensions: "md mdx markdown rst adoc asciidoc png jpg jpeg gif svg ico webp bmp drawio puml plantuml mmd pdf pptx \
        docx vsdx excalidraw",
    starts: "",
    ends: "",
};

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

/// Manifests, build, deployment, and the settings of tools.
const CONFIGURATION: Known = Known {
    folders: ".github .circleci .buildkite .husky .vscode .idea",
    names: "template.json cdk.json cdk.context.json samconfig.json host.json function.json local.settings.json \
        firebase.json vercel.json now.json nest-cli.json nx.json turbo.json project.json angular.json rush.json tslint.json \
        jsconfig.json biome.json deno.json deno.jsonc aws-lambda-tools-defaults.json launchsettings.json components.json \
        renovate.json makefile gnumakefile procfile jenkinsfile justfile rakefile vagrantfile tiltfile earthfile \
        manifest.in logback.xml log4j2.xml checkstyle.xml web.config gradlew mvnw gruntfile.js gulpfile.js gulpfile.ts \
        noxfile.py lockstep-baseline.jsonl",
    extensions: "yml yaml toml ini cfg conf properties env tf tfvars hcl tofu bicep template sh bash zsh ps1 bat cmd mk \
        sln dockerfile nix iml tfstate pem crt",
    starts: ". serverless. wrangler. dockerfile containerfile docker-compose webpack. rollup.config. vite.config. esbuild. \
        babel.config. tsup.config. tsdown.config. eslint.config. eslint. prettier.config. commitlint.config. \
        lint-staged.config. tsconfig appsettings. next.config. postcss.config. tailwind.config. sst.config.",
    ends: ".template.json .parameters.json .params.json .tf.json .tfvars.json .sam.json",
};

/// One of the lists above, as a bit.
type Bit = u8;

/// All lists at once: a path is looked up once, and not list by list.
#[derive(Default)]
struct Lists {
    folders: FxHashMap<&'static str, Bit>,
    names: FxHashMap<&'static str, Bit>,
    extensions: FxHashMap<&'static str, Bit>,
    starts: Vec<(&'static str, Bit)>,
    ends: Vec<(&'static str, Bit)>,
}

impl Lists {
    fn of(all: &[(&'static Known, Bit)]) -> Self {
        let mut lists = Self::default();
        for (known, bit) in all {
            let sets = [
                (&mut lists.folders, known.folders),
                (&mut lists.names, known.names),
                (&mut lists.extensions, known.extensions),
            ];
            for (set, words) in sets {
                words.split_ascii_whitespace().for_each(|word| *set.entry(word).or_default() |= bit);
            }
            lists.starts.extend(known.starts.split_ascii_whitespace().map(|word| (word, *bit)));
            lists.ends.extend(known.ends.split_ascii_whitespace().map(|word| (word, *bit)));
        }
        lists
    }

    /// The lists that hold the file.
    fn holding(&self, file: &Name<'_>) -> Bit {
        let in_set = |set: &FxHashMap<&str, Bit>, word: &str| set.get(word).copied().unwrap_or(0);
        let folders = file.folders().fold(0, |all, folder| all | in_set(&self.folders, folder));
        let starts = self.starts.iter().filter(|(start, _)| file.lower.starts_with(start));
        let ends = self.ends.iter().filter(|(end, _)| file.lower.ends_with(end));
        let ends = starts.chain(ends).fold(0, |all, (_, bit)| all | bit);
        folders | ends | in_set(&self.names, file.lower) | in_set(&self.extensions, file.extension)
    }
}

/// The judge: the lists above, and the contracts that the user names.
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

    /// The kind of a change to the content of `path`.
    pub(crate) fn of(&self, path: &str) -> ChangeKind {
        if !self.contracts.is_empty() && self.contracts.is_match(path) {
            return ChangeKind::Contract;
        }
        let lower = path.to_lowercase();
        let file = Name::of(path, &lower);
        let holding = self.lists.holding(&file);
        let holds = |list: Bit| holding & list != 0;
        // The order matters: a lock file in a test folder is a lock file, an OpenAPI file there is a test's.
        if holds(Self::VENDORED) {
            ChangeKind::Cosmetic
        } else if holds(Self::DEPENDENCY) || file.is_requirements() {
            ChangeKind::Dependency
        } else if holds(Self::TEST) || file.is_named_as_test() {
            ChangeKind::Test
        } else if is_contract_by_name(path) || file.declares_types() {
            ChangeKind::Contract
        } else if holds(Self::GENERATED) || file.is_called_generated() {
            ChangeKind::Cosmetic
        } else if holds(Self::DOCUMENTATION) || file.is_document() {
            ChangeKind::Documentation
        } else if holds(Self::CONFIGURATION) && !file.is_state_machine() {
            ChangeKind::Configuration
        } else {
            ChangeKind::Behaviour
        }
    }
}

/// The parts of a path, in lower case where nothing else is said.
struct Name<'a> {
    /// The folders as one text.
    folder: &'a str,
    /// The name of the file as written: `OrderTest.java` is a test, `latest.java` is none.
    written: &'a str,
    lower: &'a str,
    /// What follows the last dot; empty if there is none.
    extension: &'a str,
}

impl<'a> Name<'a> {
    fn of(path: &'a str, lower: &'a str) -> Self {
        let (folder, lower) = lower.rsplit_once('/').unwrap_or(("", lower));
        Self {
            folder,
            written: path.rsplit('/').next().unwrap_or(""),
            lower,
            extension: lower.rsplit_once('.').map_or("", |(_, extension)| extension),
        }
    }

    fn folders(&self) -> impl Iterator<Item = &'a str> {
        self.folder.split('/')
    }

    /// The innermost folder.
    fn inside(&self) -> &'a str {
        self.folder.rsplit('/').next().unwrap_or("")
    }

    /// `requirements-dev.txt`, `requirements/base.txt`, and sbt's `project/build.properties`.
    fn is_requirements(&self) -> bool {
        let pip = self.lower.contains("requirements") || self.lower.starts_with("constraints");
        (matches!(self.extension, "txt" | "in") && (pip || self.inside() == "requirements"))
            || (self.lower == "build.properties" && self.inside() == "project")
    }

    fn is_named_as_test(&self) -> bool {
        let folder = || self.folders().any(|folder| TEST_FOLDER_ENDS.iter().any(|end| folder.ends_with(end)));
        let dotted =
            || [".test.", ".tests.", ".spec.", ".specs.", ".e2e."].iter().any(|part| self.lower.contains(part));
        let script = || self.extension == "py" && self.lower.starts_with("test_");
        let class = || {
            let stem = self.written.rsplit_once('.').map_or("", |(stem, _)| stem);
            CLASS_EXTENSIONS.contains(&self.extension) && TEST_CLASS_ENDS.iter().any(|end| stem.ends_with(end))
        };
        folder() || dotted() || script() || class()
    }

    /// Types without code: what TypeScript says of a module to others.
    fn declares_types(&self) -> bool {
        [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| self.lower.ends_with(end))
    }

    fn is_called_generated(&self) -> bool {
        self.lower.contains(".generated.") || self.lower.contains("_generated.")
    }

    /// `LICENSE`, `LICENSE-MIT`, `CHANGES.txt`; but `security.py` is code.
    fn is_document(&self) -> bool {
        let stem = self.lower.split(['.', '-']).next().unwrap_or("");
        DOCUMENTS.contains(&stem) && matches!(self.extension, "" | "txt" | "html")
    }

    /// A state machine is code that runs, in whichever spelling.
    fn is_state_machine(&self) -> bool {
        [".asl.yaml", ".asl.yml", ".asl.json"].iter().any(|end| self.lower.ends_with(end))
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
                assert_eq!(kinds.of(path), *kind, "{path}");
            }
        }
    }

    #[test]
    fn the_user_names_further_contracts() {
        let (kinds, wrong) = Kinds::new(&["shared/events/**".into(), "**/api-types.ts".into(), "a[".into()]);
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(kinds.of("shared/events/order.py"), Contract);
        assert_eq!(kinds.of("orders/api-types.ts"), Contract);
        assert_eq!(kinds.of("shared/money.py"), Behaviour);
    }
}
