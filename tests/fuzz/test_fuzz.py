"""Every door for a moment, with the same inputs each time; and every input that ever failed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.command import ROOT, settings
from tests.fuzz.doors import DOORS

INPUTS = {
    "facts": 300, "rulesets": 100, "expressions": 700, "records": 60, "workbooks": 60, "csv-main": 7, "csv-records": 7, "parquet": 7, "duckdb": 7,
    "reports": 60, "word": 30, "pdf": 15,
}  # fmt: skip
"""Enough to find a slip that breaks a door outright; ``make fuzz`` is for all others."""


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


@pytest.mark.parametrize("door", list(DOORS))
def test_a_door_holds(door: str) -> None:
    out = fuzz("--door", door, "--inputs", INPUTS[door], "--seed", 2024)
    _, inputs, agrees, refused, unsure, failed, *_ = out.splitlines()[-1].split()
    assert int(inputs) == INPUTS[door] == int(agrees) + int(refused) + int(unsure)
    assert failed == "0"
    # Neither does all come through, nor nothing; and what comes through is mostly vouched for.
    assert int(agrees)
    assert int(refused)
    assert int(unsure) <= int(agrees)


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
