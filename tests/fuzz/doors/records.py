"""Result records: what ``verify`` and ``report`` accept is what ``score`` wrote, but for what the documentation names."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cli.files import score_file
from engine.record.document import NOT_RECOMPUTED
from engine.record.writing import result_document
from tests.fuzz.calling import call, expect
from tests.fuzz.doors.base import FACTS, TABLE, Door, session
from tests.fuzz.running import Kind, Wrong
from tests.fuzz.texts import spoilt_bytes, spoilt_tree


@cache
def _record() -> dict[str, Any]:
    return result_document(score_file(FACTS, str(TABLE), session()))


@cache
def _written() -> bytes:
    return json.dumps(_record(), ensure_ascii=False, indent=2).encode()


def make(order: Random) -> bytes:
    if order.random() < 0.05:
        return _written()
    return spoilt_bytes(_written(), order) if order.random() < 0.5 else spoilt_tree(_record(), order)


def trial(path: Path) -> Kind:
    code = expect(call(["verify", path, "-r", TABLE]), 0, 1, 3).code
    if hash(path.read_bytes()) % 4 == 0:
        out = path.with_suffix(".md")
        reported = expect(call(["report", path, "-r", TABLE, "-o", out]), 0, 1, 2, 3)
        if code and not reported.code:
            raise Wrong("report accepts what verify does not")
        out.unlink(missing_ok=True)
    if code:
        return "refused"
    written = json.loads(path.read_bytes().decode("utf-8-sig"))
    for one in written if isinstance(written, list) else [written]:
        if _computed(one) != _computed(_record()):
            raise Wrong("verify agrees with another record")
    return "agrees"


def _computed(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what ``verify`` does not compute anew."""
    kept: dict[str, Any] = json.loads(json.dumps(record))
    for path in NOT_RECOMPUTED:
        owner, _, last = path.rpartition(".")
        (kept[owner] if owner else kept).pop(last, None)
    return kept


DOOR = Door("records", ".json", make, trial)
