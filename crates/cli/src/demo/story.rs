//! The made-up shop that `lockstep demo` lints: its files, and what happened to them in seventeen months.
//!
//! Six teams host their functions separately. Three of the functions (the price, the invoice and the billing address)
//! are one microservice all the same; one follows another; the rest are what they claim to be.

/// A thread of work: the same few files, changed again and again.
pub struct Thread {
    /// Who does it.
    pub author: &'static str,
    /// The day of the first change, counted from the first commit.
    pub first: u32,
    /// Days between changes.
    pub every: u32,
    /// How many changes.
    pub times: u32,
    /// The files changed each time.
    pub files: &'static [&'static str],
    /// What the commits say, in turn.
    pub subjects: &'static [&'static str],
}

pub const PRICE: &str = "pricing/src/calculate.ts";
pub const INVOICE: &str = "billing/src/invoice.ts";
/// The invoice's file before it was renamed on [`RENAME_DAY`].
pub const INVOICE_BEFORE: &str = "billing/src/send.ts";
pub const ADDRESS: &str = "customers/src/update_address.ts";
pub const MONEY: &str = "shared/money.ts";
pub const SEARCH: &str = "catalog/src/search.ts";
pub const IMPORT: &str = "catalog/src/import.ts";
pub const REVENUE: &str = "reports/src/revenue.ts";
pub const MAIL: &str = "notifications/mail.py";
pub const LOCK: &str = "package-lock.json";

/// On this day the invoice's file gets its present name.
pub const RENAME_DAY: u32 = 201;
/// On these days a formatter goes over everything: noise that every real history has.
pub const FORMATTER_DAYS: [u32; 2] = [120, 377];

/// What people did, day by day.
pub const THREADS: &[Thread] = &[
    Thread {
        author: "Ana Duarte",
        first: 4,
        every: 24,
        times: 21,
        files: &[PRICE, INVOICE, ADDRESS],
        subjects: &[
            "Add the reduced VAT rate for books",
            "Show the tax identifier of business customers",
            "Round line totals before adding them up",
            "Support deliveries to the Canary Islands",
            "Split the street from the house number",
        ],
    },
    Thread {
        author: "Jonas Weber",
        first: 15,
        every: 57,
        times: 9,
        files: &[PRICE, INVOICE],
        subjects: &["Apply vouchers after tax", "Charge shipping per parcel", "Refuse negative quantities"],
    },
    Thread {
        author: "Jonas Weber",
        first: 33,
        every: 140,
        times: 4,
        files: &[PRICE],
        subjects: &["Cache exchange rates for an hour"],
    },
    Thread {
        author: "Mei Tanaka",
        first: 41,
        every: 120,
        times: 4,
        files: &[ADDRESS],
        subjects: &["Accept postcodes with spaces", "Tell the customer which field is wrong"],
    },
    Thread {
        author: "Ana Duarte",
        first: 60,
        every: 150,
        times: 3,
        files: &[MONEY],
        subjects: &["Keep amounts in cents", "Add the Swiss franc"],
    },
    Thread {
        author: "Ravi Menon",
        first: 8,
        every: 15,
        times: 34,
        files: &[REVENUE],
        subjects: &["Group revenue by country", "Leave refunds out", "Compare with last year"],
    },
    Thread {
        author: "Ravi Menon",
        first: 19,
        every: 39,
        times: 13,
        files: &[INVOICE, REVENUE],
        subjects: &["Follow the new invoice layout", "Count credit notes"],
    },
    Thread {
        author: "Lena Novak",
        first: 6,
        every: 7,
        times: 74,
        files: &[SEARCH],
        subjects: &["Rank exact matches first", "Forgive one typing error", "Page through results"],
    },
    Thread {
        author: "Lena Novak",
        first: 10,
        every: 80,
        times: 6,
        files: &[IMPORT],
        subjects: &["Skip products without a picture"],
    },
    Thread {
        author: "Lena Novak",
        first: 29,
        every: 31,
        times: 16,
        files: &[IMPORT, SEARCH],
        subjects: &["Read the supplier's new columns", "Keep the names of materials apart"],
    },
    Thread {
        author: "Omar Haddad",
        first: 9,
        every: 17,
        times: 30,
        files: &[MAIL],
        subjects: &["Greet people by name", "Retry when the mail server is busy", "Send plain text as well"],
    },
    Thread {
        author: "dependabot[bot]",
        first: 2,
        every: 14,
        times: 37,
        files: &[LOCK],
        subjects: &["Bump esbuild", "Bump @types/aws-lambda", "Bump typescript"],
    },
];

