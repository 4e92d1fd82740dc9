"""Times commands of Lockstep that read no repository, beside programs that do next to nothing.

    cargo build --release -p cargo-lockstep
    python3 xtask/reference/startup.py target/release/lockstep [--turns 21]

All run in turn, in an empty folder; the first round is not timed. What this script needs to start a program is in every figure:
`true` shows how much that is. Prints a Markdown table: medians, the spread, and the time of the processors.
"""

import argparse
import os
import statistics
import tempfile

from measured import run, spread


def milliseconds(number):
    return f"{number * 1000:.1f} ms"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lockstep")
    parser.add_argument("--turns", type=int, default=21)
    asked = parser.parse_args()
    program = os.path.abspath(asked.lockstep)
    ours = [["--version"], ["--help"], ["explain", "lockstep"], ["rules"]]
    commands = [["/bin/true"], ["git", "--version"], *([program, *arguments] for arguments in ours)]
    measured = [[] for _ in commands]
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.turns + 1):
            for runs, command in zip(measured, commands):
                one = run(command, folder, os.path.join(folder, "out"), os.path.join(folder, "err"))
                if turn > 0:
                    runs.append(one)
    print("| command | clock | busy |")
    print("|---|---|---|")
    for runs, command in zip(measured, commands):
        name = " ".join([os.path.basename(command[0]), *command[1:]])
        busy = milliseconds(statistics.median(one.busy for one in runs))
        print(f"| `{name}` | {spread([one.seconds for one in runs], milliseconds)} | {busy} |")


if __name__ == "__main__":
    main()
