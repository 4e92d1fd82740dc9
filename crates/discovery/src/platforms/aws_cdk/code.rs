//! Where the code of a function construct is.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};
use lockstep_script::{
    Sources,
    evaluate::{Evaluation, Event, Value, repository_path},
};

use super::{
    apps::{App, Budget},
    constructs::{Kind, inner, kind, property},
};
use crate::{
    in_code::relative,
    platform::{Build, CodeSource, HandlerStyle},
};

/// What a construct says of its code.
pub(super) struct CodeOf {
    pub(super) code: CodeSource,
    pub(super) build: Build,
    pub(super) style: HandlerStyle,
    pub(super) handler: Option<String>,
    pub(super) runtime: Option<String>,
}

/// How a construct says where its code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// `code` and `handler`.
    Code,
    /// `entry` is a file, `handler` a name in it.
    Nodejs,
    /// `entry` is a folder, `index` a file in it, `handler` a name in that.
    Python,
    /// `entry` is a folder of Go.
    Go,
    /// `manifestPath` and `binaryName`.
    Rust,
    /// `code` is an image.
    Image,
    /// Properties of CloudFormation.
    Cfn,
    /// The Guardian's library: `fileName` is an archive.
    Guardian,
    /// projen writes the construct from the file `*.lambda.ts`.
    Projen,
}

/// The way of a construct that is a function; none for everything else.
pub(super) fn way(event: &Event, files: &FileSet) -> Option<Way> {
    let Kind { module, name } = kind(&event.callee)?;
    if projen_source(event, files).is_some() {
        return Some(Way::Projen);
    }
    Some(match (&*module, &*name) {
        ("aws-lambda", "Function" | "SingletonFunction") => Way::Code,
        ("aws-lambda", "DockerImageFunction") => Way::Image,
        ("aws-lambda" | "aws-sam", "CfnFunction") => Way::Cfn,
        ("aws-lambda-nodejs", "NodejsFunction") => Way::Nodejs,
        ("aws-lambda-python" | "uv-python-lambda", "PythonFunction") => Way::Python,
        ("aws-lambda-go", "GoFunction") => Way::Go,
        ("cargo-lambda-cdk", "RustFunction") => Way::Rust,
        ("aws-cloudfront", "EdgeFunction") | ("triggers", "TriggerFunction") => Way::Code,
        (module, name) if module.starts_with("@guardian/cdk") => match name {
            "GuLambdaFunction"
            | "GuScheduledLambda"
            | "GuApiLambda"
            | "GuKinesisLambda"
            | "GuKinesisLambdaExperimental" => Way::Guardian,
            _ => return None,
        },
        _ => return foreign(event, &name),
    })
}

/// A construct of somebody else's package that is a function by its name and by what it is given.
fn foreign(event: &Event, name: &str) -> Option<Way> {
    let named = name.ends_with("Function") || name.ends_with("Lambda");
    let package = !event.callee.module.starts_with("aws-cdk") && !event.callee.module.starts_with("@aws-cdk/");
    if !named || !package || event.callee.module.is_empty() {
        return None;
    }
    let has = |name: &str| property(event, name).is_some();
    match () {
        () if has("handler") && (has("code") || has("fileName")) => Some(Way::Code),
        () if has("entry") => Some(Way::Nodejs),
        () if has("manifestPath") => Some(Way::Rust),
        () => None,
    }
}

/// The file that projen writes a construct from, for a construct of a file that is not in the repository.
fn projen_source(event: &Event, files: &FileSet) -> Option<RepoPath> {
    let place =
        repository_path(&event.callee.module, &RepoPath::root()).filter(|_| event.callee.module.starts_with('/'))?;
    let stem = place.as_str().strip_suffix("-function").unwrap_or(place.as_str());
    [stem, place.as_str()].iter().find_map(|stem| {
        let source = RepoPath::new(&format!("{stem}.lambda.ts")).ok()?;
        files.is_file(&source).then_some(source)
    })
}