/// Every file at the start: path and text. `{steps}` is where changes go.
pub const FILES: &[(&str, &str)] = &[
    ("README.md", "# A shop\n\nSix teams, one repository. This is a made-up example, written by `lockstep demo`.\n"),
    ("pricing/template.yaml", PRICING_TEMPLATE),
    ("billing/template.yaml", BILLING_TEMPLATE),
    ("customers/template.yaml", CUSTOMERS_TEMPLATE),
    ("catalog/serverless.yml", CATALOG_MANIFEST),
    ("reports/serverless.yml", REPORTS_MANIFEST),
    ("notifications/serverless.yml", NOTIFICATIONS_MANIFEST),
    (LOCK, "{\n  \"lockfileVersion\": 3,\n  \"steps\": [\n{steps}    0\n  ]\n}\n"),
    (
        MONEY,
        "export type Cents = number;\n\nexport const currencies: string[] = [\n{steps}  \"EUR\",\n];\n\nexport const round = (amount: number, currency = \"EUR\"): Cents =>\n  currencies.includes(currency) ? Math.round(amount * 100) : 0;\n",
    ),
    (
        PRICE,
        "import { round } from \"../../shared/money\";\n\nconst rules: string[] = [\n{steps}];\n\nexport const handler = async (order: { amount: number }) => ({\n  total: round(order.amount),\n  rules,\n});\n",
    ),
    (
        INVOICE,
        "import { round } from \"../../shared/money\";\n\nconst lines: string[] = [\n{steps}];\n\nexport const layout = () => lines;\n\nexport const handler = async (order: { amount: number }) => ({\n  due: round(order.amount),\n  lines: layout(),\n});\n",
    ),
    (
        ADDRESS,
        "const checks: string[] = [\n{steps}];\n\nexport const handler = async (address: { street: string }) => ({\n  accepted: address.street.length > 0,\n  checks,\n});\n",
    ),
    (
        SEARCH,
        "const ranking: string[] = [\n{steps}];\n\nexport const handler = async (query: { text: string }) => ranking.filter((rule) => rule.includes(query.text));\n",
    ),
    (IMPORT, "const columns: string[] = [\n{steps}];\n\nexport const handler = async () => columns.length;\n"),
    (
        REVENUE,
        "import { layout } from \"../../billing/src/invoice\";\n\nconst groups: string[] = [\n{steps}];\n\nexport const handler = async () => [...groups, ...layout()];\n",
    ),
    (
        MAIL,
        "TEMPLATES = [\n{steps}]\n\n\ndef handler(event, context):\n    return {\"sent\": len(TEMPLATES), \"to\": event[\"to\"]}\n",
    ),
];

const PRICING_TEMPLATE: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31

Resources:
  CalculatePrice:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: src/calculate.handler
      Runtime: nodejs22.x
      Events:
        Quote:
          Type: Api
          Properties: { Path: /quote, Method: post }
";

const BILLING_TEMPLATE: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31

Resources:
  SendInvoice:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: src/invoice.handler
      Runtime: nodejs22.x
      Policies:
        - DynamoDBCrudPolicy: { TableName: invoices }
";

const CUSTOMERS_TEMPLATE: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31

Resources:
  UpdateBillingAddress:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: src/update_address.handler
      Runtime: nodejs22.x
      Events:
        Change:
          Type: Api
          Properties: { Path: /address, Method: put }
";

const CATALOG_MANIFEST: &str = "\
service: catalog
provider:
  name: aws
  runtime: nodejs22.x
functions:
  search:
    handler: src/search.handler
    events:
      - httpApi: GET /products
  import:
    handler: src/import.handler
    events:
      - schedule: rate(1 hour)
";

const REPORTS_MANIFEST: &str = "\
service: reports
provider:
  name: aws
  runtime: nodejs22.x
functions:
  dailyRevenue:
    handler: src/revenue.handler
    events:
      - schedule: rate(1 day)
";

const NOTIFICATIONS_MANIFEST: &str = "\
service: notifications
provider:
  name: aws
  runtime: python3.13
functions:
  sendMail:
    handler: mail.handler
    events:
      - sqs: arn:aws:sqs:eu-west-1:000000000000:mails
";
