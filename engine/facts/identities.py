"""Accounting identities (勾稽关系): figures that must agree before anything is scored."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from engine.errors import FactsError, Problem, Severity, Text
from engine.facts.model import Facts
from engine.language.compiler import EvaluationError, Slots, compile_term
from engine.language.terms import Combine, Gather, Read, Term, walk
from engine.ruleset.computation import MeasureError
from engine.ruleset.model import Expression, Identity, Ruleset
from engine.ruleset.rendering import fill, formats_of

MOST_NAMED = 5
"""How many records a failed check names."""


def check_identities(facts: Facts, ruleset: Ruleset) -> Facts:
    """``facts`` with a warning for each identity that does not hold.

    Raises :class:`FactsError` where one of severity error does not hold, or has no value.
    """
    problems: list[Problem] = []
    slots = list(facts.slots)
    for identity in ruleset.identities:
        try:
            if not identity.holds.evaluate(slots):
                because = fill(identity.because, slots, formats_of(ruleset))
                problems.append(_failed(identity, because, facts, ruleset))
        except EvaluationError as error:
            problems.append(evaluation_problem(error, identity.holds, identity.id, facts))
    if any(problem.severity == "error" for problem in problems):
        raise FactsError(problems)
    return replace(facts, warnings=tuple(problems))


def _failed(identity: Identity, because: Text, facts: Facts, ruleset: Ruleset) -> Problem:
    names = _facts_read(identity.holds)
    shown = formats_of(ruleset)
    figures = [
        f"{one.scalar.name} = {shown.show(facts.slots[one.scalar.slot], one.scalar.type).zh}"
        for one in names
        if one.scalar.source == "fact"
    ]
    where = next(
        (facts.positions[one.scalar.name] for one in names if one.scalar.name in facts.positions), None
    )
    records = list(_contrary_records(identity.holds.term, list(facts.slots)))
    if records:
        where = next(
            (facts.positions[path] for path in facts.positions if path.startswith(f"{records[0]}.")), where
        )
        figures += records[:MOST_NAMED] + ["…"] * (len(records) > MOST_NAMED)
    severity: Severity = "error" if identity.blocking else "warning"
    message = Text(f"核对不通过：{because.zh}", f"check failed: {because.en}")
    if figures:
        message = Text(f"{message.zh}（{'，'.join(figures)}）", f"{message.en} ({', '.join(figures)})")
    fix = Text("核对有关事实", "check the facts concerned")
    return Problem("F020" if identity.blocking else "F021", message, where, identity.id, fix, severity)


def _contrary_records(term: Term, slots: Slots) -> Iterator[str]:
    """The records for which an ``all(…)`` of the condition fails, as paths such as ``contracts[A]``."""
    if isinstance(term, Combine) and term.operator == "and":
        for operand in term.operands:
            yield from _contrary_records(operand, slots)
    if isinstance(term, Gather) and term.function == "all" and term.body is not None:
        where = compile_term(term.where) if term.where is not None else None
        body, key = compile_term(term.body), term.records.fields[term.records.key].index
        for record in slots[term.records.slot]:
            slots[term.frame] = record
            if (where is None or where(slots)) and not body(slots):
                yield f"{term.records.name}[{record[key]}]"


def _facts_read(expression: Expression) -> list[Read]:
    found = {one.scalar.name: one for one in walk(expression.term) if isinstance(one, Read)}
    return list(found.values())


def evaluation_problem(error: EvaluationError, expression: Expression, path: str, facts: Facts) -> Problem:
    """An expression that has no value for these facts, told at its place in the ruleset."""
    expression = error.expression if isinstance(error, MeasureError) else expression
    span = error.term.span
    part = expression.text[span[0] : span[1]]
    message = Text(
        f"{facts.file}：{error.message.zh}（{part}）" if part else f"{facts.file}：{error.message.zh}",
        f"{facts.file}: {error.message.en} ({part})" if part else f"{facts.file}: {error.message.en}",
    )
    return Problem(error.code, message, expression.position(span), path, error.fix)
