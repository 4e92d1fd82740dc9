//! Small made-up applications, one for each trap of reading them.

use lockstep_diagnostics::Partial;

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&AzureFunctions, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told(&read(files))
}

fn uses(files: &[(&str, &str)], name: &str) -> Vec<String> {
    testing::uses(&read(files).value, name)
}

const HOST: (&str, &str) = ("shop/Api/host.json", "{\"version\": \"2.0\"}");

#[test]
fn a_file_may_hold_several_functions_and_methods_that_are_none() {
    let source = r#"
public class Orders {
    public const string AdminName = "Orders" + "_Admin";
    [Function(nameof(Orders))]
    public void Get([HttpTrigger(AuthorizationLevel.Function, "GET", "POST", Route = "orders/{id}")] Request r) {}
    [FunctionName(AdminName)]
    public void Post([HttpTrigger(AuthorizationLevel.Function, "DELETE", Route = null)] Request r) {}
    // [Function("Commented")]
    [Function("NoTrigger")]
    public void Other(string x) {}
}
"#;
    let files = [HOST, ("shop/Api/Orders.cs", source)];
    assert_eq!(told(&files), ["Api/Orders Orders.cs#Orders::Get", "Api/Orders_Admin Orders.cs#Orders::Post"]);
    assert_eq!(
        uses(&files, "Orders"),
        ["Receives http Api#http GET /api/orders/{id} Own", "Receives http Api#http POST /api/orders/{id} Own"]
    );
    let place = &read(&files).value[0].declaration;
    assert_eq!(&source[place.location.span()], "Function(nameof(Orders))");
    assert!(source[..place.block_end as usize].ends_with("Request r) {}"));
}

#[test]
fn what_only_a_debug_build_has_is_named_and_not_counted() {
    let source = "#if DEBUG\nclass A { [Function(\"Hook\")] void Run([TimerTrigger(\"0\")] T t) {} }\n#else\nclass B { [Function(\"Real\")] void Run([TimerTrigger(\"0\")] T t) {} }\n#endif\n";
    assert_eq!(
        told(&[HOST, ("shop/Api/A.cs", source)]),
        ["Api/Real A.cs#B::Run", "1 function stands in `#if DEBUG`, which no release build contains: not counted",]
    );
}

#[test]
fn constants_of_other_files_name_queues() {
    let files = [
        HOST,
        (
            "shop/Api/Names.cs",
            "static class Queues { public const string In = \"in\"; public const string Out = Prefix + \"out\"; const string Prefix = \"my-\"; }",
        ),
        (
            "shop/Api/Work.cs",
            r#"
class Work {
    [Function("Work")]
    public Result Run([QueueTrigger(Queues.In, Connection = "S")] string m, [BlobInput("templates/{queueTrigger}")] string t,
        [CosmosDB("shop", "orders")] ICollection c, [ServiceBusTrigger("topic", "mine")] string s) {
        await context.CallActivityAsync<int>(nameof(Charge), 1);
    }
    [Function(nameof(Charge))]
    public void Charge([ActivityTrigger] int x) {}
}
class Result {
    [QueueOutput(Queues.Out)] public string[] Messages { get; set; }
    [BlobOutput("bills/{name}.pdf")] public string Bill { get; set; }
}
"#,
        ),
    ];
    assert_eq!(
        uses(&files, "Work"),
        [
            "Calls function Api#Charge Own",
            "Read bucket templates Own",
            "Receives queue in Own",
            "Receives topic topic Own",
            "Sends queue my-out Own",
            "Unknown table shop/orders Own",
            "Write bucket bills Own",
        ]
    );
    assert_eq!(uses(&files, "Charge"), [""; 0]);
}

#[test]
fn java_annotates_alike() {
    let source = r#"
public class Pay {
    static final String ROUTE = "pay/{id}";
    @FunctionName("Charge")
    @QueueOutput(name = "out", queueName = "bills", connection = "C")
    public String charge(@HttpTrigger(name = "r", methods = {HttpMethod.GET, HttpMethod.POST}, route = ROUTE) Request r) { return ""; }
}
"#;
    let files = [
        ("pay/host.json", "{\"version\": \"2.0\", \"extensions\": {\"http\": {\"routePrefix\": \"\"}}}"),
        ("pay/src/main/java/Pay.java", source),
        ("pay/src/test/java/PayTest.java", source),
        ("pay/target/azure-functions/pay/host.json", "{\"version\": \"2.0\"}"),
    ];
    assert_eq!(told(&files), ["pay/Charge src/main/java/Pay.java#Pay::charge"]);
    assert_eq!(
        uses(&files, "Charge"),
        [
            "Receives http pay#http GET /pay/{id} Own",
            "Receives http pay#http POST /pay/{id} Own",
            "Sends queue bills Own"
        ]
    );
}

