"""Rulesets: refused with a place, or a score whose ledger balances when it is added up here."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cli.context import Session
from cli.files import score_file
from engine.errors import AuditError, RulesetError
from engine.record.writing import result_document
from tests.command import ROOT
from tests.fuzz.calling import call, expect
from tests.fuzz.doors.base import FACTS, TABLE, Door, told
from tests.fuzz.running import Kind, Wrong
from tests.fuzz.texts import spoilt_bytes


@cache
def _seeds() -> tuple[bytes, ...]:
    shapes = [one.read_bytes() for one in sorted((ROOT / "tests" / "faults" / "cases").glob("*.yaml"))]
    return (TABLE.read_bytes(), TABLE.read_bytes(), *(one for one in shapes if len(one) < 8000))


def make(order: Random) -> bytes:
    return spoilt_bytes(order.choice(_seeds()) if order.random() < 0.3 else TABLE.read_bytes(), order)


def trial(path: Path) -> Kind:
    if hash_of(path) % 8 == 0:
        expect(call(["rules", "check", path]), 0, 1, 4)
    try:
        scoring = score_file(FACTS, str(path), Session("zh"))
    except AuditError as error:
        told(error)
        if isinstance(error, RulesetError) and all(one.where is None for one in error.problems):
            raise Wrong(f"a ruleset refused without a place: {error}") from error
        return "refused"
    balanced(result_document(scoring))
    return "agrees"


def hash_of(path: Path) -> int:
    return sum(path.read_bytes())


def balanced(record: dict[str, Any]) -> None:
    """The full points less the applied ones are what was earned. Raises :class:`Wrong`."""
    full, total = Fraction(record["full"]), Fraction(record["total"])
    applied = sum((Fraction(line["applied"]) for line in record["ledger"]), Fraction())
    if full - applied != total:
        raise Wrong(f"the ledger does not balance: {full} - {applied} != {total}")
    if not 0 <= total <= full:
        raise Wrong(f"the total {total} is outside 0 to {full}")


DOOR = Door("rulesets", ".yaml", make, trial)
