"""Departments with the records of a known one several times over: losses that the solver need not look for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from engine.errors import AuditError
from engine.language.terms import Kind
from engine.proof.answers import Document
from engine.proof.difference.shown import Shown, Side
from engine.proof.prover import Prover
from engine.ruleset.model import Ruleset

TIMES = (2, 3, 5, 10)
"""How often each record is there."""


def repeated(one: Shown, prover: Prover) -> Iterator[Shown]:
    """The department with all its records several times, under other keys, where both rulesets can score it."""
    before, after = prover.rulesets
    if not any(one.before.document["facts"].get(name) for name in before.schema.lists):
        return
    for times in TIMES:
        with suppress(AuditError):  # identities over records need not hold any more
            yield Shown(
                _side(one.before, before, times, prover),
                _side(one.after, after, times, prover),
            )


def _side(side: Side, ruleset: Ruleset, times: int, prover: Prover) -> Side:
    document = _repeated(side.document, ruleset, times)
    return Side(document, prover.score(document, ruleset))


def _repeated(document: Document, ruleset: Ruleset, times: int) -> Document:
    facts = dict(document["facts"])
    for name, records in ruleset.schema.lists.items():
        if records.fields[records.key].type.kind == Kind.TEXT:
            key = records.key
            facts[name] = [
                record if copy == 1 else {**record, key: f"{record[key]}-{copy}"}
                for copy in range(1, times + 1)
                for record in facts.get(name, ())
            ]
    return {**document, "facts": facts}
