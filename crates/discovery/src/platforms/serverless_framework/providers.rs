//! How handlers are written for each provider, and for plugins that change what a handler means.

use lockstep_model::RepoPath;

use super::{library::At, service::Service, variables::Mode};
use crate::platform::{Build, CodeSource, HandlerStyle};

/// Plugins that resolve handlers as bundlers do.
const BUNDLERS: &[&str] =
    &["webpack", "esbuild", "serverless-bundle", "plugin-typescript", "rollup", "parcel", "optimize"];

/// A function's code as the manifest has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) handler: Option<String>,
    pub(super) source: CodeSource,
    pub(super) style: HandlerStyle,
    pub(super) build: Build,
    pub(super) runtime: Option<String>,
}

/// Keys of which one makes an entry of `functions` a function.
const MARKS: &[&str] = &["handler", "image", "entrypoint", "url", "script", "worker", "entryPoint", "uri"];

/// True if `function` is deployed code: a sequence of others or a mere setting is not.
pub(super) fn is_function(service: &Service<'_>, function: At<'_>) -> bool {
    let marked = MARKS.iter().any(|key| function.get(key).is_some_and(|at| !at.node.is_null()));
    marked || (service.provider == "fn" && function.get("sequence").is_none() && function.node.is_map())
}

/// The code of `function`, whose key is `key`.
pub(super) fn code<'a>(service: &Service<'a>, key: &str, function: At<'a>) -> Code {
    let text = |keys: &[&str]| service.variables.text_at(function, keys, Mode::Deploy);
    let runtime = text(&["runtime"])
        .or_else(|| service.variables.text_at(service.root(), &["provider", "runtime"], Mode::Deploy))
        .filter(|runtime| !runtime.contains('*'));
    let mut code = Code {
        handler: text(&["handler"]).or_else(|| text(&["entrypoint"])).or_else(|| text(&["entryPoint"])),
        source: CodeSource::Path { base: service.folder.clone(), path: ".".to_owned() },
        style: if BUNDLERS.iter().any(|name| service.has_plugin(name)) || bundles_itself(service) {
            HandlerStyle::Bundler
        } else {
            HandlerStyle::Runtime
        },
        build: Build::default(),
        runtime: runtime.map(|runtime| plain_runtime(&runtime)),
    };
    if function.get("image").is_some() {
        code.source = image(service, function);
        code.runtime = Some("image".to_owned());
        return code;
    }
    packaging(service, function, &mut code);
    plugins(service, function, &mut code);
    if code.build.method.is_none() && is_packaged_alone(service, function) {
        code.build.method = Some("individually".to_owned());
    }
    by_provider(service, key, function, &mut code);
    code
}

/// From version 4 on, the framework bundles by itself.
fn bundles_itself(service: &Service<'_>) -> bool {
    let version = service.variables.text_at(service.root(), &["frameworkVersion"], Mode::Deploy);
    let four = version.is_some_and(|version| version.trim_start_matches(['^', '~', '=', '>', ' ']).starts_with('4'));
    four || service.root().get("build").is_some()
}

/// `Node.js14.18` is `nodejs14.18`, `Go1` is `go1`.
fn plain_runtime(runtime: &str) -> String {
    let small = runtime.trim().to_ascii_lowercase();
    match small.strip_prefix("node.js") {
        Some(rest) => format!("nodejs{rest}"),
        None => small,
    }
}

/// `package.artifact` of the function, and the folder that Python's packaging takes as a module.
fn packaging<'a>(service: &Service<'a>, function: At<'a>, code: &mut Code) {
    let base = service.folder.clone();
    if let Some(module) =
        service.variables.text_at(function, &["module"], Mode::Deploy).filter(|path| !path.contains('*'))
    {
        code.source = CodeSource::Path { base, path: module };
        return;
    }
    let own = service.variables.text_at(function, &["package", "artifact"], Mode::Deploy);
    let shared = service
        .variables
        .text_at(service.root(), &["package", "artifact"], Mode::Deploy)
        // An archive that is made in the service's own folder holds what is in that folder.
        .filter(|path| path.starts_with("..") || path.contains("://"));
    if let Some(path) = own.or(shared).filter(|path| path.chars().any(char::is_alphanumeric)) {
        code.source = CodeSource::Artifact { base, path };
    }
}

/// True if the function does not come in the archive of the whole service.
fn is_packaged_alone<'a>(service: &Service<'a>, function: At<'a>) -> bool {
    let text = |at, keys: &[&str]| service.variables.text_at(at, keys, Mode::Deploy);
    let said = |at| text(at, &["package", "individually"]).is_some_and(|text| text == "true");
    // `serverless-bundle` packages each by itself, and version 4 bundles each.
    said(function) || said(service.root()) || service.has_plugin("serverless-bundle") || bundles_itself(service)
}

