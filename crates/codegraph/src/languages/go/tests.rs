//! Tables of what Go files say, and of what their imports and names mean.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};

use super::Go;
use crate::language::{FactsOf, FileFacts, ImportKind, Language, Resolution, SourceFacts};

fn facts(text: &str) -> FileFacts {
    Go.facts(&RepoPath::new("p/m.go").unwrap(), text)
}

/// `name -> symbols it uses | what it takes from elsewhere`.
fn uses(facts: &FileFacts) -> Vec<String> {
    let lines = facts.symbols.iter().map(|symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    });
    lines.collect()
}

fn running(facts: &FileFacts) -> Vec<&str> {
    facts.top_level_symbols.iter().map(|index| facts.symbols[*index].name.as_str()).collect()
}

#[test]
fn definitions_say_what_they_take_from_elsewhere() {
    let facts = facts(
        "package shop\n\nimport (\n\t\"fmt\"\n\tm \"example.com/money\"\n)\n\nvar rate = 2\n\n\
         func Total(x m.Amount) int { fmt.Println(x); return helper(x) * rate }\n\n\
         type Store struct { db *Table; inner }\n\nfunc (s *Store) Put(x int) { s.db.Write(m.Round(x)); Total(x) }\n",
    );
    assert_eq!(
        uses(&facts),
        [
            "rate ->  |",
            "Total -> rate | \"example.com/money\".Amount, fmt.Println, helper",
            "Store -> Store | Table, inner, Store",
            "Store -> Total, Store | \"example.com/money\".Round",
        ]
    );
    let loaded: Vec<_> = facts.imports.iter().filter(|import| import.kind == ImportKind::Value).collect();
    let loaded: Vec<_> = loaded.iter().map(|import| (import.specifier.as_str(), import.whole)).collect();
    assert_eq!(loaded, [("fmt", true), ("example.com/money", false), ("package shop", false)]);
    assert_eq!(facts.package, "shop");
    assert!(running(&facts).is_empty());
}

/// What the body of a function finds in its file, and what it takes from elsewhere, sorted.
fn mentions(body: &str) -> String {
    let text = format!(
        "package p\n\ntype Item struct {{ Name string }}\n\ntype Table map[string]int\n\nfunc f(store Store) {{\n{body}\n}}\n"
    );
    let line = uses(&facts(&text)).pop().unwrap();
    let (found, taken) = line.trim_start_matches("f -> ").split_once('|').unwrap();
    let mut taken: Vec<&str> = taken.trim().split(", ").filter(|name| *name != "Store").collect();
    taken.sort_unstable();
    format!("{found}| {}", taken.join(", ")).trim_end().to_owned()
}

#[test]
fn names_that_are_bound_are_no_mentions() {
    let cases = [
        ("x := other(); use(x)", " | other, use"),
        ("order := order(1); use(order)", " | order, use"),
        ("var url, err = url.Parse(a); use(url, err)", " | a, url.Parse, use"),
        ("if x, err := read(); err != nil { use(x) } else { use(x) }; use(x)", " | read, use, x"),
        ("for i, item := range items { use(i, item) }", " | items, use"),
        ("for i := 0; i < limit; i++ { use(i) }", " | limit, use"),
        ("switch v := v.(type) { case Money: use(v); default: use(v) }", " | Money, use, v"),
        ("switch x := read(); x { case limit: y := 1; use(y) }; use(y)", " | limit, read, use, y"),
        ("select { case m, ok := <-queue: use(m, ok) }; use(m)", " | m, queue, use"),
        ("g := func(a int, more ...string) (err error) { use(a, more, err); return }; g(a)", " | a, use"),
        ("type local struct { a Money }; use(local{a: 1})", " | Money, a, use"),
        ("store.Put(1); store.inner.Put(money.Total)", " | money.Total"),
        ("loop: for { break loop }", " |"),
        ("use(Item{Name: name}, &Item{Name})", "Item | Name, name, use"),
        ("use(Table{Name: 1})", "Table | Name, use"),
        (
            "use(Other{Name: 1}, money.Price{Name: 1}, Set[int]{Key: 1})",
            " | Other, Other{Name}, Set, Set{Key}, money.Price, money.Price{Name}, use",
        ),
        ("use([]Item{{Name: name}}, map[string]*Item{Key: {Name: name}})", "Item | Key, name, use"),
        ("use([]struct{ A int }{{A: 1}}, [...]int{First: 1})", " | First, use"),
        ("x := Map[Money](a.B, Keep[int]); x.y()", " | Keep, Map, Money, a.B"),
        ("defer mu.Lock(); go run(); ch <- value", " | ch, mu.Lock, run, value"),
        ("var _ Shape = (*Item)(nil)", "Item | Shape"),
        ("const size = 4; var a [size]Money; use(a)", " | Money, use"),
    ];
    for (body, expected) in cases {
        assert_eq!(mentions(body), expected, "{body}");
    }
}

