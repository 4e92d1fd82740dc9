//! Functions that annotations declare: attributes of C# (`[Function]`, `[FunctionName]`) and annotations of Java
//! (`@FunctionName`).

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};
use lockstep_script::annotations::{self, Annotation, Constant, Method, Piece, Property, Source, Value};

use super::{
    Host, Values,
    bindings::{self, Binding, Role},
};
use crate::{in_code::Place, platform::Declared};

/// Attributes and annotations that declare a function.
const DECLARES: [&str; 2] = ["Function", "FunctionName"];

/// Calls of Durable Functions whose first argument names the function called, in lower case, without `Async`.
const CALLS: [&str; 7] = [
    "callactivity",
    "callactivitywithretry",
    "callsuborchestrator",
    "callsuborchestratorwithretry",
    "scheduleneworchestrationinstance",
    "startnew",
    "startneworchestration",
];

/// What the arguments without a name are, for C#. The last name takes all that follow.
const POSITIONS: &[(&str, &[&str])] = &[
    ("httptrigger", &["authlevel", "methods"]),
    ("queuetrigger", &["queuename"]),
    ("queue", &["queuename"]),
    ("queueoutput", &["queuename"]),
    ("servicebus", &["queueortopicname"]),
    ("servicebusoutput", &["queueortopicname", "entitytype"]),
    ("blobtrigger", &["path"]),
    ("blob", &["path", "access"]),
    ("blobinput", &["path"]),
    ("bloboutput", &["path"]),
    ("eventhubtrigger", &["eventhubname"]),
    ("eventhub", &["eventhubname"]),
    ("eventhuboutput", &["eventhubname"]),
    ("cosmosdbtrigger", &["databasename", "containername"]),
    ("cosmosdb", &["databasename", "containername"]),
    ("cosmosdbinput", &["databasename", "containername"]),
    ("cosmosdboutput", &["databasename", "containername"]),
    ("timertrigger", &["schedule"]),
    ("table", &["tablename"]),
    ("tableinput", &["tablename"]),
    ("tableoutput", &["tablename"]),
    ("sqltrigger", &["tablename"]),
    ("sql", &["commandtext"]),
    ("sqlinput", &["commandtext"]),
    ("sqloutput", &["commandtext"]),
    ("kafkatrigger", &["brokerlist", "topic"]),
    ("kafka", &["brokerlist", "topic"]),
    ("kafkaoutput", &["brokerlist", "topic"]),
    ("rabbitmqtrigger", &["queuename"]),
    ("signalrtrigger", &["hubname"]),
];

/// A source file and what was read in it.
struct Read<'a> {
    path: &'a RepoPath,
    text: std::sync::Arc<str>,
    source: Source,
}

/// Reads the sources of an application; what they declare goes to `all`.
pub(super) fn read(host: &Host, files: &FileSet, paths: &[&RepoPath], all: &mut Partial<Vec<Declared>>) {
    let read = sources(files, paths);
    let app = Application::new(host, &read);
    let mut debug = Vec::new();
    for one in &read {
        let mut found = 0;
        for method in &one.source.methods {
            let Some(annotation) = declaring(method) else { continue };
            found += 1;
            if method.conditions.iter().any(|(condition, holds)| is_debug(condition, *holds)) {
                debug.push(Location::of_span(one.path.clone(), &one.text, annotation.span.clone()));
                continue;
            }
            all.value.push(app.function(one, method, annotation, &mut all.problems));
        }
        report_unread(one, found, &mut all.problems);
    }
    if let Some(first) = debug.first() {
        let message = format!(
            "{} function{} in `#if DEBUG`, which no release build contains: not counted",
            debug.len(),
            if debug.len() == 1 { " stands" } else { "s stand" },
        );
        all.problems.push(Problem::at(ProblemKind::Unsupported, first.clone(), message));
    }
}

