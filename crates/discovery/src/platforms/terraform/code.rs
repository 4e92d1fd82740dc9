//! What a function's block says of its code.

use std::rc::Rc;

use lockstep_document::hcl::ExprKind;
use lockstep_model::RepoPath;

use super::{
    images,
    leaves::{Kind, Leaf},
    paths,
    value::{Reference, Value},
    world::{Env, World},
    wrapper,
};
use crate::platform::{CodeSource, HandlerStyle};

/// What is known of a function's code.
pub(super) struct Code {
    pub(super) handler: Option<String>,
    pub(super) runtime: Option<String>,
    pub(super) source: CodeSource,
    pub(super) style: HandlerStyle,
    /// The name that it is deployed under, as a pattern.
    pub(super) name: Option<String>,
}

/// The code of `leaf`, whose block says `config`.
pub(super) fn of(world: &World<'_>, leaf: &Leaf, config: &Value) -> Code {
    match leaf.kind {
        Kind::Lambda => lambda(world, leaf, config),
        Kind::Wrapper | Kind::Other => wrapped(world, leaf, config),
        Kind::Google => google(world, leaf, config),
        Kind::Script => script(world, leaf, config),
    }
}

fn text(world: &World<'_>, value: Option<&Value>) -> Option<String> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(world.pattern(value)).filter(|text| text.contains(|c: char| c != '*'))
}

fn lambda(world: &World<'_>, leaf: &Leaf, config: &Value) -> Code {
    let get = |name: &str| config.get(name).filter(|value| !value.is_empty());
    let name = text(world, get("function_name"));
    let source = if get("image_uri").is_some() || text(world, get("package_type")).as_deref() == Some("Image") {
        let command = get("image_config").and_then(|config| config.get("command"));
        images::source(world, leaf, get("image_uri"), command, name.as_deref())
    } else if let Some(file) = get("filename") {
        code_at(world, leaf.scope, file)
    } else if let Some(key) = get("s3_key") {
        code_at(world, leaf.scope, key)
    } else {
        CodeSource::Unknown("the block names no code".to_owned())
    };
    finish(world, config, source, name, text(world, get("handler")))
}

fn finish(
    world: &World<'_>,
    config: &Value,
    source: CodeSource,
    name: Option<String>,
    handler: Option<String>,
) -> Code {
    let runtime = match source {
        CodeSource::Image { .. } => Some("image".to_owned()),
        _ => text(world, config.get("runtime")),
    };
    Code { handler, runtime, source, style: HandlerStyle::Runtime, name }
}

/// A module that lies elsewhere: which argument is what is told by their names.
fn wrapped(world: &World<'_>, leaf: &Leaf, config: &Value) -> Code {
    let Value::Map(arguments) = config else {
        return finish(world, config, CodeSource::Unknown("nothing is said of its code".to_owned()), None, None);
    };
    let get = |name: &str| config.get(name).filter(|value| !value.is_empty());
    let named = ["function_name", "lambda_name", "name", "service_name"].iter().find_map(|name| text(world, get(name)));
    let name = named.or_else(|| {
        arguments.iter().find_map(|(name, value)| text(world, Some(value).filter(|_| wrapper::is_name(name))))
    });
    let handler = match (get("handler_function_name"), get("function_module_name").or_else(|| get("module_name"))) {
        (Some(function), Some(module)) => Some(format!("{}.{}", world.pattern(module), world.pattern(function))),
        _ => {
            let direct = ["handler", "entrypoint", "entry_point"].iter().find_map(|name| text(world, get(name)));
            direct.or_else(|| {
                arguments
                    .iter()
                    .filter(|(name, _)| wrapper::is_handler(name))
                    .find_map(|(_, value)| text(world, Some(value)))
            })
        }
    };
    let source = wrapped_source(world, leaf, config, name.as_deref());
    let node = text(world, get("runtime")).is_some_and(|runtime| runtime.starts_with("nodejs"));
    // The name of the function alone: the module that these wrappers load is called `index`.
    let handler = handler.map(|handler| match handler.contains(['.', ':', '/']) || !node {
        true => handler,
        false => format!("index.{handler}"),
    });
    finish(world, config, source, name, handler)
}

