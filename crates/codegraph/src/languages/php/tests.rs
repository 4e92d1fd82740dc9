//! Tables of what PHP files say, and of what their names and paths mean.

use lockstep_model::{FileSet, RepoPath};

use super::Php;
use crate::{FileFacts, Import, ImportKind, Language, Resolution, language::FactsOf, remote::shown};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn facts(text: &str) -> FileFacts {
    Php.facts(&path("m.php"), &format!("<?php\n{text}"))
}

/// `name -> uses | names of the mentions`.
fn uses(facts: &FileFacts) -> Vec<String> {
    let said = |index: &usize| {
        let import = &facts.imports[*index];
        if import.names.is_empty() { import.specifier.clone() } else { import.names.join(" or ") }
    };
    let lines = facts.symbols.iter().map(|symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(said).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    });
    lines.collect()
}

#[test]
fn what_can_be_used_alone_is_a_symbol_of_its_own() {
    let text = "namespace App;
use Other\\{Rates, Log as L};
use function Other\\help;
use const Other\\LIMIT;
final class Money extends Base implements Priced {
    use Audited;
    public const SCALE = LIMIT;
    private static $cache = [];
    public function __construct(private Rates $rates) {}
    public static function total($x): int { return help($x) * self::SCALE; }
    public static function refund($x) { return (new self($x))->cents(); }
    public static function store($x) { static::$cache[] = $x; L::write($x); }
    public function cents() { return strlen($this->total(1)); }
}
interface Priced {}
function free() { return Money::total(1); }
const TAX = 2;
";
    assert_eq!(
        uses(&facts(text)),
        [
            "App\\Money -> App\\Money.total, App\\Priced | App\\Base, App\\Audited, Other\\Rates, App\\strlen or strlen",
            "App\\Money.SCALE ->  | Other\\LIMIT",
            "App\\Money.$cache ->  |",
            "App\\Money.total -> App\\Money.SCALE | Other\\help",
            "App\\Money.refund -> App\\Money |",
            "App\\Money.store -> App\\Money.$cache | Other\\Log.write or Other\\Log",
            "App\\Priced ->  |",
            "App\\free -> App\\Money.total |",
            "App\\TAX ->  |",
        ]
    );
}

