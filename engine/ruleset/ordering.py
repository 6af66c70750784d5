"""The order in which rules are decided.

A rule waits for the ``applies`` of its criterion and of everything above it, a row of cases for
the rows above it, and every rule for the deductions that a ``findings(…)`` in its condition counts. Rules that wait for nothing form the
first stratum, and so on; the written order plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.errors import Problem, RulesetError, Text
from engine.language.terms import Read, Term, walk
from engine.ruleset.model import CaseScore, Criterion, Rule


def findings_read(term: Term) -> dict[str, int]:
    """The criteria whose findings the term counts, and the slots the counts stand in."""
    return {
        one.scalar.name: one.scalar.slot
        for one in walk(term)
        if isinstance(one, Read) and one.scalar.source == "findings"
    }


def in_order(
    rules: Iterable[Rule], criteria: Mapping[str, Criterion], terms: Iterable[Term]
) -> tuple[Rule, ...]:
    """``rules`` with their stratum, index and ``counts_into`` set, each after those it waits for.

    ``terms`` are all the terms of the ruleset: whatever findings they read are counted. Raises
    :class:`RulesetError` where rules wait for each other.
    """
    written = list(rules)
    deductions = {
        name: [rule for node in one.subtree() for rule in node.deductions] for name, one in criteria.items()
    }
    waits: dict[Rule, list[Rule]] = {}
    gates: dict[Rule, list[Rule]] = {}
    ladder: dict[Rule, list[Rule]] = {}
    for rule in written:
        counts = findings_read(rule.expression.term)
        above = [rule.criterion, *rule.criterion.ancestors()]
        gates[rule] = [
            node.applies for node in above if node.applies is not None and node.applies is not rule
        ]
        ladder[rule] = _rows_above(rule)
        waits[rule] = (
            gates[rule] + ladder[rule] + [one for name in sorted(counts) for one in deductions[name]]
        )
    for rule in written:
        if rule.stratum == 0:
            _settle(rule, waits)
    counted = {name: slot for term in terms for name, slot in findings_read(term).items()}
    for name, slot in counted.items():
        for rule in deductions[name]:
            rule.counts_into = (*rule.counts_into, slot)
    ordered = sorted(written, key=lambda rule: rule.stratum)
    for index, rule in enumerate(ordered):
        rule.index = index
    for rule in ordered:
        rule.gates = tuple(one.index for one in gates[rule])
        rule.rows_above = tuple(one.index for one in ladder[rule])
    return tuple(ordered)


def _rows_above(rule: Rule) -> list[Rule]:
    """The rows of a ladder of cases that are tried before this one."""
    if rule.kind != "case" or not isinstance(rule.criterion.score, CaseScore):
        return []
    rows = [row for row, _ in rule.criterion.score.rows if row is not None]
    return rows[: rows.index(rule)] if rule in rows else []


def _settle(rule: Rule, waits: Mapping[Rule, list[Rule]]) -> None:
    """Gives the rule, and before it all that it waits for, a stratum from 1; 0 means that it has none yet."""
    path = {rule: iter(waits[rule])}
    while path:
        last, waiting = next(reversed(path.items()))
        for one in waiting:
            if one in path:
                raise _circle([*path][[*path].index(one) :])
            if one.stratum == 0:
                path[one] = iter(waits[one])
                break
        else:
            last.stratum = 1 + max((one.stratum for one in waits[last]), default=0)
            del path[last]


def _circle(rules: list[Rule]) -> RulesetError:
    listed = " → ".join(rule.id for rule in [*rules, rules[0]])
    message = Text(
        f"findings 互相依赖，绕成了圈（{listed}）",
        f"'findings' depend on each other in a circle ({listed})",
    )
    return RulesetError([Problem("R030", message, rules[0].position, rules[0].id)])
