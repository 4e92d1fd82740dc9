//! Which files of a package are built: by the name of the file and by its `//go:build` line.
//!
//! Functions run on Linux; on which processor is not known, so that both that platforms offer count. Tags that somebody
//! would have to set, and cgo, are not set.

use lockstep_model::RepoPath;

/// Systems that a file name may end with.
const SYSTEMS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// Processors that a file name may end with.
const PROCESSORS: [&str; 23] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc64",
    "wasm",
];

/// Processors that functions run on.
const OURS: [&str; 2] = ["amd64", "arm64"];

/// How deep parentheses may be nested in a build line.
const DEEPEST: usize = 100;

/// True if the file is a part of its package as it is deployed. `text` is the whole file.
pub(super) fn is_built(path: &RepoPath, text: &str) -> bool {
    let name = path.file_name();
    !is_test(path)
        && !name.starts_with(['_', '.'])
        && OURS.iter().any(|processor| name_fits(path.file_stem(), processor) && lines_fit(text, processor))
}

/// True for a file of tests.
pub(super) fn is_test(path: &RepoPath) -> bool {
    path.file_stem().ends_with("_test")
}

fn name_fits(stem: &str, processor: &str) -> bool {
    let mut parts = stem.split('_').skip(1).collect::<Vec<_>>().into_iter().rev();
    let Some(last) = parts.next() else { return true };
    if PROCESSORS.contains(&last) {
        let system = parts.next().filter(|part| SYSTEMS.contains(part));
        return last == processor && system.is_none_or(|system| system == "linux");
    }
    !SYSTEMS.contains(&last) || last == "linux"
}

/// What the lines before the package clause ask for.
fn lines_fit(text: &str, processor: &str) -> bool {
    let mut old = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("package ") {
            break;
        }
        if let Some(condition) = line.strip_prefix("//go:build ") {
            return Condition { rest: condition, processor }.holds();
        }
        if let Some(condition) = line.strip_prefix("//").map(str::trim).and_then(|line| line.strip_prefix("+build ")) {
            old.push(condition);
        }
    }
    let term = |term: &str| match term.strip_prefix('!') {
        Some(tag) => !is_set(tag, processor),
        None => is_set(term, processor),
    };
    old.iter().all(|line| line.split_whitespace().any(|option| option.split(',').all(term)))
}

fn is_set(tag: &str, processor: &str) -> bool {
    matches!(tag, "linux" | "unix" | "gc") || tag == processor || tag.starts_with("go1.")
}

/// The condition of a `//go:build` line, as far as it is not read.
struct Condition<'a> {
    rest: &'a str,
    processor: &'a str,
}

impl Condition<'_> {
    fn holds(mut self) -> bool {
        self.either(0)
    }

    fn either(&mut self, depth: usize) -> bool {
        let mut found = self.both(depth);
        while self.take("||") {
            found |= self.both(depth);
        }
        found
    }

    fn both(&mut self, depth: usize) -> bool {
        let mut found = self.one(depth);
        while self.take("&&") {
            found &= self.one(depth);
        }
        found
    }

    fn one(&mut self, depth: usize) -> bool {
        if depth > DEEPEST {
            self.rest = "";
            return true;
        }
        if self.take("!") {
            return !self.one(depth + 1);
        }
        if self.take("(") {
            let found = self.either(depth + 1);
            self.take(")");
            return found;
        }
        let end = self.rest.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '.')));
        let (tag, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        is_set(tag, self.processor)
    }

    fn take(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(name: &str, head: &str) -> bool {
        is_built(&RepoPath::new(name).unwrap(), &format!("{head}\n\npackage p\n"))
    }

    #[test]
    fn names_say_where_a_file_is_built() {
        for name in ["a.go", "a_linux.go", "a_amd64.go", "a_linux_arm64.go", "linux.go", "windows.go", "a_b.go"] {
            assert!(built(name, ""), "{name}");
        }
        for name in ["a_windows.go", "a_test.go", "a_386.go", "a_darwin_arm64.go", "_a.go", ".a.go", "a_linux_test.go"]
        {
            assert!(!built(name, ""), "{name}");
        }
    }

    #[test]
    fn lines_say_when_a_file_is_built() {
        let yes = [
            "//go:build linux",
            "// Words.\n\n//go:build !windows && (amd64 || 386)",
            "//go:build !(darwin || cgo)",
            "//go:build go1.21 && !lambda.norpc",
            "// +build linux,amd64 darwin",
            "// +build !windows\n// +build arm64",
            "//go:build unix\n// +build darwin",
        ];
        for head in yes {
            assert!(built("a.go", head), "{head}");
        }
        let no = [
            "//go:build ignore",
            "//go:build cgo",
            "//go:build linux && integration",
            "// +build ignore",
            "// +build linux\n// +build tools",
            "//+build darwin",
            "//go:build amd64 && arm64",
        ];
        for head in no {
            assert!(!built("a.go", head), "{head}");
        }
        let deep = format!("//go:build {}linux", "(".repeat(100_000));
        assert!(built("a.go", &deep));
        assert!(is_built(&RepoPath::new("a.go").unwrap(), "package p\n//go:build ignore\n"));
    }
}
