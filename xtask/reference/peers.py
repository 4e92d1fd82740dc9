"""Times `lockstep check` beside other tools that read the same repository, in one run, turn by turn.

    cargo build --release -p cargo-lockstep
    cargo install codelore --version 0.30.0 --locked --ignore-rust-version --root PEERS/cargo
    python3 -m venv PEERS/venv && PEERS/venv/bin/pip install code-maat-python==0.2.0
    npm install --prefix PEERS/npm fallow@3.36.0 dependency-cruiser@17.4.3 typescript@5.9.3
    python3 xtask/reference/peers.py target/release/lockstep PEERS CLONE [--functions handlers] [--code modules] [--turns 5]

CodeLore wants Rust 1.96, and compiles for as long as DuckDB takes. Without that wait: take `features = ["bundled"]` out of the
Cargo.toml of codelore-lib, and link with the libduckdb.so that npm's @duckdb/node-bindings-linux-x64@1.5.5-r.5 ships
(DUCKDB_LIB_DIR, DUCKDB_INCLUDE_DIR).

The one branch of CLONE is cloned into a temporary folder, where each tool runs as it comes: with its defaults, or with the
command that its README gives. The first round is not timed: it brings the files into memory. Then all run in turn, so that a
machine that is busy or slow is so for all of them, and ratios are taken turn by turn. "Cold" is a run before which all that
the tool had kept was deleted, and which keeps it anew; whatever is kept lies below the temporary folder. A run of Lockstep that
goes on from what was kept must print what one without prints. Prints a Markdown table of medians and spreads, with what each
tool printed, so that nobody compares empty runs; a tool that fails is named with its last line.
"""

import argparse
import csv
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field

from measured import ENVIRONMENT, Failed, Run, last_line, run, spread

COLD, WARM = "`lockstep check`, cold", "`lockstep check`, kept"
# A file that no function reads has one more line than in the run before.
EDITED = "`lockstep check`, kept, after an edit"
# What the README of code-maat-python says; and the least that answers the same question of HEAD.
MAAT_FORM = ["--numstat", "--date=short", "--pretty=format:--%h--%cd--%cn"]
MAAT_LOG = ["git", "log", "--all", "-M", "-C", *MAAT_FORM]
MAAT_LEAST = ["git", "log", "--no-merges", "--no-renames", *MAAT_FORM]
# The commits that Lockstep reads: the main line, a merge against its first parent.
MAIN_LINE = ["git", "log", "--first-parent", "-m", "--raw", "--no-renames"]


@dataclass
class Peer:
    name: str
    commands: list
    tells: Callable
    forgets: list = field(default_factory=list)
    success: tuple = (0,)
    runs: list = field(default_factory=list)
    told: str = ""
    failed: str = ""


class Place:
    """A temporary folder with the clone, with what the tools keep, and with what they print."""

    def __init__(self, clone, folder):
        self.folder, self.clone = folder, os.path.join(folder, "clone")
        subprocess.run(["git", "clone", "-q", "--single-branch", clone, self.clone], check=True, env=ENVIRONMENT)
        self.environment = dict(ENVIRONMENT, XDG_CACHE_HOME=self.path("cache"), DO_NOT_TRACK="1")
        self.environment.pop("LOCKSTEP_CACHE_DIR", None)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def output(self, peer, at=-1):
        name = re.sub(r"\W+", "-", peer.name)
        return self.path(f"{name}.{at % len(peer.commands)}.out")

    def printed(self, peer):
        with open(self.output(peer), "rb") as file:
            return file.read()

    def run(self, peer):
        for kept in peer.forgets:
            shutil.rmtree(kept, ignore_errors=True)
        total = Run(0, 0, 0)
        for at, command in enumerate(peer.commands):
            output = self.output(peer, at)
            total += run(command, self.clone, output, output + ".err", self.environment, peer.success)
        return total


def told_by_lockstep(place, peer):
    """The last line, which counts what was looked at: up to what it says of functions that are unknown."""
    return last_line(place.output(peer)).split(";")[0]


def told_by_git(place, peer):
    with open(place.output(peer), "rb") as file:
        lines = [line[:7] for line in file]
    return f"{lines.count(b'commit '):,} commits, {sum(line[:1] == b':' for line in lines):,} changes of files"


def told_by_table(path, what="pairs of files"):
    with open(path, encoding="utf-8", newline="") as file:
        return f"{sum(1 for row in csv.reader(file) if row) - 1:,} {what}"


def told_by_maat(place, peer):
    with open(place.path("maat.log"), "rb") as file:
        commits = sum(line.startswith(b"--") for line in file)
    return f"{commits:,} commits, {told_by_table(place.path('maat.csv'))}"


def told_by_fallow(place, peer):
    with open(place.output(peer), encoding="utf-8") as file:
        told = json.load(file)
    pairs = told["change_coupling"]["pairs"]
    return f"{told['summary']['files_analyzed']:,} files, {len(pairs):,} hidden pairs of files"


def told_by_cruiser(place, peer):
    with open(place.output(peer), encoding="utf-8") as file:
        summary = json.load(file)["summary"]
    return f"{summary['totalCruised']:,} modules, {len(summary['violations']):,} imports of another function"