fn wrapped_source(world: &World<'_>, leaf: &Leaf, config: &Value, name: Option<&str>) -> CodeSource {
    let Value::Map(arguments) = config else { return CodeSource::Unknown(String::new()) };
    let get = |name: &str| config.get(name).filter(|value| !value.is_empty());
    if get("image_uri").is_some() || text(world, get("package_type")).as_deref() == Some("Image") {
        let command =
            get("image_config_command").or_else(|| get("image_config").and_then(|config| config.get("command")));
        return images::source(world, leaf, get("image_uri"), command, name);
    }
    let known = [
        "source_path",
        "source_dir",
        "source_code_path",
        "local_existing_package",
        "function_code_dir",
        "code_dir",
        "code_path",
        "filename",
        "zip_file",
        "s3_existing_package",
        "s3_key",
        "package",
        "source_code",
        "source_file",
    ];
    let others = arguments.iter().filter(|(name, _)| {
        wrapper::is_code(name) && !name.ends_with("hash") && !name.contains("type") && !name.contains("bucket")
    });
    let listed = known.iter().filter_map(|name| get(name));
    let Some(value) = listed.chain(others.map(|(_, value)| value).filter(|value| !value.is_empty())).next() else {
        return CodeSource::Unknown("the code comes with the module, which is not in the checkout".to_owned());
    };
    let base = ["function_code_base_path", "code_base_path", "source_base_path"]
        .iter()
        .find_map(|name| text_of(world, get(name)));
    match base.zip(text_of(world, Some(value))) {
        Some((base, path)) => path_or_artifact(world, leaf.scope, &format!("{base}/{path}")),
        None => code_at(world, leaf.scope, value),
    }
}

/// As [`World::pattern`], with the mark of the root.
fn text_of(world: &World<'_>, value: Option<&Value>) -> Option<String> {
    let value = value?;
    Some(value.known().unwrap_or_else(|| world.pattern(value)))
}

/// The code that a value means: a path, an object, something that packs a folder.
pub(super) fn code_at(world: &World<'_>, scope: usize, value: &Value) -> CodeSource {
    let depth = world.packing.get();
    if depth >= PACKED {
        return not_told(world, value);
    }
    world.packing.set(depth + 1);
    let code = code_in(world, scope, value);
    world.packing.set(depth);
    code
}

/// How many archives may lie one in the other.
const PACKED: usize = 6;

fn code_in(world: &World<'_>, scope: usize, value: &Value) -> CodeSource {
    if let Value::List(items) = value {
        // A list of paths to pack: the first folder is the function's.
        let found = items.iter().map(|item| code_at(world, scope, item));
        let mut found: Vec<CodeSource> = found.filter(|code| !matches!(code, CodeSource::Unknown(_))).collect();
        found.sort_by_key(|code| !matches!(code, CodeSource::Path { .. }));
        return found.into_iter().next().unwrap_or_else(|| not_told(world, value));
    }
    if let Some(path) = value.get("path") {
        return code_at(world, scope, path);
    }
    if let Value::Map(_) = value {
        // `{ bucket, key }`.
        return value.get("key").map_or_else(|| not_told(world, value), |key| code_at(world, scope, key));
    }
    if let Some(reference) = value.reference()
        && let Some(code) = packed(world, &reference, 4)
    {
        return code;
    }
    if let Some(code) = packed_as(world, scope, &world.pattern(value)) {
        return code;
    }
    match value.known() {
        Some(path) => path_or_artifact(world, scope, &path),
        None => {
            let pattern = world.pattern(value);
            if pattern.contains(char::is_alphanumeric) {
                let (base, _) = paths::split(world, scope, "");
                CodeSource::Artifact { base, path: pattern }
            } else {
                not_told(world, value)
            }
        }
    }
}

fn not_told(world: &World<'_>, value: &Value) -> CodeSource {
    CodeSource::Unknown(format!("only a deployment tells where the code is: `{}`", world.pattern(value)))
}

