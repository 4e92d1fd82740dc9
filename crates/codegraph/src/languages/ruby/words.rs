//! Names that every Ruby program knows.

/// Methods that need no receiver anywhere. Sorted.
const KERNEL: &[&str] = &[
    "Array",
    "Complex",
    "Float",
    "Hash",
    "Integer",
    "Rational",
    "String",
    "__FILE__",
    "__callee__",
    "__dir__",
    "__method__",
    "abort",
    "at_exit",
    "binding",
    "block_given?",
    "caller",
    "caller_locations",
    "catch",
    "exit",
    "exit!",
    "fail",
    "fork",
    "format",
    "freeze",
    "gets",
    "is_a?",
    "lambda",
    "loop",
    "nil?",
    "object_id",
    "open",
    "p",
    "pp",
    "print",
    "printf",
    "proc",
    "putc",
    "puts",
    "raise",
    "rand",
    "readline",
    "readlines",
    "respond_to?",
    "select",
    "sleep",
    "spawn",
    "sprintf",
    "srand",
    "syscall",
    "system",
    "tap",
    "test",
    "then",
    "throw",
    "trap",
    "warn",
];

/// What a class body says without doing anything but declare. Sorted.
const DECLARING: &[&str] = &[
    "alias_method",
    "attr",
    "attr_accessor",
    "attr_reader",
    "attr_writer",
    "autoload",
    "extend",
    "include",
    "module_function",
    "prepend",
    "private",
    "private_class_method",
    "private_constant",
    "protected",
    "public",
    "public_class_method",
    "public_constant",
    "remove_method",
    "require",
    "require_relative",
    "undef_method",
    "using",
];

/// What a class does when it is defined, extended or mixed in, or asked for what it has not.
pub(super) const HOOKS: [&str; 7] =
    ["method_missing", "respond_to_missing?", "const_missing", "inherited", "included", "extended", "prepended"];

/// Classes of the language: whoever loads a file that opens one of them gets what it adds. Sorted.
const CORE: &[&str] = &[
    "Array",
    "BasicObject",
    "BigDecimal",
    "Class",
    "Comparable",
    "Date",
    "DateTime",
    "Dir",
    "Enumerable",
    "Exception",
    "FalseClass",
    "File",
    "Float",
    "Hash",
    "IO",
    "Integer",
    "Kernel",
    "Method",
    "Module",
    "NilClass",
    "Numeric",
    "Object",
    "Proc",
    "Random",
    "Range",
    "Regexp",
    "Set",
    "StandardError",
    "String",
    "Struct",
    "Symbol",
    "Thread",
    "Time",
    "TrueClass",
    "URI",
];

/// Constants of the standard library. Sorted.
const LIBRARY: &[&str] = &[
    "Base64",
    "Benchmark",
    "Bundler",
    "CGI",
    "CSV",
    "Digest",
    "ERB",
    "Etc",
    "FileUtils",
    "Forwardable",
    "Gem",
    "IPAddr",
    "JSON",
    "Logger",
    "Monitor",
    "Net",
    "Open3",
    "OpenSSL",
    "OpenStruct",
    "OptionParser",
    "Pathname",
    "Psych",
    "Rake",
    "Ripper",
    "SecureRandom",
    "Shellwords",
    "Singleton",
    "Socket",
    "StringIO",
    "StringScanner",
    "Tempfile",
    "Timeout",
    "YAML",
    "Zlib",
];

/// First parts of what the standard library is required by. Sorted.
const STANDARD: &[&str] = &[
    "English",
    "abbrev",
    "base64",
    "benchmark",
    "bigdecimal",
    "bundler",
    "cgi",
    "coverage",
    "csv",
    "date",
    "delegate",
    "did_you_mean",
    "digest",
    "drb",
    "erb",
    "error_highlight",
    "etc",
    "expect",
    "fcntl",
    "fiber",
    "fiddle",
    "fileutils",
    "find",
    "forwardable",
    "getoptlong",
    "io",
    "ipaddr",
    "irb",
    "json",
    "logger",
    "matrix",
    "minitest",
    "mkmf",
    "monitor",
    "mutex_m",
    "net",
    "nkf",
    "objspace",
    "observer",
    "open-uri",
    "open3",
    "openssl",
    "optparse",
    "ostruct",
    "pathname",
    "pp",
    "prettyprint",
    "prime",
    "pstore",
    "psych",
    "pty",
    "racc",
    "rbconfig",
    "rdoc",
    "readline",
    "reline",
    "resolv",
    "rexml",
    "rinda",
    "ripper",
    "rss",
    "rubygems",
    "securerandom",
    "set",
    "shellwords",
    "singleton",
    "socket",
    "stringio",
    "strscan",
    "syslog",
    "tempfile",
    "thread",
    "time",
    "timeout",
    "tmpdir",
    "tracer",
    "tsort",
    "un",
    "unicode_normalize",
    "uri",
    "weakref",
    "webrick",
    "win32ole",
    "yaml",
    "zlib",
];

/// True for a method that needs no receiver anywhere.
pub(super) fn is_kernel(name: &str) -> bool {
    KERNEL.binary_search(&name).is_ok()
}

/// True for a call in a class body that only declares.
pub(super) fn is_declaring(name: &str) -> bool {
    DECLARING.binary_search(&name).is_ok()
}

/// True for a constant that is there before any file of a repository is loaded, and for what is inside of one.
pub(super) fn is_given(name: &str) -> bool {
    let first = name.split([':', '.']).next().unwrap_or_default();
    is_core(first) || LIBRARY.binary_search(&first).is_ok()
}

/// True for a class of the language.
pub(super) fn is_core(name: &str) -> bool {
    CORE.binary_search(&name).is_ok()
}

/// True for what the standard library holds: `net/http`.
pub(super) fn is_standard(required: &str) -> bool {
    let first = required.split('/').next().unwrap_or_default().trim_end_matches(".rb");
    STANDARD.binary_search(&first).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [KERNEL, DECLARING, CORE, LIBRARY, STANDARD] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
