//! C#: which files, and which parts of them, names lead to.

use super::*;
use crate::closure::tests::names::symbols;

fn reached(functions: &[&str], files: &[(&str, &str)]) -> Vec<Vec<String>> {
    graph(functions, files).value.closures.iter().map(symbols).collect()
}

const PROJECT: &str = "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>";

#[test]
fn names_are_looked_up_as_the_compiler_does() {
    let files = [
        (
            "app/App.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><ProjectReference Include=\"..\\lib\\Lib.csproj\" /><Using Include=\"Shop.Common\" /></ItemGroup></Project>",
        ),
        (
            "app/A.cs",
            "using static Shop.Common.Texts; using M = Shop.Pricing.Money; namespace App.Orders; public class A { public void H() { M.Total(); Hello(); x.Twice(); Near(); } void Near() { new Helper(); } }",
        ),
        ("app/Helper.cs", "namespace App; class Helper : Base { }"),
        (
            "app/Base.cs",
            "namespace App; abstract class Base { protected static int Inherited() => 1; static int hidden; }",
        ),
        ("app/Stranger.cs", "namespace Other; class Helper { }"),
        ("lib/Lib.csproj", PROJECT),
        (
            "lib/Money.cs",
            "namespace Shop.Pricing; public static class Money { static int rate = 2; public static int Total() => rate; public static int Refund() => Ledger.Of(); }",
        ),
        ("lib/Ledger.cs", "namespace Shop.Pricing; static class Ledger { public static int Of() => 1; }"),
        (
            "lib/Texts.cs",
            "namespace Shop.Common; public static class Texts { public static string Hello() => Part.One; } public static partial class Part { public static string One = Two; }",
        ),
        (
            "lib/Part.cs",
            "namespace Shop.Common; public static partial class Part { public static string Two = \"2\"; public static string Three = \"3\"; }",
        ),
        (
            "lib/Twice.cs",
            "namespace Shop.Common; public static class Numbers { public static int Twice(this int x) => x; public static int Thrice(this int x) => x; }",
        ),
        ("lib/Helper.cs", "namespace App; public class Helper { }"),
        ("unseen/Unseen.csproj", PROJECT),
        ("unseen/Money.cs", "namespace Shop.Pricing; public static class Money { public static int Total() => 3; }"),
    ];
    assert_eq!(
        reached(&["a app/A.cs#A::H app"], &files)[0],
        [
            "app/A.cs all",
            "app/Base.cs Base,Base.Inherited",
            "app/Helper.cs Helper",
            "lib/Money.cs Money.Total,Money.rate",
            "lib/Part.cs Part.Two",
            "lib/Texts.cs Part.One,Texts.Hello",
            "lib/Twice.cs Numbers.Twice",
        ]
    );
}

#[test]
fn functions_of_one_class_are_told_apart() {
    let files = [
        ("app/App.csproj", PROJECT),
        (
            "app/Orders.cs",
            "namespace App; public class Orders(IStore store) { [Function(\"a\")] public void Create() => Prices.Total(); [Function(\"b\")] public void List() => Prices.Refund(); }",
        ),
        (
            "app/Prices.cs",
            "namespace App; static class Prices { public static void Total() {} public static void Refund() {} }",
        ),
        (
            "app/Store.cs",
            "namespace App; interface IStore {} class Store : IStore { } class Fake : IStore { Unused unused; }",
        ),
        ("app/Unused.cs", "namespace App; class Unused {}"),
        (
            "app/Program.cs",
            "using App; var host = Build(); host.Services.AddSingleton<IStore, Store>(); host.Services.AddSingleton<Other>(); Log.Start(); host.Run();",
        ),
        ("app/Log.cs", "static class Log { public static void Start() {} public static void Stop() {} }"),
        ("app/Other.cs", "namespace App; class Other {}"),
    ];
    let found = reached(&["a app/Orders.cs#Orders::Create app", "b app/Orders.cs#Orders::List app"], &files);
    assert_eq!(
        found[0],
        [
            "app/Log.cs Log.Start",
            "app/Orders.cs Orders,Orders.Create",
            "app/Prices.cs Prices.Total",
            "app/Program.cs ",
            "app/Store.cs IStore,Store"
        ]
    );
    assert_eq!(found[1][1..3], ["app/Orders.cs Orders,Orders.List", "app/Prices.cs Prices.Refund"]);
}