/// Plugins that put a handler of their own in front, or compile.
fn plugins<'a>(service: &Service<'a>, function: At<'a>, code: &mut Code) {
    let custom = |keys: &[&str]| service.variables.text_at(service.root(), keys, Mode::Deploy);
    match code.handler.as_deref() {
        Some("wsgi_handler.handler" | "wsgi.handler") => {
            let app = service.variables.text_at(function, &["wsgi", "app"], Mode::Deploy);
            if let Some(app) = app.or_else(|| custom(&["custom", "wsgi", "app"])) {
                code.handler = Some(app.replace(':', "."));
            }
        }
        Some("rack_adapter.handler") => {
            code.handler = Some(custom(&["custom", "rack", "config_path"]).unwrap_or_else(|| "config.ru".to_owned()));
            code.style = HandlerStyle::Path;
        }
        _ => {}
    }
    let rust = service.has_plugin("serverless-rust") || service.has_plugin("cargo-lambda");
    if rust
        && code.runtime.as_deref().is_none_or(|runtime| runtime.starts_with("rust") || runtime.starts_with("provided"))
    {
        code.build.method = Some("rust-cargolambda".to_owned());
    }
    if service.has_plugin("serverless-go") && code.runtime.is_none() {
        code.runtime = Some("go1.x".to_owned());
    }
}

/// Providers other than Lambda.
fn by_provider<'a>(service: &Service<'a>, key: &str, function: At<'a>, code: &mut Code) {
    let text = |keys: &[&str]| service.variables.text_at(function, keys, Mode::Deploy);
    let base = || service.folder.clone();
    match service.provider.as_str() {
        "cloudflare" => {
            code.handler = text(&["script"]).or_else(|| text(&["entrypoint"])).or_else(|| code.handler.take());
            code.style = HandlerStyle::Path;
            code.runtime.get_or_insert_with(|| "nodejs".to_owned());
        }
        "twilio" => {
            code.style = HandlerStyle::Path;
            code.runtime.get_or_insert_with(|| "nodejs".to_owned());
        }
        "fn" => {
            let runtime = code.runtime.as_deref().unwrap_or("");
            let extensions = [("go", "go"), ("node", "js"), ("python", "py"), ("ruby", "rb"), ("rust", "rs")];
            let extension = extensions.iter().find(|(name, _)| runtime.starts_with(name)).map_or("js", |(_, ext)| *ext);
            code.source = CodeSource::Path { base: base(), path: key.to_owned() };
            code.handler.get_or_insert_with(|| format!("func.{extension}"));
            code.style = HandlerStyle::Path;
        }
        "google" => {
            // The exported name is the handler; `entryPoint` outweighs it.
            code.runtime.get_or_insert_with(|| "nodejs".to_owned());
        }
        "knative" => {
            code.source = CodeSource::Image {
                base: base(),
                context: Some(text(&["context"]).unwrap_or_else(|| ".".to_owned())),
                dockerfile: code.handler.take(),
                command: None,
                name: None,
                arguments: Default::default(),
            };
            code.runtime = Some("image".to_owned());
        }
        "openwhisk" if code.runtime.as_deref().is_some_and(|runtime| runtime.starts_with("docker")) => {
            let image = code.handler.clone().or_else(|| text(&["image"]));
            code.source = CodeSource::Image {
                base: base(),
                context: None,
                dockerfile: None,
                command: None,
                name: image,
                arguments: Default::default(),
            };
        }
        _ => {}
    }
}

/// A container image: a name that `provider.ecr.images` builds, or one from elsewhere.
fn image<'a>(service: &Service<'a>, function: At<'a>) -> CodeSource {
    let variables = &service.variables;
    let at = |keys: &[&str]| variables.text_at(function, keys, Mode::Deploy);
    let name = at(&["image", "name"]).or_else(|| at(&["image", "uri"])).or_else(|| at(&["image"]));
    let words = variables.path(function, &["image", "command"]).into_iter().flat_map(At::items);
    let command: Vec<String> = words.filter_map(|word| variables.text(word, Mode::Deploy)).collect();
    let built = name.as_deref().map(|name| ["provider", "ecr", "images", name]);
    let build = |key: &str| {
        let mut keys = built?.to_vec();
        keys.push(key);
        variables.text_at(service.root(), &keys, Mode::Deploy)
    };
    let arguments = built.into_iter().flat_map(|keys| {
        let mut keys = keys.to_vec();
        keys.push("buildArgs");
        variables.path(service.root(), &keys)
    });
    let arguments = arguments.flat_map(At::entries);
    let arguments =
        arguments.filter_map(|(key, at)| Some((key.text.clone(), variables.text(at, Mode::Deploy)?))).collect();
    let plain = built.and_then(|keys| variables.text_at(service.root(), &keys, Mode::Deploy));
    CodeSource::Image {
        base: service.folder.clone(),
        context: build("path").or_else(|| plain.filter(|path| is_folder(service, path))),
        dockerfile: build("file"),
        command: (!command.is_empty()).then_some(command),
        name: build("uri").or(name),
        arguments,
    }
}

fn is_folder(service: &Service<'_>, path: &str) -> bool {
    !path.contains(':') && service.folder.join(path).is_ok_and(|folder| folder != RepoPath::root() || path == ".")
}
