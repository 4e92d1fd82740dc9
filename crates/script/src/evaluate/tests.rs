//! What programs say, by small programs.

use lockstep_model::FileSet;

use super::*;

/// The events of `files`, the first of which is the entry: `Callee(first, second, …)`, a line each.
fn events(files: &[(&str, &str)]) -> Vec<String> {
    run(files).events.iter().map(shown).collect()
}

fn run(files: &[(&str, &str)]) -> Evaluation {
    let set = FileSet::from_texts(files.iter().copied());
    let found = evaluate(&Sources::new(&set), &RepoPath::new(files[0].0).unwrap(), &Options::default());
    let problems: Vec<&str> = found.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(problems, Vec::<&str>::new());
    found
}

fn shown(event: &Event) -> String {
    let arguments: Vec<String> = event
        .arguments
        .iter()
        .map(|given| match &given.name {
            Some(name) => format!("{name}={}", value(&given.value)),
            None => value(&given.value),
        })
        .collect();
    let receiver = event.callee.receiver.as_ref().map(|receiver| format!("{}.", value(receiver))).unwrap_or_default();
    format!("{receiver}{}({})", event.callee.name, arguments.join(", "))
}

fn value(of: &Value) -> String {
    match of {
        Value::Nothing => "-".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) => text.text.clone(),
        Value::List(list) => format!("[{}]", list.iter().map(value).collect::<Vec<_>>().join(", ")),
        Value::Object(object) => {
            let entries: Vec<String> = object.entries.iter().map(|(key, of)| format!("{key}: {}", value(of))).collect();
            format!("{{{}{}}}", entries.join(", "), if object.open { ", …" } else { "" })
        }
        Value::Function(code) | Value::Class(code) => format!("code {}", code.name.as_deref().unwrap_or("?")),
        Value::Instance(event) => format!("#{event}"),
        Value::Attribute(event, path) => format!("#{event}.{path}"),
        Value::External(_, name) => name.clone(),
        Value::Unknown(_) => "?".to_owned(),
    }
}

#[test]
fn wrappers_are_seen_through_and_judged_where_their_literals_stand() {
    let app = "import { Wrapped } from './wrapped'; import { App, Stack } from 'cdk';\n\
               const common = { memory: 128 };\nnew Wrapped(new Stack(new App(), 's'), 'pay', { handler: 'pay', ...common });\n\
               new Wrapped(undefined, 'refund', { handler: 'refund' });";
    let wrapped = "import { Function } from 'lambda'; import { Construct } from 'constructs';\n\
                   export class Wrapped extends Construct { readonly fn: Function;\n\
                   constructor(scope: any, id: string, props: any) { super(scope, id); const { handler, memory = 64, ...rest } = props;\n\
                   this.fn = new Function(this, `${id}Fn`, { handler: `src/${handler}.main`, memory, rest });\n\
                   this.fn.addAlias('live'); } }";
    let found = run(&[("app.ts", app), ("wrapped.ts", wrapped)]);
    let shown: Vec<String> = found.events.iter().map(shown).collect();
    assert_eq!(
        shown,
        [
            "App()",
            "Stack(#0, s)",
            "Construct(#1, pay)",
            "Function(#2, payFn, {handler: src/pay.main, memory: 128, rest: {}})",
            "#3.addAlias(live)",
            "Construct(-, refund)",
            "Function(#5, refundFn, {handler: src/refund.main, memory: 64, rest: {}})",
            "#6.addAlias(live)",
        ]
    );
    // The literal of the id lies inside of the call in the app: that is where the wrapper is judged.
    let Value::Text(id) = found.events[6].positional(1).unwrap() else { panic!() };
    let call = &found.events[6].chain[0];
    assert!(call.holds(id.origin.as_ref().unwrap()));
    assert_eq!(&app[call.span()], "new Wrapped(undefined, 'refund', { handler: 'refund' })");
    assert_eq!(found.events[5].extended_by[0].name.as_deref(), Some("Wrapped"));
    assert_eq!(value(&found.events[5].fields[0].1), "#6");
}

