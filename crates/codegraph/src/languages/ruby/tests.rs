//! Tables of what Ruby files say, and of what their names and paths mean.

use lockstep_model::{FileSet, RepoPath};

use super::Ruby;
use crate::{FileFacts, Import, ImportKind, Language, Resolution, language::FactsOf, remote::shown};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn facts(text: &str) -> FileFacts {
    Ruby.facts(&path("m.rb"), text)
}

/// `name -> uses | imports`, as written.
fn uses(facts: &FileFacts) -> Vec<String> {
    let lines = facts.symbols.iter().map(|symbol| {
        let used: Vec<_> = symbol.uses.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
        let imports: Vec<_> = symbol.imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect();
        format!("{} -> {} | {}", symbol.name, used.join(", "), imports.join(", ")).trim_end().to_owned()
    });
    lines.collect()
}

fn loads(text: &str) -> Vec<String> {
    let facts = facts(text);
    let loads = facts.imports.iter().filter(|import| import.kind != ImportKind::Mention);
    loads.map(|import| format!("{:?} {}", import.kind, import.specifier)).collect()
}

#[test]
fn what_can_be_used_alone_is_a_symbol_of_its_own() {
    let text = "module Shop
  class Money < Base
    RATE = 2
    def self.total(x) = x * RATE
    def self.refund(x) = new(x).cents
    class << self
      def parse(text) = total(Other.read(text))
    end
    def cents = helper + RATE
    private def helper = 1
    class Error < StandardError; end
  end
  module Util
    module_function
    def round(x) = Money.total(x)
    def log(x) = puts(x)
  end
end
def handler(event:, context:)
  Shop::Money.total(event)
  lonely(event)
end
";
    assert_eq!(
        uses(&facts(text)),
        [
            "Shop::Money -> Shop::Money::RATE | Base, RATE",
            "Shop::Money::RATE ->  |",
            "Shop::Money.total -> Shop::Money::RATE | RATE",
            "Shop::Money.refund -> Shop::Money | new",
            "Shop::Money.parse -> Shop::Money.total | Other.read",
            "Shop::Money::Error ->  | StandardError",
            "Shop::Util ->  |",
            "Shop::Util.round -> Shop::Money.total | Money.total",
            "Shop::Util.log ->  |",
            "handler -> Shop::Money.total | Shop::Money.total, lonely",
        ]
    );
}

#[test]
fn methods_of_other_objects_are_told_apart() {
    let facts = facts(
        "class Money; end\nclass << Money\n  def total = 1\nend\nclass << App.instance\n  def domain = Config.read\nend\n\
         def Money.refund = 2\n",
    );
    assert_eq!(uses(&facts), ["Money ->  |", "Money.total ->  |", "Money.refund ->  |"]);
    let top: Vec<_> = facts.top_level_imports.iter().map(|index| facts.imports[*index].specifier.as_str()).collect();
    assert_eq!(top, ["App.instance", "Config.read"]);
}

#[test]
fn a_body_that_runs_belongs_to_all_of_its_class() {
    let facts = facts(
        "class Store\n  @client = Aws::S3::Client.new\n  def self.read(k) = @client.get(k)\nend\n\
         class Plugin\n  Registry.add(self)\nend\nclass String\n  def shout = upcase\nend\nStore.read(1)\n",
    );
    let lines = uses(&facts);
    assert_eq!(lines[0], "Store ->  | Aws::S3::Client.new");
    assert_eq!(lines[1], "Store.read -> Store |");
    let running: Vec<_> = facts.top_level_symbols.iter().map(|index| facts.symbols[*index].name.as_str()).collect();
    assert_eq!(running, ["Store.read", "Plugin", "String"]);
}

#[test]
fn names_in_a_class_as_a_value_take_its_own_methods_too() {
    let text = "class Money\n  def self.total = 1\n  def self.refund = 2\nend\ndef a = Money.new\ndef b = run(Money)\n\
                def c(name) = Money.public_send(name)\ndef d = Money.send(:total)\ndef e = Object.const_get(\"Money\")\n";
    let lines = uses(&facts(text));
    assert_eq!(lines[3], "a -> Money | Money.new");
    for (index, name) in [(4, "b"), (5, "c"), (7, "e")] {
        assert!(lines[index].starts_with(&format!("{name} -> Money, Money.total, Money.refund |")), "{lines:?}");
    }
    assert_eq!(lines[6], "d -> Money.total | Money.total");
}

