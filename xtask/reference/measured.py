"""Runs one program from its start to its end, and says what that took: for the scripts beside it.

The clock is monotonic. Time of the processors and memory are what the kernel says of the process and of all that it waited
for (wait4). Memory is resident memory at its most, of one process at a time, with the files that it maps. What is printed
goes to files, so that this script stays small: the kernel counts the memory of whoever starts a program as the program's.
"""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass

# Git's settings of whoever runs this must change nothing.
ENVIRONMENT = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, GIT_NO_LAZY_FETCH="1")


class Failed(Exception):
    """A program ended with a code that is none of those that mean success."""


@dataclass
class Run:
    seconds: float
    busy: float
    megabytes: float

    def __add__(self, other):
        most = max(self.megabytes, other.megabytes)
        return Run(self.seconds + other.seconds, self.busy + other.busy, most)


def run(command, folder, output, errors, environment=ENVIRONMENT, success=(0,)):
    """Runs a command whose standard output and standard error go to two files."""
    with open(output, "wb") as printed, open(errors, "wb") as said:
        started = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=printed, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in success:
        raise Failed(f"code {child.returncode}: {last_line(errors) or last_line(output)}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


def last_line(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    return lines[-1] if lines else ""


def spread(numbers, form):
    """The median, and from where to where the numbers go."""
    return f"{form(statistics.median(numbers))} ({form(min(numbers))} to {form(max(numbers))})"
