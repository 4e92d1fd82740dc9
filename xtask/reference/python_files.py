#!/usr/bin/env python3
"""The files that Python functions reach, by the standard library's `modulefinder` or by `ruff analyze graph`.

    lockstep functions --format json > functions.json
    xtask/reference/python_files.py CHECKOUT functions.json [--path FOLDER]... > reference.json
    xtask/reference/python_files.py CHECKOUT functions.json --ruff RUFF [--path FOLDER]... > reference.json
    cargo run -p lockstep-xtask -- closures CHECKOUT --reference reference.json --extensions py --types

Both tools want to be told where modules are looked for. A function's folders are, in this order: its code root with `src`
and `python` in it, those of its layers, and the folder around the outermost package of its entry file. What a build
copies together (a Makefile, a Dockerfile, a zip of several folders) is not in the list of functions: `--path` names such a folder,
relative to the checkout, for all functions; take it from the repository's own build or test settings.

What neither tool does, and this script does not add: imports by a name in a string, and what a program does to
`sys.path`. Nothing of the checkout is executed: modulefinder compiles modules and reads their bytecode.

modulefinder is used as it is, but for three things. It fails on packages without `__init__.py` (CPython issue 84530): here
they are packages without code. Where `import requests` failed, it passes over `from .requests import x` as well: here it does
not. And each file is compiled once, not once per function.

ruff names the files that a file imports, not the packages that are loaded on the way, so every `__init__.py` above a file is
added here. It is run once for each list of folders.
"""

import argparse
import ast
import functools
import importlib.machinery
import json
import modulefinder
import os
import platform
import shutil
import subprocess
import sys
import warnings

NAMESPACE = "namespace"


class Finder(modulefinder.ModuleFinder):
    """modulefinder with packages that have no `__init__.py`, and with each file compiled once."""

    compiled = {}

    def find_module(self, name, path, parent=None):
        if path is None and name in sys.builtin_module_names and not self.is_here(name):
            return None, None, ("", "", modulefinder._C_BUILTIN)
        where = self.path if path is None else path
        spec = importlib.machinery.PathFinder.find_spec(name, where)
        if spec is not None and spec.origin is None and spec.submodule_search_locations is not None:
            return None, list(spec.submodule_search_locations), ("", "", NAMESPACE)
        return super().find_module(name, where, None)

    def is_here(self, name):
        return any(os.path.exists(os.path.join(folder, name + ".py")) for folder in self.path)

    def _safe_import_hook(self, name, caller, fromlist, level=-1):
        failed = self.badmodules.pop(name, None) if level > 0 else None
        super()._safe_import_hook(name, caller, fromlist, level)
        if failed:
            self.badmodules.setdefault(name, {}).update(failed)

    def load_module(self, name, file, path, info):
        kind = info[2]
        if kind == NAMESPACE:
            module = self.add_module(name)
            module.__path__ = path
            return module
        if kind == modulefinder._PY_SOURCE:
            code = self.code_of(path, file)
            module = self.add_module(name)
            module.__file__ = path
            if code is not None:
                module.__code__ = code
                self.scan_code(code, module)
            return module
        return super().load_module(name, file, path, info)

    def code_of(self, path, file):
        if path not in self.compiled:
            try:
                self.compiled[path] = compile(file.read(), path, "exec")
            except (SyntaxError, ValueError) as error:
                print(f"{path}: {error}", file=sys.stderr)
                self.compiled[path] = None
        return self.compiled[path]


def is_package(folder):
    return os.path.isfile(os.path.join(folder, "__init__.py"))


def outside_of_packages(path):
    """The folder that holds the outermost package of the file."""
    folder = os.path.dirname(path)
    while is_package(folder):
        folder = os.path.dirname(folder)
    return folder


def search_folders(checkout, function, more):
    """Where modules are looked for, in order, and the folders in which the entry may be named."""
    entry = os.path.join(checkout, function["entry"]["path"])
    folders = []

    def add(*parts):
        folder = os.path.normpath(os.path.join(checkout, *parts))
        if os.path.isdir(folder) and folder not in folders:
            folders.append(folder)

    if function["code_root"] is not None:
        root = os.path.join(checkout, function["code_root"])
        add(root)
        for inner in (os.path.join(root, "src"), os.path.join(root, "python")):
            # A package whose entry says `from . import x` is loaded as that.
            if not (is_package(inner) and most_dots(entry) > 0):
                add(inner)
    add(outside_of_packages(entry))
    for layer in function["layers"]:
        if layer["path"]:
            root = os.path.join(checkout, layer["path"])
            # A folder that is a package itself is copied below the layer's `python` by its name.
            for folder in (os.path.join(root, "python"), outside_of_packages(os.path.join(root, "x")), os.path.join(root, "src")):
                add(folder)
            versions = os.path.join(checkout, layer["path"], "python", "lib")
            for version in sorted(os.listdir(versions)) if os.path.isdir(versions) else []:
                add(versions, version, "site-packages")
    for folder in more:
        add(folder)
    return folders


