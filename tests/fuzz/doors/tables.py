"""Tables of a portfolio: CSV, Parquet and DuckDB; each department's score only if a second reading comes to the same."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from tests.fuzz import meaning, plausible
from tests.fuzz.archives import spoilt_raw
from tests.fuzz.calling import call, expect
from tests.fuzz.doors.base import TABLE, Door
from tests.fuzz.running import Kind, Wrong
from tests.fuzz.texts import odd_text, spoilt_bytes

DEPARTMENTS = 12
MAIN = ("department", "budget.opening", "budget.income", "budget.spent", "staff", "satisfaction", "level")
CONTRACTS = ("department", "id", "amount", "signed", "filed", "exempt")
Row = dict[str, str]


def _departments(order: Random) -> tuple[list[Row], list[Row]]:
    """Rows of both tables, their amounts in quotes where they have commas."""
    main, contracts = [], []
    for number in range(DEPARTMENTS):
        facts = plausible.department(order)["facts"]
        name = f"第{number}局"
        main.append({
            "department": name, **{f"budget.{one}": text for one, text in facts["budget"].items()}, "staff": facts["staff"],
            "satisfaction": facts.get("satisfaction", ""), "level": facts["level"],
        })  # fmt: skip
        contracts += [{"department": name, "filed": "", **one} for one in facts["contracts"]]
    return main, contracts


def _csv(rows: list[Row], columns: tuple[str, ...]) -> bytes:
    made = io.StringIO()
    writer = csv.DictWriter(made, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode()


@cache
def _fixed() -> tuple[bytes, bytes]:
    main, contracts = _departments(Random(1))
    return _csv(main, MAIN), _csv(contracts, CONTRACTS)


def _make_csv(which: int) -> Callable[[Random], bytes]:
    def make(order: Random) -> bytes:
        if order.random() < 0.3:
            return spoilt_bytes(_fixed()[which], order)
        rows = _departments(Random(1))[which]
        for _ in range(order.choice((0, 1, 2, 6))):
            row = order.choice(rows)
            row[order.choice(list(row))] = odd_text(order).encode("utf-8", "replace").decode()
        return _csv(rows, (MAIN, CONTRACTS)[which])

    return make


def _trial_csv(which: int) -> Callable[[Path], Kind]:
    def trial(path: Path) -> Kind:
        folder = path.parent / "tables"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        files = [*_fixed()]
        files[which] = path.read_bytes()
        for name, content in zip(("main.csv", "contracts.csv"), files, strict=True):
            (folder / name).write_bytes(content)
        return _scored(folder, files[0], files[1])

    return trial


def _scored(source: Path, main: bytes | None, contracts: bytes | None) -> Kind:
    """Score the portfolio; hold every scored department against the two CSV tables, where these are what was given."""
    out = source.parent / "result"
    shutil.rmtree(out, ignore_errors=True)
    called = expect(call(["portfolio", "score", source, "-r", TABLE, "-o", out]), 0, 1, 2, 3)
    if called.code in (2, 3):
        if out.exists():
            raise Wrong("a refused portfolio leaves a result")
        return "refused"
    scores = _read((out / "scores.csv").read_bytes())
    if main is None or contracts is None:
        return "agrees"
    try:
        expected = _by_hand(main, contracts)
    except meaning.NotUnderstood:
        return "unsure"
    judged = 0
    for row in scores:
        document = expected.get(row["department"])
        if document is None:
            continue
        try:
            points = meaning.points(document)
        except meaning.NotUnderstood:
            continue
        judged += 1
        if Fraction(row["total"]) != points["total"]:
            raise Wrong(f"{row['department']}: scored {row['total']}, by hand {points['total']}")
    return "agrees" if judged == len(scores) else "unsure"


def _by_hand(main: bytes, contracts: bytes) -> dict[str, meaning.Document]:
    documents: dict[str, meaning.Document] = {}
    for row in _read(main):
        facts: dict[str, Any] = {"budget": {}, "contracts": []}
        for name, text in row.items():
            owner, _, last = name.rpartition(".")
            (facts["budget"] if owner else facts)[last] = text
        documents[row["department"].strip()] = {"facts": facts}
    for row in _read(contracts):
        owner = documents.get(row["department"].strip())
        if owner is not None:
            owner["facts"]["contracts"].append(row)
    return documents


def _read(content: bytes) -> list[Row]:
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise meaning.NotUnderstood from error
    if any(None in row or None in row.values() for row in rows):
        raise meaning.NotUnderstood
    return [{key.strip(): text.strip() for key, text in row.items()} for row in rows]


TYPES = (
    "VARCHAR",
    "DECIMAL(18,2)",
    "DECIMAL(38,9)",
    "BIGINT",
    "DATE",
    "BOOLEAN",
    "DOUBLE",
    "TIMESTAMP",
    "HUGEINT",
    "BLOB",
    "VARCHAR[]",
    "JSON",
    "INTERVAL",
    "TIME",
    "UUID",
)


def _typed(order: Random) -> tuple[list[str], list[str]]:
    """Columns of ``main`` as queries: most of the type that a bureau's database has, some of any."""
    usual = {"department": "VARCHAR", "staff": "BIGINT", "satisfaction": "DECIMAL(9,4)", "level": "VARCHAR"}
    chosen = {
        one: order.choice(TYPES) if order.random() < 0.04 else usual.get(one, "DECIMAL(18,2)") for one in MAIN
    }
    source = {
        "department": "'第' || i || '局'", "budget.opening": "i * 10.5", "budget.income": "1000 + i", "budget.spent": "900 + i * 3", "staff": "i",
        "satisfaction": "0.7 + i / 40.0", "level": "CASE i % 3 WHEN 0 THEN '优秀' WHEN 1 THEN '合格' ELSE '不合格' END",
    }  # fmt: skip
    main = [f'TRY_CAST({source[one]} AS {type_}) AS "{one}"' for one, type_ in chosen.items()]
    contracts = [
        "'第' || i || '局' AS department", "'HT' || i AS id", "CAST(i AS DECIMAL(18,2)) AS amount",
        f"CAST('{order.choice(('2024-01-01', '0001-01-01', '9999-12-31', 'infinity', '290000-01-01'))}' AS DATE) AS signed",
        "CAST('2024-03-04' AS DATE) AS filed", "i % 2 = 0 AS exempt",
    ]  # fmt: skip
    return main, contracts


