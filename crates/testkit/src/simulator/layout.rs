//! What stands in the made-up repository on its first days: services of five functions, their code, and what is shared.

use fastrand::Rng;

use super::{
    edit::invent,
    manifest::pascal,
    source::{Definition, Import, Language, Source, Statement, Style},
    world::{Contract, File, Function, Notation, Platform, Service, SharedModule, World, extension},
};

const SERVICES: &[&str] = &[
    "orders",
    "billing",
    "catalog",
    "customers",
    "shipping",
    "reports",
    "search",
    "returns",
    "vouchers",
    "stock",
    "fraud",
    "mailing",
    "pricing",
    "reviews",
    "tickets",
    "partners",
];
const FUNCTIONS: &[&str] = &["create", "cancel", "publish", "refresh", "notify"];
/// How many further files a file calls.
const CALLS: usize = 5;
/// Functions that a service has.
pub(crate) const PER_SERVICE: usize = FUNCTIONS.len();

/// The name of number `number` of a list that may be too short.
fn named(list: &[&str], number: usize) -> String {
    match number / list.len() {
        0 => list[number].to_owned(),
        round => format!("{}{}", list[number % list.len()], round + 1),
    }
}

/// Where the service of number `number` is. Many are kept in areas: no folder of a tended repository has a thousand others.
fn folder(number: usize) -> String {
    let name = named(SERVICES, number);
    match number / SERVICES.len() {
        0 => format!("services/{name}"),
        round => format!("services/area{}/{name}", round + 1),
    }
}

/// Lays out `count` functions, those with a folder of their own with `more` files than they need.
pub(crate) fn lay_out(count: usize, more: usize, rng: &mut Rng) -> World {
    let mut world = World::default();
    for number in 0..count.div_ceil(PER_SERVICE) {
        let functions = PER_SERVICE.min(count - number * PER_SERVICE);
        add_service(&mut world, number, functions, more, rng);
    }
    world
}

/// Languages and platforms take turns; two services of eight have all their handlers in one file.
fn add_service(world: &mut World, number: usize, functions: usize, more: usize, rng: &mut Rng) {
    let language = if number.is_multiple_of(2) { Language::TypeScript } else { Language::Python };
    let one_file = matches!(number % 8, 2 | 7);
    let service = Service {
        name: named(SERVICES, number),
        folder: folder(number),
        platform: if number % 4 < 2 { Platform::Sam } else { Platform::Serverless },
        language,
        one_file,
        openapi: false,
        runtime: 0,
        dependencies: 0,
        functions: (world.functions.len()..world.functions.len() + functions).collect(),
        tests: 0,
        documents: 0,
        born: false,
    };
    let style =
        Style { single_quotes: rng.bool(), semicolons: rng.bool(), wide: rng.bool(), indent: [2, 4][rng.usize(..2)] };
    world.services.push(service);
    if one_file {
        let path = format!("{}handlers.{}", world.sources(number), extension(language));
        add_file(world, path, Some(number), language, style);
    }
    for name in &FUNCTIONS[..functions] {
        if one_file {
            add_to_file(world, number, name, rng);
        } else {
            add_folder(world, number, name, style, rng);
            add_more(world, more, style, rng);
        }
    }
}

fn add_file(world: &mut World, path: String, service: Option<usize>, language: Language, style: Style) -> usize {
    let source = Source { language, licence: None, style, imports: outside(language), definitions: Vec::new() };
    world.files.push(File { path, service, source });
    world.files.len() - 1
}

/// What handlers import from outside of the repository.
fn outside(language: Language) -> Vec<Import> {
    let of = |clause: &str, module: &str| Import { clause: clause.into(), module: module.into() };
    match language {
        Language::TypeScript => vec![of("{ z }", "zod"), of("{ randomUUID }", "node:crypto")],
        Language::Python => vec![of("BaseModel", "pydantic"), of("dumps", "json")],
    }
}

fn function(world: &World, service: usize, name: &str, symbol: &str, own: Vec<(usize, Vec<usize>)>) -> Function {
    let Service { name: of, platform, .. } = &world.services[service];
    let id = match platform {
        Platform::Sam => format!("{of}/{}", pascal(name)),
        Platform::Serverless => format!("{of}/{name}"),
    };
    let (name, stem) = (name.to_owned(), "handler".to_owned());
    Function { id, service, folder: name.clone(), name, stem, symbol: symbol.to_owned(), memory: 256, own }
}

/// A function with a folder of its own: its handler, a helper beside it, and its rules in a second file.
fn add_folder(world: &mut World, service: usize, name: &str, style: Style, rng: &mut Rng) {
    let language = world.services[service].language;
    let folder = format!("{}{name}", world.sources(service));
    let end = extension(language);
    let (helper, rules) = (format!("{name}_total"), format!("{name}_rules"));
    let start = add_file(world, format!("{folder}/handler.{end}"), Some(service), language, style);
    let beside = add_file(world, format!("{folder}/rules.{end}"), Some(service), language, style);
    world.files[beside].source.imports.clear();
    world.files[beside].source.definitions = vec![invent(&rules, false, &[], rng)];
    let source = &mut world.files[start].source;
    source.imports.push(import(language, &rules, "./rules", ".rules"));
    source.definitions =
        vec![invent(&helper, false, &[], rng), invent("handler", true, &[helper.clone(), rules.clone()], rng)];
    let own = vec![(start, vec![0, 1]), (beside, vec![0])];
    let function = function(world, service, name, "handler", own);
    world.functions.push(function);
}

