//! Whether a file in a folder of functions is one: platforms deploy whatever lies there, helpers too, but only a file
//! that exports what the runtime calls can answer. The text is looked at, not run.

use std::sync::LazyLock;

use regex::Regex;

/// What a runtime looks for in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// `handler` or a default export, as Netlify's functions have it.
    Netlify,
    /// A default export, as edge functions have it.
    Edge,
    /// A default export, or one called after a method of HTTP, as Vercel's functions have it.
    Vercel,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant")
}

/// Statements begin a line or follow another; what stands in comments does not.
static NETLIFY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)(?:^|[;{}])[ \t]*(?:(?:module\.)?exports(?:\.handler)?\s*=|export\s+default\b|export\s+(?:async\s+)?(?:function\*?|const|let|var|class)\s+(?:handler|default)\b|export\s*\{[^}]*\b(?:handler|default)\b[^}]*\}|export\s*\*|exports\.default\s*=)",
    )
});

static EDGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?m)(?:^|[;{}])[ \t]*(?:export\s+default\b|export\s*\{[^}]*\bdefault\b[^}]*\}|export\s*\*)")
});

static VERCEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)(?:^|[;{}])[ \t]*(?:module\.exports\s*=|exports\.default\s*=|exports\s*=|export\s+default\b|export\s+(?:async\s+)?(?:function|const|let|var)\s+(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|fetch)\b|export\s*\{[^}]*\b(?:default|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|fetch)\b[^}]*\}|export\s*\*|[\w$.]+\.listen\s*\()",
    )
});

static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?m)^(?:(?:class|(?:async\s+)?def)\s+(?:handler|app|application)\b|(?:app|application|handler)\s*[:=]|from\s.+\simport\s.*\b(?:app|handler)\b)",
    )
});

static GO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^func\s+[A-Z]\w*\s*\([^)]*http\.ResponseWriter"));

static RUBY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^\s*Handler\b|^\s*class\s+Handler\b"));

/// True if `text`, the content of a file with this `extension`, exports what `runtime` calls.
pub(crate) fn is_entry(runtime: Runtime, extension: &str, text: &str) -> bool {
    let script = match runtime {
        Runtime::Netlify => &NETLIFY,
        Runtime::Edge => &EDGE,
        Runtime::Vercel => &VERCEL,
    };
    match extension {
        "py" => PYTHON.is_match(text),
        "go" => GO.is_match(text),
        "rb" => RUBY.is_match(text),
        "rs" => text.contains("fn main"),
        _ => script.is_match(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helpers_and_comments_export_nothing_that_is_called() {
        let cases = [
            (Runtime::Netlify, "js", "exports.handler = async () => {}", true),
            (Runtime::Netlify, "js", "const x = 1;module.exports.handler=y", true),
            (Runtime::Netlify, "ts", "export const handler: Handler = async () => 1", true),
            (Runtime::Netlify, "ts", "export default async (req) => 1", true),
            (Runtime::Netlify, "ts", "const a = 1\nexport {\n  run as handler,\n}", true),
            (Runtime::Netlify, "ts", "export { handler } from './x'", true),
            (Runtime::Netlify, "js", "// exports.handler = 1\nexports.helper = 2", false),
            (Runtime::Netlify, "ts", "export const handlers = {}\nexport function log() {}", false),
            (Runtime::Edge, "ts", "export default () => 1", true),
            (Runtime::Edge, "ts", "export const handler = 1", false),
            (Runtime::Vercel, "ts", "export async function GET() {}", true),
            (Runtime::Vercel, "ts", "export const GETTER = 1", false),
            (Runtime::Vercel, "js", "module.exports = (req, res) => {}", true),
            (Runtime::Vercel, "js", "module.exports.help = 1", false),
            (Runtime::Vercel, "ts", "  * export default x", false),
            (Runtime::Vercel, "py", "class handler(BaseHTTPRequestHandler):\n  pass", true),
            (Runtime::Vercel, "py", "app = Flask(__name__)", true),
            (Runtime::Vercel, "py", "def helper(): pass", false),
            (Runtime::Vercel, "go", "package api\nfunc Handler(w http.ResponseWriter, r *http.Request) {}", true),
            (Runtime::Vercel, "go", "package api\nfunc help() {}", false),
        ];
        for (runtime, extension, text, expected) in cases {
            assert_eq!(is_entry(runtime, extension, text), expected, "{runtime:?} {text}");
        }
    }
}
