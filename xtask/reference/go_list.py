#!/usr/bin/env python3
"""What `go list -deps` says that each function of a checkout is built from.

    lockstep functions --format json > functions.json      # in the checkout
    python3 go_list.py CHECKOUT functions.json > reference.json

For every function that starts in a Go file, the package of that file is listed with all that it imports, for Linux and
without cgo; of these, the files that lie in the repository count: Go sources and assembly, and what is embedded. No
dependency is fetched (`GOPROXY=off`, `-e`): packages from outside are listed as missing, and are none of our files.

Three things that `go build` is told by whoever calls it are told here by the files themselves:

- Where several files of the folder define `main`, each is a program of its own: the entry file is listed alone, with
  the files of the folder that define none.
- Where no `go.mod` lies above the folder, the repository is taken for one that was fetched into a GOPATH, as before
  there were modules: below the import path that its own imports begin with.
- What lies in `vendor/` is not ours.

`GO` names the Go tool (default: `go`).
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

GO = os.environ.get("GO", "go")
ENVIRONMENT = {
    **os.environ,
    "GOPROXY": "off",
    "GOTOOLCHAIN": "local",
    "GOFLAGS": "-mod=mod",
    "CGO_ENABLED": "0",
    "GOOS": "linux",
    "GOARCH": "amd64",
}


def main():
    checkout = pathlib.Path(sys.argv[1]).resolve()
    functions = json.load(open(sys.argv[2]))["functions"]
    version = subprocess.run([GO, "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    answers, known = {}, {}
    for function in functions:
        entry = (function.get("entry") or {}).get("path", "")
        if not entry.endswith(".go"):
            continue
        target = tuple(build_target(checkout / entry))
        if target not in known:
            known[target] = built_files(checkout, *target)
        if known[target]:
            answers[function["id"]] = sorted(known[target])
    json.dump({"tool": f"go list -deps ({version[2:]})", "functions": answers}, sys.stdout, indent=1)


def build_target(entry):
    """The folder to build in, and the files to build if the folder is not one program."""
    mains = [path for path in sources(entry.parent) if re.search(r"(?m)^func main\(\)", path.read_text())]
    if len(mains) > 1 and entry in mains:
        helpers = [path for path in sources(entry.parent) if path not in mains]
        return entry.parent, *[path.name for path in [entry, *helpers]]
    return (entry.parent,)


def sources(folder):
    return sorted(path for path in folder.glob("*.go") if not path.name.endswith("_test.go"))


def built_files(checkout, folder, *files):
    environment, where, temporary = dict(ENVIRONMENT), folder, None
    above = [above for above in [folder, *folder.parents] if above.is_relative_to(checkout)]
    if any((place / "go.work").is_file() for place in above):
        environment["GOFLAGS"] = "-mod=readonly"
    if not any((place / "go.mod").is_file() for place in above):
        temporary = tempfile.TemporaryDirectory()
        link = pathlib.Path(temporary.name) / "src" / import_path(checkout)
        link.parent.mkdir(parents=True)
        link.symlink_to(checkout)
        environment |= {"GO111MODULE": "off", "GOPATH": temporary.name, "GOFLAGS": ""}
        where = link / folder.relative_to(checkout)
        environment["PWD"] = str(where)
    command = [GO, "list", "-e", "-deps", "-json"]
    done = subprocess.run([*command, *(files or ["."])], cwd=where, env=environment, capture_output=True, text=True)
    if not done.stdout:
        with tempfile.TemporaryDirectory() as bare:
            modfile = bare_modfile(above, pathlib.Path(bare))
            again = [*command, f"-modfile={modfile}", *(files or ["."])]
            done = subprocess.run(again, cwd=where, env=environment, capture_output=True, text=True)
    if not done.stdout:
        print(f"{folder}: {done.stderr.strip()}", file=sys.stderr)
    found = set()
    for package in packages(done.stdout):
        if package.get("Standard") or not package.get("Dir"):
            continue
        here = pathlib.Path(package["Dir"]).resolve()
        if not here.is_relative_to(checkout) or "vendor" in here.relative_to(checkout).parts:
            continue
        for kind in ["GoFiles", "SFiles", "EmbedFiles"]:
            found |= {str((here / name).relative_to(checkout)) for name in package.get(kind, [])}
    return found


def bare_modfile(above, into):
    """A `go.mod` without dependencies: where it says less than Go 1.17, all of them would have to be fetched."""
    original = next(place / "go.mod" for place in above if (place / "go.mod").is_file()).read_text()
    replaced = set(re.findall(r"(?m)^\s*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+\.", original))
    lines = [re.search(r"(?m)^module\s+\S+", original).group(), "go 1.24"]
    lines += [f"require {name} {version}" for name, version in re.findall(r"(\S+)\s+(v\d\S*)", original) if name in replaced]
    lines += ["replace " + line for line in re.findall(r"(?m)^\s*(?:replace\s+)?(\S.*=>\s+\.\S*)", original)]
    path = into / "go.mod"
    path.write_text("\n".join(lines) + "\n")
    return path


def packages(text):
    """The JSON documents that follow each other in `text`."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        package, at = decoder.raw_decode(text, at)
        yield package
        at += len(text[at:]) - len(text[at:].lstrip())


def import_path(checkout):
    """The path under which the repository was fetched: the most frequent beginning of imports that lead into it."""
    counts = collections.Counter()
    for path in checkout.rglob("*.go"):
        if "vendor" in path.parts:
            continue
        for name in re.findall(r'"([\w.-]+\.[\w.-]+/[\w.-]+/[\w.-]+)/([^"]+)"', path.read_text(errors="replace")):
            if (checkout / name[1]).is_dir():
                counts[name[0]] += 1
    return counts.most_common(1)[0][0] if counts else "example.com/repository/here"


if __name__ == "__main__":
    main()