/// What `event`, a function construct, says of its code.
pub(super) fn read(event: &Event, way: Way, app: &App, evaluation: &Evaluation, sources: &Sources<'_>) -> CodeOf {
    let reader = Reader { event, app, evaluation, sources, files: sources.files() };
    let mut found = match way {
        Way::Code => reader.code(),
        Way::Nodejs => reader.nodejs(),
        Way::Python => reader.python(),
        Way::Go => reader.folder("entry", Some("go1.x")),
        Way::Rust => reader.rust(),
        Way::Image => reader.image(),
        Way::Cfn => reader.cfn(),
        Way::Guardian => reader.guardian(),
        Way::Projen => reader.projen(),
    };
    found.runtime = reader.runtime().or(found.runtime);
    found
}

struct Reader<'r, 'f> {
    event: &'r Event,
    app: &'r App,
    evaluation: &'r Evaluation,
    sources: &'r Sources<'f>,
    files: &'r FileSet,
}

impl Reader<'_, '_> {
    fn text(&self, name: &str) -> Option<String> {
        property(self.event, name)?.as_text().map(str::to_owned)
    }

    fn runtime(&self) -> Option<String> {
        match property(self.event, "runtime")? {
            Value::Text(text) if !text.holes => Some(text.text.clone()),
            Value::External(_, path) => runtime_name(path.rsplit('.').next()?),
            _ => None,
        }
    }

    fn plain(&self, code: CodeSource, handler: Option<String>) -> CodeOf {
        CodeOf { code, build: Build::default(), style: HandlerStyle::Runtime, handler, runtime: None }
    }

    fn unknown(&self, why: String) -> CodeOf {
        self.plain(CodeSource::Unknown(why), self.text("handler"))
    }

    /// A place of the repository that a text means.
    fn place(&self, value: &Value) -> Option<RepoPath> {
        let text = value.as_text()?;
        repository_path(text, &self.app.folder)
    }

    fn path(&self, place: &RepoPath) -> CodeSource {
        let folder = &self.app.folder;
        let path = relative(folder, place);
        let path = if path.is_empty() { ".".to_owned() } else { path };
        let archive = place.extension().is_some_and(|one| matches!(one, "zip" | "jar"));
        match archive && !self.files.is_file(place) {
            true => CodeSource::Artifact { base: folder.clone(), path },
            false => CodeSource::Path { base: folder.clone(), path },
        }
    }

    /// `code: lambda.Code.…`.
    fn code(&self) -> CodeOf {
        let handler = self.text("handler");
        let code = property(self.event, "code").or_else(|| property(self.event, "fileName"));
        match code {
            None => self.unknown("the construct does not say where its code is".to_owned()),
            Some(value) => {
                let source = self.source(value);
                match self.bundle(&source).or_else(|| self.built(value, handler.as_deref())) {
                    Some(file) => {
                        let symbol =
                            handler.as_deref().and_then(|handler| handler.rsplit('.').next()).unwrap_or("handler");
                        self.file(&file, Some(symbol))
                    }
                    None => self.plain(source, handler),
                }
            }
        }
    }

    /// The source of a bundle that projen makes: `x.lambda.bundle/` from `x.lambda.ts`, `assets/x.lambda/` from
    /// `src/x.lambda.ts`.
    fn bundle(&self, source: &CodeSource) -> Option<RepoPath> {
        let CodeSource::Path { base, path } = source else { return None };
        let place = base.join(path).ok()?;
        let text = place.as_str();
        let beside = text.strip_suffix(".bundle").map(|stem| format!("{stem}.ts"));
        let assets = text.ends_with(".lambda").then(|| format!("{}.ts", text.replacen("assets/", "src/", 1)));
        [beside, assets].into_iter().flatten().find_map(|text| {
            let path = RepoPath::new(&text).ok()?;
            self.files.is_file(&path).then_some(path)
        })
    }