fn sources<'a>(files: &FileSet, paths: &[&'a RepoPath]) -> Vec<Read<'a>> {
    let mut read = Vec::new();
    for path in paths {
        let parse = match path.extension() {
            Some("cs") => annotations::csharp::read,
            Some("java") if !path.as_str().contains("src/test/") => annotations::java::read,
            _ => continue,
        };
        let Ok(text) = files.text(path) else { continue };
        let source = parse(&text);
        read.push(Read { path, text, source });
    }
    read
}

/// The annotation that makes `method` a function of Azure. Other libraries have a `[Function]` too, but no triggers.
fn declaring(method: &Method) -> Option<&Annotation> {
    let own = method.annotations.iter().find(|one| DECLARES.contains(&one.name.as_str()))?;
    let mut on_parameters = method.parameters.iter().flat_map(|parameter| &parameter.annotations);
    on_parameters.any(|one| one.name.ends_with("Trigger")).then_some(own)
}

fn is_debug(condition: &str, holds: bool) -> bool {
    let plain: String = condition.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect();
    (plain == "DEBUG" && holds) || (plain == "!DEBUG" && !holds)
}

/// A file with errors in which more functions are written than were read.
fn report_unread(one: &Read<'_>, found: usize, problems: &mut Vec<Problem>) {
    let written = ["[Function(", "[FunctionName(", "@FunctionName("];
    let written: usize = written.iter().map(|start| one.text.matches(start).count()).sum();
    if !one.source.complete && written > found {
        let place = Location::whole_file(one.path.clone());
        let message = format!(
            "this file does not parse; {} of the functions it seems to declare may be missing",
            written - found
        );
        problems.push(Problem::at(ProblemKind::UnparsedSource, place, message));
    }
}

/// The sources of an application as one.
struct Application<'a> {
    host: &'a Host,
    constants: BTreeMap<&'a str, Vec<&'a Constant>>,
    properties: BTreeMap<&'a str, Vec<&'a Property>>,
}

impl<'a> Application<'a> {
    fn new(host: &'a Host, read: &'a [Read<'_>]) -> Self {
        let (mut constants, mut properties) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for source in read.iter().map(|one| &one.source) {
            for constant in &source.constants {
                constants.entry(constant.name.as_str()).or_default().push(constant);
            }
            for property in &source.properties {
                properties.entry(property.class.as_str()).or_default().push(property);
            }
        }
        Self { host, constants, properties }
    }

    fn function(
        &self,
        one: &Read<'_>,
        method: &Method,
        annotation: &Annotation,
        problems: &mut Vec<Problem>,
    ) -> Declared {
        let place = Place { path: one.path, text: &one.text, name: annotation.span.clone(), end: method.span.end };
        let written =
            annotation.positional().next().or_else(|| annotation.named("value")).or_else(|| annotation.named("name"));
        let name = written
            .filter(|value| self.is_known(value, &method.class))
            .map(|value| self.text(value, &method.class, 0))
            .filter(|name| !name.contains('*'));
        if name.is_none() {
            let place = Location::of_span(one.path.clone(), &one.text, annotation.span.clone());
            let message =
                format!("the name of this function is not known; it is called `{}` like its method", method.name);
            problems.push(Problem::at(ProblemKind::Unevaluated, place, message));
        }
        let symbol = format!("{}::{}", method.class, method.name);
        let mut app = self.host.app.clone();
        app.runtime = Some(if one.path.extension() == Some("cs") { "dotnet" } else { "java" }.to_owned());
        let code = (one.path.clone(), Some(symbol));
        let mut function = app.function(name.as_deref().unwrap_or(&method.name), &place, code);
        self.wire(method, &mut function);
        function
    }

    fn wire(&self, method: &Method, function: &mut Declared) {
        let on_parameters = method.parameters.iter().flat_map(|parameter| &parameter.annotations);
        let returned = self.returned(method);
        let class = method.class.as_str();
        let own = method.annotations.iter().chain(on_parameters).map(|one| (one, class));
        let of_result = returned.into_iter().flat_map(|property| &property.annotations).map(|one| (one, ""));
        for (annotation, class) in own.chain(of_result) {
            if !DECLARES.contains(&annotation.name.as_str()) {
                self.binding(annotation, class).wire(self.host, function);
            }
        }
        for call in &method.calls {
            let small = call.name.to_ascii_lowercase();
            let plain = small.strip_suffix("async").unwrap_or(&small);
            let Some(argument) = call.arguments.first().filter(|_| CALLS.contains(&plain)) else { continue };
            let name = self.text(argument, class, 0);
            if !name.contains('*') {
                function.invokes.push(bindings::call(self.host, &name));
            }
        }
    }

    /// The annotated properties of what the method returns.
    fn returned(&self, method: &Method) -> Vec<&'a Property> {
        let words = method.returns.split(|c: char| !c.is_alphanumeric() && c != '_');
        words.filter_map(|word| self.properties.get(word)).flatten().copied().collect()
    }