#[test]
fn loading_is_read_as_far_as_it_can_be_told() {
    let cases: [(&str, &[&str]); 14] = [
        ("require 'json'\nrequire_relative 'a/b'\nload 'c.rb'", &["Value json", "Value ./a/b", "Value c.rb"]),
        ("require_relative '../x'", &["Value ../x"]),
        ("def f\n  require 'late'\nend", &["Lazy late"]),
        ("require File.expand_path('../lib/x', __FILE__)", &["Value ./lib/x"]),
        ("require File.join(__dir__, '..', 'lib', 'x')", &["Value ../lib/x"]),
        ("require File.dirname(__FILE__) + '/lib/x'", &["Value ./lib/x"]),
        ("ROOT = File.expand_path('..', __dir__)\nrequire \"#{ROOT}/x\"", &["Value ../x"]),
        ("require \"#{ENV['LAMBDA_TASK_ROOT']}/lib/x\"", &["Value /var/task/lib/x"]),
        ("%w[a b].each { |n| require_relative \"lib/#{n}\" }", &["Value ./lib/a", "Value ./lib/b"]),
        ("Dir[File.join(__dir__, 'lib', '**', '*.rb')].sort.each { |f| require f }", &["Value ./lib/**/*.rb"]),
        ("Dir.glob('lib/*.rb').each(&method(:require))", &["Value lib/*.rb"]),
        (
            "$LOAD_PATH.unshift(File.expand_path('../lib', __FILE__))\n$: << './x'",
            &["Lazy $LOAD_PATH/./lib", "Lazy $LOAD_PATH/./x"],
        ),
        ("module A\n  autoload :B, 'a/b'\nend", &["Lazy a/b"]),
        ("require name\nKernel.const_get(name)", &["Computed name", "Computed name"]),
    ];
    for (text, expected) in cases {
        assert_eq!(loads(text), expected, "{text}");
    }
}

#[test]
fn what_names_cannot_tell_is_said() {
    for text in ["eval('x')", "def f(name) = send(name)"] {
        assert!(facts(text).opaque.is_some(), "{text}");
    }
    for text in ["class A; def f(name) = send(name); end", "instance_eval { 1 }", "def f = send(:g)"] {
        assert_eq!(facts(text).opaque, None, "{text}");
    }
}

#[test]
fn calls_of_other_functions() {
    let cases = [
        ("c.invoke(function_name: 'pay', payload: x)", "function pay waits"),
        ("c.invoke({ function_name: ENV['PAY'], invocation_type: 'Event' })", "function $PAY goes on"),
        ("c.invoke(function_name: \"pay-#{stage}\")", "function pay-* waits"),
        ("c.start_execution(state_machine_arn: ENV.fetch('ARN'))", "state-machine $ARN goes on"),
    ];
    for (text, expected) in cases {
        assert_eq!(facts(text).remote_calls.iter().map(shown).collect::<Vec<_>>(), [expected], "{text}");
    }
    assert!(facts("command.invoke(1)").remote_calls.is_empty());
}

#[test]
fn hostile_text_is_bounded() {
    let deep = [
        "class A; ".repeat(10_000) + &"end; ".repeat(10_000),
        "module A; ".repeat(10_000),
        format!("x = {}1{}", "[".repeat(10_000), "]".repeat(10_000)),
        format!("x = a{}", ".b".repeat(10_000)),
        format!("require {}", "'a' + ".repeat(10_000)),
        format!("X = {}1", "-".repeat(10_000)),
        "def f(a) = ".repeat(10_000),
        format!("module {}; {}; end", "A".repeat(100_000), "B.c ".repeat(10_000)),
        (0..60_000).map(|n| format!("A{n}.x\n")).collect(),
    ];
    for text in &deep {
        facts(text);
    }
    let (span, _) = facts("def a\nend\nclass (\n").error.unwrap();
    assert!(span.start >= 10, "{span:?}");
}

