//! The lists of words by which kinds are told, and all of them at once: a path is looked up once, and not list by list.

use rustc_hash::FxHashMap;

/// What is known by its path. Each text is a list of words in lower case, separated by spaces.
pub(super) struct Known {
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
pub(super) const VENDORED: Known = Known {
    folders: "node_modules vendor third_party bower_components dist cdk.out .aws-sam .serverless .yarn .pnp __pycache__ \
        site-packages .terraform coverage htmlcov .next .nuxt __snapshots__",
    names: "thumbs.db .ds_store",
    extensions: "snap pyc class orig rej swp log",
    starts: "",
    ends: ".min.js .min.css .min.mjs .bundle.js .js.map .css.map .mjs.map .d.ts.map",
};

/// Lists of dependencies, and the locks of them.
pub(super) const DEPENDENCY: Known = Known {
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

pub(super) const TEST: Known = Known {
    folders: "test tests __tests__ __test__ __mocks__ __fixtures__ testdata test-data test_data fixtures e2e cypress \
        testfixtures integrationtest functionaltest acceptancetest unittest unittests test-utils test-helpers",
    names: "conftest.py pytest.ini tox.ini .coveragerc karma.conf.js cypress.json phpunit.xml codecov.yml",
    extensions: "feature",
    starts: "jest. jest- vitest. playwright.config. cypress.config. setuptests. .nycrc .mocharc",
    ends: "_test.go _test.py _spec.rb _test.rb _test.exs -test.js -test.ts",
};

/// Written by a generator that is not one of contracts.
pub(super) const GENERATED: Known = Known {
    folders: "__generated__",
    names: "",
    extensions: "",
    starts: "",
    ends: ".g.dart .g.cs .designer.cs .gen.go .gen.ts _gen.go",
};

pub(super) const DOCUMENTATION: Known = Known {
    folders: "docs doc documentation issue_template pull_request_template",
    names: ".all-contributorsrc",
    extensions: "md mdx markdown rst adoc asciidoc png jpg jpeg gif svg ico webp bmp drawio puml plantuml mmd pdf pptx \
        docx vsdx excalidraw",
    starts: "",
    ends: "",
};

/// Manifests, build, deployment, and the settings of tools.
pub(super) const CONFIGURATION: Known = Known {
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
pub(super) type Bit = u8;

/// All lists at once.
pub(super) struct Lists {
    folders: FxHashMap<&'static str, Bit>,
    names: FxHashMap<&'static str, Bit>,
    extensions: FxHashMap<&'static str, Bit>,
    /// Starts of names by their first byte, and ends by their last: a name is held against few of them.
    starts: [Vec<(&'static str, Bit)>; 256],
    ends: [Vec<(&'static str, Bit)>; 256],
}

impl Lists {
    pub(super) fn of(all: &[(&'static Known, Bit)]) -> Self {
        let mut lists = Self {
            folders: FxHashMap::default(),
            names: FxHashMap::default(),
            extensions: FxHashMap::default(),
            starts: [const { Vec::new() }; 256],
            ends: [const { Vec::new() }; 256],
        };
        for (known, bit) in all {
            let sets = [
                (&mut lists.folders, known.folders),
                (&mut lists.names, known.names),
                (&mut lists.extensions, known.extensions),
            ];
            for (set, words) in sets {
                words.split_ascii_whitespace().for_each(|word| *set.entry(word).or_default() |= bit);
            }
            for word in known.starts.split_ascii_whitespace() {
                lists.starts[usize::from(word.as_bytes()[0])].push((word, *bit));
            }
            for word in known.ends.split_ascii_whitespace() {
                lists.ends[usize::from(word.as_bytes()[word.len() - 1])].push((word, *bit));
            }
        }
        lists
    }

    /// The lists that hold one of the folders of `folder`.
    pub(super) fn holding_folder(&self, folder: &str) -> Bit {
        folder.split('/').fold(0, |all, folder| all | in_set(&self.folders, folder))
    }

    /// The lists that hold a file of this name and extension.
    pub(super) fn holding_file(&self, name: &str, extension: &str) -> Bit {
        let (Some(first), Some(last)) = (name.as_bytes().first(), name.as_bytes().last()) else { return 0 };
        let starts = self.starts[usize::from(*first)].iter().filter(|(start, _)| name.starts_with(start));
        let ends = self.ends[usize::from(*last)].iter().filter(|(end, _)| name.ends_with(end));
        let ends = starts.chain(ends).fold(0, |all, (_, bit)| all | bit);
        ends | in_set(&self.names, name) | in_set(&self.extensions, extension)
    }
}

fn in_set(set: &FxHashMap<&str, Bit>, word: &str) -> Bit {
    set.get(word).copied().unwrap_or(0)
}
