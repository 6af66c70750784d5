"""Workbooks that departments filled in: a score only if another library reads the same facts in them."""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import load_workbook

from cli.files import score_file
from engine.documents.workbook.filling import filling_of
from engine.documents.workbook.template import template
from engine.errors import AuditError, FactsError
from engine.source import NoFile, tree_of
from tests.fuzz import meaning, plausible
from tests.fuzz.archives import spoilt_package
from tests.fuzz.doors.base import TABLE, Door, session, told
from tests.fuzz.doors.facts import compared
from tests.fuzz.running import Kind


@cache
def _seeds() -> tuple[bytes, ...]:
    ruleset = session().ruleset(str(TABLE))
    made = []
    for number in range(12):
        document = plausible.department(Random(number))
        try:
            made.append(template(ruleset, filling_of(tree_of(document, "x", NoFile), ruleset), "zh"))
        except FactsError:
            continue
    return tuple(made)


def make(order: Random) -> bytes:
    seed = order.choice(_seeds())
    return seed if order.random() < 0.03 else spoilt_package(seed, order)


def trial(path: Path) -> Kind:
    try:
        scoring = score_file(path, str(TABLE), session())
    except AuditError as error:
        told(error)
        return "refused"
    try:
        expected = meaning.points(_document(path.read_bytes()))
    except meaning.NotUnderstood:
        return "unsure"
    return compared(scoring, expected)


def _document(content: bytes) -> meaning.Document:
    """The facts as openpyxl reads them, by the names in the third rows. Raises :class:`meaning.NotUnderstood`."""
    try:
        book = load_workbook(io.BytesIO(content), data_only=True)
        facts: dict[str, Any] = {"budget": {}}
        for row in _rows(book["基本事实"]):
            owner, _, last = str(row.get("name")).rpartition(".")
            (facts["budget"] if owner else facts)[last] = _text(row.get("value"))
        facts["contracts"] = [
            {one: _text(cell) for one, cell in row.items()}
            for row in _rows(book["合同"])
            if any(cell is not None for cell in row.values())
        ]
        waivers = [
            {one: _text(cell) or "" for one, cell in row.items()}
            for row in _rows(book["豁免"])
            if row.get("rule")
        ]
    except Exception as error:
        raise meaning.NotUnderstood from error
    return {"facts": facts, "waivers": waivers}


def _rows(sheet: Any) -> list[dict[str, Any]]:
    _, _, head, *rows = sheet.iter_rows(values_only=True)
    return [{name: cell for name, cell in zip(head, row, strict=True) if name} for row in rows]


def _text(cell: object) -> str | None:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return f"{cell:.10f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


DOOR = Door("workbooks", ".xlsx", make, trial)
