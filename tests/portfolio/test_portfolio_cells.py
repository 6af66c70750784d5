"""Cells that are nearly what they should be: blanks of every kind around them, numbers finer than their unit."""

from __future__ import annotations

import random
import sys
from copy import deepcopy
from typing import Any

import pytest

from engine.language.numbers import MalformedValue, parse_number
from engine.ledger.scoring import Scoring
from engine.portfolio.cells import number_sql, trimmed
from engine.portfolio.loading import load_documents
from engine.portfolio.scoring import Portfolio
from tests.portfolio.differential import by_columns, columns
from tests.portfolio.test_differential import drawn, load, scored

duckdb = pytest.importorskip("duckdb")


def test_blanks_are_those_of_the_facts_reader() -> None:
    """Every character that Python strips, and some beside them, at either end, alone and within."""
    given = ["", "a", "a b", "\u200ba\u200b", "财　政", "a\n\nb"]
    for blank in (chr(one) for one in range(sys.maxunicode + 1) if chr(one).isspace()):
        given += [
            f"{blank}a",
            f"a{blank}",
            f"{blank}{blank}财 政{blank}",
            f"a{blank}b",
            blank,
            f"a\n{blank}\nb",
        ]
    rows = duckdb.execute(f"SELECT {trimmed('x')} FROM (SELECT unnest(?) AS x)", [given]).fetchall()
    assert [one for (one,) in rows] == [one.strip() for one in given]


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return drawn(load("guangdong/2024"), 2)


@pytest.mark.parametrize("blank", [" ", "\t", "\u3000", "\xa0"])
def test_blanks_around_a_department_do_not_make_it_another(
    blank: str, documents: list[dict[str, Any]]
) -> None:
    """Scored by columns or one by one, doubled, or with records only: it is the department without the blanks."""
    ruleset = load("guangdong/2024")
    bad = deepcopy(documents[1])
    bad["facts"]["false_figures"] = "perhaps"
    names = [f"{blank}good{blank}", f"bad{blank}", "twice", f"twice{blank}"]
    with columns() as connection:
        portfolio = Portfolio(connection, ruleset)
        given = [documents[0], bad, documents[1], documents[1]]
        load_documents(connection, portfolio.layout, zip(names, given, strict=True))
        counts = portfolio.score()
        assert (counts.read, counts.scored, counts.rejected) == (4, 1, 3)
        found = connection.execute("SELECT name FROM scored JOIN departments USING (department)").fetchall()
        assert found == [("good",)]
        rejects = connection.execute("SELECT DISTINCT department, code FROM rejects ORDER BY ALL").fetchall()
        assert rejects == [("bad", "F007"), ("twice", "F006")]


@pytest.mark.parametrize("blank", ["\t", "\u3000"])
def test_blanks_around_every_cell_change_nothing(blank: str, documents: list[dict[str, Any]]) -> None:
    def padded(value: Any) -> Any:
        if isinstance(value, dict):
            return {one: padded(inner) for one, inner in value.items()}
        if isinstance(value, list):
            return [padded(one) for one in value]
        return f"{blank}{value}{blank}" if isinstance(value, str) else value

    ruleset = load("guangdong/2024")
    written = documents[0] | {"facts": padded(documents[0]["facts"])}
    portfolio, results, rejects = by_columns(ruleset, [documents[0], written])
    assert not rejects
    assert results["d0"] == results["d1"]
    assert portfolio.counts().direct == 0


@pytest.mark.parametrize(
    ("name", "column", "type_", "value"),
    [
        ("guangdong/2024", "three_public.actual", "DECIMAL(38,10)", "0.0000000001"),
        ("shapes/15-tiny-deductions", "other_problems", "DECIMAL(10,2)", "1.50"),
    ],
)
def test_a_typed_number_finer_than_its_unit_is_not_rounded(
    name: str, column: str, type_: str, value: str
) -> None:
    """What the columns could only round, the direct evaluation reads as it is: scored there, or rejected."""
    ruleset = load(name)
    (document,) = drawn(ruleset, 1)
    holder, _, member = column.partition(".")
    if member:
        document["facts"][holder][member] = value
    else:
        document["facts"][holder] = value
    want = scored(ruleset, document)
    with columns() as connection:
        portfolio = Portfolio(connection, ruleset)
        load_documents(connection, portfolio.layout, [("d0", document)])
        connection.execute(f'ALTER TABLE raw.main ALTER "{column}" TYPE {type_}')
        counts = portfolio.score()
        codes = {one for (one,) in connection.execute("SELECT code FROM rejects").fetchall()}
    problems = [] if isinstance(want, Scoring) else want.problems
    assert codes == {one.code for one in problems if one.severity == "error"}
    assert (counts.direct, counts.rejected) == ((0, 1) if codes else (1, 0))


def test_a_number_is_what_the_facts_reader_takes_for_one() -> None:
    """Texts of digits, commas, points and signs at random: the columns read the same number, or none where it does."""
    dice = random.Random(3)
    parts = [
        "0",
        "1",
        "12",
        "123",
        "000",
        "001",
        ",000",
        ",123",
        ",012",
        ",12",
        ",",
        ".",
        ".5",
        ".50",
        "+",
        "-",
    ]
    texts = ["0,072.00", "0,001,200.00", "10,072.00", "-0,100", "1,000.", "00,100", "100,000,000"]
    texts += ["".join(dice.choices(parts, k=dice.randrange(1, 6))) for _ in range(1500)]
    rows = duckdb.execute(f"SELECT {number_sql('x', 2, 2)} FROM (SELECT unnest(?) AS x)", [texts]).fetchall()
    taken = 0
    for text, (units,) in zip(texts, rows, strict=True):
        try:
            want = parse_number(text) * 100
        except MalformedValue:
            want = None
        assert units == want or (want is not None and want.denominator != 1 and units is None), text
        taken += units is not None
    assert taken > 200


@pytest.mark.parametrize("text", ["0,072.00", "0,001,200.00"])
def test_thousands_that_begin_with_nought_are_rejected_as_by_the_facts_reader(
    text: str, documents: list[dict[str, Any]]
) -> None:
    ruleset = load("guangdong/2024")
    document = deepcopy(documents[0])
    document["facts"]["three_public"]["actual"] = text
    want = scored(ruleset, document)
    assert not isinstance(want, Scoring)
    assert {one.code for one in want.problems if one.severity == "error"} == {"F007"}
    _, results, rejects = by_columns(ruleset, [document])
    assert not results
    assert rejects == {"d0": {"F007"}}