def _make_parquet(order: Random) -> bytes:
    main, _ = _typed(order)
    path = Path(_scratch()) / "made.parquet"
    with duckdb.connect() as connection:
        try:
            connection.execute(
                f"COPY (SELECT {', '.join(main)} FROM range({DEPARTMENTS}) AS t(i)) TO '{path}' (FORMAT parquet)"
            )
        except duckdb.Error:
            return b"PAR1"
    content = path.read_bytes()
    return content if order.random() < 0.6 else spoilt_raw(content, order)


def _trial_parquet(path: Path) -> Kind:
    folder = path.parent / "tables"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(path, folder / "main.parquet")
    with duckdb.connect() as connection:
        _, contracts = _typed(Random(len(path.read_bytes())))
        connection.execute(
            f"COPY (SELECT {', '.join(contracts)} FROM range({DEPARTMENTS}) AS t(i)) TO '{folder / 'contracts.parquet'}' (FORMAT parquet)"
        )
    return _scored(folder, None, None)


def _make_duckdb(order: Random) -> bytes:
    main, contracts = _typed(order)
    path = Path(_scratch()) / "made.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        kind = "VIEW" if order.random() < 0.1 else "TABLE"
        for name, columns in (("main", main), ("contracts", contracts)):
            try:
                connection.execute(
                    f"CREATE {kind} {name} AS SELECT {', '.join(columns)} FROM range({DEPARTMENTS}) AS t(i)"
                )
            except duckdb.Error:
                continue
    content = path.read_bytes()
    return content if order.random() < 0.6 else spoilt_raw(content, order)


def _trial_duckdb(path: Path) -> Kind:
    return _scored(path, None, None)


@cache
def _scratch() -> str:
    import atexit
    import tempfile

    folder = tempfile.mkdtemp(prefix="audit-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


DOORS = (
    Door("csv-main", ".csv", _make_csv(0), _trial_csv(0)),
    Door("csv-records", ".csv", _make_csv(1), _trial_csv(1)),
    Door("parquet", ".parquet", _make_parquet, _trial_parquet),
    Door("duckdb", ".duckdb", _make_duckdb, _trial_duckdb),
)
