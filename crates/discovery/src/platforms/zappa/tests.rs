//! Small made-up settings, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Zappa, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told_with_code(&read(files).value)
}

#[test]
fn stages_deploy_one_application() {
    let settings = r#"{"dev": {"app_function": "shop.main.app", "project_name": "shop", "environment_variables": {"MODE": "dev"},
          "events": [{"function": "shop.jobs.clean", "expression": "rate(1 day)"},
                     {"function": "shop.jobs.paid", "event_source": {"arn": "arn:aws:sqs:eu-west-1:1:orders", "enabled": true}}]},
        "prod": {"extends": "dev", "environment_variables": {"MODE": "prod", "REGION": "eu"}}, "loop": {"extends": "loop"}}"#;
    let files = [("api/zappa_settings.json", settings), ("api/shop/main.py", "app = 1"), ("x/zappa_settings.py", "")];
    assert_eq!(told(&files), ["shop/shop shop/main.py#app api:"]);
    let found = read(&files);
    assert_eq!(
        testing::uses(&found.value, "shop"),
        ["Receives http shop#shop Own", "Receives queue orders Own", "Receives schedule shop#shop shop.jobs.clean Own"]
    );
    assert_eq!(
        (found.value[0].environment["MODE"].as_str(), found.value[0].environment["REGION"].as_str()),
        ("dev", "eu")
    );
    assert_eq!(found.problems.len(), 1);
}

#[test]
fn applications_start_in_several_ways() {
    let toml = "[dev]\ndjango_settings = \"site.settings.prod\"\n";
    assert_eq!(
        told(&[("zappa_settings.toml", toml), ("site/wsgi.py", "")]),
        ["application/application site/wsgi.py :"]
    );
    let two = "a:\n  app_function: one.app\nb:\n  app_function: two.app\n";
    assert_eq!(
        told(&[("p/zappa_settings.yml", two), ("p/one.py", ""), ("p/two/__init__.py", "")]),
        ["p/p-a one.py#app p:", "p/p-b two/__init__.py#app p:"]
    );
    let lost = "a:\n  app_function: gone.app\n";
    assert_eq!(
        told(&[("p/zappa_settings.yml", lost)]),
        ["p/p - no module of Python for `gone.app` in the folder of the settings"]
    );
}
