//! Small made-up applications, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Spin, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told_with_code(&read(files).value)
}

#[test]
fn components_of_version_2_are_tables() {
    let toml = r#"
spin_manifest_version = 2
[application]
name = "shop"
[[trigger.http]]
route = "/pay"
component = "pay"
[[trigger.redis]]
channel = "orders"
component = "mail"
[component.pay]
source = "target/wasm32-wasip1/release/pay.wasm"
key_value_stores = ["default"]
allowed_outbound_hosts = ["http://mail.spin.internal", "https://example.com"]
environment = { MODE = "x" }
[component.pay.build]
command = "cargo build -p pay --release"
[component.mail]
source = "mail/dist/mail.wasm"
sqlite_databases = ["default"]
[component.files]
source = { url = "https://example.com/files.wasm", digest = "x" }
[component.lost]
source = "lost.wasm"
[component.lost.build]
workdir = "lost"
"#;
    let files = [
        ("app/spin.toml", toml),
        ("app/crates/pay/Cargo.toml", "[package]\nname = \"pay\"\n"),
        ("app/crates/pay/src/lib.rs", ""),
        ("app/mail/src/index.ts", ""),
        ("other/spin.toml", "speed = 1\n"),
        ("parts/spin.toml", "spin_manifest_version = 2\n[application]\nname = \"parts\"\n"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/pay src/lib.rs app/crates/pay:",
            "shop/mail src/index.ts app/mail:",
            "shop/lost - no file in `app/lost/` is called as templates have it",
        ]
    );
    let found = read(&files);
    assert_eq!(
        testing::uses(&found.value, "pay"),
        ["Calls function shop#mail Own", "Receives http shop /pay Own", "Unknown namespace shop default Own"]
    );
    assert_eq!(testing::uses(&found.value, "mail"), ["Receives topic orders Own", "Unknown database shop default Own"]);
    assert_eq!(
        found.problems[0].message,
        "`files` is not counted: it comes ready-made from `https://example.com/files.wasm`"
    );
}

#[test]
fn components_of_version_1_are_a_list() {
    let toml = "spin_version = \"1\"\nname = \"old\"\n[[component]]\nid = \"hello\"\nsource = \"hello/target/x/hello.wasm\"\n[component.trigger]\nroute = \"/hello\"\n[component.build]\ncommand = \"tinygo build\"\nworkdir = \"hello\"\n";
    let files = [("spin.toml", toml), ("hello/main.go", "")];
    assert_eq!(told(&files), ["old/hello main.go hello:"]);
    assert_eq!(testing::uses(&read(&files).value, "hello"), ["Receives http old /hello Own"]);
}
