//! Which types a container may give, and which handler a mediator may call, by bases as they are written.

use super::mention::{arguments, last};

/// Interfaces of a handler, by the message that is their first argument.
pub(super) const HANDLERS: [&str; 3] = ["IRequestHandler", "INotificationHandler", "IStreamRequestHandler"];

/// True if a type with this base handles messages of that type.
pub(super) fn handles(base: &str, message: &str) -> bool {
    HANDLERS.contains(&last(base)) && arguments(base).first() == Some(&last(message))
}

/// True for bases of handlers.
pub(super) fn is_handler(base: &str) -> bool {
    HANDLERS.contains(&last(base))
}

/// True if a type with this base may be given where `service` is asked for: same name, and type arguments that do not
/// contradict each other. A type parameter may be anything.
pub(super) fn fits(base: &str, service: &str) -> bool {
    last(base) == last(service) && {
        let (given, asked) = (arguments(base), arguments(service));
        given.is_empty()
            || asked.is_empty()
            || given
                .iter()
                .zip(&asked)
                .all(|(given, asked)| given == asked || is_parameter(given) || is_parameter(asked))
    }
}

/// `T`, `TRequest`: by custom, the name of a type parameter.
fn is_parameter(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next() == Some('T') && letters.next().is_none_or(char::is_uppercase)
}

/// True for the base of a controller, which a web host finds by itself.
pub(super) fn is_controller(base: &str) -> bool {
    matches!(last(base), "ControllerBase" | "Controller")
}

/// True for the calls that make a web host look for its controllers.
pub(super) fn looks_for_controllers(method: &str) -> bool {
    matches!(
        method,
        "AddControllers" | "AddControllersWithViews" | "AddMvc" | "AddMvcCore" | "MapControllers" | "UseMvc"
    )
}
