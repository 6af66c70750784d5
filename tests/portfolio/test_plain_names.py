"""Names and texts that hold what nobody sees, or that look the same, by the columns and by compiled SQL."""

from __future__ import annotations

import csv
import json
import unicodedata
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FactsError
from engine.portfolio.characters import PLAIN, half_width_sql, plain_sql, visible_sql
from engine.portfolio.layout import layout_of
from engine.portfolio.loading import RawTables, load_documents
from engine.portfolio.plots import plot
from engine.portfolio.results import make_results
from engine.portfolio.scoring import Portfolio
from engine.portfolio.script import script_of
from engine.source import folded, hidden_at
from tests.test_hidden_characters import ALIKE, FACTS, HIDDEN, RULESET, SEEN, at, put, ruleset_of, written

duckdb = pytest.importorskip("duckdb")
RULES = ruleset_of(written(RULESET))
PLACES: dict[str, tuple[str | int, ...]] = {
    "department": ("department",), "key": ("facts", "items", 0, "id"), "text": ("facts", "items", 0, "remark"),
    "by": ("judgements", "judged", "by"), "reason": ("judgements", "judged", "reason"),
    "waiver": ("waivers", 0, "reason"), "evidence": ("waivers", 0, "evidence"), "option": ("facts", "level"),
}  # fmt: skip
WRITABLE = {name: one for name, one in HIDDEN.items() if not "\ud800" <= one <= "\udfff"}


def document(place: str = "", text: str = "") -> dict[str, Any]:
    """The facts in the shape that tables have, with ``text`` at a place."""
    made = deepcopy(written(FACTS))
    made["department"] = "甲局"
    if place:
        put(made, PLACES[place], text)
        if place == "key":
            made["waivers"][0]["record"] = text
    return {
        key: made[key]
        for key in ("department", "year", "ruleset", "facts", "claimed", "judgements", "waivers")
    }


def is_odd(text: str) -> bool:
    """Whether a name in it is left to the reader of facts."""
    return text not in (SEEN["rare"], SEEN["bracket"], SEEN["combining"])


def results_of(
    documents: list[tuple[str, dict[str, Any]]],
) -> tuple[dict[str, str], dict[str, set[str]], str]:
    """Who scored them, why they were rejected, and all that stands in the result."""
    with duckdb.connect() as connection:
        portfolio = Portfolio(connection, RULES)
        load_documents(connection, portfolio.layout, documents)
        make_results(portfolio, portfolio.score(language="en"))
        scores = dict(connection.execute("SELECT department, scored_by FROM result.scores").fetchall())
        rejects: dict[str, set[str]] = {}
        for department, code in connection.execute("SELECT department, code FROM result.rejects").fetchall():
            rejects.setdefault(department, set()).add(code)
        whole = [
            connection.execute(f"SELECT * FROM result.{table}").fetchall()
            for table in ("scores", "points", "ledger", "claims", "rejects", "criteria", "about")
        ]
    return scores, rejects, json.dumps(whole, ensure_ascii=False, default=str)


def test_a_plain_name_stands_for_itself() -> None:
    everything = [chr(code) for low, high in PLAIN for code in range(low, high + 1)]
    for one in everything:
        assert hidden_at(one) < 0
        full = "\uff01" <= one <= "\uff5e"
        assert unicodedata.normalize("NFKC", one) == (chr(ord(one) - 0xFEE0) if full else one), hex(ord(one))
        assert unicodedata.combining(one) == 0
    whole = "".join(everything)
    found = duckdb.execute(f"SELECT {visible_sql('x')}, {half_width_sql('x')} FROM (SELECT ? AS x)", [whole])
    assert found.fetchone() == (True, folded(whole))


def test_the_database_knows_what_is_hidden() -> None:
    texts = [f"a{chr(code)}b" for code in range(0x20000) if not 0xD800 <= code <= 0xDFFF]
    texts += [f"a{chr(code)}b" for code in range(0xE0000, 0xE1010)]
    found = duckdb.execute(
        f"SELECT NOT {visible_sql('x')}, {plain_sql('x')} FROM (SELECT unnest(?) AS x)", [texts]
    ).fetchall()
    for text, (hidden, plain) in zip(texts, found, strict=True):
        assert hidden is (hidden_at(text) >= 0), ascii(text)
        assert not (plain and hidden)


