"""Every door for a moment, with the same inputs each time; and every input that ever failed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.command import ROOT, settings
from tests.fuzz.doors import DOORS

TOGETHER = {
    "texts": (60, ["facts", "rulesets", "expressions", "records"]),
    "documents": (8, ["workbooks", "reports", "word", "pdf"]),
    "tables": (3, ["csv-main", "csv-records", "parquet", "duckdb"]),
}
"""Doors that one process tries, and how many inputs each gets: enough to find a slip that breaks a door outright; ``make
fuzz`` is for all others."""


def fuzz(*arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *map(str, arguments)],
        cwd=ROOT,
        env=settings(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_no_door_is_left_out() -> None:
    assert sorted(door for _, doors in TOGETHER.values() for door in doors) == sorted(DOORS)


@pytest.mark.parametrize("name", TOGETHER)
def test_doors_hold(name: str) -> None:
    count, doors = TOGETHER[name]
    chosen = [word for door in doors for word in ("--door", door)]
    rows = fuzz(*chosen, "--inputs", count, "--seed", 1).splitlines()[1:]
    assert [row.split()[0] for row in rows] == doors
    refusals = 0
    for row in rows:
        inputs, agrees, refused, unsure, failed = map(int, row.split()[1:6])
        assert (inputs, failed) == (count, 0) == (agrees + refused + unsure, 0), row
        # Neither does nothing come through, nor all; and what comes through is mostly vouched for.
        assert agrees, row
        assert unsure <= agrees, row
        refusals += refused
    assert refusals > count // 2


def test_what_failed_once_does_not_fail_again() -> None:
    fuzz("--cases")


def test_a_door_that_does_not_hold_is_seen(tmp_path: object) -> None:
    """The oracle is no rubber stamp: a score that is a cent off, a death and a silence are each told."""
    code = """
import os, sys
from pathlib import Path
from tests.fuzz.running import Wrong, run
def trial(path):
    content = path.read_bytes()
    if content == b"die":
        os.kill(os.getpid(), 9)
    if content == b"raise":
        raise ValueError("x")
    return "agrees"
kinds = [one.kind for one in run(trial, [b"ok", b"die", b"ok", b"raise", b"ok"], Path(sys.argv[1]) / "x")]
print(kinds)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        env=settings(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == "['agrees', 'failed', 'agrees', 'failed', 'agrees']"
