//! `unresolved-handler`: a function whose code was not found.

use lockstep_diagnostics::{Group, Label, Level, RuleMeta};
use lockstep_model::Basis;
use serde_json::{Map, Value};

use crate::{Draft, Rule, Sink, View};

/// The rule.
pub(crate) struct UnresolvedHandler;

impl Rule for UnresolvedHandler {
    const META: RuleMeta = RuleMeta {
        name: "unresolved-handler",
        group: Group::Meta,
        default_level: Level::Warn,
        summary: "a function whose code was not found: nothing can be said about it",
        since: "0.1.0",
        page: include_str!("unresolved_handler.md"),
    };
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        for (number, function) in view.functions().iter().enumerate() {
            // A folder that is taken as a function starts nowhere, and nothing is missing.
            if function.entry.is_some() || view.closure(number).is_some_and(|closure| closure.basis != Basis::Nothing) {
                continue;
            }
            let handler = function.declarations.iter().find_map(|declaration| declaration.handler.as_deref());
            let message = match handler {
                Some(handler) => format!("the code of `{}` was not found: handler `{handler}`", function.id),
                None => format!("the code of `{}` was not found", function.id),
            };
            let why = function.unresolved.as_deref().unwrap_or("its manifest does not say where its code is");
            let primary = Label { location: function.declared_at().clone(), message: why.to_owned() };
            let mut draft = Draft::new(message, primary).about(view, [number]);
            draft.notes = vec!["without its code, nothing is known about what it shares or changes with".to_owned()];
            draft.help = vec![
                "correct the handler if it is wrong; if the code is built or fetched elsewhere, say where its source \
                 is with a `[[function]]` table in lockstep.toml"
                    .to_owned(),
            ];
            sink.say(draft);
        }
    }
}
