"""How time and memory of `lockstep check` grow with changesets, functions and files.

    cargo build --release -p cargo-lockstep
    cargo build --release -p lockstep-testkit --example made_up_history
    python3 xtask/reference/growth.py target/release PLACE [--picture FILE] [--largest]

Makes histories in PLACE, those that are there already aside, and runs `lockstep check --no-cache` on each, by itself.
Prints Markdown tables: the time by the clock, the time that the processors were busy, the most memory, the pages of packs
that were mapped among it, and the most that no file stands behind; and the exponents, by least squares through the
logarithms of the upper half of each series. An exponent of 1 means that what is twice as large takes twice as long. What
all points of a series have in common hides growth, so there is also the exponent of what each takes beyond the smallest.
FILE gets the plot; --largest runs a million changesets of 5,000 functions as well.
"""

import argparse
import math
import os
import subprocess
import sys
import time
from collections import namedtuple

# Changesets, functions, further files of each function, merges among a hundred changesets.
Size = namedtuple("Size", "changesets functions more merges", defaults=[58])
Run = namedtuple("Run", "size files clock busy memory own")

SERIES = {
    "changesets": [Size(n, 50, 0) for n in (1_000, 3_000, 10_000, 30_000, 100_000)],
    "functions": [Size(20_000, n, 0) for n in (50, 150, 500, 1_500, 5_000)],
    "files": [Size(10_000, 50, n) for n in (0, 8, 30, 100, 300)],
}
LARGEST = Size(1_000_000, 5_000, 0, 0)


def along(name, run):
    return run.files if name == "files" else getattr(run.size, name)


def made(programs, place, size):
    """A bare repository of this size."""
    folder = os.path.join(place, f"{size.changesets}-{size.functions}-{size.more}.git")
    if not os.path.exists(folder):
        half = folder + ".part"
        subprocess.run(["rm", "-rf", half], check=True)
        maker = os.path.join(programs, "examples", "made_up_history")
        numbers = [str(size.changesets), str(size.functions), "1", str(size.more), str(size.merges)]
        subprocess.run([maker, half, *numbers], check=True)
        # As in a clone: what git wrote in one go is packed as it came. For the largest that would take too long.
        if size != LARGEST:
            subprocess.run(["git", "-C", half, "repack", "-adfq"], check=True)
        os.rename(half, folder)
    return folder


def of_its_own(process):
    """The memory of a process that no file stands behind, in MB; 0 where the system does not say."""
    try:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            lines = [line for line in file if line.startswith("RssAnon:")]
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines) * 1024 / 1e6


def run(programs, place, size):
    folder = made(programs, place, size)
    names = subprocess.run(
        ["git", "-C", folder, "ls-tree", "-r", "--name-only", "main"], check=True, capture_output=True
    ).stdout
    program = os.path.join(programs, "lockstep")
    started = time.monotonic()
    child = subprocess.Popen(
        [program, "check", "--no-cache", "--format", "json", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    own, ended = 0.0, 0
    while not ended:
        own = max(own, of_its_own(child.pid))
        time.sleep(0.02)
        ended, status, used = os.wait4(child.pid, os.WNOHANG)
    clock = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1, 3):
        sys.exit(f"{program} fails on {folder}")
    kilo = 1 if sys.platform == "darwin" else 1024
    return Run(size, names.count(b"\n"), clock, used.ru_utime + used.ru_stime, used.ru_maxrss * kilo / 1e6, own)


def exponent(points):
    """The slope through the logarithms of the upper half of the points."""
    upper = points[len(points) // 2 :]
    logs = [(math.log(x), math.log(y)) for x, y in upper]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs))
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def row(one):
    size = one.size
    return (
        f"| {size.changesets:,} | {size.functions:,} | {one.files:,} | {one.clock:.1f} s | {one.busy:.1f} s | "
        f"{one.memory:,.0f} MB | {one.own:,.0f} MB |"
    )


STYLE = (
    ".back{fill:#fff}text{font:11px system-ui,sans-serif;fill:#24292f}.grid{stroke:#d0d7de;stroke-width:1}"
    ".line{fill:none;stroke:#0969da;stroke-width:2}.dot{fill:#0969da}.ideal{stroke:#8c959f;stroke-width:1.5;stroke-dasharray:5 4}"
    "@media(prefers-color-scheme:dark){.back{fill:#0d1117}text{fill:#e6edf3}.grid{stroke:#30363d}.line{stroke:#4493f8}"
    ".dot{fill:#4493f8}.ideal{stroke:#7d8590}}"
)
WIDE, HIGH, LEFT, TOP = 220, 150, 60, 46