#[test]
fn parameters_are_bound_in_the_body_only() {
    let facts = facts(
        "package p\nfunc f(store store.Store, other store.Other) (err store.Error) { return store.Get(err) }\n\
         func Map[T any, R store.Rows](in []T, g func(item T) R) (out []R) { for _, x := range in { out = append(out, g(x)) }; return }\n\
         func (s *List[T]) Add(x T) { s.items = append(s.items, x) }\n",
    );
    assert_eq!(
        uses(&facts),
        [
            "f ->  | store.Store, store.Other, store.Error",
            "Map ->  | any, store.Rows, append",
            "List ->  | append, List",
        ]
    );
}

#[test]
fn what_runs_when_the_package_is_loaded() {
    let quiet = [
        "var x = 1",
        "var x = map[string]func(){\"a\": run}",
        "var x = func() { run() }",
        "var x, y = errors.New(\"a\"), regexp.MustCompile(`b`)",
        "var x = Kind(\"a\")",
        "var x = make([]int, len(y))",
        "var x = os.Getenv(\"TABLE\")",
        "var _ Shape = (*Item)(nil)",
        "var x = strings.Split(\"a b\", \" \")",
        "var x = []byte(\"a\")",
        "const x = len(\"a\")",
        "func main() { run() }",
    ];
    for text in quiet {
        assert_eq!(running(&facts(&format!("package p\ntype Kind string\n{text}\n"))), [""; 0], "{text}");
    }
    let loud = [
        ("var x = connect()", "x"),
        ("var (\n\ta = 1\n\tb, c = read()\n)", "b"),
        ("var x = session.Must(session.NewSession())", "x"),
        ("var x = func() int { return 1 }()", "x"),
        ("var _ = register(\"a\")", "_"),
        ("var x = fmt.Sprint(read())", "x"),
        ("func init() { run() }", "init"),
    ];
    for (text, expected) in loud {
        assert_eq!(running(&facts(&format!("package p\n{text}\n"))), [expected], "{text}");
    }
}

#[test]
fn groups_are_told_apart_unless_they_count() {
    let text = "package p\n\nconst (\n\tA = 1\n\tB = A + other\n)\n\nconst (\n\tRed Color = iota\n\tGreen\n)\n\ntype (\n\tColor int\n\tPair struct{ a, b Color }\n)\n\n\
                //go:embed x.txt\nvar text string\n\nvar (\n\t// Words.\n\t//go:embed t/*.html \"a b.txt\"\n\tpages embed.FS\n)\n\n//go:linkname now time.now\nfunc now() int64\n";
    let facts = facts(text);
    assert_eq!(
        uses(&facts),
        [
            "A ->  |",
            "B -> A | other",
            "Red -> Color |",
            "Green -> Red |",
            "Color ->  | Color",
            "Pair -> Color | Pair",
            "text ->  | go:embed x.txt",
            "pages ->  | embed.FS, go:embed t/*.html \"a b.txt\"",
            "now ->  | \"time\".now",
        ]
    );
    let own = |name: &str| {
        let symbol = facts.symbols.iter().find(|symbol| symbol.name == name).unwrap();
        text[symbol.span.clone()].lines().next().unwrap().trim().to_owned()
    };
    assert_eq!(own("A"), "A = 1");
    assert_eq!(own("Green"), "const (");
    assert_eq!(own("Pair"), "Pair struct{ a, b Color }");
    assert_eq!(own("text"), "//go:embed x.txt");
    assert!(!crate::parts::runs_when_loaded(text, &facts));
}

#[test]
fn broken_and_hostile_text_is_an_error_with_a_place() {
    let broken = facts("package p\n\nfunc a() {}\n\nfunc b( {\n");
    assert!(broken.error.unwrap().0.start >= 10);
    assert_eq!(broken.package, "p");
    let deep = format!("package p\n\nvar x = {}y{}\n", "(".repeat(20_000), ")".repeat(20_000));
    assert_eq!(uses(&facts(&deep)), ["x ->  | y"]);
    let many: String = (1..5_000).map(|n| format!("\tN{n}\n")).collect();
    let many = facts(&format!("package p\n\nconst (\n\tN0 Color = iota\n{many})\n"));
    assert_eq!(many.symbols.len(), 5_000);
    assert_eq!(uses(&many)[..2], ["N0 ->  | Color", "N1 -> N0 |"]);
    let line: String = (0..5_000).map(|n| format!("func f{n}() {{ f{}() }};", n / 2)).collect();
    assert_eq!(facts(&format!("package p;{line}")).symbols.len(), 5_000);
    let large = facts(&format!("// Words.\npackage p\n\nvar x = \"{}\"\n", "x".repeat(5 << 20)));
    assert!(large.error.is_some());
    assert_eq!(large.package, "p");
}

