//! Sources that look like those of people, made up: a head with imports, then definitions that use each other.
//!
//! In a template `§` stands for the number of the definition, `¤` for that of another, and `%` for a word.

/// How many files of each language there are, and how many definitions each has.
const FILES: usize = 150;
const DEFINITIONS: usize = 25;

const WORDS: [&str; 16] = [
    "order", "invoice", "price", "customer", "ticket", "parcel", "report", "refund", "address", "basket", "stock",
    "payment", "coupon", "delivery", "account", "message",
];

/// How the sources of one language look.
struct Template {
    extension: &'static str,
    head: &'static str,
    definition: &'static str,
    tail: &'static str,
}

const TEMPLATES: [Template; 10] = [
    Template {
        extension: "ts",
        head: "import { DynamoDB } from \"@aws-sdk/client-dynamodb\";\nimport type { %, Money } from \"./types/%\";\nimport * as % from \"../lib/%\";\n\nconst table = process.env.TABLE ?? \"%\";\n\n",
        definition: "/** Reads one %. */\nexport const %§ = async (event: { id: string; amount?: number }): Promise<Money | undefined> => {\n  const found = await new DynamoDB({}).getItem({ TableName: table, Key: { id: { S: event.id } } });\n  if (!found.Item || found.Item.% === undefined) {\n    return undefined;\n  }\n  const items = [1, 2, 3].map((x) => x * (event.amount ?? §)).filter((x) => x > 2);\n  return { cents: items.reduce((a, b) => a + b, 0), words: `% ${event.id}`, next: () => %¤(event) };\n};\n\n",
        tail: "",
    },
    Template {
        extension: "py",
        head: "import json\nimport os\nfrom typing import Optional\n\nimport boto3\nfrom lib.% import total, refund as back\nfrom .% import Store\n\nTABLE = boto3.resource(\"dynamodb\").Table(os.environ[\"TABLE\"])\n\n\n",
        definition: "class %§(Store):\n    \"\"\"One %.\"\"\"\n\n    rate: float = §.0\n\n    def __init__(self, key: str, amount: Optional[int] = None) -> None:\n        self.key = key\n        self.amount = amount or 0\n\n    def read(self, event: dict) -> dict:\n        found = TABLE.get_item(Key={\"id\": self.key}).get(\"Item\", {})\n        if not found or \"%\" not in found:\n            raise KeyError(f\"no % {self.key}\")\n        return {name: total(value) * self.rate for name, value in found.items() if value}\n\n\ndef handle_%§(event, context):\n    return {\"statusCode\": 200, \"body\": json.dumps(%§(event[\"id\"]).read(event) or back(event))}\n\n\n",
        tail: "",
    },
    Template {
        extension: "rs",
        head: "use std::collections::BTreeMap;\n\nuse crate::%::{Money, Store};\nuse serde::Deserialize;\n\nmod %;\n\n",
        definition: "/// One %.\n#[derive(Debug, Clone, Deserialize)]\npub struct Item§ {\n    pub key: String,\n    pub amount: u64,\n}\n\nimpl Item§ {\n    /// What it costs.\n    pub fn total(&self, store: &Store) -> Option<Money> {\n        let found = store.items.get(&self.key)?;\n        let sum: u64 = found.iter().filter(|x| **x > 2).map(|x| x * self.amount).sum();\n        if sum == 0 { None } else { Some(Money::new(sum + rate_¤())) }\n    }\n}\n\nfn rate_§() -> u64 {\n    let words: BTreeMap<&str, u64> = [(\"%\", §), (\"%\", 2)].into_iter().collect();\n    words.values().copied().max().unwrap_or_default()\n}\n\n",
        tail: "",
    },
    Template {
        extension: "go",
        head: "package %\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\n\t\"example.org/shop/internal/%\"\n\t\"github.com/aws/aws-lambda-go/events\"\n)\n\n",
        definition: "// Item§ is one %.\ntype Item§ struct {\n\tKey    string `json:\"key\"`\n\tAmount int    `json:\"amount\"`\n}\n\n// Total says what it costs.\nfunc (item *Item§) Total(ctx context.Context, request events.SQSEvent) (int, error) {\n\tsum := 0\n\tfor _, record := range request.Records {\n\t\tif record.Body == \"\" {\n\t\t\treturn 0, fmt.Errorf(\"no % in %s\", record.MessageId)\n\t\t}\n\t\tsum += item.Amount * len(record.Body)\n\t}\n\treturn sum + rate¤(\"%\"), nil\n}\n\nfunc rate§(word string) int {\n\trates := map[string]int{\"%\": §, \"%\": 2}\n\treturn rates[word]\n}\n\n",
        tail: "",
    },
    Template {
        extension: "java",
        head: "package org.example.%;\n\nimport java.util.List;\nimport java.util.Map;\nimport org.example.shared.Money;\nimport static org.example.shared.Rates.rate;\n\npublic class Handler {\n",
        definition: "    /** One %. */\n    public static class Item§ {\n        private final String key;\n        private final int amount;\n\n        public Item§(String key, int amount) {\n            this.key = key;\n            this.amount = amount;\n        }\n\n        public Money total(List<Integer> values) {\n            int sum = values.stream().filter(x -> x > 2).mapToInt(x -> x * amount).sum();\n            if (sum == 0) {\n                throw new IllegalStateException(\"no % for \" + key);\n            }\n            return new Money(sum + rate(\"%\"));\n        }\n    }\n\n    static int rate§(String word) {\n        Map<String, Integer> rates = Map.of(\"%\", §, \"%\", 2);\n        return rates.getOrDefault(word, 0);\n    }\n\n",
        tail: "}\n",
    },
    Template {
        extension: "kt",
        head: "package org.example.%\n\nimport org.example.shared.Money\nimport org.example.shared.rate\n\n",
        definition: "/** One %. */\ndata class Item§(val key: String, val amount: Int) {\n    fun total(values: List<Int>): Money {\n        val sum = values.filter { it > 2 }.sumOf { it * amount }\n        require(sum > 0) { \"no % for $key\" }\n        return Money(sum + rate§(\"%\"))\n    }\n\n    companion object {\n        fun of(text: String) = Item§(text, text.length)\n    }\n}\n\nfun rate§(word: String): Int = when (word) {\n    \"%\" -> §\n    else -> rate(word)\n}\n\n",
        tail: "",
    },
    Template {
        extension: "cs",
        head: "using System.Collections.Generic;\nusing System.Linq;\nusing Example.Shared;\n\nnamespace Example.Shop\n{\n",
        definition: "    /// <summary>One %.</summary>\n    public class Item§\n    {\n        private readonly string key;\n        public int Amount { get; set; }\n\n        public Item§(string key) => this.key = key;\n\n        public Money Total(IEnumerable<int> values)\n        {\n            var sum = values.Where(x => x > 2).Select(x => x * Amount).Sum();\n            if (sum == 0)\n            {\n                throw new System.InvalidOperationException($\"no % for {key}\");\n            }\n            return new Money(sum + Rates.Of(\"%\"));\n        }\n\n        public static int Rate(string word) => new Dictionary<string, int> { [\"%\"] = §, [\"%\"] = 2 }[word];\n    }\n\n",
        tail: "}\n",
    },
    Template {
        extension: "scala",
        head: "package org.example.shop\n\nimport org.example.shared.{Money, Rates}\nimport scala.collection.immutable.Map\n\n",
        definition: "/** One %. */\ncase class Item§(key: String, amount: Int) {\n  def total(values: List[Int]): Option[Money] = {\n    val sum = values.filter(_ > 2).map(_ * amount).sum\n    if (sum == 0) None else Some(Money(sum + Item§.rate(\"%\")))\n  }\n}\n\nobject Item§ {\n  private val rates = Map(\"%\" -> §, \"%\" -> 2)\n  def rate(word: String): Int = rates.getOrElse(word, Rates.of(word))\n}\n\n",
        tail: "",
    },
    Template {
        extension: "rb",
        head: "# frozen_string_literal: true\n\nrequire \"json\"\nrequire \"aws-sdk-dynamodb\"\nrequire_relative \"../lib/%\"\n\nmodule Shop\n",
        definition: "  # One %.\n  class Item§ < Base\n    RATES = { \"%\" => §, \"%\" => 2 }.freeze\n    attr_reader :key, :amount\n\n    def self.parse(text)\n      data = JSON.parse(text, symbolize_names: true)\n      new(data[:key], amount: data.fetch(:amount, 0))\n    end\n\n    def initialize(key, amount: 0)\n      @key = key\n      @amount = amount\n    end\n\n    def total(values)\n      sum = values.select { |x| x > 2 }.map { |x| x * amount }.sum\n      raise ArgumentError, \"no % for #{key}\" if sum.zero?\n\n      Money.new(sum + RATES.fetch(\"%\") { Item¤.parse(key).amount })\n    end\n  end\n\n",
        tail: "end\n",
    },
    Template {
        extension: "php",
        head: "<?php\n\ndeclare(strict_types=1);\n\nnamespace App\\Shop;\n\nuse App\\Shared\\{Money, Rates};\nuse Bref\\Context\\Context;\n\nrequire_once __DIR__ . '/../vendor/autoload.php';\n\n",
        definition: "/** One %. */\nfinal class Item§ implements Priced\n{\n    private const RATES = ['%' => §, '%' => 2];\n\n    public function __construct(private readonly string $key, private int $amount, private Store $store) {}\n\n    public static function rate(string $word): int\n    {\n        return self::RATES[$word] ?? Rates::of($word);\n    }\n\n    public function total(array $values, Context $context): ?Money\n    {\n        $sum = array_sum(array_map(fn (int $x) => $x * $this->amount, array_filter($values)));\n        if ($sum === 0) {\n            throw new \\InvalidArgumentException(\"no % for {$this->key}\");\n        }\n        return new Money($sum + Item¤::rate('%'));\n    }\n}\n\n",
        tail: "",
    },
];

/// Numbers that look drawn, and are the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// The path and the text of every file.
pub fn sources() -> Vec<(String, String)> {
    let mut drawn = Drawn(7);
    let files = TEMPLATES.iter().flat_map(|template| (0..FILES).map(move |number| (template, number)));
    files
        .map(|(template, number)| (format!("src/m{number}.{}", template.extension), file(template, &mut drawn)))
        .collect()
}

fn file(template: &Template, drawn: &mut Drawn) -> String {
    let mut text = String::new();
    fill(template.head, 0, drawn, &mut text);
    for number in 0..DEFINITIONS {
        fill(template.definition, number, drawn, &mut text);
    }
    text + template.tail
}

fn fill(template: &str, number: usize, drawn: &mut Drawn, into: &mut String) {
    let mut signs = template.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '§' => into.push_str(&number.to_string()),
            '¤' => into.push_str(&drawn.below(DEFINITIONS).to_string()),
            '%' if signs.peek() != Some(&'s') => into.push_str(WORDS[drawn.below(WORDS.len())]),
            sign => into.push(sign),
        }
    }
}
