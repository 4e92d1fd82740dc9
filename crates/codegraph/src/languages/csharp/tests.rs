//! Tables of what C# files say.

use lockstep_model::RepoPath;

use super::CSharp;
use crate::language::{FileFacts, ImportKind, Language};

fn facts(text: &str) -> FileFacts {
    let facts = CSharp.facts(&RepoPath::new("src/M.cs").unwrap(), text);
    assert_eq!(facts.error, None, "{text}");
    facts
}

/// Each symbol with the symbols it uses, and what it mentions: `Money.Total -> Money.Rate | Order`.
fn uses(facts: &FileFacts) -> Vec<String> {
    let lines = facts.symbols.iter().map(|symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    });
    lines.collect()
}

fn exports(facts: &FileFacts) -> Vec<String> {
    let name = |symbol: Option<usize>| symbol.map_or("", |index| facts.symbols[index].name.as_str());
    facts
        .exports
        .iter()
        .map(|export| format!("{} = {}", export.name, name(export.symbol)).trim_end().to_owned())
        .collect()
}

#[test]
fn static_members_are_symbols_and_instances_belong_to_their_type() {
    let facts = facts(
        "using System;\nnamespace Shop;\npublic static class Money {\n  const int Rate = 2;\n  static readonly Table Names = new();\n\
         \x20 public static int Total(int x) => x * Rate;\n  public static int Refund(Order order) { return Ledger.Find(order.Id); }\n}\n\
         public class Order {\n  public int Id { get; set; }\n  public int Sum() => Money.Total(Id);\n  public static Order Empty = new Order();\n}\n",
    );
    assert_eq!(
        uses(&facts),
        [
            "Money ->  |",
            "Money.Rate ->  |",
            "Money.Names ->  | Table",
            "Money.Total -> Money.Rate |",
            "Money.Refund -> Order | Order, Ledger.Find",
            "Order -> Money.Total | Money.Total",
            "Order.Empty -> Order | Order",
        ]
    );
    assert_eq!(facts.package, "Shop");
    assert!(facts.top_level_imports.is_empty() && !facts.type_only);
    assert!(exports(&facts).contains(&"Shop.Money.Total = Money.Total".to_owned()));
    assert!(exports(&facts).contains(&"Order::Sum = Order".to_owned()));
}

#[test]
fn a_static_constructor_belongs_to_all_of_its_type() {
    let facts = facts(
        "class A { static int x; static A() { Log.Start(); } public static int B() => 1; int c; class In { static int D; } }",
    );
    assert_eq!(
        uses(&facts),
        [
            "A -> A.cctor |",
            "A.x -> A.cctor |",
            "A.cctor ->  | Log.Start",
            "A.B -> A.cctor |",
            "A.In ->  |",
            "A.In.D ->  |",
        ]
    );
}

#[test]
fn names_are_told_from_values() {
    let cases = [
        ("void M(Order order) { order.Save(); Save(); var x = order.Total; }", "Order, .Save, Save"),
        ("Order Order { get; } void M() { Order.Load(); }", "Order, Order.Load"),
        (
            "Store store; void M() { store.Orders.Add(new Line { Price = price, Kind = Kind.Big }); }",
            "Store, .Add, Line, price, Kind.Big",
        ),
        (
            "void M(object o) { if (o is Card { Number: Known.One } card) card.Pay(); switch (o) { case Cash c: break; case Limits.Most: break; } }",
            "Card, Known.One, .Pay, Cash, Limits.Most",
        ),
        (
            "void M<T>(List<T> all) where T : Entity { foreach (var one in all) one.Touch(); (int a, Pair b) = Get<Box>(); }",
            "Entity, List, .Touch, Pair, Get, Box",
        ),
        (
            "[Required, Range(Min = Limits.Least)] int x; object y = nameof(Shop.Order) + typeof(Kind);",
            "[Required], [Range], Limits.Least, nameof, Shop.Order, Kind",
        ),
        (
            "void M() { Func<Order, int> f = o => o.Sum(); var t = new { Name = f, Other }; a?.B?.Run(); global::Shop.Log.Write(); }",
            "Func, Order, .Sum, Other, .Run, a, global::Shop.Log.Write",
        ),
        ("int P => this.Helper() + base.Other() + (x as Thing)!.Go();", "Helper, Other, .Go, x, Thing"),
        (
            "void M() { try { } catch (Failed e) when (e.Code > 1) { } out1(out Result r); r.Use(); string s = $\"{Texts.Hello} {s}\"; }",
            "Failed, out1, Result, .Use, Texts.Hello",
        ),
    ];
    for (body, expected) in cases {
        let facts = facts(&format!("class It {{ {body} }}"));
        let mut mentioned: Vec<&str> = facts.imports.iter().map(|import| import.specifier.as_str()).collect();
        let mut expected: Vec<&str> = expected.split(", ").collect();
        mentioned.sort_unstable();
        expected.sort_unstable();
        assert_eq!(mentioned, expected, "{body}");
    }
}

#[test]
fn methods_are_told_apart_where_functions_start() {
    let facts = facts(
        "namespace Shop;\npublic class Orders(IStore store) {\n  readonly Clock clock = new();\n\
         \x20 [Function(\"Create\")] public void Create() => Save(new Order());\n  [Function(\"List\")] public void List() => store.All();\n\
         \x20 void Save(Order order) => Audit.Write(order);\n  public override string ToString() => Texts.Name;\n}\n",
    );
    assert_eq!(
        uses(&facts),
        [
            "Orders ->  | IStore, Clock, Texts.Name",
            "Orders.Create -> Orders, Orders.Save | [Function], [Function], Order",
            "Orders.List -> Orders | [Function], [Function], .All",
            "Orders.Save -> Orders | Order, Audit.Write",
        ]
    );
    let exports = exports(&facts);
    for expected in ["Orders::Create = Orders.Create", "Shop.Orders = Orders.List", "Shop.Orders = Orders"] {
        assert!(exports.contains(&expected.to_owned()), "{expected}: {exports:?}");
    }
    let handed_on = CSharp.facts(
        &RepoPath::new("a.cs").unwrap(),
        "class A { [Function(\"x\")] public void X() { Register(this); } public void Y() {} }",
    );
    assert_eq!(handed_on.symbols.len(), 1);
}

