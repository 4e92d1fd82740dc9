//! Constructs by their names, however they are imported, and their properties, in either language.

use std::borrow::Cow;

use lockstep_script::evaluate::{Callee, Event, Value};

/// A construct's name: the module of the service, and the class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind<'c> {
    /// `aws-lambda`, `aws-lambda-nodejs`; the package itself for those of others.
    pub(super) module: Cow<'c, str>,
    /// `Function`, `Code.fromAsset`; Python's names as TypeScript writes them.
    pub(super) name: Cow<'c, str>,
}

/// What kind of construct an event calls; none for methods.
pub(super) fn kind(callee: &Callee) -> Option<Kind<'_>> {
    if callee.receiver.is_some() || callee.name.is_empty() {
        return None;
    }
    let package = dashed(&callee.module);
    let inner = ["aws-cdk-lib/", "@aws-cdk/", "aws-cdk.", "aws-cdk-lib."].iter().find(|one| package.starts_with(**one));
    let (module, name) = match inner {
        Some(before) => (up_to(after(package, before.len()), |inner| inner.find('/')), callee.name.as_str()),
        None if matches!(&*package, "aws-cdk-lib" | "aws-cdk" | "monocdk") => match callee.name.split_once('.') {
            Some((module, name)) if is_module(module) => (dashed(module), name),
            _ => (Cow::Borrowed("core"), callee.name.as_str()),
        },
        None => (Cow::Borrowed(callee.module.as_str()), callee.name.as_str()),
    };
    let module = up_to(module, |module| module.strip_suffix("-alpha").map(str::len));
    // `experimental.EdgeFunction`, `aws_lambda.Function` inside of a package of all.
    let name = name.strip_prefix("experimental.").unwrap_or(name);
    Some(Kind { module, name: camel_path(name) })
}

/// What follows the first bytes of a text.
fn after(text: Cow<'_, str>, start: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
        Cow::Owned(text) => Cow::Owned(text[start..].to_owned()),
    }
}

/// A text up to where `end` says that it ends; whole if that says nothing.
fn up_to(text: Cow<'_, str>, end: impl FnOnce(&str) -> Option<usize>) -> Cow<'_, str> {
    match (end(&text), text) {
        (None, text) => text,
        (Some(end), Cow::Borrowed(text)) => Cow::Borrowed(&text[..end]),
        (Some(end), Cow::Owned(text)) => Cow::Owned(text[..end].to_owned()),
    }
}

/// A name of Python's as packages of npm are called.
fn dashed(name: &str) -> Cow<'_, str> {
    if name.contains('_') { Cow::Owned(name.replace('_', "-")) } else { Cow::Borrowed(name) }
}

fn is_module(name: &str) -> bool {
    name.starts_with("aws_") || matches!(name, "custom_resources" | "pipelines" | "triggers" | "cloudformation_include")
}

/// `Code.from_asset` as TypeScript writes it.
fn camel_path(name: &str) -> Cow<'_, str> {
    if !name.contains('_') {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.split('.').map(camel).collect::<Vec<_>>().join("."))
}

/// `from_asset` as TypeScript writes it; names of classes stay.
pub(super) fn camel(name: &str) -> Cow<'_, str> {
    // Almost all names are.
    if !name.bytes().skip(1).any(|byte| byte == b'_') {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut raise = false;
    for (index, c) in name.chars().enumerate() {
        match c {
            '_' if index > 0 => raise = true,
            c if raise => {
                out.extend(c.to_uppercase());
                raise = false;
            }
            c => out.push(c),
        }
    }
    // `Runtime.PYTHON_3_12`: a constant.
    if name.chars().all(|c| !c.is_lowercase()) { Cow::Borrowed(name) } else { Cow::Owned(out) }
}

/// True for what makes an app.
pub(super) fn is_app(event: &Event) -> bool {
    kind(&event.callee).is_some_and(|kind| kind.module == "core" && kind.name == "App")
}

/// True for a stack, or a nested stack.
pub(super) fn is_stack(event: &Event, _events: &[Event]) -> bool {
    event.callee.receiver.is_none() && event.callee.last().ends_with("Stack")
}

/// A property of a construct: of its object (TypeScript), or by name (Python).
pub(super) fn property<'e>(event: &'e Event, name: &str) -> Option<&'e Value> {
    let named = event.arguments.iter().find(|given| given.name.as_deref().is_some_and(|one| camel(one) == name));
    if let Some(given) = named {
        return Some(&given.value);
    }
    let objects = event.arguments.iter().rev().filter(|given| given.name.is_none());
    objects.filter_map(|given| given.value.as_object()).find_map(|object| {
        object.get(name).or_else(|| object.entries.iter().find(|(key, _)| camel(key) == name).map(|(_, value)| value))
    })
}

/// A property of a value that is an object.
pub(super) fn inner<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let object = value.as_object()?;
    object.get(name).or_else(|| object.entries.iter().find(|(key, _)| camel(key) == name).map(|(_, value)| value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructs_are_known_however_they_are_imported() {
        let kind_of = |module: &str, name: &str| {
            let callee = Callee { module: module.to_owned(), name: name.to_owned(), receiver: None };
            let kind = kind(&callee).unwrap();
            format!("{} {}", kind.module, kind.name)
        };
        for (module, name) in [
            ("aws-cdk-lib/aws-lambda", "Function"),
            ("aws-cdk-lib", "aws_lambda.Function"),
            ("@aws-cdk/aws-lambda", "Function"),
            ("aws_cdk", "aws_lambda.Function"),
            ("aws_cdk.aws_lambda", "Function"),
        ] {
            assert_eq!(kind_of(module, name), "aws-lambda Function", "{module} {name}");
        }
        assert_eq!(kind_of("@aws-cdk/aws-lambda-python-alpha", "PythonFunction"), "aws-lambda-python PythonFunction");
        assert_eq!(kind_of("aws_cdk.aws_lambda", "Code.from_asset"), "aws-lambda Code.fromAsset");
        assert_eq!(kind_of("aws-cdk-lib", "App"), "core App");
        assert_eq!(
            kind_of("@guardian/cdk/lib/constructs/lambda", "GuLambdaFunction"),
            "@guardian/cdk/lib/constructs/lambda GuLambdaFunction"
        );
        assert_eq!(
            (camel("grant_read_write_data"), camel("PYTHON_3_12")),
            ("grantReadWriteData".into(), "PYTHON_3_12".into())
        );
    }
}