/// Gives the newest function, which has a folder, `more` files: each file calls up to five others.
fn add_more(world: &mut World, more: usize, style: Style, rng: &mut Rng) {
    let Some(function) = world.functions.len().checked_sub(1).filter(|_| more > 0) else { return };
    let Function { service, name, folder, own, .. } = world.functions[function].clone();
    let Some((rules, _)) = own.last().cloned() else { return };
    let (language, folder) = (world.services[service].language, format!("{}{folder}", world.sources(service)));
    for number in 0..more {
        let step = format!("{name}_step_{}", number + 1);
        let path = format!("{folder}/step_{}.{}", number + 1, extension(language));
        let file = add_file(world, path, Some(service), language, style);
        world.files[file].source.imports.clear();
        world.files[file].source.definitions = vec![invent(&step, false, &[], rng)];
        world.functions[function].own.push((file, vec![0]));
        let caller = if number < CALLS { rules } else { file - number + number / CALLS - 1 };
        let module = format!("step_{}", number + 1);
        let import = import(language, &step, &format!("./{module}"), &format!(".{module}"));
        world.files[caller].source.imports.push(import);
        world.files[caller].source.definitions[0].statements.push(Statement::Call(step));
    }
}

/// A function in the file of its service: its handler and a helper.
fn add_to_file(world: &mut World, service: usize, name: &str, rng: &mut Rng) {
    let file = world.files.len() - 1;
    let helper = format!("{name}_total");
    let definitions = &mut world.files[file].source.definitions;
    let first = definitions.len();
    definitions.extend([invent(&helper, false, &[], rng), invent(name, true, std::slice::from_ref(&helper), rng)]);
    let own = vec![(file, vec![first, first + 1])];
    let function = function(world, service, name, name, own);
    world.functions.push(function);
}

fn import(language: Language, name: &str, in_typescript: &str, in_python: &str) -> Import {
    match language {
        Language::TypeScript => Import { clause: format!("{{ {name} }}"), module: in_typescript.to_owned() },
        Language::Python => Import { clause: name.to_owned(), module: in_python.to_owned() },
    }
}

/// The path of `to` as a file at `from` imports it.
fn relative(from: &str, to: &str) -> String {
    "../".repeat(from.matches('/').count()) + to
}

/// A module that functions of one language share. `users` are the functions that use each of its definitions. Those of
/// Python must be of one service, in whose folder the module then lies.
pub(crate) fn share(world: &mut World, name: &str, users: Vec<Vec<usize>>, rng: &mut Rng) {
    let Some(first) = users.iter().flatten().next() else { return };
    let service = world.functions[*first].service;
    let language = world.services[service].language;
    let style = world.files[world.entry(*first)].source.style;
    let (path, owner) = match language {
        Language::TypeScript => (format!("shared/{name}.ts"), None),
        Language::Python => (format!("{}{name}.py", world.sources(service)), Some(service)),
    };
    let file = add_file(world, path, owner, language, style);
    world.files[file].source.imports.clear();
    for (number, users) in users.iter().enumerate() {
        let part = format!("{name}_{}", number + 1);
        world.files[file].source.definitions.push(invent(&part, false, &[], rng));
        for user in users {
            use_part(world, *user, name, &part);
        }
    }
    world.modules.push(SharedModule { file, users });
}

/// Lets the handler of `user` call `part` of the shared module `module`.
fn use_part(world: &mut World, user: usize, module: &str, part: &str) {
    let at = world.entry(user);
    let path = relative(&world.files[at].path, &format!("shared/{module}"));
    let source = &mut world.files[at].source;
    let import = import(source.language, part, &path, &format!("src.{module}"));
    if !source.imports.contains(&import) {
        source.imports.push(import);
    }
    if let Some(handler) = handler_of(world, user) {
        handler.statements.push(Statement::Call(part.to_owned()));
    }
}

fn handler_of(world: &mut World, function: usize) -> Option<&mut Definition> {
    let (file, symbol) = (world.entry(function), world.functions[function].symbol.clone());
    world.files[file].source.definitions.iter_mut().find(|definition| definition.name == symbol)
}

/// A contract between two functions: an OpenAPI document that their manifest names, a JSON schema that their code
/// imports, or a message that both follow by heart.
pub(crate) fn agree(world: &mut World, number: usize, notation: Notation, between: [usize; 2]) {
    let service = world.functions[between[0]].service;
    let name = match notation {
        Notation::OpenApi => world.services[service].name.clone(),
        Notation::JsonSchema | Notation::Protobuf => format!("message_{}", number + 1),
    };
    let path = match notation {
        Notation::OpenApi => format!("{}/openapi.yaml", world.services[service].folder),
        Notation::JsonSchema => format!("contracts/{name}.schema.json"),
        Notation::Protobuf => format!("contracts/{name}.proto"),
    };
    match notation {
        Notation::OpenApi => world.services[service].openapi = true,
        Notation::JsonSchema => between.iter().for_each(|function| read_schema(world, *function, &name, &path)),
        Notation::Protobuf => {}
    }
    world.contracts.push(Contract { path, name, notation, between, fields: 2 });
}

fn read_schema(world: &mut World, function: usize, name: &str, path: &str) {
    let at = world.entry(function);
    let module = relative(&world.files[at].path, path);
    world.files[at].source.imports.push(Import { clause: name.to_owned(), module });
    if let Some(handler) = handler_of(world, function) {
        handler.statements.push(Statement::Show(format!("{name}.title")));
    }
}