#[test]
fn containers_and_mediators_say_more_than_names() {
    let facts = facts(
        "var services = builder.Services;\nservices.AddScoped<IStore, Store>();\n\
         services.AddSingleton<IClock>(p => new Clock(p.GetRequiredService<IZone>()));\nservices.AddTransient(typeof(IRepo<>), typeof(Repo<>));\n\
         services.AddHostedService<Worker>();\nmediator.Send(new Create());\nvar t = Type.GetType(name);\n\
         app.MapGet(\"/\", (IStore store) => store.All());\n",
    );
    let bindings: Vec<String> = facts
        .imports
        .iter()
        .filter(|import| import.members.as_deref().is_some_and(|members| members[0] == "binding"))
        .map(|import| import.names.join(" "))
        .collect();
    assert_eq!(bindings, ["IStore Store", "IClock Clock IZone", "IRepo Repo"]);
    let mentioned: Vec<String> = facts
        .top_level_imports
        .iter()
        .map(|index| &facts.imports[*index])
        .map(|import| {
            format!("{} {}", import.members.as_ref().map_or("-", |members| members[0].as_str()), import.specifier)
        })
        .collect();
    for expected in
        ["name Worker", "sent Create", "injected IStore", "- a type is looked up by a name that is computed"]
    {
        assert!(mentioned.contains(&expected.to_owned()), "{expected}: {mentioned:?}");
    }
    assert!(
        !mentioned.iter().any(|mention| mention.ends_with(" Store") || mention.ends_with("Clock")),
        "{mentioned:?}"
    );
    assert!(facts.imports.iter().any(|import| import.kind == ImportKind::Computed));
}

#[test]
fn namespaces_partial_types_and_kinds() {
    let facts = facts(
        "global using Shop.Common;\nusing static Shop.Money;\nusing M = Shop.Money;\nnamespace A { partial class P { } namespace B.C { enum E { X } } }\n\
         namespace D { interface I { void Go(); } static class Ext { public static int Twice(this int x) => x; } }\n",
    );
    assert_eq!(facts.imports[0].specifier, "global Shop.Common");
    assert_eq!(facts.imports[1].specifier, "static Shop.Money");
    let names: Vec<&str> = facts.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(names, ["P", "A.B.C.E", "D.I", "D.Ext", "D.Ext.Twice"]);
    let exports = exports(&facts);
    for expected in ["abstract D.I = D.I", "D..Twice = D.Ext.Twice", "inherited D.Ext = D.Ext.Twice"] {
        assert!(exports.contains(&expected.to_owned()), "{expected}: {exports:?}");
    }
    let types =
        self::facts("namespace X; public interface IStore { Order Get(); }\npublic delegate void Done(Order order);\n");
    assert!(types.type_only);
}

#[test]
fn what_is_hostile_is_bounded() {
    let path = RepoPath::new("a.cs").unwrap();
    let texts = [
        format!("class A {{ int x = {}1{}; }}", "(".repeat(10_000), ")".repeat(10_000)),
        "class A {".repeat(10_000),
        "namespace A {".repeat(10_000),
        format!("class A {{ void M() {{ a{}; }} }}", ".b()".repeat(10_000)),
        format!("class A {{ void M() {{ {} }} }}", "new B.C.D(e => f.G(h));".repeat(20_000)),
        format!(
            "static class A {{ {} }}",
            (0..5_000).map(|n| format!("public static int M{n}() => M{}();", n / 2)).collect::<String>()
        ),
        format!("class A {{ object x = new {}1; }}", "{ y = new ".repeat(5_000)),
        "[".repeat(10_000),
    ];
    for text in &texts {
        CSharp.facts(&path, text);
    }
}

#[test]
fn members_alone_are_compared_too() {
    let path = RepoPath::new("a.cs").unwrap();
    let cases = [
        ("public static int A() => 1;", "public static int A()  => 1; // words", Some(true)),
        ("public int P { get; } = 2;", "public int P { get; } = 3;", Some(false)),
        ("public A(B b) { x = b; }", "public A(B b) {\n x = b; }", Some(true)),
        ("class {", "class {", None),
    ];
    for (before, after, expected) in cases {
        assert_eq!(CSharp.agree(&path, before, after), expected, "{before}");
    }
}

#[test]
fn requests_of_other_functions_are_calls() {
    let facts = facts(
        "class A { const string Pay = \"pay\"; readonly string machine; A() { machine = Environment.GetEnvironmentVariable(\"MACHINE\") ?? \"x\"; }\n\
         async Task B() { await lambda.InvokeAsync(new InvokeRequest { FunctionName = Pay });\n\
         await lambda.InvokeAsync(new InvokeRequest { FunctionName = $\"{stage}-mail\", InvocationType = InvocationType.Event });\n\
         await states.StartExecutionAsync(new StartExecutionRequest { StateMachineArn = machine, Input = text }); } }",
    );
    let calls: Vec<String> = facts.remote_calls.iter().map(crate::remote::shown).collect();
    assert_eq!(calls, ["function pay waits", "function *-mail goes on", "state-machine $MACHINE goes on"]);
}