#[test]
fn what_is_injected_is_what_is_deployed() {
    let files = [
        ("core/Core.csproj", PROJECT),
        (
            "core/Handler.cs",
            "namespace Core; public class Handler { public Handler(IStore store, IEnumerable<ICheck<Order>> checks) {} }",
        ),
        (
            "core/Store.cs",
            "namespace Core; public interface IStore {} public interface ICheck<T> {} public class Order {} public class Item {}",
        ),
        (
            "a/A.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><ProjectReference Include=\"../core/Core.csproj\" /></ItemGroup></Project>",
        ),
        ("a/F.cs", "using Core; class F { [LambdaFunction] public void Run([FromServices] Handler handler) { } }"),
        ("a/Memory.cs", "using Core; class Memory : IStore {} class OrderCheck : ICheck<Order> {}"),
        ("a/ItemCheck.cs", "using Core; class ItemCheck : ICheck<Item> {}"),
        (
            "b/B.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><ProjectReference Include=\"../core/Core.csproj\" /></ItemGroup></Project>",
        ),
        (
            "b/F.cs",
            "using Core; class F { public F() { services.BuildServiceProvider().GetService<Handler>(); mediator.Send(new Ping()); } public void H(string s, ILambdaContext c) {} }",
        ),
        ("b/Table.cs", "using Core; class Table : IStore {}"),
        ("b/Ping.cs", "class Ping : IRequest {} class Pong : IRequest {}"),
        ("b/PingHandler.cs", "class PingHandler : IRequestHandler<Ping> {}"),
        ("b/PongHandler.cs", "class PongHandler : IRequestHandler<Pong> {}"),
    ];
    let found = reached(&["a a/F.cs#F::Run a", "b b/F.cs#F::H b"], &files);
    assert_eq!(
        found[0],
        ["a/F.cs all", "a/Memory.cs Memory,OrderCheck", "core/Handler.cs Handler", "core/Store.cs ICheck,IStore,Order"]
    );
    assert_eq!(
        found[1],
        [
            "b/F.cs all",
            "b/Ping.cs Ping",
            "b/PingHandler.cs PingHandler",
            "b/Table.cs Table",
            "core/Handler.cs Handler",
            "core/Store.cs ICheck,IStore,Order"
        ]
    );
}

#[test]
fn projects_take_files_from_elsewhere() {
    let files = [
        (
            "a/A.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><Compile Include=\"..\\linked\\L.cs\" Link=\"L.cs\" /><Compile Remove=\"Old\\**\" /></ItemGroup><Import Project=\"..\\shared\\S.projitems\" Label=\"Shared\" /></Project>",
        ),
        ("a/F.cs", "class F { L l; S s; Old old; Far far; }"),
        ("a/Old/Old.cs", "class Old {}"),
        ("linked/L.cs", "class L {}"),
        ("linked/Far.cs", "class Far {}"),
        (
            "shared/S.projitems",
            "<Project><ItemGroup><Compile Include=\"$(MSBuildThisFileDirectory)S.cs\" /></ItemGroup></Project>",
        ),
        ("shared/S.cs", "class S {}"),
    ];
    assert_eq!(reached(&["a a/F.cs"], &files)[0], ["a/F.cs all", "linked/L.cs L", "shared/S.cs S"]);
}

#[test]
fn packages_are_named_and_dead_ends_too() {
    let files = [
        (
            "a/A.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup><PackageReference Include=\"AWSSDK.DynamoDBv2\" Version=\"3\" /><PackageReference Include=\"Acme.Tools\" /></ItemGroup></Project>",
        ),
        (
            "a/F.cs",
            "using System.Linq; using Amazon.DynamoDBv2.Model; using Acme.Tools.Inner; using Own; class F { object x = System.Activator.CreateInstance(kind); Mine mine; }",
        ),
        ("a/Mine.cs", "namespace Own; class Mine {}"),
    ];
    let graph = graph(&["a a/F.cs"], &files);
    let closure = &graph.value.closures[0];
    assert_eq!(closure.external, ["AWSSDK.DynamoDBv2", "Acme.Tools"]);
    assert_eq!(closure.unresolved.len(), 1);
    assert_eq!(symbols(closure), ["a/F.cs all", "a/Mine.cs Mine"]);
}