    /// What a script bundles that the app runs to make the code: `Code.fromCustomCommand("out", ["node", "build.js"])`.
    fn built(&self, value: &Value, handler: Option<&str>) -> Option<RepoPath> {
        let made = value.instance().and_then(|event| self.evaluation.events.get(event))?;
        if super::constructs::camel(made.callee.last()) != "fromCustomCommand" {
            return None;
        }
        let words = made.arguments.iter().find_map(|given| given.value.as_list())?;
        let script = words.iter().filter_map(|word| self.place(word)).find(|path| self.files.is_file(path))?;
        let said = super::apps::evaluate(
            self.sources,
            &App { folder: self.app.folder.clone(), entry: script },
            &mut Budget::small(),
        );
        let points =
            said.events.iter().find_map(|event| property(event, "entryPoints")?.as_list().map(<[Value]>::to_vec));
        let points: Vec<RepoPath> = points?.iter().filter_map(|point| self.place(point)).collect();
        let module = handler.and_then(|handler| handler.split('.').next()).unwrap_or_default();
        match points.as_slice() {
            [only] => Some(only.clone()),
            several => several.iter().find(|point| point.file_stem() == module).cloned(),
        }
        .filter(|path| self.files.is_file(path))
    }

    fn source(&self, value: &Value) -> CodeSource {
        let Some(made) = value.instance().and_then(|event| self.evaluation.events.get(event)) else {
            return match value {
                Value::Text(text) => CodeSource::Artifact { base: self.app.folder.clone(), path: text.text.clone() },
                _ => CodeSource::Unknown("what its `code` is, only the CDK can tell".to_owned()),
            };
        };
        let way = made.callee.last().to_owned();
        let way = super::constructs::camel(&way);
        let first = made.positional(0).or_else(|| made.named("path"));
        match (&*way, first) {
            ("fromInline" | "inline" | "InlineCode", _) => CodeSource::Inline,
            ("fromAsset" | "asset" | "AssetCode" | "fromDockerBuild" | "fromCustomCommand", Some(path)) => {
                self.asset(path)
            }
            ("fromBucket" | "fromBucketV2" | "bucket" | "S3Code", _) => {
                let key = made.positional(1).or_else(|| made.named("key")).and_then(Value::as_text);
                CodeSource::Artifact { base: self.app.folder.clone(), path: key.unwrap_or("*").to_owned() }
            }
            ("fromAssetImage" | "fromImageAsset", _) => self.image_of(made),
            ("fromEcrImage" | "fromEcr", _) => self.registry_image(made),
            _ => CodeSource::Unknown(format!(
                "its code comes from `{}`, which only the CDK can follow",
                made.callee.name
            )),
        }
    }

    fn asset(&self, path: &Value) -> CodeSource {
        match (self.place(path), path) {
            (_, Value::Text(text)) if text.holes => {
                CodeSource::Artifact { base: self.app.folder.clone(), path: shown(&text.text) }
            }
            (Some(place), _) => self.path(&place),
            (None, Value::Text(_)) => {
                CodeSource::Unknown("the path of its code leads out of the repository".to_owned())
            }
            _ => CodeSource::Unknown("the path of its code is known only when the app runs".to_owned()),
        }
    }

    /// `NodejsFunction`.
    fn nodejs(&self) -> CodeOf {
        if property(self.event, "entry").is_none() && property(self.event, "code").is_some() {
            return self.code();
        }
        let handler = self.text("handler").unwrap_or_else(|| "handler".to_owned());
        let symbol = handler.rsplit('.').next().unwrap_or(&handler).to_owned();
        let entry = match property(self.event, "entry") {
            Some(Value::Text(text)) if text.holes => {
                return self.unknown(format!("its entry file `{}` is known only when the app runs", shown(&text.text)));
            }
            Some(value) => match self.place(value) {
                Some(place) => place,
                None => return self.unknown("its entry file is known only when the app runs".to_owned()),
            },
            None => match self.beside() {
                Some(place) => place,
                None => {
                    return self
                        .unknown("it names no `entry`, and no file is beside it that is called after it".to_owned());
                }
            },
        };
        if self.files.is_file(&entry) {
            return self.file(&entry, Some(&symbol));
        }
        // What a compiler writes: the folder is mapped back to its sources.
        let folder = entry.parent().unwrap_or_else(RepoPath::root);
        let mut found = self.plain(self.path(&folder), Some(format!("{}.{symbol}", entry.file_stem())));
        found.style = HandlerStyle::Bundler;
        found
    }

