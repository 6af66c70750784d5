"""Departments are scored in parts: where one part ends and the next begins changes nothing in the result."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from engine.portfolio import parts
from engine.portfolio.results import make_results
from engine.portfolio.scoring import Counts, Portfolio
from engine.portfolio.workspace import workspace
from engine.portfolio.writing import write_results
from tests.command import audit
from tests.portfolio.test_differential import drawn, load
from tests.portfolio.test_portfolio_score import table
from tests.portfolio.test_script import write_tables

duckdb = pytest.importorskip("duckdb")

RULESETS = ["guangdong/2024", "shapes/21-waiver", "shapes/exact-judged", "shapes/24-money-weighted-units"]
DRAWN = 30


TIE = [
    {"id": "A", "direction": "positive", "weight": "3", "target": "3", "actual": "1"},
    {"id": "B", "direction": "positive", "weight": "3", "target": "30000", "actual": "20015"},
]
"""Half a cent exactly, which bounds a billionth apart cannot tell."""


@pytest.fixture(params=RULESETS)
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Departments, of which every ninth cannot be read; of guangdong/2024 two are for the direct evaluation."""
    name: str = request.param
    folder = tmp_path / "in"
    done = audit("--rulesets", "tests", "portfolio", "template", name, "-o", folder)
    assert done.code == 0, done.err
    documents = drawn(load(name), DRAWN)
    if name == "guangdong/2024":
        documents[3]["facts"]["outputs"] = documents[17]["facts"]["outputs"] = TIE
    write_tables(load(name), documents, folder)
    main = (folder / "main.csv").read_text(encoding="utf-8").splitlines()
    spoiled = [line.replace(",", ",x", 1) if number % 9 == 5 else line for number, line in enumerate(main)]
    (folder / "main.csv").write_text("\n".join(spoiled) + "\n", encoding="utf-8")
    return name, folder


class Short:
    """A connection that has no memory left the second time that a statement begins so."""

    def __init__(self, connection: Any, beginning: str) -> None:
        self.connection = connection
        self.beginning = beginning
        self.times = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, query: str, *arguments: Any) -> Any:
        self.times += bool(self.beginning) and query.startswith(self.beginning)
        if self.times == 2 and query.startswith(self.beginning):
            raise duckdb.OutOfMemoryException
        return self.connection.execute(query, *arguments)


def scored(name: str, folder: Path, out: Path, short_of_memory_at: str = "") -> Counts:
    with workspace(reading=folder, writing=out) as work:
        short: Any = Short(work.connection, short_of_memory_at)
        work.connection = short
        portfolio = Portfolio(short, load(name))
        portfolio.read(work, folder)
        counts = portfolio.score()
        make_results(portfolio, counts)
        write_results(work, out, "csv")
    return counts


@pytest.mark.slow
def test_parts_change_nothing(
    tables: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, folder = tables
    whole = scored(name, folder, tmp_path / "whole")
    assert whole.scored > 20
    assert whole.rejected > 1
    assert whole.direct == (2 if name == "guangdong/2024" else 0)
    monkeypatch.setattr(parts, "PART", 7)
    assert scored(name, folder, tmp_path / "parts") == whole
    for file in sorted((tmp_path / "whole").iterdir()):
        assert (tmp_path / "parts" / file.name).read_bytes() == file.read_bytes(), file.name

    names = [row["department"] for row in table(tmp_path / "parts", "scores")]
    assert names == sorted(set(names))
    assert [row["department"] for row in table(tmp_path / "parts", "points")] == names
    lines = table(tmp_path / "parts", "ledger")
    grouped = [(one, [row["line"] for row in rows]) for one, rows in groupby(lines, itemgetter("department"))]
    assert [one for one, _ in grouped] == sorted({row["department"] for row in lines})
    for one, numbers in grouped:
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)], one


@pytest.mark.slow
@pytest.mark.parametrize("tables", ["shapes/21-waiver"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO main.computed", "CREATE OR REPLACE TABLE main.lines", "INSERT INTO main.ledger"],
)
def test_what_is_done_again_in_halves_is_there_once(
    tables: tuple[str, Path], statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, folder = tables
    whole = scored(name, folder, tmp_path / "whole")
    monkeypatch.setattr(parts, "PART", 7)
    monkeypatch.setattr(parts, "LEAST", 1)
    assert scored(name, folder, tmp_path / "halves", statement) == whole
    for file in sorted((tmp_path / "whole").iterdir()):
        assert (tmp_path / "halves" / file.name).read_bytes() == file.read_bytes(), file.name


def worked(departments: int, most: int) -> list[range]:
    """The parts worked on, where no more than ``most`` departments fit into memory; each saw its own rows alone."""
    made: list[range] = []
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE listed AS SELECT range AS department FROM range(1, {departments + 1})"
        )

        def work(part: range) -> None:
            assert connection.execute("SELECT department FROM listed").fetchall() == [(one,) for one in part]
            if len(part) > most:
                raise duckdb.OutOfMemoryException
            made.append(part)

        parts.by_parts(connection, ["listed"], departments, work)
        assert connection.execute("SELECT count(*) FROM listed").fetchall() == [(departments,)]
    return made


@pytest.mark.parametrize("departments", [0, 1, 6, 7, 8, 21])
def test_every_department_is_in_one_part(departments: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART", 7)
    made = worked(departments, 7)
    assert [one for part in made for one in part] == list(range(1, departments + 1))
    assert made, "every table is made, if there are departments or not"
    assert all(len(part) <= 7 for part in made)


@pytest.mark.parametrize("most", [7, 6, 3, 2])
def test_parts_that_do_not_fit_into_memory_are_halved(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART", 7)
    monkeypatch.setattr(parts, "LEAST", 1)
    made = worked(20, most)
    assert [one for part in made for one in part] == list(range(1, 21))
    assert all(len(part) <= most for part in made)


def test_what_never_fits_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART", 7)
    with pytest.raises(duckdb.OutOfMemoryException):
        worked(20, 6)
