"""No condition stands twice in one criterion.

Two deductions with the same condition, over the same records, take points twice for one thing:
double counting, or a copy whose condition was not changed. The order of ``and`` and ``or``, the side
on which a limit stands and ``not`` make no difference.

PASS::

    deductions:
      - {id: not_counted, when: not assets.counted, deduct: 1, …}
      - {id: books_differ, when: not assets.books_match, deduct: 1, …}

FAIL::

    deductions:
      - {id: not_counted, when: not assets.counted, deduct: 1, …}
      - {id: books_differ, when: not assets.counted, deduct: 1, …}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Problem, Text
from engine.language.implications import canonical
from engine.ruleset.checks.base import Check
from engine.ruleset.model import Rule, Ruleset

CHECK = Check("R112", Text("条件不重复", "no condition twice"), "error")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each deduction or bonus whose condition another of the criterion already has."""
    for node in ruleset.root.subtree():
        yield from _repeated(node.deductions)
        yield from _repeated(node.bonuses)


def _repeated(rules: Sequence[Rule]) -> Iterator[Problem]:
    first: dict[object, Rule] = {}
    for rule in rules:
        says = (rule.each.name if rule.each is not None else "", canonical(rule.expression.term))
        earlier = first.setdefault(says, rule)
        if earlier is not rule:
            line = earlier.expression.position().line
            message = Text(
                f"条件与 {earlier.id}（第 {line} 行）相同，同一事项计了两次",
                f"the condition is that of {earlier.id} (line {line}): one thing counts twice",
            )
            fix = Text("合并为一项，或改正条件", "make them one, or correct the condition")
            yield CHECK.problem(message, rule.expression.position(), rule.id, fix)
