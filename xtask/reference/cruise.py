"""Times Lockstep beside dependency-cruiser on the same checkouts, in one run, turn by turn.

    npm install dependency-cruiser@17.4.3 typescript@5.9.3      # anywhere; run this file from that folder
    cargo build --release -p lockstep-xtask
    python3 .../xtask/reference/cruise.py target/release/lockstep-xtask CHECKOUT:FOLDER,FOLDER ...

Lockstep finds all functions and follows their code (`xtask follow`): it parses only what they reach, down to symbols, in
every language. dependency-cruiser reads all sources below the folders that are named, types among them, without rules and
without anything installed; the folders are those that hold what the functions reach. Both start anew each time, on files
that the first, untimed round has brought into memory. Prints a Markdown table: medians of five, the spread, the ratio.
"""

import json
import os
import statistics
import subprocess
import sys
import time

TURNS = 5
CRUISE = ["--no-config", "--ts-pre-compilation-deps", "--output-type", "json"]
LEFT_OUT = ["--exclude", r"(^|/)(node_modules|\.git)/"]


def timed(command, folder):
    """Seconds that the command takes, and what it prints."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    seconds = time.monotonic() - started
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return seconds, done.stdout


def shown(seconds):
    """The median, and from where to where they go."""
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def main():
    xtask, *checkouts = sys.argv[1:]
    here = os.getcwd()
    program = os.path.join(here, "node_modules", ".bin", "depcruise")
    xtask = os.path.abspath(xtask)
    print("| checkout | Lockstep | dependency-cruiser | ratio | Lockstep: what | dependency-cruiser: what |")
    print("|---|---|---|---|---|---|")
    for checkout in checkouts:
        checkout, folders = checkout.rsplit(":", 1)
        checkout = os.path.abspath(checkout)
        lockstep = [xtask, "follow", checkout]
        cruise = [program, *CRUISE, *LEFT_OUT, *folders.split(",")]
        ours, theirs = [], []
        for turn in range(TURNS + 1):
            seconds, said = timed(lockstep, here)
            cruised, output = timed(cruise, checkout)
            if turn > 0:
                ours.append(seconds)
                theirs.append(cruised)
        modules = json.loads(output)["summary"]["totalCruised"]
        ratio = statistics.median(theirs) / statistics.median(ours)
        name = checkout.rstrip("/").rsplit("/", 1)[-1]
        print(f"| {name} | {shown(ours)} | {shown(theirs)} | {ratio:.0f} | {said.strip()} | {modules} modules |")


if __name__ == "__main__":
    main()
