"""Ratios are as large as ratios are.

``90`` given for a ratio is 9000%: the percent sign was left out, and every department is below the
limit. Told are parameters, bounds, bands and tiers above 100% that are written without a percent
sign, and any ratio above 1000%. Without the sign nothing is scored: the ruleset is refused, unless
it switches this check off. (In an expression a bare number against a ratio is an error of its own,
E203.)

PASS::

    explanation_below: {value: 90%, type: ratio, label: 须说明原因的执行率界限}

FAIL::

    explanation_below: {value: 90, type: ratio, label: 须说明原因的执行率界限}
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from engine.errors import Problem, Text
from engine.language.numbers import HUNDRED, ONE, MalformedValue, Rational, format_exact, parse_ratio
from engine.language.terms import Constant, Kind, walk
from engine.language.types import percentages
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.places import owner_of, parts_of
from engine.ruleset.checks.reads import all_expressions
from engine.ruleset.document import Criterion, FactEntry, FactField, Tier
from engine.ruleset.expressions import Path
from engine.ruleset.model import BandScore, Ruleset
from engine.source import Scalar, node_at

CHECK = Check("R116", Text("比率大小合理", "ratios of a plausible size"), "error")

_MOST = Rational(10)
_BOUNDS = ("from", "above", "up_to", "below")
_CHECK_IT = Text("核对是否多写了位数", "check it for a digit too many")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each ratio that is too large to be meant."""
    for path in _ratios(ruleset):
        node = node_at(ruleset.source, path)
        found = _implausible(node.text) if isinstance(node, Scalar) else None
        if found is not None:
            yield CHECK.problem(found[0], node.position, owner_of(ruleset.source, path), found[1])
    for expression in all_expressions(ruleset):
        for term in walk(expression.term):
            value = term.value if isinstance(term, Constant) and term.type.kind == Kind.RATIO else None
            if isinstance(value, Rational) and abs(value) > _MOST:
                percent = format_exact(value * HUNDRED)
                message = Text(f"比率 {percent}% 过大", f"a ratio of {percent}% is too large to be meant")
                yield CHECK.problem(message, expression.position(term.span), fix=_CHECK_IT)


def without_sign(ruleset: Ruleset) -> Iterator[Problem]:
    """Those that have no percent sign: with them every department is on the same side of the limit."""
    if CHECK.code in {one.check for one in ruleset.document.unchecked}:
        return
    for path in _ratios(ruleset):
        node = node_at(ruleset.source, path)
        if isinstance(node, Scalar) and not node.text.strip().endswith("%"):
            found = _implausible(node.text)
            if found is not None:
                yield CHECK.problem(found[0], node.position, owner_of(ruleset.source, path), found[1])


def _ratios(ruleset: Ruleset) -> Iterator[Path]:
    """Where the document may write ratios, apart from expressions."""
    document = ruleset.document
    for name, parameter in document.parameters.items():
        if parameter.type == "ratio":
            yield ("parameters", name, "value")
    for name, measure in ruleset.measures.items():
        if measure.scalar.type.kind == Kind.RATIO:
            yield from (("measures", name, bound) for bound in ("at_least", "at_most"))
    for path, part in parts_of(document, BaseModel):
        match part:
            case FactEntry(type="ratio") | FactField(type="ratio"):
                yield from ((*path, bound) for bound in ("at_least", "at_most"))
            case Tier():
                yield from ((*path, bound) for bound in _BOUNDS)
            case Criterion():
                score = ruleset.criteria[part.id].score
                if isinstance(score, BandScore) and score.of.term.type.kind == Kind.RATIO:
                    for index in range(len(score.bands)):
                        yield from ((*path, "score", "bands", index, bound) for bound in _BOUNDS)


def _implausible(text: str) -> tuple[Text, Text] | None:
    """Why the ratio that ``text`` writes cannot be meant, and what to do."""
    try:
        value = parse_ratio(text)
    except MalformedValue:
        return None
    signed = text.strip().endswith("%")
    if abs(value) <= (_MOST if signed else ONE):
        return None
    percent = format_exact(value * HUNDRED)
    if signed:
        return Text(f"比率 {percent}% 过大", f"a ratio of {percent}% is too large to be meant"), _CHECK_IT
    number = text.strip()
    message = Text(
        f"比率 {number} 没有百分号，即 {percent}%",
        f"the ratio {number} has no percent sign: it is {percent}%",
    )
    return message, percentages(value)
