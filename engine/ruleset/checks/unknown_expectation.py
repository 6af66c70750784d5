"""Examples and ``unchecked`` name what exists.

An example that expects ``not_fired: [late_filling]`` of a rule called ``late_filing`` passes whatever
happens, and shows nothing. Rules, criteria and grades that an example expects exist in the ruleset;
the row of a ladder of cases is the rule ``criterion_case_1``, the condition of ``applies``
``criterion_applies``, and the whole table is ``total``. What ``unchecked`` switches off is a check
that exists and can be switched off.

PASS::

    expect: {not_fired: [late_filing], criteria: {contract_filing: 3}}

FAIL::

    expect: {not_fired: [late_filling], criteria: {contract_filing: 3}}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Problem, Text
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.places import key_position
from engine.ruleset.document import Expectation
from engine.ruleset.expressions import Path
from engine.ruleset.model import Ruleset
from engine.suggestions import suggestion

CHECK = Check("R118", Text("示例和 unchecked 所指存在", "examples and 'unchecked' name what exists"), "error")

Named = tuple[str, Path]


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each name in an example's ``expect``, and each code in ``unchecked``, that is unknown."""
    rules = {rule.id: None for rule in ruleset.rules}
    grades = {band.grade: None for band in ruleset.grades}
    for index, example in enumerate(ruleset.examples):
        path: Path = ("examples", index, "expect")
        for known, what, named in (
            (rules, Text("规则", "rule"), _rules(example.expect, path)),
            (ruleset.criteria, Text("指标", "criterion"), _criteria(example.expect, path)),
            (grades, Text("等级", "grade"), _grade(example.expect, path)),
        ):
            for name, where in named:
                if name not in known:
                    message = Text(f"没有{what.zh}“{name}”", f"there is no {what.en} '{name}'")
                    place = key_position(ruleset.source, where)
                    yield CHECK.problem(message, place, example.name, suggestion(name, [*known]))
    yield from _unchecked(ruleset)


def _rules(expect: Expectation, path: Path) -> Iterator[Named]:
    for key, listed in (("fired", expect.fired), ("not_fired", expect.not_fired)):
        if isinstance(listed, dict):
            yield from ((name, (*path, key, name)) for name in listed)
        else:
            yield from ((name, (*path, key, index)) for index, name in enumerate(listed or ()))


def _criteria(expect: Expectation, path: Path) -> Iterator[Named]:
    return ((name, (*path, "criteria", name)) for name in expect.criteria or ())


def _grade(expect: Expectation, path: Path) -> Sequence[Named]:
    return [(expect.grade, (*path, "grade"))] if expect.grade is not None else []


def _unchecked(ruleset: Ruleset) -> Iterator[Problem]:
    from engine.ruleset.checks.registry import codes_to_switch_off

    known = codes_to_switch_off()
    for index, one in enumerate(ruleset.document.unchecked):
        if one.check not in known:
            message = Text(f"没有可关闭的检查“{one.check}”", f"there is no check '{one.check}' to switch off")
            where = key_position(ruleset.source, ("unchecked", index, "check"))
            yield CHECK.problem(message, where, "unchecked", suggestion(one.check, known))