#[test]
fn loops_go_through_what_is_known_and_once_through_what_is_not() {
    let app = "import { fn } from 'm';\nfor (const name of ['a', 'b']) fn(name);\n\
               Object.entries({ x: 1, y: { z: 2 } }).forEach(([key, value]) => fn(key, value));\n\
               ['c', 'd'].map((name, index) => fn(`${name}${index}`));\n\
               for (let i = 0; i < 2; i++) { if (i === 0) continue; fn(i); }\n\
               for (const one of fn('list').all) fn(one);\n\
               for (const key in { p: 1 }) fn(key);\n[[1], [2, 3]].flatMap((x) => x).filter((x) => x > 1).forEach((x) => fn(x));";
    assert_eq!(
        events(&[("app.ts", app)]),
        [
            "fn(a)",
            "fn(b)",
            "fn(x, 1)",
            "fn(y, {z: 2})",
            "fn(c0)",
            "fn(d1)",
            "fn(1)",
            "fn(list)",
            "fn(#7.all.*)",
            "fn(p)",
            "fn(2)",
            "fn(3)"
        ]
    );
}

#[test]
fn conditions_that_are_not_known_take_both_ways() {
    let app = "import { fn } from 'm';\nconst stage = process.env.STAGE ?? 'dev';\nlet name = 'x';\n\
               if (stage === 'prod') { fn('prod'); name = 'y'; } else { fn('other'); }\nfn(name);\n\
               if ('a' === 'b') fn('never'); else fn('surely');\n\
               function pick() { if (stage) return { a: 1 }; return { a: 1, b: 2 }; }\nfn(pick());\n\
               fn(`${stage}-queue`, stage ? undefined : 'only');\n\
               fn({ ...(stage === 'x' && { may: 1 }) });\nconst conf = process.env.A || { k: 1 }; fn(conf.k);\n\
               switch (stage) { case 'a': fn('case a'); break; default: fn('default'); }\n\
               switch ('b') { case 'a': fn('wrong'); break; case 'b': fn('right'); }";
    assert_eq!(
        events(&[("app.ts", app)]),
        [
            "fn(prod)",
            "fn(other)",
            "fn(*)",
            "fn(surely)",
            "fn({a: 1, b: 2})",
            "fn(*-queue, only)",
            "fn({may: 1})",
            "fn(1)",
            "fn(case a)",
            "fn(default)",
            "fn(right)"
        ]
    );
    let found = run(&[("app.ts", "import { fn } from 'm';\nif (process.env.X) fn(1);\nfn(2);")]);
    assert_eq!(found.events.iter().map(|event| event.uncertain).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn modules_are_followed_by_every_kind_of_import() {
    let files = [
        (
            "src/app.ts",
            "import def, { a as b } from './one'; import * as all from './one'; import { star, renamed } from './barrel';\n\
             import { Runtime } from 'lambda'; const old = require('./old'); import data from './data.json';\n\
             import { fn } from 'm'; fn(def, b, all.a, star, renamed, old.x, old.y(), data.k[0], Runtime.NODE);\n\
             export { b as out }; export default { q: def }; export const made = fn('made');",
        ),
        ("src/one.ts", "const a = 'A'; export { a }; export default function named() {}"),
        ("src/barrel.ts", "export * from './two'; export { two as renamed } from './two';"),
        ("src/two.ts", "export const star = 'S'; export const two = 'T';"),
        ("src/old.js", "exports.x = 'X'; module.exports.y = () => 'Y';"),
        ("src/data.json", "{ \"k\": [\"json\"] }"),
    ];
    let found = run(&files);
    assert_eq!(
        found.events.iter().map(shown).collect::<Vec<_>>()[0],
        "fn(code named, A, A, S, T, X, Y, json, Runtime.NODE)"
    );
    let exports: Vec<String> = found.exports.iter().map(|(name, of)| format!("{name}: {}", value(of))).collect();
    assert_eq!(exports, ["out: A", "default: {q: code named}", "made: #1"]);
    assert_eq!(found.events[0].callee.module, "m");
}

#[test]
fn classes_inherit_from_the_repository_and_from_packages() {
    let app = "import { Stack, Base } from 'p';\n\
               class Mine extends Stack { static kind = 'K'; readonly tag = 'T'; app: string;\n\
               constructor(scope: any, private readonly props: { app: string }) { super(scope, `${props.app}-${props.app}`); this.app = props.app; }\n\
               get label() { return `${this.app}:${this.tag}`; } make(suffix: string) { return new Base(this, this.props.app + suffix); } }\n\
               class Other extends Mine { constructor() { super(undefined, { app: 'other' }); this.make('!'); } make(s: string) { return super.make(s + '?'); } }\n\
               const other = new Other(); other.addThing(other.label, Mine.kind, other.region);";
    assert_eq!(
        events(&[("app.ts", app)]),
        [
            "Stack(-, other-other)",
            "Base(#0, other?!)".replace("?!", "!?").as_str(),
            "#0.addThing(other:T, K, #0.region)"
        ]
    );
}

#[test]
fn paths_lead_into_the_repository() {
    let app = "import path, { join } from 'node:path'; import { fn } from 'm'; import { fileURLToPath } from 'url';\n\
               fn(path.join(__dirname, '..', 'src', `${'pay'}.ts`), join('a', '../b'), path.resolve('x'), path.basename('a/b.ts', '.ts'));\n\
               fn(path.dirname(fileURLToPath(import.meta.url)), new URL('./l', import.meta.url).pathname, process.cwd());";
    let found = run(&[("infra/bin/app.ts", app)]);
    let folder = RepoPath::new("infra").unwrap();
    let place = |event: usize, index: usize| {
        let text = found.events[event].positional(index).unwrap().as_text().unwrap().to_owned();
        repository_path(&text, &folder).unwrap().to_string()
    };
    assert_eq!([place(0, 0), place(0, 1), place(0, 2), place(0, 3)], ["infra/src/pay.ts", "infra/b", "x", "infra/b"]);
    assert_eq!([place(1, 0), place(1, 1), place(1, 2)], ["infra/bin", "infra/bin/l", ""]);
}

#[test]
fn texts_are_changed_as_programs_change_them() {
    let app = "import { fn } from 'm'; const cap = (s: string) => s.charAt(0).toUpperCase() + s.slice(1);\n\
               fn(cap('pay'), 'a-b-c'.split('-').join('_'), 'x.ts'.replace('.ts', ''), ['a', undefined, 'b'].filter((s) => s !== undefined).join('-'));\n\
               fn('n' + 1 + true, 'AbC'.toLowerCase(), `${['a', 'b']}`, 'abc'.includes('b'), 'abc'.length, typeof 'x');";
    assert_eq!(events(&[("app.ts", app)]), ["fn(Pay, a_b_c, x, a-b)", "fn(n1true, abc, a,b, true, 3, string)"]);
}

#[test]
fn python_is_followed_alike() {
    let files = [
        (
            "infra/app.py",
            "#!/usr/bin/env python3\nimport os\nfrom aws_cdk import App, aws_lambda as _lambda\nfrom stacks.pay import PayStack\n\
             from stacks import helpers\nimport stacks.consts as consts\n\napp = App()\n\
             PayStack(app, f'{consts.NAME}-stack', env=os.environ.get('ENV'))\n\
             for name, memory in {'a': 1, 'b': 2}.items():\n    helpers.make(app, name, memory=memory)\n\
             if __name__ == '__main__':\n    app.synth()\n",
        ),
        ("infra/stacks/__init__.py", ""),
        ("infra/stacks/consts.py", "NAME = 'pay'\n"),
        (
            "infra/stacks/helpers.py",
            "from aws_cdk import aws_lambda\nimport os\nfrom pathlib import Path\nROOT = Path(__file__).parent.parent / 'src'\n\
             def make(scope, name, *, memory=0, **rest):\n    return aws_lambda.Function(scope, name.title(), code=aws_lambda.Code.from_asset(os.path.join('x', name)), memory=memory, root=str(ROOT), **rest)\n",
        ),
        (
            "infra/stacks/pay.py",
            "from aws_cdk import Stack\nfrom .helpers import make\nclass PayStack(Stack):\n    KIND = 'k'\n\n    \
             def __init__(self, scope, id, **kwargs):\n        super().__init__(scope, id, **kwargs)\n        self.names = [n for n in ('x', 'y') if n != 'y']\n        \
             for n in self.names:\n            self._add(n, handler='%s.main' % n)\n\n    \
             def _add(self, name, **kwargs):\n        self.fn = make(self, name, kind=self.KIND, **kwargs)\n        self.fn.add_environment('A', 'B')\n",
        ),
    ];
    assert_eq!(
        events(&files),
        [
            "App()",
            "Stack(#0, pay-stack, env=?)",
            "aws_lambda.Code.from_asset(x/x)",
            "aws_lambda.Function(#1, X, code=#2, memory=0, root=/checkout.of.the.repository/infra/src, kind=k, handler=x.main)",
            "#3.add_environment(A, B)",
            "aws_lambda.Code.from_asset(x/a)",
            "aws_lambda.Function(#0, A, code=#5, memory=1, root=/checkout.of.the.repository/infra/src)",
            "aws_lambda.Code.from_asset(x/b)",
            "aws_lambda.Function(#0, B, code=#7, memory=2, root=/checkout.of.the.repository/infra/src)",
            "#0.synth()",
        ]
    );
}

#[test]
fn decorators_of_packages_are_events() {
    let app = "from chalice import Chalice\napp = Chalice(app_name='x')\n\n@app.route('/a', methods=['GET'])\ndef a():\n    return 1\n\n\
               @app.lambda_function(name='named')\ndef b(event, context):\n    pass\n";
    assert_eq!(
        events(&[("app.py", app)]),
        [
            "Chalice(app_name=x)",
            "#0.route(/a, methods=[GET])",
            "#1.(code a)",
            "#0.lambda_function(name=named)",
            "#3.(code b)",
        ]
    );
}

struct Sst;

impl Host for Sst {
    fn callbacks(&self, event: &Event) -> Vec<Callback> {
        match event.callee.name.as_str() {
            "$config" => vec![Callback { argument: 0, property: Some("run") }],
            "stack" => vec![Callback { argument: 0, property: None }],
            _ => Vec::new(),
        }
    }

    fn called_exports(&self) -> &'static [&'static str] {
        &["default.stacks"]
    }

    fn result(&self, event: &Event, _: &[Event]) -> Option<Value> {
        (event.callee.last() == "context").then_some(Value::Boolean(true))
    }
}

#[test]
fn a_host_says_what_packages_call_and_give() {
    let options = Options { host: &Sst, ..Options::default() };
    let run = |files: &[(&str, &str)]| {
        let set = FileSet::from_texts(files.iter().copied());
        let found = evaluate(&Sources::new(&set), &RepoPath::new(files[0].0).unwrap(), &options);
        found.events.iter().map(shown).collect::<Vec<_>>()
    };
    let three =
        "export default $config({ async run() { const api = await import('./api'); new sst.aws.Queue(api.name); } });";
    assert_eq!(
        run(&[("sst.config.ts", three), ("api.ts", "export const name = 'n'; new sst.aws.Function('F');")])[1..],
        ["sst.aws.Function(F)", "sst.aws.Queue(n)"]
    );
    let two = "import { Api } from 'sst'; function Stack({ stack }) { if (stack.context('x')) new Api(stack, 'api'); }\n\
               export default { stacks(app) { app.stack(Stack); } };";
    assert_eq!(
        run(&[("sst.config.ts", two)])[1..],
        ["#0.stack(code Stack)", "argument of a callback()", "#2.stack.context(x)", "Api(#2.stack, api)"]
    );
}

#[test]
fn hostile_programs_end() {
    let set = |text: &str| {
        let set = FileSet::from_texts([("a.ts", text)]);
        let options = Options { steps: 200_000, ..Options::default() };
        evaluate(&Sources::new(&set), &RepoPath::new("a.ts").unwrap(), &options)
    };
    set("function f() { f(); g(); } function g() { f(); g(); } f();");
    set("while (true) { x(); }");
    set("const a = []; a.push(a); fn(a); const o = {}; o.o = o; o.p = o; fn(o, JSON.stringify(o));");
    set("class A extends A {} new A(); class B extends C {} class C extends B {} new B();");
    set("import { a } from './a'; export { a } from './a'; export * from './a'; fn(a);");
    set("let s = 'x'; for (let i = 0; i < 60; i++) { s = s + s; }");
    let list = "['a','b','c','d','e','f','g','h']";
    let product = format!(
        "{0}.forEach(a => {0}.forEach(b => {0}.forEach(c => {0}.forEach(d => {0}.forEach(e => {0}.forEach(f => 1))))))",
        list
    );
    assert!(set(&product).problems.iter().any(|problem| problem.message.contains("too much")));
}