class Axis:
    """A logarithmic scale of whole powers of ten onto pixels."""

    def __init__(self, values, start, length):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.length = start, length

    def at(self, value):
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * self.length

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def panel(number, name, runs, of, unit, every):
    """One plot: its place is `number`; `every` are the values of all plots of its row, which have one scale."""
    left, top = LEFT + number % 3 * (WIDE + 62), TOP + number // 3 * (HIGH + 76)
    points = [(along(name, one), of(one)) for one in runs]
    x, y = Axis([point[0] for point in points], left, WIDE), Axis(every, top + HIGH, -HIGH)
    out = []
    for tick in x.ticks():
        at = x.at(tick)
        out.append(f'<path class="grid" d="M{at:.1f} {top}v{HIGH}"/>')
        out.append(f'<text x="{at:.1f}" y="{top + HIGH + 15}" text-anchor="middle">{tick:,.0f}</text>')
    for tick in y.ticks():
        at = y.at(tick)
        out.append(f'<path class="grid" d="M{left} {at:.1f}h{WIDE}"/>')
        out.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{tick:g} {unit}</text>')
    # What grows as its cause does, up to the last point.
    (first_x, _), (last_x, last_y) = points[len(points) // 2], points[-1]
    ideal = last_y * first_x / last_x
    out.append(
        f'<path class="ideal" d="M{x.at(first_x):.1f} {y.at(ideal):.1f}L{x.at(last_x):.1f} {y.at(last_y):.1f}"/>'
    )
    places = " ".join(f"{x.at(px):.1f},{y.at(py):.1f}" for px, py in points)
    out.append(f'<polyline class="line" points="{places}"/>')
    for px, py in points:
        said = f"{px:,} {name}: {py:.3g} {unit}"
        out.append(f'<circle class="dot" cx="{x.at(px):.1f}" cy="{y.at(py):.1f}" r="3.5"><title>{said}</title></circle>')
    out.append(f'<text x="{left}" y="{top - 8}">{name}: exponent {exponent(points):.2f}</text>')
    return "\n".join(out)


def picture(all_runs):
    rows = [("busy", "s", lambda one: one.busy), ("memory", "MB", lambda one: one.memory)]
    panels = []
    for line, (_, unit, of) in enumerate(rows):
        every = [of(one) for runs in all_runs.values() for one in runs]
        for column, (name, runs) in enumerate(all_runs.items()):
            panels.append(panel(3 * line + column, name, runs, of, unit, every))
    width, height = LEFT + 3 * (WIDE + 62), TOP + 2 * (HIGH + 76)
    title = "Time of the processors and memory of a check, against changesets, functions and files"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">'
        f'<title>{title}</title><style>{STYLE}</style><rect class="back" width="{width}" height="{height}"/>\n'
        f'<text x="{LEFT}" y="18">{title}; dashed: as much more as there is more of it</text>\n' + "\n".join(panels) + "\n</svg>\n"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("place")
    parser.add_argument("--picture")
    parser.add_argument("--largest", action="store_true")
    wanted = parser.parse_args()
    os.makedirs(wanted.place, exist_ok=True)
    all_runs = {}
    for name, sizes in SERIES.items():
        print(f"\nAgainst {name}:\n\n| changesets | functions | files | time | busy | memory | of its own |\n|---|---|---|---|---|---|---|")
        all_runs[name] = []
        for size in sizes:
            all_runs[name].append(run(wanted.programs, wanted.place, size))
            print(row(all_runs[name][-1]), flush=True)
        busy, memory = (
            exponent([(along(name, one), getattr(one, of)) for one in all_runs[name]]) for of in ("busy", "memory")
        )
        first, *others = all_runs[name]
        more = [(along(name, one), max(one.busy - first.busy, 0.01)) for one in others]
        print(
            f"\nExponents over {name}: busy {busy:.2f}, memory {memory:.2f}; busy beyond the smallest {exponent(more):.2f}"
        )
    if wanted.largest:
        print("\n" + row(run(wanted.programs, wanted.place, LARGEST)), flush=True)
    if wanted.picture:
        with open(wanted.picture, "w", encoding="utf-8") as file:
            file.write(picture(all_runs))


if __name__ == "__main__":
    main()
