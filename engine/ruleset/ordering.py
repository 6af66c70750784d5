"""The order in which rules are decided.

A rule waits for the ``applies`` of its criterion and of everything above it, and for every
deduction that a ``findings(…)`` in its condition counts. Rules that wait for nothing form the
first stratum, and so on; the written order plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.errors import Problem, RulesetError, Text
from engine.language.terms import Read, walk
from engine.ruleset.model import Criterion, Rule


def findings_read(rule: Rule) -> set[str]:
    """The criteria whose findings the rule's condition counts."""
    return {
        term.scalar.name
        for term in walk(rule.expression.term)
        if isinstance(term, Read) and term.scalar.source == "findings"
    }


def in_order(rules: Iterable[Rule], criteria: Mapping[str, Criterion], slots: Mapping[str, int]) -> tuple[Rule, ...]:
    """``rules`` with their stratum, index and ``counts_into`` set, each after those it waits for.

    ``slots`` gives the slot of each criterion's findings. Raises :class:`RulesetError` where rules
    wait for each other.
    """
    written = list(rules)
    deductions = {name: [rule for node in one.subtree() for rule in node.deductions] for name, one in criteria.items()}
    counted: set[str] = set()
    waits: dict[Rule, list[Rule]] = {}
    for rule in written:
        counts = findings_read(rule)
        counted |= counts
        above = [rule.criterion, *rule.criterion.ancestors()]
        gates = [node.applies for node in above if node.applies is not None and node.applies is not rule]
        waits[rule] = gates + [one for name in sorted(counts) for one in deductions[name]]
    for rule in written:
        _stratum(rule, waits, [])
    for name in counted:
        for rule in deductions[name]:
            rule.counts_into = (*rule.counts_into, slots[name])
    ordered = sorted(written, key=lambda rule: rule.stratum)
    for index, rule in enumerate(ordered):
        rule.index = index
    return tuple(ordered)


def _stratum(rule: Rule, waits: Mapping[Rule, list[Rule]], path: list[Rule]) -> int:
    """The rule's stratum, from 1; 0 means that it is not known yet."""
    if rule in path:
        circle = [one.id for one in path[path.index(rule) :]] + [rule.id]
        listed = " → ".join(circle)
        message = Text(f"findings 互相依赖，绕成了圈（{listed}）", f"'findings' depend on each other in a circle ({listed})")
        raise RulesetError([Problem("R030", message, rule.position, rule.id)])
    if rule.stratum == 0:
        path.append(rule)
        rule.stratum = 1 + max((_stratum(one, waits, path) for one in waits[rule]), default=0)
        path.pop()
    return rule.stratum
