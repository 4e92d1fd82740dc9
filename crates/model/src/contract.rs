//! Which files are contracts: what a communication channel is made of. The one list that the judges of files and of
//! changes share.

/// Extensions of descriptions of interfaces.
const EXTENSIONS: [&str; 14] = [
    "proto", "graphql", "graphqls", "gql", "avsc", "avdl", "avpr", "wsdl", "xsd", "thrift", "raml", "smithy", "fbs",
    "capnp",
];

/// Ends of names of stubs that are generated from them, by their extensions.
const STUBS: [(&str, &[&str]); 8] = [
    ("py", &["_pb2.py", "_pb2_grpc.py"]),
    ("pyi", &["_pb2.pyi", "_pb2_grpc.pyi"]),
    ("go", &[".pb.go", ".pb.gw.go", "_grpc.pb.go"]),
    ("cc", &[".pb.cc"]),
    ("h", &[".pb.h"]),
    ("js", &["_pb.js", "_grpc_pb.js"]),
    ("ts", &["_pb.ts", "_pb.d.ts", "_connect.ts"]),
    ("rb", &["_pb.rb"]),
];

/// Words in names of documents.
const DOCUMENTS: [&str; 5] = ["openapi", "open-api", "swagger", "asyncapi", "async-api"];

/// Folders whose documents are contracts.
const FOLDERS: [&str; 6] = ["schemas", "schema", "contracts", "contract", "openapi", "asyncapi"];

/// True for a file whose name says that it is a contract.
pub fn is_contract_by_name(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    is_contract_file(name, extension, is_contract_folder(folder))
}

/// True for a folder, or one in it, whose documents are contracts by its name.
pub fn is_contract_folder(folder: &str) -> bool {
    folder.split('/').any(|part| FOLDERS.iter().any(|name| part.eq_ignore_ascii_case(name)))
}

/// True for a file whose name says that it is a contract, in ASCII's lower case, with what follows its last dot.
/// `in_contracts` says whether it lies in a folder as of [`is_contract_folder`].
pub fn is_contract_file(name: &str, extension: &str, in_contracts: bool) -> bool {
    let is_stub = || {
        let ends = STUBS.iter().find(|(of, _)| *of == extension);
        ends.is_some_and(|(_, ends)| ends.iter().any(|end| name.ends_with(end)))
    };
    match extension {
        "json" | "yaml" | "yml" => {
            in_contracts
                || DOCUMENTS.iter().any(|word| name.contains(word))
                || [".schema.", "-schema."].iter().any(|part| name.contains(part))
        }
        _ => EXTENSIONS.contains(&extension) || is_stub(),
    }
}

/// Characters at the start of a document in which it says what it is.
const HEAD: usize = 2_000;

/// True for the text of an OpenAPI or AsyncAPI document or of a JSON Schema, whatever it is called.
pub fn is_contract_by_content(text: &str) -> bool {
    let head: String = text.chars().take(HEAD).collect();
    head.lines().any(|line| {
        let key = line.trim_start_matches(['{', ' ', '\t', '"', '\'']);
        let says = |word: &str| {
            let rest = key.strip_prefix(word)?;
            rest.trim_start_matches(['"', '\'', ' ']).strip_prefix(':')
        };
        ["openapi", "asyncapi", "swagger"].iter().any(|word| says(word).is_some())
            || says("$schema").is_some_and(|schema| schema.contains("json-schema.org"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_contracts() {
        let told = is_contract_by_name;
        for name in [
            "api/openapi.yaml",
            "x/orders.proto",
            "schemas/order.json",
            "gen/orders_pb2.py",
            "gen/orders.pb.go",
            "a/schema.graphql",
            "events/Order.avsc",
            "events/order-schema.json",
        ] {
            assert!(told(name), "{name}");
        }
        for name in ["src/schemas/order.ts", "data/rows.json", "openapi/client.ts", "template.yaml", "a/schema.py"] {
            assert!(!told(name), "{name}");
        }
    }

    #[test]
    fn contents_tell_contracts() {
        for text in [
            "openapi: 3.1.0\n",
            "# x\nasyncapi: '3.0.0'",
            "{\"swagger\": \"2.0\"}",
            "{\n  \"openapi\" : \"3\"}",
            "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\"}",
        ] {
            assert!(is_contract_by_content(text), "{text}");
        }
        for text in ["", "openapis: 1", "text: we use openapi", "Resources:\n", "{\"$schema\": \"./tool.json\"}"] {
            assert!(!is_contract_by_content(text), "{text}");
        }
    }
}
