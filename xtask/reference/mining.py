"""Mines clones beside `git log --raw`, and says how long each takes: in one run, in turn, so that a machine that is busy or
slow is so for both.

    cargo build --release -p lockstep-history --example mine
    python3 xtask/reference/mining.py target/release/examples/mine CLONE ... [--turns 5] [--main-line]

What is mined, and what git tells, is every commit reachable from HEAD that is no merge, renames not considered. Both are
brought into one form and sorted, and must have one hash, or the script stops. Then each runs once to warm the caches of the
system, and a number of times in turn; the ratio is taken pair by pair. Prints a Markdown table: of the time on the clock and
of the time that the processors were busy (which a loaded machine changes least) the median of our runs and of git's, the
median of the ratios, and the smallest and largest ratio; and the most anonymous memory that was seen in a run of its own.
Nothing is fetched: clones that lack objects are an error.
"""

import argparse
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import time

# Git's settings of whoever runs this must change nothing.
ENVIRONMENT = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, GIT_NO_LAZY_FETCH="1")
LOG = ["log", "--no-merges", "--raw", "--no-renames"]
MAIN_LINE = ["log", "--first-parent", "-m", "--raw", "--no-renames"]


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT).stdout


def ours(program, clone, more):
    return output(program, clone, "--facts", *more).split(b"\0\n")[:-1]


def gits(clone, log):
    """What git tells of the same commits, in our form."""
    facts, commit = [], b""
    told = output("git", "-C", clone, *log, "--no-abbrev", "-z", "--format=%x01%H")
    fields = iter(told.split(b"\0"))
    for field in fields:
        field = field.removeprefix(b"\n")
        if field.startswith(b"\x01"):
            commit = field[1:].strip()
        elif field.startswith(b":"):
            facts.append(commit + b" " + field[1:] + b"\0" + next(fields))
    return facts


def hashed(facts):
    facts.sort()
    return len(facts), hashlib.sha256(b"\n".join(facts)).hexdigest()


def timed(command):
    """Seconds on the clock, and seconds that the processors were busy."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    seconds, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def most_memory(command):
    """The most anonymous memory, in MB, that was seen of a run, which is looked at every two milliseconds."""
    most, child = 0, subprocess.Popen(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                sizes = [int(line.split()[1]) for line in status if line.startswith("RssAnon:")]
            most = max([most, *sizes])
        except FileNotFoundError:
            break
        time.sleep(0.002)
    return most * 1024 / 1e6


def shown(pairs, at):
    we, git = ([pair[who][at] for pair in pairs] for who in (0, 1))
    ratios = [pair[0][at] / pair[1][at] for pair in pairs]
    median = statistics.median
    ratio = f"**{median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"
    return f"{median(we):.2f} s | {median(git):.2f} s | {ratio}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("clones", nargs="+")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--main-line", action="store_true")
    parser.add_argument("--jobs", default="0")
    asked = parser.parse_args()
    log, more = (MAIN_LINE, ["--main-line"]) if asked.main_line else (LOG, [])
    more += ["--jobs", asked.jobs]
    print("| repository | facts, and their hash | clock | git's clock | ratio | busy | git busy | ratio | memory |")
    print("|---|---|---|---|---|---|---|---|---|")
    for clone in asked.clones:
        number, hash_of_ours = hashed(ours(asked.program, clone, more))
        of_git = hashed(gits(clone, log))
        if of_git != (number, hash_of_ours):
            sys.exit(f"{clone}: {number} facts with hash {hash_of_ours}, git tells {of_git[0]} with hash {of_git[1]}")
        commands = ([asked.program, clone, *more], ["git", "-C", clone, *log])
        pairs = [tuple(timed(command) for command in commands) for _ in range(asked.turns + 1)][1:]
        memory = most_memory(commands[0])
        name = clone.rstrip("/").removesuffix("/repo").rsplit("/", 1)[-1]
        row = f"{name} | {number}, `{hash_of_ours[:12]}` | {shown(pairs, 0)} | {shown(pairs, 1)} | {memory:.0f} MB"
        print(f"| {row} |", flush=True)


if __name__ == "__main__":
    main()
