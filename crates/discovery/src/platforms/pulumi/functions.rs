//! Resources that are functions.

use lockstep_script::evaluate::{Code, Event, Value};

use super::{Reader, code};
use crate::{
    evaluated::{self, Made},
    in_code::relative,
    platform::{CodeSource, Declared, HandlerStyle},
};

/// Properties that closures are handed to.
const PROPERTIES: [&str; 3] = ["callback", "callbackFactory", "eventHandler"];

impl Reader<'_> {
    /// The function that a resource is.
    pub(super) fn function(&self, event: &Event) -> Option<Declared> {
        let (package, name) = self.resource(event)?;
        match (package, name.as_str()) {
            ("aws" | "aws-native" | "aws_native", "lambda.Function") => self.lambda(event),
            ("aws", "lambda.CallbackFunction") => self.callback(event, &["callback", "callbackFactory"]),
            ("gcp", "cloudfunctions.Function" | "cloudfunctionsv2.Function") => self.google(event),
            ("gcp", "cloudfunctions.HttpCallbackFunction" | "cloudfunctions.CallbackFunction") => {
                self.callback(event, &["callback", "callbackFactory"])
            }
            _ => None,
        }
    }

    fn made(&self, event: &Event, name: &str) -> Option<Declared> {
        let site = evaluated::site_of(event, event.positional(0));
        Made { files: self.files, app: &self.app, name: name.to_owned(), site, whole: event.site.clone() }.declared()
    }

    fn text(&self, event: &Event, names: &[&str]) -> Option<String> {
        self.argument(event, names).and_then(Value::as_text).map(str::to_owned)
    }

    fn lambda(&self, event: &Event) -> Option<Declared> {
        let mut declared = self.made(event, self.name_of(event)?)?;
        declared.style = HandlerStyle::Runtime;
        declared.declaration.handler = self.text(event, &["handler"]);
        declared.runtime = self.argument(event, &["runtime"]).and_then(code::runtime);
        declared.code = if let Some(image) = self.argument(event, &["imageUri", "image_uri"]) {
            declared.runtime = Some("image".to_owned());
            self.image(image)
        } else if let Some(archive) = self.argument(event, &["code"]) {
            self.archive(archive)
        } else if let Some(key) = self.text(event, &["s3Key", "s3_key"]) {
            CodeSource::Artifact { base: self.app.folder.clone(), path: key }
        } else {
            CodeSource::Unknown("the program does not say where the code is".to_owned())
        };
        self.environment(event, &mut declared);
        Some(declared)
    }

    fn environment(&self, event: &Event, declared: &mut Declared) {
        let Some(environment) = self.argument(event, &["environment", "environmentVariables", "environment_variables"])
        else {
            return;
        };
        let variables = self.field(environment, &["variables"]).unwrap_or(environment);
        declared.environment = evaluated::environment(Some(variables));
        let entries = variables.as_object().map_or(&[][..], |object| &object.entries);
        let stores: Vec<_> = entries.iter().filter_map(|(_, value)| self.store(value)).collect();
        declared.stores.extend(stores);
    }

    /// A function whose code is a closure of the program.
    fn callback(&self, event: &Event, names: &[&str]) -> Option<Declared> {
        let name = self.name_of(event)?.to_owned();
        let closure = self.argument(event, names).or_else(|| event.positional(1));
        let mut declared = self.made(event, &name)?;
        match closure {
            Some(Value::Function(code)) => self.closure(&mut declared, code),
            _ => declared.code = CodeSource::Unknown("its callback is not a function of the program".to_owned()),
        }
        declared.runtime =
            self.argument(event, &["runtime"]).and_then(code::runtime).or_else(|| Some("nodejs".to_owned()));
        Some(declared)
    }

    /// The code is a function of the program itself.
    pub(super) fn closure(&self, declared: &mut Declared, code: &Code) {
        let file = relative(&self.app.folder, &code.site.path);
        // A closure that is the value of a property has no name of its own.
        let name = code.name.as_ref().filter(|name| !PROPERTIES.contains(&name.as_str()));
        let handler = name.map_or_else(|| file.clone(), |name| format!("{file}#{name}"));
        declared.declaration.handler = Some(handler);
        declared.code = CodeSource::Path { base: self.app.folder.clone(), path: ".".to_owned() };
        declared.style = HandlerStyle::Path;
    }

    /// A function that is written where it is handed to a resource.
    pub(super) fn inline(&self, event: &Event, name: &str, code: &Code) -> Option<Declared> {
        let mut declared = self.made(event, name)?;
        self.closure(&mut declared, code);
        declared.runtime = Some("nodejs".to_owned());
        Some(declared)
    }

    fn google(&self, event: &Event) -> Option<Declared> {
        let mut declared = self.made(event, self.name_of(event)?)?;
        let build = self.argument(event, &["buildConfig", "build_config"]);
        let said = |names: &[&str]| self.argument(event, names).or_else(|| self.field(build?, names));
        let runtime = said(&["runtime"]).and_then(code::runtime);
        let entry = said(&["entryPoint", "entry_point"]).and_then(Value::as_text).unwrap_or("");
        let is_python = runtime.as_deref().is_some_and(|runtime| runtime.starts_with("python"));
        declared.declaration.handler = Some(if is_python { format!("main.{entry}") } else { format!("index.{entry}") })
            .filter(|_| !entry.is_empty());
        declared.runtime = runtime;
        declared.style = HandlerStyle::Runtime;
        let object = self.argument(event, &["sourceArchiveObject", "source_archive_object"]).or_else(|| {
            let source = self.field(build?, &["source"])?;
            let storage = self.field(source, &["storageSource", "storage_source"])?;
            self.field(storage, &["object"])
        });
        declared.code = object.map_or_else(
            || CodeSource::Unknown("the program does not say where the code is".to_owned()),
            |object| self.archive(object),
        );
        self.environment(event, &mut declared);
        Some(declared)
    }
}