fn resolved(files: &[(&str, &str)], from: &str, import: &Import, roots: &[&str]) -> String {
    let set = FileSet::from_texts(files.iter().copied());
    let roots: Vec<_> = roots.iter().map(|root| path(root)).collect();
    match Ruby.resolver(&set, &FactsOf::all(&set)).resolve(&path(from), import, &roots) {
        Resolution::Parts(parts) => {
            let shown = parts.iter().map(|(path, names)| format!("{path} {}", names.join(",")).trim_end().to_owned());
            shown.collect::<Vec<_>>().join("; ")
        }
        Resolution::External(name) => format!("external {name}"),
        Resolution::Builtin => "builtin".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn paths_lead_where_ruby_would_go() {
    let files = [
        (
            "Gemfile",
            "gem 'aws-sdk-s3'\ngem \"activesupport\", '~> 7'\ngem 'house', path: 'gems/house'\ngem 'line-bot-api'\n",
        ),
        ("fn/app.rb", ""),
        ("fn/lib/money.rb", ""),
        ("fn/json.rb", ""),
        ("fn/boot.rb", "$LOAD_PATH.unshift(File.expand_path('../src', __FILE__))"),
        ("fn/src/deep.rb", ""),
        ("gems/house/lib/house.rb", ""),
        ("layer/ruby/lib/log.rb", ""),
        ("shared/mail.rb", ""),
    ];
    let cases = [
        ("require './lib/money'", "fn/lib/money.rb"),
        ("require 'money'", "fn/lib/money.rb"),
        ("require 'lib/money.rb'", "fn/lib/money.rb"),
        ("require 'deep'", "fn/src/deep.rb"),
        ("require 'house'", "gems/house/lib/house.rb"),
        ("require 'log'", "layer/ruby/lib/log.rb"),
        ("require '/opt/ruby/lib/log'", "layer/ruby/lib/log.rb"),
        ("require_relative '../shared/mail'", "shared/mail.rb"),
        ("require 'shared/mail'", "shared/mail.rb"),
        ("Dir['./lib/*.rb'].each { |f| require f }", "fn/lib/money.rb"),
        ("require 'net/http'", "builtin"),
        ("require 'json'", "fn/json.rb"),
        ("require 'aws-sdk-s3'", "external aws-sdk-s3"),
        ("require 'active_support/core_ext'", "external activesupport"),
        ("require 'line/bot'", "external line-bot-api"),
        ("require 'nokogiri/html'", "external nokogiri"),
        ("require_relative 'gone'", "Unresolved(\"there is no such file\")"),
    ];
    for (text, expected) in cases {
        let all = facts(text).imports;
        let import = all.iter().find(|import| import.names.is_empty()).unwrap().clone();
        assert_eq!(resolved(&files, "fn/app.rb", &import, &["fn", "layer"]), expected, "{text}");
    }
}

#[test]
fn names_mean_what_is_loaded_together() {
    let files = [
        ("a/app.rb", "require_relative 'helpers'\nrequire_relative '../shared/money'\n"),
        ("a/helpers.rb", "module Helpers\n  def self.help = Money.total\nend\ndef top = 1\n"),
        ("b/app.rb", "require_relative 'helpers'\n"),
        ("b/helpers.rb", "module Helpers\n  def self.help = 1\nend\ndef top = 2\n"),
        ("shared/money.rb", "class Money\n  def self.total = 1\n  def self.refund = 1\nend\n"),
        ("web/Gemfile", "gem 'nokogiri'\n"),
        ("web/app/models/order.rb", "class Order\n  def self.open = 1\nend\n"),
        ("web/app/jobs/job.rb", "class Job\nend\n"),
        ("web/script/tool.rb", "class String\n  def shout = upcase\nend\n"),
        ("web/spec/order_spec.rb", "class Order\nend\n"),
    ];
    let cases = [
        ("a/app.rb", "Helpers.help", "a/helpers.rb Helpers.help"),
        ("b/app.rb", "Helpers.help", "b/helpers.rb Helpers.help"),
        ("a/app.rb", "top(1)", "a/helpers.rb top"),
        ("a/helpers.rb", "module Helpers; X = Money.total; end", "shared/money.rb Money.total"),
        ("a/app.rb", "run(Money)", "shared/money.rb Money,Money.refund,Money.total"),
        ("a/app.rb", "Money.gone", "shared/money.rb Money"),
        ("a/app.rb", "Money::GONE", "shared/money.rb Money"),
        ("b/app.rb", "Money.total", "builtin"),
        ("web/app/jobs/job.rb", "Order.open", "web/app/models/order.rb Order.open"),
        ("web/app/jobs/job.rb", "Nokogiri::HTML(1)", "external nokogiri"),
        ("web/app/jobs/job.rb", "String.new", "builtin"),
        ("web/app/jobs/job.rb", "Order::Closed", "web/app/models/order.rb Order"),
    ];
    for (from, text, expected) in cases {
        let import = facts(text)
            .imports
            .into_iter()
            .find(|import| import.names.len() > 1 || text.contains("top"))
            .or_else(|| facts(text).imports.into_iter().next_back());
        assert_eq!(resolved(&files, from, &import.unwrap(), &[]), expected, "{from}: {text}");
    }
}
