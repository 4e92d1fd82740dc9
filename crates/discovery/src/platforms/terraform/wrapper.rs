//! Modules that lie elsewhere and deploy a function for whoever calls them: known by what they are called and what they
//! are given.

use std::sync::LazyLock;

use regex::Regex;

use super::value::Value;

/// Words in the name of a module that make something around functions, not a function.
const NO_FUNCTION: [&str; 28] = [
    "step",
    "sfn",
    "state",
    "role",
    "roles",
    "permission",
    "permissions",
    "alias",
    "layer",
    "layers",
    "log",
    "logs",
    "logging",
    "trigger",
    "triggers",
    "policy",
    "alarm",
    "alarms",
    "docker",
    "deploy",
    "dashboard",
    "iam",
    "monitoring",
    "subscription",
    "integration",
    "gateway",
    "warmer",
    "edge",
];

static HANDLER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)handler").expect("a constant"));

static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)source_(path|dir|code)|code_dir|code_path|zip|filename|package|image|s3_key|jar|artifact|dockerfile",
    )
    .expect("a constant")
});

static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(function|lambda|service|endpoint)_?name$|^name$").expect("a constant"));

static ENVIRONMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(^|_)env(ironment)?(_var(iable)?s?)?$").expect("a constant"));

/// `Class::method`, `file.function`, `package.Class`.
static HANDLER_VALUE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\w./$-]+(\.|::)[\w:$*]+$").expect("a constant"));

/// True if an argument of this name holds the handler.
pub(super) fn is_handler(name: &str) -> bool {
    HANDLER.is_match(name)
}

/// True if an argument of this name says where the code comes from.
pub(super) fn is_code(name: &str) -> bool {
    CODE.is_match(name)
}

/// True if an argument of this name holds what the function is called.
pub(super) fn is_name(name: &str) -> bool {
    NAME.is_match(name)
}

/// True if an argument of this name holds the environment.
pub(super) fn is_environment(name: &str) -> bool {
    ENVIRONMENT.is_match(name)
}

/// The telling part of a source: `terraform-aws-lambda` of `git@…/terraform-aws-lambda.git?ref=v1`.
pub(super) fn source_name(source: &str) -> String {
    let plain = source.split('?').next().unwrap_or(source).trim_end_matches('/');
    let without_scheme = plain.split_once("://").map_or(plain, |(_, rest)| rest);
    if let Some((_, inner)) = without_scheme.rsplit_once("//") {
        return inner.rsplit('/').next().unwrap_or(inner).to_lowercase();
    }
    let stem = [".git", ".zip", ".tar.gz", ".tgz"].iter().find_map(|end| without_scheme.strip_suffix(end));
    let parts: Vec<&str> = stem.unwrap_or(without_scheme).split(['/', ':']).collect();
    // `owner/name/provider` of a registry.
    let registry = source.matches('/').count() == 2 && !source.contains([':', '.']);
    let private = source.matches('/').count() == 3 && !source.contains([':', '@']);
    let at = if registry || private { parts.len() - 2 } else { parts.len() - 1 };
    parts[at].to_lowercase()
}

/// True if a module of this source is about functions, by its name.
pub(super) fn is_about_functions(source: &str) -> bool {
    let name = source_name(source);
    let words: Vec<&str> = name.split(['-', '_', '.']).collect();
    let about = ["lambda", "lambdas", "function", "functions", "cloudfunction", "cloudfunctions"];
    words.iter().any(|word| about.contains(word)) && !words.iter().any(|word| NO_FUNCTION.contains(word))
}

/// What a call of a module elsewhere is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapper {
    /// A function.
    Function,
    /// It may hold functions, and nothing in the checkout tells.
    Unclear,
    /// Something else.
    Other,
}

/// What a module of `source` makes of `arguments`.
pub(super) fn classify(source: &str, arguments: &Value) -> Wrapper {
    let Value::Map(given) = arguments else { return Wrapper::Other };
    let is = |name: &str, wanted: bool| given.get(name) == Some(&Value::Bool(wanted));
    if is("create_layer", true) || is("create_function", false) || is("create", false) && source.contains("lambda") {
        return Wrapper::Other;
    }
    let handles = given
        .iter()
        .any(|(name, value)| is_handler(name) && value.known().is_some_and(|value| HANDLER_VALUE.is_match(&value)));
    let says = |test: fn(&str) -> bool| given.iter().any(|(name, value)| test(name) && *value != Value::Null);
    let about = is_about_functions(source);
    if about && (says(is_handler) || says(is_code)) {
        return Wrapper::Function;
    }
    if handles && (given.contains_key("runtime") || says(is_code)) {
        return Wrapper::Function;
    }
    if about { Wrapper::Unclear } else { Wrapper::Other }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn sources_are_told_by_their_last_name() {
        let cases = [
            ("terraform-aws-modules/lambda/aws", "lambda", true),
            ("terraform-aws-modules/lambda/aws//modules/docker-build", "docker-build", false),
            ("DataDog/lambda-datadog/aws", "lambda-datadog", true),
            ("git@github.com:acme/terraform-aws-lambda?ref=v1.2.0", "terraform-aws-lambda", true),
            ("github.com/acme/terraform-aws-lambda.git?ref=v1", "terraform-aws-lambda", true),
            ("git::https://github.com/acme/modules.git//aws/lambda-role?ref=1", "lambda-role", false),
            ("https://example.org/releases/download/v2.0.29/terraform-lambda.zip", "terraform-lambda", true),
            ("app.terraform.io/acme/function/aws", "function", true),
            ("terraform-aws-modules/step-functions/aws", "step-functions", false),
            ("squidfunk/api-gateway-enable-cors/aws", "api-gateway-enable-cors", false),
        ];
        for (source, name, about) in cases {
            assert_eq!((source_name(source).as_str(), is_about_functions(source)), (name, about), "{source}");
        }
    }

    #[test]
    fn what_is_given_tells_functions_from_what_is_around_them() {
        let with = |given: &[(&str, Value)]| {
            Value::map(
                given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<BTreeMap<_, _>>(),
            )
        };
        let (handler, folder) = (("handler", Value::text("a.b")), ("source_path", Value::text("x")));
        let cases = [
            ("terraform-aws-modules/lambda/aws", with(&[handler.clone(), folder.clone()]), Wrapper::Function),
            (
                "terraform-aws-modules/lambda/aws",
                with(&[("create_layer", Value::Bool(true)), folder.clone()]),
                Wrapper::Other,
            ),
            ("acme/worker/aws", with(&[handler.clone(), ("runtime", Value::text("python3.13"))]), Wrapper::Function),
            ("acme/worker/aws", with(&[("error_handler", Value::text("a sentence"))]), Wrapper::Other),
            ("acme/lambda/aws", with(&[("size", Value::Number(1.0))]), Wrapper::Unclear),
        ];
        for (source, given, expected) in cases {
            assert_eq!(classify(source, &given), expected, "{source} {given:?}");
        }
    }
}
