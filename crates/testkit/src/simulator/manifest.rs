//! The text of all that is no program: manifests, lists of dependencies, contracts, tests and documents.

use super::{
    source::Language,
    world::{Contract, Function, Notation, Platform, Service},
};

/// The oldest fields of a contract go, so that it does not become longer with every year.
const MOST_FIELDS: u32 = 60;

/// `create_order` as `CreateOrder`.
pub(crate) fn pascal(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn runtime(service: &Service) -> String {
    match service.language {
        Language::TypeScript => format!("nodejs{}.x", 16 + 2 * service.runtime),
        Language::Python => format!("python3.{}", 9 + service.runtime),
    }
}

fn handler(service: &Service, function: &Function) -> String {
    if service.one_file {
        format!("src/handlers.{}", function.symbol)
    } else {
        format!("src/{}/{}.{}", function.folder, function.stem, function.symbol)
    }
}

/// Path and text of the manifest of `service`.
pub(crate) fn manifest(service: &Service, functions: &[Function]) -> (String, String) {
    let mine = service.functions.iter().map(|number| &functions[*number]);
    match service.platform {
        Platform::Sam => {
            let mut text = format!(
                "AWSTemplateFormatVersion: \"2010-09-09\"\nTransform: AWS::Serverless-2016-10-31\nGlobals:\n  \
                 Function:\n    Runtime: {}\n    Timeout: 10\nResources:\n",
                runtime(service)
            );
            if service.openapi {
                text += "  Api:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: live\n      \
                         DefinitionUri: openapi.yaml\n";
            }
            for function in mine {
                text += &format!(
                    "  {}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      \
                     Handler: {}\n      MemorySize: {}\n",
                    pascal(&function.name),
                    handler(service, function),
                    function.memory
                );
            }
            (format!("{}/template.yaml", service.folder), text)
        }
        Platform::Serverless => {
            let mut text = format!(
                "service: {}\nprovider:\n  name: aws\n  runtime: {}\nfunctions:\n",
                service.name,
                runtime(service)
            );
            for function in mine {
                text += &format!(
                    "  {}:\n    handler: {}\n    memorySize: {}\n",
                    function.name,
                    handler(service, function),
                    function.memory
                );
            }
            (format!("{}/serverless.yml", service.folder), text)
        }
    }
}

/// Paths and texts of what lists the dependencies of `service`, locks included.
pub(crate) fn dependencies(service: &Service) -> Vec<(String, String)> {
    let folder = &service.folder;
    let version = format!("4.{}.{}", 1 + service.dependencies / 10, service.dependencies % 10);
    match service.language {
        Language::TypeScript => {
            let name = &service.name;
            let list = format!(
                "{{\n  \"name\": \"{name}\",\n  \"private\": true,\n  \"dependencies\": {{\n    \"zod\": \"^{version}\"\n  }}\n}}\n"
            );
            let lock = format!(
                "{{\n  \"name\": \"{name}\",\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n    \"node_modules/zod\": {{\n      \
                 \"version\": \"{version}\"\n    }}\n  }}\n}}\n"
            );
            vec![(format!("{folder}/package.json"), list), (format!("{folder}/package-lock.json"), lock)]
        }
        Language::Python => vec![(format!("{folder}/requirements.txt"), format!("pydantic=={version}\n"))],
    }
}

/// The text of a contract.
pub(crate) fn contract(contract: &Contract) -> String {
    let Contract { name, fields, .. } = contract;
    let oldest = fields.saturating_sub(MOST_FIELDS) + 1;
    let list =
        |line: &dyn Fn(u32) -> String, between: &str| (oldest..=*fields).map(line).collect::<Vec<_>>().join(between);
    match contract.notation {
        Notation::OpenApi => format!(
            "openapi: 3.0.3\ninfo:\n  title: {name}\n  version: \"1.0\"\npaths:\n  /{name}:\n    get:\n      responses:\n        \
             \"200\":\n          description: Found\ncomponents:\n  schemas:\n    {}:\n      type: object\n      properties:\n{}\n",
            pascal(name),
            list(&|field| format!("        field_{field}: {{ type: string }}"), "\n"),
        ),
        Notation::JsonSchema => format!(
            "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"{name}\",\n  \"type\": \"object\",\n  \
             \"properties\": {{\n{}\n  }}\n}}\n",
            list(&|field| format!("    \"field_{field}\": {{ \"type\": \"string\" }}"), ",\n"),
        ),
        Notation::Protobuf => format!(
            "syntax = \"proto3\";\n\nmessage {} {{\n{}\n}}\n",
            pascal(name),
            list(&|field| format!("  string field_{field} = {field};"), "\n"),
        ),
    }
}

/// Path and text of the tests of a function, after `times` changes.
pub(crate) fn test(service: &Service, function: &Function, times: u32) -> (String, String) {
    let (folder, name) = (format!("{}/tests", service.folder), &function.name);
    match service.language {
        Language::TypeScript => (
            format!("{folder}/{name}.test.ts"),
            format!("test(\"{name}\", () => {{\n  expect({times} + 1).toBe({});\n}});\n", times + 1),
        ),
        Language::Python => (
            format!("{folder}/test_{name}.py"),
            format!("def test_{name}():\n    assert {times} + 1 == {}\n", times + 1),
        ),
    }
}

/// Path and text of the document about a service, after `times` changes.
pub(crate) fn document(service: &Service, times: u32) -> (String, String) {
    let name = &service.name;
    (format!("{}/README.md", service.folder), format!("# {name}\n\nRead by {times} people so far.\n"))
}
