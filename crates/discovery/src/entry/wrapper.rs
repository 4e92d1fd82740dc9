//! Wrapper handlers: observability tools put their own handler in the manifest and the real one in a variable.

use std::collections::BTreeMap;

use regex::Regex;
use std::sync::LazyLock;

use crate::platform::Declared;

/// Parts of wrapper handlers, and the variables that hold the handler behind them.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("datadog-lambda-js", &["DD_LAMBDA_HANDLER"]),
    ("datadog_lambda", &["DD_LAMBDA_HANDLER"]),
    ("newrelic-lambda-wrapper", &["NEW_RELIC_LAMBDA_HANDLER"]),
    ("newrelic-esm-lambda-wrapper", &["NEW_RELIC_LAMBDA_HANDLER"]),
    ("newrelic_lambda_wrapper", &["NEW_RELIC_LAMBDA_HANDLER"]),
    ("com.newrelic.java.Handler", &["NEW_RELIC_LAMBDA_HANDLER"]),
    ("lumigo", &["LUMIGO_ORIGINAL_HANDLER"]),
    ("init_serverless_sdk", &["SENTRY_INITIAL_HANDLER"]),
    ("epsagon", &["EPSAGON_HANDLER", "EPSAGON_ORIGINAL_HANDLER"]),
    ("thundra", &["THUNDRA_AGENT_LAMBDA_HANDLER", "thundra_agent_lambda_handler"]),
    ("catchpoint", &["CATCHPOINT_LAMBDA_HANDLER"]),
    ("instana", &["LAMBDA_HANDLER"]),
    ("signalfx", &["SIGNALFX_LAMBDA_HANDLER"]),
    ("baselime", &["BASELIME_ACTUAL_HANDLER", "BASELIME_ORIGINAL_HANDLER"]),
    ("coralogix", &["CX_ORIGINAL_HANDLER"]),
    ("dashbird", &["DASHBIRD_ORIGINAL_HANDLER"]),
    ("site24x7", &["S247_LAMBDA_HANDLER"]),
    ("rookout", &["ROOKOUT_ORIGINAL_HANDLER"]),
    ("elastic-apm", &["ELASTIC_APM_ORIGINAL_HANDLER"]),
];

static OTHER_VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:\w+_)?(?:lambda|original|actual|initial|wrapped|real|inner)_handler$").expect("a constant")
});

/// The handler that runs the function's own code.
pub(super) fn effective_handler(declared: &Declared) -> Option<String> {
    let mut handler = declared.declaration.handler.clone()?;
    // Wrappers can be stacked; two are rare, a circle must end.
    for _ in 0..4 {
        match unwrapped(&handler, &declared.environment) {
            Some(inner) if inner != handler => handler = inner,
            _ => break,
        }
    }
    Some(handler)
}

fn unwrapped(handler: &str, environment: &BTreeMap<String, String>) -> Option<String> {
    let usable = |value: &&String| !value.is_empty() && !value.contains('*');
    let known = WRAPPERS
        .iter()
        .filter(|(part, _)| handler.contains(part))
        .flat_map(|(_, variables)| *variables)
        .find_map(|variable| environment.get(*variable).filter(usable));
    if known.is_some() {
        return known.cloned();
    }
    // A handler inside a layer or a package is never the function's own.
    if !handler.starts_with("/opt/") && !handler.contains("node_modules/") {
        return None;
    }
    let mut others = environment.iter().filter(|(name, value)| OTHER_VARIABLE.is_match(name) && usable(value));
    let (_, value) = others.next()?;
    others.next().is_none().then(|| value.clone())
}