#[test]
fn an_application_inside_another_keeps_its_files() {
    let one = "class A { [Function(\"One\")] void Run([TimerTrigger(\"0\")] T t) {} }";
    let files = [
        ("host.json", "{\"version\": \"2.0\"}"),
        ("A.cs", one),
        ("inner/host.json", "{\"version\": \"2.0\"}"),
        ("inner/B.cs", &one.replace("One", "Two")),
        ("other/host.json", "{\"name\": \"no application\"}"),
    ];
    assert_eq!(told(&files), ["functions/One A.cs#A::Run", "inner/Two B.cs#A::Run"]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let cases = [
        (vec![HOST], "no functions were found for this application of Azure Functions"),
        (vec![("x/host.json", "{")], "unterminated"),
        (
            vec![
                HOST,
                ("shop/Api/A.cs", "class A { [Function(Unknown.Name)] void Run([TimerTrigger(\"0\")] T t) {} }"),
            ],
            "the name of this function is not known; it is called `Run` like its method",
        ),
        (
            vec![HOST, ("shop/Api/A.cs", "class A { [Function(\"x\") void Run( }")],
            "this file does not parse; 1 of the functions it seems to declare may be missing",
        ),
    ];
    for (files, expected) in cases {
        let said = told(&files).join("\n").to_lowercase();
        assert!(said.contains(&expected.to_lowercase()), "{said}");
    }
}

#[test]
fn folders_with_bindings_are_functions_wherever_their_script_is() {
    let http = r#"{"bindings": [{"type": "httpTrigger", "direction": "in", "route": "v1/{id}", "methods": ["put"]},
        {"type": "http", "direction": "out"}, {"type": "queue", "direction": "out", "queueName": "mail"},
        {"type": "blob", "direction": "in", "path": "photos/{id}"},
        {"type": "cosmosDB", "direction": "out", "databaseName": "db", "containerName": "users"}], "scriptFile": "../dist/Put/index.js"}"#;
    let timer = r#"{"bindings": [{"type": "timerTrigger", "schedule": "0 0 * * * *", "direction": "in"}]}"#;
    let generated = r#"{"generatedBy": "x", "bindings": [{"type": "timerTrigger"}], "scriptFile": "../bin/a.dll"}"#;
    let files = [
        ("app/host.json", "{\"version\": \"2.0\"}"),
        ("app/Put/function.json", http),
        ("app/Put/index.ts", ""),
        ("app/Py/function.json", timer),
        ("app/Py/__init__.py", ""),
        ("app/Ps/function.json", timer),
        ("app/Ps/run.ps1", ""),
        ("app/Odd/function.json", timer),
        ("app/Odd/thing.js", ""),
        ("app/Empty/function.json", timer),
        ("app/Net/function.json", generated),
        ("app/bin/Net/function.json", timer),
        ("app/src/Deep/function.json", timer),
        ("app/None/function.json", "{\"bindings\": []}"),
        ("app/Out/function.json", r#"{"bindings": [{"type": "timerTrigger"}], "scriptFile": "../../../x.js"}"#),
        ("app/Bad/function.json", "{"),
    ];
    let said = told(&files);
    assert_eq!(
        said[..6],
        [
            "app/Empty -",
            "app/Odd Odd/thing.js",
            "app/Out -",
            "app/Ps Ps/run.ps1",
            "app/Put dist/Put/index.js",
            "app/Py Py/__init__.py#main",
        ]
    );
    assert_eq!(
        said[7..],
        [
            "this file has no trigger, so it declares no function",
            "this function is not counted: the runtime only looks directly in `app/`",
        ]
    );
    assert_eq!(
        uses(&files, "Put"),
        [
            "Read bucket photos Own",
            "Receives http app#http PUT /api/v1/{id} Own",
            "Sends queue mail Own",
            "Write table db/users Own",
        ]
    );
}

#[test]
fn durable_functions_are_called_by_names_and_constants() {
    let binding = |kind: &str| format!("{{\"bindings\": [{{\"type\": \"{kind}\", \"direction\": \"in\"}}]}}");
    let (orchestrator, activity) = (binding("orchestrationTrigger"), binding("activityTrigger"));
    let flow = "import { A, ActivityName as Second } from \"../Two/handler\";\nconst Own: string = \"Three\";\n\
                yield context.df.callActivityWithRetry(\n  \"One\", retry);\nyield context.df.callActivity(Second, 1);\n\
                yield context.df.callActivity<X>(Own);\nyield context.df.callActivity(unknown);\nstartNew(\"Elsewhere\")\n";
    let files = [
        ("app/host.json", "{\"version\": \"2.0\"}"),
        ("app/Flow/function.json", orchestrator.as_str()),
        ("app/Flow/index.ts", flow),
        ("app/Flow/__tests__/index.test.ts", "callActivity(\"Four\")"),
        ("app/One/function.json", &activity),
        ("app/Two/function.json", &activity),
        ("app/Two/handler.ts", "export const ActivityName = \"Two\";\n"),
        ("app/Three/function.json", &activity),
        ("app/Four/function.json", &activity),
    ];
    assert_eq!(
        uses(&files, "Flow"),
        ["Calls function app#One Own", "Calls function app#Three Own", "Calls function app#Two Own",]
    );
}