def most_dots(path):
    """How many levels the relative imports of a file climb at most: it lies in so many packages."""
    with open(path, "rb") as file:
        tree = ast.parse(file.read(), path)
    return max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)


def module_name(entry, folders):
    """The name by which the runtime imports the entry: that below the innermost folder, if it is long enough."""
    around = [folder for folder in folders if entry.startswith(folder + os.sep)]
    dots = most_dots(entry)
    for folder in sorted(around, key=len, reverse=True):
        parts = os.path.relpath(entry, folder)[: -len(".py")].split(os.sep)
        if len(parts) > dots:
            break
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def by_modulefinder(entry, folders):
    finder = Finder(path=folders)
    finder.import_hook(module_name(entry, folders))
    files = {module.__file__ for module in finder.modules.values() if module.__file__}
    # A package's file is its folder's `__init__.py`.
    return {os.path.join(file, "__init__.py") if os.path.isdir(file) else file for file in files}


@functools.cache
def ruff_graph(ruff, checkout, folders):
    """What every Python file of the checkout imports, as absolute paths."""
    relative = [os.path.relpath(folder, checkout) for folder in folders]
    command = [ruff, "analyze", "graph", "--preview", "--isolated", "--config", f"src = {json.dumps(relative)}", "."]
    said = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True).stdout
    place = lambda path: os.path.normpath(os.path.join(checkout, path))
    return {place(path): {place(target) for target in targets} for path, targets in json.loads(said).items()}


def inits_above(path, folders):
    """The packages that are loaded on the way to a file. A search folder is no package to the code in it."""
    folder = os.path.dirname(path)
    while folder not in folders and len(folder) > 1:
        if is_package(folder):
            yield os.path.join(folder, "__init__.py")
        folder = os.path.dirname(folder)


def by_ruff(ruff, checkout, entry, folders):
    graph = ruff_graph(ruff, checkout, tuple(folders))
    reached, waiting = set(), [entry]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting.extend(graph.get(path, ()))
            waiting.extend(inits_above(path, folders))
    return reached


def is_text_in_a_program(function):
    """True for code that stands as text in the program that declares it: the imports of that program are not its own."""
    entry = function["entry"]["path"]
    module = entry.removesuffix(".py").rsplit("/", 1)[-1]
    return any(
        said["path"] == entry and said["handler"] and said["handler"].rsplit(".", 1)[0].rsplit("/", 1)[-1] != module
        for said in function["declarations"]
    )


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20_000)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout")
    parser.add_argument("functions", help="output of `lockstep functions --format json`")
    parser.add_argument("--path", action="append", default=[], help="a folder that the build copies beside every function")
    parser.add_argument("--ruff", help="the program `ruff`: ask it instead of modulefinder")
    asked = parser.parse_args()
    checkout = os.path.realpath(asked.checkout)
    with open(asked.functions, encoding="utf-8") as file:
        functions = json.load(file)["functions"]
    functions = [function for function in functions if function["entry"] and function["entry"]["path"].endswith(".py")]
    functions = [function for function in functions if not is_text_in_a_program(function)]
    folders = {function["id"]: search_folders(checkout, function, asked.path) for function in functions}
    if asked.ruff:
        asked.ruff = os.path.abspath(shutil.which(asked.ruff) or asked.ruff)
        tool = subprocess.run([asked.ruff, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    else:
        tool = f"modulefinder of Python {platform.python_version()}"
    answer = {}
    for function in functions:
        entry = os.path.join(checkout, function["entry"]["path"])
        some = folders[function["id"]]
        try:
            files = by_ruff(asked.ruff, checkout, entry, some) if asked.ruff else by_modulefinder(entry, some)
        except (ImportError, SyntaxError) as error:
            print(f"{function['id']}: {error}", file=sys.stderr)
            continue
        files = {os.path.relpath(os.path.realpath(file), checkout) for file in files}
        answer[function["id"]] = sorted(file for file in files if not file.startswith(".."))
    json.dump({"tool": tool, "functions": answer}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