    /// The file that `NodejsFunction` takes by default: `FILE.ID.ts` beside the file that makes it.
    fn beside(&self) -> Option<RepoPath> {
        let id = super::host::id(self.event)?.as_text()?;
        let defining = &self.event.site.path;
        let stem = defining.as_str().strip_suffix(&format!(".{}", defining.extension()?))?;
        ["ts", "js", "mjs", "mts", "cts", "cjs"].iter().find_map(|extension| {
            let path = RepoPath::new(&format!("{stem}.{id}.{extension}")).ok()?;
            self.files.is_file(&path).then_some(path)
        })
    }

    /// One file, exactly.
    fn file(&self, file: &RepoPath, symbol: Option<&str>) -> CodeOf {
        let folder = &self.app.folder;
        let path = relative(folder, file);
        let handler = symbol.map_or_else(|| path.clone(), |symbol| format!("{path}#{symbol}"));
        let mut found = self.plain(CodeSource::Path { base: folder.clone(), path: ".".to_owned() }, Some(handler));
        found.style = HandlerStyle::Path;
        found
    }

    fn python(&self) -> CodeOf {
        let Some(folder) = property(self.event, "entry").and_then(|entry| self.place(entry)) else {
            return self.unknown("its entry folder is known only when the app runs".to_owned());
        };
        let index = self.text("index").unwrap_or_else(|| "index.py".to_owned());
        let handler = self.text("handler").unwrap_or_else(|| "handler".to_owned());
        let module = index.strip_suffix(".py").unwrap_or(&index);
        let mut found = self.plain(self.path(&folder), Some(format!("{module}.{handler}")));
        found.runtime = Some("python".to_owned());
        found
    }

    fn folder(&self, name: &str, runtime: Option<&str>) -> CodeOf {
        match property(self.event, name).and_then(|value| self.place(value)) {
            Some(folder) => {
                let mut found = self.plain(self.path(&folder), self.text("handler"));
                found.build.method = runtime.map(str::to_owned);
                found
            }
            None => self.unknown("its folder is known only when the app runs".to_owned()),
        }
    }

    fn rust(&self) -> CodeOf {
        let manifest = property(self.event, "manifestPath").and_then(|value| self.place(value));
        let folder = match manifest {
            Some(path) if path.file_name() == "Cargo.toml" => path.parent().unwrap_or_else(RepoPath::root),
            Some(path) => path,
            None => self.app.folder.clone(),
        };
        let mut found = self.plain(self.path(&folder), None);
        found.build =
            Build { method: Some("rust-cargolambda".to_owned()), binary: self.text("binaryName"), ..Build::default() };
        found
    }

    fn image(&self) -> CodeOf {
        let made = property(self.event, "code").and_then(Value::instance).and_then(|at| self.evaluation.events.get(at));
        let code = match made {
            Some(made) if super::constructs::camel(made.callee.last()) == "fromEcr" => self.registry_image(made),
            Some(made) => self.image_of(made),
            None => CodeSource::Unknown("how its image is built is known only when the app runs".to_owned()),
        };
        let mut found = self.plain(code, None);
        found.runtime = Some("image".to_owned());
        found
    }

    /// `DockerImageCode.fromImageAsset(folder, { file, cmd, buildArgs })`.
    fn image_of(&self, made: &Event) -> CodeSource {
        let place = made.positional(0).or_else(|| made.named("directory")).and_then(|path| self.place(path));
        let Some(place) = place else {
            return CodeSource::Unknown("the folder of its image is known only when the app runs".to_owned());
        };
        let mut arguments = BTreeMap::new();
        for (key, value) in
            property(made, "buildArgs").and_then(Value::as_object).map(|all| &all.entries).into_iter().flatten()
        {
            if let Some(text) = value.as_text() {
                arguments.insert(key.clone(), text.to_owned());
            }
        }
        let context = relative(&self.app.folder, &place);
        CodeSource::Image {
            base: self.app.folder.clone(),
            context: Some(if context.is_empty() { ".".to_owned() } else { context }),
            dockerfile: property(made, "file").and_then(Value::as_text).map(str::to_owned),
            command: texts(property(made, "cmd")),
            name: None,
            arguments,
        }
    }

