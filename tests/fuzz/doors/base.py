"""What a door is, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from cli.context import Session
from engine.errors import AuditError, Fault
from tests.fuzz.running import Trial, Wrong

HERE = Path(__file__).parent.parent
TABLE = HERE / "table.yaml"
FACTS = HERE / "facts.yaml"


@dataclass(frozen=True)
class Door:
    """One kind of file: how a broken or odd one is made, and what is run on it and asked of the result."""

    name: str
    suffix: str
    make: Callable[[Random], bytes]
    trial: Trial


@cache
def session() -> Session:
    """One for all inputs of a process, so that the ruleset is read once."""
    return Session("zh")


def told(error: AuditError) -> None:
    """Raises :class:`Wrong` where the error is a fault of the program, or says nothing, or nothing printable."""
    if isinstance(error, Fault):
        raise Wrong(f"a fault: {error}") from error
    if not error.problems:
        raise Wrong("refused without a word")
    for one in error.problems:
        if not one.code or not one.message.zh or not one.message.en:
            raise Wrong(f"a problem without code or message: {one}")
