"""Expressions: the parser agrees with the published grammar, and a value with the second interpreter."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

from engine.language.compiler import EvaluationError, compile_term
from engine.language.errors import ExpressionError
from engine.language.parser import parse
from tests.command import ROOT
from tests.fuzz.doors.base import Door
from tests.fuzz.running import Kind, Wrong
from tests.fuzz.texts import spoilt_text
from tests.language import reference
from tests.language.test_grammar import LIMITS, by_grammar
from tests.language.world import FULL, World

SEEDS = (
    "points * min(usage, 100%)", "spent / budget.total", "given(grant) and grant > 5", "workdays(due, filed) > limit", "days(due, filed)",
    "count(contracts where late)", "sum(amount * 50% for targets where share > 10%)", "any(kind == '邀请' for contracts)",
    "max(amount for contracts where signed < due)", "sum(amount * min(actual / planned, 1) for targets)", "whole_steps(rate - 80%, 1%)",
    "started_steps(lag - limit, 2)", "round(spent / 3, 2)", "spent if open else 0", "mode in ('公开', '邀请')", "due - 3 < filed <= 2024-12-31",
    "count_true(open, rate > goal, lag < 5)", "average(goal for targets)", "all(given(posted) for contracts)", "abs(lag) * weight", "-spent + budget.total",
    "floor(weight) + ceil(weight)", "findings(conduct) * 2", "not (open or late_any) and true", "sum(count(targets where amount > contracts.amount) for contracts)",
)  # fmt: skip
QUOTED = re.compile(r"^\s*(?:when|value|score|holds|earn):\s+\"?([^\"{}\[\]#]+)\"?$", re.MULTILINE)
WORLD = World()


@cache
def _seeds() -> tuple[str, ...]:
    shipped = [
        one
        for path in sorted((ROOT / "rulesets").rglob("*.yaml"))
        for one in QUOTED.findall(path.read_text("utf-8"))
    ]
    return (*SEEDS, *dict.fromkeys(one.strip() for one in shipped))


def make(order: Random) -> bytes:
    text = order.choice(SEEDS if order.random() < 0.7 else _seeds())
    if order.random() < 0.3:
        text = f"({text}) {order.choice(('+', '-', '*', '/', 'and', 'or', '==', '<=', 'if open else'))} ({order.choice(SEEDS)})"
    if order.random() < 0.9:
        text = spoilt_text(text, order)
    return text.encode("utf-8", "surrogatepass")


def trial(path: Path) -> Kind:
    text = path.read_bytes().decode("utf-8", "surrogatepass")
    try:
        tree = parse(text)
    except ExpressionError as error:
        if error.code not in LIMITS and by_grammar(text) is not None:
            raise Wrong(f"the grammar accepts what the parser refuses: {error}") from error
        return "refused"
    if by_grammar(text) != tree:
        raise Wrong("the grammar reads another tree")
    try:
        term = WORLD.term(text)
    except ExpressionError:
        return "refused"
    try:
        got, code = compile_term(term)(WORLD.slots(FULL)), ""
    except EvaluationError as error:
        got, code = None, error.code
    try:
        want, without = (
            reference.value(
                tree, reference.Facts({**FULL, "findings(conduct)": 2, "points": 10, "limit": 7})
            ),
            "",
        )
    except reference.NoValue as error:
        want, without = None, error.code
    if bool(code) != bool(without) or got != want:
        raise Wrong(f"{got} {code}, by the second interpreter {want} {without}")
    return "agrees"


DOOR = Door("expressions", ".txt", make, trial)