def cruise(place, functions, code):
    """dependency-cruiser with the rule that its documentation calls peer folder independence."""
    rule = {
        "name": "functions-apart",
        "severity": "warn",
        "from": {"path": f"^{functions}/([^/]+)/"},
        "to": {"path": f"^{functions}/", "pathNot": f"^{functions}/$1/"},
    }
    options = {"tsPreCompilationDeps": True, "doNotFollow": {"path": "node_modules"}}
    with open(place.path("cruiser.json"), "w", encoding="utf-8") as file:
        json.dump({"forbidden": [rule], "options": options}, file)
    return ["--config", place.path("cruiser.json"), "--output-type", "json", functions, *code]


def maat(place, program, log):
    """Its log, with the blank line that it wants at the end, and what it makes of that."""
    written = f'{" ".join(log)} > "$0" && echo >> "$0"'
    coupling = [program, "coupling", place.path("maat.log"), "--output", place.path("maat.csv")]
    return [["sh", "-c", written, place.path("maat.log")], coupling]


def all_peers(place, asked):
    lockstep = os.path.abspath(asked.lockstep)
    maat_program, codelore, fallow, depcruise = (
        os.path.join(os.path.abspath(asked.peers), *names)
        for names in (
            ("venv", "bin", "code-maat"),
            ("cargo", "bin", "codelore"),
            ("npm", "node_modules", ".bin", "fallow"),
            ("npm", "node_modules", ".bin", "depcruise"),
        )
    )
    check, found = [lockstep, "check"], (0, 1)
    edited = ["sh", "-c", 'echo >> README.md && exec "$0" check', lockstep]
    least = maat(place, maat_program, MAAT_LEAST)
    coupling = [codelore, "analyze", "--analysis", "coupling", "--repo", ".", "--rows", "1000000", "--no-banner"]
    health = [fallow, "health", "--hotspots", "--since", "10y", "--format", "json"]
    graph = [depcruise, *cruise(place, asked.functions, asked.code)]
    ours, theirs = place.path("cache", "lockstep"), place.path("cache", "codelore")
    fallows = os.path.join(place.clone, ".fallow")
    return [
        Peer("`lockstep check --no-cache`", [[*check, "--no-cache"]], told_by_lockstep, success=found),
        Peer(COLD, [check], told_by_lockstep, [ours], found),
        Peer(WARM, [check], told_by_lockstep, success=found),
        Peer(EDITED, [edited], told_by_lockstep, success=found),
        Peer("`git log --raw --no-renames`", [["git", "log", "--raw", "--no-renames"]], told_by_git),
        Peer("the same, of the main line: `--first-parent -m`", [MAIN_LINE], told_by_git),
        Peer("code-maat's log, `code-maat coupling`", maat(place, maat_program, MAAT_LOG), told_by_maat),
        Peer("a log of HEAD without renames, `code-maat coupling`", least, told_by_maat),
        Peer("CodeLore `coupling`, cold", [coupling], lambda place, peer: told_by_table(place.output(peer)), [theirs]),
        Peer("CodeLore `coupling`, kept", [coupling], lambda place, peer: told_by_table(place.output(peer))),
        Peer("`fallow health --hotspots`, cold", [health], told_by_fallow, [fallows], found),
        Peer("`fallow health --hotspots`, kept", [health], told_by_fallow, success=found),
        Peer("dependency-cruiser", [graph], told_by_cruiser),
    ]


def turn(place, peers, timed):
    for peer in peers:
        if peer.failed:
            continue
        try:
            measured = place.run(peer)
            peer.told = peer.tells(place, peer)
        except (Failed, OSError, ValueError, KeyError) as problem:
            peer.failed = f"failed: {problem}"
            continue
        if timed:
            peer.runs.append(measured)
    printed = [place.printed(peer) for peer in peers if peer.tells is told_by_lockstep]
    if any(one != printed[0] for one in printed):
        sys.exit("what was kept changed what Lockstep prints")


def seconds(number):
    return f"{number:.2f} s" if number >= 1 else f"{number * 1000:.0f} ms"


def ratio(number):
    return f"{number:.{2 if number < 1 else 1 if number < 100 else 0}f}"


def row(peer, cold, warm):
    if peer.failed:
        return f"| {peer.name} | | | | | | {peer.failed} |"
    clock = spread([one.seconds for one in peer.runs], seconds)
    busy = spread([one.busy for one in peer.runs], seconds)
    memory = f"{statistics.median(one.megabytes for one in peer.runs):.0f} MB"
    ratios = [
        spread([theirs.seconds / ours.seconds for theirs, ours in zip(peer.runs, base.runs)], ratio)
        for base in (cold, warm)
    ]
    return f"| {peer.name} | {clock} | {busy} | {memory} | {ratios[0]} | {ratios[1]} | {peer.told} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lockstep")
    parser.add_argument("peers")
    parser.add_argument("clone")
    parser.add_argument("--functions", default="handlers", help="the folder whose folders are functions")
    parser.add_argument("--code", nargs="*", default=["modules"], help="other folders for dependency-cruiser")
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    folder = tempfile.mkdtemp()
    try:
        place = Place(os.path.abspath(asked.clone), folder)
        peers = all_peers(place, asked)
        for number in range(asked.turns + 1):
            turn(place, peers, number > 0)
            print(f"turn {number}: load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        named = {peer.name: peer for peer in peers}
        print("| | clock | busy | memory | × Lockstep, cold | × Lockstep, kept | what it printed |")
        print("|---|---|---|---|---|---|---|")
        for peer in peers:
            print(row(peer, named[COLD], named[WARM]))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
