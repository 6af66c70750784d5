"""``audit portfolio score`` stopped while it writes: no half result, and the next run is as if nothing had been."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.portfolio.writing import Format
from tests.command import ROOT, audit, settings
from tests.portfolio.test_differential import drawn, load
from tests.portfolio.test_script import write_tables

duckdb = pytest.importorskip("duckdb")
RULESET = "shapes/19-bonus-per-case"
WAITING = """
import runpy, signal, sys
left = int(sys.argv.pop(1))
def wait(event, arguments):
    global left
    # What is cleared away loses its name first, and is not waited for.
    if event == "os.rename" and ".part" in "".join(map(str, arguments)) and not str(arguments[1]).endswith(".gone"):
        left -= 1
        if left == 0:
            print("waiting", flush=True)
            signal.pause()
sys.addaudithook(wait)
runpy.run_module("cli", run_name="__main__", alter_sys=True)
"""
"""The real command, which never comes past the renaming given by its number: whatever kills it, kills it before."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    ruleset = load(RULESET)
    run("portfolio", "template", RULESET, "-o", str(folder))
    write_tables(ruleset, drawn(ruleset, 5) * 200, folder)
    return folder


def command(*arguments: str, renaming: int) -> list[str]:
    return [sys.executable, "-c", WAITING, str(renaming), "--lang", "en", "--rulesets", "tests", *arguments]


def run(*arguments: str) -> None:
    done = audit("--rulesets", "tests", *arguments)
    assert done.code in (0, 1), done.err


def score(tables: Path, out: Path, format_: Format) -> list[str]:
    return ["portfolio", "score", str(tables), "-r", RULESET, "-o", str(out), "-f", format_]


def stopped(
    tables: Path, out: Path, format_: Format, by: signal.Signals, renaming: int, *, midway: bool
) -> None:
    """Score until something is written (``midway``) or the result is about to take its name, and stop there."""
    before = set(out.parent.iterdir())
    scratch = out.parent.parent / by.name
    scratch.mkdir(exist_ok=True)
    with subprocess.Popen(
        command(*score(tables, out, format_), renaming=renaming), cwd=ROOT, env=settings(TMPDIR=str(scratch)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        if midway:
            while process.poll() is None and set(out.parent.iterdir()) <= before:
                time.sleep(0.001)
        else:
            assert process.stdout.readline() == "waiting\n"
        process.send_signal(by)
        said = process.stderr.read()
    if by == signal.SIGKILL:
        assert process.returncode == -by
        return
    assert (process.returncode, said) == (128 + by, "interrupted\n")
    assert set(out.parent.iterdir()) == before
    assert not any(scratch.iterdir())


def content(path: Path) -> object:
    """The bytes of every file; of a database, which DuckDB never writes the same twice, the rows."""
    if path.is_dir():
        return {one.name: one.read_bytes() for one in path.iterdir()}
    if path.suffix != ".duckdb":
        return path.read_bytes()
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [one for (one,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {one: connection.execute(f"FROM {one}").fetchall() for one in names}


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["csv", "parquet", "xlsx", "duckdb"])
def test_a_run_that_was_killed_leaves_no_half_result(tables: Path, tmp_path: Path, format_: Format) -> None:
    name = f"out.{format_}"
    (tmp_path / "there").mkdir()
    run(*score(tables, tmp_path / "there" / name, format_))
    undisturbed = content(tmp_path / "there" / name)
    out = tmp_path / "here" / name
    out.parent.mkdir()
    for by in (signal.SIGKILL, signal.SIGINT):
        stopped(tables, out, format_, by, 1, midway=True)
        assert not out.exists()
    left = set(out.parent.iterdir())
    assert len(left) == 1, "what the one killed outright had begun"
    run(*score(tables, out, format_))
    assert content(out) == undisturbed
    assert set(out.parent.iterdir()) == {out, *left}


@pytest.mark.slow
def test_an_earlier_result_stays_until_the_new_one_takes_its_place(tables: Path, tmp_path: Path) -> None:
    out = tmp_path / "here" / "out"
    out.parent.mkdir()
    run(*score(tables, out, "csv"))
    earlier = content(out)
    for by, renaming in ((signal.SIGKILL, 1), (signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGTERM, 2)):
        stopped(tables, out, "csv", by, renaming, midway=False)
        assert content(out) == earlier
