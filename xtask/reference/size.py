"""Says what the program is made of: which crate each of its bytes came from, by the linker's own map.

    cargo rustc --release -p cargo-lockstep --bin lockstep -- -C link-arg=-Wl,-Map=/tmp/lockstep.map
    python3 xtask/reference/size.py target/release/lockstep /tmp/lockstep.map [--rows 25]

Reads the map of lld, which Rust links with on Linux. Generic code is counted for the crate that made it; C is counted for
the crate that compiled it. What the linker itself makes (relocations, the index of unwinding) belongs to no crate, and has
a row of its own. Prints two Markdown tables, by kind of crate and by crate: bytes of code, of constants, of constants that
hold addresses, and of tables for unwinding.
"""

import argparse
import os
import re
from collections import Counter, defaultdict

KINDS = {
    ".text": "code",
    ".rodata": "constants",
    ".data.rel.ro": "with addresses",
    ".data": "with addresses",
    ".eh_frame": "unwinding",
    ".gcc_except_table": "unwinding",
}
COLUMNS = ["code", "constants", "with addresses", "unwinding", "else"]
# Sections that take no room in the file.
NOT_STORED = {".bss", ".tbss", ".relro_padding"}
LINE = re.compile(r"\s*[0-9a-f]+\s+[0-9a-f]+\s+([0-9a-f]+)\s+\d+ (\s*)(\S.*)")
CRATE = re.compile(r"lib([A-Za-z0-9_]+)-[0-9a-f]+\.rlib")


def crate(place):
    """Of `/…/libregex_syntax-0123.rlib(…o):(.text.…)`, the name."""
    found = CRATE.search(place)
    if found:
        return found[1]
    if place.startswith("<internal>"):
        return "(the linker)"
    return "(the program itself, C runtime)"


def contributions(path):
    """Of each input section: its output section, its crate, its bytes."""
    section = ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            found = LINE.match(line)
            if not found:
                continue
            size, indent, name = int(found[1], 16), len(found[2]), found[3].rstrip()
            if indent == 0:
                section = name
            elif indent == 8 and section not in NOT_STORED:
                yield section, crate(name), size


def kind(name):
    if name.startswith("tree_sitter_"):
        return "grammars of tree-sitter"
    if name.startswith("lockstep_"):
        return "Lockstep's own crates"
    return name if name.startswith("(") else "other crates"


def table(title, sizes, rows):
    """The largest, the others as one row, and all of them together."""
    ordered = sorted(sizes.items(), key=lambda pair: -pair[1].total())
    rest = sum((counts for _, counts in ordered[rows:]), Counter())
    ordered = ordered[:rows] + [(f"{len(sizes) - rows} others", rest)] * (len(sizes) > rows)
    print(f"| {title} | KB | " + " | ".join(COLUMNS) + " |")
    print("|---|" + "---|" * (len(COLUMNS) + 1))
    for name, counts in [*ordered, ("**all**", sum(sizes.values(), Counter()))]:
        cells = [f"{number / 1000:,.0f}" for number in (counts.total(), *(counts[column] for column in COLUMNS))]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("map")
    parser.add_argument("--rows", type=int, default=25)
    asked = parser.parse_args()
    sizes, kinds = defaultdict(Counter), defaultdict(Counter)
    for section, name, size in contributions(asked.map):
        column = KINDS.get(section, "else")
        sizes[name][column] += size
        kinds[kind(name)][column] += size
    table("kind", kinds, len(kinds))
    table("crate", sizes, asked.rows)
    whole, known = os.path.getsize(asked.program), sum(map(Counter.total, sizes.values()))
    print(f"{whole:,} bytes; {whole - known:,} of them in no section: headers and padding.")


if __name__ == "__main__":
    main()
