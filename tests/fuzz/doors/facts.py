"""Facts files: a score only if a second reading and a second reckoning come to the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from cli.files import score_file
from engine.errors import AuditError
from engine.ledger.scoring import Scoring
from tests.fuzz import meaning, plausible
from tests.fuzz.doors.base import FACTS, TABLE, Door, session, told
from tests.fuzz.running import Kind, Wrong
from tests.fuzz.texts import spoilt_bytes, spoilt_tree


@cache
def _seeds() -> tuple[bytes, ...]:
    return (FACTS.read_bytes(),)


def make(order: Random) -> bytes:
    document = plausible.department(order)
    match order.randrange(5):
        case 0:
            return plausible.written(document, order)
        case 1:
            return spoilt_tree(document, order)
        case 2:
            return spoilt_bytes(order.choice(_seeds()), order)
        case _:
            return spoilt_bytes(plausible.written(document, order), order)


def trial(path: Path) -> Kind:
    try:
        scoring = score_file(path, str(TABLE), session())
    except AuditError as error:
        told(error)
        return "refused"
    return judged(scoring, path.read_bytes())


def judged(scoring: Scoring, content: bytes) -> Kind:
    """Whether the second reading comes to the same points."""
    try:
        expected = meaning.points(meaning.read(content))
    except meaning.NotUnderstood:
        return "unsure"
    return compared(scoring, expected)


def compared(scoring: Scoring, expected: dict[str, meaning.Fraction]) -> Kind:
    for name, points in expected.items():
        earned = scoring.total if name == "total" else scoring.nodes[name].earned
        if (int(earned.numerator), int(earned.denominator)) != points.as_integer_ratio():
            raise Wrong(f"{name}: scored {earned}, by hand {points}")
    return "agrees"


DOOR = Door("facts", ".yaml", make, trial)