    fn registry_image(&self, made: &Event) -> CodeSource {
        let repository = made.positional(0).and_then(Value::instance).and_then(|at| self.evaluation.events.get(at));
        let name = repository.and_then(|event| event.positional(2).or(super::host::id(event))).and_then(Value::as_text);
        CodeSource::Image {
            base: self.app.folder.clone(),
            context: None,
            dockerfile: None,
            command: texts(property(made, "cmd")),
            name: name.map(shown),
            arguments: BTreeMap::new(),
        }
    }

    fn cfn(&self) -> CodeOf {
        let handler = self.text("handler");
        let code = property(self.event, "code").or_else(|| property(self.event, "codeUri"));
        let Some(code) = code else { return self.unknown("the construct does not say where its code is".to_owned()) };
        let text = |name: &str| inner(code, name).and_then(Value::as_text).map(shown);
        let base = self.app.folder.clone();
        let source = match (text("zipFile"), text("s3Key"), text("imageUri"), code) {
            (Some(_), ..) => CodeSource::Inline,
            (_, Some(path), ..) => CodeSource::Artifact { base, path },
            (_, _, Some(name), _) => CodeSource::Image {
                base,
                context: None,
                dockerfile: None,
                command: None,
                name: Some(name),
                arguments: BTreeMap::new(),
            },
            (_, _, _, Value::Text(_)) => self.asset(code),
            _ => CodeSource::Unknown("where its code is, is known only when the app runs".to_owned()),
        };
        self.plain(source, handler)
    }

    /// `fileName` is an archive that the build of the app of that name uploads.
    fn guardian(&self) -> CodeOf {
        let handler = self.text("handler");
        let app = self.text("app");
        let file = self.text("fileName");
        let code = match (file, app) {
            (Some(file), Some(app)) if !file.contains('*') && file != format!("{app}.zip") => {
                CodeSource::Artifact { base: RepoPath::root(), path: format!("{app}/{file}") }
            }
            (Some(file), _) if !file.contains('*') => CodeSource::Artifact { base: RepoPath::root(), path: file },
            (_, Some(app)) => CodeSource::Artifact { base: RepoPath::root(), path: format!("{app}.zip") },
            _ => CodeSource::Unknown("the archive with its code is known only when the app runs".to_owned()),
        };
        self.plain(code, handler)
    }

    fn projen(&self) -> CodeOf {
        match projen_source(self.event, self.files) {
            Some(source) => {
                let mut found = self.file(&source, Some("handler"));
                found.runtime = Some("nodejs".to_owned());
                found
            }
            None => self.unknown("the file that it is made from is not in the repository".to_owned()),
        }
    }
}

fn texts(list: Option<&Value>) -> Option<Vec<String>> {
    list?.as_list()?.iter().map(|item| item.as_text().map(str::to_owned)).collect()
}

/// A text as people read it: without the place where the checkout is.
pub(super) fn shown(text: &str) -> String {
    match repository_path(text, &RepoPath::root()) {
        Some(place) if text.starts_with('/') => place.as_str().to_owned(),
        _ => text.to_owned(),
    }
}

/// `NODEJS_22_X` as CloudFormation writes it.
fn runtime_name(constant: &str) -> Option<String> {
    let text = constant.to_ascii_lowercase();
    let (family, version) = match text.split_once('_') {
        Some((family, version)) => (family, version),
        None => (text.as_str(), ""),
    };
    let version = version.replace('_', ".");
    Some(match family {
        "nodejs" if version == "latest" || version.is_empty() => "nodejs".to_owned(),
        "nodejs" => format!("nodejs{version}"),
        "python" => format!("python{version}"),
        "java" => format!("java{}", version.replace(".corretto", "")),
        "dotnet" => format!("dotnet{}", version.split('.').next().unwrap_or_default()),
        "provided" => {
            if version.is_empty() {
                "provided".to_owned()
            } else {
                format!("provided.{version}")
            }
        }
        "go" => "go1.x".to_owned(),
        "ruby" => format!("ruby{version}"),
        "from" => "image".to_owned(),
        _ => return None,
    })
}