fn path_or_artifact(world: &World<'_>, scope: usize, path: &str) -> CodeSource {
    let (base, rest) = paths::split(world, scope, path);
    let name = rest.rsplit('/').next().unwrap_or(&rest).to_lowercase();
    if name.contains("placeholder") || name.contains("dummy") {
        return CodeSource::Unknown(format!("`{name}` only keeps the place: the code is put there by something else"));
    }
    let built = [".zip", ".jar", ".war"].iter().any(|end| rest.to_ascii_lowercase().ends_with(end));
    if rest.contains("://") || rest.contains('*') || (built && paths::file(world, scope, path).is_none()) {
        return CodeSource::Artifact { base, path: rest };
    }
    // What lies beside the module is written as if Terraform ran there.
    let own = world.module_of(scope).folder.clone();
    let here =
        |base: &RepoPath| base.join(&rest).is_ok_and(|path| world.files.is_folder(&path) || world.files.is_file(&path));
    let base = if !here(&base) && here(&own) { own } else { base };
    CodeSource::Path { base, path: rest }
}

/// The code that something else packs: `archive_file`, an object of a bucket, a program.
fn packed(world: &World<'_>, reference: &Rc<Reference>, depth: usize) -> Option<CodeSource> {
    let scope = reference.scope;
    let config = world.config_of(reference)?;
    let get = |name: &str| config.get(name).filter(|value| !value.is_empty());
    match reference.kind() {
        "archive_file" => {
            let packed = get("source_dir").or_else(|| get("source_file"));
            let packed = packed.map(|value| code_at(world, scope, value));
            packed.or_else(|| listed_file(world, reference)).or_else(|| {
                let content = get("source_content").or_else(|| get("source").and_then(|source| source.get("content")));
                content.map(|_| CodeSource::Inline)
            })
        }
        "aws_s3_object" | "aws_s3_bucket_object" | "google_storage_bucket_object" if depth > 0 => {
            match get("source").or_else(|| get("content")) {
                Some(source) => match source.reference().and_then(|inner| packed(world, &inner, depth - 1)) {
                    Some(code) => Some(code),
                    None => source.known().map(|path| path_or_artifact(world, scope, &path)),
                },
                // An object that somebody else uploads: its key is all that is known.
                None => {
                    let (base, _) = paths::split(world, scope, "");
                    Some(CodeSource::Artifact { base, path: world.pattern(get("key")?) })
                }
            }
        }
        // A program packs a folder that it is told of.
        "external" => folder_in(world, scope, get("query")?),
        "" => {
            let Value::Map(arguments) = &config else { return None };
            let source = arguments.iter().find(|(name, value)| name.starts_with("source_") && !value.is_empty());
            source.map(|(_, value)| code_at(world, scope, value)).filter(|code| matches!(code, CodeSource::Path { .. }))
        }
        "null_resource" | "terraform_data" => folder_in(world, scope, get("triggers")?),
        _ => None,
    }
}

/// The code of an archive that the module packs, or of an object that it uploads, under this very name.
fn packed_as(world: &World<'_>, scope: usize, name: &str) -> Option<CodeSource> {
    if !name.contains(char::is_alphanumeric) {
        return None;
    }
    let module = world.module_of(scope);
    module.addresses().find_map(|(address, at)| {
        let output = match module.block_at(at).label(0) {
            "archive_file" => "output_path",
            "aws_s3_object" | "aws_s3_bucket_object" => "key",
            _ => return None,
        };
        world.instances(scope, at).iter().find_map(|instance| {
            let (address, key) = (Rc::from(address), instance.key.clone());
            let reference = Rc::new(Reference { scope, address, key, path: Vec::new() });
            let written = world.attribute_of(&reference, output)?;
            let same = world.pattern(&written).trim_start_matches("./") == name.trim_start_matches("./");
            same.then(|| packed(world, &reference, 4)).flatten()
        })
    })
}

/// The folder of the checkout that one of the values of a mapping names.
fn folder_in(world: &World<'_>, scope: usize, values: &Value) -> Option<CodeSource> {
    let Value::Map(values) = values else { return None };
    values.values().find_map(|value| {
        let path = value.known()?;
        paths::folder(world, scope, &path)?;
        Some(path_or_artifact(world, scope, &path))
    })
}

