"""Every invariant, in the order in which they are tried and told."""

from __future__ import annotations

from engine.errors import AuditError, FactsError, Text
from engine.scoring import Scorer, score_directly
from engine.testing.choosing import Draw
from engine.testing.invariants.agreement import DOCUMENT, ENGINES, EXPLAINED
from engine.testing.invariants.base import (
    Document,
    Invariant,
    NoScore,
    Outcome,
    Scope,
    Trial,
    Violation,
    every_node,
)
from engine.testing.invariants.direction import MONOTONE, ONE_MORE
from engine.testing.invariants.indifference import ORDER, SCALED, UNREAD
from engine.testing.invariants.ledgers import BALANCED, BOUNDED
from engine.testing.strategies import Departments, facts_from


def _total(trial: Trial, scope: Scope) -> Outcome:
    """Whoever has a trial has a score; what else can happen is caught before, in :func:`try_department`."""
    return "holds"


TOTAL = Invariant(
    "total",
    Text("总有结果", "total over inputs"),
    Text(
        "每个合法的部门都有得分，或一条说明原因的错误",
        "every valid department has a score, or an error that says why not",
    ),
    every_node,
    _total,
)

DEFINED = Invariant(
    "defined",
    Text("总能计分", "always defined"),
    Text(
        "每个合法的部门都有得分：没有除以零，没有落空的取值",
        "every valid department has a score: no division by zero, no value that falls through",
    ),
    every_node,
    _total,
)

INVARIANTS: tuple[Invariant, ...] = (
    TOTAL, DEFINED, BOUNDED, BALANCED, ORDER, SCALED, UNREAD, MONOTONE, ONE_MORE, ENGINES, DOCUMENT, EXPLAINED,
)  # fmt: skip


def _told(error: Exception) -> Text:
    if isinstance(error, AuditError):
        return Text(error.render("zh"), error.render("en"))
    return Text(repr(error), repr(error))


def try_department(
    scorer: Scorer, departments: Departments, document: Document, draw: Draw, wanted: dict[str, Scope]
) -> list[str]:
    """The names of those of the ``wanted`` invariants that the department put to the test; none without a score.

    Raises :class:`Violation` at the first that fails: ``total`` where scoring ends in anything but a score
    or a declared error, ``defined`` where usable facts have no score.
    """
    facts = facts_from(document, scorer.ruleset)
    try:
        scoring = score_directly(scorer.ruleset, facts)
    except FactsError as error:
        if DEFINED.name in wanted:
            raise Violation(DEFINED.name, _told(error)) from None
        return []
    except (AuditError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise Violation(TOTAL.name, _told(error)) from None
    trial = Trial(scorer, departments, document, facts, scoring, draw)
    tried = []
    for invariant in INVARIANTS:
        scope = wanted.get(invariant.name)
        try:
            if scope is not None and invariant.check(trial, scope):
                tried.append(invariant.name)
        except NoScore as failure:
            if TOTAL.name in wanted:
                message = _told(failure.error)
                raise Violation(TOTAL.name, message, shown_by=failure.document) from None
    return tried
