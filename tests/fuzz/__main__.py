"""``python -m tests.fuzz``: inputs made and tried, door by door, until the time or their number is used up; what failed is kept."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import click

from tests.fuzz.doors import DOORS
from tests.fuzz.doors.base import HERE, Door
from tests.fuzz.running import Outcome, made, run
from tests.fuzz.shrinking import shrunk

CASES = HERE / "cases"
ROUND = 100
MOST_KEPT = 3
"""Inputs kept of one kind of fault."""


@dataclass
class Tally:
    """What came of the inputs of one door."""

    kinds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0
    memory: int = 0

    def add(self, outcome: Outcome) -> None:
        self.kinds[outcome.kind] += 1
        self.seconds += outcome.seconds
        self.slowest = max(self.slowest, outcome.seconds)
        self.memory = max(self.memory, outcome.memory)


def main() -> None:
    """Exit 1 where an input failed."""
    options = _options()
    names = options.door or list(DOORS)
    tallies = {name: Tally() for name in names}
    until = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
    with tempfile.TemporaryDirectory(prefix="audit-fuzz-") as folder:
        os.environ["AUDIT_CACHE"] = str(Path(folder) / "cache")
        if options.cases:
            for name in names:
                _again(DOORS[name], tallies[name], Path(folder))
        else:
            number = 0
            while time.monotonic() < until and number < options.inputs:
                for name in names:
                    count = min(ROUND, options.inputs - number)
                    _round(DOORS[name], tallies[name], options, number, count, Path(folder))
                number += ROUND
    _print(tallies)
    sys.exit(any(one.kinds["failed"] for one in tallies.values()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=0, help="how long; default: until --inputs are used up"
    )
    parser.add_argument("--inputs", type=int, default=0, help="how many for each door")
    parser.add_argument("--seed", type=int, default=None, help="for the same inputs again")
    parser.add_argument(
        "--door", action="append", choices=list(DOORS), help="only this door; may be repeated"
    )
    parser.add_argument("--cases", action="store_true", help="only the kept cases")
    parser.add_argument("--keep", type=Path, default=CASES, help="the folder for inputs that failed")
    options = parser.parse_args()
    if not options.minutes and not options.inputs and not options.cases:
        parser.error("say how long, with --minutes or --inputs")
    options.inputs = options.inputs or sys.maxsize
    options.seed = int(time.time()) if options.seed is None else options.seed
    return options


def _round(
    door: Door, tally: Tally, options: argparse.Namespace, start: int, count: int, folder: Path
) -> None:
    inputs = made(door.make, [f"{door.name} {options.seed} {start + one}" for one in range(count)])
    path = folder / f"input{door.suffix}"
    for content, outcome in zip(inputs, run(door.trial, inputs, path), strict=True):
        tally.add(outcome)
        if outcome.kind == "failed":
            tally.faults[outcome.fault] += 1
            if tally.faults[outcome.fault] <= MOST_KEPT:
                _keep(door, content, outcome, options.keep, path)


def _keep(door: Door, content: bytes, outcome: Outcome, folder: Path, path: Path) -> None:
    small = shrunk(door.trial, content, outcome.fault, path)
    kept = folder / door.name / f"{hashlib.sha256(small).hexdigest()[:12]}{door.suffix}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(small)
    click.echo(f"{kept}: {outcome.detail}")


def _again(door: Door, tally: Tally, folder: Path) -> None:
    kept = sorted((CASES / door.name).glob("*"))
    contents = [one.read_bytes() for one in kept]
    for one, outcome in zip(kept, run(door.trial, contents, folder / f"input{door.suffix}"), strict=True):
        tally.add(outcome)
        if outcome.kind == "failed":
            click.echo(f"{one}: {outcome.detail}")


def _print(tallies: dict[str, Tally]) -> None:
    columns = "{:12} {:>8} {:>8} {:>8} {:>8} {:>8} {:>10} {:>9} {:>8}"
    click.echo(
        columns.format(
            "door", "inputs", "agrees", "refused", "unsure", "failed", "inputs/s", "slowest", "MiB"
        )
    )
    for name, one in tallies.items():
        kinds, total = one.kinds, one.kinds.total()
        click.echo(columns.format(
            name, total, kinds["agrees"], kinds["refused"], kinds["unsure"], kinds["failed"],
            f"{total / one.seconds:.0f}" if one.seconds else "-", f"{one.slowest:.2f} s", one.memory >> 20,
        ))  # fmt: skip


if __name__ == "__main__":
    main()
