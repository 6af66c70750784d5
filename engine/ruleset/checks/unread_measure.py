"""Every measure and every parameter is read by something.

A parameter that nothing reads is a trap: next year's editor changes it, and no score changes. It is
left behind where a rule writes the number itself, or reads another parameter.

PASS::

    parameters:
      filing_days: {value: 7, type: days, label: 备案期限}
    …
        when: workdays(signed, filed) > filing_days

FAIL: the rule does not read the parameter::

    parameters:
      filing_days: {value: 7, type: days, label: 备案期限}
    …
        when: workdays(signed, filed) > 7
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.places import key_position
from engine.ruleset.checks.reads import names_read
from engine.ruleset.model import Ruleset

CHECK = Check("R108", Text("测算项和参数都有用处", "measures and parameters are read"), "warning")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each measure or parameter that nothing reads."""
    read = names_read(ruleset)
    for section, names in (("parameters", ruleset.parameters), ("measures", ruleset.measures)):
        for name in names:
            if name not in read:
                message = Text(
                    "没有规则、测算项或勾稽关系读取它", "no rule, measure, check or score reads it"
                )
                fix = Text("删去，或在规则中使用", "remove it, or use it in a rule")
                yield CHECK.problem(message, key_position(ruleset.source, (section, name)), name, fix)