@pytest.mark.parametrize("place", PLACES)
def test_what_nobody_sees_is_rejected_and_in_no_result(place: str) -> None:
    texts = [f"甲{one}乙" for one in WRITABLE.values()]
    documents = [
        (text if place == "department" else f"d{number}", document(place, text))
        for number, text in enumerate(texts)
    ]
    scores, rejects, whole = results_of([*documents, ("good", document())])
    assert scores == {"good": "columns"}
    assert len(rejects) == len(texts) or place == "department"
    assert {"S104"} in rejects.values()
    assert all("S104" in codes for codes in rejects.values())
    assert hidden_at(whole) < 0


def test_what_is_seen_is_scored() -> None:
    documents = [(f"{name}{text}", document("key", text)) for name, text in SEEN.items()]
    documents += [
        (f"d{number}", document("text", f"a\n\tb{text}")) for number, text in enumerate(SEEN.values())
    ]
    scores, rejects, _ = results_of(documents)
    assert rejects == {}
    assert {scores[f"{name}{SEEN[name]}"] for name in ("bracket", "rare")} | {scores["d3"]} == {"columns"}


def test_departments_that_look_the_same_are_rejected() -> None:
    documents = [(f"{text}{number}", document()) for number, pair in enumerate(ALIKE) for text in pair]
    scores, rejects, _ = results_of([*documents, ("甲局", document()), ("乙局（本级）", document())])
    assert scores == {"甲局": "columns", "乙局（本级）": "columns"}
    assert {*map(frozenset, rejects.values())} == {frozenset({"F025"})}
    assert len(rejects) == 2 * len(ALIKE)


@pytest.mark.parametrize(("one", "two"), ALIKE)
def test_records_that_look_the_same_are_rejected(one: str, two: str) -> None:
    twice = document("key", one)
    twice["facts"]["items"].append({**twice["facts"]["items"][0], "id": two})
    scores, rejects, _ = results_of([("d1", twice), ("d2", document())])
    assert scores == {"d2": "columns"}
    assert rejects == {"d1": {"F025"}}


def test_a_heading_holds_nothing_that_nobody_sees() -> None:
    with duckdb.connect() as connection:
        portfolio = Portfolio(connection, RULES)
        load_documents(connection, portfolio.layout, [("d", document())])
        connection.execute('ALTER TABLE raw.main RENAME spent TO "spe\u200bnt"')
        with pytest.raises(FactsError, match=r"S104 .*U\+200B"):
            portfolio.score()


def test_compiled_sql_scores_what_is_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is to be scored one by one: names not plain, alike, and texts with what nobody sees."""
    good = [
        ("甲局（本级）", document()),
        ("乙局", document("key", "（二）")),
        ("丙局", document("text", "a\n\tb")),
        ("甲局（合计）", document()),
    ]
    odd = [(f"d{number}", document("key", text)) for number, text in enumerate(SEEN.values())]
    odd = [one for one, text in zip(odd, SEEN.values(), strict=True) if is_odd(text)]
    odd += [(text, document()) for text in ("ＨＴ", "HT", "é", "e\u0301", "①局")]
    hidden = [one for one in WRITABLE.values() if one not in "\0\r"]  # which no CSV reader lets through
    odd += [(f"t{number}", document("text", f"a{one}b")) for number, one in enumerate(hidden)]
    odd += [(f"n{one}n", document()) for one in hidden]
    twice = document("key", "A(1)")
    twice["facts"]["items"].append({**twice["facts"]["items"][0], "id": "Ａ（１）"})
    odd.append(("twice", twice))
    odd += [(text, document()) for text in ("合计", "总计（万元）", "小计 (2 个) ：", "全省合计(元)")]
    tables = RawTables(layout_of(RULES))
    for department, one in [*good, *odd]:
        tables.add_document(one, department)
    for table, columns in tables.rows.items():
        with (tmp_path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    monkeypatch.chdir(tmp_path)
    cursor = duckdb.connect().execute(script_of(RULES))
    heads = [one[0] for one in cursor.description]
    rows = [dict(zip(heads, row, strict=True)) for row in cursor.fetchall()]
    scored = {row["department"] for row in rows if row["total"] is not None}
    assert scored == {name for name, _ in good} | {"é"}
    assert len(rows) == len(good) + len(odd)
    assert at(document(), PLACES["key"]) == "A-1"


def test_a_grade_is_no_formula_of_the_picture() -> None:
    pytest.importorskip("matplotlib")
    counted = [{"grade": r"$\frac{a}$", "departments": 3}, {"grade": "A$B$", "departments": 2}]
    summary: Any = {
        "histogram": [{"from": "0", "to": "10", "departments": 5}], "grades": counted,
        "rules": [{"rule": "r", "criterion": "c", "points": "1"}],
    }  # fmt: skip
    content, _ = plot(summary, Path("x.png"))
    assert content.startswith(b"\x89PNG")