fn shown(resolution: Resolution) -> String {
    match resolution {
        Resolution::Files(files) => format!("{files:?}"),
        Resolution::Parts(parts) => {
            let part = |(path, names): (RepoPath, Vec<String>)| match names.as_slice() {
                [] => path.to_string(),
                names => format!("{path}:{}", names.join(",")),
            };
            parts.into_iter().map(part).collect::<Vec<_>>().join(" ")
        }
        Resolution::External(name) => format!("external {name}"),
        Resolution::Builtin => "builtin".into(),
        Resolution::Unresolved(why) => format!("unresolved: {why}"),
    }
}

const ENTRY: &str = "package main

import (
	\"encoding/json\"
	\"example.com/shop/money\"
	\"example.com/shop/go-store\"
	. \"example.com/shop/dots\"
	_ \"example.com/shop/effects\"
	\"example.com/shop/gone\"
	\"github.com/aws/aws-lambda-go/lambda\"
	\"example.com/shop/vendor/x\"
)

func main() {
	lambda.Start(handle)
	json.Marshal(money.Price{Rate: rate, Name: 1})
	store.Open(Dotted, config.Name)
	money.Gone()
	money.Table{Name: 1}
	money.Windows()
}

func rate() {}
";

#[test]
fn imports_and_names_mean_files() {
    let files = FileSet::from_texts([
        ("go.mod", "module example.com/shop\n\nrequire github.com/aws/aws-lambda-go v1.0.0\n"),
        ("cmd/f/main.go", ENTRY),
        ("cmd/f/handle.go", "package main\n\nfunc handle() {}\n\nvar config = 1\n\nvar Name = 1\n"),
        ("cmd/f/handle_test.go", "package main\n\nfunc handle() {}\n"),
        ("money/price.go", "package money\n\ntype Price struct { Rate int }\n"),
        ("money/table.go", "package money\n\ntype Table map[string]int\n"),
        ("money/methods.go", "package money\n\nfunc (p Price) Total() int { return 1 }\n"),
        ("money/other_windows.go", "package money\n\nfunc Windows() {}\n"),
        ("money/asm_amd64.s", ""),
        ("money/gen.go", "//go:build ignore\n\npackage main\n\nfunc main() {}\n"),
        ("go-store/store.go", "package store\n\nfunc Open() {}\n"),
        ("dots/dots.go", "package dots\n\nvar Dotted = 1\n"),
        ("effects/effects.go", "package effects\n\nfunc init() {}\n"),
        ("vendor/x/x.go", "package x\n"),
    ]);
    let facts = FactsOf::all(&files);
    let resolver = Go.resolver(&files, &facts);
    let main = RepoPath::new("cmd/f/main.go").unwrap();
    let resolved: BTreeMap<&str, String> = facts
        .own(&main)
        .unwrap()
        .imports
        .iter()
        .map(|import| (import.specifier.as_str(), shown(resolver.resolve(&main, import, &[]))))
        .collect();
    let expected = [
        ("Dotted", "dots/dots.go:Dotted"),
        ("config.Name", "cmd/f/handle.go:config"),
        ("encoding/json", "builtin"),
        ("example.com/shop/dots", "dots/dots.go"),
        ("example.com/shop/effects", "effects/effects.go"),
        ("example.com/shop/go-store", "go-store/store.go"),
        ("example.com/shop/gone", "unresolved: there is no package in `gone`"),
        (
            "example.com/shop/money",
            "money/methods.go money/price.go money/table.go money/asm_amd64.s:example.com/shop/money",
        ),
        ("example.com/shop/vendor/x", "external example.com/shop"),
        ("github.com/aws/aws-lambda-go/lambda", "external github.com/aws/aws-lambda-go"),
        ("handle", "cmd/f/handle.go:handle"),
        ("json.Marshal", "builtin"),
        ("lambda.Start", "builtin"),
        ("money.Gone", "unresolved: no file of the package `example.com/shop/money` defines `Gone`"),
        ("money.Price", "money/methods.go:Price money/price.go:Price"),
        ("money.Price{Name}", "builtin"),
        ("money.Price{Rate}", "builtin"),
        ("money.Table", "money/table.go:Table"),
        ("money.Table{Name}", "cmd/f/handle.go:Name"),
        ("money.Windows", "money/other_windows.go:Windows"),
        ("package main", "cmd/f/handle.go"),
        ("store.Open", "go-store/store.go:Open"),
    ];
    let found: Vec<(&str, &str)> = resolved.iter().map(|(name, found)| (*name, found.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn one_folder_may_hold_several_programs() {
    let program =
        |name: &str| format!("package main\n\ntype Item int\n\nfunc main() {{ run(shared, {name}, Item(1)) }}\n");
    let (create, delete) = (program("create"), program("delete"));
    let files = FileSet::from_texts([
        ("todos/create.go", create.as_str()),
        ("todos/delete.go", delete.as_str()),
        ("todos/shared.go", "package main\n\nvar shared = 1\n"),
    ]);
    let facts = FactsOf::all(&files);
    let resolver = Go.resolver(&files, &facts);
    let from = RepoPath::new("todos/create.go").unwrap();
    for import in &facts.own(&from).unwrap().imports {
        let expected = match import.specifier.as_str() {
            "shared" => "todos/shared.go:shared",
            "package main" => "todos/shared.go",
            _ => "builtin",
        };
        assert_eq!(shown(resolver.resolve(&from, import, &[])), expected, "{}", import.specifier);
    }
}

#[test]
fn before_modules_paths_lead_through_src_and_the_path_of_the_repository() {
    let files = FileSet::from_texts([
        (
            "app/src/f/main.go",
            "package main\n\nimport (\n\t\"lib/money\"\n\t\"github.com/me/shop/pkg/log\"\n\t\"./near\"\n\t\"net/http\"\n\t\"github.com/you/x/y\"\n)\n",
        ),
        ("app/src/lib/money/m.go", "package money\n"),
        ("app/src/f/near/n.go", "package near\n"),
        ("pkg/log/l.go", "package log\n"),
    ]);
    let facts = FactsOf::all(&files);
    let resolver = Go.resolver(&files, &facts);
    let from = RepoPath::new("app/src/f/main.go").unwrap();
    let found: Vec<String> =
        facts.own(&from).unwrap().imports.iter().map(|import| shown(resolver.resolve(&from, import, &[]))).collect();
    let expected = [
        "app/src/lib/money/m.go",
        "pkg/log/l.go",
        "app/src/f/near/n.go",
        "builtin",
        "external github.com/you/x",
        "builtin",
    ];
    assert_eq!(found, expected);
}

#[test]
fn embedded_files_and_plugins_are_said() {
    let text = "package p\n\nimport (\n\t\"embed\"\n\t\"plugin\"\n)\n\n//go:embed t\nvar pages embed.FS\n\n//go:embed gone\nvar gone string\n\nfunc load(name string) { plugin.Open(name) }\n";
    let files = FileSet::from_texts([("p/m.go", text), ("p/t/a.html", ""), ("p/t/b/c.sql", "")]);
    let facts = FactsOf::all(&files);
    let resolver = Go.resolver(&files, &facts);
    let from = RepoPath::new("p/m.go").unwrap();
    let found: Vec<String> = facts.own(&from).unwrap().imports[2..]
        .iter()
        .filter(|import| import.specifier != "embed.FS")
        .map(|import| shown(resolver.resolve(&from, import, &[])))
        .collect();
    assert_eq!(
        found,
        [
            "p/t/a.html:go:embed p/t/b/c.sql:go:embed",
            "unresolved: there is no such file",
            "unresolved: which plugin is loaded is known when the program runs",
            "builtin",
        ]
    );
}

#[test]
fn parts_of_groups_are_compared_as_they_are() {
    let path = RepoPath::new("a.go").unwrap();
    let agree = |before: &str, after: &str| Go.agree(&path, before, after);
    assert_eq!(agree("Pair struct { a int }", "Pair struct {\n\ta int // words\n}"), Some(true));
    assert_eq!(agree("Pair struct { a int }", "Pair struct { b int }"), Some(false));
    assert_eq!(agree("A Color = 1", "A Color = 1 // one"), Some(true));
    assert_eq!(agree("x, y Color", "x, y Colour"), Some(false));
    assert_eq!(agree("func (s *S) f() { g() }", "func (s *S) f() {\n\tg()\n}"), Some(true));
}
