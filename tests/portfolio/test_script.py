"""The compiled SQL, run by DuckDB on the templates' CSV tables, gives the totals of ``audit portfolio score``."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from engine.portfolio.layout import layout_of
from engine.portfolio.loading import RawTables
from engine.ruleset.model import Ruleset
from tests.command import audit
from tests.portfolio.test_differential import drawn, load, scored

duckdb = pytest.importorskip("duckdb")


def write_tables(ruleset: Ruleset, documents: list[dict[str, Any]], folder: Path) -> None:
    """The documents in the tables of the templates."""
    tables = RawTables(layout_of(ruleset))
    for number, one in enumerate(documents):
        tables.add_document(one, f"d{number}")
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8-sig") as file:
            header = next(csv.reader(file))
        rows = zip(*(tables.rows[path.stem][text] for text in header), strict=True)
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["guangdong/2024", "national/project-2020", "sichuan/2017", "shapes/21-waiver", "shapes/exact-judged",
     "shapes/13-qualitative-tiers", "shapes/exact-weighted", "shapes/exact-unseen", "shapes/exact-working-days"],
)  # fmt: skip
def test_the_script_gives_the_totals(name: str, tmp_path: Path) -> None:
    ruleset = load(name)
    documents = drawn(ruleset, 25)
    done = audit("--rulesets", "tests", "portfolio", "template", name, "-o", tmp_path / "in")
    assert done.code == 0, done.err
    write_tables(ruleset, documents, tmp_path / "in")
    script = audit("--rulesets", "tests", "rules", "compile", name, "--to", "sql")
    assert script.code == 0, script.err
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{tmp_path / 'in'}'")
    rows = connection.execute(script.out).fetchall()
    heads = [one[0] for one in connection.description]
    found = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    assert len(found) == len(documents)
    for number, one in enumerate(documents):
        want, got = scored(ruleset, one), found[f"d{number}"]
        if hasattr(want, "total"):
            assert (str(want.total), want.grade, "") == (_exact(got["total"]), got["grade"], got["remark"])
        else:
            assert got["total"] is None
            assert got["remark"]


def _exact(value: Any) -> str:
    from engine.language.numbers import parse_number

    return str(parse_number(str(value)))


def test_a_cell_that_is_no_value_gives_no_total(tmp_path: Path) -> None:
    ruleset = load("guangdong/2024")
    (document,) = drawn(ruleset, 1)
    document["facts"]["general_budget"]["income"] = "31,08.53"
    audit("portfolio", "template", ruleset.id, "-o", tmp_path)
    write_tables(ruleset, [document], tmp_path)
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{tmp_path}'")
    row = connection.execute(audit("rules", "compile", ruleset.id).out).fetchone()
    assert row is not None
    assert row[1] is None
    assert row[-1]


@pytest.mark.parametrize(
    ("shape", "old", "new", "said"),
    [
        ("19-bonus-per-case", "commendations", "ledger", "a record list called 'ledger'"),
        ("21-waiver", "overspent", "year", "a fact called 'year'"),
        ("21-waiver", "amount", "department", "a field called 'transfers.department'"),
        ("21-waiver", "budget_kept", "department", "a criterion called 'department'"),
    ],
)
def test_what_is_called_as_a_table_or_column_of_the_portfolio_is_refused(
    shape: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    source = (Path(__file__).parent.parent / "shapes" / f"{shape}.yaml").read_text(encoding="utf-8")
    (tmp_path / "odd.yaml").write_text(source.replace(old, new), encoding="utf-8")
    done = audit("--lang", "en", "rules", "compile", tmp_path / "odd.yaml")
    assert done.code == 4
    assert "P001" in done.err
    assert f"the columns cannot say {said}" in done.err


def test_the_script_is_the_same_every_time() -> None:
    """Python orders sets of texts anew in every process; nothing of that may show."""
    made = {
        audit("--rulesets", "tests", "rules", "compile", "sichuan/2017", PYTHONHASHSEED=str(number)).out
        for number in range(1, 4)
    }
    assert len(made) == 1
    assert made != {""}
