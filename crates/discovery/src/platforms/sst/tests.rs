//! Small made-up programs, one for each trap of reading them.

use super::*;
use crate::testing;

fn read(files: &[(&str, &str)]) -> Partial<Vec<Declared>> {
    testing::read(&Sst, files)
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    testing::told(&read(files))
}

fn uses(files: &[(&str, &str)], name: &str) -> Vec<String> {
    testing::uses(&read(files).value, name)
}

#[test]
fn version_3_takes_handlers_everywhere() {
    let config = r#"
/// <reference path="./.sst/platform/config.d.ts" />
import { readdirSync } from "fs";
export default $config({
  app(input) { return { name: "shop", home: "aws" }; },
  async run() {
    await import("./infra/api");
    for (const value of readdirSync("./infra/")) await import("./infra/" + value);
  },
});
"#;
    let api = r#"
import { queue, table } from "./queue";
const worker = new sst.aws.Function("Worker", { handler: "src/worker.handler", runtime: "nodejs20.x", url: true });
export const api = new sst.aws.ApiGatewayV2("Api");
api.route("GET /orders/{id}", "src/get.handler");
api.route("POST /orders", { handler: "src/create.handler", link: [queue, table, worker], environment: { A: "1", B: table.name } });
api.route("GET /worker", worker.arn);
function cron(name: string) { return new sst.aws.Cron(name, { schedule: "rate(1 day)", job: { handler: `src/cron/${name.toLowerCase()}.handler` } }); }
for (const name of ["Nightly", "Weekly"]) cron(name);
new sst.aws.Nextjs("Site");
"#;
    let queue = r#"
export const queue = new sst.aws.Queue("Queue");
export const table = new sst.aws.Dynamo("Table", {});
queue.subscribe("src/consume.handler");
table.subscribe("Mirror", { handler: "src/mirror.handler" });
"#;
    let proxy = "new sst.cloudflare.Worker('Proxy', { handler: './src/proxy.ts' }); const bus = new sst.aws.Bus('Bus'); bus.subscribe('Audit', 'src/audit.handler');";
    let files = [
        ("shop/sst.config.ts", config),
        ("shop/infra/api.ts", api),
        ("shop/infra/queue.ts", queue),
        ("shop/infra/proxy.ts", proxy),
        ("shop/packages/x/not-infra.ts", "new sst.aws.Function('No', { handler: 'a.b' });"),
    ];
    assert_eq!(
        told(&files),
        [
            "shop/Api-GET-orders-id src/get.handler",
            "shop/Api-POST-orders src/create.handler",
            "shop/Bus-Audit src/audit.handler",
            "shop/Nightly src/cron/nightly.handler",
            "shop/Proxy ./src/proxy.ts",
            "shop/Queue-subscriber src/consume.handler",
            "shop/Table-Mirror src/mirror.handler",
            "shop/Weekly src/cron/weekly.handler",
            "shop/Worker src/worker.handler",
            "web frameworks deploy functions of their own for `Site`: they are not counted",
        ]
    );
    assert_eq!(
        uses(&files, "Api-POST-orders"),
        [
            "Calls function shop#Worker Own",
            "Receives http shop#Api POST /orders Own",
            "Sends queue shop#Queue Own",
            "Unknown table shop#Table Own",
        ]
    );
    assert_eq!(uses(&files, "Queue-subscriber"), ["Receives queue shop#Queue Own"]);
    let found = read(&files).value;
    let one = |name: &str| found.iter().find(|one| one.name == name).unwrap();
    assert_eq!(one("Worker").runtime.as_deref(), Some("nodejs20.x"));
    assert_eq!(one("Api-POST-orders").environment.len(), 1);
    let said = &one("Nightly").declaration.location;
    assert_eq!((said.path.as_str(), &api[said.span()]), ("shop/infra/api.ts", "\"Nightly\""));
}

#[test]
fn version_2_holds_functions_by_key() {
    let config = r#"
import { API } from "./stacks/Api";
import { Data } from "./stacks/Data";
export default { config(_input) { return { name: "shop", region: "x" }; }, stacks(app) { app.stack(Data).stack(API); } };
"#;
    let api = r#"
import { Api, Cron, EventBus, Function, use } from "sst/constructs";
import { Data } from "./Data";
export function API({ stack }) {
  const { table } = use(Data);
  const bus = new EventBus(stack, "bus", { rules: { made: { pattern: {}, targets: { mail: "src/mail.handler" } } } });
  const api = new Api(stack, "api", {
    defaults: { function: { bind: [table] } },
    authorizers: { mine: { type: "lambda", function: new Function(stack, "authorize", { handler: "src/auth.handler" }) } },
    routes: {
      "GET /notes": "src/list.main",
      "POST /notes": { function: { handler: "src/create.main", bind: [bus] } },
      "GET /old": { type: "url", url: "https://x" },
    },
  });
  api.addRoutes(stack, { "PUT /notes/{id}": { handler: "src/update.main" } });
  new Cron(stack, "nightly", { schedule: "rate(1 day)", job: "src/nightly.main" });
}
"#;
    let data = r#"
import * as sst from "sst/constructs";
export function Data({ stack }) {
  const table = new sst.Table(stack, "table", { consumers: { mirror: "src/mirror.main" } });
  const queue = new sst.Queue(stack, "queue", { consumer: { function: "src/consume.main" } });
  return { table, queue };
}
"#;
    let files = [("sst.config.ts", config), ("stacks/Api.ts", api), ("stacks/Data.ts", data)];
    assert_eq!(
        told(&files),
        [
            "shop/api-GET-notes src/list.main",
            "shop/api-POST-notes src/create.main",
            "shop/api-PUT-notes-id src/update.main",
            "shop/authorize src/auth.handler",
            "shop/bus-made-mail src/mail.handler",
            "shop/nightly src/nightly.main",
            "shop/queue-consumer src/consume.main",
            "shop/table-mirror src/mirror.main",
        ]
    );
    assert_eq!(uses(&files, "api-POST-notes"), ["Receives http shop#api POST /notes Own", "Sends bus shop#bus Own"]);
    let found = read(&files).value;
    let said = &found.iter().find(|one| one.name == "api-GET-notes").unwrap().declaration.location;
    assert_eq!(&api[said.span()], "\"src/list.main\"");
}

#[test]
fn version_1_starts_from_a_json_file() {
    let stack = "import * as sst from '@serverless-stack/resources';\nexport default class MyStack extends sst.Stack { constructor(scope, id, props) { super(scope, id, props); new sst.Function(this, 'One', { handler: 'src/one.main' }); } }";
    let index = "import MyStack from './MyStack';\nexport default function main(app) { new MyStack(app, 'my-stack'); }";
    let files = [
        ("shop/sst.json", "{\"name\": \"old\", \"main\": \"stacks/index.js\"}"),
        ("shop/stacks/index.js", index),
        ("shop/stacks/MyStack.js", stack),
    ];
    assert_eq!(told(&files), ["old/One src/one.main"]);
}

#[test]
fn what_is_not_known_is_said() {
    let program = "export default $config({ app() { return { name: 'x' }; }, async run() { new sst.aws.Function('A', { handler: process.env.H + '.main' }); } });";
    let found = read(&[("sst.config.ts", program)]);
    assert!(matches!(&found.value[0].code, CodeSource::Unknown(why) if why.contains("known only when")), "{found:?}");
    assert_eq!(
        told(&[("sst.config.ts", "export default $config({ app() { return {}; }, async run() {} });")]),
        ["this program of SST declares no function that is known"]
    );
}