#[test]
fn names_are_told_apart_as_php_does() {
    let cases: [(&str, &[&str]); 10] = [
        ("namespace A; new B; new \\C; new namespace\\D; new E\\F;", &["A\\B", "C", "A\\D", "A\\E\\F"]),
        ("use A\\E; new E\\F; E::class;", &["A\\E\\F", "A\\E"]),
        ("use A\\B as C, A\\D; C::x(); D::$y; D::Z;", &["A\\B.x or A\\B", "A\\D.$y or A\\D", "A\\D.Z or A\\D"]),
        ("namespace A; f(); B\\f(); \\f(); X; \\Y;", &["A\\f or f", "A\\B\\f", "f", "A\\X or X", "Y"]),
        ("function f(A|null $a, ?B $b): C {}", &["A", "B", "C"]),
        ("try {} catch (A | B $e) {} $x instanceof C;", &["A", "B", "C"]),
        ("#[Route('/x')] class A {}", &["Route"]),
        ("array_map('f', $x); call_user_func('A::b'); call_user_func([C::class, 'x']);", &["f", "A.b or A", "C"]),
        ("$o->f(name: 1)->g; $o?->h();", &[]),
        ("namespace A { new B; } namespace C { new B; }", &["A\\B", "C\\B"]),
    ];
    for (text, expected) in cases {
        let facts = facts(text);
        let mentions = facts.imports.iter().filter(|import| !import.names.is_empty());
        assert_eq!(mentions.map(|import| import.names.join(" or ")).collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn loading_is_read_as_far_as_it_can_be_told() {
    let cases: [(&str, &[&str]); 9] = [
        ("require 'a.php';", &["Value a.php"]),
        ("require_once __DIR__ . '/../lib/a.php';", &["Value ./../lib/a.php"]),
        ("function f() { include(__DIR__ . '/a.php'); }", &["Lazy ./a.php"]),
        ("require dirname(__DIR__, 2) . '/a.php';", &["Value ./../../a.php"]),
        ("require dirname(__FILE__) . DIRECTORY_SEPARATOR . 'a.php';", &["Value ./a.php"]),
        ("define('ROOT', __DIR__); require ROOT . '/a.php';", &["Value ./a.php"]),
        ("$root = __DIR__; require \"$root/a.php\";", &["Value ./a.php"]),
        ("require getenv('LAMBDA_TASK_ROOT') . '/a.php';", &["Value /var/task/a.php"]),
        (
            "foreach (glob(__DIR__ . '/r/*.php') as $f) { require $f; } include $x; new $y; $z::make();",
            &["Value ./r/*.php", "Computed $x", "Computed $y", "Computed $z"],
        ),
    ];
    for (text, expected) in cases {
        let facts = facts(text);
        let loads = facts.imports[1..].iter().filter(|import| import.names.is_empty());
        let shown: Vec<_> = loads.map(|import| format!("{:?} {}", import.kind, import.specifier)).collect();
        assert_eq!(shown, expected, "{text}");
    }
    assert!(facts("eval('x');").opaque.is_some());
}

#[test]
fn calls_of_other_functions() {
    let cases = [
        ("$c->invoke(['FunctionName' => 'pay', 'Payload' => 1]);", "function pay waits"),
        ("$c->invoke(['FunctionName' => getenv('PAY'), 'InvocationType' => 'Event']);", "function $PAY goes on"),
        ("$c->invokeAsync(['FunctionName' => 'pay-' . $stage]);", "function pay-* goes on"),
        ("$c->startExecution(['stateMachineArn' => $_ENV['ARN']]);", "state-machine $ARN goes on"),
    ];
    for (text, expected) in cases {
        assert_eq!(facts(text).remote_calls.iter().map(shown).collect::<Vec<_>>(), [expected], "{text}");
    }
}

#[test]
fn methods_alone_are_compared() {
    let agree = |before: &str, after: &str| Php.agree(&path("m.php"), before, after);
    assert_eq!(
        agree("public function a() { return 1; }", "public function a()\n{\n    return 1; // one\n}"),
        Some(true)
    );
    assert_eq!(agree("public function a() { return 1; }", "public function a() { return 2; }"), Some(false));
    assert_eq!(agree("function a() { return 1; }", "function a() {\n return 1; }"), Some(true));
}

#[test]
fn hostile_text_is_bounded() {
    let deep = [
        format!("$x = {}1{};", "[".repeat(10_000), "]".repeat(10_000)),
        format!("$x = $a{};", "->b()".repeat(10_000)),
        format!("require 'a'{};", ". 'b'".repeat(10_000)),
        "function f() { ".repeat(10_000),
        "new class { function f() { ".repeat(5_000),
        "if (1) { class A { function f() { ".repeat(5_000),
        format!("namespace {}; {}", "A".repeat(100_000), "new B; f(); ".repeat(10_000)),
        (0..60_000).map(|n| format!("new A{n};\n")).collect(),
    ];
    for text in &deep {
        facts(text);
    }
    assert!(facts("function a() {}\nclass (").error.is_some());
}

fn resolved(files: &[(&str, &str)], from: &str, import: &Import) -> String {
    let start = |name: &str| if name.ends_with(".php") { "<?php\n" } else { "" };
    let texts: Vec<_> = files.iter().map(|(name, text)| (*name, format!("{}{text}", start(name)))).collect();
    let set = FileSet::from_texts(texts.iter().map(|(name, text)| (*name, text.as_str())));
    match Php.resolver(&set, &FactsOf::all(&set)).resolve(&path(from), import, &[path("app")]) {
        Resolution::Parts(parts) => {
            let shown = parts.iter().map(|(path, names)| format!("{path} {}", names.join(",")).trim_end().to_owned());
            shown.collect::<Vec<_>>().join("; ")
        }
        Resolution::External(name) => format!("external {name}"),
        Resolution::Builtin => "builtin".to_owned(),
        Resolution::Unresolved(why) => format!("unresolved: {why}"),
        other @ Resolution::Files(_) => format!("{other:?}"),
    }
}

#[test]
fn names_and_paths_lead_where_composer_and_php_would_go() {
    let files = [
        (
            "app/composer.json",
            r#"{"autoload": {"psr-4": {"App\\": "src/", "Shared\\": "../shared/src"}, "files": ["src/helpers.php"]},
                "require": {"aws/aws-sdk-php": "^3", "symfony/console": "^6", "symfony/yaml": "^6"},
                "repositories": [{"type": "path", "url": "../packages/*"}]}"#,
        ),
        (
            "app/composer.lock",
            r#"{"packages": [{"name": "league/fractal", "autoload": {"psr-4": {"League\\Fractal\\": "src"}}}]}"#,
        ),
        ("app/handler.php", ""),
        ("app/src/helpers.php", "function help() {}"),
        ("app/src/Money.php", "namespace App; class Money { static function total() {} static function refund() {} }"),
        ("app/src/Mailer.php", "namespace App; interface Mailer {}"),
        ("app/src/Smtp.php", "namespace App; class Smtp extends Base {}"),
        ("app/src/Clock.php", "namespace App; interface Clock {} class Wall implements Clock {}"),
        ("app/src/Base.php", "namespace App; abstract class Base implements Mailer {}"),
        ("app/tests/FakeMailer.php", "namespace App; class FakeMailer implements Mailer {}"),
        ("other/composer.json", r#"{"autoload": {"psr-4": {"App\\": "src/"}}}"#),
        ("other/src/Money.php", "namespace App; class Money {}"),
        ("packages/kit/composer.json", r#"{"autoload": {"psr-4": {"Kit\\": "src/"}}}"#),
        ("packages/kit/src/Log.php", "namespace Kit; class Log {}"),
        ("app/routes/a.php", ""),
        ("app/routes/b.php", ""),
    ];
    let cases = [
        ("App\\Money::total();", "app/src/Money.php App\\Money.total"),
        ("new App\\Money;", "app/src/Money.php App\\Money"),
        ("App\\Money::gone();", "app/src/Money.php App\\Money"),
        ("$x = App\\Money::class;", "app/src/Money.php App\\Money,App\\Money.refund,App\\Money.total"),
        ("help();", "app/src/helpers.php help"),
        ("strlen(1);", "builtin"),
        ("new Exception;", "builtin"),
        ("new App\\Gone;", "unresolved: Composer's rules name a file that is not there"),
        ("new Kit\\Log;", "packages/kit/src/Log.php Kit\\Log"),
        ("new Aws\\S3\\S3Client;", "external aws/aws-sdk-php"),
        ("new Symfony\\Component\\Yaml\\Yaml;", "external symfony/yaml"),
        ("new League\\Fractal\\Manager;", "external league/fractal"),
        ("new Alien\\Thing;", "external alien"),
        (
            "function f(App\\Mailer $m) {}",
            "app/src/Base.php App\\Base; app/src/Mailer.php App\\Mailer; app/src/Smtp.php App\\Smtp",
        ),
        ("function f(App\\Clock $c) {}", "app/src/Clock.php App\\Clock,App\\Wall"),
        ("App\\Mailer::class;", "app/src/Mailer.php App\\Mailer"),
        ("require __DIR__ . '/vendor/autoload.php';", "app/src/helpers.php"),
        ("require 'src/Money.php';", "app/src/Money.php"),
        ("require 'gone.php';", "unresolved: there is no such file"),
        ("foreach (glob('routes/*.php') as $f) require $f;", "app/routes/a.php; app/routes/b.php"),
    ];
    for (text, expected) in cases {
        let all = facts(text).imports;
        let load = all[1..].iter().find(|import| import.names.is_empty());
        let import = load.unwrap_or(&all[1]).clone();
        assert_eq!(resolved(&files, "app/handler.php", &import), expected, "{text}");
    }
    let import = facts("new App\\Money;").imports.remove(1);
    assert_eq!(resolved(&files, "other/x.php", &import), "other/src/Money.php App\\Money");
    assert_eq!(import.kind, ImportKind::Mention);
}
