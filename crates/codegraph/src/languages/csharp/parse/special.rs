//! Calls that mean more than their names: registrations with a container and requests to it, messages to a mediator,
//! types that are looked up when the code runs.

use tree_sitter::Node;

use super::{
    mentions::{Found, Place, Reader, created_type, literal_argument, named_argument, typeof_argument},
    paths::written,
};
use crate::{
    languages::csharp::mention::Form,
    syntax::{children, walk},
};

/// A call.
pub(super) struct Call<'t, 's> {
    pub(super) node: Node<'t>,
    /// The method's name, without type arguments.
    pub(super) method: &'s str,
    /// The name before it, if one is.
    pub(super) receiver: Option<&'s str>,
    /// Its type arguments.
    pub(super) types: Vec<Node<'t>>,
    pub(super) arguments: Vec<Node<'t>>,
}

/// Registrations beside those of a lifetime: what they are given is made when somebody asks for it.
const REGISTRATIONS: [&str; 7] = [
    "AddHttpClient",
    "AddDbContext",
    "AddDbContextPool",
    "AddDbContextFactory",
    "AddOptions",
    "Configure",
    "ConfigureOptions",
];

/// Lifetimes, with which the names of registrations end.
const LIFETIMES: [&str; 3] = ["Scoped", "Singleton", "Transient"];

/// Methods that ask a container for a type.
const REQUESTS: [&str; 7] = [
    "GetRequiredService",
    "GetService",
    "GetServices",
    "GetKeyedService",
    "GetRequiredKeyedService",
    "GetServiceOrCreateInstance",
    "CreateInstance",
];

/// Methods of mediators.
const MESSAGES: [&str; 3] = ["Send", "Publish", "CreateStream"];

fn is_registration(method: &str) -> bool {
    let plain = method.strip_prefix("Try").unwrap_or(method);
    let plain = plain.strip_prefix("Add").map(|rest| rest.strip_prefix("Keyed").unwrap_or(rest));
    plain.is_some_and(|lifetime| LIFETIMES.contains(&lifetime)) || REGISTRATIONS.contains(&method)
}

/// Reads a call that means more than its name. True if nothing is left to be read of it but what it is called on.
pub(super) fn is_taken<'t, 's>(reader: &mut Reader<'t, 's, '_>, call: &Call<'t, 's>, place: Place) -> bool {
    if call.receiver == Some("Activator") && call.method == "CreateInstance" && call.types.is_empty() {
        if call.arguments.first().is_none_or(|first| typeof_argument(*first).is_none()) {
            reader.computed.push((call.node.byte_range(), "an object is made of a type that only the run tells"));
        }
        return false;
    }
    if is_registration(call.method) {
        return registration(reader, call);
    }
    if REQUESTS.contains(&call.method) {
        return request(reader, call, place);
    }
    if MESSAGES.contains(&call.method) {
        let message = call.arguments.first().and_then(|first| {
            let made = created_type(*first).map(|kind| written(kind, reader.source));
            made.or_else(|| reader.type_of(named_argument(*first, reader.source)?))
        });
        if let Some(message) = message {
            reader.note(Form::Sent, message, call.node, place);
        }
    } else if call.method == "GetType" && call.receiver == Some("Type") {
        match call.arguments.first().and_then(|first| literal_argument(*first, reader.source)) {
            Some(name) => {
                let name = name.split(',').next().unwrap_or(name).trim().replace('+', ".");
                reader.note(Form::Name, format!("global::{name}"), call.node, place);
            }
            None => reader.computed.push((call.node.byte_range(), "a type is looked up by a name that is computed")),
        }
    } else if matches!(call.method, "GetTypes" | "GetExportedTypes")
        || (call.receiver == Some("Assembly") && matches!(call.method, "Load" | "LoadFrom" | "LoadFile"))
    {
        reader.computed.push((call.node.byte_range(), "types of an assembly are looked up when the code runs"));
    } else if call.method.starts_with("Map") {
        // What the parameters of a route's handler are, the container says, or the request.
        for argument in &call.arguments {
            let lambdas = children(*argument).into_iter().filter(|child| child.kind() == "lambda_expression");
            let lists = lambdas.filter_map(|lambda| lambda.child_by_field_name("parameters"));
            reader.more(lists, Place { injected: true, ..place });
        }
    }
    false
}

/// `AddScoped<IOrders, Orders>()`, `AddSingleton<IOrders>(services => new Orders(…))`,
/// `AddTransient(typeof(IOrders<>), typeof(Orders<>))`, `AddSingleton(new Orders())`.
fn registration<'t>(reader: &mut Reader<'t, '_, '_>, call: &Call<'t, '_>) -> bool {
    let mut types = call.types.clone();
    types.extend(call.arguments.iter().filter_map(|argument| typeof_argument(*argument)));
    if types.is_empty() {
        types.extend(call.arguments.first().and_then(|first| first_created(*first)));
    }
    let names: Vec<String> = types.iter().map(|kind| open(written(*kind, reader.source))).collect();
    if names.is_empty() {
        return false;
    }
    let index = reader.found.len();
    reader.found.push(Found { form: Form::Binding, names, span: call.node.byte_range() });
    let factories = call.arguments.iter().copied().filter(|argument| typeof_argument(*argument).is_none());
    reader.more(factories, Place { injected: false, binding: Some(index) });
    true
}

/// The first type that is made in a factory.
fn first_created(argument: Node<'_>) -> Option<Node<'_>> {
    let mut found = None;
    walk(argument, &mut |node| {
        if found.is_none() && node.kind() == "object_creation_expression" {
            found = node.child_by_field_name("type");
        }
        found.is_none()
    });
    found
}

/// `IOrders<>` without its empty list of arguments.
fn open(name: String) -> String {
    match name.split_once('<') {
        Some((plain, rest)) if rest.chars().all(|c| matches!(c, ',' | '>')) => plain.to_owned(),
        _ => name,
    }
}

/// `GetRequiredService<IOrders>()`, `GetService(typeof(IOrders))`.
fn request<'t>(reader: &mut Reader<'t, '_, '_>, call: &Call<'t, '_>, place: Place) -> bool {
    let asked = Place { injected: true, ..place };
    reader.more(call.types.iter().copied(), asked);
    for argument in &call.arguments {
        match typeof_argument(*argument) {
            Some(kind) => reader.more([kind], asked),
            None => reader.more([*argument], place),
        }
    }
    true
}