#[test]
fn node_registers_in_one_file_what_stands_in_others() {
    let main = r#"
import { app, output } from "@azure/functions";
import * as df from "durable-functions";
import * as H from "kit";
import { wrap } from "./wrap";
import { GetService } from "./GetService/handler";
import { ActivityName, run as other } from "./Activity/handler";
import { refund } from "./barrel";
import { check } from "./Check";
const options = { methods: ["GET"], route: "services/{id}" };
app.http("GetService", { ...options, handler: GetService(model) });
df.app.activity(ActivityName, { handler: other });
app.storageQueue("Refund", { queueName: "refunds", handler: wrap(refund), return: output.storageBlob({ path: "bills/{id}" }) });
const made = kit(H.of(check));
app.timer("Check", { schedule: "0 0 * * * *", handler: made({ x: 1 }) });
app.get("Ping", async () => ({ status: 200 }));
app.hook.preInvocation(() => {});
for (const name of names) app.http(name, { handler: GetService(model) });
"#;
    let files = [
        ("shop/host.json", "{\"version\": \"2.0\"}"),
        ("shop/main.ts", main),
        ("shop/main.test.ts", main),
        ("shop/wrap.ts", "export const wrap = f => f;"),
        ("shop/GetService/handler.ts", "export function GetService(model) { return () => client.startNew(`Work`); }"),
        ("shop/Activity/handler.ts", "export const ActivityName = 'Work'; export const run = async () => {};"),
        ("shop/barrel.ts", "export * from './refund';"),
        ("shop/refund.ts", "export { refunded as refund }; async function refunded() {}"),
        ("shop/Check.ts", "export const check = () => {};"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/GetService GetService/handler.ts#GetService",
            "shop/Work Activity/handler.ts#run",
            "shop/Refund refund.ts#refunded",
            "shop/Check Check.ts#check",
            "shop/Ping main.ts",
            "the name of this function is put together as it runs: it is not counted",
        ]
    );
    assert_eq!(
        uses(&files, "GetService"),
        ["Calls function shop#Work Own", "Receives http shop#http GET /api/services/{id} Own"]
    );
    assert_eq!(uses(&files, "Refund"), ["Receives queue refunds Own", "Write bucket bills Own"]);
    assert_eq!(uses(&files, "Ping"), ["Receives http shop#http GET /api/Ping Own"]);
    let place = read(&files).value.remove(0).declaration;
    assert_eq!(&main[place.location.span()], "\"GetService\"");
}

#[test]
fn python_decorates_functions_of_apps_and_blueprints() {
    let main = r#"
import azure.functions as func
import azure.durable_functions as df
from orders.bp import bp as orders
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
QUEUE = "bills"
@app.function_name(name="Charge")
@app.route(route="pay/{id}", methods=["POST"])
@app.queue_output(arg_name="out", queue_name=QUEUE, connection="C")
@app.durable_client_input(client_name="client")
async def charge(req, out, client):
    await client.start_new("flow")
def helper(): pass
@app.orchestration_trigger(context_name="context")
def flow(context):
    yield context.call_activity(work, 1)
@app.activity_trigger(input_name="x")
def work(x): ...
@app.blob_trigger(arg_name="b", path="in/{name}", connection="C")
def ingest(b): ...
app.register_functions(orders)
"#;
    let bp = "import azure.functions as func\nbp = func.Blueprint()\nlost = func.Blueprint()\n@bp.timer_trigger(schedule='0', arg_name='t')\ndef nightly(t): ...\n@lost.route()\ndef gone(r): ...\n";
    let files = [
        ("shop/host.json", "{\"version\": \"2.0\"}"),
        ("shop/function_app.py", main),
        ("shop/orders/bp.py", bp),
        ("shop/tests/test_x.py", main),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/Charge function_app.py#charge",
            "shop/flow function_app.py#flow",
            "shop/work function_app.py#work",
            "shop/ingest function_app.py#ingest",
            "shop/nightly orders/bp.py#nightly",
            "no application registers the blueprint of `gone`: it is not counted",
        ]
    );
    assert_eq!(
        uses(&files, "Charge"),
        ["Calls function shop#flow Own", "Receives http shop#http POST /api/pay/{id} Own", "Sends queue bills Own"]
    );
    assert_eq!(uses(&files, "flow"), ["Calls function shop#work Own"]);
    assert_eq!(uses(&files, "ingest"), ["Read bucket in Own", "Receives bucket in Own"]);
}

#[test]
fn a_web_framework_is_one_function() {
    let main =
        "import azure.functions as func\nfrom web import api\napp = func.AsgiFunctionApp(app=api, http_auth_level=1)\n";
    let files = [("shop/host.json", "{\"version\": \"2.0\"}"), ("shop/function_app.py", main)];
    assert_eq!(told(&files), ["shop/http_app_func function_app.py"]);
}
