//! Small made-up applications, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Chalice, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told(&read(files))
}

fn uses(files: &[(&str, &str)], name: &str) -> Vec<String> {
    testing::uses(&read(files).value, name)
}

const CONFIG: (&str, &str) = ("pay/.chalice/config.json", "{\"version\": \"2.0\", \"app_name\": \"payments\"}");

#[test]
fn all_routes_are_one_function() {
    let app = r#"
from chalice import Chalice, Cron
from chalicelib.admin import admin
app = Chalice(app_name="x")
app.register_blueprint(admin, name_prefix="admin_", url_prefix="/admin")

@app.route("/orders")
def orders(): return []

@app.route("/orders/{id}", methods=["GET", "PUT"])
def order(id): return {}

@app.middleware("all")
def log(event, next): return next(event)

@app.schedule(Cron(0, 1, "*", "*", "?", "*"))
def nightly(event): ...

@app.lambda_function(name="Resource")
def resource(event, context): ...

@app.on_sqs_message(queue="bills", batch_size=1)
def bill(event): ...

@app.authorizer(name="Check")
def check(request): ...

@app.on_ws_connect()
def hello(event): ...

@app.on_s3_event(bucket=BUCKET)
def stored(event): ...
"#;
    let admin = "from chalice import Blueprint\nadmin = Blueprint(__name__)\nother = Blueprint(__name__)\n@admin.route('/users')\ndef users(): ...\n@admin.on_sns_message(topic='news')\ndef news(e): ...\n@other.lambda_function()\ndef lost(e, c): ...\n";
    let files = [CONFIG, ("pay/app.py", app), ("pay/chalicelib/__init__.py", ""), ("pay/chalicelib/admin.py", admin)];
    assert_eq!(
        told(&files),
        [
            "payments/nightly app.py#nightly",
            "payments/Resource app.py#resource",
            "payments/bill app.py#bill",
            "payments/Check app.py#check",
            "payments/websocket_connect app.py#hello",
            "payments/stored app.py#stored",
            "payments/admin_news chalicelib/admin.py#news",
            "payments/api_handler app.py#app",
        ]
    );
    assert_eq!(
        uses(&files, "api_handler"),
        [
            "Receives http payments#http GET /admin/users Own",
            "Receives http payments#http GET /orders Own",
            "Receives http payments#http GET /orders/{id} Own",
            "Receives http payments#http PUT /orders/{id} Own",
        ]
    );
    assert_eq!(uses(&files, "bill"), ["Receives queue bills Own"]);
    assert_eq!(uses(&files, "admin_news"), ["Receives topic news Own"]);
    assert_eq!(uses(&files, "stored"), ["Receives bucket payments#stored/bucket Own"]);
    let said = read(&files).value.remove(2).declaration;
    assert_eq!(&app[said.location.span()], "app.on_sqs_message(queue=\"bills\", batch_size=1)");
    assert!(app[..said.block_end as usize].ends_with("def bill(event): ..."));
}

#[test]
fn an_own_class_may_have_decorators_of_its_own() {
    let app = "from lib.base import Base\nclass App(Base):\n    def forwarder(self, prefix):\n        decorator = self.on_s3_event(bucket='logs')\n        return decorator\n    def alarm(self, f): return f\napp = App()\n@app.alarm(1)\n@app.forwarder('x')\ndef forward(event): ...\n@app.alarm(1)\ndef helper(): ...\n@app.test_route('/t')\ndef t(): ...\n";
    let base = "from chalice import Chalice\nclass Base(Chalice):\n    def test_route(self, path):\n        return self.route(path)\n";
    let files = [
        ("pay/.chalice/config.json.template.py", ""),
        ("pay/app.py", app),
        ("pay/lib/__init__.py", ""),
        ("pay/lib/base.py", base),
    ];
    assert_eq!(told(&files), ["pay/forward app.py#forward", "pay/api_handler app.py#app"]);
}

#[test]
fn configuration_is_merged_over_stages_and_functions() {
    let config = r#"{"environment_variables": {"A": "1", "B": "1"}, "stages": {"dev": {"environment_variables": {"B": "2"},
        "lambda_functions": {"work": {"environment_variables": {"C": "3"}, "layers": ["arn:x"]}}}}}"#;
    let app = "from chalice import Chalice\napp = Chalice(app_name='pay-' + stage())\n@app.lambda_function()\ndef work(e, c): ...\n";
    let found = read(&[("pay/.chalice/config.json", config), ("pay/app.py", app)]).value;
    let pairs: Vec<String> = found[0].environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(pairs, ["A=1", "B=2", "C=3"]);
    assert_eq!((found[0].service.as_str(), found[0].layers.len()), ("pay", 1));
}

#[test]
fn what_is_no_application_is_said_where_it_claims_to_be_one() {
    let cases = [
        (vec![("pay/app.py", "from chalice import Response\nx = Response()\n")], ""),
        (vec![CONFIG], "there is no `app.py` beside this configuration of Chalice: it may be made by a build"),
        (
            vec![CONFIG, ("pay/app.py", "app = make()\n")],
            "`app.py` makes no application that could be read: its functions are not known",
        ),
        (vec![("pay/infra/app.py", "from cdk import Chalice\nChalice(self, 'x')\n")], ""),
        (vec![("pay/.chalice/config.json", "{"), ("pay/app.py", "")], "unterminated object"),
    ];
    for (files, expected) in cases {
        assert_eq!(told(&files).join("\n").to_lowercase(), expected.to_lowercase());
    }
}