/// The first file that an `archive_file` lists: `source { content = file("x.py"), filename = "x.py" }`.
fn listed_file(world: &World<'_>, reference: &Reference) -> Option<CodeSource> {
    let (block, instance) = world.block(reference)?;
    let bound = instance.bound();
    let env = Env { scope: reference.scope, bound: bound.as_ref() };
    block.body.blocks("source").find_map(|source| {
        let content = source.body.attribute("content")?;
        let ExprKind::Call { arguments, .. } = &content.value.kind else { return None };
        let path = world.eval(arguments.first()?, env).known()?;
        let file = paths::file(world, reference.scope, &path)?;
        Some(CodeSource::Path { base: RepoPath::root(), path: file.parent()?.as_str().to_owned() })
    })
}

fn google(world: &World<'_>, leaf: &Leaf, config: &Value) -> Code {
    let build = config.get("build_config").unwrap_or(config);
    let object =
        build.get("source").and_then(|source| source.get("storage_source")).and_then(|source| source.get("object"));
    let object = object.or_else(|| config.get("source_archive_object"));
    let source = object.map_or_else(
        || CodeSource::Unknown("the block names no archive".to_owned()),
        |object| code_at(world, leaf.scope, object),
    );
    let handler = text(world, build.get("entry_point"));
    let runtime = text(world, build.get("runtime"));
    let mut code =
        Code { handler, runtime, source, style: HandlerStyle::Runtime, name: text(world, config.get("name")) };
    if let Some(file) = google_file(world, &code) {
        code.handler = Some(format!("{file}#{}", code.handler.unwrap_or_default()));
        code.style = HandlerStyle::Path;
    }
    code
}

/// The file that the runtime loads: Google's runtimes know only the name of the function.
fn google_file(world: &World<'_>, code: &Code) -> Option<String> {
    let CodeSource::Path { base, path } = &code.source else { return None };
    let folder = base.join(path).ok()?;
    let runtime = code.runtime.as_deref().unwrap_or("");
    let main = || {
        let text = world.files.text(&folder.join("package.json").ok()?).ok()?;
        let document = lockstep_document::parse("json", &text).ok()?;
        document.root.get("main")?.as_str().map(str::to_owned)
    };
    let candidates: Vec<String> = match runtime {
        _ if runtime.starts_with("python") => vec!["main.py".to_owned()],
        _ if runtime.starts_with("node") => {
            let names = ["index.js", "function.js", "index.ts", "src/index.ts", "index.mjs"].map(str::to_owned);
            main().into_iter().chain(names).collect()
        }
        _ if runtime.starts_with("ruby") => vec!["app.rb".to_owned()],
        _ if runtime.starts_with("php") => vec!["index.php".to_owned()],
        _ => Vec::new(),
    };
    candidates.into_iter().find(|name| folder.join(name).is_ok_and(|path| world.files.is_file(&path)))
}

fn script(world: &World<'_>, leaf: &Leaf, config: &Value) -> Code {
    let name = text(world, config.get("script_name").or_else(|| config.get("name")));
    let mut code = Code {
        handler: None,
        runtime: Some(text(world, config.get("runtime")).unwrap_or_else(|| "workers".to_owned())),
        source: CodeSource::Unknown("the block names no file".to_owned()),
        style: HandlerStyle::Path,
        name,
    };
    if let Some(path) = text_of(world, config.get("content_file")).or_else(|| file_of_content(world, leaf)) {
        let (base, rest) = paths::split(world, leaf.scope, &path);
        code.handler = Some(rest);
        code.source = CodeSource::Path { base, path: ".".to_owned() };
    }
    code
}

/// The path in `content = file(path)`, or `code = file(path)`.
fn file_of_content(world: &World<'_>, leaf: &Leaf) -> Option<String> {
    let body = &world.module_of(leaf.scope).block_at(leaf.at).body;
    let content = body.attribute("content").or_else(|| body.attribute("code"))?;
    let ExprKind::Call { name, arguments, .. } = &content.value.kind else { return None };
    let bound = leaf.instance.bound();
    let env = Env { scope: leaf.scope, bound: bound.as_ref() };
    (name == "file" || name == "templatefile").then(|| world.eval(arguments.first()?, env).known())?
}
