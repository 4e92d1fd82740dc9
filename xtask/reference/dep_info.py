#!/usr/bin/env python3
"""What rustc says that each Rust function of a checkout is made of.

    lockstep functions --format json > functions.json      # in the checkout
    python3 dep_info.py CHECKOUT functions.json > reference.json

For every function that starts in a Rust file, rustc reads the crate of that file, and every crate of the repository that
it depends on, and writes which files it read (`--emit=dep-info`): modules, and what is included. It does so before it
looks for other crates, so nothing is fetched and nothing is built: that they are missing are errors that come after.

What `cargo` would tell it is told here: targets, editions, default features and path dependencies as `cargo metadata`
says them. A dependency of the repository counts where code names it, as rustc loads it then; the library of a package
counts for its binaries in the same way. Dependencies of tests and of build scripts do not count.

`RUSTC` and `CARGO` name the tools.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

RUSTC = os.environ.get("RUSTC", "rustc")
CARGO = os.environ.get("CARGO", "cargo")


class Checkout:
    def __init__(self, root):
        self.root = root
        self.packages = {}
        self.read = {}
        for manifest in sorted(root.rglob("Cargo.toml")):
            if "target" in manifest.relative_to(root).parts or manifest in self.packages:
                continue
            self.add_packages(manifest)

    def add_packages(self, manifest):
        """The package of a manifest, and those of its workspace."""
        command = [CARGO, "metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", manifest]
        done = subprocess.run(command, capture_output=True, text=True, cwd=manifest.parent)
        if done.returncode:
            print(f"{manifest}: {done.stderr.strip()}", file=sys.stderr)
            return
        for package in json.loads(done.stdout)["packages"]:
            self.packages[pathlib.Path(package["manifest_path"])] = package

    def files_of(self, package, target):
        """The files of one crate, as rustc says."""
        key = (package["manifest_path"], target["src_path"])
        if key not in self.read:
            self.read[key] = self.dep_info(package, target)
        return self.read[key]

    def dep_info(self, package, target):
        folder = pathlib.Path(package["manifest_path"]).parent
        kind = "bin" if "bin" in target["kind"] else "lib"
        with tempfile.TemporaryDirectory() as out:
            command = [RUSTC, "--edition", target["edition"], "--crate-name", target["name"].replace("-", "_")]
            command += ["--crate-type", kind, "--cap-lints", "allow", f"--emit=dep-info={out}/d", target["src_path"]]
            for feature in sorted(features(package)):
                command += ["--cfg", f'feature="{feature}"']
            environment = {
                **os.environ,
                "CARGO_MANIFEST_DIR": str(folder),
                "CARGO_PKG_NAME": package["name"],
                "CARGO_PKG_VERSION": package["version"],
                "CARGO_CRATE_NAME": target["name"],
                "OUT_DIR": out,
            }
            done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)
            path = pathlib.Path(out, "d")
            if not path.is_file():
                print(f"{target['src_path']}: {done.stderr.strip()[:2000]}", file=sys.stderr)
                return set()
            names = [line[:-1] for line in path.read_text().splitlines() if line.endswith(":")]
            found = {(folder / name.replace("\\ ", " ")).resolve() for name in names}
        return {path for path in found if path.is_relative_to(self.root)}

    def targets(self, entry):
        """The crates that may start in a file, the likeliest first."""
        above = (folder / "Cargo.toml" for folder in entry.parents)
        package = next((self.packages[path] for path in above if path in self.packages), None)
        if package is None:
            return []
        crates = [target for target in package["targets"] if set(target["kind"]) & {"bin", "lib", "cdylib", "rlib"}]
        roots = [target for target in crates if pathlib.Path(target["src_path"]) == entry]
        holding = [target for target in crates if entry in self.files_of(package, target)]
        return [(package, target) for target in roots or sorted(holding, key=lambda target: "bin" not in target["kind"])]

    def closure(self, package, target):
        """The files of a crate and of the crates of the repository that it names."""
        files, open_crates, seen = set(), [(package, target)], set()
        while open_crates:
            package, target = open_crates.pop()
            key = (package["manifest_path"], target["src_path"])
            if key in seen:
                continue
            seen.add(key)
            own = self.files_of(package, target)
            files |= own
            code = "\n".join(code_of(path) for path in own if path.suffix == ".rs")
            for name, dependency in self.dependencies(package, target):
                library = library_of(dependency)
                if library and re.search(rf"\b{re.escape(name)}\b", code):
                    open_crates.append((dependency, library))
        return files

    def dependencies(self, package, target):
        """The packages of the repository that a crate may name, with the names that it has for them."""
        library = library_of(package)
        if library and library is not target:
            yield library["name"].replace("-", "_"), package
        for dependency in package["dependencies"]:
            if dependency["kind"] is None and dependency.get("path"):
                manifest = pathlib.Path(dependency["path"], "Cargo.toml")
                other = self.packages.get(manifest)
                if other:
                    library = library_of(other)
                    name = dependency["rename"] or (library and library["name"]) or dependency["name"]
                    yield name.replace("-", "_"), other


def library_of(package):
    kinds = {"lib", "rlib", "cdylib", "dylib", "proc-macro"}
    return next((target for target in package["targets"] if set(target["kind"]) & kinds), None)


def features(package):
    """The features that are on if nobody says otherwise."""
    known, found, waiting = package["features"], set(), ["default"]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            waiting += known[name]
    return found


def code_of(path):
    return re.sub(r"//[^\n]*", "", path.read_text(errors="replace"))


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    functions = json.load(open(sys.argv[2]))["functions"]
    checkout, answers = Checkout(root), {}
    for function in functions:
        entry = (function.get("entry") or {}).get("path", "")
        if entry.endswith(".rs"):
            for package, target in checkout.targets(root / entry)[:1]:
                files = checkout.closure(package, target)
                answers[function["id"]] = sorted(str(path.relative_to(root)) for path in files)
    version = subprocess.run([RUSTC, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    json.dump({"tool": f"rustc --emit=dep-info ({version})", "functions": answers}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