    fn binding(&self, annotation: &Annotation, class: &str) -> Binding {
        let small = annotation.name.to_ascii_lowercase();
        let listed = POSITIONS.iter().find(|(name, _)| *name == small).map(|(_, names)| *names);
        let names: &[&str] = match (listed, annotation.positional().count()) {
            // One argument is a queue, two are a topic and its subscription.
            (None, 2..) if small == "servicebustrigger" => &["topicname", "subscriptionname"],
            (None, _) if small == "servicebustrigger" => &["queuename"],
            (listed, _) => listed.unwrap_or(&[]),
        };
        let mut values = Values::new();
        for (at, value) in annotation.positional().enumerate() {
            if let Some(name) = names.get(at).or_else(|| names.last()) {
                values.entry((*name).to_owned()).or_default().extend(self.texts(value, class));
            }
        }
        for argument in &annotation.arguments {
            if let Some(name) = &argument.name {
                values.entry(name.to_ascii_lowercase()).or_default().extend(self.texts(&argument.value, class));
            }
        }
        let role = match values.get("access").and_then(|access| access.first()).map(String::as_str) {
            Some(access) if access.ends_with("ReadWrite") => Role::Either,
            Some(access) if access.ends_with("Read") => Role::Input,
            Some(access) if access.ends_with("Write") => Role::Output,
            _ => Role::Either,
        };
        Binding::called(&annotation.name, role, values)
    }

    fn texts(&self, value: &Value, class: &str) -> Vec<String> {
        match value {
            Value::List(values) => values.iter().flat_map(|value| self.texts(value, class)).collect(),
            value => vec![self.text(value, class, 0)],
        }
    }

    /// A value as text: constants put in, what is not known as `*`. Names of enumerations stay names.
    fn text(&self, value: &Value, class: &str, depth: usize) -> String {
        let pieces = match value {
            Value::Text(pieces) => pieces,
            Value::List(_) => return "*".to_owned(),
            Value::Other(written) => return written.clone(),
        };
        let text = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Unknown => "*".to_owned(),
            Piece::Name(name) => match self.constant(name, class).filter(|_| depth < 8) {
                Some(constant) => self.text(&constant.value, &constant.class, depth + 1),
                None if pieces.len() == 1 && name.contains('.') => name.clone(),
                None => "*".to_owned(),
            },
        };
        pieces.iter().map(text).collect()
    }

    /// True if every name in it is a constant.
    fn is_known(&self, value: &Value, class: &str) -> bool {
        match value {
            Value::Text(pieces) => pieces.iter().all(|piece| match piece {
                Piece::Literal(_) => true,
                Piece::Name(name) => self.constant(name, class).is_some(),
                Piece::Unknown => false,
            }),
            Value::List(_) | Value::Other(_) => false,
        }
    }

    /// `Class.NAME` in that class; `NAME` in the class around, else the only one of that name.
    fn constant(&self, name: &str, around: &str) -> Option<&'a Constant> {
        let mut parts = name.rsplit('.');
        let candidates = self.constants.get(parts.next()?)?;
        let class = parts.next().unwrap_or(around);
        let own = candidates.iter().find(|constant| constant.class == class);
        own.or_else(|| candidates.first().filter(|_| candidates.len() == 1)).copied()
    }
}
