"""What the benchmarks share: the machine's name, interleaved rounds with medians, resident memory, tables."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tabulate import tabulate

ROOT = Path(__file__).parent.parent


def machine() -> str:
    """The processor and the Python of this run, in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        model = next(
            (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model
        )
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores; {python}; {platform.system()} {platform.machine()}"


def interleaved(
    contenders: Mapping[str, Callable[[int], object]], *, rounds: int, slice_seconds: float
) -> dict[str, list[float]]:
    """Calls a second of each contender, a figure for every round.

    A contender is called with 0, 1, 2 … . In each round all of them have their turn, one slice each, so
    that whatever else the machine does falls on all alike. How many calls make a slice is found beforehand.
    Seconds are the process's time on the processor, all its threads together: on an idle machine that is
    the time that passes, on a busy one it leaves out the waiting.
    """
    calls = {name: _calls_in(slice_seconds, call) for name, call in contenders.items()}
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            rates[name].append(calls[name] / _seconds(call, calls[name]))
    return rates


def _calls_in(seconds: float, call: Callable[[int], object]) -> int:
    """About how many calls take ``seconds``; a warm-up as well."""
    calls, taken = 1, _seconds(call, 1)
    while taken < seconds / 4:
        calls *= 2
        taken = _seconds(call, calls)
    return max(1, round(calls * seconds / taken))


def _seconds(call: Callable[[int], object], calls: int) -> float:
    gc.collect()
    start = time.process_time()
    for number in range(calls):
        call(number)
    return time.process_time() - start


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over the rounds of theirs ÷ ours."""
    return statistics.median(b / a for a, b in zip(ours, theirs, strict=True))


def resident_mib() -> float:
    """The memory this process holds now, in MiB (Linux); elsewhere the most it has held."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table, its first column to the left and the others to the right."""
    align = ["left", *["right"] * (len(headings) - 1)]
    print(tabulate(rows, headings, tablefmt="github", colalign=align, disable_numparse=True), flush=True)
