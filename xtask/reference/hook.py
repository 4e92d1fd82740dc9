"""Times `lockstep check --staged`, as a hook runs it, on copies of repositories.

    cargo build --release -p cargo-lockstep
    cargo run --release -p lockstep-testkit --example made_up_history -- /tmp/made-up.git 10000 50
    python3 xtask/reference/hook.py target/release/lockstep /tmp/made-up.git CHECKOUT ...

Each repository is cloned into a temporary folder, one line is appended to a source file and staged, and the hook runs: once
with nothing kept, then seven times with what that run kept, then seven times with another file edited instead each time, then
with edits of the same files and one more commit before each, then with a comment in front of another file each time that a
function reaches: one of its own, or one that it shares. What runs with what was kept must print what one without prints.
Prints a Markdown table: medians, the spread, and the time that the processors were busy, which a loaded machine changes least.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TURNS = 7
SOURCES = ["*.py", "*.ts", "*.js", "*.java", "*.go", "*.rs"]
NAMES = ["-c", "user.name=Ana", "-c", "user.email=ana@shop.example", "-c", "commit.gpgsign=false"]


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *NAMES, *arguments], check=True, capture_output=True, text=True).stdout


def busy():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Hook:
    def __init__(self, program, repository, place):
        self.program, self.folder = os.path.abspath(program), os.path.join(place, "copy")
        subprocess.run(["git", "clone", "-q", "--shared", repository, self.folder], check=True)
        self.cache = os.path.join(place, "cache")
        self.files = git(self.folder, "ls-files", *SOURCES).split("\n")[:-1]
        self.edits = self.lines = 0

    def edit(self):
        """Appends a comment to the next source file, and stages it."""
        name = self.files[(self.edits * 7) % len(self.files)]
        self.edits += 1
        self.lines += 1
        sign = "#" if name.endswith(".py") else "//"
        with open(os.path.join(self.folder, name), "a", encoding="utf-8") as file:
            file.write(f"{sign} {self.lines}\n")
        git(self.folder, "add", "-A")

    def reached(self):
        """Files that functions reach: of seven functions, one each, from the first of its code to the last."""
        functions = json.loads(self.said("functions", "--format", "json"))["functions"]
        functions = [function["id"] for function in functions if function.get("entry")]
        found = []
        for turn in range(TURNS):
            code = json.loads(self.said("code", functions[turn * len(functions) // TURNS], "--format", "json"))
            files = [file["path"] for file in code["files"] if file["kind"] == "implementation"]
            found.append(files[turn * (len(files) - 1) // (TURNS - 1)])
        return found

    def said(self, *command):
        return subprocess.run([self.program, *command], cwd=self.folder, check=True, capture_output=True).stdout

    def edit_in_front(self, name):
        """Puts a comment in front of a source file, and stages it: what stands in it moves by a line."""
        self.lines += 1
        place = os.path.join(self.folder, name)
        with open(place, encoding="utf-8") as file:
            text = file.read()
        with open(place, "w", encoding="utf-8") as file:
            file.write(f"{'#' if name.endswith('.py') else '//'} {self.lines}\n{text}")
        git(self.folder, "add", "-A")

    def run(self, *more):
        """Seconds by the clock, seconds of the processors, and what is printed."""
        environment = dict(os.environ, LOCKSTEP_CACHE_DIR=self.cache)
        before, started = busy(), time.monotonic()
        done = subprocess.run(
            [self.program, "check", "--staged", *more], cwd=self.folder, env=environment, capture_output=True
        )
        seconds, used = time.monotonic() - started, busy() - before
        if done.returncode not in (0, 1, 3):
            sys.exit(done.stderr.decode())
        return seconds, used, done.stdout

    def same(self, printed):
        if self.run("--no-cache")[2] != printed:
            sys.exit(f"{self.folder}: what was kept changed what is printed")


def shown(runs):
    clock, used = [run[0] * 1000 for run in runs], [run[1] * 1000 for run in runs]
    median = statistics.median
    return f"{median(clock):.0f} ms ({min(clock):.0f} to {max(clock):.0f}), busy {median(used):.0f} ms"


def main():
    program, *repositories = sys.argv[1:]
    print("| repository | changesets | nothing kept | kept | kept, another edit each time | kept, one commit later | kept, code that functions reach |")
    print("|---|---|---|---|---|---|---|")
    for repository in repositories:
        place = tempfile.mkdtemp()
        try:
            hook = Hook(program, os.path.abspath(repository), place)
            changesets = git(hook.folder, "rev-list", "--count", "--first-parent", "HEAD").strip()
            hook.edit()
            cold = [hook.run()]
            warm = [hook.run() for _ in range(TURNS)]
            hook.same(warm[-1][2])
            other, first = [], hook.edits
            for _ in range(TURNS):
                git(hook.folder, "reset", "-q", "--hard")
                hook.edit()
                other.append(hook.run())
            hook.same(other[-1][2])
            # The same files, so that the two can be compared.
            later, hook.edits = [], first
            for _ in range(TURNS):
                git(hook.folder, "commit", "-q", "--no-verify", "-m", "One more")
                hook.edit()
                later.append(hook.run())
            hook.same(later[-1][2])
            reached = []
            for file in hook.reached():
                git(hook.folder, "reset", "-q", "--hard")
                hook.edit_in_front(file)
                reached.append(hook.run())
            hook.same(reached[-1][2])
            name = os.path.basename(repository.rstrip("/"))
            columns = " | ".join(shown(runs) for runs in (cold, warm, other, later, reached))
            print(f"| {name} | {changesets} | {columns} |", flush=True)
        finally:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
